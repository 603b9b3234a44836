"""The paths that read orders, their scripts and videos, and what cancelling costs (wire.md A8)."""

from __future__ import annotations

from collections.abc import Sequence

from xingtu_desktop.api.gateway import Gateway
from xingtu_desktop.api.wire import Node
from xingtu_desktop.domain.ids import OrderId, StarId

INFO = "/open_api/2/star/order/get_info/"
DETAIL = "/open_api/2/star/order/detail/"
SCRIPTS = "/open_api/2/star/order/get_script/"
VIDEOS = "/open_api/2/star/order/get_video/"
CANCEL_AMOUNT = "/open_api/2/star/order/get_cancel_amount/"


async def info(gateway: Gateway, star_id: StarId, ids: Sequence[OrderId]) -> list[Node]:
    """`order_list` of at most 50 orders."""
    answer = await gateway.read(INFO, {"star_id": star_id, "order_ids": list(ids)})
    return list(Node.of("data", answer.data).nodes("order_list"))


async def detail(gateway: Gateway, star_id: StarId, order_id: OrderId) -> Node:
    """One order with every version of its script and video."""
    return Node.of("data", (await gateway.read(DETAIL, {"star_id": star_id, "order_id": order_id})).data)


async def scripts(gateway: Gateway, star_id: StarId, ids: Sequence[OrderId]) -> list[Node]:
    """`order_script_list` of at most 50 orders."""
    answer = await gateway.read(SCRIPTS, {"star_id": star_id, "order_ids": list(ids)})
    return list(Node.of("data", answer.data).nodes("order_script_list"))


async def videos(gateway: Gateway, star_id: StarId, ids: Sequence[OrderId]) -> list[Node]:
    """`order_video_list` of at most 50 orders."""
    answer = await gateway.read(VIDEOS, {"star_id": star_id, "order_ids": list(ids)})
    return list(Node.of("data", answer.data).nodes("order_video_list"))


async def cancel_amount(gateway: Gateway, star_id: StarId, order_id: OrderId) -> Node:
    """What cancelling now costs."""
    return Node.of("data", (await gateway.read(CANCEL_AMOUNT, {"star_id": star_id, "order_id": order_id})).data)
