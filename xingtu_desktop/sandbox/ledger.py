"""The sandbox's ledger: every account, order, resource, payment, effect and event in one SQLite database, read and written as records.

One connection, used by the server's loop thread only. Columns are the fields of the classes in `records`. A write is a transaction
(`with ledger.transaction()`): either all of it stands or nothing changed.
"""

from __future__ import annotations

import dataclasses
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from xingtu_desktop.sandbox import ids
from xingtu_desktop.sandbox.records import (
    Account,
    Attachment,
    Audit,
    AuthCode,
    Campaign,
    Component,
    Effect,
    Event,
    Grant,
    Order,
    Payment,
    Plan,
    Project,
    Resource,
)

Value = int | float | str | None
Row = TypeVar(
    "Row", Account, Grant, AuthCode, Campaign, Order, Resource, Audit, Payment, Effect, Event, Plan, Component, Project, Attachment
)

_TABLES: dict[type, str] = {
    Account: "accounts",
    Grant: "grants",
    AuthCode: "auth_codes",
    Campaign: "campaigns",
    Order: "orders",
    Resource: "resources",
    Audit: "audits",
    Payment: "payments",
    Effect: "effects",
    Event: "events",
    Plan: "plans",
    Component: "components",
    Project: "projects",
    Attachment: "attachments",
}
_COLUMNS: dict[type, tuple[str, ...]] = {record: tuple(f.name for f in dataclasses.fields(record)) for record in _TABLES}
_SQL_TYPES = {"int": "INTEGER", "float": "REAL", "str": "TEXT"}
_SELECT = {record: f"SELECT {', '.join(_COLUMNS[record])} FROM {table}" for record, table in _TABLES.items()}
_INSERT = {
    record: f"INSERT INTO {table} ({', '.join(_COLUMNS[record])}) VALUES ({', '.join('?' * len(_COLUMNS[record]))})"
    for record, table in _TABLES.items()
}
_INDEXES = (
    "CREATE INDEX IF NOT EXISTS orders_campaign ON orders (campaign_id)",
    "CREATE INDEX IF NOT EXISTS orders_demand ON orders (demand_id)",
    "CREATE INDEX IF NOT EXISTS orders_item ON orders (item_id)",
    "CREATE INDEX IF NOT EXISTS campaigns_star ON campaigns (star_id)",
    "CREATE INDEX IF NOT EXISTS campaigns_demand ON campaigns (demand_id)",
    "CREATE INDEX IF NOT EXISTS resources_order ON resources (order_id, kind, version)",
    "CREATE INDEX IF NOT EXISTS audits_resource ON audits (resource_id)",
    "CREATE INDEX IF NOT EXISTS plans_at ON plans (at, plan_id)",
    "CREATE INDEX IF NOT EXISTS plans_order ON plans (order_id)",
    "CREATE INDEX IF NOT EXISTS grants_refresh ON grants (refresh_token)",
    "CREATE INDEX IF NOT EXISTS effects_order ON effects (order_id)",
)


