"""The outbox panel on screen: head with stop and resume, groups of lines, and the journal's state at the foot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from xingtu_desktop.domain.ids import IntentId
from xingtu_desktop.services.outbox_view import OutboxEntry, OutboxGroup
from xingtu_desktop.services.sync.connectivity import Phase
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.sync.row import OutboxRow
from xingtu_desktop.ui.sync.rows import SHOWN, Header, Item, Line, More, arrange
from xingtu_desktop.ui.sync.states import group_name
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.glyph import Glyph
from xingtu_desktop.ui.widgets.labels import line, panel, set_tone, text_label
from xingtu_desktop.ui.widgets.states import StateStack
from xingtu_desktop.ui.widgets.view import View

TICK_MILLISECONDS = 500
_HEIGHT = 640


class _GroupHeader(QWidget):
    """Name, count, and the sums at the right, on a strip."""

    def __init__(self) -> None:
        super().__init__()
        strip = panel("window")
        self._name = text_label(type="caption", strong=True)
        self._count = text_label(type="caption", tone="text-2")
        self._sums = text_label(type="caption", tone="text-2")
        row = QHBoxLayout(strip)
        row.setContentsMargins(16, 5, 16, 5)
        row.setSpacing(8)
        row.addWidget(self._name)
        row.addWidget(self._count)
        row.addStretch(1)
        row.addWidget(self._sums)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(strip)
        column.addWidget(line())

    def show_header(self, header: Header) -> None:
        """Another count or sum."""
        self._name.setText(group_name(header.group))
        self._count.setText(formats().integer(header.count))
        self._sums.setText(header.sums)


class OutboxView(View):
    """The panel below the sync pill. It asks; the presenter acts."""

    shown = Signal()
    stop_asked = Signal(bool)
    """True: let nothing more leave."""
    undo_asked = Signal(object)
    hold_asked = Signal(object)
    release_asked = Signal(object)
    retry_asked = Signal(object)
    dismiss_asked = Signal(object)
    answered = Signal(object, str)
    ran_out = Signal()
    """An undo time is over: what is shown is old."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._entries: tuple[OutboxEntry, ...] = ()
        self._stopped = False
        self._phase: Phase | None = None
        self._since: datetime | None = None
        self._journal: tuple[int, int | None] | None = None
        self._now: datetime | None = None
        self._opened: set[str] = set()
        self._limits: dict[OutboxGroup, int] = {}
        self._widgets: dict[str, QWidget] = {}
        self._order: list[str] = []
        self._title = text_label(type="heading")
        self._line = text_label(type="caption", tone="text-2", wrap=True)
        self.stop = Button("", icon="pause-circle")
        self._list = panel("raised")
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._list)
        self.states = StateStack(self._scroll)
        self._lock = Glyph("lock", "good")
        self._foot = text_label(type="caption", tone="text-2")
        self._build()
        self.stop.clicked.connect(lambda: self.stop_asked.emit(not self._stopped))
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MILLISECONDS)
        self._timer.timeout.connect(self.ticked)
        self.retranslate()

    ticked = Signal()
    """Half a second has passed while the panel is seen and something counts down."""

    def _build(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._line)
        head = QHBoxLayout()
        head.setContentsMargins(16, 12, 16, 12)
        head.setSpacing(16)
        head.addLayout(words, 1)
        head.addWidget(self.stop, 0, Qt.AlignmentFlag.AlignTop)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 10, 16, 10)
        foot.setSpacing(8)
        foot.addWidget(self._lock)
        foot.addWidget(self._foot, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(line())
        column.addWidget(self.states, 1)
        column.addWidget(line())
        column.addLayout(foot)

    # ------------------------------------------------------------------ what the presenter tells

    def show_entries(
        self, entries: Sequence[OutboxEntry], *, stopped: bool, phase: Phase | None, since: datetime | None, now: datetime
    ) -> None:
        """Everything there is to show, with the connection's phase where it is known."""
        self._entries, self._stopped, self._phase, self._since, self._now = tuple(entries), stopped, phase, since, now
        known = {entry.intent.intent_id for entry in entries}
        self._opened = {key for key in self._opened if "/" in key or key in known}
        self.states.show_state("content" if entries else "empty")
        self._lay_out()
        self._write_head()

    def show_journal(self, entries: int, broken_at: int | None) -> None:
        """How long the journal is, and where its chain breaks, if it does."""
        self._journal = (entries, broken_at)
        self._write_foot()

    def tick(self, now: datetime) -> None:
        """Count down."""
        self._now = now
        rows = [widget for widget in self._widgets.values() if isinstance(widget, OutboxRow) and widget.counting()]
        running = [row.tick(now, self._phase) for row in rows]
        if not all(running):
            self.ran_out.emit()

    def open_entry(self, intent_id: IntentId) -> None:
        """Show one entry's details and bring it into view."""
        self._opened.add(intent_id)
        self._lay_out()
        row = self._widgets.get(intent_id)
        if row is not None:
            QTimer.singleShot(0, row, lambda: self._scroll.ensureWidgetVisible(row))

    def row(self, key: str) -> OutboxRow | None:
        """The line of an intent or a folded batch."""
        found = self._widgets.get(key)
        return found if isinstance(found, OutboxRow) else None

    def shown_keys(self) -> list[str]:
        """What is shown, from top to bottom: `header/<group>`, ids, batch keys, `more/<group>`."""
        return list(self._order)

    # ------------------------------------------------------------------ inside

    def _lay_out(self) -> None:
        if self._now is None:
            return
        unfolded = frozenset(key for key in self._opened if "/" in key)
        items = arrange(self._entries, unfolded=unfolded, limits=self._limits)
        order = [_key(item) for item in items]
        for key in [key for key in self._widgets if key not in set(order)]:
            gone = self._widgets.pop(key)
            self._column.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for index, (key, item) in enumerate(zip(order, items, strict=True)):
            widget = self._widgets.get(key)
            if widget is None:
                widget = self._widgets[key] = self._make(item)
            placed = self._column.itemAt(index)
            if placed is None or placed.widget() is not widget:
                self._column.removeWidget(widget)
                self._column.insertWidget(index, widget)
            self._fill(widget, item, self._now)
        self._order = order
        if any(isinstance(widget, OutboxRow) and widget.counting() for widget in self._widgets.values()) and self.isVisible():
            self._timer.start()
        else:
            self._timer.stop()

    def _make(self, item: Item) -> QWidget:
        if isinstance(item, Header):
            return _GroupHeader()
        if isinstance(item, More):
            more = Button("", kind="ghost", small=True)
            more.clicked.connect(lambda: self._show_more(item.group))
            return more
        row = OutboxRow()
        row.undo_asked.connect(self.undo_asked)
        row.hold_asked.connect(self.hold_asked)
        row.release_asked.connect(self.release_asked)
        row.retry_asked.connect(self.retry_asked)
        row.dismiss_asked.connect(self.dismiss_asked)
        row.answered.connect(self.answered)
        row.opened.connect(self._on_opened)
        return row

    def _fill(self, widget: QWidget, item: Item, now: datetime) -> None:
        if isinstance(item, Header) and isinstance(widget, _GroupHeader):
            widget.show_header(item)
        elif isinstance(item, Line) and isinstance(widget, OutboxRow):
            widget.show_line(item, now, self._phase, opened=item.key in self._opened)
        elif isinstance(item, More) and isinstance(widget, Button):
            widget.setText(tr("sync", "Show {count} more", count=item.hidden))
            widget.updateGeometry()

    def _on_opened(self, key: str) -> None:
        self._opened ^= {key}
        self._lay_out()

    def _show_more(self, group: OutboxGroup) -> None:
        self._limits[group] = self._limits.get(group, SHOWN) + SHOWN
        self._lay_out()

    def retranslate(self) -> None:
        """Every word again."""
        self._title.setText(tr("sync", "Outbox"))
        self.setAccessibleName(tr("sync", "Outbox"))
        self.states.empty.set_words(
            tr("sync", "Nothing waits, nothing was sent"),
            tr("sync", "What you approve, reject, order or pay appears here with its state, and can be taken back until it leaves."),
        )
        self._write_head()
        self._write_foot()
        self._lay_out()

    def _write_head(self) -> None:
        self.stop.setText(tr("sync", "Resume sending") if self._stopped else tr("sync", "Stop all"))
        self.stop.set_icon("play" if self._stopped else "pause-circle")
        self._line.setText(self._situation())
        set_tone(self._line, "warn" if self._stopped else "text-2")

    def _situation(self) -> str:
        if self._stopped:
            return tr("sync", "Everything is stopped. Nothing leaves until you resume; deciding goes on.")
        match self._phase:
            case Phase.OFFLINE:
                age = formats().age(self._since, self._now) if self._now is not None else ""
                return tr("sync", "Offline for {age}. Deciding goes on; once online each is checked, then sent.", age=age)
            case Phase.SIGNED_OUT:
                return tr("sync", "Signed out. What waits is kept and leaves after you sign in again.")
            case Phase.DEGRADED:
                return tr("sync", "The platform answers badly. Sending is tried again by itself.")
        return tr("sync", "Before each is sent, its order is read once more; what has changed is not sent.")

    def _write_foot(self) -> None:
        if self._journal is None:
            self._foot.setText(tr("sync", "Checking the journal…"))
            self._lock.set_glyph("lock", "text-3")
            set_tone(self._foot, "text-2")
            return
        entries, broken = self._journal
        count = formats().integer(entries)
        if broken is None:
            self._foot.setText(tr("sync", "Journal: {count} entries, chain whole", count=count))
            self._lock.set_glyph("lock", "good")
            set_tone(self._foot, "text-2")
        else:
            self._foot.setText(
                tr("sync", "Journal: {count} entries, broken at {place}. Keep a copy of the data folder.", count=count, place=broken)
            )
            self._lock.set_glyph("alert-triangle", "bad")
            set_tone(self._foot, "bad")

    def sizeHint(self) -> QSize:
        """As high as its lines need, within what a window of 800 px leaves."""
        theme = current_theme()
        wanted = self._list.sizeHint().height() if self._entries else theme.px(220)
        return QSize(theme.px(536), min(wanted + theme.px(124), theme.px(_HEIGHT)))

    def showEvent(self, event: QShowEvent) -> None:
        """Seen: count down, and let the presenter read the journal again."""
        super().showEvent(event)
        self._lay_out()
        self.shown.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Not seen: nothing to count."""
        super().hideEvent(event)
        self._timer.stop()


def _key(item: Item) -> str:
    match item:
        case Header():
            return f"header/{item.group.value}"
        case More():
            return f"more/{item.group.value}"
        case Line():
            return item.key
