"""Figures of a chart as a table, and the table as CSV that a spreadsheet opens with the right letters."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows of plain values: money in yuan as text, rates as ratios, None where nothing is known."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def csv_bytes(table: Table) -> bytes:
    """UTF-8 with the mark that spreadsheets need for Chinese; unknown is an empty cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Value) -> str | int | float:
    if value is None:
        return ""
    # A creator may be called "=HYPERLINK(…)": a spreadsheet must show the name, not run it.
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") and not _is_number(value):
        return f"'{value}"
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
