"""Owns the check that a test leaves nothing behind: no thread, no open file or socket, no window."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

#: How long a thread that was told to end may take; joined threads are gone at once, so only a leak ever waits this long.
_GRACE_S = 3.0
#: A collection that takes longer has looked at much that stays for good, such as a library that was loaded in the test.
_DEAR_S = 0.02


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test that leaves a thread or a window; open files and sockets fail it through ResourceWarning at the collection."""
    uses_qt = "qapp" in request.fixturenames
    if uses_qt:
        # Closing a test's last window must not stop the loop under the next test.
        request.getfixturevalue("qapp").setQuitOnLastWindowClosed(False)
    windows_before = _windows() if uses_qt else []
    threads_before = set(threading.enumerate())
    yield
    began = time.perf_counter()
    gc.collect()
    if time.perf_counter() - began > _DEAR_S:
        # A leak in it has been told by now; the collections after the next thousand tests need not look at it again.
        gc.freeze()
    faults = [f"thread {thread.name!r} still runs: shut its executor or join it" for thread in _threads_since(threads_before)]
    if uses_qt:
        faults += [
            f"window {_describe(window)} is still open: qtbot.addWidget(it) or close it" for window in _windows_since(windows_before)
        ]
    if faults:
        pytest.fail("The test left something behind:\n  " + "\n  ".join(faults))


def _threads_since(before: set[threading.Thread]) -> list[threading.Thread]:
    deadline = time.monotonic() + _GRACE_S
    while left := [thread for thread in threading.enumerate() if thread not in before and _is_ours(thread)]:
        if time.monotonic() > deadline:
            return left
        left[0].join(0.05)
    return []


def _is_ours(thread: threading.Thread) -> bool:
    # Qt's own pool threads show up as dummies once Python ran on them; they live as long as the process. pytest-timeout's watchdog
    # is the thread that watches us.
    return not isinstance(thread, threading._DummyThread) and not thread.name.startswith("pytest_timeout")


def _windows() -> list[Any]:
    from PySide6.QtWidgets import QApplication

    return list(QApplication.topLevelWidgets())


def _windows_since(before: list[Any]) -> list[Any]:
    from PySide6.QtCore import QCoreApplication, QEvent
    from shiboken6 import isValid

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    known = {id(window) for window in before}
    # A tool tip's label belongs to QApplication; a window with a parent goes when the parent goes.
    return [
        window
        for window in _windows()
        if isValid(window) and id(window) not in known and window.parent() is None and window.metaObject().className() != "QTipLabel"
    ]


def _describe(window: Any) -> str:
    return f"{window.metaObject().className()} {window.objectName() or window.windowTitle() or 'without a name'!r}"


def freeze_what_is_loaded() -> None:
    """Take everything that exists out of the collector's sight, so that a collection after each test costs little."""
    gc.collect()
    gc.freeze()
    sys.stdout.flush()
