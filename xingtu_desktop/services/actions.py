"""What a person does that commits money or state: each click is one batch of intents, saved at once (reliability.md point 1).

Nothing here talks to the platform. A method returns after COMMIT, so "saved" may be said; sending is the loop's business.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from xingtu_desktop.core.clock import BEIJING, Clock
from xingtu_desktop.core.config import Timings
from xingtu_desktop.core.crashpoint import crashpoint
from xingtu_desktop.core.errors import InvalidInput
from xingtu_desktop.core.events import Change, Changes, Topic
from xingtu_desktop.domain.demand import LIMITS, MAX_ORDERS_PER_REQUEST
from xingtu_desktop.domain.ids import BatchId, CampaignId, IntentId, PlatformCampaignId, StarId
from xingtu_desktop.domain.intent import (
    ApproveResource,
    CancelOrder,
    CreateAssign,
    Expectation,
    FinishOrder,
    Intent,
    IntentKind,
    IntentState,
    PayCampaign,
    Payload,
    PayTail,
    PublishResource,
    RejectResource,
    ReplyCancel,
    Subject,
)
from xingtu_desktop.domain.lifecycle import AdSyncDecision, CancelReason, OrderStatus
from xingtu_desktop.domain.money import Fen, total
from xingtu_desktop.domain.order import Order, Resource
from xingtu_desktop.services.ports import OutboxStore, SettingsStore
from xingtu_desktop.services.sync.outbox import order_lane
from xingtu_desktop.services.tags import new_tags, tagged

CAP_KEYS = ("caps.batch_count", "caps.batch_fen", "caps.day_count", "caps.day_fen")
"""Settings: whole numbers as JSON; absent or null is no cap. Fen caps count what is paid, count caps every action."""
_DAY_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about one version, with exactly what was on screen."""

    order: Order
    resource: Resource
    seen_hash: str | None
    """SHA-256 of the text or bytes that were on screen; None: it was not opened."""
    seen_at: datetime | None
    campaign_name: str = ""


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """One create_assign request whose name has no tag yet, and the most that may be paid for it (None: create only, pay later)."""

    payload: CreateAssign
    at_most: Fen | None


