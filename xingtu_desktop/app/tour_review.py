"""The tour's later days: scripts and videos decided by keys, published, charted, accepted, and the books compared at the end."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from xingtu_desktop.app.tour_day import StepRow
from xingtu_desktop.app.tour_driver import CTRL, Tour, fen, rows_of
from xingtu_desktop.app.tour_report import Counts, StepFailed, expect
from xingtu_desktop.domain.approval import ApprovalItem
from xingtu_desktop.domain.dashboard import ChartFilter
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.domain.intent import (
    ApproveResource,
    CreateAssign,
    FinishOrder,
    Intent,
    IntentState,
    PayCampaign,
    PublishResource,
    RejectResource,
)
from xingtu_desktop.domain.lifecycle import OrderStatus, ResourceKind
from xingtu_desktop.services.campaigns import OrderRow
from xingtu_desktop.services.journal import JournalService
from xingtu_desktop.ui.approvals.approvals_presenter import ApprovalsPresenter
from xingtu_desktop.ui.campaigns.campaigns_presenter import CampaignsPresenter
from xingtu_desktop.ui.campaigns.campaigns_view import CampaignsView
from xingtu_desktop.ui.charts.charts_view import ChartsView

MOST_DAYS = 20
"""Creators who have not delivered by then are not waited for."""
BATCH = 4
REJECTION = "第二句的“最”字请删掉，结尾请报出品牌名"
_WAITING = (OrderStatus.WAITING_FOR_CREATOR, OrderStatus.ACCEPTED)


def approvals(tour: Tour) -> ApprovalsPresenter:
    presenter = tour.account.presenter("approvals")
    if not isinstance(presenter, ApprovalsPresenter):
        raise StepFailed("the Approvals view is not there")
    return presenter


def campaigns_view(tour: Tour) -> CampaignsView:
    presenter = tour.account.presenter("campaigns")
    if not isinstance(presenter, CampaignsPresenter):
        raise StepFailed("the Campaigns view is not there")
    return presenter.view


async def ours(tour: Tour) -> list[OrderRow]:
    """The orders that the tour placed."""
    return [row for row in await tour.room.services.campaigns.orders() if row.order.order_id in tour.story.our_orders]


async def queue(tour: Tour, kind: ResourceKind, orders: Sequence[OrderId] | None = None) -> list[ApprovalItem]:
    """What waits for a decision: of these orders, or of all."""
    items = await tour.room.services.approvals.queue()
    return [
        item for item in items if item.resource.kind is kind and item.pending is None and (orders is None or item.order.order_id in orders)
    ]


async def days_until(tour: Tour, kind: ResourceKind, busy: tuple[OrderStatus, ...]) -> int:
    """Let days go by until nobody of ours is still `busy`, and something of the kind waits; how many days it took."""
    for day in range(2, MOST_DAYS + 1):
        # Nobody delivers within a day.
        await tour.let_time_pass(2 if day == 2 else 1)
        rows = await ours(tour)
        if all(row.order.status not in busy for row in rows) and await queue(tour, kind, tour.story.our_orders):
            return day
    expect(await queue(tour, kind, tour.story.our_orders), f"no creator delivered within {MOST_DAYS} days")
    return MOST_DAYS


async def show(tour: Tour, order_id: OrderId) -> None:
    """Bring an order's version on screen and look at all of it, so that it counts as seen."""
    presenter = approvals(tour)
    tour.account.go("approvals", order_id=int(order_id))

    def on_screen() -> bool:
        opened = presenter.current()
        return opened is not None and opened.item.order.order_id == order_id and (opened.text is not None or opened.media is not None)

    await tour.until(on_screen, "the version on screen")
    presenter.view.focus_queue()

    def seen() -> bool:
        opened = presenter.current()
        if opened is not None and opened.text is not None and not opened.item.seen and presenter.view.content.script.unread():
            tour.key(Qt.Key.Key_Space)
        return opened is not None and opened.item.seen

    await tour.until(seen, "the mark that this version was seen")


