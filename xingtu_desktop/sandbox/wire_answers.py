"""The platform's envelope, error codes and parameter reading: what every official endpoint has in common on the wire.

Reading is strict about types (ids are integers; in a query an object or array is one JSON text) and silent about unknown names, as the
platform is. Missing or unparsable → 40000, a wrong value → 40001; both messages name the field.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xingtu_desktop.sandbox.ledger import Ledger
    from xingtu_desktop.sandbox.records import Grant
    from xingtu_desktop.sandbox.world import World

JsonObject = dict[str, object]
BEIJING = timezone(timedelta(hours=8))

UNPARSABLE = 40000
WRONG_PARAMETER = 40001
NO_PERMISSION = 40002
TOO_MANY_REQUESTS = 40100
TOKEN_EXPIRED = 40102
REFRESH_TOKEN_EXPIRED = 40103
TOKEN_EMPTY = 40104
TOKEN_INVALID = 40105
REFRESH_TOKEN_INVALID = 40107
DEVELOPER_LIMIT = 40110
AUTH_CODE_USED = 40115
CUSTOMER_LIMIT = 40130
SERVER_ERROR = 50000

LIMIT_DIMENSIONS = {TOO_MANY_REQUESTS: "endpoint", DEVELOPER_LIMIT: "developer", CUSTOMER_LIMIT: "customer"}
LARGEST_PAGE = 50
MOST_IDS = 50
_INT64 = 2**63
_INT32 = 2**31


class ApiError(Exception):
    """An answer other than OK. `help` is shown beside the message with X-Debug-Mode: 1."""

    def __init__(self, code: int, message: str, help_text: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.help_text = help_text or _HELP.get(code, "")


_HELP = {
    UNPARSABLE: "A required field is missing or its type is wrong; compare the request with the interface's parameter table.",
    WRONG_PARAMETER: "The value is outside what the interface allows, or the object's state does not allow the call; nothing was changed.",
    NO_PERMISSION: "The account is not among those that this token was granted.",
    TOKEN_EXPIRED: "Refresh the token once and repeat.",
    TOKEN_EMPTY: "Send the header Access-Token.",
    TOKEN_INVALID: "Refresh the token or authorise again.",
    REFRESH_TOKEN_INVALID: "A refresh token works once; authorise again.",
}


def missing(field: str) -> ApiError:
    return ApiError(UNPARSABLE, f"{field}: 必填参数缺失")


def unparsable(field: str, wanted: str) -> ApiError:
    return ApiError(UNPARSABLE, f"{field}: 参数类型错误，应为 {wanted}")


def wrong(field: str, reason: str) -> ApiError:
    return ApiError(WRONG_PARAMETER, f"{field}: {reason}")


def request_id() -> str:
    """An id like the platform's: yyyyMMddHHmmss (Beijing) and 20 hex digits."""
    return datetime.now(BEIJING).strftime("%Y%m%d%H%M%S") + secrets.token_hex(10).upper()


def envelope(data: object, code: int = 0, message: str = "OK") -> JsonObject:
    return {"code": code, "message": message, "request_id": request_id(), "data": data}


def error_envelope(error: ApiError, debug: bool) -> JsonObject:
    answer = envelope({}, error.code, error.message)
    if debug:
        answer["help_message"] = error.help_text
    return answer


def beijing_text(seconds: int) -> str:
    """`yyyy-MM-dd HH:mm:ss` in Beijing time, empty for 0 (never happened)."""
    return datetime.fromtimestamp(seconds, BEIJING).strftime("%Y-%m-%d %H:%M:%S") if seconds else ""


def parse_beijing_text(text: str, field: str) -> int:
    """Unix seconds of a `yyyy-MM-dd HH:mm:ss` Beijing time; 40001 when it is none."""
    try:
        return int(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING).astimezone(UTC).timestamp())
    except ValueError:
        raise wrong(field, "时间格式应为 yyyy-MM-dd HH:mm:ss") from None


