"""What every stored value looks like on disk is pinned: a renamed field or a changed unit is seen before it meets old rows."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.storage.making import at, creator, order, resource
from xingtu_desktop.core.errors import BugError, SchemaTooNew
from xingtu_desktop.domain.account import Tokens
from xingtu_desktop.domain.creator import CreatorDetail, CreatorVideo, DailyPlays
from xingtu_desktop.domain.demand import CartItem, DemandInfo, OrderLine, PaymentKind
from xingtu_desktop.domain.ids import AuthorId, BriefId, CampaignId, IntentId, ItemId, OrderId, PlatformCampaignId, ProjectId, ResourceId
from xingtu_desktop.domain.intent import (
    ApproveResource,
    CancelOrder,
    CreateAssign,
    Expectation,
    FinishOrder,
    IntentKind,
    PayCampaign,
    PayTail,
    PublishResource,
    RejectResource,
    ReplyCancel,
    Subject,
)
from xingtu_desktop.domain.lifecycle import AdSyncDecision, AuditSource, AuditStatus, CancelReason, OrderStatus, ResourceKind
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import AuditFinding, Campaign, OrderBill, PendingBill
from xingtu_desktop.domain.report import Audience, Counts, DailyCounts, OrderReport, Share, TopicMetric, WordCount
from xingtu_desktop.domain.review import ReviewNote
from xingtu_desktop.storage import mapping
from xingtu_desktop.storage.codec import Codec
from xingtu_desktop.storage.creator_codec import DETAIL, decode, encode

SHAPES = Path(__file__).parent / "fixtures" / "json_shapes.json"
DEMAND = DemandInfo(
    demand_name="双11 #K7F2-1",
    brand_name="某牌",
    product_name="面霜",
    product_information="保湿",
    product_industry=(1, 2),
    contact_name="林",
    contact_phone="400",
    retention_days=90,
    publish_from=at(0),
    publish_until=at(86400),
    detail_demand="口播",
    project_id=ProjectId(5),
    cart=(CartItem("面霜", "https://example.com/1"),),
    attachments=("a.pdf",),
)
PAYLOADS: dict[IntentKind, Any] = {
    IntentKind.APPROVE: ApproveResource(OrderId(1), ResourceId(2), ResourceKind.VIDEO, AdSyncDecision.GIVE_UP_ADS),
    IntentKind.REJECT: RejectResource(OrderId(1), ResourceId(2), ResourceKind.SCRIPT, "改"),
    IntentKind.PUBLISH: PublishResource(OrderId(1)),
    IntentKind.FINISH: FinishOrder(OrderId(1)),
    IntentKind.CANCEL: CancelOrder(OrderId(1), CancelReason.NO_SLOT, "无档期"),
    IntentKind.REPLY_CANCEL: ReplyCancel(OrderId(1), False, "不同意"),
    IntentKind.CREATE_ASSIGN: CreateAssign(
        CampaignId("c"),
        DEMAND,
        (OrderLine(AuthorId(3), next(iter(creator(1).quotes))[0], 2),),  # type: ignore[arg-type]
        PaymentKind.PREPAID,
        "#K7F2-1",
        BriefId("b"),
    ),
    IntentKind.PAY_CAMPAIGN: PayCampaign(CampaignId("c"), Fen(105), IntentId("i"), PlatformCampaignId(9)),
    IntentKind.PAY_TAIL: PayTail(OrderId(1), Fen(50)),
}
COUNTS = Counts(plays=1, likes=2, gmv=Fen(3))
FINDING = AuditFinding(AuditSource.CONTENT, AuditStatus.FAILED, "违规", at(1))
VALUES: dict[str, tuple[Codec[Any], Any]] = {
    **{kind.value: (mapping.PAYLOADS[kind], value) for kind, value in PAYLOADS.items()},
    "expectation": (mapping.EXPECTATION, Expectation(OrderStatus.VIDEO_UPLOADED, ResourceId(2), "ab", at(0), Fen(7))),
    "subject": (mapping.SUBJECT, Subject(AuthorId(3), "小美", 2, "双11", 4, Fen(8))),
    "order": (mapping.ORDER, order(1, campaign_id=CampaignId("c"), publish_from=at(5), item_id=ItemId(6))),
    "resource": (mapping.RESOURCE, resource(1, 2, ResourceKind.VIDEO, findings=(FINDING,), duration_seconds=15.5, online=True)),
    "bill": (mapping.BILL, PendingBill(Fen(1), Fen(2), Fen(3), Fen(4), (OrderBill(OrderId(1), Fen(5), Fen(6), Fen(7), Fen(8)),))),
    "campaign": (mapping.CAMPAIGN, Campaign(CampaignId("c"), "双11", at(0), BriefId("b"), Fen(9), (), 3, 48, True)),
    "report": (
        mapping.REPORT,
        OrderReport(
            OrderId(1),
            at(0),
            COUNTS,
            (DailyCounts(date(2026, 11, 11), COUNTS),),
            (TopicMetric("t", "f", "名", "INT64", "1"),),
            positive=1,
            words=(WordCount("好用", 2),),
            average_play_seconds=3.5,
        ),
    ),
    "audience": (mapping.AUDIENCE, Audience(OrderId(1), at(0), gender=(Share("女", 70),))),
    "note": (mapping.NOTE, ReviewNote("n", OrderId(1), ResourceId(2), ResourceKind.SCRIPT, "慢", at(0), 1.5, 2.5, ItemId(3))),
    "tokens": (mapping.TOKENS, Tokens("a", at(0), "r", at(1), 2)),
    "creator_detail": (
        DETAIL,
        CreatorDetail(AuthorId(1), (CreatorVideo(ItemId(2), "标题", "护肤", True, at(0), 9),), (), (DailyPlays(date(2026, 11, 11), 5),)),
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_stored_value_looks_as_released_and_reads_back_equal(name: str) -> None:
    codec, value = VALUES[name]
    released = json.loads(SHAPES.read_text(encoding="utf-8"))[name]
    assert json.loads(codec.dumps(value)) == released
    assert codec.from_json(released) == value


def test_a_creator_row_looks_as_released_and_reads_back_equal() -> None:
    released = json.loads(SHAPES.read_text(encoding="utf-8"))["creator"]
    assert encode(creator(1)).hex() == released
    assert decode(creator(1).author_id, bytes.fromhex(released)) == creator(1)


def test_every_kind_of_intent_is_pinned() -> None:
    assert set(PAYLOADS) == set(IntentKind)


def test_a_value_of_a_newer_program_is_refused() -> None:
    with pytest.raises(SchemaTooNew):
        mapping.SUBJECT.loads('{"v":2}')


def test_an_old_version_is_brought_up_step_by_step() -> None:
    def upgrade(version: int, fields: dict[str, Any]) -> dict[str, Any]:
        return {"author_name": fields["name"]} if version == 1 else {**fields, "count": 5}

    newer = Codec(Subject, version=3, upgrade=upgrade)
    assert newer.loads('{"v":1,"name":"小美"}') == Subject(author_name="小美", count=5)
    with pytest.raises(BugError):
        Codec(Subject, version=2).loads('{"v":1}')


def test_an_instant_without_a_zone_is_a_bug() -> None:
    with pytest.raises(BugError):
        mapping.micros(at(0).replace(tzinfo=None))
