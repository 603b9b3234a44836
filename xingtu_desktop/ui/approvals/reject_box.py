"""The box under the content that writes a rejection: points to tick, the text pressed into 100 characters, and the send button."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from xingtu_desktop.domain.approval import ApprovalItem
from xingtu_desktop.services.approvals import ApprovalService, RejectPoint
from xingtu_desktop.ui.approvals import words
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.inputs import CounterTextEdit
from xingtu_desktop.ui.widgets.labels import line, set_tone, text_label

LIMIT = 100


class _TextEdit(CounterTextEdit):
    """The text; Escape belongs to the box, as long as no input method is in the middle of a word."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__(LIMIT, lines=3)
        self.editor.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: object) -> bool:
        """Catch Escape before the editor."""
        if isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return True
        return False


class RejectBox(QFrame):
    """What goes back to the creator. The text follows the ticks until the operator writes in it."""

    sent = Signal(str)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "surface")
        self._points: tuple[RejectPoint, ...] = ()
        self._boxes: dict[str, QCheckBox] = {}
        self._edited = False
        self._item: ApprovalItem | None = None
        self._title = text_label(strong=True)
        self._note = text_label(type="caption", tone="text-3")
        self._last = text_label(type="caption", tone="bad")
        self._points_title = text_label(type="caption", tone="text-2")
        self._text_title = text_label(type="caption", tone="text-2")
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 4, 0)
        self._list.setSpacing(0)
        self._list.addStretch(1)
        host = QWidget()
        host.setLayout(self._list)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(host)
        self.editor = _TextEdit()
        self.editor.edited.connect(self._on_edited)
        self.editor.left.connect(self.cancelled)
        self._after = text_label(type="caption", tone="text-3")
        self._cancel = Button(kind="ghost", key="Esc")
        self._cancel.clicked.connect(self.cancelled)
        self._again = Button()
        self._again.clicked.connect(self._press_again)
        self.send_button = Button(kind="primary", key="Ctrl ↵")
        self.send_button.clicked.connect(self.send)
        self._build()
        self.hide()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._title)
        head.addWidget(self._note, 1)
        head.addWidget(self._last)
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addWidget(self._points_title)
        left.addWidget(self._scroll)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addWidget(self._text_title)
        right.addWidget(self.editor)
        right.addStretch(1)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addLayout(left, 2)
        middle.addLayout(right, 3)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._after, 1)
        foot.addWidget(self._cancel)
        foot.addWidget(self._again)
        foot.addWidget(self.send_button)
        body = QVBoxLayout()
        body.setContentsMargins(16, 12, 16, 12)
        body.setSpacing(8)
        body.addLayout(head)
        body.addLayout(middle)
        body.addLayout(foot)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(line())
        outer.addLayout(body)

    # ------------------------------------------------------------------ opening

    def open_for(self, item: ApprovalItem, points: Sequence[RejectPoint], draft: str | None, also: str = "") -> None:
        """Show the box for a version; `draft` is what was written before it was put away, `also` a point to tick."""
        self._item = item
        self._points = tuple(points)
        for box in self._boxes.values():
            self._list.removeWidget(box)
            box.hide()
            box.deleteLater()
        self._boxes = {}
        for place, point in enumerate(self._points):
            at = formats().duration(point.point.seconds) + "  " if point.point.seconds is not None else ""
            box = QCheckBox(at + _short(point.label))
            box.setToolTip(point.label)
            box.setChecked(point.proposed or point.key == also)
            box.toggled.connect(self._on_ticked)
            self._boxes[point.key] = box
            self._list.insertWidget(place, box)
        self._edited = draft is not None
        self.editor.set_text(draft if draft is not None else self._pressed())
        self.retranslate()
        self._on_length()
        self.show()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        # Room for the box first; only then does the caret know where it stands.
        QTimer.singleShot(0, self.editor, lambda: self.editor.editor.ensureCursorVisible())

    def take(self, key: str) -> None:
        """Tick one more point."""
        box = self._boxes.get(key)
        if box is not None:
            box.setChecked(True)

    def item(self) -> ApprovalItem | None:
        """The version that it is about."""
        return self._item

    def draft(self) -> str | None:
        """What the operator wrote himself, None while the text only follows the ticks."""
        return self.editor.text() if self._edited else None

    def send(self) -> None:
        """Send back, if the text can be taken."""
        text = self.editor.text().strip()
        if text and len(text) <= LIMIT:
            self.sent.emit(text)

    # ------------------------------------------------------------------ inside

    def _chosen(self) -> list[RejectPoint]:
        return [point for point in self._points if self._boxes[point.key].isChecked()]

    def _pressed(self) -> str:
        return ApprovalService.press(self._chosen())

    def _on_ticked(self) -> None:
        if not self._edited:
            self.editor.set_text(self._pressed())
        self._on_length()

    def _on_edited(self) -> None:
        self._edited = True
        self._on_length()

    def _press_again(self) -> None:
        self._edited = False
        self.editor.set_text(self._pressed())
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._on_length()

    def _on_length(self) -> None:
        text = self.editor.text().strip()
        self.send_button.setEnabled(bool(text) and len(text) <= LIMIT)
        self._again.setVisible(self._edited and bool(self._points))
        whole = sum(len(point.point.text) for point in self._chosen())
        if self._edited or whole <= len(text):
            self._text_title.setText(tr("approvals", "Text for the platform"))
        else:
            self._text_title.setText(
                tr("approvals", "Text for the platform, pressed from {from} to {to}", **{"from": whole, "to": len(text)})
            )

    def retranslate(self) -> None:
        """Set the words again."""
        if self._item is None:
            return
        item = self._item
        self._title.setText(tr("approvals", "Reject {version}", version=words.version_name(item.resource)))
        self._note.setText(tr("approvals", "The platform takes {limit} characters; your notes stay in the record.", limit=LIMIT))
        left = item.rejects_left
        self._last.setVisible(left is not None and left <= 1)
        if left == 0:
            self._last.setText(tr("approvals", "The agreed rejections are used up"))
        else:
            self._last.setText(tr("approvals", "The last one by contract"))
        self._points_title.setText(tr("approvals", "Points to mention") if self._points else tr("approvals", "No notes and no findings"))
        self.editor.editor.setAccessibleName(tr("approvals", "Text for the platform"))
        self.editor.set_placeholder(tr("approvals", "What should the creator change?"))
        after = (
            ""
            if left is None
            else tr("approvals", "{count} reject left afterwards|{count} rejects left afterwards", count=max(0, left - 1))
        )
        self._after.setText(after)
        set_tone(self._after, "text-3")
        self._cancel.setText(tr("approvals", "Cancel"))
        self._again.setText(tr("approvals", "Press again"))
        self.send_button.setText(tr("approvals", "Reject"))
        for button in (self._cancel, self._again, self.send_button):
            button.updateGeometry()
        self._scroll.setFixedHeight(current_theme().px(116))
        self.editor.setFixedHeight(current_theme().px(116))


def _short(label: str) -> str:
    clean = " ".join(label.split()).replace("&", "&&")
    return clean if len(clean) <= 22 else clean[:21] + "…"
