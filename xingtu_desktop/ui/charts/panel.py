"""A flush panel around a chart: title, switch, note, and the menu that copies and saves it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from xingtu_desktop.ui.charts.canvas import Chart
from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.widgets.buttons import IconButton
from xingtu_desktop.ui.widgets.labels import ElidedLabel, text_label


class ChartPanel(QFrame):
    """`exported` names what was asked for: "copy", "png" or "csv"."""

    exported = Signal(str)

    def __init__(self, chart: Chart) -> None:
        super().__init__()
        self.setProperty("panel", "surface")
        self.chart = chart
        self._title = text_label(type="heading", strong=True)
        self._note = ElidedLabel(type="caption", tone="text-3")
        self.more = IconButton("more", "")
        self.more.clicked.connect(self._open_menu)
        self._menu = QMenu(self)
        self._actions = {kind: self._menu.addAction("") for kind in ("copy", "png", "csv")}
        for kind, action in self._actions.items():
            action.triggered.connect(lambda _checked=False, kind=kind: self.exported.emit(kind))
        self.tools = QHBoxLayout()
        self.tools.setSpacing(8)
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 8, 6)
        head.setSpacing(12)
        head.addWidget(self._title)
        head.addLayout(self.tools)
        head.addWidget(self._note)
        head.addStretch(1)
        self.end = QHBoxLayout()
        self.end.setSpacing(8)
        head.addLayout(self.end)
        head.addWidget(self.more)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(chart, 1)

    def set_words(self, title: str, note: str = "") -> None:
        """Title and the quiet note beside it; the menu's words follow the language."""
        self._title.setText(title)
        self._note.setText(note)
        self.chart.setAccessibleName(title)
        self.more.set_name(tr("charts", "Copy or save {chart}", chart=title))
        self._actions["copy"].setText(tr("charts", "Copy image"))
        self._actions["png"].setText(tr("charts", "Save as PNG…"))
        self._actions["csv"].setText(tr("charts", "Save figures as CSV…"))

    def title(self) -> str:
        """The title."""
        return self._title.text()

    def set_note(self, note: str) -> None:
        """Another note."""
        self._note.setText(note)

    def add_tool(self, widget: QWidget) -> None:
        """A control beside the title."""
        self.tools.addWidget(widget)

    def _open_menu(self) -> None:
        self._menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))
