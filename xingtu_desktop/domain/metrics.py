"""Every rate and ratio the program shows, computed in one place from raw counts; rates are never averaged (product.md, Metrics)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from fractions import Fraction

from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.report import Counts


def add(parts: Iterable[Counts]) -> Counts:
    """The sum, count by count; a count that no part has stays unknown, and a part without it adds nothing."""
    totals: dict[str, int | Fen | None] = {field.name: None for field in fields(Counts)}
    for part in parts:
        for name, before in totals.items():
            value = getattr(part, name)
            if value is not None:
                totals[name] = value if before is None else before + value
    return Counts(**totals)  # type: ignore[arg-type]


def rate(part: int | None, whole: int | None) -> float | None:
    """part ÷ whole as a ratio; None where either is unknown or the whole is zero."""
    if part is None or not whole:
        return None
    return part / whole


def engagements(counts: Counts) -> int | None:
    """Likes + comments + shares; None unless all three are known."""
    if counts.likes is None or counts.comments is None or counts.shares is None:
        return None
    return counts.likes + counts.comments + counts.shares


def engagement_rate(counts: Counts) -> float | None:
    """互动率: engagements ÷ plays."""
    return rate(engagements(counts), counts.plays)


def finish_rate(counts: Counts) -> float | None:
    """完播率: complete plays ÷ plays."""
    return rate(counts.complete_plays, counts.plays)


def component_click_rate(counts: Counts) -> float | None:
    """Component clicks ÷ component shows."""
    return rate(counts.component_clicks, counts.component_shows)


def search_rate(counts: Counts) -> float | None:
    """看后搜率: searches after view ÷ plays."""
    return rate(counts.searches, counts.plays)


def _per(amount: Fen | None, count: int | None, times: int) -> Fen | None:
    if amount is None or not count or count < 0:
        return None
    exact = Fraction(amount.value * times, count)
    return Fen(round(exact))


def cpm(cost: Fen | None, counts: Counts) -> Fen | None:
    """Cost ÷ plays × 1000, in fen; play-based, not impression-based."""
    return _per(cost, counts.plays, 1000)


def cpe(cost: Fen | None, counts: Counts) -> Fen | None:
    """Cost ÷ engagements, in fen."""
    return _per(cost, engagements(counts), 1)


def cpc(cost: Fen | None, counts: Counts) -> Fen | None:
    """Cost ÷ component clicks, in fen."""
    return _per(cost, counts.component_clicks, 1)


def gpm(counts: Counts) -> Fen | None:
    """GMV ÷ plays × 1000, in fen."""
    return _per(counts.gmv, counts.plays, 1000)


def roas(counts: Counts, cost: Fen | None) -> float | None:
    """GMV ÷ spend: what Chinese decks often call ROI."""
    if counts.gmv is None or cost is None or cost.value <= 0:
        return None
    return counts.gmv.value / cost.value


def roi(counts: Counts, cost: Fen | None, margin_basis_points: int | None) -> float | None:
    """(gross profit − cost) ÷ cost; None until somebody says what share of the GMV is gross profit."""
    if margin_basis_points is None or counts.gmv is None or cost is None or cost.value <= 0:
        return None
    return (counts.gmv.share(margin_basis_points).value - cost.value) / cost.value


class Step(StrEnum):
    EXPOSURES = "exposures"
    PLAYS = "plays"
    ENGAGEMENTS = "engagements"
    COMPONENT_SHOWS = "component_shows"
    COMPONENT_CLICKS = "component_clicks"
    STORE_VISITS = "store_visits"
    ORDERS = "orders"
    PAYMENTS = "payments"


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """`rate` is to the step it is based on; None at the top and where either is unknown. Engagements are a side branch."""

    step: Step
    count: int | None
    rate: float | None
    branch: bool = False


def funnel(counts: Counts) -> tuple[FunnelStep, ...]:
    """Exposures → plays → component shows → clicks → store → orders → payments; engagements branch off plays."""
    side = engagements(counts)
    chain = (
        (Step.EXPOSURES, counts.exposures),
        (Step.PLAYS, counts.plays),
        (Step.COMPONENT_SHOWS, counts.component_shows),
        (Step.COMPONENT_CLICKS, counts.component_clicks),
        (Step.STORE_VISITS, counts.store_visits),
        (Step.ORDERS, counts.orders),
        (Step.PAYMENTS, counts.payments),
    )
    steps: list[FunnelStep] = []
    above: int | None = None
    for step, count in chain:
        steps.append(FunnelStep(step, count, rate(count, above)))
        if step is Step.PLAYS:
            steps.append(FunnelStep(Step.ENGAGEMENTS, side, rate(side, counts.plays), branch=True))
        above = count
    return tuple(steps)


def percentile_band(values: Iterable[float]) -> tuple[float, float, float] | None:
    """P25, P50, P75 by linear interpolation; None for fewer than four values, of which no band can be told."""
    ordered = sorted(values)
    if len(ordered) < 4:
        return None

    def at(share: float) -> float:
        place = share * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (place - low)

    return at(0.25), at(0.5), at(0.75)
