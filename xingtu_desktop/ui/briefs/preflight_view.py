"""The pre-flight page: what would be ordered, what is blocked and why, the sum, and the one button that commits it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from xingtu_desktop.domain.brief import Brief
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.domain.money import Fen, total
from xingtu_desktop.services.ordering import Preflight
from xingtu_desktop.ui.briefs import preflight_words, words
from xingtu_desktop.ui.briefs.preflight_table import PreflightDelegate, PreflightModel, columns
from xingtu_desktop.ui.formats import DOT
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button, IconButton, Segment, SegmentedControl
from xingtu_desktop.ui.widgets.labels import Badge, ElidedLabel, line, panel, set_tone, text_label
from xingtu_desktop.ui.widgets.states import StateStack
from xingtu_desktop.ui.widgets.table import DataTable
from xingtu_desktop.ui.widgets.table.cells import KEY_ROLE
from xingtu_desktop.ui.widgets.view import View

SIDE_WIDTH = 340


class _Bar(QWidget):
    """A limit with what is used of it: name, sum, bar, share and rest."""

    def __init__(self) -> None:
        super().__init__()
        self.name, self.sum = ElidedLabel(tone="text-2"), text_label()
        self.used, self.rest = text_label(type="caption", tone="text-2"), text_label(type="caption", tone="text-2")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        for left, right in ((self.name, self.sum), (self.used, self.rest)):
            row = QHBoxLayout()
            row.addWidget(left, 1)
            row.addWidget(right)
            layout.addLayout(row)
            if left is self.name:
                layout.addWidget(self.bar)

    def set_bar(self, name: str, limit: Fen | None, used: Fen, rest: str, over: str) -> None:
        """`rest` and `over` hold {sum}."""
        fmt = formats()
        self.name.setText(name)
        self.sum.setText(fmt.money(limit))
        self.bar.setVisible(limit is not None)
        share = 0.0 if limit is None else used.value / limit.value if limit.value > 0 else 1.0
        self.bar.setValue(min(1000, round(share * 1000)))
        tone = "bad" if share > 1 else "warn" if share > 0.9 else "accent"
        set_tone(self.bar, tone if tone != "accent" else "")
        self.used.setText("" if limit is None else tr("preflight", "{share} used", share=fmt.percent(share, 0)))
        self.rest.setText("" if limit is None else over if share > 1 else rest)
        set_tone(self.used, "text-2" if tone == "accent" else tone)
        set_tone(self.rest, "bad" if share > 1 else "text-2")


class _Step(QWidget):
    """One thing that will happen."""

    def __init__(self, number: int, title: str, note: str, sum_text: str) -> None:
        super().__init__()
        badge = Badge(str(number))
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(ElidedLabel(title))
        texts.addWidget(text_label(note, type="caption", tone="text-3", wrap=True))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(badge, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        row.addWidget(text_label(sum_text), 0, Qt.AlignmentFlag.AlignTop)


class PreflightView(View):
    """The page; dumb."""

    single_key_commands = True

    back_pressed = Signal()
    again_pressed = Signal()
    confirmed = Signal()
    creators_wanted = Signal()
    outbox_wanted = Signal()
    removed = Signal(object)
    """Author ids to take out of the basket."""

    def __init__(self, *, undo_seconds: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._checked: Preflight | None = None
        self._brief: Brief | None = None
        self._seconds = 0.0
        self._online = True
        self._undo_seconds = undo_seconds
        self._done: Preflight | None = None
        self._held = True
        self.back = IconButton("arrow-left", "")
        self._title = text_label(type="heading")
        self._name = ElidedLabel(tone="text-2")
        self._when = text_label(type="caption", tone="text-3")
        self.again = Button("", icon="refresh")
        self.filter = SegmentedControl()
        self.remove = Button("", small=True, icon="minus")
        self.model = PreflightModel()
        self.table = DataTable(columns(), checkable=True)
        self.table.setModel(self.model)
        self.model.setParent(self.table)
        self.table.set_delegate(PreflightDelegate(self.table.row_state(), self.table))
        self.states = StateStack(self.table)
        self.side = self._make_side()
        head = QHBoxLayout()
        head.setContentsMargins(12, 10, 16, 8)
        head.setSpacing(10)
        for widget in (self.back, self._title):
            head.addWidget(widget)
        head.addWidget(self._name, 1)
        head.addWidget(self._when)
        head.addWidget(self.again)
        tools = QHBoxLayout()
        tools.setContentsMargins(16, 0, 16, 10)
        tools.addWidget(self.filter)
        tools.addStretch(1)
        tools.addWidget(self.remove)
        main = panel("surface")
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(tools)
        column.addWidget(line())
        column.addWidget(self.states, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(main, 1)
        layout.addWidget(line(horizontal=False))
        layout.addWidget(self.side)
        self.back.clicked.connect(self.back_pressed)
        self.again.clicked.connect(self.again_pressed)
        self.filter.changed.connect(lambda _key: self._show_rows())
        self.remove.clicked.connect(self._on_remove)
        self.table.checked_changed.connect(self._show_checks)
        self.table.check_all_requested.connect(self._on_check_all)
        self.confirm.clicked.connect(self._on_confirm)
        self.states.empty.acted.connect(self._on_empty)
        self.states.banner.acted.connect(self.again_pressed)
        self.setFocusProxy(self.table)
        current_theme().changed.connect(self._on_theme)
        self.retranslate()

    def _make_side(self) -> QWidget:
        side = panel("surface")
        side.setFixedWidth(current_theme().px(SIDE_WIDTH))
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._most = text_label(tone="text-2")
        self._estimate = Badge("")
        self.sum = text_label(type="display")
        self._quotes, self._fees = ElidedLabel(tone="text-2"), ElidedLabel(tone="text-2")
        self._quotes_sum, self._fees_sum = text_label(), text_label(tone="text-2")
        self.balance, self.budget = _Bar(), _Bar()
        self._steps_title = text_label(strong=True)
        self._steps_note = text_label(type="caption", tone="text-3")
        self._steps = QVBoxLayout()
        self._steps.setSpacing(10)
        self.reason = text_label(type="caption", tone="bad", wrap=True)
        self.confirm = Button("", kind="primary")
        self._undo_note = text_label(type="caption", tone="text-3", wrap=True)
        self._undo_note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        first = self._section(column)
        head = QHBoxLayout()
        head.addWidget(self._most)
        head.addWidget(self._estimate)
        head.addStretch(1)
        first.addLayout(head)
        first.addWidget(self.sum)
        pairs: tuple[tuple[QLabel, QLabel], ...] = ((self._quotes, self._quotes_sum), (self._fees, self._fees_sum))
        for left, right in pairs:
            row = QHBoxLayout()
            row.addWidget(left, 1)
            row.addWidget(right)
            first.addLayout(row)
        second = self._section(column)
        second.setSpacing(14)
        second.addWidget(self.balance)
        second.addWidget(self.budget)
        third = self._section(column, ruled=False)
        row = QHBoxLayout()
        row.addWidget(self._steps_title, 1)
        row.addWidget(self._steps_note)
        third.addLayout(row)
        third.addLayout(self._steps)
        column.addStretch(1)
        column.addWidget(line())
        last = self._section(column, ruled=False)
        last.addWidget(self.reason)
        last.addWidget(self.confirm)
        last.addWidget(self._undo_note)
        return side

    @staticmethod
    def _section(column: QVBoxLayout, *, ruled: bool = True) -> QVBoxLayout:
        body = QVBoxLayout()
        body.setContentsMargins(20, 14, 20, 14)
        body.setSpacing(6)
        column.addLayout(body)
        if ruled:
            column.addWidget(line())
        return body

    # ------------------------------------------------------------------ what it shows

    def begin(self, brief: Brief) -> None:
        """A brief is about to be checked."""
        self._brief, self._checked, self._done = brief, None, None
        self._held = True
        self.table.set_checked(())
        self.states.banner.set_words("")
        self.states.show_state("loading")
        self.retranslate()

    def set_plan(self, checked: Preflight, seconds: float, *, online: bool) -> None:
        """Show a finished check, made in `seconds`."""
        self._checked, self._seconds, self._online, self._done = checked, seconds, online, None
        self._held = False
        self.states.banner.set_words("")
        plan = checked.plan
        self.states.show_state("content" if plan.orders or plan.blocked else "empty")
        kept = {int(row.author_id) for row in (*plan.blocked, *(row for request in plan.requests for row in request.rows))}
        self.table.set_checked([key for key in self.table.checked_keys() if key in kept], total=len(kept))
        self.retranslate()

    def show_error(self, title: str, advice: str, detail: str) -> None:
        """The check failed."""
        self.states.error.set_words(title, advice, tr("preflight", "Check again"), details=detail, details_word=tr("preflight", "Details"))
        self.states.show_state("error")
        self.hold()

    def hold(self) -> None:
        """Nothing can be confirmed for now."""
        self._held = True
        self._show_confirm()

    def say_moved(self) -> None:
        """Data changed since the check; the plan on screen stays as it is until checked again."""
        self.states.banner.set_words(
            tr("preflight", "Creators, orders or the balance changed since this check"),
            tr("preflight", "Check again"),
            tone="warn",
            icon="refresh",
        )

    def set_online(self, online: bool) -> None:
        """Say what confirming does without a network."""
        self._online = online
        self._show_confirm()

    def show_done(self, checked: Preflight, *, online: bool) -> None:
        """The plan is in the outbox."""
        self._done, self._checked, self._online = checked, None, online
        self._held = True
        self.table.set_checked(())
        self.states.show_state("empty")
        self.retranslate()

    def retranslate(self) -> None:
        """Words in the language in force."""
        self._title.setText(tr("preflight", "Pre-flight"))
        self._name.setText("" if self._brief is None else words.title_of(self._brief.title))
        self.back.set_name(tr("preflight", "Back to the brief"))
        self.again.setText(tr("preflight", "Check again"))
        self.table.setAccessibleName(tr("preflight", "Creators to be ordered"))
        self.table.set_columns(columns())
        self.model.set_columns(columns())
        self._most.setText(tr("preflight", "To pay at most"))
        self._estimate.set_badge(tr("preflight", "estimate"))
        self._show_empty()
        self._show_rows()
        self._show_sums()
        self._show_confirm()
        self._show_checks()

    def _show_empty(self) -> None:
        done, empty = self._done, self.states.empty
        if done is None:
            empty.set_icon("basket")
            empty.set_words(
                tr("preflight", "The order basket is empty"),
                tr("preflight", "Put creators into it in Creators with B; their prices and slots are checked here."),
                tr("preflight", "Choose creators"),
            )
            return
        orders = done.plan.orders
        empty.set_icon("outbox")
        empty.set_words(
            tr("preflight", "{count} order is in the outbox|{count} orders are in the outbox", count=orders),
            tr("preflight", "Each request is created, compared with the bill, and paid only up to its estimate.")
            if self._online
            else tr("preflight", "There is no network: they are kept on this computer and sent once you are online."),
            tr("preflight", "Show the outbox"),
        )

    def _show_rows(self) -> None:
        plan = None if self._checked is None else self._checked.plan
        blocked = 0 if plan is None else len(plan.blocked)
        orders = 0 if plan is None else plan.orders
        warned = 0 if plan is None else sum(bool(row.remarks) for request in plan.requests for row in request.rows)
        self.filter.set_segments(
            [
                Segment("all", tr("preflight", "All {count}", count=orders + blocked)),
                Segment("free", tr("preflight", "Can be ordered {count}", count=orders)),
                Segment("blocked", tr("preflight", "Blocked {count}", count=blocked)),
                Segment("warn", tr("preflight", "With reminders {count}", count=warned)),
            ]
        )
        self.filter.setVisible(plan is not None)
        self.model.show_plan(plan, self.filter.current())
        when = (
            ""
            if plan is None
            else tr(
                "preflight",
                "checked {time}, {count} creators, {seconds} s",
                time=formats().clock(plan.made_at),
                count=orders + blocked,
                seconds=formats().decimal(self._seconds, 1),
            )
        )
        self._when.setText(when)

    def _show_sums(self) -> None:
        fmt = formats()
        shown = self._checked or self._done
        plan = None if shown is None else shown.plan
        self.sum.setText(fmt.money(None if plan is None else plan.at_most))
        count = 0 if plan is None else plan.orders
        self._quotes.setText(tr("preflight", "Quotes of {count} order|Quotes of {count} orders", count=count))
        self._quotes_sum.setText(fmt.money(None if plan is None else total(request.quotes for request in plan.requests)))
        if plan is None:
            self._fees.setText(tr("preflight", "Platform fee"))
            self._fees_sum.setText(fmt.money(None))
        else:
            rate = fmt.percent(plan.fee_basis_points / 10_000, 1 if plan.fee_basis_points % 100 else 0)
            self._fees.setText(tr("preflight", "Platform fee {rate}, table of {day}", rate=rate, day=plan.fee_rate_from))
            self._fees_sum.setText(fmt.estimate(fmt.money(total(request.fees for request in plan.requests))))
        self.balance.setVisible(plan is not None)
        self.budget.setVisible(plan is not None and plan.budget is not None)
        if plan is not None:
            name = tr("preflight", "Account balance")
            name += DOT + (
                tr("preflight", "bill of {time}", time=fmt.moment(plan.balance_at, plan.made_at))
                if plan.balance_at
                else tr("preflight", "no bill seen yet")
            )
            left = None if plan.balance is None else plan.balance - plan.at_most
            self.balance.set_bar(
                name,
                plan.balance,
                plan.at_most,
                tr("preflight", "{sum} left", sum=fmt.money(left)),
                tr("preflight", "{sum} short", sum=fmt.money(plan.over_balance)),
            )
            used = plan.at_most + plan.budget_used
            rest = None if plan.budget is None else plan.budget - used
            self.budget.set_bar(
                tr("preflight", "Budget cap"),
                plan.budget,
                used,
                tr("preflight", "{sum} left", sum=fmt.money(rest)),
                tr("preflight", "{sum} over", sum=fmt.money(plan.over_budget)),
            )
        self._show_steps(shown)

    def _show_steps(self, shown: Preflight | None) -> None:
        while self._steps.count():
            item = self._steps.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._steps_title.setText(tr("preflight", "What will happen"))
        self._steps_note.setText(tr("preflight", "50 orders a request"))
        fmt = formats()
        requests = () if shown is None else shown.plan.requests
        notes = (
            tr("preflight", "named with {tag}, so that it is found again"),
            tr("preflight", "only after the one before was read back"),
        )
        number = 0
        for request in requests[:3]:
            number += 1
            title = tr(
                "preflight",
                "Create request {number}, {count} order|Create request {number}, {count} orders",
                number=number,
                count=len(request.rows),
            )
            note = notes[0].replace("{tag}", request.tag) if number == 1 else notes[1]
            self._steps.addWidget(_Step(number, title, note, fmt.money(request.at_most)))
        if len(requests) > 3:
            number += 1
            rest = total(request.at_most for request in requests[3:])
            self._steps.addWidget(
                _Step(
                    number,
                    tr("preflight", "{count} more request|{count} more requests", count=len(requests) - 3),
                    notes[1],
                    fmt.money(rest),
                )
            )
        if requests and shown is not None:
            compare = tr("preflight", "Compare with the bill")
            self._steps.addWidget(_Step(number + 1, compare, tr("preflight", "goes on only if it is no higher, else asks you"), ""))
            pay = tr("preflight", "Pay into escrow")
            self._steps.addWidget(
                _Step(
                    number + 2,
                    pay,
                    tr("preflight", "an unclear answer stops it; nothing is sent twice"),
                    f"≤ {fmt.money(shown.plan.at_most)}",
                )
            )
        self._steps_title.setVisible(bool(requests))
        self._steps_note.setVisible(bool(requests))

    def _show_confirm(self) -> None:
        checked = self._checked
        count = 0 if checked is None else checked.plan.orders
        sum_text = formats().money(None if checked is None else checked.plan.at_most)
        text = tr("preflight", "Confirm {count} order · at most {sum}|Confirm {count} orders · at most {sum}", count=count, sum=sum_text)
        self.confirm.setText(text)
        self.confirm.updateGeometry()
        self.confirm.setVisible(self._done is None)
        self.confirm.setEnabled(checked is not None and checked.ready and not self._held)
        reason = "" if checked is None or not (checked.plan.orders or checked.plan.blocked) else preflight_words.why_not(checked)
        short = None if checked is None else checked.plan.over_balance
        if not reason and short is not None:
            reason = tr(
                "preflight", "{sum} short by the last bill: payment will ask you unless you top up first", sum=formats().money(short)
            )
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))
        set_tone(self.reason, "bad" if checked is None or not checked.ready else "warn")
        self.confirm.setAccessibleDescription(reason)
        note = tr("preflight", "Can be undone for {seconds} s before the first request leaves", seconds=round(self._undo_seconds))
        offline = tr("preflight", "Offline: kept on this computer, sent once you are online")
        self._undo_note.setText("" if self._done is not None else note if self._online else offline)

    def _show_checks(self) -> None:
        count = len(self.model.authors(list(self.table.checked_keys())))
        self.remove.setText(tr("preflight", "Take {count} out of the basket", count=count))
        self.remove.updateGeometry()
        self.remove.setVisible(count > 0 and self._checked is not None)

    def _on_theme(self) -> None:
        self.side.setFixedWidth(current_theme().px(SIDE_WIDTH))

    # ------------------------------------------------------------------ what is pressed

    def _on_check_all(self, checked: bool) -> None:
        keys = [self.model.index(row, 0).data(KEY_ROLE) for row in range(self.model.rowCount())] if checked else []
        self.table.set_checked(self.model.authors(keys))

    def _on_remove(self) -> None:
        authors = [AuthorId(key) for key in self.model.authors(list(self.table.checked_keys()))]
        self.table.set_checked(())
        if authors:
            self.removed.emit(authors)

    def _on_confirm(self) -> None:
        if self.confirm.isEnabled():
            self.confirmed.emit()

    def _on_empty(self) -> None:
        (self.creators_wanted if self._done is None else self.outbox_wanted).emit()
