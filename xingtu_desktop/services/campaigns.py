"""Campaigns of ours with their orders' live state, and the actions on single orders that views offer."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.errors import InvalidInput, NoSuchThing
from xingtu_desktop.core.events import Changes
from xingtu_desktop.domain.answers import CancelCost
from xingtu_desktop.domain.approval import due_at
from xingtu_desktop.domain.ids import BatchId, CampaignId, OrderId
from xingtu_desktop.domain.intent import Intent
from xingtu_desktop.domain.lifecycle import CancelReason, OrderAction, OrderStatus, ResourceKind, allowed_actions, awaited_resource
from xingtu_desktop.domain.money import Fen, total
from xingtu_desktop.domain.order import Campaign, Order, PendingBill, Resource
from xingtu_desktop.services.actions import ActionService, Decision
from xingtu_desktop.services.ports import CampaignStore, OrderStore, OutboxStore, ReviewStore, StarApi

LATE_AFTER = {
    OrderStatus.WAITING_FOR_CREATOR: timedelta(days=2),
    OrderStatus.ACCEPTED: timedelta(days=5),
    OrderStatus.SCRIPT_REJECTED: timedelta(days=3),
    OrderStatus.SCRIPT_CONFIRMED: timedelta(days=7),
    OrderStatus.SCRIPT_SKIPPED: timedelta(days=7),
    OrderStatus.VIDEO_REJECTED: timedelta(days=3),
}
"""How long the creator may stay silent in a state before the order is shown as waiting on them; a rule of thumb, labelled so."""


class Lateness(StrEnum):
    """Why an order is shown as late."""

    WINDOW_CLOSED = "window_closed"
    """The publish window is over and nothing was published."""
    TOO_LITTLE_TIME = "too_little_time"
    """The window closes before the creator would be done by the rule of thumb `LATE_AFTER`."""


class WaitsOn(StrEnum):
    """Whose move it is."""

    CLIENT = "client"
    CREATOR = "creator"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order with what the operator already decided about it."""

    order: Order
    pending: Intent | None
    actions: frozenset[OrderAction]
    """What can be done now; none while an intent is open."""
    lateness: Lateness | None
    waits_on: WaitsOn
    latest: Resource | None
    """The newest version of the furthest kind: a video where there is one, else a script."""
    due: datetime | None
    """When a waiting version counts as confirmed by contract; None where nothing waits or nothing was agreed."""
    campaign_name: str = ""

    @property
    def late(self) -> bool:
        return self.lateness is not None


@dataclass(frozen=True, slots=True)
class CampaignSummary:
    """A campaign with its counts. Amounts hold task amounts and fees, as far as bills are known; `unbilled` says how many are not."""

    campaign: Campaign
    orders: int
    by_status: tuple[tuple[OrderStatus, int], ...]
    committed: Fen
    """Of the orders that were not ended early."""
    paid: Fen
    released: Fen
    """Paid and accepted: out of escrow."""
    escrow: Fen
    """Paid and not accepted yet."""
    published: int
    finished: int
    waiting_for_client: int
    late: int
    pending: int
    unbilled: int

    @property
    def live(self) -> int:
        """Orders that were not ended early: what a plan counts."""
        ended = dict(self.by_status)
        return self.orders - ended.get(OrderStatus.CANCELLED, 0) - ended.get(OrderStatus.CLOSED, 0)

    @property
    def unpaid(self) -> Fen:
        """Committed and not paid yet."""
        return self.committed - self.released - self.escrow


