"""How an entry of the outbox stands, in words: waiting for what, being checked why, ended how, asking what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xingtu_desktop.domain.intent import Intent, IntentState, RejectResource
from xingtu_desktop.domain.lifecycle import OrderStatus
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.services.outbox_view import OutboxEntry, OutboxGroup, WaitsFor
from xingtu_desktop.services.sync.connectivity import Phase
from xingtu_desktop.ui.formats import UNKNOWN
from xingtu_desktop.ui.i18n import formats, tr


@dataclass(frozen=True, slots=True)
class Standing:
    """`label` in `tone` with an icon, then `tail` in a quiet tone. `detail` is the platform's own text, shown plain."""

    label: str
    tail: str = ""
    tone: str = "text-2"
    icon: str = "clock"


def group_name(group: OutboxGroup) -> str:
    """需要你, 核对中, 待发, 已发送."""
    match group:
        case OutboxGroup.NEEDS_YOU:
            return tr("sync", "Needs you")
        case OutboxGroup.CHECKING:
            return tr("sync", "Checking")
        case OutboxGroup.WAITING:
            return tr("sync", "Waiting")
        case OutboxGroup.SENT:
            return tr("sync", "Sent and ended")


def standing(entry: OutboxEntry, now: datetime, phase: Phase | None = None) -> Standing:
    """The words of one entry at `now`; `phase` is the connection's, where it is known."""
    intent = entry.intent
    if entry.group is OutboxGroup.WAITING:
        return _waiting(entry, now, phase)
    if intent.state is IntentState.CLAIMED:
        return Standing(tr("sync", "Reading once more"), tr("sync", "Sent only if nothing changed since you looked"), "accent", "refresh")
    if intent.state is IntentState.SENDING:
        return Standing(tr("sync", "Sending"), tr("sync", "try {count}", count=intent.attempt), "accent", "outbox")
    if intent.state is IntentState.UNKNOWN:
        label = tr("sync", "Result unknown · checking")
        return Standing(label, _unknown_reason(intent), "text-2", "refresh")
    if intent.state is IntentState.NEEDS_HUMAN:
        return Standing(tr("sync", "Decide"), asks(intent), "bad", "person-forward")
    return _ended(intent, now)


def _waiting(entry: OutboxEntry, now: datetime, phase: Phase | None) -> Standing:
    intent, until = entry.intent, entry.until
    match entry.waits_for:
        case WaitsFor.STOPPED:
            return Standing(tr("sync", "Stopped"), tr("sync", "leaves after you resume"), "warn", "pause-circle")
        case WaitsFor.HELD if until is not None:
            return Standing(
                tr("sync", "Held until {time}", time=formats().moment(until, now)), _reject_length(intent), "text-2", "pause-circle"
            )
        case WaitsFor.HELD:
            return Standing(tr("sync", "Held"), tr("sync", "until you release it"), "text-2", "pause-circle")
        case WaitsFor.UNDO:
            left = max(0, round((until - now).total_seconds())) if until is not None else 0
            label = tr("sync", "Leaves soon · undo {left}", left=formats().seconds(left))
            return Standing(label, _reject_length(intent), "accent", "clock")
        case WaitsFor.BEFORE:
            return Standing(tr("sync", "Waits for the step before"), "", "text-2", "clock")
        case WaitsFor.RETRY:
            tail = tr("sync", "next try {time}", time=formats().moment(until, now)) if until is not None else ""
            return Standing(_retry_reason(intent), tail, "warn", "clock")
    if phase is Phase.SIGNED_OUT:
        return Standing(tr("sync", "Waits for sign-in"), _reject_length(intent), "text-2", "lock")
    if phase is Phase.OFFLINE or (phase is None and intent.outcome == "offline"):
        return Standing(tr("sync", "Waits for the network"), _reject_length(intent), "text-2", "wifi-off")
    return Standing(tr("sync", "Next to be sent"), _reject_length(intent), "accent", "outbox")


