"""Keeps the outbox panel true: reads the listing at every change, counts down, and does what its buttons ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.ids import IntentId
from xingtu_desktop.domain.intent import Intent, IntentState, PayCampaign, PayTail
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.services.actions import ActionService
from xingtu_desktop.services.outbox_view import OutboxEntry, OutboxListing
from xingtu_desktop.services.sync.connectivity import SyncStatus
from xingtu_desktop.ui import errors as error_words
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.dialogs import confirm
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.shell.commands import Command
from xingtu_desktop.ui.sync.outbox_view import OutboxView
from xingtu_desktop.ui.sync.row import agreed_now
from xingtu_desktop.ui.sync.rows import Line
from xingtu_desktop.ui.sync.sentences import sentence


class JournalSummary(Protocol):
    """The append-only journal, as far as the panel shows it."""

    async def summary(self) -> tuple[int, int | None]:
        """How many entries it has, and the sequence of the first broken link (None: the chain is whole)."""


class OutboxPresenter:
    """The panel below the sync pill. `status` tells the connection's phase; without it the words name no reason."""

    def __init__(
        self,
        context: ViewContext,
        *,
        listing: OutboxListing,
        actions: ActionService,
        journal: JournalSummary,
        status: Callable[[], SyncStatus] | None = None,
    ) -> None:
        self._context = context
        self._listing = listing
        self._actions = actions
        self._journal = journal
        self._status = status
        self._scope = context.scope("outbox")
        self._entries: dict[IntentId, OutboxEntry] = {}
        self._reading = False
        self._again = False
        self.view = OutboxView()
        self.view.shown.connect(self._on_shown)
        self.view.ticked.connect(self._on_ticked)
        self.view.ran_out.connect(self.refresh)
        self.view.stop_asked.connect(self._on_stop_asked)
        self.view.undo_asked.connect(self._on_undo_asked)
        self.view.hold_asked.connect(self._on_hold_asked)
        self.view.release_asked.connect(self._on_release_asked)
        self.view.retry_asked.connect(self._on_retry_asked)
        self.view.dismiss_asked.connect(self._on_dismiss_asked)
        self.view.answered.connect(self._on_answered)
        self.view.states.error.retried.connect(self.refresh)
        self._stop_listening = context.changes.subscribe(self._on_change, Topic.OUTBOX, Topic.CONNECTION, Topic.SETTINGS)

    def start(self) -> None:
        """Begin to read."""
        self.view.states.show_state("loading")
        self.refresh()

    def open_with(self, **parameters: object) -> None:
        """`intent_id`: show that entry's details."""
        intent_id = parameters.get("intent_id")
        if isinstance(intent_id, str):
            self.view.open_entry(IntentId(intent_id))

    def commands(self) -> Sequence[Command]:
        """None of its own: opening and stopping are the shell's."""
        return ()

    async def close(self) -> None:
        """Stop listening and working."""
        self._stop_listening()
        await self._scope.close()

    # ------------------------------------------------------------------ reading

    def refresh(self) -> None:
        """Read the listing; changes that come meanwhile cause one more reading, not one each."""
        if self._reading:
            self._again = True
        elif not self._scope.closed:
            self._reading = True
            self._scope.spawn(self._read(), name="read")

    async def _read(self) -> None:
        try:
            while True:
                self._again = False
                await self._read_once()
                if not self._again:
                    return
        finally:
            self._reading = False

    async def _read_once(self) -> None:
        try:
            entries = await self._listing.entries()
            stopped = (await self._listing.counts()).stopped
        except Exception as error:
            said = error_words.words(error)
            self.view.states.error.set_words(
                said.title, said.advice, tr("sync", "Try again"), details=said.detail, details_word=tr("sync", "Details")
            )
            self.view.states.show_state("error")
            return
        self._entries = {entry.intent.intent_id: entry for entry in entries}
        status = self._status() if self._status is not None else None
        self.view.show_entries(
            entries,
            stopped=stopped,
            phase=status.phase if status is not None else None,
            since=status.since if status is not None else None,
            now=self._now(),
        )

    def _now(self) -> datetime:
        # The outbox keeps the computer's time: undo and holds are promises of this computer, not of the platform.
        return self._context.real_clock.now()

    def _on_change(self, _change: Change) -> None:
        self.refresh()

    def _on_ticked(self) -> None:
        self.view.tick(self._now())

    def _on_shown(self) -> None:
        self.refresh()
        if not self._scope.closed:
            self._scope.spawn(self._check_journal(), name="journal", group="journal")

    async def _check_journal(self) -> None:
        self.view.show_journal(*await self._journal.summary())

    # ------------------------------------------------------------------ doing

    def _on_stop_asked(self, stop: bool) -> None:
        self._scope.spawn(self._actions.stop_all(stop), name="stop")

    def _on_undo_asked(self, ids: object) -> None:
        self._scope.spawn(self._undo(_ids(ids)), name="undo")

    async def _undo(self, ids: Sequence[IntentId]) -> None:
        taken = await self._actions.undo(ids)
        self._tell(ids)
        if taken:
            self._context.frame.toast(tr("sync", "{count} action taken back|{count} actions taken back", count=len(taken)))
        else:
            self._context.frame.toast(tr("sync", "Too late to take back: it is already leaving"), tone="warn")

    def _on_hold_asked(self, ids: object) -> None:
        self._scope.spawn(self._actions.hold(_ids(ids)), name="hold")

    def _on_release_asked(self, ids: object) -> None:
        self._scope.spawn(self._actions.release(_ids(ids)), name="release")

    def _on_retry_asked(self, intent_id: object) -> None:
        self._scope.spawn(self._retry(IntentId(str(intent_id))), name="retry")

    async def _retry(self, intent_id: IntentId) -> None:
        entry = self._entries.get(intent_id)
        if entry is None:
            return
        intent = entry.intent
        if isinstance(intent.payload, PayCampaign | PayTail) and not await self._agree_to_pay(intent, intent.payload.at_most):
            return
        await self._actions.retry(intent_id)
        await self._listing.dismiss(intent_id)

    def _on_dismiss_asked(self, intent_id: object) -> None:
        self._scope.spawn(self._listing.dismiss(IntentId(str(intent_id))), name="dismiss")

    def _on_answered(self, ids: object, answer: str) -> None:
        self._scope.spawn(self._answer(IntentId(str(ids)), answer), name="answer", group="answer")

    async def _answer(self, intent_id: IntentId, answer: str) -> None:
        entry = self._entries.get(intent_id)
        if entry is None or entry.intent.state is not IntentState.NEEDS_HUMAN:
            return
        intent, what = entry.intent, sentence(entry.intent).text
        match answer:
            case "done":
                body = tr("sync", "Only when you saw it done on the platform: nothing will be sent.")
                if not await confirm(self.view, tr("sync", "Mark as done: {what}?", what=what), body, tr("sync", "It is done")):
                    return
                await self._actions.mark_done(intent_id)
            case "drop":
                body = tr("sync", "Nothing will be sent, and what waits for it is given up too.")
                if not await confirm(self.view, tr("sync", "Give up: {what}?", what=what), body, tr("sync", "Give it up"), danger=True):
                    return
                await self._actions.drop(intent_id)
            case _:
                if not await self._send_again(entry, what):
                    return
        self._tell([intent.intent_id])

    async def _send_again(self, entry: OutboxEntry, what: str) -> bool:
        intent = entry.intent
        if isinstance(intent.payload, PayCampaign | PayTail):
            limit = agreed_now(Line(intent.intent_id, (entry,)))
            at_most = intent.payload.at_most if limit is None else Fen(limit)
            if not await self._agree_to_pay(intent, at_most):
                return False
            await self._actions.send_again(intent.intent_id, at_most=at_most)
            return True
        body = tr("sync", "Only when you saw on the platform that it did not happen: a repeat may do it twice.")
        if not await confirm(self.view, tr("sync", "Send again: {what}?", what=what), body, tr("sync", "Send again"), danger=True):
            return False
        await self._actions.send_again(intent.intent_id)
        return True

    async def _agree_to_pay(self, intent: Intent, at_most: Fen) -> bool:
        money = formats().money(at_most)
        body = tr("sync", "The bill is read just before; if it is higher than {money}, nothing is paid and you are asked.", money=money)
        title = tr("sync", "{what}?", what=sentence(intent).text)
        return await confirm(self.view, title, body, tr("sync", "Pay at most {money}", money=money))

    def _tell(self, ids: Sequence[IntentId]) -> None:
        self._context.changes.publish(Change.of(Topic.OUTBOX, ids=frozenset(ids), by="outbox"))


def _ids(value: object) -> tuple[IntentId, ...]:
    return tuple(IntentId(str(one)) for one in value) if isinstance(value, tuple) else ()
