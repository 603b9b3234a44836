"""What to show when nobody matches: for each condition its nearest loosening, with how many it would give."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from xingtu_desktop.domain.creator_query import CategoryFilter, Loosening, MembershipFilter, RangeFilter
from xingtu_desktop.ui.creators import words
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.labels import panel, text_label
from xingtu_desktop.ui.widgets.panels import MicroBar

MOST = 6
Condition = RangeFilter | CategoryFilter | MembershipFilter | str


def condition_name(before: Condition) -> str:
    """What the condition is about."""
    if isinstance(before, RangeFilter):
        return words.FIELD_NAMES[before.field].text()
    if isinstance(before, CategoryFilter):
        return words.FACET_NAMES[before.facet].text()
    return tr("creators", "A list") if isinstance(before, MembershipFilter) else tr("creators", "Search text")


def condition_value(condition: Condition | None) -> str:
    """The condition's value, or that it is gone."""
    if condition is None or isinstance(condition, MembershipFilter):
        return tr("creators", "any") if condition is None else ""
    if isinstance(condition, RangeFilter):
        text = words.range_text(condition)
        return tr("creators", "{text} or unknown", text=text) if condition.include_missing else text
    if isinstance(condition, CategoryFilter):
        text = words.category_text(condition)
        text = tr("creators", "not {text}", text=text) if condition.negate else text
        return tr("creators", "{text} or unknown", text=text) if condition.include_missing else text
    return f"“{condition}”"


class LoosenPanel(QWidget):
    """A card in the middle: condition, as it is, as it would be, how many that gives, and the button for it."""

    chosen = Signal(int)
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loosenings: tuple[Loosening, ...] = ()
        self._conditions = 0
        self.title = text_label(type="title", strong=True)
        self.subtitle = text_label(tone="text-2")
        for label in (self.title, self.subtitle):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._card = panel("card")
        self._card.setMaximumWidth(current_theme().px(720))
        self._grid = QGridLayout(self._card)
        self._grid.setContentsMargins(16, 8, 12, 8)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(10)
        self._grid.setColumnStretch(4, 1)
        self._rows: list[tuple[QLabel, QLabel, QLabel, QLabel, MicroBar, QLabel, Button]] = []
        self.clear = Button(icon="filter")
        self.clear.clicked.connect(self.cleared)
        self.offline = text_label(type="caption", tone="text-3")
        self.offline.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(8)
        layout.addStretch(2)
        layout.addWidget(self.title)
        layout.addWidget(self.subtitle)
        layout.addSpacing(12)
        layout.addWidget(self._card, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(8)
        layout.addWidget(self.clear, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        layout.addWidget(self.offline)
        self.retranslate()

    def loosenings(self) -> tuple[Loosening, ...]:
        """What can be chosen, in order."""
        return self._loosenings

    def set_loosenings(self, conditions: int, loosenings: Sequence[Loosening]) -> None:
        """`conditions` are on; these loosen one of them each."""
        self._conditions = conditions
        self._loosenings = tuple(loosenings[:MOST])
        self.retranslate()

    def set_offline(self, text: str) -> None:
        """What still works offline, "" online."""
        self.offline.setText(text)

    def retranslate(self) -> None:
        """Every word again."""
        shown = self._loosenings
        self.title.setText(
            tr("creators", "No creator meets this condition|No creator meets all {count} conditions", count=self._conditions)
        )
        others = self._conditions - 1
        self.subtitle.setText(
            tr("creators", "Loosen one of them, the others unchanged, and there are:")
            if shown and others > 0
            else tr("creators", "Loosen it, and there are:")
            if shown
            else tr("creators", "No single loosening helps: take several conditions away.")
        )
        self.clear.setText(tr("creators", "Clear all filters"))
        while len(self._rows) < len(shown):
            self._add_row()
        most = max((loosening.count for loosening in shown), default=1) or 1
        for place, (name, before, arrow, after, bar, count, button) in enumerate(self._rows):
            on = place < len(shown)
            for widget in (name, before, arrow, after, bar, count, button):
                widget.setVisible(on)
            if not on:
                continue
            loosening = shown[place]
            name.setText(condition_name(loosening.before))
            before.setText(condition_value(loosening.before))
            after.setText(condition_value(loosening.after))
            bar.set_share(loosening.count / most, color="c1" if place == 0 else "bar")
            count.setText(formats().integer(loosening.count))
            button.setText(tr("creators", "Loosen"))
            button.set_key(f"Alt {place + 1}")
            button.setAccessibleName(
                tr("creators", "{name} to {value}: {number}", name=name.text(), value=after.text(), number=count.text())
            )
        self._card.setVisible(bool(shown))

    def _add_row(self) -> None:
        place = len(self._rows)
        name = text_label()
        before = text_label(tone="text-3")
        before.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        arrow = text_label("→", tone="text-3")
        after = text_label(strong=True)
        bar = MicroBar(height=5)
        bar.setMinimumWidth(current_theme().px(110))
        count = text_label(strong=True)
        count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        button = Button(small=True)
        button.clicked.connect(lambda: self.chosen.emit(place))
        row = (name, before, arrow, after, bar, count, button)
        for column, widget in enumerate(row):
            self._grid.addWidget(widget, place, column)
        self._rows.append(row)
