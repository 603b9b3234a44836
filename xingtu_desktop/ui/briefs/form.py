"""The form of a brief: blocks that mirror the platform's fields, each control bound to one field of the domain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QHBoxLayout, QLineEdit, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from xingtu_desktop.domain.brief import Brief, BriefProblem, limit_of
from xingtu_desktop.domain.compliance import Severity
from xingtu_desktop.domain.creator import VideoTier
from xingtu_desktop.domain.demand import DAYS_RANGE, PaymentKind
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.services.briefs import Marked
from xingtu_desktop.ui.briefs import choices, words
from xingtu_desktop.ui.briefs.fields import CartEdit, Dot, Field, LinesEdit, MarkedTextEdit, put_text, undo_key
from xingtu_desktop.ui.briefs.schedule import Schedule
from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.widgets.inputs import CounterLineEdit, NumberField
from xingtu_desktop.ui.widgets.labels import line, text_label

LONG_TEXTS = ("product_information", "detail_demand", "other_demand")
LINE_TEXTS = (
    "title", "product_name", "brand_name", "contact_name", "special_topic",
    "script_demand", "scene_demand", "prop_demand", "music_demand",
)  # fmt: skip
FREE_TEXTS = ("contact_phone", "product_link")
LISTS = ("selling_points", "must_say", "must_not_say", "checklist")
_CONTACT_LIMIT = 30


def tone_of(mark: Marked) -> str:
    """The colour of a finding: answered ones are green."""
    if mark.answer is not None:
        return "good"
    return {Severity.BLOCK: "bad", Severity.EVIDENCE: "warn", Severity.WARN: "accent"}[mark.finding.rule.severity]


class _Block(QWidget):
    """A block of the form: heading with a quiet note, body, line below."""

    def __init__(self) -> None:
        super().__init__()
        self._title = text_label(strong=True)
        self._note = text_label(type="caption", tone="text-3")
        self.body = QVBoxLayout()
        self.body.setContentsMargins(24, 14, 24, 16)
        self.body.setSpacing(12)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._note, 1)
        self.body.addLayout(head)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self.body)
        layout.addWidget(line())

    def set_words(self, title: str, note: str = "") -> None:
        self._title.setText(title)
        self._note.setText(note)


class BriefForm(QScrollArea):
    """Shows a brief and says what was edited; it keeps nothing itself."""

    edited = Signal(str, object)
    """Field and its new value; "publish_window" carries (from, until)."""
    dot_clicked = Signal(int)
    undo_pressed = Signal()
    redo_pressed = Signal()

    def __init__(self, now: Callable[[], datetime], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._silent = False
        self._brief: Brief | None = None
        self.fields: dict[str, Field] = {}
        self.texts: dict[str, MarkedTextEdit] = {}
        self.lines: dict[str, QLineEdit] = {}
        self.lists: dict[str, LinesEdit] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._make_controls(now)
        self._lay_out()
        self.retranslate()

    # ------------------------------------------------------------------ building

    def _make_controls(self, now: Callable[[], datetime]) -> None:
        for name in LONG_TEXTS:
            text = MarkedTextEdit(limit_of(name) or 0, lines=4 if name == "detail_demand" else 3 if name == "product_information" else 2)
            text.edited.connect(lambda value, name=name: self._report(name, value))
            text.dot_clicked.connect(self.dot_clicked)
            text.editor.installEventFilter(self)
            self.texts[name] = text
            self._field(name, text)
        for name in (*LINE_TEXTS, *FREE_TEXTS):
            limit = limit_of(name)
            edit: QLineEdit = QLineEdit() if name in FREE_TEXTS else CounterLineEdit(limit or _CONTACT_LIMIT)
            edit.textChanged.connect(lambda value, name=name: self._report(name, value))
            edit.installEventFilter(self)
            self.lines[name] = edit
            self._field(name, edit)
        for name in LISTS:
            rows = LinesEdit()
            rows.edited.connect(lambda value, name=name: self._report(name, value))
            self.lists[name] = rows
            self._field(name, rows)
        self.industry = QComboBox()
        self.sub_industry = QComboBox()
        self.industry.activated.connect(self._on_industry)
        self.sub_industry.activated.connect(self._on_sub_industry)
        self._field("industry", self.industry)
        self._sub_field = Field(self.sub_industry)
        self.tier, self.payment, self.script_stage = QComboBox(), QComboBox(), QComboBox()
        self.tier.activated.connect(lambda: self._report("tier", self.tier.currentData()))
        self.payment.activated.connect(lambda: self._report("payment", self.payment.currentData()))
        self.script_stage.activated.connect(lambda: self._report("skip_script", bool(self.script_stage.currentData())))
        self._field("tier", self.tier)
        self._field("payment", self.payment)
        self._field("skip_script", self.script_stage)
        self.retention, self.accept = NumberField(0, DAYS_RANGE[1]), NumberField(0, DAYS_RANGE[1])
        self.budget = NumberField(0, 999_999_999)
        for name, number in (("retention_days", self.retention), ("accept_expiration_days", self.accept)):
            number.setSpecialValueText("—")
            number.valueChanged.connect(lambda value, name=name: self._report(name, value or None))
            self._field(name, number)
        self.budget.setSpecialValueText("—")
        self.budget.setPrefix("¥")
        self.budget.setGroupSeparatorShown(True)
        self.budget.valueChanged.connect(lambda value: self._report("budget", Fen(value * 100) if value else None))
        self._field("budget", self.budget)
        self.cart = CartEdit()
        self.cart.edited.connect(lambda value: self._report("cart", value))
        self._field("cart", self.cart)
        self.schedule = Schedule(now)
        self.schedule.edited.connect(lambda value: self._report("publish_window", value))
        for combo in (self.industry, self.sub_industry, self.tier, self.payment, self.script_stage):
            combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            combo.installEventFilter(self)
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(6)

    def _field(self, name: str, control: QWidget) -> None:
        self.fields[name] = Field(control)

    def _lay_out(self) -> None:
        host = QWidget()
        column = QVBoxLayout(host)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._blocks = [_Block() for _ in range(7)]
        basic, product, content, delivery, schedule, say, link = self._blocks
        rows: tuple[tuple[_Block, tuple[tuple[str | Field, int], ...]], ...] = (
            (basic, (("title", 3), ("product_name", 2))),
            (basic, (("brand_name", 1), ("industry", 1), (self._sub_field, 1))),
            (basic, (("contact_name", 1), ("contact_phone", 1), ("special_topic", 1))),
            (product, (("product_information", 1),)),
            (content, (("detail_demand", 1),)),
            (content, (("other_demand", 1),)),
            (content, (("script_demand", 1), ("scene_demand", 1))),
            (content, (("prop_demand", 1), ("music_demand", 1))),
            (delivery, (("tier", 1), ("payment", 1), ("skip_script", 1))),
            (delivery, (("retention_days", 1), ("accept_expiration_days", 1), ("budget", 1))),
            (say, (("selling_points", 1), ("checklist", 1))),
            (say, (("must_say", 1), ("must_not_say", 1))),
            (link, (("product_link", 1),)),
            (link, (("cart", 1),)),
        )
        for block, row in rows:
            grid = QGridLayout()
            grid.setContentsMargins(0, 0, 0, 0)
            grid.setHorizontalSpacing(16)
            for place, (name, share) in enumerate(row):
                grid.addWidget(self.fields[name] if isinstance(name, str) else name, 0, place)
                grid.setColumnStretch(place, share)
                grid.setColumnMinimumWidth(place, 60)
            block.body.addLayout(grid)
        schedule.body.addWidget(self.schedule)
        for block in (basic, product, content, delivery, schedule, say, link):
            column.addWidget(block)
        column.addStretch(1)
        self.setWidget(host)

    def retranslate(self) -> None:
        """Words in the language in force."""
        titles = (
            (tr("briefs", "Basics"), ""),
            (tr("briefs", "Product information"), ""),
            (tr("briefs", "Content demands"), tr("briefs", "script, spoken text, pictures")),
            (tr("briefs", "Delivery and settlement"), ""),
            (tr("briefs", "Schedule"), tr("briefs", "Chinese working days")),
            (tr("briefs", "Points and checklist"), tr("briefs", "for your team; they stand beside the script in Approvals")),
            (tr("briefs", "Links and cart"), ""),
        )
        for block, (title, note) in zip(self._blocks, titles, strict=True):
            block.set_words(title, note)
        notes = {
            "title": tr("briefs", "10 characters are kept for the order tag"),
            "budget": tr("briefs", "yuan, for all orders"),
            "retention_days": tr("briefs", "days"),
            "accept_expiration_days": tr("briefs", "days"),
        }
        for name, field in self.fields.items():
            field.set_words(words.field_name(name), notes.get(name, ""), named=name not in ("product_information", "detail_demand"))
        self._sub_field.set_words(tr("briefs", "Second level"), tr("briefs", "assumed table"))
        for rows, (add, hint) in zip(
            (self.lists[name] for name in LISTS),
            (
                (tr("briefs", "Add point"), tr("briefs", "A selling point")),
                (tr("briefs", "Add words"), tr("briefs", "Words to say")),
                (tr("briefs", "Add words"), tr("briefs", "Words to avoid")),
                (tr("briefs", "Add criterion"), tr("briefs", "A criterion of acceptance")),
            ),
            strict=True,
        ):
            rows.set_words(add, hint)
        self.texts["detail_demand"].set_placeholder(tr("briefs", "What the creator should show and say"))
        self.lines["product_link"].setPlaceholderText("https://")
        self.cart.retranslate()
        self.schedule.retranslate()
        self._fill_choices()

    def _fill_choices(self) -> None:
        self._silent = True
        for combo, entries in (
            (self.tier, [(choices.tier_name(tier), tier) for tier in VideoTier]),
            (self.payment, [(choices.payment_name(kind), kind) for kind in PaymentKind]),
            (self.script_stage, [(words.script_stage(skipped), skipped) for skipped in (False, True)]),
            (self.industry, [(each.name(), each.industry_id) for each in choices.industries()]),
        ):
            combo.clear()
            for name, value in entries:
                combo.addItem(name, value)
        for combo in (self.industry, self.sub_industry):
            combo.setPlaceholderText(tr("briefs", "Choose"))
        self._silent = False
        if self._brief is not None:
            self.set_brief(self._brief)

    # ------------------------------------------------------------------ showing

    def set_brief(self, brief: Brief) -> None:
        """Show a brief; only what differs is touched, so that the caret stays where it is."""
        self._brief, self._silent = brief, True
        for name, text in self.texts.items():
            put_text(text.editor, getattr(brief, name))
        for name, edit in self.lines.items():
            put_text(edit, getattr(brief, name))
        for name, rows in self.lists.items():
            rows.set_lines(getattr(brief, name))
        parent = brief.industry[0] if brief.industry else None
        self.industry.setCurrentIndex(self.industry.findData(parent) if parent is not None else -1)
        self._fill_sub_industries(parent)
        self.sub_industry.setCurrentIndex(self.sub_industry.findData(brief.industry[1]) if brief.industry else -1)
        self.tier.setCurrentIndex(list(VideoTier).index(brief.tier))
        self.payment.setCurrentIndex(list(PaymentKind).index(brief.payment))
        self.script_stage.setCurrentIndex(int(brief.skip_script))
        self.retention.setValue(brief.retention_days or 0)
        self.accept.setValue(brief.accept_expiration_days or 0)
        self.budget.setValue(0 if brief.budget is None else brief.budget.value // 100)
        self.cart.set_items(brief.cart)
        self.schedule.set_brief(brief)
        self._silent = False

    def note_brief(self, brief: Brief) -> None:
        """The brief that the controls show already."""
        self._brief = brief

    def _fill_sub_industries(self, parent: int | None) -> None:
        children = next((each.children for each in choices.industries() if each.industry_id == parent), ())
        self.sub_industry.clear()
        for child in children:
            self.sub_industry.addItem(child.name(), child.industry_id)
        self.sub_industry.setEnabled(bool(children))

    def set_marks(self, marks: Sequence[Marked], current: int) -> None:
        """Underline and number the findings of each text."""
        for name, text in self.texts.items():
            text.set_dots(
                [Dot(mark.number, mark.finding.start, mark.finding.end, tone_of(mark)) for mark in marks if mark.field == name], current
            )

    def set_problems(self, problems: Sequence[BriefProblem], *, quiet: bool) -> None:
        """Say at each field what is wrong; `quiet` leaves out what is merely missing, so that a new brief is not all red."""
        said: dict[str, str] = {}
        for problem in problems:
            if not (quiet and problem.code == "missing"):
                said.setdefault(problem.field, tr("briefs", "missing") if problem.code == "missing" else words.problem(problem))
        for name, field in self.fields.items():
            field.set_problem(said.get(name, ""))
        self.schedule.end_field.set_problem(said.get("publish_window", ""))

    def show_mark(self, mark: Marked) -> None:
        """Bring a finding into sight and put the caret on it."""
        text = self.texts.get(mark.field)
        if text is None:
            self.focus_field(mark.field)
            return
        self.ensureWidgetVisible(text, 0, 80)
        text.select(Dot(mark.number, mark.finding.start, mark.finding.end, tone_of(mark)))
        text.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_field(self, name: str) -> None:
        """Put the keyboard into a field."""
        if name == "publish_window":
            self.ensureWidgetVisible(self.schedule, 0, 40)
            self.schedule.start.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        field = self.fields.get(name)
        if field is not None:
            self.ensureWidgetVisible(field, 0, 80)
            field.control.setFocus(Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------------ editing

    def _report(self, name: str, value: object) -> None:
        if not self._silent:
            self.edited.emit(name, value)

    def _on_industry(self) -> None:
        parent = self.industry.currentData()
        self._fill_sub_industries(parent)
        self.sub_industry.setCurrentIndex(0)
        self._on_sub_industry()

    def _on_sub_industry(self) -> None:
        self._report("industry", (self.industry.currentData(), self.sub_industry.currentData()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Undo and redo belong to the whole brief; a wheel that scrolls the form must not change a select on its way."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QComboBox) and not watched.hasFocus():
            event.ignore()
            return True
        if isinstance(event, QKeyEvent) and isinstance(watched, QLineEdit | QPlainTextEdit):
            wish = undo_key(event)
            if wish and event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if wish and event.type() == QEvent.Type.KeyPress:
                (self.undo_pressed if wish == "undo" else self.redo_pressed).emit()
                return True
        return super().eventFilter(watched, event)
