"""Makes the short operation tags by which a created demand is found again, such as `#K7F2-1`."""

from __future__ import annotations

import random

from xingtu_desktop.core.errors import InvalidInput
from xingtu_desktop.domain.demand import LIMITS

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ234567"
"""Base 32 without I and O, which are read as 1 and 0."""
_GROUP = 4


def new_tags(count: int, rng: random.Random) -> list[str]:
    """One tag for each request of a batch: a random group of four and the request's number."""
    group = "".join(rng.choice(_ALPHABET) for _ in range(_GROUP))
    return [f"#{group}-{number}" for number in range(1, count + 1)]


def room_for_name(requests: int) -> int:
    """Code points left for a demand's name beside a space and the longest tag of a batch of `requests`."""
    return LIMITS["demand_name"] - len(f" #{'X' * _GROUP}-{requests}")


def tagged(name: str, tag: str) -> str:
    """The demand's name as it is sent; raises InvalidInput when name, space and tag exceed the platform's limit."""
    full = f"{name.rstrip()} {tag}"
    if len(full) > LIMITS["demand_name"]:
        raise InvalidInput(
            field="demand_name", code="too_long_with_tag", limit=LIMITS["demand_name"] - len(tag) - 1, length=len(name.rstrip())
        )
    return full
