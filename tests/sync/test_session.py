"""Sign-in takes one right answer and no other; a refresh happens once, is durable before use, and survives whoever asked for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sync.fakes import STAR
from tests.sync.rig import Rig
from xingtu_desktop.core.clock import ManualClock
from xingtu_desktop.core.errors import Conflict, DiskFull, InvalidInput, Offline, Rejected, SignedOut, Timeout
from xingtu_desktop.domain.account import Account, AccountKind, AppCredentials, Tokens
from xingtu_desktop.domain.answers import UserInfo
from xingtu_desktop.domain.intent import IntentState
from xingtu_desktop.services.session import SessionService, SignIn, usable_accounts

APP = AppCredentials(1234, "app-secret")
ACCOUNTS = [Account(STAR, "花漾日化", AccountKind.STAR, True), Account(STAR, "机构", AccountKind.STAR_MCN, True)]


class Auth:
    """AuthApi whose refresh kills the old pair, as the platform's does."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.live = "refresh-0"
        self.refreshes = 0
        self.inside = 0
        self.most_inside = 0
        self.codes: list[str] = []
        self.gate: asyncio.Event | None = None
        self.lose_answer = False

    def pair(self, number: int) -> Tokens:
        now = self.clock.now()
        return Tokens(f"access-{number}", now + timedelta(hours=24), f"refresh-{number}", now + timedelta(days=30))

    def authorize_address(self, app_id: int, redirect: str, state: str) -> str:
        return f"https://ad.example/?redirect_uri={redirect}&state={state}"

    async def exchange(self, app: AppCredentials, auth_code: str) -> Tokens:
        if auth_code in self.codes:
            raise Rejected(code=40115)
        self.codes.append(auth_code)
        return self.pair(0)

    async def refresh(self, app: AppCredentials, refresh_token: str) -> Tokens:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        try:
            await asyncio.sleep(0)
            if self.gate is not None:
                await self.gate.wait()
            if refresh_token != self.live:
                raise SignedOut(code=40107)
            self.refreshes += 1
            self.live = f"refresh-{self.refreshes}"
            if self.lose_answer:
                raise Timeout
            return self.pair(self.refreshes)
        finally:
            self.inside -= 1

    async def accounts(self, access_token: str) -> list[Account]:
        return ACCOUNTS

    async def user(self, access_token: str) -> UserInfo:
        return UserInfo(7, "林澜")


class Store:
    """TokenStore that may be full."""

    def __init__(self, pair: Tokens | None = None) -> None:
        self.pair = pair
        self.full = False

    async def load(self) -> Tokens | None:
        await asyncio.sleep(0)
        return self.pair

    async def save(self, tokens: Tokens | None) -> None:
        await asyncio.sleep(0)
        if self.full:
            raise DiskFull
        self.pair = tokens


class Lock:
    """RefreshLock of one computer."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    def hold(self, timeout: float) -> AbstractAsyncContextManager[None]:
        @asynccontextmanager
        async def held() -> AsyncIterator[None]:
            async with self._lock:
                yield

        return held()


class Listener:
    """LoopbackListener that a test answers."""

    def __init__(self, *, taken: bool = False) -> None:
        self.taken = taken
        self.answer: asyncio.Future[str] | None = None
        self.closed = False

    async def start(self) -> str:
        if self.taken:
            raise Offline(port=1)
        return "http://127.0.0.1:5000/callback"

    async def result(self, state: str, timeout: float) -> str:
        self.answer = asyncio.get_running_loop().create_future()
        return await self.answer

    async def close(self) -> None:
        self.closed = True


class Opened:
    """Browser that notes what it opened."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def open(self, address: str) -> bool:
        self.addresses.append(address)
        return True


