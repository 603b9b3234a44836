"""The errors of the program: what the world does to us (KnownError) and what we did wrong (BugError).

    XingtuError
    ├── KnownError                  the world; has words for people (kept in ui), each says what to do next
    │   ├── Offline                 no route to the server, nothing was sent
    │   ├── Timeout                 no answer in time; a write may have taken effect
    │   ├── ConnectionLost          the connection broke after bytes were sent; a write may have taken effect
    │   ├── ServerTrouble           HTTP 5xx or code 5xxxx; a write may have taken effect
    │   ├── NotThePlatform          the answer is not the platform's (captive portal, proxy page, wrong address)
    │   ├── RateLimited             codes 40100, 40110, 40130: which layer, when to try again
    │   ├── SignedOut               the account's authorisation is gone: sign in again
    │   ├── Rejected                the platform refused: code, field, request_id
    │   ├── Conflict                what was expected is no longer so
    │   ├── NoSuchThing             asked for something that is not (or no longer) here
    │   ├── DiskFull / StorageDamaged / StorageLocked / SchemaTooNew
    │   ├── NoKeyring               no place on this computer to keep a secret
    │   ├── SnapshotInvalid         an index snapshot that cannot be used; it is rebuilt
    │   ├── InvalidInput            a field of a form that cannot be accepted
    │   └── ImportProblem           a row and column of a file
    └── BugError                    an invariant of ours is broken; goes to the crash report

Words live in `ui`; errors carry codes and values only.
"""

from __future__ import annotations

from collections.abc import Mapping


class XingtuError(Exception):
    """Root of all errors raised on purpose."""


class BugError(XingtuError):
    """An invariant of ours is broken."""


class KnownError(XingtuError):
    """Something the world does; `values` fill the words that `ui` has for the class."""

    may_have_taken_effect: bool = False
    """For a write: whether the server may have acted although no proper answer came."""

    def __init__(self, detail: str = "", *, request_id: str | None = None, **values: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.request_id = request_id
        self.values: Mapping[str, object] = values


class Offline(KnownError):
    """No route to the server; nothing was sent."""


class Timeout(KnownError):
    """No answer in time."""

    may_have_taken_effect = True


class ConnectionLost(KnownError):
    """The connection broke after bytes were sent."""

    may_have_taken_effect = True


class ServerTrouble(KnownError):
    """The platform failed (HTTP 5xx or an envelope code 5xxxx)."""

    may_have_taken_effect = True

    def __init__(self, detail: str = "", *, status: int = 200, code: int | None = None, request_id: str | None = None) -> None:
        super().__init__(detail, request_id=request_id, status=status, code=code)
        self.status = status
        self.code = code


class NotThePlatform(KnownError):
    """An answer that is not the platform's: a captive portal, a proxy's page, a wrong address, a cut-off body."""

    may_have_taken_effect = True


class RateLimited(KnownError):
    """A limit of the platform fired; nothing took effect."""

    def __init__(
        self,
        detail: str = "",
        *,
        layer: str,
        code: int,
        retry_after: float | None = None,
        endpoint: str = "",
        request_id: str | None = None,
    ) -> None:
        super().__init__(detail, request_id=request_id, layer=layer, retry_after=retry_after, endpoint=endpoint)
        self.layer = layer
        self.code = code
        self.retry_after = retry_after
        self.endpoint = endpoint


class SignedOut(KnownError):
    """The account's authorisation no longer holds; the person signs in again."""

    def __init__(self, detail: str = "", *, code: int | None = None, request_id: str | None = None) -> None:
        super().__init__(detail, request_id=request_id, code=code)
        self.code = code


class Rejected(KnownError):
    """The platform refused the request for good (any other 4xxxx); nothing took effect."""

    def __init__(self, detail: str = "", *, code: int, field: str | None = None, request_id: str | None = None) -> None:
        super().__init__(detail, request_id=request_id, code=code, field=field)
        self.code = code
        self.field = field


class Conflict(KnownError):
    """What the person saw is no longer so; nothing was done."""

    def __init__(self, detail: str = "", *, what: str, expected: object, actual: object) -> None:
        super().__init__(detail, what=what, expected=expected, actual=actual)
        self.what = what
        self.expected = expected
        self.actual = actual


class NoSuchThing(KnownError):
    """Asked for something that is not, or no longer, here."""


class DiskFull(KnownError):
    """The disk has no room; what was typed stays in memory until it is saved."""


class StorageDamaged(KnownError):
    """A database file cannot be read; `values` name the file and what it holds."""


class StorageLocked(KnownError):
    """Another program (or a second start) holds the files."""


class SchemaTooNew(KnownError):
    """The files were written by a newer version of the program."""


class NoKeyring(KnownError):
    """There is no place on this computer to keep a secret."""


class SnapshotInvalid(KnownError):
    """An index snapshot that cannot be used; the index is rebuilt."""


class InvalidInput(KnownError):
    """A value that cannot be accepted: `field` and a `code` for the words; numbers in `values`."""

    def __init__(self, detail: str = "", *, field: str, code: str, **values: object) -> None:
        super().__init__(detail)
        self.values = {"field": field, "code": code, **values}
        self.field = field
        self.code = code


class ImportProblem(KnownError):
    """A cell of an imported file that cannot be read."""

    def __init__(self, detail: str = "", *, row: int, column: str) -> None:
        super().__init__(detail, row=row, column=column)
        self.row = row
        self.column = column
