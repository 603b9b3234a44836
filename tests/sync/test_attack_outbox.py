"""Attacks on the money path over fakes: clocks that jump, reads that fail, rows that poison, switches thrown at the worst moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.sync.rig import INSTALL, TIMINGS, Rig
from tests.sync.test_engine import Desk
from xingtu_desktop.core.clock import ManualClock
from xingtu_desktop.core.errors import KnownError, NotThePlatform, RateLimited, ServerTrouble, Timeout
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.domain.intent import Intent, IntentState, PayCampaign
from xingtu_desktop.domain.lifecycle import CancelReason, OrderStatus
from xingtu_desktop.domain.money import ZERO
from xingtu_desktop.services.outbox_view import OutboxGroup, OutboxListing
from xingtu_desktop.services.sync.connectivity import Phase

S = IntentState


class Jumping(ManualClock):
    """This computer's clock: the wall clock may stand elsewhere than the world's, its seconds are as long."""

    def __init__(self, world: ManualClock) -> None:
        super().__init__()
        self._world = world
        self.ahead = timedelta()

    def now(self) -> datetime:
        return self._world.now() + self.ahead

    def monotonic(self) -> float:
        return self._world.monotonic()


def on_a_clock_of_its_own(rig: Rig, clock: Jumping) -> Jumping:
    """Let the computer, but not the platform, see `clock`."""
    for part in (rig.sender, rig.reconciler, rig.outcomes, rig.connectivity, rig.actions):
        part._clock = clock  # type: ignore[attr-defined]
    return clock


async def test_a_wall_clock_that_jumps_ahead_cuts_nothing_off_the_wait_for_a_late_effect() -> None:
    rig = Rig()
    rig.platform.repeat, rig.platform.delay = "accept", 90.0
    batch = await rig.actions.approve([rig.script()])
    rig.platform.plan = ["late"]
    clock = on_a_clock_of_its_own(rig, Jumping(rig.clock))
    await rig.run()
    await rig.reconciler.step()
    clock.ahead = timedelta(hours=3)
    await rig.settle()
    assert ((await rig.only(batch)).outcome, rig.platform.count("confirmed")) == ("confirmed_by_read", 1)


async def test_a_computer_that_comes_up_with_a_wrong_date_waits_all_the_same() -> None:
    rig = Rig()
    rig.platform.repeat, rig.platform.delay = "accept", 90.0
    batch = await rig.actions.approve([rig.script()])
    rig.platform.plan = ["late"]
    await rig.run()
    rig.restart()
    on_a_clock_of_its_own(rig, Jumping(rig.clock)).ahead = timedelta(days=40)
    await rig.settle()
    assert ((await rig.only(batch)).state, rig.platform.count("confirmed")) == (S.DONE, 1)


async def test_an_unknown_row_that_cannot_be_read_keeps_no_other_unknown() -> None:
    rig = Rig()
    poison, other = rig.script(), rig.script()
    stuck = await rig.actions.approve([poison])
    fine = await rig.actions.approve([other])
    rig.platform.plan = ["lost", "lost"]
    await rig.run()
    look = rig.looker.look

    async def breaks(intent: Intent) -> object:
        if getattr(intent.payload, "order_id", None) == poison.order.order_id:
            raise ServerTrouble(status=502)
        return await look(intent)

    rig.looker.look = breaks  # type: ignore[assignment,method-assign]
    await rig.settle()
    assert ((await rig.only(stuck)).state, (await rig.only(fine)).state) == (S.UNKNOWN, S.DONE)
    rig.looker.look = look  # type: ignore[method-assign]
    await rig.settle()
    assert ((await rig.only(stuck)).state, rig.platform.count("confirmed")) == (S.DONE, 2)


@pytest.mark.parametrize(
    "error", [ServerTrouble(status=502), RateLimited(layer="app", code=40100, retry_after=1800.0), RuntimeError("a defect")]
)
async def test_what_cannot_be_read_keeps_nothing_from_leaving(error: Exception) -> None:
    desk = Desk()
    reports = desk.platform.campaigns
    async with desk:
        order, rig = desk.reviewable()
        await desk.sync.engine.sync_now()

        async def broken() -> object:
            raise error

        desk.platform.campaigns = broken  # type: ignore[assignment,method-assign]
        for _ in range(6):
            desk.sync.engine.wake("manual")
            await desk.spin()
        (version,) = desk.platform.world.versions
        batch = await desk.sync.actions.approve([rig.seen(order.order_id, version)])
        await desk.later(TIMINGS.undo + 20)
        (row,) = [one for one in desk.outbox.rows.values() if one.batch_id == batch]
        assert (row.state, desk.platform.count("confirmed")) == (S.DONE, 1)
    desk.platform.campaigns = reports  # type: ignore[method-assign]


async def test_a_part_of_reading_with_a_defect_keeps_the_other_parts_running() -> None:
    desk = Desk()

    async def broken() -> object:
        raise RuntimeError("a defect")

    desk.platform.campaigns = broken  # type: ignore[assignment,method-assign]
    order = desk.platform.add_order(OrderStatus.PUBLISHED, released_at=desk.clock.now())
    await desk.orders.save_orders([order])
    async with desk:
        await desk.later(5)
        assert [one.order_id for one in desk.reports.saved] == [order.order_id]


async def test_a_loop_that_cannot_count_goes_on() -> None:
    desk = Desk()
    async with desk:
        stopped, failing = desk.outbox.stopped, [True]

        async def broken() -> bool:
            if failing:
                failing.clear()
                raise RuntimeError("a defect")
            return await stopped()

        desk.outbox.stopped = broken  # type: ignore[method-assign]
        await desk.sync.engine.sync_now()
        order, rig = desk.reviewable()
        (version,) = desk.platform.world.versions
        await desk.sync.actions.approve([rig.seen(order.order_id, version)])
        await desk.later(TIMINGS.undo + 40)
        assert desk.platform.count("confirmed") == 1
    await desk.sync.engine.sync_now()


async def test_stop_all_that_comes_while_a_row_is_being_written_still_lets_nothing_leave() -> None:
    rig = Rig()
    batch = await rig.actions.approve([rig.script()])
    stamp = rig.platform.stamp

    def stopping(payload: object) -> object:
        rig.outbox._stopped = True
        return stamp(payload)

    rig.platform.stamp = stopping  # type: ignore[assignment,method-assign]
    await rig.run()
    assert ((await rig.only(batch)).state, rig.platform.writes) == (S.QUEUED, [])
    rig.platform.stamp = stamp  # type: ignore[method-assign]
    await rig.actions.stop_all(False)
    await rig.run()
    assert rig.platform.count("confirmed") == 1


@pytest.mark.parametrize("kind", [NotThePlatform, Timeout])
async def test_a_write_that_never_left_is_neither_refused_nor_unknown(kind: type[KnownError]) -> None:
    rig = Rig()
    batch = await rig.actions.approve([rig.script()])
    approve, failing = rig.platform.approve, [True]

    async def stays(payload: object) -> object:
        if failing:
            failing.clear()
            error = kind("the token could not be renewed, or the certificate is not theirs")
            error.may_have_taken_effect = False
            raise error
        return await approve(payload)  # type: ignore[arg-type]

    rig.platform.approve = stays  # type: ignore[assignment,method-assign]
    await rig.run()
    assert ((await rig.only(batch)).state, (await rig.only(batch)).outcome) == (S.QUEUED, "not_sent")
    await rig.run(60)
    assert ((await rig.only(batch)).state, rig.platform.count("confirmed")) == (S.DONE, 1)


async def test_one_refused_token_after_a_limit_is_no_sign_out() -> None:
    rig = Rig()
    batch = await rig.actions.approve([rig.script()])
    rig.platform.read_errors = [RateLimited(layer="app", code=40100)]
    await rig.run()
    rig.platform.plan = ["signed_out"]
    await rig.run(60)
    assert rig.connectivity.status.phase is not Phase.SIGNED_OUT
    await rig.run(60)
    assert (await rig.only(batch)).state is S.DONE


async def test_an_order_cannot_be_cancelled_in_the_draining_that_lost_the_answer_to_its_payment() -> None:
    rig = Rig()
    batch = await rig.order_batch(1)
    rig.platform.delay = 60.0
    orders: list[OrderId] = []
    original = rig.platform.pay

    async def pays(**target: object) -> object:
        made = (await rig.rows(batch))[0].result["order_ids"]
        assert isinstance(made, list)
        orders.append(OrderId(made[0]))
        order = rig.platform.world.orders[orders[0]]
        await rig.actions.cancel(order, CancelReason.PLAN_CHANGED, "", cost=(await rig.platform.cancel_cost(orders[0])).cost)
        for one in list(rig.outbox.rows.values()):
            rig.outbox.rows[one.intent_id] = replace(one, undo_until=rig.clock.now())
        rig.platform.plan = ["late"]
        return await original(**target)  # type: ignore[arg-type]

    rig.platform.pay = pays  # type: ignore[assignment,method-assign]
    await rig.run()
    await rig.sender.drain()
    assert orders
    pay = next(one for one in await rig.rows(batch) if isinstance(one.payload, PayCampaign))
    assert pay.state is S.UNKNOWN
    assert [name for name, *_ in rig.platform.writes if name == "cancel"] == []


async def test_a_payment_that_never_arrived_for_orders_that_somebody_cancelled_is_not_called_paid() -> None:
    rig = Rig()
    batch = await rig.order_batch(1)
    rig.platform.plan = ["ok", "never"]
    await rig.run()
    await rig.run()
    create, pay = await rig.rows(batch)
    assert (create.state, pay.state) == (S.DONE, S.UNKNOWN)
    for order_id in rig.platform.world.orders:
        rig.platform.set_status(order_id, OrderStatus.CANCELLED, total_paid=ZERO)
    await rig.settle()
    assert ((await rig.outbox.get(pay.intent_id)).state, rig.platform.count("pay")) == (S.NEEDS_HUMAN, 0)


async def test_a_creation_that_a_person_found_is_paid_by_its_tag() -> None:
    rig = Rig()
    batch = await rig.order_batch(2)
    rig.platform.plan = ["lost"]
    await rig.run()
    create, pay = await rig.rows(batch)
    assert create.state is S.UNKNOWN
    rig.outbox.rows[create.intent_id] = replace(create, state=S.NEEDS_HUMAN)
    await rig.actions.mark_done(create.intent_id)
    await rig.run()
    assert ((await rig.outbox.get(pay.intent_id)).state, rig.platform.count("pay")) == (S.DONE, 1)


async def test_a_defect_in_one_row_keeps_nobody_else_waiting() -> None:
    rig = Rig()
    first, second = rig.script(), rig.script()
    bad, good = await rig.actions.approve([first]), await rig.actions.approve([second])
    rig.sender._parallel = 1
    put_back = rig.sender._put_back_early

    async def breaks(intent: Intent) -> bool:
        if getattr(intent.payload, "order_id", None) == first.order.order_id:
            raise RuntimeError("a defect")
        return await put_back(intent)

    rig.sender._put_back_early = breaks  # type: ignore[method-assign]
    await rig.run()
    assert ((await rig.only(bad)).state, (await rig.only(good)).state) == (S.CLAIMED, S.DONE)


async def test_a_refusal_is_not_buried_under_what_was_done_after_it() -> None:
    rig = Rig()
    refused = await rig.actions.approve([rig.script()])
    rig.platform.plan = ["rejected"]
    await rig.run()
    for _ in range(5):
        await rig.actions.approve([rig.script()])
    await rig.run()
    listing = OutboxListing(rig.outbox, rig.settings, rig.changes, rig.clock)
    entries = await listing.entries(ended=3)
    assert [one.intent.batch_id for one in entries if one.group is OutboxGroup.NEEDS_YOU] == [refused]
    await listing.dismiss((await rig.only(refused)).intent_id)
    assert [one for one in await listing.entries(ended=3) if one.group is OutboxGroup.NEEDS_YOU] == []


async def test_a_question_of_another_installation_offers_no_sending_that_would_be_refused() -> None:
    rig = Rig()
    batch = await rig.actions.approve([rig.script()])
    row = await rig.only(batch)
    rig.outbox.rows[row.intent_id] = replace(row, state=S.NEEDS_HUMAN, outcome="unclear", install="another-computer")
    listing = OutboxListing(rig.outbox, rig.settings, rig.changes, rig.clock, install=INSTALL)
    (entry,) = await listing.entries()
    assert (entry.group, entry.can_answer, entry.can_send_again) == (OutboxGroup.NEEDS_YOU, True, False)


async def test_taking_back_and_answering_are_told_to_the_views() -> None:
    rig = Rig()
    heard: list[Change] = []
    rig.changes.subscribe(heard.append, Topic.OUTBOX)
    batch = await rig.actions.approve([rig.script()])
    heard.clear()
    (intent_id,) = await rig.actions.undo_batch(batch)
    assert [change.ids for change in heard] == [frozenset({intent_id})]
    asking = await rig.only(await rig.actions.approve([rig.script()]))
    rig.outbox.rows[asking.intent_id] = replace(asking, state=S.NEEDS_HUMAN)
    heard.clear()
    await rig.actions.drop(asking.intent_id)
    assert [change.ids for change in heard] == [frozenset({asking.intent_id})]
