"""Promises of the briefs view: what is typed is on disk before it says so, findings are reached by key, everything can be taken back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from tests.support.brief_room import BriefRoom, full_brief, several, write
from xingtu_desktop.core.errors import DiskFull
from xingtu_desktop.domain.brief import Brief
from xingtu_desktop.domain.ids import BriefId
from xingtu_desktop.services.briefs import OpenBrief
from xingtu_desktop.ui.briefs.briefs_presenter import BriefsPresenter
from xingtu_desktop.ui.briefs.fields import LinesEdit, put_text, utf16
from xingtu_desktop.ui.briefs.sheets import CompareSheet, EvidenceSheet
from xingtu_desktop.ui.dialogs.ask import Veil
from xingtu_desktop.ui.i18n import translations
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.inputs import CounterLineEdit


@pytest.fixture
async def room(qtbot: QtBot, tmp_path: Path) -> AsyncIterator[BriefRoom]:
    current_theme().set_motion(False)
    translations().set_language("zh_CN")
    made = await BriefRoom.open(tmp_path)
    yield made
    await made.close()


@pytest.fixture
async def presenter(room: BriefRoom, qtbot: QtBot) -> AsyncIterator[BriefsPresenter]:
    made = BriefsPresenter(room.context, briefs=room.briefs, shortlists=room.shortlists, ordering=room.ordering)
    made.view.resize(1200, 760)
    made.view.show()
    yield made
    # Not qtbot.addWidget: it would take the view away before the presenter has saved into it.
    await made.close()
    made.view.deleteLater()


async def until(done: Callable[[], object]) -> None:
    """Wait for a condition; the loop turns meanwhile."""
    for _ in range(400):
        if done():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen within 4 s")


async def opened(presenter: BriefsPresenter) -> BriefsPresenter:
    presenter.start()
    await until(lambda: presenter.view.history.isVisible() and presenter.view.margin._review is not None)
    return presenter


def type_in(qtbot: QtBot, field: QLineEdit, text: str) -> None:
    """Type at the end of a line; what an input method commits arrives as a whole."""
    field.end(False)
    if text.isascii():
        qtbot.keyClicks(field, text)
    else:
        field.insert(text)


async def on_disk(room: BriefRoom, brief_id: str = "b1") -> Brief:
    return (await room.briefs.open(BriefId(brief_id))).brief


async def test_without_a_brief_the_view_offers_to_write_one(room: BriefRoom, presenter: BriefsPresenter) -> None:
    presenter.start()
    await until(lambda: presenter.view.states.state() == "empty")
    presenter.view.states.empty.acted.emit()
    await until(lambda: presenter.view.states.state() == "content")
    assert len(await room.briefs.all()) == 1
    assert presenter.view.form.fields["title"].problem() == ""


async def test_typing_is_saved_on_the_pause_and_only_then_said_to_be(room: BriefRoom, presenter: BriefsPresenter, qtbot: QtBot) -> None:
    await write(room, full_brief())
    await opened(presenter)
    edit = presenter.view.form.texts["other_demand"].editor
    edit.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(edit, "abc")
    assert presenter.view.saved_words() == "正在存…"
    await until(lambda: presenter.view.saved_words().startswith("已存本机 12:00"))
    assert (await on_disk(room)).other_demand.endswith("一致。abc")


async def test_closing_the_window_loses_no_keystroke(room: BriefRoom, qtbot: QtBot) -> None:
    await write(room, full_brief())
    presenter = BriefsPresenter(room.context, briefs=room.briefs, shortlists=room.shortlists, ordering=room.ordering)
    presenter.view.show()
    await opened(presenter)
    type_in(qtbot, presenter.view.form.lines["brand_name"], "Q")
    await presenter.close()
    presenter.view.deleteLater()
    assert (await on_disk(room)).brand_name == "花漾Q"


async def test_changing_to_another_brief_saves_the_first(room: BriefRoom, presenter: BriefsPresenter, qtbot: QtBot) -> None:
    await several(room)
    await opened(presenter)
    type_in(qtbot, presenter.view.form.lines["contact_name"], "X")
    presenter.view.list.move_current(1)
    await until(lambda: presenter.view.editor.title.full_text() == "未命名需求")
    assert (await on_disk(room)).contact_name == "林澜X"


async def test_a_save_that_fails_says_so_and_is_tried_again(
    room: BriefRoom, presenter: BriefsPresenter, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(room, full_brief())
    await opened(presenter)
    save, failures = room.briefs.save, [DiskFull("full")]

    async def failing(brief: Brief, revision: int, *, name: str | None = None) -> OpenBrief:
        if failures:
            raise failures.pop()
        return await save(brief, revision, name=name)

    monkeypatch.setattr(room.briefs, "save", failing)
    type_in(qtbot, presenter.view.form.lines["brand_name"], "Z")
    await until(lambda: "还没存上" in presenter.view.saved_words())
    assert isinstance(room.frame.errors[0], DiskFull)
    await presenter._flush()
    await until(lambda: presenter.view.saved_words().startswith("已存本机"))
    assert (await on_disk(room)).brand_name == "花漾Z"


async def test_another_windows_save_is_kept_in_the_history(room: BriefRoom, presenter: BriefsPresenter, qtbot: QtBot) -> None:
    brief = full_brief()
    await write(room, brief)
    await opened(presenter)
    room.clock.advance(120)
    await room.files.briefs.save(
        brief.brief_id,
        title="别人",
        document='{"brief_id":"b1","title":"别人","format":1}',
        author="周予",
        at=room.clock.now(),
        expected_revision=1,
    )
    type_in(qtbot, presenter.view.form.lines["brand_name"], "Y")
    await until(lambda: presenter.view.saved_words().startswith("已存本机"))
    assert (await on_disk(room)).brand_name == "花漾Y"
    assert "周予" in [version.author for version in await room.briefs.history(brief.brief_id)]
    assert any("另一个窗口" in text for text, _, _ in room.frame.toasts)


async def test_undo_and_redo_go_through_the_whole_brief(room: BriefRoom, presenter: BriefsPresenter, qtbot: QtBot) -> None:
    await write(room, full_brief())
    await opened(presenter)
    form = presenter.view.form
    type_in(qtbot, form.lines["brand_name"], "AB")
    form.retention.setValue(60)
    qtbot.keyClick(form.lines["brand_name"], Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (form.retention.value(), form.lines["brand_name"].text()) == (30, "花漾AB")
    qtbot.keyClick(form.lines["brand_name"], Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert form.lines["brand_name"].text() == "花漾"
    qtbot.keyClick(form.lines["brand_name"], Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert form.lines["brand_name"].text() == "花漾AB"


async def test_f8_goes_to_the_finding_and_alt_enter_takes_its_rewrite(room: BriefRoom, presenter: BriefsPresenter) -> None:
    await write(room, replace(full_brief(), detail_demand="🌿这支护手霜是天花板，闭眼入"))
    await opened(presenter)
    commands = {command.id: command for command in presenter.commands()}
    assert (commands["briefs.next_finding"].shortcut, commands["briefs.rewrite"].shortcut) == ("F8", "Alt+Return")
    commands["briefs.next_finding"].run()
    editor = presenter.view.form.texts["detail_demand"].editor
    assert editor.textCursor().selectedText() == "天花板"
    commands["briefs.rewrite"].run()
    assert "天花板" not in editor.toPlainText()
    await until(lambda: not presenter.view.margin.cards)
    assert "天花板" not in (await on_disk(room)).detail_demand or presenter.view.saved_words() == "正在存…"


async def test_evidence_turns_a_finding_green_and_can_be_withdrawn(room: BriefRoom, presenter: BriefsPresenter, qtbot: QtBot) -> None:
    await write(room, full_brief())
    await opened(presenter)
    presenter.view.margin.cards[0].evidence_wanted.emit(1)
    sheet = presenter.view.findChild(EvidenceSheet)
    assert isinstance(sheet, EvidenceSheet)
    assert not sheet.attach.isEnabled()
    qtbot.keyClicks(sheet.inputs["reference"], "report.pdf")
    sheet.attach.click()
    await until(lambda: "已答复" in presenter.view.margin.cards[0].accessibleName())
    assert presenter.view.form.texts["detail_demand"].dots()[0].tone == "good"
    presenter.view.margin.cards[0].answer_withdrawn.emit(1)
    await until(lambda: "须改" in presenter.view.margin.cards[0].accessibleName())


async def test_a_reason_exempts_a_finding(room: BriefRoom, presenter: BriefsPresenter, qtbot: QtBot) -> None:
    await write(room, full_brief())
    await opened(presenter)
    presenter.view.margin.cards[0].exemption_wanted.emit(1)
    await until(lambda: presenter.view.findChild(Veil))
    field = presenter.view.findChild(Veil).findChild(CounterLineEdit)
    field.setText("自我比较")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    await until(lambda: "已答复" in presenter.view.margin.cards[0].accessibleName())
    await presenter._flush()
    answer = (await on_disk(room)).evidence[0]
    assert (answer.exempt, answer.reference, answer.text) == (True, "自我比较", "最好")


async def test_an_old_version_is_compared_and_restored_and_that_too_can_be_undone(room: BriefRoom, presenter: BriefsPresenter) -> None:
    brief = full_brief()
    await write(room, brief)
    room.clock.advance(120)
    await room.briefs.save(replace(brief, detail_demand="只拍手背。"), 1)
    await opened(presenter)
    presenter.view.history.compared.emit(1)
    await until(lambda: presenter.view.findChild(CompareSheet))
    presenter.view.findChild(CompareSheet).restore_button.click()
    await until(lambda: presenter.view.form.texts["detail_demand"].text() == brief.detail_demand and room.frame.toasts)
    action = room.frame.toasts[-1][2]
    assert action is not None
    action.run()
    await until(lambda: presenter.view.form.texts["detail_demand"].text() == "只拍手背。")


async def test_a_deleted_brief_leaves_the_list_and_undo_brings_it_back(room: BriefRoom, presenter: BriefsPresenter) -> None:
    await several(room)
    await opened(presenter)
    presenter.view.archive_pressed.emit()
    await until(lambda: presenter.view.model.rowCount() == 6 and room.frame.toasts)
    action = room.frame.toasts[-1][2]
    assert action is not None
    action.run()
    await until(lambda: presenter.view.model.rowCount() == 7)


async def test_the_window_is_chosen_with_one_click_in_beijing_time(room: BriefRoom, presenter: BriefsPresenter) -> None:
    await write(room, replace(full_brief(), publish_from=None, publish_until=None))
    await opened(presenter)
    schedule = presenter.view.form.schedule
    assert not schedule.start_field.isVisible()
    schedule._choose.click()
    assert schedule.start_field.isVisible()
    assert schedule.end.instant() - schedule.start.instant() == timedelta(days=7)
    await presenter._flush()
    assert (await on_disk(room)).publish_from == schedule.start.instant()


async def test_a_switch_of_language_keeps_what_was_typed(room: BriefRoom, presenter: BriefsPresenter, qtbot: QtBot) -> None:
    await write(room, full_brief())
    await opened(presenter)
    type_in(qtbot, presenter.view.form.lines["brand_name"], "中")
    translations().set_language("en")
    await until(lambda: presenter.view.new_button.text() == "New")
    assert presenter.view.form.lines["brand_name"].text() == "花漾中"
    await until(lambda: presenter.view.saved_words().startswith("Saved locally"))
    assert (await on_disk(room)).brand_name == "花漾中"
    translations().set_language("zh_CN")
    await until(lambda: presenter.view.new_button.text() == "新建")


async def test_open_with_a_brief_shows_it(room: BriefRoom, presenter: BriefsPresenter) -> None:
    await several(room)
    await opened(presenter)
    presenter.open_with(brief_id="o4")
    await until(lambda: presenter.view.editor.title.full_text().startswith("头皮精华"))
    assert presenter.view.list.current_id() == "o4"


async def test_the_list_model_keeps_qts_rules(room: BriefRoom, presenter: BriefsPresenter) -> None:
    tester = QAbstractItemModelTester(presenter.view.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    await several(room)
    await opened(presenter)
    assert presenter.view.model.rowCount() == 7
    del tester


def test_text_is_put_without_moving_the_caret(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QPlainTextEdit

    edit = QPlainTextEdit("🌿一二三四")
    qtbot.addWidget(edit)
    cursor = edit.textCursor()
    cursor.setPosition(3)
    edit.setTextCursor(cursor)
    put_text(edit, "🌿一二三五六")
    assert edit.toPlainText() == "🌿一二三五六"
    assert edit.textCursor().position() == 3
    assert utf16("🌿一", 1) == 2


def test_lines_open_with_enter_and_close_with_backspace(qtbot: QtBot) -> None:
    lines = LinesEdit()
    qtbot.addWidget(lines)
    lines.set_lines(["一", "二"])
    heard: list[object] = []
    lines.edited.connect(heard.append)
    qtbot.keyClick(lines.inputs()[0], Qt.Key.Key_Return)
    assert len(lines.inputs()) == 3
    qtbot.keyClicks(lines.inputs()[1], "x")
    assert heard[-1] == ("一", "x", "二")
    qtbot.keyClick(lines.inputs()[1], Qt.Key.Key_Backspace)
    qtbot.keyClick(lines.inputs()[1], Qt.Key.Key_Backspace)
    assert lines.lines() == ("一", "二")
    assert len(lines.inputs()) == 2
