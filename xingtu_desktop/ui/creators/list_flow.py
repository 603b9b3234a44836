"""What the operator does with creators: shortlist, basket, saved searches; every removal with its undo."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import ParamSpec

from PySide6.QtGui import QAction

from xingtu_desktop.core.tasks import TaskScope
from xingtu_desktop.domain.creator import VideoTier
from xingtu_desktop.domain.creator_query import CreatorQuery, MembershipFilter
from xingtu_desktop.domain.ids import AuthorId, ShortlistId
from xingtu_desktop.domain.shortlist import BASKET, SavedSearch, Shortlist
from xingtu_desktop.services.shortlists import ShortlistService
from xingtu_desktop.ui import dialogs
from xingtu_desktop.ui.context import Frame
from xingtu_desktop.ui.creators.creators_view import CreatorsView
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.widgets.toasts import ToastAction

_UNDO_SECONDS = 8
P = ParamSpec("P")
LoadQuery = Callable[[CreatorQuery, str], None]


class ListFlow:
    """Owns no state but which lists hold whom; the presenter says which creators are meant."""

    def __init__(
        self,
        *,
        view: CreatorsView,
        frame: Frame,
        scope: TaskScope,
        shortlists: ShortlistService,
        load_query: LoadQuery,
    ) -> None:
        self._view = view
        self._frame = frame
        self._scope = scope
        self._service = shortlists
        self._load_query = load_query
        self._target: ShortlistId | None = None
        self._listed: frozenset[AuthorId] = frozenset()
        self._basket: frozenset[AuthorId] = frozenset()
        self._lists: tuple[Shortlist, ...] = ()
        self.tier = VideoTier.FROM_21_TO_60

    # Lists

    async def reload(self) -> None:
        """Read lists, basket and saved searches again."""
        self._lists = tuple(await self._service.all())
        if self._target not in {each.shortlist_id for each in self._lists}:
            self._target = self._lists[0].shortlist_id if self._lists else None
        self._listed = await self._service.ids(self._target) if self._target is not None else frozenset()
        basket = await self._service.basket(self.tier)
        self._basket = frozenset(creator.author_id for creator in basket.creators)
        self._view.bar.set_basket(basket, self.tier)
        searches = await self._service.searches()
        self._fill_saved(searches)
        self.show_listed()

    def show_listed(self) -> None:
        """Say on the profile where its creator is."""
        profile = self._view.profile.profile()
        if profile is not None:
            author = profile.creator.author_id
            self._view.profile.set_listed(shortlisted=author in self._listed, in_basket=author in self._basket)

    def basket_ids(self) -> frozenset[AuthorId]:
        """Who is in the basket."""
        return self._basket

    def shortlist(self, authors: Sequence[AuthorId]) -> None:
        """Put creators on the shortlist, or take them off when all of them are on it."""
        if authors:
            self._scope.spawn(self._toggle_shortlist(tuple(authors)), name="shortlist")

    def basket(self, authors: Sequence[AuthorId]) -> None:
        """Put creators into the order basket, or take them out when all of them are in it."""
        if authors:
            self._scope.spawn(self._toggle(BASKET, tuple(authors), tr("creators", "Order basket")), name="basket")

    def empty_basket(self) -> None:
        """Take everybody out; undo puts them back."""
        if self._basket:
            self._scope.spawn(self._toggle(BASKET, tuple(self._basket), tr("creators", "Order basket")), name="empty basket")

    def show_basket(self) -> None:
        """Show only who is in the basket."""
        if self._basket:
            self._load_query(CreatorQuery(membership=MembershipFilter(self._basket)), tr("creators", "In the basket"))

    async def _toggle_shortlist(self, authors: tuple[AuthorId, ...]) -> None:
        if self._target is None:
            self._target = await self._service.create(tr("creators", "Shortlist"))
        name = next((each.name for each in await self._service.all() if each.shortlist_id == self._target), "")
        await self._toggle(self._target, authors, name)

    async def _toggle(self, shortlist_id: ShortlistId, authors: tuple[AuthorId, ...], name: str) -> None:
        held = await self._service.ids(shortlist_id)
        if all(author in held for author in authors):
            removed = await self._service.remove(shortlist_id, authors)

            async def put_back() -> None:
                await self._service.put_back(shortlist_id, removed)

            self._undoable(
                tr("creators", "{count} creator taken off {list}|{count} creators taken off {list}", count=len(removed), list=name),
                put_back,
            )
            return
        new = await self._service.add(shortlist_id, authors)

        async def take_off() -> None:
            await self._service.remove(shortlist_id, new)

        self._undoable(
            tr("creators", "{count} creator added to {list}|{count} creators added to {list}", count=len(new), list=name), take_off
        )

    def _undoable(self, text: str, undo: Callable[[], Coroutine[object, object, None]]) -> None:
        def run() -> None:
            if not self._scope.closed:
                self._scope.spawn(undo(), name="undo")

        action = ToastAction(tr("creators", "Undo"), run, "Z")
        self._frame.toast(text, action=action, seconds=_UNDO_SECONDS, counts=True)

    # Saved searches

    def save_search(self, query: CreatorQuery) -> None:
        """Ask for a name and keep the query."""
        self._scope.spawn(self._save(query), name="save search", group="dialog")

    async def _save(self, query: CreatorQuery) -> None:
        name = await dialogs.ask_text(
            self._view, tr("creators", "Save this search"), label=tr("creators", "Name"), limit=40, confirm_text=tr("creators", "Save")
        )
        if name:
            await self._service.save_search(name, query)
            self._frame.toast(tr("creators", "Search “{name}” is saved", name=name))

    async def _remove_search(self, search: SavedSearch) -> None:
        await self._service.remove_search(search)

        async def restore() -> None:
            await self._service.restore_search(search)

        self._undoable(tr("creators", "Search “{name}” is deleted", name=search.name), restore)

    def _fill_saved(self, searches: Sequence[tuple[SavedSearch, CreatorQuery]]) -> None:
        menu = self._view.filters.saved_menu
        menu.clear()
        for search, query in searches:
            menu.addAction(search.name, partial(self._load_query, query, ""))
        if searches:
            delete = menu.addMenu(tr("creators", "Delete a search"))
            for search, _ in searches:
                delete.addAction(search.name, partial(self._start, self._remove_search, search))
        else:
            none = QAction(tr("creators", "No search is saved yet"), menu)
            none.setEnabled(False)
            menu.addAction(none)
        menu.addSeparator()
        if self._lists:
            lists = menu.addMenu(tr("creators", "Show a shortlist"))
            target = menu.addMenu(tr("creators", "S adds to"))
            for each in self._lists:
                lists.addAction(f"{each.name} · {formats().integer(each.count)}", partial(self._start, self._show_list, each))
                action = target.addAction(each.name)
                action.setCheckable(True)
                action.setChecked(each.shortlist_id == self._target)
                action.triggered.connect(partial(self._choose_target, each.shortlist_id))
        menu.addAction(tr("creators", "New shortlist …"), partial(self._start, self._new_list))

    def _start(self, work: Callable[P, Coroutine[object, object, None]], *args: P.args, **kwargs: P.kwargs) -> None:
        if not self._scope.closed:
            self._scope.spawn(work(*args, **kwargs), name=work.__name__)

    def _choose_target(self, shortlist_id: ShortlistId, _checked: bool = False) -> None:
        self._target = shortlist_id
        self._scope.spawn(self.reload(), name="reload lists", group="lists")

    async def _show_list(self, shortlist: Shortlist) -> None:
        ids = await self._service.ids(shortlist.shortlist_id)
        self._load_query(CreatorQuery(membership=MembershipFilter(ids)), shortlist.name)

    async def _new_list(self) -> None:
        name = await dialogs.ask_text(
            self._view, tr("creators", "New shortlist"), label=tr("creators", "Name"), limit=40, confirm_text=tr("creators", "Create")
        )
        if name:
            self._target = await self._service.create(name)
            await self.reload()
