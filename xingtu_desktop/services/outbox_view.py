"""The outbox as the screen groups it: what needs a person, what is being checked, what waits, what was sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.events import Changes
from xingtu_desktop.domain.ids import IntentId
from xingtu_desktop.domain.intent import CreateAssign, Intent, IntentState
from xingtu_desktop.services.ports import OutboxStore, SettingsStore

_DISMISSED = "outbox.dismissed"
_KEPT = 500


class OutboxGroup(StrEnum):
    NEEDS_YOU = "needs_you"
    CHECKING = "checking"
    WAITING = "waiting"
    SENT = "sent"


class WaitsFor(StrEnum):
    """Why a waiting entry has not left yet."""

    UNDO = "undo"
    """The person may still take it back; `until` says how long."""
    HELD = "held"
    """Kept back, until an instant or until released."""
    STOPPED = "stopped"
    """Everything was told to stop."""
    BEFORE = "before"
    """An earlier intent has to be done first."""
    RETRY = "retry"
    """A limit or a failure; `until` is the next try."""
    TURN = "turn"
    """The next send, or the network."""


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One line: the sentence comes from `intent` (kind, subject, outcome, detail), the buttons from the flags."""

    intent: Intent
    group: OutboxGroup
    waits_for: WaitsFor | None = None
    until: datetime | None = None
    can_undo: bool = False
    can_hold: bool = False
    can_release: bool = False
    can_retry: bool = False
    can_dismiss: bool = False
    can_answer: bool = False
    """`mark_done` and `drop` of ActionService."""
    can_send_again: bool = False
    """`send_again` of ActionService; not what was decided on another installation."""


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    needs_you: int
    checking: int
    waiting: int
    stopped: bool


_ATTENTION = frozenset({"changed_since_seen", "gone", "rejected", "nothing_to_pay", "not_sent"})
"""Refusals that a person should notice once."""


class OutboxListing:
    """Reads the outbox for the screen; remembers which refusals were noticed."""

    def __init__(self, outbox: OutboxStore, settings: SettingsStore, changes: Changes, clock: Clock, *, install: str | None = None) -> None:
        """`install` is this installation: rows of another one cannot be sent from here; None takes every row for its own."""
        self._outbox = outbox
        self._settings = settings
        self._changes = changes
        self._clock = clock
        self._install = install

    async def entries(self, *, ended: int = 200) -> list[OutboxEntry]:
        """Every open intent and the newest `ended` ones, in the order of the groups, oldest waiting first, newest sent first."""
        stopped, dismissed = await self._outbox.stopped(), set(await self._dismissed())
        opened = await self._outbox.open_intents()
        ids = {one.intent_id for one in opened}
        rows = [
            _open_entry(one, self._clock.now(), stopped, waits_before=one.depends_on in ids, ours=self._install in (None, one.install))
            for one in opened
        ]
        past = {one.intent_id: one for one in await self._outbox.recent(ended) if one.state is not IntentState.UNDONE}
        for one in await self._outbox.recent(_KEPT, state=IntentState.REFUSED):
            # A refusal that nobody noticed yet is shown however many were done after it.
            if one.outcome in _ATTENTION and one.intent_id not in dismissed:
                past.setdefault(one.intent_id, one)
        rows += [_ended_entry(one, one.intent_id in dismissed) for one in past.values()]
        order = list(OutboxGroup)
        return sorted(rows, key=lambda row: order.index(row.group))

    async def counts(self) -> OutboxCounts:
        """How many wait in each group, for the pill and Today."""
        rows = await self.entries()
        groups = [row.group for row in rows]
        return OutboxCounts(
            needs_you=groups.count(OutboxGroup.NEEDS_YOU),
            checking=groups.count(OutboxGroup.CHECKING),
            waiting=groups.count(OutboxGroup.WAITING),
            stopped=await self._outbox.stopped(),
        )

    async def dismiss(self, intent_id: IntentId) -> None:
        """The person noticed a refusal; it moves to what was sent."""
        kept = [*await self._dismissed(), intent_id][-_KEPT:]
        self._changes.publish(await self._settings.put(_DISMISSED, json.dumps(kept)))

    async def _dismissed(self) -> list[IntentId]:
        stored = await self._settings.get(_DISMISSED)
        return [IntentId(one) for one in json.loads(stored)] if stored else []


def _open_entry(intent: Intent, now: datetime, stopped: bool, *, waits_before: bool, ours: bool) -> OutboxEntry:
    if intent.state is IntentState.NEEDS_HUMAN:
        again = ours and intent.outcome != "other_install"
        return OutboxEntry(intent, OutboxGroup.NEEDS_YOU, can_answer=True, can_send_again=again)
    if intent.state is not IntentState.QUEUED:
        return OutboxEntry(intent, OutboxGroup.CHECKING, until=intent.not_before)
    reason, until = WaitsFor.TURN, None
    if stopped:
        reason = WaitsFor.STOPPED
    elif intent.held or (intent.hold_until is not None and intent.hold_until > now):
        reason, until = WaitsFor.HELD, intent.hold_until
    elif intent.undo_until > now:
        reason, until = WaitsFor.UNDO, intent.undo_until
    elif intent.not_before is not None and intent.not_before > now:
        reason, until = WaitsFor.RETRY, intent.not_before
    elif waits_before:
        reason = WaitsFor.BEFORE
    held = reason is WaitsFor.HELD
    return OutboxEntry(intent, OutboxGroup.WAITING, reason, until, can_undo=True, can_hold=not held, can_release=held)


def _ended_entry(intent: Intent, dismissed: bool) -> OutboxEntry:
    refused = intent.state is IntentState.REFUSED
    if refused and intent.outcome in _ATTENTION and not dismissed:
        return OutboxEntry(
            intent,
            OutboxGroup.NEEDS_YOU,
            can_dismiss=True,
            can_retry=intent.outcome == "rejected" and not isinstance(intent.payload, CreateAssign),
        )
    return OutboxEntry(intent, OutboxGroup.SENT)
