"""What a click saves: everything or nothing, with what was seen, its tag, its caps, and how it is taken back and answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sync.rig import CAMPAIGN, Rig, creation
from xingtu_desktop.core.errors import Conflict, InvalidInput
from xingtu_desktop.domain.ids import IntentId, PlatformCampaignId
from xingtu_desktop.domain.intent import CreateAssign, IntentState
from xingtu_desktop.domain.lifecycle import CancelReason, OrderStatus
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.services.actions import PlannedRequest
from xingtu_desktop.services.outbox_view import OutboxGroup, OutboxListing, WaitsFor
from xingtu_desktop.services.tags import room_for_name, tagged


async def test_a_batch_keeps_what_was_seen_and_is_saved_as_one() -> None:
    rig = Rig()
    one, two = rig.script("甲"), rig.script("乙")
    batch = await rig.actions.approve([one, two])
    rows = await rig.rows(batch)
    assert [row.expectation.content_hash for row in rows] == [one.seen_hash, two.seen_hash]
    assert [row.expectation.status for row in rows] == [OrderStatus.SCRIPT_UPLOADED] * 2
    assert [row.expectation.amount for row in rows] == [Fen(1_200_000)] * 2
    assert rig.wakes == ["saved"]
    with pytest.raises(Conflict):
        await rig.actions.approve([rig.script("丙"), one])
    assert len(rig.outbox.rows) == 2


async def test_what_was_not_opened_is_only_approved_when_said_in_words() -> None:
    rig = Rig()
    unopened = replace(rig.script(), seen_hash=None, seen_at=None)
    with pytest.raises(InvalidInput) as refused:
        await rig.actions.approve([rig.script(), unopened])
    assert (refused.value.code, refused.value.values["count"]) == ("not_seen", 1)
    assert rig.outbox.rows == {}
    await rig.actions.approve([unopened], unopened_on_purpose=True)
    assert len(rig.outbox.rows) == 1


async def test_content_that_arrived_after_it_was_seen_cannot_be_approved() -> None:
    rig = Rig()
    decision = rig.script()
    with pytest.raises(InvalidInput) as refused:
        await rig.actions.approve([replace(decision, seen_hash="0" * 64)])
    assert refused.value.code == "other_content_seen"


@pytest.mark.parametrize(("length", "accepted"), [(0, False), (1, True), (100, True), (101, False)])
async def test_the_note_of_a_rejection_has_the_platforms_length(length: int, accepted: bool) -> None:
    rig = Rig()
    if accepted:
        await rig.actions.reject([rig.script()], "改" * length)
        return
    with pytest.raises(InvalidInput):
        await rig.actions.reject([rig.script()], "改" * length)
    assert rig.outbox.rows == {}


async def test_each_request_of_an_order_batch_gets_a_tag_and_its_payment_waits_for_it() -> None:
    rig = Rig()
    planned = [PlannedRequest(creation(2, rig), Fen(2_400_000)) for _ in range(3)]
    batch = await rig.actions.place_orders(planned, campaign_name="年货节")
    rows = await rig.rows(batch)
    creates, pays = rows[:3], rows[3:]
    tags = [row.payload.tag for row in creates if isinstance(row.payload, CreateAssign)]
    assert len(set(tags)) == 3
    assert [tag[-2:] for tag in tags] == ["-1", "-2", "-3"]
    for row, tag in zip(creates, tags, strict=True):
        assert isinstance(row.payload, CreateAssign)
        assert row.payload.demand.demand_name.endswith(f" {tag}")
        assert len(row.payload.demand.demand_name) <= 60
    assert [row.depends_on for row in pays] == [row.intent_id for row in creates]
    assert {row.lane for row in rows} == {f"campaign:{CAMPAIGN}"}
    await rig.settle(120)
    assert {row.state for row in await rig.rows(batch)} == {IntentState.DONE}
    assert [effect.what for effect in rig.platform.effects] == ["create"] * 3 + ["pay"] * 3
    assert len(rig.campaigns.by_id[CAMPAIGN].platform_campaign_ids) == 3


def test_a_name_leaves_room_for_its_tag() -> None:
    room = room_for_name(12)
    assert len(tagged("名" * room, "#K7F2-12")) == 60
    with pytest.raises(InvalidInput) as refused:
        tagged("名" * (room + 1), "#K7F2-12")
    assert refused.value.values["limit"] == room


@pytest.mark.parametrize("lines", [0, 51])
async def test_a_request_has_one_to_fifty_orders(lines: int) -> None:
    rig = Rig()
    with pytest.raises(InvalidInput):
        await rig.order_batch(creators=lines)
    assert rig.outbox.rows == {}


async def test_a_higher_bill_asks_with_both_numbers_and_pays_only_what_is_agreed_then() -> None:
    rig = Rig()
    batch = await rig.order_batch(at_most=2_000_000)
    await rig.run()
    pay = (await rig.rows(batch))[1]
    assert (pay.outcome, pay.detail["bill"], pay.detail["at_most"]) == ("bill_higher", 2_400_000, 2_000_000)
    assert rig.platform.count("pay") == 0
    await rig.actions.send_again(pay.intent_id, at_most=Fen(2_400_000))
    await rig.run()
    pay = (await rig.rows(batch))[1]
    assert (pay.state, pay.result["paid"], pay.subject.amount) == (IntentState.DONE, 2_400_000, Fen(2_400_000))


async def test_a_payment_that_took_another_sum_is_flagged_with_both() -> None:
    rig = Rig()
    batch = await rig.order_batch()
    calls = []

    def raise_price() -> None:
        calls.append(1)
        if len(calls) == 2:
            order = next(iter(rig.platform.world.orders.values()))
            rig.platform.set_status(order.order_id, OrderStatus.UNPAID, total=Fen(1_300_000))

    rig.platform.on_write = raise_price
    await rig.run()
    pay = (await rig.rows(batch))[1]
    assert (pay.state, pay.outcome, pay.detail["bill"], pay.detail["paid"]) == (IntentState.DONE, "paid_differs", 2_400_000, 2_500_000)


async def test_too_little_balance_asks_before_anything_is_sent() -> None:
    rig = Rig()
    rig.platform.world.balance = Fen(1_000)
    batch = await rig.order_batch()
    await rig.run()
    pay = (await rig.rows(batch))[1]
    assert (pay.state, pay.outcome, rig.platform.count("pay")) == (IntentState.NEEDS_HUMAN, "insufficient_balance", 0)


async def test_while_a_campaign_is_being_paid_its_orders_wait() -> None:
    rig = Rig()
    batch = await rig.order_batch(at_most=None)
    await rig.run()
    made = (await rig.only(batch)).result
    assert isinstance(made["platform_campaign_id"], int)
    orders = [replace(order, campaign_id=CAMPAIGN) for order in rig.platform.world.orders.values()]
    await rig.orders.save_orders(orders)
    pay = await rig.actions.pay_campaign(
        CAMPAIGN, PlatformCampaignId(made["platform_campaign_id"]), at_most=Fen(2_400_000), orders=2, campaign_name="年货节"
    )
    rig.platform.plan = ["late"]
    await rig.run()
    cancel = await rig.actions.cancel(orders[0], CancelReason.PLAN_CHANGED, "", cost=Fen(120_000))
    rig.restart()
    await rig.run(30)
    assert (await rig.only(pay)).state is IntentState.UNKNOWN
    assert (await rig.only(cancel)).state is IntentState.QUEUED
    assert [what for what, _ in rig.platform.writes] == ["create", "pay"]


async def test_a_payment_waits_for_a_cancellation_under_way_in_its_campaign() -> None:
    rig = Rig()
    await rig.order_batch(at_most=None)
    await rig.run()
    orders = [replace(order, campaign_id=CAMPAIGN) for order in rig.platform.world.orders.values()]
    await rig.orders.save_orders(orders)
    await rig.actions.cancel(orders[0], CancelReason.PLAN_CHANGED, "", cost=Fen(120_000))
    rig.platform.plan = ["late"]
    await rig.run()
    pay = await rig.actions.pay_campaign(CAMPAIGN, orders[0].platform_campaign_id, at_most=Fen(2_400_000), orders=2, campaign_name="年货节")
    await rig.run()
    assert ((await rig.only(pay)).outcome, rig.platform.count("pay")) == ("waits_for_orders", 0)
    await rig.settle()
    assert ((await rig.only(pay)).state, (await rig.only(pay)).result["paid"]) == (IntentState.DONE, 1_200_000)


async def test_what_waits_for_a_dropped_creation_is_refused_with_it() -> None:
    rig = Rig()
    batch = await rig.order_batch()
    rig.platform.plan = ["rejected"]
    await rig.run()
    await rig.run()
    create, pay = await rig.rows(batch)
    assert (create.state, pay.state, pay.outcome) == (IntentState.REFUSED, IntentState.REFUSED, "dependency_failed")


async def test_undoing_a_creation_takes_its_payment_along() -> None:
    rig = Rig()
    batch = await rig.order_batch()
    create = (await rig.rows(batch))[0]
    await rig.actions.undo([create.intent_id])
    await rig.run(3600)
    assert {row.state for row in await rig.rows(batch)} == {IntentState.UNDONE}
    assert rig.platform.writes == []


@pytest.mark.parametrize(
    ("key", "cap", "code"),
    [
        ("caps.batch_count", 1, "cap_batch_count"),
        ("caps.day_count", 2, "cap_day_count"),
        ("caps.batch_fen", 2_399_999, "cap_batch_fen"),
        ("caps.day_fen", 2_399_999, "cap_day_fen"),
    ],
)
async def test_caps_are_checked_at_the_click(key: str, cap: int, code: str) -> None:
    rig = Rig()
    await rig.actions.approve([rig.script()])
    rig.settings.values[key] = str(cap)
    with pytest.raises(InvalidInput) as refused:
        await rig.order_batch()
    assert refused.value.code == code
    assert len(rig.outbox.rows) == 1
    rig.settings.values[key] = "null"
    await rig.order_batch()


async def test_a_refused_action_can_be_tried_again_as_a_new_intent() -> None:
    rig = Rig()
    first = await rig.actions.approve([rig.script()])
    rig.platform.plan = ["rejected"]
    await rig.run()
    second = await rig.actions.retry((await rig.only(first)).intent_id)
    await rig.run()
    assert ((await rig.only(first)).state, (await rig.only(second)).state) == (IntentState.REFUSED, IntentState.DONE)


async def test_the_outbox_is_grouped_by_what_a_person_can_do() -> None:
    rig = Rig()
    listing = OutboxListing(rig.outbox, rig.settings, rig.changes, rig.clock)
    changed, sent, unknown = rig.script("一"), rig.script("二"), rig.script("三")
    await rig.actions.approve([sent])
    await rig.run()
    await rig.actions.approve([unknown])
    rig.platform.plan = ["lost"]
    await rig.run()
    gone = await rig.actions.approve([changed])
    rig.platform.upload(changed.order.order_id, "另一版")
    await rig.run()
    waiting = await rig.actions.approve([rig.script("四")])
    await rig.actions.hold([(await rig.only(waiting)).intent_id])
    rows = await listing.entries()
    assert [row.group for row in rows] == [OutboxGroup.NEEDS_YOU, OutboxGroup.CHECKING, OutboxGroup.WAITING, OutboxGroup.SENT]
    assert (rows[2].waits_for, rows[2].can_undo, rows[2].can_release) == (WaitsFor.HELD, True, True)
    assert ((await listing.counts()).needs_you, (await listing.counts()).checking) == (1, 1)
    await listing.dismiss((await rig.only(gone)).intent_id)
    assert (await listing.counts()).needs_you == 0


async def test_a_person_can_end_what_nobody_knows() -> None:
    rig = Rig()
    order = rig.platform.add_order(OrderStatus.ACCEPTED, author_cancel_requested=True)
    rows: list[IntentId] = []
    for _ in range(2):
        batch = await rig.actions.reply_cancel(order, accept=True)
        rig.platform.plan = ["never"]
        await rig.run()
        await rig.settle()
        rows.append((await rig.only(batch)).intent_id)
        await (rig.actions.mark_done if len(rows) == 1 else rig.actions.drop)(rows[-1], note="在网页上核对过")
    assert [(await rig.outbox.get(row)).state for row in rows] == [IntentState.DONE, IntentState.REFUSED]
