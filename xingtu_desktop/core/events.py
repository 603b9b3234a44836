"""Tells the views what a write changed and who asked, so that each decides whether to redraw."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

log = logging.getLogger(__name__)


class Topic(StrEnum):
    """What a change can touch."""

    CREATORS = "creators"
    SHORTLISTS = "shortlists"
    SAVED_SEARCHES = "saved_searches"
    BRIEFS = "briefs"
    CAMPAIGNS = "campaigns"
    ORDERS = "orders"
    RESOURCES = "resources"
    REVIEW = "review"
    OUTBOX = "outbox"
    BILLS = "bills"
    REPORTS = "reports"
    SETTINGS = "settings"
    ACCOUNT = "account"
    CONNECTION = "connection"
    NOTICES = "notices"


@dataclass(frozen=True, slots=True)
class Change:
    """What changed; `ids` are the touched objects where they are few and known; `by` names who asked."""

    topics: frozenset[Topic]
    ids: frozenset[int | str] = field(default_factory=frozenset)
    by: str = ""

    @classmethod
    def of(cls, *topics: Topic, ids: frozenset[int | str] = frozenset(), by: str = "") -> Change:
        return cls(frozenset(topics), ids, by)


class Changes:
    """Hands each change to those who asked to hear of its topics. One thread: the loop's."""

    def __init__(self) -> None:
        self._listeners: list[tuple[frozenset[Topic], Callable[[Change], None]]] = []

    def subscribe(self, listener: Callable[[Change], None], *topics: Topic) -> Callable[[], None]:
        """Call `listener` at each change of `topics` (all topics when none is named); returns how to stop."""
        entry = (frozenset(topics) or frozenset(Topic), listener)
        self._listeners.append(entry)

        def stop() -> None:
            if entry in self._listeners:
                self._listeners.remove(entry)

        return stop

    def publish(self, change: Change) -> None:
        """Tell everyone; one listener's failure is logged and keeps nobody else from hearing."""
        for topics, listener in list(self._listeners):
            if topics & change.topics:
                try:
                    listener(change)
                except Exception:
                    log.exception("a listener to %s failed", ", ".join(sorted(change.topics)))
