"""Owns when the collector of garbage works: not while the program starts, and never again over what stays for good."""

from __future__ import annotations

import gc


def begin_start() -> None:
    """Collect nothing from here on: a start makes hundreds of thousands of objects, and no garbage worth a tenth of its time."""
    gc.disable()


def end_start() -> None:
    """Collect again, without what exists now: a whole collection over every module and widget would hold the window up."""
    gc.freeze()
    gc.enable()
