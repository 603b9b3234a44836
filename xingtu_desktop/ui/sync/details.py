"""What stands behind an entry when it is opened: order, version, hash, tries, what was read, and what happens next."""

from __future__ import annotations

from datetime import datetime

from xingtu_desktop.domain.intent import (
    CAPABILITY,
    ApproveResource,
    CancelOrder,
    Capability,
    CreateAssign,
    Intent,
    IntentState,
    RejectResource,
    ReplyCancel,
)
from xingtu_desktop.services.outbox_view import OutboxEntry, WaitsFor
from xingtu_desktop.ui.formats import DOT
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.sync.states import changed, money

Row = tuple[str, str]

_READ = ("bill", "now_due", "at_most", "balance", "paid")


def details(entry: OutboxEntry, now: datetime) -> tuple[list[Row], list[Row]]:
    """Short facts (two beside each other) and long ones (a line each)."""
    intent = entry.intent
    short: list[Row] = []
    order = getattr(intent.payload, "order_id", None)
    if order is not None:
        short.append((tr("sync", "Order"), str(order)))
    version = _version(intent)
    if version:
        short.append((tr("sync", "Version"), version))
    if intent.sent_at is not None:
        sent = tr("sync", "{time}, try {count}", time=formats().moment(intent.sent_at, now), count=intent.attempt)
        short.append((tr("sync", "Sent"), sent))
    short.append((tr("sync", "Decided"), DOT.join(part for part in (formats().moment(intent.created_at, now), intent.operator) if part)))
    short += [(_read_name(name), money(intent.detail[name])) for name in _READ if name in intent.detail]
    long: list[Row] = []
    if isinstance(intent.payload, RejectResource):
        long.append((tr("sync", "Note to the creator"), intent.payload.feedback))
    if isinstance(intent.payload, CancelOrder) and intent.payload.reason:
        long.append((tr("sync", "Reason"), intent.payload.reason))
    if isinstance(intent.payload, ReplyCancel) and intent.payload.reject_reason:
        long.append((tr("sync", "Reason"), intent.payload.reject_reason))
    if "what" in intent.detail and intent.outcome == "changed_since_seen":
        long.append((tr("sync", "Read"), changed(intent)))
    following = _next(entry, now)
    if following:
        long.append((tr("sync", "Next"), following))
    if intent.request_hash:
        long.append((tr("sync", "Request hash"), formats().short_id(intent.request_hash, 16)))
    if intent.request_id:
        long.append((tr("sync", "Request id"), intent.request_id))
    said = intent.detail.get("platform_text")
    if isinstance(said, str) and said:
        long.append((tr("sync", "The platform said"), said))
    return short, long


def _version(intent: Intent) -> str:
    payload = intent.payload
    if isinstance(payload, CreateAssign):
        return payload.tag
    seen = intent.expectation.content_hash
    parts = [] if intent.subject.version is None else [f"v{intent.subject.version}"]
    if seen:
        parts.append(formats().short_id(seen))
    elif isinstance(payload, ApproveResource):
        parts.append(tr("sync", "not opened, on purpose"))
    return DOT.join(parts)


def _read_name(name: str) -> str:
    match name:
        case "bill":
            return tr("sync", "Bill")
        case "now_due":
            return tr("sync", "Due now")
        case "at_most":
            return tr("sync", "Agreed, at most")
        case "balance":
            return tr("sync", "Balance")
        case _:
            return tr("sync", "Paid")


def _next(entry: OutboxEntry, now: datetime) -> str:
    intent = entry.intent
    if intent.state is IntentState.UNKNOWN:
        when = formats().moment(intent.not_before, now) if intent.not_before is not None else ""
        if CAPABILITY[intent.kind] is Capability.STATE_GUARD:
            return tr("sync", "Read twice from {time}; sent again only if both reads say it had no effect", time=when)
        return tr("sync", "Read twice from {time}; if both say it had no effect, you are asked", time=when)
    if intent.state is IntentState.NEEDS_HUMAN:
        return tr("sync", "Look at the platform, then answer here. Other orders go on meanwhile.")
    if intent.state is IntentState.QUEUED and entry.waits_for is not WaitsFor.STOPPED:
        return tr("sync", "The order is read once more; it is sent only if nothing changed since you looked")
    return ""
