"""Units stop at the mapping: every family's money, rates and times come out as fen, ratios and UTC."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api.servers import Script
from xingtu_desktop.api.mapping import accounts, orders, reports, units
from xingtu_desktop.api.mapping import creators as creator_mapping
from xingtu_desktop.api.notices import Notices
from xingtu_desktop.api.wire import Node
from xingtu_desktop.core.errors import NotThePlatform
from xingtu_desktop.domain.account import AccountKind
from xingtu_desktop.domain.creator import Gender, Verification, VideoTier
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.domain.lifecycle import AuditSource, AuditStatus, OrderStatus, ResourceKind
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.report import Counts

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def node(**values: object) -> Node:
    return Node("data", values)


@given(st.integers(0, 10**12))
def test_every_amount_of_fen_survives_the_wire_as_float_yuan(fen: int) -> None:
    """The sender's float is the nearest to fen/100; reading its decimal text gives the fen back, where multiplying by 100 would not."""
    assert units.yuan(node(precise_total=fen / 100), "total") == Fen(fen)


@given(st.integers(-(10**9), 10**9))
def test_whole_yuan_are_a_hundred_fen_each(yuan: int) -> None:
    assert units.yuan(node(total=yuan), "total") == Fen(yuan * 100)


def test_the_precise_amount_wins_and_a_part_of_a_fen_is_refused() -> None:
    assert units.yuan(node(total=105, precise_total=104.99), "total") == Fen(10499)
    assert units.yuan(node(), "total") is None
    for bad in (0.295, 1e-3, 12.345):
        with pytest.raises(NotThePlatform) as caught:
            units.yuan(node(precise_total=bad), "total")
        assert caught.value.values["field"] == "data.precise_total"
    with pytest.raises(NotThePlatform):
        units.yuan_due(node(), "total")
    with pytest.raises(NotThePlatform):
        units.yuan(node(total="105"), "total")


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001  # made aware below
def test_seconds_come_back_as_the_same_instant(naive: datetime) -> None:
    at = naive.replace(tzinfo=UTC, microsecond=0)
    assert units.seconds(node(at=units.to_seconds(at)), "at") == at


def test_beijing_text_is_eight_hours_before_utc() -> None:
    assert units.beijing(node(at="2026-11-22 07:30:00"), "at") == datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert units.beijing(node(at=""), "at") is None
    assert units.seconds(node(at=0), "at") is None
    assert units.day(node(at="0"), "at") is None
    assert units.day(node(at="2026-11-21"), "at") == date(2026, 11, 21)
    for bad in ("2026-11-22", "yesterday", "9999-99-99 00:00:00"):
        with pytest.raises(NotThePlatform):
            units.beijing(node(at=bad), "at")
    with pytest.raises(NotThePlatform):
        units.seconds(node(at=10**15), "at")


def test_rates_in_hundredths_of_a_percent_are_ratios() -> None:
    assert units.percent(node(rate=2750), "rate") == 0.275


@pytest.mark.parametrize("value", ["7", 7.0, True, 2**63])
def test_an_id_of_another_type_names_its_place(value: object) -> None:
    row = next(Node.of("data", {"list": [{"order_id": value}]}).nodes("list"))
    with pytest.raises(NotThePlatform) as caught:
        row.integer("order_id")
    assert caught.value.values["field"] == "data.list[0].order_id"


def resource(**values: object) -> dict[str, object]:
    return {"resource_id": 1, "status": 1, "audit_status": 99, "create_time": 1_800_000_000, **values}


def test_versions_are_numbered_by_creation_and_strings_of_audits_are_read() -> None:
    notices = Notices()
    read = orders.text_finding_reader(notices, "/x/")
    finding = {"audit_source": "7", "audit_status": "0", "audit_ban_reason": "夸大", "audit_time": "1800000100"}
    rows = Node.of(
        "data",
        {
            "video_list": [
                resource(resource_id=9, create_time=1_800_000_500, item_id=0, duration=12, detail_audit_info=[finding]),
                resource(resource_id=5, status=2, audit_status=1),
            ]
        },
    )
    found = orders.resources(OrderId(3), ResourceKind.VIDEO, rows.nodes("video_list"), read, notices, "/x/")
    assert [(one.resource_id, one.version) for one in found] == [(5, 1), (9, 2)]
    assert found[1].item_id is None
    assert found[1].duration_seconds == 12.0
    assert found[1].findings[0].source is AuditSource.AD_MATERIAL
    assert found[1].findings[0].status is AuditStatus.FAILED
    assert found[1].findings[0].at == datetime.fromtimestamp(1_800_000_100, UTC)


