"""Which orders the table shows and in which order: filters, sorting, columns and cells. Pure but for the words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from xingtu_desktop.domain.ids import CampaignId, OrderId
from xingtu_desktop.domain.lifecycle import OrderStatus, stage
from xingtu_desktop.domain.money import Fen, total
from xingtu_desktop.services.campaigns import OrderRow, WaitsOn
from xingtu_desktop.ui.campaigns import words
from xingtu_desktop.ui.formats import UNKNOWN
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.widgets.table import Cell, Column, RecordsModel

_S = OrderStatus
PHASES: Final[tuple[tuple[OrderStatus, ...], ...]] = (
    (_S.UNPAID,),
    (_S.WAITING_FOR_CREATOR,),
    (_S.ACCEPTED,),
    (_S.SCRIPT_UPLOADED,),
    (_S.SCRIPT_REJECTED,),
    (_S.SCRIPT_CONFIRMED, _S.SCRIPT_SKIPPED),
    (_S.VIDEO_UPLOADED,),
    (_S.VIDEO_REJECTED,),
    (_S.VIDEO_CONFIRMED,),
    (_S.BALANCE_DUE,),
    (_S.PUBLISHED,),
    (_S.FINISHED,),
    (_S.CANCELLED, _S.CLOSED),
)
"""The states as the strip shows them, in the order of an order's life."""
_FAR: Final = datetime.max.replace(tzinfo=UTC)


class Scope(StrEnum):
    """Which part of the orders is shown."""

    ALL = "all"
    OURS = "ours"
    CREATORS = "creators"
    LATE = "late"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Everything that narrows the table; all of it must hold."""

    campaign_id: CampaignId | None = None
    scope: Scope = Scope.ALL
    phase: int | None = None
    text: str = ""
    only: frozenset[OrderId] | None = None
    """Exactly these orders, as another view asked for."""

    @property
    def narrowed(self) -> bool:
        """Whether anything but the campaign is chosen."""
        return self.scope is not Scope.ALL or self.phase is not None or bool(self.text.strip()) or self.only is not None


def of_campaign(rows: Sequence[OrderRow], campaign_id: CampaignId | None) -> list[OrderRow]:
    """The orders of one campaign, or all of them."""
    return [row for row in rows if campaign_id is None or row.order.campaign_id == campaign_id]


def in_scope(row: OrderRow, scope: Scope) -> bool:
    """Whether a row belongs to a part."""
    return {
        Scope.ALL: True,
        Scope.OURS: row.waits_on is WaitsOn.CLIENT,
        Scope.CREATORS: row.waits_on is WaitsOn.CREATOR,
        Scope.LATE: row.late,
        Scope.PENDING: row.pending is not None,
    }[scope]


def filtered(rows: Sequence[OrderRow], chosen: OrderFilter) -> list[OrderRow]:
    """The rows that pass."""
    text = chosen.text.strip().casefold()
    statuses = None if chosen.phase is None else PHASES[chosen.phase]
    return [
        row
        for row in of_campaign(rows, chosen.campaign_id)
        if in_scope(row, chosen.scope)
        and (statuses is None or row.order.status in statuses)
        and (chosen.only is None or row.order.order_id in chosen.only)
        and (not text or _says(row, text))
    ]


def _says(row: OrderRow, text: str) -> bool:
    order = row.order
    return text in order.author_name.casefold() or text in order.demand_name.casefold() or text == str(order.order_id)


_TURN: Final = {WaitsOn.CLIENT: 2, WaitsOn.CREATOR: 3, WaitsOn.NOBODY: 4}


def _urgency(row: OrderRow) -> tuple[int, datetime, int]:
    """Late ones first, then what waits for us by its deadline, then the creators', then what has ended."""
    group = (
        0
        if row.late
        else 1
        if row.order.author_cancel_requested
        else {WaitsOn.CLIENT: 2, WaitsOn.CREATOR: 3, WaitsOn.NOBODY: 4}[row.waits_on]
    )
    return group, row.due or row.order.publish_until or _FAR, -int(row.order.order_id)


def _amount(amount: Fen | None) -> int:
    return -1 if amount is None else amount.value


_SORTS: Final[dict[str, Callable[[OrderRow], object]]] = {
    "creator": lambda row: row.order.author_name.casefold(),
    "campaign": lambda row: row.campaign_name.casefold(),
    "state": lambda row: stage(row.order.status),
    "version": lambda row: (0, 0) if row.latest is None else (int(row.latest.kind), row.latest.version),
    "waits": lambda row: row.waits_on.value,
    "deadline": lambda row: row.due or row.order.publish_until or _FAR,
    "cost": lambda row: _amount(row.order.task_cost),
    "fee": lambda row: _amount(row.order.platform_fee),
}


