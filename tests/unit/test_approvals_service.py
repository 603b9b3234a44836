"""The approval session: seen is the hash of what was shown, a rejection says what was noted and found, undo takes a batch back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ui.approvals_room import CLEAN, FIRST, SECOND, Room, sha
from xingtu_desktop.core.errors import Conflict, InvalidInput
from xingtu_desktop.domain.approval import ApprovalRule, Exclusion, exclusions
from xingtu_desktop.domain.compliance import Severity
from xingtu_desktop.domain.lifecycle import AuditSource, AuditStatus
from xingtu_desktop.domain.order import AuditFinding


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    made = await Room.open(tmp_path)
    yield made
    await made.close()


async def test_seen_is_the_hash_of_what_was_shown(room: Room) -> None:
    order = await room.add(1, CLEAN)
    opened = await room.service.open(await room.service.item(order))
    item = await room.service.shown(opened)
    assert item.seen
    assert item.seen_hash == sha(CLEAN.encode())
    assert (await room.service.item(order)).seen


async def test_other_content_than_the_versions_own_is_never_marked_as_seen(room: Room) -> None:
    order = await room.add(1, CLEAN)
    opened = await room.service.open(await room.service.item(order))
    with pytest.raises(Conflict):
        await room.service.shown(replace(opened, text="另一份文字"))
    assert not (await room.service.item(order)).seen


async def test_nothing_shown_is_nothing_seen(room: Room) -> None:
    order = await room.add(1, CLEAN, here=False)
    opened = await room.service.open(await room.service.item(order))
    with pytest.raises(InvalidInput) as refused:
        await room.service.shown(opened)
    assert refused.value.code == "not_here"


async def test_an_opened_version_is_the_one_that_was_read_not_the_one_that_was_listed(room: Room) -> None:
    order = await room.add(1, CLEAN)
    listed = await room.service.item(order)
    await room.add(1, SECOND)
    opened = await room.service.open(listed)
    assert opened.text == SECOND
    item = await room.service.shown(opened)
    assert item.resource.content_hash == sha(SECOND.encode()) == item.seen_hash


async def test_a_rejection_can_say_notes_and_findings_in_order_of_time(room: Room) -> None:
    order = await room.add(1, FIRST)
    item = await room.service.item(order)
    await room.service.add_note(item, "这句太快", start=float(FIRST.index("推开")), end=None)
    points = room.service.reject_points(await room.service.open(item))
    seconds = [point.point.seconds for point in points if point.point.seconds is not None]
    assert seconds == sorted(seconds)
    note = next(point for point in points if point.severity is None)
    assert note.point.seconds == 10
    assert all(point.proposed for point in points if point.severity in (None, Severity.BLOCK, Severity.EVIDENCE))
    text = room.service.press(points)
    assert 0 < len(text) <= 100
    assert "天花板" in text


async def test_undo_takes_a_whole_batch_back_and_only_once(room: Room) -> None:
    items = []
    for number in (1, 2):
        await room.add(number, CLEAN + str(number))
        opened = await room.service.open(await room.service.item((await room.service.queue())[-1].order.order_id))
        items.append(await room.service.shown(opened))
    batch = await room.service.approve(list({item.order.order_id: item for item in items}.values()))
    count = len(await room.service.intents_of(batch))
    assert len(await room.service.undo(batch)) == count
    assert await room.service.undo(batch) == []
    assert all(item.pending is None for item in await room.service.queue())


async def test_a_batch_by_rule_waits_for_the_ad_material_audit_too(room: Room) -> None:
    running = AuditFinding(AuditSource.AD_MATERIAL, AuditStatus.IN_REVIEW)
    order = await room.add(1, CLEAN, findings=(running,))
    opened = await room.service.open(await room.service.item(order))
    item = await room.service.shown(opened)
    assert item.resource.audit is AuditStatus.PASSED
    assert exclusions(item, ApprovalRule()) == (Exclusion.AUDIT,)


async def test_the_queue_counts_findings_with_the_industry_of_the_brief(room: Room) -> None:
    order = await room.add(1, FIRST)
    item = await room.service.item(order)
    review = (await room.service.open(item)).review
    assert review is not None
    assert item.lint is not None
    assert (item.lint.block, item.lint.evidence) == (review.count(Severity.BLOCK), review.count(Severity.EVIDENCE))
