"""The table of the program: rows of 40 or 32 px, two-line header, tick boxes by key, and no sorting of its own."""

from xingtu_desktop.ui.widgets.table.cells import CELL_ROLE, KEY_ROLE, Cell, Column, Tag
from xingtu_desktop.ui.widgets.table.records import RecordsModel
from xingtu_desktop.ui.widgets.table.view import DataTable

__all__ = ["CELL_ROLE", "KEY_ROLE", "Cell", "Column", "DataTable", "RecordsModel", "Tag"]
