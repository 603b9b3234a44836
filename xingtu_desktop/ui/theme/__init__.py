"""Colours, sizes, icons and the one stylesheet; `current_theme()` is what widgets paint with."""

from xingtu_desktop.ui.theme.theme import Theme, current_theme
from xingtu_desktop.ui.theme.tokens import DARK, LIGHT, Tokens

__all__ = ["DARK", "LIGHT", "Theme", "Tokens", "current_theme"]
