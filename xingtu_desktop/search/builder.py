"""Builds the index from a catalogue that is read in pieces, keeping columns and not records in memory."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from pathlib import Path

from xingtu_desktop.domain.creator import Creator
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.search.columns import Columns, joined
from xingtu_desktop.search.index import CreatorIndex


class IndexBuilder:
    """Takes changes in their order; a later record of a creator replaces the earlier."""

    def __init__(self, key: bytes) -> None:
        """`key` seals the snapshots of what is built."""
        self._key = key
        self._batches: list[Columns] = []
        self._gone: set[AuthorId] = set()

    def add(self, upserts: Iterable[Creator], deletes: Iterable[AuthorId]) -> None:
        """Take one piece; an id in both is gone."""
        columns = Columns.from_creators(upserts)
        self._gone.difference_update(AuthorId(author_id) for author_id in columns.author_ids.tolist())
        self._gone.update(deletes)
        self._batches.append(columns)

    def build(self, generation: int) -> CreatorIndex:
        """The index of what was taken so far; more may be added and built again."""
        self._batches = [joined(self._batches)]
        index = CreatorIndex.build(self._batches[0], generation, self._key)
        if self._gone:
            index.apply((), self._gone, generation)
        return index


class IndexMaker:
    """Where indexes come from and go to: pieces of a catalogue, or a snapshot file under the account's key."""

    def __init__(self, key: bytes) -> None:
        """`key` is the account's own; the snapshot's is derived from it."""
        self._key = hmac.digest(key, b"creator index snapshot", "sha256")

    def builder(self) -> IndexBuilder:
        """Begin an empty one."""
        return IndexBuilder(self._key)

    def load(self, path: Path) -> CreatorIndex:
        """Read a snapshot; raises SnapshotInvalid."""
        return CreatorIndex.load(path, self._key)
