"""The journey of a report: videos go public, days pass, the figures arrive a day late, and the charts add up to the platform's own."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from tests.support.desk import Desk
from xingtu_desktop.domain.dashboard import ChartFilter, Dashboard, TileKey, beijing
from xingtu_desktop.domain.lifecycle import OrderStatus
from xingtu_desktop.domain.money import Fen

OVERVIEW = "/open_api/2/star/report/order_overview/get/"


def overview(desk: Desk, order_id: int) -> dict[str, Any]:
    """The platform's own word on one order, asked for without any part of the program."""
    query = urlencode({"star_id": desk.star_id, "order_id": order_id})
    _, _, body = desk.sandbox.request("GET", f"{OVERVIEW}?{query}", headers={"Access-Token": desk.invitation.access_token})
    envelope = json.loads(body)
    assert envelope["code"] == 0, envelope
    data: dict[str, Any] = envelope["data"]
    return data


async def charts(desk: Desk) -> Dashboard:
    return await desk.services.reporting.dashboard(ChartFilter())


def tile(board: Dashboard, key: TileKey) -> object:
    return next(one.value for one in board.tiles if one.key is key)


def ledger_cost(desk: Desk, ids: list[int]) -> int:
    return sum(row["task_cost_fen"] for row in desk.ledger()["orders"] if row["order_id"] in ids)


async def test_figures_come_a_day_late_and_add_up_to_the_platforms_own(desk: Desk) -> None:
    made = [one["order_id"] for one in desk.spawn(4, "published")]
    await desk.open()
    await desk.sync()
    # On the day itself there is nothing to see, and nothing is shown as zero.
    board = await charts(desk)
    assert (board.published, board.newest_day) == (4, None)
    assert tile(board, TileKey.PLAYS) is None

    for days, known in ((1, 1), (6, 7)):
        desk.advance(days=days)
        await desk.sync()
        board = await charts(desk)
        told = [overview(desk, one) for one in made]
        assert board.without_report == 0
        assert board.total.plays == sum(one["spread"]["play"] for one in told) > 0
        assert board.total.likes == sum(one["spread"]["like"] for one in told)
        assert board.total.comments == sum(one["spread"]["comment"] for one in told)
        # Where no order has a link component nothing was measured behind it, and that is no zero.
        clicks = sum(one["convert"]["click"] for one in told)
        assert board.total.component_clicks == (clicks if clicks else None)
        assert board.cost == Fen(ledger_cost(desk, made))
        # T+1: the newest day is yesterday, and the days add up to the total.
        today = beijing(desk.platform_clock.now())
        assert board.newest_day is not None
        assert (today - board.newest_day).days == 1
        assert len(board.trend) == known
        assert sum(point.counts.plays or 0 for point in board.trend if point.counts) == board.total.plays
        assert tile(board, TileKey.PLAYS) == board.total.plays
        cpm = tile(board, TileKey.CPM)
        assert isinstance(cpm, Fen)
        assert board.total.plays is not None
        assert abs(cpm.value - board.cost.value * 1000 / board.total.plays) <= 1
        assert len(board.scatter) == 4
        assert board.audience is not None
        assert board.funnel
    assert not board.anomalies
    # A day's figures are fetched once: asking again on the same day sends no further report.
    desk.exchanges.clear()
    await desk.sync()
    assert OVERVIEW not in [one["path"] for one in desk.exchanges]


async def test_a_history_of_forty_five_days_arrives_whole_and_is_readable_offline(busy_desk: Desk) -> None:
    desk = busy_desk
    await desk.open()
    await desk.sync()
    rows = [row.order for row in await desk.services.campaigns.orders()]
    assert len(rows) == 300
    assert len({row.status for row in rows}) >= 12
    held = {row["order_id"]: row for row in desk.ledger()["orders"] if row["star_id"] == desk.star_id}
    assert {row.order_id for row in rows} == set(held)
    assert {row.order_id: int(row.status) for row in rows} == {key: one["status"] for key, one in held.items()}
    assert {row.order_id: row.task_cost for row in rows} == {key: Fen(one["task_cost_fen"]) for key, one in held.items()}
    published = [row for row in rows if row.status in (OrderStatus.PUBLISHED, OrderStatus.FINISHED)]
    await desk.close()
    await desk.open(start=False)
    board = await charts(desk)
    now = desk.platform_clock.now()
    recent = [row for row in published if row.released_at is not None and (now - row.released_at).days < 45]
    assert recent
    assert board.orders == 300
    plays = sum(overview(desk, row.order_id).get("spread", {}).get("play", 0) for row in recent)
    assert board.total.plays == plays > 0
    assert board.as_of is not None
    assert board.as_of <= now
    per_campaign = [
        await desk.services.reporting.dashboard(ChartFilter(campaign_id=one.campaign.campaign_id))
        for one in await desk.services.campaigns.campaigns()
    ]
    assert sum(one.total.plays or 0 for one in per_campaign) == board.total.plays
