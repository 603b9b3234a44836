"""The flow of the briefs view: opens, edits, saves on every pause, reviews, and hands a brief to the pre-flight."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QTimer

from xingtu_desktop.core.errors import KnownError, NoSuchThing
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.brief import Brief, BriefState, Evidence, with_changes
from xingtu_desktop.domain.ids import BriefId, CampaignId
from xingtu_desktop.services.briefs import (
    BriefReview,
    BriefService,
    BriefSummary,
    Marked,
    OpenBrief,
    with_answer,
    with_rewrite,
    without_answer,
)
from xingtu_desktop.services.ordering import OrderingService
from xingtu_desktop.services.shortlists import ShortlistService
from xingtu_desktop.ui.briefs import words
from xingtu_desktop.ui.briefs.briefs_commands import brief_commands
from xingtu_desktop.ui.briefs.briefs_view import BriefsView
from xingtu_desktop.ui.briefs.draft import Autosave, Draft
from xingtu_desktop.ui.briefs.preflight_presenter import PreflightPresenter
from xingtu_desktop.ui.briefs.sheets import CompareSheet, EvidenceSheet
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.dialogs.ask import Choice, ask_text, choose
from xingtu_desktop.ui.dialogs.files import open_file
from xingtu_desktop.ui.errors import words as error_words
from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.shell.commands import Command
from xingtu_desktop.ui.widgets.toasts import ToastAction

SAVE_MS = 300
REVIEW_MS = 150
RETRY_MS = 5000
REASON_LIMIT = 100
NAME_LIMIT = 40


class BriefsPresenter:
    """One for each account window."""

    def __init__(
        self,
        context: ViewContext,
        *,
        briefs: BriefService,
        shortlists: ShortlistService,
        ordering: OrderingService,
        online: Callable[[], bool] = lambda: True,
    ) -> None:
        self._context = context
        self._frame = context.frame
        self._briefs = briefs
        self._scope = context.scope("briefs")
        self._preflight = PreflightPresenter(
            context, ordering=ordering, shortlists=shortlists, on_back=self._on_back, on_ordered=self._on_ordered, online=online
        )
        self.view = BriefsView(context.clock.now, self._preflight.view)
        self._draft: Draft | None = None
        self._autosave: Autosave | None = None
        self._review: BriefReview | None = None
        self._current = 0
        self._archived = False
        self._started = False
        self._rows: list[BriefSummary] = []
        self._save_timer = self._timer(SAVE_MS, lambda: self._spawn(self._flush(), "save"))
        self._review_timer = self._timer(REVIEW_MS, self._ask_review)
        self._stop = context.changes.subscribe(self._on_change, Topic.BRIEFS)
        self._connect()

    def _timer(self, milliseconds: int, run: Callable[[], None]) -> QTimer:
        timer = QTimer()
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(run)
        return timer

    def _connect(self) -> None:
        view = self.view
        view.list.chosen.connect(lambda brief_id: self._open_soon(BriefId(brief_id)))
        view.new_pressed.connect(self._on_new)
        view.duplicate_pressed.connect(self._on_duplicate)
        view.archive_pressed.connect(self._on_archive)
        view.name_version_pressed.connect(lambda: self._spawn(self._name_version(), "name version"))
        view.undo_pressed.connect(lambda: self._step(back=True))
        view.redo_pressed.connect(lambda: self._step(back=False))
        view.order_pressed.connect(self._on_order)
        view.archived_toggled.connect(self._on_archived)
        view.states.error.retried.connect(self.start)
        view.form.edited.connect(self._on_edited)
        view.form.dot_clicked.connect(lambda number: self._take(number, focus=False))
        view.history.compared.connect(lambda number: self._spawn(self._compare(number), "compare"))
        margin = view.margin
        margin.chosen.connect(lambda number: self._take(number, focus=True))
        margin.rewrite_taken.connect(self._on_rewrite)
        margin.evidence_wanted.connect(self._on_evidence)
        margin.exemption_wanted.connect(lambda number: self._spawn(self._exempt(number), "exempt"))
        margin.answer_withdrawn.connect(self._on_withdraw)
        margin.problem_chosen.connect(view.form.focus_field)

    # ------------------------------------------------------------------ life

    def start(self) -> None:
        """Load the list and open the newest brief."""
        self._started = True
        self.view.states.show_state("loading")
        self._spawn(self._load(), "load", group="list")

    def open_with(self, **parameters: object) -> None:
        """`brief_id` opens one; `new=True` makes one; `order_basket=True` goes to the pre-flight of the basket."""
        brief_id = parameters.get("brief_id")
        if parameters.get("new"):
            self._on_new()
        elif parameters.get("order_basket"):
            self._spawn(self._order_basket(None if brief_id is None else BriefId(str(brief_id))), "order basket")
        elif brief_id is not None:
            self.view.show_preflight(False)
            self._open_soon(BriefId(str(brief_id)))

    async def close(self) -> None:
        """Save what is not saved, then end."""
        self._stop()
        self._save_timer.stop()
        self._review_timer.stop()
        if self._autosave is not None:
            try:
                await self._autosave.flush()
            except KnownError as error:
                self._frame.report(error)
        await self._preflight.close()
        await self._scope.close()

    def _spawn(self, coroutine: Coroutine[Any, Any, None], name: str, group: str | None = None) -> None:
        if self._scope.closed:
            coroutine.close()
        else:
            self._scope.spawn(coroutine, name=name, group=group)

    def _on_change(self, _change: Change) -> None:
        if self._started:
            self._spawn(self._refresh(), "refresh", group="list")

    # ------------------------------------------------------------------ the list

    async def _load(self) -> None:
        try:
            self._rows = await self._briefs.all(archived=self._archived)
        except KnownError as error:
            said = error_words(error)
            self.view.states.error.set_words(said.title, said.advice, tr("briefs", "Try again"), details=said.detail)
            self.view.states.show_state("error")
            return
        await self._show_rows()

    async def _refresh(self) -> None:
        self._rows = await self._briefs.all(archived=self._archived)
        await self._show_rows()
        if self._draft is not None:
            self.view.history.set_versions(await self._briefs.history(self._draft.brief.brief_id))

    async def _show_rows(self) -> None:
        view = self.view
        view.model.set_rows(self._rows)
        view.set_count(len(self._rows))
        shown = {row.brief_id for row in self._rows}
        # A brief with unsaved text stays open even where the list does not have it (any more).
        unsaved = self._autosave is not None and self._autosave.dirty
        if self._draft is not None and (unsaved or self._draft.brief.brief_id in shown):
            view.list.set_current_id(self._draft.brief.brief_id)
            view.states.show_state("content")
        elif self._rows:
            await self._open(self._rows[0].brief_id)
        else:
            self._draft = self._autosave = None
            view.states.show_state("empty")

    def _open_soon(self, brief_id: BriefId) -> None:
        if self._draft is None or self._draft.brief.brief_id != brief_id:
            self._spawn(self._open(brief_id), "open", group="open")

    async def _open(self, brief_id: BriefId) -> None:
        await self._flush()
        try:
            opened = await self._briefs.open(brief_id)
        except NoSuchThing as error:
            self._frame.report(error)
            return
        await self._show(opened)

    async def _show(self, opened: OpenBrief) -> None:
        view = self.view
        self._draft = Draft(opened.brief, self._context.real_clock)
        self._autosave = Autosave(self._briefs, opened, self._on_saved, self._on_conflict)
        self._current = 0
        view.set_brief(opened.brief)
        view.set_saved("saved", opened.saved_at)
        view.states.show_state("content")
        view.list.set_current_id(opened.brief.brief_id)
        self._show_review(await self._briefs.review(opened.brief))
        view.history.set_versions(await self._briefs.history(opened.brief.brief_id))

    def _on_new(self) -> None:
        self._spawn(self._new(None), "new", group="open")

    def _on_duplicate(self) -> None:
        self._spawn(self._new(None if self._draft is None else self._draft.brief), "duplicate", group="open")

    async def _new(self, like: Brief | None) -> None:
        await self._flush()
        self._leave_archive()
        title = "" if like is None else tr("briefs", "{title} (copy)", title=like.title)
        opened = await self._briefs.new(title, like)
        self.view.show_preflight(False)
        await self._show(opened)
        await self._load()
        self.view.form.focus_field("title")

    def _leave_archive(self) -> None:
        if self._archived:
            self._archived = False
            self.view.set_archived(False)

    def _on_archived(self, archived: bool) -> None:
        self._archived = archived
        self.view.set_archived(archived)
        self._spawn(self._switch(), "switch", group="list")

    async def _switch(self) -> None:
        await self._flush()
        self._draft = self._autosave = None
        await self._load()

    def _on_archive(self) -> None:
        if self._draft is not None:
            self._spawn(self._archive(self._draft.brief, not self._archived), "archive")

    async def _archive(self, brief: Brief, archived: bool) -> None:
        await self._flush()
        if self._draft is not None and self._draft.brief.brief_id == brief.brief_id:
            self._draft = self._autosave = None
        await self._briefs.archive(brief.brief_id, archived)
        title = words.title_of(brief.title)
        text = tr("briefs", "“{title}” deleted", title=title) if archived else tr("briefs", "“{title}” is back on the list", title=title)
        undo = ToastAction(tr("briefs", "Undo"), lambda: self._spawn(self._unarchive(brief.brief_id, not archived), "undo delete"))
        self._frame.toast(text, action=undo, seconds=10, counts=True)

    async def _unarchive(self, brief_id: BriefId, archived: bool) -> None:
        await self._briefs.archive(brief_id, archived)
        if archived is self._archived:
            await self._open(brief_id)

    # ------------------------------------------------------------------ editing and saving

    def _on_edited(self, field: str, value: object) -> None:
        draft = self._draft
        if draft is None:
            return
        if field == "publish_window" and isinstance(value, tuple):
            changed = draft.replace(with_changes(draft.brief, publish_from=value[0], publish_until=value[1]), field)
        else:
            changed = draft.edit(field, value)
        if not changed:
            return
        if field in ("publish_window", "accept_expiration_days", "retention_days"):
            self.view.form.schedule.set_brief(draft.brief)
        self.view.note_brief(draft.brief)
        self._changed()

    def _changed(self) -> None:
        draft, autosave = self._draft, self._autosave
        if draft is None or autosave is None:
            return
        autosave.want(draft.brief)
        self.view.set_saved("saving")
        # Not begun anew by each key: whoever types without a pause is saved too.
        if not self._save_timer.isActive():
            self._save_timer.start(SAVE_MS)
        self._review_timer.start()

    def _replace(self, brief: Brief) -> None:
        if self._draft is not None and self._draft.replace(brief):
            self.view.set_brief(brief)
            self._changed()

    def _step(self, *, back: bool) -> None:
        draft = self._draft
        if draft is not None and (draft.undo() if back else draft.redo()):
            self.view.set_brief(draft.brief)
            self._changed()

    async def _flush(self) -> None:
        autosave = self._autosave
        if autosave is None:
            return
        self._save_timer.stop()
        try:
            await autosave.flush()
        except KnownError as error:
            if autosave is self._autosave:
                self.view.set_saved("failed")
                self._save_timer.start(RETRY_MS)
            self._frame.report(error)

    def _on_saved(self, opened: OpenBrief) -> None:
        autosave = self._autosave
        if autosave is not None and autosave.saved.brief.brief_id == opened.brief.brief_id and not autosave.dirty:
            self.view.set_saved("saved", opened.saved_at)

    def _on_conflict(self) -> None:
        self._frame.toast(tr("briefs", "Another window had saved this brief: its version stands in the history"), tone="warn")

    # ------------------------------------------------------------------ the review

    def _ask_review(self) -> None:
        if self._draft is not None:
            self._spawn(self._look(self._draft.brief), "review", group="review")

    async def _look(self, brief: Brief) -> None:
        review = await self._briefs.review(brief)
        if self._draft is not None and self._draft.brief == brief:
            self._show_review(review)

    def _show_review(self, review: BriefReview) -> None:
        self._review = review
        if not any(mark.number == self._current for mark in review.marks):
            self._current = 0
        self.view.form.set_marks(review.marks, self._current)
        fresh = self._draft is not None and not self._draft.brief.detail_demand and not self._draft.can_undo
        self.view.form.set_problems(review.problems, quiet=fresh)
        self.view.margin.set_review(review)
        self.view.margin.set_current(self._current)

    def _mark(self, number: int) -> Marked | None:
        marks = () if self._review is None else self._review.marks
        return next((mark for mark in marks if mark.number == number), None)

    def _take(self, number: int, *, focus: bool) -> None:
        mark = self._mark(number)
        if mark is None or self._review is None:
            return
        self._current = number
        self.view.form.set_marks(self._review.marks, number)
        self.view.margin.set_current(number)
        if focus:
            self.view.form.show_mark(mark)

    def next_finding(self) -> None:
        """F8: the next open finding, from the top again after the last."""
        marks = () if self._review is None else self._review.open_marks or self._review.marks
        if marks:
            self._take(next((mark.number for mark in marks if mark.number > self._current), marks[0].number), focus=True)

    def _on_rewrite(self, number: int) -> None:
        mark = self._mark(number)
        if mark is not None and self._draft is not None and (changed := with_rewrite(self._draft.brief, mark)) is not None:
            self._replace(changed)

    def _on_evidence(self, number: int) -> None:
        mark = self._mark(number)
        if mark is None:
            return
        sheet = EvidenceSheet(self.view, mark.finding.text, lambda answer: self._answer(mark, answer), lambda: self._spawn(pick(), "file"))

        async def pick() -> None:
            file = await open_file(self.view, tr("briefs", "Evidence"))
            if file is not None:
                sheet.inputs["reference"].setText(file.name)

        sheet.open_sheet(sheet.inputs["reference"])

    def _answer(self, mark: Marked, answer: Evidence) -> None:
        if self._draft is not None:
            self._replace(with_answer(self._draft.brief, mark, answer))

    async def _exempt(self, number: int) -> None:
        mark = self._mark(number)
        if mark is None:
            return
        title = tr("briefs", "Why is “{term}” not a problem?", term=mark.finding.text)
        reason = await ask_text(
            self.view, title, label=mark.finding.rule.note, limit=REASON_LIMIT, confirm_text=tr("briefs", "Keep reason")
        )
        if reason is not None:
            self._answer(mark, Evidence("", "", reason, exempt=True))

    def _on_withdraw(self, number: int) -> None:
        mark = self._mark(number)
        if mark is not None and self._draft is not None:
            self._replace(without_answer(self._draft.brief, mark))

    # ------------------------------------------------------------------ history

    async def _compare(self, number: int) -> None:
        await self._flush()
        if self._draft is None:
            return
        brief_id = self._draft.brief.brief_id
        versions = await self._briefs.history(brief_id)
        version = next((each for each in versions if each.number == number), None)
        if version is None:
            return
        changes = await self._briefs.compare(brief_id, number, versions[0].number)
        when = words.day(version.saved_at, self._context.clock.now())
        CompareSheet(self.view, when, changes, lambda: self._spawn(self._restore(brief_id, number), "restore")).open_sheet()

    async def _restore(self, brief_id: BriefId, number: int) -> None:
        await self._flush()
        before = (await self._briefs.history(brief_id))[0].number
        await self._show(await self._briefs.restore(brief_id, number))
        undo = ToastAction(tr("briefs", "Undo"), lambda: self._spawn(self._restore(brief_id, before), "undo restore"))
        self._frame.toast(tr("briefs", "The old version is the newest one now"), action=undo, seconds=10, counts=True)

    async def _name_version(self) -> None:
        await self._flush()
        if self._draft is None:
            return
        brief_id = self._draft.brief.brief_id
        newest = (await self._briefs.history(brief_id))[0]
        name = await ask_text(self.view, tr("briefs", "Name this version"), value=newest.name or "", limit=NAME_LIMIT)
        if name is not None:
            await self._briefs.name_version(brief_id, newest.number, name)

    # ------------------------------------------------------------------ ordering

    def _on_order(self) -> None:
        self._spawn(self._order(), "order")

    async def _order(self) -> None:
        await self._flush()
        if self._draft is not None:
            self.view.show_preflight(True)
            self._preflight.show(self._draft.brief)

    async def _order_basket(self, brief_id: BriefId | None) -> None:
        rows = await self._briefs.all()
        drafts = [row for row in rows if row.state is BriefState.DRAFT] or rows
        if brief_id is None and len(drafts) > 1:
            choices = [Choice(row.brief_id, words.title_of(row.title), words.left_to_do(row) or words.state(row)[0]) for row in drafts[:8]]
            answer = await choose(
                self.view, tr("briefs", "Which brief shall be ordered?"), choices, confirm_text=tr("briefs", "To pre-flight")
            )
            if answer is None:
                return
            brief_id = BriefId(answer)
        elif brief_id is None and drafts:
            brief_id = drafts[0].brief_id
        if brief_id is None:
            await self._new(None)
            self._frame.toast(tr("briefs", "Write a brief first; the basket waits"), tone="warn")
            return
        self._leave_archive()
        if self._draft is None or self._draft.brief.brief_id != brief_id:
            await self._open(brief_id)
        await self._order()

    def _on_back(self) -> None:
        self.view.show_preflight(False)

    async def _on_ordered(self, brief: Brief, campaign_id: CampaignId | None) -> None:
        """Orders were placed (their campaign), or taken back (None): the open brief and what is on disk follow."""
        await self._flush()
        if campaign_id is not None:
            opened = await self._briefs.mark_ordered(brief.brief_id, campaign_id)
        else:
            opened = await self._briefs.unmark_ordered(brief.brief_id, brief)
        if self._draft is not None and self._draft.brief.brief_id == brief.brief_id:
            await self._show(opened)

    # ------------------------------------------------------------------ commands

    def commands(self) -> list[Command]:
        """What palette and keys can do here."""
        return brief_commands(
            {
                "new": self._on_new,
                "down": lambda: self.view.list.move_current(1),
                "up": lambda: self.view.list.move_current(-1),
                "edit": lambda: self.view.form.focus_field("title"),
                "duplicate": self._on_duplicate,
                "delete": self._on_archive,
                "next_finding": self.next_finding,
                "rewrite": lambda: self._on_rewrite(self._current),
                "undo": lambda: self._step(back=True),
                "redo": lambda: self._step(back=False),
                "order": self._on_order,
            },
            has_brief=lambda: None if self._draft is not None else tr("briefs", "No brief is open"),
            has_finding=lambda: None if self._review is not None and self._review.marks else tr("briefs", "The review finds nothing"),
        )
