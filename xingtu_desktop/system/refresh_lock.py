"""Lets one process of this computer refresh the token pair at a time; the lock is the operating system's, so a killed holder frees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import filelock

from xingtu_desktop.core.errors import Timeout


class FileRefreshLock:
    """A lock file in an account's folder."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @asynccontextmanager
    async def hold(self, timeout: float) -> AsyncIterator[None]:
        """Entered by one holder at a time; raises Timeout after `timeout` seconds."""
        # Made anew for each holder: a lock object is bound to the thread that took it.
        lock = filelock.AsyncFileLock(self._file, timeout=timeout, thread_local=False, run_in_executor=True, is_singleton=False)
        try:
            await lock.acquire()
        except filelock.Timeout as error:
            raise Timeout("another window is renewing the sign-in") from error
        try:
            yield
        finally:
            await lock.release()
