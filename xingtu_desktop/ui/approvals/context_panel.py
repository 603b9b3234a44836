"""What stands beside a version: contract, brief, compliance, platform audits, way of confirming, versions, money, creator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from xingtu_desktop.domain.lifecycle import AdSyncDecision, AuditSource
from xingtu_desktop.services.approvals import OpenVersion
from xingtu_desktop.ui.approvals import words
from xingtu_desktop.ui.approvals.words import Said
from xingtu_desktop.ui.formats import UNKNOWN
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.theme.icons import paint as paint_icon
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.labels import ElidedLabel, line, panel, repolish, set_tone, text_label
from xingtu_desktop.ui.widgets.panels import Avatar, Section

WIDTH = 340


class _Fact(QWidget):
    """One of the three large figures: name, value, where it comes from."""

    def __init__(self) -> None:
        super().__init__()
        self._name = ElidedLabel(type="caption", tone="text-2")
        self._value = ElidedLabel(type="title")
        self._note = ElidedLabel(type="caption", tone="text-3")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for label in (self._name, self._value, self._note):
            layout.addWidget(label)

    def set_fact(self, name: str, value: str, note: str, tone: str = "text") -> None:
        self._name.setText(name)
        # A long span ("2 h 20 min") keeps its figures: one step smaller rather than cut.
        step = "title" if len(value) <= 7 else "heading"
        if self._value.property("type") != step:
            self._value.setProperty("type", step)
            repolish(self._value)
        set_tone(self._value, tone)
        self._value.setText(value)
        self._note.setText(note)
        self.setAccessibleName(f"{name} {value} {note}")


class _Line(QWidget):
    """A row of a section: icon, words, and a quiet word at the right."""

    pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._icon, self._role = "", "text-2"
        self._words = ElidedLabel(type="caption")
        self._right = text_label(type="caption", tone="text-3")
        self._row = QHBoxLayout(self)
        self._row.setSpacing(8)
        self._row.addWidget(self._words, 1)
        self._row.addWidget(self._right)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_line(
        self, text: str, right: str = "", *, icon: str = "", role: str = "text-2", tone: str = "text", right_tone: str = "text-3"
    ) -> None:
        self._icon, self._role = icon, role
        self._row.setContentsMargins(current_theme().px(24) if icon else 0, 1, 0, 1)
        self._words.setText(text)
        set_tone(self._words, tone)
        self._right.setText(right)
        set_tone(self._right, right_tone)
        self.setAccessibleName(f"{text} {right}".strip())
        self.update()

    def set_pressable(self, pressable: bool) -> None:
        self.setCursor(Qt.CursorShape.PointingHandCursor if pressable else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()

    def sizeHint(self) -> QSize:
        return QSize(200, current_theme().px(22))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._icon:
            size = current_theme().px(16)
            paint_icon(QPainter(self), self._icon, 0, (self.height() - size) / 2, size, self._role)


class _Lines(Section):
    """A section of lines that are reused from version to version."""

    line_pressed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[_Line] = []

    def set_lines(self, rows: Sequence[tuple[str, str, Said]], *, pressable: bool = False) -> None:
        """(words, word at the right, look); the look's text is unused."""
        while len(self._lines) < len(rows):
            made = _Line()
            number = len(self._lines)
            made.pressed.connect(lambda number=number: self.line_pressed.emit(number))
            self._lines.append(made)
            self.body.addWidget(made)
        for place, each in enumerate(self._lines):
            each.setVisible(place < len(rows))
            if place < len(rows):
                text, right, look = rows[place]
                each.set_line(text, right, icon=look.icon, role=look.tone or "text-3", right_tone=look.text or "text-3")
                each.set_pressable(pressable)
        self.setVisible(bool(rows))


