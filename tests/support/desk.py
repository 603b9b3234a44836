"""Owns an operator's desk in tests: the program below its widgets on real files, at a training server, to be closed and opened again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.support.sandbox import SandboxProcess
from tests.support.until import until
from xingtu_desktop.app.container import AccountRoom, Services
from xingtu_desktop.app.training import Invitation, PlatformClock
from xingtu_desktop.core.clock import SystemClock
from xingtu_desktop.core.config import AppConfig, ServerConfig, Timings
from xingtu_desktop.core.log import Redactor
from xingtu_desktop.domain.account import Tokens
from xingtu_desktop.domain.ids import BatchId, IntentId, StarId
from xingtu_desktop.domain.intent import Intent, IntentState
from xingtu_desktop.services.creator_search import IndexPhase
from xingtu_desktop.services.ports import Secrets
from xingtu_desktop.services.sync.connectivity import Phase
from xingtu_desktop.system.paths import DataFolders
from xingtu_desktop.system.secrets import MemorySecrets

QUICK = Timings(request=5.0, undo=0.05, uncertainty=6.0, backoff_base=0.02, backoff_cap=0.2)
"""The rules of the real timings in little time."""
OPERATOR = "林澜"
Exchange = dict[str, object]


class Desk:
    """One account on one computer. `open` starts the program, `close` ends it, and the files stay between."""

    def __init__(
        self,
        sandbox: SandboxProcess,
        root: Path,
        *,
        account: int | None = None,
        tokens: tuple[str, str] | None = None,
        url: str | None = None,
        timings: Timings = QUICK,
        secrets: Secrets | None = None,
        exchanges: list[Exchange] | None = None,
    ) -> None:
        """`account` is the sandbox's first unless named; `tokens` (access, refresh) those of its first line; `url` another way to it."""
        self.sandbox = sandbox
        self.folders = DataFolders.at(root)
        self.secrets: Secrets = secrets or MemorySecrets()
        self.exchanges: list[Exchange] = [] if exchanges is None else exchanges
        self.clock = SystemClock()
        self.platform_clock = PlatformClock(self.clock)
        self.timings = timings
        told = dict(sandbox.info)
        if tokens is not None:
            told |= {"access_token": tokens[0], "refresh_token": tokens[1]}
        self.invitation = replace(Invitation.read(json.dumps(told)), url=url or sandbox.url)
        self.star_id = StarId(account or self.invitation.star_id)
        self._room: AccountRoom | None = None

    # ------------------------------------------------------------------ the program

    @property
    def server(self) -> ServerConfig:
        return self.invitation.server()

    @property
    def folder(self) -> Path:
        """Where the account's files lie."""
        return self.folders.account(self.star_id)

    @property
    def room(self) -> AccountRoom:
        assert self._room is not None, "the program is not open"
        return self._room

    @property
    def services(self) -> Services:
        return self.room.services

    @property
    def phase(self) -> Phase:
        return self.room.sync.engine.status.phase

    async def open(self, *, sign_in: bool = True, start: bool = True, server: ServerConfig | None = None) -> AccountRoom:
        """Open the account's room; the first time with the tokens that the sandbox gave, unless `sign_in` is off."""
        assert self._room is None, "the program is open"
        self.look_at_the_clock()
        room = await AccountRoom.open(
            config=AppConfig(server=server or self.server, timings=self.timings),
            folders=self.folders,
            secrets=self.secrets,
            account=self.star_id,
            app=self.invitation.app,
            operator=OPERATOR,
            clock=self.clock,
            platform_clock=self.platform_clock,
            redactor=Redactor(),
            recorder=self.exchanges.append,
        )
        self._room = room
        if sign_in and await room.files.tokens.load() is None:
            await room.services.session.begin(self.tokens())
        if start:
            await room.start()
        return room

    def use_tokens(self, access: str, refresh: str) -> None:
        """Sign in with this pair instead, at the first opening."""
        self.invitation = replace(self.invitation, access_token=access, refresh_token=refresh)

    def tokens(self) -> Tokens:
        return self.invitation.tokens(self.clock.now())

    async def close(self) -> None:
        """End the program; safe to call twice."""
        room, self._room = self._room, None
        if room is not None:
            await room.close()

    async def sync(self) -> None:
        """A full round of the loop from now on."""
        await self.room.sync.engine.sync_now()

    async def searchable(self) -> None:
        """Wait until every creator that is here can be searched; the catalogue grows with the platform's days."""

        async def all_of_them() -> bool:
            status, here = self.services.search.status, await self.room.files.creators.count()
            return status.phase is IndexPhase.READY and status.done == here > 0

        await self.until(all_of_them)

    async def until(self, condition: Callable[[], Any], *, within: float = 30.0) -> Any:
        """Wait for `condition`; a failure tells the loop's status."""
        return await until(condition, self.room.changes, within=within, told=lambda: self.room.sync.engine.status)

    # ------------------------------------------------------------------ the other side

    def control(self, path: str, payload: object = None) -> Any:
        return self.sandbox.control(path, payload)

    def look_at_the_clock(self) -> None:
        """Set the platform's clock by the sandbox's, if it answers."""
        if not self.sandbox.ended:
            told = self.control("clock")
            self.platform_clock.set(told["now"], told["speed"])

    def advance(self, *, days: float = 0, seconds: float = 0) -> None:
        """Let time pass on the platform."""
        self.control("clock", {"advance": int(days * 86_400 + seconds)})
        self.look_at_the_clock()

    def spawn(self, count: int, state: str, **more: object) -> list[dict[str, int]]:
        """Orders of this account in a state, as the sandbox tells them: order_id, campaign_id, status, resource_id."""
        made: list[dict[str, int]] = self.control("spawn", {"count": count, "state": state, "star_id": int(self.star_id), **more})["orders"]
        return made

    def external(self, order_id: int, action: str, **more: object) -> dict[str, int]:
        """What somebody else does to an order."""
        done: dict[str, int] = self.control("external", {"order_id": order_id, "action": action, **more})
        return done

    def faults(self, *rules: dict[str, object], **more: object) -> None:
        """Put these faults in force in place of those before."""
        self.control("faults", {"faults": list(rules), **more})

    def ledger(self) -> dict[str, Any]:
        """What the platform holds as true, once everything that was taken on has happened."""
        self.control("settle", {})
        told: dict[str, Any] = self.control("ledger")
        return told

    def balance(self) -> int:
        """The account's balance on the platform, in fen."""
        found: int = next(row["balance_fen"] for row in self.ledger()["accounts"] if row["star_id"] == self.star_id)
        return found

    def effects(self, ids: Iterable[int] | None = None) -> dict[tuple[str, int], int]:
        """How often each (action, order) of the client took effect on the platform, among the orders `ids`."""
        wanted = None if ids is None else set(ids)
        counted: dict[tuple[str, int], int] = {}
        for row in self.ledger()["effects"]:
            if row["actor"] == "client" and (wanted is None or row["order_id"] in wanted):
                key = (row["action"], row["order_id"])
                counted[key] = counted.get(key, 0) + 1
        return counted

    # ------------------------------------------------------------------ the outbox

    async def intents(self, batch: BatchId | None = None) -> list[Intent]:
        """Every intent, of one batch where named."""
        outbox = self.room.files.outbox
        rows = [*await outbox.open_intents(), *await outbox.recent(1000)]
        return [row for row in rows if batch is None or row.batch_id == batch]

    async def ended(self, batch: BatchId, *, within: float = 30.0) -> list[Intent]:
        """The intents of a batch once each is done, refused, undone or asks for a person."""
        rest = (IntentState.DONE, IntentState.REFUSED, IntentState.UNDONE, IntentState.NEEDS_HUMAN)

        async def at_rest() -> list[Intent]:
            rows = await self.intents(batch)
            return rows if rows and all(row.state in rest for row in rows) else []

        rows: list[Intent] = await self.until(at_rest, within=within)
        return rows

    async def journal_is_whole(self) -> bool:
        return await self.room.files.outbox.verify_journal() is None


def states(intents: Sequence[Intent]) -> dict[IntentState, int]:
    """How many intents stand in each state."""
    counted: dict[IntentState, int] = {}
    for intent in intents:
        counted[intent.state] = counted.get(intent.state, 0) + 1
    return counted


def ids(intents: Sequence[Intent]) -> list[IntentId]:
    return [intent.intent_id for intent in intents]
