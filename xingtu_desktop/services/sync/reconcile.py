"""Finds out what became of a request whose answer was lost: waits out Q, reads twice, never sends from UNKNOWN (reliability.md point 3).

wait until nothing can still be in flight ─ read ─ wait Q/2 ─ read again ─┬─ applied ───────────────────── DONE
                                                                          ├─ not applied, a repeat is safe  QUEUED
                                                                          ├─ surely overtaken ───────────── REFUSED
                                                                          └─ anything else ──────────────── NEEDS_HUMAN
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.config import Timings
from xingtu_desktop.core.crashpoint import crashpoint
from xingtu_desktop.core.errors import (
    DiskFull,
    KnownError,
    NoSuchThing,
    Offline,
    Rejected,
    SignedOut,
    StorageDamaged,
    StorageLocked,
)
from xingtu_desktop.domain.ids import IntentId, StarId
from xingtu_desktop.domain.intent import CAPABILITY, Capability, CreateAssign, Intent, IntentState, PayCampaign, PayTail
from xingtu_desktop.services.ports import OutboxStore
from xingtu_desktop.services.sync.connectivity import Connectivity
from xingtu_desktop.services.sync.looks import Look, Looker, Verdict, owed_at_sending
from xingtu_desktop.services.sync.outcomes import Outcomes

log = logging.getLogger(__name__)

_ENDS_THE_STEP = (Offline, SignedOut, DiskFull, StorageDamaged, StorageLocked)
"""What every other row would meet too; any other failure of a reading is one row's own."""


@dataclass(slots=True)
class _Watch:
    """What this run knows of one unknown intent; seconds are monotonic, so a moved wall clock shortens nothing."""

    due: float
    """When the first reading may be taken, or the next one after a reading that failed."""
    first: Look | None = None
    read_at: float = 0.0


class Reconciler:
    """Resolves the UNKNOWN rows of one account."""

    def __init__(
        self,
        *,
        outbox: OutboxStore,
        looker: Looker,
        outcomes: Outcomes,
        connectivity: Connectivity,
        clock: Clock,
        timings: Timings,
        account: StarId,
        install: str,
    ) -> None:
        self._outbox = outbox
        self._looker = looker
        self._outcomes = outcomes
        self._connectivity = connectivity
        self._clock = clock
        self._timings = timings
        self._account = account
        self._install = install
        self._watched: dict[tuple[IntentId, int], _Watch] = {}

    async def step(self) -> None:
        """Read what is due.

        A row that cannot be read keeps no other waiting. Raises Offline, SignedOut and the errors of the disk.
        """
        unknown = await self._unknown()
        if self._connectivity.signed_out:
            return
        for intent in unknown:
            watch = self._watched[intent.intent_id, intent.attempt]
            if self.wait_for(intent, watch) > 0:
                continue
            try:
                await self.read(intent, watch)
            except _ENDS_THE_STEP:
                raise
            except KnownError as error:
                log.warning("intent %s cannot be read back yet: %s", intent.intent_id, type(error).__name__)
                watch.due = self._clock.monotonic() + self._timings.uncertainty / 4

    async def due_in(self) -> float | None:
        """Seconds until the next reading of any unknown row, at least 0; None when nothing is unknown or nobody is signed in.

        Reads nothing from the platform: it is for the time after a draining, which may have left rows that the last step has not seen.
        """
        unknown = await self._unknown()
        if self._connectivity.signed_out:
            return None
        waits = [self.wait_for(one, self._watched[one.intent_id, one.attempt]) for one in unknown]
        return max(min(waits), 0.0) if waits else None

    async def _unknown(self) -> list[Intent]:
        """This installation's unknown rows, each with a watch; the watches of others are dropped."""
        unknown = [
            one
            for one in await self._outbox.open_intents()
            if one.state is IntentState.UNKNOWN and one.account == self._account and one.install == self._install
        ]
        # By attempt: what was read of an earlier one says nothing of a request that is on its way now.
        keys = [(one.intent_id, one.attempt) for one in unknown]
        self._watched = {key: self._watched.get(key) or self._watch(one) for key, one in zip(keys, unknown, strict=True)}
        return unknown

    def _watch(self, intent: Intent) -> _Watch:
        """Begin to watch a row: from here on only seconds of this run count.

        The wall clock may have jumped since the row was written, so it is believed only between Q less a request's own time, which has to
        pass after the request's process is gone or has given it up, and Q.
        """
        left = self._timings.uncertainty
        if intent.not_before is not None:
            left = min(left, (intent.not_before - self._clock.now()).total_seconds())
        return _Watch(self._clock.monotonic() + max(left, self._timings.uncertainty - self._timings.request))

    def wait_for(self, intent: Intent, watch: _Watch) -> float:
        """Seconds until the next reading of `intent` may be taken."""
        now = self._clock.monotonic()
        if watch.first is not None:
            return max(watch.read_at + self._timings.uncertainty / 2, watch.due) - now
        return watch.due - now

    async def read(self, intent: Intent, watch: _Watch) -> None:
        """Take one reading; the second that agrees settles the intent."""
        started = self._clock.monotonic()
        try:
            look = await self._looker.look(intent)
        except (Rejected, NoSuchThing) as error:
            # A person has to see it: what was sent names something that the platform no longer shows.
            await self._outcomes.needs_human(intent, "cannot_be_read", detail={"platform_text": error.detail[:500]})
            return
        except KnownError as error:
            self._connectivity.failed(error)
            raise
        self._connectivity.heard()
        if watch.first is None or not watch.first.agrees(look):
            watch.first, watch.read_at = look, started
            crashpoint("after-first-read")
            return
        crashpoint("after-second-read")
        await self.settle(intent, look)

    async def settle(self, intent: Intent, look: Look) -> None:
        """Two readings agree: end it, queue it again, or ask."""
        money = isinstance(intent.payload, PayCampaign | PayTail)
        if look.verdict is Verdict.APPLIED:
            await self._outcomes.done_by_read(intent, look)
        elif look.verdict is Verdict.READY and money and not _same_bill(intent, look):
            await self._outcomes.needs_human(intent, "bill_changed", detail=look.values_after(intent))
        elif look.verdict is Verdict.READY and CAPABILITY[intent.kind] is Capability.STATE_GUARD:
            if intent.outcome == "rejected_unread":
                await self._outcomes.refused(intent, "rejected")
            else:
                await self._outcomes.queued(intent, "not_applied")
                crashpoint("after-requeue")
        elif look.verdict is Verdict.READY:
            outcome = "not_found_by_tag" if isinstance(intent.payload, CreateAssign) else "not_applied"
            await self._outcomes.needs_human(intent, outcome, detail=look.values())
        elif look.surely_not_applied and not money:
            await self._outcomes.refused(intent, "changed_since_seen", detail=look.values())
        else:
            await self._outcomes.needs_human(intent, "unclear", detail=look.values_after(intent))


def _same_bill(intent: Intent, look: Look) -> bool:
    """Whether what is due now is what the payment was sent for: the same sum, and of the same orders where the row says which."""
    owed = owed_at_sending(intent)
    return look.actual == intent.detail.get("bill") and (not owed or look.owed == owed)
