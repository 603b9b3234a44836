"""Builds everything of one signed-in account by plain constructors, and takes it apart again in the right order."""

from __future__ import annotations

import asyncio
import secrets as random_bytes
import time
from dataclasses import dataclass
from pathlib import Path

from xingtu_desktop.api.client import Platform
from xingtu_desktop.api.exchange import Recorder
from xingtu_desktop.api.gateway import TokenSource
from xingtu_desktop.compliance.reviewer import Reviewer
from xingtu_desktop.compliance.rules import load as load_rules
from xingtu_desktop.core import resources
from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.config import AppConfig
from xingtu_desktop.core.errors import NoKeyring, StorageDamaged
from xingtu_desktop.core.events import Change, Changes, Topic
from xingtu_desktop.core.log import Redactor
from xingtu_desktop.core.tasks import ComputePool, TaskScope
from xingtu_desktop.domain.account import AppCredentials, Tokens
from xingtu_desktop.domain.ids import StarId
from xingtu_desktop.domain.preflight import fee_rates
from xingtu_desktop.search.builder import IndexMaker
from xingtu_desktop.services.actions import ActionService
from xingtu_desktop.services.approvals import ApprovalService
from xingtu_desktop.services.briefs import BriefService
from xingtu_desktop.services.campaigns import CampaignService
from xingtu_desktop.services.creator_details import CreatorDetailService
from xingtu_desktop.services.creator_search import CreatorSearchService
from xingtu_desktop.services.notices import NoticeBoard
from xingtu_desktop.services.ordering import OrderingService
from xingtu_desktop.services.outbox_view import OutboxListing
from xingtu_desktop.services.ports import Secrets
from xingtu_desktop.services.reporting import ReportingService
from xingtu_desktop.services.session import SessionService
from xingtu_desktop.services.shortlists import ShortlistService
from xingtu_desktop.services.sync.assembly import Remote, Stores, Sync, Who, assemble
from xingtu_desktop.storage.account_files import AccountFiles
from xingtu_desktop.system.paths import DataFolders
from xingtu_desktop.system.refresh_lock import FileRefreshLock


async def data_key(secrets: Secrets, star_id: StarId, *, in_use: bool = False) -> bytes:
    """The account's 32-byte key, made at its first use; NoKeyring where it cannot be kept.

    With `in_use` there are files under that key already, and no new one is made: it would open nothing, and kept in the place of a key that
    was only out of reach it would lock the files for good. Raises StorageDamaged then.
    """
    name = f"data-key:{int(star_id)}"
    kept = await secrets.get(name)
    if kept is None and in_use:
        raise StorageDamaged("the key of these files is not here", file="work.db", role="work", reason="unreadable")
    if kept is None:
        kept = random_bytes.token_hex(32)
        await secrets.put(name, kept)
        if await secrets.get(name) != kept:
            raise NoKeyring("the keyring did not keep the key")
    return bytes.fromhex(kept)


@dataclass(frozen=True, slots=True)
class Services:
    """What the views of one account may call."""

    search: CreatorSearchService
    details: CreatorDetailService
    shortlists: ShortlistService
    briefs: BriefService
    ordering: OrderingService
    approvals: ApprovalService
    campaigns: CampaignService
    reporting: ReportingService
    actions: ActionService
    outbox: OutboxListing
    session: SessionService
    notices: NoticeBoard


_INDEX_SECONDS = 2.0
"""The loop waits so long for the index; a rebuilt one of many creators takes longer, and nobody waits for that."""
_DRAWING_SECONDS = 0.3
"""And so long for the first rows to be drawn: a thread that imports or computes makes every stroke of the painter wait for its turn."""

_LAST_SHARE = 0.85
"""Of the shutdown time has passed when the last request is given up; the rest is for the files."""


