"""How long a start takes: from the process's first moment to the main window with usable rows of creators, and what it holds in memory.

    python -m tests.bench.startup --creators 10000 --json

A training server fills a data folder through the program's own sync once. Then five children, one after another, open that folder by the
code of `run` (lifecycle.begin, straight into the account that was open last) and say when their window stood with rows that can be worked
with. The figures are medians; `parts` are milliseconds since the process was asked for. `floor_ms`, measured in between, is an empty window
of the libraries that a start cannot do without (PySide6, SQLAlchemy, numpy, SQLCipher, qasync): so a slow machine is told from a slow
program.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

RUNS = 5
KEYS = "startup-keys.json"
ASKED = "XINGTU_BENCH_ASKED_AT"
"""Seconds since 1970 at which the parent asked for the child's process."""


class FileSecrets:
    """Secrets in a plain file, for the data of a training server only: children must find what the parent kept."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def _all(self) -> dict[str, str]:
        kept: dict[str, str] = json.loads(self._file.read_text(encoding="utf-8")) if self._file.exists() else {}
        return kept

    async def get(self, name: str) -> str | None:
        return self._all().get(name)

    async def put(self, name: str, value: str) -> None:
        self._file.write_text(json.dumps(self._all() | {name: value}), encoding="utf-8")

    async def delete(self, name: str) -> None:
        self._file.write_text(json.dumps({key: value for key, value in self._all().items() if key != name}), encoding="utf-8")


# ---------------------------------------------------------------------- the parent


async def _fill(root: Path, line: str, creators: int) -> None:
    """Sync the whole catalog into the data folder, as a first evening online does."""
    from xingtu_desktop.app.container import AccountRoom
    from xingtu_desktop.app.profile import KnownAccount, Profile, ProfileFile
    from xingtu_desktop.app.training import Invitation
    from xingtu_desktop.core.clock import SystemClock
    from xingtu_desktop.core.config import AppConfig
    from xingtu_desktop.core.log import Redactor
    from xingtu_desktop.domain.ids import StarId
    from xingtu_desktop.services.creator_search import IndexPhase
    from xingtu_desktop.system.paths import DataFolders

    invitation = Invitation.read(line)
    star_id = json.loads(line)["star_ids"][1]
    folders, secrets, clock = DataFolders.at(root), FileSecrets(root / KEYS), SystemClock()
    await secrets.put(f"app:{invitation.app.app_id}", invitation.app.secret)
    room = await AccountRoom.open(
        config=AppConfig(server=invitation.server()),
        folders=folders,
        secrets=secrets,
        account=StarId(star_id),
        app=invitation.app,
        operator="bench",
        clock=clock,
        platform_clock=clock,
        redactor=Redactor(),
    )
    try:
        await room.services.session.begin(invitation.tokens(clock.now()))
        await room.start()
        async with asyncio.timeout(300):
            await room.sync.engine.sync_now()
            while not (room.services.search.status.phase is IndexPhase.READY and room.services.search.status.done >= creators):
                await asyncio.sleep(0.1)
    finally:
        await room.close()
    profile = Profile(app_id=invitation.app.app_id, window={"view": "creators"}).with_account(KnownAccount(star_id, "bench"))
    ProfileFile(root).save(profile)


_FLOOR = """
import gc, sys, time
gc.disable()
import asyncio, numpy, qasync, sqlalchemy, sqlalchemy.dialects.sqlite, sqlcipher3
from PySide6 import QtNetwork, QtSvg
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView
app = QApplication([])
window = QMainWindow()
window.setCentralWidget(QTableView())
window.show()
QTimer.singleShot(0, lambda: (print((time.time() - float(sys.argv[1])) * 1000), app.quit()))
app.exec()
"""


def _floor() -> float:
    """Milliseconds to an empty window of the given libraries alone."""
    env = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    done = subprocess.run(
        [sys.executable, "-c", _FLOOR, repr(time.time())], env=env, capture_output=True, text=True, timeout=60, check=True
    )
    return float(done.stdout.strip())


def _measure(root: Path, url: str, creators: int) -> dict[str, float]:
    """One start in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.startup", "--child", str(root), "--url", url, "--creators", str(creators)]
    env = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"), "PYTHONUTF8": "1"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env[ASKED] = repr(time.time())
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise SystemExit(f"a start ended with {done.returncode}:\n{done.stderr}")
    told: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def parent(creators: int) -> dict[str, object]:
    """Fill a folder once, start on it RUNS times after one start that nobody counts."""
    with tempfile.TemporaryDirectory(prefix="xingtu-bench-", ignore_cleanup_errors=True) as folder:
        server = subprocess.Popen(
            [sys.executable, "-m", "xingtu_desktop", "sandbox", "--port=0", "--exit-with-parent", f"--creators={creators}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            line = server.stdout.readline() if server.stdout else ""
            root = Path(folder) / "data"
            root.mkdir()
            asyncio.run(_fill(root, line, creators))
            url = str(json.loads(line)["url"])
            _measure(root, url, creators)
            _floor()
            runs, floors = [], []
            for _ in range(RUNS):
                runs.append(_measure(root, url, creators))
                floors.append(_floor())
        finally:
            server.communicate()
    names = [name for name in runs[0] if name not in ("window_ms", "rss_mb")]
    return {
        "creators": creators,
        "window_ms": round(statistics.median(run["window_ms"] for run in runs)),
        "rss_mb": round(statistics.median(run["rss_mb"] for run in runs), 1),
        "floor_ms": round(statistics.median(floors)),
        "to_floor": round(statistics.median(run["window_ms"] for run in runs) / statistics.median(floors), 2),
        "runs": RUNS,
        "slowest_ms": round(max(run["window_ms"] for run in runs)),
        "parts": {name: round(statistics.median(run[name] for run in runs)) for name in names},
    }


# ---------------------------------------------------------------------- the child


def child(root: Path, url: str, creators: int) -> int:
    """Open the folder as `run` does; print the figures once rows are painted, then close the window."""
    asked = float(os.environ[ASKED])
    parts: dict[str, float] = {}

    def mark(name: str) -> None:
        parts[name] = (time.time() - asked) * 1000

    mark("python")
    # As the command line does it.
    from xingtu_desktop.core import memory

    memory.begin_start()
    from xingtu_desktop.app import lifecycle
    from xingtu_desktop.app.keys import Keys
    from xingtu_desktop.app.program import Program
    from xingtu_desktop.core.config import AppConfig, ServerConfig
    from xingtu_desktop.system.paths import DataFolders

    mark("imports")
    server = ServerConfig(api_url=url, authorize_url=f"{url}/openapi/audit/oauth.html", feed_url=f"{url}/sandbox/feed", events_url=None)
    folders = DataFolders.at(root)

    def opened(program: Program) -> None:
        mark("window_shown")
        _when_usable(program, creators, lambda: finish(program))

    def finish(program: Program) -> None:
        mark("window_ms")
        sys.stdout.write(json.dumps({**parts, "rss_mb": _rss_mb()}) + "\n")
        window = program.account_window
        if window is not None:
            window.window.close()

    start = lifecycle.Start(
        folders, AppConfig(server=server), Keys(folders.vault, chosen=FileSecrets(root / KEYS)), None, None, None, opened=opened
    )
    return lifecycle.begin(start)


def _when_usable(program: object, creators: int, done: Callable[[], None]) -> None:
    """Call `done` once the table has painted rows of a catalog that is searchable as a whole."""
    from PySide6.QtCore import QTimer

    from xingtu_desktop.app.program import Program
    from xingtu_desktop.ui.creators.creators_presenter import CreatorsPresenter

    assert isinstance(program, Program)
    account, room = program.account_window, program.room
    assert account is not None
    assert room is not None
    presenter = account.presenter("creators")
    assert isinstance(presenter, CreatorsPresenter)
    view = presenter.view
    timer = QTimer(view)
    timer.setInterval(2)

    def look() -> None:
        model = view.model
        if model.total() >= creators and room.services.search.status.done >= creators and model.creator(0) is not None:
            timer.stop()
            view.table.viewport().repaint()
            done()

    timer.timeout.connect(look)
    timer.start()


def _rss_mb() -> float:
    """Resident memory of this process in MiB, 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    except (OSError, ValueError):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--creators", type=int, default=10_000)
    arguments.add_argument("--json", action="store_true", help="kept for symmetry: the last line is always one JSON object")
    arguments.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    arguments.add_argument("--url", default="", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.child is not None:
        return child(given.child, given.url, given.creators)
    sys.stdout.write(json.dumps(parent(given.creators)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
