"""A batch holds nothing that was not seen, not sound or already decided, and its sum is what would be confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from xingtu_desktop.core.clock import BEIJING
from xingtu_desktop.domain.approval import (
    ApprovalItem,
    ApprovalRule,
    DueGroup,
    Exclusion,
    LintCount,
    due_at,
    due_group,
    due_today,
    exclusions,
    plan,
    rejects_left,
)
from xingtu_desktop.domain.ids import AuthorId, CampaignId, DemandId, OrderId, PlatformCampaignId, ResourceId
from xingtu_desktop.domain.lifecycle import AuditStatus, OrderStatus, ResourceKind, ResourceStatus
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import Campaign, Order, Resource

NOW = datetime(2026, 11, 22, 12, tzinfo=BEIJING)
ORDER = Order(
    OrderId(1),
    DemandId(1),
    PlatformCampaignId(1),
    OrderStatus.SCRIPT_UPLOADED,
    AuthorId(1),
    "小鹿",
    "任务",
    NOW,
    NOW,
    task_cost=Fen(1_200_000),
)
SCRIPT = Resource(
    ResourceId(5), OrderId(1), ResourceKind.SCRIPT, 2, ResourceStatus.UPLOADED, AuditStatus.PASSED, NOW, content="x", content_hash="h2"
)
ITEM = ApprovalItem(ORDER, SCRIPT, None, LintCount(0, 0, 0), "h2", NOW, None, None, None, None, None)
CAMPAIGN = Campaign(CampaignId("c"), "年货节", NOW.astimezone(UTC), reject_limit=3, review_hours=48)


def test_a_sound_seen_item_is_in() -> None:
    assert plan([ITEM], ApprovalRule()).included == (ITEM,)
    assert plan([ITEM], ApprovalRule()).amount == Fen(1_200_000)


@pytest.mark.parametrize(
    ("item", "rule", "reason"),
    [
        (replace(ITEM, seen_hash=None), ApprovalRule(), Exclusion.NOT_SEEN),
        (replace(ITEM, seen_hash="h1"), ApprovalRule(), Exclusion.NOT_SEEN),
        (replace(ITEM, lint=LintCount(1, 0, 0)), ApprovalRule(), Exclusion.LINT),
        (replace(ITEM, lint=None), ApprovalRule(), Exclusion.LINT_UNKNOWN),
        (replace(ITEM, resource=replace(SCRIPT, audit=AuditStatus.IN_REVIEW)), ApprovalRule(), Exclusion.AUDIT),
        (replace(ITEM, order=replace(ORDER, task_cost=None)), ApprovalRule(), Exclusion.AMOUNT_UNKNOWN),
        (ITEM, ApprovalRule(at_most=Fen(1_199_999)), Exclusion.AMOUNT),
        (replace(ITEM, order=replace(ORDER, author_cancel_requested=True)), ApprovalRule(), Exclusion.CANCEL_ASKED),
    ],
)
def test_each_reason_keeps_an_item_out(item: ApprovalItem, rule: ApprovalRule, reason: Exclusion) -> None:
    assert exclusions(item, rule) == (reason,)


def test_what_is_not_on_this_computer_is_never_in_a_batch_even_when_unseen_is_allowed() -> None:
    item = replace(ITEM, resource=replace(SCRIPT, content_hash=None))
    assert exclusions(item, ApprovalRule(seen_only=False)) == (Exclusion.NOT_HERE,)


def test_unseen_items_are_named_when_the_operator_allows_them() -> None:
    batch = plan([replace(ITEM, seen_hash=None)], ApprovalRule(seen_only=False))
    assert batch.unseen == (ResourceId(5),)


def test_deadline_and_rejects_come_from_the_contract_or_are_unknown() -> None:
    rejected = replace(SCRIPT, resource_id=ResourceId(4), status=ResourceStatus.REJECTED)
    assert due_at(SCRIPT, CAMPAIGN) == NOW + timedelta(hours=48)
    assert rejects_left([rejected, SCRIPT], ResourceKind.SCRIPT, CAMPAIGN) == 2
    assert (due_at(SCRIPT, None), rejects_left([rejected], ResourceKind.SCRIPT, None)) == (None, None)


@pytest.mark.parametrize(
    ("hours", "group"),
    [(-1, DueGroup.OVERDUE), (2, DueGroup.TWO_HOURS), (11, DueGroup.TODAY), (13, DueGroup.TOMORROW), (60, DueGroup.LATER)],
)
def test_deadlines_stand_under_their_heading(hours: int, group: DueGroup) -> None:
    assert due_group(NOW + timedelta(hours=hours), NOW) is group
    assert due_group(None, NOW) is DueGroup.NOT_AGREED


def test_the_badge_counts_what_is_due_by_the_end_of_xingtus_today() -> None:
    items = [
        replace(ITEM, due=NOW + timedelta(hours=11)),
        replace(ITEM, due=NOW - timedelta(days=3)),
        replace(ITEM, due=NOW + timedelta(hours=13)),
        replace(ITEM, due=None),
    ]
    assert due_today(items, NOW) == 2
