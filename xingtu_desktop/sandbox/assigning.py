"""create_assign: the limits of a demand (wire.md A8), and the campaign with its orders and bill that come of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xingtu_desktop.sandbox import lifecycle, plans
from xingtu_desktop.sandbox import wire_answers as wire
from xingtu_desktop.sandbox.bills import bill
from xingtu_desktop.sandbox.decisions import check_link
from xingtu_desktop.sandbox.records import Attachment, Campaign, Order, Project
from xingtu_desktop.sandbox.settings import DAY
from xingtu_desktop.sandbox.wire_answers import Call, Params

if TYPE_CHECKING:
    from xingtu_desktop.sandbox.world import World

MOST_ORDERS = 50
LONGEST_WINDOW = 30 * DAY
VIDEO_TYPES = (1, 2, 71)
_AD_SYNC_TARGETS = ("ocean_engine", "qianchuan", "dou_plus", "content_marketing", "local_promotion", "ecom_shop")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One order that is asked for."""

    author_id: int
    video_type: int
    price_fen: int


def create_assign(call: Call) -> object:
    """Make a campaign with one order for each creator and count; nothing is paid yet."""
    demand = call.params.need_object("demand_info")
    _check_demand(call, demand)
    items = call.params.need_object("order_item_info")
    order_type = items.need_choice("order_type", (1, 2))
    wanted = _check_authors(call.world, items)
    campaign, orders = place(call.world, call.star_id, dict(demand.plain()), order_type, wanted, call.now)
    call.world.record_effect("create_assign", None, star_id=call.star_id, campaign_id=campaign.campaign_id, actor="client", at=call.now)
    due = [(order, lifecycle.due_fen(call.world, order)) for order in orders]
    return {
        "campaign_id": campaign.campaign_id,
        "order_ids": [order.order_id for order in orders],
        "bill_info": bill(call.world, call.star_id, due, "total_amount"),
    }


def place(
    world: World, star_id: int, demand: dict[str, object], order_type: int, wanted: list[Wanted], at: int
) -> tuple[Campaign, list[Order]]:
    """Write a campaign and its unpaid orders; `demand` is a checked demand_info."""
    ledger = world.ledger
    info = Params(demand)
    component = info.object_or_none("component_info")
    links = component.ints_or("link_component_ids", []) if component is not None else []
    cart = component.objects_or("ecom_cart") if component is not None else []
    campaign = Campaign(
        campaign_id=ledger.new_id("campaign"),
        demand_id=ledger.new_id("demand"),
        star_id=star_id,
        name=info.text_or("demand_name"),
        created=at,
        order_type=order_type,
        project_id=info.int_or("project_id", 0),
        demand_json=json.dumps(demand, ensure_ascii=False),
        component_type="LINK" if links else "CART" if cart else "ALL",
    )
    ledger.insert(campaign)
    days = info.int_or("accept_expiration_day", 0)
    orders: list[Order] = []
    for one in wanted:
        order = Order(
            order_id=ledger.new_id("order"),
            campaign_id=campaign.campaign_id,
            demand_id=campaign.demand_id,
            star_id=star_id,
            author_id=one.author_id,
            author_name=world.catalog.name(one.author_id),
            avatar_path=world.catalog.avatar_path(one.author_id),
            video_type=one.video_type,
            order_type=order_type,
            ignore_script=info.int_or("ignore_script", 0),
            status=lifecycle.UNPAID,
            audit_status=0,
            created=at,
            paid=0,
            accept_deadline=at + days * DAY if days else 0,
            released=0,
            finished=0,
            schedule_time=0,
            task_cost_fen=one.price_fen,
            fee_fen=lifecycle.share(one.price_fen, world.settings.fee_basis_points),
            paid_fen=0,
            refund_fen=0,
            deduct_fen=0,
            item_id=0,
            author_cancel_status=0,
            author_cancel_reason="",
            cancel_reason="",
            link_component_id=links[0] if links else 0,
            component_click_monitor_url=info.text_or("component_click_monitor_url"),
            item_show_monitor_url=info.text_or("item_show_monitor_url"),
            title="",
            changed=at,
        )
        ledger.insert(order)
        orders.append(order)
        if not world.quiet:
            plans.plan_next(world, order, at)
    world.emit(
        "campaign.created",
        {
            "star_id": star_id,
            "campaign_id": campaign.campaign_id,
            "demand_id": campaign.demand_id,
            "order_ids": [order.order_id for order in orders],
        },
        at,
    )
    return campaign, orders


