"""Owns the proof that the program's start imports nothing that only later work needs."""

from __future__ import annotations

import subprocess
import sys

from tests.architecture.source import ROOT

START = "import xingtu_desktop.app.lifecycle"
#: A part of a second each, and no window needs them: requests, passwords, tables and pinyin come after the first rows.
LATER = {
    "httpx", "httpcore", "httpx_sse", "truststore", "anyio", "http.client", "http.cookiejar", "urllib.request", "keyring", "numpy.ma",
    "openpyxl", "pypinyin",
}  # fmt: skip


def loaded_of_later(statements: str) -> set[str]:
    """Those of `LATER` that a fresh interpreter has loaded after the statements."""
    code = f"{statements}\nimport sys\nprint(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return LATER & set(done.stdout.split())


def test_importing_the_start_of_the_program_loads_no_http_keyring_masked_arrays_workbooks_or_pinyin() -> None:
    loaded = loaded_of_later(START)
    assert not loaded, f"loaded before any window stands (python -X importtime -c '{START}' tells by whom): {sorted(loaded)}"


def test_what_is_imported_after_all_is_noticed() -> None:
    assert {"httpx", "http.cookiejar", "urllib.request"} <= loaded_of_later(f"{START}\nimport xingtu_desktop.api.http_wire")
    found = loaded_of_later("import httpx, httpcore, httpx_sse, truststore, anyio, http.cookiejar, keyring, numpy.ma, openpyxl, pypinyin")
    assert found == LATER, "a name that is never loaded proves nothing"
