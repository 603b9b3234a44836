"""The figures added for the charts: running CPM, means of sums, bands of rates alone, the 18–24 estimate, axes, whole exports."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.charts_data import NOW, audience, order, report
from xingtu_desktop.core.errors import InvalidInput
from xingtu_desktop.core.tasks import InlineCompute
from xingtu_desktop.domain.dashboard import ChartFilter, TileKey, build, women_18_to_24
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.report import Counts, DailyCounts
from xingtu_desktop.services.reporting import ReportingService
from xingtu_desktop.ui.charts.scales import LogScale, round_to_scale, ticks_from_zero


def test_a_running_cpm_divides_what_was_spent_by_what_was_played_until_then() -> None:
    own = replace(order(0), task_cost=Fen(100_000))
    first = report(0).days[0].day
    days = (DailyCounts(first, Counts(plays=1000)), DailyCounts(first + timedelta(days=1), Counts(plays=3000)))
    board = build([own], [replace(report(0), days=days, total=Counts(plays=4000))], [], ChartFilter())
    assert [point.cpm for point in board.trend] == [Fen(100_000), Fen(25_000)]


def test_plays_before_the_first_daily_row_count_in_the_running_cpm() -> None:
    own = replace(order(0), task_cost=Fen(100_000))
    days = (DailyCounts(report(0).days[0].day, Counts(plays=1000)),)
    board = build([own], [replace(report(0), days=days, total=Counts(plays=5000))], [], ChartFilter())
    assert board.trend[-1].cpm == Fen(20_000)


def test_a_video_published_after_the_last_report_stands_at_the_end_as_a_gap() -> None:
    board = build([order(0), replace(order(1), released_at=NOW)], [report(0)], [], ChartFilter())
    assert board.trend[-1].counts is None
    assert [name for _, name in board.trend[-1].published] == [order(1).author_name]


def test_sums_have_a_mean_and_no_band_rates_have_a_band_and_no_mean() -> None:
    orders, reports = [order(n) for n in range(6)], [report(n) for n in range(6)]
    board = build(orders, reports, [], ChartFilter(), zip(orders, reports, strict=True))
    tiles = {tile.key: tile for tile in board.tiles}
    assert tiles[TileKey.PLAYS].band is None
    assert tiles[TileKey.PLAYS].each == (board.total.plays or 0) / 6
    assert tiles[TileKey.CPM].each is None
    assert (tiles[TileKey.CPM].band is not None, board.reported) == (True, 6)


def test_no_known_amount_is_an_unknown_cost() -> None:
    board = build([replace(order(0), task_cost=None)], [report(0)], [], ChartFilter())
    assert {tile.key: tile.value for tile in board.tiles}[TileKey.COST] is None


def test_women_of_18_to_24_need_the_bands_of_the_formula() -> None:
    board = build([order(0)], [], [audience(0)], ChartFilter())
    assert board.audience is not None
    assert women_18_to_24(board.audience) == pytest.approx((0.30 + 0.35 / 7) * 0.82)
    assert women_18_to_24(replace(board.audience, age=(("15-20", 1.0),))) is None


@given(st.floats(min_value=1e-6, max_value=1e12))
def test_an_axis_from_zero_holds_its_highest_value_in_few_steps(highest: float) -> None:
    ticks = ticks_from_zero(highest)
    assert ticks[0] == 0
    assert ticks[-1] >= highest * 0.999_999
    assert 2 <= len(ticks) <= 6


@given(st.lists(st.floats(min_value=1, max_value=1e10), min_size=1, max_size=20))
def test_a_logarithmic_axis_holds_every_value_and_few_ticks(values: list[float]) -> None:
    scale = LogScale.around(values)
    assert all(0 < scale.place(value) < 1 for value in values)
    assert len(scale.ticks()) <= 6
    assert scale.value(scale.place(values[0])) == pytest.approx(values[0])


def test_cpm_lines_stand_at_figures_one_can_say() -> None:
    assert [round_to_scale(value) for value in (29.55, 46.0, 8.1, 140)] == [30, 50, 7, 150]


async def test_an_export_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    service = ReportingService(None, None, InlineCompute())  # type: ignore[arg-type]  # exports read no store
    file = tmp_path / "趋势.csv"
    file.write_bytes(b"before")

    def breaks() -> bytes:
        raise ValueError("no figures")

    with pytest.raises(ValueError, match="no figures"):
        await service.export(file, breaks)
    assert file.read_bytes() == b"before"
    await service.export(file, lambda: b"after")
    assert file.read_bytes() == b"after"
    with pytest.raises(InvalidInput):
        await service.export(tmp_path / "none" / "x", lambda: b"")
    assert [each.name for each in tmp_path.iterdir()] == ["趋势.csv"]
