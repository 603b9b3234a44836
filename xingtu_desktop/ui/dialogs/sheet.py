"""A sheet that slides over the right side of its window: long confirmations and editors that must not hide everything."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPropertyAnimation, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import IconButton
from xingtu_desktop.ui.widgets.labels import line, panel, text_label


class Sheet(QWidget):
    """A veil over the window with a panel at the right: title, `body`, and `footer` for its buttons.

    Build it, fill `body` and `footer`, then `open_sheet()`. It deletes itself after `closed`.
    """

    closed = Signal()

    def __init__(self, parent: QWidget, title: str, *, width: int = 480) -> None:
        window = parent.window()
        super().__init__(window)
        self.setObjectName("sheet")
        self._width = width
        self._before = window.focusWidget()
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._panel = panel("raised", self)
        self.title = text_label(title, type="heading")
        close = IconButton("close", tr("dialogs", "Close"))
        close.clicked.connect(self.close_sheet)
        head = QHBoxLayout()
        head.setContentsMargins(24, 16, 16, 12)
        head.addWidget(self.title, 1)
        head.addWidget(close)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(24, 16, 24, 16)
        self.body.setSpacing(12)
        self.footer = QHBoxLayout()
        self.footer.setContentsMargins(24, 12, 24, 12)
        self.footer.setSpacing(8)
        self.footer.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(line())
        column.addLayout(self.body, 1)
        column.addWidget(line())
        column.addLayout(self.footer)
        outer = QHBoxLayout(self._panel)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(line(horizontal=False))
        outer.addLayout(column, 1)
        self._motion = QPropertyAnimation(self._panel, b"geometry", self)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        window.installEventFilter(self)
        self.hide()

    def open_sheet(self, focus: QWidget | None = None) -> None:
        """Slide in, with the keyboard at `focus`."""
        self.setGeometry(self.window().rect())
        self.show()
        self.raise_()
        end = self._place()
        duration = current_theme().motion_ms
        if duration:
            self._motion.setDuration(duration)
            self._motion.setStartValue(end.translated(end.width() // 4, 0))
            self._motion.setEndValue(end)
            self._motion.start()
        else:
            self._panel.setGeometry(end)
        (focus or self).setFocus(Qt.FocusReason.PopupFocusReason)

    def close_sheet(self) -> None:
        """Go; the keyboard returns to where it was."""
        if self.isHidden():
            return
        self._motion.stop()
        self.setObjectName("")
        self.window().removeEventFilter(self)
        self.hide()
        self.closed.emit()
        self.deleteLater()
        if self._before is not None and isValid(self._before):
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self.window().rect())
            self._motion.stop()
            self._panel.setGeometry(self._place())
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes; no key reaches the window behind."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_sheet()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press beside the sheet closes it: nothing in it is lost, because drafts save as one types."""
        if not self._panel.geometry().contains(event.position().toPoint()):
            self.close_sheet()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the veil."""
        QPainter(self).fillRect(self.rect(), current_theme().color("scrim"))

    def _place(self) -> QRect:
        width = min(current_theme().px(self._width), self.width() - 72)
        return QRect(self.width() - width, 0, width, self.height())