def _reject_length(intent: Intent) -> str:
    if isinstance(intent.payload, RejectResource):
        return tr("sync", "note {count}/100 characters", count=len(intent.payload.feedback))
    return ""


def _retry_reason(intent: Intent) -> str:
    match intent.outcome:
        case "rate_limited":
            return tr("sync", "The platform limits requests")
        case "signed_out":
            return tr("sync", "Renewing the sign-in")
        case "waits_for_orders":
            return tr("sync", "Waits until its orders are still")
        case _:
            return tr("sync", "The order could not be read")


def _unknown_reason(intent: Intent) -> str:
    sent = formats().clock(intent.sent_at)
    match intent.outcome:
        case "interrupted":
            return tr("sync", "the program ended while it was sent, {time}", time=sent)
        case "unreadable_answer":
            return tr("sync", "sent {time}, the answer made no sense", time=sent)
        case "rejected_unread":
            return tr("sync", "sent again {time} and refused; an earlier try may count", time=sent)
        case _:
            return tr("sync", "sent {time}, no answer came", time=sent)


def asks(intent: Intent) -> str:
    """Why a person has to decide."""
    detail = intent.detail
    match intent.outcome:
        case "tag_exists":
            return tr("sync", "orders with this tag are already on the platform")
        case "not_found_by_tag":
            return tr("sync", "no orders with this tag were found; they may still appear")
        case "bill_higher":
            return tr("sync", "the bill is {bill}, you agreed to {most}", bill=money(detail.get("bill")), most=money(detail.get("at_most")))
        case "bill_changed":
            return tr("sync", "the bill was {bill} and is now {now}", bill=money(detail.get("bill")), now=money(detail.get("now_due")))
        case "insufficient_balance":
            return tr(
                "sync", "the balance is {balance}, the bill {bill}", balance=money(detail.get("balance")), bill=money(detail.get("bill"))
            )
        case "cannot_be_read":
            return tr("sync", "the platform no longer shows what was acted on")
        case "not_applied":
            return tr("sync", "two reads found no effect; a repeat is not safe by itself")
        case "other_install":
            return tr("sync", "decided on another computer or before a restore; never sent from here. Give it up to decide anew")
        case "bug":
            return tr("sync", "this program failed before sending; nothing left")
        case _:
            return tr("sync", "the reads do not say whether it took effect")


def _ended(intent: Intent, now: datetime) -> Standing:
    when = formats().moment(intent.updated_at, now)
    if intent.state is IntentState.DONE:
        return _done(intent, when)
    match intent.outcome:
        case "changed_since_seen":
            return Standing(tr("sync", "Changed · not sent"), changed(intent), "warn", "alert-triangle")
        case "gone":
            return Standing(tr("sync", "Not sent"), tr("sync", "the platform no longer has it"), "warn", "alert-triangle")
        case "nothing_to_pay":
            return Standing(tr("sync", "Not sent"), tr("sync", "there is no bill to pay"), "warn", "alert-triangle")
        case "not_sent":
            return Standing(tr("sync", "Not sent"), tr("sync", "it could not be sent as it is"), "warn", "alert-triangle")
        case "rejected":
            code = intent.detail.get("code")
            tail = tr("sync", "{time}, code {code}, no effect", time=when, code=UNKNOWN if code is None else code)
            return Standing(tr("sync", "The platform refused"), tail, "bad", "blocked")
        case "dropped_by_person":
            return Standing(tr("sync", "Given up"), when, "text-2", "minus")
        case "dependency_failed":
            return Standing(tr("sync", "Not sent"), tr("sync", "the step before it did not happen"), "text-2", "minus")
        case _:
            return Standing(tr("sync", "Ended without effect"), f"{when} · {intent.outcome}", "text-2", "minus")


