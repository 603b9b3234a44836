"""The limiter keeps just below limits that nobody publishes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest

from xingtu_desktop.api.rate_limit import EndpointLimiter, RateLimiter
from xingtu_desktop.core.clock import ManualClock
from xingtu_desktop.core.errors import RateLimited


class Meter:
    """A server's own limiter: `allow(now)` says whether a request at that second passes."""

    def __init__(self, per_second: float, burst: float) -> None:
        self._per_second, self._burst, self._tokens, self._at = per_second, burst, burst, 0.0

    def allow(self, now: float) -> bool:
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return True
        return False


class Window:
    """A fixed window: so many a minute."""

    def __init__(self, per_minute: int) -> None:
        self._most, self._window, self._count = per_minute, -1, 0

    def allow(self, now: float) -> bool:
        window = int(now // 60)
        if window != self._window:
            self._window, self._count = window, 0
        self._count += 1
        return self._count <= self._most


async def drain(
    jobs: int, allow: Callable[[float], bool], *, latency: float = 0.05, seed: int = 1, until: float = 1e9
) -> tuple[int, int, float]:
    """Run `jobs` reads against a server; returns (sent, passed, seconds of the clock)."""
    clock = ManualClock()
    limiter = EndpointLimiter("/x/", clock=clock, rng=random.Random(seed), base=1.0, cap=300.0)
    sent = passed = 0
    async def job() -> None:
        nonlocal sent, passed
        while clock.monotonic() < until:
            async with limiter.turn(1e9):
                sent += 1
                good = allow(clock.monotonic())
                await clock.sleep(latency)
                if good:
                    limiter.passed()
                    passed += 1
                    return
                limiter.limited(None)

    tasks = [asyncio.create_task(job()) for _ in range(jobs)]
    while not all(task.done() for task in tasks) and clock.monotonic() < until:
        for _ in range(6):
            await asyncio.sleep(0)
        due = [at for at, waiter in clock._sleepers if not waiter.done()]
        if due:
            clock.advance(max(min(due) - clock.monotonic(), 0.0) + 1e-9)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return sent, passed, clock.monotonic()


@pytest.mark.parametrize("per_second", [0.5, 2.0, 10.0, 40.0])
async def test_a_storm_costs_five_percent_and_drains(per_second: float) -> None:
    """Twenty times as much is wanted as passes: an hour's work in a few minutes' patience."""
    jobs = int(min(per_second * 3600, 2000))
    sent, passed, seconds = await drain(jobs, Meter(per_second, burst=max(1.0, per_second)).allow)
    assert passed == jobs
    assert sent <= 1.05 * passed + 8  # the eight that were under way when the first limit fired
    assert seconds <= 1.2 * (jobs / per_second) + 10


async def test_a_fixed_window_is_learned_too() -> None:
    sent, passed, seconds = await drain(1200, Window(60).allow)
    assert passed == 1200
    assert sent <= 1.10 * passed
    assert seconds <= 1.4 * 1200


async def test_a_server_that_lets_nothing_through_is_asked_ever_more_rarely() -> None:
    sent, passed, _ = await drain(50, lambda now: False, until=3600.0)
    assert passed == 0
    assert sent <= 40


def limiter_at(clock: ManualClock) -> EndpointLimiter:
    return EndpointLimiter("/x/", clock=clock, rng=random.Random(3), base=1.0, cap=300.0)


async def test_retry_after_is_honoured_to_the_second() -> None:
    clock = ManualClock()
    limiter = limiter_at(clock)
    async with limiter.turn(1):
        limiter.limited(17.0)
    assert limiter.wait() == pytest.approx(17.0)
    with pytest.raises(RateLimited) as caught:
        async with limiter.turn(2):
            raise AssertionError("it should have rested")
    assert caught.value.retry_after == pytest.approx(17.0)
    clock.advance(17.0)
    async with limiter.turn(0):
        limiter.passed()


async def test_only_one_request_looks_whether_the_limit_is_over() -> None:
    clock = ManualClock()
    limiter = limiter_at(clock)
    async with limiter.turn(1):
        limiter.limited(1.0)
    clock.advance(1.0)
    looking, second_in = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with limiter.turn(10):
            looking.set()
            await clock.sleep(5)
            limiter.passed()

    async def second() -> None:
        async with limiter.turn(100):
            second_in.set()

    one, two = asyncio.create_task(first()), asyncio.create_task(second())
    await looking.wait()
    for _ in range(10):
        await asyncio.sleep(0)
    assert not second_in.is_set()
    for _ in range(100):
        clock.advance(1)
        for _ in range(6):
            await asyncio.sleep(0)
        if second_in.is_set():
            break
    await asyncio.gather(one, two)


async def test_a_waiter_that_gives_up_hands_the_turn_on() -> None:
    clock = ManualClock()
    limiter = limiter_at(clock)
    async with limiter.turn(1):
        limiter.limited(1.0)

    async def take() -> None:
        async with limiter.turn(10):
            limiter.passed()

    gone, stays = asyncio.create_task(take()), asyncio.create_task(take())
    await asyncio.sleep(0)
    gone.cancel()
    for _ in range(20):
        clock.advance(1)
        for _ in range(4):
            await asyncio.sleep(0)
    assert stays.done()
    await asyncio.gather(gone, return_exceptions=True)
    await stays


async def test_the_learned_pace_is_forgotten_after_a_quiet_quarter_of_an_hour() -> None:
    clock = ManualClock()
    limiter = limiter_at(clock)
    async with limiter.turn(1):
        limiter.limited(1.0)
    assert limiter.pace is not None
    clock.advance(1000)
    async with limiter.turn(1):
        limiter.passed()
    assert limiter.pace is None


def test_apps_and_endpoints_are_limited_apart() -> None:
    limiters = RateLimiter(clock=ManualClock())
    assert limiters.of(1, "/a/") is limiters.of(1, "/a/")
    assert limiters.of(1, "/a/") is not limiters.of(1, "/b/")
    assert limiters.of(1, "/a/") is not limiters.of(2, "/a/")
    limiters.of(1, "/a/").limited(9.0)
    assert list(limiters.resting()) == ["/a/"]
