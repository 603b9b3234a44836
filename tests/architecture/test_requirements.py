"""Owns the proof that what we stand on is declared, pinned with hashes, used, and free to ship."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, imports, modules, normal, place, requirement_names

FOLDER = ROOT / "packaging" / "requirements"
PINNED = ("run.txt", "dev.txt", "peers.txt")
#: What one distribution brings under a name that its metadata does not tell, or that another pulls in for it.
BROUGHT_BY = {"PySide6": "pyside6-essentials", "shiboken6": "pyside6-essentials"}
#: Needed without an import of ours, with the reason.
NEEDED_UNSEEN = {
    "pyside6-addons": "holds QtMultimedia, QtPdf and the other parts of the PySide6 package beyond the essentials",
    "python-multipart": "starlette reads forms with it",
    "tzdata": "Windows has no time zone data of its own, so zoneinfo reads this",
}
#: What a distribution forgot to state in its metadata, read in the licence file that it carries.
READ_IN_THE_FILE = {"sqlcipher3": "zlib"}
FREE = re.compile(
    r"MIT|BSD|Apache|ISC|MPL|Mozilla|PSF|Python Software Foundation|zlib|LGPL|Lesser General|HPND|Unlicense|CC0|0BSD|Zope|Public Domain",
    re.IGNORECASE,
)
COPYLEFT = re.compile(r"(?<![A-Za-z])(?:A?GPL)|Affero|(?<!Lesser )General Public Licen[sc]e", re.IGNORECASE)


def _declared(file: str) -> set[str]:
    return requirement_names(FOLDER / file)


@pytest.mark.parametrize("file", PINNED)
def test_every_requirement_is_pinned_with_a_hash_and_names_no_place(file: str) -> None:
    text = (FOLDER / file).read_text("utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==\S+", entry), f"not pinned: {entry.splitlines()[0]}"
        assert "--hash=sha256:" in entry, f"no hash: {entry.splitlines()[0]}"
    assert not re.findall(r"https?:|file:|--index|--find|--extra|(?<!\w)/\w+/", text)


@pytest.mark.parametrize("file", PINNED)
def test_the_pinned_file_holds_all_that_is_asked_for(file: str) -> None:
    assert _declared(file.replace(".txt", ".in")) <= _declared(file), "run:  python3 packaging/dev.py lock"


def test_the_wheel_asks_for_what_the_checkout_runs_on() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [line for line in (FOLDER / "run.in").read_text("utf-8").splitlines() if line and not line.startswith("#")]
    assert sorted(project["dependencies"]) == sorted(asked)


def _third_party(*folders: str) -> dict[str, list[str]]:
    """Distribution → the places that import it."""
    owners = metadata.packages_distributions()
    found: dict[str, list[str]] = {}
    for file in modules(*folders):
        for node, what in imports(file):
            top = what.split(".")[0]
            if top in sys.stdlib_module_names or top in ("xingtu_desktop", "tests", "file_map", "dev"):
                continue
            owner = BROUGHT_BY.get(top) or normal(owners.get(top, [f"unknown ({top})"])[0])
            found.setdefault(owner, []).append(place(file, node))
    return found


def test_every_import_of_the_program_is_declared() -> None:
    missing = {owner: places[0] for owner, places in _third_party("xingtu_desktop").items() if owner not in _declared("run.in")}
    assert not missing, f"add to packaging/requirements/run.in and pyproject.toml, then dev.py lock: {missing}"


def test_every_import_of_the_tests_is_declared() -> None:
    known = _declared("run.in") | _declared("dev.in") | _declared("peers.in")
    missing = {owner: places[0] for owner, places in _third_party("tests", "packaging").items() if owner not in known}
    assert not missing, f"add to packaging/requirements/dev.in, then dev.py lock: {missing}"


def test_nothing_is_declared_that_nothing_uses() -> None:
    unused = _declared("run.in") - set(_third_party("xingtu_desktop")) - set(NEEDED_UNSEEN)
    assert not unused, f"take out of run.in and pyproject.toml, then dev.py lock: {sorted(unused)}"


def _licences(distribution: metadata.Distribution) -> list[str]:
    """The alternatives under which it may be used; short forms only, since some put a whole licence text into one field."""
    fields = distribution.metadata
    expression = fields.get("License-Expression") or ""
    short = fields.get("License") or ""
    classifiers = [line.split("::")[-1].strip() for line in fields.get_all("Classifier") or [] if line.startswith("License ::")]
    stated = expression or (short if short and len(short) < 120 else "") or " AND ".join(classifiers) or short[:200]
    return re.split(r"\s+OR\s+", stated)


def test_everything_that_ships_is_free_to_ship_with_an_apache_program() -> None:
    faults = []
    seen = 0
    for name in sorted(_declared("run.txt")):
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another system or Python
        seen += 1
        alternatives = [READ_IN_THE_FILE[name]] if name in READ_IN_THE_FILE else _licences(distribution)
        if not any(FREE.search(text) and not COPYLEFT.search(text) for text in alternatives):
            faults.append(f"{name}: {' OR '.join(alternatives) or 'states no licence'}")
    assert seen > 20
    assert not faults, "not known to be free to ship:\n  " + "\n  ".join(faults)


@pytest.mark.parametrize(
    ("stated", "free"),
    [
        ("LGPL-3.0-only", True),
        ("GNU Lesser General Public License v3", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("GNU General Public License v2", False),
        ("MIT AND GPL-2.0-only", False),
        ("BSD-3-Clause", True),
    ],
)
def test_the_licence_check_tells_copyleft_apart(stated: str, free: bool) -> None:
    assert bool(FREE.search(stated) and not COPYLEFT.search(stated)) is free


def test_requirement_files_are_where_the_script_looks(tmp_path: Path) -> None:
    assert {file.name for file in FOLDER.iterdir()} == {*PINNED, "run.in", "dev.in", "peers.in"}
