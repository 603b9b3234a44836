"""Owns the watch on the UI thread: how long the event loop went without a turn, and what it was doing meanwhile.

Time in which the thread could run but the machine ran something else is not counted: it says nothing of the program. Linux tells it to the
nanosecond. A machine that stood still as a whole (a host that took its processors away) is known by the second thread of the watch, which
did not wake either, and by the processor time that the first did not use.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType

import pytest
from PySide6.QtCore import Qt, QTimer


class ThreadClock:
    """Seconds of one thread: the clock's, less those that it stood ready in the queue for a processor."""

    def __init__(self) -> None:
        self._told = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self._tells = self._told.exists()

    def now(self) -> float:
        """Seconds since some beginning; any thread may ask."""
        if not self._tells:
            return time.perf_counter()
        _, waited_ns, _ = self._told.read_text().split()
        return time.perf_counter() - int(waited_ns) / 1e9


@dataclass(slots=True)
class LoopGaps:
    """What the watch saw: the longest time in milliseconds between two turns of the loop, and the stack inside the longest."""

    period_ms: float
    """How often the sampler wakes."""
    worst_ms: float = 0.0
    stack: str = ""
    turns: int = 0
    wakes: int = 0
    _clock: ThreadClock = field(default_factory=ThreadClock)
    _since: float = field(init=False)
    _used: float = field(default_factory=time.thread_time)
    _wakes_before: int = 0

    def __post_init__(self) -> None:
        self._since = self._clock.now()

    def turn(self) -> None:
        """Note that the loop had a turn; called on its thread."""
        now, used, wakes = self._clock.now(), time.thread_time(), self.wakes
        seen = max((used - self._used) * 1000, (wakes - self._wakes_before + 1) * self.period_ms)
        self.worst_ms = max(self.worst_ms, min((now - self._since) * 1000, seen))
        self._since, self._used, self._wakes_before = now, used, wakes
        self.turns += 1

    def running_ms(self) -> float:
        """Milliseconds since the last turn."""
        return (self._clock.now() - self._since) * 1000


@contextmanager
def watch_event_loop(limit_ms: float, *, tick_ms: int = 4) -> Iterator[LoopGaps]:
    """Watch the calling (Qt) thread; fail at the end if the loop stood still for more than `limit_ms` milliseconds."""
    gaps = LoopGaps(period_ms=limit_ms / 8)
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(gaps.turn)
    over = threading.Event()
    watched = threading.get_ident()
    sampler = threading.Thread(target=_sample, args=(gaps, over, watched, limit_ms), name="loop-gap-sampler", daemon=True)
    timer.start(tick_ms)
    sampler.start()
    try:
        yield gaps
        gaps.turn()
    finally:
        timer.stop()
        timer.deleteLater()
        over.set()
        sampler.join()
    if gaps.worst_ms > limit_ms:
        where = gaps.stack or "(too short to sample)"
        pytest.fail(f"The UI thread stood still for {gaps.worst_ms:.0f} ms (limit {limit_ms:.0f} ms), here:\n{where}")


def _sample(gaps: LoopGaps, over: threading.Event, watched: int, limit_ms: float) -> None:
    longest = limit_ms
    while not over.wait(gaps.period_ms / 1000):
        gaps.wakes += 1
        if (running := gaps.running_ms()) > longest:
            longest = running
            gaps.stack = _stack_of(watched)


def _stack_of(thread: int) -> str:
    """Where a thread is. The frames are let go at once: one held on to keeps a painter in it alive past its painting, and Qt aborts."""
    places: list[tuple[CodeType, int]] = []
    frame = sys._current_frames().get(thread)
    while frame is not None:
        places.append((frame.f_code, frame.f_lineno))
        frame = frame.f_back
    lines = (traceback.FrameSummary(code.co_filename, line, code.co_qualname) for code, line in reversed(places[:12]))
    return "".join(traceback.format_list(list(lines)))
