"""Draws table rows: ground and line, tick box, avatar, text, numbers with what hangs below them, tags.

Rows are drawn whole and without Qt's style option for every cell: at 200 visible cells that option and a saved
painter each cost more than the drawing, and a keystroke has a frame to be answered in.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from xingtu_desktop.ui.formats import UNKNOWN
from xingtu_desktop.ui.theme import Theme, current_theme
from xingtu_desktop.ui.theme.icons import paint as paint_icon
from xingtu_desktop.ui.widgets.painting import (
    draw_cached,
    paint_avatar,
    paint_check_box,
    paint_micro_bar,
    paint_sparkline,
    paint_tag,
    paint_whisker,
    tag_width,
)
from xingtu_desktop.ui.widgets.table.cells import CELL_ROLE, KEY_ROLE, Cell, Column

PADDING = 8
CHECK_WIDTH = 38
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


@dataclass(slots=True)
class RowState:
    """What the table knows about its rows while it paints."""

    hover: int = -1
    current: int = -1
    checkable: bool = False
    padding: int = PADDING
    """Space left and right of a cell's content, design pixels."""
    checked: set[Hashable] = field(default_factory=set)
    columns: tuple[Column, ...] = ()


class _Style:
    """Fonts, colours and sizes of the theme, looked up once a painting and not once a cell."""

    def __init__(self, theme: Theme) -> None:
        self.tokens = theme.tokens
        self.comfortable = theme.density == "comfortable"
        self.body: QFont = theme.font(13)
        self.strong: QFont = theme.font(13, strong=True)
        self.small: QFont = theme.font(12)
        self.body_metrics = QFontMetrics(self.body)
        self.strong_metrics = QFontMetrics(self.strong)
        self.small_metrics = QFontMetrics(self.small)
        self.px = {size: theme.px(size) for size in range(1, 41)}
        self._colors: dict[str, QColor] = {}

    def color(self, role: str) -> QColor:
        """The colour of a token."""
        known = self._colors.get(role)
        if known is None:
            known = self._colors[role] = QColor(self.tokens.color(role))
        return known


def fitted(metrics: QFontMetrics, text: str, room: float) -> tuple[str, int]:
    """A text, cut with "…" where there is too little room, and its width; most texts fit, and measuring is half of cutting."""
    width = metrics.horizontalAdvance(text)
    if width <= room:
        return text, width
    cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(max(0.0, room)))
    return cut, metrics.horizontalAdvance(cut)


