"""What a search of creators asks and answers: fields, facets, filters, query, page, counts, loosenings.

A query is a frozen value: equal queries have equal answers within one generation of the index. Bounds are typed by the field: `Fen` for
money, aware `datetime` for instants, plain numbers for counts, ratios (0–1) and indexes (0–100). Ratios are compared at 0.01 %, indexes at
0.01, which is finer than any source; `FieldSpec.stored` is that rule, shared by the index and its reference in the tests.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.domain.money import Fen

Bound = int | float | Fen | datetime
"""A value in the unit of its field."""

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
"""Instants are stored as seconds after this, so that 32 bits reach 2088."""

_INT32_MAX = 2**31 - 2
_UINT16_MAX = 65534


class Field(StrEnum):
    """Every numeric column that can be filtered, sorted and drawn."""

    FOLLOWERS = "followers"
    GROWTH_15D = "growth_15d"
    GROWTH_30D = "growth_30d"
    QUOTE_UP_TO_20 = "quote_up_to_20"
    QUOTE_FROM_21_TO_60 = "quote_from_21_to_60"
    QUOTE_OVER_60 = "quote_over_60"
    CPM_UP_TO_20 = "cpm_up_to_20"
    CPM_FROM_21_TO_60 = "cpm_from_21_to_60"
    CPM_OVER_60 = "cpm_over_60"
    CPE_UP_TO_20 = "cpe_up_to_20"
    CPE_FROM_21_TO_60 = "cpe_from_21_to_60"
    CPE_OVER_60 = "cpe_over_60"
    EXPECTED_PLAYS = "expected_plays"
    MEDIAN_PLAYS = "median_plays"
    INTERACTION_RATE = "interaction_rate"
    FINISH_RATE = "finish_rate"
    HIT_RATE = "hit_rate"
    SEARCH_RATE = "search_rate"
    INDEX_SPREAD = "index_spread"
    INDEX_SEEDING = "index_seeding"
    INDEX_CONVERSION = "index_conversion"
    INDEX_VALUE = "index_value"
    INDEX_COOPERATION = "index_cooperation"
    INDEX_GROWTH = "index_growth"
    FEMALE_SHARE = "female_share"
    FEMALE_15_24_SHARE = "female_15_24_share"
    AGE_18_23_SHARE = "age_18_23_share"
    AGE_24_30_SHARE = "age_24_30_share"
    AGE_31_40_SHARE = "age_31_40_share"
    AGE_41_50_SHARE = "age_41_50_share"
    AGE_OVER_50_SHARE = "age_over_50_share"
    CITY_FIRST_SHARE = "city_first_share"
    CITY_NEW_FIRST_SHARE = "city_new_first_share"
    CITY_SECOND_SHARE = "city_second_share"
    CITY_THIRD_SHARE = "city_third_share"
    CITY_FOURTH_SHARE = "city_fourth_share"
    CITY_FIFTH_SHARE = "city_fifth_share"
    GROUP_MOTHERS_SHARE = "group_mothers_share"
    GROUP_SILVER_CITY_SHARE = "group_silver_city_share"
    GROUP_NEW_WHITE_COLLAR_SHARE = "group_new_white_collar_share"
    GROUP_SENIOR_MIDDLE_CLASS_SHARE = "group_senior_middle_class_share"
    GROUP_BLUE_COLLAR_SHARE = "group_blue_collar_share"
    GROUP_GEN_Z_SHARE = "group_gen_z_share"
    GROUP_SMALL_TOWN_OLDER_SHARE = "group_small_town_older_share"
    GROUP_SMALL_TOWN_YOUNG_SHARE = "group_small_town_young_share"
    ECOMMERCE_SCORE = "ecommerce_score"
    LAST_ACTIVE = "last_active"
    UPDATED_AT = "updated_at"


class Facet(StrEnum):
    """Every category that can be filtered and counted; the values are the texts of `Creator` (industries: the id as text)."""

    CONTENT_TYPE = "content_type"
    CONTENT_SUBTYPE = "content_subtype"
    THEME = "theme"
    INDUSTRY = "industry"
    GENDER = "gender"
    PROVINCE = "province"
    CITY = "city"
    CITY_TIER = "city_tier"
    MCN = "mcn"
    VERIFICATION = "verification"
    AVAILABILITY = "availability"
    ECOMMERCE = "ecommerce"
    ECOMMERCE_LEVEL = "ecommerce_level"
    SOURCE = "source"


MULTIPLE_VALUES = frozenset({Facet.CONTENT_TYPE, Facet.CONTENT_SUBTYPE, Facet.THEME, Facet.INDUSTRY})
"""Facets of which one creator may have several values; the counts of such a facet may add up to more than the total."""


class SortKey(StrEnum):
    """Orders that no single numeric column gives."""

    NICKNAME = "nickname"
    CONTENT_TYPE = "content_type"
    MCN = "mcn"
    CITY = "city"
    AUDIENCE_FIT = "audience_fit"


class Unit(StrEnum):
    """What the numbers of a field are, for formatters."""

    COUNT = "count"
    MONEY = "money"
    RATIO = "ratio"
    INDEX = "index"
    INSTANT = "instant"


class Scale(StrEnum):
    """How histogram bins and sliders are spaced."""

    LINEAR = "linear"
    LOG = "log"


_FACTORS = {Unit.COUNT: 1, Unit.MONEY: 1, Unit.RATIO: 10_000, Unit.INDEX: 100, Unit.INSTANT: 1}


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What a column is: unit, histogram grid (stored units) and whether its values are our estimates."""

    field: Field
    unit: Unit
    scale: Scale
    low: int
    high: int
    bins: int = 24
    estimate: bool = False

    @property
    def narrow(self) -> bool:
        """Whether 16 bits without sign hold every value (65535 stands for missing)."""
        return self.unit in (Unit.RATIO, Unit.INDEX)

    @property
    def missing(self) -> int:
        """The stored number that stands for "no source said"."""
        return 65535 if self.narrow else -(2**31)

    def _clamp(self, number: int) -> int:
        return min(max(number, 0), _UINT16_MAX) if self.narrow else min(max(number, -_INT32_MAX), _INT32_MAX)

    def _scaled(self, value: Bound) -> float:
        if isinstance(value, Fen):
            return value.value
        if isinstance(value, datetime):
            return (value - EPOCH).total_seconds()
        # Rounding first forgives the last binary digit: 0.35 × 10,000 is 3,500, not 3,499.9999.
        return round(value * _FACTORS[self.unit], 6)

    def stored(self, value: Bound | None) -> int:
        """The whole number that stands for a value in the index; `missing` for None and for what is no number."""
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            return self.missing
        return self._clamp(round(self._scaled(value)))

    def stored_low(self, value: Bound) -> int:
        """The smallest stored number that satisfies `>= value`."""
        scaled = self._scaled(value)
        return -_INT32_MAX if scaled == -math.inf else _INT32_MAX + 1 if scaled == math.inf else math.ceil(scaled)

    def stored_high(self, value: Bound) -> int:
        """The greatest stored number that satisfies `<= value`."""
        scaled = self._scaled(value)
        return _INT32_MAX if scaled == math.inf else -_INT32_MAX - 1 if scaled == -math.inf else math.floor(scaled)

    def shown(self, stored: int) -> Bound:
        """A stored number in the unit of the field: `Fen`, `datetime`, a count, a ratio 0–1 or an index 0–100."""
        if self.unit is Unit.MONEY:
            return Fen(stored)
        if self.unit is Unit.INSTANT:
            return EPOCH + timedelta(seconds=stored)
        return stored if self.unit is Unit.COUNT else stored / _FACTORS[self.unit]

    def edges(self) -> tuple[int, ...]:
        """The `bins + 1` edges of the histogram, stored units, rising; values outside fall into the first and last bin."""
        if self.scale is Scale.LOG:
            ratio = math.log(self.high / self.low)
            points = [round(self.low * math.exp(ratio * i / self.bins)) for i in range(self.bins + 1)]
        else:
            points = [round(self.low + (self.high - self.low) * i / self.bins) for i in range(self.bins + 1)]
        return tuple(points)


