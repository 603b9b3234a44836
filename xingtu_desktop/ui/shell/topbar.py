"""The 48 px bar: account with its menu, the field that opens the palette, the sync pill, the two clocks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QLinearGradient, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from xingtu_desktop.ui.formats import DOT
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.shell.commands import key_caps
from xingtu_desktop.ui.shell.ports import AccountInfo, MenuEntry, ShellPorts, SyncStatus
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.theme.icons import paint as paint_icon
from xingtu_desktop.ui.widgets.labels import Pill, line
from xingtu_desktop.ui.widgets.painting import fill_round, key_cap_width, paint_avatar, paint_focus, paint_key_cap, saved, stroke_round
from xingtu_desktop.ui.widgets.view import View

HEIGHT = 48
_INSET = 6


class TopBar(View):
    """The bar above every view."""

    palette_asked = Signal()
    outbox_asked = Signal()

    def __init__(self, ports: ShellPorts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ports = ports
        self._status = SyncStatus("offline")
        self.setProperty("panel", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(current_theme().px(HEIGHT))
        self.account = AccountButton()
        self.search = PaletteField()
        self.search.clicked.connect(self.palette_asked)
        self.sync_pill = Pill(clickable=True)
        self.sync_pill.clicked.connect(self.outbox_asked)
        self.clock = Pill()
        row = QHBoxLayout()
        # The account draws its own ground: its square stands 16 px from the edge, the ground and the focus ring reach around it.
        row.setContentsMargins(16 - _INSET, 0, 16, 0)
        row.setSpacing(12)
        row.addWidget(self.account)
        row.addStretch(1)
        row.addWidget(self.search, 4)
        row.addStretch(1)
        row.addWidget(self.sync_pill)
        row.addWidget(self.clock)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        # The row cannot grow, and a layout that cannot grow leaves its rest at the bottom, below the line.
        column.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        column.addWidget(line())
        current_theme().changed.connect(self._on_theme)
        self.retranslate()

    def set_status(self, status: SyncStatus) -> None:
        """Show where the sync stands."""
        self._status = status
        self.tick()

    def tick(self) -> None:
        """Write ages and clocks again; the window calls it now and then."""
        fmt, now, status = formats(), self._ports.now(), self._status
        words, dot, icon, tone = {
            "online": (tr("shell", "Online"), "good", "", ""),
            "syncing": (tr("shell", "Syncing"), "accent", "", ""),
            "degraded": (tr("shell", "Unsteady"), "warn", "", ""),
            "offline": (tr("shell", "Offline"), "", "wifi-off", "warn"),
            "signed_out": (tr("shell", "Sign in again"), "", "lock", "bad"),
        }[status.state]
        parts, age = [words], ""
        if status.last_sync is not None and status.state != "syncing":
            if status.state == "online":
                age = tr("shell", "synced {age}", age=fmt.ago(status.last_sync, now))
            else:
                age = tr("shell", "synced at {time}", time=fmt.clock(status.last_sync))
            parts.append(age)
        if status.needs_you:
            parts.append(tr("shell", "{count} needs you|{count} need you", count=status.needs_you))
            dot = "bad" if dot else ""
        if status.waiting:
            parts.append(tr("shell", "{count} waiting", count=status.waiting))
        clock = fmt.dual_clock(now if self._ports.platform_now is None else self._ports.platform_now())
        whole = DOT.join(parts)
        self.sync_pill.set_pill(whole, dot=dot, icon=icon, tone=tone)
        self.clock.set_pill(clock)
        # Where the bar is too short, what can be read elsewhere goes: the second zone, then the age. Both stay in the tooltips.
        if self._short():
            self.clock.set_pill(clock.split(DOT)[0])
        if self._short() and age:
            self.sync_pill.set_pill(DOT.join(part for part in parts if part != age), dot=dot, icon=icon, tone=tone)
        self.clock.setToolTip(clock if clock != self.clock.text() else "")
        hint = tr("shell", "Open the outbox")
        self.sync_pill.setToolTip(hint if self.sync_pill.text() == whole else f"{whole}\n{hint}")

    def _short(self) -> bool:
        """Whether the pills leave too little for account and search."""
        least = sum(each.minimumSizeHint().width() for each in (self.account, self.search))
        pills = self.sync_pill.sizeHint().width() + self.clock.sizeHint().width()
        return self.width() > 0 and least + pills + 5 * 12 + 32 > self.width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say as much as there is room for."""
        super().resizeEvent(event)
        self.tick()

    def retranslate(self) -> None:
        """Words in the language in force."""
        self.search.set_words(tr("shell", "Search creators, campaigns, commands…"), "Ctrl+K")
        self.account.retranslate()
        self.tick()

    def _on_theme(self) -> None:
        self.setFixedHeight(current_theme().px(HEIGHT))
        self.tick()


