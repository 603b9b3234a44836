"""One life of the desktop's money path: the real outbox file, sender and reconciler, run until it is killed or everything has ended."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.crash.plants import PLANTS, Parts
from tests.sync.memory import MemoryCampaigns, MemoryOrders, MemorySettings
from xingtu_desktop.core import crashpoint
from xingtu_desktop.core.clock import SystemClock
from xingtu_desktop.core.config import Timings
from xingtu_desktop.core.errors import KnownError, Offline, RateLimited, Rejected, ServerTrouble, Timeout
from xingtu_desktop.core.events import Changes
from xingtu_desktop.domain.answers import OrderWithResources, Paid, Receipt, RequestStamp
from xingtu_desktop.domain.ids import AuthorId, CampaignId, DemandId, IntentId, OrderId, PlatformCampaignId, ResourceId, StarId
from xingtu_desktop.domain.intent import ApproveResource, Intent, IntentState, PayCampaign, RejectResource
from xingtu_desktop.domain.lifecycle import AuditStatus, OrderStatus, ResourceKind, ResourceStatus
from xingtu_desktop.domain.money import ZERO, Fen
from xingtu_desktop.domain.order import Order, OrderBill, Payment, PendingBill, Resource
from xingtu_desktop.services.actions import ActionService, Decision
from xingtu_desktop.services.sync.backoff import Backoff
from xingtu_desktop.services.sync.connectivity import Connectivity
from xingtu_desktop.services.sync.looks import text_hash
from xingtu_desktop.services.sync.outcomes import Outcomes
from xingtu_desktop.storage.cipher import Keyed, Worth
from xingtu_desktop.storage.database import Database
from xingtu_desktop.storage.repositories.outbox import SqlOutboxStore
from xingtu_desktop.storage.tables import WORK

STAR, INSTALL, KEY = StarId(7001), "crash-test", bytes(range(32))
TIMINGS = Timings(request=0.12, undo=0.01, uncertainty=0.65, backoff_base=0.005, backoff_cap=0.05, shutdown=0.5)
"""Q − request outlasts the ledger's latency and lag, as reliability.md asks of the real ones."""
_LONG_AGO = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Life:
    """What one life has to do."""

    work: str
    port: int
    seed: int
    plant: str | None = None
    orders: Sequence[int] = ()
    """Orders to decide on: approve or reject, and some to take back at once."""
    campaigns: Sequence[int] = ()
    """Bills to pay."""
    die_at: str | None = None
    """The crash point at which it ends itself, at the `nth` pass."""
    nth: int = 1
    last: bool = False
    """Run until everything has ended, answer as the person, and tell every intent."""
    said: list[str] = field(default_factory=list)


