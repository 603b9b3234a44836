"""Plays a video version from the bytes on this computer and paints its frames; tells when the first one was really on screen."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtMultimedia import QAudioOutput, QMediaMetaData, QMediaPlayer, QVideoFrame, QVideoSink
from PySide6.QtWidgets import QSizePolicy, QWidget

_FALLBACK_RATE = 25.0
SPEEDS = (0.5, 1.0, 1.5, 2.0)


class VideoStage(QWidget):
    """One player, one picture. Times are seconds. `clear` or `close_player` before the owner goes."""

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
        self._player: QMediaPlayer | None = None
        self._audio: QAudioOutput | None = None
        self._sink: QVideoSink | None = None
        self._buffer: QBuffer | None = None
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
        player = self._made()
        player.stop()
        self._frame, self._image, self._position, self._told = None, None, 0.0, False
        # A sink of its own for each video: a late frame of the one before must never pass for this one.
        sink = QVideoSink(self)
        sink.videoFrameChanged.connect(lambda frame, sink=sink: self._on_frame(sink, frame))
        old_sink, self._sink = self._sink, sink
        player.setVideoSink(sink)
        buffer = QBuffer(self)
        buffer.setData(QByteArray(data))
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        old_buffer, self._buffer = self._buffer, buffer
        player.setSourceDevice(buffer, QUrl("version.mp4"))
        player.setPlaybackRate(self._speed)
        player.pause()
        for old in (old_sink, old_buffer):
            if old is not None:
                old.deleteLater()
        self.update()

    def clear(self) -> None:
        """No video."""
        self._frame, self._image, self._position, self._told = None, None, 0.0, False
        if self._player is not None:
            self._player.stop()
            self._player.setSource(QUrl())
        if self._buffer is not None:
            self._buffer.deleteLater()
            self._buffer = None
        self.update()

    def close_player(self) -> None:
        """Let the decoder go; nothing plays after this."""
        self.clear()
        if self._player is not None:
            self._player.setVideoSink(None)  # type: ignore[arg-type]  # the stub forgets that none may be given
            self._player.deleteLater()
            self._player = None
        for each in (self._audio, self._sink):
            if each is not None:
                each.deleteLater()
        self._audio, self._sink = None, None

    def _made(self) -> QMediaPlayer:
        """The player is made at the first video: a day of scripts needs no decoder."""
        if self._player is None:
            self._player = QMediaPlayer(self)
            self._audio = QAudioOutput(self)
            self._audio.setMuted(self._muted)
            self._player.setAudioOutput(self._audio)
            self._player.positionChanged.connect(self._on_position)
            self._player.durationChanged.connect(lambda ms: self.duration_changed.emit(ms / 1000))
            self._player.playingChanged.connect(self.playing_changed)
            self._player.errorOccurred.connect(lambda _error, said: self.failed.emit(said))
            self._player.setLoops(_loops(self._loop))
        return self._player

    # ------------------------------------------------------------------ playing

    def ready(self) -> bool:
        """Whether a frame of this video is here."""
        return self._frame is not None

    def position(self) -> float:
        """Of the frame shown, in seconds."""
        return self._position

    def duration(self) -> float:
        """Of the video, 0 while unknown."""
        return 0.0 if self._player is None else self._player.duration() / 1000

    def frame_rate(self) -> float:
        """Frames a second, as the file says."""
        if self._player is None:
            return _FALLBACK_RATE
        rate = self._player.metaData().value(QMediaMetaData.Key.VideoFrameRate)
        return float(rate) if isinstance(rate, int | float) and rate > 0 else _FALLBACK_RATE

    def playing(self) -> bool:
        """Whether it runs."""
        return self._player is not None and self._player.isPlaying()

    def toggle(self) -> None:
        """Play or pause; at the end it begins again."""
        if self._player is None or self._buffer is None:
            return
        if self._player.isPlaying():
            self._player.pause()
        else:
            if self._player.mediaStatus() is QMediaPlayer.MediaStatus.EndOfMedia:
                self._player.setPosition(0)
            self._player.play()

    def pause(self) -> None:
        """Stand still."""
        if self._player is not None and self._player.isPlaying():
            self._player.pause()

    def seek(self, seconds: float) -> None:
        """Go to a time."""
        if self._player is None or self._buffer is None:
            return
        place = min(max(0.0, seconds), max(0.0, self.duration() - 0.5 / self.frame_rate()))
        self._position = place
        self._player.setPosition(round(place * 1000))
        self.position_changed.emit(place)

    def step(self, frames: int) -> None:
        """Move by whole frames, paused. The middle of a frame is asked for: its edge may land one early."""
        self.pause()
        rate = self.frame_rate()
        self.seek((int(self._position * rate + 1e-6) + frames + 0.5) / rate)

    def set_speed(self, speed: float) -> None:
        """0.5 to 2."""
        self._speed = speed
        if self._player is not None:
            self._player.setPlaybackRate(speed)

    def set_loop(self, loop: bool) -> None:
        """Begin again at the end."""
        self._loop = loop
        if self._player is not None:
            self._player.setLoops(_loops(loop))

    def set_muted(self, muted: bool) -> None:
        """Sound off or on."""
        self._muted = muted
        if self._audio is not None:
            self._audio.setMuted(muted)

    # ------------------------------------------------------------------ frames

    def _on_frame(self, sink: QVideoSink, frame: QVideoFrame) -> None:
        if sink is self._sink and frame.isValid():
            self._frame, self._image = QVideoFrame(frame), None
            self.update()

    def _on_position(self, milliseconds: int) -> None:
        # After a seek the player repeats the old place once; the place asked for is the truth until it moves again.
        if self.playing():
            self._position = milliseconds / 1000
            self.position_changed.emit(self._position)

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
            QTimer.singleShot(0, self, self.first_frame_shown.emit)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press plays or pauses."""
        self.toggle()


def _loops(loop: bool) -> int:
    return int(QMediaPlayer.Loops.Infinite.value) if loop else 1
