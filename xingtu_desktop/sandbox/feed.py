"""The creator catalog feed under `/sandbox/feed`: pages of creators, only what changed when a cursor is given, and one creator in detail.

    GET /sandbox/feed/creators?cursor=&limit=      {"items": […], "next_cursor": "…", "has_more": bool, "total": n, "as_of": "…Z"}
    GET /sandbox/feed/creators/{author_id}/detail  {"author_id", "videos", "quotes", "daily_plays"}

The shapes stand in resources/data/catalog_feed.schema.json, which agencies implement for their own data. A traversal shows one day's
catalog from its first page to its last, however long it takes. Errors are `{"error": {"code", "message"}}` with 400, 401, 404 or 410.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import gc
import hashlib
import struct
import time
import zlib
from dataclasses import dataclass
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from xingtu_desktop.sandbox.creators import DAY, Catalog
from xingtu_desktop.sandbox.creators_detail import detail_of, iso
from xingtu_desktop.sandbox.records import Grant
from xingtu_desktop.sandbox.world import World

LARGEST_LIMIT: Final = 5000
DEFAULT_LIMIT: Final = 1000
KEPT_DAYS: Final = 180
"""A cursor of a day further back has expired: the source does not say what changed so long ago."""

_FROM_START: Final = -(2**31)
_GZIP_HEAD: Final = bytes((0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 4, 255))
_LAYOUT: Final = struct.Struct(">IiiI")


class FeedError(Exception):
    """An answer other than a page."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def cursor_expired() -> FeedError:
    return FeedError(410, "cursor_expired", "the cursor is unknown or has expired: start again without a cursor")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a traversal stands. `since`: the day of the last complete one (None: from the start); `until`: the day shown by this one
    (None: not begun); `position`: where the next page begins."""

    since: int | None
    until: int | None
    position: int

    def text(self, catalog: Catalog) -> str:
        """The opaque text; a catalog of another seed, size or beginning does not know it."""
        since = _FROM_START if self.since is None else self.since
        until = _FROM_START if self.until is None else self.until
        packed = _LAYOUT.pack(_generation(catalog), since, until, self.position)
        return base64.urlsafe_b64encode(packed + _seal(packed)).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, catalog: Catalog) -> Cursor:
        """The cursor of a text (FeedError 410 when this catalog did not give it)."""
        try:
            packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            generation, since, until, position = _LAYOUT.unpack(packed[: _LAYOUT.size])
        except (binascii.Error, ValueError, struct.error):
            raise cursor_expired() from None
        if packed[_LAYOUT.size :] != _seal(packed[: _LAYOUT.size]) or generation != _generation(catalog):
            raise cursor_expired()
        return cls(None if since == _FROM_START else since, None if until == _FROM_START else until, position)


def _seal(packed: bytes) -> bytes:
    return hashlib.blake2b(packed, digest_size=5, key=b"catalog feed").digest()


def _generation(catalog: Catalog) -> int:
    return zlib.crc32(f"{catalog.seed}/{catalog.count}/{catalog.day_zero}".encode())


@dataclass(frozen=True, slots=True)
class _Page:
    """A page that was asked for: days are fixed here, so that the same page is the same bytes whenever it is made."""

    since: int | None
    until: int
    position: int
    limit: int
    packed: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """The first part of a body: its bytes (deflated when packed), and the checksum and length of the text that they are."""

    data: bytes
    checksum: int
    length: int

    def closed(self, rest: bytes, packed: bool) -> bytes:
        """The whole body, with the little that is known only when the page is served."""
        if not packed:
            return self.data + rest
        packer = zlib.compressobj(1, zlib.DEFLATED, -15)
        trailer = struct.pack("<II", zlib.crc32(rest, self.checksum), (self.length + len(rest)) & 0xFFFFFFFF)
        return b"".join((_GZIP_HEAD, self.data, packer.compress(rest), packer.flush(), trailer))


class Feed:
    """The feed of one world. Pages are made in a thread, and the page after the last one served is made ahead while the client reads."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ahead: tuple[int, _Page, asyncio.Future[tuple[_Part, int | None]]] | None = None

    async def creators(self, request: Request) -> Response:
        """A page: the whole catalog without a cursor, what changed with the last cursor of a finished traversal."""
        self._authorise(request)
        limit = _limit(request.query_params.get("limit"))
        catalog = self._world.catalog
        now = self._world.now()
        today = catalog.day_of(now)
        text = request.query_params.get("cursor") or ""
        cursor = Cursor.read(text, catalog) if text else Cursor(None, None, 0)
        until = today if cursor.until is None else cursor.until
        oldest = min(until, until if cursor.since is None else cursor.since)
        if until > today or oldest < today - KEPT_DAYS or (cursor.since is not None and cursor.since > until):
            raise cursor_expired()
        packed = _takes_gzip(request.headers.get("accept-encoding", ""))
        page = _Page(cursor.since, until, cursor.position, limit, packed)
        part, following = await self._made(catalog, page)
        next_cursor = Cursor(cursor.since, until, following) if following is not None else Cursor(until, None, 0)
        total = await asyncio.to_thread(catalog.alive, until)
        as_of = now if until == today else (catalog.day_zero + until + 1) * DAY - 8 * 3600 - 1
        tail = {"next_cursor": next_cursor.text(catalog), "has_more": following is not None, "total": total, "as_of": iso(as_of)}
        if following is not None:
            self._look_ahead(catalog, _Page(cursor.since, until, following, limit, packed))
        return _answer(part.closed(b"," + orjson.dumps(tail)[1:], packed), packed)

    async def detail(self, request: Request) -> Response:
        """Videos, quotes over time and daily plays of one creator."""
        self._authorise(request)
        catalog = self._world.catalog
        day = catalog.day_of(self._world.now())
        index = catalog.index_of(int(request.path_params["author_id"]), day)
        if index is None:
            raise FeedError(404, "creator_unknown", "no creator of this catalog has that author_id")
        body = await asyncio.to_thread(lambda: orjson.dumps(detail_of(catalog, index, day)))
        packed = _takes_gzip(request.headers.get("accept-encoding", ""))
        return _answer(zlib.compress(body, 1, 31) if packed else body, packed)

    def _authorise(self, request: Request) -> None:
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        token = bearer.strip() if scheme.lower() == "bearer" else request.headers.get("access-token", "")
        if not token:
            raise FeedError(401, "token_missing", "send Authorization: Bearer <token> or Access-Token: <token>")
        grant = self._world.ledger.get(Grant, token)
        if grant is None or grant.status != "live" or grant.access_expires <= time.time():
            raise FeedError(401, "token_invalid", "the access token is unknown, expired or revoked")

    async def _made(self, catalog: Catalog, page: _Page) -> tuple[_Part, int | None]:
        ahead = self._ahead
        if ahead is not None and ahead[0] == _generation(catalog) and ahead[1] == page:
            self._ahead = None
            return await ahead[2]
        return await asyncio.to_thread(_make, catalog, page)

    def _look_ahead(self, catalog: Catalog, page: _Page) -> None:
        if self._ahead is None or self._ahead[2].done():
            self._ahead = (_generation(catalog), page, asyncio.get_running_loop().run_in_executor(None, _make, catalog, page))


