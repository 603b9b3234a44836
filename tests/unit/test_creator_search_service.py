"""Promises of the creator search service: snapshot and replay at start, rebuild without one, records for the window only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest

from xingtu_desktop.core.errors import DiskFull, NoSuchThing, StorageDamaged
from xingtu_desktop.core.tasks import InlineCompute
from xingtu_desktop.domain.creator import Creator, CreatorDetail
from xingtu_desktop.domain.creator_query import CreatorQuery, Facet, FacetRequest, Field, RangeFilter
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.search.builder import IndexMaker
from xingtu_desktop.search.index import CreatorIndex
from xingtu_desktop.services.creator_search import CreatorSearchService, IndexPhase, IndexStatus

P = ParamSpec("P")
T = TypeVar("T")

NOW = datetime(2026, 11, 20, tzinfo=UTC)
MAKER = IndexMaker(bytes(range(32)))


class Shelf:
    """A store in memory with a change sequence."""

    def __init__(self) -> None:
        self.rows: dict[AuthorId, tuple[int, Creator | None]] = {}
        self.newest = 0
        self.asked: list[list[AuthorId]] = []
        self.since: list[int] = []

    def put(self, author_id: int, followers: int | None = 0, **figures: object) -> None:
        creator = Creator(AuthorId(author_id), f"达人{author_id}", NOW, "目录", followers=followers)
        self.newest += 1
        self.rows[creator.author_id] = (self.newest, replace(creator, **figures))  # type: ignore[arg-type]

    def drop(self, author_id: int) -> None:
        self.newest += 1
        self.rows[AuthorId(author_id)] = (self.newest, None)

    async def count(self) -> int:
        return sum(creator is not None for _, creator in self.rows.values())

    async def sequence(self) -> int:
        return self.newest

    async def by_ids(self, ids: Sequence[AuthorId]) -> list[Creator]:
        self.asked.append(list(ids))
        found = [self.rows[author_id][1] for author_id in ids if author_id in self.rows]
        return [creator for creator in found if creator is not None]

    async def changes_since(self, sequence: int, limit: int) -> tuple[list[Creator], list[AuthorId], int]:
        self.since.append(sequence)
        newer = sorted((number, author_id, creator) for author_id, (number, creator) in self.rows.items() if number > sequence)[:limit]
        upserts = [creator for _, _, creator in newer if creator is not None]
        return upserts, [author_id for _, author_id, creator in newer if creator is None], newer[-1][0] if newer else sequence

    async def detail(self, author_id: AuthorId) -> CreatorDetail | None:
        return None


class SlowShelf(Shelf):
    """A store whose changes cannot be read until `may_answer`."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()

    async def changes_since(self, sequence: int, limit: int) -> tuple[list[Creator], list[AuthorId], int]:
        found = await super().changes_since(sequence, limit)
        if self.newest:
            await self.may_answer.wait()
        return found


def service(shelf: Shelf, path: Path, heard: list[IndexStatus] | None = None) -> CreatorSearchService:
    return CreatorSearchService(shelf, MAKER, InlineCompute(), path / "creators.index", None if heard is None else heard.append)


async def test_without_a_snapshot_the_catalogue_is_read_and_the_first_creators_come_first(tmp_path: Path) -> None:
    shelf, heard = Shelf(), []
    for number in range(1, 4_501):
        shelf.put(number, followers=number)
    shelf.drop(7)
    shelf.put(9, followers=10**6)
    search = service(shelf, tmp_path, heard)
    assert search.status.phase is IndexPhase.EMPTY
    assert (await search.search(CreatorQuery())).page.total == 0
    await search.start()
    assert [status.done for status in heard] == [0, 2000, 4000, 4499, 4499]
    assert search.status == IndexStatus(IndexPhase.READY, 4499, 4499)
    rows = await search.search(CreatorQuery(), 0, 2)
    assert [creator.author_id for creator in rows.creators] == [9, 4500]
    assert rows.page.total == 4499


async def test_a_snapshot_is_loaded_and_only_newer_changes_are_replayed(tmp_path: Path) -> None:
    shelf = Shelf()
    for number in range(1, 50):
        shelf.put(number, followers=number)
    await service(shelf, tmp_path).start()
    shelf.put(50, followers=50)
    shelf.drop(49)
    shelf.since.clear()
    again = service(shelf, tmp_path)
    await again.start()
    assert shelf.since[0] == 49
    assert (await again.ids(CreatorQuery()))[:2] == (50, 48)
    assert again.generation == shelf.newest


@pytest.mark.parametrize("damage", ["garbage", "from the future"])
async def test_a_snapshot_that_cannot_be_trusted_is_built_anew(tmp_path: Path, damage: str) -> None:
    shelf = Shelf()
    shelf.put(1)
    path = tmp_path / "creators.index"
    if damage == "garbage":
        path.write_bytes(b"XTINDEX1" + b"\0" * 500)
    else:
        MAKER.builder().build(99).save(path)
    search = service(shelf, tmp_path)
    await search.start()
    assert await search.ids(CreatorQuery()) == (1,)
    assert MAKER.load(path).generation == 1


