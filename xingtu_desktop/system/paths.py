"""Where the program keeps things: one data folder, below it a folder for each account."""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from xingtu_desktop.domain.ids import StarId

APP_NAME = "xingtu-desktop"


@dataclass(frozen=True, slots=True)
class DataFolders:
    """The folders of one profile. Nothing is made until it is asked for with `make`."""

    root: Path

    @classmethod
    def default(cls) -> DataFolders:
        """The user's own data folder on this system."""
        return cls(Path(platformdirs.user_data_dir(APP_NAME, appauthor=False)))

    @classmethod
    def at(cls, folder: Path | None) -> DataFolders:
        """`folder` where one is named, else the default."""
        return cls.default() if folder is None else cls(folder.expanduser().absolute())

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def vault(self) -> Path:
        """Secrets under a passphrase, where the person chose that."""
        return self.root / "secrets.db"

    def account(self, star_id: StarId) -> Path:
        """Databases and media of one account."""
        return self.root / "accounts" / str(int(star_id))

    def make(self, folder: Path) -> Path:
        """Make `folder` (below the root) for this user alone, and return it."""
        folder.relative_to(self.root)
        for part in (self.root, *reversed([p for p in folder.parents if self.root in p.parents]), folder):
            part.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def install_id(self) -> str:
        """The id of this installation, written once.

        It is bound to the computer where the system names one, so that a profile copied to another computer gets a new id there and
        sends nothing that was queued here.
        """
        self.make(self.root)
        file = self.root / "install_id"
        computer = _computer()
        try:
            kept, _, where = file.read_text(encoding="ascii").strip().partition(" ")
            if where == computer and str(uuid.UUID(kept)) == kept:
                return kept
        except (FileNotFoundError, ValueError):
            pass
        install = str(uuid.uuid4())
        fresh = file.with_suffix(".new")
        fresh.write_text(f"{install} {computer}\n", encoding="ascii")
        os.replace(fresh, file)
        return install


def _computer() -> str:
    """A short digest of the system's own name for this computer, "-" where it has none. Network addresses change and are not used."""
    try:
        told = _system_id()
    except (OSError, AttributeError):
        told = b""
    return hashlib.sha256(b"xingtu-desktop" + told).hexdigest()[:16] if told else "-"


def _system_id() -> bytes:
    if sys.platform == "win32":
        import winreg

        access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography", 0, access) as key:
            return str(winreg.QueryValueEx(key, "MachineGuid")[0]).encode()
    if sys.platform == "darwin":
        name = ctypes.create_string_buffer(16)
        no_wait = (ctypes.c_long * 2)(1, 0)
        return name.raw if ctypes.CDLL(None).gethostuuid(name, ctypes.byref(no_wait)) == 0 else b""
    return Path("/etc/machine-id").read_bytes().strip()
