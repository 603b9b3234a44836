"""What the tour found: each step with its counts, time and picture, and tour.json at the end."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

Count = int | float | str | bool
Counts = dict[str, Count]


class StepFailed(Exception):
    """A step did not hold; the text says what was expected and what came."""


def expect(held: object, otherwise: str) -> None:
    """StepFailed with these words unless it held."""
    if not held:
        raise StepFailed(otherwise)


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step as it stands in tour.json. `ms` is the time of the step without its picture; `reason` says why it did not hold."""

    name: str
    ok: bool
    counts: Counts
    ms: int
    picture: str
    reason: str = ""


@dataclass(slots=True)
class Report:
    """The whole tour; `ok` only when there are steps and every one of them held."""

    folder: Path
    about: Counts
    steps: list[StepResult] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return bool(self.steps) and all(step.ok for step in self.steps)

    def held(self, name: str) -> bool:
        """Whether a step has run and held."""
        return any(step.name == name and step.ok for step in self.steps)

    def write(self) -> Path:
        """Write tour.json beside the pictures."""
        file = self.folder / "tour.json"
        steps = [{name: value for name, value in asdict(step).items() if name != "reason" or value} for step in self.steps]
        total = sum(step.ms for step in self.steps)
        file.write_text(
            json.dumps({"ok": self.ok, **self.about, "ms": total, "steps": steps}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        return file
