"""Up to six creators side by side: each row one figure, the best marked, the differences against a baseline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from xingtu_desktop.domain.creator import Creator, VideoTier, cpm_of, female_15_24_share, share_of
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.domain.money import Fen, total
from xingtu_desktop.ui.creators import words
from xingtu_desktop.ui.creators.compare_flow import MOST
from xingtu_desktop.ui.formats import UNKNOWN
from xingtu_desktop.ui.i18n import Message, formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button, IconButton
from xingtu_desktop.ui.widgets.labels import Badge, ElidedLabel, line, panel, text_label
from xingtu_desktop.ui.widgets.panels import Avatar, MicroBar
from xingtu_desktop.ui.widgets.view import View


@dataclass(frozen=True, slots=True)
class _Figure:
    """One row: the number compared, how it reads, whether less is better (None: neither), and the full length of its bar."""

    title: Message
    note: Message | None
    value: Callable[[Creator, VideoTier], float | None]
    text: Callable[[float | None], str]
    less_is_better: bool | None
    points: bool = False
    """Differences in percentage points, else relative."""
    estimate: bool = False
    full: float = 0.0
    color: str = "c1"


def _yuan(amount: Fen | None) -> float | None:
    return None if amount is None else amount.value / 100


def _money(value: float | None) -> str:
    return formats().money(None if value is None else Fen(round(value * 100)))


def _share(value: float | None) -> str:
    return formats().percent(value, 1)


def _whole(value: float | None) -> str:
    return formats().decimal(value, 0)


_ROWS: Final[tuple[tuple[Message, tuple[_Figure, ...]], ...]] = (
    (
        Message("creators", "Price"),
        (
            _Figure(Message("creators", "Quote"), None, lambda c, t: _yuan(c.quotes.get(t)), _money, True),
            _Figure(
                Message("creators", "Expected CPM"),
                Message("creators", "quote ÷ expected plays"),
                lambda c, t: _yuan(cpm_of(c, t)),
                lambda v: formats().decimal(v),
                True,
                estimate=True,
            ),
        ),
    ),
    (
        Message("creators", "Reach"),
        (
            _Figure(Message("creators", "Followers"), None, lambda c, t: c.followers, lambda v: formats().count(v), None),
            _Figure(
                Message("creators", "Expected plays"),
                None,
                lambda c, t: c.expected_plays,
                lambda v: formats().count(v),
                False,
                estimate=True,
            ),
            _Figure(
                Message("creators", "At least, in 9 of 10"),
                Message("creators", "P10"),
                lambda c, t: c.expected_plays_p10,
                lambda v: formats().count(v),
                False,
                estimate=True,
            ),
            _Figure(Message("creators", "Median plays"), None, lambda c, t: c.median_plays, lambda v: formats().count(v), False),
        ),
    ),
    (
        Message("creators", "Performance"),
        (
            _Figure(
                Message("creators", "Interaction rate"),
                Message("creators", "90 days"),
                lambda c, t: c.interaction_rate,
                _share,
                False,
                True,
                full=0.15,
            ),
            _Figure(
                Message("creators", "Finish rate"),
                Message("creators", "90 days"),
                lambda c, t: c.finish_rate,
                _share,
                False,
                True,
                full=0.6,
            ),
            _Figure(
                Message("creators", "Hit rate"), Message("creators", "> 100K likes"), lambda c, t: c.hit_rate, _share, False, True, full=0.5
            ),
            _Figure(
                Message("creators", "Cooperation"),
                Message("creators", "index"),
                lambda c, t: c.indexes.cooperation,
                _whole,
                False,
                full=100,
            ),
            _Figure(Message("creators", "Value"), Message("creators", "index"), lambda c, t: c.indexes.value, _whole, False, full=100),
        ),
    ),
    (
        Message("creators", "Audience"),
        (
            _Figure(
                Message("creators", "Female 15–24"),
                Message("creators", "estimated"),
                lambda c, t: female_15_24_share(c),
                _share,
                None,
                True,
                True,
                full=0.8,
                color="c2",
            ),
            _Figure(Message("creators", "Female share"), None, lambda c, t: c.audience.female, _share, None, True, full=1.0, color="c2"),
            _Figure(
                Message("creators", "Tier 2 cities"),
                None,
                lambda c, t: share_of(c.audience.city_tiers, "二线"),
                _share,
                None,
                True,
                full=0.5,
                color="c2",
            ),
        ),
    ),
)


class ComparePage(View):
    """Left and Right choose a column, P pins it as the baseline, X takes it out, Escape goes back."""

    single_key_commands = True
    closed = Signal()
    removed = Signal(object)
    basket_clicked = Signal()
    shortlist_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._creators: tuple[Creator, ...] = ()
        self._tier = VideoTier.FROM_21_TO_60
        self._now: datetime | None = None
        self._baseline: AuthorId | None = None
        self._column = 0
        self.back = Button(kind="ghost", icon="chevron-left", key="Esc")
        self.title = text_label(type="title", strong=True)
        self.only_differences = QCheckBox()
        self.only_differences.toggled.connect(lambda _: self._fill())
        head = panel("surface")
        top = QHBoxLayout(head)
        top.setContentsMargins(12, 10, 16, 10)
        top.setSpacing(12)
        top.addWidget(self.back)
        top.addWidget(self.title)
        top.addStretch(1)
        top.addWidget(self.only_differences)
        self.area = QScrollArea()
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        below = panel("surface")
        foot = QHBoxLayout(below)
        foot.setContentsMargins(16, 10, 16, 10)
        foot.setSpacing(8)
        self.best = ElidedLabel(type="caption", tone="text-2")
        self.shortlist = Button(icon="star", key="S")
        self.basket = Button(kind="primary")
        foot.addWidget(self.best, 1)
        foot.addWidget(self.shortlist)
        foot.addWidget(self.basket)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(head)
        layout.addWidget(line())
        layout.addWidget(self.area, 1)
        layout.addWidget(line())
        layout.addWidget(below)
        self.back.clicked.connect(self.closed)
        self.shortlist.clicked.connect(self.shortlist_clicked)
        self.basket.clicked.connect(self.basket_clicked)
        self.retranslate()

    def creators(self) -> tuple[Creator, ...]:
        """Who is compared."""
        return self._creators

    def baseline(self) -> AuthorId | None:
        """Who the others are measured against."""
        return self._baseline

    def set_creators(self, creators: Sequence[Creator], tier: VideoTier, now: datetime) -> None:
        """Compare these (at most six); the first is the baseline until another is pinned."""
        self._creators, self._tier, self._now = tuple(creators[:MOST]), tier, now
        if self._baseline not in {creator.author_id for creator in self._creators}:
            self._baseline = self._creators[0].author_id if self._creators else None
        self._column = min(self._column, max(0, len(self._creators) - 1))
        self.retranslate()

    def retranslate(self) -> None:
        """Every word and figure again."""
        self.back.setText(tr("creators", "Creators"))
        self.title.setText(tr("creators", "Compare {count} creator|Compare {count} creators", count=len(self._creators)))
        self.only_differences.setText(tr("creators", "Only rows that differ"))
        self.shortlist.setText(tr("creators", "Shortlist all"))
        quotes = [creator.quotes.get(self._tier) for creator in self._creators]
        money = formats().money(total(quote for quote in quotes if quote is not None))
        self.basket.setText(tr("creators", "All to the basket, {money}", money=money))
        self.basket.updateGeometry()
        self._fill()

    def pin(self) -> None:
        """Measure the others against the column in hand."""
        if self._creators:
            self._baseline = self._creators[self._column].author_id
            self._fill()

    def remove_current(self) -> None:
        """Take the column in hand out."""
        if self._creators:
            self.removed.emit(self._creators[self._column].author_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right, Escape; P and X are commands."""
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self._creators:
            self._column = (self._column + (1 if key == Qt.Key.Key_Right else -1)) % len(self._creators)
            self._fill()
        elif key == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    # Inside

    def _fill(self) -> None:
        """Build the grid anew: it is small, and who is in it changes as a whole."""
        body = panel("window")
        outer = QVBoxLayout(body)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        # The ground shows through the gaps: lines between the columns.
        grid.setHorizontalSpacing(1)
        grid.setVerticalSpacing(1)
        grid.setColumnMinimumWidth(0, current_theme().px(168))
        for place in range(len(self._creators)):
            grid.setColumnStretch(place + 1, 1)
        self._fill_heads(grid)
        row, wins = 1, dict.fromkeys((creator.author_id for creator in self._creators), 0)
        for group, figures in _ROWS:
            shown = [figure for figure in figures if not self.only_differences.isChecked() or self._differs(figure)]
            if not shown:
                continue
            caption = panel("window")
            words_row = QHBoxLayout(caption)
            words_row.setContentsMargins(16, 5, 16, 5)
            words_row.addWidget(text_label(group.text(), type="caption", strong=True))
            grid.addWidget(caption, row, 0, 1, len(self._creators) + 1)
            row += 1
            for figure in shown:
                best = self._best(figure)
                if best is not None:
                    wins[best] += 1
                self._fill_row(grid, row, figure, best)
                row += 1
        outer.addLayout(grid)
        outer.addStretch(1)
        old = self.area.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()
        self.area.setWidget(body)
        self.best.setText(
            tr(
                "creators",
                "Best in: {list}",
                list=" · ".join(f"{creator.nickname} {wins[creator.author_id]}" for creator in self._creators),
            )
        )

    def _fill_heads(self, grid: QGridLayout) -> None:
        scope = panel("surface")
        column = QVBoxLayout(scope)
        column.setContentsMargins(16, 10, 8, 10)
        column.setSpacing(2)
        column.addWidget(text_label(tr("creators", "Video length"), type="caption", tone="text-3"))
        column.addWidget(text_label(words.TIER_NAMES[self._tier].text(), strong=True))
        grid.addWidget(scope, 0, 0)
        for place, creator in enumerate(self._creators):
            head = panel("window" if place == self._column else "surface")
            row = QHBoxLayout(head)
            row.setContentsMargins(12, 10, 8, 10)
            row.setSpacing(8)
            avatar = Avatar(size=32)
            avatar.set_name(creator.nickname, str(creator.author_id))
            names = QVBoxLayout()
            names.setSpacing(1)
            names.addWidget(ElidedLabel(creator.nickname, strong=True))
            followers = tr("creators", "{number} followers", number=formats().count(creator.followers))
            names.addWidget(ElidedLabel(f"{words.mcn_text(creator)} · {followers}", type="caption", tone="text-3"))
            row.addWidget(avatar)
            row.addLayout(names, 1)
            if creator.author_id == self._baseline:
                row.addWidget(Badge(tr("creators", "Baseline"), "accent", icon="pin"))
            else:
                pin = IconButton("pin", tr("creators", "Make {name} the baseline", name=creator.nickname), size=24)
                pin.clicked.connect(lambda _=False, place=place: self._pin_column(place))
                row.addWidget(pin)
            remove = IconButton("close", tr("creators", "Take {name} out", name=creator.nickname), size=24)
            remove.clicked.connect(lambda _=False, author=creator.author_id: self.removed.emit(author))
            row.addWidget(remove)
            grid.addWidget(head, 0, place + 1)

    def _pin_column(self, place: int) -> None:
        self._column = place
        self.pin()

    def _differs(self, figure: _Figure) -> bool:
        return len({figure.text(figure.value(creator, self._tier)) for creator in self._creators}) > 1

    def _best(self, figure: _Figure) -> AuthorId | None:
        if figure.less_is_better is None:
            return None
        known = [(value, creator.author_id) for creator in self._creators if (value := figure.value(creator, self._tier)) is not None]
        if len(known) < 2 or len({value for value, _ in known}) == 1:
            return None
        pick = min if figure.less_is_better else max
        return pick(known, key=lambda entry: entry[0])[1]

    def _fill_row(self, grid: QGridLayout, row: int, figure: _Figure, best: AuthorId | None) -> None:
        title = panel("surface")
        column = QVBoxLayout(title)
        column.setContentsMargins(16, 6, 8, 6)
        column.setSpacing(0)
        column.addWidget(text_label(figure.title.text()))
        if figure.note is not None:
            column.addWidget(text_label(figure.note.text(), type="caption", tone="text-3"))
        grid.addWidget(title, row, 0)
        base = next((c for c in self._creators if c.author_id == self._baseline), None)
        against = None if base is None else figure.value(base, self._tier)
        for place, creator in enumerate(self._creators):
            value = figure.value(creator, self._tier)
            cell = panel("window" if place == self._column else "surface")
            cell.setMinimumHeight(current_theme().px(40))
            line_up = QHBoxLayout(cell)
            line_up.setContentsMargins(12, 2, 12, 2)
            line_up.setSpacing(8)
            text = figure.text(value)
            shown = formats().estimate(text) if figure.estimate else text
            label = text_label(shown, strong=creator.author_id == best, tone="text-3" if text == UNKNOWN else "text")
            label.setMinimumWidth(current_theme().px(72))
            line_up.addWidget(label)
            if creator.author_id == best:
                line_up.addWidget(Badge(tr("creators", "best"), "good"))
            if figure.full and value is not None:
                bar = MicroBar(height=4)
                bar.setMaximumWidth(current_theme().px(64))
                bar.set_share(min(value / figure.full, 1.0), color=figure.color)
                line_up.addWidget(bar, 1)
            line_up.addStretch(1)
            if creator.author_id != self._baseline and value is not None and against is not None:
                line_up.addWidget(self._difference(figure, value, against))
            grid.addWidget(cell, row, place + 1)

    def _difference(self, figure: _Figure, value: float, against: float) -> QWidget:
        if figure.points:
            text, delta = formats().change_points(value - against, 1), value - against
        elif against:
            delta = value / against - 1
            text = formats().change(delta, 0)
        else:
            return text_label(UNKNOWN, type="caption", tone="text-3")
        tone = "text-3"
        if figure.less_is_better is not None and delta:
            tone = "good" if (delta < 0) is figure.less_is_better else "bad"
        return text_label(text, type="caption", tone=tone)
