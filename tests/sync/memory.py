"""A faithful outbox and the other stores, in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from xingtu_desktop.core.errors import (
    Conflict,
    KnownError,
    NoSuchThing,
)
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.ids import CampaignId, IntentId, OrderId, PlatformCampaignId, ResourceId, StarId
from xingtu_desktop.domain.intent import (
    ALLOWED_MOVES,
    Intent,
    IntentState,
    JournalEntry,
)
from xingtu_desktop.domain.lifecycle import OrderStatus, ResourceKind
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import Campaign, Order, PendingBill, Resource


class MemoryOutbox:
    """OutboxStore with the rules of services/ports.py; each method is one transaction."""

    def __init__(self) -> None:
        self.rows: dict[IntentId, Intent] = {}
        self._stopped = False
        self._journal: list[JournalEntry] = []
        self.fail_next_move: KnownError | None = None

    async def add(self, intents: Sequence[Intent]) -> Change:
        taken = {(one.lane, one.kind, one.payload) for one in self.rows.values() if one.state.open}
        seen = {(getattr(one.payload, "order_id", None), one.kind) for one in self.rows.values() if one.state.open}
        for one in intents:
            key = (getattr(one.payload, "order_id", None), one.kind)
            if (one.lane, one.kind, one.payload) in taken or (key[0] is not None and key in seen):
                raise Conflict(what="open_intent", expected=None, actual=one.lane)
            seen.add(key)
        for one in intents:
            self.rows[one.intent_id] = one
            self._link(one, "saved", one.created_at, {"kind": one.kind.value})
        return Change.of(Topic.OUTBOX)

    async def get(self, intent_id: IntentId) -> Intent:
        if intent_id not in self.rows:
            raise NoSuchThing(str(intent_id))
        return self.rows[intent_id]

    async def open_intents(self) -> list[Intent]:
        return [one for one in self.rows.values() if one.state.open]

    async def recent(self, limit: int, *, state: IntentState | None = None) -> list[Intent]:
        ended = [one for one in self.rows.values() if not one.state.open and one.state is not IntentState.DRAFT]
        ended = [one for one in ended if state is None or one.state is state]
        return sorted(ended, key=lambda one: one.updated_at, reverse=True)[:limit]

    async def claim(self, now: datetime, *, account: StarId, install: str, busy_lanes: frozenset[str]) -> Intent | None:
        if self._stopped:
            return None
        lanes_seen: set[str] = set()
        for one in self.rows.values():
            if not one.state.open:
                continue
            first = one.lane not in lanes_seen
            lanes_seen.add(one.lane)
            free = one.lane not in busy_lanes and not any(
                other.lane == one.lane and other.state in (IntentState.CLAIMED, IntentState.SENDING, IntentState.UNKNOWN)
                for other in self.rows.values()
            )
            before = self.rows.get(one.depends_on) if one.depends_on else None
            if (
                one.state is IntentState.QUEUED
                and first
                and free
                and (one.account, one.install) == (account, install)
                and one.undo_until <= now
                and not one.held
                and (one.hold_until is None or one.hold_until <= now)
                and (one.not_before is None or one.not_before <= now)
                and (one.depends_on is None or (before is not None and before.state is IntentState.DONE))
            ):
                return self._put(replace(one, state=IntentState.CLAIMED, updated_at=now), "claimed", {})
        return None

    async def move(
        self,
        intent_id: IntentId,
        to: IntentState,
        *,
        expected: frozenset[IntentState],
        now: datetime,
        event: str,
        changes: Mapping[str, object] | None = None,
        journal: Mapping[str, object] | None = None,
    ) -> Intent:
        if self.fail_next_move is not None:
            error, self.fail_next_move = self.fail_next_move, None
            raise error
        one = await self.get(intent_id)
        if one.state not in expected:
            raise Conflict(what="state", expected=sorted(expected), actual=one.state)
        assert to in ALLOWED_MOVES[one.state], f"{one.state} → {to}"
        moved = self._put(replace(one, state=to, updated_at=now, **dict(changes or {})), event, dict(journal or {}))  # type: ignore[arg-type]
        if to in (IntentState.REFUSED, IntentState.UNDONE):
            self._fail_dependents(intent_id, now)
        return moved

    def _fail_dependents(self, intent_id: IntentId, now: datetime) -> None:
        for one in list(self.rows.values()):
            if one.depends_on == intent_id and one.state in (IntentState.QUEUED, IntentState.NEEDS_HUMAN):
                self._put(replace(one, state=IntentState.REFUSED, outcome="dependency_failed", updated_at=now), "dependency_failed", {})
                self._fail_dependents(one.intent_id, now)

    async def undo(self, intent_ids: Sequence[IntentId], now: datetime) -> list[IntentId]:
        taken = []
        for intent_id in intent_ids:
            one = self.rows[intent_id]
            if one.state in (IntentState.QUEUED, IntentState.DRAFT) or (one.state is IntentState.NEEDS_HUMAN and one.attempt == 0):
                self._put(replace(one, state=IntentState.UNDONE, updated_at=now), "undone", {})
                taken.append(intent_id)
        return taken

    async def hold(self, intent_ids: Sequence[IntentId], *, until: datetime | None, held: bool, now: datetime) -> Change:
        for intent_id in intent_ids:
            self._put(replace(self.rows[intent_id], hold_until=until, held=held, updated_at=now), "held", {})
        return Change.of(Topic.OUTBOX)

    async def stop_all(self, stopped: bool, now: datetime) -> Change:
        self._stopped = stopped
        return Change.of(Topic.OUTBOX)

    async def stopped(self) -> bool:
        return self._stopped

    async def journal(self, *, after: int = 0, limit: int = 1000) -> list[JournalEntry]:
        return [entry for entry in self._journal if entry.sequence > after][:limit]

    async def verify_journal(self) -> int | None:
        return None

    def _put(self, intent: Intent, event: str, body: dict[str, object]) -> Intent:
        self.rows[intent.intent_id] = intent
        self._link(intent, event, intent.updated_at, body)
        return intent

    def _link(self, intent: Intent, event: str, at: datetime, body: dict[str, object]) -> None:
        text = json.dumps(body, sort_keys=True, default=str)
        previous = self._journal[-1].digest if self._journal else ""
        digest = hashlib.sha256(f"{previous}{intent.intent_id}{event}{text}".encode()).hexdigest()
        self._journal.append(JournalEntry(len(self._journal) + 1, at, intent.intent_id, event, text, previous, digest))


class MemoryOrders:
    """OrderStore in memory."""

    def __init__(self) -> None:
        self.by_id: dict[OrderId, Order] = {}
        self.versions: dict[ResourceId, Resource] = {}
        self._balance: tuple[Fen, datetime] | None = None
        self.bills: dict[PlatformCampaignId, PendingBill] = {}

    async def save_orders(self, orders: Sequence[Order]) -> Change:
        for order in orders:
            known = self.by_id.get(order.order_id)
            kept = order.campaign_id or (known.campaign_id if known else None)
            self.by_id[order.order_id] = replace(order, campaign_id=kept)
        return Change.of(Topic.ORDERS)

    async def save_resources(self, resources: Sequence[Resource]) -> Change:
        for one in resources:
            known = self.versions.get(one.resource_id)
            if known is not None:
                one = replace(
                    one,
                    content=one.content if one.content is not None else known.content,
                    content_hash=one.content_hash if one.content_hash is not None else known.content_hash,
                )
            self.versions[one.resource_id] = one
        return Change.of(Topic.RESOURCES)

    async def set_content(self, resource_id: ResourceId, *, content: str | None, content_hash: str) -> Change:
        self.versions[resource_id] = replace(self.versions[resource_id], content=content, content_hash=content_hash)
        return Change.of(Topic.RESOURCES)

    async def order(self, order_id: OrderId) -> Order | None:
        return self.by_id.get(order_id)

    async def orders(
        self, *, ids: Sequence[OrderId] | None = None, campaign_id: CampaignId | None = None, open_only: bool = False
    ) -> list[Order]:
        return [
            order
            for order in self.by_id.values()
            if (ids is None or order.order_id in ids)
            and (campaign_id is None or order.campaign_id == campaign_id)
            and not (open_only and order.status.ended)
        ]

    async def resources(self, order_ids: Sequence[OrderId]) -> list[Resource]:
        return [one for one in self.versions.values() if one.order_id in order_ids]

    async def awaiting_review(self) -> list[tuple[Order, Resource]]:
        rows = []
        for order in self.by_id.values():
            kind = {OrderStatus.SCRIPT_UPLOADED: ResourceKind.SCRIPT, OrderStatus.VIDEO_UPLOADED: ResourceKind.VIDEO}.get(order.status)
            mine = [one for one in self.versions.values() if one.order_id == order.order_id and one.kind is kind]
            if mine:
                rows.append((order, max(mine, key=lambda one: one.resource_id)))
        return rows

    async def save_bill(self, platform_campaign_id: PlatformCampaignId, bill: PendingBill, at: datetime) -> Change:
        self.bills[platform_campaign_id] = bill
        self._balance = (bill.balance, at)
        return Change.of(Topic.BILLS)

    async def balance(self) -> tuple[Fen, datetime] | None:
        return self._balance

    async def unhashed_resources(self, limit: int) -> list[Resource]:
        return [one for _, one in await self.awaiting_review() if one.content_hash is None][:limit]


class MemoryCampaigns:
    """CampaignStore in memory."""

    def __init__(self) -> None:
        self.by_id: dict[CampaignId, Campaign] = {}

    async def save(self, campaign: Campaign) -> Change:
        self.by_id[campaign.campaign_id] = campaign
        return Change.of(Topic.CAMPAIGNS)

    async def all(self) -> list[Campaign]:
        return list(self.by_id.values())

    async def attach(self, campaign_id: CampaignId, platform_campaign_id: PlatformCampaignId) -> Change:
        if campaign_id not in self.by_id:
            raise NoSuchThing(campaign_id)
        campaign = self.by_id[campaign_id]
        ids = tuple(dict.fromkeys([*campaign.platform_campaign_ids, platform_campaign_id]))
        self.by_id[campaign_id] = replace(campaign, platform_campaign_ids=ids)
        return Change.of(Topic.CAMPAIGNS)


class MemorySettings:
    """SettingsStore in memory."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    async def get(self, key: str) -> str | None:
        return self.values.get(key)

    async def put(self, key: str, value: str | None) -> Change:
        if value is None:
            self.values.pop(key, None)
        else:
            self.values[key] = value
        return Change.of(Topic.SETTINGS)

    async def all(self) -> dict[str, str]:
        return dict(self.values)
