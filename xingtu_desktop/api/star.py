"""The official API for one account: implements services.ports.StarApi over the endpoints and mappings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from xingtu_desktop.api.endpoints import attachments, bills, campaigns, orders, reports
from xingtu_desktop.api.gateway import Gateway, body_bytes
from xingtu_desktop.api.mapping import intents
from xingtu_desktop.api.mapping import orders as order_mapping
from xingtu_desktop.api.mapping import reports as report_mapping
from xingtu_desktop.api.mapping.orders import NOWHERE, Placement
from xingtu_desktop.api.wire import Node
from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.errors import NoSuchThing, NotThePlatform, Rejected
from xingtu_desktop.core.tasks import Compute
from xingtu_desktop.domain.answers import (
    CancelCost,
    Created,
    DemandOrderRow,
    DemandRow,
    OrderWithResources,
    Paid,
    Receipt,
    RequestStamp,
)
from xingtu_desktop.domain.ids import DemandId, ItemId, OrderId, PlatformCampaignId, StarId
from xingtu_desktop.domain.intent import (
    ApproveResource,
    CancelOrder,
    CreateAssign,
    FinishOrder,
    PublishResource,
    RejectResource,
    ReplyCancel,
)
from xingtu_desktop.domain.lifecycle import OrderStatus, ResourceKind, ResourceStatus
from xingtu_desktop.domain.order import Order, PendingBill, PlatformCampaign, Resource
from xingtu_desktop.domain.report import Audience, Counts, DailyCounts, OrderReport, TopicMetric

IDS_AT_ONCE = 50
_DAYS_AT_ONCE = 90
_MOST_ATTACHMENT_BYTES = 100 * 1024 * 1024
_WITH_VIDEO = (OrderStatus.PUBLISHED, OrderStatus.FINISHED)
Id = TypeVar("Id", bound=int)


def _batches(ids: Sequence[Id]) -> Iterator[list[Id]]:
    unique = list(dict.fromkeys(ids))
    for start in range(0, len(unique), IDS_AT_ONCE):
        yield unique[start : start + IDS_AT_ONCE]


class StarClient:
    """One Xingtu account. Reads retry by themselves; writes are sent once and raise what happened."""

    def __init__(self, gateway: Gateway, star_id: StarId, *, clock: Clock, compute: Compute) -> None:
        """`clock` dates what was read; `compute` reads files off the loop."""
        self.star_id = star_id
        self._gateway = gateway
        self._clock = clock
        self._compute = compute
        self._placements: dict[OrderId, Placement] = {}
        self._table = report_mapping.shipped_table()

    # ------------------------------------------------------------------ lists

    async def campaigns(self) -> list[PlatformCampaign]:
        return [order_mapping.campaign(row) async for row in campaigns.campaigns(self._gateway, self.star_id)]

    async def orders_of_campaigns(self, ids: Sequence[PlatformCampaignId]) -> list[tuple[OrderId, OrderStatus]]:
        """Every paid order's id and status; those whose status this program does not know are left out, with a notice."""
        found: list[tuple[OrderId, OrderStatus]] = []
        for batch in _batches(ids):
            async for row in campaigns.orders_of_campaigns(self._gateway, self.star_id, batch):
                order_id, status, placement = order_mapping.listed_order(row, self._gateway.notices, campaigns.ORDERS_OF_CAMPAIGNS)
                self._remember(order_id, placement)
                if status is not None:
                    found.append((order_id, status))
        return found

    async def demands(self, *, name: str = "") -> list[DemandRow]:
        return [order_mapping.demand_row(row) async for row in campaigns.demands(self._gateway, self.star_id, name)]

    async def demand_orders(self, demand_id: DemandId) -> list[DemandOrderRow]:
        found: list[DemandOrderRow] = []
        async for row in campaigns.demand_orders(self._gateway, self.star_id, demand_id):
            listed, placement = order_mapping.demand_order(row)
            self._remember(listed.order_id, placement)
            found.append(listed)
        return found

    # ------------------------------------------------------------------ orders and their versions

    async def orders(self, ids: Sequence[OrderId]) -> list[Order]:
        """order/get_info in batches: exact amounts; unknown ids are left out.

        get_info tells neither demand nor campaign, nor the published video: they come from the lists (remembered for this run, looked up
        by the demand's name where an order was never listed) and from get_video.
        """
        found: list[Order] = []
        for batch in _batches(ids):
            now = self._clock.now()
            rows = await orders.info(self._gateway, self.star_id, batch)
            for row in rows:
                order = order_mapping.order(row, now, self._gateway.notices, orders.INFO)
                if order is not None:
                    found.append(order)
        await self._find_placements(found)
        await self._find_videos(found)
        return [self._placed(order) for order in found]

    async def order(self, order_id: OrderId) -> OrderWithResources:
        """order/detail. Raises NoSuchThing for a status that this program does not know."""
        notices, endpoint = self._gateway.notices, orders.DETAIL
        data = await orders.detail(self._gateway, self.star_id, order_id)
        report_mapping.check_order(data, order_id)
        order = order_mapping.order_of_detail(data, self._clock.now(), notices, endpoint)
        if order is None:
            raise NoSuchThing("the order is in a state that this program does not know", order_id=order_id)
        scripts = order_mapping.resources(
            order_id, ResourceKind.SCRIPT, data.nodes("script_list"), order_mapping.finding_reader(notices, endpoint), notices, endpoint
        )
        videos = order_mapping.resources(
            order_id, ResourceKind.VIDEO, data.nodes("video_list"), order_mapping.text_finding_reader(notices, endpoint), notices, endpoint
        )
        return OrderWithResources(self._placed(order), tuple(scripts + videos))

    async def scripts(self, ids: Sequence[OrderId]) -> list[Resource]:
        """order/get_script: addresses of the files, no text."""
        found: list[Resource] = []
        for batch in _batches(ids):
            for row in await orders.scripts(self._gateway, self.star_id, batch):
                found += self._resources(row, ResourceKind.SCRIPT, "script_list", orders.SCRIPTS)
        return found

    async def videos(self, ids: Sequence[OrderId]) -> list[Resource]:
        """order/get_video: titles, addresses, and whether the public sees them."""
        found: list[Resource] = []
        for batch in _batches(ids):
            for row in await orders.videos(self._gateway, self.star_id, batch):
                found += self._resources(row, ResourceKind.VIDEO, "video_list", orders.VIDEOS)
        return found

    def _resources(self, row: Node, kind: ResourceKind, name: str, endpoint: str) -> list[Resource]:
        notices = self._gateway.notices
        read = order_mapping.finding_reader(notices, endpoint)
        return order_mapping.resources(OrderId(row.integer("order_id")), kind, row.nodes(name), read, notices, endpoint)

    async def pending_bill(self, *, campaign_id: PlatformCampaignId | None = None, order_id: OrderId | None = None) -> PendingBill:
        return order_mapping.bill(await bills.pending(self._gateway, self.star_id, campaign_id, order_id))

    async def cancel_cost(self, order_id: OrderId) -> CancelCost:
        return order_mapping.cancel_cost(await orders.cancel_amount(self._gateway, self.star_id, order_id))

    # ------------------------------------------------------------------ writes: each sent once

    def stamp(self, payload: object) -> RequestStamp:
        """SHA-256 over method, path and the exact bytes of the body that `payload` sends."""
        request = intents.outgoing(self.star_id, payload)
        named = b"\n".join((b"POST", request.path.encode(), body_bytes(request.body)))
        return RequestStamp(hashlib.sha256(named).hexdigest())

    async def create_assign(self, payload: CreateAssign) -> Created:
        request = intents.outgoing(self.star_id, payload)
        answer = await self._gateway.write(request.path, request.body)
        data = Node.of("data", answer.data)
        campaign_id = PlatformCampaignId(data.integer("campaign_id"))
        order_ids = tuple(OrderId(order_id) for order_id in data.integers("order_ids"))
        if not order_ids:
            raise NotThePlatform("an order was taken, but no order_ids came", request_id=answer.request_id, field="data.order_ids")
        for order_id in order_ids:
            self._remember(order_id, Placement(NOWHERE.demand_id, campaign_id))
        bill = data.maybe_node("bill_info")
        return Created(answer.request_id, campaign_id, order_ids, order_mapping.bill(bill) if bill is not None and bill.values else None)

    async def pay(self, *, campaign_id: PlatformCampaignId | None = None, order_id: OrderId | None = None) -> Paid:
        """bill/pay: the whole campaign, or the tail of one order."""
        answer = await self._gateway.write(intents.PAY, {"star_id": self.star_id, **bills.target(campaign_id, order_id)})
        return Paid(answer.request_id, order_mapping.payment(Node.of("data", answer.data)))

    async def approve(self, payload: ApproveResource) -> Receipt:
        return await self._say(payload)

    async def reject(self, payload: RejectResource) -> Receipt:
        return await self._say(payload)

    async def publish(self, order_id: OrderId) -> Receipt:
        return await self._say(PublishResource(order_id))

    async def finish(self, order_id: OrderId) -> Receipt:
        return await self._say(FinishOrder(order_id))

    async def cancel(self, payload: CancelOrder) -> Receipt:
        return await self._say(payload)

    async def reply_cancel(self, payload: ReplyCancel) -> Receipt:
        return await self._say(payload)

    async def _say(self, payload: object) -> Receipt:
        request = intents.outgoing(self.star_id, payload)
        return Receipt((await self._gateway.write(request.path, request.body)).request_id)

    async def upload_attachment(self, file: Path) -> str:
        """Upload; returns the name by which create_assign refers to it. Rejected when the platform does not take it."""
        data = await self._compute.run(_read_capped, file)
        if not await attachments.upload(self._gateway, self.star_id, file.name, data):
            raise Rejected("the platform did not take the file", code=0, field="file")
        return file.name

    # ------------------------------------------------------------------ reports

    async def reports(self, ids: Sequence[OrderId]) -> list[OrderReport]:
        found: list[OrderReport] = []
        for batch in _batches(ids):
            now = self._clock.now()
            for row in await reports.batch(self._gateway, self.star_id, batch):
                report = report_mapping.batch_report(row, now)
                place = self._placements.get(report.order_id, NOWHERE)
                found.append(replace(report, demand_id=place.demand_id or None, item_id=place.item_id))
        return found

    async def report_detail(self, order: Order, *, start: date, end: date, batch: OrderReport | None = None) -> OrderReport:
        """Totals, words, topic metrics and daily counts of a published order; `start` and `end` are Beijing days, both included.

        `batch` is the order's row of the batch report where it was read already. The order's own overview is asked for only where batch
        and topics leave something out that it tells.
        """
        now = self._clock.now()
        if batch is None:
            batch = next((report for report in await self.reports([order.order_id]) if report.order_id == order.order_id), None)
        if batch is None:
            batch = OrderReport(order.order_id, now, Counts())
        topics = await self.topics(order)
        notices = self._gateway.notices
        from_topics = report_mapping.counts_of(topics, self._table, notices, reports.TOPICS)
        days: tuple[DailyCounts, ...] = ()
        if order.item_id is not None and order.demand_id:
            while start <= end:
                last = min(end, start + timedelta(days=_DAYS_AT_ONCE - 1))
                daily = await reports.daily_topics(self._gateway, self.star_id, order.item_id, order.demand_id, start, last)
                days += report_mapping.daily_counts(daily, self._table, notices, reports.DAILY_TOPICS)
                start = last + timedelta(days=1)
        total, words = report_mapping.merged(batch.total, from_topics), batch.words
        if report_mapping.lacks_overview(total) or (not words and total.comments):
            overview = await reports.overview(self._gateway, self.star_id, order.order_id)
            # A count of complete plays that a topic tells is exact; the overview's is made from a rate.
            total = report_mapping.merged(total, report_mapping.overview_counts(overview))
            words = words or report_mapping.words_of(overview)
        return replace(
            batch,
            pulled_at=now,
            total=total,
            days=days,
            topics=topics,
            words=words,
            demand_id=order.demand_id or None,
            item_id=order.item_id,
        )

    async def topics(self, order: Order) -> tuple[TopicMetric, ...]:
        """Every cumulative topic metric of the order's published video; none for an order without one."""
        if order.item_id is None or not order.demand_id:
            return ()
        data = await reports.topics(self._gateway, self.star_id, order.item_id, order.demand_id)
        return report_mapping.topic_metrics(data.nodes("data"))

    async def audience(self, order_id: OrderId) -> Audience:
        data = await reports.audience(self._gateway, self.star_id, order_id)
        return report_mapping.audience(order_id, data, self._clock.now())

    # ------------------------------------------------------------------ what lists tell and orders do not

    def _remember(self, order_id: OrderId, told: Placement) -> None:
        known = self._placements.get(order_id, NOWHERE)
        self._placements[order_id] = Placement(
            told.demand_id or known.demand_id,
            told.platform_campaign_id or known.platform_campaign_id,
            told.item_id or known.item_id,
            told.video_url or known.video_url,
        )

    def _placed(self, order: Order) -> Order:
        place = self._placements.get(order.order_id, NOWHERE)
        return replace(
            order,
            demand_id=place.demand_id,
            platform_campaign_id=place.platform_campaign_id,
            item_id=place.item_id,
            video_url=place.video_url,
        )

    async def _find_placements(self, found: Sequence[Order]) -> None:
        """Look up the demands of orders that no list has told of, such as unpaid ones."""
        for name in {order.demand_name for order in found if order.demand_name and not self._known(order.order_id).demand_id}:
            for demand in await self.demands(name=name):
                if demand.name == name:
                    await self.demand_orders(demand.demand_id)

    async def _find_videos(self, found: Sequence[Order]) -> None:
        """Learn the published video of orders that have one."""
        wanted = [order.order_id for order in found if order.status in _WITH_VIDEO and self._known(order.order_id).item_id is None]
        for video in await self.videos(wanted):
            if video.item_id is not None and video.status is ResourceStatus.CONFIRMED:
                self._remember(video.order_id, Placement(NOWHERE.demand_id, NOWHERE.platform_campaign_id, ItemId(video.item_id)))

    def _known(self, order_id: OrderId) -> Placement:
        return self._placements.get(order_id, NOWHERE)


def _read_capped(file: Path) -> bytes:
    with file.open("rb") as source:
        data = source.read(_MOST_ATTACHMENT_BYTES + 1)
    if len(data) > _MOST_ATTACHMENT_BYTES:
        raise Rejected("an attachment is too large", code=0, field="file")
    return data
