"""The category columns of the index: a set of rows for each value, or codes where a facet has very many values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xingtu_desktop.domain.creator_query import MULTIPLE_VALUES, CategoryFilter, Facet
from xingtu_desktop.search import bits
from xingtu_desktop.search.bits import Words
from xingtu_desktop.search.columns import NO_CODE, CategoryBatch, Codes, first_codes

MOST_BITMAPS = 256
"""Above this many values a set for each would cost more memory than its speed is worth."""

StoredCodes = npt.NDArray[np.int16] | npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Pairs:
    """(row, code) of a facet with several values a creator, by row."""

    rows: npt.NDArray[np.int32]
    codes: Codes


@dataclass(frozen=True, slots=True)
class CategoryColumn:
    """One facet over all rows.

    `codes` hold the main value of each row (kept for facets of one value, and for the content type, by which one sorts);
    `bitmaps`, shape (values, words), are there up to `MOST_BITMAPS` values; `pairs` only for several values a creator above that.
    """

    facet: Facet
    values: tuple[str, ...]
    known: Words
    codes: StoredCodes | None
    bitmaps: Words | None
    pairs: Pairs | None

    @classmethod
    def build(cls, facet: Facet, batch: CategoryBatch, size: int) -> CategoryColumn:
        """The column of a whole catalogue of `size` rows."""
        return cls._made(facet, batch.values, Pairs(batch.rows, batch.codes), size)

    @classmethod
    def _made(cls, facet: Facet, values: tuple[str, ...], pairs: Pairs, size: int) -> CategoryColumn:
        multiple = facet in MULTIPLE_VALUES
        codes = None
        if not multiple or facet is Facet.CONTENT_TYPE:
            codes = _narrowed(first_codes(CategoryBatch(values, pairs.rows, pairs.codes), size), len(values))
        bitmaps = None
        if len(values) <= MOST_BITMAPS:
            bitmaps = np.zeros((len(values), bits.word_count(size)), np.uint64)
            _set(bitmaps, pairs.codes, pairs.rows)
        return cls(facet, values, bits.from_rows(pairs.rows, size), codes, bitmaps, pairs if multiple and bitmaps is None else None)

    def select(self, wanted: CategoryFilter, size: int) -> Words:
        """The rows that pass a filter (dead rows may be among them)."""
        numbers = [code for code, value in enumerate(self.values) if value in wanted.values]
        if self.bitmaps is not None:
            chosen = np.bitwise_or.reduce(self.bitmaps[numbers], axis=0) if numbers else np.zeros_like(self.known)
        elif self.pairs is not None:
            chosen = bits.from_rows(self.pairs.rows[np.isin(self.pairs.codes, numbers)], size)
        else:
            chosen = bits.pack(np.isin(self._codes(), numbers))
        if wanted.negate:
            chosen = self.known & ~chosen
        if wanted.include_missing:
            chosen = chosen | _complement(self.known, size)
        return chosen

    def counts(self, counter: bits.Counter, words: Words) -> npt.NDArray[np.int64]:
        """How many of the rows in `words` (those of `counter`) have each value, shape (values,)."""
        if self.bitmaps is not None:
            return counter.counts(self.bitmaps)
        if self.pairs is not None:
            codes: npt.NDArray[np.integer] = self.pairs.codes[bits.test(words, self.pairs.rows)]
        else:
            codes = self._codes()[bits.to_rows(words, counter.total)]
            codes = codes[codes >= 0]
        return np.bincount(codes, minlength=len(self.values))

    def patched(self, batch: CategoryBatch, targets: npt.NDArray[np.int64], size: int) -> CategoryColumn:
        """A copy in which the rows `targets` (one an entry of the batch) have the values of the batch; `size` rows in all."""
        place = {value: code for code, value in enumerate(self.values)}
        renamed = np.array([place.setdefault(value, len(place)) for value in batch.values], np.int32)
        values = tuple(place)
        rows = targets[batch.rows].astype(np.int32)
        codes = renamed[batch.codes] if renamed.size else batch.codes
        touched = bits.from_rows(targets, size)
        if self.bitmaps is None or len(values) > MOST_BITMAPS:
            return self._rebuilt(values, rows, codes, touched, size)
        bitmaps = np.zeros((len(values), bits.word_count(size)), np.uint64)
        bitmaps[: len(self.values), : self.bitmaps.shape[1]] = self.bitmaps
        bitmaps &= ~touched
        _set(bitmaps, codes, rows)
        known = (bits.grown(self.known, bits.word_count(size)) & ~touched) | bits.from_rows(rows, size)
        return CategoryColumn(self.facet, values, known, self._patched_codes(targets, rows, codes, len(values), size), bitmaps, None)

    def _patched_codes(
        self, targets: npt.NDArray[np.int64], rows: npt.NDArray[np.int32], codes: Codes, values: int, size: int
    ) -> StoredCodes | None:
        if self.codes is None:
            return None
        main = np.full(size, NO_CODE, np.int32)
        main[: self.codes.size] = self.codes
        main[targets] = NO_CODE
        main[rows[::-1]] = codes[::-1]
        return _narrowed(main, values)

    def _rebuilt(self, values: tuple[str, ...], rows: npt.NDArray[np.int32], codes: Codes, touched: Words, size: int) -> CategoryColumn:
        old = self.all_pairs()
        kept = ~bits.test(touched, old.rows)
        all_rows = np.concatenate([old.rows[kept], rows])
        all_codes = np.concatenate([old.codes[kept], codes])
        by_row = np.argsort(all_rows, kind="stable")
        return CategoryColumn._made(self.facet, values, Pairs(all_rows[by_row], all_codes[by_row]), size)

    def all_pairs(self) -> Pairs:
        """Every (row, code), by row, a row's main value first where the column knows it."""
        if self.pairs is not None:
            return self.pairs
        if self.facet not in MULTIPLE_VALUES or self.bitmaps is None:
            codes = self._codes()
            rows = np.flatnonzero(codes >= 0).astype(np.int32)
            return Pairs(rows, codes[rows].astype(np.int32))
        parts = [bits.to_rows(words, bits.count(words)) for words in self.bitmaps]
        rows = np.concatenate(parts).astype(np.int32) if parts else np.zeros(0, np.int32)
        codes = np.repeat(np.arange(len(parts), dtype=np.int32), [part.size for part in parts])
        second = codes != self.codes[rows] if self.codes is not None else np.zeros(rows.size, np.bool_)
        by_row = np.lexsort((second, rows))
        return Pairs(rows[by_row], codes[by_row])

    def _codes(self) -> StoredCodes:
        assert self.codes is not None, "a facet without sets or pairs keeps its codes"
        return self.codes


def _narrowed(codes: Codes, values: int) -> StoredCodes:
    return codes.astype(np.int16) if values < 32_767 else codes


def _set(bitmaps: Words, codes: npt.NDArray[np.integer], rows: npt.NDArray[np.integer]) -> None:
    bit = np.left_shift(np.uint64(1), (rows & 63).astype(np.uint64))
    np.bitwise_or.at(bitmaps, (codes, rows >> 6), bit)


def _complement(words: Words, size: int) -> Words:
    flipped = ~words
    if size & 63:
        flipped[-1] &= np.uint64((1 << (size & 63)) - 1)
    return flipped
