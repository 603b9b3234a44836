"""Searching creators: the index answers which, the store what they are; both off the thread that draws.

At start the snapshot is loaded and the store's newer changes are replayed. Without a usable snapshot the catalogue is read
in the background: the first creators can be searched at once, the rest when all have been read.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from xingtu_desktop.core.errors import DiskFull, KnownError, NoSuchThing, SnapshotInvalid
from xingtu_desktop.core.tasks import Compute
from xingtu_desktop.domain.creator import Creator, CreatorDetail
from xingtu_desktop.domain.creator_query import (
    FIELDS,
    Bound,
    CreatorQuery,
    FacetRequest,
    FacetResult,
    Field,
    Loosening,
    Percentile,
    SearchPage,
    Similar,
)
from xingtu_desktop.domain.facets import VALUE_OF
from xingtu_desktop.domain.ids import AuthorId

log = logging.getLogger(__name__)

_PIECE = 2_000
_SAVE_AFTER = 5_000
"""So many changed creators are worth a new snapshot; fewer are replayed at the next start."""


class CreatorIndexPort(Protocol):
    """The index (`search.index.CreatorIndex`); every call computes and belongs off the UI thread."""

    @property
    def generation(self) -> int: ...
    @property
    def size(self) -> int: ...
    def query(self, query: CreatorQuery, offset: int = 0, limit: int = 100) -> SearchPage: ...
    def facets(self, query: CreatorQuery, wanted: FacetRequest) -> FacetResult: ...
    def loosenings(self, query: CreatorQuery) -> tuple[Loosening, ...]: ...
    def similar(self, author_id: AuthorId, most: int = 12) -> tuple[Similar, ...]: ...
    def percentile(self, field: Field, value: int | float | None, content_type: str | None = None) -> Percentile: ...
    def apply(self, upserts: Iterable[Creator], deletes: Iterable[AuthorId], generation: int) -> None: ...
    def save(self, path: Path) -> int: ...


class IndexBuilderPort(Protocol):
    """Takes a catalogue in pieces (`search.builder.IndexBuilder`)."""

    def add(self, upserts: Iterable[Creator], deletes: Iterable[AuthorId]) -> None: ...
    def build(self, generation: int) -> CreatorIndexPort: ...


class IndexMakerPort(Protocol):
    """Where indexes come from (`search.builder.IndexMaker`)."""

    def builder(self) -> IndexBuilderPort: ...
    def load(self, path: Path) -> CreatorIndexPort: ...


class SearchableCreators(Protocol):
    """What the search needs of `ports.CreatorStore`."""

    async def count(self) -> int: ...
    async def sequence(self) -> int: ...
    async def by_ids(self, ids: Sequence[AuthorId]) -> list[Creator]: ...
    async def changes_since(self, sequence: int, limit: int) -> tuple[list[Creator], list[AuthorId], int]: ...
    async def detail(self, author_id: AuthorId) -> CreatorDetail | None: ...


class IndexPhase(StrEnum):
    """How far the index is."""

    EMPTY = "empty"
    READING = "reading"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """`done` of `total` creators can be searched; while READING the answers cover only those."""

    phase: IndexPhase
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class CreatorRows:
    """A page with the records of its window; a creator deleted since is left out."""

    page: SearchPage
    creators: tuple[Creator, ...]


@dataclass(frozen=True, slots=True)
class CreatorProfile:
    """A creator, what is kept of its videos and prices, and where its figures stand among its main content type."""

    creator: Creator
    detail: CreatorDetail
    percentiles: tuple[Percentile, ...]

    def percentile(self, field: Field) -> Percentile | None:
        """Where one figure stands, if asked for."""
        return next((place for place in self.percentiles if place.field is field), None)


@dataclass(frozen=True, slots=True)
class SimilarCreator:
    """A look-alike with its record; `likeness` −1 to 1."""

    creator: Creator
    likeness: float


PROFILE_FIELDS = (
    Field.INDEX_SPREAD,
    Field.INDEX_SEEDING,
    Field.INDEX_CONVERSION,
    Field.INDEX_VALUE,
    Field.INDEX_COOPERATION,
    Field.INDEX_GROWTH,
    Field.CITY_FIRST_SHARE,
    Field.CITY_NEW_FIRST_SHARE,
    Field.CITY_SECOND_SHARE,
    Field.AGE_18_23_SHARE,
    Field.AGE_24_30_SHARE,
    Field.FEMALE_SHARE,
    Field.CPM_FROM_21_TO_60,
    Field.QUOTE_FROM_21_TO_60,
)
"""The figures that a profile compares with others of the type."""


class CreatorSearchService:
    """Use cases of the Creators view; one a signed-in account.

    Start it once, `refresh` after every write to the store, `close` before the store closes. `on_status` hears of every change
    of the status, on the loop's thread.
    """

    def __init__(
        self,
        store: SearchableCreators,
        maker: IndexMakerPort,
        compute: Compute,
        snapshot: Path,
        on_status: Callable[[IndexStatus], None] | None = None,
    ) -> None:
        self._store = store
        self._maker = maker
        self._compute = compute
        self._snapshot = snapshot
        self._on_status = on_status
        self._index: CreatorIndexPort = maker.builder().build(0)
        self._status = IndexStatus(IndexPhase.EMPTY, 0, 0)
        self._writing = asyncio.Lock()
        self._refresh_waits = False
        self._unsaved = 0

    @property
    def status(self) -> IndexStatus:
        """How far the index is."""
        return self._status

    @property
    def generation(self) -> int:
        """The change sequence that answers stand for."""
        return self._index.generation

    # ------------------------------------------------------------- life

    async def start(self) -> None:
        """Make creators searchable: from the snapshot, else by reading the catalogue. May be awaited in the background.

        Errors of the store are raised; then the status says that nothing is searchable, and no longer that it is being made so.
        """
        try:
            await self._start()
        except KnownError:
            self._tell(IndexPhase.EMPTY, 0, 0)
            raise

    async def _start(self) -> None:
        async with self._writing:
            try:
                loaded = await self._compute.run(self._maker.load, self._snapshot)
            except SnapshotInvalid as error:
                log.info("the index is built anew: %s", error.detail)
                await self._rebuild()
                return
            if loaded.generation > await self._store.sequence():
                # The catalogue was restored from an older copy, or is another account's.
                await self._rebuild()
                return
            self._index = loaded
            await self._replay()

    async def refresh(self) -> None:
        """Take over what was written to the store since; searches go on meanwhile.

        Never cancel one for a newer one: what its thread applies would land after the newer. Many at once cost two: the one that runs, and
        the first that waits, which takes over what the others were called for.
        """
        if self._refresh_waits:
            return
        self._refresh_waits = True
        try:
            await self._writing.acquire()
        finally:
            self._refresh_waits = False
        try:
            await self._replay()
        finally:
            self._writing.release()

    async def close(self) -> None:
        """Keep what was learnt since the last snapshot."""
        async with self._writing:
            if self._unsaved:
                await self._save()

    async def _rebuild(self) -> None:
        total = await self._store.count()
        builder = self._maker.builder()
        sequence, taken = 0, 0
        self._tell(IndexPhase.READING, 0, total)
        while True:
            upserts, deletes, reached = await self._store.changes_since(sequence, _PIECE)
            if reached <= sequence:
                break
            await self._compute.run(builder.add, upserts, deletes)
            first, sequence, taken = sequence == 0, reached, taken + len(upserts)
            if first and taken < total:
                self._index = await self._compute.run(builder.build, sequence)
            self._tell(IndexPhase.READING, min(taken, total), total)
        self._index = await self._compute.run(builder.build, sequence)
        self._tell(IndexPhase.READY, self._index.size, self._index.size)
        await self._save()

    async def _replay(self) -> None:
        while True:
            sequence = self._index.generation
            upserts, deletes, reached = await self._store.changes_since(sequence, 10 * _PIECE)
            if reached <= sequence:
                break
            await self._compute.run(self._index.apply, upserts, deletes, reached)
            self._unsaved += len(upserts) + len(deletes)
        self._tell(IndexPhase.READY, self._index.size, self._index.size)
        if self._unsaved >= _SAVE_AFTER:
            await self._save()

    async def _save(self) -> None:
        # A thread cannot be cancelled: whoever is, keeps the lock until it has ended, so that no two write the same file.
        saving = asyncio.ensure_future(self._compute.run(self._index.save, self._snapshot))
        try:
            await asyncio.shield(saving)
        except asyncio.CancelledError:
            await asyncio.wait({saving})
            raise
        except (DiskFull, OSError) as error:
            # The snapshot only saves time at the next start; the catalogue holds everything.
            log.warning("the index snapshot was not written: %s", error)
        else:
            self._unsaved = 0

    def _tell(self, phase: IndexPhase, done: int, total: int) -> None:
        self._status = IndexStatus(phase, done, total)
        if self._on_status is not None:
            self._on_status(self._status)

    # ------------------------------------------------------------- asking

    async def search(self, query: CreatorQuery, offset: int = 0, limit: int = 100) -> CreatorRows:
        """The exact count and the records from `offset` on; `page.elapsed_ms` is the index's own time."""
        page = await self._compute.run(self._index.query, query, offset, limit)
        creators = await self._store.by_ids(page.author_ids) if page.author_ids else []
        return CreatorRows(page, tuple(creators))

    async def ids(self, query: CreatorQuery, limit: int = 1_000_000) -> tuple[AuthorId, ...]:
        """The ids of a whole answer in order, for "select all" and exports."""
        page = await self._compute.run(self._index.query, query, 0, limit)
        return page.author_ids

    async def facets(self, query: CreatorQuery, wanted: FacetRequest) -> FacetResult:
        """The counts and histograms that a view shows."""
        return await self._compute.run(self._index.facets, query, wanted)

    async def loosenings(self, query: CreatorQuery) -> tuple[Loosening, ...]:
        """For each filter its nearest loosening, the greatest gain first."""
        return await self._compute.run(self._index.loosenings, query)

    async def creators(self, ids: Sequence[AuthorId]) -> tuple[Creator, ...]:
        """The records of some creators, unknown ones left out."""
        return tuple(await self._store.by_ids(ids))

    async def profile(self, author_id: AuthorId, fields: Sequence[Field] = PROFILE_FIELDS) -> CreatorProfile:
        """Everything kept of a creator; raises NoSuchThing."""
        found = await self._store.by_ids([author_id])
        if not found:
            raise NoSuchThing("no such creator", author_id=author_id)
        creator = found[0]
        detail = await self._store.detail(author_id) or CreatorDetail(author_id)
        main_type = creator.content_types[0] if creator.content_types else None
        places = await self._compute.run(_percentiles, self._index, creator, main_type, tuple(fields))
        return CreatorProfile(creator, detail, places)

    async def percentile(self, field: Field, value: Bound | None, content_type: str | None = None) -> Percentile:
        """Where a value stands among creators of a type (None: among all)."""
        stored = None if value is None else FIELDS[field].stored(value)
        return await self._compute.run(self._index.percentile, field, stored, content_type)

    async def similar(self, author_id: AuthorId, most: int = 12) -> tuple[SimilarCreator, ...]:
        """The creators most like one, the most alike first; raises NoSuchThing."""
        alike = await self._compute.run(self._index.similar, author_id, most)
        likeness = {one.author_id: one.likeness for one in alike}
        found = await self._store.by_ids([one.author_id for one in alike])
        return tuple(SimilarCreator(creator, likeness[creator.author_id]) for creator in found)


def _percentiles(index: CreatorIndexPort, creator: Creator, content_type: str | None, fields: tuple[Field, ...]) -> tuple[Percentile, ...]:
    places = []
    for field in fields:
        value = VALUE_OF[field](creator)
        places.append(index.percentile(field, None if value is None else FIELDS[field].stored(value), content_type))
    return tuple(places)
