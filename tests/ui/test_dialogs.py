"""Promises of the dialogs: they are awaited, the loop goes on, Escape means no, the keyboard comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QRadioButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from xingtu_desktop.ui.dialogs import Choice, Sheet, ask_text, choose, confirm

Answer = TypeVar("Answer")


def asked(question: Callable[[], Coroutine[object, object, Answer]], act: Callable[[], None]) -> Answer:
    """Put the question, act as the operator one turn later, and give the answer."""

    async def both() -> Answer:
        task = asyncio.ensure_future(question())
        await asyncio.sleep(0)
        act()
        return await asyncio.wait_for(task, 5)

    return asyncio.run(both())


def window(qtbot: QtBot) -> tuple[QWidget, QLineEdit]:
    made = QWidget()
    field = QLineEdit()
    QVBoxLayout(made).addWidget(field)
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    made.activateWindow()
    field.setFocus()
    return made, field


def veil(made: QWidget) -> QWidget:
    found = made.findChild(QWidget, "veil")
    assert found is not None
    return found


def button(made: QWidget, text: str) -> QPushButton:
    return next(each for each in veil(made).findChildren(QPushButton) if each.text() == text)


def test_the_confirm_button_says_yes_and_escape_says_no(qtbot: QtBot) -> None:
    made, field = window(qtbot)
    yes = asked(lambda: confirm(made, "付款", "向 3 位达人付款", "最多 ¥48,500"), lambda: button(made, "最多 ¥48,500").click())
    assert yes is True
    no = asked(lambda: confirm(made, "付款", "", "付款"), lambda: qtbot.keyClick(veil(made), Qt.Key.Key_Escape))
    assert no is False
    assert made.focusWidget() is field


def test_a_window_that_closes_answers_no(qtbot: QtBot) -> None:
    made, _ = window(qtbot)
    assert asked(lambda: confirm(made, "付款", "", "付款"), made.close) is False


def test_text_is_given_only_within_its_limit(qtbot: QtBot) -> None:
    made, _ = window(qtbot)

    def act() -> None:
        entry = veil(made).findChild(QLineEdit)
        assert entry is not None
        assert not button(made, "保存").isEnabled()
        entry.setText("太长太长了")
        assert not button(made, "保存").isEnabled()
        entry.setText(" 名单 ")
        button(made, "保存").click()

    assert asked(lambda: ask_text(made, "名单", limit=4, confirm_text="保存"), act) == "名单"


def test_a_choice_that_cannot_be_taken_is_skipped(qtbot: QtBot) -> None:
    made, _ = window(qtbot)

    def act() -> None:
        first, second = veil(made).findChildren(QRadioButton)
        assert not first.isEnabled()
        assert second.isChecked()
        button(made, "确定").click()

    choices = [Choice("expired", "麦浪食品", "已过期", enabled=False), Choice("good", "花漾日化")]
    assert asked(lambda: choose(made, "账户", choices), act) == "good"


def test_a_sheet_closes_by_escape_and_gives_the_keyboard_back(qtbot: QtBot) -> None:
    made, field = window(qtbot)
    sheet = Sheet(made, "批量确认", width=400)
    sheet.open_sheet()
    assert sheet.isVisible()
    with qtbot.waitSignal(sheet.closed):
        qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert made.focusWidget() is field
