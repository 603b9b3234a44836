"""The sheets of campaigns: contract settings, and cancelling an order with its compensation in sight. Both are awaited."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QLineEdit, QRadioButton, QWidget

from xingtu_desktop.domain.answers import CancelCost
from xingtu_desktop.domain.demand import LIMITS
from xingtu_desktop.domain.lifecycle import CancelReason
from xingtu_desktop.domain.money import Fen, NotMoney
from xingtu_desktop.domain.order import Campaign, Order
from xingtu_desktop.ui.campaigns import words
from xingtu_desktop.ui.dialogs import Sheet
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.inputs import CounterLineEdit, CounterTextEdit, NumberField
from xingtu_desktop.ui.widgets.labels import set_tone, text_label

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class CancelAnswer:
    """Why an order is cancelled; `text` is read by the creator."""

    reason: CancelReason
    text: str


class _Asked(Sheet, Generic[Answer]):
    """A sheet that resolves a future: with an answer, or with None when it was put away."""

    def __init__(self, parent: QWidget, title: str) -> None:
        super().__init__(parent, title)
        self.answer: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self.closed.connect(self._put_away)

    def give(self, answer: Answer) -> None:
        """Answer and close."""
        if not self.answer.done():
            self.answer.set_result(answer)
        self.close_sheet()

    def _put_away(self) -> None:
        if not self.answer.done():
            self.answer.set_result(None)


async def ask_contract(parent: QWidget, campaign: Campaign) -> Campaign | None:
    """Name, budget and contract of a campaign; the changed campaign, or None. What cannot be kept says why beside its field."""
    sheet: _Asked[Campaign] = _Asked(parent, tr("campaigns", "Campaign settings"))
    name = CounterLineEdit(60, name=tr("campaigns", "Name"))
    name.setText(campaign.name)
    budget = QLineEdit("" if campaign.budget is None else f"{campaign.budget.yuan:f}".removesuffix(".00"))
    budget.setAccessibleName(tr("campaigns", "Budget in yuan"))
    budget.setPlaceholderText(tr("campaigns", "No budget"))
    budget_note = text_label(tr("campaigns", "Cap over all orders, fees included"), type="caption", tone="text-3", wrap=True)
    rejects = _Agreed(tr("campaigns", "Rejections agreed in the contract"), 0, 20, campaign.reject_limit, 2)
    hours = _Agreed(tr("campaigns", "Hours to review before it counts as confirmed"), 1, 720, campaign.review_hours, 72)
    for label, field in ((tr("campaigns", "Name"), name), (tr("campaigns", "Budget in yuan"), budget)):
        caption = text_label(label, strong=True)
        caption.setBuddy(field)
        sheet.body.addWidget(caption)
        sheet.body.addWidget(field)
    sheet.body.addWidget(budget_note)
    sheet.body.addSpacing(8)
    sheet.body.addWidget(text_label(tr("campaigns", "By contract"), strong=True))
    sheet.body.addWidget(
        text_label(
            tr("campaigns", "The platform tells neither. Approvals count from these, and show a dash where nothing was agreed."),
            type="caption",
            tone="text-3",
            wrap=True,
        )
    )
    sheet.body.addWidget(rejects)
    sheet.body.addWidget(hours)
    sheet.body.addStretch(1)
    cancel = Button(tr("campaigns", "Back"), key="Esc")
    cancel.clicked.connect(sheet.close_sheet)
    save = Button(tr("campaigns", "Save"), kind="primary")
    sheet.footer.addWidget(cancel)
    sheet.footer.addWidget(save)

    def check() -> None:
        good, _ = _yuan(budget)
        budget_note.setText(
            tr("campaigns", "Cap over all orders, fees included") if good else tr("campaigns", "Write an amount such as 120000 or 99.50")
        )
        set_tone(budget_note, "text-3" if good else "bad")
        save.setEnabled(good and bool(name.text().strip()) and not name.over_limit())

    def keep() -> None:
        good, amount = _yuan(budget)
        if good:
            sheet.give(replace(campaign, name=name.text().strip(), budget=amount, reject_limit=rejects.value(), review_hours=hours.value()))

    name.textChanged.connect(check)
    budget.textChanged.connect(check)
    save.clicked.connect(keep)
    check()
    sheet.open_sheet(name)
    return await sheet.answer


async def ask_cancel(parent: QWidget, order: Order, cost: CancelCost) -> CancelAnswer | None:
    """The reason of a cancellation, with what it costs now on the button; None when it was put away."""
    sheet: _Asked[CancelAnswer] = _Asked(parent, tr("campaigns", "Cancel the order with {name}", name=order.author_name))
    shown = formats()
    sheet.body.addWidget(text_label(tr("campaigns", "Compensation to the creator"), type="caption", tone="text-2"))
    sheet.body.addWidget(text_label(shown.money(cost.cost), type="title", tone="bad" if cost.cost else "text"))
    paid = order.total_paid
    if paid is not None:
        sheet.body.addWidget(
            text_label(tr("campaigns", "{sum} were paid for this order", sum=shown.money(paid)), type="caption", tone="text-2", wrap=True)
        )
    if cost.explanation:
        sheet.body.addWidget(text_label(cost.explanation, type="caption", tone="text-3", wrap=True))
    sheet.body.addSpacing(8)
    sheet.body.addWidget(text_label(tr("campaigns", "Reason"), strong=True))
    group = QButtonGroup(sheet)
    for reason, message in words.CANCEL_REASONS.items():
        option = QRadioButton(message.text())
        group.addButton(option, int(reason))
        sheet.body.addWidget(option)
    group.button(int(CancelReason.PLAN_CHANGED)).setChecked(True)
    text = CounterTextEdit(LIMITS["cancel_reason"], name=tr("campaigns", "What the creator reads"), lines=3)
    text.set_placeholder(tr("campaigns", "What the creator reads"))
    sheet.body.addWidget(text)
    sheet.body.addStretch(1)
    back = Button(tr("campaigns", "Keep the order"), key="Esc")
    back.clicked.connect(sheet.close_sheet)
    yes = Button(tr("campaigns", "Cancel order, costs {sum}", sum=shown.money(cost.cost)), kind="danger")
    sheet.footer.addWidget(back)
    sheet.footer.addWidget(yes)

    def check() -> None:
        needs_text = group.checkedId() == int(CancelReason.OTHER)
        yes.setEnabled(not text.over_limit() and (not needs_text or bool(text.text().strip())))

    text.edited.connect(check)
    group.idToggled.connect(check)
    yes.clicked.connect(lambda: sheet.give(CancelAnswer(CancelReason(group.checkedId()), text.text().strip())))
    check()
    sheet.open_sheet(group.checkedButton())
    return await sheet.answer


class _Agreed(QWidget):
    """A whole number that may not be agreed at all."""

    def __init__(self, label: str, low: int, high: int, value: int | None, proposed: int) -> None:
        super().__init__()
        self._on = QCheckBox(label)
        self._number = NumberField(low, high, name=label)
        self._number.setValue(proposed if value is None else value)
        self._on.setChecked(value is not None)
        self._number.setEnabled(value is not None)
        self._on.toggled.connect(self._number.setEnabled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._on, 1)
        row.addWidget(self._number)

    def value(self) -> int | None:
        """The number, None where nothing was agreed."""
        return self._number.value() if self._on.isChecked() else None


def _yuan(field: QLineEdit) -> tuple[bool, Fen | None]:
    """Whether an amount can be read, and which; None for an empty field."""
    text = field.text().strip().replace(",", "").replace("，", "").removeprefix("¥")
    if not text:
        return True, None
    try:
        amount = Fen.from_yuan(text)
    except NotMoney:
        return False, None
    return amount >= Fen(0), amount
