"""The commands of the briefs view with their keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xingtu_desktop.ui.i18n import Message
from xingtu_desktop.ui.shell.commands import Command

Enabled = Callable[[], str | None]


def _always() -> str | None:
    return None


def brief_commands(run: Mapping[str, Callable[[], None]], *, has_brief: Enabled, has_finding: Enabled) -> list[Command]:
    """`run` by name: new, down, up, edit, duplicate, delete, next_finding, rewrite, undo, redo, order."""
    rows: tuple[tuple[str, Message, str, str, Enabled], ...] = (
        ("new", Message("briefs", "New brief"), "N", "plus", _always),
        ("down", Message("briefs", "Next brief"), "J", "arrow-right", _always),
        ("up", Message("briefs", "Previous brief"), "K", "arrow-right", _always),
        ("edit", Message("briefs", "Edit brief"), "E", "edit", has_brief),
        ("duplicate", Message("briefs", "Duplicate brief"), "Ctrl+D", "copy", has_brief),
        ("delete", Message("briefs", "Delete brief"), "Ctrl+Shift+Backspace", "trash", has_brief),
        ("next_finding", Message("briefs", "Next finding"), "F8", "flag", has_finding),
        ("rewrite", Message("briefs", "Take the rewrite"), "Alt+Return", "edit", has_finding),
        ("undo", Message("briefs", "Undo the last edit"), "Ctrl+Z", "undo", has_brief),
        ("redo", Message("briefs", "Redo the edit"), "Ctrl+Shift+Z", "redo", has_brief),
        ("order", Message("briefs", "Order from this brief…"), "Ctrl+Return", "basket", has_brief),
    )
    return [
        Command(f"briefs.{name}", title, run[name], key, enabled=enabled, scope="briefs", icon=icon)
        for name, title, key, icon, enabled in rows
    ]
