"""Owns the promises of the event stream: order, resume, heartbeat, a token, and integers in its data."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import pytest

from tests.sandbox.feed_support import TOKEN, client_of, small_world
from xingtu_desktop.sandbox import events
from xingtu_desktop.sandbox.world import World

ORDER = 7_330_000_000_000_000_123


def parsed(chunk: bytes) -> dict[str, Any]:
    lines = dict(line.split(": ", 1) for line in chunk.decode().strip().split("\n"))
    return {"id": int(lines["id"]), "event": lines["event"], "data": json.loads(lines["data"])}


async def some(world: World, after: int, count: int) -> list[dict[str, Any]]:
    """The next `count` events of a stream."""
    found: list[dict[str, Any]] = []
    async with aclosing(events.stream(world, after)) as stream, asyncio.timeout(5):
        async for chunk in stream:
            if chunk.startswith(b"id:"):
                found.append(parsed(chunk))
            if len(found) == count:
                break
    return found


async def test_events_after_an_id_come_in_order_and_then_those_to_come() -> None:
    world = small_world()
    for status in (1, 41, 43):
        world.emit("order.changed", {"order_id": ORDER, "status": status})
    waiting = asyncio.create_task(some(world, 1, 4))
    await asyncio.sleep(0)
    for status in (51, 53):
        world.emit("order.changed", {"order_id": ORDER, "status": status, "title": "中文"})
    found = await waiting
    assert [one["id"] for one in found] == [2, 3, 4, 5]
    assert [one["data"]["payload"]["status"] for one in found] == [41, 43, 51, 53]
    assert found[-1]["event"] == "order.changed"
    assert type(found[0]["data"]["payload"]["order_id"]) is int
    assert found[0]["data"]["at"] == world.now()


async def test_a_long_absence_is_made_up_for_completely() -> None:
    world = small_world()
    with world.transaction():
        for number in range(950):
            world.emit("order.changed", {"order_id": ORDER, "number": number})
    found = await some(world, 0, 950)
    assert [one["data"]["payload"]["number"] for one in found] == list(range(950))


async def test_an_idle_stream_stays_alive_and_leaves_no_listener_behind() -> None:
    world = small_world()
    async with aclosing(events.stream(world, 0, heartbeat=0.01)) as stream:
        first, second = await anext(stream), await anext(stream)
    assert first == b"retry: 2000\n\n"
    assert second.startswith(b":")
    assert world._listeners == []


async def test_a_reset_log_is_told_from_its_beginning() -> None:
    world = small_world()
    world.emit("order.changed", {"order_id": ORDER})
    assert [one["id"] for one in await some(world, 90, 1)] == [1]


async def test_the_path_wants_a_live_token_and_a_whole_number() -> None:
    async with client_of(events.routes(small_world()), token=None) as client:
        assert (await client.get("/sandbox/events")).status_code == 401
        assert (await client.get("/sandbox/events", params={"access_token": "stranger"})).status_code == 401
        answer = await client.get("/sandbox/events", headers={"Authorization": f"Bearer {TOKEN}", "Last-Event-ID": "soon"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "event_id_invalid")


@pytest.mark.parametrize("last", ["header", "query"])
async def test_the_path_streams_from_the_id_that_was_given(last: str) -> None:
    world = small_world()
    for number in range(3):
        world.emit("money.moved", {"fen": number})
    scope_headers = [(b"access-token", TOKEN.encode())] + ([(b"last-event-id", b"1")] if last == "header" else [])
    query = b"last_event_id=1" if last == "query" else b""
    sent: list[dict[str, Any]] = []
    enough = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await enough.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)
        if sum(one.get("body", b"").startswith(b"id:") for one in sent) == 2:
            enough.set()

    route = events.routes(world)[0]
    scope = {"type": "http", "method": "GET", "path": "/sandbox/events", "query_string": query, "headers": scope_headers, "app": None}
    async with asyncio.timeout(5):
        await route.handle(scope, receive, send)
    assert dict(sent[0]["headers"])[b"content-type"].startswith(b"text/event-stream")
    found = [parsed(one["body"]) for one in sent if one.get("body", b"").startswith(b"id:")]
    assert [one["id"] for one in found] == [2, 3]
