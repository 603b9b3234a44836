"""The protocols through which the services reach the platform, the disk and the computer.

Results are domain values, so that the layers below need not know this module.
Implementations: `api` (StarApi, AuthApi, CreatorFeed, MediaFetcher), `storage` (the stores), `system` (secrets, browser).
All methods are coroutines that never block the loop; errors are those of core.errors.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from xingtu_desktop.core.events import Change
from xingtu_desktop.domain.account import Account, AppCredentials, Tokens
from xingtu_desktop.domain.answers import (
    CancelCost,
    Created,
    DemandOrderRow,
    DemandRow,
    FeedPage,
    OrderWithResources,
    Paid,
    Receipt,
    RequestStamp,
    ServerEvent,
    UserInfo,
)
from xingtu_desktop.domain.brief_record import BriefRecord, BriefVersion, BriefVersionText
from xingtu_desktop.domain.creator import Creator, CreatorDetail
from xingtu_desktop.domain.ids import (
    AuthorId,
    BriefId,
    CampaignId,
    DemandId,
    IntentId,
    OrderId,
    PlatformCampaignId,
    ResourceId,
    SavedSearchId,
    ShortlistId,
    StarId,
)
from xingtu_desktop.domain.intent import (
    ApproveResource,
    CancelOrder,
    CreateAssign,
    Intent,
    IntentState,
    JournalEntry,
    RejectResource,
    ReplyCancel,
)
from xingtu_desktop.domain.lifecycle import OrderStatus
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import (
    Campaign,
    Order,
    PendingBill,
    PlatformCampaign,
    Resource,
)
from xingtu_desktop.domain.report import Audience, OrderReport, TopicMetric
from xingtu_desktop.domain.review import ReviewNote
from xingtu_desktop.domain.shortlist import SavedSearch, Shortlist, ShortlistContents, ShortlistMember

# ------------------------------------------------------------------ the platform


class StarApi(Protocol):
    """The official API for one account (wire.md A7, A8). Reads retry by themselves; writes never do."""

    star_id: StarId

    async def campaigns(self) -> list[PlatformCampaign]: ...
    async def orders_of_campaigns(self, ids: Sequence[PlatformCampaignId]) -> list[tuple[OrderId, OrderStatus]]:
        """Every paid order's id and status; unpaid ones are not listed (wire.md C0)."""

    async def orders(self, ids: Sequence[OrderId]) -> list[Order]:
        """order/get_info in batches: full orders with exact amounts; unknown ids are left out."""

    async def order(self, order_id: OrderId) -> OrderWithResources:
        """order/detail; amounts are whole yuan there, so they are left None."""

    async def scripts(self, ids: Sequence[OrderId]) -> list[Resource]: ...
    async def videos(self, ids: Sequence[OrderId]) -> list[Resource]: ...
    async def pending_bill(
        self, *, campaign_id: PlatformCampaignId | None = None, order_id: OrderId | None = None
    ) -> PendingBill: ...
    async def cancel_cost(self, order_id: OrderId) -> CancelCost: ...
    async def demands(self, *, name: str = "") -> list[DemandRow]:
        """demand/list, every page, fuzzy on the name."""

    async def demand_orders(self, demand_id: DemandId) -> list[DemandOrderRow]: ...

    def stamp(self, payload: object) -> RequestStamp:
        """The request that `payload` (an intent's) would send, named by its hash; nothing is sent."""

    async def create_assign(self, payload: CreateAssign) -> Created: ...
    async def pay(self, *, campaign_id: PlatformCampaignId | None = None, order_id: OrderId | None = None) -> Paid: ...
    async def approve(self, payload: ApproveResource) -> Receipt: ...
    async def reject(self, payload: RejectResource) -> Receipt: ...
    async def publish(self, order_id: OrderId) -> Receipt: ...
    async def finish(self, order_id: OrderId) -> Receipt: ...
    async def cancel(self, payload: CancelOrder) -> Receipt: ...
    async def reply_cancel(self, payload: ReplyCancel) -> Receipt: ...
    async def upload_attachment(self, file: Path) -> str:
        """Upload; returns the name by which create_assign refers to it."""

    async def reports(self, ids: Sequence[OrderId]) -> list[OrderReport]:
        """report/order_overview in batches: totals only, no days."""

    async def report_detail(self, order: Order, *, start: date, end: date, batch: OrderReport | None = None) -> OrderReport:
        """Totals, comment words, topic metrics and daily counts of one published order.

        `batch` is what `reports` just told of it, so that it is not asked for once more.
        """

    async def topics(self, order: Order) -> tuple[TopicMetric, ...]: ...
    async def audience(self, order_id: OrderId) -> Audience: ...


