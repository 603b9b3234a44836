"""The menu that puts a version off: in an hour, tomorrow morning, or at a time of one's own."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from PySide6.QtCore import QDateTime, QPoint, Signal
from PySide6.QtWidgets import QDateTimeEdit, QHBoxLayout, QMenu, QWidget, QWidgetAction

from xingtu_desktop.core.clock import BEIJING
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.widgets.buttons import Button

_MORNING = time(9, 0)


class SnoozeMenu(QMenu):
    """Times are Beijing's; `chosen` gives an instant in UTC, or None to wait no longer."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget, now: datetime, *, put_off: bool) -> None:
        super().__init__(parent)
        self.aboutToHide.connect(self.deleteLater)
        here = now.astimezone(BEIJING)
        morning = datetime.combine(here.date() + timedelta(days=1), _MORNING, BEIJING)
        for title, until in (
            (tr("approvals", "In an hour"), now + timedelta(hours=1)),
            (tr("approvals", "In three hours"), now + timedelta(hours=3)),
            (tr("approvals", "Tomorrow morning"), morning.astimezone(UTC)),
        ):
            action = self.addAction(f"{title}   {formats().moment(until, now)}")
            action.triggered.connect(lambda _=False, value=until: self.chosen.emit(value))
        self.addSeparator()
        self._own = QDateTimeEdit()
        self._own.setDisplayFormat("MM-dd HH:mm")
        self._own.setAccessibleName(tr("approvals", "Beijing time"))
        self._own.setDateTime(_qt(here + timedelta(hours=6)))
        self._own.setMinimumDateTime(_qt(here))
        take = Button(tr("approvals", "Until then"), small=True)
        take.clicked.connect(self._on_own)
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(10, 6, 10, 6)
        layout.setSpacing(8)
        layout.addWidget(self._own, 1)
        layout.addWidget(take)
        own = QWidgetAction(self)
        own.setDefaultWidget(row)
        self.addAction(own)
        if put_off:
            self.addSeparator()
            self.addAction(tr("approvals", "Wait no longer")).triggered.connect(lambda: self.chosen.emit(None))

    def open_above(self, widget: QWidget) -> None:
        """Pop up over a button of the bottom bar."""
        self.popup(widget.mapToGlobal(QPoint(0, -self.sizeHint().height() - 4)))
        if self.actions():
            self.setActiveAction(self.actions()[0])

    def _on_own(self) -> None:
        picked = self._own.dateTime()
        day, hour = picked.date(), picked.time()
        local = datetime(day.year(), day.month(), day.day(), hour.hour(), hour.minute(), tzinfo=BEIJING)
        self.chosen.emit(local.astimezone(UTC))
        self.close()


def _qt(moment: datetime) -> QDateTime:
    return QDateTime.fromString(f"{moment:%Y-%m-%d %H:%M}", "yyyy-MM-dd HH:mm")
