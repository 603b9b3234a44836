"""Turns what SQLite and the driver raise into the errors of core.errors."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlcipher3
from sqlalchemy.exc import DBAPIError

from xingtu_desktop.core.errors import BugError, DiskFull, KnownError, StorageDamaged, StorageLocked

_ROOM_TO_WORK = 1 << 20
_DAMAGED = {
    sqlcipher3.SQLITE_CORRUPT: "damaged",
    sqlcipher3.SQLITE_NOTADB: "unreadable",
    sqlcipher3.SQLITE_CANTOPEN: "cannot_open",
    sqlcipher3.SQLITE_READONLY: "read_only",
    sqlcipher3.SQLITE_PERM: "no_permission",
}


def known_error(error: BaseException, path: Path, role: str) -> KnownError | None:
    """The error of ours for `error` at the file of `role`, or None where it is a defect of the program.

    `reason` of StorageDamaged: `unreadable` (not a database, or another key), `damaged`, `cannot_open`, `read_only`, `no_permission`, `io`.
    """
    cause: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, OSError):
        if cause.errno in (errno.ENOSPC, errno.EDQUOT):
            return DiskFull(str(cause), file=path.name, role=role)
        return StorageDamaged(str(cause), file=path.name, role=role, reason="no_permission" if isinstance(cause, PermissionError) else "io")
    if not isinstance(cause, sqlcipher3.Error):
        return None
    extended = getattr(cause, "sqlite_errorcode", None)
    code = extended & 0xFF if isinstance(extended, int) else None
    detail = str(cause)
    if code == sqlcipher3.SQLITE_FULL:
        return DiskFull(detail, file=path.name, role=role)
    if code in (sqlcipher3.SQLITE_BUSY, sqlcipher3.SQLITE_LOCKED, sqlcipher3.SQLITE_PROTOCOL):
        return StorageLocked(detail, file=path.name, role=role)
    if code == sqlcipher3.SQLITE_IOERR:
        # A full disk shows as a failed write of the shared-memory file too.
        if _free_bytes(path) < _ROOM_TO_WORK:
            return DiskFull(detail, file=path.name, role=role)
        return StorageDamaged(detail, file=path.name, role=role, reason="io")
    if code in _DAMAGED:
        return StorageDamaged(detail, file=path.name, role=role, reason=_DAMAGED[code])
    return None


def _free_bytes(path: Path) -> int:
    try:
        return shutil.disk_usage(path.parent).free
    except OSError:
        return 0


@contextmanager
def as_known(path: Path, role: str) -> Iterator[None]:
    """Raise what happens inside as an error of ours; what is no trouble of the world becomes a BugError with its cause."""
    try:
        yield
    except (DBAPIError, sqlcipher3.Error, OSError) as error:
        known = known_error(error, path, role)
        if known is not None:
            raise known from error
        raise BugError(f"{role}: {error}") from error
