"""Owns how the sandbox's data tests get a world in memory and speak to its routes in-process."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from xingtu_desktop.sandbox.clock import VirtualClock
from xingtu_desktop.sandbox.ledger import Ledger
from xingtu_desktop.sandbox.records import Grant
from xingtu_desktop.sandbox.world import World

START = 1_795_310_400  # 2026-11-22 12:00 Beijing
DAY = 86_400
TOKEN = "tests-token"


def small_world(*, seed: int = 7, creators: int = 300, start: int = START, **grant: object) -> World:
    """A world whose clock stands still and that knows one live token."""
    world = World(Ledger(":memory:", seed), VirtualClock(start), seed=seed, creators=creators)
    values: dict[str, object] = {"status": "live", "access_expires": time.time() + 3600, "star_ids": "[]"} | grant
    expires, status, star_ids = float(str(values["access_expires"])), str(values["status"]), str(values["star_ids"])
    world.ledger.insert(Grant(TOKEN, "refresh", expires, time.time() + 9000, status, "[]", 0, star_ids))
    return world


def client_of(routes: Sequence[BaseRoute], token: str | None = TOKEN) -> httpx.AsyncClient:
    """An HTTP client of these routes, signed in unless `token` is None."""
    headers = {"Access-Token": token} if token else {}
    return httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=list(routes))), base_url="http://sandbox", headers=headers)


class SchemaCheck:
    """Holds JSON values against the part of JSON Schema 2020-12 that the published feed schema uses; an unknown keyword fails."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._definitions: dict[str, Any] = schema["$defs"]

    def problems(self, part: str, value: object) -> list[str]:
        """What is wrong with a value that should be the definition `part`."""
        return self._check(self._definitions[part], value, part)

    def _check(self, schema: dict[str, Any], value: Any, where: str) -> list[str]:
        found: list[str] = []
        for keyword, wanted in schema.items():
            if keyword == "$ref":
                found += self._check(self._definitions[wanted.removeprefix("#/$defs/")], value, where)
            elif keyword == "type":
                if not isinstance(value, _TYPES[wanted]) or (isinstance(value, bool) and wanted != "boolean"):
                    return [f"{where}: {value!r} is no {wanted}"]
            elif keyword == "oneOf":
                fits = [option for option in wanted if not self._check(option, value, where)]
                if len(fits) != 1:
                    found.append(f"{where}: fits {len(fits)} of the alternatives")
            elif keyword == "properties":
                for name, item in value.items():
                    rest = schema.get("additionalProperties", True)
                    if name in wanted:
                        found += self._check(wanted[name], item, f"{where}.{name}")
                    elif rest is False:
                        found.append(f"{where}.{name}: not in the schema")
            elif keyword == "items":
                for number, item in enumerate(value):
                    found += self._check(wanted, item, f"{where}[{number}]")
            elif keyword == "required":
                found += [f"{where}.{name}: missing" for name in wanted if name not in value]
            elif keyword in _LIMITS:
                if not _LIMITS[keyword](value, wanted):
                    found.append(f"{where}: {value!r} breaks {keyword} {wanted!r}")
            elif keyword not in _SAID_ELSEWHERE:
                found.append(f"{where}: the test does not know the keyword {keyword}")
        if "properties" not in schema and isinstance(schema.get("additionalProperties"), dict):
            for name, item in value.items():
                found += self._check(schema["additionalProperties"], item, f"{where}.{name}")
        return found


_SAID_ELSEWHERE = {"description", "title", "$schema", "$defs", "additionalProperties"}
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_LIMITS: dict[str, Callable[[Any, Any], bool]] = {
    "enum": lambda value, wanted: value in wanted,
    "minimum": lambda value, wanted: value >= wanted,
    "maximum": lambda value, wanted: value <= wanted,
    "minItems": lambda value, wanted: len(value) >= wanted,
    "maxItems": lambda value, wanted: len(value) <= wanted,
    "minLength": lambda value, wanted: len(value) >= wanted,
    "minProperties": lambda value, wanted: len(value) >= wanted,
    "pattern": lambda value, wanted: re.search(wanted, value) is not None,
}
