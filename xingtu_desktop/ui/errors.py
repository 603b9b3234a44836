"""Words for known errors: what happened, why, and what to do next. The platform's own text is never part of a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from xingtu_desktop.core import errors
from xingtu_desktop.ui.i18n import tr


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """`title` says what, `advice` what to do; `detail` is outside text, shown collapsed and plain."""

    title: str
    advice: str
    detail: str = ""


def words(error: BaseException) -> ErrorWords:
    """The words for an error; an unknown one is said to be ours."""
    found = _words(error)
    if isinstance(error, errors.KnownError):
        reference = tr("errors", "Request {id}", id=error.request_id) if error.request_id else ""
        detail = " · ".join(part for part in (error.detail, reference) if part)
        return ErrorWords(found[0], found[1], detail)
    return ErrorWords(found[0], found[1], f"{type(error).__name__}: {error}")


def _words(error: BaseException) -> tuple[str, str]:
    match error:
        case errors.Offline():
            return tr("errors", "No network"), tr(
                "errors", "Reading and drafting go on. Actions wait and are sent by themselves once you are online."
            )
        case errors.Timeout():
            return tr("errors", "The platform did not answer in time"), tr(
                "errors", "It is tried again by itself. Nothing needs to be done."
            )
        case errors.ConnectionLost():
            return tr("errors", "The connection broke"), tr(
                "errors", "It is tried again by itself. Actions already on their way are checked first."
            )
        case errors.ServerTrouble():
            return tr("errors", "The platform has trouble"), tr(
                "errors", "It is tried again by itself. If it lasts, look at the platform's notices."
            )
        case errors.NotThePlatform():
            return (
                tr("errors", "The answer did not come from the platform"),
                tr(
                    "errors", "A hotel or company network may ask for a sign-in: open a browser once. Otherwise check the server's address."
                ),
            )
        case errors.RateLimited():
            return tr("errors", "Too many requests"), tr("errors", "The platform limits requests now. Sending goes on by itself.")
        case errors.SignedOut():
            return tr("errors", "You are signed out"), tr("errors", "Sign in again. Drafts and waiting actions are kept.")
        case errors.Rejected():
            return (
                tr("errors", "The platform refused (code {code})", code=error.code),
                tr("errors", "Nothing was changed. Check what the details name and try again."),
            )
        case errors.Conflict():
            return tr("errors", "It has changed since you looked"), tr(
                "errors", "Nothing was done. Look at the new state and decide again."
            )
        case errors.NoSuchThing():
            return tr("errors", "This is no longer here"), tr(
                "errors", "It may have been withdrawn or decided elsewhere. Refresh to see the present state."
            )
        case errors.DiskFull():
            return tr("errors", "The disk is full"), tr("errors", "Free some space. What you typed stays here until it can be saved.")
        case errors.StorageDamaged():
            return (
                tr("errors", "A data file cannot be read: {role}", role=str(error.values.get("role", ""))),
                tr("errors", "Nothing was deleted. Quit, keep a copy of the data folder, and restore the newest backup."),
            )
        case errors.StorageLocked():
            return tr("errors", "Another program holds the data"), tr("errors", "Close the other window of Xingtu Desktop, then try again.")
        case errors.SchemaTooNew():
            return (
                tr("errors", "The data was written by a newer version"),
                tr("errors", "Install the newest version of Xingtu Desktop. Nothing was changed."),
            )
        case errors.NoKeyring():
            return (
                tr("errors", "There is no keyring on this computer"),
                tr("errors", "Choose a passphrase, or work in a session that is not kept."),
            )
        case errors.SnapshotInvalid():
            return tr("errors", "The search index is being rebuilt"), tr("errors", "Searching works meanwhile. Nothing needs to be done.")
        case errors.InvalidInput():
            return _invalid(error)
        case errors.ImportProblem():
            return (
                tr("errors", "Row {row}, column {column} cannot be read", row=error.row, column=error.column),
                tr("errors", "Correct the cell in the file or leave the row out."),
            )
        case _:
            return tr("errors", "Something in this program went wrong"), tr(
                "errors", "Your work is saved. The details are in the log; please report them."
            )


def _invalid(error: errors.InvalidInput) -> tuple[str, str]:
    values = {name: value for name, value in error.values.items() if name not in ("field", "code")}
    match error.code:
        case "missing":
            return tr("errors", "Something is missing"), tr("errors", "Fill in the marked field.")
        case "length" | "too_long" | "too_long_with_tag":
            limit = values.get("most", values.get("limit", ""))
            return tr("errors", "The text does not fit"), tr("errors", "At most {limit} characters are taken. Shorten it.", limit=limit)
        case "not_seen":
            return (
                tr("errors", "{count} of these were not opened", count=values.get("count", "")),
                tr("errors", "Open each one first, or say in the confirmation that they are approved unopened."),
            )
        case "not_here":
            return tr("errors", "This version is not on this computer yet"), tr("errors", "Go online so that it can be fetched.")
        case "cap_batch_count" | "cap_batch_fen" | "cap_day_count" | "cap_day_fen":
            return tr("errors", "This is above the limit set for you"), tr("errors", "Choose fewer items, or change the limit in Settings.")
        case "out_of_range":
            return (
                tr("errors", "The number is out of range"),
                tr("errors", "Choose {least} to {most}.", least=values.get("least", ""), most=values.get("most", "")),
            )
        case "not_ready":
            return tr("errors", "The batch cannot be ordered yet"), tr("errors", "Resolve what the pre-flight marks, then confirm again.")
        case "empty":
            return tr("errors", "Nothing is chosen"), tr("errors", "Choose at least one row.")
        case _:
            return tr("errors", "This cannot be accepted"), tr("errors", "Check the marked field ({field}).", field=error.field)
