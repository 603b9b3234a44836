"""Shortlists (达人清单), the order basket among them, and searches kept by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xingtu_desktop.domain.ids import AuthorId, SavedSearchId, ShortlistId

BASKET = ShortlistId("basket")
"""The one list that the next order is made from; always there, never deleted."""


@dataclass(frozen=True, slots=True)
class ShortlistMember:
    """A creator on a list. `added_at` is UTC; it orders the list and survives an undo."""

    author_id: AuthorId
    added_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shortlist:
    """A list without its members; `count` says how many there are."""

    shortlist_id: ShortlistId
    name: str
    created_at: datetime
    updated_at: datetime
    count: int = 0


@dataclass(frozen=True, slots=True)
class ShortlistContents:
    """A list with its members, oldest first; what a deletion returns so that it can be taken back."""

    shortlist: Shortlist
    members: tuple[ShortlistMember, ...]


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search kept by name. `query` is the JSON text in which the service writes a creator query."""

    saved_search_id: SavedSearchId
    name: str
    query: str
    created_at: datetime
    updated_at: datetime
