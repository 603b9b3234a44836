"""Axes without Qt: round ticks from zero, ticks of a logarithmic axis, and the place of a value between two ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


def ticks_from_zero(highest: float, wanted: int = 4) -> tuple[float, ...]:
    """Round steps 0, s, 2s … whose last is at least `highest`; a chart of nothing has the axis 0 to 1."""
    if not highest > 0:
        return (0.0, 1.0)
    rough = highest / max(1, wanted)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    return tuple(step * index for index in range(math.ceil(highest / step - 1e-9) + 1))


@dataclass(frozen=True, slots=True)
class LogScale:
    """A logarithmic axis from `low` to `high`, both above zero."""

    low: float
    high: float

    @classmethod
    def around(cls, values: Sequence[float]) -> LogScale:
        """Room of a twelfth of the span at both ends, and never less than a factor of 1.5 on each side."""
        known = [value for value in values if value > 0] or [1.0]
        low, high = min(known), max(known)
        margin = max(math.log(high / low) / 12, math.log(1.15 if high > low * 2 else 1.5))
        return cls(low / math.exp(margin), high * math.exp(margin))

    def place(self, value: float) -> float:
        """0 at the low end, 1 at the high one; outside of them below 0 or above 1."""
        return math.log(value / self.low) / math.log(self.high / self.low)

    def value(self, place: float) -> float:
        """The value at a place."""
        return self.low * math.exp(math.log(self.high / self.low) * place)

    def ticks(self, most: int = 6) -> tuple[float, ...]:
        """1, 2, 5, 10 … or coarser, so that at most `most` lie on the axis."""
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        found: list[float] = []
        for factors in ((1, 2, 5), (1, 3), (1,)):
            found = [factor * 10.0**power for power in range(first, last + 1) for factor in factors]
            found = [tick for tick in found if self.low <= tick <= self.high]
            if len(found) <= most:
                return tuple(found)
        return tuple(found[:: math.ceil(len(found) / most)])


def round_to_scale(value: float) -> float:
    """The nearest of 1, 1.5, 2, 3, 5, 7 × 10ⁿ: a figure that one can say."""
    power = 10.0 ** math.floor(math.log10(value))
    return min((factor * power for factor in (1, 1.5, 2, 3, 5, 7, 10)), key=lambda each: abs(math.log(each / value)))
