"""The funnel as rows: counts, bars whose full length is the step above, and step rates; engagements branch off plays."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF

from xingtu_desktop.domain.metrics import FunnelStep, Step, rate
from xingtu_desktop.ui.charts import words
from xingtu_desktop.ui.charts.canvas import RIGHT, Chart, Ink
from xingtu_desktop.ui.charts.tables import Table
from xingtu_desktop.ui.formats import UNKNOWN
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.painting import fill_round


class FunnelChart(Chart):
    """One row a step. The cursor stands on a row and spells its rate out below."""

    def __init__(self) -> None:
        super().__init__(minimum=(340, 226))
        self._steps: tuple[FunnelStep, ...] = ()
        self._refunds: int | None = None
        self._component = True
        self._first_row = QRectF()

    def set_steps(self, steps: Sequence[FunnelStep], refunds: int | None, *, component: bool = True) -> None:
        """Other figures; refunds are told below, as a share of payments. `component` is False where an order is known to carry none."""
        self._steps = tuple(steps)
        self._component = component
        self._refunds = refunds
        self.set_cursor_index(self._cursor)
        self.update()

    # ------------------------------------------------------------------ Chart

    def cursor_count(self) -> int:
        return len(self._steps)

    def cursor_at(self, point: QPointF) -> int | None:
        if self._first_row.height() <= 0:
            return None
        index = int((point.y() - self._first_row.top()) // self._first_row.height())
        return index if 0 <= index < len(self._steps) else None

    def describe(self, index: int) -> str:
        step, above = self._steps[index], self._above(index)
        name, count = words.step_name(step.step), formats().integer(step.count)
        if step.count is None and step.step in words.STEPS_BEHIND_COMPONENT and not self._component:
            return tr("charts", "{name}: not measured, no video here carries a link component", name=name)
        if step.count is None:
            return tr("charts", "{name}: no source gives this figure", name=name)
        if above is None or step.rate is None:
            return f"{name} {count}"
        share = formats().percent(step.rate, 2)
        return f"{name} {count} ÷ {words.step_name(above.step)} {formats().integer(above.count)} = {share}"

    def table(self) -> Table:
        """A row a step; refunds are the last."""
        columns = (tr("charts", "Step"), tr("charts", "Count"), tr("charts", "Base"), tr("charts", "Step rate"))
        rows: list[tuple[str, int | None, str, float | None]] = []
        for index, step in enumerate(self._steps):
            above = self._above(index)
            base = words.step_name(above.step) if above is not None and step.rate is not None else ""
            rows.append((words.step_name(step.step), step.count, base, None if step.rate is None else round(step.rate, 6)))
        if self._refunds is not None:
            paid = next((step.count for step in self._steps if step.step is Step.PAYMENTS), None)
            share = rate(self._refunds, paid)
            rows.append(
                (tr("charts", "Refunds"), self._refunds, words.step_name(Step.PAYMENTS), None if share is None else round(share, 6))
            )
        return Table(columns, tuple(rows))

    def draw(self, ink: Ink, rect: QRectF, *, live: bool) -> None:
        """Head, rows, foot."""
        theme = current_theme()
        side = theme.px(16)
        inner = rect.adjusted(side, 0, -side, 0)
        head, foot = ink.line_height + theme.px(10), ink.line_height + theme.px(16)
        height = min(theme.px(34), (inner.height() - head - foot) / max(1, len(self._steps)))
        names = max([ink.width(words.step_name(step.step)) for step in self._steps] + [theme.px(60)]) + theme.px(22)
        counts, rates = theme.px(68), theme.px(60)
        bar_left = inner.left() + names + counts + theme.px(14)
        bar_width = max(theme.px(40), inner.right() - rates - bar_left)
        top = QRectF(inner.left(), inner.top(), inner.width(), head)
        ink.text(top, tr("charts", "Step"))
        ink.text(QRectF(inner.left() + names, top.top(), counts, head), tr("charts", "Count"), align=RIGHT)
        ink.text(QRectF(bar_left, top.top(), bar_width, head), ink.elided(tr("charts", "Full = the step above"), bar_width))
        ink.text(top, tr("charts", "Step rate"), align=RIGHT)
        if live:
            self._first_row = QRectF(inner.left(), inner.top() + head, inner.width(), height)
        told = False
        for index, step in enumerate(self._steps):
            row = QRectF(inner.left(), inner.top() + head + index * height, inner.width(), height)
            if live and index == self._cursor:
                fill_round(ink.painter, row.adjusted(-side / 2, 1, side / 2, -1), 4, ink.tokens.hover)
            indent = theme.px(20) if step.branch else 0.0
            if step.branch:
                x, y = row.left() + theme.px(4), row.center().y()
                ink.rule(x, row.top() - theme.px(4), x, y, "line-strong")
                ink.rule(x, y, x + theme.px(10), y, "line-strong")
            tone = "text-3" if step.count is None else "text"
            ink.text(row.adjusted(indent, 0, 0, 0), words.step_name(step.step), tone)
            figure = QRectF(row.left() + names, row.top(), counts, height)
            ink.text(figure, formats().count(step.count), tone, RIGHT, strong=step.count is not None and not step.branch)
            top_of_all = step.count is not None and not told
            told = told or step.count is not None
            thick = theme.px(9)
            bar = QRectF(bar_left, row.center().y() - thick / 2, bar_width, thick)
            ink.bar(bar, 1.0 if top_of_all else step.rate, "c6" if step.branch else "c1")
            share = formats().percent(step.rate, 2 if step.rate is not None and step.rate < 0.1 else 1)
            ink.text(row, share, "text-3" if share == UNKNOWN else "text", RIGHT, strong=share != UNKNOWN and not step.branch)
        bottom = QRectF(inner.left(), inner.bottom() - foot + theme.px(2), inner.width(), foot - theme.px(4))
        ink.rule(inner.left(), bottom.top(), inner.right(), bottom.top())
        self._draw_foot(ink, bottom, live)

    # ------------------------------------------------------------------ parts

    def _above(self, index: int) -> FunnelStep | None:
        step = self._steps[index]
        if step.branch:
            return next((each for each in self._steps if each.step is Step.PLAYS), None)
        return next((each for each in reversed(self._steps[:index]) if not each.branch), None)

    def _draw_foot(self, ink: Ink, rect: QRectF, live: bool) -> None:
        if live and self._cursor is not None:
            ink.text(rect, ink.elided(self.describe(self._cursor), rect.width()), "text-2")
            return
        paid = next((step.count for step in self._steps if step.step is Step.PAYMENTS), None)
        left = ""
        share = rate(self._refunds, paid)
        if self._refunds is not None and share is not None:
            count, part = formats().integer(self._refunds), formats().percent(share, 2)
            left = tr("charts", "Refunds {count}, {share} of payments", count=count, share=part)
        elif self._steps and not self._component:
            ink.text(rect, ink.elided(words.no_component(), rect.width()), "text-2")
            return
        right = tr("charts", "Component shows and engagements are both of plays")
        ink.text(rect, left, "text-2")
        if ink.width(left) + ink.width(right) + 24 <= rect.width():
            ink.text(rect, right, align=RIGHT)
