"""The other side of every order: creators and the platform act by seed when the virtual clock reaches what they planned."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from xingtu_desktop.sandbox import deliverables, lifecycle
from xingtu_desktop.sandbox.plans import SCRIPT, VIDEO
from xingtu_desktop.sandbox.records import Order, Plan, Resource

if TYPE_CHECKING:
    from xingtu_desktop.sandbox.world import World

_PORTION = 200


def catch_up(world: World, budget: int = 100_000) -> bool:
    """Carry out due plans in the order of their times, at most `budget` of them; says whether none is left."""
    now = world.now()
    if not world.ledger.count(Plan, "at <= ?", now):
        return True
    with world.transaction():
        for _ in range(budget):
            due = world.ledger.select(Plan, "at <= ? ORDER BY at, plan_id LIMIT 1", now)
            if not due:
                return True
            plan = due[0]
            world.ledger.delete(Plan, "plan_id = ?", plan.plan_id)
            order = world.ledger.get(Order, plan.order_id)
            if order is not None:
                act(world, order, plan.action, plan.detail, plan.at)
    return False


async def catch_up_gently(world: World) -> None:
    """The same in small portions, so that other requests are answered meanwhile."""
    done = False
    while not done:
        done = catch_up(world, _PORTION)
        await asyncio.sleep(0)


def act(world: World, order: Order, action: str, detail: str, at: int) -> Order:
    """One act of a creator or the platform; one that no longer fits the order's state does nothing."""
    status = order.status
    if action == "close_unpaid" and status == lifecycle.UNPAID:
        return lifecycle.end(world, order, at, lifecycle.CLOSED, 0, "超时未付款，任务已关闭")
    if action == "accept" and status == lifecycle.WAITING:
        return lifecycle.accept(world, order, at)
    if action == "decline" and status == lifecycle.WAITING:
        return lifecycle.end(world, order, at, lifecycle.CANCELLED, 0, "达人拒绝接单")
    if action == "expire" and status == lifecycle.WAITING:
        return lifecycle.end(world, order, at, lifecycle.CLOSED, 0, "达人超时未接单，任务已关闭")
    if action == "author_cancel" and status not in lifecycle.ENDED and not order.author_cancel_status:
        return lifecycle.ask_cancel(world, order, deliverables.cancel_reason(world, order), at)
    if action == "upload_script" and status in (lifecycle.ACCEPTED, lifecycle.SCRIPT_UPLOADED, lifecycle.SCRIPT_REJECTED):
        return lifecycle.upload(world, order, SCRIPT, at)[0]
    if action == "upload_video" and status in (
        lifecycle.SCRIPT_CONFIRMED,
        lifecycle.SCRIPT_SKIPPED,
        lifecycle.VIDEO_UPLOADED,
        lifecycle.VIDEO_REJECTED,
    ):
        return lifecycle.upload(world, order, VIDEO, at)[0]
    if action == "audit":
        resource_id, _, source = detail.partition(":")
        resource = world.ledger.get(Resource, int(resource_id))
        return order if resource is None else lifecycle.audit(world, order, resource, int(source), at)
    if action == "tail" and status == lifecycle.VIDEO_CONFIRMED:
        return lifecycle.change(world, order, at, "order.changed", status=lifecycle.TAIL_DUE)
    if action == "publish" and status == lifecycle.VIDEO_CONFIRMED:
        return lifecycle.publish(world, order, at)
    return order
