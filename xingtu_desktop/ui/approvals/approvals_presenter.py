"""The flow of Approvals: loads the queue, opens and prefetches versions, marks what was seen, and hands decisions on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from xingtu_desktop.core.clock import BEIJING
from xingtu_desktop.core.errors import KnownError
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.approval import ApprovalItem, Grouping
from xingtu_desktop.domain.ids import BatchId, OrderId, ResourceId
from xingtu_desktop.domain.lifecycle import AdSyncDecision, ResourceKind
from xingtu_desktop.domain.review import ReviewNote
from xingtu_desktop.services.approvals import ApprovalService, OpenVersion
from xingtu_desktop.ui.approvals import words
from xingtu_desktop.ui.approvals.approvals_view import ApprovalsView
from xingtu_desktop.ui.approvals.batch_flow import BatchFlow
from xingtu_desktop.ui.approvals.decision_bar import Key
from xingtu_desktop.ui.approvals.keymap import commands
from xingtu_desktop.ui.approvals.queue_model import QueueModel
from xingtu_desktop.ui.approvals.snooze import SnoozeMenu
from xingtu_desktop.ui.approvals.undo import UndoStack
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.errors import words as error_words
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.shell.commands import Command
from xingtu_desktop.ui.widgets.toasts import ToastAction, ToastHost

_TOPICS = (Topic.ORDERS, Topic.RESOURCES, Topic.REVIEW, Topic.OUTBOX, Topic.CAMPAIGNS, Topic.BRIEFS)
_AHEAD = 2
_CACHED = 8
_WITH_A_PERSON = "person"


def _always_online() -> bool:
    return True


class ApprovalsPresenter:
    """Made once an account is open. `online` answers whether the platform is reached now, for the words of what waits."""

    def __init__(self, context: ViewContext, *, approvals: ApprovalService, online: Callable[[], bool] = _always_online) -> None:
        self._context = context
        self._service = approvals
        self._online = online
        self._scope = context.scope("approvals")
        self.model = QueueModel()
        self.view = ApprovalsView(self.model)
        self._current: OrderId | None = None
        self._opened: dict[ResourceId, OpenVersion] = {}
        self._marking: dict[ResourceId, asyncio.Task[ApprovalItem]] = {}
        self._deciding: set[OrderId] = set()
        self._met: set[OrderId] = set()
        self._drafts: dict[ResourceId, str] = {}
        self._undo = UndoStack()
        self._snoozed = False
        self._compare = False
        self._started = False
        self._wanted: OrderId | None = None
        self._unsubscribe: list[Callable[[], None]] = []
        self._ticks = 0
        self._timer = QTimer(self.view)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._on_tick)
        self.batch = BatchFlow(self.view, self.model, commit=self._commit_batch, say=self._say)
        self._connect()

    def _connect(self) -> None:
        view = self.view
        view.queue.list.pressed_item.connect(self._on_item_pressed)
        view.queue.list.opened.connect(self.show_item)
        view.queue.list.moved.connect(self.move)
        view.queue.list.folded.connect(self.model.toggle)
        view.queue.kind_changed.connect(self._on_kind)
        view.queue.grouping_changed.connect(self._on_grouping)
        view.queue.snoozed_changed.connect(self._on_snoozed)
        view.content.shown.connect(self._on_shown)
        view.content.compare_changed.connect(self._on_compare)
        view.content.note_written.connect(self._on_note_written)
        view.content.note_removed.connect(self._on_note_removed)
        view.content.write_asked.connect(self.note)
        view.content.fetch_asked.connect(self.reload)
        view.content.reject_finding_asked.connect(self._on_reject_finding)
        view.content.nothing.acted.connect(self._on_nothing_pressed)
        view.content.reject.sent.connect(self._on_reject_sent)
        view.content.reject.cancelled.connect(self.escape)
        view.content.script_notes.writing_left.connect(view.focus_queue)
        view.content.video.notes.writing_left.connect(view.focus_queue)
        view.context.finding_pressed.connect(lambda number: view.content._show_finding(number))
        view.context.creator_pressed.connect(self._on_creator)
        view.context.decision_changed.connect(lambda _: self._write_bar())
        view.bar.pressed.connect(self._on_bar)
        view.states.error.retried.connect(self.reload)
        view.retranslated.connect(self._on_language)
        view.sheet.item_opened.connect(self.show_item)

    # ------------------------------------------------------------------ life

    def start(self) -> None:
        """Begin to load and to listen; called when the view is first shown."""
        if self._started:
            return
        self._started = True
        self._unsubscribe = [
            self._context.changes.subscribe(self._on_change, *_TOPICS),
            self._context.changes.subscribe(self._on_connection, Topic.CONNECTION),
        ]
        self.view.content.show_loading()
        self.view.context.clear()
        self._timer.start()
        self.reload()

    def open_with(self, **parameters: object) -> None:
        """Show one order's version: `order_id`; or a kind: `kind` "script" or "video"."""
        order_id = parameters.get("order_id")
        if isinstance(order_id, int):
            self._wanted = OrderId(order_id)
            if self.model.items():
                self.reload()
        kind = parameters.get("kind")
        if kind in ("script", "video"):
            self.view.queue.kinds.set_current(str(kind))
            self._on_kind(ResourceKind.SCRIPT if kind == "script" else ResourceKind.VIDEO)

    def commands(self) -> list[Command]:
        """Every key of the view."""
        return commands(self)

    async def close(self) -> None:
        """Stop listening and playing; decisions under way are saved first."""
        for stop in self._unsubscribe:
            stop()
        self._timer.stop()
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self.view)
        await self._scope.close()
        self.view.content.video.stage.close_player()

    def _on_change(self, change: Change) -> None:
        self.reload()

    def _on_connection(self, change: Change) -> None:
        if self.model.online is not self._online():
            self.reload()

    # ------------------------------------------------------------------ the queue

    def reload(self) -> None:
        """Read the queue again; a newer wish supersedes an older one."""
        if not self._scope.closed:
            self._scope.spawn(self._reload(), name="queue", group="queue")

    async def _reload(self) -> None:
        try:
            items = await self._service.queue(snoozed=self._snoozed)
        except KnownError as error:
            if self.model.items():
                raise
            said = error_words(error)
            self.view.states.error.set_words(
                said.title, said.advice, tr("approvals", "Try again"), details=said.detail, details_word=tr("approvals", "Details")
            )
            self.view.states.show_state("error")
            return
        self.view.states.show_state("content")
        self._deciding -= {item.order.order_id for item in items if item.pending is not None}
        now = self._context.clock.now()
        self.model.set_items(items, now=now, real_now=self._context.real_clock.now(), online=self._online())
        self.view.content.set_now(now)
        self._met |= {item.order.order_id for item in items}
        self._forget_changed(items)
        self._count(now)
        self._choose(items)
        self.batch.refresh()
        self._write_bar()

    def _count(self, now: datetime) -> None:
        today = now.astimezone(BEIJING).date()
        due = sum(
            item.due is not None and item.due.astimezone(BEIJING).date() <= today and item.pending is None for item in self.model.items()
        )
        self.view.queue.set_counts(due)
        self._context.frame.set_badge("approvals", due)

    def _forget_changed(self, items: list[ApprovalItem]) -> None:
        """Keep what was prefetched only while it is still the version that waits; give it the row's newest state."""
        current = {item.resource.resource_id: item for item in items}
        for resource_id, opened in list(self._opened.items()):
            item = current.get(resource_id)
            if item is None or item.resource != opened.item.resource:
                del self._opened[resource_id]
            else:
                self._opened[resource_id] = replace(opened, item=item)

    def _choose(self, items: list[ApprovalItem]) -> None:
        """Stay where the operator is; go to what was asked for; else begin at the top."""
        wanted, self._wanted = self._wanted, None
        if wanted is not None and self.model.item(wanted) is not None:
            self.show_item(wanted)
            return
        item = None if self._current is None else self.model.item(self._current)
        if item is not None:
            self._present(item, again=True)
            return
        first = next((one for one in self.model.shown() if one.pending is None), None)
        if first is not None:
            self.show_item(first.order.order_id)
            return
        self._current = None
        self.view.context.clear()
        self._write_nothing()
        self.view.content.show_nothing()

    def _write_nothing(self) -> None:
        if self.model.items():
            self.view.content.set_nothing_words(
                tr("approvals", "Everything is decided"), tr("approvals", "What you decided is on its way; Z takes the newest back.")
            )
        else:
            self.view.content.set_nothing_words(
                tr("approvals", "Nothing waits for your word"),
                tr("approvals", "Scripts and videos appear here as creators upload them."),
                tr("approvals", "See the campaigns"),
            )

    # ------------------------------------------------------------------ one version

    def current(self) -> OpenVersion | None:
        """The version on screen, None while it is loading or nothing is chosen."""
        item = None if self._current is None else self.model.item(self._current)
        return None if item is None else self._opened.get(item.resource.resource_id)

    def show_item(self, order_id: OrderId) -> None:
        """Open an order's version."""
        item = self.model.item(order_id)
        if item is None:
            return
        self.batch.leave(keep=True)
        self._leave_reject()
        if order_id != self._current:
            self._compare = False
        self._current = order_id
        self.view.queue.set_current(order_id)
        self._present(item, again=False)

    def _present(self, item: ApprovalItem, *, again: bool) -> None:
        """Paint a prefetched version at once, else load it."""
        opened = self._opened.get(item.resource.resource_id)
        if opened is not None:
            self._paint(replace(opened, item=replace(item, resource=opened.item.resource)))
        elif not again:
            self.view.content.show_loading()
        if opened is None or (again and opened.media is None and opened.text is None):
            self._scope.spawn(self._open(item), name="open", group="open")
        elif not again:
            self._prefetch()
        self._write_bar()

    async def _open(self, item: ApprovalItem) -> None:
        opened = await self._service.open(item)
        self._keep(opened)
        if item.order.order_id == self._current:
            self._paint(opened)
            self._write_bar()
            self._prefetch()

    def _keep(self, opened: OpenVersion) -> None:
        self._opened[opened.item.resource.resource_id] = opened
        while len(self._opened) > _CACHED:
            oldest = next(iter(self._opened))
            if self._opened[oldest].item.order.order_id == self._current:
                self._opened[oldest] = self._opened.pop(oldest)
                oldest = next(iter(self._opened))
            del self._opened[oldest]

    def _paint(self, opened: OpenVersion) -> None:
        now = self._context.clock.now()
        self.view.content.set_now(now)
        self.view.content.show_version(opened, compare=self._compare)
        self.view.content.set_notes(opened.notes, opened)
        self.view.context.set_version(opened, now)

    def _prefetch(self) -> None:
        self._scope.spawn(self._fetch_ahead(), name="prefetch", group="prefetch")

    async def _fetch_ahead(self) -> None:
        """The next versions, so that a decision shows the next one in the same frame."""
        order = self.model.shown()
        place = next((i for i, item in enumerate(order) if item.order.order_id == self._current), -1)
        ahead = [item for item in order[place + 1 :] if item.pending is None][:_AHEAD]
        for item in [*ahead, *order[max(0, place - 1) : max(0, place)]]:
            if item.resource.resource_id not in self._opened:
                self._keep(await self._service.open(item))

    def _on_shown(self) -> None:
        """The text or the first frame is on screen: remember by its hash that it was seen."""
        opened = self.current()
        if opened is None or opened.item.seen or opened.item.resource.resource_id in self._marking:
            return
        resource_id = opened.item.resource.resource_id
        task = self._scope.spawn(self._mark_seen(opened), name="seen")
        self._marking[resource_id] = task
        task.add_done_callback(lambda _: self._marking.pop(resource_id, None))

    async def _mark_seen(self, opened: OpenVersion) -> ApprovalItem:
        item = await self._service.shown(opened)
        kept = self._opened.get(item.resource.resource_id)
        if kept is not None:
            self._opened[item.resource.resource_id] = replace(kept, item=replace(kept.item, seen_hash=item.seen_hash, seen_at=item.seen_at))
        self._write_bar()
        return item

    def move(self, step: int) -> None:
        """The next or previous item shown."""
        order = self.model.shown()
        if not order:
            return
        place = next((i for i, item in enumerate(order) if item.order.order_id == self._current), None)
        goal = order[0 if place is None else min(max(0, place + step), len(order) - 1)].order.order_id
        if self.batch.active:
            self._current = goal
            self.view.queue.set_current(goal)
        elif goal != self._current:
            self.show_item(goal)

    def extend(self, step: int) -> None:
        """Tick while moving."""
        if not self.batch.active:
            self.batch.enter()
        if self._current is not None:
            self.batch.tick(self._current, True)
        self.move(step)
        if self._current is not None:
            self.batch.tick(self._current, True)

    def _advance(self, order_id: OrderId) -> None:
        """After a decision: the next item that waits, else the one before."""
        order = self.model.shown()
        place = next((i for i, item in enumerate(order) if item.order.order_id == order_id), 0)
        waiting = [item for item in order[place + 1 :] + order[:place][::-1] if self._waits(item)]
        if waiting:
            self.show_item(waiting[0].order.order_id)
        else:
            self._write_bar()
        self.view.focus_queue()

    def _waits(self, item: ApprovalItem) -> bool:
        return item.pending is None and item.order.order_id not in self._deciding

    # ------------------------------------------------------------------ deciding

    def why_not_approve(self) -> str | None:
        """In words, why the version on screen cannot be approved now; None when it can."""
        opened = self.current()
        if opened is None:
            return tr("approvals", "No version is open")
        item = opened.item
        if not self._waits(item):
            return tr("approvals", "Already decided: Z takes it back")
        if item.order.author_cancel_requested:
            return tr("approvals", "The creator asks to cancel: answer that first, in Campaigns")
        if opened.text is None and opened.media is None:
            return tr("approvals", "This version is not on this computer yet, so nobody has seen it")
        if not item.seen and item.resource.resource_id not in self._marking:
            unread = self.view.content.script.unread()
            if opened.text is not None and unread:
                return tr("approvals", "{count} sentences have not been on screen yet: Space turns the page", count=unread)
            return tr("approvals", "The first frame has not been on screen yet")
        return None

    def approve(self) -> None:
        """Confirm what is on screen and go on."""
        if self.batch.active:
            return
        why = self.why_not_approve()
        opened = self.current()
        if why is not None or opened is None:
            self._say(why or "", "warn")
            return
        decision = self.view.context.decision.decision()
        order_id = opened.item.order.order_id
        marking = self._marking.get(opened.item.resource.resource_id)
        self._deciding.add(order_id)
        self._advance(order_id)
        self._scope.spawn(self._approve(opened, marking, decision), name="approve")

    async def _approve(self, opened: OpenVersion, marking: asyncio.Task[ApprovalItem] | None, decision: AdSyncDecision) -> None:
        try:
            item = opened.item if marking is None else await asyncio.shield(marking)
            batch = await self._service.approve([item], decision=decision)
        except BaseException:
            self._deciding.discard(opened.item.order.order_id)
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
        opened = self.current()
        if self.batch.active or opened is None:
            return
        if not self._waits(opened.item):
            self._say(tr("approvals", "Already decided: Z takes it back"), "warn")
            return
        self._open_reject(opened, "")

    def _open_reject(self, opened: OpenVersion, also: str) -> None:
        self.view.content.close_card()
        self.view.content.video.stage.pause()
        draft = self._drafts.get(opened.item.resource.resource_id)
        self.view.content.reject.open_for(opened.item, ApprovalService.reject_points(opened), draft, also)
        self._write_bar()

    def _on_reject_finding(self, number: int) -> None:
        opened = self.current()
        if opened is None or opened.review is None or not self._waits(opened.item):
            return
        finding = opened.review.findings[number - 1]
        key = f"finding:{finding.start}:{finding.rule.rule_id}"
        if self.view.content.reject.isHidden():
            self._open_reject(opened, key)
        else:
            self.view.content.reject.take(key)

    def _leave_reject(self) -> bool:
        """Put the box away and keep what was typed."""
        box = self.view.content.reject
        if box.isHidden():
            return False
        opened = self.current()
        draft = box.draft()
        if opened is not None and draft is not None:
            self._drafts[opened.item.resource.resource_id] = draft
        box.hide()
        return True

    def _on_reject_sent(self, text: str) -> None:
        opened = self.current()
        if opened is None or not self._waits(opened.item):
            return
        self.view.content.reject.hide()
        self._drafts.pop(opened.item.resource.resource_id, None)
        order_id = opened.item.order.order_id
        self._deciding.add(order_id)
        self._advance(order_id)
        self._scope.spawn(self._reject(opened.item, text), name="reject")

    async def _reject(self, item: ApprovalItem, text: str) -> None:
        try:
            batch = await self._service.reject([item], text)
        except BaseException:
            self._deciding.discard(item.order.order_id)
            self._drafts[item.resource.resource_id] = text
            raise
        said = tr("approvals", "Rejected {version} of {name}", version=words.version_name(item.resource), name=item.order.author_name)
        await self._decided(batch, said, item.order.order_id)

    def _commit_batch(self) -> None:
        plan = self.batch.plan()
        if plan.included:
            decision = self.view.sheet.decision.decision()
            self.batch.clear()
            self._scope.spawn(self._commit(plan.included, bool(plan.unseen), decision), name="batch")

    async def _commit(self, items: tuple[ApprovalItem, ...], unseen: bool, decision: AdSyncDecision) -> None:
        batch = await self._service.approve(items, decision=decision, unopened_on_purpose=unseen)
        amount = formats().money(self.batch.amount_of(items))
        text = tr("approvals", "Approved {count} version, {amount}|Approved {count} versions, {amount}", count=len(items), amount=amount)
        await self._decided(batch, text, None)

    async def _decided(self, batch: BatchId, text: str, order_id: OrderId | None) -> None:
        intents = await self._service.intents_of(batch)
        now = self._context.real_clock.now()
        seconds = max((words.undo_seconds(intent, now) for intent in intents), default=0)

        async def back() -> None:
            await self._take_back(batch, order_id)

        self._undo.push(back, batch)
        action = ToastAction(tr("approvals", "Undo"), lambda: self._spawn_undo(batch, order_id), "Z")
        self._context.frame.toast(text, action=action if seconds else None, seconds=seconds or 6, counts=bool(seconds))

    def _spawn_undo(self, batch: BatchId, order_id: OrderId | None) -> None:
        self._undo.drop(batch)
        self._scope.spawn(self._take_back(batch, order_id), name="undo")

    async def _take_back(self, batch: BatchId, order_id: OrderId | None) -> None:
        taken = await self._service.undo(batch)
        if not taken:
            self._say(tr("approvals", "It has left already and cannot be undone here"), "warn")
            return
        if order_id is not None:
            self._deciding.discard(order_id)
            self._wanted = order_id
        self.reload()
        self._say(tr("approvals", "Taken back, nothing was sent|{count} taken back, nothing was sent", count=len(taken)))

    def undo(self) -> None:
        """Take back the newest thing done here; without one, the newest decision that still waits."""
        entry = self._undo.pop()
        if entry is None:
            waiting = [item.pending for item in self.model.items() if item.pending is not None and words.can_undo(item.pending)]
            if not waiting:
                self._say(tr("approvals", "Nothing to undo"), "warn")
                return
            newest = max(waiting, key=lambda intent: intent.created_at)
            self._spawn_undo(newest.batch_id, None)
            return
        host = self.view.window().findChild(ToastHost)
        toast = host.newest_undo() if isinstance(host, ToastHost) and entry.batch is not None else None
        if toast is not None:
            toast.dismiss()
        self._scope.spawn(_run(entry.run), name="undo")

    # ------------------------------------------------------------------ notes, putting off, handing over

    def note(self) -> None:
        """Write a note where the operator is looking."""
        if not self.batch.active and self.current() is not None:
            self.view.content.begin_note()

    def _on_note_written(self, text: str) -> None:
        opened = self.current()
        if opened is not None:
            start, end = self.view.content.note_place()
            self.view.content.video.timeline.clear_range()
            self._scope.spawn(self._add_note(opened.item, text, start, end), name="note")

    async def _add_note(self, item: ApprovalItem, text: str, start: float | None, end: float | None) -> None:
        note = await self._service.add_note(item, text, start=start, end=end)
        self._undo.push(lambda: self._without_note(note))
        await self._read_notes(item)

    async def _without_note(self, note: ReviewNote) -> None:
        await self._service.remove_note(note)
        await self._read_notes_of(note)

    def _on_note_removed(self, note: ReviewNote) -> None:
        self._scope.spawn(self._remove_note(note), name="note")

    async def _remove_note(self, note: ReviewNote) -> None:
        await self._without_note(note)

        async def back() -> None:
            await self._service.restore_note(note)
            await self._read_notes_of(note)

        self._undo.push(back)
        self._say(tr("approvals", "Note removed, Z brings it back"))

    async def _read_notes_of(self, note: ReviewNote) -> None:
        item = self.model.item(note.order_id)
        if item is not None:
            await self._read_notes(item)

    async def _read_notes(self, item: ApprovalItem) -> None:
        opened = await self._service.open(item)
        self._keep(opened)
        if item.order.order_id == self._current and not self.batch.active:
            self._paint(opened)

    def snooze(self) -> None:
        """Ask until when, below the button."""
        opened = self.current()
        if self.batch.active or opened is None or not self._waits(opened.item):
            return
        item = opened.item
        menu = SnoozeMenu(self.view, self._context.clock.now(), put_off=item.snoozed_until is not None)
        menu.chosen.connect(lambda until: self._spawn_snooze(item, until))
        menu.open_above(self.view.bar.button("snooze") or self.view.bar)

    def _spawn_snooze(self, item: ApprovalItem, until: datetime | None) -> None:
        self._advance(item.order.order_id)
        self._scope.spawn(self._snooze(item, until), name="snooze")

    async def _snooze(self, item: ApprovalItem, until: datetime | None) -> None:
        before = item.snoozed_until
        await self._service.snooze(item, until)
        self._undo.push(lambda: self._service.snooze(item, before))
        if until is None:
            self._say(tr("approvals", "{name} waits again", name=item.order.author_name))
            return
        when = formats().moment(until, self._context.clock.now())
        self._say(tr("approvals", "{name} put off until {time}, Z brings it back", name=item.order.author_name, time=when))

    def flag(self) -> None:
        """Mark for a person to talk to the creator, or take the mark off."""
        opened = self.current()
        if not self.batch.active and opened is not None:
            self._scope.spawn(self._flag(opened.item), name="flag")

    async def _flag(self, item: ApprovalItem) -> None:
        before = item.flag
        await self._service.flag(item, None if before is not None else _WITH_A_PERSON)
        self._undo.push(lambda: self._service.flag(item, before))
        name = item.order.author_name
        if before is None:
            self._say(tr("approvals", "{name} is handed to a person, Z takes it back", name=name))
        else:
            self._say(tr("approvals", "{name} is back with you", name=name))

    # ------------------------------------------------------------------ keys

    def play(self) -> None:
        """Space: play or pause a video, turn the page of a script."""
        opened = self.current()
        if self.batch.active or opened is None:
            return
        if opened.item.resource.kind is ResourceKind.VIDEO:
            self.view.content.video.stage.toggle()
        else:
            self.view.content.script.page(True)

    def page_back(self) -> None:
        """Shift+Space: the page before."""
        self.view.content.script.page(False)

    def step(self, frames: int) -> None:
        """Left and right: one frame."""
        opened = self.current()
        if not self.batch.active and opened is not None and opened.media is not None:
            self.view.content.video.stage.step(frames)

    def versions(self) -> None:
        """V: the whole text, or against the version before."""
        self._on_compare(not self._compare)

    def next_finding(self) -> None:
        """N."""
        if not self.batch.active:
            self.view.content.next_finding()

    def tick(self) -> None:
        """X: tick the current row; the first tick opens the table."""
        if self._current is not None:
            if not self.batch.active:
                self.batch.enter()
            self.batch.tick(self._current)

    def by_rule(self) -> None:
        """B: the table, chosen by rule."""
        self._leave_reject()
        self.view.content.video.stage.pause()
        self.batch.by_rule()
        self.view.focus_queue()
        self._write_bar()

    def commit(self) -> None:
        """Ctrl Enter: send the rejection that is written, or commit the batch."""
        if not self.view.content.reject.isHidden() and not self.batch.active:
            self.view.content.reject.send()
        elif self.batch.active:
            self._commit_batch()

    def escape(self) -> None:
        """Back, one thing at a time."""
        content = self.view.content
        if not self.batch.active and (content.stop_note() or self._leave_reject() or content.close_card()):
            pass
        elif self.batch.active:
            self.batch.leave(keep=False)
            if self._current is not None:
                self.show_item(self._current)
        self.view.focus_queue()
        self._write_bar()

    # ------------------------------------------------------------------ small things

    def _on_item_pressed(self, order_id: OrderId) -> None:
        if self.batch.active:
            self._current = order_id
            self.view.queue.set_current(order_id)
        else:
            self.show_item(order_id)

    def _on_bar(self, command: str) -> None:
        for each in self.commands():
            if each.id == f"approvals.{command}":
                each.run()

    def _on_compare(self, compare: bool) -> None:
        opened = self.current()
        if opened is not None and opened.diff:
            self._compare = compare
            self._paint(opened)

    def _on_kind(self, kind: ResourceKind | None) -> None:
        self.model.set_kind(kind)
        self.view.queue.set_current(self._current)
        self.batch.refresh()
        shown = self.model.shown()
        if shown and all(item.order.order_id != self._current for item in shown) and not self.batch.active:
            self.show_item(shown[0].order.order_id)

    def _on_grouping(self, grouping: Grouping) -> None:
        self.model.set_grouping(grouping)
        self.view.queue.retranslate()
        self.view.queue.set_current(self._current)

    def _on_snoozed(self, shown: bool) -> None:
        self._snoozed = shown
        self.reload()

    def _on_creator(self) -> None:
        opened = self.current()
        if opened is not None:
            self._context.frame.go("creators", author_id=int(opened.item.order.author_id))

    def _on_nothing_pressed(self) -> None:
        self._context.frame.go("campaigns")

    def _on_tick(self) -> None:
        self._ticks += 1
        real_now = self._context.real_clock.now()
        counting = any(item.pending is not None and words.undo_seconds(item.pending, real_now) for item in self.model.items())
        if counting or self._ticks % 15 == 0:
            now = self._context.clock.now()
            self.model.tick_clock(now, real_now)
            self.view.context.tick(now)

    def _on_language(self) -> None:
        if self._started:
            self.model.set_grouping(self.model.grouping())
            self.view.queue.set_current(self._current)
            self._write_nothing()
            opened = self.current()
            if opened is not None:
                self._paint(opened)
            self.batch.refresh()
            self._write_bar()

    def _say(self, text: str, tone: str = "good") -> None:
        if text:
            self._context.frame.toast(text, tone=tone)

    def _write_bar(self) -> None:
        """Words and looks of the keys; the one primary button moves to what is open."""
        met = len(self._met)
        waiting = sum(self._waits(item) for item in self.model.items())
        self.view.bar.set_progress(max(0, met - waiting), met)
        if self.batch.active:
            self.view.bar.set_keys(
                (
                    Key("tick", "X", tr("approvals", "Choose")),
                    Key("extend_down", "⇧ J", tr("approvals", "Extend")),
                    Key("by_rule", "B", tr("approvals", "By rule")),
                    Key("undo", "Z", tr("approvals", "Undo")),
                )
            )
            return
        opened = self.current()
        rejecting = not self.view.content.reject.isHidden()
        waits = opened is not None and self._waits(opened.item)
        approve = tr("approvals", "Approve")
        if opened is not None and opened.item.amount is not None:
            approve += f" {formats().money(opened.item.amount)}"
        self.view.bar.set_keys(
            (
                Key("approve", "A", approve, "ghost" if rejecting else "primary", waits),
                Key("reject", "R", tr("approvals", "Reject"), "selected" if rejecting else "ghost", waits),
                Key("note", "M", tr("approvals", "Note"), enabled=opened is not None),
                Key("versions", "V", tr("approvals", "Versions"), enabled=opened is not None and bool(opened.diff)),
                Key("snooze", "H", tr("approvals", "Later"), enabled=waits),
                Key("flag", "F", tr("approvals", "To a person"), enabled=opened is not None),
                Key("undo", "Z", tr("approvals", "Undo")),
                Key("by_rule", "B", tr("approvals", "Batch"), enabled=bool(self.model.items())),
            )
        )


async def _run(action: Callable[[], object]) -> None:
    answer = action()
    if asyncio.iscoroutine(answer):
        await answer
