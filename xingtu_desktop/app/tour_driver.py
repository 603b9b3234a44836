"""Drives the real windows as a person would: keys, clicks, typed text; knows the training server, the cable to it, and the clock."""

from __future__ import annotations

import asyncio
import html
import http.client
import inspect
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QImage, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from xingtu_desktop.app.cable import Cable
from xingtu_desktop.app.container import AccountRoom
from xingtu_desktop.app.keys import Keys
from xingtu_desktop.app.program import Program
from xingtu_desktop.app.tour_report import StepFailed, expect
from xingtu_desktop.app.training import Control, Invitation
from xingtu_desktop.app.window import AccountWindow
from xingtu_desktop.core.config import AppConfig, Timings
from xingtu_desktop.core.log import Redactor
from xingtu_desktop.domain.brief import Brief
from xingtu_desktop.domain.ids import AuthorId, CampaignId, OrderId
from xingtu_desktop.domain.intent import Intent
from xingtu_desktop.services.ports import Secrets
from xingtu_desktop.services.sync.connectivity import Phase
from xingtu_desktop.system.paths import DataFolders
from xingtu_desktop.ui.shell.window import MainWindow

QUICK = Timings(undo=3.0, backoff_base=0.2, backoff_cap=1.0)
"""The product's rules with three seconds to undo instead of ten, and a quick return after the stretch offline."""
CTRL, SHIFT, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
_PLAIN = Qt.KeyboardModifier.NoModifier
_HEARTBEAT = 0.05
_STILL = 0.08
_CALM = 1.2
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@dataclass(slots=True)
class Story:
    """What earlier steps found out and later ones build on."""

    offered: int = 0
    found: int = 0
    brief: Brief | None = None
    orders: int = 0
    campaign: CampaignId | None = None
    platform_campaigns: tuple[int, ...] = ()
    our_orders: tuple[OrderId, ...] = ()
    chosen: tuple[AuthorId, ...] = ()
    effects_before: int = 0
    payments_before: int = 0
    balance_before: int = 0
    reasons: list[str] = field(default_factory=list)