class ActionService:
    """Turns clicks into saved intents, and takes them back, holds and answers them."""

    def __init__(
        self,
        *,
        outbox: OutboxStore,
        settings: SettingsStore,
        changes: Changes,
        clock: Clock,
        timings: Timings,
        account: StarId,
        install: str,
        operator: str,
        wake: Callable[[str], None],
        rng: random.Random | None = None,
    ) -> None:
        self._outbox = outbox
        self._settings = settings
        self._changes = changes
        self._clock = clock
        self._timings = timings
        self._account = account
        self._install = install
        self._operator = operator
        self._wake = wake
        self._rng = rng or random.SystemRandom()

    # ------------------------------------------------------------------ deciding

    async def approve(
        self,
        decisions: Sequence[Decision],
        *,
        decision: AdSyncDecision = AdSyncDecision.ALL_AUDITS_MUST_PASS,
        unopened_on_purpose: bool = False,
        hold_until: datetime | None = None,
    ) -> BatchId:
        """Confirm versions. What was not opened is refused (InvalidInput `not_seen`) unless the person said so in words."""
        self._opened(decisions, unopened_on_purpose)
        batch = self._batch()
        return await self._commit(
            [
                self._on_version(
                    batch,
                    IntentKind.APPROVE,
                    one,
                    ApproveResource(one.order.order_id, one.resource.resource_id, one.resource.kind, decision),
                    hold_until,
                )
                for one in decisions
            ]
        )

    async def reject(self, decisions: Sequence[Decision], feedback: str, *, hold_until: datetime | None = None) -> BatchId:
        """Send versions back with `feedback` (1–100 code points, read by the creator)."""
        text = feedback.strip()
        _length("feedback", text, 1, LIMITS["reject_text"])
        batch = self._batch()
        return await self._commit(
            [
                self._on_version(
                    batch,
                    IntentKind.REJECT,
                    one,
                    RejectResource(one.order.order_id, one.resource.resource_id, one.resource.kind, text),
                    hold_until,
                )
                for one in decisions
            ]
        )

    async def publish(self, items: Sequence[Decision], *, at: datetime | None = None) -> BatchId:
        """Publish confirmed videos, now or, held on this computer, at an instant (no read tells a scheduled time, so none is scheduled)."""
        batch = self._batch()
        return await self._commit(
            [self._on_version(batch, IntentKind.PUBLISH, one, PublishResource(one.order.order_id), at) for one in items]
        )

    async def finish(self, orders: Sequence[Order]) -> BatchId:
        """Accept (验收) published orders; releases the escrow."""
        batch = self._batch()
        return await self._commit(
            [self._on_order(batch, IntentKind.FINISH, one, FinishOrder(one.order_id), one.task_cost) for one in orders]
        )

    async def cancel(self, order: Order, reason_type: CancelReason, reason: str, *, cost: Fen) -> BatchId:
        """Cancel an order for the `cost` that was on screen; another cost at sending time refuses it."""
        text = reason.strip()
        _length("reason", text, 1 if reason_type is CancelReason.OTHER else 0, LIMITS["cancel_reason"])
        intent = self._on_order(self._batch(), IntentKind.CANCEL, order, CancelOrder(order.order_id, reason_type, text), cost)
        return await self._commit([replace(intent, subject=replace(intent.subject, amount=cost))])

    async def reply_cancel(self, order: Order, *, accept: bool, reject_reason: str = "") -> BatchId:
        """Answer a creator who asked to cancel."""
        text = reject_reason.strip()
        _length("reject_reason", text, 0 if accept else 1, LIMITS["cancel_reason"])
        payload = ReplyCancel(order.order_id, accept, text)
        return await self._commit([self._on_order(self._batch(), IntentKind.REPLY_CANCEL, order, payload, order.task_cost)])

    async def place_orders(self, requests: Sequence[PlannedRequest], *, campaign_name: str) -> BatchId:
        """Create the orders of a campaign and pay each request's bill if it is at most what was agreed.

        Every demand's name gets its operation tag, the one that the pre-flight showed or a new one; a name too long for it raises
        InvalidInput `too_long_with_tag`.
        """
        batch = self._batch()
        creates: list[Intent] = []
        pays: list[Intent] = []
        for planned, fresh in zip(requests, new_tags(len(requests), self._rng), strict=True):
            tag = planned.payload.tag or fresh
            count = sum(line.count for line in planned.payload.lines)
            if not 1 <= count <= MAX_ORDERS_PER_REQUEST:
                raise InvalidInput(field="lines", code="orders_per_request", limit=MAX_ORDERS_PER_REQUEST, count=count)
            name = tagged(planned.payload.demand.demand_name, tag)
            payload = replace(planned.payload, tag=tag, demand=replace(planned.payload.demand, demand_name=name))
            subject = Subject(campaign_name=campaign_name, count=count, amount=planned.at_most)
            lane = campaign_lane(payload.campaign_id)
            creation = self._intent(batch, IntentKind.CREATE_ASSIGN, payload, Expectation(), subject, lane)
            creates.append(creation)
            if planned.at_most is not None:
                pay = PayCampaign(payload.campaign_id, planned.at_most, created_by=creation.intent_id)
                expectation = Expectation(status=OrderStatus.UNPAID, amount=planned.at_most)
                pays.append(
                    replace(self._intent(batch, IntentKind.PAY_CAMPAIGN, pay, expectation, subject, lane), depends_on=creation.intent_id)
                )
        return await self._commit([*creates, *pays])

    async def pay_campaign(
        self, campaign_id: CampaignId, platform_campaign_id: PlatformCampaignId, *, at_most: Fen, orders: int, campaign_name: str
    ) -> BatchId:
        """Pay a platform campaign that was created earlier, if its bill is at most what was on screen."""
        pay = PayCampaign(campaign_id, at_most, platform_campaign_id=platform_campaign_id)
        subject = Subject(campaign_name=campaign_name, count=orders, amount=at_most)
        expectation = Expectation(status=OrderStatus.UNPAID, amount=at_most)
        return await self._commit(
            [self._intent(self._batch(), IntentKind.PAY_CAMPAIGN, pay, expectation, subject, campaign_lane(campaign_id))]
        )

    async def pay_tail(self, order: Order, *, at_most: Fen) -> BatchId:
        """Pay the rest of a prepaid order, if its bill is at most what was on screen."""
        intent = self._on_order(self._batch(), IntentKind.PAY_TAIL, order, PayTail(order.order_id, at_most), at_most)
        return await self._commit([replace(intent, subject=replace(intent.subject, amount=at_most))])

    # ------------------------------------------------------------------ taking back, holding, stopping

    @property
    def undo_seconds(self) -> float:
        """How long what was decided waits before it leaves."""
        return self._timings.undo

    async def undo(self, intent_ids: Sequence[IntentId]) -> list[IntentId]:
        """Take back what has not begun to leave, and what waits for it; returns what was taken back."""
        wanted = set(intent_ids)
        opened = await self._outbox.open_intents()
        wanted |= {one.intent_id for one in opened if one.depends_on in wanted}
        # What waits goes first: an undone payment without its creation is harmless, the other way round it is not.
        order = sorted(wanted, key=lambda one: any(row.intent_id == one and row.depends_on in wanted for row in opened), reverse=True)
        taken = await self._outbox.undo(order, self._clock.now())
        self._changes.publish(Change.of(Topic.OUTBOX, ids=frozenset(taken)))
        self._wake("undo")
        return taken

    async def undo_batch(self, batch: BatchId) -> list[IntentId]:
        """Take back what has not begun to leave of one click; returns what was taken back."""
        return await self.undo([one.intent_id for one in await self._outbox.open_intents() if one.batch_id == batch])

    async def undo_last(self) -> list[IntentId]:
        """Take back the newest batch that has anything left to take back."""
        waiting = [one for one in await self._outbox.open_intents() if one.state is IntentState.QUEUED and one.attempt == 0]
        if not waiting:
            return []
        batch = max(waiting, key=lambda one: one.created_at).batch_id
        return await self.undo([one.intent_id for one in waiting if one.batch_id == batch])

    async def hold(self, intent_ids: Sequence[IntentId], until: datetime | None = None) -> None:
        """Keep back until an instant, or without one until released."""
        self._changes.publish(await self._outbox.hold(intent_ids, until=until, held=until is None, now=self._clock.now()))
        self._wake("hold")

    async def release(self, intent_ids: Sequence[IntentId]) -> None:
        """Let go what was held."""
        self._changes.publish(await self._outbox.hold(intent_ids, until=None, held=False, now=self._clock.now()))
        self._wake("release")

    async def stop_all(self, stopped: bool = True) -> None:
        """Let nothing more leave (or let it again), with one local commit."""
        self._changes.publish(await self._outbox.stop_all(stopped, self._clock.now()))
        self._wake("stop")

    # ------------------------------------------------------------------ answering what asks for a person

    async def mark_done(self, intent_id: IntentId, *, note: str = "") -> None:
        """The person found the effect on the platform."""
        await self._answer(intent_id, IntentState.DONE, "done_by_person", note)

    async def drop(self, intent_id: IntentId, *, note: str = "") -> None:
        """The person gives it up; what waits for it goes with it."""
        intent = await self._outbox.get(intent_id)
        to = IntentState.UNDONE if intent.attempt == 0 else IntentState.REFUSED
        await self._answer(intent_id, to, "dropped_by_person", note)

    async def send_again(self, intent_id: IntentId, *, at_most: Fen | None = None, note: str = "") -> None:
        """The person looked and wants it sent (again); a payment may get a new limit, the one now on screen.

        Not for a row of another installation, which never leaves from here: InvalidInput `other_install`; it is dropped and decided anew.
        """
        intent = await self._outbox.get(intent_id)
        if intent.install != self._install:
            raise InvalidInput(field="intent", code="other_install")
        changes: dict[str, object] = {"undo_until": self._clock.now() + timedelta(seconds=self._timings.undo), "not_before": None}
        if at_most is not None and isinstance(intent.payload, PayCampaign | PayTail):
            changes["payload"] = replace(intent.payload, at_most=at_most)
            changes["subject"] = replace(intent.subject, amount=at_most)
        await self._answer(intent_id, IntentState.QUEUED, "sent_again_by_person", note, changes)

    async def retry(self, intent_id: IntentId) -> BatchId:
        """A new intent like one that was refused by the platform, with the same expectation."""
        old = await self._outbox.get(intent_id)
        if old.state is not IntentState.REFUSED or isinstance(old.payload, CreateAssign):
            raise InvalidInput(field="intent", code="cannot_retry")
        return await self._commit([self._intent(self._batch(), old.kind, old.payload, old.expectation, old.subject, old.lane)])

    async def _answer(
        self, intent_id: IntentId, to: IntentState, outcome: str, note: str, changes: dict[str, object] | None = None
    ) -> None:
        intent = await self._outbox.get(intent_id)
        await self._outbox.move(
            intent_id,
            to,
            expected=frozenset({IntentState.NEEDS_HUMAN}),
            now=self._clock.now(),
            event=outcome,
            changes={"outcome": outcome, **(changes or {})},
            journal={"outcome": outcome, "was": intent.outcome, "operator": self._operator, "note": note, **intent.detail},
        )
        self._changes.publish(Change.of(Topic.OUTBOX, ids=frozenset({intent_id})))
        self._wake(outcome)

    # ------------------------------------------------------------------ building

    def _batch(self) -> BatchId:
        return BatchId(str(uuid.uuid4()))

    def _intent(
        self,
        batch: BatchId,
        kind: IntentKind,
        payload: Payload,
        expectation: Expectation,
        subject: Subject,
        lane: str,
        hold_until: datetime | None = None,
    ) -> Intent:
        now = self._clock.now()
        return Intent(
            intent_id=IntentId(str(uuid.uuid4())),
            batch_id=batch,
            kind=kind,
            payload=payload,
            expectation=expectation,
            subject=subject,
            lane=lane,
            state=IntentState.QUEUED,
            account=self._account,
            install=self._install,
            operator=self._operator,
            created_at=now,
            updated_at=now,
            undo_until=now + timedelta(seconds=self._timings.undo),
            hold_until=hold_until,
        )

    def _on_version(self, batch: BatchId, kind: IntentKind, one: Decision, payload: Payload, hold_until: datetime | None) -> Intent:
        if one.resource.order_id != one.order.order_id:
            raise InvalidInput(field="resource", code="not_of_this_order")
        expectation = Expectation(one.order.status, one.resource.resource_id, one.seen_hash, one.seen_at, one.order.task_cost)
        subject = Subject(
            author_id=one.order.author_id,
            author_name=one.order.author_name,
            version=one.resource.version,
            campaign_name=one.campaign_name,
            amount=one.order.task_cost,
        )
        return self._intent(batch, kind, payload, expectation, subject, order_lane(one.order.order_id), hold_until)

    def _on_order(self, batch: BatchId, kind: IntentKind, order: Order, payload: Payload, amount: Fen | None) -> Intent:
        expectation = Expectation(status=order.status, amount=amount, seen_at=self._clock.now())
        subject = Subject(author_id=order.author_id, author_name=order.author_name, amount=order.task_cost)
        return self._intent(batch, kind, payload, expectation, subject, order_lane(order.order_id))

    @staticmethod
    def _opened(decisions: Sequence[Decision], unopened_on_purpose: bool) -> None:
        unseen = sum(one.seen_hash is None for one in decisions)
        if unseen and not unopened_on_purpose:
            raise InvalidInput(field="decisions", code="not_seen", count=unseen)
        for one in decisions:
            known = one.resource.content_hash
            if one.seen_hash is not None and known is not None and one.seen_hash != known:
                raise InvalidInput(field="decisions", code="other_content_seen", order_id=one.order.order_id)

    async def _commit(self, intents: Sequence[Intent]) -> BatchId:
        if not intents:
            raise InvalidInput(field="batch", code="empty")
        await self._check_caps(intents)
        crashpoint("before-save")
        change = await self._outbox.add(intents)
        crashpoint("after-save")
        self._changes.publish(change)
        self._wake("saved")
        return intents[0].batch_id

    async def _check_caps(self, intents: Sequence[Intent]) -> None:
        """A control against slips of the hand, checked at the click; raises InvalidInput `cap_…` with the limit and what was asked."""
        batch_count, batch_fen, day_count, day_fen = [_whole(await self._settings.get(key)) for key in CAP_KEYS]
        count, money = len(intents), _money(intents)
        _within("cap_batch_count", batch_count, count)
        _within("cap_batch_fen", batch_fen, money)
        if day_count is None and day_fen is None:
            return
        today = self._clock.now().astimezone(BEIJING).date()
        known = {one.intent_id: one for one in [*await self._outbox.open_intents(), *await self._outbox.recent(_DAY_ROWS)]}
        earlier = [
            one
            for one in known.values()
            if one.created_at.astimezone(BEIJING).date() == today
            and one.account == self._account
            and one.state not in (IntentState.UNDONE, IntentState.REFUSED)
        ]
        _within("cap_day_count", day_count, count + len(earlier))
        _within("cap_day_fen", day_fen, money + _money(earlier))


def campaign_lane(campaign_id: CampaignId) -> str:
    """The lane of a campaign's creations and payments: one after another."""
    return f"campaign:{campaign_id}"


def _money(intents: Sequence[Intent]) -> int:
    return total(one.payload.at_most for one in intents if isinstance(one.payload, PayCampaign | PayTail)).value


def _within(code: str, cap: int | None, asked: int) -> None:
    if cap is not None and asked > cap:
        raise InvalidInput(field="batch", code=code, limit=cap, asked=asked)


def _whole(stored: str | None) -> int | None:
    value = None if stored is None else json.loads(stored)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _length(field: str, text: str, least: int, most: int) -> None:
    if not least <= len(text) <= most:
        raise InvalidInput(field=field, code="length", least=least, most=most, length=len(text))
