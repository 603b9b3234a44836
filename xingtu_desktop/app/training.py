"""A training server of the program's own: its process, the way to it, its clock, and its controls."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.config import ServerConfig
from xingtu_desktop.core.errors import Offline
from xingtu_desktop.domain.account import AppCredentials, Tokens

_START_SECONDS = 60.0
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Invitation:
    """The first line of a training server: where it is and how to enter."""

    url: str
    app: AppCredentials
    star_id: int
    access_token: str
    refresh_token: str

    @classmethod
    def read(cls, line: str) -> Invitation:
        said = json.loads(line)
        return cls(
            url=said["url"],
            app=AppCredentials(said["app_id"], said["secret"]),
            star_id=said["star_id"],
            access_token=said["access_token"],
            refresh_token=said["refresh_token"],
        )

    def server(self) -> ServerConfig:
        """How the program connects to it."""
        return ServerConfig(
            api_url=self.url,
            authorize_url=f"{self.url}/openapi/audit/oauth.html",
            feed_url=f"{self.url}/sandbox/feed",
            events_url=f"{self.url}/sandbox/events",
            control_url=f"{self.url}/sandbox/control",
        )

    def tokens(self, now: datetime) -> Tokens:
        """The pair that came with the invitation, taken to hold for as long as the platform's usually do."""
        return Tokens(self.access_token, now + timedelta(hours=23), self.refresh_token, now + timedelta(days=29))


class TrainingServer:
    """One running training server; it ends with this program, also when this program is killed."""

    def __init__(self, process: subprocess.Popen[str], invitation: Invitation) -> None:
        self._process = process
        self.invitation = invitation

    @classmethod
    def start(cls, *, creators: int, seed: int, speed: float, options: tuple[str, ...] = ()) -> TrainingServer:
        """Start it and wait for its first line; blocks, so call it before a window exists or off its thread."""
        module = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "xingtu_desktop"]
        command = [
            *module,
            "sandbox",
            "--port=0",
            "--exit-with-parent",
            f"--creators={creators}",
            f"--seed={seed}",
            f"--speed={speed}",
            *options,
        ]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONUTF8": "1"},
        )
        watchdog = threading.Timer(_START_SECONDS, process.kill)
        watchdog.start()
        try:
            line = process.stdout.readline() if process.stdout else ""
        finally:
            watchdog.cancel()
            watchdog.join()
        try:
            return cls(process, Invitation.read(line))
        except (ValueError, KeyError) as error:
            process.kill()
            process.communicate()
            raise Offline(f"the training server did not start: {line[:200]!r}") from error

    def stop(self) -> None:
        """End it; blocks for a few seconds at most."""
        try:
            self._process.communicate(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


class Control:
    """The controls of a training server; each call blocks for a moment, `ask` does so off the loop."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self._host, self._port, self._prefix = where.hostname or "127.0.0.1", where.port, where.path

    def call(self, path: str, body: Mapping[str, object] | None = None) -> dict[str, object]:
        """POST with a body, else GET; the JSON object that came back. Offline when nobody answers."""
        import http.client  # here, since only training asks for it and every start would wait

        connection = http.client.HTTPConnection(self._host, self._port, timeout=30)
        try:
            connection.request(
                "GET" if body is None else "POST",
                f"{self._prefix}/{path}",
                None if body is None else json.dumps(body),
                {"Content-Type": "application/json"},
            )
            answer = connection.getresponse()
            text = answer.read()
        except OSError as error:
            raise Offline(str(error)) from error
        finally:
            connection.close()
        found = json.loads(text) if text else {}
        if answer.status >= 300 or not isinstance(found, dict):
            raise Offline(f"control {path} answered {answer.status}: {text[:300]!r}")
        return found

    async def ask(self, path: str, body: Mapping[str, object] | None = None) -> dict[str, object]:
        return await asyncio.get_running_loop().run_in_executor(None, lambda: self.call(path, body))


class PlatformClock:
    """The training server's clock, read once in a while and run on from there."""

    def __init__(self, real: Clock) -> None:
        self._real = real
        self._at = real.now()
        self._platform = self._at
        self._speed = 1.0

    def set(self, platform_seconds: float, speed: float) -> None:
        """What the server's clock said just now."""
        self._at = self._real.now()
        self._platform = datetime.fromtimestamp(platform_seconds, UTC)
        self._speed = speed

    def now(self) -> datetime:
        return self._platform + (self._real.now() - self._at) * self._speed

    def monotonic(self) -> float:
        return self._real.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._real.sleep(seconds)
