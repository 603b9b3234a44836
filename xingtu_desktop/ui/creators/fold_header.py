"""The heading of a filter or a section of filters: a name, a quiet mark, what is chosen, and an arrow that folds."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from xingtu_desktop.ui.theme import current_theme, icons
from xingtu_desktop.ui.widgets.painting import paint_focus
from xingtu_desktop.ui.widgets.table.delegate import fitted

_GAP = 6
"""Pixels between the words."""


class FoldHeader(QWidget):
    """A heading that folds its group: name, a quiet mark, what is chosen, and an arrow.

    Drawn, not put together from labels: the panel has some sixty, and a start builds and dresses every widget of them.
    """

    toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None, *, caption: bool = False) -> None:
        super().__init__(parent)
        self._open = False
        self._caption = caption
        self._title = self._mark = self._value = self._hint = ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_title(self, title: str, hint: str = "") -> None:
        """The name, and what the pointer learns above it."""
        self._title, self._hint = title, hint
        self.setAccessibleName(title)
        self._changed()

    def set_words(self, *, mark: str | None = None, value: str | None = None) -> None:
        """The quiet mark and what is chosen; "" shows nothing, None leaves it as it is."""
        self._mark = self._mark if mark is None else mark
        self._value = self._value if value is None else value
        self._changed()

    def value(self) -> str:
        """What is shown as chosen."""
        return self._value

    def is_open(self) -> bool:
        """Whether the group's body shows."""
        return self._open

    def set_open(self, on: bool) -> None:
        """Fold or unfold without telling anyone."""
        self._open = on
        self.update()

    def sizeHint(self) -> QSize:
        """A line of text with its margins."""
        top, bottom = self._margins()
        return QSize(current_theme().px(120), top + QFontMetrics(self._font()).height() + bottom)

    def minimumSizeHint(self) -> QSize:
        """The name gives way."""
        return QSize(current_theme().px(40), self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        """Another text scale is another height."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A name that no longer fits is told by the pointer."""
        super().resizeEvent(event)
        self._tell()

    def _flip(self) -> None:
        self.set_open(not self._open)
        self.toggled.emit(self._open)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click folds."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._flip()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """So do Enter and Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._flip()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the words, the arrow and the focus ring."""
        theme = current_theme()
        top, bottom = self._margins()
        area = QRectF(0, top, self.width() - theme.px(20), self.height() - top - bottom)
        title, small = self._font(), theme.font(12)
        painter = QPainter(self)
        painter.setFont(small)
        right, flags = area.right(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        for text, width, role in self._asides():
            painter.setPen(theme.color(role))
            painter.drawText(QRectF(right - width, area.top(), width + 1, area.height()), flags, text)
            right -= width + _GAP
        painter.setFont(title)
        painter.setPen(theme.color("text-3" if self._caption else "text"))
        shown, _ = fitted(QFontMetrics(title), self._title, right - area.left())
        painter.drawText(QRectF(area.left(), area.top(), right - area.left() + 2, area.height()), flags, shown)
        size = theme.px(14)
        name = "chevron-up" if self._open else "chevron-down"
        icons.paint(painter, name, self.width() - size - 1, area.center().y() - size / 2, size, "text-3")
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()).adjusted(0, 1, 0, -1), 4, theme.tokens)

    def _asides(self) -> list[tuple[str, int, str]]:
        """What stands at the right, from the right: text, width and colour; a long choice leaves half of the room to the name."""
        metrics = QFontMetrics(current_theme().font(12))
        room = (self.width() - current_theme().px(20)) * 0.6
        found = []
        for text, role in ((self._value, "accent"), (self._mark, "text-3")):
            if text:
                shown, width = fitted(metrics, text, room)
                found.append((shown, width, role))
                room -= width + _GAP
        return found

    def _margins(self) -> tuple[int, int]:
        return (14 if self._caption else 6), 6

    def _font(self) -> QFont:
        return current_theme().font(12) if self._caption else current_theme().font(13, strong=True)

    def _changed(self) -> None:
        self.updateGeometry()
        self.update()
        self._tell()

    def _tell(self) -> None:
        room = self.width() - current_theme().px(20) - sum(width + _GAP for _, width, _ in self._asides())
        cut = QFontMetrics(self._font()).horizontalAdvance(self._title) > room
        self.setToolTip("\n".join(part for part in (self._title if cut else "", self._hint) if part))
