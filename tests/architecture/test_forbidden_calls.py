"""Owns the proof that nothing blocks the UI thread, swallows an error, or spawns work outside a scope."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import calls, dotted, imports, modules, name, place, tree

STATIC_DIALOGS = {
    "QMessageBox": {"information", "warning", "critical", "question", "about", "aboutQt"},
    "QFileDialog": {"getOpenFileName", "getOpenFileNames", "getSaveFileName", "getExistingDirectory", "getOpenFileUrl", "getSaveFileUrl"},
    "QInputDialog": {"getText", "getInt", "getDouble", "getItem", "getMultiLineText"},
    "QColorDialog": {"getColor"},
    "QFontDialog": {"getFont"},
}
#: Where a thread may sleep, with the reason. Coroutines use asyncio.sleep; waiting threads use an Event with a timeout.
SLEEPS: dict[str, str] = {}


def _fail(found: list[str], why: str) -> None:
    assert not found, f"{why}\n  " + "\n  ".join(found)


def test_no_dialog_blocks() -> None:
    found = [
        f"{place(file, call)} {called}"
        for file in modules("xingtu_desktop")
        for call, called in calls(file)
        if called.split(".")[-1] in ("exec", "exec_")
        or any(called.split(".")[-2:-1] == [dialog] and called.split(".")[-1] in names for dialog, names in STATIC_DIALOGS.items())
    ]
    _fail(found, "These run an event loop inside the event loop and freeze every task; ui/dialogs has awaitable ones:")


def test_no_painter_is_asked_for_its_device() -> None:
    found = [
        f"{place(file, call)} {called}()"
        for file in modules("xingtu_desktop")
        for call, called in calls(file)
        if called.split(".")[-1] in ("device", "paintEngine")
    ]
    _fail(found, "The object that PySide6 returns may be another that lay at that address; ask ui/theme/icons.pixel_ratio:")


def test_no_second_event_loop_and_no_qthread() -> None:
    banned = {"PySide6.QtCore.QThread", "PySide6.QtCore.QEventLoop", "PySide6.QtConcurrent", "PySide6.QtAsyncio"}
    found = [f"{place(file, node)} {what}" for file in modules("xingtu_desktop") for node, what in imports(file) if what in banned]
    _fail(found, "core/tasks.py tells the whole threading story; these are not in it:")


def test_no_async_slot() -> None:
    found = [
        place(file, node)
        for file in modules("xingtu_desktop")
        for node in ast.walk(tree(file))
        if (isinstance(node, ast.Name) and node.id in ("asyncSlot", "asyncClose"))
        or (isinstance(node, ast.Attribute) and node.attr in ("asyncSlot", "asyncClose"))
        or (isinstance(node, ast.ImportFrom) and {alias.name for alias in node.names} & {"asyncSlot", "asyncClose"})
    ]
    _fail(found, "asyncSlot keeps no reference to its task; use a plain slot and TaskScope.spawn:")


def test_no_task_is_started_and_dropped() -> None:
    found = [
        f"{place(file, node)} {dotted(node.value.func)}"
        for file in modules("xingtu_desktop")
        for node in ast.walk(tree(file))
        # A statement of its own: nobody keeps what the call returns.
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and dotted(node.value.func).split(".")[-1] in ("create_task", "ensure_future", "run_coroutine_threadsafe")
    ]
    _fail(found, "A task that nobody holds can vanish while it runs; spawn it in a TaskScope:")


def test_nothing_sleeps_in_a_thread() -> None:
    found = [
        place(file, call)
        for file in modules("xingtu_desktop")
        if name(file) not in SLEEPS
        for call, called in calls(file)
        if called in ("time.sleep", "QTest.qWait", "QTest.qSleep")
    ]
    _fail(found, "Wait for the condition instead (asyncio.sleep in a coroutine, Event.wait in a thread):")


def _broad_handlers(file: Path) -> Iterator[ast.ExceptHandler]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(kind is None or dotted(kind) in ("Exception", "BaseException") for kind in caught):
                yield node


def _reports(handler: ast.ExceptHandler) -> bool:
    for node in ast.walk(ast.Module(body=handler.body, type_ignores=[])):
        if isinstance(node, ast.Raise):
            return True
        if isinstance(node, ast.Name) and node.id == handler.name and isinstance(node.ctx, ast.Load):
            return True
        if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in ("exception", "error", "critical", "warning"):
            return True
    return False


def test_no_broad_except_swallows_an_error() -> None:
    found = [place(file, handler) for file in modules("xingtu_desktop") for handler in _broad_handlers(file) if not _reports(handler)]
    found += [
        f"{place(file, call)} {called}"
        for file in modules("xingtu_desktop")
        for call, called in calls(file)
        if called.split(".")[-1] == "suppress" and any(dotted(kind) in ("Exception", "BaseException") for kind in call.args)
    ]
    _fail(found, "A broad except has to raise, log, or hand its error on:")


@pytest.mark.parametrize("marker", ["TODO", "FIXME", "XXX", "NotImplementedError"])
def test_nothing_is_left_for_later(marker: str) -> None:
    found = [
        f"{name(file)}:{number}"
        for file in modules("xingtu_desktop", "packaging")
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if marker in line
    ]
    _fail(found, f"{marker}: what is not ready is not in the tree:")
