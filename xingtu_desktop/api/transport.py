"""The one entry to a server: what goes out and comes back, turns, shielded requests, strict JSON; HTTP itself is in api/http_wire.py.

A request that has left is never cancelled: cancelling inside httpcore 1.0.9 can leak a slot of its pool (encode/httpcore#1093), and a
write that was sent has been sent. So a caller waits for its turn (cancellable, nothing sent), then for a shielded task that the transport
owns. A caller that goes away drops the answer; the task runs to its own end.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from xingtu_desktop.api.exchange import MAX_AT_ONCE, Answer, Recorder, Request, StreamMessage
from xingtu_desktop.core.config import Timings
from xingtu_desktop.core.errors import NotThePlatform, Offline, Timeout
from xingtu_desktop.core.tasks import Compute

if TYPE_CHECKING:
    from xingtu_desktop.api.http_wire import HttpWire, Network

log = logging.getLogger(__name__)

PARSE_INLINE = 256 * 1024
"""Bodies above this are parsed off the loop: 1 MB of JSON takes about 10 ms."""


class Transport:
    """One server: a pool of HTTP/1.1 connections that lives until `aclose`."""

    def __init__(
        self,
        base_url: str,
        *,
        timings: Timings,
        compute: Compute,
        recorder: Recorder | None = None,
        wire: Network | None = None,
    ) -> None:
        """`wire` replaces the network (tests); `recorder` hears every exchange."""
        self.base_url = base_url.rstrip("/")
        self._timings = timings
        self._compute = compute
        self._recorder = recorder
        self._network = wire
        self._turns = asyncio.Semaphore(MAX_AT_ONCE)
        self._under_way: set[asyncio.Task[Answer]] = set()
        self._closed = False

    @staticmethod
    def load() -> None:
        """Import what the first request needs, a tenth of a second long; in a thread, after what is on screen."""
        for name in ("xingtu_desktop.api.http_wire", "httpcore", "anyio._backends._asyncio"):
            import_module(name)

    @cached_property
    def _http(self) -> HttpWire:
        # Imported at first use: no window has to wait for httpx.
        from xingtu_desktop.api.http_wire import HttpWire

        return HttpWire(self.base_url, timings=self._timings, network=self._network)

    @property
    def under_way(self) -> int:
        """Requests that have left and are not answered yet."""
        return len(self._under_way)

    @property
    def closed(self) -> bool:
        return self._closed

    async def send(self, request: Request, *, inspect: Callable[[Answer], None] | None = None) -> Answer:
        """One exchange, any HTTP status; `inspect` sees the answer even when the caller has gone.

        Raises Offline (nothing sent), Timeout, ConnectionLost, NotThePlatform (too large a body).
        """
        return await self._shielded(self._exchange(request, inspect), f"http {request.method} {request.path}", self._timings.request)

    async def download(self, url: str, *, max_bytes: int, allowed: Callable[[str], bool], timeout: float) -> bytes:
        """The bytes behind `url`, without tokens or cookies; at most three redirects, each again to an `allowed` address.

        Raises NotThePlatform for an address that is not allowed or a file above `max_bytes`, NoSuchThing when it is gone.
        """
        answer = await self._shielded(self._fetch(url, max_bytes, allowed, timeout), f"download from {urlsplit(url).hostname}", timeout)
        return answer.content

    async def _shielded(self, work: Coroutine[None, None, Answer], name: str, patience: float) -> Answer:
        try:
            if not self._closed:
                await self._turns.acquire()
        except BaseException:
            work.close()
            raise
        if self._closed:
            work.close()
            raise Offline("the program is closing")
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        # The caller's patience ends on time even where a server drips one byte at a time.
        done, _ = await asyncio.wait({task}, timeout=patience)
        if not done:
            raise Timeout(f"no answer in {patience:g} s")
        return task.result()

    def _ended(self, task: asyncio.Task[Answer]) -> None:
        self._under_way.discard(task)
        self._turns.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.debug("%s ended with %r", task.get_name(), error)

    async def _exchange(self, request: Request, inspect: Callable[[Answer], None] | None) -> Answer:
        answer = await self._http.exchange(request)
        if self._recorder is not None:
            self._recorder(_exchange_record(request, answer))
        if inspect is not None:
            inspect(answer)
        return answer

    async def _fetch(self, url: str, max_bytes: int, allowed: Callable[[str], bool], timeout: float) -> Answer:
        return await self._http.download(url, max_bytes, allowed, timeout)

    async def parse(self, content: bytes) -> object:
        """Strict JSON of a body, off the loop where it is large; NotThePlatform where it is none."""
        if len(content) <= PARSE_INLINE:
            return parse_json(content)
        return await self._compute.run(parse_json, content)

    def stream(
        self, path: str, last_event_id: str | None, headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[StreamMessage, None]:
        """Messages of an event stream (SSE) until the line breaks (Offline) or the caller stops."""
        return self._http.stream(path, last_event_id, headers)

    async def aclose(self, patience: float | None = None) -> None:
        """Refuse new requests, give those under way `patience` seconds (the shutdown time unless named), close the pool; safe twice."""
        self._closed = True
        if self._under_way:
            await asyncio.wait(set(self._under_way), timeout=self._timings.shutdown if patience is None else patience)
        left = set(self._under_way)
        for task in left:
            task.cancel()
        if left:
            await asyncio.gather(*left, return_exceptions=True)
        if "_http" in self.__dict__:
            await self._http.aclose()


def parse_json(content: bytes) -> object:
    """Strict JSON: UTF-8, no NaN or Infinity, integers stay integers of any size; NotThePlatform otherwise."""
    try:
        parsed: object = json.loads(content.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NotThePlatform(f"the body is no JSON: {str(error)[:80]}") from error
    return parsed


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _exchange_record(request: Request, answer: Answer) -> dict[str, object]:
    body: object = None
    if request.body is not None:
        body = json.loads(request.body)
    elif request.form or request.files:
        body = {**dict(request.form), **{name: part.filename for name, part in request.files}}
    response: object
    try:
        response = json.loads(answer.content)
    except ValueError:
        response = answer.content.decode("utf-8", "replace")
    return {
        "method": request.method,
        "path": request.path,
        "query": dict(request.query),
        "body": body,
        "status": answer.status,
        "response": response,
    }
