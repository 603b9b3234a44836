"""The strip of a view that is offline: what still works here, and how old the data on this computer is."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from xingtu_desktop.services.sync.connectivity import Phase, SyncStatus
from xingtu_desktop.ui.i18n import formats, tr


class Connection(Protocol):
    """What knows whether the platform is reached."""

    @property
    def status(self) -> SyncStatus: ...


def offline(connection: Connection | None) -> bool:
    """Whether the platform cannot be reached; one that answers badly is reached."""
    return connection is not None and connection.status.phase not in (Phase.ONLINE, Phase.DEGRADED)


def with_age(sentence: str, connection: Connection, now: datetime) -> str:
    """The view's own sentence with the age of its data; `now` is the computer's clock, as the last sync is."""
    age = formats().ago(connection.status.last_sync_at, now)
    return tr("sync", "{sentence} Data updated {age}.", sentence=sentence, age=age)