class Tour:
    """The person of the tour. Made on the loop; `begin` opens the program, `end` closes it."""

    def __init__(
        self, app: QApplication, *, invitation: Invitation, cable: Cable, root: Path, secrets: Secrets, size: tuple[int, int]
    ) -> None:
        self.app = app
        self.invitation = invitation
        self.cable = cable
        self.size = size
        self.story = Story()
        self.control = Control(f"{invitation.url}/sandbox/control")
        self.folders = DataFolders.at(root)
        self._secrets = secrets
        self._redactor = Redactor()
        self._program: Program | None = None
        self.gate_window: MainWindow | None = None

    # ------------------------------------------------------------------ the program

    @property
    def program(self) -> Program:
        if self._program is None:
            raise StepFailed("the program is not open")
        return self._program

    @property
    def room(self) -> AccountRoom:
        if self.program.room is None:
            raise StepFailed("no account is open")
        return self.program.room

    @property
    def account(self) -> AccountWindow:
        if self.program.account_window is None:
            raise StepFailed("no account window is open")
        return self.program.account_window

    @property
    def has_window(self) -> bool:
        return self.gate_window is not None or (self._program is not None and self._program.account_window is not None)

    @property
    def window(self) -> MainWindow:
        """The window that a person looks at now."""
        account = None if self._program is None else self._program.account_window
        if account is not None:
            return account.window
        if self.gate_window is None:
            raise StepFailed("no window is open")
        return self.gate_window

    async def begin(self, *, theme: str | None, language: str | None) -> Program:
        """Start the program on its data folder, as if it had been opened anew."""
        expect(self._program is None, "the program is open already")
        keys = Keys(self.folders.vault, chosen=self._secrets)
        through = Invitation(
            self.cable.url, self.invitation.app, self.invitation.star_id, self.invitation.access_token, self.invitation.refresh_token
        )
        program = Program(
            self.app,
            config=AppConfig(server=through.server(), timings=QUICK),
            folders=self.folders,
            keys=keys,
            redactor=self._redactor,
        )
        self._program = program
        program.keep(**{name: value for name, value in (("theme", theme), ("language", language)) if value is not None})
        program.dress()
        await keys.look()
        return program

    async def end(self) -> None:
        """Close the program as a person closes it; safe to call twice."""
        program, self._program = self._program, None
        if program is not None:
            await program.close()

    async def let_time_pass(self, days: float) -> None:
        """Let days go by on the training server, and have the program read what came of them."""
        await self.control.ask("clock", {"advance": round(days * 86_400)})
        await self.program.read_clock()
        await self.room.sync.engine.sync_now()

    async def ledger(self) -> dict[str, object]:
        """What the platform holds as true, once everything that was taken on has happened."""
        await self.control.ask("settle", {})
        return await self.control.ask("ledger")

    def phase(self) -> Phase:
        return self.room.sync.engine.status.phase

    async def intents(self) -> list[Intent]:
        outbox = self.room.files.outbox
        return [*await outbox.open_intents(), *await outbox.recent(2000)]

    # ------------------------------------------------------------------ hands

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = _PLAIN) -> None:
        """Press a key where the keyboard is."""
        QTest.keyClick(self.focus(), key, modifiers)

    def keys(self, text: str) -> None:
        """Press letter keys one after another."""
        for letter in text:
            QTest.keyClicks(self.focus(), letter)

    def focus(self) -> QWidget:
        """Where the keyboard is; the window itself when it is nowhere, as after a press on the desktop."""
        here = QApplication.focusWidget()
        if here is not None and here.window() is self.window:
            return here
        # Without the window system's activation a press still goes where it would: to the field chosen in the window.
        chosen = self.window.focusWidget()
        return chosen if chosen is not None and chosen.isVisible() else self.window

    async def settle_in(self) -> None:
        """Give a new window its size."""
        self.window.resize(*self.size)
        await self.take_keyboard()

    async def take_keyboard(self) -> None:
        """Bring the keyboard to the window, as a person does by looking at it: it may have gone with a window that was closed."""
        window = self.window
        if not window.isActiveWindow():
            window.activateWindow()
            await self.until(window.isActiveWindow, "the keyboard in the window", within=10)

    def go(self, letter: str) -> None:
        """G and the letter of a view, with the keyboard on the view and not in a text field."""
        widget = self.window.current_widget()
        if widget is not None:
            (widget.focusProxy() or widget).setFocus(Qt.FocusReason.OtherFocusReason)
        self.keys(f"g{letter}")

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Press and release the left button."""
        expect(widget.isVisible() and widget.isEnabled(), f"{type(widget).__name__} {widget.accessibleName()!r} cannot be pressed now")
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, _PLAIN, at or widget.rect().center())

    def write(self, widget: QWidget, text: str) -> None:
        """Type text into a field, all of it at once, as an input method does."""
        widget.setFocus(Qt.FocusReason.OtherFocusReason)
        self.key(Qt.Key.Key_A, CTRL)
        event = QInputMethodEvent()
        event.setCommitString(text)
        QApplication.sendEvent(widget, event)

    # ------------------------------------------------------------------ eyes

    async def until(self, condition: Callable[[], object], what: str, *, within: float = 15.0) -> None:
        """Wait until a condition (plain or a coroutine) is true; StepFailed with `what` was awaited when it does not come in time."""
        try:
            async with asyncio.timeout(within):
                while True:
                    answer = condition()
                    if inspect.isawaitable(answer):
                        answer = await answer
                    if answer:
                        return
                    await asyncio.sleep(_HEARTBEAT)
        except TimeoutError:
            raise StepFailed(f"{what} did not come within {within:g} s") from None

    async def picture(self) -> QImage:
        """The window as it stands once it stands still, or after a moment where something keeps counting down."""
        before = self._look()
        loop = asyncio.get_running_loop()
        end = loop.time() + _CALM
        while loop.time() < end:
            await asyncio.sleep(_STILL)
            now = self._look()
            if now == before:
                break
            before = now
        return before

    def _look(self) -> QImage:
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        return self.window.grab().toImage()


class ConsentVisitor:
    """Stands in for the system browser: a person opens the consent page, presses the button, and follows to the loopback address."""

    def __init__(self) -> None:
        self.pages: list[str] = []
        self.error = ""
        self._thread: threading.Thread | None = None

    def open(self, address: str) -> bool:
        self._thread = threading.Thread(target=self._visit, args=(address,), name="consent", daemon=True)
        self._thread.start()
        return True

    def _visit(self, address: str) -> None:
        try:
            page, _ = _fetch("GET", address)
            self.pages.append(page)
            form = {name: html.unescape(value) for name, value in _HIDDEN.findall(page)} | {"decision": "agree"}
            _, location = _fetch("POST", urljoin(address, "/openapi/audit/oauth.html"), urlencode(form))
            page, _ = _fetch("GET", location)
            self.pages.append(page)
        except (OSError, http.client.HTTPException) as error:
            self.error = f"{type(error).__name__}: {error}"


def _fetch(method: str, address: str, form: str = "") -> tuple[str, str]:
    """The body, and where the answer leads to."""
    where = urlsplit(address)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=10)
    try:
        target = where.path + (f"?{where.query}" if where.query else "")
        connection.request(method, target, form or None, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        return answer.read().decode(), answer.headers.get("Location", "")
    finally:
        connection.close()


def rows_of(ledger: dict[str, object], table: str) -> list[dict[str, object]]:
    """One table of the ledger."""
    rows = ledger.get(table)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def fen(value: object) -> int:
    """An amount of the ledger."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise StepFailed(f"the ledger says {value!r} where an amount stands")
    return value


def total_fen(rows: Iterable[dict[str, object]], name: str) -> int:
    return sum(fen(row[name]) for row in rows)
