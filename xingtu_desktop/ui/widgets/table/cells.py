"""What a table shows: columns, and cells as plain values that the delegate knows how to draw."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, Literal, Protocol, runtime_checkable

from PySide6.QtCore import Qt

CELL_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
"""`index.data(CELL_ROLE)` is a `Cell`."""
KEY_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 2
"""`index.data(KEY_ROLE)` is the row's key: hashable, the same before and after a refresh."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A quiet word on a soft ground; `tone` is "", "accent", "good", "warn" or "bad"."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: a text with what stands around it. Everything but `text` is optional."""

    text: str = ""
    subtitle: str = ""
    """Second line in 12 px; beside the text in compact rows."""
    tone: str = "text"
    strong: bool = False
    estimate: bool = False
    """Quieter, because it is an estimate."""
    avatar: str = ""
    """A name whose initial is drawn in a circle before the text."""
    avatar_key: str = ""
    verified: bool = False
    icon: str = ""
    icon_tone: str = "text-3"
    bar: float | None = None
    """A micro-bar below the number, share 0–1."""
    bar_color: str = "c1"
    bar_tick: float | None = None
    """A tick on the micro-bar (median, target), share 0–1."""
    spark: tuple[float | None, ...] = ()
    """A sparkline at the right; None is a gap."""
    whisker: tuple[float, float, float] | None = None
    """Low, middle and high of an estimate as shares 0–1, drawn below the number."""
    tags: tuple[Tag, ...] = ()
    tooltip: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the metric, under it its definition or window, and how wide it starts."""

    key: str
    title: str
    subtitle: str = ""
    width: int = 96
    align: Literal["left", "right"] = "left"
    sortable: bool = True
    stretch: bool = False
    """Takes the width that the others leave; at most one column does."""
    descending_first: bool = True
    """The first click on the header sorts downwards, as numbers want it."""


@runtime_checkable
class KeyedModel(Protocol):
    """A model that can find a row by its key; without it the table cannot keep its place over a reset."""

    def row_of(self, key: Hashable) -> int:
        """The row of a key, -1 when it is not shown."""
        ...


@runtime_checkable
class CellModel(Protocol):
    """A model that gives its cells without an index and a role: a fifth of the time of painting."""

    def cell(self, row: int, column: int) -> Cell:
        """The `Cell` of that place."""
        ...
