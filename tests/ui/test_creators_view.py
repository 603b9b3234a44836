"""Promises of the Creators view, by keys and clicks over real services and real encrypted stores."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.creators_rig import Rig, catalogue, make_rig
from xingtu_desktop.core.errors import Offline
from xingtu_desktop.domain.answers import FeedPage
from xingtu_desktop.domain.creator import Creator, VideoTier, cpm_of, female_15_24_share, share_of
from xingtu_desktop.domain.creator_query import AudienceTarget, CategoryFilter, CreatorQuery, Facet, Field, RangeFilter, SortKey
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.domain.shortlist import BASKET
from xingtu_desktop.ui import dialogs
from xingtu_desktop.ui.creators import creators_presenter
from xingtu_desktop.ui.creators.columns import COLUMNS, Seen
from xingtu_desktop.ui.creators.filter_groups import FacetGroup, RangeGroup
from xingtu_desktop.ui.i18n import formats
from xingtu_desktop.ui.shell.views import shell_view
from xingtu_desktop.ui.shell.window import MainWindow
from xingtu_desktop.ui.widgets.table.header import DataHeader


async def until(condition: Callable[[], bool], seconds: float = 8.0) -> None:
    """Wait for what the loop will bring; fails when it does not come."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "it never came"
        await asyncio.sleep(0.005)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Rig]:
    """The view in a window, loaded. No fixture: pytest-qt turns Qt's loop between fixtures, when no asyncio loop runs."""
    made = await make_rig(folder)
    window = MainWindow([shell_view("creators", lambda: made.presenter.view)])
    try:
        window.registry.register(*made.presenter.commands())
        window.resize(1600, 1000)
        window.show()
        window.show_view("creators")
        window.activateWindow()
        made.presenter.start()
        await until(lambda: made.presenter.view.model.total() == len(made.creators))
        yield made
    finally:
        await made.close()
        window.finish_close()
        window.deleteLater()


def with_rig(test: Callable[[Rig, QtBot], Coroutine[object, object, None]]) -> Callable[[QtBot, Path], Coroutine[object, object, None]]:
    """Run a test on an open view."""

    async def run(qtbot: QtBot, tmp_path: Path) -> None:
        async with opened(tmp_path) as rig:
            await test(rig, qtbot)

    return run


def keys(rig: Rig, qtbot: QtBot, *pressed: Qt.Key, shift: bool = False, alt: bool = False) -> None:
    modifier = Qt.KeyboardModifier.NoModifier
    if shift:
        modifier = Qt.KeyboardModifier.ShiftModifier
    if alt:
        modifier = Qt.KeyboardModifier.AltModifier
    for key in pressed:
        QTest.keyClick(QApplication.focusWidget() or rig.presenter.view.table, key, modifier)


def group(rig: Rig, field: Field) -> RangeGroup:
    found = rig.presenter.view.filters.groups[field]
    assert isinstance(found, RangeGroup)
    found.set_open(True)
    return found


def type_bound(found: RangeGroup, qtbot: QtBot, *, low: str = "", high: str = "") -> None:
    for edit, text in ((found.low_edit, low), (found.high_edit, high)):
        if text:
            assert edit is not None
            edit.selectAll()
            QTest.keyClicks(edit, text)
            QTest.keyClick(edit, Qt.Key.Key_Return)


@with_rig
async def test_the_seed_query_is_reached_by_typing_and_ticking_and_its_count_is_exact(rig: Rig, qtbot: QtBot) -> None:
    view = rig.presenter.view
    theme = view.filters.groups[Facet.THEME]
    assert isinstance(theme, FacetGroup)
    assert theme.values is not None
    await until(lambda: theme.values is not None and theme.values.sizeHint().height() > 0)
    type_bound(group(rig, Field.FEMALE_15_24_SHARE), qtbot, low="10%")
    type_bound(group(rig, Field.CITY_SECOND_SHARE), qtbot, low="10")
    type_bound(group(rig, Field.CPM_FROM_21_TO_60), qtbot, high="150")
    wanted = max({theme for creator in rig.creators for theme in creator.themes}, key=lambda t: sum(t in c.themes for c in rig.creators))
    theme.values.toggled.emit(wanted, True)

    def holds(creator: Creator) -> bool:
        young, second = female_15_24_share(creator), share_of(creator.audience.city_tiers, "二线")
        cpm = cpm_of(creator, VideoTier.FROM_21_TO_60)
        return (
            young is not None
            and second is not None
            and cpm is not None
            and round(young * 10_000) >= 1_000
            and round(second * 10_000) >= 1_000
            and cpm.value <= 15_000
            and wanted in creator.themes
        )

    reference = sum(holds(creator) for creator in rig.creators)
    assert reference > 0
    await until(lambda: view.model.total() == reference)
    assert f"{reference} 位达人" in view.head.count.text()
    assert len(view.filters.chips()) == 4


