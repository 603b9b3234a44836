"""Puts the loop of one account together from the ports, so that app and tests build the same thing."""

from __future__ import annotations

import random
from dataclasses import dataclass

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.config import Timings
from xingtu_desktop.core.events import Changes
from xingtu_desktop.core.tasks import TaskScope
from xingtu_desktop.domain.ids import StarId
from xingtu_desktop.services.actions import ActionService
from xingtu_desktop.services.outbox_view import OutboxListing
from xingtu_desktop.services.ports import (
    CampaignStore,
    CreatorFeed,
    CreatorStore,
    EventStream,
    MediaFetcher,
    MediaStore,
    OrderStore,
    OutboxStore,
    ReportStore,
    SettingsStore,
    StarApi,
)
from xingtu_desktop.services.sync.backoff import Backoff
from xingtu_desktop.services.sync.connectivity import Connectivity
from xingtu_desktop.services.sync.engine import NamedStep, SyncEngine
from xingtu_desktop.services.sync.looks import Looker
from xingtu_desktop.services.sync.outbox import Sender
from xingtu_desktop.services.sync.outcomes import Outcomes
from xingtu_desktop.services.sync.projection import Projection
from xingtu_desktop.services.sync.pull import OrderPuller
from xingtu_desktop.services.sync.pull_figures import FeedPuller, ReportPuller
from xingtu_desktop.services.sync.reconcile import Reconciler


@dataclass(frozen=True, slots=True)
class Stores:
    """The disk, as sync uses it."""

    outbox: OutboxStore
    orders: OrderStore
    campaigns: CampaignStore
    reports: ReportStore
    creators: CreatorStore
    settings: SettingsStore
    media: MediaStore


@dataclass(frozen=True, slots=True)
class Remote:
    """The platform, as sync uses it; feed and events only where the server offers them."""

    api: StarApi
    fetcher: MediaFetcher
    feed: CreatorFeed | None = None
    events: EventStream | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """Whose outbox it is: rows of another account or install are never sent."""

    account: StarId
    install: str
    operator: str


@dataclass(frozen=True, slots=True)
class Sync:
    """Everything of one account's loop."""

    engine: SyncEngine
    actions: ActionService
    listing: OutboxListing
    projection: Projection
    connectivity: Connectivity
    puller: OrderPuller
    feed: FeedPuller | None
    sender: Sender
    reconciler: Reconciler


def assemble(
    *,
    stores: Stores,
    remote: Remote,
    who: Who,
    changes: Changes,
    clock: Clock,
    platform_clock: Clock,
    timings: Timings,
    scope: TaskScope,
    rng: random.Random | None = None,
) -> Sync:
    """Build the loop; nothing runs until `engine.start()`. `scope` is closed by `engine.close()`."""
    backoff = Backoff(timings.backoff_base, timings.backoff_cap, rng or random.Random())
    connectivity = Connectivity(changes, clock)
    looker = Looker(remote.api, stores.outbox, stores.orders)
    outcomes = Outcomes(stores.outbox, stores.campaigns, looker, changes, clock)
    sender = Sender(
        outbox=stores.outbox,
        api=remote.api,
        looker=looker,
        outcomes=outcomes,
        connectivity=connectivity,
        changes=changes,
        clock=clock,
        timings=timings,
        backoff=backoff,
        account=who.account,
        install=who.install,
    )
    reconciler = Reconciler(
        outbox=stores.outbox,
        looker=looker,
        outcomes=outcomes,
        connectivity=connectivity,
        clock=clock,
        timings=timings,
        account=who.account,
        install=who.install,
    )
    puller = OrderPuller(
        api=remote.api,
        orders=stores.orders,
        campaigns=stores.campaigns,
        outbox=stores.outbox,
        settings=stores.settings,
        fetcher=remote.fetcher,
        media=stores.media,
        changes=changes,
        clock=clock,
        platform_clock=platform_clock,
    )
    reports = ReportPuller(
        api=remote.api, orders=stores.orders, reports=stores.reports, changes=changes, clock=clock, platform_clock=platform_clock
    )
    feed = None if remote.feed is None else FeedPuller(feed=remote.feed, creators=stores.creators, changes=changes)
    steps = [NamedStep("orders", puller.pull), NamedStep("content", puller.prefetch)]
    if feed is not None:
        steps.append(NamedStep("creators", feed.pull))
    steps.append(NamedStep("reports", reports.pull))
    engine = SyncEngine(
        sender=sender,
        reconciler=reconciler,
        steps=steps,
        connectivity=connectivity,
        outbox=stores.outbox,
        orders=stores.orders,
        settings=stores.settings,
        changes=changes,
        clock=clock,
        timings=timings,
        backoff=backoff,
        scope=scope,
        refresh=puller.refresh,
        events=remote.events,
    )
    actions = ActionService(
        outbox=stores.outbox,
        settings=stores.settings,
        changes=changes,
        clock=clock,
        timings=timings,
        account=who.account,
        install=who.install,
        operator=who.operator,
        wake=engine.wake,
        rng=rng,
    )
    return Sync(
        engine=engine,
        actions=actions,
        listing=OutboxListing(stores.outbox, stores.settings, changes, clock, install=who.install),
        projection=Projection(stores.orders, stores.outbox),
        connectivity=connectivity,
        puller=puller,
        feed=feed,
        sender=sender,
        reconciler=reconciler,
    )
