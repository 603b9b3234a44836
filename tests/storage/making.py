"""Owns the values that storage tests are made of: keys, instants, intents, orders, creators."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from xingtu_desktop.domain.creator import (
    Audience,
    Availability,
    CityTier,
    Creator,
    Ecommerce,
    Gender,
    Indexes,
    Share,
    TierAmounts,
    Verification,
)
from xingtu_desktop.domain.ids import (
    AuthorId,
    BatchId,
    CampaignId,
    DemandId,
    IntentId,
    OrderId,
    PlatformCampaignId,
    ResourceId,
    StarId,
)
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
from xingtu_desktop.domain.lifecycle import AuditStatus, OrderStatus, ResourceKind, ResourceStatus
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import Order, Resource

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ACCOUNT = StarId(7001)
INSTALL = "install-1"
CANARY = "canary-机密-5f2c"


def at(seconds: float) -> datetime:
    """The instant so many seconds after the start of the test's day."""
    return START + timedelta(seconds=seconds)


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


def order(number: int, status: OrderStatus = OrderStatus.SCRIPT_UPLOADED, **changes: object) -> Order:
    """An order as the server tells it."""
    told = Order(
        order_id=OrderId(number),
        demand_id=DemandId(number * 100),
        platform_campaign_id=PlatformCampaignId(9000 + number % 3),
        status=status,
        author_id=AuthorId(number),
        author_name="小美测评",
        demand_name="双11 护肤 #K7F2-1",
        created_at=at(0),
        synced_at=at(60),
        task_cost=Fen(100_000),
        total=Fen(105_000),
    )
    return replace(told, **changes)  # type: ignore[arg-type]


def resource(number: int, order_number: int, kind: ResourceKind = ResourceKind.SCRIPT, seconds: float = 0, **changes: object) -> Resource:
    """A version as the server tells it; versions are numbered by the store."""
    told = Resource(
        resource_id=ResourceId(number),
        order_id=OrderId(order_number),
        kind=kind,
        version=1,
        status=ResourceStatus.UPLOADED,
        audit=AuditStatus.PASSED,
        created_at=at(seconds),
    )
    return replace(told, **changes)  # type: ignore[arg-type]


def creator(number: int, quote: int | None = 100_000, seconds: float = 0, **changes: object) -> Creator:
    """A creator with every part filled."""
    known = Creator(
        author_id=AuthorId(10**15 + number),
        nickname=f"达人{number}",
        updated_at=at(seconds),
        source="feed",
        bio="分享护肤心得",
        gender=Gender.FEMALE,
        city_tier=CityTier.NEW_FIRST,
        mcn="",
        content_types=("美妆",),
        themes=("护肤", "测评"),
        industries=(1, 2),
        verification=Verification.EXPERT,
        availability=Availability.OPEN,
        followers=number,
        quotes=TierAmounts(None if quote is None else Fen(quote), Fen(200_000), None),
        interaction_rate=0.0512,
        indexes=Indexes(1.5, None, 3.0),
        audience=Audience(0.6, 0.4, ages=(Share("18-23", 0.31), Share("24-30", 0.2)), provinces=(Share("浙江", 0.125),)),
        ecommerce=Ecommerce(True, "LV3", 4.25, products_30d=7),
        last_active=at(seconds),
        weekly_plays=(1, 2, 3),
    )
    return replace(known, **changes)  # type: ignore[arg-type]
