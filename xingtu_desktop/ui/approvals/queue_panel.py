"""The queue at the left: its counts, kinds, grouping and list; in a batch it widens into the table."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QListView, QMenu, QVBoxLayout, QWidget

from xingtu_desktop.domain.approval import ApprovalItem, Grouping
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.domain.lifecycle import ResourceKind
from xingtu_desktop.ui.approvals import words
from xingtu_desktop.ui.approvals.queue_delegate import CHECK, RIGHT, QueueDelegate, column_places, column_title
from xingtu_desktop.ui.approvals.queue_model import HEADING_ROLE, ITEM_ROLE, Heading, QueueModel
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button, Segment, SegmentedControl
from xingtu_desktop.ui.widgets.labels import line, panel, text_label
from xingtu_desktop.ui.widgets.painting import paint_check_box, paint_focus, saved

WIDTH = 320
_KINDS = {"all": None, "script": ResourceKind.SCRIPT, "video": ResourceKind.VIDEO}


class QueueList(QListView):
    """The list itself; arrows move over headings, a press on a heading folds its group."""

    pressed_item = Signal(object)
    folded = Signal(str)
    ticked = Signal(object)
    opened = Signal(object)
    moved = Signal(int)

    def __init__(self, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.delegate = QueueDelegate(model, self)
        self.setModel(model)
        self.setItemDelegate(self.delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setMouseTracking(True)
        self._place = 0
        model.modelAboutToBeReset.connect(self._remember)
        current_theme().changed.connect(self.doItemsLayout)

    def _remember(self) -> None:
        self._place = self.verticalScrollBar().value()

    def keep_place(self) -> None:
        """Scroll to where the list stood before the last reset."""
        self.doItemsLayout()
        self.verticalScrollBar().setValue(self._place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move by items; letters are commands of the view, never a search in the list."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step:
            self.moved.emit(step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            item = self.currentIndex().data(ITEM_ROLE)
            if isinstance(item, ApprovalItem):
                self.opened.emit(item.order.order_id)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose an item, tick its box, or fold a group."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        index = self.indexAt(event.position().toPoint())
        heading, item = index.data(HEADING_ROLE), index.data(ITEM_ROLE)
        if isinstance(heading, Heading):
            self.folded.emit(heading.key)
        elif isinstance(item, ApprovalItem):
            if self.delegate.wide and event.position().x() < current_theme().px(CHECK):
                self.ticked.emit(item.order.order_id)
            else:
                self.pressed_item.emit(item.order.order_id)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the item of a table row."""
        item = self.indexAt(event.position().toPoint()).data(ITEM_ROLE)
        if isinstance(item, ApprovalItem):
            self.opened.emit(item.order.order_id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Keep Qt from choosing rows while dragging."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows, and the focus ring around the current one."""
        super().paintEvent(event)
        index = self.currentIndex()
        if self.hasFocus() and index.isValid():
            paint_focus(QPainter(self.viewport()), QRectF(self.visualRect(index)).adjusted(1, 1, -1, -1), 4, current_theme().tokens)


class _TableHead(QWidget):
    """The head of the batch table with the box that ticks everything that may be ticked."""

    toggled = Signal()

    def __init__(self, rows: QListView) -> None:
        super().__init__()
        self._rows = rows
        self._state = Qt.CheckState.Unchecked
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._set_height()
        current_theme().changed.connect(self._set_height)

    def _set_height(self) -> None:
        self.setFixedHeight(current_theme().px(36))

    def set_state(self, state: Qt.CheckState) -> None:
        """All, some or none."""
        self._state = state
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Only the box is pressed."""
        if event.position().x() < current_theme().px(CHECK):
            self.toggled.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Box and titles."""
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("strip"))
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), theme.color("line"))
        box = theme.px(16)
        with saved(painter):
            paint_check_box(painter, QRectF(theme.px(16), (self.height() - box) / 2, box, box), self._state, theme.tokens)
            painter.setFont(theme.font(12))
            painter.setPen(QColor(theme.tokens.text_2))
            for key, place in column_places(self._rows.viewport().width()).items():
                side = Qt.AlignmentFlag.AlignRight if key in RIGHT else Qt.AlignmentFlag.AlignLeft
                rect = QRectF(place.left(), 0, place.width(), self.height())
                painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | side, column_title(key))


