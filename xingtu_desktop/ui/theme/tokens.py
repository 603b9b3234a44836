"""Design tokens: every colour, size and font name of the interface, light and dark."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Literal

Density = Literal["comfortable", "compact"]

FONT_FAMILIES: Final = ("PingFang SC", "Microsoft YaHei UI", "Noto Sans CJK SC", "WenQuanYi Micro Hei")
MONO_FAMILIES: Final = ("SF Mono", "Cascadia Mono", "Consolas", "DejaVu Sans Mono", "Noto Sans Mono CJK SC")
SPACING: Final = (4, 8, 12, 16, 24, 32)
TYPE_SCALE: Final = (12, 13, 15, 20, 28)
RADIUS_CONTROL: Final = 6
RADIUS_CARD: Final = 10
MOTION_MS: Final = 120
ROW_HEIGHT: Final[dict[Density, int]] = {"comfortable": 40, "compact": 32}
# White text stands on each of these in avatars, so each keeps 4.5:1 against white in both themes.
AVATAR_COLORS: Final = ("#B0486B", "#3A73A5", "#6F5F9E", "#9A5A2B", "#37796C", "#8F4A8B", "#4A67A8", "#8A5148", "#437A45", "#7A6420")


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme's colours as #RRGGBB. The first block is the design's table, the second is derived for shapes only."""

    name: Literal["light", "dark"]
    window: str
    surface: str
    raised: str
    hover: str
    selected: str
    line: str
    line_strong: str
    line_control: str
    text: str
    text_2: str
    text_3: str
    accent: str
    accent_hover: str
    on_accent: str
    good: str
    warn: str
    bad: str
    good_soft: str
    warn_soft: str
    bad_soft: str
    c1: str
    c2: str
    c3: str
    c4: str
    c5: str
    c6: str
    # Shapes without text: the calm side of histograms, tracks and bands, and the header strip.
    bar: str
    bar_off: str
    track: str
    band: str
    strip: str
    on_bad: str
    scrim: str
    """#AARRGGBB veil behind the palette and sheets."""

    @property
    def chart(self) -> tuple[str, str, str, str, str, str]:
        """The six chart colours in their fixed order: escrow, released, refund, top-up, fee, other."""
        return (self.c1, self.c2, self.c3, self.c4, self.c5, self.c6)

    def color(self, role: str) -> str:
        """The colour called `role` ("text-2", "good_soft" …); a text that starts with # is returned as it is."""
        if role.startswith("#"):
            return role
        value: str = getattr(self, role.replace("-", "_"))
        return value

    def as_dict(self) -> dict[str, str]:
        """Every colour by its field name, for the stylesheet template."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


LIGHT: Final = Tokens(
    name="light",
    window="#F6F7F9",
    surface="#FFFFFF",
    raised="#FFFFFF",
    hover="#F2F4F7",
    selected="#EAF0FF",
    line="#E6E8EC",
    line_strong="#C9CDD4",
    line_control="#858D9B",
    text="#1B1F27",
    text_2="#4B5361",
    text_3="#636B78",
    accent="#2B5CFF",
    accent_hover="#1E49DB",
    on_accent="#FFFFFF",
    good="#0A7D4F",
    warn="#A35600",
    bad="#C62F2F",
    good_soft="#E5F5EE",
    warn_soft="#FFF3E2",
    bad_soft="#FDECEC",
    c1="#2B5CFF",
    c2="#159C9A",
    c3="#C97926",
    c4="#B06AD9",
    c5="#810B3C",
    c6="#545B64",
    bar="#8DA8FF",
    bar_off="#DDE1E8",
    track="#DFE3EA",
    band="#C9CDD4",
    strip="#FAFBFC",
    on_bad="#FFFFFF",
    scrim="#57141A28",
)

DARK: Final = Tokens(
    name="dark",
    window="#111318",
    surface="#181B21",
    raised="#20242C",
    hover="#1F232B",
    selected="#1E2A4A",
    line="#2A2F38",
    line_strong="#3A414D",
    line_control="#747D8C",
    text="#ECEEF2",
    text_2="#B4BAC5",
    text_3="#8C94A3",
    accent="#6B93FF",
    accent_hover="#87A8FF",
    on_accent="#0E1116",
    good="#3CCB8E",
    warn="#F0A040",
    bad="#FF7B72",
    good_soft="#14342A",
    warn_soft="#3A2A14",
    bad_soft="#3D1F22",
    c1="#6B93FF",
    c2="#AEF7E9",
    c3="#BD7C3B",
    c4="#AB3CB5",
    c5="#C51F6D",
    c6="#9FABBB",
    bar="#5577D6",
    bar_off="#333A46",
    track="#363D49",
    band="#4A5362",
    strip="#1B1F26",
    on_bad="#0E1116",
    scrim="#A6000000",
)

# Every pair of text and ground that the interface draws; the contrast test reads this list, so add a pair before using it.
TEXT_PAIRS: Final = (
    *((text, ground) for text in ("text", "text_2", "text_3") for ground in ("window", "surface", "raised", "hover", "strip")),
    *((text, "selected") for text in ("text", "text_2", "accent", "good", "warn", "bad")),
    *((text, ground) for text in ("accent", "good", "warn", "bad") for ground in ("window", "surface", "raised", "hover", "strip")),
    *((text, f"{text}_soft") for text in ("good", "warn", "bad")),
    *(("text", f"{text}_soft") for text in ("good", "warn", "bad")),
    *(("text_2", f"{text}_soft") for text in ("good", "warn", "bad")),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("on_bad", "bad"),
    ("surface", "text"),
)


def contrast(foreground: str, background: str) -> float:
    """WCAG 2 contrast ratio (1–21) of two #RRGGBB colours."""

    def luminance(color: str) -> float:
        channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    bright, dim = sorted((luminance(foreground), luminance(background)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)
