"""Attacks on the whole program at the training server: prepaid orders to the fen, endings in mid-send, signing out, lost keys."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from tests.journeys.test_approvals import HOSTILE, looked_at
from tests.support.desk import Desk, states
from xingtu_desktop.core.errors import StorageDamaged
from xingtu_desktop.domain.intent import IntentState
from xingtu_desktop.domain.lifecycle import CancelReason, OrderAction, OrderStatus
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import Order
from xingtu_desktop.services.campaigns import OrderRow
from xingtu_desktop.system.secrets import MemorySecrets

DONE, NEEDS_HUMAN, QUEUED, REFUSED, UNDONE = (
    IntentState.DONE,
    IntentState.NEEDS_HUMAN,
    IntentState.QUEUED,
    IntentState.REFUSED,
    IntentState.UNDONE,
)


async def the_order(desk: Desk, order_id: int) -> OrderRow:
    return next(row for row in await desk.services.campaigns.orders() if row.order.order_id == order_id)


async def unpaid(desk: Desk, order_type: int = 2) -> Order:
    """An unpaid order that a campaign of ours holds."""
    (made,) = desk.spawn(1, "unpaid", order_type=order_type)
    await desk.open()
    await desk.sync()
    return (await the_order(desk, made["order_id"])).order


@pytest.mark.parametrize("lost", [False, True])
async def test_a_prepaid_order_is_paid_in_two_parts_each_shown_and_taken_to_the_fen(desk: Desk, lost: bool) -> None:
    desk.timings = HOSTILE
    order = await unpaid(desk)
    campaigns = desk.services.campaigns
    whole = next(row["total_fen"] for row in desk.ledger()["orders"] if row["order_id"] == order.order_id)
    start = desk.balance()
    bill = await campaigns.request_bill(order)
    assert Fen(0) < bill.total_pay < Fen(whole)
    # A balance for the first part alone is enough for it.
    if lost:
        desk.faults({"kind": "lost_answer", "path": "*/bill/pay/", "count": 1})
    first = await desk.ended(await campaigns.pay_request(order, at_most=bill.total_pay, orders=1))
    assert [(one.state, one.outcome, one.result["paid"]) for one in first] == [
        (DONE, "confirmed_by_read" if lost else "sent", bill.total_pay.value)
    ]
    assert start - desk.balance() == bill.total_pay.value
    assert (await campaigns.request_bill(order)).total_pay == Fen(0)


@pytest.mark.parametrize("lost", [False, True])
async def test_the_rest_of_a_prepaid_order_is_paid_once_and_then_it_can_be_published(desk: Desk, lost: bool) -> None:
    desk.timings = HOSTILE
    (made,) = desk.spawn(1, "confirmed", order_type=2)
    order_id = made["order_id"]
    desk.advance(days=3)
    await desk.open()
    await desk.sync()
    row = await the_order(desk, order_id)
    assert row.order.status is OrderStatus.BALANCE_DUE
    assert OrderAction.PAY_TAIL in row.actions
    ledger = next(one for one in desk.ledger()["orders"] if one["order_id"] == order_id)
    rest = ledger["total_fen"] - ledger["paid_fen"]
    bill = await desk.services.campaigns.tail_bill(row.order)
    assert bill.total_pay == Fen(rest)
    before = desk.balance()
    if lost:
        desk.faults({"kind": "lost_answer", "path": "*/bill/pay/", "count": 1})
    (paid,) = await desk.ended(await desk.services.campaigns.pay_tail(row.order, at_most=bill.total_pay))
    assert (paid.state, paid.outcome, paid.result["paid"]) == (DONE, "confirmed_by_read" if lost else "sent", rest)
    assert before - desk.balance() == rest
    await desk.sync()
    row = await the_order(desk, order_id)
    assert row.order.status is OrderStatus.VIDEO_CONFIRMED
    published = await desk.ended(await desk.services.campaigns.publish([row.order]))
    assert states(published) == {DONE: 1}


async def test_the_program_ends_within_two_seconds_in_the_middle_of_a_send_and_the_next_run_finds_out(desk: Desk) -> None:
    desk.timings = replace(HOSTILE, request=5.0, uncertainty=7.0)
    desk.spawn(1, "script")
    await desk.open()
    await desk.sync()
    items = await looked_at(desk)
    desk.faults({"kind": "delayed_answer", "path": "*/approve_resource/", "seconds": 4.0, "count": 1})
    batch = await desk.services.approvals.approve(items)

    async def leaving() -> bool:
        return states(await desk.intents(batch)) == {IntentState.SENDING: 1}

    await desk.until(leaving)
    begun = time.monotonic()
    await desk.close()
    assert time.monotonic() - begun < 2.2
    desk.faults()
    await desk.open()
    (row,) = await desk.ended(batch)
    assert row.state is DONE
    assert list(desk.effects().values()) == [1]
    assert await desk.journal_is_whole()


async def test_signing_out_discards_also_what_was_just_being_prepared(desk: Desk) -> None:
    desk.spawn(1, "script")
    await desk.open()
    await desk.sync()
    items = await looked_at(desk)
    desk.faults({"kind": "delayed_answer", "path": "*/order/detail/", "seconds": 1.0})
    batch = await desk.services.approvals.approve(items)

    async def claimed() -> bool:
        return states(await desk.intents(batch)) == {IntentState.CLAIMED: 1}

    await desk.until(claimed)
    await desk.services.session.sign_out(discard_unsent=True)
    assert states(await desk.intents(batch)) == {UNDONE: 1}
    await desk.close()
    desk.faults()
    fresh = desk.control("token", {"action": "mint"})
    desk.use_tokens(fresh["access_token"], fresh["refresh_token"])
    await desk.open()
    await desk.sync()
    await desk.sync()
    assert desk.effects() == {}


async def test_a_refresh_that_comes_after_signing_out_brings_nobody_back(desk: Desk) -> None:
    await desk.open(start=False)
    session = desk.services.session
    token = await session.current()
    renewing = [asyncio.ensure_future(session.renewed(token)) for _ in range(3)]
    out = asyncio.ensure_future(session.sign_out())
    late = asyncio.ensure_future(session.renewed(token))
    await asyncio.gather(*renewing, out, late, return_exceptions=True)
    assert await desk.room.files.tokens.load() is None
    assert not await session.signed_in()


async def test_a_refresh_that_the_platform_rejects_refuses_nothing_that_waited(desk: Desk) -> None:
    desk.spawn(1, "script")
    await desk.open()
    await desk.sync()
    batch = await desk.services.approvals.approve(await looked_at(desk))
    await desk.services.actions.hold([one.intent_id for one in await desk.intents(batch)])
    await desk.close()
    app = desk.invitation.app
    desk.invitation = replace(desk.invitation, app=replace(app, secret="another secret"))
    desk.control("token", {"action": "expire"})
    await desk.open()
    await desk.services.actions.release([one.intent_id for one in await desk.intents(batch)])
    await desk.until(lambda: desk.phase.value == "signed_out")

    async def waiting() -> bool:
        return states(await desk.intents(batch)) == {QUEUED: 1}

    await desk.until(waiting)


async def test_a_keyring_that_forgot_the_key_gets_no_other_in_its_place(desk: Desk) -> None:
    await desk.open()
    await desk.close()
    kept, desk.secrets = desk.secrets, MemorySecrets()
    with pytest.raises(StorageDamaged):
        await desk.open()
    assert await desk.secrets.get(f"data-key:{int(desk.star_id)}") is None
    desk.secrets = kept
    await desk.open()


async def test_a_person_can_reject_nothing_twice_and_an_unknown_answer_to_a_cancel_request_asks(desk: Desk) -> None:
    desk.timings = HOSTILE
    (made,) = desk.spawn(1, "accepted")
    desk.external(made["order_id"], "ask_cancel")
    await desk.open()
    await desk.sync()
    order = (await the_order(desk, made["order_id"])).order
    assert order.author_cancel_requested
    desk.faults({"kind": "lost_request", "path": "*cancel*", "method": "POST", "count": 1})
    (row,) = await desk.ended(await desk.services.campaigns.reply_cancel(order, accept=True))
    assert (row.state, row.attempt) == (NEEDS_HUMAN, 1)
    assert desk.effects([made["order_id"]]) == {}
    await desk.services.actions.send_again(row.intent_id)
    (row,) = await desk.ended(row.batch_id)
    assert row.state is DONE
    assert list(desk.effects([made["order_id"]]).values()) == [1]


async def test_a_cancel_cost_that_grew_between_look_and_click_refuses(desk: Desk) -> None:
    (made,) = desk.spawn(1, "accepted")
    await desk.open()
    await desk.sync()
    order = (await the_order(desk, made["order_id"])).order
    cost = (await desk.services.campaigns.cancel_cost(order)).cost
    desk.external(made["order_id"], "upload")
    (row,) = await desk.ended(await desk.services.campaigns.cancel(order, CancelReason.PLAN_CHANGED, "", cost=cost))
    assert (row.state, row.attempt) == (REFUSED, 0)
    assert desk.effects([made["order_id"]]) == {}
