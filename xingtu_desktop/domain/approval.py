"""The approval queue: what waits for the client's word, by when, and what a batch would do. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from xingtu_desktop.core.clock import BEIJING
from xingtu_desktop.domain.ids import ResourceId
from xingtu_desktop.domain.intent import Intent
from xingtu_desktop.domain.lifecycle import AuditStatus, ResourceKind, ResourceStatus
from xingtu_desktop.domain.money import Fen, total
from xingtu_desktop.domain.order import Campaign, Order, Resource


@dataclass(frozen=True, slots=True)
class LintCount:
    """Findings of the reviewer on the newest text; None in an item where nothing could be read yet."""

    block: int
    evidence: int
    warn: int

    @property
    def clean(self) -> bool:
        return not (self.block or self.evidence or self.warn)


@dataclass(frozen=True, slots=True)
class ApprovalItem:
    """One version that waits, with everything that the queue row shows."""

    order: Order
    resource: Resource
    campaign: Campaign | None
    lint: LintCount | None
    seen_hash: str | None
    """The hash of what was on screen last; it counts only while it equals the version's own."""
    seen_at: datetime | None
    due: datetime | None
    """From the contract (upload + hours); None where none was agreed."""
    rejects_left: int | None
    """From the contract; None where none was agreed."""
    snoozed_until: datetime | None
    flag: str | None
    pending: Intent | None
    """The open intent on this order, if the operator has already decided."""

    @property
    def seen(self) -> bool:
        return self.resource.content_hash is not None and self.seen_hash == self.resource.content_hash

    @property
    def here(self) -> bool:
        """Whether text or video is on this computer."""
        return self.resource.content_hash is not None

    @property
    def amount(self) -> Fen | None:
        return self.order.task_cost


def due_at(resource: Resource, campaign: Campaign | None) -> datetime | None:
    """When silence counts as yes by contract; None where nothing was agreed."""
    if campaign is None or campaign.review_hours is None:
        return None
    return resource.created_at + timedelta(hours=campaign.review_hours)


def rejects_left(resources: Iterable[Resource], kind: ResourceKind, campaign: Campaign | None) -> int | None:
    """The contract's number less the versions of `kind` already rejected; None where nothing was agreed."""
    if campaign is None or campaign.reject_limit is None:
        return None
    rejected = sum(r.kind is kind and r.status is ResourceStatus.REJECTED for r in resources)
    return max(0, campaign.reject_limit - rejected)


class Grouping(StrEnum):
    DUE = "due"
    CAMPAIGN = "campaign"
    CREATOR = "creator"
    STAGE = "stage"


class DueGroup(StrEnum):
    OVERDUE = "overdue"
    TWO_HOURS = "two_hours"
    TODAY = "today"
    TOMORROW = "tomorrow"
    LATER = "later"
    NOT_AGREED = "not_agreed"


def due_group(due: datetime | None, now: datetime) -> DueGroup:
    """Which heading a deadline stands under; days are those of the instants' own zone, so pass Beijing times."""
    if due is None:
        return DueGroup.NOT_AGREED
    if due <= now:
        return DueGroup.OVERDUE
    if due - now <= timedelta(hours=2):
        return DueGroup.TWO_HOURS
    days = (due.date() - now.astimezone(due.tzinfo).date()).days
    return DueGroup.TODAY if days == 0 else DueGroup.TOMORROW if days == 1 else DueGroup.LATER


def due_today(items: Iterable[ApprovalItem], now: datetime) -> int:
    """How many wait undecided with a deadline that falls on Xingtu's today or has passed: the number beside 审批."""
    today = now.astimezone(BEIJING).date()
    return sum(item.pending is None and item.due is not None and item.due.astimezone(BEIJING).date() <= today for item in items)


def sort_key(item: ApprovalItem) -> tuple[bool, datetime, int]:
    """Soonest deadline first, then oldest upload; without a deadline last."""
    return (item.due is None, item.due or item.resource.created_at, int(item.resource.resource_id))


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """A batch by rule; every condition that is on must hold."""

    clean_lint: bool = True
    audit_passed: bool = True
    at_most: Fen | None = None
    seen_only: bool = True


class Exclusion(StrEnum):
    """Why an item is not in a batch."""

    NOT_SEEN = "not_seen"
    NOT_HERE = "not_here"
    LINT = "lint"
    LINT_UNKNOWN = "lint_unknown"
    AUDIT = "audit"
    AMOUNT = "amount"
    AMOUNT_UNKNOWN = "amount_unknown"
    DECIDED = "decided"
    CANCEL_ASKED = "cancel_asked"


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """Exactly what a confirmation would do."""

    included: tuple[ApprovalItem, ...]
    excluded: tuple[tuple[ApprovalItem, tuple[Exclusion, ...]], ...]
    unseen: tuple[ResourceId, ...]
    """Included although never on screen, because the operator said so in words."""

    @property
    def amount(self) -> Fen:
        return total(item.amount for item in self.included if item.amount is not None)


def audits_passed(resource: Resource) -> bool:
    """Whether the version as a whole and each of its audits (content, ad material …) passed or was not needed."""
    answers = (resource.audit, *(finding.status for finding in resource.findings))
    return all(answer in (AuditStatus.PASSED, AuditStatus.SKIPPED) for answer in answers)


def exclusions(item: ApprovalItem, rule: ApprovalRule) -> tuple[Exclusion, ...]:
    """Every reason that keeps `item` out of a batch by `rule`."""
    found: list[Exclusion] = []
    if item.pending is not None:
        found.append(Exclusion.DECIDED)
    if item.order.author_cancel_requested:
        found.append(Exclusion.CANCEL_ASKED)
    if rule.seen_only and not item.seen:
        found.append(Exclusion.NOT_SEEN)
    if not item.here:
        found.append(Exclusion.NOT_HERE)
    if rule.clean_lint and item.resource.kind is ResourceKind.SCRIPT:
        if item.lint is None:
            found.append(Exclusion.LINT_UNKNOWN)
        elif not item.lint.clean:
            found.append(Exclusion.LINT)
    if rule.audit_passed and not audits_passed(item.resource):
        found.append(Exclusion.AUDIT)
    if item.amount is None:
        found.append(Exclusion.AMOUNT_UNKNOWN)
    elif rule.at_most is not None and item.amount > rule.at_most:
        found.append(Exclusion.AMOUNT)
    return tuple(found)


def plan(items: Sequence[ApprovalItem], rule: ApprovalRule) -> BatchPlan:
    """Sort `items` into what the batch would approve and what not, each with its reasons."""
    included: list[ApprovalItem] = []
    excluded: list[tuple[ApprovalItem, tuple[Exclusion, ...]]] = []
    for item in items:
        reasons = exclusions(item, rule)
        if reasons:
            excluded.append((item, reasons))
        else:
            included.append(item)
    return BatchPlan(tuple(included), tuple(excluded), tuple(i.resource.resource_id for i in included if not i.seen))
