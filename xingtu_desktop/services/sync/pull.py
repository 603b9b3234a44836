"""Reads what may have changed on the platform into the local files: campaigns, orders, versions, bills (architecture.md, Sync).

The official lists have no cursor: campaign/list → list_by_campaign → get_info in batches, open orders every time, ended ones when their
state moved and otherwise rarely. Unpaid orders stand in no list; they are known from what was created here and from demand/order/list.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.errors import NoSuchThing, Rejected
from xingtu_desktop.core.events import Changes
from xingtu_desktop.domain.ids import CampaignId, OrderId, PlatformCampaignId
from xingtu_desktop.domain.intent import CreateAssign, IntentState
from xingtu_desktop.domain.lifecycle import AuditStatus, OrderStatus, ResourceKind, stage
from xingtu_desktop.domain.order import Campaign, Order, PlatformCampaign, Resource
from xingtu_desktop.services.ports import CampaignStore, MediaFetcher, MediaStore, OrderStore, OutboxStore, SettingsStore, StarApi
from xingtu_desktop.services.sync.looks import text_hash

log = logging.getLogger(__name__)

T = TypeVar("T")

BATCH = 50
"""Most ids in one call (wire.md C0)."""
FULL_EVERY = timedelta(hours=6)
"""How often ended orders are read again although nothing says that they moved."""
REPORT_DAYS = 45
"""Reports move for this long after publication (product.md); an order that ended longer ago is not read again."""
_FULL_AT = "sync.full_pull_at"
_DEMANDS_WATCHED = 50
_MAX_VIDEO = 256 * 1024 * 1024
_PREFETCHED_AT_ONCE = 200

Pause = Callable[[], Awaitable[None]]
"""Awaited between batches, so that an action waits for one batch at most."""


def in_batches(items: Sequence[T], size: int = BATCH) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    for start in range(0, len(items), size):
        yield list(items[start : start + size])


@dataclass(frozen=True, slots=True)
class Pulled:
    """What one pull did."""

    orders: int = 0
    versions: int = 0
    open_orders: int = 0


class OrderPuller:
    """Brings the account's orders, versions and bills here."""

    def __init__(
        self,
        *,
        api: StarApi,
        orders: OrderStore,
        campaigns: CampaignStore,
        outbox: OutboxStore,
        settings: SettingsStore,
        fetcher: MediaFetcher,
        media: MediaStore,
        changes: Changes,
        clock: Clock,
        platform_clock: Clock,
    ) -> None:
        """`platform_clock` is the platform's day: the same as `clock` but in training mode."""
        self._api = api
        self._orders = orders
        self._campaigns = campaigns
        self._outbox = outbox
        self._settings = settings
        self._fetcher = fetcher
        self._media = media
        self._changes = changes
        self._clock = clock
        self._platform_clock = platform_clock

    async def pull(self, pause: Pause) -> Pulled:
        """Read everything that may have changed; raises what the network and the disk raise, keeping what was read before it."""
        full = await self._full_is_due()
        platform = await self._api.campaigns()
        known = {order.order_id: order for order in await self._orders.orders()}
        now = self._platform_clock.now()
        by_campaign: dict[PlatformCampaignId, list[Order]] = {}
        for order in known.values():
            by_campaign.setdefault(order.platform_campaign_id, []).append(order)
        asked = [one.platform_campaign_id for one in platform if _listed(one, by_campaign.get(one.platform_campaign_id, ()), full, now)]
        listed = dict(await self._api.orders_of_campaigns(asked))
        unpaid = await self._unpaid_ids(known, full)
        homes = await self._homes(platform)
        wanted = _to_read(listed, unpaid, known, full, now)
        read: list[Order] = []
        for ids in in_batches(wanted):
            await pause()
            found = await self._api.orders(ids)
            fresh = [self._housed(order, homes) for order in found]
            read += fresh
            self._changes.publish(await self._orders.save_orders(fresh))
        versions = await self._pull_versions(read, known, pause)
        if full:
            # The lists do not tell of every change under the same number.
            here = [version.order_id for _, version in await self._orders.awaiting_review() if version.content is not None]
            await self._read_texts_again(here, pause)
        await self._pull_bills(read, platform)
        if full:
            self._changes.publish(await self._settings.put(_FULL_AT, f'"{self._clock.now().isoformat()}"'))
        return Pulled(len(read), versions, sum(not order.status.ended for order in read))

    async def refresh(self, ids: Sequence[OrderId]) -> None:
        """Read a few orders with their versions at once, as after a send or when one is opened."""
        known = {order.order_id: order for order in await self._orders.orders(ids=ids)}
        homes = await self._homes([])
        fresh = [self._housed(order, homes) for order in await self._api.orders(list(ids))]
        self._changes.publish(await self._orders.save_orders(fresh))
        await self._pull_versions(fresh, {key: replace(one, status=OrderStatus.UNPAID) for key, one in known.items()}, _no_pause)
        # A send may just have found another text under the same number: what is on screen must be what would be approved.
        await self._read_texts_again([order.order_id for order in fresh if order.status is OrderStatus.SCRIPT_UPLOADED], _no_pause)

    async def prefetch(self, pause: Pause) -> int:
        """Bring the text or bytes of newest versions under review here, so that a review works offline; returns how many came.

        A version that cannot be had is left for the next time and keeps nobody else waiting; no network ends the round.
        """
        count = 0
        for version in await self._orders.unhashed_resources(_PREFETCHED_AT_ONCE):
            await pause()
            try:
                count += await self._fetch(version)
            except (Rejected, NoSuchThing) as error:
                log.warning("version %s cannot be fetched: %s", version.resource_id, type(error).__name__)
        return count

    # ------------------------------------------------------------------ orders

    async def _full_is_due(self) -> bool:
        stored = await self._settings.get(_FULL_AT)
        return stored is None or self._clock.now() - datetime.fromisoformat(stored.strip('"')) >= FULL_EVERY

    async def _unpaid_ids(self, known: dict[OrderId, Order], full: bool) -> set[OrderId]:
        ids = {order.order_id for order in known.values() if order.status is OrderStatus.UNPAID}
        for intent in await self._outbox.recent(500):
            made = intent.result.get("order_ids")
            if intent.state is IntentState.DONE and isinstance(made, list):
                ids |= {OrderId(one) for one in made if OrderId(one) not in known}
        if full:
            newest = sorted(await self._api.demands(), key=lambda row: row.created_at, reverse=True)
            for demand in newest[:_DEMANDS_WATCHED]:
                rows = await self._api.demand_orders(demand.demand_id)
                ids |= {row.order_id for row in rows if row.universal_status == "WAIT_PAYMENT"}
        return ids

    async def _homes(self, platform: Sequence[PlatformCampaign]) -> dict[PlatformCampaignId, CampaignId]:
        """The local campaign of each platform campaign; one that has none gets one, unless a creation under way will claim it."""
        homes = {number: one.campaign_id for one in await self._campaigns.all() for number in one.platform_campaign_ids}
        tags = [one.payload.tag for one in await self._outbox.open_intents() if isinstance(one.payload, CreateAssign)]
        for found in platform:
            number = found.platform_campaign_id
            if number in homes or any(found.name.endswith(tag) for tag in tags):
                continue
            home = Campaign(CampaignId(f"platform-{number}"), found.name, found.created_at, platform_campaign_ids=(number,))
            self._changes.publish(await self._campaigns.save(home))
            homes[number] = home.campaign_id
        return homes

    @staticmethod
    def _housed(order: Order, homes: dict[PlatformCampaignId, CampaignId]) -> Order:
        home = homes.get(order.platform_campaign_id)
        return order if home is None else replace(order, campaign_id=home)

    # ------------------------------------------------------------------ versions

    async def _pull_versions(self, read: Sequence[Order], known: dict[OrderId, Order], pause: Pause) -> int:
        """Versions of orders under review (a new one comes without a new state) and of those whose state moved."""
        wanted = [order for order in read if _may_have_versions(order, known.get(order.order_id))]
        count = 0
        for batch in in_batches(wanted):
            await pause()
            ids = [order.order_id for order in batch]
            versions = [*await self._api.scripts(ids), *await self._api.videos(ids)]
            if versions:
                before = {one.resource_id: one for one in await self._orders.resources(ids)}
                self._changes.publish(await self._orders.save_resources(versions))
                anew = {one.order_id for one in versions if _may_be_rewritten(before.get(one.resource_id), one)}
                await self._read_texts_again(sorted(anew), pause)
            count += len(versions)
        return count

    async def _read_texts_again(self, order_ids: Sequence[OrderId], pause: Pause) -> None:
        """The scripts of these orders, one request each; one that cannot be read keeps no other waiting."""
        for order_id in order_ids:
            await pause()
            try:
                await self._texts(order_id)
            except (Rejected, NoSuchThing) as error:
                log.warning("the script of order %s cannot be read again: %s", order_id, type(error).__name__)

    async def _texts(self, order_id: OrderId) -> int:
        """Bring the scripts of one order as the platform shows them now; returns how many are other than what was here.

        Another text has another hash, so that what was seen before no longer counts as seen.
        """
        kept = {one.resource_id: one.content_hash for one in await self._orders.resources([order_id])}
        count = 0
        for one in (await self._api.order(order_id)).resources:
            if one.kind is not ResourceKind.SCRIPT or one.content is None or one.resource_id not in kept:
                continue
            name = text_hash(one.content)
            if kept[one.resource_id] != name:
                self._changes.publish(await self._orders.set_content(one.resource_id, content=one.content, content_hash=name))
                count += 1
        return count

    async def _fetch(self, version: Resource) -> int:
        if version.kind is ResourceKind.SCRIPT:
            return await self._texts(version.order_id)
        if version.url is None:
            return 0
        data = await self._fetcher.fetch(version.url, max_bytes=_MAX_VIDEO)
        name = await self._media.put(data, suffix=".mp4")
        self._changes.publish(await self._orders.set_content(version.resource_id, content=None, content_hash=name))
        return 1

    # ------------------------------------------------------------------ bills

    async def _pull_bills(self, read: Sequence[Order], platform: Sequence[PlatformCampaign]) -> None:
        """Bills of what is unpaid; where nothing is, one bill all the same, since only bills tell the balance."""
        unpaid = sorted({order.platform_campaign_id for order in read if order.status is OrderStatus.UNPAID})
        newest = max(platform, key=lambda one: one.created_at, default=None)
        for number in unpaid or ([newest.platform_campaign_id] if newest is not None else []):
            try:
                bill = await self._api.pending_bill(campaign_id=number)
            except (Rejected, NoSuchThing):
                continue
            self._changes.publish(await self._orders.save_bill(number, bill, self._clock.now()))


