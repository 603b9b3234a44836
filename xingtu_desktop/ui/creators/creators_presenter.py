"""The flow of the Creators view: every change of a control becomes a search that supersedes the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QTimer

from xingtu_desktop.core.errors import KnownError
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.creator import VideoTier
from xingtu_desktop.domain.creator_query import CreatorQuery, MembershipFilter
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.services.creator_details import CreatorDetailService
from xingtu_desktop.services.creator_export import MOST, CreatorExportService
from xingtu_desktop.services.creator_search import CreatorRows, CreatorSearchService, IndexPhase
from xingtu_desktop.services.ports import SettingsStore
from xingtu_desktop.services.shortlists import ShortlistService
from xingtu_desktop.services.sync.connectivity import Phase
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.creators.arrangement import Arrangement
from xingtu_desktop.ui.creators.columns import BY_KEY, COLUMNS, DEFAULT_KEYS, key_of_sort, standing
from xingtu_desktop.ui.creators.commands import creator_commands
from xingtu_desktop.ui.creators.compare_flow import CompareFlow
from xingtu_desktop.ui.creators.creators_model import PAGE, Window
from xingtu_desktop.ui.creators.creators_view import CreatorsView
from xingtu_desktop.ui.creators.export_flow import ExportFlow
from xingtu_desktop.ui.creators.list_flow import ListFlow
from xingtu_desktop.ui.creators.profile_flow import ProfileFlow, StatusSource
from xingtu_desktop.ui.errors import words as error_words
from xingtu_desktop.ui.i18n import formats, tr, translations
from xingtu_desktop.ui.offline import show_offline
from xingtu_desktop.ui.shell.commands import Command

COALESCE_MS: Final = 20
"""Typing and dragging within this time is one search."""
_REFRESH_MS: Final = 400
_TICK_MOST: Final = 10_000
"""The header's box ticks at most so many."""
_SETTING: Final = "creators.view"


