"""A section of the settings, and the words for what is kept on this computer and what the platform announced."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from xingtu_desktop.domain.notices import NoticeKind
from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.settings.ports import StorageRole
from xingtu_desktop.ui.widgets.labels import ElidedLabel, line, text_label


class Block(QFrame):
    """A section: heading, quiet note, rows of name and control, a line below."""

    def __init__(self) -> None:
        super().__init__()
        self.title = text_label(type="heading")
        self.note = ElidedLabel(type="caption", tone="text-2")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title)
        head.addWidget(self.note, 1)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(16)
        self.grid.setVerticalSpacing(10)
        self.grid.setColumnMinimumWidth(0, 96)
        self.grid.setColumnStretch(1, 1)
        self._rows = 0
        column = QVBoxLayout()
        column.setContentsMargins(24, 18, 24, 18)
        column.setSpacing(14)
        column.addLayout(head)
        column.addLayout(self.grid)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(column)
        outer.addWidget(line())

    def row(self, *controls: QWidget, wide: QWidget | None = None) -> QLabel:
        """A row: its name (returned, to be written) and its controls; `wide` takes the rest of the line."""
        name = text_label(tone="text-2")
        inside = QHBoxLayout()
        inside.setSpacing(8)
        for control in controls:
            inside.addWidget(control)
        if wide is not None:
            inside.addWidget(wide, 1)
        else:
            inside.addStretch(1)
        self.grid.addWidget(name, self._rows, 0)
        self.grid.addLayout(inside, self._rows, 1)
        self._rows += 1
        return name

    def whole(self, widget: QWidget) -> None:
        """A row over the whole width."""
        self.grid.addWidget(widget, self._rows, 0, 1, 2)
        self._rows += 1


def role_words(role: StorageRole) -> tuple[str, str]:
    """Name of a file of ours, and what it holds."""
    match role:
        case StorageRole.WORK:
            return tr("settings", "Work"), tr("settings", "drafts, briefs, lists, outbox, journal, settings")
        case StorageRole.CATALOG:
            return tr("settings", "Creators"), tr("settings", "imported creators, quotes, snapshots of reports")
        case StorageRole.CACHE:
            return tr("settings", "Cache"), tr("settings", "what the platform can give again; rebuilt when damaged")
        case StorageRole.MEDIA:
            return tr("settings", "Media"), tr("settings", "scripts and videos; what was not seen for longest goes first")
        case StorageRole.LOGS:
            return tr("settings", "Logs"), tr("settings", "what the program did, without names, texts and keys")


def notice_words(kind: NoticeKind) -> str:
    """What a notice of the platform is about."""
    match kind:
        case NoticeKind.DEPRECATION:
            return tr("settings", "Out of date")
        case NoticeKind.SUNSET:
            return tr("settings", "Will end")
        case NoticeKind.VERSION:
            return tr("settings", "Version")
        case NoticeKind.UNKNOWN_VALUE:
            return tr("settings", "Unknown value")
