"""Orders, versions under review and bills in cache.db: what the server said last, joined with what is known already.

A later answer never takes away what an earlier one told: order/detail leaves exact amounts out, lists leave texts out, and a read may come
from a copy that lags behind. Unknown (None) therefore keeps what is known, and an older reading of an order is ignored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import Connection, Select, and_, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from xingtu_desktop.core.errors import NoSuchThing
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.ids import CampaignId, OrderId, PlatformCampaignId, ResourceId
from xingtu_desktop.domain.lifecycle import OrderStatus, ResourceKind
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import Order, PendingBill, Resource
from xingtu_desktop.storage.database import Database
from xingtu_desktop.storage.mapping import BILL, ORDER, RESOURCE, instant, micros
from xingtu_desktop.storage.tables import bills, orders, resources

_AT_ONCE = 500
_ORDER_FIELDS = tuple(each.name for each in fields(Order))
_RESOURCE_FIELDS = ("content", "content_hash", "url", "cover_url", "item_id", "duration_seconds", "online")
_AWAITING = or_(
    and_(orders.c.status == OrderStatus.SCRIPT_UPLOADED.value, resources.c.kind == ResourceKind.SCRIPT.value),
    and_(orders.c.status == OrderStatus.VIDEO_UPLOADED.value, resources.c.kind == ResourceKind.VIDEO.value),
)


class SqlOrderStore:
    """OrderStore of services/ports.py."""

    def __init__(self, cache: Database) -> None:
        self._cache = cache

    async def save_orders(self, orders: Sequence[Order]) -> Change:
        def work(connection: Connection) -> list[OrderId]:
            known = {order.order_id: order for order in _orders(connection, [order.order_id for order in orders])}
            changed: dict[OrderId, Order] = {}
            for told in orders:
                before = known.get(told.order_id)
                if before is not None and told.synced_at < before.synced_at:
                    continue
                merged = told if before is None else _merge_order(before, told)
                if merged != before:
                    known[told.order_id] = changed[told.order_id] = merged
            _upsert_orders(connection, changed.values())
            return list(changed)

        return Change.of(Topic.ORDERS, ids=frozenset(await self._cache.write(work)))

    async def save_resources(self, resources: Sequence[Resource]) -> Change:
        def work(connection: Connection) -> list[ResourceId]:
            known = {each.resource_id: each for each in _resources(connection, [each.order_id for each in resources])}
            touched: set[tuple[OrderId, ResourceKind]] = set()
            before = dict(known)
            for told in resources:
                old = known.get(told.resource_id)
                known[told.resource_id] = _hashed(told if old is None else _merge_resource(old, told))
                touched.add((told.order_id, told.kind))
            for order_id, kind in touched:
                same = [each for each in known.values() if (each.order_id, each.kind) == (order_id, kind)]
                for version, each in enumerate(sorted(same, key=lambda one: (one.created_at, one.resource_id)), 1):
                    known[each.resource_id] = replace(each, version=version)
            changed = [each for each in known.values() if before.get(each.resource_id) != each]
            _upsert_resources(connection, changed)
            return [each.resource_id for each in changed]

        return Change.of(Topic.RESOURCES, ids=frozenset(await self._cache.write(work)))

    async def set_content(self, resource_id: ResourceId, *, content: str | None, content_hash: str) -> Change:
        """Name the text or bytes of a version; raises NoSuchThing for one that is not here."""

        def work(connection: Connection) -> None:
            payload = connection.execute(select(resources.c.payload).where(resources.c.resource_id == resource_id)).scalar()
            if payload is None:
                raise NoSuchThing(f"resource {resource_id}", resource_id=resource_id)
            known = RESOURCE.loads(payload)
            text = known.content if content is None else content
            _upsert_resources(connection, [replace(known, content=text, content_hash=content_hash)])

        await self._cache.write(work)
        return Change.of(Topic.RESOURCES, ids=frozenset({resource_id}))

    async def order(self, order_id: OrderId) -> Order | None:
        found = await self.orders(ids=[order_id])
        return found[0] if found else None

    async def orders(
        self, *, ids: Sequence[OrderId] | None = None, campaign_id: CampaignId | None = None, open_only: bool = False
    ) -> list[Order]:
        """Newest first; every condition that is given holds."""

        def work(connection: Connection) -> list[Order]:
            query = select(orders.c.payload).order_by(orders.c.created_at.desc(), orders.c.order_id)
            if campaign_id is not None:
                query = query.where(orders.c.campaign_id == campaign_id)
            if open_only:
                query = query.where(orders.c.ended == 0)
            found = [ORDER.loads(payload) for query in _by_ids(query, ids) for (payload,) in connection.execute(query)]
            if ids is not None and len(ids) > _AT_ONCE:
                found.sort(key=lambda order: (-micros(order.created_at), order.order_id))
            return found

        return await self._cache.read(work)

    async def resources(self, order_ids: Sequence[OrderId]) -> list[Resource]:
        """Every version of the orders, by order, kind and version."""
        return await self._cache.read(lambda connection: _resources(connection, order_ids))

    async def awaiting_review(self) -> list[tuple[Order, Resource]]:
        """Oldest version first."""
        query = _under_review(orders.c.payload, resources.c.payload)
        return await self._cache.read(
            lambda connection: [(ORDER.loads(order), RESOURCE.loads(resource)) for order, resource in connection.execute(query)]
        )

    async def unhashed_resources(self, limit: int) -> list[Resource]:
        query = _under_review(resources.c.payload).where(resources.c.content_hash.is_(None)).limit(limit)
        return await self._cache.read(lambda connection: [RESOURCE.loads(payload) for (payload,) in connection.execute(query)])

    async def save_bill(self, platform_campaign_id: PlatformCampaignId, bill: PendingBill, at: datetime) -> Change:
        statement = insert(bills).values(platform_campaign_id=platform_campaign_id, at=micros(at), payload=BILL.dumps(bill))
        statement = statement.on_conflict_do_update(
            set_={"at": statement.excluded.at, "payload": statement.excluded.payload}, where=bills.c.at <= statement.excluded.at
        )
        await self._cache.write(lambda connection: connection.execute(statement).close())
        return Change.of(Topic.BILLS, ids=frozenset({platform_campaign_id}))

    async def bill(self, platform_campaign_id: PlatformCampaignId) -> tuple[PendingBill, datetime] | None:
        """The bill of a platform campaign as last told, and when."""
        query = select(bills.c.payload, bills.c.at).where(bills.c.platform_campaign_id == platform_campaign_id)
        return await self._bill(query)

    async def balance(self) -> tuple[Fen, datetime] | None:
        latest = await self._bill(select(bills.c.payload, bills.c.at).order_by(bills.c.at.desc()).limit(1))
        return None if latest is None else (latest[0].balance, latest[1])

    async def _bill(self, query: Select[str, int]) -> tuple[PendingBill, datetime] | None:
        row = await self._cache.read(lambda connection: connection.execute(query).first())
        return None if row is None else (BILL.loads(row[0]), instant(row[1]))


def _merge_order(before: Order, told: Order) -> Order:
    kept = {name: getattr(before, name) for name in _ORDER_FIELDS if getattr(told, name) in (None, "")}
    return replace(told, **kept)


def _merge_resource(before: Resource, told: Resource) -> Resource:
    kept = {name: getattr(before, name) for name in _RESOURCE_FIELDS if getattr(told, name) is None}
    if told.content is not None and told.content != before.content:
        # Another text under the same id is another thing to see.
        kept.pop("content_hash", None)
    return replace(told, **kept)


def _hashed(resource: Resource) -> Resource:
    if resource.content is None or resource.content_hash is not None:
        return resource
    return replace(resource, content_hash=hashlib.sha256(resource.content.encode()).hexdigest())


def _by_ids(query: Select[str], ids: Sequence[OrderId] | None) -> list[Select[str]]:
    if ids is None:
        return [query]
    return [query.where(orders.c.order_id.in_(ids[start : start + _AT_ONCE])) for start in range(0, len(ids), _AT_ONCE)]


def _orders(connection: Connection, ids: Sequence[OrderId]) -> list[Order]:
    return [ORDER.loads(payload) for query in _by_ids(select(orders.c.payload), ids) for (payload,) in connection.execute(query)]


def _resources(connection: Connection, order_ids: Sequence[OrderId]) -> list[Resource]:
    found: list[Resource] = []
    for start in range(0, len(order_ids), _AT_ONCE):
        query = (
            select(resources.c.payload)
            .where(resources.c.order_id.in_(order_ids[start : start + _AT_ONCE]))
            .order_by(resources.c.order_id, resources.c.kind, resources.c.version)
        )
        found.extend(RESOURCE.loads(payload) for (payload,) in connection.execute(query))
    return found


def _under_review(*columns: object) -> Select[*tuple[str, ...]]:
    newest = (
        select(resources.c.order_id, resources.c.kind, func.max(resources.c.version).label("version"))
        .group_by(resources.c.order_id, resources.c.kind)
        .subquery()
    )
    found: Select[*tuple[str, ...]] = (
        select(*columns)  # type: ignore[call-overload]
        .join_from(orders, resources, resources.c.order_id == orders.c.order_id)
        .join(
            newest,
            and_(newest.c.order_id == resources.c.order_id, newest.c.kind == resources.c.kind, newest.c.version == resources.c.version),
        )
        .where(_AWAITING)
        .order_by(resources.c.created_at, resources.c.resource_id)
    )
    return found


def _upsert_orders(connection: Connection, changed: Iterable[Order]) -> None:
    rows = [
        {
            "order_id": order.order_id,
            "campaign_id": order.campaign_id,
            "platform_campaign_id": order.platform_campaign_id,
            "status": order.status.value,
            "ended": int(order.status.ended),
            "created_at": micros(order.created_at),
            "synced_at": micros(order.synced_at),
            "payload": ORDER.dumps(order),
        }
        for order in changed
    ]
    if rows:
        connection.execute(insert(orders).prefix_with("OR REPLACE"), rows)


def _upsert_resources(connection: Connection, changed: Iterable[Resource]) -> None:
    rows = [
        {
            "resource_id": each.resource_id,
            "order_id": each.order_id,
            "kind": each.kind.value,
            "version": each.version,
            "created_at": micros(each.created_at),
            "content_hash": each.content_hash,
            "payload": RESOURCE.dumps(each),
        }
        for each in changed
    ]
    if rows:
        connection.execute(insert(resources).prefix_with("OR REPLACE"), rows)
