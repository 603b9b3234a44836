"""What the figures of the charts are called, how each is written, and which reading of a change is good news."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

from xingtu_desktop.domain import metrics
from xingtu_desktop.domain.dashboard import TileKey, TrendPoint
from xingtu_desktop.domain.metrics import Step
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.ui.formats import UNKNOWN
from xingtu_desktop.ui.i18n import formats, tr, translations

Metric = Literal["plays", "engagement", "cpm", "gmv"]
METRICS: Final[tuple[Metric, ...]] = ("plays", "engagement", "cpm", "gmv")
_RATES: Final = frozenset({TileKey.ENGAGEMENT_RATE, TileKey.FINISH_RATE, TileKey.COMPONENT_CLICK_RATE})
_MONEY: Final = frozenset({TileKey.COST, TileKey.CPM, TileKey.GMV})
BEHIND_COMPONENT: Final = frozenset({TileKey.COMPONENT_CLICK_RATE, TileKey.GMV, TileKey.ROAS})
"""Tiles that are unknown where no video carries a component."""
STEPS_BEHIND_COMPONENT: Final = frozenset({Step.COMPONENT_SHOWS, Step.COMPONENT_CLICKS, Step.STORE_VISITS, Step.ORDERS, Step.PAYMENTS})


def tile_name(key: TileKey) -> str:
    """The name above a tile's value, with its definition where names alone mislead."""
    return {
        TileKey.COST: tr("charts", "Cost"),
        TileKey.PLAYS: tr("charts", "Plays"),
        TileKey.CPM: tr("charts", "CPM"),
        TileKey.ENGAGEMENT_RATE: tr("charts", "Engagement rate"),
        TileKey.FINISH_RATE: tr("charts", "Finish rate"),
        TileKey.COMPONENT_CLICK_RATE: tr("charts", "Component CTR"),
        TileKey.GMV: tr("charts", "GMV"),
        TileKey.ROAS: tr("charts", "ROAS GMV ÷ cost"),
    }[key]


def tile_definition(key: TileKey) -> str:
    """How a tile's figure is made; the tooltip."""
    return {
        TileKey.COST: tr("charts", "Task amounts of the orders that have a report; platform fee and boosts are not in it."),
        TileKey.PLAYS: tr("charts", "Plays that the platform reports."),
        TileKey.CPM: tr("charts", "Task amount ÷ plays × 1000; by plays, not by exposures."),
        TileKey.ENGAGEMENT_RATE: tr("charts", "(Likes + comments + shares) ÷ plays."),
        TileKey.FINISH_RATE: tr("charts", "Complete plays ÷ plays."),
        TileKey.COMPONENT_CLICK_RATE: tr("charts", "Component clicks ÷ component shows."),
        TileKey.GMV: tr("charts", "Paid orders that the platform attributes to the videos."),
        TileKey.ROAS: tr("charts", "GMV ÷ task amount; what Chinese decks often call ROI. The profit is not in it."),
    }[key]


def no_component() -> str:
    """Why a figure behind the component is unknown."""
    return tr("charts", "No video of this selection carries a link component, so nothing behind one is measured.")


def tile_value(key: TileKey, value: float | Fen | None) -> str:
    """The large figure of a tile."""
    if value is None:
        return UNKNOWN
    if isinstance(value, Fen):
        return money(value) if key is not TileKey.CPM else formats().money(value, exact=True)
    if key in _RATES:
        return formats().percent(value, 2)
    return formats().decimal(value, 2) if key is TileKey.ROAS else formats().count(value)


def tile_plain(key: TileKey, value: float) -> str:
    """A percentile or a mean of a tile's figure, short; money comes in fen."""
    if key in _RATES:
        return formats().percent(value, 1 if value < 0.1 else 0)
    if key in _MONEY:
        return formats().decimal(value / 100, 1) if value < 1_000_000 else formats().money_short(Fen(round(value)))
    return formats().decimal(value, 1) if key is TileKey.ROAS else formats().count(value)


