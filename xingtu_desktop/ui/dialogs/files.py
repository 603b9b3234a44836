"""Picking files without blocking: the system's file dialog, opened and awaited."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget


async def open_file(parent: QWidget, title: str, *, filters: str = "", folder: Path | None = None) -> Path | None:
    """An existing file, None when none was picked. `filters` as Qt writes them: "Tables (*.xlsx *.csv)"."""
    dialog = QFileDialog(parent, title)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return await _ask(dialog, filters, folder)


async def save_file(
    parent: QWidget, title: str, *, name: str = "", filters: str = "", suffix: str = "", folder: Path | None = None
) -> Path | None:
    """A place to write to, None when none was picked; the system asks before an existing file is replaced."""
    dialog = QFileDialog(parent, title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffix)
    if name:
        dialog.selectFile(name)
    return await _ask(dialog, filters, folder)


async def _ask(dialog: QFileDialog, filters: str, folder: Path | None) -> Path | None:
    answer: asyncio.Future[Path | None] = asyncio.get_running_loop().create_future()

    def finish(result: int) -> None:
        files = dialog.selectedFiles()
        if not answer.done():
            answer.set_result(Path(files[0]) if result and files else None)

    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    if filters:
        dialog.setNameFilter(filters)
    if folder is not None:
        dialog.setDirectory(str(folder))
    dialog.finished.connect(finish)
    dialog.open()
    return await answer
