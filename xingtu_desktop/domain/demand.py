"""What one create_assign request says (wire.md A8), with the platform's limits, in our own types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from xingtu_desktop.domain.creator import VideoTier
from xingtu_desktop.domain.ids import AuthorId, ProjectId

MAX_ORDERS_PER_REQUEST = 50
MAX_COUNT_PER_CREATOR = 10
LIMITS = {
    "demand_name": 60,
    "brand_name": 50,
    "product_name": 40,
    "product_information": 500,
    "detail_demand": 500,
    "other_demand": 500,
    "music_demand": 20,
    "prop_demand": 20,
    "scene_demand": 20,
    "script_demand": 20,
    "special_topic": 40,
    "cart_title": 50,
    "reject_text": 100,
    "cancel_reason": 100,
}
"""Most Unicode code points of each text (wire.md A8, C0)."""
MAX_CART = 7
MAX_WINDOW_DAYS = 30
DAYS_RANGE = (1, 365)
"""Retention and accept expiry, in days, both ends allowed."""


class PaymentKind(IntEnum):
    """`order_type`."""

    FULL = 1
    PREPAID = 2


@dataclass(frozen=True, slots=True)
class CartItem:
    title: str
    product_link: str


@dataclass(frozen=True, slots=True)
class DemandInfo:
    """`demand_info` of create_assign. Instants are UTC; retention and expiry are days."""

    demand_name: str
    brand_name: str
    product_name: str
    product_information: str
    product_industry: tuple[int, int]
    contact_name: str
    contact_phone: str
    retention_days: int
    publish_from: datetime
    publish_until: datetime
    detail_demand: str
    other_demand: str = ""
    music_demand: str = ""
    prop_demand: str = ""
    scene_demand: str = ""
    script_demand: str = ""
    special_topic: str = ""
    accept_expiration_days: int | None = None
    skip_script: bool = False
    project_id: ProjectId | None = None
    product_link: str = ""
    link_component_id: int | None = None
    cart: tuple[CartItem, ...] = ()
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One creator of a request: `count` videos of `tier`."""

    author_id: AuthorId
    tier: VideoTier
    count: int = 1