class CellDelegate(QStyledItemDelegate):
    """Draws `Cell`s; a view with a cell of its own kind overrides `paint_content` and keeps the row's ground."""

    def __init__(self, state: RowState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._style: _Style | None = None
        current_theme().changed.connect(self._forget_style)

    def _forget_style(self) -> None:
        self._style = None

    def style_now(self) -> _Style:
        """Fonts, colours and sizes in force."""
        if self._style is None:
            self._style = _Style(current_theme())
        return self._style

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The row height of the theme; the width is the header's business."""
        return QSize(self._state.columns[index.column()].width if self._state.columns else 80, current_theme().row_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Draw one cell alone, ground included."""
        self.paint_cell(painter, option.rect, index)

    def paint_cell(self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        """Draw the ground and the cell of `index` into `rect`."""
        chosen = self.paint_ground(painter, rect, index, first=index.column() == 0)
        self.paint_value(painter, rect, index.column(), index.data(CELL_ROLE), chosen)

    def paint_ground(self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex, *, first: bool) -> bool:
        """Draw ground, line and, where the first column begins, bar and tick box; answers whether the row is chosen."""
        style, state, row = self.style_now(), self._state, index.row()
        checked = state.checkable and bool(state.checked) and index.data(KEY_ROLE) in state.checked
        chosen = checked or row == state.current
        painter.fillRect(rect, style.color("selected" if chosen else "hover" if row == state.hover else "surface"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, style.color("line"))
        if first:
            if row == state.current:
                painter.fillRect(rect.left(), rect.top(), 3, rect.height(), style.color("accent"))
            if state.checkable:
                size = style.px[16]
                box = QRectF(rect.left() + style.px[14], rect.top() + (rect.height() - size) // 2, size, size)
                tick = Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked
                hover = row == state.hover
                draw_cached(painter, box, ("tick", checked, hover), lambda p, r: paint_check_box(p, r, tick, style.tokens, hover=hover))
        return chosen

    def paint_value(self, painter: QPainter, rect: QRect, column: int, cell: object, chosen: bool) -> None:
        """Draw a cell on the ground that is there."""
        if not isinstance(cell, Cell):
            return
        style, state = self.style_now(), self._state
        padding = style.px[state.padding]
        left = padding if column else style.px[CHECK_WIDTH] if state.checkable else style.px[16]
        area = QRectF(rect.left() + left, rect.top(), max(0, rect.width() - left - padding), rect.height() - 1)
        right = column < len(state.columns) and state.columns[column].align == "right"
        self.paint_content(painter, area, cell, right=right, chosen=chosen)

    def paint_content(self, painter: QPainter, rect: QRectF, cell: Cell, *, right: bool, chosen: bool) -> None:
        """Draw the cell itself into `rect`."""
        if cell.tags:
            self._paint_tags(painter, rect, cell, chosen)
        elif right:
            self._paint_number(painter, rect, cell, chosen)
        else:
            self._paint_text(painter, rect, cell, chosen)

    def _ink(self, cell: Cell, chosen: bool) -> QColor:
        tone = cell.tone
        if tone == "text" and cell.text == UNKNOWN:
            tone = "text-3"
        elif tone == "text" and cell.estimate:
            tone = "text-2"
        # Quiet text on the selected ground would fall below 4.5:1.
        if chosen and tone == "text-3":
            tone = "text-2"
        return self.style_now().color(tone)

    def _paint_tags(self, painter: QPainter, rect: QRectF, cell: Cell, chosen: bool) -> None:
        style = self.style_now()
        left, height = rect.left(), style.px[20]
        for tag in cell.tags:
            # A table with little space between its columns has narrow tags, too.
            width = tag_width(tag.text) - (0 if self._state.padding == PADDING else style.px[4])
            if left + width > rect.right() + 4 and left > rect.left():
                break
            ground = "surface" if chosen and tag.tone in ("", "accent") else None
            place = QRectF(left, rect.center().y() - height / 2, width, height)
            draw_cached(painter, place, (tag, ground), partial(paint_tag, text=tag.text, tone=tag.tone, ground=ground))
            left += width + style.px[min(4, self._state.padding // 2)]

    def _paint_number(self, painter: QPainter, rect: QRectF, cell: Cell, chosen: bool) -> None:
        style = self.style_now()
        tokens, px = style.tokens, style.px
        right, middle, graphic = rect.right(), rect.center().y(), px[36]
        metrics = style.strong_metrics if cell.strong else style.body_metrics
        # A figure without its first digits would be another figure: the picture beside it goes first, then it ends in dots.
        beside = cell.spark and metrics.horizontalAdvance(cell.text) <= rect.width() - graphic - px[6]
        if beside:
            place = QRectF(right - graphic, middle - px[8], graphic - 2, px[14])
            draw_cached(painter, place, cell.spark, lambda p, r: paint_sparkline(p, r, cell.spark, tokens))
            right -= graphic + px[6]
        painter.setFont(style.strong if cell.strong else style.body)
        painter.setPen(self._ink(cell, chosen))
        text_rect = QRectF(rect.left(), rect.top(), right - rect.left(), rect.height())
        number, _ = fitted(metrics, cell.text, text_rect.width() + px[4])
        if cell.subtitle and style.comfortable:
            painter.drawText(text_rect.adjusted(0, px[3], 0, -px[18]), _RIGHT, number)
            painter.setFont(style.small)
            painter.setPen(style.color("text-2" if chosen else "text-3"))
            painter.drawText(text_rect.adjusted(0, px[20], 0, -px[3]), _RIGHT, cell.subtitle)
            return
        painter.drawText(text_rect, _RIGHT, number)
        hang = middle + px[11 if style.comfortable else 9]
        if cell.bar is not None:
            bar, share, tick = QRectF(right - graphic, hang, graphic, px[4 if style.comfortable else 3]), round(cell.bar, 2), cell.bar_tick
            color = tokens.color(cell.bar_color)
            draw_cached(
                painter, bar, ("bar", share, tick, color), lambda p, r: paint_micro_bar(p, r, share, tokens, color=color, tick=tick)
            )
        elif cell.whisker is not None:
            whisker = cell.whisker
            place = QRectF(right - graphic, hang, graphic, px[4])
            draw_cached(painter, place, ("whisker", whisker), lambda p, r: paint_whisker(p, r, *whisker, tokens))

    def _paint_text(self, painter: QPainter, rect: QRectF, cell: Cell, chosen: bool) -> None:
        style = self.style_now()
        px = style.px
        left = rect.left()
        if cell.avatar:
            size = px[26 if style.comfortable else 22]
            circle = QRectF(left, rect.center().y() - size / 2, size, size)
            key = cell.avatar_key or cell.avatar
            draw_cached(painter, circle, ("avatar", cell.avatar[:2], key), lambda p, r: paint_avatar(p, r, cell.avatar, key=key))
            left += size + px[8]
        elif cell.icon:
            size = px[16]
            paint_icon(painter, cell.icon, left, rect.center().y() - size / 2, size, cell.icon_tone)
            left += size + px[8]
        font, metrics = (style.strong, style.strong_metrics) if cell.strong else (style.body, style.body_metrics)
        two_lines = bool(cell.subtitle) and style.comfortable
        room = rect.right() - left - (px[18] if cell.verified else 0)
        inline = cell.subtitle if cell.subtitle and not two_lines else ""
        if inline:
            room *= 0.68
        text, width = fitted(metrics, cell.text, room)
        first = rect.adjusted(0, px[3], 0, -px[18]) if two_lines else rect
        painter.setFont(font)
        painter.setPen(self._ink(cell, chosen))
        painter.drawText(QRectF(left, first.top(), width + 2, first.height()), _LEFT, text)
        after = left + width + px[4]
        if cell.verified:
            size = px[14]
            paint_icon(painter, "verified", after, first.center().y() - size / 2, size, "accent")
            after += px[18]
        if cell.subtitle:
            painter.setFont(style.small)
            painter.setPen(style.color("text-2" if chosen else "text-3"))
            place = QRectF(left, rect.top() + px[20], rect.right() - left, rect.height() - px[23])
            if inline:
                place = QRectF(after + px[4], rect.top(), rect.right() - after - px[4], rect.height())
            shown, _ = fitted(style.small_metrics, cell.subtitle, place.width())
            painter.drawText(place, _LEFT, shown)
