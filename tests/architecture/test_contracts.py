"""Owns the proof that imports follow the layers."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys

from tests.architecture.source import ROOT, imports, modules, place, tree

#: GPL only: shipping one of them would put the whole program under the GPL.
GPL_QT = re.compile(
    r"PySide6\.(QtCharts|QtGraphs|QtGraphsWidgets|QtDataVisualization|QtHttpServer|QtNetworkAuth|QtVirtualKeyboard|QtQuick3D|QtQuickTimeline"
    r"|QtTimeline|QtLottie|QtBodymovin|QtStateMachine|QtScxml)\b"
)


def test_imports_follow_the_layers() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-cache", "--no-logo"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", env={**os.environ, "NO_COLOR": "1", "PYTHONUTF8": "1"}
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_gpl_module_of_qt_is_imported() -> None:
    found = [
        f"{place(file, node)} {what}"
        for file in modules("xingtu_desktop", "tests", "packaging")
        for node, what in imports(file)
        if GPL_QT.match(what)
    ]
    assert not found, "GPL-only Qt modules:\n" + "\n".join(found)


def test_qml_and_plugins_name_no_gpl_module() -> None:
    # A module can also be loaded by name.
    found = [
        f"{place(file, node)} {node.value!r}"
        for file in modules("xingtu_desktop")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and GPL_QT.search(node.value)
    ]
    assert not found, "GPL-only Qt modules by name:\n" + "\n".join(found)
