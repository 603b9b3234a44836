"""The journey from a search to a shortlist: the feed, the seed query counted exactly, every order, an answer that moves by day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.desk import Desk
from tests.support.sandbox import SandboxProcess
from xingtu_desktop.domain.creator import VideoTier
from xingtu_desktop.domain.creator_query import CategoryFilter, CreatorQuery, Facet, FacetRequest, Field, RangeFilter, SortKey
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.shortlist import BASKET
from xingtu_desktop.services.creator_search import IndexPhase

CREATORS = 2_000
FEMALE_15_24, SECOND_TIER, THEMES, CPM = 0.12, 0.15, frozenset({"护肤", "敏感肌护理"}), Fen(6000)
SEED_QUERY = CreatorQuery(
    ranges=(
        RangeFilter(Field.FEMALE_15_24_SHARE, low=FEMALE_15_24),
        RangeFilter(Field.CITY_SECOND_SHARE, low=SECOND_TIER),
        RangeFilter(Field.CPM_FROM_21_TO_60, high=CPM),
    ),
    categories=(CategoryFilter(Facet.THEME, THEMES),),
    sort=Field.CPM_FROM_21_TO_60,
    descending=False,
)
Row = dict[str, Any]


@pytest.fixture(scope="module")
def catalogue_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = SandboxProcess(("--creators", str(CREATORS), "--seed", "3"), tmp_path_factory.mktemp("catalogue"))
    yield process
    process.stop()


@pytest.fixture
async def searching_desk(catalogue_sandbox: SandboxProcess, desks: list[Desk], tmp_path: Path) -> Desk:
    """A desk at a quiet account with 2,000 creators in the feed."""
    desk = Desk(catalogue_sandbox, tmp_path / "data", account=catalogue_sandbox.info["star_ids"][1])
    desks.append(desk)
    return desk


def feed_rows(desk: Desk) -> list[Row]:
    """The feed as it stands now, read without any part of the program."""
    rows: list[Row] = []
    path = "/sandbox/feed/creators?limit=5000"
    headers = {"Authorization": f"Bearer {desk.invitation.access_token}"}
    while True:
        status, _, body = desk.sandbox.request("GET", path, headers=headers)
        assert status == 200
        page = json.loads(body)
        rows += page["items"]
        if not page["has_more"]:
            return rows
        path = f"/sandbox/feed/creators?limit=5000&cursor={page['next_cursor']}"


def share(row: Row, *path: str) -> float | None:
    found: Any = row.get("audience")
    for name in path:
        found = None if found is None else found.get(name)
    return None if found is None else float(found)


def cpm(row: Row) -> int | None:
    """Fen: the source's own expectation, else the price over the expected plays."""
    if row.get("prospective_20_60_cpm") is not None:
        return round(float(row["prospective_20_60_cpm"]) * 100)
    price, plays = row.get("price_20_60"), row.get("expected_play_num")
    return round(round(float(price) * 100) * 1000 / int(plays)) if price is not None and plays else None


def plainly(rows: list[Row]) -> list[int]:
    """Who answers the seed query, cheapest CPM first, by the words of the query alone."""
    found = []
    for row in rows:
        young, next_band = share(row, "age", "18-23"), share(row, "age", "24-30")
        female, second, price = share(row, "gender", "female"), share(row, "city_tier", "二线"), cpm(row)
        if None in (young, next_band, female, second, price) or not THEMES & set(row.get("content_theme_labels_180d") or ()):
            continue
        assert young is not None
        assert next_band is not None
        assert female is not None
        assert second is not None
        assert price is not None
        # Shares are compared at 0.01 %, as the screen says them.
        wanted = (
            round((young + next_band / 7) * female * 10_000) >= FEMALE_15_24 * 10_000 and round(second * 10_000) >= SECOND_TIER * 10_000
        )
        if wanted and price <= CPM.value:
            found.append((price, int(row["author_id"])))
    return [author for _, author in sorted(found)]


async def ready(desk: Desk) -> list[Row]:
    """Open the program and wait until all of the feed can be searched; the rows of the feed."""
    await desk.open()
    await desk.sync()
    rows = feed_rows(desk)
    await desk.until(lambda: desk.services.search.status.phase is IndexPhase.READY and desk.services.search.status.done == len(rows))
    return rows


async def test_the_seed_query_counts_exactly_and_moves_with_the_days(searching_desk: Desk) -> None:
    desk = searching_desk
    rows = await ready(desk)
    assert len(rows) >= CREATORS
    expected = plainly(rows)
    assert len(expected) >= 5, "the seed query finds nobody: the journey shows nothing"
    answer = await desk.services.search.search(SEED_QUERY)
    assert answer.page.total == len(expected)
    assert [one.author_id for one in answer.creators] == expected[:100]

    # Two weeks later only what changed is fetched, and the answer is that of the new day.
    desk.advance(days=14)
    generation = desk.services.search.generation
    await desk.sync()
    later = plainly(feed_rows(desk))
    await desk.until(lambda: desk.services.search.generation > generation)

    async def agrees() -> bool:
        return list((await desk.services.search.search(SEED_QUERY)).page.author_ids) == later[:100]

    await desk.until(agrees)
    assert later != expected
    # What was learnt stands in the files: the next start answers the same before anything is read.
    await desk.close()
    await desk.open(start=False)
    await desk.services.search.start()
    assert list((await desk.services.search.search(SEED_QUERY)).page.author_ids) == later[:100]


