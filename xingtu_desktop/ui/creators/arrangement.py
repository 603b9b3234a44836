"""How the view was left: columns, widths, folded groups, order, profile; kept as JSON text between runs."""

from __future__ import annotations

import json
from dataclasses import dataclass

from xingtu_desktop.domain.creator_query import Field, SortKey
from xingtu_desktop.ui.creators.columns import BY_KEY, COLUMNS, DEFAULT_KEYS


@dataclass(frozen=True, slots=True)
class Arrangement:
    """One way to leave the view."""

    columns: tuple[str, ...]
    widths: dict[str, int]
    folds: dict[str, int]
    sort: Field | SortKey
    descending: bool
    profile: bool

    def to_text(self) -> str:
        """JSON text."""
        return json.dumps(
            {
                "columns": list(self.columns),
                "widths": self.widths,
                "folds": self.folds,
                "sort": self.sort.value,
                "descending": self.descending,
                "profile": self.profile,
            }
        )

    @classmethod
    def read(cls, text: str | None) -> Arrangement | None:
        """What was kept; None where nothing was, or a damaged or newer text, which costs the arrangement and nothing else."""
        if not text:
            return None
        try:
            said = json.loads(text)
            keys = {key for key in said["columns"] if key in BY_KEY}
            name = said["sort"]
            return cls(
                tuple(column.key for column in COLUMNS if column.key in keys) or DEFAULT_KEYS,
                {str(key): int(width) for key, width in said["widths"].items() if key in BY_KEY},
                {str(key): int(on) for key, on in said["folds"].items()},
                Field(name) if name in {field.value for field in Field} else SortKey(name),
                bool(said["descending"]),
                bool(said["profile"]),
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
