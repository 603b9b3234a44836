"""The table's header: the metric and under it its definition, the tick box for all, and clicks that ask for an order."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.theme.icons import paint as paint_icon
from xingtu_desktop.ui.widgets.painting import paint_check_box
from xingtu_desktop.ui.widgets.table.delegate import CHECK_WIDTH, RowState, fitted


class DataHeader(QHeaderView):
    """Paints two lines a column; sorts nothing itself."""

    sort_requested = Signal(str, bool)
    check_all_clicked = Signal()

    def __init__(self, state: RowState, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._state = state
        self._sort: tuple[str, bool] | None = None
        self._check_state = Qt.CheckState.Unchecked
        self._hover = -1
        self._pressed: QPoint | None = None
        self._frozen_width = 0
        self.setMouseTracking(True)
        self.setHighlightSections(False)
        self.setSectionsClickable(False)
        self.setMinimumSectionSize(40)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def set_sort(self, column: str | None, descending: bool = True) -> None:
        """Show which column the rows are ordered by."""
        wanted = (column, descending) if column else None
        if wanted != self._sort:
            self._sort = wanted
            self.viewport().update()

    def set_check_state(self, state: Qt.CheckState) -> None:
        """Show whether all, some or none of the rows are ticked."""
        if state != self._check_state:
            self._check_state = state
            self.viewport().update()

    def check_state(self) -> Qt.CheckState:
        """What the box shows."""
        return self._check_state

    def set_frozen_width(self, width: int) -> None:
        """The width of the frozen first column, 0 when it scrolls with the others."""
        self._frozen_width = width

    def title_width(self, index: int) -> int:
        """The least width of a column at which its title stands whole, the arrow of the order with it."""
        theme, column = current_theme(), self._state.columns[index]
        sorted_here = self._sort is not None and self._sort[0] == column.key
        words = QFontMetrics(theme.font(12, strong=sorted_here)).horizontalAdvance(column.title)
        left = 0 if column.align == "right" else theme.px(self._state.padding)
        if index == 0:
            left = theme.px(CHECK_WIDTH if self._state.checkable else 16)
        return left + words + (theme.px(14) if sorted_here else 0) + theme.px(self._state.padding) + 2

    def sizeHint(self) -> QSize:
        """44 px where any column has a second line, else 32."""
        hint = super().sizeHint()
        two_lines = any(column.subtitle for column in self._state.columns)
        return QSize(hint.width(), current_theme().px(44 if two_lines else 32))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        """Draw one column's title."""
        if rect.isValid():
            painter.save()
            self.paint_column(painter, rect, logicalIndex)
            painter.restore()

    def paint_column(self, painter: QPainter, rect: QRect, index: int) -> None:
        """Draw the title of column `index` into `rect`."""
        theme = current_theme()
        tokens = theme.tokens
        painter.fillRect(rect, QColor(tokens.strip))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, QColor(tokens.line))
        if index >= len(self._state.columns):
            return
        column = self._state.columns[index]
        padding = theme.px(self._state.padding)
        right_aligned = column.align == "right"
        # A title at the right may lie in the space before it: what stands there is the end of the column before.
        left = 0 if right_aligned else padding
        if index == 0:
            left = theme.px(16)
            if self._state.checkable:
                size = theme.px(16)
                paint_check_box(
                    painter, QRectF(rect.left() + theme.px(14), rect.center().y() - size / 2 + 0.5, size, size), self._check_state, tokens
                )
                left = theme.px(CHECK_WIDTH)
        sorted_here = self._sort is not None and self._sort[0] == column.key
        area = QRectF(rect).adjusted(left, 0, -padding, -1)
        title, below = area, area
        if any(each.subtitle for each in self._state.columns):
            middle = area.center().y()
            title = QRectF(area.left(), middle - theme.px(17), area.width(), theme.px(17))
            below = QRectF(area.left(), middle, area.width(), theme.px(17))
        painter.setFont(theme.font(12, strong=sorted_here))
        ink = tokens.accent if sorted_here else tokens.text if index == self._hover and column.sortable else tokens.text_2
        painter.setPen(QColor(ink))
        arrow = theme.px(14) if sorted_here else 0
        metrics = painter.fontMetrics()
        text, width = fitted(metrics, column.title, title.width() - arrow)
        start = title.right() - arrow - width if right_aligned else title.left()
        painter.drawText(QRectF(start, title.top(), width + 2, title.height()), Qt.AlignmentFlag.AlignVCenter, text)
        if sorted_here and self._sort is not None:
            name = "sort-desc" if self._sort[1] else "sort-asc"
            paint_icon(painter, name, start + width + 1, title.center().y() - theme.px(12) / 2, theme.px(12), ink)
        if column.subtitle:
            painter.setFont(theme.font(12))
            painter.setPen(QColor(tokens.text_3))
            # Half a word explains nothing: what does not fit is left to the column's tooltip.
            if painter.fontMetrics().horizontalAdvance(column.subtitle) <= below.width():
                side = Qt.AlignmentFlag.AlignRight if right_aligned else Qt.AlignmentFlag.AlignLeft
                painter.drawText(below, Qt.AlignmentFlag.AlignVCenter | side, column.subtitle)

    def column_at(self, x: int) -> int:
        """The column under a place, the frozen one first."""
        return 0 if x < self._frozen_width else self.logicalIndexAt(x)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where the press began: a drag resizes, a click sorts."""
        self._pressed = event.position().toPoint() if event.button() == Qt.MouseButton.LeftButton else None
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click that did not move asks for an order, or ticks all."""
        super().mouseReleaseEvent(event)
        place = event.position().toPoint()
        if self._pressed is None or (place - self._pressed).manhattanLength() > 3 or self.cursor().shape() == Qt.CursorShape.SplitHCursor:
            return
        index = self.column_at(place.x())
        if not 0 <= index < len(self._state.columns):
            return
        edge = self._frozen_width or self.sectionViewportPosition(0) + self.sectionSize(0)
        start = 0 if self._frozen_width else self.sectionViewportPosition(0)
        if index == 0 and self._state.checkable and start <= place.x() < min(edge, start + current_theme().px(CHECK_WIDTH)):
            self.check_all_clicked.emit()
            return
        column = self._state.columns[index]
        if column.sortable:
            same = self._sort is not None and self._sort[0] == column.key
            descending = not self._sort[1] if same and self._sort is not None else column.descending_first
            self.sort_requested.emit(column.key, descending)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light the title under the pointer."""
        super().mouseMoveEvent(event)
        hover = self.column_at(event.position().toPoint().x())
        if hover != self._hover:
            self._hover = hover
            self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing under the pointer."""
        super().leaveEvent(event)
        self._hover = -1
        self.viewport().update()
