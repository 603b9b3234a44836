"""Which views there are and what each is given: the one list of presenters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from xingtu_desktop.app.container import AccountRoom
from xingtu_desktop.app.person import operator
from xingtu_desktop.app.profile import KnownAccount
from xingtu_desktop.app.storage_facts import FilesOnDisk
from xingtu_desktop.app.window import Presenter, PresenterFactory
from xingtu_desktop.services.creator_export import CreatorExportService
from xingtu_desktop.services.journal import JournalService
from xingtu_desktop.services.preferences import Preferences
from xingtu_desktop.services.sync.connectivity import Phase
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.settings.ports import AccountFacts
from xingtu_desktop.ui.signin.ports import KeyringState, SecretsKind

if TYPE_CHECKING:
    from xingtu_desktop.app.program import Program


_LATER = (
    "xingtu_desktop.ui.sync.outbox_presenter",
    "xingtu_desktop.ui.approvals.approvals_presenter",
    "PySide6.QtMultimedia",
    "xingtu_desktop.ui.briefs.briefs_presenter",
    "xingtu_desktop.ui.campaigns.campaigns_presenter",
    "xingtu_desktop.ui.charts.charts_presenter",
    "xingtu_desktop.ui.creators.creators_presenter",
    "xingtu_desktop.ui.today.today_presenter",
    "xingtu_desktop.ui.settings.settings_presenter",
)
"""What the views need beyond the first one, in the order in which a person is likely to want them."""


def load_the_rest() -> None:
    """Import what other views need, off the loop, so that their first show does not wait for it."""
    for name in _LATER:
        import_module(name)


@dataclass(frozen=True, slots=True)
class Wiring:
    """The presenters by the key of their view, and the outbox below the pill."""

    presenters: Mapping[str, PresenterFactory]
    outbox: PresenterFactory


async def wire(program: Program, room: AccountRoom, account: KnownAccount) -> Wiring:
    """Give every view the services that it needs, and no others."""
    services = room.services

    folder = program.folders.account(room.account)
    preferences = Preferences(room.files.settings, room.changes)
    values = await preferences.load(program.look())
    program.apply_preferences(values)
    tokens = await room.files.tokens.load()
    facts = AccountFacts(
        star_id=account.star_id,
        name=account.name,
        operator=operator(),
        authorised_until=None if tokens is None else tokens.refresh_expires_at,
        keys=_where_keys_are(await program.keys.place()),
    )

    def online() -> bool:
        return room.sync.engine.status.phase is Phase.ONLINE

    # Each view is loaded when it is first shown: a start waits for one of them, not for all.
    def today(context: ViewContext) -> Presenter:
        from xingtu_desktop.ui.today.today_presenter import TodayPresenter

        return TodayPresenter(
            context,
            approvals=services.approvals,
            outbox=services.outbox,
            briefs=services.briefs,
            campaigns=services.campaigns,
            connection=room.sync.engine,
        )

    def creators(context: ViewContext) -> Presenter:
        from xingtu_desktop.ui.creators.creators_presenter import CreatorsPresenter

        return CreatorsPresenter(
            context,
            search=services.search,
            details=services.details,
            shortlists=services.shortlists,
            exports=CreatorExportService(source=services.search, compute=program.compute),
            connectivity=room.sync.engine,
            settings=room.files.settings,
        )

    def briefs(context: ViewContext) -> Presenter:
        from xingtu_desktop.ui.briefs.briefs_presenter import BriefsPresenter

        return BriefsPresenter(context, briefs=services.briefs, shortlists=services.shortlists, ordering=services.ordering, online=online)

    def campaigns(context: ViewContext) -> Presenter:
        from xingtu_desktop.ui.campaigns.campaigns_presenter import CampaignsPresenter

        return CampaignsPresenter(
            context, campaigns=services.campaigns, actions=services.actions, outbox=services.outbox, connection=room.sync.engine
        )

    def approvals(context: ViewContext) -> Presenter:
        from xingtu_desktop.ui.approvals.approvals_presenter import ApprovalsPresenter

        return ApprovalsPresenter(context, approvals=services.approvals, online=online)

    def charts(context: ViewContext) -> Presenter:
        from xingtu_desktop.ui.charts.charts_presenter import ChartsPresenter

        return ChartsPresenter(
            context, reporting=services.reporting, campaigns=services.campaigns, shortlists=services.shortlists, online=online
        )

    def settings(context: ViewContext) -> Presenter:
        from xingtu_desktop.ui.settings.settings_presenter import SettingsPresenter

        return SettingsPresenter(
            context,
            preferences=preferences,
            account=facts,
            storage=FilesOnDisk(folder, program.folders.logs, program.compute),
            sign_out=program.sign_out,
            apply=program.apply_preferences,
            campaigns=services.campaigns,
            notices=services.notices,
        )

    def outbox(context: ViewContext) -> Presenter:
        from xingtu_desktop.ui.sync.outbox_presenter import OutboxPresenter

        return OutboxPresenter(
            context,
            listing=services.outbox,
            actions=services.actions,
            journal=JournalService(room.files.outbox),
            status=lambda: room.sync.engine.status,
        )

    return Wiring(
        presenters={
            "today": today,
            "creators": creators,
            "briefs": briefs,
            "campaigns": campaigns,
            "approvals": approvals,
            "charts": charts,
            "settings": settings,
        },
        outbox=outbox,
    )


def _where_keys_are(state: KeyringState) -> str:
    words = {
        SecretsKind.KEYRING: state.name,
        SecretsKind.PASSPHRASE: tr("app", "a file under your passphrase"),
        SecretsKind.SESSION: tr("app", "in memory, gone when the program ends"),
    }
    return "" if state.in_force is None else words[state.in_force]
