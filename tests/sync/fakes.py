"""A platform that delays effects, loses answers and answers reads from a lagging copy."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from xingtu_desktop.core.clock import ManualClock
from xingtu_desktop.core.errors import (
    KnownError,
    NoSuchThing,
    Offline,
    RateLimited,
    Rejected,
    SignedOut,
    Timeout,
)
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
from xingtu_desktop.domain.ids import AuthorId, DemandId, OrderId, PlatformCampaignId, ResourceId, StarId
from xingtu_desktop.domain.intent import (
    ApproveResource,
    CancelOrder,
    CreateAssign,
    RejectResource,
    ReplyCancel,
)
from xingtu_desktop.domain.lifecycle import AuditStatus, OrderStatus, ResourceKind, ResourceStatus
from xingtu_desktop.domain.money import ZERO, Fen, total
from xingtu_desktop.domain.order import Order, OrderBill, Payment, PendingBill, PlatformCampaign, Resource
from xingtu_desktop.domain.report import Audience, OrderReport, TopicMetric
from xingtu_desktop.services.sync.looks import text_hash

STAR = StarId(1_700_000_000_000_001)
START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
S = OrderStatus


@dataclass(slots=True)
class World:
    """The platform's truth: orders, versions, unpaid bills, demands and the account's balance."""

    orders: dict[OrderId, Order] = field(default_factory=dict)
    versions: dict[ResourceId, Resource] = field(default_factory=dict)
    demands: dict[DemandId, DemandRow] = field(default_factory=dict)
    balance: Fen = field(default_factory=lambda: Fen(100_000_000))


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that really happened on the platform."""

    what: str
    order_id: OrderId | None
    resource_id: ResourceId | None
    content_hash: str | None
    amount: int | None
    at: datetime