class LedgerApi:
    """The part of StarApi that the money path uses, over the ledger's socket."""

    star_id = STAR

    def __init__(self, port: int) -> None:
        self._port = port

    async def _ask(self, **ask: Any) -> dict[str, Any]:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError as error:
            raise Offline from error
        try:
            async with asyncio.timeout(TIMINGS.request):
                writer.write(json.dumps({**ask, "left": time.monotonic()}).encode() + b"\n")
                line = await reader.readline()
        except (TimeoutError, OSError) as error:
            raise Timeout from error
        finally:
            writer.close()
        if not line:
            raise Timeout
        answer: dict[str, Any] = json.loads(line)
        if answer.get("http"):
            raise ServerTrouble(status=502)
        if answer.get("code") == 40100:
            raise RateLimited(layer="endpoint", code=40100, retry_after=0.01)
        if answer.get("code"):
            raise Rejected(code=int(answer["code"]))
        return answer

    async def _state(self, key: int) -> dict[str, Any]:
        state: dict[str, Any] = (await self._ask(op="read", id=key))["state"]
        return state

    async def order(self, order_id: OrderId) -> OrderWithResources:
        state = await self._state(order_id)
        version = Resource(
            resource_id=ResourceId(state["resource"]),
            order_id=order_id,
            kind=ResourceKind.SCRIPT,
            version=1,
            status=ResourceStatus(state["resource_status"]),
            audit=AuditStatus.PASSED,
            created_at=_LONG_AGO,
            content=state["text"],
        )
        return OrderWithResources(self._order(order_id, state), (version,))

    async def orders_of_campaigns(self, ids: Sequence[PlatformCampaignId]) -> list[tuple[OrderId, OrderStatus]]:
        """A campaign of the ledger is one order of its own number; it stands in the list once it is paid."""
        states = [(OrderId(one), OrderStatus((await self._state(one))["status"])) for one in ids]
        return [(order_id, status) for order_id, status in states if status is not OrderStatus.UNPAID]

    async def orders(self, ids: Sequence[OrderId]) -> list[Order]:
        return [self._order(one, await self._state(one)) for one in ids]

    @staticmethod
    def _order(order_id: OrderId, state: dict[str, Any]) -> Order:
        return Order(
            order_id=order_id,
            demand_id=DemandId(1),
            platform_campaign_id=PlatformCampaignId(1),
            status=OrderStatus(state["status"]),
            author_id=AuthorId(1),
            author_name="达人",
            demand_name="任务",
            created_at=_LONG_AGO,
            synced_at=_LONG_AGO,
            task_cost=Fen(state["amount"]),
        )

    async def pending_bill(self, *, campaign_id: PlatformCampaignId | None = None, order_id: OrderId | None = None) -> PendingBill:
        assert campaign_id is not None
        state = await self._state(campaign_id)
        due = Fen(state["amount"]) if state["status"] == 0 else ZERO
        rows = (OrderBill(OrderId(campaign_id), due, ZERO, due, due),) if due else ()
        return PendingBill(Fen(10**12), due, due, ZERO, rows)

    def stamp(self, payload: object) -> RequestStamp:
        return RequestStamp(hashlib.sha256(repr(payload).encode()).hexdigest())

    async def approve(self, payload: ApproveResource) -> Receipt:
        await self._ask(op="approve", id=payload.order_id, resource=payload.resource_id)
        return Receipt("r")

    async def reject(self, payload: RejectResource) -> Receipt:
        await self._ask(op="reject", id=payload.order_id, resource=payload.resource_id)
        return Receipt("r")

    async def pay(self, *, campaign_id: PlatformCampaignId | None = None, order_id: OrderId | None = None) -> Paid:
        answer = await self._ask(op="pay", id=campaign_id)
        return Paid("r", Payment(Fen(answer["paid"]), ZERO))


def end_here() -> None:
    """End at once, as a power cut would."""
    if hasattr(signal, "SIGKILL"):
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(10)
    os._exit(137)


def arm(point: str | None, nth: int) -> None:
    """Die at the `nth` pass of `point`."""
    passes = 0

    def hook(name: str) -> None:
        nonlocal passes
        if name == point:
            passes += 1
            if passes >= nth:
                end_here()

    crashpoint.arm(hook if point is not None else None)


async def live(life: Life, say: Callable[[str], None]) -> None:
    """Open the file, click, send and read back; `say` tells the parent what was promised to the person."""
    arm(life.die_at, life.nth)
    database = await Database.open(Keyed(Path(life.work), KEY, Worth.PRECIOUS), WORK)
    try:
        say('{"open": true}')
        await _work(life, SqlOutboxStore(database), say)
    finally:
        await database.close()


