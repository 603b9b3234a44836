"""One filter of the panel: a heading that folds, and below it a range with histogram or a list of values with counts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from xingtu_desktop.domain.creator_query import FIELDS, CategoryCounts, CategoryFilter, Facet, Field, Histogram, RangeFilter, Scale
from xingtu_desktop.ui.creators import words
from xingtu_desktop.ui.creators.fold_header import FoldHeader
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.facets import FacetList, FacetValue
from xingtu_desktop.ui.widgets.inputs import SearchField
from xingtu_desktop.ui.widgets.labels import text_label
from xingtu_desktop.ui.widgets.range_slider import RangeFilter as RangeWidget

_FEW = 5
_SEARCHED = 12


class FilterGroup(QWidget):
    """The shared part: a heading, a body that is made when first unfolded, a line below."""

    folded = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = FoldHeader()
        self.body: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 1)
        self._column.setSpacing(0)
        self._column.addWidget(self.header)
        self.header.toggled.connect(self._on_fold)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line below."""
        QPainter(self).fillRect(0, self.height() - 1, self.width(), 1, current_theme().color("line"))

    def is_open(self) -> bool:
        """Whether the body shows; only then are its counts asked for."""
        return self.header.is_open()

    def set_open(self, on: bool) -> None:
        """Fold or unfold without telling anyone."""
        self.header.set_open(on)
        if on and self.body is None:
            self.body = self._make_body()
            self._column.insertWidget(1, self.body)
        if self.body is not None:
            self.body.setVisible(on)

    def _on_fold(self, on: bool) -> None:
        self.set_open(on)
        self.folded.emit()

    def _make_body(self) -> QWidget:
        return QWidget()


class _NumberEdit(QLineEdit):
    """A bound typed in words that people use; Enter or leaving takes it, Escape brings the old one back."""

    typed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._shown = ""
        self.setFixedWidth(current_theme().px(72))
        self.returnPressed.connect(self._give)

    def show_bound(self, text: str) -> None:
        """What is in force; not while someone types."""
        self._shown = text
        if not self.hasFocus() or not self.isModified():
            self.setText(text)
            self.setModified(False)

    def changeEvent(self, event: QEvent) -> None:
        """Another text scale is another width."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.setFixedWidth(current_theme().px(72))

    def _give(self) -> None:
        if self.text() != self._shown:
            self.setModified(False)
            self.typed.emit(self.text())

    def focusOutEvent(self, event: QEvent) -> None:
        """Leaving takes what was typed."""
        super().focusOutEvent(event)  # type: ignore[arg-type]  # the same event, typed wider for PySide6's stub
        if self.isModified():
            self._give()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape brings the old bound back."""
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.setModified(False)
            self.setText(self._shown)
            return
        super().keyPressEvent(event)


