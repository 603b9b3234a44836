"""The audience that a search is after: targets of the audience fit (契合), read from the shares that the filters ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xingtu_desktop.domain.creator_query import AudienceTarget, Bound, CreatorQuery, Field, RangeFilter, SortKey

AUDIENCE_FIELDS: Final = frozenset(field for field in Field if field.endswith("_share"))
_AMPLE: Final = 1.5
"""Everybody in an answer reaches the lower bounds, so fit is measured at one and a half times each, where differences begin to show."""


def targets_of(ranges: tuple[RangeFilter, ...]) -> tuple[AudienceTarget, ...]:
    """One target for each audience share with a lower bound: 1.5 times the bound, but no more than the upper bound or 100 %."""
    return tuple(
        AudienceTarget(wanted.field, round(min(_AMPLE * low, _number(wanted.high) or 1.0, 1.0), 4))
        for wanted in ranges
        if wanted.field in AUDIENCE_FIELDS and (low := _number(wanted.low)) is not None and low > 0
    )


def with_targets(query: CreatorQuery) -> CreatorQuery:
    """The query with the targets of its filters; without any, an order by fit becomes the order by followers."""
    targets = targets_of(query.ranges)
    if query.sort is SortKey.AUDIENCE_FIT and not targets:
        return replace(query, targets=targets, sort=Field.FOLLOWERS, descending=True)
    return replace(query, targets=targets)


def _number(bound: Bound | None) -> float | None:
    return float(bound) if isinstance(bound, int | float) else None
