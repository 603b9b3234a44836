"""What first run and sign-in ask of the program: plain callables that the composition root fills in.

A sign-in goes: `begin(app_id, secret)` gives a `SignInFlow`; the presenter awaits its `run`, hands it what is pasted, cancels it; with the
`Authorisation` that comes back the person picks an account, and `enter(authorisation, account)` opens it. `enter_known` opens an account
that was entered before, `start_training` the training server's. Each of the three returns when the account's window stands, or raises a
core.errors.KnownError, which is shown in plain words; nothing is left open then.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from xingtu_desktop.domain.account import Account
from xingtu_desktop.services.session import Authorisation


class SecretsKind(StrEnum):
    """Where keys and the app's secret are kept."""

    KEYRING = "keyring"
    PASSPHRASE = "passphrase"
    SESSION = "session"
    """Only for this run: the next one signs in again and cannot read what this one kept."""


@dataclass(frozen=True, slots=True)
class KeyringState:
    """`in_force` None: nothing was chosen yet, and the person is asked before anything is kept."""

    in_force: SecretsKind | None
    usable: bool
    """Whether this computer offers a keyring that may be used."""
    name: str = ""
    """The keyring's name as the system has it."""
    vault: bool = False
    """Whether a file under a passphrase is here, to be opened with that passphrase."""


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """An account that was entered on this computer before."""

    star_id: int
    name: str
    company: str = ""
    entered_at: datetime | None = None


class SignInFlow(Protocol):
    """services.session.SignIn, as far as the view needs it."""

    address: str | None
    listening: bool
    opened: bool

    async def run(self, waiting: Callable[[], None] = ...) -> Authorisation: ...
    def paste(self, address: str) -> None: ...
    def cancel(self) -> None: ...


def _ignore(_value: str) -> None:
    return None


async def _nobody() -> Sequence[KnownEntry]:
    return ()


async def _no_app() -> int | None:
    return None


async def _ready() -> KeyringState:
    return KeyringState(SecretsKind.KEYRING, usable=True)


async def _never(_kind: SecretsKind, _passphrase: str) -> bool:
    return False


async def _unknown(_star_id: int) -> None:
    return None


@dataclass(frozen=True, slots=True)
class SignInWays:
    """Everything that the first page can do; what is not given is not on screen."""

    begin: Callable[[int, str], SignInFlow]
    """Start a sign-in with an app id and its secret; an empty secret means the one that is kept for that id."""
    enter: Callable[[Authorisation, Account], Awaitable[None]]
    data_folder: str
    start_training: Callable[[], Awaitable[None]] | None = None
    known_accounts: Callable[[], Awaitable[Sequence[KnownEntry]]] = _nobody
    enter_known: Callable[[int], Awaitable[None]] = _unknown
    kept_app_id: Callable[[], Awaitable[int | None]] = _no_app
    """The app id whose secret is kept here."""
    keyring_state: Callable[[], Awaitable[KeyringState]] = _ready
    choose_secrets: Callable[[SecretsKind, str], Awaitable[bool]] = _never
    """Keep secrets this way from now on; False: the passphrase does not open the file that is here."""
    open_address: Callable[[str], bool] = lambda _address: False
    """Open the consent page in the browser again."""
    keep_language: Callable[[str], None] = _ignore
    keep_theme: Callable[[str], None] = _ignore
