"""The batch: which rows are ticked, what a commit of them would do, and the table and sheet that show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from PySide6.QtCore import Qt

from xingtu_desktop.domain.approval import ApprovalItem, ApprovalRule, BatchPlan, exclusions, plan
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.ui.approvals import words
from xingtu_desktop.ui.approvals.approvals_view import ApprovalsView
from xingtu_desktop.ui.approvals.batch_sheet import BatchPreview
from xingtu_desktop.ui.approvals.queue_model import QueueModel
from xingtu_desktop.ui.approvals.queue_panel import total_words
from xingtu_desktop.ui.i18n import tr

_BY_HAND = ApprovalRule(clean_lint=False, audit_passed=False, at_most=None, seen_only=True)
"""What the operator ticks himself may have findings; it may never be unseen, decided already, or of unknown cost."""
_CAREFUL = ApprovalRule(clean_lint=True, audit_passed=True, at_most=None, seen_only=False)


class BatchFlow:
    """Ticks live in the model, so that table and sheet say the same; nothing here writes."""

    def __init__(self, view: ApprovalsView, model: QueueModel, *, commit: Callable[[], None], say: Callable[[str, str], None]) -> None:
        self._view = view
        self._model = model
        self._say = say
        self.active = False
        self._unseen_allowed = False
        view.queue.list.ticked.connect(self.tick)
        view.queue.all_toggled.connect(self._on_all)
        view.queue.cleared.connect(lambda: self._set(()))
        view.sheet.rule_changed.connect(lambda rule: self._set(self._by(rule)))
        view.sheet.unseen_changed.connect(self._on_unseen)
        view.sheet.committed.connect(commit)
        view.sheet.closed.connect(lambda: self.leave(keep=False))

    # ------------------------------------------------------------------ in and out

    def enter(self) -> None:
        """Widen the queue into the table."""
        if not self.active:
            self.active = True
            self._view.set_batch(True)
            self.refresh()

    def by_rule(self) -> None:
        """The table; where nothing is ticked yet, or B is pressed again, what the rule chooses."""
        again = self.active
        self.enter()
        if again or not self._model.ticked():
            self._set(self._by(self._view.sheet.rule()))

    def leave(self, *, keep: bool) -> None:
        """Back to one version; `keep` leaves the ticks for the next time."""
        if not self.active:
            return
        self.active = False
        if not keep:
            self.clear()
        self._view.set_batch(False)

    def clear(self) -> None:
        """Nothing ticked, nothing unseen allowed."""
        self._unseen_allowed = False
        self._set(())

    # ------------------------------------------------------------------ ticks

    def tick(self, order_id: OrderId, on: bool | None = None) -> None:
        """Tick a row or take the tick off; says in words why a row cannot be ticked."""
        ticked = self._model.ticked()
        wanted = order_id not in ticked if on is None else on
        if not wanted:
            self._set(ticked - {order_id})
            return
        item = self._model.item(order_id)
        if item is None:
            return
        reasons = exclusions(item, self._hard())
        if reasons:
            self._say(f"{item.order.author_name}: " + words.exclusion(reasons[0], item).text, "warn")
            return
        self._set(ticked | {order_id})

    def _hard(self) -> ApprovalRule:
        return replace(_BY_HAND, seen_only=not self._unseen_allowed)

    def _by(self, rule: ApprovalRule) -> list[OrderId]:
        wanted = replace(rule, seen_only=not self._unseen_allowed)
        return [item.order.order_id for item in self._model.shown() if not exclusions(item, wanted)]

    def _on_all(self) -> None:
        can = [item.order.order_id for item in self._model.shown() if not exclusions(item, self._hard())]
        self._set(() if set(can) <= self._model.ticked() else can)

    def _on_unseen(self, allowed: bool) -> None:
        unseen = {item.order.order_id for item in self._unseen()}
        self._unseen_allowed = allowed
        self._set(self._model.ticked() | unseen if allowed else self._model.ticked() - unseen)

    def _unseen(self) -> list[ApprovalItem]:
        """Here, never on screen, and otherwise what the rule asks for."""
        rule = replace(self._view.sheet.rule(), seen_only=False)
        return [item for item in self._model.shown() if not item.seen and not exclusions(item, rule)]

    def _set(self, orders: Iterable[OrderId]) -> None:
        self._model.set_ticked(orders)
        self.refresh()

    # ------------------------------------------------------------------ what would happen

    def plan(self) -> BatchPlan:
        """Exactly what a commit would do now."""
        ticked = self._model.ticked()
        return plan([item for item in self._model.items() if item.order.order_id in ticked], self._hard())

    def refresh(self) -> None:
        """Show the present state in table and sheet."""
        if not self.active:
            return
        rule = self._view.sheet.rule()
        self._view.queue.list.delegate.rule = rule
        made = self.plan()
        ticked = {item.order.order_id for item in made.included}
        shown = self._model.shown()
        left_out = tuple((item, exclusions(item, rule)) for item in shown if item.order.order_id not in ticked and item.pending is None)
        marked = sum(bool(exclusions(item, _CAREFUL)) for item in made.included)
        self._view.sheet.show_preview(BatchPreview(made, left_out, tuple(self._unseen()), self._unseen_allowed, marked))
        state = Qt.CheckState.Unchecked
        if ticked:
            open_ones = {item.order.order_id for item in shown if item.pending is None}
            state = Qt.CheckState.Checked if open_ones <= ticked else Qt.CheckState.PartiallyChecked
        self._view.queue.set_chosen(total_words(list(made.included)) if ticked else tr("approvals", "Nothing is chosen"), state)
