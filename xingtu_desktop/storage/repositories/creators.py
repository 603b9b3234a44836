"""Creators with provenance in catalog.db: one compact row each, numbered by a change sequence, and the ledger of prices seen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.answers import FeedPage
from xingtu_desktop.domain.creator import Creator, CreatorDetail, QuotePoint, VideoTier
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.storage import creator_codec
from xingtu_desktop.storage.database import Database
from xingtu_desktop.storage.mapping import instant, micros
from xingtu_desktop.storage.tables import creator_details, creators, feed_cursors, quotes

_AT_ONCE = 500
_NAMED_IDS = 200
"""A change names the touched creators up to this many; beyond, views look at everything anyway."""

# Plain SQL where a page of thousands of rows passes. An unchanged row keeps its sequence, so that a feed read twice moves nothing.
_UPSERT = """
INSERT INTO creators
    (author_id, sequence, deleted, quote_up_to_20, quote_from_21_to_60, quote_over_60, source, received_at, payload)
VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?)
ON CONFLICT (author_id) DO UPDATE SET
    sequence = CASE WHEN deleted = 0 AND payload = excluded.payload THEN sequence ELSE excluded.sequence END,
    deleted = 0, quote_up_to_20 = excluded.quote_up_to_20, quote_from_21_to_60 = excluded.quote_from_21_to_60,
    quote_over_60 = excluded.quote_over_60, source = excluded.source, received_at = excluded.received_at, payload = excluded.payload
"""
_TOMBSTONE = """
UPDATE creators SET sequence = ?, deleted = 1, payload = NULL, received_at = ?,
    quote_up_to_20 = NULL, quote_from_21_to_60 = NULL, quote_over_60 = NULL
