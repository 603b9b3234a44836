"""Orders as dots, task amount × plays on logarithmic axes with lines of equal CPM; a brush selects creators."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPen

from xingtu_desktop.domain.dashboard import ScatterPoint
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.ui.charts.canvas import CENTER, RIGHT, Chart, Ink
from xingtu_desktop.ui.charts.scales import LogScale, round_to_scale
from xingtu_desktop.ui.charts.tables import Table
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.painting import saved

_REACH = 14.0
"""Pixels around the pointer within which a dot is meant."""
_NAMED = 3
"""Best and worst CPMs that are called by name."""


class ScatterChart(Chart):
    """The cursor walks from the cheapest order to the dearest; X selects, a drag brushes, Enter or a click opens the order."""

    selected = Signal()

    def __init__(self) -> None:
        super().__init__(minimum=(420, 226))
        self._points: tuple[ScatterPoint, ...] = ()
        self._selection: frozenset[int] = frozenset()
        self._spots: list[QPointF] = []
        self._plot = QRectF()
        self._pressed: QPointF | None = None
        self._brush: QRectF | None = None

    def set_points(self, points: Sequence[ScatterPoint]) -> None:
        """Other orders, dearest last; what was selected stays selected where it is still there."""
        self._points = tuple(sorted(points, key=lambda point: (point.cost.value, point.plays)))
        kept = self._selection & {int(point.order_id) for point in self._points}
        self._cursor, self._brush = None, None
        self.update()
        if kept != self._selection:
            self._select(kept)

    def selection(self) -> tuple[ScatterPoint, ...]:
        """The orders selected."""
        return tuple(point for point in self._points if int(point.order_id) in self._selection)

    def clear_selection(self) -> None:
        """Select nothing."""
        self._brush = None
        self._select(frozenset())

    def _select(self, chosen: frozenset[int]) -> None:
        changed = chosen != self._selection
        self._selection = chosen
        self.update()
        if changed:
            self.selected.emit()

    # ------------------------------------------------------------------ Chart

    def cursor_count(self) -> int:
        return len(self._points)

    def cursor_at(self, point: QPointF) -> int | None:
        near = [((spot - point).manhattanLength(), index) for index, spot in enumerate(self._spots)]
        distance, index = min(near, default=(_REACH + 1, 0))
        return index if distance <= _REACH else None

    def describe(self, index: int) -> str:
        return ", ".join(f"{name} {value}".strip() for name, value, _ in self._readout(self._points[index]))

    def orders_at(self, index: int) -> frozenset[int]:
        return frozenset({int(self._points[index].order_id)})

    def table(self) -> Table:
        """A row an order."""
        columns = (
            tr("charts", "Creator"),
            tr("charts", "Creator id"),
            tr("charts", "Order id"),
            tr("charts", "Task amount, yuan"),
            tr("charts", "Plays"),
            tr("charts", "CPM, yuan"),
        )
        # Ids as text: a spreadsheet rounds numbers of nineteen digits.
        rows = tuple(
            (p.name, f"{p.author_id}\t", f"{p.order_id}\t", str(p.cost.yuan), p.plays, str(p.cpm.yuan)) for p in reversed(self._points)
        )
        return Table(columns, rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """X adds the order under the cursor to the selection or takes it off; Escape clears."""
        if event.key() == Qt.Key.Key_X and self._cursor is not None:
            self._brush = None
            self._select(self._selection ^ self.orders_at(self._cursor))
        elif event.key() == Qt.Key.Key_Escape and self._selection:
            self.clear_selection()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A drag may begin."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Brush while pressed, else follow the pointer."""
        if self._pressed is None:
            super().mouseMoveEvent(event)
            return
        if self._brush is None and (event.position() - self._pressed).manhattanLength() < 6:
            return
        self.set_cursor_index(None)
        self._brush = QRectF(self._pressed, event.position()).normalized().intersected(self._plot)
        inside = (point for point, spot in zip(self._points, self._spots, strict=True) if self._brush.contains(spot))
        self._select(frozenset(int(point.order_id) for point in inside))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The end of a brush selects; a click on a dot opens it, one beside all dots clears the selection."""
        began, self._pressed = self._pressed, None
        if event.button() != Qt.MouseButton.LeftButton or began is None:
            return
        if (event.position() - began).manhattanLength() >= 6:
            if not self._selection:
                self._brush = None
                self.update()
        elif self.cursor_at(event.position()) is not None:
            super().mouseReleaseEvent(event)
        else:
            self.clear_selection()

    # ------------------------------------------------------------------ drawing

    def draw(self, ink: Ink, rect: QRectF, *, live: bool) -> None:
        """Axes, lines of equal CPM, dots, names of the extremes, the brush and the readout."""
        theme = current_theme()
        if not self._points:
            self._spots = []
            ink.text(rect, tr("charts", "No order here has both an amount and plays"), align=CENTER)
            return
        across = LogScale.around([point.cost.value for point in self._points])
        up = LogScale.around([float(point.plays) for point in self._points])
        rows = [(tick, formats().count(tick, short=True)) for tick in up.ticks(5)]
        left = max(ink.width(text) for _, text in rows) + theme.px(26)
        plot = QRectF(rect.left() + left, rect.top() + theme.px(8), 0, 0)
        plot.setRight(rect.right() - theme.px(20))
        plot.setBottom(rect.bottom() - ink.line_height - theme.px(14))
        for tick, text in rows:
            y = plot.bottom() - plot.height() * up.place(tick)
            ink.rule(plot.left(), y, plot.right(), y)
            ink.text(QRectF(rect.left(), y - 10, left - theme.px(10), 20), text, align=RIGHT)
        ink.rule(plot.left(), plot.bottom(), plot.right(), plot.bottom(), "line-strong")
        axis = tr("charts", "Task amount")
        below = plot.bottom() + theme.px(6)
        ink.text(QRectF(plot.right() - 200, below, 200, ink.line_height), axis, align=RIGHT)
        for tick in across.ticks(6):
            x = plot.left() + plot.width() * across.place(tick)
            text = formats().money_short(Fen(round(tick)))
            if x + ink.width(text) / 2 < plot.right() - ink.width(axis) - 12:
                ink.rule(x, plot.bottom(), x, plot.bottom() + 4, "line-strong")
                ink.text(QRectF(x - 60, below, 120, ink.line_height), text, align=CENTER)
        spots = [
            QPointF(
                plot.left() + plot.width() * across.place(point.cost.value), plot.bottom() - plot.height() * up.place(float(point.plays))
            )
            for point in self._points
        ]
        if live:
            if plot != self._plot:
                self._brush = None
            self._plot, self._spots = plot, spots
        taken = self._draw_cpm_lines(ink, plot, across, up, spots)
        self._draw_dots(ink, spots, live)
        self._draw_names(ink, plot, spots, taken)
        if live and self._brush is not None:
            self._draw_brush(ink, self._brush)
        if live and self._cursor is not None:
            ink.card(spots[self._cursor], rect.adjusted(4, 4, -4, -4), self._readout(self._points[self._cursor]))

    def _draw_cpm_lines(self, ink: Ink, plot: QRectF, across: LogScale, up: LogScale, spots: list[QPointF]) -> list[QRectF]:
        """Half, once and twice the usual CPM; returns where their labels stand."""
        prices = sorted(point.cpm.value for point in self._points if point.cpm.value > 0)
        if not prices:
            return []
        usual = round_to_scale(prices[len(prices) // 2] / 100)
        taken: list[QRectF] = []
        for yuan in (usual / 2, usual, usual * 2):
            # plays = cost ÷ CPM × 1000: a straight line on these axes, cut where it leaves the plot.
            ends = []
            for place in (0.0, 1.0):
                plays = across.value(place) / (yuan * 100) * 1000
                ends.append(QPointF(plot.left() + plot.width() * place, plot.bottom() - plot.height() * up.place(plays)))
            text = f"CPM {formats().decimal(yuan, 0 if yuan >= 10 else 1)}"
            width = ink.width(text) + 8
            slope = (ends[1].y() - ends[0].y()) / plot.width()
            # The label stands at the right end of its line, or further down it where dots are in the way.
            last = plot.right() - width / 2
            if slope and ends[0].y() + slope * (last - plot.left()) < plot.top() + 10:
                last = plot.left() + (plot.top() + 10 - ends[0].y()) / slope
            label = QRectF()
            for back in range(6):
                x = last - back * width * 0.6
                label = QRectF(x - width / 2, ends[0].y() + slope * (x - plot.left()) - ink.line_height / 2, width, ink.line_height)
                if not any(label.adjusted(-4, -2, 4, 2).contains(spot) for spot in spots):
                    break
            ink.painter.save()
            ink.painter.setClipRect(plot)
            ink.rule(ends[0].x(), ends[0].y(), ends[1].x(), ends[1].y(), "line-strong", dashed=yuan != usual)
            ink.painter.restore()
            if plot.contains(label.center()) and not any(label.intersects(other) for other in taken):
                ink.painter.fillRect(label, QColor(ink.tokens.surface))
                ink.text(label, text, align=CENTER)
                taken.append(label)
        return taken

    def _draw_dots(self, ink: Ink, spots: list[QPointF], live: bool) -> None:
        chosen = self._selection if live else frozenset()
        quiet, loud = QColor(ink.tokens.c6), QColor(ink.tokens.c1)
        quiet.setAlphaF(0.55)
        plain = QColor(ink.tokens.c1)
        plain.setAlphaF(0.7)
        with saved(ink.painter):
            for point, spot in zip(self._points, spots, strict=True):
                ink.painter.setPen(QPen(QColor(ink.tokens.surface), 1))
                ink.painter.setBrush((loud if int(point.order_id) in chosen else quiet) if chosen else plain)
                ink.painter.drawEllipse(spot, 4.5, 4.5)
            if live and self._cursor is not None:
                ink.painter.setPen(QPen(QColor(ink.tokens.text), 2))
                ink.painter.setBrush(Qt.BrushStyle.NoBrush)
                ink.painter.drawEllipse(spots[self._cursor], 6.5, 6.5)

    def _draw_names(self, ink: Ink, plot: QRectF, spots: list[QPointF], taken: list[QRectF]) -> None:
        by_price = sorted(range(len(self._points)), key=lambda index: self._points[index].cpm.value)
        dots = [QRectF(spot.x() - 4, spot.y() - 4, 8, 8) for spot in spots]
        for index in dict.fromkeys((*by_price[:_NAMED], *reversed(by_price[-_NAMED:]))):
            point, spot = self._points[index], spots[index]
            name = ink.elided(f"@{point.name}", current_theme().px(120))
            price = f"  CPM {formats().decimal(point.cpm.value / 100)}"
            width = ink.width(name) + ink.width(price)
            top = spot.y() - ink.line_height / 2
            for left in (spot.x() + 9, spot.x() - 9 - width):
                box = QRectF(left, top, width, ink.line_height)
                clear = not any(box.intersects(other) for other in taken) and not any(box.intersects(dot) for dot in dots)
                if plot.contains(box) and clear:
                    ink.text(box, name, "text-2")
                    ink.text(box, price, align=RIGHT)
                    taken.append(box)
                    break

    def _draw_brush(self, ink: Ink, brush: QRectF) -> None:
        soft = QColor(ink.tokens.accent)
        soft.setAlphaF(0.08)
        ink.painter.fillRect(brush, soft)
        ink.painter.setPen(QPen(QColor(ink.tokens.accent), 1))
        ink.painter.setBrush(Qt.BrushStyle.NoBrush)
        ink.painter.drawRect(brush)

    def _readout(self, point: ScatterPoint) -> list[tuple[str, str, bool]]:
        return [
            (f"@{point.name}", "", True),
            (tr("charts", "Task amount"), formats().money(point.cost), False),
            (tr("charts", "Plays"), formats().integer(point.plays), False),
            (tr("charts", "CPM"), formats().money(point.cpm, exact=True), True),
        ]
