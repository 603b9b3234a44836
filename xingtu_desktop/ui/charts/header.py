"""The head of the Charts view: which campaign, which days, how old the figures are, and that they still move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from PySide6.QtCore import QDate, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QDateEdit, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from xingtu_desktop.ui.charts.words import day_label
from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button, IconButton
from xingtu_desktop.ui.widgets.labels import Badge, ElidedLabel, line, panel, text_label
from xingtu_desktop.ui.widgets.view import View

PRESETS = (7, 14, 30)
"""Spans of reported days that the menu offers."""

_ROOM_FOR_BADGE = 800


@dataclass(frozen=True, slots=True)
class CampaignChoice:
    """A campaign of the chooser; `key` "" means all of them."""

    key: str
    name: str
    published: int


class RangePopup(QWidget):
    """Two days and a button, in a popup below the range button."""

    chosen = Signal(object, object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.start, self.end = QDateEdit(), QDateEdit()
        for edit in (self.start, self.end):
            edit.setCalendarPopup(True)
            edit.setDisplayFormat("yyyy-MM-dd")
        self._apply = Button("", kind="primary")
        self._apply.clicked.connect(self._on_applied)
        self.start.dateChanged.connect(self.end.setMinimumDate)
        frame = panel("raised", self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        row = QHBoxLayout(frame)
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(8)
        row.addWidget(self.start)
        row.addWidget(text_label("–", tone="text-3"))
        row.addWidget(self.end)
        row.addWidget(self._apply)

    def open_at(self, corner: QPoint, start: date, end: date) -> None:
        """Show the popup with these days."""
        self._apply.setText(tr("charts", "Show"))
        self.start.setAccessibleName(tr("charts", "First day"))
        self.end.setAccessibleName(tr("charts", "Last day"))
        self.end.clearMinimumDate()
        self.start.setDate(QDate(start.year, start.month, start.day))
        self.end.setDate(QDate(end.year, end.month, end.day))
        self.move(corner)
        self.show()
        self.start.setFocus()

    def _on_applied(self) -> None:
        first, last = self.start.date(), self.end.date()
        self.hide()
        self.chosen.emit(date(first.year(), first.month(), first.day()), date(last.year(), last.month(), last.day()))


class ChartsHeader(View):
    """Emits what was chosen: a campaign's key, a span of the last days (0: all), or two days."""

    campaign_chosen = Signal(str)
    days_chosen = Signal(int)
    range_chosen = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._choices: tuple[CampaignChoice, ...] = ()
        self._range: tuple[date | None, date | None] = (None, None)
        self._known: tuple[date, date] | None = None
        self._title = ElidedLabel(type="title")
        self._open = IconButton("chevron-down", "", size=28)
        self._open.clicked.connect(self.open_campaigns)
        self._badge = Badge()
        self._sub = ElidedLabel(type="caption", tone="text-3")
        self.range_button = Button("", icon="calendar", drops=True)
        self.range_button.clicked.connect(self._open_ranges)
        self._stamp = ElidedLabel(type="caption", tone="text-2")
        self._drift = ElidedLabel(type="caption", tone="text-3")
        self._campaign_menu = QMenu(self)
        self._range_menu = QMenu(self)
        self._popup = RangePopup(self)
        self._popup.chosen.connect(self.range_chosen)
        first = QHBoxLayout()
        first.setSpacing(6)
        first.addWidget(self._title)
        first.addWidget(self._open)
        first.addWidget(self._badge)
        first.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addLayout(first)
        left.addWidget(self._sub)
        stamps = QVBoxLayout()
        stamps.setSpacing(0)
        stamps.addWidget(self._stamp)
        stamps.addWidget(self._drift)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(12)
        row.addLayout(left, 1)
        row.addWidget(self.range_button)
        row.addWidget(line(horizontal=False))
        row.addLayout(stamps)

    def set_waiting(self) -> None:
        """Before the first figures: what will stand here, without an arrow that has nothing to offer."""
        self._open.hide()
        self._title.setText(tr("charts", "All campaigns"))
        self.set_words(badge="", tone="", sub=tr("charts", "Reading the reports on this computer…"), stamp="")
        self.set_range(None, None, None)

    def set_choices(self, choices: Sequence[CampaignChoice], current: str) -> None:
        """The campaigns, and which is shown."""
        # The name of all campaigns is ours, and follows the language.
        choices = [replace(each, name=tr("charts", "All campaigns")) if not each.key else each for each in choices]
        self._choices = tuple(choices)
        name = next((choice.name for choice in choices if choice.key == current), "")
        self._open.show()
        self._title.setText(name)
        self._title.setMinimumWidth(min(self._title.sizeHint().width(), 160))
        self._open.set_name(tr("charts", "Choose a campaign, now {name}", name=name))
        self._campaign_menu.clear()
        for choice in choices:
            # An & would underline the letter after it.
            action = self._campaign_menu.addAction(f"{choice.name.replace('&', '&&')}\t{choice.published}")
            action.setCheckable(True)
            action.setChecked(choice.key == current)
            action.triggered.connect(lambda _checked=False, key=choice.key: self.campaign_chosen.emit(key))

    def set_words(self, *, badge: str, tone: str, sub: str, stamp: str) -> None:
        """What the figures cover and how old they are."""
        self._badge.set_badge(badge, tone)
        self._fit_badge()
        self._sub.setText(sub)
        self._stamp.setText(stamp)
        self._drift.setText(tr("charts", "Figures move for 45 days after publication"))

    def set_range(self, start: date | None, end: date | None, known: tuple[date, date] | None) -> None:
        """The days chosen, None for an open end; `known` are the first and last reported ones."""
        self._range = (start, end)
        self._known = known or self._known
        if start is None and end is None:
            self.range_button.setText(tr("charts", "All days"))
        else:
            self.range_button.setText(f"{day_label(start) if start else ''} – {day_label(end) if end else ''}")
        self.range_button.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The badge is what can be missed where the room is short."""
        super().resizeEvent(event)
        self._fit_badge()

    def _fit_badge(self) -> None:
        self._badge.setVisible(bool(self._badge.text()) and self.width() >= current_theme().px(_ROOM_FOR_BADGE))

    def open_campaigns(self) -> None:
        """Open the chooser."""
        self._campaign_menu.popup(self._title.mapToGlobal(QPoint(0, self._title.height() + 6)))

    def campaign_actions(self) -> list[QAction]:
        """The entries of the chooser."""
        return self._campaign_menu.actions()

    def _open_ranges(self) -> None:
        menu = self._range_menu
        menu.clear()
        menu.addAction(tr("charts", "All days")).triggered.connect(lambda: self.days_chosen.emit(0))
        for days in PRESETS:
            action = menu.addAction(tr("charts", "Last {count} days", count=days))
            action.triggered.connect(lambda _checked=False, days=days: self.days_chosen.emit(days))
        if self._known is not None:
            menu.addSeparator()
            menu.addAction(tr("charts", "From … to …")).triggered.connect(self._open_popup)
        menu.popup(self.range_button.mapToGlobal(QPoint(0, self.range_button.height() + 4)))

    def _open_popup(self) -> None:
        if self._known is not None:
            corner = self.range_button.mapToGlobal(QPoint(0, self.range_button.height() + 4))
            self._popup.open_at(corner, self._range[0] or self._known[0], self._range[1] or self._known[1])
