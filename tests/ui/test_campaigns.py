"""Promises of the Campaigns view: every state and sum is the orders', nothing is saved without a yes that names the sum."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLineEdit, QRadioButton
from pytestqt.qtbot import QtBot

from tests.sync.rig import CAMPAIGN, Rig
from xingtu_desktop.core.config import ServerConfig
from xingtu_desktop.core.errors import DiskFull, Offline
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.ids import OrderId, ResourceId
from xingtu_desktop.domain.intent import CancelOrder, FinishOrder, Intent, IntentState, PayTail, PublishResource, ReplyCancel
from xingtu_desktop.domain.lifecycle import CancelReason, OrderAction, OrderStatus, ResourceKind
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import Order
from xingtu_desktop.services.campaigns import CampaignService
from xingtu_desktop.services.outbox_view import OutboxListing
from xingtu_desktop.services.sync.connectivity import Phase, SyncStatus
from xingtu_desktop.ui.campaigns.campaigns_model import Scope
from xingtu_desktop.ui.campaigns.campaigns_presenter import CampaignsPresenter
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.dialogs import Sheet
from xingtu_desktop.ui.i18n import translations
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.toasts import ToastAction

S = OrderStatus


@dataclass
class RecordingFrame:
    """The window around the view, as a list of what it was told."""

    toasts: list[tuple[str, ToastAction | None]] = field(default_factory=list)
    went: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def toast(self, text: str, *, tone: str = "good", action: ToastAction | None = None, seconds: int = 6, counts: bool = False) -> None:
        self.toasts.append((text, action))

    def go(self, view: str, **parameters: object) -> None:
        self.went.append((view, parameters))

    def set_badge(self, view: str, count: int) -> None: ...

    def show_outbox(self) -> None: ...

    def report(self, error: BaseException) -> None:
        self.errors.append(error)


class Reviews:
    async def seen(self, ids: list[ResourceId]) -> dict[ResourceId, tuple[str, object]]:
        return {}


class Desk:
    """The view over real services on stores in memory."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.rig = Rig()
        self.frame = RecordingFrame()
        rig = self.rig
        self.service = CampaignService(
            campaigns=rig.campaigns,
            orders=rig.orders,
            outbox=rig.outbox,
            reviews=Reviews(),  # type: ignore[arg-type]  # publish asks it only what was seen
            actions=rig.actions,
            api=rig.platform,
            changes=rig.changes,
            clock=rig.clock,
        )
        context = ViewContext(self.frame, rig.changes, rig.clock, rig.clock, ServerConfig())
        listing = OutboxListing(rig.outbox, rig.settings, rig.changes, rig.clock)
        self.presenter = CampaignsPresenter(context, campaigns=self.service, actions=rig.actions, outbox=listing)
        self.view = self.presenter.view
        qtbot.addWidget(self.view)
        self.view.resize(1200, 760)

    async def order(self, status: OrderStatus, **more: object) -> Order:
        order = self.rig.platform.add_order(status, campaign_id=CAMPAIGN, **more)
        await self.rig.orders.save_orders([order])
        return order

    async def open(self) -> None:
        self.presenter.start()
        self.view.show()
        await self.until(lambda: self.view.states.state() != "loading")

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not holds():
                await asyncio.sleep(0.005)

    async def show(self, order: Order) -> None:
        self.view.table.set_current_key(order.order_id)
        self.view.table.setFocus()
        self.qtbot.keyClick(self.view.table, Qt.Key.Key_Return)
        await self.until(lambda: (row := self.view.drawer.row()) is not None and row.order.order_id == order.order_id)

    def shown(self) -> list[OrderId]:
        model = self.view.model
        return [record.order.order_id for row in range(model.rowCount()) if (record := model.record(row)) is not None]

    def press(self, text: str) -> None:
        """Press the visible button that says `text`, wherever it is in the window."""
        buttons = [one for one in self.view.window().findChildren(Button) if one.isVisible() and text in one.text()]
        assert buttons, f"no button says {text!r}: {[one.text() for one in self.view.window().findChildren(Button) if one.isVisible()]}"
        self.qtbot.mouseClick(buttons[-1], Qt.MouseButton.LeftButton)

    async def asked(self, text: str) -> None:
        """Wait until a button that says `text` can be pressed."""
        await self.until(lambda: any(text in one.text() and one.isVisible() for one in self.view.window().findChildren(Button)))

    def saved(self) -> list[Intent]:
        return [one for one in self.rig.outbox.rows.values() if one.state is not IntentState.UNDONE]


