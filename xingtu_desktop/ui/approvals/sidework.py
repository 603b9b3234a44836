"""What is done to a version besides deciding: notes, putting off, handing to a person; each can be undone."""

from __future__ import annotations

from datetime import datetime

from xingtu_desktop.domain.approval import ApprovalItem
from xingtu_desktop.domain.review import ReviewNote
from xingtu_desktop.ui.approvals.desk import Desk
from xingtu_desktop.ui.approvals.snooze import SnoozeMenu
from xingtu_desktop.ui.i18n import formats, tr

_WITH_A_PERSON = "person"


class Sidework:
    """Local only: nothing here reaches the platform."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def note(self) -> None:
        """Write a note where the operator is looking."""
        if self._desk.current() is not None:
            self._desk.view.content.begin_note()

    def write_note(self, text: str) -> None:
        opened = self._desk.current()
        if opened is not None:
            start, end = self._desk.view.content.note_place()
            self._desk.view.content.video.timeline.clear_range()
            self._desk.save(self._add_note(opened.item, text, start, end), "note")

    async def _add_note(self, item: ApprovalItem, text: str, start: float | None, end: float | None) -> None:
        note = await self._desk.service.add_note(item, text, start=start, end=end)
        self._desk.undo.push(lambda: self._without_note(note))
        await self.read_notes(item)

    async def _without_note(self, note: ReviewNote) -> None:
        await self._desk.service.remove_note(note)
        await self._read_notes_of(note)

    def remove_note(self, note: ReviewNote) -> None:
        self._desk.save(self._remove_note(note), "note")

    async def _remove_note(self, note: ReviewNote) -> None:
        await self._without_note(note)

        async def back() -> None:
            await self._desk.service.restore_note(note)
            await self._read_notes_of(note)

        self._desk.undo.push(back)
        self._desk.say(tr("approvals", "Note removed, Z brings it back"))

    async def _read_notes_of(self, note: ReviewNote) -> None:
        item = self._desk.model.item(note.order_id)
        if item is not None:
            await self.read_notes(item)

    async def read_notes(self, item: ApprovalItem) -> None:
        self._desk.show_again(await self._desk.service.open(item))

    def snooze(self) -> None:
        """Ask until when, below the button."""
        opened = self._desk.current()
        if opened is None or not self._desk.waits(opened.item):
            return
        item = opened.item
        menu = SnoozeMenu(self._desk.view, self._desk.context.clock.now(), put_off=item.snoozed_until is not None)
        menu.chosen.connect(lambda until: self._put_off(item, until))
        menu.open_above(self._desk.view.bar.button("snooze") or self._desk.view.bar)

    def _put_off(self, item: ApprovalItem, until: datetime | None) -> None:
        self._desk.advance(item.order.order_id)
        self._desk.save(self._snooze(item, until), "snooze")

    async def _snooze(self, item: ApprovalItem, until: datetime | None) -> None:
        before = item.snoozed_until
        await self._desk.service.snooze(item, until)
        self._desk.undo.push(lambda: self._desk.service.snooze(item, before))
        if until is None:
            self._desk.say(tr("approvals", "{name} waits again", name=item.order.author_name))
            return
        when = formats().moment(until, self._desk.context.clock.now())
        self._desk.say(tr("approvals", "{name} put off until {time}, Z brings it back", name=item.order.author_name, time=when))

    def flag(self) -> None:
        """Mark for a person to talk to the creator, or take the mark off."""
        opened = self._desk.current()
        if opened is not None:
            self._desk.save(self._flag(opened.item), "flag")

    async def _flag(self, item: ApprovalItem) -> None:
        before = item.flag
        await self._desk.service.flag(item, None if before is not None else _WITH_A_PERSON)
        self._desk.undo.push(lambda: self._desk.service.flag(item, before))
        name = item.order.author_name
        if before is None:
            self._desk.say(tr("approvals", "{name} is handed to a person, Z takes it back", name=name))
        else:
            self._desk.say(tr("approvals", "{name} is back with you", name=name))
