"""Turns the audience, the words and the mood of a dashboard into bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from xingtu_desktop.domain.dashboard import AudienceBars, Dashboard, women_18_to_24
from xingtu_desktop.ui.charts.bars import Bar, BarGroup
from xingtu_desktop.ui.charts.words import audience_key
from xingtu_desktop.ui.i18n import formats, tr

Place = Literal["province", "city", "device"]
PLACES: Final[tuple[Place, ...]] = ("province", "city", "device")
_ROWS = 6
# The longest bar of a scale that no whole gives (words, cities) stops here, so that its figure has room beside it.
_LONGEST = 0.94


def place_name(place: Place) -> str:
    """The name of a distribution on its switch."""
    return {"province": tr("charts", "Provinces"), "city": tr("charts", "Cities"), "device": tr("charts", "Devices")}[place]


def audience_groups(audience: AudienceBars, place: Place) -> list[BarGroup]:
    """Gender against the whole; age and the chosen distribution on one common scale. At most six rows each."""
    chosen = {"province": audience.province, "city": audience.city, "device": audience.device}[place][:_ROWS]
    full = max([share for _, share in (*audience.age, *chosen)], default=1.0) / _LONGEST
    return [
        BarGroup(tr("charts", "Gender"), _shares(audience.gender, 1.0), wide=True),
        BarGroup(tr("charts", "Age, the platform's own bands"), _shares(audience.age, full)),
        BarGroup(place_name(place), _shares(chosen, full)),
    ]


def audience_foot(audience: AudienceBars) -> str:
    """The estimate that briefs ask for, with what it means; empty where the bands do not allow it."""
    share = women_18_to_24(audience)
    if share is None:
        return ""
    figure = formats().estimate(formats().percent(share))
    return tr("charts", "Women 15–24: {share}; counts 18–24, without 15–17, (18–23 + 24–30 ÷ 7) × women", share=figure)


def word_groups(words: Sequence[tuple[str, int]]) -> list[BarGroup]:
    """The words said most, in two columns on one scale."""
    full = max((count for _, count in words), default=1) / _LONGEST or 1.0
    bars = [Bar(word, count / full, formats().count(count), count) for word, count in words]
    half = (len(bars) + 1) // 2
    return [BarGroup("", tuple(bars[:half])), BarGroup("", tuple(bars[half:]))]


def mood_groups(board: Dashboard) -> list[BarGroup]:
    """Positive, neutral and negative comments as shares of all three."""
    if board.sentiment is None or not sum(board.sentiment):
        return []
    whole = sum(board.sentiment)
    names = (tr("charts", "Positive"), tr("charts", "Neutral"), tr("charts", "Negative"))
    rows = zip(names, board.sentiment, ("c2", "c6", "c3"), strict=True)
    return [
        BarGroup(
            "", tuple(Bar(n, c / whole, f"{formats().count(c)}   {formats().percent(c / whole)}", c, color=color) for n, c, color in rows)
        )
    ]


def _shares(shares: Sequence[tuple[str, float]], full: float) -> tuple[Bar, ...]:
    return tuple(Bar(audience_key(key), share / full, formats().percent(share), round(share, 6)) for key, share in shares)
