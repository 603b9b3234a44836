"""The numeric columns of the index: ranges as sets, histogram sets, and orders with one permutation each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xingtu_desktop.domain.creator_query import FieldSpec, RangeFilter
from xingtu_desktop.search import bits
from xingtu_desktop.search.bits import Words
from xingtu_desktop.search.columns import Numbers

SortKeys = npt.NDArray[np.uint32]
NO_KEY = 0xFFFFFFFF
"""The sort key of a missing value: after all others."""

_BLOCKS = 32


def select_range(spec: FieldSpec, column: Numbers, wanted: RangeFilter) -> Words:
    """The rows whose value lies in the range (dead rows may be among them)."""
    floor, ceiling = (0, 65534) if spec.narrow else (-(2**31) + 1, 2**31 - 1)
    low = floor if wanted.low is None else max(floor, spec.stored_low(wanted.low))
    high = ceiling if wanted.high is None else min(ceiling, spec.stored_high(wanted.high))
    if low > high:
        mask = np.zeros(column.size, np.bool_)
    elif column.dtype == np.uint16:
        # One comparison for both bounds: below `low` the difference wraps round to a great number.
        mask = (column - np.uint16(low)) <= np.uint16(high - low)
    else:
        mask = (column.view(np.uint32) - np.uint32(low & 0xFFFFFFFF)) <= np.uint32(high - low)
    if wanted.include_missing:
        mask |= column == spec.missing
    return bits.pack(mask)


@dataclass(frozen=True, slots=True)
class HistogramSets:
    """A set of rows for each histogram bin, shape (bins, words), and the extremes of the whole catalogue (stored units)."""

    sets: Words
    minimum: int | None
    maximum: int | None

    @classmethod
    def build(cls, spec: FieldSpec, column: Numbers, live: Words) -> HistogramSets:
        """The sets of all rows."""
        codes = _bins(spec, column)
        sets = np.stack([bits.pack(codes == place) for place in range(spec.bins)])
        return cls(sets, *_extremes(spec, column, live))

    def patched(self, spec: FieldSpec, column: Numbers, live: Words, touched: Words, targets: npt.NDArray[np.int64]) -> HistogramSets:
        """A copy in which the rows `targets` (as a set: `touched`) follow the new column."""
        sets = bits.grown(self.sets, touched.size)
        sets &= ~touched
        codes = _bins(spec, column[targets])
        known = codes < spec.bins
        rows, codes = targets[known], codes[known]
        np.bitwise_or.at(sets, (codes, rows >> 6), np.left_shift(np.uint64(1), (rows & 63).astype(np.uint64)))
        return HistogramSets(sets, *_extremes(spec, column, live))


def _bins(spec: FieldSpec, column: Numbers) -> npt.NDArray[np.uint8]:
    edges = np.array(spec.edges()[1:-1], np.int64)
    if column.dtype == np.uint16:
        table = np.searchsorted(edges, np.arange(65536), side="right").astype(np.uint8)
        table[spec.missing] = spec.bins
        return table[column]
    codes = np.searchsorted(edges.astype(np.int32), column, side="right").astype(np.uint8)
    codes[column == spec.missing] = spec.bins
    return codes


def _extremes(spec: FieldSpec, column: Numbers, live: Words) -> tuple[int | None, int | None]:
    known = bits.unpack(live, column.size)
    known &= column != spec.missing
    if not known.any():
        return None, None
    values = column[known]
    return int(values.min()), int(values.max())


def sort_keys(column: Numbers) -> SortKeys:
    """The column as unsigned numbers in the same order, missing last."""
    if column.dtype == np.uint16:
        keys = column.astype(np.uint32)
        keys[column == 65535] = NO_KEY
        return keys
    # Flipping the sign bit orders them; one less turns the missing value, the least of all, into the greatest.
    return (column.view(np.uint32) ^ np.uint32(0x80000000)) - np.uint32(1)


@dataclass(frozen=True, slots=True)
class Order:
    """The rows of the catalogue by one key and then id, rising; those without a key from `known` on.

    `sets`, shape (blocks, words), cut that order into runs of positions, `starts` (blocks + 1) where each begins, so that the n-th hit
    is found by counting sets and reading one run.
    """

    rows: npt.NDArray[np.int32]
    known: int
    starts: npt.NDArray[np.int64]
    sets: Words

    @classmethod
    def build(cls, keys: SortKeys, id_ranks: npt.NDArray[np.int32], rows_by_id: npt.NDArray[np.int32]) -> Order:
        """Sort all rows once."""
        rows, known = sorted_rows(keys, id_ranks, rows_by_id)
        # Not np.unique, whose first call loads numpy.ma, a twentieth of a start; these rise already.
        cuts = np.append(np.linspace(0, known, _BLOCKS + 1).astype(np.int64), rows.size)
        starts = cuts[np.append(True, np.diff(cuts) > 0)]
        block = np.empty(rows.size, np.uint8)
        block[rows] = np.repeat(np.arange(starts.size - 1, dtype=np.uint8), np.diff(starts))
        sets = [bits.pack(block == place) for place in range(starts.size - 1)]
        return cls(rows, known, starts, np.stack(sets) if sets else np.zeros((0, bits.word_count(rows.size)), np.uint64))

    def run(self, place: int, descending: bool) -> npt.NDArray[np.int32]:
        """The rows of one block in the direction of the sort; rows without a key always go by rising id."""
        part = self.rows[int(self.starts[place]) : int(self.starts[place + 1])]
        return part[::-1] if descending and int(self.starts[place]) < self.known else part

    def places(self, descending: bool) -> list[int]:
        """The blocks in the direction of the sort."""
        blocks = self.starts.size - 1
        with_key = int(np.searchsorted(self.starts, self.known))
        first = list(range(with_key))
        return (first[::-1] if descending else first) + list(range(with_key, blocks))


def sorted_rows(keys: SortKeys, id_ranks: npt.NDArray[np.int32], rows_by_id: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], int]:
    """The rows by key, then id, rising, and how many of them have a key; `keys` and `id_ranks` belong to the same rows."""
    # Key and rank of the id in one word: sorting plain words is several times faster than sorting indirectly, and nothing ties.
    words = (keys.astype(np.uint64) << np.uint64(32)) | id_ranks.astype(np.uint64)
    words.sort()
    known = int(np.searchsorted(words, np.uint64(NO_KEY << 32)))
    return rows_by_id[(words & np.uint64(0xFFFFFFFF)).astype(np.int64)], known


def directed(rows: npt.NDArray[np.int32], known: int, descending: bool) -> npt.NDArray[np.int32]:
    """Rows sorted rising, turned into the direction asked for; those without a key stay last."""
    return np.concatenate([rows[:known][::-1], rows[known:]]) if descending else rows
