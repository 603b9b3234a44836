"""Reads notices out of the platform's answers and passes each on once: deprecations, sunsets, versions, unknown values."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from xingtu_desktop.domain.notices import Notice, NoticeKind

log = logging.getLogger(__name__)


NoticeSink = Callable[[Notice], None]

_HEADERS = (
    ("deprecation", NoticeKind.DEPRECATION),
    ("sunset", NoticeKind.SUNSET),
    ("x-api-version", NoticeKind.VERSION),
    ("x-sdk-min-version", NoticeKind.VERSION),
)
_MAX_DETAIL = 200
_MAX_REMEMBERED = 500


class Notices:
    """Passes each different notice on once a run."""

    def __init__(self, sink: NoticeSink | None = None) -> None:
        self._sink = sink
        self._told: set[Notice] = set()

    def tell(self, kind: NoticeKind, endpoint: str, detail: str) -> None:
        """Pass on, log, and remember; a hostile server cannot make the memory grow without end."""
        notice = Notice(kind, endpoint, detail[:_MAX_DETAIL])
        if notice in self._told or len(self._told) >= _MAX_REMEMBERED:
            return
        self._told.add(notice)
        log.info("notice %s at %s: %s", kind, endpoint, notice.detail)
        if self._sink is not None:
            self._sink(notice)

    def unknown(self, endpoint: str, what: str, value: object) -> None:
        """A value of an enum that this program does not know."""
        self.tell(NoticeKind.UNKNOWN_VALUE, endpoint, f"{what}={value!r}")

    def read_headers(self, endpoint: str, headers: Mapping[str, str]) -> None:
        """Look for deprecation, sunset and version headers; `headers` have lower-case names."""
        for name, kind in _HEADERS:
            value = headers.get(name)
            if value:
                self.tell(kind, endpoint, f"{name}: {value}")
