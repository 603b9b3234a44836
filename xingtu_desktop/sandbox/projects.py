"""Projects of the platform: an optional grouping of tasks (create, change, list, bind a task, list its tasks)."""

from __future__ import annotations

import json

from starlette.routing import BaseRoute

from xingtu_desktop.sandbox import wire_answers as wire
from xingtu_desktop.sandbox.pipeline import official
from xingtu_desktop.sandbox.records import Account, Campaign, Project
from xingtu_desktop.sandbox.wire_answers import Call, JsonObject, Page
from xingtu_desktop.sandbox.world import World

_TEXTS = (
    "first_class_category_name",
    "second_class_category_name",
    "star_brand_name",
    "star_sub_brand_name",
    "jd_project_code",
    "jd_project_id",
    "taobao_project_code",
    "taobao_project_id",
)
_INTEGERS = (
    "start_time",
    "end_time",
    "first_promotion_target",
    "marketing_target",
    "promotion_indicator_target_cnt",
    "promotion_indicator_type",
    "total_budget",
)
_CHANGEABLE = ("first_class_category_name", "second_class_category_name", "star_brand_name", "star_sub_brand_name")
_ASSIGNED_VIDEO = 1


def routes(world: World) -> list[BaseRoute]:
    base = "/open_api/2/star"
    return [
        official(world, "GET", f"{base}/project/list/", _list),
        official(world, "POST", f"{base}/create/project/", _create),
        official(world, "POST", f"{base}/update/project/", _update),
        official(world, "POST", f"{base}/task/bind_project/", _bind),
        official(world, "GET", f"{base}/task/list_by_project/", _tasks),
    ]


def _page_info(page: Page, total: int) -> JsonObject:
    return {**wire.limit_info(page, total), "has_more": page.offset + page.size < total}


def _list(call: Call) -> object:
    page = wire.page_by_limit(call.params, required=True)
    name = call.params.text_or("search_name")
    total = call.ledger.count(Project, "star_id = ? AND instr(name, ?)", call.star_id, name)
    rows = call.ledger.select(
        Project,
        "star_id = ? AND instr(name, ?) ORDER BY created DESC, project_id DESC LIMIT ? OFFSET ?",
        call.star_id,
        name,
        page.size,
        page.offset,
    )
    projects: list[JsonObject] = []
    for row in rows:
        info = json.loads(row.info_json)
        spent = call.ledger.total_of_project(row.project_id)
        rest = {"rest_budget": info["total_budget"] - spent // 100} if info.get("total_budget") else {}
        projects.append({"id": row.project_id, "name": row.name, "create_time": row.created, **info, **rest})
    return {"projects": projects, "page_info": _page_info(page, total)}


def _demander(call: Call) -> None:
    if call.world.ledger.get(Account, call.params.need_int("demander_id")) is None:
        raise wire.wrong("demander_id", "客户不存在")


def _create(call: Call) -> object:
    _demander(call)
    name = call.params.need_text("project_name", 60)
    info: JsonObject = {text: call.params.text_or(text) for text in _TEXTS if call.params.has(text)}
    info.update({number: call.params.int_or(number, 0, low=0) for number in _INTEGERS if call.params.has(number)})
    start, end = call.params.int_or("start_time", 0), call.params.int_or("end_time", 0)
    if start and end and end < start:
        raise wire.wrong("end_time", "不能早于 start_time")
    ledger = call.world.ledger
    project = Project(ledger.new_id("project"), call.star_id, name, call.now, json.dumps(info, ensure_ascii=False))
    ledger.insert(project)
    call.world.record_effect("create_project", None, star_id=call.star_id, campaign_id=0, actor="client", at=call.now)
    return {"project_id": project.project_id}


def _own(call: Call) -> Project:
    project_id = call.params.need_int("project_id")
    project = call.ledger.get(Project, project_id)
    if project is None or project.star_id != call.star_id:
        raise wire.wrong("project_id", f"项目 {project_id} 不存在或不属于该账户")
    return project


def _update(call: Call) -> object:
    _demander(call)
    project = _own(call)
    info = json.loads(project.info_json)
    info.update({text: call.params.text_or(text) for text in _CHANGEABLE if call.params.has(text)})
    name = call.params.text_or("project_name", project.name, 60)
    call.world.ledger.update(Project, project.project_id, name=name, info_json=json.dumps(info, ensure_ascii=False))
    call.world.record_effect("update_project", None, star_id=call.star_id, campaign_id=0, actor="client", at=call.now)
    return {}


def _bind(call: Call) -> object:
    project = _own(call)
    task_id = call.params.need_int("task_id")
    campaign = call.ledger.campaign_of_demand(task_id)
    if campaign is None or campaign.star_id != call.star_id:
        raise wire.wrong("task_id", f"任务 {task_id} 不存在或不属于该账户")
    call.world.ledger.update(Campaign, campaign.campaign_id, project_id=project.project_id)
    call.world.record_effect("bind_project", None, star_id=call.star_id, campaign_id=campaign.campaign_id, actor="client", at=call.now)
    return {}


def _tasks(call: Call) -> object:
    project = _own(call)
    page = wire.page_by_limit(call.params, required=True)
    total = call.ledger.count(Campaign, "project_id = ?", project.project_id)
    rows = call.ledger.select(
        Campaign, "project_id = ? ORDER BY created DESC, demand_id DESC LIMIT ? OFFSET ?", project.project_id, page.size, page.offset
    )
    tasks = [
        {"task_id": row.demand_id, "project_id": project.project_id, "task_category": _ASSIGNED_VIDEO, "is_from_api": True} for row in rows
    ]
    return {"project_tasks": tasks, "page_info": _page_info(page, total)}
