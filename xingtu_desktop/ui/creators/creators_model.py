"""The found creators as Qt sees them: any number of rows, of which only windows are held; the rest are skeleton cells."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter

from xingtu_desktop.domain.creator import Creator
from xingtu_desktop.domain.creator_query import AudienceTarget
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.ui.creators.columns import BY_KEY, Seen
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.painting import fill_round
from xingtu_desktop.ui.widgets.table.cells import CELL_ROLE, KEY_ROLE, Cell, Column
from xingtu_desktop.ui.widgets.table.delegate import CellDelegate

PAGE: Final = 100
_PAGES_KEPT: Final = 48
_CELLS_KEPT: Final = 4096
SKELETON: Final = Cell(tooltip="")
"""Stands where a row is not here yet; told apart by identity."""
_GONE: Final = Cell("—")

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Window:
    """One page of the answer: its ids in order, and the records that there are (a creator deleted since has none)."""

    author_ids: tuple[AuthorId, ...]
    creators: tuple[Creator, ...]


class CreatorTableModel(QAbstractTableModel):
    """Rows of an answer. Painting a row that is not here asks for its page through `pages_wanted`, after the painting."""

    pages_wanted = Signal(list)
    """Numbers of pages (of `PAGE` rows), the ones painted last."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[Column, ...] = ()
        self._total = 0
        self._pages: OrderedDict[int, tuple[tuple[AuthorId, ...], dict[AuthorId, Creator]]] = OrderedDict()
        self._row_of: dict[AuthorId, int] = {}
        self._cells: dict[tuple[int, int], Cell] = {}
        self._wanted: set[int] = set()
        self._seen = Seen(datetime.min.replace(tzinfo=UTC))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._ask)

    # What is shown

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Other columns, or the same ones in another language."""
        self.beginResetModel()
        self._columns = tuple(columns)
        self._cells.clear()
        self.endResetModel()

    def columns(self) -> tuple[Column, ...]:
        """The columns in order."""
        return self._columns

    def set_result(self, total: int, pages: dict[int, Window], now: datetime, targets: tuple[AudienceTarget, ...] = ()) -> None:
        """Another answer of `total` rows, with the pages that were fetched with it."""
        self.beginResetModel()
        self._total = total
        self._seen = Seen(now, targets)
        self._pages.clear()
        self._row_of.clear()
        self._cells.clear()
        self._wanted.clear()
        for number, window in pages.items():
            self._keep(number, window)
        self.endResetModel()

    def put_page(self, number: int, window: Window) -> None:
        """A page that was asked for arrived."""
        self._keep(number, window)
        self._cells.clear()
        first, last = number * PAGE, min(self._total, (number + 1) * PAGE) - 1
        if first <= last and self._columns:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self._columns) - 1))

    def refresh(self, now: datetime) -> None:
        """Draw the same rows again: ages or the language changed."""
        self._seen = Seen(now, self._seen.targets)
        self._cells.clear()
        if self._total and self._columns:
            self.dataChanged.emit(self.index(0, 0), self.index(self._total - 1, len(self._columns) - 1))

    def total(self) -> int:
        """Rows of the whole answer."""
        return self._total

    def creator(self, row: int) -> Creator | None:
        """The record of a row, None while it is not here."""
        author_id = self.author_id(row)
        held = self._pages.get(row // PAGE)
        return held[1].get(author_id) if held is not None and author_id is not None else None

    def author_id(self, row: int) -> AuthorId | None:
        """The id of a row, None while it is not here."""
        held = self._pages.get(row // PAGE)
        place = row % PAGE
        return held[0][place] if held is not None and 0 <= place < len(held[0]) else None

    def find(self, author_id: AuthorId) -> Creator | None:
        """The record of a creator among the rows that are here."""
        row = self._row_of.get(author_id)
        return None if row is None else self.creator(row)

    def row_of(self, key: Hashable) -> int:
        """The row of an id among the rows that are here, else -1."""
        return self._row_of.get(AuthorId(key), -1) if isinstance(key, int) else -1

    def _keep(self, number: int, window: Window) -> None:
        self._pages[number] = (window.author_ids, {creator.author_id: creator for creator in window.creators})
        self._pages.move_to_end(number)
        self._wanted.discard(number)
        for place, author_id in enumerate(window.author_ids):
            self._row_of[author_id] = number * PAGE + place
        while len(self._pages) > _PAGES_KEPT:
            dropped, (ids, _) = self._pages.popitem(last=False)
            for place, author_id in enumerate(ids):
                if self._row_of.get(author_id) == dropped * PAGE + place:
                    del self._row_of[author_id]

    def _want(self, number: int) -> None:
        self._wanted.add(number)
        if not self._timer.isActive():
            self._timer.start()

    def _ask(self) -> None:
        wanted, self._wanted = sorted(self._wanted), set()
        missing = [number for number in wanted if number not in self._pages]
        if missing:
            self.pages_wanted.emit(missing)

    # Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        """Rows of the whole answer."""
        return 0 if parent.isValid() else self._total

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        """Columns shown."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """The cell, the id, or the text that accessibility and tooltips read."""
        if not index.isValid() or index.row() >= self._total or index.column() >= len(self._columns):
            return None
        if role == KEY_ROLE:
            return self.author_id(index.row())
        if role not in (CELL_ROLE, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return None
        cell = self.cell(index.row(), index.column())
        if role == CELL_ROLE:
            return cell
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text or ", ".join(tag.text for tag in cell.tags)
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.tooltip or None
        return cell.subtitle or None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """Title and definition in one text, for accessibility; the tooltip says what the title has no room for."""
        if role == Qt.ItemDataRole.ToolTipRole and orientation == Qt.Orientation.Horizontal and 0 <= section < len(self._columns):
            column, hint = self._columns[section], BY_KEY[self._columns[section].key].hint
            words = f"{column.title} · {column.subtitle}" if column.subtitle else column.title
            return words if hint is None else f"{words}\n{hint.text()}"
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal and 0 <= section < len(self._columns):
            column = self._columns[section]
            return f"{column.title} {column.subtitle}".strip()
        return None

    def cell(self, row: int, column: int) -> Cell:
        """The cell of a place; a page that is not here is asked for."""
        known = self._cells.get((row, column))
        if known is not None:
            return known
        if row // PAGE not in self._pages:
            self._want(row // PAGE)
            return SKELETON
        creator = self.creator(row)
        if creator is None:
            return _GONE
        if len(self._cells) >= _CELLS_KEPT:
            self._cells.clear()
        cell = BY_KEY[self._columns[column].key].cell(creator, self._seen)
        self._cells[(row, column)] = cell
        return cell


class CreatorDelegate(CellDelegate):
    """Draws a grey bar where a cell is not here yet."""

    def paint_content(self, painter: QPainter, rect: QRectF, cell: Cell, *, right: bool, chosen: bool) -> None:
        """A bar for a skeleton cell, else the cell."""
        if cell is not SKELETON:
            super().paint_content(painter, rect, cell, right=right, chosen=chosen)
            return
        theme = current_theme()
        width, height = rect.width() * 0.6, theme.px(10)
        left = rect.right() - width if right else rect.left()
        fill_round(painter, QRectF(left, rect.center().y() - height / 2, width, height), 4, theme.tokens.hover)
