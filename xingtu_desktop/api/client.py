"""Puts the clients of one server together: one transport and one limiter, sign-in, accounts, feed, events, files."""

from __future__ import annotations

import asyncio

from xingtu_desktop.api.events import EventClient
from xingtu_desktop.api.exchange import Recorder
from xingtu_desktop.api.feed import FeedClient
from xingtu_desktop.api.gateway import Gateway, TokenSource
from xingtu_desktop.api.media import MediaClient
from xingtu_desktop.api.notices import Notices, NoticeSink
from xingtu_desktop.api.oauth import OAuthClient
from xingtu_desktop.api.rate_limit import RateLimiter
from xingtu_desktop.api.star import StarClient
from xingtu_desktop.api.transport import Transport
from xingtu_desktop.core.clock import Clock, SystemClock
from xingtu_desktop.core.config import AppConfig
from xingtu_desktop.core.tasks import Compute
from xingtu_desktop.domain.ids import StarId


class Platform:
    """Everything that speaks to one server. Build it inside the running loop, close it with `aclose`."""

    def __init__(
        self,
        config: AppConfig,
        *,
        compute: Compute,
        clock: Clock | None = None,
        notices: NoticeSink | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        """`clock` dates what is read (the platform's clock in training mode); limits and tokens always run on the computer's."""
        self._config = config
        self._compute = compute
        self._real = SystemClock()
        self._clock = clock or self._real
        self._notices = Notices(notices)
        self._transport = Transport(config.server.api_url, timings=config.timings, compute=compute, recorder=recorder)
        self._others: list[Transport] = []
        self.limiter = RateLimiter(clock=self._real, base=config.timings.backoff_base, cap=config.timings.backoff_cap)
        self.auth = OAuthClient(self._gateway(0, None), config.server.authorize_url, self._real)
        self.media = MediaClient(self._transport)

    def _gateway(self, app_id: int, tokens: TokenSource | None) -> Gateway:
        return Gateway(self._transport, self.limiter, app_id=app_id, clock=self._real, notices=self._notices, tokens=tokens)

    def star(self, star_id: StarId, tokens: TokenSource, *, app_id: int) -> StarClient:
        """The official API for one account."""
        return StarClient(self._gateway(app_id, tokens), star_id, clock=self._clock, compute=self._compute)

    def feed(self, tokens: TokenSource | None, *, source: str = "feed") -> FeedClient | None:
        """The creator catalog feed, where the server offers one."""
        url = self._config.server.feed_url
        if url is None:
            return None
        return FeedClient(self._other(url), compute=self._compute, clock=self._real, tokens=tokens, source=source)

    def events(self, tokens: TokenSource | None) -> EventClient | None:
        """The event stream, where the server offers one."""
        url = self._config.server.events_url
        return None if url is None else EventClient(self._transport, url, tokens)

    def _other(self, url: str) -> Transport:
        transport = Transport(url, timings=self._config.timings, compute=self._compute)
        self._others.append(transport)
        return transport

    async def load(self) -> None:
        """Import what the first request needs, off the loop; requests do it themselves where nobody did."""
        await self._compute.run(Transport.load)

    async def aclose(self, patience: float | None = None) -> None:
        """Let what is under way end, within `patience` seconds (the shutdown time unless named); safe to call twice."""
        await asyncio.gather(*(transport.aclose(patience) for transport in (self._transport, *self._others)))