async def test_a_catalogue_that_cannot_be_read_is_said_and_no_longer_under_way(tmp_path: Path) -> None:
    class Torn(Shelf):
        async def changes_since(self, sequence: int, limit: int) -> tuple[list[Creator], list[AuthorId], int]:
            raise StorageDamaged("torn", file="catalog.db", role="catalog", reason="unreadable")

    heard: list[IndexStatus] = []
    search = service(Torn(), tmp_path, heard)
    with pytest.raises(StorageDamaged):
        await search.start()
    assert [status.phase for status in heard] == [IndexPhase.READING, IndexPhase.EMPTY]


async def test_records_are_fetched_for_the_window_only(tmp_path: Path) -> None:
    shelf = Shelf()
    for number in range(1, 301):
        shelf.put(number, followers=number)
    search = service(shelf, tmp_path)
    await search.start()
    rows = await search.search(CreatorQuery(), 100, 20)
    assert shelf.asked == [[AuthorId(number) for number in range(200, 180, -1)]]
    assert rows.page.total == 300
    await search.search(CreatorQuery(text="无人"))
    assert len(shelf.asked) == 1


async def test_a_refresh_shows_what_was_written_and_close_keeps_it(tmp_path: Path) -> None:
    shelf = Shelf()
    shelf.put(1, followers=1)
    search = service(shelf, tmp_path)
    await search.start()
    shelf.put(2, followers=2)
    await search.refresh()
    assert await search.ids(CreatorQuery()) == (2, 1)
    assert MAKER.load(tmp_path / "creators.index").generation == 1
    await search.close()
    assert MAKER.load(tmp_path / "creators.index").generation == 2


async def test_a_hundred_changes_at_once_cost_two_refreshes_and_all_are_taken_over(tmp_path: Path) -> None:
    shelf = SlowShelf()
    search = service(shelf, tmp_path)
    await search.start()
    shelf.since.clear()
    asked = []
    for number in range(1, 101):
        shelf.put(number)
        asked.append(asyncio.ensure_future(search.refresh()))
        await asyncio.sleep(0)
    shelf.may_answer.set()
    await asyncio.gather(*asked)
    assert search.status.done == 100
    # Each refresh asks until nothing is left.
    assert len(shelf.since) <= 4


async def test_a_start_that_is_given_up_while_it_writes_ends_before_the_next_writing_begins(tmp_path: Path) -> None:
    class Threads(InlineCompute):
        """As slow to write as a thread that nobody can cancel."""

        def __init__(self) -> None:
            self.writing = 0
            self.most = 0
            self.may_end = asyncio.Event()
            self.begun = asyncio.Event()

        async def run(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
            if getattr(fn, "__name__", "") != "save":
                return fn(*args, **kwargs)
            self.writing += 1
            self.most = max(self.most, self.writing)
            self.begun.set()
            await self.may_end.wait()
            self.writing -= 1
            return fn(*args, **kwargs)

    shelf, threads = Shelf(), Threads()
    shelf.put(1)
    search = CreatorSearchService(shelf, MAKER, threads, tmp_path / "creators.index")
    starting = asyncio.ensure_future(search.start())
    await threads.begun.wait()
    starting.cancel()
    closing = asyncio.ensure_future(search.close())
    for _ in range(20):
        await asyncio.sleep(0)
    assert not closing.done()
    threads.may_end.set()
    await closing
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert threads.most == 1
    assert MAKER.load(tmp_path / "creators.index").generation == 1


async def test_a_full_disk_costs_the_snapshot_but_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: CreatorIndex, path: Path) -> int:
        raise DiskFull("no room")

    monkeypatch.setattr(CreatorIndex, "save", full)
    shelf = Shelf()
    shelf.put(1)
    search = service(shelf, tmp_path)
    await search.start()
    assert await search.ids(CreatorQuery()) == (1,)


async def test_a_profile_places_the_creator_within_its_type_and_finds_its_like(tmp_path: Path) -> None:
    shelf = Shelf()
    for number in range(1, 41):
        shelf.put(number, followers=number, content_types=("美妆" if number % 2 else "时尚",))
    search = service(shelf, tmp_path)
    await search.start()
    profile = await search.profile(AuthorId(21), (Field.FOLLOWERS, Field.HIT_RATE))
    place = profile.percentile(Field.FOLLOWERS)
    assert place is not None
    assert (place.sample, place.below, place.content_type) == (20, 0.5, "美妆")
    assert profile.detail.videos == ()
    assert len(await search.similar(AuthorId(21), 3)) == 3
    with pytest.raises(NoSuchThing):
        await search.profile(AuthorId(99))


async def test_counts_and_loosenings_come_through(tmp_path: Path) -> None:
    shelf = Shelf()
    for number in range(1, 21):
        shelf.put(number, followers=number * 10_000)
    search = service(shelf, tmp_path)
    await search.start()
    query = CreatorQuery(ranges=(RangeFilter(Field.FOLLOWERS, low=10**9),))
    counts = await search.facets(query, FacetRequest((Facet.SOURCE,), (Field.FOLLOWERS,)))
    histogram = counts.histogram(Field.FOLLOWERS)
    assert (counts.total, histogram and sum(histogram.counts)) == (0, 20)
    (loosening,) = await search.loosenings(query)
    assert (await search.search(loosening.query)).page.total == loosening.count > 0