class Desk:
    def __init__(self) -> None:
        self.rig = Rig()
        self.clock = self.rig.clock
        self.auth = Auth(self.clock)
        self.store = Store(self.auth.pair(0))
        self.lock = Lock()
        self.ended: list[str] = []
        self.kept_out: list[str] = []

    def session(self) -> SessionService:
        return SessionService(
            auth=self.auth,
            app=APP,
            store=self.store,
            lock=self.lock,
            outbox=self.rig.outbox,
            clock=self.clock,
            on_tokens=lambda pair: self.kept_out.append(pair.access_token),
            on_signed_out=lambda: self.ended.append("ended"),
        )

    def sign_in(self, listener: Listener, browser: Opened) -> SignIn:
        return SignIn(
            auth=self.auth,
            app=APP,
            browser=browser,
            listener=lambda: listener,
            registered_redirect="http://127.0.0.1:9/callback",
            timeout=5,
        )


def state_of(browser: Opened) -> str:
    return parse_qs(urlsplit(browser.addresses[0]).query)["state"][0]


async def running(sign_in: SignIn) -> asyncio.Task[object]:
    task: asyncio.Task[object] = asyncio.get_running_loop().create_task(sign_in.run())
    for _ in range(10):
        await asyncio.sleep(0)
    return task


async def test_a_sign_in_through_the_browser_brings_tokens_and_accounts() -> None:
    desk, listener, browser = Desk(), Listener(), Opened()
    task = await running(desk.sign_in(listener, browser))
    assert len(state_of(browser)) >= 22
    assert listener.answer is not None
    listener.answer.set_result("code-1")
    authorisation = await task
    assert authorisation.tokens.access_token == "access-0"  # type: ignore[attr-defined]
    assert usable_accounts(authorisation.accounts) == (ACCOUNTS[0],)  # type: ignore[attr-defined]
    assert listener.closed


@pytest.mark.parametrize("taken", [False, True])
async def test_the_callback_address_can_be_pasted(taken: bool) -> None:
    desk, listener, browser = Desk(), Listener(taken=taken), Opened()
    sign_in = desk.sign_in(listener, browser)
    task = await running(sign_in)
    sign_in.paste(f"  http://127.0.0.1:9/callback?auth_code=code-2&state={state_of(browser)}&uid=7 ")
    assert (await task).tokens.access_token == "access-0"  # type: ignore[attr-defined]
    assert desk.auth.codes == ["code-2"]
    with pytest.raises(InvalidInput):
        sign_in.paste(f"http://127.0.0.1:9/callback?auth_code=code-3&state={state_of(browser)}")


BAD = {
    "another state": ("http://x/callback?auth_code=c&state=AAAAAAAAAAAAAAAAAAAAAA", "other_sign_in"),
    "no state": ("http://x/callback?auth_code=c", "other_sign_in"),
    "an empty state": ("http://x/callback?auth_code=c&state=", "other_sign_in"),
    "no code": ("http://x/callback?state={state}", "no_auth_code"),
    "two codes": ("http://x/callback?auth_code=a&auth_code=b&state={state}", "no_auth_code"),
    "a code with markup": ("http://x/callback?auth_code=%3Cb%3E&state={state}", "no_auth_code"),
    "no address": ("你好", "no_auth_code"),
    "too many fields": ("http://x/?" + "&".join(f"a{n}=1" for n in range(50)), "not_an_address"),
    "a broken address": ("http://[::1/?a=b", "not_an_address"),
}


@pytest.mark.parametrize("case", BAD)
async def test_a_pasted_address_that_is_not_the_answer_is_refused(case: str) -> None:
    desk, listener, browser = Desk(), Listener(), Opened()
    sign_in = desk.sign_in(listener, browser)
    task = await running(sign_in)
    address, code = BAD[case]
    with pytest.raises(InvalidInput) as refused:
        sign_in.paste(address.replace("{state}", state_of(browser)))
    assert refused.value.code == code
    assert desk.auth.codes == []
    sign_in.cancel()
    with pytest.raises(InvalidInput):
        await task


async def test_a_token_is_used_until_shortly_before_its_end_and_then_renewed() -> None:
    desk = Desk()
    session = desk.session()
    assert await session.current() == "access-0"
    desk.clock.advance(24 * 3600 - 60)
    assert await session.current() == "access-1"
    assert desk.store.pair is not None
    assert (desk.store.pair.access_token, desk.store.pair.generation) == ("access-1", 1)
    assert desk.kept_out == ["access-0", "access-1"]


