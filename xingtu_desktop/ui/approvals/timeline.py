"""The strip under a video: seconds, the place of the picture, and the notes by their time; a drag over it marks a range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.painting import fill_round, saved, stroke_round

_STEPS = (0.5, 1, 2, 5, 10, 15, 30, 60)
_DRAG_PIXELS = 5


@dataclass(frozen=True, slots=True)
class Marker:
    """A note on the strip; `end` None is a moment. `old` belongs to an earlier version."""

    key: str
    number: int
    start: float
    end: float | None
    old: bool = False


class Timeline(QWidget):
    """Press seeks; a drag on the notes lane marks a range for the next note."""

    seeked = Signal(float)
    range_changed = Signal(object)
    """(start, end) in seconds, or None."""
    marker_pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._duration = 0.0
        self._position = 0.0
        self._markers: tuple[Marker, ...] = ()
        self._range: tuple[float, float] | None = None
        self._drag: tuple[float, bool] | None = None
        self._dragged = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Seconds above, notes below."""
        return QSize(300, current_theme().px(72))

    def set_duration(self, seconds: float) -> None:
        """The length of the video."""
        self._duration = seconds
        self.update()

    def set_position(self, seconds: float) -> None:
        """Where the picture is."""
        self._position = seconds
        self.setAccessibleName(tr("approvals", "Timeline"))
        self.setAccessibleDescription(formats().timecode(seconds))
        self.update()

    def set_markers(self, markers: Sequence[Marker]) -> None:
        """The notes."""
        self._markers = tuple(markers)
        self.update()

    def selected_range(self) -> tuple[float, float] | None:
        """What was marked, in seconds."""
        return self._range

    def clear_range(self) -> None:
        """Nothing marked."""
        if self._range is not None:
            self._range = None
            self.range_changed.emit(None)
            self.update()

    # ------------------------------------------------------------------ geometry

    def _track(self) -> QRectF:
        theme = current_theme()
        left = theme.px(64)
        return QRectF(left, theme.px(24), max(10.0, self.width() - left - theme.px(20)), 0)

    def _x(self, seconds: float) -> float:
        track = self._track()
        return track.left() + track.width() * (seconds / self._duration if self._duration else 0.0)

    def _seconds(self, x: float) -> float:
        track = self._track()
        return min(max(0.0, (x - track.left()) / track.width()), 1.0) * self._duration

    def _lane(self) -> QRectF:
        theme = current_theme()
        track = self._track()
        return QRectF(track.left(), theme.px(36), track.width(), theme.px(24))

    def _marker_rect(self, marker: Marker) -> QRectF:
        theme = current_theme()
        lane, side = self._lane(), theme.px(18)
        left = self._x(marker.start)
        if marker.end is None:
            return QRectF(left - side / 2, lane.center().y() - side / 2, side, side)
        return QRectF(left, lane.center().y() - side / 2, max(side, self._x(marker.end) - left), side)

    # ------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ticks, lane, range, notes and the playhead."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setFont(theme.font(12))
        track, lane = self._track(), self._lane()
        with saved(painter):
            fill_round(painter, lane, 4, theme.tokens.hover)
            painter.setPen(theme.color("text-3"))
            painter.drawText(QRectF(theme.px(16), lane.top(), theme.px(48), lane.height()), _LEFT, tr("approvals", "Notes"))
            if self._duration:
                self._paint_ticks(painter, track)
            if self._range is not None:
                start, end = self._range
                area = QRectF(self._x(start), lane.top(), max(2.0, self._x(end) - self._x(start)), lane.height())
                stroke_round(painter, area, 4, theme.tokens.accent, theme.tokens.selected)
            for marker in self._markers:
                self._paint_marker(painter, marker)
            if self._duration:
                x = self._x(self._position)
                painter.setPen(QPen(theme.color("accent"), 2))
                painter.drawLine(QPointF(x, track.top() - 2), QPointF(x, lane.bottom() + theme.px(4)))
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("accent"))
                top, half = track.top() - theme.px(4), theme.px(5)
                painter.drawPolygon(
                    QPolygonF(
                        [
                            QPointF(x - half, top - half),
                            QPointF(x + half, top - half),
                            QPointF(x + half, top),
                            QPointF(x, top + half),
                            QPointF(x - half, top),
                        ]
                    )
                )

    def _paint_ticks(self, painter: QPainter, track: QRectF) -> None:
        theme = current_theme()
        room = theme.px(56)
        # Parts of a second have longer labels.
        step = next((each for each in _STEPS if each / self._duration * track.width() >= (room if each >= 1 else theme.px(80))), _STEPS[-1])
        count = int(self._duration / step + 1e-6)
        for index in range(count + 1):
            x = self._x(index * step)
            painter.setPen(theme.color("line-strong"))
            painter.drawLine(QPointF(x, track.top()), QPointF(x, track.top() + theme.px(6)))
            painter.setPen(theme.color("text-3"))
            text = formats().duration(index * step) if step >= 1 else formats().timecode(index * step)
            side = Qt.AlignmentFlag.AlignLeft if index == 0 else Qt.AlignmentFlag.AlignHCenter
            left = x if index == 0 else x - room / 2
            if left + room > self.width() - theme.px(4):
                side, left = Qt.AlignmentFlag.AlignRight, self.width() - theme.px(4) - room
            painter.drawText(QRectF(left, 0, room, track.top() - theme.px(4)), side | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_marker(self, painter: QPainter, marker: Marker) -> None:
        theme = current_theme()
        rect = self._marker_rect(marker)
        tone = theme.tokens.text_3 if marker.old else theme.tokens.accent
        if marker.end is None:
            fill_round(painter, rect, rect.height() / 2, tone)
            painter.setPen(theme.color("surface" if marker.old else "on-accent"))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, str(marker.number))
        else:
            stroke_round(painter, rect, 4, tone, theme.tokens.surface)
            painter.setPen(theme.color("text-3" if marker.old else "accent"))
            painter.drawText(rect.adjusted(6, 0, -2, 0), _LEFT, str(marker.number))

    # ------------------------------------------------------------------ mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A note jumps to its time, the lane begins a range, the rest seeks."""
        if not self._duration or event.button() != Qt.MouseButton.LeftButton:
            return
        for marker in reversed(self._markers):
            if self._marker_rect(marker).contains(event.position()):
                self.marker_pressed.emit(marker.key)
                return
        self._drag = (event.position().x(), event.position().y() >= self._lane().top())
        self._dragged = False
        self.seeked.emit(self._seconds(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub, or draw the range."""
        if self._drag is None:
            return
        start, on_lane = self._drag
        here = event.position().x()
        self._dragged = self._dragged or abs(here - start) >= _DRAG_PIXELS
        if on_lane and self._dragged:
            low, high = sorted((self._seconds(start), self._seconds(here)))
            self._range = (low, high)
            self.range_changed.emit(self._range)
            self.update()
        self.seeked.emit(self._seconds(here))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A plain press takes an old range away."""
        if self._drag is not None and not self._dragged:
            self.clear_range()
        self._drag = None


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
