"""The words of the approvals view: what the audit, the reviewer, the contract and the outbox say of a version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from xingtu_desktop.domain.approval import ApprovalItem, DueGroup, Exclusion, Grouping, LintCount
from xingtu_desktop.domain.compliance import LetThrough, Severity, Trick
from xingtu_desktop.domain.intent import Intent, IntentKind, IntentState
from xingtu_desktop.domain.lifecycle import AdSyncDecision, AuditSource, AuditStatus, ResourceKind, ResourceStatus
from xingtu_desktop.domain.order import Resource
from xingtu_desktop.ui.formats import UNKNOWN
from xingtu_desktop.ui.i18n import formats, tr

AREA = "approvals"


@dataclass(frozen=True, slots=True)
class Said:
    """Words with the tone they are drawn in ("" is plain) and an icon, or none."""

    text: str
    tone: str = ""
    icon: str = ""


def kind_name(kind: ResourceKind) -> str:
    """脚本 or 视频."""
    return tr("approvals", "Script") if kind is ResourceKind.SCRIPT else tr("approvals", "Video")


def version_name(resource: Resource) -> str:
    """脚本 v2."""
    return f"{kind_name(resource.kind)} v{resource.version}"


def audit_status(status: AuditStatus) -> Said:
    """One audit's answer."""
    match status:
        case AuditStatus.PASSED:
            return Said(tr("approvals", "Passed"), "good", "check")
        case AuditStatus.FAILED:
            return Said(tr("approvals", "Not passed"), "bad", "blocked")
        case AuditStatus.SKIPPED:
            return Said(tr("approvals", "Not needed"), "good", "check")
        case AuditStatus.DELETED_BY_AUTHOR:
            return Said(tr("approvals", "Deleted by the creator"), "bad", "trash")
        case _:
            return Said(tr("approvals", "In review"), "warn", "clock")


def audit_source(source: AuditSource | None) -> str:
    """Whose audit: the content's, the ad material's, or one that this program does not know."""
    match source:
        case AuditSource.CONTENT:
            return tr("approvals", "Douyin content audit")
        case AuditSource.AD_MATERIAL:
            return tr("approvals", "Ad material audit")
        case _:
            return tr("approvals", "Other platform audit")


def audit_summary(resource: Resource) -> Said:
    """The platform's audits in two words; content and ad material are told apart."""
    worst: Said | None = None
    for finding in resource.findings:
        ad = finding.source is AuditSource.AD_MATERIAL
        if finding.status is AuditStatus.FAILED:
            return Said(tr("approvals", "Ad material refused") if ad else tr("approvals", "Content refused"), "bad")
        if finding.status is AuditStatus.IN_REVIEW:
            worst = Said(tr("approvals", "Ad material in review") if ad else tr("approvals", "Content in review"), "warn")
    if worst is not None:
        return worst
    match resource.audit:
        case AuditStatus.PASSED:
            return Said(tr("approvals", "Audit passed"))
        case AuditStatus.FAILED:
            return Said(tr("approvals", "Audit not passed"), "bad")
        case AuditStatus.SKIPPED:
            return Said(tr("approvals", "No audit needed"))
        case AuditStatus.DELETED_BY_AUTHOR:
            return Said(tr("approvals", "Deleted by the creator"), "bad")
        case _:
            return Said(tr("approvals", "Audit running"), "warn")


def lint_summary(item: ApprovalItem) -> Said:
    """The reviewer's counts; a video has no text to read, and a script that is not here is unknown."""
    if item.resource.kind is ResourceKind.VIDEO:
        return Said("") if item.here else Said(tr("approvals", "Not downloaded yet"), "warn", "wifi-off")
    return lint_count(item.lint)


def content_summary(item: ApprovalItem) -> Said:
    """The third line of a card: the reviewer's counts, or the length of a video."""
    if item.resource.kind is ResourceKind.VIDEO and item.here and item.resource.duration_seconds is not None:
        return Said(formats().duration(item.resource.duration_seconds), "", "video")
    return lint_summary(item)