@pytest.fixture
async def desk(qtbot: QtBot) -> AsyncIterator[Desk]:
    current_theme().apply(QApplication.instance())  # type: ignore[arg-type]  # pytest-qt made a QApplication
    made = Desk(qtbot)
    yield made
    await made.presenter.close()


async def test_the_table_model_keeps_qts_rules(desk: Desk) -> None:
    tester = QAbstractItemModelTester(desk.view.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for status in OrderStatus:
        await desk.order(status)
    await desk.open()
    assert desk.view.model.rowCount() == len(OrderStatus)
    assert tester.model() is desk.view.model


async def test_without_orders_the_way_to_creators_is_offered(desk: Desk) -> None:
    await desk.open()
    assert desk.view.states.state() == "empty"
    desk.press("去选达人")
    assert desk.frame.went == [("creators", {})]


async def test_a_broken_store_says_so_and_can_be_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.order(S.ACCEPTED)
    with monkeypatch.context() as patch:

        async def fail(**_: object) -> list[Order]:
            raise DiskFull("no space")

        patch.setattr(desk.rig.orders, "orders", fail)
        await desk.open()
        assert desk.view.states.state() == "error"
    desk.press("再试一次")
    await desk.until(lambda: desk.view.states.state() == "content")


async def test_late_orders_come_first_and_say_why(desk: Desk) -> None:
    now = desk.rig.clock.now()
    early = await desk.order(S.SCRIPT_UPLOADED, publish_until=now + timedelta(days=30))
    late = await desk.order(S.ACCEPTED, publish_until=now - timedelta(hours=3))
    await desk.open()
    assert desk.shown() == [late.order_id, early.order_id]
    words = [desk.view.model.cell(0, column).text for column in range(desk.view.model.columnCount())]
    assert any("发布窗口已过" in text for text in words)
    assert any("超时 3 小时" in text for text in words)


async def test_tiles_parts_and_text_narrow_the_table_and_escape_shows_all(desk: Desk) -> None:
    ours = await desk.order(S.VIDEO_UPLOADED, author_name="小鹿同学")
    theirs = await desk.order(S.ACCEPTED, author_name="阿柚不熬夜")
    await desk.open()
    desk.view.scope_chosen.emit(Scope.OURS.value)
    assert desk.shown() == [ours.order_id]
    desk.view.filters_cleared.emit()
    desk.view.search.setText("阿柚")
    await desk.until(lambda: desk.shown() == [theirs.order_id])
    desk.view.table.setFocus()
    desk.qtbot.keyClick(desk.view.table, Qt.Key.Key_Escape)
    assert set(desk.shown()) == {ours.order_id, theirs.order_id}
    assert desk.view.search.text() == ""
    desk.view.phases.setFocus()
    for _ in range(6):
        desk.qtbot.keyClick(desk.view.phases, Qt.Key.Key_Right)
    desk.qtbot.keyClick(desk.view.phases, Qt.Key.Key_Space)
    assert desk.shown() == [ours.order_id]


async def test_moving_is_quiet_a_click_opens_and_then_the_drawer_follows(desk: Desk) -> None:
    for _ in range(3):
        await desk.order(S.ACCEPTED)
    await desk.open()
    table = desk.view.table
    table.setFocus()
    desk.qtbot.keyClick(table, Qt.Key.Key_J)
    await asyncio.sleep(0.02)
    assert not desk.view.drawer.isVisible()
    row = table.visualRect(desk.view.model.index(0, 0))
    desk.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    await desk.until(desk.view.drawer.isVisible)
    desk.qtbot.keyClick(table, Qt.Key.Key_J)
    await desk.until(lambda: (shown := desk.view.drawer.row()) is not None and shown.order.order_id == desk.shown()[1])
    desk.qtbot.keyClick(table, Qt.Key.Key_Escape)
    assert not desk.view.drawer.isVisible()


async def test_a_change_elsewhere_redraws_and_keeps_the_current_order(desk: Desk) -> None:
    first = await desk.order(S.ACCEPTED)
    await desk.order(S.ACCEPTED)
    await desk.open()
    await desk.show(first)
    await desk.rig.orders.save_orders([replace(first, status=S.FINISHED)])
    desk.rig.changes.publish(Change.of(Topic.ORDERS))
    await desk.until(lambda: (row := desk.view.drawer.row()) is not None and row.order.status is S.FINISHED)
    assert desk.view.table.current_key() == first.order_id


async def test_accepting_names_the_sum_saves_once_and_can_be_undone(desk: Desk) -> None:
    order = await desk.order(S.PUBLISHED, task_cost=Fen(1_234_500))
    await desk.open()
    await desk.show(order)
    desk.press("验收")
    await desk.asked("放款 ¥12,345")
    assert desk.saved() == []
    desk.press("放款 ¥12,345")
    await desk.until(lambda: bool(desk.frame.toasts))
    (intent,) = desk.saved()
    assert intent.payload == FinishOrder(order.order_id)
    action = desk.frame.toasts[0][1]
    assert action is not None
    action.run()
    await desk.until(lambda: not desk.saved())


async def test_no_is_no(desk: Desk) -> None:
    order = await desk.order(S.PUBLISHED)
    await desk.open()
    await desk.show(order)
    desk.press("验收")
    await desk.asked("放款")
    desk.qtbot.keyClick(desk.view.window().focusWidget(), Qt.Key.Key_Escape)
    await asyncio.sleep(0)
    assert desk.saved() == []


async def test_ticked_orders_are_published_together_and_only_those_that_can_be(desk: Desk) -> None:
    orders = [await desk.order(S.VIDEO_CONFIRMED, task_cost=Fen(1_000_000)) for _ in range(2)]
    other = await desk.order(S.ACCEPTED)
    for order in orders:
        desk.rig.platform.upload(order.order_id, kind=ResourceKind.VIDEO)
    await desk.rig.orders.save_resources(await desk.rig.platform.videos([order.order_id for order in orders]))
    await desk.open()
    desk.view.table.set_checked([order.order_id for order in [*orders, other]])
    desk.press("发布 2 单")
    await desk.asked("发布，共 ¥20,000")
    desk.press("发布，共 ¥20,000")
    await desk.until(lambda: len(desk.saved()) == 2)
    assert {one.payload for one in desk.saved()} == {PublishResource(order.order_id) for order in orders}
    await desk.until(lambda: not desk.view.table.checked_keys())


async def test_cancelling_shows_the_compensation_and_needs_a_reason(desk: Desk) -> None:
    order = await desk.order(S.ACCEPTED)
    await desk.open()
    cost = (await desk.service.cancel_cost(order)).cost
    await desk.show(order)
    desk.press("取消订单")
    await desk.asked("赔付")
    sheet = next(one for one in desk.view.window().findChildren(Sheet) if one.isVisible())
    yes = next(one for one in sheet.findChildren(Button) if "赔付" in one.text())
    next(one for one in sheet.findChildren(QRadioButton) if one.text() == "其他原因").setChecked(True)
    assert not yes.isEnabled()
    next(one for one in sheet.findChildren(QRadioButton) if one.text() == "与达人协商一致").setChecked(True)
    assert yes.isEnabled()
    yes.click()
    await desk.until(lambda: bool(desk.saved()))
    (intent,) = desk.saved()
    assert intent.payload == CancelOrder(order.order_id, CancelReason.AGREED_BY_BOTH, "")
    assert intent.subject.amount == cost


async def test_what_needs_the_network_says_so_and_saves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    order = await desk.order(S.ACCEPTED)
    await desk.open()
    await desk.show(order)

    async def fail(order_id: OrderId) -> None:
        raise Offline("no network")

    monkeypatch.setattr(desk.rig.platform, "cancel_cost", fail)
    desk.press("取消订单")
    await desk.until(lambda: bool(desk.frame.errors))
    assert isinstance(desk.frame.errors[0], Offline)
    assert desk.saved() == []


async def test_refusing_a_creators_wish_needs_words(desk: Desk) -> None:
    order = await desk.order(S.ACCEPTED, author_cancel_requested=True, author_cancel_reason="<b>档期冲突</b>")
    await desk.open()
    await desk.show(order)
    assert not desk.view.drawer.action_buttons[OrderAction.CANCEL].isVisible()
    desk.press("不同意")
    await desk.until(lambda: isinstance(desk.view.window().focusWidget(), QLineEdit))
    entry = desk.view.window().focusWidget()
    desk.qtbot.keyClicks(entry, "keep")
    desk.qtbot.keyClick(entry, Qt.Key.Key_Return)
    await desk.until(lambda: bool(desk.saved()))
    assert desk.saved()[0].payload == ReplyCancel(order.order_id, False, "keep")


async def test_a_balance_is_paid_by_the_bill_that_was_shown(desk: Desk) -> None:
    order = await desk.order(S.BALANCE_DUE, total=Fen(1_260_000), total_paid=Fen(600_000))
    await desk.open()
    bill = await desk.service.tail_bill(order)
    await desk.show(order)
    desk.press("付尾款")
    await desk.asked("最多 ¥6,600")
    desk.press("最多 ¥6,600")
    await desk.until(lambda: bool(desk.saved()))
    assert desk.saved()[0].payload == PayTail(order.order_id, bill.total_pay)


async def test_contract_settings_are_kept_and_undone(desk: Desk) -> None:
    await desk.order(S.ACCEPTED)
    await desk.open()
    desk.presenter.open_with(campaign_id=CAMPAIGN)
    before = desk.rig.campaigns.by_id[CAMPAIGN]
    desk.press("设预算")
    await desk.asked("保存")
    sheet = next(one for one in desk.view.window().findChildren(Sheet) if one.isVisible())
    budget = next(one for one in sheet.findChildren(QLineEdit) if one.accessibleName() == "预算（元）")
    save = next(one for one in sheet.findChildren(Button) if one.text() == "保存")
    budget.setText("12.345")
    assert not save.isEnabled()
    budget.setText("160,000")
    save.click()
    await desk.until(lambda: desk.rig.campaigns.by_id[CAMPAIGN].budget == Fen(16_000_000))
    await desk.until(lambda: bool(desk.frame.toasts))
    action = desk.frame.toasts[-1][1]
    assert action is not None
    action.run()
    await desk.until(lambda: desk.rig.campaigns.by_id[CAMPAIGN] == before)


async def test_other_views_open_an_order_or_exactly_some(desk: Desk) -> None:
    orders = [await desk.order(S.SCRIPT_UPLOADED) for _ in range(3)]
    desk.presenter.open_with(order_id=int(orders[1].order_id))
    await desk.open()
    await desk.until(lambda: desk.view.drawer.isVisible())
    row = desk.view.drawer.row()
    assert row is not None
    assert row.order.order_id == orders[1].order_id
    desk.press("去审")
    assert desk.frame.went == [("approvals", {"order_id": orders[1].order_id})]
    desk.presenter.open_with(order_ids=[int(orders[0].order_id), int(orders[2].order_id)])
    assert set(desk.shown()) == {orders[0].order_id, orders[2].order_id}


async def test_the_board_moves_by_keys_and_opens_the_same_order(desk: Desk) -> None:
    script = await desk.order(S.SCRIPT_UPLOADED)
    video = await desk.order(S.VIDEO_UPLOADED)
    await desk.open()
    desk.view.toggle_layout()
    desk.view.board.set_current(script.order_id)
    lanes = [lane for lane in desk.view.board._lanes if lane.model.rowCount()]
    lanes[0].list.setFocus()
    desk.qtbot.keyClick(lanes[0].list, Qt.Key.Key_Right)
    await desk.until(lambda: (row := desk.view.drawer.row()) is not None and row.order.order_id == video.order_id)
    assert desk.view.table.current_key() == video.order_id


async def test_closing_while_a_question_is_open_ends_at_once_and_saves_nothing(desk: Desk) -> None:
    order = await desk.order(S.ACCEPTED)
    await desk.open()
    await desk.show(order)
    desk.press("取消订单")
    await desk.asked("赔付")
    async with asyncio.timeout(2):
        await desk.presenter.close()
    assert desk.saved() == []


async def test_letters_never_reach_an_input_method(desk: Desk) -> None:
    await desk.order(S.ACCEPTED)
    await desk.open()
    desk.view.table.setFocus()
    assert not desk.view.table.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    shortcuts = [command.shortcut for command in desk.presenter.commands()]
    assert len(shortcuts) == len(set(shortcuts))


async def test_every_word_follows_the_language(desk: Desk) -> None:
    await desk.order(S.PUBLISHED)
    await desk.open()
    try:
        translations().set_language("en")
        await desk.until(lambda: desk.view.model.columns()[0].title == "Creator")
        assert "Published" in {desk.view.model.cell(0, column).text for column in range(desk.view.model.columnCount())}
    finally:
        translations().set_language("zh_CN")


async def test_offline_orders_say_what_goes_on_and_how_old_they_are(desk: Desk) -> None:
    await desk.order(S.PUBLISHED)
    await desk.open()
    now = desk.rig.clock.now()

    class Line:
        status = SyncStatus(Phase.OFFLINE, now, last_sync_at=now - timedelta(minutes=12))

    banner = desk.view.states.banner
    assert not banner.isVisible()
    desk.presenter._connection = Line()
    desk.rig.changes.publish(Change.of(Topic.CONNECTION))
    await desk.until(banner.isVisible)
    assert "12 分钟前" in banner.accessibleName()


async def test_states_fold_into_two_rows_before_their_names_are_cut(desk: Desk) -> None:
    await desk.order(S.PUBLISHED)
    await desk.open()
    strip = desk.view.phases
    strip.resize(1176, 64)
    assert strip.sizeHint().height() == current_theme().px(64)
    strip.resize(560, 64)
    assert strip.sizeHint().height() == 2 * current_theme().px(34)
    assert strip._at(QPointF(5, 40)) == strip._columns()


async def test_in_a_low_window_with_large_text_the_orders_come_before_the_states(desk: Desk) -> None:
    await desk.order(S.PUBLISHED)
    await desk.open()
    assert desk.view.phases.isVisible()
    try:
        current_theme().set_scale(2.0)
        desk.view.resize(1136, 704)
        await desk.until(lambda: not desk.view.phases.isVisible())
    finally:
        current_theme().set_scale(1.0)
        desk.view.resize(1200, 760)
    await desk.until(desk.view.phases.isVisible)


async def test_the_parts_of_the_budget_go_below_where_the_row_is_short(desk: Desk) -> None:
    await desk.order(S.PUBLISHED)
    await desk.open()
    strip = desk.view.budget
    strip.resize(1176, strip.height())
    assert strip._inner.indexOf(strip._legend) < 0
    strip.resize(420, strip.height())
    assert strip._inner.indexOf(strip._legend) >= 0
