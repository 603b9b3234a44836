"""Approving and rejecting: why it cannot be done, the intent bound to what was seen, and the way back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from xingtu_desktop.domain.approval import ApprovalItem, BatchPlan
from xingtu_desktop.domain.ids import BatchId, OrderId, ResourceId
from xingtu_desktop.domain.lifecycle import AdSyncDecision
from xingtu_desktop.services.approvals import ApprovalService, OpenVersion
from xingtu_desktop.ui.approvals import words
from xingtu_desktop.ui.approvals.desk import Desk
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.widgets.toasts import ToastAction, ToastHost


class Decisions:
    """Every method answers at once on screen and saves behind it; a decision that could not be saved comes back."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._drafts: dict[ResourceId, str] = {}

    def why_not_approve(self) -> str | None:
        """In words, why the version on screen cannot be approved now; None when it can."""
        opened = self._desk.current()
        if opened is None:
            return tr("approvals", "No version is open")
        item = opened.item
        if not self._desk.waits(item):
            return tr("approvals", "Already decided: Z takes it back")
        if item.order.author_cancel_requested:
            return tr("approvals", "The creator asks to cancel: answer that first, in Campaigns")
        if opened.text is None and opened.media is None:
            return tr("approvals", "This version is not on this computer yet, so nobody has seen it")
        if not item.seen and item.resource.resource_id not in self._desk.marking:
            unread = self._desk.view.content.script.unread()
            if opened.text is not None and unread:
                return tr("approvals", "{count} sentences have not been on screen yet: Space turns the page", count=unread)
            return tr("approvals", "The first frame has not been on screen yet")
        return None

    def approve(self) -> None:
        """Confirm what is on screen and go on."""
        why = self.why_not_approve()
        opened = self._desk.current()
        if why is not None or opened is None:
            self._desk.say(why or "", "warn")
            return
        decision = self._desk.view.context.decision.decision()
        order_id = opened.item.order.order_id
        marking = self._desk.marking.get(opened.item.resource.resource_id)
        self._desk.deciding[order_id] = opened.item.resource.resource_id
        self._desk.advance(order_id)
        self._desk.save(self._approve(opened, marking, decision), "approve")

    async def _approve(self, opened: OpenVersion, marking: asyncio.Task[ApprovalItem] | None, decision: AdSyncDecision) -> None:
        try:
            item = opened.item if marking is None else await asyncio.shield(marking)
            batch = await self._desk.service.approve([item], decision=decision)
        except BaseException:
            self._desk.deciding.pop(opened.item.order.order_id, None)
            raise
        text = tr(
            "approvals",
            "Approved {version} of {name}, {amount}",
            version=words.version_name(item.resource),
            name=item.order.author_name,
            amount=formats().money(item.amount),
        )
        await self._decided(batch, text, item.order.order_id)

    def reject(self) -> None:
        """Open the box for the version on screen."""
        opened = self._desk.current()
        if opened is None:
            return
        if not self._desk.waits(opened.item):
            self._desk.say(tr("approvals", "Already decided: Z takes it back"), "warn")
            return
        self._open_reject(opened, "")

    def _open_reject(self, opened: OpenVersion, also: str) -> None:
        self._desk.view.content.close_card()
        self._desk.view.content.video.stage.pause()
        draft = self._drafts.get(opened.item.resource.resource_id)
        self._desk.view.content.reject.open_for(opened.item, ApprovalService.reject_points(opened), draft, also)
        self._desk.redraw_bar()

    def reject_finding(self, number: int) -> None:
        """Tick a finding's advice in the box, opening it first where it is closed; numbers count from 1."""
        opened = self._desk.current()
        if opened is None or opened.review is None or not self._desk.waits(opened.item):
            return
        finding = opened.review.findings[number - 1]
        key = f"finding:{finding.start}:{finding.rule.rule_id}"
        if self._desk.view.content.reject.isHidden():
            self._open_reject(opened, key)
        else:
            self._desk.view.content.reject.take(key)

    def leave_reject(self) -> bool:
        """Put the box away and keep what was typed."""
        box = self._desk.view.content.reject
        if box.isHidden():
            return False
        item, draft = box.item(), box.draft()
        if item is not None and draft is not None:
            self._drafts[item.resource.resource_id] = draft
        box.hide()
        return True

    def send_rejection(self, text: str) -> None:
        """Send back the version that the box was opened for, if it still is the one on screen."""
        opened, box = self._desk.current(), self._desk.view.content.reject
        about = box.item()
        if opened is None or about is None or about.resource != opened.item.resource or not self._desk.waits(opened.item):
            return
        box.hide()
        self._drafts.pop(opened.item.resource.resource_id, None)
        order_id = opened.item.order.order_id
        self._desk.deciding[order_id] = opened.item.resource.resource_id
        self._desk.advance(order_id)
        self._desk.save(self._reject(opened.item, text), "reject")

    async def _reject(self, item: ApprovalItem, text: str) -> None:
        try:
            batch = await self._desk.service.reject([item], text)
        except BaseException:
            self._desk.deciding.pop(item.order.order_id, None)
            self._drafts[item.resource.resource_id] = text
            raise
        said = tr("approvals", "Rejected {version} of {name}", version=words.version_name(item.resource), name=item.order.author_name)
        await self._decided(batch, said, item.order.order_id)

    def commit(self, plan: BatchPlan, decision: AdSyncDecision) -> None:
        """Approve exactly what a plan showed."""
        if plan.included:
            self._desk.save(self._commit(plan, decision), "batch")

    async def _commit(self, plan: BatchPlan, decision: AdSyncDecision) -> None:
        batch = await self._desk.service.commit_batch(plan, decision=decision)
        count, amount = len(plan.included), formats().money(plan.amount)
        text = tr("approvals", "Approved {count} version, {amount}|Approved {count} versions, {amount}", count=count, amount=amount)
        await self._decided(batch, text, None)

    async def _decided(self, batch: BatchId, text: str, order_id: OrderId | None) -> None:
        intents = await self._desk.service.intents_of(batch)
        now = self._desk.context.real_clock.now()
        seconds = max((words.undo_seconds(intent, now) for intent in intents), default=0)

        async def back() -> None:
            await self._take_back(batch, order_id)

        self._desk.undo.push(back, batch)
        action = ToastAction(tr("approvals", "Undo"), lambda: self._spawn_undo(batch, order_id), "Z")
        self._desk.context.frame.toast(text, action=action if seconds else None, seconds=seconds or 6, counts=bool(seconds))

    def _spawn_undo(self, batch: BatchId, order_id: OrderId | None) -> None:
        self._desk.undo.drop(batch)
        self._desk.save(self._take_back(batch, order_id), "undo")

    async def _take_back(self, batch: BatchId, order_id: OrderId | None) -> None:
        taken = await self._desk.service.undo(batch)
        if not taken:
            self._desk.say(tr("approvals", "It has left already and cannot be undone here"), "warn")
            return
        if order_id is not None:
            self._desk.deciding.pop(order_id, None)
        self._desk.come_back(order_id)
        self._desk.say(tr("approvals", "Taken back, nothing was sent|{count} taken back, nothing was sent", count=len(taken)))

    def undo(self) -> None:
        """Take back the newest thing done here; without one, the newest decision that still waits."""
        entry = self._desk.undo.pop()
        if entry is None:
            waiting = [item.pending for item in self._desk.model.items() if item.pending is not None and words.can_undo(item.pending)]
            if not waiting:
                self._desk.say(tr("approvals", "Nothing to undo"), "warn")
                return
            newest = max(waiting, key=lambda intent: intent.created_at)
            self._spawn_undo(newest.batch_id, None)
            return
        host = self._desk.view.window().findChild(ToastHost)
        toast = host.newest_undo() if isinstance(host, ToastHost) and entry.batch is not None else None
        if toast is not None:
            toast.dismiss()
        self._desk.save(_run(entry.run), "undo")


async def _run(action: Callable[[], Awaitable[None]]) -> None:
    await action()
