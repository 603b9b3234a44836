"""The briefs view: list and history, editor or preview, review in the margin; and, over all of it, the pre-flight page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from xingtu_desktop.domain.brief import Brief, BriefState
from xingtu_desktop.domain.demand import CartItem
from xingtu_desktop.ui.briefs import words
from xingtu_desktop.ui.briefs.brief_list import BriefListModel, BriefListView, History
from xingtu_desktop.ui.briefs.form import BriefForm
from xingtu_desktop.ui.briefs.margin import Margin
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button, IconButton, Segment, SegmentedControl
from xingtu_desktop.ui.widgets.labels import Badge, ElidedLabel, line, panel, set_tone, text_label
from xingtu_desktop.ui.widgets.states import StateStack
from xingtu_desktop.ui.widgets.view import View

WIDE = 1500


class Preview(QScrollArea):
    """The brief as the creator reads it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._host = QWidget()
        self._outer = QHBoxLayout(self._host)
        self._outer.setContentsMargins(24, 24, 24, 24)
        self._card: QWidget = QWidget()
        self._outer.addStretch(1)
        self._outer.addWidget(self._card, 8)
        self._outer.addStretch(1)
        self.setWidget(self._host)

    def set_brief(self, brief: Brief) -> None:
        """Show a brief."""
        fmt = formats()
        card = panel("card")
        card.setMaximumWidth(current_theme().px(560))
        column = QVBoxLayout(card)
        column.setContentsMargins(24, 20, 24, 24)
        column.setSpacing(6)
        column.addWidget(text_label(tr("briefs", "As the creator sees it"), type="caption", tone="text-3"))
        column.addWidget(text_label(words.title_of(brief.title), type="title", wrap=True))
        if brief.publish_from is not None and brief.publish_until is not None:
            window = fmt.between(
                f"{fmt.date(brief.publish_from)} {fmt.clock(brief.publish_from)}",
                f"{fmt.date(brief.publish_until)} {fmt.clock(brief.publish_until)}",
            )
            column.addWidget(text_label(tr("briefs", "Publish {window} (Beijing)", window=window), tone="text-2", wrap=True))
        for name, value in words.preview_rows(brief):
            column.addSpacing(6)
            column.addWidget(text_label(name, type="caption", tone="text-2"))
            column.addWidget(text_label(value, wrap=True))
        for item in brief.cart or ((CartItem(tr("briefs", "Product link"), brief.product_link),) if brief.product_link else ()):
            column.addSpacing(6)
            column.addWidget(text_label(item.title, strong=True, wrap=True))
            column.addWidget(ElidedLabel(item.product_link, type="caption", tone="accent", middle=True))
        column.addStretch(1)
        self._outer.replaceWidget(self._card, card)
        self._card.hide()
        self._card.deleteLater()
        self._card = card


