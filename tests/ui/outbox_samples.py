"""Rows of the outbox in every state, and a panel over real services that shows them; used by tests and for pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.sync.fakes import STAR
from tests.sync.rig import INSTALL, Rig
from xingtu_desktop.core.config import ServerConfig
from xingtu_desktop.domain.creator import VideoTier
from xingtu_desktop.domain.demand import DemandInfo, OrderLine, PaymentKind
from xingtu_desktop.domain.ids import AuthorId, BatchId, CampaignId, IntentId, OrderId, ResourceId
from xingtu_desktop.domain.intent import (
    ApproveResource,
    CancelOrder,
    CreateAssign,
    Expectation,
    FinishOrder,
    Intent,
    IntentKind,
    IntentState,
    PayCampaign,
    Payload,
    PayTail,
    PublishResource,
    RejectResource,
    ReplyCancel,
    Subject,
)
from xingtu_desktop.domain.lifecycle import CancelReason, OrderStatus, ResourceKind
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.services.outbox_view import OutboxListing
from xingtu_desktop.services.sync.connectivity import SyncStatus
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.sync.outbox_presenter import OutboxPresenter
from xingtu_desktop.ui.widgets.toasts import ToastAction

CAMPAIGN = CampaignId("new-year")
NAMES = (
    "陈皮话梅糖",
    "北门卖伞人",
    "阿柚不熬夜",
    "糯米糍Nomi",
    "粥粥酱",
    "南瓜马车",
    "大学生化妆间🌸超级超级长的名字真的很长",
    "Momo爱素颜",
)


@dataclass
class FakeFrame:
    """Hears what a view tells the window."""

    toasts: list[tuple[str, str]] = field(default_factory=list)
    went: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    reported: list[BaseException] = field(default_factory=list)
    actions: list[ToastAction | None] = field(default_factory=list)
    badges: dict[str, int] = field(default_factory=dict)
    outbox_shown: int = 0

    def toast(self, text: str, *, tone: str = "good", action: ToastAction | None = None, seconds: int = 6, counts: bool = False) -> None:
        self.toasts.append((text, tone))
        self.actions.append(action)

    def go(self, view: str, **parameters: object) -> None:
        self.went.append((view, parameters))

    def set_badge(self, view: str, count: int) -> None:
        self.badges[view] = count

    def show_outbox(self) -> None:
        self.outbox_shown += 1

    def report(self, error: BaseException) -> None:
        self.reported.append(error)


@dataclass
class FakeJournal:
    entries: int = 1284
    broken_at: int | None = None

    async def summary(self) -> tuple[int, int | None]:
        return self.entries, self.broken_at


class Samples:
    """Makes intents and puts them straight into the rig's outbox."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self._number = 0

    @property
    def now(self) -> datetime:
        return self.rig.clock.now()

    def add(
        self,
        payload: Payload,
        state: IntentState = IntentState.QUEUED,
        *,
        name: str = "",
        amount: int | None = 1_200_000,
        version: int | None = None,
        count: int = 1,
        batch: str = "",
        undo: float = -60,
        **changes: object,
    ) -> Intent:
        """One row; `undo` is seconds from now until it may leave."""
        self._number += 1
        number = self._number
        subject = Subject(
            author_id=AuthorId(900 + number),
            author_name=name or NAMES[number % len(NAMES)],
            version=version,
            campaign_name="白茶润手霜 · 年货节",
            count=count,
            amount=None if amount is None else Fen(amount),
        )
        intent = Intent(
            intent_id=IntentId(f"intent-{number}"),
            batch_id=BatchId(batch or f"batch-{number}"),
            kind=KINDS[type(payload)],
            payload=payload,
            expectation=Expectation(OrderStatus.VIDEO_UPLOADED, ResourceId(number), "88b0" + "0" * 56 + "1d2c", self.now),
            subject=subject,
            lane=f"lane-{number}",
            state=state,
            account=STAR,
            install=INSTALL,
            operator="林澜",
            created_at=self.now - timedelta(minutes=3),
            updated_at=self.now - timedelta(minutes=2),
            undo_until=self.now + timedelta(seconds=undo),
        )
        intent = replace(intent, **changes)  # type: ignore[arg-type]  # named by each caller
        self.rig.outbox.rows[intent.intent_id] = intent
        return intent

    def approve(self, state: IntentState = IntentState.QUEUED, **rest: object) -> Intent:
        self._order = OrderId(7_301_000_000_004_410 + self._number)
        payload = ApproveResource(self._order, ResourceId(self._number + 1), ResourceKind.VIDEO)
        return self.add(payload, state, **{"version": 2, **rest})  # type: ignore[arg-type]  # forwarded

    def reject(self, state: IntentState = IntentState.QUEUED, **rest: object) -> Intent:
        text = "两处功效表述请补依据或删掉；口播价与购物车不一致，请统一。"
        payload = RejectResource(OrderId(7_301_000_000_005_000 + self._number), ResourceId(self._number + 1), ResourceKind.SCRIPT, text)
        return self.add(payload, state, **{"version": 2, **rest})  # type: ignore[arg-type]  # forwarded

    def create(self, state: IntentState = IntentState.QUEUED, **rest: object) -> Intent:
        demand = DemandInfo(
            "年货节第二波 #K7F2-2", "花漾", "白茶润手霜", "滋润", (1930, 193001), "林澜", "13800000000", 30, self.now, self.now, "口播一次"
        )
        payload = CreateAssign(CAMPAIGN, demand, (OrderLine(AuthorId(1), VideoTier(2), 1),), PaymentKind.FULL, "#K7F2-2")
        return self.add(payload, state, **{"count": 50, "amount": 46_890_000, **rest})  # type: ignore[arg-type]  # forwarded

    def pay(self, state: IntentState = IntentState.QUEUED, **rest: object) -> Intent:
        payload = PayCampaign(CAMPAIGN, Fen(46_890_000), created_by=IntentId("intent-0"))
        return self.add(payload, state, **{"count": 50, "amount": 46_890_000, **rest})  # type: ignore[arg-type]  # forwarded

    def tail(self, state: IntentState = IntentState.QUEUED, **rest: object) -> Intent:
        return self.add(PayTail(OrderId(7_301_000_000_006_000), Fen(530_000)), state, **{"amount": 530_000, **rest})  # type: ignore[arg-type]  # forwarded

    def a_day(self) -> None:
        """Something of everything."""
        sent = self.now - timedelta(minutes=12)
        changed: dict[str, str | int | None] = {"what": "version", "expected": 1, "actual": 2}
        self.approve(IntentState.REFUSED, amount=860_000, version=1, outcome="changed_since_seen", detail=changed)
        self.create(IntentState.NEEDS_HUMAN, outcome="not_found_by_tag", attempt=1, sent_at=sent)
        bill: dict[str, str | int | None] = {"bill": 48_000_000, "at_most": 46_890_000, "balance": 90_000_000}
        self.pay(IntentState.NEEDS_HUMAN, outcome="bill_higher", detail=bill)
        self.reject(
            IntentState.UNKNOWN,
            amount=640_000,
            outcome="no_answer",
            attempt=1,
            sent_at=sent,
            not_before=self.now + timedelta(minutes=1),
            request_hash="5d1f" * 16,
        )
        self.approve(undo=8, amount=980_000)
        self.reject(amount=750_000, outcome="offline")
        for _ in range(17):
            self.approve(batch="evening", amount=1_096_470, hold_until=self.now + timedelta(hours=6))
        self.approve(outcome="rate_limited", not_before=self.now + timedelta(seconds=40), name=NAMES[6])
        self.approve(IntentState.DONE, amount=1_360_000, version=3, outcome="sent", sent_at=sent, attempt=1, request_id="20261122200100")
        said: dict[str, str | int | None] = {"code": 40002, "platform_text": "<b>余额不足</b>，请充值后重试"}
        self.tail(IntentState.REFUSED, outcome="rejected", detail=said)
        self.add(PublishResource(OrderId(1)), IntentState.DONE, version=3, outcome="confirmed_by_read", attempt=1, sent_at=sent)
        self.add(FinishOrder(OrderId(2)), IntentState.DONE, outcome="already_so")
        self.add(CancelOrder(OrderId(3), CancelReason.PLAN_CHANGED), IntentState.REFUSED, outcome="dropped_by_person")
        self.add(ReplyCancel(OrderId(4), accept=True), IntentState.DONE, outcome="done_by_person")
        paid: dict[str, str | int | None] = {"bill": 46_000_000, "paid": 46_000_100}
        self.pay(IntentState.DONE, outcome="paid_differs", detail=paid, result={"paid": 46_000_100})


