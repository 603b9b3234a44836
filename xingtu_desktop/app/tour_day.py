"""The tour's stretch without network: a brief with its check, the pre-flight, the order, a restart with unsent work, and what drains."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from xingtu_desktop.app import lifecycle
from xingtu_desktop.app.tour_driver import ALT, CTRL, Tour, rows_of, total_fen
from xingtu_desktop.app.tour_report import Counts, StepFailed, expect
from xingtu_desktop.app.tour_search import creators_view
from xingtu_desktop.core.errors import KnownError
from xingtu_desktop.domain.brief import Brief
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.domain.intent import CreateAssign, Intent, IntentState, PayCampaign
from xingtu_desktop.services.sync.connectivity import Phase
from xingtu_desktop.ui.briefs.briefs_presenter import BriefsPresenter
from xingtu_desktop.ui.briefs.briefs_view import BriefsView
from xingtu_desktop.ui.briefs.form import BriefForm
from xingtu_desktop.ui.briefs.preflight_view import PreflightView
from xingtu_desktop.ui.widgets.buttons import Button

StepRow = tuple[str, Callable[[Tour], Awaitable[Counts]], tuple[str, ...]]
TITLE = "敏感肌修护精华 · 年货节"
LINES = {
    "title": TITLE,
    "product_name": "清屿舒缓修护精华 30 ml",
    "brand_name": "清屿",
    "contact_name": "林澜",
    "contact_phone": "13800006021",
}
TEXTS = {
    "product_information": "泛醇与神经酰胺，质地清爽，换季泛红时早晚各用一次。礼盒含 30 ml 正装与两支旅行装。",
    "detail_demand": "第一步讲清换季皮肤的感受，再上手演示。口播一句：“全网最好的修护精华，三天见效”。前三秒出现产品。",
    "other_demand": "背景不出现其他品牌，字幕与口播一致。",
}
INDUSTRY = 1930


def briefs_view(tour: Tour) -> BriefsView:
    """The Briefs view, built if it was not yet."""
    presenter = tour.account.presenter("briefs")
    if not isinstance(presenter, BriefsPresenter):
        raise StepFailed("the Briefs view is not there")
    return presenter.view


def preflight_view(tour: Tour) -> PreflightView:
    """The pre-flight inside the Briefs view."""
    found = briefs_view(tour).findChild(PreflightView)
    if not isinstance(found, PreflightView):
        raise StepFailed("the pre-flight is not there")
    return found


async def offline(tour: Tour) -> Counts:
    """The cable is pulled: the program says so, and the catalog is searched all the same."""
    await tour.cable.unplug()
    tour.room.sync.engine.wake("manual")
    await tour.until(lambda: tour.phase() is Phase.OFFLINE, "the word offline")
    view = creators_view(tour)
    everyone = tour.story.offered
    view.filters.clear_all()
    await tour.until(lambda: view.model.total() == everyone, "all creators, offline")
    tour.key(Qt.Key.Key_Slash)
    view.filters.search.setFocus()
    tour.write(view.filters.search, "护肤")
    await tour.until(lambda: 0 < view.model.total() < everyone, "the search offline")
    return {"creators_searched": everyone, "hits": view.model.total()}


async def brief(tour: Tour) -> Counts:
    """A brief is written into the form, saved as it is typed, and reviewed without network."""
    tour.go("b")
    view = briefs_view(tour)
    await tour.until(lambda: view.states.state() in ("content", "empty"), "the list of briefs")
    (view.focusProxy() or view).setFocus()
    before = len(await tour.room.services.briefs.all())
    tour.keys("n")
    form = view.form

    async def made() -> bool:
        return len(await tour.room.services.briefs.all()) == before + 1

    await tour.until(made, "a new brief")
    await tour.until(lambda: view.states.state() == "content" and view.list.current_id() is not None, "the new brief in the editor")
    if not form.lines["title"].hasFocus():
        (view.focusProxy() or view).setFocus()
        tour.keys("e")
    await tour.until(form.lines["title"].hasFocus, "the keyboard in the title")
    for name, text in LINES.items():
        tour.write(form.lines[name], text)
    for name, text in TEXTS.items():
        tour.write(form.texts[name].editor, text)
    _pick(tour, form.industry, INDUSTRY)
    choose = next((button for button in form.schedule.findChildren(Button) if button.isVisibleTo(form)), None)
    if choose is not None:
        form.ensureWidgetVisible(choose)
        tour.click(choose)
    opened_id = view.list.current_id()
    if opened_id is None:
        raise StepFailed("no brief is open")

    async def saved() -> bool:
        kept = (await tour.room.services.briefs.open(opened_id)).brief
        return kept.detail_demand == TEXTS["detail_demand"] and kept.title == TITLE and kept.publish_until is not None

    await tour.until(saved, "the brief on disk")
    expect(tour.phase() is Phase.OFFLINE, "the program is not offline")
    kept = (await tour.room.services.briefs.open(opened_id)).brief
    review = await tour.room.services.briefs.review(kept)
    expect(review.open_marks, "the review finds nothing in a text that breaks the law")
    expect(not review.problems, f"the platform would refuse: {[problem.field for problem in review.problems]}")
    tour.story.brief = kept
    tour.key(Qt.Key.Key_F8)
    _to_top(form)
    return {"fields": len(LINES) + len(TEXTS) + 2, "findings": len(review.open_marks), "let_through": len(review.passed)}


def _pick(tour: Tour, combo: QComboBox, wanted: object) -> None:
    """Step through a select by the Down key."""
    combo.setFocus()
    for _ in range(combo.count()):
        if combo.currentData() == wanted:
            return
        tour.key(Qt.Key.Key_Down)
    expect(combo.currentData() == wanted, f"{wanted} is not in the select")


def _to_top(form: BriefForm) -> None:
    form.verticalScrollBar().setValue(0)


async def rewrite(tour: Tour) -> Counts:
    """F8 and Alt Enter take the lawful wording until no rewrite is left."""
    view, service = briefs_view(tour), tour.room.services.briefs
    opened_id = view.list.current_id()
    if opened_id is None:
        raise StepFailed("no brief is open")
    before = len((await service.review((await service.open(opened_id)).brief)).open_marks)
    (view.focusProxy() or view).setFocus()
    left = before
    for _ in range(before):
        tour.key(Qt.Key.Key_F8)
        tour.key(Qt.Key.Key_Return, ALT)
        text = view.form.texts["detail_demand"].text()

        async def saved(text: str = text) -> bool:
            return (await service.open(opened_id)).brief.detail_demand == text

        await tour.until(saved, "the changed text on disk")
        left = len((await service.review((await service.open(opened_id)).brief)).open_marks)
    expect(left < before, "no rewrite was taken")
    tour.story.brief = (await service.open(opened_id)).brief
    _to_top(view.form)
    return {"findings_before": before, "findings_left": left}


async def preflight(tour: Tour) -> Counts:
    """Ctrl Enter: the table of what would be ordered, what is blocked and why, and the sum against the balance."""
    view = briefs_view(tour)
    (view.focusProxy() or view).setFocus()
    tour.key(Qt.Key.Key_Return, CTRL)
    await tour.until(view.in_preflight, "the pre-flight")
    sheet = preflight_view(tour)
    await tour.until(sheet.confirm.isEnabled, "a plan that can be confirmed")
    checked = await tour.room.services.ordering.preflight(_brief(tour), list(tour.story.chosen))
    plan = checked.plan
    expect(plan.orders >= 2, f"only {plan.orders} orders are possible")
    expect(plan.over_balance is None, "the balance is too small")
    tour.story.orders = plan.orders
    return {
        "creators": len(tour.story.chosen),
        "orders": plan.orders,
        "blocked": len(plan.blocked),
        "requests": len(plan.requests),
        "at_most_fen": plan.at_most.value,
    }


def _brief(tour: Tour) -> Brief:
    if tour.story.brief is None:
        raise StepFailed("no brief was written")
    return tour.story.brief


async def order(tour: Tour) -> Counts:
    """The one confirmation with the sum in it; offline the orders wait in the outbox."""
    sheet = preflight_view(tour)
    ledger = await tour.ledger()
    tour.story.balance_before = _balance(tour, ledger)
    tour.click(sheet.confirm)
    waiting = await _waiting(tour)
    tour.story.campaign = next((one.payload.campaign_id for one in waiting if isinstance(one.payload, CreateAssign)), None)
    expect(tour.story.campaign is not None, "no request was written down")
    expect(tour.phase() is Phase.OFFLINE, "the program is not offline")
    return {"intents_waiting": len(waiting), "orders": tour.story.orders}


async def _waiting(tour: Tour) -> list[Intent]:
    """The open intents, once both the creation and its payment are written down."""
    found: list[Intent] = []

    async def both() -> bool:
        found[:] = await tour.room.files.outbox.open_intents()
        return any(isinstance(one.payload, PayCampaign) for one in found)

    await tour.until(both, "the order in the outbox")
    expect({one.state for one in found} == {IntentState.QUEUED}, "something left while the cable is out")
    return found


async def restart(tour: Tour) -> Counts:
    """The program is closed and opened again, still without network: the unsent work is there."""
    before = await _waiting(tour)
    await tour.end()
    program = await tour.begin(theme=None, language=None)
    with contextlib.suppress(KnownError):
        # Without network the training clock cannot be read; the computer's own is near enough.
        await program.follow_clock()
    opened, problem = await lifecycle.straight_in(program, lambda: None)
    expect(opened, f"the account did not open: {problem}")
    await tour.settle_in()
    after = await _waiting(tour)
    expect([one.intent_id for one in after] == [one.intent_id for one in before], "the outbox is not what it was")
    tour.room.sync.engine.wake("manual")
    await tour.until(lambda: tour.phase() is Phase.OFFLINE, "the word offline")
    await tour.until(lambda: tour.room.services.search.status.done == tour.story.offered, "the catalog after the restart")
    tour.go("o")
    await tour.until(tour.window.outbox.isVisible, "the outbox")
    return {"intents_waiting": len(after), "creators": tour.room.services.search.status.done}


async def drain(tour: Tour) -> Counts:
    """The cable is back: created, billed, paid, to the fen of the platform's own ledger."""
    await tour.cable.plug()

    async def done() -> bool:
        return not await tour.room.files.outbox.open_intents()

    await tour.until(done, "the empty outbox", within=30)
    await tour.until(lambda: tour.phase() is Phase.ONLINE, "the word online")
    with contextlib.suppress(KnownError):
        await tour.program.read_clock()
    intents = await tour.intents()
    expect({one.state for one in intents} == {IntentState.DONE}, f"the outbox ended in {sorted({one.state.value for one in intents})}")
    made = [one for one in intents if isinstance(one.payload, CreateAssign)]
    paid = sum(_whole(one.result.get("paid")) for one in intents if isinstance(one.payload, PayCampaign))
    found: list[int] = []
    for one in made:
        ids = one.result.get("order_ids")
        found += [number for number in ids if isinstance(number, int)] if isinstance(ids, list | tuple) else []
    tour.story.our_orders = tuple(OrderId(number) for number in found)
    ledger = await tour.ledger()
    rows = [row for row in rows_of(ledger, "orders") if row["order_id"] in found]
    taken = total_fen(rows, "total_fen")
    moved = tour.story.balance_before - _balance(tour, ledger)
    expect(len(rows) == tour.story.orders, f"{len(rows)} orders on the platform, {tour.story.orders} confirmed")
    expect(paid == taken == moved, f"paid {paid} fen, the ledger says {taken}, the balance moved by {moved}")
    payments = [row for row in rows_of(ledger, "payments") if row["order_id"] in found and row["kind"] == "pay"]
    expect(len(payments) == len(rows), f"{len(payments)} payments for {len(rows)} orders")
    await tour.room.sync.engine.sync_now()
    if tour.window.outbox.isVisible():
        tour.window.outbox.dismiss()
    tour.account.go("campaigns", campaign_id=tour.story.campaign)
    return {
        "orders_placed": len(rows),
        "fen_paid": paid,
        "fen_of_the_ledger": taken,
        "difference_fen": paid - taken,
        "payments": len(payments),
    }


def _balance(tour: Tour, ledger: dict[str, object]) -> int:
    return total_fen([row for row in rows_of(ledger, "accounts") if row["star_id"] == int(tour.room.account)], "balance_fen")


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


STEPS: tuple[StepRow, ...] = (
    ("offline", offline, ("shortlist",)),
    ("brief", brief, ("offline",)),
    ("rewrite", rewrite, ("brief",)),
    ("pre-flight", preflight, ("brief",)),
    ("order", order, ("pre-flight",)),
    ("restart", restart, ("order",)),
    ("drain", drain, ("restart",)),
)