@with_rig
async def test_every_header_sorts_and_the_order_is_the_indexes_own(rig: Rig, qtbot: QtBot) -> None:
    view = rig.presenter.view
    rig.presenter.load_query(CreatorQuery(ranges=(RangeFilter(Field.FEMALE_SHARE, low=0.3),)), "")
    for column in COLUMNS:
        view.table.sort_requested.emit(column.key, column.descending_first)
        query = view.filters.query()
        assert query.sort is column.sort
        expected = await rig.search.ids(query, 5)
        await until(lambda expected=expected: tuple(view.model.author_id(row) for row in range(5)) == expected)  # type: ignore[misc]
    assert SortKey.NICKNAME in {column.sort for column in COLUMNS}


@with_rig
async def test_ticks_survive_other_queries_and_keys_move_and_tick(rig: Rig, qtbot: QtBot) -> None:
    view = rig.presenter.view
    view.table.setFocus()
    view.table.set_current_row(0)
    keys(rig, qtbot, Qt.Key.Key_X, Qt.Key.Key_J)
    keys(rig, qtbot, Qt.Key.Key_J, Qt.Key.Key_J, shift=True)
    ticked = {view.model.author_id(row) for row in range(4)}
    assert view.table.checked_keys() == ticked
    view.filters.search.setText("没有这样的人 xyz")
    await until(lambda: view.model.total() == 0)
    assert view.table.checked_keys() == ticked
    assert "4" in view.head._chosen_words.text()


@with_rig
async def test_basket_and_shortlist_by_key_with_undo(rig: Rig, qtbot: QtBot) -> None:
    view = rig.presenter.view
    view.table.setFocus()
    view.table.set_current_row(1)
    author = view.model.author_id(1)
    assert author is not None
    keys(rig, qtbot, Qt.Key.Key_B)
    await until(view.bar.isVisible)
    assert await rig.shortlists.ids(BASKET) == {author}
    keys(rig, qtbot, Qt.Key.Key_B)
    await until(lambda: not view.bar.isVisible())
    undo = rig.frame.toasts[-1].action
    assert undo is not None
    undo.run()
    await until(view.bar.isVisible)
    assert await rig.shortlists.ids(BASKET) == {author}
    keys(rig, qtbot, Qt.Key.Key_S)
    await until(lambda: len(rig.frame.toasts) == 3)
    (listed,) = await rig.shortlists.all()
    assert await rig.shortlists.ids(listed.shortlist_id) == {author}
    view.bar.order.click()
    assert rig.frame.gone == [("briefs", {"order_basket": True})]


@with_rig
async def test_letters_typed_in_the_search_field_are_text_and_words_under_composition_are_not_searched(rig: Rig, qtbot: QtBot) -> None:
    view = rig.presenter.view
    view.table.setFocus()
    keys(rig, qtbot, Qt.Key.Key_Slash)
    assert QApplication.focusWidget() is view.filters.search
    QTest.keyClicks(view.filters.search, "xb")
    assert view.filters.query().text == "xb"
    assert view.table.checked_keys() == frozenset()
    view.filters.search.clear()
    QApplication.sendEvent(view.filters.search, QInputMethodEvent("hu'fu", []))
    assert view.filters.query().text == ""
    done = QInputMethodEvent("", [])
    done.setCommitString("护肤")
    QApplication.sendEvent(view.filters.search, done)
    assert view.filters.query().text == "护肤"
    expected = len(await rig.search.ids(CreatorQuery(text="护肤")))
    await until(lambda: view.model.total() == expected)


