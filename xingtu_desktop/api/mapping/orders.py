"""Maps campaigns, orders, scripts, videos and bills to domain values (wire.md A8).

Instants are unix seconds here, money is yuan with exact `precise_*` twins, and resources come in four shapes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import TypeVar

from xingtu_desktop.api.mapping import units
from xingtu_desktop.api.notices import Notices
from xingtu_desktop.api.wire import Node
from xingtu_desktop.core.errors import NotThePlatform
from xingtu_desktop.domain.answers import CancelCost, DemandOrderRow, DemandRow
from xingtu_desktop.domain.ids import AuthorId, DemandId, ItemId, OrderId, PlatformCampaignId, ResourceId
from xingtu_desktop.domain.lifecycle import AuditSource, AuditStatus, OrderStatus, ResourceKind, ResourceStatus
from xingtu_desktop.domain.money import ZERO
from xingtu_desktop.domain.order import AuditFinding, Order, OrderBill, Payment, PendingBill, PlatformCampaign, Resource

E = TypeVar("E", bound=IntEnum)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an order stands and what it made; get_info and detail tell neither (only lists do). 0: not told yet."""

    demand_id: DemandId
    platform_campaign_id: PlatformCampaignId
    item_id: ItemId | None = None
    video_url: str | None = None


NOWHERE = Placement(DemandId(0), PlatformCampaignId(0))


def known(enum: type[E], value: int | None, notices: Notices, endpoint: str, what: str) -> E | None:
    """The member of `enum`, or None and a notice where this program does not know the value."""
    if value is None:
        return None
    try:
        return enum(value)
    except ValueError:
        notices.unknown(endpoint, what, value)
        return None


def campaign(row: Node) -> PlatformCampaign:
    return PlatformCampaign(
        PlatformCampaignId(row.integer("campaign_id")), row.text("name"), units.seconds_due(row, "create_time"), row.integer("status", 1)
    )


def listed_order(row: Node, notices: Notices, endpoint: str) -> tuple[OrderId, OrderStatus | None, Placement]:
    """A row of list_by_campaign; the status is None where it is not known."""
    placement = Placement(DemandId(row.integer("demand_id", 0)), PlatformCampaignId(row.integer("campaign_id", 0)))
    status = known(OrderStatus, row.integer("order_status"), notices, endpoint, "order_status")
    return OrderId(row.integer("order_id")), status, placement


def order(row: Node, now: datetime, notices: Notices, endpoint: str) -> Order | None:
    """An order of get_info with exact amounts; None and a notice for a status that this program does not know."""
    base = _order(row, now, notices, endpoint)
    if base is None:
        return None
    demand, payment = row.node("demand_info"), row.node("payment_info")
    lines = row.node("order_item_info")
    line = next(lines.nodes("author_list"), None)
    return Order(
        order_id=base.order_id,
        demand_id=base.demand_id,
        platform_campaign_id=base.platform_campaign_id,
        status=base.status,
        author_id=base.author_id,
        author_name=base.author_name,
        avatar_uri=base.avatar_uri,
        demand_name=demand.text("demand_name"),
        created_at=base.created_at,
        synced_at=base.synced_at,
        product_name=demand.text("product_name"),
        brand_name=demand.text("brand_name"),
        video_type=line.maybe_integer("video_type") if line is not None else None,
        order_type=lines.maybe_integer("order_type"),
        task_cost=units.yuan(payment, "task_cost"),
        platform_fee=units.yuan(payment, "platform_fee"),
        total=units.yuan(payment, "total"),
        total_paid=units.yuan(payment, "total_paid"),
        refund=units.yuan(payment, "refund_amount"),
        author_cancel_requested=base.author_cancel_requested,
        author_cancel_reason=base.author_cancel_reason,
        publish_from=units.seconds(demand, "expiration_time"),
        publish_until=units.seconds(demand, "expiration_time_end"),
        released_at=units.seconds(row, "release_time"),
        finished_at=base.finished_at,
    )


def order_of_detail(row: Node, now: datetime, notices: Notices, endpoint: str) -> Order | None:
    """An order of order/detail: whole yuan only, so its amounts are left None; neither demand nor product is told."""
    return _order(row, now, notices, endpoint)


def _order(row: Node, now: datetime, notices: Notices, endpoint: str) -> Order | None:
    status = known(OrderStatus, row.integer("status"), notices, endpoint, "status")
    if status is None:
        return None
    author = row.node("author_info")
    return Order(
        order_id=OrderId(row.integer("order_id")),
        demand_id=NOWHERE.demand_id,
        platform_campaign_id=NOWHERE.platform_campaign_id,
        status=status,
        author_id=AuthorId(author.integer("author_id", 0)),
        author_name=author.text("author_name"),
        avatar_uri=author.text("avatar_uri"),
        demand_name="",
        created_at=units.seconds_due(row, "create_time"),
        synced_at=now,
        author_cancel_requested=row.integer("author_cancel_status", 0) == 1,
        author_cancel_reason=row.text("author_cancel_reason"),
        finished_at=units.seconds(row, "finish_time"),
    )


def resources(
    order_id: OrderId,
    kind: ResourceKind,
    rows: Iterator[Node],
    read: Callable[[Node], AuditFinding | None],
    notices: Notices,
    endpoint: str,
) -> list[Resource]:
    """The versions of one order and kind, numbered 1, 2, … by creation (id where two are of one second)."""
    found: list[tuple[datetime, int, Node, ResourceStatus]] = []
    for row in rows:
        resource_id = row.integer("resource_id")
        status = known(ResourceStatus, row.integer("status"), notices, endpoint, "resource status")
        if status is not None:
            found.append((units.seconds_due(row, "create_time"), resource_id, row, status))
    found.sort(key=lambda entry: entry[:2])
    return [
        _resource(order_id, kind, version, created, row, status, read, notices, endpoint)
        for version, (created, _, row, status) in enumerate(found, start=1)
    ]


