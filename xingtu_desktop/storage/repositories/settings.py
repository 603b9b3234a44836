"""Small values by key, and the token pair of the authorisation, in work.db."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.account import Tokens
from xingtu_desktop.storage.database import Database
from xingtu_desktop.storage.mapping import TOKENS
from xingtu_desktop.storage.tables import settings
from xingtu_desktop.storage.tables import tokens as token_table

_ONLY = 1


class SqlSettingsStore:
    """SettingsStore of services/ports.py."""

    def __init__(self, work: Database) -> None:
        self._work = work

    async def get(self, key: str) -> str | None:
        query = select(settings.c.value).where(settings.c.key == key)
        return await self._work.read(lambda connection: connection.execute(query).scalar())

    async def put(self, key: str, value: str | None) -> Change:
        """Keep the value; None takes the key away."""

        def work(connection: Connection) -> None:
            connection.execute(delete(settings).where(settings.c.key == key))
            if value is not None:
                connection.execute(insert(settings), {"key": key, "value": value})

        await self._work.write(work)
        return Change.of(Topic.SETTINGS, ids=frozenset({key}))

    async def all(self) -> dict[str, str]:
        def work(connection: Connection) -> dict[str, str]:
            return {row.key: row.value for row in connection.execute(select(settings))}

        return await self._work.read(work)


class SqlTokenStore:
    """TokenStore of services/ports.py; on the disk before `save` returns."""

    def __init__(self, work: Database) -> None:
        self._work = work

    async def load(self) -> Tokens | None:
        payload = await self._work.read(lambda connection: connection.execute(select(token_table.c.payload)).scalar())
        return None if payload is None else TOKENS.loads(payload)

    async def save(self, tokens: Tokens | None) -> None:
        payload = None if tokens is None else TOKENS.dumps(tokens)

        def work(connection: Connection) -> None:
            connection.execute(delete(token_table))
            if payload is not None:
                connection.execute(insert(token_table), {"slot": _ONLY, "payload": payload})

        await self._work.write(work)
