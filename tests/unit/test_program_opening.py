"""What goes on behind the window of an account that is just being opened: its failure is said, and leaving ends it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QApplication

from xingtu_desktop.app import program as program_module
from xingtu_desktop.app import views
from xingtu_desktop.app.keys import Keys
from xingtu_desktop.app.profile import KnownAccount
from xingtu_desktop.app.program import Entry, Program
from xingtu_desktop.core.config import AppConfig
from xingtu_desktop.core.errors import StorageDamaged
from xingtu_desktop.core.log import Redactor
from xingtu_desktop.domain.account import AppCredentials
from xingtu_desktop.system.paths import DataFolders
from xingtu_desktop.system.secrets import MemorySecrets

ENTRY = Entry(KnownAccount(1_700_000_000_000_001, "花漾日化"), AppCredentials(1, "secret"))


class Room:
    """An account whose start a test holds back or lets fail."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.error: Exception | None = None
        self.told: list[str] = []

    def prepare(self) -> None:
        pass

    async def start(self) -> None:
        self.told.append("starting")
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.told.append("start given up")
            raise
        if self.error is not None:
            raise self.error
        self.told.append("started")

    async def close(self) -> None:
        self.told.append("closed")


class Window:
    """What a program asks of the window of an account."""

    def __init__(self, *_: object, **__: object) -> None:
        self.window = SimpleNamespace(close_requested=SimpleNamespace(connect=lambda _: None))
        self.reported: list[BaseException] = []

    def show(self) -> None:
        pass

    def toast(self, *_: object, **__: object) -> None:
        pass

    def report(self, error: BaseException) -> None:
        self.reported.append(error)

    async def close(self) -> None:
        pass


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    made = Room()

    async def opened(**_: object) -> Room:
        return made

    async def wired(*_: object) -> object:
        return SimpleNamespace(presenters={}, outbox=None)

    monkeypatch.setattr(program_module, "AccountRoom", SimpleNamespace(open=opened))
    monkeypatch.setattr(views, "wire", wired)
    monkeypatch.setattr(program_module, "AccountWindow", Window)
    return made


@pytest.fixture
async def program(qapp: QApplication, tmp_path: Path, room: Room) -> AsyncIterator[Program]:
    made = Program(
        qapp,
        config=AppConfig(),
        folders=DataFolders.at(tmp_path),
        keys=Keys(tmp_path / "vault", chosen=MemorySecrets()),
        redactor=Redactor(),
    )
    yield made
    room.gate.set()
    await made.close()


async def opened(program: Program, room: Room) -> Window:
    window = await program.enter(ENTRY, on_close=lambda: None)
    while not room.told:
        await asyncio.sleep(0)
    assert isinstance(window, Window)
    return window


@pytest.mark.parametrize("error", [StorageDamaged("torn", file="cache.db", role="cache", reason="unreadable"), RuntimeError("a defect")])
async def test_what_keeps_an_account_from_starting_is_said_in_its_window(program: Program, room: Room, error: Exception) -> None:
    window = await opened(program, room)
    room.error = error
    room.gate.set()
    for _ in range(10):
        await asyncio.sleep(0)
    assert window.reported == [error]


async def test_leaving_an_account_that_is_still_starting_leaves_nothing_running(program: Program, room: Room) -> None:
    before = asyncio.all_tasks()
    window = await opened(program, room)
    await program.leave()
    assert room.told == ["starting", "start given up", "closed"]
    assert asyncio.all_tasks() == before
    assert window.reported == []