class AccountRoom:
    """One account's files, clients, loop and services while it is open. Made by `open`, ended by `close`."""

    def __init__(
        self,
        *,
        files: AccountFiles,
        platform: Platform,
        compute: ComputePool,
        changes: Changes,
        sync: Sync,
        services: Services,
        account: StarId,
        own_compute: bool,
        shutdown: float,
    ) -> None:
        self.files = files
        self.platform = platform
        self.changes = changes
        self.sync = sync
        self.services = services
        self.account = account
        self._compute = compute
        self._own_compute = own_compute
        self._shutdown = shutdown
        self._scope = TaskScope("room")
        self._index: asyncio.Task[None] | None = None
        self._stop_refreshing = changes.subscribe(self._on_creators, Topic.CREATORS)
        self._closed = False

    @classmethod
    async def open(
        cls,
        *,
        config: AppConfig,
        folders: DataFolders,
        secrets: Secrets,
        account: StarId,
        app: AppCredentials,
        operator: str,
        clock: Clock,
        platform_clock: Clock,
        redactor: Redactor,
        compute: ComputePool | None = None,
        recorder: Recorder | None = None,
    ) -> AccountRoom:
        """Open the account's files and build everything on them; nothing is sent or read until `start`.

        Raises StorageDamaged, StorageLocked, SchemaTooNew, DiskFull, NoKeyring; then nothing stays open.
        """
        key = await data_key(secrets, account, in_use=(folders.account(account) / "work.db").exists())
        folder = folders.make(folders.account(account))
        files = await AccountFiles.open(folder, key)
        pool = compute or ComputePool()
        try:
            return cls._build(
                files,
                key,
                folder,
                pool,
                compute is None,
                config,
                folders,
                account,
                app,
                operator,
                clock,
                platform_clock,
                redactor,
                recorder,
            )
        except BaseException:
            await files.close()
            if compute is None:
                pool.shutdown()
            raise

    @classmethod
    def _build(
        cls,
        files: AccountFiles,
        key: bytes,
        folder: Path,
        pool: ComputePool,
        own_pool: bool,
        config: AppConfig,
        folders: DataFolders,
        account: StarId,
        app: AppCredentials,
        operator: str,
        clock: Clock,
        platform_clock: Clock,
        redactor: Redactor,
        recorder: Recorder | None,
    ) -> AccountRoom:
        changes = Changes()

        def keep_out(tokens: Tokens) -> None:
            redactor.keep_out(tokens.access_token, tokens.refresh_token)

        notices = NoticeBoard(changes, clock)
        platform = Platform(config, compute=pool, clock=platform_clock, notices=notices.add, recorder=recorder)
        session = SessionService(
            auth=platform.auth,
            app=app,
            store=files.tokens,
            lock=FileRefreshLock(folder / "refresh.lock"),
            outbox=files.outbox,
            clock=clock,
            on_tokens=keep_out,
            on_signed_out=lambda: changes.publish(Change.of(Topic.ACCOUNT, by="session")),
        )
        tokens: TokenSource = session
        api = platform.star(account, tokens, app_id=app.app_id)
        feed = platform.feed(tokens)
        sync = assemble(
            stores=Stores(files.outbox, files.orders, files.campaigns, files.reports, files.creators, files.settings, files.media),
            remote=Remote(api, platform.media, feed, platform.events(tokens)),
            who=Who(account, folders.install_id(), operator),
            changes=changes,
            clock=clock,
            platform_clock=platform_clock,
            timings=config.timings,
            scope=TaskScope("sync"),
        )
        reviewer = Reviewer(load_rules(resources.text("compliance", "terms.csv"), resources.text("compliance", "context.json")))
        briefs = BriefService(store=files.briefs, reviewer=reviewer, compute=pool, changes=changes, clock=platform_clock, operator=operator)
        services = Services(
            search=CreatorSearchService(
                files.creators,
                IndexMaker(key),
                pool,
                folder / "creators.index",
                on_status=lambda _: changes.publish(Change.of(Topic.CREATORS, by="index")),
            ),
            details=CreatorDetailService(feed=feed, store=files.creators, changes=changes),
            shortlists=ShortlistService(
                store=files.shortlists, searches=files.saved_searches, creators=files.creators, changes=changes, clock=clock
            ),
            briefs=briefs,
            ordering=OrderingService(
                creators=files.creators,
                orders=files.orders,
                campaigns=files.campaigns,
                settings=files.settings,
                actions=sync.actions,
                changes=changes,
                clock=platform_clock,
                rates=fee_rates(resources.text("data", "fee_rates.json")),
            ),
            approvals=ApprovalService(
                orders=files.orders,
                campaigns=files.campaigns,
                outbox=files.outbox,
                reviews=files.review,
                media=files.media,
                actions=sync.actions,
                reviewer=reviewer,
                compute=pool,
                changes=changes,
                clock=platform_clock,
                brief_of=briefs.find,
            ),
            campaigns=CampaignService(
                campaigns=files.campaigns,
                orders=files.orders,
                outbox=files.outbox,
                reviews=files.review,
                actions=sync.actions,
                api=api,
                changes=changes,
                clock=platform_clock,
            ),
            reporting=ReportingService(files.orders, files.reports, pool),
            actions=sync.actions,
            outbox=sync.listing,
            session=session,
            notices=notices,
        )
        return cls(
            files=files,
            platform=platform,
            compute=pool,
            changes=changes,
            sync=sync,
            services=services,
            account=account,
            own_compute=own_pool,
            shutdown=config.timings.shutdown,
        )

    def prepare(self) -> asyncio.Task[None]:
        """Begin to make creators searchable, in a thread of the pool: beside the building of the window, where one is built."""
        if self._index is None:
            self._index = self._scope.spawn(self.services.search.start(), name="index")
        return self._index

    async def start(self) -> None:
        """Begin to make creators searchable, then the loop: the first rows come before the first request.

        Raises what kept the loop from starting, or, with the loop running, what kept the index from being read.
        """
        if self._closed:
            return
        index = self.prepare()
        await asyncio.wait({index}, timeout=_INDEX_SECONDS)
        await asyncio.sleep(_DRAWING_SECONDS)
        await self.platform.load()
        await self.sync.engine.start()
        # An index that cannot be had keeps nothing from being sent; whoever started the room says so, however late it comes.
        await asyncio.wait({index})
        if not index.cancelled():
            index.result()

    def _on_creators(self, change: Change) -> None:
        if change.by != "index" and not self._scope.closed:
            self._scope.spawn(self.services.search.refresh(), name="refresh index")

    async def close(self) -> None:
        """Stop the loop at a clean edge, then the clients, the index, the files; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        begun = time.monotonic()
        self._stop_refreshing()
        await self.sync.engine.close()
        await self._scope.close()
        # One shutdown time for all: what the sends left of it.
        await self.services.session.close(_LAST_SHARE * self._shutdown - (time.monotonic() - begun))
        await self.services.search.close()
        await self.platform.aclose(max(0.0, _LAST_SHARE * self._shutdown - (time.monotonic() - begun)))
        await self.files.close()
        if self._own_compute:
            self._compute.shutdown()
