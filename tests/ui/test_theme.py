"""Promises of the theme: text can be read, both themes are complete, art and tokens agree, sizes follow the scale."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from xingtu_desktop.core import resources
from xingtu_desktop.ui.theme import DARK, LIGHT, Theme, Tokens, icons
from xingtu_desktop.ui.theme.stylesheet import build_stylesheet
from xingtu_desktop.ui.theme.tokens import AVATAR_COLORS, TEXT_PAIRS, contrast


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: tokens.name)
def test_every_text_can_be_read(tokens: Tokens) -> None:
    weak = {
        (text, ground): round(contrast(tokens.color(text), tokens.color(ground)), 2)
        for text, ground in TEXT_PAIRS
        if contrast(tokens.color(text), tokens.color(ground)) < 4.5
    }
    assert not weak


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: tokens.name)
def test_controls_and_charts_stand_out_from_their_ground(tokens: Tokens) -> None:
    for role in ("line_control", "accent", "c1", "c2", "c3", "c4", "c5", "c6"):
        assert contrast(tokens.color(role), tokens.surface) >= 3, role


def test_white_letters_can_be_read_on_every_avatar() -> None:
    assert all(contrast("#FFFFFF", color) >= 4.5 for color in AVATAR_COLORS)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: tokens.name)
def test_the_stylesheet_is_filled_and_its_pictures_exist(tokens: Tokens) -> None:
    sheet = build_stylesheet(tokens, 2.0)
    assert "@" not in sheet
    assert "{{" not in sheet
    for file in re.findall(r'url\("(.+?)"\)', sheet):
        assert resources.path("styles", tokens.name, file.rsplit("/", 1)[1]).is_file()


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: tokens.name)
def test_the_drawn_parts_of_controls_wear_the_colours_of_the_theme(tokens: Tokens) -> None:
    palette = {getattr(tokens, field.name) for field in fields(tokens)}
    for file in resources.path("styles", tokens.name).glob("*.svg"):
        assert set(re.findall(r"#[0-9A-F]{6}", file.read_text(encoding="utf-8"))) <= palette, file.name


def test_a_switch_of_theme_reaches_the_application(qtbot: QtBot, qapp: QApplication) -> None:
    theme = Theme()
    theme.apply(qapp)
    with qtbot.waitSignal(theme.changed):
        theme.set_mode("dark")
    assert qapp.palette().window().color() == QColor(DARK.window)
    theme.set_mode("light")
    assert qapp.palette().window().color() == QColor(LIGHT.window)


def test_text_grows_with_the_scale_and_stays_within_bounds() -> None:
    theme = Theme()
    theme.set_scale(9)
    assert theme.scale == 2.0
    assert theme.font(13).pixelSize() == 26
    assert theme.row_height == 80


def test_figures_are_tabular(qtbot: QtBot, qapp: QApplication) -> None:
    theme = Theme()
    theme.apply(qapp)
    label = QLabel()
    qtbot.addWidget(label)
    widths = {label.fontMetrics().horizontalAdvance(digit * 4) for digit in "0123456789"}
    assert len(widths) == 1


@pytest.mark.parametrize("name", icons.names())
def test_every_icon_draws_in_the_colour_asked_for(qtbot: QtBot, name: str) -> None:
    image = icons.pixmap(name, 24, "#C62F2F", 2.0).toImage().convertToFormat(QImage.Format.Format_ARGB32)
    assert image.width() == 48
    painted = [QColor.fromRgba(image.pixel(x, y)) for x in range(48) for y in range(48)]
    solid = [color for color in painted if color.alpha() == 255]
    assert any(color.name().upper() == "#C62F2F" for color in solid), "drawn in its colour"
    assert sum(color.alpha() > 0 for color in painted) > 20, "not blank"


def test_icons_are_strokes_without_colours_of_their_own() -> None:
    for file in resources.path("icons").glob("*.svg"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"#[0-9a-fA-F]{3,6}", text), file.name
        assert 'stroke-width="1.6"' in text, file.name
