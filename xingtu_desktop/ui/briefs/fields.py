"""Fields of the brief form: named field, text with numbered findings in its gutter, editable lists, the cart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from xingtu_desktop.domain.demand import LIMITS, MAX_CART, CartItem
from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button, IconButton
from xingtu_desktop.ui.widgets.inputs import CounterLineEdit, CounterTextEdit
from xingtu_desktop.ui.widgets.labels import ElidedLabel, set_tone, text_label
from xingtu_desktop.ui.widgets.painting import fill_round, saved

DOT_SIZE = 18
MOST_LINES = 12
TONE_OF = {"bad": "bad", "warn": "warn", "accent": "accent", "good": "good"}


@dataclass(frozen=True, slots=True)
class Dot:
    """A finding as the text shows it: code points `start`–`end`, its number, and a tone (bad, warn, accent, good)."""

    number: int
    start: int
    end: int
    tone: str


def utf16(text: str, position: int) -> int:
    """A place in code points as Qt counts it: an emoji is two."""
    return len(text[:position].encode("utf-16-le")) // 2


def put_text(control: QLineEdit | QPlainTextEdit, text: str) -> None:
    """Make the control's text `text` by changing only what differs, so that caret and scroll position stay where they are."""
    if isinstance(control, QLineEdit):
        if control.text() != text:
            place = control.cursorPosition()
            control.setText(text)
            control.setCursorPosition(min(place, len(text)))
        return
    old = control.toPlainText()
    if old == text:
        return
    start = 0
    while start < min(len(old), len(text)) and old[start] == text[start]:
        start += 1
    end = 0
    while end < min(len(old), len(text)) - start and old[-1 - end] == text[-1 - end]:
        end += 1
    cursor = QTextCursor(control.document())
    cursor.setPosition(utf16(old, start))
    cursor.setPosition(utf16(old, len(old) - end), QTextCursor.MoveMode.KeepAnchor)
    cursor.insertText(text[start : len(text) - end])