def _specs() -> Iterator[FieldSpec]:
    def spec(field: Field, unit: Unit, scale: Scale, low: int, high: int, estimate: bool = False) -> FieldSpec:
        return FieldSpec(field, unit, scale, low, high, estimate=estimate)

    yield spec(Field.FOLLOWERS, Unit.COUNT, Scale.LOG, 10_000, 20_000_000)
    yield spec(Field.GROWTH_15D, Unit.COUNT, Scale.LINEAR, -60_000, 180_000)
    yield spec(Field.GROWTH_30D, Unit.COUNT, Scale.LINEAR, -120_000, 360_000)
    for field in (Field.QUOTE_UP_TO_20, Field.QUOTE_FROM_21_TO_60, Field.QUOTE_OVER_60):
        yield spec(field, Unit.MONEY, Scale.LOG, 50_000, 100_000_000)
    for field in (Field.CPM_UP_TO_20, Field.CPM_FROM_21_TO_60, Field.CPM_OVER_60):
        yield spec(field, Unit.MONEY, Scale.LINEAR, 0, 12_000, estimate=True)
    for field in (Field.CPE_UP_TO_20, Field.CPE_FROM_21_TO_60, Field.CPE_OVER_60):
        yield spec(field, Unit.MONEY, Scale.LINEAR, 0, 1_200, estimate=True)
    yield spec(Field.EXPECTED_PLAYS, Unit.COUNT, Scale.LOG, 1_000, 20_000_000, estimate=True)
    yield spec(Field.MEDIAN_PLAYS, Unit.COUNT, Scale.LOG, 1_000, 20_000_000)
    yield spec(Field.INTERACTION_RATE, Unit.RATIO, Scale.LINEAR, 0, 2_400)
    yield spec(Field.FINISH_RATE, Unit.RATIO, Scale.LINEAR, 0, 7_200)
    yield spec(Field.HIT_RATE, Unit.RATIO, Scale.LINEAR, 0, 6_000)
    yield spec(Field.SEARCH_RATE, Unit.RATIO, Scale.LINEAR, 0, 480)
    for field in Field:
        if field.startswith("index_") or field is Field.ECOMMERCE_SCORE:
            yield spec(field, Unit.INDEX, Scale.LINEAR, 0, 10_000)
        elif field in (Field.FEMALE_SHARE, Field.FEMALE_15_24_SHARE):
            yield spec(field, Unit.RATIO, Scale.LINEAR, 0, 10_000, estimate=field is Field.FEMALE_15_24_SHARE)
        elif field.endswith("_share"):
            yield spec(field, Unit.RATIO, Scale.LINEAR, 0, 7_200)
    # 2024 to 2030 by quarters: instants are filtered by age, their histogram is only a rough orientation.
    for field in (Field.LAST_ACTIVE, Field.UPDATED_AT):
        yield spec(field, Unit.INSTANT, Scale.LINEAR, 126_230_400, 315_619_200)


