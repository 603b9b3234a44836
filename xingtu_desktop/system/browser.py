"""Opens addresses in the system's browser, if they are allowed: implements services.ports.Browser; there is no other way out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

KNOWN_HOSTS = ("oceanengine.com", "xingtu.cn", "douyin.com", "iesdouyin.com", "github.com")
"""Domains that the program opens; each stands for itself and what is below it."""
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_LONGEST = 4096


def open_with_desktop(address: str) -> bool:
    """Hand the address to the desktop; it returns at once."""
    return QDesktopServices.openUrl(QUrl(address, QUrl.ParsingMode.StrictMode))


class SystemBrowser:
    """https to known hosts; http only to this computer, and only in training."""

    def __init__(
        self, *, training: bool = False, hosts: Iterable[str] = KNOWN_HOSTS, opener: Callable[[str], bool] = open_with_desktop
    ) -> None:
        self._training = training
        self._hosts = tuple(hosts)
        self._opener = opener

    def allowed(self, address: str) -> bool:
        """Whether `address` may be opened."""
        if len(address) > _LONGEST or any(ord(letter) <= 32 or ord(letter) >= 127 or letter == "\\" for letter in address):
            return False
        try:
            where = urlsplit(address)
            host, port = where.hostname or "", where.port
        except ValueError:
            return False
        if where.username is not None or where.password is not None:
            return False
        if where.scheme == "https":
            return port in (None, 443) and any(host == name or host.endswith(f".{name}") for name in self._hosts)
        return where.scheme == "http" and self._training and host in _LOOPBACK

    def open(self, address: str) -> bool:
        """Open it in the system's browser; False when it is refused or the system has none."""
        return self.allowed(address) and self._opener(address)
