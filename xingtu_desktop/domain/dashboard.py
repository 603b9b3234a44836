"""The figures of the Charts view, built from orders and their reports as frozen values. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from xingtu_desktop.core.clock import BEIJING
from xingtu_desktop.domain import metrics
from xingtu_desktop.domain.ids import AuthorId, CampaignId, OrderId
from xingtu_desktop.domain.metrics import FunnelStep
from xingtu_desktop.domain.money import Fen, total
from xingtu_desktop.domain.order import Order
from xingtu_desktop.domain.report import Audience, Counts, DailyCounts, OrderReport, Share


@dataclass(frozen=True, slots=True)
class ChartFilter:
    """None means all. Days are Beijing's, both ends included."""

    campaign_id: CampaignId | None = None
    start: date | None = None
    end: date | None = None
    author_ids: frozenset[AuthorId] | None = None


class TileKey(StrEnum):
    COST = "cost"
    PLAYS = "plays"
    CPM = "cpm"
    ENGAGEMENT_RATE = "engagement_rate"
    COMPONENT_CLICK_RATE = "component_click_rate"
    GMV = "gmv"
    ROAS = "roas"
    FINISH_RATE = "finish_rate"


@dataclass(frozen=True, slots=True)
class Band:
    """Percentiles over `sample` single published orders of this account that have the figure; in the tile's own unit (money: fen)."""

    p25: float
    p50: float
    p75: float
    sample: int


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure. `change` is the last 7 reported days against the 7 before: a ratio for sums, percentage points as a ratio for rates.

    `band` is None for sums: a sum over many orders cannot stand beside single ones. Sums have `each` instead, the sum ÷ orders that
    have the figure (money: fen).
    """

    key: TileKey
    value: int | float | Fen | None
    change: float | None
    band: Band | None
    each: float | None = None


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One Beijing day; `counts` is None where nothing was reported: a gap, never zero."""

    day: date
    counts: Counts | None
    published: tuple[tuple[OrderId, str], ...]
    """Orders that went public on this day, with the creator's name."""
    cpm: Fen | None = None
    """Task amounts of the orders published up to this day ÷ all their plays up to it × 1000; a single day has no cost of its own."""


@dataclass(frozen=True, slots=True)
class ScatterPoint:
    order_id: OrderId
    author_id: AuthorId
    name: str
    cost: Fen
    plays: int
    cpm: Fen


