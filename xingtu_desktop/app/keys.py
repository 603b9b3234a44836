"""Where this run keeps its secrets: the keyring, a file under a passphrase, or memory; chosen by the person where there is no keyring."""

from __future__ import annotations

import asyncio
from pathlib import Path

from xingtu_desktop.core.errors import NoKeyring
from xingtu_desktop.services.ports import Secrets
from xingtu_desktop.system.secrets import KeyringSecrets, MemorySecrets, PassphraseSecrets, system_backend, usable_backend
from xingtu_desktop.ui.signin.ports import KeyringState, SecretsKind


class Keys:
    """The store of secrets in force; itself a `Secrets`, so that whoever holds it follows the person's choice."""

    def __init__(self, vault: Path, *, chosen: Secrets | None = None) -> None:
        """`chosen` is in force from the start (demo, tests); otherwise the keyring, where the computer has a usable one."""
        self._vault = vault
        self._store: Secrets | None = chosen
        self._kind: SecretsKind | None = None if chosen is None else SecretsKind.SESSION
        self._passphrase: PassphraseSecrets | None = None
        self._keyring: tuple[bool, str] | None = None

    async def look(self) -> None:
        """Use the keyring, if there is one, unless something else is in force or lies on the disk."""
        if self._store is None and not self._vault.exists() and (await self._see())[0]:
            self._store, self._kind = KeyringSecrets(), SecretsKind.KEYRING

    async def _see(self) -> tuple[bool, str]:
        """Whether there is a usable keyring, and its name. Off the loop: a backend may ask the system."""
        if self._keyring is None:
            self._keyring = await asyncio.get_running_loop().run_in_executor(None, _keyring)
        return self._keyring

    async def place(self) -> KeyringState:
        """What is in force; whether there is a keyring is looked up only where it is the one, since that takes a moment."""
        if self._kind is SecretsKind.KEYRING:
            return await self.state()
        return KeyringState(self._kind, False, "", vault=self._kind is SecretsKind.PASSPHRASE)

    async def state(self) -> KeyringState:
        usable, name = await self._see()
        return KeyringState(self._kind, usable, name, vault=self._vault.exists())

    async def choose(self, kind: SecretsKind, passphrase: str) -> bool:
        """Use this kind from now on; False when the passphrase does not open the file that is here."""
        if kind is SecretsKind.PASSPHRASE:
            store = PassphraseSecrets(self._vault, passphrase)
            if not await store.open():
                await store.close()
                return False
            await self.close()
            self._passphrase = store
            self._store, self._kind = store, kind
            return True
        if kind is SecretsKind.KEYRING and not (await self._see())[0]:
            return False
        self._store = KeyringSecrets() if kind is SecretsKind.KEYRING else MemorySecrets()
        self._kind = kind
        return True

    async def get(self, name: str) -> str | None:
        return await self._held().get(name)

    async def put(self, name: str, value: str) -> None:
        await self._held().put(name, value)

    async def delete(self, name: str) -> None:
        await self._held().delete(name)

    def _held(self) -> Secrets:
        if self._store is None:
            raise NoKeyring("no place for secrets was chosen")
        return self._store

    async def close(self) -> None:
        """Shut the file under the passphrase, if it is open."""
        if self._passphrase is not None:
            await self._passphrase.close()
            self._passphrase = None


def _keyring() -> tuple[bool, str]:
    backend = system_backend()
    return usable_backend(backend), str(getattr(backend, "name", type(backend).__name__))
