"""The journey of ordering: a brief, its pre-flight, creation and payment to the fen, and every way in which money must not move."""

from __future__ import annotations

import pytest

from tests.journeys.drafting import a_brief, creators_to_order
from tests.support.desk import Desk, states
from xingtu_desktop.core.config import Timings
from xingtu_desktop.domain.ids import BatchId
from xingtu_desktop.domain.intent import CreateAssign, Intent, IntentState, PayCampaign
from xingtu_desktop.domain.lifecycle import OrderStatus
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.services.ordering import Preflight

DONE, NEEDS_HUMAN, REFUSED = IntentState.DONE, IntentState.NEEDS_HUMAN, IntentState.REFUSED


async def checked(desk: Desk, creators: int) -> Preflight:
    """A brief with the pre-flight of the cheapest creators."""
    opened = await a_brief(desk)
    wanted = await creators_to_order(desk, creators)
    return await desk.services.ordering.preflight(opened.brief, [one.author_id for one in wanted])


async def ready_desk(desk: Desk) -> None:
    """Open the program with its creators searchable."""
    await desk.open()
    await desk.sync()
    await desk.searchable()


def payments(intents: list[Intent]) -> list[Intent]:
    return [one for one in intents if isinstance(one.payload, PayCampaign)]


async def orders_of(desk: Desk, batch: BatchId) -> set[int]:
    """The ids that the creations of a batch made."""
    found: set[int] = set()
    for intent in await desk.intents(batch):
        made = intent.result.get("order_ids")
        found |= {int(one) for one in made} if isinstance(made, list) else set()
    return found


async def test_a_brief_becomes_paid_orders_and_every_fen_is_accounted_for(desk: Desk) -> None:
    await ready_desk(desk)
    before = desk.balance()
    preflight = await checked(desk, 3)
    assert preflight.ready
    assert preflight.plan.over_balance is None
    batch = await desk.services.ordering.place(preflight)
    intents = await desk.ended(batch)
    assert states(intents) == {DONE: 2}
    (paid,) = payments(intents)
    assert paid.outcome == "sent"
    made = await orders_of(desk, batch)
    rows = [row for row in desk.ledger()["orders"] if row["order_id"] in made]
    assert len(rows) == 3
    assert {row["author_id"] for row in rows} == {row.author_id for row in preflight.plan.requests[0].rows}
    assert sum(row["total_fen"] for row in rows) == paid.result["paid"] == before - desk.balance()
    assert Fen(before - desk.balance()) <= preflight.plan.at_most
    await desk.services.briefs.mark_ordered(preflight.brief.brief_id, preflight.campaign.campaign_id)
    await desk.sync()
    (campaign,) = await desk.services.campaigns.campaigns()
    assert campaign.campaign.campaign_id == preflight.campaign.campaign_id
    assert dict(campaign.by_status) == {OrderStatus.WAITING_FOR_CREATOR: 3}
    assert campaign.paid.value == paid.result["paid"]
    told = await desk.room.files.orders.balance()
    assert told is not None
    assert told[0].value == desk.balance()
    # Days later the creators have answered, and what they uploaded stands in the queue.
    desk.advance(days=4)
    await desk.sync()
    statuses = {row.order.status for row in await desk.services.campaigns.orders()}
    assert statuses != {OrderStatus.WAITING_FOR_CREATOR}
    assert await desk.journal_is_whole()


async def test_a_bill_above_the_estimate_asks_a_person_with_both_numbers_and_pays_nothing(desk: Desk) -> None:
    await ready_desk(desk)
    before = desk.balance()
    preflight = await checked(desk, 2)
    desk.control("settings", {"fee_basis_points": 900})
    batch = await desk.services.ordering.place(preflight)
    intents = await desk.ended(batch)
    assert states(intents) == {DONE: 1, NEEDS_HUMAN: 1}
    (asking,) = payments(intents)
    assert asking.outcome == "bill_higher"
    bill, at_most = asking.detail["bill"], asking.detail["at_most"]
    assert isinstance(bill, int)
    assert bill > preflight.plan.at_most.value == at_most
    assert asking.attempt == 0
    assert desk.balance() == before
    # The person agrees to the new sum, and exactly that is paid.
    await desk.services.actions.send_again(asking.intent_id, at_most=Fen(bill))
    assert states(await desk.ended(batch)) == {DONE: 2}
    assert before - desk.balance() == bill


