"""The creator index: any combination of filters, orders and counts over the whole catalogue, answered from memory.

One writer at a time builds or patches; readers on any thread work on the generation that was current when they asked. The design and its
figures: performance measurements in the project's design notes, summarised in ARCHITECTURE.md.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xingtu_desktop.core.errors import BugError, NoSuchThing
from xingtu_desktop.domain.creator import Creator
from xingtu_desktop.domain.creator_query import (
    FIELDS,
    MULTIPLE_VALUES,
    CategoryCounts,
    CategoryFilter,
    CreatorQuery,
    Facet,
    FacetRequest,
    FacetResult,
    Field,
    Histogram,
    Loosening,
    Percentile,
    SearchPage,
    Similar,
)
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.search import bits, loosen, snapshot
from xingtu_desktop.search.bits import Counter, Words
from xingtu_desktop.search.columns import Columns
from xingtu_desktop.search.numbers import directed, sorted_rows
from xingtu_desktop.search.state import Condition, IndexState
from xingtu_desktop.search.text import FrequentRule

_EDGES = {name: tuple(spec.shown(edge) for edge in spec.edges()) for name, spec in FIELDS.items()}
_MOST_WALKED = 32_768
"""Positions of an order that are looked at one after the other before counting blocks is cheaper."""
_NEAR = 8_192
"""Positions that are looked at sooner than the hits themselves are sorted."""
_FEW = 50_000
"""Up to so many hits are sorted themselves; above, the order of the whole catalogue is used."""


class CreatorIndex:
    """Answers queries over creators; `generation` is the change sequence that its content stands for."""

    def __init__(self, state: IndexState, key: bytes | None = None) -> None:
        """`key` (32 bytes) seals its snapshots; without one it cannot be saved."""
        self._state = state
        self._key = key
        self._writer = threading.Lock()

    @classmethod
    def build(
        cls, creators: Iterable[Creator] | Columns, generation: int = 0, key: bytes | None = None, frequent: FrequentRule | None = None
    ) -> CreatorIndex:
        """Index a whole catalogue, from records or straight from columns."""
        columns = creators if isinstance(creators, Columns) else Columns.from_creators(creators)
        return cls(IndexState.build(columns, generation, frequent or FrequentRule()), key)

    @classmethod
    def load(cls, path: Path, key: bytes) -> CreatorIndex:
        """Read a snapshot; raises SnapshotInvalid when it is missing, damaged or of another schema."""
        return cls(snapshot.load(path, key), key)

    def save(self, path: Path) -> int:
        """Write a snapshot of the current generation and return it; the file is replaced whole or not at all. Raises DiskFull."""
        if self._key is None:
            raise BugError("an index without a key has no snapshot")
        state = self._state
        snapshot.save(state, path, self._key)
        return state.generation

    @property
    def generation(self) -> int:
        """The change sequence of the current content."""
        return self._state.generation

    @property
    def size(self) -> int:
        """How many creators can be found."""
        return self._state.live_count

    def apply(self, upserts: Iterable[Creator] | Columns, deletes: Iterable[AuthorId], generation: int) -> None:
        """Patch a copy with new, changed and deleted creators and swap it in; readers see the old or the new, never a mixture."""
        columns = upserts if isinstance(upserts, Columns) else Columns.from_creators(upserts)
        gone = np.fromiter(deletes, np.int64)
        with self._writer:
            self._state = self._state.patched(columns, gone, generation)

    # ------------------------------------------------------------- pages

    def query(self, query: CreatorQuery, offset: int = 0, limit: int = 100) -> SearchPage:
        """The exact count and the ids from `offset` on, at most `limit`."""
        started = time.perf_counter()
        state = self._state
        conditions = state.conditions(query)
        words, counter = state.result(conditions)
        offset, limit = max(0, offset), max(0, limit)
        stop = min(offset + limit, counter.total)
        rows = _window(state, query, conditions, words, counter, offset, stop) if offset < stop else np.zeros(0, np.int32)
        ids = state.ids(rows)
        elapsed = (time.perf_counter() - started) * 1000
        return SearchPage(query, counter.total, state.live_count, offset, ids, state.generation, elapsed)

    # ------------------------------------------------------------- counts

    def facets(self, query: CreatorQuery, wanted: FacetRequest) -> FacetResult:
        """Counts and histograms; each ignores the filter on its own facet or field, all others hold."""
        started = time.perf_counter()
        state = self._state
        conditions = state.conditions(query)
        everything = state.result(conditions)
        total = everything[1].total
        own: dict[Facet | Field, list[Condition]] = {}
        for condition in conditions:
            if isinstance(condition, CategoryFilter):
                own.setdefault(condition.facet, []).append(condition)
            elif not isinstance(condition, str) and hasattr(condition, "field"):
                own.setdefault(condition.field, []).append(condition)

        def others(name: Facet | Field) -> tuple[Words, Counter]:
            mine = own.get(name)
            return everything if mine is None else state.result(tuple(c for c in conditions if c not in mine))

        categories = tuple(_category_counts(state, facet, wanted.most, *others(facet)) for facet in wanted.facets)
        histograms = tuple(_histogram(state, name, others(name)[1]) for name in wanted.fields)
        return FacetResult(total, categories, histograms, state.generation, (time.perf_counter() - started) * 1000)

    def loosenings(self, query: CreatorQuery) -> tuple[Loosening, ...]:
        """For each active filter its nearest loosening with the count that it would give, the greatest gain first."""
        return loosen.loosenings(self._state, query)

    # ------------------------------------------------------------- profiles

    def similar(self, author_id: AuthorId, most: int = 12) -> tuple[Similar, ...]:
        """The creators whose figures are most alike, without itself; raises NoSuchThing for an unknown creator."""
        state = self._state
        row = int(state.rows_of(np.array([author_id], np.int64))[0])
        if row < 0 or not bits.test(state.live, np.array([row]))[0]:
            raise NoSuchThing("creator is not in the index", author_id=author_id)
        likeness = state.features().likeness(row)
        likeness[~bits.unpack(state.live, state.size)] = -np.inf
        likeness[row] = -np.inf
        most = min(most, state.live_count - 1)
        if most <= 0:
            return ()
        least = np.partition(likeness, likeness.size - most)[likeness.size - most]
        rows = np.flatnonzero(likeness >= least)
        best = rows[np.lexsort((state.author_ids[rows], -likeness[rows]))][:most]
        return tuple(Similar(AuthorId(int(state.author_ids[r])), float(likeness[r])) for r in best)

    def percentile(self, field: Field, value: int | float | None, content_type: str | None = None) -> Percentile:
        """Where a stored value (`FieldSpec.stored`; None: only the quartiles) stands among creators of a content type."""
        state, spec = self._state, FIELDS[field]
        conditions: tuple[Condition, ...] = ()
        if content_type is not None:
            conditions = (CategoryFilter(Facet.CONTENT_TYPE, frozenset({content_type})),)

        def make() -> npt.NDArray[np.integer]:
            words, counter = state.result(conditions)
            column = state.numbers[field][bits.to_rows(words, counter.total)]
            return np.sort(column[column != spec.missing])

        sample = state.remembered.quartiles.get_or((field, content_type), make)
        if not sample.size:
            return Percentile(field, content_type, 0, None, None, None, None)
        below = None if value is None else float(np.searchsorted(sample, value, side="left")) / sample.size
        # The nearest value that somebody has: a quartile of fen stays whole fen.
        p25, p50, p75 = (spec.shown(int(sample[round(part * (sample.size - 1))])) for part in (0.25, 0.5, 0.75))
        return Percentile(field, content_type, int(sample.size), below, p25, p50, p75)


def _category_counts(state: IndexState, facet: Facet, most: int, words: Words, counter: Counter) -> CategoryCounts:
    column = state.categories[facet]
    counts = column.counts(counter, words)
    order = np.lexsort((np.arange(counts.size), -counts))[:most]
    # Several values a creator: their counts do not add up to the creators that have any.
    known = int(counter.counts(column.known[None, :])[0]) if facet in MULTIPLE_VALUES else int(counts.sum())
    listed = tuple((column.values[code], int(counts[code])) for code in order.tolist())
    return CategoryCounts(facet, listed, counter.total - known)


def _histogram(state: IndexState, name: Field, counter: Counter) -> Histogram:
    spec, made = FIELDS[name], state.histogram(name)
    counts = counter.counts(made.sets)
    return Histogram(
        field=name,
        edges=_EDGES[name],
        counts=tuple(counts.tolist()),
        minimum=None if made.minimum is None else spec.shown(made.minimum),
        maximum=None if made.maximum is None else spec.shown(made.maximum),
        missing=counter.total - int(counts.sum()),
    )


def _window(
    state: IndexState, query: CreatorQuery, conditions: tuple[Condition, ...], words: Words, counter: Counter, start: int, stop: int
) -> npt.NDArray[np.int32]:
    """The rows from place `start` to `stop` of the answer in the order of the query."""
    sort, targets = query.sort, query.targets
    order = state.remembered.orders.get(state.sort_of(sort, targets))
    near = stop * state.size <= _NEAR * counter.total
    if counter.total <= _FEW and (order is None or not near):
        key = (conditions, sort, targets, query.descending)

        def make() -> npt.NDArray[np.int32]:
            rows = bits.to_rows(words, counter.total)
            found, known = sorted_rows(state.sort_keys_at(sort, targets, rows), state.id_ranks[rows], state.rows_by_id)
            return directed(found, known, query.descending)

        return state.remembered.sorted.get_or(key, make)[start:stop]
    order = order or state.order(sort, targets)
    counts: npt.NDArray[np.int64] | None = None
    if stop * state.size > _MOST_WALKED * counter.total:
        counts = state.remembered.block_counts.get_or((conditions, sort, targets), lambda: counter.counts(order.sets))
    parts: list[npt.NDArray[np.int32]] = []
    passed, needed = 0, stop - start
    for place in order.places(query.descending):
        if counts is not None and passed + int(counts[place]) <= start:
            passed += int(counts[place])
            continue
        run = order.run(place, query.descending)
        for at in range(0, run.size, _MOST_WALKED):
            piece = run[at : at + _MOST_WALKED]
            hits = piece[bits.test(words, piece)]
            taken = hits[max(0, start - passed) : max(0, start - passed) + needed]
            passed += hits.size
            if taken.size:
                parts.append(taken)
                needed -= taken.size
                start = passed
            if needed == 0:
                return np.concatenate(parts)
    return np.concatenate(parts)
