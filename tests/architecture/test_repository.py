"""Owns the proof that the repository tells nothing about the machines it was made on, and starts anywhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT, tracked_files

# Written in parts so that this file does not find itself.
REGISTRIES = re.compile(
    "|".join(
        [r"py" r"pi\.org", r"python" r"hosted\.org", r"tuna\.tsinghua", r"mirrors\.(?:aliyun|cloud|ustc|huawei)", r"npm" r"js\.(?:org|com)"]
    )
)
MACHINE_PATHS = re.compile(r"(?<![\w./<$}])/(?:" r"work|tmp|root|home|Users|opt/wheels|opt/pyp" r"i)/\w")
BINARY = {".png", ".mp4", ".ttf", ".otf", ".woff2", ".ico", ".icns", ".db", ".qm", ".jpg", ".npz", ".gz", ".zip", ".xlsx"}


def _matches(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for file in tracked_files():
        if file.suffix in BINARY:
            continue
        for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), 1):
            if match := pattern.search(line):
                found.append(f"{file.relative_to(ROOT).as_posix()}:{number} {match.group()!r}")
    return found


def test_no_address_of_a_package_registry() -> None:
    assert not _matches(REGISTRIES)


def test_no_path_of_a_machine() -> None:
    assert not _matches(MACHINE_PATHS)


def test_no_lock_file_that_records_registries() -> None:
    assert not [
        file for file in tracked_files() if file.name in ("uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "package-lock.json")
    ]


@pytest.mark.parametrize("name", ["README.md", "LICENSE", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"])
def test_a_stranger_finds_the_usual_documents(name: str) -> None:
    assert (ROOT / name).stat().st_size > 300


def test_documents_point_only_to_files_that_exist() -> None:
    broken = []
    for document in ROOT.glob("*.md"):
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text("utf-8")):
            if "://" not in target and not target.startswith("mailto:") and not (ROOT / target).exists():
                broken.append(f"{document.name}: {target}")
    assert not broken


def test_every_benchmark_has_a_line_in_contributing() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    benchmarks = [file.stem for file in (ROOT / "tests" / "bench").glob("[!_]*.py") if "__main__" in file.read_text("utf-8")]
    missing = [name for name in benchmarks if f"tests.bench.{name}" not in text]
    assert not missing, f"benchmarks without a line in CONTRIBUTING.md: {missing}"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no executable bit and runs packaging/dev.py itself")
def test_the_ci_script_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], capture_output=True).returncode == 0
