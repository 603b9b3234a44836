"""Answers the Charts view from the report snapshots on this computer; computes off the UI thread."""

from __future__ import annotations

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
