"""Things to press: button with icon and key cap, icon button, link, segmented control, switch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QMenu, QPushButton, QSizePolicy, QWidget

from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.theme.icons import paint as paint_icon
from xingtu_desktop.ui.widgets.painting import fill_round, key_cap_width, paint_focus, paint_key_cap, saved, stroke_round

Kind = Literal["primary", "secondary", "ghost", "danger", "link", "selected"]


class Button(QPushButton):
    """A button of the design. `key` is the shortcut shown in it; pressing that key is the business of the view's commands.

    It takes focus by Tab only: a click leaves the focus where the keyboard commands work.
    """

    def __init__(
        self,
        text: str = "",
        *,
        kind: Kind = "secondary",
        icon: str = "",
        key: str = "",
        small: bool = False,
        drops: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._kind: Kind = kind
        self._icon = icon
        self._key = key
        self._small = small
        self._drops = drops
        self._popup: QMenu | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)

    def set_kind(self, kind: Kind) -> None:
        """Change the look: the one primary button of a view can move."""
        self._kind = kind
        self.updateGeometry()
        self.update()

    def kind(self) -> Kind:
        """The look in force."""
        return self._kind

    def set_icon(self, icon: str) -> None:
        """Show another icon, or none with ""."""
        self._icon = icon
        self.updateGeometry()
        self.update()

    def set_key(self, key: str) -> None:
        """Show another shortcut, or none with ""."""
        self._key = key
        self.updateGeometry()
        self.update()

    def set_menu(self, menu: QMenu) -> None:
        """Open `menu` below the button when pressed."""
        self._popup = menu
        self._drops = True
        self.clicked.connect(self._open_menu)

    def _open_menu(self) -> None:
        if self._popup is not None:
            self._popup.setMinimumWidth(self.width())
            self._popup.popup(self.mapToGlobal(QPoint(0, self.height() + 4)))

    def sizeHint(self) -> QSize:
        """32 px high (28 small), as wide as its parts."""
        theme = current_theme()
        height = theme.px(28 if self._small else 32)
        if self._kind == "link":
            height = theme.px(20)
        return QSize(round(sum(self._parts())), height)

    def minimumSizeHint(self) -> QSize:
        """Never cut."""
        return self.sizeHint()

    def _font_size(self) -> int:
        return 12 if self._small or self._kind == "link" else 13

    def _parts(self) -> tuple[float, float, float, float, float]:
        """Widths: padding, icon with gap, text, key with gap, arrow with gap (the padding counts both sides)."""
        theme = current_theme()
        text = QFontMetrics(theme.font(self._font_size(), strong=self._kind == "primary")).horizontalAdvance(self.text())
        gap = theme.px(6) if self.text() else 0
        padding = 0 if self._kind == "link" else theme.px(16 if self._small else 24)
        if not self.text():
            padding = theme.px(12 if self._small else 16)
        icon = (theme.px(16) + gap) if self._icon else 0
        key = (key_cap_width(self._key) + theme.px(8)) if self._key else 0
        arrow = theme.px(14) + theme.px(4) if self._drops else 0
        return padding, icon, text, key, arrow

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, icon, words, key and arrow, centred as one."""
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        rect = QRectF(self.rect())
        hover = self.underMouse() and self.isEnabled()
        edge: str | None = tokens.line_control
        ground: str | None = tokens.hover if hover else tokens.surface
        ink = tokens.text
        if self._kind == "primary":
            edge = ground = tokens.accent_hover if hover or self.isDown() else tokens.accent
            ink = tokens.on_accent
        elif self._kind == "danger":
            edge, ink, ground = tokens.bad, tokens.bad, tokens.bad_soft if hover else tokens.surface
        elif self._kind in ("ghost", "link"):
            edge, ground, ink = None, tokens.hover if hover and self._kind == "ghost" else None, tokens.text_2
            if self._kind == "link":
                ink = tokens.accent_hover if hover else tokens.accent
        elif self._kind == "selected":
            edge, ground, ink = None, tokens.selected, tokens.accent
        elif self._small:
            edge = tokens.line_control
        if self.isDown() and self._kind == "secondary":
            ground = tokens.line
        if not self.isEnabled():
            ink = tokens.text_3
            if self._kind not in ("ghost", "link"):
                edge, ground = tokens.line, tokens.hover
        with saved(painter):
            if edge:
                stroke_round(painter, rect, 6, edge, ground)
            elif ground:
                fill_round(painter, rect, 6, ground)
        _, icon, text, key, arrow = self._parts()
        left = (rect.width() - (icon + text + key + arrow)) / 2
        middle = rect.height() / 2
        if self._icon:
            size = theme.px(16)
            paint_icon(painter, self._icon, left, middle - size / 2, size, tokens.text_2 if ink == tokens.text else ink)
            left += icon
        painter.setFont(theme.font(self._font_size(), strong=self._kind == "primary"))
        painter.setPen(QColor(ink))
        painter.drawText(QRectF(left, 0, text + 2, rect.height()), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        left += text
        if self._key:
            height = theme.px(18)
            cap = QRectF(left + theme.px(8), middle - height / 2, key_cap_width(self._key), height)
            if self._kind == "primary" and self.isEnabled():
                paint_key_cap(painter, cap, self._key, edge=ink, ground=tokens.accent_hover, ink=ink)
            else:
                paint_key_cap(painter, cap, self._key)
            left += key
        if self._drops:
            size = theme.px(14)
            paint_icon(painter, "chevron-down", left + theme.px(4), middle - size / 2, size, ink)
        if self.hasFocus():
            paint_focus(painter, rect, 6, tokens)
            if self._kind == "primary":
                with saved(painter):
                    stroke_round(painter, rect.adjusted(2, 2, -2, -2), 4, tokens.on_accent, width=1.5)


class IconButton(QPushButton):
    """A square button with an icon alone; its accessible name doubles as the tooltip."""

    def __init__(self, icon: str, name: str, *, size: int = 28, role: str = "text-2", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._size = size
        self._role = role
        self.set_name(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_name(self, name: str) -> None:
        """What it does, in words."""
        self.setAccessibleName(name)
        self.setToolTip(name)

    def set_icon(self, icon: str, role: str = "") -> None:
        """Show another icon (and colour role)."""
        self._icon = icon
        self._role = role or self._role
        self.update()

    def sizeHint(self) -> QSize:
        """A square."""
        side = current_theme().px(self._size)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        """A square."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the icon on a ground that shows hover and the checked state."""
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        rect = QRectF(self.rect())
        role = self._role
        with saved(painter):
            if self.isChecked():
                fill_round(painter, rect, 6, tokens.selected)
                role = "accent"
            elif self.underMouse() and self.isEnabled():
                fill_round(painter, rect, 6, tokens.hover)
        size = theme.px(16 if self._size <= 28 else 20)
        paint_icon(
            painter, self._icon, (rect.width() - size) / 2, (rect.height() - size) / 2, size, role if self.isEnabled() else "line-control"
        )
        if self.hasFocus():
            paint_focus(painter, rect, 6, tokens)


@dataclass(frozen=True, slots=True)
class Segment:
    """One choice of a segmented control."""

    key: str
    text: str
    icon: str = ""


_ROOMY, _TIGHT = 10, 4
"""Design pixels at each side of a segment's words, and the least of them."""


class SegmentedControl(QWidget):
    """One of a few choices, as in 全部 | 脚本 | 视频; arrows move, `changed` gives the key."""

    changed = Signal(str)

    def __init__(self, segments: Sequence[Segment] = (), *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._segments = tuple(segments)
        self._current = self._segments[0].key if self._segments else ""
        self._hover = -1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def set_segments(self, segments: Sequence[Segment]) -> None:
        """Replace words and choices; the current key stays when it is still there."""
        self._segments = tuple(segments)
        if self._current not in {segment.key for segment in self._segments} and self._segments:
            self._current = self._segments[0].key
        self._describe()
        self.updateGeometry()
        self.update()

    def current(self) -> str:
        """The key chosen."""
        return self._current

    def set_current(self, key: str) -> None:
        """Choose without telling anyone."""
        self._current = key
        self._describe()
        self.update()

    def _describe(self) -> None:
        self.setAccessibleDescription(next((segment.text for segment in self._segments if segment.key == self._current), ""))

    def _choose(self, index: int) -> None:
        if 0 <= index < len(self._segments) and self._segments[index].key != self._current:
            self.set_current(self._segments[index].key)
            self.changed.emit(self._current)

    def _widths(self, padding: int) -> list[int]:
        theme = current_theme()
        metrics = QFontMetrics(theme.font(12))
        icon = theme.px(19)
        return [metrics.horizontalAdvance(each.text) + 2 * padding + (icon if each.icon else 0) for each in self._segments]

    def _whole(self, padding: int) -> int:
        gap = current_theme().px(2)
        widths = self._widths(padding)
        return sum(widths) + gap * (len(widths) + 1) if widths else current_theme().px(28)

    def _padding(self) -> int:
        """The space beside the words: less of it where the room is short, so that the words stay whole."""
        theme = current_theme()
        short = self._whole(theme.px(_ROOMY)) - self.width()
        if short <= 0 or not self._segments:
            return theme.px(_ROOMY)
        return max(theme.px(_TIGHT), theme.px(_ROOMY) - -(-short // (2 * len(self._segments))))

    def _rects(self) -> list[QRectF]:
        theme = current_theme()
        left, result = float(theme.px(2)), []
        for width in self._widths(self._padding()):
            result.append(QRectF(left, theme.px(2), width, theme.px(24)))
            left += width + theme.px(2)
        return result

    def sizeHint(self) -> QSize:
        """28 px high."""
        theme = current_theme()
        return QSize(self._whole(theme.px(_ROOMY)), theme.px(28))

    def minimumSizeHint(self) -> QSize:
        """Closer together, yet never cut."""
        theme = current_theme()
        return QSize(self._whole(theme.px(_TIGHT)), theme.px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A quiet trough with the choice lifted out of it."""
        theme = current_theme()
        tokens = theme.tokens
        padding = self._padding()
        painter = QPainter(self)
        with saved(painter):
            fill_round(painter, QRectF(self.rect()), 6, tokens.hover if tokens.name == "light" else tokens.line)
            for index, (segment, rect) in enumerate(zip(self._segments, self._rects(), strict=True)):
                chosen = segment.key == self._current
                if chosen:
                    lifted = tokens.surface if tokens.name == "light" else tokens.line_strong
                    stroke_round(painter, rect, 5, tokens.line if tokens.name == "light" else tokens.line_strong, lifted)
                ink = tokens.text if chosen or index == self._hover else tokens.text_2
                left = rect.left() + padding
                if segment.icon:
                    paint_icon(painter, segment.icon, left - 2, rect.center().y() - theme.px(7), theme.px(14), ink)
                    left += theme.px(19)
                painter.setFont(theme.font(12))
                painter.setPen(QColor(ink))
                painter.drawText(
                    QRectF(left, rect.top(), rect.width(), rect.height()),
                    Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
                    segment.text,
                )
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), 6, tokens)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light the segment under the pointer."""
        hover = next((index for index, rect in enumerate(self._rects()) if rect.contains(event.position())), -1)
        if hover != self._hover:
            self._hover = hover
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing under the pointer."""
        self._hover = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the segment under the pointer."""
        for index, rect in enumerate(self._rects()):
            if rect.contains(event.position()):
                self._choose(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move the choice."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if not step:
            super().keyPressEvent(event)
            return
        keys = [segment.key for segment in self._segments]
        self._choose(keys.index(self._current) + step)


class Switch(QCheckBox):
    """An on–off switch with its words beside it."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Track and words."""
        theme = current_theme()
        words = QFontMetrics(theme.font(13)).horizontalAdvance(self.text())
        return QSize(theme.px(36) + (words + theme.px(8) if words else 0), theme.px(24))

    def hitButton(self, pos: QPoint) -> bool:
        """The words switch too."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw track, knob and words."""
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        height, width = theme.px(18), theme.px(32)
        top = (self.height() - height) / 2
        track = QRectF(2, top, width, height)
        on = self.isChecked()
        color = tokens.accent if on else tokens.line_control
        if not self.isEnabled():
            color = tokens.line_strong
        with saved(painter):
            fill_round(painter, track, height / 2, color)
            knob = height - 4
            left = track.right() - knob - 2 if on else track.left() + 2
            fill_round(painter, QRectF(left, top + 2, knob, knob), knob / 2, tokens.on_accent if on else tokens.surface)
        painter.setFont(theme.font(13))
        painter.setPen(QColor(tokens.text if self.isEnabled() else tokens.text_3))
        painter.drawText(
            QRectF(track.right() + theme.px(8), 0, self.width(), self.height()),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            self.text(),
        )
        if self.hasFocus():
            paint_focus(painter, track.adjusted(-2, -2, 2, 2), height / 2 + 1, tokens)
