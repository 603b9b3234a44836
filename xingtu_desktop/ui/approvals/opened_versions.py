"""The versions that are read already: the one on screen, its neighbours read ahead, and what was looked at before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace

from xingtu_desktop.domain.approval import ApprovalItem
from xingtu_desktop.domain.ids import OrderId, ResourceId
from xingtu_desktop.services.approvals import OpenVersion

_AHEAD = 2
_KEPT = 8


class OpenedVersions:
    """At most eight, the longest unused go first; a version that no longer waits is forgotten."""

    def __init__(self, read: Callable[[ApprovalItem], Awaitable[OpenVersion]]) -> None:
        self._read = read
        self._versions: dict[ResourceId, OpenVersion] = {}

    def get(self, item: ApprovalItem) -> OpenVersion | None:
        """The version of a row, if it was read."""
        return self._versions.get(item.resource.resource_id)

    def __len__(self) -> int:
        return len(self._versions)

    def keep(self, opened: OpenVersion) -> None:
        """Newly read."""
        self._versions.pop(opened.item.resource.resource_id, None)
        self._versions[opened.item.resource.resource_id] = opened
        while len(self._versions) > _KEPT:
            del self._versions[next(iter(self._versions))]

    def use(self, item: ApprovalItem) -> None:
        """On screen now: the last to be forgotten."""
        opened = self.get(item)
        if opened is not None:
            self.keep(opened)

    def refresh(self, items: Iterable[ApprovalItem]) -> None:
        """Keep each only while it is still the version that waits, with the row's newest state."""
        current = {item.resource.resource_id: item for item in items}
        for resource_id, opened in list(self._versions.items()):
            item = current.get(resource_id)
            if item is None or item.resource != opened.item.resource:
                del self._versions[resource_id]
            else:
                self._versions[resource_id] = replace(opened, item=item)

    def set_seen(self, item: ApprovalItem) -> None:
        """It was on screen."""
        opened = self._versions.get(item.resource.resource_id)
        if opened is not None:
            seen = replace(opened.item, seen_hash=item.seen_hash, seen_at=item.seen_at)
            self._versions[item.resource.resource_id] = replace(opened, item=seen)

    async def read_ahead(self, order: Sequence[ApprovalItem], current: OrderId | None) -> None:
        """The next versions and the one before, so that a decision shows the next one in the same frame."""
        place = next((i for i, item in enumerate(order) if item.order.order_id == current), -1)
        ahead = [item for item in order[place + 1 :] if item.pending is None][:_AHEAD]
        for item in [*ahead, *order[max(0, place - 1) : max(0, place)]]:
            if item.resource.resource_id not in self._versions:
                self.keep(await self._read(item))
        here = next((item for item in order if item.order.order_id == current), None)
        if here is not None:
            self.use(here)
