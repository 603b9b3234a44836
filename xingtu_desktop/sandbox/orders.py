"""Reading orders (wire.md A8): lists, details, and the four different shapes of scripts and videos."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from xingtu_desktop.sandbox import wire_answers as wire
from xingtu_desktop.sandbox.bills import both
from xingtu_desktop.sandbox.decisions import own_order
from xingtu_desktop.sandbox.ledger import Ledger
from xingtu_desktop.sandbox.pipeline import official
from xingtu_desktop.sandbox.plans import SCRIPT, VIDEO
from xingtu_desktop.sandbox.records import Audit, Campaign, Component, Order, Resource
from xingtu_desktop.sandbox.wire_answers import Call, JsonObject, yuan
from xingtu_desktop.sandbox.world import World

_SCRIPT_FILES = "/sandbox/files/scripts"


def routes(world: World) -> list[BaseRoute]:
    base = "/open_api/2/star/order"

    async def script_file(request: Request) -> Response:
        resource = world.ledger.get(Resource, request.path_params["resource_id"])
        if resource is None or resource.kind != SCRIPT:
            return PlainTextResponse("", status_code=404)
        return PlainTextResponse(resource.content)

    return [
        official(world, "GET", f"{base}/list_by_campaign/", _list_by_campaign),
        official(world, "GET", f"{base}/detail/", _detail),
        official(world, "GET", f"{base}/get_info/", _get_info),
        official(world, "GET", f"{base}/get_script/", _get_script),
        official(world, "GET", f"{base}/get_video/", _get_video),
        official(world, "GET", f"{base}/get_live/", _get_live),
        official(world, "GET", f"{base}/get_component/", _get_component),
        Route(_SCRIPT_FILES + "/{resource_id:int}.txt", script_file),
    ]


def _own_orders(call: Call, *, required: bool = True) -> list[Order]:
    """The orders that `order_ids` names, in that order; 40001 when one is not this account's."""
    order_ids = call.params.need_ints("order_ids") if required else call.params.ints_or("order_ids", [])
    found = {order.order_id: order for order in call.ledger.select_in(Order, "order_id", order_ids)}
    for order_id in order_ids:
        if order_id not in found or found[order_id].star_id != call.star_id:
            raise wire.wrong("order_ids", f"订单 {order_id} 不存在或不属于该账户")
    return [found[order_id] for order_id in dict.fromkeys(order_ids)]


def _list_by_campaign(call: Call) -> object:
    campaign_ids = call.params.need_ints("campaign_ids")
    page = wire.page_by_limit(call.params)
    for campaign in call.ledger.select_in(Campaign, "campaign_id", campaign_ids):
        if campaign.star_id != call.star_id:
            raise wire.wrong("campaign_ids", f"项目 {campaign.campaign_id} 不属于该账户")
    marks = ", ".join("?" * len(campaign_ids))
    where = f"campaign_id IN ({marks}) AND star_id = ? AND status <> 0"
    total = call.ledger.count(Order, where, *campaign_ids, call.star_id)
    rows = call.ledger.select(
        Order, f"{where} ORDER BY created DESC, order_id DESC LIMIT ? OFFSET ?", *campaign_ids, call.star_id, page.size, page.offset
    )
    return {
        "order_list": [
            {
                "order_id": order.order_id,
                "demand_id": order.demand_id,
                "campaign_id": order.campaign_id,
                "order_status": order.status,
                "create_time": order.created,
                "author_id": order.author_id,
                "author_name": order.author_name,
                "avatar_uri": call.world.url(order.avatar_path),
            }
            for order in rows
        ],
        "page_info": wire.limit_info(page, total),
    }


def _author_info(world: World, order: Order) -> JsonObject:
    return {
        "author_id": order.author_id,
        "author_name": order.author_name,
        "avatar_uri": world.url(order.avatar_path),
        # Shown once the creator has taken the order.
        "contact_phone": "" if order.status in (0, -1, 2) else f"1390000{order.author_id % 10_000:04d}",
    }


def _amounts(order: Order) -> dict[str, int]:
    return {
        "total": order.total_fen,
        "total_paid": order.paid_fen,
        "task_cost": order.task_cost_fen,
        "platform_fee": order.fee_fen,
        "deduct_amount": order.deduct_fen,
        "refund_amount": order.refund_fen,
    }


