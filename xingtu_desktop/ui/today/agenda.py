"""Gathers what needs the operator today, how campaigns pace and which publish windows are near, from plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from xingtu_desktop.core.clock import BEIJING
from xingtu_desktop.domain.approval import ApprovalItem
from xingtu_desktop.domain.brief import BriefState
from xingtu_desktop.domain.ids import CampaignId, OrderId
from xingtu_desktop.domain.intent import Intent
from xingtu_desktop.domain.lifecycle import OrderStatus
from xingtu_desktop.domain.money import Fen, total
from xingtu_desktop.services.briefs import BriefSummary
from xingtu_desktop.services.campaigns import CampaignSummary, OrderRow, WaitsOn
from xingtu_desktop.services.outbox_view import OutboxEntry, OutboxGroup
from xingtu_desktop.ui.campaigns import words
from xingtu_desktop.ui.formats import DOT
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.sync.sentences import sentence

SHOWN: Final = {"approvals": 6, "outbox": 4, "cancel": 4, "pay": 3, "publish": 3, "late": 3, "drafts": 4}
"""Rows shown of each section; its heading counts all of them."""
_S = OrderStatus


@dataclass(frozen=True, slots=True)
class Target:
    """Where a row leads: a view with parameters; "outbox" is the panel."""

    view: str
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to do. `face` is a creator's name for the avatar, else `icon` with `tone` is drawn."""

    key: str
    title: str
    note: str
    target: Target
    face: str = ""
    face_key: str = ""
    icon: str = ""
    tone: str = "accent"
    right: str = ""
    right_tone: str = "text"
    right_note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its true count, the first rows of it, and where the rest is."""

    key: str
    title: str
    count: int
    note: str
    rest: Target
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """What was read; None where a source could not be read, which the view says."""

    approvals: Sequence[ApprovalItem] | None
    outbox: Sequence[OutboxEntry] | None
    orders: Sequence[OrderRow] | None
    campaigns: Sequence[CampaignSummary] | None
    briefs: Sequence[BriefSummary] | None

    @property
    def partial(self) -> bool:
        return any(one is None for one in (self.approvals, self.outbox, self.orders, self.campaigns, self.briefs))


@dataclass(frozen=True, slots=True)
class Window:
    """Orders of one campaign that share a publish window; days are Beijing's, both included."""

    campaign: str
    first: date
    last: date
    order_ids: tuple[OrderId, ...]
    late: int
    amount: Fen


def sections(found: Sources, now: datetime) -> list[Section]:
    """What needs the operator, most pressing kind first; empty kinds are left out."""
    orders = list(found.orders or ())
    free = [row for row in orders if row.pending is None and not row.order.status.ended]
    asked = [row for row in free if row.order.author_cancel_requested]
    rest = [row for row in free if not row.order.author_cancel_requested]
    made = [
        _approvals([one for one in found.approvals or () if one.pending is None], now),
        _outbox(list(found.outbox or ())),
        _of_orders("cancel", tr("today", "Creators ask to cancel"), asked, now, icon="alert-circle", tone="warn"),
        _of_orders(
            "pay",
            tr("today", "To pay"),
            [row for row in rest if row.order.status in (_S.UNPAID, _S.BALANCE_DUE)],
            now,
            icon="settlement",
            tone="accent",
        ),
        _of_orders(
            "publish",
            tr("today", "Ready to publish"),
            [row for row in rest if row.order.status is _S.VIDEO_CONFIRMED],
            now,
            icon="play",
            tone="good",
        ),
        _of_orders(
            "late",
            tr("today", "Late with the creator"),
            [row for row in rest if row.late and row.order.status not in (_S.UNPAID, _S.BALANCE_DUE, _S.VIDEO_CONFIRMED)],
            now,
            icon="clock",
            tone="warn",
        ),
        _drafts([one for one in found.briefs or () if one.state is BriefState.DRAFT and not one.archived], now),
    ]
    return [section for section in made if section.count]