def _make(catalog: Catalog, page: _Page) -> tuple[_Part, int | None]:
    """The beginning of a page's body up to its items, packed into an open gzip stream when asked for, and where the next page begins."""
    collecting = gc.isenabled()
    gc.disable()  # a page is half a million young objects without a cycle: three collections of them cost a fifth of its time
    try:
        if page.since is None:
            items, following = catalog.full_page(page.position, page.limit, page.until)
        else:
            items, following = catalog.delta_page(page.position, page.limit, page.since, page.until)
        text = b'{"items":' + orjson.dumps(items)
        del items
    finally:
        if collecting:
            gc.enable()
    if page.packed:
        packer = zlib.compressobj(1, zlib.DEFLATED, -15)
        packed = packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)
        return _Part(packed, zlib.crc32(text), len(text)), following
    return _Part(text, 0, len(text)), following


def _answer(body: bytes, packed: bool) -> Response:
    headers = {"Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if packed else {})
    return Response(body, media_type="application/json", headers=headers)


def _takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header allows gzip."""
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _limit(text: str | None) -> int:
    if not text:
        return DEFAULT_LIMIT
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LARGEST_LIMIT:
        raise FeedError(400, "limit_invalid", f"limit is a whole number from 1 to {LARGEST_LIMIT}")
    return int(text)


def routes(world: World) -> list[BaseRoute]:
    """The feed's paths."""
    feed = Feed(world)

    async def creators(request: Request) -> Response:
        try:
            return await feed.creators(request)
        except FeedError as error:
            return _refusal(error)

    async def detail(request: Request) -> Response:
        try:
            return await feed.detail(request)
        except FeedError as error:
            return _refusal(error)

    return [
        Route("/sandbox/feed/creators", creators, methods=["GET"]),
        Route("/sandbox/feed/creators/{author_id:int}/detail", detail, methods=["GET"]),
    ]


def _refusal(error: FeedError) -> Response:
    body = orjson.dumps({"error": {"code": error.code, "message": str(error)}})
    return Response(body, status_code=error.status, media_type="application/json")
