"""The outbox: intents in work.db, claimed and moved in single transactions that also write the journal (reliability.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import sqlcipher3
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from xingtu_desktop.core.errors import BugError, Conflict, NoSuchThing
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.ids import IntentId, StarId
from xingtu_desktop.domain.intent import ALLOWED_MOVES, Intent, IntentState, JournalEntry
from xingtu_desktop.storage.codec import Json, canonical
from xingtu_desktop.storage.database import Database
from xingtu_desktop.storage.mapping import INTENT_COLUMNS, intent_of, intent_row, micros, target_of
from xingtu_desktop.storage.repositories import journal as chain
from xingtu_desktop.storage.tables import intents, outbox_state

_S = IntentState
_STOPPED = "stopped"
DEPENDENCY_FAILED = "dependency_failed"
"""The outcome of a row whose dependency was refused or undone."""

CHANGEABLE = frozenset(
    {
        "payload", "expectation", "subject", "undo_until", "hold_until", "held", "not_before",
        "attempt", "sent_at", "request_hash", "outcome", "detail", "request_id", "result",
    }
)  # fmt: skip
"""Fields of an Intent that `move` may change; what it is bound to and its place in the queue stay."""

# Plain SQL on the hot path: building these statements would cost more than running them.
_CLAIM = """
SELECT i.* FROM intents AS i INDEXED BY queue
WHERE state = 'queued' AND ready_at <= ? AND account = ? AND install = ?
  AND NOT EXISTS (SELECT 1 FROM outbox_state WHERE name = 'stopped')
  AND lane NOT IN (SELECT lane FROM intents WHERE open = 1 AND state IN ('claimed', 'sending', 'unknown'))
  AND lane NOT IN (SELECT value FROM json_each(?))
  AND NOT EXISTS (SELECT 1 FROM intents AS e WHERE e.open = 1 AND e.lane = i.lane AND e.position < i.position)
  AND (depends_on IS NULL OR EXISTS (SELECT 1 FROM intents AS d WHERE d.intent_id = i.depends_on AND d.state = 'done'))
