"""Campaigns of ours with their orders' live state, and the actions on single orders that views offer."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.errors import InvalidInput, NoSuchThing
from xingtu_desktop.core.events import Changes
from xingtu_desktop.domain.answers import CancelCost
from xingtu_desktop.domain.ids import BatchId, CampaignId, OrderId
from xingtu_desktop.domain.intent import Intent
from xingtu_desktop.domain.lifecycle import CancelReason, OrderAction, OrderStatus, ResourceKind, allowed_actions
from xingtu_desktop.domain.money import Fen, total
from xingtu_desktop.domain.order import Campaign, Order, Resource
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


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order with what the operator already decided about it."""

    order: Order
    pending: Intent | None
    actions: frozenset[OrderAction]
    """What can be done now; none while an intent is open."""
    late: bool
    """The publish window has closed, or closes before the creator could be done."""


@dataclass(frozen=True, slots=True)
class CampaignSummary:
    campaign: Campaign
    orders: int
    by_status: tuple[tuple[OrderStatus, int], ...]
    committed: Fen
    """Task amounts and fees of the orders that are not cancelled, as far as they are known."""
    paid: Fen
    published: int
    finished: int
    waiting_for_client: int
    late: int
    pending: int


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
        now = self._clock.now()
        return [
            _row(order, pending.get(order.order_id), now)
            for order in sorted(await self._orders.orders(campaign_id=campaign_id), key=lambda o: o.created_at, reverse=True)
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

    async def pay_tail(self, order: Order) -> BatchId:
        """Pay the rest of a prepaid order, at most what its bill says now; needs the network."""
        bill = await self._api.pending_bill(order_id=order.order_id)
        return await self._actions.pay_tail(order, at_most=bill.total_pay)

    async def _newest_video(self, order_id: OrderId) -> Resource:
        videos = [r for r in await self._orders.resources([order_id]) if r.kind is ResourceKind.VIDEO]
        if not videos:
            raise NoSuchThing(order_id=order_id)
        return max(videos, key=lambda r: r.version)


def _row(order: Order, pending: Intent | None, now: datetime) -> OrderRow:
    late = (
        not order.status.ended
        and order.status is not OrderStatus.PUBLISHED
        and order.publish_until is not None
        and order.publish_until - now < LATE_AFTER.get(order.status, timedelta(0))
    )
    return OrderRow(order, pending, frozenset() if pending is not None else allowed_actions(order.status), late)


_WAITING_FOR_CLIENT = frozenset(
    {OrderStatus.UNPAID, OrderStatus.SCRIPT_UPLOADED, OrderStatus.VIDEO_UPLOADED, OrderStatus.VIDEO_CONFIRMED, OrderStatus.BALANCE_DUE}
)


def _summary(campaign: Campaign, rows: Sequence[OrderRow]) -> CampaignSummary:
    orders = [row.order for row in rows]
    live = [order for order in orders if order.status not in (OrderStatus.CANCELLED, OrderStatus.CLOSED)]
    counted = Counter(order.status for order in orders)
    return CampaignSummary(
        campaign=campaign,
        orders=len(orders),
        by_status=tuple(sorted(counted.items())),
        committed=total(order.total for order in live if order.total is not None),
        paid=total(order.total_paid for order in orders if order.total_paid is not None),
        published=sum(order.status in (OrderStatus.PUBLISHED, OrderStatus.FINISHED) for order in orders),
        finished=counted[OrderStatus.FINISHED],
        waiting_for_client=sum(order.status in _WAITING_FOR_CLIENT for order in orders),
        late=sum(row.late for row in rows),
        pending=sum(row.pending is not None for row in rows),
    )
