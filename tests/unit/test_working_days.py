"""Promises of the working-day table: official days, swapped weekends, and no claim about a year that is not published."""

from __future__ import annotations

import json
from datetime import date

import pytest

from xingtu_desktop.core import resources
from xingtu_desktop.domain.working_days import DayKind, WorkingDays, working_days


@pytest.fixture(scope="module")
def table() -> WorkingDays:
    return working_days(resources.text("data", "working_days.json"))


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 2, 13), DayKind.WORKDAY),
        (date(2026, 2, 14), DayKind.SWAPPED),
        (date(2026, 2, 15), DayKind.HOLIDAY),
        (date(2026, 2, 23), DayKind.HOLIDAY),
        (date(2026, 2, 28), DayKind.SWAPPED),
        (date(2026, 3, 1), DayKind.WEEKEND),
        (date(2025, 10, 8), DayKind.HOLIDAY),
        (date(2025, 10, 11), DayKind.SWAPPED),
        (date(2027, 1, 4), DayKind.UNPUBLISHED),
    ],
)
def test_a_day_is_what_the_state_council_says(table: WorkingDays, day: date, kind: DayKind) -> None:
    assert table.kind(day) is kind


def test_days_between_skip_the_festival_and_count_the_worked_saturday(table: WorkingDays) -> None:
    # Fri 13 Feb → Tue 24 Feb 2026: only Saturday the 14th (worked) and Tuesday the 24th are working days.
    assert table.between(date(2026, 2, 13), date(2026, 2, 24)) == 2
    assert table.between(date(2026, 2, 13), date(2026, 2, 13)) == 0


def test_a_span_into_an_unpublished_year_has_no_count(table: WorkingDays) -> None:
    assert table.between(date(2026, 12, 30), date(2027, 1, 5)) is None
    assert table.between(date(2026, 12, 28), date(2026, 12, 31)) == 3


def test_every_year_has_seven_or_fewer_holidays_with_names_in_both_languages(table: WorkingDays) -> None:
    assert table.years == {2025, 2026}
    assert all(holiday.zh and holiday.en and holiday.first <= holiday.last for holiday in table.holidays.values())
    assert sum(day.year == 2026 for day in table.holidays) == 33


def test_a_worked_weekday_is_refused() -> None:
    text = json.dumps({"years": {"2026": {"holidays": [], "workdays": ["2026-03-02"]}}})
    with pytest.raises(ValueError, match="2026-03-02"):
        working_days(text)
