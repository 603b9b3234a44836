"""Briefs as the operator works on them: kept on every pause, reviewed offline, with a history that can be read and restored."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from xingtu_desktop.compliance.reviewer import Reviewer
from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.errors import NoSuchThing
from xingtu_desktop.core.events import Changes
from xingtu_desktop.core.tasks import Compute
from xingtu_desktop.domain import brief as briefs
from xingtu_desktop.domain import review_text
from xingtu_desktop.domain.brief import Brief, BriefProblem, BriefState, Evidence
from xingtu_desktop.domain.brief_record import BriefRecord, BriefVersion
from xingtu_desktop.domain.compliance import Finding, Passed, Review, Severity
from xingtu_desktop.domain.ids import BriefId, CampaignId
from xingtu_desktop.domain.review_text import DiffLine
from xingtu_desktop.services.ports import BriefStore

REVIEWED_FIELDS = ("title", "product_information", "detail_demand", "other_demand", "special_topic")
"""The texts that a creator or the public reads; each is reviewed by itself."""


@dataclass(frozen=True, slots=True)
class BriefSummary:
    """One row of the list. `unanswered` counts findings with neither evidence nor a reason, reminders left out."""

    brief_id: BriefId
    title: str
    state: BriefState
    updated_at: datetime
    problems: int
    unanswered: int
    archived: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """A finding in a field, numbered over the whole brief in the order of the form; `answer` is what was said to it."""

    number: int
    field: str
    finding: Finding
    answer: Evidence | None


@dataclass(frozen=True, slots=True)
class BriefReview:
    """Everything the margin shows."""

    marks: tuple[Marked, ...]
    passed: tuple[tuple[str, Passed], ...]
    problems: tuple[BriefProblem, ...]
    terms_version: str

    @property
    def open_marks(self) -> tuple[Marked, ...]:
        return tuple(mark for mark in self.marks if mark.answer is None)


@dataclass(frozen=True, slots=True)
class OpenBrief:
    """A brief under the pen; `revision` is what the next save builds on."""

    brief: Brief
    revision: int
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class FieldChange:
    """How one field differs between two versions: texts by sentence, everything else as plain values."""

    field: str
    before: object
    after: object
    lines: tuple[DiffLine, ...] = ()


class BriefService:
    """Reads and keeps briefs; never needs the network."""

    def __init__(self, *, store: BriefStore, reviewer: Reviewer, compute: Compute, changes: Changes, clock: Clock, operator: str) -> None:
        self._store = store
        self._reviewer = reviewer
        self._compute = compute
        self._changes = changes
        self._clock = clock
        self._operator = operator
        self._counted: dict[BriefId, tuple[int, int]] = {}
        """Unanswered findings by brief and revision: a text is reviewed once, not at every redraw of the list."""

    async def all(self, *, archived: bool = False) -> list[BriefSummary]:
        """Every brief, newest change first, with how much is left to do."""
        records = await self._store.all(archived=archived)
        return await self._compute.run(self._summaries, records)

    def _summaries(self, records: Sequence[BriefRecord]) -> list[BriefSummary]:
        now = self._clock.now()
        rows = []
        for record in records:
            brief = briefs.from_document(record.document)
            known = self._counted.get(record.brief_id)
            if known is None or known[0] != record.revision:
                open_marks = self._review(brief, now).open_marks
                known = record.revision, sum(mark.finding.rule.severity is not Severity.WARN for mark in open_marks)
                self._counted[record.brief_id] = known
            rows.append(
                BriefSummary(
                    brief_id=record.brief_id,
                    title=brief.title,
                    state=brief.state,
                    updated_at=record.updated_at,
                    problems=len(briefs.problems(brief, now)),
                    unanswered=known[1],
                    archived=record.archived,
                )
            )
        return sorted(rows, key=lambda row: row.updated_at, reverse=True)

    async def new(self, title: str, like: Brief | None = None) -> OpenBrief:
        """An empty brief, or a copy of `like` as a fresh draft."""
        brief_id = BriefId(str(uuid.uuid4()))
        if like is None:
            brief = Brief(brief_id, title)
        else:
            brief = replace(like, brief_id=brief_id, title=title, state=BriefState.DRAFT, campaign_id=None)
        return await self._write(brief, 0)

    async def open(self, brief_id: BriefId) -> OpenBrief:
        """Raises NoSuchThing."""
        record = await self._store.get(brief_id)
        return OpenBrief(briefs.from_document(record.document), record.revision, record.updated_at)

    async def find(self, brief_id: BriefId) -> Brief | None:
        """The brief, or None where it is not on this computer."""
        try:
            return (await self.open(brief_id)).brief
        except NoSuchThing:
            return None

    async def save(self, brief: Brief, revision: int, *, name: str | None = None) -> OpenBrief:
        """Keep it durably; Conflict where another window saved in between. With `name` it is a version of its own."""
        return await self._write(brief, revision, name)

    async def _write(self, brief: Brief, revision: int, name: str | None = None) -> OpenBrief:
        record, change = await self._store.save(
            brief.brief_id,
            title=brief.title,
            document=briefs.to_document(brief),
            author=self._operator,
            at=self._clock.now(),
            expected_revision=revision,
            name=name,
        )
        self._changes.publish(change)
        return OpenBrief(brief, record.revision, record.updated_at)

    async def archive(self, brief_id: BriefId, archived: bool = True) -> None:
        """Take it off the list, or put it back; nothing is deleted."""
        self._changes.publish(await self._store.set_archived(brief_id, archived))

    async def mark_ordered(self, brief_id: BriefId, campaign_id: CampaignId | None = None) -> OpenBrief:
        """Orders were placed from it, into this campaign; what is ordered from it later joins the same one."""
        opened = await self.open(brief_id)
        changed = replace(opened.brief, state=BriefState.ORDERED, campaign_id=campaign_id or opened.brief.campaign_id)
        return await self.save(changed, opened.revision)

    async def unmark_ordered(self, brief_id: BriefId, before: Brief) -> OpenBrief:
        """The orders were taken back in time: state and campaign as `before` had them, the text as it is now."""
        opened = await self.open(brief_id)
        return await self.save(replace(opened.brief, state=before.state, campaign_id=before.campaign_id), opened.revision)

    # ------------------------------------------------------------------ review

    async def review(self, brief: Brief) -> BriefReview:
        """Findings, what was let through and what the platform would refuse; computed off the UI thread."""
        return await self._compute.run(self._review, brief, self._clock.now())

    def _review(self, brief: Brief, now: datetime) -> BriefReview:
        industry = brief.industry[0] if brief.industry else None
        answers: Mapping[tuple[str, str], Evidence] = {(e.rule_id, e.text): e for e in brief.evidence}
        marks: list[Marked] = []
        passed: list[tuple[str, Passed]] = []
        for field in REVIEWED_FIELDS:
            found: Review = self._reviewer.review(getattr(brief, field), industry=industry, whole=False)
            for finding in found.findings:
                marks.append(Marked(len(marks) + 1, field, finding, answers.get((finding.rule.rule_id, finding.text))))
            passed.extend((field, item) for item in found.passed)
        return BriefReview(tuple(marks), tuple(passed), briefs.problems(brief, now), self._reviewer.version)

    # ------------------------------------------------------------------ history

    async def history(self, brief_id: BriefId) -> list[BriefVersion]:
        """Every version, newest first."""
        return sorted(await self._store.versions(brief_id), key=lambda version: version.number, reverse=True)

    async def name_version(self, brief_id: BriefId, number: int, name: str | None) -> None:
        self._changes.publish(await self._store.name_version(brief_id, number, name))

    async def compare(self, brief_id: BriefId, before: int, after: int) -> list[FieldChange]:
        """The fields that differ between two versions, in the order of the form."""
        texts = {t.version.number: t.document for t in await self._store.version_texts(brief_id, [before, after])}
        if before not in texts or after not in texts:
            raise NoSuchThing(brief_id=brief_id)
        return await self._compute.run(_differences, texts[before], texts[after])

    async def restore(self, brief_id: BriefId, number: int) -> OpenBrief:
        """Make an old version the current one, as a new version; nothing is lost."""
        record, change = await self._store.restore(brief_id, number, author=self._operator, at=self._clock.now())
        self._changes.publish(change)
        return OpenBrief(briefs.from_document(record.document), record.revision, record.updated_at)


def with_answer(brief: Brief, mark: Marked, answer: Evidence) -> Brief:
    """The brief with `answer` given to a finding; an earlier answer to the same words is replaced."""
    kept = without_answer(brief, mark)
    return replace(kept, evidence=(*kept.evidence, replace(answer, rule_id=mark.finding.rule.rule_id, text=mark.finding.text)))


def without_answer(brief: Brief, mark: Marked) -> Brief:
    """The brief with the finding open again."""
    key = (mark.finding.rule.rule_id, mark.finding.text)
    return replace(brief, evidence=tuple(e for e in brief.evidence if (e.rule_id, e.text) != key))


def with_rewrite(brief: Brief, mark: Marked) -> Brief | None:
    """The brief with the lawful wording in place of the flagged one; None where there is none or the text has moved on since."""
    finding, text = mark.finding, getattr(brief, mark.field)
    if not finding.rule.rewrite or text[finding.start : finding.end] != finding.text:
        return None
    changed = text[: finding.start] + finding.rule.rewrite + text[finding.end :]
    return briefs.with_changes(brief, **{mark.field: changed})


def _differences(before: str, after: str) -> list[FieldChange]:
    old, new = briefs.from_document(before), briefs.from_document(after)
    found = []
    for field in fields(Brief):
        a, b = getattr(old, field.name), getattr(new, field.name)
        if a != b:
            lines = tuple(review_text.diff(a, b)) if isinstance(a, str) and isinstance(b, str) else ()
            found.append(FieldChange(field.name, a, b, lines))
    return found
