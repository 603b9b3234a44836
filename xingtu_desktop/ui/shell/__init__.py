"""The window around the views: rail, top bar, command palette, shortcuts, toasts; knows views only by their factories."""

from xingtu_desktop.ui.shell.commands import Command, CommandRegistry
from xingtu_desktop.ui.shell.ports import AccountInfo, MenuEntry, PaletteObject, ShellPorts, SyncState, SyncStatus
from xingtu_desktop.ui.shell.views import ShellView, shell_view
from xingtu_desktop.ui.shell.window import MainWindow

__all__ = [
    "AccountInfo",
    "Command",
    "CommandRegistry",
    "MainWindow",
    "MenuEntry",
    "PaletteObject",
    "ShellPorts",
    "ShellView",
    "SyncState",
    "SyncStatus",
    "shell_view",
]
