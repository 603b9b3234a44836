"""What the sandbox begins with: accounts, link components, and 300 orders in every state, lived through the same lifecycle."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from xingtu_desktop.sandbox import assigning, briefs, deliverables, lifecycle, plans
from xingtu_desktop.sandbox.assigning import Wanted
from xingtu_desktop.sandbox.briefs import PastCampaign
from xingtu_desktop.sandbox.ids import author_id_of, between, unit
from xingtu_desktop.sandbox.lifecycle import AUDIT_FAILED, AUDITING, CANCELLED, CLOSED, ENDED
from xingtu_desktop.sandbox.plans import AD_AUDIT, CONTENT_AUDIT, SCRIPT, VIDEO
from xingtu_desktop.sandbox.records import Account, Audit, Component, Order, Payment, Plan, Resource

if TYPE_CHECKING:
    from xingtu_desktop.sandbox.world import World

DAY = 86_400
DEAREST_FEN = 9_000_000
CHEAPEST_FEN = 400_000
_ACCOUNTS = (
    ("星野传媒-美妆事业部", "PLATFORM_ROLE_STAR", 6, 1, "上海星野文化传播有限公司"),
    ("星野传媒-食品饮料组", "PLATFORM_ROLE_STAR", 6, 1, "上海星野文化传播有限公司"),
    ("星野达人机构", "PLATFORM_ROLE_STAR_MCN", 0, 1, "杭州星野达人经纪有限公司"),
    ("星野传媒-旧账户", "PLATFORM_ROLE_STAR", 6, 0, "上海星野广告有限公司"),
)
_LINKS = (
    ("清屿官方旗舰店落地页", "立即了解", 1, 1, ""),
    ("禾煮小程序", "领取试吃", 2, 1, ""),
    ("听禾新品预约页", "预约新品", 3, 2, ""),
    ("澜光活动页（旧）", "限时抢购", 1, 3, "落地页无法访问，请检查链接后重新送审"),
)
_FEEDBACK = (
    "开场前 3 秒没有产品露出，请调整顺序",
    "口播里有「最」字，属于绝对化用语，请改掉",
    "卖点第二条和产品信息不一致，请按 brief 修改",
    "字幕有错别字，品牌名写错，请改正",
)
_SCRIPT_ROUND = ("upload_script", "audit_script")
_VIDEO_ROUND = ("upload_video", "audit_video")


def write(world: World) -> None:
    """Write the accounts and the history of the first account into an empty ledger."""
    _write_accounts(world)
    star_id = world.ledger.select(Account, "1 ORDER BY created, star_id")[0].star_id
    _write_links(world, star_id)
    world.quiet = True
    try:
        for number, campaign in enumerate(briefs.CAMPAIGNS):
            _write_campaign(world, star_id, campaign, number)
    finally:
        world.quiet = False
    _settle_balance(world, star_id)


def _write_accounts(world: World) -> None:
    for number, (name, kind, role, valid, company) in enumerate(_ACCOUNTS):
        created = world.start - (400 - number) * DAY
        star_id = world.ledger.new_id("star")
        world.ledger.insert(Account(star_id, name, kind, role, valid, 0, 1_690_000_000_000_000 + number // 2, company, created))
        if valid and kind == "PLATFORM_ROLE_STAR":
            top_up(world, star_id, world.settings.opening_balance_fen, created)


def top_up(world: World, star_id: int, fen: int, at: int) -> None:
    """Money that the client transferred to the account; the balance is always top-ups and refunds less payments."""
    account = world.ledger.get(Account, star_id)
    assert account is not None
    world.ledger.update(Account, star_id, balance_fen=account.balance_fen + fen)
    world.ledger.insert(Payment(world.ledger.next_number("payment"), star_id, 0, 0, "topup", fen, at))


def _settle_balance(world: World, star_id: int) -> None:
    account = world.ledger.get(Account, star_id)
    assert account is not None
    top_up(world, star_id, world.settings.opening_balance_fen - account.balance_fen, world.start - 60 * DAY)


def _write_links(world: World, star_id: int) -> None:
    for name, title, link_type, status, reason in _LINKS:
        info = {
            "link_name": name,
            "link_title": title,
            "link_android": "https://www.example.com/a",
            "link_ios": "https://www.example.com/i",
        }
        row = Component(
            world.ledger.new_id("component"), star_id, link_type, status, title, reason, world.start - 50 * DAY, json.dumps(info)
        )
        world.ledger.insert(row)


def choose_creators(world: World, count: int, *key: object, dearest_fen: int = DEAREST_FEN) -> list[Wanted]:
    """Different creators of the catalog with a quote that an agency would take, drawn by the key."""
    found: list[Wanted] = []
    seen: set[int] = set()
    attempt = 0
    while len(found) < count and attempt < 200 * count + 1000:
        attempt += 1
        index = between(0, world.creators - 1, world.seed, "creator", *key, attempt)
        video_type = (1, 2, 2, 71)[between(0, 3, world.seed, "tier", *key, attempt)]
        if index in seen:
            continue
        price = world.quote_fen(author_id_of(index), video_type)
        # An agency's campaign is not made of the cheapest creators; a small catalog may have no others.
        cheapest = CHEAPEST_FEN if attempt < 100 * count else 0
        if price is not None and cheapest <= price <= dearest_fen:
            seen.add(index)
            found.append(Wanted(author_id_of(index), video_type, price))
    return found


def _write_campaign(world: World, star_id: int, past: PastCampaign, number: int) -> None:
    created = world.start - int(past.days_ago * DAY)
    states = [status for status, count in past.states.items() for _ in range(count)]
    wanted = choose_creators(world, len(states), number)
    demand = briefs.demand_info(past, created) | _component(world, star_id, past, number)
    _, orders = assigning.place(world, star_id, demand, past.order_type, wanted, created)
    for order, status in zip(orders, states, strict=False):
        _live(world, order, status)


def _component(world: World, star_id: int, past: PastCampaign, number: int) -> dict[str, object]:
    """What hangs below the videos of a campaign: a link, a shopping cart or (every fourth) nothing, so that reports have funnels."""
    if number % 4 == 3:
        return {}
    if number % 4 == 1:
        cart = [{"title": past.product[:50], "product_link": f"https://shop.example.com/item/{past.industry[1]}{number}"}]
        return {"component_info": {"ecom_cart": cart}}
    links = world.ledger.select(Component, "star_id = ? AND status = 1 ORDER BY component_id", star_id)
    return {"component_info": {"link_component_ids": [links[number // 4 % len(links)].component_id]}}


def _steps(world: World, order: Order, status: int) -> list[str]:
    """What happened to an order until it stood in `status`."""
    drawn = unit(world.seed, order.order_id, "rounds")
    if status == 0:
        return []
    if status in (-1, CLOSED):
        return ["pay"] + (["close"] if status == CLOSED else [])
    if status == CANCELLED:
        return ["pay", "decline"] if drawn < 0.5 else ["pay", "accept", "cancel"]
    steps = ["pay", "accept"]
    if status == 1:
        return steps
    if not order.ignore_script:
        steps += [*_SCRIPT_ROUND, "reject"] if drawn < 0.3 and status != 42 else []
        steps += _SCRIPT_ROUND if status != 41 else ("upload_script",)
        if status in (41, 42):
            return [*steps, "last_audit"] if status == 41 else [*steps, "reject"]
        steps.append("approve")
    if status in (43, 44):
        return steps
    steps += [*_VIDEO_ROUND, "reject"] if drawn > 0.75 and status != 52 else []
    steps += _VIDEO_ROUND if status != 51 else ("upload_video",)
    if status in (51, 52):
        return [*steps, "last_audit"] if status == 51 else [*steps, "reject"]
    steps.append("approve")
    if order.order_type == 2:
        steps += ["tail_due"] if status == 10 else ["tail_due", "pay_tail"]
    if status in (54, 3):
        steps += ["publish"] if status == 54 else ["publish", "finish"]
    return steps


def _live(world: World, order: Order, status: int) -> None:
    """Take an order through its steps, spread between its placing and now, and plan what comes next."""
    steps = _steps(world, order, status)
    first, last = order.created + 1200, world.start - 900
    # Published orders were published at any time of the window, so that the reports have curves of every age.
    reach = 0.3 + 0.7 * unit(world.seed, order.order_id, "reach") if status in (54, 3) else 1.0
    end = first + int((last - first) * reach)
    draws = sorted(unit(world.seed, order.order_id, "step", index) for index in range(len(steps)))
    for index, (step, fraction) in enumerate(zip(steps, draws, strict=True)):
        at = first if index == 0 else first + int((end - first) * fraction) + index
        order = _take(world, order, step, min(at, last + index))
    if status in (1, 43) and unit(world.seed, order.order_id, "wants_out") < 0.12:
        order = lifecycle.ask_cancel(world, order, deliverables.cancel_reason(world, order), world.start - 600)
    if order.status not in ENDED:
        _plan(world, order)


def _take(world: World, order: Order, step: str, at: int) -> Order:
    kind = SCRIPT if order.status in (41, 42) else VIDEO
    if step == "pay":
        return lifecycle.pay_first(world, order, at)
    if step == "accept":
        return lifecycle.accept(world, order, at)
    if step == "decline":
        return lifecycle.end(world, order, at, CANCELLED, 0, "达人拒绝接单")
    if step == "close":
        return lifecycle.end(world, order, at, CLOSED, 0, "达人超时未接单，任务已关闭")
    if step == "cancel":
        return lifecycle.end(world, order, at, CANCELLED, lifecycle.cancel_cost_fen(world, order), "客户取消（原因 2）")
    if step in ("upload_script", "upload_video"):
        return lifecycle.upload(world, order, SCRIPT if step == "upload_script" else VIDEO, at)[0]
    if step in ("audit_script", "audit_video"):
        return _audit(world, order, at, (True, True))
    if step == "last_audit":
        return _audit(world, order, at, _last_audits(world, order))
    if step == "tail_due":
        return lifecycle.change(world, order, at, "order.changed", status=lifecycle.TAIL_DUE)
    if step == "pay_tail":
        return lifecycle.pay_tail(world, order, at)
    if step == "publish":
        return lifecycle.publish(world, order, at)
    if step == "finish":
        return lifecycle.finish(world, order, at)
    resource = world.ledger.resources_of(order.order_id, kind)[-1]
    if step == "approve":
        return lifecycle.approve(world, order, resource, at)
    feedback = _FEEDBACK[between(0, len(_FEEDBACK) - 1, world.seed, order.order_id, "feedback")]
    return lifecycle.reject(world, order, resource, feedback, at)


def _last_audits(world: World, order: Order) -> tuple[bool | None, bool | None]:
    """How the newest version's audits (content, ad) stand: most passed, some running (None), some failed."""
    drawn = unit(world.seed, order.order_id, "last_audit")
    if order.status == 41:
        return (True if drawn < 0.75 else None if drawn < 0.9 else False), None
    if drawn < 0.55:
        return True, True
    if drawn < 0.7:
        return True, None
    if drawn < 0.82:
        return True, False
    return (None, None) if drawn < 0.92 else (False, True)


