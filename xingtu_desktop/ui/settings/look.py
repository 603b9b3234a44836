"""Puts the looks that a person set on the running program: language, second clock, theme, row height, text size."""

from __future__ import annotations

from xingtu_desktop.services.preferences import PreferenceValues
from xingtu_desktop.ui.i18n import LANGUAGES, translations
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.theme.theme import MODES


def apply_look(values: PreferenceValues) -> None:
    """Make the program look as `values` say; what is so already is not redrawn."""
    words, theme = translations(), current_theme()
    for language in LANGUAGES:
        if language == values.language and words.language != language:
            words.set_language(language)
    if words.formats.zone != values.zone:
        words.set_zone(values.zone)
    for mode in MODES:
        if mode == values.theme:
            theme.set_mode(mode)
    theme.set_density("compact" if values.density == "compact" else "comfortable")
    theme.set_scale(values.scale / 100)
