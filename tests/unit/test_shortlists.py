"""Promises of shortlists, basket and saved searches: sums say what they leave out, every removal has its way back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from xingtu_desktop.core.clock import SystemClock
from xingtu_desktop.core.errors import InvalidInput
from xingtu_desktop.core.events import Change, Changes, Topic
from xingtu_desktop.domain.answers import FeedPage
from xingtu_desktop.domain.creator import Creator, TierAmounts, VideoTier
from xingtu_desktop.domain.creator_query import CreatorQuery, Field, RangeFilter
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.shortlist import BASKET
from xingtu_desktop.services.shortlists import ShortlistService
from xingtu_desktop.storage.account_files import AccountFiles

NOW = datetime(2026, 11, 20, tzinfo=UTC)
A, B, C = AuthorId(1), AuthorId(2), AuthorId(3)
PRICED = TierAmounts(from_21_to_60=Fen(1_000_000))


class Bench:
    def __init__(self, files: AccountFiles) -> None:
        self.files = files
        self.heard: list[Change] = []
        changes = Changes()
        changes.subscribe(self.heard.append)
        self.service = ShortlistService(
            store=files.shortlists, searches=files.saved_searches, creators=files.creators, changes=changes, clock=SystemClock()
        )


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    files = await AccountFiles.open(tmp_path / "account", bytes(32))
    plain = [Creator(author, f"达人{author}", NOW, "目录") for author in (A, B, C)]
    known = [
        replace(plain[0], quotes=PRICED, expected_plays=100, expected_plays_p10=50, expected_plays_p90=200),
        replace(plain[1], quotes=PRICED, expected_plays=300, expected_plays_p10=100, expected_plays_p90=900),
        plain[2],
    ]
    await files.creators.apply_page(FeedPage(tuple(known), (), "c", False, 3, 0), "目录")
    yield Bench(files)
    await files.close()


async def test_the_basket_adds_up_what_is_known_and_says_what_is_not(bench: Bench) -> None:
    assert (await bench.service.basket(VideoTier.FROM_21_TO_60)).creators == ()
    await bench.service.add(BASKET, [B, A, C])
    basket = await bench.service.basket(VideoTier.FROM_21_TO_60)
    assert {creator.author_id for creator in basket.creators} == {A, B, C}
    assert (basket.quotes, basket.without_quote) == (Fen(2_000_000), 1)
    assert (basket.expected_plays, basket.plays_p10, basket.plays_p90) == (400, 150, 1_100)
    assert (await bench.service.basket(VideoTier.OVER_60)).without_quote == 3


async def test_a_creator_taken_off_comes_back_where_it_was(bench: Bench) -> None:
    chosen = await bench.service.create("  双十一  ")
    assert await bench.service.add(chosen, [A]) == [A]
    assert await bench.service.add(chosen, [B, A]) == [B]
    removed = await bench.service.remove(chosen, [A])
    assert await bench.service.ids(chosen) == {B}
    await bench.service.put_back(chosen, removed)
    assert [creator.author_id for creator in await bench.service.members(chosen)] == [A, B]
    assert await bench.service.lists_of(A) == [chosen]
    assert all(Topic.SHORTLISTS in change.topics for change in bench.heard)


async def test_a_deleted_list_comes_back_with_its_members_and_the_basket_is_no_list(bench: Bench) -> None:
    await bench.service.add(BASKET, [C])
    chosen = await bench.service.create("备选")
    await bench.service.add(chosen, [A, B])
    contents = await bench.service.delete(chosen)
    assert await bench.service.all() == []
    await bench.service.restore(contents)
    (found,) = await bench.service.all()
    assert (found.name, found.count) == ("备选", 2)


async def test_a_list_and_a_search_need_a_name(bench: Bench) -> None:
    with pytest.raises(InvalidInput):
        await bench.service.create("   ")
    with pytest.raises(InvalidInput):
        await bench.service.save_search("", CreatorQuery())


async def test_a_search_is_kept_as_it_was_and_its_deletion_undone(bench: Bench) -> None:
    query = CreatorQuery("护肤", (RangeFilter(Field.CPM_FROM_21_TO_60, high=Fen(4_500), include_missing=True),), sort=Field.UPDATED_AT)
    search = await bench.service.save_search("护肤低价", query)
    assert await bench.service.searches() == [(search, query)]
    await bench.service.remove_search(search)
    assert await bench.service.searches() == []
    await bench.service.restore_search(search)
    assert await bench.service.searches() == [(search, query)]
    await bench.files.saved_searches.save(replace(search, query='{"format": 99}'))
    assert await bench.service.searches() == []