class FakePlatform:
    """StarApi over a `World`.

    `plan` says how the next writes go: `ok`, `lost` (effect, no answer), `late` (no answer, effect after `delay`), `never` (no answer,
    no effect), `limit`, `signed_out`, `offline`, `rejected`, `broken` (effect, an answer that cannot be read).
    """

    def __init__(self, clock: ManualClock, *, repeat: str = "refuse") -> None:
        self.star_id = STAR
        self.clock = clock
        self.repeat = repeat
        self.world = World()
        self.effects: list[Effect] = []
        self.writes: list[tuple[str, object]] = []
        self.plan: list[str] = []
        self.delay = 30.0
        self.lag = 0.0
        self.read_errors: list[KnownError] = []
        self.on_write: Callable[[], None] | None = None
        self._history: list[tuple[datetime, World]] = [(clock.now() - timedelta(days=1), World())]
        self._later: list[tuple[datetime, Callable[[], None]]] = []
        self._next = 7_300_000_000_000_000

    # ---------------------------------------------------------------- the other side acts

    def new_id(self) -> int:
        self._next += 1
        return self._next

    def changed(self) -> None:
        """Call after each change of the truth, so that lagging reads know what stood before."""
        self._history.append((self.clock.now(), copy.deepcopy(self.world)))

    def add_order(self, status: OrderStatus = S.ACCEPTED, cost: int = 1_200_000, **more: object) -> Order:
        number = OrderId(self.new_id())
        order = Order(
            order_id=number,
            demand_id=DemandId(self.new_id()),
            platform_campaign_id=PlatformCampaignId(self.new_id()),
            status=status,
            author_id=AuthorId(self.new_id()),
            author_name="小鹿同学",
            demand_name="白茶润手霜",
            created_at=self.clock.now(),
            synced_at=self.clock.now(),
            task_cost=Fen(cost),
            total=Fen(cost),
            total_paid=ZERO if status is S.UNPAID else Fen(cost),
        )
        self.world.orders[number] = replace(order, **more)  # type: ignore[arg-type]
        self.changed()
        return self.world.orders[number]

    def upload(self, order_id: OrderId, text: str = "脚本：白茶香，一抹化开。", kind: ResourceKind = ResourceKind.SCRIPT) -> Resource:
        """The creator uploads a version; the one before is superseded where nobody said anything of it."""
        for one in list(self.world.versions.values()):
            if one.order_id == order_id and one.kind is kind and one.status is ResourceStatus.UPLOADED:
                self.world.versions[one.resource_id] = replace(one, status=ResourceStatus.SUPERSEDED)
        count = sum(one.order_id == order_id and one.kind is kind for one in self.world.versions.values())
        script = kind is ResourceKind.SCRIPT
        version = Resource(
            resource_id=ResourceId(self.new_id()),
            order_id=order_id,
            kind=kind,
            version=count + 1,
            status=ResourceStatus.UPLOADED,
            audit=AuditStatus.PASSED,
            created_at=self.clock.now(),
            content=text if script else None,
            url=None if script else f"https://v.example/{order_id}",
        )
        self.world.versions[version.resource_id] = version
        self.set_status(order_id, S.SCRIPT_UPLOADED if script else S.VIDEO_UPLOADED)
        return version

    def set_status(self, order_id: OrderId, status: OrderStatus, **more: object) -> None:
        self.world.orders[order_id] = replace(self.world.orders[order_id], status=status, **more)  # type: ignore[arg-type]
        self.changed()

    def set_version(self, resource_id: ResourceId, **more: object) -> None:
        self.world.versions[resource_id] = replace(self.world.versions[resource_id], **more)  # type: ignore[arg-type]
        self.changed()

    def settle(self) -> None:
        """Let every effect whose time has come happen."""
        due = [act for at, act in self._later if at <= self.clock.now()]
        self._later = [(at, act) for at, act in self._later if at > self.clock.now()]
        for act in due:
            act()

    @property
    def under_way(self) -> bool:
        """Whether a request that was sent has yet to take effect."""
        return bool(self._later)

    def count(self, what: str) -> int:
        return sum(effect.what == what for effect in self.effects)

    # ---------------------------------------------------------------- reads

    def _read(self) -> World:
        if self.read_errors:
            raise self.read_errors.pop(0)
        self.settle()
        if not self.lag:
            return self.world
        upto = self.clock.now() - timedelta(seconds=self.lag)
        return [world for at, world in self._history if at <= upto][-1]

    async def campaigns(self) -> list[PlatformCampaign]:
        world = self._read()
        first = {order.platform_campaign_id: order for order in reversed(world.orders.values()) if order.status is not S.UNPAID}
        return [PlatformCampaign(number, order.demand_name, order.created_at, 1) for number, order in first.items()]

    async def orders_of_campaigns(self, ids: Sequence[PlatformCampaignId]) -> list[tuple[OrderId, OrderStatus]]:
        world = self._read()
        return [
            (one.order_id, one.status) for one in world.orders.values() if one.platform_campaign_id in ids and one.status is not S.UNPAID
        ]

    async def orders(self, ids: Sequence[OrderId]) -> list[Order]:
        world = self._read()
        return [world.orders[one] for one in ids if one in world.orders]

    async def order(self, order_id: OrderId) -> OrderWithResources:
        world = self._read()
        if order_id not in world.orders:
            raise Rejected("订单不存在", code=40001, field="order_id")
        versions = tuple(one for one in world.versions.values() if one.order_id == order_id)
        return OrderWithResources(replace(world.orders[order_id], task_cost=None, total=None, total_paid=None), versions)

    async def scripts(self, ids: Sequence[OrderId]) -> list[Resource]:
        world = self._read()
        return [replace(one, content=None) for one in world.versions.values() if one.order_id in ids and one.kind is ResourceKind.SCRIPT]

    async def videos(self, ids: Sequence[OrderId]) -> list[Resource]:
        world = self._read()
        return [one for one in world.versions.values() if one.order_id in ids and one.kind is ResourceKind.VIDEO]

    async def pending_bill(self, *, campaign_id: PlatformCampaignId | None = None, order_id: OrderId | None = None) -> PendingBill:
        world = self._read()
        rows = self._owing(world, campaign_id, order_id)
        bills = tuple(OrderBill(one.order_id, one.task_cost or ZERO, ZERO, one.total or ZERO, due) for one, due in rows)
        due = total(one for _, one in rows)
        return PendingBill(world.balance, due, due, ZERO, bills)

    @staticmethod
    def _owing(world: World, campaign_id: PlatformCampaignId | None, order_id: OrderId | None) -> list[tuple[Order, Fen]]:
        return [
            (one, (one.total or ZERO) - (one.total_paid or ZERO))
            for one in world.orders.values()
            if (
                (campaign_id is not None and one.platform_campaign_id == campaign_id and one.status is S.UNPAID)
                or (order_id is not None and one.order_id == order_id and one.status is S.BALANCE_DUE)
            )
        ]

    async def cancel_cost(self, order_id: OrderId) -> CancelCost:
        cost = self._read().orders[order_id].task_cost or ZERO
        return CancelCost(cost.share(1000), "按阶段收取")

    async def demands(self, *, name: str = "") -> list[DemandRow]:
        return [row for row in self._read().demands.values() if name in row.name]

    async def demand_orders(self, demand_id: DemandId) -> list[DemandOrderRow]:
        return [
            DemandOrderRow(one.order_id, one.platform_campaign_id, one.author_id, "WAIT_PAYMENT" if one.status is S.UNPAID else "ONGOING")
            for one in self._read().orders.values()
            if one.demand_id == demand_id
        ]

    async def reports(self, ids: Sequence[OrderId]) -> list[OrderReport]:
        raise NoSuchThing("reports")

    async def report_detail(self, order: Order, *, start: object, end: object, batch: OrderReport | None = None) -> OrderReport:
        raise NoSuchThing("reports")

    async def topics(self, order: Order) -> tuple[TopicMetric, ...]:
        return ()

    async def audience(self, order_id: OrderId) -> Audience:
        raise NoSuchThing("audience")

    async def upload_attachment(self, file: Path) -> str:
        return file.name

    # ---------------------------------------------------------------- writes

    def stamp(self, payload: object) -> RequestStamp:
        return RequestStamp(hashlib.sha256(repr(payload).encode()).hexdigest())

    async def _write(self, what: str, payload: object, act: Callable[[], object]) -> object:
        """Run `act` (which raises Rejected when the state does not allow it) as the plan says."""
        if self.on_write is not None:
            self.on_write()
        self.settle()
        self.writes.append((what, payload))
        mode = self.plan.pop(0) if self.plan else "ok"
        if mode == "offline":
            self.writes.pop()
            raise Offline()
        if mode == "limit":
            raise RateLimited(layer="endpoint", code=40100, retry_after=5.0)
        if mode == "signed_out":
            raise SignedOut(code=40102)
        if mode == "rejected":
            raise Rejected("参数错误", code=40001, request_id="r-no")
        if mode == "never":
            raise Timeout()
        if mode == "late":
            self._later.append((self.clock.now() + timedelta(seconds=self.delay), lambda: _quietly(act)))
            raise Timeout()
        answer = act()
        if mode == "lost":
            raise Timeout()
        if mode == "broken":
            raise ValueError("an answer that our mapping cannot read")
        return answer

    def _effect(self, what: str, order: Order | None, version: Resource | None = None, amount: int | None = None) -> None:
        self.effects.append(
            Effect(
                what,
                order.order_id if order else None,
                version.resource_id if version else None,
                text_hash(version.content) if version is not None and version.content is not None else None,
                amount if amount is not None else (order.task_cost.value if order and order.task_cost else None),
                self.clock.now(),
            )
        )

    def _say(self, payload: ApproveResource | RejectResource, status: ResourceStatus, after: dict[ResourceKind, OrderStatus]) -> Receipt:
        version, order = self.world.versions.get(payload.resource_id), self.world.orders[payload.order_id]
        if version is None or version.status is not ResourceStatus.UPLOADED:
            if version is not None and version.status is status and self.repeat == "accept":
                self._effect(status.name.lower(), order, version)
                return Receipt("r-again")
            raise Rejected("资源状态不允许", code=40001, field="resource_id")
        self.world.versions[version.resource_id] = replace(version, status=status)
        self.set_status(order.order_id, after[payload.kind])
        self._effect(status.name.lower(), order, version)
        return Receipt("r-ok")

    async def approve(self, payload: ApproveResource) -> Receipt:
        after = {ResourceKind.SCRIPT: S.SCRIPT_CONFIRMED, ResourceKind.VIDEO: S.VIDEO_CONFIRMED}
        answer = await self._write("approve", payload, lambda: self._say(payload, ResourceStatus.CONFIRMED, after))
        assert isinstance(answer, Receipt)
        return answer

    async def reject(self, payload: RejectResource) -> Receipt:
        after = {ResourceKind.SCRIPT: S.SCRIPT_REJECTED, ResourceKind.VIDEO: S.VIDEO_REJECTED}
        answer = await self._write("reject", payload, lambda: self._say(payload, ResourceStatus.REJECTED, after))
        assert isinstance(answer, Receipt)
        return answer

    def _step(self, what: str, order_id: OrderId, wanted: Sequence[OrderStatus], to: OrderStatus) -> Receipt:
        order = self.world.orders[order_id]
        if order.status not in wanted and not (order.status is to and self.repeat == "accept"):
            raise Rejected("订单状态不允许", code=40001, field="order_id")
        self.set_status(order_id, to)
        self._effect(what, order)
        return Receipt("r-ok")

    async def _stepped(self, what: str, payload: object, order_id: OrderId, wanted: Sequence[OrderStatus], to: OrderStatus) -> Receipt:
        answer = await self._write(what, payload, lambda: self._step(what, order_id, wanted, to))
        assert isinstance(answer, Receipt)
        return answer

    async def publish(self, order_id: OrderId) -> Receipt:
        return await self._stepped("publish", order_id, order_id, [S.VIDEO_CONFIRMED], S.PUBLISHED)

    async def finish(self, order_id: OrderId) -> Receipt:
        return await self._stepped("finish", order_id, order_id, [S.PUBLISHED], S.FINISHED)

    async def cancel(self, payload: CancelOrder) -> Receipt:
        running = [status for status in S if not status.ended]
        return await self._stepped("cancel", payload, payload.order_id, running, S.CANCELLED)

    async def reply_cancel(self, payload: ReplyCancel) -> Receipt:
        order = self.world.orders[payload.order_id]
        to = S.CANCELLED if payload.accept else order.status

        def act() -> Receipt:
            receipt = self._step("reply_cancel", payload.order_id, [order.status], to)
            self.set_status(payload.order_id, to, author_cancel_requested=False)
            return receipt

        answer = await self._write("reply_cancel", payload, act)
        assert isinstance(answer, Receipt)
        return answer

    async def create_assign(self, payload: CreateAssign) -> Created:
        def act() -> Created:
            demand, campaign = DemandId(self.new_id()), PlatformCampaignId(self.new_id())
            self.world.demands[demand] = DemandRow(demand, payload.demand.demand_name, self.clock.now())
            made = [
                self.add_order(S.UNPAID, demand_id=demand, platform_campaign_id=campaign, author_id=line.author_id)
                for line in payload.lines
                for _ in range(line.count)
            ]
            self._effect("create", None)
            return Created("r-ok", campaign, tuple(one.order_id for one in made), None)

        answer = await self._write("create", payload, act)
        assert isinstance(answer, Created)
        return answer

    async def pay(self, *, campaign_id: PlatformCampaignId | None = None, order_id: OrderId | None = None) -> Paid:
        def act() -> Paid:
            rows = self._owing(self.world, campaign_id, order_id)
            if not rows and self.repeat == "refuse":
                raise Rejected("没有待付账单", code=40001)
            due = total(one for _, one in rows)
            if self.world.balance < due:
                raise Rejected("余额不足", code=40001)
            for order, _ in rows:
                to = S.WAITING_FOR_CREATOR if order.status is S.UNPAID else S.VIDEO_CONFIRMED
                self.set_status(order.order_id, to, total_paid=order.total)
            self.world.balance -= due
            self._effect("pay", None, amount=due.value)
            return Paid("r-ok", Payment(due, self.world.balance))

        answer = await self._write("pay", (campaign_id, order_id), act)
        assert isinstance(answer, Paid)
        return answer


def _quietly(act: Callable[[], object]) -> None:
    try:
        act()
    except Rejected:
        return
