"""Tasks have an owner: newer supersedes older, errors reach one sink, nothing outlives the scope."""

from __future__ import annotations

import asyncio

from xingtu_desktop.core.clock import ManualClock
from xingtu_desktop.core.events import Change, Changes, Topic
from xingtu_desktop.core.log import Redactor
from xingtu_desktop.core.tasks import TaskScope


def test_a_newer_task_of_a_group_supersedes_the_older() -> None:
    async def main() -> list[str]:
        scope, done, gate = TaskScope("view"), [], asyncio.Event()

        async def work(name: str) -> None:
            await gate.wait()
            done.append(name)

        scope.spawn(work("old"), name="search", group="search")
        newer = scope.spawn(work("new"), name="search", group="search")
        gate.set()
        await newer
        await scope.close()
        return done

    assert asyncio.run(main()) == ["new"]


def test_an_error_reaches_the_sink_once_with_the_task_name() -> None:
    heard: list[tuple[str, str]] = []

    async def main() -> None:
        scope = TaskScope("view", lambda name, error: heard.append((name, str(error))))

        async def fail() -> None:
            raise ValueError("no")

        task = scope.spawn(fail(), name="load")
        await asyncio.wait([task])
        await asyncio.sleep(0)
        await scope.close()

    asyncio.run(main())
    assert heard == [("view/load", "no")]


def test_closing_a_scope_ends_its_tasks_and_refuses_new_ones() -> None:
    async def main() -> bool:
        scope = TaskScope("view")
        task = scope.spawn(asyncio.Event().wait(), name="wait")
        await scope.close()
        try:
            scope.spawn(asyncio.sleep(0), name="late")
        except RuntimeError:
            return task.cancelled()
        return False

    assert asyncio.run(main())


def test_a_manual_clock_wakes_sleepers_when_it_passes_them() -> None:
    async def main() -> list[int]:
        clock, woke = ManualClock(), []

        async def nap(seconds: int) -> None:
            await clock.sleep(seconds)
            woke.append(seconds)

        naps = [asyncio.create_task(nap(s)) for s in (5, 20)]
        await asyncio.sleep(0)
        clock.advance(10)
        await naps[0]
        result = list(woke)
        clock.advance(10)
        await naps[1]
        return result

    assert asyncio.run(main()) == [5]


def test_a_failing_listener_keeps_nobody_else_from_hearing() -> None:
    changes, heard = Changes(), []

    def broken(change: Change) -> None:
        raise RuntimeError("listener")

    changes.subscribe(broken, Topic.ORDERS)
    stop = changes.subscribe(heard.append, Topic.ORDERS)
    changes.publish(Change.of(Topic.ORDERS))
    changes.publish(Change.of(Topic.BRIEFS))
    stop()
    changes.publish(Change.of(Topic.ORDERS))
    assert len(heard) == 1


def test_secrets_are_taken_out_of_log_lines_by_value_and_by_pattern() -> None:
    redactor = Redactor()
    redactor.keep_out("s3cr3t-value")
    line = redactor.clean('got s3cr3t-value, "access_token": "abcdef123456", phone 13812345678')
    assert "s3cr3t-value" not in line
    assert "abcdef123456" not in line
    assert "13812345678" not in line
