"""A read replica that lags: for a while after a write, a read may still see what stood before it."""

from __future__ import annotations

import time
from collections.abc import Callable

from xingtu_desktop.sandbox.ledger import Ledger


class Replicas:
    """Keeps at most one copy: what stood before the first write that has not reached the replica yet."""

    def __init__(self, real: Callable[[], float] = time.monotonic) -> None:
        self._real = real
        self._copy: Ledger | None = None
        self._since = 0.0

    def before_write(self, ledger: Ledger, lag_seconds: float) -> None:
        """Call before a write while stale reads are possible (lag > 0): copies the state unless a copy is still in its lag."""
        if lag_seconds <= 0:
            self._drop()
            return
        present = self._real()
        if self._copy is None or present - self._since > lag_seconds:
            self._drop()
            self._copy = ledger.replica()
            self._since = present

    def reading(self, ledger: Ledger, lag_seconds: float) -> Ledger:
        """Where a lagging read is answered from: the copy while its first missing write is younger than the lag, else the ledger."""
        if self._copy is not None and self._real() - self._since <= lag_seconds:
            return self._copy
        return ledger

    def _drop(self) -> None:
        if self._copy is not None:
            self._copy.close()
        self._copy = None