@with_rig
async def test_an_empty_answer_offers_loosenings_and_alt_takes_one(rig: Rig, qtbot: QtBot) -> None:
    view = rig.presenter.view
    query = CreatorQuery(
        ranges=(RangeFilter(Field.FEMALE_15_24_SHARE, low=0.99), RangeFilter(Field.FOLLOWERS, low=10_000)),
    )
    rig.presenter.load_query(query, "")
    await until(lambda: bool(view.loosen.loosenings()) and view.loosen.isVisible())
    best = view.loosen.loosenings()[0]
    assert best.count > 0
    view.table.setFocus()
    keys(rig, qtbot, Qt.Key.Key_1, alt=True)
    await until(lambda: view.model.total() == best.count)
    assert not view.loosen.isVisible()


@with_rig
async def test_a_chip_turns_into_its_opposite_and_goes(rig: Rig, qtbot: QtBot) -> None:
    view = rig.presenter.view
    kind = rig.creators[0].content_types[0]
    rig.presenter.load_query(CreatorQuery(categories=(CategoryFilter(Facet.CONTENT_TYPE, frozenset({kind})),)), "")
    having = sum(kind in creator.content_types for creator in rig.creators)
    await until(lambda: view.model.total() == having)
    (chip,) = view.filters.chips()
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert not view.filters.query().categories[0].negate
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, pos=QPoint(8, 8))
    without = sum(bool(creator.content_types) and kind not in creator.content_types for creator in rig.creators)
    await until(lambda: view.model.total() == without)
    turn, _ = view.filters.chips()[0].actions()
    assert turn.text() == "改为包含"
    turn.trigger()
    await until(lambda: view.model.total() == having)
    assert [action.text() for action in view.filters.chips()[0].actions()] == ["改为排除", "去掉这个条件"]
    chip = view.filters.chips()[0]
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() - 6, 10))
    await until(lambda: view.model.total() == len(rig.creators))
    assert view.filters.chips() == []


@with_rig
async def test_sections_fold_say_what_is_on_and_count_only_what_shows(rig: Rig, qtbot: QtBot) -> None:
    filters = rig.presenter.view.filters
    assert {field for field in Field if field.startswith(("group_", "age_", "cpe_"))} <= set(filters.groups)
    assert {Facet.CITY, Facet.AVAILABILITY} <= set(filters.groups)
    groups = filters.sections["groups"]
    gen_z = group(rig, Field.GROUP_GEN_Z_SHARE)
    assert Field.GROUP_GEN_Z_SHARE not in filters.wanted_counts().fields
    QTest.keyClick(groups.header, Qt.Key.Key_Space)
    assert Field.GROUP_GEN_Z_SHARE in filters.wanted_counts().fields
    type_bound(gen_z, qtbot, low="20%")
    expected = len(await rig.search.ids(filters.query()))
    await until(lambda: rig.presenter.view.model.total() == expected < len(rig.creators))
    assert "1" in groups.header.value()
    folds = filters.folds()
    assert folds["section.groups"] == 1
    assert folds["section.price"] == 0
    filters.set_folds({"section.groups": 0, "section.price": 1})
    assert not groups.is_open()
    assert filters.sections["price"].is_open()


@with_rig
async def test_the_headers_box_is_empty_over_an_empty_answer(rig: Rig, qtbot: QtBot) -> None:
    view = rig.presenter.view
    header = view.table.horizontalHeader()
    assert isinstance(header, DataHeader)
    view.table.set_checked([rig.creators[0].author_id])
    assert header.check_state() is Qt.CheckState.PartiallyChecked
    view.filters.search.setText("没有这样的人 xyz")
    await until(lambda: view.model.total() == 0)
    await until(lambda: header.check_state() is Qt.CheckState.Unchecked)
    header.check_all_clicked.emit()
    assert view.table.checked_keys() == {rig.creators[0].author_id}
    view.filters.search.setText("")
    await until(lambda: view.model.total() == len(rig.creators))
    header.check_all_clicked.emit()
    header.check_all_clicked.emit()
    await until(lambda: header.check_state() is Qt.CheckState.Checked)


@with_rig
async def test_the_profile_fetches_what_is_missing_and_a_look_alike_opens(rig: Rig, qtbot: QtBot) -> None:
    view = rig.presenter.view
    view.table.set_current_row(3)
    author = view.model.author_id(3)
    await until(lambda: (p := view.profile.profile()) is not None and p.creator.author_id == author and bool(p.detail.videos))
    await until(lambda: bool(view.profile._similar))
    other = view.profile._similar[0].creator
    view.profile.alike_rows[0].opened.emit(other.author_id)
    await until(lambda: (p := view.profile.profile()) is not None and p.creator.author_id == other.author_id)


