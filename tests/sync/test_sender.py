"""The sender's promises: what is sent, what is not, and what each answer makes of an intent."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.sync.fakes import STAR
from tests.sync.rig import TIMINGS, Rig
from xingtu_desktop.core.errors import DiskFull, InvalidInput, Offline, ServerTrouble
from xingtu_desktop.domain.ids import IntentId, StarId
from xingtu_desktop.domain.intent import ApproveResource, IntentState
from xingtu_desktop.domain.lifecycle import CancelReason, OrderStatus, ResourceKind, ResourceStatus
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.services.sync.connectivity import Phase


async def test_an_approval_leaves_after_its_undo_time_and_is_done() -> None:
    rig = Rig()
    batch = await rig.actions.approve([rig.script()])
    await rig.run(TIMINGS.undo - 1)
    assert rig.platform.writes == []
    await rig.run(1)
    row = await rig.only(batch)
    assert (row.state, row.outcome, row.attempt, row.request_id) == (IntentState.DONE, "sent", 1, "r-ok")
    assert row.request_hash is not None
    assert rig.platform.count("confirmed") == 1


async def test_a_row_is_sending_on_disk_before_its_request_leaves() -> None:
    rig = Rig()
    batch = await rig.actions.approve([rig.script()])
    seen: list[tuple[IntentState, int, bool]] = []

    def look_at_disk() -> None:
        (row,) = [one for one in rig.outbox.rows.values() if one.batch_id == batch]
        seen.append((row.state, row.attempt, row.sent_at is not None))

    rig.platform.on_write = look_at_disk
    await rig.run()
    assert seen == [(IntentState.SENDING, 1, True)]


async def test_an_undone_approval_is_never_sent() -> None:
    rig = Rig()
    batch = await rig.actions.approve([rig.script()])
    assert await rig.actions.undo_last() == [(await rig.only(batch)).intent_id]
    await rig.run(3600)
    assert rig.platform.writes == []
    assert (await rig.only(batch)).state is IntentState.UNDONE


CHANGES = {
    "a new version": ("version", lambda rig, d: rig.platform.upload(d.order.order_id, "另一版")),
    "another text": ("content", lambda rig, d: rig.platform.set_version(d.resource.resource_id, content="改过的话")),
    "another amount": ("amount", lambda rig, d: rig.platform.set_status(d.order.order_id, d.order.status, task_cost=Fen(1_300_000))),
    "another state": ("status", lambda rig, d: rig.platform.set_status(d.order.order_id, OrderStatus.CANCELLED)),
    "a deleted version": ("resource", lambda rig, d: rig.platform.set_version(d.resource.resource_id, status=ResourceStatus.DELETED)),
    "a rejection by a colleague": (
        "resource_status",
        lambda rig, d: rig.platform.set_version(d.resource.resource_id, status=ResourceStatus.REJECTED),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_what_changed_since_it_was_seen_is_refused_and_nothing_is_sent(change: str) -> None:
    rig = Rig()
    what, act = CHANGES[change]
    decision = rig.script()
    batch = await rig.actions.approve([decision])
    act(rig, decision)
    await rig.run()
    row = await rig.only(batch)
    assert (row.state, row.outcome, row.detail["what"]) == (IntentState.REFUSED, "changed_since_seen", what)
    assert "expected" in row.detail
    assert rig.platform.writes == []


async def test_a_version_that_a_colleague_confirmed_is_done_without_a_send() -> None:
    rig = Rig()
    decision = rig.script()
    batch = await rig.actions.approve([decision])
    rig.platform.set_version(decision.resource.resource_id, status=ResourceStatus.CONFIRMED)
    rig.platform.set_status(decision.order.order_id, OrderStatus.SCRIPT_CONFIRMED)
    await rig.run()
    assert ((await rig.only(batch)).state, (await rig.only(batch)).outcome) == (IntentState.DONE, "already_so")
    assert rig.platform.writes == []


@pytest.mark.parametrize("repeat", ["refuse", "accept"])
async def test_the_same_action_after_an_undo_that_came_too_late_ends_as_one_effect_and_says_so(repeat: str) -> None:
    rig = Rig()
    rig.platform.repeat = repeat
    decision = rig.script()
    first = await rig.actions.approve([decision])
    rig.clock.advance(TIMINGS.undo)
    taken_back: list[list[IntentId]] = []
    approve = rig.platform.approve

    async def undone_meanwhile(payload: ApproveResource) -> object:
        taken_back.append(await rig.actions.undo_batch(first))
        return await approve(payload)

    rig.platform.approve = undone_meanwhile  # type: ignore[assignment,method-assign]
    await rig.sender.drain()
    second = await rig.actions.approve([decision])
    await rig.run()
    rows = [await rig.only(first), await rig.only(second)]
    assert taken_back == [[]]
    assert [(row.state, row.outcome, row.attempt) for row in rows] == [(IntentState.DONE, "sent", 1), (IntentState.DONE, "done_before", 0)]
    assert rig.platform.count("confirmed") == 1


async def test_a_request_that_a_colleague_overtook_in_flight_is_no_effect_of_ours() -> None:
    rig = Rig()
    decision = rig.script()
    batch = await rig.actions.approve([decision])
    rig.platform.plan = ["rejected"]
    rig.platform.on_write = lambda: rig.platform.set_version(decision.resource.resource_id, status=ResourceStatus.CONFIRMED)
    await rig.run()
    row = await rig.only(batch)
    assert (row.state, row.outcome, row.attempt) == (IntentState.DONE, "already_so_refused", 1)


async def test_a_video_is_bound_to_the_bytes_that_were_seen() -> None:
    rig = Rig()
    order = rig.platform.add_order()
    decision = rig.seen(order.order_id, rig.platform.upload(order.order_id, kind=ResourceKind.VIDEO).resource_id)
    batch = await rig.actions.approve([decision])
    await rig.orders.save_resources([rig.platform.world.versions[decision.resource.resource_id]])
    await rig.orders.set_content(decision.resource.resource_id, content=None, content_hash="other-bytes")
    await rig.run()
    assert (await rig.only(batch)).detail["what"] == "content"
    assert rig.platform.writes == []


ANSWERS = {
    "limit": (IntentState.QUEUED, "rate_limited", 0),
    "signed_out": (IntentState.QUEUED, "signed_out", 0),
    "offline": (IntentState.QUEUED, "offline", 0),
    "rejected": (IntentState.REFUSED, "rejected", 0),
    "lost": (IntentState.UNKNOWN, "no_answer", 1),
    "late": (IntentState.UNKNOWN, "no_answer", 0),
    "never": (IntentState.UNKNOWN, "no_answer", 0),
    "broken": (IntentState.UNKNOWN, "unreadable_answer", 1),
}


@pytest.mark.parametrize("answer", ANSWERS)
async def test_each_answer_leads_where_the_rules_say(answer: str) -> None:
    rig = Rig()
    state, outcome, effects = ANSWERS[answer]
    batch = await rig.actions.approve([rig.script()])
    rig.platform.plan = [answer]
    await rig.run()
    row = await rig.only(batch)
    assert (row.state, row.outcome, len(rig.platform.effects)) == (state, outcome, effects)


async def test_a_limit_is_waited_out_and_the_other_rows_of_that_kind_wait_too() -> None:
    rig = Rig()
    batch = await rig.actions.approve([rig.script(), rig.script()])
    rig.platform.plan = ["limit"]
    await rig.run()
    rows = await rig.rows(batch)
    assert all(
        row.not_before is None or row.not_before >= rig.clock.now() + timedelta(seconds=5)
        for row in rows
        if row.state is IntentState.QUEUED
    )
    assert any(row.outcome == "rate_limited" for row in rows)
    await rig.settle(60)
    assert [row.state for row in await rig.rows(batch)] == [IntentState.DONE, IntentState.DONE]
    assert rig.platform.count("confirmed") == 2


async def test_signed_out_pauses_the_account_until_a_person_signs_in() -> None:
    rig = Rig()
    first = await rig.actions.approve([rig.script()])
    rig.platform.plan = ["signed_out", "signed_out"]
    await rig.run()
    await rig.settle(600)
    assert len(rig.platform.writes) == 2
    assert rig.connectivity.status.phase is Phase.SIGNED_OUT
    rig.connectivity.signed_in()
    await rig.run()
    assert (await rig.only(first)).state is IntentState.DONE


async def test_no_network_at_the_look_sends_nothing_and_says_offline() -> None:
    rig = Rig()
    batch = await rig.actions.approve([rig.script()])
    rig.platform.read_errors = [Offline()]
    await rig.run()
    assert ((await rig.only(batch)).outcome, rig.connectivity.status.phase) == ("offline", Phase.OFFLINE)
    await rig.run()
    assert (await rig.only(batch)).state is IntentState.DONE


async def test_a_poison_order_delays_nobody() -> None:
    rig = Rig()
    poison, healthy = rig.script(), [rig.script() for _ in range(6)]
    batch = await rig.actions.approve([poison, *healthy])
    rig.platform.read_errors = [ServerTrouble(status=502)]
    await rig.run()
    assert sorted(row.state for row in await rig.rows(batch)).count(IntentState.DONE) == 6
    await rig.settle(60)
    assert {row.state for row in await rig.rows(batch)} == {IntentState.DONE}


async def test_one_order_has_one_request_in_flight() -> None:
    rig = Rig()
    decision = rig.script()
    await rig.actions.approve([decision])
    cancel = await rig.actions.cancel(decision.order, CancelReason.PLAN_CHANGED, "", cost=Fen(120_000))
    rig.platform.plan = ["late"]
    await rig.run()
    await rig.run(60)
    assert (await rig.only(cancel)).state is IntentState.QUEUED
    assert len(rig.platform.writes) == 1


async def test_lanes_run_in_parallel() -> None:
    rig = Rig()
    gate, inside = asyncio.Event(), []
    approve = rig.platform.approve

    async def slow(payload: object) -> object:
        inside.append(payload)
        await gate.wait()
        return await approve(payload)  # type: ignore[arg-type]

    rig.platform.approve = slow  # type: ignore[assignment,method-assign]
    await rig.actions.approve([rig.script() for _ in range(6)])
    rig.clock.advance(TIMINGS.undo)
    drain = asyncio.ensure_future(rig.sender.drain())
    for _ in range(500):
        await asyncio.sleep(0)
    assert len(inside) == 4
    gate.set()
    await drain
    assert rig.platform.count("confirmed") == 6


async def test_stop_all_lets_nothing_leave_until_it_is_lifted() -> None:
    rig = Rig()
    batch = await rig.actions.approve([rig.script()])
    await rig.actions.stop_all()
    await rig.run(3600)
    assert rig.platform.writes == []
    await rig.actions.stop_all(False)
    await rig.run()
    assert (await rig.only(batch)).state is IntentState.DONE


async def test_what_was_held_leaves_when_its_time_has_come() -> None:
    rig = Rig()
    batch = await rig.actions.approve([rig.script()], hold_until=rig.clock.now() + timedelta(hours=1))
    await rig.run(3599)
    assert rig.platform.writes == []
    await rig.run(1)
    assert (await rig.only(batch)).state is IntentState.DONE


@pytest.mark.parametrize("field", ["account", "install"])
async def test_rows_of_another_account_or_computer_never_leave(field: str) -> None:
    rig = Rig()
    await rig.actions.approve([rig.script()])
    setattr(rig.sender, f"_{field}", StarId(STAR + 1) if field == "account" else "a-cloned-profile")
    await rig.run(3600)
    assert rig.platform.writes == []


async def test_a_send_that_the_computer_slept_through_is_looked_at_again() -> None:
    rig = Rig()
    batch = await rig.actions.approve([rig.script()])
    stamp = rig.platform.stamp

    def sleepy(payload: object) -> object:
        rig.clock.advance(7200)
        rig.platform.stamp = stamp  # type: ignore[method-assign]
        return stamp(payload)

    rig.platform.stamp = sleepy  # type: ignore[assignment,method-assign]
    rig.clock.advance(TIMINGS.undo)
    looks = []
    look = rig.looker.look

    async def counted(intent: object) -> object:
        looks.append(intent)
        return await look(intent)  # type: ignore[arg-type]

    rig.looker.look = counted  # type: ignore[assignment,method-assign]
    await rig.sender.drain()
    assert len(looks) == 2
    assert ((await rig.only(batch)).state, rig.platform.count("confirmed")) == (IntentState.DONE, 1)


async def test_a_full_disk_after_the_answer_leaves_the_row_to_be_read_back() -> None:
    rig = Rig()
    batch = await rig.actions.approve([rig.script()])
    rig.platform.on_write = lambda: setattr(rig.outbox, "fail_next_move", DiskFull())
    with pytest.raises(DiskFull):
        await rig.run()
    rig.platform.on_write = None
    assert (await rig.only(batch)).state is IntentState.SENDING
    await rig.run(1)
    assert (await rig.only(batch)).state is IntentState.UNKNOWN
    await rig.settle()
    assert ((await rig.only(batch)).outcome, rig.platform.count("confirmed")) == ("confirmed_by_read", 1)


async def test_closing_waits_for_what_is_under_way() -> None:
    rig = Rig()
    approve, entered, gate = rig.platform.approve, asyncio.Event(), asyncio.Event()

    async def slow(payload: object) -> object:
        entered.set()
        await gate.wait()
        return await approve(payload)  # type: ignore[arg-type]

    rig.platform.approve = slow  # type: ignore[assignment,method-assign]
    batch = await rig.actions.approve([rig.script()])
    rig.clock.advance(TIMINGS.undo)
    drain = asyncio.ensure_future(rig.sender.drain())
    await entered.wait()
    drain.cancel()
    closing = asyncio.ensure_future(rig.sender.close(5))
    await asyncio.sleep(0)
    gate.set()
    await closing
    assert (await rig.only(batch)).state is IntentState.DONE


@pytest.mark.parametrize("state", [IntentState.QUEUED, IntentState.CLAIMED, IntentState.SENDING, IntentState.UNKNOWN])
async def test_a_row_of_another_installation_is_asked_about_and_never_sent_from_here(state: IntentState) -> None:
    rig = Rig()
    decision, other = rig.script(), rig.script()
    copied = await rig.only(await rig.actions.approve([decision]))
    rig.outbox.rows[copied.intent_id] = replace(copied, install="the-other-computer", state=state)
    mine = await rig.actions.approve([other])
    await rig.run()
    row = rig.outbox.rows[copied.intent_id]
    assert (row.state, row.outcome, (await rig.only(mine)).state) == (IntentState.NEEDS_HUMAN, "other_install", IntentState.DONE)
    with pytest.raises(InvalidInput):
        await rig.actions.send_again(row.intent_id)
    await rig.settle()
    assert rig.outbox.rows[copied.intent_id].state is IntentState.NEEDS_HUMAN
    assert rig.platform.count("confirmed") == 1
    # Given up, the order can be decided on anew, and its lane is free.
    await rig.actions.drop(row.intent_id)
    again = await rig.actions.approve([decision])
    await rig.run()
    assert ((await rig.only(again)).state, rig.platform.count("confirmed")) == (IntentState.DONE, 2)


async def test_a_row_of_another_account_is_left_as_it_is() -> None:
    rig = Rig()
    row = await rig.only(await rig.actions.approve([rig.script()]))
    rig.outbox.rows[row.intent_id] = replace(row, account=StarId(5), install="the-other-computer")
    await rig.run()
    assert rig.outbox.rows[row.intent_id].state is IntentState.QUEUED
