"""The creator (达人) as imports, catalog feeds and own history know one: identity, quotes, performance, audience, videos.

Every figure may be missing: `None` means that no source said, and is never read as zero. Shares and rates are ratios 0–1, money is fen,
instants are aware and UTC. Field names and source units: wire.md B.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum

from xingtu_desktop.domain.ids import AuthorId, ItemId
from xingtu_desktop.domain.money import Fen


class Gender(StrEnum):
    """The creator's own gender as the source states it."""

    FEMALE = "female"
    MALE = "male"


class VideoTier(IntEnum):
    """Video length tiers that are priced separately; the values are the platform's `video_type` (product.md)."""

    UP_TO_20 = 1
    FROM_21_TO_60 = 2
    OVER_60 = 71


class Verification(StrEnum):
    """What the platform verified about the identity (wire.md B `author_type`)."""

    NONE = "none"
    PERSONAL = "personal"
    EXPERT = "expert"
    ORGANISATION = "organisation"


class Availability(StrEnum):
    """Whether the creator takes orders at present."""

    OPEN = "open"
    BUSY = "busy"
    CLOSED = "closed"


class CityTier(StrEnum):
    """City tiers in the source's words; which city is 新一线 changes every year."""

    FIRST = "一线"
    NEW_FIRST = "新一线"
    SECOND = "二线"
    THIRD = "三线"
    FOURTH = "四线"
    FIFTH = "五线"


class AgeBand(StrEnum):
    """The age bands of wire.md B3; a source with other bands keeps its own keys in `Audience.ages`."""

    FROM_18_TO_23 = "18-23"
    FROM_24_TO_30 = "24-30"
    FROM_31_TO_40 = "31-40"
    FROM_41_TO_50 = "41-50"
    OVER_50 = "50+"


class AudienceGroup(StrEnum):
    """The eight groups (八大人群) in the platform's words."""

    MOTHERS = "精致妈妈"
    SILVER_CITY = "都市银发"
    NEW_WHITE_COLLAR = "新锐白领"
    SENIOR_MIDDLE_CLASS = "资深中产"
    BLUE_COLLAR = "都市蓝领"
    GEN_Z = "Z世代"
    SMALL_TOWN_OLDER = "小镇中老年"
    SMALL_TOWN_YOUNG = "小镇青年"


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a distribution; `share` is a ratio 0–1, `key` the source's own word."""

    key: str
    share: float


Shares = tuple[Share, ...]


def share_of(shares: Shares, key: str) -> float | None:
    """The share under `key`, or None where the source gives none."""
    for part in shares:
        if part.key == key:
            return part.share
    return None


@dataclass(frozen=True, slots=True)
class TierAmounts:
    """An amount for each video length tier, in fen."""

    up_to_20: Fen | None = None
    from_21_to_60: Fen | None = None
    over_60: Fen | None = None

    def get(self, tier: VideoTier) -> Fen | None:
        """The amount of one tier, None where the source gives none."""
        if tier is VideoTier.UP_TO_20:
            return self.up_to_20
        return self.from_21_to_60 if tier is VideoTier.FROM_21_TO_60 else self.over_60

    def __iter__(self) -> Iterator[tuple[VideoTier, Fen | None]]:
        for tier in VideoTier:
            yield tier, self.get(tier)


@dataclass(frozen=True, slots=True)
class Indexes:
    """The six indexes, each 0–100."""

    spread: float | None = None
    seeding: float | None = None
    conversion: float | None = None
    value: float | None = None
    cooperation: float | None = None
    growth: float | None = None


@dataclass(frozen=True, slots=True)
class Audience:
    """Who watches: every share is a ratio 0–1 in the source's own bands; an empty tuple means that the source gives none."""

    female: float | None = None
    male: float | None = None
    ages: Shares = ()
    city_tiers: Shares = ()
    provinces: Shares = ()
    devices: Shares = ()
    groups: Shares = ()


@dataclass(frozen=True, slots=True)
class Ecommerce:
    """What sources tell about selling; ranges stay the text that the source prints (wire.md B)."""

    enabled: bool | None = None
    level: str | None = None
    score: float | None = None
    gmv_30d_range: str | None = None
    gpm_30d_range: str | None = None
    order_value_30d_range: str | None = None
    products_30d: int | None = None
    videos_30d: int | None = None


