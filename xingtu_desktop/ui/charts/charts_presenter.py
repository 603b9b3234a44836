"""The flow of the Charts view: reads the figures when they are asked for or have changed, drills down, exports, keeps shortlists."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from xingtu_desktop.core.errors import InvalidInput, KnownError
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.dashboard import ChartFilter, Dashboard, beijing
from xingtu_desktop.domain.ids import CampaignId, ShortlistId
from xingtu_desktop.services.campaigns import CampaignService
from xingtu_desktop.services.reporting import ReportingService
from xingtu_desktop.services.shortlists import ShortlistService
from xingtu_desktop.ui import errors as error_words
from xingtu_desktop.ui.charts.charts_view import CHART_KEYS, ChartKey, ChartsView, Shown
from xingtu_desktop.ui.charts.header import CampaignChoice
from xingtu_desktop.ui.charts.tables import csv_bytes
from xingtu_desktop.ui.charts.words import METRICS, Metric
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.dialogs.ask import ask_text
from xingtu_desktop.ui.dialogs.files import save_file
from xingtu_desktop.ui.i18n import Message, tr
from xingtu_desktop.ui.shell.commands import Command
from xingtu_desktop.ui.widgets.toasts import ToastAction

SETTLE_SECONDS = 0.4
"""While a sync writes report after report, the charts are read again at most this often."""


class ChartsPresenter:
    """Owns the view. `online` answers whether the platform can be reached, for the offline strip; the figures never need it."""

    def __init__(
        self,
        context: ViewContext,
        *,
        reporting: ReportingService,
        campaigns: CampaignService,
        shortlists: ShortlistService,
        online: Callable[[], bool] = lambda: True,
    ) -> None:
        self._context = context
        self._reporting = reporting
        self._campaigns = campaigns
        self._shortlists = shortlists
        self._online = online
        self._scope = context.scope("charts")
        self._wanted = ChartFilter()
        self._choices: tuple[CampaignChoice, ...] = ()
        self._stale = True
        self._loading = False
        self._stop: Callable[[], None] = lambda: None
        self._view = ChartsView()
        self._view.header.campaign_chosen.connect(self._on_campaign_chosen)
        self._view.header.days_chosen.connect(self._on_days_chosen)
        self._view.header.range_chosen.connect(self._on_range_chosen)
        self._view.states.error.retried.connect(self.reload)
        self._view.shown_first.connect(self._on_shown)
        self._view.drilled.connect(self._on_drilled)
        self._view.campaigns_asked.connect(self._on_campaigns_asked)
        self._view.exported.connect(self._on_exported)
        self._view.shortlist_asked.connect(self._on_shortlist_asked)

    @property
    def view(self) -> QWidget:
        """The widget to show."""
        return self._view

    def start(self) -> None:
        """Begin to listen and to read."""
        self._stop = self._context.changes.subscribe(self._on_change, Topic.REPORTS, Topic.ORDERS, Topic.CAMPAIGNS, Topic.CONNECTION)
        self._view.states.show_state("loading")
        self.reload()

    def open_with(self, **parameters: object) -> None:
        """`campaign_id` shows that campaign alone; all days."""
        campaign_id = parameters.get("campaign_id")
        if campaign_id is not None:
            self._want(ChartFilter(campaign_id=CampaignId(str(campaign_id)) if campaign_id else None))

    def commands(self) -> list[Command]:
        """What the palette and the shortcut map offer here."""
        names = {
            "plays": Message("charts", "Trend of plays"),
            "engagement": Message("charts", "Trend of the engagement rate"),
            "cpm": Message("charts", "Trend of the CPM"),
            "gmv": Message("charts", "Trend of the GMV"),
        }
        metrics = [
            Command(f"charts.metric.{metric}", names[metric], self._metric_chooser(metric), str(number), scope="charts", icon="trend")
            for number, metric in enumerate(METRICS, 1)
        ]
        return [
            *metrics,
            Command(
                "charts.campaign",
                Message("charts", "Choose a campaign"),
                self._view.header.open_campaigns,
                "C",
                scope="charts",
                icon="campaign",
            ),
            Command(
                "charts.shortlist",
                Message("charts", "Save the selected creators as a shortlist"),
                self._on_shortlist_asked,
                "S",
                enabled=self._why_no_shortlist,
                scope="charts",
                icon="star",
            ),
            Command(
                "charts.copy",
                Message("charts", "Copy the chart as an image"),
                lambda: self._on_exported(self._view.focused_chart(), "copy"),
                "Ctrl+Shift+C",
                enabled=self._why_no_export,
                scope="charts",
                icon="copy",
            ),
            Command(
                "charts.csv",
                Message("charts", "Save the chart's figures as CSV…"),
                lambda: self._on_exported(self._view.focused_chart(), "csv"),
                "E",
                enabled=self._why_no_export,
                scope="charts",
                icon="export",
            ),
        ]

    async def close(self) -> None:
        """Stop listening and reading."""
        self._stop()
        await self._scope.close()

    # ------------------------------------------------------------------ reading

    def reload(self) -> None:
        """Read again; while a read is under way it is followed by one more, never cut off, so that a long sync starves nobody."""
        self._stale = True
        if not self._loading and not self._scope.closed:
            self._loading = True
            self._scope.spawn(self._load(), name="load")

    async def _load(self) -> None:
        try:
            while self._stale:
                self._stale = False
                await self._read()
                if self._stale:
                    await asyncio.sleep(SETTLE_SECONDS)
        except KnownError as error:
            self._failed(error)
        except Exception as error:
            self._failed(error)
            raise
        finally:
            self._loading = False

    def _failed(self, error: Exception) -> None:
        # Figures on screen stay: they are as good as they were, and the age stands beside them.
        if not self._view.has_figures():
            self._view.show_error(error_words.words(error))
        elif isinstance(error, KnownError):
            self._context.frame.report(error)

    async def _read(self) -> None:
        wanted = self._wanted
        summaries = await self._campaigns.campaigns()
        board = await self._reporting.dashboard(wanted)
        if wanted != self._wanted:
            self._stale = True
            return
        everything = CampaignChoice("", tr("charts", "All campaigns"), sum(each.published for each in summaries))
        found = [CampaignChoice(str(each.campaign.campaign_id), each.campaign.name, each.published) for each in summaries]
        self._choices = (everything, *sorted(found, key=lambda each: each.published == 0))
        self._show(board)

    def _show(self, board: Dashboard) -> None:
        self._view.show_figures(
            Shown(
                board=board,
                choices=self._choices,
                current=str(self._wanted.campaign_id or ""),
                start=self._wanted.start,
                end=self._wanted.end,
                now=self._context.clock.now(),
                online=self._online(),
            )
        )

    def _want(self, wanted: ChartFilter) -> None:
        if wanted != self._wanted:
            self._wanted = wanted
            self.reload()

    def _on_change(self, _change: Change) -> None:
        if self._view.isVisible():
            self.reload()
        else:
            self._stale = True

    def _on_shown(self) -> None:
        if self._stale and not self._loading:
            self.reload()

    # ------------------------------------------------------------------ choices

    def _on_campaign_chosen(self, key: str) -> None:
        self._view.scatter.clear_selection()
        self._want(ChartFilter(CampaignId(key) if key else None, self._wanted.start, self._wanted.end))

    def _on_days_chosen(self, days: int) -> None:
        if not days:
            self._want(ChartFilter(self._wanted.campaign_id))
            return
        # Yesterday is the newest day that the platform reports (T+1).
        last = beijing(self._context.clock.now()) - timedelta(days=1)
        self._want(ChartFilter(self._wanted.campaign_id, last - timedelta(days=days - 1), last))

    def _on_range_chosen(self, start: date, end: date) -> None:
        self._want(ChartFilter(self._wanted.campaign_id, start, end))

    def _metric_chooser(self, metric: Metric) -> Callable[[], None]:
        return lambda: self._view.choose_metric(metric)

    # ------------------------------------------------------------------ drilling

    def _on_drilled(self, order_ids: frozenset[int]) -> None:
        self._context.frame.go("campaigns", order_ids=order_ids)

    def _on_campaigns_asked(self) -> None:
        self._context.frame.go("campaigns")

    # ------------------------------------------------------------------ shortlists

    def _why_no_shortlist(self) -> str | None:
        return None if self._view.scatter.selection() else tr("charts", "Select creators in the chart first")

    def _on_shortlist_asked(self) -> None:
        if self._view.selected_authors():
            self._scope.spawn(self._keep(), name="shortlist", group="dialog")

    async def _keep(self) -> None:
        authors = self._view.selected_authors()
        name = await ask_text(
            self._view.window(),
            tr("charts", "Save {count} creator as a shortlist|Save {count} creators as a shortlist", count=len(authors)),
            label=tr("charts", "Name of the list"),
            value=tr("charts", "{campaign}, chosen from the chart", campaign=self._campaign_name())[:60],
            confirm_text=tr("charts", "Save"),
        )
        if name is None:
            return
        shortlist_id = await self._shortlists.create(name)
        await self._shortlists.add(shortlist_id, authors)
        self._context.frame.toast(
            tr("charts", "“{name}” saved with {count} creator|“{name}” saved with {count} creators", name=name, count=len(authors)),
            action=ToastAction(tr("charts", "Undo"), lambda: self._drop(shortlist_id), "Z"),
            seconds=10,
            counts=True,
        )

    def _drop(self, shortlist_id: ShortlistId) -> None:
        if not self._scope.closed:
            self._scope.spawn(self._delete(shortlist_id), name="undo shortlist")

    async def _delete(self, shortlist_id: ShortlistId) -> None:
        await self._shortlists.delete(shortlist_id)

    def _campaign_name(self) -> str:
        key = str(self._wanted.campaign_id or "")
        return next((choice.name for choice in self._choices if choice.key == key), "")

    # ------------------------------------------------------------------ exports

    def _why_no_export(self) -> str | None:
        return None if self._view.states.state() == "content" else tr("charts", "There are no figures yet")

    def _on_exported(self, key: str, kind: str) -> None:
        chart = next(each for each in CHART_KEYS if each == key)
        if self._why_no_export() is None:
            if kind == "copy":
                QGuiApplication.clipboard().setImage(self._picture(chart))
                self._context.frame.toast(tr("charts", "Image copied: {chart}", chart=self._view.panels[chart].title()))
            else:
                self._scope.spawn(self._save(chart, kind), name="export", group="dialog")

    def _picture(self, key: ChartKey) -> QImage:
        title = f"{self._view.panels[key].title()} · {self._campaign_name()}"
        return self._view.chart(key).picture(title, self._view.stamp())

    async def _save(self, key: ChartKey, kind: str) -> None:
        title = self._view.panels[key].title()
        picture, table = self._picture(key), self._view.chart(key).table()
        filters = tr("charts", "Pictures (*.png)") if kind == "png" else tr("charts", "Tables (*.csv)")
        file = await save_file(self._view, title, name=self._file_name(title, kind), filters=filters, suffix=kind)
        if file is not None:
            await self.write(file, lambda: png_bytes(picture) if kind == "png" else csv_bytes(table))

    async def write(self, file: Path, make: Callable[[], bytes]) -> None:
        """Write an export and say so, or say why not."""
        try:
            await self._reporting.export(file, make)
        except InvalidInput:
            self._context.frame.toast(tr("charts", "{file} cannot be written: choose another folder", file=file.name), tone="bad")
            return
        self._context.frame.toast(tr("charts", "Saved: {file}", file=file.name))

    def _file_name(self, title: str, kind: str) -> str:
        day = beijing(self._context.clock.now()).isoformat()
        return re.sub(r'[\\/:*?"<>|\s]+', "-", f"{title}-{self._campaign_name()}-{day}.{kind}")


def png_bytes(image: QImage) -> bytes:
    """A picture as PNG; runs off the UI thread, where QImage is allowed."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # PySide6's stub asks for bytes, the call for text
    return bytes(buffer.data().data())
