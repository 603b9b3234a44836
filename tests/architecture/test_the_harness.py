"""Owns the proof that the test harness itself sees what it promises to see."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

pytest_plugins = ["pytester"]

CONFTEST = """
from tests.conftest import *
from tests.conftest import AsyncPlugin, home_of_tests
import pytest

def pytest_configure(config):
    config.pluginmanager.register(AsyncPlugin(), "xingtu-async")
    config.addinivalue_line("markers", "loop_gap_limit(ms): limit")
"""


@pytest.fixture
def harness(pytester: pytest.Pytester, pytestconfig: pytest.Config) -> pytest.Pytester:
    """A project of its own that uses this project's conftest."""
    pytester.makepyprojecttoml(
        f'[tool.pytest.ini_options]\nqt_api = "pyside6"\nfilterwarnings = ["error"]\npythonpath = ["{pytestconfig.rootpath.as_posix()}"]\n'
        'qt_log_level_fail = "WARNING"\n'
    )
    pytester.makeconftest(CONFTEST)
    return pytester


# Each case is one test file with one fault, and words of the message that must come.
FAULTS = {
    "a pending task": (
        """
        import asyncio
        async def test_it():
            global task
            task = asyncio.ensure_future(asyncio.sleep(60))
        """,
        "still pending",
    ),
    "a pending task on the Qt loop": (
        """
        import asyncio
        async def test_it(qtbot):
            global task
            task = asyncio.ensure_future(asyncio.sleep(60))
        """,
        "still pending",
    ),
    "an error nobody fetched": (
        """
        import asyncio
        async def boom():
            raise ValueError("lost")
        async def test_it():
            asyncio.ensure_future(boom())
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        """,
        "ValueError('lost')",
    ),
    "a thread": (
        """
        import threading
        stop = threading.Event()
        def test_it():
            threading.Thread(target=stop.wait, args=(20,), name="left-over", daemon=True).start()
        """,
        "left-over",
    ),
    "a socket": (
        """
        import socket
        def test_it():
            left = socket.socket()
            left.bind(("127.0.0.1", 0))
            del left
        """,
        "ResourceWarning",
    ),
    "a window": (
        """
        from PySide6.QtWidgets import QWidget
        keep = []
        def test_it(qapp):
            keep.append(QWidget())
            keep[0].setObjectName("lost")
        """,
        "window QWidget 'lost'",
    ),
    "a warning": (
        """
        import warnings
        def test_it():
            warnings.warn("old")
        """,
        "UserWarning: old",
    ),
    "a warning of Qt": (
        """
        from PySide6.QtCore import qWarning
        def test_it(qapp):
            qWarning("bad style sheet")
        """,
        "bad style sheet",
    ),
    "a connection to the outside": (
        """
        import socket
        def test_it():
            with socket.socket() as outside:
                outside.connect(("192.0.2.1", 80))
        """,
        "tests may only talk to this machine",
    ),
    "a name from outside": (
        """
        import socket
        def test_it():
            socket.getaddrinfo("example.com", 80)
        """,
        "may not look up",
    ),
    "a UI thread that stands still": (
        """
        import asyncio, time, pytest
        @pytest.mark.loop_gap_limit(100)
        async def test_it(qtbot, loop_gaps):
            await asyncio.sleep(0.05)
            time.sleep(0.4)
            await asyncio.sleep(0.05)
        """,
        "stood still for",
    ),
}


def test_every_fault_left_by_a_test_fails_that_test(harness: pytest.Pytester) -> None:
    # One run for all, since a start of pytest with Qt takes seconds; each fault is a file of its own.
    names = {f"test_{number}": fault for number, fault in enumerate(FAULTS)}
    harness.makepyfile(**{name: FAULTS[fault][0] for name, fault in names.items()})

    result = harness.runpytest_subprocess("-p", "no:randomly", "-q", "--junitxml=report.xml")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    said: dict[str, str] = {}
    for case in ElementTree.parse(harness.path / "report.xml").iter("testcase"):
        fault = names[str(case.get("classname"))]
        faults = [child for child in case if child.tag in ("failure", "error")]
        said[fault] = said.get(fault, "") + "".join(f"{child.get('message')}\n{child.text}" for child in faults)
    unseen = {fault: said.get(fault, "") for fault, (_, message) in FAULTS.items() if message not in said.get(fault, "")}
    assert not unseen


def test_clean_tests_pass_on_both_loops(harness: pytest.Pytester) -> None:
    harness.makepyfile(
        """
        import asyncio
        import pytest
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QPushButton

        @pytest.fixture
        async def number():
            await asyncio.sleep(0)
            yield 7
            await asyncio.sleep(0)

        @pytest.fixture
        async def plain():
            await asyncio.sleep(0)
            return 8

        async def test_fresh_loop(number, plain):
            assert "QEventLoop" not in type(asyncio.get_running_loop()).__name__
            assert (number, plain) == (7, 8)

        @pytest.mark.parametrize("turn", range(5))
        async def test_qt_loop(qtbot, number, turn, loop_gaps):
            assert "Q" in type(asyncio.get_running_loop()).__name__
            button = QPushButton("go")
            qtbot.addWidget(button)
            button.show()
            pressed = asyncio.get_running_loop().create_future()
            button.clicked.connect(lambda: pressed.set_result(number))
            QTimer.singleShot(1, button.click)
            assert await asyncio.wait_for(pressed, 5) == 7

        def test_plain_qt(qtbot):
            button = QPushButton("go")
            qtbot.addWidget(button)
            with qtbot.waitSignal(button.clicked, timeout=2000):
                QTimer.singleShot(1, button.click)

        def test_run_from_plain_function(aio):
            async def answer():
                return 3
            assert aio.run(answer()) == 3
        """
    )

    harness.runpytest_subprocess("-q").assert_outcomes(passed=8)
