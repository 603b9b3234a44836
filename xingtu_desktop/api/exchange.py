"""What is exchanged with a server, whole: requests, answers, messages of a stream, and the limits of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from xingtu_desktop.core.errors import KnownError

MAX_API_BODY = 8 * 1024 * 1024
MAX_FEED_BODY = 64 * 1024 * 1024
MAX_AT_ONCE = 8
"""Connections to one server; a request beyond them waits for its turn."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a multipart form."""

    filename: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """What goes out. `query` values are the texts that stand in the URL; `body` is the exact JSON text, or a `form` with its `files`."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    form: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, Part], ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    max_bytes: int = MAX_API_BODY


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole: `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StreamMessage:
    """One message of an event stream."""

    event_id: str
    kind: str
    data: str


Recorder = Callable[[dict[str, object]], None]
"""Hears every exchange in the form of the contract checker: method, path, query, body, status, response."""


def nothing_sent(error: KnownError) -> KnownError:
    """Say on the error that the request never left, whatever its class says in general."""
    error.may_have_taken_effect = False
    return error
