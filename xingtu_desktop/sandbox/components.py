"""Link components and industry anchors of an account: create, change, query."""

from __future__ import annotations

import json

from starlette.routing import BaseRoute

from xingtu_desktop.sandbox import wire_answers as wire
from xingtu_desktop.sandbox.pipeline import official
from xingtu_desktop.sandbox.records import Component
from xingtu_desktop.sandbox.wire_answers import Call, JsonObject, Params
from xingtu_desktop.sandbox.world import World

_LINK_TYPES = (1, 2, 3, 4, 5, 6, 7)
_LINK_STATUSES = (0, 1, 2, 3)
_LINKS = ("link_android", "link_ios", "link_harmony", "link_android_download", "link_ios_download", "link_harmony_download")
_NUMBERS = ("link_page_target", "link_platform", "link_platform_source")
_IN_REVIEW = 2


def routes(world: World) -> list[BaseRoute]:
    base = "/open_api/2/star/component"
    return [
        official(world, "GET", f"{base}/query_link/", _query),
        official(world, "POST", f"{base}/create_link/", _create),
        official(world, "POST", f"{base}/update_link/", _update),
        official(world, "GET", f"{base}/query_industry_anchor/", _anchors),
    ]


def _query(call: Call) -> object:
    page = wire.page_by_limit(call.params)
    conditions, bound = ["star_id = ?"], [call.star_id]
    if call.params.has("component_status"):
        conditions.append("status = ?")
        bound.append(call.params.choice_or("component_status", 1, _LINK_STATUSES))
    if call.params.has("link_type"):
        conditions.append("link_type = ?")
        bound.append(call.params.choice_or("link_type", 1, _LINK_TYPES))
    wanted = call.params.ints_or("link_ids", [])
    if wanted:
        conditions.append(f"component_id IN ({', '.join('?' * len(wanted))})")
        bound += wanted
    where = " AND ".join(conditions)
    total = call.ledger.count(Component, where, *bound)
    rows = call.ledger.select(
        Component, f"{where} ORDER BY created DESC, component_id DESC LIMIT ? OFFSET ?", *bound, page.size, page.offset
    )
    return {"components": [_shape(row) for row in rows], "page_info": wire.limit_info(page, total)}


def _shape(row: Component) -> JsonObject:
    info = json.loads(row.info_json)
    shape: JsonObject = {name: info.get(name, "") for name in _LINKS}
    shape.update({name: info.get(name, 0) for name in _NUMBERS})
    return {
        **shape,
        "component_id": row.component_id,
        "link_name": info.get("link_name", ""),
        "link_title": row.title,
        "link_type": row.link_type,
        "link_status": row.status,
        "audit_ban_reason": row.ban_reason,
    }


def _read(info: Params) -> JsonObject:
    read: JsonObject = {name: info.url_or(name) for name in _LINKS if info.has(name)}
    read.update({name: info.int_or(name, 0) for name in _NUMBERS if info.has(name)})
    return {**read, "link_name": info.need_text("link_name", 40), "link_title": info.need_text("link_title", 20)}


def _create(call: Call) -> object:
    info = call.params.need_object("link_component_info")
    link_type = info.need_choice("link_type", _LINK_TYPES)
    read = _read(info)
    if info.has("link_url"):
        read.setdefault("link_android", info.url_or("link_url"))
        read.setdefault("link_ios", info.url_or("link_url"))
    ledger = call.world.ledger
    row = Component(
        ledger.new_id("component"),
        call.star_id,
        link_type,
        _IN_REVIEW,
        str(read["link_title"]),
        "",
        call.now,
        json.dumps(read, ensure_ascii=False),
    )
    ledger.insert(row)
    call.world.record_effect("create_link", None, star_id=call.star_id, campaign_id=0, actor="client", at=call.now)
    return {"link_component_id": row.component_id}


def _update(call: Call) -> object:
    component_id = call.params.need_int("link_component_id")
    info = call.params.need_object("link_component_info")
    for name in _NUMBERS:
        info.need_int(name)
    link_type = info.need_choice("link_type", _LINK_TYPES)
    read = _read(info)
    row = call.world.ledger.get(Component, component_id)
    if row is None or row.star_id != call.star_id:
        raise wire.wrong("link_component_id", f"组件 {component_id} 不存在或不属于该账户")
    call.world.ledger.update(
        Component,
        component_id,
        link_type=link_type,
        title=str(read["link_title"]),
        status=_IN_REVIEW,
        ban_reason="",
        info_json=json.dumps(read, ensure_ascii=False),
    )
    call.world.record_effect("update_link", None, star_id=call.star_id, campaign_id=0, actor="client", at=call.now)
    return {"link_component_id": component_id}


def _anchors(call: Call) -> object:
    # The sandbox's accounts have no industry anchors.
    call.params.int_or("anchor_type", 0)
    call.params.int_or("anchor_status", 0)
    return {"components": [], "page_info": wire.limit_info(wire.page_by_limit(call.params), 0)}
