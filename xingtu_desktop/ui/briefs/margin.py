"""The margin beside a brief: what is missing, numbered findings with article, exemption, evidence and rewrite, what was let through."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from xingtu_desktop.domain.brief import BriefProblem
from xingtu_desktop.domain.compliance import Severity
from xingtu_desktop.services.briefs import BriefReview, Marked
from xingtu_desktop.ui.briefs import words
from xingtu_desktop.ui.briefs.fields import NumberDot
from xingtu_desktop.ui.briefs.form import tone_of
from xingtu_desktop.ui.formats import DOT
from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.labels import Badge, ElidedLabel, line, panel, text_label
from xingtu_desktop.ui.widgets.painting import saved, stroke_round

SHOWN_PROBLEMS = 4


class FindingCard(QFrame):
    """One finding."""

    chosen = Signal(int)
    rewrite_taken = Signal(int)
    evidence_wanted = Signal(int)
    exemption_wanted = Signal(int)
    answer_withdrawn = Signal(int)

    def __init__(self, mark: Marked) -> None:
        super().__init__()
        self.number = mark.number
        self._current = False
        rule, answer = mark.finding.rule, mark.answer
        word, tone = (tr("briefs", "Answered"), "good") if answer is not None else words.severity(rule.severity)
        self.setProperty("panel", "card")
        self.setAccessibleName(DOT.join((str(mark.number), mark.finding.text, word)))
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(NumberDot(mark.number, tone_of(mark)))
        head.addWidget(ElidedLabel(mark.finding.text, strong=True), 1)
        head.addWidget(Badge(word, tone))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 10, 12, 10)
        self._layout.setSpacing(6)
        self._layout.addLayout(head)
        place = DOT.join(part for part in (words.field_name(mark.field), rule.articles, words.trick(mark.finding.trick)) if part)
        self._layout.addWidget(text_label(place, type="caption", tone="text-2", wrap=True))
        if answer is not None:
            said = tr("briefs", "Not a problem: {reason}", reason=answer.reference) if answer.exempt else answer.reference
            row = QHBoxLayout()
            row.addWidget(text_label(said, type="caption", tone="good", wrap=True), 1)
            row.addWidget(self._button(tr("briefs", "Withdraw"), self.answer_withdrawn))
            self._layout.addLayout(row)
            facts = DOT.join(part for part in (answer.source, answer.dated, answer.scope) if part)
            if facts:
                self._layout.addWidget(text_label(facts, type="caption", tone="text-2", wrap=True))
            return
        if rule.note:
            self._layout.addWidget(text_label(rule.note, type="caption", tone="text-3", wrap=True))
        if rule.rewrite:
            host = panel("window")
            rewrite = QHBoxLayout(host)
            rewrite.setContentsMargins(8, 4, 4, 4)
            rewrite.addWidget(text_label(tr("briefs", "Rewrite"), type="caption", tone="text-3"))
            rewrite.addWidget(ElidedLabel(rule.rewrite), 1)
            rewrite.addWidget(self._button(tr("briefs", "Take it"), self.rewrite_taken))
            self._layout.addWidget(host)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._button(tr("briefs", "Not a problem…"), self.exemption_wanted, kind="secondary"))
        row.addWidget(self._button(tr("briefs", "Attach evidence…"), self.evidence_wanted, kind="secondary"))
        row.addStretch(1)
        self._layout.addLayout(row)

    def _button(self, text: str, signal: object, *, kind: str = "link") -> Button:
        button = Button(text, kind="secondary" if kind == "secondary" else "link", small=True)
        button.clicked.connect(lambda: signal.emit(self.number))  # type: ignore[attr-defined]  # a bound signal has no public type
        return button

    def set_current(self, current: bool) -> None:
        """The card in hand has an accent edge."""
        if current != self._current:
            self._current = current
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The card, and its edge when it is in hand."""
        super().paintEvent(event)
        if self._current:
            painter = QPainter(self)
            with saved(painter):
                stroke_round(painter, QRectF(self.rect()), 10, current_theme().tokens.accent, width=2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click takes the finding in hand."""
        self.chosen.emit(self.number)


class Margin(QWidget):
    """The column: heading with counts, problems, cards, let-through list."""

    chosen = Signal(int)
    rewrite_taken = Signal(int)
    evidence_wanted = Signal(int)
    exemption_wanted = Signal(int)
    answer_withdrawn = Signal(int)
    problem_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._review: BriefReview | None = None
        self._current = 0
        self._all_passed = False
        self._all_problems = False
        self.cards: list[FindingCard] = []
        self._title = text_label(strong=True)
        self._note = ElidedLabel(type="caption", tone="text-3")
        self._counts = [Badge("", "bad"), Badge("", "warn"), Badge("", "good")]
        head = QHBoxLayout()
        head.setContentsMargins(16, 14, 16, 12)
        head.setSpacing(6)
        head.addWidget(self._title)
        head.addWidget(self._note, 1)
        for badge in self._counts:
            head.addWidget(badge)
        host = QWidget()
        self._body = QVBoxLayout(host)
        self._body.setContentsMargins(16, 12, 16, 16)
        self._body.setSpacing(10)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(host)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(line())
        layout.addWidget(self._scroll, 1)

    def set_review(self, review: BriefReview) -> None:
        """Show a review; the cards are built anew only where something differs."""
        if review != self._review:
            self._review = review
            self.rebuild()

    def rebuild(self) -> None:
        """Write everything again, in the language in force."""
        review = self._review
        if review is None:
            return
        place = self._scroll.verticalScrollBar().value()
        self._title.setText(tr("briefs", "Compliance"))
        self._note.setText(tr("briefs", "checked offline · word list {day}", day=review.terms_version))
        answered = len(review.marks) - len(review.open_marks)
        must = sum(mark.finding.rule.severity is Severity.BLOCK for mark in review.open_marks)
        for badge, count, tone, icon in zip(
            self._counts,
            (must, len(review.open_marks) - must, answered),
            ("bad", "warn", "good"),
            ("blocked", "alert-triangle", "check"),
            strict=True,
        ):
            badge.set_badge(str(count), tone, icon)
            badge.setVisible(count > 0)
        while self._body.count():
            item = self._body.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.cards = []
        if review.problems:
            self._body.addWidget(self._problems(review.problems))
        for mark in review.marks:
            card = FindingCard(mark)
            for name in ("chosen", "rewrite_taken", "evidence_wanted", "exemption_wanted", "answer_withdrawn"):
                getattr(card, name).connect(getattr(self, name))
            self.cards.append(card)
            self._body.addWidget(card)
        if not review.marks:
            self._body.addWidget(
                text_label(tr("briefs", "The word list finds nothing. It prompts; it is no verdict."), tone="text-2", wrap=True)
            )
        if review.passed:
            self._body.addWidget(self._passed(review))
        self._body.addStretch(1)
        self.set_current(self._current)
        self._scroll.verticalScrollBar().setValue(place)

    def _problems(self, problems: Sequence[BriefProblem]) -> QWidget:
        host = panel("card")
        column = QVBoxLayout(host)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(4)
        column.addWidget(
            text_label(
                tr("briefs", "{count} thing to settle before ordering|{count} things to settle before ordering", count=len(problems)),
                strong=True,
            )
        )
        shown = problems if self._all_problems else problems[:SHOWN_PROBLEMS]
        for problem in shown:
            button = Button(words.problem(problem), kind="link", small=True)
            button.clicked.connect(lambda _=False, field=problem.field: self.problem_chosen.emit(field))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        if len(problems) > len(shown):
            more = Button(tr("briefs", "{count} more", count=len(problems) - len(shown)), kind="ghost", small=True, drops=True)
            more.clicked.connect(self._show_all_problems)
            column.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        return host

    def _show_all_problems(self) -> None:
        self._all_problems = True
        self.rebuild()

    def _passed(self, review: BriefReview) -> QWidget:
        host = QWidget()
        column = QVBoxLayout(host)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        said = [f"{item.text} ({words.let_through(item.reason)})" for _, item in review.passed]
        count = len(said)
        head = Button(tr("briefs", "Let through: {count}", count=count), kind="ghost", small=True, drops=True)
        head.clicked.connect(self._toggle_passed)
        column.addWidget(head, 0, Qt.AlignmentFlag.AlignLeft)
        text = DOT.join(said if self._all_passed else said[:3])
        column.addWidget(text_label(text, type="caption", tone="text-2", wrap=True))
        return host

    def _toggle_passed(self) -> None:
        self._all_passed = not self._all_passed
        self.rebuild()

    def set_current(self, number: int) -> None:
        """Take a finding in hand and bring its card into sight."""
        self._current = number
        for card in self.cards:
            card.set_current(card.number == number)
            if card.number == number:
                self._scroll.ensureWidgetVisible(card, 0, 24)
