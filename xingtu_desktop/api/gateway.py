"""Calls an endpoint for one app and one authorisation: limiter, envelope, one refresh, retries for reads, none for writes."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from xingtu_desktop.api.envelope import LIMIT_LAYERS, RENEWABLE, Success, check_status, looks_like_json, open_envelope, retry_after
from xingtu_desktop.api.exchange import Answer, Part, Request, nothing_sent
from xingtu_desktop.api.notices import Notices
from xingtu_desktop.api.rate_limit import EndpointLimiter, RateLimiter
from xingtu_desktop.api.transport import Transport, parse_json
from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.errors import ConnectionLost, KnownError, NotThePlatform, RateLimited, ServerTrouble, SignedOut, Timeout

READ_ATTEMPTS = 3
RETRY_BASE = 0.5
RETRY_CAP = 8.0
READ_PATIENCE = 120.0
"""Seconds that a read waits for its endpoint to rest; then it says so."""
WRITE_PATIENCE = 2.0
"""A write that would wait longer goes back to the outbox, since what the person saw grows old."""
_RETRIED = (Timeout, ConnectionLost, ServerTrouble, NotThePlatform)
_LIMIT_MARKS = tuple(str(code).encode() for code in LIMIT_LAYERS)


class TokenSource(Protocol):
    """Where the access token comes from."""

    async def current(self) -> str:
        """The access token to use now; raises SignedOut when there is none."""

    async def renewed(self, stale: str) -> str:
        """Another token than `stale`, which the platform refused: refreshed once, by whoever is first; raises SignedOut when that fails."""


class FixedToken:
    """A token that is never refreshed; for tools and first sign-in."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def current(self) -> str:
        return self._token

    async def renewed(self, stale: str) -> str:
        raise SignedOut("the access token is refused and cannot be renewed here")


def query_text(value: object) -> str:
    """A query value as the platform reads it: scalars as they are, objects and arrays as one JSON text (wire.md A1)."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def body_bytes(body: Mapping[str, object]) -> bytes:
    """The one spelling of a body: sorted names, no spaces, UTF-8; what is hashed is what is sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode()


class Gateway:
    """Typed errors, and nothing sent twice that must not be. One for each (app, authorisation)."""

    def __init__(
        self,
        transport: Transport,
        limiter: RateLimiter,
        *,
        app_id: int,
        clock: Clock,
        notices: Notices,
        tokens: TokenSource | None = None,
        rng: random.Random | None = None,
    ) -> None:
        """Without `tokens` no Access-Token is sent (OAuth itself)."""
        self._transport = transport
        self._limiter = limiter
        self._app_id = app_id
        self._clock = clock
        self._tokens = tokens
        self._rng = rng or random.Random()
        self.notices = notices

    async def read(self, path: str, query: Mapping[str, object], *, headers: Mapping[str, str] | None = None) -> Success:
        """GET; retried with full jitter after trouble on the way, at most three times, and once after a refresh."""
        texts = tuple((name, query_text(value)) for name, value in query.items())
        request = Request("GET", path, texts, headers=tuple((headers or {}).items()))
        refreshed = False
        attempt = 0
        while True:
            token = await self._token()
            try:
                return await self._once(request, token, READ_PATIENCE)
            except SignedOut as error:
                if refreshed or self._tokens is None or token is None or error.code not in RENEWABLE:
                    raise
                refreshed = True
                await self._tokens.renewed(token)
            except (RateLimited, *_RETRIED) as error:
                attempt += 1
                if attempt >= READ_ATTEMPTS or self._transport.closed or _hopeless(error):
                    raise
                if not isinstance(error, RateLimited):
                    await self._clock.sleep(self._rng.uniform(0, min(RETRY_CAP, RETRY_BASE * 2**attempt)))

    async def write(self, path: str, body: Mapping[str, object]) -> Success:
        """POST, sent once, whatever happens; only the outbox may decide to send it again."""
        return await self._once(Request("POST", path, body=body_bytes(body)), await self._token_of_write(), WRITE_PATIENCE)

    async def upload(self, path: str, form: Mapping[str, object], files: Sequence[tuple[str, Part]]) -> Success:
        """POST of a multipart form, sent once."""
        request = Request("POST", path, form=tuple((name, query_text(value)) for name, value in form.items()), files=tuple(files))
        return await self._once(request, await self._token_of_write(), WRITE_PATIENCE)

    async def _token_of_write(self) -> str | None:
        """The token for a write; whatever keeps it from being had, the write itself has not left."""
        try:
            return await self._token()
        except KnownError as error:
            raise nothing_sent(error) from None

    async def _token(self) -> str | None:
        return None if self._tokens is None else await self._tokens.current()

    async def _once(self, request: Request, token: str | None, patience: float) -> Success:
        limiter = self._limiter.of(self._app_id, request.path)
        if token is not None:
            request = replace(request, headers=(*request.headers, ("Access-Token", token)))
        async with limiter.turn(patience):
            answer = await self._transport.send(request, inspect=lambda answer: _learn(limiter, answer))
        self.notices.read_headers(request.path, answer.headers)
        check_status(request.path, answer)
        return open_envelope(request.path, answer, await self._transport.parse(answer.content))


def _hopeless(error: KnownError) -> bool:
    """Whether trying again at once cannot help: a page of somebody else's, or a 5xxxx that names the caller."""
    if isinstance(error, NotThePlatform):
        return not error.may_have_taken_effect
    if isinstance(error, RateLimited):
        return error.layer == "customer" or error.code == 0
    return isinstance(error, ServerTrouble) and error.code is not None and error.code > 50002


def _learn(limiter: EndpointLimiter, answer: Answer) -> None:
    """Tell the limiter what an answer means, without parsing the large ones: limits are small bodies."""
    if answer.status == 429:
        limiter.limited(retry_after(answer.headers))
        return
    if len(answer.content) < 4096 and looks_like_json(answer) and any(mark in answer.content for mark in _LIMIT_MARKS):
        try:
            parsed = parse_json(answer.content)
        except NotThePlatform:
            return
        if isinstance(parsed, dict) and parsed.get("code") in LIMIT_LAYERS and "auth_code" not in str(parsed.get("message")):
            limiter.limited(retry_after(answer.headers))
            return
    if answer.status < 500:
        limiter.passed()
