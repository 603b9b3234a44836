"""Owns the promises of the catalog feed: pages, deltas, cursors, compression, and the published schema."""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx
import pytest

from tests.sandbox.feed_support import DAY, TOKEN, SchemaCheck, client_of, small_world
from xingtu_desktop.core import resources
from xingtu_desktop.sandbox import feed
from xingtu_desktop.sandbox.world import World

PAGE = "/sandbox/feed/creators"


SCHEMA = json.loads(resources.text("data", "catalog_feed.schema.json"))


async def traverse(client: httpx.AsyncClient, cursor: str = "", limit: int = 100) -> tuple[list[dict[str, Any]], str]:
    items: list[dict[str, Any]] = []
    while True:
        answer = await client.get(PAGE, params={"cursor": cursor, "limit": limit})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items += page["items"]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            return items, cursor


@pytest.fixture(scope="module")
def world() -> World:
    return small_world()


async def test_a_traversal_gives_every_creator_once_whatever_the_page_size(world: World) -> None:
    async with client_of(feed.routes(world)) as client:
        by_37, _ = await traverse(client, limit=37)
        by_5000, _ = await traverse(client, limit=5000)
        total = (await client.get(PAGE, params={"limit": 1})).json()["total"]
    assert by_37 == by_5000
    assert len({item["author_id"] for item in by_37}) == len(by_37) == total == 300


async def test_items_pages_and_details_keep_to_the_published_schema() -> None:
    world = small_world(creators=400)
    check = SchemaCheck(SCHEMA)
    async with client_of(feed.routes(world)) as client:
        page = (await client.get(PAGE, params={"limit": 400})).json()
        assert check.problems("page", page) == []
        for one in page["items"][:15]:
            detail = await client.get(f"{PAGE}/{one['author_id']}/detail")
            assert check.problems("detail", detail.json()) == []
        world.clock.advance(60 * DAY)
        changed = (await client.get(PAGE, params={"cursor": page["next_cursor"], "limit": 5000})).json()
        assert check.problems("page", changed) == []
        assert any(item.get("deleted") for item in changed["items"])
        refused = await client.get(PAGE, params={"limit": 0})
        assert check.problems("error", refused.json()) == []
    served = {name for one in page["items"] for name in one}
    assert served == set(SCHEMA["$defs"]["creator"]["properties"]), "the schema describes exactly the fields that are served"


def test_the_schema_check_sees_what_is_wrong() -> None:
    check = SchemaCheck(SCHEMA)
    good: dict[str, Any] = {"author_id": 1, "nick_name": "x", "updated_at": "2026-11-22T04:00:00Z"}
    assert check.problems("creator", good) == []
    wrong: list[dict[str, Any]] = [{"author_id": "1"}, {"nick_name": ""}, {"updated_at": "yesterday"}, {"burst_text_rate": 27.5}]
    wrong += [{"price_60": -1}, {"surprise": 1}, {"gender": 3}, {"plays_90d_weekly": [1]}, {"audience": {"age": {"18-23": 2}}}]
    for spoiled in wrong:
        assert check.problems("creator", good | spoiled) != [], spoiled
    assert check.problems("item", {"author_id": 1, "deleted": False}) != []


async def test_a_finished_cursor_brings_only_what_changed_and_the_result_equals_a_fresh_traversal() -> None:
    world = small_world(creators=2000)
    async with client_of(feed.routes(world)) as client:
        items, cursor = await traverse(client, limit=700)
        held = {item["author_id"]: item for item in items}
        nothing, cursor = await traverse(client, cursor)
        assert nothing == []
        for days in (1, 3, 45):
            world.clock.advance(days * DAY)
            delta, cursor = await traverse(client, cursor, limit=90)
            assert 0 < len(delta) < 0.02 * 2000 * days + 5
            for item in delta:
                if item.get("deleted"):
                    assert held.pop(item["author_id"]) is not None
                    assert set(item) == {"author_id", "deleted"}
                else:
                    held[item["author_id"]] = item
        fresh, _ = await traverse(client, limit=5000)
    assert held == {item["author_id"]: item for item in fresh}
    assert any(item["author_id"] not in {one["author_id"] for one in items} for item in fresh), "creators join too"


async def test_a_traversal_shows_one_day_even_when_days_pass_between_its_pages() -> None:
    world = small_world(creators=1500)
    async with client_of(feed.routes(world)) as client:
        expected, _ = await traverse(client, limit=5000)
        first = (await client.get(PAGE, params={"limit": 500})).json()
        world.clock.advance(20 * DAY)
        rest, cursor = await traverse(client, first["next_cursor"], limit=500)
        assert first["items"] + rest == expected
        delta, _ = await traverse(client, cursor)
    assert delta, "what changed meanwhile comes with the next traversal"


