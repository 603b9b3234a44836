"""Small questions over a window: a veil, a card, buttons; the answer is awaited on a future."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QRadioButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.inputs import CounterLineEdit
from xingtu_desktop.ui.widgets.labels import text_label
from xingtu_desktop.ui.widgets.painting import saved, stroke_round

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers of `choose`; `note` says why it cannot be taken when `enabled` is False."""

    key: str
    text: str
    note: str = ""
    enabled: bool = True


class Veil(QWidget, Generic[Answer]):
    """Covers its window, holds a card in the middle, and resolves a future once. Escape answers `on_escape`.

    It is a child of the window and not a dialog of its own: no native window, no nested event loop, and
    the window behind stays visible, which is what the operator is asked about.
    """

    def __init__(self, parent: QWidget, on_escape: Answer, *, width: int = 440) -> None:
        window = parent.window()
        super().__init__(window)
        self.setObjectName("veil")
        self._on_escape = on_escape
        self._before = window.focusWidget()
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.card = QWidget(self)
        self.card.setFixedWidth(current_theme().px(width))
        self.body = QVBoxLayout(self.card)
        self.body.setContentsMargins(24, 20, 24, 20)
        self.body.setSpacing(12)
        window.installEventFilter(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def reveal(self, focus: QWidget) -> None:
        """Show, with the keyboard at `focus`."""
        self._place()
        self.show()
        self.raise_()
        focus.setFocus(Qt.FocusReason.TabFocusReason)

    def resolve(self, answer: Answer) -> None:
        """Answer and go; the keyboard returns to where it was."""
        if not self.answer.done():
            self.answer.set_result(answer)
        # Until Qt deletes it, it must neither be found as an open question nor follow the window.
        self.setObjectName("")
        self.window().removeEventFilter(self)
        self.hide()
        self.deleteLater()
        if self._before is not None and isValid(self._before):
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the window when it grows; a window that closes answers like Escape."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        elif event.type() == QEvent.Type.Close:
            self.resolve(self._on_escape)
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape answers; no key reaches the window behind."""
        if event.key() == Qt.Key.Key_Escape:
            self.resolve(self._on_escape)
        event.accept()

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab stays inside."""
        stops = [
            child
            for child in self.card.findChildren(QWidget)
            if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisible() and child.isEnabled()
        ]
        if not stops:
            return True
        current = self.window().focusWidget()
        place = stops.index(current) if current in stops else -1
        stops[(place + (1 if next else -1)) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Nothing behind the veil can be pressed."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw veil and card."""
        tokens = current_theme().tokens
        painter = QPainter(self)
        painter.fillRect(self.rect(), current_theme().color("scrim"))
        with saved(painter):
            stroke_round(painter, QRectF(self.card.geometry()), 10, tokens.line_strong, tokens.raised)

    def _place(self) -> None:
        window = self.window()
        self.setGeometry(window.rect())
        self.card.adjustSize()
        self.card.move((self.width() - self.card.width()) // 2, max(24, int((self.height() - self.card.height()) * 0.38)))


def _buttons(veil: Veil[Answer], cancel: Answer, text: str, *, danger: bool) -> Button:
    row = QHBoxLayout()
    row.setSpacing(8)
    no = Button(tr("dialogs", "Cancel"), key="Esc")
    no.clicked.connect(lambda: veil.resolve(cancel))
    yes = Button(text, kind="danger" if danger else "primary")
    row.addStretch(1)
    row.addWidget(no)
    row.addWidget(yes)
    veil.body.addSpacing(4)
    veil.body.addLayout(row)
    return yes


async def confirm(parent: QWidget, title: str, body: str, confirm_text: str, *, danger: bool = False) -> bool:
    """Ask before money moves or something is lost; the sum belongs in `confirm_text`. Escape and closing mean no."""
    veil: Veil[bool] = Veil(parent, False)
    veil.setAccessibleName(title)
    veil.body.addWidget(text_label(title, type="heading", wrap=True))
    if body:
        veil.body.addWidget(text_label(body, tone="text-2", wrap=True))
    yes = _buttons(veil, False, confirm_text, danger=danger)
    yes.clicked.connect(lambda: veil.resolve(True))
    veil.reveal(yes)
    return await veil.answer


async def ask_text(
    parent: QWidget, title: str, *, label: str = "", value: str = "", limit: int = 60, confirm_text: str = "", secret: bool = False
) -> str | None:
    """Ask for one line; None when it was put away. An empty or too long answer cannot be given."""
    veil: Veil[str | None] = Veil(parent, None)
    veil.setAccessibleName(title)
    veil.body.addWidget(text_label(title, type="heading", wrap=True))
    if label:
        veil.body.addWidget(text_label(label, tone="text-2", wrap=True))
    field = CounterLineEdit(limit, name=label or title)
    if secret:
        field.setEchoMode(field.EchoMode.Password)
    veil.body.addWidget(field)
    yes = _buttons(veil, None, confirm_text or tr("dialogs", "OK"), danger=False)

    def check() -> None:
        yes.setEnabled(bool(field.text().strip()) and not field.over_limit())

    def give() -> None:
        if yes.isEnabled():
            veil.resolve(field.text() if secret else field.text().strip())

    field.textChanged.connect(check)
    field.returnPressed.connect(give)
    yes.clicked.connect(give)
    field.setText(value)
    field.selectAll()
    check()
    veil.reveal(field)
    return await veil.answer


async def choose(
    parent: QWidget, title: str, choices: Sequence[Choice], *, body: str = "", confirm_text: str = "", danger: bool = False
) -> str | None:
    """Ask for one of several; None when it was put away. What cannot be chosen stays visible with its reason."""
    veil: Veil[str | None] = Veil(parent, None)
    veil.setAccessibleName(title)
    veil.body.addWidget(text_label(title, type="heading", wrap=True))
    if body:
        veil.body.addWidget(text_label(body, tone="text-2", wrap=True))
    options: list[tuple[str, QRadioButton]] = []
    for choice in choices:
        option = QRadioButton(choice.text)
        option.setEnabled(choice.enabled)
        veil.body.addWidget(option)
        if choice.note:
            note = text_label(choice.note, type="caption", tone="text-3", wrap=True)
            note.setContentsMargins(26, 0, 0, 0)
            veil.body.addWidget(note)
        options.append((choice.key, option))
    first = next((option for _, option in options if option.isEnabled()), None)
    if first is not None:
        first.setChecked(True)
    yes = _buttons(veil, None, confirm_text or tr("dialogs", "OK"), danger=danger)
    yes.setEnabled(first is not None)
    yes.clicked.connect(lambda: veil.resolve(next((key for key, option in options if option.isChecked()), None)))
    veil.reveal(first or yes)
    return await veil.answer
