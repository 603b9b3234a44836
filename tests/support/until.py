"""Owns waiting in tests: until a condition holds, asked again whenever the program says that something changed, with a deadline."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar

from xingtu_desktop.core.events import Changes

T = TypeVar("T")

_HEARTBEAT = 0.2
"""Seconds; what another process does is told by nobody, so the condition is asked again this often."""


async def until(
    condition: Callable[[], T | Awaitable[T]], changes: Changes, *, within: float = 30.0, told: Callable[[], object] | None = None
) -> T:
    """The first true answer of `condition` (plain or a coroutine); fails after `within` seconds and says what `told` knows then."""
    moved = asyncio.Event()
    stop = changes.subscribe(lambda _change: moved.set())
    try:
        async with asyncio.timeout(within):
            while True:
                moved.clear()
                if answer := await _ask(condition):
                    return answer
                try:
                    await asyncio.wait_for(moved.wait(), _HEARTBEAT)
                except TimeoutError:
                    continue
    except TimeoutError:
        raise AssertionError(f"{_name(condition)} did not come true in {within:g} s; {told() if told else ''}") from None
    finally:
        stop()


async def _ask(condition: Callable[[], T | Awaitable[T]]) -> T:
    answer = condition()
    return await answer if inspect.isawaitable(answer) else answer


def _name(condition: Callable[..., object]) -> str:
    return getattr(condition, "__qualname__", repr(condition))