def arranged(rows: Sequence[OrderRow], column: str | None, descending: bool) -> list[OrderRow]:
    """Sorted by a column, or by urgency without one."""
    if column is None or column not in _SORTS:
        return sorted(rows, key=_urgency)
    # Two passes, so that equal values stand by urgency in both directions.
    return sorted(sorted(rows, key=_urgency), key=_SORTS[column], reverse=descending)  # type: ignore[arg-type]  # each key compares with itself


@dataclass(frozen=True, slots=True)
class Phase:
    """One tile of the strip."""

    index: int
    name: str
    count: int
    late: int
    ours: bool


def phases(rows: Sequence[OrderRow]) -> list[Phase]:
    """Counts by state over the rows of the campaign, filters aside."""
    counted = Counter(row.order.status for row in rows)
    late = Counter(row.order.status for row in rows if row.late)
    ours = {row.order.status for row in rows if row.waits_on is WaitsOn.CLIENT and not row.order.author_cancel_requested}
    return [
        Phase(
            index=index,
            name=_phase_name(statuses),
            count=sum(counted[status] for status in statuses),
            late=sum(late[status] for status in statuses),
            ours=bool(ours & set(statuses)),
        )
        for index, statuses in enumerate(PHASES)
    ]


def _phase_name(statuses: tuple[OrderStatus, ...]) -> str:
    """Short, because thirteen tiles share a window of 1280 px."""
    short = {
        _S.SCRIPT_UPLOADED: tr("campaigns", "Script in"),
        _S.SCRIPT_REJECTED: tr("campaigns", "Script back"),
        _S.SCRIPT_CONFIRMED: tr("campaigns", "Script OK"),
        _S.VIDEO_UPLOADED: tr("campaigns", "Video in"),
        _S.VIDEO_REJECTED: tr("campaigns", "Video back"),
        _S.VIDEO_CONFIRMED: tr("campaigns", "Video OK"),
        _S.CANCELLED: tr("campaigns", "Ended early"),
    }
    return short.get(statuses[0]) or words.status_name(statuses[0])


def task_amount(rows: Sequence[OrderRow]) -> Fen:
    """The task amounts of rows, as far as they are known."""
    return total(row.order.task_cost for row in rows if row.order.task_cost is not None)


def columns(*, with_campaign: bool) -> tuple[Column, ...]:
    """The columns in the language in force."""
    found = [
        Column("creator", tr("campaigns", "Creator"), width=190, descending_first=False),
        Column("state", tr("campaigns", "State"), width=128, descending_first=False),
        Column("version", tr("campaigns", "Version"), width=92),
        Column("waits", tr("campaigns", "Waits for"), width=84, descending_first=False),
        Column("deadline", tr("campaigns", "Deadline"), tr("campaigns", "Beijing time"), width=132, descending_first=False),
        Column("next", tr("campaigns", "Reason and next step"), width=220, sortable=False, stretch=True),
        Column("cost", tr("campaigns", "Task amount"), width=104, align="right"),
        Column("fee", tr("campaigns", "Platform fee"), tr("campaigns", "by the bill"), width=104, align="right"),
    ]
    if with_campaign:
        found.insert(1, Column("campaign", tr("campaigns", "Campaign"), width=150, descending_first=False))
    return tuple(found)


def order_model(now: Callable[[], datetime]) -> RecordsModel[OrderRow]:
    """The table's model; `now` is the platform's clock."""
    return RecordsModel(columns(with_campaign=True), lambda row, key: _cell(row, key, now()), lambda row: row.order.order_id)


def _cell(row: OrderRow, key: str, now: datetime) -> Cell:
    order, shown = row.order, formats()
    match key:
        case "creator":
            name, face = order.author_name or UNKNOWN, order.author_name or "?"
            return Cell(name, avatar=face, avatar_key=str(order.author_id), tooltip=order.demand_name)
        case "campaign":
            return Cell(row.campaign_name or UNKNOWN, tone="text-2", tooltip=row.campaign_name)
        case "state":
            return Cell(words.status_name(order.status), tone=words.status_tone(row))
        case "version":
            return Cell(UNKNOWN if row.latest is None else words.version_name(row.latest), tone="text-2")
        case "waits":
            return Cell(words.waits_on(row.waits_on), tone="text" if row.waits_on is WaitsOn.CLIENT else "text-2")
        case "deadline":
            text, tone, source = words.deadline(row, now)
            return Cell(text, tone=tone, strong=tone in ("bad", "warn"), tooltip=source)
        case "next":
            text, tone = words.next_step(row)
            return Cell(text, tone=tone, tooltip=text)
        case "cost":
            return Cell(shown.money(order.task_cost))
        case _:
            return Cell(shown.money(order.platform_fee), tone="text-2")