class Editor(QWidget):
    """The middle: heading with state and "saved", form or preview."""

    def __init__(self, now: Callable[[], datetime], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = ElidedLabel(type="heading")
        self.badge = Badge("", "warn")
        self.saved = text_label(type="caption", tone="text-3")
        self.mode = SegmentedControl()
        self.more = IconButton("more", "")
        self.order = Button("", kind="primary")
        self.form = BriefForm(now)
        self.preview = Preview()
        head = QHBoxLayout()
        head.setContentsMargins(24, 12, 24, 12)
        head.setSpacing(10)
        titles = QHBoxLayout()
        titles.setSpacing(10)
        titles.addWidget(self.title, 0)
        titles.addWidget(self.badge)
        titles.addWidget(self.saved)
        titles.addStretch(1)
        head.addLayout(titles, 1)
        head.addWidget(self.mode)
        head.addWidget(self.more)
        head.addWidget(self.order)
        host = QWidget()
        self._stack = QStackedLayout(host)
        self._stack.addWidget(self.form)
        self._stack.addWidget(self.preview)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(line())
        layout.addWidget(host, 1)

    def show_preview(self, shown: bool) -> None:
        """Form or preview."""
        self._stack.setCurrentIndex(int(shown))


class BriefsView(View):
    """Everything of the view; dumb."""

    single_key_commands = True

    new_pressed = Signal()
    duplicate_pressed = Signal()
    archive_pressed = Signal()
    name_version_pressed = Signal()
    undo_pressed = Signal()
    redo_pressed = Signal()
    order_pressed = Signal()
    archived_toggled = Signal(bool)

    def __init__(self, now: Callable[[], datetime], preflight: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._brief: Brief | None = None
        self._saved: tuple[str, datetime | None] = ("", None)
        self._archived = False
        self.model = BriefListModel(now, self)
        self.list = BriefListView()
        self.list.setModel(self.model)
        self.history = History(now)
        self.editor = Editor(now)
        self.form = self.editor.form
        self.margin = Margin()
        self.preflight = preflight
        self._heading = text_label(type="heading")
        self._count = text_label(tone="text-3")
        self.new_button = Button("", icon="plus", small=True)
        self._side = self._make_side()
        self._margin_host = panel("window")
        margin = QHBoxLayout(self._margin_host)
        margin.setContentsMargins(0, 0, 0, 0)
        margin.setSpacing(0)
        margin.addWidget(line(horizontal=False))
        margin.addWidget(self.margin, 1)
        page = panel("surface")
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._side)
        row.addWidget(self.editor, 1)
        row.addWidget(self._margin_host)
        self.states = StateStack(page)
        self._pages = QStackedLayout(self)
        self._pages.setContentsMargins(0, 0, 0, 0)
        self._pages.addWidget(self.states)
        self._pages.addWidget(preflight)
        self._menu = QMenu(self)
        self.editor.more.clicked.connect(self._show_menu)
        self.editor.mode.changed.connect(lambda key: self._on_mode(key))
        self.editor.order.clicked.connect(self.order_pressed)
        self.new_button.clicked.connect(self.new_pressed)
        self.states.empty.acted.connect(self.new_pressed)
        self.list.entered.connect(lambda: self.form.focus_field("title"))
        self.form.undo_pressed.connect(self.undo_pressed)
        self.form.redo_pressed.connect(self.redo_pressed)
        current_theme().changed.connect(self._on_theme)
        self.setFocusProxy(self.list)
        self.retranslate()
        self._on_theme()

    def _make_side(self) -> QWidget:
        side = panel("surface")
        head = QHBoxLayout()
        head.setContentsMargins(16, 10, 12, 10)
        head.setSpacing(8)
        head.addWidget(self._heading)
        head.addWidget(self._count, 1)
        head.addWidget(self.new_button)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(line())
        column.addWidget(self.list, 3)
        column.addWidget(line())
        column.addWidget(self.history, 1)
        outer = QHBoxLayout(side)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(column, 1)
        outer.addWidget(line(horizontal=False))
        return side

    def retranslate(self) -> None:
        """Words in the language in force."""
        self._heading.setText(tr("briefs", "Briefs"))
        self.new_button.setText(tr("briefs", "New"))
        self.new_button.setAccessibleName(tr("briefs", "New brief"))
        self.list.setAccessibleName(tr("briefs", "Briefs"))
        self.editor.mode.set_segments([Segment("edit", tr("briefs", "Edit")), Segment("preview", tr("briefs", "Creator's view"))])
        self.editor.more.set_name(tr("briefs", "More"))
        self.editor.order.setText(tr("briefs", "Order…"))
        self.states.empty.set_icon("brief")
        self.states.empty.set_words(
            tr("briefs", "No brief yet"),
            tr("briefs", "A brief is written and checked here, also without a network. Orders are made from it."),
            tr("briefs", "New brief"),
        )
        self.form.retranslate()
        self.history.rebuild()
        self.margin.rebuild()
        self.model.refresh()
        self._menu.clear()
        for text, run in (
            (tr("briefs", "Duplicate"), self.duplicate_pressed.emit),
            (tr("briefs", "Name this version…"), self.name_version_pressed.emit),
            (tr("briefs", "Undo"), self.undo_pressed.emit),
            (tr("briefs", "Redo"), self.redo_pressed.emit),
            (tr("briefs", "Put back on the list") if self._archived else tr("briefs", "Delete"), self.archive_pressed.emit),
        ):
            self._menu.addAction(text, run)
        self._menu.addSeparator()
        toggle = tr("briefs", "Show the list") if self._archived else tr("briefs", "Show deleted briefs")
        self._menu.addAction(toggle, lambda: self.archived_toggled.emit(not self._archived))
        if self._brief is not None:
            self.set_brief(self._brief)
        self._show_saved()

    def set_archived(self, archived: bool) -> None:
        """The list or what was deleted from it."""
        self._archived = archived
        self.retranslate()

    def set_count(self, count: int) -> None:
        """How many there are."""
        self._count.setText(str(count))

    def set_brief(self, brief: Brief) -> None:
        """Show a brief in form, heading and preview."""
        self._brief = brief
        self.editor.title.setText(words.title_of(brief.title))
        ordered = brief.state is BriefState.ORDERED
        self.editor.badge.set_badge(tr("briefs", "Ordered") if ordered else tr("briefs", "Draft"), "accent" if ordered else "warn")
        self.form.set_brief(brief)
        if self.editor.mode.current() == "preview":
            self.editor.preview.set_brief(brief)

    def note_brief(self, brief: Brief) -> None:
        """What the form shows already because it was typed there: only heading and what is redrawn later follow."""
        self._brief = brief
        self.form.note_brief(brief)
        self.editor.title.setText(words.title_of(brief.title))

    def set_saved(self, state: str, at: datetime | None = None) -> None:
        """ "saved" with its time, "saving", or "failed"."""
        self._saved = (state, at)
        self._show_saved()

    def saved_words(self) -> str:
        """What is said of saving."""
        return self.editor.saved.text()

    def _show_saved(self) -> None:
        state, at = self._saved
        text = {
            "saved": tr("briefs", "Saved locally {time}", time=formats().clock(at)),
            "saving": tr("briefs", "Saving…"),
            "failed": tr("briefs", "Not saved yet; it stays here and is tried again"),
        }.get(state, "")
        self.editor.saved.setText(text)
        set_tone(self.editor.saved, "bad" if state == "failed" else "text-3")

    def show_preflight(self, shown: bool) -> None:
        """The pre-flight page, or back to the editor."""
        self._pages.setCurrentIndex(int(shown))
        page = self.preflight if shown else self.list
        self.setFocusProxy(page)
        page.setFocus(Qt.FocusReason.OtherFocusReason)

    def in_preflight(self) -> bool:
        """Whether the pre-flight page is shown."""
        return self._pages.currentIndex() == 1

    def _on_mode(self, key: str) -> None:
        if key == "preview" and self._brief is not None:
            self.editor.preview.set_brief(self._brief)
        self.editor.show_preview(key == "preview")

    def _show_menu(self) -> None:
        button = self.editor.more
        self._menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _on_theme(self) -> None:
        self._fit(self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow columns on narrow windows."""
        super().resizeEvent(event)
        self._fit(event.size().width())

    def _fit(self, width: int) -> None:
        theme = current_theme()
        wide = width >= WIDE
        self._side.setFixedWidth(theme.px(280 if wide else 236))
        self._margin_host.setFixedWidth(theme.px(356 if wide else 300))


__all__ = ["BriefsView", "Editor", "Preview"]
