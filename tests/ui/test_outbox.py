"""Promises of the outbox panel: every state has its sentence, buttons do what they say, money is asked for with its sum."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

import xingtu_desktop.services.sync as sync_package
from tests.sync.rig import Rig
from tests.ui.outbox_samples import FakeFrame, FakeJournal, Samples, a_context, a_panel
from xingtu_desktop.core.errors import StorageDamaged
from xingtu_desktop.domain.ids import IntentId
from xingtu_desktop.domain.intent import NO_EFFECT_OF_ITS_OWN, IntentState
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.services.outbox_view import OutboxEntry, OutboxGroup, OutboxListing
from xingtu_desktop.services.sync.connectivity import Phase, SyncStatus
from xingtu_desktop.ui.i18n import translations
from xingtu_desktop.ui.sync.outbox_presenter import OutboxPresenter
from xingtu_desktop.ui.sync.row import OutboxRow, breakable
from xingtu_desktop.ui.sync.rows import Header, Line, arrange
from xingtu_desktop.ui.sync.sentences import sentence
from xingtu_desktop.ui.sync.states import changed, standing


class Desk:
    """A shown panel over real services."""

    def __init__(self, qtbot: QtBot, *, journal: FakeJournal | None = None) -> None:
        self.qtbot = qtbot
        self.rig = Rig()
        self.samples = Samples(self.rig)
        self.frame = FakeFrame()
        self.status: SyncStatus = self.rig.connectivity.status
        self.presenter: OutboxPresenter = a_panel(self.rig, self.frame, journal=journal, status=lambda: self.status)
        self.view = self.presenter.view
        self.view.resize(536, 640)
        qtbot.addWidget(self.view)

    async def open(self) -> None:
        self.view.show()
        self.presenter.start()
        await settled()

    def row(self, key: str) -> OutboxRow:
        found = self.view.row(key)
        assert found is not None, self.view.shown_keys()
        return found

    async def press(self, button: QPushButton) -> None:
        assert not button.isHidden()
        button.click()
        await settled()

    def words(self, widget: QWidget | None = None) -> str:
        return " ".join(label.text() for label in (widget or self.view).findChildren(QLabel) if label.isVisible())

    def veil_button(self, starts: str) -> QPushButton:
        veil = self.view.window().findChild(QWidget, "veil")
        assert veil is not None
        return next(each for each in veil.findChildren(QPushButton) if each.text().startswith(starts))

    def intent(self, intent_id: str) -> IntentState:
        return self.rig.outbox.rows[IntentId(intent_id)].state


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def desk(qtbot: QtBot) -> AsyncIterator[Desk]:
    made = Desk(qtbot)
    yield made
    await made.presenter.close()


@pytest.fixture
def english() -> Iterator[None]:
    translations().set_language("en")
    yield
    translations().set_language("zh_CN")


async def test_every_group_stands_with_its_sentences_in_chinese(desk: Desk) -> None:
    desk.samples.a_day()
    await desk.open()
    headers = [key for key in desk.view.shown_keys() if key.startswith("header/")]
    assert headers == ["header/needs_you", "header/checking", "header/waiting", "header/sent"]
    words = desk.words()
    for said in ("需要你", "已变化 · 未发送", "达人传了新版本", "没收到答复", "撤销 8 秒", "确认 17 个视频", "平台拒绝", "实付 ¥460,001"):
        assert said in words
    assert desk.view.accessibleName() == "发件箱"


async def test_every_group_stands_with_its_sentences_in_english(desk: Desk, english: None) -> None:
    desk.samples.a_day()
    await desk.open()
    words = desk.words()
    for said in (
        "Needs you",
        "Approve video v1 of @",
        "a newer version was uploaded",
        "undo 8 s",
        "Approve 17 videos",
        "The platform refused",
    ):
        assert said in words
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in desk.view.stop.text() + desk.row("intent-1").dismiss.text())


async def test_an_undo_takes_back_and_says_so(desk: Desk) -> None:
    one = desk.samples.approve(undo=8)
    await desk.open()
    await desk.press(desk.row(one.intent_id).undo)
    assert desk.intent(one.intent_id) is IntentState.UNDONE
    assert desk.frame.toasts == [("已撤销 1 条", "good")]
    assert desk.view.row(one.intent_id) is None
    assert desk.view.states.state() == "empty"


async def test_an_undo_that_comes_too_late_says_so(desk: Desk) -> None:
    one = desk.samples.approve(undo=8)
    await desk.open()
    desk.rig.outbox.rows[one.intent_id] = replace(one, state=IntentState.SENDING, attempt=1)
    await desk.press(desk.row(one.intent_id).undo)
    assert desk.frame.toasts[0][1] == "warn"
    assert "发送中" in desk.words(desk.row(one.intent_id))


async def test_a_folded_batch_is_taken_back_as_one(desk: Desk) -> None:
    batch = [desk.samples.approve(batch="b", undo=8) for _ in range(5)]
    await desk.open()
    (key,) = [key for key in desk.view.shown_keys() if not key.startswith("header/")]
    await desk.press(desk.row(key).undo)
    assert {desk.intent(one.intent_id) for one in batch} == {IntentState.UNDONE}


async def test_a_folded_batch_unfolds_into_its_members(desk: Desk) -> None:
    batch = [desk.samples.approve(batch="b") for _ in range(5)]
    await desk.open()
    (key,) = [key for key in desk.view.shown_keys() if not key.startswith("header/")]
    await desk.press(desk.row(key).chevron)
    assert desk.view.shown_keys() == ["header/waiting", key, *(one.intent_id for one in batch)]
    await desk.press(desk.row(key).chevron)
    assert desk.view.shown_keys() == ["header/waiting", key]


async def test_the_countdown_goes_on_by_itself_and_ends_in_a_fresh_look(desk: Desk) -> None:
    one = desk.samples.approve(undo=8)
    await desk.open()
    assert "撤销 8 秒" in desk.words()
    desk.rig.clock.advance(3)
    desk.view.ticked.emit()
    assert "撤销 5 秒" in desk.words()
    desk.rig.clock.advance(6)
    desk.view.ticked.emit()
    await settled()
    assert "等待发送" in desk.words(desk.row(one.intent_id))
    assert "撤销 5" not in desk.words()


async def test_the_panel_ticks_only_while_it_is_seen(desk: Desk, qtbot: QtBot) -> None:
    desk.samples.approve(undo=8)
    await desk.open()
    with qtbot.waitSignal(desk.view.ticked, timeout=3000):
        pass
    desk.view.hide()
    with qtbot.assertNotEmitted(desk.view.ticked, wait=700):
        pass


async def test_hold_and_release(desk: Desk) -> None:
    one = desk.samples.approve()
    await desk.open()
    await desk.press(desk.row(one.intent_id).hold)
    assert desk.rig.outbox.rows[one.intent_id].held
    assert desk.row(one.intent_id).hold.isHidden()
    await desk.press(desk.row(one.intent_id).release)
    assert not desk.rig.outbox.rows[one.intent_id].held


async def test_stop_and_resume(desk: Desk) -> None:
    desk.samples.approve()
    await desk.open()
    await desk.press(desk.view.stop)
    assert await desk.rig.outbox.stopped()
    assert "已停住" in desk.words()
    assert desk.view.stop.text() == "继续发送"
    await desk.press(desk.view.stop)
    assert not await desk.rig.outbox.stopped()


async def test_a_refusal_is_noted_once(desk: Desk) -> None:
    one = desk.samples.approve(IntentState.REFUSED, outcome="changed_since_seen", detail={"what": "content"})
    await desk.open()
    assert desk.view.shown_keys()[0] == "header/needs_you"
    await desk.press(desk.row(one.intent_id).dismiss)
    assert desk.view.shown_keys() == ["header/sent", one.intent_id]


async def test_a_refused_payment_is_retried_only_after_the_sum_was_agreed(desk: Desk) -> None:
    one = desk.samples.tail(IntentState.REFUSED, outcome="rejected", detail={"code": 40002})
    await desk.open()
    await desk.press(desk.row(one.intent_id).retry)
    assert len(desk.rig.outbox.rows) == 1
    await desk.press(desk.veil_button("最多付 ¥5,300"))
    assert len(desk.rig.outbox.rows) == 2
    assert desk.view.shown_keys()[0] == "header/waiting"


async def test_a_person_answers_that_it_is_done(desk: Desk) -> None:
    one = desk.samples.create(IntentState.NEEDS_HUMAN, outcome="not_found_by_tag", attempt=1, sent_at=desk.samples.now)
    await desk.open()
    row = desk.row(one.intent_id)
    await desk.press(row.look)
    assert "#K7F2-2" in desk.words(row)
    await desk.press(row._details.done)
    assert desk.intent(one.intent_id) is IntentState.NEEDS_HUMAN
    await desk.press(desk.veil_button("平台上已完成"))
    assert desk.intent(one.intent_id) is IntentState.DONE


async def test_giving_up_is_confirmed_and_escape_keeps_it(desk: Desk) -> None:
    one = desk.samples.create(IntentState.NEEDS_HUMAN, outcome="tag_exists")
    await desk.open()
    row = desk.row(one.intent_id)
    await desk.press(row.look)
    await desk.press(row._details.drop)
    veil = desk.view.window().findChild(QWidget, "veil")
    assert veil is not None
    QTest.keyClick(veil, Qt.Key.Key_Escape)
    await settled()
    assert desk.intent(one.intent_id) is IntentState.NEEDS_HUMAN
    await desk.press(row._details.drop)
    await desk.press(desk.veil_button("放弃"))
    assert desk.intent(one.intent_id) is IntentState.UNDONE


async def test_a_higher_bill_is_paid_with_the_new_sum_as_its_limit(desk: Desk) -> None:
    bill: dict[str, str | int | None] = {"bill": 48_000_000, "at_most": 46_890_000}
    one = desk.samples.pay(IntentState.NEEDS_HUMAN, outcome="bill_higher", detail=bill)
    await desk.open()
    row = desk.row(one.intent_id)
    await desk.press(row.look)
    assert row._details.again.text() == "最多付 ¥480,000…"
    await desk.press(row._details.again)
    await desk.press(desk.veil_button("最多付 ¥480,000"))
    sent = desk.rig.outbox.rows[one.intent_id]
    assert sent.state is IntentState.QUEUED
    assert getattr(sent.payload, "at_most", None) == Fen(48_000_000)


async def test_details_stay_open_while_the_outbox_changes(desk: Desk) -> None:
    one = desk.samples.approve(IntentState.DONE, outcome="sent", sent_at=desk.samples.now, attempt=1, request_id="20261122200100")
    await desk.open()
    row = desk.row(one.intent_id)
    await desk.press(row.chevron)
    assert "20261122200100" in desk.words(row)
    desk.samples.approve(undo=8)
    desk.presenter.refresh()
    await settled()
    assert desk.row(one.intent_id) is row
    assert "20261122200100" in desk.words(row)


async def test_what_the_platform_said_is_plain_text_and_never_widens_the_panel(desk: Desk) -> None:
    said = "<b>余额不足</b><img src=http://x/y.png>" + "x" * 400
    one = desk.samples.tail(IntentState.REFUSED, outcome="rejected", detail={"code": 40002, "platform_text": said})
    await desk.open()
    await desk.press(desk.row(one.intent_id).chevron)
    labels = [each for each in desk.view.findChildren(QLabel) if "余额不足" in each.text()]
    assert labels
    assert all(each.textFormat() is Qt.TextFormat.PlainText for each in labels)
    assert desk.row(one.intent_id).minimumSizeHint().width() <= 536
    assert breakable(said).replace("\u200b", "") == said


async def test_offline_and_signed_out_are_said(desk: Desk) -> None:
    desk.samples.approve()
    desk.status = SyncStatus(Phase.OFFLINE, desk.samples.now)
    await desk.open()
    assert "等待网络" in desk.words()
    assert "离线" in desk.words()
    desk.status = SyncStatus(Phase.SIGNED_OUT, desk.samples.now)
    desk.presenter.refresh()
    await settled()
    assert "等待登录" in desk.words()


async def test_a_listing_that_fails_is_shown_and_can_be_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.samples.approve()

    async def broken() -> list[object]:
        raise StorageDamaged("cut off", role="work")

    with monkeypatch.context() as patch:
        patch.setattr(desk.rig.outbox, "open_intents", broken)
        await desk.open()
        assert desk.view.states.state() == "error"
    desk.view.states.error.retried.emit()
    await settled()
    assert desk.view.states.state() == "content"


async def test_a_broken_journal_is_said(qtbot: QtBot) -> None:
    desk = Desk(qtbot, journal=FakeJournal(900, 41))
    await desk.open()
    assert "第 41 条起断链" in desk.words()
    await desk.presenter.close()


async def test_a_long_group_shows_its_rest_on_demand(desk: Desk) -> None:
    for _ in range(70):
        desk.samples.approve(IntentState.DONE, outcome="sent")
    await desk.open()
    assert len(desk.view.shown_keys()) == 1 + 30 + 1
    more = next(each for each in desk.view.findChildren(QPushButton) if each.text() == "再看 40 条")
    more.click()
    assert len(desk.view.shown_keys()) == 1 + 60 + 1


def _entries(samples: Samples) -> list[OutboxEntry]:
    listing = OutboxListing(samples.rig.outbox, samples.rig.settings, samples.rig.changes, samples.rig.clock)
    return asyncio.run(listing.entries())


def test_sums_count_confirmed_money_only() -> None:
    samples = Samples(Rig())
    samples.approve(amount=980_000)
    samples.reject(amount=750_000)
    samples.pay(amount=46_890_000)
    samples.approve(IntentState.DONE, outcome="sent", amount=100_000)
    samples.approve(IntentState.REFUSED, outcome="dropped_by_person", amount=300_000)
    samples.approve(IntentState.NEEDS_HUMAN, outcome="unclear", amount=900_000)
    sums = {item.group: item.sums for item in arrange(_entries(samples)) if isinstance(item, Header)}
    assert sums[OutboxGroup.WAITING] == "确认共 ¥9,800 · 最多付 ¥468,900"
    assert sums[OutboxGroup.SENT] == "确认共 ¥1,000"
    assert sums[OutboxGroup.NEEDS_YOU] == ""


@pytest.mark.parametrize("outcome", sorted(NO_EFFECT_OF_ITS_OWN))
def test_an_effect_that_stood_already_is_named_so_and_summed_once(outcome: str) -> None:
    samples = Samples(Rig())
    first = samples.approve(IntentState.DONE, outcome="sent", amount=100_000)
    second = samples.approve(IntentState.DONE, outcome=outcome, amount=100_000)
    (header,) = [item for item in arrange(_entries(samples)) if isinstance(item, Header)]
    assert header.sums == "确认共 ¥1,000"
    done, already = (standing(OutboxEntry(one, OutboxGroup.SENT), samples.now) for one in (first, second))
    assert (already.label, already.icon) == ("已是这样", "minus")
    assert (done.label, done.icon) == ("已发送", "check")


def test_what_needs_a_person_is_never_folded() -> None:
    samples = Samples(Rig())
    for _ in range(6):
        samples.approve(IntentState.NEEDS_HUMAN, outcome="unclear", batch="b")
    assert [len(item.entries) for item in arrange(_entries(samples)) if isinstance(item, Line)] == [1] * 6


def _codes() -> dict[str, set[str]]:
    """Every outcome code that the loop writes, by the method that writes it."""
    found: dict[str, set[str]] = {}
    for file in Path(sync_package.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) > 1):
                continue
            codes = [each.value for each in ast.walk(node.args[1]) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            found.setdefault(node.func.attr, set()).update(codes)
    return found


@pytest.mark.parametrize(
    ("methods", "state", "extra"),
    [
        (("done",), IntentState.DONE, {"sent", "paid_differs", "done_by_person", "confirmed_by_read", *NO_EFFECT_OF_ITS_OWN}),
        (("refused",), IntentState.REFUSED, {"dropped_by_person", "dependency_failed"}),
    ],
)
def test_every_end_that_the_loop_writes_has_words(methods: tuple[str, ...], state: IntentState, extra: set[str]) -> None:
    samples = Samples(Rig())
    written = set().union(*(_codes().get(method, set()) for method in methods)) | extra
    assert len(written) >= 5
    for code in sorted(written):
        entry = OutboxEntry(samples.approve(state, outcome=code), OutboxGroup.SENT)
        said = standing(entry, samples.now)
        assert code not in said.tail, f"{code} has no words of its own"


def test_every_question_that_the_loop_asks_has_words() -> None:
    samples = Samples(Rig())
    vague = standing(OutboxEntry(samples.approve(IntentState.NEEDS_HUMAN, outcome="?"), OutboxGroup.NEEDS_YOU), samples.now).tail
    written = _codes()["needs_human"] | {"not_found_by_tag", "not_applied"}
    assert {"tag_exists", "bill_higher", "bug"} <= written
    for code in sorted(written - {"unclear"}):
        entry = OutboxEntry(samples.approve(IntentState.NEEDS_HUMAN, outcome=code), OutboxGroup.NEEDS_YOU)
        assert standing(entry, samples.now).tail != vague, f"{code} has no words of its own"


@pytest.mark.parametrize("what", ["version", "content", "resource", "resource_status", "status", "amount", "cancel_cost", "request"])
def test_every_difference_has_words(what: str) -> None:
    samples = Samples(Rig())
    detail: dict[str, str | int | None] = {"what": what, "expected": 51, "actual": 52}
    vague = changed(samples.approve(IntentState.REFUSED, outcome="changed_since_seen"))
    assert changed(samples.approve(IntentState.REFUSED, outcome="changed_since_seen", detail=detail)) != vague


@pytest.mark.parametrize("make", ["approve", "reject", "create", "pay", "tail"])
def test_a_sentence_names_who_or_what_and_the_sum(make: str) -> None:
    samples = Samples(Rig())
    maker: Callable[..., object] = getattr(samples, make)
    maker(name="小鹿", amount=1_200_000)
    (intent,) = samples.rig.outbox.rows.values()
    said = sentence(intent).whole
    assert "小鹿" in said or "年货节" in said
    assert "¥12,000" in said


async def test_what_another_installation_decided_can_be_given_up_or_marked_but_not_sent_from_here(desk: Desk) -> None:
    mine = desk.samples.approve(IntentState.NEEDS_HUMAN, outcome="unclear")
    copied = desk.samples.approve(IntentState.NEEDS_HUMAN, outcome="other_install")
    await desk.open()
    for intent, shown in ((mine, True), (copied, False)):
        desk.presenter.open_with(intent_id=str(intent.intent_id))
        await settled()
        row = desk.row(str(intent.intent_id))
        assert (row._details.done.isHidden(), row._details.again.isHidden(), row._details.drop.isHidden()) == (False, not shown, False)


async def test_it_opens_at_an_entry(desk: Desk) -> None:
    one = desk.samples.approve(IntentState.DONE, outcome="sent", request_id="r-1")
    await desk.open()
    desk.presenter.open_with(intent_id=str(one.intent_id))
    await settled()
    assert "r-1" in desk.words(desk.row(one.intent_id))
    assert desk.presenter.commands() == ()
    assert a_context(desk.rig, desk.frame).server.training is False