def yuan(fen: int) -> int:
    """Whole yuan as the int fields show them, halves up."""
    return (fen + 50) // 100 if fen >= 0 else -((-fen + 50) // 100)


def precise(fen: int) -> float:
    """Yuan as the precise_* fields show them."""
    return fen / 100


class Params:
    """Named values of a request: a query (texts) or a JSON object. `where` prefixes the field in messages."""

    def __init__(self, values: Mapping[str, object], is_query: bool = False, where: str = "") -> None:
        self._values = values
        self._is_query = is_query
        self._where = where

    def field(self, name: str) -> str:
        """The field's full name for messages."""
        return self._where + name

    def _raw(self, name: str, wanted: str) -> object:
        value = self._values.get(name)
        if value is None or not self._is_query or wanted == "string":
            return value
        if value == "":
            return None
        try:
            return json.loads(str(value))
        except ValueError:
            raise unparsable(self.field(name), wanted) from None

    def has(self, name: str) -> bool:
        """Whether the field was sent with a value."""
        return self._values.get(name) not in (None, "")

    def int_or(self, name: str, default: int, *, low: int = -_INT64, high: int = _INT64 - 1) -> int:
        """An int64 within [low, high], or the default when it was not sent."""
        value = self._raw(name, "int64")
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not -_INT64 <= value < _INT64:
            raise unparsable(self.field(name), "int64")
        if not low <= value <= high:
            raise wrong(self.field(name), f"取值范围为 {low} 至 {high}" if high < _INT64 - 1 else f"不能小于 {low}")
        return value

    def need_int(self, name: str, *, low: int = -_INT64, high: int = _INT64 - 1) -> int:
        """An int64 that must be there."""
        if self._raw(name, "int64") is None:
            raise missing(self.field(name))
        return self.int_or(name, 0, low=low, high=high)

    def choice_or(self, name: str, default: int, allowed: Sequence[int]) -> int:
        """One of the integers allowed, or the default when it was not sent."""
        value = self.int_or(name, default)
        if self.has(name) and value not in allowed:
            raise wrong(self.field(name), f"枚举值 {value} 不合法，可选 {', '.join(map(str, allowed))}")
        return value

    def need_choice(self, name: str, allowed: Sequence[int]) -> int:
        self.need_int(name)
        return self.choice_or(name, 0, allowed)

    def text_or(self, name: str, default: str = "", limit: int | None = None) -> str:
        """A text of at most `limit` code points, or the default when it was not sent."""
        value = self._raw(name, "string")
        if value is None:
            return default
        if not isinstance(value, str):
            raise unparsable(self.field(name), "string")
        if limit is not None and len(value) > limit:
            raise wrong(self.field(name), f"长度不能超过 {limit} 个字符，实际 {len(value)}")
        return value

    def need_text(self, name: str, limit: int | None = None) -> str:
        """A text that must be there and not be blank."""
        value = self.text_or(name, "", limit)
        if not value.strip():
            raise missing(self.field(name))
        return value

    def enum_or(self, name: str, default: str, allowed: Sequence[str]) -> str:
        """One of the texts allowed, or the default when it was not sent."""
        value = self.text_or(name, default)
        if value not in allowed:
            raise wrong(self.field(name), f"枚举值 {value} 不合法，可选 {', '.join(allowed)}")
        return value

    def url_or(self, name: str, default: str = "") -> str:
        """An https address, or the default when it was not sent or is empty."""
        value = self.text_or(name, default)
        if value and not (value.startswith("https://") and len(value) > len("https://")):
            raise wrong(self.field(name), "需为 https 开头的链接")
        return value

    def _list(self, name: str, wanted: str) -> list[object] | None:
        value = self._raw(name, wanted)
        if value is None:
            return None
        if not isinstance(value, list):
            raise unparsable(self.field(name), wanted)
        return value

    def ints_or(self, name: str, default: list[int], limit: int = MOST_IDS) -> list[int]:
        """A list of at most `limit` int64s, or the default when it was not sent."""
        value = self._list(name, "int64[]")
        if value is None:
            return default
        numbers: list[int] = []
        for item in value:
            if isinstance(item, bool) or not isinstance(item, int) or not -_INT64 <= item < _INT64:
                raise unparsable(self.field(name), "int64[]")
            numbers.append(item)
        if len(numbers) > limit:
            raise wrong(self.field(name), f"最多 {limit} 个，实际 {len(numbers)}")
        return numbers

    def need_ints(self, name: str, limit: int = MOST_IDS) -> list[int]:
        """A list of int64s that must be there and not be empty."""
        numbers = self.ints_or(name, [], limit)
        if not numbers:
            raise missing(self.field(name))
        return numbers

    def texts_or(self, name: str, default: list[str], limit: int = 200) -> list[str]:
        """A list of at most `limit` texts, or the default when it was not sent."""
        value = self._list(name, "string[]")
        if value is None:
            return default
        texts: list[str] = []
        for item in value:
            if not isinstance(item, str):
                raise unparsable(self.field(name), "string[]")
            texts.append(item)
        if len(texts) > limit:
            raise wrong(self.field(name), f"最多 {limit} 个，实际 {len(texts)}")
        return texts

    def object_or_none(self, name: str) -> Params | None:
        """The fields of an object, or None when it was not sent."""
        value = self._raw(name, "object")
        if value is None:
            return None
        if not isinstance(value, dict):
            raise unparsable(self.field(name), "object")
        return Params(value, where=self.field(name) + ".")

    def need_object(self, name: str) -> Params:
        found = self.object_or_none(name)
        if found is None:
            raise missing(self.field(name))
        return found

    def objects_or(self, name: str, limit: int = 200) -> list[Params]:
        """The fields of each object of a list, empty when it was not sent."""
        value = self._list(name, "object[]")
        found: list[Params] = []
        for index, item in enumerate(value or []):
            if not isinstance(item, dict):
                raise unparsable(self.field(name), "object[]")
            found.append(Params(item, where=f"{self.field(name)}[{index}]."))
        if len(found) > limit:
            raise wrong(self.field(name), f"最多 {limit} 个，实际 {len(found)}")
        return found

    def plain(self) -> Mapping[str, object]:
        """The values as they were sent, for storing what was checked."""
        return self._values


