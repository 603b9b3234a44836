"""Promises of the pre-flight page: what is said is what happens, the sum is on the button, nothing commits without it, undo is whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from tests.support.brief_room import BriefRoom, full_brief, several, write
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.brief import Brief, BriefState
from xingtu_desktop.domain.ids import BriefId
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.preflight import Row
from xingtu_desktop.domain.shortlist import BASKET
from xingtu_desktop.ui.briefs.briefs_presenter import BriefsPresenter
from xingtu_desktop.ui.briefs.preflight_table import Heading
from xingtu_desktop.ui.dialogs.ask import Veil
from xingtu_desktop.ui.i18n import formats, translations
from xingtu_desktop.ui.theme import current_theme


@pytest.fixture
async def room(qtbot: QtBot, tmp_path: Path) -> AsyncIterator[BriefRoom]:
    current_theme().set_motion(False)
    translations().set_language("zh_CN")
    made = await BriefRoom.open(tmp_path)
    yield made
    await made.close()


class Network:
    online = True


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
async def presenter(room: BriefRoom, network: Network) -> AsyncIterator[BriefsPresenter]:
    made = BriefsPresenter(
        room.context, briefs=room.briefs, shortlists=room.shortlists, ordering=room.ordering, online=lambda: network.online
    )
    made.view.resize(1200, 760)
    made.view.show()
    yield made
    await made.close()
    made.view.deleteLater()


async def until(done: Callable[[], object]) -> None:
    for _ in range(400):
        if done():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen within 4 s")


async def checked(room: BriefRoom, presenter: BriefsPresenter, brief: Brief | None = None) -> None:
    """Open the pre-flight of a brief with the basket."""
    await write(room, brief or full_brief())
    presenter.start()
    await until(lambda: presenter.view.states.state() == "content" and presenter.view.margin._review is not None)
    presenter.view.order_pressed.emit()
    await until(lambda: presenter.view.preflight.states.state() in ("content", "empty") and presenter.view.in_preflight())


async def basket_size(room: BriefRoom) -> int:
    return len(await room.shortlists.ids(BASKET))


async def test_requests_and_blocked_creators_stand_in_groups_with_the_sum_on_the_button(
    room: BriefRoom, presenter: BriefsPresenter
) -> None:
    await room.add_creators(121)
    await room.add_balance(Fen(128_640_000))
    await checked(room, presenter)
    page = presenter.view.preflight
    records = [page.model.record(row) for row in range(page.model.rowCount())]
    assert [record.number for record in records if isinstance(record, Heading)] == [0, 1, 2, 3]
    plan = presenter._preflight._checked.plan
    assert sum(isinstance(record, Row) for record in records) == 121
    assert page.confirm.text() == f"确认下单 {plan.orders} 单 · 最多 {formats().money(plan.at_most)}"
    assert page.confirm.isEnabled()
    assert page.sum.text() == formats().money(plan.at_most)


async def test_confirming_writes_the_outbox_empties_the_basket_and_marks_the_brief(room: BriefRoom, presenter: BriefsPresenter) -> None:
    await room.add_creators(60)
    await checked(room, presenter)
    page = presenter.view.preflight
    plan = presenter._preflight._checked.plan
    page.confirm.click()
    await until(lambda: room.frame.toasts)
    intents = await room.files.outbox.open_intents()
    assert len(intents) == 2 * len(plan.requests)
    assert await basket_size(room) == len(plan.blocked)
    assert (await room.briefs.open(BriefId("b1"))).brief.state is BriefState.ORDERED
    assert formats().money(plan.at_most) in room.frame.toasts[-1][0]
    assert room.frame.seconds[-1] == round(room.ordering.undo_seconds)
    assert not page.confirm.isVisible()
    page.states.empty.acted.emit()
    assert room.frame.outbox_shown == 1


async def test_undo_takes_back_orders_basket_and_mark(room: BriefRoom, presenter: BriefsPresenter) -> None:
    await room.add_creators(10)
    await checked(room, presenter)
    presenter.view.preflight.confirm.click()
    await until(lambda: room.frame.toasts)
    action = room.frame.toasts[-1][2]
    assert action is not None
    action.run()
    await until(lambda: len(room.frame.toasts) == 2)
    assert await room.files.outbox.open_intents() == []
    assert await basket_size(room) == 10
    assert (await room.briefs.open(BriefId("b1"))).brief == full_brief()
    await until(lambda: presenter.view.preflight.confirm.isEnabled())


async def test_a_second_click_orders_nothing_more(room: BriefRoom, presenter: BriefsPresenter) -> None:
    await room.add_creators(5)
    await checked(room, presenter)
    presenter.view.preflight.confirmed.emit()
    presenter.view.preflight.confirmed.emit()
    await until(lambda: room.frame.toasts)
    assert len({intent.batch_id for intent in await room.files.outbox.open_intents()}) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"brand_name": ""}, "品牌未填"),
        ({"budget": Fen(100_000)}, "超出预算上限"),
        ({"contact_phone": "电话"}, "电话不像电话号码"),
    ],
)
async def test_what_stands_in_the_way_is_said_and_the_button_is_off(
    room: BriefRoom, presenter: BriefsPresenter, change: dict[str, object], said: str
) -> None:
    await room.add_creators(5)
    await checked(room, presenter, replace(full_brief(), **change))  # type: ignore[arg-type]
    page = presenter.view.preflight
    assert not page.confirm.isEnabled()
    assert said in page.reason.text()
    page.confirmed.emit()
    await asyncio.sleep(0)
    assert await room.files.outbox.open_intents() == []


async def test_too_low_a_balance_warns_but_does_not_forbid(room: BriefRoom, presenter: BriefsPresenter) -> None:
    await room.add_creators(5)
    await room.add_balance(Fen(100))
    await checked(room, presenter)
    page = presenter.view.preflight
    assert page.confirm.isEnabled()
    assert "还差" in page.reason.text()


async def test_an_empty_basket_leads_to_creators(room: BriefRoom, presenter: BriefsPresenter) -> None:
    await checked(room, presenter)
    page = presenter.view.preflight
    assert page.states.state() == "empty"
    assert not page.confirm.isEnabled()
    page.states.empty.acted.emit()
    assert room.frame.went == [("creators", {})]


async def test_creators_leave_the_basket_and_come_back(room: BriefRoom, presenter: BriefsPresenter, qtbot: QtBot) -> None:
    await room.add_creators(6)
    await checked(room, presenter)
    page = presenter.view.preflight
    page.table.setFocus()
    page.table.set_current_row(1)
    qtbot.keyClick(page.table, Qt.Key.Key_X)
    assert page.remove.isVisible()
    page.remove.click()
    await until(lambda: presenter._preflight._checked is not None and presenter._preflight._checked.plan.orders == 5)
    action = room.frame.toasts[-1][2]
    assert action is not None
    action.run()
    await until(lambda: presenter._preflight._checked is not None and presenter._preflight._checked.plan.orders == 6)


async def test_new_data_never_changes_the_sum_under_the_finger(room: BriefRoom, presenter: BriefsPresenter) -> None:
    await room.add_creators(6)
    await checked(room, presenter)
    page = presenter.view.preflight
    before = page.confirm.text()
    room.changes.publish(Change.of(Topic.CREATORS))
    assert page.states.banner.isVisible()
    assert page.confirm.text() == before
    page.states.banner.acted.emit()
    await until(lambda: not page.states.banner.isVisible())


async def test_offline_the_button_says_what_will_happen(room: BriefRoom, presenter: BriefsPresenter, network: Network) -> None:
    await room.add_creators(3)
    network.online = False
    await checked(room, presenter)
    page = presenter.view.preflight
    assert page.confirm.isEnabled()
    assert page._undo_note.text() == "现在离线：先存在本机，联网后发送"
    network.online = True
    room.changes.publish(Change.of(Topic.CONNECTION))
    assert page._undo_note.text() == "第一个请求发出前 10 秒可撤销"


async def test_a_cap_refuses_in_words_and_writes_nothing(room: BriefRoom, presenter: BriefsPresenter) -> None:
    await room.add_creators(3)
    await room.files.settings.put("caps.batch_fen", "100")
    await checked(room, presenter)
    presenter.view.preflight.confirm.click()
    await until(lambda: room.frame.errors)
    assert await room.files.outbox.open_intents() == []
    await until(lambda: presenter.view.preflight.confirm.isEnabled())


async def test_the_basket_asks_which_brief_when_there_are_several(room: BriefRoom, presenter: BriefsPresenter, qtbot: QtBot) -> None:
    await several(room)
    await room.add_creators(3)
    presenter.start()
    presenter.open_with(order_basket=True)
    await until(lambda: presenter.view.findChild(Veil))
    qtbot.keyClick(presenter.view.findChild(Veil), Qt.Key.Key_Escape)
    presenter.open_with(order_basket=True, brief_id="o3")
    await until(lambda: presenter.view.in_preflight() and presenter._preflight._checked is not None)
    assert presenter._preflight._checked.brief.brief_id == "o3"


async def test_back_returns_to_the_brief(room: BriefRoom, presenter: BriefsPresenter) -> None:
    await room.add_creators(3)
    await checked(room, presenter)
    presenter.view.preflight.back.click()
    assert not presenter.view.in_preflight()


async def test_filters_and_the_model_keep_qts_rules(room: BriefRoom, presenter: BriefsPresenter) -> None:
    await room.add_creators(121)
    await checked(room, presenter)
    page = presenter.view.preflight
    tester = QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for key, wanted in (("blocked", 11), ("free", 110), ("warn", 18), ("all", 121)):
        page.filter.set_current(key)
        page.filter.changed.emit(key)
        records = [page.model.record(row) for row in range(page.model.rowCount())]
        assert sum(isinstance(record, Row) for record in records) == wanted
    del tester
