"""Waits on 127.0.0.1 for the one answer of a sign-in in the browser: implements services.ports.LoopbackListener.

The state is 128 random bits, used once, compared in constant time. A request with another state, path, method or shape is answered with
a refusal and changes nothing; the first right one ends the listening. A code is never taken from anything else.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import html
import re
from urllib.parse import parse_qsl, urlsplit

from xingtu_desktop.core.errors import BugError, Offline, Rejected, Timeout

_SHORTEST_STATE = 22
"""128 bits in base64."""
_MOST_HEAD = 8192
_PATIENCE = 5.0
_MOST_AT_ONCE = 16
_CODE = re.compile(r"[A-Za-z0-9_\-.~]{1,512}")
_GOOD = ("登录完成，可以关闭本页，回到星图工作台。", "Signed in. You can close this page and return to Xingtu Desktop.")
_DENIED = ("授权未完成。请回到星图工作台再试一次。", "Access was not granted. Return to Xingtu Desktop to try again.")
_REFUSED = ("这不是有效的登录应答。", "This is not a valid sign-in answer.")


class Loopback:
    """One listener for one sign-in."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, path: str = "/callback") -> None:
        """`port` 0 takes any free one; the platform may demand the registered one."""
        if host not in ("127.0.0.1", "localhost"):
            raise BugError("a sign-in is only awaited on this computer")
        self._name = host
        self._port = port
        self._path = path
        self._server: asyncio.Server | None = None
        self._state: str | None = None
        self._answer: asyncio.Future[str] | None = None
        self._visitors: set[asyncio.Task[None]] = set()

    async def start(self) -> str:
        """Begin to listen; returns the redirect address. Offline with the port when it is taken."""
        try:
            self._server = await asyncio.start_server(self._visit, "127.0.0.1", self._port, limit=_MOST_HEAD)
        except OSError as error:
            raise Offline(f"port {self._port} is taken", port=self._port) from error
        port = self._server.sockets[0].getsockname()[1]
        return f"http://{self._name}:{port}{self._path}"

    async def result(self, state: str, timeout: float) -> str:
        """The auth_code that came with `state`; Timeout, or Rejected when the person refused. The listener is closed afterwards."""
        if len(state) < _SHORTEST_STATE:
            raise BugError("a state needs 128 random bits")
        self._state = state
        self._answer = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout):
                return await self._answer
        except TimeoutError as error:
            raise Timeout("nobody answered the sign-in") from error
        finally:
            self._state = None
            await self.close()

    async def close(self) -> None:
        """Stop listening; safe to call twice."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        visitors = [visitor for visitor in self._visitors if visitor is not asyncio.current_task()]
        if visitors:
            # The page of the one right answer may still be on its way out.
            _, late = await asyncio.wait(visitors, timeout=0.5)
            for visitor in late:
                visitor.cancel()
            await asyncio.gather(*visitors, return_exceptions=True)
        if server is not None:
            await server.wait_closed()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._visitors.add(task)
        try:
            if len(self._visitors) <= _MOST_AT_ONCE:
                with contextlib.suppress(TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                    async with asyncio.timeout(_PATIENCE):
                        head = await reader.readuntil(b"\r\n\r\n")
                        status, words, accept = self._judge(head)
                        if accept is not None:
                            self._settle(accept)
                        writer.write(_page(status, words))
                        await writer.drain()
        except asyncio.CancelledError:
            pass
        finally:
            self._visitors.discard(task)
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    def _judge(self, head: bytes) -> tuple[str, tuple[str, str], str | Rejected | None]:
        """What to answer, and the code or refusal to hand over (None: nothing was said that counts)."""
        refused = ("400 Bad Request", _REFUSED, None)
        line, _, rest = head.partition(b"\r\n")
        try:
            method, target, version = line.decode("ascii").split(" ")
        except ValueError:
            return refused
        if method != "GET" or not version.startswith("HTTP/1.") or not self._names_us(rest):
            return refused
        where = urlsplit(target)
        if where.scheme or where.netloc or where.path != self._path:
            return ("404 Not Found", _REFUSED, None)
        try:
            pairs = parse_qsl(where.query, strict_parsing=True, max_num_fields=20)
        except ValueError:
            return refused
        values = dict(pairs)
        state, expected = values.get("state", ""), self._state
        if len(values) != len(pairs) or expected is None or not hmac.compare_digest(state.encode(), expected.encode()):
            return refused
        # The state is spent: a second right answer, whatever it says, is refused.
        self._state = None
        code = values.get("auth_code", "")
        if _CODE.fullmatch(code):
            return ("200 OK", _GOOD, code)
        return ("200 OK", _DENIED, Rejected("the person did not grant access", code=0, field="auth_code"))

    def _names_us(self, headers: bytes) -> bool:
        """Whether the Host header names this computer, so that a page elsewhere cannot reach in under a name of its own."""
        hosts = [line[5:].strip() for line in headers.split(b"\r\n") if line[:5].lower() == b"host:"]
        return len(hosts) == 1 and hosts[0].rpartition(b":")[0] in (b"127.0.0.1", b"localhost")

    def _settle(self, answer: str | Rejected) -> None:
        if self._answer is None or self._answer.done():
            return
        if isinstance(answer, Rejected):
            self._answer.set_exception(answer)
        else:
            self._answer.set_result(answer)


def _page(status: str, words: tuple[str, str]) -> bytes:
    chinese, english = (html.escape(text) for text in words)
    body = (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>星图工作台</title>'
        '<body style="font-family:system-ui,sans-serif;max-width:32em;margin:18vh auto;padding:0 1em;text-align:center">'
        f"<p>{chinese}</p><p>{english}</p></body></html>"
    ).encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n"
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n\r\n"
    )
    return head.encode("ascii") + body