async def settled(tour: Tour) -> list[Intent]:
    """All intents once nothing is on its way any more; StepFailed when one did not end well."""

    async def quiet() -> bool:
        return not await tour.room.files.outbox.open_intents()

    await tour.until(quiet, "the empty outbox", within=30)
    intents = await tour.intents()
    bad = [one for one in intents if one.state not in (IntentState.DONE, IntentState.UNDONE)]
    expect(not bad, f"{len(bad)} intents ended otherwise: {sorted({f'{one.state.value} {one.outcome}' for one in bad})}")
    return intents


async def scripts(tour: Tour) -> Counts:
    """Days later the scripts are here: the first is approved by A, taken back by Z, approved again; another is rejected by R."""
    days = await days_until(tour, ResourceKind.SCRIPT, _WAITING)
    waiting = await queue(tour, ResourceKind.SCRIPT, tour.story.our_orders)
    first = waiting[0].order.order_id
    tour.go("a")
    await show(tour, first)
    tour.keys("a")

    async def pending(on: bool) -> bool:
        items = await tour.room.services.approvals.queue()
        return any(item.order.order_id == first and (item.pending is not None) is on for item in items)

    await tour.until(lambda: pending(True), "the approval in the outbox")
    tour.keys("z")
    await tour.until(lambda: pending(False), "the approval taken back")
    taken_back = [one for one in await tour.intents() if one.state is IntentState.UNDONE]
    expect(len(taken_back) == 1, "the approval had left before Z")
    await show(tour, first)
    tour.keys("a")
    await tour.until(lambda: pending(True), "the approval in the outbox")
    rejected = 0
    if len(waiting) > 2:
        await show(tour, waiting[1].order.order_id)
        box = approvals(tour).view.content.reject
        tour.keys("r")
        await tour.until(box.isVisible, "the box for the rejection")
        tour.write(box.editor.editor, REJECTION)
        tour.key(Qt.Key.Key_Return, CTRL)
        rejected = 1
    intents = await settled(tour)
    done = [one for one in intents if one.state is IntentState.DONE]
    approved = sum(isinstance(one.payload, ApproveResource) for one in done)
    told = [one.payload.feedback for one in done if isinstance(one.payload, RejectResource)]
    expect((approved, told) == (1, [REJECTION] * rejected), f"{approved} approved, rejected with {told}")
    await tour.room.sync.engine.sync_now()
    left = await queue(tour, ResourceKind.SCRIPT, tour.story.our_orders)
    if left:
        await show(tour, left[0].order.order_id)
    undone = sum(one.state is IntentState.UNDONE for one in intents)
    return {"days": days, "scripts": len(waiting), "approved": approved, "undone": undone, "rejected": rejected}


async def batch(tour: Tour) -> Counts:
    """B chooses by rule among what was opened, the sheet says the sum, Ctrl Enter commits."""
    presenter = approvals(tour)
    left = await queue(tour, ResourceKind.SCRIPT, tour.story.our_orders)
    others = [item for item in await queue(tour, ResourceKind.SCRIPT) if item not in left]
    for item in [*left, *others[: max(0, BATCH - len(left))]]:
        await show(tour, item.order.order_id)
    tour.keys("b")
    await tour.until(lambda: presenter.batch.active, "the batch")
    for item in left:
        if item.order.order_id not in presenter.model.ticked():
            presenter.batch.tick(item.order.order_id, True)
    plan = presenter.batch.plan()
    expect(plan.included, "nothing can be approved in a batch")
    return {"chosen": len(plan.included), "left_out": len(presenter.model.shown()) - len(plan.included), "fen": plan.amount.value}


async def commit(tour: Tour) -> Counts:
    """The batch is committed; each row takes effect once."""
    presenter = approvals(tour)
    wanted = {item.order.order_id for item in presenter.batch.plan().included}
    before = sum(isinstance(one.payload, ApproveResource) for one in await tour.intents() if one.state is IntentState.DONE)
    tour.key(Qt.Key.Key_Return, CTRL)

    async def queued() -> bool:
        return sum(isinstance(one.payload, ApproveResource) for one in await tour.intents()) >= before + len(wanted)

    await tour.until(queued, "the batch in the outbox")
    intents = await settled(tour)
    done = [one for one in intents if isinstance(one.payload, ApproveResource) and one.state is IntentState.DONE]
    expect(len(done) == before + len(wanted), f"{len(done) - before} of {len(wanted)} were approved")
    return {"approved": len(wanted), "approved_in_all": len(done)}


