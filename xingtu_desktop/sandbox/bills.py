"""Bills and payments (wire.md A8): what is due for a campaign or an order, and paying it from the account's balance."""

from __future__ import annotations

from starlette.routing import BaseRoute

from xingtu_desktop.sandbox import lifecycle
from xingtu_desktop.sandbox import wire_answers as wire
from xingtu_desktop.sandbox.lifecycle import TAIL_DUE, UNPAID
from xingtu_desktop.sandbox.pipeline import official
from xingtu_desktop.sandbox.records import Account, Campaign, Order
from xingtu_desktop.sandbox.wire_answers import Call, JsonObject, precise, yuan
from xingtu_desktop.sandbox.world import World


def routes(world: World) -> list[BaseRoute]:
    base = "/open_api/2/star/bill"
    return [
        official(world, "GET", f"{base}/get_pending/", _pending),
        official(world, "POST", f"{base}/pay/", _pay),
    ]


def bill(world: World, star_id: int, orders: list[tuple[Order, int]], total_name: str) -> JsonObject:
    """A bill of orders with what is due for each (fen); the total's field is `total_pay` or `total_amount`."""
    account = world.ledger.get(Account, star_id)
    balance = account.balance_fen if account is not None else 0
    task, fee = sum(o.task_cost_fen for o, _ in orders), sum(o.fee_fen for o, _ in orders)
    due = sum(fen for _, fen in orders)
    amounts = {"balance": balance, total_name: task + fee, "total_task_cost": task, "total_platform_fee": fee, "total_remaining": due}
    lines: list[JsonObject] = []
    for order, remaining in orders:
        parts = {"task_cost": order.task_cost_fen, "platform_fee": order.fee_fen, "total": order.total_fen, "remaining": remaining}
        lines.append({"order_id": order.order_id, **both(parts)})
    return {**both(amounts), "order_bill_list": lines}


def both(amounts: dict[str, int]) -> JsonObject:
    """Each amount (fen) as whole yuan under its name and exactly under precise_<name>."""
    answer: JsonObject = {}
    for name, fen in amounts.items():
        answer[name] = yuan(fen)
        answer[f"precise_{name}"] = precise(fen)
    return answer


def _target(call: Call) -> tuple[Campaign | None, Order | None]:
    """What a bill is asked for: exactly one of campaign and order, the account's own."""
    campaign_id, order_id = call.params.int_or("campaign_id", 0), call.params.int_or("order_id", 0)
    if not campaign_id and not order_id:
        raise wire.missing("campaign_id")
    if campaign_id and order_id:
        raise wire.wrong("order_id", "campaign_id 与 order_id 只能传一个")
    if order_id:
        order = call.ledger.get(Order, order_id)
        if order is None or order.star_id != call.star_id:
            raise wire.wrong("order_id", f"订单 {order_id} 不存在或不属于该账户")
        return None, order
    campaign = call.ledger.get(Campaign, campaign_id)
    if campaign is None or campaign.star_id != call.star_id:
        raise wire.wrong("campaign_id", f"项目 {campaign_id} 不存在或不属于该账户")
    return campaign, None


def _pending(call: Call) -> object:
    campaign, order = _target(call)
    if order is not None:
        orders = [order]
    else:
        assert campaign is not None
        orders = call.ledger.select(Order, "campaign_id = ? AND status = 0 ORDER BY order_id", campaign.campaign_id)
    due = [(order, lifecycle.due_fen(call.world, order)) for order in orders]
    return bill(call.world, call.star_id, [(order, fen) for order, fen in due if fen > 0], "total_pay")


def _pay(call: Call) -> object:
    campaign, order = _target(call)
    world = call.world
    accepting = world.settings.repeat == "accept"
    if order is not None:
        if order.status != TAIL_DUE and not (accepting and order.order_type == 2 and order.paid_fen == order.total_fen):
            raise wire.wrong("order_id", f"订单状态 {order.status} 没有待付尾款")
        orders, kind = [order], "tail"
    else:
        assert campaign is not None
        orders = world.ledger.select(Order, "campaign_id = ? AND status = 0 ORDER BY order_id", campaign.campaign_id)
        if not orders and accepting:
            orders = world.ledger.select(Order, "campaign_id = ? AND status NOT IN (2, 4) ORDER BY order_id", campaign.campaign_id)
        if not orders:
            raise wire.wrong("campaign_id", f"项目 {campaign.campaign_id} 没有待付款订单")
        kind = "pay"
    amounts = [_amount(world, order, kind) for order in orders]
    account = world.ledger.get(Account, call.star_id)
    assert account is not None
    if sum(amounts) > account.balance_fen:
        raise wire.wrong("balance", f"账户余额不足，需支付 {sum(amounts) / 100:.2f} 元，可用 {account.balance_fen / 100:.2f} 元")
    for order, fen in zip(orders, amounts, strict=True):
        if kind == "pay" and order.status == UNPAID:
            lifecycle.pay_first(world, order, call.now)
        elif kind == "tail" and order.status == TAIL_DUE:
            lifecycle.pay_tail(world, order, call.now)
        else:
            lifecycle.move_money(world, order, kind, fen, call.now)
            lifecycle.change(world, order, call.now, "order.changed", paid_fen=order.paid_fen + fen)
        world.record_effect(kind, order, star_id=call.star_id, campaign_id=order.campaign_id, fen=fen, actor="client", at=call.now)
    return both({"actual_pay": sum(amounts), "balance": account.balance_fen - sum(amounts)})


def _amount(world: World, order: Order, kind: str) -> int:
    """What the payment takes for one order; a repeated payment, where it is accepted, takes the same again."""
    if order.status in (UNPAID, TAIL_DUE):
        return lifecycle.due_fen(world, order)
    first = order.total_fen if order.order_type == 1 else lifecycle.share(order.total_fen, world.settings.prepaid_basis_points)
    return first if kind == "pay" else order.total_fen - first
