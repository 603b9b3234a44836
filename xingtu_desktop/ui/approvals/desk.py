"""What the deciding parts share: the version on screen, the queue, the undo stack, and how to say something."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

from xingtu_desktop.core.tasks import TaskScope
from xingtu_desktop.domain.approval import ApprovalItem
from xingtu_desktop.domain.ids import OrderId, ResourceId
from xingtu_desktop.services.approvals import ApprovalService, OpenVersion
from xingtu_desktop.ui.approvals.approvals_view import ApprovalsView
from xingtu_desktop.ui.approvals.queue_model import QueueModel
from xingtu_desktop.ui.approvals.undo import UndoStack
from xingtu_desktop.ui.context import ViewContext


@dataclass(slots=True)
class Desk:
    """One per presenter. The callables are the presenter's: where to go next, and what to draw again."""

    context: ViewContext
    service: ApprovalService
    scope: TaskScope
    view: ApprovalsView
    model: QueueModel
    current: Callable[[], OpenVersion | None]
    advance: Callable[[OrderId], None]
    come_back: Callable[[OrderId | None], None]
    """Read the queue again, and open this order when it is named."""
    show_again: Callable[[OpenVersion], None]
    """Newly read: keep it, and draw it if it is on screen."""
    redraw_bar: Callable[[], None]
    undo: UndoStack = field(default_factory=UndoStack)
    marking: dict[ResourceId, asyncio.Task[ApprovalItem]] = field(default_factory=dict)
    """Versions whose seeing is being written down."""
    deciding: dict[OrderId, ResourceId] = field(default_factory=dict)
    """Decided on screen, not yet seen in the outbox; a later version of the order is another matter."""
    saving: set[asyncio.Task[None]] = field(default_factory=set)
    """Decisions on their way to the disk."""

    def say(self, text: str, tone: str = "good") -> None:
        """News at the bottom."""
        if text:
            self.context.frame.toast(text, tone=tone)

    def waits(self, item: ApprovalItem) -> bool:
        """Whether the operator has not decided on it yet."""
        return item.pending is None and self.deciding.get(item.order.order_id) != item.resource.resource_id

    def save(self, decision: Coroutine[None, None, None], name: str) -> None:
        """Start a decision; the view is not closed before it is on the disk."""
        task = self.scope.spawn(decision, name=name)
        self.saving.add(task)
        task.add_done_callback(self.saving.discard)

    async def saved(self) -> None:
        """Wait for what the operator has decided already."""
        while self.saving:
            await asyncio.wait(set(self.saving))