async def test_too_little_money_is_a_plain_question_and_nothing_is_paid(desk: Desk) -> None:
    desk.control("settings", {"opening_balance_fen": 100})
    fresh = desk.control("reset", {})
    desk.use_tokens(fresh["access_token"], fresh["refresh_token"])
    await ready_desk(desk)
    preflight = await checked(desk, 2)
    batch = await desk.services.ordering.place(preflight)
    intents = await desk.ended(batch)
    (asking,) = payments(intents)
    assert (asking.state, asking.outcome) == (NEEDS_HUMAN, "insufficient_balance")
    assert asking.detail["balance"] == 100
    assert asking.detail["bill"] == preflight.plan.at_most.value
    assert desk.balance() == 100
    assert {row["kind"] for row in desk.ledger()["payments"] if row["star_id"] == desk.star_id} == {"topup"}
    # Giving it up leaves unpaid orders that can be paid later, from the campaign.
    await desk.services.actions.drop(asking.intent_id)
    await desk.sync()
    assert {row.order.status for row in await desk.services.campaigns.orders()} == {OrderStatus.UNPAID}


async def test_sixty_creators_go_out_as_two_tagged_requests_each_made_once(desk: Desk) -> None:
    await ready_desk(desk)
    before = desk.balance()
    preflight = await checked(desk, 60)
    plan = preflight.plan
    assert [len(request.rows) for request in plan.requests] == [50, 10]
    batch = await desk.services.ordering.place(preflight)
    intents = await desk.ended(batch)
    assert states(intents) == {DONE: 4}
    tags = [one.payload.tag for one in intents if isinstance(one.payload, CreateAssign)]
    assert sorted(tags) == [request.tag for request in plan.requests]
    campaigns = [row for row in desk.ledger()["campaigns"] if row["star_id"] == desk.star_id]
    assert sorted(row["name"] for row in campaigns) == [f"冬季修护 {tag}" for tag in sorted(tags)]
    assert len(await orders_of(desk, batch)) == 60
    paid = [one.result["paid"] for one in payments(intents)]
    assert sum(one for one in paid if isinstance(one, int)) == before - desk.balance() == plan.at_most.value
    await desk.sync()
    (summary,) = await desk.services.campaigns.campaigns()
    assert (summary.orders, summary.committed, summary.paid) == (60, plan.at_most, plan.at_most)


@pytest.mark.parametrize("kind", ["lost_answer", "delayed_effect"])
async def test_an_order_whose_answer_was_lost_is_found_by_its_tag_and_paid_once(desk: Desk, kind: str) -> None:
    desk.timings = Timings(request=1.5, undo=0.05, uncertainty=1.8, backoff_base=0.02, backoff_cap=0.2)
    await ready_desk(desk)
    before = desk.balance()
    preflight = await checked(desk, 2)
    rule = {"lost_answer": {}, "delayed_effect": {"seconds": 0.2, "answer": "timeout"}}[kind]
    desk.faults(
        {"kind": kind, "path": "*/demand/create_assign/", "count": 1, **rule}, {"kind": kind, "path": "*/bill/pay/", "count": 1, **rule}
    )
    batch = await desk.services.ordering.place(preflight)
    intents = await desk.ended(batch, within=40)
    assert states(intents) == {DONE: 2}
    assert {one.outcome for one in intents} == {"confirmed_by_read"}
    assert before - desk.balance() == preflight.plan.at_most.value
    campaigns = [row for row in desk.ledger()["campaigns"] if row["star_id"] == desk.star_id]
    assert len(campaigns) == 1
    counted = [row["count"] for row in desk.ledger()["effect_counts"] if row["campaign_id"] == campaigns[0]["campaign_id"]]
    assert set(counted) == {1}
    assert await desk.journal_is_whole()


async def test_a_placed_plan_can_be_taken_back_within_its_seconds_and_then_nothing_was_ordered(desk: Desk) -> None:
    desk.timings = Timings(request=5.0, undo=30.0, uncertainty=6.0)
    await ready_desk(desk)
    before = desk.balance()
    batch = await desk.services.ordering.place(await checked(desk, 2))
    assert await desk.services.ordering.take_back(batch) == 2
    assert states(await desk.ended(batch)) == {IntentState.UNDONE: 2}
    assert desk.balance() == before
    assert [row for row in desk.ledger()["campaigns"] if row["star_id"] == desk.star_id] == []


async def test_the_pre_flight_keeps_out_who_cannot_be_ordered_and_says_why(desk: Desk) -> None:
    await ready_desk(desk)
    opened = await a_brief(desk)
    (first, second) = await creators_to_order(desk, 2)
    preflight = await desk.services.ordering.preflight(opened.brief, [first.author_id, second.author_id])
    await desk.ended(await desk.services.ordering.place(preflight))
    await desk.services.briefs.mark_ordered(opened.brief.brief_id, preflight.campaign.campaign_id)
    await desk.sync()
    brief = (await desk.services.briefs.open(opened.brief.brief_id)).brief
    again = await desk.services.ordering.preflight(brief, [first.author_id, second.author_id])
    assert {remark.code for row in again.plan.blocked for remark in row.remarks} >= {"open_order"}
    assert not again.ready
