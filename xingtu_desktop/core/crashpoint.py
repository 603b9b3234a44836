"""Named points of the money path at which a test may end the process; nothing happens at them in a real run."""

from __future__ import annotations

from collections.abc import Callable

CRASH_POINTS = (
    "before-save",
    "after-save",
    "after-claim",
    "after-look",
    "before-sending",
    "after-sending",
    "after-answer",
    "before-outcome",
    "after-outcome",
    "after-unknown",
    "after-first-read",
    "after-second-read",
    "after-requeue",
)
"""Every name that the program passes; the crash test visits each of them and every pair."""

_hook: Callable[[str], None] | None = None


def arm(hook: Callable[[str], None] | None) -> None:
    """Call `hook` at every point from now on; None takes it away."""
    global _hook
    _hook = hook


def crashpoint(name: str) -> None:
    """A place where a crash would be worst."""
    if _hook is not None:
        _hook(name)
