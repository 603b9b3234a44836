"""Rows to domain values and back: instants, intents, journal links and the codecs of everything kept as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping

from xingtu_desktop.core.errors import BugError
from xingtu_desktop.domain.account import Tokens
from xingtu_desktop.domain.ids import BatchId, IntentId, StarId
from xingtu_desktop.domain.intent import (
    ApproveResource,
    CancelOrder,
    CreateAssign,
    Expectation,
    FinishOrder,
    Intent,
    IntentKind,
    IntentState,
    JournalEntry,
    PayCampaign,
    Payload,
    PayTail,
    PublishResource,
    RejectResource,
    ReplyCancel,
    Subject,
)
from xingtu_desktop.domain.order import Campaign, Order, PendingBill, Resource
from xingtu_desktop.domain.report import Audience, OrderReport
from xingtu_desktop.domain.review import ReviewNote
from xingtu_desktop.storage.codec import Codec, text_of
from xingtu_desktop.storage.tables import NEVER, intents

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

PAYLOADS: Mapping[IntentKind, Codec[Any]] = {
    IntentKind.APPROVE: Codec(ApproveResource),
    IntentKind.REJECT: Codec(RejectResource),
    IntentKind.PUBLISH: Codec(PublishResource),
    IntentKind.FINISH: Codec(FinishOrder),
    IntentKind.CANCEL: Codec(CancelOrder),
    IntentKind.REPLY_CANCEL: Codec(ReplyCancel),
    IntentKind.CREATE_ASSIGN: Codec(CreateAssign),
    IntentKind.PAY_CAMPAIGN: Codec(PayCampaign),
    IntentKind.PAY_TAIL: Codec(PayTail),
}
EXPECTATION = Codec(Expectation)
SUBJECT = Codec(Subject)
ORDER = Codec(Order)
RESOURCE = Codec(Resource)
BILL = Codec(PendingBill)
CAMPAIGN = Codec(Campaign)
REPORT = Codec(OrderReport)
AUDIENCE = Codec(Audience)
NOTE = Codec(ReviewNote)
TOKENS = Codec(Tokens)


def micros(at: datetime) -> int:
    """Whole microseconds since 1970 UTC; refuses an instant without a zone, which would be off by hours."""
    if at.tzinfo is None:
        raise BugError(f"an instant without a zone: {at!r}")
    return (at - _EPOCH) // _MICROSECOND


def maybe_micros(at: datetime | None) -> int | None:
    return None if at is None else micros(at)


def instant(value: int) -> datetime:
    """The instant of whole microseconds since 1970, UTC."""
    return _EPOCH + timedelta(microseconds=value)


def maybe_instant(value: int | None) -> datetime | None:
    return None if value is None else instant(value)


def target_of(payload: Payload) -> str | None:
    """What an action may have only one open intent for; None where several are right, as create_assign in parts."""
    if isinstance(payload, CreateAssign):
        return None
    if not isinstance(payload, PayCampaign):
        return f"order:{payload.order_id}"
    if payload.created_by is not None:
        return f"created_by:{payload.created_by}"
    if payload.platform_campaign_id is not None:
        return f"platform_campaign:{payload.platform_campaign_id}"
    return f"campaign:{payload.campaign_id}"


def ready_at(intent: Intent) -> int:
    """When nothing of the row itself keeps it back any more, in microseconds."""
    if intent.held:
        return NEVER
    return max(micros(at) for at in (intent.undo_until, intent.hold_until, intent.not_before) if at is not None)


def intent_row(intent: Intent) -> dict[str, object]:
    """Every column of an intent but its position, in the order of INTENT_COLUMNS."""
    return {
        "intent_id": intent.intent_id,
        "batch_id": intent.batch_id,
        "kind": intent.kind.value,
        "target": target_of(intent.payload),
        "lane": intent.lane,
        "state": intent.state.value,
        "open": int(intent.state.open),
        "account": intent.account,
        "install": intent.install,
        "operator": intent.operator,
        "created_at": micros(intent.created_at),
        "updated_at": micros(intent.updated_at),
        "undo_until": micros(intent.undo_until),
        "hold_until": maybe_micros(intent.hold_until),
        "held": int(intent.held),
        "not_before": maybe_micros(intent.not_before),
        "ready_at": ready_at(intent),
        "depends_on": intent.depends_on,
        "attempt": intent.attempt,
        "sent_at": maybe_micros(intent.sent_at),
        "request_hash": intent.request_hash,
        "outcome": intent.outcome,
        "request_id": intent.request_id,
        "payload": PAYLOADS[intent.kind].dumps(intent.payload),
        "expectation": EXPECTATION.dumps(intent.expectation),
        "subject": SUBJECT.dumps(intent.subject),
        "detail": text_of(intent.detail) if intent.detail else "{}",
        "result": text_of(intent.result) if intent.result else "{}",
    }


INTENT_COLUMNS = tuple(column.name for column in intents.columns if column.name != "position")


def intent_of(row: RowMapping) -> Intent:
    kind = IntentKind(row["kind"])
    return Intent(
        intent_id=IntentId(row["intent_id"]),
        batch_id=BatchId(row["batch_id"]),
        kind=kind,
        payload=PAYLOADS[kind].loads(row["payload"]),
        expectation=EXPECTATION.loads(row["expectation"]),
        subject=SUBJECT.loads(row["subject"]),
        lane=row["lane"],
        state=IntentState(row["state"]),
        account=StarId(row["account"]),
        install=row["install"],
        operator=row["operator"],
        created_at=instant(row["created_at"]),
        updated_at=instant(row["updated_at"]),
        undo_until=instant(row["undo_until"]),
        hold_until=maybe_instant(row["hold_until"]),
        held=bool(row["held"]),
        depends_on=row["depends_on"],
        attempt=row["attempt"],
        sent_at=maybe_instant(row["sent_at"]),
        request_hash=row["request_hash"],
        not_before=maybe_instant(row["not_before"]),
        outcome=row["outcome"],
        detail=json.loads(row["detail"]),
        request_id=row["request_id"],
        result=json.loads(row["result"]),
    )


def journal_entry(row: RowMapping) -> JournalEntry:
    return JournalEntry(
        sequence=row["sequence"],
        at=datetime.fromisoformat(row["at"]),
        intent_id=IntentId(row["intent_id"]),
        event=row["event"],
        body=row["body"],
        previous=row["previous"],
        digest=row["digest"],
    )
