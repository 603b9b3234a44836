"""Every request that the client can build, with everything optional filled in, is one the official contract knows."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.api.contract import problems_of
from tests.api.servers import Script, envelope
from xingtu_desktop.api.endpoints import attachments, bills, campaigns, oauth, orders, reports
from xingtu_desktop.api.mapping import intents
from xingtu_desktop.api.oauth import OAuthClient
from xingtu_desktop.api.star import StarClient
from xingtu_desktop.core.clock import SystemClock
from xingtu_desktop.core.errors import BugError, NotThePlatform, Rejected
from xingtu_desktop.core.tasks import InlineCompute
from xingtu_desktop.domain.account import AppCredentials
from xingtu_desktop.domain.demand import CartItem, DemandInfo, OrderLine, PaymentKind, VideoTier
from xingtu_desktop.domain.ids import (
    AuthorId,
    CampaignId,
    DemandId,
    IntentId,
    ItemId,
    OrderId,
    PlatformCampaignId,
    ProjectId,
    ResourceId,
    StarId,
)
from xingtu_desktop.domain.intent import (
    ApproveResource,
    CancelOrder,
    CreateAssign,
    FinishOrder,
    PayCampaign,
    PayTail,
    PublishResource,
    RejectResource,
    ReplyCancel,
)
from xingtu_desktop.domain.lifecycle import AdSyncDecision, CancelReason, OrderStatus, ResourceKind
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import Order

STAR = StarId(1740000000000000001)
ORDER, CAMPAIGN = OrderId(7330000000000000001), PlatformCampaignId(7310000000000000001)
DEMAND_ID, ITEM, AUTHOR = DemandId(7320000000000000001), ItemId(7100000000000000001), AuthorId(6500000000000000001)
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)

DEMAND = DemandInfo(
    demand_name="冬季首发 #K7F2-1",
    brand_name="青岚",
    product_name="舒缓精华",
    product_information="成分与用法",
    product_industry=(1930, 193001),
    contact_name="周",
    contact_phone="13800000001",
    retention_days=90,
    publish_from=NOW,
    publish_until=NOW + timedelta(days=10),
    detail_demand="自然口播",
    other_demand="无",
    music_demand="轻",
    prop_demand="杯",
    scene_demand="家",
    script_demand="短",
    special_topic="#冬天",
    accept_expiration_days=3,
    skip_script=True,
    project_id=ProjectId(11),
    product_link="https://example.com/p",
    link_component_id=12,
    cart=(CartItem("精华", "https://example.com/c"),),
    attachments=("brief.pdf",),
)
ASSIGN = CreateAssign(CampaignId("c"), DEMAND, (OrderLine(AUTHOR, VideoTier.OVER_60, 2),), PaymentKind.PREPAID, "#K7F2-1")
APPROVE = ApproveResource(ORDER, ResourceId(5), ResourceKind.VIDEO, AdSyncDecision.GIVE_UP_ADS)
REJECT = RejectResource(ORDER, ResourceId(5), ResourceKind.SCRIPT, "请删去“最”字")
BILL = {"precise_balance": 10.0, "precise_total_amount": 5.5, "order_bill_list": []}
DATA: dict[str, object] = {
    oauth.ACCESS_TOKEN: {"access_token": "a", "expires_in": 86399, "refresh_token": "r", "refresh_token_expires_in": 2591999},
    oauth.REFRESH_TOKEN: {"access_token": "a2", "expires_in": 600, "refresh_token": "r2", "refresh_token_expires_in": 700},
    oauth.USER: {"id": 1, "display_name": "周"},
    intents.CREATE_ASSIGN: {"campaign_id": CAMPAIGN, "order_ids": [ORDER], "bill_info": BILL},
    intents.PAY: {"precise_actual_pay": 5.5, "precise_balance": 4.5},
    bills.PENDING: {"precise_balance": 10.0, "precise_total_pay": 5.5, "order_bill_list": []},
    orders.CANCEL_AMOUNT: {"cost": 3, "precise_cost": 3.5, "desc": "按阶段"},
    orders.DETAIL: {"order_id": ORDER, "status": 51, "create_time": 1_800_000_000},
    attachments.UPLOAD: {"result": True},
    reports.TOPICS: {"data": [], "demand_id": DEMAND_ID, "item_id": ITEM},
}


def platform() -> Script:
    return Script(lambda request: envelope(DATA.get(request.url.path, {})))


def client(script: Script) -> StarClient:
    return StarClient(script.gateway(), STAR, clock=SystemClock(), compute=InlineCompute())


def an_order() -> Order:
    return Order(ORDER, DEMAND_ID, CAMPAIGN, OrderStatus.PUBLISHED, AUTHOR, "达人", "n", NOW, NOW, item_id=ITEM)


async def everything(script: Script, file: Path) -> None:
    star, auth = client(script), OAuthClient(script.gateway(), "https://ad.example/oauth.html", SystemClock())
    app = AppCredentials(7, "secret")
    await auth.exchange(app, "code")
    await auth.refresh(app, "refresh")
    await auth.accounts("token")
    await auth.user("token")
    await star.campaigns()
    await star.orders_of_campaigns([CAMPAIGN])
    await star.demands()
    await star.demands(name="#K7F2-1")
    await star.demand_orders(DEMAND_ID)
    await star.orders([ORDER])
    await star.order(ORDER)
    await star.scripts([ORDER])
    await star.videos([ORDER])
    await star.pending_bill(campaign_id=CAMPAIGN)
    await star.pending_bill(order_id=ORDER)
    await star.cancel_cost(ORDER)
    await star.create_assign(ASSIGN)
    await star.pay(campaign_id=CAMPAIGN)
    await star.pay(order_id=ORDER)
    await star.approve(APPROVE)
    await star.reject(REJECT)
    await star.publish(ORDER)
    await star.finish(ORDER)
    await star.cancel(CancelOrder(ORDER, CancelReason.OTHER, "计划有变"))
    await star.reply_cancel(ReplyCancel(ORDER, True))
    await star.reply_cancel(ReplyCancel(ORDER, False, "已备货"))
    await star.upload_attachment(file)
    await star.reports([ORDER])
    await star.report_detail(an_order(), start=date(2026, 8, 1), end=date(2026, 11, 21))
    await star.audience(ORDER)


async def test_every_request_is_one_that_the_contract_knows(tmp_path: Path) -> None:
    file = tmp_path / "资料 1.pdf"
    file.write_bytes(b"%PDF-")
    script = platform()
    await everything(script, file)
    asked = {str(exchange["path"]) for exchange in script.exchanges}
    modules = (oauth, campaigns, orders, bills, attachments, reports, intents)
    served = {value for module in modules for name, value in vars(module).items() if name.isupper() and str(value).startswith("/open_api/")}
    assert asked == served
    assert problems_of(script.exchanges) == []


async def test_the_checker_sees_a_wrong_request() -> None:
    script = platform()
    await script.gateway().write(intents.FINISH, {"order_id": str(ORDER), "star_id": STAR, "why": 1})
    assert len(problems_of(script.exchanges)) == 2


@pytest.mark.parametrize(
    "payload",
    [
        ASSIGN,
        APPROVE,
        REJECT,
        PublishResource(ORDER),
        FinishOrder(ORDER),
        CancelOrder(ORDER, CancelReason.PLAN_CHANGED),
        ReplyCancel(ORDER, True),
        PayTail(ORDER, Fen(100)),
        PayCampaign(CampaignId("c"), Fen(100), platform_campaign_id=CAMPAIGN),
    ],
    ids=lambda payload: type(payload).__name__,
)
async def test_the_stamp_names_the_very_bytes_that_are_sent(payload: object) -> None:
    script = platform()
    star = client(script)
    stamp = star.stamp(payload)
    assert script.asked == []
    match payload:
        case CreateAssign():
            await star.create_assign(payload)
        case ApproveResource():
            await star.approve(payload)
        case RejectResource():
            await star.reject(payload)
        case PublishResource():
            await star.publish(payload.order_id)
        case FinishOrder():
            await star.finish(payload.order_id)
        case CancelOrder():
            await star.cancel(payload)
        case ReplyCancel():
            await star.reply_cancel(payload)
        case PayTail():
            await star.pay(order_id=payload.order_id)
        case PayCampaign():
            await star.pay(campaign_id=payload.platform_campaign_id)
    sent = script.asked[0]
    assert stamp.digest == hashlib.sha256(b"POST\n" + sent.url.path.encode() + b"\n" + sent.content).hexdigest()


def test_different_decisions_have_different_stamps() -> None:
    star = client(platform())
    waiting = PayCampaign(CampaignId("c"), Fen(100), created_by=IntentId("i"))
    payloads = [APPROVE, REJECT, PublishResource(ORDER), FinishOrder(ORDER), PublishResource(OrderId(2)), ASSIGN, waiting]
    assert len({star.stamp(payload).digest for payload in payloads}) == len(payloads)
    with pytest.raises(BugError):
        star.stamp("pay everything")


async def test_the_demand_says_what_the_brief_says() -> None:
    script = platform()
    await client(script).create_assign(ASSIGN)
    body = json.loads(script.asked[0].content)
    demand = body["demand_info"]
    assert demand["product_industry"] == ["1930", "193001"]
    assert (demand["expiration_time"], demand["expiration_time_end"]) == (1795320000, 1795320000 + 864_000)
    assert (demand["ignore_script"], demand["expect_remain_time"], demand["accept_expiration_day"]) == (1, 90, 3)
    assert demand["demand_requirement"]["music"] == "轻"
    assert body["order_item_info"] == {"order_type": 2, "author_list": [{"author_id": AUTHOR, "video_type": 71, "cnt": 2}]}


async def test_an_order_that_was_taken_without_ids_is_unknown_not_refused() -> None:
    script = Script(lambda request: envelope({"campaign_id": CAMPAIGN}))
    with pytest.raises(NotThePlatform) as caught:
        await client(script).create_assign(ASSIGN)
    assert caught.value.may_have_taken_effect


async def test_an_attachment_that_is_not_taken_is_said(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(b"x")
    script = Script(lambda request: envelope({"result": False}))
    with pytest.raises(Rejected):
        await client(script).upload_attachment(file)


async def test_ids_go_out_fifty_at_a_time_and_once_each() -> None:
    script = platform()
    await client(script).orders([OrderId(n % 120 + 1) for n in range(200)])
    sizes = [len(json.loads(request.url.params["order_ids"])) for request in script.asked if request.url.path == orders.INFO]
    assert sizes == [50, 50, 20]


def listing(total: int, *, told: int | None = None) -> Script:
    def answer(request: httpx.Request) -> object:
        page, size = int(request.url.params["page"]), int(request.url.params["page_size"])
        rows = [
            {"demand_id": at, "demand_name": "n", "create_time": "2026-11-22 12:00:00"}
            for at in range((page - 1) * size + 1, min(page * size, total) + 1)
        ]
        info = {"page": page, "page_size": size, "total_number": told if told is not None else total, "total_page": -(-total // size)}
        return envelope({"list": rows, "page_info": info})

    return Script(answer)


@pytest.mark.parametrize(("total", "told", "pages"), [(0, 0, 1), (50, 50, 1), (51, 51, 2), (120, 120, 3), (5120, 5000, 103)])
async def test_lists_are_read_to_their_end_even_where_the_total_is_cut_off(total: int, told: int, pages: int) -> None:
    script = listing(total, told=told)
    assert len(await client(script).demands()) == total
    assert len(script.asked) == pages


async def test_a_list_that_repeats_itself_ends() -> None:
    row = {"demand_id": 1, "demand_name": "n", "create_time": "2026-11-22 12:00:00"}
    rows = [{**row, "demand_id": at} for at in range(1, 51)]
    script = Script(lambda request: envelope({"list": rows, "page_info": {"page": 1, "page_size": 50, "total_number": 9999}}))
    assert len(await client(script).demands()) == 50
    assert len(script.asked) == 2


async def test_lifetimes_are_read_never_assumed() -> None:
    auth = OAuthClient(platform().gateway(), "https://ad.example/oauth.html", SystemClock())
    before = datetime.now(UTC)
    tokens = await auth.refresh(AppCredentials(7, "s"), "r")
    assert timedelta(seconds=599) < tokens.access_expires_at - before < timedelta(seconds=601)
    assert timedelta(seconds=699) < tokens.refresh_expires_at - before < timedelta(seconds=701)
    broken = Script(lambda request: envelope({"access_token": "a", "refresh_token": "r"}))
    with pytest.raises(NotThePlatform):
        await OAuthClient(broken.gateway(), "https://ad.example/oauth.html", SystemClock()).refresh(AppCredentials(7, "s"), "r")


def test_the_consent_page_gets_app_redirect_and_state() -> None:
    auth = OAuthClient(platform().gateway(), "https://ad.example/oauth.html", SystemClock())
    address = auth.authorize_address(7, "http://127.0.0.1:8080/callback", "s t")
    assert address == "https://ad.example/oauth.html?app_id=7&redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fcallback&state=s+t"
