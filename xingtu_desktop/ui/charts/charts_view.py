"""The Charts view: its head, tiles and six chart panels, laid flush, with loading, empty, error, offline and partial states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from xingtu_desktop.domain import metrics
from xingtu_desktop.domain.dashboard import Dashboard
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.domain.money import total
from xingtu_desktop.domain.report import Counts
from xingtu_desktop.ui.charts import figures, words
from xingtu_desktop.ui.charts.bars import BarsChart
from xingtu_desktop.ui.charts.canvas import Chart
from xingtu_desktop.ui.charts.funnel import FunnelChart
from xingtu_desktop.ui.charts.header import CampaignChoice, ChartsHeader
from xingtu_desktop.ui.charts.panel import ChartPanel
from xingtu_desktop.ui.charts.scatter import ScatterChart
from xingtu_desktop.ui.charts.tiles import TileStrip
from xingtu_desktop.ui.charts.trend import TrendChart
from xingtu_desktop.ui.charts.words import METRICS, Metric
from xingtu_desktop.ui.errors import ErrorWords
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button, Segment, SegmentedControl
from xingtu_desktop.ui.widgets.labels import ElidedLabel, line, panel
from xingtu_desktop.ui.widgets.states import StateStack
from xingtu_desktop.ui.widgets.view import View

ChartKey = Literal["trend", "funnel", "creators", "audience", "words", "mood"]
CHART_KEYS: Final[tuple[ChartKey, ...]] = ("trend", "funnel", "creators", "audience", "words", "mood")
_ONE_COLUMN = 940
"""Design pixels of width below which panels stand one below the other."""


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the view draws. `current` is the campaign's key, "" for all; days are Beijing's, None an open end."""

    board: Dashboard
    choices: tuple[CampaignChoice, ...]
    current: str
    start: date | None
    end: date | None
    now: datetime
    online: bool = True


