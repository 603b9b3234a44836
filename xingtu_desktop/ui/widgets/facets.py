"""A list of values to tick, each with its count and a bar: the categorical filters."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.painting import fill_round, paint_check_box, paint_focus, saved

_ROW = 25


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value: its key, its words, its count as text and the count's share of the largest (0–1)."""

    key: Hashable
    text: str
    count: str
    share: float


class FacetList(QWidget):
    """Rows of tick box, words, bar and count. Up and Down move, Space ticks; `toggled` gives key and state."""

    toggled = Signal(object, bool)

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: tuple[FacetValue, ...] = ()
        self._checked: frozenset[Hashable] = frozenset()
        self._hover = -1
        self._row = 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def set_values(self, values: Sequence[FacetValue]) -> None:
        """Show these, in this order."""
        changed = len(values) != len(self._values)
        self._values = tuple(values)
        self._row = min(self._row, max(0, len(self._values) - 1))
        if changed:
            self.updateGeometry()
        self.update()

    def set_checked(self, keys: frozenset[Hashable]) -> None:
        """Tick exactly these, without telling anyone."""
        self._checked = keys
        self.update()

    def checked(self) -> frozenset[Hashable]:
        """The keys ticked."""
        return self._checked

    def keys(self) -> tuple[Hashable, ...]:
        """The keys shown, from the top."""
        return tuple(value.key for value in self._values)

    def spot(self, key: Hashable) -> QPoint | None:
        """Where a press ticks this key, None while it is not shown."""
        height = current_theme().px(_ROW)
        return next((QPoint(height, row * height + height // 2) for row, value in enumerate(self._values) if value.key == key), None)

    def sizeHint(self) -> QSize:
        """25 px a row."""
        return QSize(180, current_theme().px(_ROW) * len(self._values))

    def minimumSizeHint(self) -> QSize:
        """All rows."""
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows."""
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        height = theme.px(_ROW)
        font = theme.font(13)
        metrics = QFontMetrics(font)
        small = QFontMetrics(theme.font(12))
        count_width = max((small.horizontalAdvance(value.count) for value in self._values), default=0) + theme.px(4)
        bar_room = min(theme.px(56), max(0, int(self.width() * 0.26)))
        with saved(painter):
            for row, value in enumerate(self._values):
                top = row * height
                rect = QRectF(0, top, self.width(), height)
                if row == self._hover:
                    fill_round(painter, rect.adjusted(-0, 1, 0, -1), 4, tokens.hover)
                on = value.key in self._checked
                size = theme.px(16)
                box = QRectF(1, top + (height - size) / 2, size, size)
                paint_check_box(painter, box, Qt.CheckState.Checked if on else Qt.CheckState.Unchecked, tokens, hover=row == self._hover)
                left = theme.px(24)
                room = self.width() - left - count_width - bar_room - theme.px(12)
                empty = value.share <= 0
                painter.setFont(font)
                painter.setPen(theme.color("text-3" if empty and not on else "text"))
                text = metrics.elidedText(value.text, Qt.TextElideMode.ElideRight, int(max(room, 20)))
                painter.drawText(QRectF(left, top, max(room, 20), height), Qt.AlignmentFlag.AlignVCenter, text)
                width = bar_room * min(max(value.share, 0.0), 1.0)
                if width > 0:
                    bar = QRectF(self.width() - count_width - theme.px(6) - width, top + height / 2 - 2, max(width, 3), 4)
                    fill_round(painter, bar, 2, tokens.bar)
                painter.setFont(theme.font(12))
                painter.setPen(theme.color("text" if on else "text-3"))
                place = QRectF(self.width() - count_width, top, count_width, height)
                painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, value.count)
                if self.hasFocus() and row == self._row:
                    paint_focus(painter, rect.adjusted(0, 1, 0, -1), 4, tokens)

    def _toggle(self, row: int) -> None:
        if 0 <= row < len(self._values):
            key = self._values[row].key
            self._checked = self._checked ^ {key}
            self._row = row
            self.update()
            self.toggled.emit(key, key in self._checked)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tick the row under the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._toggle(int(event.position().y()) // current_theme().px(_ROW))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light the row under the pointer."""
        hover = int(event.position().y()) // current_theme().px(_ROW)
        if hover != self._hover:
            self._hover = hover
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing under the pointer."""
        self._hover = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move and tick."""
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._row = min(max(self._row + (1 if key == Qt.Key.Key_Down else -1), 0), max(0, len(self._values) - 1))
            self.update()
        elif key == Qt.Key.Key_Space:
            self._toggle(self._row)
        else:
            super().keyPressEvent(event)
