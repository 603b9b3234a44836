"""Reads the platform's envelope: its data on code 0, and one of our errors for every other code (wire.md A2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from xingtu_desktop.api.exchange import Answer
from xingtu_desktop.core.errors import KnownError, NotThePlatform, RateLimited, Rejected, ServerTrouble, SignedOut

LIMIT_LAYERS: Mapping[int, str] = {40100: "endpoint", 40110: "developer", 40130: "customer"}
TOKEN_EXPIRED = 40102
SIGNED_OUT = frozenset({TOKEN_EXPIRED, 40103, 40104, 40105, 40107})
RENEWABLE = frozenset({TOKEN_EXPIRED, 40105})
"""Codes after which one refresh may help: expired, and invalid as after a rotation by another process."""
_OAUTH = "/open_api/oauth2/"
_MAX_RETRY_AFTER = 3600.0
_BEFORE_COLON = re.compile(r"\s*([a-z][a-zA-Z0-9_.\[\]]*)\s*[:：]")
_FIELD_WORD = re.compile(r"\b([a-z][a-z0-9]*(?:[_.][a-z0-9_]+)+)\b", re.ASCII)


@dataclass(frozen=True, slots=True)
class Success:
    """A code 0: its data as parsed, and the number to quote to the platform's support."""

    data: object
    request_id: str


def open_envelope(path: str, answer: Answer, parsed: object) -> Success:
    """The data of a good answer; raises the error that the answer stands for."""
    if answer.status >= 500:
        raise ServerTrouble("the platform failed", status=answer.status)
    if not _is_envelope(parsed):
        raise NotThePlatform(f"HTTP {answer.status} without the platform's envelope")
    assert isinstance(parsed, dict)
    code: int = parsed["code"]
    message = str(parsed.get("message") or "")
    request_id = parsed.get("request_id") if isinstance(parsed.get("request_id"), str) else None
    if code != 0:
        raise error_of(path, code, message, request_id, answer.headers)
    if answer.status >= 300:
        raise NotThePlatform(f"HTTP {answer.status} with code 0")
    return Success(parsed.get("data"), request_id or "")


def check_status(path: str, answer: Answer) -> None:
    """Raise for answers whose body need not be read: redirects (a captive portal), 429 of a gateway, 5xx."""
    if answer.status == 429 and not looks_like_json(answer):
        raise RateLimited(
            "a gateway limits requests", layer="gateway", code=429, retry_after=retry_after(answer.headers), endpoint=path
        )
    if answer.status >= 500:
        raise ServerTrouble("the platform failed", status=answer.status)
    if 300 <= answer.status < 400:
        raise NotThePlatform(f"HTTP {answer.status}: a redirect where an answer was due")


def looks_like_json(answer: Answer) -> bool:
    return answer.content.lstrip()[:1] == b"{"


def error_of(path: str, code: int, message: str, request_id: str | None, headers: Mapping[str, str]) -> KnownError:
    """The error for an envelope code other than 0. `message` is the platform's text, to be shown only as collapsed plain text."""
    if code in LIMIT_LAYERS and not (code == 40110 and path.startswith(_OAUTH) and "auth_code" in message):
        layer = headers.get("x-ratelimit-dimension") or LIMIT_LAYERS[code]
        return RateLimited(message, layer=layer, code=code, retry_after=retry_after(headers), endpoint=path, request_id=request_id)
    if code in SIGNED_OUT:
        return SignedOut(message, code=code, request_id=request_id)
    if 50000 <= code < 60000:
        return ServerTrouble(message, code=code, request_id=request_id)
    return Rejected(message, code=code, field=guess_field(message), request_id=request_id)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After in numbers, at most an hour; None where there is none (dates are not used by the platform)."""
    text = headers.get("retry-after", "")
    return min(float(text), _MAX_RETRY_AFTER) if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text) else None


def guess_field(message: str) -> str | None:
    """What the message is about: the name before its first colon, else the first word like `order_id` or `demand_info.brand_name`."""
    found = _BEFORE_COLON.match(message) or _FIELD_WORD.search(message)
    return found.group(1) if found else None


def _is_envelope(parsed: object) -> bool:
    return isinstance(parsed, dict) and type(parsed.get("code")) is int and isinstance(parsed.get("message", ""), str)
