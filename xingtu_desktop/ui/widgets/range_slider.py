"""A histogram and under it a slider with two handles: how filters of followers, prices and shares are set."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.painting import fill_round, saved

_INSET = 6.0


class Scale:
    """Maps values to places 0–1, straight or logarithmic (a logarithmic one treats everything under 1 as 1)."""

    def __init__(self, low: float, high: float, *, log: bool = False) -> None:
        self.low = low
        self.high = high if high > low else low + 1
        self.log = log

    def place(self, value: float) -> float:
        """Where a value stands, 0–1."""
        value = min(max(value, self.low), self.high)
        if self.log:
            bottom = math.log(max(self.low, 1.0))
            return (math.log(max(value, 1.0)) - bottom) / (math.log(max(self.high, 2.0)) - bottom)
        return (value - self.low) / (self.high - self.low)

    def value(self, place: float) -> float:
        """The value at a place 0–1."""
        place = min(max(place, 0.0), 1.0)
        if self.log:
            bottom = math.log(max(self.low, 1.0))
            return math.exp(bottom + place * (math.log(max(self.high, 2.0)) - bottom))
        return self.low + place * (self.high - self.low)


class HistogramWidget(QWidget):
    """Bars of counts; those inside the chosen range are blue, the rest grey."""

    def __init__(self, *, height: int = 32, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: tuple[int, ...] = ()
        self._range = (0.0, 1.0)
        self._height = height
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_counts(self, counts: Sequence[int]) -> None:
        """One count a bin, bins evenly spread over the slider's places."""
        self._counts = tuple(counts)
        self.update()

    def set_range(self, low: float, high: float) -> None:
        """The places 0–1 that are chosen."""
        self._range = (low, high)
        self.update()

    def sizeHint(self) -> QSize:
        """As high as asked for."""
        return QSize(120, current_theme().px(self._height))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bars; the square root keeps small bins visible beside a tall one."""
        if not self._counts:
            return
        theme = current_theme()
        painter = QPainter(self)
        width = (self.width() - 2 * _INSET) / len(self._counts)
        tallest = math.sqrt(max(max(self._counts), 1))
        gap = 2 if width >= 5 else 1
        with saved(painter):
            for index, count in enumerate(self._counts):
                middle = (index + 0.5) / len(self._counts)
                inside = self._range[0] <= middle <= self._range[1]
                height = max(2.0, math.sqrt(count) / tallest * self.height()) if count else 1.0
                bar = QRectF(_INSET + index * width, self.height() - height, max(1.0, width - gap), height)
                fill_round(painter, bar, 1, theme.tokens.bar if inside else theme.tokens.bar_off)


class RangeSlider(QWidget):
    """Two handles on a track. Arrows move the handle in hand by a hundredth, Page by a tenth, Home and End to the ends.

    `range_changed` follows every move, `range_committed` the release; an end that stands at the limit is None
    (no bound), because "at least 20,000" must not lose whoever lies beyond the scale.
    """

    range_changed = Signal(object, object)
    range_committed = Signal(object, object)

    def __init__(self, *, name: str = "", single: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale = Scale(0, 1)
        self._places = [0.0, 1.0]
        self._held = 0
        self._dragging = False
        self._single = single
        self._snap: Callable[[float], float] = float
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMouseTracking(True)

    def set_scale(self, low: float, high: float, *, log: bool = False, snap: Callable[[float], float] | None = None) -> None:
        """The ends of the scale in the value's own unit; `snap` rounds what is reported."""
        bounds = self.bounds()
        self._scale = Scale(low, high, log=log)
        if snap is not None:
            self._snap = snap
        self.set_bounds(*bounds)

    def bounds(self) -> tuple[float | None, float | None]:
        """The chosen range; None where a handle stands at its end."""
        low = None if self._places[0] <= 0 else self._snap(self._scale.value(self._places[0]))
        high = None if self._places[1] >= 1 else self._snap(self._scale.value(self._places[1]))
        return low, high

    def places(self) -> tuple[float, float]:
        """The chosen range as places 0–1."""
        return self._places[0], self._places[1]

    def set_bounds(self, low: float | None, high: float | None) -> None:
        """Choose without telling anyone."""
        self._places = [0.0 if low is None else self._scale.place(low), 1.0 if high is None else self._scale.place(high)]
        self.update()

    def sizeHint(self) -> QSize:
        """16 px high."""
        return QSize(120, current_theme().px(18))

    def _x(self, place: float) -> float:
        return _INSET + 1 + place * (self.width() - 2 * _INSET - 2)

    def _place(self, x: float) -> float:
        return (x - _INSET - 1) / max(1.0, self.width() - 2 * _INSET - 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw track, range and handles."""
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        middle = self.height() / 2
        left, right = self._x(self._places[0]), self._x(self._places[1])
        on = self.isEnabled()
        with saved(painter):
            fill_round(painter, QRectF(_INSET - 4, middle - 2, self.width() - 2 * _INSET + 8, 4), 2, tokens.track)
            start = _INSET - 4 if self._places[0] <= 0 else left
            stop = self.width() - _INSET + 4 if self._places[1] >= 1 else right
            if self._places != [0.0, 1.0]:
                fill_round(painter, QRectF(start, middle - 2, stop - start, 4), 2, tokens.accent if on else tokens.line_strong)
            for index, x in enumerate((left, right)):
                if self._single and index == 1:
                    continue
                if self.hasFocus() and index == self._held:
                    glow = QColor(tokens.accent)
                    glow.setAlphaF(0.28)
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(glow)
                    painter.drawEllipse(QPointF(x, middle), 9, 9)
                idle = self._places[index] == (0.0, 1.0)[index]
                painter.setPen(QPen(QColor(tokens.line_control if idle or not on else tokens.accent), 2))
                painter.setBrush(QColor(tokens.surface))
                painter.drawEllipse(QPointF(x, middle), 6, 6)

    def _move(self, index: int, place: float) -> None:
        place = min(max(place, 0.0), 1.0)
        place = min(place, self._places[1]) if index == 0 else max(place, self._places[0])
        if place == self._places[index]:
            return
        self._places[index] = place
        self.update()
        self.range_changed.emit(*self.bounds())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the nearer handle."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        place = self._place(event.position().x())
        self._held = 0
        if not self._single:
            near_low, near_high = abs(place - self._places[0]), abs(place - self._places[1])
            # Handles on one spot: take the one that can move in the direction of the press.
            self._held = int(place > self._places[1]) if near_low == near_high else int(near_high < near_low)
        self._dragging = True
        self._move(self._held, place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag."""
        if self._dragging:
            self._move(self._held, self._place(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if self._dragging:
            self._dragging = False
            self.range_committed.emit(*self.bounds())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take the bound away again."""
        self._dragging = False
        self._move(self._held, float(self._held))
        self.range_committed.emit(*self.bounds())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by keyboard; Space changes hands."""
        key = Qt.Key(event.key())
        steps = {
            Qt.Key.Key_Left: -0.01,
            Qt.Key.Key_Down: -0.01,
            Qt.Key.Key_Right: 0.01,
            Qt.Key.Key_Up: 0.01,
            Qt.Key.Key_PageDown: -0.1,
            Qt.Key.Key_PageUp: 0.1,
            Qt.Key.Key_Home: -1.0,
            Qt.Key.Key_End: 1.0,
        }
        if key == Qt.Key.Key_Space and not self._single:
            self._held = 1 - self._held
            self.update()
        elif key in steps:
            self._move(self._held, round(self._places[self._held] + steps[key], 4))
            self.range_committed.emit(*self.bounds())
        else:
            super().keyPressEvent(event)


class RangeFilter(QWidget):
    """Histogram, slider and the values at the ends: the body of one range filter."""

    range_changed = Signal(object, object)
    range_committed = Signal(object, object)

    def __init__(self, *, name: str = "", height: int = 32, single: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.histogram = HistogramWidget(height=height)
        self.slider = RangeSlider(name=name, single=single)
        self._axis = _Axis()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.histogram)
        layout.addSpacing(-8)
        layout.addWidget(self.slider)
        layout.addWidget(self._axis)
        self._axis.hide()
        self.slider.range_changed.connect(self._on_changed)
        self.slider.range_committed.connect(self.range_committed)
        self.setFocusProxy(self.slider)

    def set_counts(self, counts: Sequence[int]) -> None:
        """The histogram, one count a bin over the slider's places."""
        self.histogram.set_counts(counts)

    def set_scale(self, low: float, high: float, *, log: bool = False, snap: Callable[[float], float] | None = None) -> None:
        """The ends of the scale."""
        self.slider.set_scale(low, high, log=log, snap=snap)
        self.histogram.set_range(*self.slider.places())

    def set_axis(self, labels: Sequence[str]) -> None:
        """Words below the slider, spread evenly from end to end; none hides the line."""
        self._axis.set_labels(labels)
        self._axis.setVisible(bool(labels))

    def set_bounds(self, low: float | None, high: float | None) -> None:
        """Choose without telling anyone."""
        self.slider.set_bounds(low, high)
        self.histogram.set_range(*self.slider.places())

    def bounds(self) -> tuple[float | None, float | None]:
        """The chosen range; None is no bound."""
        return self.slider.bounds()

    def _on_changed(self, low: float | None, high: float | None) -> None:
        self.histogram.set_range(*self.slider.places())
        self.range_changed.emit(low, high)


class _Axis(QWidget):
    """Values below the slider."""

    def __init__(self) -> None:
        super().__init__()
        self._labels: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_labels(self, labels: Sequence[str]) -> None:
        self._labels = tuple(labels)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, current_theme().px(16))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("text-3"))
        metrics = painter.fontMetrics()
        last = len(self._labels) - 1
        taken = 0.0
        end = self.width() - (metrics.horizontalAdvance(self._labels[-1]) if last > 0 else 0)
        for index, label in enumerate(self._labels):
            width = metrics.horizontalAdvance(label)
            left = self.width() * index / max(1, last) - (0 if index == 0 else width if index == last else width / 2)
            # Where the column is too narrow for all, the words between the ends give way.
            if 0 < index < last and (left < taken + 6 or left + width > end - 6):
                continue
            painter.drawText(QRectF(left, 0, width + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, label)
            taken = left + width
