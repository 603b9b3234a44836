"""The table of the pre-flight: blocked creators first, then each request with its tag; headings are rows of their own."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from xingtu_desktop.domain.money import total
from xingtu_desktop.domain.preflight import Check, Mark, Plan, Row
from xingtu_desktop.ui.briefs import choices, preflight_words
from xingtu_desktop.ui.formats import DOT, UNKNOWN
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme.icons import paint as paint_icon
from xingtu_desktop.ui.widgets.table import Cell, Column, RecordsModel
from xingtu_desktop.ui.widgets.table.cells import CELL_ROLE
from xingtu_desktop.ui.widgets.table.delegate import CellDelegate

ICONS = {Mark.OK: ("check", "good"), Mark.WARN: ("alert-triangle", "warn"), Mark.BLOCKED: ("close", "bad")}


@dataclass(frozen=True, slots=True)
class Heading:
    """A group: blocked (`number` 0) or a request."""

    number: int
    count: int
    tag: str
    quotes: str
    fees: str


Line = Heading | Row


def columns() -> tuple[Column, ...]:
    """The columns in the language in force."""
    checks = tuple(Column(f"check:{check}", preflight_words.check_name(check), "", 52, sortable=False) for check in Check)
    return (
        Column("name", tr("preflight", "Creator"), "", 204, sortable=False),
        Column("quote", tr("preflight", "Quote"), "", 76, "right", sortable=False),
        Column("age", tr("preflight", "Seen"), "", 56, "right", sortable=False),
        Column("fee", tr("preflight", "Fee, est."), "", 72, "right", sortable=False),
        Column("sum", tr("preflight", "Sum, est."), "", 80, "right", sortable=False),
        *checks,
        Column("words", tr("preflight", "Remarks"), "", 130, sortable=False, stretch=True),
    )


def lines_of(plan: Plan, shown: str) -> list[Line]:
    """The rows of one filter: "all", "free", "blocked" or "warn"."""
    fmt = formats()
    found: list[Line] = []
    if plan.blocked and shown in ("all", "blocked"):
        quotes = total(row.quote for row in plan.blocked if row.quote is not None)
        found.append(Heading(0, len(plan.blocked), "", fmt.money(quotes), ""))
        found.extend(plan.blocked)
    for request in plan.requests if shown != "blocked" else ():
        rows = [row for row in request.rows if shown != "warn" or row.remarks]
        if rows:
            heading = Heading(request.number, len(request.rows), request.tag, fmt.money(request.quotes), fmt.money(request.fees))
            found.extend((heading, *rows))
    return found


def cell_of(record: Line, column: str) -> Cell:
    """One cell."""
    if isinstance(record, Heading):
        if column != "name":
            return Cell()
        if record.number == 0:
            return Cell(tr("preflight", "Blocked {count}", count=record.count))
        return Cell(
            tr("preflight", "Request {number}", number=record.number),
            subtitle=tr("preflight", "{count} order|{count} orders", count=record.count),
        )
    fmt = formats()
    match column:
        case "name":
            followers = fmt.count(record.followers)
            return Cell(
                record.name,
                subtitle=f"{followers}{DOT}{choices.tier_name(record.tier)}",
                avatar=record.name,
                avatar_key=str(record.author_id),
                tooltip=record.name,
            )
        case "quote":
            return Cell(fmt.money(record.quote), tone="text-3" if record.blocked else "text")
        case "age":
            days = record.quote_age_days
            text = UNKNOWN if days is None else tr("preflight", "{count} d", count=days) if days else tr("preflight", "today")
            return Cell(text, tone="text-2")
        case "fee":
            return Cell(UNKNOWN if record.blocked else fmt.money(record.fee), estimate=True)
        case "sum":
            return Cell(UNKNOWN if record.blocked else fmt.money(record.subtotal), estimate=not record.blocked)
        case "words":
            said = DOT.join(preflight_words.remark(remark) for remark in record.remarks)
            return Cell(said, tone="bad" if record.blocked else "warn" if said else "text-3", tooltip=said)
    mark = record.mark(Check(column.removeprefix("check:")))
    icon, tone = ICONS[mark]
    return Cell(icon=icon, icon_tone=tone, tooltip=_mark_word(mark))


def _mark_word(mark: Mark) -> str:
    return {Mark.OK: tr("preflight", "all right"), Mark.WARN: tr("preflight", "reminder"), Mark.BLOCKED: tr("preflight", "blocked")}[mark]


def key_of(record: Line) -> Hashable:
    """Headings have keys of their own."""
    return f"heading:{record.number}" if isinstance(record, Heading) else int(record.author_id)


class PreflightModel(RecordsModel[Line]):
    """Rows and headings."""

    def __init__(self) -> None:
        super().__init__(columns(), cell_of, key_of)

    def show_plan(self, plan: Plan | None, shown: str) -> None:
        """Show one filter of a plan."""
        self.set_rows([] if plan is None else lines_of(plan, shown))

    def authors(self, keys: Sequence[Hashable]) -> list[int]:
        """The creators among the keys."""
        return [key for key in keys if isinstance(key, int)]


class PreflightDelegate(CellDelegate):
    """Headings go over the whole row; marks are centred."""

    def paint_ground(self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex, *, first: bool) -> bool:
        """A heading is drawn here at once."""
        model = index.model()
        record = model.record(index.row()) if isinstance(model, PreflightModel) else None
        if not isinstance(record, Heading):
            return super().paint_ground(painter, rect, index, first=first)
        style = self.style_now()
        painter.fillRect(rect, style.color("strip"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, style.color("line"))
        left = float(rect.left() + style.px[16])
        if record.number == 0:
            size = style.px[16]
            paint_icon(painter, "blocked", left, rect.center().y() - size / 2, size, "bad")
            left += style.px[24]
        cell = index.data(CELL_ROLE)
        title = cell.text if isinstance(cell, Cell) else ""
        for text, font, metrics, tone in (
            (title, style.strong, style.strong_metrics, "text"),
            (cell.subtitle if isinstance(cell, Cell) else "", style.small, style.small_metrics, "text-2"),
            (record.tag, style.small, style.small_metrics, "text-2"),
            (tr("preflight", "not ordered, not in the sum") if record.number == 0 else "", style.small, style.small_metrics, "text-2"),
        ):
            if text:
                painter.setFont(font)
                painter.setPen(QColor(style.color(tone)))
                width = metrics.horizontalAdvance(text) + 4
                painter.drawText(QRectF(left, rect.top(), width, rect.height()), Qt.AlignmentFlag.AlignVCenter, text)
                left += width + style.px[8]
        right = tr("preflight", "quotes {sum}", sum=record.quotes)
        if record.fees:
            right += DOT + tr("preflight", "fee est. {sum}", sum=record.fees)
        painter.setFont(style.small)
        painter.setPen(QColor(style.color("text-2")))
        area = QRectF(rect).adjusted(0, 0, -style.px[16], 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, right)
        return False

    def paint_value(self, painter: QPainter, rect: QRect, column: int, cell: object, chosen: bool) -> None:
        """Marks in the middle of their column; a heading has no cells."""
        if isinstance(cell, Cell) and cell.icon and not cell.text:
            size = self.style_now().px[16]
            paint_icon(painter, cell.icon, rect.left() + self.style_now().px[16], rect.center().y() - size / 2, size, cell.icon_tone)
        elif not (isinstance(cell, Cell) and column == 0 and not cell.avatar):
            super().paint_value(painter, rect, column, cell, chosen)
