"""The five states of a view: skeleton, empty, error, offline banner, partial, and the stack that switches between them."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from xingtu_desktop.ui.theme import current_theme, icons
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.labels import ElidedLabel, panel, text_label
from xingtu_desktop.ui.widgets.painting import fill_round, saved

State = Literal["loading", "empty", "error", "content"]
SKELETON_DELAY_MS = 200


class _IconLabel(QLabel):
    """An icon in a soft square, redrawn with the theme."""

    def __init__(self, icon: str, role: str, ground: str) -> None:
        super().__init__()
        self._icon, self._role, self._ground = icon, role, ground
        self._fix_size()
        current_theme().changed.connect(self._fix_size)

    def _fix_size(self) -> None:
        side = current_theme().px(48)
        self.setFixedSize(side, side)

    def set_icon(self, icon: str, role: str, ground: str) -> None:
        self._icon, self._role, self._ground = icon, role, ground
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        with saved(painter):
            fill_round(painter, QRectF(self.rect()), 10, theme.tokens.color(self._ground))
        size = theme.px(24)
        icons.paint(painter, self._icon, (self.width() - size) / 2, (self.height() - size) / 2, size, self._role)


class _Message(QWidget):
    """Icon, title, text and buttons in the middle of the room that there is."""

    def __init__(self, icon: str, role: str, ground: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = _IconLabel(icon, role, ground)
        self._title = text_label(type="heading")
        self._text = text_label(tone="text-2", wrap=True)
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._text.setMaximumWidth(420)
        self._text.setMinimumWidth(240)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(8)
        layout.addStretch(2)
        layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(4)
        layout.addWidget(self._title)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._text, 100)
        middle.addStretch(1)
        layout.addLayout(middle)
        layout.addSpacing(8)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addLayout(self._buttons)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addStretch(3)

    def _write(self, title: str, text: str) -> None:
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName(f"{title} {text}".strip())


class EmptyState(_Message):
    """Nothing here yet: what to do next, with the button for it."""

    acted = Signal()

    def __init__(
        self, icon: str = "inbox", title: str = "", text: str = "", button: str = "", *, key: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(icon, "text-3", "hover", parent)
        self._button = Button(button, kind="secondary", key=key)
        self._button.clicked.connect(self.acted)
        self._buttons.addWidget(self._button)
        self.set_words(title, text, button)

    def set_words(self, title: str, text: str = "", button: str = "") -> None:
        """Title, text and the button's word; without a word there is no button."""
        self._write(title, text)
        self._button.setText(button)
        self._button.updateGeometry()
        self._button.setVisible(bool(button))

    def set_icon(self, icon: str) -> None:
        """Another picture."""
        self._picture.set_icon(icon, "text-3", "hover")


class ErrorState(_Message):
    """Something failed: plain words, the cause, and a way to try again; the other side's own text stays collapsed."""

    retried = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("alert-triangle", "bad", "bad-soft", parent)
        self._retry = Button("", kind="secondary", icon="refresh")
        self._details = Button("", kind="ghost", drops=True)
        self._retry.clicked.connect(self.retried)
        self._details.clicked.connect(self._toggle)
        self._raw = text_label(type="caption", tone="text-3", wrap=True)
        self._raw.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._raw.setMaximumWidth(480)
        self._raw.hide()
        self._buttons.addWidget(self._retry)
        self._buttons.addWidget(self._details)
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            layout.insertWidget(layout.count() - 1, self._raw, 0, Qt.AlignmentFlag.AlignHCenter)

    def set_words(self, title: str, text: str, retry: str = "", *, details: str = "", details_word: str = "") -> None:
        """`details` is the raw text of the other side, shown on demand as plain text."""
        self._write(title, text)
        self._retry.setText(retry)
        self._retry.setVisible(bool(retry))
        self._details.setText(details_word)
        self._details.setVisible(bool(details and details_word))
        self._raw.setText(details)
        self._raw.hide()

    def _toggle(self) -> None:
        self._raw.setVisible(self._raw.isHidden())


class Banner(QWidget):
    """A strip above the content: offline, partial, degraded. Says what still works and how old the data is."""

    acted = Signal()

    def __init__(self, *, tone: str = "warn", icon: str = "wifi-off", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        self._icon = icon
        self._words = ElidedLabel(type="caption", tone="text")
        self._button = Button("", kind="link")
        self._button.clicked.connect(self.acted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(current_theme().px(24) + 16, 6, 16, 6)
        layout.setSpacing(8)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._button)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def set_words(self, text: str, button: str = "", *, tone: str = "", icon: str = "") -> None:
        """Show `text`, or hide the strip when it is empty."""
        self._tone, self._icon = tone or self._tone, icon or self._icon
        self._words.setText(text)
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground and icon."""
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color(f"{self._tone}-soft" if self._tone != "accent" else "selected"))
        size = theme.px(16)
        icons.paint(painter, self._icon, 16, (self.height() - size) / 2, size, self._tone)


class Skeleton(QWidget):
    """Grey bars where rows will be; shown only when loading takes longer than 200 ms, and it does not move."""

    def __init__(self, *, rows: int = 12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self._shown = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SKELETON_DELAY_MS)
        self._timer.timeout.connect(self._appear)

    def begin(self) -> None:
        """Start waiting before anything is drawn."""
        self._shown = False
        self._timer.start()
        self.update()

    def end(self) -> None:
        """The content is here."""
        self._timer.stop()

    def _appear(self) -> None:
        self._shown = True
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw bars of unequal length, the same every time."""
        if not self._shown:
            return
        theme = current_theme()
        color = theme.tokens.hover if theme.tokens.name == "light" else theme.tokens.line
        painter = QPainter(self)
        with saved(painter):
            for row in range(self._rows):
                top = 16 + row * theme.row_height
                if top > self.height():
                    break
                fill_round(painter, QRectF(16, top, 26, 26), 13, color)
                width = min(self.width() - 80, 160 + 37 * ((row * 7) % 5))
                fill_round(painter, QRectF(52, top + 2, width * 0.6, 10), 4, color)
                fill_round(painter, QRectF(52, top + 16, width * 0.35, 8), 4, color)
                for column in range(4):
                    left = 52 + width * 0.7 + column * (self.width() - 52 - width * 0.7) / 4
                    fill_round(painter, QRectF(left, top + 8, 48, 10), 4, color)


class StateStack(QWidget):
    """Switches one area between loading, empty, error and content, with a banner above for offline and partial."""

    def __init__(
        self, content: QWidget, *, empty: EmptyState | None = None, error: ErrorState | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.banner = Banner()
        self.empty = empty or EmptyState()
        self.error = error or ErrorState()
        self._skeleton = Skeleton()
        self._content = content
        host = panel("surface")
        self._stack = QStackedLayout(host)
        for widget in (content, self._skeleton, self.empty, self.error):
            self._stack.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        layout.addWidget(host, 1)
        self._state: State = "content"

    def state(self) -> State:
        """What is shown."""
        return self._state

    def show_state(self, state: State) -> None:
        """Show one of the four; the banner is set apart, because offline is no error."""
        self._state = state
        if state == "loading":
            self._skeleton.begin()
        else:
            self._skeleton.end()
        widget = {"loading": self._skeleton, "empty": self.empty, "error": self.error, "content": self._content}[state]
        self._stack.setCurrentWidget(widget)
