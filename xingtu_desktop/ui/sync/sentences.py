"""What an intent says in one sentence: who, what, which version, how much; single or as a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xingtu_desktop.domain.intent import (
    ApproveResource,
    CreateAssign,
    Intent,
    IntentKind,
    IntentState,
    PayCampaign,
    PayTail,
    RejectResource,
    ReplyCancel,
)
from xingtu_desktop.domain.lifecycle import ResourceKind
from xingtu_desktop.domain.money import Fen, total
from xingtu_desktop.ui.formats import UNKNOWN
from xingtu_desktop.ui.i18n import formats, tr

_MONEY = frozenset({IntentKind.PAY_CAMPAIGN, IntentKind.PAY_TAIL})


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` names the action, `amount` the sum beside it ("" where no money is named)."""

    text: str
    amount: str = ""

    @property
    def whole(self) -> str:
        """Both as one, for screen readers and toasts."""
        return f"{self.text} {self.amount}".strip()


def sentence(intent: Intent) -> Sentence:
    """The sentence of one intent."""
    return Sentence(_text(intent), _amount(intent))


def batch_sentence(intents: Sequence[Intent]) -> Sentence:
    """The sentence of several intents of one kind and batch."""
    amounts = [one.subject.amount for one in intents]
    known = [one for one in amounts if one is not None]
    money = formats().money(total(known)) if known else ""
    if known and len(known) < len(amounts):
        money = tr("sync", "{money} and unknown amounts", money=money)
    return Sentence(_batch_text(intents), money)


def confirmed(intents: Sequence[Intent]) -> Fen:
    """What the operator confirmed: the amounts of approvals, not of rejections, payments or cancellations."""
    return total(one.subject.amount for one in intents if one.kind is IntentKind.APPROVE and one.subject.amount is not None)


def payments(intents: Sequence[Intent]) -> Fen:
    """What payments may take at most, and what those that are done really took."""
    amounts: list[Fen] = []
    for one in intents:
        if not isinstance(one.payload, PayCampaign | PayTail):
            continue
        paid = one.result.get("paid")
        if one.state is IntentState.DONE:
            amounts += [Fen(paid)] if isinstance(paid, int) else []
        else:
            amounts.append(one.payload.at_most)
    return total(amounts)


def _text(intent: Intent) -> str:
    name = intent.subject.author_name or UNKNOWN
    payload = intent.payload
    match payload:
        case ApproveResource():
            return tr("sync", "Approve {thing} of @{name}", thing=_version(payload.kind, intent.subject.version), name=name)
        case RejectResource():
            return tr("sync", "Reject {thing} of @{name}", thing=_version(payload.kind, intent.subject.version), name=name)
        case ReplyCancel():
            if payload.accept:
                return tr("sync", "Agree to cancel the order of @{name}", name=name)
            return tr("sync", "Decline to cancel the order of @{name}", name=name)
        case CreateAssign():
            return tr(
                "sync",
                "Place {count} order for {name} ({tag})|Place {count} orders for {name} ({tag})",
                **_campaign(intent),
                tag=payload.tag,
            )
        case PayCampaign():
            return tr("sync", "Pay {count} order of {name}|Pay {count} orders of {name}", **_campaign(intent))
        case PayTail():
            return tr("sync", "Pay the balance of @{name}", name=name)
    if intent.kind is IntentKind.PUBLISH:
        return tr("sync", "Publish {thing} of @{name}", thing=_version(ResourceKind.VIDEO, intent.subject.version), name=name)
    if intent.kind is IntentKind.FINISH:
        return tr("sync", "Accept the finished order of @{name}", name=name)
    return tr("sync", "Cancel the order of @{name}", name=name)


def _campaign(intent: Intent) -> dict[str, object]:
    return {"count": intent.subject.count, "name": intent.subject.campaign_name or UNKNOWN}


def _version(kind: ResourceKind, version: int | None) -> str:
    name = tr("sync", "script") if kind is ResourceKind.SCRIPT else tr("sync", "video")
    return name if version is None else f"{name} v{version}"


def _amount(intent: Intent) -> str:
    amount = intent.subject.amount
    if intent.kind in _MONEY:
        paid = intent.result.get("paid")
        if intent.state is IntentState.DONE and isinstance(paid, int):
            return formats().money(Fen(paid))
        if amount is not None:
            return tr("sync", "at most {money}", money=formats().money(amount))
    return "" if amount is None else formats().money(amount)


def _batch_text(intents: Sequence[Intent]) -> str:
    count = len(intents)
    kinds = {one.payload.kind for one in intents if isinstance(one.payload, ApproveResource | RejectResource)}
    match intents[0].kind:
        case IntentKind.APPROVE:
            if kinds == {ResourceKind.SCRIPT}:
                return tr("sync", "Approve {count} script|Approve {count} scripts", count=count)
            if kinds == {ResourceKind.VIDEO}:
                return tr("sync", "Approve {count} video|Approve {count} videos", count=count)
            return tr("sync", "Approve {count} scripts and videos", count=count)
        case IntentKind.REJECT:
            return tr("sync", "Reject {count} version|Reject {count} versions", count=count)
        case IntentKind.PUBLISH:
            return tr("sync", "Publish {count} video|Publish {count} videos", count=count)
        case IntentKind.FINISH:
            return tr("sync", "Accept {count} finished order|Accept {count} finished orders", count=count)
        case IntentKind.CREATE_ASSIGN:
            return tr("sync", "Send {count} ordering request|Send {count} ordering requests", count=count)
        case IntentKind.PAY_CAMPAIGN | IntentKind.PAY_TAIL:
            return tr("sync", "Make {count} payment|Make {count} payments", count=count)
        case IntentKind.CANCEL:
            return tr("sync", "Cancel {count} order|Cancel {count} orders", count=count)
        case IntentKind.REPLY_CANCEL:
            return tr("sync", "Answer {count} cancellation|Answer {count} cancellations", count=count)
