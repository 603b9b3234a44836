"""The other side: what creators and the platform do follows the seed and the virtual clock, and costs no time."""

from __future__ import annotations

import dataclasses
import time

import pytest

from tests.sandbox.support import DAY, STAR, START, Api, fresh_world
from xingtu_desktop.sandbox import ids
from xingtu_desktop.sandbox.clock import VirtualClock
from xingtu_desktop.sandbox.lifecycle import ENDED
from xingtu_desktop.sandbox.records import Audit, Event, Order, Payment, Plan, Resource
from xingtu_desktop.sandbox.server import build_world
from xingtu_desktop.sandbox.world import World


def everything(world: World) -> list[object]:
    ledger = world.ledger
    return [
        ledger.select(Order),
        ledger.select(Resource),
        ledger.select(Audit),
        ledger.select(Payment),
        ledger.select(Event),
        ledger.select(Plan),
    ]


async def _a_day(world: World) -> None:
    api = Api(world)
    made = await api.spawn("unpaid", 5)
    await api.done(f"{STAR}/bill/pay/", campaign_id=made[0]["campaign_id"])
    await api.control("clock", advance=2 * DAY)


async def test_the_same_seed_and_calls_make_the_same_ledger() -> None:
    first, second = fresh_world(), fresh_world()
    await _a_day(first)
    await _a_day(second)
    assert everything(first) == everything(second)


def test_the_history_follows_the_seed() -> None:
    first, second, other = (build_world(seed=seed, creators=150, start=START) for seed in (3, 3, 4))
    assert everything(first) == everything(second)
    assert everything(first) != everything(other)


def test_small_steps_lead_where_one_leap_leads() -> None:
    leap, steps = fresh_world(), fresh_world()
    leap.clock.advance(6 * DAY)
    leap.catch_up()
    for _ in range(24):
        steps.clock.advance(DAY // 4)
        steps.catch_up()
    assert everything(leap) == everything(steps)


def test_forty_five_days_of_three_hundred_orders_take_less_than_a_second() -> None:
    world = fresh_world()
    before = time.perf_counter()
    world.clock.advance(45 * DAY)
    world.catch_up()
    assert time.perf_counter() - before < 1.0
    assert world.ledger.count(Event) > 100


async def test_every_paid_order_is_answered_in_time() -> None:
    api = Api()
    made = await api.spawn("waiting", 200)
    await api.control("clock", advance=8 * DAY)
    orders = [api.order(one["order_id"]) for one in made]
    taken = [order for order in orders if order.status not in (-1, 2, 4)]
    assert -1 not in {order.status for order in orders}
    assert {order.status for order in orders} >= {4, 41}
    assert 150 <= len(taken) < 200
    assert all(order.refund_fen == order.paid_fen for order in orders if order.status in ENDED and not order.deduct_fen)


async def test_a_silent_creator_lets_the_order_expire_with_its_money_back() -> None:
    api = Api()
    await api.control("settings", accept_rate=0, decline_rate=0)
    (made,) = await api.spawn("waiting")
    before, order = api.balance(), api.order(made["order_id"])
    await api.control("clock", advance=order.accept_deadline - START)
    after = api.order(made["order_id"])
    assert (after.status, after.refund_fen) == (2, order.paid_fen)
    assert api.balance() >= before + order.paid_fen


async def test_an_unpaid_order_is_closed_after_a_while() -> None:
    api = Api()
    (made,) = await api.spawn("unpaid")
    await api.control("clock", advance=7 * DAY)
    assert api.order(made["order_id"]).status == 2


async def test_a_failed_audit_says_why_and_brings_another_version() -> None:
    api = Api()
    await api.control("settings", script_audit_fail_rate=100)
    (made,) = await api.spawn("accepted")
    api.world.settings.author_cancel_rate = 0
    await api.control("clock", advance=2 * DAY)
    versions = api.world.ledger.resources_of(made["order_id"], 2)
    assert len(versions) >= 2
    assert versions[0].status == 4
    (audit,) = api.world.ledger.select(Audit, "resource_id = ?", versions[0].resource_id)
    assert audit.audit_status == 0
    assert audit.ban_reason
    assert audit.audit_time > versions[0].created


async def test_running_audits_end_after_the_client_has_decided() -> None:
    api = Api()
    (made,) = await api.spawn("video")
    newer = await api.control("external", order_id=made["order_id"], action="upload", passed=0)
    await api.control("external", order_id=made["order_id"], action="audit", sources=[1])
    body = {"order_id": made["order_id"], "resource_id": newer["resource_id"], "resource_type": 3, "ad_sync_decision": 2}
    await api.done(f"{STAR}/order/approve_resource/", **body)
    await api.control("clock", advance=DAY)
    assert 99 not in {row.audit_status for row in api.world.ledger.select(Audit, "resource_id = ?", newer["resource_id"])}


async def test_nothing_of_an_ended_order_is_still_planned() -> None:
    api = Api()
    await api.control("clock", advance=30 * DAY)
    for order in api.world.ledger.select(Order):
        if order.status in ENDED:
            assert api.world.ledger.count(Plan, "order_id = ? AND action <> 'audit'", order.order_id) == 0


def test_the_clock_runs_at_its_speed_and_never_back() -> None:
    real = 10.0
    clock = VirtualClock(1000, 2.0, lambda: real)
    real = 15.0
    assert clock.now() == 1010
    clock.set_speed(0)
    real = 99.0
    assert clock.now() == 1010
    assert clock.advance(5) == 1015
    with pytest.raises(ValueError, match="back"):
        clock.advance(-1)
    with pytest.raises(ValueError, match="speed"):
        clock.set_speed(-1)


def test_author_ids_map_back_to_their_index() -> None:
    indexes = [*range(1000), 999_999, 9_999_999]
    found = [ids.author_id_of(index) for index in indexes]
    assert [ids.author_index_of(author_id) for author_id in found] == indexes
    assert len(set(found)) == len(indexes)
    assert {len(str(author_id)) for author_id in found} == {19}
    assert ids.author_index_of(found[0] + 1) is None or ids.author_index_of(found[0] + 1) != 0
    assert ids.author_index_of(5) is None
    assert ids.author_id_of_aweme(ids.aweme_author_id_of(found[0])) == found[0]


async def test_another_operator_the_creator_and_a_reset_can_be_played() -> None:
    api = Api()
    (made,) = await api.spawn("script")
    answer = await api.control("external", order_id=made["order_id"], action="approve")
    assert answer["status"] == 43
    again = await api.http.post("/sandbox/control/external", json={"order_id": made["order_id"], "action": "approve"})
    assert again.status_code == 400
    (effect,) = (await api.http.get("/sandbox/control/ledger", params={"order_id": made["order_id"]})).json()["effect_counts"]
    assert (effect["action"], effect["count"]) == ("approve", 1)
    last = api.world.ledger.last_event_id()
    api.token = (await api.control("reset"))["access_token"]
    assert api.world.ledger.count(Order) == 300
    assert api.world.ledger.last_event_id() == last
    await api.data(f"{STAR}/campaign/list/")
    assert dataclasses.asdict(api.world.settings)["repeat"] == "refuse"