class AccountButton(QPushButton):
    """The account in force; opens the account menu."""

    def __init__(self) -> None:
        super().__init__()
        self._account: AccountInfo | None = None
        self._popup = QMenu(self)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open)

    def set_account(self, account: AccountInfo | None, entries: Sequence[MenuEntry] = ()) -> None:
        """Show an account (None: signed out) and what its menu offers."""
        self._account = account
        self._popup.clear()
        for entry in entries:
            if entry.run is None:
                self._popup.addSeparator()
                continue
            action = self._popup.addAction(entry.text)
            action.triggered.connect(entry.run)
            if entry.shortcut:
                action.setText(f"{entry.text}\t{'+'.join(key_caps(entry.shortcut))}")
            action.setCheckable(entry.checked)
            action.setChecked(entry.checked)
        self.retranslate()
        self.updateGeometry()

    def retranslate(self) -> None:
        """The name for those who listen."""
        self.setAccessibleName(tr("shell", "Account {name}", name=self._words()))
        self.setToolTip(self._words())
        self.update()

    def _words(self) -> str:
        if self._account is None:
            return tr("shell", "No account")
        return f"{self._account.name}{DOT}{self._account.kind}"

    def _open(self) -> None:
        if not self._popup.isEmpty():
            self._popup.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def sizeHint(self) -> QSize:
        """Square, name, kind, arrow."""
        theme = current_theme()
        name, kind = self._widths()
        return QSize(theme.px(2 * _INSET + 22 + 8 + 8 + 14) + min(name + kind, theme.px(440)) + 4, theme.px(32))

    def minimumSizeHint(self) -> QSize:
        """The square and a few letters."""
        return QSize(current_theme().px(120), current_theme().px(32))

    def _parts(self) -> tuple[str, str]:
        """The name, and the kind of the account with the dot before it."""
        if self._account is None:
            return tr("shell", "No account"), ""
        return self._account.name, f"{DOT}{self._account.kind}" if self._account.kind else ""

    def _widths(self) -> tuple[int, int]:
        theme = current_theme()
        name, kind = self._parts()
        return QFontMetrics(theme.font(13, strong=True)).horizontalAdvance(name), QFontMetrics(theme.font(13)).horizontalAdvance(kind)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw square, name, kind and arrow; where both do not fit, the kind (training or real money) keeps half of the room."""
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self.underMouse():
            with saved(painter):
                fill_round(painter, rect, 6, tokens.hover)
        size = theme.px(22)
        square = QRectF(theme.px(_INSET), (rect.height() - size) / 2, size, size)
        if self._account is not None:
            paint_avatar(painter, square, self._account.name, key=self._account.key, square=True)
        left = square.right() + theme.px(8)
        room = int(rect.width() - left - theme.px(_INSET + 8 + 14)) + 2
        name, kind = self._widths()
        # Widths are rounded, and a text that misses half a pixel would end in dots.
        kept = min(kind + 3, max(room - name, room // 2))
        strong = True
        for text, most in zip(self._parts(), (room - kept, kept), strict=True):
            painter.setFont(theme.font(13, strong=strong))
            painter.setPen(QColor(tokens.text if strong else tokens.text_2))
            words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, most)
            painter.drawText(QRectF(left, 0, most + 4, rect.height()), Qt.AlignmentFlag.AlignVCenter, words)
            left += painter.fontMetrics().horizontalAdvance(words)
            strong = False
        arrow = theme.px(14)
        paint_icon(painter, "chevron-down", left + theme.px(8), (rect.height() - arrow) / 2, arrow, "text-3")
        if self.hasFocus():
            paint_focus(painter, rect, 6, tokens)


class PaletteField(QPushButton):
    """Looks like a search field and opens the palette, which is the one place where one searches everything."""

    def __init__(self) -> None:
        super().__init__()
        self._hint = ""
        self._keys: tuple[str, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setMaximumWidth(460)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_words(self, hint: str, shortcut: str) -> None:
        """Hint and key."""
        self._hint = hint
        self._keys = (" ".join(key_caps(shortcut)),)
        self.setAccessibleName(hint)
        self.update()

    def sizeHint(self) -> QSize:
        """280 by 32 px; it grows to 460 where there is room, and never at the cost of the account's name."""
        return QSize(current_theme().px(280), current_theme().px(32))

    def minimumSizeHint(self) -> QSize:
        """May shrink."""
        return QSize(current_theme().px(160), current_theme().px(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it as a field."""
        theme = current_theme()
        tokens = theme.tokens
        painter = QPainter(self)
        rect = QRectF(self.rect())
        with saved(painter):
            stroke_round(painter, rect, 6, tokens.line if not self.underMouse() else tokens.line_strong, tokens.window)
        size = theme.px(16)
        paint_icon(painter, "search", theme.px(10), (rect.height() - size) / 2, size, "text-3")
        right = rect.right() - theme.px(6)
        for cap in self._keys:
            width, height = key_cap_width(cap), theme.px(20)
            paint_key_cap(painter, QRectF(right - width, (rect.height() - height) / 2, width, height), cap)
            right -= width + theme.px(6)
        painter.setFont(theme.font(13))
        painter.setPen(QColor(tokens.text_3))
        left = theme.px(34)
        words = painter.fontMetrics().elidedText(self._hint, Qt.TextElideMode.ElideRight, int(right - left))
        painter.drawText(QRectF(left, 0, right - left, rect.height()), Qt.AlignmentFlag.AlignVCenter, words)
        if self.hasFocus():
            paint_focus(painter, rect, 6, tokens)


class Logo(QWidget):
    """The mark of the program: 星 on a blue to violet square."""

    def __init__(self, size: int = 32, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A square."""
        side = current_theme().px(self._size)
        return QSize(side, side)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text scale."""
        super().changeEvent(event)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it; the mark keeps its colours in both themes."""
        painter = QPainter(self)
        rect = QRectF(self.rect())
        gradient = QLinearGradient(rect.topLeft(), rect.bottomRight())
        gradient.setColorAt(0, QColor("#2B5CFF"))
        gradient.setColorAt(1, QColor("#7A5CFF"))
        with saved(painter):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(gradient)
            painter.drawRoundedRect(rect, rect.width() * 0.28, rect.width() * 0.28)
            painter.setFont(current_theme().font(15 if self._size >= 32 else 13, strong=True))
            painter.setPen(QColor("#FFFFFF"))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, "星")
