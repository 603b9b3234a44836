"""The command palette: one field for commands and objects, found by characters, pinyin or initials, recent first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.shell.commands import Command, CommandRegistry, key_caps
from xingtu_desktop.ui.shell.matching import match
from xingtu_desktop.ui.shell.overlay import Overlay
from xingtu_desktop.ui.shell.ports import PaletteObject, ShellPorts
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.theme.icons import paint as paint_icon
from xingtu_desktop.ui.widgets.labels import KeyCap, line, text_label
from xingtu_desktop.ui.widgets.painting import fill_round, key_cap_width, paint_avatar, paint_key_cap, saved

RECENT_LIMIT = 8
COMMAND_LIMIT = 40
_ROW, _GROUP = 38, 30


@dataclass(frozen=True, slots=True)
class Item:
    """One line: what is drawn and what Enter does; `reason` says why it cannot be done now."""

    group: str
    title: str
    run: Callable[[], None]
    icon: str = "arrow-right"
    note: str = ""
    right: str = ""
    keys: tuple[str, ...] = ()
    reason: str = ""
    avatar: bool = False
    lit: frozenset[int] = field(default_factory=frozenset)
    command_id: str = ""


class Palette(Overlay):
    """Opens over the window; Escape closes, arrows choose, Enter runs."""

    ran = Signal(str)

    def __init__(self, window: QWidget, registry: CommandRegistry, ports: ShellPorts, *, scope: Callable[[], str]) -> None:
        super().__init__(window, "palette")
        self._registry = registry
        self._ports = ports
        self._scope = scope
        self._recent: list[str] = []
        self._objects: tuple[PaletteObject, ...] = ()
        self._question = 0
        self._field = _Field()
        self._count = text_label(type="caption", tone="text-3")
        self._list = _List()
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._list)
        self._hints = [text_label(type="caption", tone="text-3") for _ in range(2)]
        self._promise = text_label(type="caption", tone="text-3")
        self._build()
        self._field.textChanged.connect(self._search)
        self._field.moved.connect(self._list.move_current)
        self._field.entered.connect(self._run)
        self._field.escaped.connect(self.dismiss)
        self._list.chosen.connect(self._run)
        self._list.current_moved.connect(self._on_current)
        self.retranslate()

    def _build(self) -> None:
        theme = current_theme()
        column = QVBoxLayout(self.card)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(18, 12, 16, 12)
        head.setSpacing(12)
        head.addWidget(_Magnifier())
        head.addWidget(self._field, 1)
        head.addWidget(self._count)
        head.addWidget(KeyCap("Esc"))
        column.addLayout(head)
        column.addWidget(line())
        column.addWidget(self._scroll, 1)
        column.addWidget(line())
        foot = QHBoxLayout()
        foot.setContentsMargins(20, 9, 20, 9)
        foot.setSpacing(6)
        foot.addWidget(KeyCap("↑"))
        foot.addWidget(KeyCap("↓"))
        foot.addWidget(self._hints[0])
        foot.addSpacing(8)
        foot.addWidget(KeyCap("↵"))
        foot.addWidget(self._hints[1])
        foot.addStretch(1)
        foot.addWidget(self._promise)
        column.addLayout(foot)
        self._field.setFont(theme.font(15))

    def retranslate(self) -> None:
        """Words of the frame; the lines are made on every search."""
        self._field.setPlaceholderText(tr("shell", "Search commands, creators, campaigns…"))
        self._field.setAccessibleName(tr("shell", "Command palette"))
        self._hints[0].setText(tr("shell", "choose"))
        self._hints[1].setText(tr("shell", "run"))
        self._promise.setText(tr("shell", "Commands about money only open their confirm page"))

    def recent(self) -> list[str]:
        """Ids of commands, the last used first."""
        return list(self._recent)

    def set_recent(self, ids: Sequence[str]) -> None:
        """Ids from an earlier run."""
        self._recent = list(ids)[:RECENT_LIMIT]

    def open_palette(self, query: str = "") -> None:
        """Show with `query` in the field."""
        self._objects = ()
        self._field.setText(query)
        self._search(query)
        self.reveal(self._field, width=720, height=620, top=64)

    def items(self) -> tuple[Item, ...]:
        """The lines shown, in order."""
        return self._list.items()

    def _search(self, query: str) -> None:
        self._question += 1
        question = self._question

        def deliver(objects: Sequence[PaletteObject]) -> None:
            # An answer to an older query would put back what was typed away.
            if question == self._question:
                self._objects = tuple(objects)
                self._show(query)

        self._objects = ()
        self._show(query)
        if query.strip():
            self._ports.find_objects(query.strip(), deliver)

    def _show(self, query: str) -> None:
        items = self._command_items(query)
        items += [
            Item(each.group, each.title, each.run, each.icon, each.note, each.right, avatar=each.avatar, lit=self._lit(query, each.title))
            for each in self._objects
        ]
        self._list.set_items(items)
        self._scroll.verticalScrollBar().setValue(0)
        self._count.setText(tr("shell", "{count} result|{count} results", count=len(items)) if query.strip() else "")

    @staticmethod
    def _lit(query: str, title: str) -> frozenset[int]:
        found = match(query, title)
        return found.places if found else frozenset()

    def _command_items(self, query: str) -> list[Item]:
        recent_name, commands_name = tr("shell", "Recently used"), tr("shell", "Commands")
        found: list[tuple[int, Item]] = []
        recent: list[Item] = []
        scope = self._scope()
        for command in self._registry:
            if not command.in_palette:
                continue
            title = command.title.text()
            hits = [match(query, title), *(match(query, word) for word in command.keywords)]
            best = max((hit.score for hit in hits if hit is not None), default=None)
            if best is None or (command.scope not in ("", scope) and not query.strip()):
                continue
            item = self._item(command, title, commands_name, hits[0].places if hits[0] else frozenset())
            if command.id in self._recent:
                recent.append(
                    Item(
                        recent_name,
                        item.title,
                        item.run,
                        "history",
                        item.note,
                        item.right,
                        item.keys,
                        item.reason,
                        lit=item.lit,
                        command_id=item.command_id,
                    )
                )
            else:
                # Of two that fit equally, the one that belongs to this view first, one that cannot run last.
                found.append((best + (40 if command.scope == scope else 0) - (400 if item.reason else 0), item))
        recent.sort(key=lambda item: self._recent.index(item.command_id))
        found.sort(key=lambda pair: -pair[0])
        return recent + [item for _, item in found[:COMMAND_LIMIT]]

    @staticmethod
    def _item(command: Command, title: str, group: str, lit: frozenset[int]) -> Item:
        reason = command.enabled() or ""
        return Item(
            group,
            title,
            command.run,
            command.icon,
            reason,
            tr("shell", "not now") if reason else "",
            key_caps(command.shortcut),
            reason,
            lit=lit,
            command_id=command.id,
        )

    def _run(self) -> None:
        item = self._list.current()
        if item is None or item.reason:
            return
        if item.command_id:
            self._recent = [item.command_id, *(each for each in self._recent if each != item.command_id)][:RECENT_LIMIT]
        self.dismiss()
        self.ran.emit(item.command_id)
        item.run()

    def _on_current(self, top: int, bottom: int) -> None:
        bar = self._scroll.verticalScrollBar()
        if top < bar.value():
            bar.setValue(top)
        elif bottom > bar.value() + self._scroll.viewport().height():
            bar.setValue(bottom - self._scroll.viewport().height())
        item = self._list.current()
        self._field.setAccessibleDescription(item.title if item else "")


class _Field(QLineEdit):
    """The palette's field: arrows and Enter go to the list, the rest is text."""

    moved = Signal(int)
    entered = Signal()
    escaped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("bare", "true")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}.get(Qt.Key(event.key()), 0)
        if step:
            self.moved.emit(step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)


