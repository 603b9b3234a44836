"""Deciding about orders: each legal step, each limit, each illegal transition, and the money to the fen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.support import DAY, STAR, START, Api, demand_info, ok, order_items, refused
from xingtu_desktop.sandbox.records import Account, Event, Order, Payment, Resource

ORDER = f"{STAR}/order"
BILL = f"{STAR}/bill"


async def review(api: Api, verb: str, made: dict[str, int], kind: int, **more: object) -> dict[str, Any]:
    return await api.post(
        f"{ORDER}/{verb}_resource/", order_id=made["order_id"], resource_id=made["resource_id"], resource_type=kind, **more
    )


async def test_an_order_goes_from_payment_to_acceptance() -> None:
    api = Api()
    placed = await api.done(f"{STAR}/demand/create_assign/", demand_info=demand_info(), order_item_info=order_items(api.world))
    order_id, campaign_id = placed["order_ids"][0], placed["campaign_id"]
    before = api.balance()
    pending = await api.data(f"{BILL}/get_pending/", campaign_id=campaign_id)
    paid = await api.done(f"{BILL}/pay/", campaign_id=campaign_id)
    assert paid["precise_actual_pay"] == pending["precise_total_remaining"] == pending["precise_total_pay"]
    assert api.balance() == before - round(paid["precise_actual_pay"] * 100) == round(paid["precise_balance"] * 100)
    assert (await api.data(f"{BILL}/get_pending/", campaign_id=campaign_id))["order_bill_list"] == []
    assert api.order(order_id).status == -1

    async def outside(action: str) -> int:
        return int((await api.control("external", order_id=order_id, action=action))["resource_id"])

    await outside("accept")
    for kind, status in ((2, 43), (3, 53)):
        resource_id = await outside("upload")
        ok(await api.post(f"{ORDER}/approve_resource/", order_id=order_id, resource_id=resource_id, resource_type=kind))
        assert api.order(order_id).status == status
    await api.done(f"{ORDER}/publish_resource/", order_id=order_id)
    published = (await api.data(f"{ORDER}/get_info/", order_ids=[order_id]))["order_list"][0]
    assert (published["status"], published["release_time"]) == (54, START)
    video = (await api.data(f"{ORDER}/get_video/", order_ids=[order_id]))["order_video_list"][0]["video_list"][-1]
    assert video["online_status"] == 1
    assert video["item_id"] == api.order(order_id).item_id > 0
    await api.done(f"{ORDER}/push_resource/", order_id=order_id, push_platform=1, push_account_ids=[1_700_000_000_000_001])
    await api.done(f"{ORDER}/finish/", order_id=order_id)
    money = (await api.data(f"{ORDER}/get_info/", order_ids=[order_id]))["order_list"][0]["payment_info"]
    assert money["precise_deduct_amount"] == money["precise_total_paid"] == money["precise_total"]
    assert [api.effects(action, order_id) for action in ("pay", "approve", "publish", "finish")] == [1, 2, 1, 1]


async def test_a_rejected_version_is_followed_by_another() -> None:
    api = Api()
    (made,) = await api.spawn("script")
    ok(await review(api, "reject", made, 2, feedback_content="字" * 100))
    assert api.order(made["order_id"]).status == 42
    await api.control("clock", advance=2 * DAY)
    scripts = (await api.data(f"{ORDER}/detail/", order_id=made["order_id"]))["script_list"]
    assert [script["status"] for script in scripts][:2] == [2, scripts[1]["status"]]
    assert len(scripts) >= 2
    assert api.order(made["order_id"]).status == 41


@pytest.mark.parametrize(
    ("code", "field", "changes"),
    [
        (40001, "feedback_content", {"feedback_content": "字" * 101}),
        (40000, "feedback_content", {"feedback_content": ""}),
        (40000, "feedback_content", {}),
        (40001, "resource_type", {"feedback_content": "改", "resource_type": 1}),
        (40001, "resource_id", {"feedback_content": "改", "resource_id": 7340000000000000001}),
        (40001, "resource_id", {"feedback_content": "改", "resource_type": 3}),
        (40001, "order_id", {"feedback_content": "改", "order_id": 7330000000000000001}),
        (40000, "order_id", {"feedback_content": "改", "order_id": "x"}),
    ],
)
async def test_a_wrong_rejection_is_refused_and_changes_nothing(code: int, field: str, changes: dict[str, object]) -> None:
    api = Api()
    (made,) = await api.spawn("script")
    before = api.order(made["order_id"]), api.world.ledger.last_event_id()
    body: dict[str, object] = {"order_id": made["order_id"], "resource_id": made["resource_id"], "resource_type": 2, **changes}
    refused(await api.post(f"{ORDER}/reject_resource/", **body), code, field)
    assert (api.order(made["order_id"]), api.world.ledger.last_event_id()) == before


@pytest.mark.parametrize("repeat", ["refuse", "accept"])
async def test_a_second_call_is_refused_by_state_or_accepted_and_counted(repeat: str) -> None:
    api = Api()
    await api.control("faults", repeat=repeat)
    (made,) = await api.spawn("script")
    ok(await review(api, "approve", made, 2))
    again = await review(api, "approve", made, 2)
    if repeat == "refuse":
        refused(again, 40001, "order_id")
    else:
        ok(again)
    assert api.effects("approve", made["order_id"]) == (1 if repeat == "refuse" else 2)
    refused(await review(api, "reject", made, 2, feedback_content="改"), 40001, "order_id")


@pytest.mark.parametrize("repeat", ["refuse", "accept"])
async def test_a_second_payment_is_refused_or_takes_the_money_again(repeat: str) -> None:
    api = Api()
    await api.control("settings", repeat=repeat)
    (made,) = await api.spawn("unpaid")
    before, total = api.balance(), api.order(made["order_id"]).total_fen
    ok(await api.post(f"{BILL}/pay/", campaign_id=made["campaign_id"]))
    again = await api.post(f"{BILL}/pay/", campaign_id=made["campaign_id"])
    if repeat == "refuse":
        refused(again, 40001, "campaign_id")
    else:
        ok(again)
    assert before - api.balance() == total * (1 if repeat == "refuse" else 2)


async def test_an_old_version_cannot_be_approved_after_a_newer_one() -> None:
    api = Api()
    (made,) = await api.spawn("script")
    newer = await api.control("external", order_id=made["order_id"], action="upload")
    refused(await review(api, "approve", made, 2), 40001, "resource_id")
    ok(await review(api, "approve", {**made, "resource_id": newer["resource_id"]}, 2))


STATES = ["unpaid", "waiting", "accepted", "script", "video", "confirmed", "published"]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("publish_resource", ("confirmed",)),
        ("finish", ("published",)),
        ("demander_cancel", ("unpaid", "waiting", "accepted", "script", "video", "confirmed")),
        ("update", ("unpaid", "waiting", "accepted", "script", "video", "confirmed")),
        ("push_resource", ("published",)),
        ("reply_author_cancel", ()),
    ],
)
async def test_each_step_is_allowed_in_its_states_only(path: str, allowed: tuple[str, ...], state: str) -> None:
    api = Api()
    (made,) = await api.spawn(state)
    extra: dict[str, dict[str, object]] = {
        "demander_cancel": {"reason_type": 2},
        "update": {"order_info_changes": {"item_show_monitor_url": "https://m.example.com/n"}},
        "push_resource": {"push_platform": 1, "push_account_ids": [1]},
        "reply_author_cancel": {"accept": 1},
    }
    before = api.order(made["order_id"]), api.balance()
    answer = await api.post(f"{ORDER}/{path}/", order_id=made["order_id"], **extra.get(path, {}))
    if state in allowed:
        ok(answer)
        assert path == "push_resource" or api.order(made["order_id"]) != before[0]
    else:
        refused(answer, 40001, "order_id")
        assert (api.order(made["order_id"]), api.balance()) == before


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", [2, 3])
async def test_a_version_is_approved_only_while_its_order_waits_for_it(state: str, kind: int) -> None:
    api = Api()
    (made,) = await api.spawn(state)
    versions = api.world.ledger.resources_of(made["order_id"], kind)
    resource_id = versions[-1].resource_id if versions else 7340000000000000001
    answer = await review(api, "approve", {**made, "resource_id": resource_id}, kind)
    if (state, kind) in (("script", 2), ("video", 3)):
        ok(answer)
    else:
        assert answer["code"] == 40001


@pytest.mark.parametrize(
    ("content", "ad", "decision", "taken"),
    [
        (1, 1, None, True),
        (1, 1, 0, True),
        (1, 0, 0, False),
        (1, 0, 1, True),
        (1, 0, 2, False),
        (1, 99, 0, False),
        (1, 99, 1, True),
        (1, 99, 2, True),
        (99, 99, 2, False),
        (99, 99, 1, False),
        (0, 1, 1, False),
    ],
)
async def test_audits_and_the_decision_about_ads_let_a_video_pass_or_not(content: int, ad: int, decision: int | None, taken: bool) -> None:
    api = Api()
    (made,) = await api.spawn("video")
    order_id = made["order_id"]
    made["resource_id"] = (await api.control("external", order_id=order_id, action="upload", passed=0))["resource_id"]
    for source, state in ((1, content), (7, ad)):
        if state != 99:
            await api.control("external", order_id=order_id, action="audit", sources=[source], passed=state)
    answer = await review(api, "approve", made, 3, **({} if decision is None else {"ad_sync_decision": decision}))
    if taken:
        ok(answer)
    else:
        assert answer["code"] == 40001
    assert api.order(order_id).status == (53 if taken else 51)
    detail = (await api.data(f"{ORDER}/detail/", order_id=order_id))["video_list"][-1]["detail_audit_info"]
    assert [(line["audit_source"], line["audit_status"]) for line in detail] == [("1", str(content)), ("7", str(ad))]
    assert all((line["audit_ban_reason"] != "") == (line["audit_status"] == "0") for line in detail)


async def test_an_ad_decision_outside_the_enum_is_refused() -> None:
    api = Api()
    (made,) = await api.spawn("video")
    refused(await review(api, "approve", made, 3, ad_sync_decision=3), 40001, "ad_sync_decision")


@pytest.mark.parametrize(
    ("state", "points"), [("unpaid", 0), ("waiting", 0), ("accepted", 1000), ("script", 2000), ("video", 5000), ("confirmed", 8000)]
)
async def test_cancelling_costs_what_was_announced_and_gives_back_the_rest(state: str, points: int) -> None:
    api = Api()
    (made,) = await api.spawn(state)
    order, before = api.order(made["order_id"]), api.balance()
    cost = (order.total_fen * points + 5000) // 10_000
    announced = await api.data(f"{ORDER}/get_cancel_amount/", order_id=order.order_id)
    assert round(announced["precise_cost"] * 100) == cost
    await api.done(f"{ORDER}/demander_cancel/", order_id=order.order_id, reason_type=0, reason="计划有变")
    after = api.order(order.order_id)
    assert (after.status, after.deduct_fen, after.refund_fen) == (4, cost, order.paid_fen - cost)
    assert api.balance() == before + order.paid_fen - cost


@pytest.mark.parametrize(
    ("code", "field", "changes"),
    [
        (40000, "reason_type", {}),
        (40001, "reason_type", {"reason_type": 7}),
        (40000, "reason", {"reason_type": 0}),
        (40001, "reason", {"reason_type": 0, "reason": "字" * 101}),
    ],
)
async def test_a_wrong_cancellation_is_refused(code: int, field: str, changes: dict[str, object]) -> None:
    api = Api()
    (made,) = await api.spawn("waiting")
    refused(await api.post(f"{ORDER}/demander_cancel/", order_id=made["order_id"], **changes), code, field)
    assert api.order(made["order_id"]).status == -1


@pytest.mark.parametrize("accept", [1, 2])
async def test_a_creator_who_asks_to_leave_is_let_go_or_kept(accept: int) -> None:
    api = Api()
    (made,) = await api.spawn("accepted")
    await api.control("external", order_id=made["order_id"], action="ask_cancel")
    detail = await api.data(f"{ORDER}/detail/", order_id=made["order_id"])
    assert detail["author_cancel_status"] == 1
    assert detail["author_cancel_reason"]
    before = api.balance()
    refused(await api.post(f"{ORDER}/reply_author_cancel/", order_id=made["order_id"], accept=3), 40001, "accept")
    await api.done(f"{ORDER}/reply_author_cancel/", order_id=made["order_id"], accept=accept, reject_reason="请按期完成")
    order = api.order(made["order_id"])
    assert (order.status, order.author_cancel_status) == ((4, 0) if accept == 1 else (1, 0))
    assert api.balance() == before + (order.total_fen if accept == 1 else 0)
    refused(await api.post(f"{ORDER}/reply_author_cancel/", order_id=made["order_id"], accept=1), 40001, "order_id")


async def test_a_prepaid_order_asks_for_its_tail_before_it_is_published() -> None:
    api = Api()
    (made,) = await api.spawn("video", order_type=2)
    order_id, total = made["order_id"], api.order(made["order_id"]).total_fen
    first = (total * 3000 + 5000) // 10_000
    assert api.order(order_id).paid_fen == first
    ok(await review(api, "approve", made, 3))
    refused(await api.post(f"{ORDER}/publish_resource/", order_id=order_id), 40001, "order_id")
    refused(await api.post(f"{BILL}/pay/", order_id=order_id), 40001, "order_id")
    await api.control("clock", advance=600)
    assert api.order(order_id).status == 10
    pending = await api.data(f"{BILL}/get_pending/", order_id=order_id)
    assert round(pending["precise_total_remaining"] * 100) == total - first
    before = api.balance()
    await api.done(f"{BILL}/pay/", order_id=order_id)
    assert api.balance() == before - (total - first)
    await api.done(f"{ORDER}/publish_resource/", order_id=order_id)
    assert api.order(order_id).status == 54


async def test_a_payment_beyond_the_balance_changes_nothing() -> None:
    api = Api()
    made = await api.spawn("unpaid", 3)
    api.world.ledger.update(Account, api.star_id, balance_fen=sum(api.order(one["order_id"]).total_fen for one in made) - 1)
    before, payments = api.balance(), api.world.ledger.count(Payment)
    refused(await api.post(f"{BILL}/pay/", campaign_id=made[0]["campaign_id"]), 40001, "余额")
    assert (api.balance(), api.world.ledger.count(Payment)) == (before, payments)
    assert {api.order(one["order_id"]).status for one in made} == {0}


async def test_a_bill_is_asked_for_one_thing() -> None:
    api = Api()
    (made,) = await api.spawn("unpaid")
    refused(await api.get(f"{BILL}/get_pending/"), 40000, "campaign_id")
    refused(await api.get(f"{BILL}/get_pending/", campaign_id=1), 40001, "campaign_id")
    refused(await api.get(f"{BILL}/get_pending/", order_id=1), 40001, "order_id")
    refused(await api.post(f"{BILL}/pay/", campaign_id=made["campaign_id"], order_id=made["order_id"]), 40001, "order_id")


async def test_a_scheduled_video_goes_online_at_its_time() -> None:
    api = Api()
    (made,) = await api.spawn("confirmed")
    refused(await api.post(f"{ORDER}/publish_resource/", order_id=made["order_id"], schedule_time=START), 40001, "schedule_time")
    await api.done(f"{ORDER}/publish_resource/", order_id=made["order_id"], schedule_time=START + 3600)
    assert api.order(made["order_id"]).status == 53
    await api.control("clock", advance=3599)
    assert api.order(made["order_id"]).status == 53
    await api.control("clock", advance=1)
    assert (api.order(made["order_id"]).status, api.order(made["order_id"]).released) == (54, START + 3600)


async def test_an_order_is_updated_within_its_limits() -> None:
    api = Api()
    (made,) = await api.spawn("accepted")
    path = f"{ORDER}/update/"
    for code, field, changes in (
        (40001, "item_show_monitor_url", {"item_show_monitor_url": "http://x.example.com"}),
        (40001, "link_component_ids", {"link_component_ids": [1]}),
        (40001, "link_component_ids", {"link_component_ids": [1, 2]}),
    ):
        refused(await api.post(path, order_id=made["order_id"], order_info_changes=changes), code, field)
    refused(await api.post(path, order_id=made["order_id"]), 40000, "order_info_changes")
    url = "https://m.example.com/new"
    await api.done(path, order_id=made["order_id"], order_info_changes={"component_click_monitor_url": url})
    info = (await api.data(f"{ORDER}/get_info/", order_ids=[made["order_id"]]))["order_list"][0]
    assert info["component_click_monitor_url"] == url


async def test_another_accounts_orders_are_out_of_reach() -> None:
    api = Api()
    (made,) = await api.spawn("script")
    second = api.world.ledger.select(Account, "account_type = 'PLATFORM_ROLE_STAR' AND star_id <> ? AND is_valid = 1", api.star_id)[0]
    for answer in (
        await api.get(f"{ORDER}/detail/", star_id=second.star_id, order_id=made["order_id"]),
        await api.get(f"{ORDER}/get_script/", star_id=second.star_id, order_ids=[made["order_id"]]),
        await api.post(
            f"{ORDER}/approve_resource/",
            star_id=second.star_id,
            order_id=made["order_id"],
            resource_id=made["resource_id"],
            resource_type=2,
        ),
    ):
        refused(answer, 40001, "order_id")
    refused(await api.get(f"{BILL}/get_pending/", star_id=second.star_id, campaign_id=made["campaign_id"]), 40001, "campaign_id")
    others = [a.star_id for a in api.world.ledger.select(Account, "account_type <> 'PLATFORM_ROLE_STAR' OR is_valid = 0")]
    for star_id in (*others, 1740000000000000001):
        refused(await api.get(f"{STAR}/campaign/list/", star_id=star_id), 40002, "star_id")


async def test_the_balance_is_always_what_the_payments_say() -> None:
    api = Api()
    await api.spawn("waiting", 30)
    await api.control("clock", advance=20 * DAY)
    for made in await api.spawn("video", 5):
        await api.done(f"{ORDER}/demander_cancel/", order_id=made["order_id"], reason_type=1)
    ledger = api.world.ledger
    for account in ledger.select(Account):
        moved = {
            kind: ledger.total(Payment, "fen", "star_id = ? AND kind = ?", account.star_id, kind)
            for kind in ("topup", "refund", "pay", "tail")
        }
        assert account.balance_fen == moved["topup"] + moved["refund"] - moved["pay"] - moved["tail"]
    for order in ledger.select(Order):
        taken = ledger.total(Payment, "fen", "order_id = ? AND kind IN ('pay', 'tail')", order.order_id)
        given = ledger.total(Payment, "fen", "order_id = ? AND kind = 'refund'", order.order_id)
        assert (order.paid_fen, order.refund_fen) == (taken, given)
        assert order.status not in (2, 3, 4) or order.deduct_fen == taken - given


async def test_every_change_is_in_the_event_log_in_order() -> None:
    api = Api()
    heard: list[int] = []
    end = api.world.listen(lambda event: heard.append(event.event_id))
    (made,) = await api.spawn("script")
    ok(await review(api, "approve", made, 2))
    end()
    events = api.world.ledger.select(Event, "1 ORDER BY event_id")
    assert [event.event_id for event in events] == list(range(1, len(events) + 1)) == heard
    assert f'"order_id": {made["order_id"]}' in events[-1].payload


async def test_the_four_shapes_of_a_resource_are_kept_apart() -> None:
    api = Api()
    order = api.world.ledger.select(Order, "status = 54 AND ignore_script = 0 LIMIT 1")[0]
    detail = await api.data(f"{ORDER}/detail/", order_id=order.order_id)
    script = (await api.data(f"{ORDER}/get_script/", order_ids=[order.order_id]))["order_script_list"][0]["script_list"][0]
    video = (await api.data(f"{ORDER}/get_video/", order_ids=[order.order_id]))["order_video_list"][0]["video_list"][0]
    assert "resource_content" in detail["script_list"][0]
    assert "resource_url" not in detail["script_list"][0]
    assert "resource_url" in script
    assert not {"resource_content", "resource_title"} & script.keys()
    assert not {"title", "online_status"} & detail["video_list"][0].keys()
    assert {"title", "online_status"} <= video.keys()
    assert all(isinstance(value, str) for line in detail["video_list"][0]["detail_audit_info"] for value in line.values())
    assert isinstance(video["detail_audit_info"][0]["audit_status"], int)
    text = (await api.http.get(script["resource_url"])).text
    assert text == detail["script_list"][0]["resource_content"]
    assert (await api.data(f"{ORDER}/get_live/", order_ids=[order.order_id]))["order_livestream_list"][0]["livestream_list"] == []


async def test_the_history_has_every_state_and_enough_to_approve() -> None:
    api = Api()
    orders = api.world.ledger.select(Order)
    assert len(orders) == 300
    assert {order.status for order in orders} == {0, -1, 1, 2, 3, 4, 10, 41, 42, 43, 44, 51, 52, 53, 54}
    passed = [o for o in orders if o.status == 41 and api.world.ledger.resources_of(o.order_id, 2)[-1].audit_status == 1]
    videos = {api.world.ledger.resources_of(o.order_id, 3)[-1].audit_status for o in orders if o.status == 51}
    assert len(passed) + sum(o.status == 51 for o in orders) >= 60
    assert videos == {0, 1, 99}
    assert max(resource.version for resource in api.world.ledger.select(Resource)) >= 2
    assert {order.released for order in orders if order.status in (54, 3)} != {0}
    assert api.balance() == 300_000_000


async def test_lists_come_in_pages_that_hold_everything_once() -> None:
    api = Api()
    seen: list[int] = []
    page, campaigns = 1, [c["campaign_id"] for c in (await api.data(f"{STAR}/campaign/list/", limit=50))["campaigns"]]
    while True:
        data = await api.data(f"{ORDER}/list_by_campaign/", campaign_ids=campaigns, page=page, limit=50)
        seen += [order["order_id"] for order in data["order_list"]]
        if page * 50 >= data["page_info"]["total_count"]:
            break
        page += 1
    assert len(seen) == len(set(seen)) == data["page_info"]["total_count"] == api.world.ledger.count(Order, "status <> 0")
    demand = (await api.data(f"{STAR}/demand/list/", page_size=3, page=2))["page_info"]
    assert demand == {"page": 2, "page_size": 3, "total_number": 8, "total_page": 3}
    for path, query, field in (
        (f"{STAR}/demand/list/", {"page_size": 51}, "page_size"),
        (f"{STAR}/demand/list/", {"page": 0}, "page"),
        (f"{STAR}/campaign/list/", {"limit": 51}, "limit"),
        (f"{STAR}/campaign/list/", {"search_name": "字" * 20}, "search_name"),
        (f"{ORDER}/get_info/", {"order_ids": list(range(51))}, "order_ids"),
        (f"{STAR}/demand/list/", {"filtering": {"universal_order_status": "LATER"}}, "universal_order_status"),
        (f"{STAR}/demand/list/", {"filtering": {"query_time_range": {"start_time": "2026-11-01", "end_time": "x"}}}, "start_time"),
    ):
        refused(await api.get(path, **query), 40001, field)
    refused(await api.get(f"{STAR}/demand/list/", filtering={"query_time_range": {"start_time": "2026-11-01 00:00:00"}}), 40000, "end_time")
    refused(await api.get(f"{STAR}/demand/list/", filtering="{oops"), 40000, "filtering")
    refused(await api.get(f"{ORDER}/list_by_campaign/"), 40000, "campaign_ids")


async def test_look_ups_lead_from_a_video_to_its_creator_and_back() -> None:
    api = Api()
    order = api.world.ledger.select(Order, "status = 54 LIMIT 1")[0]
    uid = (await api.data(f"{STAR}/item/author/get/", item_ids=[order.item_id]))["item_infos"][0]["uid"]
    assert (await api.data(f"{STAR}/user/get_star_id/", aweme_author_id=uid)) == {"star_id": order.author_id}
    assert (await api.data(f"{STAR}/user/get_aweme_author_id/", author_star_id=order.author_id)) == {"aweme_author_id": uid}
    refused(await api.get(f"{STAR}/user/get_star_id/", aweme_author_id=5), 40001, "aweme_author_id")
    refused(await api.get(f"{STAR}/item/author/get/", item_ids=[1]), 40001, "item_ids")
    info = (await api.data(f"{STAR}/info/", star_ids=[api.star_id]))["info_list"][0]
    assert (info["start_id"], info["status"]) == (api.star_id, "ENABLE")
