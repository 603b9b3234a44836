"""The outbox against a plain model: whatever is added, claimed, moved, undone, held or stopped, both say the same."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.storage.making import ACCOUNT, INSTALL, KEY, at, intent
from xingtu_desktop.core.errors import Conflict
from xingtu_desktop.domain.intent import ALLOWED_MOVES, Intent, IntentKind, IntentState
from xingtu_desktop.storage.cipher import Keyed, Worth
from xingtu_desktop.storage.database import Database
from xingtu_desktop.storage.repositories.outbox import DEPENDENCY_FAILED, SqlOutboxStore
from xingtu_desktop.storage.tables import WORK

T = TypeVar("T")
S = IntentState
_BUSY = (S.CLAIMED, S.SENDING, S.UNKNOWN)


class Model:
    """The rules of services/ports.py, said as simply as they can be."""

    def __init__(self) -> None:
        self.rows: list[Intent] = []
        self.stopped = False

    def find(self, name: str) -> Intent | None:
        return next((row for row in self.rows if row.intent_id == name), None)

    def put(self, new: Intent) -> None:
        self.rows = [new if row.intent_id == new.intent_id else row for row in self.rows]

    def clashes(self, new: Intent) -> bool:
        return any(row.state.open and (row.payload, row.kind) == (new.payload, new.kind) for row in self.rows)

    def sendable(self, row: Intent, now: datetime, busy: frozenset[str]) -> bool:
        lane = [other for other in self.rows if other.lane == row.lane and other.state.open]
        before = self.find(row.depends_on) if row.depends_on else None
        return (
            row.state is S.QUEUED
            and (row.account, row.install) == (ACCOUNT, INSTALL)
            and row.undo_until <= now
            and not row.held
            and (row.hold_until is None or row.hold_until <= now)
            and lane[0] is row
            and not any(other.state in _BUSY for other in lane)
            and row.lane not in busy
            and (row.depends_on is None or (before is not None and before.state is S.DONE))
            and not self.stopped
        )

    def fail_dependents(self, ended: list[str], now: datetime) -> None:
        for row in list(self.rows):
            if row.depends_on in ended and row.state in (S.QUEUED, S.NEEDS_HUMAN):
                self.put(replace(row, state=S.REFUSED, outcome=DEPENDENCY_FAILED, updated_at=now))
                self.fail_dependents([row.intent_id], now)


class OutboxMachine(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.file = Keyed(Path(self.folder.name) / "work.db", KEY, Worth.DISPOSABLE)
        self.database = self.run(Database.open(self.file, WORK))
        self.outbox = SqlOutboxStore(self.database)
        self.model = Model()
        self.seconds = 0.0
        self.made = 0

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            assert self.run(self.outbox.verify_journal()) is None
            self.run(self.database.close())
            self.runner.close()
            self.folder.cleanup()

    def pick(self, number: int) -> Intent:
        return self.model.rows[number % len(self.model.rows)]

    @rule(
        order=st.integers(1, 3),
        kind=st.sampled_from([IntentKind.APPROVE, IntentKind.PUBLISH]),
        undo=st.sampled_from([0.0, 10.0]),
        install=st.sampled_from([INSTALL, INSTALL, "clone"]),
        depends=st.none() | st.integers(0, 50),
        held=st.booleans(),
    )
    def add(self, order: int, kind: IntentKind, undo: float, install: str, depends: int | None, held: bool) -> None:
        depends_on = self.pick(depends).intent_id if depends is not None and self.model.rows else None
        self.made += 1
        new = intent(
            f"i{self.made}",
            order,
            kind,
            undo_seconds=undo,
            install=install,
            depends_on=depends_on,
            created=at(self.seconds),
            held=held and undo > 0,
        )
        dead = depends_on is not None and self.model.find(depends_on).state in (S.REFUSED, S.UNDONE)  # type: ignore[union-attr]
        if self.model.clashes(new) or dead:
            try:
                self.run(self.outbox.add([new]))
            except Conflict:
                return
            raise AssertionError("the store took what it must refuse")
        self.run(self.outbox.add([new]))
        self.model.rows.append(new)

    @rule(seconds=st.sampled_from([1.0, 5.0, 10.0]))
    def time_passes(self, seconds: float) -> None:
        self.seconds += seconds

    @rule(busy=st.sets(st.sampled_from(["order:1", "order:2"]), max_size=1))
    def claim(self, busy: set[str]) -> None:
        now = at(self.seconds)
        wanted = next((row for row in self.model.rows if self.model.sendable(row, now, frozenset(busy))), None)
        claimed = self.run(self.outbox.claim(now, account=ACCOUNT, install=INSTALL, busy_lanes=frozenset(busy)))
        assert (claimed and claimed.intent_id) == (wanted and wanted.intent_id)
        if wanted is not None:
            self.model.put(replace(wanted, state=S.CLAIMED, updated_at=now))

    @precondition(lambda self: bool(self.model.rows))
    @rule(which=st.integers(0, 50), to=st.sampled_from(list(S)))
    def move(self, which: int, to: IntentState) -> None:
        row = self.pick(which)
        if to not in ALLOWED_MOVES[row.state]:
            return
        now = at(self.seconds)
        self.run(
            self.outbox.move(
                row.intent_id, to, expected=frozenset({row.state}), now=now, event=to.value, changes={"attempt": row.attempt + 1}
            )
        )
        self.model.put(replace(row, state=to, updated_at=now, attempt=row.attempt + 1))
        if to in (S.REFUSED, S.UNDONE):
            self.model.fail_dependents([row.intent_id], now)

    @precondition(lambda self: bool(self.model.rows))
    @rule(which=st.lists(st.integers(0, 50), min_size=1, max_size=3))
    def undo(self, which: list[int]) -> None:
        now = at(self.seconds)
        ids = {self.pick(number).intent_id for number in which}
        taken = [
            row for row in self.model.rows
            if row.intent_id in ids and (row.state is S.QUEUED or (row.state is S.NEEDS_HUMAN and row.attempt == 0))
        ]  # fmt: skip
        assert self.run(self.outbox.undo(sorted(ids), now)) == [row.intent_id for row in taken]
        for row in taken:
            self.model.put(replace(row, state=S.UNDONE, updated_at=now))
        self.model.fail_dependents([row.intent_id for row in taken], now)

    @precondition(lambda self: bool(self.model.rows))
    @rule(which=st.integers(0, 50), held=st.booleans(), wait=st.none() | st.sampled_from([3.0, 30.0]))
    def hold(self, which: int, held: bool, wait: float | None) -> None:
        row, now = self.pick(which), at(self.seconds)
        until = None if wait is None else at(self.seconds + wait)
        self.run(self.outbox.hold([row.intent_id], until=until, held=held, now=now))
        if row.state is S.QUEUED:
            self.model.put(replace(row, held=held, hold_until=until, updated_at=now))

    @rule(stopped=st.booleans())
    def stop(self, stopped: bool) -> None:
        self.run(self.outbox.stop_all(stopped, at(self.seconds)))
        self.model.stopped = stopped

    @rule()
    def restart(self) -> None:
        self.run(self.database.close())
        self.database = self.run(Database.open(self.file, WORK))
        self.outbox = SqlOutboxStore(self.database)

    @invariant()
    def both_say_the_same(self) -> None:
        if hasattr(self, "model"):
            assert self.run(self.outbox.open_intents()) == [row for row in self.model.rows if row.state.open]
            ended = {row.intent_id: row for row in self.run(self.outbox.recent(1000))}
            assert ended == {row.intent_id: row for row in self.model.rows if not row.state.open}


TestOutbox = OutboxMachine.TestCase
TestOutbox.settings = settings(max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
