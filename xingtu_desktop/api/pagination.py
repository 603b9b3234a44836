"""Walks the platform's three styles of pages (wire.md A5) to the end, without trusting their totals.

Totals are cut off above 5,000 rows in one family and rows move between pages while one reads, so a walk ends at the first page that is
not full or brings nothing new.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from xingtu_desktop.api.wire import Node

LARGEST_PAGE = 50
_MOST_PAGES = 4000


@dataclass(frozen=True, slots=True)
class PageStyle:
    """How one family spells its pages: the name of the size in the request, of the object and of the total in the answer."""

    size: str
    info: str
    total: str


NUMBERED = PageStyle("page_size", "page_info", "total_number")
"""demand/list, demand/order/list, clue."""
LIMITED = PageStyle("limit", "page_info", "total_count")
"""campaign, order/list_by_campaign, component, project."""
OFFERED = PageStyle("limit", "pagination", "total_count")
"""vas, mcn, demander."""

FetchPage = Callable[[dict[str, object]], Awaitable[Node]]


async def walk(fetch: FetchPage, style: PageStyle, rows: str, key: str, *, size: int = LARGEST_PAGE) -> AsyncIterator[Node]:
    """Every row of every page, each `key` once. `fetch` gets the page's parameters and returns `data`."""
    seen: set[int] = set()
    for page in range(1, _MOST_PAGES + 1):
        data = await fetch({"page": page, style.size: size})
        count, fresh = 0, 0
        for row in data.nodes(rows):
            count += 1
            identity = row.integer(key)
            if identity not in seen:
                seen.add(identity)
                fresh += 1
                yield row
        if not _more(data.node(style.info), style, count=count, fresh=fresh, page=page, size=size):
            return


def _more(info: Node, style: PageStyle, *, count: int, fresh: int, page: int, size: int) -> bool:
    has_more = info.maybe_flag("has_more")
    if has_more is not None:
        return has_more and fresh > 0
    # A server may serve smaller pages than were asked for; it says so in its page info.
    served = info.maybe_integer(style.size) or size
    if count < min(served, size) or fresh == 0:
        return False
    total = info.maybe_integer(style.total)
    return total is None or total >= _TOTAL_CUT_OFF or page * min(served, size) < total


_TOTAL_CUT_OFF = 5000
