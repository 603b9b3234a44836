"""Paints a video version from the bytes on this computer and steps through it; tells when its first frame was really on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

if TYPE_CHECKING:
    # Qt Multimedia loads its codecs when it is imported: the first video waits for them, not the window.
    from PySide6.QtMultimedia import QVideoFrame

    from xingtu_desktop.ui.approvals.playback import Playback

SPEEDS = (0.5, 1.0, 1.5, 2.0)


class VideoStage(QWidget):
    """One picture. Times are seconds. `clear` before the owner goes."""

    first_frame_shown = Signal()
    """A frame of the video that was loaded last has been painted."""
    position_changed = Signal(float)
    duration_changed = Signal(float)
    playing_changed = Signal(bool)
    failed = Signal(str)
    """The bytes cannot be played; the player's own words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._playback: Playback | None = None
        self._frame: QVideoFrame | None = None
        self._image: QImage | None = None
        self._position = 0.0
        self._told = False
        self._speed = 1.0
        self._loop = False
        self._muted = False

    # ------------------------------------------------------------------ loading

    def load(self, data: bytes) -> None:
        """Show the first frame of a video, paused."""
        from xingtu_desktop.ui.approvals.playback import Playback

        self.clear()
        made = Playback(data, speed=self._speed, loop=self._loop, muted=self._muted, parent=self)
        made.frame_arrived.connect(self._on_frame)
        made.position_changed.connect(self._on_position)
        made.duration_changed.connect(self.duration_changed)
        made.playing_changed.connect(self.playing_changed)
        made.failed.connect(self.failed)
        self._playback = made

    def clear(self) -> None:
        """No video."""
        self._frame, self._image, self._position, self._told = None, None, 0.0, False
        if self._playback is not None:
            was_playing = self._playback.playing()
            self._playback.end()
            self._playback = None
            if was_playing:
                self.playing_changed.emit(False)
        self.update()

    # ------------------------------------------------------------------ playing

    def ready(self) -> bool:
        """Whether a frame of this video is here."""
        return self._frame is not None

    def position(self) -> float:
        """Of the frame shown, in seconds."""
        return self._position

    def duration(self) -> float:
        """Of the video, 0 while unknown."""
        return 0.0 if self._playback is None else self._playback.duration()

    def frame_rate(self) -> float:
        """Frames a second."""
        return 25.0 if self._playback is None else self._playback.frame_rate()

    def playing(self) -> bool:
        """Whether it runs."""
        return self._playback is not None and self._playback.playing()

    def toggle(self) -> None:
        """Play or pause; at the end it begins again."""
        if self._playback is None:
            return
        if self._playback.playing():
            self._playback.pause()
            return
        if self._playback.at_end():
            self._playback.seek(0)
        self._playback.play()

    def pause(self) -> None:
        """Stand still."""
        if self._playback is not None and self._playback.playing():
            self._playback.pause()

    def seek(self, seconds: float) -> None:
        """Go to a time."""
        if self._playback is None:
            return
        place = min(max(0.0, seconds), max(0.0, self.duration() - 0.5 / self.frame_rate()))
        self._position = place
        self._playback.seek(place)
        self.position_changed.emit(place)

    def step(self, frames: int) -> None:
        """Move by whole frames, paused. The middle of a frame is asked for: its edge may land one early."""
        self.pause()
        rate = self.frame_rate()
        self.seek((int(self._position * rate + 1e-6) + frames + 0.5) / rate)

    def set_speed(self, speed: float) -> None:
        """0.5 to 2; holds for the next videos too."""
        self._speed = speed
        if self._playback is not None:
            self._playback.set_speed(speed)

    def set_loop(self, loop: bool) -> None:
        """Begin again at the end."""
        self._loop = loop
        if self._playback is not None:
            self._playback.set_loop(loop)

    def set_muted(self, muted: bool) -> None:
        """Sound off or on."""
        self._muted = muted
        if self._playback is not None:
            self._playback.set_muted(muted)

    # ------------------------------------------------------------------ frames

    def _on_frame(self, playback: Playback, frame: QVideoFrame) -> None:
        if playback is self._playback:
            from PySide6.QtMultimedia import QVideoFrame

            self._frame, self._image = QVideoFrame(frame), None
            self.update()

    def _on_position(self, seconds: float) -> None:
        # After a seek the player repeats the old place once; the place asked for is the truth until it moves again.
        if self.playing():
            self._position = seconds
            self.position_changed.emit(seconds)

    def sizeHint(self) -> QSize:
        """A portrait picture."""
        return QSize(270, 480)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame in the middle of a dark ground."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#0B0D11"))
        if self._frame is None:
            return
        if self._image is None:
            self._image = self._frame.toImage()
        if self._image.isNull():
            return
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRectF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2, size.width(), size.height())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target, self._image)
        if not self._told:
            self._told = True
            # Told after the paint, and only while it is still this video.
            shown = self._playback
            QTimer.singleShot(0, self, lambda: self._tell(shown))

    def _tell(self, shown: Playback | None) -> None:
        if shown is not None and shown is self._playback:
            self.first_frame_shown.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press plays or pauses."""
        self.toggle()
