"""Feed, events and files over real sockets: nothing of a hostile server gets further than an error."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator

import httpx
import pytest

from tests.api.servers import QUICK, Script, always, http, raw_server
from tests.api.test_mapping import GOOD
from xingtu_desktop.api.events import EventClient
from xingtu_desktop.api.feed import FeedClient
from xingtu_desktop.api.gateway import FixedToken
from xingtu_desktop.api.media import MediaClient
from xingtu_desktop.api.transport import Transport
from xingtu_desktop.core.clock import SystemClock
from xingtu_desktop.core.errors import KnownError, NoSuchThing, NotThePlatform, Offline, Rejected, SignedOut
from xingtu_desktop.core.tasks import InlineCompute
from xingtu_desktop.domain.answers import ServerEvent
from xingtu_desktop.domain.ids import AuthorId


def feed_of(script: Script) -> FeedClient:
    line = script.open(base="https://feed.example/base")
    return FeedClient(line, compute=InlineCompute(), clock=SystemClock(), tokens=FixedToken("t0ken"), source="agency")


def refusal(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": "words"}})


async def test_a_page_is_asked_for_with_cursor_limit_and_bearer() -> None:
    script = Script(lambda request: {"items": [GOOD], "next_cursor": "n", "has_more": True, "total": 9})
    page = await feed_of(script).page("c 1", 99_999)
    assert (len(page.upserts), page.cursor, page.has_more, page.total) == (1, "n", True, 9)
    asked = script.asked[0]
    assert asked.url.path == "/base/creators"
    assert dict(asked.url.params) == {"limit": "5000", "cursor": "c 1"}
    assert asked.headers["Authorization"] == "Bearer t0ken"
    assert page.upserts[0].avatar_uri == "https://feed.example/a.png"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(410, "cursor_expired"), NoSuchThing),
        (refusal(404, "creator_unknown"), NoSuchThing),
        (refusal(401, "token_invalid"), SignedOut),
        (refusal(400, "limit_invalid"), Rejected),
        (httpx.Response(404, text="<html>"), NotThePlatform),
        (httpx.Response(200, text="<html>"), NotThePlatform),
        (httpx.Response(200, json={"items": 5, "next_cursor": "x"}), NotThePlatform),
        (httpx.Response(200, json={"items": []}), NotThePlatform),
    ],
)
async def test_each_refusal_of_a_feed_is_its_own_error(answer: httpx.Response, kind: type[KnownError]) -> None:
    script = Script(lambda request: httpx.Response(answer.status_code, content=answer.content, headers=answer.headers))
    with pytest.raises(kind):
        await feed_of(script).page("old", 10)


async def test_a_feed_that_stumbles_is_asked_again() -> None:
    answers: list[object] = [{"items": [], "next_cursor": "n"}, httpx.Response(200, text='{"items": ['), httpx.Response(503)]
    script = Script(lambda request: answers.pop())
    assert (await feed_of(script).page(None, 10)).cursor == "n"
    assert len(script.asked) == 3


async def test_one_creator_in_detail() -> None:
    script = Script(
        lambda request: {
            "author_id": 7,
            "videos": [{"item_id": 1, "published_at": "2026-11-01T00:00:00Z", "kind": "sponsored", "plays": 5}, {"item_id": "x"}],
            "quotes": [{"at": "2026-10-01T00:00:00Z", "price_1_20": 100, "price_60": 250.5}],
            "daily_plays": {"from": "2026-11-20", "to": "2026-11-21", "values": [3, 4]},
        }
    )
    detail = await feed_of(script).detail(AuthorId(7))
    assert [(video.sponsored, video.plays) for video in detail.videos] == [(True, 5)]
    assert [quote.amount.value for quote in detail.quotes] == [10_000, 25_050]
    assert [(one.day.day, one.plays) for one in detail.daily_plays] == [(20, 3), (21, 4)]


async def collect(client: EventClient, last: str | None) -> tuple[list[ServerEvent], KnownError | None]:
    found: list[ServerEvent] = []
    listening = client.listen(last)
    assert isinstance(listening, AsyncGenerator)
    try:
        async for event in listening:
            found.append(event)
    except KnownError as error:
        return found, error
    finally:
        await listening.aclose()
    return found, None


async def test_events_come_with_their_ids_and_resume_after_the_last() -> None:
    heads: list[bytes] = []
    body = (
        b"retry: 2000\n\n: comment\n\nid: 5\nevent: order.changed\ndata: " + json.dumps({"payload": {"order_id": 7}}).encode() + b"\n\n"
        b"id: 6\nevent: junk\ndata: not json\n\nid: 7\nevent: list\ndata: [1]\n\nid: 8\nevent: money.moved\ndata: {}\n\n"
    )

    async def visit(head: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(head)
        writer.write(http(body, headers="Content-Type: text/event-stream\r\n"))

    async with raw_server(visit) as url:
        line = Transport(url, timings=QUICK, compute=InlineCompute())
        found, error = await collect(EventClient(line, f"{url}/sandbox/events", FixedToken("t0ken")), "4")
        await line.aclose()
    assert [(event.event_id, event.kind) for event in found] == [("5", "order.changed"), ("8", "money.moved")]
    assert found[0].data == {"payload": {"order_id": 7}}
    assert isinstance(error, Offline)
    head = heads[0].lower()
    assert b"last-event-id: 4" in head
    assert b"get /sandbox/events http" in head
    assert b"access-token: t0ken" in head


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (http(b"<html>", headers="Content-Type: text/html\r\n"), NotThePlatform),
        (http(b"{}", status="401 Unauthorized"), SignedOut),
        (http(b"id: 1\nevent: x\ndata: {", headers="Content-Type: text/event-stream\r\n"), Offline),
    ],
)
async def test_what_is_no_stream_ends_with_a_plain_error(answer: bytes, kind: type[KnownError]) -> None:
    async with raw_server(always(answer)) as url:
        line = Transport(url, timings=QUICK, compute=InlineCompute())
        found, error = await collect(EventClient(line, f"{url}/e"), None)
        await line.aclose()
    assert found == []
    assert isinstance(error, kind)


def media_of(script: Script, base: str = "https://api.example") -> MediaClient:
    return MediaClient(script.open(base=base), hosts=("douyinvod.com",))


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://v1.douyinvod.com/a.mp4", True),
        ("https://douyinvod.com/a.mp4", True),
        ("https://api.example/media/a.mp4", True),
        ("http://v1.douyinvod.com/a.mp4", False),
        ("https://evildouyinvod.com/a.mp4", False),
        ("https://douyinvod.com.evil.example/a", False),
        ("https://user@douyinvod.com/a", False),
        ("https://douyinvod.com:8443/a", False),
        ("http://127.0.0.1:9/a", False),
        ("http://api.example/a", False),
        ("file:///etc/passwd", False),
        ("https://[x", False),
    ],
)
async def test_files_come_from_known_hosts_only(url: str, allowed: bool) -> None:
    script = Script(lambda request: httpx.Response(200, content=b"bytes"))
    client = media_of(script)
    if allowed:
        assert await client.fetch(url, max_bytes=100) == b"bytes"
        assert "Access-Token" not in script.asked[0].headers
        assert "Authorization" not in script.asked[0].headers
    else:
        with pytest.raises(KnownError):
            await client.fetch(url, max_bytes=100)
        assert script.asked == []


async def test_the_training_server_gives_files_over_loopback() -> None:
    script = Script(lambda request: httpx.Response(200, content=b"clip"))
    client = media_of(script, base="http://127.0.0.1:8123")
    assert await client.fetch("http://127.0.0.1:8123/sandbox/media/a.mp4", max_bytes=10) == b"clip"
    assert await client.fetch("/sandbox/media/a.mp4", max_bytes=10) == b"clip"
    with pytest.raises(NotThePlatform):
        await client.fetch("http://127.0.0.1:9999/a", max_bytes=10)


async def test_a_redirect_is_followed_to_known_hosts_only() -> None:
    def answer(request: httpx.Request) -> object:
        if request.url.path == "/a":
            return httpx.Response(302, headers={"Location": "https://v2.douyinvod.com/b"})
        if request.url.path == "/bad":
            return httpx.Response(302, headers={"Location": "http://169.254.169.254/latest"})
        if request.url.path == "/loop":
            return httpx.Response(302, headers={"Location": "/loop"})
        return httpx.Response(200, content=b"moved")

    script = Script(answer)
    client = media_of(script)
    assert await client.fetch("https://v1.douyinvod.com/a", max_bytes=10) == b"moved"
    for path in ("bad", "loop"):
        with pytest.raises(NotThePlatform):
            await client.fetch(f"https://v1.douyinvod.com/{path}", max_bytes=10)
    assert not any(request.url.host == "169.254.169.254" for request in script.asked)


async def test_a_file_that_is_too_large_or_gone_is_said() -> None:
    script = Script(lambda request: httpx.Response(200, content=b"x" * 11) if request.url.path == "/big" else httpx.Response(403))
    client = media_of(script)
    with pytest.raises(NotThePlatform):
        await client.fetch("https://douyinvod.com/big", max_bytes=10)
    with pytest.raises(NoSuchThing):
        await client.fetch("https://douyinvod.com/expired", max_bytes=10)