def lint_count(lint: LintCount | None) -> Said:
    """ "1 to change · 2 need evidence"."""
    if lint is None:
        return Said(tr("approvals", "Not downloaded yet"), "warn", "wifi-off")
    if lint.clean:
        return Said(tr("approvals", "No findings"), "good", "check")
    parts = []
    if lint.block:
        parts.append(tr("approvals", "{count} to change", count=lint.block))
    if lint.evidence:
        parts.append(tr("approvals", "{count} need evidence", count=lint.evidence))
    if lint.warn:
        parts.append(tr("approvals", "{count} reminder|{count} reminders", count=lint.warn))
    text = " · ".join(parts)
    if lint.block:
        return Said(text, "bad", "blocked")
    return Said(text, "warn", "alert-triangle") if lint.evidence else Said(text, "", "info")


def severity_count(severity: Severity, count: int) -> str:
    """How many findings of a severity."""
    return lint_count(LintCount(*(count if each is severity else 0 for each in (Severity.BLOCK, Severity.EVIDENCE, Severity.WARN)))).text


def severity_name(severity: Severity) -> str:
    """须改, 缺证据, 提醒."""
    match severity:
        case Severity.BLOCK:
            return tr("approvals", "To change")
        case Severity.EVIDENCE:
            return tr("approvals", "Needs evidence")
        case _:
            return tr("approvals", "Reminder")


def severity_tone(severity: Severity) -> str:
    """The tone of a finding."""
    return {Severity.BLOCK: "bad", Severity.EVIDENCE: "warn"}.get(severity, "")


def severity_icon(severity: Severity) -> str:
    """The icon of a finding."""
    return {Severity.BLOCK: "blocked", Severity.EVIDENCE: "alert-triangle"}.get(severity, "info")


def trick_name(trick: Trick) -> str:
    """How a term was disguised; "" when it was not."""
    match trick:
        case Trick.SPELLING:
            return tr("approvals", "disguised spelling")
        case Trick.HOMOPHONE:
            return tr("approvals", "homophone")
        case Trick.PINYIN:
            return tr("approvals", "written in pinyin")
        case _:
            return ""


def let_through(reason: LetThrough) -> str:
    """Why a hit is no finding."""
    match reason:
        case LetThrough.COMMON_PHRASE:
            return tr("approvals", "common phrase")
        case LetThrough.NEGATED:
            return tr("approvals", "negated")
        case _:
            return tr("approvals", "other industry")


def rejects(item: ApprovalItem) -> Said:
    """Rejects left by contract; unknown is a dash."""
    left = item.rejects_left
    if left is None:
        return Said(tr("approvals", "{count} reject left|{count} rejects left", count=UNKNOWN))
    return Said(tr("approvals", "{count} reject left|{count} rejects left", count=left), "bad" if left <= 1 else "")


def remaining(item: ApprovalItem, now: datetime) -> Said:
    """Time to the contract's deadline."""
    text = formats().remaining(item.due, now)
    if item.due is None:
        return Said(text, "text-3")
    left = item.due - now
    if left <= timedelta(hours=2):
        return Said(text, "bad")
    return Said(text, "warn" if left <= timedelta(hours=12) else "text-2")


def decision_name(decision: AdSyncDecision) -> str:
    """`ad_sync_decision` in words: when the confirmation takes effect."""
    match decision:
        case AdSyncDecision.GIVE_UP_ADS:
            return tr("approvals", "Give up ad placement and publish")
        case AdSyncDecision.WHILE_AD_AUDIT_RUNS:
            return tr("approvals", "Confirm while the ad audit runs")
        case _:
            return tr("approvals", "Takes effect when every audit has passed")


