"""Owns when and where garbage is collected: not while the program starts, then on the loop's thread alone.

Python collects in whichever thread happens to allocate. A widget that is freed in a thread of the pool is freed beside Qt's back, and Qt
does not survive that; so the running program switches the automatic collection off and does its own between two turns of the loop.
"""

from __future__ import annotations

import asyncio
import gc

EVERY_SECONDS = 0.5
_YOUNG = 2_000
"""So many new objects are worth a collection of the young."""
_MIDDLE = 10
_OLD = 20
"""So many collections of one age before the next older one: a full one comes at most every hundred seconds."""


def begin_start() -> None:
    """Collect nothing from here on: a start makes hundreds of thousands of objects, and no garbage worth a tenth of its time."""
    gc.disable()


def end_start() -> None:
    """Never look again at what exists now: a whole collection over every module and widget would hold the window up."""
    gc.freeze()


def end_use() -> None:
    """Free what an account that was just left still holds, once, while nobody looks; then begin as after a start."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


async def collect_on_this_thread() -> None:
    """Collect from now on between turns of the calling loop, until cancelled; then Python does it again by itself."""
    gc.disable()
    try:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            collect_what_is_due()
    finally:
        gc.enable()


def collect_what_is_due() -> None:
    """One collection of the oldest age that is due, if any."""
    young, middle, old = gc.get_count()
    if young >= _YOUNG:
        gc.collect(2 if old >= _OLD and middle >= _MIDDLE else 1 if middle >= _MIDDLE else 0)
