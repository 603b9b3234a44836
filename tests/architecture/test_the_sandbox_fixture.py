"""Owns the proof that the sandbox fixture starts a real process, talks to it, and leaves none behind."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.sandbox import ROOT, SandboxFailed, SandboxProcess, StartSandbox


def test_the_first_line_names_what_a_client_needs(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox("--creators", "50", "--seed", "3")

    assert sandbox.info.keys() >= {"url", "app_id", "secret", "star_id", "access_token"}
    assert isinstance(sandbox.info["app_id"], int)
    assert isinstance(sandbox.info["star_id"], int)
    status, _, _ = sandbox.request("GET", "/sandbox/control/nothing-of-this-name")
    assert status == 404


def test_a_sandbox_that_died_fails_its_test(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox("--creators", "50")
    sandbox._process.kill()
    sandbox._process.wait()

    with pytest.raises(SandboxFailed, match="died with code"):
        sandbox.stop()


def test_wrong_options_are_shown_and_not_waited_for(start_sandbox: StartSandbox) -> None:
    with pytest.raises(SandboxFailed, match="--no-such-option"):
        start_sandbox("--no-such-option")


def test_it_ends_with_whoever_started_it(start_sandbox: StartSandbox) -> None:
    sandbox: SandboxProcess = start_sandbox("--creators", "50")
    assert sandbox._process.stdin is not None

    sandbox._process.stdin.close()

    assert sandbox._process.wait(10) is not None
    sandbox.stop(check=False)
    probe = subprocess.run(
        [sys.executable, "-c", "import os, sys; os.kill(int(sys.argv[1]), 0)", str(sandbox.pid)], cwd=ROOT, capture_output=True
    )
    assert probe.returncode != 0
