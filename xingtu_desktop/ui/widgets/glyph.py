"""An icon of the set as a widget of its own, redrawn in the colour of its role when the theme changes."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from xingtu_desktop.ui.theme import current_theme, icons
from xingtu_desktop.ui.widgets.painting import fill_round, saved


class Glyph(QWidget):
    """An icon; with `ground` (a token such as "selected") it stands in the middle of a soft square."""

    def __init__(self, icon: str = "", role: str = "text-2", *, size: int = 16, ground: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._role, self._size, self._ground = icon, role, size, ground
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        current_theme().changed.connect(self.updateGeometry)

    def set_glyph(self, icon: str, role: str = "") -> None:
        """Show another icon (and colour role)."""
        self._icon, self._role = icon, role or self._role
        self.update()

    def sizeHint(self) -> QSize:
        """A square; twice the icon's side on a ground."""
        side = current_theme().px(self._size * 2 if self._ground else self._size)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        """Never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground and icon."""
        theme = current_theme()
        painter = QPainter(self)
        if self._ground:
            with saved(painter):
                fill_round(painter, QRectF(self.rect()), 8, theme.tokens.color(self._ground))
        if self._icon:
            size = theme.px(self._size)
            icons.paint(painter, self._icon, (self.width() - size) / 2, (self.height() - size) / 2, size, self._role)
