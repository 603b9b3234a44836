"""Answers the Charts view from the report snapshots on this computer and writes its exports; both off the UI thread."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from xingtu_desktop.core.errors import DiskFull, InvalidInput
from xingtu_desktop.core.tasks import Compute
from xingtu_desktop.domain import dashboard
from xingtu_desktop.domain.dashboard import ChartFilter, Dashboard
from xingtu_desktop.services.ports import OrderStore, ReportStore


class ReportingService:
    """Reads orders and their newest reports; never waits for the network."""

    def __init__(self, orders: OrderStore, reports: ReportStore, compute: Compute) -> None:
        self._orders = orders
        self._reports = reports
        self._compute = compute

    async def dashboard(self, wanted: ChartFilter) -> Dashboard:
        """Figures of the wanted orders, with bands over all own published ones."""
        everything = await self._orders.orders()
        chosen = everything if wanted.campaign_id is None else [o for o in everything if o.campaign_id == wanted.campaign_id]
        published = [order.order_id for order in everything if order.released_at is not None]
        reports = await self._reports.latest(published)
        ids = {order.order_id for order in chosen}
        audiences = await self._reports.audiences([order_id for order_id in published if order_id in ids])
        by_id = {order.order_id: order for order in everything}
        benchmark = [(by_id[report.order_id], report) for report in reports if report.order_id in by_id]
        return await self._compute.run(dashboard.build, chosen, reports, audiences, wanted, benchmark)

    async def export(self, file: Path, make: Callable[[], bytes]) -> None:
        """Write what `make` returns to `file`, whole or not at all; `make` (a table, a PNG) runs off the UI thread too.

        Raises DiskFull, and InvalidInput (code "not_writable") where the place cannot be written to.
        """
        await self._compute.run(_write, file, make)


def _write(file: Path, make: Callable[[], bytes]) -> None:
    data = make()
    half = ""
    try:
        # Beside the target: only within one folder does the replacement happen at once.
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as temporary:
            half = temporary.name
            temporary.write(data)
        os.replace(half, file)
    except OSError as error:
        if half:
            Path(half).unlink(missing_ok=True)
        if error.errno == errno.ENOSPC:
            raise DiskFull(str(error), file=str(file)) from error
        raise InvalidInput(str(error), field="file", code="not_writable") from error
