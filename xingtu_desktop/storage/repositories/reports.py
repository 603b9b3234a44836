"""Report snapshots in catalog.db: every pull is kept with its time, and one that says the same again only extends the last."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Table, select, update
from sqlalchemy.dialects.sqlite import insert

from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.domain.report import Audience, OrderReport
from xingtu_desktop.storage.codec import Codec, canonical
from xingtu_desktop.storage.database import Database
from xingtu_desktop.storage.mapping import AUDIENCE, REPORT, instant, micros
from xingtu_desktop.storage.tables import audiences as audience_table
from xingtu_desktop.storage.tables import reports as report_table

Pull = TypeVar("Pull", OrderReport, Audience)


class SqlReportStore:
    """ReportStore of services/ports.py."""

    def __init__(self, catalog: Database) -> None:
        self._catalog = catalog

    async def save(self, reports: Sequence[OrderReport]) -> Change:
        def work(connection: Connection) -> list[OrderId]:
            return [
                each.order_id
                for each in reports
                if _keep(connection, report_table, REPORT, each, {"rich": int(bool(each.days or each.topics or each.words))})
            ]

        return Change.of(Topic.REPORTS, ids=frozenset(await self._catalog.write(work)))

    async def latest(self, order_ids: Sequence[OrderId]) -> list[OrderReport]:
        """The newest pull of each order that has one.

        A pull of totals alone does not take away what a detailed one told: days, topics, words and the mood of comments then come from
        the newest pull that has them, totals from the newest of all.
        """

        def work(connection: Connection) -> list[OrderReport]:
            found: list[OrderReport] = []
            for order_id in order_ids:
                newest = _newest(connection, report_table, REPORT, order_id)
                if newest is None:
                    continue
                rich = newest if _is_rich(newest) else _newest(connection, report_table, REPORT, order_id, rich=True)
                found.append(newest if rich is None else _joined(newest, rich))
            return found

        return await self._catalog.read(work)

    async def history(self, order_id: OrderId) -> list[OrderReport]:
        """Every pull that said something new, oldest first."""
        query = select(report_table.c.payload).where(report_table.c.order_id == order_id).order_by(report_table.c.pulled_at)
        return await self._catalog.read(lambda connection: [REPORT.loads(payload) for (payload,) in connection.execute(query)])

    async def save_audience(self, audiences: Sequence[Audience]) -> Change:
        def work(connection: Connection) -> list[OrderId]:
            return [each.order_id for each in audiences if _keep(connection, audience_table, AUDIENCE, each, {})]

        return Change.of(Topic.REPORTS, ids=frozenset(await self._catalog.write(work)))

    async def audiences(self, order_ids: Sequence[OrderId]) -> list[Audience]:
        def work(connection: Connection) -> list[Audience]:
            found = (_newest(connection, audience_table, AUDIENCE, order_id) for order_id in order_ids)
            return [each for each in found if each is not None]

        return await self._catalog.read(work)


def _is_rich(report: OrderReport) -> bool:
    return bool(report.days or report.topics or report.words)


def _joined(newest: OrderReport, rich: OrderReport) -> OrderReport:
    return replace(
        newest,
        days=newest.days or rich.days,
        topics=newest.topics or rich.topics,
        words=newest.words or rich.words,
        positive=rich.positive if newest.positive is None else newest.positive,
        neutral=rich.neutral if newest.neutral is None else newest.neutral,
        negative=rich.negative if newest.negative is None else newest.negative,
        item_id=rich.item_id if newest.item_id is None else newest.item_id,
        demand_id=rich.demand_id if newest.demand_id is None else newest.demand_id,
        average_play_seconds=rich.average_play_seconds if newest.average_play_seconds is None else newest.average_play_seconds,
    )


def _keep(connection: Connection, table: Table, codec: Codec[Pull], pull: Pull, extra: dict[str, int]) -> bool:
    """Write the pull down; False where it says what the one before it said."""
    pulled = micros(pull.pulled_at)
    said = codec.to_json(pull)
    said.pop("pulled_at", None)
    digest = hashlib.sha256(canonical(said).encode()).hexdigest()
    before = select(table.c.pulled_at, table.c.same_until, table.c.digest)
    before = before.where(table.c.order_id == pull.order_id, table.c.pulled_at <= pulled)
    if extra:
        # A short pull between two detailed ones changes nothing of what the detailed ones said.
        before = before.where(*[table.c[name] == value for name, value in extra.items()])
    last = connection.execute(before.order_by(table.c.pulled_at.desc()).limit(1)).first()
    if last is not None and last[2] == digest:
        if last[1] < pulled:
            same = update(table).where(table.c.order_id == pull.order_id, table.c.pulled_at == last[0])
            connection.execute(same.values(same_until=pulled))
        return False
    statement = insert(table).values(
        order_id=pull.order_id, pulled_at=pulled, same_until=pulled, digest=digest, payload=codec.dumps(pull), **extra
    )
    again = {name: statement.excluded[name] for name in ("same_until", "digest", "payload", *extra)}
    connection.execute(statement.on_conflict_do_update(set_=again))
    return True


def _newest(connection: Connection, table: Table, codec: Codec[Pull], order_id: OrderId, *, rich: bool = False) -> Pull | None:
    query = select(table.c.payload, table.c.same_until).where(table.c.order_id == order_id)
    if rich:
        query = query.where(table.c.rich == 1)
    row = connection.execute(query.order_by(table.c.same_until.desc(), table.c.pulled_at.desc()).limit(1)).first()
    return None if row is None else _seen_at(codec.loads(row[0]), instant(row[1]))


def _seen_at(pull: Pull, at: datetime) -> Pull:
    return replace(pull, pulled_at=at)
