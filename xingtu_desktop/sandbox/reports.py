"""The official reports on single orders (wire.md A7): overview, batch overview, audience and leads; all T+1.

`star/demand/list` and `star/demand/order/list` are in `demands`, topic reports in `reports_topics`, unite tasks in `reports_unite`.
"""

from __future__ import annotations

from typing import Final

from starlette.routing import BaseRoute

from xingtu_desktop.sandbox import reports_topics, reports_unite
from xingtu_desktop.sandbox import wire_answers as wire
from xingtu_desktop.sandbox.creators_words import AGE_BANDS, AUDIENCE_PROVINCES, DEVICES, PLACES
from xingtu_desktop.sandbox.figures import DAY, Counts, beijing_day, midnight, settled
from xingtu_desktop.sandbox.ids import between, unit
from xingtu_desktop.sandbox.pipeline import official
from xingtu_desktop.sandbox.records import Campaign, Order
from xingtu_desktop.sandbox.reports_facts import (
    demand_text,
    has_component,
    mood_of,
    published_of,
    scores_of,
    split_counts,
)
from xingtu_desktop.sandbox.texts import COMMENT_WORDS, comment_words
from xingtu_desktop.sandbox.wire_answers import Call, JsonObject, page_by_size, size_info
from xingtu_desktop.sandbox.world import World

_FAN_SHARES: Final = {"ALL": 1.0, "FANS": 0.32, "NO_FANS": 0.68}
_INTERESTS: Final = ("美妆护肤", "美食", "亲子", "影视", "穿搭", "旅行", "数码", "运动", "萌宠", "汽车")
_ACTIVITY: Final = ("重度活跃", "中度活跃", "轻度活跃", "低活跃")
_FREQUENCIES: Final = (("eq_1", 0.71), ("eq_2", 0.15), ("eq_3", 0.06), ("eq_4", 0.03), ("eq_5", 0.02), ("eq_6", 0.01), ("ge_7", 0.02))
_WATCHED: Final = {1: 9.5, 2: 16.0, 71: 24.0}
_SURNAMES: Final = ("王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴")


def routes(world: World) -> list[BaseRoute]:
    """The report paths, topics and unite tasks included."""
    base = "/open_api/2/star"
    return [
        official(world, "GET", f"{base}/report/order_overview/get/", _overview),
        official(world, "GET", f"{base}/report/order_overview/", _batch),
        official(world, "GET", f"{base}/report/order_user_distribution/get/", _distribution),
        official(world, "GET", f"{base}/clue/get/", _clues),
        *reports_topics.routes(world),
        *reports_unite.routes(world),
    ]


def _own_order(call: Call) -> Order:
    order = call.ledger.order(call.params.need_int("order_id"))
    if order is None or order.star_id != call.star_id:
        raise wire.wrong("order_id", "订单不存在或不属于该账户")
    if not order.released:
        raise wire.wrong("order_id", "订单视频尚未发布，暂无数据")
    return order


def _update_time(now: int) -> str:
    return wire.beijing_text(midnight(beijing_day(now)))


def _percent(part: int, whole: int) -> int:
    """A rate as the single report has it: percent × 100."""
    return part * 10_000 // whole if whole else 0


