"""The bar at the foot: who is in the order basket, what they ask, what they may bring, and the way to an order."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from xingtu_desktop.domain.creator import Creator, VideoTier
from xingtu_desktop.services.shortlists import Basket
from xingtu_desktop.ui.creators import words
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.labels import ElidedLabel, line, text_label
from xingtu_desktop.ui.widgets.painting import fill_round, paint_avatar, paint_focus, paint_whisker, saved

_FACES = 4


class Faces(QWidget):
    """Overlapping avatars of the first few, and how many more there are; a click shows all of them."""

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._people: tuple[tuple[str, str], ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_people(self, creators: Sequence[Creator]) -> None:
        """Newest last, as they were added."""
        self._people = tuple((creator.nickname, str(creator.author_id)) for creator in creators)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """30 px circles, 22 px apart."""
        theme = current_theme()
        shown = min(len(self._people), _FACES) + (len(self._people) > _FACES)
        return QSize(theme.px(10) + theme.px(22) * max(1, shown) + theme.px(4), theme.px(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the circles with a ring of the ground around each."""
        theme = current_theme()
        painter = QPainter(self)
        size, step = theme.px(28), theme.px(22)
        top = (self.height() - size) / 2
        for place, (name, key) in enumerate(self._people[:_FACES]):
            circle = QRectF(2 + place * step, top, size, size)
            with saved(painter):
                fill_round(painter, circle.adjusted(-2, -2, 2, 2), size, theme.tokens.surface)
            paint_avatar(painter, circle, name, key=key)
        rest = len(self._people) - _FACES
        if rest > 0:
            circle = QRectF(2 + _FACES * step, top, size, size)
            with saved(painter):
                fill_round(painter, circle.adjusted(-2, -2, 2, 2), size, theme.tokens.surface)
                fill_round(painter, circle, size, theme.tokens.hover)
                painter.setFont(theme.font(12))
                painter.setPen(QColor(theme.tokens.text_2))
                painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, f"+{min(rest, 99)}")
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), 6, theme.tokens)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click."""
        self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)


class _Range(QWidget):
    """The expected plays between P10 and P90."""

    def __init__(self) -> None:
        super().__init__()
        self._places: tuple[float, float, float] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_places(self, places: tuple[float, float, float] | None) -> None:
        self._places = places
        self.update()

    def has_places(self) -> bool:
        return self._places is not None

    def sizeHint(self) -> QSize:
        return QSize(current_theme().px(110), current_theme().px(14))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._places is not None:
            paint_whisker(QPainter(self), QRectF(self.rect()).adjusted(3, 0, -3, 0), *self._places, current_theme().tokens)


class BasketBar(QWidget):
    """Hidden while the basket is empty."""

    ordered = Signal()
    compared = Signal()
    shown_all = Signal()
    emptied = Signal()
    tier_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._basket: Basket | None = None
        self._tier = VideoTier.FROM_21_TO_60
        self._online = True
        self.faces = Faces()
        self.count = text_label(type="heading", strong=True)
        self.count_note = text_label(type="caption", tone="text-3")
        self.money = text_label(type="heading", strong=True)
        self.money_note = ElidedLabel(type="caption", tone="text-3")
        self.plays = text_label(type="heading", strong=True)
        self.plays_note = ElidedLabel(type="caption", tone="text-3")
        self._range = _Range()
        self.tier = Button(kind="ghost", small=True)
        self._tier_menu = QMenu(self)
        self.tier.set_menu(self._tier_menu)
        self._tier_menu.aboutToShow.connect(self._fill_tiers)
        self.more = Button(kind="ghost", small=True)
        self.more.clicked.connect(self.emptied)
        self.compare = Button(icon="compare", key="C")
        self.order = Button(kind="primary")
        row = self._row = QHBoxLayout()
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(14)
        row.addWidget(self.faces)
        row.addLayout(_pair(self.count, self.count_note))
        self._lines = (line(horizontal=False), line(horizontal=False))
        row.addWidget(self._lines[0])
        row.addLayout(_pair(self.money, self.money_note))
        row.addWidget(self.tier)
        row.addWidget(self._lines[1])
        row.addLayout(_pair(self.plays, self.plays_note))
        row.addWidget(self._range)
        row.addStretch(1)
        row.addWidget(self.more)
        row.addWidget(self.compare)
        row.addWidget(self.order)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(line())
        outer.addLayout(row)
        self.faces.clicked.connect(self.shown_all)
        self.compare.clicked.connect(self.compared)
        self.order.clicked.connect(self.ordered)
        self.hide()
        self.retranslate()

    def basket(self) -> Basket | None:
        """What is shown."""
        return self._basket

    def set_basket(self, basket: Basket, tier: VideoTier) -> None:
        """Another content."""
        self._basket, self._tier = basket, tier
        self.setVisible(bool(basket.creators))
        self.faces.set_people(basket.creators)
        self.retranslate()

    def set_online(self, online: bool) -> None:
        """Offline, the button says what will happen."""
        self._online = online
        self.retranslate()

    def retranslate(self) -> None:
        """Every word again."""
        basket = self._basket
        self.more.setText(tr("creators", "Empty"))
        self.compare.setText(tr("creators", "Compare"))
        self.tier.setText(words.TIER_NAMES[self._tier].text())
        self.tier.setToolTip(tr("creators", "The video length that the sum is for"))
        if basket is None:
            return
        number = len(basket.creators)
        text = formats()
        self.faces.setAccessibleName(tr("creators", "Show the basket"))
        self.count.setText(tr("creators", "{count} creator|{count} creators", count=text.integer(number)))
        self.count_note.setText(tr("creators", "Order basket"))
        self.money.setText(text.money(basket.quotes))
        self.money_note.setText(
            tr("creators", "before the fee")
            if not basket.without_quote
            else tr("creators", "quotes, {number} without one", number=text.integer(basket.without_quote))
        )
        self.plays.setText(tr("creators", "{number} plays", number=text.estimate(text.count(basket.expected_plays))))
        low, high = basket.plays_p10, basket.plays_p90
        if low is None or high is None or basket.expected_plays is None or high <= 0:
            self.plays_note.setText(tr("creators", "expected"))
            self._range.set_places(None)
        else:
            self.plays_note.setText(tr("creators", "P10 {low} – P90 {high}", low=text.count(low), high=text.count(high)))
            top = high * 1.08
            self._range.set_places((low / top, min(basket.expected_plays / top, 1.0), high / top))
        self.order.setText(
            tr("creators", "Order {count} creator|Order {count} creators", count=number)
            if self._online
            else tr("creators", "Order, sent once online")
        )
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What can be spared gives way."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Words and buttons keep their whole width; the drawn range goes first, then space, then what a key also does."""
        for note in (self.money_note, self.plays_note):
            note.setMinimumWidth(min(note.fontMetrics().horizontalAdvance(note.text()) + 2, current_theme().px(190)))
        for part in (self.faces, self.tier, self.more, self.compare, self.order):
            part.setMinimumWidth(part.sizeHint().width())
        spared: tuple[QWidget, ...] = (
            self._range,
            self.more,
            self.compare,
            self.faces,
            self.tier,
            self.plays,
            self.plays_note,
            self._lines[1],
            self.count_note,
        )
        for extra in spared:
            extra.setVisible(extra is not self._range or self._range.has_places())
        for gone in range(len(spared) + 1):
            if gone:
                spared[gone - 1].hide()
            self._row.setSpacing(14 if gone < 2 else 8)
            self._row.invalidate()
            if self._row.minimumSize().width() <= self.width():
                break

    def _fill_tiers(self) -> None:
        self._tier_menu.clear()
        for tier, name in words.TIER_NAMES.items():
            action = self._tier_menu.addAction(name.text())
            action.setCheckable(True)
            action.setChecked(tier is self._tier)
            action.triggered.connect(lambda _=False, tier=tier: self.tier_chosen.emit(tier))


def _pair(above: QWidget, below: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(0)
    column.addWidget(above)
    column.addWidget(below)
    return column
