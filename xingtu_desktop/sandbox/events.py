"""The sandbox's event stream: `GET /sandbox/events`, server-sent events from the world's event log, resumed by `Last-Event-ID`.

Every event has `id` (an integer that grows by one), `event` (its kind, as the world emits it: order.changed, money.moved …) and `data`,
one JSON object {"id", "kind", "at", "payload"}; ids inside are JSON integers, `at` is the virtual unix second. A new stream begins
with what comes next; one with `Last-Event-ID` (header, or `last_event_id` in the query) brings everything after it first. A comment line
keeps an idle connection alive. An access token is needed, in the header or as `access_token` in the query.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from xingtu_desktop.sandbox.records import Event, Grant

if TYPE_CHECKING:
    from xingtu_desktop.sandbox.world import World

HEARTBEAT_SECONDS: Final = 15.0
_BATCH: Final = 200


def encoded(event: Event) -> bytes:
    """One event in the stream's text form."""
    data = {"id": event.event_id, "kind": event.kind, "at": event.at, "payload": json.loads(event.payload)}
    return f"id: {event.event_id}\nevent: {event.kind}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


async def stream(world: World, after: int, heartbeat: float = HEARTBEAT_SECONDS) -> AsyncIterator[bytes]:
    """The events after an id, those to come included; a comment whenever none came for `heartbeat` seconds."""
    fresh = asyncio.Event()
    stop = world.listen(lambda _event: fresh.set())
    try:
        yield b"retry: 2000\n\n"
        while True:
            fresh.clear()
            if world.ledger.last_event_id() < after:
                after = 0  # the world was reset: its log began anew
            events = world.ledger.events_after(after, _BATCH)
            for event in events:
                yield encoded(event)
                after = event.event_id
            if len(events) == _BATCH:
                continue
            try:
                async with asyncio.timeout(heartbeat):
                    await fresh.wait()
            except TimeoutError:
                yield b": still here\n\n"
    finally:
        stop()


def routes(world: World) -> list[BaseRoute]:
    """The stream's path."""

    async def events(request: Request) -> Response:
        token = request.headers.get("access-token") or request.query_params.get("access_token", "")
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            token = bearer.strip()
        grant = world.ledger.get(Grant, token) if token else None
        if grant is None or grant.status != "live" or grant.access_expires <= time.time():
            return JSONResponse({"error": {"code": "token_invalid", "message": "an access token that is live is needed"}}, 401)
        last = request.headers.get("last-event-id") or request.query_params.get("last_event_id", "")
        if last and not (last.isascii() and last.isdigit()):
            return JSONResponse({"error": {"code": "event_id_invalid", "message": "Last-Event-ID is a whole number"}}, 400)
        newest = world.ledger.last_event_id()
        after = int(last) if last else newest
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream(world, after), media_type="text/event-stream", headers=headers)

    return [Route("/sandbox/events", events)]
