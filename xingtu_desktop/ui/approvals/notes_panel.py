"""The operator's notes on a version and its earlier ones, and the line that writes a new one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from xingtu_desktop.domain.lifecycle import ResourceKind
from xingtu_desktop.domain.order import Resource
from xingtu_desktop.domain.review import ReviewNote
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button, IconButton
from xingtu_desktop.ui.widgets.inputs import CounterLineEdit
from xingtu_desktop.ui.widgets.labels import Badge, line, panel, text_label
from xingtu_desktop.ui.widgets.panels import SectionHeader

NOTE_LIMIT = 300


class _NoteRow(QFrame):
    """One note: number, time, age, words; a press goes to its place."""

    pressed = Signal(object)
    removed = Signal(object)

    def __init__(self, note: ReviewNote, number: int, version: str, old: bool, now: datetime) -> None:
        super().__init__()
        self._note = note
        self.setProperty("panel", "surface")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        badge = Badge(str(number), "" if old else "accent")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(badge)
        if note.start is not None and note.kind is ResourceKind.VIDEO:
            end = f"–{formats().timecode(note.end)}" if note.end is not None else ""
            head.addWidget(
                text_label(formats().timecode(note.start) + end, type="caption", tone="text-3" if old else "accent", strong=True)
            )
        about = formats().ago(note.created_at, now)
        head.addWidget(text_label(f"{version} · {about}" if old else about, type="caption", tone="text-3"), 1)
        if not old:
            cross = IconButton("close", tr("approvals", "Remove the note"), size=24)
            cross.clicked.connect(lambda: self.removed.emit(self._note))
            head.addWidget(cross)
        words = text_label(note.text, tone="text-2" if old else "text", wrap=True)
        words.setContentsMargins(current_theme().px(28), 0, 0, 0)
        body = QVBoxLayout()
        body.setContentsMargins(16, 8, 12, 10)
        body.setSpacing(2)
        body.addLayout(head)
        body.addWidget(words)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(body)
        outer.addWidget(line())
        self.setAccessibleName(note.text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the place of the note."""
        self.pressed.emit(self._note)


class _NoteEdit(CounterLineEdit):
    """The line for a new note."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape puts it away."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)


class NotesPanel(QFrame):
    """Notes of this version first, then those of earlier ones, quieter."""

    note_written = Signal(str)
    note_removed = Signal(object)
    note_pressed = Signal(object)
    write_asked = Signal()
    writing_left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "surface")
        self._header = SectionHeader()
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self._list.addStretch(1)
        self._none = text_label(type="caption", tone="text-3", wrap=True)
        self._none.setContentsMargins(16, 10, 16, 10)
        self._list.insertWidget(0, self._none)
        host = panel("surface")
        host.setLayout(self._list)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(host)
        self._rows: list[_NoteRow] = []
        self._ask = Button(key="M", icon="comment")
        self._ask.clicked.connect(self.write_asked)
        self.edit = _NoteEdit(NOTE_LIMIT)
        self.edit.returnPressed.connect(self._on_return)
        self.edit.left.connect(self.stop_writing)
        self.edit.hide()
        head = QVBoxLayout()
        head.setContentsMargins(16, 10, 16, 8)
        head.addWidget(self._header)
        foot = QVBoxLayout()
        foot.setContentsMargins(16, 10, 16, 12)
        foot.addWidget(self._ask)
        foot.addWidget(self.edit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(line())
        layout.addWidget(self._scroll, 1)
        layout.addLayout(foot)

    def set_notes(self, notes: Sequence[ReviewNote], current: Resource, versions: Sequence[Resource], now: datetime) -> None:
        """Show the notes of one order's versions of a kind."""
        names = {version.resource_id: f"v{version.version}" for version in versions}
        for row in self._rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        mine = [note for note in notes if note.resource_id == current.resource_id]
        older = [note for note in notes if note.resource_id != current.resource_id and note.resource_id in names]
        for number, note in enumerate(sorted(mine, key=_place), start=1):
            self._add(note, number, "", False, now)
        for number, note in enumerate(reversed(older), start=1):
            self._add(note, number, names[note.resource_id], True, now)
        note_words = tr("approvals", "{count} on this version", count=len(mine))
        if older:
            note_words += " · " + tr("approvals", "{count} earlier", count=len(older))
        self._header.set_words(tr("approvals", "Notes"), note_words if mine or older else "")
        self._none.setText(tr("approvals", "No notes yet. They are gathered into the reason when you send the version back."))
        self._none.setVisible(not self._rows)

    def _add(self, note: ReviewNote, number: int, version: str, old: bool, now: datetime) -> None:
        row = _NoteRow(note, number, version, old, now)
        row.pressed.connect(self.note_pressed)
        row.removed.connect(self.note_removed)
        self._list.insertWidget(len(self._rows), row)
        self._rows.append(row)

    def set_place(self, words: str) -> None:
        """Where a note would go: "at 0:23.12"."""
        self._ask.setText(words)
        self._ask.updateGeometry()

    def begin_writing(self, name: str) -> None:
        """Turn the button into a line to type in."""
        self.edit.setAccessibleName(name)
        self.edit.setPlaceholderText(name)
        self._ask.hide()
        self.edit.show()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def stop_writing(self) -> None:
        """Back to the button; what was typed stays for the next time."""
        if not self.edit.isHidden():
            self.edit.hide()
            self._ask.show()
            self.writing_left.emit()

    def writing(self) -> bool:
        """Whether a note is being typed."""
        return not self.edit.isHidden()

    def _on_return(self) -> None:
        text = self.edit.text().strip()
        if text and not self.edit.over_limit():
            self.edit.clear()
            self.stop_writing()
            self.note_written.emit(text)


def _place(note: ReviewNote) -> tuple[bool, float, datetime]:
    return (note.start is None, note.start or 0.0, note.created_at)
