"""How long to wait before the next try: exponential with full jitter, never earlier than the server asked."""

from __future__ import annotations

import random


class Backoff:
    """Delays in seconds: uniform between 0 and `base` × 2^failures, at most `cap`."""

    def __init__(self, base: float, cap: float, rng: random.Random) -> None:
        self._base = base
        self._cap = cap
        self._rng = rng

    def delay(self, failures: int, retry_after: float | None = None) -> float:
        """The wait after the given count of failures in a row (1 for the first).

        What the server asked for is a floor, and the jitter goes on top, so that a thousand desktops do not come back in one instant.
        """
        ceiling = min(self._cap, self._base * 2.0 ** min(max(failures, 1), 32))
        jitter = self._rng.uniform(0.0, ceiling)
        return jitter if retry_after is None else retry_after + min(jitter, max(1.0, retry_after / 4))
