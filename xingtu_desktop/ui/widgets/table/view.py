"""The table widget: moves by keyboard, ticks by key, keeps its place over a refresh, and asks others to sort."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableView, QWidget

from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.table.cells import CELL_ROLE, KEY_ROLE, CellModel, Column, KeyedModel
from xingtu_desktop.ui.widgets.table.delegate import CHECK_WIDTH, PADDING, CellDelegate, RowState
from xingtu_desktop.ui.widgets.table.header import DataHeader

_GIVES = 0.85
"""How far the stretching column shrinks for the sake of the others' titles."""


class DataTable(QTableView):
    """A table of `Cell`s. Rows have keys (KEY_ROLE); ticks and the current row follow the key, not the row number."""

    current_changed = Signal(object)
    """The key of the current row, None without one."""
    checked_changed = Signal()
    check_all_requested = Signal(bool)
    """The header's box: True to tick every row of the result, False to clear. Who owns the result answers with `set_checked`."""
    peek_requested = Signal(object)
    """Space: a quick look at the row of this key."""
    opened = Signal(object)
    """Enter or double click on the row of this key."""
    sort_requested = Signal(str, bool)
    columns_changed = Signal()

    def __init__(
        self,
        columns: Sequence[Column] = (),
        *,
        checkable: bool = False,
        padding: int = PADDING,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state = RowState(checkable=checkable, padding=padding, columns=tuple(columns))
        self._header = DataHeader(self._state, self)
        self._delegate: CellDelegate = CellDelegate(self._state, self)
        self._freeze = False
        self._anchor: Hashable | None = None
        self._kept: tuple[Hashable | None, int] = (None, 0)
        self._total: int | None = None
        self._stretching = False
        self._stretch_most: int | None = None
        self._own: dict[str, int] = {}
        """Widths by column in design pixels: another text scale widens them all."""
        self._share = 0
        self.setAccessibleName(name)
        self.setHorizontalHeader(self._header)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(self.verticalHeader().ResizeMode.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self._overlay = _FrozenColumn(self)
        self._apply_row_height()
        self._header.sort_requested.connect(self.sort_requested)
        self._header.check_all_clicked.connect(self._on_check_all)
        self._header.sectionResized.connect(self._on_section_resized)
        current_theme().changed.connect(self._on_theme)

    # What it shows

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Show a model whose columns are those of `set_columns`, in order."""
        old = self.model()
        if old is not None:
            old.modelAboutToBeReset.disconnect(self._before_reset)
            old.modelReset.disconnect(self._after_reset)
        super().setModel(model)
        if model is not None:
            model.modelAboutToBeReset.connect(self._before_reset)
            model.modelReset.connect(self._after_reset)
            self.selectionModel().currentRowChanged.connect(self._on_current)
        self._apply_widths()

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Other columns, or the same ones in another language; widths set by hand are kept by key."""
        widths = self.column_widths()
        self._state.columns = tuple(columns)
        self._apply_widths(widths)
        self._header.updateGeometry()
        self.updateGeometries()
        self._header.viewport().update()

    def set_delegate(self, delegate: CellDelegate) -> None:
        """Draw cells of one's own kind; build it with `row_state()`."""
        self._delegate = delegate
        self.setItemDelegate(delegate)

    def row_state(self) -> RowState:
        """What a delegate must know about the rows."""
        return self._state

    def set_sort(self, column: str | None, descending: bool = True) -> None:
        """Show the order that the rows are in."""
        self._header.set_sort(column, descending)
        # The arrow needs room beside the title.
        self._stretch()

    def set_stretch_most(self, most: int | None) -> None:
        """How wide, in design pixels, the stretching column gets; what is left beyond goes to the others in equal parts."""
        self._stretch_most = most
        self._stretch()

    def set_frozen(self, frozen: bool) -> None:
        """Keep the first column in sight while the others scroll."""
        self._freeze = frozen
        self._place_overlay()

    def column_widths(self) -> dict[str, int]:
        """Widths by column key in design pixels, to be kept between runs."""
        if self.model() is None:
            return {}
        # A width without the part of what was left over: in another window another part is.
        return {
            column.key: self._own.get(column.key, round(self.columnWidth(index) / current_theme().scale))
            for index, column in enumerate(self._state.columns)
            if index < self.model().columnCount()
        }

    def restore_column_widths(self, widths: dict[str, int]) -> None:
        """Widths from an earlier run, in design pixels; unknown keys are ignored."""
        self._apply_widths(widths)

    # Ticks and the current row

    def checked_keys(self) -> frozenset[Hashable]:
        """The keys ticked, also of rows that are not shown now."""
        return frozenset(self._state.checked)

    def set_checked(self, keys: Iterable[Hashable], *, total: int | None = None) -> None:
        """Tick exactly these; `total` is how many rows the whole result has, for the header's box."""
        self._state.checked.clear()
        self._state.checked.update(keys)
        if total is not None:
            self._total = total
        self._show_checks()

    def toggle_checked(self, key: Hashable) -> None:
        """Tick or untick one."""
        self._state.checked.symmetric_difference_update({key})
        self._anchor = key
        self._show_checks()

    def current_key(self) -> Hashable | None:
        """The key of the current row."""
        return self._key(self.currentIndex().row())

    def set_current_key(self, key: Hashable) -> bool:
        """Make the row of `key` current and bring it into sight; False when it is not shown."""
        row = self._row(key)
        if row < 0:
            return False
        self.set_current_row(row)
        return True

    def set_current_row(self, row: int) -> None:
        """Make a row current, within bounds."""
        model = self.model()
        if model is None or model.rowCount() == 0:
            return
        row = min(max(row, 0), model.rowCount() - 1)
        index = model.index(row, 0)
        self.selectionModel().setCurrentIndex(index, self.selectionModel().SelectionFlag.NoUpdate)
        self._ensure_visible(row)

    def move_current(self, step: int, *, extend: bool = False) -> None:
        """Down (1) or up (-1); with `extend` the rows passed become ticked."""
        row = self.currentIndex().row()
        if extend and self._state.checkable and (key := self._key(row)) is not None:
            self._state.checked.add(key)
        self.set_current_row(row + step if row >= 0 else 0)
        if extend and self._state.checkable and (key := self.current_key()) is not None:
            self._state.checked.add(key)
            self._show_checks()

    # Keyboard and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """J and K move, X ticks, Space peeks, Enter opens; Shift extends."""
        key = event.key()
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        shift = modifiers == Qt.KeyboardModifier.ShiftModifier
        plain = modifiers == Qt.KeyboardModifier.NoModifier
        step = {Qt.Key.Key_J: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_K: -1, Qt.Key.Key_Up: -1}.get(Qt.Key(key), 0)
        current = self.current_key()
        if step and (plain or shift):
            self.move_current(step, extend=shift)
        elif plain and key == Qt.Key.Key_X and self._state.checkable and current is not None:
            self.toggle_checked(current)
        elif plain and key == Qt.Key.Key_Space and current is not None:
            self.peek_requested.emit(current)
        elif plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and current is not None:
            self.opened.emit(current)
        elif modifiers == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_A and self._state.checkable:
            self.check_all_requested.emit(True)
        elif plain and key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self.model() is not None:
            self.set_current_row(0 if key == Qt.Key.Key_Home else self.model().rowCount() - 1)
        elif plain and key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            rows = max(1, self.viewport().height() // current_theme().row_height - 1)
            self.set_current_row(self.currentIndex().row() + (rows if key == Qt.Key.Key_PageDown else -rows))
        else:
            # Letters are commands of the view: the search-as-you-type of Qt must not swallow them.
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the box ticks, anywhere else makes the row current; Shift ticks the rows between."""
        row = self.rowAt(event.position().toPoint().y())
        key = self._key(row)
        if key is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self._state.checkable and self._in_check_box(event.position().toPoint().x()):
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._anchor is not None:
                self._check_between(self._anchor, row)
            else:
                self.toggle_checked(key)
            return
        self.set_current_row(row)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the row; two quick clicks on the box are two ticks."""
        place = event.position().toPoint()
        if self._state.checkable and self._in_check_box(place.x()):
            self.mousePressEvent(event)
        elif (key := self._key(self.rowAt(place.y()))) is not None:
            self.opened.emit(key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light the row under the pointer."""
        self._set_hover(self.rowAt(event.position().toPoint().y()))

    def leaveEvent(self, event: QEvent) -> None:
        """No row under the pointer."""
        super().leaveEvent(event)
        self._set_hover(-1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt turns input methods on for item views; here letters are commands."""
        super().focusInEvent(event)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give what is left over to the stretching column."""
        super().resizeEvent(event)
        self._stretch()
        self._place_overlay()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """The frozen column follows up and down."""
        super().scrollContentsBy(dx, dy)
        self._place_overlay()
        self._overlay.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows that the event uncovers, whole, then the surface below the last."""
        self._state.current = self.currentIndex().row()
        area = event.rect()
        painter = QPainter(self.viewport())
        try:
            painter.fillRect(area, current_theme().color("surface"))
            self._paint_rows(painter, area)
        finally:
            # Whoever looks at this frame (a watch on the loop does) keeps the painter alive past the painting, which Qt does not survive.
            painter.end()

    def _paint_rows(self, painter: QPainter, area: QRect) -> None:
        model = self.model()
        if model is None or not model.rowCount() or not model.columnCount():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        first, last = self.rowAt(area.top()), self.rowAt(area.bottom())
        columns = []
        for column in range(model.columnCount()):
            left, width = self.columnViewportPosition(column), self.columnWidth(column)
            if width and not self.isColumnHidden(column) and left <= area.right() and left + width > area.left():
                columns.append((column, left, width))
        cells = model if isinstance(model, CellModel) else None
        start = self.columnViewportPosition(0)
        end = max(self.viewport().width(), start + self._header.length())
        for row in range(max(0, first), (last if last >= 0 else model.rowCount() - 1) + 1):
            top, height = self.rowViewportPosition(row), self.rowHeight(row)
            chosen = self._delegate.paint_ground(painter, QRect(start, top, end - start, height), model.index(row, 0), first=True)
            for column, left, width in columns:
                cell = cells.cell(row, column) if cells is not None else model.index(row, column).data(CELL_ROLE)
                self._delegate.paint_value(painter, QRect(left, top, width, height), column, cell, chosen)

    # Inside

    def _key(self, row: int) -> Hashable | None:
        model = self.model()
        if model is None or not 0 <= row < model.rowCount():
            return None
        key = model.index(row, 0).data(KEY_ROLE)
        return key if isinstance(key, Hashable) else None

    def _row(self, key: Hashable) -> int:
        model = self.model()
        return model.row_of(key) if isinstance(model, KeyedModel) else -1

    def _in_check_box(self, x: int) -> bool:
        start = 0 if self._overlay.isVisible() else self.columnViewportPosition(0)
        return start <= x < start + current_theme().px(CHECK_WIDTH)

    def _check_between(self, anchor: Hashable, row: int) -> None:
        start = self._row(anchor)
        if start < 0:
            start = row
        for each in range(min(start, row), max(start, row) + 1):
            if (key := self._key(each)) is not None:
                self._state.checked.add(key)
        self._show_checks()

    def _show_checks(self) -> None:
        total = self._total if self._total is not None else (self.model().rowCount() if self.model() is not None else 0)
        count = len(self._state.checked)
        state = Qt.CheckState.PartiallyChecked
        if not count or not total:
            state = Qt.CheckState.Unchecked
        elif count >= total and self._checked_in_sight():
            state = Qt.CheckState.Checked
        self._header.set_check_state(state)
        self.viewport().update()
        self._overlay.update()
        self.checked_changed.emit()

    def _checked_in_sight(self) -> bool:
        """Whether every row in sight is ticked: as many ticks as rows may also be ticks of another answer."""
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        last = last if last >= 0 else self.model().rowCount() - 1 if self.model() is not None else -1
        return all(self._key(row) in self._state.checked for row in range(max(0, first), last + 1))

    def _on_check_all(self) -> None:
        if self.model() is None or not self.model().rowCount():
            return
        self.check_all_requested.emit(not self._state.checked)

    def _on_current(self, current: QModelIndex, previous: QModelIndex) -> None:
        self._update_rows(previous.row(), current.row())
        self._overlay.update()
        self.current_changed.emit(self._key(current.row()))

    def _set_hover(self, row: int) -> None:
        if row == self._state.hover:
            return
        before, self._state.hover = self._state.hover, row
        self._update_rows(before, row)
        self._overlay.update()

    def _update_rows(self, *rows: int) -> None:
        for row in rows:
            if row >= 0:
                self.viewport().update(0, self.rowViewportPosition(row), self.viewport().width(), self.rowHeight(row))

    def _ensure_visible(self, row: int) -> None:
        height = self.rowHeight(row)
        bar = self.verticalScrollBar()
        top = self.rowViewportPosition(row)
        if top < 0:
            bar.setValue(bar.value() + top)
        elif top + height > self.viewport().height():
            bar.setValue(bar.value() + top + height - self.viewport().height())

    def _before_reset(self) -> None:
        key = self.current_key()
        offset = self.rowViewportPosition(self.currentIndex().row()) if key is not None else 0
        self._kept = (key, offset)
        self.selectionModel().blockSignals(True)

    def _after_reset(self) -> None:
        self.selectionModel().blockSignals(False)
        self._state.hover = -1
        self._apply_widths(self.column_widths() if self.model().columnCount() else None)
        key, offset = self._kept
        row = self._row(key) if key is not None else -1
        if row >= 0:
            self.selectionModel().setCurrentIndex(self.model().index(row, 0), self.selectionModel().SelectionFlag.NoUpdate)
            bar = self.verticalScrollBar()
            bar.setMaximum(max(bar.maximum(), self.model().rowCount() * current_theme().row_height - self.viewport().height()))
            bar.setValue(row * current_theme().row_height - offset)
        elif key is not None:
            self.current_changed.emit(None)
        self._overlay.update()

    def _apply_row_height(self) -> None:
        self.verticalHeader().setMinimumSectionSize(8)
        self.verticalHeader().setDefaultSectionSize(current_theme().row_height)

    def _on_theme(self) -> None:
        self._apply_row_height()
        self._apply_widths(self.column_widths())
        self._header.updateGeometry()
        self.updateGeometries()
        self.viewport().update()

    def _apply_widths(self, widths: dict[str, int] | None = None) -> None:
        if self.model() is None:
            return
        self._stretching = True
        for index, column in enumerate(self._state.columns[: self.model().columnCount()]):
            width = (widths or {}).get(column.key, 0) or column.width
            self._own[column.key] = width
            self.setColumnWidth(index, current_theme().px(width))
        self._stretching = False
        self._stretch()
        self._place_overlay()

    def _stretch(self) -> None:
        stretching = next((index for index, column in enumerate(self._state.columns) if column.stretch), -1)
        if stretching < 0 or self._stretching or self.model() is None or stretching >= self.model().columnCount():
            return
        others = [
            (index, column.key) for index, column in enumerate(self._state.columns[: self.model().columnCount()]) if index != stretching
        ]
        own = {index: current_theme().px(self._own.get(key, 0)) for index, key in others}
        widths = {index: max(width, self._header.title_width(index)) for index, width in own.items()}
        least = current_theme().px(self._state.columns[stretching].width)
        # Room for a title that would be cut comes from the stretching column; what it cannot give is scrolled.
        least = max(round(least * _GIVES), least - (sum(widths.values()) - sum(own.values())))
        room = max(least, self.viewport().width() - sum(widths.values()))
        most = room if self._stretch_most is None else max(least, current_theme().px(self._stretch_most))
        self._share = max(0, room - most) // max(1, len(others))
        self._stretching = True
        for index, width in widths.items():
            self.setColumnWidth(index, width + self._share)
        self.setColumnWidth(stretching, room - self._share * len(others))
        self._stretching = False

    def _on_section_resized(self, index: int, old: int, new: int) -> None:
        if not self._stretching and index < len(self._state.columns):
            width = max(self._header.minimumSectionSize(), new - self._share)
            self._own[self._state.columns[index].key] = round(width / current_theme().scale)
            self._stretch()
            # After the drag's last step: one signal a drag, not one a pixel.
            QTimer.singleShot(0, self, self.columns_changed.emit)
        self._place_overlay()

    def _place_overlay(self) -> None:
        show = self._freeze and self.model() is not None and self.model().columnCount() > 1 and self.horizontalScrollBar().value() > 0
        width = self.columnWidth(0) if show else 0
        self._header.set_frozen_width(width)
        self._overlay.setVisible(show)
        if show:
            self._overlay.setGeometry(QRect(0, 0, width, self._header.height() + self.viewport().height()))
            self._overlay.raise_()

    def paint_frozen(self, painter: QPainter, width: int) -> None:
        """Draw the header and the visible rows of the first column into the frozen strip."""
        head = self._header.height()
        self._header.paint_column(painter, QRect(0, 0, width, head), 0)
        painter.save()
        painter.setClipRect(0, head, width, self.viewport().height())
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        last = last if last >= 0 else self.model().rowCount() - 1
        for row in range(max(0, first), last + 1):
            rect = QRect(0, head + self.rowViewportPosition(row), width, self.rowHeight(row))
            self._delegate.paint_cell(painter, rect, self.model().index(row, 0))
        painter.restore()


class _FrozenColumn(QWidget):
    """The first column drawn again over the scrolled ones; the mouse goes through to the table."""

    def __init__(self, table: DataTable) -> None:
        super().__init__(table)
        self._table = table
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the strip and the line at its right edge."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(current_theme().tokens.surface))
        self._table.paint_frozen(painter, self.width())
        painter.fillRect(self.width() - 1, 0, 1, self.height(), QColor(current_theme().tokens.line_strong))
