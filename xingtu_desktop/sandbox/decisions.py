"""The client's decisions about an order (wire.md A8) and what the platform checks before one takes effect. A refusal changes nothing."""

from __future__ import annotations

from starlette.routing import BaseRoute

from xingtu_desktop.sandbox import lifecycle
from xingtu_desktop.sandbox import wire_answers as wire
from xingtu_desktop.sandbox.bills import both
from xingtu_desktop.sandbox.lifecycle import (
    AUDIT_PASSED,
    AUDITING,
    CANCELLED,
    CONFIRMED,
    ENDED,
    FINISHED,
    NEW,
    PUBLISHED,
    REJECTED,
    VIDEO_CONFIRMED,
)
from xingtu_desktop.sandbox.pipeline import official
from xingtu_desktop.sandbox.plans import AD_AUDIT, CONTENT_AUDIT, SCRIPT, VIDEO, plan_next
from xingtu_desktop.sandbox.records import Audit, Component, Order, Resource
from xingtu_desktop.sandbox.wire_answers import Call
from xingtu_desktop.sandbox.world import World

_AUDIT_SKIPPED = 4
_EMPTY: dict[str, object] = {}


def routes(world: World) -> list[BaseRoute]:
    base = "/open_api/2/star/order"
    return [
        official(world, "POST", f"{base}/approve_resource/", _approve),
        official(world, "POST", f"{base}/reject_resource/", _reject),
        official(world, "POST", f"{base}/publish_resource/", _publish),
        official(world, "POST", f"{base}/finish/", _finish),
        official(world, "POST", f"{base}/push_resource/", _push),
        official(world, "GET", f"{base}/get_cancel_amount/", _cancel_amount),
        official(world, "POST", f"{base}/demander_cancel/", _cancel),
        official(world, "POST", f"{base}/reply_author_cancel/", _reply_author_cancel),
        official(world, "POST", f"{base}/update/", _update),
    ]


def own_order(call: Call) -> Order:
    """The order that `order_id` names, when it is this account's (40001 otherwise)."""
    order_id = call.params.need_int("order_id")
    order = call.ledger.get(Order, order_id)
    if order is None or order.star_id != call.star_id:
        raise wire.wrong("order_id", f"订单 {order_id} 不存在或不属于该账户")
    return order


def _effect(call: Call, action: str, order: Order, resource_id: int = 0, fen: int = 0) -> None:
    call.world.record_effect(
        action, order, star_id=call.star_id, campaign_id=order.campaign_id, resource_id=resource_id, fen=fen, actor="client", at=call.now
    )


def _repeats(call: Call, already: bool) -> bool:
    """Whether a second call of what has already happened is let through."""
    return already and call.world.settings.repeat == "accept"


def _resource(call: Call, order: Order) -> Resource:
    kind = call.params.need_choice("resource_type", (SCRIPT, VIDEO))
    resource_id = call.params.need_int("resource_id")
    resource = call.ledger.get(Resource, resource_id)
    if resource is None or resource.order_id != order.order_id or resource.kind != kind:
        raise wire.wrong("resource_id", f"资源 {resource_id} 不存在或不属于订单 {order.order_id}")
    return resource


def check_reviewable(world: World, order: Order, resource: Resource) -> None:
    """A version can be confirmed or sent back while it is the newest and its order waits for the client's word (ApiError otherwise)."""
    awaited = lifecycle.SCRIPT_UPLOADED if resource.kind == SCRIPT else lifecycle.VIDEO_UPLOADED
    if order.status != awaited:
        raise wire.wrong("order_id", f"订单当前状态 {order.status} 不支持该操作，需为 {awaited}")
    if resource.status != NEW or world.ledger.resources_of(order.order_id, resource.kind)[-1].resource_id != resource.resource_id:
        raise wire.wrong("resource_id", f"资源 {resource.resource_id} 不是最新版本或已处理（状态 {resource.status}）")


def check_audits(world: World, resource: Resource, decision: int) -> None:
    """Whether the platform's audits let a version be confirmed under an ad_sync_decision (ApiError otherwise)."""
    audits = {row.audit_source: row.audit_status for row in world.ledger.select(Audit, "resource_id = ?", resource.resource_id)}
    if audits.get(CONTENT_AUDIT) not in (AUDIT_PASSED, _AUDIT_SKIPPED):
        raise wire.wrong("resource_id", "内容审核未通过或审核中，暂不能确认")
    ad = audits.get(AD_AUDIT, AUDIT_PASSED)
    if ad in (AUDIT_PASSED, _AUDIT_SKIPPED) or decision == 1 or (decision == 2 and ad == AUDITING):
        return
    raise wire.wrong("ad_sync_decision", "广告素材审核未通过或审核中，需选择放弃投放（1）或审核中确认（2，仅审核中）")


def _approve(call: Call) -> object:
    order = own_order(call)
    resource = _resource(call, order)
    decision = call.params.choice_or("ad_sync_decision", 0, (0, 1, 2))
    if not _repeats(call, resource.status == CONFIRMED):
        check_reviewable(call.world, order, resource)
        check_audits(call.world, resource, decision)
        lifecycle.approve(call.world, order, resource, call.now)
    _effect(call, "approve", order, resource.resource_id)
    return _EMPTY


