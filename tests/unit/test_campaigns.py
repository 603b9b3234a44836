"""Promises of campaigns: counts and sums are those of the orders, lateness has a reason, actions carry what was on screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.sync.rig import CAMPAIGN, Rig
from xingtu_desktop.core.errors import InvalidInput, NoSuchThing
from xingtu_desktop.core.events import Change
from xingtu_desktop.domain.ids import OrderId, ResourceId
from xingtu_desktop.domain.intent import FinishOrder, PayCampaign, PayTail, PublishResource
from xingtu_desktop.domain.lifecycle import CancelReason, OrderAction, OrderStatus, ResourceKind
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import Campaign, Order
from xingtu_desktop.services.campaigns import CampaignService, Lateness, WaitsOn

S = OrderStatus


class _Reviews:
    async def seen(self, ids: list[ResourceId]) -> dict[ResourceId, tuple[str, object]]:
        return {}


def service(rig: Rig) -> CampaignService:
    return CampaignService(
        campaigns=rig.campaigns,
        orders=rig.orders,
        outbox=rig.outbox,
        reviews=_Reviews(),  # type: ignore[arg-type]  # publish asks it only what was seen
        actions=rig.actions,
        api=rig.platform,
        changes=rig.changes,
        clock=rig.clock,
    )


async def put(rig: Rig, status: OrderStatus, **more: object) -> Order:
    order = replace(rig.platform.add_order(status), campaign_id=CAMPAIGN, **more)  # type: ignore[arg-type]
    await rig.orders.save_orders([order])
    return order


async def test_sums_tell_escrow_from_released_and_say_what_has_no_bill() -> None:
    rig = Rig()
    await put(rig, S.ACCEPTED, total=Fen(10_500), total_paid=Fen(10_500))
    await put(rig, S.FINISHED, total=Fen(21_000), total_paid=Fen(21_000))
    await put(rig, S.UNPAID, total=Fen(5_000), total_paid=None)
    await put(rig, S.WAITING_FOR_CREATOR, total=None, total_paid=None)
    await put(rig, S.CANCELLED, total=Fen(99_000), total_paid=Fen(0))
    (summary,) = await service(rig).campaigns()
    assert (summary.orders, summary.live, summary.unbilled) == (5, 4, 1)
    assert (summary.committed, summary.escrow, summary.released, summary.unpaid) == (Fen(36_500), Fen(10_500), Fen(21_000), Fen(5_000))
    assert summary.finished == 1
    assert summary.published == 1


@pytest.mark.parametrize(
    ("status", "hours", "expected"),
    [
        (S.ACCEPTED, -1, Lateness.WINDOW_CLOSED),
        (S.ACCEPTED, 4 * 24, Lateness.TOO_LITTLE_TIME),
        (S.ACCEPTED, 6 * 24, None),
        (S.VIDEO_CONFIRMED, 1, None),
        (S.PUBLISHED, -1, None),
        (S.CANCELLED, -1, None),
    ],
)
async def test_lateness_has_a_reason(status: OrderStatus, hours: int, expected: Lateness | None) -> None:
    rig = Rig()
    await put(rig, status, publish_until=rig.clock.now() + timedelta(hours=hours))
    (row,) = await service(rig).orders()
    assert row.lateness is expected


async def test_a_row_says_whose_move_it_is_and_the_newest_version_with_its_contract_deadline() -> None:
    rig = Rig()
    rig.campaigns.by_id[CAMPAIGN] = replace(rig.campaigns.by_id[CAMPAIGN], review_hours=48)
    order = await put(rig, S.ACCEPTED)
    rig.platform.upload(order.order_id)
    video = rig.platform.upload(order.order_id, kind=ResourceKind.VIDEO)
    await rig.orders.save_resources(await rig.platform.scripts([order.order_id]))
    await rig.orders.save_resources(await rig.platform.videos([order.order_id]))
    await rig.orders.save_orders([replace(order, status=S.VIDEO_UPLOADED)])
    (row,) = await service(rig).orders(CAMPAIGN)
    assert row.waits_on is WaitsOn.CLIENT
    assert row.latest is not None
    assert row.latest.kind is ResourceKind.VIDEO
    assert row.due == video.created_at + timedelta(hours=48)
    assert row.campaign_name == "年货节"


async def test_a_creator_who_asks_to_cancel_waits_for_the_client() -> None:
    rig = Rig()
    await put(rig, S.ACCEPTED, author_cancel_requested=True)
    (row,) = await service(rig).orders()
    assert row.waits_on is WaitsOn.CLIENT


async def test_nothing_more_can_be_done_while_an_intent_is_open() -> None:
    rig = Rig()
    order = await put(rig, S.PUBLISHED)
    campaigns = service(rig)
    assert (await campaigns.orders())[0].actions == {OrderAction.FINISH}
    batch = await campaigns.finish([order])
    (row,) = await campaigns.orders()
    assert row.actions == frozenset()
    assert row.pending is not None
    assert row.pending.payload == FinishOrder(order.order_id)
    assert (await rig.only(batch)).expectation.status is S.PUBLISHED


async def test_payments_carry_the_sum_that_was_on_screen() -> None:
    rig = Rig()
    campaigns = service(rig)
    unpaid, tail = await put(rig, S.UNPAID), await put(rig, S.BALANCE_DUE)
    paid = await rig.only(await campaigns.pay_request(unpaid, at_most=Fen(123), orders=2))
    assert isinstance(paid.payload, PayCampaign)
    assert paid.payload.at_most == Fen(123)
    assert paid.payload.platform_campaign_id == unpaid.platform_campaign_id
    assert paid.subject.count == 2
    rest = await rig.only(await campaigns.pay_tail(tail, at_most=Fen(456)))
    assert rest.payload == PayTail(tail.order_id, Fen(456))


async def test_paying_an_order_of_nobodys_campaign_is_refused() -> None:
    rig = Rig()
    order = replace(rig.platform.add_order(S.UNPAID), campaign_id=None)
    with pytest.raises(NoSuchThing):
        await service(rig).pay_request(order, at_most=Fen(1), orders=1)


async def test_cancelling_carries_the_compensation_that_was_shown() -> None:
    rig = Rig()
    order = await put(rig, S.ACCEPTED)
    intent = await rig.only(await service(rig).cancel(order, CancelReason.PLAN_CHANGED, "", cost=Fen(60_000)))
    assert intent.subject.amount == Fen(60_000)
    assert intent.expectation.amount == Fen(60_000)


async def test_publishing_names_the_newest_video() -> None:
    rig = Rig()
    order = await put(rig, S.VIDEO_CONFIRMED)
    campaigns = service(rig)
    with pytest.raises(NoSuchThing):
        await campaigns.publish([order])
    rig.platform.upload(order.order_id, kind=ResourceKind.VIDEO)
    video = rig.platform.upload(order.order_id, "第二版", ResourceKind.VIDEO)
    await rig.orders.save_resources(await rig.platform.videos([order.order_id]))
    intent = await rig.only(await campaigns.publish([order]))
    assert intent.payload == PublishResource(OrderId(order.order_id))
    assert intent.expectation.resource_id == video.resource_id


@pytest.mark.parametrize(
    "change", [{"name": "  "}, {"reject_limit": 21}, {"reject_limit": -1}, {"review_hours": 0}, {"review_hours": 721}, {"budget": Fen(-1)}]
)
async def test_impossible_contract_settings_are_refused_and_not_kept(change: dict[str, object]) -> None:
    rig = Rig()
    before = rig.campaigns.by_id[CAMPAIGN]
    with pytest.raises(InvalidInput):
        await service(rig).save(replace(before, **change))  # type: ignore[arg-type]
    assert rig.campaigns.by_id[CAMPAIGN] == before


async def test_a_new_campaign_is_saved_and_told_and_an_archived_one_leaves_the_list() -> None:
    rig = Rig()
    told: list[Change] = []
    rig.changes.subscribe(told.append)
    campaigns = service(rig)
    made = await campaigns.create("  双12 丝绒身体乳 ")
    assert made.name == "双12 丝绒身体乳"
    assert told
    assert {one.campaign.campaign_id for one in await campaigns.campaigns()} == {made.campaign_id, CAMPAIGN}
    await campaigns.archive(made.campaign_id)
    assert [one.campaign.campaign_id for one in await campaigns.campaigns()] == [CAMPAIGN]
    assert len(await campaigns.campaigns(archived=True)) == 2
    with pytest.raises(InvalidInput):
        await campaigns.create(" ")


def test_a_campaign_without_orders_counts_nothing() -> None:
    from xingtu_desktop.services.campaigns import _summary

    summary = _summary(Campaign(CAMPAIGN, "空", Rig().clock.now()), [])
    assert (summary.orders, summary.live, summary.committed) == (0, 0, Fen(0))
