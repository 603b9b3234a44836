"""The journey that holds everything said on the wire against the official contract, both what the program sent and what was answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.conftest import Check, Exchange, Platform, contract_check, exchanges_in
from tests.journeys.drafting import a_brief, creators_to_order
from tests.journeys.test_approvals import HOSTILE, looked_at
from tests.journeys.test_sign_in import sign_in
from tests.support.desk import Desk, states
from xingtu_desktop.api.endpoints import attachments, bills, campaigns, oauth, orders, reports
from xingtu_desktop.api.mapping import intents
from xingtu_desktop.domain.brief import with_changes
from xingtu_desktop.domain.dashboard import ChartFilter
from xingtu_desktop.domain.demand import PaymentKind
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.domain.intent import IntentState
from xingtu_desktop.domain.lifecycle import CancelReason, OrderStatus
from xingtu_desktop.domain.order import Order

DONE = IntentState.DONE


@pytest.fixture(scope="module")
def check() -> Check:
    """What is wrong with one exchange, as the independent checker says; skipped where the contract is not beside the checkout."""
    found = contract_check()
    if found is None:
        pytest.skip("the official contract is not beside this checkout (../shared/contract)")
    return found


@pytest.fixture
def recording(platform: Platform, record: Path) -> Callable[[], list[Exchange]]:
    """What the server recorded since the test began."""
    before = len(exchanges_in(record))
    return lambda: exchanges_in(record)[before:]


def paths_of(*modules: object) -> set[str]:
    """Every official path that modules of the client name."""
    found = {value for module in modules for name, value in vars(module).items() if name.isupper() and isinstance(value, str)}
    return {value for value in found if value.startswith("/open_api/")}


async def a_whole_tour(platform: Platform, desk: Desk) -> None:
    """The operator's day: in, find, order, pay, decide, publish, accept, cancel, report, and a token that ends on the way."""
    authorisation, _ = await sign_in(platform)
    room = await desk.open(sign_in=False, start=False)
    await room.services.session.begin(authorisation.tokens)
    await room.start()
    published = desk.spawn(3, "published")
    scripts = desk.spawn(3, "script")
    videos = desk.spawn(2, "video")
    leaving = desk.spawn(2, "accepted")
    for one in leaving:
        desk.external(one["order_id"], "ask_cancel")
    await desk.sync()
    await desk.searchable()

    opened = await a_brief(desk, "全程走一遍")
    prepaid = await desk.services.briefs.save(with_changes(opened.brief, payment=PaymentKind.PREPAID), opened.revision)
    wanted = [one.author_id for one in await creators_to_order(desk, 2)]
    preflight = await desk.services.ordering.preflight(prepaid.brief, wanted)
    assert states(await desk.ended(await desk.services.ordering.place(preflight))) == {DONE: 2}

    items = await looked_at(desk)
    rejected = [item for item in items if item.order.order_id == scripts[0]["order_id"]]
    approved = [item for item in items if item.order.order_id != scripts[0]["order_id"]]
    assert states(await desk.ended(await desk.services.approvals.reject(rejected, "请按 brief 修改"))) == {DONE: 1}
    assert states(await desk.ended(await desk.services.approvals.approve(approved))) == {DONE: 4}
    await desk.sync()
    rows = await known_orders(desk)
    confirmed = [rows[OrderId(one["order_id"])] for one in videos]
    assert {one.status for one in confirmed} == {OrderStatus.VIDEO_CONFIRMED}
    assert states(await desk.ended(await desk.services.campaigns.publish(confirmed))) == {DONE: 2}
    finished = [rows[OrderId(published[0]["order_id"])]]
    assert states(await desk.ended(await desk.services.campaigns.finish(finished))) == {DONE: 1}

    agreed, kept = (rows[OrderId(one["order_id"])] for one in leaving)
    assert agreed.author_cancel_requested
    assert states(await desk.ended(await desk.services.campaigns.reply_cancel(agreed, accept=True))) == {DONE: 1}
    answered = await desk.services.campaigns.reply_cancel(kept, accept=False, reject_reason="已备货，请继续")
    assert states(await desk.ended(answered)) == {DONE: 1}
    cost = (await desk.services.campaigns.cancel_cost(kept)).cost
    cancelled = await desk.services.campaigns.cancel(kept, CancelReason.OTHER, "计划有变", cost=cost)
    assert states(await desk.ended(cancelled)) == {DONE: 1}

    (owing,) = desk.spawn(1, "confirmed", order_type=2)
    desk.advance(seconds=600)
    await desk.sync()
    tail = (await known_orders(desk))[OrderId(owing["order_id"])]
    assert tail.status is OrderStatus.BALANCE_DUE
    bill = await desk.services.campaigns.tail_bill(tail)
    assert states(await desk.ended(await desk.services.campaigns.pay_tail(tail, at_most=bill.total_pay))) == {DONE: 1}

    desk.control("token", {"action": "expire"})
    desk.advance(days=2)
    await desk.sync()
    board = await desk.services.reporting.dashboard(ChartFilter())
    assert board.total.plays


