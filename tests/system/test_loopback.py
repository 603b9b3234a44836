"""The loopback of sign-in gives out a code once, for the right state, and for nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from urllib.parse import urlencode, urlsplit

import pytest

from xingtu_desktop.core.errors import BugError, Offline, Rejected, Timeout
from xingtu_desktop.system.loopback import Loopback


async def say(redirect: str, query: dict[str, str] | str, *, method: str = "GET", path: str | None = None, host: str | None = None) -> str:
    where = urlsplit(redirect)
    reader, writer = await asyncio.open_connection("127.0.0.1", where.port)
    text = query if isinstance(query, str) else urlencode(query)
    named = host or f"127.0.0.1:{where.port}"
    writer.write(f"{method} {path or where.path}?{text} HTTP/1.1\r\nHost: {named}\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_the_right_state_gives_the_code_and_the_listener_closes() -> None:
    listener, state = Loopback(), secrets.token_hex(16)
    redirect = await listener.start()
    assert redirect.startswith("http://127.0.0.1:")
    waiting = asyncio.create_task(listener.result(state, 5))
    await asyncio.sleep(0)
    page = await say(redirect, {"auth_code": "abc123", "state": state, "app_id": "7", "uid": "9", "scope": "[1,2]"})
    assert "200 OK" in page
    assert "登录完成" in page
    assert "Signed in" in page
    assert "abc123" not in page
    assert await waiting == "abc123"
    with pytest.raises(OSError, match=r".*"):
        await say(redirect, {"auth_code": "again", "state": state})


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ({"auth_code": "stolen"}, {}),
        ({"auth_code": "stolen", "state": "0" * 32}, {}),
        ({"auth_code": "stolen", "state": "STATE", "code": "x"}, {"method": "POST"}),
        ({"auth_code": "stolen", "state": "STATE"}, {"path": "/other"}),
        ({"auth_code": "stolen", "state": "STATE"}, {"host": "evil.example:80"}),
        ("auth_code=stolen&state=STATE&state=STATE", {}),
        ("auth_code=stolen&auth_code=b&state=STATE", {}),
        ("%%%&&&", {}),
    ],
)
async def test_anything_else_is_refused_and_the_right_answer_still_counts(query: dict[str, str] | str, options: dict[str, str]) -> None:
    listener, state = Loopback(), secrets.token_hex(16)
    redirect = await listener.start()
    waiting = asyncio.create_task(listener.result(state, 5))
    await asyncio.sleep(0)
    spoiled = query.replace("STATE", state) if isinstance(query, str) else {k: v.replace("STATE", state) for k, v in query.items()}
    page = await say(redirect, spoiled, **options)  # type: ignore[arg-type]  # the options are those of `say`
    assert "400" in page or "404" in page
    assert not waiting.done()
    await say(redirect, {"auth_code": "right", "state": state})
    assert await waiting == "right"


async def test_a_replayed_state_is_refused_even_before_the_first_answer_was_fetched() -> None:
    listener, state = Loopback(), secrets.token_hex(16)
    redirect = await listener.start()
    waiting = asyncio.create_task(listener.result(state, 5))
    await asyncio.sleep(0)
    answers = await asyncio.gather(*(say(redirect, {"auth_code": f"code{n}", "state": state}) for n in range(5)), return_exceptions=True)
    accepted = [n for n, answer in enumerate(answers) if isinstance(answer, str) and "登录完成" in answer]
    assert len(accepted) == 1
    assert await waiting == f"code{accepted[0]}"


async def test_a_refusal_of_the_person_is_rejected() -> None:
    listener, state = Loopback(), secrets.token_hex(16)
    redirect = await listener.start()
    waiting = asyncio.create_task(listener.result(state, 5))
    await asyncio.sleep(0)
    page = await say(redirect, {"error": "access_denied", "state": state})
    assert "授权未完成" in page
    with pytest.raises(Rejected):
        await waiting


async def test_a_slow_client_and_an_endless_head_keep_nobody_out() -> None:
    listener, state = Loopback(), secrets.token_hex(16)
    redirect = await listener.start()
    waiting = asyncio.create_task(listener.result(state, 5))
    await asyncio.sleep(0)
    port = urlsplit(redirect).port
    _, slow = await asyncio.open_connection("127.0.0.1", port)
    slow.write(b"GET /callback?auth_code=slow")
    reader, endless = await asyncio.open_connection("127.0.0.1", port)
    endless.write(b"GET /callback?auth_code=" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n")
    with contextlib.suppress(ConnectionResetError):  # closing on unread bytes resets the line, which is as good
        assert await reader.read() == b""
    await say(redirect, {"auth_code": "right", "state": state})
    assert await waiting == "right"
    for writer in (slow, endless):
        writer.close()


async def test_nobody_answering_is_a_timeout() -> None:
    listener = Loopback()
    await listener.start()
    with pytest.raises(Timeout):
        await listener.result(secrets.token_hex(16), 0.01)


async def test_a_taken_port_is_said_with_its_number() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Offline) as caught:
            await Loopback(port=port).start()
    assert caught.value.values["port"] == port


async def test_a_guessable_state_is_our_own_mistake() -> None:
    listener = Loopback()
    await listener.start()
    with pytest.raises(BugError):
        await listener.result("short", 1)
    await listener.close()
