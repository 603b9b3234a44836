"""Promises of the table model: only windows are held, what is painted is asked for, Qt's own model tester agrees."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from xingtu_desktop.domain.creator import Creator
from xingtu_desktop.domain.creator_query import FIELDS, Field, RangeFilter
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.ui.creators import words
from xingtu_desktop.ui.creators.columns import BY_KEY, DEFAULT_KEYS
from xingtu_desktop.ui.creators.creators_model import PAGE, SKELETON, CreatorDelegate, CreatorTableModel, Window
from xingtu_desktop.ui.widgets.table.cells import CELL_ROLE, KEY_ROLE
from xingtu_desktop.ui.widgets.table.view import DataTable

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def window(number: int, gone: frozenset[int] = frozenset()) -> Window:
    ids = tuple(AuthorId(1 + number * PAGE + place) for place in range(PAGE))
    return Window(ids, tuple(Creator(author, f"达人{author}", NOW, "目录") for author in ids if author not in gone))


def model(total: int) -> CreatorTableModel:
    made = CreatorTableModel()
    made.set_columns([BY_KEY[key].column() for key in DEFAULT_KEYS])
    made.set_result(total, {0: window(0)}, NOW)
    return made


def test_a_million_rows_hold_only_the_windows_that_were_looked_at(qtbot: QtBot) -> None:
    made = model(1_000_000)
    table = DataTable(checkable=True)
    qtbot.addWidget(table)
    table.set_columns(made.columns())
    table.set_delegate(CreatorDelegate(table.row_state(), table))
    table.setModel(made)
    table.resize(1000, 600)
    table.show()
    asked: list[list[int]] = []
    made.pages_wanted.connect(asked.append)
    table.set_current_row(500_000)
    table.grab()
    qtbot.waitUntil(lambda: bool(asked))
    assert 5_000 in {number for numbers in asked for number in numbers}
    assert len({number for numbers in asked for number in numbers}) <= 3
    assert made.index(500_000, 0).data(CELL_ROLE) is SKELETON
    made.put_page(5_000, window(5_000))
    assert made.index(500_000, 0).data(CELL_ROLE).text == "达人500001"
    assert made.row_of(500_001) == 500_000
    for number in range(100, 200):
        made.put_page(number, window(number))
    assert made.row_of(500_001) == -1


def test_the_model_tester_agrees_and_a_deleted_creator_leaves_an_unknown_row(qtbot: QtBot) -> None:
    made = model(150)
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.put_page(1, window(1, frozenset({101})))
    assert made.index(100, 0).data(KEY_ROLE) == 101
    assert made.index(100, 0).data(Qt.ItemDataRole.DisplayRole) == "—"
    made.set_result(0, {}, NOW)
    made.set_result(30, {0: window(0)}, NOW)
    made.refresh(NOW)
    tester.deleteLater()


def test_bounds_read_back_what_they_were_typed_as() -> None:
    cases = {
        (Field.FOLLOWERS, "20万"): 200_000,
        (Field.FOLLOWERS, "1.5w"): 15_000,
        (Field.FOLLOWERS, "200K"): 200_000,
        (Field.FEMALE_15_24_SHARE, "35%"): 0.35,
        (Field.FEMALE_15_24_SHARE, "35"): 0.35,
        (Field.FEMALE_15_24_SHARE, "0.35"): 0.35,
        (Field.QUOTE_FROM_21_TO_60, "¥1,200"): Fen(120_000),
        (Field.CPM_FROM_21_TO_60, "≤ 45"): Fen(4_500),
    }
    for (field, text), wanted in cases.items():
        number = words.parse_number(field, text)
        assert number is not None
        assert words.to_bound(field, number) == wanted, (field, text)
    assert words.parse_number(Field.FOLLOWERS, "很多") is None
    assert words.parse_number(Field.FOLLOWERS, "nan") is None
    assert words.range_text(RangeFilter(Field.FOLLOWERS, 200_000, 5_000_000)) == "20万–500万"
    assert words.range_text(RangeFilter(Field.CPM_FROM_21_TO_60, high=Fen(4_500))) == "≤ 45"


def test_every_filtered_field_and_facet_has_a_name() -> None:
    assert set(words.FIELD_NAMES) == set(FIELDS)