class Ledger:
    """Access to the ledger at `path` (":memory:" keeps nothing). `seed` decides what new ids look like."""

    def __init__(self, path: str, seed: int) -> None:
        self._seed = seed
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
        # Replicas come and go with their reader; Python 3.13 rightly complains of a connection that nobody closes.
        weakref.finalize(self, self._connection.close)
        self._depth = 0
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        for record, table in _TABLES.items():
            columns = [f"{f.name} {_SQL_TYPES[str(f.type)]} NOT NULL" for f in dataclasses.fields(record)]
            columns[0] += " PRIMARY KEY"
            self._connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({', '.join(columns)})")
        self._connection.execute("CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        self._connection.execute("CREATE TABLE IF NOT EXISTS counters (kind TEXT PRIMARY KEY, value INTEGER NOT NULL)")
        for statement in _INDEXES:
            self._connection.execute(statement)

    def close(self) -> None:
        self._connection.close()

    def replica(self) -> Ledger:
        """A copy in memory of what stands now, for reads that shall lag behind."""
        copy = Ledger(":memory:", self._seed)
        self._connection.backup(copy._connection)
        return copy

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One atomic change; nests (only the outermost commits), and an exception undoes all of it."""
        if self._depth == 0:
            self._connection.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("ROLLBACK")
            raise
        self._depth -= 1
        if self._depth == 0:
            self._connection.execute("COMMIT")

    def new_id(self, kind: str) -> int:
        """The next 19-digit id of a kind named in `ids`."""
        return ids.entity_id(self._seed, kind, self.next_number(kind))

    def next_number(self, kind: str) -> int:
        """The next number (1, 2, …) of a counter."""
        found = self._connection.execute(
            "INSERT INTO counters (kind, value) VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET value = value + 1 RETURNING value", (kind,)
        ).fetchone()
        return int(found[0])

    def meta(self, name: str) -> str | None:
        """A remembered text (the clock, the seed), or None."""
        found = self._connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else None

    def set_meta(self, name: str, value: str) -> None:
        self._connection.execute(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
        )

    def insert(
        self,
        row: Account
        | Grant
        | AuthCode
        | Campaign
        | Order
        | Resource
        | Audit
        | Payment
        | Effect
        | Event
        | Plan
        | Component
        | Project
        | Attachment,
    ) -> None:
        """Add a record."""
        record = type(row)
        self._connection.execute(_INSERT[record], tuple(getattr(row, name) for name in _COLUMNS[record]))

    def get(self, record: type[Row], key: int | str) -> Row | None:
        """The record with that key, or None."""
        found = self._connection.execute(f"{_SELECT[record]} WHERE {_COLUMNS[record][0]} = ?", (key,)).fetchone()
        return record(*found) if found is not None else None

    def select(self, record: type[Row], where: str = "1", *values: Value) -> list[Row]:
        """The records that meet an SQL condition (which may end in ORDER BY and LIMIT), values bound by `?`."""
        return [record(*found) for found in self._connection.execute(f"{_SELECT[record]} WHERE {where}", values)]

    def select_in(self, record: type[Row], column: str, keys: list[int], rest: str = "") -> list[Row]:
        """The records whose column is one of the keys, `rest` being an ORDER BY or more conditions."""
        if not keys:
            return []
        marks = ", ".join("?" * len(keys))
        return [record(*found) for found in self._connection.execute(f"{_SELECT[record]} WHERE {column} IN ({marks}) {rest}", keys)]

    def count(self, record: type[Row], where: str = "1", *values: Value) -> int:
        """How many records meet an SQL condition."""
        return int(self._connection.execute(f"SELECT COUNT(*) FROM {_TABLES[record]} WHERE {where}", values).fetchone()[0])

    def total(self, record: type[Row], column: str, where: str = "1", *values: Value) -> int:
        """The sum of an integer column over the records that meet an SQL condition."""
        return int(
            self._connection.execute(f"SELECT COALESCE(SUM({column}), 0) FROM {_TABLES[record]} WHERE {where}", values).fetchone()[0]
        )

    def update(self, record: type[Row], key: int | str, **changes: Value) -> None:
        """Change columns of the record with that key."""
        assignments = ", ".join(f"{name} = ?" for name in changes)
        self._connection.execute(f"UPDATE {_TABLES[record]} SET {assignments} WHERE {_COLUMNS[record][0]} = ?", (*changes.values(), key))

    def delete(self, record: type[Row], where: str, *values: Value) -> int:
        """Remove the records that meet an SQL condition; says how many."""
        return self._connection.execute(f"DELETE FROM {_TABLES[record]} WHERE {where}", values).rowcount

    def clear(self) -> None:
        """Empty every table and counter but the event log and its counter: who follows the events is not led astray by a reset."""
        with self.transaction():
            for table in (*(name for name in _TABLES.values() if name != "events"), "meta"):
                self._connection.execute(f"DELETE FROM {table}")
            self._connection.execute("DELETE FROM counters WHERE kind <> 'event'")

    # What the reports and the feed ask for.

    def order(self, order_id: int) -> Order | None:
        return self.get(Order, order_id)

    def order_of_item(self, item_id: int) -> Order | None:
        """The published order of a video's item id."""
        found = self.select(Order, "item_id = ? LIMIT 1", item_id) if item_id else []
        return found[0] if found else None

    def campaign_of_demand(self, demand_id: int) -> Campaign | None:
        found = self.select(Campaign, "demand_id = ? LIMIT 1", demand_id)
        return found[0] if found else None

    def resources_of(self, order_id: int, kind: int) -> list[Resource]:
        """The versions of an order's script (2) or video (3), oldest first."""
        return self.select(Resource, "order_id = ? AND kind = ? ORDER BY version", order_id, kind)

    def statuses_of(self, campaign_id: int) -> set[int]:
        """The states in which a campaign's orders stand."""
        return {int(row[0]) for row in self._connection.execute("SELECT DISTINCT status FROM orders WHERE campaign_id = ?", (campaign_id,))}

    def total_of_project(self, project_id: int) -> int:
        """What the orders of a project's tasks cost together, in fen."""
        where = "status <> 4 AND status <> 2 AND campaign_id IN (SELECT campaign_id FROM campaigns WHERE project_id = ?)"
        return self.total(Order, "task_cost_fen + fee_fen", where, project_id)

    def published_orders(self, star_id: int) -> list[Order]:
        """The orders of an account whose video is or was online (released is its publishing time), newest first."""
        return self.select(Order, "star_id = ? AND released > 0 ORDER BY released DESC, order_id", star_id)

    def events_after(self, event_id: int, limit: int = 500) -> list[Event]:
        """The events with a larger id, in order."""
        return self.select(Event, "event_id > ? ORDER BY event_id LIMIT ?", event_id, limit)

    def last_event_id(self) -> int:
        return int(self._connection.execute("SELECT COALESCE(MAX(event_id), 0) FROM events").fetchone()[0])
