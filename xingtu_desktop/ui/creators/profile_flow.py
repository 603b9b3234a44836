"""Which creator the profile shows: follows the current row, and fetches online what is not on this computer."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Protocol

from xingtu_desktop.core.errors import KnownError, NoSuchThing
from xingtu_desktop.core.tasks import TaskScope
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.services.creator_details import CreatorDetailService
from xingtu_desktop.services.creator_search import CreatorSearchService
from xingtu_desktop.services.sync.connectivity import Phase, SyncStatus
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.creators.creators_view import CreatorsView
from xingtu_desktop.ui.creators.list_flow import ListFlow
from xingtu_desktop.ui.creators.profile_panel import COMPARED_FIELDS


class StatusSource(Protocol):
    """Who knows the connection (`services.sync.connectivity.Connectivity`)."""

    @property
    def status(self) -> SyncStatus: ...


class ProfileFlow:
    """`wanted` says whether the operator keeps the profile open."""

    def __init__(
        self,
        *,
        view: CreatorsView,
        context: ViewContext,
        scope: TaskScope,
        search: CreatorSearchService,
        details: CreatorDetailService,
        connectivity: StatusSource,
        lists: ListFlow,
    ) -> None:
        self._view = view
        self._context = context
        self._scope = scope
        self._search = search
        self._details = details
        self._connectivity = connectivity
        self._lists = lists
        self.wanted = True

    def shown(self) -> tuple[AuthorId, ...]:
        """Who is shown, nobody before the first."""
        profile = self._view.profile.profile()
        return (profile.creator.author_id,) if profile is not None else ()

    def follow(self, key: object) -> None:
        """Another row is current: a profile that is open beside the table follows."""
        beside = self.wanted and not self._view.profile_overlays()
        if beside or self._view.profile.isVisible():
            self.show(key)

    def toggle(self, current: Sequence[AuthorId]) -> None:
        """Open for the current row, or close."""
        if self._view.profile.isVisible():
            self.close()
        else:
            self.open(current)

    def open(self, current: Sequence[AuthorId]) -> None:
        """Open for the current row."""
        for author in current:
            self.wanted = True
            self.show(author)

    def close(self) -> None:
        """Close and stay closed."""
        self.wanted = False
        self._scope.cancel("profile")
        self._view.show_profile(False)

    def reload(self) -> None:
        """Show the same creator again."""
        for author in self.shown():
            self.show(author)

    def show(self, author: object) -> None:
        """Show a creator."""
        if isinstance(author, int) and not self._scope.closed:
            self._scope.spawn(self._load(AuthorId(author)), name="profile", group="profile")

    async def _load(self, author: AuthorId) -> None:
        view, now = self._view, self._context.real_clock.now()
        try:
            profile = await self._search.profile(author, COMPARED_FIELDS)
        except NoSuchThing:
            return
        known = bool(profile.detail.videos or profile.detail.quotes)
        fetch = self._connectivity.status.phase is Phase.ONLINE and self._details.available and not known
        view.profile.set_profile(profile, now, loading=fetch, tier=self._lists.tier)
        self._lists.show_listed()
        view.show_profile(True)
        with contextlib.suppress(NoSuchThing):
            view.profile.set_similar(await self._search.similar(author))
        if fetch:
            # What only the network has stays unknown then; the profile says so instead of failing.
            with contextlib.suppress(KnownError):
                await self._details.refresh(author)
            profile = await self._search.profile(author, COMPARED_FIELDS)
            view.profile.set_profile(profile, now, loading=False, tier=self._lists.tier)
