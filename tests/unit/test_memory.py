"""Promises of the program's own collections: they happen on the loop's thread alone, and garbage does go."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator

import pytest

from xingtu_desktop.core import memory


class Knot:
    """Garbage that only the collector finds."""

    def __init__(self) -> None:
        self.self = self


@pytest.fixture(autouse=True)
def collecting_as_before() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.enable()


async def test_garbage_made_in_a_thread_is_freed_on_the_loops_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "EVERY_SECONDS", 0.001)
    freed: list[int] = []
    gone = asyncio.Event()
    loop = asyncio.get_running_loop()

    def died() -> None:
        freed.append(threading.get_ident())
        loop.call_soon_threadsafe(gone.set)

    def litter() -> None:
        knot = Knot()
        weakref.finalize(knot, died)
        del knot
        # Enough for Python's own collector to have worked here many times.
        kept = [[] for _ in range(20_000)]
        assert kept

    collecting = asyncio.ensure_future(memory.collect_on_this_thread())
    await asyncio.sleep(0)
    assert not gc.isenabled()
    await asyncio.to_thread(litter)
    kept = [[] for _ in range(3_000)]
    await asyncio.wait_for(gone.wait(), 10)
    assert kept
    assert freed == [threading.get_ident()]
    collecting.cancel()
    await asyncio.gather(collecting, return_exceptions=True)
    assert gc.isenabled()


def test_nothing_is_collected_while_little_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(gc, "collect", asked.append)
    for counts, wanted in (
        ((10, 0, 0), []),
        ((5_000, 0, 0), [0]),
        ((5_000, 11, 3), [1]),
        ((5_000, 3, 30), [0]),
        ((5_000, 11, 30), [2]),
    ):
        asked.clear()
        monkeypatch.setattr(gc, "get_count", lambda counts=counts: counts)
        memory.collect_what_is_due()
        assert asked == wanted


def test_what_an_account_held_is_freed_after_it_was_left() -> None:
    gone: list[bool] = []
    knot = Knot()
    weakref.finalize(knot, gone.append, True)
    memory.end_start()
    del knot
    gc.collect()
    assert gone == []
    memory.end_use()
    assert gone == [True]
