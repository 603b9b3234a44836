"""Who sits at the computer: the name that stands in the journal beside each action."""

from __future__ import annotations

import getpass


def operator() -> str:
    """The name of the computer's user, or a plain word where the system tells none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "operator"
