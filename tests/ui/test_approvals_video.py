"""Promises of video review: seen means a painted frame, steps are whole frames, notes carry their time, a late frame is nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import PySide6.QtMultimedia  # noqa: F401  # loaded before anything is timed, as the program does it in the background
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.approvals_room import CLEAN, Room, clip, sha
from tests.ui.test_approvals import closes, intents, opened, press, until
from xingtu_desktop.domain.ids import OrderId, ResourceId
from xingtu_desktop.domain.lifecycle import AuditStatus, ResourceKind, ResourceStatus
from xingtu_desktop.domain.order import Resource
from xingtu_desktop.ui.approvals.notes_panel import NotesPanel
from xingtu_desktop.ui.approvals.timeline import Marker, Timeline
from xingtu_desktop.ui.approvals.video_stage import VideoStage
from xingtu_desktop.ui.i18n import tr

# A machine without graphics card or loudspeaker says so; a broken video says what is broken in it.
pytestmark = pytest.mark.qt_log_ignore("No RHI backend", "No audio device", "Could not open media")


@pytest.fixture
async def room(qtbot: QtBot, tmp_path: Path) -> AsyncIterator[Room]:
    made = await Room.open(tmp_path)
    yield made
    await made.close()


@closes
async def test_a_video_is_seen_once_its_first_frame_was_painted_and_confirmed_by_the_hash_of_its_bytes(room: Room) -> None:
    data = clip("serum", 3)
    order = await room.add(0, video=data)
    presenter = await opened(room, order, seen=False)
    await until(lambda: presenter.current() is not None)
    assert not presenter.current().item.seen  # type: ignore[union-attr]
    press(room, Qt.Key.Key_A)
    assert room.frame.said == [tr("approvals", "The first frame has not been on screen yet")]
    await until(lambda: presenter.current().item.seen, "the first frame")  # type: ignore[union-attr]
    press(room, Qt.Key.Key_A)
    await until(lambda: bool(room.frame.actions))
    (intent,) = await intents(room)
    assert intent.expectation.content_hash == sha(data)


@closes
async def test_arrows_step_whole_frames_and_m_notes_the_frame_shown(room: Room) -> None:
    order = await room.add(0, video=clip("serum", 1))
    presenter = await opened(room, order)
    stage = presenter.view.content.video.stage
    await until(lambda: stage.duration() > 0)
    assert stage.frame_rate() == 25
    for _ in range(10):
        press(room, Qt.Key.Key_Right)
    press(room, Qt.Key.Key_Left)
    assert int(stage.position() * 25) == 9
    press(room, Qt.Key.Key_M)
    edit = presenter.view.content.video.notes.edit
    edit.setText("瓶身标签被挡住")
    press(room, Qt.Key.Key_Return, text="\r")
    await until(lambda: len(presenter.current().notes) == 1)  # type: ignore[union-attr, arg-type]
    note = presenter.current().notes[0]  # type: ignore[union-attr]
    assert note.start == pytest.approx(9.5 / 25)
    assert note.end is None
    press(room, Qt.Key.Key_R)
    assert presenter.view.content.reject.editor.text() == "0:00瓶身标签被挡住"


@closes
async def test_space_plays_and_stops_and_the_time_runs(room: Room) -> None:
    presenter = await opened(room, await room.add(0, video=clip("serum", 1)))
    stage = presenter.view.content.video.stage
    stage.set_muted(True)
    press(room, Qt.Key.Key_Space, text=" ")
    await until(lambda: stage.position() > 0.2, "it plays")
    press(room, Qt.Key.Key_Space, text=" ")
    await until(lambda: not stage.playing())
    place = stage.position()
    await asyncio.sleep(0.1)
    assert stage.position() == place


@closes
async def test_going_on_before_the_first_frame_leaves_the_video_unseen(room: Room) -> None:
    first = await room.add(0, video=clip("serum", 1), hours=46)
    second = await room.add(1, CLEAN, hours=45)
    await room.add(2, CLEAN + "三。", hours=47)
    presenter = await opened(room, OrderId(2))
    await until(lambda: len(presenter.opened) == 3, "both are prefetched")
    presenter.show_item(first)
    await opened(room, second)
    await asyncio.sleep(0.5)
    items = {item.order.order_id: item for item in await room.service.queue()}
    assert not items[first].seen
    assert items[second].seen


@closes
async def test_bytes_that_no_decoder_takes_are_said_to_be_so_and_stay_unseen(room: Room) -> None:
    order = await room.add(0, video=b"this is no video")
    presenter = await opened(room, order, seen=False)
    content = presenter.view.content
    await until(lambda: content._stack.currentWidget() is content.missing, "the error")
    assert content.missing._title.text() == tr("approvals", "This video cannot be played")
    press(room, Qt.Key.Key_A)
    assert not await intents(room)


async def test_a_frame_of_the_video_before_never_passes_for_the_next(qtbot: QtBot) -> None:
    stage = VideoStage()
    qtbot.addWidget(stage)
    stage.resize(180, 320)
    stage.show()
    shown: list[bool] = []
    stage.first_frame_shown.connect(lambda: shown.append(True))
    stage.load(clip("serum"))
    await until(lambda: len(shown) == 1)
    old, old_frame = stage._playback, stage._frame
    assert old is not None
    assert old_frame is not None
    stage.load(clip("coffee"))
    stage._on_frame(old, old_frame)
    assert not stage.ready()
    await until(lambda: len(shown) == 2)
    stage.clear()
    await asyncio.sleep(0.05)


async def test_changing_videos_quickly_never_stops_the_window(qtbot: QtBot, loop_gaps: object) -> None:
    # A deadlock between decoder and interpreter came at every fourth change; ui/approvals/playback.py tells why.
    stage = VideoStage()
    qtbot.addWidget(stage)
    stage.resize(180, 320)
    stage.show()
    stage.set_muted(True)
    for turn in range(16):
        stage.load(clip(("serum", "coffee", "sneaker", "earbuds")[turn % 4]))
        await until(stage.ready, f"video {turn}")
        stage.toggle()
        await asyncio.sleep(0.03 * (turn % 3))
        stage.step(3)
    stage.clear()
    await asyncio.sleep(0.1)


def test_the_lane_marks_a_range_and_a_press_takes_it_away(qtbot: QtBot) -> None:
    line = Timeline()
    qtbot.addWidget(line)
    line.resize(684, 72)
    line.set_duration(6.0)
    line.set_markers([Marker("n", 1, 5.0, None)])
    sought: list[float] = []
    pressed: list[str] = []
    line.seeked.connect(sought.append)
    line.marker_pressed.connect(pressed.append)

    def mouse(kind: QEvent.Type, seconds: float) -> None:
        place = QPointF(line._x(seconds), line._lane().center().y())
        button = Qt.MouseButton.LeftButton
        QApplication.sendEvent(line, QMouseEvent(kind, place, line.mapToGlobal(place), button, button, Qt.KeyboardModifier.NoModifier))

    mouse(QEvent.Type.MouseButtonPress, 1.0)
    mouse(QEvent.Type.MouseMove, 3.0)
    mouse(QEvent.Type.MouseButtonRelease, 3.0)
    assert line.selected_range() == (pytest.approx(1.0), pytest.approx(3.0))
    assert sought[-1] == pytest.approx(3.0)
    mouse(QEvent.Type.MouseButtonPress, 4.0)
    mouse(QEvent.Type.MouseButtonRelease, 4.0)
    assert line.selected_range() is None
    mouse(QEvent.Type.MouseButtonPress, 5.0)
    assert pressed == ["n"]


def test_an_empty_list_of_notes_says_what_notes_are_for(qtbot: QtBot) -> None:
    panel = NotesPanel()
    qtbot.addWidget(panel)
    now = datetime(2026, 11, 22, 4, tzinfo=UTC)
    version = Resource(ResourceId(1), OrderId(1), ResourceKind.VIDEO, 1, next(iter(ResourceStatus)), next(iter(AuditStatus)), now)
    panel.set_notes([], version, [version], now)
    assert not panel._none.isHidden()
    assert "驳回" in panel._none.text()
