"""Misbehaving on request: each fault does to an exchange what it says, and nothing else, and the record says that it was planted."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox.feed_support import SchemaCheck
from tests.sandbox.support import STAR, Api, ok, refused
from xingtu_desktop.core import resources
from xingtu_desktop.sandbox import faults, pipeline
from xingtu_desktop.sandbox.faults import FaultError, Faults, parse_rule
from xingtu_desktop.sandbox.records import Event
from xingtu_desktop.sandbox.replicas import Replicas

APPROVE = f"{STAR}/order/approve_resource/"
DETAIL = f"{STAR}/order/detail/"


async def planted(*rules: dict[str, object], **more: object) -> tuple[Api, dict[str, int]]:
    """A world with one script to approve, and the rules in force."""
    api = Api()
    (made,) = await api.spawn("script")
    await api.control("faults", faults=list(rules), **more)
    return api, made


async def raw(api: Api, made: dict[str, int]) -> httpx.Response:
    body = {"star_id": api.star_id, "order_id": made["order_id"], "resource_id": made["resource_id"], "resource_type": 2}
    return await api.http.post(APPROVE, json=body, headers={"Access-Token": api.token})


def status(api: Api, made: dict[str, int]) -> int:
    return api.order(made["order_id"]).status


async def test_a_lost_answer_takes_effect_and_drops_the_connection() -> None:
    api, made = await planted({"kind": "lost_answer", "path": APPROVE})
    with pytest.raises(ConnectionResetError):
        await raw(api, made)
    assert status(api, made) == 43
    assert api.effects("approve", made["order_id"]) == 1


async def test_a_lost_request_has_no_effect() -> None:
    api, made = await planted({"kind": "lost_request", "count": 1})
    with pytest.raises(ConnectionResetError):
        await raw(api, made)
    assert status(api, made) == 41
    ok((await raw(api, made)).json())
    assert status(api, made) == 43


@pytest.mark.parametrize("answer", ["ok", "timeout"])
async def test_a_delayed_effect_comes_after_its_answer(answer: str) -> None:
    api, made = await planted({"kind": "delayed_effect", "seconds": 0.05, "answer": answer})
    got = await raw(api, made)
    assert status(api, made) == 41
    assert api.world.ledger.select(Event, "kind = 'order.changed' AND payload LIKE '%\"status\": 43%'") == []
    assert (got.status_code == 504) if answer == "timeout" else (got.json()["code"] == 0)
    await pipeline.settle()
    assert status(api, made) == 43
    assert api.effects("approve", made["order_id"]) == 1


async def test_a_delayed_effect_that_is_refused_says_so_at_once() -> None:
    api, made = await planted({"kind": "delayed_effect", "seconds": 0.01, "answer": "ok"})
    refused((await raw(api, {**made, "resource_id": 5})).json(), 40001, "resource_id")
    await pipeline.settle()
    assert status(api, made) == 41


async def test_a_client_that_died_does_not_take_its_request_back() -> None:
    api, made = await planted({"kind": "delayed_effect", "seconds": 0.05})
    client = asyncio.create_task(raw(api, made))
    await asyncio.sleep(0.02)
    client.cancel()
    with pytest.raises(asyncio.CancelledError):
        await client
    assert status(api, made) == 41
    await pipeline.settle()
    assert status(api, made) == 43


async def test_a_delayed_answer_comes_late_and_its_effect_at_once() -> None:
    api, made = await planted({"kind": "delayed_answer", "seconds": 0.05})
    client = asyncio.create_task(raw(api, made))
    while status(api, made) == 41:
        await asyncio.sleep(0.001)
    assert not client.done()
    ok((await client).json())


@pytest.mark.parametrize(("repeat", "count"), [("refuse", 1), ("accept", 2)])
async def test_a_duplicate_is_carried_out_twice_where_the_state_lets_it(repeat: str, count: int) -> None:
    api, made = await planted({"kind": "duplicate", "seconds": 0}, repeat=repeat)
    ok((await raw(api, made)).json())
    await pipeline.settle()
    assert api.effects("approve", made["order_id"]) == count


async def test_a_stale_read_sees_what_stood_before_the_write_for_a_while() -> None:
    api, made = await planted({"kind": "stale_read", "path": DETAIL, "seconds": 30})
    ok((await raw(api, made)).json())
    assert status(api, made) == 43
    assert (await api.data(DETAIL, order_id=made["order_id"]))["status"] == 41
    await api.control("faults")
    assert (await api.data(DETAIL, order_id=made["order_id"]))["status"] == 43


def test_a_replica_catches_up_when_its_lag_is_over() -> None:
    api, now = Api(), 100.0
    ledger, replicas = api.world.ledger, Replicas(lambda: now)
    replicas.before_write(ledger, 5)
    assert replicas.reading(ledger, 5) is not ledger
    now = 105.1
    assert replicas.reading(ledger, 5) is ledger
    replicas.before_write(ledger, 5)
    assert replicas.reading(ledger, 5) is not ledger
    replicas.before_write(ledger, 0)
    assert replicas.reading(ledger, 5) is ledger


@pytest.mark.parametrize(("code", "dimension"), [(40100, "endpoint"), (40110, "developer"), (40130, "customer")])
async def test_a_limit_names_its_layer(code: int, dimension: str) -> None:
    api, made = await planted({"kind": "rate_limited", "code": code, "retry_after": 2})
    answer = await raw(api, made)
    assert (answer.status_code, answer.json()["code"]) == (200, code)
    assert answer.headers["X-RateLimit-Dimension"] == dimension
    assert answer.headers["Retry-After"] == "2"
    assert status(api, made) == 41


def test_a_rate_lets_through_what_it_says() -> None:
    now = 0.0
    limited = Faults(real=lambda: now)
    limited.set([parse_rule({"kind": "rate_limited", "per_second": 5})])
    passed = 0
    for step in range(1000):
        now = step * 0.01
        passed += not limited.draw("GET", "/x")
    assert 48 <= passed <= 56


@pytest.mark.parametrize("effect", [False, True])
@pytest.mark.parametrize(("kind", "seen"), [("http_error", 502), ("server_error", 200)])
async def test_a_server_error_hides_whether_it_happened(kind: str, seen: int, effect: bool) -> None:
    api, made = await planted({"kind": kind, "effect": effect})
    answer = await raw(api, made)
    assert answer.status_code == seen
    assert ("<html>" in answer.text) if kind == "http_error" else (answer.json()["code"] == 50000)
    assert status(api, made) == (43 if effect else 41)


@pytest.mark.parametrize("kind", ["garbage", "truncated"])
async def test_a_spoiled_body_is_no_json_but_the_write_stands(kind: str) -> None:
    api, made = await planted({"kind": kind})
    answer = await raw(api, made)
    with pytest.raises(ValueError, match=r".+"):
        json.loads(answer.content)
    assert status(api, made) == 43


async def test_a_slow_body_arrives_whole() -> None:
    api, made = await planted({"kind": "slow_body", "seconds": 0.05})
    before = asyncio.get_running_loop().time()
    ok((await raw(api, made)).json())
    assert asyncio.get_running_loop().time() - before >= 0.05


async def test_a_captive_portal_answers_html_with_200_and_lets_nothing_through() -> None:
    api, made = await planted({"kind": "captive_portal"})
    answer = await raw(api, made)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert status(api, made) == 41


@pytest.mark.parametrize(("kind", "code"), [("expired_token", 40102), ("revoked_token", 40105)])
async def test_a_token_ends_at_the_nth_call(kind: str, code: int) -> None:
    api, made = await planted({"kind": kind, "after": 2, "count": 1})
    for _ in range(2):
        ok(await api.get(DETAIL, order_id=made["order_id"]))
    for _ in range(2):
        refused(await api.get(DETAIL, order_id=made["order_id"]), code, "access_token")


def test_rules_fire_by_seed_path_and_count() -> None:
    def fired(seed: int) -> list[bool]:
        rules = Faults()
        rules.set([parse_rule({"kind": "garbage", "path": "/a/*", "method": "GET", "probability": 0.3})], seed)
        return [bool(rules.draw("GET", "/a/b")) for _ in range(400)]

    assert fired(1) == fired(1) != fired(2)
    assert 80 <= sum(fired(1)) <= 160
    rules = Faults()
    rules.set([parse_rule({"kind": "garbage", "path": "/a/*", "method": "GET", "after": 1, "count": 2})])
    assert [bool(rules.draw(*one)) for one in (("GET", "/b"), ("POST", "/a/b"))] == [False, False]
    assert [bool(rules.draw("GET", "/a/b")) for _ in range(5)] == [False, True, True, False, False]


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"kind": "nothing"}, "kind"),
        ({"kind": "garbage", "when": 1}, "when"),
        ({"kind": "garbage", "probability": 2}, "probability"),
        ({"kind": "garbage", "probability": "0.5"}, "probability"),
        ({"kind": "garbage", "count": True}, "count"),
        ({"kind": "garbage", "after": -1}, "after"),
        ({"kind": "delayed_effect", "seconds": [2, 1]}, "seconds"),
        ({"kind": "delayed_effect", "answer": "never"}, "answer"),
    ],
)
async def test_a_rule_that_cannot_be_read_is_refused_and_changes_nothing(rule: dict[str, object], field: str) -> None:
    with pytest.raises(FaultError, match=field):
        parse_rule(rule)
    api, _ = await planted({"kind": "slow_body"})
    answer = await api.http.post("/sandbox/control/faults", json={"faults": [rule], "repeat": "accept"})
    assert answer.status_code == 400
    assert field in answer.json()["error"]
    found = (await api.http.get("/sandbox/control/faults")).json()
    assert [one["kind"] for one in found["faults"]] == ["slow_body"]
    assert found["repeat"] == "refuse"


def test_the_published_schema_and_the_code_know_the_same_rules() -> None:
    schema = json.loads(resources.text("data", "sandbox_faults.schema.json"))
    properties = schema["$defs"]["rule"]["properties"]
    assert tuple(properties["kind"]["enum"]) == faults.KINDS
    assert set(properties) - {"seconds"} == set(faults.Rule.__dataclass_fields__) - {"low_seconds", "high_seconds"}
    check = SchemaCheck(schema)
    for example in schema["examples"]:
        for rule in example["faults"]:
            assert check.problems("rule", rule) == []
            parse_rule(rule)


async def test_spoiled_exchanges_are_recorded_as_planted(tmp_path: Path) -> None:
    api, made = await planted({"kind": "garbage", "count": 1})
    await api.control("record", path=str(tmp_path / "exchanges.jsonl"))
    await raw(api, made)
    await api.get(DETAIL, order_id=made["order_id"])
    await api.control("record", path="")
    lines: list[dict[str, Any]] = [json.loads(line) for line in (tmp_path / "exchanges.jsonl").read_text("utf-8").splitlines()]
    assert [(line["path"], line.get("planted", False)) for line in lines] == [(APPROVE, True), (DETAIL, False)]
    assert lines[1]["query"] == {"star_id": str(api.star_id), "order_id": str(made["order_id"])}
    assert lines[1]["response"]["data"]["order_id"] == made["order_id"]
