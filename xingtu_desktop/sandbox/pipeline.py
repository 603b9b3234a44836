"""The way of one official request through the sandbox: parse, authorise, carry out, answer, record, and be spoiled where a fault says so.

`official(world, method, path, handler)` makes the route. What was received whole is carried out in a task of its own: neither the
client's death nor a lost connection takes an effect back.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email.parser import BytesHeaderParser
from urllib.parse import parse_qsl

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from xingtu_desktop.sandbox import wire_answers as wire
from xingtu_desktop.sandbox.faults import Firing
from xingtu_desktop.sandbox.records import Account, Grant
from xingtu_desktop.sandbox.wire_answers import ApiError, Call, JsonObject, Params
from xingtu_desktop.sandbox.world import World

Handler = Callable[[Call], object]

LARGEST_BODY = 32 * 1024 * 1024
ORDERING_ACCOUNT = "PLATFORM_ROLE_STAR"
_HTML_ERROR = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr><center>Tengine</center></body></html>"
_PORTAL = (
    "<!DOCTYPE html><html><head><title>无线网络登录</title></head><body><h1>欢迎使用酒店无线网络</h1>"
    "<form><input name='room'><button>登录</button></form></body></html>"
)
_GARBAGE = b'\x00\xff\xfe{]]<<garbage>>\x80\x81 code: 0, "data": [\xc3\x28 not json'
_log = logging.getLogger("xingtu_desktop.sandbox")
_running: set[asyncio.Task[Answer]] = set()


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: `body` is the envelope before it is spoiled, `raw` replaces it on the wire where set."""

    body: JsonObject
    status: int = 200
    content_type: bytes = b"application/json; charset=utf-8"
    raw: bytes | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()

    def payload(self) -> bytes:
        return self.raw if self.raw is not None else json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came, its body whole."""

    method: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes


def official(world: World, method: str, path: str, handler: Handler, *, star: bool = True, token: bool = True) -> Route:
    """The route of an official endpoint. `star`: the call carries a star_id of the token; `token`: it needs an access token at all.

    A GET handler reads `call.ledger`; a POST handler writes `call.world.ledger` inside a transaction that an ApiError undoes.
    """
    return Route(path, OfficialEndpoint(world, method, path, handler, star, token), name=path)


def drop_connection(scope: Scope) -> None:
    """Close the client's connection without a word (in-process clients get ConnectionResetError instead)."""
    transport = scope.get("sandbox.transport")
    if transport is None:
        raise ConnectionResetError("the sandbox dropped this connection on purpose")
    transport.abort()


