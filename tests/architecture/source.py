"""Owns how the architecture tests see the repository: its modules, their syntax trees, its tracked files."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "xingtu_desktop"


@cache
def modules(*folders: str) -> tuple[Path, ...]:
    """Every Python file below these folders of the repository."""
    return tuple(sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py") if "__pycache__" not in file.parts))


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"), str(file))


def name(file: Path) -> str:
    """The path as a reader of a failure wants it."""
    return file.relative_to(ROOT).as_posix()


def place(file: Path, node: ast.AST) -> str:
    return f"{name(file)}:{getattr(node, 'lineno', 1)}"


def imports(file: Path) -> Iterator[tuple[ast.AST, str]]:
    """Every (node, dotted name) that a module imports; `from a import b` gives `a.b`."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def calls(file: Path) -> Iterator[tuple[ast.Call, str]]:
    """Every (call, dotted name of what is called), as far as the name can be read."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func)


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return "?"


@cache
def tracked_files() -> tuple[Path, ...]:
    """What git has of this repository, or every file outside the usual working folders where there is no git."""
    try:
        listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
        found = [ROOT / line for line in listing.split("\0") if line]
    except (OSError, subprocess.CalledProcessError):
        found = [file for file in ROOT.rglob("*") if not {".venv", ".git", "build", "dist", "tour"} & set(file.relative_to(ROOT).parts)]
    return tuple(file for file in found if file.is_file())


def requirement_names(file: Path) -> set[str]:
    """The normalised distribution names at the line starts of a requirement file."""
    return {normal(match) for match in re.findall(r"^([A-Za-z0-9][\w.-]*)", file.read_text("utf-8"), re.MULTILINE)}


def normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()
