"""Listens to a server's event stream (SSE) with resume by id: implements services.ports.EventStream."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

from xingtu_desktop.api.exchange import StreamMessage
from xingtu_desktop.api.gateway import TokenSource
from xingtu_desktop.api.transport import Transport, parse_json
from xingtu_desktop.core.errors import NotThePlatform
from xingtu_desktop.domain.answers import ServerEvent

log = logging.getLogger(__name__)

_MOST_CHARACTERS = 256 * 1024


class EventClient:
    """One stream. It does not reconnect by itself: whoever listens knows how long to wait."""

    def __init__(self, transport: Transport, url: str, tokens: TokenSource | None = None) -> None:
        self._transport = transport
        self._url = url
        self._tokens = tokens

    async def listen(self, last_event_id: str | None) -> AsyncIterator[ServerEvent]:
        """Events after `last_event_id`; ends with Offline when the line breaks. A message that is no JSON object is left out."""
        headers = {"Access-Token": await self._tokens.current()} if self._tokens is not None else {}
        stream = self._transport.stream(self._url, last_event_id, headers)
        try:
            async for message in stream:
                event = _event(message)
                if event is not None:
                    yield event
        finally:
            await stream.aclose()


def _event(message: StreamMessage) -> ServerEvent | None:
    if not message.data or len(message.data) > _MOST_CHARACTERS:
        return None
    try:
        data = parse_json(message.data.encode())
    except NotThePlatform:
        log.warning("an event of kind %s is no JSON", message.kind[:40])
        return None
    return ServerEvent(message.event_id, message.kind, data) if isinstance(data, dict) else None
