"""Fetches the files behind resource addresses: allow-listed hosts, capped size, no tokens: implements services.ports.MediaFetcher."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from xingtu_desktop.api.exchange import nothing_sent
from xingtu_desktop.api.transport import Transport
from xingtu_desktop.core.errors import NotThePlatform

PLATFORM_HOSTS = (
    "oceanengine.com",
    "xingtu.cn",
    "douyin.com",
    "douyinvod.com",
    "douyinpic.com",
    "douyinstatic.com",
    "iesdouyin.com",
    "byteimg.com",
    "bytecdn.cn",
    "amemv.com",
    "snssdk.com",
    "pstatp.com",
    "zjcdn.com",
    "tos-cn-beijing.volces.com",
)
"""Domains of the platform's files; each stands for itself and what is below it."""
FETCH_SECONDS = 120.0


class MediaClient:
    """Fetches over https from known hosts; over http only from the server itself when that is a loopback one (training)."""

    def __init__(self, transport: Transport, *, hosts: Iterable[str] = PLATFORM_HOSTS, timeout: float = FETCH_SECONDS) -> None:
        self._transport = transport
        self._own = urlsplit(transport.base_url)
        self._hosts = tuple(hosts)
        self._timeout = timeout

    def allowed(self, url: str) -> bool:
        """Whether files may come from `url`."""
        try:
            where = urlsplit(url)
            host, port = where.hostname or "", where.port
        except ValueError:
            return False
        if where.username is not None or where.password is not None:
            return False
        if where.scheme == self._own.scheme and host == self._own.hostname and port == self._own.port:
            return True
        return where.scheme == "https" and port in (None, 443) and any(host == name or host.endswith(f".{name}") for name in self._hosts)

    async def fetch(self, url: str, *, max_bytes: int) -> bytes:
        """The bytes; an address without a host is below the server's own. NotThePlatform: not an allowed address, or too large."""
        try:
            full = urljoin(f"{self._transport.base_url}/", url)
        except ValueError as error:
            raise nothing_sent(NotThePlatform("the address of the file cannot be read")) from error
        return await self._transport.download(full, max_bytes=max_bytes, allowed=self.allowed, timeout=self._timeout)
