"""What can happen to an order, each as one change of the ledger with its money, its event and what follows.

Nothing is checked here: `decisions` and `bills` hold what a client may ask for, `play` what the other side does. `at` is the virtual
instant; every function returns the order as it stands afterwards and runs inside the caller's transaction.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xingtu_desktop.sandbox import deliverables, plans
from xingtu_desktop.sandbox.ledger import Value
from xingtu_desktop.sandbox.plans import AD_AUDIT, CONTENT_AUDIT, SCRIPT, VIDEO
from xingtu_desktop.sandbox.records import Account, Audit, Order, Payment, Resource

if TYPE_CHECKING:
    from xingtu_desktop.sandbox.world import World

UNPAID, WAITING, ACCEPTED, CLOSED, FINISHED, CANCELLED, TAIL_DUE = 0, -1, 1, 2, 3, 4, 10
SCRIPT_UPLOADED, SCRIPT_REJECTED, SCRIPT_CONFIRMED, SCRIPT_SKIPPED = 41, 42, 43, 44
VIDEO_UPLOADED, VIDEO_REJECTED, VIDEO_CONFIRMED, PUBLISHED = 51, 52, 53, 54
ENDED = (CLOSED, FINISHED, CANCELLED)

NEW, REJECTED, CONFIRMED, SUPERSEDED = 1, 2, 3, 4
AUDIT_FAILED, AUDIT_PASSED, AUDITING = 0, 1, 99


def share(fen: int, basis_points: int) -> int:
    """A part of an amount in fen, halves up."""
    return (fen * basis_points + 5000) // 10_000


def due_fen(world: World, order: Order) -> int:
    """What the next payment for the order takes: all or the prepaid part while unpaid, the tail while it is due, else nothing."""
    if order.status == UNPAID:
        return order.total_fen if order.order_type == 1 else share(order.total_fen, world.settings.prepaid_basis_points)
    return max(0, order.total_fen - order.paid_fen) if order.status == TAIL_DUE else 0


def cancel_cost_fen(world: World, order: Order) -> int:
    """What the client would pay the creator for cancelling now, never more than was paid."""
    settings = world.settings
    points = {
        WAITING: settings.cost_unaccepted_basis_points,
        ACCEPTED: settings.cost_accepted_basis_points,
        SCRIPT_UPLOADED: settings.cost_script_basis_points,
        SCRIPT_REJECTED: settings.cost_script_basis_points,
        SCRIPT_CONFIRMED: settings.cost_script_basis_points,
        SCRIPT_SKIPPED: settings.cost_script_basis_points,
        VIDEO_UPLOADED: settings.cost_video_basis_points,
        VIDEO_REJECTED: settings.cost_video_basis_points,
        VIDEO_CONFIRMED: settings.cost_confirmed_basis_points,
        TAIL_DUE: settings.cost_confirmed_basis_points,
    }.get(order.status, 0)
    return min(order.paid_fen, share(order.total_fen, points))


def change(world: World, order: Order, at: int, event: str, /, **changes: Value) -> Order:
    """Change an order's columns and say so in the event log; a new status replaces what was planned."""
    world.ledger.update(Order, order.order_id, changed=at, **changes)
    fresh = replace(order, changed=at, **changes)  # type: ignore[arg-type]
    world.emit(
        event,
        {
            "star_id": order.star_id,
            "campaign_id": order.campaign_id,
            "order_id": order.order_id,
            "author_id": order.author_id,
            "status": fresh.status,
            "previous_status": order.status,
            "audit_status": fresh.audit_status,
            "author_cancel_status": fresh.author_cancel_status,
        },
        at,
    )
    if "status" in changes and not world.quiet:
        plans.plan_next(world, fresh, at)
    return fresh


def move_money(world: World, order: Order, kind: str, fen: int, at: int) -> None:
    """Take a payment from the account's balance or give a refund back to it."""
    if fen == 0:
        return
    account = world.ledger.get(Account, order.star_id)
    assert account is not None
    balance = account.balance_fen + (fen if kind == "refund" else -fen)
    world.ledger.update(Account, account.star_id, balance_fen=balance)
    world.ledger.insert(Payment(world.ledger.next_number("payment"), order.star_id, order.campaign_id, order.order_id, kind, fen, at))
    world.emit(
        "money.moved",
        {
            "star_id": order.star_id,
            "campaign_id": order.campaign_id,
            "order_id": order.order_id,
            "kind": kind,
            "fen": fen,
            "balance_fen": balance,
        },
        at,
    )


def pay_first(world: World, order: Order, at: int) -> Order:
    """The first payment: the order goes to its creator."""
    fen = due_fen(world, order)
    move_money(world, order, "pay", fen, at)
    deadline = order.accept_deadline or at + world.settings.accept_seconds
    return change(world, order, at, "order.changed", status=WAITING, paid=at, paid_fen=order.paid_fen + fen, accept_deadline=deadline)


def pay_tail(world: World, order: Order, at: int) -> Order:
    """The rest of a prepaid order: it can be published."""
    fen = due_fen(world, order)
    move_money(world, order, "tail", fen, at)
    return change(world, order, at, "order.changed", status=VIDEO_CONFIRMED, paid_fen=order.paid_fen + fen)