class CampaignService:
    """Reads campaigns and orders from the computer; writes go to the outbox."""

    def __init__(
        self,
        *,
        campaigns: CampaignStore,
        orders: OrderStore,
        outbox: OutboxStore,
        reviews: ReviewStore,
        actions: ActionService,
        api: StarApi,
        changes: Changes,
        clock: Clock,
    ) -> None:
        self._campaigns = campaigns
        self._orders = orders
        self._outbox = outbox
        self._reviews = reviews
        self._actions = actions
        self._api = api
        self._changes = changes
        self._clock = clock

    async def campaigns(self, *, archived: bool = False) -> list[CampaignSummary]:
        """Every campaign with its counts, newest first."""
        rows = await self.orders()
        grouped: dict[CampaignId | None, list[OrderRow]] = {}
        for row in rows:
            grouped.setdefault(row.order.campaign_id, []).append(row)
        found = [c for c in await self._campaigns.all() if archived or not c.archived]
        return [_summary(c, grouped.get(c.campaign_id, [])) for c in sorted(found, key=lambda c: c.created_at, reverse=True)]

    async def orders(self, campaign_id: CampaignId | None = None) -> list[OrderRow]:
        """Orders with their pending intents, newest first; of all campaigns when none is named."""
        pending: dict[OrderId, Intent] = {}
        for intent in await self._outbox.open_intents():
            order_id = getattr(intent.payload, "order_id", None)
            if order_id is not None:
                pending[OrderId(order_id)] = intent
        campaigns = {campaign.campaign_id: campaign for campaign in await self._campaigns.all()}
        orders = sorted(await self._orders.orders(campaign_id=campaign_id), key=lambda o: (o.created_at, o.order_id), reverse=True)
        latest: dict[OrderId, Resource] = {}
        for resource in await self._orders.resources([order.order_id for order in orders]):
            known = latest.get(resource.order_id)
            if known is None or (resource.kind, resource.version) > (known.kind, known.version):
                latest[resource.order_id] = resource
        now = self._clock.now()
        return [
            _row(
                order,
                pending.get(order.order_id),
                latest.get(order.order_id),
                campaigns.get(order.campaign_id) if order.campaign_id is not None else None,
                now,
            )
            for order in orders
        ]

    async def resources(self, order_id: OrderId) -> list[Resource]:
        """Every version of an order, oldest first."""
        return sorted(await self._orders.resources([order_id]), key=lambda r: (r.created_at, r.resource_id))

    async def create(self, name: str) -> Campaign:
        """A campaign without orders yet."""
        clean = name.strip()
        if not clean:
            raise InvalidInput(field="name", code="missing")
        campaign = Campaign(CampaignId(str(uuid.uuid4())), clean, self._clock.now())
        self._changes.publish(await self._campaigns.save(campaign))
        return campaign

    async def save(self, campaign: Campaign) -> None:
        """Keep a changed name, budget or contract setting. Limits: rejects 0–20, review hours 1–720."""
        if not campaign.name.strip():
            raise InvalidInput(field="name", code="missing")
        if campaign.reject_limit is not None and not 0 <= campaign.reject_limit <= 20:
            raise InvalidInput(field="reject_limit", code="out_of_range", least=0, most=20)
        if campaign.review_hours is not None and not 1 <= campaign.review_hours <= 720:
            raise InvalidInput(field="review_hours", code="out_of_range", least=1, most=720)
        if campaign.budget is not None and campaign.budget < Fen(0):
            raise InvalidInput(field="budget", code="negative")
        self._changes.publish(await self._campaigns.save(campaign))

    async def archive(self, campaign_id: CampaignId, archived: bool = True) -> None:
        campaign = next((c for c in await self._campaigns.all() if c.campaign_id == campaign_id), None)
        if campaign is None:
            raise NoSuchThing(campaign_id=campaign_id)
        self._changes.publish(await self._campaigns.save(replace(campaign, archived=archived)))

    # ------------------------------------------------------------------ actions on orders

    async def publish(self, orders: Sequence[Order], *, at: datetime | None = None) -> BatchId:
        """Publish the confirmed videos, bound to the version that was confirmed."""
        decisions = []
        for order in orders:
            video = await self._newest_video(order.order_id)
            seen = (await self._reviews.seen([video.resource_id])).get(video.resource_id)
            decisions.append(Decision(order, video, *(seen or (None, None))))
        return await self._actions.publish(decisions, at=at)

    async def finish(self, orders: Sequence[Order]) -> BatchId:
        return await self._actions.finish(orders)

    async def cancel_cost(self, order: Order) -> CancelCost:
        """What cancelling costs now; asks the platform, so it needs the network."""
        return await self._api.cancel_cost(order.order_id)

    async def cancel(self, order: Order, reason_type: CancelReason, reason: str, *, cost: Fen) -> BatchId:
        return await self._actions.cancel(order, reason_type, reason, cost=cost)

    async def reply_cancel(self, order: Order, *, accept: bool, reject_reason: str = "") -> BatchId:
        return await self._actions.reply_cancel(order, accept=accept, reject_reason=reject_reason)

    async def tail_bill(self, order: Order) -> PendingBill:
        """What the rest of a prepaid order costs now; asks the platform, so it needs the network."""
        return await self._api.pending_bill(order_id=order.order_id)

    async def pay_tail(self, order: Order, *, at_most: Fen) -> BatchId:
        """Pay the rest of a prepaid order for at most the bill that was on screen."""
        return await self._actions.pay_tail(order, at_most=at_most)

    async def request_bill(self, order: Order) -> PendingBill:
        """What paying the whole request that `order` was created with costs now; asks the platform, so it needs the network."""
        return await self._api.pending_bill(campaign_id=order.platform_campaign_id)

    async def pay_request(self, order: Order, *, at_most: Fen, orders: int) -> BatchId:
        """Pay the whole request of `order` (`orders` of them) for at most the bill that was on screen.

        The platform pays no single order of a request; an order of no campaign of ours raises NoSuchThing.
        """
        campaign = next((c for c in await self._campaigns.all() if c.campaign_id == order.campaign_id), None)
        if campaign is None:
            raise NoSuchThing(order_id=order.order_id)
        return await self._actions.pay_campaign(
            campaign.campaign_id, order.platform_campaign_id, at_most=at_most, orders=orders, campaign_name=campaign.name
        )

    async def _newest_video(self, order_id: OrderId) -> Resource:
        videos = [r for r in await self._orders.resources([order_id]) if r.kind is ResourceKind.VIDEO]
        if not videos:
            raise NoSuchThing(order_id=order_id)
        return max(videos, key=lambda r: r.version)


