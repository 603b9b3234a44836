"""The table's columns: what each shows of a creator, how it is sorted, and which stand there at first."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from xingtu_desktop.domain.creator import Creator, VideoTier, cpe_of, cpm_of, female_15_24_share, share_of
from xingtu_desktop.domain.creator_query import AudienceTarget, Field, SortKey
from xingtu_desktop.domain.facets import VALUE_OF, fit_of
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.ui.creators import words
from xingtu_desktop.ui.formats import UNKNOWN
from xingtu_desktop.ui.i18n import Message, formats
from xingtu_desktop.ui.widgets.table.cells import Cell, Column, Tag

_OLD = timedelta(days=7)
"""Figures older than this are marked."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a cell depends on beside its creator: the instant that is now, for ages, and the audience that the search is after."""

    now: datetime
    targets: tuple[AudienceTarget, ...] = ()


CellMaker = Callable[[Creator, Seen], Cell]


@dataclass(frozen=True, slots=True)
class CreatorColumn:
    """One column: `cell` draws a creator; `hint` says in a sentence what the heading has no room for."""

    key: str
    title: Message
    subtitle: Message | None
    width: int
    sort: Field | SortKey
    cell: CellMaker
    align: Literal["left", "right"] = "right"
    shown: bool = True
    descending_first: bool = True
    stretch: bool = False
    hint: Message | None = None

    def column(self) -> Column:
        """As the table wants it, in the language in force."""
        return Column(
            self.key,
            self.title.text(),
            self.subtitle.text() if self.subtitle else "",
            self.width,
            self.align,
            True,
            self.stretch,
            self.descending_first,
        )


def _creator(creator: Creator, seen: Seen) -> Cell:
    return Cell(
        creator.nickname,
        subtitle=words.mcn_text(creator),
        avatar=creator.nickname,
        avatar_key=str(creator.author_id),
        verified=words.verified(creator),
        tooltip=creator.bio,
    )


def _types(creator: Creator, seen: Seen) -> Cell:
    names = list(
        dict.fromkeys((*creator.content_types[:1], *creator.content_subtypes[:1], *creator.themes[:1], *creator.content_types[1:2]))
    )
    if not names:
        return Cell(UNKNOWN)
    return Cell(tags=tuple(Tag(name) for name in names[:2]), tooltip=" · ".join((*creator.content_types, *creator.content_subtypes)))


def _short_count(number: int | None) -> str:
    """A count in the room of six digits: tens of millions go without the digit after the point."""
    if number is not None and number >= 10_000_000:
        return formats().count(round(number / 10_000) * 10_000, short=True)
    return formats().count(number)


def _followers(creator: Creator, seen: Seen) -> Cell:
    return Cell(_short_count(creator.followers), spark=tuple(float(plays) for plays in creator.weekly_plays[-13:]))


def _count(value: Callable[[Creator], int | None], *, signed: bool = False) -> CellMaker:
    def make(creator: Creator, seen: Seen) -> Cell:
        number = value(creator)
        text = formats().count(number)
        return Cell(f"+{text}" if signed and number is not None and number > 0 else text)

    return make


def _quote(tier: VideoTier) -> CellMaker:
    def make(creator: Creator, seen: Seen) -> Cell:
        quote = creator.quotes.get(tier)
        # From a million yuan on the whole amount has no room; the tooltip has.
        long = quote is not None and quote.value >= 100_000_000
        return Cell(formats().money_short(quote) if long else formats().money(quote), tooltip=formats().money(quote) if long else "")

    return make


def _cost(value: Callable[[Creator, VideoTier], Fen | None], tier: VideoTier) -> CellMaker:
    def make(creator: Creator, seen: Seen) -> Cell:
        amount = value(creator, tier)
        return Cell(formats().decimal(None if amount is None else amount.value / 100), estimate=True)

    return make


def _beside(plays: int, middle: int) -> float:
    """Where one end of a range stands when its middle is at a half: a third of it at 0, three times at 1."""
    return min(max(0.5 + math.log(max(plays, 1) / max(middle, 1)) / math.log(9), 0.0), 1.0)


def _plays(creator: Creator, seen: Seen) -> Cell:
    middle, low, high = creator.expected_plays, creator.expected_plays_p10, creator.expected_plays_p90
    whisker = None
    tooltip = ""
    if middle is not None and low is not None and high is not None:
        whisker = (_beside(low, middle), 0.5, _beside(high, middle))
        tooltip = f"P10 {formats().count(low)} – P90 {formats().count(high)}"
    return Cell(_short_count(middle), estimate=True, whisker=whisker, tooltip=tooltip)


def _rate(value: Callable[[Creator], float | None], *, digits: int = 1, full: float = 0.0, color: str = "c1") -> CellMaker:
    def make(creator: Creator, seen: Seen) -> Cell:
        rate = value(creator)
        bar = min(rate / full, 1.0) if full and rate is not None else None
        return Cell(formats().percent(rate, digits), bar=bar, bar_color=color)

    return make


