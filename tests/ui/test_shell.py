"""Promises of the shell: keys reach commands and never text, the palette finds by pinyin, the window comes back as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from xingtu_desktop.ui.i18n import Message, translations
from xingtu_desktop.ui.shell import Command, CommandRegistry, MainWindow, PaletteObject, ShellPorts, SyncStatus, shell_view
from xingtu_desktop.ui.shell.commands import key_caps
from xingtu_desktop.ui.shell.matching import match
from xingtu_desktop.ui.shell.ports import AccountInfo, StateValue
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.toasts import ToastAction
from xingtu_desktop.ui.widgets.view import View

NOW = datetime(2026, 11, 22, 12, 14, tzinfo=UTC)


class Listing(View):
    """A view with a list (here a bare widget) and a search field."""

    single_key_commands = True

    def __init__(self) -> None:
        super().__init__()
        self.list = QWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.list.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, True)
        self.search = QLineEdit()
        layout = QVBoxLayout(self)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self.setFocusProxy(self.list)


def dress() -> None:
    """Let the theme reach the application: only then does a new text scale reach the widgets."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    current_theme().apply(app)


def opened(
    qtbot: QtBot, ports: ShellPorts | None = None, keys: Sequence[str] = ("today", "creators", "approvals", "settings")
) -> MainWindow:
    window = MainWindow([shell_view(key, Listing) for key in keys], ports or ShellPorts(now=lambda: NOW))
    qtbot.addWidget(window, before_close_func=lambda each: each.finish_close())
    window.show()
    window.show_shell()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    return window


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(window.focusWidget() or window, key, modifier)


def listing(window: MainWindow) -> Listing:
    widget = window.current_widget()
    assert isinstance(widget, Listing)
    return widget


def test_only_registered_views_stand_on_the_rail_and_are_built_when_shown(qtbot: QtBot) -> None:
    built: list[str] = []

    def factory(key: str) -> Callable[[], QWidget]:
        def make() -> QWidget:
            built.append(key)
            return QLabel(key)

        return make

    window = MainWindow([shell_view(key, factory(key)) for key in ("settings", "approvals", "today")])
    qtbot.addWidget(window, before_close_func=lambda each: each.finish_close())
    window.show_shell()
    assert list(window.rail._buttons) == ["today", "approvals", "settings"]
    assert built == ["today"]
    window.show_view("approvals")
    window.show_view("today")
    assert built == ["today", "approvals"]


def test_go_keys_lead_to_views(qtbot: QtBot) -> None:
    window = opened(qtbot)
    press(qtbot, window, Qt.Key.Key_G)
    press(qtbot, window, Qt.Key.Key_A)
    assert window.current_view() == "approvals"
    press(qtbot, window, Qt.Key.Key_G)
    press(qtbot, window, Qt.Key.Key_C)
    assert window.current_view() == "creators"


def test_letters_are_commands_on_the_list_and_text_in_a_field(qtbot: QtBot) -> None:
    window = opened(qtbot)
    heard: list[str] = []
    window.registry.register(Command("test.shortlist", Message("test", "Shortlist"), lambda: heard.append("s"), "S", scope="creators"))
    window.show_view("creators")
    press(qtbot, window, Qt.Key.Key_S)
    assert heard == ["s"]
    view = listing(window)
    view.search.setFocus()
    qtbot.keyClicks(view.search, "sg")
    press(qtbot, window, Qt.Key.Key_A)
    assert view.search.text() == "sga"
    assert heard == ["s"]
    assert window.current_view() == "creators"


def test_a_held_key_runs_its_command_once_unless_it_moves(qtbot: QtBot) -> None:
    window = opened(qtbot)
    heard: list[str] = []
    window.registry.register(
        Command("test.decide", Message("test", "Decide"), lambda: heard.append("decide"), "S", scope="creators"),
        Command("test.move", Message("test", "Move"), lambda: heard.append("move"), "D", scope="creators", repeats=True),
    )
    window.show_view("creators")
    for key, text in ((Qt.Key.Key_S, "s"), (Qt.Key.Key_D, "d")):
        for repeat in (False, True, True):
            target = window.focusWidget() or window
            QApplication.sendEvent(target, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, text, repeat))
    assert heard == ["decide", "move", "move", "move"]


def test_a_command_of_another_view_does_not_fire(qtbot: QtBot) -> None:
    window = opened(qtbot)
    heard: list[str] = []
    window.registry.register(
        Command("test.approve", Message("test", "Approve"), lambda: heard.append("approve"), "A", scope="approvals"),
        Command("test.add", Message("test", "Add"), lambda: heard.append("add"), "A", scope="creators"),
    )
    window.show_view("creators")
    press(qtbot, window, Qt.Key.Key_A)
    assert heard == ["add"]


def test_two_commands_cannot_want_one_key_in_one_place() -> None:
    registry = CommandRegistry()
    registry.register(Command("one", Message("test", "One"), lambda: None, "S", scope="creators"))
    with pytest.raises(ValueError, match="both want"):
        registry.register(Command("two", Message("test", "Two"), lambda: None, "S"))