WHERE author_id = ? AND deleted = 0
"""
_LEDGER = "INSERT OR IGNORE INTO quotes (author_id, seen_at, tier, paid, fen, source) VALUES (?, ?, ?, ?, ?, ?)"

_Quotes = tuple[int | None, int | None, int | None]
_Point = tuple[int, int, int, int, int, str]
_UNKNOWN: _Quotes = (None, None, None)


class SqlCreatorStore:
    """CreatorStore of services/ports.py."""

    def __init__(self, catalog: Database) -> None:
        self._catalog = catalog

    async def apply_page(self, page: FeedPage, source: str) -> tuple[int, Change]:
        received = datetime.now(UTC)
        reached = await self._catalog.write(lambda connection: _apply(connection, page, source, received))
        ids: list[int | str] = [creator.author_id for creator in page.upserts[: _NAMED_IDS + 1]]
        ids += page.deletes[: _NAMED_IDS + 1]
        return reached, Change.of(Topic.CREATORS, ids=frozenset(ids) if len(ids) <= _NAMED_IDS else frozenset(), by=source)

    async def cursor(self, source: str) -> str | None:
        query = select(feed_cursors.c.cursor).where(feed_cursors.c.source == source)
        return await self._catalog.read(lambda connection: connection.execute(query).scalar())

    async def clear_cursor(self, source: str) -> None:
        statement = delete(feed_cursors).where(feed_cursors.c.source == source)
        await self._catalog.write(lambda connection: connection.execute(statement).close())

    async def sequence(self) -> int:
        return await self._catalog.read(_sequence)

    async def count(self) -> int:
        query = select(func.count()).where(creators.c.deleted == 0)
        return await self._catalog.read(lambda connection: connection.execute(query).scalar_one())

    async def by_ids(self, ids: Sequence[AuthorId]) -> list[Creator]:
        def work(connection: Connection) -> list[Creator]:
            found: dict[int, bytes] = {}
            for part in _parts(ids):
                query = f"SELECT author_id, payload FROM creators WHERE deleted = 0 AND author_id IN ({_marks(part)})"
                found.update((author_id, payload) for author_id, payload in connection.exec_driver_sql(query, tuple(part)))
            return [creator_codec.decode(each, found[each]) for each in ids if each in found]

        return await self._catalog.read(work)

    async def changes_since(self, sequence: int, limit: int) -> tuple[list[Creator], list[AuthorId], int]:
        query = (
            select(creators.c.author_id, creators.c.sequence, creators.c.payload)
            .where(creators.c.sequence > sequence)
            .order_by(creators.c.sequence)
            .limit(limit)
        )

        def work(connection: Connection) -> tuple[list[Creator], list[AuthorId], int]:
            upserts: list[Creator] = []
            deletes: list[AuthorId] = []
            reached = sequence
            for author_id, reached, payload in connection.execute(query):  # noqa: B007
                if payload is None:
                    deletes.append(AuthorId(author_id))
                else:
                    upserts.append(creator_codec.decode(author_id, payload))
            return upserts, deletes, reached

        return await self._catalog.read(work)

    async def iter_all(self, chunk: int = 2000) -> AsyncIterator[list[Creator]]:
        """Every creator in chunks, by id; rows that change meanwhile are found through `changes_since`."""
        after = -(1 << 63)
        query = "SELECT author_id, payload FROM creators WHERE author_id > ? AND deleted = 0 ORDER BY author_id LIMIT ?"
        while True:

            def work(connection: Connection, after: int = after) -> list[Creator]:
                rows = connection.exec_driver_sql(query, (after, chunk))
                return [creator_codec.decode(author_id, payload) for author_id, payload in rows]

            found = await self._catalog.read(work)
            if found:
                yield found
            if len(found) < chunk:
                return
            after = found[-1].author_id

    async def save_detail(self, detail: CreatorDetail) -> Change:
        """Keep videos and plays as they are now; prices go to the ledger, where none is ever lost."""
        payload = creator_codec.DETAIL.dumps(CreatorDetail(detail.author_id, detail.videos, (), detail.daily_plays))
        ledger = [
            (detail.author_id, micros(point.seen_at), int(point.tier), int(point.paid), point.amount.value, point.source)
            for point in detail.quotes
        ]

        def work(connection: Connection) -> None:
            statement = insert(creator_details).values(author_id=detail.author_id, payload=payload)
            connection.execute(statement.on_conflict_do_update(set_={"payload": statement.excluded.payload}))
            _ledger(connection, ledger)

        await self._catalog.write(work)
        return Change.of(Topic.CREATORS, ids=frozenset({detail.author_id}))

    async def detail(self, author_id: AuthorId) -> CreatorDetail | None:
        """What was saved last, with every price in the ledger; None before a detail was saved."""

        def work(connection: Connection) -> CreatorDetail | None:
            payload = connection.execute(select(creator_details.c.payload).where(creator_details.c.author_id == author_id)).scalar()
            if payload is None:
                return None
            saved = creator_codec.DETAIL.loads(payload)
            return CreatorDetail(saved.author_id, saved.videos, _quote_points(connection, author_id), saved.daily_plays)

        return await self._catalog.read(work)

    async def quotes(self, author_id: AuthorId) -> tuple[QuotePoint, ...]:
        """Every price seen, oldest first; a price is written down when it differs from the one before."""
        return await self._catalog.read(lambda connection: _quote_points(connection, author_id))


def _sequence(connection: Connection) -> int:
    return connection.execute(select(func.max(creators.c.sequence))).scalar() or 0


def _apply(connection: Connection, page: FeedPage, source: str, received: datetime) -> int:
    sequence = _sequence(connection)
    at = micros(received)
    known = _known_quotes(connection, [creator.author_id for creator in page.upserts])
    rows: list[tuple[object, ...]] = []
    ledger: list[_Point] = []
    for creator in page.upserts:
        sequence += 1
        asked = _asked(creator)
        before = known.get(creator.author_id, _UNKNOWN)
        if asked != before:
            seen = micros(creator.updated_at)
            for tier, old, new in zip(VideoTier, before, asked, strict=True):
                if new is not None and new != old:
                    ledger.append((creator.author_id, seen, int(tier), 0, new, creator.source))
            known[creator.author_id] = asked
        rows.append((creator.author_id, sequence, *asked, creator.source, at, creator_codec.encode(creator)))
    if rows:
        connection.exec_driver_sql(_UPSERT, rows)
    _ledger(connection, ledger)
    for author_id in page.deletes:
        sequence += 1
        connection.exec_driver_sql(_TOMBSTONE, (sequence, at, author_id))
    statement = insert(feed_cursors).values(source=source, cursor=page.cursor)
    connection.execute(statement.on_conflict_do_update(set_={"cursor": statement.excluded.cursor}))
    return _sequence(connection)


def _asked(creator: Creator) -> _Quotes:
    up_to_20, from_21_to_60, over_60 = creator.quotes.up_to_20, creator.quotes.from_21_to_60, creator.quotes.over_60
    return (
        None if up_to_20 is None else up_to_20.value,
        None if from_21_to_60 is None else from_21_to_60.value,
        None if over_60 is None else over_60.value,
    )


def _known_quotes(connection: Connection, ids: Sequence[AuthorId]) -> dict[int, _Quotes]:
    known: dict[int, _Quotes] = {}
    for part in _parts(ids):
        query = f"SELECT author_id, quote_up_to_20, quote_from_21_to_60, quote_over_60 FROM creators WHERE author_id IN ({_marks(part)})"
        known.update((author_id, (a, b, c)) for author_id, a, b, c in connection.exec_driver_sql(query, tuple(part)))
    return known


def _parts(ids: Sequence[AuthorId]) -> list[Sequence[AuthorId]]:
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]


def _marks(part: Sequence[AuthorId]) -> str:
    return ",".join("?" * len(part))


def _ledger(connection: Connection, points: Sequence[_Point]) -> None:
    if points:
        connection.exec_driver_sql(_LEDGER, list(points))


def _quote_points(connection: Connection, author_id: AuthorId) -> tuple[QuotePoint, ...]:
    query = select(quotes).where(quotes.c.author_id == author_id).order_by(quotes.c.seen_at, quotes.c.tier)
    return tuple(
        QuotePoint(instant(row["seen_at"]), VideoTier(row["tier"]), Fen(row["fen"]), bool(row["paid"]), row["source"])
        for row in connection.execute(query).mappings()
    )
