"""The flow of Approvals: loads the queue, opens and prefetches versions, marks what was seen, and hands decisions on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QTimer

from xingtu_desktop.core.errors import KnownError
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.approval import ApprovalItem, Grouping, due_today
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.domain.lifecycle import ResourceKind
from xingtu_desktop.services.approvals import SHOWN, ApprovalService, OpenVersion
from xingtu_desktop.ui.approvals.approvals_view import ApprovalsView
from xingtu_desktop.ui.approvals.batch_flow import BatchFlow
from xingtu_desktop.ui.approvals.decision_bar import batch_keys, version_keys
from xingtu_desktop.ui.approvals.decisions import Decisions
from xingtu_desktop.ui.approvals.desk import Desk
from xingtu_desktop.ui.approvals.keymap import commands
from xingtu_desktop.ui.approvals.opened_versions import OpenedVersions
from xingtu_desktop.ui.approvals.queue_model import QueueModel
from xingtu_desktop.ui.approvals.sidework import Sidework
from xingtu_desktop.ui.approvals.words import undo_seconds
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.errors import words as error_words
from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.shell.commands import Command

_TOPICS = (Topic.ORDERS, Topic.RESOURCES, Topic.REVIEW, Topic.OUTBOX, Topic.CAMPAIGNS, Topic.BRIEFS)


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
        self.opened = OpenedVersions(approvals.open)
        self._met: set[OrderId] = set()
        self._snoozed = False
        self._compare = False
        self._started = False
        self._wanted: OrderId | None = None
        self._unsubscribe: list[Callable[[], None]] = []
        self._ticks = 0
        # No child of the view, which may go before `close` stops it.
        self._timer = QTimer()
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._on_tick)
        self.desk = Desk(
            context=context,
            service=approvals,
            scope=self._scope,
            view=self.view,
            model=self.model,
            current=self.current,
            advance=self._advance,
            come_back=self._come_back,
            show_again=self._show_again,
            redraw_bar=self._write_bar,
        )
        self.decisions = Decisions(self.desk)
        self.sidework = Sidework(self.desk)
        self.batch = BatchFlow(self.view, self.model, commit=self.commit, say=self.desk.say)
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
        view.content.note_written.connect(self.sidework.write_note)
        view.content.note_removed.connect(self.sidework.remove_note)
        view.content.write_asked.connect(self.note)
        view.content.fetch_asked.connect(self.reload)
        view.content.reject_finding_asked.connect(self.decisions.reject_finding)
        view.content.nothing.acted.connect(self._on_nothing_pressed)
        view.content.reject.sent.connect(self.decisions.send_rejection)
        view.content.reject.cancelled.connect(self.escape)
        view.content.script_notes.writing_left.connect(view.focus_queue)
        view.content.video.notes.writing_left.connect(view.focus_queue)
        view.context.finding_pressed.connect(view.content.show_finding)
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
        self.view.hide()
        await self.desk.saved()
        await self._scope.close()
        self.view.content.video.stage.clear()

    def _on_change(self, change: Change) -> None:
        if change.by != SHOWN:
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
        for item in items:
            if item.pending is not None:
                self.desk.deciding.pop(item.order.order_id, None)
        now = self._context.clock.now()
        self.model.set_items(items, now=now, real_now=self._context.real_clock.now(), online=self._online())
        self.view.content.set_now(now)
        self._met |= {item.order.order_id for item in items}
        self.opened.refresh(items)
        due = due_today(items, now)
        self.view.queue.set_counts(due)
        self._context.frame.set_badge("approvals", due)
        self._choose(items)
        self.batch.refresh()
        self._write_bar()

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
        self.view.content.show_nothing(decided=bool(items))

    # ------------------------------------------------------------------ one version

    def current(self) -> OpenVersion | None:
        """The version on screen, None while it is loading or nothing is chosen."""
        item = None if self._current is None else self.model.item(self._current)
        return None if item is None else self.opened.get(item)

    def show_item(self, order_id: OrderId) -> None:
        """Open an order's version."""
        item = self.model.item(order_id)
        if item is None:
            return
        self.batch.leave(keep=True)
        self.decisions.leave_reject()
        if order_id != self._current:
            self._compare = False
        self._current = order_id
        self.view.queue.set_current(order_id)
        self._present(item, again=False)

    def _present(self, item: ApprovalItem, *, again: bool) -> None:
        """Paint a prefetched version at once, else load it."""
        opened = self.opened.get(item)
        if opened is None and again and self.decisions.leave_reject():
            self.desk.say(tr("approvals", "{name} sent a newer version; your text is kept", name=item.order.author_name), "warn")
        if opened is not None:
            self.opened.use(item)
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
        self.opened.keep(opened)
        if item.order.order_id == self._current:
            self._paint(opened)
            self._write_bar()
            self._prefetch()

    def _paint(self, opened: OpenVersion) -> None:
        now = self._context.clock.now()
        self.view.content.set_now(now)
        self.view.content.show_version(opened, compare=self._compare)
        self.view.content.set_notes(opened.notes, opened)
        self.view.context.set_version(opened, now)

    def _prefetch(self) -> None:
        self._scope.spawn(self.opened.read_ahead(self.model.shown(), self._current), name="prefetch", group="prefetch")

    def _on_shown(self) -> None:
        """The text or the first frame is on screen: remember by its hash that it was seen."""
        opened = self.current()
        if opened is None or opened.item.seen or opened.item.resource.resource_id in self.desk.marking:
            return
        resource_id = opened.item.resource.resource_id
        task = self._scope.spawn(self._mark_seen(opened), name="seen")
        self.desk.marking[resource_id] = task
        task.add_done_callback(lambda _: self.desk.marking.pop(resource_id, None))

    async def _mark_seen(self, opened: OpenVersion) -> ApprovalItem:
        item = await self._service.shown(opened)
        self.model.set_seen(item)
        self.opened.set_seen(item)
        self._write_bar()
        return item

    def move(self, step: int) -> None:
        """The next or previous item shown."""
        order = self.model.shown()
        if not order:
            return
        place = next((i for i, item in enumerate(order) if item.order.order_id == self._current), None)
        goal = order[0 if place is None else min(max(0, place + step), len(order) - 1)].order.order_id
        if self.batch.active or goal != self._current:
            self._on_item_pressed(goal)

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
        waiting = [item for item in order[place + 1 :] + order[:place][::-1] if self.desk.waits(item)]
        if waiting:
            self.show_item(waiting[0].order.order_id)
        else:
            self._write_bar()
        self.view.focus_queue()

    def _come_back(self, order_id: OrderId | None) -> None:
        self._wanted = order_id
        self.reload()

    def _show_again(self, opened: OpenVersion) -> None:
        self.opened.keep(opened)
        if opened.item.order.order_id == self._current and not self.batch.active:
            self._paint(opened)

    # ------------------------------------------------------------------ keys

    def approve(self) -> None:
        """A."""
        if not self.batch.active:
            self.decisions.approve()

    def reject(self) -> None:
        """R."""
        if not self.batch.active:
            self.decisions.reject()

    def undo(self) -> None:
        """Z."""
        self.decisions.undo()

    def note(self) -> None:
        """M."""
        if not self.batch.active:
            self.sidework.note()

    def snooze(self) -> None:
        """H."""
        if not self.batch.active:
            self.sidework.snooze()

    def flag(self) -> None:
        """F."""
        if not self.batch.active:
            self.sidework.flag()

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
        self.decisions.leave_reject()
        self.view.content.video.stage.pause()
        self.batch.by_rule()
        self.view.focus_queue()
        self._write_bar()

    def commit(self) -> None:
        """Ctrl Enter: send the rejection that is written, or commit the batch."""
        if not self.view.content.reject.isHidden() and not self.batch.active:
            self.view.content.reject.send()
        elif self.batch.active:
            plan, decision = self.batch.plan(), self.view.sheet.decision.decision()
            if plan.included:
                self.batch.clear()
                self.decisions.commit(plan, decision)

    def escape(self) -> None:
        """Back, one thing at a time."""
        content = self.view.content
        if not self.batch.active and (content.stop_note() or self.decisions.leave_reject() or content.close_card()):
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
        counting = any(item.pending is not None and undo_seconds(item.pending, real_now) for item in self.model.items())
        if counting or self._ticks % 15 == 0:
            now = self._context.clock.now()
            self.model.tick_clock(now, real_now)
            self.view.context.tick(now)

    def _on_language(self) -> None:
        if self._started:
            self.model.set_grouping(self.model.grouping())
            self.view.queue.set_current(self._current)
            opened = self.current()
            if opened is not None:
                self._paint(opened)
            self.batch.refresh()
            self._write_bar()

    def _write_bar(self) -> None:
        """Words and looks of the keys; the one primary button moves to what is open."""
        QTimer.singleShot(0, self.view, self.view.clear_toasts)
        met = len(self._met)
        waiting = sum(self.desk.waits(item) for item in self.model.items())
        self.view.bar.set_progress(max(0, met - waiting), met)
        if self.batch.active:
            self.view.bar.set_keys(batch_keys())
            return
        opened = self.current()
        self.view.bar.set_keys(
            version_keys(
                opened,
                waits=opened is not None and self.desk.waits(opened.item),
                rejecting=not self.view.content.reject.isHidden(),
                batch=bool(self.model.items()),
            )
        )