async def known_orders(desk: Desk) -> dict[OrderId, Order]:
    return {row.order.order_id: row.order for row in await desk.services.campaigns.orders()}


NOT_USED_YET = {attachments.UPLOAD: "no service attaches files to a demand"}


async def test_a_whole_day_keeps_to_the_official_contract_on_both_sides(
    platform: Platform, desk: Desk, recording: Callable[[], list[Exchange]], check: Check
) -> None:
    await a_whole_tour(platform, desk)
    at_the_server = recording()
    official = [one for one in desk.exchanges if str(one["path"]).startswith("/open_api/")]
    assert len(at_the_server) >= len(official) > 100
    assert not any(one.get("planted") for one in at_the_server)
    problems = {f"server: {text}" for one in at_the_server for text in check(one)}
    problems |= {f"program: {text}" for one in official for text in check(one)}
    assert sorted(problems) == []
    # Every official endpoint that the program names was exercised.
    named = paths_of(attachments, bills, campaigns, oauth, orders, reports, intents)
    assert named - {str(one["path"]) for one in at_the_server} == set(NOT_USED_YET)


async def test_exchanges_that_were_spoiled_on_purpose_are_marked_and_the_rest_still_keeps_to_the_contract(
    platform: Platform, desk: Desk, recording: Callable[[], list[Exchange]], check: Check
) -> None:
    desk.timings = HOSTILE
    desk.spawn(4, "script")
    await desk.open()
    await desk.sync()
    items = await looked_at(desk)
    desk.faults(
        {"kind": "lost_answer", "path": "*/approve_resource/", "count": 1},
        {"kind": "garbage", "path": "*/order/detail/", "count": 1},
        {"kind": "http_error", "path": "*/get_info/", "count": 1},
        {"kind": "expired_token", "path": "*/order/detail/", "after": 3, "count": 1},
    )
    assert states(await desk.ended(await desk.services.approvals.approve(items))) == {DONE: 4}
    exchanges = recording()
    assert {bool(one.get("planted")) for one in exchanges} == {True, False}
    assert [text for one in exchanges for text in check(one)] == []
    # Without the mark the checker would see the spoiled ones: it is not blind.
    assert [text for one in exchanges for text in check({**one, "planted": False})]


def test_the_checker_sees_what_this_journey_is_there_for(check: Check) -> None:
    exchange: Exchange = {
        "method": "POST",
        "path": intents.FINISH,
        "query": {},
        "body": {"star_id": 1, "order_id": "2"},
        "status": 200,
        "response": {"code": 0, "message": "OK", "request_id": "r", "data": {}},
    }
    assert len(check(exchange)) == 1
    assert check({**exchange, "body": {"star_id": 1, "order_id": 2}}) == []
