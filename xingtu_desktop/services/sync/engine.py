"""The one loop: send what was decided, find out what is unknown, read what changed; again when woken, and by itself on time.

    wake ─┐
    time ─┼─▶ drain the outbox ─▶ reconcile ─▶ pull (orders, versions, feed, reports) ─▶ say how it stands ─▶ wait
    event ┘        ▲                                │ between batches: whatever may leave meanwhile
                   └────────────────────────────────┘

A wake while a round runs makes another round follow. Failures slow the part down that failed, with full jitter, and never end the loop:
what cannot be read keeps nothing from leaving, and only a missing network or the disk holds back both.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.config import Timings
from xingtu_desktop.core.errors import KnownError, Offline, RateLimited, SignedOut
from xingtu_desktop.core.events import Change, Changes, Topic
from xingtu_desktop.core.tasks import TaskScope
from xingtu_desktop.domain.answers import ServerEvent
from xingtu_desktop.domain.ids import IntentId, OrderId
from xingtu_desktop.domain.intent import IntentState, PayCampaign
from xingtu_desktop.services.ports import EventStream, OrderStore, OutboxStore, SettingsStore
from xingtu_desktop.services.sync.backoff import Backoff
from xingtu_desktop.services.sync.connectivity import Connectivity, Phase, SyncStatus
from xingtu_desktop.services.sync.outbox import Sender
from xingtu_desktop.services.sync.pull import Pause
from xingtu_desktop.services.sync.reconcile import Reconciler

log = logging.getLogger(__name__)

_LAST_SYNC = "sync.last_at"
_LAST_EVENT = "sync.last_event_id"
_LONGEST_WAIT = 30.0
"""Seconds; after a sleep of the computer the loop looks at the clock no later than this."""
_EVENT_GAP = 1.0
"""Least seconds between two pulls that events ask for."""
_SHARE_OF_SENDS = 0.7
"""Of the shutdown time, for what is being sent; the rest is for the clients and the files."""
_PULLING = frozenset({"start", "manual", "signed_in", "event"})
"""Reasons of a wake that ask for reading, too; the others only concern the outbox."""

Refresh = Callable[[Sequence[OrderId]], Awaitable[None]]
EventListener = Callable[[ServerEvent], None]


class PullStep(Protocol):
    """One part of reading: `await pull(pause)`."""

    async def __call__(self, pause: Pause) -> object: ...


@dataclass(frozen=True, slots=True)
class NamedStep:
    """A part of reading and its name in the log."""

    name: str
    run: PullStep


class SyncEngine:
    """Runs the loop of one account. `start` it, `wake` it, `close` it."""

    def __init__(
        self,
        *,
        sender: Sender,
        reconciler: Reconciler,
        steps: Sequence[NamedStep],
        connectivity: Connectivity,
        outbox: OutboxStore,
        orders: OrderStore,
        settings: SettingsStore,
        changes: Changes,
        clock: Clock,
        timings: Timings,
        backoff: Backoff,
        scope: TaskScope,
        refresh: Refresh,
        events: EventStream | None = None,
    ) -> None:
        """`refresh` reads a few orders at once, after something was done to them."""
        self._sender = sender
        self._reconciler = reconciler
        self._steps = steps
        self._connectivity = connectivity
        self._outbox = outbox
        self._orders = orders
        self._settings = settings
        self._changes = changes
        self._clock = clock
        self._timings = timings
        self._backoff = backoff
        self._scope = scope
        self._events = events
        self._refresh = refresh
        self._woken = asyncio.Event()
        self._closing = False
        self._failures = 0
        self._pull_at = 0.0
        self._retry_at: float | None = None
        self._write_at = 0.0
        self._writing = False
        self._act_at = 0.0
        self._last_pull = -_EVENT_GAP
        self._pull_wanted = True
        self._rounds = 0
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._listeners: list[EventListener] = []
        self._loop_task: asyncio.Task[None] | None = None

    # ------------------------------------------------------------------ what others use

    @property
    def status(self) -> SyncStatus:
        """How it stands; `Topic.CONNECTION` tells each change."""
        return self._connectivity.status

    async def start(self) -> None:
        """Begin: what the last run left is taken up first. After a `close` nothing begins."""
        if self._closing:
            return
        stored = await self._settings.get(_LAST_SYNC)
        if self._closing:
            return
        self._connectivity.restored(None if stored is None else datetime.fromisoformat(stored.strip('"')))
        self._loop_task = self._scope.spawn(self._loop(), name="loop")
        if self._events is not None:
            self._scope.spawn(self._listen(self._events), name="events")

    def wake(self, reason: str) -> None:
        """Ask for a round now; while one runs, another follows it."""
        if reason in _PULLING:
            self._pull_wanted = True
            if reason != "event":
                self._retry_at = None
                self._write_at = 0.0
                # A person who asks twice in a second is answered twice; only events are held apart.
                self._last_pull = self._clock.monotonic() - _EVENT_GAP
        if reason == "signed_in":
            self._connectivity.signed_in()
        self._woken.set()

    async def sync_now(self) -> None:
        """A full round from now on; returns when it has ended, whatever came of it."""
        if self._closing:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # A round that runs already may have passed the part that matters: wait for the one after it.
        self._waiters.append((self._rounds + (2 if self._connectivity.status.syncing else 1), done))
        self.wake("manual")
        await done

    def on_event(self, listener: EventListener) -> Callable[[], None]:
        """Hear each event of the server's stream; returns how to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    async def close(self) -> None:
        """Stop reading at once, let what is being sent come to its end, within the shutdown time."""
        self._closing = True
        self._woken.set()
        if self._loop_task is not None:
            self._loop_task.cancel()
        await self._sender.close(self._timings.shutdown * _SHARE_OF_SENDS)
        await self._scope.close()
        for _, waiter in self._waiters:
            if not waiter.done():
                waiter.cancel()

    # ------------------------------------------------------------------ the loop

    async def _loop(self) -> None:
        while not self._closing:
            self._woken.clear()
            await self._round()
            self._rounds += 1
            for at, waiter in list(self._waiters):
                if at <= self._rounds:
                    self._waiters.remove((at, waiter))
                    if not waiter.done():
                        waiter.set_result(None)
            if self._waiters:
                # The round that ran may have taken their wake with it, before or while it read.
                self.wake("manual")
            await self._wait(self._pause_length())

    async def _round(self) -> None:
        self._connectivity.working(True)
        try:
            await self._write()
            if self._pull_is_due():
                await self._read()
            if self._retry_at is None:
                self._failures = 0
        except KnownError as error:
            self._failed(error)
        except Exception:
            log.exception("a round of the loop failed")
            self._slow_down(None)
        finally:
            self._connectivity.working(False)
        await self._tell_counts()

    async def _write(self) -> None:
        if self._clock.monotonic() < self._write_at:
            return
        self._writing = True
        await self._send_and_read_back()
        self._writing = False

    async def _send_and_read_back(self) -> None:
        before = await self._unsettled()
        drained = self._clock.now()
        await self._sender.drain()
        read_in = None
        if self._connectivity.status.phase is not Phase.OFFLINE:
            await self._reconciler.step()
            drained = self._clock.now()
            await self._sender.drain()
            # Asked only now: this draining, too, may have left a row whose answer was lost.
            read_in = await self._reconciler.due_in()
        waits = await self._send_times(drained) + ([] if read_in is None else [read_in])
        self._act_at = self._clock.monotonic() + min(waits, default=_LONGEST_WAIT)
        if self._connectivity.status.phase is Phase.OFFLINE:
            # Reading finds out whether the network is back, and slows the loop down while it is not.
            self._pull_wanted = True
        elif touched := await self._touched(before):
            self._writing = False
            await self._refresh(touched)

    async def _unsettled(self) -> set[IntentId]:
        return {one.intent_id for one in await self._outbox.open_intents() if one.state is not IntentState.NEEDS_HUMAN}

    async def _touched(self, before: set[IntentId]) -> list[OrderId]:
        """The orders of what came to an end just now: their new state is worth reading at once."""
        ids: set[OrderId] = set()
        for intent_id in before - await self._unsettled() if before else ():
            intent = await self._outbox.get(intent_id)
            if isinstance(intent.payload, PayCampaign):
                paid = intent.payload.platform_campaign_id
                stored = await self._orders.orders(campaign_id=intent.payload.campaign_id)
                ids |= {order.order_id for order in stored if order.platform_campaign_id == paid}
                if intent.payload.created_by is not None:
                    intent = await self._outbox.get(intent.payload.created_by)
            made = intent.result.get("order_ids")
            ids |= {OrderId(one) for one in made} if isinstance(made, list) else set()
            order_id: OrderId | None = getattr(intent.payload, "order_id", None)
            ids |= set() if order_id is None else {order_id}
        return sorted(ids)

    def _pull_is_due(self) -> bool:
        if self._connectivity.signed_out:
            return False
        if self._retry_at is not None:
            if self._clock.monotonic() < self._retry_at:
                return False
            self._retry_at = None
        return self._clock.monotonic() >= self._next_pull()

    def _next_pull(self) -> float:
        return min(self._pull_at, self._last_pull + _EVENT_GAP) if self._pull_wanted else self._pull_at

    async def _read(self) -> None:
        """Run every part; one that is limited or fails keeps no other from running, no network or no sign-in ends the round."""
        was_offline = self._connectivity.status.phase is Phase.OFFLINE
        self._pull_wanted = False
        self._last_pull = self._clock.monotonic()
        self._pull_at = self._last_pull + self._timings.poll_idle
        first: Exception | None = None
        for step in self._steps:
            try:
                await step.run(self._between)
            except (SignedOut, Offline):
                raise
            except KnownError as error:
                log.warning("reading %s failed: %s", step.name, type(error).__name__)
                self._connectivity.failed(error)
                first = first or error
            except Exception as error:
                log.exception("reading %s failed", step.name)
                first = first or error
        busy = any(not order.status.ended for order in await self._orders.orders(open_only=True))
        self._pull_at = self._clock.monotonic() + (self._timings.poll_open_orders if busy else self._timings.poll_idle)
        if first is not None:
            raise first
        self._connectivity.heard()
        self._connectivity.complete()
        if was_offline:
            # The network is back: what waited for it leaves now.
            self._woken.set()
        self._changes.publish(await self._settings.put(_LAST_SYNC, f'"{self._clock.now().isoformat()}"'))

    async def _between(self) -> None:
        """Between two batches of reading: what was decided meanwhile goes first."""
        if self._closing:
            raise asyncio.CancelledError
        if self._woken.is_set() or self._clock.monotonic() >= self._act_at:
            self._woken.clear()
            await self._write()
            await self._tell_counts()

    def _failed(self, error: KnownError) -> None:
        self._connectivity.failed(error)
        self._slow_down(error.retry_after if isinstance(error, RateLimited) else None)
        wait = None if self._retry_at is None else max(self._retry_at - self._clock.monotonic(), 0.0)
        self._connectivity.failed(error, None if wait is None else self._clock.now() + timedelta(seconds=wait))

    def _slow_down(self, retry_after: float | None) -> None:
        self._failures += 1
        self._retry_at = self._clock.monotonic() + self._backoff.delay(self._failures, retry_after)
        self._pull_at = self._retry_at
        if self._writing or self._connectivity.status.phase is Phase.OFFLINE:
            # No network, or a disk that does not take what is written: nothing can leave either.
            self._write_at = self._act_at = self._retry_at
        self._writing = False

    async def _tell_counts(self) -> None:
        try:
            mine = [one.state for one in await self._outbox.open_intents()]
            stopped = await self._outbox.stopped()
        except Exception:
            log.exception("the outbox cannot be counted")
            return
        queued, asking = mine.count(IntentState.QUEUED), mine.count(IntentState.NEEDS_HUMAN)
        self._connectivity.counts(waiting=queued, checking=len(mine) - queued - asking, needs_you=asking, stopped=stopped)

    # ------------------------------------------------------------------ waiting

    def _pause_length(self) -> float:
        """Seconds until something is due by itself."""
        now = self._clock.monotonic()
        if self._connectivity.signed_out:
            return _LONGEST_WAIT
        act = max(self._act_at, self._write_at)
        if self._retry_at is not None:
            return max(min(_LONGEST_WAIT, self._retry_at - now, act - now), 0.0)
        return max(min(_LONGEST_WAIT, self._next_pull() - now, act - now), 0.0)

    async def _send_times(self, drained: datetime) -> list[float]:
        """Seconds until queued rows may leave: undo, hold and retry times; a row that only waits for its turn asks for nothing.

        A time that passed since `drained`, when the last draining began, may have been missed by it and counts as now.
        """
        try:
            if await self._outbox.stopped():
                return []
            rows = await self._outbox.open_intents()
        except KnownError:
            return []
        now = self._clock.now()
        times = []
        for row in rows:
            if row.state is IntentState.QUEUED and not row.held:
                due = max(at for at in (row.undo_until, row.hold_until, row.not_before) if at is not None)
                if due > drained:
                    times.append(max((due - now).total_seconds(), 0.0))
        return times

    async def _wait(self, seconds: float) -> None:
        if self._woken.is_set() or self._closing:
            return
        sleeper = asyncio.ensure_future(self._clock.sleep(seconds))
        waker = asyncio.ensure_future(self._woken.wait())
        try:
            await asyncio.wait({sleeper, waker}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sleeper, waker):
                task.cancel()
            await asyncio.gather(sleeper, waker, return_exceptions=True)

    # ------------------------------------------------------------------ events

    async def _listen(self, stream: EventStream) -> None:
        """Follow the server's events; after a break resume after the last one that was handled."""
        failures = 0
        while not self._closing:
            try:
                async with contextlib.aclosing(stream.listen(await self._settings.get(_LAST_EVENT))) as events:  # type: ignore[type-var]
                    async for event in events:
                        failures = 0
                        await self._heard(event)
            except KnownError as error:
                log.info("the event stream broke: %s", type(error).__name__)
            except Exception:
                log.exception("the event stream cannot be read")
            failures += 1
            await self._clock.sleep(self._backoff.delay(failures))

    async def _heard(self, event: ServerEvent) -> None:
        for listener in list(self._listeners):
            try:
                listener(event)
            except Exception:
                log.exception("a listener to the server's events failed")
        await self._settings.put(_LAST_EVENT, event.event_id or None)
        self._changes.publish(Change.of(Topic.NOTICES, by="events"))
        self.wake("event")
