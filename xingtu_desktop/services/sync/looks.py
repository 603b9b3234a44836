"""How an intent stands on the platform right now: ready as it was seen, already done, or changed since (reliability.md points 2 and 3).

One look serves both ends of the money path: just before a send it decides whether to send at all, and after a lost answer it says whether
the effect is there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from xingtu_desktop.core.errors import BugError, NoSuchThing
from xingtu_desktop.domain.answers import OrderWithResources
from xingtu_desktop.domain.ids import IntentId, OrderId, PlatformCampaignId, ResourceId
from xingtu_desktop.domain.intent import (
    ApproveResource,
    CancelOrder,
    CreateAssign,
    FinishOrder,
    Intent,
    IntentState,
    PayCampaign,
    PayTail,
    PublishResource,
    RejectResource,
    ReplyCancel,
)
from xingtu_desktop.domain.lifecycle import OrderStatus, ResourceKind, ResourceStatus, stage
from xingtu_desktop.domain.order import Order, PendingBill, Resource
from xingtu_desktop.services.ports import OrderStore, OutboxStore, StarApi

Fact = str | int | None
Result = dict[str, str | int | list[int] | None]


class Verdict(StrEnum):
    READY = "ready"
    """As the person saw it, and not done yet."""
    APPLIED = "applied"
    """The effect is there."""
    CHANGED = "changed"
    """Something differs from what the person saw."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one reading of the platform says about one intent."""

    verdict: Verdict
    what: str = ""
    """What differs: `status`, `version`, `content`, `amount`, `resource`, `bill`, `balance`, `tag`, `request`."""
    expected: Fact = None
    actual: Fact = None
    surely_not_applied: bool = False
    """CHANGED only: the platform itself shows that this action took no effect, so it can be refused without asking anybody."""
    facts: dict[str, Fact] = field(default_factory=dict)
    """Further values for the words: amounts in fen, ids."""
    result: Result = field(default_factory=dict)
    """For a creation that was found: what its answer would have said."""
    owed: tuple[OrderId, ...] = ()
    """For a campaign's bill: the orders that it asks money for."""

    def agrees(self, other: Look) -> bool:
        """Whether two readings say the same."""
        mine = (self.verdict, self.what, self.actual, self.result, self.owed)
        return mine == (other.verdict, other.what, other.actual, other.result, other.owed)

    def values(self) -> dict[str, Fact]:
        """As `Intent.detail` keeps it."""
        kept: dict[str, Fact] = dict(self.facts)
        if self.what:
            kept |= {"what": self.what, "expected": self.expected, "actual": self.actual}
        return kept

    def values_after(self, sent: Intent) -> dict[str, Fact]:
        """As `Intent.detail` keeps it after a request left: `bill` stays what that was sent for, `now_due` is what is due by now."""
        kept = self.values()
        if "bill" in kept:
            kept |= {"now_due": kept["bill"], "bill": sent.detail.get("bill")}
        return kept


