"""Names of fields, facets and their values, and how a bound or a filter reads on a chip."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from xingtu_desktop.domain.creator import Availability, Creator, Gender, Verification, VideoTier
from xingtu_desktop.domain.creator_query import FIELDS, Bound, CategoryFilter, Facet, Field, RangeFilter, Unit
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.ui.creators.industries import INDUSTRIES
from xingtu_desktop.ui.formats import UNKNOWN
from xingtu_desktop.ui.i18n import Message, formats, tr

_CPM_FIELDS: Final = frozenset(field for field in Field if field.startswith(("cpm_", "cpe_")))

FIELD_NAMES: Final[dict[Field, Message]] = {
    Field.FOLLOWERS: Message("creators", "Followers"),
    Field.GROWTH_15D: Message("creators", "Growth 15 days"),
    Field.GROWTH_30D: Message("creators", "Growth 30 days"),
    Field.QUOTE_UP_TO_20: Message("creators", "Quote 1–20 s"),
    Field.QUOTE_FROM_21_TO_60: Message("creators", "Quote 21–60 s"),
    Field.QUOTE_OVER_60: Message("creators", "Quote over 60 s"),
    Field.CPM_UP_TO_20: Message("creators", "CPM 1–20 s"),
    Field.CPM_FROM_21_TO_60: Message("creators", "CPM 21–60 s"),
    Field.CPM_OVER_60: Message("creators", "CPM over 60 s"),
    Field.CPE_UP_TO_20: Message("creators", "CPE 1–20 s"),
    Field.CPE_FROM_21_TO_60: Message("creators", "CPE 21–60 s"),
    Field.CPE_OVER_60: Message("creators", "CPE over 60 s"),
    Field.EXPECTED_PLAYS: Message("creators", "Expected plays"),
    Field.MEDIAN_PLAYS: Message("creators", "Median plays"),
    Field.INTERACTION_RATE: Message("creators", "Interaction rate"),
    Field.FINISH_RATE: Message("creators", "Finish rate"),
    Field.HIT_RATE: Message("creators", "Hit rate"),
    Field.SEARCH_RATE: Message("creators", "Search rate"),
    Field.INDEX_SPREAD: Message("creators", "Spread"),
    Field.INDEX_SEEDING: Message("creators", "Seeding"),
    Field.INDEX_CONVERSION: Message("creators", "Conversion"),
    Field.INDEX_VALUE: Message("creators", "Value"),
    Field.INDEX_COOPERATION: Message("creators", "Cooperation"),
    Field.INDEX_GROWTH: Message("creators", "Growth"),
    Field.FEMALE_SHARE: Message("creators", "Female share"),
    Field.FEMALE_15_24_SHARE: Message("creators", "Female 15–24"),
    Field.AGE_18_23_SHARE: Message("creators", "Age 18–23"),
    Field.AGE_24_30_SHARE: Message("creators", "Age 24–30"),
    Field.AGE_31_40_SHARE: Message("creators", "Age 31–40"),
    Field.AGE_41_50_SHARE: Message("creators", "Age 41–50"),
    Field.AGE_OVER_50_SHARE: Message("creators", "Age over 50"),
    Field.CITY_FIRST_SHARE: Message("creators", "Tier 1 cities"),
    Field.CITY_NEW_FIRST_SHARE: Message("creators", "New tier 1 cities"),
    Field.CITY_SECOND_SHARE: Message("creators", "Tier 2 cities"),
    Field.CITY_THIRD_SHARE: Message("creators", "Tier 3 cities"),
    Field.CITY_FOURTH_SHARE: Message("creators", "Tier 4 cities"),
    Field.CITY_FIFTH_SHARE: Message("creators", "Tier 5 cities"),
    Field.GROUP_MOTHERS_SHARE: Message("creators", "Refined mothers"),
    Field.GROUP_SILVER_CITY_SHARE: Message("creators", "Urban silver"),
    Field.GROUP_NEW_WHITE_COLLAR_SHARE: Message("creators", "New white collar"),
    Field.GROUP_SENIOR_MIDDLE_CLASS_SHARE: Message("creators", "Senior middle class"),
    Field.GROUP_BLUE_COLLAR_SHARE: Message("creators", "Urban blue collar"),
    Field.GROUP_GEN_Z_SHARE: Message("creators", "Generation Z"),
    Field.GROUP_SMALL_TOWN_OLDER_SHARE: Message("creators", "Small town, older"),
    Field.GROUP_SMALL_TOWN_YOUNG_SHARE: Message("creators", "Small town, young"),
    Field.ECOMMERCE_SCORE: Message("creators", "Selling score"),
    Field.LAST_ACTIVE: Message("creators", "Last active"),
    Field.UPDATED_AT: Message("creators", "Data updated"),
}

FACET_NAMES: Final[dict[Facet, Message]] = {
    Facet.CONTENT_TYPE: Message("creators", "Content type"),
    Facet.CONTENT_SUBTYPE: Message("creators", "Second-level type"),
    Facet.THEME: Message("creators", "Theme"),
    Facet.INDUSTRY: Message("creators", "Industry"),
    Facet.GENDER: Message("creators", "Creator's gender"),
    Facet.PROVINCE: Message("creators", "Province"),
    Facet.CITY: Message("creators", "City"),
    Facet.CITY_TIER: Message("creators", "City tier of the creator"),
    Facet.MCN: Message("creators", "MCN"),
    Facet.VERIFICATION: Message("creators", "Verification"),
    Facet.AVAILABILITY: Message("creators", "Availability"),
    Facet.ECOMMERCE: Message("creators", "Sells goods"),
    Facet.ECOMMERCE_LEVEL: Message("creators", "Selling level"),
    Facet.SOURCE: Message("creators", "Source"),
}

_VALUES: Final[dict[tuple[Facet, str], Message]] = {
    (Facet.GENDER, Gender.FEMALE.value): Message("creators", "Female"),
    (Facet.GENDER, Gender.MALE.value): Message("creators", "Male"),
    (Facet.VERIFICATION, Verification.NONE.value): Message("creators", "Not verified"),
    (Facet.VERIFICATION, Verification.PERSONAL.value): Message("creators", "Personal"),
    (Facet.VERIFICATION, Verification.EXPERT.value): Message("creators", "Expert"),
    (Facet.VERIFICATION, Verification.ORGANISATION.value): Message("creators", "Organisation"),
    (Facet.AVAILABILITY, Availability.OPEN.value): Message("creators", "Takes orders"),
    (Facet.AVAILABILITY, Availability.BUSY.value): Message("creators", "Busy"),
    (Facet.AVAILABILITY, Availability.CLOSED.value): Message("creators", "Takes no orders"),
    (Facet.ECOMMERCE, "yes"): Message("creators", "Yes"),
    (Facet.ECOMMERCE, "no"): Message("creators", "No"),
    (Facet.MCN, ""): Message("creators", "Independent"),
    (Facet.CITY_TIER, "一线"): Message("creators", "Tier 1"),
    (Facet.CITY_TIER, "新一线"): Message("creators", "New tier 1"),
    (Facet.CITY_TIER, "二线"): Message("creators", "Tier 2"),
    (Facet.CITY_TIER, "三线"): Message("creators", "Tier 3"),
    (Facet.CITY_TIER, "四线"): Message("creators", "Tier 4"),
    (Facet.CITY_TIER, "五线"): Message("creators", "Tier 5"),
}

TIER_NAMES: Final[dict[VideoTier, Message]] = {
    VideoTier.UP_TO_20: Message("creators", "1–20 s"),
    VideoTier.FROM_21_TO_60: Message("creators", "21–60 s"),
    VideoTier.OVER_60: Message("creators", "over 60 s"),
}

QUOTE_FIELDS: Final = {
    VideoTier.UP_TO_20: Field.QUOTE_UP_TO_20,
    VideoTier.FROM_21_TO_60: Field.QUOTE_FROM_21_TO_60,
    VideoTier.OVER_60: Field.QUOTE_OVER_60,
}


def estimate_method(field: Field) -> str:
    """How an estimated figure is made, for its tooltip; "" for what a source says."""
    if field is Field.FEMALE_15_24_SHARE:
        return tr(
            "creators",
            "Estimated: (18–23 share + 1/7 of the 24–30 share) × female share. Sources give gender and age apart and begin at 18, so "
            "independence is assumed and 15–17 is not in it.",
        )
    if field in _CPM_FIELDS:
        return tr("creators", "The source's own figure; where it gives none, quote divided by expected plays.")
    if field is Field.EXPECTED_PLAYS:
        return tr("creators", "The source's forecast of one sponsored video.")
    return ""


def value_text(facet: Facet, value: str) -> str:
    """A facet's value in words; content types, themes and places are the source's own words."""
    known = _VALUES.get((facet, value))
    if known is not None:
        return known.text()
    if facet is Facet.INDUSTRY and value in INDUSTRIES:
        return INDUSTRIES[value].text()
    return value


def mcn_text(creator: Creator) -> str:
    """The agency, "independent", or "—" where no source said."""
    return UNKNOWN if creator.mcn is None else value_text(Facet.MCN, creator.mcn)


def verified(creator: Creator) -> bool:
    """Whether the platform verified the creator's identity."""
    return creator.verification not in (None, Verification.NONE)


