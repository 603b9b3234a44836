"""Words on screen: labels by step and tone, elided text, badges, pills, key caps, countdowns and dividing lines."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.theme.icons import paint as paint_icon
from xingtu_desktop.ui.widgets.painting import TONES, fill_round, key_cap_width, paint_key_cap, saved, stroke_round


def text_label(
    text: str = "", *, type: str = "body", tone: str = "text", strong: bool = False, wrap: bool = False, parent: QWidget | None = None
) -> QLabel:
    """A plain-text label.

    `type`: display 28, title 20, heading 15, body 13, caption 12 px. `tone`: text, text-2, text-3, accent, good, warn, bad.
    """
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    label.setWordWrap(wrap)
    label.setProperty("type", type)
    label.setProperty("tone", tone)
    label.setProperty("strong", "true" if strong else "false")
    return label


def set_tone(label: QWidget, tone: str) -> None:
    """Change a label's (or progress bar's) tone and redraw it."""
    if label.property("tone") != tone:
        label.setProperty("tone", tone)
        repolish(label)


def repolish(widget: QWidget) -> None:
    """Make the stylesheet look at the widget's properties again."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def line(horizontal: bool = True, parent: QWidget | None = None) -> QFrame:
    """A dividing line, 1 px."""
    frame = QFrame(parent)
    frame.setProperty("line", "h" if horizontal else "v")
    if horizontal:
        frame.setFixedHeight(1)
    else:
        frame.setFixedWidth(1)
    return frame


def panel(kind: str = "surface", parent: QWidget | None = None) -> QFrame:
    """A container with the ground "surface", "window", "raised" or "card" (10 px corners, 1 px line)."""
    frame = QFrame(parent)
    frame.setProperty("panel", kind)
    return frame


