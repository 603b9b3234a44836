"""A network cable: a TCP line on 127.0.0.1 to one server that can be unplugged and plugged in again, for the tour and for tests.

Unplugged, nobody listens and what was open is cut, as when a laptop leaves the office. The address stays the same, so the program behind
it notices nothing but the network. Addresses of the server inside answers are rewritten to those of the cable.
"""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import urlsplit

from xingtu_desktop.core.errors import BugError

_PIECE = 64 * 1024


class Cable:
    """A line to the server at `url`. `plug` it before use, `unplug` it at any moment, `plug` it again."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        if where.hostname is None or where.port is None:
            raise BugError(f"a cable needs a host and a port, not {url!r}")
        self._host, self._server_port, self._port = where.hostname, where.port, 0
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """Where the program connects to; known after the first `plug`."""
        return f"http://{self._host}:{self._port}"

    @property
    def plugged(self) -> bool:
        return self._server is not None

    async def plug(self) -> None:
        """Let connections through."""
        self._server = await asyncio.start_server(self._connected, self._host, self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        if len(str(self._port)) != len(str(self._server_port)):
            # Bodies keep their length when an address is rewritten; ephemeral ports have five digits everywhere.
            raise BugError(f"ports {self._port} and {self._server_port} differ in length")

    async def unplug(self) -> None:
        """Cut everything at once and refuse what comes; safe to call twice."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        if self._lines:
            await asyncio.wait(set(self._lines))
        if server is not None:
            await server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        if line is None:
            raise BugError("a connection is served by a task")
        self._lines.add(line)
        self._writers.add(writer)
        try:
            far_reader, far_writer = await asyncio.open_connection(self._host, self._server_port)
            self._writers.add(far_writer)
            try:
                there = self._carry(reader, far_writer, b"", b"")
                back = self._carry(far_reader, writer, f":{self._server_port}/".encode(), f":{self._port}/".encode())
                await asyncio.gather(there, back)
            finally:
                self._writers.discard(far_writer)
                await _end(far_writer)
        except OSError:
            # The server is gone: the program sees a cut line.
            writer.transport.abort()
        finally:
            self._writers.discard(writer)
            self._lines.discard(line)
            await _end(writer)

    @staticmethod
    async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter, old: bytes, new: bytes) -> None:
        """Pass bytes on until one end closes; `old` becomes `new`, also where a read ends in its middle."""
        kept = b""
        with contextlib.suppress(OSError):
            while piece := await source.read(_PIECE):
                piece = kept + piece
                kept = b""
                if old:
                    piece = piece.replace(old, new)
                    tail = next((n for n in range(min(len(old) - 1, len(piece)), 0, -1) if old.startswith(piece[-n:])), 0)
                    piece, kept = (piece[:-tail], piece[-tail:]) if tail else (piece, b"")
                target.write(piece)
                await target.drain()
            target.write(kept)
        with contextlib.suppress(OSError):
            # A line that ends on one side ends on both: nothing here uses half-closed connections.
            target.close()


async def _end(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
