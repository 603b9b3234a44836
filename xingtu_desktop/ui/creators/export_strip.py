"""The strip below the table while creators are written to a file: how many of how many, and the way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.labels import ElidedLabel, line


class ExportStrip(QWidget):
    """Words with the count, a bar, and the stop button."""

    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figures = (0, 0)
        self.words = ElidedLabel(type="caption", tone="text-2")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(current_theme().px(160), current_theme().px(4))
        self.stop = Button(kind="ghost", small=True)
        self.stop.clicked.connect(self.stopped)
        row = QHBoxLayout()
        row.setContentsMargins(14, 2, 12, 2)
        row.setSpacing(12)
        row.addWidget(self.words, 1)
        row.addWidget(self.bar)
        row.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(line())
        column.addLayout(row)
        self.retranslate()

    def set_progress(self, done: int, total: int) -> None:
        """`done` of `total` creators are read; after the last one the file is written."""
        self._figures = (done, total)
        self.bar.setMaximum(max(total, 1))
        self.bar.setValue(done)
        self.retranslate()

    def retranslate(self) -> None:
        """All words again."""
        done, total = (formats().integer(each) for each in self._figures)
        self.words.setText(tr("creators", "Exporting: {done} of {total}", done=done, total=total))
        self.bar.setAccessibleName(self.words.text())
        self.stop.setText(tr("creators", "Stop"))
