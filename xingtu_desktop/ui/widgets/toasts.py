"""News that needs no answer: toasts at the bottom of the window, with undo and its countdown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from xingtu_desktop.ui.i18n import formats
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.labels import KeyCap, text_label
from xingtu_desktop.ui.widgets.painting import fill_round, saved, stroke_round

DEFAULT_SECONDS = 6
LIMIT = 3
_SHADOW = 12
_HIGHEST = 0.55
"""The share of the window's height above which news never climbs: up there it would lie over what is being read."""


@dataclass(frozen=True, slots=True)
class ToastAction:
    """The one thing to do about a toast: its word, its key, and what happens."""

    text: str
    run: Callable[[], None]
    key: str = ""


class Toast(QWidget):
    """One line with a coloured dot. With an action that expires (undo) the seconds left stand beside it."""

    closed = Signal()

    def __init__(
        self,
        text: str,
        *,
        tone: str = "good",
        action: ToastAction | None = None,
        seconds: int = DEFAULT_SECONDS,
        counts: bool = False,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._tone = tone
        self._action = action
        self._counts = counts
        self._left = seconds
        self._whole = seconds
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        words = text_label(text)
        words.setMaximumWidth(520)
        layout = QHBoxLayout(self)
        theme = current_theme()
        layout.setContentsMargins(_SHADOW + theme.px(28), _SHADOW + theme.px(8), _SHADOW + theme.px(12), _SHADOW + theme.px(8))
        layout.setSpacing(theme.px(16))
        layout.addWidget(words)
        self._button = Button(action.text if action else "", kind="link", key=action.key if action else "")
        self._button.setVisible(action is not None)
        self._button.clicked.connect(self._act)
        layout.addWidget(self._button)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._tick)
        self._timer.start()
        self._show_seconds()

    def seconds_left(self) -> int:
        """Until it goes by itself."""
        return self._left

    def stays(self) -> bool:
        """Whether it outlives a switch of views: a running undo, an error, and what was said by the switch itself."""
        return self._counts or self._tone == "bad" or self._left == self._whole

    def act(self) -> None:
        """Do what the button does."""
        self._act()

    def dismiss(self) -> None:
        """Go now."""
        self._timer.stop()
        self.closed.emit()

    def _act(self) -> None:
        action, self._action = self._action, None
        self.dismiss()
        if action is not None:
            action.run()

    def _tick(self) -> None:
        # A pointer on a toast is someone reading it; only one that counts an undo down goes on.
        if self.underMouse() and not self._counts:
            return
        self._left -= 1
        self._show_seconds()
        if self._left <= 0:
            self.dismiss()

    def _show_seconds(self) -> None:
        if self._counts and self._action is not None:
            self._button.setText(f"{self._action.text} {formats().seconds(self._left)}")
            self._button.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw shadow, ground and dot."""
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        body = QRectF(self.rect()).adjusted(_SHADOW, _SHADOW, -_SHADOW, -_SHADOW)
        with saved(painter):
            paint_shadow(painter, body, _SHADOW)
            stroke_round(painter, body, 10, tokens.line_strong, tokens.raised)
            dot = theme.px(7)
            fill_round(
                painter, QRectF(body.left() + theme.px(12), body.center().y() - dot / 2, dot, dot), dot / 2, tokens.color(self._tone)
            )


def paint_shadow(painter: QPainter, rect: QRectF, reach: int) -> None:
    """A soft shadow around a floating panel, drawn as rings: QGraphicsEffect would repaint the panel with it."""
    dark = current_theme().tokens.name == "dark"
    painter.setPen(Qt.PenStyle.NoPen)
    for ring in range(reach, 0, -2):
        color = QColor(0, 0, 0) if dark else QColor(20, 26, 40)
        color.setAlphaF((0.10 if dark else 0.022) * (1 - ring / (reach + 2)) + 0.004)
        painter.setBrush(color)
        painter.drawRoundedRect(rect.adjusted(-ring, -ring + 3, ring, ring + 1), 10 + ring, 10 + ring)


class ToastHost(QWidget):
    """Stacks at most three toasts at the bottom centre of its parent, above buttons and key hints; the oldest makes room."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._toasts: list[Toast] = []
        self._bottom = 56
        self._lift = 0
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._place)
        parent.installEventFilter(self)
        self.hide()

    def show_toast(
        self, text: str, *, tone: str = "good", action: ToastAction | None = None, seconds: int = DEFAULT_SECONDS, counts: bool = False
    ) -> Toast:
        """Show a line; `counts` writes the seconds left beside the action, as an undo needs."""
        toast = Toast(text, tone=tone, action=action, seconds=seconds, counts=counts, parent=self)
        toast.closed.connect(lambda: self._remove(toast))
        self._toasts.append(toast)
        while len(self._toasts) > LIMIT:
            self._toasts[0].dismiss()
        self._place()
        return toast

    def set_lift(self, pixels: int) -> None:
        """Float so much higher than usual: a view lifts them over what is being worked on, and lets them down with 0."""
        if pixels != self._lift:
            self._lift = pixels
            self._place()

    def leave_view(self) -> None:
        """Another view is shown: what was news in the last one goes, what stays finds a new place once the view is laid out."""
        for toast in [each for each in self._toasts if not each.stays()]:
            toast.dismiss()
        if self._toasts:
            self._later.start()

    def newest_undo(self) -> Toast | None:
        """The newest toast with an undo, for the Z key."""
        return next((toast for toast in reversed(self._toasts) if toast._counts), None)

    def toasts(self) -> tuple[Toast, ...]:
        """What is shown, oldest first."""
        return tuple(self._toasts)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the bottom centre of the window."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _remove(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
            toast.hide()
            toast.deleteLater()
            self._place()

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        self.setVisible(bool(self._toasts))
        sizes = [toast.sizeHint() for toast in self._toasts]
        width = max((size.width() for size in sizes), default=0)
        # The shadows of two neighbours overlap, so a toast takes less room than its picture.
        height = sum(size.height() - _SHADOW for size in sizes) + _SHADOW
        left = (parent.width() - width) // 2
        top = self._free_top(parent, left, parent.height() - height - self._bottom - self._lift, width, height)
        self.setGeometry(left, top, width, height)
        self._stack(width, sizes)
        self.raise_()

    def _free_top(self, parent: QWidget, left: int, top: int, width: int, height: int) -> int:
        """As low as it can be without lying over a button or a key hint; in a form full of buttons only the main one counts."""
        if not self._toasts:
            return top
        hint = current_theme().px(64)
        # A hint's word stands beside its key.
        keys = [place.adjusted(0, 0, hint, 0) for place in self._places(parent, KeyCap).values()]
        buttons = self._places(parent, QAbstractButton)
        main = [place for button, place in buttons.items() if isinstance(button, Button) and button.kind() == "primary"]
        for taken in ([*keys, *buttons.values()], [*keys, *main]):
            found = self._above(QRect(left, top, width, height), taken, int(parent.height() * (1 - _HIGHEST)))
            if found is not None:
                return found
        return top

    def _above(self, wanted: QRect, taken: list[QRect], highest: int) -> int | None:
        top = wanted.top()
        while top >= highest:
            body = QRect(wanted.left(), top, wanted.width(), wanted.height()).adjusted(_SHADOW, _SHADOW, -_SHADOW, -_SHADOW)
            below = [each.top() for each in taken if each.intersects(body)]
            if not below:
                return top
            top = min(below) - wanted.height() + _SHADOW - 4
        return None

    def _places(self, parent: QWidget, kind: type[KeyCap] | type[QAbstractButton]) -> dict[QWidget, QRect]:
        """Where the widgets of a kind stand that can be seen, in the window's own pixels."""
        return {
            widget: QRect(widget.mapTo(parent, QPoint(0, 0)), widget.size())
            for widget in parent.findChildren(kind)
            if widget.isVisible() and not self.isAncestorOf(widget) and not widget.visibleRegion().isEmpty()
        }

    def _stack(self, width: int, sizes: list[QSize]) -> None:
        top = 0
        for toast, size in zip(self._toasts, sizes, strict=True):
            toast.setGeometry((width - size.width()) // 2, top, size.width(), size.height())
            toast.show()
            top += size.height() - _SHADOW
