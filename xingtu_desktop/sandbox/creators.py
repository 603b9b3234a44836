"""The sandbox's creator catalog: any number of creators from a seed, their quotes, and what changed between two days.

Nothing is stored and nothing is made in advance: a creator is a function of (seed, index, day). `day` counts Beijing days from the day on
which the catalog began; earlier days are negative, so a quote has a past too. About 1 % of the creators change each day (quotes, followers,
plays), 0.02 % are deleted, 0.05 % join. Author ids and indexes map to each other in `ids`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from xingtu_desktop.sandbox.creators_figures import I64, U64, Bools, Figures, bits, schedule
from xingtu_desktop.sandbox.creators_rows import AVATARS, JsonObject, nickname, rows_of
from xingtu_desktop.sandbox.creators_words import CONTENT_TYPES
from xingtu_desktop.sandbox.ids import author_id_of, author_index_of

DAY: Final = 86_400
VIDEO_TYPES: Final = {1: "price_1_20", 2: "price_20_60", 71: "price_60"}
"""`video_type` of an order to the field that prices it (wire.md A8 and B)."""


def beijing_day(unix: int) -> int:
    """The number of the Beijing day in which an instant lies, counted from 1970-01-01."""
    return (unix + 8 * 3600) // DAY


@dataclass(frozen=True, slots=True)
class Traits:
    """What a creator's videos and viewers are like on day 0; rates and shares 0 to 1, distributions in the order of `creators_words`."""

    expected_plays: int
    interact_rate: float
    finish_rate: float
    search_rate: float
    female: float
    ages: tuple[float, ...]
    devices: tuple[float, ...]
    provinces: tuple[float, ...]


