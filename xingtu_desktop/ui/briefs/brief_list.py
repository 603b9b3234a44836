"""The list of briefs: its model, its rows, and the history of the open one below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListView,
    QScrollArea,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from xingtu_desktop.domain.brief_record import BriefVersion
from xingtu_desktop.domain.ids import BriefId
from xingtu_desktop.services.briefs import BriefSummary
from xingtu_desktop.ui.briefs import words
from xingtu_desktop.ui.formats import DOT
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.labels import ElidedLabel, text_label
from xingtu_desktop.ui.widgets.painting import fill_round, saved

SUMMARY_ROLE = int(Qt.ItemDataRole.UserRole) + 1
SHOWN_VERSIONS = 30
NO_INDEX = QModelIndex()


class BriefListModel(QAbstractListModel):
    """One row a brief; a refresh keeps rows that stayed, so that selection and scrolling stay too."""

    def __init__(self, now: Callable[[], datetime], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._rows: list[BriefSummary] = []

    def set_rows(self, rows: Sequence[BriefSummary]) -> None:
        """Other rows; the same briefs in the same order are only drawn again."""
        same = [row.brief_id for row in rows] == [row.brief_id for row in self._rows]
        if same:
            self._rows = list(rows)
            self.refresh()
            return
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def refresh(self) -> None:
        """Ages, or the language, have changed."""
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def row_of(self, brief_id: BriefId) -> int:
        """The row of a brief, -1 when it is not shown."""
        return next((place for place, row in enumerate(self._rows) if row.brief_id == brief_id), -1)

    def summary(self, row: int) -> BriefSummary | None:
        """The brief of a row."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = NO_INDEX) -> int:
        """Briefs shown."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """The summary, or its words."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == SUMMARY_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return words.title_of(row.title)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return DOT.join(part for part in (words.state(row)[0], self.age(row), words.left_to_do(row)) if part)
        return None

    def age(self, row: BriefSummary) -> str:
        """How long ago it was changed."""
        return formats().ago(row.updated_at, self._now())


class _Rows(QStyledItemDelegate):
    """Title over state, age and what is left."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """62 px a row."""
        return QSize(120, current_theme().px(62))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Draw a row."""
        summary, model = index.data(SUMMARY_ROLE), index.model()
        if not isinstance(summary, BriefSummary) or not isinstance(model, BriefListModel):
            return
        theme = current_theme()
        tokens = theme.tokens
        rect = QRectF(option.rect)
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        hover = bool(state & QStyle.StateFlag.State_MouseOver)
        with saved(painter):
            painter.fillRect(rect, QColor(tokens.selected if chosen else tokens.hover if hover else tokens.surface))
            painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), QColor(tokens.line))
            if chosen:
                painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height() - 1), QColor(tokens.accent))
            left, width = rect.left() + theme.px(16), rect.width() - theme.px(32)
            font = theme.font(13, strong=chosen)
            painter.setFont(font)
            painter.setPen(QColor(tokens.text if summary.title.strip() else tokens.text_2))
            title = QFontMetrics(font).elidedText(words.title_of(summary.title), Qt.TextElideMode.ElideRight, int(width))
            painter.drawText(QRectF(left, rect.top() + theme.px(10), width, theme.px(20)), Qt.AlignmentFlag.AlignVCenter, title)
            small = theme.font(12)
            painter.setFont(small)
            word, tone = words.state(summary)
            middle = rect.top() + theme.px(43)
            size = theme.px(7)
            fill_round(painter, QRectF(left, middle - size / 2, size, size), size / 2, tokens.color(tone))
            note = words.left_to_do(summary)
            metrics = QFontMetrics(small)
            painter.setPen(QColor(tokens.text_2))
            below = QRectF(left + theme.px(13), middle - theme.px(9), width - theme.px(13), theme.px(18))
            room = below.width() - (metrics.horizontalAdvance(note) + theme.px(8) if note else 0)
            left_words = metrics.elidedText(f"{word}{DOT}{model.age(summary)}", Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, left_words)
            if note:
                painter.setPen(QColor(tokens.warn))
                painter.drawText(below, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, note)


