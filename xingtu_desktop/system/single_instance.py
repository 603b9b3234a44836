"""Lets one program write to a data folder: the first start holds a lock, a later one asks it to show itself and ends."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import os
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

_ASK_SECONDS = 2.0
_LINE = 256


class SingleInstance:
    """The claim of one process on one data folder. The lock is the operating system's, so a killed program leaves none behind."""

    def __init__(self, folder: Path) -> None:
        self._lock = FileLock(folder / "running.lock", mode=0o600, thread_local=False)
        self._address = folder / "running.json"
        self._folder = folder
        self._server: asyncio.Server | None = None
        self._key = secrets.token_hex(16)
        self._visitors: set[asyncio.Task[None]] = set()

    def claim(self) -> bool:
        """Take the folder; False when another program holds it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        return True

    async def listen(self, on_show: Callable[[], None]) -> None:
        """Call `on_show` when a later start asks for it; call after a successful `claim`."""

        async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._visitors.add(task)
            try:
                with contextlib.suppress(TimeoutError, OSError, ValueError):
                    async with asyncio.timeout(_ASK_SECONDS):
                        line = (await reader.readline()).strip()
                        if hmac.compare_digest(line, self._key.encode()):
                            on_show()
                            writer.write(b"shown\n")
                            await writer.drain()
            except asyncio.CancelledError:
                pass
            finally:
                self._visitors.discard(task)
                writer.close()
                with contextlib.suppress(OSError, asyncio.CancelledError):
                    await writer.wait_closed()

        self._server = await asyncio.start_server(visit, "127.0.0.1", 0, limit=_LINE)
        port = self._server.sockets[0].getsockname()[1]
        fresh = self._address.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            json.dump({"port": port, "key": self._key}, file)
        os.replace(fresh, self._address)

    def ask_to_show(self) -> bool:
        """Ask the program that holds the folder to show itself; whether it said so. Blocks for 2 s at most; call before a window exists."""
        try:
            told = json.loads(self._address.read_text(encoding="ascii"))
            port, key = int(told["port"]), str(told["key"])
            with socket.create_connection(("127.0.0.1", port), timeout=_ASK_SECONDS) as line:
                line.sendall(key.encode("ascii") + b"\n")
                return line.recv(16).strip() == b"shown"
        except (OSError, ValueError, KeyError, TypeError):
            return False

    async def close(self) -> None:
        """Stop listening and let the folder go; safe to call twice."""
        if self._server is not None:
            server, self._server = self._server, None
            server.close()
            for visitor in list(self._visitors):
                visitor.cancel()
            await asyncio.gather(*self._visitors, return_exceptions=True)
            await server.wait_closed()
            with contextlib.suppress(OSError):
                self._address.unlink()
        self._lock.release()
