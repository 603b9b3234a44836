"""The stylesheet: fills `resources/styles/app.qss.in` with the colours of a theme and the pixels of a text scale."""

from __future__ import annotations

import re

from xingtu_desktop.core import resources
from xingtu_desktop.ui.theme.tokens import Tokens

_COLOR = re.compile(r"@([a-z_0-9]+)")
_PIXELS = re.compile(r"\{\{(\d+)\}\}")


def build_stylesheet(tokens: Tokens, scale: float) -> str:
    """The whole stylesheet: `@name` becomes a colour, `{{12}}` becomes 12 design pixels at `scale`.

    `@art` is the folder of the theme's arrows and ticks, which a stylesheet can only name as files.
    """
    colors = tokens.as_dict() | {"art": resources.path("styles", tokens.name).as_posix()}

    def color(match: re.Match[str]) -> str:
        return colors[match.group(1)]

    text = _COLOR.sub(color, resources.text("styles", "app.qss.in"))
    return _PIXELS.sub(lambda match: f"{round(int(match.group(1)) * scale)}px", text)
