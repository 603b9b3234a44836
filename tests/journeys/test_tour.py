"""The tour as a stranger starts it: one command without a screen, every step held, and pictures that show something."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.shots import colours

STEPS = (
    "welcome", "sign-in", "enter", "first-sync", "search", "sort", "profile", "shortlist", "offline", "brief", "rewrite", "pre-flight",
    "order", "restart", "drain", "scripts", "batch", "batch-committed", "videos", "videos-approved", "publish", "charts", "finish",
    "today", "settings", "books",
)  # fmt: skip


def _tour(out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "xingtu_desktop", "tour", "--out", str(out), *options],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )


@pytest.mark.timeout(300)
def test_the_tour_goes_through_the_whole_day_and_every_step_holds(tmp_path: Path, qapp: object) -> None:
    out = tmp_path / "tour"
    run = _tour(out, "--creators", "2000", "--size", "1280x800")
    told = json.loads((out / "tour.json").read_text(encoding="utf-8"))
    failed = {step["name"]: step.get("reason") for step in told["steps"] if not step["ok"]}
    assert failed == {}, run.stdout + run.stderr
    assert (told["ok"], run.returncode) == (True, 0)
    assert tuple(step["name"] for step in told["steps"]) == STEPS
    counts = {step["name"]: step["counts"] for step in told["steps"]}
    assert counts["first-sync"]["creators"] == counts["first-sync"]["creators_in_the_feed"] >= 2000
    assert counts["search"]["hits"] == counts["search"]["hits_in_the_feed"] > 0
    assert counts["drain"]["orders_placed"] == counts["order"]["orders"] >= 2
    assert counts["drain"]["fen_paid"] == counts["drain"]["fen_of_the_ledger"] > 0
    assert counts["books"]["difference_fen"] == counts["books"]["effects_twice"] == 0
    for step in told["steps"]:
        assert colours(out / step["picture"]) > 20, f"{step['picture']} is blank"


def test_a_tour_that_cannot_be_taken_says_so_by_its_exit_code(tmp_path: Path) -> None:
    (tmp_path / "tour").write_text("a file is in the way", encoding="utf-8")
    assert _tour(tmp_path / "tour", "--creators", "200").returncode != 0
