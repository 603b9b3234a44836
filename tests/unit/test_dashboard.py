"""The dashboard sums what is sound, shows gaps as gaps, and sets aside days that cannot be right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from xingtu_desktop.domain.dashboard import ChartFilter, TileKey, build
from xingtu_desktop.domain.ids import AuthorId, DemandId, OrderId, PlatformCampaignId
from xingtu_desktop.domain.lifecycle import OrderStatus
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import Order
from xingtu_desktop.domain.report import Audience, Counts, DailyCounts, OrderReport, Share

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
D1 = date(2026, 11, 1)


def order(number: int = 1, cost: int = 1_000_000) -> Order:
    return Order(
        OrderId(number), DemandId(1), PlatformCampaignId(1), OrderStatus.PUBLISHED, AuthorId(number), f"达人{number}", "任务", NOW, NOW,
        task_cost=Fen(cost), released_at=NOW - timedelta(days=20),
    )  # fmt: skip


def report(number: int, plays: list[tuple[int, int]], total: int) -> OrderReport:
    days = tuple(DailyCounts(D1 + timedelta(days=d), Counts(plays=p)) for d, p in plays)
    return OrderReport(OrderId(number), NOW, Counts(plays=total), days)


def test_a_day_nobody_reported_is_a_gap() -> None:
    board = build([order()], [report(1, [(0, 10), (2, 30)], 40)], [], ChartFilter())
    assert [None if p.counts is None else p.counts.plays for p in board.trend] == [10, None, 30]


def test_days_out_of_order_are_put_in_order_and_doubled_or_negative_ones_are_set_aside() -> None:
    board = build([order()], [report(1, [(2, 30), (0, 10), (0, 99), (1, -5)], 40)], [], ChartFilter())
    assert [None if p.counts is None else p.counts.plays for p in board.trend] == [10, None, 30]
    assert sorted(a.code for a in board.anomalies) == ["duplicate", "negative"]


def test_a_report_of_a_deleted_order_counts_for_nothing() -> None:
    board = build([order(1)], [report(1, [], 5), report(9, [], 10**10)], [], ChartFilter())
    assert board.total.plays == 5


def test_the_newest_pull_counts_and_the_oldest_of_them_is_the_age() -> None:
    older = replace(report(1, [], 5), pulled_at=NOW - timedelta(hours=9))
    board = build(
        [order(1), order(2)], [older, report(1, [], 7), replace(report(2, [], 1), pulled_at=NOW - timedelta(hours=3))], [], ChartFilter()
    )
    assert board.total.plays == 8
    assert board.as_of == NOW - timedelta(hours=3)


def test_an_empty_campaign_has_unknown_figures_and_no_trend() -> None:
    board = build([], [], [], ChartFilter())
    assert board.trend == ()
    assert {t.key: t.value for t in board.tiles}[TileKey.PLAYS] is None
    assert board.audience is None


def test_ten_thousand_million_plays_stay_exact() -> None:
    board = build([order()], [report(1, [(0, 10**10)], 10**10)], [], ChartFilter())
    assert board.total.plays == 10**10
    assert board.scatter[0].cpm == Fen(0)


def test_a_range_of_days_narrows_totals_to_its_days() -> None:
    board = build(
        [order()], [report(1, [(0, 10), (1, 20), (2, 30)], 60)], [], ChartFilter(start=D1 + timedelta(days=1), end=D1 + timedelta(days=1))
    )
    assert board.total.plays == 20


def test_cost_is_of_the_orders_that_have_a_report() -> None:
    board = build([order(1), order(2)], [report(1, [], 1000)], [], ChartFilter())
    assert (board.cost, board.without_report) == (Fen(1_000_000), 1)


def test_audience_shares_are_weighted_by_counts() -> None:
    audiences = [
        Audience(OrderId(1), NOW, gender=(Share("女性", 90), Share("男性", 10))),
        Audience(OrderId(2), NOW, gender=(Share("女性", 0), Share("男性", 100))),
    ]
    board = build([order(1), order(2)], [], audiences, ChartFilter())
    assert board.audience is not None
    assert dict(board.audience.gender) == {"男性": 0.55, "女性": 0.45}


_BEHIND = Counts(plays=900, component_shows=0, component_clicks=0, store_visits=0, orders=0, payments=0, refunds=0, gmv=Fen(0))


def test_zeros_behind_a_component_that_is_not_there_are_unknown() -> None:
    bare = OrderReport(OrderId(1), NOW, _BEHIND, (DailyCounts(D1, _BEHIND),))
    board = build([order()], [bare], [], ChartFilter())
    values = {tile.key: tile.value for tile in board.tiles}
    assert (values[TileKey.GMV], values[TileKey.ROAS], values[TileKey.COMPONENT_CLICK_RATE]) == (None, None, None)
    assert (board.total.component_shows, board.total.payments, board.total.refunds) == (None, None, None)
    assert values[TileKey.PLAYS] == 900
    assert board.trend[0].counts is not None
    assert board.trend[0].counts.gmv is None
    assert board.without_component == 1


def test_a_component_without_a_sale_has_a_measured_zero() -> None:
    seen = replace(_BEHIND, component_shows=500)
    board = build([order()], [OrderReport(OrderId(1), NOW, seen)], [], ChartFilter())
    assert {tile.key: tile.value for tile in board.tiles}[TileKey.GMV] == Fen(0)
    assert board.without_component == 0


def test_orders_without_a_component_add_nothing_and_stand_in_no_band_of_it() -> None:
    sold = replace(_BEHIND, component_shows=500, component_clicks=50, gmv=Fen(77_000))
    reports = [OrderReport(OrderId(1), NOW, sold), *(OrderReport(OrderId(number), NOW, _BEHIND) for number in range(2, 7))]
    orders = [order(number) for number in range(1, 7)]
    board = build(orders, reports, [], ChartFilter(), list(zip(orders, reports, strict=True)))
    tiles = {tile.key: tile for tile in board.tiles}
    assert tiles[TileKey.GMV].value == Fen(77_000)
    assert tiles[TileKey.GMV].each == 77_000
    assert tiles[TileKey.ROAS].band is None
