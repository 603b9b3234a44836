"""Draws a script to read: time codes, numbered marks, changes by sentence; tells when all of it has been on screen."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFont,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from xingtu_desktop.domain.review_text import Side
from xingtu_desktop.services.approvals import OpenVersion
from xingtu_desktop.ui.approvals import words
from xingtu_desktop.ui.approvals.script_rows import Mark, Row, RowKind, rows_of, sentence_starts
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.theme.icons import paint as paint_icon
from xingtu_desktop.ui.widgets.painting import fill_round, paint_tag, saved, tag_width

_TIME_LEFT, _SIGN_LEFT, _TEXT_LEFT, _PADDING = 16, 72, 96, 6


@dataclass(slots=True)
class _Placed:
    """A row laid out: its top, height, text layout and where each mark was drawn (in coordinates of the row)."""

    row: Row
    top: float
    height: float
    layout: QTextLayout
    spots: list[tuple[QRectF, Mark]]


class ScriptView(QAbstractScrollArea):
    """The script of one version. Coordinates inside are those of the whole text, scrolled by the vertical bar."""

    all_shown = Signal()
    """Every sentence of the version has been painted inside the window."""
    finding_pressed = Signal(int, QRect)
    """A finding's number and where it stands in the viewport."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setMouseTracking(True)
        self._opened: OpenVersion | None = None
        self._compare = False
        self._unfolded: frozenset[int] = frozenset()
        self._placed: list[_Placed] = []
        self._selected = 0
        self._wanted: frozenset[int] = frozenset()
        self._painted: set[int] = set()
        self._told = False
        self._version = 0
        self.verticalScrollBar().valueChanged.connect(self.viewport().update)
        current_theme().changed.connect(self._lay_out)

    # ------------------------------------------------------------------ what is shown

    def set_version(self, opened: OpenVersion | None, *, compare: bool, keep_place: bool = False) -> None:
        """Show a version's text, whole or against the one before it."""
        same = (
            opened is not None
            and self._opened is not None
            and opened.item.resource.resource_id == self._opened.item.resource.resource_id
            and opened.text == self._opened.text
        )
        self._opened, self._compare = opened, compare
        if not same:
            self._unfolded, self._selected = frozenset(), 0
            self._painted.clear()
            self._told = False
            self._version += 1
            self._wanted = frozenset() if opened is None else sentence_starts(opened)
        self.setAccessibleName(tr("approvals", "Script"))
        self.setAccessibleDescription("" if opened is None else opened.text or "")
        self._lay_out()
        if not (same and keep_place):
            self.verticalScrollBar().setValue(0)

    def unread(self) -> int:
        """How many sentences have not been on screen yet."""
        return len(self._wanted - self._painted)

    def select(self, number: int) -> QRect | None:
        """Light a finding (0: none) and bring it into sight; returns where it stands in the viewport."""
        self._selected = number
        self.viewport().update()
        if not number:
            return None
        for placed in self._placed:
            for spot, mark in placed.spots:
                if mark.number == number:
                    bar = self.verticalScrollBar()
                    top = placed.top + spot.top()
                    if not bar.value() <= top <= bar.value() + self.viewport().height() - placed.height:
                        bar.setValue(round(top - self.viewport().height() / 3))
                    return spot.translated(0, placed.top - bar.value()).toRect()
        return None

    def page(self, forward: bool) -> bool:
        """Scroll a page; False when it was at the end already."""
        bar = self.verticalScrollBar()
        before = bar.value()
        step = max(40, self.viewport().height() - current_theme().px(60))
        bar.setValue(before + (step if forward else -step))
        return bar.value() != before

    # ------------------------------------------------------------------ layout

    def _lay_out(self) -> None:
        self._placed.clear()
        if self._opened is not None:
            theme = current_theme()
            top = float(theme.px(8))
            for row in rows_of(self._opened, compare=self._compare, unfolded=self._unfolded):
                placed = self._place(row, top)
                self._placed.append(placed)
                top += placed.height
            bar = self.verticalScrollBar()
            bar.setRange(0, max(0, round(top + theme.px(16)) - self.viewport().height()))
            bar.setPageStep(self.viewport().height())
            bar.setSingleStep(theme.px(32))
        self.viewport().update()

    def _place(self, row: Row, top: float) -> _Placed:
        theme = current_theme()
        width = max(120.0, self.viewport().width() - theme.px(_TEXT_LEFT) - theme.px(16))
        font = theme.font(15 if row.kind is RowKind.SENTENCE else 12)
        layout = QTextLayout(self._text(row), font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats(self._formats(row, font))
        layout.beginLayout()
        height = 0.0
        tail = 0.0
        while True:
            text_line = layout.createLine()
            if not text_line.isValid():
                break
            text_line.setLineWidth(width)
            text_line.setPosition(QPointF(0, height))
            height += text_line.height() * 1.15
            tail = text_line.naturalTextWidth()
        layout.endLayout()
        tags = sum(tag_width(text) + theme.px(6) for text, _ in _tags(row))
        if tags and tail + theme.px(10) + tags > width:
            height += theme.px(24)
        placed = _Placed(row, top, height + theme.px(2 * _PADDING), layout, [])
        left, above = theme.px(_TEXT_LEFT), theme.px(_PADDING)
        placed.spots = [(_spot(placed, mark).translated(left, above), mark) for mark in row.marks if mark.number]
        return placed

    @staticmethod
    def _text(row: Row) -> str:
        if row.kind is RowKind.FOLD:
            return tr("approvals", "{count} sentences did not change", count=len(row.folded)) + "  " + tr("approvals", "Show them")
        return row.text

    def _formats(self, row: Row, font: QFont) -> list[QTextLayout.FormatRange]:
        theme = current_theme()
        ranges: list[QTextLayout.FormatRange] = []
        if row.side is Side.REMOVED:
            gone = QTextCharFormat()
            gone.setFontStrikeOut(True)
            gone.setForeground(theme.color("text-2"))
            ranges.append(_range(row.text, 0, len(row.text), gone))
        elif row.kind is RowKind.FOLD:
            quiet = QTextCharFormat()
            quiet.setForeground(theme.color("text-3"))
            text = self._text(row)
            ranges.append(_range(text, 0, len(text), quiet))
            link = QTextCharFormat()
            link.setForeground(theme.color("accent"))
            ranges.append(_range(text, text.rindex("  ") + 2, len(text), link))
        for mark in row.marks:
            if row.kind is not RowKind.SENTENCE:
                continue
            look = QTextCharFormat()
            tone = words.severity_tone(mark.finding.rule.severity) or "accent"
            look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
            if row.side is Side.REMOVED:
                look.setUnderlineColor(theme.color("good"))
                look.setForeground(theme.color("text-2"))
                look.setFontStrikeOut(True)
            else:
                look.setUnderlineColor(theme.color(tone))
                look.setBackground(theme.color("selected" if tone == "accent" else f"{tone}-soft"))
                look.setForeground(theme.color("text"))
            ranges.append(_range(row.text, mark.start, mark.end, look))
        return ranges

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap again."""
        super().resizeEvent(event)
        self._lay_out()

    # ------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows in sight and remember which sentences stood wholly inside."""
        theme = current_theme()
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), theme.color("surface"))
        offset, bottom = self.verticalScrollBar().value(), self.viewport().height()
        for placed in self._placed:
            top = placed.top - offset
            if top + placed.height < 0 or top > bottom:
                continue
            with saved(painter):
                self._paint_row(painter, placed, QRectF(0, top, self.viewport().width(), placed.height))
            # A row taller than the window counts once its end was reached.
            if top + placed.height <= bottom + 1 and (top >= -1 or placed.height > bottom) and placed.row.start >= 0:
                self._painted.add(placed.row.start)
        if not self._told and self._opened is not None and self._wanted <= self._painted and self._opened.text is not None:
            self._told = True
            # Told after the paint, because whoever hears it may redraw; and only while it is still this version.
            shown = self._version
            QTimer.singleShot(0, self, lambda: self._tell(shown))

    def _tell(self, shown: int) -> None:
        if shown == self._version:
            self.all_shown.emit()

    def _paint_row(self, painter: QPainter, placed: _Placed, rect: QRectF) -> None:
        theme = current_theme()
        row = placed.row
        if row.side is not Side.SAME:
            painter.fillRect(rect, theme.color("bad-soft" if row.side is Side.REMOVED else "good-soft"))
        elif any(mark.number == self._selected for mark in row.marks if mark.number):
            painter.fillRect(rect, theme.color("hover"))
        painter.setFont(theme.font(12))
        first = QRectF(0, rect.top() + theme.px(_PADDING), 0, theme.px(22))
        if row.at_seconds is not None:
            painter.setPen(theme.color("text-3"))
            painter.drawText(first.adjusted(theme.px(_TIME_LEFT), 0, theme.px(_SIGN_LEFT), 0), _LEFT, formats().duration(row.at_seconds))
        if row.kind is RowKind.WHOLE:
            mark = row.marks[0]
            size = theme.px(16)
            tone = words.severity_tone(mark.finding.rule.severity) or "text-2"
            paint_icon(
                painter, words.severity_icon(mark.finding.rule.severity), theme.px(_SIGN_LEFT), rect.center().y() - size / 2, size, tone
            )
        elif row.side is not Side.SAME:
            painter.setFont(theme.font(15, strong=True))
            painter.setPen(theme.color("bad" if row.side is Side.REMOVED else "good"))
            sign = "−" if row.side is Side.REMOVED else "+"
            painter.drawText(first.adjusted(theme.px(_SIGN_LEFT), 0, theme.px(_TEXT_LEFT), 0), _LEFT, sign)
        elif row.kind is RowKind.FOLD:
            painter.setPen(theme.color("text-3"))
            painter.drawText(first.adjusted(theme.px(_SIGN_LEFT), 0, theme.px(_TEXT_LEFT), 0), _LEFT, "···")
        painter.setPen(theme.color("text"))
        origin = QPointF(theme.px(_TEXT_LEFT), rect.top() + theme.px(_PADDING))
        placed.layout.draw(painter, origin)
        self._paint_tags(painter, placed, origin)

    def _paint_tags(self, painter: QPainter, placed: _Placed, origin: QPointF) -> None:
        """The severity words behind the sentence, the frame of the chosen mark, and the sign of a note."""
        theme = current_theme()
        last = placed.layout.lineAt(placed.layout.lineCount() - 1)
        width = self.viewport().width() - theme.px(_TEXT_LEFT) - theme.px(16)
        x, y = origin.x() + last.naturalTextWidth() + theme.px(10), origin.y() + last.y() + 1
        total = sum(tag_width(text) + theme.px(6) for text, _ in _tags(placed.row))
        if total and x - origin.x() + total > width:
            x, y = origin.x(), origin.y() + last.y() + last.height() + theme.px(2)
        for text, tone in _tags(placed.row):
            wide = tag_width(text)
            paint_tag(painter, QRectF(x, y, wide, theme.px(20)), text, tone)
            x += wide + theme.px(6)
        for spot, mark in placed.spots:
            if mark.number == self._selected and placed.row.kind is RowKind.SENTENCE:
                tone = words.severity_tone(mark.finding.rule.severity) or "accent"
                painter.setPen(QPen(theme.color(tone), 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                area = spot.translated(0, placed.top - self.verticalScrollBar().value())
                painter.drawRoundedRect(area.adjusted(-2, 0, 2, 0), 3, 3)
        if placed.row.notes:
            size = theme.px(14)
            fill_round(painter, QRectF(theme.px(_SIGN_LEFT) - 2, origin.y() + 2, size + 4, size + 4), 4, theme.tokens.selected)
            paint_icon(painter, "comment", theme.px(_SIGN_LEFT), origin.y() + 4, size, "accent")

    # ------------------------------------------------------------------ mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A finding opens its card, a fold opens."""
        place = event.position() + QPointF(0, self.verticalScrollBar().value())
        for placed in self._placed:
            if not placed.top <= place.y() < placed.top + placed.height:
                continue
            if placed.row.kind is RowKind.FOLD:
                self._unfolded |= {placed.row.folded[0]}
                self._lay_out()
                return
            for spot, mark in placed.spots:
                if spot.translated(0, placed.top).adjusted(-2, -2, 2, 2).contains(place) or placed.row.kind is RowKind.WHOLE:
                    self._selected = mark.number
                    self.viewport().update()
                    where = spot.translated(0, placed.top - self.verticalScrollBar().value())
                    self.finding_pressed.emit(mark.number, where.toRect())
                    return
        self.finding_pressed.emit(0, QRect())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand where something can be pressed."""
        place = event.position() + QPointF(0, self.verticalScrollBar().value())
        over = any(
            placed.top <= place.y() < placed.top + placed.height
            and (placed.row.kind is not RowKind.SENTENCE or any(spot.translated(0, placed.top).contains(place) for spot, _ in placed.spots))
            for placed in self._placed
        )
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def _utf16(text: str, position: int) -> int:
    """Qt counts UTF-16 units, we count code points."""
    return len(text[:position].encode("utf-16-le", "surrogatepass")) // 2


def _range(text: str, start: int, end: int, look: QTextCharFormat) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start = _utf16(text, start)
    made.length = _utf16(text, end) - made.start
    made.format = look
    return made


def _spot(placed: _Placed, mark: Mark) -> QRectF:
    """Where a mark stands, relative to the text's origin; a mark over two lines is its first part."""
    if placed.row.kind is RowKind.WHOLE:
        return QRectF(0, 0, 200, placed.height)
    start, end = _utf16(placed.row.text, mark.start), _utf16(placed.row.text, mark.end)
    text_line = placed.layout.lineForTextPosition(start)
    left = _x(text_line.cursorToX(start))
    right = _x(text_line.cursorToX(min(end, text_line.textStart() + text_line.textLength())))
    return QRectF(left, text_line.y(), max(8.0, right - left), text_line.height())


def _x(answer: object) -> float:
    """PySide answers cursorToX with (x, position)."""
    return float(answer[0]) if isinstance(answer, tuple) else float(answer)  # type: ignore[arg-type]  # a float in older bindings


def _numeral(number: int) -> str:
    """A number that nobody takes for a count: ①."""
    return chr(0x2460 + number - 1) if number <= 20 else f"#{number}"


def _tags(row: Row) -> list[tuple[str, str]]:
    if row.side is Side.REMOVED:
        fixed = len(row.marks)
        return [(tr("approvals", "{count} fixed", count=fixed), "good")] if fixed else []
    tags: list[tuple[str, str]] = []
    for mark in row.marks:
        said = f"{_numeral(mark.number)} {words.severity_name(mark.finding.rule.severity)}"
        tags.append((said, words.severity_tone(mark.finding.rule.severity)))
    return tags
