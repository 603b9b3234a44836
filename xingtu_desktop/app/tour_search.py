"""The tour's morning: in through the browser, the first sync, the search, the order of its answer, a profile, shortlist and basket."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit

from xingtu_desktop.app import tour_feed
from xingtu_desktop.app.gate import Gate
from xingtu_desktop.app.tour_driver import ConsentVisitor, Tour, fen, rows_of
from xingtu_desktop.app.tour_report import Counts, StepFailed, expect
from xingtu_desktop.core.tasks import TaskScope
from xingtu_desktop.domain.creator_query import Facet, Field
from xingtu_desktop.domain.shortlist import BASKET
from xingtu_desktop.services.creator_search import IndexPhase
from xingtu_desktop.services.sync.connectivity import Phase
from xingtu_desktop.ui.creators.creators_presenter import CreatorsPresenter
from xingtu_desktop.ui.creators.creators_view import CreatorsView
from xingtu_desktop.ui.creators.filter_groups import FacetGroup, RangeGroup
from xingtu_desktop.ui.widgets.buttons import Button

WANTED = 8
"""So many creators are put on the shortlist and into the basket."""
_CPM_COLUMN = "cpm_21_60"


class Entrance:
    """Goes in through the gate, step by step, with the gate's own page on screen between."""

    def __init__(self, tour: Tour) -> None:
        self._tour = tour
        self._scope = TaskScope("entrance")
        self._gate: Gate | None = None
        self._visitor = ConsentVisitor()
        self._passing: asyncio.Task[bool] | None = None

    def _open_gate(self) -> Gate:
        if self._gate is None:
            raise StepFailed("the gate is not open")
        return self._gate

    async def welcome(self) -> Counts:
        """The first page, as a fresh computer shows it."""
        tour = self._tour
        program = tour.program
        await program.follow_clock()
        gate = Gate(program, on_close=lambda: None, training=tour.invitation, browser=self._visitor)
        self._gate, tour.gate_window = gate, gate.window
        self._passing = self._scope.spawn(gate.pass_through(), name="gate")
        await tour.until(lambda: gate.presenter.view.welcome.sign_in_button.isEnabled() and gate.window.isVisible(), "the first page")
        await tour.settle_in()
        app = tour.invitation.app.app_id
        await tour.until(lambda: program.profile.app_id == app, "the developer app")
        return {"accounts_known": len(program.profile.accounts)}

    async def consent(self) -> Counts:
        """The browser way: consent page, loopback, the accounts that came with it."""
        tour, view = self._tour, self._open_gate().presenter.view
        tour.click(view.welcome.sign_in_button)
        page = view.sign_in
        await tour.until(lambda: page.stage() == "accounts" or self._visitor.error, "the accounts after the consent")
        expect(not self._visitor.error, f"the consent page: {self._visitor.error}")
        rows = page.accounts.rows()
        expect(rows, "no account came with the sign-in")
        return {"pages_visited": len(self._visitor.pages), "accounts": len(rows)}

    async def enter(self) -> Counts:
        """Choose the first star account by the keyboard; the account's window comes."""
        tour, page = self._tour, self._open_gate().presenter.view.sign_in
        page.accounts.focus_current()
        for _ in page.accounts.rows():
            line = page.accounts.current()
            if line is not None and line.star_id == tour.invitation.star_id:
                break
            tour.key(Qt.Key.Key_Down)
        else:
            raise StepFailed("the account with the history is not offered")
        tour.key(Qt.Key.Key_Return)
        passing = self._passing
        if passing is None:
            raise StepFailed("the gate is not open")
        expect(await asyncio.wait_for(asyncio.shield(passing), 20), "the gate was closed without an account")
        tour.gate_window = None
        await tour.settle_in()
        signed_in = await tour.room.services.session.signed_in()
        expect(signed_in, "the account is open without a sign-in")
        return {"star_id": str(int(tour.room.account))}

    async def close(self) -> None:
        """Put the gate away, if it still stands."""
        if self._passing is not None and not self._passing.done():
            self._passing.cancel()
        await self._scope.close()


