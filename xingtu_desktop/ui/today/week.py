"""Publish windows in time: a strip of the next seven days with a bar a window, and six weeks of days on which windows close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.ui.formats import DOT
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.today.agenda import Window
from xingtu_desktop.ui.widgets.painting import fill_round, paint_focus, saved

_DAYS = 7
_HEAD, _LANE, _GAP = 44, 44, 4


class WeekStrip(QWidget):
    """Seven days, today first; arrows move between bars, Enter or a click shows the bar's orders."""

    chosen = Signal(object)
    """A tuple of OrderIds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._windows: tuple[Window, ...] = ()
        self._lanes: tuple[int, ...] = ()
        self._today = date(2026, 1, 1)
        self._weekdays: tuple[str, ...] = ()
        self._cursor = 0
        self._hover = -1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_windows(self, windows: Sequence[Window], today: date, weekdays: Sequence[str]) -> None:
        """Show windows; `weekdays` are the names of the seven days from `today`."""
        self._windows, self._today, self._weekdays = tuple(windows), today, tuple(weekdays)
        ends: list[date] = []
        lanes = []
        for window in self._windows:
            lane = next((place for place, end in enumerate(ends) if end < max(window.first, today)), len(ends))
            if lane == len(ends):
                ends.append(window.last)
            ends[lane] = window.last
            lanes.append(lane)
        self._lanes = tuple(lanes)
        self._cursor = min(self._cursor, max(0, len(self._windows) - 1))
        self.setAccessibleName(tr("today", "Publish windows of the next seven days"))
        self._describe()
        self.update()

    def _describe(self) -> None:
        self.setAccessibleDescription(_words(self._windows[self._cursor]) if self._windows else tr("today", "No publish window this week"))

    def _room(self) -> int:
        """How many lanes fit."""
        theme = current_theme()
        return max(1, (self.height() - theme.px(_HEAD) - theme.px(18)) // theme.px(_LANE + _GAP))

    def hidden(self) -> int:
        """Windows that there is no room for; said below."""
        room = self._room()
        return sum(lane >= room for lane in self._lanes)

    def _bar(self, index: int) -> QRectF:
        theme = current_theme()
        window, lane = self._windows[index], self._lanes[index]
        width = self.width() / _DAYS
        first = max(0, (window.first - self._today).days)
        last = min(_DAYS - 1, (window.last - self._today).days)
        top = theme.px(_HEAD) + theme.px(6) + lane * theme.px(_LANE + _GAP)
        return QRectF(first * width + 3, top, (last - first + 1) * width - 6, theme.px(_LANE))

    def _at(self, place: QPointF) -> int:
        room = self._room()
        return next((i for i in range(len(self._windows)) if self._lanes[i] < room and self._bar(i).contains(place)), -1)

    def sizeHint(self) -> QSize:
        """Room for a few lanes."""
        return QSize(current_theme().px(500), current_theme().px(260))

    def minimumSizeHint(self) -> QSize:
        """Two lanes."""
        return QSize(current_theme().px(320), current_theme().px(_HEAD + 2 * (_LANE + _GAP) + 24))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Days, weekends quieter, and a bar a window that tells campaign and count."""
        theme, shown = current_theme(), formats()
        tokens = theme.tokens
        painter = QPainter(self)
        width, head = self.width() / _DAYS, theme.px(_HEAD)
        small, strong = theme.font(12), theme.font(12, strong=True)
        with saved(painter):
            for place in range(_DAYS):
                day = self._today + timedelta(days=place)
                column = QRectF(place * width, head, width, self.height() - head)
                if day.weekday() >= 5:
                    painter.fillRect(column, QColor(tokens.window))
                painter.fillRect(QRectF(round(column.left()), head, 1, column.height()), QColor(tokens.line))
                painter.setFont(strong if not place else small)
                painter.setPen(QColor(tokens.accent if not place else tokens.text_2))
                name = self._weekdays[place] if place < len(self._weekdays) else ""
                top = QRectF(place * width, theme.px(2), width, theme.px(18))
                painter.drawText(top, Qt.AlignmentFlag.AlignCenter, name)
                label = tr("today", "Today") if not place else f"{day:%m-%d}"
                painter.drawText(top.translated(0, theme.px(19)), Qt.AlignmentFlag.AlignCenter, label)
            painter.fillRect(QRectF(0, head, self.width(), 1), QColor(tokens.line))
            room = self._room()
            metrics = QFontMetrics(small)
            for index, window in enumerate(self._windows):
                if self._lanes[index] >= room:
                    continue
                bar = self._bar(index)
                soft, ink = (tokens.warn_soft, tokens.warn) if window.late else (tokens.selected, tokens.accent)
                fill_round(painter, bar, 4, soft)
                painter.fillRect(QRectF(bar.left(), bar.top() + 2, 3, bar.height() - 4), QColor(ink))
                if index == self._hover:
                    painter.setPen(QColor(ink))
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.drawRoundedRect(bar.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
                text = bar.adjusted(theme.px(9), theme.px(4), -theme.px(4), -theme.px(4))
                upper = QRectF(text.left(), text.top(), text.width(), text.height() / 2)
                painter.setFont(strong)
                painter.setPen(QColor(tokens.text))
                count = tr("today", "Publish {count}", count=shown.integer(len(window.order_ids)))
                painter.drawText(
                    upper,
                    Qt.AlignmentFlag.AlignVCenter,
                    QFontMetrics(strong).elidedText(count, Qt.TextElideMode.ElideRight, int(upper.width())),
                )
                painter.setFont(small)
                painter.setPen(QColor(tokens.text_2))
                note = window.campaign or tr("today", "no campaign")
                lower = upper.translated(0, upper.height())
                painter.drawText(
                    lower, Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(note, Qt.TextElideMode.ElideRight, int(lower.width()))
                )
            foot = QRectF(0, self.height() - theme.px(18), self.width() - 6, theme.px(18))
            hidden = self.hidden()
            painter.setFont(small)
            painter.setPen(QColor(tokens.text_2))
            if not self._windows:
                area = QRectF(0, head, self.width(), self.height() - head)
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, tr("today", "No publish window this week"))
            elif hidden:
                painter.drawText(
                    foot,
                    Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                    tr("today", "{count} more window|{count} more windows", count=hidden),
                )
        if self.hasFocus() and self._windows and self._lanes[self._cursor] < self._room():
            paint_focus(painter, self._bar(self._cursor), 4, tokens)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light the bar under the pointer and say it whole."""
        hover = self._at(event.position())
        if hover != self._hover:
            self._hover = hover
            self.setCursor(Qt.CursorShape.PointingHandCursor if hover >= 0 else Qt.CursorShape.ArrowCursor)
            self.setToolTip(_words(self._windows[hover]) if hover >= 0 else "")
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing under the pointer."""
        self._hover = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Show the orders of a bar."""
        index = self._at(event.position())
        if index >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._cursor = index
            self.chosen.emit(self._windows[index].order_ids)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, Enter shows the orders."""
        key = Qt.Key(event.key())
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}.get(key, 0)
        if step and self._windows:
            self._cursor = min(max(self._cursor + step, 0), len(self._windows) - 1)
            self._describe()
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._windows:
            self.chosen.emit(self._windows[self._cursor].order_ids)
        else:
            super().keyPressEvent(event)


