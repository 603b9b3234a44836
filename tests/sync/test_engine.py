"""The loop: sends by itself, reads by itself, comes back by itself, and closes on a clean edge."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.sync.fakes import STAR, FakePlatform
from tests.sync.memory import MemoryCampaigns, MemoryOrders, MemoryOutbox, MemorySettings
from tests.sync.rig import CAMPAIGN, INSTALL, TIMINGS, Rig, creation
from xingtu_desktop.core.clock import ManualClock
from xingtu_desktop.core.config import Timings
from xingtu_desktop.core.errors import KnownError, NoSuchThing, Offline, RateLimited, ServerTrouble, SignedOut
from xingtu_desktop.core.events import Change, Changes, Topic
from xingtu_desktop.core.tasks import TaskScope
from xingtu_desktop.domain.answers import FeedPage, ServerEvent
from xingtu_desktop.domain.creator import Creator, CreatorDetail
from xingtu_desktop.domain.ids import AuthorId, OrderId
from xingtu_desktop.domain.intent import IntentState
from xingtu_desktop.domain.lifecycle import OrderStatus, ResourceKind
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import Campaign, Order
from xingtu_desktop.domain.report import Audience, Counts, OrderReport
from xingtu_desktop.services.actions import PlannedRequest
from xingtu_desktop.services.sync.assembly import Remote, Stores, Sync, Who, assemble
from xingtu_desktop.services.sync.connectivity import Phase
from xingtu_desktop.services.sync.looks import text_hash


class Videos:
    """MediaFetcher and MediaStore."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.fetched: list[str] = []

    async def fetch(self, url: str, *, max_bytes: int) -> bytes:
        self.fetched.append(url)
        return url.encode()

    async def put(self, data: bytes, *, suffix: str) -> str:
        name = hashlib.sha256(data).hexdigest()
        self.kept[name] = data
        return name

    async def get(self, content_hash: str) -> bytes | None:
        return self.kept.get(content_hash)

    async def has(self, content_hashes: Sequence[str]) -> frozenset[str]:
        return frozenset(content_hashes) & frozenset(self.kept)


class Feed:
    """CreatorFeed of numbered pages; `oldest` is the first cursor it still knows."""

    def __init__(self, pages: int) -> None:
        self.pages = pages
        self.asked: list[str | None] = []
        self.forgotten = False
        self.on_page: list[object] = []

    async def page(self, cursor: str | None, limit: int) -> FeedPage:
        self.asked.append(cursor)
        await asyncio.sleep(0)
        if self.forgotten and cursor is not None:
            self.forgotten = False
            raise NoSuchThing("cursor")
        number = int(cursor or 0)
        made = (Creator(AuthorId(number + 1), f"达人{number}", datetime(2026, 11, 1, tzinfo=UTC), "feed"),) if number < self.pages else ()
        return FeedPage(made, (), str(min(number + 1, self.pages)), number + 1 < self.pages, self.pages, 0)

    async def detail(self, author_id: AuthorId) -> CreatorDetail:
        return CreatorDetail(author_id)


class Creators:
    """The part of CreatorStore that the loop uses."""

    def __init__(self) -> None:
        self.at: dict[str, str] = {}
        self.rows: dict[AuthorId, Creator] = {}

    async def apply_page(self, page: FeedPage, source: str) -> tuple[int, Change]:
        self.rows |= {one.author_id: one for one in page.upserts}
        self.at[source] = page.cursor
        return len(self.rows), Change.of(Topic.CREATORS)

    async def cursor(self, source: str) -> str | None:
        return self.at.get(source)

    async def clear_cursor(self, source: str) -> None:
        self.at.pop(source, None)

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"the loop does not use {name}")


class Reports:
    """ReportStore."""

    def __init__(self) -> None:
        self.saved: list[OrderReport] = []
        self.people: list[Audience] = []

    async def save(self, reports: Sequence[OrderReport]) -> Change:
        self.saved += reports
        return Change.of(Topic.REPORTS)

    async def latest(self, order_ids: Sequence[OrderId]) -> list[OrderReport]:
        return list({one.order_id: one for one in self.saved if one.order_id in order_ids}.values())

    async def save_audience(self, audiences: Sequence[Audience]) -> Change:
        self.people += audiences
        return Change.of(Topic.REPORTS)

    async def audiences(self, order_ids: Sequence[OrderId]) -> list[Audience]:
        return self.people


