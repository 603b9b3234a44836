"""Owns the proof that modules are small, say what they own, and are all in the file map."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.architecture.source import ROOT, modules, name

sys.path.insert(0, str(ROOT / "packaging"))
import file_map

sys.path.pop(0)

LIMITS = {"xingtu_desktop": 500, "packaging": 500, "tests": 700}


@pytest.mark.parametrize("folder", LIMITS)
def test_a_file_is_one_room(folder: str) -> None:
    limit = LIMITS[folder]
    sizes = {name(file): len(file.read_text("utf-8").splitlines()) for file in modules(folder)}
    large = [f"{where} has {lines} lines" for where, lines in sizes.items() if lines > limit]
    assert not large, f"Over {limit} lines; find the two things that such a file owns and split it there:\n  " + "\n  ".join(large)


def test_every_module_opens_with_one_sentence_that_says_what_it_owns() -> None:
    silent = []
    for file in modules("xingtu_desktop", "packaging", "tests"):
        if file.name == "__init__.py" and file.is_relative_to(ROOT / "tests") and not file.stat().st_size:
            continue  # marks a folder, owns nothing
        sentence = file_map.first_sentence(file)
        if not sentence.endswith((".", "。")) or not 10 <= len(sentence) <= 220:
            silent.append(f"{name(file)}: {sentence!r}")
    assert not silent, "Begin the docstring with one sentence (10 to 220 characters, with a full stop):\n  " + "\n  ".join(silent)


def test_the_file_map_is_current() -> None:
    document = file_map.DOCUMENT.read_text("utf-8")
    assert document == file_map.with_map(document), "ARCHITECTURE.md is behind the tree; run:  python packaging/file_map.py"


def test_the_file_map_notices_a_change() -> None:
    document = file_map.DOCUMENT.read_text("utf-8")
    line = next(line for line in file_map.build().splitlines() if line.startswith("- `__main__.py`"))
    assert file_map.with_map(document.replace(line, "- `gone.py`: It was here.")) != document.replace(line, "- `gone.py`: It was here.")


def test_packaging_does_not_hide_the_library_of_that_name() -> None:
    # With an __init__.py the folder would win over site-packages for everything started in the checkout.
    assert not (ROOT / "packaging" / "__init__.py").exists()
    done = subprocess.run([sys.executable, "-c", "import packaging.version"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
