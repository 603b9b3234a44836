"""The sign-in page: the app's id and secret, the browser that is awaited, the pasted address, and the accounts at the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from xingtu_desktop.services.session import SIGN_IN_TIMEOUT
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.signin.account_list import AccountLine, AccountList
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.glyph import Glyph
from xingtu_desktop.ui.widgets.labels import ElidedLabel, line, panel, text_label
from xingtu_desktop.ui.widgets.view import View

Stage = Literal["form", "waiting", "reading", "accounts"]
_ORDER: tuple[Stage, ...] = ("form", "waiting", "reading", "accounts")


class _Step(QWidget):
    """Icon, words, and what belongs to the step below them."""

    def __init__(self) -> None:
        super().__init__()
        self.icon = Glyph("minus", "text-3")
        self.title = text_label(strong=True)
        self.right = ElidedLabel(type="caption", tone="text-2", middle=True)
        self.right.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.icon)
        head.addWidget(self.title)
        head.addWidget(self.right, 1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)
        self.column.addLayout(head)

    def add(self, widget: QWidget) -> None:
        """Put `widget` below the words, in line with them."""
        row = QHBoxLayout()
        row.setContentsMargins(28, 0, 0, 0)
        row.addWidget(widget)
        self.column.addLayout(row)


class SignInPage(View):
    """Left the steps, right the accounts; Escape leaves."""

    cancelled = Signal()
    submitted = Signal(str, str)
    """App id and secret as typed; an empty secret means the kept one."""
    pasted = Signal(str)
    reopen_asked = Signal()
    copy_asked = Signal()
    entered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stage: Stage = "form"
        self._app_id: int | None = None
        self._other_app = False
        self._listening = True
        self._opened = True
        self._left = 0.0
        self._entering = ""
        self._title = text_label(type="title")
        self._note = text_label(tone="text-2")
        self.cancel = Button("", key="Esc")
        self._steps = [_Step() for _ in range(3)]
        self.app_id = QLineEdit()
        self.secret = QLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        # What is typed here is a secret: no word list and no learning of the input method may keep it.
        self.secret.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self.go = Button("", kind="primary")
        self.reopen = Button("", icon="refresh", small=True)
        self.copy = Button("", icon="copy", small=True)
        self.paste_field = QLineEdit()
        self.submit = Button("")
        self.accounts = AccountList()
        self.enter = Button("", kind="primary")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, int(SIGN_IN_TIMEOUT))
        self._remaining = text_label(type="caption", strong=True)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._tick)
        self._build()
        self.submit.setEnabled(False)
        self.cancel.clicked.connect(self.cancelled)
        self.go.clicked.connect(self._on_go)
        self.secret.returnPressed.connect(self._on_go)
        self.app_id.returnPressed.connect(self._on_go)
        self.app_id.textChanged.connect(self._check_form)
        self.secret.textChanged.connect(self._check_form)
        self.reopen.clicked.connect(self.reopen_asked)
        self.copy.clicked.connect(self.copy_asked)
        self.submit.clicked.connect(self._on_submit)
        self.paste_field.returnPressed.connect(self._on_submit)
        self.paste_field.textChanged.connect(lambda text: self.submit.setEnabled(bool(text.strip())))
        self.accounts.picked.connect(lambda _key: self._write_enter())
        self.accounts.entered.connect(self._on_enter)
        self.enter.clicked.connect(lambda: self._on_enter(""))
        self.set_accounts(())
        self.show_stage("form")

    # ------------------------------------------------------------------ what the presenter tells

    def set_app(self, app_id: int | None, *, other: bool = False) -> None:
        """The app whose secret is kept; `other` asks for another one all the same."""
        self._app_id, self._other_app = app_id, other
        if app_id is not None and not other and not self.app_id.text():
            self.app_id.setText(str(app_id))
        if other:
            self.app_id.clear()
        self.secret.clear()
        self.retranslate()

    def show_stage(self, stage: Stage, *, listening: bool = True, opened: bool = True) -> None:
        """How far the sign-in is. `listening` False: only pasting brings the answer; `opened` False: no browser came up."""
        self._stage, self._listening, self._opened = stage, listening, opened
        if stage == "waiting":
            self._left = SIGN_IN_TIMEOUT
            self._timer.start()
        else:
            self._timer.stop()
            self.paste_field.clear()
        if stage != "form":
            self.secret.clear()
        self.retranslate()
        if self.isVisible():
            self.first_field().setFocus(Qt.FocusReason.OtherFocusReason)

    def set_accounts(self, lines: Sequence[AccountLine], *, fresh: bool = False) -> None:
        """Accounts entered before, or with `fresh` those that the sign-in brought."""
        self._fresh = fresh
        self.accounts.set_accounts(lines)
        self._count.setText(formats().integer(len(lines)) if lines else "")
        self._nothing.setVisible(not lines)
        self.accounts.setVisible(bool(lines))
        self._write_enter()

    def set_entering(self, name: str) -> None:
        """An account is being opened; "" when it is not any more."""
        self._entering = name
        self.accounts.setEnabled(not name)
        self._write_enter()

    def stage(self) -> Stage:
        """How far it is."""
        return self._stage

    def first_field(self) -> QWidget:
        """Where the keyboard begins."""
        if self._stage == "waiting":
            return self.accounts.current_row() or self.paste_field
        return self.secret if self.app_id.text() else self.app_id

    # ------------------------------------------------------------------ inside

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(self._title)
        head.addWidget(self._note, 1)
        head.addWidget(self.cancel)
        card = panel("card")
        sides = QHBoxLayout(card)
        sides.setContentsMargins(1, 1, 1, 1)
        sides.setSpacing(0)
        left = QScrollArea()
        left.setFrameShape(QFrame.Shape.NoFrame)
        left.setWidgetResizable(True)
        left.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        left.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        left.setWidget(self._left_side())
        sides.addWidget(left, 47)
        sides.addWidget(line(horizontal=False))
        sides.addWidget(self._right_side(), 53)
        middle = QWidget()
        middle.setMaximumWidth(1200)
        column = QVBoxLayout(middle)
        column.setContentsMargins(40, 20, 40, 32)
        column.setSpacing(20)
        column.addLayout(head)
        column.addWidget(card, 1)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addStretch(1)
        outer.addWidget(middle, 1000)
        outer.addStretch(1)

    def _left_side(self) -> QWidget:
        host = QWidget()
        column = QVBoxLayout(host)
        column.setContentsMargins(28, 20, 28, 20)
        column.setSpacing(16)
        self._connect = text_label(type="heading")
        column.addWidget(self._connect)
        for step in self._steps:
            column.addWidget(step)
        self._steps[0].add(self._form_box())
        self._steps[1].add(self._waiting_box())
        column.addWidget(self._paste_box())
        column.addWidget(line())
        column.addWidget(self._rights_box())
        column.addStretch(1)
        return host

    def _form_box(self) -> QWidget:
        self._form = QWidget()
        grid = QGridLayout(self._form)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        self._app_label, self._secret_label = text_label(tone="text-2"), text_label(tone="text-2")
        self._form_note = text_label(type="caption", tone="text-2", wrap=True)
        grid.addWidget(self._app_label, 0, 0)
        grid.addWidget(self.app_id, 0, 1)
        grid.addWidget(self._secret_label, 1, 0)
        grid.addWidget(self.secret, 1, 1)
        grid.addWidget(self._form_note, 2, 1)
        row = QHBoxLayout()
        row.addWidget(self.go)
        row.addStretch(1)
        grid.addLayout(row, 3, 1)
        grid.setColumnStretch(1, 1)
        return self._form

    def _waiting_box(self) -> QWidget:
        self._wait = panel("window")
        column = QVBoxLayout(self._wait)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(10)
        self._wait_words = text_label(wrap=True)
        column.addWidget(self._wait_words)
        bar = QHBoxLayout()
        bar.setSpacing(8)
        bar.addWidget(self._bar, 1)
        bar.addWidget(self._remaining)
        column.addLayout(bar)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.reopen)
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        column.addLayout(buttons)
        return self._wait

    def _paste_box(self) -> QWidget:
        self._paste = QWidget()
        column = QVBoxLayout(self._paste)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(line())
        column.addSpacing(8)
        self._paste_title = text_label(strong=True)
        self._paste_note = text_label(type="caption", tone="text-2", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.paste_field, 1)
        row.addWidget(self.submit)
        column.addWidget(self._paste_title)
        column.addLayout(row)
        column.addWidget(self._paste_note)
        return self._paste

    def _rights_box(self) -> QWidget:
        host = QWidget()
        self._rights = QGridLayout(host)
        self._rights.setContentsMargins(0, 0, 0, 0)
        self._rights.setHorizontalSpacing(16)
        self._rights.setVerticalSpacing(6)
        self._rights.setColumnStretch(1, 1)
        self._rights_title = text_label(strong=True)
        self._rights.addWidget(self._rights_title, 0, 0, 1, 3)
        self._right_labels = []
        for row in range(5):
            name, what, how = text_label(type="caption"), text_label(type="caption", tone="text-2", wrap=True), text_label(type="caption")
            how.setProperty("tone", "text-2" if row < 3 else "warn")
            for place, label in enumerate((name, what, how)):
                self._rights.addWidget(label, row + 1, place)
            self._right_labels.append((name, what, how))
        return host

    def _right_side(self) -> QWidget:
        host = QWidget()
        column = QVBoxLayout(host)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(20, 20, 20, 12)
        head.setSpacing(8)
        self._accounts_title = text_label(type="heading")
        self._count = text_label(tone="text-2")
        head.addWidget(self._accounts_title)
        head.addWidget(self._count)
        head.addStretch(1)
        column.addLayout(head)
        self._accounts_note = text_label(type="caption", tone="text-2", wrap=True)
        strip = panel("window")
        inside = QHBoxLayout(strip)
        inside.setContentsMargins(20, 5, 20, 5)
        inside.addWidget(self._accounts_note)
        column.addWidget(strip)
        column.addWidget(self.accounts, 1)
        self._nothing = text_label(tone="text-2", wrap=True)
        self._nothing.setContentsMargins(20, 20, 20, 20)
        column.addWidget(self._nothing, 1, Qt.AlignmentFlag.AlignTop)
        column.addWidget(line())
        foot = QHBoxLayout()
        foot.setContentsMargins(20, 14, 20, 14)
        self._foot = text_label(type="caption", tone="text-2", wrap=True)
        foot.addWidget(self._foot, 1)
        foot.addWidget(self.enter)
        column.addLayout(foot)
        return host

    def retranslate(self) -> None:
        """Every word again."""
        self.setAccessibleName(tr("signin", "Sign in to a Star account"))
        self._title.setText(tr("signin", "Sign in to a Star account"))
        self._note.setText(tr("signin", "The password is typed in the browser only; this program never sees it."))
        self.cancel.setText(tr("signin", "Cancel sign-in") if self._stage in ("waiting", "reading") else tr("signin", "Back"))
        self._connect.setText(tr("signin", "Connect an account"))
        self._write_steps()
        self._app_label.setText("App ID")
        self._secret_label.setText("App Secret")
        self.app_id.setAccessibleName("App ID")
        self.secret.setAccessibleName("App Secret")
        kept = self._app_id is not None and not self._other_app
        self.secret.setPlaceholderText(tr("signin", "kept in the keyring") if kept else "")
        self._form_note.setText(
            tr("signin", "From your agency's app on the developer platform. Asked once; the secret is kept where your keys are.")
        )
        self.go.setText(tr("signin", "Sign in with the browser"))
        self.reopen.setText(tr("signin", "Open the browser again"))
        self.copy.setText(tr("signin", "Copy the address"))
        self._paste_title.setText(tr("signin", "The browser did not come back?"))
        self._paste_note.setText(
            tr("signin", "Paste the whole address of the page it ended on. An address of another sign-in is refused; a code counts once.")
        )
        self.paste_field.setAccessibleName(tr("signin", "Address from the browser"))
        self.paste_field.setPlaceholderText("http://127.0.0.1/callback?auth_code=…")
        self.submit.setText(tr("signin", "Use it"))
        self._write_rights()
        fresh = self._stage == "accounts"
        self._accounts_title.setText(tr("signin", "Accounts you authorised") if fresh else tr("signin", "Entered before"))
        self._accounts_note.setText(
            tr("signin", "Pick one to enter; the others can be entered later")
            if fresh
            else tr("signin", "These can be entered now, without waiting for the browser")
        )
        self._nothing.setText(
            tr("signin", "This authorisation reaches no account.")
            if fresh
            else tr("signin", "Accounts appear here once you agree in the browser.")
        )
        self._foot.setText(tr("signin", "Data, keys and outbox of each account are apart"))
        self._write_enter()
        self._check_form()
        for button in (self.cancel, self.go, self.reopen, self.copy, self.submit):
            button.updateGeometry()

    def _write_steps(self) -> None:
        at = _ORDER.index(self._stage)
        names = (
            tr("signin", "The app's id and secret"),
            tr("signin", "Your consent in the browser"),
            tr("signin", "Fetching the accounts"),
        )
        rights = ("", "", tr("signin", "by itself"))
        for index, step in enumerate(self._steps):
            done, now = index < at, index == at
            step.icon.set_glyph("check" if done else "clock" if now else "minus", "good" if done else "accent" if now else "text-3")
            step.title.setText(names[index])
            step.right.setText(rights[index])
        if at > 0:
            self._steps[0].right.setText(tr("signin", "App {id}", id=self.app_id.text()))
        self._form.setVisible(self._stage == "form")
        self._wait.setVisible(self._stage == "waiting")
        self._paste.setVisible(self._stage == "waiting")
        if not self._opened:
            words = tr("signin", "No browser came up. Copy the address, open it yourself, choose accounts and agree.")
        elif not self._listening:
            words = tr("signin", "The return port is taken. Agree in the browser, then paste the address of the page it ends on.")
        else:
            words = tr("signin", "Sign in there, choose the accounts, agree. This page goes on by itself.")
        self._wait_words.setText(words)
        self._show_left()

    def _write_rights(self) -> None:
        self._rights_title.setText(tr("signin", "What is asked for"))
        reads, writes = tr("signin", "reads"), tr("signin", "writes")
        rows = (
            (tr("signin", "Account"), tr("signin", "name, company, balance"), reads),
            (tr("signin", "Tasks and orders"), tr("signin", "orders, scripts, videos, bills, creators' names"), reads),
            (tr("signin", "Results"), tr("signin", "plays, engagement, components, audience; a day late"), reads),
            (tr("signin", "Ordering and review"), tr("signin", "place, approve, reject, publish, accept"), writes),
            (tr("signin", "Payment"), tr("signin", "by the bill, read just before"), writes),
        )
        for labels, texts in zip(self._right_labels, rows, strict=True):
            for label, text in zip(labels, texts, strict=True):
                label.setText(text)

    def _write_enter(self) -> None:
        chosen = self.accounts.current()
        name = chosen.name if chosen is not None else ""
        if self._entering:
            self.enter.setText(tr("signin", "Opening {name}…", name=self._entering))
        else:
            self.enter.setText(tr("signin", "Enter {name}", name=_short(name)) if name else tr("signin", "Enter"))
        self.enter.setEnabled(chosen is not None and not self._entering)
        self.enter.set_kind("secondary" if self._stage == "form" else "primary")
        self.enter.set_key("" if self._stage == "form" else "↵")
        self.enter.updateGeometry()

    def _check_form(self) -> None:
        typed = self.app_id.text().strip()
        kept = self._app_id is not None and typed == str(self._app_id)
        self.go.setEnabled(typed.isdecimal() and (kept or bool(self.secret.text().strip())))

    def _on_go(self) -> None:
        if self.go.isEnabled() and self._stage == "form":
            self.submitted.emit(self.app_id.text().strip(), self.secret.text().strip())

    def _on_submit(self) -> None:
        if self.paste_field.text().strip():
            self.pasted.emit(self.paste_field.text())

    def _on_enter(self, key: str) -> None:
        chosen = self.accounts.current()
        if not self._entering and (key or chosen is not None):
            self.entered.emit(key or (chosen.key if chosen is not None else ""))

    def _tick(self) -> None:
        self._left = max(0.0, self._left - 1)
        self._show_left()

    def _show_left(self) -> None:
        self._bar.setValue(int(self._left))
        self._remaining.setText(tr("signin", "{time} left", time=formats().duration(self._left)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)


def _short(name: str) -> str:
    return name if len(name) <= 16 else name[:15] + "…"
