"""Who stands side by side in the comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from xingtu_desktop.core.tasks import TaskScope
from xingtu_desktop.domain.creator import Creator
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.services.creator_search import CreatorSearchService
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.creators.creators_view import CreatorsView
from xingtu_desktop.ui.creators.list_flow import ListFlow
from xingtu_desktop.ui.i18n import tr

if TYPE_CHECKING:
    from xingtu_desktop.ui.creators.compare_page import ComparePage

MOST: Final = 6


class CompareFlow:
    """Fetches the creators to compare and shows the page."""

    def __init__(
        self, *, view: CreatorsView, context: ViewContext, scope: TaskScope, search: CreatorSearchService, lists: ListFlow
    ) -> None:
        self._view = view
        self._context = context
        self._scope = scope
        self._search = search
        self._lists = lists
        view.compare_made.connect(self._on_made)

    def _on_made(self, page: ComparePage) -> None:
        page.closed.connect(lambda: self._view.show_comparison(False))
        page.removed.connect(self.remove)
        page.basket_clicked.connect(lambda: self._lists.basket(self.authors()))
        page.shortlist_clicked.connect(lambda: self._lists.shortlist(self.authors()))

    def authors(self) -> tuple[AuthorId, ...]:
        """Who is compared."""
        return tuple(creator.author_id for creator in self._view.compared())

    def ticked(self, chosen: Sequence[AuthorId]) -> None:
        """Compare these, or say how to choose."""
        if len(chosen) < 2:
            text = tr("creators", "Choose two to {number} creators with X, then press C", number=MOST)
            self._context.frame.toast(text, tone="text-2")
        else:
            self._show(tuple(chosen))

    def basket(self) -> None:
        """Compare who is in the basket."""
        basket = self._view.bar.basket()
        if basket is not None and basket.creators:
            self._show(tuple(creator.author_id for creator in basket.creators))

    def remove(self, author: object) -> None:
        """Take one out; without anybody left the page closes."""
        self._set([creator for creator in self._view.compare.creators() if creator.author_id != author])
        if not self._view.compare.creators():
            self._view.show_comparison(False)

    def _show(self, authors: tuple[AuthorId, ...]) -> None:
        self._scope.spawn(self._load(authors), name="compare", group="compare")

    async def _load(self, authors: tuple[AuthorId, ...]) -> None:
        found = sorted(await self._search.creators(authors), key=lambda creator: -(creator.followers or 0))
        if len(found) > MOST:
            self._context.frame.toast(tr("creators", "The {number} with most followers are compared", number=MOST), tone="text-2")
        self._set(found[:MOST])
        self._view.show_comparison(True)

    def _set(self, creators: Sequence[Creator]) -> None:
        self._view.compare.set_creators(creators, self._lists.tier, self._context.real_clock.now())
