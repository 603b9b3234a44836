"""Owns the promises of the media paths: real clips, ranges, bytes of their own for each resource, expiring addresses."""

from __future__ import annotations

import hashlib
import struct
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.sandbox.feed_support import client_of, small_world
from xingtu_desktop.sandbox import media
from xingtu_desktop.sandbox.records import Resource

VIDEOS = (7_340_000_000_000_000_001, 7_340_000_000_000_000_002, 7_340_000_000_000_000_009)
SCRIPT = 7_340_000_000_000_000_777


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    world = small_world()
    for number in VIDEOS:
        path, cover = media.video_path(number), media.cover_path(number)
        world.ledger.insert(Resource(number, 1, 3, 1, 1, 1, 0, "", "", "", path, cover, media.seconds_of(number), 0, 2, ""))
    world.ledger.insert(Resource(SCRIPT, 1, 2, 1, 1, 1, 0, "", "", "x", "", "", 0, 0, 0, ""))
    async with client_of(media.routes(world), token=None) as client:
        yield client


def boxes(data: bytes) -> dict[str, int]:
    """Top-level boxes of an MP4 with their lengths; they must fill the file exactly."""
    found: dict[str, int] = {}
    at = 0
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        found[kind.decode()] = size
        at += size
    assert at == len(data)
    return found


async def test_every_resource_is_a_whole_mp4_with_bytes_of_its_own(client: httpx.AsyncClient) -> None:
    seen = set()
    for number in VIDEOS:
        answer = await client.get(media.video_path(number))
        assert answer.headers["content-type"] == "video/mp4"
        found = boxes(answer.content)
        assert {"ftyp", "moov", "mdat", "free"} <= found.keys()
        assert list(found).index("moov") < list(found).index("mdat"), "it can play before it is loaded"
        seen.add(hashlib.sha256(answer.content).hexdigest())
        assert (await client.get(media.video_path(number))).content == answer.content
    assert len(seen) == len(VIDEOS)


@pytest.mark.parametrize("name", tuple(media.CLIPS))
async def test_clips_are_small_h264_with_their_stated_length(client: httpx.AsyncClient, name: str) -> None:
    data = (await client.get(f"/sandbox/media/{name}.mp4")).content
    assert len(data) <= 120_000
    assert b"avc1" in data
    assert b"mp4a" in data
    head = data.index(b"mvhd") + 4
    scale, length = struct.unpack(">II", data[head + 12 : head + 20])
    assert length / scale == pytest.approx(media.CLIPS[name], abs=0.1)
    cover = await client.get(f"/sandbox/media/{name}.jpg")
    assert cover.content[:3] == b"\xff\xd8\xff"


async def test_ranges_give_the_part_that_was_asked_for(client: httpx.AsyncClient) -> None:
    path = media.video_path(VIDEOS[0])
    whole = (await client.get(path)).content
    size = len(whole)
    wanted = [("bytes=0-99", 0, 100), ("bytes=100-", 100, size), ("bytes=-10", size - 10, size), (f"bytes=5-{size * 2}", 5, size)]
    for asked, begin, end in wanted:
        answer = await client.get(path, headers={"Range": asked})
        assert answer.status_code == 206
        assert answer.content == whole[begin:end]
        assert answer.headers["content-range"] == f"bytes {begin}-{end - 1}/{size}"
    outside = await client.get(path, headers={"Range": f"bytes={size}-"})
    assert outside.status_code == 416
    assert outside.headers["content-range"] == f"bytes */{size}"
    assert (await client.get(path, headers={"Range": "lines=1-2"})).status_code == 200


async def test_tags_save_a_second_transfer_and_guard_a_resumed_one(client: httpx.AsyncClient) -> None:
    path = media.video_path(VIDEOS[0])
    tag = (await client.get(path)).headers["etag"]
    assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 304
    assert (await client.get(path, headers={"Range": "bytes=0-9", "If-Range": tag})).status_code == 206
    assert (await client.get(path, headers={"Range": "bytes=0-9", "If-Range": '"old"'})).status_code == 200
    assert (await client.get(media.video_path(VIDEOS[1]))).headers["etag"] != tag


async def test_an_address_expires_and_cannot_be_altered(client: httpx.AsyncClient) -> None:
    path, later = media.video_path(VIDEOS[0]), int(time.time()) + 60
    assert (await client.get(media.signed(path, later))).status_code == 200
    assert (await client.get(media.signed(path, int(time.time()) - 1))).json()["error"]["code"] == "address_expired"
    for spoiled in (
        media.signed(path, later).replace(str(later), str(later + 1)),
        media.signed(media.video_path(VIDEOS[1]), later).replace(str(VIDEOS[1]), str(VIDEOS[0])),
        f"{path}?expires={later}",
        f"{path}?sig=00",
        f"{path}?expires=soon&sig=00",
    ):
        answer = await client.get(spoiled)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "signature_wrong")


async def test_what_is_no_medium_is_not_found(client: httpx.AsyncClient) -> None:
    for path in ("r/1.mp4", f"r/{SCRIPT}.mp4", f"r/{VIDEOS[0]}.exe", "README.md", "serum.exe", "nothing.mp4", "../media.py"):
        assert (await client.get(f"/sandbox/media/{path}")).status_code == 404, path


async def test_avatars_are_small_pngs_that_differ(client: httpx.AsyncClient) -> None:
    one, two = [(await client.get(f"/sandbox/media/avatars/{number}.png")) for number in (1, 2)]
    assert one.headers["content-type"] == "image/png"
    assert one.content[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(one.content) < 20_000
    assert one.content != two.content
