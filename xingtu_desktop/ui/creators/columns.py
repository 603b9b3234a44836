"""The table's columns: what each shows of a creator, how it is sorted, and which stand there at first."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from xingtu_desktop.domain.creator import Creator, VideoTier, cpe_of, cpm_of, female_15_24_share, share_of
from xingtu_desktop.domain.creator_query import Field, SortKey
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.ui.creators import words
from xingtu_desktop.ui.formats import UNKNOWN
from xingtu_desktop.ui.i18n import Message, formats
from xingtu_desktop.ui.widgets.table.cells import Cell, Column, Tag

_OLD = timedelta(days=7)
"""Figures older than this are marked."""

CellMaker = Callable[[Creator, datetime], Cell]


@dataclass(frozen=True, slots=True)
class CreatorColumn:
    """One column: `cell` draws a creator (the instant is now, for ages)."""

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


def _creator(creator: Creator, now: datetime) -> Cell:
    return Cell(
        creator.nickname,
        subtitle=words.mcn_text(creator),
        avatar=creator.nickname,
        avatar_key=str(creator.author_id),
        verified=words.verified(creator),
        tooltip=creator.bio,
    )


def _types(creator: Creator, now: datetime) -> Cell:
    names = list(
        dict.fromkeys((*creator.content_types[:1], *creator.content_subtypes[:1], *creator.themes[:1], *creator.content_types[1:2]))
    )
    if not names:
        return Cell(UNKNOWN)
    return Cell(tags=tuple(Tag(name) for name in names[:2]), tooltip=" · ".join((*creator.content_types, *creator.content_subtypes)))


def _followers(creator: Creator, now: datetime) -> Cell:
    return Cell(formats().count(creator.followers), spark=tuple(float(plays) for plays in creator.weekly_plays[-13:]))


def _count(value: Callable[[Creator], int | None], *, signed: bool = False) -> CellMaker:
    def make(creator: Creator, now: datetime) -> Cell:
        number = value(creator)
        text = formats().count(number)
        return Cell(f"+{text}" if signed and number is not None and number > 0 else text)

    return make


def _quote(tier: VideoTier) -> CellMaker:
    def make(creator: Creator, now: datetime) -> Cell:
        return Cell(formats().money(creator.quotes.get(tier)))

    return make


def _cost(value: Callable[[Creator, VideoTier], Fen | None], tier: VideoTier) -> CellMaker:
    def make(creator: Creator, now: datetime) -> Cell:
        amount = value(creator, tier)
        return Cell(formats().decimal(None if amount is None else amount.value / 100), estimate=True)

    return make


def _log_place(plays: int) -> float:
    """Where a number of plays stands between a thousand and twenty million."""
    return min(max(math.log(max(plays, 1) / 1_000) / math.log(20_000), 0.0), 1.0)


def _plays(creator: Creator, now: datetime) -> Cell:
    middle, low, high = creator.expected_plays, creator.expected_plays_p10, creator.expected_plays_p90
    whisker = None
    tooltip = ""
    if middle is not None and low is not None and high is not None:
        whisker = (_log_place(low), _log_place(middle), _log_place(high))
        tooltip = f"P10 {formats().count(low)} – P90 {formats().count(high)}"
    return Cell(formats().count(middle), estimate=True, whisker=whisker, tooltip=tooltip)


def _rate(value: Callable[[Creator], float | None], *, digits: int = 1, full: float = 0.0, color: str = "c1") -> CellMaker:
    def make(creator: Creator, now: datetime) -> Cell:
        rate = value(creator)
        bar = min(rate / full, 1.0) if full and rate is not None else None
        return Cell(formats().percent(rate, digits), bar=bar, bar_color=color)

    return make


def _index(value: Callable[[Creator], float | None]) -> CellMaker:
    def make(creator: Creator, now: datetime) -> Cell:
        number = value(creator)
        return Cell(formats().decimal(number, 0), bar=None if number is None else number / 100)

    return make


def _female(creator: Creator, now: datetime) -> Cell:
    share = female_15_24_share(creator)
    return Cell(
        formats().percent(share, 0),
        estimate=True,
        bar=None if share is None else min(share / 0.6, 1.0),
        bar_color="c2",
        tooltip=words.estimate_method(Field.FEMALE_15_24_SHARE),
    )


def _age(creator: Creator, now: datetime) -> Cell:
    old = now - creator.updated_at > _OLD
    return Cell(formats().age(creator.updated_at, now), tone="warn" if old else "text-2", tooltip=creator.source)


def _text(value: Callable[[Creator], str | None]) -> CellMaker:
    return lambda creator, now: Cell(value(creator) or UNKNOWN)


_MAIN = VideoTier.FROM_21_TO_60

COLUMNS: Final[tuple[CreatorColumn, ...]] = (
    CreatorColumn(
        "creator",
        Message("creators", "Creator"),
        Message("creators", "Agency"),
        160,
        SortKey.NICKNAME,
        _creator,
        "left",
        descending_first=False,
        stretch=True,
    ),
    CreatorColumn("types", Message("creators", "Types"), None, 96, SortKey.CONTENT_TYPE, _types, "left", descending_first=False),
    CreatorColumn("followers", Message("creators", "Followers"), Message("creators", "plays, 90 days"), 118, Field.FOLLOWERS, _followers),
    CreatorColumn(
        "quote_21_60", Message("creators", "Quote"), Message("creators", "21–60 s"), 80, Field.QUOTE_FROM_21_TO_60, _quote(_MAIN)
    ),
    CreatorColumn(
        "cpm_21_60", Message("creators", "CPM"), Message("creators", "expected"), 68, Field.CPM_FROM_21_TO_60, _cost(cpm_of, _MAIN)
    ),
    CreatorColumn("expected_plays", Message("creators", "Plays"), Message("creators", "expected"), 76, Field.EXPECTED_PLAYS, _plays),
    CreatorColumn(
        "interaction",
        Message("creators", "Interaction"),
        Message("creators", "90 days"),
        64,
        Field.INTERACTION_RATE,
        _rate(lambda c: c.interaction_rate, full=0.12),
    ),
    CreatorColumn(
        "finish", Message("creators", "Finish"), Message("creators", "90 days"), 64, Field.FINISH_RATE, _rate(lambda c: c.finish_rate)
    ),
    CreatorColumn(
        "hit",
        Message("creators", "Hit rate"),
        Message("creators", "> 100K likes"),
        64,
        Field.HIT_RATE,
        _rate(lambda c: c.hit_rate, digits=0),
    ),
    CreatorColumn(
        "female_15_24",
        Message("creators", "Female 15–24"),
        Message("creators", "estimated"),
        92,
        Field.FEMALE_15_24_SHARE,
        _female,
    ),
    CreatorColumn("updated", Message("creators", "Data"), Message("creators", "updated"), 62, Field.UPDATED_AT, _age),
    CreatorColumn(
        "quote_20",
        Message("creators", "Quote"),
        Message("creators", "1–20 s"),
        84,
        Field.QUOTE_UP_TO_20,
        _quote(VideoTier.UP_TO_20),
        shown=False,
    ),
    CreatorColumn(
        "quote_60",
        Message("creators", "Quote"),
        Message("creators", "over 60 s"),
        84,
        Field.QUOTE_OVER_60,
        _quote(VideoTier.OVER_60),
        shown=False,
    ),
    CreatorColumn(
        "cpm_20",
        Message("creators", "CPM"),
        Message("creators", "1–20 s"),
        72,
        Field.CPM_UP_TO_20,
        _cost(cpm_of, VideoTier.UP_TO_20),
        shown=False,
    ),
    CreatorColumn(
        "cpm_60",
        Message("creators", "CPM"),
        Message("creators", "over 60 s"),
        72,
        Field.CPM_OVER_60,
        _cost(cpm_of, VideoTier.OVER_60),
        shown=False,
    ),
    CreatorColumn(
        "cpe", Message("creators", "CPE"), Message("creators", "21–60 s"), 72, Field.CPE_FROM_21_TO_60, _cost(cpe_of, _MAIN), shown=False
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
        lambda c, now: Cell(words.mcn_text(c)),
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
        lambda creator, now: Cell(formats().age(creator.last_active, now)),
        shown=False,
    ),
)
"""Every column, in the order of the chooser; the first always stands at the left."""

BY_KEY: Final = {column.key: column for column in COLUMNS}
DEFAULT_KEYS: Final = tuple(column.key for column in COLUMNS if column.shown)


def key_of_sort(sort: Field | SortKey) -> str | None:
    """The column that shows an order, None where no column does."""
    return next((column.key for column in COLUMNS if column.sort is sort), None)
