"""The board: orders as cards in columns, from what is to be paid to what has ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.domain.lifecycle import OrderStatus
from xingtu_desktop.services.campaigns import OrderRow
from xingtu_desktop.ui.campaigns import words
from xingtu_desktop.ui.campaigns.campaigns_model import task_amount
from xingtu_desktop.ui.formats import UNKNOWN
from xingtu_desktop.ui.i18n import Message, formats
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.labels import ElidedLabel, line, panel, text_label
from xingtu_desktop.ui.widgets.painting import draw_cached, paint_avatar, saved, stroke_round
from xingtu_desktop.ui.widgets.table import KEY_ROLE, Cell, Column, RecordsModel
from xingtu_desktop.ui.widgets.view import View

_S = OrderStatus
LANES: Final = (
    (Message("campaigns", "To pay"), frozenset({_S.UNPAID, _S.BALANCE_DUE})),
    (Message("campaigns", "With the creator"), frozenset({_S.WAITING_FOR_CREATOR, _S.ACCEPTED})),
    (Message("campaigns", "Script"), frozenset({_S.SCRIPT_UPLOADED, _S.SCRIPT_REJECTED, _S.SCRIPT_CONFIRMED, _S.SCRIPT_SKIPPED})),
    (Message("campaigns", "Video"), frozenset({_S.VIDEO_UPLOADED, _S.VIDEO_REJECTED})),
    (Message("campaigns", "To publish"), frozenset({_S.VIDEO_CONFIRMED})),
    (Message("campaigns", "Published"), frozenset({_S.PUBLISHED})),
    (Message("campaigns", "Ended"), frozenset({_S.FINISHED, _S.CANCELLED, _S.CLOSED})),
)
_CARD = 86


class Board(View):
    """Seven lanes of cards; the current card is the same order in the table."""

    single_key_commands = True
    chosen = Signal(object)
    """An OrderId: its card was pressed or reached by key."""

    def __init__(self, now: Callable[[], datetime], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lanes = [_Lane(name, now) for name, _ in LANES]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for place, lane in enumerate(self._lanes):
            if place:
                row.addWidget(line(horizontal=False))
            row.addWidget(lane, 1)
            lane.list.chosen.connect(self.chosen)
            lane.list.left.connect(lambda step, here=place: self._cross(here, step))
        self.setFocusProxy(self._lanes[0].list)

    def set_rows(self, rows: Sequence[OrderRow]) -> None:
        """Show orders, each in its lane, in the order given."""
        for lane, (_, statuses) in zip(self._lanes, LANES, strict=True):
            lane.set_rows([row for row in rows if row.order.status in statuses])

    def retranslate(self) -> None:
        """Lane names."""
        for lane in self._lanes:
            lane.retranslate()

    def refresh(self) -> None:
        """Draw again: time went on."""
        for lane in self._lanes:
            lane.list.viewport().update()

    def set_current(self, order_id: OrderId | None) -> None:
        """Mark a card, and no other."""
        for lane in self._lanes:
            lane.list.set_current(order_id)

    def _cross(self, here: int, step: int) -> None:
        places = range(here + step, len(self._lanes) if step > 0 else -1, step)
        target = next((place for place in places if self._lanes[place].model.rowCount()), None)
        if target is not None:
            self._lanes[target].list.enter(self._lanes[here].list.currentIndex().row())


class _Lane(QWidget):
    def __init__(self, name: Message, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._title = name
        self._name = ElidedLabel(strong=True)
        self._sum = text_label(type="caption", tone="text-3")
        self.model: RecordsModel[OrderRow] = RecordsModel(
            [Column("card", "")], lambda row, _: Cell(row.order.author_name, words.next_step(row)[0]), lambda row: row.order.order_id
        )
        self.list = _Cards(self.model, now)
        head = QHBoxLayout()
        head.setContentsMargins(12, 8, 12, 8)
        head.addWidget(self._name, 1)
        head.addWidget(self._sum)
        top = panel("window")
        top.setLayout(head)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(line())
        column.addWidget(self.list, 1)
        self._rows: Sequence[OrderRow] = ()
        self.retranslate()

    def set_rows(self, rows: Sequence[OrderRow]) -> None:
        self._rows = rows
        self.model.set_rows(rows)
        self.list.keep_current()
        self.retranslate()

    def retranslate(self) -> None:
        self._name.setText(f"{self._title.text()} {formats().integer(len(self._rows))}")
        self._sum.setText(formats().money_short(task_amount(self._rows)) if self._rows else "")
        self.list.setAccessibleName(self._name.full_text())
        self.model.refresh()


class _Cards(QListView):
    chosen = Signal(object)
    left = Signal(int)

    def __init__(self, model: RecordsModel[OrderRow], now: Callable[[], datetime]) -> None:
        super().__init__()
        self._records = model
        self._key: OrderId | None = None
        self.setModel(model)
        self.setItemDelegate(_CardDelegate(model, now, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        current_theme().changed.connect(self.scheduleDelayedItemsLayout)

    def current(self) -> OrderId | None:
        """The order whose card is marked."""
        return self._key

    def set_current(self, order_id: OrderId | None) -> None:
        self._key = order_id
        self.keep_current()

    def keep_current(self) -> None:
        """After a refresh the same order is marked, wherever it went."""
        row = self._records.row_of(self._key) if self._key is not None else -1
        self.setCurrentIndex(self._records.index(row, 0) if row >= 0 else QModelIndex())
        self.viewport().update()

    def enter(self, row: int) -> None:
        """Take the keyboard at about this height."""
        self.setFocus(Qt.FocusReason.TabFocusReason)
        self._go(row)

    def _go(self, row: int) -> None:
        count = self._records.rowCount()
        if count:
            record = self._records.record(min(max(row, 0), count - 1))
            if record is not None:
                self.set_current(record.order.order_id)
                self.scrollTo(self.currentIndex())
                self.chosen.emit(record.order.order_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, J and K move; left and right change the lane; letters are the view's commands."""
        key = Qt.Key(event.key())
        step = {Qt.Key.Key_J: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_K: -1, Qt.Key.Key_Up: -1}.get(key, 0)
        across = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key, 0)
        if step and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self._go(self.currentIndex().row() + step)
        elif across:
            self.left.emit(across)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a card."""
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._go(index.row())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt turns input methods on for item views; here letters are commands."""
        super().focusInEvent(event)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)