class Catalog:
    """The catalog of one world. `count` creators on day 0; `day_zero` is `beijing_day` of the catalog's first day."""

    def __init__(self, seed: int, count: int, day_zero: int) -> None:
        self.seed = seed
        self.count = count
        self.day_zero = day_zero
        self.joining = max(1, count // 2000)
        """Creators that join each day."""
        self._changes = lru_cache(maxsize=4)(self._find_changes)
        self._alive = lru_cache(maxsize=4)(self._count_alive)
        self._quotes = lru_cache(maxsize=4096)(self._find_quote)

    def day_of(self, unix: int) -> int:
        """The catalog's day at an instant."""
        return beijing_day(unix) - self.day_zero

    def size(self, day: int) -> int:
        """How many creators ever joined until that day; indexes run below it."""
        return self.count + self.joining * max(day, 0)

    def index_of(self, author_id: int, day: int) -> int | None:
        """The index of a creator that is in the catalog on that day, None for an unknown or deleted one."""
        index = author_index_of(author_id)
        if index is None or index >= self.size(day):
            return None
        _, _, life = schedule(self.seed, np.array([index], dtype=np.uint64))
        return None if self._joined(index) + int(life[0]) <= day else index

    def quote_fen(self, author_id: int, video_type: int, day: int = 0) -> int | None:
        """The creator's price in fen for a length tier (1, 2 or 71) on a day; None when unknown, deleted or not offered."""
        index = self.index_of(author_id, day)
        return self._quotes(index, video_type, day) if index is not None and video_type in VIDEO_TYPES else None

    def price_fen(self, index: int, video_type: int, day: int) -> int | None:
        """`quote_fen` by index, of any day, whether the creator was in the catalog then or not."""
        return self._quotes(index, video_type, day)

    def traits(self, author_id: int) -> Traits:
        """What a creator is like, deleted ones included (ValueError for an id that is none of a catalog)."""
        index = author_index_of(author_id)
        if index is None:
            raise ValueError(f"{author_id} is no author id")
        figures = self._figures(index, 0)
        return Traits(
            int(figures.expected_plays[0]),
            float(figures.interact_rate[0]),
            float(figures.finish_rate[0]),
            float(figures.search_rate[0]),
            float(figures.audience_female[0]),
            tuple(figures.audience_age[0].tolist()),
            tuple(figures.audience_device[0].tolist()),
            tuple(figures.audience_province[0].tolist()),
        )

    def name(self, author_id: int) -> str:
        """The creator's nickname, also of a deleted one; empty for an id from elsewhere."""
        index = author_index_of(author_id)
        if index is None:
            return ""
        one = np.array([index], dtype=np.uint64)
        group = CONTENT_TYPES[int(self._figures(index, 0).type_row[0])][7]
        return nickname(int(bits(self.seed, "name", one)[0]), group)

    def avatar_path(self, author_id: int) -> str:
        """Path of the creator's picture below the server's root."""
        index = author_index_of(author_id)
        number = int(bits(self.seed, "misc", np.array([index or 0], dtype=np.uint64))[0])
        return f"/sandbox/media/avatars/{number % AVATARS}.png"

    def alive(self, day: int) -> int:
        """How many creators the catalog has on that day."""
        return self._alive(day)

    def full_page(self, position: int, limit: int, day: int) -> tuple[list[JsonObject], int | None]:
        """Up to `limit` creators of the catalog as it stands on `day`, from index `position` on, and where to go on (None at the end)."""
        size = self.size(day)
        found: list[U64] = []
        wanted = limit
        while wanted and position < size:
            stop = min(position + wanted, size)
            index = np.arange(position, stop, dtype=np.uint64)
            found.append(index[self._ends(index) > day])
            wanted -= len(found[-1])
            position = stop
        index = np.concatenate(found) if found else np.empty(0, dtype=np.uint64)
        return self.rows(index, day), position if position < size else None

    def delta_page(self, position: int, limit: int, since: int, day: int) -> tuple[list[JsonObject], int | None]:
        """Up to `limit` creators that joined, changed or went after `since` and until `day`; those that went are `deleted`."""
        index, gone = self._changes(since, day)
        part, gone_part = index[position : position + limit], gone[position : position + limit]
        rows = iter(self.rows(part[~gone_part], day))
        items: list[JsonObject] = []
        for at, dead in zip(part.tolist(), gone_part.tolist(), strict=True):
            items.append({"author_id": author_id_of(at), "deleted": True} if dead else next(rows))
        return items, position + limit if position + limit < len(index) else None

    def rows(self, index: U64, day: int) -> list[JsonObject]:
        """The creators at these indexes as they are on a day, in the shape of the feed."""
        if not len(index):
            return []
        return rows_of(self.seed, index, self._versions(index, day), self.day_zero * DAY - 8 * 3600)

    def figures(self, index: int, day: int) -> Figures:
        """One creator's figures on a day."""
        return self._figures(index, day)

    def change_days(self, index: int, day: int, count: int) -> list[int]:
        """The last days (newest first) until `day` on which this creator changed."""
        period, phase, _ = schedule(self.seed, np.array([index], dtype=np.uint64))
        latest = (day + int(phase[0])) // int(period[0])
        return [(latest - back) * int(period[0]) - int(phase[0]) for back in range(count)]

    def _joined(self, index: int) -> int:
        return 0 if index < self.count else (index - self.count) // self.joining + 1

    def _joins(self, index: U64) -> I64:
        late = index.astype(np.int64) - self.count
        return np.where(late < 0, 0, late // self.joining + 1).astype(np.int64)

    def _ends(self, index: U64) -> I64:
        """The day on which each creator is deleted."""
        ends: I64 = schedule(self.seed, index)[2] + self._joins(index)
        return ends

    def _versions(self, index: U64, day: int) -> I64:
        period, phase, _ = schedule(self.seed, index)
        versions: I64 = (day + phase) // period
        return versions

    def _figures(self, index: int, day: int) -> Figures:
        one = np.array([index], dtype=np.uint64)
        return Figures(self.seed, one, self._versions(one, day))

    def _find_quote(self, index: int, video_type: int, day: int) -> int | None:
        figures = self._figures(index, day)
        field = VIDEO_TYPES[video_type]
        if figures.missing(field)[0]:
            return None
        price: I64 = getattr(figures, field)
        return int(price[0]) * 100

    def _count_alive(self, day: int) -> int:
        return int(np.count_nonzero(self._ends(np.arange(self.size(day), dtype=np.uint64)) > day))

    def _find_changes(self, since: int, day: int) -> tuple[U64, Bools]:
        index = np.arange(self.size(day), dtype=np.uint64)
        period, phase, life = schedule(self.seed, index)
        joins = self._joins(index)
        ends = life + joins
        moved = ((day + phase) // period != (since + phase) // period) | (joins > since)
        gone = ends <= day
        chosen = np.where(gone, (ends > since) & (joins <= since), moved)
        return index[chosen], gone[chosen]