class BriefListView(QListView):
    """J and K move; Enter puts the keyboard into the form."""

    chosen = Signal(str)
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(_Rows(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.activated.connect(lambda: self.entered.emit())

    def current_id(self) -> BriefId | None:
        """The brief in hand."""
        summary = self.currentIndex().data(SUMMARY_ROLE)
        return summary.brief_id if isinstance(summary, BriefSummary) else None

    def set_current_id(self, brief_id: BriefId) -> None:
        """Take a brief in hand without telling anyone."""
        model = self.model()
        if isinstance(model, BriefListModel) and (row := model.row_of(brief_id)) >= 0 and self.current_id() != brief_id:
            self.blockSignals(True)
            self.selectionModel().blockSignals(True)
            self.setCurrentIndex(model.index(row))
            self.selectionModel().blockSignals(False)
            self.blockSignals(False)
            self.viewport().update()

    def currentChanged(self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex) -> None:
        """Another row was taken in hand."""
        super().currentChanged(current, previous)
        summary = current.data(SUMMARY_ROLE)
        if isinstance(summary, BriefSummary) and not self.signalsBlocked():
            self.chosen.emit(summary.brief_id)

    def move_current(self, step: int) -> None:
        """Down (1) or up (-1)."""
        model = self.model()
        row = min(max(self.currentIndex().row() + step, 0), model.rowCount() - 1)
        if row >= 0:
            self.setCurrentIndex(model.index(row, 0))

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands of the view, not a search."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt turns input methods on for item views; here letters are commands."""
        super().focusInEvent(event)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)

    def viewportEvent(self, event: QEvent) -> bool:
        """Hover follows the pointer."""
        if event.type() == QEvent.Type.Leave:
            self.viewport().update()
        return super().viewportEvent(event)


class History(QWidget):
    """Versions of the open brief, newest first, each with its comparison."""

    compared = Signal(int)

    def __init__(self, now: Callable[[], datetime], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._versions: tuple[BriefVersion, ...] = ()
        self._title = text_label(strong=True)
        self._count = text_label(type="caption", tone="text-3")
        head = QHBoxLayout()
        head.setContentsMargins(16, 10, 16, 4)
        head.addWidget(self._title, 1)
        head.addWidget(self._count)
        host = QWidget()
        self._rows = QVBoxLayout(host)
        self._rows.setContentsMargins(16, 0, 12, 8)
        self._rows.setSpacing(0)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(host)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._scroll, 1)

    def set_versions(self, versions: Sequence[BriefVersion]) -> None:
        """Other versions."""
        if tuple(versions) != self._versions:
            self._versions = tuple(versions)
            self.rebuild()

    def rebuild(self) -> None:
        """Write everything again."""
        self._title.setText(tr("briefs", "History"))
        self._count.setText(tr("briefs", "{count} version|{count} versions", count=len(self._versions)))
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for place, version in enumerate(self._versions[:SHOWN_VERSIONS]):
            host = QWidget()
            row = QHBoxLayout(host)
            row.setContentsMargins(0, 1, 0, 1)
            row.setSpacing(8)
            row.addWidget(text_label(words.day(version.saved_at, self._now()), type="caption", tone="text-2"))
            row.addWidget(ElidedLabel(version.name or version.author, type="caption"), 1)
            if place == 0:
                now = text_label(tr("briefs", "current"), type="caption", tone="text-3")
                now.setContentsMargins(0, 4, 4, 4)
                row.addWidget(now)
            else:
                button = Button(tr("briefs", "Compare"), kind="link", small=True)
                button.clicked.connect(lambda _=False, number=version.number: self.compared.emit(number))
                row.addWidget(button)
            self._rows.addWidget(host)
        self._rows.addStretch(1)
