"""Owns the promises of the report endpoints: the official contract, units, sums, T+1 and plain refusals."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.support import DAY, STAR, Api
from xingtu_desktop.sandbox.figures import beijing_day, day_text
from xingtu_desktop.sandbox.records import Account, Campaign, Order

CONTRACT = Path(__file__).resolve().parents[2].parent / "shared" / "contract" / "check.py"
OVERVIEW = f"{STAR}/report/order_overview/get/"
BATCH = f"{STAR}/report/order_overview/"
AUDIENCE = f"{STAR}/report/order_user_distribution/get/"
CLUES = f"{STAR}/clue/get/"
CONFIG = f"{STAR}/report/data_topic_config/"
TOPICS = f"{STAR}/report/custom_data_topic_report/"
DAYS = f"{STAR}/report/custom_data_topic_daily_report/"
UNITE = f"{STAR}/star_ad_unite_task/list/"
UNITE_DETAIL = f"{STAR}/star_ad_unite_task/detail/"
UNITE_ITEMS = f"{STAR}/star_ad_unite_task_item/list/"
ALL_TOPICS = ["BASIC_DATA", "FLOW_DATA", "CONVERT_DATA", "SEARCH_DATA", "RECOMMEND_DATA"]
ALL_TOPICS += ["DY_SHOP_DATA", "USER_DISTRIBUTION_DATA", "INDEX_SCORE_DATA", "COMMENT_DATA"]


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    api = Api()
    yield api
    await api.http.aclose()


def published(api: Api, component: str = "LINK") -> Order:
    """An order published more than four days ago, with a component of that type below its video."""
    ledger, until = api.world.ledger, api.world.now() - 4 * DAY
    demands = {campaign.demand_id for campaign in ledger.select(Campaign, "component_type = ?", component)}
    return next(order for order in ledger.published_orders(api.star_id) if order.released < until and order.demand_id in demands)


def yesterday(api: Api) -> int:
    return beijing_day(api.world.now()) - 1


def metric(data: list[dict[str, Any]], topic: str, field: str) -> str:
    for one in data:
        if one["data_topic"] == topic:
            return str(next(item["value"] for item in one["metrics"] if item["field"] == field))
    raise AssertionError(f"{topic} is not there")


@pytest.mark.skipif(not CONTRACT.exists(), reason="the official contract does not lie beside this checkout")
async def test_every_report_exchange_keeps_to_the_official_contract(api: Api) -> None:
    spec = importlib.util.spec_from_file_location("contract_check", CONTRACT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    contract = module.Contract()
    order = published(api)
    work: dict[str, object] = {"work_id": order.item_id, "demand_id": order.demand_id}
    unite = (await api.data(UNITE))["demands"][1]["demand_id"]
    last = yesterday(api)
    dates: dict[str, object] = {"stat_start_date": day_text(last - 30), "stat_end_date": day_text(last)}
    asked: list[tuple[str, dict[str, object]]] = [
        (OVERVIEW, {"order_id": order.order_id}),
        (BATCH, {"order_ids": [one.order_id for one in api.world.ledger.published_orders(api.star_id)[:40]]}),
        (AUDIENCE, {"order_id": order.order_id}),
        (AUDIENCE, {"order_id": order.order_id, "fan_type": "FANS", "interactive_type": "COMPONENT"}),
        (CLUES, {"page": 1, "page_size": 50}),
        (CONFIG, work | {"topics": ALL_TOPICS}),
        (TOPICS, work | {"topics": ALL_TOPICS}),
        (DAYS, work | {"topics": ALL_TOPICS[:5], "start_time": day_text(last - 40), "end_time": day_text(last)}),
        (UNITE, {"page": 1, "page_size": 20, "filtering": {"status": "ONGOING"}}),
        (UNITE_DETAIL, {"demand_id": unite} | dates),
        (UNITE_ITEMS, {"demand_id": unite, "page": 1, "page_size": 20} | dates),
    ]
    for path, query in asked:
        answer = await api.get(path, **query)
        assert answer["code"] == 0, answer
        texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in {"star_id": api.star_id, **query}.items()}
        exchange = {"method": "GET", "path": path, "query": texts, "body": None, "status": 200, "response": answer}
        assert contract.problems(exchange) == []
        assert answer["data"], path


async def test_the_overview_has_fen_and_percent_times_100(api: Api) -> None:
    order = published(api)
    data = await api.data(OVERVIEW, order_id=order.order_id)
    spread, cost = data["spread"], data["cost_effectiveness"]
    assert cost["price"] == order.task_cost_fen
    assert cost["cpm"] == order.task_cost_fen * 1000 // spread["play"]
    assert 100 < data["creative"]["finish_rate"] < 10_000
    assert data["update_time"] == f"{day_text(beijing_day(api.world.now()))} 00:00:00"
    assert abs(sum(data["comment"][name] for name in ("pos_rate", "neu_rate", "neg_rate")) - 10_000) <= 2
    assert len(data["comment"]["high_frequency_words"]) == 10


async def test_single_batch_and_topic_reports_agree_on_the_same_video(api: Api) -> None:
    order = published(api)
    single = await api.data(OVERVIEW, order_id=order.order_id)
    batch = (await api.data(BATCH, order_ids=[order.order_id]))["base_stats"][0]
    topics = (await api.data(TOPICS, work_id=order.item_id, demand_id=order.demand_id, topics=ALL_TOPICS))["data"]
    plays = single["spread"]["play"]
    assert plays == batch["spread_stat"]["item_play_cnt"] == int(metric(topics, "FLOW_DATA", "play_cnt"))
    assert single["convert"]["click"] == batch["convert_stat"]["click"] == int(metric(topics, "CONVERT_DATA", "component_click_cnt"))
    yuan = order.task_cost_fen / 100
    assert batch["spread_stat"]["cpm"] == pytest.approx(yuan / plays * 1000, abs=0.01)
    assert sum(part["uv"] for part in batch["spread_stat"]["frequency_stats"]) == plays * 82 // 100


async def test_the_days_of_a_topic_add_up_to_its_total(api: Api) -> None:
    order = published(api)
    work: dict[str, object] = {"work_id": order.item_id, "demand_id": order.demand_id}
    first = beijing_day(order.released)
    assert yesterday(api) - first < 89
    stats = (
        await api.data(DAYS, **work, topics=["FLOW_DATA", "BASIC_DATA"], start_time=day_text(first), end_time=day_text(yesterday(api) + 30))
    )["stats"]
    assert stats[0]["date"] == "0"
    assert [stat["date"] for stat in stats[1:]] == [day_text(day) for day in range(first, yesterday(api) + 1)], "nothing of today"
    total = (await api.data(TOPICS, **work, topics=["FLOW_DATA"]))["data"]
    for field in ("play_cnt", "natural_play_cnt", "ad_play_cnt", "finish_play_cnt", "like_cnt", "comment_cnt", "share_cnt"):
        days = sum(int(metric(stat["data"], "FLOW_DATA", field)) for stat in stats[1:])
        assert days == int(metric(total, "FLOW_DATA", field)), field


async def test_only_videos_with_a_component_have_a_funnel(api: Api) -> None:
    for component in ("LINK", "CART", "ALL"):
        order = published(api, component)
        topics = (await api.data(TOPICS, work_id=order.item_id, demand_id=order.demand_id, topics=["CONVERT_DATA", "DY_SHOP_DATA"]))["data"]
        steps = [int(metric(topics, "CONVERT_DATA", field)) for field in ("component_show_cnt", "component_click_cnt")]
        steps.append(int(metric(topics, "DY_SHOP_DATA", "shop_visit_cnt")))
        steps += [int(metric(topics, "CONVERT_DATA", field)) for field in ("order_cnt", "pay_order_cnt")]
        assert steps == sorted(steps, reverse=True)
        assert (steps[0] > 0) == (component != "ALL")


async def test_reports_grow_when_a_day_passes_and_not_within_it(api: Api) -> None:
    order = published(api)
    before = await api.data(OVERVIEW, order_id=order.order_id)
    api.world.clock.advance(3600)
    assert await api.data(OVERVIEW, order_id=order.order_id) == before
    api.world.clock.advance(DAY)
    after = await api.data(OVERVIEW, order_id=order.order_id)
    assert after["spread"]["play"] > before["spread"]["play"]
    assert after["update_time"] > before["update_time"]


async def test_a_video_of_today_has_no_report_yet_and_an_unpublished_order_is_refused(api: Api) -> None:
    order = published(api)
    api.world.ledger.update(Order, order.order_id, released=api.world.now() - 60)
    assert set(await api.data(OVERVIEW, order_id=order.order_id)) == {"update_time"}
    assert set(await api.data(AUDIENCE, order_id=order.order_id)) == {"update_time"}
    assert (await api.data(BATCH, order_ids=[order.order_id]))["base_stats"] == []
    unpublished = api.world.ledger.select(Order, "released = 0 AND star_id = ? LIMIT 1", api.star_id)[0]
    answer = await api.get(OVERVIEW, order_id=unpublished.order_id)
    assert answer["code"] == 40001
    assert answer["message"].startswith("order_id")


async def test_distributions_have_chinese_labels_and_add_up_to_the_people(api: Api) -> None:
    order = published(api)
    plays = (await api.data(OVERVIEW, order_id=order.order_id))["spread"]["play"]
    data = await api.data(AUDIENCE, order_id=order.order_id)
    for name in ("gender", "age", "province", "city", "device", "interest", "activity"):
        assert sum(part["value"] for part in data[name]) == plays, name
        assert all(part["value"] >= 0 and part["key"] for part in data[name])
    assert {part["key"] for part in data["gender"]} == {"女", "男"}
    fans = await api.data(AUDIENCE, order_id=order.order_id, fan_type="FANS")
    assert sum(part["value"] for part in fans["gender"]) < plays / 2


async def test_leads_are_paged_newest_first_and_filtered(api: Api) -> None:
    whole = await api.data(CLUES, page=1, page_size=50)
    total = whole["page_info"]["total_number"]
    assert total > 0
    seen: list[dict[str, Any]] = []
    for page in range(1, whole["page_info"]["total_page"] + 1):
        seen += (await api.data(CLUES, page=page, page_size=50))["list"]
    assert len(seen) == total
    assert [lead["create_time"] for lead in seen] == sorted((lead["create_time"] for lead in seen), reverse=True)
    one = seen[0]["order_id"]
    filtered = await api.data(CLUES, order_id=one, page_size=50)
    assert filtered["page_info"]["total_number"] == sum(lead["order_id"] == one for lead in seen)
    assert {lead["order_id"] for lead in filtered["list"]} == {one}


async def test_unite_tasks_have_their_own_units_and_their_videos_add_up(api: Api) -> None:
    listed = await api.data(UNITE)
    assert listed["page_info"]["total_number"] == len(listed["demands"]) == 5
    finished = await api.data(UNITE, filtering={"status": "FINISHED"})
    assert len(finished["demands"]) == 2
    dates = {"stat_start_date": day_text(yesterday(api) - 60), "stat_end_date": day_text(yesterday(api))}
    demand_id = listed["demands"][1]["demand_id"]
    detail = await api.data(UNITE_DETAIL, demand_id=demand_id, **dates)
    assert detail["budget"] % 1000 == 0
    items: list[dict[str, Any]] = []
    page = 1
    while True:
        answer = await api.data(UNITE_ITEMS, demand_id=demand_id, page=page, page_size=20, **dates)
        items += answer["stat_info"]
        if page >= answer["page_info"]["total_page"]:
            break
        page += 1
    assert len(items) == answer["page_info"]["total_number"]
    assert detail["stat_info"]
    whole = sum(day["android_convert"] + day["ios_convert"] for day in detail["stat_info"])
    assert whole == sum(item["convert"] for item in items)


WRONG: list[tuple[str, dict[str, object], int, str]] = [
    (OVERVIEW, {}, 40000, "order_id"),
    (OVERVIEW, {"order_id": "abc"}, 40000, "order_id"),
    (OVERVIEW, {"order_id": 5}, 40001, "order_id"),
    (BATCH, {"order_ids": "7"}, 40000, "order_ids"),
    (BATCH, {"order_ids": []}, 40000, "order_ids"),
    (BATCH, {"order_ids": [5]}, 40001, "order_ids"),
    (AUDIENCE, {"order_id": 0, "fan_type": "SOME"}, 40001, "order_id"),
    (CLUES, {"page_size": 51}, 40001, "page_size"),
    (CLUES, {"page": 0}, 40001, "page"),
    (CLUES, {"order_id": 5}, 40001, "order_id"),
    (CLUES, {"demand_id": 5}, 40001, "demand_id"),
    (CONFIG, {"work_id": 5, "demand_id": 5, "topics": ["FLOW_DATA"]}, 40001, "work_id"),
    (UNITE, {"page_size": 21}, 40001, "page_size"),
    (UNITE, {"filtering": {"status": "BILLING"}}, 40001, "filtering.status"),
    (UNITE_DETAIL, {"demand_id": 5, "stat_start_date": "2026-11-01", "stat_end_date": "2026-11-02"}, 40001, "demand_id"),
]


@pytest.mark.parametrize(("path", "query", "code", "field"), WRONG)
async def test_wrong_parameters_name_the_field(api: Api, path: str, query: dict[str, object], code: int, field: str) -> None:
    answer = await api.get(path, **query)
    assert (answer["code"], answer["message"].split(":")[0]) == (code, field)


async def test_wrong_topics_dates_and_works_name_the_field(api: Api) -> None:
    order = published(api)
    work: dict[str, object] = {"work_id": order.item_id, "demand_id": order.demand_id}
    days: dict[str, object] = {"start_time": "2026-11-01", "end_time": "2026-11-10"}
    wrong: list[tuple[str, dict[str, object], int, str]] = [
        (TOPICS, work, 40000, "topics"),
        (TOPICS, work | {"topics": ["SALES"]}, 40001, "topics"),
        (TOPICS, work | {"topics": ["FLOW_DATA"], "demand_id": 5}, 40001, "demand_id"),
        (DAYS, work | days | {"topics": ["DY_SHOP_DATA"]}, 40001, "topics"),
        (DAYS, work | {"topics": ["FLOW_DATA"], "start_time": "2026-11-01"}, 40000, "end_time"),
        (DAYS, work | days | {"topics": ["FLOW_DATA"], "start_time": "1.11.2026"}, 40001, "start_time"),
        (DAYS, work | days | {"topics": ["FLOW_DATA"], "end_time": "2026-10-10"}, 40001, "end_time"),
        (DAYS, work | {"topics": ["FLOW_DATA"], "start_time": "2026-01-01", "end_time": "2026-11-10"}, 40001, "end_time"),
        (AUDIENCE, {"order_id": order.order_id, "fan_type": "SOME"}, 40001, "fan_type"),
        (AUDIENCE, {"order_id": order.order_id, "interactive_type": "PLAY"}, 40001, "interactive_type"),
    ]
    for path, query, code, field in wrong:
        answer = await api.get(path, **query)
        assert (answer["code"], answer["message"].split(":")[0]) == (code, field), (path, query)


async def test_orders_of_another_account_are_nobody_else_s(api: Api) -> None:
    order = published(api)
    other = next(
        account.star_id
        for account in api.world.ledger.select(Account, "account_type = 'PLATFORM_ROLE_STAR' AND is_valid = 1")
        if account.star_id != api.star_id
    )
    answer = await api.get(OVERVIEW, star_id=other, order_id=order.order_id)
    assert answer["code"] == 40001
    assert (await api.data(CLUES, star_id=other))["list"] == []
