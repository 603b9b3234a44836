"""Promises of the widgets: keys and mouse do what is drawn, Chinese input is not cut short, refreshes keep one's place."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics, QInputMethodEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from xingtu_desktop.ui.theme import LIGHT, current_theme
from xingtu_desktop.ui.widgets.buttons import Button, Segment, SegmentedControl
from xingtu_desktop.ui.widgets.chips import Chip, FlowLayout
from xingtu_desktop.ui.widgets.facets import FacetList, FacetValue
from xingtu_desktop.ui.widgets.inputs import CounterLineEdit, CounterTextEdit, SearchField, limit_state
from xingtu_desktop.ui.widgets.labels import ElidedLabel, KeyCap
from xingtu_desktop.ui.widgets.painting import avatar_color, initial
from xingtu_desktop.ui.widgets.range_slider import RangeFilter, RangeSlider, Scale
from xingtu_desktop.ui.widgets.states import EmptyState, StateStack
from xingtu_desktop.ui.widgets.table import Cell, Column, DataTable, RecordsModel, delegate
from xingtu_desktop.ui.widgets.table.delegate import fitted
from xingtu_desktop.ui.widgets.toasts import ToastAction, ToastHost


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    if qapp.palette().window().color().name().upper() != LIGHT.window:
        current_theme().apply(qapp)


@dataclass(frozen=True, slots=True)
class Row:
    key: int
    name: str


COLUMNS = (Column("name", "Name", "Agency", 200, stretch=True), Column("fans", "Fans", "90 d", 100, "right"))


def shown_table(qtbot: QtBot, rows: int = 30) -> tuple[DataTable, RecordsModel[Row]]:
    table = DataTable(COLUMNS, checkable=True, name="creators")
    model: RecordsModel[Row] = RecordsModel(COLUMNS, lambda row, key: Cell(f"{row.name} {key}"), lambda row: row.key, parent=table)
    model.set_rows([Row(index, f"creator {index}") for index in range(rows)])
    table.setModel(model)
    qtbot.addWidget(table)
    table.resize(600, 400)
    table.show()
    return table, model


def compose(widget: QWidget, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QApplication.sendEvent(widget, event)


def test_the_records_model_keeps_qts_rules(qtbot: QtBot) -> None:
    model: RecordsModel[Row] = RecordsModel(COLUMNS, lambda row, key: Cell(row.name), lambda row: row.key)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    model.set_rows([Row(1, "a"), Row(2, "b")])
    model.set_rows([])
    model.set_rows([Row(3, "c")])
    model.refresh()
    assert tester.model() is model


def test_letters_move_and_tick(qtbot: QtBot) -> None:
    table, _ = shown_table(qtbot)
    table.set_current_row(0)
    qtbot.keyClick(table, Qt.Key.Key_J)
    qtbot.keyClick(table, Qt.Key.Key_J)
    qtbot.keyClick(table, Qt.Key.Key_K)
    assert table.current_key() == 1
    qtbot.keyClick(table, Qt.Key.Key_X)
    assert table.checked_keys() == {1}
    qtbot.keyClick(table, Qt.Key.Key_J, Qt.KeyboardModifier.ShiftModifier)
    assert table.checked_keys() == {1, 2}
    with qtbot.waitSignal(table.peek_requested) as peek:
        qtbot.keyClick(table, Qt.Key.Key_Space)
    assert peek.args == [2]
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [2]


def test_a_click_on_the_box_ticks_and_elsewhere_makes_current(qtbot: QtBot) -> None:
    table, _ = shown_table(qtbot)
    table.set_current_row(0)
    row_height = current_theme().row_height
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, row_height * 3 + 10))
    assert table.checked_keys() == {3}
    assert table.current_key() == 0
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, QPoint(20, row_height * 5 + 10))
    assert table.checked_keys() == {3, 4, 5}
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(120, row_height * 2 + 10))
    assert table.current_key() == 2


def test_a_refresh_keeps_ticks_current_row_and_place(qtbot: QtBot) -> None:
    table, model = shown_table(qtbot, 200)
    table.set_current_key(150)
    table.set_checked([3, 150])
    offset = table.rowViewportPosition(150)
    model.set_rows([Row(1000 + index, "new") for index in range(40)] + [Row(index, f"creator {index}") for index in range(200)])
    assert table.current_key() == 150
    assert table.currentIndex().row() == 190
    assert table.rowViewportPosition(190) == offset
    assert table.checked_keys() == {3, 150}


def test_a_current_row_that_left_is_told(qtbot: QtBot) -> None:
    table, model = shown_table(qtbot)
    table.set_current_key(5)
    with qtbot.waitSignal(table.current_changed) as changed:
        model.set_rows([Row(1, "one")])
    assert changed.args == [None]
    assert table.current_key() is None


def test_a_click_on_a_title_asks_and_does_not_sort(qtbot: QtBot) -> None:
    table, model = shown_table(qtbot)
    header = table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(1) + 30, 10)
    with qtbot.waitSignal(table.sort_requested) as asked:
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert asked.args == ["fans", True]
    table.set_sort("fans", True)
    with qtbot.waitSignal(table.sort_requested) as again:
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert again.args == ["fans", False]
    assert model.record(0) == Row(0, "creator 0")


def test_the_box_in_the_header_asks_for_all(qtbot: QtBot) -> None:
    table, _ = shown_table(qtbot)
    with qtbot.waitSignal(table.check_all_requested) as asked:
        qtbot.mouseClick(table.horizontalHeader().viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert asked.args == [True]


def test_the_table_never_calls_the_input_method(qtbot: QtBot) -> None:
    table, _ = shown_table(qtbot)
    table.setFocus()
    table.set_current_row(1)
    assert not table.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def test_a_letter_without_meaning_is_left_to_the_view(qtbot: QtBot) -> None:
    table, _ = shown_table(qtbot)
    table.set_current_row(3)
    qtbot.keyClick(table, Qt.Key.Key_C)
    assert table.current_key() == 3


def test_search_waits_for_the_word_under_composition(qtbot: QtBot) -> None:
    field = SearchField("find")
    qtbot.addWidget(field)
    heard: list[str] = []
    field.query_changed.connect(heard.append)
    compose(field, "hu")
    compose(field, "hufu")
    assert heard == []
    compose(field, "", "护肤")
    assert heard == ["护肤"]
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert heard == ["护肤", ""]
    with qtbot.waitSignal(field.left):
        qtbot.keyClick(field, Qt.Key.Key_Escape)


def test_a_composition_that_is_given_up_searches_nothing(qtbot: QtBot) -> None:
    field = SearchField("find")
    qtbot.addWidget(field)
    heard: list[str] = []
    field.query_changed.connect(heard.append)
    compose(field, "hu")
    compose(field, "")
    assert heard == []


def test_counters_count_code_points_and_what_is_composed(qtbot: QtBot) -> None:
    field = CounterLineEdit(5, name="title")
    qtbot.addWidget(field)
    heard: list[str] = []
    field.edited.connect(heard.append)
    field.setText("好🌸")
    assert field.length() == 2
    compose(field, "nihao")
    assert field.length() == 7
    assert field.over_limit()
    compose(field, "", "你好")
    assert field.length() == 4
    assert heard == ["好🌸", "好🌸你好"]


def test_several_lines_take_plain_text_and_report_committed_words_only(qtbot: QtBot) -> None:
    note = CounterTextEdit(10, name="reason")
    qtbot.addWidget(note)
    heard: list[str] = []
    note.edited.connect(heard.append)
    note.set_text("一")
    assert heard == []
    compose(note.editor, "er")
    assert note.length() == 3
    assert heard == []
    compose(note.editor, "", "二")
    assert note.length() == 2
    assert set(heard) <= {"二一", "一二"}
    assert heard


@pytest.mark.parametrize(("length", "state"), [(0, ""), (89, ""), (90, "warn"), (100, "warn"), (101, "bad")])
def test_the_counter_warns_near_its_limit(length: int, state: str) -> None:
    assert limit_state(length, 100) == state


def test_the_handles_move_by_key_and_an_end_means_no_bound(qtbot: QtBot) -> None:
    slider = RangeSlider(name="fans")
    qtbot.addWidget(slider)
    slider.set_scale(0, 100)
    assert slider.bounds() == (None, None)
    with qtbot.waitSignal(slider.range_committed):
        qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    low, high = slider.bounds()
    assert low == pytest.approx(10)
    assert high is None
    qtbot.keyClick(slider, Qt.Key.Key_Space)
    qtbot.keyClick(slider, Qt.Key.Key_PageDown)
    assert slider.bounds()[1] == pytest.approx(90)
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert slider.bounds()[1] == pytest.approx(10), "a handle stops at the other"


def test_handles_are_dragged_by_mouse(qtbot: QtBot) -> None:
    box = RangeFilter(name="price")
    qtbot.addWidget(box)
    box.resize(214, 60)
    box.set_scale(0, 200, snap=lambda value: round(value))
    box.set_counts([1, 5, 9])
    box.show()
    heard: list[tuple[object, object]] = []
    box.range_changed.connect(lambda low, high: heard.append((low, high)))
    middle = box.slider.height() // 2
    qtbot.mousePress(box.slider, Qt.MouseButton.LeftButton, pos=QPoint(8, middle))
    qtbot.mouseMove(box.slider, QPoint(107, middle))
    qtbot.mouseRelease(box.slider, Qt.MouseButton.LeftButton, pos=QPoint(107, middle))
    assert heard
    assert box.bounds() == (100, None)


def test_a_logarithmic_scale_gives_back_what_it_took() -> None:
    scale = Scale(1e4, 2e7, log=True)
    for value in (1e4, 2e5, 5e6, 2e7):
        assert scale.value(scale.place(value)) == pytest.approx(value)
    assert scale.place(0) == 0


def test_facets_tick_by_key_and_mouse(qtbot: QtBot) -> None:
    facets = FacetList(name="types")
    qtbot.addWidget(facets)
    facets.set_values([FacetValue("a", "美妆", "9,305", 1.0), FacetValue("b", "时尚", "3,541", 0.4)])
    facets.resize(220, 60)
    facets.show()
    with qtbot.waitSignal(facets.toggled) as toggled:
        qtbot.mouseClick(facets, Qt.MouseButton.LeftButton, pos=QPoint(10, 35))
    assert toggled.args == ["b", True]
    qtbot.keyClick(facets, Qt.Key.Key_Up)
    qtbot.keyClick(facets, Qt.Key.Key_Space)
    assert facets.checked() == {"a", "b"}


def test_chips_are_removed_and_negated(qtbot: QtBot) -> None:
    chip = Chip("机构 青禾传媒", negatable=True)
    qtbot.addWidget(chip)
    chip.resize(chip.sizeHint())
    chip.show()
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    assert not chip.is_negated()
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, pos=QPoint(10, 10))
    assert chip.is_negated()
    with qtbot.waitSignal(chip.removed):
        qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() - 6, 10))
    with qtbot.waitSignal(chip.removed):
        qtbot.keyClick(chip, Qt.Key.Key_Delete)


def test_chips_wrap_into_lines(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    flow = FlowLayout(host)
    for text in ("美妆、时尚", "粉丝 20–500万", "女 15–24 ≥35%"):
        flow.addWidget(Chip(text))
    one_line = flow.heightForWidth(2000)
    assert flow.heightForWidth(150) == 3 * one_line + 2 * 6
    flow.clear()
    assert flow.count() == 0


def test_segments_are_chosen_by_arrows(qtbot: QtBot) -> None:
    control = SegmentedControl([Segment("all", "全部"), Segment("script", "脚本")], name="kind")
    qtbot.addWidget(control)
    with qtbot.waitSignal(control.changed) as changed:
        qtbot.keyClick(control, Qt.Key.Key_Right)
    assert changed.args == ["script"]
    qtbot.keyClick(control, Qt.Key.Key_Right)
    assert control.current() == "script"


def test_buttons_leave_the_focus_where_the_keys_work(qtbot: QtBot) -> None:
    button = Button("确认", kind="primary", key="A")
    qtbot.addWidget(button)
    assert button.focusPolicy() == Qt.FocusPolicy.TabFocus
    plain = Button("确认", kind="primary")
    qtbot.addWidget(plain)
    assert button.sizeHint().width() > plain.sizeHint().width()


def test_a_title_is_never_cut_also_with_the_arrow_of_its_order(qtbot: QtBot) -> None:
    columns = (
        Column("name", "Creator", "", 190, "left", True, True, True),
        *(Column(f"c{n}", "Audience fit", "0–100", 44, "right", True, False, True) for n in range(4)),
    )
    model: RecordsModel[int] = RecordsModel(columns, lambda item, key: Cell("1"), lambda item: item)
    table = DataTable(columns)
    qtbot.addWidget(table)
    table.setModel(model)
    table.resize(380, 200)
    table.show()
    header = table._header
    metrics = QFontMetrics(current_theme().font(12))
    assert all(table.columnWidth(index) >= metrics.horizontalAdvance("Audience fit") for index in range(1, 5))
    assert 160 <= table.columnWidth(0) < 190
    before = table.columnWidth(1)
    table.set_sort("c0")
    assert table.columnWidth(1) >= before + current_theme().px(14)
    assert table.columnWidth(1) >= header.title_width(1)
    assert table.column_widths()["c0"] == 44


def test_long_text_ends_in_dots_and_is_whole_in_the_tooltip(qtbot: QtBot) -> None:
    label = ElidedLabel("<b>很长很长很长很长很长很长</b>的名字")
    qtbot.addWidget(label)
    label.resize(80, 20)
    label.show()
    assert label.text().endswith("…")
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.toolTip() == label.full_text() == "<b>很长很长很长很长很长很长</b>的名字"


def test_only_the_newest_three_toasts_stay_and_undo_runs_once(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 600)
    window.show()
    host = ToastHost(window)
    done: list[str] = []
    for index in range(4):
        host.show_toast(
            f"news {index}", action=ToastAction("Undo", lambda index=index: done.append(str(index)), "Z"), counts=True, seconds=8
        )
    assert [toast.accessibleName() for toast in host.toasts()] == ["news 1", "news 2", "news 3"]
    newest = host.newest_undo()
    assert newest is not None
    newest.act()
    newest.act()
    assert done == ["3"]
    assert len(host.toasts()) == 2


def test_news_lies_over_no_key_hint_and_no_button(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 600)
    hint, button = KeyCap("J", window), Button("Approve", kind="primary", parent=window)
    hint.setGeometry(420, 520, 20, 20)
    button.setGeometry(430, 470, 120, 32)
    window.show()
    host = ToastHost(window)
    host.show_toast("9 orders in the outbox", counts=True, action=ToastAction("Undo", lambda: None), seconds=8)
    assert not host.geometry().adjusted(12, 12, -12, -12).intersects(button.geometry())
    assert not host.geometry().adjusted(12, 12, -12, -12).intersects(hint.geometry())
    assert host.geometry().bottom() < 500
    button.hide()
    hint.hide()
    host.set_lift(1)
    assert host.geometry().bottom() > 500


def test_only_undo_errors_and_what_was_just_said_outlive_a_switch_of_views(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 600)
    window.show()
    host = ToastHost(window)
    old = host.show_toast("saved")
    old._tick()
    undo = host.show_toast("approved", counts=True, action=ToastAction("Undo", lambda: None), seconds=8)
    undo._tick()
    host.show_toast("write a brief first")
    host.leave_view()
    assert [toast.accessibleName() for toast in host.toasts()] == ["approved", "write a brief first"]


def test_states_switch_and_the_banner_stays_apart(qtbot: QtBot) -> None:
    content = QLabel("content")
    stack = StateStack(content, empty=EmptyState("search", "nothing", "do this", "Do it"))
    qtbot.addWidget(stack)
    stack.show()
    stack.show_state("empty")
    assert stack.empty.isVisible()
    assert not content.isVisible()
    stack.banner.set_words("offline")
    stack.show_state("content")
    assert content.isVisible()
    assert stack.banner.isVisible()
    stack.banner.set_words("")
    assert not stack.banner.isVisible()


def test_avatars_are_stable_and_skip_signs() -> None:
    assert avatar_color("小鹿") == avatar_color("小鹿")
    assert initial("@lulu") == "L"
    assert initial("🌸") == "?"


def test_segments_move_closer_before_anything_is_cut(qtbot: QtBot) -> None:
    control = SegmentedControl((Segment("all", "All 102"), Segment("script", "Scripts 54"), Segment("video", "Videos 48")))
    qtbot.addWidget(control)
    whole, least = control.sizeHint().width(), control.minimumSizeHint().width()
    assert least < whole
    for width in (whole, whole - 15, least):
        control.resize(width, 28)
        assert control._rects()[-1].right() <= width
    words = QFontMetrics(current_theme().font(12)).horizontalAdvance("Videos 48")
    assert control._rects()[-1].width() >= words


def test_columns_widen_with_the_text_and_keep_what_was_chosen(qtbot: QtBot) -> None:
    columns = (Column("name", "Name", "", 100, "left", True, True, True), Column("sum", "Sum", "", 60, "right", True, False, True))
    model: RecordsModel[int] = RecordsModel(columns, lambda item, key: Cell("¥160,000"), lambda item: item)
    table = DataTable(columns)
    qtbot.addWidget(table)
    table.setModel(model)
    table.resize(900, 200)
    table.show()
    table.restore_column_widths({"sum": 90})
    try:
        current_theme().set_scale(2.0)
        table.set_columns(columns)
        assert table.columnWidth(1) == 180
        assert table.column_widths()["sum"] == 90
    finally:
        current_theme().set_scale(1.0)


def test_a_figure_that_does_not_fit_ends_in_dots_and_loses_no_first_digit(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(
        delegate, "fitted", lambda metrics, text, room: shown.append(cut(metrics, text, room)[0]) or cut(metrics, text, room)
    )
    cut = fitted
    columns = (Column("sum", "S", "", 70, "right", True, False, True),)
    model: RecordsModel[int] = RecordsModel(columns, lambda item, key: Cell("¥160,000", spark=(1.0, 2.0)), lambda item: item)
    model.set_rows([1])
    table = DataTable(columns)
    qtbot.addWidget(table)
    table.setModel(model)
    table.show()
    table.grab()
    assert shown
    assert all(text.startswith("¥") and text.endswith("…") for text in shown)