def _resource(
    order_id: OrderId,
    kind: ResourceKind,
    version: int,
    created: datetime,
    row: Node,
    status: ResourceStatus,
    read: Callable[[Node], AuditFinding | None],
    notices: Notices,
    endpoint: str,
) -> Resource:
    audit = known(AuditStatus, row.integer("audit_status", AuditStatus.IN_REVIEW), notices, endpoint, "audit_status")
    online = row.maybe_integer("online_status")
    content = row.maybe_text("resource_content")
    return Resource(
        resource_id=ResourceId(row.integer("resource_id")),
        order_id=order_id,
        kind=kind,
        version=version,
        status=status,
        # An audit word that is not known is no pass.
        audit=audit if audit is not None else AuditStatus.IN_REVIEW,
        created_at=created,
        title=row.text("title") or row.text("resource_title"),
        filename=row.text("resource_filename"),
        content=content,
        url=row.text("resource_url") or None,
        cover_url=row.text("cover_url") or None,
        item_id=_item(row),
        duration_seconds=_duration(row),
        online=None if online is None else online == 1,
        content_hash=hashlib.sha256(content.encode()).hexdigest() if content is not None else None,
        findings=tuple(finding for entry in row.nodes("detail_audit_info") if (finding := read(entry)) is not None),
    )


def _item(row: Node) -> ItemId | None:
    value = row.maybe_integer("item_id")
    return ItemId(value) if value else None


def _duration(row: Node) -> float | None:
    value = row.maybe_integer("duration")
    return float(value) if value else None


def finding_reader(notices: Notices, endpoint: str) -> Callable[[Node], AuditFinding | None]:
    """Reads an audit with integer members: scripts everywhere, videos of get_video."""

    def read(row: Node) -> AuditFinding | None:
        return _finding(
            row.maybe_integer("audit_source"), row.maybe_integer("audit_status"), units.seconds(row, "audit_time"), row, notices, endpoint
        )

    return read


def text_finding_reader(notices: Notices, endpoint: str) -> Callable[[Node], AuditFinding | None]:
    """Reads an audit whose members are strings: videos of order/detail."""

    def read(row: Node) -> AuditFinding | None:
        return _finding(_number(row, "audit_source"), _number(row, "audit_status"), _text_instant(row), row, notices, endpoint)

    return read


def _number(row: Node, name: str) -> int | None:
    text = row.text(name).strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NotThePlatform(f"{row.path}.{name}: a number in text expected", field=f"{row.path}.{name}")
    return int(text)


def _text_instant(row: Node) -> datetime | None:
    text = row.text("audit_time").strip()
    if not text.isdigit():
        return units.beijing(row, "audit_time")
    seconds = _number(row, "audit_time")
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _finding(
    source: int | None, status: int | None, at: datetime | None, row: Node, notices: Notices, endpoint: str
) -> AuditFinding | None:
    found = known(AuditStatus, status, notices, endpoint, "audit_status")
    if found is None:
        return None
    return AuditFinding(known(AuditSource, source, notices, endpoint, "audit_source"), found, row.text("audit_ban_reason"), at)


def bill(data: Node) -> PendingBill:
    """bill/get_pending, and `bill_info` of create_assign, which says `total_amount` for `total_pay`.

    Those totals are of whole orders; what paying takes now is `total_remaining`: a part of it for prepaid orders and their tails.
    """
    total_name = "total_amount" if data.has("precise_total_amount") or data.has("total_amount") else "total_pay"
    remaining = units.yuan(data, "total_remaining")
    return PendingBill(
        balance=units.yuan_due(data, "balance"),
        total_pay=units.yuan_due(data, total_name) if remaining is None else remaining,
        task_cost=units.yuan(data, "total_task_cost") or ZERO,
        platform_fee=units.yuan(data, "total_platform_fee") or ZERO,
        orders=tuple(_order_bill(row) for row in data.nodes("order_bill_list")),
    )


def _order_bill(row: Node) -> OrderBill:
    return OrderBill(
        OrderId(row.integer("order_id")),
        task_cost=units.yuan_due(row, "task_cost"),
        platform_fee=units.yuan_due(row, "platform_fee"),
        total=units.yuan_due(row, "total"),
        remaining=units.yuan_due(row, "remaining"),
    )


def payment(data: Node) -> Payment:
    """bill/pay: the amount really paid, exact."""
    return Payment(units.yuan_due(data, "actual_pay"), units.yuan_due(data, "balance"))


def cancel_cost(data: Node) -> CancelCost:
    return CancelCost(units.yuan_due(data, "cost"), data.text("desc"))


def demand_row(row: Node) -> DemandRow:
    return DemandRow(DemandId(row.integer("demand_id")), row.text("demand_name"), units.beijing_due(row, "create_time"))


def demand_order(row: Node) -> tuple[DemandOrderRow, Placement]:
    """A row of demand/order/list, which alone lists unpaid orders."""
    demand_id, campaign_id = DemandId(row.integer("demand_id", 0)), PlatformCampaignId(row.integer("campaign_id", 0))
    listed = DemandOrderRow(
        OrderId(row.integer("order_id")), campaign_id, AuthorId(row.integer("author_id", 0)), row.text("universal_order_status")
    )
    return listed, Placement(demand_id, campaign_id, _item(row), row.text("video_url") or None)