FIELDS: MappingProxyType[Field, FieldSpec] = MappingProxyType({spec.field: spec for spec in _specs()})
"""The registry of columns that table columns, filters and histograms refer to."""


@dataclass(frozen=True, slots=True)
class RangeFilter:
    """`low <= value <= high`; None is open. A missing value passes only with `include_missing`."""

    field: Field
    low: Bound | None = None
    high: Bound | None = None
    include_missing: bool = False


@dataclass(frozen=True, slots=True)
class CategoryFilter:
    """Any of the values (or, negated, none of them). A creator without a known value passes only with `include_missing`."""

    facet: Facet
    values: frozenset[str]
    negate: bool = False
    include_missing: bool = False


@dataclass(frozen=True, slots=True)
class MembershipFilter:
    """Only creators of a shortlist (or, negated, none of it)."""

    author_ids: frozenset[AuthorId]
    negate: bool = False


@dataclass(frozen=True, slots=True)
class AudienceTarget:
    """A group that the audience should reach: `share` is the ratio 0–1 at which it counts as fully met."""

    field: Field
    share: float


@dataclass(frozen=True, slots=True)
class CreatorQuery:
    """What to find and in which order.

    All filters hold together; a field or facet appears at most once. `text` is found anywhere in nickname, Douyin id or bio, whatever the
    case of Latin letters. Missing values sort last in both directions; ties go by author id in the direction of the sort.
    `targets` give the audience fit; without any, sorting by it leaves the order of ids.
    """

    text: str = ""
    ranges: tuple[RangeFilter, ...] = ()
    categories: tuple[CategoryFilter, ...] = ()
    membership: MembershipFilter | None = None
    targets: tuple[AudienceTarget, ...] = ()
    sort: Field | SortKey = Field.FOLLOWERS
    descending: bool = True

    def with_range(self, wanted: RangeFilter) -> CreatorQuery:
        """The same with this range in place of the field's former one; an open range takes it away."""
        kept = tuple(r for r in self.ranges if r.field is not wanted.field)
        open_range = wanted.low is None and wanted.high is None
        return replace(self, ranges=kept if open_range else (*kept, wanted))

    def with_category(self, wanted: CategoryFilter) -> CreatorQuery:
        """The same with this filter in place of the facet's former one; no values take it away."""
        kept = tuple(c for c in self.categories if c.facet is not wanted.facet)
        return replace(self, categories=(*kept, wanted) if wanted.values else kept)

    def range_of(self, field: Field) -> RangeFilter | None:
        """The active range of a field."""
        return next((r for r in self.ranges if r.field is field), None)

    def category_of(self, facet: Facet) -> CategoryFilter | None:
        """The active filter of a facet."""
        return next((c for c in self.categories if c.facet is facet), None)

    @property
    def active_filters(self) -> int:
        """How many conditions are on."""
        return len(self.ranges) + len(self.categories) + (self.membership is not None) + bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A window of the answer: `author_ids` from `offset` on, `total` of the whole answer, `catalogue` creators searched."""

    query: CreatorQuery
    total: int
    catalogue: int
    offset: int
    author_ids: tuple[AuthorId, ...]
    generation: int
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class CategoryCounts:
    """How many creators each value would match, this facet's own filter ignored; greatest first, `missing` have no known value."""

    facet: Facet
    counts: tuple[tuple[str, int], ...]
    missing: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts between `edges` (one more than counts), this field's own filter ignored; outer bins hold what lies beyond.

    `minimum` and `maximum` are those of the whole catalogue (None when no creator has a value); `missing` follows the filters.
    """

    field: Field
    edges: tuple[Bound, ...]
    counts: tuple[int, ...]
    minimum: Bound | None
    maximum: Bound | None
    missing: int


@dataclass(frozen=True, slots=True)
class FacetResult:
    """The counts that go with a query."""

    total: int
    categories: tuple[CategoryCounts, ...]
    histograms: tuple[Histogram, ...]
    generation: int
    elapsed_ms: float

    def category(self, facet: Facet) -> CategoryCounts | None:
        """The counts of one facet, if asked for."""
        return next((c for c in self.categories if c.facet is facet), None)

    def histogram(self, field: Field) -> Histogram | None:
        """The histogram of one field, if asked for."""
        return next((h for h in self.histograms if h.field is field), None)


@dataclass(frozen=True, slots=True)
class FacetRequest:
    """Which counts a view shows; `most` bounds the values listed a facet (the greatest counts)."""

    facets: tuple[Facet, ...] = ()
    fields: tuple[Field, ...] = ()
    most: int = 200


@dataclass(frozen=True, slots=True)
class Loosening:
    """One condition made wider, the others unchanged.

    `before` and `after` are the condition as it is and as it would be (`after` None: dropped); `query` is ready to run and finds `count`.
    """

    before: RangeFilter | CategoryFilter | MembershipFilter | str
    after: RangeFilter | CategoryFilter | str | None
    query: CreatorQuery
    count: int


@dataclass(frozen=True, slots=True)
class Similar:
    """A look-alike: `likeness` is the cosine of the normalised figures, −1 to 1."""

    author_id: AuthorId
    likeness: float


@dataclass(frozen=True, slots=True)
class Percentile:
    """Where a value stands among creators of a type (None: among all).

    `below` is the share (0–1) of the `sample` with a smaller value; quartiles are in the unit of the field. None where nobody has a value.
    """

    field: Field
    content_type: str | None
    sample: int
    below: float | None
    p25: Bound | None
    p50: Bound | None
    p75: Bound | None


def audience_fit(shares: tuple[float | None, ...], targets: tuple[AudienceTarget, ...]) -> float | None:
    """Audience fit 契合, 0–100: the mean of min(share ÷ target, 1) over the targets; None without targets or where a share is missing.

    `shares` are the creator's, in the order of the targets.
    """
    known = [(share, target.share) for share, target in zip(shares, targets, strict=True) if share is not None]
    if not targets or len(known) < len(targets):
        return None
    parts = [min(share / wanted, 1.0) if wanted > 0 else 1.0 for share, wanted in known]
    return 100 * sum(parts) / len(parts)
