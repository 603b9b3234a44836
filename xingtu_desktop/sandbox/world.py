"""The world that all sandbox modules share: ledger, virtual clock, settings, event log, and the other side that moves when time does."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from xingtu_desktop.sandbox import media, play
from xingtu_desktop.sandbox.clock import VirtualClock
from xingtu_desktop.sandbox.creators import Catalog, beijing_day
from xingtu_desktop.sandbox.faults import Faults
from xingtu_desktop.sandbox.ledger import Ledger
from xingtu_desktop.sandbox.recording import Recorder
from xingtu_desktop.sandbox.records import Effect, Event, Order
from xingtu_desktop.sandbox.replicas import Replicas
from xingtu_desktop.sandbox.settings import Settings

APP_ID = 1_832_700_415_926_359
APP_SECRET = "5f3c9a1e7b2d4860c1d9e8f7a6b5c4d3e2f10987"  # not a secret: the sandbox's only app


class World:
    """One platform. `creators` is the catalog's size, `start` the virtual instant it began at; `base_url` is known once a port is bound."""

    def __init__(
        self, ledger: Ledger, clock: VirtualClock, *, seed: int, creators: int, start: int | None = None, base_url: str = "http://127.0.0.1"
    ) -> None:
        self.ledger = ledger
        self.clock = clock
        self.start = clock.now() if start is None else start
        self.seed = seed
        self.creators = creators
        self.base_url = base_url
        self.catalog = Catalog(seed, creators, beijing_day(self.start))
        self.settings = Settings()
        self.app_id = APP_ID
        self.app_secret = APP_SECRET
        self.quiet = False
        """While history is written, nothing is emitted and nothing counts as an applied effect."""
        self.faults = Faults()
        self.recorder = Recorder()
        self.replicas = Replicas()
        self.debug_times: deque[float] = deque()
        self._listeners: list[Callable[[Event], None]] = []
        self._fresh: list[Event] = []
        self._depth = 0

    def now(self) -> int:
        """The virtual instant in unix seconds."""
        return self.clock.now()

    def catch_up(self) -> None:
        """Let everything happen that the other side had planned until now."""
        play.catch_up(self)

    def keep_clock(self) -> None:
        """Remember the virtual instant in the ledger, so that a kept one goes on from here."""
        self.ledger.set_meta("now", str(self.now()))

    def emit(self, kind: str, payload: Mapping[str, object], at: int | None = None) -> int:
        """Append an event to the log and tell the listeners; returns its id (0 while history is written)."""
        if self.quiet:
            return 0
        event = Event(
            self.ledger.next_number("event"), self.now() if at is None else at, kind, json.dumps(dict(payload), ensure_ascii=False)
        )
        self.ledger.insert(event)
        self._fresh.append(event)
        if self._depth == 0:
            self._tell()
        return event.event_id

    def _tell(self) -> None:
        fresh, self._fresh = self._fresh, []
        for event in fresh:
            for listener in tuple(self._listeners):
                listener(event)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One atomic change of the ledger; its events reach the listeners only when it stands. Nests like the ledger's."""
        self._depth += 1
        kept = len(self._fresh)
        try:
            with self.ledger.transaction():
                yield
        except BaseException:
            self._depth -= 1
            del self._fresh[kept:]
            raise
        self._depth -= 1
        if self._depth == 0:
            self._tell()

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Have a function called with every new event, on the loop's thread; returns what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def record_effect(
        self, action: str, order: Order | None, *, star_id: int, campaign_id: int, resource_id: int = 0, fen: int = 0, actor: str, at: int
    ) -> None:
        """Note a write that took effect, for the tests that count them."""
        if self.quiet:
            return
        order_id = order.order_id if order else 0
        self.ledger.insert(
            Effect(self.ledger.next_number("effect"), action, star_id, campaign_id, order_id, resource_id, fen, at, time.time(), actor)
        )

    def url(self, path: str) -> str:
        """The full address of a path that this process serves, empty for an empty path; other addresses stay as they are."""
        return path if not path or path.startswith("http") else f"{self.base_url}{path}"

    def media_url(self, path: str) -> str:
        """The address of a video or cover, which expires after `address_seconds` (rounded up to the hour, so that it stays a while)."""
        if not path:
            return ""
        expires = (int(time.time()) + self.settings.address_seconds) // 3600 * 3600 + 3600
        return self.url(media.signed(path, expires))

    def quote_fen(self, author_id: int, video_type: int) -> int | None:
        """Today's price of a creator for a length tier, None when unknown, gone or not offered."""
        return self.catalog.quote_fen(author_id, video_type, self.catalog.day_of(self.now()))
