"""A creator as one compact row, written by hand because a catalogue has a million of them.

A row is a JSON array, a line feed, and its ratios as little-endian doubles (NaN: unknown), since floats are what JSON is slow at. Order and
meaning of the places are the version's (`VERSION`, the first place); a new figure goes to the end. Instants are microseconds, money is fen,
the keys of a distribution are one text with a tab after each, and its shares stand among the doubles in the same order.
"""

from __future__ import annotations

import json
import math
import struct
from functools import lru_cache
from itertools import chain
from typing import Any

from xingtu_desktop.core.errors import SchemaTooNew
from xingtu_desktop.domain.creator import (
    Audience,
    Availability,
    CityTier,
    Creator,
    CreatorDetail,
    Ecommerce,
    Gender,
    Indexes,
    Share,
    Shares,
    TierAmounts,
    Verification,
)
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.storage.codec import Codec, text_of
from xingtu_desktop.storage.mapping import instant, maybe_instant, maybe_micros, micros

VERSION = 1

DETAIL = Codec(CreatorDetail)

_FIXED = 13
"""Doubles before the shares: four rates, the six indexes, female and male share, the shop's score."""
_NAN = math.nan
_NO_AMOUNTS = TierAmounts()
_NO_ECOMMERCE = Ecommerce()


def encode(creator: Creator) -> bytes:
    """Everything but the creator's id."""
    c = creator
    who = c.audience
    index = c.indexes
    kinds = (who.ages, who.city_tiers, who.provinces, who.devices, who.groups)
    ratios = [
        c.interaction_rate, c.finish_rate, c.hit_rate, c.search_rate,
        index.spread, index.seeding, index.conversion, index.value, index.cooperation, index.growth,
        who.female, who.male, c.ecommerce.score,
        *[part.share for part in chain(*kinds)],
    ]  # fmt: skip
    head = text_of(
        [
            VERSION,
            c.nickname,
            micros(c.updated_at),
            c.source,
            c.bio,
            c.douyin_id,
            c.avatar_uri,
            None if c.gender is None else c.gender.value,
            c.province,
            c.city,
            None if c.city_tier is None else c.city_tier.value,
            c.mcn,
            c.content_types,
            c.content_subtypes,
            c.themes,
            c.industries,
            None if c.verification is None else c.verification.value,
            None if c.availability is None else c.availability.value,
            c.followers,
            c.growth_15d,
            c.growth_30d,
            _amounts(c.quotes),
            c.expected_plays,
            c.expected_plays_p10,
            c.expected_plays_p90,
            c.median_plays,
            _amounts(c.cpm),
            _amounts(c.cpe),
            [_joined(shares) for shares in kinds],
            _ecommerce(c.ecommerce),
            maybe_micros(c.last_active),
            c.weekly_plays,
        ]
    )
    return head.encode() + b"\n" + _doubles(len(ratios)).pack(*[_NAN if ratio is None else ratio for ratio in ratios])


def decode(author_id: int, stored: bytes) -> Creator:
    """The creator of an encoded row; raises SchemaTooNew for a version this program does not know."""
    end = stored.index(b"\n")
    row: list[Any] = json.loads(stored[:end])
    if row[0] > VERSION:
        raise SchemaTooNew(f"creator version {row[0]}", kind="creator")
    (
        nickname, updated_at, source, bio, douyin_id, avatar_uri, gender, province, city, city_tier, mcn, content_types, content_subtypes,
        themes, industries, verification, availability, followers, growth_15d, growth_30d, quotes, expected_plays, expected_plays_p10,
        expected_plays_p90, median_plays, cpm, cpe, kinds, ecommerce, last_active, weekly_plays,
    ) = row[1:32]  # fmt: skip
    every = _doubles((len(stored) - end - 1) // 8).unpack_from(stored, end + 1)
    # NaN is the only value that differs from itself.
    ratios = [None if ratio != ratio else ratio for ratio in every[:_FIXED]]
    (
        interaction_rate, finish_rate, hit_rate, search_rate, spread, seeding, conversion, value, cooperation, growth, female, male, score,
    ) = ratios  # fmt: skip
    distributions: list[Shares] = []
    place = _FIXED
    for joined in kinds:
        keys = _keys(joined)
        distributions.append(tuple(map(Share, keys, every[place : place + len(keys)])))
        place += len(keys)
    ages, city_tiers, provinces, devices, groups = distributions
    return Creator(
        AuthorId(author_id),
        nickname,
        instant(updated_at),
        source,
        bio,
        douyin_id,
        avatar_uri,
        None if gender is None else Gender(gender),
        province,
        city,
        None if city_tier is None else CityTier(city_tier),
        mcn,
        tuple(content_types),
        tuple(content_subtypes),
        tuple(themes),
        tuple(industries),
        None if verification is None else Verification(verification),
        None if availability is None else Availability(availability),
        followers,
        growth_15d,
        growth_30d,
        _NO_AMOUNTS if quotes is None else _read_amounts(quotes),
        expected_plays,
        expected_plays_p10,
        expected_plays_p90,
        median_plays,
        interaction_rate,
        finish_rate,
        hit_rate,
        search_rate,
        _NO_AMOUNTS if cpm is None else _read_amounts(cpm),
        _NO_AMOUNTS if cpe is None else _read_amounts(cpe),
        Indexes(spread, seeding, conversion, value, cooperation, growth),
        Audience(female, male, ages, city_tiers, provinces, devices, groups),
        _NO_ECOMMERCE if ecommerce is None else _read_ecommerce(ecommerce, score),
        maybe_instant(last_active),
        tuple(weekly_plays),
    )


def _amounts(amounts: TierAmounts) -> list[int | None] | None:
    a, b, c = amounts.up_to_20, amounts.from_21_to_60, amounts.over_60
    if a is None and b is None and c is None:
        return None
    return [None if a is None else a.value, None if b is None else b.value, None if c is None else c.value]


def _read_amounts(stored: list[int | None]) -> TierAmounts:
    a, b, c = stored
    return TierAmounts(None if a is None else Fen(a), None if b is None else Fen(b), None if c is None else Fen(c))


def _ecommerce(it: Ecommerce) -> list[object] | None:
    """All but the score, which is a ratio."""
    if it == _NO_ECOMMERCE:
        return None
    return [it.enabled, it.level, it.gmv_30d_range, it.gpm_30d_range, it.order_value_30d_range, it.products_30d, it.videos_30d]


def _read_ecommerce(stored: list[Any], score: float | None) -> Ecommerce:
    enabled, level, gmv, gpm, order_value, products, videos = stored
    return Ecommerce(enabled, level, score, gmv, gpm, order_value, products, videos)


@lru_cache(maxsize=256)
def _doubles(count: int) -> struct.Struct:
    return struct.Struct(f"<{count}d")


def _joined(shares: Shares) -> str:
    """The keys, a tab after each; a tab inside a key becomes a space."""
    joined = "\t".join([part.key for part in shares] + [""])
    if joined.count("\t") != len(shares):
        return "".join(part.key.replace("\t", " ") + "\t" for part in shares)
    return joined


@lru_cache(maxsize=4096)
def _keys(joined: str) -> tuple[str, ...]:
    """Creators of one source share their bands, so the same text comes again and again."""
    return tuple(joined.split("\t")[:-1])
