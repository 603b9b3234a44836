"""The page of a video version: picture and notes side by side, the player's controls, the timeline."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from xingtu_desktop.domain.review import ReviewNote
from xingtu_desktop.services.approvals import OpenVersion
from xingtu_desktop.ui.approvals.notes_panel import NotesPanel
from xingtu_desktop.ui.approvals.timeline import Marker, Timeline
from xingtu_desktop.ui.approvals.video_stage import SPEEDS, VideoStage
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import IconButton, Segment, SegmentedControl
from xingtu_desktop.ui.widgets.labels import KeyCap, line, text_label


class VideoPage(QFrame):
    """Picture, notes, controls. The stage tells when the first frame was painted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "surface")
        self.stage = VideoStage()
        self.notes = NotesPanel()
        self.timeline = Timeline()
        self._back = IconButton("step-back", "")
        self._play = IconButton("play", "", size=32)
        self._forward = IconButton("step-forward", "")
        self._time = text_label(type="heading")
        self._length = text_label(tone="text-3")
        self._rate = text_label(type="caption", tone="text-3")
        self.speeds = SegmentedControl([Segment(str(speed), f"{speed:g}×") for speed in SPEEDS])
        self.speeds.set_current("1.0")
        self._loop = IconButton("loop", "")
        self._sound = IconButton("volume", "")
        for toggle in (self._loop, self._sound):
            toggle.setCheckable(True)
        self._caps = [KeyCap("←"), KeyCap("→")]
        self._places: dict[str, ReviewNote] = {}
        self._build()
        self._connect()
        self.retranslate()

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(0)
        self.stage.setMinimumWidth(current_theme().px(220))
        self.notes.setMinimumWidth(current_theme().px(240))
        top.addWidget(self.stage, 5)
        top.addWidget(line(horizontal=False))
        top.addWidget(self.notes, 5)
        controls = QHBoxLayout()
        controls.setContentsMargins(12, 8, 16, 8)
        controls.setSpacing(6)
        for widget in (self._back, self._play, self._forward):
            controls.addWidget(widget)
        controls.addSpacing(6)
        controls.addWidget(self._time)
        controls.addWidget(self._length)
        controls.addSpacing(6)
        controls.addWidget(self._rate)
        for cap in self._caps:
            controls.addWidget(cap)
        controls.addStretch(1)
        controls.addWidget(self.speeds)
        controls.addWidget(self._loop)
        controls.addWidget(self._sound)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top, 1)
        layout.addWidget(line())
        layout.addLayout(controls)
        layout.addWidget(line())
        layout.addWidget(self.timeline)

    def _connect(self) -> None:
        stage = self.stage
        self._back.clicked.connect(lambda: stage.step(-1))
        self._forward.clicked.connect(lambda: stage.step(1))
        self._play.clicked.connect(stage.toggle)
        self.speeds.changed.connect(lambda key: stage.set_speed(float(key)))
        self._loop.toggled.connect(stage.set_loop)
        self._sound.toggled.connect(self._on_muted)
        stage.position_changed.connect(self._on_position)
        stage.duration_changed.connect(self._on_duration)
        stage.playing_changed.connect(self._on_playing)
        self.timeline.seeked.connect(stage.seek)
        self.timeline.range_changed.connect(lambda _: self._show_place())
        self.timeline.marker_pressed.connect(lambda key: self._on_note_pressed(self._places[key]))
        self.notes.note_pressed.connect(self._on_note_pressed)

    # ------------------------------------------------------------------ what is shown

    def set_version(self, opened: OpenVersion) -> None:
        """Load the bytes of a version, paused on its first frame."""
        if opened.media is None:
            self.stage.clear()
            return
        self.timeline.set_duration(opened.item.resource.duration_seconds or 0.0)
        self.timeline.clear_range()
        self.stage.load(opened.media)
        self._on_position(0.0)
        self._on_duration(opened.item.resource.duration_seconds or 0.0)

    def set_markers(self, notes: tuple[ReviewNote, ...], opened: OpenVersion) -> None:
        """The notes of this version on the timeline."""
        mine = [note for note in notes if note.resource_id == opened.item.resource.resource_id and note.start is not None]
        markers = [
            Marker(note.note_id, number, note.start or 0.0, note.end)
            for number, note in enumerate(sorted(mine, key=lambda one: (one.start or 0.0, one.created_at)), start=1)
        ]
        self.timeline.set_markers(markers)
        self._places = {note.note_id: note for note in mine}

    def note_place(self) -> tuple[float, float | None]:
        """Where a note written now would stand: the marked range, or the picture shown."""
        marked = self.timeline.selected_range()
        return marked if marked is not None else (self.stage.position(), None)

    def place_words(self) -> str:
        """The same in words."""
        start, end = self.note_place()
        if end is None:
            return tr("approvals", "Note at {time}", time=formats().timecode(start))
        return tr("approvals", "Note on {start} to {end}", start=formats().timecode(start), end=formats().timecode(end))

    def controls_height(self) -> int:
        """Pixels below the picture."""
        return self.height() - self.stage.height()

    def retranslate(self) -> None:
        """Set the words again."""
        self._back.set_name(tr("approvals", "One frame back"))
        self._forward.set_name(tr("approvals", "One frame forward"))
        self._play.set_name(tr("approvals", "Pause") if self.stage.playing() else tr("approvals", "Play"))
        self._loop.set_name(tr("approvals", "Loop"))
        self._sound.set_name(tr("approvals", "Mute"))
        self.speeds.setAccessibleName(tr("approvals", "Speed"))
        self.stage.setAccessibleName(tr("approvals", "Video"))
        self._show_rate()
        self._show_place()

    # ------------------------------------------------------------------ inside

    def _on_position(self, seconds: float) -> None:
        self._time.setText(formats().timecode(seconds))
        self.timeline.set_position(seconds)
        self._show_place()

    def _on_duration(self, seconds: float) -> None:
        self._length.setText(f"/ {formats().timecode(seconds)}" if seconds else "")
        if seconds:
            self.timeline.set_duration(seconds)
        self._show_rate()

    def _on_playing(self, playing: bool) -> None:
        self._play.set_icon("pause" if playing else "play")
        self._play.set_name(tr("approvals", "Pause") if playing else tr("approvals", "Play"))

    def _on_muted(self, muted: bool) -> None:
        self.stage.set_muted(muted)
        self._sound.set_icon("volume-off" if muted else "volume")

    def _on_note_pressed(self, note: ReviewNote) -> None:
        if note.start is not None:
            self.stage.pause()
            self.stage.seek(note.start)

    def _show_rate(self) -> None:
        self._rate.setText(tr("approvals", "{rate} frames/s", rate=f"{self.stage.frame_rate():g}") if self.stage.ready() else "")

    def _show_place(self) -> None:
        self.notes.set_place(self.place_words())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide what a narrow window has no room for."""
        wide = self.width() >= current_theme().px(640)
        self._rate.setVisible(wide)
        for cap in self._caps:
            cap.setVisible(wide)
