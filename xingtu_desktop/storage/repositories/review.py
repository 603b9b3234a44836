"""What the operator saw, noted, put off or handed over in Approvals; work.db."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.ids import OrderId, ResourceId
from xingtu_desktop.domain.review import ReviewNote
from xingtu_desktop.storage.database import Database
from xingtu_desktop.storage.mapping import NOTE, instant, micros
from xingtu_desktop.storage.tables import review_flags, review_notes, review_seen, review_snoozes

_AT_ONCE = 500


class SqlReviewStore:
    """ReviewStore of services/ports.py."""

    def __init__(self, work: Database) -> None:
        self._work = work

    async def mark_seen(self, resource_id: ResourceId, content_hash: str, at: datetime) -> Change:
        statement = insert(review_seen).values(resource_id=resource_id, content_hash=content_hash, at=micros(at))
        statement = statement.on_conflict_do_update(set_={"content_hash": statement.excluded.content_hash, "at": statement.excluded.at})
        await self._work.write(lambda connection: connection.execute(statement).close())
        return _touched(resource_id)

    async def seen(self, ids: Sequence[ResourceId]) -> dict[ResourceId, tuple[str, datetime]]:
        def work(connection: Connection) -> dict[ResourceId, tuple[str, datetime]]:
            found: dict[ResourceId, tuple[str, datetime]] = {}
            for start in range(0, len(ids), _AT_ONCE):
                query = select(review_seen).where(review_seen.c.resource_id.in_(ids[start : start + _AT_ONCE]))
                found.update((ResourceId(each), (content_hash, instant(at))) for each, content_hash, at in connection.execute(query))
            return found

        return await self._work.read(work)

    async def add_note(self, note: ReviewNote) -> Change:
        """Keep a note; the same id again replaces it."""
        statement = insert(review_notes).values(
            note_id=note.note_id, order_id=note.order_id, created_at=micros(note.created_at), payload=NOTE.dumps(note)
        )
        statement = statement.on_conflict_do_update(set_={"payload": statement.excluded.payload})
        await self._work.write(lambda connection: connection.execute(statement).close())
        return _touched(note.resource_id)

    async def remove_note(self, note_id: str) -> Change:
        await self._work.write(lambda connection: connection.execute(delete(review_notes).where(review_notes.c.note_id == note_id)).close())
        return Change.of(Topic.REVIEW)

    async def notes(self, order_id: OrderId) -> list[ReviewNote]:
        """Oldest first."""
        query = (
            select(review_notes.c.payload)
            .where(review_notes.c.order_id == order_id)
            .order_by(review_notes.c.created_at, review_notes.c.note_id)
        )
        return await self._work.read(lambda connection: [NOTE.loads(payload) for (payload,) in connection.execute(query)])

    async def set_snooze(self, resource_id: ResourceId, until: datetime | None) -> Change:
        def work(connection: Connection) -> None:
            connection.execute(delete(review_snoozes).where(review_snoozes.c.resource_id == resource_id))
            if until is not None:
                connection.execute(insert(review_snoozes), {"resource_id": resource_id, "until": micros(until)})

        await self._work.write(work)
        return _touched(resource_id)

    async def snoozed(self) -> dict[ResourceId, datetime]:
        return await self._work.read(
            lambda connection: {ResourceId(each): instant(until) for each, until in connection.execute(select(review_snoozes))}
        )

    async def set_flag(self, resource_id: ResourceId, flag: str | None) -> Change:
        def work(connection: Connection) -> None:
            connection.execute(delete(review_flags).where(review_flags.c.resource_id == resource_id))
            if flag is not None:
                connection.execute(insert(review_flags), {"resource_id": resource_id, "flag": flag})

        await self._work.write(work)
        return _touched(resource_id)

    async def flags(self) -> dict[ResourceId, str]:
        return await self._work.read(lambda connection: {ResourceId(each): flag for each, flag in connection.execute(select(review_flags))})


def _touched(resource_id: ResourceId) -> Change:
    return Change.of(Topic.REVIEW, ids=frozenset({resource_id}))
