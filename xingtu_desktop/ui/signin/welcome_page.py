"""The first page: training as the large way in, sign-in beside it, accounts entered before, and where data and keys are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.signin.account_list import AccountLine, AccountList
from xingtu_desktop.ui.signin.ports import KeyringState, SecretsKind
from xingtu_desktop.ui.signin.words import keyring_words
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.glyph import Glyph
from xingtu_desktop.ui.widgets.labels import Badge, ElidedLabel, line, panel, text_label
from xingtu_desktop.ui.widgets.painting import fill_round, saved, stroke_round
from xingtu_desktop.ui.widgets.view import View, takes_text

WIDTH = 1120
_STEPS = 6


class _StepNumber(QWidget):
    """A number in a circle, the first one filled, joined to the next by a thin line."""

    def __init__(self, number: int, last: bool) -> None:
        super().__init__()
        self._number, self._last = number, last
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        return QSize(current_theme().px(20), current_theme().px(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        side = theme.px(20)
        top = (self.height() - side) / 2
        with saved(painter):
            if not self._last:
                painter.fillRect(QRectF(side / 2 - 0.5, top + side, 1, self.height() - top - side), theme.color("line-strong"))
            if self._number > 1:
                painter.fillRect(QRectF(side / 2 - 0.5, 0, 1, top), theme.color("line-strong"))
            circle = QRectF(0.5, top + 0.5, side - 1, side - 1)
            if self._number == 1:
                fill_round(painter, circle, side / 2, tokens.accent)
            else:
                stroke_round(painter, circle, side / 2 - 1, tokens.line_strong, tokens.surface)
            painter.setFont(theme.font(12))
            painter.setPen(theme.color("on-accent" if self._number == 1 else "text-2"))
            painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(self._number))


class _Fact(QWidget):
    """One cell of the strip at the bottom: icon, title, badge, lines, and what can be done."""

    def __init__(self, icon: str) -> None:
        super().__init__()
        self.title = text_label(strong=True)
        self.badge = Badge()
        self.first = ElidedLabel(type="caption", tone="text-2", middle=True)
        self.second = text_label(type="caption", tone="text-2", wrap=True)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Glyph(icon, "text-3"))
        head.addWidget(self.title)
        head.addWidget(self.badge)
        head.addStretch(1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(24, 14, 20, 14)
        self.column.setSpacing(4)
        self.column.addLayout(head)
        self.column.addWidget(self.first)
        self.column.addWidget(self.second)
        self.column.addStretch(1)
        self.badge.hide()


class WelcomePage(View):
    """Says what each way leads to; at most 1,200 px wide, scrolls where the window or the text is larger."""

    training_asked = Signal()
    sign_in_asked = Signal()
    other_app_asked = Signal()
    entered = Signal(str)
    passphrase_asked = Signal()
    session_asked = Signal()

    single_key_commands = True

    def __init__(self, *, training: bool, data_folder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._training = training
        self._data_folder = data_folder
        self._app_id: int | None = None
        self._keyring: KeyringState | None = None
        self._hello = text_label(type="display")
        self._promise = text_label(tone="text-2", wrap=True)
        self.training_button = Button("", kind="primary", key="↵", parent=self)
        self.sign_in_button = Button("", kind="secondary" if training else "primary", key="L")
        self.other_app = Button("", kind="link")
        self.passphrase = Button("", kind="link")
        self.session = Button("", kind="link")
        self.accounts = AccountList()
        self._build()
        self.training_button.setVisible(training)
        self.training_button.clicked.connect(self.training_asked)
        self.sign_in_button.clicked.connect(self.sign_in_asked)
        self.other_app.clicked.connect(self.other_app_asked)
        self.passphrase.clicked.connect(self.passphrase_asked)
        self.session.clicked.connect(self.session_asked)
        self.accounts.entered.connect(self.entered)
        self.set_accounts(())
        self.retranslate()

    # ------------------------------------------------------------------ what the presenter tells

    def set_accounts(self, lines: Sequence[AccountLine]) -> None:
        """Accounts that were entered before; none hides their card."""
        self.accounts.set_accounts(lines)
        self._known.setVisible(bool(lines))

    def set_app(self, app_id: int | None) -> None:
        """The app whose secret is kept."""
        self._app_id = app_id
        self.retranslate()

    def set_keyring(self, state: KeyringState) -> None:
        """Where keys are."""
        self._keyring = state
        self.retranslate()

    def set_busy(self, busy: bool) -> None:
        """An account is being opened: nothing else can be asked."""
        for button in (self.training_button, self.sign_in_button, self.other_app, self.passphrase, self.session):
            button.setEnabled(not busy)
        self.accounts.setEnabled(not busy)

    # ------------------------------------------------------------------ inside

    def _build(self) -> None:
        middle = QWidget()
        middle.setMaximumWidth(WIDTH + 80)
        page = QVBoxLayout(middle)
        page.setContentsMargins(40, 24, 40, 24)
        page.setSpacing(0)
        page.addStretch(1)
        page.addWidget(self._hello)
        page.addSpacing(4)
        page.addWidget(self._promise)
        page.addSpacing(24)
        cards = QHBoxLayout()
        cards.setSpacing(16)
        if self._training:
            cards.addWidget(self._training_card(), 58)
        right = QVBoxLayout()
        right.setSpacing(16)
        right.addWidget(self._sign_in_card(), 0 if self._training else 1)
        self._known = self._known_card()
        right.addWidget(self._known, 1)
        if self._training:
            right.addStretch(0)
        cards.addLayout(right, 42)
        page.addLayout(cards)
        page.addSpacing(16)
        page.addWidget(self._facts())
        page.addStretch(2)
        row = QWidget()
        sides = QHBoxLayout(row)
        sides.setContentsMargins(0, 0, 0, 0)
        sides.addStretch(1)
        sides.addWidget(middle, 1000)
        sides.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(row)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def _head(self, icon: str, ground: str, role: str) -> tuple[QHBoxLayout, Badge]:
        badge = Badge()
        title, note = text_label(type="heading"), text_label(type="caption", tone="text-2", wrap=True)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(title)
        first.addWidget(badge)
        first.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addLayout(first)
        words.addWidget(note)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(Glyph(icon, role, size=20, ground=ground), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self._heads = [*getattr(self, "_heads", []), (title, note)]
        return row, badge

    def _training_card(self) -> QWidget:
        card = panel("card")
        column = QVBoxLayout(card)
        column.setContentsMargins(24, 20, 24, 24)
        column.setSpacing(16)
        head, self._free = self._head("training", "selected", "accent")
        column.addLayout(head)
        steps = panel("window")
        grid = QGridLayout(steps)
        grid.setContentsMargins(16, 8, 16, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(2, 1)
        self._steps = []
        for number in range(_STEPS):
            name, what = text_label(strong=True), text_label(tone="text-2", wrap=True)
            grid.addWidget(_StepNumber(number + 1, number == _STEPS - 1), number, 0)
            grid.addWidget(name, number, 1)
            grid.addWidget(what, number, 2)
            self._steps.append((name, what))
        column.addWidget(steps)
        column.addStretch(1)
        self._training_facts = [text_label(type="caption", tone="text-2") for _ in range(3)]
        facts = QHBoxLayout()
        facts.setSpacing(6)
        for icon, label in zip(("chip", "creators", "history"), self._training_facts, strict=True):
            facts.addWidget(Glyph(icon, "text-3", size=14))
            facts.addWidget(label)
            facts.addSpacing(14)
        facts.addStretch(1)
        column.addLayout(facts)
        row = QHBoxLayout()
        row.addWidget(self.training_button)
        row.addStretch(1)
        column.addLayout(row)
        return card

    def _sign_in_card(self) -> QWidget:
        card = panel("card")
        column = QVBoxLayout(card)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        head, unused = self._head("external", "hover", "text-2")
        unused.hide()
        column.addLayout(head)
        self._does = [text_label(type="caption", tone="text-2", wrap=True) for _ in range(3)]
        for label in self._does:
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(Glyph("check", "good", size=14))
            row.addWidget(label, 1)
            column.addLayout(row)
        column.addSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.sign_in_button)
        row.addStretch(1)
        self._app_note = text_label(type="caption", tone="text-2")
        row.addWidget(self._app_note)
        row.addWidget(self.other_app)
        column.addLayout(row)
        if not self._training:
            column.addStretch(1)
        return card

    def _known_card(self) -> QWidget:
        card = panel("card")
        column = QVBoxLayout(card)
        column.setContentsMargins(1, 12, 1, 8)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setContentsMargins(20, 0, 20, 0)
        self._known_title = text_label(strong=True)
        self._known_note = text_label(type="caption", tone="text-2")
        head.addWidget(self._known_title)
        head.addStretch(1)
        head.addWidget(self._known_note)
        column.addLayout(head)
        column.addWidget(line())
        column.addWidget(self.accounts, 1)
        self.accounts.setMinimumHeight(current_theme().px(132))
        return card

    def _facts(self) -> QWidget:
        card = panel("card")
        row = QHBoxLayout(card)
        row.setContentsMargins(0, 1, 0, 1)
        row.setSpacing(0)
        self._place, self._cipher, self._key = _Fact("folder"), _Fact("lock"), _Fact("key")
        choices = QHBoxLayout()
        choices.setSpacing(16)
        choices.addWidget(self.passphrase)
        choices.addWidget(self.session)
        choices.addStretch(1)
        self._key.column.insertLayout(self._key.column.count() - 1, choices)
        for index, fact in enumerate((self._place, self._cipher, self._key)):
            if index:
                row.addWidget(line(horizontal=False))
            row.addWidget(fact, 1)
        return card

    def retranslate(self) -> None:
        """Every word again."""
        self.setAccessibleName(tr("signin", "Welcome to Xingtu Desktop"))
        self._hello.setText(tr("signin", "Welcome to Xingtu Desktop"))
        self._promise.setText(
            tr("signin", "Find creators, write briefs, review content, see results. Works offline, and never spends twice.")
        )
        heads = iter(self._heads)
        if self._training:
            title, note = next(heads)
            title.setText(tr("signin", "Training"))
            note.setText(tr("signin", "A Star platform of its own on this computer: one campaign from start to end."))
            self._free.set_badge(tr("signin", "Costs nothing"), "good")
            steps = (
                (tr("signin", "Find creators"), tr("signin", "audience, city tier, price, expected plays")),
                (tr("signin", "Shortlist and compare"), tr("signin", "side by side, with benchmarks")),
                (tr("signin", "Write the brief"), tr("signin", "works offline; checked against advertising law as you type")),
                (tr("signin", "Pre-flight and order"), tr("signin", "one confirmation with the highest sum, in virtual money")),
                (tr("signin", "Review scripts and videos"), tr("signin", "approve, reject, take back")),
                (tr("signin", "See results"), tr("signin", "plays, engagement, funnel")),
            )
            for (name, what), (name_text, what_text) in zip(self._steps, steps, strict=True):
                name.setText(name_text)
                what.setText(what_text)
            facts = (
                tr("signin", "A server on 127.0.0.1, not the platform"),
                tr("signin", "Invented creators"),
                tr("signin", "Begin again at any time"),
            )
            for label, text in zip(self._training_facts, facts, strict=True):
                label.setText(text)
            self.training_button.setText(tr("signin", "Start training"))
        title, note = next(heads)
        title.setText(tr("signin", "Sign in to a Star account"))
        note.setText(tr("signin", "In your system's browser; the password never passes through this program."))
        does = (
            tr("signin", "Reads tasks, orders, bills and results"),
            tr("signin", "Shows the sum before it approves, orders or pays"),
            tr("signin", "Keeps each account's data, keys and outbox apart"),
        )
        for label, text in zip(self._does, does, strict=True):
            label.setText(text)
        self.sign_in_button.setText(tr("signin", "Sign in with the browser"))
        self._app_note.setText(tr("signin", "App") if self._app_id is None else tr("signin", "App {id}", id=self._app_id))
        self.other_app.setText(tr("signin", "Enter…") if self._app_id is None else tr("signin", "Another…"))
        self._known_title.setText(tr("signin", "Entered before"))
        self._known_note.setText(tr("signin", "Double-click or Enter opens"))
        self._write_facts()
        for button in (self.training_button, self.sign_in_button, self.other_app, self.passphrase, self.session):
            button.updateGeometry()

    def _write_facts(self) -> None:
        self._place.title.setText(tr("signin", "Data stays on this computer"))
        self._place.first.setText(self._data_folder)
        self._place.second.setText(tr("signin", "Nothing is uploaded to us"))
        self._cipher.title.setText(tr("signin", "Everything is encrypted"))
        self._cipher.first.setText(tr("signin", "Databases and media with AES-256"))
        self._cipher.second.setText(tr("signin", "One key for each account"))
        self._key.title.setText(tr("signin", "Keys"))
        state = self._keyring
        self._key.badge.setVisible(state is not None)
        self.passphrase.setVisible(state is not None and state.in_force is not SecretsKind.PASSPHRASE)
        self.session.setVisible(state is not None and state.in_force is None)
        if state is None:
            self._key.first.setText(tr("signin", "Looking at the keyring…"))
            return
        badge, tone, sentence = keyring_words(state)
        self._key.badge.set_badge(badge, tone)
        self._key.first.setText(sentence)
        self._key.second.setText("")
        self._key.second.setVisible(False)
        self.passphrase.setText(tr("signin", "Open with the passphrase…") if state.vault else tr("signin", "Use a passphrase…"))
        self.session.setText(tr("signin", "Keep nothing"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter starts the large way in, L signs in; a focused button keeps its own Enter."""
        focus = QApplication.focusWidget()
        if takes_text(focus) or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            primary = self.training_button if self._training else self.sign_in_button
            (focus if isinstance(focus, QPushButton) and self.isAncestorOf(focus) else primary).click()
        elif event.key() == Qt.Key.Key_L:
            self.sign_in_button.click()
        else:
            super().keyPressEvent(event)