@with_rig
async def test_comparison_pins_takes_out_and_closes_by_key(rig: Rig, qtbot: QtBot) -> None:
    view = rig.presenter.view
    view.table.set_checked([view.model.author_id(row) or 0 for row in range(3)])
    view.table.setFocus()
    keys(rig, qtbot, Qt.Key.Key_C)
    await until(view.comparing)
    assert len(view.compare.creators()) == 3
    keys(rig, qtbot, Qt.Key.Key_Right, Qt.Key.Key_P)
    assert view.compare.baseline() == view.compare.creators()[1].author_id
    keys(rig, qtbot, Qt.Key.Key_X)
    assert len(view.compare.creators()) == 2
    keys(rig, qtbot, Qt.Key.Key_Escape)
    assert not view.comparing()


@with_rig
async def test_offline_is_said_and_the_order_button_says_what_will_happen(rig: Rig, qtbot: QtBot) -> None:
    await rig.shortlists.add(BASKET, [rig.creators[0].author_id])
    rig.connectivity.failed(Offline())
    view = rig.presenter.view
    await until(lambda: "联网后发送" in view.bar.order.text())
    assert "离线可用" in view.states.banner.accessibleName()


@with_rig
async def test_a_search_is_saved_and_loaded_and_columns_come_back(rig: Rig, qtbot: QtBot) -> None:
    view = rig.presenter.view
    query = CreatorQuery(ranges=(RangeFilter(Field.FOLLOWERS, low=100_000),))
    saved = await rig.shortlists.save_search("十万粉", query)
    await until(lambda: any(action.text() == "十万粉" for action in view.filters.saved_menu.actions()))
    next(action for action in view.filters.saved_menu.actions() if action.text() == "十万粉").trigger()
    assert view.filters.query() == query
    await rig.shortlists.remove_search(saved)
    await until(lambda: all(action.text() != "十万粉" for action in view.filters.saved_menu.actions()))
    view.head.column_toggled.emit("hit", False)
    view.head.column_toggled.emit("city", True)
    shown = [column.key for column in view.model.columns()]
    assert "hit" not in shown
    assert "city" in shown


async def test_an_empty_catalogue_says_what_happens_next(qtbot: QtBot, tmp_path: Path) -> None:
    made = await make_rig(tmp_path, 0)
    made.presenter.view.resize(1280, 800)
    made.presenter.view.show()
    made.presenter.start()
    await until(lambda: made.presenter.view.states.state() == "empty")
    await made.close()
    made.presenter.view.deleteLater()


@pytest.mark.parametrize("scale", [1, 1000])
async def test_creators_with_missing_figures_and_odd_names_are_drawn(qtbot: QtBot, tmp_path: Path, scale: int) -> None:
    made = await make_rig(tmp_path, 20)
    bare = replace(Creator(made.creators[0].author_id, "=HYPERLINK 😀" * scale, made.creators[0].updated_at, "目录"))
    view = made.presenter.view
    view.resize(1280, 800)
    view.show()
    made.presenter.start()
    await until(lambda: view.model.total() == len(made.creators))
    await until(lambda: view.profile.profile() is not None or view.profile_overlays())
    for column in COLUMNS:
        assert column.cell(bare, Seen(bare.updated_at)) is not None
    assert not view.grab().isNull()
    await made.close()
    view.deleteLater()


@with_rig
async def test_an_audience_that_is_looked_for_gives_the_fit_and_its_order(rig: Rig, qtbot: QtBot) -> None:
    view = rig.presenter.view

    def shown() -> list[str]:
        return [column.key for column in view.model.columns()]

    assert "female_15_24" in shown()
    assert "fit" not in shown()
    rig.presenter.load_query(CreatorQuery(ranges=(RangeFilter(Field.FEMALE_SHARE, low=0.3), RangeFilter(Field.FOLLOWERS, low=10))), "")
    await until(lambda: "fit" in shown())
    assert shown().index("hit") < shown().index("fit") < shown().index("updated")
    assert "female_15_24" not in shown()
    assert view.filters.query().targets == (AudienceTarget(Field.FEMALE_SHARE, 0.45),)
    view.table.sort_requested.emit("fit", False)
    await until(lambda: view.filters.query().sort is SortKey.AUDIENCE_FIT and view.model.total() > 0)
    least = min(creator.audience.female or 1 for creator in rig.creators if (creator.audience.female or 0) >= 0.3)
    cell = formats().decimal(100 * min(least / 0.45, 1), 0)
    place = shown().index("fit")
    await until(lambda: view.model.index(0, place).data() == cell)
    view.filters.clear_all()
    await until(lambda: "female_15_24" in shown())
    assert view.filters.query().sort is Field.FOLLOWERS


