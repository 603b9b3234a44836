"""Kills lose and double nothing, and the same harness sees the bugs that are planted for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FAULTS = ("lost", "doubled", "unseen", "fen_apart")


def crash(*options: str) -> tuple[int, dict[str, int]]:
    """Run the harness in a clean process, as CI and people do; returns its exit code and its figures."""
    command = [sys.executable, "-m", "tests.crash.outbox", "--json", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=170, check=False)
    assert done.stdout, done.stderr
    count: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return done.returncode, count


@pytest.mark.parametrize(("repeat", "kills"), [("accept", 40), ("refuse", 20)])
def test_kills_lose_and_double_nothing(repeat: str, kills: int) -> None:
    code, count = crash("--kills", str(kills), "--repeat", repeat)
    assert {name: count[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0), count
    assert (code, count["journal"]) == (0, 0)
    assert count["kills"] >= kills
    assert count["effects"] > kills // 4


@pytest.mark.parametrize(("plant", "fault"), [("naive_retry", "doubled"), ("no_expectation", "unseen")])
def test_a_planted_bug_is_caught(plant: str, fault: str) -> None:
    code, count = crash("--kills", "25", "--plant", plant)
    assert code == 1
    assert count[fault] > 0, count
