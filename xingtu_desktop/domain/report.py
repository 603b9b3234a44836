"""Report figures as pulled: raw counts with the instant of the pull; rates are computed in metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from xingtu_desktop.domain.ids import DemandId, ItemId, OrderId
from xingtu_desktop.domain.money import Fen


@dataclass(frozen=True, slots=True)
class Counts:
    """Raw counts over some span; None: no source gave it, never 0."""

    plays: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    complete_plays: int | None = None
    exposures: int | None = None
    component_shows: int | None = None
    component_clicks: int | None = None
    store_visits: int | None = None
    orders: int | None = None
    payments: int | None = None
    refunds: int | None = None
    searches: int | None = None
    gmv: Fen | None = None


@dataclass(frozen=True, slots=True)
class TopicMetric:
    """One self-describing metric of a topic report, shown as it came."""

    topic: str
    field: str
    name: str
    kind: str
    """STRING, INT64, FLOAT64 or JSON."""
    value: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class DailyCounts:
    day: date
    """Xingtu's day, Beijing."""
    counts: Counts


@dataclass(frozen=True, slots=True)
class WordCount:
    word: str
    count: int


@dataclass(frozen=True, slots=True)
class OrderReport:
    """Everything the platform reports of one order, as of `pulled_at` (UTC); T+1."""

    order_id: OrderId
    pulled_at: datetime
    total: Counts
    days: tuple[DailyCounts, ...] = ()
    topics: tuple[TopicMetric, ...] = ()
    positive: int | None = None
    neutral: int | None = None
    negative: int | None = None
    words: tuple[WordCount, ...] = ()
    demand_id: DemandId | None = None
    item_id: ItemId | None = None
    average_play_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """One bar of a distribution, as a count."""

    key: str
    count: int


@dataclass(frozen=True, slots=True)
class Audience:
    """order_user_distribution/get: counts by key, in the platform's own words."""

    order_id: OrderId
    pulled_at: datetime
    gender: tuple[Share, ...] = ()
    age: tuple[Share, ...] = ()
    province: tuple[Share, ...] = ()
    city: tuple[Share, ...] = ()
    device: tuple[Share, ...] = ()
    interest: tuple[Share, ...] = ()
    activity: tuple[Share, ...] = ()