async def _no_pause() -> None:
    return None


def _listed(campaign: PlatformCampaign, known: Sequence[Order], full: bool, now: datetime) -> bool:
    """Whether a campaign's orders are listed: while it runs or an order of it is open every time, later on rarely, in the end no more."""
    if campaign.status == 1 or any(not order.status.ended for order in known):
        return True
    return full and not (known and all(_at_rest(order, now) for order in known))


def _at_rest(order: Order, now: datetime) -> bool:
    """Whether an order ended so long ago that nothing of it moves any more."""
    told = (order.created_at, order.publish_until, order.released_at, order.finished_at)
    return order.status.ended and now - max(at for at in told if at is not None) > timedelta(days=REPORT_DAYS)


def _to_read(
    listed: dict[OrderId, OrderStatus], unpaid: set[OrderId], known: dict[OrderId, Order], full: bool, now: datetime
) -> list[OrderId]:
    """Open orders first, the furthest on first; then ended ones that are new, moved or due."""

    def due(order_id: OrderId, status: OrderStatus) -> bool:
        old = known.get(order_id)
        return not status.ended or old is None or old.status is not status or (full and not _at_rest(old, now))

    paid = [order_id for order_id, status in listed.items() if due(order_id, status)]
    paid.sort(key=lambda one: (listed[one].ended, -stage(listed[one]), one))
    return [*sorted(unpaid - set(listed)), *paid]


def _may_be_rewritten(old: Resource | None, told: Resource) -> bool:
    """Whether the list shows that a script whose text is here was written anew: handed in again, or audited again."""
    if old is None or told.kind is not ResourceKind.SCRIPT or old.content is None:
        return False
    audited = {one.source: one.at for one in old.findings if one.at is not None}
    audited_again = any(one.at is not None and one.source in audited and one.at > audited[one.source] for one in told.findings)
    back_in_review = told.audit is AuditStatus.IN_REVIEW and old.audit is not AuditStatus.IN_REVIEW
    return (old.created_at, old.filename) != (told.created_at, told.filename) or back_in_review or audited_again


def _may_have_versions(order: Order, old: Order | None) -> bool:
    if stage(order.status) < stage(OrderStatus.SCRIPT_UPLOADED) or (order.status.ended and old is not None):
        return False
    under_review = order.status in (OrderStatus.SCRIPT_UPLOADED, OrderStatus.VIDEO_UPLOADED)
    return under_review or old is None or old.status is not order.status