def _reject(call: Call) -> object:
    order = own_order(call)
    resource = _resource(call, order)
    feedback = call.params.need_text("feedback_content", 100)
    if not _repeats(call, resource.status == REJECTED):
        check_reviewable(call.world, order, resource)
        lifecycle.reject(call.world, order, resource, feedback, call.now)
    _effect(call, "reject", order, resource.resource_id)
    return _EMPTY


def _publish(call: Call) -> object:
    order = own_order(call)
    moment = call.params.int_or("schedule_time", 0, low=0)
    if not _repeats(call, order.status in (PUBLISHED, FINISHED)):
        if order.status != VIDEO_CONFIRMED:
            raise wire.wrong("order_id", f"订单当前状态 {order.status} 不支持发布，需为 {VIDEO_CONFIRMED}")
        if order.order_type == 2 and order.paid_fen < order.total_fen:
            raise wire.wrong("order_id", "预付订单尾款未付，不能发布")
        if moment and moment <= call.now:
            raise wire.wrong("schedule_time", "定时发布时间需晚于当前时间")
        if moment:
            fresh = lifecycle.change(call.world, order, call.now, "order.scheduled", schedule_time=moment)
            plan_next(call.world, fresh, call.now)
        else:
            lifecycle.publish(call.world, order, call.now)
    _effect(call, "publish", order)
    return _EMPTY


def _finish(call: Call) -> object:
    order = own_order(call)
    if not _repeats(call, order.status == FINISHED):
        if order.status != PUBLISHED:
            raise wire.wrong("order_id", f"订单当前状态 {order.status} 不支持验收，需为 {PUBLISHED}")
        lifecycle.finish(call.world, order, call.now)
    _effect(call, "finish", order)
    return _EMPTY


def _push(call: Call) -> object:
    order = own_order(call)
    call.params.need_choice("push_platform", (1,))
    call.params.need_ints("push_account_ids")
    if order.status not in (PUBLISHED, FINISHED):
        raise wire.wrong("order_id", f"订单当前状态 {order.status} 没有可推送的视频")
    _effect(call, "push", order)
    return _EMPTY


def _check_cancellable(order: Order) -> None:
    if order.status in (*ENDED, PUBLISHED):
        raise wire.wrong("order_id", f"订单当前状态 {order.status} 不支持取消")


def _cancel_amount(call: Call) -> object:
    order = own_order(call)
    _check_cancellable(order)
    cost = lifecycle.cancel_cost_fen(call.world, order)
    text = f"当前阶段取消需赔付达人 {cost / 100:.2f} 元，其余退回账户余额" if cost else "当前阶段取消无需赔付，已付金额全额退回"
    return {**both({"cost": cost}), "desc": text}


def _cancel(call: Call) -> object:
    order = own_order(call)
    reason_type = call.params.need_choice("reason_type", (0, 1, 2, 3, 4, 5, 6))
    reason = call.params.need_text("reason", 100) if reason_type == 0 else call.params.text_or("reason", "", 100)
    if not _repeats(call, order.status == CANCELLED):
        _check_cancellable(order)
        cost = lifecycle.cancel_cost_fen(call.world, order)
        lifecycle.end(call.world, order, call.now, CANCELLED, cost, reason or f"客户取消（原因 {reason_type}）")
    _effect(call, "cancel", order)
    return _EMPTY


def _reply_author_cancel(call: Call) -> object:
    order = own_order(call)
    accepted = call.params.need_choice("accept", (1, 2)) == 1
    call.params.text_or("reject_reason", "", 100)
    if order.author_cancel_status != 1 or order.status in ENDED:
        raise wire.wrong("order_id", "达人没有待处理的取消申请")
    if accepted:
        lifecycle.end(call.world, order, call.now, CANCELLED, 0, order.author_cancel_reason)
    else:
        lifecycle.change(call.world, order, call.now, "order.author_cancel", author_cancel_status=0)
    _effect(call, "reply_author_cancel", order)
    return _EMPTY


def _update(call: Call) -> object:
    order = own_order(call)
    changes = call.params.need_object("order_info_changes")
    links = changes.ints_or("link_component_ids", [order.link_component_id] if order.link_component_id else [], 1)
    click = changes.url_or("component_click_monitor_url", order.component_click_monitor_url)
    show = changes.url_or("item_show_monitor_url", order.item_show_monitor_url)
    if order.status in (*ENDED, PUBLISHED):
        raise wire.wrong("order_id", f"订单当前状态 {order.status} 不支持修改")
    check_link(call, changes.field("link_component_ids"), links)
    lifecycle.change(
        call.world,
        order,
        call.now,
        "order.updated",
        link_component_id=links[0] if links else 0,
        component_click_monitor_url=click,
        item_show_monitor_url=show,
    )
    _effect(call, "update", order)
    return _EMPTY


def check_link(call: Call, field: str, links: list[int]) -> None:
    """Link components must be the account's own (40001 otherwise)."""
    for link in links:
        component = call.world.ledger.get(Component, link)
        if component is None or component.star_id != call.star_id:
            raise wire.wrong(field, f"组件 {link} 不存在或不属于该账户")
