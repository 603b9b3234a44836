"""Fetches what only a profile shows (videos, prices seen, daily plays) when one is opened online, and keeps it."""

from __future__ import annotations

from xingtu_desktop.core.events import Changes
from xingtu_desktop.domain.creator import CreatorDetail
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.services.ports import CreatorFeed, CreatorStore


class CreatorDetailService:
    """One a signed-in account; without a feed there is nothing to fetch."""

    def __init__(self, *, feed: CreatorFeed | None, store: CreatorStore, changes: Changes) -> None:
        self._feed = feed
        self._store = store
        self._changes = changes

    @property
    def available(self) -> bool:
        """Whether there is a source to ask."""
        return self._feed is not None

    async def refresh(self, author_id: AuthorId) -> CreatorDetail | None:
        """Ask the source and keep what it says; None without a source. Raises Offline and the like; what was kept stays."""
        if self._feed is None:
            return None
        detail = await self._feed.detail(author_id)
        self._changes.publish(await self._store.save_detail(detail))
        return detail
