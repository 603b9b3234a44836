"""Owns how coroutine tests and coroutine fixtures run: on the one Qt loop if they use Qt, else on a loop of their own.

A coroutine test needs no marker. One that asks for `qtbot` or `qapp` (directly or through a fixture) runs on the process's only
qasync loop, because a second QEventLoop in one process segfaults; every other one gets a fresh loop that is closed behind it.
Fixtures may be coroutines or async generators too (function scope only); they run on the loop of their test.

A task that is still pending when the test has ended, or an exception that nobody fetched, fails the test.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
from collections.abc import Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from qasync import QEventLoop

Answer = TypeVar("Answer")


class LoopOfTest:
    """The event loop that one test runs on, and what went wrong on it unseen."""

    def __init__(self, loop: asyncio.AbstractEventLoop, run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self.loop = loop
        self._run = run
        self._unseen: list[str] = []
        loop.set_exception_handler(self._on_unseen_error)

    def run(self, coroutine: Coroutine[Any, Any, Answer]) -> Answer:
        """Run `coroutine` to its end on this test's loop."""
        answer: Answer = self._run(coroutine)
        return answer

    def close(self) -> list[str]:
        """Cancel what still runs; return one sentence for each thing that was left behind."""
        leaked = [task for task in asyncio.all_tasks(self.loop) if not task.done()]
        faults = [f"task {task.get_name()!r} is still pending: {task.get_coro()!r}" for task in leaked]
        for task in leaked:
            task.cancel()
        if leaked:
            self.run(_settle(leaked))
        # A task's unfetched exception is reported when the task is collected.
        gc.collect()
        self.loop.set_exception_handler(None)
        return faults + self._unseen

    def _on_unseen_error(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        self._unseen.append(f"{context.get('message', 'error on the loop')}: {error!r}")


async def _settle(tasks: list[asyncio.Task[Any]]) -> None:
    await asyncio.wait(tasks, timeout=5)


@pytest.fixture(scope="session")
def qt_loop(qapp: Any) -> Iterator[QEventLoop]:
    """The process's one qasync event loop."""
    from qasync import QEventLoop

    loop = QEventLoop(qapp)
    yield loop
    loop.close()


@pytest.fixture
def aio(request: pytest.FixtureRequest, nothing_left_behind: None) -> Iterator[LoopOfTest]:
    """The loop of this test; ask for it to run coroutines from a plain test function."""
    if "qapp" in request.fixturenames:
        loop = request.getfixturevalue("qt_loop")
        asyncio.set_event_loop(loop)
        scope = LoopOfTest(loop, loop.run_until_complete)
        yield scope
        faults = scope.close()
        asyncio.set_event_loop(None)
    else:
        with asyncio.Runner() as runner:
            scope = LoopOfTest(runner.get_loop(), runner.run)
            yield scope
            faults = scope.close()
    if faults:
        pytest.fail("The test left work on its event loop (close the TaskScope, await or cancel the task):\n  " + "\n  ".join(faults))


class AsyncPlugin:
    """The pytest hooks that make coroutine tests and fixtures run."""

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj) and "aio" not in item.fixturenames:
            item.fixturenames.append("aio")

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        if not inspect.iscoroutinefunction(pyfuncitem.obj):
            return None
        wanted = inspect.signature(pyfuncitem.obj).parameters
        arguments = {name: value for name, value in pyfuncitem.funcargs.items() if name in wanted}
        scope: LoopOfTest = pyfuncitem.funcargs["aio"]
        scope.run(pyfuncitem.obj(**arguments))
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Any:
        function = fixturedef.func
        is_generator = inspect.isasyncgenfunction(function)
        if not is_generator and not inspect.iscoroutinefunction(function):
            return None
        scope: LoopOfTest = request.getfixturevalue("aio")
        arguments = {name: request.getfixturevalue(name) for name in fixturedef.argnames}
        if is_generator:
            generator = function(**arguments)
            value = scope.run(_first(generator))
            fixturedef.addfinalizer(lambda: scope.run(_exhaust(generator)))
        else:
            value = scope.run(function(**arguments))
        fixturedef.cached_result = (value, fixturedef.cache_key(request), None)
        return value


async def _first(generator: Any) -> Any:
    return await anext(generator)


async def _exhaust(generator: Any) -> None:
    async for _ in generator:
        raise RuntimeError("an async fixture must yield once")