KINDS: dict[type, IntentKind] = {
    ApproveResource: IntentKind.APPROVE,
    RejectResource: IntentKind.REJECT,
    PublishResource: IntentKind.PUBLISH,
    FinishOrder: IntentKind.FINISH,
    CancelOrder: IntentKind.CANCEL,
    ReplyCancel: IntentKind.REPLY_CANCEL,
    CreateAssign: IntentKind.CREATE_ASSIGN,
    PayCampaign: IntentKind.PAY_CAMPAIGN,
    PayTail: IntentKind.PAY_TAIL,
}


def a_context(rig: Rig, frame: FakeFrame) -> ViewContext:
    return ViewContext(frame=frame, changes=rig.changes, clock=rig.clock, real_clock=rig.clock, server=ServerConfig())


def a_panel(
    rig: Rig, frame: FakeFrame, *, journal: FakeJournal | None = None, status: Callable[[], SyncStatus] | None = None
) -> OutboxPresenter:
    """The panel over a real listing and real actions."""
    return OutboxPresenter(
        a_context(rig, frame),
        listing=OutboxListing(rig.outbox, rig.settings, rig.changes, rig.clock),
        actions=rig.actions,
        journal=journal or FakeJournal(),
        status=status or (lambda: rig.connectivity.status),
    )
