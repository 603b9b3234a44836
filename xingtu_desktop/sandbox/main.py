"""The sandbox's command line: binds a port, says in one JSON line where it is and how to sign in, and serves until it is told to end."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from xingtu_desktop.sandbox import oauth
from xingtu_desktop.sandbox.control import apply_faults
from xingtu_desktop.sandbox.faults import FaultError
from xingtu_desktop.sandbox.records import Account
from xingtu_desktop.sandbox.server import Sandbox, build_world
from xingtu_desktop.sandbox.world import World


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="xingtu-desktop sandbox", description="A stand-in for the Xingtu platform on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (0: any free one)")
    parser.add_argument("--creators", type=int, default=10_000, help="size of the creator catalog")
    parser.add_argument("--seed", type=int, default=1, help="decides everything that the other side does")
    parser.add_argument("--speed", type=float, default=0.0, help="virtual seconds per real second (0: only when told)")
    parser.add_argument("--start", type=int, default=None, help="virtual unix seconds to begin at (default: now)")
    parser.add_argument("--faults", type=Path, default=None, help="JSON file of faults (resources/data/sandbox_faults.schema.json)")
    parser.add_argument("--ledger", type=Path, default=None, help="keep the ledger in this file and go on from it")
    parser.add_argument("--record", type=Path, default=None, help="append every official exchange to this file, one JSON line each")
    parser.add_argument("--exit-with-parent", action="store_true", help="end when standard input closes")
    return parser.parse_args(argv)


def first_line(world: World) -> dict[str, object]:
    """What a client needs to start: address, app, account and a valid token pair."""
    grant = oauth.issue_pair(world)
    accounts = world.ledger.select(Account, "account_type = 'PLATFORM_ROLE_STAR' AND is_valid = 1 ORDER BY created, star_id")
    return {
        "url": world.base_url,
        "app_id": world.app_id,
        "secret": world.app_secret,
        "star_id": accounts[0].star_id,
        "star_ids": [account.star_id for account in accounts],
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "now": world.now(),
        "seed": world.seed,
        "creators": world.creators,
    }


class _Server(uvicorn.Server):
    """Says the first line once it serves, and takes a signal as the wish to end well (exit code 0)."""

    def __init__(self, config: uvicorn.Config, world: World) -> None:
        super().__init__(config)
        self._world = world

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        kept = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(json.dumps(first_line(self._world)) + "\n")
        sys.stdout.flush()


def main(argv: Sequence[str]) -> int:
    """Serve until SIGTERM, SIGINT or, where asked, the end of standard input. 0 after a clean end, 2 for arguments that cannot be used."""
    arguments = _arguments(argv)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    try:
        # Named as TCP so that asyncio sets TCP_NODELAY on what it accepts: without it every answer waits 40 ms for an ACK.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", arguments.port))
        faults = json.loads(arguments.faults.read_text(encoding="utf-8")) if arguments.faults else {}
        world = build_world(
            seed=arguments.seed,
            creators=arguments.creators,
            speed=arguments.speed,
            start=arguments.start,
            ledger_path=str(arguments.ledger) if arguments.ledger else ":memory:",
        )
        world.faults.set([], arguments.seed)
        apply_faults(world, faults)
        if arguments.record:
            world.recorder.start(str(arguments.record))
    except (OSError, FaultError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 2
    world.base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        Sandbox(world), log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=2, ws="none", server_header=False
    )
    server = _Server(config, world)
    if arguments.exit_with_parent:
        threading.Thread(target=_end_with_input, args=(server,), name="stdin", daemon=True).start()
    asyncio.run(server.serve([listening]))
    world.recorder.stop()
    world.ledger.close()
    return 0


def _end_with_input(server: uvicorn.Server) -> None:
    # Not through sys.stdin, whose lock this thread would still hold when the interpreter ends.
    while os.read(0, 4096):
        continue
    server.should_exit = True
