"""The way in: a window of its own with first run and sign-in, wired to the platform, the keyring and the browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from xingtu_desktop.api.client import Platform
from xingtu_desktop.app.profile import KnownAccount
from xingtu_desktop.app.program import Entry, Program
from xingtu_desktop.app.training import Invitation
from xingtu_desktop.core.errors import InvalidInput, NoSuchThing, SignedOut
from xingtu_desktop.domain.account import Account, AppCredentials, Tokens
from xingtu_desktop.services.ports import Browser
from xingtu_desktop.services.session import Authorisation, SignIn, usable_accounts
from xingtu_desktop.system.browser import SystemBrowser
from xingtu_desktop.system.loopback import Loopback
from xingtu_desktop.ui.shell.ports import ShellPorts
from xingtu_desktop.ui.shell.window import MainWindow
from xingtu_desktop.ui.signin.ports import KeyringState, KnownEntry, SecretsKind, SignInWays
from xingtu_desktop.ui.signin.signin_presenter import SignInPresenter


class Gate:
    """One visit: shown until an account's window stands or the person closes it."""

    def __init__(
        self,
        program: Program,
        *,
        on_close: Callable[[], None],
        training: Invitation | None = None,
        problem: BaseException | None = None,
        browser: Browser | None = None,
    ) -> None:
        """`on_close` is given to the account's window; `training` offers the training way; `problem` is said above the page."""
        self._program = program
        self._on_close = on_close
        self._training = training
        self._browser = browser or SystemBrowser(training=program.config.server.training)
        self._platform = Platform(program.config, compute=program.compute, clock=program.platform_clock)
        self._app: AppCredentials | None = None
        self._done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.window = MainWindow([], ShellPorts(now=program.clock.now, state=program.window_state, save_state=program.save_window))
        self.presenter = SignInPresenter(ways=self._ways(), clock=program.clock, problem=problem)

    def _ways(self) -> SignInWays:
        return SignInWays(
            begin=self._begin,
            enter=self._enter,
            data_folder=str(self._program.folders.root),
            start_training=None if self._training is None else self._train,
            known_accounts=self._known_accounts,
            enter_known=self._enter_known,
            kept_app_id=self._kept_app_id,
            keyring_state=self._keyring_state,
            choose_secrets=self._choose_secrets,
            open_address=self._browser.open,
            keep_language=lambda language: self._program.keep(language=language),
            keep_theme=lambda theme: self._program.keep(theme=theme),
        )

    async def pass_through(self) -> bool:
        """Show the window; True once an account is open, False when it was closed."""
        self.window.close_requested.connect(self._closed)
        self.window.show_full(self.presenter.view, aside=self.presenter.aside)
        self.window.show()
        self.presenter.start()
        # Signing in is the first request: what it needs is imported while the person reads.
        loading = asyncio.ensure_future(self._platform.load())
        try:
            return await self._done
        finally:
            # What cannot be loaded is said by the first request.
            await asyncio.gather(loading, return_exceptions=True)
            await self.presenter.close()
            await self._platform.aclose()
            self.window.finish_close()
            self.window.deleteLater()

    def _closed(self) -> None:
        self._finish(False)

    def _finish(self, entered: bool) -> None:
        if not self._done.done():
            self._done.set_result(entered)

    # ------------------------------------------------------------------ the ways

    def _begin(self, app_id: int, secret: str) -> SignIn:
        kept = self._program.app_secret(app_id)
        used = secret or kept
        if not used:
            raise InvalidInput(field="secret", code="missing")
        self._app = AppCredentials(app_id, used)
        server = self._program.config.server
        return SignIn(
            auth=self._platform.auth,
            app=self._app,
            browser=self._browser,
            listener=lambda: Loopback(host=server.redirect_host, port=server.redirect_port, path=server.redirect_path),
            registered_redirect=f"http://{server.redirect_host}:{server.redirect_port}{server.redirect_path}",
        )

    async def _enter(self, brought: Authorisation, account: Account) -> None:
        if self._app is None:
            raise SignedOut("no sign-in came before")
        await self._open(account, self._app, brought.tokens)

    async def _open(self, account: Account, app: AppCredentials, tokens: Tokens | None) -> None:
        await self._program.keep_app(app)
        await self._program.enter(Entry(KnownAccount(int(account.star_id), account.name), app, tokens), on_close=self._on_close)
        self._finish(True)

    async def _train(self) -> None:
        if self._training is None:
            raise NoSuchThing("no training server")
        tokens = self._training.tokens(self._program.clock.now())
        accounts = usable_accounts(tuple(await self._platform.auth.accounts(tokens.access_token)))
        account = next((a for a in accounts if int(a.star_id) == self._training.star_id), None)
        if account is None:
            raise NoSuchThing("the training account is not there")
        await self._open(account, self._training.app, tokens)

    async def _enter_known(self, star_id: int) -> None:
        known = next((a for a in self._program.profile.accounts if a.star_id == star_id), None)
        app = await self._program.kept_app()
        if known is None or app is None:
            raise SignedOut("sign in once more")
        await self._program.enter(Entry(known, app), on_close=self._on_close)
        self._finish(True)

    async def _known_accounts(self) -> Sequence[KnownEntry]:
        return tuple(KnownEntry(a.star_id, a.name) for a in self._program.profile.accounts)

    async def _kept_app_id(self) -> int | None:
        app = await self._program.kept_app()
        if app is None and self._training is not None:
            # The training server's app is no secret of anybody: the browser way works with it too.
            await self._program.keep_app(self._training.app)
            app = self._training.app
        return None if app is None else app.app_id

    async def _keyring_state(self) -> KeyringState:
        return await self._program.keys.state()

    async def _choose_secrets(self, kind: SecretsKind, passphrase: str) -> bool:
        return await self._program.keys.choose(kind, passphrase)
