"""The journey of a day without network: everything readable, drafting and deciding go on, a restart between, and all of it drains later."""

from __future__ import annotations

from collections import Counter

from tests.journeys.drafting import a_brief, creators_to_order
from tests.journeys.test_approvals import HOSTILE, looked_at
from tests.support.cable import Cable
from tests.support.desk import Desk, ids, states
from xingtu_desktop.domain.brief import with_changes
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.domain.intent import IntentState
from xingtu_desktop.domain.lifecycle import OrderStatus
from xingtu_desktop.domain.shortlist import BASKET
from xingtu_desktop.services.outbox_view import OutboxGroup, WaitsFor
from xingtu_desktop.services.sync.connectivity import Phase

DONE, QUEUED, REFUSED = IntentState.DONE, IntentState.QUEUED, IntentState.REFUSED


async def test_a_day_offline_with_a_restart_in_it_loses_nothing_and_drains_to_the_fen(cabled_desk: Desk, cable: Cable) -> None:
    desk = cabled_desk
    scripts = [one["order_id"] for one in desk.spawn(4, "script")]
    videos = [one["order_id"] for one in desk.spawn(2, "video")]
    await desk.open()
    await desk.sync()
    await desk.searchable()
    before = desk.balance()

    await cable.unplug()
    await desk.sync()
    assert desk.phase is Phase.OFFLINE
    # Reading and drafting go on: orders, texts, videos, creators, briefs.
    assert len(await desk.services.campaigns.orders()) == 6
    seen = {item.order.order_id: item for item in await looked_at(desk)}
    assert sorted(seen) == sorted([*scripts, *videos])
    opened = await a_brief(desk, "断网时写的")
    chosen = await creators_to_order(desk, 3)
    await desk.services.shortlists.add(BASKET, [one.author_id for one in chosen])
    preflight = await desk.services.ordering.preflight(opened.brief, sorted(await desk.services.shortlists.ids(BASKET)))
    assert preflight.ready
    placed = await desk.services.ordering.place(preflight)
    yes = await desk.services.approvals.approve([item for key, item in seen.items() if key != scripts[0]])
    no = await desk.services.approvals.reject([seen[OrderId(scripts[0])]], "请把价格信息去掉")

    # Decided is said, sent is not: every action waits, and the counts say so.
    await desk.until(lambda: desk.room.sync.engine.status.waiting == 8)
    assert {one.state for one in await desk.intents()} == {QUEUED}
    entries = await desk.services.outbox.entries()
    assert {one.group for one in entries} == {OutboxGroup.WAITING}
    assert {one.waits_for for one in entries} <= {WaitsFor.UNDO, WaitsFor.TURN, WaitsFor.BEFORE, WaitsFor.RETRY}
    assert all(item.pending is not None for item in await desk.services.approvals.queue())
    assert desk.effects() == {}

    # The laptop is shut and opened again, still without network.
    await desk.close()
    await desk.open()
    await desk.sync()
    assert desk.phase is Phase.OFFLINE
    assert {one.state for one in await desk.intents()} == {QUEUED}
    assert len(await desk.intents()) == 8
    kept = await desk.services.briefs.open(opened.brief.brief_id)
    assert kept.brief == opened.brief
    await desk.services.briefs.save(with_changes(kept.brief, detail_demand="第二天补写的要求"), kept.revision)
    await desk.searchable()

    await cable.plug()
    for batch, count in ((placed, 2), (yes, 5), (no, 1)):
        assert states(await desk.ended(batch)) == {DONE: count}
    await desk.until(lambda: desk.phase is Phase.ONLINE)
    await desk.sync()
    assert (await desk.services.outbox.counts()).waiting == 0
    made = [row for row in desk.ledger()["orders"] if row["star_id"] == desk.star_id and row["order_id"] not in (*scripts, *videos)]
    assert len(made) == 3
    assert before - desk.balance() == preflight.plan.at_most.value == sum(row["total_fen"] for row in made)
    expected = {("approve", one): 1 for one in (*scripts[1:], *videos)} | {("reject", scripts[0]): 1}
    assert desk.effects([*scripts, *videos]) == expected
    paid = [one.result["paid"] for one in await desk.intents(placed) if "paid" in one.result]
    assert paid == [before - desk.balance()]
    assert (await desk.services.briefs.open(opened.brief.brief_id)).brief.detail_demand == "第二天补写的要求"
    assert await desk.journal_is_whole()


