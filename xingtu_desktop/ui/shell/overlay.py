"""What floats over the window: a veil with a card in it, and a popover that hangs below the widget it belongs to."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.painting import saved, stroke_round
from xingtu_desktop.ui.widgets.toasts import paint_shadow
from xingtu_desktop.ui.widgets.view import View


class Overlay(View):
    """A veil over the whole window and a card at a place of it; a press beside the card or Escape dismisses it."""

    dismissed = Signal()

    def __init__(self, window: QWidget, name: str) -> None:
        super().__init__(window)
        self.setObjectName(name)
        self.card = QWidget(self)
        self._window = window
        self._before: QWidget | None = None
        self._wanted = QRect(0, 64, 720, 620)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        window.installEventFilter(self)
        self.hide()

    def reveal(self, focus: QWidget, *, width: int, height: int, top: int) -> None:
        """Show the card, at most as large as the window allows, with the keyboard at `focus`."""
        theme = current_theme()
        if self.isHidden():
            self._before = self._window.focusWidget()
        self._wanted = QRect(0, theme.px(top), theme.px(width), theme.px(height))
        self._place()
        self.show()
        self.raise_()
        focus.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Go; the keyboard returns to where it was."""
        if self.isHidden():
            return
        self.hide()
        if self._before is not None and isValid(self._before):
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None
        self.dismissed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape dismisses; no key reaches the window behind."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press beside the card dismisses it."""
        if not self.card.geometry().contains(event.position().toPoint()):
            self.dismiss()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw veil and card."""
        tokens = current_theme().tokens
        painter = QPainter(self)
        painter.fillRect(self.rect(), current_theme().color("scrim"))
        with saved(painter):
            stroke_round(painter, QRectF(self.card.geometry()).adjusted(-1, -1, 1, 1), 10, tokens.line_strong, tokens.raised)

    def _place(self) -> None:
        self.setGeometry(self._window.rect())
        width = min(self._wanted.width(), self.width() - 48)
        top = self._wanted.top()
        height = min(self._wanted.height(), self.height() - top - 32)
        self.card.setGeometry((self.width() - width) // 2, top, width, height)


class Popover(View):
    """A panel below an anchor, with a small arrow to it. The window behind stays bright and usable by eye."""

    dismissed = Signal()

    def __init__(self, window: QWidget, *, width: int = 536) -> None:
        super().__init__(window)
        self.setObjectName("popover")
        self._window = window
        self._anchor: QWidget | None = None
        self._width = width
        self._content: QWidget | None = None
        self._make: Callable[[], QWidget] | None = None
        self._before: QWidget | None = None
        self._card = QWidget(self)
        self._layout = QVBoxLayout(self._card)
        self._layout.setContentsMargins(1, 1, 1, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        window.installEventFilter(self)
        self.hide()

    def offer(self, make: Callable[[], QWidget]) -> None:
        """What makes the panel, the first time that it opens."""
        self._make = make

    def has_content(self) -> bool:
        """Whether there is anything to show."""
        return self._make is not None

    def toggle(self, anchor: QWidget) -> None:
        """Open below `anchor`, or close."""
        if self.isVisible():
            self.dismiss()
        elif self._make is not None:
            if self._content is None:
                self._content = self._make()
                self._layout.addWidget(self._content)
            self._anchor = anchor
            self._before = self._window.focusWidget()
            self._place()
            self.show()
            self.raise_()
            self._content.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Close; the keyboard returns to where it was."""
        if self.isHidden():
            return
        self.hide()
        if self._before is not None and isValid(self._before):
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.dismissed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
            event.accept()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press beside the panel closes it."""
        if not self._card.geometry().contains(event.position().toPoint()):
            self.dismiss()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw shadow, panel and arrow."""
        tokens = current_theme().tokens
        painter = QPainter(self)
        card = QRectF(self._card.geometry())
        with saved(painter):
            paint_shadow(painter, card, 24)
            stroke_round(painter, card.adjusted(-1, -1, 1, 1), 10, tokens.line_strong, tokens.raised)
            if self._anchor is not None:
                x = self._anchor.mapTo(self._window, self._anchor.rect().center()).x()
                top = card.top() - 1
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(tokens.raised))
                painter.drawPolygon(QPolygonF([QPointF(x - 7, top + 1.5), QPointF(x, top - 6), QPointF(x + 7, top + 1.5)]))
                painter.setPen(QPen(QColor(tokens.line_strong), 1))
                painter.drawPolyline(QPolygonF([QPointF(x - 6.5, top + 0.5), QPointF(x, top - 6), QPointF(x + 6.5, top + 0.5)]))

    def _place(self) -> None:
        theme = current_theme()
        self.setGeometry(self._window.rect())
        width = min(theme.px(self._width), self.width() - 88)
        top = theme.px(56)
        wanted = self._content.sizeHint().height() + 2 if self._content is not None else 0
        height = min(max(wanted, theme.px(240)), self.height() - top - 16)
        self._card.setGeometry(self.width() - width - 16, top, width, height)
