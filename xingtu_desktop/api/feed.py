"""Reads a catalog feed of creators, whoever serves it (resources/data/catalog_feed.schema.json): implements services.ports.CreatorFeed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from xingtu_desktop.api.envelope import looks_like_json, retry_after
from xingtu_desktop.api.exchange import MAX_FEED_BODY, Answer, Request
from xingtu_desktop.api.gateway import READ_ATTEMPTS, RETRY_BASE, RETRY_CAP, TokenSource
from xingtu_desktop.api.mapping import creators as mapping
from xingtu_desktop.api.transport import Transport, parse_json
from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.errors import (
    ConnectionLost,
    KnownError,
    NoSuchThing,
    NotThePlatform,
    RateLimited,
    Rejected,
    ServerTrouble,
    SignedOut,
    Timeout,
)
from xingtu_desktop.core.tasks import Compute
from xingtu_desktop.domain.answers import FeedPage
from xingtu_desktop.domain.creator import CreatorDetail
from xingtu_desktop.domain.ids import AuthorId

LARGEST_LIMIT = 5000
T = TypeVar("T")


class FeedClient:
    """One feed. Parsing and mapping run in the compute pool: a page of 5,000 creators takes about a third of a second."""

    def __init__(
        self,
        transport: Transport,
        *,
        compute: Compute,
        clock: Clock,
        tokens: TokenSource | None = None,
        source: str = "feed",
        rng: random.Random | None = None,
    ) -> None:
        """`transport.base_url` is the feed's base; `source` names where its creators come from."""
        self._transport = transport
        self._compute = compute
        self._clock = clock
        self._tokens = tokens
        self._source = source
        self._rng = rng or random.Random()
        where = urlsplit(transport.base_url)
        self._host = f"{where.scheme}://{where.netloc}"

    async def page(self, cursor: str | None, limit: int) -> FeedPage:
        """At most `limit` (1–5,000) creators after `cursor`. NoSuchThing: the cursor is too old, begin again with None."""
        query = {"limit": str(max(1, min(limit, LARGEST_LIMIT)))} | ({"cursor": cursor} if cursor else {})
        return await self._get("/creators", tuple(query.items()), lambda parsed: mapping.page(parsed, self._source, self._host))

    async def detail(self, author_id: AuthorId) -> CreatorDetail:
        """Videos, quotes over time and daily plays of one creator; NoSuchThing when the feed has no such creator."""
        return await self._get(f"/creators/{author_id:d}/detail", (), lambda parsed: mapping.detail(parsed, self._source))

    async def _get(self, path: str, query: tuple[tuple[str, str], ...], make: Callable[[object], T]) -> T:
        attempt, refreshed = 0, False
        while True:
            token = await self._tokens.current() if self._tokens is not None else None
            headers = (("Authorization", f"Bearer {token}"),) if token is not None else ()
            try:
                answer = await self._transport.send(Request("GET", path, query, headers=headers, max_bytes=MAX_FEED_BODY))
                _check(path, answer)
                return await self._compute.run(lambda content: make(parse_json(content)), answer.content)
            except SignedOut:
                if refreshed or self._tokens is None or token is None:
                    raise
                refreshed = True
                await self._tokens.renewed(token)
            except (Timeout, ConnectionLost, ServerTrouble, RateLimited, NotThePlatform) as error:
                attempt += 1
                if attempt >= READ_ATTEMPTS or self._transport.closed:
                    raise
                told = error.retry_after if isinstance(error, RateLimited) else None
                await self._clock.sleep(told if told is not None else self._rng.uniform(0, min(RETRY_CAP, RETRY_BASE * 2**attempt)))


def _check(path: str, answer: Answer) -> None:
    if answer.status == 200:
        return
    code, message = _refusal(answer)
    raise _error(path, answer, code, message)


def _error(path: str, answer: Answer, code: str, message: str) -> KnownError:
    status = answer.status
    if status >= 500:
        return ServerTrouble(message, status=status)
    if status == 429:
        return RateLimited(message, layer="feed", code=status, retry_after=retry_after(answer.headers), endpoint=path)
    if not code:
        return NotThePlatform(f"HTTP {status} without the feed's error")
    if status in (404, 410):
        return NoSuchThing(message, code=code)
    if status in (401, 403):
        return SignedOut(message)
    return Rejected(message, code=status, field=code.removesuffix("_invalid"))


def _refusal(answer: Answer) -> tuple[str, str]:
    """Code and message of `{"error": {…}}`; empty where the answer is something else."""
    if not looks_like_json(answer) or len(answer.content) > 64 * 1024:
        return "", ""
    try:
        parsed = parse_json(answer.content)
    except NotThePlatform:
        return "", ""
    error = parsed.get("error") if isinstance(parsed, dict) else None
    if not isinstance(error, dict):
        return "", ""
    return str(error.get("code") or ""), str(error.get("message") or "")