def test_a_scripts_text_is_named_by_its_hash() -> None:
    rows = Node.of("data", {"script_list": [resource(resource_content="口播稿", resource_title="一稿")]})
    notices = Notices()
    read = orders.finding_reader(notices, "/x/")
    found = orders.resources(OrderId(3), ResourceKind.SCRIPT, rows.nodes("script_list"), read, notices, "/x/")
    assert found[0].content == "口播稿"
    assert found[0].content_hash == hashlib.sha256("口播稿".encode()).hexdigest()
    assert found[0].title == "一稿"


def test_unknown_words_of_the_platform_crash_nothing_and_are_told() -> None:
    script = Script(lambda request: None)
    notices = Notices(script.notices.append)
    row = node(order_id=1, status=77, create_time=1_800_000_000)
    assert orders.order(row, NOW, notices, "/x/") is None
    rows = Node.of("data", {"list": [resource(status=9), resource(resource_id=2, audit_status=55)]})
    found = orders.resources(OrderId(3), ResourceKind.SCRIPT, rows.nodes("list"), orders.finding_reader(notices, "/x/"), notices, "/x/")
    assert [(one.resource_id, one.audit) for one in found] == [(2, AuditStatus.IN_REVIEW)]
    assert [notice.detail for notice in script.notices] == ["status=77", "resource status=9", "audit_status=55"]
    account = accounts.account(node(account_id=5, account_type="PLATFORM_ROLE_NEW", is_valid=True))
    assert account is not None
    assert account.kind is AccountKind.OTHER


def test_the_legacy_role_six_is_a_star_account() -> None:
    account = accounts.account(node(advertiser_id=5, advertiser_name="旧", advertiser_role=6, is_valid=True))
    assert account is not None
    assert account.usable


def test_an_order_has_exact_amounts_and_its_window_in_utc() -> None:
    row = node(
        order_id=7123456789012345678,
        status=51,
        create_time=1_800_000_000,
        author_info={"author_id": 6, "author_name": "达人"},
        demand_info={"demand_name": "n #K7F2-1", "product_name": "p", "brand_name": "b", "expiration_time": 1_800_000_000},
        order_item_info={"order_type": 2, "author_list": [{"author_id": 6, "cnt": 1, "video_type": 71}]},
        payment_info={"total": 1051, "precise_total": 1050.55, "task_cost": 1000, "precise_task_cost": 1000.0, "platform_fee": 50},
        release_time=0,
    )
    order = orders.order(row, NOW, Notices(), "/x/")
    assert order is not None
    assert (order.status, order.total, order.task_cost, order.platform_fee) == (
        OrderStatus.VIDEO_UPLOADED,
        Fen(105055),
        Fen(100000),
        Fen(5000),
    )
    assert (order.video_type, order.order_type, order.released_at) == (71, 2, None)
    assert order.publish_from == datetime.fromtimestamp(1_800_000_000, UTC)


def test_both_shapes_of_a_bill_are_read() -> None:
    common = {"precise_balance": 99.5, "total_task_cost": 10, "total_platform_fee": 1, "order_bill_list": []}
    assert orders.bill(node(**common, precise_total_pay=11.25)).total_pay == Fen(1125)
    assert orders.bill(node(**common, precise_total_amount=11.25)).total_pay == Fen(1125)
    with pytest.raises(NotThePlatform):
        orders.bill(node(**common))


def metric(field: str, value: str, topic: str = "BASIC_DATA") -> dict[str, object]:
    return {"data_topic": topic, "metrics": [{"field": field, "name": field, "type": "INT64", "value": value}]}


def test_known_metrics_become_counts_and_unknown_ones_stay_as_they_came() -> None:
    told = [metric("play_cnt", "1200"), metric("pay_amount", "310.50"), metric("moon_phase", "full"), metric("like_cnt", "x")]
    rows = Node.of("data", {"data": told})
    script = Script(lambda request: None)
    found = reports.topic_metrics(rows.nodes("data"))
    counts = reports.counts_of(found, reports.shipped_table(), Notices(script.notices.append), "/x/")
    assert counts == Counts(plays=1200, gmv=Fen(31050))
    assert [one.value for one in found if one.field == "moon_phase"] == ["full"]
    assert [notice.detail for notice in script.notices] == ["like_cnt='x'"]


