"""The column of filters: search field, chips of what is on, and every facet and range in groups that fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QScrollArea, QVBoxLayout, QWidget

from xingtu_desktop.domain.creator_query import CategoryFilter, CreatorQuery, Facet, FacetRequest, FacetResult, Field, RangeFilter
from xingtu_desktop.ui.creators import words
from xingtu_desktop.ui.creators.filter_groups import FacetGroup, FilterGroup, RangeGroup
from xingtu_desktop.ui.creators.targets import with_targets
from xingtu_desktop.ui.i18n import Message, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.chips import Chip, FlowLayout
from xingtu_desktop.ui.widgets.inputs import SearchField
from xingtu_desktop.ui.widgets.labels import line, panel, text_label

_MANY = 5_000
"""More agencies than any catalogue has: their list is searched in."""

_LAYOUT: Final[tuple[tuple[Message | None, tuple[Facet | Field, ...]], ...]] = (
    (
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
    (
        Message("creators", "Content"),
        (Facet.CONTENT_SUBTYPE, Facet.INDUSTRY),
    ),
    (
        Message("creators", "Audience"),
        (
            Field.FEMALE_SHARE,
            Field.AGE_18_23_SHARE,
            Field.AGE_24_30_SHARE,
            Field.AGE_31_40_SHARE,
            Field.CITY_FIRST_SHARE,
            Field.CITY_NEW_FIRST_SHARE,
            Field.CITY_THIRD_SHARE,
            Field.CITY_FOURTH_SHARE,
            Field.CITY_FIFTH_SHARE,
        ),
    ),
    (
        Message("creators", "Price"),
        (Field.QUOTE_UP_TO_20, Field.QUOTE_OVER_60, Field.CPM_UP_TO_20, Field.CPM_OVER_60),
    ),
    (
        Message("creators", "Performance"),
        (Field.EXPECTED_PLAYS, Field.INTERACTION_RATE, Field.FINISH_RATE, Field.HIT_RATE),
    ),
    (
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
    (
        Message("creators", "About the creator"),
        (Facet.AVAILABILITY, Facet.VERIFICATION, Facet.MCN, Facet.PROVINCE, Facet.CITY_TIER, Facet.GENDER),
    ),
)
_OPEN_AT_FIRST: Final = frozenset(_LAYOUT[0][1])


class FilterPanel(QFrame):
    """Shows one query and tells of every change as a new query; it runs nothing itself."""

    query_changed = Signal(object)
    """The wanted `CreatorQuery`."""
    counts_wanted = Signal()
    """A group was unfolded: its counts are not here yet."""
    folds_changed = Signal()
    search_left = Signal()
    search_submitted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "surface")
        self._query = CreatorQuery()
        self._membership_name = ""
        self.title = text_label(type="heading", strong=True)
        self.saved = Button(kind="ghost", small=True)
        self.saved_menu = QMenu(self)
        self.saved.set_menu(self.saved_menu)
        self.clear = Button(kind="ghost", small=True)
        self.search = SearchField()
        self._chips = QWidget()
        self._flow = FlowLayout(self._chips, gap=6)
        self.groups: dict[Facet | Field, FilterGroup] = {}
        self._captions: list[tuple[Message, QLabel]] = []
        top = QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(self.title, 1)
        top.addWidget(self.saved)
        top.addWidget(self.clear)
        content = panel("surface")
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(16, 0, 16, 16)
        self._column.setSpacing(0)
        self._build_groups()
        self.area = QScrollArea()
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(content)
        head = QVBoxLayout()
        head.setContentsMargins(16, 8, 16, 8)
        head.setSpacing(8)
        head.addLayout(top)
        head.addWidget(self.search)
        head.addWidget(self._chips)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(head)
        outer.addWidget(line())
        outer.addWidget(self.area, 1)
        self.search.query_changed.connect(self._on_text)
        self.search.left.connect(self.search_left)
        self.search.submitted.connect(self.search_submitted)
        self.clear.clicked.connect(self.clear_all)
        self.retranslate()

    def _build_groups(self) -> None:
        for caption, members in _LAYOUT:
            if caption is not None:
                label = text_label(type="caption", tone="text-3")
                label.setContentsMargins(0, 14, 0, 2)
                self._captions.append((caption, label))
                self._column.addWidget(label)
            for member in members:
                group: FacetGroup | RangeGroup
                if isinstance(member, Facet):
                    group = FacetGroup(member, searchable=member is Facet.MCN)
                    group.changed.connect(self._on_category)
                else:
                    group = RangeGroup(member)
                    group.changed.connect(self._on_range)
                group.folded.connect(self._on_fold)
                self.groups[member] = group
                self._column.addWidget(group)
                group.set_open(member in _OPEN_AT_FIRST)
        self._column.addStretch(1)

    # What is shown

    def retranslate(self) -> None:
        """Every word again."""
        self.title.setText(tr("creators", "Filters"))
        self.saved.setText(tr("creators", "Saved"))
        self.clear.setText(tr("creators", "Clear"))
        self.search.set_placeholder(tr("creators", "Name, bio, Douyin id"))
        for message, label in self._captions:
            label.setText(message.text())
        for group in self.groups.values():
            if isinstance(group, FacetGroup | RangeGroup):
                group.retranslate()
        self._show_chips()

    def query(self) -> CreatorQuery:
        """The query in force."""
        return self._query

    def set_query(self, query: CreatorQuery, *, membership_name: str | None = None) -> None:
        """Show another query without telling anyone; `membership_name` says whose list it is held to."""
        self._query = with_targets(query)
        query = self._query
        if membership_name is not None:
            self._membership_name = membership_name
        if self.search.text() != query.text:
            self.search.blockSignals(True)
            self.search.setText(query.text)
            self.search.blockSignals(False)
        for key, group in self.groups.items():
            if isinstance(group, FacetGroup) and isinstance(key, Facet):
                group.set_filter(query.category_of(key))
            elif isinstance(group, RangeGroup) and isinstance(key, Field):
                group.set_filter(query.range_of(key))
        self._show_chips()

    def membership_name(self) -> str:
        """Whose list the query is held to, "" without one."""
        return self._membership_name if self._query.membership is not None else ""

    def wanted_counts(self) -> FacetRequest:
        """The counts of the groups that are open."""
        facets = tuple(key for key, group in self.groups.items() if isinstance(key, Facet) and group.is_open())
        fields = tuple(key for key, group in self.groups.items() if isinstance(key, Field) and group.is_open())
        searched = any(isinstance(group, FacetGroup) and group.needs_all for group in self.groups.values())
        return FacetRequest(facets, fields, _MANY) if searched else FacetRequest(facets, fields)

    def set_counts(self, result: FacetResult) -> None:
        """Counts and histograms for the open groups."""
        for counts in result.categories:
            group = self.groups.get(counts.facet)
            if isinstance(group, FacetGroup):
                group.set_counts(counts)
        for histogram in result.histograms:
            group = self.groups.get(histogram.field)
            if isinstance(group, RangeGroup):
                group.set_histogram(histogram)

    def folds(self) -> dict[str, int]:
        """Which groups are open (1) or folded (0), to be kept between runs."""
        return {key.value: int(group.is_open()) for key, group in self.groups.items()}

    def set_folds(self, folds: Mapping[str, int]) -> None:
        """Open and fold as it was left."""
        for key, group in self.groups.items():
            if key.value in folds:
                group.set_open(bool(folds[key.value]))

    def set_panel_width(self, width: int) -> None:
        """Fix the width in design pixels."""
        self.setFixedWidth(current_theme().px(width))

    def chips(self) -> Sequence[Chip]:
        """The chips of what is on, in order."""
        found = []
        for place in range(self._flow.count()):
            item = self._flow.itemAt(place)
            widget = item.widget() if item is not None else None
            if isinstance(widget, Chip):
                found.append(widget)
        return found

    def clear_all(self) -> None:
        """Take every condition away; the order stays."""
        self._change(CreatorQuery(sort=self._query.sort, descending=self._query.descending))

    # Inside

    def _show_chips(self) -> None:
        self._flow.clear()
        remove = tr("creators", "Remove this filter")
        for category in self._query.categories:
            chip = Chip(words.category_chip(category), negated=category.negate, negatable=True, remove_name=remove)
            chip.setToolTip(words.FACET_NAMES[category.facet].text())
            chip.removed.connect(lambda facet=category.facet: self._change(self._query.with_category(CategoryFilter(facet, frozenset()))))
            chip.negated.connect(lambda on, wanted=category: self._change(self._query.with_category(replace(wanted, negate=on))))
            self._flow.addWidget(chip)
        for wanted in self._query.ranges:
            chip = Chip(words.range_chip(wanted), remove_name=remove)
            chip.removed.connect(lambda field=wanted.field: self._change(self._query.with_range(RangeFilter(field))))
            self._flow.addWidget(chip)
        membership = self._query.membership
        if membership is not None:
            chip = Chip(self._membership_name or tr("creators", "A list"), negated=membership.negate, negatable=True, remove_name=remove)
            chip.removed.connect(lambda: self._change(replace(self._query, membership=None)))
            chip.negated.connect(lambda on, held=membership: self._change(replace(self._query, membership=replace(held, negate=on))))
            self._flow.addWidget(chip)
        self._chips.setVisible(self._flow.count() > 0)
        self._chips.updateGeometry()
        self.clear.setEnabled(self._query.active_filters > 0)

    def _change(self, query: CreatorQuery) -> None:
        if query != self._query:
            self.set_query(query)
            self.query_changed.emit(self._query)

    def _on_text(self, text: str) -> None:
        if text != self._query.text:
            self._query = replace(self._query, text=text)
            self.clear.setEnabled(self._query.active_filters > 0)
            self.query_changed.emit(self._query)

    def _on_category(self, wanted: CategoryFilter) -> None:
        self._query = self._query.with_category(wanted)
        self._show_chips()
        self.query_changed.emit(self._query)

    def _on_range(self, wanted: RangeFilter) -> None:
        self._query = with_targets(self._query.with_range(wanted))
        self._show_chips()
        self.query_changed.emit(self._query)

    def _on_fold(self) -> None:
        self.counts_wanted.emit()
        self.folds_changed.emit()
