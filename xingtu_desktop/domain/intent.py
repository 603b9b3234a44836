"""Intents: actions that commit money or state on the platform, written down before anything is sent (reliability.md).

    DRAFT → QUEUED → CLAIMED → SENDING → DONE | REFUSED | UNKNOWN
    UNKNOWN → (wait Q, two agreeing reads) → DONE | QUEUED (guarded and not applied) | NEEDS_HUMAN
    QUEUED → UNDONE (by the person, until it is claimed)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from xingtu_desktop.domain.demand import DemandInfo, OrderLine, PaymentKind
from xingtu_desktop.domain.ids import (
    AuthorId,
    BatchId,
    BriefId,
    CampaignId,
    IntentId,
    OrderId,
    PlatformCampaignId,
    ResourceId,
    StarId,
)
from xingtu_desktop.domain.lifecycle import AdSyncDecision, CancelReason, OrderStatus, ResourceKind
from xingtu_desktop.domain.money import Fen


class IntentState(StrEnum):
    DRAFT = "draft"
    QUEUED = "queued"
    CLAIMED = "claimed"
    SENDING = "sending"
    UNKNOWN = "unknown"
    DONE = "done"
    REFUSED = "refused"
    NEEDS_HUMAN = "needs_human"
    UNDONE = "undone"

    @property
    def open(self) -> bool:
        """Whether the world may still change through this row."""
        return self in (IntentState.QUEUED, IntentState.CLAIMED, IntentState.SENDING, IntentState.UNKNOWN, IntentState.NEEDS_HUMAN)


ALLOWED_MOVES: dict[IntentState, frozenset[IntentState]] = {
    IntentState.DRAFT: frozenset({IntentState.QUEUED, IntentState.UNDONE}),
    IntentState.QUEUED: frozenset({IntentState.CLAIMED, IntentState.UNDONE, IntentState.REFUSED, IntentState.NEEDS_HUMAN}),
    IntentState.CLAIMED: frozenset(
        {IntentState.QUEUED, IntentState.SENDING, IntentState.REFUSED, IntentState.DONE, IntentState.NEEDS_HUMAN}
    ),
    IntentState.SENDING: frozenset({IntentState.DONE, IntentState.REFUSED, IntentState.UNKNOWN, IntentState.QUEUED}),
    IntentState.UNKNOWN: frozenset({IntentState.DONE, IntentState.QUEUED, IntentState.NEEDS_HUMAN, IntentState.REFUSED}),
    IntentState.NEEDS_HUMAN: frozenset({IntentState.DONE, IntentState.QUEUED, IntentState.UNDONE, IntentState.REFUSED}),
    IntentState.REFUSED: frozenset(),
    IntentState.DONE: frozenset(),
    IntentState.UNDONE: frozenset(),
}


class IntentKind(StrEnum):
    APPROVE = "approve_resource"
    REJECT = "reject_resource"
    PUBLISH = "publish_resource"
    FINISH = "finish"
    CANCEL = "demander_cancel"
    REPLY_CANCEL = "reply_author_cancel"
    CREATE_ASSIGN = "create_assign"
    PAY_CAMPAIGN = "pay_campaign"
    PAY_TAIL = "pay_tail"


class Capability(StrEnum):
    """How a repeat of the call behaves; no call carries an idempotency key."""

    STATE_GUARD = "state_guard"
    CREATE = "create"
    SEND_ONCE = "send_once"


CAPABILITY: dict[IntentKind, Capability] = {
    IntentKind.APPROVE: Capability.STATE_GUARD,
    IntentKind.REJECT: Capability.STATE_GUARD,
    IntentKind.PUBLISH: Capability.STATE_GUARD,
    IntentKind.FINISH: Capability.STATE_GUARD,
    IntentKind.CANCEL: Capability.STATE_GUARD,
    IntentKind.REPLY_CANCEL: Capability.SEND_ONCE,
    IntentKind.CREATE_ASSIGN: Capability.CREATE,
    IntentKind.PAY_CAMPAIGN: Capability.STATE_GUARD,
    IntentKind.PAY_TAIL: Capability.STATE_GUARD,
}


@dataclass(frozen=True, slots=True)
class ApproveResource:
    order_id: OrderId
    resource_id: ResourceId
    kind: ResourceKind
    decision: AdSyncDecision = AdSyncDecision.ALL_AUDITS_MUST_PASS


@dataclass(frozen=True, slots=True)
class RejectResource:
    order_id: OrderId
    resource_id: ResourceId
    kind: ResourceKind
    feedback: str
    """1–100 code points, shown to the creator."""


@dataclass(frozen=True, slots=True)
class PublishResource:
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class FinishOrder:
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class CancelOrder:
    order_id: OrderId
    reason_type: CancelReason
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReplyCancel:
    order_id: OrderId
    accept: bool
    reject_reason: str = ""


@dataclass(frozen=True, slots=True)
class CreateAssign:
    """One request of at most 50 orders. `tag` (such as `#K7F2-1`) is the last word of the demand's name."""

    campaign_id: CampaignId
    demand: DemandInfo
    lines: tuple[OrderLine, ...]
    payment: PaymentKind
    tag: str
    brief_id: BriefId | None = None


