"""A brief says what the platform would refuse before it is sent, and survives its document to the letter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xingtu_desktop.core.errors import InvalidInput
from xingtu_desktop.domain.brief import Brief, Evidence, from_document, limit_of, problems, to_demand, to_document, with_changes
from xingtu_desktop.domain.demand import CartItem
from xingtu_desktop.domain.ids import BriefId
from xingtu_desktop.domain.money import Fen

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
GOOD = Brief(
    BriefId("b1"),
    "白茶润手霜 · 年货节",
    brand_name="花漾",
    product_name="白茶润手霜",
    product_information="白茶花与乳木果",
    industry=(1933, 193301),
    contact_name="林澜",
    contact_phone="138 0000 6021",
    detail_demand="前 5 秒出现产品",
    publish_from=NOW + timedelta(days=10),
    publish_until=NOW + timedelta(days=16),
    cart=(CartItem("润手霜", "https://example.com/a"),),
    budget=Fen(12_000_000),
    evidence=(Evidence("T001", "复购率 41%", "导出.pdf"),),
)


def test_a_complete_brief_has_no_problems_and_becomes_a_demand() -> None:
    assert problems(GOOD, NOW) == ()
    assert to_demand(GOOD, NOW).demand_name == "白茶润手霜 · 年货节"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"title": " "}, ("title", "missing")),
        ({"title": "字" * 51}, ("title", "too_long")),
        ({"detail_demand": "字" * 501}, ("detail_demand", "too_long")),
        ({"special_topic": "字" * 41}, ("special_topic", "too_long")),
        ({"industry": None}, ("industry", "missing")),
        ({"retention_days": 366}, ("retention_days", "out_of_range")),
        ({"retention_days": None}, ("retention_days", "missing")),
        ({"accept_expiration_days": 0}, ("accept_expiration_days", "out_of_range")),
        ({"publish_until": NOW + timedelta(days=41)}, ("publish_window", "too_long")),
        ({"publish_until": NOW + timedelta(days=9)}, ("publish_window", "reversed")),
        ({"publish_from": NOW - timedelta(days=9), "publish_until": NOW - timedelta(days=1)}, ("publish_window", "past")),
        ({"publish_from": None}, ("publish_window", "missing")),
        ({"cart": (CartItem("a", "http://example.com"),)}, ("cart", "not_https")),
        ({"cart": (CartItem("a", "https://e.com"),) * 8}, ("cart", "too_many")),
        ({"contact_phone": "打电话"}, ("contact_phone", "no_phone")),
        ({"detail_demand": "{昵称}你好"}, ("detail_demand", "placeholder")),
    ],
)
def test_each_limit_of_the_platform_is_told(change: dict[str, object], expected: tuple[str, str]) -> None:
    brief = with_changes(GOOD, **change)
    assert [(p.field, p.code) for p in problems(brief, NOW)] == [expected]
    with pytest.raises(InvalidInput):
        to_demand(brief, NOW)


def test_an_emoji_counts_as_the_platform_counts_it() -> None:
    assert problems(with_changes(GOOD, title="🌿" * (limit_of("title") or 0)), NOW) == ()


@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=4), st.one_of(st.none(), st.integers(-5, 10**12)))
def test_the_document_gives_back_what_was_typed(text: str, points: list[str], fen: int | None) -> None:
    brief = with_changes(GOOD, title=text, selling_points=tuple(points), budget=None if fen is None else Fen(fen))
    assert from_document(to_document(brief)) == brief


def test_a_document_of_a_newer_version_is_read_without_its_new_keys() -> None:
    text = to_document(GOOD).replace('"format": 1', '"format": 1, "mood": "calm"')
    assert from_document(text) == GOOD
