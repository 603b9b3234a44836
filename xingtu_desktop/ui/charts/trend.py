"""The daily trend: one figure a day with its gaps, the publications above it, and a cross-hair that reads every figure."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen

from xingtu_desktop.domain.dashboard import TrendPoint
from xingtu_desktop.ui.charts import words
from xingtu_desktop.ui.charts.canvas import CENTER, RIGHT, Chart, Ink
from xingtu_desktop.ui.charts.scales import ticks_from_zero
from xingtu_desktop.ui.charts.tables import Table
from xingtu_desktop.ui.charts.words import METRICS, Metric
from xingtu_desktop.ui.formats import UNKNOWN
from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.painting import saved

_NAMES_IN_CARD = 3


class TrendChart(Chart):
    """Days from left to right. The cursor stands on a day; Enter or a click opens the orders published on it."""

    def __init__(self) -> None:
        super().__init__(minimum=(420, 226))
        self._points: tuple[TrendPoint, ...] = ()
        self._metric: Metric = "plays"
        self._values: list[float | None] = []
        self._plot = QRectF()

    def set_points(self, points: Sequence[TrendPoint]) -> None:
        """Other days; the cursor stays on its day where that is still there."""
        before = self._points[self._cursor].day if self._cursor is not None and self._cursor < len(self._points) else None
        self._points = tuple(points)
        self._cursor = next((index for index, point in enumerate(self._points) if point.day == before), None)
        self.set_metric(self._metric)

    def shown_metric(self) -> Metric:
        """The figure shown."""
        return self._metric

    def set_metric(self, metric: Metric) -> None:
        """Show another figure of the same days."""
        self._metric = metric
        self._values = [words.metric_value(metric, point) for point in self._points]
        self.update()

    # ------------------------------------------------------------------ Chart

    def cursor_count(self) -> int:
        return len(self._points)

    def cursor_at(self, point: QPointF) -> int | None:
        if not self._points or not self._plot.adjusted(-12, -60, 12, 30).contains(point):
            return None
        step = self._plot.width() / max(1, len(self._points) - 1)
        return min(max(round((point.x() - self._plot.left()) / step), 0), len(self._points) - 1)

    def describe(self, index: int) -> str:
        return ", ".join(f"{name} {value}".strip() for name, value, _ in self._readout(index))

    def orders_at(self, index: int) -> frozenset[int]:
        return frozenset(int(order_id) for order_id, _ in self._points[index].published)

    def table(self) -> Table:
        """A row a day; a gap is an empty cell."""
        columns = (tr("charts", "Day"), *(words.metric_name(metric) for metric in METRICS), tr("charts", "Published"))
        rows = []
        for point in self._points:
            money = [words.metric_value(metric, point) for metric in ("cpm", "gmv")]
            yuan = [None if amount is None else f"{amount / 100:.2f}" for amount in money]
            rate = words.metric_value("engagement", point)
            plays = words.metric_value("plays", point)
            rows.append((point.day.isoformat(), plays, None if rate is None else round(rate, 6), *yuan, len(point.published)))
        return Table(columns, tuple(rows))

    def draw(self, ink: Ink, rect: QRectF, *, live: bool) -> None:
        """Publications, grid, line, direct labels, and the readout."""
        theme = current_theme()
        known = [value for value in self._values if value is not None]
        ticks = ticks_from_zero(max(known, default=0))
        labels = [words.metric_text(self._metric, tick, short=True) if tick else "0" for tick in ticks]
        left = max([ink.width(text) for text in labels] + [ink.width(tr("charts", "Published"))]) + theme.px(26)
        row = theme.px(34)
        plot = QRectF(rect.left() + left, rect.top() + row + theme.px(18), 0, 0)
        plot.setRight(rect.right() - theme.px(22))
        plot.setBottom(rect.bottom() - ink.line_height - theme.px(14))
        if live:
            self._plot = plot
        for tick, text in zip(ticks, labels, strict=True):
            y = plot.bottom() - plot.height() * tick / ticks[-1]
            ink.rule(plot.left(), y, plot.right(), y, "line-strong" if not tick else "line")
            ink.text(QRectF(rect.left(), y - 10, left - theme.px(10), 20), text, align=RIGHT)
        if not self._points:
            ink.text(plot, tr("charts", "Nothing was reported for these days"), align=CENTER)
            return
        places = [self._x(plot, index) for index in range(len(self._points))]
        self._draw_days(ink, plot, places)
        self._draw_events(ink, QRectF(rect.left(), rect.top(), plot.right() - rect.left(), row), left, places, live)
        if not known:
            ink.text(plot, tr("charts", "The platform gives no {figure} here", figure=words.metric_name(self._metric)), align=CENTER)
        spots = [
            None if value is None else QPointF(x, plot.bottom() - plot.height() * value / ticks[-1])
            for x, value in zip(places, self._values, strict=True)
        ]
        self._draw_line(ink, plot, spots)
        self._draw_labels(ink, plot, spots, known)
        if live and self._cursor is not None:
            self._draw_cursor(ink, plot, rect, self._cursor, spots)

    # ------------------------------------------------------------------ parts

    def _x(self, plot: QRectF, index: int) -> float:
        if len(self._points) == 1:
            return plot.center().x()
        return plot.left() + plot.width() * index / (len(self._points) - 1)

    def _draw_days(self, ink: Ink, plot: QRectF, places: list[float]) -> None:
        room = ink.width("00-00") + current_theme().px(36)
        every = max(1, -(-len(places) * room // max(1.0, plot.width())))
        last = len(places) - 1
        for index in range(last, -1, -int(every)):
            box = QRectF(places[index] - 40, plot.bottom() + current_theme().px(6), 80, ink.line_height)
            ink.text(box, words.day_label(self._points[index].day), align=CENTER)

    def _draw_events(self, ink: Ink, row: QRectF, left: float, places: list[float], live: bool) -> None:
        theme = current_theme()
        center = row.center().y()
        ink.text(QRectF(row.left(), center - 10, left - theme.px(18), 20), tr("charts", "Published"), align=RIGHT)
        ink.rule(places[0], center, row.right(), center)
        for index, point in enumerate(self._points):
            count = len(point.published)
            if not count:
                continue
            chosen = live and index == self._cursor
            radius = theme.px(3.5 if count == 1 else 4.5 if count < 4 else 8)
            ink.painter.setPen(QPen(QColor(ink.tokens.c1), 1.6))
            ink.painter.setBrush(QColor(ink.tokens.c1 if chosen else ink.tokens.surface))
            ink.painter.drawEllipse(QPointF(places[index], center), radius, radius)
            if count >= 4:
                box = QRectF(places[index] - 12, center - 10, 24, 20)
                ink.text(box, str(min(count, 99)), "on-accent" if chosen else "accent", CENTER, strong=True)

    def _draw_line(self, ink: Ink, plot: QRectF, spots: list[QPointF | None]) -> None:
        runs: list[list[QPointF]] = [[]]
        for spot in spots:
            if spot is None:
                runs.append([])
            else:
                runs[-1].append(spot)
        soft = QColor(ink.tokens.c1)
        soft.setAlphaF(0.08)
        pen = QPen(QColor(ink.tokens.c1), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        with saved(ink.painter):
            for run in (run for run in runs if run):
                line = QPainterPath(run[0])
                for spot in run[1:]:
                    line.lineTo(spot)
                area = QPainterPath(line)
                area.lineTo(run[-1].x(), plot.bottom())
                area.lineTo(run[0].x(), plot.bottom())
                ink.painter.fillPath(area, soft)
                ink.painter.setBrush(Qt.BrushStyle.NoBrush)
                ink.painter.setPen(pen)
                ink.painter.drawPath(line)
                if len(run) == 1:
                    self._dot(ink, run[0])

    def _dot(self, ink: Ink, spot: QPointF) -> None:
        ink.painter.setPen(QPen(QColor(ink.tokens.surface), 2))
        ink.painter.setBrush(QColor(ink.tokens.c1))
        ink.painter.drawEllipse(spot, 4.5, 4.5)

    def _draw_labels(self, ink: Ink, plot: QRectF, spots: list[QPointF | None], known: list[float]) -> None:
        """The peak and the newest day by name, so that nobody must measure; not both where they are neighbours."""
        if not known:
            return
        peak = max(range(len(self._values)), key=lambda index: -1.0 if self._values[index] is None else float(self._values[index] or 0))
        end = max(index for index, value in enumerate(self._values) if value is not None)
        marks = [(end, words.metric_text(self._metric, self._values[end]))]
        value = words.metric_text(self._metric, self._values[peak])
        if self._metric != "cpm" and abs(self._x(plot, peak) - self._x(plot, end)) > ink.width("0000000000000000"):
            marks.append((peak, tr("charts", "Peak {value}, {day}", value=value, day=words.day_label(self._points[peak].day))))
        for index, text in marks:
            spot = spots[index]
            if spot is None:
                continue
            self._dot(ink, spot)
            width = ink.width(text, strong=True)
            left = spot.x() + 10 if index == peak and index != end else spot.x() - width
            left = min(max(left, plot.left()), plot.right() + 18 - width)
            top = spot.y() - ink.line_height - 8 if index == end else spot.y() - ink.line_height / 2 - 2
            ink.text(QRectF(left, top, width, ink.line_height), text, "accent", strong=True)

    def _draw_cursor(self, ink: Ink, plot: QRectF, rect: QRectF, index: int, spots: list[QPointF | None]) -> None:
        x = self._x(plot, index)
        ink.rule(x, rect.top() + current_theme().px(26), x, plot.bottom(), "text-3")
        spot = spots[index]
        if spot is not None:
            self._dot(ink, spot)
        anchor = QPointF(x, plot.top() + plot.height() * 0.4)
        ink.card(anchor, rect.adjusted(4, 4, -4, -4), self._readout(index))

    def _readout(self, index: int) -> list[tuple[str, str, bool]]:
        point = self._points[index]
        rows = [(f"{words.day_label(point.day)} {words.weekday(point.day)}", tr("charts", "day {number}", number=index + 1), False)]
        if point.counts is None:
            rows.append((tr("charts", "Not reported: a gap, not a zero"), "", False))
        else:
            for metric in METRICS:
                value = words.metric_value(metric, point)
                if value is not None or metric == self._metric:
                    rows.append((words.metric_name(metric), words.metric_text(metric, value) or UNKNOWN, metric == self._metric))
        if point.published:
            names = words.listed([f"@{name}" for _, name in point.published[:_NAMES_IN_CARD]])
            count = len(point.published)
            rows.append((tr("charts", "{count} video published|{count} videos published", count=count), "", True))
            rows.append((names if count <= _NAMES_IN_CARD else tr("charts", "{names} and others", names=names), "", False))
        return rows
