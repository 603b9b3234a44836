"""The Today view: what needs me at the left, pacing and publish windows at the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from xingtu_desktop.domain.ids import CampaignId
from xingtu_desktop.services.campaigns import CampaignSummary, OrderRow
from xingtu_desktop.ui.formats import DOT
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.today.agenda import Move, Section, closing, day, windows
from xingtu_desktop.ui.today.needs_list import NeedsList
from xingtu_desktop.ui.today.week import ClosingDays, WeekStrip
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.labels import ElidedLabel, panel, set_tone, text_label
from xingtu_desktop.ui.widgets.painting import paint_focus
from xingtu_desktop.ui.widgets.panels import MicroBar
from xingtu_desktop.ui.widgets.states import StateStack
from xingtu_desktop.ui.widgets.view import View

_CARDS = 3
_BESIDE = 900
"""Design pixels of width from which list and week stand side by side."""
_LIST_LEAST = 300


class TodayView(View):
    """Dumb: shows what it is given and says where the operator wants to go."""

    single_key_commands = True
    target_followed = Signal(object)
    campaign_opened = Signal(object)
    orders_opened = Signal(object)
    """A tuple of OrderIds."""
    approve_asked = Signal()
    brief_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = text_label(type="title")
        self._subtitle = ElidedLabel(type="caption", tone="text-2")
        self._new = Button(key="N")
        self._new.clicked.connect(self.brief_asked)
        self.approve = Button(kind="primary", key="A")
        self.approve.clicked.connect(self.approve_asked)
        self.needs = NeedsList()
        self.needs.followed.connect(self.target_followed)
        self.cards = [PacingCard() for _ in range(_CARDS)]
        for card in self.cards:
            card.opened.connect(self.campaign_opened)
        self.week = WeekStrip()
        self.week.chosen.connect(self.orders_opened)
        self.days = ClosingDays()
        self.days.chosen.connect(self.orders_opened)
        self._week_title = text_label(type="heading")
        self._week_note = ElidedLabel(type="caption", tone="text-2")
        self._days_title = text_label(strong=True)
        self._days_note = ElidedLabel(type="caption", tone="text-2")
        self._waiting = 0
        self._build()
        self.setFocusProxy(self.needs)
        self.retranslate()

    def _build(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self._title)
        names.addWidget(self._subtitle)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addLayout(names, 1)
        head.addWidget(self._new)
        head.addWidget(self.approve)
        left = panel("card")
        inner = QVBoxLayout(left)
        inner.setContentsMargins(1, 1, 1, 1)
        self.states = StateStack(self.needs)
        self.states.empty.set_icon("check")
        inner.addWidget(self.states)
        cards = QHBoxLayout()
        cards.setSpacing(12)
        for card in self.cards:
            cards.addWidget(card, 1)
        week = panel("card")
        column = QVBoxLayout(week)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        for title, note in ((self._week_title, self._week_note), (self._days_title, self._days_note)):
            row = QHBoxLayout()
            row.setSpacing(12)
            row.addWidget(title)
            row.addWidget(note, 1)
            column.addLayout(row)
            if title is self._week_title:
                column.addWidget(self.week, 1)
        column.addWidget(self.days)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addLayout(cards)
        right.addWidget(week, 1)
        self._left = left
        inside = QWidget()
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight, inside)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(12)
        self._body.addWidget(left, 45)
        self._body.addLayout(right, 55)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        # The window's ground shines through between the cards.
        scroll.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 12, 16, 16)
        outer.setSpacing(12)
        outer.addLayout(head)
        outer.addWidget(scroll, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side; one below the other where large text leaves too little room, and then the whole scrolls."""
        super().resizeEvent(event)
        theme = current_theme()
        beside = self.width() >= theme.px(_BESIDE)
        self._body.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        self._left.setMinimumHeight(0 if beside else theme.px(_LIST_LEAST))

    def set_head(self, now: datetime, count: int, nearest: datetime | None, waiting: int) -> None:
        """The day, how much there is to do, and how many versions wait for approval."""
        shown = formats()
        self._title.setText(DOT.join((tr("today", "Today"), f"{day(now):%m-%d}", shown.weekday(now))))
        parts = [tr("today", "{count} thing needs you|{count} things need you", count=count)]
        if nearest is not None:
            parts.append(tr("today", "nearest deadline: {left}", left=shown.remaining(nearest, now)))
        self._subtitle.setText(DOT.join(parts))
        self._waiting = waiting
        self.approve.setText(tr("today", "Begin approving {count}", count=waiting))
        self.approve.setVisible(bool(waiting))

    def set_needs(self, sections: Sequence[Section]) -> None:
        """The list at the left."""
        self.needs.set_sections(sections)

    def set_pacing(
        self, campaigns: Sequence[CampaignSummary], moves: Mapping[CampaignId, Sequence[tuple[Move, int]]] | None = None
    ) -> None:
        """At most three campaigns; `moves` says what of ours their orders wait for, None where the orders could not be read."""
        for place, card in enumerate(self.cards):
            card.setVisible(place < len(campaigns))
            if place < len(campaigns):
                card.set_campaign(campaigns[place], None if moves is None else moves.get(campaigns[place].campaign.campaign_id, ()))

    def set_orders(self, rows: Sequence[OrderRow], now: datetime) -> None:
        """Publish windows of the orders still to be published."""
        shown = formats()
        self.week.set_windows(windows(rows, now), day(now), [shown.weekday(now + timedelta(days=place)) for place in range(7)])
        self.days.set_days(closing(rows, now))
        end = now + timedelta(days=6)
        self._week_note.setText(
            DOT.join((shown.between(f"{day(now):%m-%d}", f"{day(end):%m-%d}"), tr("today", "Beijing days, by the orders' publish windows")))
        )

    def retranslate(self) -> None:
        """Every word that no data carries."""
        self._new.setText(tr("today", "New brief"))
        self.needs.setAccessibleName(tr("today", "What needs me"))
        self._week_title.setText(tr("today", "Publish windows"))
        self._days_title.setText(tr("today", "Next six weeks"))
        self._days_note.setText(tr("today", "windows closing by day"))
        self.states.empty.set_words(
            tr("today", "Nothing needs you now"), tr("today", "Approvals, payments and drafts show up here by themselves.")
        )


