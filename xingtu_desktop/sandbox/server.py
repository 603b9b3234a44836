"""Puts the sandbox together: one Starlette application from the route lists of its modules, and the world that they share."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from xingtu_desktop.sandbox import (
    bills,
    components,
    control,
    decisions,
    demands,
    events,
    feed,
    history,
    lookups,
    media,
    oauth,
    orders,
    play,
    projects,
    reports,
)
from xingtu_desktop.sandbox.clock import VirtualClock
from xingtu_desktop.sandbox.ledger import Ledger
from xingtu_desktop.sandbox.pipeline import not_found
from xingtu_desktop.sandbox.world import World

_TICK_SECONDS = 0.2
Routes = Callable[[World], Sequence[BaseRoute]]


def build_world(
    *, seed: int = 1, creators: int = 10_000, speed: float = 0.0, start: int | None = None, ledger_path: str = ":memory:"
) -> World:
    """A world with its history. A ledger file that already holds one goes on from its own clock, seed and size."""
    ledger = Ledger(ledger_path, seed)
    kept = ledger.meta("world")
    if kept is not None:
        found = json.loads(kept)
        ledger.close()
        ledger = Ledger(ledger_path, found["seed"])
        clock = VirtualClock(int(ledger.meta("now") or found["start"]), speed)
        world = World(ledger, clock, seed=found["seed"], creators=found["creators"], start=found["start"])
        return world
    first = int(time.time()) if start is None else start
    world = World(ledger, VirtualClock(first, speed), seed=seed, creators=creators)
    with world.transaction():
        ledger.set_meta("world", json.dumps({"seed": seed, "creators": creators, "start": first}))
        history.write(world)
    return world


class Sandbox:
    """The ASGI application; keeps hold of the connection so that a fault can drop it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._application = Starlette(
            routes=all_routes(world),
            lifespan=self._lifespan,
            exception_handlers={404: _unknown, 405: _unknown, 500: _unknown},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["sandbox.transport"] = getattr(getattr(send, "__self__", None), "transport", None)
        await self._application(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, _application: Starlette) -> AsyncIterator[None]:
        ticking = asyncio.create_task(self._tick())
        try:
            yield
        finally:
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking
            self.world.keep_clock()

    async def _tick(self) -> None:
        while True:
            if self.world.clock.speed:
                await play.catch_up_gently(self.world)
            await asyncio.sleep(_TICK_SECONDS)


def all_routes(world: World) -> list[BaseRoute]:
    """Every path that the sandbox serves."""
    modules: list[Routes] = [
        oauth.routes,
        demands.routes,
        orders.routes,
        decisions.routes,
        bills.routes,
        projects.routes,
        components.routes,
        lookups.routes,
        control.routes,
        reports.routes,
        feed.routes,
        events.routes,
        media.routes,
    ]
    return [route for module in modules for route in module(world)]


async def _unknown(request: Request, error: Exception) -> Response:
    answer = not_found()
    return JSONResponse(answer.body, status_code=answer.status)