class ElidedLabel(QLabel):
    """Plain text that ends in "…" when it does not fit, and then shows the whole as a tooltip."""

    def __init__(
        self,
        text: str = "",
        *,
        type: str = "body",
        tone: str = "text",
        strong: bool = False,
        middle: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._full = ""
        self._mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        self.setProperty("type", type)
        self.setProperty("tone", tone)
        self.setProperty("strong", "true" if strong else "false")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Set the whole text; line breaks become spaces."""
        self._full = " ".join(text.split("\n"))
        self.setAccessibleName(self._full)
        self.updateGeometry()
        self._elide()

    def full_text(self) -> str:
        """The text before shortening."""
        return self._full

    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        self.ensurePolished()
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self._full) + 2, metrics.height())

    def minimumSizeHint(self) -> QSize:
        """Room for a letter and the dots."""
        return QSize(QFontMetrics(self.font()).horizontalAdvance("字…"), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten again."""
        super().resizeEvent(event)
        self._elide()

    def changeEvent(self, event: QEvent) -> None:
        """A new font or theme changes the width of the text."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()
            self._elide()

    def _elide(self) -> None:
        shown = QFontMetrics(self.font()).elidedText(self._full, self._mode, max(0, self.width()))
        if shown != self.text():
            super().setText(shown)
        self.setToolTip(self._full if shown != self._full else "")


class Badge(QWidget):
    """A small state word on a soft ground ("已发布", "须改"); `tone` is "", "accent", "good", "warn" or "bad"."""

    def __init__(self, text: str = "", tone: str = "", *, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self._tone = tone
        self._icon = icon
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def set_badge(self, text: str, tone: str = "", icon: str = "") -> None:
        """Show another state."""
        self._text, self._tone, self._icon = text, tone, icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The word shown."""
        return self._text

    def sizeHint(self) -> QSize:
        """20 px high, as wide as its word."""
        theme = current_theme()
        width = QFontMetrics(theme.font(12)).horizontalAdvance(self._text) + theme.px(12)
        return QSize(width + (theme.px(16) if self._icon else 0), theme.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, icon and word."""
        theme = current_theme()
        soft, ink = TONES[self._tone]
        painter = QPainter(self)
        rect = QRectF(self.rect())
        with saved(painter):
            fill_round(painter, rect, 4, theme.tokens.color(soft))
            painter.setFont(theme.font(12))
            painter.setPen(QColor(theme.tokens.color(ink)))
            left = theme.px(6)
            if self._icon:
                size = theme.px(12)
                paint_icon(painter, self._icon, left, (rect.height() - size) / 2, size, ink)
                left += theme.px(16)
            painter.drawText(rect.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._text)


class CountBadge(QWidget):
    """The red number on a rail button; 0 hides it, more than 99 reads 99+."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def set_count(self, count: int) -> None:
        """Show `count`."""
        self._count = count
        self.setVisible(count > 0)
        self.resize(self.sizeHint())
        self.update()

    def count(self) -> int:
        """The number shown."""
        return self._count

    def _text(self) -> str:
        return "99+" if self._count > 99 else str(self._count)

    def sizeHint(self) -> QSize:
        """A pill around the figures."""
        theme = current_theme()
        height = theme.px(18)
        return QSize(max(height, QFontMetrics(theme.font(12)).horizontalAdvance(self._text()) + theme.px(10)), height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A red pill with a ring of the ground around it."""
        theme = current_theme()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        with saved(painter):
            fill_round(painter, rect, rect.height() / 2, theme.tokens.surface)
            fill_round(painter, rect.adjusted(1, 1, -1, -1), rect.height() / 2 - 1, theme.tokens.bad)
            painter.setFont(theme.font(12))
            painter.setPen(QColor(theme.tokens.on_bad))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._text())


class Pill(QWidget):
    """A round bordered label with an optional coloured dot or icon; clickable where `clicked` is listened to."""

    clicked = Signal()

    def __init__(self, text: str = "", *, clickable: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self._dot = ""
        self._icon = ""
        self._tone = ""
        self._hover = False
        self._clickable = clickable
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if clickable:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_pill(self, text: str, *, dot: str = "", icon: str = "", tone: str = "") -> None:
        """`dot` is a token's name; `tone` "warn" or "bad" colours the whole pill."""
        if (text, dot, icon, tone) == (self._text, self._dot, self._icon, self._tone):
            return
        self._text, self._dot, self._icon, self._tone = text, dot, icon, tone
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The words shown."""
        return self._text

    def sizeHint(self) -> QSize:
        """28 px high."""
        theme = current_theme()
        font = theme.font(12, strong=bool(self._tone))
        lead = theme.px(13) if self._dot else theme.px(20) if self._icon else 0
        return QSize(QFontMetrics(font).horizontalAdvance(self._text) + lead + theme.px(22), theme.px(28))

    def enterEvent(self, event: object) -> None:
        """Show that it can be pressed."""
        self._hover = self._clickable
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Back to rest."""
        self._hover = False
        self.update()

    def mouseReleaseEvent(self, event: object) -> None:
        """A press."""
        if self._clickable:
            self.clicked.emit()

    def keyPressEvent(self, event: object) -> None:
        """Enter and Space press it too."""
        key = getattr(event, "key", lambda: 0)()
        if self._clickable and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]  # the same event, typed wider for PySide6's stub

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pill."""
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        rect = QRectF(self.rect())
        edge, ground, ink = tokens.line, tokens.hover if self._hover else tokens.surface, tokens.text_2
        if self._tone:
            edge = ink = tokens.color(self._tone)
            ground = tokens.color(f"{self._tone}-soft")
        if self.hasFocus():
            edge = tokens.accent
        with saved(painter):
            stroke_round(painter, rect, rect.height() / 2 - 1, edge, ground, 2 if self.hasFocus() else 1)
            left = float(theme.px(11))
            if self._dot:
                size = theme.px(7)
                fill_round(painter, QRectF(left, (rect.height() - size) / 2, size, size), size / 2, tokens.color(self._dot))
                left += theme.px(13)
            elif self._icon:
                size = theme.px(16)
                paint_icon(painter, self._icon, left - 1, (rect.height() - size) / 2, size, ink)
                left += theme.px(20)
            painter.setFont(theme.font(12, strong=bool(self._tone)))
            painter.setPen(QColor(ink))
            painter.drawText(rect.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._text)


class KeyCap(QWidget):
    """One key of a shortcut, drawn as a key."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def set_key(self, text: str) -> None:
        """Show another key."""
        self._text = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """20 px high, at least square."""
        return QSize(round(key_cap_width(self._text)), current_theme().px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the key."""
        paint_key_cap(QPainter(self), QRectF(self.rect()), self._text)


class Countdown(QLabel):
    """Seconds left of an undo, counted down once a second; emits `finished` at zero."""

    finished = Signal()

    def __init__(self, words: Callable[[int], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("type", "caption")
        self._words = words
        self._left = 0
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._tick)

    def start(self, seconds: int) -> None:
        """Begin at `seconds`."""
        self._left = seconds
        self.setText(self._words(seconds))
        self._timer.start()

    def stop(self) -> None:
        """Stand still without an end."""
        self._timer.stop()

    def seconds_left(self) -> int:
        """What is left."""
        return self._left

    def _tick(self) -> None:
        self._left = max(0, self._left - 1)
        self.setText(self._words(self._left))
        if self._left == 0:
            self._timer.stop()
            self.finished.emit()
