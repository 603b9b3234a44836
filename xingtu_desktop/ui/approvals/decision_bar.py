"""The bar at the bottom: what each key does to the version on screen, and how far the day's queue is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from xingtu_desktop.services.approvals import OpenVersion
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.labels import line
from xingtu_desktop.ui.widgets.panels import ProgressStrip

_MARGIN = 14


@dataclass(frozen=True, slots=True)
class Key:
    """One button: its command, key, word, and whether it is the primary one or lit."""

    command: str
    key: str
    text: str
    look: str = "ghost"
    enabled: bool = True


class DecisionBar(QFrame):
    """Buttons that run the commands by mouse; their order is fixed, their words follow the version."""

    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "surface")
        self._buttons: list[Button] = []
        self._commands: list[str] = []
        self._row = QHBoxLayout()
        self._row.setContentsMargins(_MARGIN, 8, _MARGIN, 8)
        self._row.setSpacing(2)
        self._row.addStretch(1)
        self._progress = ProgressStrip()
        self._row.addWidget(self._progress)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(line())
        layout.addLayout(self._row)

    def set_keys(self, keys: Sequence[Key]) -> None:
        """Show these, reusing the buttons that there are."""
        while len(self._buttons) < len(keys):
            button = Button(small=True)
            place = len(self._buttons)
            button.clicked.connect(lambda _=False, place=place: self.pressed.emit(self._commands[place]))
            self._row.insertWidget(place, button)
            self._buttons.append(button)
        self._commands = [key.command for key in keys]
        for place, button in enumerate(self._buttons):
            if place < len(keys):
                key = keys[place]
                button.setText(key.text)
                button.set_key(key.key)
                button.set_kind("primary" if key.look == "primary" else "selected" if key.look == "selected" else "ghost")
                button.setEnabled(key.enabled)
                button.updateGeometry()
        self._fit()

    def _fit(self) -> None:
        """Show as many as there is room for; the keys work without their buttons."""
        room = self.width() - 2 * _MARGIN if self.width() else 1 << 20
        for place, button in enumerate(self._buttons):
            room -= button.sizeHint().width() + self._row.spacing()
            button.setVisible(place < len(self._commands) and room >= 0)

    def button(self, command: str) -> Button | None:
        """The button of a command, None when it is not shown."""
        return next((button for button, each in zip(self._buttons, self._commands, strict=False) if each == command), None)

    def set_progress(self, done: int, total: int) -> None:
        """Decided of all that there was today."""
        self._progress.set_progress(done, total)
        self._progress.setToolTip(tr("approvals", "{done} of {total} decided since the view was opened", done=done, total=total))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The progress gives way first."""
        self._progress.setVisible(self.width() >= current_theme().px(720))
        self._fit()


def batch_keys() -> tuple[Key, ...]:
    """The keys of the table."""
    return (
        Key("tick", "X", tr("approvals", "Choose")),
        Key("extend_down", "⇧ J", tr("approvals", "Extend")),
        Key("by_rule", "B", tr("approvals", "By rule")),
        Key("undo", "Z", tr("approvals", "Undo")),
    )


def version_keys(opened: OpenVersion | None, *, waits: bool, rejecting: bool, batch: bool) -> tuple[Key, ...]:
    """The keys of one version; while a rejection is being written, approving is not the primary one."""
    here = opened is not None and (opened.text is not None or opened.media is not None)
    approve = tr("approvals", "Approve")
    if opened is not None and opened.item.amount is not None:
        approve += f" {formats().money(opened.item.amount)}"
    return (
        Key("approve", "A", approve, "ghost" if rejecting else "primary", waits and here),
        Key("reject", "R", tr("approvals", "Reject"), "selected" if rejecting else "ghost", waits),
        Key("note", "M", tr("approvals", "Note"), enabled=here),
        Key("versions", "V", tr("approvals", "Versions"), enabled=opened is not None and bool(opened.diff)),
        Key("snooze", "H", tr("approvals", "Later"), enabled=waits),
        Key("flag", "F", tr("approvals", "To a person"), enabled=opened is not None),
        Key("undo", "Z", tr("approvals", "Undo")),
        Key("by_rule", "B", tr("approvals", "Batch"), enabled=batch),
    )
