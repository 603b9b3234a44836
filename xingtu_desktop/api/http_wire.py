"""Owns what speaks HTTP to one server: clients, bodies with a cap, downloads, event streams; the only module that imports httpx.

httpx with what it needs is a tenth of a second of imports, so nothing of the program's start imports this module: a transport does, with
its first request or in `Transport.load`. Taking turns, and shielding what has left, are the transport's.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypeAlias
from urllib.parse import urlsplit

if "httpx" not in sys.modules:
    # httpx loads a command line of its own (click, rich, pygments) wherever those are installed: a part of every start, for nothing.
    sys.modules["httpx._main"] = None  # type: ignore[assignment]  # None says: not to be had

import httpx
import truststore
from httpx_sse import SSEError, aconnect_sse

from xingtu_desktop.api.exchange import MAX_AT_ONCE, Answer, Request, StreamMessage, nothing_sent
from xingtu_desktop.core.config import Timings
from xingtu_desktop.core.errors import ConnectionLost, KnownError, NoSuchThing, NotThePlatform, Offline, ServerTrouble, SignedOut, Timeout

Network: TypeAlias = httpx.AsyncBaseTransport
"""What carries the bytes."""

_MAX_REDIRECTS = 3
_NESTED_GENERATORS = 50
"""Loop turns that end the chain: a stream of events is ten generators deep, and each takes up to three turns."""
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.ProxyError)
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _no_cookies() -> CookieJar:
    return CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))


def _is_loopback(url: str) -> bool:
    return (urlsplit(url).hostname or "") in _LOOPBACK


def _pool() -> httpx.Limits:
    # Idle connections go before the usual 5 s of servers, so that a write never races a closing one.
    return httpx.Limits(max_connections=MAX_AT_ONCE, max_keepalive_connections=MAX_AT_ONCE, keepalive_expiry=3.0)


class HttpWire:
    """One server over HTTP/1.1: pools of connections that live until `aclose`."""

    def __init__(self, base_url: str, *, timings: Timings, network: Network | None) -> None:
        """`network` replaces the sockets (tests)."""
        self._base_url = base_url
        self._timings = timings
        self._network = network
        # The trust store of the operating system: companies with their own certificates work, and nothing is ever unverified.
        self._tls = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    @cached_property
    def _client(self) -> httpx.AsyncClient:
        return self._new_client(_pool())

    @cached_property
    def _files(self) -> httpx.AsyncClient:
        """For downloads: tokens and cookies of the platform are not in it."""
        return self._new_client(_pool())

    def _new_client(self, limits: httpx.Limits, *, read: float | None = None) -> httpx.AsyncClient:
        seconds = self._timings.request
        try:
            return httpx.AsyncClient(
                base_url=self._base_url,
                http1=True,
                http2=False,
                verify=self._tls,
                limits=limits,
                timeout=httpx.Timeout(seconds, connect=min(seconds, 10.0), read=read or seconds),
                cookies=_no_cookies(),
                follow_redirects=False,
                # A proxy of the computer must not stand before this same computer.
                trust_env=not _is_loopback(self._base_url),
                headers={"User-Agent": "xingtu-desktop", "Accept-Encoding": "gzip"},
                transport=self._network,
            )
        except (ImportError, ValueError) as error:
            # httpx reads the computer's proxy while it makes a client, and knows not every kind.
            raise nothing_sent(Offline(f"the proxy of this computer cannot be used: {error}")) from error

    async def exchange(self, request: Request) -> Answer:
        """One exchange, any HTTP status; errors as in `Transport.send`."""
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
        return Answer(response.status_code, {name.lower(): value for name, value in response.headers.items()}, content)

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

    async def download(self, url: str, max_bytes: int, allowed: Callable[[str], bool], timeout: float) -> Answer:
        """The file behind `url`, without tokens or cookies; limits and errors as in `Transport.download`."""
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

    async def stream(
        self, path: str, last_event_id: str | None, headers: Mapping[str, str] | None
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

    async def aclose(self) -> None:
        """Close the pools that were opened; safe to call twice."""
        for made in ("_client", "_files"):
            if made in self.__dict__:
                await self.__dict__[made].aclose()


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
