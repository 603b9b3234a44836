"""Demands, campaigns and attachments (wire.md A7, A8): the two list styles over what create_assign made, and uploading a file."""

from __future__ import annotations

import hashlib

from starlette.routing import BaseRoute

from xingtu_desktop.sandbox import assigning, lifecycle
from xingtu_desktop.sandbox import wire_answers as wire
from xingtu_desktop.sandbox.ledger import Value
from xingtu_desktop.sandbox.pipeline import official
from xingtu_desktop.sandbox.plans import VIDEO
from xingtu_desktop.sandbox.records import Attachment, Campaign, Order
from xingtu_desktop.sandbox.wire_answers import Call, JsonObject, beijing_text
from xingtu_desktop.sandbox.world import World

ORDER_STATUSES = ("ALL", "WAIT_PAYMENT", "RECEIVEING", "ONGOING", "WAIT_EVALUATE", "FINISHED", "CANCELED")
_TASK_CATEGORIES = (
    "DOUYIN_VIDEO",
    "DOUYIN_PIC",
    "DOUYIN_LIVE",
    "DOUYIN_VIDEO_RECRUIT",
    "DOUYIN_LIVE_RECRUIT",
    "DOUYIN_CHALLENGE",
    "DOUYIN_PIC_CHALLENGE",
    "DOUYIN_LIVE_CHALLENGE",
)
_SETTLEMENTS = (
    "ALL",
    "FIXED_PRICE",
    "CPM",
    "CPA",
    "RANK",
    "EFFECT",
    "EXCHANGE",
    "GIFT",
    "MONEY_SHARE",
    "FLOW_SHARE",
    "STAR_SUPPORT",
    "DOU_PLUS",
    "CUSTOMIZE",
)
_MOST_COUNTED = 5000
_STATUS_SETS = {
    "WAIT_PAYMENT": (0,),
    "RECEIVEING": (-1,),
    "ONGOING": (1, 10, 41, 42, 43, 44, 51, 52, 53, 54),
    "WAIT_EVALUATE": (),
    "FINISHED": (3,),
    "CANCELED": (4, 2),
}
_CAMPAIGN_ONGOING, _CAMPAIGN_FINISHED, _CAMPAIGN_CANCELLED = 1, 2, 3


def routes(world: World) -> list[BaseRoute]:
    base = "/open_api/2/star"
    return [
        official(world, "POST", f"{base}/demand/create_assign/", assigning.create_assign),
        official(world, "POST", f"{base}/attachment/upload/", _upload),
        official(world, "GET", f"{base}/demand/list/", _demand_list),
        official(world, "GET", f"{base}/demand/order/list/", _demand_order_list),
        official(world, "GET", f"{base}/campaign/list/", _campaign_list),
    ]


def universal_status(status: int) -> str:
    """The string enum's name for an order's integer status."""
    return next(name for name, codes in _STATUS_SETS.items() if status in codes)


def _upload(call: Call) -> object:
    name = call.params.need_text("file_name", 200)
    if not call.file:
        raise wire.missing("file")
    if any(character in name for character in "/\\\0"):
        raise wire.wrong("file_name", "文件名不能包含路径")
    digest = hashlib.sha256(call.file).hexdigest()
    ledger = call.world.ledger
    ledger.insert(Attachment(ledger.next_number("attachment"), call.star_id, name, len(call.file), digest, call.now))
    call.world.record_effect("upload", None, star_id=call.star_id, campaign_id=0, actor="client", at=call.now)
    return {"result": True}


def _status_condition(name: str, column: str) -> str:
    codes = _STATUS_SETS[name]
    return f"{column} IN ({', '.join(map(str, codes))})" if codes else "0"


