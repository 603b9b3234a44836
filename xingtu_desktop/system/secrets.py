"""Keeps secrets: in the computer's keyring, under a passphrase in an encrypted file, or only for this run.

Which of the three is the person's choice; none falls back to another by itself, and nothing is ever written in the clear.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import sqlcipher3

from xingtu_desktop.core.errors import NoKeyring, StorageDamaged

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE = "xingtu-desktop"
_MOST_CHARACTERS = 1280
"""Windows holds 2,560 bytes as UTF-16; tokens belong in the encrypted database, only its key and the app's secret here."""
_REFUSED_MODULES = ("keyrings.alt", "keyrings.cryptfile", "sagecipher")
"""Backends that write in the clear or ask on standard input."""
_OWN_BACKENDS = {"win32": "keyring.backends.Windows.WinVaultKeyring", "darwin": "keyring.backends.macOS.Keyring"}
"""On every other system it is the Secret Service."""


def usable_backend(backend: KeyringBackend) -> bool:
    """Whether secrets may be given to `backend`: a real one, none that writes plaintext, none that forgets."""
    from keyring.backends import chainer, fail, null

    if isinstance(backend, fail.Keyring | null.Keyring):
        return False
    if isinstance(backend, chainer.ChainerBackend):
        parts = list(backend.backends)
        return bool(parts) and all(usable_backend(part) for part in parts)
    return not type(backend).__module__.startswith(_REFUSED_MODULES)


def system_backend() -> KeyringBackend:
    """The keyring of this computer: what the person configured, else the system's own, else what keyring finds.

    To ask for the system's own by its name spares the start a look through every installed package and the backends of all other systems
    (100 to 200 ms). Call it in a thread.
    """
    from keyring import core

    return core.load_env() or core.load_config() or _own_backend() or core.get_keyring()


def _own_backend() -> KeyringBackend | None:
    """The backend of this system, where it can be used."""
    from keyring import core

    try:
        return core.load_keyring(_OWN_BACKENDS.get(sys.platform, "keyring.backends.SecretService.Keyring"))
    except (ImportError, RuntimeError):
        return None


class KeyringSecrets:
    """The computer's keyring: implements services.ports.Secrets. Calls run in a thread of their own, since a keyring may ask the person."""

    def __init__(self, profile: str = "default", *, backend: KeyringBackend | None = None) -> None:
        """`profile` separates data folders on one computer; `backend` is the system's unless named."""
        self._profile = profile
        self._backend = backend

    async def get(self, name: str) -> str | None:
        """The secret, or None; NoKeyring when there is no keyring or it stays locked."""
        return await self._call(lambda backend: backend.get_password(SERVICE, self._entry(name)))

    async def put(self, name: str, value: str) -> None:
        """Keep it; NoKeyring when it cannot be kept."""
        if len(value) > _MOST_CHARACTERS:
            raise NoKeyring("the secret is too long for a keyring", length=len(value))
        await self._call(lambda backend: backend.set_password(SERVICE, self._entry(name), value))

    async def delete(self, name: str) -> None:
        """Forget it; nothing happens when it is not there."""

        def forget(backend: KeyringBackend) -> None:
            import keyring.errors

            with contextlib.suppress(keyring.errors.PasswordDeleteError):
                backend.delete_password(SERVICE, self._entry(name))

        await self._call(forget)

    def _entry(self, name: str) -> str:
        return f"{self._profile}/{name}"

    async def _call(self, work: Callable[[KeyringBackend], T]) -> T:
        return await _in_thread(lambda: self._work(work))

    def _work(self, work: Callable[[KeyringBackend], T]) -> T:
        try:
            backend = self._backend = self._backend or system_backend()
            if not usable_backend(backend):
                raise NoKeyring("this computer offers no safe keyring", backend=type(backend).__module__)
            return work(backend)
        except NoKeyring:
            raise
        except Exception as error:
            # Backends raise whatever their system raises (D-Bus, COM, Objective-C); all of it means: not kept here.
            raise NoKeyring(f"the keyring did not answer: {type(error).__name__}") from error


async def _in_thread(work: Callable[[], T]) -> T:
    """Run in a daemon thread: a keyring that waits for a person who has gone must not keep the program from ending."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def deliver(result: T | None, error: BaseException | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]  # the result of work, whose type is T

    def run() -> None:
        result: T | None = None
        failed: BaseException | None = None
        try:
            result = work()
        except BaseException as error:
            failed = error
        with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits any more
            loop.call_soon_threadsafe(deliver, result, failed)

    threading.Thread(target=run, name="keyring", daemon=True).start()
    return await answer


class PassphraseSecrets:
    """Secrets in one SQLCipher file under a passphrase (PBKDF2-HMAC-SHA512, 256,000 rounds, AES-256): implements services.ports.Secrets.

    The file is used directly, without the storage layer, because its key is what opens the storage.
    """

    def __init__(self, file: Path, passphrase: str) -> None:
        self._file = file
        self._passphrase = passphrase
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="vault")
        self._connection: sqlcipher3.Connection | None = None

    async def open(self) -> bool:
        """Open or make the file; False when the passphrase is wrong. Raises StorageDamaged when it is no vault at all."""
        return await self._run(self._open)

    async def get(self, name: str) -> str | None:
        """The secret, or None."""

        def read(connection: sqlcipher3.Connection) -> str | None:
            row = connection.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()
            return None if row is None else str(row[0])

        return await self._run(lambda: read(self._opened()))

    async def put(self, name: str, value: str) -> None:
        """Keep it; it is on the disk when this returns."""
        await self._run(lambda: self._write("INSERT OR REPLACE INTO secrets (name, value) VALUES (?, ?)", (name, value)))

    async def delete(self, name: str) -> None:
        """Forget it; nothing happens when it is not there."""
        await self._run(lambda: self._write("DELETE FROM secrets WHERE name = ?", (name,)))

    async def close(self) -> None:
        """Close the file; safe to call twice."""
        if self._connection is not None:
            await self._run(self._close)
        self._worker.shutdown(wait=True)

    def _open(self) -> bool:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = not self._file.exists() or self._file.stat().st_size == 0
        if fresh:
            os.close(os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600))
        elif self._file.stat().st_size % 4096:
            raise StorageDamaged("the file of secrets is cut off", file=self._file.name)
        connection = sqlcipher3.connect(str(self._file), check_same_thread=False, isolation_level=None)
        try:
            quoted = self._passphrase.replace("'", "''")
            connection.execute(f"PRAGMA key = '{quoted}'")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        except sqlcipher3.DatabaseError:
            # A wrong key and a damaged first page look alike to SQLCipher; a person can only try the passphrase again.
            connection.close()
            return False
        self._connection = connection
        return True

    def _opened(self) -> sqlcipher3.Connection:
        if self._connection is None:
            raise NoKeyring("the file of secrets is not open")
        return self._connection

    def _write(self, statement: str, values: tuple[str, ...]) -> None:
        try:
            self._opened().execute(statement, values)
        except sqlcipher3.OperationalError as error:
            raise NoKeyring(f"the secret could not be kept: {error}") from error

    def _close(self) -> None:
        self._opened().close()
        self._connection = None

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)


class MemorySecrets:
    """Secrets of this run only: implements services.ports.Secrets for a session that is not kept."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    async def get(self, name: str) -> str | None:
        return self._kept.get(name)

    async def put(self, name: str, value: str) -> None:
        self._kept[name] = value

    async def delete(self, name: str) -> None:
        self._kept.pop(name, None)
