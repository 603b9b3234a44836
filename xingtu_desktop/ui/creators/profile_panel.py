"""A creator's profile at the side: who it is, how it stands in its type, who watches, what it asks, and who is like it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from xingtu_desktop.domain.creator import AgeBand, AudienceGroup, CityTier, Creator, VideoTier, female_15_24_share, share_of
from xingtu_desktop.domain.creator_query import Facet, Field, Percentile
from xingtu_desktop.domain.facets import VALUE_OF
from xingtu_desktop.services.creator_search import CreatorProfile, SimilarCreator
from xingtu_desktop.ui.creators import words
from xingtu_desktop.ui.creators.profile_parts import BarRow, BarRows, QuoteSteps, SimilarRow, SplitBar, ThemeTable, by_theme
from xingtu_desktop.ui.formats import UNKNOWN
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import icons
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.chips import FlowLayout
from xingtu_desktop.ui.widgets.labels import ElidedLabel, text_label
from xingtu_desktop.ui.widgets.panels import Avatar, Section, SidePanel

_INDEXES: Final = (
    Field.INDEX_SPREAD,
    Field.INDEX_SEEDING,
    Field.INDEX_CONVERSION,
    Field.INDEX_VALUE,
    Field.INDEX_COOPERATION,
    Field.INDEX_GROWTH,
)
_AGES: Final = {
    AgeBand.FROM_18_TO_23: Field.AGE_18_23_SHARE,
    AgeBand.FROM_24_TO_30: Field.AGE_24_30_SHARE,
    AgeBand.FROM_31_TO_40: Field.AGE_31_40_SHARE,
    AgeBand.FROM_41_TO_50: Field.AGE_41_50_SHARE,
    AgeBand.OVER_50: Field.AGE_OVER_50_SHARE,
}
_TIERS: Final = {
    CityTier.FIRST: Field.CITY_FIRST_SHARE,
    CityTier.NEW_FIRST: Field.CITY_NEW_FIRST_SHARE,
    CityTier.SECOND: Field.CITY_SECOND_SHARE,
    CityTier.THIRD: Field.CITY_THIRD_SHARE,
    CityTier.FOURTH: Field.CITY_FOURTH_SHARE,
    CityTier.FIFTH: Field.CITY_FIFTH_SHARE,
}
_GROUPS: Final = {
    AudienceGroup.GEN_Z: Field.GROUP_GEN_Z_SHARE,
    AudienceGroup.NEW_WHITE_COLLAR: Field.GROUP_NEW_WHITE_COLLAR_SHARE,
    AudienceGroup.SMALL_TOWN_YOUNG: Field.GROUP_SMALL_TOWN_YOUNG_SHARE,
    AudienceGroup.MOTHERS: Field.GROUP_MOTHERS_SHARE,
    AudienceGroup.SENIOR_MIDDLE_CLASS: Field.GROUP_SENIOR_MIDDLE_CLASS_SHARE,
    AudienceGroup.BLUE_COLLAR: Field.GROUP_BLUE_COLLAR_SHARE,
    AudienceGroup.SMALL_TOWN_OLDER: Field.GROUP_SMALL_TOWN_OLDER_SHARE,
    AudienceGroup.SILVER_CITY: Field.GROUP_SILVER_CITY_SHARE,
}
COMPARED_FIELDS: Final = (*_INDEXES, *_AGES.values(), *_TIERS.values(), *_GROUPS.values())
"""The figures that a profile sets beside those of the type."""
_SIMILAR = 6


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


class ProfilePanel(SidePanel):
    """Shows one creator; every button is a signal, since keys do the same."""

    shortlist_clicked = Signal()
    basket_clicked = Signal()
    similar_clicked = Signal()
    opened = Signal(object)
    """A look-alike was clicked: its author id."""

    def __init__(self, *, width: int = 320, parent: QWidget | None = None) -> None:
        super().__init__(width=width, closable=True, parent=parent)
        self._profile: CreatorProfile | None = None
        self._similar: tuple[SimilarCreator, ...] = ()
        self._tier = VideoTier.FROM_21_TO_60
        self._now: datetime | None = None
        self._listed = (False, False)
        self._loading = False
        self._build_header()
        self._build_sections()
        self.retranslate()

    def _build_header(self) -> None:
        self.avatar = Avatar(size=44)
        self.name = ElidedLabel(type="heading", strong=True)
        self.verified = text_label()
        self.line_1 = ElidedLabel(type="caption", tone="text-2")
        self.line_2 = ElidedLabel(type="caption", tone="text-3")
        names = QVBoxLayout()
        names.setSpacing(2)
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.name)
        top.addWidget(self.verified)
        top.addStretch(1)
        names.addLayout(top)
        names.addWidget(self.line_1)
        names.addWidget(self.line_2)
        self.header.addWidget(self.avatar, 0, Qt.AlignmentFlag.AlignTop)
        self.header.addLayout(names, 1)

    def _build_sections(self) -> None:
        self.buttons = QWidget()
        row = FlowLayout(self.buttons, gap=4)
        row.setContentsMargins(16, 10, 8, 10)
        self.shortlist = Button(icon="star", key="S", small=True)
        self.basket = Button(icon="basket", key="B", small=True)
        self.similar_button = Button(key="L", small=True)
        for button in (self.shortlist, self.basket, self.similar_button):
            row.addWidget(button)
        self.bio = text_label(type="caption", tone="text-2", wrap=True)
        self.bio.setContentsMargins(16, 0, 16, 10)
        self.indexes = Section()
        self.index_rows = BarRows()
        self.indexes.add(self.index_rows)
        self.audience = Section()
        self.gender = SplitBar()
        self.ages = BarRows(name_width=48, value_width=34, remark_width=0, row=18)
        self.tiers = BarRows(name_width=44, value_width=34, remark_width=0, row=18)
        self.groups = BarRows(name_width=62, value_width=34, remark_width=0, row=18, columns=2)
        self.young = text_label(type="caption", tone="text-2", wrap=True)
        halves = QHBoxLayout()
        halves.setSpacing(16)
        halves.addWidget(self.ages, 1, Qt.AlignmentFlag.AlignTop)
        halves.addWidget(self.tiers, 1, Qt.AlignmentFlag.AlignTop)
        self.audience.add(self.gender)
        self.audience.body.addLayout(halves)
        self.audience.add(self.young)
        self.audience.add(self.groups)
        self.prices = Section()
        self.quote_steps = QuoteSteps()
        self.prices_none = text_label(type="caption", tone="text-3", wrap=True)
        self.prices.add(self.quote_steps)
        self.prices.add(self.prices_none)
        self.videos = Section()
        self.theme_table = ThemeTable()
        self.videos_none = text_label(type="caption", tone="text-3", wrap=True)
        self.videos.add(self.theme_table)
        self.videos.add(self.videos_none)
        self.alike = Section(ruled=False)
        self.alike_rows = [SimilarRow() for _ in range(_SIMILAR)]
        self.alike_none = text_label(type="caption", tone="text-3", wrap=True)
        for similar in self.alike_rows:
            similar.opened.connect(self.opened)
            self.alike.add(similar)
        self.alike.add(self.alike_none)
        for section in (self.buttons, self.bio, self.indexes, self.audience, self.prices, self.videos, self.alike):
            self.add_section(section)
        self.end_sections()
        self.shortlist.clicked.connect(self.shortlist_clicked)
        self.basket.clicked.connect(self.basket_clicked)
        self.similar_button.clicked.connect(self.similar_clicked)

    # What is shown

    def profile(self) -> CreatorProfile | None:
        """Who is shown."""
        return self._profile

    def set_profile(self, profile: CreatorProfile, now: datetime, *, loading: bool, tier: VideoTier) -> None:
        """Show a creator; `loading` says that videos and prices are on their way."""
        if self._profile is None or profile.creator.author_id != self._profile.creator.author_id:
            self._similar = ()
        self._profile, self._now, self._loading, self._tier = profile, now, loading, tier
        self.retranslate()

    def set_similar(self, similar: Sequence[SimilarCreator]) -> None:
        """Who is most like the creator shown."""
        self._similar = tuple(similar[:_SIMILAR])
        self._show_similar()

    def set_listed(self, *, shortlisted: bool, in_basket: bool) -> None:
        """Whether the creator is on the shortlist and in the basket."""
        self._listed = (shortlisted, in_basket)
        self.shortlist.set_kind("selected" if shortlisted else "secondary")
        self.shortlist.set_icon("star-filled" if shortlisted else "star")
        self.basket.set_kind("selected" if in_basket else "secondary")
        self.shortlist.setText(tr("creators", "Listed") if shortlisted else tr("creators", "Shortlist"))
        self.basket.setText(tr("creators", "In basket") if in_basket else tr("creators", "Basket"))

    def retranslate(self) -> None:
        """Every word and figure again."""
        self.close_button.set_name(tr("creators", "Close the profile"))
        self.similar_button.setText(tr("creators", "Similar"))
        self.set_listed(shortlisted=self._listed[0], in_basket=self._listed[1])
        profile = self._profile
        if profile is None or self._now is None:
            return
        creator = profile.creator
        self._show_header(creator, self._now)
        kind = creator.content_types[0] if creator.content_types else tr("creators", "all creators")
        self.indexes.header.set_words(tr("creators", "Indexes"), tr("creators", "{kind}: band P25–P75, tick P50", kind=kind))
        self.index_rows.set_rows([self._index_row(profile, field) for field in _INDEXES])
        self._show_audience(profile, kind)
        tier = words.TIER_NAMES[self._tier].text()
        self.prices.header.set_words(tr("creators", "Quotes over time"), tr("creators", "{tier} · ring: paid", tier=tier))
        quotes = self.quote_steps.set_points(profile.detail.quotes, self._tier)
        self.quote_steps.setVisible(quotes > 0)
        self.prices_none.setVisible(not quotes)
        waiting = tr("creators", "Being fetched …")
        self.prices_none.setText(waiting if self._loading else tr("creators", "No price history on this computer."))
        themes = by_theme(profile.detail.videos)
        self.videos.header.set_words(tr("creators", "Videos by theme"), tr("creators", "median plays · videos"))
        self.theme_table.set_rows(themes)
        self.theme_table.setVisible(bool(themes))
        self.videos_none.setVisible(not themes)
        self.videos_none.setText(waiting if self._loading else tr("creators", "No videos on this computer."))
        self._show_similar()

    def _show_header(self, creator: Creator, now: datetime) -> None:
        text = formats()
        self.avatar.set_name(creator.nickname, str(creator.author_id))
        self.name.setText(creator.nickname)
        self.verified.setVisible(words.verified(creator))
        self.verified.setPixmap(icons.pixmap("verified", 16, "accent"))
        if creator.verification is not None:
            self.verified.setToolTip(words.value_text(Facet.VERIFICATION, creator.verification.value))
        parts = [words.mcn_text(creator), creator.city or "", creator.douyin_id or ""]
        self.line_1.setText(" · ".join(part for part in parts if part and part != UNKNOWN) or UNKNOWN)
        availability = "" if creator.availability is None else words.value_text(Facet.AVAILABILITY, creator.availability.value)
        age = tr("creators", "data {age}", age=text.ago(creator.updated_at, now))
        followers = tr("creators", "{number} followers", number=text.count(creator.followers))
        self.line_2.setText(" · ".join(part for part in (followers, availability, age, creator.source) if part))
        self.bio.setText(creator.bio)
        self.bio.setVisible(bool(creator.bio))

    def _index_row(self, profile: CreatorProfile, field: Field) -> BarRow:
        value = _number(VALUE_OF[field](profile.creator))
        place = profile.percentile(field)
        band, median, remark, tone = self._against(place, 100.0)
        if value is None:
            remark, tone = "", "text-3"
        share = None if value is None else value / 100
        return BarRow(words.FIELD_NAMES[field].text(), formats().decimal(value, 0), share, band, median, remark, tone)

    def _against(self, place: Percentile | None, full: float) -> tuple[tuple[float, float] | None, float | None, str, str]:
        if place is None:
            return None, None, "", "text-3"
        low, middle, high = (_number(bound) for bound in (place.p25, place.p50, place.p75))
        band = None if low is None or high is None else (low / full, high / full)
        tone = "text-3"
        if place.below is not None:
            tone = "good" if place.below >= 0.75 else "warn" if place.below < 0.4 else "text-3"
        return band, None if middle is None else middle / full, formats().rank(place.below), tone

    def _show_audience(self, profile: CreatorProfile, kind: str) -> None:
        audience, text = profile.creator.audience, formats()
        sample = max((place.sample for place in profile.percentiles), default=0)
        self.audience.header.set_words(
            tr("creators", "Audience"), tr("creators", "tick: median of {number} in {kind}", number=text.integer(sample), kind=kind)
        )
        male = audience.male if audience.male is not None or audience.female is None else 1 - audience.female
        self.gender.set_split(
            tr("creators", "Women {share}", share=text.percent(audience.female, 0)),
            tr("creators", "Men {share}", share=text.percent(male, 0)),
            audience.female,
        )
        for rows, shares, names in (
            (self.ages, audience.ages, _AGES),
            (self.tiers, audience.city_tiers, _TIERS),
            (self.groups, audience.groups, _GROUPS),
        ):
            values = {key: share_of(shares, key) for key in names}
            most = max((value for value in values.values() if value is not None), default=0.0)
            full = max(most, 0.4)
            made = []
            for key, field in names.items():
                value = values[key]
                place = profile.percentile(field)
                median = _number(place.p50) if place is not None else None
                name = _short(key, field)
                share = None if value is None else value / full
                tick = None if median is None else median / full
                made.append(BarRow(name, text.percent(value, 0), share, None, tick, strong=value is not None and value == most))
            rows.set_rows(made)
        young = female_15_24_share(profile.creator)
        self.young.setText(
            tr("creators", "Female 15–24 {share}, from 18–23 and 24–30", share=text.estimate(text.percent(young, 0)))
            if young is not None
            else tr("creators", "Female 15–24 —")
        )
        self.young.setToolTip(words.estimate_method(Field.FEMALE_15_24_SHARE))

    def _show_similar(self) -> None:
        self.alike.header.set_words(tr("creators", "Similar creators"), tr("creators", "likeness"))
        for row, similar in zip(self.alike_rows, self._similar, strict=False):
            row.set_creator(similar.creator, similar.likeness, self._tier)
        for place, row in enumerate(self.alike_rows):
            row.setVisible(place < len(self._similar))
        self.alike_none.setText(tr("creators", "Nobody comparable is known."))
        self.alike_none.setVisible(not self._similar and self._profile is not None and not self._loading)


def _short(key: str, field: Field) -> str:
    """The short name of a band: ages as they are, tiers and groups in the language in force."""
    if field in _TIERS.values():
        return words.value_text(Facet.CITY_TIER, key)
    return words.FIELD_NAMES[field].text() if field in _GROUPS.values() else key
