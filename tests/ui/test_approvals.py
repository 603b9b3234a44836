"""Promises of Approvals: one key decides what was really on screen, letters never fire in text, a batch holds nothing unseen."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.gaps import watch_event_loop
from tests.ui.approvals_room import CLEAN, FIRST, LOOSE, NAMES, NO_IM, NOW, SECOND, Room
from xingtu_desktop.domain.approval import Grouping
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.domain.intent import ApproveResource, Intent, IntentState, RejectResource
from xingtu_desktop.domain.lifecycle import AdSyncDecision, AuditSource, AuditStatus, OrderStatus
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import AuditFinding
from xingtu_desktop.ui.approvals.approvals_presenter import ApprovalsPresenter
from xingtu_desktop.ui.approvals.queue_model import QueueModel
from xingtu_desktop.ui.i18n import tr, translations
from xingtu_desktop.ui.theme import current_theme


def closes(test: Callable[..., Coroutine[None, None, None]]) -> Callable[..., Coroutine[None, None, None]]:
    """Close the room inside the test: pytest-qt turns Qt's loop once more after it, when asyncio's stands still already."""

    @functools.wraps(test)
    async def run(room: Room, **others: object) -> None:
        await test(room=room, **others)
        await room.close()
        assert not room.frame.errors

    return run


@pytest.fixture
async def room(qtbot: QtBot, tmp_path: Path) -> AsyncIterator[Room]:
    made = await Room.open(tmp_path)
    yield made
    await made.close()


async def until(condition: Callable[[], bool], what: str = "") -> None:
    """Let the loop turn until something is so."""
    for _ in range(600):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"did not come about: {what or condition}")


def press(room: Room, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, text: str = "") -> None:
    """A key as the window gets it."""
    target = QApplication.focusWidget() or room.window
    assert target is not None
    letter = text or (chr(key).lower() if key < 128 else "")
    QApplication.sendEvent(target, QKeyEvent(QEvent.Type.KeyPress, key, modifier, letter))
    QApplication.sendEvent(target, QKeyEvent(QEvent.Type.KeyRelease, key, modifier, letter))


async def opened(room: Room, order_id: OrderId, *, seen: bool = True) -> ApprovalsPresenter:
    """The view with one order's version on screen (and seen)."""
    presenter = room.presenter or room.show()
    await until(lambda: presenter.model.item(order_id) is not None, "the order is in the queue")
    presenter.show_item(order_id)
    presenter.view.focus_queue()
    if seen:
        await until(lambda: (now := presenter.current()) is not None and now.item.order.order_id == order_id and now.item.seen, "seen")
    return presenter


async def intents(room: Room) -> list[Intent]:
    return await room.files.outbox.open_intents()


# ------------------------------------------------------------------ one version


@closes
async def test_a_confirms_what_was_on_screen_and_the_next_is_there_at_once(room: Room) -> None:
    first, second = await room.add(0, CLEAN, hours=46), await room.add(1, CLEAN + "第二句。", hours=45)
    presenter = await opened(room, first)
    await until(lambda: len(presenter.opened) == 2, "the next version is prefetched")
    press(room, Qt.Key.Key_A)
    # No turn of the loop in between: the next version was prefetched and is shown in the same breath.
    assert presenter.view.content._opened is not None
    assert presenter.view.content._opened.item.order.order_id == second
    await until(lambda: bool(room.frame.actions), "saved")
    (intent,) = await intents(room)
    seen = (await room.files.review.seen([intent.payload.resource_id]))[intent.payload.resource_id]  # type: ignore[union-attr]
    assert isinstance(intent.payload, ApproveResource)
    assert intent.payload.order_id == first
    assert intent.payload.decision is AdSyncDecision.ALL_AUDITS_MUST_PASS
    assert intent.expectation.content_hash == seen[0]
    assert intent.expectation.amount == Fen(1_100_000)
    assert intent.expectation.status is OrderStatus.SCRIPT_UPLOADED


