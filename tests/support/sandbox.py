"""Owns the sandbox as tests see it: a process of its own, its first line read, its control door, its end."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Generous because two cores may be shared; a healthy sandbox is ready in about a second.
_START_S = 60.0
_STOP_S = 10.0


class SandboxFailed(AssertionError):
    """The sandbox process did not start, answer or end as it should; holds what it wrote."""


class SandboxProcess:
    """One running sandbox. `info` is its first line: url, app_id, secret, star_id, access_token."""

    def __init__(self, options: Sequence[str], folder: Path) -> None:
        self._ended = False
        self._errors = folder / "sandbox.stderr.txt"
        command = [sys.executable, "-m", "xingtu_desktop.sandbox", "--port", "0", "--exit-with-parent", *options]
        environment = {**os.environ, "PYTHONUTF8": "1"}
        with self._errors.open("wb") as errors:
            # Its standard input stays open as long as we live: that is how --exit-with-parent knows.
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
            )
        self.info: dict[str, Any] = self._read_first_line()
        self.url: str = str(self.info["url"])

    def _read_first_line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        # A watchdog rather than a select: Windows cannot select on a pipe.
        watchdog = threading.Timer(_START_S, self._process.kill)
        watchdog.start()
        try:
            line = self._process.stdout.readline()
        finally:
            watchdog.cancel()
            watchdog.join()
        try:
            first = json.loads(line)
        except ValueError:
            self.stop(check=False)
            raise SandboxFailed(f"the sandbox said {line!r} instead of one JSON object\n{self.errors()}") from None
        if not isinstance(first, dict):
            raise SandboxFailed(f"the sandbox's first line is no object: {line!r}")
        return first

    @property
    def pid(self) -> int:
        return self._process.pid

    def errors(self) -> str:
        """The last lines that the sandbox wrote to its error stream."""
        return "\n".join(self._errors.read_text("utf-8", "replace").splitlines()[-40:])

    def request(
        self,
        method: Literal["GET", "POST", "PUT", "DELETE"],
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
        timeout: float = 30.0,
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request to any path; return (status, headers with lower-case names, body)."""
        where = urlsplit(self.url)
        assert where.hostname is not None
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=timeout)
        payload = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            connection.request(method, path, payload, {"Content-Type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def control(self, path: str, payload: object = None, *, method: Literal["GET", "POST", "PUT", "DELETE"] | None = None) -> Any:
        """Call `/sandbox/control/<path>` and return its JSON: POST when there is a payload, else GET. Fails on anything but 2xx."""
        verb = method or ("GET" if payload is None else "POST")
        full = f"/sandbox/control/{path.lstrip('/')}"
        status, _, answer = self.request(verb, full, payload)
        if not 200 <= status < 300:
            raise SandboxFailed(f"{verb} {full} answered {status}: {answer[:500]!r}\n{self.errors()}")
        return json.loads(answer) if answer else None

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._process.kill()
        self.stop(check=False)

    @property
    def ended(self) -> bool:
        """Whether the test itself has stopped or killed it."""
        return self._ended

    def stop(self, *, check: bool = True) -> None:
        """Ask it to end; with `check`, fail if it had already died or does not end in time."""
        died = self._process.poll()
        self._ended = True
        late = False
        if died is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                late = True
                self._process.kill()
                self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        if check and died is not None:
            raise SandboxFailed(f"the sandbox died with code {died} before the test ended\n{self.errors()}")
        if check and late:
            raise SandboxFailed(f"the sandbox did not end within {_STOP_S:.0f} s\n{self.errors()}")


StartSandbox = Callable[..., SandboxProcess]


@pytest.fixture
def start_sandbox(tmp_path: Path) -> Iterator[StartSandbox]:
    """Start sandboxes with options of the test's choice: `start_sandbox("--creators", "500", "--seed", "7")`."""
    running: list[SandboxProcess] = []

    def start(*options: str) -> SandboxProcess:
        folder = tmp_path / f"sandbox-{len(running)}"
        folder.mkdir()
        running.append(SandboxProcess(options, folder))
        return running[-1]

    yield start
    for sandbox in running:
        sandbox.stop(check=not sandbox.ended)


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> SandboxProcess:
    """A fresh sandbox with 200 creators for this test alone; it may change what it likes."""
    return start_sandbox("--creators", "200", "--seed", "1")


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """One sandbox for all tests that only read; whoever writes takes `sandbox`."""
    process = SandboxProcess(("--creators", "200", "--seed", "1"), tmp_path_factory.mktemp("shared-sandbox"))
    yield process
    process.stop()