def _approvals(items: Sequence[ApprovalItem], now: datetime) -> Section:
    shown = formats()
    needs = []
    for item in items[: SHOWN["approvals"]]:
        audit = words.audit_words(item.resource)[0]
        parts = [audit]
        if item.rejects_left is not None:
            parts.append(tr("today", "{count} rejection left|{count} rejections left", count=item.rejects_left))
        if item.lint is not None and not item.lint.clean:
            parts.append(tr("today", "{count} finding|{count} findings", count=item.lint.block + item.lint.evidence + item.lint.warn))
        left = None if item.due is None else item.due - now
        tone = "text" if left is None else "bad" if left <= timedelta(hours=2) else "warn" if left <= timedelta(hours=24) else "text"
        needs.append(
            Need(
                key=f"approval:{item.resource.resource_id}",
                title=DOT.join((f"@{item.order.author_name} {words.version_name(item.resource)}", shown.money(item.amount))),
                note=DOT.join(parts),
                target=Target("approvals", {"order_id": item.order.order_id}),
                face=item.order.author_name or "?",
                face_key=str(item.order.author_id),
                right=shown.remaining(item.due, now) if item.due is not None else tr("today", "no deadline agreed"),
                right_tone=tone if item.due is not None else "text-3",
                right_note=shown.moment(item.due, now) if item.due is not None else shown.ago(item.resource.created_at, now),
            )
        )
    return Section("approvals", tr("today", "To approve"), len(items), tr("today", "by deadline"), Target("approvals"), tuple(needs))


def _outbox(entries: Sequence[OutboxEntry]) -> Section:
    mine = [one for one in entries if one.group is OutboxGroup.NEEDS_YOU]
    waiting = sum(one.group is OutboxGroup.WAITING for one in entries)
    needs = [
        Need(
            key=f"intent:{one.intent.intent_id}",
            title=sentence(one.intent).whole,
            note=_why(one),
            target=Target("outbox"),
            icon="alert-triangle",
            tone="bad" if one.can_answer else "warn",
            right=tr("today", "Look"),
            right_tone="accent",
        )
        for one in mine[: SHOWN["outbox"]]
    ]
    note = tr("today", "{count} more leave by themselves", count=waiting) if waiting else ""
    return Section("outbox", tr("today", "The outbox needs you"), len(mine), note, Target("outbox"), tuple(needs))


def _why(entry: OutboxEntry) -> str:
    intent: Intent = entry.intent
    if entry.can_answer:
        return tr("today", "The result is unknown; only a person can settle it")
    if intent.outcome == "changed_since_seen":
        return tr("today", "It changed since you looked; nothing was sent")
    if intent.outcome == "rejected":
        return tr("today", "The platform refused; nothing was changed")
    return tr("today", "Nothing was sent")


def _of_orders(key: str, title: str, rows: Sequence[OrderRow], now: datetime, *, icon: str, tone: str) -> Section:
    shown = formats()
    needs = []
    for row in rows[: SHOWN[key]]:
        due, due_tone, _ = words.deadline(row, now)
        needs.append(
            Need(
                key=f"{key}:{row.order.order_id}",
                title=DOT.join((f"@{row.order.author_name} {words.status_name(row.order.status)}", shown.money(row.order.task_cost))),
                note=DOT.join(part for part in (words.next_step(row)[0], row.campaign_name) if part),
                target=Target("campaigns", {"order_id": row.order.order_id}),
                icon=icon,
                tone=tone,
                right=due,
                right_tone=due_tone,
            )
        )
    known = [row.order.task_cost for row in rows if row.order.task_cost is not None]
    rest = Target("campaigns", {"order_ids": [row.order.order_id for row in rows]})
    return Section(key, title, len(rows), shown.money(total(known)) if known else "", rest, tuple(needs))


def _drafts(briefs: Sequence[BriefSummary], now: datetime) -> Section:
    needs = []
    for brief in briefs[: SHOWN["drafts"]]:
        parts = []
        if brief.problems:
            parts.append(tr("today", "{count} field left|{count} fields left", count=brief.problems))
        if brief.unanswered:
            parts.append(tr("today", "{count} finding open|{count} findings open", count=brief.unanswered))
        needs.append(
            Need(
                key=f"brief:{brief.brief_id}",
                title=brief.title or tr("today", "Untitled brief"),
                note=DOT.join(parts) or tr("today", "Ready to order"),
                target=Target("briefs", {"brief_id": brief.brief_id}),
                icon="brief",
                tone="text-2",
                right=formats().ago(brief.updated_at, now),
                right_tone="text-2",
            )
        )
    return Section("drafts", tr("today", "Drafts"), len(briefs), tr("today", "kept on this computer"), Target("briefs"), tuple(needs))