async def test_a_hundred_callers_and_two_processes_refresh_once() -> None:
    desk = Desk()
    one, two = desk.session(), desk.session()
    tokens = await asyncio.gather(*[session.renewed("access-0") for session in (one, two) for _ in range(50)])
    assert set(tokens) == {"access-1"}
    assert (desk.auth.refreshes, desk.auth.most_inside) == (1, 1)


async def test_a_caller_that_goes_away_does_not_lose_the_new_pair() -> None:
    desk = Desk()
    desk.auth.gate = asyncio.Event()
    session = desk.session()
    caller = asyncio.get_running_loop().create_task(session.renewed("access-0"))
    for _ in range(10):
        await asyncio.sleep(0)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    desk.auth.gate.set()
    await session.close(5.0)
    assert desk.store.pair is not None
    assert desk.store.pair.access_token == "access-1"


async def test_ending_waits_for_a_refresh_no_longer_than_the_time_it_has() -> None:
    desk = Desk()
    desk.auth.gate = asyncio.Event()
    session = desk.session()
    token = await session.current()
    renewing = asyncio.ensure_future(session.renewed(token))
    while not desk.auth.inside:
        await asyncio.sleep(0)
    begun = time.monotonic()
    await session.close(0.1)
    assert 0.09 <= time.monotonic() - begun < 1.0
    assert desk.auth.inside == 0
    with pytest.raises(asyncio.CancelledError):
        await renewing


async def test_a_refresh_that_waits_for_another_window_is_not_awaited_when_ending_and_sends_nothing() -> None:
    desk = Desk()
    session = desk.session()
    token = await session.current()
    async with desk.lock.hold(1.0):
        renewing = asyncio.ensure_future(session.renewed(token))
        await asyncio.sleep(0)
        begun = time.monotonic()
        await session.close(5.0)
        assert time.monotonic() - begun < 1.0
    with pytest.raises(asyncio.CancelledError):
        await renewing
    assert desk.auth.refreshes == 0


async def test_a_pair_that_is_not_on_the_disk_is_not_used() -> None:
    desk = Desk()
    desk.store.full = True
    session = desk.session()
    with pytest.raises(DiskFull):
        await session.renewed("access-0")
    assert desk.kept_out == []


async def test_a_dead_authorisation_is_asked_about_once() -> None:
    desk = Desk()
    desk.auth.live = "somebody-else-refreshed"
    session = desk.session()
    for _ in range(3):
        with pytest.raises(SignedOut):
            await session.renewed("access-0")
    assert desk.auth.refreshes == 0
    assert not await session.signed_in()
    assert desk.ended
    await session.begin(replace(desk.auth.pair(0), access_token="new", refresh_token="somebody-else-refreshed"))
    assert await session.current() == "new"
    assert await session.signed_in()


async def test_a_lost_answer_to_a_refresh_is_not_taken_for_a_sign_out() -> None:
    desk = Desk()
    desk.auth.lose_answer = True
    session = desk.session()
    with pytest.raises(Timeout):
        await session.renewed("access-0")
    assert desk.ended == []
    assert desk.store.pair is not None


async def test_the_pair_moves_to_another_account_whole() -> None:
    desk = Desk()
    other = Store()
    session = desk.session()
    await session.hand_over(other)
    assert (desk.store.pair, other.pair is not None) == (None, True)
    with pytest.raises(SignedOut):
        await session.current()


async def test_unsent_actions_block_a_sign_out_unless_knowingly_discarded() -> None:
    desk = Desk()
    session = desk.session()
    waiting = await desk.rig.actions.approve([desk.rig.script()])
    with pytest.raises(Conflict) as refused:
        await session.sign_out()
    assert (refused.value.what, refused.value.actual) == ("unsent_intents", 1)
    assert desk.store.pair is not None
    await session.sign_out(discard_unsent=True)
    assert (await desk.rig.only(waiting)).state is IntentState.UNDONE
    assert desk.store.pair is None
    with pytest.raises(SignedOut):
        await session.current()
