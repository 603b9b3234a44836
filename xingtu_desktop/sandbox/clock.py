"""The virtual clock of the sandbox: whole seconds since the epoch that run at a chosen speed and jump on request.

Lifecycle, audits and reports follow this clock; tokens, request ids, rate limits and delays of faults follow real time.
"""

from __future__ import annotations

import time
from collections.abc import Callable


class VirtualClock:
    """Virtual seconds since the epoch. `speed` is virtual seconds per real second; 0 stands still until `advance`."""

    def __init__(self, start: int, speed: float = 0.0, real: Callable[[], float] = time.monotonic) -> None:
        self._base = float(start)
        self._speed = speed
        self._real = real
        self._since = real()

    @property
    def speed(self) -> float:
        return self._speed

    def now(self) -> int:
        """The virtual instant in unix seconds."""
        return int(self._base + (self._real() - self._since) * self._speed)

    def advance(self, seconds: float) -> int:
        """Jump forward and return the new instant; time never goes back here (ValueError)."""
        if seconds < 0:
            raise ValueError("the virtual clock does not go back")
        self._base += seconds
        return self.now()

    def set_speed(self, speed: float) -> None:
        """Go on from the present instant at another speed."""
        if speed < 0:
            raise ValueError("speed is not negative")
        present = self._real()
        self._base += (present - self._since) * self._speed
        self._since = present
        self._speed = speed
