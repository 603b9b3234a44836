"""Writes found creators to a CSV or XLSX file in the background; a text from outside can never run as a formula."""

from __future__ import annotations

import csv
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import Final, Protocol

from xingtu_desktop.core.errors import DiskFull, InvalidInput
from xingtu_desktop.core.tasks import Compute
from xingtu_desktop.domain.creator import Creator
from xingtu_desktop.domain.ids import AuthorId

MOST: Final = 10_000
"""An export holds at most so many creators."""
_PIECE: Final = 1_000
_RISKY: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")

Value = str | int | float | datetime | None


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column: its heading and what it says of a creator (numbers stay numbers, None is an empty cell)."""

    title: str
    value: Callable[[Creator], Value]


class CreatorSource(Protocol):
    """Where records come from (`CreatorSearchService`)."""

    async def creators(self, ids: Sequence[AuthorId]) -> tuple[Creator, ...]: ...


def safe_text(text: str) -> str:
    """A text that a spreadsheet takes for text: an apostrophe before what would begin a formula."""
    return f"'{text}" if text.startswith(_RISKY) else text


class CreatorExportService:
    """Reads in pieces through the store's thread and writes off the UI thread."""

    def __init__(self, *, source: CreatorSource, compute: Compute) -> None:
        self._source = source
        self._compute = compute

    async def export(
        self,
        ids: Sequence[AuthorId],
        columns: Sequence[ExportColumn],
        path: Path,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> int:
        """Write the first 10,000 of `ids` in order; the suffix chooses the format. Returns the rows written.

        `on_progress` hears how many of how many are read. The file appears whole or not at all, not at all when cancelled. Raises DiskFull,
        InvalidInput (another suffix, or a place that cannot be written to).
        """
        wanted = list(ids)[:MOST]
        if path.suffix.lower() not in (".csv", ".xlsx"):
            raise InvalidInput(field="path", code="suffix")
        rows: list[list[Value]] = []
        for start in range(0, len(wanted), _PIECE):
            creators = await self._source.creators(wanted[start : start + _PIECE])
            rows += await self._compute.run(_values, creators, tuple(columns))
            if on_progress is not None:
                on_progress(min(start + _PIECE, len(wanted)), len(wanted))
        stop = threading.Event()
        try:
            await self._compute.run(_write, path, [column.title for column in columns], rows, stop)
        finally:
            # A cancelled wait leaves the thread writing: it is told, so that no file appears.
            stop.set()
        return len(rows)


def _values(creators: Sequence[Creator], columns: Sequence[ExportColumn]) -> list[list[Value]]:
    return [[column.value(creator) for column in columns] for creator in creators]


def _write(path: Path, titles: Sequence[str], rows: Sequence[Sequence[Value]], stop: threading.Event) -> None:
    part = path.with_name(f"{path.name}.part")
    until_stopped = takewhile(lambda _: not stop.is_set(), rows)
    try:
        if path.suffix.lower() == ".csv":
            _write_csv(part, titles, until_stopped)
        else:
            _write_xlsx(part, titles, until_stopped)
        if stop.is_set():
            part.unlink(missing_ok=True)
        else:
            os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno in (28, 122):
            raise DiskFull(str(error)) from error
        raise InvalidInput(str(error), field="path", code="cannot_write") from error


def _write_csv(path: Path, titles: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    # The byte order mark tells spreadsheets that the Chinese is UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([safe_text(title) for title in titles])
        for row in rows:
            writer.writerow([_csv_cell(value) for value in row])


def _csv_cell(value: Value) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, str):
        return safe_text(value)
    return value.isoformat(sep=" ", timespec="minutes") if isinstance(value, datetime) else value


def _write_xlsx(path: Path, titles: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    # Loaded by the first export, not by the start.
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    # Whether the place can be written to is found out first: the library leaves its temporary files open when it fails.
    path.touch()
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        strong = book.add_format({"bold": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(titles):
            sheet.write_string(0, column, title, strong)
            sheet.set_column(column, column, 14)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif isinstance(value, datetime):
                    sheet.write_datetime(number, column, value.replace(tzinfo=None), moment)
                elif value is not None:
                    sheet.write_number(number, column, value)
