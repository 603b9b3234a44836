"""One generation of the index: immutable columns, and the answers remembered from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

from xingtu_desktop.domain.creator_query import (
    FIELDS,
    AudienceTarget,
    CategoryFilter,
    CreatorQuery,
    Facet,
    Field,
    MembershipFilter,
    RangeFilter,
    SortKey,
)
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.search import bits
from xingtu_desktop.search.bits import Lru, Words
from xingtu_desktop.search.categories import CategoryColumn
from xingtu_desktop.search.columns import Columns, Numbers, fold, name_key, reordered
from xingtu_desktop.search.lookalike import Features
from xingtu_desktop.search.numbers import NO_KEY, HistogramSets, Order, SortKeys, select_range, sort_keys
from xingtu_desktop.search.text import FrequentRule, TextColumn

A = TypeVar("A", npt.NDArray[np.uint16], npt.NDArray[np.int32], npt.NDArray[np.uint64], Numbers)
Condition = RangeFilter | CategoryFilter | MembershipFilter | str
"""One filter of a query; a str is the text."""
SortOf = tuple[Field | SortKey, tuple[AudienceTarget, ...]]

_CATEGORY_SORTS = {SortKey.CONTENT_TYPE: Facet.CONTENT_TYPE, SortKey.MCN: Facet.MCN, SortKey.CITY: Facet.CITY}
EAGER_FIELDS = (
    Field.FOLLOWERS,
    Field.QUOTE_FROM_21_TO_60,
    Field.CPM_FROM_21_TO_60,
    Field.EXPECTED_PLAYS,
    Field.INTERACTION_RATE,
    Field.FINISH_RATE,
    Field.HIT_RATE,
    Field.FEMALE_15_24_SHARE,
    Field.CITY_SECOND_SHARE,
)
"""Histograms that are ready before the first keystroke; others are made when first looked at."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What readers keep while a generation lives; losing any of it only costs time."""

    conditions: Lru[Condition, Words] = field(default_factory=lambda: Lru(64))
    results: Lru[tuple[Condition, ...], tuple[Words, bits.Counter]] = field(default_factory=lambda: Lru(16))
    keys: Lru[SortOf, SortKeys] = field(default_factory=lambda: Lru(3))
    orders: Lru[SortOf, Order] = field(default_factory=lambda: Lru(6))
    sorted: Lru[object, npt.NDArray[np.int32]] = field(default_factory=lambda: Lru(8))
    block_counts: Lru[object, npt.NDArray[np.int64]] = field(default_factory=lambda: Lru(16))
    histograms: dict[Field, HistogramSets] = field(default_factory=dict)
    quartiles: Lru[object, npt.NDArray[np.integer]] = field(default_factory=lambda: Lru(32))
    features: list[Features] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class IndexState:
    """All columns of one generation. Rows never move between generations; a deleted creator's row is not in `live`.

    `id_ranks[row]` is the place of the row's id among all ids, `rows_by_id` the inverse. `built_size` is the number of rows at the last
    full build, `live_count` how many creators can be found.
    """

    generation: int
    author_ids: npt.NDArray[np.int64]
    id_ranks: npt.NDArray[np.int32]
    rows_by_id: npt.NDArray[np.int32]
    live: Words
    live_count: int
    numbers: Mapping[Field, Numbers]
    categories: Mapping[Facet, CategoryColumn]
    text: TextColumn
    name_keys: npt.NDArray[np.uint64]
    remembered: Remembered = field(default_factory=Remembered)

    @property
    def size(self) -> int:
        """How many rows there are, dead ones too."""
        return int(self.author_ids.size)

    @classmethod
    def build(cls, columns: Columns, generation: int, frequent: FrequentRule) -> IndexState:
        """Index a whole catalogue."""
        main = CategoryColumn.build(Facet.CONTENT_TYPE, columns.categories[Facet.CONTENT_TYPE], columns.size).codes
        assert main is not None, "the content type keeps its codes"
        # Creators of one type stand together, so that a query for a type touches only a part of every set.
        columns = reordered(columns, np.lexsort((columns.numbers[Field.FOLLOWERS], main)))
        size = columns.size
        rows_by_id = np.argsort(columns.author_ids, kind="stable").astype(np.int32)
        state = cls(
            generation=generation,
            author_ids=columns.author_ids,
            id_ranks=inverse(rows_by_id),
            rows_by_id=rows_by_id,
            live=bits.pack(np.ones(size, np.bool_)),
            live_count=size,
            numbers=columns.numbers,
            categories={facet: CategoryColumn.build(facet, batch, size) for facet, batch in columns.categories.items()},
            text=TextColumn.build(columns.texts, frequent),
            name_keys=columns.name_keys,
        )
        state.warm()
        return state

    def warm(self) -> None:
        """Make what the first keystroke would otherwise wait for."""
        for name in EAGER_FIELDS:
            self.histogram(name)
        self.order(Field.FOLLOWERS, ())

    # ------------------------------------------------------------- changing

    def rows_of(self, author_ids: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The row of each id, −1 where the index has none (a deleted creator still has its row)."""
        if not self.size:
            return np.full(author_ids.size, -1, np.int64)
        places = np.minimum(np.searchsorted(self.author_ids, author_ids, sorter=self.rows_by_id), self.size - 1)
        rows = self.rows_by_id[places].astype(np.int64)
        rows[self.author_ids[rows] != author_ids] = -1
        return rows

    def patched(self, upserts: Columns, deletes: npt.NDArray[np.int64], generation: int) -> IndexState:
        """A new generation with some creators new, changed or gone (an id in both is gone); this one stays as it is."""
        targets = self.rows_of(upserts.author_ids)
        added = np.flatnonzero(targets < 0)
        size = self.size + added.size
        targets[added] = np.arange(self.size, size)
        touched = bits.from_rows(targets, size)
        author_ids = np.concatenate([self.author_ids, upserts.author_ids[added]])
        rows_by_id = self.rows_by_id
        if added.size:
            both = np.concatenate([rows_by_id, np.arange(self.size, size, dtype=np.int32)])
            # Nearly sorted already, which the stable sort uses.
            rows_by_id = both[np.argsort(author_ids[both], kind="stable")]
        live = bits.grown(self.live, touched.size) | touched
        numbers = {name: _written(column, targets, upserts.numbers[name], size) for name, column in self.numbers.items()}
        state = IndexState(
            generation=generation,
            author_ids=author_ids,
            id_ranks=inverse(rows_by_id) if added.size else self.id_ranks,
            rows_by_id=rows_by_id,
            live=live,
            live_count=0,
            numbers=numbers,
            categories={f: column.patched(upserts.categories[f], targets, size) for f, column in self.categories.items()},
            text=self.text.patched(upserts.texts, targets, touched, size),
            name_keys=_written(self.name_keys, targets, upserts.name_keys, size),
        )
        gone = state.rows_of(deletes)
        live = live & ~bits.from_rows(gone[gone >= 0], size)
        state = _with_live(state, live)
        for name, sets in self.remembered.histograms.copy().items():
            state.remembered.histograms[name] = sets.patched(FIELDS[name], numbers[name], live, touched, targets)
        for (sort, wanted), _ in self.remembered.orders.items()[-2:]:
            state.order(sort, wanted)
        return state

    # ------------------------------------------------------------- asking

    def conditions(self, query: CreatorQuery) -> tuple[Condition, ...]:
        """The query's filters, one each, in a fixed order."""
        text = fold(query.text.strip())
        parts: list[Condition] = [*sorted(query.categories, key=lambda c: c.facet), *sorted(query.ranges, key=lambda r: r.field)]
        if query.membership is not None:
            parts.append(query.membership)
        if text:
            parts.append(text)
        return tuple(parts)

    def select(self, condition: Condition) -> Words:
        """The rows that pass one filter (dead rows may be among them)."""
        return self.remembered.conditions.get_or(condition, lambda: self._select(condition))

    def _select(self, condition: Condition) -> Words:
        if isinstance(condition, RangeFilter):
            return select_range(FIELDS[condition.field], self.numbers[condition.field], condition)
        if isinstance(condition, CategoryFilter):
            return self.categories[condition.facet].select(condition, self.size)
        if isinstance(condition, MembershipFilter):
            rows = self.rows_of(np.fromiter(condition.author_ids, np.int64, len(condition.author_ids)))
            members = bits.from_rows(rows[rows >= 0], self.size)
            return self.live & ~members if condition.negate else members
        found = self.text.select(condition)
        return self.live if found is None else found

    def result(self, conditions: tuple[Condition, ...]) -> tuple[Words, bits.Counter]:
        """The live rows that pass all conditions, with their counter."""

        def make() -> tuple[Words, bits.Counter]:
            words = bits.conjunction([self.live, *(self.select(condition) for condition in conditions)])
            return words, bits.Counter(words)

        return self.remembered.results.get_or(conditions, make)

    def histogram(self, name: Field) -> HistogramSets:
        """The histogram sets of a field, made when first wanted."""
        known = self.remembered.histograms.get(name)
        if known is None:
            known = HistogramSets.build(FIELDS[name], self.numbers[name], self.live)
            self.remembered.histograms[name] = known
        return known

    @staticmethod
    def sort_of(sort: Field | SortKey, targets: tuple[AudienceTarget, ...]) -> SortOf:
        """What tells orders apart: the targets matter to the audience fit only."""
        return sort, targets if sort is SortKey.AUDIENCE_FIT else ()

    def sort_keys(self, sort: Field | SortKey, targets: tuple[AudienceTarget, ...]) -> SortKeys:
        """The key of each row for an order, `NO_KEY` where it has none."""
        if isinstance(sort, Field):
            return sort_keys(self.numbers[sort])
        return self.remembered.keys.get_or(self.sort_of(sort, targets), lambda: self._make_keys(sort, targets))

    def sort_keys_at(self, sort: Field | SortKey, targets: tuple[AudienceTarget, ...], rows: npt.NDArray[np.int64]) -> SortKeys:
        """The keys of some rows only."""
        return sort_keys(self.numbers[sort][rows]) if isinstance(sort, Field) else self.sort_keys(sort, targets)[rows]

    def _make_keys(self, sort: SortKey, targets: tuple[AudienceTarget, ...]) -> SortKeys:
        if sort is SortKey.AUDIENCE_FIT:
            return self._fit_keys(targets)
        if sort is SortKey.NICKNAME:
            return np.unique(self.name_keys, return_inverse=True)[1].astype(np.uint32)
        column = self.categories[_CATEGORY_SORTS[sort]]
        assert column.codes is not None, "facets that one sorts by keep their codes"
        ranks = np.full(len(column.values) + 1, NO_KEY, np.uint32)
        keys = [name_key(value) for value in column.values]
        for rank, code in enumerate(sorted(range(len(keys)), key=lambda code: (keys[code], column.values[code]))):
            ranks[code] = rank
        # Code −1, no known value, reads the last entry.
        return ranks[column.codes]

    def _fit_keys(self, targets: tuple[AudienceTarget, ...]) -> SortKeys:
        keys = np.full(self.size, NO_KEY, np.uint32)
        if not targets:
            return keys
        total = np.zeros(self.size, np.float64)
        known = np.ones(self.size, np.bool_)
        for target in targets:
            spec, column = FIELDS[target.field], self.numbers[target.field]
            known &= column != spec.missing
            shares = column / 10_000
            total += np.minimum(shares / target.share, 1.0) if target.share > 0 else 1.0
        keys[known] = np.round(100 * (100 * total[known] / len(targets))).astype(np.uint32)
        return keys

    def order(self, sort: Field | SortKey, targets: tuple[AudienceTarget, ...]) -> Order:
        """All rows by an order, made when first wanted."""
        return self.remembered.orders.get_or(
            self.sort_of(sort, targets), lambda: Order.build(self.sort_keys(sort, targets), self.id_ranks, self.rows_by_id)
        )

    def features(self) -> Features:
        """The figures for look-alikes, made when first wanted."""
        if not self.remembered.features:
            self.remembered.features.append(Features.build(self.numbers))
        return self.remembered.features[0]

    def ids(self, rows: npt.NDArray[np.integer]) -> tuple[AuthorId, ...]:
        """The ids of rows."""
        return tuple(AuthorId(author_id) for author_id in self.author_ids[rows].tolist())


def _with_live(state: IndexState, live: Words) -> IndexState:
    return IndexState(
        generation=state.generation,
        author_ids=state.author_ids,
        id_ranks=state.id_ranks,
        rows_by_id=state.rows_by_id,
        live=live,
        live_count=bits.count(live),
        numbers=state.numbers,
        categories=state.categories,
        text=state.text,
        name_keys=state.name_keys,
    )


def inverse(rows: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """The place of each row."""
    places = np.empty(rows.size, np.int32)
    places[rows] = np.arange(rows.size, dtype=np.int32)
    return places


def _written(column: A, targets: npt.NDArray[np.int64], values: A, size: int) -> A:
    copy = np.empty(size, column.dtype)
    copy[: column.size] = column
    copy[targets] = values
    return cast(A, copy)
