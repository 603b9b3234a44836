"""The strip of tiles: eight figures of the chosen orders, each with its change and where it stands among single orders."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from xingtu_desktop.domain.dashboard import Tile, TileKey
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.ui.charts import words
from xingtu_desktop.ui.charts.tables import Table
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.panels import StatTile

_NARROW = 1080


class TileStrip(QWidget):
    """Eight tiles in one row, four where the room is short; lines between them, none around."""

    def __init__(self) -> None:
        super().__init__()
        self._tiles: tuple[Tile, ...] = ()
        self._component = True
        self._widgets = {key: StatTile() for key in TileKey}
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)
        self._arrange(len(TileKey))

    def set_tiles(self, tiles: Sequence[Tile], *, component: bool = True) -> None:
        """Other figures; `component` is False where it is known that an order carries none."""
        self._tiles = tuple(tiles)
        self._component = component
        for tile in tiles:
            self._write(self._widgets[tile.key], tile)

    def table(self) -> Table:
        """A row a tile; money in yuan."""
        columns = (tr("charts", "Figure"), tr("charts", "Value"), tr("charts", "Last 7 days against the 7 before"), "P25", "P50", "P75")
        rows = []
        for tile in self._tiles:
            money = isinstance(tile.value, Fen)
            value = str(tile.value.yuan) if isinstance(tile.value, Fen) else tile.value
            band = (None, None, None) if tile.band is None else (tile.band.p25, tile.band.p50, tile.band.p75)
            places = [None if each is None else round(each / 100, 2) if money else round(each, 6) for each in band]
            rows.append((words.tile_name(tile.key), value, None if tile.change is None else round(tile.change, 6), *places))
        return Table(columns, tuple(rows))

    def tile(self, key: TileKey) -> StatTile:
        """The widget of a figure."""
        return self._widgets[key]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold into two rows where eight would not be legible."""
        super().resizeEvent(event)
        self._arrange(8 if event.size().width() >= current_theme().px(_NARROW) else 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines between tiles."""
        painter = QPainter(self)
        color = QColor(current_theme().tokens.line)
        for index, widget in enumerate(self._widgets.values()):
            place = widget.geometry()
            if index % self._columns:
                painter.fillRect(QRectF(place.left(), place.top(), 1, place.height()), color)
            if index >= self._columns:
                painter.fillRect(QRectF(place.left(), place.top(), place.width(), 1), color)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for index, widget in enumerate(self._widgets.values()):
            self._grid.addWidget(widget, index // columns, index % columns)
        for column in range(len(TileKey)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _write(self, widget: StatTile, tile: Tile) -> None:
        change = words.tile_change(tile.key, tile.change)
        note = ""
        bare = tile.value is None and tile.key in words.BEHIND_COMPONENT and not self._component
        if bare:
            note = tr("charts", "No link component")
        elif tile.value is None:
            note = tr("charts", "No source gives it")
        elif tile.band is not None:
            note = f"P25 {words.tile_plain(tile.key, tile.band.p25)} – P75 {words.tile_plain(tile.key, tile.band.p75)}"
        elif tile.each is not None:
            note = tr("charts", "{figure} an order", figure=words.tile_each(tile.key, tile.each))
        widget.set_tile(
            words.tile_name(tile.key),
            words.tile_value(tile.key, tile.value),
            change=change,
            change_tone=words.change_tone(tile.change),
            against=tr("charts", "in 7 days") if change else tr("charts", "over all days"),
            note=note,
        )
        about = words.tile_definition(tile.key)
        if bare:
            about = f"{about}\n{words.no_component()}"
        if tile.band is not None and tile.value is not None:
            own = tile.value.value if isinstance(tile.value, Fen) else tile.value
            sample = tr("charts", "Band: P25 to P75 of {count} own orders; the tick is P50.", count=formats().integer(tile.band.sample))
            widget.band.set_band(tile.band.p25, tile.band.p50, tile.band.p75, float(own), description=sample)
            about = f"{about}\n{sample}"
        else:
            widget.band.clear()
        widget.setToolTip(about)
