"""The official topic reports (wire.md A7): which metrics a topic has, their totals and their days; every value is a text with its type."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.routing import BaseRoute

from xingtu_desktop.sandbox import wire_answers as wire
from xingtu_desktop.sandbox.creators_words import AGE_BANDS
from xingtu_desktop.sandbox.figures import Counts, beijing_day, daily, day_text, settled
from xingtu_desktop.sandbox.pipeline import official
from xingtu_desktop.sandbox.records import Order
from xingtu_desktop.sandbox.reports_facts import mood_of, published_of, scores_of, split_counts
from xingtu_desktop.sandbox.texts import comment_words
from xingtu_desktop.sandbox.wire_answers import Call, JsonObject
from xingtu_desktop.sandbox.world import World

MOST_DAYS: Final = 90
DAILY_TOPICS: Final = ("BASIC_DATA", "CONVERT_DATA", "FLOW_DATA", "RECOMMEND_DATA", "SEARCH_DATA")


@dataclass(frozen=True, slots=True)
class Metric:
    """One self-describing metric; `value` gives its text from the order and the counts asked about."""

    field: str
    name: str
    kind: str
    description: str
    value: Callable[[World, Order, Counts], str]

    def described(self) -> JsonObject:
        return {"field": self.field, "name": self.name, "type": self.kind, "description": self.description}


def _count(field: str, name: str, description: str, part: Callable[[Counts], int]) -> Metric:
    return Metric(field, name, "INT64", description, lambda _world, _order, counts: str(part(counts)))


def _rate(field: str, name: str, description: str, part: Callable[[Counts], int], whole: Callable[[Counts], int]) -> Metric:
    def value(_world: World, _order: Order, counts: Counts) -> str:
        return f"{part(counts) / whole(counts):.6f}" if whole(counts) else "0"

    return Metric(field, name, "FLOAT64", description + "，0-1", value)


def _score(field: str, name: str, at: int) -> Metric:
    return Metric(field, name, "INT64", name + "，0-100", lambda world, order, counts: str(scores_of(world, order, counts)[at]))


def _mood(field: str, name: str, at: int) -> Metric:
    def value(world: World, order: Order, counts: Counts) -> str:
        return f"{mood_of(world, order, counts)[at] / counts.comments:.6f}" if counts.comments else "0"

    return Metric(field, name, "FLOAT64", name + "，0-1", value)


def _five_a(counts: Counts) -> tuple[int, int, int, int, int]:
    """A1 to A5: who merely saw it, watched it, asked about it, acted, and came back."""
    return (
        counts.plays - counts.valid_plays,
        counts.valid_plays - counts.engagements if counts.valid_plays > counts.engagements else 0,
        counts.engagements + counts.searches,
        counts.payments,
        counts.shares // 10,
    )


def _group(field: str, name: str, at: int) -> Metric:
    return _count(field, name, "视频触达的人群，按5A分层", lambda counts: _five_a(counts)[at])


def _gender(world: World, order: Order, counts: Counts) -> str:
    female = world.catalog.traits(order.author_id).female
    women, men = split_counts(counts.plays, [female, 1 - female])
    return json.dumps([{"key": "女", "value": women}, {"key": "男", "value": men}], ensure_ascii=False)


def _ages(world: World, order: Order, counts: Counts) -> str:
    parts = split_counts(counts.plays, list(world.catalog.traits(order.author_id).ages))
    return json.dumps([{"key": band, "value": part} for band, part in zip(AGE_BANDS, parts, strict=True)], ensure_ascii=False)


TOPICS: Final[dict[str, tuple[Metric, ...]]] = {
    "BASIC_DATA": (
        Metric("item_title", "视频标题", "STRING", "发布时的标题", lambda _w, order, _c: order.title),
        Metric("author_name", "达人昵称", "STRING", "下单时的昵称", lambda _w, order, _c: order.author_name),
        Metric("release_time", "发布时间", "STRING", "北京时间", lambda _w, order, _c: wire.beijing_text(order.released)),
        Metric("order_amount", "订单金额", "FLOAT64", "任务金额，元", lambda _w, order, _c: f"{order.task_cost_fen / 100:.2f}"),
    ),
    "FLOW_DATA": (
        _count("play_cnt", "播放量", "含广告流量", lambda counts: counts.plays),
        _count("natural_play_cnt", "自然播放量", "不含广告流量", lambda counts: counts.plays - counts.ad_plays),
        _count("ad_play_cnt", "广告播放量", "加热带来的播放", lambda counts: counts.ad_plays),
        _count("valid_play_cnt", "有效播放量", "播放超过5秒", lambda counts: counts.valid_plays),
        _count("finish_play_cnt", "完播量", "播放到结尾", lambda counts: counts.finishes),
        _rate("finish_rate", "完播率", "完播量/播放量", lambda counts: counts.finishes, lambda counts: counts.plays),
        _count("like_cnt", "点赞量", "点赞次数", lambda counts: counts.likes),
        _count("comment_cnt", "评论量", "评论条数", lambda counts: counts.comments),
        _count("share_cnt", "分享量", "分享次数", lambda counts: counts.shares),
        _rate("interact_rate", "互动率", "（点赞+评论+分享）/播放量", lambda counts: counts.engagements, lambda counts: counts.plays),
    ),
    "CONVERT_DATA": (
        _count("component_show_cnt", "组件展示量", "组件展示次数", lambda counts: counts.shows),
        _count("component_click_cnt", "组件点击量", "组件点击次数", lambda counts: counts.clicks),
        _rate("component_ctr", "组件点击率", "组件点击量/组件展示量", lambda counts: counts.clicks, lambda counts: counts.shows),
        _count("order_cnt", "下单量", "商品下单数", lambda counts: counts.orders),
        _count("pay_order_cnt", "支付订单量", "商品支付订单数", lambda counts: counts.payments),
        _count("refund_order_cnt", "退款订单量", "已退款的支付订单数", lambda counts: counts.refunds),
        Metric("pay_amount", "支付金额", "FLOAT64", "支付金额（GMV），元", lambda _w, _o, counts: f"{counts.gmv_fen / 100:.2f}"),
    ),
    "SEARCH_DATA": (
        _count("search_after_view_cnt", "看后搜次数", "看后搜索品牌或商品的次数", lambda counts: counts.searches),
        _rate("search_after_view_rate", "看后搜率", "看后搜次数/播放量", lambda counts: counts.searches, lambda counts: counts.plays),
    ),
    "RECOMMEND_DATA": (
        _group("a1_cnt", "A1 了解人群", 0),
        _group("a2_cnt", "A2 吸引人群", 1),
        _group("a3_cnt", "A3 种草人群", 2),
        _group("a4_cnt", "A4 购买人群", 3),
        _group("a5_cnt", "A5 复购人群", 4),
    ),
    "DY_SHOP_DATA": (
        _count("shop_visit_cnt", "进店量", "从视频进入抖音小店的次数", lambda counts: counts.visits),
        _rate("shop_visit_rate", "进店率", "进店量/组件点击量", lambda counts: counts.visits, lambda counts: counts.clicks),
        _count("shop_order_cnt", "店铺下单量", "进店后的下单数", lambda counts: counts.orders),
        _count("shop_pay_cnt", "店铺支付量", "进店后的支付数", lambda counts: counts.payments),
    ),
    "USER_DISTRIBUTION_DATA": (
        Metric("gender_distribution", "性别分布", "JSON", "观看人群，数值为人次", _gender),
        Metric("age_distribution", "年龄分布", "JSON", "观看人群，数值为人次", _ages),
    ),
    "INDEX_SCORE_DATA": (
        _score("spread_score", "传播指数", 0),
        _score("seed_score", "种草指数", 1),
        _score("convert_score", "转化指数", 2),
    ),
    "COMMENT_DATA": (
        _mood("positive_rate", "正向评论占比", 0),
        _mood("neutral_rate", "中性评论占比", 1),
        _mood("negative_rate", "负向评论占比", 2),
        Metric(
            "hot_words",
            "评论热词",
            "JSON",
            "出现最多的十个词",
            lambda world, order, _c: json.dumps(comment_words("all", 10, world.seed, order.order_id), ensure_ascii=False),
        ),
    ),
}


def routes(world: World) -> list[BaseRoute]:
    """The topic report paths."""
    base = "/open_api/2/star/report"
    return [
        official(world, "GET", f"{base}/data_topic_config/", _config),
        official(world, "GET", f"{base}/custom_data_topic_report/", _totals),
        official(world, "GET", f"{base}/custom_data_topic_daily_report/", _days),
    ]


def _work(call: Call) -> Order:
    order = call.ledger.order_of_item(call.params.need_int("work_id"))
    demand_id = call.params.need_int("demand_id")
    if order is None or order.star_id != call.star_id:
        raise wire.wrong("work_id", "作品不存在或不属于该账户")
    if order.demand_id != demand_id:
        raise wire.wrong("demand_id", "作品不属于该任务")
    return order


def _topics(call: Call, allowed: tuple[str, ...]) -> list[str]:
    topics = call.params.texts_or("topics", [])
    if not topics:
        raise wire.missing("topics")
    for topic in topics:
        if topic not in allowed:
            raise wire.wrong("topics", f"枚举值 {topic} 不合法，可选 {', '.join(allowed)}")
    return list(dict.fromkeys(topics))


def _valued(call: Call, order: Order, topic: str, counts: Counts) -> JsonObject:
    metrics = [metric.described() | {"value": metric.value(call.world, order, counts)} for metric in TOPICS[topic]]
    return {"data_topic": topic, "metrics": metrics}


def _config(call: Call) -> object:
    _work(call)
    topics = _topics(call, tuple(TOPICS))
    return {"stat": [{"data_topic": topic, "metrics": [metric.described() for metric in TOPICS[topic]]} for topic in topics]}


def _totals(call: Call) -> object:
    order = _work(call)
    topics = _topics(call, tuple(TOPICS))
    counts = settled(published_of(call.world, call.ledger, order), call.now)
    known = topics if counts is not None else [topic for topic in topics if topic == "BASIC_DATA"]
    data = [_valued(call, order, topic, counts or Counts()) for topic in known]
    return {"data": data, "item_id": order.item_id, "demand_id": order.demand_id}


def parse_day(text: str, field: str) -> int:
    """The Beijing day of a `yyyy-MM-dd` (40001 when it is none)."""
    try:
        found = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=wire.BEIJING)
    except ValueError:
        raise wire.wrong(field, "日期格式应为 yyyy-MM-dd") from None
    return beijing_day(int(found.timestamp()))


def days_of(call: Call, first_field: str, last_field: str) -> tuple[int, int]:
    """The days asked for, at most 90."""
    first = parse_day(call.params.need_text(first_field), first_field)
    last = parse_day(call.params.need_text(last_field), last_field)
    if last < first:
        raise wire.wrong(last_field, f"不能早于 {first_field}")
    if last - first >= MOST_DAYS:
        raise wire.wrong(last_field, f"时间跨度不能超过 {MOST_DAYS} 天")
    return first, last


def _days(call: Call) -> object:
    order = _work(call)
    topics = _topics(call, DAILY_TOPICS)
    first, last = days_of(call, "start_time", "end_time")
    whose: JsonObject = {"work_id": order.item_id, "demand_id": order.demand_id}
    stats: list[JsonObject] = []
    if "BASIC_DATA" in topics:
        stats.append({"date": "0", **whose, "data": [_valued(call, order, "BASIC_DATA", Counts())]})
    rest = [topic for topic in topics if topic != "BASIC_DATA"]
    if rest:
        for day, counts in daily(published_of(call.world, call.ledger, order), first, last, call.now):
            stats.append({"date": day_text(day), **whose, "data": [_valued(call, order, topic, counts) for topic in rest]})
    return {"stats": stats}
