"""The base of every view: redraws its words when the language changes and keeps input methods off where letters are commands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QWidget


class View(QWidget):
    """A widget whose words are set in `retranslate`, which runs at once on every switch of language.

    A view whose letters are commands sets `single_key_commands`: while it or a child that takes no text has
    focus, the pinyin input method stays off, or J would open a candidate list instead of moving down.
    """

    single_key_commands = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        if self.single_key_commands:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)

    def retranslate(self) -> None:
        """Set every word on screen again; called by the constructor of the subclass and on a switch of language."""

    def changeEvent(self, event: QEvent) -> None:
        """Qt's notice of a new language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def takes_text(widget: QWidget | None) -> bool:
    """Whether letters typed at `widget` are text; single-key commands never fire there."""
    if isinstance(widget, QLineEdit | QTextEdit | QPlainTextEdit):
        return widget.isEnabled() and not widget.isReadOnly()
    if isinstance(widget, QAbstractSpinBox):
        return True
    return isinstance(widget, QComboBox) and widget.isEditable()
