"""The sandbox's media under `/sandbox/media`: videos with ranges, covers and avatars, and addresses that expire.

    GET /sandbox/media/r/{resource_id}.mp4   the clip of a video version; its bytes are its own (a `free` box names the resource)
    GET /sandbox/media/r/{resource_id}.jpg   its cover
    GET /sandbox/media/avatars/{n}.png       one of 48 creator pictures
    GET /sandbox/media/{name}                a clip or cover as it lies in `clips`

An address may carry `?expires=<unix seconds, real time>&sig=…` (`signed`): it then answers 403 when the time has passed or the signature
is another's. Without the two it always works.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import struct
import time
import zlib
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from xingtu_desktop.sandbox.records import Resource

if TYPE_CHECKING:
    from xingtu_desktop.sandbox.world import World

CLIPS: Final = {"serum": 6, "coffee": 7, "sneaker": 5, "earbuds": 8}
"""The clips by name, with their length in seconds."""

_TYPES: Final = {"mp4": "video/mp4", "jpg": "image/jpeg", "png": "image/png"}
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")
_KEY: Final = b"addresses of the sandbox's media"


def clip_of(resource_id: int) -> str:
    """The clip that a resource shows."""
    return tuple(CLIPS)[zlib.crc32(str(resource_id).encode()) % len(CLIPS)]


def video_path(resource_id: int) -> str:
    """Path of a video version below the server's root."""
    return f"/sandbox/media/r/{resource_id}.mp4"


def cover_path(resource_id: int) -> str:
    """Path of its cover below the server's root."""
    return f"/sandbox/media/r/{resource_id}.jpg"


def seconds_of(resource_id: int) -> int:
    """The true length of a video version."""
    return CLIPS[clip_of(resource_id)]


def signed(path: str, expires: int) -> str:
    """The path with an expiry in real unix seconds and the signature that goes with both."""
    return f"{path}?expires={expires}&sig={_signature(path, expires)}"


def _signature(path: str, expires: int) -> str:
    return hmac.new(_KEY, f"{path}?{expires}".encode(), hashlib.sha256).hexdigest()[:32]


@lru_cache(maxsize=16)
def _clip(name: str) -> bytes:
    return (files("xingtu_desktop.sandbox") / "clips" / name).read_bytes()


def resource_bytes(resource_id: int, suffix: str) -> bytes:
    """A resource's file: the clip followed by an MP4 `free` box with the resource's id, which players skip; or the cover."""
    data = _clip(f"{clip_of(resource_id)}.{suffix}")
    if suffix != "mp4":
        return data
    name = f"xingtu sandbox resource {resource_id}".encode()
    return data + struct.pack(">I4s", 8 + len(name), b"free") + name


@lru_cache(maxsize=64)
def avatar(number: int) -> bytes:
    """A 96 × 96 PNG: a disc of a second tone on a slanting gradient, its colours drawn by the number."""
    digest = hashlib.blake2b(f"avatar {number}".encode(), digest_size=9).digest()
    near, far, disc = (tuple(96 + part % 144 for part in digest[at : at + 3]) for at in (0, 3, 6))
    size = 96
    lines = bytearray()
    for y in range(size):
        lines.append(0)
        for x in range(size):
            if (x - 48) ** 2 + (y - 38) ** 2 < 20**2 or ((x - 48) / 36) ** 2 + ((y - 98) / 34) ** 2 < 1:
                lines += bytes(disc)
            else:
                lines += bytes((a * (2 * size - x - y) + b * (x + y)) // (2 * size) for a, b in zip(near, far, strict=True))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(lines), 9)) + chunk(b"IEND", b"")


def _refused(request: Request) -> Response | None:
    """403 for an address whose time has passed or whose signature is wrong."""
    expires, signature = request.query_params.get("expires"), request.query_params.get("sig")
    if expires is None and signature is None:
        return None
    good = expires is not None and expires.isascii() and expires.isdigit() and signature is not None
    if good and hmac.compare_digest(_signature(request.url.path, int(expires or 0)), signature or ""):
        if int(expires or 0) > time.time():
            return None
        return JSONResponse({"error": {"code": "address_expired", "message": "ask for the resource again"}}, 403)
    return JSONResponse({"error": {"code": "signature_wrong", "message": "ask for the resource again"}}, 403)


def serve(request: Request, data: bytes, suffix: str) -> Response:
    """The bytes, or the range of them that was asked for (one range; 206, or 416 when it lies outside), or 304."""
    tag = '"' + hashlib.blake2b(data, digest_size=12).hexdigest() + '"'
    headers = {"ETag": tag, "Accept-Ranges": "bytes", "Cache-Control": "private, max-age=3600"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    whole = asked is None or asked.groups() == ("", "") or request.headers.get("if-range", tag) != tag
    if whole or asked is None:
        return Response(data, media_type=_TYPES[suffix], headers=headers)
    first, last = asked.groups()
    begin = int(first) if first else max(len(data) - int(last), 0)
    end = min(int(last), len(data) - 1) if first and last else len(data) - 1
    if begin > end or begin >= len(data):
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {begin}-{end}/{len(data)}"
    return Response(data[begin : end + 1], 206, media_type=_TYPES[suffix], headers=headers)


def routes(world: World) -> list[BaseRoute]:
    """The paths of media; every world has the same."""
    async def resource(request: Request) -> Response:
        suffix = request.path_params["suffix"]
        found = world.ledger.get(Resource, request.path_params["resource_id"])
        if suffix not in ("mp4", "jpg") or found is None or found.kind != 3:
            return Response(status_code=404)
        return _refused(request) or serve(request, resource_bytes(found.resource_id, suffix), suffix)

    async def picture(request: Request) -> Response:
        return _refused(request) or serve(request, avatar(request.path_params["number"] % 10_000), "png")

    async def clip(request: Request) -> Response:
        name, _, suffix = request.path_params["name"].partition(".")
        if name not in CLIPS or suffix not in ("mp4", "jpg"):
            return Response(status_code=404)
        return _refused(request) or serve(request, _clip(f"{name}.{suffix}"), suffix)

    return [
        Route("/sandbox/media/r/{resource_id:int}.{suffix}", resource),
        Route("/sandbox/media/avatars/{number:int}.png", picture),
        Route("/sandbox/media/{name}", clip),
    ]