class CreatorsPresenter:
    """One a window. `start` when first shown; `close` before the services close."""

    def __init__(
        self,
        context: ViewContext,
        *,
        search: CreatorSearchService,
        details: CreatorDetailService,
        shortlists: ShortlistService,
        exports: CreatorExportService,
        connectivity: StatusSource,
        settings: SettingsStore,
    ) -> None:
        self._context = context
        self._search = search
        self._connectivity = connectivity
        self._settings = settings
        self._scope = context.scope("creators")
        self.view = CreatorsView()
        self._lists = ListFlow(view=self.view, frame=context.frame, scope=self._scope, shortlists=shortlists, load_query=self.load_query)
        self._exports = ExportFlow(view=self.view, frame=context.frame, scope=self._scope, exports=exports)
        self._columns: tuple[str, ...] = DEFAULT_KEYS
        self._standing: tuple[str, ...] = ()
        self._widths: dict[str, int] = {}
        self._restored = False
        self._generation = 0
        self._answered: CreatorQuery | None = None
        self._coalesce = _single_shot(self.view, COALESCE_MS, self._run_search)
        self._refresh_timer = _single_shot(self.view, _REFRESH_MS, self._run_refresh)
        self._save_timer = _single_shot(self.view, 800, self._save)
        self._stop = context.changes.subscribe(self._on_change, Topic.CREATORS, Topic.SHORTLISTS, Topic.SAVED_SEARCHES, Topic.CONNECTION)
        self._profile = ProfileFlow(
            view=self.view, context=context, scope=self._scope, search=search, details=details, connectivity=connectivity, lists=self._lists
        )
        self._compare = CompareFlow(view=self.view, context=context, scope=self._scope, search=search, lists=self._lists)
        self._connect()
        self._show_columns()
        self.view.table.set_sort("followers", True)
        translations().changed.connect(self._on_language)

    def _connect(self) -> None:
        view = self.view
        view.filters.query_changed.connect(self._on_query)
        view.filters.counts_wanted.connect(lambda: self._spawn_facets(view.filters.query()))
        view.filters.folds_changed.connect(self._save_timer.start)
        view.filters.search_left.connect(view.table.setFocus)
        view.filters.search_submitted.connect(view.table.setFocus)
        view.model.pages_wanted.connect(self._on_pages_wanted)
        view.table.sort_requested.connect(self._on_sort)
        view.table.checked_changed.connect(lambda: view.head.set_ticked(len(view.table.checked_keys())))
        view.table.check_all_requested.connect(self._on_check_all)
        view.table.current_changed.connect(self._profile.follow)
        view.table.peek_requested.connect(lambda key: self.toggle_profile())
        view.table.opened.connect(lambda key: self._profile.open(self._current()))
        view.table.columns_changed.connect(self._on_widths)
        view.head.column_toggled.connect(self._on_column)
        view.head.columns_reset.connect(self._on_columns_reset)
        view.head.save_clicked.connect(self.save_search)
        view.head.export_clicked.connect(self.export)
        view.head.basket_clicked.connect(self.put_in_basket)
        view.head.shortlist_clicked.connect(self.put_on_shortlist)
        view.head.clear_ticks_clicked.connect(lambda: view.table.set_checked(()))
        view.loosen.chosen.connect(self.take_loosening)
        view.loosen.cleared.connect(view.filters.clear_all)
        view.profile.closed.connect(self._profile.close)
        view.profile.closed.connect(self._save_timer.start)
        view.profile.shortlist_clicked.connect(lambda: self._lists.shortlist(self._profile.shown()))
        view.profile.basket_clicked.connect(lambda: self._lists.basket(self._profile.shown()))
        view.profile.similar_clicked.connect(self.show_similar_ones)
        view.profile.opened.connect(self._profile.show)
        view.bar.ordered.connect(lambda: self._context.frame.go("briefs", order_basket=True))
        view.bar.compared.connect(self._compare.basket)
        view.bar.shown_all.connect(self._lists.show_basket)
        view.bar.emptied.connect(self._lists.empty_basket)
        view.bar.tier_chosen.connect(self._on_tier)
        view.states.error.retried.connect(self._run_search)
        view.states.empty.acted.connect(lambda: self._context.frame.go("settings"))

    # ------------------------------------------------------------------ life

    def start(self) -> None:
        """Bring back how the view was left, then search."""
        self.view.states.show_state("loading")
        self._show_connection()
        self._scope.spawn(self._begin(), name="begin")

    async def _begin(self) -> None:
        if not self._restored:
            self._restored = True
            self._restore(await self._settings.get(_SETTING))
        await self._lists.reload()
        self._run_search()

    def open_with(self, **parameters: object) -> None:
        """`query` (a CreatorQuery) to run, `author_id` to show, `text` to search for."""
        query, author, text = parameters.get("query"), parameters.get("author_id"), parameters.get("text")
        if isinstance(query, CreatorQuery):
            self.load_query(query, "")
        elif isinstance(text, str):
            self.load_query(CreatorQuery(text=text), "")
        if isinstance(author, int):
            self._profile.show(author)

    async def close(self) -> None:
        """Stop everything that runs for the view."""
        self._stop()
        translations().changed.disconnect(self._on_language)
        for timer in (self._coalesce, self._refresh_timer, self._save_timer):
            timer.stop()
        await self._scope.close()

    def load_query(self, query: CreatorQuery, name: str) -> None:
        """Run another query; `name` says whose list it is held to."""
        self.view.show_comparison(False)
        self.view.filters.set_query(query, membership_name=name)
        self._show_order()
        self._run_search()

    # ------------------------------------------------------------------ searching

    def _on_query(self, query: object) -> None:
        if not self._coalesce.isActive():
            self._coalesce.start()

    def _run_search(self) -> None:
        if self._scope.closed:
            return
        query = self.view.filters.query()
        self._show_order()
        self._scope.spawn(self._find(query, keep_place=query == self._answered), name="search", group="search")

    def _run_refresh(self) -> None:
        if not self._scope.closed and self._restored:
            self._scope.spawn(self._find(self.view.filters.query(), keep_place=True), name="refresh", group="search")

    async def _find(self, query: CreatorQuery, *, keep_place: bool) -> None:
        view = self.view
        first, last = view.visible_rows() if keep_place else (0, -1)
        numbers = sorted({0} if last < first else set(range(first // PAGE, last // PAGE + 1)))
        try:
            answers = {number: await self._search.search(query, number * PAGE, PAGE) for number in numbers}
        except KnownError as error:
            found = error_words(error)
            view.states.error.set_words(
                found.title, found.advice, tr("creators", "Try again"), details=found.detail, details_word=tr("creators", "Details")
            )
            view.states.show_state("error")
            return
        page = answers[numbers[0]].page
        self._answered, self._generation = query, page.generation
        place = view.table.verticalScrollBar().value()
        if self._standing != standing(self._columns, targets=bool(query.targets)):
            self._show_columns(query)
        windows = {number: _window(rows) for number, rows in answers.items()}
        view.model.set_result(page.total, windows, self._context.real_clock.now(), query.targets)
        if not keep_place:
            view.table.verticalScrollBar().setValue(0)
        elif view.table.current_key() is None:
            view.table.verticalScrollBar().setValue(place)
        view.head.set_figures(page.total, page.catalogue, page.elapsed_ms)
        view.table.set_checked(view.table.checked_keys(), total=page.total)
        self._show_state(page.total, page.catalogue)
        self._after_answer(query, page.total)

    def _after_answer(self, query: CreatorQuery, total: int) -> None:
        view = self.view
        view.show_place()
        self._spawn_facets(query)
        if total and view.table.current_key() is None:
            view.table.set_current_row(0)
        if not total and query.active_filters:
            self._scope.spawn(self._loosen(query), name="loosenings", group="loosen")

    def _spawn_facets(self, query: CreatorQuery) -> None:
        if not self._scope.closed:
            self._scope.spawn(self._count(query), name="facets", group="facets")

    async def _count(self, query: CreatorQuery) -> None:
        result = await self._search.facets(query, self.view.filters.wanted_counts())
        self.view.filters.set_counts(result)

    async def _loosen(self, query: CreatorQuery) -> None:
        loosenings = await self._search.loosenings(query)
        if query == self.view.filters.query():
            self.view.loosen.set_loosenings(query.active_filters, loosenings)

    def _on_pages_wanted(self, numbers: Sequence[int]) -> None:
        if self._answered is not None and not self._scope.closed:
            self._scope.spawn(self._fetch(self._answered, list(numbers)), name="window", group="window")

    async def _fetch(self, query: CreatorQuery, numbers: list[int]) -> None:
        for number in numbers:
            rows = await self._search.search(query, number * PAGE, PAGE)
            if query != self._answered:
                return
            if rows.page.generation != self._generation:
                # The catalogue changed between two windows: all windows are read again, so that no row shows twice.
                self._refresh_timer.start()
                return
            self.view.model.put_page(number, _window(rows))

    def _on_sort(self, key: str, descending: bool) -> None:
        column = BY_KEY.get(key)
        if column is not None:
            self.view.filters.set_query(replace(self.view.filters.query(), sort=column.sort, descending=descending))
            self._save_timer.start()
            self._run_search()

    def take_loosening(self, place: int) -> None:
        """The loosening of that place, if it is shown."""
        loosenings = self.view.loosen.loosenings()
        if self.view.loosen.isVisible() and place < len(loosenings):
            self.load_query(loosenings[place].query, self.view.filters.membership_name())

    # ------------------------------------------------------------------ states

    def _show_state(self, total: int, catalogue: int) -> None:
        view, status = self.view, self._search.status
        if total:
            view.show_table()
        elif catalogue and view.filters.query().active_filters:
            view.loosen.set_loosenings(view.filters.query().active_filters, ())
            view.show_loosenings()
        elif status.phase is IndexPhase.READY or status.total == 0:
            if self._context.server.feed_url:
                view.states.empty.set_words(
                    tr("creators", "No creators on this computer yet"),
                    tr("creators", "They are fetched from the catalogue while you are online, and stay searchable offline."),
                )
            else:
                view.states.empty.set_words(
                    tr("creators", "No creators on this computer yet"),
                    tr("creators", "No catalogue is set up for this account. Its address belongs in the settings."),
                    tr("creators", "Open settings"),
                )
            view.states.empty.set_icon("creators")
            view.states.show_state("empty")
        else:
            view.states.show_state("loading")

    def _show_connection(self) -> None:
        status = self._connectivity.status
        online = status.phase in (Phase.ONLINE, Phase.DEGRADED)
        view = self.view
        view.bar.set_online(online)
        index = self._search.status
        if index.phase is IndexPhase.READING:
            view.states.banner.set_words(
                tr(
                    "creators",
                    "Making creators searchable: {done} of {total}",
                    done=formats().integer(index.done),
                    total=formats().integer(index.total),
                ),
                tone="accent",
                icon="refresh",
            )
        elif not online:
            text = tr("creators", "Offline: search, filters, comparison and basket go on.")
            show_offline(view.states.banner, text, self._connectivity, self._context.real_clock.now())
        else:
            view.states.banner.set_words("")

    def _on_change(self, change: Change) -> None:
        if self._scope.closed:
            return
        if Topic.CREATORS in change.topics or Topic.CONNECTION in change.topics:
            self._show_connection()
        if Topic.CREATORS in change.topics:
            if not self.view.model.total() and self._search.status.phase is IndexPhase.READY:
                # Nobody reads an empty table: the first rows wait for nothing.
                self._run_refresh()
            elif not self._refresh_timer.isActive():
                self._refresh_timer.start()
        if {Topic.SHORTLISTS, Topic.SAVED_SEARCHES} & change.topics:
            self._scope.spawn(self._lists.reload(), name="reload lists", group="lists")

    def _on_language(self) -> None:
        self._show_columns()
        self._show_connection()
        self.view.model.refresh(self._context.real_clock.now())
        if not self._scope.closed:
            self._scope.spawn(self._lists.reload(), name="reload lists", group="lists")

    # ------------------------------------------------------------------ choosing

    def meant(self) -> tuple[AuthorId, ...]:
        """Who a command is about: the ticked ones, else the current row."""
        ticked = tuple(AuthorId(key) for key in self.view.table.checked_keys() if isinstance(key, int))
        return ticked or self._current()

    def _current(self) -> tuple[AuthorId, ...]:
        key = self.view.table.current_key()
        return (AuthorId(key),) if isinstance(key, int) else ()

    def _on_check_all(self, on: bool) -> None:
        if not on or self._answered is None:
            self.view.table.set_checked(())
        else:
            self._scope.spawn(self._check_all(self._answered), name="tick all", group="tick")

    async def _check_all(self, query: CreatorQuery) -> None:
        ids = await self._search.ids(query, _TICK_MOST)
        self.view.table.set_checked(ids, total=self.view.model.total())
        if self.view.model.total() > _TICK_MOST:
            self._context.frame.toast(tr("creators", "The first {number} are chosen", number=formats().integer(_TICK_MOST)), tone="text-2")

    def put_on_shortlist(self) -> None:
        """Those meant, onto the shortlist or off it."""
        self._lists.shortlist(self._compare.authors() if self.view.comparing() else self.meant())

    def put_in_basket(self) -> None:
        """Those meant, into the basket or out of it."""
        self._lists.basket(self._compare.authors() if self.view.comparing() else self.meant())

    def save_search(self) -> None:
        """Keep the query by a name."""
        self._lists.save_search(self.view.filters.query())

    def export(self) -> None:
        """The ticked ones, or else the whole answer, to a file."""
        ticked = tuple(AuthorId(key) for key in self.view.table.checked_keys() if isinstance(key, int))
        query = self.view.filters.query()

        async def ids() -> Sequence[AuthorId]:
            # One more than is written tells that there are more.
            return ticked or await self._search.ids(query, MOST + 1)

        self._exports.start(ids, self._context.real_clock.now())

    def _on_tier(self, tier: object) -> None:
        if isinstance(tier, VideoTier):
            self._lists.tier = tier
            self._scope.spawn(self._lists.reload(), name="reload lists", group="lists")
            self._profile.reload()

    def compare(self) -> None:
        """Those ticked, side by side."""
        self._compare.ticked(self.meant())

    # ------------------------------------------------------------------ profile

    def toggle_profile(self) -> None:
        """Open or close the profile."""
        self._profile.toggle(self._current())

    def show_similar_ones(self) -> None:
        """Only creators like the one in hand."""
        authors = self._profile.shown() if self.view.profile.isVisible() else self._current()
        for author in authors:
            self._scope.spawn(self._show_similar(author), name="similar", group="similar")

    async def _show_similar(self, author: AuthorId) -> None:
        names = await self._search.creators([author])
        ids = frozenset(one.creator.author_id for one in await self._search.similar(author, 50))
        name = tr("creators", "Like {name}", name=names[0].nickname if names else "")
        self.load_query(CreatorQuery(membership=MembershipFilter(ids)), name)

    # ------------------------------------------------------------------ columns and what is kept

    def _show_order(self) -> None:
        """The arrow in the header; the filters may have taken the audience away that the rows were ordered by."""
        query = self.view.filters.query()
        self.view.table.set_sort(key_of_sort(query.sort), query.descending)

    def _show_columns(self, query: CreatorQuery | None = None) -> None:
        targets = (query or self._answered or self.view.filters.query()).targets
        self._standing = standing(self._columns, targets=bool(targets))
        columns = [BY_KEY[key].column() for key in self._standing]
        self.view.table.set_columns(columns)
        self.view.model.set_columns(columns)
        # Qt gives new columns 100 px each: theirs are set anew, those changed by hand come back.
        self.view.table.restore_column_widths({column.key: column.width for column in columns} | self._widths)
        self.view.head.set_columns(self._columns)

    def _on_column(self, key: str, on: bool) -> None:
        shown = set(self._columns) | {key} if on else set(self._columns) - {key}
        self._columns = tuple(column.key for column in COLUMNS if column.key in shown)
        self._show_columns()
        self._save_timer.start()

    def _on_columns_reset(self) -> None:
        self._columns, self._widths = DEFAULT_KEYS, {}
        self._show_columns()
        self._save_timer.start()

    def _on_widths(self) -> None:
        self._widths = self.view.table.column_widths()
        self._save_timer.start()

    def _save(self) -> None:
        if self._scope.closed:
            return
        query = self.view.filters.query()
        kept = Arrangement(self._columns, self._widths, self.view.filters.folds(), query.sort, query.descending, self._profile.wanted)
        self._scope.spawn(self._put(kept.to_text()), name="save", group="save")

    async def _put(self, text: str) -> None:
        self._context.changes.publish(await self._settings.put(_SETTING, text))

    def _restore(self, text: str | None) -> None:
        kept = Arrangement.read(text)
        if kept is None:
            return
        self._columns, self._widths, self._profile.wanted = kept.columns, kept.widths, kept.profile
        self.view.filters.set_folds(kept.folds)
        self.view.filters.set_query(replace(self.view.filters.query(), sort=kept.sort, descending=kept.descending))
        self._show_order()
        self._show_columns()

    # ------------------------------------------------------------------ commands

    def commands(self) -> list[Command]:
        """Everything by key and by name."""
        return creator_commands(self)

    def why_no_rows(self) -> str | None:
        """Why commands about rows cannot run now."""
        return None if self.view.model.total() and not self.view.comparing() else tr("creators", "No creator is shown")

    def why_nobody(self) -> str | None:
        """Why commands about chosen creators cannot run now."""
        return None if self.meant() or self._compare.authors() else tr("creators", "No creator is chosen")

    def focus_search(self) -> None:
        """The keyboard to the search field."""
        self.view.show_comparison(False)
        self.view.filters.search.setFocus()
        self.view.filters.search.selectAll()

    def tick_current(self) -> None:
        """Tick or untick the current row; in the comparison, take the column in hand out."""
        if self.view.comparing():
            self.view.compare.remove_current()
            return
        for author in self._current():
            self.view.table.toggle_checked(author)


def _window(rows: CreatorRows) -> Window:
    return Window(rows.page.author_ids, rows.creators)


def _single_shot(parent: CreatorsView, milliseconds: int, run: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(run)
    return timer