class Events:
    """EventStream over a queue; None breaks the line."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[ServerEvent | None] = asyncio.Queue()
        self.resumed: list[str | None] = []

    async def listen(self, last_event_id: str | None) -> AsyncIterator[ServerEvent]:
        self.resumed.append(last_event_id)
        while (event := await self.queue.get()) is not None:
            yield event
        raise Offline


class ReportingPlatform(FakePlatform):
    """A platform that also has reports."""

    async def report_detail(self, order: Order, *, start: date, end: date, batch: OrderReport | None = None) -> OrderReport:  # type: ignore[override]
        return OrderReport(order.order_id, self.clock.now(), Counts(plays=1000))

    async def audience(self, order_id: OrderId) -> Audience:
        return Audience(order_id, self.clock.now())


class Desk:
    """A whole loop over fakes."""

    def __init__(
        self, *, feed: Feed | None = None, events: Events | None = None, earlier: Desk | None = None, timings: Timings = TIMINGS
    ) -> None:
        self.clock = earlier.clock if earlier else ManualClock()
        self.platform = earlier.platform if earlier else ReportingPlatform(self.clock)
        self.outbox = earlier.outbox if earlier else MemoryOutbox()
        self.orders = earlier.orders if earlier else MemoryOrders()
        self.settings = earlier.settings if earlier else MemorySettings()
        self.campaigns, self.reports, self.creators, self.videos = MemoryCampaigns(), Reports(), Creators(), Videos()
        self.campaigns.by_id[CAMPAIGN] = Campaign(CAMPAIGN, "年货节", self.clock.now())
        self.changes = Changes()
        stores = Stores(
            outbox=self.outbox,
            orders=self.orders,
            campaigns=self.campaigns,
            reports=self.reports,
            creators=self.creators,  # type: ignore[arg-type]
            settings=self.settings,
            media=self.videos,
        )
        self.faults: list[str] = []
        self.sync: Sync = assemble(
            stores=stores,
            remote=Remote(self.platform, self.videos, feed, events),  # type: ignore[arg-type]
            who=Who(STAR, INSTALL, "林澜"),
            changes=self.changes,
            clock=self.clock,
            platform_clock=self.clock,
            timings=timings,
            scope=TaskScope("sync", lambda name, error: self.faults.append(f"{name}: {error!r}")),
        )

    async def __aenter__(self) -> Desk:
        await self.sync.engine.start()
        await self.spin()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.sync.engine.close()
        assert self.faults == []

    async def spin(self) -> None:
        """Let everything run that needs no time to pass."""
        for _ in range(400):
            await asyncio.sleep(0)

    async def later(self, seconds: float) -> None:
        step = max(5.0, seconds / 60)
        for _ in range(max(int(seconds / step), 1)):
            self.clock.advance(min(step, seconds))
            self.platform.settle()
            await self.spin()

    def reviewable(self) -> tuple[Order, Rig]:
        order = self.platform.add_order()
        self.platform.upload(order.order_id, "白茶香")
        return self.platform.world.orders[order.order_id], Rig(self.platform, self.clock)


async def test_the_first_round_brings_orders_texts_videos_and_their_campaigns() -> None:
    desk = Desk()
    script = desk.platform.add_order()
    video = desk.platform.add_order()
    text = desk.platform.upload(script.order_id, "白茶香")
    clip = desk.platform.upload(video.order_id, kind=ResourceKind.VIDEO)
    async with desk:
        assert set(desk.orders.by_id) == {script.order_id, video.order_id}
        assert desk.orders.by_id[script.order_id].campaign_id == f"platform-{script.platform_campaign_id}"
        assert desk.orders.versions[text.resource_id].content_hash == text_hash("白茶香")
        assert desk.orders.versions[clip.resource_id].content_hash in desk.videos.kept
        assert await desk.orders.balance() is not None
        status = desk.sync.engine.status
        assert (status.phase, status.last_sync_at, status.syncing) == (Phase.ONLINE, desk.clock.now(), False)


async def test_an_approval_leaves_by_itself_and_the_order_is_read_again_at_once() -> None:
    desk = Desk()
    order, rig = desk.reviewable()
    version = next(iter(desk.platform.world.versions.values()))
    async with desk:
        await desk.sync.actions.approve([rig.seen(order.order_id, version.resource_id)])
        await desk.spin()
        (shown,) = await desk.sync.projection.orders()
        assert (shown.order.status, shown.effective_status) == (OrderStatus.SCRIPT_UPLOADED, OrderStatus.SCRIPT_CONFIRMED)
        assert not shown.awaits_review
        assert desk.sync.engine.status.waiting == 1
        await desk.later(TIMINGS.undo)
        (shown,) = await desk.sync.projection.orders()
        assert (shown.order.status, shown.pending) == (OrderStatus.SCRIPT_CONFIRMED, None)
        assert desk.sync.engine.status.waiting == 0


async def test_the_program_finds_the_network_again_and_sends_what_waited() -> None:
    desk = Desk()
    order, rig = desk.reviewable()
    version = next(iter(desk.platform.world.versions.values()))
    async with desk:
        desk.platform.read_errors = [Offline()] * 6
        await desk.sync.actions.approve([rig.seen(order.order_id, version.resource_id)])
        await desk.later(TIMINGS.undo)
        status = desk.sync.engine.status
        assert (status.phase, status.waiting) == (Phase.OFFLINE, 1)
        assert desk.platform.effects == []
        await desk.later(900)
        assert (desk.sync.engine.status.phase, desk.platform.count("confirmed")) == (Phase.ONLINE, 1)


@pytest.mark.parametrize("error", [ServerTrouble(status=502), RateLimited(layer="endpoint", code=40100, retry_after=7)])
async def test_trouble_slows_the_loop_down_and_never_ends_it(error: KnownError) -> None:
    desk = Desk()
    desk.platform.add_order()
    desk.platform.read_errors = [error] * 3
    async with desk:
        assert desk.sync.engine.status.phase is Phase.DEGRADED
        await desk.later(600)
        assert (desk.sync.engine.status.phase, len(desk.orders.by_id)) == (Phase.ONLINE, 1)


async def test_signed_out_reads_nothing_until_a_person_signs_in() -> None:
    desk = Desk()
    desk.platform.add_order()
    desk.platform.read_errors = [SignedOut()]
    async with desk:
        await desk.later(3600)
        assert (desk.sync.engine.status.phase, desk.orders.by_id) == (Phase.SIGNED_OUT, {})
        desk.sync.engine.wake("signed_in")
        await desk.spin()
        assert (desk.sync.engine.status.phase, len(desk.orders.by_id)) == (Phase.ONLINE, 1)


async def test_unpaid_orders_are_known_from_what_was_created() -> None:
    desk = Desk()
    async with desk:
        await desk.sync.actions.place_orders([PlannedRequest(creation(2, Rig(desk.platform, desk.clock)), None)], campaign_name="年货节")
        await desk.later(TIMINGS.undo)
        rows = await desk.orders.orders(campaign_id=CAMPAIGN)
        assert [row.status for row in rows] == [OrderStatus.UNPAID] * 2
        pay = await desk.sync.actions.pay_campaign(
            CAMPAIGN, rows[0].platform_campaign_id, at_most=Fen(2_400_000), orders=2, campaign_name=""
        )
        shown = await desk.sync.projection.orders(campaign_id=CAMPAIGN)
        assert {one.effective_status for one in shown} == {OrderStatus.WAITING_FOR_CREATOR}
        await desk.later(TIMINGS.undo)
        assert [one.state for one in desk.outbox.rows.values() if one.batch_id == pay] == [IntentState.DONE]
        assert {row.status for row in await desk.orders.orders(campaign_id=CAMPAIGN)} == {OrderStatus.WAITING_FOR_CREATOR}


async def test_open_orders_are_read_again_on_time_and_on_request() -> None:
    desk = Desk()
    async with desk:
        order = desk.platform.add_order()
        asking = asyncio.ensure_future(desk.sync.engine.sync_now())
        await desk.later(2)
        await asking
        assert order.order_id in desk.orders.by_id
        desk.platform.set_status(order.order_id, OrderStatus.CANCELLED)
        await desk.later(TIMINGS.poll_open_orders)
        assert desk.orders.by_id[order.order_id].status is OrderStatus.CANCELLED


async def test_the_feed_goes_on_where_it_ended_and_begins_again_when_its_cursor_is_gone() -> None:
    feed = Feed(pages=5)
    desk = Desk(feed=feed)
    async with desk:
        assert len(desk.creators.rows) == 5
        feed.pages, feed.asked = 7, []
        await desk.later(TIMINGS.poll_idle)
        assert (feed.asked[0], len(desk.creators.rows)) == ("5", 7)
        feed.forgotten, feed.asked = True, []
        await desk.later(TIMINGS.poll_idle)
        assert (feed.asked[:2], len(desk.creators.rows)) == (["7", None], 7)


async def test_an_action_does_not_wait_for_a_long_feed() -> None:
    feed = Feed(pages=10_000)
    desk = Desk(feed=feed)
    order, rig = desk.reviewable()
    version = next(iter(desk.platform.world.versions.values()))
    async with desk:
        assert 10 < len(desk.creators.rows) < 9_000
        await desk.sync.actions.approve([rig.seen(order.order_id, version.resource_id)])
        desk.clock.advance(TIMINGS.undo)
        await desk.spin()
        assert desk.platform.count("confirmed") == 1
        assert len(desk.creators.rows) < 9_000


async def test_an_answer_lost_in_the_second_draining_of_a_round_is_read_back_on_time() -> None:
    # Shorter than the loop's longest sleep, which would else hide a reading that nobody put on its list.
    timings = replace(TIMINGS, uncertainty=16.0, request=4.0)
    desk = Desk(timings=timings)
    order, rig = desk.reviewable()
    version = next(iter(desk.platform.world.versions.values()))
    read_back = desk.sync.reconciler.step

    async def while_the_time_to_undo_ends() -> None:
        # Between the two drainings of one round: the first finds nothing to send yet, the second sends it.
        if desk.outbox.rows and desk.platform.writes == []:
            desk.clock.advance(TIMINGS.undo)
        await read_back()

    desk.sync.reconciler.step = while_the_time_to_undo_ends  # type: ignore[method-assign]
    async with desk:
        desk.platform.plan = ["lost"]
        await desk.sync.actions.approve([rig.seen(order.order_id, version.resource_id)])
        await desk.spin()
        (row,) = desk.outbox.rows.values()
        assert (row.state, len(desk.platform.writes)) == (IntentState.UNKNOWN, 1)
        sent = desk.clock.monotonic()
        while row.state is IntentState.UNKNOWN and desk.clock.monotonic() < sent + 600:
            desk.clock.advance(0.5)
            await desk.spin()
            (row,) = desk.outbox.rows.values()
        assert (row.state, desk.platform.count("confirmed")) == (IntentState.DONE, 1)
        assert desk.clock.monotonic() - sent <= timings.uncertainty * 1.5 + 2


async def test_events_wake_the_loop_and_resume_after_the_last_one() -> None:
    events = Events()
    desk = Desk(events=events)
    heard: list[str] = []
    async with desk:
        desk.sync.engine.on_event(lambda event: heard.append(event.kind))
        order = desk.platform.add_order()
        events.queue.put_nowait(ServerEvent("41", "order", {"order_id": order.order_id}))
        await desk.later(5)
        assert (heard, list(desk.orders.by_id)) == (["order"], [order.order_id])
        events.queue.put_nowait(None)
        await desk.later(30)
        assert events.resumed[:2] == [None, "41"]


async def test_a_report_is_kept_once_a_day() -> None:
    desk = Desk()
    desk.platform.add_order(OrderStatus.PUBLISHED)
    async with desk:
        assert len(desk.reports.saved) == 1
        await desk.later(3600)
        assert len(desk.reports.saved) == 1
        await desk.later(86_400 / 20)
        desk.clock.advance(86_400)
        await desk.spin()
        assert len(desk.reports.saved) == 2
        # The second day's plays are the first's: nobody watched, so the people are the same.
        assert len(desk.reports.people) == 1


async def test_a_restart_knows_the_age_of_its_data_and_takes_up_what_was_left() -> None:
    first = Desk()
    order, rig = first.reviewable()
    version = next(iter(first.platform.world.versions.values()))
    async with first:
        await first.sync.actions.approve([rig.seen(order.order_id, version.resource_id)])
    first.clock.advance(3600)
    first.platform.read_errors = [Offline()] * 2
    second = Desk(earlier=first)
    async with second:
        assert second.sync.engine.status.last_sync_at is not None
        assert second.sync.engine.status.phase is Phase.OFFLINE
        await second.later(900)
        assert second.platform.count("confirmed") == 1


async def test_closing_lets_a_send_end_and_starts_none() -> None:
    desk = Desk()
    order, rig = desk.reviewable()
    version = next(iter(desk.platform.world.versions.values()))
    approve, entered, gate = desk.platform.approve, asyncio.Event(), asyncio.Event()

    async def slow(payload: object) -> object:
        entered.set()
        await gate.wait()
        return await approve(payload)  # type: ignore[arg-type]

    desk.platform.approve = slow  # type: ignore[assignment,method-assign]
    await desk.__aenter__()
    await desk.sync.actions.approve([rig.seen(order.order_id, version.resource_id)])
    desk.clock.advance(TIMINGS.undo)
    await asyncio.wait_for(entered.wait(), 5)
    closing = asyncio.ensure_future(desk.sync.engine.close())
    await asyncio.sleep(0)
    gate.set()
    await closing
    assert [row.state for row in desk.outbox.rows.values()] == [IntentState.DONE]
    assert desk.faults == []
