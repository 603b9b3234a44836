"""The card that hangs beside a finding: its articles, why it may be exempt, and a wording that would do."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from xingtu_desktop.domain.compliance import Finding
from xingtu_desktop.ui.approvals import words
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button, IconButton
from xingtu_desktop.ui.widgets.labels import Badge, ElidedLabel, text_label
from xingtu_desktop.ui.widgets.painting import saved, stroke_round
from xingtu_desktop.ui.widgets.toasts import paint_shadow

_SHADOW = 12
_WIDTH = 300


class FindingCard(QWidget):
    """One finding, laid over the script; Escape and the cross put it away."""

    closed = Signal()
    reject_asked = Signal(int)
    """Write this finding's advice into the rejection."""
    next_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._number = 0
        self._badge = Badge()
        self._term = ElidedLabel(strong=True)
        self._place = text_label(type="caption", tone="text-3")
        self._close = IconButton("close", "", size=24)
        self._close.clicked.connect(self.closed)
        self._articles = text_label(strong=True, wrap=True)
        self._trick = text_label(type="caption", tone="warn", wrap=True)
        self._note = text_label(tone="text-2", wrap=True)
        self._rewrite_name = text_label(type="caption", tone="text-3")
        self._rewrite = text_label(wrap=True)
        self._rewrite.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._take = Button(small=True, icon="reject")
        self._take.clicked.connect(lambda: self.reject_asked.emit(self._number))
        self._next = Button(small=True, kind="ghost", key="N")
        self._next.clicked.connect(self.next_asked)
        self._hint = text_label(type="caption", tone="text-3", wrap=True)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._badge)
        head.addWidget(self._term, 1)
        head.addWidget(self._place)
        head.addWidget(self._close)
        rewrite = QHBoxLayout()
        rewrite.setSpacing(12)
        rewrite.addWidget(self._rewrite_name, 0, Qt.AlignmentFlag.AlignTop)
        rewrite.addWidget(self._rewrite, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._next)
        buttons.addWidget(self._take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_SHADOW + 16, _SHADOW + 12, _SHADOW + 16, _SHADOW + 12)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(self._articles)
        layout.addWidget(self._trick)
        layout.addWidget(self._note)
        layout.addWidget(self._hint)
        layout.addLayout(rewrite)
        layout.addSpacing(4)
        layout.addLayout(buttons)
        self.hide()

    def number(self) -> int:
        """The finding shown, 0 for none."""
        return self._number if not self.isHidden() else 0

    def show_finding(self, number: int, total: int, finding: Finding, beside: QRect) -> None:
        """Fill the card and hang it below `beside` (in the parent's coordinates), or above where there is more room."""
        self._number = number
        rule = finding.rule
        self._badge.set_badge(words.severity_name(rule.severity), words.severity_tone(rule.severity))
        self._term.setText(finding.text or rule.term)
        place = f"{number}/{total}"
        if finding.at_seconds is not None:
            place += f" · {formats().duration(finding.at_seconds)}"
        self._place.setText(place)
        self._articles.setText(rule.articles)
        disguise = words.trick_name(finding.trick)
        self._trick.setText(tr("approvals", "Reads as “{term}”: {how}", term=rule.term, how=disguise) if disguise else "")
        self._trick.setVisible(bool(disguise))
        self._note.setText(rule.note)
        self._note.setVisible(bool(rule.note))
        self._hint.setText(tr("approvals", "A prompt, not a verdict: the advertiser can prove an exemption."))
        self._rewrite_name.setText(tr("approvals", "Rewrite"))
        self._rewrite.setText(rule.rewrite)
        self._rewrite_name.setVisible(bool(rule.rewrite))
        self._rewrite.setVisible(bool(rule.rewrite))
        self._take.setText(tr("approvals", "Write into the rejection"))
        self._take.updateGeometry()
        self._next.setText(tr("approvals", "Next"))
        self._next.updateGeometry()
        self._next.setVisible(total > 1)
        self._close.set_name(tr("approvals", "Close"))
        self.setAccessibleName(f"{rule.articles} {finding.text} {rule.note}")
        self.setFixedWidth(current_theme().px(_WIDTH) + 2 * _SHADOW)
        self.adjustSize()
        self._hang(beside)
        self.show()
        self.raise_()

    def _hang(self, beside: QRect) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        x = min(max(0, beside.left() - _SHADOW), max(0, parent.width() - self.width()))
        below = beside.bottom() + 6 - _SHADOW
        if below + self.height() <= parent.height() or beside.top() < self.height():
            y = min(below, max(0, parent.height() - self.height()))
        else:
            y = beside.top() - self.height() + _SHADOW - 6
        self.move(x, y)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Shadow and ground."""
        tokens = current_theme().tokens
        painter = QPainter(self)
        body = QRectF(self.rect()).adjusted(_SHADOW, _SHADOW, -_SHADOW, -_SHADOW)
        with saved(painter):
            paint_shadow(painter, body, _SHADOW)
            stroke_round(painter, body, 10, tokens.line_strong, tokens.raised)