@dataclass(frozen=True, slots=True)
class Call:
    """One request to an official endpoint, authorised and parsed as far as every endpoint has it.

    `params` are the query of a GET and the JSON body of a POST; `ledger` is what reads are answered from (it may lag behind when
    stale reads are on), writes go to `world.ledger`; `now` is the virtual instant; `file` is the uploaded part of a multipart request.
    """

    world: World
    ledger: Ledger
    params: Params
    now: int
    star_id: int
    grant: Grant | None
    file: bytes = b""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was asked for, in either of the two styles of the family."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size


def page_by_size(params: Params, most: int = LARGEST_PAGE) -> Page:
    """`page` (from 1), `page_size` (10)."""
    return Page(params.int_or("page", 1, low=1), params.int_or("page_size", 10, low=1, high=most))


def page_by_limit(params: Params, most: int = LARGEST_PAGE, required: bool = False) -> Page:
    """`page` (from 1), `limit` (10)."""
    if required:
        params.need_int("page")
        params.need_int("limit")
    return Page(params.int_or("page", 1, low=1), params.int_or("limit", 10, low=1, high=most))


def size_info(page: Page, total: int) -> JsonObject:
    """page_info of the `page_size` style."""
    return {"page": page.number, "page_size": page.size, "total_number": total, "total_page": -(-total // page.size)}


def limit_info(page: Page, total: int) -> JsonObject:
    """page_info of the `limit` style."""
    return {"page": page.number, "limit": page.size, "total_count": total}
