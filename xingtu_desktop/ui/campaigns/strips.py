"""The strips above the orders: the budget with what became of it, and the states with their counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from xingtu_desktop.domain.money import Fen
from xingtu_desktop.ui.campaigns.campaigns_model import Phase
from xingtu_desktop.ui.formats import DOT
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.labels import panel, set_tone, text_label
from xingtu_desktop.ui.widgets.painting import fill_round, paint_focus, saved, stroke_round


@dataclass(frozen=True, slots=True)
class Budget:
    """What became of a campaign's money; `limit` None: no budget was set. Amounts hold task amounts and fees."""

    limit: Fen | None
    released: Fen
    escrow: Fen
    unpaid: Fen
    unbilled: int

    @property
    def committed(self) -> Fen:
        return self.released + self.escrow + self.unpaid


class BudgetStrip(QWidget):
    """Budget at the left, its parts at the right, one bar below; without a budget the button sets one."""

    set_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        card = panel("card")
        self._title = text_label(strong=True)
        self._note = text_label(type="caption", tone="text-2")
        self._set = Button(kind="link", small=True)
        self._set.clicked.connect(self.set_asked)

        self._bar = _Bar()
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._title)
        head.addWidget(self._note)
        head.addWidget(self._set)
        head.addStretch(1)
        self._head = head
        self._legend = QWidget()
        self._legend_row = QHBoxLayout(self._legend)
        self._legend_row.setContentsMargins(0, 0, 0, 0)
        self._legend_row.setSpacing(16)
        head.addWidget(self._legend)
        self._parts = [_Part(role) for role in ("c2", "c1", "", "line-strong")]
        for part in self._parts:
            self._legend_row.addWidget(part)
        inner = QVBoxLayout(card)
        inner.setContentsMargins(16, 8, 16, 10)
        inner.setSpacing(6)
        inner.addLayout(head)
        inner.addWidget(self._bar)
        self._inner = inner
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(card)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The parts stand at the right, or below the bar where the room is too short for both."""
        super().resizeEvent(event)
        self._place_parts()

    def _place_parts(self) -> None:
        words = (self._title, self._note, *([] if self._set.isHidden() else [self._set]))
        needed = sum(each.sizeHint().width() + 12 for each in words) + self._legend.sizeHint().width() + 32
        below = self._inner.indexOf(self._legend) >= 0
        if needed > self.width() and not below:
            self._head.removeWidget(self._legend)
            self._inner.addWidget(self._legend, 0, Qt.AlignmentFlag.AlignLeft)
        elif needed <= self.width() and below:
            self._inner.removeWidget(self._legend)
            self._head.addWidget(self._legend)

    def set_budget(self, budget: Budget, *, can_set: bool) -> None:
        """Show the sums; `can_set` where one campaign is chosen."""
        shown = formats()
        limit = budget.limit
        self._title.setText(
            tr("campaigns", "Committed {sum}", sum=shown.money(budget.committed))
            if limit is None
            else tr("campaigns", "Budget {sum}", sum=shown.money(limit))
        )
        notes = [tr("campaigns", "fees included")]
        if budget.unbilled:
            notes.append(
                tr(
                    "campaigns",
                    "without {count} order that has no bill yet|without {count} orders that have no bill yet",
                    count=budget.unbilled,
                )
            )
        self._note.setText(DOT.join(notes))
        self._set.setText(tr("campaigns", "Set budget"))
        self._set.setVisible(can_set and limit is None)
        released, escrow, unpaid, left = self._parts
        released.set_part(tr("campaigns", "Released"), shown.money(budget.released))
        escrow.set_part(tr("campaigns", "In escrow"), shown.money(budget.escrow))
        unpaid.set_part(tr("campaigns", "To pay"), shown.money(budget.unpaid))
        left.setVisible(limit is not None)
        over = False
        if limit is not None:
            rest = limit - budget.committed
            over = rest < Fen(0)
            left.set_part(
                tr("campaigns", "Over budget") if over else tr("campaigns", "Left"),
                shown.money(Fen(abs(rest.value))),
                tone="bad" if over else "text",
            )
        whole = max(budget.committed.value, limit.value if limit is not None else 0)
        self._bar.set_parts(budget.released.value, budget.escrow.value, budget.unpaid.value, whole, limit.value if over and limit else None)
        self._place_parts()
        self.setAccessibleName(" ".join([self._title.text(), self._note.text(), *(part.accessibleName() for part in self._parts)]))


class _Part(QWidget):
    """A dot, a name and a sum; the dot without a colour is a ring, as what is to be paid is drawn in the bar."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._dot = _Dot(role)
        self._name = text_label(type="caption", tone="text-2")
        self._sum = text_label(type="caption", strong=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for widget in (self._dot, self._name, self._sum):
            row.addWidget(widget)

    def set_part(self, name: str, amount: str, *, tone: str = "text") -> None:
        self._name.setText(name)
        self._sum.setText(amount)
        set_tone(self._sum, tone)
        self.setAccessibleName(f"{name} {amount}")


class _Dot(QWidget):
    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        side = current_theme().px(8)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_theme().tokens
        painter = QPainter(self)
        rect = QRectF(self.rect())
        with saved(painter):
            if self._role:
                fill_round(painter, rect, rect.width() / 2, tokens.color(self._role))
            else:
                stroke_round(painter, rect, rect.width() / 2, tokens.c1, tokens.surface, 1.5)


class _Bar(QWidget):
    """Released, escrow, to pay, rest; a tick where the budget ends when more is committed than that."""

    def __init__(self) -> None:
        super().__init__()
        self._shares: tuple[float, float, float] = (0.0, 0.0, 0.0)
        self._tick: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_parts(self, released: int, escrow: int, unpaid: int, whole: int, tick: int | None) -> None:
        self._shares = (released / whole, escrow / whole, unpaid / whole) if whole else (0.0, 0.0, 0.0)
        self._tick = tick / whole if tick is not None and whole else None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, current_theme().px(10))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        height, left = float(self.height()), 0.0
        with saved(painter):
            fill_round(painter, QRectF(self.rect()), 3, tokens.hover if tokens.name == "light" else tokens.line)
            for share, role in zip(self._shares, ("c2", "c1", ""), strict=True):
                width = share * self.width()
                if width <= 0:
                    continue
                part = QRectF(left, 0, max(width - 2, 3.0), height)
                if role:
                    fill_round(painter, part, 3, tokens.color(role))
                else:
                    stroke_round(painter, part, 3, tokens.c1, tokens.selected, 1.5)
                left += max(width, 5.0)
            if self._tick is not None:
                painter.fillRect(QRectF(self._tick * self.width() - 1, 0, 2, height), QColor(tokens.bad))


