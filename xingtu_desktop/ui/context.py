"""What every view is given: how to hear of changes, start work, and reach the window around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.config import ServerConfig
from xingtu_desktop.core.events import Changes
from xingtu_desktop.core.tasks import TaskScope
from xingtu_desktop.ui.widgets.toasts import ToastAction


class Frame(Protocol):
    """The window around a view."""

    def toast(self, text: str, *, tone: str = "good", action: ToastAction | None = None, seconds: int = 6, counts: bool = False) -> None:
        """News at the bottom; with `action` and `counts` it is an undo with its countdown."""

    def go(self, view: str, **parameters: object) -> None:
        """Show another view ("creators", "briefs" …); `parameters` reach its `open_with`."""

    def set_badge(self, view: str, count: int) -> None:
        """The number beside a view's name in the rail; 0 takes it away."""

    def show_outbox(self) -> None:
        """Open the outbox below the sync pill."""

    def report(self, error: BaseException) -> None:
        """Show a known error in plain words, write an unknown one to the crash report; for errors no view shows in place."""


@dataclass(frozen=True, slots=True)
class ViewContext:
    """Given to every presenter. `clock` is the platform's (virtual in training), the second one the computer's."""

    frame: Frame
    changes: Changes
    clock: Clock
    real_clock: Clock
    server: ServerConfig

    def scope(self, name: str) -> TaskScope:
        """A task scope whose errors reach the frame; the presenter closes it with its view."""
        return TaskScope(name, lambda _name, error: self.frame.report(error))