@closes
async def test_z_takes_the_newest_decision_back_before_it_leaves(room: Room) -> None:
    first, _ = await room.add(0, CLEAN, hours=46), await room.add(1, CLEAN, hours=45)
    presenter = await opened(room, first)
    press(room, Qt.Key.Key_A)
    await until(lambda: presenter.model.item(first).pending is not None, "shown as decided")  # type: ignore[union-attr]
    press(room, Qt.Key.Key_Z)
    await until(lambda: presenter.model.item(first).pending is None, "waits again")  # type: ignore[union-attr]
    assert not await intents(room)
    await until(lambda: presenter._current == first, "back at the version")


@closes
async def test_what_has_left_is_not_said_to_be_undone(room: Room) -> None:
    first = await room.add(0, CLEAN)
    presenter = await opened(room, first)
    press(room, Qt.Key.Key_A)
    await until(lambda: bool(room.frame.actions))
    (intent,) = await intents(room)
    room.clock.advance(30)
    assert await room.files.outbox.claim(room.clock.now(), account=intent.account, install="here", busy_lanes=frozenset()) is not None
    press(room, Qt.Key.Key_Z)
    refusal = tr("approvals", "It has left already and cannot be undone here")
    await until(lambda: refusal in room.frame.said)
    assert (await room.files.outbox.get(intent.intent_id)).state is IntentState.CLAIMED
    assert presenter.model.items()


@closes
async def test_a_version_that_is_not_here_cannot_be_confirmed(room: Room) -> None:
    order = await room.add(0, CLEAN, here=False)
    presenter = await opened(room, order, seen=False)
    await until(lambda: presenter.current() is not None)
    press(room, Qt.Key.Key_A)
    await asyncio.sleep(0)
    assert room.frame.said == [tr("approvals", "This version is not on this computer yet, so nobody has seen it")]
    assert presenter.view.content._stack.currentWidget() is presenter.view.content.missing
    assert not await intents(room)


@closes
async def test_a_script_counts_as_seen_only_when_all_of_it_was_on_screen(room: Room) -> None:
    long = "\n".join(f"[0:{second:02d}] 第{second}句，手背不起皮了。" for second in range(60))
    order = await room.add(0, long)
    presenter = await opened(room, order, seen=False)
    await until(lambda: presenter.current() is not None and presenter.view.content.script.unread() < 60, "the first page is painted")
    press(room, Qt.Key.Key_A)
    assert not (await intents(room))
    assert "空格" in room.frame.said[-1]
    for _ in range(20):
        press(room, Qt.Key.Key_Space, text=" ")
        await asyncio.sleep(0.02)
    await until(lambda: presenter.current().item.seen)  # type: ignore[union-attr]
    press(room, Qt.Key.Key_A)
    await until(lambda: bool(room.frame.actions))
    assert len(await intents(room)) == 1


@closes
async def test_a_held_key_decides_once(room: Room) -> None:
    for number in range(3):
        await room.add(number, CLEAN + f"用了{number}天。", hours=46 - number)
    presenter = await opened(room, OrderId(0))
    await opened(room, OrderId(1))
    await opened(room, OrderId(0))
    target = QApplication.focusWidget()
    assert target is not None
    for repeat in (False, True, True, True):
        QApplication.sendEvent(target, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "a", repeat))
        await asyncio.sleep(0.05)
    assert len(await intents(room)) == 1
    assert presenter.model.item(OrderId(1)).pending is None  # type: ignore[union-attr]


@closes
async def test_a_newer_version_takes_the_place_of_the_one_on_screen_and_is_unseen(room: Room) -> None:
    order = await room.add(0, FIRST)
    presenter = await opened(room, order)
    await room.add(0, SECOND, before=FIRST)
    presenter.reload()
    await until(lambda: presenter.current() is not None and presenter.current().text == SECOND)  # type: ignore[union-attr]
    await until(lambda: presenter.current().item.seen)  # type: ignore[union-attr]
    press(room, Qt.Key.Key_A)
    await until(lambda: bool(room.frame.actions))
    (intent,) = await intents(room)
    assert intent.expectation.content_hash == presenter.model.item(order).resource.content_hash  # type: ignore[union-attr]


