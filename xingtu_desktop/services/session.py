"""Signs a person in through the system's browser and keeps the authorisation alive: one refresh at a time, durable before it is used.

Refresh tokens are single-use and rotate (wire.md A4): two refreshes at once, or a new pair that is lost before it is on the disk, end the
authorisation. So a refresh is one task for all who ask, under a lock over all processes, after reading the store again, never repeated.
"""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.errors import Conflict, InvalidInput, Offline, Rejected, SignedOut, Timeout
from xingtu_desktop.domain.account import Account, AppCredentials, Tokens
from xingtu_desktop.domain.answers import UserInfo
from xingtu_desktop.domain.intent import IntentState
from xingtu_desktop.services.ports import AuthApi, Browser, LoopbackFactory, LoopbackListener, OutboxStore, RefreshLock, TokenStore

SIGN_IN_TIMEOUT = 600.0
"""Seconds that the browser is awaited: the lifetime of an auth_code (wire.md A4)."""
_EARLY = timedelta(minutes=2)
"""A token that ends sooner than this is renewed before it is used."""
_LOCK_TIMEOUT = 60.0
_PUT_BACK = 0.05
"""Seconds between two looks whether what was being prepared has gone back to the queue."""
_PUT_BACK_PATIENCE = 5.0
_BEING_SENT = (IntentState.CLAIMED, IntentState.SENDING)
_CODE = re.compile(r"[A-Za-z0-9_\-.~]{1,512}")


@dataclass(frozen=True, slots=True)
class Authorisation:
    """What a sign-in brought: a pair that is not on the disk yet, who gave it, and the accounts that it reaches."""

    tokens: Tokens
    user: UserInfo
    accounts: tuple[Account, ...]


class SignIn:
    """One sign-in, from the click to the accounts. `run` it once; `paste` or `cancel` it meanwhile."""

    def __init__(
        self,
        *,
        auth: AuthApi,
        app: AppCredentials,
        browser: Browser,
        listener: LoopbackFactory,
        registered_redirect: str,
        timeout: float = SIGN_IN_TIMEOUT,
    ) -> None:
        """`registered_redirect` is used where no port can be listened on: the person then pastes the address of the page that came."""
        self._auth = auth
        self._app = app
        self._browser = browser
        self._listener = listener
        self._redirect = registered_redirect
        self._timeout = timeout
        self._state = secrets.token_urlsafe(16)
        self._pasted: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.address: str | None = None
        """The consent page, to be opened by hand where no browser came up."""
        self.listening = False
        self.opened = False

    async def run(self, waiting: Callable[[], None] = lambda: None) -> Authorisation:
        """Open the consent page and wait; `waiting` is called once the browser is awaited.

        Raises Timeout, Rejected (refused by the person or the platform), Offline, InvalidInput `cancelled`.
        """
        listener: LoopbackListener | None = self._listener()
        try:
            redirect = await listener.start() if listener is not None else self._redirect
            self.listening = True
        except Offline:
            # The port is taken: pasting still works.
            listener, redirect = None, self._redirect
        try:
            self.address = self._auth.authorize_address(self._app.app_id, redirect, self._state)
            self.opened = self._browser.open(self.address)
            waiting()
            code = await self._code(listener)
        finally:
            # The state is good for one answer.
            self._state = ""
            if listener is not None:
                await listener.close()
        tokens = await self._auth.exchange(self._app, code)
        user = await self._auth.user(tokens.access_token)
        accounts = await self._auth.accounts(tokens.access_token)
        return Authorisation(tokens, user, tuple(accounts))

    def paste(self, address: str) -> None:
        """Take the address of the page to which the platform sent the browser; raises InvalidInput when it is not the answer."""
        try:
            answer = parse_qs(urlsplit(address.strip()).query, max_num_fields=20)
        except ValueError as error:
            raise InvalidInput(field="address", code="not_an_address") from error
        state, code = answer.get("state", [""]), answer.get("auth_code", [""])
        if len(state) != 1 or len(code) != 1 or not _CODE.fullmatch(code[0]):
            raise InvalidInput(field="address", code="no_auth_code")
        if not self._state or not hmac.compare_digest(state[0].encode(), self._state.encode()):
            raise InvalidInput(field="address", code="other_sign_in")
        if not self._pasted.done():
            self._pasted.set_result(code[0])

    def cancel(self) -> None:
        """The person gave up."""
        if not self._pasted.done():
            self._pasted.set_exception(InvalidInput(field="sign_in", code="cancelled"))
            # Nobody may be waiting yet.
            self._pasted.exception()

    async def _code(self, listener: LoopbackListener | None) -> str:
        if listener is None:
            try:
                async with asyncio.timeout(self._timeout):
                    return await self._pasted
            except TimeoutError as error:
                raise Timeout("nobody answered the sign-in") from error
        answer = asyncio.ensure_future(listener.result(self._state, self._timeout))
        try:
            await asyncio.wait({answer, self._pasted}, return_when=asyncio.FIRST_COMPLETED)
            return self._pasted.result() if self._pasted.done() else answer.result()
        finally:
            answer.cancel()
            await asyncio.gather(answer, return_exceptions=True)


