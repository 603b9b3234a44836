"""Whether this computer can draw Chinese, and what the program does where it cannot."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase


def can_draw_chinese() -> bool:
    """Whether any installed font has Simplified Chinese characters."""
    return bool(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese))


def language_to_show(wanted: str, chinese: bool) -> str:
    """The wanted language, or English where Chinese would be boxes: then at least the way out can be read."""
    return wanted if chinese else "en"
