"""The sheet beside the batch table: the rule, exactly what a commit would do, what stays out and why, and the sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from xingtu_desktop.domain.approval import ApprovalItem, ApprovalRule, BatchPlan, Exclusion
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.domain.lifecycle import ResourceKind
from xingtu_desktop.domain.money import Fen, total
from xingtu_desktop.ui.approvals import words
from xingtu_desktop.ui.approvals.context_panel import DecisionChooser
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.theme.icons import pixmap
from xingtu_desktop.ui.widgets.buttons import Button, IconButton
from xingtu_desktop.ui.widgets.inputs import NumberField
from xingtu_desktop.ui.widgets.labels import ElidedLabel, line, panel, text_label
from xingtu_desktop.ui.widgets.panels import SectionHeader

WIDTH = 460
LEAST_WIDTH = 380
_SHOWN = 40
DEFAULT_AT_MOST = Fen(2_000_000)


@dataclass(frozen=True, slots=True)
class BatchPreview:
    """What the sheet shows: the plan over the ticked rows, and why the others stay out by the rule."""

    plan: BatchPlan
    left_out: tuple[tuple[ApprovalItem, tuple[Exclusion, ...]], ...]
    unseen: tuple[ApprovalItem, ...]
    """Ticked or not, here but never on screen: they take part only when said in words."""
    unseen_allowed: bool
    marked: int
    """Chosen although the reviewer found something or an audit is open."""


class _Consequence(QWidget):
    """An icon and a sentence."""

    def __init__(self, icon: str) -> None:
        super().__init__()
        self._icon_name = icon
        self._icon = text_label()
        self._words = text_label(tone="text-2", wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)

    def set_words(self, text: str) -> None:
        self._icon.setPixmap(pixmap(self._icon_name, current_theme().px(16), "text-3"))
        self._words.setText(text)


class _LeftOut(QWidget):
    """One version that stays out: who, why, how much, and a way to open it."""

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._order: OrderId | None = None
        theme = current_theme()
        self._name = ElidedLabel(type="caption")
        self._name.setFixedWidth(theme.px(112))
        self._why = ElidedLabel(type="caption", tone="text-2")
        self._amount = text_label(type="caption", tone="text-2")
        self._open = Button(kind="link")
        self._open.clicked.connect(lambda: self.opened.emit(self._order))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 1, 0, 1)
        row.setSpacing(10)
        row.addWidget(self._name)
        row.addWidget(self._why, 1)
        row.addWidget(self._amount)
        row.addWidget(self._open)

    def set_item(self, item: ApprovalItem, reasons: Sequence[Exclusion]) -> None:
        self._order = item.order.order_id
        self._name.setText(item.order.author_name)
        self._why.setText(" · ".join(words.exclusion(reason, item).text for reason in reasons) or tr("approvals", "Not chosen"))
        self._amount.setText(formats().money(item.amount))
        self._open.setText(tr("approvals", "Open"))
        self._open.updateGeometry()


class BatchSheet(QFrame):
    """Beside the table, not over it: what is ticked there is counted here at once."""

    rule_changed = Signal(object)
    """An ApprovalRule: choose by it again."""
    unseen_changed = Signal(bool)
    committed = Signal()
    closed = Signal()
    item_opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "raised")
        self._filling = False
        self._title = text_label(type="heading")
        self._close = IconButton("close", "")
        self._close.clicked.connect(self.closed)
        self._lint, self._audit, self._seen, self._cap = QCheckBox(), QCheckBox(), QCheckBox(), QCheckBox()
        for box in (self._lint, self._audit, self._cap):
            box.setChecked(True)
            box.toggled.connect(self._on_rule)
        self._seen.setChecked(True)
        self._seen.setEnabled(False)
        self._amount = NumberField(0, 10_000_000)
        self._amount.setProperty("small", "true")
        self._amount.setSingleStep(1000)
        self._amount.setMinimumWidth(current_theme().px(104))
        self._amount.setValue(DEFAULT_AT_MOST.value // 100)
        self._amount.setGroupSeparatorShown(True)
        self._amount.valueChanged.connect(self._on_rule)
        self._by_rule = Button(small=True, key="B")
        self._by_rule.clicked.connect(lambda: self.rule_changed.emit(self.rule()))
        self._sum = text_label(type="display")
        self._what = text_label(type="heading", tone="text-2")
        self._sends = _Consequence("outbox")
        self._bound = _Consequence("lock")
        self._undo = _Consequence("undo")
        self._marked = text_label(tone="warn", wrap=True)
        self._unseen = QCheckBox()
        self._unseen.toggled.connect(self._on_unseen)
        self.decision = DecisionChooser()
        self._out = SectionHeader()
        self._rows: list[_LeftOut] = []
        self._more = text_label(type="caption", tone="text-3")
        self._out_list = QVBoxLayout()
        self._out_list.setSpacing(0)
        self._cancel = Button(key="Esc")
        self._cancel.clicked.connect(self.closed)
        self.commit_button = Button(kind="primary", key="Ctrl ↵")
        self.commit_button.clicked.connect(self.committed)
        self._build()
        self._set_width()
        current_theme().changed.connect(self._set_width)
        self.retranslate()

    def _set_width(self) -> None:
        self.set_room(0)

    def set_room(self, width: int) -> None:
        """Take less than usual where the whole view has only `width` pixels; 0 leaves it open."""
        usual = current_theme().px(WIDTH)
        self.setFixedWidth(min(usual, max(current_theme().px(LEAST_WIDTH), width * 45 // 100)) if width else usual)

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(24, 14, 16, 12)
        head.setSpacing(8)
        head.addWidget(self._title, 1)
        head.addWidget(self._by_rule)
        head.addWidget(self._close)
        rules = QVBoxLayout()
        rules.setContentsMargins(24, 12, 24, 12)
        rules.setSpacing(6)
        first = QHBoxLayout()
        first.setSpacing(16)
        first.addWidget(self._lint)
        first.addWidget(self._audit)
        first.addStretch(1)
        second = QHBoxLayout()
        second.setSpacing(16)
        cap = QHBoxLayout()
        cap.setSpacing(6)
        cap.addWidget(self._cap)
        cap.addWidget(self._amount)
        second.addLayout(cap)
        second.addWidget(self._seen)
        second.addStretch(1)
        rules.addLayout(first)
        rules.addLayout(second)
        body = panel("raised")
        column = QVBoxLayout(body)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(8)
        amount = QHBoxLayout()
        amount.setSpacing(12)
        amount.addWidget(self._sum)
        amount.addWidget(self._what, 1, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(amount)
        for each in (self._sends, self._bound, self._undo):
            column.addWidget(each)
        column.addWidget(self._marked)
        column.addWidget(self._unseen)
        column.addWidget(self.decision)
        column.addSpacing(4)
        column.addWidget(line())
        column.addSpacing(4)
        column.addWidget(self._out)
        column.addLayout(self._out_list)
        column.addWidget(self._more)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        foot = QHBoxLayout()
        foot.setContentsMargins(24, 12, 24, 12)
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(self._cancel)
        foot.addWidget(self.commit_button)
        inner = QVBoxLayout()
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addLayout(head)
        inner.addWidget(line())
        inner.addLayout(rules)
        inner.addWidget(line())
        inner.addWidget(scroll, 1)
        inner.addWidget(line())
        inner.addLayout(foot)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(line(horizontal=False))
        outer.addLayout(inner, 1)

    # ------------------------------------------------------------------ the rule

    def rule(self) -> ApprovalRule:
        """The rule as it stands; what was never on screen is never chosen by it."""
        return ApprovalRule(
            clean_lint=self._lint.isChecked(),
            audit_passed=self._audit.isChecked(),
            at_most=Fen(self._amount.value() * 100) if self._cap.isChecked() else None,
            seen_only=True,
        )

    def _on_rule(self) -> None:
        self._amount.setEnabled(self._cap.isChecked())
        self.rule_changed.emit(self.rule())

    def _on_unseen(self, allowed: bool) -> None:
        if not self._filling:
            self.unseen_changed.emit(allowed)

    # ------------------------------------------------------------------ what would happen

    def show_preview(self, preview: BatchPreview) -> None:
        """Say what a commit would do."""
        plan = preview.plan
        count = len(plan.included)
        videos = sum(item.resource.kind is ResourceKind.VIDEO for item in plan.included)
        self._sum.setText(formats().money(plan.amount))
        if not count:
            what = tr("approvals", "Nothing is chosen")
        elif videos == count:
            what = tr("approvals", "approve {count} video|approve {count} videos", count=count)
        elif not videos:
            what = tr("approvals", "approve {count} script|approve {count} scripts", count=count)
        else:
            what = tr("approvals", "approve {scripts} scripts and {videos} videos", scripts=count - videos, videos=videos)
        self._what.setText(what)
        self._sends.set_words(
            tr(
                "approvals",
                "{count} confirmation is sent; the creator goes on.|{count} confirmations are sent; the creators go on.",
                count=count,
            )
        )
        for each in (self._sends, self._bound, self._undo):
            each.setVisible(count > 0)
        self._marked.setText(
            tr("approvals", "{count} of them have findings or an audit that is not passed: you chose them yourself.", count=preview.marked)
        )
        self._marked.setVisible(preview.marked > 0)
        self._show_unseen(preview)
        self._out.set_words(tr("approvals", "Not among them"), tr("approvals", "{count}, untouched", count=len(preview.left_out)))
        self._show_left_out(preview.left_out)
        text = tr("approvals", "Approve {count} · {amount}", count=count, amount=formats().money(plan.amount))
        self.commit_button.setText(text if count else tr("approvals", "Approve"))
        self.commit_button.setEnabled(count > 0)
        self.commit_button.updateGeometry()

    def _show_unseen(self, preview: BatchPreview) -> None:
        self._filling = True
        cost = total(item.amount for item in preview.unseen if item.amount is not None)
        self._unseen.setText(
            tr("approvals", "Approve {count} that were never opened, {amount}", count=len(preview.unseen), amount=formats().money(cost))
        )
        self._unseen.setChecked(preview.unseen_allowed)
        self._unseen.setVisible(bool(preview.unseen))
        self._filling = False

    def _show_left_out(self, left_out: Sequence[tuple[ApprovalItem, tuple[Exclusion, ...]]]) -> None:
        shown = left_out[:_SHOWN]
        while len(self._rows) < len(shown):
            row = _LeftOut()
            row.opened.connect(self.item_opened)
            self._rows.append(row)
            self._out_list.addWidget(row)
        for place, row in enumerate(self._rows):
            row.setVisible(place < len(shown))
            if place < len(shown):
                row.set_item(*shown[place])
        rest = len(left_out) - len(shown)
        self._more.setText(tr("approvals", "and {count} more", count=rest))
        self._more.setVisible(rest > 0)

    def retranslate(self) -> None:
        """Set the words again."""
        self._title.setText(tr("approvals", "Approve in a batch"))
        self._close.set_name(tr("approvals", "Close"))
        self._lint.setText(tr("approvals", "No findings"))
        self._audit.setText(tr("approvals", "Platform audit passed"))
        self._cap.setText(tr("approvals", "At most"))
        self._amount.setPrefix("¥")
        self._amount.setAccessibleName(tr("approvals", "At most"))
        self._seen.setText(tr("approvals", "Opened and seen"))
        self._by_rule.setText(tr("approvals", "Choose by rule"))
        self._bound.set_words(tr("approvals", "Valid only for the version, state and amount you saw; if one changed, you are asked."))
        self._undo.set_words(tr("approvals", "Can be undone until it is sent; afterwards only through the platform's own way."))
        self._cancel.setText(tr("approvals", "Cancel"))
        self.decision.retranslate()
        for button in (self._by_rule, self._cancel):
            button.updateGeometry()
