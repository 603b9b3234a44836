"""Hypothesis strategies for creators and queries: few values, many ties, many gaps."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from hypothesis import strategies as st

from xingtu_desktop.domain.creator import (
    AgeBand,
    Audience,
    Availability,
    CityTier,
    Creator,
    Ecommerce,
    Gender,
    Indexes,
    Share,
    TierAmounts,
    Verification,
)
from xingtu_desktop.domain.creator_query import (
    FIELDS,
    AudienceTarget,
    Bound,
    CategoryFilter,
    CreatorQuery,
    Facet,
    Field,
    MembershipFilter,
    RangeFilter,
    SortKey,
    Unit,
)
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.domain.money import Fen

T = TypeVar("T")

TYPES = ("美妆", "时尚", "美食", "测评")
SUBTYPES = ("护肤保养", "妆容展示", "探店")
THEMES = ("淡妆教程", "日常穿搭", "宝宝辅食")
PLACES = ("浙江", "广东")
ALPHABET = "护肤美妆小鹿aBßÉ1🦌 "
IDS = tuple(AuthorId(7_000_000_000_000_000_000 + n * 7919 % 97) for n in range(60))
SHARES = (0.0, 0.1, 0.18, 0.35, 0.3501, 0.7, 1.0)
COUNTS = (0, 1, 9_999, 10_000, 250_000, 3_000_000_000, -5_000)
MONEY = tuple(Fen(value) for value in (0, 1, 4_500, 4_501, 2_800_000, 9_000_000_000))
INDEXES = (0.0, 50.0, 77.25, 100.0)
MOMENTS = tuple(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days) for days in range(-800, 900, 100))


def maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | strategy


class _Maker:
    """Makes creators from a seed: drawing each of fifty figures from hypothesis would take most of the time of the tests."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def maybe(self, values: Sequence[T]) -> T | None:
        return self.random.choice(values) if self.random.random() < 0.75 else None

    def some(self, values: Sequence[T]) -> tuple[T, ...]:
        return tuple(self.random.choices(values, k=self.random.randrange(4)))

    def text(self) -> str:
        return "".join(self.random.choices(ALPHABET, k=self.random.randrange(9)))

    def amounts(self) -> TierAmounts:
        return TierAmounts(self.maybe(MONEY), self.maybe(MONEY), self.maybe(MONEY))

    def parts(self, keys: Sequence[str]) -> tuple[Share, ...]:
        return tuple(Share(key, self.random.choice(SHARES)) for key in keys if self.random.random() < 0.6)

    def creator(self) -> Creator:
        choice, maybe, some = self.random.choice, self.maybe, self.some
        return Creator(
            author_id=choice(IDS),
            nickname=self.text(),
            updated_at=choice(MOMENTS),
            source=choice(("目录", "导入")),
            bio=self.text(),
            douyin_id=maybe(("xiaolu", "XiaoLu2")),
            gender=maybe(tuple(Gender)),
            province=maybe(PLACES),
            city=maybe(("杭州", "广州", "深圳")),
            city_tier=maybe(tuple(CityTier)),
            mcn=maybe(("", "青禾传媒", "微光互娱")),
            content_types=some(TYPES),
            content_subtypes=some(SUBTYPES),
            themes=some(THEMES),
            industries=some((1930, 1933)),
            verification=maybe(tuple(Verification)),
            availability=maybe(tuple(Availability)),
            followers=maybe(COUNTS),
            growth_15d=maybe(COUNTS),
            quotes=self.amounts(),
            expected_plays=maybe(COUNTS),
            interaction_rate=maybe(SHARES),
            hit_rate=maybe(SHARES),
            cpm=self.amounts(),
            indexes=Indexes(maybe(INDEXES), maybe(INDEXES)),
            audience=Audience(maybe(SHARES), maybe(SHARES), self.parts(tuple(AgeBand)), self.parts(tuple(CityTier))),
            ecommerce=Ecommerce(maybe((True, False)), maybe(("L1", "L2"))),
            last_active=maybe(MOMENTS),
        )


def make_creators(seed: int, size: int) -> list[Creator]:
    maker = _Maker(seed)
    return list({made.author_id: made for made in (maker.creator() for _ in range(size))}.values())


CATALOGUES = st.builds(make_creators, st.integers(0, 10**9), st.integers(0, 60))
CHANGES = st.tuples(st.builds(make_creators, st.integers(0, 10**9), st.integers(0, 8)), st.lists(st.sampled_from(IDS), max_size=4))

_RANGED = (
    Field.FOLLOWERS,
    Field.GROWTH_15D,
    Field.QUOTE_FROM_21_TO_60,
    Field.CPM_FROM_21_TO_60,
    Field.INTERACTION_RATE,
    Field.FEMALE_15_24_SHARE,
    Field.CITY_SECOND_SHARE,
    Field.INDEX_SPREAD,
    Field.UPDATED_AT,
)
_VALUES = {
    Facet.CONTENT_TYPE: TYPES,
    Facet.CONTENT_SUBTYPE: SUBTYPES,
    Facet.THEME: THEMES,
    Facet.INDUSTRY: ("1930", "1933"),
    Facet.PROVINCE: PLACES,
    Facet.MCN: ("", "青禾传媒"),
    Facet.ECOMMERCE: ("yes", "no"),
    Facet.VERIFICATION: tuple(Verification),
}


@st.composite
def ranges(draw: st.DrawFn) -> RangeFilter:
    field = draw(st.sampled_from(_RANGED))
    unit = FIELDS[field].unit
    bounds: dict[Unit, tuple[Bound, ...]] = {Unit.MONEY: MONEY, Unit.INSTANT: MOMENTS, Unit.COUNT: COUNTS, Unit.RATIO: SHARES}
    bound = maybe(st.sampled_from(bounds.get(unit, INDEXES)))
    return RangeFilter(field, draw(bound), draw(bound), draw(st.booleans()))


@st.composite
def categories(draw: st.DrawFn) -> CategoryFilter:
    facet = draw(st.sampled_from(sorted(_VALUES)))
    values = draw(st.frozensets(st.sampled_from((*_VALUES[facet], "nobody's")), min_size=1))
    return CategoryFilter(facet, values, draw(st.booleans()), draw(st.booleans()))


SORTS = st.sampled_from(_RANGED) | st.sampled_from(SortKey)
TARGET_FIELDS = (Field.FEMALE_SHARE, Field.CITY_SECOND_SHARE, Field.AGE_18_23_SHARE)
TARGETS = st.lists(
    st.builds(AudienceTarget, st.sampled_from(TARGET_FIELDS), st.sampled_from(SHARES)),
    max_size=2,
).map(tuple)
QUERIES = st.builds(
    CreatorQuery,
    text=st.just("") | st.text(alphabet="护肤美妆小鹿AbßÉ1 ", max_size=4),
    ranges=st.lists(ranges(), max_size=2, unique_by=lambda r: r.field).map(tuple),
    categories=st.lists(categories(), max_size=2, unique_by=lambda c: c.facet).map(tuple),
    membership=maybe(st.builds(MembershipFilter, st.frozensets(st.sampled_from(IDS), max_size=20), st.booleans())),
    targets=TARGETS,
    sort=SORTS,
    descending=st.booleans(),
)
