"""How a creator's record gives the value of every field and facet that can be searched."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from xingtu_desktop.domain.creator import (
    AgeBand,
    AudienceGroup,
    CityTier,
    Creator,
    VideoTier,
    cpe_of,
    cpm_of,
    female_15_24_share,
    share_of,
)
from xingtu_desktop.domain.creator_query import AudienceTarget, Bound, Facet, Field, audience_fit


def _age(band: AgeBand) -> Callable[[Creator], Bound | None]:
    return lambda creator: share_of(creator.audience.ages, band)


def _tier(tier: CityTier) -> Callable[[Creator], Bound | None]:
    return lambda creator: share_of(creator.audience.city_tiers, tier)


def _group(group: AudienceGroup) -> Callable[[Creator], Bound | None]:
    return lambda creator: share_of(creator.audience.groups, group)


VALUE_OF: MappingProxyType[Field, Callable[[Creator], Bound | None]] = MappingProxyType(
    {
        Field.FOLLOWERS: lambda c: c.followers,
        Field.GROWTH_15D: lambda c: c.growth_15d,
        Field.GROWTH_30D: lambda c: c.growth_30d,
        Field.QUOTE_UP_TO_20: lambda c: c.quotes.up_to_20,
        Field.QUOTE_FROM_21_TO_60: lambda c: c.quotes.from_21_to_60,
        Field.QUOTE_OVER_60: lambda c: c.quotes.over_60,
        Field.CPM_UP_TO_20: lambda c: cpm_of(c, VideoTier.UP_TO_20),
        Field.CPM_FROM_21_TO_60: lambda c: cpm_of(c, VideoTier.FROM_21_TO_60),
        Field.CPM_OVER_60: lambda c: cpm_of(c, VideoTier.OVER_60),
        Field.CPE_UP_TO_20: lambda c: cpe_of(c, VideoTier.UP_TO_20),
        Field.CPE_FROM_21_TO_60: lambda c: cpe_of(c, VideoTier.FROM_21_TO_60),
        Field.CPE_OVER_60: lambda c: cpe_of(c, VideoTier.OVER_60),
        Field.EXPECTED_PLAYS: lambda c: c.expected_plays,
        Field.MEDIAN_PLAYS: lambda c: c.median_plays,
        Field.INTERACTION_RATE: lambda c: c.interaction_rate,
        Field.FINISH_RATE: lambda c: c.finish_rate,
        Field.HIT_RATE: lambda c: c.hit_rate,
        Field.SEARCH_RATE: lambda c: c.search_rate,
        Field.INDEX_SPREAD: lambda c: c.indexes.spread,
        Field.INDEX_SEEDING: lambda c: c.indexes.seeding,
        Field.INDEX_CONVERSION: lambda c: c.indexes.conversion,
        Field.INDEX_VALUE: lambda c: c.indexes.value,
        Field.INDEX_COOPERATION: lambda c: c.indexes.cooperation,
        Field.INDEX_GROWTH: lambda c: c.indexes.growth,
        Field.FEMALE_SHARE: lambda c: c.audience.female,
        Field.FEMALE_15_24_SHARE: female_15_24_share,
        Field.AGE_18_23_SHARE: _age(AgeBand.FROM_18_TO_23),
        Field.AGE_24_30_SHARE: _age(AgeBand.FROM_24_TO_30),
        Field.AGE_31_40_SHARE: _age(AgeBand.FROM_31_TO_40),
        Field.AGE_41_50_SHARE: _age(AgeBand.FROM_41_TO_50),
        Field.AGE_OVER_50_SHARE: _age(AgeBand.OVER_50),
        Field.CITY_FIRST_SHARE: _tier(CityTier.FIRST),
        Field.CITY_NEW_FIRST_SHARE: _tier(CityTier.NEW_FIRST),
        Field.CITY_SECOND_SHARE: _tier(CityTier.SECOND),
        Field.CITY_THIRD_SHARE: _tier(CityTier.THIRD),
        Field.CITY_FOURTH_SHARE: _tier(CityTier.FOURTH),
        Field.CITY_FIFTH_SHARE: _tier(CityTier.FIFTH),
        Field.GROUP_MOTHERS_SHARE: _group(AudienceGroup.MOTHERS),
        Field.GROUP_SILVER_CITY_SHARE: _group(AudienceGroup.SILVER_CITY),
        Field.GROUP_NEW_WHITE_COLLAR_SHARE: _group(AudienceGroup.NEW_WHITE_COLLAR),
        Field.GROUP_SENIOR_MIDDLE_CLASS_SHARE: _group(AudienceGroup.SENIOR_MIDDLE_CLASS),
        Field.GROUP_BLUE_COLLAR_SHARE: _group(AudienceGroup.BLUE_COLLAR),
        Field.GROUP_GEN_Z_SHARE: _group(AudienceGroup.GEN_Z),
        Field.GROUP_SMALL_TOWN_OLDER_SHARE: _group(AudienceGroup.SMALL_TOWN_OLDER),
        Field.GROUP_SMALL_TOWN_YOUNG_SHARE: _group(AudienceGroup.SMALL_TOWN_YOUNG),
        Field.ECOMMERCE_SCORE: lambda c: c.ecommerce.score,
        Field.LAST_ACTIVE: lambda c: c.last_active,
        Field.UPDATED_AT: lambda c: c.updated_at,
    }
)
"""The value of each field, None where no source said."""


def _one(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)


def _selling(creator: Creator) -> tuple[str, ...]:
    enabled = creator.ecommerce.enabled
    return () if enabled is None else ("yes" if enabled else "no",)


VALUES_OF: MappingProxyType[Facet, Callable[[Creator], tuple[str, ...]]] = MappingProxyType(
    {
        Facet.CONTENT_TYPE: lambda c: c.content_types,
        Facet.CONTENT_SUBTYPE: lambda c: c.content_subtypes,
        Facet.THEME: lambda c: c.themes,
        Facet.INDUSTRY: lambda c: tuple(str(industry) for industry in c.industries),
        Facet.GENDER: lambda c: _one(c.gender),
        Facet.PROVINCE: lambda c: _one(c.province),
        Facet.CITY: lambda c: _one(c.city),
        Facet.CITY_TIER: lambda c: _one(c.city_tier),
        Facet.MCN: lambda c: _one(c.mcn),
        Facet.VERIFICATION: lambda c: _one(c.verification),
        Facet.AVAILABILITY: lambda c: _one(c.availability),
        Facet.ECOMMERCE: _selling,
        Facet.ECOMMERCE_LEVEL: lambda c: _one(c.ecommerce.level),
        Facet.SOURCE: lambda c: _one(c.source),
    }
)
"""The known values of each facet, empty where no source said; e-commerce answers "yes" or "no", industries their id as text."""


def searchable_text(creator: Creator) -> str:
    """What text search looks through: nickname, Douyin id and bio, apart by a line feed that no term holds."""
    return "\n".join((creator.nickname, creator.douyin_id or "", creator.bio))


def fit_of(creator: Creator, targets: tuple[AudienceTarget, ...]) -> float | None:
    """The creator's audience fit 契合, 0–100 (`audience_fit`)."""
    shares: list[float | None] = []
    for target in targets:
        value = VALUE_OF[target.field](creator)
        shares.append(value if isinstance(value, (int, float)) else None)
    return audience_fit(tuple(shares), targets)
