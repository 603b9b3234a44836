"""The middle of the approvals view: head of the version, script or video, the reject box; every state of an opened version."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QRect, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from xingtu_desktop.domain.approval import ApprovalItem
from xingtu_desktop.domain.compliance import Finding, Severity
from xingtu_desktop.domain.lifecycle import ResourceKind
from xingtu_desktop.domain.review import ReviewNote
from xingtu_desktop.domain.review_text import Side
from xingtu_desktop.services.approvals import OpenVersion
from xingtu_desktop.ui.approvals import words
from xingtu_desktop.ui.approvals.finding_card import FindingCard
from xingtu_desktop.ui.approvals.notes_panel import NotesPanel
from xingtu_desktop.ui.approvals.reject_box import RejectBox
from xingtu_desktop.ui.approvals.script_view import ScriptView
from xingtu_desktop.ui.approvals.video_page import VideoPage
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button, IconButton, Segment, SegmentedControl
from xingtu_desktop.ui.widgets.labels import ElidedLabel, KeyCap, line, panel, set_tone, text_label
from xingtu_desktop.ui.widgets.panels import Avatar
from xingtu_desktop.ui.widgets.states import EmptyState, Skeleton


class ContentPanel(QFrame):
    """Shows one opened version. `shown` fires once its text or first frame has really been painted."""

    shown = Signal()
    compare_changed = Signal(bool)
    note_written = Signal(str)
    note_removed = Signal(object)
    write_asked = Signal()
    fetch_asked = Signal()
    reject_finding_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "surface")
        self._opened: OpenVersion | None = None
        self._decided = False
        self._finding = 0
        self._now = datetime.min.replace(tzinfo=UTC)
        self._avatar = Avatar(size=32)
        self._name = ElidedLabel(type="heading")
        self._version = text_label(tone="text-2")
        self._about = ElidedLabel(type="caption", tone="text-3")
        self._modes = SegmentedControl()
        self._modes.changed.connect(lambda key: self.compare_changed.emit(key == "compare"))
        self._modes_key = KeyCap("V")
        self.side = IconButton("switch", "")
        self.side.hide()
        self._strip = panel("surface")
        self._changes = text_label(type="caption", tone="text-2")
        self._added = text_label(type="caption", tone="good")
        self._removed = text_label(type="caption", tone="bad")
        self._same = text_label(type="caption", tone="text-3")
        self._marks = [text_label(type="caption", tone=tone) for tone in ("bad", "warn", "text-2", "good")]
        self._next = Button(kind="ghost", small=True, key="N")
        self._next.clicked.connect(self.next_finding)
        self.script = ScriptView()
        self.script.all_shown.connect(self.shown)
        self.script.finding_pressed.connect(self._on_finding)
        self.script_notes = NotesPanel()
        self.card = FindingCard(self.script)
        self.card.closed.connect(self.close_card)
        self.card.next_asked.connect(self.next_finding)
        self.card.reject_asked.connect(self.reject_finding_asked)
        self.video = VideoPage()
        self.video.stage.first_frame_shown.connect(self.shown)
        self.video.stage.failed.connect(self._on_failed)
        self.missing = EmptyState("wifi-off")
        self.missing.acted.connect(self.fetch_asked)
        self.nothing = EmptyState("approvals")
        self._skeleton = Skeleton(rows=10)
        for notes in (self.script_notes, self.video.notes):
            notes.note_written.connect(self.note_written)
            notes.note_removed.connect(self.note_removed)
            notes.write_asked.connect(self.write_asked)
        self.reject = RejectBox()
        self._build()

    def _build(self) -> None:
        names = QHBoxLayout()
        names.setSpacing(8)
        names.addWidget(self._name)
        names.addWidget(self._version)
        names.addStretch(1)
        titles = QVBoxLayout()
        titles.setSpacing(1)
        titles.addLayout(names)
        titles.addWidget(self._about)
        head = QHBoxLayout()
        head.setContentsMargins(16, 9, 12, 9)
        head.setSpacing(12)
        head.addWidget(self._avatar)
        head.addLayout(titles, 1)
        head.addWidget(self._modes)
        head.addWidget(self._modes_key)
        head.addWidget(self.side)
        strip = QHBoxLayout()
        strip.setContentsMargins(16, 6, 12, 6)
        strip.setSpacing(10)
        for label in (self._changes, self._added, self._removed, self._same):
            strip.addWidget(label)
        strip.addStretch(1)
        for label in self._marks:
            strip.addWidget(label)
        strip.addWidget(self._next)
        rows = QVBoxLayout(self._strip)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(strip)
        rows.addWidget(line())
        script_page = panel("surface")
        page = QVBoxLayout(script_page)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self._strip)
        page.addWidget(self.script, 1)
        self._notes_line = line()
        page.addWidget(self._notes_line)
        page.addWidget(self.script_notes)
        self._stack = QStackedWidget()
        for widget in (self._skeleton, self.nothing, self.missing, script_page, self.video):
            self._stack.addWidget(widget)
        self._script_page = script_page
        # A short window gives the reject box its height first; what is above scrolls.
        self._stack.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._head = panel("surface")
        top = QVBoxLayout(self._head)
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(0)
        top.addLayout(head)
        top.addWidget(line())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._head)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.reject)

    # ------------------------------------------------------------------ states

    def show_loading(self) -> None:
        """The queue or a version is on its way."""
        self._leave()
        self._head.hide()
        self._skeleton.begin()
        self._stack.setCurrentWidget(self._skeleton)

    def show_nothing(self, *, decided: bool) -> None:
        """Nothing waits: because everything is decided, or because nothing was uploaded."""
        self._leave()
        self._head.hide()
        self._decided = decided
        self._write_nothing()
        self._stack.setCurrentWidget(self.nothing)

    def _write_nothing(self) -> None:
        if self._decided:
            self.nothing.set_words(
                tr("approvals", "Everything is decided"), tr("approvals", "What you decided is on its way; Z takes the newest back.")
            )
        else:
            self.nothing.set_words(
                tr("approvals", "Nothing waits for your word"),
                tr("approvals", "Scripts and videos appear here as creators upload them."),
                tr("approvals", "See the campaigns"),
            )

    def _leave(self) -> None:
        self._skeleton.end()
        self._opened = None
        self.close_card()
        self.video.stage.clear()
        self.script.set_version(None, compare=False)

    def show_version(self, opened: OpenVersion, *, compare: bool) -> None:
        """Another version, or the same one with new notes; what is here already is not loaded again."""
        before = self._opened
        same = (
            before is not None
            and before.item.resource.resource_id == opened.item.resource.resource_id
            and before.item.resource.content_hash == opened.item.resource.content_hash
            and (before.media is None) == (opened.media is None)
        )
        self._opened = opened
        self._skeleton.end()
        self._head.show()
        if not same:
            self.close_card()
            self.script_notes.stop_writing()
            self.video.notes.stop_writing()
        item = opened.item
        video = item.resource.kind is ResourceKind.VIDEO
        if not video or opened.media is None:
            self.video.stage.clear()
        if (video and opened.media is None) or (not video and opened.text is None):
            self.script.set_version(None, compare=False)
            self._stack.setCurrentWidget(self.missing)
        elif video:
            self.script.set_version(None, compare=False)
            self._stack.setCurrentWidget(self.video)
            if not same:
                self.video.set_version(opened)
        else:
            self._stack.setCurrentWidget(self._script_page)
            self.script.set_version(opened, compare=compare and bool(opened.diff), keep_place=same)
        self._modes.set_current("compare" if compare and opened.diff else "full")
        self._write(opened)

    def set_notes(self, notes: tuple[ReviewNote, ...], opened: OpenVersion) -> None:
        """Notes below the script or beside the video."""
        now = self._now
        resource = opened.item.resource
        if resource.kind is ResourceKind.VIDEO:
            self.video.notes.set_notes(notes, resource, opened.versions, now)
            self.video.set_markers(notes, opened)
        else:
            here = [note for note in notes if any(note.resource_id == version.resource_id for version in opened.versions)]
            self.script_notes.set_notes(notes, resource, opened.versions, now)
            self._show_script_notes(bool(here))

    def _show_script_notes(self, shown: bool) -> None:
        shown = shown or self.script_notes.writing()
        self.script_notes.setVisible(shown)
        self._notes_line.setVisible(shown)
        self.script_notes.setMaximumHeight(current_theme().px(210))
        self.script_notes.set_place(tr("approvals", "Write a note"))

    # ------------------------------------------------------------------ words

    def set_now(self, now: datetime) -> None:
        """The platform's time, for ages."""
        self._now = now

    def _write(self, opened: OpenVersion) -> None:
        item, resource = opened.item, opened.item.resource
        self._avatar.set_name(item.order.author_name, str(item.order.author_id))
        self._name.setText(item.order.author_name)
        self._version.setText(words.version_name(resource))
        parts = [
            item.order.product_name or item.order.demand_name,
            "" if item.campaign is None else item.campaign.name,
            tr("approvals", "resource …{tail}", tail=str(resource.resource_id)[-4:]),
            tr("approvals", "checked {time}", time=formats().clock(item.order.synced_at)),
        ]
        self._about.setText(" · ".join(part for part in parts if part))
        can_compare = resource.kind is ResourceKind.SCRIPT and bool(opened.diff) and opened.previous is not None
        self._modes.setVisible(can_compare)
        self._modes_key.setVisible(can_compare)
        if opened.previous is not None:
            self._modes.set_segments(
                (
                    Segment("full", tr("approvals", "Full text")),
                    Segment("compare", tr("approvals", "Compare with v{number}", number=opened.previous.version)),
                )
            )
        self._modes.setAccessibleName(tr("approvals", "What is shown"))
        self._write_strip(opened)
        self._write_missing(item)

    def _write_strip(self, opened: OpenVersion) -> None:
        compare = self._modes.current() == "compare" and bool(opened.diff)
        sides = [one.side for one in opened.diff]
        self._changes.setText(
            tr("approvals", "By sentence") if compare else tr("approvals", "{count} characters", count=len(opened.text or ""))
        )
        for label, sign, side in ((self._added, "+", Side.ADDED), (self._removed, "−", Side.REMOVED)):
            label.setVisible(compare)
            label.setText(f"{sign}{sides.count(side)}")
        self._same.setVisible(compare)
        self._same.setText(tr("approvals", "{count} unchanged", count=sides.count(Side.SAME)))
        findings: tuple[Finding, ...] = () if opened.review is None else opened.review.findings
        for label, severity in zip(self._marks, (Severity.BLOCK, Severity.EVIDENCE, Severity.WARN), strict=False):
            count = sum(one.rule.severity is severity for one in findings)
            label.setVisible(bool(count))
            label.setText(words.severity_count(severity, count))
        fixed = 0 if opened.change is None else len(opened.change.fixed)
        last = self._marks[-1]
        if fixed:
            last.setText(tr("approvals", "{count} fixed", count=fixed))
        elif not findings and opened.review is not None:
            last.setText(tr("approvals", "No findings"))
        last.setVisible(bool(fixed) or not findings)
        set_tone(last, "good")
        self._next.setText(tr("approvals", "Next finding"))
        self._next.updateGeometry()
        self._next.setVisible(bool(findings))

    def _write_missing(self, item: ApprovalItem) -> None:
        kind = words.kind_name(item.resource.kind)
        self.missing.set_words(
            tr("approvals", "{kind} not on this computer yet", kind=kind),
            tr("approvals", "It is fetched as soon as you are online. Until it was on screen it cannot be approved."),
            tr("approvals", "Look again"),
        )

    def covered_height(self) -> int:
        """Pixels at the bottom where the operator works: the reject box, or the player's controls."""
        if not self.reject.isHidden():
            return self.reject.height()
        return self.video.controls_height() if self._stack.currentWidget() is self.video else 0

    # ------------------------------------------------------------------ findings

    def next_finding(self) -> None:
        """Go round the findings and show the card of each."""
        findings = self._findings()
        if findings:
            self.show_finding(self._finding % len(findings) + 1)

    def selected_finding(self) -> Finding | None:
        """The finding whose card is open."""
        findings = self._findings()
        return findings[self._finding - 1] if self.card.number() and 0 < self._finding <= len(findings) else None

    def close_card(self) -> bool:
        """Put the card away; False when there was none."""
        was_open = not self.card.isHidden()
        self.card.hide()
        self._finding = self._finding if was_open and self._opened is not None else 0
        self.script.select(0)
        return was_open

    def _findings(self) -> tuple[Finding, ...]:
        return () if self._opened is None or self._opened.review is None else self._opened.review.findings

    def show_finding(self, number: int) -> None:
        """Bring a finding into sight and open its card; numbers count from 1."""
        spot = self.script.select(number)
        if spot is None and self._modes.current() == "compare":
            return
        self._on_finding(number, spot or QRect())

    def _on_finding(self, number: int, spot: QRect) -> None:
        findings = self._findings()
        if not 0 < number <= len(findings):
            self.close_card()
            return
        self._finding = number
        self.card.show_finding(number, len(findings), findings[number - 1], spot)

    # ------------------------------------------------------------------ notes

    def begin_note(self) -> None:
        """Open the line for a note where the operator is looking."""
        if self._opened is None:
            return
        if self._opened.item.resource.kind is ResourceKind.VIDEO:
            self.video.stage.pause()
            self.video.notes.begin_writing(self.video.place_words())
            return
        finding = self.selected_finding()
        about = (
            tr("approvals", "Note on “{term}”", term=finding.text)
            if finding is not None and finding.text
            else tr("approvals", "Note on the script")
        )
        self.script_notes.begin_writing(about)
        self._show_script_notes(True)

    def stop_note(self) -> bool:
        """Put the line away; False when none was open."""
        writing = self.script_notes.writing() or self.video.notes.writing()
        self.script_notes.stop_writing()
        self.video.notes.stop_writing()
        return writing

    def note_place(self) -> tuple[float | None, float | None]:
        """Where a note belongs: seconds in a video, code points in a script."""
        if self._opened is not None and self._opened.item.resource.kind is ResourceKind.VIDEO:
            return self.video.note_place()
        finding = self.selected_finding()
        if finding is None or finding.end <= finding.start:
            return None, None
        return float(finding.start), float(finding.end)

    def _on_failed(self, said: str) -> None:
        """Bytes that no decoder takes are as good as none; what the player said stays plain and small."""
        if self._opened is None:
            return
        self.missing.set_words(tr("approvals", "This video cannot be played"), said, "")
        self._stack.setCurrentWidget(self.missing)

    def retranslate(self) -> None:
        """Set the words again."""
        self.video.retranslate()
        self.side.set_name(tr("approvals", "Queue or context beside the version"))
        self.reject.retranslate()
        self._write_nothing()
        if self._opened is not None:
            self._write(self._opened)
