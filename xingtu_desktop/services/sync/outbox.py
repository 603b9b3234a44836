"""The sender: claims what may leave, looks again, writes down that it leaves, sends it once, and writes down what came of it.

    claim ─ look ─┬─ as seen ──── SENDING committed ─ send ─┬─ yes ─────────────── DONE
                  ├─ done already ─ DONE already_so         ├─ refused ─────────── REFUSED
                  └─ changed ────── REFUSED                 ├─ limit, signed out ─ QUEUED
                                                            ├─ nothing left ────── QUEUED
                                                            └─ anything else ───── UNKNOWN (reconcile.py)

One request is in flight a lane; a payment also holds the lanes of all orders that it pays. Sends are shielded from whoever asked for them.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.config import Timings
from xingtu_desktop.core.crashpoint import crashpoint
from xingtu_desktop.core.errors import (
    DiskFull,
    KnownError,
    NoSuchThing,
    Offline,
    RateLimited,
    Rejected,
    SignedOut,
    StorageDamaged,
    StorageLocked,
)
from xingtu_desktop.core.events import Change, Changes, Topic
from xingtu_desktop.domain.ids import IntentId, OrderId, PlatformCampaignId, StarId
from xingtu_desktop.domain.intent import (
    ApproveResource,
    CancelOrder,
    CreateAssign,
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
)
from xingtu_desktop.services.ports import OutboxStore, StarApi
from xingtu_desktop.services.sync.backoff import Backoff
from xingtu_desktop.services.sync.connectivity import Connectivity
from xingtu_desktop.services.sync.looks import Fact, Look, Looker, Result, Verdict, created_result, kept_owed
from xingtu_desktop.services.sync.outcomes import Outcomes

log = logging.getLogger(__name__)

_IN_FLIGHT = frozenset({IntentState.CLAIMED, IntentState.SENDING, IntentState.UNKNOWN})
_DISK = (DiskFull, StorageDamaged, StorageLocked)


def order_lane(order_id: int) -> str:
    """The lane of everything that concerns one order."""
    return f"order:{order_id}"


class Sender:
    """Sends the outbox of one account on one install."""

    def __init__(
        self,
        *,
        outbox: OutboxStore,
        api: StarApi,
        looker: Looker,
        outcomes: Outcomes,
        connectivity: Connectivity,
        changes: Changes,
        clock: Clock,
        timings: Timings,
        backoff: Backoff,
        account: StarId,
        install: str,
        parallel: int = 4,
    ) -> None:
        self._outbox = outbox
        self._api = api
        self._looker = looker
        self._outcomes = outcomes
        self._connectivity = connectivity
        self._changes = changes
        self._clock = clock
        self._timings = timings
        self._backoff = backoff
        self._account = account
        self._install = install
        self._parallel = parallel
        self._running: dict[IntentId, asyncio.Task[None]] = {}
        self._lanes: dict[IntentId, frozenset[str]] = {}
        self._unsure: dict[IntentId, frozenset[str]] = {}
        self._refused_tokens: set[IntentId] = set()
        self._failures: dict[IntentId, int] = {}
        self._paused_until: dict[IntentKind, float] = {}
        self._claiming = asyncio.Lock()
        self._halted = False
        self._closing = False
        self._disk_error: KnownError | None = None

    # ------------------------------------------------------------------ the queue

    async def recover(self) -> None:
        """Take up what an earlier run, or a failed write, left behind.

        CLAIMED but never SENDING: nothing left, so back to the queue. SENDING: it may have left at any moment until the process ended,
        so it is unknown, and reads count from now.
        """
        for intent in await self._outbox.open_intents():
            if intent.account != self._account or intent.intent_id in self._running:
                continue
            if intent.install != self._install:
                await self._ask_about(intent)
            elif intent.state is IntentState.CLAIMED:
                await self._outcomes.queued(intent, "taken_up_again")
            elif intent.state is IntentState.SENDING:
                await self._lost(intent, "interrupted")

    async def _ask_about(self, intent: Intent) -> None:
        """A row of another installation (a copied or restored profile) never leaves from here, and may leave from there: a person decides.

        Until then it keeps its own lane, and says so; left as it was it would keep that lane for good without a word.
        """
        if intent.state is IntentState.SENDING:
            intent = await self._outcomes.unknown(intent, "interrupted", read_from=self._clock.now())
        if intent.state is not IntentState.NEEDS_HUMAN:
            await self._outcomes.needs_human(intent, "other_install")

    async def drain(self) -> None:
        """Send until nothing more may leave now. Raises the disk's errors; those of the network go to the rows and to the connection."""
        if self._connectivity.signed_out or self._closing:
            return
        await self.recover()
        await self._lock_payments()
        self._halted = False
        while True:
            while not self._full():
                async with self._claiming:
                    now = self._clock.now()
                    intent = await self._outbox.claim(now, account=self._account, install=self._install, busy_lanes=self._busy())
                if intent is None:
                    break
                self._start(intent)
            if not self._running:
                break
            await asyncio.wait(list(self._running.values()), return_when=asyncio.FIRST_COMPLETED)
        if self._disk_error is not None:
            error, self._disk_error = self._disk_error, None
            raise error

    async def close(self, seconds: float) -> None:
        """Claim nothing more and wait for what is under way, at most `seconds`; the rest is taken up as unknown by the next run."""
        self._closing = True
        if self._running:
            await asyncio.wait(list(self._running.values()), timeout=seconds)
        for task in list(self._running.values()):
            task.cancel()
        if self._running:
            await asyncio.wait(list(self._running.values()))

    def _full(self) -> bool:
        return len(self._running) >= self._parallel or self._halted or self._closing

    def _busy(self) -> frozenset[str]:
        return frozenset().union(*self._lanes.values(), *self._unsure.values())

    def _start(self, intent: Intent) -> None:
        task = asyncio.get_running_loop().create_task(self._guarded(intent), name=f"send/{intent.kind}/{intent.intent_id}")
        self._running[intent.intent_id] = task
        self._lanes[intent.intent_id] = self._lanes.get(intent.intent_id, frozenset()) | {intent.lane}
        task.add_done_callback(lambda _done: self._ended(intent.intent_id))

    def _ended(self, intent_id: IntentId) -> None:
        self._running.pop(intent_id, None)
        self._lanes.pop(intent_id, None)

    async def _mine(self) -> list[Intent]:
        return [one for one in await self._outbox.open_intents() if one.account == self._account and one.install == self._install]

    async def _lock_payments(self) -> None:
        """A payment whose outcome is unknown keeps its orders' lanes busy, also after a restart."""
        self._unsure = {
            intent.intent_id: await self._lanes_paid_by(intent.payload) | {intent.lane}
            for intent in await self._mine()
            if isinstance(intent.payload, PayCampaign) and intent.state is IntentState.UNKNOWN
        }

    async def _lanes_paid_by(self, payload: PayCampaign) -> frozenset[str]:
        return frozenset(order_lane(order_id) for order_id in await self._looker.orders_to_pay(payload))

    # ------------------------------------------------------------------ one intent

    async def _guarded(self, intent: Intent) -> None:
        try:
            await self.send(intent)
        except _DISK as error:
            # The row stays where it is; `recover` takes it up when the disk works again.
            self._halted = True
            self._disk_error = error
        except Exception:
            # One row's trouble: it is taken up again by the next draining, and nobody else waits for it.
            log.exception("intent %s could not be brought to an end", intent.intent_id)

    async def send(self, intent: Intent) -> None:
        """Bring one claimed intent as far as it goes now."""
        crashpoint("after-claim")
        if await self._put_back_early(intent):
            return
        started, started_wall = self._clock.monotonic(), self._clock.now()
        look = await self._look(intent)
        crashpoint("after-look")
        if look is None:
            return
        if look.verdict is not Verdict.READY:
            await self._not_ready(intent, look)
            return
        payload = await self._addressed(intent)
        if await self._outbox.stopped() or self._closing or self._connectivity.signed_out:
            await self._outcomes.queued(intent, "stopped")
            return
        intent = await self.commit_sending(intent, payload, look)
        elapsed = max(self._clock.monotonic() - started, (self._clock.now() - started_wall).total_seconds())
        if elapsed > self._timings.request:
            # The computer slept between the look and the send: what was read is old, and nothing has left yet.
            await self._outcomes.queued(intent, "slept")
            return
        if await self._outbox.stopped():
            # Said while the row was being written: nothing has left yet.
            await self._outcomes.queued(intent, "stopped")
            return
        await self._transmit(intent, payload)

    async def _put_back_early(self, intent: Intent) -> bool:
        """Put back what must wait for a limit or for the orders of a payment."""
        pause = self._paused_until.get(intent.kind, 0.0) - self._clock.monotonic()
        if pause > 0:
            await self._outcomes.queued(intent, "rate_limited", wait=self._backoff.delay(1, pause))
            return True
        if isinstance(intent.payload, PayCampaign):
            lanes = await self._lanes_paid_by(intent.payload)
            # Locked first, asked second, with no claim under way: whatever is claimed either sees the lock or is seen here.
            async with self._claiming:
                self._lanes[intent.intent_id] = lanes | {intent.lane}
            in_flight = {one.lane for one in await self._mine() if one.state in _IN_FLIGHT and one.intent_id != intent.intent_id}
            if lanes & in_flight:
                await self._outcomes.queued(intent, "waits_for_orders", wait=1.0)
                return True
        return False

    async def _look(self, intent: Intent) -> Look | None:
        """The fresh look, or None when it could not be had and the intent went elsewhere. Nothing has been sent at this point."""
        try:
            look = await self._looker.look(intent)
        except _DISK:
            raise
        except Offline as error:
            self._halt(error)
            await self._outcomes.queued(intent, "offline")
        except SignedOut as error:
            self._halt(error)
            await self._outcomes.queued(intent, "signed_out")
        except RateLimited as error:
            self._connectivity.failed(error)
            await self._outcomes.queued(intent, "rate_limited", wait=self._next_wait(intent, error.retry_after))
        except (Rejected, NoSuchThing) as error:
            await self._outcomes.refused(intent, "gone", detail=_error_facts(error), request_id=error.request_id)
        except KnownError as error:
            self._connectivity.failed(error)
            await self._outcomes.queued(intent, "cannot_look", wait=self._next_wait(intent), detail=_error_facts(error))
        except Exception as error:
            log.exception("intent %s cannot be looked at", intent.intent_id)
            await self._outcomes.needs_human(intent, "bug", detail={"error": type(error).__name__})
        else:
            self._connectivity.heard()
            return look
        return None

    def _halt(self, error: KnownError) -> None:
        self._halted = True
        self._connectivity.failed(error)

    def _next_wait(self, intent: Intent, retry_after: float | None = None) -> float:
        failures = self._failures.get(intent.intent_id, 0) + 1
        self._failures[intent.intent_id] = failures
        return self._backoff.delay(failures, retry_after)

    async def _not_ready(self, intent: Intent, look: Look) -> None:
        if isinstance(intent.payload, CreateAssign):
            if look.verdict is Verdict.APPLIED and intent.attempt > 0:
                await self._outcomes.done_by_read(intent, look)
            else:
                await self._outcomes.needs_human(intent, "tag_exists", detail=look.values())
        elif look.verdict is Verdict.APPLIED:
            await self._outcomes.done_by_read(intent, look)
        elif look.what == "bill":
            await self._outcomes.needs_human(intent, "bill_higher", detail=look.values())
        elif look.what == "balance":
            await self._outcomes.needs_human(intent, "insufficient_balance", detail=look.values())
        elif look.what == "nothing_to_pay" and intent.attempt > 0:
            # An earlier request left: it may have paid a part, or all of what is cancelled by now.
            await self._outcomes.needs_human(intent, "unclear", detail=look.values_after(intent))
        elif look.what == "nothing_to_pay":
            await self._outcomes.refused(intent, "nothing_to_pay", detail=look.values())
        else:
            await self._outcomes.refused(intent, "changed_since_seen", detail=look.values())

    async def _addressed(self, intent: Intent) -> Payload:
        """The payload as it leaves: a payment gets the campaign that the intent before it made."""
        payload = intent.payload
        if isinstance(payload, PayCampaign):
            return replace(payload, platform_campaign_id=await self._looker.campaign_to_pay(payload))
        return payload

    async def commit_sending(self, intent: Intent, payload: Payload, look: Look) -> Intent:
        """Write down, durably, that the request is about to leave."""
        crashpoint("before-sending")
        stamp = self._api.stamp(payload)
        now = self._clock.now()
        facts: dict[str, Fact] = {**intent.detail, **look.values()}
        if isinstance(payload, PayCampaign):
            # What this request is for; the read-back asks after these orders and no others.
            facts["owed"] = kept_owed(look.owed)
        sending = await self._outbox.move(
            intent.intent_id,
            IntentState.SENDING,
            expected=frozenset({IntentState.CLAIMED}),
            now=now,
            event="sending",
            changes={
                "attempt": intent.attempt + 1,
                "sent_at": now,
                "request_hash": stamp.digest,
                "not_before": None,
                "outcome": "",
                "detail": facts,
            },
            journal={"attempt": intent.attempt + 1, "request_hash": stamp.digest, **facts},
        )
        self._changes.publish(Change.of(Topic.OUTBOX, ids=frozenset({intent.intent_id}), by="sync"))
        crashpoint("after-sending")
        return sending

    async def _transmit(self, intent: Intent, payload: Payload) -> None:
        try:
            outcome, result, detail, request_id = await self.call(intent, payload)
        except Offline as error:
            self._halt(error)
            await self._outcomes.queued(intent, "offline")
        except SignedOut as error:
            await self._token_refused(intent, error)
        except RateLimited as error:
            self._connectivity.failed(error)
            wait = self._next_wait(intent, error.retry_after)
            self._paused_until[intent.kind] = self._clock.monotonic() + wait
            await self._outcomes.queued(intent, "rate_limited", wait=wait, detail={"layer": error.layer, "code": error.code})
        except Rejected as error:
            await self._rejected(intent, error)
        except KnownError as error:
            if error.may_have_taken_effect:
                self._connectivity.failed(error)
                await self._lost(intent, "no_answer", detail=_error_facts(error))
            else:
                # Such as a certificate that is not the platform's, or a token that could not be renewed just now: nothing left.
                self._connectivity.failed(error)
                await self._outcomes.queued(intent, "not_sent", wait=self._next_wait(intent), detail=_error_facts(error))
        except Exception as error:
            # A bug after the bytes may have left is as unknown as a lost answer.
            log.exception("the answer to intent %s could not be read", intent.intent_id)
            await self._lost(intent, "unreadable_answer", detail={"error": type(error).__name__})
        else:
            crashpoint("after-answer")
            self._connectivity.heard()
            self._failures.pop(intent.intent_id, None)
            self._refused_tokens.discard(intent.intent_id)
            await self._outcomes.done(intent, outcome, detail=detail, result=result, request_id=request_id)

    async def _token_refused(self, intent: Intent, error: SignedOut) -> None:
        """A write is never repeated by the client, so a token that ran out just now shows here: the next look renews it or says signed out.

        A second refusal in a row pauses the account until a person signs in.
        """
        if intent.intent_id in self._refused_tokens:
            self._halt(error)
        self._refused_tokens.add(intent.intent_id)
        await self._outcomes.queued(intent, "signed_out", wait=self._next_wait(intent))

    async def _rejected(self, intent: Intent, error: Rejected) -> None:
        """Final, unless a read shows that the effect is there after all: by an earlier attempt of ours or by somebody else."""
        facts = _error_facts(error)
        try:
            look = await self._looker.look(intent)
        except KnownError:
            if intent.attempt > 1:
                await self._lost(intent, "rejected_unread", detail=facts)
                return
            look = None
        if look is not None and look.verdict is Verdict.APPLIED and not isinstance(intent.payload, CreateAssign | PayCampaign | PayTail):
            if intent.attempt == 1:
                await self._outcomes.done_elsewhere(intent, {**facts, **look.values()}, request_id=error.request_id)
            else:
                await self._outcomes.done(intent, "confirmed_by_read", detail={**facts, **look.values()}, request_id=error.request_id)
        elif look is not None and look.verdict is Verdict.APPLIED and intent.attempt > 1:
            await self._outcomes.done_by_read(intent, look)
        elif look is not None and look.what == "nothing_to_pay" and intent.attempt > 1:
            await self._outcomes.needs_human(intent, "unclear", detail={**facts, **look.values_after(intent)})
        else:
            await self._outcomes.refused(intent, "rejected", detail=facts, request_id=error.request_id)

    async def _lost(self, intent: Intent, reason: str, *, detail: dict[str, Fact] | None = None) -> None:
        """Unknown from now on. The request left by now at the latest, so what is left of Q after a request's own time counts from here."""
        if intent.intent_id in self._lanes:
            # What a payment may just be paying for stays locked until it is known.
            self._unsure[intent.intent_id] = self._lanes[intent.intent_id]
        now = self._clock.now()
        read_from = now + timedelta(seconds=self._timings.uncertainty - self._timings.request)
        if intent.sent_at is not None:
            read_from = max(read_from, intent.sent_at + timedelta(seconds=self._timings.uncertainty))
            read_from = min(read_from, now + timedelta(seconds=self._timings.uncertainty))
        await self._outcomes.unknown(intent, reason, read_from=read_from, detail=detail)

    async def call(self, intent: Intent, payload: Payload) -> tuple[str, Result, dict[str, Fact], str]:
        """The one place where money leaves: returns outcome, result, facts and request_id; raises core.errors."""
        match payload:
            case ApproveResource():
                return "sent", {}, {}, (await self._api.approve(payload)).request_id
            case RejectResource():
                return "sent", {}, {}, (await self._api.reject(payload)).request_id
            case PublishResource():
                return "sent", {}, {}, (await self._api.publish(payload.order_id)).request_id
            case FinishOrder():
                return "sent", {}, {}, (await self._api.finish(payload.order_id)).request_id
            case CancelOrder():
                return "sent", {}, {}, (await self._api.cancel(payload)).request_id
            case ReplyCancel():
                return "sent", {}, {}, (await self._api.reply_cancel(payload)).request_id
            case CreateAssign():
                created = await self._api.create_assign(payload)
                return "sent", created_result(created.platform_campaign_id, created.order_ids), {}, created.request_id
            case PayCampaign():
                return await self._pay(intent, campaign_id=payload.platform_campaign_id)
            case PayTail():
                return await self._pay(intent, order_id=payload.order_id)

    async def _pay(
        self, intent: Intent, *, campaign_id: PlatformCampaignId | None = None, order_id: OrderId | None = None
    ) -> tuple[str, Result, dict[str, Fact], str]:
        paid = await self._api.pay(campaign_id=campaign_id, order_id=order_id)
        amount, bill = paid.payment.actual_pay.value, intent.detail.get("bill")
        facts: dict[str, Fact] = {"paid": amount, "balance": paid.payment.balance.value}
        return "sent" if amount == bill else "paid_differs", {"paid": amount, "balance": paid.payment.balance.value}, facts, paid.request_id


def _error_facts(error: KnownError) -> dict[str, Fact]:
    """What an error says, for the words; the platform's own text is kept apart, to be shown as plain text."""
    facts: dict[str, Fact] = {"error": type(error).__name__, "platform_text": error.detail[:500]}
    for name in ("code", "field", "status"):
        value = error.values.get(name)
        if isinstance(value, str | int):
            facts[name] = value
    return facts