class _Magnifier(QWidget):
    """The sign before the field."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(current_theme().px(20), current_theme().px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        size = current_theme().px(20)
        paint_icon(QPainter(self), "search", 0, (self.height() - size) / 2, size, "text-3")


class _List(QWidget):
    """The lines under their headings, drawn in one go."""

    chosen = Signal()
    current_moved = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self._items: tuple[Item, ...] = ()
        self._rows: list[tuple[int, int]] = []
        self._groups: list[tuple[int, str, int]] = []
        self._current = 0
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def items(self) -> tuple[Item, ...]:
        return self._items

    def current(self) -> Item | None:
        return self._items[self._current] if self._current < len(self._items) else None

    def set_items(self, items: Sequence[Item]) -> None:
        theme = current_theme()
        self._items = tuple(items)
        self._current = 0
        self._rows, self._groups = [], []
        top = theme.px(4)
        group = ""
        for item in self._items:
            if item.group != group:
                group = item.group
                self._groups.append((top, group, sum(1 for each in self._items if each.group == group)))
                top += theme.px(_GROUP)
            self._rows.append((top, theme.px(_ROW)))
            top += theme.px(_ROW)
        self.setFixedHeight(top + theme.px(8))
        self.update()
        self.current_moved.emit(0, 0)

    def move_current(self, step: int) -> None:
        if not self._items:
            return
        last = len(self._items) - 1
        self._current = (self._current + step) % (last + 1) if abs(step) == 1 else min(max(self._current + step, 0), last)
        top, height = self._rows[self._current]
        self.update()
        self.current_moved.emit(0 if self._current == 0 else top, top + height)

    def sizeHint(self) -> QSize:
        return QSize(400, self.height())

    def _at(self, y: float) -> int:
        return next((index for index, (top, height) in enumerate(self._rows) if top <= y < top + height), -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self._at(event.position().y())
        if index >= 0 and index != self._current:
            self._current = index
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._at(event.position().y()) == self._current:
            self.chosen.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setFont(theme.font(12))
        for top, name, count in self._groups:
            painter.setPen(theme.color("text-2"))
            rect = QRectF(theme.px(20), top + theme.px(4), self.width(), theme.px(_GROUP - 4))
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(theme.color("text-3"))
            painter.drawText(
                rect.translated(QFontMetricsF(painter.font()).horizontalAdvance(name) + 6, 0), Qt.AlignmentFlag.AlignVCenter, str(count)
            )
        for index, (item, (top, height)) in enumerate(zip(self._items, self._rows, strict=True)):
            if top + height >= event.rect().top() and top <= event.rect().bottom():
                self._paint_item(painter, item, QRectF(theme.px(6), top, self.width() - theme.px(12), height), index == self._current)

    def _paint_item(self, painter: QPainter, item: Item, rect: QRectF, current: bool) -> None:
        theme = current_theme()
        tokens = theme.tokens
        quiet = tokens.text_2 if current else tokens.text_3
        if current:
            with saved(painter):
                fill_round(painter, rect, 6, tokens.selected)
        middle = rect.center().y()
        left = rect.left() + theme.px(14)
        if item.avatar:
            size = theme.px(24)
            paint_avatar(painter, QRectF(left, middle - size / 2, size, size), item.title)
        else:
            size = theme.px(16)
            paint_icon(painter, item.icon, left + 4, middle - size / 2, size, tokens.accent if current else quiet)
        left += theme.px(34)
        right = rect.right() - theme.px(12)
        for cap in reversed(item.keys):
            width = key_cap_width(cap)
            paint_key_cap(painter, QRectF(right - width, middle - theme.px(10), width, theme.px(20)), cap)
            right -= width + theme.px(4)
        if item.right:
            painter.setFont(theme.font(12))
            painter.setPen(QColor(quiet))
            width = QFontMetricsF(painter.font()).horizontalAdvance(item.right)
            right -= theme.px(6) if item.keys else 0
            painter.drawText(QRectF(right - width, rect.top(), width + 1, rect.height()), Qt.AlignmentFlag.AlignVCenter, item.right)
            right -= width + theme.px(8)
        for text, lit in _runs(item.title, item.lit):
            painter.setFont(theme.font(13, strong=lit))
            ink = tokens.text_2 if item.reason and current else tokens.text_3 if item.reason else tokens.accent if lit else tokens.text
            painter.setPen(QColor(ink))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(0, int(right - left)))
            width = QFontMetricsF(painter.font()).horizontalAdvance(shown)
            painter.drawText(QRectF(left, rect.top(), width + 2, rect.height()), Qt.AlignmentFlag.AlignVCenter, shown)
            left += width
        if item.note and right - left > theme.px(40):
            left += theme.px(10)
            painter.setFont(theme.font(12))
            painter.setPen(QColor(quiet))
            shown = painter.fontMetrics().elidedText(item.note, Qt.TextElideMode.ElideRight, int(right - left))
            painter.drawText(QRectF(left, rect.top(), right - left, rect.height()), Qt.AlignmentFlag.AlignVCenter, shown)


def _runs(text: str, lit: frozenset[int]) -> list[tuple[str, bool]]:
    """Stretches of the text that are lit or not."""
    return [("".join(text[place] for place in run), on) for on, run in groupby(range(len(text)), key=lit.__contains__)]
