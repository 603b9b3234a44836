"""Owns the numbers of the catalog: for any creators at any version, every figure as a numpy column, from nothing but the seed.

Each value is a hash of (seed, name of the draw, creator's index, version), so a page in the middle of a million creators costs what one
at the beginning costs, and nothing is kept. A creator's version is the number of its changes; below 0 lies the time before day 0.
"""

from __future__ import annotations

import math
from functools import cached_property, lru_cache
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from xingtu_desktop.sandbox.creators_words import AGE_BASE, AUDIENCE_PROVINCES, CONTENT_TYPES, PLACES, TIERS

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_MASK: Final = 2**64 - 1
_GOLDEN: Final = 0x9E3779B97F4A7C15
_PRICE_TREND: Final = 0.015
"""Growth of a quote, per step of the quote (every second version), as a logarithm."""

_TYPE_EDGES: Final = np.cumsum([row[1] for row in CONTENT_TYPES]) / sum(row[1] for row in CONTENT_TYPES)
_TYPE_WOMEN: Final = np.array([row[3] for row in CONTENT_TYPES])
_TYPE_FANS_WOMEN: Final = np.array([row[4] for row in CONTENT_TYPES])
_TYPE_PRICE: Final = np.array([row[5] for row in CONTENT_TYPES])
_LEVEL2_COUNT: Final = np.array([len(row[2]) for row in CONTENT_TYPES])
_AGE: Final = np.array([AGE_BASE[row[7]] for row in CONTENT_TYPES])
_PLACE_EDGES: Final = np.cumsum([row[3] for row in PLACES]) / sum(row[3] for row in PLACES)
_PLACE_TIER: Final = np.array([TIERS.index(row[2]) for row in PLACES])
_PLACE_PROVINCE: Final = np.array([AUDIENCE_PROVINCES.index(row[0]) if row[0] in AUDIENCE_PROVINCES else -1 for row in PLACES])
_TIER_BASE: Final = np.array([0.16, 0.23, 0.19, 0.21, 0.14, 0.07])
_PROVINCE_BASE: Final = np.array([0.115 * 0.925**rank for rank in range(len(AUDIENCE_PROVINCES))])
_DEVICE_BASE: Final = np.array([0.28, 0.22, 0.15, 0.14, 0.12, 0.09])
_GROUP_BASE: Final = np.array([0.14, 0.13, 0.12, 0.20, 0.15, 0.10, 0.10, 0.06])


@lru_cache(maxsize=4096)
def _stream(seed: int, name: str) -> int:
    """The key of one named draw."""
    mixed = (seed * _GOLDEN + crc32(name.encode()) * 0xD1342543DE82EF95) & _MASK
    mixed ^= mixed >> 31
    return (mixed * 0xBF58476D1CE4E5B9) & _MASK


def bits(seed: int, name: str, index: U64, step: I64 | None = None) -> U64:
    """64 well-mixed bits a creator (splitmix64 of the key and the index); `step` makes another draw for every version."""
    x = index * np.uint64(_GOLDEN) + np.uint64(_stream(seed, name))
    if step is not None:
        x = x ^ (step.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F))
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: U64 = x ^ (x >> np.uint64(31))
    return mixed


