"""What creators and the platform intend to do next with an order, drawn by seed and order alone and noted as plans in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xingtu_desktop.sandbox.ids import between, unit
from xingtu_desktop.sandbox.records import Order, Plan, Resource

if TYPE_CHECKING:
    from xingtu_desktop.sandbox.world import World

_MINUTE = 60
_HOUR = 3600

SCRIPT, VIDEO = 2, 3
CONTENT_AUDIT, AD_AUDIT = 1, 7


def plan_next(world: World, order: Order, at: int) -> None:
    """Forget what was planned for the order, running audits aside, and plan what follows from the state that it reached at `at`."""
    world.ledger.delete(Plan, "order_id = ? AND action <> 'audit'", order.order_id)
    status = order.status
    if status == 0:
        _add(world, order, at + world.settings.unpaid_seconds, "close_unpaid")
    elif status == -1:
        _plan_answer(world, order, at)
    elif status in (1, 42):
        plan_upload(world, order, at, SCRIPT)
        if status == 1 and _percent(world, order, "author_cancel") < world.settings.author_cancel_rate:
            _add(world, order, at + _MINUTE * _between(world, order, "author_cancel_at", 20, 110), "author_cancel")
    elif status in (43, 44, 52):
        plan_upload(world, order, at, VIDEO)
    elif status == 53 and order.order_type == 2 and order.paid_fen < order.total_fen:
        _add(world, order, at + world.settings.tail_seconds, "tail")
    elif status == 53 and order.schedule_time:
        _add(world, order, order.schedule_time, "publish")


def plan_upload(world: World, order: Order, at: int, kind: int) -> None:
    """The creator will upload the next version of a script (in 2–24 h, 1–6 h after a rejection) or video (6–48 h, 2–12 h)."""
    versions = len(world.ledger.resources_of(order.order_id, kind))
    first = versions == 0
    low, high = ((120, 1440) if first else (60, 360)) if kind == SCRIPT else ((360, 2880) if first else (120, 720))
    _add(
        world,
        order,
        at + _MINUTE * _between(world, order, f"upload{kind}", low, high, versions),
        "upload_script" if kind == SCRIPT else "upload_video",
    )


def plan_audits(world: World, order: Order, resource: Resource, at: int) -> None:
    """The platform will audit a version: its content in 2–40 min, a video's use as ad material in 10–90 min."""
    low, high = (2, 20) if resource.kind == SCRIPT else (5, 40)
    minutes = _between(world, order, "audit", low, high, resource.kind, resource.version)
    _add(world, order, at + _MINUTE * minutes, "audit", f"{resource.resource_id}:{CONTENT_AUDIT}")
    if resource.kind == VIDEO:
        minutes = _between(world, order, "ad_audit", 10, 90, resource.version)
        _add(world, order, at + _MINUTE * minutes, "audit", f"{resource.resource_id}:{AD_AUDIT}")


def audit_passes(world: World, order: Order, resource: Resource, source: int) -> bool:
    """Whether the platform will pass this version; a version made after a failure nearly always passes."""
    settings = world.settings
    if source == AD_AUDIT:
        rate = settings.ad_audit_fail_rate
    else:
        rate = settings.script_audit_fail_rate if resource.kind == SCRIPT else settings.video_audit_fail_rate
    if resource.version > 1:
        rate //= 4
    return _percent(world, order, "audit_result", resource.kind, resource.version, source) >= rate


def _plan_answer(world: World, order: Order, at: int) -> None:
    settings = world.settings
    drawn = _percent(world, order, "answer")
    moment = at + _MINUTE * _between(world, order, "answer_at", 10, 1200)
    if moment < order.accept_deadline and drawn < settings.accept_rate:
        _add(world, order, moment, "accept")
    elif moment < order.accept_deadline and drawn < settings.accept_rate + settings.decline_rate:
        _add(world, order, moment, "decline")
    _add(world, order, order.accept_deadline, "expire")


def _percent(world: World, order: Order, *what: object) -> float:
    return unit(world.seed, order.order_id, *what) * 100


def _between(world: World, order: Order, what: str, low: int, high: int, *more: object) -> int:
    return between(low, high, world.seed, order.order_id, what, *more)


def _add(world: World, order: Order, at: int, action: str, detail: str = "") -> None:
    world.ledger.insert(Plan(world.ledger.next_number("plan"), at, order.order_id, action, detail))