def test_the_metric_table_refuses_a_line_that_says_nothing() -> None:
    for bad in ('{"field": "a", "counts": "plais", "unit": "count"}', '{"field": "a", "counts": "gmv", "unit": "count"}'):
        with pytest.raises(ValueError, match="no rule"):
            reports.read_table(f'{{"metrics": [{bad}]}}')


def test_days_are_sorted_and_the_cumulative_row_is_no_day() -> None:
    stats = [
        {"date": "2026-11-21", "data": [metric("play_cnt", "5"), metric("order_cnt", "2", "CONVERT_DATA")]},
        {"date": "2026-11-20", "data": [metric("play_cnt", "3")]},
        {"date": "0", "data": [metric("play_cnt", "999")]},
    ]
    days = reports.daily_counts(Node.of("data", {"stats": stats}), reports.shipped_table(), Notices(), "/x/")
    assert [(one.day.day, one.counts) for one in days] == [(20, Counts(plays=3)), (21, Counts(plays=5, orders=2))]


def test_counts_merge_field_by_field_and_zero_is_a_word() -> None:
    assert reports.merged(Counts(plays=0), Counts(plays=5, likes=2)) == Counts(plays=0, likes=2)


GOOD = {
    "author_id": 6500000000000000001,
    "nick_name": "小鹿",
    "updated_at": "2026-11-20T16:00:00Z",
    "gender": 2,
    "author_type": 2,
    "avatar_uri": "/a.png",
    "price_1_20": 1234.56,
    "prospective_1_20_cpm": 33.333,
    "audience": {"gender": {"female": 0.7, "male": 0.3}, "age": {"18-23": 0.4}},
    "tags_relation": {"美妆": ["护肤保养"]},
}


def test_a_feed_row_comes_out_in_our_units() -> None:
    found = creator_mapping.creator(GOOD, "agency", "https://feed.example")
    assert found.quotes.get(VideoTier.UP_TO_20) == Fen(123456)
    assert found.cpm.get(VideoTier.UP_TO_20) == Fen(3333)
    assert (found.gender, found.verification, found.audience.female) == (Gender.FEMALE, Verification.ORGANISATION, 0.7)
    assert (found.avatar_uri, found.content_types, found.content_subtypes) == ("https://feed.example/a.png", ("美妆",), ("护肤保养",))
    assert found.updated_at == datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    assert found.followers is None


def test_the_range_of_expected_plays_is_taken_whole_or_not_at_all() -> None:
    ends = {"expected_play_num_p10": 60, "expected_play_num": 100, "expected_play_num_p90": 180}

    def read(row: dict[str, object]) -> tuple[int | None, int | None, int | None]:
        found = creator_mapping.creator(GOOD | row, "agency", "")
        return found.expected_plays_p10, found.expected_plays, found.expected_plays_p90

    assert read(ends) == (60, 100, 180)
    assert read(ends | {"expected_play_num_p10": 120}) == (None, 100, None)
    assert read({"expected_play_num": 100, "expected_play_num_p90": 180}) == (None, 100, None)


@pytest.mark.parametrize(
    "spoiled",
    [
        {"author_id": "6500000000000000001"},
        {"author_id": None},
        {"nick_name": ""},
        {"updated_at": "soon"},
        {"price_1_20": 0.001},
        {"price_1_20": -5},
        {"follower": -1},
        {"interact_rate_within_30d": 27.5},
        {"audience": {"gender": {"female": 70}}},
        {"tags_relation": ["美妆"]},
        {"industry_ids": ["1930"]},
        {"e_commerce_enable": "1"},
        {"prospective_1_20_cpm": float("inf")},
    ],
)
def test_a_row_that_cannot_be_read_is_counted_and_fails_nobody_else(spoiled: dict[str, object]) -> None:
    items = [GOOD, {**GOOD, "author_id": 6500000000000000002, **spoiled}, {"author_id": 3, "deleted": True}, "junk"]
    page = creator_mapping.page({"items": items, "next_cursor": "c", "has_more": False, "total": 2}, "agency", "https://feed.example")
    assert (len(page.upserts), page.deletes, page.problems, page.cursor) == (1, (3,), 2, "c")


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JUNK = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


NAMES = ["price_1_20", "audience", "tags_relation", "plays_90d_weekly", "industry_ids", "availability", "author_type"]


@settings(deadline=None, max_examples=60)
@given(JUNK, st.sampled_from(NAMES))
def test_no_junk_in_a_row_escapes_the_page(junk: object, name: str) -> None:
    page = creator_mapping.page({"items": [{**GOOD, name: junk}], "next_cursor": "c", "has_more": False}, "agency", "")
    assert len(page.upserts) + page.problems == 1
