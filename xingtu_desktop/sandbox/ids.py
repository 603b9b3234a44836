"""Ids of the sandbox: 19-digit integers that look like the platform's, and the fixed bijection between a creator's index and its author id.

An author id maps back to its index without any table, so that the catalog generator, the price of an order and the other side's play
agree about a creator of a million-row catalog that nobody has materialised.
"""

from __future__ import annotations

import hashlib

_AUTHOR_BASE = 6_600_000_000_000_000_000
_AUTHOR_MODULUS = 1 << 57
_AUTHOR_FACTOR = 0x9E37_79B9_7F4A_7C15 % _AUTHOR_MODULUS | 1
_AUTHOR_SHIFT = 0x5851_F42D_4C95_7F2D % _AUTHOR_MODULUS
_AUTHOR_INVERSE = pow(_AUTHOR_FACTOR, -1, _AUTHOR_MODULUS)
_AWEME_OFFSET = 1_000_000_007

LARGEST_CATALOG = 10_000_000
"""No catalog is larger than this; an id whose index lies beyond is nobody's."""

_KIND_BASE = {
    "star": 1_740_000_000_000_000_000,
    "campaign": 7_310_000_000_000_000_000,
    "demand": 7_320_000_000_000_000_000,
    "order": 7_330_000_000_000_000_000,
    "resource": 7_340_000_000_000_000_000,
    "item": 7_350_000_000_000_000_000,
    "component": 7_360_000_000_000_000_000,
    "project": 7_370_000_000_000_000_000,
    "anchor": 7_380_000_000_000_000_000,
}


def author_id_of(index: int) -> int:
    """The author id (19 digits) of the creator at `index` (0-based) of the catalog."""
    if not 0 <= index < LARGEST_CATALOG:
        raise ValueError(f"creator index {index} is outside 0..{LARGEST_CATALOG - 1}")
    return _AUTHOR_BASE + (index * _AUTHOR_FACTOR + _AUTHOR_SHIFT) % _AUTHOR_MODULUS


def author_index_of(author_id: int) -> int | None:
    """The catalog index of an author id, or None when no creator of any catalog has it."""
    offset = author_id - _AUTHOR_BASE
    if not 0 <= offset < _AUTHOR_MODULUS:
        return None
    index = (offset - _AUTHOR_SHIFT) * _AUTHOR_INVERSE % _AUTHOR_MODULUS
    return index if index < LARGEST_CATALOG else None


def aweme_author_id_of(author_id: int) -> int:
    """The Douyin user id behind a Star author id (another id space; the inverse is `author_id_of_aweme`)."""
    return author_id - _AUTHOR_BASE + _AWEME_OFFSET


def author_id_of_aweme(aweme_author_id: int) -> int:
    """The Star author id of a Douyin user id, by the same fixed shift; whether such a creator exists is for the caller."""
    return aweme_author_id - _AWEME_OFFSET + _AUTHOR_BASE


def entity_id(seed: int, kind: str, number: int) -> int:
    """The id of the `number`-th entity of a kind: increasing, 19 digits, with digits that look drawn; the same for the same seed."""
    digest = hashlib.blake2b(f"{seed}/{kind}/{number}".encode(), digest_size=4).digest()
    return _KIND_BASE[kind] + number * 4_294_967_296 + int.from_bytes(digest, "big")


def unit(*key: object) -> float:
    """A number in [0, 1) drawn by the key alone, so that a decision depends on what it is about and not on what was drawn before."""
    digest = hashlib.blake2b("/".join(map(str, key)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def between(low: int, high: int, *key: object) -> int:
    """An integer in [low, high] drawn by the key alone."""
    return low + int(unit(*key) * (high - low + 1))