async def read_body(receive: Receive) -> bytes | None:
    """The whole body, or None when the client left before it was complete or sent too much."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part: bytes = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if size > LARGEST_BODY:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


class OfficialEndpoint:
    """One official path as an ASGI application."""

    def __init__(self, world: World, method: str, path: str, handler: Handler, star: bool, token: bool) -> None:
        self._world = world
        self._method = method
        self._path = path
        self._handler = handler
        self._star = star
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        if body is None:
            drop_connection(scope)
            return
        received = Received(
            scope["method"],
            dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
            {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
            body,
        )
        firings = {firing.rule.kind: firing for firing in self._world.faults.draw(received.method, self._path)}
        if "lost_request" in firings:
            self._record(received, Answer({}, status=0), planted=True)
            drop_connection(scope)
            await asyncio.sleep(0)
            return
        task = asyncio.create_task(self._take(received, firings))
        _running.add(task)
        task.add_done_callback(_running.discard)
        answer = await asyncio.shield(task)
        spoiled = bool(firings) or "x-debug-mode" in received.headers
        self._record(received, answer, planted=spoiled)
        if "delayed_answer" in firings:
            await asyncio.sleep(firings["delayed_answer"].seconds)
        if "lost_answer" in firings:
            drop_connection(scope)
            await asyncio.sleep(0)
            return
        await self._send(scope, send, answer, firings)

    async def _take(self, received: Received, firings: Mapping[str, Firing]) -> Answer:
        """Carry the request out, sooner or later or never, and say what is answered."""
        instead = self._instead(received, firings)
        if instead is not None and not instead[1]:
            return instead[0]
        if "delayed_effect" in firings and self._method == "POST":
            firing = firings["delayed_effect"]
            early = None
            if firing.rule.answer == "timeout":
                early = _http_error(504)
            elif firing.rule.answer == "ok":
                asked = self.carry_out(received, firings, dry=True)
                # An answer that names new ids cannot be known before the effect: such a call is answered after it.
                early = None if asked.body.get("data") else asked
            if early is not None:
                self._later(received, firings, firing.seconds)
                return early
            await asyncio.sleep(firing.seconds)
        answer = self.carry_out(received, firings)
        if "duplicate" in firings:
            self._later(received, {}, firings["duplicate"].seconds)
        if instead is not None:
            return instead[0]
        if "garbage" in firings:
            return replace(answer, raw=_GARBAGE)
        if "truncated" in firings:
            whole = answer.payload()
            return replace(answer, raw=whole[: max(1, len(whole) * 2 // 3)])
        return answer

    def _later(self, received: Received, firings: Mapping[str, Firing], seconds: float) -> None:
        async def effect() -> Answer:
            await asyncio.sleep(seconds)
            return self.carry_out(received, firings)

        task = asyncio.create_task(effect())
        _running.add(task)
        task.add_done_callback(_running.discard)

    def _instead(self, received: Received, firings: Mapping[str, Firing]) -> tuple[Answer, bool] | None:
        """The answer that a fault puts in place of the real one, and whether the request takes effect all the same."""
        for kind, firing in firings.items():
            rule = firing.rule
            if kind == "captive_portal":
                return Answer({}, raw=_PORTAL.encode(), content_type=b"text/html; charset=utf-8"), False
            if kind == "http_error":
                return _http_error(rule.status), rule.effect
            if kind == "server_error":
                return Answer(wire.envelope({}, rule.code, "服务内部错误，请稍后重试")), rule.effect
            if kind == "rate_limited":
                return _limited(rule.code, rule.retry_after), False
            if kind in ("expired_token", "revoked_token"):
                self._spoil_token(received, "expired" if kind == "expired_token" else "revoked")
        return None

    def _spoil_token(self, received: Received, status: str) -> None:
        token = _token_of(received)
        if token and self._world.ledger.get(Grant, token) is not None:
            self._world.ledger.update(Grant, token, status=status)

    def carry_out(self, received: Received, firings: Mapping[str, Firing], dry: bool = False) -> Answer:
        """Do the work in one transaction; `dry` asks what would be answered and takes it back."""
        world = self._world
        debug = received.headers.get("x-debug-mode") == "1"
        try:
            if debug and not _debug_allowed(world):
                return _limited(wire.DEVELOPER_LIMIT, 0)
            if received.method != self._method:
                return not_found()
            world.catch_up()
            grant = self._authorise(received) if self._token else None
            params, upload = self._params(received)
            star_id = self._star_id(params, grant) if self._star and grant is not None else 0
            if self._method == "GET":
                firing = firings.get("stale_read")
                ledger = world.replicas.reading(world.ledger, firing.seconds or 5.0) if firing else world.ledger
                return Answer(wire.envelope(self._handler(Call(world, ledger, params, world.now(), star_id, grant))))
            return Answer(wire.envelope(self._write(Call(world, world.ledger, params, world.now(), star_id, grant, upload), dry)))
        except ApiError as error:
            return Answer(wire.error_envelope(error, debug))
        except Exception:
            _log.exception("%s %s failed inside the sandbox", received.method, self._path)
            return Answer(wire.envelope({}, wire.SERVER_ERROR, "服务内部错误"))

    def _write(self, call: Call, dry: bool) -> object:
        world = self._world
        if dry:
            try:
                with world.transaction():
                    raise _TakeBack(self._handler(call))
            except _TakeBack as taken:
                return taken.data
        world.replicas.before_write(world.ledger, world.faults.stale_seconds())
        with world.transaction():
            return self._handler(call)

    def _authorise(self, received: Received) -> Grant:
        token = _token_of(received)
        if not token:
            raise ApiError(wire.TOKEN_EMPTY, "The access_token is empty.")
        grant = self._world.ledger.get(Grant, token)
        if grant is None or grant.status in ("rotated", "revoked"):
            raise ApiError(wire.TOKEN_INVALID, "access_token无效")
        if grant.status == "expired" or grant.access_expires <= time.time():
            raise ApiError(wire.TOKEN_EXPIRED, "access_token已过期")
        return grant

    def _params(self, received: Received) -> tuple[Params, bytes]:
        if self._method == "GET":
            return Params(received.query, is_query=True), b""
        kind = received.headers.get("content-type", "")
        if kind.startswith("multipart/form-data"):
            fields, upload = parse_form(kind, received.body)
            return Params(fields, is_query=True), upload
        return Params(parse_json_object(kind, received.body)), b""

    def _star_id(self, params: Params, grant: Grant) -> int:
        star_id = params.need_int("star_id")
        account = self._world.ledger.get(Account, star_id) if star_id in json.loads(grant.star_ids) else None
        if account is None or not account.is_valid or account.account_type != ORDERING_ACCOUNT:
            raise ApiError(wire.NO_PERMISSION, f"star_id: 没有权限操作账户 {star_id}")
        return star_id

    def _record(self, received: Received, answer: Answer, planted: bool) -> None:
        recorder = self._world.recorder
        if not recorder.on:
            return
        body: object = None
        if received.method == "POST":
            kind = received.headers.get("content-type", "")
            try:
                body = dict(parse_form(kind, received.body)[0], file="…") if kind.startswith("multipart/") else json.loads(received.body)
            except (ValueError, ApiError):
                body = received.body.decode("utf-8", "replace")
        response: object = answer.body if answer.raw is None else answer.raw.decode("utf-8", "replace")
        recorder.exchange(received.method, self._path, received.query, body, answer.status, response, planted)

    async def _send(self, scope: Scope, send: Send, answer: Answer, firings: Mapping[str, Firing]) -> None:
        payload = answer.payload()
        headers = [(b"content-type", answer.content_type), (b"content-length", str(len(payload)).encode()), *answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if "slow_body" not in firings:
            await send({"type": "http.response.body", "body": payload})
            return
        pieces = 8
        step = -(-len(payload) // pieces) or 1
        for start in range(0, len(payload), step):
            await send({"type": "http.response.body", "body": payload[start : start + step], "more_body": True})
            await asyncio.sleep(firings["slow_body"].seconds / pieces)
        await send({"type": "http.response.body", "body": b""})


class _TakeBack(Exception):
    """Ends a dry run and carries what it would have answered."""

    def __init__(self, data: object) -> None:
        super().__init__()
        self.data = data


def not_found() -> Answer:
    """What an unknown path or method gets."""
    return Answer(wire.envelope({}, wire.UNPARSABLE, "请求的接口不存在"), status=404)


def _http_error(status: int) -> Answer:
    reason = {500: "500 Internal Server Error", 502: "502 Bad Gateway", 503: "503 Service Unavailable", 504: "504 Gateway Timeout"}
    return Answer({}, status=status, raw=_HTML_ERROR.format(reason.get(status, str(status))).encode(), content_type=b"text/html")


def _limited(code: int, retry_after: float) -> Answer:
    headers = [(b"x-ratelimit-dimension", wire.LIMIT_DIMENSIONS.get(code, "endpoint").encode())]
    if retry_after:
        headers.append((b"retry-after", str(int(-(-retry_after // 1))).encode()))
    return Answer(wire.envelope({}, code, "Too many requests"), headers=tuple(headers))


def _debug_allowed(world: World) -> bool:
    present = time.monotonic()
    times = world.debug_times
    while times and times[0] <= present - 60:
        times.popleft()
    if len(times) >= world.settings.debug_per_minute:
        return False
    times.append(present)
    return True


def _token_of(received: Received) -> str:
    return received.headers.get("access-token") or received.query.get("access_token", "")


def parse_json_object(content_type: str, body: bytes) -> dict[str, object]:
    """The JSON object of a POST (40000 for another content type or anything else than an object)."""
    if content_type.split(";")[0].strip().lower() != "application/json":
        raise ApiError(wire.UNPARSABLE, "Content-Type 应为 application/json")
    try:
        value = json.loads(body)
    except ValueError:
        raise ApiError(wire.UNPARSABLE, "请求体不是合法的 JSON") from None
    if not isinstance(value, dict):
        raise ApiError(wire.UNPARSABLE, "请求体应为 JSON 对象")
    return value


def parse_form(content_type: str, body: bytes) -> tuple[dict[str, object], bytes]:
    """The text parts of a multipart form and the bytes of its `file` part (40000 when it is no form)."""
    boundary = BytesHeaderParser().parsebytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n").get_boundary()
    if not boundary:
        raise ApiError(wire.UNPARSABLE, "multipart 缺少 boundary")
    fields: dict[str, object] = {}
    upload = b""
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1"))[1:]:
        if part.startswith(b"--"):
            break
        head, separator, content = part.partition(b"\r\n\r\n")
        if not separator:
            raise ApiError(wire.UNPARSABLE, "multipart 内容不完整")
        name = BytesHeaderParser().parsebytes(head.strip() + b"\r\n\r\n").get_param("name", header="content-disposition")
        if name == "file":
            upload = content
            fields["file"] = "…" if content else ""
        elif isinstance(name, str):
            fields[name] = content.decode("utf-8", "replace")
    return fields, upload


async def settle() -> None:
    """Wait until every effect that was taken on has happened (tests and shutdown)."""
    while _running:
        # From Python 3.12 on, waiting for what is done already does not let the loop turn, so nothing else would take it off the set.
        done, _ = await asyncio.wait(set(_running))
        _running.difference_update(done)
