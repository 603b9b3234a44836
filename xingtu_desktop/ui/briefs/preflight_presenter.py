"""The flow of the pre-flight: checks the basket for a brief, writes the confirmed plan into the outbox, takes it back in time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from xingtu_desktop.core.errors import KnownError
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.brief import Brief
from xingtu_desktop.domain.ids import AuthorId, BatchId, CampaignId
from xingtu_desktop.domain.shortlist import BASKET, ShortlistMember
from xingtu_desktop.services.ordering import OrderingService, Preflight
from xingtu_desktop.services.shortlists import ShortlistService
from xingtu_desktop.ui.briefs.preflight_view import PreflightView
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.errors import words as error_words
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.widgets.toasts import ToastAction

_BASKET_SECONDS = 10
"""How long a creator taken out of the basket can be put back from the toast; nothing is sent for it."""


class PreflightPresenter:
    """One for each briefs view. `on_ordered` hears of placed orders (with their campaign) and of taken-back ones (None)."""

    def __init__(
        self,
        context: ViewContext,
        *,
        ordering: OrderingService,
        shortlists: ShortlistService,
        on_back: Callable[[], None],
        on_ordered: Callable[[Brief, CampaignId | None], Awaitable[None]],
        online: Callable[[], bool],
    ) -> None:
        self._context = context
        self._frame = context.frame
        self._ordering = ordering
        self._shortlists = shortlists
        self._on_back = on_back
        self._on_ordered = on_ordered
        self._online = online
        self._scope = context.scope("preflight")
        self._brief: Brief | None = None
        self._checked: Preflight | None = None
        self._placing = False
        self.view = PreflightView(undo_seconds=ordering.undo_seconds)
        self.view.back_pressed.connect(self._back)
        self.view.again_pressed.connect(self.check)
        self.view.confirmed.connect(self._on_confirmed)
        self.view.creators_wanted.connect(lambda: self._frame.go("creators"))
        self.view.outbox_wanted.connect(self._frame.show_outbox)
        self.view.removed.connect(lambda authors: self._spawn_remove(authors))
        self.view.states.error.retried.connect(self.check)
        self._stops = [
            context.changes.subscribe(self._on_data, Topic.CREATORS, Topic.BILLS, Topic.ORDERS),
            context.changes.subscribe(self._on_basket, Topic.SHORTLISTS),
            context.changes.subscribe(self._on_connection, Topic.CONNECTION),
        ]

    def show(self, brief: Brief) -> None:
        """Check the basket for a brief and show what would happen."""
        self._brief, self._checked = brief, None
        self.view.begin(brief)
        self.check()

    def check(self) -> None:
        """Check (again)."""
        if self._brief is not None and not self._placing and not self._scope.closed:
            self._scope.spawn(self._check(self._brief), name="check", group="check")

    async def close(self) -> None:
        for stop in self._stops:
            stop()
        await self._scope.close()

    def _back(self) -> None:
        self._brief = None
        self._on_back()

    async def _check(self, brief: Brief) -> None:
        clock = self._context.real_clock
        began = clock.monotonic()
        try:
            members = await self._shortlists.members(BASKET)
            checked = await self._ordering.preflight(brief, [creator.author_id for creator in members])
        except KnownError as error:
            said = error_words(error)
            self.view.show_error(said.title, said.advice, said.detail)
            return
        self._checked = checked
        self.view.set_plan(checked, clock.monotonic() - began, online=self._online())

    def _on_data(self, _change: Change) -> None:
        """Never check again by itself: the sum on the button must not change under a finger."""
        if self._checked is not None and self._brief is not None and not self._placing:
            self.view.say_moved()

    def _on_basket(self, _change: Change) -> None:
        if self._checked is not None and self._brief is not None and not self._placing:
            self._checked = None
            self.view.hold()
            self.check()

    def _on_connection(self, _change: Change) -> None:
        self.view.set_online(self._online())

    def _spawn_remove(self, authors: Sequence[AuthorId]) -> None:
        self._scope.spawn(self._remove(authors), name="remove")

    async def _remove(self, authors: Sequence[AuthorId]) -> None:
        removed = await self._shortlists.remove(BASKET, authors)
        undo = ToastAction(tr("preflight", "Undo"), lambda: self._put_back(removed))
        text = tr("preflight", "{count} creator left the basket|{count} creators left the basket", count=len(removed))
        self._frame.toast(text, action=undo, seconds=_BASKET_SECONDS, counts=True)

    def _put_back(self, members: Sequence[ShortlistMember]) -> None:
        if not self._scope.closed:
            self._scope.spawn(self._shortlists.put_back(BASKET, members), name="put back")

    # ------------------------------------------------------------------ confirming

    def _on_confirmed(self) -> None:
        checked = self._checked
        if checked is not None and checked.ready and not self._placing:
            self._placing = True
            self.view.hold()
            self._scope.spawn(self._place(checked), name="place")

    async def _place(self, checked: Preflight) -> None:
        clock = self._context.real_clock
        began = clock.monotonic()
        try:
            batch = await self._ordering.place(checked)
        except KnownError as error:
            self._placing = False
            self._frame.report(error)
            self.check()
            return
        orders = checked.plan.orders
        self._checked = None
        ordered = [row.author_id for request in checked.plan.requests for row in request.rows]
        removed = await self._shortlists.remove(BASKET, ordered)
        await self._on_ordered(checked.brief, checked.campaign.campaign_id)
        self._placing = False
        self.view.show_done(checked, online=self._online())
        text = tr(
            "preflight",
            "{count} order in the outbox · at most {sum}|{count} orders in the outbox · at most {sum}",
            count=orders,
            sum=formats().money(checked.plan.at_most),
        )
        undo = ToastAction(tr("preflight", "Undo"), lambda: self._undo(checked, batch, removed))
        left = max(1, round(self._ordering.undo_seconds - (clock.monotonic() - began)))
        self._frame.toast(text, action=undo, seconds=left, counts=True)

    def _undo(self, checked: Preflight, batch: BatchId, removed: Sequence[ShortlistMember]) -> None:
        if not self._scope.closed:
            self._scope.spawn(self._take_back(checked, batch, removed), name="take back")

    async def _take_back(self, checked: Preflight, batch: BatchId, removed: Sequence[ShortlistMember]) -> None:
        taken = await self._ordering.take_back(batch)
        if taken < 2 * len(checked.plan.requests):
            # Some have left: basket and brief stay as ordered, the outbox knows each step.
            self._frame.toast(tr("preflight", "Part of it has already left; the outbox shows each step"), tone="warn")
            self._frame.show_outbox()
            return
        await self._shortlists.put_back(BASKET, removed)
        await self._on_ordered(checked.brief, None)
        self._frame.toast(tr("preflight", "Taken back: nothing was ordered"))
        if self._brief is not None:
            self.show(checked.brief)
