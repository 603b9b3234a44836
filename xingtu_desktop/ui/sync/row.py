"""One line of the outbox on screen: icon, sentence, how it stands, its buttons, and the details below it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from xingtu_desktop.domain.ids import IntentId
from xingtu_desktop.domain.intent import PayCampaign, PayTail
from xingtu_desktop.services.outbox_view import WaitsFor
from xingtu_desktop.services.sync.connectivity import Phase
from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.sync.details import details
from xingtu_desktop.ui.sync.rows import Line
from xingtu_desktop.ui.sync.sentences import batch_sentence, sentence
from xingtu_desktop.ui.sync.states import money, standing
from xingtu_desktop.ui.widgets.buttons import Button, IconButton
from xingtu_desktop.ui.widgets.glyph import Glyph
from xingtu_desktop.ui.widgets.labels import ElidedLabel, line, panel, set_tone, text_label
from xingtu_desktop.ui.widgets.panels import MicroBar

Answer = Literal["done", "again", "drop"]
_MOST_UNDO_SECONDS = 10.0
_LONG_RUN = re.compile(r"\S{41,}")


class OutboxRow(QWidget):
    """Shows one `Line`; keeps its widgets while the line changes, so that focus and open details survive a refresh."""

    undo_asked = Signal(object)
    hold_asked = Signal(object)
    release_asked = Signal(object)
    retry_asked = Signal(object)
    dismiss_asked = Signal(object)
    answered = Signal(object, str)
    opened = Signal(str)
    """The chevron was pressed: details of an entry, members of a batch."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line: Line | None = None
        self._open = False
        self.setProperty("panel", "raised")
        self._icon = Glyph("clock")
        self._words = ElidedLabel()
        self._amount = text_label(strong=True)
        self._label = text_label(type="caption", strong=True)
        self._tail = ElidedLabel(type="caption", tone="text-2")
        self._bar = MicroBar(height=4)
        self._bar.setFixedWidth(64)
        self.hold = Button("", kind="ghost", small=True)
        self.undo = Button("", small=True)
        self.release = Button("", small=True)
        self.dismiss = Button("", kind="ghost", small=True)
        self.retry = Button("", small=True)
        self.look = Button("", small=True)
        self.chevron = IconButton("chevron-down", "", size=24)
        self._details = _Details()
        self._build()
        self.hold.clicked.connect(lambda: self.hold_asked.emit(self._ids()))
        self.undo.clicked.connect(lambda: self.undo_asked.emit(self._ids()))
        self.release.clicked.connect(lambda: self.release_asked.emit(self._ids()))
        self.dismiss.clicked.connect(lambda: self.dismiss_asked.emit(self._ids()[0]))
        self.retry.clicked.connect(lambda: self.retry_asked.emit(self._ids()[0]))
        self.look.clicked.connect(self._toggle)
        self.chevron.clicked.connect(self._toggle)
        self._details.answered.connect(lambda answer: self.answered.emit(self._ids()[0], answer))

    def _build(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self._words)
        first.addWidget(self._amount)
        first.addStretch(1)
        second = QHBoxLayout()
        second.setSpacing(8)
        second.addWidget(self._label)
        second.addWidget(self._bar)
        second.addWidget(self._tail, 1)
        middle = QVBoxLayout()
        middle.setSpacing(2)
        middle.addLayout(first)
        middle.addLayout(second)
        self._top = QHBoxLayout()
        self._top.setContentsMargins(16, 8, 12, 8)
        self._top.setSpacing(12)
        self._top.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        self._top.addLayout(middle, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.hold, self.dismiss, self.release, self.undo, self.retry, self.look, self.chevron):
            buttons.addWidget(button)
        self._top.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._top)
        column.addWidget(self._details)
        column.addWidget(line())
        self._details.hide()

    def show_line(self, shown: Line, now: datetime, phase: Phase | None, *, opened: bool) -> None:
        """Show `shown`; `opened` says whether its details are."""
        self._line = shown
        self._open = opened and not shown.folded
        entry = shown.entries[0]
        self._top.setContentsMargins(44 if shown.inside else 16, 8, 12, 8)
        said = batch_sentence([one.intent for one in shown.entries]) if shown.folded else sentence(entry.intent)
        self._words.setText(said.text)
        self._amount.setText(said.amount)
        self.hold.setVisible(entry.can_hold)
        self.undo.setVisible(entry.can_undo)
        self.release.setVisible(entry.can_release)
        self.retry.setVisible(entry.can_retry)
        self.dismiss.setVisible(entry.can_dismiss)
        self.look.setVisible(entry.can_answer and not self._open)
        self._name_buttons(said.whole)
        self._details.setVisible(self._open)
        if self._open:
            self._details.show_entry(shown, now)
        self.tick(now, phase)

    def tick(self, now: datetime, phase: Phase | None) -> bool:
        """Say again how it stands at `now`; False once its undo time is over."""
        if self._line is None:
            return True
        entry = self._line.entries[0]
        stands = standing(entry, now, phase)
        self._icon.set_glyph(stands.icon, stands.tone)
        self._label.setText(stands.label)
        set_tone(self._label, stands.tone)
        self._tail.setText(stands.tail)
        counting = entry.waits_for is WaitsFor.UNDO and entry.until is not None
        self._bar.setVisible(counting)
        left = (entry.until - now).total_seconds() if counting and entry.until is not None else 0.0
        if counting:
            self._bar.set_share(left / _MOST_UNDO_SECONDS)
        self.setAccessibleName(f"{self._words.full_text()} {self._amount.text()} {stands.label} {stands.tail}".strip())
        return not counting or left > 0

    def shown_line(self) -> Line | None:
        """What it shows."""
        return self._line

    def counting(self) -> bool:
        """Whether its undo runs out."""
        return self._line is not None and self._line.entries[0].waits_for is WaitsFor.UNDO

    def _name_buttons(self, about: str) -> None:
        names = (
            (self.hold, tr("sync", "Hold")),
            (self.undo, tr("sync", "Undo")),
            (self.release, tr("sync", "Release")),
            (self.dismiss, tr("sync", "Noted")),
            (self.retry, tr("sync", "Try again")),
            (self.look, tr("sync", "Decide…")),
        )
        for button, name in names:
            if button.text() != name:
                button.setText(name)
                button.updateGeometry()
            button.setAccessibleName(f"{name} · {about}")
        opened = self._open or (self._line is not None and self._line.unfolded)
        self.chevron.set_icon("chevron-up" if opened else "chevron-down")
        self.chevron.set_name(tr("sync", "Hide details") if opened else tr("sync", "Show details"))

    def _ids(self) -> tuple[IntentId, ...]:
        return self._line.ids if self._line is not None else ()

    def _toggle(self) -> None:
        if self._line is not None:
            self.opened.emit(self._line.key)


