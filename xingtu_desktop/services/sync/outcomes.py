"""Writes how an intent ended or where it goes next; each is one committed move with its journal link."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.crashpoint import crashpoint
from xingtu_desktop.core.errors import KnownError
from xingtu_desktop.core.events import Change, Changes, Topic
from xingtu_desktop.domain.ids import CampaignId, PlatformCampaignId
from xingtu_desktop.domain.intent import NO_EFFECT_OF_ITS_OWN, CreateAssign, Intent, IntentState, PayCampaign, PayTail
from xingtu_desktop.services.ports import CampaignStore, OutboxStore
from xingtu_desktop.services.sync.looks import Fact, Look, Looker, Result, owed_at_sending

log = logging.getLogger(__name__)

_DONE_ROWS = 200
"""How many of the newest ends are searched for an earlier action of ours that did the same."""


class Outcomes:
    """The moves out of CLAIMED, SENDING and UNKNOWN. Raises what the disk raises; the row then stays and is taken up again."""

    def __init__(self, outbox: OutboxStore, campaigns: CampaignStore, looker: Looker, changes: Changes, clock: Clock) -> None:
        self._outbox = outbox
        self._campaigns = campaigns
        self._looker = looker
        self._changes = changes
        self._clock = clock

    async def done(
        self,
        intent: Intent,
        outcome: str,
        *,
        detail: Mapping[str, Fact] | None = None,
        result: Result | None = None,
        request_id: str | None = None,
    ) -> Intent:
        """The effect is there. A creation is first tied to its campaign, so that a crash in between only repeats what is harmless."""
        made = dict(result or {})
        if isinstance(intent.payload, CreateAssign):
            await self._attach(intent.payload.campaign_id, made)
        return await self._move(intent, IntentState.DONE, outcome, detail=detail, result=made, request_id=request_id)

    async def done_by_read(self, intent: Intent, look: Look) -> Intent:
        """Reads showed the effect: `already_so` or `done_before` when we never sent it, else `confirmed_by_read`."""
        if intent.attempt == 0:
            return await self.done(intent, await self._whose(intent, "already_so"), detail=look.values(), result=look.result)
        if not isinstance(intent.payload, PayCampaign | PayTail):
            return await self.done(intent, "confirmed_by_read", detail=look.values(), result=look.result)
        sent_for = intent.detail.get("bill")
        paid = await self._paid_in_fact(intent)
        differs = paid is not None and paid != sent_for
        shown = paid if paid is not None else sent_for
        result: Result = {"paid": shown} if isinstance(shown, int) else {}
        facts: dict[str, Fact] = {**look.values(), "bill": sent_for, "paid": shown}
        return await self.done(intent, "paid_differs" if differs else "confirmed_by_read", detail=facts, result=result)

    async def done_elsewhere(self, intent: Intent, detail: Mapping[str, Fact], *, request_id: str | None = None) -> Intent:
        """The platform refused our one request and shows the effect: `already_so_refused`, or `done_before` where it was ours."""
        outcome = await self._whose(intent, "already_so_refused")
        return await self.done(intent, outcome, detail=detail, request_id=request_id)

    async def _whose(self, intent: Intent, otherwise: str) -> str:
        """`done_before` where an earlier row of this outbox had this very effect, so that one effect never reads as two."""
        for one in await self._outbox.recent(_DONE_ROWS, state=IntentState.DONE):
            same = (one.kind, one.payload, one.account) == (intent.kind, intent.payload, intent.account)
            if same and one.outcome not in NO_EFFECT_OF_ITS_OWN:
                return "done_before"
        return otherwise

    async def refused(
        self, intent: Intent, outcome: str, *, detail: Mapping[str, Fact] | None = None, request_id: str | None = None
    ) -> Intent:
        """It ended without an effect of ours."""
        return await self._move(intent, IntentState.REFUSED, outcome, detail=detail, request_id=request_id)

    async def needs_human(self, intent: Intent, outcome: str, *, detail: Mapping[str, Fact] | None = None) -> Intent:
        """Only a person can say what to do; the lane waits for it, the others do not."""
        return await self._move(intent, IntentState.NEEDS_HUMAN, outcome, detail=detail)

    async def queued(self, intent: Intent, reason: str, *, wait: float | None = None, detail: Mapping[str, Fact] | None = None) -> Intent:
        """Back to the queue: nothing took effect. `wait` is seconds until the next try."""
        not_before = None if wait is None else self._clock.now() + timedelta(seconds=wait)
        return await self._move(intent, IntentState.QUEUED, reason, detail=detail, not_before=not_before)

    async def unknown(self, intent: Intent, reason: str, *, read_from: datetime, detail: Mapping[str, Fact] | None = None) -> Intent:
        """It left, and nobody knows what became of it; reads count from `read_from`."""
        moved = await self._move(intent, IntentState.UNKNOWN, reason, detail=detail, not_before=read_from)
        crashpoint("after-unknown")
        return moved

    async def _move(
        self,
        intent: Intent,
        to: IntentState,
        outcome: str,
        *,
        detail: Mapping[str, Fact] | None = None,
        result: Result | None = None,
        request_id: str | None = None,
        not_before: datetime | None = None,
    ) -> Intent:
        facts = {**intent.detail, **(detail or {})}
        changes: dict[str, object] = {"outcome": outcome, "detail": facts, "not_before": not_before}
        if result:
            changes["result"] = result
        if request_id is not None:
            changes["request_id"] = request_id
        journal: dict[str, object] = {"outcome": outcome, "attempt": intent.attempt, **facts}
        if intent.request_hash is not None:
            journal["request_hash"] = intent.request_hash
        if request_id is not None:
            journal["request_id"] = request_id
        if result:
            journal["result"] = dict(result)
        crashpoint("before-outcome")
        moved = await self._outbox.move(
            intent.intent_id,
            to,
            expected=frozenset({intent.state}),
            now=self._clock.now(),
            event=to.value,
            changes=changes,
            journal=journal,
        )
        crashpoint("after-outcome")
        self._changes.publish(Change.of(Topic.OUTBOX, ids=frozenset({intent.intent_id}), by="sync"))
        return moved

    async def _attach(self, campaign_id: CampaignId, result: Result) -> None:
        made = result.get("platform_campaign_id")
        if not isinstance(made, int):
            return
        try:
            self._changes.publish(await self._campaigns.attach(campaign_id, PlatformCampaignId(made)))
        except KnownError:
            # The orders exist whatever became of the local campaign; the pull gives them a home of their own.
            log.exception("the new orders could not be tied to their campaign")

    async def _paid_in_fact(self, intent: Intent) -> int | None:
        """What the orders that a campaign's payment was sent for say was paid, in fen, or None where they do not say."""
        if not isinstance(intent.payload, PayCampaign):
            return None
        return await self._looker.total_paid(owed_at_sending(intent))