class DecisionChooser(QWidget):
    """确认方式 in words: what a confirmation means while audits are open."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._decision = AdSyncDecision.ALL_AUDITS_MUST_PASS
        self._name = text_label(type="caption", tone="text-2")
        self._button = Button(kind="secondary", small=True, drops=True)
        self._menu = QMenu(self)
        self._button.set_menu(self._menu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._name)
        layout.addWidget(self._button)
        self.retranslate()

    def decision(self) -> AdSyncDecision:
        """What was chosen."""
        return self._decision

    def set_decision(self, decision: AdSyncDecision) -> None:
        """Show a choice without telling anyone."""
        self._decision = decision
        self.retranslate()

    def _choose(self, decision: AdSyncDecision) -> None:
        self.set_decision(decision)
        self.changed.emit(decision)

    def retranslate(self) -> None:
        """Set the words again."""
        self._name.setText(tr("approvals", "How it is confirmed"))
        self._button.setText(words.decision_name(self._decision))
        self._button.setAccessibleName(tr("approvals", "How it is confirmed"))
        self._button.updateGeometry()
        self._menu.clear()
        for each in AdSyncDecision:
            action = self._menu.addAction(words.decision_name(each))
            action.setCheckable(True)
            action.setChecked(each is self._decision)
            action.triggered.connect(lambda _=False, value=each: self._choose(value))


class _Creator(QWidget):
    """Who made it; a press opens the profile."""

    pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._avatar = Avatar(size=32)
        self._name = ElidedLabel(strong=True)
        self._about = ElidedLabel(type="caption", tone="text-3")
        names = QVBoxLayout()
        names.setSpacing(1)
        names.addWidget(self._name)
        names.addWidget(self._about)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 36, 12)
        row.setSpacing(12)
        row.addWidget(self._avatar)
        row.addLayout(names, 1)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_creator(self, name: str, key: str, about: str) -> None:
        self._avatar.set_name(name, key)
        self._name.setText(name)
        self._about.setText(about)
        self.setAccessibleName(f"{name} {about}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        size = current_theme().px(16)
        paint_icon(QPainter(self), "chevron-right", self.width() - size - 14, (self.height() - size) / 2, size, "text-3")


class ContextPanel(QFrame):
    """340 px at the right; scrolls when there is more than the window shows."""

    decision_changed = Signal(object)
    finding_pressed = Signal(int)
    """The finding's number, from 1."""
    creator_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "surface")
        self._opened: OpenVersion | None = None
        self._now: datetime | None = None
        self._due, self._rejects, self._amount = _Fact(), _Fact(), _Fact()
        facts = QHBoxLayout()
        facts.setContentsMargins(16, 12, 12, 12)
        facts.setSpacing(12)
        for place, fact in enumerate((self._due, self._rejects, self._amount)):
            if place:
                facts.addWidget(line(horizontal=False))
            facts.addWidget(fact, (5, 4, 5)[place])
        self._brief, self._lint, self._audits, self._versions, self._money = _Lines(), _Lines(), _Lines(), _Lines(), _Lines()
        self._lint.line_pressed.connect(lambda place: self.finding_pressed.emit(place + 1))
        self.decision = DecisionChooser()
        self.decision.changed.connect(self.decision_changed)
        self._confirm = Section()
        self._confirm.header.hide()
        self._confirm.add(self.decision)
        self._creator = _Creator()
        self._creator.pressed.connect(self.creator_pressed)
        content = panel("surface")
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(facts)
        column.addWidget(line())
        for section in (self._brief, self._lint, self._audits, self._confirm, self._versions, self._money, self._creator):
            column.addWidget(section)
        column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(content)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(line(horizontal=False))
        layout.addWidget(self._scroll, 1)
        self._content = content
        self._set_width()
        current_theme().changed.connect(self._set_width)
        self.clear()

    def _set_width(self) -> None:
        self.setFixedWidth(current_theme().px(WIDTH))

    def clear(self) -> None:
        """Nothing is open."""
        self._opened = None
        self._content.hide()

    def set_version(self, opened: OpenVersion, now: datetime) -> None:
        """Fill every section; `now` is the platform's."""
        another = self._opened is None or self._opened.item.resource.resource_id != opened.item.resource.resource_id
        self._opened, self._now = opened, now
        if another:
            self.decision.set_decision(AdSyncDecision.ALL_AUDITS_MUST_PASS)
            self._scroll.verticalScrollBar().setValue(0)
        self._content.show()
        self._facts(opened, now)
        self._brief.header.set_words(tr("approvals", "Brief"))
        self._brief.set_lines([(point, "", Said("", "text-3", "minus")) for point in opened.checklist])
        self._compliance(opened)
        self._platform(opened, now)
        self._history(opened, now)
        self._sums(opened)
        order = opened.item.order
        about = order.product_name or order.demand_name
        self._creator.set_creator(
            order.author_name, str(order.author_id), f"{about} · {order.author_id}" if about else str(order.author_id)
        )

    def tick(self, now: datetime) -> None:
        """Let the deadline move on."""
        if self._opened is not None:
            self._now = now
            self._facts(self._opened, now)

    def _facts(self, opened: OpenVersion, now: datetime) -> None:
        item = opened.item
        left = words.remaining(item, now)
        agreed = tr("approvals", "by contract")
        not_agreed = tr("approvals", "not agreed")
        when = formats().moment(item.due, now) if item.due is not None else not_agreed
        self._due.set_fact(tr("approvals", "Until deadline"), left.text, when, left.tone if left.tone != "text-2" else "text")
        rejects = item.rejects_left
        limit = None if item.campaign is None else item.campaign.reject_limit
        value = UNKNOWN if rejects is None else f"{rejects} / {limit}"
        tone = "bad" if rejects is not None and rejects <= 1 else "text" if rejects is not None else "text-3"
        self._rejects.set_fact(tr("approvals", "Rejects left"), value, agreed if rejects is not None else not_agreed, tone)
        source = tr("approvals", "order · {time}", time=formats().clock(item.order.synced_at))
        self._amount.set_fact(tr("approvals", "Task amount"), formats().money(item.amount), source, "text" if item.amount else "text-3")

    def _compliance(self, opened: OpenVersion) -> None:
        review = opened.review
        if review is None:
            self._lint.set_lines([])
            return
        change = opened.change
        new = {id(finding) for finding in change.new} if change is not None else set()
        rows: list[tuple[str, str, Said]] = []
        for finding in review.findings:
            name = finding.text or finding.rule.term
            if id(finding) in new:
                name += "  " + tr("approvals", "new")
            look = Said("", words.severity_tone(finding.rule.severity) or "text-2", words.severity_icon(finding.rule.severity))
            rows.append((name, _article(finding.rule.articles), look))
        for finding in () if change is None else change.fixed:
            rows.append((finding.text or finding.rule.term, tr("approvals", "fixed"), Said("good", "good", "check")))
        for passed in review.passed[:4]:
            rows.append(
                (passed.text, tr("approvals", "let through: {why}", why=words.let_through(passed.reason)), Said("", "text-3", "minus"))
            )
        note = tr("approvals", "word list {date}", date=review.terms_version)
        if change is not None and opened.previous is not None:
            before = len(change.fixed) + len(change.remaining)
            note = tr(
                "approvals",
                "v{old} {before} → v{now} {after}",
                old=opened.previous.version,
                before=before,
                now=opened.item.resource.version,
                after=len(review.findings),
            )
        self._lint.header.set_words(tr("approvals", "Compliance"), note)
        if not rows:
            rows.append((tr("approvals", "No findings"), "", Said("", "good", "check")))
        self._lint.set_lines(rows, pressable=bool(review.findings))

    def _platform(self, opened: OpenVersion, now: datetime) -> None:
        resource = opened.item.resource
        self._audits.header.set_words(
            tr("approvals", "Platform audit"), tr("approvals", "as of {time}", time=formats().clock(opened.item.order.synced_at))
        )
        rows: list[tuple[str, str, Said]] = []
        for finding in sorted(resource.findings, key=lambda one: (one.source is not AuditSource.CONTENT, one.source or 99)):
            said = words.audit_status(finding.status)
            when = f"{said.text} · {formats().moment(finding.at, now)}" if finding.at is not None else said.text
            rows.append(
                (words.audit_source(finding.source), when, Said(said.tone if said.tone != "good" else "text-2", said.tone, said.icon))
            )
            if finding.reason:
                rows.append((finding.reason, "", Said("", "bad", "info")))
        if not rows:
            said = words.audit_status(resource.audit)
            rows.append(
                (tr("approvals", "Whole version"), said.text, Said(said.tone if said.tone != "good" else "text-2", said.tone, said.icon))
            )
        self._audits.set_lines(rows)

    def _history(self, opened: OpenVersion, now: datetime) -> None:
        self._versions.header.set_words(tr("approvals", "Versions"))
        rows: list[tuple[str, str, Said]] = []
        for version in opened.versions:
            current = version.resource_id == opened.item.resource.resource_id
            said = tr("approvals", "current") if current else words.version_status(version)
            notes = sum(note.resource_id == version.resource_id for note in opened.notes)
            right = formats().short_id(version.content_hash) if version.content_hash is not None else tr("approvals", "not here")
            if not current and notes:
                right = tr("approvals", "{count} notes", count=notes)
            rows.append((f"v{version.version}   {said} · {formats().moment(version.created_at, now)}", right, Said("")))
        self._versions.set_lines(rows)

    def _sums(self, opened: OpenVersion) -> None:
        order = opened.item.order
        self._money.header.set_words(tr("approvals", "Money"), tr("approvals", "order · {time}", time=formats().clock(order.synced_at)))
        rows = [
            (tr("approvals", "Task amount"), formats().money(order.task_cost, exact=True), Said("text")),
            (tr("approvals", "Platform fee"), formats().money(order.platform_fee, exact=True), Said("text")),
            (tr("approvals", "Total"), formats().money(order.total, exact=True), Said("text")),
        ]
        if order.total_paid is not None:
            rows.append((tr("approvals", "Paid into escrow"), formats().money(order.total_paid, exact=True), Said("text")))
        self._money.set_lines(rows)

    def retranslate(self) -> None:
        """Set the words again."""
        self.decision.retranslate()
        if self._opened is not None and self._now is not None:
            self.set_version(self._opened, self._now)


def _article(articles: str) -> str:
    """The first article, for a narrow column; the card shows all of them."""
    return articles.replace("；", ";").split(";")[0].strip()
