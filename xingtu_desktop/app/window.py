"""The window of one open account: its views, commands, outbox, pill and badge, wired to the account's services."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from PySide6.QtWidgets import QWidget

from xingtu_desktop.app.container import AccountRoom
from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.config import ServerConfig
from xingtu_desktop.core.errors import KnownError
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.core.tasks import Compute, TaskScope
from xingtu_desktop.domain.approval import due_today
from xingtu_desktop.services.sync.connectivity import Phase
from xingtu_desktop.services.sync.connectivity import SyncStatus as LoopStatus
from xingtu_desktop.ui import errors as error_words
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.shell.commands import Command
from xingtu_desktop.ui.shell.ports import AccountInfo, MenuEntry, ShellPorts, StateValue, SyncState, SyncStatus
from xingtu_desktop.ui.shell.views import ShellView, shell_view
from xingtu_desktop.ui.shell.window import MainWindow
from xingtu_desktop.ui.widgets.toasts import ToastAction

log = logging.getLogger(__name__)


class Presenter(Protocol):
    """What every view brings (ui/<area>/<area>_presenter.py)."""

    @property
    def view(self) -> QWidget: ...
    def start(self) -> None: ...
    def open_with(self, **parameters: object) -> None: ...
    def commands(self) -> Sequence[Command]: ...
    async def close(self) -> None: ...


PresenterFactory = Callable[[ViewContext], Presenter]


class AccountWindow:
    """Owns the main window while an account is open; it is the `Frame` that its views see."""

    def __init__(
        self,
        room: AccountRoom,
        *,
        account: AccountInfo,
        menu: Sequence[MenuEntry],
        server: ServerConfig,
        clock: Clock,
        platform_clock: Clock,
        state: Mapping[str, StateValue],
        save_state: Callable[[Mapping[str, StateValue]], None],
        presenters: Mapping[str, PresenterFactory],
        outbox: PresenterFactory,
        compute: Compute,
    ) -> None:
        self._room = room
        self._compute = compute
        self._factories = presenters
        self._presenters: dict[str, Presenter] = {}
        self._scope = TaskScope("window", lambda _name, error: self.report(error))
        self.context = ViewContext(frame=self, changes=room.changes, clock=platform_clock, real_clock=clock, server=server)
        ports = ShellPorts(
            now=clock.now,
            platform_now=platform_clock.now,
            save_state=save_state,
            stop_all=self._stop_all,
            background=self._in_background,
            state=state,
        )
        views: list[ShellView] = [shell_view(key, self._factory(key)) for key in presenters]
        self.window = MainWindow(views, ports)
        self.window.set_account(account, menu)
        self._make_outbox = outbox
        self._outbox: Presenter | None = None
        self.window.set_outbox(self._open_outbox)
        self._told_of_notices = False
        self._stops = [
            room.changes.subscribe(self._on_connection, Topic.CONNECTION),
            room.changes.subscribe(self._on_notice, Topic.NOTICES),
            room.changes.subscribe(self._on_waiting, Topic.ORDERS, Topic.RESOURCES, Topic.OUTBOX, Topic.REVIEW, Topic.CAMPAIGNS),
        ]
        self._show_status(room.sync.engine.status)

    def _factory(self, key: str) -> Callable[[], QWidget]:
        return lambda: self.presenter(key).view

    def _open_outbox(self) -> QWidget:
        self._outbox = self._make_outbox(self.context)
        self._outbox.start()
        return self._outbox.view

    def presenter(self, key: str) -> Presenter:
        """The presenter of a view, built and started at its first use."""
        made = self._presenters.get(key)
        if made is None:
            made = self._presenters[key] = self._factories[key](self.context)
            self.window.registry.register(*made.commands())
            made.start()
        return made

    def show(self) -> None:
        """Bring the window up where it was left."""
        self.window.show_shell()
        self.window.show()
        # Qt gives the first focus to the first widget of the bar; the keys belong to the view.
        self.window.focus_view()
        self._count_waiting()

    # ------------------------------------------------------------------ Frame

    def toast(self, text: str, *, tone: str = "good", action: ToastAction | None = None, seconds: int = 6, counts: bool = False) -> None:
        """News at the bottom of the window."""
        self.window.toasts.show_toast(text, tone=tone, action=action, seconds=seconds, counts=counts)

    def go(self, view: str, **parameters: object) -> None:
        """Show a view and tell it what to open."""
        if view not in self._factories:
            return
        presenter = self.presenter(view)
        self.window.show_view(view)
        if parameters:
            presenter.open_with(**parameters)

    def set_badge(self, view: str, count: int) -> None:
        self.window.set_badge(view, count)

    def show_outbox(self) -> None:
        self.window.toggle_outbox()

    def report(self, error: BaseException) -> None:
        """Words for a known error; the log gets the rest, since it is our mistake."""
        if isinstance(error, KnownError):
            log.warning("%s: %s", type(error).__name__, error.detail)
        else:
            log.error("a task failed", exc_info=error)
        words = error_words.words(error)
        self.toast(f"{words.title} · {words.advice}", tone="bad", seconds=10)

    # ------------------------------------------------------------------ what the bar shows

    def _on_connection(self, _change: Change) -> None:
        self._show_status(self._room.sync.engine.status)

    def _show_status(self, status: LoopStatus) -> None:
        self.window.set_sync(
            SyncStatus(
                state=_state(status),
                last_sync=status.last_sync_at,
                waiting=status.waiting + status.checking,
                needs_you=status.needs_you,
            )
        )

    def _on_notice(self, change: Change) -> None:
        """An interface that goes away is told once a run; the others are read in the settings."""
        if change.by != "platform" or self._told_of_notices:
            return
        if any(one.notice.urgent for one in self._room.services.notices.announcements()):
            self._told_of_notices = True
            self.toast(
                tr("app", "The platform will end an interface that this program uses: look for a newer version"),
                tone="warn",
                action=ToastAction(tr("app", "Details"), lambda: self.go("settings")),
                seconds=15,
            )

    def _on_waiting(self, _change: Change) -> None:
        self._count_waiting()

    def _count_waiting(self) -> None:
        if not self._scope.closed:
            self._scope.spawn(self._badge(), name="badge", group="badge")

    async def _badge(self) -> None:
        queue = await self._room.services.approvals.queue()
        self.window.set_badge("approvals", due_today(queue, self.context.clock.now()))

    def _in_background(self, work: Callable[[], None]) -> None:
        if not self._scope.closed:
            self._scope.spawn(self._compute.run(work), name="background")

    def _stop_all(self) -> None:
        self._scope.spawn(self._toggle_stop(), name="stop all")

    async def _toggle_stop(self) -> None:
        stopped = self._room.sync.engine.status.stopped
        await self._room.services.actions.stop_all(not stopped)
        self.toast(
            tr("app", "Sending goes on") if stopped else tr("app", "Everything is stopped: nothing leaves until you resume it"),
            tone="good" if stopped else "warn",
        )

    async def close(self) -> None:
        """Let every view save and end, then the window go; the account's room is closed by its owner."""
        for stop in self._stops:
            stop()
        for presenter in (*self._presenters.values(), *([] if self._outbox is None else [self._outbox])):
            await presenter.close()
        await self._scope.close()
        self.window.finish_close()
        self.window.deleteLater()


def _state(status: LoopStatus) -> SyncState:
    if status.phase is Phase.ONLINE:
        return "syncing" if status.syncing and status.last_sync_at is None else "online"
    states: dict[Phase, SyncState] = {Phase.OFFLINE: "offline", Phase.DEGRADED: "degraded", Phase.SIGNED_OUT: "signed_out"}
    return states[status.phase]
