"""The strip of a view that is offline: what still works here, and how old the data on this computer is."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from xingtu_desktop.services.sync.connectivity import Phase, SyncStatus
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.widgets.states import Banner


class Connection(Protocol):
    """What knows whether the platform is reached."""

    @property
    def status(self) -> SyncStatus: ...


def offline(connection: Connection | None) -> bool:
    """Whether the platform cannot be reached; one that answers badly is reached."""
    return connection is not None and connection.status.phase not in (Phase.ONLINE, Phase.DEGRADED)


def show_offline(banner: Banner, sentence: str, connection: Connection, now: datetime) -> None:
    """Say what goes on here and how old the data is; `now` is the computer's clock, as the last sync is.

    Signed out is not offline: no network brings anything back, a person has to sign in.
    """
    icon = "wifi-off"
    if connection.status.phase is Phase.SIGNED_OUT:
        sentence, icon = tr("sync", "Signed out: what is here can be read; nothing is fetched or sent until you sign in again."), "key"
    age = formats().ago(connection.status.last_sync_at, now)
    banner.set_words(tr("sync", "{sentence} Data updated {age}.", sentence=sentence, age=age), tone="warn", icon=icon)
