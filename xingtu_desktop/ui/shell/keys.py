"""Key presses to commands: one filter for the window, silent while text is typed or a veil is up; holds the Go keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget

from xingtu_desktop.ui.shell.commands import CommandRegistry
from xingtu_desktop.ui.widgets.view import View, takes_text

GO_MILLISECONDS = 1500
OVERLAYS = frozenset({"veil", "sheet", "palette", "shortcut-map"})
_EDITING = (
    QKeySequence.StandardKey.Copy,
    QKeySequence.StandardKey.Cut,
    QKeySequence.StandardKey.Paste,
    QKeySequence.StandardKey.Undo,
    QKeySequence.StandardKey.Redo,
    QKeySequence.StandardKey.SelectAll,
)
_COMMAND_KEYS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class KeyDispatcher(QObject):
    """Watches the application's key presses on behalf of one window."""

    def __init__(
        self,
        window: QWidget,
        registry: CommandRegistry,
        *,
        scope: Callable[[], str],
        view: Callable[[], QWidget | None],
        go: Callable[[str], bool],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._registry = registry
        self._scope = scope
        self._view = view
        self._go = go
        self._go_timer = QTimer(self)
        self._go_timer.setSingleShot(True)
        self._go_timer.setInterval(GO_MILLISECONDS)
        self._watching = False

    def watch(self) -> None:
        """Begin, once the window is to be shown: before, no key can be for it, and every event of building it would come by here."""
        app = QApplication.instance()
        if isinstance(app, QApplication) and not self._watching:
            self._watching = True
            app.installEventFilter(self)
            app.focusChanged.connect(self._on_focus)

    def waiting_for_go(self) -> bool:
        """Whether G was pressed and the next letter names a view."""
        return self._go_timer.isActive()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Swallow the presses that are commands."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        # Qt offers a press to the focus widget and then to its parents: decide once, at the first.
        focus = QApplication.focusWidget() or self._window
        if watched is not focus or watched.window() is not self._window or QApplication.activePopupWidget() is not None:
            return False
        if _under_overlay(watched, self._window):
            return False
        return self._handle(event, watched)

    def _handle(self, event: QKeyEvent, focus: QWidget) -> bool:
        command_key = bool(event.modifiers() & _COMMAND_KEYS) or Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F24
        if takes_text(focus) and (not command_key or any(event.matches(each) for each in _EDITING)):
            self._go_timer.stop()
            return False
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if self._go_timer.isActive() and plain:
            self._go_timer.stop()
            if self._go(event.text().upper()):
                return True
        if plain and event.key() == Qt.Key.Key_G and not event.isAutoRepeat():
            self._go_timer.start()
            return True
        command = self._registry.for_event(event, self._scope())
        if command is None:
            return False
        if command.enabled() is None and (command.repeats or not event.isAutoRepeat()):
            command.run()
        return True

    def _on_focus(self, old: QWidget | None, now: QWidget | None) -> None:
        """Letters are commands here: keep the input method out of every widget that takes no text."""
        view = self._view()
        if now is None or not isinstance(view, View) or not view.single_key_commands or takes_text(now):
            return
        if view.isAncestorOf(now) or now is view:
            now.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)


def _under_overlay(widget: QWidget, window: QWidget) -> bool:
    current: QWidget | None = widget
    while current is not None and current is not window:
        if current.objectName() in OVERLAYS:
            return True
        current = current.parentWidget()
    return False
