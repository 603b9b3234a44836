"""Which filters there are, in which sections of the panel, and the section itself: a caption that folds its filters away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from xingtu_desktop.domain.creator_query import Facet, Field
from xingtu_desktop.ui.creators.filter_groups import FilterGroup
from xingtu_desktop.ui.creators.fold_header import FoldHeader
from xingtu_desktop.ui.i18n import Message, formats, tr
from xingtu_desktop.ui.widgets.labels import line


@dataclass(frozen=True, slots=True)
class Section:
    """Filters that belong together; without a title they always show. `key` is what its fold is kept under."""

    key: str
    title: Message | None
    members: tuple[Facet | Field, ...]


SECTIONS: Final[tuple[Section, ...]] = (
    Section(
        "first",
        None,
        (
            Facet.CONTENT_TYPE,
            Facet.THEME,
            Field.FOLLOWERS,
            Field.FEMALE_15_24_SHARE,
            Field.CITY_SECOND_SHARE,
            Field.QUOTE_FROM_21_TO_60,
            Field.CPM_FROM_21_TO_60,
        ),
    ),
    Section(
        "content",
        Message("creators", "Content"),
        (Facet.CONTENT_SUBTYPE, Facet.INDUSTRY),
    ),
    Section(
        "audience",
        Message("creators", "Audience"),
        (
            Field.FEMALE_SHARE,
            Field.AGE_18_23_SHARE,
            Field.AGE_24_30_SHARE,
            Field.AGE_31_40_SHARE,
            Field.AGE_41_50_SHARE,
            Field.AGE_OVER_50_SHARE,
            Field.CITY_FIRST_SHARE,
            Field.CITY_NEW_FIRST_SHARE,
            Field.CITY_THIRD_SHARE,
            Field.CITY_FOURTH_SHARE,
            Field.CITY_FIFTH_SHARE,
        ),
    ),
    Section(
        "groups",
        Message("creators", "Eight groups"),
        (
            Field.GROUP_MOTHERS_SHARE,
            Field.GROUP_NEW_WHITE_COLLAR_SHARE,
            Field.GROUP_SENIOR_MIDDLE_CLASS_SHARE,
            Field.GROUP_GEN_Z_SHARE,
            Field.GROUP_BLUE_COLLAR_SHARE,
            Field.GROUP_SILVER_CITY_SHARE,
            Field.GROUP_SMALL_TOWN_YOUNG_SHARE,
            Field.GROUP_SMALL_TOWN_OLDER_SHARE,
        ),
    ),
    Section(
        "price",
        Message("creators", "Price"),
        (
            Field.QUOTE_UP_TO_20,
            Field.QUOTE_OVER_60,
            Field.CPM_UP_TO_20,
            Field.CPM_OVER_60,
            Field.CPE_UP_TO_20,
            Field.CPE_FROM_21_TO_60,
            Field.CPE_OVER_60,
        ),
    ),
    Section(
        "performance",
        Message("creators", "Performance"),
        (
            Field.EXPECTED_PLAYS,
            Field.MEDIAN_PLAYS,
            Field.INTERACTION_RATE,
            Field.FINISH_RATE,
            Field.HIT_RATE,
            Field.SEARCH_RATE,
            Field.GROWTH_30D,
        ),
    ),
    Section(
        "indexes",
        Message("creators", "Indexes"),
        (
            Field.INDEX_SPREAD,
            Field.INDEX_SEEDING,
            Field.INDEX_CONVERSION,
            Field.INDEX_VALUE,
            Field.INDEX_COOPERATION,
            Field.INDEX_GROWTH,
        ),
    ),
    Section(
        "creator",
        Message("creators", "About the creator"),
        (Facet.AVAILABILITY, Facet.VERIFICATION, Facet.MCN, Facet.PROVINCE, Facet.CITY, Facet.CITY_TIER, Facet.GENDER),
    ),
)

OPEN_AT_FIRST: Final = frozenset(SECTIONS[0].members)
"""The filters that most searches begin with."""

SEARCHED: Final = frozenset({Facet.MCN, Facet.CITY})
"""Facets with more values than a list can show: they have a search of their own."""


class FilterSection(QWidget):
    """A caption and its filters; folded, the caption says how many there are and how many of them are on."""

    folded = Signal()

    def __init__(self, section: Section, groups: Sequence[FilterGroup], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._section = section
        self._groups = tuple(groups)
        self._active = 0
        self.header = FoldHeader(self, caption=True)
        self.header.setVisible(section.title is not None)
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        column = QVBoxLayout(self)
        for layout in (body, column):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        for group in self._groups:
            body.addWidget(group)
        if section.title is not None:
            column.addWidget(self.header)
            column.addWidget(line())
        column.addWidget(self._body)
        self.header.toggled.connect(self._on_fold)
        self.set_open(section.title is None)

    def is_open(self) -> bool:
        """Whether its filters show."""
        return self._section.title is None or self.header.is_open()

    def set_open(self, on: bool) -> None:
        """Fold or unfold without telling anyone; a section without a title stays open."""
        self.header.set_open(on)
        self._body.setVisible(self.is_open())
        self.retranslate()

    def set_active(self, count: int) -> None:
        """How many of its filters are on."""
        self._active = count
        self.retranslate()

    def retranslate(self) -> None:
        """Title and figures in the language in force."""
        if self._section.title is None:
            return
        title = self._section.title.text()
        self.header.set_title(title)
        self.header.set_words(
            mark="" if self.is_open() or self._active else formats().integer(len(self._groups)),
            value=tr("creators", "{number} on", number=formats().integer(self._active)) if self._active else "",
        )

    def _on_fold(self, on: bool) -> None:
        self.set_open(on)
        self.folded.emit()
