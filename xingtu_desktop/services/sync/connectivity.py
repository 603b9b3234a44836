"""What the program says of its connection: online, offline, degraded or signed out, since when, and what still waits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.errors import (
    ConnectionLost,
    KnownError,
    NotThePlatform,
    Offline,
    RateLimited,
    ServerTrouble,
    SignedOut,
    Timeout,
)
from xingtu_desktop.core.events import Change, Changes, Topic


class Phase(StrEnum):
    ONLINE = "online"
    OFFLINE = "offline"
    """No route; reading and drafting go on, actions queue."""
    DEGRADED = "degraded"
    """Reached, but it fails or limits us; tried again by itself."""
    SIGNED_OUT = "signed_out"
    """The authorisation is gone; a person signs in."""


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """What the sync pill shows. Instants are UTC."""

    phase: Phase
    since: datetime
    """When this phase began."""
    syncing: bool = False
    last_sync_at: datetime | None = None
    """When everything was last read without a failure."""
    retry_at: datetime | None = None
    """The next try after a failure."""
    cause: str = ""
    """The class of the last failure, for the words; empty while online."""
    waiting: int = 0
    """Actions not sent yet."""
    checking: int = 0
    """Actions on their way or with an unknown outcome."""
    needs_you: int = 0
    """Actions that a person decides."""
    stopped: bool = False
    """Whether everything was told to stop."""


_DEGRADED = (RateLimited, ServerTrouble, NotThePlatform, Timeout, ConnectionLost)


class Connectivity:
    """Holds the one `SyncStatus`; tells `Topic.CONNECTION` when it changes and never otherwise."""

    def __init__(self, changes: Changes, clock: Clock) -> None:
        self._changes = changes
        self._clock = clock
        self._status = SyncStatus(Phase.ONLINE, clock.now())

    @property
    def status(self) -> SyncStatus:
        return self._status

    @property
    def signed_out(self) -> bool:
        return self._status.phase is Phase.SIGNED_OUT

    def heard(self) -> None:
        """The platform answered as it should."""
        if not self.signed_out:
            self._enter(Phase.ONLINE, "")

    def failed(self, error: KnownError, retry_at: datetime | None = None) -> None:
        """A call failed; only what says something about the connection changes the phase."""
        if isinstance(error, SignedOut):
            self._enter(Phase.SIGNED_OUT, type(error).__name__)
        elif self.signed_out:
            return
        elif isinstance(error, Offline):
            self._enter(Phase.OFFLINE, type(error).__name__, retry_at)
        elif isinstance(error, _DEGRADED):
            self._enter(Phase.DEGRADED, type(error).__name__, retry_at)

    def signed_in(self) -> None:
        """A person (or another process) signed in again."""
        if self.signed_out:
            self._enter(Phase.ONLINE, "")

    def working(self, syncing: bool) -> None:
        self._set(replace(self._status, syncing=syncing))

    def complete(self) -> None:
        """Everything was read."""
        self._set(replace(self._status, last_sync_at=self._clock.now(), retry_at=None))

    def restored(self, last_sync_at: datetime | None) -> None:
        """What an earlier run knew."""
        self._set(replace(self._status, last_sync_at=last_sync_at))

    def counts(self, *, waiting: int, checking: int, needs_you: int, stopped: bool) -> None:
        self._set(replace(self._status, waiting=waiting, checking=checking, needs_you=needs_you, stopped=stopped))

    def _enter(self, phase: Phase, cause: str, retry_at: datetime | None = None) -> None:
        since = self._status.since if phase is self._status.phase else self._clock.now()
        self._set(replace(self._status, phase=phase, since=since, cause=cause, retry_at=retry_at))

    def _set(self, status: SyncStatus) -> None:
        if status != self._status:
            self._status = status
            self._changes.publish(Change.of(Topic.CONNECTION, by="sync"))
