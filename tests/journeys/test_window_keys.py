"""One journey in a real window: the demo under an X server and a window manager, driven by nothing but keys."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

TOOLS = ("Xvfb", "openbox", "xdotool")
LOOK = """
import hashlib
from PySide6.QtGui import QGuiApplication
application = QGuiApplication([])
image = application.primaryScreen().grabWindow(0).toImage()
print(hashlib.sha256(bytes(image.constBits())).hexdigest())
"""
missing = [tool for tool in TOOLS if shutil.which(tool) is None]
pytestmark = pytest.mark.skipif(bool(missing) or not sys.platform.startswith("linux"), reason=f"needs an X server: {', '.join(missing)}")


def _until(condition: Callable[[], Any], what: str, within: float = 30.0) -> Any:
    """The first true answer; another process tells nobody when it has changed, so it is asked again."""
    pause = threading.Event()
    end = time.monotonic() + within
    while time.monotonic() < end:
        if found := condition():
            return found
        pause.wait(0.1)
    raise AssertionError(f"{what} did not come within {within:g} s")


@contextlib.contextmanager
def _process(*command: str, env: dict[str, str], **more: Any) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=env, **more)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def display() -> Iterator[dict[str, str]]:
    """An X server on a free display with a window manager; the environment for its clients."""
    reading, writing = os.pipe()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = ("Xvfb", "-displayfd", str(writing), "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset")
    with _process(*server, env=dict(os.environ), pass_fds=(writing,), **quiet):
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            # The whole line: the server ends when nobody reads its newline.
            ready, _, _ = select.select([told], [], [], 15)
            number = told.readline().decode().strip() if ready else ""
        assert number, "Xvfb did not start"
        env = {name: value for name, value in os.environ.items() if name not in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY")}
        env |= {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb", "PYTHONUTF8": "1"}
        with _process("openbox", env=env, **quiet):
            yield env


class Operator:
    """A person with a keyboard in front of the demo, who can also look into the training server's books."""

    def __init__(self, env: dict[str, str], info: Path) -> None:
        self._env = env
        self._info = info

    def _xdotool(self, *arguments: str) -> str:
        return subprocess.run(
            ("xdotool", *arguments), env=self._env, capture_output=True, text=True, timeout=20, check=False
        ).stdout.strip()

    def window(self, title: str, within: float = 30.0) -> str:
        """The id of the visible window with this in its title, with the keyboard on it."""
        found: str = _until(lambda: self._xdotool("search", "--onlyvisible", "--name", title), f"a window {title!r}", within)
        window = found.splitlines()[-1]
        self._xdotool("windowactivate", "--sync", window)
        return window

    def press(self, *keys: str) -> None:
        self._xdotool("key", "--delay", "40", *keys)

    def close(self, window: str) -> None:
        """Ask the window to close, as its button does."""
        self._xdotool("windowactivate", "--sync", window)
        self.press("alt+F4")

    def until_read(self, record: Path) -> None:
        """Wait until the program has read the account: it has asked the platform, and then asked nothing for two seconds."""
        self.control("record", {"path": str(record)})
        last: tuple[int, float] = (0, time.monotonic())

        def quiet() -> bool:
            nonlocal last
            size = record.stat().st_size if record.exists() else 0
            if size != last[0]:
                last = (size, time.monotonic())
            return size > 0 and time.monotonic() - last[1] > 2

        _until(quiet, "the end of the first sync", within=100)

    def until_still(self) -> None:
        """Wait until two looks at the screen, one after the other, see the same."""
        seen = ""

        def still() -> bool:
            nonlocal seen
            before, seen = (
                seen,
                subprocess.run((sys.executable, "-c", LOOK), env=self._env, capture_output=True, text=True, check=True).stdout,
            )
            return seen == before != ""

        _until(still, "a screen that stands still", within=40)

    def control(self, path: str, body: object = None) -> Any:
        url = json.loads(self._info.read_text(encoding="utf-8"))["url"]
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{url}/sandbox/control/{path}", data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def approvals(self) -> list[dict[str, Any]]:
        """What the client approved since the server started, as the platform knows it."""
        effects: list[dict[str, Any]] = self.control("ledger")["effects"]
        return [row for row in effects if row["action"] == "approve" and row["actor"] == "client"]


@pytest.mark.timeout(150)
def test_by_keys_alone_a_script_is_approved_taken_back_and_approved_again_and_the_platform_hears_of_it_once(
    display: dict[str, str], tmp_path: Path
) -> None:
    info, log = tmp_path / "server.json", tmp_path / "demo.log"
    command = (
        sys.executable, "-m", "xingtu_desktop", "demo", "--data", str(tmp_path / "data"), "--creators", "200", "--speed", "0",
        "--lang", "en", "--sandbox-info", str(info),
    )  # fmt: skip
    with log.open("wb") as said, _process(*command, env=display, stdout=said, stderr=said) as demo:
        person = Operator(display, info)
        person.window("Xingtu Desktop")
        before = {row["effect_id"] for row in person.approvals()}
        person.press("Return")
        person.window("· Xingtu Desktop")
        person.until_read(tmp_path / "exchanges.jsonl")
        person.press("g", "a")
        main = person.window("Approvals · Xingtu Desktop")
        person.press("j", "k")
        person.until_still()
        # Space turns a script's pages, because only what was on screen can be approved; a video is started and stopped again.
        person.press(*["space"] * 6)
        person.until_still()
        person.press("a")
        person.press("z")
        person.until_still()
        person.press("a")

        def approved() -> list[dict[str, Any]]:
            return [row for row in person.approvals() if row["effect_id"] not in before]

        _until(approved, "the approval on the platform", within=40)
        person.control("settle", {})
        assert len(approved()) == 1
        person.close(main)
        assert demo.wait(20) == 0, log.read_text(encoding="utf-8")