class AuthApi(Protocol):
    """OAuth of wire.md A4."""

    def authorize_address(self, app_id: int, redirect: str, state: str) -> str: ...
    async def exchange(self, app: AppCredentials, auth_code: str) -> Tokens: ...
    async def refresh(self, app: AppCredentials, refresh_token: str) -> Tokens:
        """Sent once, never retried: the old pair may be dead. Raises SignedOut when it is."""

    async def accounts(self, access_token: str) -> list[Account]: ...
    async def user(self, access_token: str) -> UserInfo: ...


class CreatorFeed(Protocol):
    """A catalog feed of creators (resources/data/catalog_feed.schema.json)."""

    async def page(self, cursor: str | None, limit: int) -> FeedPage:
        """Raises NoSuchThing when the cursor is too old: begin again with None."""

    async def detail(self, author_id: AuthorId) -> CreatorDetail: ...


class MediaFetcher(Protocol):
    """Fetches the bytes behind a resource_url; no cookies, no tokens, capped size."""

    async def fetch(self, url: str, *, max_bytes: int) -> bytes: ...


class EventStream(Protocol):
    def listen(self, last_event_id: str | None) -> AsyncIterator[ServerEvent]:
        """Events after `last_event_id`; ends with Offline when the line breaks."""


# ------------------------------------------------------------------ the disk


class OutboxStore(Protocol):
    """Intents and their journal in work.db. Every move writes its journal link in the same transaction."""

    async def add(self, intents: Sequence[Intent]) -> Change:
        """Durably write a whole batch or nothing; refuses a second open intent for the same order and action (Conflict)."""

    async def get(self, intent_id: IntentId) -> Intent: ...
    async def open_intents(self) -> list[Intent]:
        """Every row whose state is open, oldest first."""

    async def recent(self, limit: int, *, state: IntentState | None = None) -> list[Intent]:
        """Rows that ended (in `state` where named), newest first."""

    async def claim(self, now: datetime, *, account: StarId, install: str, busy_lanes: frozenset[str]) -> Intent | None:
        """Move the first sendable QUEUED row to CLAIMED and return it, or None.

        Sendable, checked inside the one transaction: this account and install, undo deadline passed, not held, hold and
        not_before passed, lane free (no CLAIMED, SENDING or UNKNOWN row and not in `busy_lanes`, and no earlier open row of
        the lane), dependency DONE, no stop-all.
        """

    async def move(
        self,
        intent_id: IntentId,
        to: IntentState,
        *,
        expected: frozenset[IntentState],
        now: datetime,
        event: str,
        changes: Mapping[str, object] | None = None,
        journal: Mapping[str, object] | None = None,
    ) -> Intent:
        """Change state (and fields named in `changes`) if the row still is in `expected`, else Conflict."""

    async def undo(self, intent_ids: Sequence[IntentId], now: datetime) -> list[IntentId]:
        """Take back what is still QUEUED (or DRAFT, NEEDS_HUMAN and never sent); returns what was taken back."""

    async def hold(self, intent_ids: Sequence[IntentId], *, until: datetime | None, held: bool, now: datetime) -> Change: ...
    async def stop_all(self, stopped: bool, now: datetime) -> Change:
        """Stop (or resume) all sending with one local commit."""

    async def stopped(self) -> bool: ...
    async def journal(self, *, after: int = 0, limit: int = 1000) -> list[JournalEntry]: ...
    async def verify_journal(self) -> int | None:
        """The sequence of the first broken link, or None when the chain is whole."""