def accept(world: World, order: Order, at: int) -> Order:
    """The creator takes the order; where scripts are skipped the video comes next."""
    order = change(world, order, at, "order.changed", status=ACCEPTED)
    return change(world, order, at, "order.changed", status=SCRIPT_SKIPPED, audit_status=7) if order.ignore_script else order


def end(world: World, order: Order, at: int, status: int, cost_fen: int, reason: str) -> Order:
    """Cancelled (4) or closed (2): what was paid comes back but for the cost."""
    refund = max(0, order.paid_fen - order.refund_fen - cost_fen)
    move_money(world, order, "refund", refund, at)
    return change(
        world,
        order,
        at,
        "order.changed",
        status=status,
        refund_fen=order.refund_fen + refund,
        deduct_fen=cost_fen,
        cancel_reason=reason,
        author_cancel_status=0,
        finished=at,
    )


def upload(world: World, order: Order, kind: int, at: int) -> tuple[Order, Resource]:
    """The creator uploads the next version of the script or video; the platform begins its audits."""
    ledger = world.ledger
    older = ledger.resources_of(order.order_id, kind)
    for resource in older:
        if resource.status == NEW:
            ledger.update(Resource, resource.resource_id, status=SUPERSEDED)
    resource = deliverables.make(world, order, kind, len(older) + 1, older[-1].feedback if older else "", at)
    ledger.insert(resource)
    for source in (CONTENT_AUDIT,) if kind == SCRIPT else (CONTENT_AUDIT, AD_AUDIT):
        ledger.insert(Audit(ledger.next_number("audit"), resource.resource_id, source, AUDITING, "", 0))
    status = SCRIPT_UPLOADED if kind == SCRIPT else VIDEO_UPLOADED
    order = change(
        world, order, at, "resource.uploaded", status=status, audit_status=0, title=resource.title if kind == VIDEO else order.title
    )
    if not world.quiet:
        plans.plan_audits(world, order, resource, at)
    return order, resource


def audit(world: World, order: Order, resource: Resource, source: int, at: int, passed: bool | None = None) -> Order:
    """The platform's word on a version (by its plan, or `passed`); a creator whose content failed will upload again."""
    ledger = world.ledger
    if passed is None:
        passed = plans.audit_passes(world, order, resource, source)
    reason = "" if passed else deliverables.ban_reason(world, order, resource, source)
    for row in ledger.select(Audit, "resource_id = ? AND audit_source = ?", resource.resource_id, source):
        ledger.update(Audit, row.audit_id, audit_status=AUDIT_PASSED if passed else AUDIT_FAILED, ban_reason=reason, audit_time=at)
    states = [row.audit_status for row in ledger.select(Audit, "resource_id = ?", resource.resource_id)]
    overall = AUDIT_FAILED if AUDIT_FAILED in states else AUDITING if AUDITING in states else AUDIT_PASSED
    ledger.update(Resource, resource.resource_id, audit_status=overall)
    latest = ledger.resources_of(order.order_id, resource.kind)[-1].resource_id == resource.resource_id
    if source != CONTENT_AUDIT or not latest:
        return change(world, order, at, "resource.audited")
    audit_status = (2 if passed else 1) if resource.kind == SCRIPT else (4 if passed else 3)
    order = change(world, order, at, "resource.audited", audit_status=audit_status)
    if not passed and not world.quiet and order.status in (SCRIPT_UPLOADED, VIDEO_UPLOADED):
        plans.plan_upload(world, order, at, resource.kind)
    return order


def approve(world: World, order: Order, resource: Resource, at: int) -> Order:
    """The client confirms a version."""
    world.ledger.update(Resource, resource.resource_id, status=CONFIRMED)
    return change(world, order, at, "order.changed", status=SCRIPT_CONFIRMED if resource.kind == SCRIPT else VIDEO_CONFIRMED)


def reject(world: World, order: Order, resource: Resource, feedback: str, at: int) -> Order:
    """The client sends a version back."""
    world.ledger.update(Resource, resource.resource_id, status=REJECTED, feedback=feedback)
    return change(world, order, at, "order.changed", status=SCRIPT_REJECTED if resource.kind == SCRIPT else VIDEO_REJECTED)


def publish(world: World, order: Order, at: int) -> Order:
    """The confirmed video goes online and gets its item id."""
    item_id = world.ledger.new_id("item")
    for resource in world.ledger.resources_of(order.order_id, VIDEO):
        if resource.status == CONFIRMED:
            world.ledger.update(Resource, resource.resource_id, item_id=item_id, online_status=1)
    return change(world, order, at, "order.changed", status=PUBLISHED, released=at, item_id=item_id, schedule_time=0)


def finish(world: World, order: Order, at: int) -> Order:
    """The client accepts the work; escrow is settled."""
    return change(world, order, at, "order.changed", status=FINISHED, finished=at, deduct_fen=order.paid_fen - order.refund_fen)


def ask_cancel(world: World, order: Order, reason: str, at: int) -> Order:
    """The creator asks to be let go."""
    return change(world, order, at, "order.author_cancel", author_cancel_status=1, author_cancel_reason=reason)
