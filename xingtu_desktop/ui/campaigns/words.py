"""Words for orders: states, whose move it is, deadlines, versions, audits, what was already decided."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from xingtu_desktop.domain.intent import IntentKind, IntentState
from xingtu_desktop.domain.lifecycle import AuditStatus, CancelReason, OrderAction, OrderStatus, ResourceKind, ResourceStatus
from xingtu_desktop.domain.order import Resource
from xingtu_desktop.services.campaigns import Lateness, OrderRow, WaitsOn
from xingtu_desktop.ui.formats import DOT, UNKNOWN
from xingtu_desktop.ui.i18n import Message, formats, tr

_S = OrderStatus
_STATUS: Final = {
    _S.UNPAID: Message("campaigns", "To pay"),
    _S.WAITING_FOR_CREATOR: Message("campaigns", "Offered"),
    _S.ACCEPTED: Message("campaigns", "Accepted"),
    _S.SCRIPT_UPLOADED: Message("campaigns", "Script to review"),
    _S.SCRIPT_REJECTED: Message("campaigns", "Script sent back"),
    _S.SCRIPT_CONFIRMED: Message("campaigns", "Script confirmed"),
    _S.SCRIPT_SKIPPED: Message("campaigns", "Without script"),
    _S.VIDEO_UPLOADED: Message("campaigns", "Video to review"),
    _S.VIDEO_REJECTED: Message("campaigns", "Video sent back"),
    _S.VIDEO_CONFIRMED: Message("campaigns", "Video confirmed"),
    _S.BALANCE_DUE: Message("campaigns", "Balance due"),
    _S.PUBLISHED: Message("campaigns", "Published"),
    _S.FINISHED: Message("campaigns", "Settled"),
    _S.CANCELLED: Message("campaigns", "Cancelled"),
    _S.CLOSED: Message("campaigns", "Closed"),
}
_PENDING: Final = {
    IntentKind.APPROVE: Message("campaigns", "Confirmed by you"),
    IntentKind.REJECT: Message("campaigns", "Sent back by you"),
    IntentKind.PUBLISH: Message("campaigns", "Publishing"),
    IntentKind.FINISH: Message("campaigns", "Accepting"),
    IntentKind.CANCEL: Message("campaigns", "Cancelling"),
    IntentKind.REPLY_CANCEL: Message("campaigns", "Answering the creator"),
    IntentKind.PAY_TAIL: Message("campaigns", "Paying the balance"),
}
_INTENT_STATE: Final = {
    IntentState.QUEUED: Message("campaigns", "waits to be sent"),
    IntentState.CLAIMED: Message("campaigns", "being sent"),
    IntentState.SENDING: Message("campaigns", "being sent"),
    IntentState.UNKNOWN: Message("campaigns", "result unknown, being checked"),
    IntentState.NEEDS_HUMAN: Message("campaigns", "needs you in the outbox"),
}
_NEXT: Final = {
    _S.UNPAID: Message("campaigns", "Pay the request it was created with"),
    _S.WAITING_FOR_CREATOR: Message("campaigns", "The creator has not answered yet"),
    _S.ACCEPTED: Message("campaigns", "The creator writes the script"),
    _S.SCRIPT_UPLOADED: Message("campaigns", "Review the script"),
    _S.SCRIPT_REJECTED: Message("campaigns", "The creator changes the script"),
    _S.SCRIPT_CONFIRMED: Message("campaigns", "The creator makes the video"),
    _S.SCRIPT_SKIPPED: Message("campaigns", "The creator makes the video"),
    _S.VIDEO_UPLOADED: Message("campaigns", "Review the video"),
    _S.VIDEO_REJECTED: Message("campaigns", "The creator changes the video"),
    _S.VIDEO_CONFIRMED: Message("campaigns", "Publish the video"),
    _S.BALANCE_DUE: Message("campaigns", "Pay the balance, then it can be published"),
    _S.PUBLISHED: Message("campaigns", "Accept it and release the escrow"),
    _S.FINISHED: Message("campaigns", "Nothing left to do"),
    _S.CANCELLED: Message("campaigns", "Ended early"),
    _S.CLOSED: Message("campaigns", "Ended early"),
}
ACTION_NAMES: Final = {
    OrderAction.PAY: Message("campaigns", "Pay the request"),
    OrderAction.PUBLISH: Message("campaigns", "Publish"),
    OrderAction.PAY_TAIL: Message("campaigns", "Pay the balance"),
    OrderAction.FINISH: Message("campaigns", "Accept"),
    OrderAction.CANCEL: Message("campaigns", "Cancel order"),
}
CANCEL_REASONS: Final = {
    CancelReason.PLAN_CHANGED: Message("campaigns", "The plan changed"),
    CancelReason.WRONG_INFORMATION: Message("campaigns", "The task was filled in wrongly"),
    CancelReason.AGREED_BY_BOTH: Message("campaigns", "Agreed with the creator"),
    CancelReason.NO_SLOT: Message("campaigns", "The creator has no time"),
    CancelReason.UNCOOPERATIVE: Message("campaigns", "The creator does not cooperate"),
    CancelReason.NOT_AS_REQUIRED: Message("campaigns", "The content is not as required"),
    CancelReason.OTHER: Message("campaigns", "Another reason"),
}


def status_name(status: OrderStatus) -> str:
    """A state in words."""
    return _STATUS[status].text()


def status_tone(row: OrderRow) -> str:
    """Colour of a state: ours to move, settled, ended, or theirs."""
    if row.order.status in (_S.PUBLISHED, _S.FINISHED):
        return "good"
    if row.waits_on is WaitsOn.NOBODY:
        return "text-3"
    return "accent" if row.waits_on is WaitsOn.CLIENT else "text-2"


def waits_on(who: WaitsOn) -> str:
    """Whose move it is."""
    return {WaitsOn.CLIENT: tr("campaigns", "Us"), WaitsOn.CREATOR: tr("campaigns", "Creator"), WaitsOn.NOBODY: UNKNOWN}[who]


def version_name(resource: Resource) -> str:
    """A version in words: "视频 v3"."""
    if resource.kind is ResourceKind.SCRIPT:
        return tr("campaigns", "Script v{number}", number=resource.version)
    return tr("campaigns", "Video v{number}", number=resource.version)


def resource_state(resource: Resource) -> tuple[str, str]:
    """What we said of a version, and its tone."""
    return {
        ResourceStatus.UPLOADED: (tr("campaigns", "waits for us"), "accent"),
        ResourceStatus.REJECTED: (tr("campaigns", "sent back"), "warn"),
        ResourceStatus.CONFIRMED: (tr("campaigns", "confirmed"), "good"),
        ResourceStatus.SUPERSEDED: (tr("campaigns", "replaced"), "text-3"),
        ResourceStatus.DELETED: (tr("campaigns", "deleted"), "text-3"),
    }[resource.status]


def audit_words(resource: Resource) -> tuple[str, str]:
    """What the platform's audit says of a version, and its tone."""
    return {
        AuditStatus.IN_REVIEW: (tr("campaigns", "platform audit running"), "text-2"),
        AuditStatus.PASSED: (tr("campaigns", "platform audit passed"), "good"),
        AuditStatus.FAILED: (tr("campaigns", "platform audit failed"), "bad"),
        AuditStatus.DELETED_BY_AUTHOR: (tr("campaigns", "deleted by the creator"), "text-3"),
        AuditStatus.SKIPPED: (tr("campaigns", "no platform audit"), "text-3"),
    }[resource.audit]


