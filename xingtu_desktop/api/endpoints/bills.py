"""The path that reads what is still to be paid (wire.md A8)."""

from __future__ import annotations

from xingtu_desktop.api.gateway import Gateway
from xingtu_desktop.api.wire import Node
from xingtu_desktop.core.errors import BugError
from xingtu_desktop.domain.ids import OrderId, PlatformCampaignId, StarId

PENDING = "/open_api/2/star/bill/get_pending/"


def target(campaign_id: PlatformCampaignId | None, order_id: OrderId | None) -> dict[str, object]:
    """The one of the two that a bill or payment is for."""
    if (campaign_id is None) == (order_id is None):
        raise BugError("a bill is for a campaign or for an order, one of them")
    return {"campaign_id": campaign_id} if campaign_id is not None else {"order_id": order_id}


async def pending(gateway: Gateway, star_id: StarId, campaign_id: PlatformCampaignId | None, order_id: OrderId | None) -> Node:
    """The bill of a campaign (first payment) or of an order (tail of a prepaid one)."""
    return Node.of("data", (await gateway.read(PENDING, {"star_id": star_id, **target(campaign_id, order_id)})).data)
