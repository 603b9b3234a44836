"""The views that the rail knows: their order, names, icons and Go keys; a view appears when it is registered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtWidgets import QWidget

from xingtu_desktop.ui.i18n import Message


@dataclass(frozen=True, slots=True)
class ShellView:
    """A place on the rail; `factory` builds its widget the first time it is shown."""

    key: str
    title: Message
    icon: str
    go_key: str
    factory: Callable[[], QWidget]


_PLACES: Final = {
    "today": (Message("shell", "Today"), "today", "T"),
    "creators": (Message("shell", "Creators"), "creator", "C"),
    "briefs": (Message("shell", "Briefs"), "brief", "B"),
    "campaigns": (Message("shell", "Campaigns"), "campaign", "P"),
    "approvals": (Message("shell", "Approvals"), "approvals", "A"),
    "charts": (Message("shell", "Charts"), "charts", "D"),
    "settlement": (Message("shell", "Settlement"), "settlement", "S"),
    "settings": (Message("shell", "Settings"), "settings", ""),
}
ORDER: Final = tuple(_PLACES)


def shell_view(key: str, factory: Callable[[], QWidget]) -> ShellView:
    """The view of a known key: today, creators, briefs, campaigns, approvals, charts, settlement or settings."""
    title, icon, go_key = _PLACES[key]
    return ShellView(key, title, icon, go_key, factory)
