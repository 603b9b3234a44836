"""Text entry that understands Chinese input methods: search field, and line and text with a live limit."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QInputMethodEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSpinBox, QVBoxLayout, QWidget

from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.theme.icons import paint as paint_icon
from xingtu_desktop.ui.widgets.labels import repolish
from xingtu_desktop.ui.widgets.painting import key_cap_width, paint_key_cap


class SearchField(QLineEdit):
    """A search field with a magnifier and the key that leads to it.

    `query_changed` follows what is committed: while the input method shows pinyin that is not chosen yet
    (pre-edit), nothing is searched. Escape clears first, then gives the focus back through `left`.
    """

    query_changed = Signal(str)
    left = Signal()
    submitted = Signal(str)

    def __init__(self, placeholder: str = "", *, key: str = "/", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self._composing = False
        self._reported = ""
        self.set_placeholder(placeholder)
        self.setClearButtonEnabled(False)
        self._place()
        self.textChanged.connect(self._report)
        current_theme().changed.connect(self._place)

    def set_placeholder(self, text: str) -> None:
        """The hint and the accessible name."""
        self.setPlaceholderText(text)
        self.setAccessibleName(text)

    def composing(self) -> bool:
        """Whether an input method is in the middle of a word."""
        return self._composing

    def _place(self) -> None:
        theme = current_theme()
        self.setTextMargins(theme.px(20), 0, round(key_cap_width(self._key)) if self._key else 0, 0)

    def _report(self) -> None:
        if not self._composing and self.text() != self._reported:
            self._reported = self.text()
            self.query_changed.emit(self._reported)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Hold the search back until the word is chosen."""
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)
        self._report()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape clears, a second one leaves; Enter submits."""
        if event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.left.emit()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submitted.emit(self.text())
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the field, then magnifier and key."""
        super().paintEvent(event)
        theme = current_theme()
        painter = QPainter(self)
        size = theme.px(16)
        middle = self.height() / 2
        paint_icon(painter, "search", theme.px(9), middle - size / 2, size, "text-3")
        if self._key and not self.text() and not self._composing and not self.hasFocus():
            width, height = key_cap_width(self._key), theme.px(20)
            paint_key_cap(painter, QRectF(self.width() - width - theme.px(7), middle - height / 2, width, height), self._key)


def code_points(text: str) -> int:
    """Length as the platform counts it: Unicode code points, not UTF-16 units (an emoji is 1)."""
    return len(text)


def limit_state(length: int, limit: int) -> str:
    """ "bad" over the limit, "warn" in its last tenth, else ""."""
    if length > limit:
        return "bad"
    return "warn" if length >= limit - max(1, limit // 10) and length > 0 else ""


class _Counter:
    """The drawing of "12/50" that both fields share."""

    @staticmethod
    def text(length: int, limit: int) -> str:
        return f"{length}/{limit}"

    @staticmethod
    def draw(painter: QPainter, rect: QRectF, length: int, limit: int, edge: Qt.AlignmentFlag) -> None:
        theme = current_theme()
        painter.setFont(theme.font(12))
        painter.setPen(QColor(theme.tokens.color(limit_state(length, limit) or "text-3")))
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | edge, _Counter.text(length, limit))


