"""Owns the promises of the counts behind every report: exact sums, no fall, order of the funnel, T+1, decay and drift."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xingtu_desktop.sandbox.figures import Counts, Published, beijing_day, daily, day_text, midnight, settled, totals_at

NOON = 1_795_310_400
DAY = 86_400

videos = st.builds(
    Published,
    seed=st.integers(0, 50),
    order_id=st.integers(1, 10**18),
    published=st.integers(NOON - 60 * DAY, NOON),
    expected_plays=st.integers(1_500, 30_000_000),
    interact_rate=st.floats(0.003, 0.25),
    finish_rate=st.floats(0.05, 0.9),
    search_rate=st.floats(0, 0.06),
    ad_fen=st.sampled_from([0, 0, 500_000]),
    component=st.booleans(),
    sells=st.booleans(),
)


@settings(max_examples=25, deadline=None)
@given(videos, st.integers(0, 70 * DAY))
def test_days_add_up_to_the_total_exactly_and_nothing_ever_falls(video: Published, later: int) -> None:
    now = video.published + later
    total = settled(video, now)
    days = daily(video, 0, 10**6, now)
    added = sum((counts for _, counts in days), Counts())
    assert added == (total or Counts())
    for _, counts in days:
        assert all(value >= 0 for value in dataclasses.astuple(counts))
    assert [day for day, _ in days] == list(range(beijing_day(video.published), beijing_day(now)))


@settings(max_examples=40, deadline=None)
@given(videos, st.integers(0, 60 * DAY))
def test_the_funnel_narrows_at_every_instant(video: Published, later: int) -> None:
    counts = totals_at(video, video.published + later)
    steps = [counts.plays, counts.shows, counts.clicks, counts.visits, counts.orders, counts.payments, counts.refunds]
    assert steps == sorted(steps, reverse=True)
    assert counts.finishes <= counts.valid_plays <= counts.plays
    assert max(counts.ad_plays, counts.likes, counts.comments, counts.shares, counts.searches) <= counts.plays


def a_video(**changes: object) -> Published:
    video = Published(7, 99, NOON, 500_000, 0.05, 0.25, 0.004)
    return dataclasses.replace(video, **changes)  # type: ignore[arg-type]


def test_reports_see_nothing_of_the_running_beijing_day() -> None:
    video = a_video()
    midnight_after = midnight(beijing_day(NOON) + 1)
    assert settled(video, NOON) is None
    assert settled(video, midnight_after - 1) is None
    first = settled(video, midnight_after)
    assert first is not None
    assert first == settled(video, midnight_after + DAY - 1)
    assert totals_at(video, midnight_after + 3600).plays > first.plays, "the live figures go on"
    assert totals_at(video, NOON) == Counts()


def test_growth_decays_within_45_days_and_keeps_drifting() -> None:
    video = a_video()
    plays = [totals_at(video, NOON + day * DAY).plays for day in (0, 1, 10, 45, 60)]
    gains = [after - before for before, after in itertools.pairwise(plays)]
    assert gains[0] > gains[1] / 4
    assert gains[2] < gains[1]
    assert 0 < gains[3] < 0.03 * plays[-1]


def test_advertising_adds_plays_and_says_how_many() -> None:
    plain, boosted = totals_at(a_video(), NOON + 20 * DAY), totals_at(a_video(ad_fen=2_500_000), NOON + 20 * DAY)
    assert boosted.ad_plays == 1_000_000
    assert boosted.plays == plain.plays + boosted.ad_plays


def test_a_video_without_a_component_has_no_funnel() -> None:
    counts = totals_at(a_video(component=False), NOON + 20 * DAY)
    assert (counts.shows, counts.clicks, counts.orders, counts.gmv_fen) == (0, 0, 0, 0)
    assert counts.plays > 0


def test_figures_follow_from_seed_and_order_alone() -> None:
    assert totals_at(a_video(), NOON + DAY) == totals_at(a_video(), NOON + DAY)
    assert totals_at(a_video(), NOON + DAY) != totals_at(a_video(seed=8), NOON + DAY)
    assert totals_at(a_video(), NOON + DAY) != totals_at(a_video(order_id=100), NOON + DAY)


@pytest.mark.parametrize(("unix", "text"), [(1_795_276_799, "2026-11-21"), (1_795_276_800, "2026-11-22")])
def test_a_day_begins_at_midnight_in_beijing(unix: int, text: str) -> None:
    assert day_text(beijing_day(unix)) == text