def test_stop_all_works_even_while_typing(qtbot: QtBot) -> None:
    heard: list[str] = []
    window = opened(qtbot, ShellPorts(now=lambda: NOW, stop_all=lambda: heard.append("stop")))
    listing(window).search.setFocus()
    press(qtbot, window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert heard == ["stop"]


def test_the_input_method_is_off_on_lists_and_on_in_fields(qtbot: QtBot) -> None:
    window = opened(qtbot)
    view = listing(window)
    view.search.setFocus()
    assert view.search.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    view.list.setFocus()
    assert not view.list.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def test_the_palette_opens_runs_and_gives_the_focus_back(qtbot: QtBot) -> None:
    window = opened(qtbot)
    ran: list[str] = []
    window.registry.register(Command("test.batch", Message("test", "批量确认…"), lambda: ran.append("batch"), "B", scope="today"))
    before = window.focusWidget()
    press(qtbot, window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.palette_panel.isVisible()
    qtbot.keyClicks(window.focusWidget(), "pl qr")
    assert [item.title for item in window.palette_panel.items()] == ["批量确认…"]
    press(qtbot, window, Qt.Key.Key_Return)
    assert ran == ["batch"]
    assert not window.palette_panel.isVisible()
    assert window.focusWidget() is before
    window.palette_panel.open_palette()
    assert window.palette_panel.items()[0].title == "批量确认…"
    assert window.palette_panel.recent() == ["test.batch"]


def test_what_cannot_run_stays_with_its_reason(qtbot: QtBot) -> None:
    window = opened(qtbot)
    ran: list[str] = []
    window.registry.register(
        Command("test.export", Message("test", "导出所选"), lambda: ran.append("x"), "E", enabled=lambda: "没有选中的达人")
    )
    window.palette_panel.open_palette("导出")
    (item,) = window.palette_panel.items()
    assert item.reason == "没有选中的达人"
    press(qtbot, window, Qt.Key.Key_Return)
    assert window.palette_panel.isVisible()
    window.palette_panel.dismiss()
    press(qtbot, window, Qt.Key.Key_E)
    assert ran == []


def test_objects_of_an_older_query_do_not_come_back(qtbot: QtBot) -> None:
    answers: list[tuple[str, Callable[[Sequence[PaletteObject]], None]]] = []
    window = opened(qtbot, ShellPorts(now=lambda: NOW, find_objects=lambda query, deliver: answers.append((query, deliver))))
    window.palette_panel.open_palette("x")
    qtbot.keyClicks(window.focusWidget(), "y")
    (_, old), (query, new) = answers[-2:]
    assert query == "xy"
    new([PaletteObject("1", "达人", "xy", "", lambda: None)])
    old([PaletteObject("2", "达人", "xz", "", lambda: None)])
    assert [item.title for item in window.palette_panel.items() if item.group == "达人"] == ["xy"]


def test_no_command_fires_behind_an_overlay(qtbot: QtBot) -> None:
    window = opened(qtbot)
    window.registry.register(Command("test.approve", Message("test", "Approve"), lambda: pytest.fail("fired behind the map"), "F8"))
    press(qtbot, window, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    assert window.shortcut_map.isVisible()
    press(qtbot, window, Qt.Key.Key_F8)
    press(qtbot, window, Qt.Key.Key_Escape)
    assert not window.shortcut_map.isVisible()


@pytest.mark.parametrize(
    ("query", "text", "letters"),
    [
        ("批量", "批量确认", "批量"),
        ("plqr", "批量确认", "批量确认"),
        ("piliang", "批量确认", "批量"),
        ("pl qr", "提交批量确认", "批量确认"),
        ("qr", "批量确认", "确认"),
        ("ba", "Batch approve", "Ba"),
        ("b a", "Batch approve", "Ba"),
        ("yinyue", "音乐", "音乐"),
    ],
)
def test_names_are_found_by_characters_pinyin_and_initials(query: str, text: str, letters: str) -> None:
    found = match(query, text)
    assert found is not None
    assert "".join(text[place] for place in sorted(found.places)) == letters


def test_names_that_do_not_fit_are_not_found() -> None:
    assert match("xx", "批量确认") is None
    assert match("qrpl", "批量确认") is None


def test_keys_are_drawn_one_by_one() -> None:
    assert key_caps("Ctrl+Shift+.") == ("Ctrl", "Shift", ".")
    assert key_caps("Ctrl+Return") == ("Ctrl", "↵")
    assert key_caps("Ctrl++") == ("Ctrl", "+")
    assert key_caps("") == ()


def test_the_pill_shows_an_age_online_and_beijing_time_offline(qtbot: QtBot) -> None:
    window = opened(qtbot)
    window.set_sync(SyncStatus("online", NOW - timedelta(minutes=2), waiting=3))
    assert window.bar.sync_pill.text() == "在线 · 2 分钟前同步 · 3 待发"
    window.set_sync(SyncStatus("offline", NOW - timedelta(minutes=12), waiting=3, needs_you=1))
    assert window.bar.sync_pill.text() == "离线 · 20:02 已同步 · 1 要你看 · 3 待发"
    try:
        translations().set_language("en")
        qtbot.waitUntil(lambda: window.bar.sync_pill.text() == "Offline · synced at 20:02 · 1 needs you · 3 waiting")
        assert window.windowTitle() == "Today · Xingtu Desktop"
    finally:
        translations().set_language("zh_CN")


def test_the_outbox_hangs_below_the_pill_and_escape_closes_it(qtbot: QtBot) -> None:
    window = opened(qtbot)
    panel = QLabel("outbox")
    window.set_outbox(lambda: panel)
    press(qtbot, window, Qt.Key.Key_G)
    press(qtbot, window, Qt.Key.Key_O)
    assert panel.isVisible()
    press(qtbot, window, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_the_window_comes_back_as_it_was(qtbot: QtBot) -> None:
    kept: dict[str, StateValue] = {}

    def keep(state: Mapping[str, StateValue]) -> None:
        kept.clear()
        kept.update(state)

    window = opened(qtbot, ShellPorts(now=lambda: NOW, save_state=keep))
    window.resize(1333, 888)
    window.show_view("creators")
    with qtbot.waitSignal(window.close_requested):
        window.close()
    assert window.isVisible(), "the first request asks for a shutdown"
    assert kept["view"] == "creators"
    again = MainWindow([shell_view(key, Listing) for key in ("today", "creators")], ShellPorts(now=lambda: NOW, state=dict(kept)))
    qtbot.addWidget(again, before_close_func=lambda each: each.finish_close())
    again.show_shell()
    assert again.current_view() == "creators"
    assert (again.width(), again.height()) == (1333, 888) or again.width() >= 1280


def test_sign_in_hides_rail_and_commands_of_views(qtbot: QtBot) -> None:
    window = opened(qtbot)
    window.show_full(QLabel("sign in"))
    assert window.current_view() == ""
    assert not window.rail.isVisible()
    window.show_shell()
    assert window.rail.isVisible()
    assert window.current_view() == "today"


def test_undo_takes_the_newest_toast(qtbot: QtBot) -> None:
    window = opened(qtbot)
    done: list[str] = []
    window.toasts.show_toast("approved", action=ToastAction("Undo", lambda: done.append("undone"), "Z"), counts=True, seconds=10)
    command = window.registry.get("shell.undo")
    assert command is not None
    assert command.enabled() is None
    command.run()
    assert done == ["undone"]
    assert command.enabled() is not None


def test_a_short_bar_says_less_and_keeps_it_in_the_tooltip(qtbot: QtBot) -> None:
    dress()
    window = opened(qtbot)
    window.set_account(AccountInfo("星野传媒-美妆事业部", "Training, no real money", "1"))
    window.set_sync(SyncStatus("offline", last_sync=NOW, waiting=3, needs_you=2))
    bar = window.bar
    bar.resize(1600, 48)
    whole, room = bar.sync_pill.text(), bar.account.sizeHint().width()
    assert room > current_theme().px(300)
    try:
        current_theme().set_scale(2.0)
        bar.resize(1136, 96)
        shown = bar.sync_pill.text()
        assert shown != whole
        assert len(shown) < len(whole)
        assert whole in bar.sync_pill.toolTip()
        least = bar.account.minimumSizeHint().width() + bar.search.minimumSizeHint().width()
        assert least + bar.sync_pill.sizeHint().width() + bar.clock.sizeHint().width() < bar.width()
    finally:
        current_theme().set_scale(1.0)


def test_a_rail_of_every_view_fits_at_twice_the_text(qtbot: QtBot) -> None:
    dress()
    window = opened(qtbot, keys=("today", "creators", "briefs", "campaigns", "approvals", "charts", "settlement", "settings"))
    try:
        current_theme().set_scale(2.0)
        window.resize(1280, 800)
        qtbot.waitUntil(lambda: window.rail.width() == current_theme().px(72))
        buttons = list(window.rail._buttons.values())
        assert all(one.geometry().bottom() <= two.geometry().top() + 1 for one, two in pairwise(buttons))
        assert buttons[-1].geometry().bottom() <= window.rail.height()
    finally:
        current_theme().set_scale(1.0)


def test_the_account_and_its_kind_stand_whole_where_there_is_room(qtbot: QtBot) -> None:
    window = opened(qtbot)
    window.set_account(AccountInfo("星野传媒-美妆事业部", "Training, no real money", "1"))
    window.resize(1280, 800)
    button = window.bar.account
    qtbot.waitUntil(lambda: button.width() >= button.sizeHint().width())
    assert button.sizeHint().width() >= sum(button._widths()) + current_theme().px(64)
