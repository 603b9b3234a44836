"""The words of first run and sign-in: kinds of accounts, why one cannot be entered, where keys are, what went wrong."""

from __future__ import annotations

from xingtu_desktop.core import errors
from xingtu_desktop.domain.account import Account, AccountKind
from xingtu_desktop.ui import errors as error_words
from xingtu_desktop.ui.errors import ErrorWords
from xingtu_desktop.ui.i18n import tr
from xingtu_desktop.ui.signin.ports import KeyringState, SecretsKind


def kind_name(kind: AccountKind) -> str:
    """The kind of an account as the platform calls it."""
    match kind:
        case AccountKind.STAR:
            return tr("signin", "Star account")
        case AccountKind.STAR_AGENT:
            return tr("signin", "Star agency")
        case AccountKind.STAR_MCN:
            return tr("signin", "Star MCN")
        case AccountKind.STAR_ISV:
            return tr("signin", "Star service provider")
        case AccountKind.OTHER:
            return tr("signin", "Other account")


def why_not(account: Account) -> tuple[str, str]:
    """Why an account cannot be entered: a word and what to do; two empty texts where it can."""
    if account.usable:
        return "", ""
    if account.kind is AccountKind.STAR:
        return tr("signin", "Expired"), tr("signin", "authorise it again")
    if account.kind is AccountKind.STAR_MCN:
        return tr("signin", "Not for ordering"), tr("signin", "an MCN cannot place orders")
    if account.kind is AccountKind.STAR_AGENT:
        return tr("signin", "Not entered itself"), tr("signin", "authorise the client's account")
    return tr("signin", "Not for ordering"), tr("signin", "only Star accounts can")


def keyring_words(state: KeyringState) -> tuple[str, str, str]:
    """(badge, tone, sentence) of where keys are."""
    match state.in_force:
        case SecretsKind.KEYRING:
            name = state.name or tr("signin", "The system's keyring")
            return tr("signin", "Ready"), "good", tr("signin", "{name}, opened by the system", name=name)
        case SecretsKind.PASSPHRASE:
            return tr("signin", "Ready"), "good", tr("signin", "A file under your passphrase, asked at each start")
        case SecretsKind.SESSION:
            return tr("signin", "Not kept"), "warn", tr("signin", "Only for this run; the next one signs in again")
        case None if state.vault:
            return tr("signin", "Locked"), "warn", tr("signin", "Your passphrase opens it")
        case None:
            return tr("signin", "To choose"), "warn", tr("signin", "No safe keyring here: a passphrase, or nothing kept")


def sign_in_error(error: BaseException) -> ErrorWords:
    """Words for what ends a sign-in; the common ones say what they mean here."""
    match error:
        case errors.Timeout():
            return ErrorWords(
                tr("signin", "Nobody answered in the browser"), tr("signin", "Begin again; what you opened before no longer counts.")
            )
        case errors.Rejected():
            known = error_words.words(error)
            return ErrorWords(
                tr("signin", "The platform refused the sign-in"), tr("signin", "Check app id and secret, then begin again."), known.detail
            )
        case errors.InvalidInput(code="no_auth_code" | "not_an_address"):
            return ErrorWords(
                tr("signin", "This address has no code in it"),
                tr("signin", "Copy the whole address of the page that came after you agreed."),
            )
        case errors.InvalidInput(code="other_sign_in"):
            return ErrorWords(
                tr("signin", "This address belongs to another sign-in"), tr("signin", "Use the page of the browser window opened last.")
            )
        case errors.InvalidInput(code="app_id"):
            return ErrorWords(
                tr("signin", "The app id is a number"), tr("signin", "It stands in the developer console, beside the secret.")
            )
        case _:
            return error_words.words(error)
