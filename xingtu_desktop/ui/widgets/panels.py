"""Building blocks of side panels: section headers, key–value rows, tiles with a benchmark, progress strips, avatars."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import IconButton
from xingtu_desktop.ui.widgets.labels import ElidedLabel, line, panel, set_tone, text_label
from xingtu_desktop.ui.widgets.painting import fill_round, paint_avatar, paint_band, paint_micro_bar, saved


class Avatar(QWidget):
    """The initial of a name in a coloured circle (a rounded square for companies)."""

    def __init__(self, name: str = "", *, size: int = 28, square: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._key = ""
        self._size = size
        self._square = square
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_name(self, name: str, key: str = "") -> None:
        """Another person; `key` keeps the colour when the name changes."""
        self._name, self._key = name, key
        self.setAccessibleName(name)
        self.update()

    def sizeHint(self) -> QSize:
        """A square of the size asked for."""
        side = current_theme().px(self._size)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        paint_avatar(QPainter(self), QRectF(self.rect()), self._name, key=self._key, square=self._square)


class SectionHeader(QWidget):
    """A heading with a quiet note at its right."""

    def __init__(self, title: str = "", note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = text_label(title, strong=True)
        self._note = text_label(note, type="caption", tone="text-3")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._row.addWidget(self._title)
        self._row.addStretch(1)
        self._row.addWidget(self._note)

    def set_words(self, title: str, note: str = "") -> None:
        """Title and note."""
        self._title.setText(title)
        self._note.setText(note)

    def add(self, widget: QWidget) -> None:
        """Put a control at the right end."""
        self._row.addWidget(widget)


class Section(QFrame):
    """A block of a side panel: header, body, and a line below."""

    def __init__(self, title: str = "", note: str = "", *, ruled: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = SectionHeader(title, note)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(16, 12, 16, 12)
        self.body.setSpacing(6)
        self.body.addWidget(self.header)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(self.body)
        if ruled:
            outer.addWidget(line())

    def add(self, widget: QWidget) -> None:
        """Add to the body."""
        self.body.addWidget(widget)


class KeyValueGrid(QWidget):
    """Names at the left, values at the right, 24 px a row; values are plain text and can be selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)
        self._labels: list[tuple[QLabel, QLabel]] = []

    def set_rows(self, rows: Sequence[tuple[str, str] | tuple[str, str, str]]) -> None:
        """(name, value) or (name, value, tone)."""
        while len(self._labels) < len(rows):
            name = text_label(type="caption", tone="text-2")
            value = text_label(type="caption")
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setWordWrap(True)
            row = len(self._labels)
            self._grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, row, 1)
            self._labels.append((name, value))
        for index, (name, value) in enumerate(self._labels):
            shown = index < len(rows)
            name.setVisible(shown)
            value.setVisible(shown)
            if shown:
                row_values = rows[index]
                name.setText(row_values[0])
                value.setText(row_values[1])
                set_tone(value, row_values[2] if len(row_values) == 3 else "text")


class SidePanel(QFrame):
    """A column at the side: a header that stays, and sections that scroll. Escape and the cross emit `closed`."""

    closed = Signal()

    def __init__(
        self, *, width: int, edge: str = "left", closable: bool = False, close_name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._width = width
        self.setProperty("panel", "surface")
        self.header = QHBoxLayout()
        self.header.setContentsMargins(16, 12, 12, 12)
        self.header.setSpacing(8)
        self.close_button = IconButton("close", close_name, size=24)
        self.close_button.setVisible(closable)
        self.close_button.clicked.connect(self.closed)
        content = panel("surface")
        self.sections = QVBoxLayout(content)
        self.sections.setContentsMargins(0, 0, 0, 0)
        self.sections.setSpacing(0)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 12, 0)
        top.addLayout(self.header, 1)
        top.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(top)
        column.addWidget(line())
        column.addWidget(scroll, 1)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        if edge == "left":
            outer.addWidget(line(horizontal=False))
        outer.addLayout(column, 1)
        if edge == "right":
            outer.addWidget(line(horizontal=False))
        self.set_panel_width(width)

    def set_panel_width(self, width: int) -> None:
        """Fix the width in design pixels."""
        self._width = width
        self.setFixedWidth(current_theme().px(width))

    def add_section(self, section: QWidget) -> None:
        """Add below the others."""
        self.sections.addWidget(section)

    def end_sections(self) -> None:
        """Push the sections to the top."""
        self.sections.addStretch(1)


