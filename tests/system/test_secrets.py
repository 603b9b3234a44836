"""Secrets go to a real keyring or under a passphrase, and nowhere else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import keyring.backend
import keyring.errors
import pytest
from keyring.backends import fail, null

from xingtu_desktop.core.errors import NoKeyring, StorageDamaged
from xingtu_desktop.system.secrets import KeyringSecrets, MemorySecrets, PassphraseSecrets, usable_backend

CANARY = "canary-7f3a9c21-secret"


class RingInMemory(keyring.backend.KeyringBackend):
    """A keyring as good as a real one, without a computer under it."""

    priority = 0.1  # type: ignore[assignment]  # a class property in the base

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise keyring.errors.PasswordDeleteError("not there")
        del self.kept[service, username]


class LockedRing(RingInMemory):
    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked("locked")


async def test_a_keyring_keeps_gives_back_and_forgets_per_profile() -> None:
    ring = RingInMemory()
    one, other = KeyringSecrets("one", backend=ring), KeyringSecrets("other", backend=ring)
    await one.put("key", CANARY)
    assert await one.get("key") == CANARY
    assert await other.get("key") is None
    await one.delete("key")
    await one.delete("key")
    assert await one.get("key") is None


@pytest.mark.parametrize("backend", [fail.Keyring(), null.Keyring()])
async def test_a_computer_without_a_keyring_is_said_and_nothing_is_kept(backend: keyring.backend.KeyringBackend) -> None:
    with pytest.raises(NoKeyring):
        await KeyringSecrets(backend=backend).put("key", CANARY)


async def test_a_locked_keyring_is_no_keyring_rather_than_a_crash() -> None:
    with pytest.raises(NoKeyring):
        await KeyringSecrets(backend=LockedRing()).get("key")


def test_a_backend_that_writes_in_the_clear_is_refused() -> None:
    plain = type("PlaintextKeyring", (RingInMemory,), {"__module__": "keyrings.alt.file"})
    assert not usable_backend(plain())
    assert usable_backend(RingInMemory())


async def test_a_secret_too_long_for_windows_is_refused_everywhere() -> None:
    with pytest.raises(NoKeyring):
        await KeyringSecrets(backend=RingInMemory()).put("key", "x" * 1281)


async def test_the_loop_runs_on_while_a_keyring_asks_the_person() -> None:
    import threading

    asked = threading.Event()

    class Slow(RingInMemory):
        def get_password(self, service: str, username: str) -> str | None:
            asked.wait(5)
            return CANARY

    waiting = asyncio.create_task(KeyringSecrets(backend=Slow()).get("key"))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    asked.set()
    assert await waiting == CANARY


async def test_the_vault_opens_with_its_passphrase_only_and_shows_nothing_on_the_disk(tmp_path: Path) -> None:
    file = tmp_path / "vault" / "secrets.db"
    vault = PassphraseSecrets(file, "it's a 口令")
    assert await vault.open()
    await vault.put("key", CANARY)
    await vault.put("key", CANARY + "2")
    await vault.put("gone", CANARY)
    await vault.delete("gone")
    await vault.close()
    assert CANARY.encode() not in b"".join(part.read_bytes() for part in file.parent.iterdir())

    wrong = PassphraseSecrets(file, "another")
    assert not await wrong.open()
    with pytest.raises(NoKeyring):
        await wrong.get("key")
    await wrong.close()

    again = PassphraseSecrets(file, "it's a 口令")
    assert await again.open()
    assert await again.get("key") == CANARY + "2"
    assert await again.get("gone") is None
    await again.close()


async def test_a_cut_off_vault_is_said_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "secrets.db"
    file.write_bytes(b"\x01" * 5000)
    vault = PassphraseSecrets(file, "whatever it was")
    with pytest.raises(StorageDamaged):
        await vault.open()
    await vault.close()
    assert file.stat().st_size == 5000


async def test_a_session_that_is_not_kept_forgets_with_its_object() -> None:
    first, second = MemorySecrets(), MemorySecrets()
    await first.put("key", CANARY)
    assert await first.get("key") == CANARY
    assert await second.get("key") is None
    await first.delete("key")
    assert await first.get("key") is None
