"""Every workflow endpoint of the sandbox held against the official contract, both ways, with an independent checker."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.support import DAY, STAR, START, Api, demand_info, order_items
from tests.sandbox.test_oauth import pair, token_call
from xingtu_desktop.sandbox.pipeline import OfficialEndpoint
from xingtu_desktop.sandbox.records import Order
from xingtu_desktop.sandbox.server import all_routes

CHECKER = Path(__file__).resolve().parents[2].parent / "shared" / "contract" / "check.py"
#: Served by the report module, which has a contract test of its own.
REPORTS = (f"{STAR}/report/", f"{STAR}/clue/", f"{STAR}/star_ad_unite_task")


def load_checker() -> Any:
    if not CHECKER.exists():
        pytest.skip(f"the contract is not beside the project ({CHECKER.name}); CI has it")
    spec = importlib.util.spec_from_file_location("contract_check", CHECKER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Contract()


async def _reads(api: Api, order_ids: list[int], campaign_ids: list[int]) -> None:
    for path in ("get_info", "get_script", "get_video", "get_live", "get_component"):
        await api.data(f"{STAR}/order/{path}/", order_ids=order_ids)
    for order_id in order_ids:
        await api.data(f"{STAR}/order/detail/", order_id=order_id)
    await api.data(f"{STAR}/order/list_by_campaign/", campaign_ids=campaign_ids, page=1, limit=50)


async def _exercise(api: Api) -> None:
    """Use every workflow endpoint with success at least once, and some with a refusal."""
    token = api.token
    data = await pair(api)
    await token_call(api, "refresh_token", refresh_token=data["refresh_token"])
    await token_call(api, "renew_token", refresh_token="used")
    await token_call(api, "app_access_token")
    await api.http.get("/open_api/oauth2/advertiser/get/", params={"access_token": token})
    await api.http.get("/open_api/2/user/info/", headers={"Access-Token": token})
    await api.http.get(f"{STAR}/info/", params={"star_ids": json.dumps([api.star_id])}, headers={"Access-Token": token})
    upload = {"file_name": "产品.pdf", "star_id": str(api.star_id)}
    await api.http.post(f"{STAR}/attachment/upload/", data=upload, files={"file": ("产品.pdf", b"%PDF")}, headers={"Access-Token": token})
    link = {"link_name": "页", "link_title": "了解", "link_type": 1, "link_page_target": 1, "link_platform": 1, "link_platform_source": 1}
    component = (await api.done(f"{STAR}/component/create_link/", link_component_info=link))["link_component_id"]
    await api.done(f"{STAR}/component/update_link/", link_component_id=component, link_component_info=link)
    await api.data(f"{STAR}/component/query_link/", page=1, limit=10, link_type=1)
    await api.data(f"{STAR}/component/query_industry_anchor/")
    project = (await api.done(f"{STAR}/create/project/", demander_id=api.star_id, project_name="项目", total_budget=10_000))["project_id"]
    await api.done(f"{STAR}/update/project/", demander_id=api.star_id, project_id=project, star_brand_name="清屿")
    info = demand_info(
        project_id=project,
        attachments=["产品.pdf"],
        component_info={"link_component_ids": [component], "ecom_cart": [{"title": "题", "product_link": "https://e.example.com"}]},
        ad_sync_conf={"ocean_engine": {"ad_sync_origin": 1, "ad_sync": 1, "advertiser_id": 5, "advertiser_ids": [5]}},
        accept_expiration_day=3,
    )
    placed = await api.done(f"{STAR}/demand/create_assign/", demand_info=info, order_item_info=order_items(api.world, 2))
    await api.data(f"{STAR}/bill/get_pending/", campaign_id=placed["campaign_id"])
    await api.done(f"{STAR}/bill/pay/", campaign_id=placed["campaign_id"])
    await _reads(api, placed["order_ids"], [placed["campaign_id"]])
    demand_id = api.order(placed["order_ids"][0]).demand_id
    await api.done(f"{STAR}/task/bind_project/", project_id=project, task_id=demand_id)
    await api.data(f"{STAR}/task/list_by_project/", project_id=project, page=1, limit=10)
    await api.data(f"{STAR}/project/list/", page=1, limit=10)
    time_range = {"start_time": "2026-01-01 00:00:00", "end_time": "2026-12-31 00:00:00"}
    await api.data(
        f"{STAR}/demand/list/", page=1, page_size=50, filtering={"query_time_range": time_range, "universal_order_status": "ONGOING"}
    )
    await api.data(f"{STAR}/campaign/list/", page=1, limit=50, search_name="清屿")
    for demand in (await api.data(f"{STAR}/demand/list/", page=1, page_size=50))["list"]:
        await api.data(f"{STAR}/demand/order/list/", demand_id=demand["demand_id"], page=1, page_size=50)
    await _decide(api)
    published = api.world.ledger.select(Order, "status = 54 LIMIT 1")[0]
    uid = (await api.data(f"{STAR}/item/author/get/", item_ids=[published.item_id]))["item_infos"][0]["uid"]
    await api.data(f"{STAR}/user/get_star_id/", aweme_author_id=uid)
    await api.data(f"{STAR}/user/get_aweme_author_id/", author_star_id=published.author_id)
    orders = api.world.ledger.select(Order)
    for start in range(0, len(orders), 50):
        part = orders[start : start + 50]
        await _reads(api, [order.order_id for order in part], list({order.campaign_id for order in part}))


async def _decide(api: Api) -> None:
    order = f"{STAR}/order"
    (script,) = await api.spawn("script")
    body = {"order_id": script["order_id"], "resource_id": script["resource_id"], "resource_type": 2}
    await api.post(f"{order}/approve_resource/", **{**body, "resource_id": 5})
    await api.done(f"{order}/approve_resource/", **body)
    (video,) = await api.spawn("video", order_type=2)
    body = {"order_id": video["order_id"], "resource_id": video["resource_id"], "resource_type": 3}
    await api.done(f"{order}/approve_resource/", **body, ad_sync_decision=2)
    await api.control("clock", advance=600)
    await api.data(f"{STAR}/bill/get_pending/", order_id=video["order_id"])
    await api.done(f"{STAR}/bill/pay/", order_id=video["order_id"])
    await api.done(f"{order}/publish_resource/", order_id=video["order_id"], schedule_time=START + DAY)
    await api.done(f"{order}/publish_resource/", order_id=video["order_id"])
    await api.done(f"{order}/push_resource/", order_id=video["order_id"], push_platform=1, push_account_ids=[5])
    await api.done(f"{order}/finish/", order_id=video["order_id"])
    (other,) = await api.spawn("video")
    body = {"order_id": other["order_id"], "resource_id": other["resource_id"], "resource_type": 3}
    await api.done(f"{order}/reject_resource/", **body, feedback_content="请调整")
    await api.data(f"{order}/get_cancel_amount/", order_id=other["order_id"])
    changes = {"link_component_ids": [], "item_show_monitor_url": "https://m.example.com"}
    await api.done(f"{order}/update/", order_id=other["order_id"], order_info_changes=changes)
    await api.control("external", order_id=other["order_id"], action="ask_cancel")
    await api.done(f"{order}/reply_author_cancel/", order_id=other["order_id"], accept=2, reject_reason="请按期完成")
    await api.done(f"{order}/demander_cancel/", order_id=other["order_id"], reason_type=2)


async def test_every_workflow_exchange_fits_the_contract(tmp_path: Path) -> None:
    contract = load_checker()
    api = Api()
    file = tmp_path / "exchanges.jsonl"
    await api.control("record", path=str(file))
    await _exercise(api)
    await api.control("record", path="")
    exchanges = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    problems = [problem for exchange in exchanges for problem in contract.problems(exchange)]
    assert problems == []
    used = {exchange["path"] for exchange in exchanges if exchange["response"]["code"] == 0}
    served = {route.path for route in all_routes(api.world) if isinstance(getattr(route, "app", None), OfficialEndpoint)}
    assert {path for path in served if not path.startswith(REPORTS)} - used == {"/open_api/oauth2/renew_token/"}


def test_the_checker_sees_a_wrong_type() -> None:
    contract = load_checker()
    exchange = {
        "method": "GET",
        "path": f"{STAR}/campaign/list/",
        "query": {"star_id": "1"},
        "body": None,
        "status": 200,
        "response": {"code": 0, "message": "OK", "request_id": "x", "data": {"campaigns": [{"campaign_id": "7"}]}},
    }
    assert len(contract.problems(exchange)) == 1