# Figures of a filter: the slider and the fields work in plain numbers (yuan, counts, shares 0–1, points 0–100).


def to_number(value: Bound) -> float:
    """A bound as the number that a slider moves; instants are not filtered by slider."""
    if isinstance(value, Fen):
        return value.value / 100
    if isinstance(value, datetime):
        return value.timestamp()
    return float(value)


def to_bound(field: Field, number: float) -> Bound:
    """The number of a slider or field as a bound of `field`."""
    unit = FIELDS[field].unit
    if unit is Unit.MONEY:
        return Fen(round(number * 100))
    return round(number) if unit is Unit.COUNT else round(number, 4)


def snap(field: Field, number: float) -> float:
    """The nearest number that reads well: whole per cents and points, two digits of a count or price."""
    unit = FIELDS[field].unit
    if unit is Unit.RATIO:
        return round(number, 3 if FIELDS[field].high <= 500 else 2)
    if unit is Unit.INDEX or field in _CPM_FIELDS:
        return float(round(number)) if FIELDS[field].high > 2_000 else round(number, 1)
    size = abs(number)
    if size < 10:
        return float(round(number))
    step = 10.0 ** (len(str(int(size))) - 2)
    return round(number / step) * step


def number_text(field: Field, value: Bound | None) -> str:
    """A bound as a filter shows it: "20万", "¥1万", "35%", "45"."""
    if value is None:
        return ""
    number, unit = to_number(value), FIELDS[field].unit
    if unit is Unit.COUNT:
        return formats().count(number, short=True)
    if field in _CPM_FIELDS:
        return _plain(number, 2)
    if isinstance(value, Fen):
        return formats().money_short(value)
    if unit is Unit.RATIO:
        return _plain(number * 100, 2) + "%"
    return _plain(number, 2)


