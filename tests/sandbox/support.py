"""Owns how tests of the sandbox's workflow get a world with its history and speak to it in-process."""

from __future__ import annotations

import functools
import json
from typing import Any

import httpx

from xingtu_desktop.sandbox import oauth
from xingtu_desktop.sandbox.clock import VirtualClock
from xingtu_desktop.sandbox.history import choose_creators
from xingtu_desktop.sandbox.records import Account, Effect, Order
from xingtu_desktop.sandbox.server import Sandbox, build_world
from xingtu_desktop.sandbox.world import World

START = 1_795_310_400  # 2026-11-22 12:00 Beijing
DAY = 86_400
STAR = "/open_api/2/star"
CREATORS = 400


@functools.lru_cache(maxsize=1)
def _template() -> World:
    return build_world(seed=7, creators=CREATORS, start=START)


def fresh_world() -> World:
    """A world of its own with the whole history; cheap, since the history is written once and copied."""
    return World(_template().ledger.replica(), VirtualClock(START), seed=7, creators=CREATORS, start=START)


class Api:
    """The sandbox's official paths as a client sees them; every call is signed in and carries the first account's star_id."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world if world is not None else fresh_world()
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(Sandbox(self.world)), base_url="http://127.0.0.1")
        self.star_id = self.world.ledger.select(Account, "1 ORDER BY created, star_id")[0].star_id
        self.token = oauth.issue_pair(self.world).access_token

    async def get(self, path: str, *, headers: dict[str, str] | None = None, **query: object) -> dict[str, Any]:
        """The envelope of a GET; objects and arrays of the query become one JSON text each."""
        texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in {"star_id": self.star_id, **query}.items()}
        answer = await self.http.get(path, params=texts, headers=self._headers(headers))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def post(self, path: str, *, headers: dict[str, str] | None = None, **body: object) -> dict[str, Any]:
        """The envelope of a POST."""
        answer = await self.http.post(path, json={"star_id": self.star_id, **body}, headers=self._headers(headers))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def _headers(self, more: dict[str, str] | None) -> dict[str, str]:
        return {"Access-Token": self.token, **(more or {})}

    async def data(self, path: str, **query: object) -> Any:
        """The data of a GET that must succeed."""
        return ok(await self.get(path, **query))

    async def done(self, path: str, **body: object) -> Any:
        """The data of a POST that must succeed."""
        return ok(await self.post(path, **body))

    async def control(self, door: str, /, **body: object) -> Any:
        """The JSON of a control POST that must succeed."""
        answer = await self.http.post(f"/sandbox/control/{door}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def spawn(self, state: str, count: int = 1, **more: object) -> list[dict[str, int]]:
        """Fresh orders in a state: order_id, campaign_id, status, resource_id of the newest version."""
        orders: list[dict[str, int]] = (await self.control("spawn", state=state, count=count, **more))["orders"]
        return orders

    def order(self, order_id: int) -> Order:
        found = self.world.ledger.get(Order, order_id)
        assert found is not None
        return found

    def balance(self) -> int:
        """The first account's balance in fen."""
        account = self.world.ledger.get(Account, self.star_id)
        assert account is not None
        return account.balance_fen

    def effects(self, action: str, order_id: int) -> int:
        """How often a write took effect on an order."""
        return self.world.ledger.count(Effect, "action = ? AND order_id = ?", action, order_id)


def ok(envelope: dict[str, Any]) -> Any:
    """The data of an answer that must be OK."""
    assert envelope["code"] == 0, envelope
    assert envelope["message"] == "OK"
    return envelope["data"]


def refused(envelope: dict[str, Any], code: int, field: str) -> None:
    """The answer must be this refusal, and its message must name the field."""
    assert envelope["code"] == code, envelope
    assert field in envelope["message"], envelope
    assert "Traceback" not in json.dumps(envelope)


def demand_info(**changes: object) -> dict[str, Any]:
    """A demand_info at its required fields; None takes a field out."""
    info: dict[str, Any] = {
        "demand_name": "冬季面霜种草 #K7F2-1",
        "brand_name": "清屿",
        "product_name": "清屿面霜",
        "product_information": "保湿面霜 50g",
        "product_industry": ["1930", "193001"],
        "contact_name": "林晚",
        "contact_phone": "13900001234",
        "expect_remain_time": 30,
        "expiration_time": START + DAY,
        "expiration_time_end": START + 20 * DAY,
        "demand_requirement": {"detail_demand": "展示质地"},
    }
    info.update(changes)
    return {name: value for name, value in info.items() if value is not None}


def order_items(world: World, count: int = 1, order_type: int = 1, cnt: int = 1) -> dict[str, Any]:
    """An order_item_info for that many creators."""
    lines = [{"author_id": author_id, "video_type": video_type, "cnt": cnt} for author_id, video_type in bookable(world, count)]
    return {"order_type": order_type, "author_list": lines}


def bookable(world: World, count: int) -> list[tuple[int, int]]:
    """(author_id, video_type) pairs with a quote."""
    return [(wanted.author_id, wanted.video_type) for wanted in choose_creators(world, count, "tests", dearest_fen=3_000_000)]
