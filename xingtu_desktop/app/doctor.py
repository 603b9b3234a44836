"""Says what of this computer the program can use, one line each, and what to do where something is missing."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    ok: bool
    said: str


def _python() -> Finding:
    version = platform.python_version()
    return Finding("python", (3, 11) <= sys.version_info[:2] <= (3, 13), version)


def _cipher() -> Finding:
    from xingtu_desktop.storage.cipher import versions

    cipher, sqlite = versions()
    return Finding("database", bool(cipher), f"SQLCipher {cipher or 'missing'} on SQLite {sqlite}")


def _keyring() -> Finding:
    from xingtu_desktop.system.secrets import system_backend, usable_backend

    backend = system_backend()
    ok = usable_backend(backend)
    name = f"{type(backend).__module__}.{type(backend).__name__}"
    return Finding("keyring", ok, name if ok else f"{name}: no safe place for keys; choose a passphrase at the first start")


def _fonts() -> Finding:
    from PySide6.QtGui import QFontDatabase, QFontInfo

    from xingtu_desktop.app.loop import application
    from xingtu_desktop.ui.theme import current_theme

    application()
    here = set(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese))
    if not here:
        return Finding("fonts", False, "no font with Chinese characters: install one, such as Noto Sans CJK or WenQuanYi Micro Hei")
    return Finding("fonts", True, f"{QFontInfo(current_theme().font()).family()}; {len(here)} families with Chinese characters")


def _screen() -> Finding:
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return Finding("screen", False, "none: `demo` runs the tour instead")
    return Finding("screen", True, os.environ.get("QT_QPA_PLATFORM") or "the desktop's own")


CHECKS: tuple[Callable[[], Finding], ...] = (_python, _cipher, _keyring, _fonts, _screen)
_NEEDED = frozenset({"python", "database", "fonts"})


def findings() -> list[Finding]:
    """Every check; one that breaks is a finding too."""
    found = []
    for check in CHECKS:
        try:
            found.append(check())
        except (ImportError, OSError, RuntimeError) as error:
            found.append(Finding(check.__name__.strip("_"), False, f"{type(error).__name__}: {error}"))
    return found


def main() -> int:
    """Print the findings; 1 when something is missing without which the program cannot run."""
    if "QT_QPA_PLATFORM" not in os.environ and not _screen().ok:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    found = findings()
    for finding in found:
        sys.stdout.write(f"{'ok ' if finding.ok else '!! '} {finding.name:<9} {finding.said}\n")
    return 1 if any(not finding.ok and finding.name in _NEEDED for finding in found) else 0
