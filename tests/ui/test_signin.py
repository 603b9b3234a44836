"""Promises of first run and sign-in: every way in works by key and click, secrets are asked for where none are kept, errors are plain."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from xingtu_desktop.core.clock import ManualClock
from xingtu_desktop.core.errors import InvalidInput, KnownError, NoKeyring, Offline, Rejected, SignedOut, Timeout
from xingtu_desktop.domain.account import Account, AccountKind, Tokens
from xingtu_desktop.domain.answers import UserInfo
from xingtu_desktop.domain.ids import StarId
from xingtu_desktop.services.session import Authorisation
from xingtu_desktop.ui.i18n import translations
from xingtu_desktop.ui.signin.ports import KeyringState, KnownEntry, SecretsKind, SignInWays
from xingtu_desktop.ui.signin.signin_presenter import SignInPresenter
from xingtu_desktop.ui.theme import current_theme

CLOCK = ManualClock()
USABLE = Account(StarId(1760218830964821), "花漾日化", AccountKind.STAR, True, "杭州花漾日化有限公司")
EXPIRED = Account(StarId(1755602249132204), "麦浪食品", AccountKind.STAR, False, "苏州麦浪食品有限公司")
MCN = Account(StarId(1711093364057830), "青禾传媒", AccountKind.STAR_MCN, True)
AGENT = Account(StarId(1698340071825516), "禾田整合营销", AccountKind.STAR_AGENT, True)
BROUGHT = Authorisation(Tokens("a", CLOCK.now(), "r", CLOCK.now()), UserInfo(7, "林澜"), (MCN, EXPIRED, AGENT, USABLE))


class Flow:
    """A sign-in that a test answers."""

    def __init__(self) -> None:
        self.address: str | None = "http://127.0.0.1:4000/consent?state=s"
        self.listening = True
        self.opened = True
        self.answer: asyncio.Future[Authorisation] = asyncio.get_running_loop().create_future()
        self.pasted: list[str] = []
        self.refuse_paste: InvalidInput | None = None

    async def run(self, waiting: Callable[[], None] = lambda: None) -> Authorisation:
        waiting()
        return await self.answer

    def paste(self, address: str) -> None:
        if self.refuse_paste is not None:
            raise self.refuse_paste
        self.pasted.append(address)

    def cancel(self) -> None:
        if not self.answer.done():
            self.answer.set_exception(InvalidInput(field="sign_in", code="cancelled"))


@dataclass
class World:
    """The program behind the page."""

    keyring: KeyringState = field(default_factory=lambda: KeyringState(SecretsKind.KEYRING, usable=True, name="Keychain"))
    known: tuple[KnownEntry, ...] = ()
    app_id: int | None = None
    passphrase: str | None = None
    flows: list[Flow] = field(default_factory=list)
    begun: list[tuple[int, str]] = field(default_factory=list)
    done: list[object] = field(default_factory=list)
    chosen: list[tuple[SecretsKind, str]] = field(default_factory=list)
    fail: KnownError | None = None

    def begin(self, app_id: int, secret: str) -> Flow:
        self.begun.append((app_id, secret))
        self.flows.append(Flow())
        return self.flows[-1]

    async def enter(self, _brought: Authorisation, account: Account) -> None:
        await self._did(int(account.star_id))

    async def enter_known(self, star_id: int) -> None:
        await self._did(star_id)

    async def train(self) -> None:
        await self._did("training")

    async def _did(self, what: object) -> None:
        if self.fail is not None:
            raise self.fail
        self.done.append(what)

    async def accounts(self) -> Sequence[KnownEntry]:
        return self.known

    async def app(self) -> int | None:
        return self.app_id

    async def state(self) -> KeyringState:
        return self.keyring

    async def choose(self, kind: SecretsKind, passphrase: str) -> bool:
        if self.passphrase is not None and passphrase != self.passphrase:
            return False
        self.chosen.append((kind, passphrase))
        self.keyring = KeyringState(kind, usable=self.keyring.usable)
        return True

    def ways(self, *, training: bool = True) -> SignInWays:
        return SignInWays(
            begin=self.begin,
            enter=self.enter,
            data_folder="the data folder",
            start_training=self.train if training else None,
            known_accounts=self.accounts,
            enter_known=self.enter_known,
            kept_app_id=self.app,
            keyring_state=self.state,
            choose_secrets=self.choose,
        )


class Page:
    """The shown page and hands on it."""

    def __init__(self, qtbot: QtBot, world: World, *, training: bool = True, problem: BaseException | None = None) -> None:
        self.world = world
        self.presenter = SignInPresenter(ways=world.ways(training=training), clock=CLOCK, problem=problem)
        self.view = self.presenter.view
        self.welcome, self.sign_in = self.view.welcome, self.view.sign_in
        qtbot.addWidget(self.view)
        qtbot.addWidget(self.presenter.aside)
        self.view.resize(1280, 752)

    async def open(self) -> None:
        self.view.show()
        self.view.activateWindow()
        self.presenter.start()
        await settled()

    def problem(self) -> str:
        return self.view.problem.accessibleName() if self.view.problem.isVisible() else ""

    def words(self) -> str:
        return " ".join(label.text() for label in self.view.findChildren(QLabel) if label.isVisible())

    async def click(self, button: QPushButton) -> None:
        assert button.isEnabled()
        assert not button.isHidden()
        button.click()
        await settled()

    def veil(self) -> QWidget:
        found = self.view.window().findChild(QWidget, "veil")
        assert found is not None
        return found

    async def answer(self, text: str) -> None:
        field_of_veil = self.veil().findChild(QLineEdit)
        assert field_of_veil is not None
        field_of_veil.setText(text)
        QTest.keyClick(field_of_veil, Qt.Key.Key_Return)
        await settled()


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def page(qtbot: QtBot, world: World) -> AsyncIterator[Page]:
    made = Page(qtbot, world)
    yield made
    await made.presenter.close()


async def test_training_starts_by_the_large_button_and_by_enter(page: Page) -> None:
    await page.open()
    await page.click(page.welcome.training_button)
    QTest.keyClick(page.welcome, Qt.Key.Key_Return)
    await settled()
    assert page.world.done == ["training", "training"]


async def test_without_a_training_server_there_is_no_training(qtbot: QtBot, world: World) -> None:
    page = Page(qtbot, world, training=False)
    await page.open()
    assert "训练模式" not in page.words()
    assert page.welcome.sign_in_button.kind() == "primary"
    await page.presenter.close()


async def test_l_signs_in_and_asks_once_for_the_app(page: Page) -> None:
    await page.open()
    QTest.keyClick(page.welcome, Qt.Key.Key_L)
    await settled()
    assert page.view.on_sign_in()
    assert not page.sign_in.go.isEnabled()
    page.sign_in.app_id.setText("1829000111222333")
    assert not page.sign_in.go.isEnabled()
    page.sign_in.secret.setText("s3cret")
    await page.click(page.sign_in.go)
    assert page.world.begun == [(1829000111222333, "s3cret")]
    assert page.sign_in.stage() == "waiting"
    assert page.sign_in.secret.text() == ""


async def test_a_kept_app_goes_straight_to_the_browser(page: Page) -> None:
    page.world.app_id = 1829
    await page.open()
    assert "应用 1829" in page.words()
    await page.click(page.welcome.sign_in_button)
    assert page.world.begun == [(1829, "")]
    assert page.sign_in.stage() == "waiting"


async def test_another_app_can_be_given(page: Page) -> None:
    page.world.app_id = 1829
    await page.open()
    await page.click(page.welcome.other_app)
    assert page.world.begun == []
    assert page.sign_in.app_id.text() == ""
    assert page.sign_in.stage() == "form"


async def at_the_accounts(page: Page) -> None:
    page.world.app_id = 1829
    await page.open()
    await page.click(page.welcome.sign_in_button)
    page.world.flows[-1].answer.set_result(BROUGHT)
    await settled()


async def test_accounts_stand_with_whole_ids_and_the_reason_why_one_cannot_be_entered(page: Page) -> None:
    await at_the_accounts(page)
    words = page.words()
    for account in BROUGHT.accounts:
        assert str(account.star_id) in words
    for reason in ("已过期", "MCN 不能下单", "请授权客户的账户"):
        assert reason in words
    assert page.sign_in.accounts.rows()[0].line.name == "花漾日化"


async def test_a_usable_account_is_entered_by_button_and_by_enter(page: Page) -> None:
    await at_the_accounts(page)
    assert page.sign_in.enter.text() == "进入花漾日化"
    await page.click(page.sign_in.enter)
    QTest.keyClick(page.sign_in.accounts.rows()[0], Qt.Key.Key_Return)
    await settled()
    assert page.world.done == [int(USABLE.star_id)] * 2


async def test_an_unusable_account_cannot_be_entered(page: Page) -> None:
    await at_the_accounts(page)
    for row in page.sign_in.accounts.rows()[1:]:
        QTest.mouseClick(row, Qt.MouseButton.LeftButton)
        QTest.mouseDClick(row, Qt.MouseButton.LeftButton)
    await settled()
    assert page.world.done == []
    current = page.sign_in.accounts.current()
    assert current is not None
    assert current.star_id == USABLE.star_id


async def test_an_authorisation_without_accounts_says_so(page: Page) -> None:
    page.world.app_id = 1829
    await page.open()
    await page.click(page.welcome.sign_in_button)
    page.world.flows[-1].answer.set_result(Authorisation(BROUGHT.tokens, BROUGHT.user, ()))
    await settled()
    assert "没有可用的账户" in page.words()
    assert not page.sign_in.enter.isEnabled()


async def test_escape_cancels_and_leads_back(page: Page) -> None:
    page.world.app_id = 1829
    await page.open()
    await page.click(page.welcome.sign_in_button)
    QTest.keyClick(page.sign_in, Qt.Key.Key_Escape)
    await settled()
    assert page.world.flows[-1].answer.done()
    assert not page.view.on_sign_in()
    assert page.problem() == ""


async def test_a_known_account_is_entered_while_the_browser_is_awaited(page: Page) -> None:
    page.world.app_id = 1829
    page.world.known = (KnownEntry(42, "屿光护肤", "上海屿光", CLOCK.now() - timedelta(hours=2)),)
    await page.open()
    assert "2 小时前" in page.words()
    await page.click(page.welcome.sign_in_button)
    await page.click(page.sign_in.enter)
    assert page.world.done == [42]
    assert page.world.flows[-1].answer.done()


async def test_the_pasted_address_is_handed_on(page: Page) -> None:
    page.world.app_id = 1829
    await page.open()
    await page.click(page.welcome.sign_in_button)
    assert not page.sign_in.submit.isEnabled()
    page.sign_in.paste_field.setText("http://127.0.0.1/callback?auth_code=x&state=s")
    await page.click(page.sign_in.submit)
    assert page.world.flows[-1].pasted == ["http://127.0.0.1/callback?auth_code=x&state=s"]
    assert page.sign_in.stage() == "reading"


@pytest.mark.parametrize(("code", "said"), [("no_auth_code", "没有授权码"), ("other_sign_in", "不是这次登录")])
async def test_a_wrong_address_is_refused_in_words_and_waiting_goes_on(page: Page, code: str, said: str) -> None:
    page.world.app_id = 1829
    await page.open()
    await page.click(page.welcome.sign_in_button)
    page.world.flows[-1].refuse_paste = InvalidInput(field="address", code=code)
    page.sign_in.paste_field.setText("http://evil.example/?auth_code=y")
    await page.click(page.sign_in.submit)
    assert said in page.problem()
    assert page.sign_in.stage() == "waiting"


@pytest.mark.parametrize(
    ("error", "said"),
    [(Timeout("late"), "没有同意"), (Rejected("bad secret", code=40103), "平台拒绝了登录"), (Offline("no route"), "没有网络")],
)
async def test_a_failed_sign_in_says_why_and_can_begin_again(page: Page, error: KnownError, said: str) -> None:
    page.world.app_id = 1829
    await page.open()
    await page.click(page.welcome.sign_in_button)
    page.world.flows[-1].answer.set_exception(error)
    await settled()
    assert said in page.problem() or type(error) is Offline
    assert page.problem()
    assert page.sign_in.stage() == "form"
    await page.click(page.sign_in.go)
    assert page.sign_in.stage() == "waiting"
    assert page.problem() == ""


async def test_an_account_that_cannot_be_opened_leaves_the_page_usable(page: Page) -> None:
    page.world.known = (KnownEntry(42, "屿光护肤"),)
    page.world.fail = SignedOut("gone")
    await page.open()
    QTest.keyClick(page.welcome.accounts.rows()[0], Qt.Key.Key_Return)
    await settled()
    assert page.problem()
    page.world.fail = None
    await page.click(page.welcome.training_button)
    assert page.world.done == ["training"]


async def test_why_one_came_back_is_said(qtbot: QtBot, world: World) -> None:
    page = Page(qtbot, world, problem=SignedOut("the authorisation has ended"))
    await page.open()
    assert page.problem()
    await page.presenter.close()


async def test_without_a_keyring_the_person_chooses_before_anything_is_kept(page: Page) -> None:
    page.world.keyring = KeyringState(None, usable=False)
    page.world.app_id = 1829
    await page.open()
    assert "待选择" in [badge.accessibleName() for badge in page.welcome.findChildren(QWidget)]
    await page.click(page.welcome.sign_in_button)
    assert page.world.begun == []
    QTest.keyClick(page.veil(), Qt.Key.Key_Escape)
    await settled()
    assert page.world.begun == []


async def test_a_new_passphrase_is_typed_twice_and_is_long_enough(page: Page) -> None:
    page.world.keyring = KeyringState(None, usable=False)
    await page.open()
    await page.click(page.welcome.passphrase)
    await page.answer("short")
    await page.answer("correct horse")
    await page.answer("correct hoarse")
    assert page.world.chosen == []
    await page.answer("correct horse")
    await page.answer("correct horse")
    assert page.world.chosen == [(SecretsKind.PASSPHRASE, "correct horse")]
    assert "口令加密的文件" in page.words()


async def test_a_wrong_passphrase_is_asked_again(page: Page) -> None:
    page.world.keyring = KeyringState(None, usable=False, vault=True)
    page.world.passphrase = "correct horse"
    page.world.known = (KnownEntry(42, "屿光护肤"),)
    await page.open()
    QTest.keyClick(page.welcome.accounts.rows()[0], Qt.Key.Key_Return)
    await settled()
    await page.answer("wrong horse")
    assert "口令不对" in page.words()
    await page.answer("correct horse")
    assert page.world.done == [42]


async def test_nothing_kept_is_a_choice(page: Page) -> None:
    page.world.keyring = KeyringState(None, usable=False)
    await page.open()
    await page.click(page.welcome.session)
    assert page.world.chosen == [(SecretsKind.SESSION, "")]
    assert "下次要重新登录" in page.words()


async def test_a_keyring_that_fails_while_opening_is_looked_at_again(page: Page) -> None:
    await page.open()
    page.world.fail = NoKeyring("locked")
    page.world.keyring = KeyringState(None, usable=False)
    await page.click(page.welcome.training_button)
    assert page.problem()
    assert not page.welcome.session.isHidden()


async def test_the_address_can_be_copied_and_a_browser_that_stays_shut_is_said(page: Page) -> None:
    page.world.app_id = 1829
    await page.open()
    await page.click(page.welcome.sign_in_button)
    await page.click(page.sign_in.copy)
    assert QGuiApplication.clipboard().text() == page.world.flows[-1].address
    await page.click(page.sign_in.reopen)
    assert "浏览器没有打开" in page.words()


async def test_language_and_colours_switch_at_once(page: Page) -> None:
    await page.open()
    try:
        page.presenter.aside.language.changed.emit("en")
        await settled()
        assert "Start training" in page.welcome.training_button.text()
        page.presenter.aside.theme.changed.emit("dark")
        assert current_theme().mode == "dark"
    finally:
        translations().set_language("zh_CN")
        current_theme().set_mode("light")


async def test_names_from_outside_are_plain_text(page: Page) -> None:
    page.world.known = (KnownEntry(42, "<b>x</b><img src=http://x/y.png>"),)
    await page.open()
    labels = [each for each in page.view.findChildren(QLabel) if "<b>" in each.text()]
    assert labels
    assert all(each.textFormat() is Qt.TextFormat.PlainText for each in page.view.findChildren(QLabel) if each.text())
