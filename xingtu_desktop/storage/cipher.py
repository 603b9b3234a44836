"""Opens one connection to an encrypted SQLite file, with the durability that the file's worth asks for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import sqlcipher3

if TYPE_CHECKING:
    from sqlite3 import Connection as RawConnection

KEY_BYTES = 32


class Worth(StrEnum):
    """What losing the file would cost."""

    PRECIOUS = "precious"
    """Made by the operator; every commit reaches the disk before it is told."""
    VALUABLE = "valuable"
    """Gathered, and no server gives it again; the last commits may be lost with the power, never the file."""
    DISPOSABLE = "disposable"
    """The server gives it again; rebuilt on any doubt."""


_DURABILITY = {
    Worth.PRECIOUS: ("PRAGMA synchronous=FULL", "PRAGMA fullfsync=1", "PRAGMA checkpoint_fullfsync=1"),
    Worth.VALUABLE: ("PRAGMA synchronous=NORMAL", "PRAGMA checkpoint_fullfsync=1"),
    Worth.DISPOSABLE: ("PRAGMA synchronous=NORMAL",),
}


@dataclass(frozen=True, slots=True)
class Keyed:
    """A file and the raw 32-byte key that opens it."""

    path: Path
    key: bytes
    worth: Worth
    busy_seconds: float = 2.0
    """How long to wait for another program that holds the file."""

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES:
            raise ValueError("the key of a file has 32 bytes")

    def __repr__(self) -> str:
        return f"Keyed({self.path.name!r}, {self.worth})"


def connect(file: Keyed, *, read_only: bool = False, wal: bool = True) -> RawConnection:
    """A connection that begins no transaction by itself; the first page has been read, so key and header are right.

    Raises the driver's own errors; see failures.as_known.
    """
    connection: RawConnection = sqlcipher3.connect(
        str(file.path), timeout=file.busy_seconds, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    try:
        connection.execute(f"PRAGMA key=\"x'{file.key.hex()}'\"")
        # SQLCipher writes its own complaints to stderr; ours are raised.
        connection.execute("PRAGMA cipher_log_level=NONE")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if wal:
            connection.execute("PRAGMA journal_mode=WAL").fetchone()
        for pragma in (*_DURABILITY[file.worth], "PRAGMA foreign_keys=1", "PRAGMA temp_store=MEMORY", "PRAGMA cache_size=-16000"):
            connection.execute(pragma)
        if read_only:
            connection.execute("PRAGMA query_only=1")
    except BaseException:
        connection.close()
        raise
    return connection


def companions(path: Path) -> tuple[Path, Path]:
    """The files that SQLite keeps beside an open database."""
    return path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")


def remove(path: Path) -> None:
    """Delete a disposable file and what SQLite keeps beside it."""
    for each in (path, *companions(path), path.with_name(path.name + "-journal")):
        each.unlink(missing_ok=True)


def versions() -> tuple[str, str]:
    """The versions of SQLCipher ("" when this is a plain SQLite) and of the SQLite below it."""
    connection = sqlcipher3.connect(":memory:")
    try:
        row = connection.execute("PRAGMA cipher_version").fetchone()
        return (str(row[0]) if row else "", str(sqlcipher3.sqlite_version))
    finally:
        connection.close()