@dataclass(frozen=True, slots=True)
class PayCampaign:
    """Pay a whole platform campaign, made by intent `created_by`, if its bill is at most `at_most`."""

    campaign_id: CampaignId
    at_most: Fen
    created_by: IntentId | None = None
    platform_campaign_id: PlatformCampaignId | None = None


@dataclass(frozen=True, slots=True)
class PayTail:
    """Pay the rest of a prepaid order if its bill is at most `at_most`."""

    order_id: OrderId
    at_most: Fen


Payload = (
    ApproveResource
    | RejectResource
    | PublishResource
    | FinishOrder
    | CancelOrder
    | ReplyCancel
    | CreateAssign
    | PayCampaign
    | PayTail
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the person saw when deciding; anything else at sending time is a question, not an action."""

    status: OrderStatus | None = None
    resource_id: ResourceId | None = None
    content_hash: str | None = None
    """SHA-256 of what was on screen; None only where nothing was opened, which has to be said in words."""
    seen_at: datetime | None = None
    amount: Fen | None = None
    """The order's task cost (approve, publish, finish …) as shown."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an intent's sentence names; frozen at the click so that the outbox reads the same offline."""

    author_id: AuthorId | None = None
    author_name: str = ""
    version: int | None = None
    campaign_name: str = ""
    count: int = 1
    amount: Fen | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """One row of the outbox. Instants are UTC."""

    intent_id: IntentId
    batch_id: BatchId
    kind: IntentKind
    payload: Payload
    expectation: Expectation
    subject: Subject
    lane: str
    """Intents of one lane are sent one after another: `order:<id>` or `campaign:<local id>`."""
    state: IntentState
    account: StarId
    install: str
    operator: str
    created_at: datetime
    updated_at: datetime
    undo_until: datetime
    hold_until: datetime | None = None
    held: bool = False
    """Kept back by the person without a time."""
    depends_on: IntentId | None = None
    attempt: int = 0
    sent_at: datetime | None = None
    request_hash: str | None = None
    not_before: datetime | None = None
    """Next try after a limit or lost network."""
    outcome: str = ""
    """A code for the words, such as `changed_version`, `insufficient_balance`, `rejected`, `confirmed_by_read`."""
    detail: dict[str, str | int | None] = field(default_factory=dict)
    """Values for the words; ids and amounts in fen as integers."""
    request_id: str | None = None
    result: dict[str, str | int | list[int] | None] = field(default_factory=dict)
    """What the platform answered: created ids, paid fen."""


NO_EFFECT_OF_ITS_OWN = frozenset({"already_so", "already_so_refused", "done_before"})
"""Outcomes of rows that are DONE since the platform stood as wanted already: they ended, and did nothing; no sum counts them."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One link of the append-only chain: `digest` covers the entry and the digest before it."""

    sequence: int
    at: datetime
    intent_id: IntentId
    event: str
    body: str
    """Canonical JSON text of what happened."""
    previous: str
    digest: str
