"""Promises of the Today view: counts are true, every row leads somewhere, a source that fails leaves the others standing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.sync.rig import CAMPAIGN
from tests.ui.test_campaigns import Desk
from xingtu_desktop.core.config import ServerConfig
from xingtu_desktop.core.errors import StorageDamaged
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.approval import ApprovalItem, LintCount
from xingtu_desktop.domain.brief import BriefState
from xingtu_desktop.domain.ids import BriefId
from xingtu_desktop.domain.intent import IntentState
from xingtu_desktop.domain.lifecycle import OrderStatus
from xingtu_desktop.domain.order import Order
from xingtu_desktop.services.briefs import BriefSummary
from xingtu_desktop.services.outbox_view import OutboxListing
from xingtu_desktop.services.sync.connectivity import Phase, SyncStatus
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.i18n import translations
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.today.agenda import SHOWN, Need, Section, windows
from xingtu_desktop.ui.today.today_presenter import TodayPresenter

S = OrderStatus


class Approvals:
    """The queue as a list that a test fills."""

    def __init__(self) -> None:
        self.items: list[ApprovalItem] = []
        self.error: Exception | None = None

    async def queue(self) -> list[ApprovalItem]:
        if self.error is not None:
            raise self.error
        return self.items


class Briefs:
    def __init__(self) -> None:
        self.rows: list[BriefSummary] = []

    async def all(self) -> list[BriefSummary]:
        return self.rows


class TodayDesk:
    def __init__(self, qtbot: QtBot) -> None:
        self.desk = Desk(qtbot)
        self.qtbot, self.rig, self.frame = qtbot, self.desk.rig, self.desk.frame
        self.approvals, self.briefs = Approvals(), Briefs()
        rig = self.rig
        context = ViewContext(self.frame, rig.changes, rig.clock, rig.clock, ServerConfig())
        self.presenter = TodayPresenter(
            context,
            approvals=self.approvals,  # type: ignore[arg-type]  # it reads the queue only
            outbox=OutboxListing(rig.outbox, rig.settings, rig.changes, rig.clock),
            briefs=self.briefs,  # type: ignore[arg-type]  # it reads the list only
            campaigns=self.desk.service,
        )
        self.view = self.presenter.view
        qtbot.addWidget(self.view)
        self.view.resize(1200, 760)

    async def item(self, hours: float | None, **more: object) -> ApprovalItem:
        order = await self.desk.order(S.SCRIPT_UPLOADED, **more)
        version = self.rig.platform.upload(order.order_id)
        due = None if hours is None else self.rig.clock.now() + timedelta(hours=hours)
        item = ApprovalItem(order, version, None, LintCount(0, 1, 0), None, None, due, 2, None, None, None)
        self.approvals.items.append(item)
        return item

    async def open(self) -> None:
        self.presenter.start()
        self.view.show()
        await self.until(lambda: self.view.states.state() != "loading")

    async def until(self, holds: Callable[[], bool]) -> None:
        await self.desk.until(holds)

    def sections(self) -> dict[str, Section]:
        model = self.view.needs.needs
        rows = [model.row(place) for place in range(model.rowCount())]
        return {row.key: row for row in rows if isinstance(row, Section)}


@pytest.fixture
async def today(qtbot: QtBot) -> AsyncIterator[TodayDesk]:
    current_theme().apply(QApplication.instance())  # type: ignore[arg-type]  # pytest-qt made a QApplication
    made = TodayDesk(qtbot)
    yield made
    await made.presenter.close()
    await made.desk.presenter.close()


async def test_counts_are_true_where_only_some_rows_are_shown(today: TodayDesk) -> None:
    QAbstractItemModelTester(today.view.needs.needs, QAbstractItemModelTester.FailureReportingMode.Fatal, today.view)
    for hours in range(1, 10):
        await today.item(hours)
    for _ in range(5):
        await today.desk.order(S.BALANCE_DUE)
    await today.desk.order(S.ACCEPTED, author_cancel_requested=True)
    now = today.rig.clock.now()
    today.briefs.rows = [
        BriefSummary(BriefId(str(number)), f"草稿 {number}", state, now, 2, 1, False)
        for number, state in enumerate([BriefState.DRAFT, BriefState.DRAFT, BriefState.ORDERED])
    ]
    await today.open()
    found = today.sections()
    assert {key: section.count for key, section in found.items()} == {"approvals": 9, "pay": 5, "cancel": 1, "drafts": 2}
    assert len(found["approvals"].needs) == SHOWN["approvals"]
    assert "17 件要你看" in today.view._subtitle.full_text()
    assert today.view.approve.text() == "开始审批 9"


async def test_keys_follow_a_row_and_headings_are_passed_over(today: TodayDesk) -> None:
    item = await today.item(1)
    order = await today.desk.order(S.BALANCE_DUE)
    await today.open()
    today.view.needs.setFocus()
    today.qtbot.keyClick(today.view.needs, Qt.Key.Key_Home)
    today.qtbot.keyClick(today.view.needs, Qt.Key.Key_K)
    today.qtbot.keyClick(today.view.needs, Qt.Key.Key_Return)
    today.qtbot.keyClick(today.view.needs, Qt.Key.Key_J)
    today.qtbot.keyClick(today.view.needs, Qt.Key.Key_Return)
    assert today.frame.went == [("approvals", {"order_id": item.order.order_id}), ("campaigns", {"order_id": order.order_id})]


async def test_a_press_on_a_heading_shows_all_of_its_kind(today: TodayDesk) -> None:
    orders = [await today.desk.order(S.VIDEO_CONFIRMED) for _ in range(5)]
    await today.open()
    needs = today.view.needs
    today.qtbot.mouseClick(needs.viewport(), Qt.MouseButton.LeftButton, pos=needs.visualRect(needs.needs.index(0, 0)).center())
    ((view, parameters),) = today.frame.went
    assert view == "campaigns"
    assert isinstance(parameters["order_ids"], list)
    assert set(parameters["order_ids"]) == {order.order_id for order in orders}


async def test_what_was_decided_needs_nobody_and_comes_back_when_it_is_undone(today: TodayDesk) -> None:
    order = await today.desk.order(S.BALANCE_DUE)
    await today.open()
    assert "pay" in today.sections()
    batch = await today.desk.service.pay_tail(order, at_most=(await today.desk.service.tail_bill(order)).total_pay)
    await today.until(lambda: "pay" not in today.sections())
    ids = [one.intent_id for one in today.rig.outbox.rows.values() if one.batch_id == batch]
    assert today.rig.outbox.rows[ids[0]].state is IntentState.QUEUED
    await today.rig.actions.undo(ids)
    today.rig.changes.publish(Change.of(Topic.OUTBOX))
    await today.until(lambda: "pay" in today.sections())


async def test_a_source_that_fails_leaves_the_others_and_says_so(today: TodayDesk) -> None:
    await today.desk.order(S.BALANCE_DUE)
    today.approvals.error = StorageDamaged("cache", role="cache")
    await today.open()
    assert "pay" in today.sections()
    assert today.view.states.banner.isVisible()
    today.approvals.error = None
    today.presenter.start()
    await today.until(lambda: not today.view.states.banner.isVisible())


async def test_nothing_to_do_is_said_in_words(today: TodayDesk) -> None:
    await today.open()
    assert today.view.states.state() == "empty"
    assert not today.view.approve.isVisible()


async def test_windows_gather_the_orders_that_share_one(today: TodayDesk) -> None:
    now = today.rig.clock.now()
    same: list[Order] = [
        await today.desk.order(S.VIDEO_CONFIRMED, publish_from=now, publish_until=now + timedelta(days=2)) for _ in range(3)
    ]
    await today.desk.order(S.PUBLISHED, publish_from=now, publish_until=now + timedelta(days=2))
    await today.desk.order(S.ACCEPTED, publish_from=now + timedelta(days=20), publish_until=now + timedelta(days=21))
    (window,) = windows(await today.desk.service.orders(), now)
    assert set(window.order_ids) == {order.order_id for order in same}
    assert window.campaign == "年货节"
    await today.open()
    today.view.week.setFocus()
    today.qtbot.keyClick(today.view.week, Qt.Key.Key_Return)
    assert today.frame.went[-1] == ("campaigns", {"order_ids": list(window.order_ids)})


async def test_a_pacing_card_leads_to_its_campaign(today: TodayDesk) -> None:
    await today.desk.order(S.ACCEPTED)
    await today.open()
    card = today.view.cards[0]
    assert card.isVisible()
    assert not today.view.cards[1].isVisible()
    card.setFocus()
    today.qtbot.keyClick(card, Qt.Key.Key_Return)
    assert today.frame.went == [("campaigns", {"campaign_id": CAMPAIGN})]


async def test_the_place_in_the_list_survives_a_refresh_and_words_follow_the_language(today: TodayDesk) -> None:
    items = [await today.item(hours) for hours in range(1, 5)]
    await today.open()
    today.view.needs.setFocus()
    today.view.needs.move_current(1)
    before = today.view.needs.current()
    assert isinstance(before, Need)
    today.approvals.items = items[1:]
    today.rig.changes.publish(Change.of(Topic.RESOURCES))
    await today.until(lambda: today.sections()["approvals"].count == 3)
    after = today.view.needs.current()
    assert after is not None
    assert after.key == before.key
    try:
        translations().set_language("en")
        await today.until(lambda: today.sections()["approvals"].title == "To approve")
    finally:
        translations().set_language("zh_CN")


async def test_letters_never_reach_an_input_method(today: TodayDesk) -> None:
    await today.item(1)
    await today.open()
    today.view.needs.setFocus()
    await asyncio.sleep(0)
    assert not today.view.needs.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


async def test_a_pacing_card_says_what_waits_for_us(today: TodayDesk) -> None:
    for _ in range(3):
        await today.desk.order(S.PUBLISHED)
    await today.desk.order(S.BALANCE_DUE)
    await today.open()
    note = today.view.cards[0]._note.full_text()
    assert "待验收 3" in note
    assert "待付款 1" in note
    assert "等我方" not in note


class Line:
    """Stands for the connection."""

    def __init__(self, status: SyncStatus) -> None:
        self.status = status


async def test_offline_today_says_what_goes_on_and_how_old_its_data_is(today: TodayDesk) -> None:
    now = today.rig.clock.now()
    line = Line(SyncStatus(Phase.OFFLINE, now, last_sync_at=now - timedelta(minutes=12)))
    today.presenter._connection = line
    await today.desk.order(S.BALANCE_DUE)
    await today.open()
    banner = today.view.states.banner
    assert banner.isVisible()
    assert "离线" in banner.accessibleName()
    assert "12 分钟前" in banner.accessibleName()
    line.status = SyncStatus(Phase.ONLINE, now, last_sync_at=now)
    today.rig.changes.publish(Change.of(Topic.CONNECTION))
    await today.until(lambda: not banner.isVisible())


async def test_large_text_puts_list_and_week_below_each_other(today: TodayDesk) -> None:
    await today.item(1)
    await today.open()
    list_top, week_top = (each.mapTo(today.view, QPoint(0, 0)).y() for each in (today.view.needs, today.view.week))
    assert abs(list_top - week_top) < 400
    theme = current_theme()
    try:
        theme.set_scale(2.0)
        await asyncio.sleep(0)
        today.view.resize(1136, 704)
        await today.until(
            lambda: today.view.week.mapTo(today.view, QPoint(0, 0)).y() > today.view.needs.mapTo(today.view, QPoint(0, 0)).y() + 500
        )
        assert today.view.week.height() >= today.view.week.minimumSizeHint().height()
    finally:
        theme.set_scale(1.0)
