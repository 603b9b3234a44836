"""Promises of reading figures: the next page travels while one is stored, a few reports at a time, and nothing runs on behind a failure."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from xingtu_desktop.core.clock import ManualClock
from xingtu_desktop.core.errors import DiskFull, NoSuchThing, Offline, Rejected
from xingtu_desktop.core.events import Change, Changes, Topic
from xingtu_desktop.domain.answers import FeedPage
from xingtu_desktop.domain.creator import Creator, CreatorDetail
from xingtu_desktop.domain.ids import AuthorId, DemandId, OrderId, PlatformCampaignId
from xingtu_desktop.domain.lifecycle import OrderStatus
from xingtu_desktop.domain.order import Order
from xingtu_desktop.domain.report import Audience, Counts, OrderReport
from xingtu_desktop.services.sync.pull_figures import FeedPuller, ReportPuller

NOW = ManualClock().now()


async def no_pause() -> None:
    return None


@dataclass
class Shop:
    """A feed of numbered pages and the store that they go to; `said` is the order in which things happened."""

    pages: int
    full_at: int | None = None
    said: list[str] = field(default_factory=list)
    under_way: int = 0
    kept: str | None = None

    async def page(self, cursor: str | None, limit: int) -> FeedPage:
        number = int(cursor or 0)
        self.said.append(f"asked {number}")
        self.under_way += 1
        try:
            await asyncio.sleep(0)
        finally:
            self.under_way -= 1
        creator = Creator(AuthorId(number + 1), "达人", datetime(2026, 11, 1, tzinfo=UTC), "feed")
        return FeedPage((creator,), (), str(number + 1), number + 1 < self.pages, self.pages, 0)

    async def detail(self, author_id: AuthorId) -> CreatorDetail:
        return CreatorDetail(author_id)

    async def cursor(self, source: str) -> str | None:
        return self.kept

    async def clear_cursor(self, source: str) -> None:
        self.kept = None

    async def apply_page(self, page: FeedPage, source: str) -> tuple[int, Change]:
        number = int(page.cursor or 0) - 1
        self.said.append(f"storing {number}")
        for _ in range(5):
            await asyncio.sleep(0)
        if number == self.full_at:
            raise DiskFull("full")
        self.said.append(f"stored {number}")
        self.kept = page.cursor
        return number, Change.of(Topic.CREATORS)


async def test_the_next_page_travels_while_one_is_stored_and_each_is_asked_for_once() -> None:
    shop = Shop(pages=4)
    assert await FeedPuller(feed=shop, creators=shop, changes=Changes()).pull(no_pause) == 4  # type: ignore[arg-type]
    assert sorted(one for one in shop.said if one.startswith("asked")) == [f"asked {number}" for number in range(4)]
    for number in range(3):
        assert shop.said.index(f"asked {number + 1}") < shop.said.index(f"stored {number}")
        assert shop.said.index(f"stored {number}") < shop.said.index(f"storing {number + 1}")
    assert shop.kept == "4"


async def test_a_disk_that_fills_up_keeps_the_cursor_at_what_was_stored_and_leaves_no_request_behind() -> None:
    shop = Shop(pages=6, full_at=2)
    with pytest.raises(DiskFull):
        await FeedPuller(feed=shop, creators=shop, changes=Changes()).pull(no_pause)  # type: ignore[arg-type]
    assert (shop.kept, shop.under_way) == ("2", 0)
    shop.full_at = None
    assert await FeedPuller(feed=shop, creators=shop, changes=Changes()).pull(no_pause) == 4  # type: ignore[arg-type]


@dataclass
class Press:
    """Published orders, their reports and the store; `missing` have none yet, `cut` breaks the line."""

    count: int
    missing: frozenset[int] = frozenset()
    cut: frozenset[int] = frozenset()
    at_once: int = 0
    most: int = 0
    saved: list[int] = field(default_factory=list)
    plays: int = 1
    kept: dict[int, OrderReport] = field(default_factory=dict)
    people: list[int] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    without_batch: int = 0
    batch_fails: bool = False
    opened: list[int] = field(default_factory=list)

    async def reports(self, ids: Sequence[OrderId]) -> list[OrderReport]:
        if self.batch_fails:
            raise Rejected("no such report", code=40001)
        self.batches.append(len(ids))
        return [OrderReport(one, NOW, Counts(plays=self.plays)) for one in ids if one not in self.missing]

    async def audiences(self, ids: Sequence[OrderId]) -> list[Audience]:
        return [Audience(OrderId(one), NOW) for one in set(self.people)]

    async def orders(self) -> list[Order]:
        ids = [OrderId(number) for number in range(self.count)]
        return [
            Order(one, DemandId(1), PlatformCampaignId(1), OrderStatus.PUBLISHED, AuthorId(1), "达人", "任务", NOW, NOW, released_at=NOW)
            for one in ids
        ]

    async def latest(self, ids: Sequence[OrderId]) -> list[OrderReport]:
        self.opened.append(len(ids))
        return list(self.kept.values())

    async def report_detail(self, order: Order, *, start: date, end: date, batch: OrderReport | None = None) -> OrderReport:
        self.without_batch += batch is None
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            for _ in range(3):
                await asyncio.sleep(0)
            if order.order_id in self.missing:
                raise NoSuchThing("not yet")
            if order.order_id in self.cut:
                raise Offline("cut")
            return OrderReport(order.order_id, self.clock.now(), Counts(plays=self.plays))
        finally:
            self.at_once -= 1

    async def audience(self, order_id: OrderId) -> Audience:
        self.people.append(int(order_id))
        return Audience(order_id, NOW)

    async def save(self, reports: Sequence[OrderReport]) -> Change:
        self.saved += [int(one.order_id) for one in reports]
        self.kept |= {int(one.order_id): one for one in reports}
        return Change.of(Topic.REPORTS)

    async def save_audience(self, audiences: Sequence[Audience]) -> Change:
        return Change.of(Topic.REPORTS)

    clock: ManualClock = field(default_factory=ManualClock)

    def next_day(self) -> None:
        self.clock.advance(timedelta(days=1).total_seconds())

    def puller(self) -> ReportPuller:
        return ReportPuller(api=self, orders=self, reports=self, changes=Changes(), clock=self.clock, platform_clock=self.clock)  # type: ignore[arg-type]


async def test_a_few_reports_are_read_side_by_side_and_one_that_is_missing_keeps_no_other_waiting() -> None:
    press = Press(10, missing=frozenset({3}))
    assert await press.puller().pull(no_pause) == 9
    assert press.most == 4
    assert sorted(press.saved) == [one for one in range(10) if one != 3]


async def test_a_cut_line_ends_the_reading_after_those_under_way_and_the_next_time_asks_for_the_rest() -> None:
    press = Press(10, cut=frozenset({5}))
    with pytest.raises(Offline):
        await press.puller().pull(no_pause)
    assert press.at_once == 0
    assert sorted(press.saved) == [0, 1, 2, 3, 4, 6, 7]
    press.cut = frozenset()
    await press.puller().pull(no_pause)
    assert set(press.saved) == set(range(10))


async def test_totals_are_asked_for_fifty_orders_at_once_and_none_is_asked_for_by_itself() -> None:
    press = Press(120, missing=frozenset({7}))
    assert await press.puller().pull(no_pause) == 119
    assert (press.batches, press.without_batch) == ([50, 50, 20], 0)


async def test_without_the_batch_report_every_order_is_asked_for_itself() -> None:
    press = Press(6, batch_fails=True)
    assert await press.puller().pull(no_pause) == 6
    assert press.without_batch == 6


async def test_people_are_asked_for_again_only_once_somebody_watched() -> None:
    press = Press(3)
    puller = press.puller()
    assert await puller.pull(no_pause) == 3
    press.next_day()
    assert await puller.pull(no_pause) == 3
    assert (sorted(press.people), len(press.saved)) == ([0, 1, 2], 6)
    press.next_day()
    press.plays = 2
    assert await puller.pull(no_pause) == 3
    assert sorted(press.people) == [0, 0, 1, 1, 2, 2]


async def test_snapshots_of_today_are_opened_once_more_and_then_left_closed_until_tomorrow() -> None:
    press = Press(4)
    puller = press.puller()
    for _ in range(3):
        await puller.pull(no_pause)
    assert press.opened == [4, 4, 0]
    press.next_day()
    assert await puller.pull(no_pause) == 4
