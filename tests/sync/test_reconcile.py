"""After a lost answer: nothing is sent again before Q and two agreeing reads, and everything ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sync.rig import CAMPAIGN, TIMINGS, Rig
from xingtu_desktop.core.errors import Timeout
from xingtu_desktop.domain.ids import BatchId, OrderId
from xingtu_desktop.domain.intent import IntentState
from xingtu_desktop.domain.lifecycle import CancelReason, OrderStatus, ResourceKind
from xingtu_desktop.domain.money import Fen

Q = TIMINGS.uncertainty


async def test_an_effect_that_came_late_is_confirmed_by_two_reads_and_not_repeated() -> None:
    rig = Rig()
    rig.platform.repeat = "accept"
    rig.platform.delay = 90.0
    batch = await rig.actions.approve([rig.script()])
    rig.platform.plan = ["late"]
    await rig.run()
    await rig.settle()
    row = await rig.only(batch)
    assert (row.state, row.outcome, rig.platform.count("confirmed")) == (IntentState.DONE, "confirmed_by_read", 1)
    assert len(rig.platform.writes) == 1


async def test_nothing_is_read_before_q_and_the_second_read_is_half_of_q_later() -> None:
    rig = Rig()
    await rig.actions.approve([rig.script()])
    rig.platform.plan = ["never"]
    await rig.run()
    reads: list[float] = []
    look = rig.looker.look

    async def timed(intent: object) -> object:
        reads.append(rig.clock.monotonic())
        return await look(intent)  # type: ignore[arg-type]

    rig.looker.look = timed  # type: ignore[assignment,method-assign]
    sent = rig.clock.monotonic()
    for _ in range(int(2 * Q)):
        rig.clock.advance(1)
        await rig.reconciler.step()
    assert reads[0] - sent >= Q
    assert reads[1] - reads[0] >= Q / 2
    assert len(reads) == 2


async def test_what_never_arrived_is_sent_again_once() -> None:
    rig = Rig()
    batch = await rig.actions.approve([rig.script()])
    rig.platform.plan = ["never"]
    await rig.run()
    await rig.settle()
    row = await rig.only(batch)
    assert (row.state, row.attempt, rig.platform.count("confirmed")) == (IntentState.DONE, 2, 1)


async def test_a_lagging_replica_cannot_cause_a_second_send() -> None:
    rig = Rig()
    rig.platform.repeat, rig.platform.lag, rig.platform.delay = "accept", 5.0, 90.0
    batch = await rig.actions.approve([rig.script()])
    rig.platform.plan = ["late"]
    rig.clock.advance(10)
    await rig.run()
    await rig.settle()
    assert ((await rig.only(batch)).state, rig.platform.count("confirmed")) == (IntentState.DONE, 1)


@pytest.mark.parametrize("repeat", ["accept", "refuse"])
@pytest.mark.parametrize("answer", ["lost", "late", "never"])
async def test_a_crash_during_a_send_loses_and_doubles_nothing(answer: str, repeat: str) -> None:
    rig = Rig()
    rig.platform.repeat = repeat
    batch = await rig.actions.approve([rig.script()])

    class Killed(BaseException):
        pass

    def die() -> None:
        rig.platform.on_write = None
        raise Killed

    # The process dies after the request left: the platform still does what its plan says.
    rig.clock.advance(TIMINGS.undo)
    claimed = await rig.outbox.claim(rig.clock.now(), account=rig.platform.star_id, install="this-computer", busy_lanes=frozenset())
    assert claimed is not None
    sending = await rig.sender.commit_sending(claimed, claimed.payload, await rig.looker.look(claimed))
    rig.platform.plan = [answer]
    with pytest.raises(Timeout):
        await rig.sender.call(sending, sending.payload)
    rig.restart()
    await rig.settle()
    assert (await rig.only(batch)).state is IntentState.DONE
    assert rig.platform.count("confirmed") == 1


async def test_a_claim_that_never_became_a_send_goes_back_to_the_queue() -> None:
    rig = Rig()
    batch = await rig.actions.approve([rig.script()])
    rig.clock.advance(TIMINGS.undo)
    await rig.outbox.claim(rig.clock.now(), account=rig.platform.star_id, install="this-computer", busy_lanes=frozenset())
    rig.restart()
    await rig.sender.drain()
    row = await rig.only(batch)
    assert (row.state, row.attempt) == (IntentState.DONE, 1)


async def test_reads_that_disagree_are_repeated_until_two_agree() -> None:
    rig = Rig()
    decision = rig.script()
    batch = await rig.actions.approve([decision])
    rig.platform.plan = ["late"]
    rig.platform.delay = Q + Q / 4
    await rig.run()
    await rig.settle(4 * Q)
    row = await rig.only(batch)
    assert (row.state, row.outcome, rig.platform.count("confirmed")) == (IntentState.DONE, "confirmed_by_read", 1)


async def test_a_reply_to_a_cancel_request_is_sent_once_and_unknown_goes_to_a_person() -> None:
    rig = Rig()
    order = rig.platform.add_order(OrderStatus.ACCEPTED, author_cancel_requested=True)
    batch = await rig.actions.reply_cancel(order, accept=True)
    rig.platform.plan = ["never"]
    await rig.run()
    await rig.settle()
    row = await rig.only(batch)
    assert (row.state, row.outcome, len(rig.platform.writes)) == (IntentState.NEEDS_HUMAN, "not_applied", 1)
    await rig.actions.send_again(row.intent_id)
    await rig.run()
    assert (await rig.only(batch)).state is IntentState.DONE


async def test_an_approval_overtaken_by_a_new_version_is_refused_not_repeated() -> None:
    rig = Rig()
    decision = rig.script()
    batch = await rig.actions.approve([decision])
    rig.platform.plan = ["never"]
    await rig.run()
    rig.platform.upload(decision.order.order_id, "新的一版")
    await rig.settle()
    row = await rig.only(batch)
    assert (row.state, row.outcome, row.detail["what"]) == (IntentState.REFUSED, "changed_since_seen", "version")
    assert rig.platform.effects == []


async def test_a_creation_without_an_answer_is_found_by_its_tag() -> None:
    rig = Rig()
    batch = await rig.order_batch(creators=3)
    rig.platform.plan = ["lost"]
    await rig.run()
    await rig.settle()
    create, pay = await rig.rows(batch)
    assert (create.outcome, create.attempt, rig.platform.count("create")) == ("confirmed_by_read", 1, 1)
    assert isinstance(create.result["order_ids"], list)
    assert len(create.result["order_ids"]) == 3
    assert rig.campaigns.by_id[CAMPAIGN].platform_campaign_ids == (create.result["platform_campaign_id"],)
    assert pay.outcome == "bill_higher"


async def test_a_creation_that_is_not_found_is_never_repeated_by_itself() -> None:
    rig = Rig()
    batch = await rig.order_batch()
    rig.platform.plan = ["never"]
    await rig.run()
    await rig.settle()
    create, pay = await rig.rows(batch)
    assert (create.state, create.outcome, pay.state) == (IntentState.NEEDS_HUMAN, "not_found_by_tag", IntentState.QUEUED)
    assert len(rig.platform.writes) == 1
    await rig.actions.send_again(create.intent_id)
    await rig.settle(60)
    create, pay = await rig.rows(batch)
    assert (create.state, pay.state, rig.platform.count("create")) == (IntentState.DONE, IntentState.DONE, 1)


async def test_a_creation_that_appeared_after_all_is_adopted_instead_of_sent_again() -> None:
    rig = Rig()
    batch = await rig.order_batch()
    rig.platform.plan = ["late"]
    rig.platform.delay = 10 * Q
    await rig.run()
    await rig.settle()
    create, _ = await rig.rows(batch)
    assert create.state is IntentState.NEEDS_HUMAN
    rig.clock.advance(10 * Q)
    await rig.actions.send_again(create.intent_id)
    await rig.settle(60)
    create, _ = await rig.rows(batch)
    assert (create.state, create.outcome, rig.platform.count("create")) == (IntentState.DONE, "confirmed_by_read", 1)


async def test_a_tag_that_is_taken_before_anything_was_sent_asks_a_person() -> None:
    rig = Rig()
    batch = await rig.order_batch()
    create = (await rig.rows(batch))[0]
    await rig.platform.create_assign(create.payload)  # type: ignore[arg-type]
    rig.platform.writes.clear()
    await rig.run()
    assert ((await rig.rows(batch))[0].outcome, rig.platform.writes) == ("tag_exists", [])


async def test_a_payment_without_an_answer_is_settled_by_the_bill() -> None:
    rig = Rig()
    batch = await rig.order_batch()
    rig.platform.plan = ["ok", "lost"]
    await rig.run()
    await rig.settle()
    pay = (await rig.rows(batch))[1]
    assert (pay.state, pay.outcome, pay.result["paid"], rig.platform.count("pay")) == (IntentState.DONE, "confirmed_by_read", 2_400_000, 1)


async def test_a_bill_that_moved_while_a_payment_was_unknown_asks_a_person() -> None:
    rig = Rig()
    batch = await rig.order_batch()
    rig.platform.plan = ["ok", "never"]
    await rig.run()
    order = next(iter(rig.platform.world.orders.values()))
    rig.platform.set_status(order.order_id, OrderStatus.UNPAID, total=Fen(1_000_000))
    await rig.settle()
    pay = (await rig.rows(batch))[1]
    assert (pay.state, pay.outcome, pay.detail["bill"], pay.detail["now_due"]) == (
        IntentState.NEEDS_HUMAN,
        "bill_changed",
        2_400_000,
        2_200_000,
    )
    assert rig.platform.count("pay") == 0


async def pays_what_is_not_known_here(rig: Rig, answer: str) -> tuple[BatchId, OrderId]:
    """A payment for a platform campaign of which this computer holds no order, and an answer that never came."""
    order = rig.platform.add_order(OrderStatus.UNPAID)
    assert await rig.orders.orders() == []
    batch = await rig.actions.pay_campaign(CAMPAIGN, order.platform_campaign_id, at_most=Fen(1_200_000), orders=1, campaign_name="年货节")
    rig.platform.plan = [answer]
    await rig.run()
    assert (await rig.only(batch)).state is IntentState.UNKNOWN
    return batch, order.order_id


async def test_an_empty_bill_of_orders_whose_state_nobody_tells_is_not_taken_as_paid() -> None:
    rig = Rig()
    batch, order_id = await pays_what_is_not_known_here(rig, "never")
    del rig.platform.world.orders[order_id]
    rig.platform.changed()
    await rig.settle()
    row = await rig.only(batch)
    assert (row.state, row.outcome, rig.platform.count("pay")) == (IntentState.NEEDS_HUMAN, "unclear", 0)


async def test_an_empty_bill_of_unknown_orders_that_were_cancelled_is_not_taken_as_paid() -> None:
    rig = Rig()
    batch, order_id = await pays_what_is_not_known_here(rig, "never")
    rig.platform.set_status(order_id, OrderStatus.CANCELLED)
    await rig.settle()
    assert ((await rig.only(batch)).state, rig.platform.count("pay")) == (IntentState.NEEDS_HUMAN, 0)


async def test_orders_that_the_platform_lists_as_paid_settle_a_payment_although_none_was_known_here() -> None:
    rig = Rig()
    batch, _ = await pays_what_is_not_known_here(rig, "lost")
    await rig.settle()
    row = await rig.only(batch)
    assert (row.state, row.outcome, row.result["paid"], rig.platform.count("pay")) == (IntentState.DONE, "confirmed_by_read", 1_200_000, 1)


async def pays_beside_an_order_paid_before(rig: Rig, answer: str, owed: int = 1) -> tuple[BatchId, list[OrderId]]:
    """A payment for the unpaid orders of a campaign in which another order was paid weeks ago, and an answer that never came."""
    old = rig.platform.add_order(OrderStatus.ACCEPTED)
    campaign_id = old.platform_campaign_id
    new = [rig.platform.add_order(OrderStatus.UNPAID, platform_campaign_id=campaign_id).order_id for _ in range(owed)]
    batch = await rig.actions.pay_campaign(CAMPAIGN, campaign_id, at_most=Fen(1_200_000 * owed), orders=owed, campaign_name="年货节")
    rig.platform.plan = [answer]
    await rig.run()
    assert (await rig.only(batch)).state is IntentState.UNKNOWN
    return batch, new


async def test_a_payment_is_compared_with_the_orders_it_was_for_and_not_with_those_paid_before() -> None:
    rig = Rig()
    batch, _ = await pays_beside_an_order_paid_before(rig, "lost")
    await rig.settle()
    row = await rig.only(batch)
    assert (row.state, row.outcome, row.result["paid"], rig.platform.count("pay")) == (IntentState.DONE, "confirmed_by_read", 1_200_000, 1)


async def test_an_order_paid_before_does_not_prove_a_payment_that_never_arrived() -> None:
    rig = Rig()
    batch, (new,) = await pays_beside_an_order_paid_before(rig, "never")
    rig.platform.set_status(new, OrderStatus.CANCELLED)
    await rig.settle()
    row = await rig.only(batch)
    assert (row.state, row.outcome, rig.platform.count("pay")) == (IntentState.NEEDS_HUMAN, "unclear", 0)
    assert (row.detail["bill"], row.detail["now_due"]) == (1_200_000, 0)
    # Nor does it when the person has it looked at once more before anything is sent.
    await rig.actions.send_again(row.intent_id)
    await rig.run()
    row = await rig.only(batch)
    assert (row.state, row.outcome, len(rig.platform.writes)) == (IntentState.NEEDS_HUMAN, "unclear", 1)


async def test_a_payment_of_which_only_a_part_shows_asks_a_person() -> None:
    rig = Rig()
    batch, (one, other) = await pays_beside_an_order_paid_before(rig, "never", owed=2)
    rig.platform.set_status(one, OrderStatus.WAITING_FOR_CREATOR, total_paid=Fen(1_200_000))
    rig.platform.set_status(other, OrderStatus.CANCELLED)
    await rig.settle()
    row = await rig.only(batch)
    assert (row.state, row.outcome, rig.platform.count("pay")) == (IntentState.NEEDS_HUMAN, "unclear", 0)
    # Once the other shows as paid too, a last look before sending ends it with the sum it was sent for.
    rig.platform.set_status(other, OrderStatus.WAITING_FOR_CREATOR, total_paid=Fen(1_200_000))
    await rig.actions.send_again(row.intent_id)
    await rig.run()
    row = await rig.only(batch)
    assert (row.state, row.outcome, row.result["paid"]) == (IntentState.DONE, "confirmed_by_read", 2_400_000)


async def test_a_later_attempt_that_is_refused_while_a_part_shows_as_paid_asks_a_person() -> None:
    rig = Rig()
    batch, (one, other) = await pays_beside_an_order_paid_before(rig, "never", owed=2)

    def meanwhile() -> None:
        rig.platform.set_status(one, OrderStatus.WAITING_FOR_CREATOR, total_paid=Fen(1_200_000))
        rig.platform.set_status(other, OrderStatus.CANCELLED)

    rig.platform.on_write = meanwhile
    await rig.settle()
    row = await rig.only(batch)
    assert (row.state, row.outcome, row.attempt) == (IntentState.NEEDS_HUMAN, "unclear", 2)


async def test_a_payment_written_before_it_kept_its_orders_asks_a_person_where_the_bill_is_empty() -> None:
    rig = Rig()
    batch, _ = await pays_beside_an_order_paid_before(rig, "lost")
    row = await rig.only(batch)
    rig.outbox.rows[row.intent_id] = replace(row, detail={name: value for name, value in row.detail.items() if name != "owed"})
    await rig.settle()
    row = await rig.only(batch)
    assert (row.state, row.outcome, rig.platform.count("pay")) == (IntentState.NEEDS_HUMAN, "unclear", 1)


async def test_a_bill_of_the_same_sum_for_other_orders_is_not_paid_without_asking() -> None:
    rig = Rig()
    batch, (new,) = await pays_beside_an_order_paid_before(rig, "lost")
    campaign_id = rig.platform.world.orders[new].platform_campaign_id
    rig.platform.add_order(OrderStatus.UNPAID, platform_campaign_id=campaign_id)
    await rig.settle()
    row = await rig.only(batch)
    assert (row.state, row.outcome, rig.platform.count("pay")) == (IntentState.NEEDS_HUMAN, "bill_changed", 1)


async def test_an_empty_bill_before_the_first_send_is_not_called_paid_for_an_order_paid_before() -> None:
    rig = Rig()
    old = rig.platform.add_order(OrderStatus.ACCEPTED)
    new = rig.platform.add_order(OrderStatus.UNPAID, platform_campaign_id=old.platform_campaign_id)
    batch = await rig.actions.pay_campaign(CAMPAIGN, old.platform_campaign_id, at_most=Fen(1_200_000), orders=1, campaign_name="年货节")
    rig.platform.set_status(new.order_id, OrderStatus.CANCELLED)
    await rig.run()
    row = await rig.only(batch)
    assert (row.state, row.outcome, rig.platform.writes) == (IntentState.REFUSED, "nothing_to_pay", [])


@pytest.mark.parametrize(("answer", "state"), [("lost", IntentState.DONE), ("never", IntentState.NEEDS_HUMAN)])
async def test_the_rest_of_an_order_counts_as_paid_only_where_the_order_says_so(answer: str, state: IntentState) -> None:
    rig = Rig()
    order = rig.platform.add_order(OrderStatus.BALANCE_DUE, total_paid=Fen(200_000))
    batch = await rig.actions.pay_tail(order, at_most=Fen(1_000_000))
    rig.platform.plan = [answer]
    await rig.run()
    assert (await rig.only(batch)).state is IntentState.UNKNOWN
    if answer == "never":
        # The bill is gone, and the order stands where it stood.
        rig.platform.set_status(order.order_id, OrderStatus.BALANCE_DUE, total=None, total_paid=None)
    await rig.settle()
    assert ((await rig.only(batch)).state, rig.platform.count("pay")) == (state, 1 if answer == "lost" else 0)


@pytest.mark.parametrize("action", ["publish", "finish", "cancel", "reject"])
@pytest.mark.parametrize("answer", ["lost", "late", "never"])
async def test_every_guarded_action_ends_with_exactly_one_effect(action: str, answer: str) -> None:
    rig = Rig()
    rig.platform.repeat = "accept"
    decision = rig.script()
    if action == "publish":
        version = rig.platform.upload(decision.order.order_id, kind=ResourceKind.VIDEO)
        rig.platform.set_status(decision.order.order_id, OrderStatus.VIDEO_CONFIRMED)
        batch = await rig.actions.publish([rig.seen(decision.order.order_id, version.resource_id)])
    elif action == "finish":
        rig.platform.set_status(decision.order.order_id, OrderStatus.PUBLISHED)
        batch = await rig.actions.finish([rig.platform.world.orders[decision.order.order_id]])
    elif action == "cancel":
        batch = await rig.actions.cancel(decision.order, CancelReason.OTHER, "计划变了", cost=Fen(120_000))
    else:
        batch = await rig.actions.reject([decision], "请把“最”字去掉")
    rig.platform.plan = [answer]
    await rig.run()
    await rig.settle()
    assert (await rig.only(batch)).state is IntentState.DONE
    assert len(rig.platform.effects) == 1


async def test_what_was_read_of_an_earlier_attempt_says_nothing_of_the_next() -> None:
    rig = Rig()
    rig.platform.repeat, rig.platform.delay = "accept", 90.0
    batch = await rig.actions.approve([rig.script()])
    rig.platform.plan = ["never", "late"]
    await rig.run()
    await rig.settle(5 * Q)
    row = await rig.only(batch)
    assert (row.state, row.attempt, rig.platform.count("confirmed")) == (IntentState.DONE, 2, 1)
    assert len(rig.platform.writes) == 2


async def test_a_wall_clock_that_was_set_back_delays_no_longer_than_q() -> None:
    rig = Rig()
    batch = await rig.actions.approve([rig.script()])
    rig.platform.plan = ["lost"]
    await rig.run()
    row = await rig.only(batch)
    assert row.not_before is not None
    rig.outbox.rows[row.intent_id] = replace(row, not_before=row.not_before.replace(year=2050))
    await rig.settle()
    assert (await rig.only(batch)).state is IntentState.DONE
