"""Leads a person in: training, an account entered before, or a sign-in through the browser.

    presenter = SignInPresenter(ways=SignInWays(begin=…, enter=…, data_folder=…), clock=clock, problem=error or None)
    window.show_full(presenter.view, aside=presenter.aside); presenter.start()
    … `ways.enter`, `ways.enter_known` or `ways.start_training` is awaited when the person has chosen …
    await presenter.close()

What the callables promise stands in ui/signin/ports.py.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from PySide6.QtGui import QGuiApplication

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.errors import InvalidInput, KnownError, NoKeyring
from xingtu_desktop.core.tasks import TaskScope
from xingtu_desktop.domain.account import Account
from xingtu_desktop.services.session import Authorisation
from xingtu_desktop.ui.dialogs import Choice, ask_text, choose
from xingtu_desktop.ui.i18n import LANGUAGES, formats, tr, translations
from xingtu_desktop.ui.signin.account_list import AccountLine
from xingtu_desktop.ui.signin.ports import KeyringState, KnownEntry, SecretsKind, SignInFlow, SignInWays
from xingtu_desktop.ui.signin.signin_view import LookSwitch, SignInView
from xingtu_desktop.ui.signin.words import kind_name, sign_in_error, why_not
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.theme.theme import MODES

log = logging.getLogger(__name__)

PASSPHRASE_LEAST = 8


class SignInPresenter:
    """First run and sign-in. `clock` is the computer's; `problem` is why the program came (back) here, shown above the page."""

    def __init__(self, *, ways: SignInWays, clock: Clock, problem: BaseException | None = None) -> None:
        self._ways = ways
        self._clock = clock
        self._scope = TaskScope("sign-in", lambda _name, error: self._show_error(error))
        self._flow: SignInFlow | None = None
        self._brought: Authorisation | None = None
        self._known: tuple[KnownEntry, ...] = ()
        self._app_id: int | None = None
        self._keyring: KeyringState | None = None
        self.view = SignInView(training=ways.start_training is not None, data_folder=ways.data_folder)
        self.aside = LookSwitch()
        welcome, page = self.view.welcome, self.view.sign_in
        welcome.training_asked.connect(self._on_training)
        welcome.sign_in_asked.connect(self._on_sign_in)
        welcome.other_app_asked.connect(self._on_other_app)
        welcome.entered.connect(self._on_entered)
        welcome.passphrase_asked.connect(lambda: self._spawn(self._choose_passphrase(), "passphrase"))
        welcome.session_asked.connect(lambda: self._spawn(self._choose_session(), "session"))
        page.cancelled.connect(self._on_cancelled)
        page.submitted.connect(self._on_submitted)
        page.pasted.connect(self._on_pasted)
        page.reopen_asked.connect(self._on_reopen)
        page.copy_asked.connect(self._on_copy)
        page.entered.connect(self._on_entered)
        self.aside.language_chosen.connect(self._on_language)
        self.aside.theme_chosen.connect(self._on_theme)
        translations().changed.connect(self._on_translated)
        if problem is not None:
            self._show_error(problem)

    def start(self) -> None:
        """Look which accounts, app and keyring are here."""
        self._spawn(self._look(), "look")

    async def close(self) -> None:
        """End a sign-in under way."""
        translations().changed.disconnect(self._on_translated)
        if self._flow is not None:
            self._flow.cancel()
        await self._scope.close()

    # ------------------------------------------------------------------ looking

    async def _look(self) -> None:
        self._set_keyring(await self._ways.keyring_state())
        self._app_id = await self._ways.kept_app_id()
        self.view.welcome.set_app(self._app_id)
        self.view.sign_in.set_app(self._app_id)
        self._known = tuple(await self._ways.known_accounts())
        self._show_known()

    def _set_keyring(self, state: KeyringState) -> None:
        self._keyring = state
        self.view.welcome.set_keyring(state)

    def _show_known(self) -> None:
        lines = [self._known_line(one) for one in self._known]
        self.view.welcome.set_accounts(lines)
        if self._brought is None:
            self.view.sign_in.set_accounts(lines)

    def _known_line(self, one: KnownEntry) -> AccountLine:
        since = formats().ago(one.entered_at, self._clock.now()) if one.entered_at is not None else ""
        return AccountLine(f"known:{one.star_id}", one.star_id, one.name, "", one.company, note=since)

    def _show_brought(self, brought: Authorisation) -> None:
        lines = []
        for account in sorted(brought.accounts, key=lambda one: not one.usable):
            reason, advice = why_not(account)
            lines.append(
                AccountLine(
                    f"new:{account.star_id}", account.star_id, account.name, kind_name(account.kind), account.company, reason, advice
                )
            )
        self.view.sign_in.show_stage("accounts")
        self.view.sign_in.set_accounts(lines, fresh=True)
        self.view.sign_in.accounts.focus_current()

    # ------------------------------------------------------------------ signing in

    def _on_sign_in(self) -> None:
        self._clear_problem()
        self._brought = None
        self.view.sign_in.set_app(self._app_id)
        self.view.sign_in.show_stage("form")
        self._show_known()
        self.view.show_sign_in()
        if self._app_id is not None:
            self._spawn(self._sign_in(self._app_id, ""), "sign-in")

    def _on_other_app(self) -> None:
        self._clear_problem()
        self._brought = None
        self.view.sign_in.set_app(self._app_id, other=True)
        self.view.sign_in.show_stage("form")
        self._show_known()
        self.view.show_sign_in()

    def _on_submitted(self, app_id: str, secret: str) -> None:
        self._clear_problem()
        self._spawn(self._sign_in(int(app_id), secret), "sign-in")

    async def _sign_in(self, app_id: int, secret: str) -> None:
        if not await self._secrets_chosen():
            return
        page = self.view.sign_in
        flow = self._flow = self._ways.begin(app_id, secret)
        try:
            brought = await flow.run(lambda: page.show_stage("waiting", listening=flow.listening, opened=flow.opened))
        except InvalidInput as error:
            page.show_stage("form")
            if error.code != "cancelled":
                self._show_error(error)
        except KnownError as error:
            page.show_stage("form")
            self._show_error(error)
        else:
            self._clear_problem()
            self._brought = brought
            self._show_brought(brought)
        finally:
            if self._flow is flow:
                self._flow = None

    def _on_pasted(self, address: str) -> None:
        if self._flow is None:
            return
        try:
            self._flow.paste(address)
        except InvalidInput as error:
            self._show_error(error)
            return
        self._clear_problem()
        self.view.sign_in.show_stage("reading")

    def _on_reopen(self) -> None:
        if self._flow is not None and self._flow.address is not None and not self._ways.open_address(self._flow.address):
            self.view.sign_in.show_stage("waiting", listening=self._flow.listening, opened=False)

    def _on_copy(self) -> None:
        if self._flow is not None and self._flow.address is not None:
            QGuiApplication.clipboard().setText(self._flow.address)

    def _on_cancelled(self) -> None:
        if self._flow is not None:
            self._flow.cancel()
        self._brought = None
        self._clear_problem()
        self.view.show_welcome()

    # ------------------------------------------------------------------ entering

    def _on_training(self) -> None:
        if self._ways.start_training is not None:
            self._spawn(self._enter(self._ways.start_training, tr("signin", "Training")), "enter")

    def _on_entered(self, key: str) -> None:
        origin, _, number = key.partition(":")
        star_id = int(number)
        if origin == "known":
            known = next((one for one in self._known if one.star_id == star_id), None)
            if known is not None:
                self._spawn(self._enter_known(known), "enter")
            return
        brought = self._brought
        account = next((one for one in brought.accounts if one.star_id == star_id), None) if brought is not None else None
        if brought is not None and account is not None and account.usable:
            self._spawn(self._enter_brought(brought, account), "enter")

    async def _enter_known(self, known: KnownEntry) -> None:
        if await self._secrets_chosen():
            await self._enter(lambda: self._ways.enter_known(known.star_id), known.name)

    async def _enter_brought(self, brought: Authorisation, account: Account) -> None:
        await self._enter(lambda: self._ways.enter(brought, account), account.name)

    async def _enter(self, way: Callable[[], Awaitable[None]], name: str) -> None:
        self._clear_problem()
        self.view.welcome.set_busy(True)
        self.view.sign_in.set_entering(name)
        if self._flow is not None:
            self._flow.cancel()
        try:
            await way()
        except KnownError as error:
            self._show_error(error)
            if isinstance(error, NoKeyring):
                self._set_keyring(await self._ways.keyring_state())
        finally:
            self.view.welcome.set_busy(False)
            self.view.sign_in.set_entering("")

    # ------------------------------------------------------------------ where secrets are kept

    async def _secrets_chosen(self) -> bool:
        """Whether there is a place for secrets; asks where there is none, because nothing may be kept without one."""
        state = self._keyring or await self._ways.keyring_state()
        if state.in_force is not None:
            return True
        if state.vault:
            return await self._choose_passphrase()
        choices = [
            Choice(
                "passphrase",
                tr("signin", "A passphrase"),
                tr("signin", "Asked at each start. Without it nobody, we included, can read the data."),
            ),
            Choice("session", tr("signin", "Keep nothing"), tr("signin", "The next start signs in again and begins with empty data.")),
        ]
        body = tr("signin", "This computer offers no safe keyring. Nothing is ever kept in the clear, so choose:")
        picked = await choose(self.view, tr("signin", "Where to keep keys"), choices, body=body)
        if picked is None:
            return False
        return await (self._choose_passphrase() if picked == "passphrase" else self._choose_session())

    async def _choose_session(self) -> bool:
        return await self._choose(SecretsKind.SESSION, "")

    async def _choose_passphrase(self) -> bool:
        vault = self._keyring is not None and self._keyring.vault
        title = tr("signin", "Your passphrase") if vault else tr("signin", "A new passphrase")
        label = "" if vault else tr("signin", "At least {count} characters; it cannot be restored.", count=PASSPHRASE_LEAST)
        while True:
            first = await ask_text(self.view, title, label=label, limit=200, secret=True)
            if first is None:
                return False
            if not vault:
                if len(first) < PASSPHRASE_LEAST:
                    continue
                again = await ask_text(self.view, tr("signin", "The same passphrase again"), limit=200, secret=True)
                if again is None:
                    return False
                if again != first:
                    label = tr("signin", "The two were not the same. At least {count} characters.", count=PASSPHRASE_LEAST)
                    continue
            if await self._choose(SecretsKind.PASSPHRASE, first):
                return True
            label = tr("signin", "This passphrase does not open the file that is here.")

    async def _choose(self, kind: SecretsKind, passphrase: str) -> bool:
        chosen = await self._ways.choose_secrets(kind, passphrase)
        if chosen:
            await self._look()
        return chosen

    # ------------------------------------------------------------------ looks and words

    def _on_language(self, key: str) -> None:
        for language in LANGUAGES:
            if language == key:
                translations().set_language(language)
                self._ways.keep_language(language)

    def _on_theme(self, key: str) -> None:
        for mode in MODES:
            if mode == key:
                current_theme().set_mode(mode)
                self._ways.keep_theme(mode)

    def _on_translated(self) -> None:
        self._show_known()
        if self._brought is not None:
            self._show_brought(self._brought)

    def _show_error(self, error: BaseException) -> None:
        if not isinstance(error, KnownError):
            log.error("sign-in failed", exc_info=error)
        said = sign_in_error(error)
        self.view.problem.set_words(" · ".join(part for part in (said.title, said.advice, said.detail) if part))

    def _clear_problem(self) -> None:
        self.view.problem.set_words("")

    def _spawn(self, work: Coroutine[Any, Any, object], name: str) -> None:
        if self._scope.closed:
            work.close()
        else:
            self._scope.spawn(work, name=name, group=name)
