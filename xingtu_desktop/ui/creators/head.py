"""The strip above the table: how many creators were found and how fast, what is ticked, and the table's buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from xingtu_desktop.ui.creators.columns import COLUMNS
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.labels import ElidedLabel, panel, text_label


class TableHead(QWidget):
    """Count, milliseconds, the ticked creators with their actions, and Columns, Save, Export."""

    basket_clicked = Signal()
    shortlist_clicked = Signal()
    clear_ticks_clicked = Signal()
    column_toggled = Signal(str, bool)
    columns_reset = Signal()
    save_clicked = Signal()
    export_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figures: tuple[int, int, float] | None = None
        self._ticked = 0
        self._shown: tuple[str, ...] = ()
        self.count = text_label(type="heading", strong=True)
        self.speed = ElidedLabel(type="caption", tone="text-3")
        self._chosen = panel("card")
        self._chosen_words = text_label(type="caption", tone="accent")
        self.basket = Button(kind="ghost", key="B", small=True)
        self.shortlist = Button(kind="ghost", key="S", small=True)
        self.clear = Button(kind="ghost", small=True)
        row = QHBoxLayout(self._chosen)
        row.setContentsMargins(10, 0, 2, 0)
        row.setSpacing(2)
        for widget in (self._chosen_words, self.basket, self.shortlist, self.clear):
            row.addWidget(widget)
        self._chosen.hide()
        self.columns = Button(icon="columns", small=True)
        self._menu = QMenu(self)
        self.columns.set_menu(self._menu)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.save = Button(icon="save", small=True)
        self.export = Button(icon="export", small=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 12, 8)
        layout.setSpacing(8)
        layout.addWidget(self.count)
        layout.addWidget(self.speed, 1)
        layout.addWidget(self._chosen)
        for button in (self.columns, self.save, self.export):
            layout.addWidget(button)
        self.basket.clicked.connect(self.basket_clicked)
        self.shortlist.clicked.connect(self.shortlist_clicked)
        self.clear.clicked.connect(self.clear_ticks_clicked)
        self.save.clicked.connect(self.save_clicked)
        self.export.clicked.connect(self.export_clicked)
        self.retranslate()

    def retranslate(self) -> None:
        """All words again."""
        self.basket.setText(tr("creators", "To basket"))
        self.shortlist.setText(tr("creators", "Shortlist"))
        self.clear.setText(tr("creators", "Untick"))
        self.columns.setText(tr("creators", "Columns"))
        self.save.setText(tr("creators", "Save"))
        self.export.setText(tr("creators", "Export"))
        self._show_figures()
        self.set_ticked(self._ticked)

    def set_figures(self, total: int, catalogue: int, elapsed_ms: float) -> None:
        """The exact count, how many creators were looked through, and the index's own time."""
        self._figures = (total, catalogue, elapsed_ms)
        self._show_figures()

    def set_ticked(self, count: int) -> None:
        """How many creators are ticked, also in other answers."""
        self._ticked = count
        self._chosen.setVisible(count > 0)
        self._show_figures()
        self._fit()
        self._chosen_words.setText(tr("creators", "{number} chosen", number=formats().integer(count)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What can be spared gives way."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """No button is cut: those that a key or menu replaces go, the least wanted first."""
        spared: tuple[QWidget, ...] = (self.speed, self.clear, self.shortlist, self.basket, self.save, self.columns)
        for extra in spared:
            extra.show()
        for part in (None, *spared):
            if part is not None:
                part.hide()
            buttons = [each for each in (self.columns, self.save, self.export) if not each.isHidden()]
            chosen = [each for each in (self._chosen_words, self.basket, self.shortlist, self.clear) if not each.isHidden()]
            parts = buttons + (chosen if self._ticked else [])
            needed = self.count.sizeHint().width() + sum(each.sizeHint().width() + 8 for each in parts) + 48
            if needed + (0 if self.speed.isHidden() else current_theme().px(40)) <= self.width():
                break

    def set_columns(self, shown: Sequence[str]) -> None:
        """Which columns stand in the table."""
        self._shown = tuple(shown)

    def _show_figures(self) -> None:
        if self._figures is None:
            self.count.setText("")
            self.speed.setText("")
            return
        total, catalogue, elapsed = self._figures
        self.count.setText(tr("creators", "{count} creator|{count} creators", count=formats().integer(total)))
        time = tr("creators", "{ms} ms", ms=formats().decimal(elapsed))
        if total != catalogue and not self._ticked:
            time = tr("creators", "{time}, of {number} here", time=time, number=formats().integer(catalogue))
        self.speed.setText(time)

    def _fill_menu(self) -> None:
        self._menu.clear()
        for column in COLUMNS[1:]:
            title = column.title.text() + (f" · {column.subtitle.text()}" if column.subtitle else "")
            action = QAction(title, self._menu)
            action.setCheckable(True)
            action.setChecked(column.key in self._shown)
            action.toggled.connect(lambda on, key=column.key: self.column_toggled.emit(key, on))
            self._menu.addAction(action)
        self._menu.addSeparator()
        self._menu.addAction(tr("creators", "The columns as they were at first"), self.columns_reset.emit)
