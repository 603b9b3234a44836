"""How a published video does: every count at any virtual instant and by Beijing day, from the seed and the order's facts alone.

Counts grow fast at first, decay over 45 days and keep drifting afterwards. They are whole numbers that never fall, and the days add up to
the total exactly, because a day is the difference of two totals. Reports are T+1: they see until the last Beijing midnight.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Final

from xingtu_desktop.sandbox.ids import between, unit

DAY: Final = 86_400
_SHIFT: Final = 8 * 3600
AD_FEN_PER_1000: Final = 2_500
"""What a thousand plays from advertising cost."""


@dataclass(frozen=True, slots=True)
class Published:
    """The facts of a published video. `expected_plays` and the rates (0–1) are the creator's; `published` is unix seconds; `ad_fen` is what
    was spent to boost it; `component`: the video has a link or a cart; `sells`: its viewers can buy."""

    seed: int
    order_id: int
    published: int
    expected_plays: int
    interact_rate: float
    finish_rate: float
    search_rate: float
    ad_fen: int = 0
    component: bool = True
    sells: bool = True


@dataclass(frozen=True, slots=True)
class Counts:
    """Totals. `plays` includes `ad_plays`; money in fen; the funnel runs plays ≥ shows ≥ clicks ≥ visits ≥ orders ≥ payments ≥ refunds."""

    plays: int = 0
    ad_plays: int = 0
    finishes: int = 0
    valid_plays: int = 0
    likes: int = 0
    comments: int = 0
    shares: int = 0
    searches: int = 0
    shows: int = 0
    clicks: int = 0
    visits: int = 0
    orders: int = 0
    payments: int = 0
    refunds: int = 0
    gmv_fen: int = 0

    def __sub__(self, earlier: Counts) -> Counts:
        return Counts(*(getattr(self, name) - getattr(earlier, name) for name in _NAMES))

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, name) + getattr(other, name) for name in _NAMES))

    @property
    def engagements(self) -> int:
        return self.likes + self.comments + self.shares


_NAMES: Final = tuple(field.name for field in fields(Counts))


def beijing_day(unix: int) -> int:
    """The number of the Beijing day of an instant, counted from 1970-01-01."""
    return (unix + _SHIFT) // DAY


def midnight(day: int) -> int:
    """The unix second at which a Beijing day begins."""
    return day * DAY - _SHIFT


def day_text(day: int) -> str:
    """`yyyy-MM-dd` of a Beijing day."""
    return datetime.fromtimestamp(day * DAY, UTC).strftime("%Y-%m-%d")


def totals_at(video: Published, instant: int) -> Counts:
    """The totals at an instant, minute by minute while the video is young; nothing before it was published."""
    return _Curves(video).at(instant)


def settled(video: Published, now: int) -> Counts | None:
    """The totals that reports show: until the last Beijing midnight. None while that lies before the publication."""
    until = midnight(beijing_day(now))
    return totals_at(video, until) if until > video.published else None


def daily(video: Published, first: int, last: int, now: int) -> list[tuple[int, Counts]]:
    """Each Beijing day's own counts from `first` to `last` (day numbers), as far as published and settled."""
    curves = _Curves(video)
    days: list[tuple[int, Counts]] = []
    for day in range(max(first, beijing_day(video.published)), min(last, beijing_day(now) - 1) + 1):
        days.append((day, curves.at(midnight(day + 1)) - curves.at(midnight(day))))
    return days


def _grown(days: float) -> float:
    """How much of its 45-day audience a video has after some days; beyond 45 days a slow drift takes it past 1."""
    if days <= 0:
        return 0.0
    body = 0.72 * (1 - math.exp(-days / 1.9)) + 0.28 * (1 - math.exp(-days / 11.0))
    return body + 0.012 * math.log1p(days / 12.0)


def _boosted(days: float) -> float:
    """How much of a boost's plays have come: most within four days, all within ten."""
    return min(1.0, (1 - math.exp(-days / 2.5)) / (1 - math.exp(-4.0))) if days > 0 else 0.0


