"""The base of every chart: paints at any size, gives its picture and its table, and moves a cursor by keys and pointer.

Charts paint themselves with QPainter instead of a plotting library: a few hundred marks need none, the exact look of the design does,
and the first chart costs no 840 ms of imports.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from xingtu_desktop.ui.charts.tables import Table
from xingtu_desktop.ui.theme import Tokens, current_theme
from xingtu_desktop.ui.widgets.painting import fill_round, paint_focus, saved, stroke_round

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTER = Qt.AlignmentFlag.AlignCenter
PICTURE_RATIO = 2


class Ink:
    """A painter with the theme's colours and fonts at hand, for the time of one drawing."""

    def __init__(self, painter: QPainter) -> None:
        theme = current_theme()
        self.painter = painter
        self.tokens: Tokens = theme.tokens
        self.small: QFont = theme.font(12)
        self.strong: QFont = theme.font(12, strong=True)
        self._metrics = {False: QFontMetricsF(self.small), True: QFontMetricsF(self.strong)}
        self.line_height = self._metrics[False].height()

    def width(self, text: str, *, strong: bool = False) -> float:
        """How wide a text is in the 12 px font."""
        return self._metrics[strong].horizontalAdvance(text)

    def elided(self, text: str, width: float, *, strong: bool = False) -> str:
        """The text, shortened with "…" to the width."""
        return self._metrics[strong].elidedText(text, Qt.TextElideMode.ElideRight, width)

    def text(self, rect: QRectF, text: str, role: str = "text-3", align: Qt.AlignmentFlag = LEFT, *, strong: bool = False) -> None:
        """One line of text."""
        self.painter.setFont(self.strong if strong else self.small)
        self.painter.setPen(QColor(self.tokens.color(role)))
        self.painter.drawText(rect, align | Qt.TextFlag.TextDontClip, text)

    def lines(self, text: str, width: float) -> int:
        """How many lines a text takes when it is broken to the width."""
        room = self._metrics[False].boundingRect(QRectF(0, 0, width, 10_000), Qt.TextFlag.TextWordWrap, text)
        return max(1, round(room.height() / self.line_height))

    def paragraph(self, rect: QRectF, text: str, role: str = "text-3") -> None:
        """Text broken to the width, from the top."""
        self.painter.setFont(self.small)
        self.painter.setPen(QColor(self.tokens.color(role)))
        self.painter.drawText(rect, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextDontClip, text)

    def rule(self, x1: float, y1: float, x2: float, y2: float, role: str = "line", *, dashed: bool = False, width: float = 1.0) -> None:
        """A straight line; level and upright ones lie on whole pixels."""
        pen = QPen(QColor(self.tokens.color(role)), width)
        if dashed:
            pen.setDashPattern([3, 3])
        self.painter.setPen(pen)
        if x1 == x2 or y1 == y2:
            x1, y1, x2, y2 = round(x1) + 0.5, round(y1) + 0.5, round(x2) + 0.5, round(y2) + 0.5
        self.painter.drawLine(QPointF(x1, y1), QPointF(x2, y2))

    def bar(self, rect: QRectF, share: float | None, color: str = "c1") -> None:
        """A bar from zero on its track, filled to `share` 0–1; None leaves the track empty. Its end is square, so it can be read."""
        fill_round(self.painter, rect, 2, self.tokens.color("hover") if self.tokens.name == "light" else self.tokens.line)
        if share is not None and share > 0:
            width = max(1.5, rect.width() * min(share, 1.0))
            fill_round(self.painter, QRectF(rect.left(), rect.top(), width, rect.height()), min(2.0, width / 2), self.tokens.color(color))

    def card(self, anchor: QPointF, bounds: QRectF, rows: list[tuple[str, str, bool]]) -> None:
        """A readout beside `anchor`, kept within `bounds`: (name, value, strong) a row; a row without a value spans the card."""
        theme = current_theme()
        pad, gap = theme.px(12), theme.px(20)
        height = self.line_height + theme.px(4)
        pairs = [self.width(name) + gap + self.width(value, strong=True) for name, value, _ in rows if value]
        alone = [min(self.width(name, strong=strong), theme.px(240)) for name, value, strong in rows if not value]
        size = QSize(round(max([*pairs, *alone, theme.px(120)])) + 2 * pad, round(height * len(rows)) + round(pad * 1.4))
        left = anchor.x() + theme.px(14)
        if left + size.width() > bounds.right():
            left = anchor.x() - theme.px(14) - size.width()
        top = min(max(anchor.y() - size.height() / 2, bounds.top()), bounds.bottom() - size.height())
        rect = QRectF(max(left, bounds.left()), top, size.width(), size.height())
        stroke_round(self.painter, rect, 6, self.tokens.line_strong, self.tokens.raised)
        inner = rect.adjusted(pad, pad * 0.7, -pad, -pad * 0.7)
        for index, (name, value, strong) in enumerate(rows):
            row = QRectF(inner.left(), inner.top() + index * height, inner.width(), height)
            if value:
                self.text(row, name, "text-2", strong=False)
                self.text(row, value, "text", RIGHT, strong=strong)
            else:
                self.text(row, self.elided(name, inner.width(), strong=strong), "text" if strong else "text-3", strong=strong)