def _plain(number: float, digits: int) -> str:
    text = formats().decimal(number, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def parse_number(field: Field, text: str) -> float | None:
    """What an operator types as a bound: "20万", "1.5w", "200K", "35%", "¥1,200"; None when it is no number."""
    clean = text.strip().replace(",", "").replace("\uff0c", "").replace("¥", "").replace("￥", "").replace("≥", "").replace("≤", "").strip()
    factor, percent = 1.0, False
    if clean.endswith(("%", "\uff05")):
        clean, percent = clean[:-1], True
    for suffix, size in (("万", 1e4), ("亿", 1e8), ("w", 1e4), ("k", 1e3), ("m", 1e6)):
        if clean.lower().endswith(suffix):
            clean, factor = clean[:-1], size
            break
    try:
        number = float(clean) * factor
    except ValueError:
        return None
    if not abs(number) < 1e15:
        return None
    if FIELDS[field].unit is Unit.RATIO:
        # A share is typed as per cent, with the sign or without: nobody looks for less than one per cent as "0.35".
        return number / 100 if percent or number > 1 else number
    return number


def range_text(wanted: RangeFilter) -> str:
    """A range in words: "20万–500万", "≥ 35%", "≤ 45"."""
    low, high = number_text(wanted.field, wanted.low), number_text(wanted.field, wanted.high)
    if wanted.low is not None and wanted.high is not None:
        return formats().between(low, high)
    return f"≥ {low}" if wanted.low is not None else f"≤ {high}"


def range_chip(wanted: RangeFilter) -> str:
    """A range filter on its chip."""
    return f"{FIELD_NAMES[wanted.field].text()} {range_text(wanted)}"


def category_text(wanted: CategoryFilter) -> str:
    """The values of a facet filter, at most three by name."""
    values = sorted(value_text(wanted.facet, value) for value in wanted.values)
    text = tr("creators", ", ").join(values[:3])
    return text if len(values) <= 3 else tr("creators", "{text} and {count} more", text=text, count=len(values) - 3)


def category_chip(wanted: CategoryFilter) -> str:
    """A facet filter on its chip."""
    return category_text(wanted)