def _like(text: str) -> str:
    """A LIKE pattern for texts that contain this one (escaped with a backslash)."""
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _demand_list(call: Call) -> object:
    page = wire.page_by_size(call.params)
    conditions, values = ["star_id = ?"], [call.star_id]
    bound: list[Value] = list(values)
    filtering = call.params.object_or_none("filtering")
    if filtering is not None:
        name = filtering.text_or("name")
        if name:
            conditions.append("name LIKE ? ESCAPE '\\'")
            bound.append(_like(name))
        if filtering.has("task_category") and filtering.enum_or("task_category", "DOUYIN_VIDEO", _TASK_CATEGORIES) != "DOUYIN_VIDEO":
            conditions.append("0")
        if filtering.enum_or("universal_settlement_type", "ALL", _SETTLEMENTS) not in ("ALL", "FIXED_PRICE"):
            conditions.append("0")
        component = filtering.text_or("component_type", "ALL")
        if component != "ALL":
            conditions.append("component_type = ?")
            bound.append(component)
        status = filtering.enum_or("universal_order_status", "ALL", ORDER_STATUSES)
        if status != "ALL":
            conditions.append(
                f"EXISTS (SELECT 1 FROM orders o WHERE o.campaign_id = campaigns.campaign_id AND {_status_condition(status, 'o.status')})"
            )
        span = filtering.object_or_none("query_time_range")
        if span is not None:
            start, end = span.need_text("start_time"), span.need_text("end_time")
            conditions.append("created BETWEEN ? AND ?")
            bound += [wire.parse_beijing_text(start, span.field("start_time")), wire.parse_beijing_text(end, span.field("end_time"))]
    where = " AND ".join(conditions)
    total = min(_MOST_COUNTED, call.ledger.count(Campaign, where, *bound))
    rows = call.ledger.select(Campaign, f"{where} ORDER BY created DESC, demand_id DESC LIMIT ? OFFSET ?", *bound, page.size, page.offset)
    return {
        "list": [
            {
                "demand_id": campaign.demand_id,
                "demand_name": campaign.name,
                "task_category": "DOUYIN_VIDEO",
                "component_type": campaign.component_type,
                "universal_settlement_type": "FIXED_PRICE",
                "create_time": beijing_text(campaign.created),
            }
            for campaign in rows
        ],
        "page_info": wire.size_info(page, total),
    }


def _demand_order_list(call: Call) -> object:
    page = wire.page_by_size(call.params)
    demand_id = call.params.need_int("demand_id")
    campaign = call.ledger.campaign_of_demand(demand_id)
    if campaign is None or campaign.star_id != call.star_id:
        raise wire.wrong("demand_id", f"任务 {demand_id} 不存在或不属于该账户")
    filtering = call.params.object_or_none("filtering")
    status = filtering.enum_or("universal_order_status", "ALL", ORDER_STATUSES) if filtering is not None else "ALL"
    where = "demand_id = ?" if status == "ALL" else f"demand_id = ? AND {_status_condition(status, 'status')}"
    total = call.ledger.count(Order, where, demand_id)
    rows = call.ledger.select(Order, f"{where} ORDER BY created DESC, order_id DESC LIMIT ? OFFSET ?", demand_id, page.size, page.offset)
    return {"list": [_order_shape(call, order) for order in rows], "page_info": wire.size_info(page, total)}


def _order_shape(call: Call, order: Order) -> JsonObject:
    shape: JsonObject = {
        "order_id": order.order_id,
        "demand_id": order.demand_id,
        "campaign_id": order.campaign_id,
        "universal_order_status": universal_status(order.status),
        "create_time": beijing_text(order.created),
        "release_time": beijing_text(order.released),
        "title": order.title,
        "author_id": order.author_id,
        "author_name": order.author_name,
        "avatar_uri": call.world.url(order.avatar_path),
        "item_id": order.item_id,
        "video_id": f"v0200fg{order.item_id:x}" if order.item_id else "",
        "video_url": "",
        "head_image_uri": "",
    }
    if order.item_id:
        video = call.ledger.resources_of(order.order_id, VIDEO)[-1]
        shape["video_url"], shape["head_image_uri"] = call.world.media_url(video.path), call.world.media_url(video.cover_path)
    return shape


def _campaign_list(call: Call) -> object:
    page = wire.page_by_limit(call.params)
    name = call.params.text_or("search_name", "", 19)
    where = "star_id = ? AND name LIKE ? ESCAPE '\\'"
    total = call.ledger.count(Campaign, where, call.star_id, _like(name))
    rows = call.ledger.select(
        Campaign, f"{where} ORDER BY created DESC, campaign_id DESC LIMIT ? OFFSET ?", call.star_id, _like(name), page.size, page.offset
    )
    return {
        "campaigns": [
            {"campaign_id": row.campaign_id, "name": row.name, "create_time": row.created, "status": _campaign_status(call, row)}
            for row in rows
        ],
        "page_info": wire.limit_info(page, total),
    }


def _campaign_status(call: Call, campaign: Campaign) -> int:
    """Going on while an order is open; cancelled when none came to its end, finished otherwise."""
    statuses = call.ledger.statuses_of(campaign.campaign_id)
    if statuses - set(lifecycle.ENDED):
        return _CAMPAIGN_ONGOING
    return _CAMPAIGN_FINISHED if lifecycle.FINISHED in statuses else _CAMPAIGN_CANCELLED
