"""One limiter a (app, endpoint): learns the platform's unpublished limits from 40100, 40110 and 40130 and keeps just below them.

Until a limit fires nothing is held back. When one fires, the endpoint pauses (Retry-After, else full jitter that doubles while limits go
on), lets exactly one request through to look, and goes on at a learned pace: a tenth below the pace at which the limit fired, climbing back
by a small constant step a success. So about one request in forty finds the limit again, and a storm costs at most 5 % of what is sent.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.errors import RateLimited

_DECREASE = 0.9
_FAR_OFF = 0.7
_SUCCESSES_TO_CLIMB = 40
_REMEMBERED = 256
_AT_ONCE = 4
_OBSERVE = 10.0
_FORGET_AFTER = 900.0
"""Seconds without a limit after which the learned pace is dropped: quotas are re-assessed and peaks pass (wire.md A3)."""
_SLOWEST = 1 / 300.0


class EndpointLimiter:
    """The pace of one endpoint, in requests a second; None while no limit was ever met."""

    def __init__(self, endpoint: str, *, clock: Clock, rng: random.Random, base: float, cap: float) -> None:
        self.endpoint = endpoint
        self._clock = clock
        self._rng = rng
        self._base = base
        self._cap = cap
        self._gate = asyncio.Lock()
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._passed: deque[float] = deque(maxlen=_REMEMBERED)
        self._pace: float | None = None
        self._step = 0.0
        self._level = 0
        self._paused_until = 0.0
        self._paused_at = float("-inf")
        self._next_at = 0.0

    @property
    def pace(self) -> float | None:
        """Requests a second that the endpoint is thought to bear."""
        return self._pace

    def wait(self) -> float:
        """Seconds until the next request may leave; 0 when now."""
        return max(0.0, self._paused_until - self._clock.monotonic(), self._next_at - self._clock.monotonic())

    @asynccontextmanager
    async def turn(self, patience: float) -> AsyncIterator[None]:
        """Wait for this request's turn, first come first served; RateLimited (nothing sent) if that takes above `patience` seconds.

        While the endpoint is only being looked at again, the turn lasts until the answer is known.
        """
        deadline = self._clock.monotonic() + patience
        # Nobody holds a turn while waiting for a connection: a backlog that was let in before a limit fired would run into it one by one.
        async with self._at_once:
            async with self._gate:
                await self._rest(deadline)
                self._leave()
                if self._level > 0:
                    yield
                    return
            yield

    async def _rest(self, deadline: float) -> None:
        while (wait := self.wait()) > 0:
            if self._clock.monotonic() + wait > deadline:
                raise RateLimited("the endpoint rests", layer="own", code=0, retry_after=wait, endpoint=self.endpoint)
            await self._clock.sleep(wait)

    def _leave(self) -> None:
        now = self._clock.monotonic()
        if self._pace is not None and now - self._paused_at > _FORGET_AFTER:
            self._pace = None
        if self._pace is not None:
            # Late leaving is made up for by at most one request, so that a pace never turns into a burst.
            self._next_at = max(self._next_at + 1 / self._pace, now)

    def passed(self) -> None:
        """A request of this endpoint was let through."""
        self._level = 0
        self._passed.append(self._clock.monotonic())
        if self._pace is not None:
            self._pace += self._step

    def limited(self, retry_after: float | None) -> None:
        """A request of this endpoint met a limit."""
        now = self._clock.monotonic()
        if now < self._paused_until:
            # Others that left before the pause come back limited too: one event, one lesson.
            if retry_after is not None:
                self._paused_until = max(self._paused_until, now + retry_after)
            return
        bearable = self._pace if self._pace is not None else self._observed(now)
        # The first limit of a row tells where the edge is; one that meets the single look after a pause tells that the guess was far off.
        self._pace = max(_SLOWEST, bearable * (_DECREASE if self._level == 0 else _FAR_OFF))
        self._step = (bearable - self._pace) / _SUCCESSES_TO_CLIMB
        interval = 1 / self._pace
        jitter = min(self._base, 4 * interval) if self._level == 0 else min(self._cap, self._base * 2**self._level)
        pause = retry_after if retry_after is not None else min(self._cap, interval) + self._rng.uniform(0, jitter)
        self._level = min(self._level + 1, 16)
        self._paused_at = now
        self._paused_until = now + pause
        self._next_at = self._paused_until

    def _observed(self, now: float) -> float:
        """Requests a second that passed lately, as a first guess."""
        recent = [at for at in self._passed if now - at <= _OBSERVE]
        if not recent:
            return 1.0
        return max(len(recent) / max(now - recent[0], 1.0), _SLOWEST)


class RateLimiter:
    """Keeps an `EndpointLimiter` for every (app, endpoint)."""

    def __init__(self, *, clock: Clock, base: float = 1.0, cap: float = 300.0, rng: random.Random | None = None) -> None:
        self._clock = clock
        self._base = base
        self._cap = cap
        self._rng = rng or random.Random()
        self._limiters: dict[tuple[int, str], EndpointLimiter] = {}

    def of(self, app_id: int, endpoint: str) -> EndpointLimiter:
        """The limiter of one endpoint as one app uses it."""
        key = (app_id, endpoint)
        limiter = self._limiters.get(key)
        if limiter is None:
            limiter = EndpointLimiter(endpoint, clock=self._clock, rng=self._rng, base=self._base, cap=self._cap)
            self._limiters[key] = limiter
        return limiter

    def resting(self) -> dict[str, float]:
        """Endpoints that wait, and for how many seconds."""
        return {limiter.endpoint: limiter.wait() for limiter in self._limiters.values() if limiter.wait() > 0}
