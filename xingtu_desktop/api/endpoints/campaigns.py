"""The paths of platform campaigns and of demands, which list what an account ordered (wire.md A7, A8)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from xingtu_desktop.api.gateway import Gateway
from xingtu_desktop.api.pagination import LIMITED, NUMBERED, walk
from xingtu_desktop.api.wire import Node
from xingtu_desktop.domain.ids import DemandId, PlatformCampaignId, StarId

CAMPAIGNS = "/open_api/2/star/campaign/list/"
ORDERS_OF_CAMPAIGNS = "/open_api/2/star/order/list_by_campaign/"
DEMANDS = "/open_api/2/star/demand/list/"
DEMAND_ORDERS = "/open_api/2/star/demand/order/list/"


def campaigns(gateway: Gateway, star_id: StarId) -> AsyncIterator[Node]:
    """Every campaign of the account."""

    async def fetch(page: dict[str, object]) -> Node:
        return Node.of("data", (await gateway.read(CAMPAIGNS, {"star_id": star_id, **page})).data)

    return walk(fetch, LIMITED, "campaigns", "campaign_id")


def orders_of_campaigns(gateway: Gateway, star_id: StarId, ids: Sequence[PlatformCampaignId]) -> AsyncIterator[Node]:
    """Every paid order of at most 50 campaigns."""

    async def fetch(page: dict[str, object]) -> Node:
        return Node.of("data", (await gateway.read(ORDERS_OF_CAMPAIGNS, {"star_id": star_id, "campaign_ids": list(ids), **page})).data)

    return walk(fetch, LIMITED, "order_list", "order_id")


def demands(gateway: Gateway, star_id: StarId, name: str) -> AsyncIterator[Node]:
    """Every demand whose name contains `name`; all for ""."""

    async def fetch(page: dict[str, object]) -> Node:
        filtering: dict[str, object] = {"filtering": {"name": name}} if name else {}
        return Node.of("data", (await gateway.read(DEMANDS, {"star_id": star_id, **filtering, **page})).data)

    return walk(fetch, NUMBERED, "list", "demand_id")


def demand_orders(gateway: Gateway, star_id: StarId, demand_id: DemandId) -> AsyncIterator[Node]:
    """Every order of a demand, unpaid ones too."""

    async def fetch(page: dict[str, object]) -> Node:
        return Node.of("data", (await gateway.read(DEMAND_ORDERS, {"star_id": star_id, "demand_id": demand_id, **page})).data)

    return walk(fetch, NUMBERED, "list", "order_id")
