"""Promises of the brief service: nothing typed is lost, the list counts what is left, history can be read and taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.brief_room import BriefRoom, full_brief, write
from xingtu_desktop.core.errors import Conflict, NoSuchThing
from xingtu_desktop.domain.brief import BriefState, Evidence
from xingtu_desktop.domain.compliance import Severity
from xingtu_desktop.domain.ids import BriefId, CampaignId
from xingtu_desktop.domain.review_text import Side
from xingtu_desktop.services.briefs import with_answer, with_rewrite, without_answer


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[BriefRoom]:
    made = await BriefRoom.open(tmp_path)
    yield made
    await made.close()


async def test_a_saved_brief_comes_back_to_the_letter(room: BriefRoom) -> None:
    brief = full_brief()
    await write(room, brief)
    opened = await room.briefs.open(brief.brief_id)
    assert opened.brief == brief
    assert opened.revision == 1
    assert opened.saved_at == room.clock.now()


async def test_a_save_over_another_windows_save_is_refused(room: BriefRoom) -> None:
    opened = await room.briefs.new("一")
    await room.briefs.save(replace(opened.brief, title="二"), opened.revision)
    with pytest.raises(Conflict):
        await room.briefs.save(replace(opened.brief, title="三"), opened.revision)
    assert (await room.briefs.open(opened.brief.brief_id)).brief.title == "二"


async def test_the_list_is_newest_first_and_counts_what_is_left(room: BriefRoom) -> None:
    await write(room, full_brief())
    room.clock.advance(60)
    empty = await room.briefs.new("")
    first, second = await room.briefs.all()
    assert first.brief_id == empty.brief.brief_id
    assert first.problems >= 8
    assert second.problems == 0
    assert second.unanswered == 1


async def test_the_count_follows_the_text(room: BriefRoom) -> None:
    brief = full_brief()
    await write(room, brief)
    assert [row.unanswered for row in await room.briefs.all()] == [1]
    await room.briefs.save(replace(brief, detail_demand="护手霜"), 1)
    assert [row.unanswered for row in await room.briefs.all()] == [0]


async def test_a_copy_is_a_fresh_draft(room: BriefRoom) -> None:
    ordered = replace(full_brief(), state=BriefState.ORDERED, campaign_id=CampaignId("c1"))
    copy = (await room.briefs.new("第二波", like=ordered)).brief
    assert (copy.state, copy.campaign_id, copy.title) == (BriefState.DRAFT, None, "第二波")
    assert copy.detail_demand == ordered.detail_demand
    assert copy.brief_id != ordered.brief_id


async def test_an_archived_brief_comes_back(room: BriefRoom) -> None:
    await write(room, full_brief())
    await room.briefs.archive(BriefId("b1"))
    assert await room.briefs.all() == []
    await room.briefs.archive(BriefId("b1"), False)
    assert [row.brief_id for row in await room.briefs.all()] == ["b1"]


async def test_findings_are_numbered_over_the_form_and_answered_by_evidence(room: BriefRoom) -> None:
    brief = full_brief()
    review = await room.briefs.review(brief)
    assert [mark.number for mark in review.marks] == list(range(1, len(review.marks) + 1))
    mark = next(mark for mark in review.marks if mark.finding.rule.severity is Severity.BLOCK)
    assert brief.detail_demand[mark.finding.start : mark.finding.end] == mark.finding.text
    answered = with_answer(brief, mark, Evidence("", "", "评测报告.pdf", source="第三方"))
    again = await room.briefs.review(answered)
    assert mark.number not in [open_mark.number for open_mark in again.open_marks]
    assert (await room.briefs.review(without_answer(answered, mark))).open_marks == review.open_marks


async def test_what_was_let_through_is_listed_with_its_field(room: BriefRoom) -> None:
    review = await room.briefs.review(full_brief())
    assert ("detail_demand", "疗效") in [(field, item.text) for field, item in review.passed]


async def test_a_rewrite_replaces_exactly_the_flagged_words(room: BriefRoom) -> None:
    brief = replace(full_brief(), detail_demand="这支护手霜是天花板，闭眼入")
    review = await room.briefs.review(brief)
    mark = next(mark for mark in review.marks if mark.finding.rule.rewrite)
    changed = with_rewrite(brief, mark)
    assert changed is not None
    assert mark.finding.rule.rewrite in changed.detail_demand
    assert mark.finding.text not in changed.detail_demand
    assert with_rewrite(replace(brief, detail_demand="别的"), mark) is None


async def test_history_compares_by_sentence_and_restores_as_a_new_version(room: BriefRoom) -> None:
    brief = replace(full_brief(), detail_demand="先拍手背。再涂抹。")
    await write(room, brief)
    room.clock.advance(120)
    await room.briefs.save(replace(brief, detail_demand="先拍手背。多涂一层。", retention_days=60), 1)
    newest, oldest = await room.briefs.history(brief.brief_id)
    changes = await room.briefs.compare(brief.brief_id, oldest.number, newest.number)
    assert [change.field for change in changes] == ["detail_demand", "retention_days"]
    assert [(line.side, line.sentence.text) for line in changes[0].lines] == [
        (Side.SAME, "先拍手背。"),
        (Side.REMOVED, "再涂抹。"),
        (Side.ADDED, "多涂一层。"),
    ]
    room.clock.advance(120)
    restored = await room.briefs.restore(brief.brief_id, oldest.number)
    assert restored.brief == brief
    assert len(await room.briefs.history(brief.brief_id)) == 3


async def test_comparing_with_a_version_that_is_not_there_says_so(room: BriefRoom) -> None:
    await write(room, full_brief())
    with pytest.raises(NoSuchThing):
        await room.briefs.compare(BriefId("b1"), 1, 7)


async def test_orders_mark_the_brief_and_undoing_them_takes_the_mark_off(room: BriefRoom) -> None:
    brief = full_brief()
    await write(room, brief)
    marked = await room.briefs.mark_ordered(brief.brief_id, CampaignId("c1"))
    assert (marked.brief.state, marked.brief.campaign_id) == (BriefState.ORDERED, "c1")
    assert (await room.briefs.unmark_ordered(brief.brief_id, brief)).brief == brief


async def test_a_placed_plan_can_be_taken_back_whole(room: BriefRoom) -> None:
    authors = await room.add_creators(60)
    plan = await room.ordering.preflight(full_brief(), authors)
    batch = await room.ordering.place(plan)
    assert len(plan.plan.requests) == 2
    assert await room.ordering.take_back(batch) == 4
    assert await room.files.outbox.open_intents() == []
