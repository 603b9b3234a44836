"""The Creators view: puts filters, table, profile, basket and comparison together, and follows the window's width."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from xingtu_desktop.ui.creators.basket_bar import BasketBar
from xingtu_desktop.ui.creators.creators_model import CreatorDelegate, CreatorTableModel
from xingtu_desktop.ui.creators.export_strip import ExportStrip
from xingtu_desktop.ui.creators.filter_panel import FilterPanel
from xingtu_desktop.ui.creators.head import TableHead
from xingtu_desktop.ui.creators.loosen_panel import LoosenPanel
from xingtu_desktop.ui.creators.profile_panel import ProfilePanel
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.labels import ElidedLabel, KeyCap, line, panel, text_label
from xingtu_desktop.ui.widgets.states import StateStack
from xingtu_desktop.ui.widgets.table.view import DataTable
from xingtu_desktop.ui.widgets.view import View

if TYPE_CHECKING:
    from xingtu_desktop.domain.creator import Creator
    from xingtu_desktop.ui.creators.compare_page import ComparePage

WIDE: Final = 1600
"""From here on the panels are wider."""
OVERLAY_BELOW: Final = 1440
"""Under this window width the profile lies over the table."""


class CreatorsView(View):
    """Draws what it is told; `on_*` of the presenter answer its signals."""

    single_key_commands = True
    resized = Signal()
    compare_made = Signal(object)
    """The `ComparePage`, once, before it first shows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.filters = FilterPanel()
        self.head = TableHead()
        self.model = CreatorTableModel(self)
        self.table = DataTable(checkable=True, padding=6)
        self.table.set_stretch_most(260)
        self.table.set_delegate(CreatorDelegate(self.table.row_state(), self.table))
        self.loosen = LoosenPanel()
        self.profile = ProfilePanel()
        self.bar = BasketBar()
        self._compare: ComparePage | None = None
        self.export_strip = ExportStrip()
        self._foot = self._make_foot()
        self._build()
        self.setFocusProxy(self.table)
        self.profile.hide()
        self.loosen.hide()
        self.export_strip.hide()
        self.table.verticalScrollBar().valueChanged.connect(self.show_place)
        # The basket's bar takes rows away without a new size of the view.
        self.table.verticalScrollBar().rangeChanged.connect(self.show_place)
        self.retranslate()

    def _make_foot(self) -> QWidget:
        foot = panel("surface")
        row = QHBoxLayout(foot)
        row.setContentsMargins(14, 4, 12, 4)
        row.setSpacing(5)
        self.place = ElidedLabel(type="caption", tone="text-3")
        row.addWidget(self.place, 1)
        self._hints = QWidget()
        row.addWidget(self._hints)
        row = QHBoxLayout(self._hints)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        self._hint_words: list[QLabel] = []
        for keys in (("J", "K"), ("X",), ("␣",), ("S",), ("B",), ("C",), ("L",), ("?",)):
            for key in keys:
                row.addWidget(KeyCap(key))
            label = text_label(type="caption", tone="text-3")
            self._hint_words.append(label)
            row.addWidget(label)
            row.addSpacing(6)
        return foot

    def _build(self) -> None:
        self._centre = QWidget()
        centre = QVBoxLayout(self._centre)
        centre.setContentsMargins(0, 0, 0, 0)
        centre.setSpacing(0)
        below = panel("surface")
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.table, 1)
        column.addWidget(self.loosen, 1)
        self.states = StateStack(below)
        centre.addWidget(self.head)
        centre.addWidget(line())
        centre.addWidget(self.states, 1)
        centre.addWidget(self.export_strip)
        centre.addWidget(line())
        centre.addWidget(self._foot)
        self._row = QHBoxLayout()
        self._row.setSpacing(0)
        self._row.addWidget(self._centre, 1)
        self._row.addWidget(self.profile)
        main = panel("surface")
        right = QVBoxLayout(main)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addLayout(self._row, 1)
        right.addWidget(self.bar)
        search = QWidget()
        row = QHBoxLayout(search)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.filters)
        row.addWidget(line(horizontal=False))
        row.addWidget(main, 1)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(search)
        self.table.setModel(self.model)
        self.table.set_frozen(True)
        self._search_page = search

    # What is shown

    def retranslate(self) -> None:
        """Every word again."""
        for part in (self.filters, self.head, self.loosen, self.profile, self.bar, self.export_strip):
            part.retranslate()
        if self._compare is not None:
            self._compare.retranslate()
        self.table.setAccessibleName(tr("creators", "Creators found"))
        for label, text in zip(
            self._hint_words,
            (
                tr("creators", "move"),
                tr("creators", "choose"),
                tr("creators", "profile"),
                tr("creators", "shortlist"),
                tr("creators", "basket"),
                tr("creators", "compare"),
                tr("creators", "similar"),
                tr("creators", "all keys"),
            ),
            strict=True,
        ):
            label.setText(text)
        self.show_place()

    def show_table(self) -> None:
        """Rows below the header."""
        self.loosen.hide()
        self.table.setMaximumHeight(16_777_215)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.states.show_state("content")

    def show_loosenings(self) -> None:
        """The header alone, and below it what could be loosened."""
        self.table.setMaximumHeight(self.table.horizontalHeader().sizeHint().height())
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.loosen.show()
        self.show_profile(False)
        self.states.show_state("content")

    def comparing(self) -> bool:
        """Whether the comparison covers the search."""
        return self._compare is not None and self._pages.currentWidget() is self._compare

    def compared(self) -> tuple[Creator, ...]:
        """Who is in the comparison."""
        return () if self._compare is None else tuple(self._compare.creators())

    @property
    def compare(self) -> ComparePage:
        """The comparison; made when first asked for, since most days pass without one."""
        if self._compare is None:
            from xingtu_desktop.ui.creators.compare_page import ComparePage

            self._compare = ComparePage()
            self._pages.addWidget(self._compare)
            self.compare_made.emit(self._compare)
        return self._compare

    def show_comparison(self, on: bool) -> None:
        """Cover the search with the comparison, or uncover it."""
        self._pages.setCurrentWidget(self.compare if on else self._search_page)
        target = self.compare if on else self.table
        self.setFocusProxy(target)
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def profile_overlays(self) -> bool:
        """Whether the window is too narrow for the profile beside the table."""
        return self.window().width() < current_theme().px(OVERLAY_BELOW)

    def show_profile(self, on: bool) -> None:
        """Open or close the profile."""
        self.profile.setVisible(on)
        if on:
            self._place_profile()
        elif (focus := self.window().focusWidget()) is not None and self.profile.isAncestorOf(focus):
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_hints()

    # Inside

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Widths of the panels follow the window."""
        super().resizeEvent(event)
        wide = self.window().width() > current_theme().px(WIDE)
        self.filters.set_panel_width(280 if wide else 240)
        self.profile.set_panel_width(380 if wide else 320)
        narrow = self.profile_overlays()
        beside = self._row.indexOf(self.profile) >= 0
        if narrow and beside:
            self._row.removeWidget(self.profile)
            self.profile.setParent(self._search_page)
        elif not narrow and not beside:
            self._row.addWidget(self.profile)
        self._place_profile()
        self._show_hints()
        self.show_place()
        self.resized.emit()

    def _show_hints(self) -> None:
        """The keys stand below the table only as long as all of them and the place have room; "?" shows them anyway."""
        covered = self.profile.width() if self.profile_overlays() and self.profile.isVisible() else 0
        room = self._centre.width() - covered - current_theme().px(130)
        self._hints.setVisible(self._hints.sizeHint().width() <= room)

    def _place_profile(self) -> None:
        if self._row.indexOf(self.profile) >= 0:
            return
        foot = self.bar.height() if self.bar.isVisible() else 0
        width = current_theme().px(320)
        self.profile.setGeometry(self._search_page.width() - width, 0, width, self._search_page.height() - foot)
        self.profile.raise_()

    def visible_rows(self) -> tuple[int, int]:
        """The first and last row of which at least half is in sight, (0, −1) without rows."""
        total, height = self.model.total(), current_theme().row_height
        if not total:
            return 0, -1
        top = self.table.verticalScrollBar().value()
        first = min((top + height // 2) // height, total - 1)
        last = (top + self.table.viewport().height() - height // 2) // height
        return first, min(max(first, last), total - 1)

    def show_place(self) -> None:
        """Say which rows are in sight."""
        first, last = self.visible_rows()
        text = formats()
        if last < 0:
            self.place.setText("")
            return
        shown = text.between(text.integer(first + 1), text.integer(last + 1))
        self.place.setText(f"{shown} / {text.integer(self.model.total())}")
