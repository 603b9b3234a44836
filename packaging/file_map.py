"""Owns the file map of ARCHITECTURE.md, built from the first sentence of every module: `python packaging/file_map.py`."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- file map: begin (python packaging/file_map.py) -->", "<!-- file map: end -->"
#: Folders in the order in which a reader meets them, the highest layer first.
FOLDERS = ("app", "ui", "services", "api", "storage", "search", "compliance", "system", "domain", "core", "sandbox")


def first_sentence(file: Path) -> str:
    """The first sentence of a module's docstring on one line, or an empty text if there is none."""
    try:
        docstring = ast.get_docstring(ast.parse(file.read_text("utf-8")))
    except SyntaxError:
        return ""
    paragraph = " ".join((docstring or "").split("\n\n")[0].split())
    # A stop ends the sentence only before a space: `app.cli` and `3.11` go on.
    found = re.match(r"(.+?[.。!?])(?=\s|$)", paragraph)
    return found.group(1) if found else paragraph


def tracked(package: Path) -> list[Path]:
    """The modules that git knows, so that a clone gives the same map as a working tree with unfinished files; without git, all."""
    listing = subprocess.run(["git", "ls-files", "--", package.name], cwd=ROOT, capture_output=True, text=True, check=False)
    found = [ROOT / line for line in listing.stdout.splitlines() if line.endswith(".py")] if listing.returncode == 0 else []
    return [file for file in found or package.rglob("*.py") if file.is_file()]


def build() -> str:
    """The map between its two markers, one line a module."""
    package = ROOT / "xingtu_desktop"
    files = sorted(tracked(package), key=lambda file: (file.parent.as_posix(), file.name))
    found = {file.relative_to(package).parts[0] for file in files if file.parent != package}
    lines = [BEGIN, "", "**xingtu_desktop/**", ""]
    lines += [f"- `{file.name}`: {first_sentence(file)}" for file in files if file.parent == package]
    for folder in [*(name for name in FOLDERS if name in found), *sorted(found - set(FOLDERS))]:
        modules = [file for file in files if package / folder in file.parents]
        lines += ["", f"**xingtu_desktop/{folder}/** {first_sentence(package / folder / '__init__.py')}", ""]
        for file in modules:
            name = file.relative_to(package / folder).as_posix()
            if name == "__init__.py":
                continue
            lines.append(f"- `{name.replace('__init__.py', '')}`: {first_sentence(file)}")
    return "\n".join([*lines, "", END])


def with_map(document: str) -> str:
    """`document` with its file map replaced by a current one."""
    head, begin, rest = document.partition(BEGIN)
    _, end, foot = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{DOCUMENT.name} lost the markers of its file map:\n{BEGIN}\n{END}")
    return head + build() + foot


def main() -> int:
    DOCUMENT.write_bytes(with_map(DOCUMENT.read_text("utf-8")).encode())
    print(f"wrote the file map in {DOCUMENT.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
