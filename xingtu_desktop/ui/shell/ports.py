"""What the shell is told and what it asks for, as plain values and callbacks; it imports no service."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

SyncState = Literal["online", "syncing", "degraded", "offline", "signed_out"]
StateValue = str | int | float | bool | list[str] | dict[str, int]


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """The sync pill: state, when the last full sync ended (UTC), how many actions wait, how many need the operator."""

    state: SyncState
    last_sync: datetime | None = None
    waiting: int = 0
    needs_you: int = 0


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """The account in the top bar; `key` keeps its colour."""

    name: str
    kind: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of the account menu; `run` None draws a divider above the next."""

    text: str
    run: Callable[[], None] | None
    shortcut: str = ""
    checked: bool = False


@dataclass(frozen=True, slots=True)
class PaletteObject:
    """Something the palette can open: a creator, a campaign, a brief. `group` is the heading it stands under."""

    key: str
    group: str
    title: str
    note: str
    run: Callable[[], None]
    icon: str = "creator"
    avatar: bool = False
    right: str = ""


def _no_objects(query: str, deliver: Callable[[Sequence[PaletteObject]], None]) -> None:
    deliver(())


def _nothing() -> None:
    return None


def _forget(state: Mapping[str, StateValue]) -> None:
    return None


def _at_once(work: Callable[[], None]) -> None:
    work()


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ShellPorts:
    """Callbacks of the shell; every one has a harmless default, so that a test gives only what it is about."""

    now: Callable[[], datetime] = _utc_now
    """The computer's time, for ages."""
    platform_now: Callable[[], datetime] | None = None
    """The platform's time, for the clocks in the bar; None: the same. In training the two differ."""
    save_state: Callable[[Mapping[str, StateValue]], None] = _forget
    stop_all: Callable[[], None] = _nothing
    find_objects: Callable[[str, Callable[[Sequence[PaletteObject]], None]], None] = _no_objects
    """Called on every change of the palette's query; answers through `deliver`, now or later, newest query wins."""
    background: Callable[[Callable[[], None]], None] = _at_once
    """Runs slow work that touches no widget off the UI thread."""
    state: Mapping[str, StateValue] = field(default_factory=dict)
    """What `save_state` was given in the last run."""
