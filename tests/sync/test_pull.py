"""Reading orders and versions: what changed on the platform is noticed, and what cannot have changed is not asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.sync.rig import TIMINGS
from tests.sync.test_engine import Desk
from xingtu_desktop.domain.approval import ApprovalItem
from xingtu_desktop.domain.ids import OrderId, PlatformCampaignId, ResourceId
from xingtu_desktop.domain.intent import IntentState
from xingtu_desktop.domain.lifecycle import AuditSource, AuditStatus, OrderStatus
from xingtu_desktop.domain.order import AuditFinding, Order, PlatformCampaign
from xingtu_desktop.services.sync.looks import text_hash
from xingtu_desktop.services.sync.pull import FULL_EVERY, REPORT_DAYS

OLD, NEW = "白茶香", "白茶香，全网第一"


async def in_the_queue(desk: Desk, seen: str) -> ApprovalItem:
    """The one version that waits, as a reviewer has it who saw `seen`."""
    ((order, version),) = await desk.orders.awaiting_review()
    return ApprovalItem(
        order,
        version,
        None,
        None,
        text_hash(seen),
        desk.clock.now(),
        due=None,
        rejects_left=None,
        snoozed_until=None,
        flag=None,
        pending=None,
    )


def rewrite(desk: Desk, **more: object) -> ResourceId:
    """The creator writes the script anew under the same number."""
    (version,) = desk.platform.world.versions
    desk.platform.set_version(version, content=NEW, **more)
    return version


def details_asked(desk: Desk) -> list[OrderId]:
    """Which order/detail calls are made from now on."""
    asked: list[OrderId] = []
    order = desk.platform.order

    async def counted(order_id: OrderId) -> object:
        asked.append(order_id)
        return await order(order_id)

    desk.platform.order = counted  # type: ignore[method-assign]
    return asked


async def test_a_text_that_a_send_found_changed_is_the_one_to_be_seen_next() -> None:
    desk = Desk()
    order, rig = desk.reviewable()
    async with desk:
        assert (await in_the_queue(desk, OLD)).seen
        (version,) = desk.platform.world.versions
        batch = await desk.sync.actions.approve([rig.seen(order.order_id, version)])
        rewrite(desk)
        await desk.later(TIMINGS.undo + 2)
        (row,) = [one for one in desk.outbox.rows.values() if one.batch_id == batch]
        assert (row.state, row.detail["what"]) == (IntentState.REFUSED, "content")
        item = await in_the_queue(desk, OLD)
        assert (item.resource.content, item.seen) == (NEW, False)
    assert desk.platform.writes == []


@pytest.mark.parametrize("sign", ["handed in again", "another file", "in review again", "audited again"])
async def test_a_script_that_the_list_shows_as_written_anew_is_read_again(sign: str) -> None:
    desk = Desk()
    desk.reviewable()
    (version,) = desk.platform.world.versions
    first = AuditFinding(AuditSource.CONTENT, AuditStatus.PASSED, at=desk.clock.now())
    desk.platform.set_version(version, findings=(first,), filename="脚本.docx")
    async with desk:
        later = desk.clock.now() + timedelta(seconds=1)
        marks: dict[str, dict[str, object]] = {
            "handed in again": {"created_at": later},
            "another file": {"filename": "脚本 改.docx"},
            "in review again": {"audit": AuditStatus.IN_REVIEW},
            "audited again": {"findings": (AuditFinding(AuditSource.CONTENT, AuditStatus.PASSED, at=later),)},
        }
        rewrite(desk, **marks[sign])
        await desk.later(TIMINGS.poll_open_orders + 1)
        item = await in_the_queue(desk, OLD)
        assert (item.resource.content, item.seen) == (NEW, False)


async def test_a_change_that_no_list_tells_of_is_noticed_by_the_full_reading() -> None:
    desk = Desk()
    desk.reviewable()
    async with desk:
        rewrite(desk)
        await desk.later(FULL_EVERY.total_seconds() + TIMINGS.poll_idle)
        assert (await in_the_queue(desk, OLD)).resource.content == NEW


async def test_a_text_of_which_nothing_says_that_it_changed_is_not_asked_for_every_minute() -> None:
    desk = Desk()
    desk.reviewable()
    async with desk:
        asked = details_asked(desk)
        await desk.later(10 * TIMINGS.poll_open_orders)
        assert asked == []


async def test_orders_that_ended_long_ago_are_neither_listed_nor_read_again() -> None:
    desk = Desk()
    old = desk.platform.add_order(OrderStatus.FINISHED, finished_at=desk.clock.now())
    gone = desk.platform.add_order(OrderStatus.CANCELLED)
    running = desk.platform.add_order()
    campaigns, orders = desk.platform.campaigns, desk.platform.orders
    listing = desk.platform.orders_of_campaigns

    async def ended_campaigns() -> list[PlatformCampaign]:
        return [replace(one, status=1 if one.platform_campaign_id == running.platform_campaign_id else 2) for one in await campaigns()]

    listed: set[int] = set()
    read: set[int] = set()

    async def watched_list(ids: Sequence[PlatformCampaignId]) -> list[tuple[OrderId, OrderStatus]]:
        listed.update(ids)
        return await listing(ids)

    async def watched_read(ids: Sequence[OrderId]) -> list[Order]:
        read.update(ids)
        return await orders(ids)

    desk.platform.campaigns = ended_campaigns  # type: ignore[method-assign]
    desk.platform.orders_of_campaigns = watched_list  # type: ignore[method-assign]
    desk.platform.orders = watched_read  # type: ignore[method-assign]
    everything = {old.order_id, gone.order_id, running.order_id}
    async with desk:
        assert read == everything
        read.clear()
        await desk.later(FULL_EVERY.total_seconds() + TIMINGS.poll_idle)
        assert read == everything
        desk.clock.advance(timedelta(days=REPORT_DAYS + 1).total_seconds())
        await desk.spin()
        read.clear()
        listed.clear()
        await desk.later(FULL_EVERY.total_seconds() + TIMINGS.poll_idle)
        assert (read, listed) == ({running.order_id}, {running.platform_campaign_id})
