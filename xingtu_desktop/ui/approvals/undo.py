"""What the Z key takes back: the newest thing done in this view, whatever it was."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from xingtu_desktop.domain.ids import BatchId

_KEPT = 100


@dataclass(frozen=True, slots=True)
class Undo:
    """One thing done; `batch` names a decision that lies in the outbox."""

    run: Callable[[], Awaitable[None]]
    batch: BatchId | None = None


class UndoStack:
    """Newest first; a decision that was taken back elsewhere is dropped."""

    def __init__(self) -> None:
        self._entries: list[Undo] = []

    def push(self, run: Callable[[], Awaitable[None]], batch: BatchId | None = None) -> None:
        """Remember how to take something back."""
        self._entries.append(Undo(run, batch))
        del self._entries[:-_KEPT]

    def pop(self) -> Undo | None:
        """The newest, taken off."""
        return self._entries.pop() if self._entries else None

    def drop(self, batch: BatchId) -> None:
        """It was taken back by another way."""
        self._entries = [each for each in self._entries if each.batch != batch]