def creators_view(tour: Tour) -> CreatorsView:
    """The Creators view, built if it was not yet."""
    presenter = tour.account.presenter("creators")
    if not isinstance(presenter, CreatorsPresenter):
        raise StepFailed("the Creators view is not there")
    return presenter.view


async def first_sync(tour: Tour) -> Counts:
    """Everything of the account and the whole catalog come in; the count is the feed's own."""
    loop = asyncio.get_running_loop()
    feed = f"{tour.invitation.url}/sandbox/feed"
    wanted = await loop.run_in_executor(None, tour_feed.expected, feed, tour.invitation.access_token)
    search = tour.room.services.search
    tour.go("c")
    await tour.until(
        lambda: search.status.phase is IndexPhase.READY and search.status.done >= wanted.creators,
        "the whole catalog, searchable",
        within=60,
    )
    await tour.until(lambda: tour.room.sync.engine.status.last_sync_at is not None, "the end of the first sync", within=60)
    await tour.room.sync.engine.sync_now()
    expect(tour.phase() is Phase.ONLINE, f"the program says {tour.phase().value}")
    ledger = await tour.ledger()
    ours = [row for row in rows_of(ledger, "orders") if row["star_id"] == int(tour.room.account)]
    orders = await tour.room.services.campaigns.orders()
    expect(len(orders) == len(ours), f"{len(orders)} orders are here, {len(ours)} on the platform")
    tour.story.offered = wanted.creators
    tour.story.effects_before = max((fen(row["effect_id"]) for row in rows_of(ledger, "effects")), default=0)
    view = creators_view(tour)
    await tour.until(lambda: view.model.total() == wanted.creators, "all creators in the table")
    return {"creators": search.status.done, "creators_in_the_feed": wanted.creators, "orders": len(orders)}


async def search(tour: Tour) -> Counts:
    """The seed query, set at the filters' own controls; its count is held against a plain reading of the feed."""
    view = creators_view(tour)
    for field, low, number in (
        (Field.FEMALE_15_24_SHARE, True, tour_feed.FEMALE_15_24),
        (Field.CITY_SECOND_SHARE, True, tour_feed.SECOND_TIER),
        (Field.CPM_FROM_21_TO_60, False, tour_feed.CPM_YUAN),
    ):
        group = view.filters.groups[field]
        if not isinstance(group, RangeGroup):
            raise StepFailed(f"{field.value} is no range")
        edit: QLineEdit | None = group.low_edit if low else group.high_edit
        if edit is None:
            raise StepFailed(f"{field.value} is folded")
        view.filters.area.ensureWidgetVisible(group)
        edit.setFocus()
        tour.keys(str(number))
        tour.key(Qt.Key.Key_Return)
    await _tick_themes(tour, view)
    loop = asyncio.get_running_loop()
    feed = f"{tour.invitation.url}/sandbox/feed"
    wanted = await loop.run_in_executor(None, tour_feed.expected, feed, tour.invitation.access_token)
    query = view.filters.query()
    expect(query.active_filters == 4, f"{query.active_filters} filters are on instead of 4")
    await tour.until(lambda: view.model.total() == len(wanted.author_ids), f"{len(wanted.author_ids)} creators in the table")
    found = await tour.room.services.search.ids(query)
    missing = set(wanted.author_ids) ^ {int(author) for author in found}
    expect(not missing, f"{len(missing)} creators are found by one side only")
    answer = await tour.room.services.search.search(query)
    expect(found, "the query finds nobody in this catalog")
    tour.story.found = len(found)
    return {"hits": len(found), "hits_in_the_feed": len(wanted.author_ids), "mismatches": 0, "search_ms": round(answer.page.elapsed_ms, 3)}


