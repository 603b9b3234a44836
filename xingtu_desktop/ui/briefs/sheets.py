"""What opens over the editor: a comparison of versions with its restore, and the evidence for a finding."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QTextEdit, QVBoxLayout, QWidget

from xingtu_desktop.domain.brief import Evidence
from xingtu_desktop.domain.review_text import DiffLine, Side
from xingtu_desktop.services.briefs import FieldChange
from xingtu_desktop.ui.briefs import words
from xingtu_desktop.ui.briefs.fields import Field
from xingtu_desktop.ui.dialogs.sheet import Sheet
from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.labels import panel, text_label


class CompareSheet(Sheet):
    """What changed between an old version and now, and the button that brings the old one back."""

    def __init__(self, parent: QWidget, when: str, changes: Sequence[FieldChange], restore: Callable[[], None]) -> None:
        super().__init__(parent, tr("briefs", "{when} compared with now", when=when), width=620)
        host = QWidget()
        column = QVBoxLayout(host)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for change in changes:
            column.addWidget(_change(change))
        if not changes:
            column.addWidget(text_label(tr("briefs", "Nothing differs."), tone="text-2"))
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(host)
        self.body.addWidget(scroll)
        self.restore_button = Button(tr("briefs", "Restore this version"), icon="history")
        self.restore_button.setEnabled(bool(changes))
        self.restore_button.clicked.connect(self.close_sheet)
        self.restore_button.clicked.connect(restore)
        self.footer.addWidget(self.restore_button)


def _change(change: FieldChange) -> QWidget:
    host = panel("card")
    column = QVBoxLayout(host)
    column.setContentsMargins(12, 10, 12, 10)
    column.setSpacing(4)
    column.addWidget(text_label(words.field_name(change.field), strong=True))
    if change.lines:
        column.addWidget(_lines(change.lines))
    else:
        before = text_label(f"− {words.value(change.field, change.before)}", tone="bad", wrap=True)
        after = text_label(f"+ {words.value(change.field, change.after)}", tone="good", wrap=True)
        column.addWidget(before)
        column.addWidget(after)
    return host


def _lines(lines: Sequence[DiffLine]) -> QTextEdit:
    tokens = current_theme().tokens
    shown = QTextEdit()
    shown.setReadOnly(True)
    shown.setProperty("bare", "true")
    shown.setFrameShape(QFrame.Shape.NoFrame)
    cursor = QTextCursor(shown.document())
    for one in lines:
        look = QTextCharFormat()
        if one.side is not Side.SAME:
            tone = "bad" if one.side is Side.REMOVED else "good"
            look.setForeground(QColor(tokens.color(tone)))
            look.setBackground(QColor(tokens.color(f"{tone}-soft")))
            look.setFontStrikeOut(one.side is Side.REMOVED)
        cursor.insertText(one.sentence.text, look)
    shown.document().setTextWidth(540)
    shown.setFixedHeight(round(shown.document().size().height()) + 12)
    shown.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return shown


class EvidenceSheet(Sheet):
    """Asks for a document, where it comes from, its date and what it covers; `given` gets them."""

    def __init__(self, parent: QWidget, term: str, given: Callable[[Evidence], None], choose_file: Callable[[], None]) -> None:
        super().__init__(parent, tr("briefs", "Evidence for “{term}”", term=term), width=460)
        self._given = given
        self.inputs: dict[str, QLineEdit] = {}
        for name, label, hint in (
            ("reference", tr("briefs", "Document"), tr("briefs", "Its name, or pick the file")),
            ("source", tr("briefs", "Source"), tr("briefs", "Who published it")),
            ("dated", tr("briefs", "Date"), tr("briefs", "What time it covers")),
            ("scope", tr("briefs", "Scope"), tr("briefs", "Which product, sample and region")),
        ):
            edit = QLineEdit()
            edit.setPlaceholderText(hint)
            field = Field(edit)
            field.set_words(label)
            self.inputs[name] = edit
            self.body.addWidget(field)
            if name == "reference":
                pick = Button(tr("briefs", "Pick a file…"), icon="attachment", small=True)
                pick.clicked.connect(choose_file)
                self.body.addWidget(pick, 0, Qt.AlignmentFlag.AlignLeft)
        note = tr("briefs", "The name is kept with the brief; the file stays where it is.")
        self.body.addWidget(text_label(note, type="caption", tone="text-3", wrap=True))
        self.body.addStretch(1)
        self.attach = Button(tr("briefs", "Attach"), kind="primary")
        self.attach.setEnabled(False)
        self.attach.clicked.connect(self._give)
        self.inputs["reference"].textChanged.connect(lambda text: self.attach.setEnabled(bool(text.strip())))
        self.inputs["reference"].returnPressed.connect(self.attach.click)
        self.footer.addWidget(self.attach)

    def _give(self) -> None:
        texts = {name: edit.text().strip() for name, edit in self.inputs.items()}
        self.close_sheet()
        self._given(Evidence("", "", texts["reference"], texts["source"], texts["dated"], texts["scope"]))