def tile_each(key: TileKey, value: float) -> str:
    """The mean of a sum over its orders; money comes in fen."""
    return formats().money_short(Fen(round(value / 100) * 100)) if key in _MONEY else formats().count(value)


def tile_change(key: TileKey, change: float | None) -> str:
    """The change of the last reported week, with its sign; empty where none is known."""
    if change is None:
        return ""
    return formats().change_points(change) if key in _RATES else formats().change(change)


def change_tone(change: float | None) -> str:
    """Every moving tile counts something that one wants more of."""
    if change is None or change == 0:
        return "text-3"
    return "good" if change > 0 else "bad"


def money(value: Fen) -> str:
    """Money as a headline: from ¥10,000 on whole yuan, from ¥10 million on shortened; the table keeps the fen."""
    if abs(value.value) >= 1_000_000_000:
        return formats().money_short(value)
    if abs(value.value) >= 1_000_000:
        return formats().money(Fen(round(value.value / 100) * 100))
    return formats().money(value)


def metric_name(metric: Metric) -> str:
    """The name of a line of the trend."""
    return {
        "plays": tr("charts", "Plays"),
        "engagement": tr("charts", "Engagement rate"),
        "cpm": tr("charts", "CPM so far"),
        "gmv": tr("charts", "GMV"),
    }[metric]


def metric_short(metric: Metric) -> str:
    """The same on the switch, where it must be short."""
    return tr("charts", "CPM") if metric == "cpm" else metric_name(metric)


def metric_value(metric: Metric, point: TrendPoint) -> float | None:
    """The figure of a day: counts, a rate 0–1, or fen. None where nothing is known."""
    if point.counts is None:
        return None
    if metric == "plays":
        return point.counts.plays
    if metric == "engagement":
        return metrics.engagement_rate(point.counts)
    amount = point.cpm if metric == "cpm" else point.counts.gmv
    return None if amount is None else amount.value


def metric_text(metric: Metric, value: float | None, *, short: bool = False) -> str:
    """A figure of the trend in words; `short` for the axis."""
    if value is None:
        return UNKNOWN
    if metric == "plays":
        return formats().count(value, short=short)
    if metric == "engagement":
        return formats().percent(value, 1 if short else 2)
    if metric == "cpm":
        return formats().money_short(Fen(round(value))) if short else formats().money(Fen(round(value)), exact=True)
    return formats().money_short(Fen(round(value))) if short else money(Fen(round(value)))


def step_name(step: Step) -> str:
    """The name of a step of the funnel."""
    return {
        Step.EXPOSURES: tr("charts", "Exposures"),
        Step.PLAYS: tr("charts", "Plays"),
        Step.ENGAGEMENTS: tr("charts", "Engagements"),
        Step.COMPONENT_SHOWS: tr("charts", "Component shows"),
        Step.COMPONENT_CLICKS: tr("charts", "Component clicks"),
        Step.STORE_VISITS: tr("charts", "Store visits"),
        Step.ORDERS: tr("charts", "Orders placed"),
        Step.PAYMENTS: tr("charts", "Payments"),
    }[step]


def audience_key(key: str) -> str:
    """A group's name as the platform prints it; only what it abbreviates is written out, and translated."""
    if key in ("女", "女性", "female", "FEMALE"):
        return tr("charts", "Women")
    if key in ("男", "男性", "male", "MALE"):
        return tr("charts", "Men")
    return key.replace("-", "–") if key[:1].isdigit() else key


def day_label(day: date) -> str:
    """A day on an axis: "11-21"."""
    return f"{day:%m-%d}"


def weekday(day: date) -> str:
    """The weekday of a Beijing day."""
    names = {"zh_CN": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
    return f"周{names['zh_CN'][day.weekday()]}" if translations().language == "zh_CN" else str(names["en"][day.weekday()])


def listed(names: list[str]) -> str:
    """Names one after the other."""
    return ("、" if translations().language == "zh_CN" else ", ").join(names)
