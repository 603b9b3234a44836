"""Chips of active filters, and the layout that wraps them into lines."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMargins, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget

from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.theme.icons import paint as paint_icon
from xingtu_desktop.ui.widgets.painting import fill_round, paint_focus, saved


class FlowLayout(QLayout):
    """Items side by side, wrapped into as many lines as the width asks for."""

    def __init__(self, parent: QWidget | None = None, *, gap: int = 6) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(QMargins())

    def addItem(self, item: QLayoutItem) -> None:
        """Add an item at the end."""
        self._items.append(item)

    def count(self) -> int:
        """How many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item at a place, None past the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take an item out."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def clear(self) -> None:
        """Remove every widget."""
        while (item := self.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def expandingDirections(self) -> Qt.Orientation:
        """Asks for no extra room."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """The height follows the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of the lines at `width`."""
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Place the items."""
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        """The widest item."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """The widest item decides."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        margins = self.contentsMargins()
        area = rect.marginsRemoved(margins)
        x, y, line_height = area.x(), area.y(), 0
        for item in self._items:
            widget = item.widget()
            if widget is not None and widget.isHidden():
                continue
            hint = item.sizeHint()
            if x > area.x() and x + hint.width() > area.right() + 1:
                x, y, line_height = area.x(), y + line_height + self._gap, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), QSize(min(hint.width(), max(1, area.width())), hint.height())))
            x += hint.width() + self._gap
            line_height = max(line_height, hint.height())
        return y + line_height - rect.y() + margins.bottom()


class Chip(QWidget):
    """An active filter. The cross removes it; with `negatable` Shift and a click (or Enter) turn it into its opposite and back."""

    removed = Signal()
    negated = Signal(bool)

    def __init__(
        self,
        text: str,
        *,
        negated: bool = False,
        negatable: bool = False,
        removable: bool = True,
        remove_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._text = text
        self._negated = negated
        self._negatable = negatable
        self._removable = removable
        self._over_cross = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        self.setAccessibleDescription(remove_name)

    def text(self) -> str:
        """The words of the filter."""
        return self._text

    def is_negatable(self) -> bool:
        """Whether it has an opposite."""
        return self._negatable

    def is_negated(self) -> bool:
        """Whether it excludes."""
        return self._negated

    def sizeHint(self) -> QSize:
        """24 px high."""
        theme = current_theme()
        words = QFontMetrics(theme.font(12)).horizontalAdvance(self._text)
        return QSize(words + 3 + theme.px(14) + (theme.px(15) if self._removable else 0), theme.px(24))

    def _cross(self) -> QRectF:
        theme = current_theme()
        return QRectF(self.width() - theme.px(20), 0, theme.px(20), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, words (struck through when they exclude) and cross."""
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        rect = QRectF(self.rect())
        ground, ink = (tokens.bad_soft, tokens.bad) if self._negated else (tokens.selected, tokens.accent)
        with saved(painter):
            fill_round(painter, rect, 6, ground)
            font = theme.font(12)
            if self._negated:
                font = QFont(font)
                font.setStrikeOut(True)
            painter.setFont(font)
            painter.setPen(QColor(ink))
            room = rect.width() - theme.px(14) - (theme.px(15) if self._removable else 0)
            text = QFontMetrics(font).elidedText(self._text, Qt.TextElideMode.ElideRight, round(room))
            painter.drawText(rect.adjusted(theme.px(7), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
            if self._removable:
                size = theme.px(12)
                cross = self._cross()
                paint_icon(
                    painter,
                    "close",
                    cross.center().x() - size / 2 - 1,
                    (rect.height() - size) / 2,
                    size,
                    "text" if self._over_cross else ink,
                )
        if self.hasFocus():
            paint_focus(painter, rect, 6, tokens)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light the cross."""
        over = self._removable and self._cross().contains(event.position())
        if over != self._over_cross:
            self._over_cross = over
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing under the pointer."""
        self._over_cross = False
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The cross removes; Shift on the words negates, so that a stray click changes nothing."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._removable and self._cross().contains(event.position()):
            self.removed.emit()
        elif self._negatable and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.negate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes, Enter negates."""
        if self._removable and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif self._negatable and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.negate()
        else:
            super().keyPressEvent(event)

    def negate(self) -> None:
        """Turn into the opposite."""
        self._negated = not self._negated
        self.update()
        self.negated.emit(self._negated)
