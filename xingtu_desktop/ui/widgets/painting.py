"""Small drawings shared by widgets and table cells: sparkline, micro-bar, whisker, band, avatar, tag, key cap, tick box.

Every function takes a painter, a rectangle in logical pixels and plain values, and leaves the painter as it found it.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap

from xingtu_desktop.ui.theme import Tokens, current_theme
from xingtu_desktop.ui.theme.icons import paint as paint_icon
from xingtu_desktop.ui.theme.icons import pixel_ratio
from xingtu_desktop.ui.theme.tokens import AVATAR_COLORS


@contextmanager
def saved(painter: QPainter, *, smooth: bool = True) -> Iterator[None]:
    """Save the painter, smooth its edges, restore it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
    try:
        yield
    finally:
        painter.restore()


_CACHE_LIMIT = 3000
_cache: dict[Hashable, QPixmap] = {}


def draw_cached(painter: QPainter, rect: QRectF, key: Hashable, draw: Callable[[QPainter, QRectF], None]) -> None:
    """Draw through a picture kept by `key`, the size and the theme: tables show the same tags and faces all day.

    `draw` paints into a rectangle at the origin with a smooth painter; a pixel of margin keeps soft edges.
    """
    theme = current_theme()
    ratio = pixel_ratio(painter)
    full = (key, rect.width(), rect.height(), theme.tokens.name, theme.scale, ratio)
    picture = _cache.get(full)
    if picture is None:
        if len(_cache) >= _CACHE_LIMIT:
            _cache.clear()
        picture = QPixmap(math.ceil((rect.width() + 6) * ratio), math.ceil((rect.height() + 6) * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        inner = QPainter(picture)
        inner.setRenderHint(QPainter.RenderHint.Antialiasing)
        inner.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        draw(inner, QRectF(3, 3, rect.width(), rect.height()))
        inner.end()
        _cache[full] = picture
    painter.drawPixmap(QPointF(round(rect.left()) - 3, round(rect.top()) - 3), picture)


def fill_round(painter: QPainter, rect: QRectF, radius: float, color: str) -> None:
    """A filled round rectangle without an edge."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawRoundedRect(rect, radius, radius)


def stroke_round(painter: QPainter, rect: QRectF, radius: float, color: str, fill: str | None = None, width: float = 1.0) -> None:
    """A round rectangle whose edge lies wholly inside `rect`."""
    inset = width / 2
    painter.setPen(QPen(QColor(color), width))
    painter.setBrush(QColor(fill) if fill else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius, radius)


def paint_sparkline(painter: QPainter, rect: QRectF, values: Sequence[float | None], tokens: Tokens) -> None:
    """A line with a faint fill and a dot at its end; None is a gap, never a zero. Empty input draws nothing."""
    known = [value for value in values if value is not None]
    if len(values) < 2 or not known:
        return
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    step = rect.width() / (len(values) - 1)
    runs: list[list[QPointF]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            share = (value - low) / span if high > low else 0.5
            runs[-1].append(QPointF(rect.left() + index * step, rect.bottom() - share * rect.height()))
    with saved(painter):
        fill = QColor(tokens.c1)
        fill.setAlphaF(0.12)
        for run in (run for run in runs if run):
            line = QPainterPath(run[0])
            for point in run[1:]:
                line.lineTo(point)
            area = QPainterPath(line)
            area.lineTo(run[-1].x(), rect.bottom() + 1)
            area.lineTo(run[0].x(), rect.bottom() + 1)
            area.closeSubpath()
            painter.fillPath(area, fill)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.c1), 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
            painter.drawPath(line)
        last = next((run[-1] for run in reversed(runs) if run), None)
        if last is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.c1))
            painter.drawEllipse(last, 1.8, 1.8)


def paint_micro_bar(
    painter: QPainter,
    rect: QRectF,
    share: float,
    tokens: Tokens,
    *,
    color: str | None = None,
    tick: float | None = None,
    track: bool = True,
) -> None:
    """A bar filled to `share` (0–1), with an optional tick (the median or the target, 0–1)."""
    with saved(painter):
        radius = rect.height() / 2
        if track:
            fill_round(painter, rect, radius, tokens.track)
        width = rect.width() * min(max(share, 0.0), 1.0)
        if width > 0:
            fill_round(painter, QRectF(rect.left(), rect.top(), max(width, rect.height()), rect.height()), radius, color or tokens.c1)
        if tick is not None:
            x = rect.left() + rect.width() * min(max(tick, 0.0), 1.0)
            painter.fillRect(QRectF(x - 1, rect.top() - 3, 2, rect.height() + 6), QColor(tokens.text_2))


def paint_whisker(painter: QPainter, rect: QRectF, low: float, middle: float, high: float, tokens: Tokens) -> None:
    """An estimate's range: a thin line from `low` to `high` with a dot at `middle`, all as shares 0–1 of the rectangle."""
    y = rect.center().y()
    with saved(painter):
        painter.setPen(QPen(QColor(tokens.line_control), 1.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(rect.left() + rect.width() * low, y), QPointF(rect.left() + rect.width() * high, y))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.text_3))
        painter.drawEllipse(QPointF(rect.left() + rect.width() * middle, y), 2.2, 2.2)


def paint_band(
    painter: QPainter,
    rect: QRectF,
    low: float,
    median: float | None,
    high: float,
    dot: float | None,
    tokens: Tokens,
    *,
    color: str | None = None,
) -> None:
    """The benchmark: track, P25–P75 band, P50 tick and our dot; places are shares 0–1 of the rectangle's width."""

    def x(share: float) -> float:
        return rect.left() + rect.width() * min(max(share, 0.0), 1.0)

    center = rect.center().y()
    with saved(painter):
        fill_round(painter, QRectF(rect.left(), center - 2, rect.width(), 4), 2, tokens.line)
        fill_round(painter, QRectF(x(low), center - 2, max(4.0, x(high) - x(low)), 4), 2, tokens.band)
        if median is not None:
            painter.fillRect(QRectF(x(median) - 0.75, center - 5, 1.5, 10), QColor(tokens.text_2))
        if dot is not None:
            painter.setPen(QPen(QColor(tokens.surface), 1.5))
            painter.setBrush(QColor(color or tokens.c1))
            painter.drawEllipse(QPointF(x(dot), center), 4.5, 4.5)


def avatar_color(key: str) -> str:
    """The same name wears the same colour on every machine and in every run."""
    return AVATAR_COLORS[zlib.crc32(key.encode("utf-8")) % len(AVATAR_COLORS)]


def initial(name: str) -> str:
    """The first letter worth showing: skips spaces, @ and quotes; "?" when there is none."""
    return next((letter.upper() for letter in name if letter.isalnum()), "?")


def paint_avatar(painter: QPainter, rect: QRectF, name: str, *, key: str = "", square: bool = False) -> None:
    """The initial of `name` in white on a colour that `key` (or the name) always gets."""
    with saved(painter):
        fill_round(painter, rect, rect.width() * (0.28 if square else 0.5), avatar_color(key or name))
        font = current_theme().font(12, strong=True)
        if rect.width() > 40:
            font = current_theme().font(20, strong=True)
        elif rect.width() > 30:
            font = current_theme().font(15, strong=True)
        painter.setFont(font)
        painter.setPen(QColor("#FFFFFF"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, initial(name))


TONES = {
    "": ("hover", "text-2"),
    "accent": ("selected", "accent"),
    "good": ("good-soft", "good"),
    "warn": ("warn-soft", "warn"),
    "bad": ("bad-soft", "bad"),
}


def tag_width(text: str) -> int:
    """The width that `paint_tag` needs for a text."""
    return _tag_width(text, current_theme().scale)


@lru_cache(maxsize=2048)
def _tag_width(text: str, scale: float) -> int:
    return math.ceil(QFontMetricsF(current_theme().font(12)).horizontalAdvance(text) + 12 * scale)


def paint_tag(painter: QPainter, rect: QRectF, text: str, tone: str = "", *, ground: str | None = None) -> None:
    """A quiet tag: 12 px text on a soft ground. `tone` is "", "accent", "good", "warn" or "bad"."""
    tokens = current_theme().tokens
    soft, color = TONES[tone]
    with saved(painter):
        fill_round(painter, rect, 4, tokens.color(ground or soft))
        painter.setFont(current_theme().font(12))
        painter.setPen(QColor(tokens.color(color)))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def key_cap_width(text: str) -> float:
    """The width of a key cap, at least square."""
    advance = QFontMetricsF(current_theme().font(12)).horizontalAdvance(text)
    return max(advance + current_theme().px(10), current_theme().px(20))


def paint_key_cap(
    painter: QPainter, rect: QRectF, text: str, *, edge: str | None = None, ground: str | None = None, ink: str | None = None
) -> None:
    """A key of the keyboard, as shown beside commands."""
    tokens = current_theme().tokens
    with saved(painter):
        stroke_round(painter, rect, 4, edge or tokens.line_strong, ground or tokens.surface)
        painter.setFont(current_theme().font(12))
        painter.setPen(QColor(ink or tokens.text_2))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def paint_check_box(painter: QPainter, rect: QRectF, state: Qt.CheckState, tokens: Tokens, *, hover: bool = False) -> None:
    """A tick box drawn like the ones of the stylesheet, for table cells and facet rows."""
    with saved(painter):
        if state == Qt.CheckState.Unchecked:
            stroke_round(painter, rect, 4, tokens.accent if hover else tokens.line_control, tokens.surface)
            return
        fill_round(painter, rect, 4, tokens.accent)
        size = round(rect.width() * 0.75)
        name = "check-bold" if state == Qt.CheckState.Checked else "minus-bold"
        paint_icon(painter, name, rect.center().x() - size / 2, rect.center().y() - size / 2, size, tokens.on_accent)


def paint_focus(painter: QPainter, rect: QRectF, radius: float, tokens: Tokens) -> None:
    """The focus ring, 2 px, inside `rect`."""
    with saved(painter):
        stroke_round(painter, rect, radius, tokens.accent, width=2)
