"""The one HTTP entry: connections, time-outs, size caps and strict JSON; the only module that imports httpx.

A request that has left is never cancelled: cancelling inside httpcore 1.0.9 can leak a slot of its pool (encode/httpcore#1093), and a
write that was sent has been sent. So a caller waits for its turn (cancellable, nothing sent), then for a shielded task that the transport
owns. A caller that goes away drops the answer; the task runs to its own end.
"""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib import import_module
from urllib.parse import urlsplit

if "httpx" not in sys.modules:
    # httpx loads a command line of its own (click, rich, pygments) wherever those are installed: a part of every start, for nothing.
    sys.modules["httpx._main"] = None  # type: ignore[assignment]  # None says: not to be had

import httpx
import truststore
from httpx_sse import SSEError, aconnect_sse

from xingtu_desktop.core.config import Timings
from xingtu_desktop.core.errors import ConnectionLost, KnownError, NoSuchThing, NotThePlatform, Offline, ServerTrouble, SignedOut, Timeout
from xingtu_desktop.core.tasks import Compute

log = logging.getLogger(__name__)

MAX_API_BODY = 8 * 1024 * 1024
MAX_FEED_BODY = 64 * 1024 * 1024
PARSE_INLINE = 256 * 1024
"""Bodies above this are parsed off the loop: 1 MB of JSON takes about 10 ms."""
MAX_AT_ONCE = 8

