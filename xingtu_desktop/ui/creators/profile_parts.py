"""The drawn parts of a profile: bars against the median of the type, the price as steps, one row of a look-alike."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from xingtu_desktop.domain.creator import Creator, CreatorVideo, QuotePoint, VideoTier
from xingtu_desktop.ui.formats import UNKNOWN
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.painting import fill_round, paint_avatar, paint_focus, saved

_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True, slots=True)
class BarRow:
    """A name, its value as a share of the scale (None: unknown), the type's P25, P50 and P75 on it, and a remark at the right."""

    name: str
    value: str
    share: float | None
    band: tuple[float, float] | None = None
    median: float | None = None
    remark: str = ""
    tone: str = "text-3"
    strong: bool = False


class BarRows(QWidget):
    """Rows of name, bar, value and remark; the band and the tick are the creators of the same type."""

    def __init__(self, *, name_width: int = 56, value_width: int = 40, remark_width: int = 64, row: int = 22, columns: int = 1) -> None:
        super().__init__()
        self._rows: tuple[BarRow, ...] = ()
        self._sizes = (name_width, value_width, remark_width, row)
        self._columns = columns
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_rows(self, rows: Sequence[BarRow]) -> None:
        """Show these."""
        self._rows = tuple(rows)
        self.setAccessibleName(", ".join(f"{row.name} {row.value} {row.remark}".strip() for row in rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As many lines as the columns need."""
        lines = -(-len(self._rows) // self._columns)
        return QSize(200, current_theme().px(self._sizes[3]) * lines)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows, column by column."""
        theme = current_theme()
        painter = QPainter(self)
        height = theme.px(self._sizes[3])
        lines = -(-len(self._rows) // self._columns)
        gap = theme.px(16)
        width = (self.width() - gap * (self._columns - 1)) / self._columns
        with saved(painter):
            for place, row in enumerate(self._rows):
                left = (place // max(1, lines)) * (width + gap)
                self._paint_row(painter, QRectF(left, (place % max(1, lines)) * height, width, height), row)

    def _widths(self, width: float) -> tuple[int, int, int]:
        """Room for name, value and remark: what the longest needs, as long as a bar of a quarter of the width is left."""
        theme = current_theme()
        name, value, remark = (theme.px(size) for size in self._sizes[:3])
        strong, plain = QFontMetrics(theme.font(12, strong=True)), QFontMetrics(theme.font(12))
        remark = max([remark, *(plain.horizontalAdvance(row.remark) + 2 for row in self._rows if row.remark)])
        needed = max([name, *((strong if row.strong else plain).horizontalAdvance(row.name) + 2 for row in self._rows)])
        most = width * 0.75 - value - (remark if remark > 1 else 0) - theme.px(18)
        return max(name, min(needed, int(most))), value, remark

    def _paint_row(self, painter: QPainter, rect: QRectF, row: BarRow) -> None:
        theme = current_theme()
        tokens = theme.tokens
        name_width, value_width, remark_width = self._widths(rect.width())
        painter.setFont(theme.font(12, strong=row.strong))
        painter.setPen(QColor(tokens.text if row.strong else tokens.text_2))
        name = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideRight, int(name_width))
        painter.drawText(QRectF(rect.left(), rect.top(), name_width, rect.height()), _LEFT, name)
        right = rect.right()
        if row.remark or remark_width > 1:
            painter.setFont(theme.font(12))
            painter.setPen(QColor(tokens.color(row.tone)))
            painter.drawText(QRectF(right - remark_width, rect.top(), remark_width, rect.height()), _RIGHT, row.remark)
            right -= remark_width + theme.px(4)
        painter.setFont(theme.font(12, strong=True))
        painter.setPen(QColor(tokens.text if row.share is not None else tokens.text_3))
        painter.drawText(QRectF(right - value_width, rect.top(), value_width, rect.height()), _RIGHT, row.value)
        right -= value_width + theme.px(8)
        track = QRectF(rect.left() + name_width + theme.px(6), rect.center().y() - theme.px(3), 0, theme.px(6))
        track.setRight(max(track.left() + 8, right))
        fill_round(painter, track, 3, tokens.track)
        if row.band is not None:
            low, high = row.band
            band = QRectF(track.left() + track.width() * low, track.top() - 3, max(2.0, track.width() * (high - low)), track.height() + 6)
            fill_round(painter, band, 2, tokens.band)
        if row.share is not None and row.share > 0:
            bar = QRectF(track.left(), track.top(), max(3.0, track.width() * min(row.share, 1.0)), track.height())
            fill_round(painter, bar, 3, tokens.c1 if row.strong or remark_width > 1 else tokens.bar)
        if row.median is not None:
            x = track.left() + track.width() * min(max(row.median, 0.0), 1.0)
            painter.setPen(QPen(QColor(tokens.text_2), 1.5))
            painter.drawLine(QPointF(x, track.top() - 3), QPointF(x, track.bottom() + 3))


class SplitBar(QWidget):
    """Two shares that make a whole, such as women and men."""

    def __init__(self) -> None:
        super().__init__()
        self._words = ("", "")
        self._share: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_split(self, left: str, right: str, share: float | None) -> None:
        """`share` of the left part, 0–1; None draws the track alone."""
        self._words, self._share = (left, right), share
        self.setAccessibleName(f"{left}, {right}")
        self.update()

    def sizeHint(self) -> QSize:
        """One line of text."""
        return QSize(200, current_theme().px(22))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words at both ends, the bar between."""
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        painter.setFont(theme.font(12))
        metrics = painter.fontMetrics()
        painter.setPen(QColor(tokens.text))
        painter.drawText(QRectF(self.rect()), _LEFT, self._words[0])
        painter.setPen(QColor(tokens.text_2))
        painter.drawText(QRectF(self.rect()), _RIGHT, self._words[1])
        left = metrics.horizontalAdvance(self._words[0]) + theme.px(8)
        right = self.width() - metrics.horizontalAdvance(self._words[1]) - theme.px(8)
        bar = QRectF(left, self.height() / 2 - theme.px(4), max(4, right - left), theme.px(8))
        with saved(painter):
            fill_round(painter, bar, 3, tokens.track)
            if self._share:
                bar.setWidth(bar.width() * min(self._share, 1.0))
                fill_round(painter, bar, 3, tokens.c1)


class QuoteSteps(QWidget):
    """Asking prices over time as steps, paid prices as rings; the newest asking price is named."""

    def __init__(self) -> None:
        super().__init__()
        self._asked: tuple[QuotePoint, ...] = ()
        self._paid: tuple[QuotePoint, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_points(self, points: Sequence[QuotePoint], tier: VideoTier) -> int:
        """Those of one tier, oldest first; answers how many there are."""
        mine = sorted((point for point in points if point.tier is tier), key=lambda point: point.seen_at)
        self._asked = tuple(point for point in mine if not point.paid)
        self._paid = tuple(point for point in mine if point.paid)
        text = formats()
        self.setAccessibleName("; ".join(f"{text.date(point.seen_at)} {text.money(point.amount)}" for point in mine))
        self.update()
        return len(mine)

    def sizeHint(self) -> QSize:
        """84 px high."""
        return QSize(240, current_theme().px(84))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw steps, rings and the words at the ends."""
        points = sorted((*self._asked, *self._paid), key=lambda point: point.seen_at)
        if not points:
            return
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        newest = formats().money(points[-1].amount if not self._asked else self._asked[-1].amount)
        painter.setFont(theme.font(12, strong=True))
        label = painter.fontMetrics().horizontalAdvance(newest) + theme.px(8)
        area = QRectF(4, theme.px(18), self.width() - label - 8, self.height() - theme.px(38))
        first, last = points[0].seen_at, points[-1].seen_at
        span = max((last - first).total_seconds(), 1.0)
        # Bars begin at zero, steps need not: the question is how far a price moved, so the scale is named at its start.
        low = min(point.amount.value for point in points)
        high = max(point.amount.value for point in points)
        height = (high - low) or 1

        def place(at: datetime, value: int) -> QPointF:
            x = area.left() + area.width() * ((at - first).total_seconds() / span if last > first else 0.0)
            return QPointF(x, area.bottom() - area.height() * ((value - low) / height if high > low else 0.5))

        with saved(painter):
            painter.setPen(QPen(QColor(tokens.line), 1))
            painter.drawLine(QPointF(area.left(), area.bottom() + 4), QPointF(area.right(), area.bottom() + 4))
            if self._asked:
                path = QPainterPath(place(self._asked[0].seen_at, self._asked[0].amount.value))
                for point in self._asked[1:]:
                    target = place(point.seen_at, point.amount.value)
                    path.lineTo(target.x(), path.currentPosition().y())
                    path.lineTo(target)
                path.lineTo(area.right(), path.currentPosition().y())
                painter.setPen(QPen(QColor(tokens.c1), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPath(path)
                end = path.currentPosition()
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(tokens.c1))
                painter.drawEllipse(end, 3, 3)
                painter.setPen(QColor(tokens.text))
                painter.drawText(QRectF(area.right() + 6, end.y() - 9, label, 18), _LEFT, newest)
            painter.setPen(QPen(QColor(tokens.c2), 2))
            painter.setBrush(QColor(tokens.surface))
            for point in self._paid:
                painter.drawEllipse(place(point.seen_at, point.amount.value), 3.5, 3.5)
            painter.setFont(theme.font(12))
            painter.setPen(QColor(tokens.text_3))
            if self._asked and self._asked[0].amount != self._asked[-1].amount:
                start = place(self._asked[0].seen_at, self._asked[0].amount.value)
                above = start.y() - theme.px(18) if start.y() > theme.px(30) else start.y() + 3
                painter.drawText(QRectF(area.left(), above, 100, 16), _LEFT, formats().money(self._asked[0].amount))
            foot = QRectF(area.left(), self.height() - theme.px(16), area.width(), theme.px(16))
            painter.drawText(foot, _LEFT, f"{first:%Y-%m}")
            if (last - first).days > 40:
                painter.drawText(foot, _RIGHT, f"{last:%Y-%m}")


@dataclass(frozen=True, slots=True)
class ThemePlays:
    """How videos of one theme did: the median plays of personal and of sponsored ones, and how many there are of each."""

    theme: str
    personal: int
    personal_plays: int | None
    sponsored: int
    sponsored_plays: int | None


def by_theme(videos: Sequence[CreatorVideo], most: int = 5) -> tuple[ThemePlays, ...]:
    """The themes with most videos first; videos without a theme stand under ""."""
    themes: dict[str, list[CreatorVideo]] = {}
    for video in videos:
        themes.setdefault(video.theme or "", []).append(video)

    def median(found: Sequence[CreatorVideo]) -> int | None:
        plays = [video.plays for video in found if video.plays is not None]
        return round(statistics.median(plays)) if plays else None

    rows = []
    for theme, found in sorted(themes.items(), key=lambda entry: (-len(entry[1]), entry[0]))[:most]:
        own = [video for video in found if not video.sponsored]
        paid = [video for video in found if video.sponsored]
        rows.append(ThemePlays(theme, len(own), median(own), len(paid), median(paid)))
    return tuple(rows)


class ThemeTable(QWidget):
    """Themes down, personal and sponsored median plays across, each with how many videos it stands on."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[ThemePlays, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_rows(self, rows: Sequence[ThemePlays]) -> None:
        """Show these."""
        self._rows = tuple(rows)
        self.setAccessibleName(", ".join(f"{row.theme} {row.personal_plays} {row.sponsored_plays}" for row in rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """A heading and the rows."""
        return QSize(240, current_theme().px(24) * (len(self._rows) + 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw heading and rows."""
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        height, column = theme.px(24), theme.px(96)
        painter.setFont(theme.font(12))
        painter.setPen(QColor(tokens.text_3))
        lines = [(tr("creators", "Theme"), tr("creators", "Personal"), tr("creators", "Sponsored"))]
        text = formats()
        for row in self._rows:
            lines.append(
                (
                    row.theme or tr("creators", "No theme"),
                    f"{text.count(row.personal_plays)} · {row.personal}" if row.personal else UNKNOWN,
                    f"{text.count(row.sponsored_plays)} · {row.sponsored}" if row.sponsored else UNKNOWN,
                )
            )
        for place, (name, own, paid) in enumerate(lines):
            top = place * height
            room = self.width() - 2 * column
            painter.setPen(QColor(tokens.text_3 if place == 0 else tokens.text_2))
            shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(0, top, room, height), _LEFT, shown)
            painter.setPen(QColor(tokens.text_3 if place == 0 else tokens.text))
            painter.drawText(QRectF(room, top, column, height), _RIGHT, own)
            painter.drawText(QRectF(room + column, top, column, height), _RIGHT, paid)


class SimilarRow(QWidget):
    """One look-alike: avatar, name, followers, quote, likeness; a click opens it."""

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._creator: Creator | None = None
        self._likeness = 0.0
        self._tier = VideoTier.FROM_21_TO_60
        self._hover = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_creator(self, creator: Creator, likeness: float, tier: VideoTier) -> None:
        """Show another one."""
        self._creator, self._likeness, self._tier = creator, likeness, tier
        self.setAccessibleName(f"{creator.nickname} {formats().percent(max(likeness, 0.0), 0)}")
        self.update()

    def sizeHint(self) -> QSize:
        """32 px high."""
        return QSize(240, current_theme().px(32))

    def enterEvent(self, event: QEnterEvent) -> None:
        """Light up."""
        self._hover = True
        self.update()

    def leaveEvent(self, event: object) -> None:
        """Back to rest."""
        self._hover = False
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open."""
        self._open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open()
        else:
            super().keyPressEvent(event)

    def _open(self) -> None:
        if self._creator is not None:
            self.opened.emit(self._creator.author_id)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the row."""
        creator = self._creator
        if creator is None:
            return
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self._hover:
            with saved(painter):
                fill_round(painter, rect.adjusted(-4, 1, 4, -1), 4, tokens.hover)
        size = theme.px(24)
        paint_avatar(painter, QRectF(0, (self.height() - size) / 2, size, size), creator.nickname, key=str(creator.author_id))
        text = formats()
        widths = (theme.px(66), theme.px(74), theme.px(42))
        left = size + theme.px(8)
        painter.setFont(theme.font(13))
        painter.setPen(QColor(tokens.text))
        room = self.width() - left - sum(widths)
        name = painter.fontMetrics().elidedText(creator.nickname, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(QRectF(left, 0, room, self.height()), _LEFT, name)
        painter.setFont(theme.font(12))
        painter.setPen(QColor(tokens.text_2))
        x = left + room
        for width, words in zip(widths, (text.count(creator.followers), text.money(creator.quotes.get(self._tier)), ""), strict=True):
            painter.drawText(QRectF(x, 0, width, self.height()), _RIGHT, words)
            x += width
        painter.setFont(theme.font(12, strong=True))
        painter.setPen(QColor(tokens.text))
        painter.drawText(rect, _RIGHT, text.percent(max(self._likeness, 0.0), 0))
        if self.hasFocus():
            paint_focus(painter, rect.adjusted(-2, 1, 2, -1), 4, tokens)