def uniform(seed: int, name: str, index: U64, step: I64 | None = None) -> F64:
    """A number in (0, 1) a creator."""
    value: F64 = ((bits(seed, name, index, step) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    return value


def normal(seed: int, name: str, index: U64, step: I64 | None = None) -> F64:
    """A standard normal number a creator (Box and Muller, from one hash of 2 x 32 bits)."""
    mixed = bits(seed, name, index, step)
    first = ((mixed >> np.uint64(32)).astype(np.float64) + 0.5) * 2.0**-32
    second = ((mixed & np.uint64(0xFFFFFFFF)).astype(np.float64) + 0.5) * 2.0**-32
    value: F64 = np.sqrt(-2.0 * np.log(first)) * np.cos(2.0 * math.pi * second)
    return value


def schedule(seed: int, index: U64) -> tuple[I64, I64, I64]:
    """(period, phase, day of deletion) a creator: a change on every day where (day + phase) is a multiple of the period.

    Periods of 60 to 140 days make about one creator in a hundred change a day; one in five thousand is deleted a day.
    """
    mixed = bits(seed, "schedule", index)
    period = (mixed % np.uint64(81)).astype(np.int64) + 60
    phase = ((mixed >> np.uint64(32)) % period.astype(np.uint64)).astype(np.int64)
    life = np.floor(-np.log(uniform(seed, "life", index)) / 0.0002).astype(np.int64) + 1
    return period, phase, life


def _whole(values: F64) -> I64:
    """The nearest whole numbers."""
    whole: I64 = np.rint(values).astype(np.int64)
    return whole


def _rounded(values: F64, decimals: int) -> F64:
    rounded: F64 = np.round(values, decimals)
    return rounded


def _nice(price: F64) -> I64:
    """A price as people quote it: steps of a twentieth of its power of ten, at least 200 yuan."""
    step = np.maximum(10.0 ** np.floor(np.log10(np.maximum(price, 1.0))) / 20.0, 10.0)
    return _whole(np.maximum(np.rint(price / step) * step, 200.0))


def _shares(weights: F64) -> F64:
    """Rows scaled to a sum of 1 and cut to three decimals, as the source prints them."""
    scaled: F64 = np.round(weights / weights.sum(axis=1, keepdims=True), 3)
    return scaled


class Figures:
    """The figures of some creators, each at its own version; every property is one column, computed when first asked for."""

    def __init__(self, seed: int, index: U64, version: I64) -> None:
        self.seed = seed
        self.index = index
        self.version = version

    def _u(self, name: str, *, moves: bool = False) -> F64:
        return uniform(self.seed, name, self.index, self.version if moves else None)

    def _n(self, name: str, *, moves: bool = False) -> F64:
        return normal(self.seed, name, self.index, self.version if moves else None)

    def _matrix(self, name: str, width: int, spread: float) -> F64:
        """Log-normal noise, one row a creator."""
        wide = (self.index[:, None] * np.uint64(64) + np.arange(width, dtype=np.uint64)[None, :]).ravel()
        noise: F64 = np.exp(spread * normal(self.seed, name, wide)).reshape(-1, width)
        return noise

    def missing(self, name: str) -> Bools:
        """Where the source has no such value: between 3 and 15 in a hundred, a rate of its own for each field."""
        rate = 0.03 + (crc32(name.encode()) % 1000) / 1000 * 0.12
        absent: Bools = self._u("missing " + name) < rate
        return absent

    @cached_property
    def type_row(self) -> I64:
        """Row of CONTENT_TYPES."""
        found: I64 = np.minimum(np.searchsorted(_TYPE_EDGES, self._u("type")), len(CONTENT_TYPES) - 1).astype(np.int64)
        return found

    @cached_property
    def level2(self) -> I64:
        """Position of the main level-2 type in its row."""
        found: I64 = np.floor(self._u("level2") * _LEVEL2_COUNT[self.type_row]).astype(np.int64)
        return found

    @cached_property
    def place(self) -> I64:
        """Row of PLACES."""
        return np.minimum(np.searchsorted(_PLACE_EDGES, self._u("place")), len(PLACES) - 1).astype(np.int64)

    @cached_property
    def woman(self) -> Bools:
        women: Bools = self._u("gender") < _TYPE_WOMEN[self.type_row]
        return women

    @cached_property
    def sells(self) -> Bools:
        """Whether the creator sells with a shopping cart."""
        shop: Bools = self._u("shop") < 0.45
        return shop

    @cached_property
    def _fame(self) -> F64:
        return self._n("follower")

    @cached_property
    def _growth(self) -> F64:
        """Growth of followers from one version to the next, as a logarithm."""
        return 0.03 + 0.06 * self._n("growth")

    @cached_property
    def follower(self) -> I64:
        drift = self._growth * self.version + 0.01 * self._n("follower step", moves=True)
        return np.clip(np.exp(math.log(60_000) + 1.5 * self._fame + drift), 1_000, 98_000_000).astype(np.int64)

    @cached_property
    def fans_increment_30d(self) -> I64:
        return np.rint(self.follower * self._growth * 0.3 * (1 + 0.2 * self._n("increment", moves=True))).astype(np.int64)

    @cached_property
    def fans_increment_15d(self) -> I64:
        return np.rint(self.fans_increment_30d * (0.35 + 0.3 * self._u("increment half", moves=True))).astype(np.int64)

    @cached_property
    def _base_plays(self) -> F64:
        """Expected plays of version 0."""
        plays: F64 = np.clip(5.0 * np.exp(0.83 * (math.log(60_000) + 1.5 * self._fame) + 0.65 * self._n("plays")), 2_000, 30_000_000)
        return plays

    @cached_property
    def expected_plays(self) -> I64:
        drift = 0.4 * self._growth * self.version + 0.06 * self._n("plays step", moves=True)
        return np.rint(np.clip(self._base_plays * np.exp(drift), 1_500, 40_000_000)).astype(np.int64)

    @cached_property
    def expected_plays_range(self) -> tuple[I64, I64]:
        """The 10th and 90th percentile of what one sponsored video gets; steady creators have a narrow range, others a wide one."""
        width = 0.25 + 0.55 * self._u("plays spread")
        lean = 0.9 + 0.3 * self._u("plays lean")
        low = np.floor(self.expected_plays * np.exp(-width)).astype(np.int64)
        high = np.ceil(self.expected_plays * np.exp(width * lean)).astype(np.int64)
        return low, high

    @cached_property
    def natural_plays(self) -> I64:
        return np.rint(self.expected_plays * (0.72 + 0.26 * self._u("natural"))).astype(np.int64)

    @cached_property
    def _price(self) -> F64:
        """The quote for 21 to 60 seconds before rounding, yuan: expected plays times a CPM of 11 to 145."""
        cpm = np.clip(36.0 * np.exp(0.42 * self._n("cpm") - 0.05 * self._fame) * _TYPE_PRICE[self.type_row], 11.0, 145.0)
        step = (self.version + (bits(self.seed, "quote parity", self.index) & np.uint64(1)).astype(np.int64)) // 2
        price: F64 = self._base_plays * cpm / 1000.0 * np.exp(_PRICE_TREND * step + 0.07 * normal(self.seed, "quote", self.index, step))
        return price

    @cached_property
    def price_1_20(self) -> I64:
        return _nice(self._price * (0.55 + 0.30 * self._u("price short")))

    @cached_property
    def price_20_60(self) -> I64:
        return _nice(self._price)

    @cached_property
    def price_60(self) -> I64:
        return _nice(self._price * (1.20 + 0.60 * self._u("price long")))

    def cpm(self, price: I64) -> F64:
        """Yuan per thousand expected plays."""
        value: F64 = np.round(price / self.expected_plays * 1000.0, 2)
        return value

    def cpe(self, price: I64) -> F64:
        """Yuan per expected like, comment or share."""
        value: F64 = np.round(price / np.maximum(self.expected_plays * self.interact_rate, 1.0), 2)
        return value

    @cached_property
    def interact_rate(self) -> F64:
        warmth = 0.5 * self._n("interact") + 0.04 * self._n("interact step", moves=True) - 0.1 * self._fame
        return _rounded(np.clip(0.035 * np.exp(warmth), 0.003, 0.25), 4)

    @cached_property
    def finish_rate(self) -> F64:
        rate: F64 = 1.0 / (1.0 + np.exp(1.2 - 0.45 * self._n("finish") - 0.03 * self._n("finish step", moves=True)))
        return np.round(rate, 4)

    @cached_property
    def burst_rate(self) -> F64:
        """Share of videos that became a hit; zero for one creator in seven."""
        rate = np.clip(0.09 * np.exp(0.9 * self._n("burst")), 0.0, 0.8)
        return _rounded(np.where(self._u("burst none") < 0.15, 0.0, rate), 4)

    @cached_property
    def search_rate(self) -> F64:
        """Searches after view per play."""
        return _rounded(np.clip(0.004 * np.exp(0.8 * self._n("search")), 0.0, 0.06), 5)

    @cached_property
    def median_plays(self) -> I64:
        median: I64 = np.rint(self.expected_plays * 0.9 * np.exp(0.3 * self._n("median", moves=True))).astype(np.int64)
        return median

    @cached_property
    def median_interactions(self) -> I64:
        return np.rint(self.median_plays * self.interact_rate).astype(np.int64)

    @cached_property
    def sponsored_30d(self) -> I64:
        """Sponsored posts within 30 days."""
        return np.floor(1.6 * np.exp(0.8 * self._n("sponsored", moves=True))).astype(np.int64)

    def score(self, name: str, lean: F64) -> F64:
        """An index from 0 to 100 with one decimal that follows `lean` (about -2 to 2) and a part of its own."""
        return _rounded(np.clip(52.0 + 11.0 * lean + 9.0 * self._n(name) + 1.5 * self._n(name + " step", moves=True), 0.0, 100.0), 1)

    @cached_property
    def scores(self) -> dict[str, F64]:
        """The indexes by the name they carry in the feed."""
        busy: F64 = np.log1p(self.sponsored_30d.astype(np.float64)) - 0.7
        market = (self.cpm(self.price_20_60) - 36.0) / 25.0
        return {
            "star_index": self.score("star_index", 0.8 * self._fame),
            "link_spread_index": self.score("link_spread_index", 0.6 * self._fame + 0.5 * self._n("burst")),
            "link_shopping_index": self.score("link_shopping_index", 0.7 * self._n("search")),
            "link_convert_index": self.score("link_convert_index", 0.9 * np.where(self.sells, 1.0, 0.0) - 0.3),
            "cp_index": self.score("cp_index", -0.9 * market),
            "cooperate_index": self.score("cooperate_index", busy),
            "growth_index": self.score("growth_index", self._growth / 0.06 - 0.5),
        }

    @cached_property
    def audience_female(self) -> F64:
        """Share of women among the fans."""
        base = _TYPE_FANS_WOMEN[self.type_row]
        share: F64 = 1.0 / (1.0 + np.exp(-(np.log(base / (1.0 - base)) + 0.5 * self._n("audience gender"))))
        return np.round(share, 3)

    @cached_property
    def audience_age(self) -> F64:
        return _shares(_AGE[self.type_row] * self._matrix("audience age", 5, 0.32))

    @cached_property
    def audience_tier(self) -> F64:
        weights = _TIER_BASE[None, :] * self._matrix("audience tier", 6, 0.26)
        weights[np.arange(len(weights)), _PLACE_TIER[self.place]] *= 1.35
        return _shares(weights)

    @cached_property
    def audience_province(self) -> F64:
        weights = _PROVINCE_BASE[None, :] * self._matrix("audience province", len(AUDIENCE_PROVINCES), 0.25)
        home = _PLACE_PROVINCE[self.place]
        rows = np.flatnonzero(home >= 0)
        weights[rows, home[rows]] *= 2.6
        return _shares(weights)

    @cached_property
    def audience_device(self) -> F64:
        weights = _DEVICE_BASE[None, :] * self._matrix("audience device", 6, 0.22)
        weights[:, 0] *= 0.6 + 1.1 * (self.audience_tier[:, 0] + self.audience_tier[:, 1])
        return _shares(weights)

    @cached_property
    def audience_group(self) -> F64:
        weights = _GROUP_BASE[None, :] * self._matrix("audience group", 8, 0.28)
        weights[:, 0] *= 0.25 + 1.5 * self.audience_female * (self.audience_age[:, 1] + self.audience_age[:, 2])
        weights[:, 3] *= 0.3 + 2.6 * self.audience_age[:, 0]
        weights[:, 5] *= 0.4 + 4.0 * self.audience_age[:, 4]
        return _shares(weights)

    @cached_property
    def weekly_plays(self) -> I64:
        """Plays of the last 13 weeks, the oldest first."""
        posts = 1.0 + np.floor(4.0 * self._u("posts"))
        wide = (self.index[:, None] * np.uint64(64) + np.arange(13, dtype=np.uint64)[None, :]).ravel()
        step = np.repeat(self.version, 13)
        noise = normal(self.seed, "week", wide, step).reshape(-1, 13)
        spike = np.where(uniform(self.seed, "spike", wide, step).reshape(-1, 13) < 0.05, 4.0, 1.0)
        trend = np.exp(self._growth[:, None] * (np.arange(13)[None, :] - 12) * 0.5)
        return np.rint(self.median_plays[:, None] * posts[:, None] * np.exp(0.35 * noise) * spike * trend).astype(np.int64)