class _Details(QWidget):
    """Facts on a quiet ground, and the three answers where one is asked."""

    answered = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._box = panel("window")
        self._grid = QGridLayout(self._box)
        self._grid.setContentsMargins(12, 8, 12, 8)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(3, 1)
        self._labels: list[QLabel] = []
        self.done = Button("", small=True)
        self.again = Button("", small=True)
        self.drop = Button("", kind="danger", small=True)
        self._answers = QWidget()
        row = QHBoxLayout(self._answers)
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(8)
        for button, answer in ((self.done, "done"), (self.again, "again"), (self.drop, "drop")):
            row.addWidget(button)
            button.clicked.connect(lambda _checked=False, said=answer: self.answered.emit(said))
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(44, 0, 12, 10)
        column.setSpacing(0)
        column.addWidget(self._box)
        column.addWidget(self._answers)

    def show_entry(self, shown: Line, now: datetime) -> None:
        """Fill the grid: short facts two beside each other, long ones over the whole width."""
        for label in self._labels:
            self._grid.removeWidget(label)
            label.deleteLater()
        self._labels = []
        entry = shown.entries[0]
        short, long = details(entry, now)
        for index, (name, value) in enumerate(short):
            self._put(index // 2, index % 2 * 2, name, value, 1)
        start = (len(short) + 1) // 2
        for index, (name, value) in enumerate(long):
            self._put(start + index, 0, name, value, 3)
        self._answers.setVisible(entry.can_answer)
        self.again.setVisible(entry.can_send_again)
        again = tr("sync", "Send again")
        if isinstance(entry.intent.payload, PayCampaign | PayTail):
            again = tr("sync", "Pay at most {money}…", money=money(agreed_now(shown)))
        for button, text in ((self.done, tr("sync", "It is done")), (self.again, again), (self.drop, tr("sync", "Give it up"))):
            button.setText(text)
            button.updateGeometry()

    def _put(self, row: int, column: int, name: str, value: str, span: int) -> None:
        key = text_label(name, type="caption", tone="text-2")
        said = text_label(breakable(value), type="caption", wrap=span > 1)
        if span > 1:
            # What the platform wrote may be one long word; it must not widen the panel.
            said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._grid.addWidget(key, row, column, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(said, row, column + 1, 1, span)
        self._labels += [key, said]


def breakable(text: str) -> str:
    """`text` with places to break (zero-width spaces) in runs of over 40 characters without a space."""
    return _LONG_RUN.sub(lambda run: "\u200b".join(run.group()[at : at + 20] for at in range(0, len(run.group()), 20)), text)


def agreed_now(shown: Line) -> int | None:
    """The limit, in fen, that a payment gets when it is sent again: the bill as it was last read, else what was agreed before."""
    intent = shown.entries[0].intent
    for name in ("now_due", "bill", "at_most"):
        value = intent.detail.get(name)
        if isinstance(value, int):
            return value
    return intent.payload.at_most.value if isinstance(intent.payload, PayCampaign | PayTail) else None
