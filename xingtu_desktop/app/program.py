"""The running program: one account open at a time, its window, and the order in which everything ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtWidgets import QApplication

from xingtu_desktop.api.exchange import Recorder
from xingtu_desktop.app import views
from xingtu_desktop.app.container import AccountRoom
from xingtu_desktop.app.fonts import can_draw_chinese, language_to_show
from xingtu_desktop.app.keys import Keys
from xingtu_desktop.app.person import operator
from xingtu_desktop.app.profile import KnownAccount, Profile, ProfileFile
from xingtu_desktop.app.training import Control, PlatformClock
from xingtu_desktop.app.window import AccountWindow
from xingtu_desktop.core.clock import Clock, SystemClock
from xingtu_desktop.core.config import AppConfig
from xingtu_desktop.core.errors import KnownError, NoKeyring
from xingtu_desktop.core.log import Redactor
from xingtu_desktop.core.tasks import ComputePool, TaskScope
from xingtu_desktop.domain.account import AppCredentials, Tokens
from xingtu_desktop.domain.ids import StarId
from xingtu_desktop.services.preferences import PreferenceValues
from xingtu_desktop.system.paths import DataFolders
from xingtu_desktop.ui.i18n import tr, translations
from xingtu_desktop.ui.settings.look import apply_look
from xingtu_desktop.ui.shell.ports import AccountInfo, MenuEntry, StateValue
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.theme.theme import MODES, Mode

log = logging.getLogger(__name__)

CLOCK_SECONDS = 30.0
LOAD_SECONDS = 1.0
"""After the window stands: the first second belongs to what is on screen."""
NO_FONT = "No Chinese font is installed, so names show as boxes. Install one, such as Noto Sans CJK, and start again."


@dataclass(frozen=True, slots=True)
class Entry:
    """What opens an account: who it is, the developer app it is reached with, and a fresh pair after a sign-in."""

    account: KnownAccount
    app: AppCredentials
    tokens: Tokens | None = None


class Program:
    """Owns the data folder, the profile, and the open account. Made before the loop's first task, ended by `close`."""

    def __init__(
        self,
        app: QApplication,
        *,
        config: AppConfig,
        folders: DataFolders,
        keys: Keys,
        redactor: Redactor,
        clock: Clock | None = None,
        recorder: Recorder | None = None,
        leave: Callable[[], None] = lambda: None,
    ) -> None:
        """`leave` is called when the person signs out or asks for another account."""
        self.app = app
        self.config = config
        self.folders = folders
        self.keys = keys
        self.clock = clock or SystemClock()
        self.platform_clock: Clock = self.clock
        self._training_clock: PlatformClock | None = None
        self._control: Control | None = None
        if config.server.control_url is not None:
            self._control = Control(config.server.control_url)
            self._training_clock = PlatformClock(self.clock)
            self.platform_clock = self._training_clock
        folders.make(folders.root)
        self._profile_file = ProfileFile(folders.root)
        self.profile: Profile = self._profile_file.load()
        self._redactor = redactor
        self._recorder = recorder
        self._leave = leave
        self.compute = ComputePool()
        self._scope = TaskScope("program")
        self.room: AccountRoom | None = None
        self.account_window: AccountWindow | None = None
        self._opening: list[asyncio.Task[None]] = []
        """What goes on behind the window of the open account since it stands."""
        self._app_secrets: dict[int, str] = {}
        self.chinese = True
        """Whether this computer has a font with Chinese characters; known once dressed."""

    def dress(self) -> None:
        """Put the profile's theme and language on the application."""
        theme = current_theme()
        modes: dict[str, Mode] = {mode: mode for mode in MODES}
        theme.set_mode(modes.get(self.profile.theme, "system"))
        theme.apply(self.app)
        self.chinese = can_draw_chinese()
        shown = language_to_show(self.profile.language, self.chinese)
        translations().set_language("en" if shown == "en" else "zh_CN")

    def keep(self, **changes: object) -> None:
        """Change the profile and write it; a full disk costs only the memory of how the window looked."""
        self.profile = replace(self.profile, **changes)  # type: ignore[arg-type]
        self._write_profile()

    @property
    def window_state(self) -> dict[str, StateValue]:
        """How the window was left."""
        return _state_of(self.profile.window)

    def show(self) -> None:
        """Bring the window to the front: a second start asked for it."""
        window = None if self.account_window is None else self.account_window.window
        if window is not None:
            window.showNormal() if window.isMinimized() else window.show()
            window.raise_()
            window.activateWindow()

    # ------------------------------------------------------------------ the developer app

    async def keep_app(self, app: AppCredentials) -> None:
        """Keep the developer app's secret with the other secrets; it never reaches a log."""
        self._redactor.keep_out(app.secret)
        self._app_secrets[app.app_id] = app.secret
        await self.keys.put(f"app:{app.app_id}", app.secret)
        self.keep(app_id=app.app_id)

    async def kept_app(self) -> AppCredentials | None:
        """The developer app used last, or None where its secret is not here."""
        app_id = self.profile.app_id
        if app_id is None:
            return None
        try:
            secret = await self.keys.get(f"app:{app_id}")
        except NoKeyring:
            return None
        if secret is None:
            return None
        self._redactor.keep_out(secret)
        self._app_secrets[app_id] = secret
        return AppCredentials(app_id, secret)

    def app_secret(self, app_id: int) -> str | None:
        """The secret of an app that was looked up in this run."""
        return self._app_secrets.get(app_id)

    def _write_profile(self) -> None:
        try:
            self._profile_file.save(self.profile)
        except OSError as error:
            log.warning("profile.json was not written: %s", error)

    # ------------------------------------------------------------------ the platform's clock in training

    async def follow_clock(self) -> None:
        """Read the training server's clock once, then keep reading it while the program runs."""
        await self.read_clock()
        if self._control is not None:
            self._scope.spawn(self._keep_reading_clock(), name="platform clock")

    async def read_clock(self) -> None:
        """The training server's clock as it is now; without one there is nothing to read."""
        if self._control is None or self._training_clock is None:
            return
        said = await self._control.ask("clock")
        now, speed = said.get("now"), said.get("speed")
        if isinstance(now, int | float) and isinstance(speed, int | float):
            self._training_clock.set(float(now), float(speed))

    async def _keep_reading_clock(self) -> None:
        while True:
            await asyncio.sleep(CLOCK_SECONDS)
            try:
                await self.read_clock()
            except KnownError as error:
                log.info("the training clock could not be read: %s", error.detail)

    # ------------------------------------------------------------------ one account

    async def enter(self, entry: Entry, *, on_close: Callable[[], None]) -> AccountWindow:
        """Open the account and show its window. Errors of opening are raised and leave nothing open."""
        room = await AccountRoom.open(
            config=self.config,
            folders=self.folders,
            secrets=self.keys,
            account=StarId(entry.account.star_id),
            app=entry.app,
            operator=operator(),
            clock=self.clock,
            platform_clock=self.platform_clock,
            redactor=self._redactor,
            compute=self.compute,
            recorder=self._recorder,
        )
        try:
            room.prepare()
            if entry.tokens is not None:
                await room.services.session.begin(entry.tokens)
            wiring = await views.wire(self, room, entry.account)
            window = AccountWindow(
                room,
                account=AccountInfo(entry.account.name, self._kind_of_account(), str(entry.account.star_id)),
                menu=self._menu(),
                server=self.config.server,
                clock=self.clock,
                platform_clock=self.platform_clock,
                state=self.window_state,
                save_state=self.save_window,
                presenters=wiring.presenters,
                outbox=wiring.outbox,
                compute=self.compute,
            )
        except BaseException:
            await room.close()
            raise
        self.room, self.account_window = room, window
        self.profile = self.profile.with_account(entry.account)
        self.keep(app_id=entry.app.app_id)
        window.window.close_requested.connect(on_close)
        window.show()
        self._warn_of_missing_font(window)
        self._opening = [
            self._scope.spawn(self._begin(room, window), name="begin"),
            self._scope.spawn(self._load_the_rest(), name="load views"),
        ]
        return window

    async def _begin(self, room: AccountRoom, window: AccountWindow) -> None:
        """Start the room behind its window; what keeps it from starting is said there, since nothing else would show it."""
        try:
            await room.start()
        except Exception as error:
            window.report(error)

    async def _load_the_rest(self) -> None:
        await asyncio.sleep(LOAD_SECONDS)
        await self.compute.run(views.load_the_rest)

    def _warn_of_missing_font(self, window: AccountWindow) -> None:
        if not self.chinese:
            window.toast(tr("app", NO_FONT), tone="warn", seconds=60)

    def _kind_of_account(self) -> str:
        return tr("app", "Training, no real money") if self.config.server.training else tr("app", "Star account")

    def _menu(self) -> Sequence[MenuEntry]:
        return (MenuEntry(tr("app", "Another account…"), self._leave),)

    def save_window(self, state: Mapping[str, StateValue]) -> None:
        self.keep(window=dict(state))

    def look(self) -> PreferenceValues:
        """Preferences as the first page left them: its language and colours."""
        return replace(PreferenceValues(), language=self.profile.language, theme=self.profile.theme)

    def apply_preferences(self, values: PreferenceValues) -> None:
        """Put them on the screen, and keep language and colours for the next first page."""
        apply_look(values if self.chinese else replace(values, language=language_to_show(values.language, self.chinese)))
        if (values.language, values.theme) != (self.profile.language, self.profile.theme):
            self.keep(language=values.language, theme=values.theme)

    async def sign_out(self, *, discard_unsent: bool = False) -> None:
        """Forget the authorisation of the open account and go to the first page; its files stay. Conflict while actions are unsent."""
        if self.room is not None:
            await self.room.services.session.sign_out(discard_unsent=discard_unsent)
        self.keep(last_star_id=None)
        self._leave()

    async def leave(self) -> None:
        """Close the account: views save, the loop stops at a clean edge, files close."""
        window, room = self.account_window, self.room
        self.account_window = self.room = None
        opening, self._opening = self._opening, []
        for task in opening:
            # An account that is still starting is not started any further.
            task.cancel()
        await asyncio.gather(*opening, return_exceptions=True)
        if window is not None:
            await window.close()
        if room is not None:
            await room.close()

    async def close(self) -> None:
        """End everything; safe to call twice."""
        await self.leave()
        await self._scope.close()
        await self.keys.close()
        self.compute.shutdown()


def _state_of(kept: Mapping[str, object]) -> dict[str, StateValue]:
    return {name: value for name, value in kept.items() if isinstance(value, str | int | float | bool | list | dict)}


def log_folder(folders: DataFolders) -> Path:
    """Where the log of this data folder is written."""
    return folders.make(folders.logs)
