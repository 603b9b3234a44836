"""Draws one table cell: ground and line of the row, tick box, avatar, text, numbers with what hangs below them, tags."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from xingtu_desktop.ui.formats import UNKNOWN
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.theme.icons import paint as paint_icon
from xingtu_desktop.ui.widgets.painting import (
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
    checked: set[Hashable] = field(default_factory=set)
    columns: tuple[Column, ...] = ()


class CellDelegate(QStyledItemDelegate):
    """Draws `Cell`s; a view with a cell of its own kind overrides `paint_content` and keeps the row's ground."""

    def __init__(self, state: RowState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The row height of the theme; the width is the header's business."""
        return QSize(self._state.columns[index.column()].width if self._state.columns else 80, current_theme().row_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Draw ground, line, tick box and content."""
        self.paint_cell(painter, option.rect, index)

    def paint_cell(self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        """Draw the cell of `index` into `rect`; the frozen column uses it outside the view's own painting."""
        theme = current_theme()
        tokens = theme.tokens
        state = self._state
        row = index.row()
        checked = state.checkable and bool(state.checked) and index.data(KEY_ROLE) in state.checked
        chosen = checked or row == state.current
        ground = tokens.selected if chosen else tokens.hover if row == state.hover else tokens.surface
        painter.fillRect(rect, QColor(ground))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, QColor(tokens.line))
        left = theme.px(PADDING)
        if index.column() == 0:
            if row == state.current:
                painter.fillRect(rect.left(), rect.top(), 3, rect.height(), QColor(tokens.accent))
            if state.checkable:
                size = theme.px(16)
                box = QRectF(rect.left() + theme.px(14), rect.center().y() - size / 2 + 0.5, size, size)
                paint_check_box(
                    painter, box, Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked, tokens, hover=row == state.hover
                )
                left = theme.px(CHECK_WIDTH)
            else:
                left = theme.px(16)
        cell = index.data(CELL_ROLE)
        if isinstance(cell, Cell):
            area = QRectF(rect).adjusted(left, 0, -theme.px(PADDING), -1)
            painter.save()
            painter.setClipRect(QRectF(rect).adjusted(left - 2, 0, -2, -1))
            right = index.column() < len(state.columns) and state.columns[index.column()].align == "right"
            self.paint_content(painter, area, cell, right=right, chosen=chosen)
            painter.restore()

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
        return current_theme().color(tone)

    def _paint_tags(self, painter: QPainter, rect: QRectF, cell: Cell, chosen: bool) -> None:
        theme = current_theme()
        left, height = rect.left(), theme.px(20)
        for tag in cell.tags:
            width = tag_width(tag.text)
            if left + width > rect.right() + 4 and left > rect.left():
                break
            ground = "surface" if chosen and tag.tone in ("", "accent") else None
            paint_tag(painter, QRectF(left, rect.center().y() - height / 2, width, height), tag.text, tag.tone, ground=ground)
            left += width + theme.px(4)

    def _paint_number(self, painter: QPainter, rect: QRectF, cell: Cell, chosen: bool) -> None:
        theme = current_theme()
        tokens = theme.tokens
        right = rect.right()
        graphic = theme.px(36)
        if cell.spark:
            paint_sparkline(
                painter, QRectF(right - graphic, rect.center().y() - theme.px(8), graphic - 2, theme.px(14)), cell.spark, tokens
            )
            right -= graphic + theme.px(6)
        painter.setFont(theme.font(13, strong=cell.strong))
        painter.setPen(self._ink(cell, chosen))
        text_rect = QRectF(rect.left(), rect.top(), right - rect.left(), rect.height())
        if cell.subtitle and theme.density == "comfortable":
            painter.drawText(text_rect.adjusted(0, theme.px(3), 0, -theme.px(18)), _RIGHT, cell.text)
            painter.setFont(theme.font(12))
            painter.setPen(theme.color("text-2" if chosen else "text-3"))
            painter.drawText(text_rect.adjusted(0, theme.px(20), 0, -theme.px(3)), _RIGHT, cell.subtitle)
            return
        painter.drawText(text_rect, _RIGHT, cell.text)
        hang = rect.center().y() + theme.px(11 if theme.density == "comfortable" else 9)
        if cell.bar is not None:
            bar = QRectF(right - graphic, hang, graphic, theme.px(4 if theme.density == "comfortable" else 3))
            paint_micro_bar(painter, bar, cell.bar, tokens, color=tokens.color(cell.bar_color), tick=cell.bar_tick)
        elif cell.whisker is not None:
            paint_whisker(painter, QRectF(right - graphic, hang, graphic, theme.px(4)), *cell.whisker, tokens)

    def _paint_text(self, painter: QPainter, rect: QRectF, cell: Cell, chosen: bool) -> None:
        theme = current_theme()
        left = rect.left()
        if cell.avatar:
            size = theme.px(26 if theme.density == "comfortable" else 22)
            circle = QRectF(left, rect.center().y() - size / 2, size, size)
            paint_avatar(painter, circle, cell.avatar, key=cell.avatar_key)
            left += size + theme.px(8)
        elif cell.icon:
            size = theme.px(16)
            paint_icon(painter, cell.icon, left, rect.center().y() - size / 2, size, cell.icon_tone)
            left += size + theme.px(8)
        font = theme.font(13, strong=cell.strong)
        metrics = QFontMetrics(font)
        two_lines = bool(cell.subtitle) and theme.density == "comfortable"
        badge = theme.px(18) if cell.verified else 0
        room = rect.right() - left - badge
        inline = cell.subtitle if cell.subtitle and not two_lines else ""
        if inline:
            room *= 0.68
        text = metrics.elidedText(cell.text, Qt.TextElideMode.ElideRight, int(max(0, room)))
        width = metrics.horizontalAdvance(text)
        first = rect.adjusted(0, theme.px(3), 0, -theme.px(18)) if two_lines else rect
        painter.setFont(font)
        painter.setPen(self._ink(cell, chosen))
        painter.drawText(QRectF(left, first.top(), width + 2, first.height()), _LEFT, text)
        after = left + width + theme.px(4)
        if cell.verified:
            size = theme.px(14)
            paint_icon(painter, "verified", after, first.center().y() - size / 2, size, "accent")
            after += theme.px(18)
        if cell.subtitle:
            small = theme.font(12)
            painter.setFont(small)
            painter.setPen(theme.color("text-2" if chosen else "text-3"))
            place = QRectF(left, rect.top() + theme.px(20), rect.right() - left, rect.height() - theme.px(23))
            if inline:
                place = QRectF(after + theme.px(4), rect.top(), rect.right() - after - theme.px(4), rect.height())
            shown = QFontMetrics(small).elidedText(cell.subtitle, Qt.TextElideMode.ElideRight, int(max(0, place.width())))
            painter.drawText(place, _LEFT, shown)