async def test_a_deleted_creator_is_gone_from_pages_details_and_quotes() -> None:
    world = small_world(creators=2000)
    async with client_of(feed.routes(world)) as client:
        _, cursor = await traverse(client, limit=5000)
        world.clock.advance(90 * DAY)
        delta, _ = await traverse(client, cursor, limit=5000)
        gone = [item["author_id"] for item in delta if item.get("deleted")]
        assert gone
        assert (await client.get(f"{PAGE}/{gone[0]}/detail")).status_code == 404
        assert world.quote_fen(gone[0], 2) is None
        fresh, _ = await traverse(client, limit=5000)
    assert not set(gone) & {item["author_id"] for item in fresh}


@pytest.mark.parametrize("spoil", ["garbage", "!!", "one letter changed", "another catalog", "too old", "from the future"])
async def test_a_cursor_that_the_source_does_not_know_says_start_again(spoil: str) -> None:
    world = small_world(creators=200)
    async with client_of(feed.routes(world)) as client:
        _, cursor = await traverse(client)
        if spoil == "one letter changed":
            cursor = cursor[:6] + ("A" if cursor[6] != "A" else "B") + cursor[7:]
        elif spoil == "another catalog":
            async with client_of(feed.routes(small_world(seed=8, creators=200))) as other:
                _, cursor = await traverse(other)
        elif spoil == "too old":
            world.clock.advance((feed.KEPT_DAYS + 1) * DAY)
        elif spoil == "from the future":
            cursor = feed.Cursor(3, None, 0).text(world.catalog)
        else:
            cursor = spoil
        answer = await client.get(PAGE, params={"cursor": cursor})
    assert answer.status_code == 410
    assert answer.json()["error"]["code"] == "cursor_expired"
    assert "start again" in answer.json()["error"]["message"]


@pytest.mark.parametrize("limit", ["0", "5001", "-1", "ten", "1.5", "²"])
async def test_a_limit_outside_1_to_5000_is_refused(world: World, limit: str) -> None:
    async with client_of(feed.routes(world)) as client:
        answer = await client.get(PAGE, params={"limit": limit})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "limit_invalid")


async def test_pages_are_gzipped_only_for_those_who_accept_it_and_are_whole(world: World) -> None:
    async with client_of(feed.routes(world)) as client:
        async with client.stream("GET", PAGE, params={"limit": 200}, headers={"Accept-Encoding": "gzip"}) as answer:
            packed = b"".join([part async for part in answer.aiter_raw()])
            assert answer.headers["content-encoding"] == "gzip"
        plain = await client.get(PAGE, params={"limit": 200}, headers={"Accept-Encoding": "gzip;q=0, br"})
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(packed) == plain.content
    assert len(packed) < len(plain.content) / 3


async def test_the_feed_wants_a_live_token_in_either_header() -> None:
    world = small_world()
    async with client_of(feed.routes(world), token=None) as client:
        assert (await client.get(PAGE)).json()["error"]["code"] == "token_missing"
        assert (await client.get(PAGE, headers={"Access-Token": "stranger"})).json()["error"]["code"] == "token_invalid"
        assert (await client.get(PAGE, headers={"Authorization": f"Bearer {TOKEN}"})).status_code == 200
        assert (await client.get(PAGE, headers={"Access-Token": TOKEN})).status_code == 200
    for spoiled in ({"status": "revoked"}, {"access_expires": 1.0}):
        async with client_of(feed.routes(small_world(**spoiled))) as client:
            assert (await client.get(PAGE)).status_code == 401


async def test_the_page_made_ahead_is_not_given_to_another_question(world: World) -> None:
    async with client_of(feed.routes(world)) as client:
        first = (await client.get(PAGE, params={"limit": 100})).json()
        other = (await client.get(PAGE, params={"limit": 7, "cursor": first["next_cursor"]})).json()
        again = (await client.get(PAGE, params={"limit": 100, "cursor": first["next_cursor"]})).json()
    assert len(other["items"]) == 7
    assert again["items"][:7] == other["items"]


async def test_details_agree_with_the_list(world: World) -> None:
    async with client_of(feed.routes(world)) as client:
        items, _ = await traverse(client, limit=5000)
        weekly = next(item for item in items if "plays_90d_weekly" in item)
        detail = (await client.get(f"{PAGE}/{weekly['author_id']}/detail")).json()
        values = detail["daily_plays"]["values"]
        assert len(values) == 90
        assert [sum(values[start : start + 7]) for start in range(6, 90, 7)] == weekly["plays_90d_weekly"][1:]
        priced = next(item for item in items if {"price_1_20", "price_20_60", "price_60"} <= item.keys())
        last = (await client.get(f"{PAGE}/{priced['author_id']}/detail")).json()["quotes"][-1]
        assert {name: last[name] for name in ("price_1_20", "price_20_60", "price_60")} == {
            name: priced[name] for name in ("price_1_20", "price_20_60", "price_60")
        }
        assert (await client.get(f"{PAGE}/123/detail")).status_code == 404
    videos = detail["videos"]
    assert 10 <= len(videos) <= 30
    assert {"personal", "sponsored"} >= {video["kind"] for video in videos}
    assert videos == sorted(videos, key=lambda video: video["published_at"], reverse=True)
