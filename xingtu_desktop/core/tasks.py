"""The whole concurrency story: tasks with a name, a group and an owner, and a small pool that computes.

One thread runs Qt and asyncio. One worker thread owns the database (storage/database.py). A small pool computes
(index, exports, images). A click is a plain slot that spawns a coroutine in its view's `TaskScope`:

* the scope holds the task, so that it cannot be collected while it runs;
* a newer task of the same group supersedes the older one (its result is dropped; requests under way are shielded in
  api/transport.py and finish);
* an error goes to one sink, once;
* the owner closes the scope; nothing outlives its owner.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, Protocol, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

log = logging.getLogger(__name__)

ErrorSink = Callable[[str, BaseException], None]


def _log_error(name: str, error: BaseException) -> None:
    log.error("task %s failed", name, exc_info=error)


class TaskScope:
    """Owns the tasks of one view, service or program part."""

    def __init__(self, name: str, on_error: ErrorSink = _log_error) -> None:
        self.name = name
        self._on_error = on_error
        self._tasks: set[asyncio.Task[Any]] = set()
        self._groups: dict[str, asyncio.Task[Any]] = {}
        self._closed = False

    def spawn(self, coro: Coroutine[Any, Any, T], *, name: str, group: str | None = None) -> asyncio.Task[T]:
        """Start `coro`; a running task of the same `group` is superseded first."""
        if self._closed:
            coro.close()
            raise RuntimeError(f"scope {self.name} is closed")
        task = asyncio.get_running_loop().create_task(coro, name=f"{self.name}/{name}")
        if group is not None:
            older = self._groups.get(group)
            if older is not None:
                older.cancel()
            self._groups[group] = task
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._finished(done, group))
        return task

    def _finished(self, task: asyncio.Task[Any], group: str | None) -> None:
        self._tasks.discard(task)
        if group is not None and self._groups.get(group) is task:
            del self._groups[group]
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self._on_error(task.get_name(), error)

    def cancel(self, group: str) -> None:
        """Drop the running task of `group`, if any."""
        task = self._groups.get(group)
        if task is not None:
            task.cancel()

    @property
    def closed(self) -> bool:
        return self._closed

    async def close(self) -> None:
        """Cancel what runs and wait until it has ended; safe to call twice."""
        self._closed = True
        pending = list(self._tasks)
        for task in pending:
            task.cancel()
        if pending:
            await asyncio.gather(*pending, return_exceptions=True)


class Compute(Protocol):
    """Runs a plain function off the UI thread."""

    async def run(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result; its error is raised here."""


class ComputePool:
    """A small pool of threads for index, exports and images."""

    def __init__(self, workers: int = 2) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="compute")

    async def run(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: fn(*args, **kwargs))

    def shutdown(self) -> None:
        """Wait for what runs; drop what has not begun."""
        self._pool.shutdown(wait=True, cancel_futures=True)


class InlineCompute:
    """Computes on the spot; for tests and tools without a loop to keep free."""

    async def run(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return fn(*args, **kwargs)
