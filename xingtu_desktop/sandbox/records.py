"""Rows of the ledger as frozen dataclasses: one class a table, the first field its key, money in fen, times in virtual unix seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the signed-in user; only the valid PLATFORM_ROLE_STAR ones place orders."""

    star_id: int
    name: str
    account_type: str
    advertiser_role: int
    is_valid: int
    balance_fen: int
    company_id: int
    company_name: str
    created: int


@dataclass(frozen=True, slots=True)
class Grant:
    """A token pair. Expiries are real unix seconds; `status` is live, rotated, revoked or expired (set by a test)."""

    access_token: str
    refresh_token: str
    access_expires: float
    refresh_expires: float
    status: str
    scope: str
    material: int
    star_ids: str


@dataclass(frozen=True, slots=True)
class AuthCode:
    """An authorisation code; `used` is 1 after its only exchange."""

    code: str
    expires: float
    used: int
    scope: str
    material: int
    star_ids: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """One create_assign: the platform's campaign with its single demand. `demand_json` is the demand_info that was sent."""

    campaign_id: int
    demand_id: int
    star_id: int
    name: str
    created: int
    order_type: int
    project_id: int
    demand_json: str
    component_type: str


@dataclass(frozen=True, slots=True)
class Order:
    """One order. `status` is the integer of the wire, 0 while unpaid. `paid_fen` is what was taken so far, refunds not subtracted."""

    order_id: int
    campaign_id: int
    demand_id: int
    star_id: int
    author_id: int
    author_name: str
    avatar_path: str
    video_type: int
    order_type: int
    ignore_script: int
    status: int
    audit_status: int
    created: int
    paid: int
    accept_deadline: int
    released: int
    finished: int
    schedule_time: int
    task_cost_fen: int
    fee_fen: int
    paid_fen: int
    refund_fen: int
    deduct_fen: int
    item_id: int
    author_cancel_status: int
    author_cancel_reason: str
    cancel_reason: str
    link_component_id: int
    component_click_monitor_url: str
    item_show_monitor_url: str
    title: str
    changed: int

    @property
    def total_fen(self) -> int:
        """What the order costs the client in the end."""
        return self.task_cost_fen + self.fee_fen


@dataclass(frozen=True, slots=True)
class Resource:
    """A version of a script (kind 2) or video (kind 3). `path` is below the server's root."""

    resource_id: int
    order_id: int
    kind: int
    version: int
    status: int
    audit_status: int
    created: int
    title: str
    filename: str
    content: str
    path: str
    cover_path: str
    duration: int
    item_id: int
    online_status: int
    feedback: str


@dataclass(frozen=True, slots=True)
class Audit:
    """The platform's audit of one resource by one source (1 content, 7 ad material)."""

    audit_id: int
    resource_id: int
    audit_source: int
    audit_status: int
    ban_reason: str
    audit_time: int


@dataclass(frozen=True, slots=True)
class Payment:
    """One movement of a balance: kind pay, tail or refund; `fen` is positive."""

    payment_id: int
    star_id: int
    campaign_id: int
    order_id: int
    kind: str
    fen: int
    at: int


@dataclass(frozen=True, slots=True)
class Effect:
    """A write that took effect. `real` is unix seconds of real time; repeated effects of one thing are what the money tests look for."""

    effect_id: int
    action: str
    star_id: int
    campaign_id: int
    order_id: int
    resource_id: int
    fen: int
    at: int
    real: float
    actor: str


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the event log; the ids grow without gaps."""

    event_id: int
    at: int
    kind: str
    payload: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Something that the other side will do to an order at a virtual instant."""

    plan_id: int
    at: int
    order_id: int
    action: str
    detail: str


@dataclass(frozen=True, slots=True)
class Component:
    """A link component of an account; `info_json` holds the link fields as they were sent."""

    component_id: int
    star_id: int
    link_type: int
    status: int
    title: str
    ban_reason: str
    created: int
    info_json: str


@dataclass(frozen=True, slots=True)
class Project:
    """A project of the platform (optional grouping of tasks)."""

    project_id: int
    star_id: int
    name: str
    created: int
    info_json: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """An uploaded file that a demand may name."""

    attachment_id: int
    star_id: int
    file_name: str
    size: int
    sha256: str
    created: int
