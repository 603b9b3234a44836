"""The main window: puts rail, top bar, views and everything that floats together, and remembers how it was left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QMoveEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from xingtu_desktop.ui.i18n import Message, tr
from xingtu_desktop.ui.shell import matching
from xingtu_desktop.ui.shell.commands import Command, CommandRegistry
from xingtu_desktop.ui.shell.keys import KeyDispatcher
from xingtu_desktop.ui.shell.overlay import Popover
from xingtu_desktop.ui.shell.palette import Palette
from xingtu_desktop.ui.shell.ports import AccountInfo, MenuEntry, ShellPorts, StateValue, SyncStatus
from xingtu_desktop.ui.shell.rail import Rail
from xingtu_desktop.ui.shell.shortcut_map import ShortcutMap
from xingtu_desktop.ui.shell.topbar import Logo, TopBar
from xingtu_desktop.ui.shell.views import ORDER, ShellView
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.labels import text_label
from xingtu_desktop.ui.widgets.toasts import ToastHost

MINIMUM = (1280, 800)
TICK_MILLISECONDS = 15_000
SAVE_MILLISECONDS = 800


class MainWindow(QMainWindow):
    """The one window. Views are built when first shown; `show_full` hides rail and bar for first run and sign-in."""

    view_changed = Signal(str)
    close_requested = Signal()
    """The window was asked to close: shut down, then call `finish_close`."""

    def __init__(self, views: Sequence[ShellView], ports: ShellPorts | None = None, registry: CommandRegistry | None = None) -> None:
        super().__init__()
        self.ports = ports or ShellPorts()
        self.registry = registry or CommandRegistry(self)
        self._views = sorted(views, key=lambda view: ORDER.index(view.key) if view.key in ORDER else len(ORDER))
        self._widgets: dict[str, QWidget] = {}
        self._current = ""
        self._closing = False
        self.setMinimumSize(*MINIMUM)
        self.rail = Rail()
        self.bar = TopBar(self.ports)
        self._stack = QStackedWidget()
        self._pages = QStackedWidget()
        self._full: QWidget | None = None
        self._build()
        self.toasts = ToastHost(self)
        self.outbox = Popover(self)
        self.palette_panel = Palette(self, self.registry, self.ports, scope=self.current_view)
        self.shortcut_map = ShortcutMap(self, self.registry, scope=self.current_view, views=lambda: self._views)
        self._keys = KeyDispatcher(self, self.registry, scope=self.current_view, view=self.current_widget, go=self._go)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MILLISECONDS)
        self._tick.timeout.connect(self.bar.tick)
        self._tick.start()
        self._save = QTimer(self)
        self._save.setSingleShot(True)
        self._save.setInterval(SAVE_MILLISECONDS)
        self._save.timeout.connect(self._save_now)
        self._register_commands()
        self.rail.chosen.connect(self.show_view)
        self.bar.palette_asked.connect(self.palette_panel.open_palette)
        self.bar.outbox_asked.connect(self.toggle_outbox)
        self.palette_panel.ran.connect(lambda: self._save.start())
        self._restore(self.ports.state)
        self._retitle()
        current_theme().dress(self)

    def _build(self) -> None:
        shell = QWidget()
        row = QHBoxLayout(shell)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.bar)
        right.addWidget(self._stack, 1)
        row.addWidget(self.rail)
        row.addLayout(right, 1)
        for view in self._views:
            self.rail.add_view(view)
        self._pages.addWidget(shell)
        self.setCentralWidget(self._pages)

    # Views

    def show_view(self, key: str) -> None:
        """Show a view, building it the first time; unknown keys are ignored."""
        view = next((each for each in self._views if each.key == key), None)
        if view is None:
            return
        if key not in self._widgets:
            self._widgets[key] = view.factory()
            self._stack.addWidget(self._widgets[key])
        self.outbox.dismiss()
        changed = key != self._current
        self._current = key
        self._stack.setCurrentWidget(self._widgets[key])
        self.rail.set_current(key)
        self._pages.setCurrentIndex(0)
        self._retitle()
        if changed:
            self.toasts.leave_view()
            self.focus_view()
            self.view_changed.emit(key)
            self._save.start()

    def current_view(self) -> str:
        """The key of the view shown, "" while there is none."""
        return self._current if self._pages.currentIndex() == 0 else ""

    def current_widget(self) -> QWidget | None:
        """The widget of the view shown."""
        return self._widgets.get(self._current)

    def focus_view(self) -> None:
        """Give the keys to the view shown. It decides where its keyboard begins; without a wish it takes the focus itself."""
        widget = self.current_widget()
        if widget is None:
            return
        target = widget.focusProxy() or widget
        if target.focusPolicy() == Qt.FocusPolicy.NoFocus:
            target.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def view(self, key: str) -> QWidget | None:
        """The widget of a view, None until it was shown once."""
        return self._widgets.get(key)

    def show_full(self, widget: QWidget, *, aside: QWidget | None = None) -> None:
        """Show `widget` without rail and bar, under a plain bar with the program's name; `aside` stands at its right."""
        self._drop_full()
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar = QHBoxLayout()
        bar.setContentsMargins(24, 10, 24, 10)
        bar.setSpacing(12)
        bar.addWidget(Logo(28))
        bar.addWidget(text_label(tr("shell", "Xingtu Desktop"), strong=True))
        bar.addStretch(1)
        if aside is not None:
            bar.addWidget(aside)
        column.addLayout(bar)
        column.addWidget(widget, 1)
        self._full = page
        self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)
        widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_shell(self) -> None:
        """Back to rail and views."""
        self._pages.setCurrentIndex(0)
        self._drop_full()
        if self._current:
            self.rail.set_current(self._current)
        elif self._views:
            wanted = self.ports.state.get("view")
            keys = [view.key for view in self._views]
            self.show_view(wanted if isinstance(wanted, str) and wanted in keys else keys[0])

    def _drop_full(self) -> None:
        if self._full is not None:
            self._pages.removeWidget(self._full)
            self._full.deleteLater()
            self._full = None

    # What the composition root tells

    def set_account(self, account: AccountInfo | None, menu: Sequence[MenuEntry] = ()) -> None:
        """The account in the bar and its menu."""
        self.bar.account.set_account(account, menu)

    def set_sync(self, status: SyncStatus) -> None:
        """The sync pill."""
        self.bar.set_status(status)

    def set_badge(self, key: str, count: int) -> None:
        """The number on a rail button."""
        self.rail.set_badge(key, count)

    def set_outbox(self, make: Callable[[], QWidget]) -> None:
        """What makes the panel that hangs below the sync pill, when it is first opened."""
        self.outbox.offer(make)

    def toggle_outbox(self) -> None:
        """Open or close the outbox."""
        self.outbox.toggle(self.bar.sync_pill)

    def finish_close(self) -> None:
        """The shutdown is done: let the window go."""
        self._closing = True
        self.close()

    # Inside

    def _register_commands(self) -> None:
        self.registry.register(
            Command(
                "shell.palette",
                Message("shell", "Search and commands"),
                self.palette_panel.open_palette,
                "Ctrl+K",
                icon="search",
                in_palette=False,
            ),
            Command("shell.shortcuts", Message("shell", "Show shortcuts"), self.shortcut_map.open_map, "?", icon="keyboard"),
            Command("shell.outbox", Message("shell", "Open the outbox"), self.toggle_outbox, icon="outbox", enabled=self._why_no_outbox),
            Command("shell.stop", Message("shell", "Stop all sending"), self.ports.stop_all, "Ctrl+Shift+.", icon="pause-circle"),
            Command("shell.undo", Message("shell", "Undo the last action"), self._undo_newest, icon="undo", enabled=self._why_no_undo),
        )
        for view in self._views:
            shortcut = "Ctrl+," if view.key == "settings" else ""
            self.registry.register(Command(f"shell.open.{view.key}", _OPEN[view.key], _opener(self, view.key), shortcut, icon=view.icon))

    def _why_no_outbox(self) -> str | None:
        return None if self.outbox.has_content() else tr("shell", "No account is open")

    def _why_no_undo(self) -> str | None:
        return None if self.toasts.newest_undo() is not None else tr("shell", "Nothing to undo")

    def _undo_newest(self) -> None:
        toast = self.toasts.newest_undo()
        if toast is not None:
            toast.act()

    def _go(self, letter: str) -> bool:
        if letter == "O" and self.outbox.has_content():
            self.toggle_outbox()
            return True
        view = next((each for each in self._views if each.go_key and each.go_key == letter), None)
        if view is None or self._pages.currentIndex() != 0:
            return False
        self.show_view(view.key)
        return True

    def _retitle(self) -> None:
        name = tr("shell", "Xingtu Desktop")
        view = next((each for each in self._views if each.key == self._current), None)
        self.setWindowTitle(f"{view.title.text()} · {name}" if view is not None else name)

    def _restore(self, state: Mapping[str, StateValue]) -> None:
        geometry = state.get("geometry")
        if not (isinstance(geometry, str) and self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))):
            screen = QGuiApplication.primaryScreen()
            room = screen.availableGeometry() if screen is not None else None
            width, height = (min(1600, room.width()), min(1000, room.height())) if room is not None else (1440, 900)
            self.resize(max(width, MINIMUM[0]), max(height, MINIMUM[1]))
        recent = state.get("recent")
        if isinstance(recent, list):
            self.palette_panel.set_recent([each for each in recent if isinstance(each, str)])

    def _save_now(self) -> None:
        self._save.stop()
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self.ports.save_state({"geometry": geometry, "view": self._current, "recent": self.palette_panel.recent()})

    def changeEvent(self, event: QEvent) -> None:
        """A new language retitles the window."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retitle()

    def setVisible(self, visible: bool) -> None:
        """Watch the keys before any view does: the filter installed last is asked first, and a view knows its own keys better."""
        if visible:
            self._keys.watch()
        super().setVisible(visible)

    def showEvent(self, event: QShowEvent) -> None:
        """Warm the palette's pinyin once the window stands."""
        super().showEvent(event)
        QTimer.singleShot(1000, self, lambda: self.ports.background(matching.warm))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Remember the size after the drag."""
        super().resizeEvent(event)
        self._save.start()

    def moveEvent(self, event: QMoveEvent) -> None:
        """Remember the place after the drag."""
        super().moveEvent(event)
        self._save.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save how it was left; the first request asks for a shutdown, `finish_close` closes."""
        self._save_now()
        if self._closing:
            event.accept()
        else:
            event.ignore()
            self.close_requested.emit()


_OPEN = {
    "today": Message("shell", "Go to Today"),
    "creators": Message("shell", "Go to Creators"),
    "briefs": Message("shell", "Go to Briefs"),
    "campaigns": Message("shell", "Go to Campaigns"),
    "approvals": Message("shell", "Go to Approvals"),
    "charts": Message("shell", "Go to Charts"),
    "settlement": Message("shell", "Go to Settlement"),
    "settings": Message("shell", "Open settings"),
}


def _opener(window: MainWindow, key: str) -> Callable[[], None]:
    return lambda: window.show_view(key)