def text_hash(text: str) -> str:
    """SHA-256 hex of a script's UTF-8 text: the name of what was on screen."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def kept_owed(orders: Sequence[OrderId]) -> str:
    """The orders that a bill asks money for, as `Intent.detail["owed"]` keeps them at SENDING: a JSON list of integers."""
    return json.dumps([int(one) for one in orders])


def owed_at_sending(intent: Intent) -> tuple[OrderId, ...]:
    """The orders that the bill asked money for when the payment was last sent; empty where the row does not say."""
    kept = intent.detail.get("owed")
    return tuple(OrderId(one) for one in json.loads(kept)) if isinstance(kept, str) else ()


def newest(resources: Sequence[Resource], kind: ResourceKind) -> Resource | None:
    """The latest version of `kind` that its author has not deleted."""
    versions = [one for one in resources if one.kind is kind and one.status is not ResourceStatus.DELETED]
    return max(versions, key=lambda one: (one.created_at, one.resource_id), default=None)


def _changed(what: str, expected: Fact, actual: Fact, *, surely: bool, **facts: Fact) -> Look:
    return Look(Verdict.CHANGED, what, expected, actual, surely, facts)


class Looker:
    """Reads the platform for one intent. Raises what the reads raise (core.errors)."""

    def __init__(self, api: StarApi, outbox: OutboxStore, orders: OrderStore) -> None:
        self._api = api
        self._outbox = outbox
        self._orders = orders

    async def look(self, intent: Intent) -> Look:
        """One fresh reading; nothing is cached and nothing is written."""
        payload = intent.payload
        match payload:
            case ApproveResource():
                return await self._version(intent, payload, ResourceStatus.CONFIRMED, ResourceStatus.REJECTED)
            case RejectResource():
                return await self._version(intent, payload, ResourceStatus.REJECTED, ResourceStatus.CONFIRMED)
            case PublishResource():
                return await self._publish(intent, payload.order_id)
            case FinishOrder():
                return await self._finish(intent, payload.order_id)
            case CancelOrder():
                return await self._cancel(intent, payload.order_id)
            case ReplyCancel():
                return await self._reply(intent, payload)
            case CreateAssign():
                return await self._creation(payload)
            case PayCampaign():
                return await self._campaign_bill(intent, payload)
            case PayTail():
                return await self._tail_bill(intent, payload)

    async def order_amount(self, order_id: OrderId) -> int | None:
        """The order's task cost in fen as the platform has it now."""
        rows = await self._api.orders([order_id])
        if not rows:
            raise NoSuchThing(f"order {order_id}")
        cost = rows[0].task_cost
        return None if cost is None else cost.value

    async def _amount_differs(self, intent: Intent, order_id: OrderId) -> Look | None:
        expected = intent.expectation.amount
        if expected is None:
            return None
        actual = await self.order_amount(order_id)
        return None if actual == expected.value else _changed("amount", expected.value, actual, surely=True)

    async def _version(
        self, intent: Intent, payload: ApproveResource | RejectResource, done: ResourceStatus, opposite: ResourceStatus
    ) -> Look:
        seen = intent.expectation
        now = await self._api.order(payload.order_id)
        version = next((one for one in now.resources if one.resource_id == payload.resource_id), None)
        if version is None or version.status is ResourceStatus.DELETED:
            return _changed("resource", payload.resource_id, None, surely=False)
        if version.status is opposite or version.status is ResourceStatus.SUPERSEDED:
            latest = newest(now.resources, payload.kind)
            if latest is not None and latest.resource_id != payload.resource_id:
                return _changed("version", payload.resource_id, latest.resource_id, surely=True)
            return _changed("resource_status", int(ResourceStatus.UPLOADED), int(version.status), surely=True)
        content = await self._content_differs(intent, version)
        if version.status is done:
            return Look(Verdict.APPLIED) if content is None else content
        latest = newest(now.resources, payload.kind)
        if latest is None or latest.resource_id != payload.resource_id:
            return _changed("version", payload.resource_id, None if latest is None else latest.resource_id, surely=True)
        if seen.status is not None and now.order.status is not seen.status:
            return _changed("status", int(seen.status), int(now.order.status), surely=True)
        if content is not None:
            return content
        return await self._amount_differs(intent, payload.order_id) or Look(Verdict.READY)

    async def _content_differs(self, intent: Intent, version: Resource) -> Look | None:
        """A script is hashed as it is now; a video's bytes are bound to its resource_id, whose kept hash has to be the seen one."""
        expected = intent.expectation.content_hash
        if expected is None:
            return None
        if version.kind is ResourceKind.SCRIPT:
            actual = None if version.content is None else text_hash(version.content)
            return None if actual == expected else _changed("content", expected, actual, surely=version.status is ResourceStatus.UPLOADED)
        kept = [one for one in await self._orders.resources([version.order_id]) if one.resource_id == version.resource_id]
        known = kept[0].content_hash if kept else None
        if known is None or known == expected:
            return None
        return _changed("content", expected, known, surely=version.status is ResourceStatus.UPLOADED)

    async def _publish(self, intent: Intent, order_id: OrderId) -> Look:
        now = await self._api.order(order_id)
        status = now.order.status
        if status in (OrderStatus.PUBLISHED, OrderStatus.FINISHED):
            return self._video_differs(intent, now) or Look(Verdict.APPLIED)
        if status is not (intent.expectation.status or OrderStatus.VIDEO_CONFIRMED):
            return _changed("status", int(intent.expectation.status or OrderStatus.VIDEO_CONFIRMED), int(status), surely=False)
        return self._video_differs(intent, now) or await self._amount_differs(intent, order_id) or Look(Verdict.READY)

    @staticmethod
    def _video_differs(intent: Intent, now: OrderWithResources) -> Look | None:
        expected: ResourceId | None = intent.expectation.resource_id
        if expected is None:
            return None
        latest = newest(now.resources, ResourceKind.VIDEO)
        if latest is not None and latest.resource_id == expected:
            return None
        return _changed("version", expected, None if latest is None else latest.resource_id, surely=False)

    async def _finish(self, intent: Intent, order_id: OrderId) -> Look:
        status = (await self._api.order(order_id)).order.status
        if status is OrderStatus.FINISHED:
            return Look(Verdict.APPLIED)
        if status is not OrderStatus.PUBLISHED:
            return _changed("status", int(OrderStatus.PUBLISHED), int(status), surely=False)
        return await self._amount_differs(intent, order_id) or Look(Verdict.READY)

    async def _cancel(self, intent: Intent, order_id: OrderId) -> Look:
        seen = intent.expectation
        status = (await self._api.order(order_id)).order.status
        if status is OrderStatus.CANCELLED:
            return Look(Verdict.APPLIED)
        if status.ended or (seen.status is not None and status is not seen.status):
            return _changed("status", None if seen.status is None else int(seen.status), int(status), surely=not status.ended)
        if seen.amount is not None:
            # What cancelling costs grows with the order's stage, and it is the sum that the person agreed to.
            cost = (await self._api.cancel_cost(order_id)).cost
            if cost != seen.amount:
                return _changed("cancel_cost", seen.amount.value, cost.value, surely=True)
        return Look(Verdict.READY)

    async def _reply(self, intent: Intent, payload: ReplyCancel) -> Look:
        order = (await self._api.order(payload.order_id)).order
        if payload.accept and order.status is OrderStatus.CANCELLED:
            return Look(Verdict.APPLIED)
        if not order.author_cancel_requested:
            if not payload.accept and intent.attempt > 0 and not order.status.ended:
                return Look(Verdict.APPLIED)
            return _changed("request", 1, 0, surely=False, status=int(order.status))
        seen = intent.expectation.status
        if seen is not None and order.status is not seen:
            return _changed("status", int(seen), int(order.status), surely=False)
        return await self._amount_differs(intent, payload.order_id) or Look(Verdict.READY)

    async def _creation(self, payload: CreateAssign) -> Look:
        if not payload.tag:
            raise BugError("a creation without a tag cannot be found again")
        found = [row for row in await self._api.demands(name=payload.tag) if row.name.endswith(payload.tag)]
        if not found:
            return Look(Verdict.READY)
        if len(found) > 1:
            return _changed("tag", 1, len(found), surely=False, tag=payload.tag)
        rows = await self._api.demand_orders(found[0].demand_id)
        campaigns = {row.platform_campaign_id for row in rows}
        wanted = sum(line.count for line in payload.lines)
        if len(rows) != wanted or len(campaigns) != 1:
            return _changed("orders", wanted, len(rows), surely=False, tag=payload.tag, demand_id=found[0].demand_id)
        return Look(Verdict.APPLIED, result=created_result(campaigns.pop(), sorted(row.order_id for row in rows)))

    async def _campaign_bill(self, intent: Intent, payload: PayCampaign) -> Look:
        campaign_id = await self.campaign_to_pay(payload)
        bill = await self._api.pending_bill(campaign_id=campaign_id)
        facts: dict[str, Fact] = {
            "bill": bill.total_pay.value,
            "at_most": payload.at_most.value,
            "balance": bill.balance.value,
            "platform_campaign_id": campaign_id,
        }
        if not bill.total_pay:
            # An empty bill alone says nothing: unpaid orders that somebody cancelled are owed nothing either.
            if await self._all_paid(await self._paid_for(intent, payload)):
                return Look(Verdict.APPLIED, actual=0, facts=facts)
            return Look(Verdict.CHANGED, "nothing_to_pay", payload.at_most.value, 0, intent.attempt == 0, facts)
        look = self._affordable(bill.total_pay.value, payload.at_most.value, bill.balance.value, facts)
        return replace(look, owed=_owing(bill))

    async def _tail_bill(self, intent: Intent, payload: PayTail) -> Look:
        order = (await self._api.order(payload.order_id)).order
        if order.status.ended and order.status is not OrderStatus.FINISHED:
            return _changed("status", int(OrderStatus.BALANCE_DUE), int(order.status), surely=False)
        bill = await self._api.pending_bill(order_id=payload.order_id)
        facts: dict[str, Fact] = {"bill": bill.total_pay.value, "at_most": payload.at_most.value, "balance": bill.balance.value}
        if not bill.total_pay:
            moved_on = intent.attempt > 0 and order.status is not OrderStatus.BALANCE_DUE
            if moved_on or stage(order.status) > stage(OrderStatus.BALANCE_DUE) or await self._paid_up(payload.order_id):
                return Look(Verdict.APPLIED, actual=0, facts=facts)
            return Look(Verdict.CHANGED, "nothing_to_pay", payload.at_most.value, 0, intent.attempt == 0, facts)
        if order.status is not OrderStatus.BALANCE_DUE:
            return _changed("status", int(OrderStatus.BALANCE_DUE), int(order.status), surely=False, **facts)
        return self._affordable(bill.total_pay.value, payload.at_most.value, bill.balance.value, facts)

    @staticmethod
    def _affordable(bill: int, at_most: int, balance: int, facts: dict[str, Fact]) -> Look:
        if bill > at_most:
            return Look(Verdict.CHANGED, "bill", at_most, bill, True, facts)
        if balance < bill:
            return Look(Verdict.CHANGED, "balance", bill, balance, True, facts)
        return Look(Verdict.READY, actual=bill, facts=facts)

    async def _all_paid(self, ids: Sequence[OrderId]) -> bool:
        """Whether every one of these orders, of which there is at least one, shows that it was paid."""
        unpaid = (OrderStatus.UNPAID, OrderStatus.CANCELLED, OrderStatus.CLOSED)
        rows = await self._api.orders(ids) if ids else []
        paid = {order.order_id for order in rows if order.status not in unpaid or order.total_paid}
        return bool(ids) and paid.issuperset(ids)

    async def _paid_up(self, order_id: OrderId) -> bool:
        """Whether the order itself says that nothing of it is left to pay."""
        return any(order.total is not None and order.total_paid == order.total for order in await self._api.orders([order_id]))

    async def _paid_for(self, intent: Intent, payload: PayCampaign) -> Sequence[OrderId]:
        """The orders whose payment alone proves this one, empty where nobody can tell: others of the campaign may have been paid before.

        Before the first send nothing was owed to us yet, so only the orders that were made to be paid by it can show that somebody paid.
        """
        if intent.attempt > 0:
            return owed_at_sending(intent)
        return await self.orders_to_pay(payload, ask=True) if payload.created_by is not None else ()

    async def total_paid(self, ids: Sequence[OrderId]) -> int | None:
        """What these orders say was paid, in fen, or None where one of them does not say or there is none."""
        rows = await self._api.orders(ids) if ids else []
        paid = [order.total_paid.value for order in rows if order.total_paid is not None]
        return sum(paid) if ids and len(paid) == len(ids) else None

    async def campaign_to_pay(self, payload: PayCampaign) -> PlatformCampaignId:
        """The platform's campaign, named in the payload or made by the intent before it."""
        if payload.platform_campaign_id is not None:
            return payload.platform_campaign_id
        if payload.created_by is not None:
            made = (await self._made_by(payload.created_by, ask=True)).get("platform_campaign_id")
            if isinstance(made, int):
                return PlatformCampaignId(made)
        raise BugError("a payment names no campaign of the platform")

    async def _made_by(self, creation: IntentId, *, ask: bool) -> Result:
        """What a creation made; where only a person said that it is there, the platform is asked by its tag if it may be."""
        intent = await self._outbox.get(creation)
        if intent.result or not ask or intent.state is not IntentState.DONE or not isinstance(intent.payload, CreateAssign):
            return intent.result
        return (await self._creation(intent.payload)).result

    async def orders_to_pay(self, payload: PayCampaign, *, ask: bool = False) -> list[OrderId]:
        """Every order of that campaign that this computer knows of; their lanes wait while it is paid. With `ask` the platform may tell."""
        known: set[OrderId] = set()
        if payload.created_by is not None:
            made = (await self._made_by(payload.created_by, ask=ask)).get("order_ids")
            known |= {OrderId(one) for one in made} if isinstance(made, list) else set()
        else:
            campaign_id = await self.campaign_to_pay(payload)
            stored: list[Order] = await self._orders.orders(campaign_id=payload.campaign_id)
            known |= {order.order_id for order in stored if order.platform_campaign_id == campaign_id}
        return sorted(known)


def _owing(bill: PendingBill) -> tuple[OrderId, ...]:
    return tuple(sorted({one.order_id for one in bill.orders if one.remaining}))


def created_result(campaign_id: PlatformCampaignId, order_ids: Sequence[OrderId]) -> Result:
    """What create_assign made, as `Intent.result` keeps it."""
    return {"platform_campaign_id": int(campaign_id), "order_ids": [int(one) for one in order_ids]}
