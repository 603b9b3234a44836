"""Look-ups of the platform: account information and the ids of creators and videos."""

from __future__ import annotations

import json

from starlette.routing import BaseRoute

from xingtu_desktop.sandbox import ids
from xingtu_desktop.sandbox import wire_answers as wire
from xingtu_desktop.sandbox.pipeline import official
from xingtu_desktop.sandbox.records import Account
from xingtu_desktop.sandbox.wire_answers import ApiError, Call, JsonObject
from xingtu_desktop.sandbox.world import World


def routes(world: World) -> list[BaseRoute]:
    base = "/open_api/2/star"
    return [
        official(world, "GET", f"{base}/info/", _info, star=False),
        official(world, "GET", f"{base}/user/get_star_id/", _star_id),
        official(world, "GET", f"{base}/user/get_aweme_author_id/", _aweme_author_id),
        official(world, "GET", f"{base}/item/author/get/", _item_authors),
    ]


def _info(call: Call) -> object:
    assert call.grant is not None
    granted = json.loads(call.grant.star_ids)
    shapes: list[JsonObject] = []
    for star_id in call.params.need_ints("star_ids"):
        account = call.ledger.get(Account, star_id) if star_id in granted else None
        if account is None:
            raise ApiError(wire.NO_PERMISSION, f"star_ids: 没有权限操作账户 {star_id}")
        shapes.append(
            {
                "start_id": account.star_id,
                "start_name": account.name,
                "status": "ENABLE" if account.is_valid else "FROZEN",
                "company_id": account.company_id,
                "company_name": account.company_name,
                "category_id": 1930,
                "first_info": {"industry_id": 1930, "industry_name": "美妆"},
                "second_info": {"industry_id": 193001, "industry_name": "护肤品"},
                "create_time": account.created,
            }
        )
    return {"info_list": shapes}


def _known_author(call: Call, field: str, author_id: int) -> int:
    if call.world.catalog.index_of(author_id, call.world.catalog.day_of(call.now)) is None:
        raise wire.wrong(field, "达人不存在")
    return author_id


def _star_id(call: Call) -> object:
    return {"star_id": _known_author(call, "aweme_author_id", ids.author_id_of_aweme(call.params.need_int("aweme_author_id")))}


def _aweme_author_id(call: Call) -> object:
    return {"aweme_author_id": ids.aweme_author_id_of(_known_author(call, "author_star_id", call.params.need_int("author_star_id")))}


def _item_authors(call: Call) -> object:
    found: list[JsonObject] = []
    for item_id in call.params.need_ints("item_ids"):
        order = call.ledger.order_of_item(item_id)
        if order is None or order.star_id != call.star_id:
            raise wire.wrong("item_ids", f"视频 {item_id} 不存在或不属于该账户的订单")
        found.append({"item_id": item_id, "uid": ids.aweme_author_id_of(order.author_id)})
    return {"item_infos": found}