def _done(intent: Intent, when: str) -> Standing:
    match intent.outcome:
        case "sent":
            return Standing(tr("sync", "Done"), tr("sync", "{time}, accepted by the platform", time=when), "good", "check")
        case "confirmed_by_read":
            return Standing(tr("sync", "Done"), tr("sync", "{time}, read back twice", time=when), "good", "check")
        case "already_so":
            return Standing(tr("sync", "Already so"), tr("sync", "{time}, found done, nothing was sent", time=when), "text-2", "minus")
        case "already_so_refused":
            tail = tr("sync", "{time}, refused as it stood so already; no second effect", time=when)
            return Standing(tr("sync", "Already so"), tail, "text-2", "minus")
        case "done_before":
            tail = tr("sync", "{time}, your action before had done it; no second effect", time=when)
            return Standing(tr("sync", "Already so"), tail, "text-2", "minus")
        case "paid_differs":
            detail = intent.detail
            tail = tr("sync", "bill {bill}, paid {paid}", bill=money(detail.get("bill")), paid=money(detail.get("paid")))
            return Standing(tr("sync", "Paid, but not as billed"), tail, "bad", "alert-triangle")
        case "done_by_person":
            return Standing(tr("sync", "Marked as done"), when, "good", "check")
        case _:
            return Standing(tr("sync", "Done"), f"{when} · {intent.outcome}", "good", "check")


def changed(intent: Intent) -> str:
    """What differs from what was on screen."""
    detail = intent.detail
    expected, actual = detail.get("expected"), detail.get("actual")
    match detail.get("what"):
        case "version":
            return tr("sync", "a newer version was uploaded")
        case "content":
            return tr("sync", "the content is not what was on screen")
        case "resource":
            return tr("sync", "the version was deleted")
        case "resource_status":
            return tr("sync", "the version was decided elsewhere")
        case "status":
            return tr("sync", "the order went from {before} to {now}", before=status_name(expected), now=status_name(actual))
        case "amount":
            return tr("sync", "the amount was {before} and is {now}", before=money(expected), now=money(actual))
        case "cancel_cost":
            return tr("sync", "cancelling cost {before} and now costs {now}", before=money(expected), now=money(actual))
        case "request":
            return tr("sync", "the creator no longer asks to cancel")
        case _:
            return tr("sync", "it is not what was on screen")


def money(value: object) -> str:
    """Fen from an intent's detail; what is no whole number is unknown."""
    return formats().money(Fen(value)) if isinstance(value, int) else UNKNOWN


def status_name(value: object) -> str:
    """An order's state by its code."""
    if not isinstance(value, int) or value not in {int(one) for one in OrderStatus}:
        return UNKNOWN
    match OrderStatus(value):
        case OrderStatus.UNPAID:
            return tr("sync", "unpaid")
        case OrderStatus.WAITING_FOR_CREATOR:
            return tr("sync", "waiting for the creator")
        case OrderStatus.ACCEPTED:
            return tr("sync", "accepted")
        case OrderStatus.SCRIPT_UPLOADED:
            return tr("sync", "script to approve")
        case OrderStatus.SCRIPT_REJECTED:
            return tr("sync", "script sent back")
        case OrderStatus.SCRIPT_CONFIRMED:
            return tr("sync", "script approved")
        case OrderStatus.SCRIPT_SKIPPED:
            return tr("sync", "no script needed")
        case OrderStatus.VIDEO_UPLOADED:
            return tr("sync", "video to approve")
        case OrderStatus.VIDEO_REJECTED:
            return tr("sync", "video sent back")
        case OrderStatus.VIDEO_CONFIRMED:
            return tr("sync", "video approved")
        case OrderStatus.BALANCE_DUE:
            return tr("sync", "balance due")
        case OrderStatus.PUBLISHED:
            return tr("sync", "published")
        case OrderStatus.FINISHED:
            return tr("sync", "finished")
        case OrderStatus.CANCELLED:
            return tr("sync", "cancelled")
        case OrderStatus.CLOSED:
            return tr("sync", "closed")
