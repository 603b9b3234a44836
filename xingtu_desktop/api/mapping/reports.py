"""Maps report answers to raw counts (wire.md A7); known topic metrics through resources/data/topic_metrics.json, others as they came."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from xingtu_desktop.api.mapping import units
from xingtu_desktop.api.notices import Notices
from xingtu_desktop.api.wire import Node
from xingtu_desktop.core import resources
from xingtu_desktop.core.errors import NotThePlatform
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.domain.money import Fen, NotMoney
from xingtu_desktop.domain.report import Audience, Counts, DailyCounts, OrderReport, Share, TopicMetric, WordCount

COUNT_FIELDS = tuple(field.name for field in fields(Counts))
_UNITS = frozenset({"count", "yuan", "fen"})
_WORDS = 100


@dataclass(frozen=True, slots=True)
class MetricRule:
    """One line of the table: which of our counts a metric is, and in what unit it comes."""

    counts: str
    unit: str


MetricTable = Mapping[str, MetricRule]


def read_table(text: str) -> MetricTable:
    """The table's lines by metric field; ValueError names a line that says nothing usable."""
    table: dict[str, MetricRule] = {}
    for line in json.loads(text)["metrics"]:
        rule = MetricRule(line["counts"], line["unit"])
        if rule.counts not in COUNT_FIELDS or rule.unit not in _UNITS or (rule.counts == "gmv") == (rule.unit == "count"):
            raise ValueError(f"topic_metrics.json: {line} is no rule")
        table[line["field"]] = rule
    return table


def shipped_table() -> MetricTable:
    """The table that came with the program."""
    return read_table(resources.text("data", "topic_metrics.json"))


def merged(*sources: Counts) -> Counts:
    """Field by field the first source that tells it."""
    found: dict[str, int | Fen | None] = {}
    for name in COUNT_FIELDS:
        found[name] = next((value for source in sources if (value := getattr(source, name)) is not None), None)
    return Counts(**found)  # type: ignore[arg-type]  # gmv is the one field in Fen, and it only ever comes from a gmv


def batch_report(row: Node, now: datetime) -> OrderReport:
    """One order of report/order_overview (batch). Its float rates have no stated unit and are left out; counts are all there."""
    spread, convert, seed = row.node("spread_stat"), row.node("convert_stat"), row.node("seed_stat")
    emotion = seed.node("emotion_distribution")
    seconds = spread.maybe_number("avg_play_time")
    words = [WordCount(word.text("name"), word.integer("value", 0)) for group in seed.nodes("hot_keywords") for word in group.nodes("all")]
    return OrderReport(
        order_id=OrderId(row.integer("order_id")),
        pulled_at=now,
        total=Counts(
            plays=spread.maybe_integer("item_play_cnt"),
            likes=spread.maybe_integer("item_like_cnt"),
            comments=spread.maybe_integer("item_comment_cnt"),
            shares=spread.maybe_integer("item_share_cnt"),
            component_shows=convert.maybe_integer("show"),
            component_clicks=convert.maybe_integer("click"),
        ),
        positive=emotion.maybe_integer("pos_cnt"),
        neutral=emotion.maybe_integer("neu_cnt"),
        negative=emotion.maybe_integer("neg_cnt"),
        words=tuple(words[:_WORDS]),
        average_play_seconds=float(seconds) if seconds is not None else None,
    )


def overview_counts(data: Node) -> Counts:
    """report/order_overview/get: counts; complete plays are plays × finish rate, which is told in hundredths of a percent."""
    spread, convert = data.node("spread"), data.node("convert")
    plays = spread.maybe_integer("play")
    finished = units.percent(data.node("creative"), "finish_rate")
    return Counts(
        plays=plays,
        likes=spread.maybe_integer("like"),
        comments=spread.maybe_integer("comment"),
        shares=spread.maybe_integer("share"),
        complete_plays=round(plays * finished) if plays is not None and finished is not None else None,
        component_shows=convert.maybe_integer("show"),
        component_clicks=convert.maybe_integer("click"),
    )


_OVERVIEW = ("plays", "likes", "comments", "shares", "complete_plays", "component_shows", "component_clicks")


def lacks_overview(counts: Counts) -> bool:
    """Whether `overview_counts` may tell something that is not known yet."""
    return any(getattr(counts, name) is None for name in _OVERVIEW)


def topic_metrics(rows: Iterable[Node]) -> tuple[TopicMetric, ...]:
    """The metrics of topic rows as they describe themselves; metrics without a value are left out."""
    found: list[TopicMetric] = []
    for row in rows:
        topic = row.text("data_topic")
        for metric in row.nodes("metrics"):
            if metric.has("value"):
                found.append(
                    TopicMetric(
                        topic,
                        metric.text("field", None),
                        metric.text("name"),
                        metric.text("type"),
                        metric.text("value"),
                        metric.text("description"),
                    )
                )
    return tuple(found)


def counts_of(metrics: Iterable[TopicMetric], table: MetricTable, notices: Notices, endpoint: str) -> Counts:
    """The metrics that the table knows as counts; the first of two for one count wins. A value that is no number is told and left out."""
    found: dict[str, int | Fen] = {}
    for metric in metrics:
        rule = table.get(metric.field)
        if rule is None or rule.counts in found or metric.value == "":
            continue
        amount = _amount(metric.value, rule)
        if amount is None:
            notices.unknown(endpoint, metric.field, metric.value)
        else:
            found[rule.counts] = amount
    return Counts(**found)  # type: ignore[arg-type]  # read_table lets only gmv be money


def _amount(text: str, rule: MetricRule) -> int | Fen | None:
    try:
        if rule.unit == "yuan":
            return Fen.from_yuan(text)
        exact = Decimal(text.strip())
        if not exact.is_finite() or exact != exact.to_integral_value() or abs(exact) >= 2**63:
            return None
    except (InvalidOperation, NotMoney):
        return None
    return Fen(int(exact)) if rule.unit == "fen" else int(exact)


def daily_counts(data: Node, table: MetricTable, notices: Notices, endpoint: str) -> tuple[DailyCounts, ...]:
    """The days of custom_data_topic_daily_report, oldest first; rows of date "0" are cumulative and no day."""
    by_day: dict[date, list[Counts]] = {}
    for row in data.nodes("stats"):
        day = units.day(row, "date")
        if day is not None:
            by_day.setdefault(day, []).append(counts_of(topic_metrics(row.nodes("data")), table, notices, endpoint))
    days = [DailyCounts(day, merged(*parts)) for day, parts in sorted(by_day.items())]
    return tuple(found for found in days if found.counts != Counts())


def audience(order_id: OrderId, data: Node, now: datetime) -> Audience:
    """order_user_distribution/get: counts by the platform's own words."""

    def bars(name: str) -> tuple[Share, ...]:
        return tuple(Share(row.text("key"), row.integer("value", 0)) for row in data.nodes(name))

    return Audience(
        order_id=order_id,
        pulled_at=now,
        gender=bars("gender"),
        age=bars("age"),
        province=bars("province"),
        city=bars("city"),
        device=bars("device"),
        interest=bars("interest"),
        activity=bars("activity"),
    )


def words_of(data: Node) -> tuple[WordCount, ...]:
    """The ten frequent words of report/order_overview/get, which come without counts."""
    return tuple(WordCount(word, 0) for word in data.node("comment").texts("high_frequency_words"))


def check_order(row: Node, order_id: OrderId) -> None:
    """An answer that names another order than was asked for is nobody's data."""
    if row.has("order_id") and row.integer("order_id") != order_id:
        raise NotThePlatform("an answer about another order", field=f"{row.path}.order_id")
