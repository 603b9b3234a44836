"""The map of shortcuts: a keyboard with what its keys do on this page, and every command by page, searchable."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.shell.commands import Command, CommandRegistry, key_caps, normal
from xingtu_desktop.ui.shell.matching import match
from xingtu_desktop.ui.shell.overlay import Overlay
from xingtu_desktop.ui.shell.views import ShellView
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.inputs import SearchField
from xingtu_desktop.ui.widgets.labels import KeyCap, line, panel, text_label
from xingtu_desktop.ui.widgets.painting import saved, stroke_round

_ROWS: tuple[tuple[tuple[str, float], ...], ...] = (
    (("Esc", 1.0), *((each, 1.0) for each in "1234567890-="), ("Backspace", 2.05)),
    (("Tab", 1.5), *((each, 1.0) for each in "QWERTYUIOP[]"), ("\\", 1.5)),
    (("Caps", 1.75), *((each, 1.0) for each in "ASDFGHJKL;'"), ("Return", 2.32)),
    (("Shift", 2.3), *((each, 1.0) for each in "ZXCVBNM,./"), ("Shift", 2.85)),
    (("Ctrl", 1.5), ("Alt", 1.5), ("Space", 8.7), ("Alt", 1.5), ("Ctrl", 2.0)),
)


class ShortcutMap(Overlay):
    """Opens with `?`; Escape or a press beside it closes."""

    def __init__(
        self, window: QWidget, registry: CommandRegistry, *, scope: Callable[[], str], views: Callable[[], Sequence[ShellView]]
    ) -> None:
        super().__init__(window, "shortcut-map")
        self._registry = registry
        self._scope = scope
        self._views = views
        self._title = text_label(type="heading")
        self._search = SearchField(key="")
        self._keyboard = _Keyboard()
        self._columns = QHBoxLayout()
        self._note = text_label(type="caption", tone="text-3")
        self._build()
        self._search.query_changed.connect(lambda: self._fill())
        self._search.left.connect(self.dismiss)

    def _build(self) -> None:
        column = QVBoxLayout(self.card)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(24, 14, 24, 14)
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(KeyCap("?"))
        head.addStretch(1)
        self._search.setFixedWidth(current_theme().px(240))
        head.addWidget(self._search)
        head.addSpacing(8)
        head.addWidget(KeyCap("Esc"))
        column.addLayout(head)
        column.addWidget(line())
        column.addWidget(self._keyboard)
        column.addWidget(line())
        host = panel("raised")
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(0)
        host.setLayout(self._columns)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(host)
        column.addWidget(scroll, 1)
        column.addWidget(line())
        foot = QHBoxLayout()
        foot.setContentsMargins(24, 10, 24, 10)
        foot.addWidget(self._note)
        column.addLayout(foot)

    def open_map(self) -> None:
        """Show what can be done now."""
        self._title.setText(tr("shell", "Shortcuts"))
        self._search.set_placeholder(tr("shell", "Find an action or a key"))
        self._note.setText(tr("shell", "While you type in a field, letters are only letters."))
        self._search.clear()
        self._fill()
        self.reveal(self._search, width=1240, height=780, top=48)

    def retranslate(self) -> None:
        """Closed maps are written anew when they open."""
        if self.isVisible():
            self.open_map()

    def _fill(self) -> None:
        while (item := self._columns.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        query = self._search.text()
        scope = self._scope()
        self._keyboard.set_commands([command for command in self._registry.in_scope(scope) if command.shortcut], scope)
        names = {view.key: view.title.text() for view in self._views()}
        groups: list[tuple[str, str, list[tuple[str, tuple[str, ...]]]]] = [("", tr("shell", "Everywhere"), [])]
        order = ([scope] if scope in names else []) + [key for key in names if key != scope]
        groups += [(key, names[key], []) for key in order]
        goes = [(tr("shell", "Go to {view}", view=view.title.text()), ("G", view.go_key)) for view in self._views() if view.go_key]
        groups[0][2].extend(goes)
        for key, _, rows in groups:
            rows.extend(
                (command.title.text(), key_caps(command.shortcut))
                for command in self._registry
                if command.scope == key and command.shortcut
            )
        shown = 0
        for key, name, rows in groups:
            wanted = [
                row for row in rows if not query.strip() or match(query, row[0]) or query.strip().casefold() == "".join(row[1]).casefold()
            ]
            if not wanted:
                continue
            if shown:
                self._columns.addWidget(line(horizontal=False))
            self._columns.addWidget(_column(name, tr("shell", "this page") if key and key == scope else "", wanted), 1)
            shown += 1


def _column(name: str, note: str, rows: Sequence[tuple[str, tuple[str, ...]]]) -> QWidget:
    host = QWidget()
    grid = QGridLayout(host)
    grid.setContentsMargins(24, 14, 24, 14)
    grid.setVerticalSpacing(9)
    grid.setColumnStretch(0, 1)
    head = QHBoxLayout()
    head.setSpacing(8)
    head.addWidget(text_label(name, strong=True))
    head.addWidget(text_label(note, type="caption", tone="text-3"))
    head.addStretch(1)
    grid.addLayout(head, 0, 0, 1, 2)
    for index, (words, caps) in enumerate(rows, start=1):
        grid.addWidget(text_label(words, tone="text-2", wrap=True), index, 0)
        keys = QHBoxLayout()
        keys.setSpacing(4)
        keys.addStretch(1)
        for cap in caps:
            keys.addWidget(KeyCap(cap))
        grid.addLayout(keys, index, 1)
    grid.setRowStretch(len(rows) + 1, 1)
    return host


class _Keyboard(QWidget):
    """The keys, with the words of the commands that a press without Ctrl and Alt means here."""

    def __init__(self) -> None:
        super().__init__()
        self._words: dict[str, tuple[str, bool]] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_commands(self, commands: Sequence[Command], scope: str) -> None:
        """Label the keys; those of this page in blue."""
        self._words = {
            normal(command.shortcut): (command.title.text(), bool(command.scope) and command.scope == scope) for command in commands
        }
        self.update()

    def sizeHint(self) -> QSize:
        theme = current_theme()
        return QSize(theme.px(1000), theme.px(5 * 57 + 24))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.window))
        unit, gap, height = theme.px(62), theme.px(5), theme.px(52)
        total = sum(width for _, width in _ROWS[0]) * unit + gap * (len(_ROWS[0]) - 1)
        start = max(theme.px(12), (self.width() - total) / 2)
        with saved(painter):
            for row, keys in enumerate(_ROWS):
                left = float(start)
                for index, (key, units) in enumerate(keys):
                    width = units * unit
                    if index == len(keys) - 1:
                        width = start + total - left
                    rect = QRectF(left, theme.px(12) + row * (height + gap), width, height)
                    self._paint_key(painter, rect, key)
                    left += width + gap

    def _paint_key(self, painter: QPainter, rect: QRectF, key: str) -> None:
        theme = current_theme()
        tokens = theme.tokens
        words, here = self._words.get(normal(key), ("", False))
        edge, ground = (tokens.accent, tokens.selected) if here else (tokens.line_strong if words else tokens.line, tokens.surface)
        stroke_round(painter, rect, 6, edge, ground)
        place = rect.adjusted(theme.px(9), theme.px(5), -theme.px(4), -theme.px(26))
        painter.setFont(theme.font(12, strong=len(key) == 1 or bool(words)))
        painter.setPen(QColor(tokens.accent if here else tokens.text_2 if words else tokens.text_3))
        name = tr("shell", "Space") if key == "Space" else "Enter" if key == "Return" else key
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, name)
        if words:
            painter.setFont(theme.font(12))
            painter.setPen(QColor(tokens.accent if here else tokens.text_2))
            shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(rect.width() - theme.px(12)))
            painter.drawText(rect.adjusted(theme.px(9), theme.px(25), 0, -theme.px(6)), Qt.AlignmentFlag.AlignVCenter, shown)
