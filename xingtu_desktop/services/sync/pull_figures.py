"""Reads the creator feed by its cursor and the daily reports of published orders."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from xingtu_desktop.core.clock import BEIJING, Clock
from xingtu_desktop.core.errors import NoSuchThing, Rejected
from xingtu_desktop.core.events import Change, Changes, Topic
from xingtu_desktop.domain.answers import FeedPage
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.domain.lifecycle import OrderStatus
from xingtu_desktop.domain.order import Order
from xingtu_desktop.services.ports import CreatorFeed, CreatorStore, OrderStore, ReportStore, StarApi
from xingtu_desktop.services.sync.pull import Pause, in_batches

FEED_PAGE = 1000
REPORT_DAYS = 45
"""Reports move for this long after publication (product.md)."""
_AT_ONCE = 4
"""Reports that are read side by side: each is five small requests that mostly wait."""
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

    async def pull(self, pause: Pause) -> int:
        """Read what has no snapshot of today yet; returns how many orders were read."""
        today = self._platform_clock.now().astimezone(BEIJING).date()
        published = [order for order in await self._orders.orders() if _reported(order, self._platform_clock.now())]
        latest = {one.order_id: one.pulled_at for one in await self._reports.latest([order.order_id for order in published])}
        due = [order for order in published if self._due(order.order_id, latest.get(order.order_id), today)]
        count = 0
        for batch in in_batches(due, _AT_ONCE):
            await pause()
            # All are seen to their end before an error of one is raised: nothing runs on behind the round.
            ended = await asyncio.gather(*(self._pull_one(order, today) for order in batch), return_exceptions=True)
            for one in ended:
                if isinstance(one, BaseException):
                    raise one
                count += one
        return count

    def _due(self, order_id: OrderId, pulled_at: datetime | None, today: date) -> bool:
        missed = self._missing.get(order_id)
        if missed is not None and self._clock.monotonic() - missed < _ASK_AGAIN:
            return False
        return pulled_at is None or _day(pulled_at) < today

    async def _pull_one(self, order: Order, today: date) -> int:
        start = _day(order.released_at or order.created_at)
        try:
            report = await self._api.report_detail(order, start=max(start, today - timedelta(days=89)), end=today)
            self._changes.publish(await self._reports.save([report]))
            audience = await self._api.audience(order.order_id)
            self._changes.publish(await self._reports.save_audience([audience]))
        except (Rejected, NoSuchThing):
            # A report that is not there yet (T+1), or never will be, keeps no other waiting and is not asked for every minute.
            self._missing[order.order_id] = self._clock.monotonic()
            return 0
        return 1


def _day(instant: datetime) -> date:
    return instant.astimezone(BEIJING).date()


def _reported(order: Order, now: datetime) -> bool:
    if order.status not in (OrderStatus.PUBLISHED, OrderStatus.FINISHED):
        return False
    released = order.released_at or order.finished_at
    return released is None or now - released <= timedelta(days=REPORT_DAYS)