@dataclass(frozen=True, slots=True)
class Creator:
    """One creator with the latest figures of its source.

    `content_types` are level 1, `content_subtypes` level 2, `industries` level-1 industry ids. `mcn` is "" for a creator known to be
    independent and None where unknown. Rates are ratios over 30 or 90 days as the source defines them. `weekly_plays` runs from the oldest
    to the newest week. `cpm` and `cpe` are what the source gave; use `cpm_of` and `cpe_of` to have them computed where it gave none.
    """

    author_id: AuthorId
    nickname: str
    updated_at: datetime
    source: str
    bio: str = ""
    douyin_id: str | None = None
    avatar_uri: str | None = None
    gender: Gender | None = None
    province: str | None = None
    city: str | None = None
    city_tier: CityTier | None = None
    mcn: str | None = None
    content_types: tuple[str, ...] = ()
    content_subtypes: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    industries: tuple[int, ...] = ()
    verification: Verification | None = None
    availability: Availability | None = None
    followers: int | None = None
    growth_15d: int | None = None
    growth_30d: int | None = None
    quotes: TierAmounts = field(default_factory=TierAmounts)
    expected_plays: int | None = None
    expected_plays_p10: int | None = None
    expected_plays_p90: int | None = None
    median_plays: int | None = None
    interaction_rate: float | None = None
    finish_rate: float | None = None
    hit_rate: float | None = None
    search_rate: float | None = None
    cpm: TierAmounts = field(default_factory=TierAmounts)
    cpe: TierAmounts = field(default_factory=TierAmounts)
    indexes: Indexes = field(default_factory=Indexes)
    audience: Audience = field(default_factory=Audience)
    ecommerce: Ecommerce = field(default_factory=Ecommerce)
    last_active: datetime | None = None
    weekly_plays: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CreatorVideo:
    """A past video: sponsored (an order) or personal; counts are raw, rates are computed at the end."""

    item_id: ItemId
    title: str
    theme: str | None
    sponsored: bool
    published_at: datetime
    plays: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    finish_rate: float | None = None


@dataclass(frozen=True, slots=True)
class QuotePoint:
    """A price seen at an instant: asked (`paid` False) or paid, for one length tier."""

    seen_at: datetime
    tier: VideoTier
    amount: Fen
    paid: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class DailyPlays:
    """Plays on one Beijing day."""

    day: date
    plays: int


@dataclass(frozen=True, slots=True)
class CreatorDetail:
    """What the profile shows beside the row: videos (newest first), prices seen and plays of 90 days (oldest first)."""

    author_id: AuthorId
    videos: tuple[CreatorVideo, ...] = ()
    quotes: tuple[QuotePoint, ...] = ()
    daily_plays: tuple[DailyPlays, ...] = ()


def female_15_24_share(creator: Creator) -> float | None:
    """An **estimate** of the female 15–24 share of the audience, 0–1: (18–23 + 1/7 of 24–30) × female share.

    Gender and age come separately, so independence is assumed; bands begin at 18, so it means 18–24 and excludes 15–17 (product.md).
    None where the source lacks the female share or either band.
    """
    audience = creator.audience
    young = share_of(audience.ages, AgeBand.FROM_18_TO_23)
    next_band = share_of(audience.ages, AgeBand.FROM_24_TO_30)
    if audience.female is None or young is None or next_band is None:
        return None
    return (young + next_band / 7) * audience.female


def _per(amount: Fen, count: float, times: int) -> Fen:
    return Fen(round(amount.value * times / count))


def cpm_of(creator: Creator, tier: VideoTier) -> Fen | None:
    """Expected CPM in fen: the source's own, else quote ÷ expected plays × 1000; None where neither is known."""
    given = creator.cpm.get(tier)
    if given is not None:
        return given
    quote = creator.quotes.get(tier)
    if quote is None or not creator.expected_plays or creator.expected_plays < 0:
        return None
    return _per(quote, creator.expected_plays, 1000)


def cpe_of(creator: Creator, tier: VideoTier) -> Fen | None:
    """Expected CPE in fen: the source's own, else quote ÷ (expected plays × interaction rate); None where neither is known."""
    given = creator.cpe.get(tier)
    if given is not None:
        return given
    quote = creator.quotes.get(tier)
    if quote is None or not creator.expected_plays or not creator.interaction_rate:
        return None
    engagements = creator.expected_plays * creator.interaction_rate
    return _per(quote, engagements, 1) if engagements > 0 else None
