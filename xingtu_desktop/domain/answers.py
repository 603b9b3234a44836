"""What the platform and the feed answer, in our types; made at the boundary, read by the services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from xingtu_desktop.domain.creator import Creator
from xingtu_desktop.domain.ids import AuthorId, DemandId, OrderId, PlatformCampaignId
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import Order, Payment, PendingBill, Resource


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's yes to a write."""

    request_id: str


@dataclass(frozen=True, slots=True)
class Created:
    """The platform's yes to create_assign."""

    request_id: str
    platform_campaign_id: PlatformCampaignId
    order_ids: tuple[OrderId, ...]
    bill: PendingBill | None


@dataclass(frozen=True, slots=True)
class Paid:
    request_id: str
    payment: Payment


@dataclass(frozen=True, slots=True)
class CancelCost:
    """order/get_cancel_amount: what cancelling costs now, with the platform's plain-text explanation."""

    cost: Fen
    explanation: str


@dataclass(frozen=True, slots=True)
class OrderWithResources:
    """order/detail: one order and every version of its script and video."""

    order: Order
    resources: tuple[Resource, ...]


@dataclass(frozen=True, slots=True)
class DemandRow:
    demand_id: DemandId
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DemandOrderRow:
    """demand/order/list: also lists unpaid orders, with the status as the platform's text (wire.md A11)."""

    order_id: OrderId
    platform_campaign_id: PlatformCampaignId
    author_id: AuthorId
    universal_status: str


@dataclass(frozen=True, slots=True)
class RequestStamp:
    """Names the bytes of a write before they leave: SHA-256 hex over method, path and body."""

    digest: str


@dataclass(frozen=True, slots=True)
class UserInfo:
    user_id: int
    display_name: str


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One page of a catalog feed; `cursor` continues after it, also next week."""

    upserts: tuple[Creator, ...]
    deletes: tuple[AuthorId, ...]
    cursor: str
    has_more: bool
    total: int | None
    problems: int
    """Rows that could not be read and were left out."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event of a server that offers a stream."""

    event_id: str
    kind: str
    data: Mapping[str, object]
