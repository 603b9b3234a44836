"""The one theme: picks the tokens, sets palette and font on the application and the stylesheet on windows, says when they changed."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal
from weakref import WeakSet

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyleFactory, QWidget
from shiboken6 import isValid

from xingtu_desktop.ui.theme.stylesheet import build_stylesheet
from xingtu_desktop.ui.theme.tokens import DARK, FONT_FAMILIES, LIGHT, MONO_FAMILIES, MOTION_MS, ROW_HEIGHT, Density, Tokens

Mode = Literal["light", "dark", "system"]
MODES: Final[tuple[Mode, ...]] = ("system", "light", "dark")
SCALE_RANGE: Final = (0.85, 2.0)


class Theme(QObject):
    """Tokens, density and text scale in force; `apply` and `dress` put them on the screen, `changed` follows every switch."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._mode: Mode = "light"
        self._density: Density = "comfortable"
        self._scale = 1.0
        self._motion = True
        self._app: QApplication | None = None
        self._windows: WeakSet[QWidget] = WeakSet()

    @property
    def tokens(self) -> Tokens:
        """The colours in force."""
        return DARK if self._is_dark() else LIGHT

    @property
    def mode(self) -> Mode:
        """What was chosen, "system" included."""
        return self._mode

    @property
    def density(self) -> Density:
        """Comfortable (40 px rows) or compact (32 px)."""
        return self._density

    @property
    def scale(self) -> float:
        """Text scale, 1.0 to 2.0; every pixel size follows it."""
        return self._scale

    @property
    def row_height(self) -> int:
        """Height of a table row in pixels at this density and scale."""
        return self.px(ROW_HEIGHT[self._density])

    @property
    def motion_ms(self) -> int:
        """Length of an animation in milliseconds; 0 when the operator or the system wants none."""
        if not self._motion or (self._app is not None and not self._app.style().styleHint(QStyle.StyleHint.SH_Widget_Animate)):
            return 0
        return MOTION_MS

    def px(self, size: float) -> int:
        """`size` design pixels at the present text scale."""
        return max(1, round(size * self._scale)) if size > 0 else 0

    def color(self, role: str) -> QColor:
        """The colour of a token by name ("text-2", "accent" …)."""
        return QColor(self.tokens.color(role))

    def font(self, size: int = 13, *, strong: bool = False) -> QFont:
        """The interface font at a step of the type scale, with tabular figures where the font has them."""
        return _font(FONT_FAMILIES, self.px(size), strong)

    def mono(self, size: int = 12) -> QFont:
        """A monospaced font for paths, hashes and addresses."""
        return _font((*MONO_FAMILIES, *FONT_FAMILIES), self.px(size), False)

    def apply(self, app: QApplication) -> None:
        """Dress the application and keep it dressed when the system switches between light and dark."""
        if self._app is None:
            app.setStyle(QStyleFactory.create("Fusion"))
            app.styleHints().colorSchemeChanged.connect(self._on_system_changed)
        self._app = app
        self._refresh()

    def dress(self, window: QWidget) -> None:
        """Put the stylesheet on a window and all that is and comes in it, and keep it in step.

        Not on the application: there every widget is looked at again each time that one of its parents finds its own parent, which was
        half of building a view; this way a view is dressed once, when it comes into the window.
        """
        self._windows.add(window)
        window.setStyleSheet(build_stylesheet(self.tokens, self._scale))

    def set_mode(self, mode: Mode) -> None:
        """Choose light, dark or what the system says."""
        if mode != self._mode:
            self._mode = mode
            self._refresh()

    def set_density(self, density: Density) -> None:
        """Choose the row height."""
        if density != self._density:
            self._density = density
            self._refresh()

    def set_scale(self, scale: float) -> None:
        """Choose the text scale; it is kept within 0.85 and 2.0."""
        scale = min(max(scale, SCALE_RANGE[0]), SCALE_RANGE[1])
        if scale != self._scale:
            self._scale = scale
            self._refresh()

    def set_motion(self, motion: bool) -> None:
        """Allow or forbid animations."""
        self._motion = motion

    def _is_dark(self) -> bool:
        if self._mode == "system":
            hints = QGuiApplication.styleHints() if QGuiApplication.instance() is not None else None
            return hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark
        return self._mode == "dark"

    def _on_system_changed(self) -> None:
        if self._mode == "system":
            self._refresh()

    def _refresh(self) -> None:
        if self._app is None:
            return
        self._app.setPalette(_palette(self.tokens))
        self._app.setFont(self.font(13))
        stylesheet = build_stylesheet(self.tokens, self._scale)
        for window in list(self._windows):
            if isValid(window):
                window.setStyleSheet(stylesheet)
        self.changed.emit()


@lru_cache(maxsize=64)
def _font(families: tuple[str, ...], pixels: int, strong: bool) -> QFont:
    font = QFont()
    font.setFamilies(list(families))
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def _palette(tokens: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    pairs = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.strip,
        role.Text: tokens.text,
        role.Button: tokens.surface,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.on_accent,
        role.ToolTipBase: tokens.text,
        role.ToolTipText: tokens.surface,
        role.PlaceholderText: tokens.text_3,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Light: tokens.raised,
        role.Midlight: tokens.line,
        role.Mid: tokens.line_strong,
        role.Dark: tokens.line_control,
        role.Shadow: tokens.scrim,
        role.Accent: tokens.accent,
    }
    for color_role, color in pairs.items():
        palette.setColor(color_role, QColor(color))
    for color_role in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, color_role, QColor(tokens.text_3))
    return palette


@lru_cache(maxsize=1)
def current_theme() -> Theme:
    """The process's theme; painting code reads it, the composition root applies it."""
    return Theme()


def installed_family() -> str | None:
    """The first font of the list that this machine has, for the diagnosis page; None when no Chinese font is found."""
    present = set(QFontDatabase.families())
    return next((family for family in FONT_FAMILIES if family in present), None)
