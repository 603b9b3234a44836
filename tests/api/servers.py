"""Owns the stand-ins of the api tests: a raw server over real sockets that answers as told, and a scripted one without sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx

from xingtu_desktop.api.exchange import Recorder
from xingtu_desktop.api.gateway import FixedToken, Gateway, TokenSource
from xingtu_desktop.api.notices import Notice, Notices
from xingtu_desktop.api.rate_limit import RateLimiter
from xingtu_desktop.api.transport import Transport
from xingtu_desktop.core.clock import Clock, SystemClock
from xingtu_desktop.core.config import Timings
from xingtu_desktop.core.tasks import InlineCompute

QUICK = Timings(request=1.0, uncertainty=3.0, backoff_base=0.001, backoff_cap=0.01, shutdown=0.5)
Visit = Callable[[bytes, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def envelope(data: object = None, *, code: int = 0, message: str = "OK") -> dict[str, object]:
    return {"code": code, "message": message, "request_id": "20261122120000AA", "data": {} if data is None else data}


def http(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


@asynccontextmanager
async def raw_server(visit: Visit) -> AsyncIterator[str]:
    """A server on a free port; `visit` gets the head of each request and writes whatever it likes."""
    visitors: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        visitors.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while True:
                    head = await reader.readuntil(b"\r\n\r\n")
                    await visit(head, reader, writer)
                    if writer.is_closing():
                        return
                    await writer.drain()
        finally:
            visitors.discard(task)
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for visitor in list(visitors):
            visitor.cancel()
        await asyncio.gather(*visitors, return_exceptions=True)


def always(answer: bytes, *, close: bool = False) -> Visit:
    """Answer every request so."""

    async def visit(_head: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        if close:
            await writer.drain()
            writer.close()

    return visit


class Script:
    """Answers from a function of the request, without sockets; keeps what was asked."""

    def __init__(self, answer: Callable[[httpx.Request], object]) -> None:
        self._answer = answer
        self.asked: list[httpx.Request] = []
        self.exchanges: list[dict[str, object]] = []
        self.notices: list[Notice] = []
        self.transport: Transport | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self._answer(request)
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, content=json.dumps(answer, ensure_ascii=False).encode())

    @property
    def paths(self) -> list[str]:
        return [request.url.path for request in self.asked]

    def open(self, timings: Timings = QUICK, recorder: Recorder | None = None, base: str = "https://api.example") -> Transport:
        self.transport = Transport(
            base, timings=timings, compute=InlineCompute(), recorder=recorder or self.exchanges.append, wire=httpx.MockTransport(self)
        )
        return self.transport

    def gateway(self, tokens: TokenSource | None = None, clock: Clock | None = None) -> Gateway:
        clock = clock or SystemClock()
        limiter = RateLimiter(clock=clock, base=QUICK.backoff_base, cap=QUICK.backoff_cap)
        return Gateway(
            self.transport or self.open(),
            limiter,
            app_id=7,
            clock=clock,
            notices=Notices(self.notices.append),
            tokens=tokens or FixedToken("token-of-the-test"),
        )