class CounterLineEdit(QLineEdit):
    """One line with a live counter. Too long is shown, not cut: cutting would lose words while pasting.

    `edited` carries the committed text; words under composition count but are not reported.
    """

    edited = Signal(str)

    def __init__(self, limit: int, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._limit = limit
        self._preedit = ""
        self._reported = ""
        self.setAccessibleName(name)
        self._place()
        self.textChanged.connect(self._on_text)
        current_theme().changed.connect(self._place)

    def set_limit(self, limit: int) -> None:
        """Another limit, in code points."""
        self._limit = limit
        self._place()
        self._show_state()

    def length(self) -> int:
        """Code points, those under composition included."""
        return code_points(self.text()) + code_points(self._preedit)

    def over_limit(self) -> bool:
        """Whether the text is too long."""
        return self.length() > self._limit

    def _place(self) -> None:
        widest = _Counter.text(self._limit, self._limit)
        self.setTextMargins(0, 0, QFontMetrics(current_theme().font(12)).horizontalAdvance(widest) + 10, 0)

    def _on_text(self) -> None:
        self._show_state()
        if not self._preedit and self.text() != self._reported:
            self._reported = self.text()
            self.edited.emit(self._reported)

    def _show_state(self) -> None:
        state = limit_state(self.length(), self._limit)
        if state == "warn":
            state = ""
        if self.property("state") != state:
            self.setProperty("state", state)
            repolish(self)
        self.setAccessibleDescription(_Counter.text(self.length(), self._limit))
        self.update()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Count what is being composed."""
        self._preedit = event.preeditString()
        super().inputMethodEvent(event)
        self._on_text()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the field and the counter at its right."""
        super().paintEvent(event)
        rect = QRectF(self.rect()).adjusted(0, 0, -current_theme().px(9), 0)
        _Counter.draw(QPainter(self), rect, self.length(), self._limit, Qt.AlignmentFlag.AlignVCenter)


class NumberField(QSpinBox):
    """A whole number with arrows. Use it instead of QSpinBox: Qt gives a styled spin box's text no padding (6.11)."""

    def __init__(self, low: int = 0, high: int = 999, *, suffix: str = "", name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(low, high)
        self.setSuffix(suffix)
        self.setAccessibleName(name)
        # A wheel that scrolls the page must not change a price on its way.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._place()
        current_theme().changed.connect(self._place)

    def _place(self) -> None:
        self.lineEdit().setTextMargins(current_theme().px(8), 0, 0, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only the field in use listens to the wheel."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class PlainTextEdit(QPlainTextEdit):
    """A text field that takes plain text only, whatever is pasted, and gives Tab to the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste the text alone."""
        self.insertPlainText(source.text())


class CounterTextEdit(QWidget):
    """Several lines with a live counter below the corner; `edited` carries the committed text."""

    edited = Signal(str)

    def __init__(self, limit: int, *, name: str = "", lines: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._limit = limit
        self._preedit = 0
        self._reported = ""
        self._lines = lines
        self.editor = _CountedEditor(self)
        self.editor.setProperty("state", "")
        self.editor.setAccessibleName(name)
        self.setFocusProxy(self.editor)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.editor)
        self._corner = _CornerCounter(self)
        self.editor.textChanged.connect(self._on_text)
        self.editor.composed.connect(self._on_composed)
        self._apply_height()
        current_theme().changed.connect(self._apply_height)

    def text(self) -> str:
        """The whole text."""
        return self.editor.toPlainText()

    def set_text(self, text: str) -> None:
        """Replace the text without reporting it; the caret goes to the end."""
        if text == self.text():
            return
        self.editor.blockSignals(True)
        self.editor.setPlainText(text)
        self.editor.blockSignals(False)
        self._reported = text
        self._show_state()

    def set_placeholder(self, text: str) -> None:
        """The hint."""
        self.editor.setPlaceholderText(text)

    def set_limit(self, limit: int) -> None:
        """Another limit, in code points."""
        self._limit = limit
        self._show_state()

    def limit(self) -> int:
        """The limit in code points."""
        return self._limit

    def length(self) -> int:
        """Code points, those under composition included."""
        return code_points(self.text()) + self._preedit

    def over_limit(self) -> bool:
        """Whether the text is too long."""
        return self.length() > self._limit

    def _apply_height(self) -> None:
        line = QFontMetrics(current_theme().font(13)).lineSpacing()
        self.editor.setViewportMargins(0, 0, 0, current_theme().px(16))
        self.editor.setMinimumHeight(line * self._lines + current_theme().px(36))

    def _on_text(self) -> None:
        self._show_state()
        if not self._preedit and self.text() != self._reported:
            self._reported = self.text()
            self.edited.emit(self._reported)

    def _on_composed(self, length: int) -> None:
        self._preedit = length
        self._on_text()

    def _show_state(self) -> None:
        state = limit_state(self.length(), self._limit)
        shown = "bad" if state == "bad" else ""
        if self.editor.property("state") != shown:
            self.editor.setProperty("state", shown)
            repolish(self.editor)
        self.editor.setAccessibleDescription(_Counter.text(self.length(), self._limit))
        self._corner.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the counter in its corner."""
        super().resizeEvent(event)
        theme = current_theme()
        self._corner.setGeometry(2, self.height() - theme.px(22), self.width() - theme.px(12), theme.px(20))
        self._corner.raise_()


class _CountedEditor(PlainTextEdit):
    """The editor of `CounterTextEdit`; tells how many code points are under composition."""

    composed = Signal(int)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Tell the counter before the text changes, so that half a word is not reported, and again after it."""
        composing = code_points(event.preeditString())
        if composing:
            self.composed.emit(composing)
        super().inputMethodEvent(event)
        self.composed.emit(composing)


class _CornerCounter(QWidget):
    """The counter in the lower right corner of a text field."""

    def __init__(self, owner: CounterTextEdit) -> None:
        super().__init__(owner)
        self._owner = owner
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw "12/500"."""
        _Counter.draw(QPainter(self), QRectF(self.rect()), self._owner.length(), self._owner.limit(), Qt.AlignmentFlag.AlignVCenter)
