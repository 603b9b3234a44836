"""Owns the promises of the generated creators: determinism, plausible skew, gaps, and prices that agree everywhere."""

from __future__ import annotations

import statistics
from typing import Any

import numpy as np
import pytest

from xingtu_desktop.core import resources
from xingtu_desktop.sandbox.creators import VIDEO_TYPES, Catalog
from xingtu_desktop.sandbox.creators_words import AUDIENCE_PROVINCES, CONTENT_TYPES, PLACES, SUFFIXES, THEMES
from xingtu_desktop.sandbox.ids import author_id_of, author_index_of

CATALOG = Catalog(7, 100_000, 20_000)


@pytest.fixture(scope="module")
def items() -> list[dict[str, Any]]:
    return CATALOG.full_page(0, 4000, 0)[0]


def numbers(items: list[dict[str, Any]], name: str) -> list[float]:
    return [float(str(item[name])) for item in items if name in item]


def test_a_creator_is_the_same_alone_in_a_page_and_in_another_run(items: list[dict[str, Any]]) -> None:
    again = Catalog(7, 100_000, 20_000)
    for index in (0, 1, 77, 3999):
        author = author_id_of(index)
        assert author_index_of(author) == index
        assert 10**18 <= author < 2**63
        alone = again.rows(np.array([index], dtype=np.uint64), 0)[0]
        assert alone == items[index]
        assert alone["nick_name"] == again.name(author)
        assert alone["avatar_uri"] == again.avatar_path(author)
    assert Catalog(8, 100_000, 20_000).rows(np.array([0], dtype=np.uint64), 0)[0] != items[0]


def test_the_quote_of_the_workflow_is_the_quote_of_the_feed(items: list[dict[str, Any]]) -> None:
    for item in items[:150]:
        for video_type, field in VIDEO_TYPES.items():
            fen = CATALOG.quote_fen(int(str(item["author_id"])), video_type)
            assert fen == (int(str(item[field])) * 100 if field in item else None)
    assert CATALOG.quote_fen(author_id_of(5), 3) is None
    assert CATALOG.quote_fen(42, 2) is None
    assert CATALOG.quote_fen(author_id_of(100_001), 2) is None


def test_skew_is_that_of_a_market(items: list[dict[str, Any]]) -> None:
    fans = numbers(items, "follower")
    assert 30_000 < statistics.median(fans) < 120_000
    assert statistics.mean(fans) > 2 * statistics.median(fans)
    cpm = numbers(items, "prospective_20_60_cpm")
    assert 25 < statistics.median(cpm) < 60
    inside = [value for value in cpm if 10 <= value <= 150]
    assert len(inside) > 0.97 * len(cpm)
    priced = [item for item in items if {"price_20_60", "expected_play_num"} <= item.keys()]
    prices, plays = np.log(numbers(priced, "price_20_60")), np.log(numbers(priced, "expected_play_num"))
    assert np.corrcoef(prices, plays)[0, 1] > 0.8
    both = [item for item in items if {"price_1_20", "price_60"} <= item.keys()]
    assert all(item["price_1_20"] <= item["price_60"] for item in both)
    beauty = [item for item in items if "美妆" in list(item["tags_relation"])[:1]]
    women = [item["audience"]["gender"]["female"] for item in beauty if "gender" in item.get("audience", {})]
    assert statistics.mean(women) > 0.7


def test_expected_plays_come_with_both_ends_or_none(items: list[dict[str, Any]]) -> None:
    names = ("expected_play_num_p10", "expected_play_num", "expected_play_num_p90")
    for item in items:
        low, middle, high = (item.get(name) for name in names)
        assert (low is None) == (middle is None) == (high is None)
        if middle is not None:
            assert 0.3 * middle < low < middle < high < 3 * middle


def test_values_are_missing_as_in_life(items: list[dict[str, Any]]) -> None:
    often = ("follower", "price_1_20", "price_20_60", "price_60", "expected_play_num", "interact_rate_within_30d", "city")
    for name in often:
        share = 1 - sum(name in item for item in items) / len(items)
        assert 0.02 < share < 0.17, name
    for name in ("author_id", "nick_name", "updated_at", "verification", "tags_relation"):
        assert all(name in item for item in items), name


def test_rates_indexes_and_shares_stay_in_their_units(items: list[dict[str, Any]]) -> None:
    for name in ("interact_rate_within_30d", "play_over_rate_within_30d", "burst_text_rate", "avg_search_after_view_rate_30d"):
        assert all(0 <= value <= 1 for value in numbers(items, name)), name
    for name in ("star_index", "link_spread_index", "link_shopping_index", "cp_index", "growth_index"):
        values = numbers(items, name)
        assert all(0 <= value <= 100 for value in values)
        assert max(values) - min(values) > 40, name
    for item in items:
        audience = item.get("audience", {})
        assert isinstance(audience, dict)
        for name, shares in audience.items():
            total = sum(shares.values())
            assert 0.2 < total < 1 if name == "province" else abs(total - 1) < 0.006, (name, shares)


def test_names_are_mostly_distinct_and_varied(items: list[dict[str, Any]]) -> None:
    pages = [item["nick_name"] for start in (0, 40_000, 80_000) for item in CATALOG.full_page(start, 3000, 0)[0]]
    assert len(set(pages)) > 0.97 * len(pages)
    text = "".join(str(name) for name in pages)
    assert any(ord(letter) > 0x1F300 for letter in text), "emoji"
    assert "龘" in text or "𠮷" in text, "rare characters"
    assert any(str(name)[:1].isascii() for name in pages), "Latin names"


def test_about_one_creator_in_a_hundred_changes_a_day() -> None:
    changed = [len(CATALOG.delta_page(0, 10**9, day, day + 1)[0]) for day in (0, 7, 30)]
    assert all(800 < count < 1300 for count in changed), changed


def test_any_page_of_a_million_costs_what_the_first_costs() -> None:
    million = Catalog(7, 1_000_000, 20_000)
    page, following = million.full_page(750_000, 50, 0)
    assert len(page) == 50
    assert following == 750_050
    last, end = million.full_page(999_990, 5000, 0)
    assert len(last) == 10
    assert end is None


def test_word_lists_agree_with_each_other_and_with_the_dated_tier_table() -> None:
    import json

    tiers = json.loads(resources.text("data", "city_tiers_2026.json"))["tiers"]
    for province, city, tier, _ in PLACES:
        assert city in tiers[tier], (province, city)
    assert len(AUDIENCE_PROVINCES) == len(set(AUDIENCE_PROVINCES))
    cities = [city for names in tiers.values() for city in names]
    assert len(cities) == len(set(cities))
    for row in CONTENT_TYPES:
        assert row[7] in THEMES
        assert row[7] in SUFFIXES