@closes
async def test_the_chosen_way_of_confirming_holds_for_one_version_only(room: Room) -> None:
    first, second = await room.add(0, CLEAN, hours=46), await room.add(1, CLEAN + "二。", hours=45)
    presenter = await opened(room, first)
    presenter.view.context.decision._choose(AdSyncDecision.GIVE_UP_ADS)
    press(room, Qt.Key.Key_A)
    await until(lambda: bool(room.frame.actions))
    await opened(room, second)
    press(room, Qt.Key.Key_A)
    await until(lambda: len(room.frame.actions) == 2)
    payloads = {intent.payload.order_id: intent.payload for intent in await intents(room)}  # type: ignore[union-attr]
    assert payloads[first].decision is AdSyncDecision.GIVE_UP_ADS  # type: ignore[union-attr]
    assert payloads[second].decision is AdSyncDecision.ALL_AUDITS_MUST_PASS  # type: ignore[union-attr]


@closes
async def test_a_paint_of_one_version_never_counts_for_the_next(room: Room) -> None:
    long = "\n".join(f"[0:{second:02d}] 第{second}句，手背不起皮了。" for second in range(60))
    first, second = await room.add(0, CLEAN, hours=46), await room.add(1, long, hours=45)
    await room.add(2, CLEAN + "三。", hours=44)
    presenter = await opened(room, OrderId(2))
    await until(lambda: len(presenter.opened) >= 2)
    presenter.show_item(first)
    await until(lambda: presenter.current() is not None)
    # Painted, and gone before the loop turned: what was told late must not be taken for the version now on screen.
    presenter.view.content.script.set_version(None, compare=False)
    presenter.view.content.show_version(presenter.current(), compare=False)  # type: ignore[arg-type]
    presenter.view.content.script.viewport().repaint()
    presenter.show_item(second)
    for _ in range(20):
        await asyncio.sleep(0.01)
    assert not presenter.model.item(second).seen  # type: ignore[union-attr]


@closes
async def test_a_decision_is_on_the_disk_before_the_view_is_gone(room: Room) -> None:
    presenter = await opened(room, await room.add(0, CLEAN))
    press(room, Qt.Key.Key_A)
    await presenter.close()
    assert len(await intents(room)) == 1


# ------------------------------------------------------------------ rejecting


@closes
async def test_a_newer_version_closes_the_box_and_keeps_the_text(room: Room) -> None:
    order = await room.add(0, FIRST)
    presenter = await opened(room, order)
    press(room, Qt.Key.Key_R)
    box = presenter.view.content.reject
    box.editor.editor.setPlainText("请整体重写")
    await room.add(0, SECOND, before=FIRST)
    presenter.reload()
    await until(lambda: presenter.current() is not None and presenter.current().text == SECOND)  # type: ignore[union-attr]
    assert box.isHidden()
    assert "新版本" in room.frame.said[-1]
    box.sent.emit("写给旧版本的话")
    await asyncio.sleep(0.05)
    assert not await intents(room)


@closes
async def test_a_rejection_is_pressed_from_findings_and_sent_by_ctrl_enter(room: Room) -> None:
    order = await room.add(0, FIRST)
    presenter = await opened(room, order)
    press(room, Qt.Key.Key_R)
    box = presenter.view.content.reject
    assert not box.isHidden()
    assert presenter.view.bar.button("approve").kind() == "ghost"  # type: ignore[union-attr]
    assert "天花板" in box.editor.text()
    assert 0 < len(box.editor.text()) <= 100
    text = box.editor.text()
    press(room, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: bool(room.frame.actions))
    (intent,) = await intents(room)
    assert isinstance(intent.payload, RejectResource)
    assert intent.payload.feedback == text
    assert box.isHidden()


