"""A plain vectorised creator search over the columns of a benchmark, which the index must agree with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from xingtu_desktop.domain.creator_query import FIELDS, CreatorQuery, Facet, Field
from xingtu_desktop.search.columns import Columns, fold

Mask = npt.NDArray[np.bool_]


class PlainSearch:
    """Boolean masks and one sort a query; nothing is prepared."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._term = ""
        self._found: Mask = np.ones(columns.size, np.bool_)

    def mask(self, query: CreatorQuery, without: Field | Facet | None = None) -> Mask:
        """Which creators match, the filters on one field or facet left out."""
        columns = self.columns
        mask = np.ones(columns.size, np.bool_)
        for wanted in query.ranges:
            if wanted.field is without:
                continue
            spec, column = FIELDS[wanted.field], columns.numbers[wanted.field].astype(np.int64)
            passes = column != spec.missing
            if wanted.low is not None:
                passes &= column >= spec.stored_low(wanted.low)
            if wanted.high is not None:
                passes &= column <= spec.stored_high(wanted.high)
            mask &= passes | (column == spec.missing) if wanted.include_missing else passes
        for choice in query.categories:
            if choice.facet is without:
                continue
            batch = columns.categories[choice.facet]
            codes = [code for code, value in enumerate(batch.values) if value in choice.values]
            has = np.zeros(columns.size, np.bool_)
            has[batch.rows[np.isin(batch.codes, codes)]] = True
            known = np.zeros(columns.size, np.bool_)
            known[batch.rows] = True
            mask &= known & ~has if choice.negate else has
        if query.text:
            term = fold(query.text.strip())
            if term != self._term:
                # Kept for one term: each facet of a query asks again, and this is the slowest part by far.
                self._term, self._found = term, np.fromiter((term in text for text in columns.texts), np.bool_, columns.size)
            mask &= self._found
        return mask

    def ids(self, query: CreatorQuery, mask: Mask, limit: int) -> list[int]:
        """The first ids in the order of the query (a field)."""
        assert isinstance(query.sort, Field), "the benchmark sorts by columns"
        rows = np.flatnonzero(mask)
        values = self.columns.numbers[query.sort][rows].astype(np.int64)
        ids = self.columns.author_ids[rows]
        sign = -1 if query.descending else 1
        missing = values == FIELDS[query.sort].missing
        order = np.lexsort((np.where(missing, ids, sign * ids), np.where(missing, 0, sign * values), missing))
        return [int(author_id) for author_id in ids[order[:limit]]]

    def category(self, query: CreatorQuery, facet: Facet) -> dict[str, int]:
        """Creators a value, those without any left out."""
        batch = self.columns.categories[facet]
        codes = batch.codes[self.mask(query, facet)[batch.rows]]
        counts = np.bincount(codes, minlength=len(batch.values))
        return {value: int(count) for value, count in zip(batch.values, counts, strict=True) if count}

    def histogram(self, query: CreatorQuery, field: Field) -> list[int]:
        """Creators a bin."""
        spec = FIELDS[field]
        values = self.columns.numbers[field][self.mask(query, field)].astype(np.int64)
        bins = np.searchsorted(spec.edges()[1:-1], values[values != spec.missing], side="right")
        return [int(count) for count in np.bincount(bins, minlength=spec.bins)]
