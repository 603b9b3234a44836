"""The client against the sandbox process: the whole order workflow, its money to the fen, reports, feed, events, files, faults."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.api.contract import problems_of
from tests.api.test_contract import DEMAND
from tests.support.sandbox import SandboxProcess, StartSandbox
from xingtu_desktop.api.client import Platform
from xingtu_desktop.api.feed import FeedClient
from xingtu_desktop.api.gateway import FixedToken
from xingtu_desktop.api.star import StarClient
from xingtu_desktop.core.clock import BEIJING
from xingtu_desktop.core.config import AppConfig, ServerConfig, Timings
from xingtu_desktop.core.errors import KnownError, NoSuchThing, RateLimited, Rejected, ServerTrouble, SignedOut
from xingtu_desktop.core.tasks import InlineCompute
from xingtu_desktop.domain.account import AppCredentials
from xingtu_desktop.domain.demand import OrderLine, PaymentKind, VideoTier
from xingtu_desktop.domain.ids import AuthorId, CampaignId, StarId
from xingtu_desktop.domain.intent import ApproveResource, CancelOrder, CreateAssign, RejectResource
from xingtu_desktop.domain.lifecycle import CancelReason, OrderStatus, ResourceKind
from xingtu_desktop.domain.money import total
from xingtu_desktop.domain.order import Order

TIMINGS = Timings(request=10.0, uncertainty=20.0, backoff_base=0.01, backoff_cap=0.1)


@dataclass
class Line:
    """An open client on one sandbox."""

    sandbox: SandboxProcess
    platform: Platform
    star: StarClient
    feed: FeedClient
    exchanges: list[dict[str, object]]

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.sandbox.control("clock")["now"], UTC)


@asynccontextmanager
async def opened(sandbox: SandboxProcess) -> AsyncIterator[Line]:
    url, token = sandbox.url, FixedToken(str(sandbox.info["access_token"]))
    server = ServerConfig(
        api_url=url, feed_url=f"{url}/sandbox/feed", events_url=f"{url}/sandbox/events", control_url=f"{url}/sandbox/control"
    )
    exchanges: list[dict[str, object]] = []
    platform = Platform(AppConfig(server=server, timings=TIMINGS), compute=InlineCompute(), recorder=exchanges.append)
    feed = platform.feed(token)
    assert feed is not None
    try:
        yield Line(sandbox, platform, platform.star(StarId(sandbox.info["star_id"]), token, app_id=sandbox.info["app_id"]), feed, exchanges)
    finally:
        await platform.aclose()


async def every_order(line: Line) -> list[Order]:
    campaigns = await line.star.campaigns()
    listed = await line.star.orders_of_campaigns([one.platform_campaign_id for one in campaigns])
    return await line.star.orders([order_id for order_id, _ in listed])


async def an_author(line: Line) -> AuthorId:
    page = await line.feed.page(None, 200)
    return next(one.author_id for one in page.upserts if one.quotes.up_to_20 is not None)


async def test_history_is_read_whole_and_keeps_to_the_contract(shared_sandbox: SandboxProcess) -> None:
    async with opened(shared_sandbox) as line:
        orders = await every_order(line)
        assert len(orders) > 200
        assert len({order.status for order in orders}) >= 12
        for order in orders:
            assert order.demand_id
            assert order.platform_campaign_id
            assert order.total is not None
            assert order.task_cost is not None
            assert order.platform_fee is not None
            assert order.demand_name
        published = [order for order in orders if order.status in (OrderStatus.PUBLISHED, OrderStatus.FINISHED)]
        assert published
        assert all(order.item_id for order in published)
        ids = [order.order_id for order in orders]
        scripts, videos = await line.star.scripts(ids), await line.star.videos(ids)
        assert {one.kind for one in scripts} == {ResourceKind.SCRIPT}
        assert {one.kind for one in videos} == {ResourceKind.VIDEO}
        waiting = next(order for order in orders if order.status is OrderStatus.SCRIPT_UPLOADED)
        detail = await line.star.order(waiting.order_id)
        text = [one for one in detail.resources if one.kind is ResourceKind.SCRIPT][-1]
        assert text.content
        assert text.content_hash == hashlib.sha256(text.content.encode()).hexdigest()
        assert detail.order.total is None
        assert problems_of(line.exchanges) == []


async def test_reports_of_a_published_order_have_totals_days_topics_and_people(shared_sandbox: SandboxProcess) -> None:
    async with opened(shared_sandbox) as line:
        orders = [order for order in await every_order(line) if order.status is OrderStatus.FINISHED and order.released_at is not None]
        order = min(orders, key=lambda one: one.released_at or line.now())
        assert order.released_at is not None
        start, today = order.released_at.astimezone(BEIJING).date(), line.now().astimezone(BEIJING).date()
        report = await line.star.report_detail(order, start=start, end=today)
        assert report.total.plays
        assert report.total.likes is not None
        assert report.total.complete_plays is not None
        assert report.total.searches is not None
        assert report.total.gmv is not None
        assert report.total.store_visits is not None
        assert report.words
        assert report.topics
        assert report.days
        assert sum(day.counts.plays or 0 for day in report.days) == report.total.plays
        assert total(day.counts.gmv for day in report.days if day.counts.gmv is not None) == report.total.gmv
        batch = await line.star.reports([one.order_id for one in orders[:60]])
        assert {one.order_id for one in batch} == {one.order_id for one in orders[:60]}
        audience = await line.star.audience(order.order_id)
        assert audience.gender
        assert audience.province
        assert problems_of(line.exchanges) == []


async def test_an_order_is_placed_paid_judged_and_cancelled_to_the_fen(sandbox: SandboxProcess) -> None:
    async with opened(sandbox) as line:
        author, now = await an_author(line), line.now()
        demand = replace(DEMAND, publish_from=now + timedelta(days=2), publish_until=now + timedelta(days=12), project_id=None)
        demand = replace(demand, link_component_id=None, skip_script=False, attachments=())
        assign = CreateAssign(CampaignId("c"), demand, (OrderLine(author, VideoTier.UP_TO_20, 2),), PaymentKind.FULL, "#K7F2-1")
        created = await line.star.create_assign(assign)
        assert len(created.order_ids) == 2
        found = [row for row in await line.star.demands(name="#K7F2-1") if row.name == demand.demand_name]
        rows = await line.star.demand_orders(found[0].demand_id)
        assert {row.order_id for row in rows} == set(created.order_ids)
        assert {row.universal_status for row in rows} == {"WAIT_PAYMENT"}
        unpaid = await line.star.orders(created.order_ids)
        assert {order.status for order in unpaid} == {OrderStatus.UNPAID}
        assert {order.demand_id for order in unpaid} == {found[0].demand_id}

        bill = await line.star.pending_bill(campaign_id=created.platform_campaign_id)
        assert created.bill is not None
        assert bill.total_pay == created.bill.total_pay
        assert bill.total_pay == total(one.total for one in bill.orders)
        paid = await line.star.pay(campaign_id=created.platform_campaign_id)
        assert paid.payment.actual_pay == bill.total_pay
        assert paid.payment.balance == bill.balance - bill.total_pay
        with pytest.raises(Rejected) as again:
            await line.star.pay(campaign_id=created.platform_campaign_id)
        assert again.value.request_id

        cost = await line.star.cancel_cost(created.order_ids[0])
        await line.star.cancel(CancelOrder(created.order_ids[0], CancelReason.OTHER, "计划有变"))
        (cancelled,) = await line.star.orders([created.order_ids[0]])
        assert cancelled.status is OrderStatus.CANCELLED
        assert cancelled.total_paid is not None
        assert cancelled.refund == cancelled.total_paid - cost.cost
        assert problems_of(line.exchanges) == []


async def test_a_script_is_approved_and_another_rejected(sandbox: SandboxProcess) -> None:
    async with opened(sandbox) as line:
        waiting = [order for order in await every_order(line) if order.status is OrderStatus.SCRIPT_UPLOADED]
        done: list[OrderStatus] = []
        for order, yes in zip(waiting, (True, False), strict=False):
            script = [one for one in (await line.star.order(order.order_id)).resources if one.kind is ResourceKind.SCRIPT][-1]
            if yes:
                receipt = await line.star.approve(ApproveResource(order.order_id, script.resource_id, ResourceKind.SCRIPT))
            else:
                receipt = await line.star.reject(RejectResource(order.order_id, script.resource_id, ResourceKind.SCRIPT, "请改用语"))
            assert receipt.request_id
            done.append((await line.star.order(order.order_id)).order.status)
        assert done == [OrderStatus.SCRIPT_CONFIRMED, OrderStatus.SCRIPT_REJECTED]
        with pytest.raises(Rejected):
            await line.star.publish(waiting[0].order_id)
        assert problems_of(line.exchanges) == []


async def test_accounts_refresh_and_the_death_of_the_old_pair(sandbox: SandboxProcess) -> None:
    async with opened(sandbox) as line:
        token = str(sandbox.info["access_token"])
        accounts = await line.platform.auth.accounts(token)
        assert any(one.usable and one.star_id == sandbox.info["star_id"] for one in accounts)
        assert (await line.platform.auth.user(token)).display_name
        with pytest.raises(SignedOut):
            await line.platform.auth.refresh(AppCredentials(int(sandbox.info["app_id"]), str(sandbox.info["secret"])), "never given")
        with pytest.raises(KnownError):
            await line.platform.auth.exchange(AppCredentials(int(sandbox.info["app_id"]), str(sandbox.info["secret"])), "never given")
        assert problems_of(line.exchanges) == []


async def test_the_feed_is_read_in_pages_and_by_delta(sandbox: SandboxProcess) -> None:
    async with opened(sandbox) as line:
        seen: set[AuthorId] = set()
        cursor: str | None = None
        while True:
            page = await line.feed.page(cursor, 60)
            assert page.problems == 0
            seen |= {one.author_id for one in page.upserts}
            cursor = page.cursor
            if not page.has_more:
                break
        assert len(seen) == page.total == 200
        sandbox.control("clock", {"advance": 3 * 86_400})
        delta = await line.feed.page(cursor, 1000)
        assert delta.problems == 0
        assert 0 < len(delta.upserts) + len(delta.deletes) < 400
        detail = await line.feed.detail(next(iter(seen - set(delta.deletes))))
        assert detail.videos
        assert detail.quotes
        with pytest.raises(NoSuchThing):
            await line.feed.page("bm90IGEgY3Vyc29y", 10)
        with pytest.raises(NoSuchThing):
            await line.feed.detail(AuthorId(1))


async def test_events_tell_of_changes_and_resume(sandbox: SandboxProcess) -> None:
    async with opened(sandbox) as line:
        stream = line.platform.events(FixedToken(str(sandbox.info["access_token"])))
        assert stream is not None
        sandbox.control("clock", {"advance": 2 * 86_400})
        listening = stream.listen("0")
        assert isinstance(listening, AsyncGenerator)
        first, second = await anext(listening), await anext(listening)
        await listening.aclose()
        assert int(second.event_id) > int(first.event_id)
        resumed = stream.listen(first.event_id)
        assert isinstance(resumed, AsyncGenerator)
        assert (await anext(resumed)).event_id == second.event_id
        await resumed.aclose()


async def test_videos_are_fetched_within_their_cap(shared_sandbox: SandboxProcess) -> None:
    async with opened(shared_sandbox) as line:
        order = next(one for one in await every_order(line) if one.status is OrderStatus.VIDEO_UPLOADED)
        video = (await line.star.videos([order.order_id]))[-1]
        assert video.url is not None
        data = await line.platform.media.fetch(video.url, max_bytes=50_000_000)
        assert data[4:8] == b"ftyp"
        with pytest.raises(KnownError):
            await line.platform.media.fetch(video.url, max_bytes=1000)


FAULTS = [
    ({"kind": "server_error", "count": 1}, ServerTrouble),
    ({"kind": "rate_limited", "code": 40100, "count": 1}, RateLimited),
    ({"kind": "garbage", "count": 1}, KnownError),
    ({"kind": "truncated", "count": 1}, KnownError),
    ({"kind": "lost_answer", "count": 1}, KnownError),
    ({"kind": "http_error", "status": 502, "count": 1}, ServerTrouble),
    ({"kind": "captive_portal", "count": 1}, KnownError),
]


@pytest.mark.parametrize(("fault", "kind"), FAULTS, ids=[str(fault["kind"]) for fault, _ in FAULTS])
async def test_a_read_survives_one_fault_and_a_write_says_it(
    start_sandbox: StartSandbox, fault: dict[str, object], kind: type[KnownError]
) -> None:
    sandbox = start_sandbox("--creators", "50", "--seed", "3")
    async with opened(sandbox) as line:
        order = next(one for one in await every_order(line) if one.status is OrderStatus.PUBLISHED)
        sandbox.control("faults", {"faults": [{**fault, "path": "*/order/detail/"}]})
        if fault["kind"] != "captive_portal":
            assert (await line.star.order(order.order_id)).order.order_id == order.order_id
        # Twice in a row: a client that sent the write again by itself would meet the second and be seen below.
        sandbox.control("faults", {"faults": [{**fault, "path": "*/order/finish/", "count": 2}]})
        with pytest.raises(kind) as caught:
            await line.star.finish(order.order_id)
        assert caught.value.may_have_taken_effect is (fault["kind"] != "rate_limited")
        assert len([one for one in line.exchanges if str(one["path"]).endswith("/order/finish/")]) <= 1
