"""Owns the proof that the checks of forbidden calls see what they forbid: each is shown a planted offence."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.architecture import test_contracts, test_forbidden_calls

OFFENCES = [
    (test_forbidden_calls, "test_no_dialog_blocks", "dialog.exec()"),
    (test_forbidden_calls, "test_no_dialog_blocks", "QtWidgets.QMessageBox.question(self, 'a', 'b')"),
    (test_forbidden_calls, "test_no_second_event_loop_and_no_qthread", "from PySide6.QtCore import QThread"),
    (test_forbidden_calls, "test_no_async_slot", "from qasync import asyncSlot"),
    (test_forbidden_calls, "test_no_async_slot", "@qasync.asyncSlot()\ndef f(self): ..."),
    (test_forbidden_calls, "test_no_task_is_started_and_dropped", "async def f():\n    asyncio.create_task(g())"),
    (test_forbidden_calls, "test_nothing_sleeps_in_a_thread", "time.sleep(1)"),
    (test_forbidden_calls, "test_no_broad_except_swallows_an_error", "try:\n    f()\nexcept Exception:\n    pass"),
    (
        test_forbidden_calls,
        "test_no_broad_except_swallows_an_error",
        "try:\n    f()\nexcept (ValueError, BaseException) as error:\n    x = 1",
    ),
    (test_forbidden_calls, "test_no_broad_except_swallows_an_error", "with contextlib.suppress(Exception):\n    f()"),
    (test_contracts, "test_no_gpl_module_of_qt_is_imported", "from PySide6 import QtCharts"),
    (test_contracts, "test_no_gpl_module_of_qt_is_imported", "from PySide6.QtNetworkAuth import QOAuth2AuthorizationCodeFlow"),
    (test_contracts, "test_qml_and_plugins_name_no_gpl_module", "importlib.import_module('PySide6.QtGraphs')"),
]
INNOCENT = [
    ("test_no_task_is_started_and_dropped", "async def f():\n    kept = asyncio.create_task(g())\n    await kept"),
    ("test_no_broad_except_swallows_an_error", "try:\n    f()\nexcept Exception:\n    log.exception('f')\n    x = 1"),
    ("test_no_broad_except_swallows_an_error", "try:\n    f()\nexcept Exception as error:\n    sink(error)"),
    ("test_nothing_sleeps_in_a_thread", "async def f():\n    await asyncio.sleep(1)"),
]


def _run(where: ModuleType, check: str, source: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "offence.py"
    file.write_text(source, "utf-8")

    def only_this(*folders: str) -> tuple[Path, ...]:
        return (file,)

    def name(*anything: Any) -> str:
        return "offence.py"

    monkeypatch.setattr(where, "modules", only_this)
    monkeypatch.setattr(where, "place", name)
    monkeypatch.setattr(where, "name", name, raising=False)
    getattr(where, check)()


@pytest.mark.parametrize(("where", "check", "source"), OFFENCES, ids=[f"{check}-{number}" for number, (_, check, _) in enumerate(OFFENCES)])
def test_an_offence_is_seen(where: ModuleType, check: str, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AssertionError, match=r"offence\.py"):
        _run(where, check, source, tmp_path, monkeypatch)


@pytest.mark.parametrize(("check", "source"), INNOCENT)
def test_the_right_way_passes(check: str, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _run(test_forbidden_calls, check, source, tmp_path, monkeypatch)