def _check_authors(world: World, items: Params) -> list[Wanted]:
    lines = items.objects_or("author_list", MOST_ORDERS)
    if not lines:
        raise wire.missing(items.field("author_list"))
    wanted: list[Wanted] = []
    for line in lines:
        author_id = line.need_int("author_id")
        video_type = line.need_choice("video_type", VIDEO_TYPES)
        count = line.need_int("cnt", low=1, high=10)
        line.int_or("order_time_span", 0, low=0)
        price = world.quote_fen(author_id, video_type)
        if price is None:
            raise wire.wrong(line.field("author_id"), f"达人 {author_id} 不存在、已退出或未开放该视频类型报价")
        wanted.extend([Wanted(author_id, video_type, price)] * count)
    if len(wanted) > MOST_ORDERS:
        raise wire.wrong(items.field("author_list"), f"任务累计数量不能超过 {MOST_ORDERS}，实际 {len(wanted)}")
    return wanted


def _check_demand(call: Call, demand: Params) -> None:
    for name, limit in (
        ("demand_name", 60),
        ("brand_name", 50),
        ("product_name", 40),
        ("product_information", 500),
        ("contact_name", None),
        ("contact_phone", None),
    ):
        demand.need_text(name, limit)
    _check_industry(demand)
    requirement = demand.need_object("demand_requirement")
    requirement.need_text("detail_demand", 500)
    requirement.text_or("livestream_demand")
    requirement.text_or("other_demand", "", 500)
    for name in ("music", "prop_demand", "scene_demand", "script_demand"):
        requirement.text_or(name, "", 20)
    requirement.text_or("special_topic", "", 40)
    demand.need_int("expect_remain_time", low=1, high=365)
    _check_window(call, demand)
    demand.int_or("accept_expiration_day", 1, low=1, high=365)
    demand.choice_or("ignore_script", 0, (0, 1))
    demand.choice_or("xingzhitou_pre_audit", 0, (0, 1))
    for name in ("component_click_monitor_url", "item_show_monitor_url"):
        demand.url_or(name)
    demand.text_or("product_link")
    demand.text_or("attachment_text")
    demand.texts_or("product_category", [])
    _check_attachments(call, demand)
    demand.ints_or("yuntu_industry_ids", [], 1)
    for name in ("yuntu_main_brand", "ip_act_id", "livestream_deadline", "car_marketing_scene_type"):
        demand.int_or(name, 0)
    project_id = demand.int_or("project_id", 0)
    if project_id:
        project = call.world.ledger.get(Project, project_id)
        if project is None or project.star_id != call.star_id:
            raise wire.wrong(demand.field("project_id"), f"项目 {project_id} 不存在或不属于该账户")
    _check_components(call, demand)
    _check_ad_sync(demand)


def _check_industry(demand: Params) -> None:
    industry = demand.texts_or("product_industry", [])
    if not industry:
        raise wire.missing(demand.field("product_industry"))
    if len(industry) != 2 or not all(part.isdigit() for part in industry):
        raise wire.wrong(demand.field("product_industry"), "应为 [一级行业, 二级行业] 两个行业 id")


def _check_window(call: Call, demand: Params) -> None:
    start, end = demand.need_int("expiration_time", low=0), demand.need_int("expiration_time_end", low=0)
    if end < start:
        raise wire.wrong(demand.field("expiration_time_end"), "不能早于 expiration_time")
    if end - start > LONGEST_WINDOW:
        raise wire.wrong(demand.field("expiration_time_end"), "发布时间范围长度不可超过30天")
    if end <= call.now:
        raise wire.wrong(demand.field("expiration_time_end"), "期望发布时间已过")


def _check_attachments(call: Call, demand: Params) -> None:
    for name in demand.texts_or("attachments", []):
        if not call.world.ledger.count(Attachment, "star_id = ? AND file_name = ?", call.star_id, name):
            raise wire.wrong(demand.field("attachments"), f"附件 {name} 未上传")


def _check_components(call: Call, demand: Params) -> None:
    component = demand.object_or_none("component_info")
    if component is None:
        return
    check_link(call, component.field("link_component_ids"), component.ints_or("link_component_ids", [], 1))
    for item in component.objects_or("ecom_cart", 7):
        item.text_or("title", "", 50)
        item.text_or("product_link")
    for name in ("industry_component_id", "live_attract_component_id"):
        component.int_or(name, 0)
    component.ints_or("common_component_ids", [])
    component.text_or("search_word")
    component.text_or("cocreate_douyin_id")
    comment = component.object_or_none("comment_component_info")
    if comment is not None:
        comment.text_or("name")
        comment.text_or("text")


def _check_ad_sync(demand: Params) -> None:
    conf = demand.object_or_none("ad_sync_conf")
    for name in _AD_SYNC_TARGETS if conf is not None else ():
        assert conf is not None
        target = conf.object_or_none(name)
        if target is None:
            continue
        target.choice_or("ad_sync_origin", 0, (0, 1))
        target.choice_or("ad_sync", 1, (1, 2))
        target.choice_or("auto_sync", 0, (0, 1))
        target.int_or("sync_duration", 1, low=0)
        target.int_or("advertiser_id", 0)
        for listed in ("advertiser_ids", "shop_ids", "auto_sync_specify_material_platforms"):
            target.ints_or(listed, [])
        target.texts_or("product_pics", [])