ORDER BY position LIMIT 1
"""
_LOAD = "SELECT * FROM intents WHERE intent_id = ?"
_INSERT = f"INSERT INTO intents ({', '.join(INTENT_COLUMNS)}) VALUES ({', '.join('?' * len(INTENT_COLUMNS))})"


class SqlOutboxStore:
    """OutboxStore of services/ports.py."""

    def __init__(self, work: Database) -> None:
        self._work = work

    async def add(self, intents: Sequence[Intent]) -> Change:
        """Write the whole batch or nothing.

        Raises Conflict(what="open_intent") for a second open intent of an order and action, Conflict(what="dependency") where the
        dependency already ended badly, NoSuchThing for an unknown one.
        """
        for intent in intents:
            if intent.state not in (_S.DRAFT, _S.QUEUED):
                raise BugError(f"intent {intent.intent_id} begins as {intent.state}")
        if intents:
            await self._work.write(lambda connection: _add(connection, intents))
        return _changed([intent.intent_id for intent in intents])

    async def get(self, intent_id: IntentId) -> Intent:
        return await self._work.read(lambda connection: _load(connection, intent_id))

    async def open_intents(self) -> list[Intent]:
        query = select(intents).where(intents.c.open == 1).order_by(intents.c.position)
        return await self._work.read(lambda connection: [intent_of(row) for row in connection.execute(query).mappings()])

    async def drafts(self) -> list[Intent]:
        """Rows that were prepared and not released, oldest first."""
        query = select(intents).where(intents.c.state == _S.DRAFT.value).order_by(intents.c.position)
        return await self._work.read(lambda connection: [intent_of(row) for row in connection.execute(query).mappings()])

    async def recent(self, limit: int, *, state: IntentState | None = None) -> list[Intent]:
        wanted = intents.c.state != _S.DRAFT.value if state is None else intents.c.state == state.value
        query = (
            select(intents)
            .where(intents.c.open == 0, wanted)
            .order_by(intents.c.updated_at.desc(), intents.c.position.desc())
            .limit(limit)
        )
        return await self._work.read(lambda connection: [intent_of(row) for row in connection.execute(query).mappings()])

    async def claim(self, now: datetime, *, account: StarId, install: str, busy_lanes: frozenset[str]) -> Intent | None:
        return await self._work.write(lambda connection: _claim(connection, now, account, install, busy_lanes))

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
        """As the port says; an open row may also move to the state it is in, to note a reading or a later try."""
        unknown = set(changes or ()) - CHANGEABLE
        if unknown:
            raise BugError(f"an intent's {', '.join(sorted(unknown))} cannot be changed")

        def work(connection: Connection) -> Intent:
            intent = _load(connection, intent_id)
            if intent.state not in expected:
                names = sorted(state.value for state in expected)
                raise Conflict(f"intent {intent_id}", what="intent", expected=names, actual=intent.state.value)
            stays = to is intent.state and intent.state.open
            if not stays and to not in ALLOWED_MOVES[intent.state]:
                raise BugError(f"intent {intent_id} cannot go from {intent.state} to {to}")
            moved = replace(intent, **{**(changes or {}), "state": to, "updated_at": now})  # type: ignore[arg-type]
            _write_moves(connection, now, [(intent, moved, event, dict(journal or {}))])
            if to in (_S.REFUSED, _S.UNDONE):
                _fail_dependents(connection, now, [intent_id])
            return moved

        return await self._work.write(work)

    async def undo(self, intent_ids: Sequence[IntentId], now: datetime) -> list[IntentId]:
        def work(connection: Connection) -> list[IntentId]:
            taken = [intent for intent in _load_many(connection, intent_ids) if _can_undo(intent)]
            moves = [(intent, replace(intent, state=_S.UNDONE, updated_at=now), "undone", Json()) for intent in taken]
            _write_moves(connection, now, moves)
            ids = [intent.intent_id for intent in taken]
            _fail_dependents(connection, now, ids)
            return ids

        return await self._work.write(work)

    async def hold(self, intent_ids: Sequence[IntentId], *, until: datetime | None, held: bool, now: datetime) -> Change:
        """Keep back (or let go) what is still QUEUED; anything else is left as it is and not named in the change."""

        def work(connection: Connection) -> list[IntentId]:
            queued = [intent for intent in _load_many(connection, intent_ids) if intent.state is _S.QUEUED]
            event = "held" if held or until is not None else "released"
            moves = [
                (intent, replace(intent, hold_until=until, held=held, updated_at=now), event, Json(until=until and until.isoformat()))
                for intent in queued
            ]
            _write_moves(connection, now, moves)
            return [intent.intent_id for intent in queued]

        return _changed(await self._work.write(work))

    async def stop_all(self, stopped: bool, now: datetime) -> Change:
        def work(connection: Connection) -> None:
            connection.execute(outbox_state.delete().where(outbox_state.c.name == _STOPPED))
            if stopped:
                connection.execute(insert(outbox_state), {"name": _STOPPED, "value": now.isoformat()})
            chain.append(connection, now, [("", "stopped" if stopped else "resumed", {})])

        await self._work.write(work)
        return Change.of(Topic.OUTBOX)

    async def stopped(self) -> bool:
        return await self._work.read(_is_stopped)

    async def journal(self, *, after: int = 0, limit: int = 1000) -> list[JournalEntry]:
        return await self._work.read(lambda connection: chain.entries(connection, after, limit))

    async def verify_journal(self) -> int | None:
        return await self._work.read(chain.first_broken)


def _changed(ids: Sequence[IntentId]) -> Change:
    return Change.of(Topic.OUTBOX, ids=frozenset(ids))


def _is_stopped(connection: Connection) -> bool:
    return connection.execute(select(outbox_state.c.value).where(outbox_state.c.name == _STOPPED)).first() is not None


def _load(connection: Connection, intent_id: IntentId) -> Intent:
    row = connection.exec_driver_sql(_LOAD, (intent_id,)).mappings().first()
    if row is None:
        raise NoSuchThing(f"intent {intent_id}", intent_id=intent_id)
    return intent_of(row)


def _load_many(connection: Connection, intent_ids: Sequence[IntentId]) -> list[Intent]:
    """The rows in the order of their places in the queue; unknown ids are left out."""
    found: list[Intent] = []
    for start in range(0, len(intent_ids), 500):
        query = select(intents).where(intents.c.intent_id.in_(intent_ids[start : start + 500])).order_by(intents.c.position)
        found.extend(intent_of(row) for row in connection.execute(query).mappings())
    return found


def _add(connection: Connection, batch: Sequence[Intent]) -> None:
    _check_dependencies(connection, batch)
    rows = [intent_row(intent) for intent in batch]
    try:
        connection.exec_driver_sql(_INSERT, [tuple(row.values()) for row in rows])
    except IntegrityError as error:
        raise _conflict(error, connection, batch) from error
    links: list[chain.Link] = [(str(row["intent_id"]), f"added_{row['state']}", {name: row[name] for name in _TOLD}) for row in rows]
    chain.append(connection, batch[0].created_at, links)


def _check_dependencies(connection: Connection, batch: Sequence[Intent]) -> None:
    inside = {intent.intent_id for intent in batch}
    outside = {intent.depends_on for intent in batch if intent.depends_on is not None} - inside
    for depends_on in outside:
        dependency = _load(connection, depends_on)
        if dependency.state in (_S.REFUSED, _S.UNDONE):
            raise Conflict(f"intent {depends_on}", what="dependency", expected="done", actual=dependency.state.value)


def _conflict(error: IntegrityError, connection: Connection, batch: Sequence[Intent]) -> Exception:
    code = getattr(error.orig, "sqlite_errorcode", 0)
    if code & 0xFF != sqlcipher3.SQLITE_CONSTRAINT or "intents.target" not in str(error.orig):
        return BugError(f"a row of the outbox is not as it should be: {error.orig}")
    for intent in batch:
        target = target_of(intent.payload)
        query = select(intents.c.intent_id).where(intents.c.open == 1, intents.c.target == target, intents.c.kind == intent.kind.value)
        other = connection.execute(query).scalar()
        if other is not None and other != intent.intent_id:
            return Conflict(f"{target} {intent.kind}", what="open_intent", expected=None, actual=other)
    return Conflict("twice in one batch", what="open_intent", expected=None, actual=None)


_TOLD = (
    "batch_id", "kind", "payload", "expectation", "subject", "lane", "account", "install", "operator", "depends_on",
    "undo_until", "hold_until", "held",
)  # fmt: skip
"""What the journal says of a new row: everything that will be sent and everything that was seen, as stored."""


def _claim(connection: Connection, now: datetime, account: StarId, install: str, busy_lanes: frozenset[str]) -> Intent | None:
    busy = canonical(sorted(busy_lanes))
    row = connection.exec_driver_sql(_CLAIM, (micros(now), account, install, busy)).mappings().first()
    if row is None:
        return None
    intent = intent_of(row)
    claimed = replace(intent, state=_S.CLAIMED, updated_at=now)
    _write_moves(connection, now, [(intent, claimed, "claimed", Json())])
    return claimed


def _can_undo(intent: Intent) -> bool:
    if intent.state is _S.NEEDS_HUMAN:
        return intent.attempt == 0 and intent.sent_at is None
    return intent.state in (_S.DRAFT, _S.QUEUED)


_NOTED = (
    "attempt", "sent_at", "request_hash", "outcome", "request_id", "not_before", "hold_until", "held",
    "detail", "result", "payload", "expectation",
)  # fmt: skip
"""Columns whose change the journal tells, as they are stored."""


def _write_moves(connection: Connection, now: datetime, moves: Sequence[tuple[Intent, Intent, str, Json]]) -> None:
    """Store changed rows and their journal links. Each move: before, after, event, what else happened."""
    if not moves:
        return
    links: list[chain.Link] = []
    for before, after, event, happened in moves:
        old, new = intent_row(before), intent_row(after)
        changed = {name: value for name, value in new.items() if value != old[name]}
        if changed:
            try:
                columns = ", ".join(f"{name} = ?" for name in changed)
                connection.exec_driver_sql(f"UPDATE intents SET {columns} WHERE intent_id = ?", (*changed.values(), after.intent_id))
            except IntegrityError as error:
                raise _conflict(error, connection, [after]) from error
        noted = {name: changed[name] for name in _NOTED if name in changed}
        links.append((after.intent_id, event, {"from": before.state.value, "to": after.state.value, "changed": noted, "note": happened}))
    chain.append(connection, now, links)


def _fail_dependents(connection: Connection, now: datetime, ended: Sequence[IntentId]) -> None:
    """Refuse what waits for rows that ended badly, and what waits for that; a draft is taken back."""
    waiting = list(ended)
    while waiting:
        query = select(intents).where(
            intents.c.depends_on.in_(waiting), intents.c.state.in_([_S.DRAFT.value, _S.QUEUED.value, _S.NEEDS_HUMAN.value])
        )
        dependents = [intent_of(row) for row in connection.execute(query).mappings()]
        moves = [
            (
                intent,
                replace(
                    intent,
                    state=_S.UNDONE if intent.state is _S.DRAFT else _S.REFUSED,
                    outcome=DEPENDENCY_FAILED,
                    updated_at=now,
                ),
                DEPENDENCY_FAILED,
                Json(depends_on=intent.depends_on),
            )
            for intent in dependents
        ]
        _write_moves(connection, now, moves)
        waiting = [intent.intent_id for intent in dependents]
