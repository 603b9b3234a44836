"""The pre-flight blocks what the platform or sense would refuse, and its sum is what the operator confirms."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xingtu_desktop.core import resources
from xingtu_desktop.domain.creator import Availability, Creator, TierAmounts, Verification, VideoTier
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.domain.money import ZERO, Fen, total
from xingtu_desktop.domain.preflight import Check, FeeRate, Mark, Row, Rules, check_row, fee_rates, make_plan, rate_on

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
RATE = FeeRate(date(2025, 1, 1), 500)
TIER = VideoTier.FROM_21_TO_60
CREATOR = Creator(
    AuthorId(1),
    "小鹿",
    NOW,
    "feed",
    followers=864_000,
    quotes=TierAmounts(from_21_to_60=Fen(1_200_000)),
    availability=Availability.OPEN,
    verification=Verification.PERSONAL,
)


def row(creator: Creator = CREATOR, **changes: object) -> Row:
    facts: dict[str, object] = {"quoted_at": NOW - timedelta(days=3), "last_paid": None, "has_open_order": False, **changes}
    return check_row(creator, TIER, now=NOW, rate=RATE, rules=Rules(), **facts)  # type: ignore[arg-type]


def test_a_sound_row_has_no_remarks_and_its_fee_is_estimated() -> None:
    checked = row()
    assert (checked.remarks, checked.fee, checked.subtotal) == ((), Fen(60_000), Fen(1_260_000))


@pytest.mark.parametrize(
    ("checked", "check", "mark", "code"),
    [
        (row(replace(CREATOR, quotes=TierAmounts())), Check.PRICE, Mark.BLOCKED, "no_quote"),
        (row(replace(CREATOR, quotes=TierAmounts(up_to_20=Fen(5)))), Check.PRICE, Mark.BLOCKED, "only_other_tier"),
        (row(quoted_at=NOW - timedelta(days=92)), Check.PRICE, Mark.BLOCKED, "quote_too_old"),
        (row(quoted_at=NOW - timedelta(days=40)), Check.PRICE, Mark.WARN, "quote_old"),
        (row(last_paid=Fen(1_000_000)), Check.PRICE, Mark.WARN, "price_rose"),
        (row(replace(CREATOR, availability=Availability.CLOSED)), Check.SLOT, Mark.BLOCKED, "closed"),
        (row(replace(CREATOR, availability=Availability.BUSY)), Check.SLOT, Mark.WARN, "busy"),
        (row(replace(CREATOR, verification=Verification.NONE)), Check.VERIFICATION, Mark.WARN, "not_verified"),
        (row(replace(CREATOR, verification=None)), Check.VERIFICATION, Mark.WARN, "verification_unknown"),
        (row(has_open_order=True), Check.PLATFORM, Mark.BLOCKED, "open_order"),
    ],
)
def test_each_check_says_why(checked: Row, check: Check, mark: Mark, code: str) -> None:
    assert [(r.check, r.mark, r.code) for r in checked.remarks] == [(check, mark, code)]
    assert checked.mark(check) is mark
    assert checked.blocked is (mark is Mark.BLOCKED)


@given(st.lists(st.tuples(st.integers(1, 10**7), st.booleans()), max_size=180))
def test_requests_hold_at_most_fifty_and_the_sum_is_theirs(facts: list[tuple[int, bool]]) -> None:
    rows = [
        row(replace(CREATOR, author_id=AuthorId(i), quotes=TierAmounts(from_21_to_60=Fen(fen))), has_open_order=blocked)
        for i, (fen, blocked) in enumerate(facts)
    ]
    plan = make_plan(rows, tag_group="K7F2", rate=RATE, now=NOW, balance=None, budget=None, budget_used=ZERO)
    assert all(1 <= len(request.rows) <= 50 for request in plan.requests)
    assert [request.tag for request in plan.requests] == [f"#K7F2-{i + 1}" for i in range(len(plan.requests))]
    assert plan.orders + len(plan.blocked) == len(rows)
    assert plan.at_most == total(r.subtotal for r in rows if not r.blocked and r.subtotal is not None)


def test_a_creator_named_twice_is_ordered_once() -> None:
    plan = make_plan([row(), row()], tag_group="A", rate=RATE, now=NOW, balance=None, budget=None, budget_used=ZERO)
    assert plan.orders == 1


def test_balance_and_cap_tell_by_how_much_they_are_exceeded() -> None:
    plan = make_plan(
        [row()], tag_group="A", rate=RATE, now=NOW, balance=(Fen(1_000_000), NOW), budget=Fen(2_000_000), budget_used=Fen(900_000)
    )
    assert (plan.over_balance, plan.over_budget) == (Fen(260_000), Fen(160_000))


def test_the_dated_fee_table_is_readable_and_picks_the_rate_of_the_day() -> None:
    assert fee_rates(resources.text("data", "fee_rates.json"))
    rates = (FeeRate(date(2025, 1, 1), 500), FeeRate(date(2026, 6, 1), 400))
    assert rate_on(rates, date(2026, 5, 31)).basis_points == 500
    assert rate_on(rates, date(2026, 6, 1)).basis_points == 400