class Field(QWidget):
    """A name above a control; a problem takes the place at the right of the name."""

    def __init__(self, control: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.control = control
        self._name = text_label(type="caption", tone="text-2")
        self._note = ElidedLabel(type="caption", tone="text-3")
        self._note.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._quiet = ""
        self._named = True
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._name)
        head.addWidget(self._note, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(control)
        layout.addStretch(1)

    def set_words(self, name: str, note: str = "", *, named: bool = True) -> None:
        """Name, and the note that stands there while nothing is wrong; a field whose block has its name already is not `named`."""
        self._name.setText(name)
        self._name.setVisible(named)
        self._named = named
        self._quiet = note
        self.control.setAccessibleName(name)
        inner = getattr(self.control, "editor", None)
        if isinstance(inner, QWidget):
            inner.setAccessibleName(name)
        self.set_problem("")

    def set_problem(self, words: str) -> None:
        """What is wrong, or "" for nothing."""
        self._note.setText(words or self._quiet)
        self._note.setVisible(self._named or bool(words or self._quiet))
        set_tone(self._note, "bad" if words else "text-3")

    def problem(self) -> str:
        """What is said to be wrong."""
        return self._note.full_text() if self._note.property("tone") == "bad" else ""


class MarkedTextEdit(CounterTextEdit):
    """A counted text whose findings are underlined and numbered in a gutter at its right."""

    dot_clicked = Signal(int)

    def __init__(self, limit: int, *, lines: int = 3, parent: QWidget | None = None) -> None:
        self._dots: tuple[Dot, ...] = ()
        self._current = 0
        super().__init__(limit, lines=lines, parent=parent)
        self.editor.setUndoRedoEnabled(False)
        self.editor.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._gutter = _Gutter(self)
        self.editor.verticalScrollBar().valueChanged.connect(self._gutter.update)
        self.editor.textChanged.connect(self._gutter.update)
        current_theme().changed.connect(self._underline)

    def _apply_height(self) -> None:
        super()._apply_height()
        self.editor.setViewportMargins(0, 0, current_theme().px(DOT_SIZE + 6), current_theme().px(16))
        self._fit()

    def _fit(self) -> None:
        """As high as the text, from its least number of lines to MOST_LINES; a plain text document counts its height in lines."""
        lines = min(max(self._lines, round(self.editor.document().size().height())), MOST_LINES)
        height = QFontMetrics(current_theme().font(13)).lineSpacing() * lines + current_theme().px(40)
        if self.editor.maximumHeight() != height:
            self.editor.setFixedHeight(height)

    def set_dots(self, dots: Sequence[Dot], current: int = 0) -> None:
        """Show findings; `current` is the number of the one in hand. Places that the text has outgrown are left out."""
        self._dots, self._current = tuple(dots), current
        self._underline()
        self._gutter.update()

    def dots(self) -> tuple[Dot, ...]:
        """What is shown."""
        return self._dots

    def select(self, dot: Dot) -> None:
        """Put the caret on a finding."""
        cursor = self._cursor(dot)
        self.editor.setTextCursor(cursor)
        self.editor.ensureCursorVisible()

    def _cursor(self, dot: Dot) -> QTextCursor:
        text = self.text()
        cursor = QTextCursor(self.editor.document())
        last = utf16(text, len(text))
        cursor.setPosition(min(utf16(text, dot.start), last))
        cursor.setPosition(min(utf16(text, dot.end), last), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _underline(self) -> None:
        tokens = current_theme().tokens
        selections = []
        for dot in self._dots:
            selection = QTextEdit.ExtraSelection()
            look = QTextCharFormat()
            look.setBackground(QColor(tokens.color(f"{dot.tone}-soft" if dot.tone != "accent" else "selected")))
            look.setUnderlineColor(QColor(tokens.color(dot.tone)))
            look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
            selection.format = look
            selection.cursor = self._cursor(dot)
            selections.append(selection)
        self.editor.setExtraSelections(selections)

    def places(self) -> list[tuple[Dot, QRectF]]:
        """Where each number stands, in this widget's coordinates; numbers of one line go side by side upwards."""
        theme = current_theme()
        size = theme.px(DOT_SIZE)
        found: list[tuple[Dot, QRectF]] = []
        bottom = -1.0
        for dot in self._dots:
            rect = self.editor.cursorRect(self._cursor(dot))
            top = self.editor.viewport().mapTo(self, QPoint(0, rect.center().y())).y() - size / 2
            top = max(top, bottom + 2)
            if top < 0 or top + size > self.height():
                continue
            bottom = top + size
            found.append((dot, QRectF(self.width() - size - theme.px(8), top, size, size)))
        return found

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The gutter lies over the right edge."""
        super().resizeEvent(event)
        width = current_theme().px(DOT_SIZE + 10)
        self._gutter.setGeometry(self.width() - width, 0, width, self.height())
        self._gutter.raise_()

    def current(self) -> int:
        """The number in hand."""
        return self._current


class _Gutter(QWidget):
    """The numbered dots."""

    def __init__(self, owner: MarkedTextEdit) -> None:
        super().__init__(owner)
        self._owner = owner

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a dot for each finding in sight."""
        theme = current_theme()
        painter = QPainter(self)
        with saved(painter):
            painter.translate(-self.x(), 0)
            for dot, rect in self._owner.places():
                paint_dot(painter, rect, dot.number, dot.tone, strong=dot.number == self._owner.current())
        del theme

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a number."""
        place = event.position()
        place.setX(place.x() + self.x())
        for dot, rect in self._owner.places():
            if rect.contains(place):
                self._owner.dot_clicked.emit(dot.number)
                return
        self._owner.editor.setFocus(Qt.FocusReason.MouseFocusReason)


def paint_dot(painter: QPainter, rect: QRectF, number: int, tone: str, *, strong: bool = False) -> None:
    """A number in a filled circle; the one in hand has a ring."""
    theme = current_theme()
    tokens = theme.tokens
    if strong:
        fill_round(
            painter, rect.adjusted(-2, -2, 2, 2), rect.height() / 2 + 2, tokens.color(f"{tone}-soft" if tone != "accent" else "selected")
        )
    fill_round(painter, rect, rect.height() / 2, tokens.color(tone))
    painter.setFont(theme.font(12, strong=True))
    painter.setPen(QColor(tokens.surface))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, str(number))


class NumberDot(QWidget):
    """The same number on a card."""

    def __init__(self, number: int, tone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number, self._tone = number, tone
        side = current_theme().px(DOT_SIZE)
        self.setFixedSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        with saved(painter):
            paint_dot(painter, QRectF(self.rect()), self._number, self._tone)


class LinesEdit(QWidget):
    """A list of short texts: Enter opens the next line, Backspace in an empty one closes it."""

    edited = Signal(object)
    """The texts without empty ones, as a tuple."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[QWidget, QLineEdit]] = []
        self._placeholder = ""
        self._silent = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._add = Button("", kind="link", icon="plus", small=True)
        self._add.clicked.connect(lambda: self._insert(len(self._rows)).setFocus())
        self._layout.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)

    def set_words(self, add: str, placeholder: str) -> None:
        """The word of the button and the hint of a line."""
        self._add.setText(add)
        self._placeholder = placeholder
        for _, line in self._rows:
            line.setPlaceholderText(placeholder)

    def lines(self) -> tuple[str, ...]:
        """What stands in the lines that are not empty."""
        return tuple(line.text().strip() for _, line in self._rows if line.text().strip())

    def set_lines(self, lines: Sequence[str]) -> None:
        """Show other texts without telling anyone."""
        if tuple(lines) == self.lines():
            return
        self._silent = True
        while len(self._rows) > len(lines):
            self._drop(len(self._rows) - 1)
        while len(self._rows) < len(lines):
            self._insert(len(self._rows))
        for (_, line), text in zip(self._rows, lines, strict=True):
            put_text(line, text)
        self._silent = False

    def inputs(self) -> list[QLineEdit]:
        """The lines."""
        return [line for _, line in self._rows]

    def _insert(self, place: int) -> QLineEdit:
        host = QWidget()
        line = QLineEdit()
        line.setPlaceholderText(self._placeholder)
        line.setAccessibleName(self._placeholder)
        line.textChanged.connect(self._report)
        line.installEventFilter(self)
        remove = IconButton("close", tr("briefs", "Remove line"), size=24)
        remove.clicked.connect(lambda: self._remove(host))
        row = QHBoxLayout(host)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(line, 1)
        row.addWidget(remove)
        self._rows.insert(place, (host, line))
        self._layout.insertWidget(place, host)
        host.show()
        return line

    def _drop(self, place: int) -> None:
        host, line = self._rows.pop(place)
        line.removeEventFilter(self)
        host.hide()
        host.deleteLater()

    def _remove(self, host: QWidget) -> None:
        place = next((index for index, row in enumerate(self._rows) if row[0] is host), -1)
        if place >= 0:
            self._drop(place)
            self._report()

    def _report(self) -> None:
        if not self._silent:
            self.edited.emit(self.lines())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and Backspace."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            place = next((index for index, row in enumerate(self._rows) if row[1] is watched), -1)
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if place >= 0 and plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._insert(place + 1).setFocus()
                return True
            if place >= 0 and event.key() == Qt.Key.Key_Backspace and not self._rows[place][1].text():
                self._drop(place)
                target = self._rows[max(0, place - 1)][1] if self._rows else self._add
                target.setFocus()
                self._report()
                return True
        return False


class CartEdit(QWidget):
    """Products of the shopping cart: name and link, at most 7."""

    edited = Signal(object)
    """The items as a tuple; a row with neither name nor link is left out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[QWidget, CounterLineEdit, QLineEdit]] = []
        self._silent = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._add = Button("", kind="link", icon="plus", small=True)
        self._add.clicked.connect(self._on_add)
        self._layout.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)

    def retranslate(self) -> None:
        """Words in the language in force."""
        self._add.setText(tr("briefs", "Add product"))
        for _, title, link in self._rows:
            title.setPlaceholderText(tr("briefs", "Product in the cart"))
            link.setPlaceholderText("https://")

    def items(self) -> tuple[CartItem, ...]:
        """What the rows say."""
        found = [CartItem(title.text().strip(), link.text().strip()) for _, title, link in self._rows]
        return tuple(item for item in found if item.title or item.product_link)

    def set_items(self, items: Sequence[CartItem]) -> None:
        """Show other items without telling anyone."""
        if tuple(items) == self.items():
            return
        self._silent = True
        while len(self._rows) > len(items):
            host, _, _ = self._rows.pop()
            host.hide()
            host.deleteLater()
        while len(self._rows) < len(items):
            self._insert()
        for (_, title, link), item in zip(self._rows, items, strict=True):
            put_text(title, item.title)
            put_text(link, item.product_link)
        self._silent = False
        self._limit()

    def inputs(self) -> list[QLineEdit]:
        """All text fields."""
        return [field for _, title, link in self._rows for field in (title, link)]

    def _on_add(self) -> None:
        self._insert().setFocus()
        self._limit()

    def _insert(self) -> CounterLineEdit:
        host = QWidget()
        title = CounterLineEdit(LIMITS["cart_title"], name=tr("briefs", "Product in the cart"))
        link = QLineEdit()
        link.setAccessibleName(tr("briefs", "Product link"))
        title.textChanged.connect(self._report)
        link.textChanged.connect(self._report)
        remove = IconButton("close", tr("briefs", "Remove product"), size=24)
        remove.clicked.connect(lambda: self._remove(host))
        row = QHBoxLayout(host)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(title, 2)
        row.addWidget(link, 3)
        row.addWidget(remove)
        self._rows.append((host, title, link))
        self._layout.insertWidget(len(self._rows) - 1, host)
        host.show()
        self.retranslate()
        return title

    def _remove(self, host: QWidget) -> None:
        self._rows = [row for row in self._rows if row[0] is not host]
        host.hide()
        host.deleteLater()
        self._limit()
        self._report()

    def _limit(self) -> None:
        self._add.setVisible(len(self._rows) < MAX_CART)

    def _report(self) -> None:
        if not self._silent:
            self.edited.emit(self.items())


def undo_key(event: QKeyEvent) -> str:
    """ "undo", "redo" or "": which of the two a key press means."""
    if event.matches(QKeySequence.StandardKey.Undo):
        return "undo"
    redo = event.matches(QKeySequence.StandardKey.Redo) or (
        event.key() == Qt.Key.Key_Y and event.modifiers() == Qt.KeyboardModifier.ControlModifier
    )
    return "redo" if redo else ""


def text_width(text: str) -> int:
    """Width of a caption, for columns that must line up."""
    return QFontMetrics(current_theme().font(12)).horizontalAdvance(text)
