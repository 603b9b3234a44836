"""How much room the files of an account take, for the settings page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from xingtu_desktop.core.tasks import Compute
from xingtu_desktop.ui.settings.ports import StorageFact, StorageRole


class FilesOnDisk:
    """Measures the files below an account's folder and the log; off the UI thread."""

    def __init__(self, account: Path, logs: Path, compute: Compute) -> None:
        self._account = account
        self._logs = logs
        self._compute = compute

    async def facts(self) -> Sequence[StorageFact]:
        return await self._compute.run(self._measure)

    def _measure(self) -> Sequence[StorageFact]:
        catalog = [*self._account.glob("catalog.db*"), *self._account.glob("creators.index*")]
        return (
            StorageFact(StorageRole.WORK, _size(self._account.glob("work.db*")), deletable=False),
            StorageFact(StorageRole.CATALOG, _size(catalog), deletable=False),
            StorageFact(StorageRole.CACHE, _size(self._account.glob("cache.db*")), deletable=True),
            StorageFact(StorageRole.MEDIA, _size(self._account.glob("media/*")), deletable=True),
            StorageFact(StorageRole.LOGS, _size(self._logs.glob("*")), deletable=True),
        )


def _size(files: Iterable[Path]) -> int:
    total = 0
    for file in files:
        try:
            total += file.stat().st_size
        except FileNotFoundError:
            # A write-ahead log comes and goes.
            continue
    return total
