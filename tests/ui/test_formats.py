"""Promises of the formatter: units by language, unknown is a dash, signs and roundings hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from xingtu_desktop.domain.money import Fen
from xingtu_desktop.ui.formats import UNKNOWN, Formats

ZH = Formats("zh_CN", "Europe/London")
EN = Formats("en", "Europe/London")
NOW = datetime(2026, 11, 22, 12, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (None, "—", "—"),
        (0, "0", "0"),
        (9_305, "9,305", "9,305"),
        (9_999, "9,999", "9,999"),
        (10_000, "1.0万", "10.0K"),
        (1_862_000, "186.2万", "1.86M"),
        (1_480_000, "148.0万", "1.48M"),
        (38_930_000, "3,893万", "38.93M"),
        (99_999_999, "1.0亿", "100.0M"),
        (120_000_000, "1.2亿", "120.0M"),
        (-25_000, "−2.5万", "−25.0K"),
        (999_999, "100.0万", "1.00M"),
        (95_000_000, "9,500万", "95.00M"),
    ],
)
def test_counts_use_the_units_of_the_language(value: int | None, chinese: str, english: str) -> None:
    assert ZH.count(value) == chinese
    assert EN.count(value) == english


def test_short_counts_drop_an_empty_decimal() -> None:
    assert ZH.count(200_000, short=True) == "20万"
    assert EN.count(1_500_000, short=True) == "1.5M"


def test_money_is_exact_to_the_fen() -> None:
    assert ZH.money(Fen(2_800_000)) == "¥28,000"
    assert ZH.money(Fen(3_642_050)) == "¥36,420.50"
    assert ZH.money(Fen(1_260_000), exact=True) == "¥12,600.00"
    assert ZH.money(Fen(-5)) == "−¥0.05"
    assert ZH.money(None) == UNKNOWN
    assert ZH.money_short(Fen(8_000_000)) == "¥8万"
    assert EN.money_short(Fen(8_000_000)) == "¥80K"


def test_shares_and_changes_keep_their_sign() -> None:
    assert ZH.percent(0.068) == "6.8%"
    assert ZH.percent(0.18, 0) == "18%"
    assert ZH.change(0.244) == "+24.4%"
    assert ZH.change(-0.193) == "−19.3%"
    assert ZH.change(0.00001) == "0.0%"
    assert ZH.change_points(0.0104) == "+1.04pp"
    assert ZH.percent(None) == ZH.change(None) == ZH.change_points(None) == ZH.rank(None) == UNKNOWN


def test_standing_below_the_median_reads_from_the_bottom() -> None:
    assert ZH.rank(0.92) == "前 8%"
    assert ZH.rank(0.37) == "后 37%"
    assert EN.rank(1.0) == "top 1%"


def test_estimates_are_marked_and_unknown_is_not() -> None:
    assert ZH.estimate("41%") == "约 41%"
    assert EN.estimate("41%") == "about 41%"
    assert ZH.estimate(UNKNOWN) == UNKNOWN


@pytest.mark.parametrize(
    ("seconds", "chinese", "english"),
    [(5, "刚刚", "now"), (150, "2 分钟", "2 min"), (7_200, "2 小时", "2 h"), (1_100_000, "12 天", "12 d")],
)
def test_ages_round_down_to_one_unit(seconds: int, chinese: str, english: str) -> None:
    then = NOW - timedelta(seconds=seconds)
    assert ZH.age(then, NOW) == chinese
    assert EN.age(then, NOW) == english


def test_ago_reads_as_a_sentence() -> None:
    assert ZH.ago(NOW - timedelta(minutes=2), NOW) == "2 分钟前"
    assert EN.ago(NOW - timedelta(minutes=2), NOW) == "2 min ago"
    assert ZH.ago(None, NOW) == UNKNOWN


def test_deadlines_say_what_is_left_or_how_late() -> None:
    assert ZH.remaining(NOW + timedelta(hours=2, minutes=6), NOW) == "2 小时 06 分"
    assert ZH.remaining(NOW + timedelta(hours=13, minutes=40), NOW) == "13 小时"
    assert ZH.remaining(NOW - timedelta(hours=1), NOW) == "超时 1 小时 00 分"
    assert EN.remaining(NOW + timedelta(seconds=8), NOW) == "8 s"
    assert ZH.remaining(None, NOW) == UNKNOWN


def test_moments_stand_in_beijing_time() -> None:
    assert ZH.moment(datetime(2026, 11, 22, 14, 0, tzinfo=UTC), NOW) == "今天 22:00"
    assert ZH.moment(datetime(2026, 11, 22, 17, 30, tzinfo=UTC), NOW) == "明天 01:30"
    assert ZH.moment(datetime(2026, 11, 26, 1, 0, tzinfo=UTC), NOW) == "周四 09:00"
    assert EN.moment(datetime(2027, 1, 4, 2, 0, tzinfo=UTC), NOW) == "2027-01-04 10:00"


def test_two_clocks_only_where_they_differ() -> None:
    assert ZH.dual_clock(NOW) == "北京 20:14 · 伦敦 12:14"
    assert EN.dual_clock(NOW) == "Beijing 20:14 · London 12:14"
    assert Formats("zh_CN", "Asia/Shanghai").dual_clock(NOW) == "北京 20:14"
    assert Formats("zh_CN").dual_clock(NOW) == "北京 20:14"


def test_time_codes_and_durations() -> None:
    assert ZH.duration(48.9) == "0:48"
    assert ZH.duration(3_845) == "1:04:05"
    assert ZH.timecode(23.12) == "0:23.12"
    assert ZH.duration(None) == UNKNOWN


def test_ids_keep_both_ends() -> None:
    assert ZH.short_id(73011234564410) == "7301…4410"
    assert ZH.short_id("88b0") == "88b0"


def test_sizes_of_files() -> None:
    assert ZH.bytes(142_000_000) == "142 MB"
    assert ZH.bytes(1_710_000_000) == "1.71 GB"
    assert ZH.bytes(None) == UNKNOWN
