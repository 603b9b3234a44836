"""The column of filters: search field, chips of what is on, and every facet and range in groups that fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from xingtu_desktop.domain.creator_query import CategoryFilter, CreatorQuery, Facet, FacetRequest, FacetResult, Field, RangeFilter
from xingtu_desktop.ui.creators import words
from xingtu_desktop.ui.creators.filter_groups import FacetGroup, FilterGroup, RangeGroup
from xingtu_desktop.ui.creators.filter_sections import OPEN_AT_FIRST, SEARCHED, SECTIONS, FilterSection
from xingtu_desktop.ui.creators.targets import with_targets
from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.chips import Chip, FlowLayout
from xingtu_desktop.ui.widgets.inputs import SearchField
from xingtu_desktop.ui.widgets.labels import line, panel, text_label

_MANY = 5_000
"""More agencies than any catalogue has: their list is searched in."""


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
        self.sections: dict[str, FilterSection] = {}
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
        for section in SECTIONS:
            made: list[FilterGroup] = []
            for member in section.members:
                group: FacetGroup | RangeGroup
                if isinstance(member, Facet):
                    group = FacetGroup(member, searchable=member in SEARCHED)
                    group.changed.connect(self._on_category)
                else:
                    group = RangeGroup(member)
                    group.changed.connect(self._on_range)
                group.folded.connect(self._on_fold)
                group.set_open(member in OPEN_AT_FIRST)
                self.groups[member] = group
                made.append(group)
            built = self.sections[section.key] = FilterSection(section, made)
            built.folded.connect(self._on_fold)
            self._column.addWidget(built)
        self._column.addStretch(1)

    # What is shown

    def retranslate(self) -> None:
        """Every word again."""
        self.title.setText(tr("creators", "Filters"))
        self.saved.setText(tr("creators", "Saved"))
        self.clear.setText(tr("creators", "Clear"))
        self.search.set_placeholder(tr("creators", "Name, bio, Douyin id"))
        for section in self.sections.values():
            section.retranslate()
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
        """The counts of the groups that show."""
        shown = {
            member: self.groups[member]
            for section in SECTIONS
            if self.sections[section.key].is_open()
            for member in section.members
            if self.groups[member].is_open()
        }
        facets = tuple(key for key in shown if isinstance(key, Facet))
        fields = tuple(key for key in shown if isinstance(key, Field))
        searched = any(isinstance(group, FacetGroup) and group.needs_all for group in shown.values())
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
        groups = {key.value: int(group.is_open()) for key, group in self.groups.items()}
        return groups | {f"section.{key}": int(section.is_open()) for key, section in self.sections.items()}

    def set_folds(self, folds: Mapping[str, int]) -> None:
        """Open and fold as it was left."""
        for key, group in self.groups.items():
            if key.value in folds:
                group.set_open(bool(folds[key.value]))
        for name, section in self.sections.items():
            if f"section.{name}" in folds:
                section.set_open(bool(folds[f"section.{name}"]))

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
            hint = tr("creators", "{name} · Shift-click turns it round", name=words.FACET_NAMES[category.facet].text())
            self._give_menu(chip, hint)
            chip.removed.connect(lambda facet=category.facet: self._change(self._query.with_category(CategoryFilter(facet, frozenset()))))
            chip.negated.connect(lambda on, wanted=category: self._change(self._query.with_category(replace(wanted, negate=on))))
            self._flow.addWidget(chip)
        for wanted in self._query.ranges:
            chip = Chip(words.range_chip(wanted), remove_name=remove)
            self._give_menu(chip, "")
            chip.removed.connect(lambda field=wanted.field: self._change(self._query.with_range(RangeFilter(field))))
            self._flow.addWidget(chip)
        membership = self._query.membership
        if membership is not None:
            chip = Chip(self._membership_name or tr("creators", "A list"), negated=membership.negate, negatable=True, remove_name=remove)
            self._give_menu(chip, tr("creators", "Shift-click turns it round"))
            chip.removed.connect(lambda: self._change(replace(self._query, membership=None)))
            chip.negated.connect(lambda on, held=membership: self._change(replace(self._query, membership=replace(held, negate=on))))
            self._flow.addWidget(chip)
        on = {r.field for r in self._query.ranges} | {c.facet for c in self._query.categories}
        for section in SECTIONS:
            self.sections[section.key].set_active(sum(member in on for member in section.members))
        self._chips.setVisible(self._flow.count() > 0)
        self._chips.updateGeometry()
        self.clear.setEnabled(self._query.active_filters > 0)

    def _give_menu(self, chip: Chip, hint: str) -> None:
        """The chip's own menu: turn it round where that can be, and remove it."""
        chip.setToolTip(hint)
        if chip.is_negatable():
            turn = QAction(tr("creators", "Include these") if chip.is_negated() else tr("creators", "Exclude these"), chip)
            turn.triggered.connect(chip.negate)
            chip.addAction(turn)
        remove = QAction(tr("creators", "Remove this filter"), chip)
        remove.triggered.connect(chip.removed)
        chip.addAction(remove)
        # Opened, not run: Qt's own menu of actions turns a loop of its own.
        menu = QMenu(chip)
        menu.addActions(chip.actions())
        chip.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        chip.customContextMenuRequested.connect(lambda place: menu.popup(chip.mapToGlobal(place)))

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
