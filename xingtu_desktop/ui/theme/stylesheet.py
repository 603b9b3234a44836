"""The stylesheet: fills `resources/styles/app.qss.in` with the colours of a theme and the pixels of a text scale."""

from __future__ import annotations

import re

from xingtu_desktop.core import resources
from xingtu_desktop.ui.theme.tokens import Tokens

_COLOR = re.compile(r"@([a-z_0-9]+)")
_PIXELS = re.compile(r"\{\{(\d+)\}\}")
_ROUND = re.compile(r"\{\{round (\d+) (\d+)\}\}")
_RING = re.compile(r"\{\{ring (\d+) (\d+)\}\}")


def build_stylesheet(tokens: Tokens, scale: float) -> str:
    """The whole stylesheet: `@name` becomes a colour, `{{12}}` becomes 12 design pixels at `scale`.

    `{{round 14 1}}` is the radius that makes a circle of a 14 px box with a 1 px border (Qt draws a square when the
    radius is over the half), `{{ring 14 5}}` the inside of that circle once its border is 5 px. `@art` is the folder
    of the theme's arrows and ticks, which a stylesheet can only name as files.
    """
    colors = tokens.as_dict() | {"art": resources.path("styles", tokens.name).as_posix()}

    def color(match: re.Match[str]) -> str:
        return colors[match.group(1)]

    def radius(match: re.Match[str]) -> str:
        return f"{(round(int(match.group(1)) * scale) + 2 * int(match.group(2))) // 2}px"

    def ring(match: re.Match[str]) -> str:
        return f"{round(int(match.group(1)) * scale) + 2 - 2 * round(int(match.group(2)) * scale)}px"

    text = _COLOR.sub(color, resources.text("styles", "app.qss.in"))
    text = _RING.sub(ring, _ROUND.sub(radius, text))
    return _PIXELS.sub(lambda match: f"{round(int(match.group(1)) * scale)}px", text)