@closes
async def test_what_was_typed_survives_escape_and_ticks_do_not_overwrite_it(room: Room) -> None:
    presenter = await opened(room, await room.add(0, FIRST))
    press(room, Qt.Key.Key_R)
    box = presenter.view.content.reject
    box.editor.editor.setPlainText("请整体重写")
    next(iter(box._boxes.values())).toggle()
    assert box.editor.text() == "请整体重写"
    press(room, Qt.Key.Key_Escape)
    assert box.isHidden()
    press(room, Qt.Key.Key_R)
    assert box.editor.text() == "请整体重写"


@closes
async def test_a_text_over_100_characters_cannot_be_sent(room: Room) -> None:
    presenter = await opened(room, await room.add(0, FIRST))
    press(room, Qt.Key.Key_R)
    presenter.view.content.reject.editor.editor.setPlainText("改" * 101)
    assert not presenter.view.content.reject.send_button.isEnabled()
    press(room, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await asyncio.sleep(0.05)
    assert not await intents(room)


# ------------------------------------------------------------------ input methods and text fields


@closes
async def test_letters_reach_the_keys_with_an_input_method_on_and_stay_text_in_text(room: Room) -> None:
    order = await room.add(0, FIRST)
    presenter = await opened(room, order)
    listing = presenter.view.queue.list
    assert QApplication.focusWidget() is listing
    assert not listing.testAttribute(NO_IM)
    await opened(room, order)
    assert not listing.testAttribute(NO_IM)
    press(room, Qt.Key.Key_R)
    editor = presenter.view.content.reject.editor.editor
    assert QApplication.focusWidget() is editor
    assert editor.testAttribute(NO_IM)
    editor.setPlainText("")
    for key in "ARZXBJ":
        press(room, Qt.Key(ord(key)))
    QApplication.sendEvent(editor, QInputMethodEvent("qing", []))
    commit = QInputMethodEvent()
    commit.setCommitString("请改")
    QApplication.sendEvent(editor, commit)
    assert editor.toPlainText() == "arzxbj请改"
    assert not await intents(room)
    assert not presenter.batch.active


# ------------------------------------------------------------------ notes, later, to a person


@closes
async def test_a_note_on_a_finding_goes_into_the_rejection_with_its_time(room: Room) -> None:
    presenter = await opened(room, await room.add(0, FIRST))
    press(room, Qt.Key.Key_N)
    assert presenter.view.content.card.number() == 1
    press(room, Qt.Key.Key_M)
    edit = presenter.view.content.script_notes.edit
    assert QApplication.focusWidget() is edit
    edit.setText("换个说法")
    press(room, Qt.Key.Key_Return, text="\r")
    await until(lambda: presenter.current() is not None and len(presenter.current().notes) == 1)  # type: ignore[union-attr, arg-type]
    press(room, Qt.Key.Key_R)
    assert "0:04换个说法" in presenter.view.content.reject.editor.text()
    press(room, Qt.Key.Key_Escape)
    press(room, Qt.Key.Key_Z)
    await until(lambda: not presenter.current().notes)  # type: ignore[union-attr]


@closes
async def test_putting_off_hides_until_its_time_and_z_brings_back(room: Room) -> None:
    first, second = await room.add(0, CLEAN, hours=46), await room.add(1, CLEAN, hours=45)
    presenter = await opened(room, first)
    presenter.sidework._put_off(presenter.current().item, NOW.replace(hour=20))  # type: ignore[union-attr]
    await until(lambda: [item.order.order_id for item in presenter.model.items()] == [second])
    press(room, Qt.Key.Key_Z)
    await until(lambda: len(presenter.model.items()) == 2)


@closes
async def test_f_hands_over_and_takes_back(room: Room) -> None:
    order = await room.add(0, CLEAN)
    presenter = await opened(room, order)
    press(room, Qt.Key.Key_F)
    await until(lambda: presenter.model.item(order).flag is not None)  # type: ignore[union-attr]
    press(room, Qt.Key.Key_F)
    await until(lambda: presenter.model.item(order).flag is None)  # type: ignore[union-attr]


# ------------------------------------------------------------------ batches


@closes
async def test_a_batch_by_rule_takes_the_sound_and_seen_alone(room: Room) -> None:
    running = AuditFinding(AuditSource.AD_MATERIAL, AuditStatus.IN_REVIEW)
    seen = [await room.add(number, CLEAN + f"用了{number}天。", hours=46 - number) for number in range(2)]
    dear = await room.add(2, CLEAN + "贵。", hours=40, task_cost=Fen(2_100_000))
    bad = await room.add(3, FIRST, hours=39)
    open_audit = await room.add(4, CLEAN + "审。", hours=38, findings=(running,))
    unseen = await room.add(5, CLEAN + "没看。", hours=20)
    room.show()
    for order in (*seen, dear, bad, open_audit):
        presenter = await opened(room, order)
    press(room, Qt.Key.Key_B)
    assert presenter.batch.active
    assert presenter.model.ticked() == set(seen)
    assert presenter.view.sheet._sum.text() == "¥22,000"
    press(room, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: bool(room.frame.actions))
    made = await intents(room)
    assert {intent.payload.order_id for intent in made} == set(seen)  # type: ignore[union-attr]
    assert len({intent.batch_id for intent in made}) == 1
    assert unseen not in {intent.payload.order_id for intent in made}  # type: ignore[union-attr]
    press(room, Qt.Key.Key_Z)
    await until(lambda: all(item.pending is None for item in presenter.model.items()))


@closes
async def test_the_unseen_join_a_batch_only_when_said_in_words(room: Room) -> None:
    first, second = await room.add(0, CLEAN, hours=46), await room.add(1, CLEAN + "二。", hours=20)
    presenter = await opened(room, first)
    press(room, Qt.Key.Key_B)
    presenter.batch.tick(second, True)
    assert second not in presenter.model.ticked()
    assert tr("approvals", "Never opened") in room.frame.said[-1]
    box = presenter.view.sheet._unseen
    assert "1" in box.text()
    box.click()
    assert presenter.model.ticked() == {first, second}
    press(room, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: bool(room.frame.actions))
    hashes = {intent.payload.order_id: intent.expectation.content_hash for intent in await intents(room)}  # type: ignore[union-attr]
    assert hashes[first] is not None
    assert hashes[second] is None
    assert not presenter.view.sheet._unseen.isChecked()


@closes
async def test_x_and_shift_j_choose_and_escape_leaves_with_nothing_chosen(room: Room) -> None:
    orders = [await room.add(number, CLEAN + f"用了{number}天。", hours=46 - number) for number in range(3)]
    for order in reversed(orders):
        presenter = await opened(room, order)
    press(room, Qt.Key.Key_X)
    press(room, Qt.Key.Key_J, Qt.KeyboardModifier.ShiftModifier, "J")
    assert presenter.model.ticked() == set(orders[:2])
    press(room, Qt.Key.Key_Escape)
    assert not presenter.batch.active
    assert not presenter.model.ticked()
    assert not await intents(room)


# ------------------------------------------------------------------ the queue and its states


@closes
async def test_nothing_waiting_says_what_comes_and_where_to_go(room: Room) -> None:
    presenter = room.show()
    await until(lambda: presenter.view.content._stack.currentWidget() is presenter.view.content.nothing)
    presenter.view.content.nothing._button.click()
    assert room.frame.went == [("campaigns", {})]
    assert room.frame.badges == {"approvals": 0}


@closes
async def test_offline_a_decision_reads_as_waiting_for_the_network_and_can_be_undone(room: Room) -> None:
    order = await room.add(0, CLEAN)
    presenter = await opened(room, order)
    room.online = False
    press(room, Qt.Key.Key_A)
    await until(lambda: presenter.model.item(order).pending is not None)  # type: ignore[union-attr]
    room.clock.advance(60)
    presenter.reload()
    row = presenter.model.index(presenter.model.row_of(order))
    await until(lambda: tr("approvals", "waiting for the network") in str(row.data()))
    press(room, Qt.Key.Key_Z)
    await until(lambda: presenter.model.item(order).pending is None)  # type: ignore[union-attr]


@closes
async def test_groups_fold_and_unknown_deadlines_are_a_dash(room: Room) -> None:
    await room.add(0, CLEAN, hours=47)
    await room.add(1, CLEAN, hours=2, campaign_id=LOOSE.campaign_id)
    presenter = room.show()
    await until(lambda: len(presenter.model.shown()) == 2)
    assert "—" in str(presenter.model.index(presenter.model.row_of(OrderId(1))).data())
    heading = presenter.model.index(0)
    assert str(heading.data()).startswith(tr("approvals", "Within 2 hours"))
    presenter.model.toggle("two_hours")
    assert [item.order.order_id for item in presenter.model.shown()] == [OrderId(1)]
    presenter._on_grouping(Grouping.CAMPAIGN)
    assert str(presenter.model.index(0).data()).startswith("年货节")


@closes
async def test_the_model_keeps_qts_rules_through_every_change(room: Room) -> None:
    await room.fill()
    items = await room.service.queue()
    model = QueueModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_items(items, now=NOW, real_now=NOW, online=True)
    model.set_grouping(Grouping.CREATOR)
    model.set_items(items[3:], now=NOW, real_now=NOW, online=False)
    model.toggle(NAMES[1])
    model.set_ticked([items[5].order.order_id])
    model.set_items([], now=NOW, real_now=NOW, online=True)
    assert isinstance(tester.model(), QAbstractItemModel)
    assert model.rowCount() == 0


@closes
async def test_place_and_choice_survive_a_refresh(room: Room) -> None:
    for number in range(30):
        await room.add(number, CLEAN + f"用了{number}天。", hours=46 - number)
    presenter = await opened(room, OrderId(20))
    bar = presenter.view.queue.list.verticalScrollBar()
    place = bar.value()
    assert place > 0
    await room.add(31, CLEAN, hours=1)
    presenter.reload()
    await until(lambda: presenter.model.item(OrderId(31)) is not None)
    assert presenter._current == OrderId(20)
    assert bar.value() == place


@closes
async def test_every_word_changes_with_the_language(room: Room) -> None:
    presenter = await opened(room, await room.add(0, SECOND, before=FIRST))
    try:
        translations().set_language("en")
        await until(lambda: "Approve" in presenter.view.bar.button("approve").text())  # type: ignore[union-attr]
        assert presenter.view.queue._title.text() == "Approvals"
        assert presenter.view.context._brief.header._title.text() == "Brief"
    finally:
        translations().set_language("zh_CN")


@closes
async def test_walking_down_a_day_never_stops_the_window(room: Room) -> None:
    for number in range(60):
        await room.add(number, CLEAN + f"用了{number}天。", hours=46 - number / 2)
    presenter = await opened(room, OrderId(0))
    press(room, Qt.Key.Key_J)
    await until(lambda: presenter.model.item(OrderId(1)).seen)  # type: ignore[union-attr]
    # Generous, because other work shares the processors of a build machine; a queue read or a lint on this thread takes longer.
    with watch_event_loop(200):
        for _ in range(24):
            press(room, Qt.Key.Key_J)
            await asyncio.sleep(0.02)
    assert presenter._current == OrderId(25)


@closes
async def test_a_narrow_window_shows_queue_or_context_and_i_turns_them(room: Room) -> None:
    presenter = await opened(room, await room.add(0, CLEAN))
    view = presenter.view
    assert view.queue.isVisible()
    assert view.context.isVisible()
    try:
        current_theme().set_scale(2.0)
        room.window.resize(1441, 900)  # type: ignore[union-attr]
        await until(lambda: not view.context.isVisible() and view.content.isVisible())
        turned = set()
        for _ in range(3):
            press(room, Qt.Key.Key_I)
            await asyncio.sleep(0.02)
            turned |= {name for name in ("queue", "content", "context") if getattr(view, name).isVisible()}
        assert turned == {"queue", "content", "context"}
    finally:
        current_theme().set_scale(1.0)
    room.window.resize(1440, 900)  # type: ignore[union-attr]
    await until(lambda: view.queue.isVisible() and view.context.isVisible() and view.content.isVisible())
