"""Promise of the Creators view to whoever types: the loop never stands still for more than 50 ms, with 10,000 creators or 100,000 rows."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.creators_rig import make_rig
from tests.ui.test_creators_model import window
from tests.ui.test_creators_view import until
from xingtu_desktop.domain.creator_query import Field
from xingtu_desktop.ui.creators.columns import BY_KEY, DEFAULT_KEYS
from xingtu_desktop.ui.creators.creators_model import CreatorDelegate, CreatorTableModel
from xingtu_desktop.ui.creators.filter_groups import RangeGroup
from xingtu_desktop.ui.widgets.table.view import DataTable

LIMIT_MS = 50


@contextmanager
def turns_of_the_loop() -> Iterator[list[float]]:
    """Milliseconds that the UI thread worked between two turns of its loop.

    Its own processor time, not the clock's: other programs on a busy machine stop the loop as well, and say nothing about the view.
    """
    gaps: list[float] = []
    since = time.thread_time()

    def turn() -> None:
        nonlocal since
        now = time.thread_time()
        gaps.append((now - since) * 1000)
        since = now

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(turn)
    timer.start(4)
    try:
        yield gaps
        turn()
    finally:
        timer.stop()
        timer.deleteLater()


async def longest_turn(do: Callable[[], Awaitable[None]], window: QWidget) -> None:
    """Fail if `do` holds the loop up for longer than `LIMIT_MS`, or than drawing the whole `window` twice where the machine is slow.

    Three runs: what the view costs is in all of them, a cold cache in one.
    """
    worst = []
    for _ in range(3):
        gc.collect()
        since = time.thread_time()
        window.grab()
        limit = max(LIMIT_MS, 2 * (time.thread_time() - since) * 1000)
        with turns_of_the_loop() as gaps:
            await do()
        assert len(gaps) > 50
        worst.append((max(gaps), limit))
        if max(gaps) < limit:
            return
    pytest.fail(f"The longest turns of the loop and their limits, milliseconds: {worst}")


async def test_typing_and_sliding_over_ten_thousand_creators_never_stops_the_loop(qtbot: QtBot, tmp_path: Path) -> None:
    rig = await make_rig(tmp_path, 10_000)
    view = rig.presenter.view
    try:
        view.resize(1440, 900)
        view.show()
        rig.presenter.start()
        await until(lambda: view.model.total() == len(rig.creators))
        found = view.filters.groups[Field.FOLLOWERS]
        assert isinstance(found, RangeGroup)
        assert found.range is not None
        # What is drawn for the first time is drawn before: pictures of tags and faces, the first counts.
        view.filters.search.setText("护肤")
        await until(lambda: 0 < view.model.total() < len(rig.creators))
        await asyncio.sleep(0.3)

        async def type_and_slide() -> None:
            view.filters.search.setFocus()
            for letter in "abc de":
                QTest.keyClicks(view.filters.search, letter)
                await asyncio.sleep(0.03)
            view.filters.search.clear()
            for step in range(20):
                found.range.range_changed.emit(10_000.0 * (step + 1), None)
                await asyncio.sleep(0.016)
            await until(lambda: 0 < view.model.total() < len(rig.creators))
            await asyncio.sleep(0.1)

        await longest_turn(type_and_slide, view)
    finally:
        await rig.close()
        view.deleteLater()


async def test_scrolling_a_hundred_thousand_rows_never_stops_the_loop(qtbot: QtBot) -> None:
    pages = {number: window(number) for number in range(1_000)}
    model = CreatorTableModel()
    table = DataTable(checkable=True, padding=6)
    qtbot.addWidget(table)
    table.set_columns([BY_KEY[key].column() for key in DEFAULT_KEYS])
    model.set_columns(table.row_state().columns)
    table.set_delegate(CreatorDelegate(table.row_state(), table))
    table.setModel(model)
    model.set_result(100_000, {0: pages[0]}, datetime(2026, 11, 22, tzinfo=UTC))

    def give(numbers: list[int]) -> None:
        # As the store gives them: later, and read elsewhere.
        for number in numbers:
            asyncio.get_running_loop().call_later(0.01, model.put_page, number, pages[number])

    model.pages_wanted.connect(give)
    table.resize(1000, 800)
    table.show()
    await asyncio.sleep(0.2)
    bar = table.verticalScrollBar()

    async def scroll() -> None:
        for step in range(40):
            bar.setValue(bar.maximum() * step // 39)
            await asyncio.sleep(0.016)
        for _ in range(20):
            bar.setValue(bar.value() - 120)
            await asyncio.sleep(0.016)

    await longest_turn(scroll, table)
    bar.setValue(bar.maximum())
    last = model.rowCount() - 1
    table.set_current_row(last)
    await until(lambda: table.current_key() is not None)
    # The connection would keep the model, and with it a hundred thousand creators, for all the tests that follow.
    model.pages_wanted.disconnect(give)
