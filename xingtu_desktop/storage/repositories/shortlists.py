"""Shortlists with the order basket, and saved searches, in work.db; every removal returns what is needed to take it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from xingtu_desktop.core.errors import BugError, NoSuchThing
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.ids import AuthorId, SavedSearchId, ShortlistId
from xingtu_desktop.domain.shortlist import BASKET, SavedSearch, Shortlist, ShortlistContents, ShortlistMember
from xingtu_desktop.storage.database import Database
from xingtu_desktop.storage.mapping import instant, micros
from xingtu_desktop.storage.tables import saved_searches, shortlist_members, shortlists

_AT_ONCE = 500


class SqlShortlistStore:
    """ShortlistStore of services/ports.py."""

    def __init__(self, work: Database) -> None:
        self._work = work

    async def all(self) -> list[Shortlist]:
        """By name, the basket first once it was used."""

        def work(connection: Connection) -> list[Shortlist]:
            found = [_shortlist(row) for row in connection.execute(_lists())]
            return sorted(found, key=lambda one: (one.shortlist_id != BASKET, one.name, one.shortlist_id))

        return await self._work.read(work)

    async def save(self, shortlist_id: ShortlistId, name: str, at: datetime) -> Change:
        """Make the list or rename it."""
        await self._work.write(lambda connection: _save(connection, shortlist_id, name, at))
        return _touched(shortlist_id)

    async def members(self, shortlist_id: ShortlistId) -> list[ShortlistMember]:
        """In the order in which they were added; none for a list that is not there."""
        return await self._work.read(lambda connection: _members(connection, shortlist_id))

    async def put(self, shortlist_id: ShortlistId, members: Sequence[ShortlistMember], at: datetime) -> tuple[list[AuthorId], Change]:
        """Add creators or change their notes; returns who was not on the list before. The basket is made at its first use.

        Also takes a removal back: members keep their own `added_at`. Raises NoSuchThing for a list that is not there.
        """

        def work(connection: Connection) -> list[AuthorId]:
            if shortlist_id == BASKET:
                _save(connection, BASKET, "", at, rename=False)
            _touch(connection, shortlist_id, at)
            before = {member.author_id for member in _members(connection, shortlist_id)}
            rows = [
                {
                    "shortlist_id": shortlist_id,
                    "author_id": member.author_id,
                    "added_at": micros(member.added_at),
                    "note": member.note,
                }
                for member in members
            ]
            if rows:
                statement = insert(shortlist_members)
                connection.execute(statement.on_conflict_do_update(set_={"note": statement.excluded.note}), rows)
            return [member.author_id for member in members if member.author_id not in before]

        return await self._work.write(work), _touched(shortlist_id)

    async def remove(
        self, shortlist_id: ShortlistId, author_ids: Sequence[AuthorId], at: datetime
    ) -> tuple[tuple[ShortlistMember, ...], Change]:
        """Take creators off; returns what `put` needs to take it back."""

        def work(connection: Connection) -> tuple[ShortlistMember, ...]:
            wanted = set(author_ids)
            gone = tuple(member for member in _members(connection, shortlist_id) if member.author_id in wanted)
            for start in range(0, len(gone), _AT_ONCE):
                ids = [member.author_id for member in gone[start : start + _AT_ONCE]]
                connection.execute(
                    delete(shortlist_members).where(
                        shortlist_members.c.shortlist_id == shortlist_id, shortlist_members.c.author_id.in_(ids)
                    )
                )
            if gone:
                _touch(connection, shortlist_id, at)
            return gone

        return await self._work.write(work), _touched(shortlist_id)

    async def delete(self, shortlist_id: ShortlistId) -> tuple[ShortlistContents, Change]:
        """Delete a list; returns what `restore` needs. The basket can be emptied, not deleted."""
        if shortlist_id == BASKET:
            raise BugError("the basket cannot be deleted")

        def work(connection: Connection) -> ShortlistContents:
            row = connection.execute(_lists().where(shortlists.c.shortlist_id == shortlist_id)).first()
            if row is None:
                raise NoSuchThing(f"shortlist {shortlist_id}", shortlist_id=shortlist_id)
            contents = ShortlistContents(_shortlist(row), tuple(_members(connection, shortlist_id)))
            connection.execute(delete(shortlists).where(shortlists.c.shortlist_id == shortlist_id))
            return contents

        return await self._work.write(work), _touched(shortlist_id)

    async def restore(self, contents: ShortlistContents) -> Change:
        """Bring a deleted list back as it was."""
        shortlist = contents.shortlist

        def work(connection: Connection) -> None:
            _save(connection, shortlist.shortlist_id, shortlist.name, shortlist.created_at)
            _touch(connection, shortlist.shortlist_id, shortlist.updated_at)

        await self._work.write(work)
        _, change = await self.put(shortlist.shortlist_id, contents.members, shortlist.updated_at)
        return change

    async def lists_of(self, author_id: AuthorId) -> list[ShortlistId]:
        """Every list that the creator is on."""
        query = select(shortlist_members.c.shortlist_id).where(shortlist_members.c.author_id == author_id)
        return await self._work.read(lambda connection: [ShortlistId(each) for each in connection.execute(query).scalars()])


class SqlSavedSearchStore:
    """SavedSearchStore of services/ports.py."""

    def __init__(self, work: Database) -> None:
        self._work = work

    async def all(self) -> list[SavedSearch]:
        """By name."""
        query = select(saved_searches).order_by(saved_searches.c.name, saved_searches.c.saved_search_id)

        def work(connection: Connection) -> list[SavedSearch]:
            return [
                SavedSearch(SavedSearchId(each), name, text, instant(created), instant(updated))
                for each, name, text, created, updated in connection.execute(query)
            ]

        return await self._work.read(work)

    async def save(self, search: SavedSearch) -> Change:
        """Keep or replace by id; also takes a removal back."""
        statement = insert(saved_searches).values(
            saved_search_id=search.saved_search_id,
            name=search.name,
            query=search.query,
            created_at=micros(search.created_at),
            updated_at=micros(search.updated_at),
        )
        statement = statement.on_conflict_do_update(set_={name: statement.excluded[name] for name in ("name", "query", "updated_at")})
        await self._work.write(lambda connection: connection.execute(statement).close())
        return Change.of(Topic.SAVED_SEARCHES, ids=frozenset({search.saved_search_id}))

    async def remove(self, saved_search_id: SavedSearchId) -> Change:
        statement = delete(saved_searches).where(saved_searches.c.saved_search_id == saved_search_id)
        await self._work.write(lambda connection: connection.execute(statement).close())
        return Change.of(Topic.SAVED_SEARCHES, ids=frozenset({saved_search_id}))


def _touched(shortlist_id: ShortlistId) -> Change:
    return Change.of(Topic.SHORTLISTS, ids=frozenset({shortlist_id}))


def _lists() -> Select[str, str, int, int, int]:
    count = (
        select(func.count()).where(shortlist_members.c.shortlist_id == shortlists.c.shortlist_id).correlate(shortlists).scalar_subquery()
    )
    return select(shortlists.c.shortlist_id, shortlists.c.name, shortlists.c.created_at, shortlists.c.updated_at, count)


def _shortlist(row: tuple[str, str, int, int, int]) -> Shortlist:
    shortlist_id, name, created_at, updated_at, count = row
    return Shortlist(ShortlistId(shortlist_id), name, instant(created_at), instant(updated_at), count)


def _members(connection: Connection, shortlist_id: ShortlistId) -> list[ShortlistMember]:
    query = (
        select(shortlist_members.c.author_id, shortlist_members.c.added_at, shortlist_members.c.note)
        .where(shortlist_members.c.shortlist_id == shortlist_id)
        .order_by(shortlist_members.c.added_at, shortlist_members.c.author_id)
    )
    return [ShortlistMember(AuthorId(author_id), instant(added_at), note) for author_id, added_at, note in connection.execute(query)]


def _save(connection: Connection, shortlist_id: ShortlistId, name: str, at: datetime, *, rename: bool = True) -> None:
    statement = insert(shortlists).values(shortlist_id=shortlist_id, name=name, created_at=micros(at), updated_at=micros(at))
    if rename:
        statement = statement.on_conflict_do_update(set_={"name": statement.excluded.name, "updated_at": statement.excluded.updated_at})
    else:
        statement = statement.on_conflict_do_nothing()
    connection.execute(statement)


def _touch(connection: Connection, shortlist_id: ShortlistId, at: datetime) -> None:
    statement = update(shortlists).where(shortlists.c.shortlist_id == shortlist_id).values(updated_at=micros(at))
    if not connection.execute(statement).rowcount:
        raise NoSuchThing(f"shortlist {shortlist_id}", shortlist_id=shortlist_id)
