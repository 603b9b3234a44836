"""The accounts that one can pick from: whole ids, and for each that cannot be entered the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.labels import Badge, ElidedLabel, panel, set_tone, text_label
from xingtu_desktop.ui.widgets.painting import paint_focus
from xingtu_desktop.ui.widgets.panels import Avatar


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account.

    `kind` "" leaves its badge out; `reason` says why it cannot be entered ("" when it can), `note` stands below it at the right.
    """

    key: str
    star_id: int
    name: str
    kind: str
    company: str = ""
    reason: str = ""
    note: str = ""


class AccountRow(QWidget):
    """A line of the list: picked by a click or by the arrows, entered by a double click or Enter."""

    picked = Signal(str)
    entered = Signal(str)
    moved = Signal(int)

    def __init__(self, shown: AccountLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = shown
        self._current = False
        usable = not shown.reason
        self.setCursor(Qt.CursorShape.PointingHandCursor if usable else Qt.CursorShape.ArrowCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if usable else Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(" ".join(part for part in (shown.name, shown.kind, shown.company, str(shown.star_id), shown.reason) if part))
        avatar = Avatar(size=36, square=True)
        avatar.set_name(shown.name, str(shown.star_id))
        name = ElidedLabel(shown.name, type="heading", tone="text" if usable else "text-2")
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(name)
        if shown.kind:
            first.addWidget(Badge(shown.kind))
        first.addStretch(1)
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addLayout(first)
        names.addWidget(ElidedLabel(shown.company or "—", type="caption", tone="text-2"))
        ids = QVBoxLayout()
        ids.setSpacing(2)
        ids.addWidget(text_label("star_id", type="caption", tone="text-2"))
        number = text_label(str(shown.star_id), type="caption")
        ids.addWidget(number)
        right = QWidget()
        # One width for all rows, so that the ids stand below each other.
        right.setFixedWidth(current_theme().px(112))
        number.setMinimumWidth(current_theme().px(120))
        state = QVBoxLayout(right)
        state.setContentsMargins(0, 0, 0, 0)
        state.setSpacing(2)
        reason = text_label(shown.reason, type="caption", tone="warn")
        self._note = text_label(shown.note, type="caption", tone="text-2", wrap=True)
        for label in (reason, self._note):
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            state.addWidget(label)
            label.setVisible(bool(label.text()))
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 12, 20, 12)
        row.setSpacing(12)
        row.addWidget(avatar)
        row.addLayout(names, 1)
        row.addLayout(ids)
        row.addWidget(right)

    def set_current(self, current: bool) -> None:
        """Whether this is the one that would be entered."""
        self._current = current
        set_tone(self._note, "text" if current else "text-2")
        self.update()

    def sizeHint(self) -> QSize:
        """64 px high."""
        return QSize(super().sizeHint().width(), max(super().sizeHint().height(), current_theme().px(64)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick it."""
        if not self.line.reason:
            self.picked.emit(self.line.key)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Enter it."""
        if not self.line.reason:
            self.entered.emit(self.line.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, Space picks, Enter enters."""
        match event.key():
            case Qt.Key.Key_Down:
                self.moved.emit(1)
            case Qt.Key.Key_Up:
                self.moved.emit(-1)
            case Qt.Key.Key_Space:
                self.picked.emit(self.line.key)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.entered.emit(self.line.key)
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, mark and line."""
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        if self._current:
            painter.fillRect(self.rect(), theme.color("selected"))
            painter.fillRect(QRectF(0, 0, 3, self.height()), theme.color("accent"))
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), theme.color("line"))
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), 4, tokens)


class AccountList(QScrollArea):
    """The rows; `picked` follows the choice, `entered` asks to open it."""

    picked = Signal(str)
    entered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[AccountRow] = []
        self._current = ""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        host = panel("surface")
        self._column = QVBoxLayout(host)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.setWidget(host)

    def set_accounts(self, lines: Sequence[AccountLine]) -> None:
        """Show `lines`; the choice stays where it was, else the first that can be entered is chosen."""
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        for index, shown in enumerate(lines):
            row = AccountRow(shown)
            row.picked.connect(self._on_picked)
            row.entered.connect(self.entered)
            row.moved.connect(self._on_moved)
            self._column.insertWidget(index, row)
            self._rows.append(row)
        usable = [row.line.key for row in self._rows if not row.line.reason]
        self._choose(self._current if self._current in usable else (usable[0] if usable else ""))

    def current(self) -> AccountLine | None:
        """The account that would be entered."""
        return next((row.line for row in self._rows if row.line.key == self._current), None)

    def current_row(self) -> AccountRow | None:
        """The chosen row."""
        return next((each for each in self._rows if each.line.key == self._current), None)

    def focus_current(self) -> None:
        """Give the keyboard to the chosen row."""
        row = self.current_row()
        if row is not None:
            row.setFocus(Qt.FocusReason.TabFocusReason)

    def rows(self) -> list[AccountRow]:
        """The rows from top to bottom."""
        return list(self._rows)

    def _choose(self, key: str) -> None:
        self._current = key
        for row in self._rows:
            row.set_current(row.line.key == key)
        self.picked.emit(key)

    def _on_picked(self, key: str) -> None:
        self._choose(key)
        self.focus_current()

    def _on_moved(self, step: int) -> None:
        usable = [row for row in self._rows if not row.line.reason]
        keys = [row.line.key for row in usable]
        if self._current in keys:
            target = usable[min(max(keys.index(self._current) + step, 0), len(usable) - 1)]
            self._on_picked(target.line.key)
            self.ensureWidgetVisible(target)