async def videos(tour: Tour) -> Counts:
    """The videos are here: the first frame is on screen before A approves it."""
    days = await days_until(tour, ResourceKind.VIDEO, (OrderStatus.SCRIPT_CONFIRMED, OrderStatus.SCRIPT_SKIPPED))
    waiting = await queue(tour, ResourceKind.VIDEO, tour.story.our_orders)
    await show(tour, waiting[0].order.order_id)
    stage = approvals(tour).view.content.video.stage
    expect(stage.duration() > 0, "the video has no length")
    return {"days": days, "videos": len(waiting), "seconds": round(stage.duration(), 1)}


async def approve_videos(tour: Tour) -> Counts:
    """A on each, with the next one's first frame on screen in between."""
    waiting = await queue(tour, ResourceKind.VIDEO, tour.story.our_orders)
    for item in waiting:
        await show(tour, item.order.order_id)
        order_id = item.order.order_id
        tour.keys("a")

        async def decided(order_id: OrderId = order_id) -> bool:
            return not await queue(tour, ResourceKind.VIDEO, [order_id])

        await tour.until(decided, "the approval in the outbox")
    await settled(tour)
    await tour.room.sync.engine.sync_now()
    confirmed = [row for row in await ours(tour) if row.order.status is OrderStatus.VIDEO_CONFIRMED]
    expect(len(confirmed) == len(waiting), f"{len(confirmed)} videos are confirmed instead of {len(waiting)}")
    return {"approved": len(waiting)}


async def act(tour: Tour, key: str, status: OrderStatus, goal: OrderStatus) -> list[OrderRow]:
    """Tick our orders in a state, press the key, say yes to the sum; they reach the goal."""
    await tour.room.sync.engine.sync_now()
    wanted = [row.order.order_id for row in await ours(tour) if row.order.status is status]
    expect(wanted, f"no order of ours is {status.name}")
    tour.account.go("campaigns", campaign_id=tour.story.campaign)
    view = campaigns_view(tour)
    await tour.until(lambda: view.states.state() == "content" and view.table.isVisible(), "our orders")
    view.table.setFocus()
    view.table.set_checked(wanted)
    tour.keys(key)
    await tour.until(lambda: tour.window.findChild(QWidget, "veil") is not None, "the question with the sum")
    tour.key(Qt.Key.Key_Space)

    async def decided() -> bool:
        rows = [row for row in await ours(tour) if row.order.order_id in wanted]
        return all(row.pending is not None or row.order.status is goal for row in rows)

    await tour.until(decided, "the decision in the outbox")
    await settled(tour)
    await tour.room.sync.engine.sync_now()
    rows = [row for row in await ours(tour) if row.order.order_id in wanted]
    expect(all(row.order.status is goal for row in rows), f"not every order is {goal.name}")
    view.table.set_checked(())
    return rows


async def publish(tour: Tour) -> Counts:
    """P in Campaigns: the videos go public."""
    rows = await act(tour, "p", OrderStatus.VIDEO_CONFIRMED, OrderStatus.PUBLISHED)
    return {"published": len(rows)}


async def charts(tour: Tour) -> Counts:
    """Two weeks of plays: tiles, trend, funnel, creators, with the data's own age."""
    await tour.let_time_pass(8)
    tour.go("d")
    view = tour.window.current_widget()
    if not isinstance(view, ChartsView):
        raise StepFailed("the Charts view is not there")
    await tour.until(view.has_figures, "figures")
    board = await tour.room.services.reporting.dashboard(ChartFilter(campaign_id=tour.story.campaign))
    expect(board.total.plays, "the published videos have no plays")
    whole = await tour.room.services.reporting.dashboard(ChartFilter())
    return {"plays_of_the_campaign": board.total.plays or 0, "orders": whole.orders, "reported": whole.reported, "days": len(whole.trend)}


