"""The approvals view: queue, content and context side by side, the keys below; in a batch the table with its sheet."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QVBoxLayout, QWidget

from xingtu_desktop.ui.approvals.batch_sheet import BatchSheet
from xingtu_desktop.ui.approvals.content_panel import ContentPanel
from xingtu_desktop.ui.approvals.context_panel import WIDTH as CONTEXT_WIDTH
from xingtu_desktop.ui.approvals.context_panel import ContextPanel
from xingtu_desktop.ui.approvals.decision_bar import DecisionBar
from xingtu_desktop.ui.approvals.queue_model import QueueModel
from xingtu_desktop.ui.approvals.queue_panel import WIDTH as QUEUE_WIDTH
from xingtu_desktop.ui.approvals.queue_panel import QueuePanel
from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import SegmentedControl
from xingtu_desktop.ui.widgets.labels import line
from xingtu_desktop.ui.widgets.states import StateStack
from xingtu_desktop.ui.widgets.toasts import ToastHost
from xingtu_desktop.ui.widgets.view import View, takes_text

_HELD_KEYS = frozenset({Qt.Key.Key_J, Qt.Key.Key_K, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down})


_CONTENT = 480
"""Design pixels that a version needs at least."""


class ApprovalsView(View):
    """Dumb: puts the panels together, and keeps a held key from deciding twice."""

    retranslated = Signal()

    single_key_commands = True

    def __init__(self, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.queue = QueuePanel(model)
        self.content = ContentPanel()
        self.context = ContextPanel()
        self.sheet = BatchSheet()
        self.bar = DecisionBar()
        right = QWidget()
        columns = QHBoxLayout(right)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(0)
        columns.addWidget(self.content, 1)
        columns.addWidget(self.context)
        self._right = right
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._queue_line = line(horizontal=False)
        body = QWidget()
        body.setLayout(self._row)
        self._row.addWidget(self.queue)
        self._row.addWidget(self._queue_line)
        self._row.addWidget(right, 1)
        self._row.addWidget(self.sheet)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(body, 1)
        column.addWidget(self.bar)
        self.states = StateStack(whole)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.states)
        self._batch = False
        self._side = 0
        self.content.side.clicked.connect(self.turn_side)
        current_theme().changed.connect(self._arrange)
        self.setFocusProxy(self.queue.list)
        self._arrange()
        self.retranslate()

    def set_batch(self, batch: bool) -> None:
        """The table and its sheet, or one version with its context."""
        self._batch = batch
        self._arrange()

    def turn_side(self) -> None:
        """In a window too narrow for all: the queue beside the version, then its context, then neither where even one is too much."""
        self._side = (self._side + 1) % (3 if self._places() == 0 else 2)
        self._arrange()

    def _places(self) -> int:
        """How many panels fit beside the content: 2, 1 or 0."""
        content, room = current_theme().px(_CONTENT), self.width()
        queue, context = current_theme().px(QUEUE_WIDTH), current_theme().px(CONTEXT_WIDTH)
        return 2 if room >= queue + content + context else 1 if room >= content + max(queue, context) else 0

    def _arrange(self) -> None:
        places = 2 if self.width() == 0 else self._places()
        side = self._side if places == 0 else self._side % 2
        queue = self._batch or places == 2 or (side == 0 if places == 1 else side == 1)
        context = places == 2 or (side == 1 if places == 1 else side == 2)
        alone = places == 0 and (queue or context) and not self._batch
        self._right.setVisible(not self._batch and not (alone and queue))
        self.content.setVisible(not (alone and context))
        self.content.side.setVisible(places < 2)
        self.context.setVisible(context)
        self.queue.setVisible(queue)
        self._queue_line.setVisible(queue and not self._batch)
        self.sheet.setVisible(self._batch)
        self.sheet.set_room(self.width())
        self.queue.set_wide(self._batch)
        self._row.setStretchFactor(self.queue, 1 if self._batch else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many panels as there is room for."""
        super().resizeEvent(event)
        self._arrange()

    def clear_toasts(self) -> None:
        """Let news float above what is being typed or marked, not over it."""
        host = self.window().findChild(ToastHost)
        if isinstance(host, ToastHost):
            reviewing = self.isVisible() and not self._right.isHidden()
            host.set_lift(self.content.covered_height() if reviewing else 0)

    def focus_queue(self) -> None:
        """Give the keyboard back to where letters are commands."""
        self.queue.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        """Watch the keys before the window does: the filter installed last is asked first."""
        super().showEvent(event)
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave the keys to whichever view is shown."""
        super().hideEvent(event)
        self.clear_toasts()
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A key held down repeats itself: moving may, deciding may not. A focused button keeps the keys that press it."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress or not isinstance(watched, QWidget):
            return False
        if not (watched is self or self.isAncestorOf(watched)):
            return False
        key = Qt.Key(event.key())
        if event.isAutoRepeat() and key not in _HELD_KEYS:
            return not takes_text(watched) or key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
        if (isinstance(watched, QAbstractButton) and key == Qt.Key.Key_Space) or (
            isinstance(watched, SegmentedControl) and key in (Qt.Key.Key_Left, Qt.Key.Key_Right)
        ):
            return watched.event(event)
        return False

    def retranslate(self) -> None:
        """Every panel's words."""
        self.setAccessibleName(tr("approvals", "Approvals"))
        self.queue.retranslate()
        self.content.retranslate()
        self.context.retranslate()
        self.sheet.retranslate()
        self.retranslated.emit()
