"""Reads what Today shows from four services, says which of them failed, and leads to where things are done."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from PySide6.QtCore import QTimer

from xingtu_desktop.core.errors import KnownError
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.services.approvals import ApprovalService
from xingtu_desktop.services.briefs import BriefService
from xingtu_desktop.services.campaigns import CampaignService
from xingtu_desktop.services.outbox_view import OutboxListing
from xingtu_desktop.ui import errors
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.i18n import Message, tr, translations
from xingtu_desktop.ui.offline import Connection, offline, show_offline
from xingtu_desktop.ui.shell.commands import Command
from xingtu_desktop.ui.today.agenda import Sources, Target, nearest, pacing, sections, waiting_for_us
from xingtu_desktop.ui.today.today_view import TodayView

Found = TypeVar("Found")
_MINUTE = 60_000


class TodayPresenter:
    """Reads again on every change and draws again every minute; changes nothing itself."""

    def __init__(
        self,
        context: ViewContext,
        *,
        approvals: ApprovalService,
        outbox: OutboxListing,
        briefs: BriefService,
        campaigns: CampaignService,
        connection: Connection | None = None,
    ) -> None:
        self._context = context
        self._approvals = approvals
        self._outbox = outbox
        self._briefs = briefs
        self._campaigns = campaigns
        self._connection = connection
        self._scope = context.scope("today")
        self._found: Sources | None = None
        self._failure: KnownError | None = None
        self.view = TodayView()
        view = self.view
        view.target_followed.connect(self._on_target)
        view.campaign_opened.connect(lambda campaign: context.frame.go("campaigns", campaign_id=campaign))
        view.orders_opened.connect(lambda ids: context.frame.go("campaigns", order_ids=list(ids)))
        view.approve_asked.connect(self._on_approve)
        view.brief_asked.connect(lambda: context.frame.go("briefs"))
        view.states.error.retried.connect(self.start)
        view.states.banner.acted.connect(self.start)
        self._stop_listening = context.changes.subscribe(
            self._on_change,
            Topic.ORDERS,
            Topic.RESOURCES,
            Topic.CAMPAIGNS,
            Topic.OUTBOX,
            Topic.BRIEFS,
            Topic.REVIEW,
            Topic.BILLS,
            Topic.SETTINGS,
        )
        self._stop_connection = context.changes.subscribe(lambda change: self._show(), Topic.CONNECTION)
        translations().changed.connect(self._show)
        # No child of the view, which may go before `close` stops it.
        self._minute = QTimer()
        self._minute.setInterval(_MINUTE)
        self._minute.timeout.connect(self._show)
        self._minute.start()

    def start(self) -> None:
        """Begin loading; called when the view is first shown."""
        if self._found is None:
            self.view.states.show_state("loading")
        self._scope.spawn(self._load(), name="load today", group="load")

    def open_with(self, **parameters: object) -> None:
        """Today has nothing to open; it takes the keyboard."""
        self.view.needs.setFocus()

    def commands(self) -> list[Command]:
        """What the palette offers here."""
        return [
            Command(
                "today.approve",
                Message("today", "Begin approving"),
                self._on_approve,
                "A",
                scope="today",
                icon="approvals",
                enabled=self._why,
            ),
            Command("today.brief", Message("today", "New brief"), self.view.brief_asked.emit, "N", scope="today", icon="brief"),
        ]

    async def close(self) -> None:
        """Stop listening and let running work end; safe to call twice."""
        if self._scope.closed:
            return
        self._stop_listening()
        self._stop_connection()
        translations().changed.disconnect(self._show)
        self._minute.stop()
        await self._scope.close()

    def _on_change(self, change: Change) -> None:
        if self._found is not None and not self._scope.closed:
            self._scope.spawn(self._load(), name="reload today", group="load")

    async def _load(self) -> None:
        self._failure = None
        self._found = Sources(
            approvals=await self._try(self._approvals.queue()),
            outbox=await self._try(self._outbox.entries()),
            orders=await self._try(self._campaigns.orders()),
            campaigns=await self._try(self._campaigns.campaigns()),
            briefs=await self._try(self._briefs.all()),
        )
        self._show()

    async def _try(self, reading: Awaitable[Found]) -> Found | None:
        """One source that cannot be read leaves the others standing; a mistake of ours does not pass in silence."""
        try:
            return await reading
        except KnownError as error:
            self._failure = error
            return None

    def _show(self) -> None:
        found = self._found
        if found is None:
            return
        view, now = self.view, self._context.clock.now()
        parts = sections(found, now)
        waiting = sum(one.pending is None for one in found.approvals or ())
        view.set_head(now, sum(part.count for part in parts), nearest(found), waiting)
        view.set_needs(parts)
        view.set_pacing(pacing(found.campaigns or ()), None if found.orders is None else waiting_for_us(found.orders))
        view.set_orders(found.orders or (), now)
        self._show_state(found, bool(parts))

    def _show_state(self, found: Sources, anything: bool) -> None:
        states, failure = self.view.states, self._failure
        said = None if failure is None else errors.words(failure)
        if said is not None and not anything:
            states.banner.set_words("")
            states.error.set_words(
                said.title, said.advice, tr("today", "Try again"), details=said.detail, details_word=tr("today", "Details")
            )
            states.show_state("error")
            return
        if self._connection is not None and offline(self._connection):
            text = tr("today", "Offline: reading, deciding and drafting go on; actions wait to be sent.")
            if said is not None and found.partial:
                text = f"{text} {tr('today', 'Part of this could not be read: {reason}', reason=said.title)}"
            show_offline(states.banner, text, self._connection, self._context.real_clock.now())
            states.show_state("content" if anything else "empty")
            return
        partial = tr("today", "Part of this could not be read: {reason}", reason=said.title) if said is not None and found.partial else ""
        states.banner.set_words(partial, tr("today", "Try again") if partial else "", tone="warn", icon="alert-triangle")
        states.show_state("content" if anything else "empty")

    def _why(self) -> str | None:
        return None if self.view.approve.isVisible() else tr("today", "Nothing waits for approval")

    def _on_approve(self) -> None:
        first = next((one for one in (self._found.approvals if self._found else None) or () if one.pending is None), None)
        if first is not None:
            self._context.frame.go("approvals", order_id=first.order.order_id)

    def _on_target(self, target: Target) -> None:
        if target.view == "outbox":
            self._context.frame.show_outbox()
        else:
            self._context.frame.go(target.view, **target.parameters)
