"""How the sandbox misbehaves on request: seeded rules that say which requests are spoiled, and how.

The file and the control endpoint take the JSON that `resources/data/sandbox_faults.schema.json` describes. What a rule does to an
exchange is carried out in `pipeline`; here is only which rules fire.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase

from xingtu_desktop.sandbox.ids import unit

KINDS = (
    "delayed_effect",
    "delayed_answer",
    "lost_answer",
    "lost_request",
    "duplicate",
    "stale_read",
    "rate_limited",
    "server_error",
    "http_error",
    "garbage",
    "truncated",
    "slow_body",
    "expired_token",
    "revoked_token",
    "captive_portal",
)
_ANSWERS = ("after", "ok", "timeout")


class FaultError(ValueError):
    """A rule that cannot be read; the message names the field."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault. It fires on matching requests number `after`+1 and later, each with `probability`, at most `count` times (0: no end).

    `low_seconds`..`high_seconds` is the delay, lag or slowness in real time; `code` and `status` are what is answered; `effect` says
    whether a spoiled write still happens; `answer` belongs to delayed_effect; `per_second` makes rate_limited a token bucket.
    """

    kind: str
    path: str = "*"
    method: str = "*"
    probability: float = 1.0
    after: int = 0
    count: int = 0
    low_seconds: float = 0.0
    high_seconds: float = 0.0
    code: int = 0
    status: int = 502
    effect: bool = True
    answer: str = "after"
    per_second: float = 0.0
    retry_after: float = 0.0


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule that hit one request; `seconds` is the delay drawn for it."""

    rule: Rule
    seconds: float


_FIELDS: dict[str, tuple[type, ...]] = {
    "kind": (str,),
    "path": (str,),
    "method": (str,),
    "probability": (int, float),
    "after": (int,),
    "count": (int,),
    "code": (int,),
    "status": (int,),
    "effect": (bool,),
    "answer": (str,),
    "per_second": (int, float),
    "retry_after": (int, float),
}
_DEFAULT_CODE = {"rate_limited": 40110, "server_error": 50000, "expired_token": 40102, "revoked_token": 40105}
_NO_EFFECT = ("http_error", "server_error")


def parse_rule(value: object, where: str = "faults") -> Rule:
    """A rule from its JSON object (FaultError when it does not fit the schema)."""
    if not isinstance(value, Mapping):
        raise FaultError(f"{where}: an object is expected")
    kind = value.get("kind")
    if kind not in KINDS:
        raise FaultError(f"{where}.kind: one of {', '.join(KINDS)} is expected")
    given: dict[str, object] = {"code": _DEFAULT_CODE.get(kind, 0), "effect": kind not in _NO_EFFECT}
    for name, item in value.items():
        if name == "seconds":
            pair = item if isinstance(item, list) else [item, item]
            if (
                len(pair) != 2
                or not all(isinstance(n, (int, float)) and not isinstance(n, bool) and n >= 0 for n in pair)
                or pair[0] > pair[1]
            ):
                raise FaultError(f"{where}.seconds: a number or [low, high] is expected")
            given["low_seconds"], given["high_seconds"] = float(pair[0]), float(pair[1])
            continue
        wanted = _FIELDS.get(name)
        if wanted is None:
            raise FaultError(f"{where}.{name}: unknown")
        if not isinstance(item, wanted) or (isinstance(item, bool) and bool not in wanted):
            raise FaultError(f"{where}.{name}: {' or '.join(t.__name__ for t in wanted)} is expected")
        if isinstance(item, (int, float)) and item < 0:
            raise FaultError(f"{where}.{name}: not negative")
        given[name] = item
    rule = Rule(**given)  # type: ignore[arg-type]
    if rule.answer not in _ANSWERS:
        raise FaultError(f"{where}.answer: one of {', '.join(_ANSWERS)} is expected")
    if rule.probability > 1:
        raise FaultError(f"{where}.probability: between 0 and 1")
    return rule


def parse_rules(value: object) -> list[Rule]:
    """The rules of a JSON list (FaultError when one does not fit)."""
    if not isinstance(value, list):
        raise FaultError("faults: a list is expected")
    return [parse_rule(item, f"faults[{index}]") for index, item in enumerate(value)]


class Faults:
    """The rules in force, with how often each matched and fired."""

    def __init__(self, seed: int = 1, real: Callable[[], float] = time.monotonic) -> None:
        self.seed = seed
        self._real = real
        self._rules: list[Rule] = []
        self._matched: list[int] = []
        self._fired: list[int] = []
        self._buckets: dict[int, tuple[float, float]] = {}

    def set(self, rules: list[Rule], seed: int | None = None) -> None:
        """Replace all rules; counts begin again."""
        self.seed = self.seed if seed is None else seed
        self._rules = list(rules)
        self._matched = [0] * len(rules)
        self._fired = [0] * len(rules)
        self._buckets = {}

    def draw(self, method: str, path: str) -> list[Firing]:
        """The rules that fire on this request, in the order they were given. Asking counts as a request."""
        firings: list[Firing] = []
        for index, rule in enumerate(self._rules):
            if not (fnmatchcase(path, rule.path) and rule.method in ("*", method)):
                continue
            self._matched[index] += 1
            number = self._matched[index]
            if number <= rule.after or (rule.count and self._fired[index] >= rule.count):
                continue
            if rule.per_second and self._within_rate(index, rule):
                continue
            if rule.probability < 1 and unit(self.seed, "fault", index, number) >= rule.probability:
                continue
            self._fired[index] += 1
            span = rule.high_seconds - rule.low_seconds
            firings.append(Firing(rule, rule.low_seconds + span * unit(self.seed, "delay", index, number)))
        return firings

    def stale_seconds(self) -> float:
        """The longest lag that a stale_read rule allows, 0 when there is none."""
        return max((rule.high_seconds or 5.0 for rule in self._rules if rule.kind == "stale_read"), default=0.0)

    def _within_rate(self, index: int, rule: Rule) -> bool:
        level, since = self._buckets.get(index, (max(1.0, rule.per_second), self._real()))
        present = self._real()
        level = min(max(1.0, rule.per_second), level + (present - since) * rule.per_second)
        allowed = level >= 1
        self._buckets[index] = (level - 1 if allowed else level, present)
        return allowed

    def as_json(self) -> dict[str, object]:
        """The rules with their counts, for the control endpoint."""
        rules = [{**asdict(rule), "matched": self._matched[i], "fired": self._fired[i]} for i, rule in enumerate(self._rules)]
        return {"seed": self.seed, "faults": rules}