def move_words(move: Move, count: int) -> str:
    """What we are to do, with its count."""
    return {
        Move.PAY: tr("today", "{count} to pay", count=count),
        Move.REVIEW: tr("today", "{count} to review", count=count),
        Move.PUBLISH: tr("today", "{count} to publish", count=count),
        Move.ACCEPT: tr("today", "{count} to accept", count=count),
        Move.ANSWER: tr("today", "{count} to answer", count=count),
    }[move]


class PacingCard(QWidget):
    """One campaign: published of planned, and committed against its budget; leads to the campaign."""

    opened = Signal(object)
    """A CampaignId."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._campaign: CampaignId | None = None
        self._name = ElidedLabel(strong=True)
        self._value = text_label(type="title")
        self._of = ElidedLabel(type="caption", tone="text-2")
        self._bar = MicroBar()
        self._money = ElidedLabel(type="caption", tone="text-2")
        self._budget = MicroBar(height=4)
        self._note = ElidedLabel(type="caption", tone="text-2")
        ground = panel("card")
        column = QVBoxLayout(ground)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(3)
        value = QHBoxLayout()
        value.setSpacing(6)
        value.addWidget(self._value)
        value.addWidget(self._of, 1, Qt.AlignmentFlag.AlignBottom)
        column.addWidget(self._name)
        column.addLayout(value)
        for widget in (self._bar, self._money, self._budget, self._note):
            column.addWidget(widget)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(ground)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_campaign(self, summary: CampaignSummary, moves: Sequence[tuple[Move, int]] | None = None) -> None:
        """Show a campaign, and what its orders wait for from us where that is known."""
        shown, campaign = formats(), summary.campaign
        self._campaign = campaign.campaign_id
        self._name.setText(campaign.name)
        self._value.setText(shown.integer(summary.published))
        self._of.setText(tr("today", "of {count} published", count=shown.integer(summary.live)))
        self._bar.set_share(summary.published / summary.live if summary.live else None, color="c1")
        if campaign.budget is None:
            self._money.setText(tr("today", "committed {sum}, no budget", sum=shown.money_short(summary.committed)))
            self._budget.set_share(None)
        else:
            self._money.setText(
                tr(
                    "today",
                    "committed {sum} of {budget}",
                    sum=shown.money_short(summary.committed),
                    budget=shown.money_short(campaign.budget),
                )
            )
            share = summary.committed.value / campaign.budget.value if campaign.budget.value else 1.0
            self._budget.set_share(share, color="c1" if share <= 1 else "bad")
        over = campaign.budget is not None and summary.committed > campaign.budget
        notes = []
        if over:
            notes.append(tr("today", "over budget"))
        if summary.late:
            notes.append(tr("today", "{count} late", count=summary.late))
        if moves:
            notes += [move_words(move, count) for move, count in moves]
        elif summary.waiting_for_client:
            notes.append(tr("today", "{count} waits for us|{count} wait for us", count=summary.waiting_for_client))
        self._note.setText(DOT.join(notes) or tr("today", "on its way"))
        set_tone(self._note, "bad" if over else "warn" if summary.late else "text-2")
        words = (campaign.name, self._value.text(), self._of.full_text(), self._money.full_text(), self._note.full_text())
        self.setAccessibleName(" ".join(words))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the campaign."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.opened.emit(self._campaign)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space open it too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self._campaign)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QEvent) -> None:
        """Show the ring."""
        self.update()

    def focusOutEvent(self, event: QEvent) -> None:
        """Take the ring away."""
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The focus ring around the card."""
        if self.hasFocus():
            paint_focus(QPainter(self), self.rect().toRectF(), 10, current_theme().tokens)
