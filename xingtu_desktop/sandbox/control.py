"""Test controls below /sandbox/control: the clock, faults, settings, tokens, the ledger, and what somebody else does meanwhile.

Loopback only and without a token: whoever can reach it owns the sandbox. A wrong request gets HTTP 400 with `{"error": …}`.
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from xingtu_desktop.sandbox import assigning, briefs, history, lifecycle, oauth, pipeline, play
from xingtu_desktop.sandbox.decisions import check_audits, check_reviewable
from xingtu_desktop.sandbox.faults import FaultError, parse_rules
from xingtu_desktop.sandbox.plans import AD_AUDIT, CONTENT_AUDIT, SCRIPT, VIDEO
from xingtu_desktop.sandbox.records import Account, Campaign, Effect, Grant, Order, Payment, Resource
from xingtu_desktop.sandbox.wire_answers import ApiError, JsonObject, Params
from xingtu_desktop.sandbox.world import World

_PREFIX = "/sandbox/control"
_STATES = ("unpaid", "waiting", "accepted", "script", "video", "confirmed", "published")
_ACTIONS = (
    "pay",
    "approve",
    "reject",
    "publish",
    "finish",
    "cancel",
    "accept",
    "decline",
    "expire",
    "upload",
    "audit",
    "ask_cancel",
)
Work = Callable[[World, Params], JsonObject]


def routes(world: World) -> list[BaseRoute]:
    """Every control; a GET answers what is, a POST changes it and answers what is then."""

    def control(path: str, method: str, work: Work) -> Route:
        async def answer(request: Request) -> Response:
            return await _answer(world, request, work)

        return Route(_PREFIX + path, answer, methods=[method])

    async def advance(request: Request) -> Response:
        return await _answer(world, request, _set_clock, after=lambda: play.catch_up_gently(world))

    return [
        control("/clock", "GET", _clock),
        Route(_PREFIX + "/clock", advance, methods=["POST"]),
        control("/faults", "GET", _faults),
        control("/faults", "POST", _set_faults),
        control("/settings", "GET", _settings),
        control("/settings", "POST", _set_settings),
        control("/ledger", "GET", _ledger),
        control("/spawn", "POST", _spawn),
        control("/token", "POST", _token),
        control("/external", "POST", _external),
        control("/record", "POST", _record),
        control("/reset", "POST", _reset),
        control("/settle", "POST", _nothing),
    ]


async def _answer(world: World, request: Request, work: Work, after: Callable[[], Awaitable[None]] | None = None) -> Response:
    try:
        if request.method == "GET":
            params = Params(dict(request.query_params), is_query=True)
        else:
            raw = await request.body()
            value = json.loads(raw) if raw else {}
            if not isinstance(value, dict):
                raise ValueError("a JSON object is expected")
            params = Params(value)
        if request.url.path.endswith("/settle"):
            await pipeline.settle()
        if after is None:
            world.catch_up()
        with world.transaction():
            answer = work(world, params)
        if after is not None:
            await after()
            answer = _clock(world, params)
        return JSONResponse(answer)
    except (ApiError, FaultError, ValueError, KeyError, TypeError, OSError) as error:
        return JSONResponse({"error": str(error)}, status_code=400)


def _nothing(world: World, _params: Params) -> JsonObject:
    return _clock(world, _params)


def _clock(world: World, _params: Params) -> JsonObject:
    return {"now": world.now(), "speed": world.clock.speed, "start": world.start}


def _set_clock(world: World, params: Params) -> JsonObject:
    """`advance` seconds forward and/or run at another `speed`."""
    sent = params.plain()
    speed = sent.get("speed")
    if speed is not None:
        if isinstance(speed, bool) or not isinstance(speed, (int, float)):
            raise ValueError("speed is a number")
        world.clock.set_speed(float(speed))
    world.clock.advance(params.int_or("advance", 0, low=0))
    return _clock(world, params)


def _faults(world: World, _params: Params) -> JsonObject:
    return {**world.faults.as_json(), "repeat": world.settings.repeat}


def _set_faults(world: World, params: Params) -> JsonObject:
    """The object of sandbox_faults.schema.json: rules replace those in force; settings are changed where named."""
    apply_faults(world, dict(params.plain()))
    return _faults(world, params)


def apply_faults(world: World, sent: dict[str, object]) -> None:
    """Put a faults object in force (FaultError, KeyError, TypeError or ValueError when it does not fit; nothing changes then)."""
    unknown = sent.keys() - {"faults", "seed", "repeat", "settings", "$schema"}
    if unknown:
        raise FaultError(f"{min(unknown)}: unknown")
    rules = parse_rules(sent.get("faults", []))
    seed = sent.get("seed")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise FaultError("seed: an integer is expected")
    settings = sent.get("settings", {})
    if not isinstance(settings, dict):
        raise FaultError("settings: an object is expected")
    trial = dataclasses.replace(world.settings)
    for name, value in {**settings, **({"repeat": sent["repeat"]} if "repeat" in sent else {})}.items():
        trial.change(name, value)
    world.settings = trial
    world.faults.set(rules, seed)


def _settings(world: World, _params: Params) -> JsonObject:
    return world.settings.as_json()


def _set_settings(world: World, params: Params) -> JsonObject:
    trial = dataclasses.replace(world.settings)
    for name, value in params.plain().items():
        trial.change(name, value)
    world.settings = trial
    return world.settings.as_json()


def _ledger(world: World, params: Params) -> JsonObject:
    """Orders, payments and balances in fen, and the applied write effects since the start, counted by (action, order, resource)."""
    ledger = world.ledger
    chosen = params.int_or("order_id", 0)
    where, values = ("order_id = ?", (chosen,)) if chosen else ("1", ())
    effects = ledger.select(Effect, f"{where} ORDER BY effect_id", *values)
    counts = Counter((e.action, e.campaign_id, e.order_id, e.resource_id) for e in effects)
    return {
        "now": world.now(),
        "accounts": [_row(row) for row in ledger.select(Account, "1 ORDER BY created, star_id")],
        "campaigns": [
            {name: value for name, value in _row(row).items() if name != "demand_json"}
            for row in ledger.select(Campaign, "1 ORDER BY campaign_id")
        ],
        "orders": [{**_row(row), "total_fen": row.total_fen} for row in ledger.select(Order, f"{where} ORDER BY order_id", *values)],
        "resources": [
            {name: value for name, value in _row(row).items() if name != "content"}
            for row in ledger.select(Resource, f"{where} ORDER BY resource_id", *values)
        ],
        "payments": [_row(row) for row in ledger.select(Payment, f"{where} ORDER BY payment_id", *values)],
        "effects": [_row(row) for row in effects],
        "effect_counts": [
            {"action": action, "campaign_id": campaign, "order_id": order, "resource_id": resource, "count": count}
            for (action, campaign, order, resource), count in counts.items()
        ],
    }


def _row(row: Account | Campaign | Order | Resource | Payment | Effect) -> JsonObject:
    return dataclasses.asdict(row)


def _star_id(world: World, params: Params) -> int:
    return params.int_or("star_id", world.ledger.select(Account, "1 ORDER BY created, star_id LIMIT 1")[0].star_id)


def _spawn(world: World, params: Params) -> JsonObject:
    """Make `count` new orders (≤ 5000) in a `state`, audits passed; `order_type` 2: prepaid, `ignore_script` 1: without scripts."""
    count = params.need_int("count", low=1, high=5000)
    state = params.enum_or("state", "script", _STATES)
    order_type = params.choice_or("order_type", 1, (1, 2))
    star_id, at = _star_id(world, params), world.now()
    number = world.ledger.next_number("spawn")
    skip = params.choice_or("ignore_script", 0, (0, 1))
    past = dataclasses.replace(briefs.CAMPAIGNS[number % len(briefs.CAMPAIGNS)], ignore_script=skip)
    wanted = history.choose_creators(world, min(count, 50), "spawn", number)
    made: list[Order] = []
    campaigns: list[int] = []
    for start in range(0, count, assigning.MOST_ORDERS):
        part = wanted[: min(assigning.MOST_ORDERS, count - start)]
        campaign, orders = assigning.place(world, star_id, briefs.demand_info(past, at), order_type, part, at)
        campaigns.append(campaign.campaign_id)
        if state != "unpaid":
            history.top_up(world, star_id, sum(lifecycle.due_fen(world, order) for order in orders), at)
        made += [_bring(world, order, state, at) for order in orders]
    newest: dict[int, int] = {}
    for row in world.ledger.select(Resource, "1 ORDER BY version"):
        newest[row.order_id] = row.resource_id
    shapes = [
        {"order_id": o.order_id, "campaign_id": o.campaign_id, "status": o.status, "resource_id": newest.get(o.order_id, 0)} for o in made
    ]
    return {"campaign_ids": campaigns, "orders": shapes}


def _bring(world: World, order: Order, state: str, at: int) -> Order:
    """Take a new order straight to a state."""
    wanted = _STATES.index(state)
    if wanted >= _STATES.index("waiting"):
        order = lifecycle.pay_first(world, order, at)
    if wanted >= _STATES.index("accepted"):
        order = lifecycle.accept(world, order, at)
    if wanted >= _STATES.index("script") and not order.ignore_script:
        order = _deliver(world, order, SCRIPT, at)
        if wanted > _STATES.index("script"):
            order = lifecycle.approve(world, order, world.ledger.resources_of(order.order_id, SCRIPT)[-1], at)
    if wanted >= _STATES.index("video"):
        order = _deliver(world, order, VIDEO, at)
    if wanted >= _STATES.index("confirmed"):
        order = lifecycle.approve(world, order, world.ledger.resources_of(order.order_id, VIDEO)[-1], at)
    if state == "published":
        if order.order_type == 2:
            order = lifecycle.change(world, order, at, "order.changed", status=lifecycle.TAIL_DUE)
            history.top_up(world, order.star_id, lifecycle.due_fen(world, order), at)
            order = lifecycle.pay_tail(world, order, at)
        order = lifecycle.publish(world, order, at)
    return order


def _deliver(world: World, order: Order, kind: int, at: int) -> Order:
    order, resource = lifecycle.upload(world, order, kind, at)
    order = lifecycle.audit(world, order, resource, CONTENT_AUDIT, at, True)
    return order if kind == SCRIPT else lifecycle.audit(world, order, resource, AD_AUDIT, at, True)


def _token(world: World, params: Params) -> JsonObject:
    """`action` mint makes a new pair; expire and revoke spoil `access_token` (or every live one)."""
    action = params.enum_or("action", "mint", ("mint", "expire", "revoke"))
    if action == "mint":
        grant = oauth.issue_pair(world)
        return {"access_token": grant.access_token, "refresh_token": grant.refresh_token}
    token = params.text_or("access_token")
    changed = 0
    for grant in world.ledger.select(Grant, "status = 'live'"):
        if token in ("", grant.access_token):
            world.ledger.update(Grant, grant.access_token, status="expired" if action == "expire" else "revoked")
            changed += 1
    return {"changed": changed}


def _external(world: World, params: Params) -> JsonObject:
    """What another operator, the creator or the platform does to `order_id`: `action`, with `passed` and `source` for an audit."""
    order = world.ledger.get(Order, params.need_int("order_id"))
    if order is None:
        raise ValueError("order_id: no such order")
    action = params.enum_or("action", "", _ACTIONS)
    at = world.now()
    kind = SCRIPT if order.status in (1, 41, 42) else VIDEO
    resources = world.ledger.resources_of(order.order_id, kind)
    resource_id = 0
    if action in ("approve", "reject", "audit"):
        if not resources:
            raise ValueError("order_id: nothing was uploaded")
        resource_id = resources[-1].resource_id
    before = order
    if action == "approve":
        check_reviewable(world, order, resources[-1])
        check_audits(world, resources[-1], 1)
        order = lifecycle.approve(world, order, resources[-1], at)
    elif action == "reject":
        check_reviewable(world, order, resources[-1])
        order = lifecycle.reject(world, order, resources[-1], params.text_or("feedback_content", "请按 brief 修改", 100), at)
    elif action == "audit":
        sources = params.ints_or("sources", [CONTENT_AUDIT] if kind == SCRIPT else [CONTENT_AUDIT, AD_AUDIT])
        passed = params.choice_or("passed", 1, (0, 1)) == 1
        for source in sources:
            order = lifecycle.audit(world, order, resources[-1], source, at, passed)
    elif action == "upload":
        if order.status not in (1, 41, 42, 43, 44, 51, 52):
            raise ValueError(f"order_id: state {order.status} takes no upload")
        order, resource = lifecycle.upload(world, order, kind, at)
        resource_id = resource.resource_id
        if params.choice_or("passed", 1, (0, 1)):
            for source in (CONTENT_AUDIT,) if kind == SCRIPT else (CONTENT_AUDIT, AD_AUDIT):
                order = lifecycle.audit(world, order, resource, source, at, True)
    elif action == "ask_cancel":
        order = play.act(world, order, "author_cancel", "", at)
    elif action in ("accept", "decline", "expire"):
        order = play.act(world, order, action, "", at)
    else:
        order = _client_act(world, order, action, at)
    if order is before:
        raise ValueError(f"order_id: state {order.status} does not allow {action}")
    if action in ("pay", "approve", "reject", "publish", "finish", "cancel"):
        fen = order.paid_fen - before.paid_fen
        world.record_effect(
            action,
            order,
            star_id=order.star_id,
            campaign_id=order.campaign_id,
            resource_id=resource_id,
            fen=fen,
            actor="other operator",
            at=at,
        )
    return {"order_id": order.order_id, "status": order.status, "resource_id": resource_id}


def _client_act(world: World, order: Order, action: str, at: int) -> Order:
    """The other operator's acts that need no version; the order itself comes back when its state does not allow one."""
    if action == "pay" and order.status == lifecycle.UNPAID:
        return lifecycle.pay_first(world, order, at)
    if action == "pay" and order.status == lifecycle.TAIL_DUE:
        return lifecycle.pay_tail(world, order, at)
    if action == "publish" and order.status == lifecycle.VIDEO_CONFIRMED:
        return lifecycle.publish(world, order, at)
    if action == "finish" and order.status == lifecycle.PUBLISHED:
        return lifecycle.finish(world, order, at)
    if action == "cancel" and order.status not in (*lifecycle.ENDED, lifecycle.PUBLISHED):
        return lifecycle.end(world, order, at, lifecycle.CANCELLED, lifecycle.cancel_cost_fen(world, order), "客户取消（原因 2）")
    return order


def _record(world: World, params: Params) -> JsonObject:
    """Record exchanges to the file `path`, or stop with an empty one."""
    path = params.text_or("path")
    if path:
        world.recorder.start(path)
    else:
        world.recorder.stop()
    return {"path": world.recorder.path, "count": world.recorder.count}


def _reset(world: World, params: Params) -> JsonObject:
    """Begin the history anew (tokens included): the answer carries a fresh pair. The clock goes on."""
    kept = world.ledger.meta("world")
    world.ledger.clear()
    world.start = world.now()
    if kept is not None:
        world.ledger.set_meta("world", json.dumps({**json.loads(kept), "start": world.start}))
    history.write(world)
    grant = oauth.issue_pair(world)
    return {**_clock(world, params), "access_token": grant.access_token, "refresh_token": grant.refresh_token}