class QueuePanel(QFrame):
    """Heading, kinds, grouping and list."""

    kind_changed = Signal(object)
    grouping_changed = Signal(object)
    snoozed_changed = Signal(bool)
    all_toggled = Signal()
    cleared = Signal()

    def __init__(self, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "surface")
        self._model = model
        self._wide = False
        self._due = 0
        self._show_snoozed = False
        self.list = QueueList(model)
        self._title = text_label(type="heading")
        self._note = text_label(type="caption", tone="text-2")
        self.kinds = SegmentedControl()
        self.kinds.changed.connect(lambda key: self.kind_changed.emit(_KINDS[key]))
        self._group = Button(kind="ghost", small=True, drops=True)
        self._menu = QMenu(self)
        self._group.set_menu(self._menu)
        self._chosen = text_label(type="caption", tone="text-2")
        self._clear = Button(small=True, key="Esc")
        self._clear.clicked.connect(self.cleared)
        self._head = _TableHead(self.list)
        self._head.toggled.connect(self.all_toggled)
        top = QHBoxLayout()
        top.setContentsMargins(16, 12, 12, 0)
        top.setSpacing(10)
        top.addWidget(self._title)
        top.addWidget(self._note, 1)
        top.addWidget(self._chosen)
        top.addWidget(self._clear)
        tools = QHBoxLayout()
        tools.setContentsMargins(16, 10, 8, 10)
        tools.setSpacing(4)
        tools.addWidget(self.kinds)
        tools.addStretch(1)
        tools.addWidget(self._group)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addLayout(tools)
        column.addWidget(line())
        column.addWidget(self._head)
        body = panel("surface")
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.list)
        column.addWidget(body, 1)
        model.modelReset.connect(self._on_reset)
        self._current: OrderId | None = None
        self.set_wide(False)
        current_theme().changed.connect(self._on_theme)

    # ------------------------------------------------------------------ what is shown

    def set_wide(self, wide: bool) -> None:
        """Cards at 320 px, or the table over the free width."""
        self._wide = wide
        self.list.delegate.wide = wide
        self._head.setVisible(wide)
        self._chosen.setVisible(wide)
        self._clear.setVisible(wide)
        if wide:
            self.setMinimumWidth(0)
            self.setMaximumWidth(16_777_215)
        else:
            self.setFixedWidth(current_theme().px(WIDTH))
        self.list.doItemsLayout()
        self._show_current()

    def _on_theme(self) -> None:
        self.set_wide(self._wide)

    def set_chosen(self, text: str, state: Qt.CheckState) -> None:
        """How many are ticked and what they cost."""
        self._chosen.setText(text)
        self._head.set_state(state)

    def set_counts(self, due_today: int) -> None:
        """Numbers of the heading and the kinds, from the model."""
        self._due = due_today
        items = self._model.items()
        open_ones = [item for item in items if item.pending is None]
        scripts = sum(item.resource.kind is ResourceKind.SCRIPT for item in items)
        self._title.setText(tr("approvals", "Approvals"))
        note = tr("approvals", "{count} waiting", count=len(open_ones))
        if due_today:
            note += " · " + tr("approvals", "{count} due today", count=due_today)
        self._note.setText(note)
        self.kinds.setAccessibleName(tr("approvals", "Kind"))
        self.kinds.set_segments(
            (
                Segment("all", f"{tr('approvals', 'All')} {len(items)}"),
                Segment("script", f"{tr('approvals', 'Scripts')} {scripts}"),
                Segment("video", f"{tr('approvals', 'Videos')} {len(items) - scripts}"),
            )
        )

    def retranslate(self) -> None:
        """Set the words again."""
        self.list.setAccessibleName(tr("approvals", "Approval queue"))
        self._clear.setText(tr("approvals", "Clear"))
        self._clear.updateGeometry()
        self._group.setText(words.grouping_name(self._model.grouping()))
        self._group.setAccessibleName(tr("approvals", "Group by"))
        self._group.updateGeometry()
        self._menu.clear()
        for grouping in Grouping:
            action = self._menu.addAction(words.grouping_name(grouping))
            action.setCheckable(True)
            action.setChecked(grouping is self._model.grouping())
            action.triggered.connect(lambda _=False, value=grouping: self.grouping_changed.emit(value))
        self._menu.addSeparator()
        snoozed = self._menu.addAction(tr("approvals", "Show what was put off"))
        snoozed.setCheckable(True)
        snoozed.setChecked(self._show_snoozed)
        snoozed.triggered.connect(self._on_snoozed)
        self.set_counts(self._due)

    def _on_snoozed(self, shown: bool) -> None:
        self._show_snoozed = shown
        self.snoozed_changed.emit(shown)

    def set_current(self, order_id: OrderId | None) -> None:
        """Mark a row as the one opened and bring it into sight."""
        self._current = order_id
        self._show_current()

    def _show_current(self) -> None:
        row = -1 if self._current is None else self._model.row_of(self._current)
        index = self._model.index(row) if row >= 0 else QModelIndex()
        if index.row() != self.list.currentIndex().row():
            self.list.setCurrentIndex(index)
        if index.isValid():
            self.list.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)
        self.list.viewport().update()

    def _on_reset(self) -> None:
        self.list.keep_place()
        row = -1 if self._current is None else self._model.row_of(self._current)
        if row >= 0:
            self.list.setCurrentIndex(self._model.index(row))
        # A reset during a paint would be lost: Qt lays the rows out again once the event is over.
        QTimer.singleShot(0, self.list, self.list.viewport().update)


def total_words(items: list[ApprovalItem]) -> str:
    """ "17 chosen · ¥186,400"; amounts that are unknown are not in the sum."""
    known = [item.amount for item in items if item.amount is not None]
    cost = formats().money(sum(known[1:], start=known[0])) if known else "—"
    return tr("approvals", "{count} chosen · {amount}", count=len(items), amount=cost)