class _CardDelegate(QStyledItemDelegate):
    def __init__(self, model: RecordsModel[OrderRow], now: Callable[[], datetime], owner: _Cards) -> None:
        super().__init__(owner)
        self._model = model
        self._now = now
        self._owner = owner

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(current_theme().px(120), current_theme().px(_CARD))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        row = self._model.record(index.row())
        if row is None:
            return
        theme, shown = current_theme(), formats()
        tokens = theme.tokens
        chosen = index.data(KEY_ROLE) == self._owner.current()
        card = QRectF(option.rect).adjusted(theme.px(6), theme.px(5), -theme.px(6), -theme.px(1))
        with saved(painter):
            edge = tokens.accent if chosen else tokens.line
            stroke_round(painter, card, 6, edge, tokens.selected if chosen else tokens.surface)
            inner = card.adjusted(theme.px(9), theme.px(8), -theme.px(9), -theme.px(6))
            side = theme.px(20)
            face = QRectF(inner.left(), inner.top(), side, side)
            name, key = row.order.author_name, str(row.order.author_id)
            draw_cached(painter, face, ("avatar", name[:2], key), lambda p, r: paint_avatar(p, r, name, key=key))
            small, strong = theme.font(12), theme.font(13, strong=True)
            left = face.right() + theme.px(7)
            _write(painter, QRectF(left, inner.top(), inner.right() - left, side), name or UNKNOWN, strong, tokens.text)
            text, tone = words.next_step(row)
            state = words.status_name(row.order.status)
            line_height = QFontMetrics(small).height() + 2
            first = QRectF(inner.left(), face.bottom() + theme.px(5), inner.width(), line_height)
            quiet = tokens.text_2 if tone in ("text-2", "text-3") else tokens.color(tone)
            _write(painter, first, text if row.pending is not None or row.late else state, small, quiet)
            due, due_tone, _ = words.deadline(row, self._now())
            second = first.translated(0, line_height)
            money = shown.money(row.order.task_cost)
            width = QFontMetrics(small).horizontalAdvance(money)
            _write(painter, QRectF(second.right() - width, second.top(), width + 1, line_height), money, small, tokens.text_2)
            if due != UNKNOWN:
                color = tokens.color(due_tone if due_tone in ("bad", "warn") else "text-2" if chosen else "text-3")
                _write(painter, second.adjusted(0, 0, -width - theme.px(8), 0), due, small, color)


def _write(painter: QPainter, rect: QRectF, text: str, font: QFont, color: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(color))
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()))
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
