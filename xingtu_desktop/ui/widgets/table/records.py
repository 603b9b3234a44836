"""A table model over any sequence of records: cells are made when they are shown, rows are replaced as a whole."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from xingtu_desktop.ui.widgets.table.cells import CELL_ROLE, KEY_ROLE, Cell, Column

Record = TypeVar("Record")
_CACHE_CELLS: Final = 4096
_INDEX_LIMIT: Final = 20_000


class RecordsModel(QAbstractTableModel, Generic[Record]):
    """Rows of `Record`, drawn through `cell_of(record, column_key)` and told apart by `key_of(record)`.

    `rows` may be lazy: only `len` and item access are used. For more than 20,000 rows give `find_row`, which
    answers the row of a key (or -1), because the model will not read a million records to find one.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        cell_of: Callable[[Record, str], Cell],
        key_of: Callable[[Record], Hashable],
        *,
        find_row: Callable[[Hashable], int] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._cell_of = cell_of
        self._key_of = key_of
        self._find_row = find_row
        self._rows: Sequence[Record] = ()
        self._cells: dict[tuple[int, int], Cell] = {}
        self._rows_by_key: dict[Hashable, int] | None = None

    def set_rows(self, rows: Sequence[Record]) -> None:
        """Show other records; the table keeps ticks, current row and scroll position by key."""
        self.beginResetModel()
        self._rows = rows
        self._cells.clear()
        self._rows_by_key = None
        self.endResetModel()

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns or the same ones in another language."""
        self.beginResetModel()
        self._columns = tuple(columns)
        self._cells.clear()
        self.endResetModel()

    def refresh(self) -> None:
        """Draw the same records again: an age, a price or the language changed."""
        self._cells.clear()
        if len(self._rows):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(self._columns) - 1))

    def columns(self) -> tuple[Column, ...]:
        """The columns in order."""
        return self._columns

    def record(self, row: int) -> Record | None:
        """The record of a row, None outside."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def row_of(self, key: Hashable) -> int:
        """The row of a key, -1 when it is not shown."""
        if self._find_row is not None:
            return self._find_row(key)
        if len(self._rows) > _INDEX_LIMIT:
            return -1
        if self._rows_by_key is None:
            self._rows_by_key = {self._key_of(record): row for row, record in enumerate(self._rows)}
        return self._rows_by_key.get(key, -1)

    def cell(self, row: int, column: int) -> Cell:
        """The cell to draw, made once until the rows change."""
        known = self._cells.get((row, column))
        if known is None:
            if len(self._cells) >= _CACHE_CELLS:
                self._cells.clear()
            known = self._cell_of(self._rows[row], self._columns[column].key)
            self._cells[(row, column)] = known
        return known

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Rows shown; a cell has none below it."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Columns shown."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """The cell, the key, or the text that accessibility and tooltips read."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        if role == CELL_ROLE:
            return self.cell(index.row(), index.column())
        if role == KEY_ROLE:
            return self._key_of(self._rows[index.row()])
        if role == Qt.ItemDataRole.DisplayRole:
            cell = self.cell(index.row(), index.column())
            return cell.text or ", ".join(tag.text for tag in cell.tags)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.cell(index.row(), index.column()).tooltip or None
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return self.cell(index.row(), index.column()).subtitle or None
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """Title and definition in one text, for accessibility."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal and 0 <= section < len(self._columns):
            column = self._columns[section]
            return f"{column.title} {column.subtitle}".strip()
        return None
