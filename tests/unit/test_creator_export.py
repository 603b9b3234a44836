"""Promises of the export: nothing from outside becomes a formula, numbers stay numbers, a file is whole or not there."""

from __future__ import annotations

import asyncio
import csv
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ParamSpec, TypeVar

import openpyxl
import pytest

from xingtu_desktop.core.errors import InvalidInput
from xingtu_desktop.core.tasks import InlineCompute
from xingtu_desktop.domain.creator import Creator
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.services.creator_export import MOST, CreatorExportService, ExportColumn

P = ParamSpec("P")
T = TypeVar("T")
NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
NAMES = ("=1+1", "+86", "-2", "@SUM(A1)", "＝1", "\tx", "\rx", "小鹿", "https://a.example", "007")
COLUMNS = (
    ExportColumn("昵称", lambda c: c.nickname),
    ExportColumn("粉丝", lambda c: c.followers),
    ExportColumn("互动率", lambda c: c.interaction_rate),
    ExportColumn("更新", lambda c: c.updated_at),
)


class Source:
    async def creators(self, ids: Sequence[AuthorId]) -> tuple[Creator, ...]:
        return tuple(
            Creator(author, NAMES[author % len(NAMES)], NOW, "目录", followers=int(author) * 10, interaction_rate=None) for author in ids
        )


def service() -> CreatorExportService:
    return CreatorExportService(source=Source(), compute=InlineCompute())


async def test_a_csv_keeps_risky_texts_as_texts(tmp_path: Path) -> None:
    path = tmp_path / "达人.csv"
    assert await service().export([AuthorId(n) for n in range(10)], COLUMNS, path) == 10
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["昵称", "粉丝", "互动率", "更新"]
    assert [row[0] for row in rows[1:8]] == ["'" + name for name in NAMES[:7]]
    assert rows[8][0] == "小鹿"
    assert rows[3][1:3] == ["20", ""]


async def test_a_workbook_holds_texts_and_numbers_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "达人.xlsx"
    await service().export([AuthorId(n) for n in range(10)], COLUMNS, path)
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    cells = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
    assert cells["=1+1"][0].data_type == "s"
    assert cells["007"][0].value == "007"
    assert cells["小鹿"][1].value == 70
    assert cells["小鹿"][1].data_type == "n"
    assert cells["小鹿"][2].value is None


async def test_at_most_ten_thousand_are_written_and_progress_is_told(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    ids = [AuthorId(n) for n in range(MOST + 5)]
    assert await service().export(ids, COLUMNS[:1], tmp_path / "a.csv", lambda done, total: heard.append((done, total))) == MOST
    assert heard[0] == (1_000, MOST)
    assert heard[-1] == (MOST, MOST)


async def test_a_place_that_cannot_be_written_to_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        await service().export([AuthorId(1)], COLUMNS, tmp_path / "none" / "a.xlsx")
    with pytest.raises(InvalidInput):
        await service().export([AuthorId(1)], COLUMNS, tmp_path / "none" / "a.csv")
    with pytest.raises(InvalidInput):
        await service().export([AuthorId(1)], COLUMNS, tmp_path / "a.doc")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
async def test_a_cancelled_export_tells_the_writing_thread_and_leaves_no_file(tmp_path: Path, suffix: str) -> None:
    begun, going_on = threading.Event(), threading.Event()

    class Held:
        """Computes in a thread, the writing only when the test says so."""

        async def run(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
            if fn.__name__ != "_write":
                return fn(*args, **kwargs)

            def held() -> T:
                begun.set()
                going_on.wait(5)
                return fn(*args, **kwargs)

            thread = asyncio.ensure_future(asyncio.to_thread(held))
            threads.append(asyncio.ensure_future(asyncio.wait([thread])))
            return await asyncio.shield(thread)

    threads: list[asyncio.Task[object]] = []
    export = CreatorExportService(source=Source(), compute=Held())
    task = asyncio.ensure_future(export.export([AuthorId(n) for n in range(10)], COLUMNS, tmp_path / f"a.{suffix}"))
    while not begun.is_set():
        await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    going_on.set()
    await asyncio.gather(*threads)
    assert list(tmp_path.iterdir()) == []
