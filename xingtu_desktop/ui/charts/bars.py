"""Bars from zero in titled groups, side by side: the audience, the words of the comments, and their mood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from xingtu_desktop.ui.charts.canvas import CENTER, RIGHT, Chart, Ink
from xingtu_desktop.ui.charts.tables import Table
from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.painting import fill_round


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, its length as a share of the group's full length, and its figure in words and as a value."""

    name: str
    share: float
    text: str
    value: float
    color: str = "c1"


@dataclass(frozen=True, slots=True)
class BarGroup:
    """Bars under one heading; `wide` takes a row of its own above the columns."""

    title: str
    bars: tuple[Bar, ...]
    wide: bool = False


class BarsChart(Chart):
    """The cursor walks over the bars and spells the one out below."""

    def __init__(self, *, minimum: tuple[int, int] = (340, 200)) -> None:
        super().__init__(minimum=minimum)
        self._groups: tuple[BarGroup, ...] = ()
        self._foot = ""
        self._empty = ""
        self._rects: list[QRectF] = []

    def set_groups(self, groups: Sequence[BarGroup], *, foot: str = "", empty: str = "") -> None:
        """Other bars; `foot` stands below, `empty` instead of them when there are none."""
        self._groups = tuple(sorted((group for group in groups if group.bars), key=lambda group: not group.wide))
        self._foot, self._empty = foot, empty
        self.set_cursor_index(self._cursor)
        self.update()

    # ------------------------------------------------------------------ Chart

    def _flat(self) -> list[tuple[BarGroup, Bar]]:
        return [(group, bar) for group in self._groups for bar in group.bars]

    def cursor_count(self) -> int:
        return len(self._rects) if self._rects else len(self._flat())

    def cursor_at(self, point: QPointF) -> int | None:
        return next((index for index, rect in enumerate(self._rects) if rect.contains(point)), None)

    def describe(self, index: int) -> str:
        group, bar = self._flat()[index]
        return f"{group.title} · {bar.name} {bar.text}" if group.title else f"{bar.name} {bar.text}"

    def table(self) -> Table:
        """A row a bar."""
        rows = tuple((group.title, bar.name, bar.value) for group, bar in self._flat())
        return Table((tr("charts", "Group"), tr("charts", "Name"), tr("charts", "Figure")), rows)

    def draw(self, ink: Ink, rect: QRectF, *, live: bool) -> None:
        """Wide groups first, then the columns, then the foot."""
        theme = current_theme()
        if live:
            self._rects = []
        if not self._groups:
            ink.text(rect, self._empty, align=CENTER)
            return
        side, gap = theme.px(16), theme.px(24)
        inner = rect.adjusted(side, 0, -side, 0)
        # Room for the whole foot, also while the cursor's shorter words stand there: bars do not jump under the pointer.
        lines = ink.lines(self._foot, inner.width()) if self._foot else 1
        foot = lines * ink.line_height + theme.px(16) if self._foot or live else theme.px(8)
        top = inner.top() + theme.px(2)
        rects: list[QRectF] = []
        for group in (each for each in self._groups if each.wide):
            for bar in group.bars:
                row = QRectF(inner.left(), top, inner.width(), theme.px(24))
                rects.append(row)
                self._draw_bar(ink, row, bar, self._columns(ink, group, inner.width()), live, len(rects) - 1)
                top += row.height()
            top += theme.px(4)
            ink.rule(inner.left(), top, inner.right(), top)
            top += theme.px(4)
        columns = [group for group in self._groups if not group.wide]
        width = (inner.width() - gap * (len(columns) - 1)) / max(1, len(columns))
        head = ink.line_height + theme.px(8) if any(group.title for group in columns) else 0.0
        most = max((len(group.bars) for group in columns), default=1)
        height = min(theme.px(30), max(ink.line_height + 1, (inner.bottom() - foot - top - head) / most))
        for number, group in enumerate(columns):
            left = inner.left() + number * (width + gap)
            ink.text(QRectF(left, top, width, head), ink.elided(group.title, width))
            columns_of = self._columns(ink, group, width)
            for index, bar in enumerate(group.bars):
                row = QRectF(left, top + head + index * height, width, height)
                rects.append(row)
                self._draw_bar(ink, row, bar, columns_of, live, len(rects) - 1)
        if live:
            self._rects = rects
        said = self.describe(self._cursor) if live and self._cursor is not None else self._foot
        if said:
            bottom = QRectF(inner.left(), inner.bottom() - foot + theme.px(2), inner.width(), foot - theme.px(4))
            ink.rule(inner.left(), bottom.top(), inner.right(), bottom.top())
            words = bottom.adjusted(0, theme.px(6), 0, 0)
            ink.paragraph(words, said, "text-2")

    # ------------------------------------------------------------------ parts

    @staticmethod
    def _columns(ink: Ink, group: BarGroup, width: float) -> tuple[float, float]:
        """Room for names and for figures, the same for every bar of a group: their tracks must be of one length."""
        theme = current_theme()
        names = min(max(ink.width(bar.name) for bar in group.bars) + theme.px(12), width * 0.45)
        return names, max([ink.width(bar.text) for bar in group.bars] + [theme.px(44)]) + theme.px(8)

    def _draw_bar(self, ink: Ink, row: QRectF, bar: Bar, columns: tuple[float, float], live: bool, index: int) -> None:
        theme = current_theme()
        names, figures = columns
        if live and index == self._cursor:
            fill_round(ink.painter, row.adjusted(-theme.px(6), 1, theme.px(6), -1), 4, ink.tokens.hover)
        ink.text(row, ink.elided(bar.name, names - 4), "text")
        thick = theme.px(9)
        room = QRectF(row.left() + names, row.center().y() - thick / 2, row.width() - names - figures, thick)
        if room.width() > 8:
            ink.bar(room, bar.share, bar.color)
        ink.text(row, bar.text, "text", RIGHT)
