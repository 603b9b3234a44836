"""One video's player with its sink, sound and bytes; every order to it reaches Qt without the interpreter's lock.

Qt Multimedia's threads call virtual methods of objects that Python made (a sink's `disconnectNotify`, a buffer's `readData`); PySide 6.11
takes the interpreter's lock for each. A call such as `player.setSourceDevice(…)` waits for those threads and keeps that lock: deadlock,
seen at every fourth change of video. So orders go through queued signals, which the event loop hands to C++ without the lock, and the
player is deleted by the loop too. Call it directly again once PySide lets go of the lock in those methods.
"""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, Qt, QUrl, Signal, Slot
from PySide6.QtMultimedia import QAudioOutput, QMediaMetaData, QMediaPlayer, QVideoFrame, QVideoSink

_FALLBACK_RATE = 25.0


class Playback(QObject):
    """Made for one video and thrown away with `end`: a late frame of another can never pass for one of this."""

    frame_arrived = Signal(object, QVideoFrame)
    """(this, the frame), on the UI thread."""
    position_changed = Signal(float)
    duration_changed = Signal(float)
    playing_changed = Signal(bool)
    failed = Signal(str)

    _source_asked = Signal(QIODevice, QUrl)
    _play_asked = Signal()
    _pause_asked = Signal()
    _stop_asked = Signal()
    _seek_asked = Signal("qlonglong")  # type: ignore[arg-type]  # an int would be 32 bits; the stub knows no names
    _rate_asked = Signal(float)

    def __init__(self, data: bytes, *, speed: float, loop: bool, muted: bool, parent: QObject) -> None:
        super().__init__(parent)
        self._ended = False
        self._buffer = QBuffer(self)
        self._buffer.setData(QByteArray(data))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._audio = QAudioOutput(self)
        self._audio.setMuted(muted)
        self._sink = QVideoSink(self)
        self._player = QMediaPlayer(self)
        self._player.setAudioOutput(self._audio)
        self._player.setVideoSink(self._sink)
        queued = Qt.ConnectionType.QueuedConnection
        self._sink.videoFrameChanged.connect(self._on_frame, queued)
        self._player.positionChanged.connect(self._on_position, queued)
        self._player.durationChanged.connect(self._on_duration, queued)
        self._player.playingChanged.connect(self._on_playing, queued)
        self._player.errorOccurred.connect(self._on_error, queued)
        self._source_asked.connect(self._player.setSourceDevice, queued)
        self._play_asked.connect(self._player.play, queued)
        self._pause_asked.connect(self._player.pause, queued)
        self._stop_asked.connect(self._player.stop, queued)
        self._seek_asked.connect(self._player.setPosition, queued)
        self._rate_asked.connect(self._player.setPlaybackRate, queued)
        self.set_loop(loop)
        self._source_asked.emit(self._buffer, QUrl("version.mp4"))
        self.set_speed(speed)
        self.pause()

    def end(self) -> None:
        """Stop, and go as soon as the loop turns; nothing is heard of it any more."""
        self._ended = True
        self._stop_asked.emit()
        # The player first: what it plays from and into outlives it.
        self._player.deleteLater()
        self.deleteLater()

    # ------------------------------------------------------------------ orders

    def play(self) -> None:
        """Run."""
        self._play_asked.emit()

    def pause(self) -> None:
        """Stand still; before the first frame this shows it."""
        self._pause_asked.emit()

    def seek(self, seconds: float) -> None:
        """Go to a time."""
        self._seek_asked.emit(round(seconds * 1000))

    def set_speed(self, speed: float) -> None:
        """0.5 to 2."""
        self._rate_asked.emit(speed)

    def set_loop(self, loop: bool) -> None:
        """Begin again at the end."""
        self._player.setLoops(int(QMediaPlayer.Loops.Infinite.value) if loop else 1)

    def set_muted(self, muted: bool) -> None:
        """Sound off or on."""
        self._audio.setMuted(muted)

    # ------------------------------------------------------------------ what it knows

    def duration(self) -> float:
        """Seconds, 0 while unknown."""
        return self._player.duration() / 1000

    def playing(self) -> bool:
        """Whether it runs."""
        return not self._ended and self._player.isPlaying()

    def at_end(self) -> bool:
        """Whether it has run out."""
        return self._player.mediaStatus() is QMediaPlayer.MediaStatus.EndOfMedia

    def frame_rate(self) -> float:
        """Frames a second, as the file says."""
        rate = self._player.metaData().value(QMediaMetaData.Key.VideoFrameRate)
        return float(rate) if isinstance(rate, int | float) and rate > 0 else _FALLBACK_RATE

    # ------------------------------------------------------------------ what it says

    @Slot(QVideoFrame)
    def _on_frame(self, frame: QVideoFrame) -> None:
        if not self._ended and frame.isValid():
            self.frame_arrived.emit(self, frame)

    @Slot("qlonglong")
    def _on_position(self, milliseconds: int) -> None:
        if not self._ended:
            self.position_changed.emit(milliseconds / 1000)

    @Slot("qlonglong")
    def _on_duration(self, milliseconds: int) -> None:
        if not self._ended:
            self.duration_changed.emit(milliseconds / 1000)

    @Slot(bool)
    def _on_playing(self, playing: bool) -> None:
        if not self._ended:
            self.playing_changed.emit(playing)

    @Slot(QMediaPlayer.Error, str)
    def _on_error(self, _error: QMediaPlayer.Error, said: str) -> None:
        if not self._ended:
            self.failed.emit(said)
