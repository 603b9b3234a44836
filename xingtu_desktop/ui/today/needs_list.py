"""The list of what needs the operator: headings with counts, rows that lead somewhere, moved by key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from xingtu_desktop.ui.formats import DOT
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.theme.icons import paint as paint_icon
from xingtu_desktop.ui.today.agenda import Need, Section
from xingtu_desktop.ui.widgets.painting import draw_cached, fill_round, paint_avatar, saved

ROW_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
_HEADING, _NEED = 36, 58
Row = Section | Need
_SOFT: Final = {"good": "good-soft", "warn": "warn-soft", "bad": "bad-soft", "accent": "selected"}


class NeedsModel(QAbstractListModel):
    """Sections and their rows, one below the other."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Row, ...] = ()

    def set_sections(self, sections: Sequence[Section]) -> None:
        """Show other rows; the list keeps its place by key."""
        rows: list[Row] = []
        for section in sections:
            rows.append(section)
            rows.extend(section.needs)
        if tuple(rows) == self._rows:
            return
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def row(self, index: int) -> Row | None:
        """What stands in a row, None outside."""
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def row_of(self, key: str) -> int:
        """The row of a need, -1 when it is gone."""
        return next((place for place, row in enumerate(self._rows) if isinstance(row, Need) and row.key == key), -1)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Headings and needs."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """The row itself, or its words for screen readers."""
        row = self.row(index.row()) if index.isValid() else None
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{row.title} {row.count}" if isinstance(row, Section) else row.title
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return row.note if isinstance(row, Section) else DOT.join(part for part in (row.note, row.right, row.right_note) if part)
        return None


class NeedsList(QListView):
    """Arrows, J and K move from need to need, Enter or a click follows it; a heading's link shows all of its kind."""

    followed = Signal(object)
    """A Target."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.needs = NeedsModel(self)

        self.setModel(self.needs)
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        current_theme().changed.connect(self.scheduleDelayedItemsLayout)

    def set_sections(self, sections: Sequence[Section]) -> None:
        """Show what needs the operator; current row and scroll position stay."""
        row = self.needs.row(self.currentIndex().row())
        key = row.key if isinstance(row, Need) else None
        place = self.verticalScrollBar().value()
        self.needs.set_sections(sections)
        if key is not None and (found := self.needs.row_of(key)) >= 0:
            self.setCurrentIndex(self.needs.index(found, 0))
        self.verticalScrollBar().setValue(place)

    def current(self) -> Need | None:
        """The need that keys are at."""
        row = self.needs.row(self.currentIndex().row())
        return row if isinstance(row, Need) else None

    def move_current(self, step: int) -> None:
        """To the next or the previous need, past headings."""
        place = self.currentIndex().row() + step
        while 0 <= place < self.needs.rowCount():
            if isinstance(self.needs.row(place), Need):
                self.setCurrentIndex(self.needs.index(place, 0))
                self.scrollTo(self.currentIndex())
                return
            place += step

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move and follow; other letters are the view's commands."""
        key = Qt.Key(event.key())
        step = {Qt.Key.Key_J: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_K: -1, Qt.Key.Key_Up: -1}.get(key, 0)
        if step and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.move_current(step)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (need := self.current()) is not None:
            self.followed.emit(need.target)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Follow what was pressed."""
        index = self.indexAt(event.position().toPoint())
        row = self.needs.row(index.row()) if index.isValid() else None
        if event.button() != Qt.MouseButton.LeftButton or row is None:
            return
        if isinstance(row, Need):
            self.setCurrentIndex(index)
        self.followed.emit(row.rest if isinstance(row, Section) else row.target)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt would choose rows while dragging."""
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin at the first need; Qt turns input methods on for item views, and here letters are commands."""
        super().focusInEvent(event)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        if self.current() is None:
            self.setCurrentIndex(QModelIndex())
            self.move_current(1)


class _Delegate(QStyledItemDelegate):
    def __init__(self, owner: NeedsList) -> None:
        super().__init__(owner)
        self._owner = owner

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        height = _HEADING if isinstance(index.data(ROW_ROLE), Section) else _NEED
        return QSize(current_theme().px(200), current_theme().px(height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        row = index.data(ROW_ROLE)
        rect = QRectF(option.rect)
        with saved(painter):
            if isinstance(row, Section):
                _paint_heading(painter, rect, row)
            elif isinstance(row, Need):
                _paint_need(painter, rect, row, current=index == self._owner.currentIndex() and self._owner.hasFocus())


def _paint_heading(painter: QPainter, rect: QRectF, section: Section) -> None:
    theme = current_theme()
    tokens = theme.tokens
    painter.fillRect(rect, QColor(tokens.strip))
    painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), QColor(tokens.line))
    inner = rect.adjusted(theme.px(16), 0, -theme.px(16), 0)
    strong, small = theme.font(13, strong=True), theme.font(12)
    left = _write(painter, inner, section.title, strong, tokens.text) + theme.px(8)
    link = tr("today", "All") if section.count > len(section.needs) else ""
    room = QFontMetrics(small).horizontalAdvance(link)
    note = DOT.join(part for part in (formats().integer(section.count), section.note) if part)
    _write(painter, inner.adjusted(left, 0, -room - theme.px(8), 0), note, small, tokens.text_2)
    if link:
        _write(painter, QRectF(inner.right() - room, inner.top(), room + 1, inner.height()), link, small, tokens.accent)


def _paint_need(painter: QPainter, rect: QRectF, need: Need, *, current: bool) -> None:
    theme = current_theme()
    tokens = theme.tokens
    painter.fillRect(rect, QColor(tokens.selected if current else tokens.surface))
    painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), QColor(tokens.line))
    if current:
        painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), QColor(tokens.accent))
    inner = rect.adjusted(theme.px(16), theme.px(9), -theme.px(16), -theme.px(9))
    side = theme.px(28)
    face = QRectF(inner.left(), inner.center().y() - side / 2, side, side)
    if need.face:
        draw_cached(painter, face, ("avatar", need.face[:2], need.face_key), lambda p, r: paint_avatar(p, r, need.face, key=need.face_key))
    else:
        fill_round(painter, face, 6, tokens.color(_SOFT.get(need.tone, "hover")))
        size = theme.px(16)
        paint_icon(painter, need.icon, face.center().x() - size / 2, face.center().y() - size / 2, size, need.tone)
    body, strong, small = theme.font(13), theme.font(13, strong=True), theme.font(12)
    top = QRectF(face.right() + theme.px(10), inner.top(), inner.right() - face.right() - theme.px(10), inner.height() / 2)
    bottom = top.translated(0, top.height())
    quiet = tokens.text_2
    right_font = strong if need.right_tone in ("bad", "warn") else body
    used = [0, 0]
    for place, (text, font, color) in enumerate(((need.right, right_font, tokens.color(need.right_tone)), (need.right_note, small, quiet))):
        if text:
            area = (top, bottom)[place]
            words = (need.title, need.note)[place]
            # What it is comes first: the right side gives way to it, down to two fifths of the row.
            wanted = QFontMetrics(body if not place else small).horizontalAdvance(words) + theme.px(12)
            room = max(int(area.width() - wanted), int(area.width() * 0.4))
            used[place] = min(QFontMetrics(font).horizontalAdvance(text) + theme.px(12), room)
            _write(painter, QRectF(area.right() - used[place] + theme.px(12), area.top(), used[place], area.height()), text, font, color)
    _write(painter, top.adjusted(0, 0, -used[0], 0), need.title, body, tokens.text)
    _write(painter, bottom.adjusted(0, 0, -used[1], 0), need.note, small, quiet)


def _write(painter: QPainter, rect: QRectF, text: str, font: QFont, color: str) -> float:
    """Write a line, shortened to the room; answers its width."""
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, int(rect.width())))
    painter.setFont(font)
    painter.setPen(QColor(color))
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
    return float(metrics.horizontalAdvance(shown))