def _index(value: Callable[[Creator], float | None]) -> CellMaker:
    def make(creator: Creator, seen: Seen) -> Cell:
        number = value(creator)
        return Cell(formats().decimal(number, 0), bar=None if number is None else number / 100)

    return make


def _female(creator: Creator, seen: Seen) -> Cell:
    share = female_15_24_share(creator)
    return Cell(
        formats().percent(share, 0),
        estimate=True,
        bar=None if share is None else min(share / 0.6, 1.0),
        bar_color="c2",
        tooltip=words.estimate_method(Field.FEMALE_15_24_SHARE),
    )


def _fit(creator: Creator, seen: Seen) -> Cell:
    fit = fit_of(creator, seen.targets)
    percent = formats().percent
    parts = [
        f"{words.FIELD_NAMES[target.field].text()} {percent(_share(creator, target.field), 0)} / {percent(target.share, 0)}"
        for target in seen.targets
    ]
    return Cell(formats().decimal(fit, 0), estimate=True, bar=None if fit is None else fit / 100, bar_color="c2", tooltip="\n".join(parts))


def _share(creator: Creator, field: Field) -> float | None:
    value = VALUE_OF[field](creator)
    return value if isinstance(value, float) else None


def _age(creator: Creator, seen: Seen) -> Cell:
    old = seen.now - creator.updated_at > _OLD
    return Cell(formats().age(creator.updated_at, seen.now), tone="warn" if old else "text-2", tooltip=creator.source)


def _text(value: Callable[[Creator], str | None]) -> CellMaker:
    return lambda creator, seen: Cell(value(creator) or UNKNOWN)


_MAIN = VideoTier.FROM_21_TO_60

