"""Owns the guard against a PySide6 that gives references away: 6.12.0 aborts Python 3.11 after some thousand calls."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QObject, QTimer

CALLS = 20_000


@pytest.mark.parametrize(("singleton", "name"), [(None, "None"), (False, "False"), (True, "True")])
def test_calls_into_qt_lose_no_reference(singleton: object, name: str) -> None:
    # Python 3.12 made these objects immortal, so there the count stands still by itself.
    target, timer = QObject(), QTimer()
    before = sys.getrefcount(singleton)

    for _ in range(CALLS):
        target.setObjectName("x")
        target.blockSignals(False)
        timer.setSingleShot(True)
        timer.isActive()
        timer.isSingleShot()

    assert before - sys.getrefcount(singleton) < CALLS / 10, f"{name} lost references: do not ship this PySide6 (see run.in)"