class _Curves:
    """One video's growth. Each count has a shape of its own: a day's part is scaled by that count's luck on that day."""

    def __init__(self, video: Published) -> None:
        self._video = video
        self._key = (video.seed, "figures", video.order_id)
        self._luck: dict[tuple[str, int], float] = {}
        self._sums: dict[str, list[float]] = {}
        heat = math.exp(-0.18 + 0.55 * _normal(*self._key, "heat"))
        if unit(*self._key, "hit") < 0.06:
            heat *= 4.0
        self._natural = max(int(video.expected_plays * heat), 200)
        self._boost = video.ad_fen * 1000 // AD_FEN_PER_1000

    def at(self, instant: int) -> Counts:
        video = self._video
        if instant <= video.published:
            return Counts()
        natural = int(self._natural * self._shape("plays", instant))
        ad_plays = int(self._boost * _boosted((instant - video.published) / DAY))
        plays = natural + ad_plays
        liked = video.interact_rate * (0.7 + 0.5 * unit(*self._key, "likes"))

        def own(name: str, share: float) -> int:
            """A count with a shape of its own, never more than a part of the plays."""
            return min(int(self._natural * share * self._shape(name, instant) + ad_plays * share * 0.4), plays)

        likes = own("likes", liked * 0.86)
        comments = own("comments", liked * (0.05 + 0.06 * unit(*self._key, "comments")))
        shares = own("shares", liked * (0.03 + 0.05 * unit(*self._key, "shares")))
        searches = own("searches", video.search_rate)
        finishes = plays * round(1e6 * min(video.finish_rate * (0.85 + 0.3 * unit(*self._key, "finish")), 0.95)) // 1_000_000
        valid = finishes + (plays - finishes) * between(350_000, 550_000, *self._key, "valid") // 1_000_000
        if not video.component:
            return Counts(plays, ad_plays, finishes, valid, likes, comments, shares, searches)
        shows = plays * between(620_000, 940_000, *self._key, "shows") // 1_000_000
        clicks = shows * between(6_000, 42_000, *self._key, "clicks") // 1_000_000
        visits = clicks * between(520_000, 880_000, *self._key, "visits") // 1_000_000
        if not video.sells:
            return Counts(plays, ad_plays, finishes, valid, likes, comments, shares, searches, shows, clicks, visits)
        orders = visits * between(18_000, 95_000, *self._key, "orders") // 1_000_000
        payments = orders * between(780_000, 960_000, *self._key, "payments") // 1_000_000
        refunds = payments * between(15_000, 120_000, *self._key, "refunds") // 1_000_000
        gmv = payments * between(3_900, 26_900, *self._key, "basket")
        bought = (orders, payments, refunds, gmv)
        return Counts(plays, ad_plays, finishes, valid, likes, comments, shares, searches, shows, clicks, visits, *bought)

    def _shape(self, name: str, instant: int) -> float:
        """The sum of a count's days until an instant: whole days from the memory, the running day in part."""
        published = self._video.published
        first = beijing_day(published)
        day = beijing_day(instant)
        sums = self._sums.setdefault(name, [0.0])
        while len(sums) <= day - first:
            at = first + len(sums) - 1
            sums.append(sums[-1] + self._part(name, at, midnight(at + 1)))
        return sums[day - first] + self._part(name, day, instant)

    def _part(self, name: str, day: int, until: int) -> float:
        published = self._video.published
        begin = max(midnight(day), published)
        if until <= begin:
            return 0.0
        luck = self._luck.get((name, day))
        if luck is None:
            weekend = 1.12 if (day + 3) % 7 >= 5 else 1.0
            luck = self._luck[name, day] = weekend * (0.78 + 0.44 * unit(*self._key, name, day))
        return luck * (_grown((until - published) / DAY) - _grown((begin - published) / DAY))


def _normal(*key: object) -> float:
    return math.sqrt(-2 * math.log(1 - unit(*key, "a"))) * math.cos(2 * math.pi * unit(*key, "b"))
