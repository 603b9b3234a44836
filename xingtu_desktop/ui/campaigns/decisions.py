"""What is done to orders: asked with the sum in it, saved as intents, and taken back while that is possible."""

from __future__ import annotations

from collections.abc import Sequence

from xingtu_desktop.core.tasks import TaskScope
from xingtu_desktop.domain.ids import BatchId, IntentId
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import PendingBill
from xingtu_desktop.services.actions import ActionService
from xingtu_desktop.services.campaigns import CampaignService, OrderRow
from xingtu_desktop.services.outbox_view import OutboxListing
from xingtu_desktop.ui.campaigns.campaigns_model import task_amount
from xingtu_desktop.ui.campaigns.campaigns_view import CampaignsView
from xingtu_desktop.ui.campaigns.sheets import ask_cancel
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.dialogs import ask_text, confirm
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.widgets.toasts import ToastAction


class Decisions:
    """Each method asks first; without a yes nothing is saved. Errors of the world are raised to the caller's scope."""

    def __init__(
        self,
        context: ViewContext,
        view: CampaignsView,
        scope: TaskScope,
        *,
        campaigns: CampaignService,
        actions: ActionService,
        outbox: OutboxListing,
    ) -> None:
        self._context = context
        self._view = view
        self._scope = scope
        self._campaigns = campaigns
        self._actions = actions
        self._outbox = outbox

    async def publish(self, rows: Sequence[OrderRow]) -> None:
        """Publish confirmed videos, after a yes that names the sum."""
        title = tr("campaigns", "Publish {count} video?|Publish {count} videos?", count=len(rows))
        body = tr("campaigns", "{names} go public at once. What is published cannot be taken back here.", names=_names(rows))
        sure = tr("campaigns", "Publish, worth {sum}", sum=formats().money(task_amount(rows)))
        if await confirm(self._view, title, body, sure):
            batch = await self._campaigns.publish([row.order for row in rows])
            await self._saved(batch, tr("campaigns", "Publishing {names}", names=_names(rows)))

    async def finish(self, rows: Sequence[OrderRow]) -> None:
        """Accept published orders; the button says what is released."""
        amount = task_amount(rows)
        title = tr("campaigns", "Accept {count} order?|Accept {count} orders?", count=len(rows))
        body = tr("campaigns", "The escrow of {names} is released to the creators. It cannot be taken back.", names=_names(rows))
        if await confirm(self._view, title, body, tr("campaigns", "Release {sum}", sum=formats().money(amount))):
            batch = await self._campaigns.finish([row.order for row in rows])
            await self._saved(batch, tr("campaigns", "Accepting {names}", names=_names(rows)))

    async def cancel(self, row: OrderRow) -> None:
        """Cancel an order for the compensation that the platform names now."""
        cost = await self._campaigns.cancel_cost(row.order)
        answer = await ask_cancel(self._view, row.order, cost)
        if answer is not None:
            batch = await self._campaigns.cancel(row.order, answer.reason, answer.text, cost=cost.cost)
            await self._saved(batch, tr("campaigns", "Cancelling the order with {name}", name=row.order.author_name))

    async def reply(self, row: OrderRow, accept: bool) -> None:
        """Answer a creator who asks to cancel."""
        name, reason = row.order.author_name, ""
        if accept:
            body = row.order.author_cancel_reason or tr("campaigns", "The creator gave no reason.")
            sure = tr("campaigns", "Agree, {sum} comes back", sum=formats().money(row.order.total_paid))
            if not await confirm(self._view, tr("campaigns", "Agree that {name} cancels?", name=name), body, sure):
                return
        else:
            written = await ask_text(
                self._view,
                tr("campaigns", "Refuse that {name} cancels", name=name),
                label=tr("campaigns", "Why, as the creator reads it"),
                limit=100,
                confirm_text=tr("campaigns", "Refuse"),
            )
            if written is None:
                return
            reason = written
        batch = await self._campaigns.reply_cancel(row.order, accept=accept, reject_reason=reason)
        await self._saved(batch, tr("campaigns", "Answering {name}", name=name))

    async def pay_tail(self, row: OrderRow) -> None:
        """Pay the rest of a prepaid order, by its bill."""
        bill = await self._campaigns.tail_bill(row.order)
        title = tr("campaigns", "Pay the balance of {name}?", name=row.order.author_name)
        if await self._agree_to_pay(title, bill):
            batch = await self._campaigns.pay_tail(row.order, at_most=bill.total_pay)
            await self._saved(batch, tr("campaigns", "Paying the balance of {name}", name=row.order.author_name))

    async def pay_request(self, row: OrderRow) -> None:
        """Pay the request that an order was created with, by its bill."""
        bill = await self._campaigns.request_bill(row.order)
        count = len(bill.orders)
        title = tr("campaigns", "Pay the request with {count} order?|Pay the request with {count} orders?", count=count)
        if await self._agree_to_pay(title, bill):
            batch = await self._campaigns.pay_request(row.order, at_most=bill.total_pay, orders=count)
            await self._saved(batch, tr("campaigns", "Paying {count} order|Paying {count} orders", count=count))

    async def _agree_to_pay(self, title: str, bill: PendingBill) -> bool:
        """The bill in words; what the balance does not cover is said and not sent."""
        shown = formats()
        if bill.total_pay == Fen(0):
            self._context.frame.toast(tr("campaigns", "The platform says that nothing is to be paid"), tone="warn")
            return False
        body = tr(
            "campaigns",
            "Task amount {task}, platform fee {fee}, by the platform's bill. The balance is {balance}.",
            task=shown.money(bill.task_cost),
            fee=shown.money(bill.platform_fee),
            balance=shown.money(bill.balance),
        )
        if bill.balance < bill.total_pay:
            missing = shown.money(bill.total_pay - bill.balance)
            self._context.frame.toast(
                tr("campaigns", "The balance is {sum} short. Top it up, then pay.", sum=missing), tone="bad", seconds=10
            )
            return False
        return await confirm(self._view, title, body, tr("campaigns", "Pay at most {sum}", sum=shown.money(bill.total_pay)))

    async def _saved(self, batch: BatchId, text: str) -> None:
        """It is in the outbox: say so, with the way back while there is one."""
        self._view.clear_ticks()
        waiting = [entry for entry in await self._outbox.entries() if entry.intent.batch_id == batch and entry.can_undo]
        if not waiting:
            self._context.frame.toast(text)
            return
        ids = [entry.intent.intent_id for entry in waiting]
        left = min(entry.intent.undo_until for entry in waiting) - self._context.real_clock.now()
        undo = ToastAction(tr("campaigns", "Undo"), lambda: self._undo(ids), "Z")
        self._context.frame.toast(text, action=undo, seconds=max(1, round(left.total_seconds())), counts=True)

    def _undo(self, ids: Sequence[IntentId]) -> None:
        async def run() -> None:
            taken = await self._actions.undo(ids)
            said = tr("campaigns", "Taken back") if taken else tr("campaigns", "Too late: it is already on its way")
            self._context.frame.toast(said, tone="good" if taken else "warn")

        self._scope.spawn(run(), name="undo")


def _names(rows: Sequence[OrderRow]) -> str:
    """ "@小鹿、@阿柚 等 5 位"."""
    first = [f"@{row.order.author_name}" for row in rows[:3]]
    joined = tr("campaigns", ", ").join(first)
    return joined if len(rows) <= 3 else tr("campaigns", "{names} and {count} more", names=joined, count=len(rows) - 3)