def _audit(world: World, order: Order, at: int, results: tuple[bool | None, bool | None]) -> Order:
    kind = SCRIPT if order.status == 41 else VIDEO
    resource = world.ledger.resources_of(order.order_id, kind)[-1]
    for source, passed in zip((CONTENT_AUDIT, AD_AUDIT), results, strict=True):
        if passed is not None and (source == CONTENT_AUDIT or kind == VIDEO):
            order = lifecycle.audit(world, order, resource, source, at, passed)
    return order


def _plan(world: World, order: Order) -> None:
    plans.plan_next(world, order, world.start)
    if order.status not in (41, 51):
        return
    resource: Resource = world.ledger.resources_of(order.order_id, SCRIPT if order.status == 41 else VIDEO)[-1]
    audits = world.ledger.select(Audit, "resource_id = ?", resource.resource_id)
    for audit in audits:
        if audit.audit_status == AUDITING:
            minutes = between(3, 60, world.seed, order.order_id, "late_audit", audit.audit_source)
            detail = f"{resource.resource_id}:{audit.audit_source}"
            world.ledger.insert(Plan(world.ledger.next_number("plan"), world.start + 60 * minutes, order.order_id, "audit", detail))
        elif audit.audit_status == AUDIT_FAILED and audit.audit_source == CONTENT_AUDIT:
            plans.plan_upload(world, order, world.start, resource.kind)
