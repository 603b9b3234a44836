"""Placing orders: every limit of create_assign, and that a refusal changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.support import DAY, STAR, START, Api, demand_info, ok, order_items, refused
from xingtu_desktop.sandbox.ids import author_id_of
from xingtu_desktop.sandbox.records import Campaign, Order, Project

ASSIGN = f"{STAR}/demand/create_assign/"
REQUIREMENT = {"detail_demand": "展示质地"}


async def place(api: Api, items: dict[str, Any] | None = None, **changes: object) -> dict[str, Any]:
    return await api.post(ASSIGN, demand_info=demand_info(**changes), order_item_info=items or order_items(api.world))


async def test_an_assignment_makes_one_order_for_each_creator_and_count() -> None:
    api = Api()
    items = order_items(api.world, count=3, cnt=2)
    data = ok(await place(api, items))
    assert len(data["order_ids"]) == 6
    assert all(isinstance(order_id, int) and len(str(order_id)) == 19 for order_id in data["order_ids"])
    bill = data["bill_info"]
    prices = [api.world.quote_fen(line["author_id"], line["video_type"]) or 0 for line in items["author_list"] for _ in range(2)]
    assert round(bill["precise_total_task_cost"] * 100) == sum(prices)
    assert round(bill["precise_total_platform_fee"] * 100) == sum((price * 500 + 5000) // 10_000 for price in prices)
    assert bill["precise_total_remaining"] == bill["precise_total_amount"]
    assert [line["order_id"] for line in bill["order_bill_list"]] == data["order_ids"]
    assert round(sum(line["precise_total"] for line in bill["order_bill_list"]) * 100) == round(bill["precise_total_amount"] * 100)
    assert api.order(data["order_ids"][0]).status == 0


async def test_a_prepaid_assignment_is_due_in_part() -> None:
    api = Api()
    bill = ok(await place(api, order_items(api.world, count=1, order_type=2)))["bill_info"]
    assert round(bill["precise_total_remaining"] * 100) == (round(bill["precise_total_amount"] * 100) * 3000 + 5000) // 10_000


AT_LIMIT: list[dict[str, object]] = [
    {"demand_name": "名" * 60},
    {"demand_name": "😀" * 60},
    {"brand_name": "牌" * 50},
    {"product_name": "品" * 40},
    {"product_information": "介" * 500},
    {"expect_remain_time": 365},
    {"expiration_time": START + DAY, "expiration_time_end": START + 31 * DAY},
    {"demand_requirement": {**REQUIREMENT, "detail_demand": "求" * 500, "other_demand": "他" * 500, "music": "乐" * 20}},
    {"demand_requirement": {**REQUIREMENT, "prop_demand": "道" * 20, "scene_demand": "景" * 20, "special_topic": "#" * 40}},
    {"accept_expiration_day": 365, "ignore_script": 1, "xingzhitou_pre_audit": 1},
    {"item_show_monitor_url": "https://m.example.com/s", "component_click_monitor_url": "https://m.example.com/c"},
    {"component_info": {"ecom_cart": [{"title": "题" * 50, "product_link": "https://e.example.com"}] * 7}},
    {"ad_sync_conf": {"ocean_engine": {"ad_sync_origin": 1, "ad_sync": 2, "advertiser_ids": [1], "auto_sync": 1, "sync_duration": 30}}},
    {"yuntu_industry_ids": [1]},
]


@pytest.mark.parametrize("changes", AT_LIMIT, ids=lambda changes: next(iter(changes)))
async def test_a_demand_at_its_limits_is_taken(changes: dict[str, object]) -> None:
    ok(await place(Api(), **changes))


BEYOND: list[tuple[int, str, dict[str, object]]] = [
    (40001, "demand_name", {"demand_name": "名" * 61}),
    (40001, "brand_name", {"brand_name": "牌" * 51}),
    (40001, "product_name", {"product_name": "品" * 41}),
    (40001, "product_information", {"product_information": "介" * 501}),
    (40001, "product_industry", {"product_industry": ["1930"]}),
    (40001, "product_industry", {"product_industry": ["美妆", "护肤"]}),
    (40001, "expect_remain_time", {"expect_remain_time": 0}),
    (40001, "expect_remain_time", {"expect_remain_time": 366}),
    (40001, "expiration_time_end", {"expiration_time": START + DAY, "expiration_time_end": START + 31 * DAY + 1}),
    (40001, "expiration_time_end", {"expiration_time": START + DAY, "expiration_time_end": START}),
    (40001, "expiration_time_end", {"expiration_time": START - 2 * DAY, "expiration_time_end": START - DAY}),
    (40001, "accept_expiration_day", {"accept_expiration_day": 366}),
    (40001, "accept_expiration_day", {"accept_expiration_day": 0}),
    (40001, "ignore_script", {"ignore_script": 2}),
    (40001, "xingzhitou_pre_audit", {"xingzhitou_pre_audit": 2}),
    (40001, "item_show_monitor_url", {"item_show_monitor_url": "http://m.example.com/s"}),
    (40001, "component_click_monitor_url", {"component_click_monitor_url": "javascript:alert(1)"}),
    (40001, "detail_demand", {"demand_requirement": {"detail_demand": "求" * 501}}),
    (40001, "other_demand", {"demand_requirement": {**REQUIREMENT, "other_demand": "他" * 501}}),
    (40001, "special_topic", {"demand_requirement": {**REQUIREMENT, "special_topic": "#" * 41}}),
    *(
        (40001, name, {"demand_requirement": {**REQUIREMENT, name: "字" * 21}})
        for name in ("music", "prop_demand", "scene_demand", "script_demand")
    ),
    (40001, "link_component_ids", {"component_info": {"link_component_ids": [1, 2]}}),
    (40001, "link_component_ids", {"component_info": {"link_component_ids": [7360000000000000001]}}),
    (40001, "ecom_cart", {"component_info": {"ecom_cart": [{"title": "题"}] * 8}}),
    (40001, "title", {"component_info": {"ecom_cart": [{"title": "题" * 51}]}}),
    (40001, "ad_sync", {"ad_sync_conf": {"qianchuan": {"ad_sync": 3}}}),
    (40001, "ad_sync_origin", {"ad_sync_conf": {"dou_plus": {"ad_sync_origin": 2}}}),
    (40001, "yuntu_industry_ids", {"yuntu_industry_ids": [1, 2]}),
    (40001, "attachments", {"attachments": ["never-uploaded.pdf"]}),
    (40001, "project_id", {"project_id": 7370000000000000001}),
    *(
        (40000, name, {name: None})
        for name in (
            "demand_name",
            "brand_name",
            "product_name",
            "product_information",
            "product_industry",
            "contact_name",
            "contact_phone",
            "expect_remain_time",
            "expiration_time",
            "expiration_time_end",
            "demand_requirement",
        )
    ),
    (40000, "detail_demand", {"demand_requirement": {}}),
    (40000, "demand_name", {"demand_name": "   "}),
    (40000, "demand_name", {"demand_name": 5}),
    (40000, "expect_remain_time", {"expect_remain_time": "30"}),
    (40000, "expect_remain_time", {"expect_remain_time": 30.5}),
    (40000, "expect_remain_time", {"expect_remain_time": True}),
    (40000, "product_industry", {"product_industry": [1930, 193001]}),
]


@pytest.mark.parametrize(("code", "field", "changes"), BEYOND, ids=lambda value: value if isinstance(value, str) else "")
async def test_a_demand_beyond_a_limit_is_refused_by_name_and_changes_nothing(code: int, field: str, changes: dict[str, object]) -> None:
    api = Api()
    before = api.world.ledger.count(Campaign), api.world.ledger.count(Order), api.world.ledger.last_event_id()
    refused(await place(api, **changes), code, field)
    assert (api.world.ledger.count(Campaign), api.world.ledger.count(Order), api.world.ledger.last_event_id()) == before


def _line(items: dict[str, Any], **changes: object) -> dict[str, Any]:
    first = {**items["author_list"][0], **changes}
    return {**items, "author_list": [{name: value for name, value in first.items() if value is not None}, *items["author_list"][1:]]}


ITEMS: list[tuple[int, str, Callable[[dict[str, Any]], dict[str, Any]]]] = [
    (40001, "order_type", lambda items: {**items, "order_type": 3}),
    (40000, "order_type", lambda items: {"author_list": items["author_list"]}),
    (40000, "author_list", lambda items: {**items, "author_list": []}),
    (40001, "cnt", lambda items: _line(items, cnt=0)),
    (40001, "cnt", lambda items: _line(items, cnt=11)),
    (40000, "cnt", lambda items: _line(items, cnt=None)),
    (40001, "video_type", lambda items: _line(items, video_type=3)),
    (40000, "author_id", lambda items: _line(items, author_id="6600000000000000000")),
    (40001, "author_id", lambda items: _line(items, author_id=6600000000000000000)),
    (40001, "author_id", lambda items: _line(items, author_id=author_id_of(9_999_999))),
    (
        40001,
        "author_list",
        lambda items: {**items, "author_list": [{**items["author_list"][0], "cnt": 10}] * 5 + [{**items["author_list"][0]}]},
    ),
    (40001, "author_list", lambda items: {**items, "author_list": [items["author_list"][0]] * 51}),
]


@pytest.mark.parametrize(("code", "field", "change"), ITEMS)
async def test_wrong_order_items_are_refused(code: int, field: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    api = Api()
    before = api.world.ledger.count(Order)
    refused(await place(api, change(order_items(api.world))), code, field)
    assert api.world.ledger.count(Order) == before


async def test_fifty_orders_are_taken_at_once() -> None:
    api = Api()
    items = order_items(api.world)
    items["author_list"] = [{**items["author_list"][0], "cnt": 10}] * 5
    assert len(ok(await place(api, items))["order_ids"]) == 50


async def test_an_uploaded_attachment_can_be_named() -> None:
    api = Api()
    answer = await api.http.post(
        f"{STAR}/attachment/upload/",
        data={"file_name": "产品说明.pdf", "star_id": str(api.star_id)},
        files={"file": ("产品说明.pdf", b"%PDF-1.4 \r\n--x--\r\n")},
        headers={"Access-Token": api.token},
    )
    assert ok(answer.json()) == {"result": True}
    ok(await place(api, attachments=["产品说明.pdf"]))


@pytest.mark.parametrize(
    ("code", "field", "fields", "files"),
    [
        (40000, "file_name", {}, {"file": ("a", b"x")}),
        (40000, "file", {"file_name": "a"}, {"other": ("a", b"x")}),
        (40001, "file_name", {"file_name": "../a"}, {"file": ("a", b"x")}),
        (40000, "star_id", {"file_name": "a", "star_id": "x"}, {"file": ("a", b"x")}),
    ],
)
async def test_a_wrong_upload_is_refused(code: int, field: str, fields: dict[str, str], files: dict[str, tuple[str, bytes]]) -> None:
    api = Api()
    answer = await api.http.post(
        f"{STAR}/attachment/upload/", data={"star_id": str(api.star_id), **fields}, files=files, headers={"Access-Token": api.token}
    )
    refused(answer.json(), code, field)


async def test_a_new_campaign_is_found_by_its_name_and_its_order_by_its_demand() -> None:
    api = Api()
    data = ok(await place(api))
    demands = await api.data(f"{STAR}/demand/list/", filtering={"name": "#K7F2-1", "universal_order_status": "WAIT_PAYMENT"})
    assert [demand["demand_name"] for demand in demands["list"]] == ["冬季面霜种草 #K7F2-1"]
    orders = await api.data(f"{STAR}/demand/order/list/", demand_id=demands["list"][0]["demand_id"])
    assert [order["order_id"] for order in orders["list"]] == data["order_ids"]
    assert orders["list"][0]["universal_order_status"] == "WAIT_PAYMENT"
    campaigns = await api.data(f"{STAR}/campaign/list/", search_name="#K7F2-1")
    assert [campaign["campaign_id"] for campaign in campaigns["campaigns"]] == [data["campaign_id"]]
    listed = await api.data(f"{STAR}/order/list_by_campaign/", campaign_ids=[data["campaign_id"]])
    assert listed["order_list"] == []  # integer lists leave unpaid orders out
    assert (await api.data(f"{STAR}/order/detail/", order_id=data["order_ids"][0]))["status"] == 0


async def test_a_task_is_bound_to_a_project() -> None:
    api = Api()
    data = ok(await place(api))
    project = await api.done(f"{STAR}/create/project/", demander_id=api.star_id, project_name="冬季项目", total_budget=500_000)
    demand_id = api.order(data["order_ids"][0]).demand_id
    await api.done(f"{STAR}/task/bind_project/", project_id=project["project_id"], task_id=demand_id)
    tasks = await api.data(f"{STAR}/task/list_by_project/", project_id=project["project_id"], page=1, limit=10)
    assert [task["task_id"] for task in tasks["project_tasks"]] == [demand_id]
    assert tasks["page_info"]["has_more"] is False
    await api.done(f"{STAR}/update/project/", demander_id=api.star_id, project_id=project["project_id"], project_name="冬季项目二期")
    listed = await api.data(f"{STAR}/project/list/", page=1, limit=10)
    assert [found["name"] for found in listed["projects"]] == ["冬季项目二期"]
    assert listed["projects"][0]["rest_budget"] <= 500_000 - api.order(data["order_ids"][0]).total_fen // 100
    refused(await api.get(f"{STAR}/project/list/", page=1), 40000, "limit")
    refused(await api.post(f"{STAR}/task/bind_project/", project_id=1, task_id=demand_id), 40001, "project_id")
    refused(await api.post(f"{STAR}/task/bind_project/", project_id=project["project_id"], task_id=1), 40001, "task_id")
    refused(await api.post(f"{STAR}/create/project/", demander_id=api.star_id, project_name="题" * 61), 40001, "project_name")
    assert api.world.ledger.count(Project) == 1


async def test_a_link_component_is_made_changed_and_found() -> None:
    api = Api()
    links = {"link_name": "活动页", "link_title": "立即了解", "link_type": 1, "link_android": "https://e.example.com"}
    numbers = {"link_page_target": 1, "link_platform": 1, "link_platform_source": 1}
    made = await api.done(f"{STAR}/component/create_link/", link_component_info=links)
    component_id = made["link_component_id"]
    changed = {**links, **numbers, "link_title": "马上了解"}
    await api.done(f"{STAR}/component/update_link/", link_component_id=component_id, link_component_info=changed)
    found = await api.data(f"{STAR}/component/query_link/", link_ids=[component_id], component_status=2)
    assert [component["link_title"] for component in found["components"]] == ["马上了解"]
    refused(await api.post(f"{STAR}/component/update_link/", link_component_id=1, link_component_info=changed), 40001, "link_component_id")
    refused(await api.post(f"{STAR}/component/create_link/", link_component_info={**links, "link_type": 9}), 40001, "link_type")
    refused(await api.get(f"{STAR}/component/query_link/", component_status=9), 40001, "component_status")
    assert (await api.data(f"{STAR}/component/query_industry_anchor/"))["components"] == []
    data = ok(await place(api, component_info={"link_component_ids": [component_id]}))
    shape = (await api.data(f"{STAR}/order/get_component/", order_ids=data["order_ids"]))["order_component_list"]
    assert shape[0]["link_component_list"][0]["component_id"] == component_id
