"""The schedule: publishing window in Beijing time, a strip of days that knows Chinese working days, milestones in two zones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from PySide6.QtCore import QDate, QDateTime, QRectF, QSize, Qt, QTime, QTimeZone, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDateTimeEdit, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from xingtu_desktop.core.clock import BEIJING
from xingtu_desktop.domain.brief import Brief
from xingtu_desktop.domain.preflight import beijing_day
from xingtu_desktop.domain.working_days import DayKind
from xingtu_desktop.ui.briefs.choices import calendar
from xingtu_desktop.ui.briefs.fields import Field
from xingtu_desktop.ui.formats import DOT
from xingtu_desktop.ui.i18n import formats, tr, translations
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.labels import ElidedLabel, line, text_label
from xingtu_desktop.ui.widgets.painting import fill_round, saved, stroke_round

MAX_DAYS = 45
MIN_DAYS = 28
DEFAULT_LEAD_DAYS = 14
DEFAULT_WINDOW_DAYS = 7


class Moment(QDateTimeEdit):
    """A day and hour in Beijing time."""

    picked = Signal(object)
    """An aware UTC instant."""

    def __init__(self) -> None:
        super().__init__()
        self.setTimeZone(QTimeZone(8 * 3600))
        self.setDisplayFormat("yyyy-MM-dd HH:mm")
        self.setCalendarPopup(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.dateTimeChanged.connect(self._report)
        self._silent = False

    def instant(self) -> datetime:
        """What is shown, as UTC."""
        day, hour = self.date(), self.time()
        return datetime(day.year(), day.month(), day.day(), hour.hour(), hour.minute(), tzinfo=BEIJING).astimezone(UTC)

    def set_instant(self, instant: datetime) -> None:
        """Show an instant without telling anyone."""
        there = instant.astimezone(BEIJING)
        self._silent = True
        self.setDateTime(QDateTime(QDate(there.year, there.month, there.day), QTime(there.hour, there.minute), QTimeZone(8 * 3600)))
        self._silent = False

    def _report(self) -> None:
        if not self._silent:
            self.picked.emit(self.instant())


class DateStrip(QWidget):
    """A cell a day from today on: workdays, weekends, holidays, worked weekends, and years not published; bars below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._first = date(2026, 1, 1)
        self._count = MIN_DAYS
        self._bars: tuple[tuple[str, date, date, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_days(self, first: date, count: int, bars: tuple[tuple[str, date, date, str], ...]) -> None:
        """Bars are (words, first day, last day, tone)."""
        self._first, self._count, self._bars = first, count, bars
        self.setAccessibleName(DOT.join(f"{words} {start:%m-%d}–{end:%m-%d}" for words, start, end, _ in bars))
        self.update()

    def sizeHint(self) -> QSize:
        """Names above, days, bars below."""
        return QSize(420, current_theme().px(84))

    def _rect(self, place: int, top: float, height: float) -> QRectF:
        left, right = place * self.width() / self._count, (place + 1) * self.width() / self._count
        return QRectF(left + 1, top, right - left - 2, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        theme = current_theme()
        tokens, table = theme.tokens, calendar()
        chinese = translations().language == "zh_CN"
        painter = QPainter(self)
        top, height = float(theme.px(22)), float(theme.px(28))
        with saved(painter):
            painter.setFont(theme.font(12))
            taken = -1.0
            for place in range(self._count):
                day = self._first + timedelta(days=place)
                rect, kind = self._rect(place, top, height), table.kind(day)
                ground, edge, ink = {
                    DayKind.WORKDAY: (tokens.surface, tokens.line_strong, tokens.text),
                    DayKind.WEEKEND: (tokens.hover, tokens.line, tokens.text_2),
                    DayKind.HOLIDAY: (tokens.bad_soft, tokens.bad_soft, tokens.bad),
                    DayKind.SWAPPED: (tokens.surface, tokens.warn, tokens.warn),
                    DayKind.UNPUBLISHED: (tokens.surface, tokens.line_strong, tokens.text_3),
                }[kind]
                stroke_round(painter, rect, 4, edge, ground)
                if kind is DayKind.UNPUBLISHED:
                    painter.setPen(QPen(QColor(tokens.line_control), 1, Qt.PenStyle.DotLine))
                    painter.drawLine(rect.bottomLeft(), rect.bottomRight())
                painter.setPen(QColor(ink))
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, str(day.day))
                holiday = table.holiday(day)
                words, color = "", tokens.text_2
                if holiday is not None and (place == 0 or holiday.first == day):
                    words, color = (holiday.zh if chinese else holiday.en), tokens.bad
                elif kind is DayKind.SWAPPED:
                    words, color = tr("briefs", "work"), tokens.warn
                elif place == 0 or day.day == 1:
                    words = f"{day.month}月" if chinese else f"{day:%b}"
                if words and rect.left() > taken:
                    width = painter.fontMetrics().horizontalAdvance(words)
                    left = min(rect.left(), self.width() - width - 1.0)
                    painter.setPen(QColor(color))
                    painter.drawText(QRectF(left, 0, width + 2, top - 2), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
                    taken = left + width + 4
            self._paint_bars(painter, top + height + theme.px(6))

    def _paint_bars(self, painter: QPainter, top: float) -> None:
        theme = current_theme()
        tokens = theme.tokens
        last = self._first + timedelta(days=self._count - 1)
        for words, start, end, tone in self._bars:
            if end < self._first or start > last:
                continue
            left = self._rect((max(start, self._first) - self._first).days, top, 0).left()
            right = self._rect((min(end, last) - self._first).days, top, 0).right()
            rect = QRectF(left, top, right - left, theme.px(20))
            fill_round(painter, rect, 4, tokens.selected if tone == "accent" else tokens.color(f"{tone}-soft"))
            painter.setPen(QColor(tokens.color(tone)))
            shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(rect.width() - 8))
            painter.drawText(rect.adjusted(6, 0, -2, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


class Milestone(QWidget):
    """A point in time: name, Beijing, the second zone, working days."""

    def __init__(self) -> None:
        super().__init__()
        self.name = ElidedLabel(type="caption", tone="text-2")
        self.main = ElidedLabel(strong=True)
        self.other = ElidedLabel(type="caption", tone="text-2")
        self.days = ElidedLabel(type="caption", tone="text-3")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for label in (self.name, self.main, self.other, self.days):
            layout.addWidget(label)

    def set_words(self, name: str, main: str, other: str, days: str) -> None:
        """All four lines."""
        texts: tuple[tuple[ElidedLabel, str], ...] = ((self.name, name), (self.main, main), (self.other, other), (self.days, days))
        for label, text in texts:
            label.setText(text)


class Schedule(QWidget):
    """The whole block. `edited` carries both ends of the window at once: (from, until)."""

    edited = Signal(object)

    def __init__(self, now: Callable[[], datetime], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._brief: Brief | None = None
        self.start, self.end = Moment(), Moment()
        self.start_field, self.end_field = Field(self.start), Field(self.end)
        self._choose = Button("", icon="calendar")
        self._note = text_label(type="caption", tone="text-3", wrap=True)
        self.strip = DateStrip()
        self._milestones = (Milestone(), Milestone(), Milestone())
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.start_field)
        row.addWidget(self.end_field)
        row.addWidget(self._choose, 0, Qt.AlignmentFlag.AlignLeft)
        row.addStretch(1)
        stones = QHBoxLayout()
        stones.setSpacing(16)
        for number, stone in enumerate(self._milestones):
            if number:
                stones.addWidget(line(horizontal=False))
            stones.addWidget(stone, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self.strip)
        layout.addLayout(stones)
        layout.addWidget(self._note)
        self.start.picked.connect(self._on_picked)
        self.end.picked.connect(self._on_picked)
        self._choose.clicked.connect(self._on_choose)

    def set_brief(self, brief: Brief) -> None:
        """Show the brief's window."""
        self._brief = brief
        known = brief.publish_from is not None and brief.publish_until is not None
        self.start_field.setVisible(known)
        self.end_field.setVisible(known)
        self._choose.setVisible(not known)
        if brief.publish_from is not None and brief.publish_until is not None:
            self.start.set_instant(brief.publish_from)
            self.end.set_instant(brief.publish_until)
        self._show()

    def retranslate(self) -> None:
        """Words in the language in force."""
        self.start_field.set_words(tr("briefs", "Publishing from"), tr("briefs", "Beijing time"))
        self.end_field.set_words(tr("briefs", "Publishing until"), tr("briefs", "Beijing time"))
        self._choose.setText(tr("briefs", "Choose the publishing window"))
        self._show()

    def _on_picked(self) -> None:
        self.edited.emit((self.start.instant(), self.end.instant()))

    def _on_choose(self) -> None:
        day = beijing_day(self._now()) + timedelta(days=DEFAULT_LEAD_DAYS)
        start = datetime.combine(day, time(12), tzinfo=BEIJING).astimezone(UTC)
        self.edited.emit((start, start + timedelta(days=DEFAULT_WINDOW_DAYS)))

    def _show(self) -> None:
        brief = self._brief
        if brief is None:
            return
        now, fmt = self._now(), formats()
        today = beijing_day(now)
        bars: list[tuple[str, date, date, str]] = []
        accept = brief.accept_expiration_days
        accept_at = None if accept is None else now + timedelta(days=accept)
        if accept_at is not None:
            bars.append((tr("briefs", "Accepting"), today, beijing_day(accept_at), "accent"))
        until = None
        if brief.publish_from is not None and brief.publish_until is not None:
            until = beijing_day(brief.publish_until)
            bars.append((tr("briefs", "Publishing window"), beijing_day(brief.publish_from), until, "good"))
        last = max(until or today, today + timedelta(days=MIN_DAYS - 4)) + timedelta(days=3)
        count = min(MAX_DAYS, (last - today).days + 1)
        self.strip.set_days(today, count, tuple(bars))
        kept = (
            None
            if brief.publish_until is None or brief.retention_days is None
            else brief.publish_until + timedelta(days=brief.retention_days)
        )
        for stone, name, instant in (
            (self._milestones[0], tr("briefs", "Accept by (if ordered now)"), accept_at),
            (self._milestones[1], tr("briefs", "Published by"), brief.publish_until),
            (self._milestones[2], tr("briefs", "Kept online until"), kept),
        ):
            stone.set_words(
                name, f"{fmt.date(instant)} {fmt.clock(instant)}" if instant else fmt.date(None), self._zones(instant), self._days(instant)
            )
        unpublished = calendar().kind(today + timedelta(days=count - 1)) is DayKind.UNPUBLISHED
        year = (today + timedelta(days=count - 1)).year
        self._note.setText(
            tr("briefs", "Holidays of {year} are not published yet: those days are drawn without a claim.", year=year)
            if unpublished
            else tr("briefs", "Working days as the State Council announced them, swapped weekends included.")
        )

    @staticmethod
    def _zones(instant: datetime | None) -> str:
        if instant is None:
            return ""
        fmt = formats()
        here = f"{DOT}{fmt.city(fmt.zone)} {fmt.clock(instant, fmt.zone)}" if fmt.zone else ""
        return fmt.weekday(instant) + here

    def _days(self, instant: datetime | None) -> str:
        if instant is None:
            return ""
        days = calendar().between(beijing_day(self._now()), beijing_day(instant))
        if days is None:
            return tr("briefs", "working days: not published yet")
        return tr("briefs", "{count} working day from today|{count} working days from today", count=days)
