"""The journey of approving: a batch with one sent back, one changed behind our back, undo, publishing, finishing, hostile answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.support.desk import Desk, states
from xingtu_desktop.core.config import Timings
from xingtu_desktop.core.errors import Conflict, InvalidInput
from xingtu_desktop.domain.approval import ApprovalItem, ApprovalRule
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.domain.intent import IntentState
from xingtu_desktop.domain.lifecycle import OrderStatus, ResourceKind
from xingtu_desktop.services.actions import Decision

DONE, REFUSED, UNDONE = IntentState.DONE, IntentState.REFUSED, IntentState.UNDONE
HOSTILE = Timings(request=1.5, undo=0.05, uncertainty=1.8, backoff_base=0.02, backoff_cap=0.2)


async def looked_at(desk: Desk) -> list[ApprovalItem]:
    """Open every version that waits and have it on screen, as a reviewer does."""
    approvals = desk.services.approvals
    return [await approvals.shown(await approvals.open(item)) for item in await approvals.queue()]


async def test_a_batch_is_approved_one_is_sent_back_with_words_and_what_changed_meanwhile_is_not_touched(desk: Desk) -> None:
    made = [one["order_id"] for one in desk.spawn(6, "script")]
    await desk.open()
    await desk.sync()
    approvals = desk.services.approvals
    with pytest.raises(InvalidInput) as unseen:
        await approvals.approve(await approvals.queue())
    assert unseen.value.code == "not_seen"
    items = {item.order.order_id: item for item in await looked_at(desk)}
    assert sorted(items) == sorted(made)
    *approved, rejected, changed = made
    newer = desk.external(changed, "upload")["resource_id"]
    words = "第二句的“最”字请删；结尾请报品牌名"
    yes = await approvals.approve([items[OrderId(one)] for one in [*approved, changed]])
    no = await approvals.reject([items[OrderId(rejected)]], words)
    assert states(await desk.ended(yes)) == {DONE: 4, REFUSED: 1}
    assert states(await desk.ended(no)) == {DONE: 1}
    (refused,) = [one for one in await desk.intents(yes) if one.state is REFUSED]
    assert refused.outcome == "changed_since_seen"
    assert refused.detail["what"] == "version"
    assert refused.detail["actual"] == newer
    assert refused.attempt == 0
    assert desk.effects() == {**{("approve", one): 1 for one in approved}, ("reject", rejected): 1}
    told = {row["resource_id"]: row["feedback"] for row in desk.ledger()["resources"] if row["order_id"] == rejected}
    assert list(told.values()) == [words]
    # The new version stands in the queue and wants to be seen itself.
    await desk.sync()
    (again,) = await approvals.queue()
    assert (again.order.order_id, again.resource.resource_id, again.seen) == (changed, newer, False)
    assert await desk.journal_is_whole()


async def test_undo_within_its_seconds_sends_nothing_and_the_version_can_be_decided_on_again(desk: Desk) -> None:
    desk.timings = Timings(request=5.0, undo=30.0, uncertainty=6.0)
    (made,) = desk.spawn(1, "script")
    await desk.open()
    await desk.sync()
    items = await looked_at(desk)
    batch = await desk.services.approvals.approve(items)
    (queued,) = await desk.services.approvals.queue()
    assert queued.pending is not None
    assert await desk.services.approvals.undo(batch)
    assert states(await desk.ended(batch)) == {UNDONE: 1}
    await desk.sync()
    assert desk.effects() == {}
    assert "/open_api/2/star/order/approve_resource/" not in [one["path"] for one in desk.exchanges]
    (item,) = await desk.services.approvals.queue()
    assert item.pending is None
    assert await desk.services.approvals.reject([item], "请换一版开头")
    assert item.order.order_id == made["order_id"]


async def test_a_video_is_approved_published_and_accepted_and_each_happens_once(desk: Desk) -> None:
    made = [one["order_id"] for one in desk.spawn(3, "video")]
    room = await desk.open()
    await desk.sync()
    opened = [await desk.services.approvals.open(item) for item in await desk.services.approvals.queue()]
    assert [one.media is not None and one.media[4:8] for one in opened] == [b"ftyp"] * 3
    seen = [await desk.services.approvals.shown(one) for one in opened]
    assert states(await desk.ended(await desk.services.approvals.approve(seen))) == {DONE: 3}

    async def all_are(status: OrderStatus) -> bool:
        return {one.order.status for one in await desk.services.campaigns.orders()} == {status}

    await desk.until(lambda: all_are(OrderStatus.VIDEO_CONFIRMED))
    videos = {one.order_id: one for one in await room.files.orders.resources([OrderId(one) for one in made])}
    rows = await desk.services.campaigns.orders()
    publishing = [Decision(row.order, videos[row.order.order_id], videos[row.order.order_id].content_hash, None) for row in rows]
    assert states(await desk.ended(await desk.services.actions.publish(publishing))) == {DONE: 3}
    await desk.until(lambda: all_are(OrderStatus.PUBLISHED))
    published = [row.order for row in await desk.services.campaigns.orders()]
    assert states(await desk.ended(await desk.services.actions.finish(published))) == {DONE: 3}
    await desk.until(lambda: all_are(OrderStatus.FINISHED))
    assert desk.effects() == {(action, one): 1 for action in ("approve", "publish", "finish") for one in made}


async def test_text_that_was_not_on_screen_cannot_count_as_seen(desk: Desk) -> None:
    desk.spawn(1, "script")
    await desk.open()
    await desk.sync()
    (item,) = await desk.services.approvals.queue()
    opened = await desk.services.approvals.open(item)
    with pytest.raises(Conflict):
        await desk.services.approvals.shown(replace(opened, text="另一份脚本"))
    (item,) = await desk.services.approvals.queue()
    assert not item.seen


async def test_a_rule_approves_exactly_what_its_plan_showed(desk: Desk) -> None:
    made = desk.spawn(12, "script")
    await desk.open()
    await desk.sync()
    await looked_at(desk)
    plan = await desk.services.approvals.plan_batch(ApprovalRule())
    assert len(plan.included) + len(plan.excluded) == len(made)
    assert plan.included
    assert plan.excluded, "no script of these breaks a rule: the journey shows nothing"
    clean = {item.order.order_id for item in plan.included}
    assert states(await desk.ended(await desk.services.approvals.commit_batch(plan))) == {DONE: len(clean)}
    assert desk.effects() == {("approve", one): 1 for one in clean}


async def test_asking_to_read_again_while_something_is_being_sent_is_answered_soon(desk: Desk) -> None:
    desk.spawn(2, "script")
    await desk.open()
    await desk.sync()
    desk.faults({"kind": "delayed_answer", "path": "*/approve_resource/", "seconds": 0.5})
    batch = await desk.services.approvals.approve(await looked_at(desk))

    async def sending() -> bool:
        return IntentState.SENDING in states(await desk.intents(batch))

    await desk.until(sending)
    async with asyncio.timeout(10):
        await desk.sync()
    assert states(await desk.ended(batch)) == {DONE: 2}


@pytest.mark.parametrize("repeat", ["refuse", "accept"])
async def test_lost_answers_and_late_effects_double_nothing_and_lose_nothing(desk: Desk, repeat: str) -> None:
    desk.timings = HOSTILE
    made = [one["order_id"] for one in desk.spawn(8, "script")]
    await desk.open()
    await desk.sync()
    items = await looked_at(desk)
    desk.faults(
        {"kind": "lost_answer", "path": "*/approve_resource/", "probability": 0.4},
        {"kind": "delayed_effect", "path": "*/approve_resource/", "probability": 0.5, "seconds": [0.1, 0.25], "answer": "timeout"},
        {"kind": "http_error", "path": "*/reject_resource/", "count": 1, "effect": True, "status": 502},
        {"kind": "rate_limited", "path": "*/approve_resource/", "code": 40100, "after": 2, "count": 1},
        {"kind": "server_error", "path": "*/order/detail/", "probability": 0.05},
        {"kind": "garbage", "path": "*/approve_resource/", "after": 4, "count": 1},
        seed=7,
        repeat=repeat,
    )
    yes = await desk.services.approvals.approve(items[1:])
    no = await desk.services.approvals.reject(items[:1], "请补充使用前后的对比说明")
    assert states(await desk.ended(yes, within=40)) == {DONE: 7}
    assert states(await desk.ended(no, within=40)) == {DONE: 1}
    desk.faults()
    expected = {("approve", item.order.order_id): 1 for item in items[1:]} | {("reject", items[0].order.order_id): 1}
    assert desk.effects() == expected
    assert {one for _, one in expected} == set(made)
    outcomes = {one.outcome for one in await desk.intents()}
    assert "confirmed_by_read" in outcomes, "no answer was lost: the faults of this journey do nothing"
    await desk.sync()
    assert {one.order.status for one in await desk.services.campaigns.orders()} == {
        OrderStatus.SCRIPT_CONFIRMED,
        OrderStatus.SCRIPT_REJECTED,
    }
    assert all(item.resource.kind is ResourceKind.SCRIPT for item in items)
    assert await desk.journal_is_whole()
