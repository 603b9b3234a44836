"""The brief under the pen: its undo and redo, and saving it on every pause without ever losing a keystroke. No widgets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.errors import Conflict
from xingtu_desktop.domain.brief import Brief, with_changes
from xingtu_desktop.services.briefs import BriefService, OpenBrief

COALESCE_SECONDS = 1.0
"""Typing in one field within this time is one step of undo."""
_STEPS = 300


class Draft:
    """A brief with its undo steps; a step is the whole brief, which is small."""

    def __init__(self, brief: Brief, clock: Clock) -> None:
        self._brief = brief
        self._clock = clock
        self._undo: list[Brief] = []
        self._redo: list[Brief] = []
        self._last: tuple[str, float] | None = None

    @property
    def brief(self) -> Brief:
        return self._brief

    @property
    def can_undo(self) -> bool:
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        return bool(self._redo)

    def edit(self, field: str, value: object) -> bool:
        """Change one field; False when nothing changed."""
        return self.replace(with_changes(self._brief, **{field: value}), field)

    def replace(self, brief: Brief, step: str = "") -> bool:
        """Change the whole brief; steps of the same name close together in time are one."""
        if brief == self._brief:
            return False
        now = self._clock.monotonic()
        joined = bool(step) and self._last is not None and self._last[0] == step and now - self._last[1] < COALESCE_SECONDS
        if not joined:
            self._undo.append(self._brief)
            del self._undo[:-_STEPS]
        self._redo.clear()
        self._last = (step, now)
        self._brief = brief
        return True

    def undo(self) -> bool:
        """One step back; False when there is none."""
        return self._step(self._undo, self._redo)

    def redo(self) -> bool:
        """One step forward again."""
        return self._step(self._redo, self._undo)

    def _step(self, source: list[Brief], target: list[Brief]) -> bool:
        if not source:
            return False
        target.append(self._brief)
        self._brief = source.pop()
        self._last = None
        return True


class Autosave:
    """Keeps one brief durably. Saves run one after another, and `flush` returns only when the newest text is on disk."""

    def __init__(self, service: BriefService, opened: OpenBrief, on_saved: Callable[[OpenBrief], None], on_conflict: Callable[[], None]):
        self._service = service
        self._saved = opened
        self._wanted = opened.brief
        self._on_saved = on_saved
        self._on_conflict = on_conflict
        self._lock = asyncio.Lock()

    @property
    def dirty(self) -> bool:
        """Whether something is not on disk yet."""
        return self._wanted != self._saved.brief

    @property
    def saved(self) -> OpenBrief:
        """What is on disk."""
        return self._saved

    def want(self, brief: Brief) -> None:
        """The newest text; it is saved by the next `flush`."""
        self._wanted = brief

    async def adopt(self, change: Callable[[], asyncio.Future[OpenBrief]]) -> OpenBrief:
        """Let the service make a version of its own (restore, mark ordered) between two saves, and go on from it."""
        await self.flush()
        async with self._lock:
            self._saved = await change()
            self._wanted = self._saved.brief
        self._on_saved(self._saved)
        return self._saved

    async def flush(self) -> None:
        """Save until nothing is left. Another window's save is kept in the history and this text becomes the newest version."""
        async with self._lock:
            while self.dirty:
                text = self._wanted
                try:
                    self._saved = await asyncio.shield(self._service.save(text, self._saved.revision))
                except Conflict:
                    other = await self._service.open(text.brief_id)
                    self._saved = await asyncio.shield(self._service.save(text, other.revision))
                    self._on_conflict()
                self._on_saved(self._saved)