_WAITING_FOR_CLIENT = frozenset(
    {OrderStatus.UNPAID, OrderStatus.SCRIPT_UPLOADED, OrderStatus.VIDEO_UPLOADED, OrderStatus.VIDEO_CONFIRMED, OrderStatus.BALANCE_DUE}
)


def _row(order: Order, pending: Intent | None, latest: Resource | None, campaign: Campaign | None, now: datetime) -> OrderRow:
    waiting_kind = awaited_resource(order.status)
    return OrderRow(
        order=order,
        pending=pending,
        actions=frozenset() if pending is not None else allowed_actions(order.status),
        lateness=_lateness(order, now),
        waits_on=_waits_on(order),
        latest=latest,
        due=due_at(latest, campaign) if latest is not None and latest.kind is waiting_kind else None,
        campaign_name="" if campaign is None else campaign.name,
    )


def _waits_on(order: Order) -> WaitsOn:
    if order.status.ended:
        return WaitsOn.NOBODY
    if order.author_cancel_requested or order.status in _WAITING_FOR_CLIENT or order.status is OrderStatus.PUBLISHED:
        return WaitsOn.CLIENT
    return WaitsOn.CREATOR


def _lateness(order: Order, now: datetime) -> Lateness | None:
    if order.status.ended or order.status is OrderStatus.PUBLISHED or order.publish_until is None:
        return None
    left = order.publish_until - now
    if left < timedelta(0):
        return Lateness.WINDOW_CLOSED
    return Lateness.TOO_LITTLE_TIME if left < LATE_AFTER.get(order.status, timedelta(0)) else None


def _summary(campaign: Campaign, rows: Sequence[OrderRow]) -> CampaignSummary:
    orders = [row.order for row in rows]
    live = [order for order in orders if order.status not in (OrderStatus.CANCELLED, OrderStatus.CLOSED)]
    counted = Counter(order.status for order in orders)
    settled = [order for order in live if order.status is OrderStatus.FINISHED]
    held = [order for order in live if order.status is not OrderStatus.FINISHED]
    return CampaignSummary(
        campaign=campaign,
        orders=len(orders),
        by_status=tuple(sorted(counted.items())),
        committed=total(order.total for order in live if order.total is not None),
        paid=total(order.total_paid for order in orders if order.total_paid is not None),
        released=total(order.total_paid for order in settled if order.total_paid is not None),
        escrow=total(order.total_paid for order in held if order.total_paid is not None),
        published=sum(order.status in (OrderStatus.PUBLISHED, OrderStatus.FINISHED) for order in orders),
        finished=counted[OrderStatus.FINISHED],
        waiting_for_client=sum(row.waits_on is WaitsOn.CLIENT for row in rows),
        late=sum(row.late for row in rows),
        pending=sum(row.pending is not None for row in rows),
        unbilled=sum(order.total is None for order in live),
    )
