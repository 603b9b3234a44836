"""Orders, the versions under review, bills and local campaigns, as the program keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xingtu_desktop.domain.ids import (
    AuthorId,
    BriefId,
    CampaignId,
    DemandId,
    ItemId,
    OrderId,
    PlatformCampaignId,
    ResourceId,
)
from xingtu_desktop.domain.lifecycle import AuditSource, AuditStatus, OrderStatus, ResourceKind, ResourceStatus
from xingtu_desktop.domain.money import Fen


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """One of the platform's audits of a version."""

    source: AuditSource | None
    """None: a source this program does not know yet."""
    status: AuditStatus
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """One version of a script or video. Its text or bytes are named by `content_hash` once they are here."""

    resource_id: ResourceId
    order_id: OrderId
    kind: ResourceKind
    version: int
    """1, 2, … by creation within (order, kind)."""
    status: ResourceStatus
    audit: AuditStatus
    created_at: datetime
    title: str = ""
    filename: str = ""
    content: str | None = None
    """A script's text; None until it was read."""
    url: str | None = None
    """Expires; the bytes are prefetched into the media store."""
    cover_url: str | None = None
    item_id: ItemId | None = None
    duration_seconds: float | None = None
    online: bool | None = None
    """For a published video: whether the public sees it."""
    findings: tuple[AuditFinding, ...] = ()
    content_hash: str | None = None
    """SHA-256 hex of the script's UTF-8 text or the video's bytes; what 'seen' refers to."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order with one creator, as the server last told it (`synced_at`, UTC). Amounts from get_info or bills."""

    order_id: OrderId
    demand_id: DemandId
    platform_campaign_id: PlatformCampaignId
    status: OrderStatus
    author_id: AuthorId
    author_name: str
    demand_name: str
    created_at: datetime
    synced_at: datetime
    campaign_id: CampaignId | None = None
    avatar_uri: str = ""
    product_name: str = ""
    brand_name: str = ""
    video_type: int | None = None
    order_type: int | None = None
    """1 full payment, 2 prepaid."""
    task_cost: Fen | None = None
    platform_fee: Fen | None = None
    total: Fen | None = None
    total_paid: Fen | None = None
    refund: Fen | None = None
    author_cancel_requested: bool = False
    author_cancel_reason: str = ""
    publish_from: datetime | None = None
    publish_until: datetime | None = None
    released_at: datetime | None = None
    finished_at: datetime | None = None
    item_id: ItemId | None = None
    video_url: str | None = None


@dataclass(frozen=True, slots=True)
class OrderBill:
    order_id: OrderId
    task_cost: Fen
    platform_fee: Fen
    total: Fen
    remaining: Fen


@dataclass(frozen=True, slots=True)
class PendingBill:
    """bill/get_pending: what is still to be paid, and what the account holds."""

    balance: Fen
    total_pay: Fen
    task_cost: Fen
    platform_fee: Fen
    orders: tuple[OrderBill, ...]


@dataclass(frozen=True, slots=True)
class Payment:
    """bill/pay: what was really paid."""

    actual_pay: Fen
    balance: Fen


@dataclass(frozen=True, slots=True)
class PlatformCampaign:
    platform_campaign_id: PlatformCampaignId
    name: str
    created_at: datetime
    status: int
    """1 running, 2 finished, 3 cancelled."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign of ours: local, owns many platform campaigns. `budget` is the cap over all its orders."""

    campaign_id: CampaignId
    name: str
    created_at: datetime
    brief_id: BriefId | None = None
    budget: Fen | None = None
    platform_campaign_ids: tuple[PlatformCampaignId, ...] = ()
    reject_limit: int | None = None
    """From the contract; the official API has none. None: not agreed, shown as a dash."""
    review_hours: int | None = None
    """Hours from upload to automatic confirmation by contract; None: not agreed."""
    archived: bool = False