async def _work(life: Life, store: SqlOutboxStore, say: Callable[[str], None]) -> None:
    rng, clock, changes, api = random.Random(life.seed), SystemClock(), Changes(), LedgerApi(life.port)
    parts = Parts(store, MemoryOrders(), api, TIMINGS)
    if life.plant is not None:
        PLANTS[life.plant](parts)
    connectivity = Connectivity(changes, clock)
    looker = parts.looker(parts.api, parts.outbox, parts.orders)
    outcomes = Outcomes(parts.outbox, MemoryCampaigns(), looker, changes, clock)
    sender = parts.sender(
        outbox=parts.outbox, api=parts.api, looker=looker, outcomes=outcomes, connectivity=connectivity, changes=changes, clock=clock,
        timings=parts.timings, backoff=Backoff(TIMINGS.backoff_base, TIMINGS.backoff_cap, rng), account=STAR, install=INSTALL, parallel=8,
    )  # fmt: skip
    reconciler = parts.reconciler(
        outbox=parts.outbox, looker=looker, outcomes=outcomes, connectivity=connectivity, clock=clock, timings=parts.timings,
        account=STAR, install=INSTALL,
    )  # fmt: skip
    actions = ActionService(
        outbox=parts.outbox, settings=MemorySettings(), changes=changes, clock=clock, timings=TIMINGS, account=STAR, install=INSTALL,
        operator="林澜", wake=lambda reason: None, rng=rng,
    )  # fmt: skip
    clicking = asyncio.get_running_loop().create_task(_click(life, api, actions, parts, rng, say))
    while not (life.last and clicking.done() and await _ended(parts, actions)):
        with contextlib.suppress(KnownError):
            await sender.drain()
            await reconciler.step()
        await asyncio.sleep(0.004)
    await clicking
    await sender.close(1)
    for intent in [*await parts.outbox.open_intents(), *await parts.outbox.recent(10**6)]:
        say(json.dumps(_told(intent)))
    say(json.dumps({"journal_broken_at": await store.verify_journal()}))


async def _click(life: Life, api: LedgerApi, actions: ActionService, parts: Parts, rng: random.Random, say: Callable[[str], None]) -> None:
    """What the person does: look at an order, decide, sometimes take it back; look at a bill, pay it."""
    for number in life.orders:
        with contextlib.suppress(KnownError):
            seen = await api.order(OrderId(number))
            (version,) = seen.resources
            decision = Decision(seen.order, version, text_hash(version.content or ""), datetime.now(UTC))
            if rng.random() < 0.7:
                batch = await actions.approve([decision])
            else:
                batch = await actions.reject([decision], "请改第二句")
            say(json.dumps({"saved": number, "batch": batch}))
            if rng.random() < 0.15:
                say(json.dumps({"undoing": number}))
                mine = [one.intent_id for one in await parts.outbox.open_intents() if one.batch_id == batch]
                for intent_id in await actions.undo(mine):
                    say(json.dumps({"undone": intent_id, "order": number}))
    for number in life.campaigns:
        with contextlib.suppress(KnownError):
            bill = await api.pending_bill(campaign_id=PlatformCampaignId(number))
            batch = await actions.pay_campaign(
                CampaignId(f"c{number}"), PlatformCampaignId(number), at_most=bill.total_pay, orders=1, campaign_name="年货节"
            )
            say(json.dumps({"saved": number, "batch": batch}))


async def _ended(parts: Parts, actions: ActionService) -> bool:
    """Whether nothing is open any more; the person gives up what asks for one (the reads on screen show that it took no effect)."""
    rows = await parts.outbox.open_intents()
    for one in rows:
        if one.state is IntentState.NEEDS_HUMAN:
            await actions.drop(one.intent_id)
    return not rows


def _told(intent: Intent) -> dict[str, Any]:
    payload = intent.payload
    pay = isinstance(payload, PayCampaign)
    return {
        "intent": intent.intent_id,
        "batch": intent.batch_id,
        "op": "pay" if pay else "approve" if isinstance(payload, ApproveResource) else "reject",
        "id": payload.platform_campaign_id if isinstance(payload, PayCampaign) else getattr(payload, "order_id", None),
        "state": intent.state.value,
        "outcome": intent.outcome,
        "attempt": intent.attempt,
        "hash": intent.expectation.content_hash,
        "amount": intent.expectation.amount.value if intent.expectation.amount else None,
        "paid": intent.result.get("paid"),
    }


def run(life: Life, out: int) -> None:
    """Run one life; lines go to the file descriptor `out`, each with one write."""
    asyncio.run(live(life, lambda line: (os.write(out, line.encode() + b"\n"), None)[1]))


def main() -> None:
    """A life whose order comes as one JSON line on stdin, where processes cannot be forked."""
    run(Life(**json.loads(input())), 1)


__all__ = ["IntentId", "Life", "main", "run"]

if __name__ == "__main__":
    main()