class OrderStore(Protocol):
    """Orders, resources and bills in cache.db."""

    async def save_orders(self, orders: Sequence[Order]) -> Change: ...
    async def save_resources(self, resources: Sequence[Resource]) -> Change:
        """Upsert; versions are numbered by creation within (order, kind); a known text or hash is never lost."""

    async def set_content(self, resource_id: ResourceId, *, content: str | None, content_hash: str) -> Change: ...
    async def order(self, order_id: OrderId) -> Order | None: ...
    async def orders(
        self, *, ids: Sequence[OrderId] | None = None, campaign_id: CampaignId | None = None, open_only: bool = False
    ) -> list[Order]: ...
    async def resources(self, order_ids: Sequence[OrderId]) -> list[Resource]: ...
    async def awaiting_review(self) -> list[tuple[Order, Resource]]:
        """Orders in 41 or 51 with the newest version of that kind."""

    async def save_bill(self, platform_campaign_id: PlatformCampaignId, bill: PendingBill, at: datetime) -> Change: ...
    async def balance(self) -> tuple[Fen, datetime] | None:
        """The account's balance as last told, and when."""

    async def unhashed_resources(self, limit: int) -> list[Resource]:
        """Newest versions under review whose text or bytes are not here yet."""


class CampaignStore(Protocol):
    """Local campaigns in work.db."""

    async def save(self, campaign: Campaign) -> Change: ...
    async def all(self) -> list[Campaign]: ...
    async def attach(self, campaign_id: CampaignId, platform_campaign_id: PlatformCampaignId) -> Change: ...


class ReportStore(Protocol):
    """Report snapshots in catalog.db: every pull is kept with its time."""

    async def save(self, reports: Sequence[OrderReport]) -> Change: ...
    async def latest(self, order_ids: Sequence[OrderId]) -> list[OrderReport]: ...
    async def save_audience(self, audiences: Sequence[Audience]) -> Change: ...
    async def audiences(self, order_ids: Sequence[OrderId]) -> list[Audience]: ...


class CreatorStore(Protocol):
    """Creators with provenance in catalog.db, numbered by a change sequence."""

    async def apply_page(self, page: FeedPage, source: str) -> tuple[int, Change]:
        """Save upserts, deletes, quote changes and the cursor in one transaction; returns the newest sequence."""

    async def cursor(self, source: str) -> str | None: ...
    async def clear_cursor(self, source: str) -> None: ...
    async def sequence(self) -> int: ...
    async def count(self) -> int: ...
    async def by_ids(self, ids: Sequence[AuthorId]) -> list[Creator]:
        """In the order of `ids`; unknown ones left out."""

    async def changes_since(self, sequence: int, limit: int) -> tuple[list[Creator], list[AuthorId], int]:
        """Upserts, deletes and the sequence reached, at most `limit` rows, oldest change first."""

    def iter_all(self, chunk: int = 2000) -> AsyncIterator[list[Creator]]:
        """Every creator in chunks, to rebuild the index; what changes meanwhile comes through `changes_since`."""

    async def save_detail(self, detail: CreatorDetail) -> Change: ...
    async def detail(self, author_id: AuthorId) -> CreatorDetail | None: ...


class ReviewStore(Protocol):
    """What the operator saw, noted, put off or handed over in Approvals; work.db."""

    async def mark_seen(self, resource_id: ResourceId, content_hash: str, at: datetime) -> Change: ...
    async def seen(self, ids: Sequence[ResourceId]) -> dict[ResourceId, tuple[str, datetime]]:
        """The hash that was on screen last, and when."""

    async def add_note(self, note: ReviewNote) -> Change: ...
    async def remove_note(self, note_id: str) -> Change: ...
    async def notes(self, order_id: OrderId) -> list[ReviewNote]: ...
    async def set_snooze(self, resource_id: ResourceId, until: datetime | None) -> Change: ...
    async def snoozed(self) -> dict[ResourceId, datetime]: ...
    async def set_flag(self, resource_id: ResourceId, flag: str | None) -> Change: ...
    async def flags(self) -> dict[ResourceId, str]: ...


