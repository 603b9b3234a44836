"""The Campaigns view: head, budget, states, table or board, bulk bar and the drawer of one order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedLayout, QVBoxLayout, QWidget

from xingtu_desktop.domain.ids import CampaignId, OrderId
from xingtu_desktop.services.campaigns import CampaignSummary, OrderRow
from xingtu_desktop.ui.campaigns.board import Board
from xingtu_desktop.ui.campaigns.campaigns_model import Scope, columns, order_model, task_amount
from xingtu_desktop.ui.campaigns.drawer import OrderDrawer
from xingtu_desktop.ui.campaigns.strips import BudgetStrip, PhaseStrip
from xingtu_desktop.ui.formats import DOT
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button, IconButton, Segment, SegmentedControl
from xingtu_desktop.ui.widgets.inputs import SearchField
from xingtu_desktop.ui.widgets.labels import ElidedLabel, line, panel, text_label
from xingtu_desktop.ui.widgets.states import StateStack
from xingtu_desktop.ui.widgets.table import DataTable
from xingtu_desktop.ui.widgets.table.delegate import CHECK_WIDTH
from xingtu_desktop.ui.widgets.view import View


@dataclass(frozen=True, slots=True)
class Bulk:
    """What the ticked orders allow together."""

    rows: tuple[OrderRow, ...]
    publishable: int
    acceptable: int


_LOW = 430
"""Design pixels of height below which the strip of states would leave the orders too little room."""


class CampaignsView(View):
    """Dumb: shows what it is given and says what was asked."""

    single_key_commands = True
    campaign_chosen = Signal(object)
    """A CampaignId, or None for all."""
    new_asked = Signal()
    settings_asked = Signal()
    archive_asked = Signal()
    place_asked = Signal()
    scope_chosen = Signal(str)
    phase_chosen = Signal(object)
    text_changed = Signal(str)
    filters_cleared = Signal()
    sort_chosen = Signal(object, bool)
    current_changed = Signal(object)
    """The OrderId whose row is current, None without one."""
    order_opened = Signal(object)
    """An OrderId: its whole story is wanted."""
    ticks_changed = Signal()
    publish_asked = Signal()
    finish_asked = Signal()

    def __init__(self, now: Callable[[], datetime], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._with_campaign = True
        self._scopes: dict[Scope, int] = {}
        self._title = ElidedLabel(type="title")
        self._pick = IconButton("chevron-down", "", size=28)
        self._menu = QMenu(self)
        self._pick.clicked.connect(self._open_menu)
        self._subtitle = ElidedLabel(type="caption", tone="text-2")
        self.layout_switch = SegmentedControl()
        self.layout_switch.changed.connect(self._on_layout)
        self._settings = Button(icon="settings", key="E")
        self._settings.clicked.connect(self.settings_asked)
        self.place = Button(kind="primary", icon="plus")
        self.place.clicked.connect(self.place_asked)
        self.budget = BudgetStrip()
        self.budget.set_asked.connect(self.settings_asked)
        self.phases = PhaseStrip()
        self.phases.chosen.connect(self.phase_chosen)
        self.scopes = SegmentedControl()
        self.scopes.changed.connect(self.scope_chosen)
        self.search = SearchField()
        self.search.query_changed.connect(self.text_changed)
        self.search.left.connect(self.focus_rows)
        self._count = text_label(type="caption", tone="text-2")
        self._clear = Button(kind="link", small=True)
        self._clear.clicked.connect(self.filters_cleared)
        self.table = DataTable(columns(with_campaign=True), checkable=True)
        self.model = order_model(now)
        self.table.setModel(self.model)
        self.table.set_frozen(True)
        self.table.current_changed.connect(self.current_changed)
        self.table.checked_changed.connect(self.ticks_changed)
        self.table.check_all_requested.connect(self._on_check_all)
        self.table.opened.connect(self.order_opened)
        self.table.peek_requested.connect(self._on_peek)
        self.table.viewport().installEventFilter(self)
        self.table.sort_requested.connect(self._on_sort)
        self.board = Board(now)
        self.board.chosen.connect(self._on_card)
        self.drawer = OrderDrawer()
        self.drawer.hide()
        self.drawer.closed.connect(self.close_drawer)
        self._bulk = _BulkBar()
        self._bulk.publish.clicked.connect(self.publish_asked)
        self._bulk.finish.clicked.connect(self.finish_asked)
        self._bulk.clear.clicked.connect(self.clear_ticks)
        self._bulk.hide()
        self._build()
        self.setFocusProxy(self.table)
        self.retranslate()

    def _build(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(0)
        title = QHBoxLayout()
        title.setSpacing(4)
        title.addWidget(self._title)
        title.addWidget(self._pick)
        title.addStretch(1)
        names.addLayout(title)
        names.addWidget(self._subtitle)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addLayout(names, 1)
        for widget in (self.layout_switch, self._settings, self.place):
            head.addWidget(widget)
        tools = QHBoxLayout()
        tools.setSpacing(12)
        tools.addWidget(self.scopes)
        tools.addWidget(self._count)
        tools.addWidget(self._clear)
        tools.addStretch(1)
        self.search.setMaximumWidth(280)
        self.search.setMinimumWidth(180)
        tools.addWidget(self.search, 1)
        rows = QWidget()
        self._rows = QStackedLayout(rows)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.addWidget(self.table)
        self._rows.addWidget(self.board)
        body = panel("surface")
        inner = QHBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(rows, 1)
        column.addWidget(self._bulk)
        inner.addLayout(column, 1)
        inner.addWidget(self.drawer)
        self.states = StateStack(body)
        self.states.empty.set_icon("campaign")
        above = QVBoxLayout()
        above.setContentsMargins(16, 12, 16, 10)
        above.setSpacing(10)
        above.addLayout(head)
        above.addWidget(self.budget)
        above.addWidget(self.phases)
        above.addLayout(tools)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(above)
        outer.addWidget(line())
        outer.addWidget(self.states, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What can be read elsewhere goes where it would take the room of the orders."""
        super().resizeEvent(event)
        self._fit_tools()
        # In a low window with large text the orders come first: the states stand in their column, and the parts filter them.
        self.phases.setVisible(self.height() >= current_theme().px(_LOW))

    def _fit_tools(self) -> None:
        clear = 0 if self._clear.isHidden() else self._clear.sizeHint().width() + 12
        needed = self.scopes.minimumSizeHint().width() + self._count.sizeHint().width() + self.search.minimumWidth() + clear + 24 + 32
        self._count.setVisible(needed <= self.width())

    # What it shows

    def set_campaigns(self, summaries: Sequence[CampaignSummary], current: CampaignId | None) -> None:
        """The campaigns to choose from, and which one is chosen."""
        self._menu.clear()
        every = self._menu.addAction(tr("campaigns", "All campaigns"))
        every.setCheckable(True)
        every.setChecked(current is None)
        every.triggered.connect(lambda: self.campaign_chosen.emit(None))
        self._menu.addSeparator()
        for summary in summaries:
            campaign = summary.campaign
            counted = tr("campaigns", "{count} order|{count} orders", count=summary.orders)
            # An ampersand in a name would become a key of the menu.
            entry = self._menu.addAction(f"{campaign.name}{DOT}{counted}".replace("&", "&&"))
            entry.setCheckable(True)
            entry.setChecked(campaign.campaign_id == current)
            entry.triggered.connect(lambda _=False, chosen=campaign.campaign_id: self.campaign_chosen.emit(chosen))
        self._menu.addSeparator()
        self._menu.addAction(tr("campaigns", "New campaign…")).triggered.connect(self.new_asked)
        if current is not None:
            self._menu.addAction(tr("campaigns", "Archive this campaign")).triggered.connect(self.archive_asked)

    def set_head(self, title: str, subtitle: str, *, one: bool) -> None:
        """Name and facts of what is shown; `one` campaign has settings, all of them have a column that tells them apart."""
        self._title.setText(title)
        self._subtitle.setText(subtitle)
        self._settings.setVisible(one)
        self.place.setText(tr("campaigns", "Place more orders") if one else tr("campaigns", "Place orders"))
        if self._with_campaign == one:
            self._with_campaign = not one
            self._show_columns()

    def set_scopes(self, counts: dict[Scope, int], current: Scope) -> None:
        """How many orders each part has."""
        self._scopes = counts
        names = {
            Scope.ALL: tr("campaigns", "All"),
            Scope.OURS: tr("campaigns", "Wait for us"),
            Scope.CREATORS: tr("campaigns", "Wait for creators"),
            Scope.LATE: tr("campaigns", "Late"),
            Scope.PENDING: tr("campaigns", "In the outbox"),
        }
        shown = formats()
        self.scopes.set_segments([Segment(scope.value, f"{name} {shown.integer(counts.get(scope, 0))}") for scope, name in names.items()])
        self.scopes.set_current(current.value)
        self._fit_tools()

    def set_rows(self, rows: Sequence[OrderRow], *, narrowed: bool) -> None:
        """The orders, filtered and in order."""
        self.model.set_rows(rows)
        self.board.set_rows(rows)
        amount = formats().money(task_amount(rows))
        counted = tr("campaigns", "{count} order|{count} orders", count=len(rows))
        self._count.setText(f"{counted}{DOT}{amount}" if rows else "")
        self._clear.setVisible(narrowed)

    def set_bulk(self, bulk: Bulk) -> None:
        """What is ticked and what can be done to it."""
        self._bulk.set_bulk(bulk)
        self._bulk.setVisible(bool(bulk.rows))

    def show_order(self, order_id: OrderId) -> None:
        """Make an order's row and card current."""
        self.table.set_current_key(order_id)
        self.board.set_current(order_id)

    def close_drawer(self) -> None:
        """Put the drawer away; the row stays current."""
        self.drawer.hide()
        self.focus_rows()

    def clear_ticks(self) -> None:
        """Untick everything."""
        self.table.set_checked(())

    def focus_rows(self) -> None:
        """Give the keyboard to table or board."""
        (self.table if self.layout_switch.current() == "table" else self.board).setFocus(Qt.FocusReason.OtherFocusReason)

    def toggle_layout(self) -> None:
        """Board to table and back."""
        self.layout_switch.set_current("board" if self.layout_switch.current() == "table" else "table")
        self._on_layout(self.layout_switch.current())

    def refresh_times(self) -> None:
        """Draw deadlines again: time went on."""
        self.model.refresh()
        self.board.refresh()

    def retranslate(self) -> None:
        """Every word that no data carries."""
        self._pick.set_name(tr("campaigns", "Choose a campaign"))
        self.layout_switch.set_segments([Segment("table", tr("campaigns", "Table")), Segment("board", tr("campaigns", "Board"))])
        self.layout_switch.setAccessibleName(tr("campaigns", "Layout"))
        self.scopes.setAccessibleName(tr("campaigns", "Which orders"))
        self._settings.setText(tr("campaigns", "Settings"))
        self.search.set_placeholder(tr("campaigns", "Creator, task or order id"))
        self._clear.setText(tr("campaigns", "Show all"))
        self.table.setAccessibleName(tr("campaigns", "Orders"))
        self._bulk.retranslate()
        self._show_columns()
        self.board.retranslate()

    def _show_columns(self) -> None:
        shown = columns(with_campaign=self._with_campaign)
        self.table.set_columns(shown)
        self.model.set_columns(shown)

    # What was asked

    def _open_menu(self) -> None:
        self._menu.popup(self._title.mapToGlobal(self._title.rect().bottomLeft()))

    def _on_layout(self, layout: str) -> None:
        self._rows.setCurrentWidget(self.table if layout == "table" else self.board)
        # Ticks belong to the table: what cannot be seen must not be acted on.
        if layout == "board":
            self.clear_ticks()
        self.focus_rows()

    def _on_card(self, order_id: OrderId) -> None:
        self.table.set_current_key(order_id)
        self.board.set_current(order_id)
        self.order_opened.emit(order_id)

    def _on_peek(self, order_id: OrderId) -> None:
        shown = self.drawer.row()
        if self.drawer.isVisible() and shown is not None and shown.order.order_id == order_id:
            self.close_drawer()
        else:
            self.order_opened.emit(order_id)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click on a row opens it; reaching it by key does not, so that moving through the table stays quiet."""
        if watched is self.table.viewport() and isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease:
            key = self.table.current_key()
            beside_the_box = event.position().x() >= current_theme().px(CHECK_WIDTH)
            if key is not None and beside_the_box and self.table.rowAt(round(event.position().y())) == self.table.currentIndex().row():
                self.order_opened.emit(key)
        return super().eventFilter(watched, event)

    def _on_check_all(self, checked: bool) -> None:
        every = range(self.model.rowCount())
        rows = [record for row in every if (record := self.model.record(row)) is not None]
        self.table.set_checked([row.order.order_id for row in rows] if checked else (), total=len(rows))

    def _on_sort(self, column: str, descending: bool) -> None:
        self.table.set_sort(column, descending)
        self.sort_chosen.emit(column, descending)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back a step: ticks, drawer, filters."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.table.checked_keys():
            self.clear_ticks()
        elif self.drawer.isVisible():
            self.close_drawer()
        else:
            self.filters_cleared.emit()


class _BulkBar(QWidget):
    """What is ticked, its sum, and what can be done to all of it."""

    def __init__(self) -> None:
        super().__init__()
        self._words = text_label(strong=True)
        self._rest = text_label(type="caption", tone="text-2")
        self.publish = Button(key="P")
        self.finish = Button(key="F")
        self.clear = Button(kind="ghost", key="Esc")
        ground = panel("surface")
        row = QHBoxLayout(ground)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(8)
        row.addWidget(self._words)
        row.addWidget(self._rest)
        row.addStretch(1)
        for button in (self.publish, self.finish, self.clear):
            row.addWidget(button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(line())
        outer.addWidget(ground)
        self._shown = Bulk((), 0, 0)

    def set_bulk(self, bulk: Bulk) -> None:
        self._shown = bulk
        self.retranslate()

    def retranslate(self) -> None:
        bulk = self._shown
        self._words.setText(
            tr("campaigns", "{count} order chosen|{count} orders chosen", count=len(bulk.rows))
            + f"{DOT}{formats().money(task_amount(bulk.rows))}"
        )
        neither = len(bulk.rows) - bulk.publishable - bulk.acceptable
        self._rest.setText(tr("campaigns", "{count} can be neither published nor accepted now", count=neither) if neither else "")
        self.publish.setText(tr("campaigns", "Publish {count}", count=bulk.publishable))
        self.publish.setVisible(bool(bulk.publishable))
        self.finish.setText(tr("campaigns", "Accept {count}", count=bulk.acceptable))
        self.finish.setVisible(bool(bulk.acceptable))
        self.clear.setText(tr("campaigns", "Choose none"))
