"""Known wrong ways to build the money path; the crash test has to catch every one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from xingtu_desktop.core.config import Timings
from xingtu_desktop.core.events import Change
from xingtu_desktop.domain.ids import IntentId
from xingtu_desktop.domain.intent import ApproveResource, Intent, IntentState, Payload, RejectResource
from xingtu_desktop.domain.lifecycle import ResourceKind
from xingtu_desktop.services.sync.looks import Fact, Look, Looker, Verdict, newest
from xingtu_desktop.services.sync.outbox import Sender
from xingtu_desktop.services.sync.reconcile import Reconciler, _Watch
from xingtu_desktop.storage.repositories.outbox import SqlOutboxStore


@dataclass(slots=True)
class Parts:
    """What a life is built from; a plant swaps one of them."""

    outbox: Any
    orders: Any
    api: Any
    timings: Timings
    looker: type[Looker] = Looker
    sender: type[Sender] = Sender
    reconciler: type[Reconciler] = Reconciler


Plant = Callable[[Parts], None]


class _NaiveRetry(Sender):
    """Whatever has no answer is sent again."""

    async def _lost(self, intent: Intent, reason: str, *, detail: dict[str, Fact] | None = None) -> None:
        await self._outcomes.queued(intent, reason)


class _ReadAtOnce(Reconciler):
    """Reads back, but does not wait until nothing can be in flight."""

    def wait_for(self, intent: Intent, watch: _Watch) -> float:
        return 0.0

    async def read(self, intent: Intent, watch: _Watch) -> None:
        await self.settle(intent, await self._looker.look(intent))


class _CommitAfterSend(Sender):
    """The row says SENDING only once the answer is here."""

    async def commit_sending(self, intent: Intent, payload: Payload, look: Look) -> Intent:
        return replace(intent, attempt=intent.attempt + 1, sent_at=self._clock.now(), detail={**intent.detail, **look.values()})

    async def _lost(self, intent: Intent, reason: str, *, detail: dict[str, Fact] | None = None) -> None:
        if intent.state is IntentState.CLAIMED:
            intent = await super().commit_sending(replace(intent, attempt=intent.attempt - 1), intent.payload, Look(Verdict.READY))
        await super()._lost(intent, reason, detail=detail)

    async def _rejected(self, intent: Intent, error: Any) -> None:
        await self._outcomes.refused(intent, "rejected")


class _OptimisticDone(Sender):
    """Done is written when it is sent, not when it is so."""

    async def _transmit(self, intent: Intent, payload: Payload) -> None:
        bill = intent.detail.get("bill")
        await self._outcomes.done(intent, "sent", result={"paid": bill} if isinstance(bill, int) else {})
        await self.call(intent, payload)


class _UnknownIsDone(Sender):
    """No answer is taken for a yes."""

    async def _lost(self, intent: Intent, reason: str, *, detail: dict[str, Fact] | None = None) -> None:
        bill = intent.detail.get("bill")
        await self._outcomes.done(intent, "sent", result={"paid": bill} if isinstance(bill, int) else {})


class _UnknownIsRefused(Sender):
    """No answer is taken for a no."""

    async def _lost(self, intent: Intent, reason: str, *, detail: dict[str, Fact] | None = None) -> None:
        await self._outcomes.refused(intent, "rejected")


class _ApprovesTheNewest(Sender):
    """Acts on whatever version is there, not on the one that was seen."""

    async def call(self, intent: Intent, payload: Payload) -> Any:
        if isinstance(payload, ApproveResource | RejectResource):
            now = await self._api.order(payload.order_id)
            version = newest(now.resources, ResourceKind.SCRIPT)
            assert version is not None
            payload = replace(payload, resource_id=version.resource_id)
        return await super().call(intent, payload)


class _LooksAtNothing(Looker):
    """Sends without comparing, unless it is done already."""

    async def look(self, intent: Intent) -> Look:
        look = await super().look(intent)
        return look if look.verdict is Verdict.APPLIED else Look(Verdict.READY, actual=look.actual, facts=look.facts)


class _AnyAmount(Looker):
    """Does not compare the amount that was on screen."""

    async def _amount_differs(self, intent: Intent, order_id: Any) -> Look | None:
        return None


class _AnyBill(Looker):
    """Pays whatever the bill says."""

    @staticmethod
    def _affordable(bill: int, at_most: int, balance: int, facts: dict[str, Fact]) -> Look:
        return Look(Verdict.READY, actual=bill, facts=facts)


class _MemoryQueue(SqlOutboxStore):
    """Says saved before it is on the disk."""

    async def add(self, batch: Sequence[Intent]) -> Change:
        self._later = asyncio.get_running_loop().create_task(self._add_later(batch))
        return Change(frozenset())

    async def _add_later(self, batch: Sequence[Intent]) -> None:
        await asyncio.sleep(0.05)
        await super().add(batch)


class _UndoIgnored(SqlOutboxStore):
    """Says taken back and sends all the same."""

    async def undo(self, intent_ids: Sequence[IntentId], now: datetime) -> list[IntentId]:
        return list(intent_ids)


class _UndoTimeIgnored(SqlOutboxStore):
    """Claims before the undo time has passed, and takes back what was claimed."""

    async def claim(self, now: datetime, **more: Any) -> Intent | None:
        return await super().claim(now + timedelta(seconds=60), **more)

    async def undo(self, intent_ids: Sequence[IntentId], now: datetime) -> list[IntentId]:
        await super().undo(intent_ids, now)
        return list(intent_ids)


def _swap(part: str, kind: type) -> Plant:
    def plant(parts: Parts) -> None:
        setattr(parts, part, kind if part != "outbox" else kind(parts.outbox._work))

    return plant


def _unseen(parts: Parts) -> None:
    parts.looker, parts.sender = _LooksAtNothing, _ApprovesTheNewest


def _short_wait(parts: Parts) -> None:
    parts.timings = replace(parts.timings, uncertainty=parts.timings.request + 0.001)


PLANTS: dict[str, Plant] = {
    "naive_retry": _swap("sender", _NaiveRetry),
    "read_without_wait": _swap("reconciler", _ReadAtOnce),
    "short_wait": _short_wait,
    "commit_after_send": _swap("sender", _CommitAfterSend),
    "optimistic_done": _swap("sender", _OptimisticDone),
    "unknown_is_done": _swap("sender", _UnknownIsDone),
    "unknown_is_refused": _swap("sender", _UnknownIsRefused),
    "memory_queue": _swap("outbox", _MemoryQueue),
    "no_expectation": _unseen,
    "any_amount": _swap("looker", _AnyAmount),
    "any_bill": _swap("looker", _AnyBill),
    "undo_ignored": _swap("outbox", _UndoIgnored),
    "undo_time_ignored": _swap("outbox", _UndoTimeIgnored),
}
"""Name → what it spoils."""
