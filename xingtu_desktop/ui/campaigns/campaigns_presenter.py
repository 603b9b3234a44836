"""Loads campaigns and orders, narrows them, and turns what was asked of an order into confirmed intents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QTimer

from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.ids import CampaignId, OrderId
from xingtu_desktop.domain.lifecycle import OrderAction
from xingtu_desktop.domain.money import total
from xingtu_desktop.services.actions import ActionService
from xingtu_desktop.services.campaigns import CampaignService, CampaignSummary, OrderRow
from xingtu_desktop.services.outbox_view import OutboxListing
from xingtu_desktop.ui import errors
from xingtu_desktop.ui.campaigns.campaigns_model import OrderFilter, Scope, arranged, filtered, in_scope, of_campaign, phases
from xingtu_desktop.ui.campaigns.campaigns_view import Bulk, CampaignsView
from xingtu_desktop.ui.campaigns.decisions import Decisions
from xingtu_desktop.ui.campaigns.sheets import ask_contract
from xingtu_desktop.ui.campaigns.strips import Budget
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.dialogs import ask_text
from xingtu_desktop.ui.formats import DOT
from xingtu_desktop.ui.i18n import Message, formats, tr, translations
from xingtu_desktop.ui.offline import Connection, offline, show_offline
from xingtu_desktop.ui.shell.commands import Command
from xingtu_desktop.ui.widgets.toasts import ToastAction

_MINUTE = 60_000


class CampaignsPresenter:
    """Owns the view's task scope; nothing here sends anything."""

    def __init__(
        self,
        context: ViewContext,
        *,
        campaigns: CampaignService,
        actions: ActionService,
        outbox: OutboxListing,
        connection: Connection | None = None,
    ) -> None:
        self._context = context
        self._campaigns = campaigns
        self._connection = connection
        self._scope = context.scope("campaigns")
        self._summaries: list[CampaignSummary] = []
        self._rows: list[OrderRow] = []
        self._loaded = False
        self._filter = OrderFilter()
        self._sort: tuple[str | None, bool] = (None, False)
        self._wanted: OrderId | None = None
        self.view = CampaignsView(context.clock.now)
        view = self.view
        self._decisions = Decisions(context, view, self._scope, campaigns=campaigns, actions=actions, outbox=outbox)
        view.campaign_chosen.connect(self._on_campaign)
        view.new_asked.connect(self._on_new)
        view.settings_asked.connect(self._on_settings)
        view.archive_asked.connect(self._on_archive)
        view.place_asked.connect(lambda: context.frame.go("creators"))
        view.scope_chosen.connect(lambda scope: self._narrow(scope=Scope(scope)))
        view.phase_chosen.connect(lambda phase: self._narrow(phase=phase))
        view.text_changed.connect(lambda text: self._narrow(text=text))
        view.filters_cleared.connect(self._on_clear)
        view.sort_chosen.connect(self._on_sort)
        view.current_changed.connect(self._on_current)
        view.order_opened.connect(self._on_opened)
        view.ticks_changed.connect(self._show_bulk)
        view.publish_asked.connect(self._on_publish)
        view.finish_asked.connect(self._on_finish)
        view.drawer.action_asked.connect(self._on_action)
        view.drawer.review_asked.connect(self._on_review)
        view.drawer.reply_asked.connect(self._on_reply)
        view.states.empty.acted.connect(self._on_empty_button)
        view.states.error.retried.connect(self.start)
        self._stop_listening = context.changes.subscribe(
            self._on_change, Topic.ORDERS, Topic.RESOURCES, Topic.CAMPAIGNS, Topic.OUTBOX, Topic.BILLS, Topic.REVIEW
        )
        self._stop_connection = context.changes.subscribe(lambda change: self._show_connection(), Topic.CONNECTION)
        translations().changed.connect(self._show)
        # No child of the view, which may go before `close` stops it.
        self._minute = QTimer()
        self._minute.setInterval(_MINUTE)
        self._minute.timeout.connect(view.refresh_times)
        self._minute.timeout.connect(self._show_connection)
        self._minute.start()

    def start(self) -> None:
        """Begin loading; called when the view is first shown."""
        if not self._loaded:
            self.view.states.show_state("loading")
        self._scope.spawn(self._load(), name="load campaigns", group="load")

    def open_with(self, **parameters: object) -> None:
        """`campaign_id`, `order_id` (its drawer opens) or `order_ids` (exactly these)."""
        campaign, order, orders = parameters.get("campaign_id"), parameters.get("order_id"), parameters.get("order_ids")
        chosen = OrderFilter(campaign_id=CampaignId(campaign) if isinstance(campaign, str) else None)
        if isinstance(orders, list | tuple | set | frozenset):
            chosen = replace(chosen, only=frozenset(OrderId(one) for one in orders if isinstance(one, int)))
        self._filter = chosen
        self._wanted = OrderId(order) if isinstance(order, int) else None
        self._show()
        self._open_wanted()

    def commands(self) -> list[Command]:
        """What the palette offers here."""

        def named(
            name: str, title: Message, run: Callable[[], None], key: str = "", enabled: Callable[[], str | None] | None = None
        ) -> Command:
            command = Command(f"campaigns.{name}", title, run, key, scope="campaigns", icon="campaign")
            return command if enabled is None else replace(command, enabled=enabled)

        return [
            named("search", Message("campaigns", "Search orders"), self._focus_search, "/"),
            named("layout", Message("campaigns", "Board or table"), self.view.toggle_layout, "V"),
            named("late", Message("campaigns", "Show late orders"), lambda: self._narrow(scope=Scope.LATE), "W"),
            named("publish", Message("campaigns", "Publish confirmed videos"), self._on_publish, "P", self._why_no_publish),
            named("finish", Message("campaigns", "Accept published orders"), self._on_finish, "F", self._why_no_finish),
            named("review", Message("campaigns", "Review this order's version"), self._on_review, "A", self._why_no_review),
            named("settings", Message("campaigns", "Budget and contract of this campaign"), self._on_settings, "E", self._why_no_settings),
            named("new", Message("campaigns", "New campaign"), self._on_new, "N"),
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

    # ------------------------------------------------------------------ loading

    def _on_change(self, change: Change) -> None:
        if self._loaded and not self._scope.closed:
            self._scope.spawn(self._load(), name="reload campaigns", group="load")

    async def _load(self) -> None:
        try:
            rows = await self._campaigns.orders()
            summaries = await self._campaigns.campaigns()
        except Exception as error:
            if self._loaded:
                raise
            said = errors.words(error)
            self.view.states.error.set_words(
                said.title, said.advice, tr("campaigns", "Try again"), details=said.detail, details_word=tr("campaigns", "Details")
            )
            self.view.states.show_state("error")
            return
        self._rows, self._summaries, self._loaded = rows, summaries, True
        self._show()
        self._open_wanted()

    # ------------------------------------------------------------------ showing

    def _summary(self) -> CampaignSummary | None:
        return next((one for one in self._summaries if one.campaign.campaign_id == self._filter.campaign_id), None)

    def _row(self, order_id: object) -> OrderRow | None:
        return next((row for row in self._rows if row.order.order_id == order_id), None)

    def _show(self) -> None:
        if not self._loaded:
            return
        view, chosen = self.view, self._filter
        summary = self._summary()
        mine = of_campaign(self._rows, chosen.campaign_id)
        view.set_campaigns(self._summaries, None if summary is None else summary.campaign.campaign_id)
        view.set_head(
            tr("campaigns", "All campaigns") if summary is None else summary.campaign.name, self._subtitle(mine), one=summary is not None
        )
        view.budget.set_budget(self._budget(summary), can_set=summary is not None)
        view.phases.set_phases(phases(mine))
        view.phases.set_current(chosen.phase)
        view.set_scopes({scope: sum(in_scope(row, scope) for row in mine) for scope in Scope}, chosen.scope)
        if view.search.text() != chosen.text:
            view.search.setText(chosen.text)
        rows = arranged(filtered(self._rows, chosen), *self._sort)
        view.set_rows(rows, narrowed=chosen.narrowed)
        self._show_state(mine, rows)
        self._show_connection()
        self._show_bulk()
        shown = view.drawer.row()
        if shown is not None and view.drawer.isVisible():
            self._open(shown.order.order_id)

    def _show_connection(self) -> None:
        banner = self.view.states.banner
        if self._connection is not None and offline(self._connection):
            text = tr("campaigns", "Offline: orders can be read and decided; actions wait to be sent.")
            show_offline(banner, text, self._connection, self._context.real_clock.now())
        else:
            banner.set_words("")

    def _show_state(self, mine: Sequence[OrderRow], rows: Sequence[OrderRow]) -> None:
        states = self.view.states
        if rows:
            states.show_state("content")
            return
        if mine:
            states.empty.set_words(
                tr("campaigns", "No order matches"),
                tr("campaigns", "The filters leave out {count} order|The filters leave out {count} orders", count=len(mine)),
                tr("campaigns", "Show all"),
            )
        else:
            states.empty.set_words(
                tr("campaigns", "No orders yet"),
                tr("campaigns", "Choose creators, put them into the order basket and place orders. They show up here."),
                tr("campaigns", "Choose creators"),
            )
        states.show_state("empty")

    def _subtitle(self, rows: Sequence[OrderRow]) -> str:
        shown, now = formats(), self._context.clock.now()
        parts = [tr("campaigns", "{count} order|{count} orders", count=len(rows))]
        starts = [row.order.publish_from for row in rows if row.order.publish_from is not None]
        ends = [row.order.publish_until for row in rows if row.order.publish_until is not None]
        if self._filter.campaign_id is not None and starts and ends:
            window = shown.between(shown.date(min(starts)), shown.date(max(ends)))
            parts.append(tr("campaigns", "publish {window}", window=window))
        live = [row.order.synced_at for row in rows if not row.order.status.ended]
        if live:
            parts.append(tr("campaigns", "states read {age}", age=shown.ago(min(live), now)))
        return DOT.join(parts)

    def _budget(self, summary: CampaignSummary | None) -> Budget:
        if summary is not None:
            return Budget(summary.campaign.budget, summary.released, summary.escrow, summary.unpaid, summary.unbilled)
        every = self._summaries
        return Budget(
            None,
            total(one.released for one in every),
            total(one.escrow for one in every),
            total(one.unpaid for one in every),
            sum(one.unbilled for one in every),
        )

    def _show_bulk(self) -> None:
        ticked = self.view.table.checked_keys()
        rows = tuple(row for row in self._rows if row.order.order_id in ticked)
        self.view.set_bulk(
            Bulk(
                rows,
                publishable=sum(OrderAction.PUBLISH in row.actions for row in rows),
                acceptable=sum(OrderAction.FINISH in row.actions for row in rows),
            )
        )

    # ------------------------------------------------------------------ narrowing

    def _narrow(self, *, scope: Scope | None = None, phase: object = ..., text: str | None = None) -> None:
        chosen = self._filter
        if scope is not None:
            chosen = replace(chosen, scope=scope)
        if phase is None or isinstance(phase, int):
            chosen = replace(chosen, phase=phase)
        if text is not None:
            chosen = replace(chosen, text=text)
        self._filter = chosen
        self._show()

    def _on_clear(self) -> None:
        self._filter = OrderFilter(campaign_id=self._filter.campaign_id)
        self._show()

    def _on_empty_button(self) -> None:
        if of_campaign(self._rows, self._filter.campaign_id):
            self._on_clear()
        else:
            self._context.frame.go("creators")

    def _on_campaign(self, campaign_id: object) -> None:
        self._filter = OrderFilter(campaign_id=CampaignId(campaign_id) if isinstance(campaign_id, str) else None)
        self.view.clear_ticks()
        self.view.drawer.hide()
        self._show()

    def _on_sort(self, column: object, descending: bool) -> None:
        self._sort = (str(column), descending)
        self._show()

    def _focus_search(self) -> None:
        self.view.search.setFocus()
        self.view.search.selectAll()

    # ------------------------------------------------------------------ one order

    def _on_current(self, order_id: object) -> None:
        # The drawer follows while it is open; moving through the table does not open it.
        if self.view.drawer.isVisible():
            self._on_opened(order_id)

    def _on_opened(self, order_id: object) -> None:
        if isinstance(order_id, int):
            self._open(OrderId(order_id))

    def _open(self, order_id: OrderId) -> None:
        self._scope.spawn(self._open_order(order_id), name="open order", group="order")

    def _open_wanted(self) -> None:
        if self._wanted is not None and self._loaded:
            wanted, self._wanted = self._wanted, None
            self.view.show_order(wanted)
            self._open(wanted)

    async def _open_order(self, order_id: OrderId) -> None:
        row = self._row(order_id)
        if row is None:
            self.view.drawer.hide()
            return
        resources = await self._campaigns.resources(order_id)
        self.view.drawer.set_order(self._row(order_id) or row, resources, self._context.clock.now())
        self.view.drawer.show()

    def _opened(self) -> OrderRow | None:
        shown = self.view.drawer.row()
        return None if shown is None or not self.view.drawer.isVisible() else self._row(shown.order.order_id)

    def _on_review(self) -> None:
        row = self._opened()
        if row is not None:
            self._context.frame.go("approvals", order_id=row.order.order_id)

    def _targets(self, action: OrderAction) -> list[OrderRow]:
        """The ticked orders that allow an action, else the one that is open."""
        ticked = self.view.table.checked_keys()
        opened = self._opened()
        rows = [row for row in self._rows if row.order.order_id in ticked] if ticked else [] if opened is None else [opened]
        return [row for row in rows if action in row.actions]

    # ------------------------------------------------------------------ deciding

    def _on_action(self, action: OrderAction) -> None:
        row = self._opened()
        if row is None or action not in row.actions:
            return
        if action is OrderAction.PUBLISH:
            self._act(self._decisions.publish([row]))
        elif action is OrderAction.FINISH:
            self._act(self._decisions.finish([row]))
        elif action is OrderAction.CANCEL:
            self._act(self._decisions.cancel(row))
        elif action is OrderAction.PAY_TAIL:
            self._act(self._decisions.pay_tail(row))
        elif action is OrderAction.PAY:
            self._act(self._decisions.pay_request(row))

    def _act(self, deciding: Awaitable[None]) -> None:
        async def run() -> None:
            await deciding

        # A group of its own: a second press while a question is open must not ask it twice.
        self._scope.spawn(run(), name="decide", group="decide")

    def _on_publish(self) -> None:
        rows = self._targets(OrderAction.PUBLISH)
        if rows:
            self._act(self._decisions.publish(rows))

    def _on_finish(self) -> None:
        rows = self._targets(OrderAction.FINISH)
        if rows:
            self._act(self._decisions.finish(rows))

    def _on_reply(self, accept: bool) -> None:
        row = self._opened()
        if row is not None:
            self._act(self._decisions.reply(row, accept))

    # ------------------------------------------------------------------ campaigns

    def _on_new(self) -> None:
        async def run() -> None:
            name = await ask_text(self.view, tr("campaigns", "New campaign"), label=tr("campaigns", "Name"), limit=60)
            if name is not None:
                made = await self._campaigns.create(name)
                self._filter = OrderFilter(campaign_id=made.campaign_id)
                await self._load()

        self._act(run())

    def _on_settings(self) -> None:
        summary = self._summary()
        if summary is not None:
            self._act(self._settings(summary))

    async def _settings(self, summary: CampaignSummary) -> None:
        before = summary.campaign
        changed = await ask_contract(self.view, before)
        if changed is None or changed == before:
            return
        await self._campaigns.save(changed)

        def back() -> None:
            self._scope.spawn(self._campaigns.save(before), name="restore settings")

        self._context.frame.toast(
            tr("campaigns", "Settings of {name} saved", name=changed.name), action=ToastAction(tr("campaigns", "Undo"), back, "Z")
        )

    def _on_archive(self) -> None:
        summary = self._summary()
        if summary is not None:
            self._act(self._archive(summary))

    async def _archive(self, summary: CampaignSummary) -> None:
        campaign = summary.campaign
        await self._campaigns.archive(campaign.campaign_id)
        self._on_campaign(None)

        def back() -> None:
            self._scope.spawn(self._campaigns.archive(campaign.campaign_id, False), name="unarchive")

        self._context.frame.toast(
            tr("campaigns", "{name} archived", name=campaign.name), action=ToastAction(tr("campaigns", "Undo"), back, "Z")
        )

    # ------------------------------------------------------------------ why not

    def _why_no_publish(self) -> str | None:
        return None if self._targets(OrderAction.PUBLISH) else tr("campaigns", "Choose orders whose video is confirmed")

    def _why_no_finish(self) -> str | None:
        return None if self._targets(OrderAction.FINISH) else tr("campaigns", "Choose published orders")

    def _why_no_review(self) -> str | None:
        row = self._opened()
        waits = row is not None and OrderAction.APPROVE in row.actions
        return None if waits else tr("campaigns", "Open an order whose script or video waits for you")

    def _why_no_settings(self) -> str | None:
        return None if self._summary() is not None else tr("campaigns", "Choose one campaign first")
