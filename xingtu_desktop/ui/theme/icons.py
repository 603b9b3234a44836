"""Icons: the program's own stroke set, drawn from SVG in any colour and kept per size, colour and pixel ratio."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from xingtu_desktop.core import resources
from xingtu_desktop.ui.theme.theme import current_theme


def names() -> tuple[str, ...]:
    """Every icon that exists, in alphabetical order."""
    return tuple(sorted(file.stem for file in resources.path("icons").glob("*.svg")))


def icon(name: str, role: str = "text-2") -> QIcon:
    """An icon that follows the theme; disabled it turns text-3, switched on it turns accent."""
    return QIcon(_ThemedIcon(name, role))


def pixmap(name: str, size: int, color: QColor | str, dpr: float = 0.0) -> QPixmap:
    """The icon as a square pixmap of `size` logical pixels in `color` (a QColor, #RRGGBB or a token's name)."""
    ratio = dpr or _ratio()
    value = color.name() if isinstance(color, QColor) else current_theme().tokens.color(color)
    return _pixmap(name, size, value, current_theme().tokens.surface, ratio)


def paint(painter: QPainter, name: str, left: float, top: float, size: int, color: QColor | str) -> None:
    """Draw the icon with its upper left corner at (left, top)."""
    painter.drawPixmap(QPointF(left, top), pixmap(name, size, color, pixel_ratio(painter)))


def pixel_ratio(painter: QPainter) -> float:
    """Device pixels per logical pixel where `painter` draws, its own scaling included.

    Asked of the transformation, not of `painter.device()`: what that returns in Python may be the wrapper of an object that lay at the
    same address before, and a call to it ends the program.
    """
    return painter.deviceTransform().m11()


def _ratio() -> float:
    app = QGuiApplication.instance()
    return app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0


@lru_cache(maxsize=256)
def _source(name: str) -> str:
    return resources.text("icons", f"{name}.svg")


@lru_cache(maxsize=1024)
def _pixmap(name: str, size: int, color: str, knockout: str, ratio: float) -> QPixmap:
    svg = _source(name).replace("currentColor", color).replace("KNOCKOUT", knockout)
    result = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, result.width(), result.height()))
    painter.end()
    result.setDevicePixelRatio(ratio)
    return result


class _ThemedIcon(QIconEngine):
    """Draws at paint time, so a switch of theme needs no new icons."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name = name
        self._role = role

    def _color(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        if mode == QIcon.Mode.Disabled:
            return "text-3"
        return "accent" if state == QIcon.State.On else self._role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw centred in `rect`, never stretched."""
        area = QRectF(rect)
        size = round(min(area.width(), area.height()))
        paint(painter, self._name, area.center().x() - size / 2, area.center().y() - size / 2, size, self._color(mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """A pixmap of the smaller side of `size`."""
        return pixmap(self._name, min(size.width(), size.height()), self._color(mode, state), 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        """A pixmap for a screen of pixel ratio `scale`; `size` is in device pixels."""
        result = pixmap(self._name, min(size.width(), size.height()), self._color(mode, state), 1.0)
        copy = QPixmap(result)
        copy.setDevicePixelRatio(scale)
        return copy

    def clone(self) -> QIconEngine:
        """Another of the same name and role."""
        return _ThemedIcon(self._name, self._role)
