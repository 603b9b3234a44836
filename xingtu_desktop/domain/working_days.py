"""Chinese working days: official holidays and the weekend days worked instead, for the years that are published. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class DayKind(StrEnum):
    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    SWAPPED = "swapped"
    """A weekend day that is worked (调休)."""
    UNPUBLISHED = "unpublished"
    """The year's arrangement is not known: weekday or weekend by the calendar alone proves nothing."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """A holiday with its name in both languages."""

    zh: str
    en: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The arrangement of the published years. Days are Beijing days."""

    years: frozenset[int]
    holidays: Mapping[date, Holiday]
    swapped: frozenset[date]

    def kind(self, day: date) -> DayKind:
        """What a day is; UNPUBLISHED in a year whose arrangement is not out yet."""
        if day.year not in self.years:
            return DayKind.UNPUBLISHED
        if day in self.swapped:
            return DayKind.SWAPPED
        if day in self.holidays:
            return DayKind.HOLIDAY
        return DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WORKDAY

    def holiday(self, day: date) -> Holiday | None:
        """The holiday that a day belongs to."""
        return self.holidays.get(day)

    def between(self, start: date, end: date) -> int | None:
        """Working days after `start` up to and including `end`; 0 when `end` is not later, None when a year is not published."""
        count, day = 0, start
        while day < end:
            day += timedelta(days=1)
            kind = self.kind(day)
            if kind is DayKind.UNPUBLISHED:
                return None
            count += kind in (DayKind.WORKDAY, DayKind.SWAPPED)
        return count


def working_days(text: str) -> WorkingDays:
    """Read resources/data/working_days.json; ValueError when a worked day is no weekend day or is a holiday too."""
    holidays: dict[date, Holiday] = {}
    swapped: set[date] = set()
    years = json.loads(text)["years"]
    for year in years.values():
        for row in year["holidays"]:
            holiday = Holiday(row["zh"], row["en"], date.fromisoformat(row["from"]), date.fromisoformat(row["to"]))
            for offset in range((holiday.last - holiday.first).days + 1):
                holidays[holiday.first + timedelta(days=offset)] = holiday
        swapped.update(date.fromisoformat(day) for day in year["workdays"])
    wrong = sorted(day for day in swapped if day.weekday() < 5 or day in holidays)
    if wrong:
        raise ValueError(f"working_days.json: {wrong[0]} cannot be a weekend day worked instead")
    return WorkingDays(frozenset(int(year) for year in years), holidays, frozenset(swapped))
