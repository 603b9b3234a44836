"""Reads the catalog feed without any part of the program, and answers the tour's query by its words alone: what the search is held to."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from xingtu_desktop.app.tour_report import StepFailed

FEMALE_15_24 = 12
SECOND_TIER = 15
"""Least shares in per cent."""
CPM_YUAN = 60
THEMES = ("护肤", "敏感肌护理")

_PAGE = 5_000
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Expected:
    """How many creators the feed holds, and who answers the query, cheapest CPM first."""

    creators: int
    author_ids: tuple[int, ...]


def expected(url: str, token: str) -> Expected:
    """Read the whole feed at `url` (blocks: call it off the loop) and filter it plainly. StepFailed when it cannot be read."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
    found: list[tuple[int, int]] = []
    count, cursor = 0, ""
    try:
        while True:
            path = f"{where.path}/creators?limit={_PAGE}" + (f"&cursor={cursor}" if cursor else "")
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise StepFailed(f"the feed answered {answer.status}")
            page = json.loads(text)
            count += len(page["items"])
            found += [(price, int(row["author_id"])) for row in page["items"] if (price := _answers(row)) is not None]
            if not page["has_more"]:
                return Expected(count, tuple(author for _, author in sorted(found)))
            cursor = page["next_cursor"]
    except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
        raise StepFailed(f"the feed could not be read: {type(error).__name__}: {error}") from error
    finally:
        connection.close()


def _answers(row: Row) -> int | None:
    """The CPM in fen of a row that answers the query, None for one that does not or lacks a figure it asks for."""
    young, next_band = _share(row, "age", "18-23"), _share(row, "age", "24-30")
    female, second, price = _share(row, "gender", "female"), _share(row, "city_tier", "二线"), _cpm(row)
    themes = row.get("content_theme_labels_180d")
    if young is None or next_band is None or female is None or second is None or price is None or not isinstance(themes, list):
        return None
    # Shares are compared at 0.01 %, as the screen says them.
    estimate = round((young + next_band / 7) * female * 10_000)
    wanted = estimate >= FEMALE_15_24 * 100 and round(second * 10_000) >= SECOND_TIER * 100
    return price if wanted and price <= CPM_YUAN * 100 and set(THEMES) & set(themes) else None


def _share(row: Row, group: str, name: str) -> float | None:
    audience = row.get("audience")
    shares = audience.get(group) if isinstance(audience, dict) else None
    share = shares.get(name) if isinstance(shares, dict) else None
    return None if share is None else float(share)


def _cpm(row: Row) -> int | None:
    """Fen: the source's own expectation, else the price over the expected plays."""
    own, price, plays = row.get("prospective_20_60_cpm"), row.get("price_20_60"), row.get("expected_play_num")
    if isinstance(own, int | float):
        return round(own * 100)
    if isinstance(price, int | float) and isinstance(plays, int | float) and plays:
        return round(round(price * 100) * 1000 / int(plays))
    return None
