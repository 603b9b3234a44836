"""Time as a dependency: the real clock, and one for tests that moves when told."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Xingtu's day: UTC+8, no daylight saving."""


class Clock(Protocol):
    """What the program asks of time."""

    def now(self) -> datetime:
        """The instant, aware, UTC."""

    def monotonic(self) -> float:
        """Seconds that never go back; for deadlines inside one run."""

    async def sleep(self, seconds: float) -> None:
        """Wait; cancellable."""


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that stands still until a test moves it; sleepers wake as it passes them."""

    def __init__(self, start: datetime = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)) -> None:
        self._now = start
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._elapsed + seconds, waiter))
        await waiter

    def advance(self, seconds: float) -> None:
        """Move on and wake whoever's time has come."""
        self._now += timedelta(seconds=seconds)
        self._elapsed += seconds
        due = [waiter for at, waiter in self._sleepers if at <= self._elapsed]
        self._sleepers = [(at, waiter) for at, waiter in self._sleepers if at > self._elapsed]
        for waiter in due:
            if not waiter.done():
                waiter.set_result(None)
