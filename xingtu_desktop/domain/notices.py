"""What the platform says beside its answers: an interface that will go, a version it wants, a value this program does not know."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NoticeKind(StrEnum):
    DEPRECATION = "deprecation"
    SUNSET = "sunset"
    VERSION = "version"
    UNKNOWN_VALUE = "unknown_value"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing worth telling once; `detail` is the platform's plain text."""

    kind: NoticeKind
    endpoint: str
    detail: str

    @property
    def urgent(self) -> bool:
        """Whether an interface goes away: from then on a part of the program stands still without an update."""
        return self.kind in (NoticeKind.DEPRECATION, NoticeKind.SUNSET)
