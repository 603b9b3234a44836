"""Look-alikes: 39 normalised figures a creator in eight bits each, compared by cosine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xingtu_desktop.domain.creator_query import FIELDS, Field, Unit
from xingtu_desktop.search.columns import Numbers

FEATURES: tuple[Field, ...] = tuple(
    field
    for field in Field
    if FIELDS[field].unit is not Unit.INSTANT
    and field
    not in {
        # Derived from others that are already there.
        Field.FEMALE_15_24_SHARE,
        Field.GROWTH_15D,
        Field.QUOTE_UP_TO_20,
        Field.CPM_UP_TO_20,
        Field.CPE_UP_TO_20,
        Field.CPE_OVER_60,
        Field.MEDIAN_PLAYS,
    }
)
_BLOCK = 4_096
_LIMIT = 3.0


@dataclass(frozen=True, slots=True)
class Features:
    """`values`, shape (rows, features), are normalised figures × 42 in eight bits (0: unknown, read as average); `lengths` their norms."""

    values: npt.NDArray[np.int8]
    lengths: npt.NDArray[np.float32]

    @classmethod
    def build(cls, numbers: Mapping[Field, Numbers]) -> Features:
        """The features of all rows."""
        size = next(iter(numbers.values())).size
        values = np.zeros((size, len(FEATURES)), np.int8)
        for place, name in enumerate(FEATURES):
            values[:, place] = _normalised(name, numbers[name])
        lengths = np.empty(size, np.float32)
        for start in range(0, size, _BLOCK):
            part = values[start : start + _BLOCK].astype(np.float32)
            lengths[start : start + _BLOCK] = np.sqrt(np.einsum("ij,ij->i", part, part))
        lengths[lengths == 0] = np.inf
        return cls(values, lengths)

    def likeness(self, row: int) -> npt.NDArray[np.float32]:
        """The cosine of every row with one, −1 to 1; 0 for a row of which nothing is known."""
        wanted = self.values[row].astype(np.float32) / self.lengths[row]
        result = np.empty(self.lengths.size, np.float32)
        for start in range(0, result.size, _BLOCK):
            stop = min(start + _BLOCK, result.size)
            # Not BLAS: its threads wait for each other on a busy machine, which costs ten times what they save here.
            np.einsum("ij,j->i", self.values[start:stop].astype(np.float32), wanted, out=result[start:stop])
        result /= self.lengths
        return result


def _normalised(name: Field, column: Numbers) -> npt.NDArray[np.int8]:
    known = column != FIELDS[name].missing
    values = np.zeros(column.size, np.float32)
    if not known.any():
        return values.astype(np.int8)
    figures = column.astype(np.float32)
    if FIELDS[name].unit in (Unit.COUNT, Unit.MONEY):
        # Followers, plays and prices spread over four powers of ten.
        figures = np.sign(figures) * np.log1p(np.abs(figures))
    mean, deviation = float(figures[known].mean()), float(figures[known].std())
    if deviation > 0:
        np.divide(figures - mean, deviation, out=values, where=known)
    return np.round(np.clip(values, -_LIMIT, _LIMIT) * 42).astype(np.int8)
