"""What a person set for one account: looks, limits and contract terms, typed; saved at once, undone in one step."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from xingtu_desktop.core.errors import InvalidInput
from xingtu_desktop.core.events import Changes
from xingtu_desktop.services.ports import SettingsStore

LANGUAGES = ("zh_CN", "en")
THEMES = ("system", "light", "dark")
DENSITIES = ("comfortable", "compact")
SCALE_RANGE = (85, 200)
"""Text size in percent."""
MOST_FEN = 1_000_000_000_00
REJECTS = (0, 20)
REVIEW_HOURS = (1, 720)


@dataclass(frozen=True, slots=True)
class PreferenceValues:
    """Everything that can be set. None: not set, so no limit, no second clock, nothing agreed."""

    language: str = "zh_CN"
    theme: str = "system"
    density: str = "comfortable"
    scale: int = 100
    """Text size in percent, 85–200."""
    zone: str | None = None
    """IANA name of the second clock."""
    cap_batch_count: int | None = None
    cap_batch_fen: int | None = None
    """Most fen that one click may pay."""
    cap_day_count: int | None = None
    cap_day_fen: int | None = None
    reject_limit: int | None = None
    """Rejections agreed in the usual contract, 0–20; offered to campaigns that have none."""
    review_hours: int | None = None
    """Hours until a version counts as confirmed in the usual contract, 1–720."""


KEYS = {
    "language": "look.language",
    "theme": "look.theme",
    "density": "look.density",
    "scale": "look.scale",
    "zone": "look.zone",
    "cap_batch_count": "caps.batch_count",
    "cap_batch_fen": "caps.batch_fen",
    "cap_day_count": "caps.day_count",
    "cap_day_fen": "caps.day_fen",
    "reject_limit": "contract.reject_limit",
    "review_hours": "contract.review_hours",
}
"""The store's key of each field; those of the caps are read by services.actions at each click."""


class Preferences:
    """Reads and writes `PreferenceValues`; `Topic.SETTINGS` follows every write."""

    def __init__(self, settings: SettingsStore, changes: Changes) -> None:
        self._settings = settings
        self._changes = changes
        self._values = PreferenceValues()

    @property
    def values(self) -> PreferenceValues:
        """As they were last read or written."""
        return self._values

    async def load(self, defaults: PreferenceValues | None = None) -> PreferenceValues:
        """Read them. What is missing or cannot be read (an older or newer version wrote it) is taken from `defaults`."""
        values = defaults or PreferenceValues()
        stored = await self._settings.all()
        for name, key in KEYS.items():
            text = stored.get(key)
            if text is None:
                continue
            try:
                value = json.loads(text)
                _check(name, value)
            except (ValueError, InvalidInput):
                continue
            values = replace(values, **{name: value})
        self._values = values
        return values

    async def change(self, values: PreferenceValues) -> PreferenceValues:
        """Write what differs and return the values before, which undo the step when they are given here again.

        Raises InvalidInput `out_of_range` (with least and most) or `unknown_choice`; nothing is written then.
        """
        before = self._values
        changed = [each.name for each in fields(values) if getattr(values, each.name) != getattr(before, each.name)]
        for name in changed:
            _check(name, getattr(values, name))
        for name in changed:
            self._changes.publish(await self._settings.put(KEYS[name], json.dumps(getattr(values, name))))
        self._values = values
        return before


def _check(name: str, value: object) -> None:
    _CHECKS[name](name, value)


def _one_of(choices: tuple[str, ...]) -> Callable[[str, object], None]:
    def check(name: str, value: object) -> None:
        if value not in choices:
            raise InvalidInput(field=name, code="unknown_choice")

    return check


def _whole(least: int, most: int, *, optional: bool = True) -> Callable[[str, object], None]:
    def check(name: str, value: object) -> None:
        if value is None and optional:
            return
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise InvalidInput(field=name, code="out_of_range", least=least, most=most)

    return check


def _zone(name: str, value: object) -> None:
    if value is None:
        return
    try:
        if not isinstance(value, str):
            raise ValueError(value)
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(field=name, code="unknown_choice") from error


_CHECKS: dict[str, Callable[[str, object], None]] = {
    "language": _one_of(LANGUAGES),
    "theme": _one_of(THEMES),
    "density": _one_of(DENSITIES),
    "scale": _whole(*SCALE_RANGE, optional=False),
    "zone": _zone,
    "cap_batch_count": _whole(1, 10_000),
    "cap_batch_fen": _whole(1, MOST_FEN),
    "cap_day_count": _whole(1, 100_000),
    "cap_day_fen": _whole(1, MOST_FEN),
    "reject_limit": _whole(*REJECTS),
    "review_hours": _whole(*REVIEW_HOURS),
}
