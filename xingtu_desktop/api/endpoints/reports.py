"""The paths that report on published orders (wire.md A7); all T+1."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from xingtu_desktop.api.gateway import Gateway
from xingtu_desktop.api.wire import Node
from xingtu_desktop.domain.ids import DemandId, ItemId, OrderId, StarId

OVERVIEW = "/open_api/2/star/report/order_overview/get/"
BATCH = "/open_api/2/star/report/order_overview/"
AUDIENCE = "/open_api/2/star/report/order_user_distribution/get/"
TOPICS = "/open_api/2/star/report/custom_data_topic_report/"
DAILY_TOPICS = "/open_api/2/star/report/custom_data_topic_daily_report/"

ALL_TOPICS = (
    "BASIC_DATA",
    "FLOW_DATA",
    "CONVERT_DATA",
    "SEARCH_DATA",
    "RECOMMEND_DATA",
    "DY_SHOP_DATA",
    "INDEX_SCORE_DATA",
    "COMMENT_DATA",
)
"""Without USER_DISTRIBUTION_DATA, which exists for recent videos only; the audience has its own path."""
BY_DAY = ("BASIC_DATA", "FLOW_DATA", "CONVERT_DATA", "SEARCH_DATA", "RECOMMEND_DATA")


async def overview(gateway: Gateway, star_id: StarId, order_id: OrderId) -> Node:
    """One order: ints, rates in percent × 100, prices in fen."""
    return Node.of("data", (await gateway.read(OVERVIEW, {"star_id": star_id, "order_id": order_id})).data)


async def batch(gateway: Gateway, star_id: StarId, ids: Sequence[OrderId]) -> list[Node]:
    """`base_stats` of at most 50 orders."""
    return list(Node.of("data", (await gateway.read(BATCH, {"star_id": star_id, "order_ids": list(ids)})).data).nodes("base_stats"))


async def audience(gateway: Gateway, star_id: StarId, order_id: OrderId) -> Node:
    """Who watched one order's video."""
    return Node.of("data", (await gateway.read(AUDIENCE, {"star_id": star_id, "order_id": order_id})).data)


async def topics(gateway: Gateway, star_id: StarId, item_id: ItemId, demand_id: DemandId) -> Node:
    """Cumulative self-describing metrics of one video."""
    query = {"star_id": star_id, "work_id": item_id, "demand_id": demand_id, "topics": list(ALL_TOPICS)}
    return Node.of("data", (await gateway.read(TOPICS, query)).data)


async def daily_topics(gateway: Gateway, star_id: StarId, item_id: ItemId, demand_id: DemandId, start: date, end: date) -> Node:
    """The same by Beijing day, both ends included, as far as topics have days."""
    query: dict[str, object] = {"star_id": star_id, "work_id": item_id, "demand_id": demand_id, "topics": list(BY_DAY)}
    answer = await gateway.read(DAILY_TOPICS, {**query, "start_time": start.isoformat(), "end_time": end.isoformat()})
    return Node.of("data", answer.data)