def pending_words(row: OrderRow) -> str:
    """What was already decided and where it stands: "发布中 · 等待发送"; "" when nothing was."""
    if row.pending is None:
        return ""
    kind = _PENDING.get(row.pending.kind)
    state = _INTENT_STATE.get(row.pending.state)
    return DOT.join(message.text() for message in (kind, state) if message is not None)


def lateness_words(row: OrderRow) -> str:
    """Why an order is late; "" when it is not."""
    if row.lateness is Lateness.WINDOW_CLOSED:
        return tr("campaigns", "The publish window is over")
    if row.lateness is Lateness.TOO_LITTLE_TIME:
        return tr("campaigns", "Too little time left for this state (rule of thumb)")
    return ""


def next_step(row: OrderRow) -> tuple[str, str]:
    """Reason and next step of an order, and its tone; what was decided goes before what is late."""
    pending = pending_words(row)
    if pending:
        return pending, "accent"
    if row.order.author_cancel_requested and not row.order.status.ended:
        reason = row.order.author_cancel_reason
        asked = tr("campaigns", "The creator asks to cancel")
        return (tr("campaigns", "{asked}: {reason}", asked=asked, reason=reason) if reason else asked), "warn"
    step = _NEXT[row.order.status].text()
    late = lateness_words(row)
    return (DOT.join((late, step)), "warn") if late else (step, "text-2")


def deadline(row: OrderRow, now: datetime) -> tuple[str, str, str]:
    """The deadline that binds now: words, tone, and where it comes from. A contract's goes before the publish window's."""
    shown = formats()
    if row.due is not None:
        left = row.due - now
        tone = "bad" if left <= timedelta(hours=2) else "warn" if left <= timedelta(hours=24) else "text"
        return shown.remaining(row.due, now), tone, tr("campaigns", "Review by contract: {moment}", moment=shown.moment(row.due, now))
    until = row.order.publish_until
    if row.order.status.ended or row.order.status is _S.PUBLISHED or until is None:
        return UNKNOWN, "text-3", ""
    source = tr("campaigns", "End of the publish window: {moment}", moment=shown.moment(until, now))
    tone = "bad" if row.lateness is Lateness.WINDOW_CLOSED else "warn" if row.late else "text"
    if row.lateness is Lateness.WINDOW_CLOSED:
        return shown.remaining(until, now), tone, source
    return shown.moment(until, now), tone, source