def _audits(ledger: Ledger, resources: list[Resource]) -> dict[int, list[Audit]]:
    grouped: dict[int, list[Audit]] = {resource.resource_id: [] for resource in resources}
    for row in ledger.select_in(Audit, "resource_id", list(grouped), "ORDER BY audit_id"):
        grouped[row.resource_id].append(row)
    return grouped


def _audit_info(audits: list[Audit]) -> list[JsonObject]:
    return [
        {"audit_source": a.audit_source, "audit_status": a.audit_status, "audit_ban_reason": a.ban_reason, "audit_time": a.audit_time}
        for a in audits
    ]


def _detail(call: Call) -> object:
    order = own_order(call)
    scripts, videos = call.ledger.resources_of(order.order_id, SCRIPT), call.ledger.resources_of(order.order_id, VIDEO)
    audits = _audits(call.ledger, scripts + videos)
    link = call.ledger.get(Component, order.link_component_id) if order.link_component_id else None
    return {
        "order_id": order.order_id,
        "status": order.status,
        "audit_status": order.audit_status,
        "author_info": _author_info(call.world, order),
        "author_cancel_status": order.author_cancel_status,
        "author_cancel_reason": order.author_cancel_reason,
        "component_info": [{"link_component_info": _link_shape(link)}] if link is not None else [],
        "payment_info": {name: yuan(fen) for name, fen in _amounts(order).items()},
        "script_list": [
            {
                "resource_id": script.resource_id,
                "resource_title": script.title,
                "resource_filename": script.filename,
                "resource_content": script.content,
                "status": script.status,
                "audit_status": script.audit_status,
                "create_time": script.created,
                "detail_audit_info": _audit_info(audits[script.resource_id]),
            }
            for script in scripts
        ],
        "video_list": [
            {
                **_video_shape(call.world, video),
                "detail_audit_info": [
                    {name: str(value) for name, value in line.items()} for line in _audit_info(audits[video.resource_id])
                ],
            }
            for video in videos
        ],
        "create_time": order.created,
        "finish_time": order.finished,
    }


def _video_shape(world: World, video: Resource) -> JsonObject:
    """What both shapes of a video have in common."""
    return {
        "resource_id": video.resource_id,
        "resource_url": world.media_url(video.path),
        "item_id": video.item_id,
        "cover_url": world.media_url(video.cover_path),
        "duration": video.duration,
        "status": video.status,
        "audit_status": video.audit_status,
        "create_time": video.created,
    }


def _link_shape(link: Component, harmony: bool = False) -> JsonObject:
    info = json.loads(link.info_json)
    shape: JsonObject = {
        "component_id": link.component_id,
        "title": link.title,
        "link_type": link.link_type,
        "status": link.status,
        "audit_reject_reason": link.ban_reason,
        "landing_url_android": info.get("link_android", ""),
        "landing_url_ios": info.get("link_ios", ""),
        "download_url_android": info.get("link_android_download", ""),
        "download_url_ios": info.get("link_ios_download", ""),
    }
    if harmony:
        shape["landing_url_harmony"] = info.get("link_harmony", "")
        shape["download_url_harmony"] = info.get("link_harmony_download", "")
    return shape


_REQUIREMENT = ("detail_demand", "music", "other_demand", "prop_demand", "scene_demand", "script_demand", "special_topic")
_DEMAND = (
    "accept_expiration_day",
    "ad_sync_conf",
    "attachment_text",
    "attachments",
    "brand_name",
    "contact_name",
    "contact_phone",
    "demand_name",
    "expect_remain_time",
    "expiration_time",
    "expiration_time_end",
    "ignore_script",
    "ip_act_id",
    "product_industry",
    "product_information",
    "product_link",
    "product_name",
    "project_id",
    "xingzhitou_pre_audit",
    "yuntu_industry_ids",
    "yuntu_main_brand",
)
_COMPONENT = ("cocreate_douyin_id", "ecom_cart", "industry_component_id", "link_component_ids", "live_attract_component_id", "search_word")
_AD_SYNC_TARGET = (
    "ad_sync",
    "ad_sync_origin",
    "advertiser_id",
    "auto_sync",
    "auto_sync_specify_material_platforms",
    "dou_plus_uid",
    "product_link",
    "product_pics",
    "shop_ids",
    "sync_duration",
)


def _pick(source: object, names: tuple[str, ...]) -> JsonObject:
    return {name: source[name] for name in names if name in source} if isinstance(source, dict) else {}