@with_rig
async def test_the_first_row_stands_at_the_top_and_the_place_is_said_right(rig: Rig, qtbot: QtBot) -> None:
    view = rig.presenter.view

    height = view.table.rowHeight(0)
    rows = (view.table.viewport().height() + height // 2) // height
    await until(lambda: view.place.text() == f"1–{rows} / {len(rig.creators)}")
    assert view.table.rowAt(0) == 0
    await rig.shortlists.add(BASKET, [rig.creators[0].author_id])
    await until(view.bar.isVisible)
    await until(lambda: view.place.text() != f"1–{rows} / {len(rig.creators)}")
    fewer = (view.table.viewport().height() + height // 2) // height
    assert fewer < rows
    assert view.place.text() == f"1–{fewer} / {len(rig.creators)}"
    view.table.verticalScrollBar().setValue(5 * height)
    assert view.place.text() == f"6–{fewer + 5} / {len(rig.creators)}"


@with_rig
async def test_names_keep_their_room_beside_the_profile(rig: Rig, qtbot: QtBot) -> None:
    view = rig.presenter.view
    view.window().resize(1440, 900)
    view.show_profile(True)
    await until(view.profile.isVisible)
    await until(lambda: view.table.horizontalScrollBar().maximum() == 0)
    assert len(view.model.columns()) == 11
    assert view.table.columnWidth(0) >= 190


@with_rig
async def test_e_writes_the_answer_to_the_place_that_was_picked(rig: Rig, qtbot: QtBot) -> None:
    view = rig.presenter.view
    asked: list[str] = []

    async def pick(parent: object, title: str, *, name: str = "", filters: str = "", suffix: str = "") -> Path:
        asked.append(name)
        return rig.folder / "答.csv"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dialogs, "save_file", pick)
        view.table.setFocus()
        keys(rig, qtbot, Qt.Key.Key_E)
        await until(lambda: bool(rig.frame.toasts))
    assert asked[0].endswith(".xlsx")
    assert f"{len(rig.creators)}" in rig.frame.toasts[-1].text
    with (rig.folder / "答.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == len(rig.creators) + 1
    assert not view.export_strip.isVisible()


@with_rig
async def test_an_export_shows_how_far_it_is_and_stops_without_a_file(rig: Rig, qtbot: QtBot) -> None:
    view = rig.presenter.view

    async def pick(parent: object, title: str, **options: object) -> Path:
        return rig.folder / "停.xlsx"

    async def never(ids: Sequence[AuthorId]) -> tuple[Creator, ...]:
        await asyncio.Event().wait()
        return ()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dialogs, "save_file", pick)
        patch.setattr(rig.search, "creators", never)
        view.table.set_checked([creator.author_id for creator in rig.creators[:7]])
        view.head.export.click()
        await until(view.export_strip.isVisible)
        assert "0 / 7" in view.export_strip.words.text()
        view.export_strip.stop.click()
        await until(lambda: bool(rig.frame.toasts))
    assert "停止" in rig.frame.toasts[-1].text
    assert list(rig.folder.glob("停*")) == []
    assert not view.export_strip.isVisible()


async def test_the_first_creators_show_without_the_pause_between_two_refreshes(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(creators_presenter, "_REFRESH_MS", 3_600_000)
    rig = await make_rig(tmp_path, 0)
    view = rig.presenter.view
    qtbot.addWidget(view)
    try:
        view.show()
        rig.presenter.start()
        await until(lambda: view.states.state() == "empty")
        _, creators = catalogue(3)
        change = (await rig.files.creators.apply_page(FeedPage(tuple(creators), (), "cursor", False, len(creators), 0), "青禾目录"))[1]
        await rig.search.refresh()
        rig.changes.publish(change)
        await until(lambda: view.model.total() == len(creators))
    finally:
        await rig.close()
