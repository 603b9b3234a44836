"""The append-only, hash-chained journal of the outbox: each link's digest covers the link and the digest before it.

The newest sequence and digest are also kept apart, so that a journal whose end was cut off is found out too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from xingtu_desktop.domain.intent import JournalEntry
from xingtu_desktop.storage.codec import canonical
from xingtu_desktop.storage.mapping import journal_entry
from xingtu_desktop.storage.tables import journal

ROOT = "0" * 64
"""What the first link names as the digest before it."""

_HEAD = "journal_head"
# Plain SQL: every move of an intent passes here, and building the statements would cost more than running them.
_KEEP_HEAD = "INSERT INTO outbox_state (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
_HEAD_SQL = "SELECT value FROM outbox_state WHERE name = ?"
_APPEND = "INSERT INTO journal (sequence, at, intent_id, event, body, previous, digest) VALUES (?, ?, ?, ?, ?, ?, ?)"

Link = tuple[str, str, Mapping[str, object]]
"""Intent id ("" for the whole outbox), event, what happened."""


def digest_of(previous: str, sequence: int, at: str, intent_id: str, event: str, body: str) -> str:
    """SHA-256 hex over the digest before and the canonical JSON of the link; `at` is ISO 8601 in UTC."""
    link = canonical({"sequence": sequence, "at": at, "intent_id": intent_id, "event": event, "body": body})
    return hashlib.sha256((previous + link).encode()).hexdigest()


def append(connection: Connection, at: datetime, links: Sequence[Link]) -> None:
    """Add links inside the caller's transaction."""
    sequence, previous = _head(connection)
    stamp = at.astimezone(UTC).isoformat()
    rows: list[tuple[object, ...]] = []
    for intent_id, event, happened in links:
        sequence += 1
        body = canonical(happened)
        digest = digest_of(previous, sequence, stamp, intent_id, event, body)
        rows.append((sequence, stamp, intent_id, event, body, previous, digest))
        previous = digest
    if rows:
        connection.exec_driver_sql(_APPEND, rows if len(rows) > 1 else rows[0])
        connection.exec_driver_sql(_KEEP_HEAD, (_HEAD, f"{sequence} {previous}"))


def _head(connection: Connection) -> tuple[int, str]:
    value = connection.exec_driver_sql(_HEAD_SQL, (_HEAD,)).scalar()
    if value is None:
        return 0, ROOT
    sequence, digest = value.split()
    return int(sequence), digest


def entries(connection: Connection, after: int, limit: int) -> list[JournalEntry]:
    """Links with a sequence above `after`, oldest first."""
    rows = connection.execute(select(journal).where(journal.c.sequence > after).order_by(journal.c.sequence).limit(limit))
    return [journal_entry(row) for row in rows.mappings()]


def first_broken(connection: Connection) -> int | None:
    """The sequence of the first link that is missing, changed or out of place; None for a whole chain."""
    previous, expected = ROOT, 1
    rows = connection.execute(select(journal).order_by(journal.c.sequence).execution_options(yield_per=2000))
    for sequence, at, intent_id, event, body, claimed_previous, digest in rows:
        intact = (
            sequence == expected and claimed_previous == previous and digest_of(previous, sequence, at, intent_id, event, body) == digest
        )
        if not intact:
            return expected
        previous, expected = digest, expected + 1
    kept_sequence, kept_digest = _head(connection)
    if (kept_sequence, kept_digest) == (expected - 1, previous):
        return None
    return min(expected, kept_sequence + 1)
