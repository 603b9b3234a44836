"""Converts the wire's units, which differ from family to family (wire.md A6), to and from ours: fen, ratios, UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from xingtu_desktop.api.wire import Node
from xingtu_desktop.core.clock import BEIJING
from xingtu_desktop.core.errors import NotThePlatform
from xingtu_desktop.domain.money import Fen, NotMoney

TEXT_TIME = "%Y-%m-%d %H:%M:%S"
PERCENT_TIMES_100 = 10_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 253_402_300_799


def _bad(node: Node, name: str, wanted: str) -> NotThePlatform:
    path = f"{node.path}.{name}"
    return NotThePlatform(f"{path}: {wanted} expected, got {str(node.values.get(name))[:40]!r}", field=path)


def yuan(node: Node, name: str) -> Fen | None:
    """`precise_<name>` (float yuan, through its decimal text), else the whole yuan of `<name>`; None where neither is told.

    NotThePlatform when it is no whole number of fen.
    """
    for field in (f"precise_{name}", name):
        value = node.maybe_number(field)
        if value is not None:
            try:
                return Fen.from_yuan(value)
            except NotMoney as error:
                raise _bad(node, field, "a whole number of fen") from error
    return None


def yuan_due(node: Node, name: str) -> Fen:
    """As `yuan`, for an amount that has to be there."""
    amount = yuan(node, name)
    if amount is None:
        raise _bad(node, name, "an amount")
    return amount


def percent(node: Node, name: str) -> float | None:
    """A rate in percent × 100 (2750 = 27.5 %) as a ratio 0–1."""
    value = node.maybe_integer(name)
    return None if value is None else value / PERCENT_TIMES_100


def seconds(node: Node, name: str) -> datetime | None:
    """Unix seconds as UTC; None where missing or 0, which the platform sends for "not yet"."""
    value = node.maybe_integer(name)
    if not value:
        return None
    if not 0 < value <= _LATEST:
        raise _bad(node, name, "unix seconds")
    return _EPOCH + timedelta(seconds=value)


def seconds_due(node: Node, name: str) -> datetime:
    """As `seconds`, for an instant that has to be there."""
    at = seconds(node, name)
    if at is None:
        raise _bad(node, name, "unix seconds")
    return at


def to_seconds(at: datetime) -> int:
    """Whole unix seconds of an instant."""
    return int(at.timestamp())


def beijing(node: Node, name: str) -> datetime | None:
    """A text `yyyy-MM-dd HH:mm:ss` of Beijing as UTC; None where missing or empty."""
    value = node.maybe_text(name)
    if not value:
        return None
    try:
        return datetime.strptime(value, TEXT_TIME).replace(tzinfo=BEIJING).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _bad(node, name, "yyyy-MM-dd HH:mm:ss") from error


def beijing_due(node: Node, name: str) -> datetime:
    """As `beijing`, for an instant that has to be there."""
    at = beijing(node, name)
    if at is None:
        raise _bad(node, name, "yyyy-MM-dd HH:mm:ss")
    return at


def day(node: Node, name: str) -> date | None:
    """A text `yyyy-MM-dd`; None where it is missing or "0" (the platform's word for cumulative)."""
    value = node.maybe_text(name)
    if not value or value == "0":
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise _bad(node, name, "yyyy-MM-dd") from error
