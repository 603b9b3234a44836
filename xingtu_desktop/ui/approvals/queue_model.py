"""The queue as Qt sees it: items under group headings, filtered by kind, with ticks for a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from xingtu_desktop.core.clock import BEIJING
from xingtu_desktop.domain.approval import ApprovalItem, Grouping, due_group
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.domain.lifecycle import ResourceKind
from xingtu_desktop.ui.approvals import words
from xingtu_desktop.ui.i18n import formats

ITEM_ROLE = int(Qt.ItemDataRole.UserRole) + 1
HEADING_ROLE = int(Qt.ItemDataRole.UserRole) + 2
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Heading:
    """A group's line; `count` is all its items, hidden ones too."""

    key: str
    title: str
    count: int
    collapsed: bool


class QueueModel(QAbstractListModel):
    """One column: Heading or ApprovalItem. Both times are told by the owner; the model asks nobody."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: tuple[ApprovalItem, ...] = ()
        self._rows: list[Heading | ApprovalItem] = []
        self._kind: ResourceKind | None = None
        self._grouping = Grouping.DUE
        self._collapsed: set[str] = set()
        self._ticked: set[OrderId] = set()
        self.now = datetime.min.replace(tzinfo=UTC)
        """The platform's time, for deadlines."""
        self.real_now = self.now
        """The computer's time, for undo."""
        self.online = True

    # ------------------------------------------------------------------ Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        """Headings and items shown."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row itself, or its words for readers of the screen."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == ITEM_ROLE:
            return row if isinstance(row, ApprovalItem) else None
        if role == HEADING_ROLE:
            return row if isinstance(row, Heading) else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._words(row)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Items can be chosen, headings only pressed."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren

    def _words(self, row: Heading | ApprovalItem) -> str:
        if isinstance(row, Heading):
            return f"{row.title} {row.count}"
        parts = [row.order.author_name, words.version_name(row.resource), formats().money(row.amount)]
        if row.pending is not None:
            parts += [words.pending_verb(row.pending).text, words.pending_state(row.pending, self.real_now, online=self.online)]
        else:
            parts += [formats().remaining(row.due, self.now), words.audit_summary(row.resource).text, words.lint_summary(row).text]
        return " · ".join(part for part in parts if part)

    # ------------------------------------------------------------------ what is shown

    def set_items(self, items: Sequence[ApprovalItem], *, now: datetime, real_now: datetime, online: bool) -> None:
        """Another state of the queue; rows that stay in place are only redrawn."""
        self._items = tuple(items)
        self.now, self.real_now, self.online = now, real_now, online
        self._ticked &= {item.order.order_id for item in items}
        self._lay_out()

    def set_seen(self, item: ApprovalItem) -> None:
        """A version was on screen: known at once, before the queue is read again."""
        self._items = tuple(
            replace(one, seen_hash=item.seen_hash, seen_at=item.seen_at) if one.resource == item.resource else one for one in self._items
        )
        self._lay_out()

    def set_kind(self, kind: ResourceKind | None) -> None:
        """Scripts, videos, or both."""
        self._kind = kind
        self._lay_out()

    def set_grouping(self, grouping: Grouping) -> None:
        """What the headings are."""
        self._grouping = grouping
        self._collapsed.clear()
        self._lay_out()

    def grouping(self) -> Grouping:
        """What the headings are."""
        return self._grouping

    def toggle(self, key: str) -> None:
        """Fold a group or open it."""
        self._collapsed ^= {key}
        self._lay_out()

    def tick_clock(self, now: datetime, real_now: datetime) -> None:
        """Let deadlines and countdowns move on."""
        self.now, self.real_now = now, real_now
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def _lay_out(self) -> None:
        groups: dict[str, list[ApprovalItem]] = {}
        for item in self._items:
            if self._kind is None or item.resource.kind is self._kind:
                groups.setdefault(self._key(item), []).append(item)
        rows: list[Heading | ApprovalItem] = []
        for key, members in groups.items():
            collapsed = key in self._collapsed
            rows.append(Heading(key, words.group_title(self._grouping, key), len(members), collapsed))
            if not collapsed:
                rows.extend(members)
        if [_identity(row) for row in rows] == [_identity(row) for row in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def _key(self, item: ApprovalItem) -> str:
        match self._grouping:
            case Grouping.CAMPAIGN:
                return "" if item.campaign is None else item.campaign.name
            case Grouping.CREATOR:
                return item.order.author_name
            case Grouping.STAGE:
                return str(int(item.resource.kind))
            case _:
                return due_group(None if item.due is None else item.due.astimezone(BEIJING), self.now)

    # ------------------------------------------------------------------ finding

    def items(self) -> tuple[ApprovalItem, ...]:
        """The whole queue, of every kind."""
        return self._items

    def shown(self) -> list[ApprovalItem]:
        """The items of the kind shown, in the order of the screen, folded groups left out."""
        return [row for row in self._rows if isinstance(row, ApprovalItem)]

    def item(self, order_id: OrderId) -> ApprovalItem | None:
        """An item by its order, shown or not."""
        return next((item for item in self._items if item.order.order_id == order_id), None)

    def row_of(self, order_id: OrderId) -> int:
        """The row of an order, -1 when it is not shown."""
        return next((i for i, row in enumerate(self._rows) if isinstance(row, ApprovalItem) and row.order.order_id == order_id), -1)

    # ------------------------------------------------------------------ ticks

    def ticked(self) -> frozenset[OrderId]:
        """What is ticked, shown or not."""
        return frozenset(self._ticked)

    def set_ticked(self, orders: Iterable[OrderId]) -> None:
        """Tick exactly these."""
        self._ticked = set(orders)
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def is_ticked(self, order_id: OrderId) -> bool:
        """Whether an order is ticked."""
        return order_id in self._ticked


def _identity(row: Heading | ApprovalItem) -> tuple[str, int | str]:
    return ("heading", row.key) if isinstance(row, Heading) else ("item", int(row.order.order_id))