def _overview(call: Call) -> object:
    order = _own_order(call)
    counts = settled(published_of(call.world, call.ledger, order), call.now)
    answer: JsonObject = {"update_time": _update_time(call.now)}
    if counts is None:
        return answer
    positive, neutral, negative = mood_of(call.world, order, counts)
    five_seconds = min(10_000, _percent(counts.valid_plays, counts.plays))
    price = order.task_cost_fen
    return answer | {
        "spread": {"play": counts.plays, "like": counts.likes, "comment": counts.comments, "share": counts.shares},
        "creative": {
            "finish_rate": _percent(counts.finishes, counts.plays),
            "five_s_play_rate": five_seconds,
            "play_rate": min(10_000, five_seconds + 1_500),
        },
        "convert": {"show": counts.shows, "click": counts.clicks, "ctr": _percent(counts.clicks, counts.shows)},
        "comment": {
            "pos_rate": _percent(positive, counts.comments),
            "neu_rate": _percent(neutral, counts.comments),
            "neg_rate": _percent(negative, counts.comments),
            "high_frequency_words": comment_words("all", 10, call.world.seed, order.order_id),
        },
        "cost_effectiveness": {"play": counts.plays, "price": price, "cpm": price * 1000 // counts.plays if counts.plays else 0},
    }


def _batch(call: Call) -> object:
    stats: list[JsonObject] = []
    for order_id in call.params.need_ints("order_ids"):
        order = call.ledger.order(order_id)
        if order is None or order.star_id != call.star_id:
            raise wire.wrong("order_ids", f"订单 {order_id} 不存在或不属于该账户")
        counts = settled(published_of(call.world, call.ledger, order), call.now) if order.released else None
        if counts is not None:
            stats.append(_base_stat(call.world, order, counts))
    return {"base_stats": stats}


def _share(part: float, whole: float) -> float:
    return round(part / whole, 6) if whole else 0.0


def _base_stat(world: World, order: Order, counts: Counts) -> JsonObject:
    price = order.task_cost_fen / 100
    positive, neutral, negative = mood_of(world, order, counts)
    viewers = counts.plays * 82 // 100
    by_frequency = split_counts(viewers, [share for _, share in _FREQUENCIES])
    spread, seed, convert = scores_of(world, order, counts)
    keywords: JsonObject = {
        group: [
            {"name": word, "value": counts.comments * (len(COMMENT_WORDS[group]) - rank) // 60}
            for rank, word in enumerate(comment_words(group, 5, world.seed, order.order_id))
        ]
        for group in COMMENT_WORDS
    }
    return {
        "order_id": order.order_id,
        "spread_stat": {
            "item_play_cnt": counts.plays,
            "item_like_cnt": counts.likes,
            "item_comment_cnt": counts.comments,
            "item_share_cnt": counts.shares,
            "finish_rate": _share(counts.finishes, counts.plays),
            "interact_rate": _share(counts.engagements, counts.plays),
            "avg_play_time": round(_WATCHED.get(order.video_type, 16.0) * (0.8 + 0.5 * unit(order.order_id, "watch")), 2),
            "cpm": round(_share(price * 1000, counts.plays), 2),
            "cpe": round(_share(price, counts.engagements), 2),
            "frequency_stats": [
                {"frequency": name, "period": 30, "uv": part, "proportion": _share(part, viewers)}
                for (name, _), part in zip(_FREQUENCIES, by_frequency, strict=True)
            ],
        },
        "convert_stat": {
            "show": counts.shows,
            "click": counts.clicks,
            "ctr": _share(counts.clicks, counts.shows),
            "cvr": _share(counts.payments, counts.clicks),
            "pvr": _share(counts.payments, counts.plays),
            "convert_cnt": counts.payments,
            "convert_type": 1,
        },
        "seed_stat": {
            "search_index": counts.searches,
            "emotion_distribution": {
                "pos_cnt": positive,
                "neu_cnt": neutral,
                "neg_cnt": negative,
                "pos_rate": _share(positive, counts.comments),
                "neu_rate": _share(neutral, counts.comments),
                "neg_rate": _share(negative, counts.comments),
            },
            "hot_keywords": [keywords],
        },
        "worth_score_stat": {"spread_score": spread, "seed_score": seed, "convert_score": convert},
    }


def _distribution(call: Call) -> object:
    order = _own_order(call)
    fans = call.params.enum_or("fan_type", "ALL", tuple(_FAN_SHARES))
    kind = call.params.enum_or("interactive_type", "VV", ("VV", "SHARE", "LIKE", "COMMENT", "COMPONENT"))
    counts = settled(published_of(call.world, call.ledger, order), call.now)
    answer: JsonObject = {"update_time": _update_time(call.now)}
    if counts is None:
        return answer
    by_kind = {"VV": counts.plays, "SHARE": counts.shares, "LIKE": counts.likes, "COMMENT": counts.comments, "COMPONENT": counts.clicks}
    people = int(by_kind[kind] * _FAN_SHARES[fans])
    traits = call.world.catalog.traits(order.author_id)
    top = sorted(zip(traits.provinces, AUDIENCE_PROVINCES, strict=True), reverse=True)[:12]
    key = (call.world.seed, "audience", order.order_id, fans, kind)

    def listed(names: tuple[str, ...], weights: list[float]) -> list[JsonObject]:
        noisy = [weight * (0.9 + 0.2 * unit(*key, name)) for name, weight in zip(names, weights, strict=True)]
        return [{"key": name, "value": part} for name, part in zip(names, split_counts(people, noisy), strict=True)]

    cities = tuple(dict.fromkeys(city for _, city, _, _ in PLACES[:30]))
    return answer | {
        "gender": listed(("女", "男"), [traits.female, 1 - traits.female]),
        "age": listed(AGE_BANDS, list(traits.ages)),
        "province": listed(tuple(name for _, name in top), [share for share, _ in top]),
        "city": listed(cities, [weight for _, _, _, weight in PLACES[:30]]),
        "device": listed(DEVICES, list(traits.devices)),
        "interest": listed(_INTERESTS, [1 / (rank + 2) for rank in range(len(_INTERESTS))]),
        "activity": listed(_ACTIVITY, [0.46, 0.28, 0.17, 0.09]),
    }


def _clues(call: Call) -> object:
    page = page_by_size(call.params)
    orders = call.ledger.published_orders(call.star_id)
    if call.params.has("demand_id"):
        demand_id = call.params.need_int("demand_id")
        campaign = call.ledger.campaign_of_demand(demand_id)
        if campaign is None or campaign.star_id != call.star_id:
            raise wire.wrong("demand_id", "任务不存在或不属于该账户")
        orders = [order for order in orders if order.demand_id == demand_id]
    if call.params.has("order_id"):
        order_id = call.params.need_int("order_id")
        found = call.ledger.order(order_id)
        if found is None or found.star_id != call.star_id:
            raise wire.wrong("order_id", "订单不存在或不属于该账户")
        orders = [order for order in orders if order.order_id == order_id]
    leads = [lead for order in orders for lead in _leads(call, order)]
    leads.sort(key=lambda lead: (str(lead["create_time"]), str(lead["order_id"]), str(lead["phone"])), reverse=True)
    return {"list": leads[page.offset : page.offset + page.size], "page_info": size_info(page, len(leads))}


def _leads(call: Call, order: Order) -> list[JsonObject]:
    """The people who left their number under a video with a link, about one in eighty clicks, forty at most."""
    if not has_component(call.ledger, order):
        return []
    counts = settled(published_of(call.world, call.ledger, order), call.now)
    campaign = call.ledger.get(Campaign, order.campaign_id)
    if counts is None or campaign is None or campaign.component_type != "LINK":
        return []
    until = midnight(beijing_day(call.now))
    leads: list[JsonObject] = []
    for number in range(min(counts.clicks // 80, 40)):
        key = (call.world.seed, "lead", order.order_id, number)
        at = order.released + int((unit(*key, "at") ** 2) * 30 * DAY) + 600
        if at >= until:
            continue
        province, city, _, _ = PLACES[between(0, len(PLACES) - 1, *key, "place")]
        person = _SURNAMES[between(0, 9, *key, "name")] + ("女士" if unit(*key, "sex") < 0.6 else "先生")
        leads.append(
            {
                "star_id": order.star_id,
                "demand_id": order.demand_id,
                "order_id": order.order_id,
                "item_id": order.item_id,
                "author_uid": order.author_id,
                "author_name": order.author_name,
                "component_type": "LINK",
                "anchor_name": demand_text(call.ledger, order, "product_name") + "咨询",
                "name": person,
                "phone": f"1{between(30, 89, *key, 'net')}****{between(0, 9999, *key, 'phone'):04d}",
                "province": province,
                "city": city,
                "address": "",
                "car_series": "",
                "car_type": "",
                "create_time": wire.beijing_text(at),
            }
        )
    return leads
