"""The rail at the left: the mark, one button a view, settings at the bottom; the number on 审批 is what is due today."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.shell.topbar import Logo
from xingtu_desktop.ui.shell.views import ShellView
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.theme.icons import paint as paint_icon
from xingtu_desktop.ui.widgets.labels import CountBadge, line
from xingtu_desktop.ui.widgets.painting import fill_round, paint_focus, saved
from xingtu_desktop.ui.widgets.view import View

WIDTH = 72


class Rail(View):
    """Shows registered views only; `chosen` gives the key."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, RailButton] = {}
        self.setProperty("panel", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(current_theme().px(WIDTH))
        self._top = QVBoxLayout()
        self._top.setSpacing(2)
        self._bottom = QVBoxLayout()
        self._bottom.setSpacing(2)
        column = QVBoxLayout()
        column.setContentsMargins(0, 10, 0, 8)
        column.setSpacing(0)
        column.addWidget(Logo(), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(12)
        column.addLayout(self._top)
        column.addStretch(1)
        column.addLayout(self._bottom)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(column, 1)
        outer.addWidget(line(horizontal=False))
        current_theme().changed.connect(self._on_theme)

    def add_view(self, view: ShellView) -> None:
        """Add a button; settings go to the bottom."""
        button = RailButton(view)
        button.clicked.connect(lambda: self.chosen.emit(view.key))
        self._buttons[view.key] = button
        (self._bottom if view.key == "settings" else self._top).addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        self.retranslate()

    def set_current(self, key: str) -> None:
        """Light the button of the view that is shown."""
        for each, button in self._buttons.items():
            button.setChecked(each == key)

    def set_badge(self, key: str, count: int) -> None:
        """The number on a button; 0 hides it."""
        if key in self._buttons:
            self._buttons[key].badge.set_count(count)
            self._buttons[key].place_badge()
            self.retranslate()

    def retranslate(self) -> None:
        """Names of the views, with their Go keys and numbers."""
        for button in self._buttons.values():
            button.retranslate()

    def _on_theme(self) -> None:
        self.setFixedWidth(current_theme().px(WIDTH))


class RailButton(QPushButton):
    """Icon over name; the lit ground is 66 px wide, since English names need the whole rail."""

    def __init__(self, view: ShellView) -> None:
        super().__init__()
        self._view = view
        self.setCheckable(True)
        self.setAutoExclusive(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.badge = CountBadge(self)

    def nextCheckState(self) -> None:
        """Which view is current is the window's decision, not the click's."""

    def retranslate(self) -> None:
        """Name, tooltip and number in words."""
        name = self._view.title.text()
        count = self.badge.count()
        self.setAccessibleName(name)
        self.setAccessibleDescription(tr("shell", "{count} due today", count=count) if count else "")
        self.setToolTip(f"{name}  G {self._view.go_key}" if self._view.go_key else name)
        self.update()

    def sizeHint(self) -> QSize:
        """70 by 52 px."""
        theme = current_theme()
        return QSize(theme.px(70), theme.px(52))

    def minimumSizeHint(self) -> QSize:
        """Never cut."""
        return self.sizeHint()

    def place_badge(self) -> None:
        """Upper right corner."""
        self.badge.move(self.width() - self.badge.width() - current_theme().px(8), current_theme().px(1))
        self.badge.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the number in its corner."""
        super().resizeEvent(event)
        self.place_badge()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, icon and name."""
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        rect = QRectF(self.rect())
        ink = tokens.accent if self.isChecked() else tokens.text if self.underMouse() else tokens.text_3
        with saved(painter):
            lit = rect.adjusted(theme.px(2), 0, -theme.px(2), 0)
            if self.isChecked():
                fill_round(painter, lit, 8, tokens.selected)
            elif self.underMouse():
                fill_round(painter, lit, 8, tokens.hover)
        size = theme.px(20)
        paint_icon(painter, self._view.icon, (rect.width() - size) / 2, theme.px(7), size, ink)
        painter.setFont(theme.font(12))
        painter.setPen(QColor(ink))
        words = painter.fontMetrics().elidedText(self._view.title.text(), Qt.TextElideMode.ElideRight, int(rect.width()))
        painter.drawText(QRectF(0, theme.px(28), rect.width(), theme.px(20)), Qt.AlignmentFlag.AlignCenter, words)
        if self.hasFocus():
            paint_focus(painter, rect.adjusted(theme.px(2), 0, -theme.px(2), 0), 8, tokens)