def nearest(found: Sources) -> datetime | None:
    """The soonest contract deadline among what waits for approval."""
    return min((one.due for one in found.approvals or () if one.due is not None and one.pending is None), default=None)


def pacing(campaigns: Sequence[CampaignSummary], most: int = 3) -> list[CampaignSummary]:
    """The campaigns that still move, those with most left to do first."""
    moving = [one for one in campaigns if one.live and one.finished < one.live]
    return sorted(moving, key=lambda one: (one.live - one.finished, one.late), reverse=True)[:most]


class Move(StrEnum):
    """What an order waits for when it waits for us."""

    PAY = "pay"
    REVIEW = "review"
    PUBLISH = "publish"
    ACCEPT = "accept"
    ANSWER = "answer"


_MOVES = {
    OrderStatus.UNPAID: Move.PAY,
    OrderStatus.BALANCE_DUE: Move.PAY,
    OrderStatus.SCRIPT_UPLOADED: Move.REVIEW,
    OrderStatus.VIDEO_UPLOADED: Move.REVIEW,
    OrderStatus.VIDEO_CONFIRMED: Move.PUBLISH,
    OrderStatus.PUBLISHED: Move.ACCEPT,
}


def waiting_for_us(rows: Sequence[OrderRow]) -> dict[CampaignId, tuple[tuple[Move, int], ...]]:
    """By campaign, what its orders wait for from us, the most frequent first."""
    found: dict[CampaignId, Counter[Move]] = {}
    for row in rows:
        move = Move.ANSWER if row.order.author_cancel_requested else _MOVES.get(row.order.status)
        if row.waits_on is WaitsOn.CLIENT and move is not None and row.order.campaign_id is not None:
            found.setdefault(row.order.campaign_id, Counter())[move] += 1
    return {campaign: tuple(counted.most_common()) for campaign, counted in found.items()}


def day(instant: datetime) -> date:
    """The Beijing day of an instant."""
    return instant.astimezone(BEIJING).date()


def windows(rows: Sequence[OrderRow], now: datetime, days: int = 7) -> list[Window]:
    """Publish windows that touch the next `days` days, of orders still to be published; soonest end first."""
    start, end = day(now), day(now) + timedelta(days=days - 1)
    grouped: dict[tuple[str, date, date], list[OrderRow]] = {}
    for row in _to_publish(rows):
        until = row.order.publish_until
        if until is None:
            continue
        first = day(row.order.publish_from) if row.order.publish_from is not None else day(until)
        last = day(until)
        if last >= start and first <= end:
            grouped.setdefault((row.campaign_name, first, last), []).append(row)
    made = [
        Window(
            campaign,
            first,
            last,
            tuple(row.order.order_id for row in found),
            sum(row.late for row in found),
            total(row.order.task_cost for row in found if row.order.task_cost is not None),
        )
        for (campaign, first, last), found in grouped.items()
    ]
    return sorted(made, key=lambda one: (one.last, one.first, one.campaign))


def closing(rows: Sequence[OrderRow], now: datetime, days: int = 42) -> list[tuple[date, tuple[OrderId, ...]]]:
    """For each of the next `days` Beijing days the orders whose window ends on it."""
    start = day(now)
    found: dict[date, list[OrderId]] = {start + timedelta(days=offset): [] for offset in range(days)}
    for row in _to_publish(rows):
        if row.order.publish_until is not None and (ends := day(row.order.publish_until)) in found:
            found[ends].append(row.order.order_id)
    return [(when, tuple(ids)) for when, ids in found.items()]


def _to_publish(rows: Sequence[OrderRow]) -> list[OrderRow]:
    return [row for row in rows if not row.order.status.ended and row.order.status is not _S.PUBLISHED]