async def test_what_changed_while_we_were_away_is_not_acted_on(cabled_desk: Desk, cable: Cable) -> None:
    desk = cabled_desk
    kept, replaced, gone = [one["order_id"] for one in desk.spawn(3, "script")]
    await desk.open()
    await desk.sync()
    seen = await looked_at(desk)
    await cable.unplug()
    batch = await desk.services.approvals.approve(seen)
    await desk.close()
    desk.external(replaced, "upload")
    desk.external(gone, "cancel")
    await cable.plug()
    await desk.open()
    rows = await desk.ended(batch)
    assert states(rows) == {DONE: 1, REFUSED: 2}
    assert {one.outcome for one in rows if one.state is REFUSED} == {"changed_since_seen"}
    assert desk.effects() == {("approve", kept): 1}
    await desk.sync()
    shown = {row.order.order_id: row.order.status for row in await desk.services.campaigns.orders()}
    assert shown == {
        kept: OrderStatus.SCRIPT_CONFIRMED,
        replaced: OrderStatus.SCRIPT_UPLOADED,
        gone: OrderStatus.CANCELLED,
    }


async def test_stop_all_needs_no_network_and_nothing_leaves_until_it_is_taken_back(cabled_desk: Desk, cable: Cable) -> None:
    desk = cabled_desk
    made = [one["order_id"] for one in desk.spawn(2, "script")]
    await desk.open()
    await desk.sync()
    await cable.unplug()
    batch = await desk.services.approvals.approve(await looked_at(desk))
    await desk.services.actions.stop_all()
    await cable.plug()
    await desk.sync()
    await desk.until(lambda: desk.phase is Phase.ONLINE)
    await desk.sync()
    assert states(await desk.intents(batch)) == {QUEUED: 2}
    assert {one.waits_for for one in await desk.services.outbox.entries()} == {WaitsFor.STOPPED}
    assert desk.effects() == {}
    await desk.services.actions.stop_all(False)
    assert states(await desk.ended(batch)) == {DONE: 2}
    assert desk.effects() == {("approve", one): 1 for one in made}


async def test_work_that_was_queued_on_another_computer_is_shown_and_never_sent_from_this_one(desk: Desk) -> None:
    desk.spawn(1, "script")
    await desk.open()
    await desk.sync()
    await desk.services.actions.stop_all()
    batch = await desk.services.approvals.approve(await looked_at(desk))
    await desk.close()
    # The profile is copied to another computer: its install gets a name of its own there.
    (desk.folders.root / "install_id").unlink()
    await desk.open()
    await desk.services.actions.stop_all(False)
    await desk.sync()
    (row,) = await desk.ended(batch)
    assert (row.state, row.outcome) == (IntentState.NEEDS_HUMAN, "other_install")
    assert [one.group for one in await desk.services.outbox.entries()] == [OutboxGroup.NEEDS_YOU]
    assert desk.effects() == {}
    # Given up, its order can be decided on here, and nothing of the copied row stands in the way.
    assert await desk.services.actions.undo(ids([row]))
    anew = await desk.services.approvals.approve(await looked_at(desk))
    assert states(await desk.ended(anew)) == {DONE: 1}
    assert list(desk.effects().values()) == [1]


async def test_a_line_that_breaks_again_and_again_while_sending_doubles_nothing(cabled_desk: Desk, cable: Cable) -> None:
    desk = cabled_desk
    desk.timings = HOSTILE
    made = [one["order_id"] for one in desk.spawn(10, "script")]
    await desk.open()
    await desk.sync()
    items = await looked_at(desk)
    desk.faults({"kind": "delayed_answer", "path": "*/approve_resource/", "seconds": [0.05, 0.15]})
    batch = await desk.services.approvals.approve(items)
    for cut in range(3):

        async def some_are_done(wanted: int = 2 * cut + 1) -> bool:
            return states(await desk.intents(batch)).get(DONE, 0) >= wanted

        await desk.until(some_are_done)
        await cable.unplug()
        await cable.plug()
    assert states(await desk.ended(batch, within=60)) == {DONE: 10}
    assert desk.effects() == {("approve", one): 1 for one in made}


async def test_the_first_full_sync_asks_little_and_the_next_round_hardly_anything(busy_desk: Desk) -> None:
    desk = busy_desk
    await desk.open()
    await desk.sync()
    orders = await desk.room.files.orders.orders()
    published = len(await desk.room.files.reports.latest([one.order_id for one in orders]))
    texts = sum(one.content is not None for one in await desk.room.files.orders.resources([one.order_id for one in orders]))
    asked = Counter(str(one["path"]).removeprefix("/open_api/2/star/") for one in desk.exchanges)
    assert (len(orders), published > 50, texts > 20) == (300, True, True)
    # Totals come by the batch, and no order's own overview is needed where batch and topics tell everything.
    assert asked["report/order_overview/"] == -(-published // 50)
    assert asked["report/order_overview/get/"] == 0
    assert sum(asked.values()) <= 3 * published + texts + 60
    before = len(desk.exchanges)
    await desk.sync()
    assert len(desk.exchanges) - before <= 25