class Chart(QWidget):
    """A drawing with a cursor. Subclasses implement `draw`, `table`, `cursor_count` and what a press on the cursor means."""

    drilled = Signal(object)
    """A frozenset of order ids to look at."""

    def __init__(self, *, minimum: tuple[int, int] = (320, 200), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._minimum = minimum
        self._cursor: int | None = None
        self._ring = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # ------------------------------------------------------------------ what a subclass says

    def draw(self, ink: Ink, rect: QRectF, *, live: bool) -> None:
        """Paint into `rect`; `live` with cursor and selection, which a picture does not have."""

    def table(self) -> Table:
        """The figures behind the drawing."""
        return Table((), ())

    def cursor_count(self) -> int:
        """How many places the cursor has."""
        return 0

    def cursor_at(self, point: QPointF) -> int | None:
        """The place under the pointer."""
        return None

    def describe(self, index: int) -> str:
        """What stands at a place, for those who listen instead of look."""
        return ""

    def orders_at(self, index: int) -> frozenset[int]:
        """The orders that a press on a place opens; empty when it opens nothing."""
        return frozenset()

    # ------------------------------------------------------------------ cursor

    def cursor_index(self) -> int | None:
        """Where the cursor stands."""
        return self._cursor

    def set_cursor_index(self, index: int | None) -> None:
        """Move the cursor; None hides it."""
        count = self.cursor_count()
        wanted = None if index is None or count == 0 else min(max(index, 0), count - 1)
        if wanted != self._cursor:
            self._cursor = wanted
            self.setAccessibleDescription("" if wanted is None else self.describe(wanted))
            opens = wanted is not None and bool(self.orders_at(wanted))
            self.setCursor(Qt.CursorShape.PointingHandCursor if opens else Qt.CursorShape.ArrowCursor)
            self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Ring the chart when the keyboard came here by keys; a press of the mouse shows by itself where it went."""
        self._ring = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
            Qt.FocusReason.ShortcutFocusReason,
        )
        super().focusInEvent(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, Home and End jump, Enter opens, Escape puts the cursor away."""
        key, count = event.key(), self.cursor_count()
        self._ring = True
        if key == Qt.Key.Key_Escape and self._cursor is not None:
            self.set_cursor_index(None)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor is not None:
            self._open(self._cursor)
        elif count and key in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            self.set_cursor_index(count - 1 if self._cursor is None else self._cursor - 1)
        elif count and key in (Qt.Key.Key_Right, Qt.Key.Key_Down):
            self.set_cursor_index(0 if self._cursor is None else self._cursor + 1)
        elif count and key == Qt.Key.Key_Home:
            self.set_cursor_index(0)
        elif count and key == Qt.Key.Key_End:
            self.set_cursor_index(count - 1)
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        self.set_cursor_index(self.cursor_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """The readout goes with the pointer."""
        self.set_cursor_index(None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click opens what stands there."""
        index = self.cursor_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self._open(index)

    def _open(self, index: int) -> None:
        orders = self.orders_at(index)
        if orders:
            self.drilled.emit(orders)

    # ------------------------------------------------------------------ drawing

    def sizeHint(self) -> QSize:
        """As large as it must be; the layout gives more."""
        theme = current_theme()
        return QSize(theme.px(self._minimum[0]), theme.px(self._minimum[1]))

    def minimumSizeHint(self) -> QSize:
        """The height must be there; the width may shrink, since labels are shortened."""
        return QSize(current_theme().px(200), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw, and ring it when it has the keyboard."""
        painter = QPainter(self)
        with saved(painter):
            self.draw(Ink(painter), QRectF(self.rect()), live=True)
            if self.hasFocus() and self._ring:
                paint_focus(painter, QRectF(self.rect()), 6, current_theme().tokens)
        painter.end()

    def picture(self, title: str, stamp: str) -> QImage:
        """The chart with its title above and its age below, at twice the pixels, for clipboard and file."""
        theme = current_theme()
        head, foot, side = theme.px(44), theme.px(32), theme.px(8)
        width, height = self.width() + 2 * side, self.height() + head + foot
        image = QImage(width * PICTURE_RATIO, height * PICTURE_RATIO, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(PICTURE_RATIO)
        image.fill(QColor(theme.tokens.surface))
        painter = QPainter(image)
        with saved(painter):
            ink = Ink(painter)
            painter.setFont(theme.font(15, strong=True))
            painter.setPen(QColor(theme.tokens.text))
            painter.drawText(QRectF(side + theme.px(8), 0, width, head), LEFT, title)
            self.draw(ink, QRectF(side, head, self.width(), self.height()), live=False)
            ink.text(QRectF(side + theme.px(8), height - foot, width - 2 * side - theme.px(16), foot), stamp)
        painter.end()
        return image