def version_status(resource: Resource) -> str:
    """What the client said of a version."""
    match resource.status:
        case ResourceStatus.REJECTED:
            return tr("approvals", "Rejected")
        case ResourceStatus.CONFIRMED:
            return tr("approvals", "Confirmed")
        case ResourceStatus.SUPERSEDED:
            return tr("approvals", "Replaced")
        case ResourceStatus.DELETED:
            return tr("approvals", "Deleted")
        case _:
            return tr("approvals", "Waiting for you")


def group_title(grouping: Grouping, key: str) -> str:
    """The heading of a group; `key` is a DueGroup, a kind, or already a name."""
    if grouping is Grouping.STAGE:
        return kind_name(ResourceKind(int(key)))
    if grouping is Grouping.CAMPAIGN:
        return key or tr("approvals", "No campaign")
    if grouping is Grouping.CREATOR:
        return key or UNKNOWN
    match DueGroup(key):
        case DueGroup.OVERDUE:
            return tr("approvals", "Overdue")
        case DueGroup.TWO_HOURS:
            return tr("approvals", "Within 2 hours")
        case DueGroup.TODAY:
            return tr("approvals", "Today")
        case DueGroup.TOMORROW:
            return tr("approvals", "Tomorrow")
        case DueGroup.LATER:
            return tr("approvals", "After tomorrow")
        case _:
            return tr("approvals", "No deadline agreed")


def grouping_name(grouping: Grouping) -> str:
    """The words of the grouping menu."""
    match grouping:
        case Grouping.DUE:
            return tr("approvals", "By deadline")
        case Grouping.CAMPAIGN:
            return tr("approvals", "By campaign")
        case Grouping.CREATOR:
            return tr("approvals", "By creator")
        case _:
            return tr("approvals", "By stage")


def exclusion(reason: Exclusion, item: ApprovalItem) -> Said:
    """Why an item is not in a batch."""
    match reason:
        case Exclusion.NOT_SEEN:
            return Said(tr("approvals", "Never opened"))
        case Exclusion.NOT_HERE:
            return Said(tr("approvals", "Not on this computer"))
        case Exclusion.LINT:
            return Said(lint_count(item.lint).text, lint_count(item.lint).tone)
        case Exclusion.LINT_UNKNOWN:
            return Said(tr("approvals", "Text not checked yet"))
        case Exclusion.AUDIT:
            return audit_summary(item.resource)
        case Exclusion.AMOUNT:
            return Said(tr("approvals", "Above the amount"))
        case Exclusion.AMOUNT_UNKNOWN:
            return Said(tr("approvals", "Amount unknown"))
        case Exclusion.DECIDED:
            return Said(tr("approvals", "Already decided"))
        case _:
            return Said(tr("approvals", "Creator asks to cancel"), "bad")


def undo_seconds(intent: Intent, now: datetime) -> int:
    """Whole seconds in which nothing leaves; 0 afterwards."""
    return max(0, -int(-(intent.undo_until - now).total_seconds() // 1))


def pending_verb(intent: Intent) -> Said:
    """What was decided."""
    match intent.kind:
        case IntentKind.APPROVE:
            return Said(tr("approvals", "Approved"), "good", "check")
        case IntentKind.REJECT:
            return Said(tr("approvals", "Rejected"), "", "reject")
        case _:
            return Said(tr("approvals", "Another action"), "", "outbox")


def pending_state(intent: Intent, now: datetime, *, online: bool) -> str:
    """How far the decision is on its way."""
    match intent.state:
        case IntentState.CLAIMED | IntentState.SENDING:
            return tr("approvals", "being sent")
        case IntentState.UNKNOWN:
            return tr("approvals", "being checked")
        case IntentState.NEEDS_HUMAN:
            return tr("approvals", "needs you, see the outbox")
        case _:
            if intent.held or intent.hold_until is not None:
                return tr("approvals", "held back")
            if not online and not undo_seconds(intent, now):
                return tr("approvals", "waiting for the network")
            return tr("approvals", "waiting to be sent")


def can_undo(intent: Intent) -> bool:
    """Whether it has not begun to leave."""
    return intent.state is IntentState.QUEUED and intent.attempt == 0
