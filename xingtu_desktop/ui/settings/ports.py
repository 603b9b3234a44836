"""What settings shows and asks of the program, as plain values and callables that the composition root fills in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """The account that is open."""

    star_id: int
    name: str
    company: str = ""
    operator: str = ""
    """Who acts; written into every journal entry."""
    authorised_until: datetime | None = None
    """When the refresh token ends; None is unknown."""
    keys: str = ""
    """Where the keys are, in words of the system (the keyring's name)."""


class StorageRole(StrEnum):
    """What a file on this computer is for."""

    WORK = "work"
    CATALOG = "catalog"
    CACHE = "cache"
    MEDIA = "media"
    LOGS = "logs"


@dataclass(frozen=True, slots=True)
class StorageFact:
    """One file or folder: its size in bytes (None: not measured), and whether the program may delete it by itself."""

    role: StorageRole
    size: int | None
    deletable: bool


class Storage(Protocol):
    """Measures what is kept; runs off the UI thread."""

    async def facts(self) -> Sequence[StorageFact]: ...


class SignOut(Protocol):
    """services.session.SessionService.sign_out, and what the program does after it."""

    async def __call__(self, *, discard_unsent: bool = False) -> None:
        """Raises Conflict `unsent_intents` (its `actual` is their count) unless they are knowingly discarded."""
