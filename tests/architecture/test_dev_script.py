"""Owns the proof that `packaging/dev.py` installs when it must, not when it need not, and explains what went wrong."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.architecture.source import ROOT, tree

sys.path.insert(0, str(ROOT / "packaging"))
import dev

sys.path.pop(0)


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `.venv` of the script's own below a temporary folder; nothing real is touched."""
    folder = tmp_path / ".venv"
    monkeypatch.setattr(dev, "VENV", folder)
    monkeypatch.setattr(dev, "STAMP", folder / ".xingtu-installed.json")
    return folder


@pytest.fixture
def steps(venv: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the script would have done, in order."""
    done: list[str] = []

    def make(python: str, version: tuple[int, int]) -> None:
        done.append("make")
        venv.mkdir(exist_ok=True)

    monkeypatch.setattr(dev, "make_venv", make)
    monkeypatch.setattr(dev, "install", lambda files: done.append("install"))
    monkeypatch.setattr(dev, "works", lambda: True)
    monkeypatch.setattr(dev, "version_of", lambda python: None if str(venv) in python and not venv.exists() else sys.version_info[:2])
    return done


def test_the_first_run_makes_and_installs_and_the_second_does_nothing(steps: list[str]) -> None:
    dev.provide_python()
    assert steps == ["make", "install"]

    dev.provide_python()
    assert steps == ["make", "install"]


def test_changed_requirements_are_installed_into_the_same_environment(steps: list[str], venv: Path) -> None:
    dev.provide_python()
    stamp = json.loads(dev.STAMP.read_text("utf-8"))
    dev.STAMP.write_text(json.dumps({**stamp, "requirements": "older"}), "utf-8")
    steps.clear()

    dev.provide_python()

    assert steps == ["install"]


def test_a_damaged_environment_is_made_anew(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    dev.provide_python()
    steps.clear()
    answers = iter([False, True])
    monkeypatch.setattr(dev, "works", lambda: next(answers))

    dev.provide_python()

    assert steps == ["make", "install"]


def test_another_python_gets_an_environment_of_its_own(steps: list[str], venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dev.provide_python()
    steps.clear()
    monkeypatch.setattr(dev, "version_of", lambda python: sys.version_info[:2] if str(venv) in python else (3, 99))

    dev.provide_python()

    assert steps == ["make", "install"]


def test_an_installation_that_does_not_work_is_not_stamped(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "works", lambda: False)

    with pytest.raises(dev.Stop, match="does not work"):
        dev.provide_python()

    assert not dev.STAMP.exists()


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("Failed to establish a new connection: [Errno -3] Temporary failure in name resolution", "Check the network"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "not the one that was pinned"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: No matching distribution found for sqlcipher3==0.6.4", "has no build for"),
        ("something new", "pip could not install"),
    ],
)
def test_a_failed_installation_says_what_to_do(output: str, words: str) -> None:
    said = dev.explain_pip(output)
    assert words in said.splitlines()[0]
    assert output in said


def test_a_package_that_another_provides_counts_as_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    listing = "ii \tlibglib2.0-0t64\tlibglib2.0-0 (= 2.80.0-6)\nii \txvfb\t\nrc \txdotool\t\n"
    monkeypatch.setattr(dev.subprocess, "run", lambda *arguments, **named: SimpleNamespace(stdout=listing))

    assert dev.missing_packages(["libglib2.0-0", "xvfb", "xdotool", "openbox"]) == ["xdotool", "openbox"]


def test_who_is_not_root_is_given_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(dev, "is_debian", lambda: True)
    monkeypatch.setattr(dev, "is_root", lambda: False)
    monkeypatch.setattr(dev, "missing_packages", lambda wanted: ["libegl1", "xvfb"])

    dev.provide_system(with_tests=True)

    assert "sudo apt-get update && sudo apt-get install -y --no-install-recommends libegl1 xvfb" in capsys.readouterr().out


def test_an_unsupported_python_is_told_which_ones_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "SUPPORTED", ((3, 2),))
    with pytest.raises(dev.Stop, match=r"3\.11, 3\.12 or 3\.13"):
        dev.supported_python()


def test_without_a_screen_the_demo_is_a_tour(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(dev, "provide_system", lambda with_tests: None)
    monkeypatch.setattr(dev, "provide_python", lambda: None)
    monkeypatch.setattr(dev, "has_screen", lambda: False)
    monkeypatch.setattr(dev, "run", lambda arguments, **extra: started.append([*arguments, *extra.values()]) or 0)

    assert dev.command_demo(["--lang", "en"]) == 0

    assert started == [["-m", "xingtu_desktop", "tour", "--out", "tour", "--lang", "en", "offscreen"]]
    assert "no screen" in capsys.readouterr().out


def test_the_script_needs_nothing_but_the_standard_library_and_reads_on_an_old_python() -> None:
    source = ROOT / "packaging" / "dev.py"
    ast.parse(source.read_text("utf-8"), feature_version=(3, 8))
    imported = {alias.name.split(".")[0] for node in ast.walk(tree(source)) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module).split(".")[0] for node in ast.walk(tree(source)) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names