async def _tick_themes(tour: Tour, view: CreatorsView) -> None:
    """Tick the themes in their list, unfolded to all values first."""
    group = view.filters.groups[Facet.THEME]
    if not isinstance(group, FacetGroup) or group.values is None:
        raise StepFailed("the themes are folded")
    values = group.values
    view.filters.area.ensureWidgetVisible(group)
    for theme in tour_feed.THEMES:

        def spot(theme: str = theme) -> bool:
            if values.spot(theme) is not None:
                return True
            for button in group.findChildren(Button):
                if button.isVisible() and len(values.keys()) <= 8:
                    tour.click(button)
            return False

        await tour.until(spot, f"the theme {theme} in the list")
        view.filters.area.ensureWidgetVisible(group, 0, 0)
        tour.click(values, values.spot(theme))
        expect(theme in values.checked(), f"{theme} is not ticked")
    view.filters.area.verticalScrollBar().setValue(0)


async def sort(tour: Tour) -> Counts:
    """Sort by CPM with the header, cheapest first."""
    view = creators_view(tour)
    header = view.table.horizontalHeader()
    expected = await asyncio.get_running_loop().run_in_executor(
        None, tour_feed.expected, f"{tour.invitation.url}/sandbox/feed", tour.invitation.access_token
    )
    keys = [column.key for column in view.table.row_state().columns]
    expect(_CPM_COLUMN in keys, "there is no column with the CPM")
    section = keys.index(_CPM_COLUMN)
    for _ in range(2):
        if (view.filters.query().sort, view.filters.query().descending) != (Field.CPM_FROM_21_TO_60, False):
            spot = QPoint(header.sectionViewportPosition(section) + header.sectionSize(section) // 2, header.height() // 2)
            tour.click(header.viewport(), spot)
    query = view.filters.query()
    expect((query.sort, query.descending) == (Field.CPM_FROM_21_TO_60, False), "the header does not sort by CPM, cheapest first")
    answer = await tour.room.services.search.search(query, limit=200)
    shown = [int(author) for author in answer.page.author_ids]
    expect(shown == list(expected.author_ids[: len(shown)]), "the order is not that of the feed")
    await tour.until(lambda: view.model.total() == len(expected.author_ids), "the sorted answer in the table")
    return {"rows_compared": len(shown)}


async def profile(tour: Tour) -> Counts:
    """J, K and Space: the profile of the creator in hand, with videos from the feed."""
    view = creators_view(tour)
    view.table.setFocus()
    view.table.set_current_row(0)
    tour.keys("jk")
    if not view.profile.isVisible():
        tour.key(Qt.Key.Key_Space)
    await tour.until(lambda: view.profile.isVisible() and view.profile.profile() is not None, "the profile")

    def complete() -> bool:
        shown = view.profile.profile()
        return shown is not None and bool(shown.detail.videos)

    await tour.until(complete, "the creator's videos")
    shown = view.profile.profile()
    if shown is None:
        raise StepFailed("the profile is closed")
    return {"videos": len(shown.detail.videos), "quotes": len(shown.detail.quotes), "days_of_plays": len(shown.detail.daily_plays)}


async def shortlist(tour: Tour) -> Counts:
    """X and J tick the first rows, S puts them on the shortlist, B into the basket."""
    view = creators_view(tour)
    view.table.setFocus()
    view.table.set_current_row(0)
    wanted = min(WANTED, view.model.total())
    for number in range(wanted):
        tour.keys("x" if number == 0 else "jx")
    expect(len(view.table.checked_keys()) == wanted, f"{len(view.table.checked_keys())} rows are ticked instead of {wanted}")
    lists = tour.room.services.shortlists
    tour.keys("s")

    async def listed() -> int:
        found = await lists.all()
        return found[0].count if found and found[0].count == wanted else 0

    await tour.until(listed, f"{wanted} creators on the shortlist")
    tour.keys("b")

    async def in_basket() -> frozenset[object]:
        found = await lists.ids(BASKET)
        return frozenset(found) if len(found) == wanted else frozenset()

    await tour.until(in_basket, f"{wanted} creators in the basket")
    tour.story.chosen = tuple(await lists.ids(BASKET))
    return {"shortlisted": await listed(), "in_basket": len(tour.story.chosen)}
