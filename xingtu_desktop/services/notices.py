"""Keeps what the platform announced in this run, for whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.events import Change, Changes, Topic
from xingtu_desktop.domain.notices import Notice


@dataclass(frozen=True, slots=True)
class Announcement:
    """A notice and the instant (UTC) at which it was first heard in this run."""

    notice: Notice
    heard_at: datetime


class NoticeBoard:
    """The announcements of one account's run, in the order of hearing; each change is told as `Topic.NOTICES` by "platform"."""

    def __init__(self, changes: Changes, clock: Clock) -> None:
        self._changes = changes
        self._clock = clock
        self._heard: list[Announcement] = []

    def add(self, notice: Notice) -> None:
        """Put up a notice; whoever brings it sees to it that each comes once."""
        self._heard.append(Announcement(notice, self._clock.now()))
        self._changes.publish(Change.of(Topic.NOTICES, by="platform"))

    def announcements(self) -> tuple[Announcement, ...]:
        """What was heard so far."""
        return tuple(self._heard)
