"""Promises of settings: each choice is saved at once and undone in one step, signing out is done knowingly, figures are measured."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QBoxLayout, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.sync.rig import CAMPAIGN, Rig
from tests.ui.outbox_samples import FakeFrame, a_context
from xingtu_desktop.core.errors import Conflict, DiskFull
from xingtu_desktop.domain.ids import CampaignId
from xingtu_desktop.domain.notices import Notice, NoticeKind
from xingtu_desktop.domain.order import Campaign
from xingtu_desktop.services.campaigns import CampaignService
from xingtu_desktop.services.notices import NoticeBoard
from xingtu_desktop.services.ports import ReviewStore
from xingtu_desktop.services.preferences import Preferences, PreferenceValues
from xingtu_desktop.ui.i18n import formats, translations
from xingtu_desktop.ui.settings.ports import AccountFacts, StorageFact, StorageRole
from xingtu_desktop.ui.settings.settings_presenter import SettingsPresenter
from xingtu_desktop.ui.theme import current_theme


class Desk:
    """The shown page over real preferences and a real campaign service."""

    def __init__(self, qtbot: QtBot, *, full: bool = True) -> None:
        self.rig = Rig()
        self.rig.campaigns.by_id[CampaignId("own")] = Campaign(CampaignId("own"), "有约定", self.rig.clock.now(), reject_limit=1)
        self.frame = FakeFrame()
        self.left: list[bool] = []
        self.unsent = 0
        self.rebuilt = 0
        self.map_opened = 0
        self.notices = NoticeBoard(self.rig.changes, self.rig.clock)
        self.preferences = Preferences(self.rig.settings, self.rig.changes)
        campaigns = CampaignService(
            campaigns=self.rig.campaigns,
            orders=self.rig.orders,
            outbox=self.rig.outbox,
            # Terms touch no review.
            reviews=cast(ReviewStore, None),
            actions=self.rig.actions,
            api=self.rig.platform,
            changes=self.rig.changes,
            clock=self.rig.clock,
        )
        self.presenter = SettingsPresenter(
            a_context(self.rig, self.frame),
            preferences=self.preferences,
            account=AccountFacts(
                1760218830964821, "花漾日化", "杭州花漾日化有限公司", "林澜", self.rig.clock.now() + timedelta(days=29), "Keychain"
            ),
            storage=self,
            sign_out=self.sign_out,
            campaigns=campaigns if full else None,
            notices=self.notices,
            rebuild_cache=self.rebuild if full else None,
            shortcuts=self.open_map if full else None,
        )
        self.view = self.presenter.view
        qtbot.addWidget(self.view)
        self.view.resize(1208, 752)

    async def facts(self) -> Sequence[StorageFact]:
        return (
            StorageFact(StorageRole.WORK, 142_000_000, deletable=False),
            StorageFact(StorageRole.CACHE, None, deletable=True),
            StorageFact(StorageRole.MEDIA, 16_400_000_000, deletable=True),
        )

    async def sign_out(self, *, discard_unsent: bool = False) -> None:
        if self.unsent and not discard_unsent:
            raise Conflict(what="unsent_intents", expected=0, actual=self.unsent)
        self.left.append(discard_unsent)

    async def rebuild(self) -> None:
        self.rebuilt += 1

    def open_map(self) -> None:
        self.map_opened += 1

    async def open(self) -> None:
        self.view.show()
        self.presenter.start()
        await settled()

    async def click(self, button: QPushButton) -> None:
        assert button.isEnabled()
        button.click()
        await settled()

    async def undo(self) -> None:
        action = self.frame.actions[-1]
        assert action is not None
        action.run()
        await settled()

    def words(self) -> str:
        return " ".join(label.text() for label in self.view.findChildren(QLabel) if label.isVisible())

    async def veil(self, starts: str) -> None:
        found = self.view.window().findChild(QWidget, "veil")
        assert found is not None
        await self.click(next(each for each in found.findChildren(QPushButton) if each.text().startswith(starts)))


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def desk(qtbot: QtBot) -> AsyncIterator[Desk]:
    made = Desk(qtbot)
    yield made
    await made.presenter.close()
    theme, words = current_theme(), translations()
    theme.set_mode("light")
    theme.set_density("comfortable")
    theme.set_scale(1.0)
    words.set_zone(None)
    words.set_language("zh_CN")


async def test_a_theme_takes_effect_is_saved_and_undone(desk: Desk) -> None:
    await desk.open()
    desk.view.theme.changed.emit("dark")
    await settled()
    assert current_theme().mode == "dark"
    assert (await Preferences(desk.rig.settings, desk.rig.changes).load()).theme == "dark"
    assert desk.frame.toasts == [("已保存", "good")]
    await desk.undo()
    assert current_theme().mode == "system"
    assert (await Preferences(desk.rig.settings, desk.rig.changes).load()).theme == "system"


async def test_an_undo_takes_no_later_choice_with_it(desk: Desk) -> None:
    await desk.open()
    desk.view.theme.changed.emit("dark")
    await settled()
    first = desk.frame.actions[-1]
    desk.view.density.changed.emit("compact")
    await settled()
    assert first is not None
    first.run()
    await settled()
    kept = await Preferences(desk.rig.settings, desk.rig.changes).load()
    assert (kept.theme, kept.density) == ("system", "compact")


async def test_a_full_disk_leaves_what_is_kept_on_screen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(_key: str, _value: str | None) -> None:
        raise DiskFull("no room")

    await desk.open()
    monkeypatch.setattr(desk.rig.settings, "put", full)
    desk.view.theme.changed.emit("dark")
    await settled()
    assert [type(error) for error in desk.frame.reported] == [DiskFull]
    assert desk.view.theme.current() == "system"
    assert current_theme().mode != "dark"


async def test_the_language_switches_the_page_itself(desk: Desk) -> None:
    await desk.open()
    desk.view.language.changed.emit("en")
    await settled()
    assert "Saved at once" in desk.words()
    assert desk.view.language.current() == "en"


async def test_density_text_size_and_second_clock_take_effect(desk: Desk) -> None:
    await desk.open()
    desk.view.density.changed.emit("compact")
    await settled()
    desk.view.scale.setCurrentIndex(desk.view.scale.findData(150))
    desk.view.scale.activated.emit(desk.view.scale.currentIndex())
    await settled()
    desk.view.zone.setCurrentIndex(desk.view.zone.findData("Europe/London"))
    desk.view.zone.activated.emit(desk.view.zone.currentIndex())
    await settled()
    assert (current_theme().density, current_theme().scale, formats().zone) == ("compact", 1.5, "Europe/London")
    kept = await Preferences(desk.rig.settings, desk.rig.changes).load()
    assert (kept.density, kept.scale, kept.zone) == ("compact", 150, "Europe/London")


async def test_a_limit_is_typed_in_yuan_and_kept_in_fen(desk: Desk) -> None:
    await desk.open()
    field = desk.view.batch_yuan
    assert field.text() == "不限金额"
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "100000")
    QTest.keyClick(field, Qt.Key.Key_Return)
    await settled()
    assert await desk.rig.settings.get("caps.batch_fen") == "10000000"
    await desk.undo()
    assert await desk.rig.settings.get("caps.batch_fen") == "null"
    assert field.text() == "不限金额"


async def test_what_was_set_is_shown_and_showing_it_saves_nothing(desk: Desk) -> None:
    await Preferences(desk.rig.settings, desk.rig.changes).change(PreferenceValues(theme="dark", cap_day_fen=30_000_000, review_hours=48))
    await desk.open()
    assert desk.view.theme.current() == "dark"
    assert desk.view.day_yuan.value() == 300_000
    assert desk.view.hours.value() == 48
    assert desk.frame.toasts == []


async def test_unset_terms_are_a_dash_and_zero_is_not_unset(desk: Desk) -> None:
    await desk.open()
    assert desk.view.rejects.text() == "—"
    desk.view.rejects.setValue(0)
    desk.view.rejects.editingFinished.emit()
    await settled()
    assert await desk.rig.settings.get("contract.reject_limit") == "0"
    assert desk.view.rejects.value() == 0


async def test_terms_go_to_campaigns_without_any_and_are_taken_back(desk: Desk) -> None:
    await desk.open()
    assert not desk.view.give_terms.isEnabled()
    desk.view.hours.setValue(48)
    desk.view.hours.editingFinished.emit()
    await settled()
    assert desk.view.give_terms.text() == "填到 1 个项目"
    await desk.click(desk.view.give_terms)
    kept = desk.rig.campaigns.by_id
    assert kept[CAMPAIGN].review_hours == 48
    assert kept[CampaignId("own")].review_hours is None
    assert not desk.view.give_terms.isEnabled()
    await desk.undo()
    assert kept[CAMPAIGN].review_hours is None
    assert desk.view.give_terms.isEnabled()


async def test_signing_out_asks_and_escape_stays(desk: Desk) -> None:
    await desk.open()
    await desk.click(desk.view.sign_out)
    veil = desk.view.window().findChild(QWidget, "veil")
    assert veil is not None
    QTest.keyClick(veil, Qt.Key.Key_Escape)
    await settled()
    assert desk.left == []
    await desk.click(desk.view.sign_out)
    await desk.veil("退出登录")
    assert desk.left == [False]


async def test_unsent_actions_are_given_up_only_in_words(desk: Desk) -> None:
    desk.unsent = 3
    await desk.open()
    await desk.click(desk.view.sign_out)
    await desk.veil("退出登录")
    assert desk.left == []
    assert "还有 3 条没有了结" in desk.words()
    await desk.veil("取消")
    assert desk.left == []
    assert desk.frame.outbox_shown == 1
    await desk.click(desk.view.sign_out)
    await desk.veil("退出登录")
    await desk.veil("放弃并退出")
    assert desk.left == [True]


async def test_storage_says_sizes_and_what_may_be_deleted_and_unknown_is_a_dash(desk: Desk) -> None:
    await desk.open()
    words = desk.words()
    for said in ("142 MB", "16.4 GB", "从不自动删", "可由程序清理", "—"):
        assert said in words
    assert "导入的达人" not in words


async def test_the_cache_is_rebuilt_after_a_question(desk: Desk) -> None:
    await desk.open()
    await desk.click(desk.view.rebuild)
    assert desk.rebuilt == 0
    await desk.veil("重建")
    assert desk.rebuilt == 1


async def test_the_shortcut_map_opens_from_here(desk: Desk) -> None:
    await desk.open()
    await desk.click(desk.view.shortcuts)
    assert desk.map_opened == 1


async def test_what_the_platform_announces_stands_here_as_plain_text_and_only_then(desk: Desk) -> None:
    await desk.open()
    assert "平台通知" not in desk.words()
    desk.notices.add(Notice(NoticeKind.SUNSET, "/open_api/2/star/demand/list/", "sunset: <b>2027-03-31</b>"))
    words = desk.words()
    assert "平台通知" in words
    assert "将停用 · /open_api/2/star/demand/list/ · sunset: <b>2027-03-31</b>" in words


async def test_what_is_not_given_is_not_on_screen(qtbot: QtBot) -> None:
    made = Desk(qtbot, full=False)
    await made.open()
    assert "驳回次数" not in made.words()
    assert not made.view.rebuild.isVisible()
    assert not made.view.shortcuts.isVisible()
    await made.presenter.close()


async def test_the_account_stands_with_its_whole_id_in_plain_text(desk: Desk) -> None:
    await desk.open()
    words = desk.words()
    for said in ("1760218830964821", "花漾日化", "林澜", "有效，到 2026-12-21"):
        assert said in words
    assert all(each.textFormat() is Qt.TextFormat.PlainText for each in desk.view.findChildren(QLabel) if each.text())


async def test_theme_and_language_are_commands(desk: Desk) -> None:
    await desk.open()
    commands = {command.id: command for command in desk.presenter.commands()}
    commands["settings.theme"].run()
    commands["settings.language"].run()
    await settled()
    assert current_theme().mode == "dark"
    assert translations().language == "en"


async def test_large_text_has_one_column_and_nothing_beyond_the_edge(desk: Desk) -> None:
    view = desk.view
    view.show()
    view.resize(1208, 752)
    assert not view._between.isHidden()
    try:
        current_theme().set_scale(2.0)
        view.resize(1136, 704)
        await settled()
        assert view._between.isHidden()
        assert view._sides.direction() is QBoxLayout.Direction.TopToBottom
    finally:
        current_theme().set_scale(1.0)