def _words(window: Window) -> str:
    shown = formats()
    parts = [
        window.campaign or tr("today", "no campaign"),
        shown.between(f"{window.first:%m-%d}", f"{window.last:%m-%d}"),
        tr("today", "{count} to publish", count=len(window.order_ids)),
        shown.money(window.amount),
    ]
    if window.late:
        parts.append(tr("today", "{count} late", count=window.late))
    return DOT.join(parts)


class ClosingDays(QWidget):
    """Six weeks, a bar a day: how many windows end on it. A click shows that day's orders."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._days: tuple[tuple[date, tuple[OrderId, ...]], ...] = ()
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_days(self, days: Sequence[tuple[date, tuple[OrderId, ...]]]) -> None:
        """Show days in order."""
        self._days = tuple(days)
        self.setAccessibleName(tr("today", "Windows closing by day"))
        self.setAccessibleDescription(", ".join(f"{day:%m-%d} {len(ids)}" for day, ids in self._days if ids))
        self.update()

    def _at(self, x: float) -> int:
        index = int(x // (self.width() / len(self._days))) if self._days and self.width() else -1
        return index if 0 <= index < len(self._days) else -1

    def sizeHint(self) -> QSize:
        """Bars and dates."""
        return QSize(current_theme().px(400), current_theme().px(54))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw bars from zero, Mondays with their date."""
        if not self._days:
            return
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        width, base = self.width() / len(self._days), self.height() - theme.px(20)
        most = max((len(ids) for _, ids in self._days), default=0) or 1
        with saved(painter):
            painter.setFont(theme.font(12))
            for place, (day, ids) in enumerate(self._days):
                cell = QRectF(place * width + 1, 2, max(2.0, width - 3), base - 2)
                fill_round(painter, cell, 2, tokens.hover if day.weekday() < 5 else tokens.line)
                if ids:
                    height = max(3.0, cell.height() * len(ids) / most)
                    fill_round(painter, QRectF(cell.left(), cell.bottom() - height, cell.width(), height), 2, tokens.c1)
                if day.weekday() == 0 and place * width + theme.px(40) <= self.width():
                    painter.setPen(QColor(tokens.text_2))
                    painter.drawText(
                        QRectF(place * width, base + 2, theme.px(60), theme.px(18)), Qt.AlignmentFlag.AlignVCenter, f"{day:%m-%d}"
                    )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say the day and its count."""
        index = self._at(event.position().x())
        if index < 0:
            return
        day, ids = self._days[index]
        self.setToolTip(DOT.join((f"{day:%m-%d}", tr("today", "{count} window closes|{count} windows close", count=len(ids)))))
        self.setCursor(Qt.CursorShape.PointingHandCursor if ids else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Show the orders of a day."""
        index = self._at(event.position().x())
        if index >= 0 and self._days[index][1]:
            self.chosen.emit(self._days[index][1])