async def test_every_order_sorts_as_the_feed_says(searching_desk: Desk) -> None:
    desk = searching_desk
    rows = await ready(desk)
    for field, name in ((Field.FOLLOWERS, "follower"), (Field.EXPECTED_PLAYS, "expected_play_num"), (Field.MEDIAN_PLAYS, "vv_median_30d")):
        for descending in (True, False):
            page = (await desk.services.search.search(CreatorQuery(sort=field, descending=descending), limit=len(rows))).page
            by_id = {int(row["author_id"]): row.get(name) for row in rows}
            values = [by_id[one] for one in page.author_ids]
            known = [value for value in values if value is not None]
            assert known == sorted(known, reverse=descending)
            assert values[len(known) :] == [None] * (len(rows) - len(known))
            assert page.total == len(rows)
    for key in SortKey:
        page = (await desk.services.search.search(CreatorQuery(sort=key), limit=len(rows))).page
        assert sorted(page.author_ids) == sorted(int(row["author_id"]) for row in rows)


async def test_words_of_name_and_bio_are_found_wherever_they_stand(searching_desk: Desk) -> None:
    desk = searching_desk
    rows = await ready(desk)
    for words in ("妈妈", "护肤", "不"):
        expected = {
            int(row["author_id"]) for row in rows if any(words in str(row.get(name) or "") for name in ("nick_name", "unique_id", "bio"))
        }
        answer = await desk.services.search.search(CreatorQuery(text=words), limit=len(rows))
        assert set(answer.page.author_ids) == expected
        assert answer.page.total == len(expected) > 0


async def test_what_was_found_goes_to_a_shortlist_and_a_basket_and_both_survive_a_restart(searching_desk: Desk) -> None:
    desk = searching_desk
    await ready(desk)
    found = (await desk.services.search.search(SEED_QUERY)).creators
    chosen = [one.author_id for one in found[:4]]
    shortlists = desk.services.shortlists
    list_id = await shortlists.create("敏感肌春季")
    assert await shortlists.add(list_id, chosen) == chosen
    assert await shortlists.add(BASKET, chosen[:3]) == chosen[:3]
    removed = await shortlists.remove(BASKET, [chosen[0]])
    await shortlists.put_back(BASKET, removed)
    saved = await shortlists.save_search("种子条件", SEED_QUERY)
    told = await desk.services.details.refresh(chosen[0])
    assert told is not None
    assert told.videos
    await desk.close()
    await desk.open()
    shortlists = desk.services.shortlists
    assert [one.name for one in await shortlists.all()] == ["敏感肌春季"]
    assert await shortlists.ids(list_id) == frozenset(chosen)
    basket = await shortlists.basket(VideoTier.FROM_21_TO_60)
    assert {one.author_id for one in basket.creators} == set(chosen[:3])
    rows = {int(row["author_id"]): row for row in feed_rows(desk)}
    prices = [rows[one]["price_20_60"] for one in chosen[:3] if rows[one].get("price_20_60") is not None]
    assert basket.quotes.value == round(sum(prices) * 100)
    ((again, query),) = await shortlists.searches()
    assert again == saved
    assert await desk.services.search.ids(query) == await desk.services.search.ids(SEED_QUERY)
    profile = await desk.services.search.profile(chosen[0])
    assert (profile.detail.videos, profile.detail.daily_plays) == (told.videos, told.daily_plays)
    assert {(one.tier, one.amount) for one in told.quotes} <= {(one.tier, one.amount) for one in profile.detail.quotes}


async def test_counts_beside_the_filters_add_up_and_a_loosened_filter_finds_what_it_promised(searching_desk: Desk) -> None:
    desk = searching_desk
    await ready(desk)
    search = desk.services.search
    counts = await search.facets(SEED_QUERY, FacetRequest(facets=(Facet.CONTENT_TYPE, Facet.GENDER), fields=(Field.FOLLOWERS,)))
    assert counts.total == (await search.search(SEED_QUERY)).page.total
    histogram = counts.histogram(Field.FOLLOWERS)
    assert histogram is not None
    assert sum(histogram.counts) + histogram.missing == counts.total
    wider = await search.loosenings(SEED_QUERY)
    assert wider
    for one in wider:
        assert (await search.search(one.query)).page.total == one.count > counts.total
    assert all(isinstance(author, int) for author in (await search.ids(SEED_QUERY)))
    assert await search.creators([AuthorId(1)]) == ()
