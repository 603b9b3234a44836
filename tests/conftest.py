"""Owns what every test stands on: the order of groups, the event loop, leak checks, no network, a home of its own."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

# Before anything imports Qt or keyring: tests have no screen, and never touch the keyring of whoever runs them.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.fonts.warning=false")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

import pytest

from tests.support.aio import AsyncPlugin, aio, qt_loop
from tests.support.leaks import freeze_what_is_loaded, nothing_left_behind
from tests.support.network import loopback_only
from tests.support.sandbox import sandbox, shared_sandbox, start_sandbox

__all__ = ["aio", "loop_gaps", "loopback_only", "nothing_left_behind", "qt_loop", "sandbox", "shared_sandbox", "start_sandbox"]

#: Fast and close to the cause first, so that the first red line is the one to read; a folder not named here runs after `sync`.
GROUPS = ("architecture", "unit", "compliance", "search", "storage", "api", "sandbox", "services", "sync", "", "ui", "crash", "journeys")
#: Files of one long test begin their group: last, they would leave the other processes idle.
LONG = ("tests/journeys/test_tour.py", "tests/journeys/test_window_keys.py")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(AsyncPlugin(), "xingtu-async")
    config.pluginmanager.register(GroupTimes(), "xingtu-group-times")
    config.addinivalue_line("markers", "loop_gap_limit(ms): the longest standstill of the UI thread that `loop_gaps` accepts")


def _group(node_id: str) -> str:
    parts = node_id.split("::")[0].split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "tests" else "other"


def _rank(item: pytest.Item) -> tuple[int, bool]:
    group = _group(item.nodeid)
    return GROUPS.index(group if group in GROUPS else ""), not item.nodeid.startswith(LONG)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # pytest-randomly has shuffled by now; a stable sort keeps its order inside a group.
    items.sort(key=_rank)


def pytest_collection_finish() -> None:
    freeze_what_is_loaded()


class GroupTimes:
    """Adds up how long each folder of tests took and says so at the end."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._tests: defaultdict[str, int] = defaultdict(int)
        self._started = time.monotonic()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        group = _group(report.nodeid)
        self._seconds[group] += report.duration
        self._tests[group] += report.when == "call"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if len(self._tests) < 2:
            return
        terminalreporter.section("time by group", sep="-")
        for group, seconds in self._seconds.items():
            terminalreporter.write_line(f"{group:<14}{self._tests[group]:>6} tests{seconds:>9.1f} s")
        terminalreporter.write_line(f"{'all':<14}{sum(self._tests.values()):>6} tests{time.monotonic() - self._started:>9.1f} s")


@pytest.fixture(scope="session", autouse=True)
def home_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Point every folder that the program may write to at a temporary one."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for kind in ("data", "config", "cache", "state"):
            patch.setenv(f"XDG_{kind.upper()}_HOME", str(home / kind))
        yield home


@pytest.fixture
def loop_gaps(request: pytest.FixtureRequest, aio: object) -> Iterator[object]:
    """Fail the test if the UI thread stands still for over 200 ms; `@pytest.mark.loop_gap_limit(ms)` sets another limit.

    Yields a `tests.support.gaps.LoopGaps`; it ends before the collection behind the test, which is no standstill of ours. The import waits
    until a test asks, since it loads Qt.
    """
    from tests.support.gaps import watch_event_loop

    marker = request.node.get_closest_marker("loop_gap_limit")
    request.getfixturevalue("qapp")
    with watch_event_loop(float(marker.args[0]) if marker else 200.0) as gaps:
        yield gaps
