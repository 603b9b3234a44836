"""Shortlists (候选), the order basket (下单篮) and saved searches, every removal with its way back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.errors import InvalidInput
from xingtu_desktop.core.events import Changes
from xingtu_desktop.domain.creator import Creator, VideoTier
from xingtu_desktop.domain.creator_query import CreatorQuery
from xingtu_desktop.domain.creator_query_document import decode_query, encode_query
from xingtu_desktop.domain.ids import AuthorId, SavedSearchId, ShortlistId
from xingtu_desktop.domain.money import Fen, total
from xingtu_desktop.domain.shortlist import BASKET, SavedSearch, Shortlist, ShortlistContents, ShortlistMember
from xingtu_desktop.services.ports import CreatorStore, SavedSearchStore, ShortlistStore


@dataclass(frozen=True, slots=True)
class Basket:
    """The creators of the next order. Sums are over those that have the figure; `without_quote` says how many have none."""

    creators: tuple[Creator, ...]
    quotes: Fen
    without_quote: int
    expected_plays: int | None
    plays_p10: int | None
    plays_p90: int | None
    """Sums of the single P10 and P90: wider than the range of the sum, so an honest bound."""


class ShortlistService:
    """Lists of creators on this computer."""

    def __init__(
        self, *, store: ShortlistStore, searches: SavedSearchStore, creators: CreatorStore, changes: Changes, clock: Clock
    ) -> None:
        self._store = store
        self._searches = searches
        self._creators = creators
        self._changes = changes
        self._clock = clock

    # ------------------------------------------------------------------ lists

    async def all(self) -> list[Shortlist]:
        """Every list but the basket, by name."""
        return sorted((s for s in await self._store.all() if s.shortlist_id != BASKET), key=lambda s: s.name)

    async def create(self, name: str) -> ShortlistId:
        shortlist_id = ShortlistId(str(uuid.uuid4()))
        await self.rename(shortlist_id, name)
        return shortlist_id

    async def rename(self, shortlist_id: ShortlistId, name: str) -> None:
        clean = name.strip()
        if not clean:
            raise InvalidInput(field="name", code="missing")
        self._changes.publish(await self._store.save(shortlist_id, clean, self._clock.now()))

    async def delete(self, shortlist_id: ShortlistId) -> ShortlistContents:
        """Take the list away; `restore` brings what this returns back."""
        contents, change = await self._store.delete(shortlist_id)
        self._changes.publish(change)
        return contents

    async def restore(self, contents: ShortlistContents) -> None:
        self._changes.publish(await self._store.restore(contents))

    async def members(self, shortlist_id: ShortlistId) -> list[Creator]:
        """The creators of a list, in the order in which they were added."""
        return await self._creators.by_ids([member.author_id for member in await self._store.members(shortlist_id)])

    async def ids(self, shortlist_id: ShortlistId) -> frozenset[AuthorId]:
        return frozenset(member.author_id for member in await self._store.members(shortlist_id))

    async def add(self, shortlist_id: ShortlistId, authors: Sequence[AuthorId]) -> list[AuthorId]:
        """Add creators; returns who was not on the list before."""
        now = self._clock.now()
        new, change = await self._store.put(shortlist_id, [ShortlistMember(author, now) for author in authors], now)
        self._changes.publish(change)
        return new

    async def remove(self, shortlist_id: ShortlistId, authors: Sequence[AuthorId]) -> tuple[ShortlistMember, ...]:
        """Take creators off; `put_back` with what this returns is the undo."""
        removed, change = await self._store.remove(shortlist_id, authors, self._clock.now())
        self._changes.publish(change)
        return removed

    async def put_back(self, shortlist_id: ShortlistId, members: Sequence[ShortlistMember]) -> None:
        _, change = await self._store.put(shortlist_id, members, self._clock.now())
        self._changes.publish(change)

    async def lists_of(self, author_id: AuthorId) -> list[ShortlistId]:
        return await self._store.lists_of(author_id)

    # ------------------------------------------------------------------ the basket

    async def basket(self, tier: VideoTier) -> Basket:
        """The order basket with its sums for one length tier."""
        creators = tuple(await self.members(BASKET))
        quotes = [creator.quotes.get(tier) for creator in creators]
        return Basket(
            creators=creators,
            quotes=total(quote for quote in quotes if quote is not None),
            without_quote=sum(quote is None for quote in quotes),
            expected_plays=_sum([c.expected_plays for c in creators]),
            plays_p10=_sum([c.expected_plays_p10 for c in creators]),
            plays_p90=_sum([c.expected_plays_p90 for c in creators]),
        )

    # ------------------------------------------------------------------ saved searches

    async def searches(self) -> list[tuple[SavedSearch, CreatorQuery]]:
        """Saved searches by name; one that this version cannot read any more is left out."""
        found = []
        for search in sorted(await self._searches.all(), key=lambda s: s.name):
            query = decode_query(search.query)
            if query is not None:
                found.append((search, query))
        return found

    async def save_search(self, name: str, query: CreatorQuery) -> SavedSearch:
        clean = name.strip()
        if not clean:
            raise InvalidInput(field="name", code="missing")
        now = self._clock.now()
        search = SavedSearch(SavedSearchId(str(uuid.uuid4())), clean, encode_query(query), now, now)
        self._changes.publish(await self._searches.save(search))
        return search

    async def remove_search(self, search: SavedSearch) -> None:
        """`restore_search` is the undo."""
        self._changes.publish(await self._searches.remove(search.saved_search_id))

    async def restore_search(self, search: SavedSearch) -> None:
        self._changes.publish(await self._searches.save(search))


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
