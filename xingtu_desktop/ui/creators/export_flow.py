"""The export from the key to the file: where to, how far it is, how to stop it, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime

from xingtu_desktop.core.errors import KnownError
from xingtu_desktop.core.tasks import TaskScope
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.services.creator_export import MOST, CreatorExportService
from xingtu_desktop.ui import dialogs
from xingtu_desktop.ui.context import Frame
from xingtu_desktop.ui.creators.creators_view import CreatorsView
from xingtu_desktop.ui.creators.export_columns import export_columns
from xingtu_desktop.ui.errors import words as error_words
from xingtu_desktop.ui.i18n import formats, tr

Ids = Callable[[], Coroutine[object, object, Sequence[AuthorId]]]


class ExportFlow:
    """One export at a time; while it runs, the strip below the table shows how far it is."""

    def __init__(self, *, view: CreatorsView, frame: Frame, scope: TaskScope, exports: CreatorExportService) -> None:
        self._view = view
        self._frame = frame
        self._scope = scope
        self._exports = exports
        self._task: asyncio.Task[None] | None = None
        view.export_strip.stopped.connect(self.stop)

    def start(self, ids: Ids, now: datetime) -> None:
        """Ask where to, then write in the background; nothing while another export runs."""
        if self._task is None or self._task.done():
            self._task = self._scope.spawn(self._export(ids, now), name="export")

    def stop(self) -> None:
        """Give the running export up; no file appears."""
        if self._task is not None:
            self._task.cancel()

    async def _export(self, ids: Ids, now: datetime) -> None:
        path = await dialogs.save_file(
            self._view,
            tr("creators", "Export creators"),
            name=f"{tr('creators', 'creators')}-{formats().date(now)}.xlsx",
            filters=tr("creators", "Workbook (*.xlsx);;Text (*.csv)"),
            suffix="xlsx",
        )
        if path is None:
            return
        strip = self._view.export_strip
        try:
            wanted = await ids()
            strip.set_progress(0, min(len(wanted), MOST))
            strip.show()
            written = await self._exports.export(wanted, export_columns(), path, strip.set_progress)
        except asyncio.CancelledError:
            if not self._scope.closed:
                self._frame.toast(tr("creators", "The export was stopped; no file was written"), tone="text-2")
            raise
        except KnownError as error:
            found = error_words(error)
            self._frame.toast(f"{found.title}. {found.advice}", tone="bad")
            return
        finally:
            strip.hide()
        text = tr("creators", "{count} creator written to {file}|{count} creators written to {file}", count=written, file=path.name)
        if len(wanted) > MOST:
            text += " · " + tr("creators", "the first {number}", number=formats().integer(MOST))
        self._frame.toast(text)