async def finish(tour: Tour) -> Counts:
    """F in Campaigns (验收): the escrow is released."""
    rows = await act(tour, "f", OrderStatus.PUBLISHED, OrderStatus.FINISHED)
    return {"finished": len(rows)}


async def today(tour: Tour) -> Counts:
    """What needs the operator now."""
    tour.go("t")
    await tour.until(lambda: tour.window.current_view() == "today", "the Today view")
    return {"approvals_waiting": len([item for item in await tour.room.services.approvals.queue() if item.pending is None])}


async def settings(tour: Tour) -> Counts:
    """Where data lies, who is signed in, how it looks."""
    tour.key(Qt.Key.Key_Comma, CTRL)
    await tour.until(lambda: tour.window.current_view() == "settings", "the settings")
    return {"databases": len(list(tour.folders.account(tour.room.account).glob("*.db")))}


async def books(tour: Tour) -> Counts:
    """The outbox and its journal are whole, and every action took effect on the platform exactly once."""
    tour.go("o")
    await tour.until(tour.window.outbox.isVisible, "the outbox")
    intents = [one for one in await settled(tour) if one.state is IntentState.DONE]
    entries, broken = await JournalService(tour.room.files.outbox).summary()
    expect(broken is None, f"the journal is broken at {broken}")
    ledger = await tour.ledger()
    effects: dict[tuple[str, int], int] = {}
    for row in rows_of(ledger, "effects"):
        if row["actor"] == "client" and fen(row["effect_id"]) > tour.story.effects_before:
            key = (str(row["action"]), fen(row["order_id"]) if row["order_id"] else fen(row["campaign_id"]))
            effects[key] = effects.get(key, 0) + 1
    doubled = [key for key, count in effects.items() if count != 1 and key[0] not in ("approve", "reject")]
    expect(not doubled, f"took effect more than once: {doubled}")
    counted = {
        "create_assign": sum(isinstance(one.payload, CreateAssign) for one in intents),
        "pay": len(tour.story.our_orders) if any(isinstance(one.payload, PayCampaign) for one in intents) else 0,
        "approve": sum(isinstance(one.payload, ApproveResource) for one in intents),
        "reject": sum(isinstance(one.payload, RejectResource) for one in intents),
        "publish": sum(isinstance(one.payload, PublishResource) for one in intents),
        "finish": sum(isinstance(one.payload, FinishOrder) for one in intents),
    }
    for action, count in counted.items():
        there = sum(number for (name, _), number in effects.items() if name == action)
        expect(there == count, f"{action}: {count} done here, {there} effects on the platform")
    expect(sum(effects.values()) == sum(counted.values()), "the platform knows an effect that the outbox does not")
    mine = [row for row in rows_of(ledger, "orders") if row["order_id"] in tour.story.our_orders]
    paid = sum(fen(row["paid_fen"]) for row in mine)
    summary = next(one for one in await tour.room.services.campaigns.campaigns() if one.campaign.campaign_id == tour.story.campaign)
    expect(summary.paid.value == paid, f"the campaign says {summary.paid.value} fen paid, the ledger {paid}")
    return {
        "intents_done": len(intents),
        "effects": sum(effects.values()),
        "effects_twice": 0,
        "journal_entries": entries,
        "fen_paid": paid,
        "difference_fen": summary.paid.value - paid,
        **{f"effects_{action}": count for action, count in counted.items()},
    }


STEPS: tuple[StepRow, ...] = (
    ("scripts", scripts, ("drain",)),
    ("batch", batch, ("scripts",)),
    ("batch-committed", commit, ("batch",)),
    ("videos", videos, ("batch-committed",)),
    ("videos-approved", approve_videos, ("videos",)),
    ("publish", publish, ("videos-approved",)),
    ("charts", charts, ("publish",)),
    ("finish", finish, ("publish",)),
    ("today", today, ("enter",)),
    ("settings", settings, ("enter",)),
    ("books", books, ("drain",)),
)
