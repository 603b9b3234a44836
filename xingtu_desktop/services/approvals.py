"""The approval session: the queue, one version opened with all its context, notes, and decisions bound to what was seen."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from xingtu_desktop.compliance.reviewer import Reviewer
from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.errors import Conflict, InvalidInput, NoSuchThing
from xingtu_desktop.core.events import Changes
from xingtu_desktop.core.tasks import Compute
from xingtu_desktop.domain import review_text
from xingtu_desktop.domain.approval import ApprovalItem, ApprovalRule, BatchPlan, LintCount, due_at, plan, rejects_left, sort_key
from xingtu_desktop.domain.brief import Brief
from xingtu_desktop.domain.compliance import Review, ReviewChange, Severity, compare
from xingtu_desktop.domain.ids import BatchId, BriefId, CampaignId, IntentId, OrderId, ResourceId
from xingtu_desktop.domain.intent import Intent, IntentState
from xingtu_desktop.domain.lifecycle import AdSyncDecision, ResourceKind
from xingtu_desktop.domain.order import Campaign, Resource
from xingtu_desktop.domain.review import ReviewNote
from xingtu_desktop.domain.review_text import DiffLine, Point
from xingtu_desktop.services.actions import ActionService, Decision
from xingtu_desktop.services.ports import CampaignStore, MediaStore, OrderStore, OutboxStore, ReviewStore

SHOWN = "shown"
"""Who asked, in the change that `ApprovalService.shown` tells: whoever called it knows already and need not read again."""
BriefReader = Callable[[BriefId], Awaitable[Brief | None]]
"""Finds the brief of a campaign, for its checklist and industry."""


@dataclass(frozen=True, slots=True)
class OpenVersion:
    """Everything beside one opened version. `text` is a script's, `media` a video's bytes; both None: not on this computer yet."""

    item: ApprovalItem
    versions: tuple[Resource, ...]
    """All of its kind on this order, newest first."""
    text: str | None
    media: bytes | None
    review: Review | None
    previous: Resource | None
    diff: tuple[DiffLine, ...]
    """Against the previous version by sentence; empty when there is none."""
    change: ReviewChange | None
    notes: tuple[ReviewNote, ...]
    """Of every version on this order, oldest first."""
    checklist: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RejectPoint:
    """One thing that a rejection can say: a note of the operator's, or a finding with its advice."""

    key: str
    """Stable while the version is open: `note:<id>` or `finding:<start>`."""
    label: str
    """Short, for the tick box."""
    point: Point
    severity: Severity | None
    """Of a finding; None: a note."""

    @property
    def proposed(self) -> bool:
        """Whether it is said unless the operator takes it out: notes, what must change, and what lacks evidence."""
        return self.severity is not Severity.WARN


