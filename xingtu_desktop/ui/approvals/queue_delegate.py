"""Draws the rows of the queue: cards beside the content, and the wide table of a batch."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from xingtu_desktop.domain.approval import ApprovalItem, ApprovalRule, exclusions
from xingtu_desktop.ui.approvals import words
from xingtu_desktop.ui.approvals.queue_model import HEADING_ROLE, ITEM_ROLE, Heading, QueueModel
from xingtu_desktop.ui.approvals.words import Said
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.theme.icons import paint as paint_icon
from xingtu_desktop.ui.widgets.painting import fill_round, paint_avatar, paint_check_box, saved

_HEADING, _CARD, _ROW = 32, 76, 40
# The batch table: share of the free width and least width of each column, in design pixels.
COLUMNS = (
    ("creator", 3.0, 150),
    ("version", 1.0, 72),
    ("seen", 0.5, 48),
    ("audit", 1.4, 92),
    ("lint", 2.2, 104),
    ("left", 1.3, 92),
    ("amount", 1.0, 92),
    ("state", 2.2, 118),
)
DROPPED_FIRST = ("version", "left", "audit", "lint")
"""What a narrow window leaves out of the table: the sheet names the reasons anyway."""
RIGHT = frozenset({"left", "amount"})
CHECK = 44


def column_places(width: float) -> dict[str, QRectF]:
    """Left edge and width of each column of the batch table in a row of `width` pixels."""
    theme = current_theme()
    left = float(theme.px(CHECK))
    columns = list(COLUMNS)
    for key in DROPPED_FIRST:
        if left + sum(theme.px(one[2]) for one in columns) <= width:
            break
        columns = [one for one in columns if one[0] != key]
    free = max(0.0, width - left - sum(theme.px(one[2]) for one in columns))
    shares = sum(one[1] for one in columns)
    places: dict[str, QRectF] = {}
    for key, share, minimum in columns:
        room = theme.px(minimum) + free * share / shares
        # Figures end further from the words that follow them.
        places[key] = QRectF(left, 0, room - theme.px(20 if key in RIGHT else 10), 0)
        left += room
    return places


def column_title(key: str) -> str:
    """The head of a column."""
    return {
        "creator": tr("approvals", "Creator"),
        "version": tr("approvals", "Version"),
        "seen": tr("approvals", "Seen"),
        "audit": tr("approvals", "Platform audit"),
        "lint": tr("approvals", "Compliance"),
        "left": tr("approvals", "Left"),
        "amount": tr("approvals", "Amount"),
        "state": tr("approvals", "What happens"),
    }[key]


class QueueDelegate(QStyledItemDelegate):
    """Cards or table rows, by `wide`; the words are made at paint time so that a new language needs nothing."""

    def __init__(self, model: QueueModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.wide = False
        self.rule = ApprovalRule()
        """Why a row that is not ticked stays out."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Headings 32, cards 76, table rows as the density says."""
        theme = current_theme()
        if isinstance(index.data(HEADING_ROLE), Heading):
            return QSize(theme.px(200), theme.px(_HEADING))
        return QSize(theme.px(200), theme.row_height if self.wide else theme.px(_CARD))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Draw one row."""
        rect = QRectF(option.rect)
        heading, item = index.data(HEADING_ROLE), index.data(ITEM_ROLE)
        with saved(painter):
            if isinstance(heading, Heading):
                self._heading(painter, rect, heading)
            elif isinstance(item, ApprovalItem):
                current = self._is_current(option, index)
                if self.wide:
                    self._row(painter, rect, item, current)
                else:
                    self._card(painter, rect, item, current)

    @staticmethod
    def _is_current(option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> bool:
        view = option.widget
        current = getattr(view, "currentIndex", None)
        return current is not None and current().row() == index.row()

    # ------------------------------------------------------------------ headings

    def _heading(self, painter: QPainter, rect: QRectF, heading: Heading) -> None:
        theme = current_theme()
        painter.fillRect(rect, theme.color("window" if self.wide else "surface"))
        painter.fillRect(QRectF(rect.left(), rect.top(), rect.width(), 1), theme.color("line"))
        left = rect.left() + theme.px(16)
        left += self._text(painter, left, rect, heading.title, "text", strong=True, size=12) + theme.px(8)
        self._text(painter, left, rect, str(heading.count), "text-3", size=12)
        side = theme.px(14)
        name = "chevron-right" if heading.collapsed else "chevron-down"
        paint_icon(painter, name, rect.right() - theme.px(16) - side, rect.center().y() - side / 2, side, "text-3")

    # ------------------------------------------------------------------ cards

    def _card(self, painter: QPainter, rect: QRectF, item: ApprovalItem, current: bool) -> None:
        theme = current_theme()
        painter.fillRect(rect, theme.color("selected" if current else "surface"))
        if current:
            painter.fillRect(QRectF(rect.left(), rect.top(), theme.px(3), rect.height()), theme.color("accent"))
        decided = item.pending is not None
        avatar = QRectF(rect.left() + theme.px(16), rect.top() + theme.px(11), theme.px(28), theme.px(28))
        paint_avatar(painter, avatar, item.order.author_name, key=str(item.order.author_id))
        if not item.seen and not decided:
            dot = theme.px(9)
            ring = QRectF(avatar.right() - dot * 0.75, avatar.top() - dot * 0.2, dot, dot)
            fill_round(painter, ring.adjusted(-2, -2, 2, 2), dot, theme.tokens.color("selected" if current else "surface"))
            fill_round(painter, ring, dot / 2, theme.tokens.accent)
        left, right = avatar.right() + theme.px(12), rect.right() - theme.px(16)
        lines = [QRectF(left, rect.top() + theme.px(8 + 20 * i), right - left, theme.px(20)) for i in range(3)]
        if item.pending is None:
            self._open_lines(painter, lines, item)
        else:
            self._decided_lines(painter, lines, item)

    def _open_lines(self, painter: QPainter, lines: list[QRectF], item: ApprovalItem) -> None:
        theme = current_theme()
        time = words.remaining(item, self._model.now)
        room = lines[0].width() - self._right(painter, lines[0], time.text, time.tone or "text-2", strong=time.tone == "bad")
        self._name(painter, lines[0], item, room - theme.px(8), "text")
        reject, audit = words.rejects(item), words.audit_summary(item.resource)
        left = lines[1].left()
        if item.flag is not None:
            size = theme.px(14)
            paint_icon(painter, "flag", left, lines[1].center().y() - size / 2, size, "warn")
            left += theme.px(18)
            text = tr("approvals", "With a person")
            left += self._text(painter, left, lines[1], text, "warn", size=12) + self._dot(painter, left, lines[1], text)
        if item.snoozed_until is not None and item.snoozed_until > self._model.now:
            text = tr("approvals", "Put off until {time}", time=formats().moment(item.snoozed_until, self._model.now))
            left += self._text(painter, left, lines[1], text, "text-3", size=12) + self._dot(painter, left, lines[1], text)
        left += self._text(painter, left, lines[1], reject.text, reject.tone or "text-2", size=12) + self._dot(
            painter, left, lines[1], reject.text
        )
        self._text(painter, left, lines[1], audit.text, audit.tone or "text-2", size=12, room=lines[1].right() - left)
        taken = self._right(painter, lines[2], formats().money(item.amount), "text")
        self._said(painter, lines[2], words.content_summary(item), lines[2].width() - taken - theme.px(8))

    def _decided_lines(self, painter: QPainter, lines: list[QRectF], item: ApprovalItem) -> None:
        theme = current_theme()
        intent = item.pending
        if intent is None:
            return
        seconds = words.undo_seconds(intent, self._model.real_now)
        age = formats().ago(intent.created_at, self._model.real_now)
        room = lines[0].width() - self._right(painter, lines[0], age, "text-3")
        self._name(painter, lines[0], item, room - theme.px(8), "text-2")
        if words.can_undo(intent):
            undo = tr("approvals", "Undo {time}", time=formats().seconds(seconds)) if seconds else tr("approvals", "Undo")
            taken = self._right(painter, lines[1], undo, "accent", strong=True)
        else:
            taken = self._right(painter, lines[1], tr("approvals", "Cannot be undone"), "text-3")
        verb = words.pending_verb(intent)
        state = words.pending_state(intent, self._model.real_now, online=self._model.online)
        self._said(painter, lines[1], Said(f"{verb.text} · {state}", verb.tone, verb.icon), lines[1].width() - taken - theme.px(8))
        taken = self._right(painter, lines[2], formats().money(item.amount), "text-2")
        note = words.audit_summary(item.resource).text
        lint = words.lint_summary(item).text
        text = f"{lint} · {note}" if lint else note
        self._text(painter, lines[2].left(), lines[2], text, "text-3", size=12, room=lines[2].width() - taken - theme.px(8))

    def _name(self, painter: QPainter, line: QRectF, item: ApprovalItem, room: float, tone: str) -> None:
        theme = current_theme()
        version = words.version_name(item.resource)
        suffix = QFontMetricsF(theme.font(12)).horizontalAdvance(version) + theme.px(6)
        used = self._text(painter, line.left(), line, item.order.author_name, tone, strong=True, room=max(0.0, room - suffix))
        self._text(painter, line.left() + used + theme.px(6), line, version, "text-2", size=12)

    # ------------------------------------------------------------------ table rows

    def _row(self, painter: QPainter, rect: QRectF, item: ApprovalItem, current: bool) -> None:
        theme = current_theme()
        ticked = self._model.is_ticked(item.order.order_id)
        painter.fillRect(rect, theme.color("selected" if ticked else "surface"))
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), theme.color("line"))
        if current:
            painter.fillRect(QRectF(rect.left(), rect.top(), theme.px(3), rect.height()), theme.color("accent"))
        box = theme.px(16)
        place = QRectF(rect.left() + theme.px(16), rect.center().y() - box / 2, box, box)
        if item.pending is not None:
            paint_icon(painter, "check", place.left(), place.top(), box, "good")
        else:
            state = Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
            paint_check_box(painter, place, state, theme.tokens)
        cells = {
            key: QRectF(rect.left() + where.left(), rect.top(), where.width(), rect.height())
            for key, where in column_places(rect.width()).items()
        }
        plain = "text-2" if item.pending is not None else "text"
        side = theme.px(24)
        creator = cells["creator"]
        paint_avatar(
            painter,
            QRectF(creator.left(), creator.center().y() - side / 2, side, side),
            item.order.author_name,
            key=str(item.order.author_id),
        )
        self._text(
            painter,
            creator.left() + theme.px(32),
            creator,
            item.order.author_name,
            plain,
            strong=ticked,
            room=creator.width() - theme.px(32),
        )
        if "version" in cells:
            self._text(painter, cells["version"].left(), cells["version"], words.version_name(item.resource), "text-2", size=12)
        seen, size = cells["seen"], theme.px(16)
        icon, role = ("eye", "text-2") if item.seen else ("eye-off", "warn")
        paint_icon(painter, icon, seen.left(), seen.center().y() - size / 2, size, role)
        lint, time = words.lint_summary(item), words.remaining(item, self._model.now)
        said = {
            "audit": words.audit_summary(item.resource),
            "lint": Said(lint.text or "—", lint.tone if lint.tone != "good" else ""),
            "state": self.fate(item, ticked),
        }
        for key, each in said.items():
            if key in cells:
                self._said(painter, cells[key], each, cells[key].width())
        if "left" in cells:
            self._right(painter, cells["left"], time.text, time.tone or "text-2", size=12)
        self._right(painter, cells["amount"], formats().money(item.amount), plain, size=12)

    def fate(self, item: ApprovalItem, ticked: bool) -> Said:
        """What a commit would do to a row, or how far its decision is."""
        if item.pending is not None:
            intent = item.pending
            seconds = words.undo_seconds(intent, self._model.real_now)
            if words.can_undo(intent) and seconds:
                return Said(tr("approvals", "Undo {time}", time=formats().seconds(seconds)), "accent")
            return Said(words.pending_state(intent, self._model.real_now, online=self._model.online))
        if ticked:
            return Said(tr("approvals", "Will be approved"), "accent")
        reasons = exclusions(item, self.rule)
        return words.exclusion(reasons[0], item) if reasons else Said(tr("approvals", "Not chosen"), "text-3")

    # ------------------------------------------------------------------ text

    @staticmethod
    def _text(
        painter: QPainter,
        left: float,
        line: QRectF,
        text: str,
        tone: str,
        *,
        strong: bool = False,
        size: int = 13,
        room: float | None = None,
    ) -> float:
        """Draw from `left`, shortened to `room`; returns the width used."""
        theme = current_theme()
        font = theme.font(size, strong=strong)
        metrics = QFontMetricsF(font)
        if room is not None:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, room))
        painter.setFont(font)
        painter.setPen(QColor(theme.tokens.color(tone or "text-2")))
        width = metrics.horizontalAdvance(text)
        painter.drawText(
            QRectF(left, line.top(), width + 2, line.height()), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text
        )
        return width

    @staticmethod
    def _right(painter: QPainter, line: QRectF, text: str, tone: str, *, strong: bool = False, size: int = 12) -> float:
        """Draw at the right end; returns the width used."""
        theme = current_theme()
        font = theme.font(size, strong=strong)
        painter.setFont(font)
        painter.setPen(QColor(theme.tokens.color(tone)))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
        return QFontMetricsF(font).horizontalAdvance(text)

    def _dot(self, painter: QPainter, left: float, line: QRectF, before: str) -> float:
        """The middle dot after `before`, which starts at `left`; returns the room it takes."""
        theme = current_theme()
        start = left + QFontMetricsF(theme.font(12)).horizontalAdvance(before)
        self._text(painter, start + theme.px(4), line, "·", "text-3", size=12)
        return theme.px(8) + QFontMetricsF(theme.font(12)).horizontalAdvance("·")

    def _said(self, painter: QPainter, line: QRectF, said: Said, room: float) -> None:
        """Icon and words in the tone of what is said."""
        theme = current_theme()
        left, tone = line.left(), said.tone or "text-2"
        if said.icon and said.text:
            size = theme.px(14)
            paint_icon(painter, said.icon, left, line.center().y() - size / 2, size, tone)
            left += theme.px(18)
            room -= theme.px(18)
        self._text(painter, left, line, said.text, tone, size=12, room=room)