COLUMNS: Final[tuple[CreatorColumn, ...]] = (
    CreatorColumn(
        "creator",
        Message("creators", "Creator"),
        Message("creators", "Agency"),
        190,
        SortKey.NICKNAME,
        _creator,
        "left",
        descending_first=False,
        stretch=True,
    ),
    CreatorColumn("types", Message("creators", "Types"), None, 74, SortKey.CONTENT_TYPE, _types, "left", descending_first=False),
    CreatorColumn("followers", Message("creators", "Followers"), Message("creators", "plays, 90 days"), 104, Field.FOLLOWERS, _followers),
    CreatorColumn(
        "quote_21_60", Message("creators", "Quote"), Message("creators", "21–60 s"), 66, Field.QUOTE_FROM_21_TO_60, _quote(_MAIN)
    ),
    CreatorColumn("cpm_21_60", Message("creators", "CPM"), Message("creators", "est."), 44, Field.CPM_FROM_21_TO_60, _cost(cpm_of, _MAIN)),
    CreatorColumn("expected_plays", Message("creators", "Plays"), Message("creators", "expected"), 58, Field.EXPECTED_PLAYS, _plays),
    CreatorColumn(
        "interaction",
        Message("creators", "Interact"),
        Message("creators", "90 days"),
        50,
        Field.INTERACTION_RATE,
        _rate(lambda c: c.interaction_rate, full=0.12),
        hint=Message("creators", "Interaction rate"),
    ),
    CreatorColumn(
        "finish", Message("creators", "Finish"), Message("creators", "90 days"), 50, Field.FINISH_RATE, _rate(lambda c: c.finish_rate)
    ),
    CreatorColumn(
        "hit",
        Message("creators", "Hit rate"),
        Message("creators", "> 100K"),
        50,
        Field.HIT_RATE,
        _rate(lambda c: c.hit_rate, digits=0),
        hint=Message("creators", "Videos with more than 100,000 likes"),
    ),
    CreatorColumn(
        "fit",
        Message("creators", "Fit"),
        Message("creators", "0–100"),
        52,
        SortKey.AUDIENCE_FIT,
        _fit,
        hint=Message(
            "creators",
            "Audience fit 0–100: each filtered share of the audience, divided by 1.5 times its lower bound, at most 1, on average.",
        ),
    ),
    CreatorColumn("updated", Message("creators", "Data"), Message("creators", "age"), 50, Field.UPDATED_AT, _age),
    CreatorColumn(
        "quote_20",
        Message("creators", "Quote"),
        Message("creators", "1–20 s"),
        72,
        Field.QUOTE_UP_TO_20,
        _quote(VideoTier.UP_TO_20),
        shown=False,
    ),
    CreatorColumn(
        "quote_60",
        Message("creators", "Quote"),
        Message("creators", "over 60 s"),
        72,
        Field.QUOTE_OVER_60,
        _quote(VideoTier.OVER_60),
        shown=False,
    ),
    CreatorColumn(
        "cpm_20",
        Message("creators", "CPM"),
        Message("creators", "1–20 s"),
        64,
        Field.CPM_UP_TO_20,
        _cost(cpm_of, VideoTier.UP_TO_20),
        shown=False,
    ),
    CreatorColumn(
        "cpm_60",
        Message("creators", "CPM"),
        Message("creators", "over 60 s"),
        64,
        Field.CPM_OVER_60,
        _cost(cpm_of, VideoTier.OVER_60),
        shown=False,
    ),
    CreatorColumn(
        "cpe", Message("creators", "CPE"), Message("creators", "21–60 s"), 64, Field.CPE_FROM_21_TO_60, _cost(cpe_of, _MAIN), shown=False
    ),
    CreatorColumn(
        "growth_30d",
        Message("creators", "New followers"),
        Message("creators", "30 days"),
        96,
        Field.GROWTH_30D,
        _count(lambda c: c.growth_30d, signed=True),
        shown=False,
    ),
    CreatorColumn(
        "median_plays",
        Message("creators", "Plays"),
        Message("creators", "median"),
        84,
        Field.MEDIAN_PLAYS,
        _count(lambda c: c.median_plays),
        shown=False,
    ),
    CreatorColumn(
        "search_rate",
        Message("creators", "Search rate"),
        Message("creators", "after viewing"),
        92,
        Field.SEARCH_RATE,
        _rate(lambda c: c.search_rate, digits=2),
        shown=False,
    ),
    CreatorColumn(
        "female_15_24",
        Message("creators", "F 15–24"),
        Message("creators", "approx."),
        52,
        Field.FEMALE_15_24_SHARE,
        _female,
        shown=False,
        hint=Message("creators", "Women of 15 to 24 in the audience"),
    ),
    CreatorColumn(
        "female",
        Message("creators", "Female"),
        Message("creators", "of the audience"),
        92,
        Field.FEMALE_SHARE,
        _rate(lambda c: c.audience.female, digits=0, full=1.0, color="c2"),
        shown=False,
    ),
    CreatorColumn(
        "tier_2",
        Message("creators", "Tier 2 cities"),
        Message("creators", "of the audience"),
        96,
        Field.CITY_SECOND_SHARE,
        _rate(lambda c: share_of(c.audience.city_tiers, "二线"), digits=0, full=0.4, color="c2"),
        shown=False,
    ),
    CreatorColumn(
        "spread",
        Message("creators", "Spread"),
        Message("creators", "index"),
        72,
        Field.INDEX_SPREAD,
        _index(lambda c: c.indexes.spread),
        shown=False,
    ),
    CreatorColumn(
        "seeding",
        Message("creators", "Seeding"),
        Message("creators", "index"),
        72,
        Field.INDEX_SEEDING,
        _index(lambda c: c.indexes.seeding),
        shown=False,
    ),
    CreatorColumn(
        "conversion",
        Message("creators", "Conversion"),
        Message("creators", "index"),
        86,
        Field.INDEX_CONVERSION,
        _index(lambda c: c.indexes.conversion),
        shown=False,
    ),
    CreatorColumn(
        "value",
        Message("creators", "Value"),
        Message("creators", "index"),
        72,
        Field.INDEX_VALUE,
        _index(lambda c: c.indexes.value),
        shown=False,
    ),
    CreatorColumn(
        "cooperation",
        Message("creators", "Cooperation"),
        Message("creators", "index"),
        92,
        Field.INDEX_COOPERATION,
        _index(lambda c: c.indexes.cooperation),
        shown=False,
    ),
    CreatorColumn(
        "growth",
        Message("creators", "Growth"),
        Message("creators", "index"),
        72,
        Field.INDEX_GROWTH,
        _index(lambda c: c.indexes.growth),
        shown=False,
    ),
    CreatorColumn(
        "city",
        Message("creators", "City"),
        None,
        84,
        SortKey.CITY,
        _text(lambda c: c.city),
        "left",
        shown=False,
        descending_first=False,
    ),
    CreatorColumn(
        "mcn",
        Message("creators", "MCN"),
        None,
        120,
        SortKey.MCN,
        lambda c, seen: Cell(words.mcn_text(c)),
        "left",
        shown=False,
        descending_first=False,
    ),
    CreatorColumn(
        "last_active",
        Message("creators", "Last active"),
        None,
        92,
        Field.LAST_ACTIVE,
        lambda creator, seen: Cell(formats().age(creator.last_active, seen.now)),
        shown=False,
    ),
)
"""Every column, in the order of the chooser; the first always stands at the left."""

BY_KEY: Final = {column.key: column for column in COLUMNS}
DEFAULT_KEYS: Final = tuple(column.key for column in COLUMNS if column.shown)


def key_of_sort(sort: Field | SortKey) -> str | None:
    """The column that shows an order, None where no column does."""
    return next((column.key for column in COLUMNS if column.sort is sort), None)


def standing(keys: Sequence[str], *, targets: bool) -> tuple[str, ...]:
    """The columns to draw for the chosen ones: without an audience to fit, women of 15 to 24 stand where the fit would."""
    if targets or "fit" not in keys:
        return tuple(keys)
    return tuple("female_15_24" if key == "fit" else key for key in keys if key != "female_15_24")
