"""What an operator notes on a version under review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xingtu_desktop.domain.ids import ItemId, OrderId, ResourceId
from xingtu_desktop.domain.lifecycle import ResourceKind


@dataclass(frozen=True, slots=True)
class ReviewNote:
    """A note on a version; `start`–`end` are seconds in a video or code points in a script."""

    note_id: str
    order_id: OrderId
    resource_id: ResourceId
    kind: ResourceKind
    text: str
    created_at: datetime
    start: float | None = None
    end: float | None = None
    item_id: ItemId | None = None
