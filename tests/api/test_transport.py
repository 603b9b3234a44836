"""The transport over real sockets: every way in which a line can fail has its own error, and nothing is left behind."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import socket

import httpx
import pytest

from tests.api.servers import QUICK, Script, always, envelope, http, raw_server
from xingtu_desktop.api.envelope import open_envelope
from xingtu_desktop.api.exchange import Request
from xingtu_desktop.api.transport import Transport, parse_json
from xingtu_desktop.core.errors import ConnectionLost, KnownError, NotThePlatform, Offline, Timeout
from xingtu_desktop.core.tasks import InlineCompute

GET = Request("GET", "/x/")
GOOD = http(json.dumps(envelope({"id": 7123456789012345678})).encode())


def transport(url: str) -> Transport:
    return Transport(url, timings=QUICK, compute=InlineCompute())


async def failing(url: str) -> KnownError:
    line = transport(url)
    try:
        answer = await line.send(GET)
        open_envelope("/x/", answer, await line.parse(answer.content))
    except KnownError as error:
        return error
    finally:
        await line.aclose()
    raise AssertionError("nothing failed")


async def test_nobody_listening_is_offline_and_nothing_was_sent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    error = await failing(url)
    assert isinstance(error, Offline)
    assert not error.may_have_taken_effect


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:7890", "gopher://127.0.0.1:70"])
async def test_a_proxy_that_cannot_be_used_is_offline_and_nothing_was_sent(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("ALL_PROXY", proxy)
    error = await failing("https://api.example")
    assert isinstance(error, Offline)
    assert not error.may_have_taken_effect


async def test_a_server_that_never_answers_is_a_timeout_that_may_have_taken_effect() -> None:
    async def silent(_head: bytes, _reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with raw_server(silent) as url:
        error = await failing(url)
    assert isinstance(error, Timeout)
    assert error.may_have_taken_effect


async def test_a_body_that_drips_ends_on_time() -> None:
    async def drip(_head: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with raw_server(drip) as url:
        began = asyncio.get_running_loop().time()
        error = await failing(url)
        assert asyncio.get_running_loop().time() - began < QUICK.request + QUICK.shutdown + 1
    assert isinstance(error, Timeout)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"co',
        b"nonsense\r\n\r\n",
    ],
    ids=["closed at once", "cut body", "cut chunk", "no HTTP"],
)
async def test_a_line_that_breaks_after_sending_is_lost_and_may_have_taken_effect(answer: bytes) -> None:
    async with raw_server(always(answer, close=True)) as url:
        error = await failing(url)
    assert isinstance(error, ConnectionLost)
    assert error.may_have_taken_effect


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>Please log in to the hotel's network</body></html>",
        b'{"code": 0, "message": "OK", "data": {"list": [1, 2',
        b"",
        b"null",
        b"[]",
        b'{"code": "0", "message": "OK"}',
        b'{"code": true, "message": "OK"}',
        b'{"code": 0, "message": "OK", "data": NaN}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"code": ' + b"9" * 5000 + b"}",
    ],
    ids=["html", "cut json", "empty", "null", "list", "code as text", "code as bool", "NaN", "no UTF-8", "too deep", "too long a number"],
)
async def test_an_answer_of_another_shape_is_not_the_platform(body: bytes) -> None:
    async with raw_server(always(http(body))) as url:
        assert isinstance(await failing(url), NotThePlatform)


async def test_a_small_body_that_unpacks_to_a_large_one_is_refused() -> None:
    bomb = gzip.compress(b" " * (20 * 1024 * 1024))
    assert len(bomb) < 100_000
    async with raw_server(always(http(bomb, headers="Content-Encoding: gzip\r\n"))) as url:
        assert isinstance(await failing(url), NotThePlatform)


async def test_a_body_that_does_not_unpack_is_not_the_platform() -> None:
    async with raw_server(always(http(b"not gzip at all", headers="Content-Encoding: gzip\r\n"))) as url:
        assert isinstance(await failing(url), NotThePlatform)


async def test_a_redirect_is_not_followed_and_takes_no_token_along() -> None:
    seen: list[bytes] = []

    async def redirect(head: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(head)
        writer.write(http(b"", status="302 Found", headers="Location: /elsewhere\r\n"))

    async with raw_server(redirect) as url:
        line = transport(url)
        answer = await line.send(GET)
        await line.aclose()
    assert answer.status == 302
    assert len(seen) == 1


async def test_cookies_are_neither_kept_nor_sent() -> None:
    heads: list[bytes] = []

    async def visit(head: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(head)
        writer.write(http(b"{}", headers="Set-Cookie: track=me; Path=/\r\n"))

    async with raw_server(visit) as url:
        line = transport(url)
        await line.send(GET)
        await line.send(GET)
        await line.aclose()
    assert len(heads) == 2
    assert b"ookie" not in heads[1]


async def test_connections_are_kept_alive() -> None:
    visitors = 0

    async def visit(_head: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ports.add(writer.get_extra_info("peername")[1])
        writer.write(GOOD)

    ports: set[int] = set()
    async with raw_server(visit) as url:
        line = transport(url)
        for _ in range(5):
            await line.send(GET)
            visitors += 1
        await line.aclose()
    assert visitors == 5
    assert len(ports) == 1


def test_ids_of_nineteen_digits_stay_what_they_are() -> None:
    assert parse_json(b'{"id": 7123456789012345678}') == {"id": 7123456789012345678}


async def test_a_closed_transport_sends_nothing() -> None:
    script = Script(lambda request: envelope())
    line = script.open()
    await line.aclose()
    await line.aclose()
    with pytest.raises(Offline):
        await line.send(GET)
    assert script.asked == []


async def test_a_caller_that_goes_away_does_not_stop_what_was_sent() -> None:
    arrived, go, answered = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def visit(_head: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await go.wait()
        writer.write(GOOD)
        answered.set()

    seen: list[int] = []
    async with raw_server(visit) as url:
        line = transport(url)
        caller = asyncio.create_task(line.send(GET, inspect=lambda answer: seen.append(answer.status)))
        await arrived.wait()
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)
        assert caller.cancelled()
        assert line.under_way == 1
        go.set()
        await answered.wait()
        await line.aclose()
    assert seen == [200]


@pytest.mark.timeout(900)
async def test_cancelled_requests_leave_no_stuck_slot() -> None:
    """XINGTU_CANCELS=100000 runs the full number (reliability.md); the pool must be free and the next request quick."""
    cancels = int(os.environ.get("XINGTU_CANCELS", "2000"))

    async def visit(_head: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.0005)
        writer.write(GOOD)

    async with raw_server(visit) as url:
        line = transport(url)
        left = cancels
        while left > 0:
            burst = [asyncio.create_task(line.send(GET)) for _ in range(min(left, 200))]
            left -= len(burst)
            # Some are cancelled before they leave, some under way, some just as their answer comes.
            for at, task in enumerate(burst):
                if at % 20 == 0:
                    await asyncio.sleep(0.0007)
                task.cancel()
            await asyncio.gather(*burst, return_exceptions=True)
        began = asyncio.get_running_loop().time()
        answer = await line.send(GET)
        assert asyncio.get_running_loop().time() - began < 1.0
        assert answer.status == 200
        await asyncio.gather(*(line.send(GET) for _ in range(16)))
        await line.aclose()
        assert line.under_way == 0


def test_no_client_is_ever_unverified() -> None:
    line = Transport("https://api.example", timings=QUICK, compute=InlineCompute())
    import ssl

    assert line._http._tls.verify_mode == ssl.CERT_REQUIRED
    assert line._http._tls.check_hostname


async def test_an_untrusted_certificate_is_not_the_platform_and_nothing_was_sent() -> None:
    def refuse(request: httpx.Request) -> object:
        import ssl

        raise httpx.ConnectError("certificate") from ssl.SSLCertVerificationError("self-signed")

    line = Script(refuse).open()
    with pytest.raises(NotThePlatform) as caught:
        await line.send(GET)
    assert not caught.value.may_have_taken_effect
    await line.aclose()
