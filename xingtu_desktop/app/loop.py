"""Runs Qt and asyncio on one thread, once a process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop


def application() -> QApplication:
    """The process's QApplication, made on first call with the settings that must precede it."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    QCoreApplication.setOrganizationName("Xingtu Desktop")
    QCoreApplication.setApplicationName("Xingtu Desktop")
    app = QApplication(sys.argv[:1])
    # The last window's closing must not end the loop in the middle of our own shutdown.
    app.setQuitOnLastWindowClosed(False)
    return app


def run(main: Callable[[QApplication], Coroutine[object, object, int]]) -> int:
    """Run `main` to its end on the Qt loop and return its exit code. A second call in one process is not possible (qasync)."""
    app = application()
    with asyncio.Runner(loop_factory=lambda: QEventLoop(app)) as runner:
        return runner.run(main(app))
