"""Without a Chinese font the program says so in words that can be read, and loses no setting."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from xingtu_desktop.app import fonts
from xingtu_desktop.app.keys import Keys
from xingtu_desktop.app.program import Program
from xingtu_desktop.core.config import AppConfig
from xingtu_desktop.core.log import Redactor
from xingtu_desktop.services.preferences import PreferenceValues
from xingtu_desktop.system.paths import DataFolders
from xingtu_desktop.system.secrets import MemorySecrets
from xingtu_desktop.ui.i18n import translations


class Window:
    """Hears the toasts."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def toast(self, text: str, **_: object) -> None:
        self.said.append(text)


async def program(qapp: QApplication, folder: Path) -> Program:
    made = Program(
        qapp,
        config=AppConfig(),
        folders=DataFolders.at(folder),
        keys=Keys(folder / "vault", chosen=MemorySecrets()),
        redactor=Redactor(),
    )
    made.dress()
    return made


async def test_a_computer_with_a_chinese_font_starts_in_chinese_and_says_nothing(qapp: QApplication, tmp_path: Path) -> None:
    made, window = await program(qapp, tmp_path), Window()
    try:
        made._warn_of_missing_font(window)  # type: ignore[arg-type]
        assert (translations().language, window.said) == ("zh_CN", [])
    finally:
        await made.close()


async def test_without_one_it_starts_in_english_says_what_to_do_and_keeps_the_choice(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFontDatabase, "families", lambda *_: [])
    assert not fonts.can_draw_chinese()
    made, window = await program(qapp, tmp_path), Window()
    try:
        made._warn_of_missing_font(window)  # type: ignore[arg-type]
        made.apply_preferences(PreferenceValues(language="zh_CN", theme="light"))
        assert translations().language == "en"
        assert "Install one" in window.said[0]
        assert made.profile.language == "zh_CN"
    finally:
        await made.close()
        translations().set_language("zh_CN")