class RangeGroup(FilterGroup):
    """A range of one field: histogram, slider, two fields to type in, and the tick for creators without the figure."""

    changed = Signal(object)
    """The wanted `RangeFilter`; without bounds it takes the filter away."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self._filter = RangeFilter(field)
        self._histogram: Histogram | None = None
        self.range: RangeWidget | None = None
        self.low_edit: _NumberEdit | None = None
        self.high_edit: _NumberEdit | None = None
        self.missing: QCheckBox | None = None
        self.retranslate()

    def retranslate(self) -> None:
        """Names and figures in the language in force."""
        name = words.FIELD_NAMES[self.field].text()
        self.header.set_title(name, words.estimate_method(self.field))
        self.header.set_words(mark=tr("creators", "estimated") if self.field is Field.FEMALE_15_24_SHARE else "")
        if self.low_edit is not None and self.high_edit is not None:
            for edit, hint in ((self.low_edit, tr("creators", "At least")), (self.high_edit, tr("creators", "At most"))):
                edit.setPlaceholderText(hint)
                edit.setAccessibleName(f"{name} {hint}")
            self._show_axis()
        self._show()

    def set_filter(self, wanted: RangeFilter | None) -> None:
        """Show what is in force."""
        self._filter = wanted or RangeFilter(self.field, include_missing=False)
        self._show()

    def set_histogram(self, histogram: Histogram) -> None:
        """Counts that follow the other filters."""
        self._histogram = histogram
        if self.range is not None:
            self.range.set_counts(histogram.counts)
        self._show_missing()

    def _make_body(self) -> QWidget:
        spec = FIELDS[self.field]
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 10)
        column.setSpacing(6)
        self.range = RangeWidget(name=words.FIELD_NAMES[self.field].text(), height=44 if self.field is Field.FOLLOWERS else 28)
        low, high = words.to_number(spec.shown(spec.low)), words.to_number(spec.shown(spec.high))
        self.range.set_scale(low, high, log=spec.scale is Scale.LOG, snap=lambda number: words.snap(self.field, number))
        self.range.range_changed.connect(self._on_slider)
        self.low_edit, self.high_edit = _NumberEdit(), _NumberEdit()
        self.low_edit.typed.connect(lambda text: self._on_typed(text, low=True))
        self.high_edit.typed.connect(lambda text: self._on_typed(text, low=False))
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.low_edit)
        row.addWidget(text_label("–", tone="text-3"))
        row.addWidget(self.high_edit)
        row.addStretch(1)
        self.missing = QCheckBox()
        self.missing.toggled.connect(self._on_missing)
        column.addWidget(self.range)
        column.addLayout(row)
        column.addWidget(self.missing)
        if self._histogram is not None:
            self.range.set_counts(self._histogram.counts)
        self.retranslate()
        return body

    def _show_axis(self) -> None:
        if self.range is None or self.field is not Field.FOLLOWERS:
            return
        text = formats().count
        self.range.set_axis([text(1e4, short=True), text(1e5, short=True), text(1e6, short=True), text(2e7, short=True) + "+"])

    def _show(self) -> None:
        active = self._filter.low is not None or self._filter.high is not None
        self.header.set_words(value=words.range_text(self._filter) if active and not self.is_open() else "")
        if self.range is None or self.low_edit is None or self.high_edit is None:
            return
        low, high = self._filter.low, self._filter.high
        self.range.set_bounds(None if low is None else words.to_number(low), None if high is None else words.to_number(high))
        self.low_edit.show_bound(words.number_text(self.field, low))
        self.high_edit.show_bound(words.number_text(self.field, high))
        self._show_missing()

    def _show_missing(self) -> None:
        if self.missing is None:
            return
        count = self._histogram.missing if self._histogram is not None else 0
        active = self._filter.low is not None or self._filter.high is not None
        self.missing.setText(tr("creators", "With the {number} without data", number=formats().integer(count)))
        self.missing.setVisible(active)
        self.missing.blockSignals(True)
        self.missing.setChecked(self._filter.include_missing)
        self.missing.blockSignals(False)

    def set_open(self, on: bool) -> None:
        """Folded, the heading says what is chosen."""
        super().set_open(on)
        self._show()

    def _on_slider(self, low: float | None, high: float | None) -> None:
        def bound(number: float | None) -> object:
            return None if number is None else words.to_bound(self.field, number)

        self._change(low=bound(low), high=bound(high))

    def _on_typed(self, text: str, *, low: bool) -> None:
        number = words.parse_number(self.field, text)
        if number is None and text.strip():
            self._show_again()
            return
        value = None if number is None else words.to_bound(self.field, number)
        if low:
            self._change(low=value, high=self._filter.high)
        else:
            self._change(low=self._filter.low, high=value)

    def _show_again(self) -> None:
        """What was typed is no number: the bound in force comes back."""
        for edit in (self.low_edit, self.high_edit):
            if edit is not None:
                edit.setModified(False)
        self._show()

    def _change(self, low: object, high: object) -> None:
        wanted = RangeFilter(self.field, low, high, self._filter.include_missing)  # type: ignore[arg-type]  # bounds of this field
        if wanted != self._filter:
            self._filter = wanted
            self._show()
            self.changed.emit(wanted)

    def _on_missing(self, on: bool) -> None:
        self._filter = RangeFilter(self.field, self._filter.low, self._filter.high, on)
        self.changed.emit(self._filter)


class FacetGroup(FilterGroup):
    """The values of one facet with their counts; a facet with very many values has a search of its own."""

    changed = Signal(object)
    """The wanted `CategoryFilter`; without values it takes the filter away."""

    def __init__(self, facet: Facet, *, searchable: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.facet = facet
        self._searchable = searchable
        self._filter = CategoryFilter(facet, frozenset())
        self._counts: CategoryCounts | None = None
        self._all = False
        self.values: FacetList | None = None
        self.search: SearchField | None = None
        self._more: Button | None = None
        self._negate: QCheckBox | None = None
        self._missing: QCheckBox | None = None
        self.retranslate()

    @property
    def needs_all(self) -> bool:
        """Whether the whole list of values is wanted, because it is searched in."""
        return self._searchable and self.is_open()

    def retranslate(self) -> None:
        """Names and values in the language in force."""
        name = words.FACET_NAMES[self.facet].text()
        self.header.set_title(name)
        if self.values is not None:
            self.values.setAccessibleName(name)
        if self.search is not None:
            self.search.set_placeholder(tr("creators", "Find in {name}", name=name))
        self._show()

    def set_filter(self, wanted: CategoryFilter | None) -> None:
        """Show what is in force."""
        self._filter = wanted or CategoryFilter(self.facet, frozenset())
        self._show()

    def set_counts(self, counts: CategoryCounts) -> None:
        """Counts that follow the other filters."""
        self._counts = counts
        self._show()

    def _make_body(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(4)
        if self._searchable:
            self.search = SearchField(key="")
            self.search.query_changed.connect(lambda _: self._show())
            column.addWidget(self.search)
        self.values = FacetList()
        self.values.toggled.connect(self._on_toggled)
        column.addWidget(self.values)
        self._more = Button(kind="link", drops=True)
        self._more.clicked.connect(self._on_more)
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self._negate = QCheckBox()
        self._negate.toggled.connect(self._on_negate)
        self._missing = QCheckBox()
        self._missing.toggled.connect(self._on_missing)
        column.addWidget(self._negate)
        column.addWidget(self._missing)
        self.retranslate()
        return body

    def set_open(self, on: bool) -> None:
        """Folded, the heading says what is chosen."""
        super().set_open(on)
        self._show()

    def _listed(self) -> tuple[list[tuple[str, int]], int]:
        """The values to show (chosen ones first where the list is cut) and how many more there are."""
        counts = list(self._counts.counts) if self._counts is not None else []
        known = {value for value, _ in counts}
        counts += [(value, 0) for value in sorted(self._filter.values) if value not in known]
        wanted = self.search.text().strip().casefold() if self.search is not None else ""
        if wanted:
            found = [(value, count) for value, count in counts if wanted in words.value_text(self.facet, value).casefold()]
            return found[:_SEARCHED], 0
        if self._all:
            return counts, 0
        # A chosen value stays where it is in the list of the greatest; below that it is pulled up, so that it can be unticked.
        top = counts[:_FEW]
        top += [entry for entry in counts[_FEW:] if entry[0] in self._filter.values]
        return top, len(counts) - len(top)

    def _show(self) -> None:
        active = bool(self._filter.values)
        self.header.set_words(value=words.category_text(self._filter) if active and not self.is_open() else "")
        if self.values is None or self._more is None or self._negate is None or self._missing is None:
            return
        listed, rest = self._listed()
        most = max((count for _, count in listed), default=0) or 1
        self.values.set_values(
            [FacetValue(value, words.value_text(self.facet, value), formats().integer(count), count / most) for value, count in listed]
        )
        self.values.set_checked(frozenset(self._filter.values))
        can_fold = self._all and self._counts is not None and len(self._counts.counts) > _FEW
        self._more.setText(tr("creators", "Fewer") if can_fold else tr("creators", "{number} more", number=formats().integer(rest)))
        self._more.updateGeometry()
        self._more.setVisible(can_fold or (rest > 0 and not self._searchable))
        missing = self._counts.missing if self._counts is not None else 0
        for box, text, on, shown in (
            (self._negate, tr("creators", "Leave these out"), self._filter.negate, active),
            (
                self._missing,
                tr("creators", "With the {number} without data", number=formats().integer(missing)),
                self._filter.include_missing,
                (active and missing > 0) or self._filter.include_missing,
            ),
        ):
            box.setText(text)
            box.setVisible(shown)
            box.blockSignals(True)
            box.setChecked(on)
            box.blockSignals(False)

    def _on_more(self) -> None:
        self._all = not self._all
        self._show()

    def _on_toggled(self, value: object, on: bool) -> None:
        if not isinstance(value, str):
            return
        values = self._filter.values | {value} if on else self._filter.values - {value}
        self._emit(CategoryFilter(self.facet, values, self._filter.negate and bool(values), self._filter.include_missing and bool(values)))

    def _on_negate(self, on: bool) -> None:
        self._emit(CategoryFilter(self.facet, self._filter.values, on, self._filter.include_missing))

    def _on_missing(self, on: bool) -> None:
        self._emit(CategoryFilter(self.facet, self._filter.values, self._filter.negate, on))

    def _emit(self, wanted: CategoryFilter) -> None:
        self._filter = wanted
        self._show()
        self.changed.emit(wanted)
