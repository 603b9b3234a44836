"""What views show of an order: the server's row, overlaid with what this computer decided and has not brought to an end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xingtu_desktop.domain.ids import CampaignId, OrderId
from xingtu_desktop.domain.intent import ApproveResource, Intent, IntentKind, IntentState, PayCampaign, RejectResource, ReplyCancel
from xingtu_desktop.domain.lifecycle import OrderStatus, ResourceKind
from xingtu_desktop.domain.order import Order
from xingtu_desktop.services.ports import OrderStore, OutboxStore

_S = OrderStatus


@dataclass(frozen=True, slots=True)
class ProjectedOrder:
    """An order as shown."""

    order: Order
    pending: Intent | None
    """The newest open intent of this order."""
    effective_status: OrderStatus
    """The state once `pending` is done; the server's own where nothing is pending or a person has to decide."""

    @property
    def action(self) -> IntentKind | None:
        return None if self.pending is None else self.pending.kind

    @property
    def awaits_review(self) -> bool:
        """Whether a version waits for the person's word, not counting what was decided already."""
        return self.effective_status in (_S.SCRIPT_UPLOADED, _S.VIDEO_UPLOADED)


def expected_status(intent: Intent, now: OrderStatus) -> OrderStatus:
    """Where an order in `now` will be once `intent` is done."""
    if intent.state is IntentState.NEEDS_HUMAN:
        return now
    match intent.payload:
        case ApproveResource(kind=kind):
            return _S.SCRIPT_CONFIRMED if kind is ResourceKind.SCRIPT else _S.VIDEO_CONFIRMED
        case RejectResource(kind=kind):
            return _S.SCRIPT_REJECTED if kind is ResourceKind.SCRIPT else _S.VIDEO_REJECTED
        case ReplyCancel(accept=accept):
            return _S.CANCELLED if accept else now
        case PayCampaign():
            return _S.WAITING_FOR_CREATOR if now is _S.UNPAID else now
        case _:
            known = {IntentKind.PUBLISH: _S.PUBLISHED, IntentKind.FINISH: _S.FINISHED, IntentKind.CANCEL: _S.CANCELLED}
            return known.get(intent.kind, now)


def project(orders: Sequence[Order], intents: Sequence[Intent], created: Sequence[Intent] = ()) -> list[ProjectedOrder]:
    """Overlay `orders` with open `intents` (oldest first); `created` are the creations that payments refer to."""
    by_order: dict[OrderId, Intent] = {}
    by_campaign: dict[int, Intent] = {}
    made = {one.intent_id: one.result.get("platform_campaign_id") for one in created}
    for intent in intents:
        payload = intent.payload
        if isinstance(payload, PayCampaign):
            campaign = payload.platform_campaign_id or (None if payload.created_by is None else made.get(payload.created_by))
            if isinstance(campaign, int):
                by_campaign[campaign] = intent
        else:
            order_id: OrderId | None = getattr(payload, "order_id", None)
            if order_id is not None:
                by_order[order_id] = intent
    rows = []
    for order in orders:
        unpaid = order.status is _S.UNPAID
        pending = by_order.get(order.order_id) or (by_campaign.get(order.platform_campaign_id) if unpaid else None)
        rows.append(ProjectedOrder(order, pending, order.status if pending is None else expected_status(pending, order.status)))
    return rows


class Projection:
    """Reads the projection for the views."""

    def __init__(self, orders: OrderStore, outbox: OutboxStore) -> None:
        self._orders = orders
        self._outbox = outbox

    async def orders(
        self, *, ids: Sequence[OrderId] | None = None, campaign_id: CampaignId | None = None, open_only: bool = False
    ) -> list[ProjectedOrder]:
        """Orders as shown."""
        rows = await self._orders.orders(ids=ids, campaign_id=campaign_id, open_only=open_only)
        intents = await self._outbox.open_intents()
        named = {one.payload.created_by for one in intents if isinstance(one.payload, PayCampaign) and one.payload.created_by is not None}
        created = [await self._outbox.get(one) for one in sorted(named)]
        return project(rows, intents, created)
