"""Puts sender, reconciler and actions together over the fakes, on a clock that a test moves."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from tests.sync.fakes import STAR, FakePlatform
from tests.sync.memory import MemoryCampaigns, MemoryOrders, MemoryOutbox, MemorySettings
from xingtu_desktop.core.clock import ManualClock
from xingtu_desktop.core.config import Timings
from xingtu_desktop.core.errors import KnownError
from xingtu_desktop.core.events import Changes
from xingtu_desktop.domain.creator import VideoTier
from xingtu_desktop.domain.demand import DemandInfo, OrderLine, PaymentKind
from xingtu_desktop.domain.ids import AuthorId, BatchId, CampaignId, OrderId, ResourceId
from xingtu_desktop.domain.intent import CreateAssign, Intent, IntentState
from xingtu_desktop.domain.lifecycle import OrderStatus
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import Campaign
from xingtu_desktop.services.actions import ActionService, Decision, PlannedRequest
from xingtu_desktop.services.sync.backoff import Backoff
from xingtu_desktop.services.sync.connectivity import Connectivity
from xingtu_desktop.services.sync.looks import Looker, text_hash
from xingtu_desktop.services.sync.outbox import Sender
from xingtu_desktop.services.sync.outcomes import Outcomes
from xingtu_desktop.services.sync.reconcile import Reconciler

TIMINGS = Timings()
INSTALL = "this-computer"
CAMPAIGN = CampaignId("spring")


class Rig:
    """One desktop: its outbox survives `restart`, everything else is made anew."""

    def __init__(self, platform: FakePlatform | None = None, clock: ManualClock | None = None) -> None:
        self.clock = clock or ManualClock()
        self.platform = platform or FakePlatform(self.clock)
        self.outbox = MemoryOutbox()
        self.orders = MemoryOrders()
        self.campaigns = MemoryCampaigns()
        self.campaigns.by_id[CAMPAIGN] = Campaign(CAMPAIGN, "年货节", self.clock.now())
        self.settings = MemorySettings()
        self.changes = Changes()
        self.wakes: list[str] = []
        self.restart()

    def restart(self) -> None:
        """Everything in memory is gone, as after a crash."""
        self.connectivity = Connectivity(self.changes, self.clock)
        self.looker = Looker(self.platform, self.outbox, self.orders)
        self.outcomes = Outcomes(self.outbox, self.campaigns, self.looker, self.changes, self.clock)
        self.sender = Sender(
            outbox=self.outbox,
            api=self.platform,
            looker=self.looker,
            outcomes=self.outcomes,
            connectivity=self.connectivity,
            changes=self.changes,
            clock=self.clock,
            timings=TIMINGS,
            backoff=Backoff(1.0, 300.0, random.Random(1)),
            account=STAR,
            install=INSTALL,
        )
        self.reconciler = Reconciler(
            outbox=self.outbox,
            looker=self.looker,
            outcomes=self.outcomes,
            connectivity=self.connectivity,
            clock=self.clock,
            timings=TIMINGS,
            account=STAR,
            install=INSTALL,
        )
        self.actions = ActionService(
            outbox=self.outbox,
            settings=self.settings,
            changes=self.changes,
            clock=self.clock,
            timings=TIMINGS,
            account=STAR,
            install=INSTALL,
            operator="林澜",
            wake=self.wakes.append,
            rng=random.Random(7),
        )

    def seen(self, order_id: OrderId, resource_id: ResourceId) -> Decision:
        """A version as it stands on the platform now, opened and looked at."""
        order, version = self.platform.world.orders[order_id], self.platform.world.versions[resource_id]
        name = text_hash(version.content) if version.content is not None else "video-bytes"
        return Decision(order, replace(version, content_hash=name), name, self.clock.now())

    def script(self, text: str = "脚本：白茶香，一抹化开。") -> Decision:
        """A fresh order whose script waits for the client's word."""
        order = self.platform.add_order()
        return self.seen(order.order_id, self.platform.upload(order.order_id, text).resource_id)

    async def run(self, seconds: float = TIMINGS.undo) -> None:
        """Let time pass and then send what may leave."""
        self.clock.advance(seconds)
        await self.sender.drain()

    async def settle(self, seconds: float = 3 * TIMINGS.uncertainty) -> None:
        """Let time pass in steps while unknown rows are read and the queue is sent."""
        for _ in range(int(seconds / 10)):
            self.clock.advance(10)
            self.platform.settle()
            try:
                await self.reconciler.step()
            except KnownError:
                continue
            await self.sender.drain()

    async def rows(self, batch: BatchId) -> list[Intent]:
        return [one for one in self.outbox.rows.values() if one.batch_id == batch]

    async def only(self, batch: BatchId) -> Intent:
        (row,) = await self.rows(batch)
        return row

    async def order_batch(self, creators: int = 2, at_most: int | None = 2_400_000, name: str = "白茶润手霜 年货节") -> BatchId:
        payload = creation(creators, self, name)
        return await self.actions.place_orders([PlannedRequest(payload, None if at_most is None else Fen(at_most))], campaign_name="年货节")


def creation(creators: int, rig: Rig, name: str = "白茶润手霜 年货节") -> CreateAssign:
    """A request as the ordering service plans it, still without its tag."""
    now = rig.clock.now()
    demand = DemandInfo(
        demand_name=name,
        brand_name="花漾",
        product_name="白茶润手霜",
        product_information="滋润不黏腻",
        product_industry=(1930, 193001),
        contact_name="林澜",
        contact_phone="13800000000",
        retention_days=30,
        publish_from=now + timedelta(days=7),
        publish_until=now + timedelta(days=20),
        detail_demand="口播一次产品名",
    )
    lines = tuple(OrderLine(AuthorId(900 + number), VideoTier(2)) for number in range(creators))
    return CreateAssign(CAMPAIGN, demand, lines, PaymentKind.FULL, tag="")


__all__ = ["CAMPAIGN", "TIMINGS", "IntentState", "OrderStatus", "Rig", "creation"]
