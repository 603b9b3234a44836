"""The nearest loosening of each active filter, for an answer that is empty or too small."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from xingtu_desktop.domain.creator_query import FIELDS, CategoryFilter, CreatorQuery, Loosening, MembershipFilter, RangeFilter
from xingtu_desktop.search import bits
from xingtu_desktop.search.state import Condition, IndexState

_ENOUGH = 10
"""A loosening that finds fewer is widened further while that finds more."""


def loosenings(state: IndexState, query: CreatorQuery) -> tuple[Loosening, ...]:
    """One loosening a filter, all others unchanged, greatest count first; filters that hide nobody are left out."""
    conditions = state.conditions(query)
    now = state.result(conditions)[1].total
    found: list[Loosening] = []
    for condition in conditions:
        others = tuple(c for c in conditions if c is not condition)
        without = state.result(others)[1].total
        if without <= now:
            continue
        wider = _wider(state, query, condition, others, now)
        found.append(wider)
    return tuple(sorted(found, key=lambda loosening: -loosening.count))


def _wider(state: IndexState, query: CreatorQuery, condition: Condition, others: tuple[Condition, ...], now: int) -> Loosening:
    if isinstance(condition, RangeFilter):
        return _wider_range(state, query, condition, others, now)
    if isinstance(condition, CategoryFilter):
        return _wider_category(state, query, condition, others, now)
    if isinstance(condition, MembershipFilter):
        return _counted(state, query, condition, None, replace(query, membership=None))
    # A text loses characters at its end until somebody has it.
    for length in range(len(query.text.strip()) - 1, 0, -1):
        shorter = query.text.strip()[:length].strip()
        loosened = _counted(state, query, condition, shorter, replace(query, text=shorter))
        if loosened.count > now:
            return loosened
    return _counted(state, query, condition, None, replace(query, text=""))


def _counted(
    state: IndexState, query: CreatorQuery, before: Condition, after: RangeFilter | CategoryFilter | str | None, loosened: CreatorQuery
) -> Loosening:
    count = state.result(state.conditions(loosened))[1].total
    return Loosening(query.text if isinstance(before, str) else before, after, loosened, count)


def _wider_range(state: IndexState, query: CreatorQuery, wanted: RangeFilter, others: tuple[Condition, ...], now: int) -> Loosening:
    spec = FIELDS[wanted.field]
    words, counter = state.result(others)
    column = state.numbers[wanted.field][bits.to_rows(words, counter.total)]
    values = np.sort(column[column != spec.missing].astype(np.int64))
    grid = np.array(spec.edges(), np.int64)
    low = None if wanted.low is None else spec.stored_low(wanted.low)
    high = None if wanted.high is None else spec.stored_high(wanted.high)
    options: list[tuple[int, int, RangeFilter]] = []
    if low is not None:
        below = values[(values < low) & (values <= (values.max(initial=low) if high is None else high))]
        if below.size:
            nearest = int(below[-min(_ENOUGH, below.size)])
            bound = _at_or_below(grid, nearest, low)
            options.append((_steps(grid, bound, low), -int((below >= bound).sum()), replace(wanted, low=spec.shown(bound))))
    if high is not None:
        above = values[(values > high) & (values >= (values.min(initial=high) if low is None else low))]
        if above.size:
            nearest = int(above[min(_ENOUGH, above.size) - 1])
            bound = _at_or_above(grid, nearest, high)
            options.append((_steps(grid, bound, high), -int((above <= bound).sum()), replace(wanted, high=spec.shown(bound))))
    # Where nobody has a value beyond the bounds, those whom the filter hides lack the figure.
    best = min(options, key=lambda option: option[:2])[2] if options else replace(wanted, include_missing=True)
    loosened = _counted(state, query, wanted, best, query.with_range(best))
    if loosened.count > now:
        return loosened
    return _counted(state, query, wanted, None, query.with_range(RangeFilter(wanted.field)))


def _at_or_below(grid: npt.NDArray[np.int64], value: int, bound: int) -> int:
    """The histogram edge at or below a value, or the value itself where no edge lies between it and nothing."""
    place = int(np.searchsorted(grid, value, side="right")) - 1
    return int(grid[place]) if place >= 0 else min(value, bound)


def _at_or_above(grid: npt.NDArray[np.int64], value: int, bound: int) -> int:
    place = int(np.searchsorted(grid, value, side="left"))
    return int(grid[place]) if place < grid.size else max(value, bound)


def _steps(grid: npt.NDArray[np.int64], new: int, old: int) -> int:
    return abs(int(np.searchsorted(grid, new)) - int(np.searchsorted(grid, old)))


def _wider_category(state: IndexState, query: CreatorQuery, wanted: CategoryFilter, others: tuple[Condition, ...], now: int) -> Loosening:
    column = state.categories[wanted.facet]
    words, counter = state.result(others)
    counts = dict(zip(column.values, column.counts(counter, words).tolist(), strict=True))
    if wanted.negate:
        # Allow again the forbidden value that hides the most.
        freed = max(sorted(wanted.values), key=lambda value: counts.get(value, 0))
        after = replace(wanted, values=wanted.values - {freed})
    else:
        rest = sorted((value for value in column.values if value not in wanted.values), key=lambda value: (-counts[value], value))
        after = replace(wanted, values=wanted.values | {rest[0]}) if rest and counts[rest[0]] else replace(wanted, include_missing=True)
    loosened = _counted(state, query, wanted, after if after.values else None, query.with_category(after))
    if loosened.count > now:
        return loosened
    without = replace(query, categories=tuple(c for c in query.categories if c is not wanted))
    return _counted(state, query, wanted, None, without)
