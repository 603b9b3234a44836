"""Starts the program and ends it: one instance a data folder, sign-in or straight in, and a shutdown in the right order."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtWidgets import QApplication

from xingtu_desktop.app import loop
from xingtu_desktop.app.keys import Keys
from xingtu_desktop.app.program import Entry, Program, log_folder
from xingtu_desktop.app.training import Invitation, TrainingServer
from xingtu_desktop.core import log as logs
from xingtu_desktop.core import memory
from xingtu_desktop.core.config import AppConfig, ServerConfig
from xingtu_desktop.core.errors import KnownError
from xingtu_desktop.core.log import Redactor
from xingtu_desktop.system.paths import DataFolders
from xingtu_desktop.system.secrets import MemorySecrets
from xingtu_desktop.system.single_instance import SingleInstance

log = logging.getLogger(__name__)


def main(data: Path | None, *, theme: str | None, language: str | None) -> int:
    """Open the program on the official platform; 0 after a clean end, also when another window was shown instead."""
    folders = DataFolders.at(data)
    return begin(Start(folders, AppConfig(server=ServerConfig()), Keys(folders.vault), None, theme, language))


def demo(
    data: Path | None,
    *,
    creators: int,
    seed: int,
    speed: float,
    theme: str | None,
    language: str | None,
    server_line: Path | None = None,
) -> int:
    """Open the program on a training server of its own; without `data` everything is gone at the end.

    `server_line` is a file to write the server's address to, for whoever looks at its ledger from outside.
    """
    server = TrainingServer.start(creators=creators, seed=seed, speed=speed)
    if server_line is not None:
        server_line.write_text(json.dumps({"url": server.invitation.url, "star_id": server.invitation.star_id}), encoding="utf-8")
    folders = DataFolders.at(Path(tempfile.mkdtemp(prefix="xingtu-demo-")) if data is None else data)
    try:
        config = AppConfig(server=server.invitation.server())
        keys = Keys(folders.vault, chosen=MemorySecrets())
        return begin(Start(folders, config, keys, server.invitation, theme, language))
    finally:
        server.stop()
        if data is None:
            shutil.rmtree(folders.root, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Start:
    """What one start of the program was asked for."""

    folders: DataFolders
    config: AppConfig
    keys: Keys
    training: Invitation | None
    """The training server to enter by the first page; None goes straight into the account that was open last."""
    theme: str | None
    language: str | None
    opened: Callable[[Program], None] | None = None
    """Told whenever an account's window stands."""


def begin(start: Start) -> int:
    """Run the program once on its data folder; 0 after a clean end, also when another window was shown instead."""
    instance = SingleInstance(start.folders.root)
    if not instance.claim():
        shown = instance.ask_to_show()
        said = "Xingtu Desktop is already open on this data folder." if shown else "Another program holds the data folder."
        sys.stderr.write(f"{said}\n")
        return 0 if shown else 1
    redactor = Redactor()
    handler = logs.set_up(log_folder(start.folders), redactor)
    try:
        return loop.run(lambda app: _run(app, start, redactor, instance))
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


async def _run(app: QApplication, start: Start, redactor: Redactor, instance: SingleInstance) -> int:
    ended, again = asyncio.Event(), asyncio.Event()
    program = Program(app, config=start.config, folders=start.folders, keys=start.keys, redactor=redactor, leave=again.set)
    if start.theme is not None:
        program.profile = replace(program.profile, theme=start.theme)
    if start.language is not None:
        program.profile = replace(program.profile, language=start.language)
    program.dress()
    await instance.listen(program.show)
    collecting = asyncio.create_task(memory.collect_on_this_thread(), name="collecting")
    try:
        await start.keys.look()
        await program.follow_clock()
        problem: KnownError | None = None
        opened = False
        if start.training is None:
            opened, problem = await straight_in(program, ended.set)
        memory.end_start()
        while not ended.is_set():
            if not opened:
                # The first page is not part of a start that goes straight in.
                from xingtu_desktop.app.gate import Gate

                gate = Gate(program, on_close=ended.set, training=start.training, problem=problem)
                if not await gate.pass_through():
                    break
            if start.opened is not None:
                start.opened(program)
            again.clear()
            await _first(ended, again)
            await program.leave()
            if not ended.is_set():
                memory.end_use()
            opened, problem = False, None
        return 0
    finally:
        await program.close()
        await instance.close()
        collecting.cancel()
        await asyncio.gather(collecting, return_exceptions=True)


async def straight_in(program: Program, on_close: Callable[[], None]) -> tuple[bool, KnownError | None]:
    """Open the account that was open last, if no person is needed; what kept it from opening is said on the first page."""
    account = next((a for a in program.profile.accounts if a.star_id == program.profile.last_star_id), None)
    app = await program.kept_app()
    if account is None or app is None:
        return False, None
    try:
        await program.enter(Entry(account, app), on_close=on_close)
    except KnownError as error:
        log.warning("the account cannot be opened: %s %s", type(error).__name__, error.detail)
        return False, error
    return True, None


async def _first(*events: asyncio.Event) -> None:
    """Wait until one of the events has come."""
    waiters = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
    for waiter in waiters:
        waiter.cancel()
    await asyncio.gather(*waiters, return_exceptions=True)
