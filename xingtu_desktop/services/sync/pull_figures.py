"""Reads the creator feed by its cursor and the daily reports of published orders."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from xingtu_desktop.core.clock import BEIJING, Clock
from xingtu_desktop.core.errors import NoSuchThing, Rejected
from xingtu_desktop.core.events import Change, Changes, Topic
from xingtu_desktop.domain.answers import FeedPage
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.domain.lifecycle import OrderStatus
from xingtu_desktop.domain.order import Order
from xingtu_desktop.domain.report import Audience, Counts, OrderReport
from xingtu_desktop.services.ports import CreatorFeed, CreatorStore, OrderStore, ReportStore, StarApi
from xingtu_desktop.services.sync.pull import REPORT_DAYS, Pause, in_batches

FEED_PAGE = 1000
_AT_ONCE = 4
"""Reports that are read side by side: each is a few small requests that mostly wait."""
_ASK_AGAIN = 3600.0
"""Seconds until a report that was not there is asked for again."""


@dataclass(frozen=True, slots=True)
class FeedProgress:
    """How far the feed is; `total` is None where the feed does not say."""

    done: int
    total: int | None
    running: bool


class FeedPuller:
    """Brings the creators of one feed here, a page a transaction, from wherever the last run ended."""

    def __init__(self, *, feed: CreatorFeed, creators: CreatorStore, changes: Changes, source: str = "feed") -> None:
        self._feed = feed
        self._creators = creators
        self._changes = changes
        self._source = source
        self.progress = FeedProgress(0, None, False)

    async def pull(self, pause: Pause) -> int:
        """Read to the end of the feed; returns how many creators came. A cursor that is too old begins again."""
        done = 0
        cursor = await self._creators.cursor(self._source)
        coming = self._ask(cursor)
        try:
            while True:
                await pause()
                try:
                    page = await coming
                except NoSuchThing:
                    if cursor is None:
                        raise
                    await self._creators.clear_cursor(self._source)
                    cursor = None
                    coming = self._ask(cursor)
                    continue
                stuck = page.has_more and page.cursor == cursor
                if page.has_more and not stuck:
                    # The next page travels while this one is stored; the kept cursor only moves with what is stored.
                    coming = self._ask(page.cursor)
                _, change = await self._creators.apply_page(page, self._source)
                cursor = page.cursor
                done += len(page.upserts) + len(page.deletes)
                self.progress = FeedProgress(done, page.total, page.has_more)
                if page.upserts or page.deletes:
                    self._changes.publish(change)
                if not page.has_more or stuck:
                    return done
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
            self.progress = FeedProgress(done, self.progress.total, False)
            self._changes.publish(Change.of(Topic.CONNECTION, by="feed"))

    def _ask(self, cursor: str | None) -> asyncio.Task[FeedPage]:
        return asyncio.get_running_loop().create_task(self._feed.page(cursor, FEED_PAGE), name="feed page")


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of one order; no audience where the one that is here still holds."""

    report: OrderReport
    audience: Audience | None = None


class ReportPuller:
    """Keeps a snapshot a day of every published order while its figures move (T+1)."""

    def __init__(
        self, *, api: StarApi, orders: OrderStore, reports: ReportStore, changes: Changes, clock: Clock, platform_clock: Clock
    ) -> None:
        """`platform_clock` is the platform's day: the same as `clock` but in training mode."""
        self._api = api
        self._orders = orders
        self._reports = reports
        self._changes = changes
        self._clock = clock
        self._platform_clock = platform_clock
        self._missing: dict[OrderId, float] = {}
        self._read_on: dict[OrderId, date] = {}
        """The day whose snapshot is known to be here: its file need not be opened again every round."""

    async def pull(self, pause: Pause) -> int:
        """Read what has no snapshot of today yet; returns how many orders were read."""
        today = self._platform_clock.now().astimezone(BEIJING).date()
        now = self._platform_clock.now()
        published = [one for one in await self._orders.orders() if _reported(one, now) and self._read_on.get(one.order_id) != today]
        latest = {one.order_id: one for one in await self._reports.latest([order.order_id for order in published])}
        due = [order for order in published if self._due(order.order_id, latest.get(order.order_id), today)]
        with_people = {one.order_id for one in await self._reports.audiences([order.order_id for order in due])}
        count = 0
        for part in in_batches(due):
            await pause()
            totals = await self._totals(part)
            for batch in in_batches(part, _AT_ONCE):
                await pause()
                known = [latest.get(order.order_id) if order.order_id in with_people else None for order in batch]
                reading = [self._read_one(order, today, totals.get(order.order_id), old) for order, old in zip(batch, known, strict=True)]
                # All are seen to their end, and kept, before an error of one is raised: nothing runs on behind the round.
                ended = await asyncio.gather(*reading, return_exceptions=True)
                count += await self._keep([one for one in ended if isinstance(one, _Read)])
                for one in ended:
                    if isinstance(one, BaseException):
                        raise one
        return count

    async def _keep(self, read: Sequence[_Read]) -> int:
        """Write what was read side by side in one go; returns how many orders it was."""
        if read:
            self._changes.publish(await self._reports.save([one.report for one in read]))
        people = [one.audience for one in read if one.audience is not None]
        if people:
            self._changes.publish(await self._reports.save_audience(people))
        return len(read)

    async def _totals(self, orders: Sequence[Order]) -> dict[OrderId, OrderReport]:
        """What the batch report tells of each order, empty where it has none; without a batch report every order is asked for itself."""
        try:
            told = {one.order_id: one for one in await self._api.reports([order.order_id for order in orders])}
        except (Rejected, NoSuchThing):
            return {}
        nothing = OrderReport(OrderId(0), self._clock.now(), Counts())
        return {order.order_id: told.get(order.order_id) or replace(nothing, order_id=order.order_id) for order in orders}

    def _due(self, order_id: OrderId, before: OrderReport | None, today: date) -> bool:
        missed = self._missing.get(order_id)
        if missed is not None and self._clock.monotonic() - missed < _ASK_AGAIN:
            return False
        if before is not None and _day(before.pulled_at) >= today:
            self._read_on[order_id] = today
            return False
        return True

    async def _read_one(self, order: Order, today: date, batch: OrderReport | None, before: OrderReport | None) -> _Read | None:
        """Read one order; `before` is its last snapshot where the people who watched are here as well. None: there is no report."""
        start = max(_day(order.released_at or order.created_at), today - timedelta(days=89))
        try:
            report = await self._api.report_detail(order, start=start, end=today, batch=batch)
            if before is not None and before.total.plays == report.total.plays:
                # Nobody watched since: those who did are known.
                return _Read(report)
            return _Read(report, await self._api.audience(order.order_id))
        except (Rejected, NoSuchThing):
            # A report that is not there yet (T+1), or never will be, keeps no other waiting and is not asked for every minute.
            self._missing[order.order_id] = self._clock.monotonic()
            return None


def _day(instant: datetime) -> date:
    return instant.astimezone(BEIJING).date()


def _reported(order: Order, now: datetime) -> bool:
    if order.status not in (OrderStatus.PUBLISHED, OrderStatus.FINISHED):
        return False
    released = order.released_at or order.finished_at
    return released is None or now - released <= timedelta(days=REPORT_DAYS)
