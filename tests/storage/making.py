"""Owns the values that storage tests are made of: keys, instants, intents, orders, creators."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from xingtu_desktop.domain.ids import AuthorId, BatchId, CampaignId, IntentId, OrderId, ResourceId, StarId
from xingtu_desktop.domain.intent import (
    ApproveResource,
    Expectation,
    FinishOrder,
    Intent,
    IntentKind,
    IntentState,
    PayCampaign,
    Payload,
    PublishResource,
    RejectResource,
    Subject,
)
from xingtu_desktop.domain.lifecycle import OrderStatus, ResourceKind
from xingtu_desktop.domain.money import Fen

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ACCOUNT = StarId(7001)
INSTALL = "install-1"
CANARY = "canary-机密-5f2c"


def at(seconds: float) -> datetime:
    """The instant so many seconds after the start of the test's day."""
    return START + timedelta(seconds=seconds)


_PAYLOADS: dict[IntentKind, type] = {IntentKind.PUBLISH: PublishResource, IntentKind.FINISH: FinishOrder}


def payload(kind: IntentKind, order: int) -> Payload:
    """A payload of `kind` for an order."""
    if kind is IntentKind.APPROVE:
        return ApproveResource(OrderId(order), ResourceId(order * 10), ResourceKind.SCRIPT)
    if kind is IntentKind.REJECT:
        return RejectResource(OrderId(order), ResourceId(order * 10), ResourceKind.SCRIPT, "请修改第二句")
    if kind is IntentKind.PUBLISH:
        return PublishResource(OrderId(order))
    if kind is IntentKind.FINISH:
        return FinishOrder(OrderId(order))
    return PayCampaign(CampaignId(f"c{order}"), Fen(105_000), created_by=IntentId(f"create-{order}"))


def intent(
    name: str,
    order: int = 1,
    kind: IntentKind = IntentKind.APPROVE,
    *,
    lane: str | None = None,
    state: IntentState = IntentState.QUEUED,
    undo_seconds: float = 10,
    depends_on: str | None = None,
    account: int = ACCOUNT,
    install: str = INSTALL,
    created: datetime = START,
    hold_until: datetime | None = None,
    held: bool = False,
    not_before: datetime | None = None,
) -> Intent:
    """An intent as a service would add it."""
    return Intent(
        intent_id=IntentId(name),
        batch_id=BatchId("batch"),
        kind=kind,
        payload=payload(kind, order),
        expectation=Expectation(status=OrderStatus.SCRIPT_UPLOADED, content_hash="ab" * 32, seen_at=created, amount=Fen(100_000)),
        subject=Subject(author_id=AuthorId(order), author_name="小美测评", version=1, amount=Fen(100_000)),
        lane=lane or f"order:{order}",
        state=state,
        account=StarId(account),
        install=install,
        operator="林",
        created_at=created,
        updated_at=created,
        undo_until=created + timedelta(seconds=undo_seconds),
        hold_until=hold_until,
        held=held,
        not_before=not_before,
        depends_on=None if depends_on is None else IntentId(depends_on),
    )
