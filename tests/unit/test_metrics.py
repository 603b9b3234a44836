"""Figures come from raw counts: unknown stays unknown, sums add up, rates are never averaged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xingtu_desktop.domain import metrics
from xingtu_desktop.domain.metrics import Step
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.report import Counts

COUNTS = Counts(
    plays=1000, likes=30, comments=10, shares=10, complete_plays=310, exposures=2000, component_shows=800,
    component_clicks=16, store_visits=8, orders=4, payments=3, searches=5, gmv=Fen(60_000),
)  # fmt: skip


def test_each_formula_of_the_trade() -> None:
    cost = Fen(30_000)
    assert metrics.engagement_rate(COUNTS) == 0.05
    assert metrics.finish_rate(COUNTS) == 0.31
    assert metrics.component_click_rate(COUNTS) == 0.02
    assert metrics.search_rate(COUNTS) == 0.005
    assert metrics.cpm(cost, COUNTS) == Fen(30_000)
    assert metrics.cpe(cost, COUNTS) == Fen(600)
    assert metrics.cpc(cost, COUNTS) == Fen(1875)
    assert metrics.gpm(COUNTS) == Fen(60_000)
    assert metrics.roas(COUNTS, cost) == 2.0
    assert metrics.roi(COUNTS, cost, 6000) == pytest.approx(0.2)


def test_unknown_or_zero_gives_no_figure() -> None:
    empty = Counts()
    assert metrics.engagement_rate(empty) is None
    assert metrics.cpm(Fen(1), Counts(plays=0)) is None
    assert metrics.roi(COUNTS, Fen(1), None) is None
    assert metrics.roas(COUNTS, Fen(0)) is None


def test_the_rate_of_a_sum_is_not_the_mean_of_rates() -> None:
    big, small = Counts(plays=9000, complete_plays=900), Counts(plays=1000, complete_plays=900)
    assert metrics.finish_rate(metrics.add([big, small])) == 0.18


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**10)), max_size=12))
def test_a_sum_knows_what_any_part_knows(values: list[int | None]) -> None:
    known = [v for v in values if v is not None]
    assert metrics.add(Counts(plays=v) for v in values).plays == (sum(known) if known else None)


def test_engagement_is_a_side_branch_of_the_funnel() -> None:
    steps = {s.step: s for s in metrics.funnel(COUNTS)}
    assert steps[Step.COMPONENT_SHOWS].rate == 0.8
    assert (steps[Step.ENGAGEMENTS].rate, steps[Step.ENGAGEMENTS].branch) == (0.05, True)
    assert steps[Step.EXPOSURES].rate is None


def test_a_band_needs_four_values() -> None:
    assert metrics.percentile_band([1, 2, 3]) is None
    assert metrics.percentile_band([1, 2, 3, 4, 5]) == (2, 3, 4)