class SessionService:
    """The living authorisation of one account: the token source of every client."""

    def __init__(
        self,
        *,
        auth: AuthApi,
        app: AppCredentials,
        store: TokenStore,
        lock: RefreshLock,
        outbox: OutboxStore,
        clock: Clock,
        on_tokens: Callable[[Tokens], None] = lambda tokens: None,
        on_signed_out: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_tokens` hears of every pair (to keep it out of logs); `on_signed_out` of an end that no refresh can mend."""
        self._auth = auth
        self._app = app
        self._store = store
        self._lock = lock
        self._outbox = outbox
        self._clock = clock
        self._on_tokens = on_tokens
        self._on_signed_out = on_signed_out
        self._pair: Tokens | None = None
        self._dead: str | None = None
        self._refreshing: asyncio.Task[Tokens] | None = None
        self._asked = False
        """Whether the refresh under way may have reached the platform."""

    async def begin(self, tokens: Tokens) -> None:
        """Take over a pair from a sign-in: on the disk first, then in use."""
        await self._store.save(tokens)
        self._use(tokens)

    async def signed_in(self) -> bool:
        """Whether a pair is here that has not ended."""
        pair = self._pair or await self._store.load()
        return pair is not None and pair.refresh_token != self._dead and pair.refresh_expires_at > self._clock.now()

    async def current(self) -> str:
        """The access token to use now; raises SignedOut when there is none."""
        pair = self._pair
        if pair is None:
            pair = await self._store.load()
            if pair is None:
                raise SignedOut("nobody is signed in")
            self._use(pair)
        if pair.access_expires_at - self._clock.now() <= _EARLY:
            return await self.renewed(pair.access_token)
        return pair.access_token

    async def renewed(self, stale: str) -> str:
        """Another token than `stale`: that of whoever refreshed first, or a new one.

        Raises SignedOut when the authorisation is gone, Timeout and the like when the answer was lost (the pair may be dead then; the next
        try tells).
        """
        if self._refreshing is None:
            self._refreshing = asyncio.ensure_future(self._refresh(stale))
            self._refreshing.add_done_callback(self._refreshed)
        # Shielded: a caller that goes away must not take the new pair with it.
        return (await asyncio.shield(self._refreshing)).access_token

    async def hand_over(self, to: TokenStore) -> None:
        """Move the pair to another account's file: there first, then gone from here, so that two copies never rotate apart."""
        async with self._lock.hold(_LOCK_TIMEOUT):
            pair = await self._store.load()
            if pair is None:
                raise SignedOut("nobody is signed in")
            await to.save(pair)
            await self._store.save(None)
            self._pair = None

    async def sign_out(self, *, discard_unsent: bool = False) -> None:
        """Forget the pair. Unsent or unknown actions block it (Conflict `unsent_intents` with their count) unless knowingly discarded.

        What may be on its way stays in the file, to be read back after the next sign-in; only what never left is taken back.
        """
        waiting = await self._outbox.open_intents()
        if waiting and not discard_unsent:
            raise Conflict(what="unsent_intents", expected=0, actual=len(waiting))
        # Under the lock: a refresh that is under way ends first, and one that comes later finds nothing to renew.
        async with self._lock.hold(_LOCK_TIMEOUT):
            await self._store.save(None)
            self._pair = None
        await self._discard_unsent()
        self._on_signed_out()

    async def _discard_unsent(self) -> None:
        """Take back what never left, also what was just being prepared: without a token it goes back to the queue, and then from there."""
        deadline = self._clock.monotonic() + _PUT_BACK_PATIENCE
        while True:
            waiting = await self._outbox.open_intents()
            await self._outbox.undo([one.intent_id for one in waiting if one.state is not IntentState.UNKNOWN], self._clock.now())
            if not any(one.state in _BEING_SENT for one in waiting) or self._clock.monotonic() >= deadline:
                return
            await self._clock.sleep(_PUT_BACK)

    async def close(self, seconds: float) -> None:
        """Let a refresh that is being answered reach the disk, at most `seconds`; one that still waits for its turn sends nothing.

        What outlasts that time is given up: the old pair may be dead then, and the next run finds out. Ending is never held up for longer.
        """
        refreshing = self._refreshing
        if refreshing is None:
            return
        if self._asked:
            await asyncio.wait({refreshing}, timeout=max(seconds, 0.0))
        refreshing.cancel()
        await asyncio.gather(refreshing, return_exceptions=True)

    async def _refresh(self, stale: str) -> Tokens:
        async with self._lock.hold(_LOCK_TIMEOUT):
            pair = await self._store.load()
            if pair is None:
                raise SignedOut("nobody is signed in")
            if pair.access_token != stale:
                self._use(pair)
                return pair
            if pair.refresh_token == self._dead or pair.refresh_expires_at <= self._clock.now():
                raise SignedOut("the authorisation has ended", code=40103)
            self._asked = True
            try:
                fresh = await self._auth.refresh(self._app, pair.refresh_token)
            except SignedOut:
                self._dead = pair.refresh_token
                raise
            except Rejected as error:
                # It says something of the app (its secret was changed, it was closed), nothing of what waited for the token.
                raise SignedOut("the platform does not renew the authorisation", code=error.code, request_id=error.request_id) from error
            fresh = replace(fresh, generation=pair.generation + 1)
            await self._store.save(fresh)
            self._use(fresh)
            return fresh

    def _use(self, tokens: Tokens) -> None:
        self._pair = tokens
        self._on_tokens(tokens)

    def _refreshed(self, task: asyncio.Task[Tokens]) -> None:
        self._refreshing, self._asked = None, False
        if not task.cancelled() and isinstance(task.exception(), SignedOut):
            self._on_signed_out()


def usable_accounts(accounts: tuple[Account, ...]) -> tuple[Account, ...]:
    """Those that can be entered; the others are shown with their reason."""
    return tuple(one for one in accounts if one.usable)