def _demand_shape(campaign: Campaign) -> JsonObject:
    """demand_info as get_info has it: what was sent, in the fields that this shape knows."""
    sent = json.loads(campaign.demand_json)
    shape = _pick(sent, _DEMAND)
    shape["demand_requirement"] = _pick(sent.get("demand_requirement"), _REQUIREMENT)
    if "component_info" in sent:
        shape["component_info"] = _pick(sent["component_info"], _COMPONENT)
    if isinstance(sent.get("ad_sync_conf"), dict):
        shape["ad_sync_conf"] = {name: _pick(target, _AD_SYNC_TARGET) for name, target in sent["ad_sync_conf"].items()}
    return shape


def _get_info(call: Call) -> object:
    orders = _own_orders(call, required=False)
    campaigns = {c.campaign_id: c for c in call.ledger.select_in(Campaign, "campaign_id", list({o.campaign_id for o in orders}))}
    shapes = {campaign_id: _demand_shape(campaign) for campaign_id, campaign in campaigns.items()}
    return {
        "order_list": [
            {
                "order_id": order.order_id,
                "status": order.status,
                "audit_status": order.audit_status,
                "author_info": _author_info(call.world, order),
                "author_cancel_status": order.author_cancel_status,
                "author_cancel_reason": order.author_cancel_reason,
                "component_click_monitor_url": order.component_click_monitor_url,
                "item_show_monitor_url": order.item_show_monitor_url,
                "demand_info": shapes[order.campaign_id],
                "order_item_info": {
                    "order_type": order.order_type,
                    "author_list": [{"author_id": order.author_id, "video_type": order.video_type, "cnt": 1}],
                },
                "payment_info": both(_amounts(order)),
                "create_time": order.created,
                "release_time": order.released,
                "finish_time": order.finished,
            }
            for order in orders
        ]
    }


def _get_script(call: Call) -> object:
    answer: list[JsonObject] = []
    for order in _own_orders(call):
        scripts = call.ledger.resources_of(order.order_id, SCRIPT)
        audits = _audits(call.ledger, scripts)
        shapes = [
            {
                "resource_id": script.resource_id,
                "resource_filename": script.filename,
                "resource_url": call.world.url(f"{_SCRIPT_FILES}/{script.resource_id}.txt"),
                "status": script.status,
                "audit_status": script.audit_status,
                "create_time": script.created,
                "detail_audit_info": _audit_info(audits[script.resource_id]),
            }
            for script in scripts
        ]
        answer.append({"order_id": order.order_id, "script_list": shapes})
    return {"order_script_list": answer}


def _get_video(call: Call) -> object:
    answer: list[JsonObject] = []
    for order in _own_orders(call):
        videos = call.ledger.resources_of(order.order_id, VIDEO)
        audits = _audits(call.ledger, videos)
        shapes = [
            {
                **_video_shape(call.world, video),
                "title": video.title,
                "online_status": video.online_status,
                "detail_audit_info": _audit_info(audits[video.resource_id]),
            }
            for video in videos
        ]
        answer.append({"order_id": order.order_id, "video_list": shapes})
    return {"order_video_list": answer}


def _get_live(call: Call) -> object:
    # The sandbox plays video orders only, so no order has a live stream.
    return {
        "order_livestream_list": [{"order_id": order.order_id, "livestream_list": [], "total_duration": 0} for order in _own_orders(call)]
    }


def _get_component(call: Call) -> object:
    answer: list[JsonObject] = []
    for order in _own_orders(call):
        campaign = call.ledger.get(Campaign, order.campaign_id)
        sent = json.loads(campaign.demand_json).get("component_info", {}) if campaign is not None else {}
        link = call.ledger.get(Component, order.link_component_id) if order.link_component_id else None
        answer.append(
            {
                "order_id": order.order_id,
                "link_component_list": [_link_shape(link, harmony=True)] if link is not None else [],
                "ecom_info": [{"title": item.get("title", ""), "url": item.get("product_link", "")} for item in sent.get("ecom_cart", [])],
                "industry_component_id": sent.get("industry_component_id", 0),
                "live_attract_component_id": sent.get("live_attract_component_id", 0),
                "cocreate_douyin_id": sent.get("cocreate_douyin_id", ""),
                "search_word": sent.get("search_word", ""),
            }
        )
    return {"order_component_list": answer}