_TILE, _TILE_HEIGHT, _LOW_TILE = 66, 64, 34
"""Design pixels: the least width of a tile that shows its name, its height, and its height where there are two rows."""


class PhaseStrip(QWidget):
    """A tile a state: name, count, how many are late; pressing one shows only its orders, again shows all."""

    chosen = Signal(object)
    """The index of a phase, or None for all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phases: tuple[Phase, ...] = ()
        self._current: int | None = None
        self._cursor = 0
        self._hover = -1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_phases(self, phases: Sequence[Phase]) -> None:
        """Show counts."""
        self._phases = tuple(phases)
        self.updateGeometry()
        self.setAccessibleName(tr("campaigns", "Orders by state"))
        self._describe()
        self.update()

    def set_current(self, index: int | None) -> None:
        """Mark a tile without telling anyone."""
        self._current = index
        if index is not None:
            self._cursor = index
        self._describe()
        self.update()

    def _describe(self) -> None:
        if 0 <= self._cursor < len(self._phases):
            phase = self._phases[self._cursor]
            self.setAccessibleDescription(f"{phase.name} {phase.count}")

    def _choose(self, index: int) -> None:
        if 0 <= index < len(self._phases):
            self.set_current(None if self._current == index else index)
            self._cursor = index
            self.chosen.emit(self._current)

    def _columns(self) -> int:
        """Tiles of a row: all, or half of them where one row would cut their names."""
        count = len(self._phases)
        return count if not count or self.width() / count >= current_theme().px(_TILE) else -(-count // 2)

    def _tile_height(self) -> int:
        """Two rows stand where text is large and room is dear: their tiles have name and count on one line."""
        return current_theme().px(_TILE_HEIGHT if self._columns() == len(self._phases) else _LOW_TILE)

    def _tile(self, index: int) -> QRectF:
        columns, height = max(1, self._columns()), self._tile_height()
        width = self.width() / columns
        return QRectF(index % columns * width, index // columns * height, width, height)

    def _at(self, place: QPointF) -> int:
        return next((index for index in range(len(self._phases)) if self._tile(index).contains(place)), -1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One row or two."""
        super().resizeEvent(event)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """64 px a row."""
        rows = 2 if self._phases and self._columns() < len(self._phases) else 1
        return QSize(current_theme().px(600), rows * self._tile_height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """A card cut into tiles; ours carry the accent below, an empty one is quiet."""
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        whole = QRectF(self.rect())
        with saved(painter):
            stroke_round(painter, whole, 10, tokens.line, tokens.surface)
            if not self._phases:
                return
            columns = self._columns()
            most = max((phase.count for phase in self._phases), default=0) or 1
            small, large = theme.font(12), theme.font(20, strong=True)
            small_metrics, large_metrics = QFontMetrics(small), QFontMetrics(large)
            for phase in self._phases:
                place = self._tile(phase.index)
                tile = place.adjusted(0, 1, 0, -1)
                if phase.index == columns:
                    painter.fillRect(QRectF(whole.left(), round(place.top()), whole.width(), 1), QColor(tokens.line))
                if phase.index == self._current:
                    painter.fillRect(tile.adjusted(1, 0, -1, 0), QColor(tokens.selected))
                elif phase.index == self._hover:
                    painter.fillRect(tile.adjusted(1, 0, -1, 0), QColor(tokens.hover))
                if phase.index % columns:
                    painter.fillRect(QRectF(round(tile.left()), tile.top(), 1, tile.height()), QColor(tokens.line))
                inner = tile.adjusted(theme.px(9), theme.px(7), -theme.px(5), -theme.px(8))
                quiet = phase.count == 0
                if columns < len(self._phases):
                    self._paint_low(painter, inner.adjusted(0, -theme.px(4), 0, theme.px(4)), phase)
                    bar = QRectF(tile.left() + 1, place.bottom() - 3, (place.width() - 2) * phase.count / most, 2)
                    painter.fillRect(bar, QColor(tokens.accent if phase.ours else tokens.line_control))
                    continue
                painter.setFont(small)
                painter.setPen(QColor(tokens.text_3 if quiet else tokens.text_2))
                name = small_metrics.elidedText(phase.name, Qt.TextElideMode.ElideRight, int(inner.width()))
                painter.drawText(inner, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, name)
                painter.setFont(large)
                painter.setPen(QColor(tokens.text_3 if quiet else tokens.accent if phase.ours else tokens.text))
                painter.drawText(inner, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, formats().integer(phase.count))
                if phase.late:
                    late = tr("campaigns", "late {count}", count=phase.late)
                    room = inner.width() - large_metrics.horizontalAdvance(str(phase.count)) - theme.px(6)
                    painter.setFont(small)
                    painter.setPen(QColor(tokens.warn))
                    if small_metrics.horizontalAdvance(late) > room:
                        late = f"!{phase.late}"
                    painter.drawText(inner.adjusted(0, 0, 0, -3), Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignRight, late)
                bar = QRectF(tile.left() + 1, place.bottom() - 3, (place.width() - 2) * phase.count / most, 2)
                painter.fillRect(bar, QColor(tokens.accent if phase.ours else tokens.line_control))
        if self.hasFocus():
            paint_focus(painter, self._tile(self._cursor), 6, tokens)

    @staticmethod
    def _about(phase: Phase) -> str:
        return DOT.join([phase.name, *([tr("campaigns", "late {count}", count=phase.late)] if phase.late else [])])

    def _paint_low(self, painter: QPainter, rect: QRectF, phase: Phase) -> None:
        """Name at the left, count at the right; the count stays whole."""
        theme = current_theme()
        tokens, quiet = theme.tokens, phase.count == 0
        count = formats().integer(phase.count)
        painter.setFont(theme.font(13, strong=True))
        painter.setPen(QColor(tokens.text_3 if quiet else tokens.accent if phase.ours else tokens.text))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, count)
        room = rect.width() - QFontMetrics(painter.font()).horizontalAdvance(count) - theme.px(4)
        painter.setFont(theme.font(12))
        painter.setPen(QColor(tokens.text_3 if quiet else tokens.warn if phase.late else tokens.text_2))
        name = painter.fontMetrics().elidedText(phase.name, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light the tile under the pointer, and say its name whole."""
        hover = self._at(event.position())
        if hover != self._hover:
            self._hover = hover
            self.setToolTip(self._about(self._phases[hover]) if 0 <= hover < len(self._phases) else "")
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing under the pointer."""
        self._hover = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a tile."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(self._at(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move, Enter and Space choose."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step and self._phases:
            self._cursor = min(max(self._cursor + step, 0), len(self._phases) - 1)
            self._describe()
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self._cursor)
        else:
            super().keyPressEvent(event)
