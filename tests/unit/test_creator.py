"""Promises of the creator record: estimates as defined, unknown never zero, values compared as a person sees them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from xingtu_desktop.domain.creator import Audience, Creator, Share, TierAmounts, VideoTier, cpe_of, cpm_of, female_15_24_share
from xingtu_desktop.domain.creator_query import (
    FIELDS,
    AudienceTarget,
    CategoryFilter,
    CreatorQuery,
    Facet,
    Field,
    RangeFilter,
    audience_fit,
)
from xingtu_desktop.domain.facets import VALUE_OF, VALUES_OF, fit_of
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.domain.money import Fen

NOW = datetime(2026, 11, 20, tzinfo=UTC)
BLANK = Creator(author_id=AuthorId(7_000_000_000_000_000_001), nickname="小鹿", updated_at=NOW, source="目录")


def test_female_15_24_is_bands_18_23_and_a_seventh_of_24_30_times_female() -> None:
    audience = Audience(female=0.8, ages=(Share("18-23", 0.4), Share("24-30", 0.35)))
    assert female_15_24_share(replace(BLANK, audience=audience)) == pytest.approx((0.4 + 0.05) * 0.8)


@pytest.mark.parametrize(
    "audience",
    [
        Audience(),
        Audience(female=0.8),
        Audience(ages=(Share("18-23", 0.4), Share("24-30", 0.35))),
        Audience(female=0.8, ages=(Share("15-24", 0.5), Share("24-30", 0.1))),
    ],
)
def test_female_15_24_is_unknown_where_a_part_is(audience: Audience) -> None:
    assert female_15_24_share(replace(BLANK, audience=audience)) is None


def test_a_blank_creator_has_no_figure_but_its_age() -> None:
    known = {field for field, value in VALUE_OF.items() if value(BLANK) is not None}
    assert known == {Field.UPDATED_AT}
    assert {facet for facet, values in VALUES_OF.items() if values(BLANK)} == {Facet.SOURCE}


def test_cpm_is_the_sources_own_before_the_computed() -> None:
    creator = replace(BLANK, quotes=TierAmounts(from_21_to_60=Fen(2_800_000)), expected_plays=864_000, interaction_rate=0.05)
    assert cpm_of(creator, VideoTier.FROM_21_TO_60) == Fen(3_241)
    assert cpe_of(creator, VideoTier.FROM_21_TO_60) == Fen(65)
    assert cpm_of(creator, VideoTier.OVER_60) is None
    assert cpm_of(replace(creator, cpm=TierAmounts(from_21_to_60=Fen(3_000))), VideoTier.FROM_21_TO_60) == Fen(3_000)


@pytest.mark.parametrize("plays", [None, 0])
def test_cpm_without_expected_plays_is_unknown(plays: int | None) -> None:
    creator = replace(BLANK, quotes=TierAmounts(from_21_to_60=Fen(2_800_000)), expected_plays=plays)
    assert cpm_of(creator, VideoTier.FROM_21_TO_60) is None


def test_every_field_and_facet_has_a_value_rule_and_a_column() -> None:
    assert set(VALUE_OF) == set(FIELDS) == set(Field)
    assert set(VALUES_OF) == set(Facet)


def test_histogram_edges_rise_strictly() -> None:
    for spec in FIELDS.values():
        edges = spec.edges()
        assert list(edges) == sorted(set(edges)), spec.field


def test_a_bound_that_is_typed_meets_the_value_that_is_shown() -> None:
    spec = FIELDS[Field.FEMALE_15_24_SHARE]
    assert spec.stored(0.35) == spec.stored_low(0.35) == spec.stored_high(0.35) == 3_500
    assert spec.stored_low(0.35001) == 3_501
    assert FIELDS[Field.CPM_FROM_21_TO_60].shown(4_500) == Fen(4_500)
    assert FIELDS[Field.UPDATED_AT].shown(FIELDS[Field.UPDATED_AT].stored(NOW)) == NOW
    assert spec.stored(float("nan")) == spec.missing


def test_the_seed_query_can_be_said_and_is_a_value() -> None:
    def seed() -> CreatorQuery:
        query = CreatorQuery(sort=Field.CPM_FROM_21_TO_60, descending=False)
        query = query.with_range(RangeFilter(Field.FEMALE_15_24_SHARE, low=0.35))
        query = query.with_range(RangeFilter(Field.CITY_SECOND_SHARE, low=0.18))
        query = query.with_range(RangeFilter(Field.CPM_FROM_21_TO_60, high=Fen(4_500)))
        return query.with_category(CategoryFilter(Facet.CONTENT_SUBTYPE, frozenset({"护肤保养"})))

    assert seed() == seed()
    assert hash(seed()) == hash(seed())
    assert seed().active_filters == 4
    assert seed().with_range(RangeFilter(Field.CITY_SECOND_SHARE)).range_of(Field.CITY_SECOND_SHARE) is None


def test_audience_fit_caps_each_target_and_is_unknown_where_a_share_is() -> None:
    targets = (AudienceTarget(Field.FEMALE_SHARE, 0.5), AudienceTarget(Field.CITY_SECOND_SHARE, 0.2))
    assert audience_fit((0.9, 0.1), targets) == pytest.approx(75.0)
    assert audience_fit((0.9, None), targets) is None
    assert audience_fit((), ()) is None
    audience = Audience(female=0.25, city_tiers=(Share("二线", 0.4),))
    assert fit_of(replace(BLANK, audience=audience), targets) == pytest.approx(75.0)