class ApprovalService:
    """Reads what waits, remembers what was seen, and hands decisions to the outbox."""

    def __init__(
        self,
        *,
        orders: OrderStore,
        campaigns: CampaignStore,
        outbox: OutboxStore,
        reviews: ReviewStore,
        media: MediaStore,
        actions: ActionService,
        reviewer: Reviewer,
        compute: Compute,
        changes: Changes,
        clock: Clock,
        brief_of: BriefReader,
    ) -> None:
        self._orders = orders
        self._campaigns = campaigns
        self._outbox = outbox
        self._reviews = reviews
        self._media = media
        self._actions = actions
        self._reviewer = reviewer
        self._compute = compute
        self._changes = changes
        self._clock = clock
        self._brief_of = brief_of
        self._lint: dict[tuple[str, int | None], Review] = {}

    # ------------------------------------------------------------------ the queue

    async def queue(self, *, snoozed: bool = False) -> list[ApprovalItem]:
        """What waits for the client's word, soonest deadline first; put-off versions only when `snoozed`."""
        waiting = await self._orders.awaiting_review()
        resources = await self._orders.resources([order.order_id for order, _ in waiting])
        by_order: dict[OrderId, list[Resource]] = {}
        for resource in resources:
            by_order.setdefault(resource.order_id, []).append(resource)
        campaigns = {campaign.campaign_id: campaign for campaign in await self._campaigns.all()}
        seen = await self._reviews.seen([resource.resource_id for _, resource in waiting])
        put_off, flags = await self._reviews.snoozed(), await self._reviews.flags()
        pending = _by_order(await self._outbox.open_intents())
        industries = await self._industries(campaigns[o.campaign_id] for o, _ in waiting if o.campaign_id in campaigns)
        texts = {
            r.resource_id: (r.content, industries.get(o.campaign_id) if o.campaign_id is not None else None)
            for o, r in waiting
            if r.kind is ResourceKind.SCRIPT and r.content is not None
        }
        lint = await self._compute.run(self._count_all, texts)
        now = self._clock.now()
        items = []
        for order, resource in waiting:
            until = put_off.get(resource.resource_id)
            if until is not None and until > now and not snoozed:
                continue
            campaign = None if order.campaign_id is None else campaigns.get(order.campaign_id)
            seen_hash, seen_at = seen.get(resource.resource_id, (None, None))
            items.append(
                ApprovalItem(
                    order=order,
                    resource=resource,
                    campaign=campaign,
                    lint=lint.get(resource.resource_id),
                    seen_hash=seen_hash,
                    seen_at=seen_at,
                    due=due_at(resource, campaign),
                    rejects_left=rejects_left(by_order.get(order.order_id, ()), resource.kind, campaign),
                    snoozed_until=until,
                    flag=flags.get(resource.resource_id),
                    pending=pending.get(order.order_id),
                )
            )
        return sorted(items, key=sort_key)

    async def item(self, order_id: OrderId) -> ApprovalItem:
        """The queue row of one order, put off or not; NoSuchThing when nothing waits there any more."""
        for one in await self.queue(snoozed=True):
            if one.order.order_id == order_id:
                return one
        raise NoSuchThing(order_id=order_id)

    def _review(self, text: str, industry: int | None = None) -> Review:
        key = (text, industry)
        known = self._lint.get(key)
        if known is None:
            if len(self._lint) > 20_000:
                self._lint.clear()
            known = self._lint[key] = self._reviewer.review(text, industry=industry)
        return known

    async def _industries(self, campaigns: Iterable[Campaign]) -> dict[CampaignId, int]:
        """The level 1 industry of each campaign whose brief names one: some rules bind some products only."""
        found: dict[CampaignId, int] = {}
        for campaign in {one.campaign_id: one for one in campaigns}.values():
            brief = await self._brief(campaign)
            if brief is not None and brief.industry is not None:
                found[campaign.campaign_id] = brief.industry[0]
        return found

    def _count_all(self, texts: dict[ResourceId, tuple[str, int | None]]) -> dict[ResourceId, LintCount]:
        counts = {}
        for resource_id, (text, industry) in texts.items():
            review = self._review(text, industry)
            counts[resource_id] = LintCount(review.count(Severity.BLOCK), review.count(Severity.EVIDENCE), review.count(Severity.WARN))
        return counts

    # ------------------------------------------------------------------ one version

    async def open(self, item: ApprovalItem) -> OpenVersion:
        """Gather what stands beside a version; nothing counts as seen until `shown` says so."""
        order_id, kind = item.order.order_id, item.resource.kind
        versions = sorted((r for r in await self._orders.resources([order_id]) if r.kind is kind), key=lambda r: r.version, reverse=True)
        current = next((r for r in versions if r.resource_id == item.resource.resource_id), item.resource)
        previous = next((r for r in versions if r.version < current.version), None)
        notes = tuple(await self._reviews.notes(order_id))
        brief = await self._brief(item.campaign)
        industry = brief.industry[0] if brief is not None and brief.industry is not None else None
        text = current.content if kind is ResourceKind.SCRIPT else None
        media = None
        if kind is ResourceKind.VIDEO and current.content_hash is not None:
            media = await self._media.get(current.content_hash)
        review: Review | None = None
        diff: tuple[DiffLine, ...] = ()
        change: ReviewChange | None = None
        if text is not None:
            review = await self._compute.run(self._review, text, industry)
            if previous is not None and previous.content is not None:
                diff = tuple(await self._compute.run(review_text.diff, previous.content, text))
                change = compare(await self._compute.run(self._review, previous.content, industry), review)
        return OpenVersion(
            # The version as it was read just now: what is shown, marked as seen and decided on must be one and the same.
            item=replace(item, resource=current),
            versions=tuple(versions),
            text=text,
            media=media,
            review=review,
            previous=previous,
            diff=diff,
            change=change,
            notes=notes,
            checklist=() if brief is None else (*brief.checklist, *brief.must_say),
        )

    async def media_of(self, resource: Resource) -> bytes | None:
        """Another version's bytes, for two side by side."""
        return None if resource.content_hash is None else await self._media.get(resource.content_hash)

    async def _brief(self, campaign: Campaign | None) -> Brief | None:
        if campaign is None or campaign.brief_id is None:
            return None
        return await self._brief_of(campaign.brief_id)

    async def shown(self, opened: OpenVersion) -> ApprovalItem:
        """The version's text or first frame is on screen now; returns the opened item as seen.

        What was seen is named by the hash of what was shown: InvalidInput `not_here` where nothing was, Conflict where it is other content
        than the version's own.
        """
        resource = opened.item.resource
        data = opened.text.encode() if opened.text is not None else opened.media
        if resource.content_hash is None or data is None:
            raise InvalidInput(field="resource", code="not_here")
        on_screen = await self._compute.run(_sha256, data)
        if on_screen != resource.content_hash:
            raise Conflict(what="content", expected=resource.content_hash, actual=on_screen)
        at = self._clock.now()
        self._changes.publish(replace(await self._reviews.mark_seen(resource.resource_id, on_screen, at), by=SHOWN))
        return replace(opened.item, seen_hash=on_screen, seen_at=at)

    async def add_note(self, item: ApprovalItem, text: str, *, start: float | None = None, end: float | None = None) -> ReviewNote:
        """Keep a note; `start`–`end` are seconds in a video, code points in a script."""
        clean = text.strip()
        if not clean:
            raise InvalidInput(field="note", code="missing")
        note = ReviewNote(
            note_id=str(uuid.uuid4()),
            order_id=item.order.order_id,
            resource_id=item.resource.resource_id,
            kind=item.resource.kind,
            text=clean,
            created_at=self._clock.now(),
            start=start,
            end=end,
        )
        self._changes.publish(await self._reviews.add_note(note))
        return note

    async def remove_note(self, note: ReviewNote) -> None:
        self._changes.publish(await self._reviews.remove_note(note.note_id))

    async def restore_note(self, note: ReviewNote) -> None:
        """Undo of a removal."""
        self._changes.publish(await self._reviews.add_note(note))

    async def snooze(self, item: ApprovalItem, until: datetime | None) -> None:
        self._changes.publish(await self._reviews.set_snooze(item.resource.resource_id, until))

    async def flag(self, item: ApprovalItem, flag: str | None) -> None:
        """Mark for a person to talk to the creator; None takes the mark off."""
        self._changes.publish(await self._reviews.set_flag(item.resource.resource_id, flag))

    @staticmethod
    def reject_points(opened: OpenVersion) -> tuple[RejectPoint, ...]:
        """What a rejection could say, in the order of time: the notes on this version and the findings in it."""
        points: list[RejectPoint] = []
        lines = () if opened.text is None else review_text.sentences(opened.text)
        for note in opened.notes:
            if note.resource_id != opened.item.resource.resource_id:
                continue
            seconds = note.start
            if note.kind is ResourceKind.SCRIPT and note.start is not None:
                seconds = next((line.at_seconds for line in lines if line.start <= note.start < line.end), None)
            points.append(RejectPoint(f"note:{note.note_id}", note.text, Point(note.text, seconds), None))
        for finding in () if opened.review is None else opened.review.findings:
            said = f"“{finding.text}”" if finding.text else ""
            if finding.rule.severity is Severity.EVIDENCE:
                advice = "请补依据或改" + (f"“{finding.rule.rewrite}”" if finding.rule.rewrite else "写法")
            else:
                advice = f"请改“{finding.rule.rewrite}”" if finding.rule.rewrite else "请删" if said else finding.rule.note
            label = finding.text or finding.rule.term
            points.append(
                RejectPoint(
                    f"finding:{finding.start}:{finding.rule.rule_id}",
                    label,
                    Point(said + advice, finding.at_seconds),
                    finding.rule.severity,
                )
            )
        return tuple(sorted(points, key=lambda one: (one.point.seconds is None, one.point.seconds or 0.0)))

    @staticmethod
    def press(points: Sequence[RejectPoint]) -> str:
        """The points as one text that the platform takes: at most 100 characters; the operator edits it."""
        return review_text.compress([one.point for one in points])

    # ------------------------------------------------------------------ deciding

    async def approve(
        self,
        items: Sequence[ApprovalItem],
        *,
        decision: AdSyncDecision = AdSyncDecision.ALL_AUDITS_MUST_PASS,
        unopened_on_purpose: bool = False,
    ) -> BatchId:
        """Confirm versions as they were seen; InvalidInput `not_seen` names how many were not opened."""
        return await self._actions.approve([_decision(i) for i in items], decision=decision, unopened_on_purpose=unopened_on_purpose)

    async def reject(self, items: Sequence[ApprovalItem], feedback: str) -> BatchId:
        """Send back with a text of at most 100 characters."""
        return await self._actions.reject([_decision(i) for i in items], feedback)

    async def intents_of(self, batch: BatchId) -> list[Intent]:
        """The batch's intents that are still open; their `undo_until` says how long they can be taken back for sure."""
        return [one for one in await self._outbox.open_intents() if one.batch_id == batch]

    async def undo(self, batch: BatchId) -> list[IntentId]:
        """Take back what of a batch has not begun to leave; returns what was taken back."""
        waiting = [one for one in await self.intents_of(batch) if one.state is IntentState.QUEUED and one.attempt == 0]
        return await self._actions.undo([one.intent_id for one in waiting]) if waiting else []

    async def plan_batch(self, rule: ApprovalRule, only: frozenset[ResourceId] | None = None) -> BatchPlan:
        """What a batch would approve, among `only` or the whole queue."""
        items = [i for i in await self.queue() if only is None or i.resource.resource_id in only]
        return plan(items, rule)

    async def commit_batch(self, batch: BatchPlan, *, decision: AdSyncDecision = AdSyncDecision.ALL_AUDITS_MUST_PASS) -> BatchId:
        """Approve exactly what the plan showed."""
        return await self.approve(batch.included, decision=decision, unopened_on_purpose=bool(batch.unseen))


def _decision(item: ApprovalItem) -> Decision:
    return Decision(
        order=item.order,
        resource=item.resource,
        seen_hash=item.seen_hash if item.seen else None,
        seen_at=item.seen_at if item.seen else None,
        campaign_name="" if item.campaign is None else item.campaign.name,
    )


def _by_order(intents: Sequence[Intent]) -> dict[OrderId, Intent]:
    found: dict[OrderId, Intent] = {}
    for intent in intents:
        order_id = getattr(intent.payload, "order_id", None)
        if order_id is not None:
            found[OrderId(order_id)] = intent
    return found


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
