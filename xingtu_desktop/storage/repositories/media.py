"""Prefetched scripts and videos by content hash in media.db: encrypted, within a cap of bytes, the longest unused go first."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence

from sqlalchemy import Connection, Update, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from xingtu_desktop.core.errors import InvalidInput
from xingtu_desktop.storage.database import Database
from xingtu_desktop.storage.tables import media_files

DEFAULT_CAP_BYTES = 2 << 30
_AT_ONCE = 500


class SqlMediaStore:
    """MediaStore of services/ports.py. The file does not grow beyond the cap and a little; room that is freed is used again."""

    def __init__(self, media: Database, cap_bytes: int = DEFAULT_CAP_BYTES) -> None:
        self._media = media
        self._cap = cap_bytes

    async def put(self, data: bytes, *, suffix: str) -> str:
        """Keep the bytes; returns their SHA-256 hex. Raises InvalidInput(code="too_large") for more than the cap."""
        if len(data) > self._cap:
            raise InvalidInput(field="media", code="too_large", size=len(data), cap=self._cap)

        def work(connection: Connection) -> str:
            content_hash = hashlib.sha256(data).hexdigest()
            if not connection.execute(_used(content_hash)).rowcount:
                _make_room(connection, self._cap - len(data))
                row = {"content_hash": content_hash, "suffix": suffix, "size": len(data), "used": time.time_ns(), "data": data}
                connection.execute(insert(media_files), row)
            return content_hash

        return await self._media.write(work)

    async def get(self, content_hash: str) -> bytes | None:
        """The bytes, checked against their name; None where they are not here (any more)."""

        def work(connection: Connection) -> bytes | None:
            data: bytes | None = connection.execute(select(media_files.c.data).where(media_files.c.content_hash == content_hash)).scalar()
            return data if data is not None and hashlib.sha256(data).hexdigest() == content_hash else None

        data = await self._media.read(work)
        if data is not None:
            await self._media.write(lambda connection: connection.execute(_used(content_hash)).close())
        return data

    async def has(self, content_hashes: Sequence[str]) -> frozenset[str]:
        def work(connection: Connection) -> frozenset[str]:
            found: set[str] = set()
            for start in range(0, len(content_hashes), _AT_ONCE):
                part = content_hashes[start : start + _AT_ONCE]
                found.update(connection.execute(select(media_files.c.content_hash).where(media_files.c.content_hash.in_(part))).scalars())
            return frozenset(found)

        return await self._media.read(work)

    async def bytes_kept(self) -> int:
        """What is kept now, for the settings."""
        return await self._media.read(_kept)


def _used(content_hash: str) -> Update:
    return update(media_files).where(media_files.c.content_hash == content_hash).values(used=time.time_ns())


def _kept(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.sum(media_files.c.size), 0))).scalar_one())


def _make_room(connection: Connection, room: int) -> None:
    kept = _kept(connection)
    if kept <= room:
        return
    oldest = select(media_files.c.content_hash, media_files.c.size).order_by(media_files.c.used)
    for content_hash, size in connection.execute(oldest).all():
        connection.execute(delete(media_files).where(media_files.c.content_hash == content_hash))
        kept -= size
        if kept <= room:
            return