class _Grid(QWidget):
    """Panels with 1 px lines between them: the ground shows through the gaps."""

    def __init__(self, tiles: QWidget, panels: Sequence[QWidget]) -> None:
        super().__init__()
        self._tiles, self._panels = tiles, tuple(panels)
        self._columns = 0
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 1, 0, 1)
        self._layout.setSpacing(1)
        self._arrange(2)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        self._layout.addWidget(self._tiles, 0, 0, 1, 2)
        for index, each in enumerate(self._panels):
            if columns == 2:
                self._layout.addWidget(each, 1 + index // 2, index % 2)
            else:
                self._layout.addWidget(each, 1 + index, 0, 1, 2)
        for row in range(1, len(self._panels) + 1):
            self._layout.setRowStretch(row, 3 if row < 3 or columns == 1 else 2)
            if columns == 2 and row > len(self._panels) // 2:
                self._layout.setRowStretch(row, 0)
        self._layout.setColumnStretch(0, 18)
        self._layout.setColumnStretch(1, 11)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One column where two would be too narrow."""
        super().resizeEvent(event)
        self._arrange(2 if event.size().width() >= current_theme().px(_ONE_COLUMN) else 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The lines."""
        QPainter(self).fillRect(self.rect(), QColor(current_theme().tokens.line))


class ChartsView(View):
    """Dumb: shows a `Shown`, and says what was asked for."""

    single_key_commands = True

    shown_first = Signal()
    drilled = Signal(object)
    """Order ids to look at."""
    exported = Signal(str, str)
    """A chart's key and "copy", "png" or "csv"."""
    shortlist_asked = Signal()
    campaigns_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._data: Shown | None = None
        self.header = ChartsHeader()
        self.tiles = TileStrip()
        self.trend, self.funnel, self.scatter = TrendChart(), FunnelChart(), ScatterChart()
        self.audience = BarsChart(minimum=(340, 256))
        self.words, self.mood = BarsChart(minimum=(420, 150)), BarsChart(minimum=(340, 150))
        charts: tuple[Chart, ...] = (self.trend, self.funnel, self.scatter, self.audience, self.words, self.mood)
        self.panels: dict[ChartKey, ChartPanel] = {key: ChartPanel(chart) for key, chart in zip(CHART_KEYS, charts, strict=True)}
        self.metrics = SegmentedControl()
        self.metrics.changed.connect(self._on_metric)
        self.panels["trend"].add_tool(self.metrics)
        self.places = SegmentedControl()
        self.places.changed.connect(self._on_place)
        self.panels["audience"].end.addWidget(self.places)
        self._chosen = ElidedLabel(type="caption", tone="text")
        self.keep_button = Button("", small=True, icon="star", key="S")
        self.keep_button.clicked.connect(self.shortlist_asked)
        self.look_button = Button("", small=True)
        self.look_button.clicked.connect(self._on_look)
        for widget in (self._chosen, self.keep_button, self.look_button):
            self.panels["creators"].end.addWidget(widget)
        self.scatter.selected.connect(self._show_selection)
        for key, each in self.panels.items():
            each.exported.connect(lambda kind, key=key: self.exported.emit(key, kind))
            each.chart.drilled.connect(self.drilled)
        strip = panel("surface")
        inside = QVBoxLayout(strip)
        inside.setContentsMargins(0, 2, 0, 2)
        inside.addWidget(self.tiles)
        self._grid = _Grid(strip, [self.panels[key] for key in CHART_KEYS])
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._grid)
        self.states = StateStack(scroll)
        self.states.empty.acted.connect(self.campaigns_asked)
        top = panel("surface")
        head = QVBoxLayout(top)
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.header)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(top)
        layout.addWidget(line())
        layout.addWidget(self.states, 1)
        self.setFocusProxy(self.trend)
        self.retranslate()
        self._show_selection()

    # ------------------------------------------------------------------ what is shown

    def show_figures(self, data: Shown) -> None:
        """Draw other figures; cursor, selection, metric and scroll position stay."""
        self._data = data
        self._render()

    def show_error(self, found: ErrorWords) -> None:
        """Nothing could be read."""
        self.states.error.set_words(
            found.title, found.advice, tr("charts", "Try again"), details=found.detail, details_word=tr("charts", "Details")
        )
        self.states.show_state("error")

    def has_figures(self) -> bool:
        """Whether something is drawn that a failure should not take away."""
        return self._data is not None

    def chart(self, key: ChartKey) -> Chart:
        """A chart by its key."""
        return self.panels[key].chart

    def focused_chart(self) -> ChartKey:
        """The chart with the keyboard; the trend when none has it."""
        return next((key for key in CHART_KEYS if self.chart(key).hasFocus()), "trend")

    def choose_metric(self, metric: Metric) -> None:
        """Show another figure in the trend."""
        self.metrics.set_current(metric)
        self._on_metric(metric)

    def retranslate(self) -> None:
        """Every word again."""
        self.metrics.set_segments([Segment(metric, words.metric_short(metric)) for metric in METRICS])
        self.metrics.setAccessibleName(tr("charts", "Figure of the trend"))
        self.places.set_segments([Segment(place, figures.place_name(place)) for place in figures.PLACES])
        self.places.setAccessibleName(tr("charts", "Distribution shown"))
        self.keep_button.setText(tr("charts", "Save as shortlist"))
        self.look_button.setText(tr("charts", "Show orders"))
        self._render()

    def stamp(self) -> str:
        """The age of the figures, in a sentence."""
        if self._data is None or self._data.board.newest_day is None:
            return tr("charts", "T+1: figures come a day later")
        pulled = formats().moment(self._data.board.as_of, self._data.now)
        return tr("charts", "T+1, up to {day}, read {moment}", day=words.day_label(self._data.board.newest_day), moment=pulled)

    def changeEvent(self, event: QEvent) -> None:
        """A new theme or text scale moves what was laid out in pixels."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            for each in self.panels.values():
                each.chart.updateGeometry()

    def showEvent(self, event: QShowEvent) -> None:
        """Figures that went stale behind another view are read again."""
        super().showEvent(event)
        self.shown_first.emit()

    # ------------------------------------------------------------------ drawing

    def _render(self) -> None:
        self._title_panels()
        data = self._data
        if data is None:
            self.header.set_waiting()
            return
        board = data.board
        self.header.set_choices(data.choices, data.current)
        known = (board.trend[0].day, board.trend[-1].day) if board.trend else None
        self.header.set_range(data.start, data.end, known)
        orders, published = formats().integer(board.orders), formats().integer(board.published)
        self.header.set_words(
            badge=tr("charts", "Published {published} of {orders}", published=published, orders=orders) if board.orders else "",
            tone="good" if board.published == board.orders else "accent",
            sub=tr("charts", "{count} order with a report|{count} orders with a report", count=formats().integer(board.reported))
            + tr("charts", " · amounts are task amounts, without the platform fee"),
            stamp=self.stamp(),
        )
        self._show_banner(data)
        if not board.reported:
            waiting = board.published > 0
            self.states.empty.set_icon("clock" if waiting else "charts")
            self.states.empty.set_words(
                tr("charts", "The reports are not here yet") if waiting else tr("charts", "No video is public yet"),
                tr("charts", "The platform gives the first figures on the day after publication."),
                tr("charts", "Go to campaigns"),
            )
            self.states.show_state("empty")
            return
        self.tiles.set_tiles(board.tiles, component=not board.without_component)
        self.trend.set_points(board.trend)
        self.funnel.set_steps(board.funnel, board.total.refunds, component=not board.without_component)
        self.scatter.set_points(board.scatter)
        self._show_audience()
        self.words.set_groups(figures.word_groups(board.words), empty=tr("charts", "The platform told no words yet"))
        self.mood.set_groups(figures.mood_groups(board), empty=tr("charts", "The platform told no mood yet"))
        self._show_selection()
        self.states.show_state("content")

    def _title_panels(self) -> None:
        whole = tr("charts", "Since publication, whatever days are chosen")
        audience = self._data.board.audience if self._data is not None else None
        note = "" if audience is None else tr("charts", "{count} order|{count} orders", count=formats().integer(audience.orders))
        self.panels["trend"].set_words(tr("charts", "Daily trend"), tr("charts", "Circles: videos published that day"))
        self.panels["funnel"].set_words(tr("charts", "Conversion funnel"))
        self.panels["creators"].set_words(tr("charts", "Creators: amount × plays"), tr("charts", "both axes logarithmic"))
        self.panels["audience"].set_words(tr("charts", "Audience"), note)
        self.panels["words"].set_words(tr("charts", "Words in comments"), whole)
        self.panels["mood"].set_words(tr("charts", "Mood of comments"), tr("charts", "as the platform judges"))

    def _show_banner(self, data: Shown) -> None:
        board = data.board
        parts = []
        if board.without_report and board.reported:
            parts.append(tr("charts", "{count} order has no report yet|{count} orders have no report yet", count=board.without_report))
        if board.anomalies:
            days = len({(odd.order_id, odd.day) for odd in board.anomalies})
            parts.append(tr("charts", "{count} day looks wrong and is not counted|{count} days look wrong and are not counted", count=days))
        if not data.online:
            text = tr("charts", "Offline: charts, brush and exports work with the figures on this computer")
            self.states.banner.set_words(formats_joined([text, *parts]), tone="warn", icon="wifi-off")
        else:
            self.states.banner.set_words(formats_joined(parts), tone="accent", icon="info")

    def _show_audience(self) -> None:
        audience = self._data.board.audience if self._data is not None else None
        if audience is None:
            self.audience.set_groups([], empty=tr("charts", "The platform told no audience yet"))
            return
        place = next(each for each in figures.PLACES if each == self.places.current())
        self.audience.set_groups(figures.audience_groups(audience, place), foot=figures.audience_foot(audience))

    def _show_selection(self) -> None:
        points = self.scatter.selection()
        for widget in (self._chosen, self.keep_button, self.look_button):
            widget.setVisible(bool(points))
        self.panels["creators"].set_note("" if points else tr("charts", "both axes logarithmic; drag to select"))
        if points:
            cost, plays = total(point.cost for point in points), sum(point.plays for point in points)
            creators = len({point.author_id for point in points})
            price = metrics.cpm(cost, Counts(plays=plays))
            chosen = tr("charts", "{count} creator selected|{count} creators selected", count=creators)
            played = tr("charts", "{count} plays", count=formats().count(plays))
            self._chosen.setText(formats_joined([chosen, words.money(cost), played, f"CPM {formats().money(price, exact=True)}"]))
            # The sum is what one brushes for: it goes before the title's note, yet never pushes the panel wider than it is.
            self._chosen.setMinimumWidth(min(self._chosen.sizeHint().width() + 8, current_theme().px(280)))

    def selected_authors(self) -> tuple[AuthorId, ...]:
        """The creators of the orders selected, each once, dearest last."""
        return tuple(dict.fromkeys(point.author_id for point in self.scatter.selection()))

    # ------------------------------------------------------------------ slots

    def _on_metric(self, key: str) -> None:
        self.trend.set_metric(next(metric for metric in METRICS if metric == key))

    def _on_place(self, _key: str) -> None:
        self._show_audience()

    def _on_look(self) -> None:
        self.drilled.emit(frozenset(int(point.order_id) for point in self.scatter.selection()))


def formats_joined(parts: Sequence[str]) -> str:
    """Parts of a sentence with a dot between them."""
    return " · ".join(part for part in parts if part)
