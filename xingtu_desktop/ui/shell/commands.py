"""Commands: everything the operator can do by key or by name, in one registry that palette and shortcut map read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QKeyCombination, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence

from xingtu_desktop.ui.i18n import Message

_IGNORED = Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier


def _always() -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Command:
    """One action. `scope` is the view it belongs to, "" everywhere; `enabled` answers None, or why it cannot run now.

    `shortcut` is written as Qt writes it ("Ctrl+K", "J", "Shift+J", "Alt+1", "F8", "?"). A shortcut without
    Ctrl, Alt or a function key never fires while a text field has the focus. A command that moves money only
    opens its confirm page: `run` must not commit anything. A key that is held down runs its command once, unless
    the command `repeats`, as moving does: deciding never may.
    """

    id: str
    title: Message
    run: Callable[[], None]
    shortcut: str = ""
    keywords: tuple[str, ...] = ()
    enabled: Callable[[], str | None] = _always
    scope: str = ""
    icon: str = "arrow-right"
    in_palette: bool = True
    repeats: bool = False


class CommandRegistry(QObject):
    """All commands by id; registering an id again replaces it, as a view does when it is built anew."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._commands: dict[str, Command] = {}

    def register(self, *commands: Command) -> None:
        """Add commands."""
        for command in commands:
            clash = next(
                (
                    other
                    for other in self._commands.values()
                    if command.shortcut
                    and other.id != command.id
                    and normal(other.shortcut) == normal(command.shortcut)
                    and (not other.scope or not command.scope or other.scope == command.scope)
                ),
                None,
            )
            if clash is not None:
                raise ValueError(f"{command.id} and {clash.id} both want {command.shortcut}")
            self._commands[command.id] = command
        self.changed.emit()

    def remove(self, ids: Iterable[str]) -> None:
        """Take commands away."""
        for each in ids:
            self._commands.pop(each, None)
        self.changed.emit()

    def get(self, command_id: str) -> Command | None:
        """A command by id."""
        return self._commands.get(command_id)

    def __iter__(self) -> Iterator[Command]:
        return iter(tuple(self._commands.values()))

    def in_scope(self, scope: str) -> tuple[Command, ...]:
        """What can be meant in a view: its own commands and those of everywhere."""
        return tuple(command for command in self._commands.values() if command.scope in ("", scope))

    def for_event(self, event: QKeyEvent, scope: str) -> Command | None:
        """The command that a key press means in a view; its own commands win over those of everywhere."""
        pressed = _pressed(event)
        matches = [command for command in self._commands.values() if command.shortcut and normal(command.shortcut) in pressed]
        return next((command for command in matches if command.scope == scope), None) or next(
            (command for command in matches if not command.scope), None
        )


def normal(shortcut: str) -> str:
    """One spelling for one shortcut."""
    return QKeySequence.fromString(shortcut).toString(QKeySequence.SequenceFormat.PortableText)


def key_caps(shortcut: str) -> tuple[str, ...]:
    """The keys to draw for a shortcut: "Ctrl+Shift+." → Ctrl, Shift, "."."""
    if not shortcut:
        return ()
    sequence = QKeySequence.fromString(shortcut)
    if sys.platform == "darwin":
        text = sequence.toString(QKeySequence.SequenceFormat.NativeText)
        signs = [sign for sign in text if sign in "⌃⌥⇧⌘"]
        caps = [*signs, text[len(signs) :]]
    else:
        # Not the native text: Qt would translate Ctrl and Return, and keyboards are not printed in Chinese.
        text = sequence.toString(QKeySequence.SequenceFormat.PortableText)
        *modifiers, key = text.removesuffix("+").split("+") if text.endswith("++") else text.split("+")
        caps = [*modifiers, key or "+"]
    return tuple({"Return": "↵", "Enter": "↵", "Left": "←", "Right": "→", "Up": "↑", "Down": "↓"}.get(cap, cap) for cap in caps if cap)


def _pressed(event: QKeyEvent) -> set[str]:
    """The spellings of a key press: as it is, and by its character, because "?" is Shift+/ on some keyboards only."""
    modifiers = event.modifiers() & ~_IGNORED
    key = Qt.Key(event.key())
    spellings = {QKeySequence(QKeyCombination(modifiers, key)).toString(QKeySequence.SequenceFormat.PortableText)}
    text = event.text()
    if len(text) == 1 and text.isprintable() and not text.isalnum() and not text.isspace():
        without_shift = modifiers & ~Qt.KeyboardModifier.ShiftModifier
        spellings.add(QKeySequence(QKeyCombination(without_shift, key)).toString(QKeySequence.SequenceFormat.PortableText))
    if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        spellings.add(QKeySequence(QKeyCombination(modifiers, Qt.Key.Key_Return)).toString(QKeySequence.SequenceFormat.PortableText))
    return spellings