@dataclass(frozen=True, slots=True)
class AudienceBars:
    """Shares 0–1 over the orders that have a distribution, weighted by their counts; keys as the platform prints them."""

    gender: tuple[tuple[str, float], ...]
    age: tuple[tuple[str, float], ...]
    province: tuple[tuple[str, float], ...]
    city: tuple[tuple[str, float], ...]
    device: tuple[tuple[str, float], ...]
    orders: int


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A reported day that cannot be right (`negative`, `duplicate`); shown as such and left out of sums."""

    order_id: OrderId
    day: date
    code: str


@dataclass(frozen=True, slots=True)
class Dashboard:
    tiles: tuple[Tile, ...]
    trend: tuple[TrendPoint, ...]
    funnel: tuple[FunnelStep, ...]
    scatter: tuple[ScatterPoint, ...]
    audience: AudienceBars | None
    words: tuple[tuple[str, int], ...]
    sentiment: tuple[int, int, int] | None
    """Positive, neutral, negative comments."""
    total: Counts
    cost: Fen
    orders: int
    published: int
    reported: int
    """Orders whose report the figures come from."""
    without_report: int
    as_of: datetime | None
    """The oldest pull among the newest reports shown: nothing here is older."""
    newest_day: date | None
    anomalies: tuple[Anomaly, ...]
    without_component: int = 0
    """Orders among `reported` whose video carries no component: nothing behind one can be known of them, GMV included."""


def beijing(at: datetime) -> date:
    return at.astimezone(BEIJING).date()


_COUNT_NAMES = tuple(Counts.__dataclass_fields__)


def _usable_days(report: OrderReport) -> tuple[list[DailyCounts], list[Anomaly]]:
    """Days in order, once each; a day with a negative count or told twice with different counts is set aside."""
    by_day: dict[date, DailyCounts] = {}
    anomalies: list[Anomaly] = []
    for day in report.days:
        values = [getattr(day.counts, name) for name in _COUNT_NAMES]
        if any((value.value if isinstance(value, Fen) else value) < 0 for value in values if value is not None):
            anomalies.append(Anomaly(report.order_id, day.day, "negative"))
        elif day.day in by_day:
            if by_day[day.day].counts != day.counts:
                anomalies.append(Anomaly(report.order_id, day.day, "duplicate"))
        else:
            by_day[day.day] = day
    return [by_day[day] for day in sorted(by_day)], anomalies


_BEHIND_COMPONENT = ("component_shows", "component_clicks", "store_visits", "orders", "payments", "refunds", "gmv")


def has_component(report: OrderReport) -> bool:
    """Whether a component was ever seen below the video. The platform prints zeros where there is none, and does not say which it is."""
    values = (getattr(report.total, name) for name in _BEHIND_COMPONENT)
    return any((value.value if isinstance(value, Fen) else value) for value in values if value is not None)


def measured(report: OrderReport) -> OrderReport:
    """The report without the zeros that nobody measured: what lies behind a component is unknown where there is none."""
    if has_component(report):
        return report
    return replace(
        report,
        total=_without_component(report.total),
        days=tuple(replace(day, counts=_without_component(day.counts)) for day in report.days),
    )


def _without_component(counts: Counts) -> Counts:
    return replace(
        counts, component_shows=None, component_clicks=None, store_visits=None, orders=None, payments=None, refunds=None, gmv=None
    )


def _in_range(day: date, wanted: ChartFilter) -> bool:
    return (wanted.start is None or day >= wanted.start) and (wanted.end is None or day <= wanted.end)


def build(
    orders: Sequence[Order],
    reports: Iterable[OrderReport],
    audiences: Iterable[Audience],
    wanted: ChartFilter,
    benchmark: Iterable[tuple[Order, OrderReport]] = (),
) -> Dashboard:
    """Everything the view shows for `orders` (already chosen by campaign); `benchmark` are all own published orders."""
    chosen = [order for order in orders if wanted.author_ids is None or order.author_id in wanted.author_ids]
    known = {order.order_id: order for order in chosen}
    newest: dict[OrderId, OrderReport] = {}
    for report in reports:
        if report.order_id in known and (report.order_id not in newest or newest[report.order_id].pulled_at < report.pulled_at):
            newest[report.order_id] = report
    bare = sum(report.total.component_shows is not None and not has_component(report) for report in newest.values())
    # Only now: which order carries no component is told by the zeros that go.
    newest = {order_id: measured(report) for order_id, report in newest.items()}
    published = [order for order in chosen if order.released_at is not None]
    anomalies: list[Anomaly] = []
    by_day: dict[date, list[Counts]] = {}
    plays_by_day: Counter[date] = Counter()
    totals: dict[OrderId, Counts] = {}
    narrowed = wanted.start is not None or wanted.end is not None
    for report in newest.values():
        days, odd = _usable_days(report)
        anomalies.extend(odd)
        for day in days:
            plays_by_day[day.day] += day.counts.plays or 0
        if days:
            # Daily rows reach back a limited time; what the total has beyond them was played before the first of them.
            plays_by_day[days[0].day] += max(0, (report.total.plays or 0) - sum(day.counts.plays or 0 for day in days))
        inside = [day for day in days if _in_range(day.day, wanted)]
        for day in inside:
            by_day.setdefault(day.day, []).append(day.counts)
        totals[report.order_id] = metrics.add(day.counts for day in inside) if narrowed else report.total
    summed = metrics.add(totals.values())
    reported = [known[order_id] for order_id in totals]
    costs = [order.task_cost for order in reported if order.task_cost is not None]
    cost = total(costs)
    parts = [(known[order_id], counts) for order_id, counts in totals.items()]
    return Dashboard(
        tiles=_tiles(summed, cost if costs else None, parts, by_day, benchmark),
        trend=_trend(by_day, published, wanted, _running_cpm(plays_by_day, reported)),
        funnel=metrics.funnel(summed),
        scatter=_scatter(known, totals),
        audience=_audience(audience for audience in audiences if audience.order_id in known),
        words=tuple(Counter(_words(newest.values())).most_common(10)),
        sentiment=_sentiment(newest.values()),
        total=summed,
        cost=cost,
        orders=len(chosen),
        published=len(published),
        reported=len(reported),
        without_report=sum(order.order_id not in newest for order in published),
        as_of=min((report.pulled_at for report in newest.values()), default=None),
        newest_day=max(by_day, default=None),
        anomalies=tuple(anomalies),
        without_component=bare,
    )


def women_18_to_24(bars: AudienceBars) -> float | None:
    """The share of women of 18–24, estimated: (18–23 + a seventh of 24–30) × women, taking both to be independent (product.md).

    None unless the platform used just these bands.
    """
    age, gender = dict(bars.age), dict(bars.gender)
    women = gender.get("女", gender.get("女性"))
    if women is None or "18-23" not in age or "24-30" not in age:
        return None
    return (age["18-23"] + age["24-30"] / 7) * women


def _tile_values(counts: Counts, cost: Fen | None) -> dict[TileKey, int | float | Fen | None]:
    return {
        TileKey.COST: cost,
        TileKey.PLAYS: counts.plays,
        TileKey.CPM: metrics.cpm(cost, counts),
        TileKey.ENGAGEMENT_RATE: metrics.engagement_rate(counts),
        TileKey.FINISH_RATE: metrics.finish_rate(counts),
        TileKey.COMPONENT_CLICK_RATE: metrics.component_click_rate(counts),
        TileKey.GMV: counts.gmv,
        TileKey.ROAS: metrics.roas(counts, cost),
    }


_RATES = frozenset({TileKey.ENGAGEMENT_RATE, TileKey.FINISH_RATE, TileKey.COMPONENT_CLICK_RATE})
_MOVING = frozenset({TileKey.PLAYS, TileKey.GMV}) | _RATES
_SUMS = frozenset({TileKey.COST, TileKey.PLAYS, TileKey.GMV})


def _number(value: int | float | Fen | None) -> float | None:
    return None if value is None else float(value.value if isinstance(value, Fen) else value)


def _tiles(
    summed: Counts,
    cost: Fen | None,
    parts: Sequence[tuple[Order, Counts]],
    by_day: Mapping[date, list[Counts]],
    benchmark: Iterable[tuple[Order, OrderReport]],
) -> tuple[Tile, ...]:
    last = max(by_day, default=None)
    now_week, before = Counts(), Counts()
    if last is not None:
        now_week = metrics.add(c for day, counts in by_day.items() if last - day < timedelta(days=7) for c in counts)
        before = metrics.add(c for day, counts in by_day.items() if timedelta(days=7) <= last - day < timedelta(days=14) for c in counts)
    current, previous = _tile_values(now_week, None), _tile_values(before, None)
    having: Counter[TileKey] = Counter()
    for order, counts in parts:
        having.update(key for key, found in _tile_values(counts, order.task_cost).items() if found is not None)
    samples: dict[TileKey, list[float]] = {}
    for order, report in benchmark:
        for key, value in _tile_values(measured(report).total, order.task_cost).items():
            number = _number(value)
            if number is not None and key not in _SUMS:
                samples.setdefault(key, []).append(number)
    tiles = []
    for key, value in _tile_values(summed, cost).items():
        a, b = _number(current[key]), _number(previous[key])
        change = None
        if key in _MOVING and a is not None and b is not None:
            change = a - b if key in _RATES else (a - b) / b if b else None
        quartiles = metrics.percentile_band(samples.get(key, ()))
        number = _number(value)
        each = number / having[key] if key in _SUMS and number is not None and having[key] else None
        tiles.append(Tile(key, value, change, Band(*quartiles, len(samples[key])) if quartiles else None, each))
    return tuple(tiles)


def _running_cpm(plays_by_day: Mapping[date, int], reported: Sequence[Order]) -> dict[date, Fen | None]:
    spent: dict[date, Fen] = {}
    for order in reported:
        if order.released_at is not None and order.task_cost is not None:
            day = beijing(order.released_at)
            spent[day] = spent.get(day, Fen(0)) + order.task_cost
    cost, plays, found = Fen(0), 0, {}
    for day in sorted({*plays_by_day, *spent}):
        cost += spent.get(day, Fen(0))
        plays += plays_by_day.get(day, 0)
        found[day] = metrics.cpm(cost, Counts(plays=plays)) if cost.value > 0 else None
    return found


def _trend(
    by_day: Mapping[date, list[Counts]], published: Sequence[Order], wanted: ChartFilter, cpm: Mapping[date, Fen | None]
) -> tuple[TrendPoint, ...]:
    events: dict[date, list[tuple[OrderId, str]]] = {}
    for order in published:
        if order.released_at is not None:
            day = beijing(order.released_at)
            if _in_range(day, wanted):
                events.setdefault(day, []).append((order.order_id, order.author_name))
    if not by_day:
        return ()
    # A video that went public yesterday has no report yet: its day stands at the end as a gap.
    first, last = min(by_day), max(*by_day, *events) if events else max(by_day)
    points = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        counts = metrics.add(by_day[day]) if day in by_day else None
        points.append(TrendPoint(day, counts, tuple(sorted(events.get(day, ()))), cpm.get(day) if counts is not None else None))
    return tuple(points)


def _scatter(known: Mapping[OrderId, Order], totals: Mapping[OrderId, Counts]) -> tuple[ScatterPoint, ...]:
    points = []
    for order_id, counts in totals.items():
        order = known[order_id]
        price = metrics.cpm(order.task_cost, counts)
        if order.task_cost is not None and order.task_cost.value > 0 and counts.plays and counts.plays > 0 and price is not None:
            points.append(ScatterPoint(order_id, order.author_id, order.author_name, order.task_cost, counts.plays, price))
    return tuple(points)


def _audience(audiences: Iterable[Audience]) -> AudienceBars | None:
    found = list(audiences)
    if not found:
        return None

    def shares(parts: Iterable[tuple[Share, ...]]) -> tuple[tuple[str, float], ...]:
        counted: Counter[str] = Counter()
        for bars in parts:
            for bar in bars:
                if bar.count > 0:
                    counted[bar.key] += bar.count
        whole = counted.total()
        return tuple((key, count / whole) for key, count in counted.most_common()) if whole else ()

    return AudienceBars(
        gender=shares(a.gender for a in found),
        age=tuple(sorted(shares(a.age for a in found))),
        province=shares(a.province for a in found),
        city=shares(a.city for a in found),
        device=shares(a.device for a in found),
        orders=len(found),
    )


def _words(reports: Iterable[OrderReport]) -> Counter[str]:
    words: Counter[str] = Counter()
    for report in reports:
        for word in report.words:
            words[word.word] += max(0, word.count)
    return words


def _sentiment(reports: Iterable[OrderReport]) -> tuple[int, int, int] | None:
    told = [(r.positive, r.neutral, r.negative) for r in reports if None not in (r.positive, r.neutral, r.negative)]
    if not told:
        return None
    return sum(p or 0 for p, _, _ in told), sum(n or 0 for _, n, _ in told), sum(n or 0 for _, _, n in told)