class ShortlistStore(Protocol):
    """Shortlists with the order basket (domain.shortlist.BASKET), in work.db; a removal returns what takes it back."""

    async def all(self) -> list[Shortlist]: ...
    async def save(self, shortlist_id: ShortlistId, name: str, at: datetime) -> Change:
        """Make the list or rename it."""

    async def members(self, shortlist_id: ShortlistId) -> list[ShortlistMember]:
        """In the order in which they were added."""

    async def put(self, shortlist_id: ShortlistId, members: Sequence[ShortlistMember], at: datetime) -> tuple[list[AuthorId], Change]:
        """Add creators or change notes, or take a removal back; returns who is new on the list. The basket is made at its first use."""

    async def remove(
        self, shortlist_id: ShortlistId, author_ids: Sequence[AuthorId], at: datetime
    ) -> tuple[tuple[ShortlistMember, ...], Change]: ...
    async def delete(self, shortlist_id: ShortlistId) -> tuple[ShortlistContents, Change]: ...
    async def restore(self, contents: ShortlistContents) -> Change: ...
    async def lists_of(self, author_id: AuthorId) -> list[ShortlistId]: ...


class SavedSearchStore(Protocol):
    """Searches kept by name, in work.db."""

    async def all(self) -> list[SavedSearch]: ...
    async def save(self, search: SavedSearch) -> Change: ...
    async def remove(self, saved_search_id: SavedSearchId) -> Change: ...


class BriefStore(Protocol):
    """Briefs and every version of them, in work.db."""

    async def all(self, *, archived: bool = False) -> list[BriefRecord]: ...
    async def get(self, brief_id: BriefId) -> BriefRecord: ...
    async def save(
        self,
        brief_id: BriefId,
        *,
        title: str,
        document: str,
        author: str,
        at: datetime,
        expected_revision: int | None = None,
        name: str | None = None,
    ) -> tuple[BriefRecord, Change]:
        """Keep the document now and in the history; Conflict(what="brief") where another save came between (0: a new brief).

        Without a `name`, saves of one author within 60 s are one version.
        """

    async def set_campaign(self, brief_id: BriefId, campaign_id: CampaignId | None) -> Change: ...
    async def set_archived(self, brief_id: BriefId, archived: bool) -> Change: ...
    async def versions(self, brief_id: BriefId) -> list[BriefVersion]: ...
    async def version_texts(self, brief_id: BriefId, numbers: Sequence[int]) -> list[BriefVersionText]: ...
    async def name_version(self, brief_id: BriefId, number: int, name: str | None) -> Change: ...
    async def restore(self, brief_id: BriefId, number: int, *, author: str, at: datetime) -> tuple[BriefRecord, Change]: ...


class SettingsStore(Protocol):
    """Small values by key, as JSON text, in work.db."""

    async def get(self, key: str) -> str | None: ...
    async def put(self, key: str, value: str | None) -> Change: ...
    async def all(self) -> dict[str, str]: ...


class TokenStore(Protocol):
    """The token pair of the authorisation, in the encrypted work.db; durable before a new pair is used."""

    async def load(self) -> Tokens | None: ...
    async def save(self, tokens: Tokens | None) -> None: ...


class MediaStore(Protocol):
    """Prefetched scripts and videos by content hash, encrypted, within a disk cap."""

    async def put(self, data: bytes, *, suffix: str) -> str:
        """Keep the bytes; returns their SHA-256 hex."""

    async def get(self, content_hash: str) -> bytes | None: ...
    async def has(self, content_hashes: Sequence[str]) -> frozenset[str]: ...


# ------------------------------------------------------------------ the computer


class Secrets(Protocol):
    """The computer's keyring, or a stand-in that the person chose."""

    async def get(self, name: str) -> str | None: ...
    async def put(self, name: str, value: str) -> None:
        """Raises NoKeyring."""

    async def delete(self, name: str) -> None: ...


class RefreshLock(Protocol):
    """Lets one refresh of the token pair happen at a time, over all processes of this computer."""

    def hold(self, timeout: float) -> AbstractAsyncContextManager[None]:
        """Entered by one holder at a time; raises core.errors.Timeout after `timeout` seconds. Freed when its process dies."""


class Browser(Protocol):
    def open(self, address: str) -> bool:
        """Open an https address of an allowed host, or a loopback one, in the system browser; False when refused."""


class LoopbackListener(Protocol):
    """Waits on 127.0.0.1 for the one answer of a sign-in."""

    async def start(self) -> str:
        """Begin to listen; returns the redirect address."""

    async def result(self, state: str, timeout: float) -> str:
        """The auth_code that came with the right state; Timeout, Rejected (the person refused)."""

    async def close(self) -> None: ...


LoopbackFactory = Callable[[], LoopbackListener]
