"""One order's whole story at the side: what can be done, its versions in time, its bill, its ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from xingtu_desktop.domain.lifecycle import OrderAction, ResourceStatus
from xingtu_desktop.domain.order import Resource
from xingtu_desktop.services.campaigns import OrderRow
from xingtu_desktop.ui.campaigns import words
from xingtu_desktop.ui.formats import DOT, UNKNOWN
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.chips import FlowLayout
from xingtu_desktop.ui.widgets.labels import Badge, ElidedLabel, set_tone, text_label
from xingtu_desktop.ui.widgets.painting import fill_round, saved
from xingtu_desktop.ui.widgets.panels import Avatar, KeyValueGrid, Section, SidePanel

WIDTH = 348


class OrderDrawer(SidePanel):
    """Shows one order; every button only asks, the presenter confirms with the sum."""

    action_asked = Signal(object)
    """An OrderAction."""
    review_asked = Signal()
    reply_asked = Signal(bool)
    """The creator's wish to cancel: accept or refuse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(width=WIDTH, closable=True, close_name=tr("campaigns", "Close"), parent=parent)
        self._avatar = Avatar(size=36)
        self._name = ElidedLabel(type="heading")
        self._campaign = ElidedLabel(type="caption", tone="text-2")
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self._name)
        names.addWidget(self._campaign)
        self.header.addWidget(self._avatar)
        self.header.addLayout(names, 1)

        self._state = Section()
        self._state.header.hide()
        self._badge = Badge()
        self._step = text_label(wrap=True)
        self._deadline = text_label(type="caption", tone="text-3", wrap=True)
        badges = QHBoxLayout()
        badges.addWidget(self._badge)
        badges.addStretch(1)
        self._state.body.addLayout(badges)
        self._state.add(self._step)
        self._state.add(self._deadline)
        host = QWidget()
        self._buttons = FlowLayout(host, gap=8)
        self._state.add(host)
        self.review = Button(icon="eye")
        self.review.clicked.connect(self.review_asked)
        self.accept_cancel = Button()
        self.accept_cancel.clicked.connect(lambda: self.reply_asked.emit(True))
        self.refuse_cancel = Button()
        self.refuse_cancel.clicked.connect(lambda: self.reply_asked.emit(False))
        self.action_buttons = {action: Button() for action in words.ACTION_NAMES}
        self.action_buttons[OrderAction.CANCEL].set_kind("danger")
        for button in (self.review, self.accept_cancel, self.refuse_cancel, *self.action_buttons.values()):
            self._buttons.addWidget(button)
        for action, button in self.action_buttons.items():
            button.clicked.connect(lambda _checked=False, asked=action: self.action_asked.emit(asked))

        self._versions = Section()
        self._timeline = QVBoxLayout()
        self._timeline.setSpacing(0)
        self._versions.body.addLayout(self._timeline)
        self._no_versions = text_label(type="caption", tone="text-3", wrap=True)
        self._versions.add(self._no_versions)

        self._bill = Section()
        self._bill_rows = KeyValueGrid()
        self._bill.add(self._bill_rows)

        self._facts = Section(ruled=False)
        self._facts_rows = KeyValueGrid()
        self._facts.add(self._facts_rows)
        for section in (self._state, self._versions, self._bill, self._facts):
            self.add_section(section)
        self.end_sections()
        self._row: OrderRow | None = None
        self._resources: tuple[Resource, ...] = ()

    def row(self) -> OrderRow | None:
        """The order shown."""
        return self._row

    def set_order(self, row: OrderRow, resources: Sequence[Resource], now: datetime) -> None:
        """Show an order with its versions, oldest first."""
        self._row, self._resources = row, tuple(resources)
        order, shown = row.order, formats()
        self.setAccessibleName(order.author_name)
        self._avatar.set_name(order.author_name, str(order.author_id))
        self._name.setText(order.author_name or UNKNOWN)
        self._campaign.setText(row.campaign_name or order.demand_name)
        tone = {"good": "good", "accent": "accent"}.get(words.status_tone(row), "")
        self._badge.set_badge(words.status_name(order.status), "warn" if row.late else tone)
        step, step_tone = words.next_step(row)
        self._step.setText(step)
        set_tone(self._step, "text" if step_tone == "text-2" else step_tone)
        due, _, source = words.deadline(row, now)
        self._deadline.setText(DOT.join(part for part in (source, due if row.due is not None else "") if part))
        self._deadline.setVisible(bool(source))
        self._show_buttons(row)
        self._show_versions(now)
        self._bill.header.set_words(tr("campaigns", "Bill"), tr("campaigns", "read {age}", age=shown.ago(order.synced_at, now)))
        self._bill_rows.set_rows(
            [
                (tr("campaigns", "Task amount"), shown.money(order.task_cost)),
                (tr("campaigns", "Platform fee"), shown.money(order.platform_fee)),
                (tr("campaigns", "Total"), shown.money(order.total)),
                (tr("campaigns", "Paid"), shown.money(order.total_paid)),
                (tr("campaigns", "Refunded"), shown.money(order.refund)),
            ]
        )
        self._facts.header.set_words(tr("campaigns", "Order"))
        payment = {1: tr("campaigns", "in full"), 2: tr("campaigns", "prepaid")}.get(order.order_type or 0, UNKNOWN)
        window = UNKNOWN
        if order.publish_from is not None or order.publish_until is not None:
            window = shown.between(shown.moment(order.publish_from, now), shown.moment(order.publish_until, now))
        self._facts_rows.set_rows(
            [
                (tr("campaigns", "Task"), order.demand_name or UNKNOWN),
                (tr("campaigns", "Order id"), str(order.order_id)),
                (tr("campaigns", "Creator id"), str(order.author_id)),
                (tr("campaigns", "Payment"), payment),
                (tr("campaigns", "Publish window"), window),
                (tr("campaigns", "Ordered"), shown.moment(order.created_at, now)),
                (tr("campaigns", "Published"), shown.moment(order.released_at, now)),
            ]
        )

    def _show_buttons(self, row: OrderRow) -> None:
        reviewing = bool(row.actions & {OrderAction.APPROVE, OrderAction.REJECT})
        asked = row.order.author_cancel_requested and row.pending is None and not row.order.status.ended
        self.review.setText(tr("campaigns", "Review"))
        self.review.setVisible(reviewing)
        self.accept_cancel.setText(tr("campaigns", "Agree to cancel"))
        self.refuse_cancel.setText(tr("campaigns", "Refuse"))
        self.accept_cancel.setVisible(asked)
        self.refuse_cancel.setVisible(asked)
        for action, button in self.action_buttons.items():
            button.setText(words.ACTION_NAMES[action].text())
            shown = action in row.actions and not (asked and action is OrderAction.CANCEL)
            button.setVisible(shown and (action is not OrderAction.PAY or row.order.campaign_id is not None))
        self._buttons.invalidate()

    def _show_versions(self, now: datetime) -> None:
        while (item := self._timeline.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        newest = list(reversed(self._resources))
        self._versions.header.set_words(tr("campaigns", "Versions"), formats().integer(len(newest)) if newest else "")
        self._no_versions.setText(tr("campaigns", "The creator has handed in nothing yet"))
        self._no_versions.setVisible(not newest)
        for place, resource in enumerate(newest):
            self._timeline.addWidget(_VersionRow(resource, now, last=place == len(newest) - 1))


class _VersionRow(QWidget):
    """A version on the line of time: dot, name, when, what we and the platform said."""

    def __init__(self, resource: Resource, now: datetime, *, last: bool) -> None:
        super().__init__()
        self._waits = resource.status is ResourceStatus.UPLOADED
        self._last = last
        shown = formats()
        state, tone = words.resource_state(resource)
        audit, audit_tone = words.audit_words(resource)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(text_label(words.version_name(resource), strong=True))
        head.addWidget(text_label(state, type="caption", tone=tone))
        head.addStretch(1)
        head.addWidget(text_label(shown.moment(resource.created_at, now), type="caption", tone="text-3"))
        column = QVBoxLayout(self)
        column.setContentsMargins(current_theme().px(20), 2, 0, 10)
        column.setSpacing(1)
        column.addLayout(head)
        column.addWidget(text_label(audit, type="caption", tone=audit_tone, wrap=True))
        for finding in resource.findings:
            if finding.reason:
                column.addWidget(text_label(finding.reason, type="caption", tone="text-2", wrap=True))
        if resource.title:
            column.addWidget(ElidedLabel(resource.title, type="caption", tone="text-2"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The dot, and the line to the version before."""
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        size, x, y = theme.px(8), theme.px(4), theme.px(8)
        with saved(painter):
            if not self._last:
                painter.fillRect(QRectF(x + size / 2 - 0.5, y + size, 1, self.height() - size + 2), theme.color("line-strong"))
            fill_round(painter, QRectF(x, y, size, size), size / 2, tokens.accent if self._waits else tokens.line_control)
