"""Maps catalog-feed rows to creators (resources/data/catalog_feed.schema.json, names and units of wire.md B): quotes in yuan, shares 0–1.

A feed has up to a million rows, so values are read from the dict at once; the path of a wrong one is put together only when it is wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from xingtu_desktop.api.mapping import units
from xingtu_desktop.api.wire import INT64, Node
from xingtu_desktop.core.clock import BEIJING
from xingtu_desktop.core.errors import NotThePlatform
from xingtu_desktop.domain.answers import FeedPage
from xingtu_desktop.domain.creator import (
    Audience,
    Availability,
    CityTier,
    Creator,
    CreatorDetail,
    CreatorVideo,
    DailyPlays,
    Ecommerce,
    Gender,
    Indexes,
    QuotePoint,
    Share,
    Shares,
    TierAmounts,
    Verification,
    VideoTier,
)
from xingtu_desktop.domain.ids import AuthorId, ItemId
from xingtu_desktop.domain.money import Fen, NotMoney

log = logging.getLogger(__name__)

Row = Mapping[str, object]

_GENDERS = {1: Gender.MALE, 2: Gender.FEMALE}
_AUTHOR_TYPES = {0: Verification.NONE, 1: Verification.EXPERT, 2: Verification.ORGANISATION, 3: Verification.PERSONAL}
_KINDS = {"personal": Verification.PERSONAL, "enterprise": Verification.ORGANISATION}
_CITY_TIERS = {tier.value: tier for tier in CityTier}
_AVAILABILITIES = {state.value: state for state in Availability}
_TIER_FIELDS = (("1_20", VideoTier.UP_TO_20), ("20_60", VideoTier.FROM_21_TO_60), ("60", VideoTier.OVER_60))
_MAX_WEEKS = 13
_MAX_DAYS = 90
_MAX_TEXT = 2000
_LOGGED_PROBLEMS = 3


def _wrong(name: str, wanted: str, value: object) -> NotThePlatform:
    return NotThePlatform(f"{name}: {wanted} expected, got {str(value)[:40]!r}", field=name)


def _integer(row: Row, name: str) -> int | None:
    value = row.get(name)
    if value is None:
        return None
    if type(value) is int and value in INT64:
        return value
    raise _wrong(name, "int64", value)


def _count(row: Row, name: str) -> int | None:
    value = _integer(row, name)
    if value is not None and value < 0:
        raise _wrong(name, "a count", value)
    return value


def _number(row: Row, name: str, low: float, high: float) -> float | None:
    value = row.get(name)
    if value is None:
        return None
    if type(value) in (int, float) and low <= value <= high:  # type: ignore[operator]  # the type was just looked at
        return float(value)  # type: ignore[arg-type]
    raise _wrong(name, f"a number {low:g}–{high:g}", value)


def _ratio(row: Row, name: str) -> float | None:
    return _number(row, name, 0.0, 1.0)


def _index(row: Row, name: str) -> float | None:
    return _number(row, name, 0.0, 100.0)


def _text(row: Row, name: str) -> str | None:
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        return value[:_MAX_TEXT]
    raise _wrong(name, "text", value)


def _texts(row: Row, name: str) -> tuple[str, ...]:
    value = row.get(name)
    if value is None:
        return ()
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise _wrong(name, "a list of texts", value)


def _object(row: Row, name: str) -> Row:
    value = row.get(name)
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    raise _wrong(name, "an object", value)


def _instant(row: Row, name: str) -> datetime | None:
    value = _text(row, name)
    if not value:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise _wrong(name, "an ISO 8601 instant", value) from error
    return (at if at.tzinfo is not None else at.replace(tzinfo=BEIJING)).astimezone(UTC)


def _price(row: Row, name: str) -> Fen | None:
    """A quote: yuan, exact to the fen."""
    value = row.get(name)
    if value is None:
        return None
    if type(value) not in (int, float):
        raise _wrong(name, "yuan", value)
    try:
        amount = Fen.from_yuan(value)  # type: ignore[arg-type]  # the type was just looked at
    except NotMoney as error:
        raise _wrong(name, "a whole number of fen", value) from error
    if amount.value < 0:
        raise _wrong(name, "yuan", value)
    return amount


def _estimate(row: Row, name: str) -> Fen | None:
    """An expected cost: yuan with any number of decimals, rounded to the fen, half to even."""
    value = row.get(name)
    if value is None:
        return None
    if type(value) is int and 0 <= value < 2**53:
        return Fen(value * 100)
    if type(value) is float and 0 <= value < 2**53:
        return Fen(int((Decimal(repr(value)) * 100).to_integral_value(ROUND_HALF_EVEN)))
    raise _wrong(name, "yuan", value)


def _shares(row: Row, name: str) -> Shares:
    parts = _object(row, name)
    found: list[Share] = []
    for key, value in parts.items():
        if type(value) not in (int, float) or not 0 <= value <= 1:  # type: ignore[operator]  # the type was just looked at
            raise _wrong(f"{name}.{key}", "a share 0–1", value)
        found.append(Share(key, float(value)))  # type: ignore[arg-type]
    return tuple(found)


def _verification(row: Row) -> Verification | None:
    told = _integer(row, "author_type")
    if told is not None:
        return _AUTHOR_TYPES.get(told)
    checked = _object(row, "verification")
    if not checked:
        return None
    return _KINDS.get(str(checked.get("kind"))) if checked.get("state") == "verified" else Verification.NONE


def _types(row: Row) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """`tags_relation`: level 1 to its level 2."""
    relation = _object(row, "tags_relation")
    second: dict[str, None] = {}
    for name in relation:
        second.update(dict.fromkeys(_texts(relation, name)))
    return tuple(relation), tuple(second)


def _avatar(row: Row, host: str) -> str | None:
    uri = _text(row, "avatar_uri")
    return host + uri if uri and uri.startswith("/") else uri


def _play_range(row: Row) -> tuple[int | None, int | None]:
    """P10 and P90 of the expected plays; both or none, and none where they contradict the middle."""
    low, middle, high = (_count(row, name) for name in ("expected_play_num_p10", "expected_play_num", "expected_play_num_p90"))
    if low is None or middle is None or high is None or not low <= middle <= high:
        return None, None
    return low, high


def creator(row: Row, source: str, host: str) -> Creator:
    """One creator; NotThePlatform names the first field that cannot be read. `host` stands before an avatar that begins with `/`."""
    author_id, nickname, updated_at = _integer(row, "author_id"), _text(row, "nick_name"), _instant(row, "updated_at")
    if author_id is None or author_id <= 0 or not nickname or updated_at is None:
        raise _wrong("author_id, nick_name, updated_at", "all three", (author_id, nickname, updated_at))
    audience = _object(row, "audience")
    gender = _object(audience, "gender")
    first, second = _types(row)
    weekly = row.get("plays_90d_weekly")
    if weekly is not None and not (isinstance(weekly, list) and all(type(item) is int and item >= 0 for item in weekly)):
        raise _wrong("plays_90d_weekly", "a list of counts", weekly)
    industries = row.get("industry_ids")
    if industries is not None and not (isinstance(industries, list) and all(type(item) is int for item in industries)):
        raise _wrong("industry_ids", "a list of ids", industries)
    low, high = _play_range(row)
    return Creator(
        author_id=AuthorId(author_id),
        nickname=nickname,
        updated_at=updated_at,
        source=source,
        bio=_text(row, "bio") or "",
        douyin_id=_text(row, "unique_id"),
        avatar_uri=_avatar(row, host),
        gender=_GENDERS.get(_integer(row, "gender") or 0),
        province=_text(row, "province"),
        city=_text(row, "city"),
        city_tier=_CITY_TIERS.get(_text(row, "city_tier") or ""),
        # The schema leaves it out when there is no agency, so a missing name says "independent".
        mcn=_text(row, "mcn_name") or "",
        content_types=first,
        content_subtypes=second,
        themes=_texts(row, "content_theme_labels_180d"),
        industries=tuple(industries) if industries else (),
        verification=_verification(row),
        availability=_AVAILABILITIES.get(str(_object(row, "availability").get("state"))),
        followers=_count(row, "follower"),
        growth_15d=_integer(row, "fans_increment_within_15d"),
        growth_30d=_integer(row, "fans_increment_within_30d"),
        quotes=TierAmounts(_price(row, "price_1_20"), _price(row, "price_20_60"), _price(row, "price_60")),
        expected_plays=_count(row, "expected_play_num"),
        expected_plays_p10=low,
        expected_plays_p90=high,
        median_plays=_count(row, "vv_median_30d"),
        interaction_rate=_ratio(row, "interact_rate_within_30d"),
        finish_rate=_ratio(row, "play_over_rate_within_30d"),
        hit_rate=_ratio(row, "burst_text_rate"),
        search_rate=_ratio(row, "avg_search_after_view_rate_30d"),
        cpm=TierAmounts(*(_estimate(row, f"prospective_{name}_cpm") for name, _ in _TIER_FIELDS)),
        cpe=TierAmounts(*(_estimate(row, f"prospective_{name}_cpe") for name, _ in _TIER_FIELDS)),
        indexes=Indexes(
            spread=_index(row, "link_spread_index"),
            seeding=_index(row, "link_shopping_index"),
            conversion=_index(row, "link_convert_index"),
            value=_index(row, "cp_index"),
            cooperation=_index(row, "cooperate_index"),
            growth=_index(row, "growth_index"),
        ),
        audience=Audience(
            female=_ratio(gender, "female"),
            male=_ratio(gender, "male"),
            ages=_shares(audience, "age"),
            city_tiers=_shares(audience, "city_tier"),
            provinces=_shares(audience, "province"),
            devices=_shares(audience, "device"),
            groups=_shares(audience, "eight_groups"),
        ),
        ecommerce=_ecommerce(row),
        last_active=_instant(row, "last_active_at"),
        weekly_plays=tuple(weekly[-_MAX_WEEKS:]) if weekly else (),
    )


def _ecommerce(row: Row) -> Ecommerce:
    enabled = row.get("e_commerce_enable")
    if enabled is not None and not isinstance(enabled, bool):
        raise _wrong("e_commerce_enable", "true or false", enabled)
    level = _integer(row, "author_ecom_level")
    return Ecommerce(
        enabled=enabled,
        level=None if level is None else str(level),
        score=_number(row, "ecom_score", 0.0, 100.0),
        gmv_30d_range=_text(row, "ecom_gmv_30d_range"),
        gpm_30d_range=_text(row, "ecom_gpm_30d_range"),
        order_value_30d_range=_text(row, "ecom_avg_order_value_30d_range"),
        products_30d=_count(row, "ecom_video_product_num_30d"),
    )


def page(parsed: object, source: str, host: str) -> FeedPage:
    """A whole page; rows that cannot be read are counted in `problems` and left out. The page itself has to be one (NotThePlatform)."""
    data = Node.of("page", parsed)
    upserts: list[Creator] = []
    deletes: list[AuthorId] = []
    problems = 0
    for row in data.items("items"):
        try:
            if not isinstance(row, dict):
                raise _wrong("item", "an object", row)
            if row.get("deleted") is True:
                deletes.append(AuthorId(_deleted_id(row)))
            else:
                upserts.append(creator(row, source, host))
        except (NotThePlatform, OverflowError, RecursionError) as error:
            problems += 1
            if problems <= _LOGGED_PROBLEMS:
                log.warning("a row of the feed %s is left out: %s", source, error)
    cursor = data.text("next_cursor", None)
    return FeedPage(tuple(upserts), tuple(deletes), cursor, data.maybe_flag("has_more") is True, data.maybe_integer("total"), problems)


def _deleted_id(row: Row) -> int:
    author_id = _integer(row, "author_id")
    if author_id is None:
        raise _wrong("author_id", "int64", None)
    return author_id


def detail(parsed: object, source: str) -> CreatorDetail:
    """Videos (newest first), quotes by tier (oldest first) and daily plays; entries that cannot be read are left out."""
    data = Node.of("detail", parsed)
    videos: list[CreatorVideo] = []
    quotes: list[QuotePoint] = []
    for row in data.nodes("videos"):
        try:
            videos.append(_video(row.values))
        except NotThePlatform as error:
            log.warning("a video of the feed %s is left out: %s", source, error)
    for row in data.nodes("quotes"):
        try:
            quotes += _quotes(row.values, source)
        except NotThePlatform as error:
            log.warning("a quote of the feed %s is left out: %s", source, error)
    return CreatorDetail(AuthorId(data.integer("author_id")), tuple(videos), tuple(quotes), _daily_plays(data))


def _video(row: Row) -> CreatorVideo:
    item_id, published_at = _integer(row, "item_id"), _instant(row, "published_at")
    if item_id is None or published_at is None:
        raise _wrong("item_id, published_at", "both", (item_id, published_at))
    return CreatorVideo(
        item_id=ItemId(item_id),
        title=_text(row, "title") or "",
        theme=_text(row, "theme"),
        sponsored=row.get("kind") == "sponsored",
        published_at=published_at,
        plays=_count(row, "plays"),
        likes=_count(row, "likes"),
        comments=_count(row, "comments"),
        shares=_count(row, "shares"),
    )


def _quotes(row: Row, source: str) -> list[QuotePoint]:
    at = _instant(row, "at")
    if at is None:
        raise _wrong("at", "an instant", None)
    found: list[QuotePoint] = []
    for name, tier in _TIER_FIELDS:
        amount = _price(row, f"price_{name}")
        if amount is not None:
            found.append(QuotePoint(at, tier, amount, paid=False, source=source))
    return found


def _daily_plays(data: Node) -> tuple[DailyPlays, ...]:
    span = data.maybe_node("daily_plays")
    first = units.day(span, "from") if span is not None else None
    if span is None or first is None:
        return ()
    values = span.integers("values")[:_MAX_DAYS]
    return tuple(DailyPlays(first + timedelta(days=at), plays) for at, plays in enumerate(values) if plays >= 0)