class MicroBar(QWidget):
    """A bar filled to a share, with an optional tick, for panels; table cells draw their own."""

    def __init__(self, *, height: int = 6, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share: float | None = None
        self._tick: float | None = None
        self._color = "c1"
        self._height = height
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_share(self, share: float | None, *, tick: float | None = None, color: str = "c1") -> None:
        """Fill to `share` 0–1; None draws the track alone."""
        self._share, self._tick, self._color = share, tick, color
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the tick above and below."""
        return QSize(60, current_theme().px(self._height + 8))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        theme = current_theme()
        height = theme.px(self._height)
        rect = QRectF(0, (self.height() - height) / 2, self.width(), height)
        color = theme.tokens.color(self._color)
        paint_micro_bar(QPainter(self), rect, self._share or 0.0, theme.tokens, color=color, tick=self._tick)


class BandBar(QWidget):
    """The benchmark: P25–P75 band, P50 tick, our dot. Values are in the metric's own unit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._places: tuple[float, float | None, float, float | None] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_band(self, p25: float, p50: float | None, p75: float, value: float | None, *, description: str = "") -> None:
        """The scale runs from a little under the least to a little over the greatest of the figures."""
        known = [each for each in (p25, p50, p75, value) if each is not None]
        low, high = min(known), max(known)
        margin = (high - low) * 0.25 or 1.0
        low, high = low - margin, high + margin

        def place(figure: float) -> float:
            return (figure - low) / (high - low)

        self._places = (place(p25), None if p50 is None else place(p50), place(p75), None if value is None else place(value))
        self.setAccessibleName(description)
        self.setToolTip(description)
        self.update()

    def clear(self) -> None:
        """No benchmark known."""
        self._places = None
        self.update()

    def sizeHint(self) -> QSize:
        """12 px high."""
        return QSize(100, current_theme().px(12))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        if self._places is not None:
            low, median, high, dot = self._places
            paint_band(QPainter(self), QRectF(self.rect()), low, median, high, dot, current_theme().tokens)


class StatTile(QWidget):
    """Name, large value, change, benchmark and a note: the tiles above charts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ElidedLabel(type="caption", tone="text-2")
        self._value = text_label(type="title")
        self._change = text_label(type="caption", strong=True)
        self._against = ElidedLabel(type="caption", tone="text-3")
        self.band = BandBar()
        self._note = ElidedLabel(type="caption", tone="text-3")
        change = QHBoxLayout()
        change.setSpacing(4)
        change.addWidget(self._change)
        change.addWidget(self._against, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 10, 16, 10)
        layout.setSpacing(2)
        layout.addWidget(self._name)
        layout.addWidget(self._value)
        layout.addLayout(change)
        layout.addWidget(self.band)
        layout.addWidget(self._note)

    def set_tile(self, name: str, value: str, *, change: str = "", change_tone: str = "text-3", against: str = "", note: str = "") -> None:
        """All words of the tile; the band is set on `band`."""
        self._name.setText(name)
        self._value.setText(value)
        self._change.setText(change)
        self._change.setVisible(bool(change))
        set_tone(self._change, change_tone)
        self._against.setText(against)
        self._note.setText(note)
        self.setAccessibleName(" ".join(part for part in (name, value, change, against, note) if part))


class ProgressStrip(QWidget):
    """ "23/79" with a bar: how far a queue or a background job is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar = _Strip()
        self._words = text_label(strong=True)
        self._rest = text_label(tone="text-3")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._bar)
        words = QHBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._words)
        words.addWidget(self._rest)
        layout.addLayout(words)

    def set_progress(self, done: int, total: int, note: str = "") -> None:
        """`done` of `total`, with a note such as rate and time left."""
        self._bar.share = done / total if total else 0.0
        self._bar.update()
        self._words.setText(str(done))
        self._rest.setText(f"/{total}{'  ' + note if note else ''}")
        self.setAccessibleName(f"{done}/{total} {note}".strip())


class _Strip(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.share = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(current_theme().px(96), current_theme().px(6))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_theme().tokens
        painter = QPainter(self)
        with saved(painter):
            fill_round(painter, QRectF(self.rect()), 3, tokens.track)
            if self.share > 0:
                fill_round(painter, QRectF(0, 0, max(6.0, self.width() * min(self.share, 1.0)), self.height()), 3, tokens.accent)
