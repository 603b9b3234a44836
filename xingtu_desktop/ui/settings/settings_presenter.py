"""Keeps the settings: saves each choice at once with an undo, signs out knowingly, measures what is kept.

    SettingsPresenter(context, preferences=…, account=…, storage=…, sign_out=…, apply=…)

`apply(values)` puts looks on the running program (ui.settings.look.apply_look, and whatever else the program keeps of them).
`campaigns`, `notices`, `rebuild_cache` and `shortcuts` are optional: what is not given is not on screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from xingtu_desktop.core.errors import Conflict, KnownError, NoSuchThing
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.order import Campaign
from xingtu_desktop.services.campaigns import CampaignService
from xingtu_desktop.services.notices import NoticeBoard
from xingtu_desktop.services.preferences import Preferences, PreferenceValues
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.dialogs import confirm
from xingtu_desktop.ui.i18n import Message, tr
from xingtu_desktop.ui.settings.look import apply_look
from xingtu_desktop.ui.settings.ports import AccountFacts, SignOut, Storage
from xingtu_desktop.ui.settings.settings_view import SettingsView
from xingtu_desktop.ui.shell.commands import Command
from xingtu_desktop.ui.widgets.toasts import ToastAction

UNDO_SECONDS = 8


class SettingsPresenter:
    """The settings view of one open account."""

    def __init__(
        self,
        context: ViewContext,
        *,
        preferences: Preferences,
        account: AccountFacts,
        storage: Storage,
        sign_out: SignOut,
        apply: Callable[[PreferenceValues], None] = apply_look,
        campaigns: CampaignService | None = None,
        notices: NoticeBoard | None = None,
        rebuild_cache: Callable[[], Awaitable[None]] | None = None,
        shortcuts: Callable[[], None] | None = None,
    ) -> None:
        self._context = context
        self._preferences = preferences
        self._storage = storage
        self._sign_out = sign_out
        self._apply = apply
        self._campaigns = campaigns
        self._notices = notices
        self._rebuild_cache = rebuild_cache
        self._shortcuts = shortcuts
        self._scope = context.scope("settings")
        self._writing = asyncio.Lock()
        self.view = SettingsView(
            account,
            terms=campaigns is not None,
            rebuild=rebuild_cache is not None,
            shortcuts=shortcuts is not None,
            now=context.real_clock.now(),
        )
        self.view.changed.connect(self._on_changed)
        self.view.sign_out_asked.connect(self._on_sign_out)
        self.view.terms_asked.connect(lambda: self._scope.spawn(self._give_terms(), name="terms", group="terms"))
        self.view.measure_asked.connect(self._measure_soon)
        self.view.rebuild_asked.connect(lambda: self._scope.spawn(self._rebuild(), name="rebuild", group="rebuild"))
        self.view.shortcuts_asked.connect(lambda: self._shortcuts() if self._shortcuts is not None else None)
        self._stops = (
            context.changes.subscribe(self._on_change, Topic.CAMPAIGNS),
            context.changes.subscribe(self._on_notice, Topic.NOTICES),
        )

    def start(self) -> None:
        """Read what is set and measure what is kept."""
        self._scope.spawn(self._load(), name="load")
        self._measure_soon()
        self._count_soon()
        self._show_notices()

    def open_with(self, **parameters: object) -> None:
        """Settings is one page; there is nothing to open in it."""

    def commands(self) -> Sequence[Command]:
        """Theme and language by name from anywhere."""
        return (
            Command("settings.theme", Message("settings", "Switch between light and dark"), self._toggle_theme, icon="contrast"),
            Command("settings.language", Message("settings", "Switch between Chinese and English"), self._toggle_language, icon="globe"),
        )

    async def close(self) -> None:
        """Stop; what was chosen is saved already."""
        for stop in self._stops:
            stop()
        await self._scope.close()

    # ------------------------------------------------------------------ values

    async def _load(self) -> None:
        self.view.show_values(await self._preferences.load(self._preferences.values))

    def _toggle_theme(self) -> None:
        self._on_changed({"theme": "light" if self._preferences.values.theme == "dark" else "dark"})

    def _toggle_language(self) -> None:
        self._on_changed({"language": "zh_CN" if self._preferences.values.language == "en" else "en"})

    def _on_changed(self, changes: object) -> None:
        if isinstance(changes, dict):
            self._scope.spawn(self._change(changes), name="change")

    async def _change(self, changes: dict[str, object]) -> None:
        before = await self._write(changes)
        if before != changes:
            undo = ToastAction(tr("settings", "Undo"), lambda: self._undo(before))
            self._context.frame.toast(tr("settings", "Saved"), action=undo, seconds=UNDO_SECONDS, counts=True)

    async def _write(self, changes: dict[str, object]) -> dict[str, object]:
        """Save these fields alone, one write after another, and return what they were: an undo never takes a later choice with it."""
        async with self._writing:
            values = self._preferences.values
            wanted = replace(values, **changes)  # type: ignore[arg-type]  # names and types are the view's
            try:
                await self._preferences.change(wanted)
            except KnownError:
                # What is kept stands; the view shows it again.
                self.view.show_values(values)
                raise
            self._show(wanted)
            return {name: getattr(values, name) for name in changes}

    def _undo(self, before: dict[str, object]) -> None:
        if not self._scope.closed:
            self._scope.spawn(self._write(before), name="undo")

    def _show(self, values: PreferenceValues) -> None:
        self._apply(values)
        self.view.show_values(values)

    # ------------------------------------------------------------------ what the platform announced

    def _on_notice(self, _change: Change) -> None:
        self._show_notices()

    def _show_notices(self) -> None:
        if self._notices is not None:
            self.view.show_notices([one.notice for one in self._notices.announcements()])

    # ------------------------------------------------------------------ contract terms

    def _on_change(self, _change: Change) -> None:
        self._count_soon()

    def _count_soon(self) -> None:
        if self._campaigns is not None and not self._scope.closed:
            self._scope.spawn(self._count(), name="count", group="count")

    async def _count(self) -> None:
        self.view.show_without_terms(len(await self._without_terms()))

    async def _without_terms(self) -> list[Campaign]:
        if self._campaigns is None:
            return []
        found = [summary.campaign for summary in await self._campaigns.campaigns()]
        return [one for one in found if one.reject_limit is None and one.review_hours is None]

    async def _give_terms(self) -> None:
        campaigns, values = self._campaigns, self._preferences.values
        before = await self._without_terms()
        if campaigns is None or not before:
            return
        for one in before:
            await campaigns.save(replace(one, reject_limit=values.reject_limit, review_hours=values.review_hours))
        await self._count()
        given = tr("settings", "{count} campaign has the usual terms|{count} campaigns have the usual terms", count=len(before))
        undo = ToastAction(tr("settings", "Undo"), lambda: self._take_back(before))
        self._context.frame.toast(given, action=undo, seconds=UNDO_SECONDS, counts=True)

    def _take_back(self, before: Sequence[Campaign]) -> None:
        if not self._scope.closed:
            self._scope.spawn(self._restore_terms(before), name="take back")

    async def _restore_terms(self, before: Sequence[Campaign]) -> None:
        if self._campaigns is None:
            return
        now = {summary.campaign.campaign_id: summary.campaign for summary in await self._campaigns.campaigns(archived=True)}
        for one in before:
            current = now.get(one.campaign_id)
            if current is None:
                raise NoSuchThing("a campaign is gone", campaign_id=one.campaign_id)
            await self._campaigns.save(replace(current, reject_limit=None, review_hours=None))
        await self._count()

    # ------------------------------------------------------------------ data and account

    def _measure_soon(self) -> None:
        self._scope.spawn(self._measure(), name="measure", group="measure")

    async def _measure(self) -> None:
        self.view.show_storage(await self._storage.facts())

    async def _rebuild(self) -> None:
        if self._rebuild_cache is None:
            return
        body = tr("settings", "Orders, scripts and videos are read from the platform again. Drafts, outbox and journal are not touched.")
        if await confirm(self.view, tr("settings", "Rebuild the cache?"), body, tr("settings", "Rebuild")):
            await self._rebuild_cache()
            self._context.frame.toast(tr("settings", "The cache is being rebuilt"))
            await self._measure()

    def _on_sign_out(self) -> None:
        self._scope.spawn(self._leave(), name="sign out", group="sign out")

    async def _leave(self) -> None:
        title = tr("settings", "Sign out of this account?")
        body = tr("settings", "Its data stays encrypted on this computer; the next sign-in opens it again.")
        if not await confirm(self.view, title, body, tr("settings", "Sign out"), danger=True):
            return
        try:
            await self._sign_out()
        except Conflict as blocked:
            count = blocked.values.get("actual", 0)
            title = tr("settings", "{count} action is not settled|{count} actions are not settled", count=count)
            body = tr("settings", "What has not left is given up. What may be on its way is checked after the next sign-in.")
            words = tr("settings", "Give up and sign out")
            if await confirm(self.view, title, body, words, danger=True):
                await self._sign_out(discard_unsent=True)
            else:
                self._context.frame.show_outbox()