_MAX_REDIRECTS = 3
_NESTED_GENERATORS = 50
"""Loop turns that end the chain: a stream of events is ten generators deep, and each takes up to three turns."""
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.ProxyError)
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a multipart form."""

    filename: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """What goes out. `query` values are the texts that stand in the URL; `body` is the exact JSON text, or a `form` with its `files`."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    form: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, Part], ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    max_bytes: int = MAX_API_BODY


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole: `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StreamMessage:
    """One message of an event stream."""

    event_id: str
    kind: str
    data: str


Recorder = Callable[[dict[str, object]], None]
"""Hears every exchange in the form of the contract checker: method, path, query, body, status, response."""


def _no_cookies() -> CookieJar:
    return CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))


def _is_loopback(url: str) -> bool:
    return (urlsplit(url).hostname or "") in _LOOPBACK


def _pool() -> httpx.Limits:
    # Idle connections go before the usual 5 s of servers, so that a write never races a closing one.
    return httpx.Limits(max_connections=MAX_AT_ONCE, max_keepalive_connections=MAX_AT_ONCE, keepalive_expiry=3.0)


def nothing_sent(error: KnownError) -> KnownError:
    """Say on the error that the request never left, whatever its class says in general."""
    error.may_have_taken_effect = False
    return error


class Transport:
    """One server: a pool of HTTP/1.1 connections that lives until `aclose`."""

    def __init__(
        self,
        base_url: str,
        *,
        timings: Timings,
        compute: Compute,
        recorder: Recorder | None = None,
        wire: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`wire` replaces the network (tests); `recorder` hears every exchange."""
        self.base_url = base_url.rstrip("/")
        self._timings = timings
        self._compute = compute
        self._recorder = recorder
        self._wire = wire
        # The trust store of the operating system: companies with their own certificates work, and nothing is ever unverified.
        self._tls = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._turns = asyncio.Semaphore(MAX_AT_ONCE)
        self._under_way: set[asyncio.Task[Answer]] = set()
        self._closed = False

    @staticmethod
    def load() -> None:
        """Import what the first request needs, a tenth of a second long; in a thread, after what is on screen."""
        for name in ("httpcore", "anyio._backends._asyncio"):
            import_module(name)

    @cached_property
    def _client(self) -> httpx.AsyncClient:
        return self._new_client(_pool())

    @cached_property
    def _files(self) -> httpx.AsyncClient:
        """For downloads: tokens and cookies of the platform are not in it."""
        return self._new_client(_pool())

    def _new_client(self, limits: httpx.Limits, *, read: float | None = None) -> httpx.AsyncClient:
        seconds = self._timings.request
        return httpx.AsyncClient(
            base_url=self.base_url,
            http1=True,
            http2=False,
            verify=self._tls,
            limits=limits,
            timeout=httpx.Timeout(seconds, connect=min(seconds, 10.0), read=read or seconds),
            cookies=_no_cookies(),
            follow_redirects=False,
            # A proxy of the computer must not stand before this same computer.
            trust_env=not _is_loopback(self.base_url),
            headers={"User-Agent": "xingtu-desktop", "Accept-Encoding": "gzip"},
            transport=self._wire,
        )

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
        answer = await self._shielded(self._download(url, max_bytes, allowed, timeout), f"download from {urlsplit(url).hostname}", timeout)
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
        deadline = asyncio.get_running_loop().time() + self._timings.request
        outgoing = self._client.build_request(
            request.method,
            request.path,
            params=list(request.query) or None,
            content=request.body,
            data=dict(request.form) or None,
            files=[(name, (part.filename, part.data)) for name, part in request.files] or None,
            headers=list(request.headers) + ([("Content-Type", "application/json")] if request.body is not None else []),
        )
        try:
            response = await self._client.send(outgoing, stream=True)
            try:
                content = await self._read(response, request.max_bytes, deadline)
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            raise _translate(error) from error
        answer = Answer(response.status_code, {name.lower(): value for name, value in response.headers.items()}, content)
        if self._recorder is not None:
            self._recorder(_exchange_record(request, answer))
        if inspect is not None:
            inspect(answer)
        return answer

    async def _read(self, response: httpx.Response, max_bytes: int, deadline: float) -> bytes:
        pieces: list[bytes] = []
        size = 0
        try:
            async for piece in response.aiter_bytes(64 * 1024):
                size += len(piece)
                if size > max_bytes:
                    raise NotThePlatform(f"a body above {max_bytes} bytes")
                if asyncio.get_running_loop().time() > deadline:
                    raise Timeout("the body did not end in time")
                pieces.append(piece)
        except BaseException:
            await _see_generators_out()
            raise
        return b"".join(pieces)

    async def _download(self, url: str, max_bytes: int, allowed: Callable[[str], bool], timeout: float) -> Answer:
        deadline = asyncio.get_running_loop().time() + timeout
        try:
            for _ in range(_MAX_REDIRECTS + 1):
                if not allowed(url):
                    raise nothing_sent(NotThePlatform(f"files are not fetched from {urlsplit(url).hostname}"))
                async with self._files.stream("GET", url) as response:
                    if response.next_request is not None:
                        url = str(response.next_request.url)
                        continue
                    if response.status_code in (403, 404, 410):
                        raise NoSuchThing("the file is gone, or its address has expired")
                    if response.status_code != 200:
                        raise ServerTrouble("the file could not be fetched", status=response.status_code)
                    return Answer(200, {}, await self._read(response, max_bytes, deadline))
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            raise _translate(error) from error
        raise NotThePlatform("too many redirects")

    async def parse(self, content: bytes) -> object:
        """Strict JSON of a body, off the loop where it is large; NotThePlatform where it is none."""
        if len(content) <= PARSE_INLINE:
            return parse_json(content)
        return await self._compute.run(parse_json, content)

    async def stream(
        self, path: str, last_event_id: str | None, headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[StreamMessage, None]:
        """Messages of an event stream (SSE) until the line breaks (Offline) or the caller stops.

        Each stream has a client of its own, so that ending it, which is a cancellation, cannot touch the pool of the requests.
        """
        sent = {**(headers or {}), **({"Last-Event-ID": last_event_id} if last_event_id else {})}
        async with self._new_client(httpx.Limits(max_connections=1), read=90.0) as client:
            try:
                async with aconnect_sse(client, "GET", path, headers=sent) as source:
                    if source.response.status_code in (401, 403):
                        raise SignedOut("the event stream wants another token")
                    if source.response.status_code != 200:
                        raise ServerTrouble("the event stream was refused", status=source.response.status_code)
                    try:
                        async for message in source.aiter_sse():
                            yield StreamMessage(message.id, message.event, message.data)
                    finally:
                        await _see_generators_out()
            except SSEError as error:
                raise NotThePlatform("the answer is no event stream") from error
            except httpx.HTTPError as error:
                raise Offline(f"the event stream broke: {type(error).__name__}") from error
        raise Offline("the event stream ended")

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
        for made in ("_client", "_files"):
            if made in self.__dict__:
                await self.__dict__[made].aclose()


def parse_json(content: bytes) -> object:
    """Strict JSON: UTF-8, no NaN or Infinity, integers stay integers of any size; NotThePlatform otherwise."""
    try:
        parsed: object = json.loads(content.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NotThePlatform(f"the body is no JSON: {str(error)[:80]}") from error
    return parsed


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


async def _see_generators_out() -> None:
    """Let the loop end the generators that httpx nests, one after another, before their connection is closed."""
    for _ in range(_NESTED_GENERATORS):
        await asyncio.sleep(0)


def _translate(error: Exception) -> KnownError:
    words = f"{type(error).__name__}: {error}"[:200]
    if isinstance(error, httpx.ConnectError) and _is_certificate_error(error):
        return nothing_sent(NotThePlatform(f"the certificate is not trusted: {words}"))
    if isinstance(error, _NEVER_SENT):
        return Offline(words)
    if isinstance(error, httpx.TimeoutException):
        return Timeout(words)
    if isinstance(error, httpx.DecodingError):
        return NotThePlatform(f"the body cannot be unpacked: {words}")
    return ConnectionLost(words)


def _is_certificate_error(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


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
