"""Kills the money path again and again, then holds the platform's ledger against what the desktop wrote down.

    python -m tests.crash.outbox --kills 500 --json [--plant NAME] [--seed S] [--repeat accept|refuse] [--pairs]

Prints one JSON object on its last line; `lost, doubled, unseen, fen_apart` are 0 for the program as it is, and not for any plant.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.crash.client import Life, run
from tests.crash.plants import PLANTS
from xingtu_desktop.core.crashpoint import CRASH_POINTS

ROOT = Path(__file__).resolve().parents[2]
CAN_FORK = sys.platform == "linux"
_LONGEST_DRAIN = 600.0


class LedgerProcess:
    """The ledger and a line to it."""

    def __init__(self, seed: int, repeat: str) -> None:
        command = [sys.executable, "-m", "tests.crash.ledger", "--seed", str(seed), "--repeat", repeat]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self._line = socket.create_connection(("127.0.0.1", self.port))
        self._answers = self._line.makefile("r", encoding="utf-8")

    def ask(self, **ask: Any) -> dict[str, Any]:
        self._line.sendall(json.dumps(ask).encode() + b"\n")
        answer: dict[str, Any] = json.loads(self._answers.readline())
        return answer

    def close(self) -> None:
        self._answers.close()
        self._line.close()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


class Child:
    """One life in a process: forked from this clean, pre-imported parent, or spawned where that is not safe."""

    def __init__(self, life: Life) -> None:
        read_end, write_end = os.pipe()
        self._out = read_end
        self._spawned: subprocess.Popen[str] | None = None
        if CAN_FORK:
            self._pid = os.fork()
            if self._pid == 0:
                _as_child(life, write_end)
        else:
            self._spawned = subprocess.Popen(
                [sys.executable, "-m", "tests.crash.client"], cwd=ROOT, stdin=subprocess.PIPE, stdout=write_end, text=True
            )
            assert self._spawned.stdin is not None
            self._spawned.stdin.write(json.dumps(asdict(life)) + "\n")
            self._spawned.stdin.close()
        os.close(write_end)

    def finish(self, seconds: float, *, from_open: bool = True) -> tuple[bool, list[dict[str, Any]]]:
        """Kill it `seconds` after it opened its file (or after its birth) unless it ended before.

        Returns whether it was killed (by us or by itself) and what it said.
        """
        said = b""
        if from_open:
            # Its first line says that the file is open; without this most random moments would fall into the opening.
            said = os.read(self._out, 1 << 16)
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if select.select([self._out], [], [], left)[0]:
                chunk = os.read(self._out, 1 << 16)
                if not chunk:
                    break
                said += chunk
        killed = self._end()
        while chunk := os.read(self._out, 1 << 16):
            said += chunk
        os.close(self._out)
        # A line cut by the kill was never read by anybody.
        whole = said[: said.rfind(b"\n") + 1]
        return killed, [json.loads(line) for line in whole.splitlines()]

    def _end(self) -> bool:
        if self._spawned is not None:
            self._spawned.kill()
            return self._spawned.wait() != 0
        os.kill(self._pid, signal.SIGKILL)
        _, status = os.waitpid(self._pid, 0)
        return os.WIFSIGNALED(status)


def _as_child(life: Life, out: int) -> None:
    code = 1
    try:
        run(life, out)
        code = 0
    except BaseException as error:
        print(f"a life ended with {error!r}", file=sys.stderr, flush=True)
    finally:
        os._exit(code)


@dataclass(slots=True)
class Told:
    """What the person was told, and what the other side did meanwhile."""

    saved: dict[str, int] = field(default_factory=dict)
    """Batch → the order or campaign that it was about."""
    undoing: set[int] = field(default_factory=set)
    """Asked to be taken back; a kill may keep us from hearing whether it was."""
    undone: set[int] = field(default_factory=set)
    mutated: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Count:
    kills: int
    lost: int
    doubled: int
    unseen: int
    fen_apart: int
    intents: int
    effects: int
    points: int
    """How many different crash points ended a life."""
    journal: int
    """1 when the journal's chain is broken."""
    seconds: float

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.unseen or self.fen_apart or self.journal)


def crash(*, kills: int, seed: int, plant: str | None, repeat: str, pairs: bool = False) -> Count:
    """Run lives until `kills` were killed (with `pairs`: every pair of crash points in a row), then one to the end, and count."""
    started, rng, told = time.monotonic(), random.Random(seed), Told()
    ledger = LedgerProcess(seed, repeat)
    points: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="xingtu-crash-") as folder:
        work = str(Path(folder) / "work.db")
        try:
            done = 0
            plan = _pairs() if pairs else None
            while done < kills:
                point = next(plan, None) if plan is not None else _some_point(rng)
                if plan is not None and point is None:
                    break
                life = _life(work, ledger, rng, plant, point)
                # A named point is waited for; a random moment is mostly soon, and sometimes late enough for reads after Q.
                soon = rng.random() < 0.75
                longest = 1.2 if pairs else 0.5 if point is not None else rng.uniform(0.005, 0.12) if soon else rng.uniform(0.3, 1.2)
                before = time.monotonic()
                killed, said = Child(life).finish(longest, from_open=point is not None or rng.random() < 0.85)
                done += killed
                if point is not None and killed and time.monotonic() - before < longest:
                    points.add(point)
                _note(told, said)
                _meddle(told, ledger, rng)
            said = _last_life(Life(work, ledger.port, seed, plant, last=True))
            effects = ledger.ask(op="dump")["effects"]
        finally:
            ledger.close()
    return _count(done, told, said, effects, len(points), started)


def _some_point(rng: random.Random) -> str | None:
    return rng.choice(CRASH_POINTS) if rng.random() < 0.5 else None


def _pairs() -> Iterator[str]:
    return itertools.chain.from_iterable(itertools.product(CRASH_POINTS, repeat=2))


def _life(work: str, ledger: LedgerProcess, rng: random.Random, plant: str | None, point: str | None) -> Life:
    orders = [ledger.ask(op="add", kind="order")["id"] for _ in range(rng.randrange(1, 4))]
    campaigns = [ledger.ask(op="add", kind="campaign")["id"]] if rng.random() < 0.4 else []
    nth = rng.choice([1, 1, 2, 3]) if point is not None else 1
    return Life(work, ledger.port, rng.randrange(2**31), plant, orders, campaigns, point, nth)


def _note(told: Told, said: list[dict[str, Any]]) -> None:
    for line in said:
        if "saved" in line:
            told.saved[line["batch"]] = line["saved"]
        elif "undoing" in line:
            told.undoing.add(line["undoing"])
        elif "undone" in line:
            told.undone.add(line["order"])


def _meddle(told: Told, ledger: LedgerProcess, rng: random.Random) -> None:
    """The creator or the platform changes something that the person has decided on."""
    recent = list(told.saved.values())[-6:]
    if recent and rng.random() < 0.5:
        key = rng.choice(recent)
        if ledger.ask(op="mutate", id=key)["changed"]:
            told.mutated.add(key)


def _last_life(life: Life) -> list[dict[str, Any]]:
    killed, said = Child(life).finish(_LONGEST_DRAIN)
    if killed or not any("journal_broken_at" in line for line in said):
        raise SystemExit("the last life did not come to its end")
    return said


def _count(kills: int, told: Told, said: list[dict[str, Any]], effects: list[dict[str, Any]], points: int, started: float) -> Count:
    intents = [line for line in said if "intent" in line]
    by_key = {(one["op"], one["id"]): one for one in intents}
    happened: Counter[tuple[str, int]] = Counter((one["op"], one["id"]) for one in effects)
    known = {one["batch"] for one in intents}
    lost = sum(batch not in known for batch in told.saved)
    doubled = unseen = 0
    for key, one in by_key.items():
        times = happened[key]
        doubled += max(times - 1, 0)
        if one["state"] == "done":
            lost += times == 0
        else:
            unseen += times > 0
            # Ended without an effect: only because it was taken back or because what was seen had changed.
            lost += times == 0 and key[1] not in told.undoing and key[1] not in told.mutated
        unseen += times > 0 and one["state"] == "done" and key[1] in told.undone
    for effect in effects:
        intent = by_key.get((effect["op"], effect["id"]))
        if intent is None:
            unseen += 1
        elif effect["op"] != "pay":
            unseen += (intent["hash"], intent["amount"]) != (effect["hash"], effect["amount"])
    paid = sum(effect["amount"] for effect in effects if effect["op"] == "pay")
    written = sum(one["paid"] or 0 for one in intents if one["op"] == "pay" and one["state"] == "done")
    beyond = sum(
        max(effect["amount"] - by_key[("pay", effect["id"])]["amount"], 0)
        for effect in effects
        if effect["op"] == "pay" and ("pay", effect["id"]) in by_key
    )
    broken = any(line.get("journal_broken_at") is not None for line in said)
    seconds = round(time.monotonic() - started, 1)
    return Count(kills, lost, doubled, unseen, abs(paid - written) + beyond, len(intents), len(effects), points, int(broken), seconds)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--plant", choices=sorted(PLANTS))
    options.add_argument("--repeat", choices=("accept", "refuse"), default="accept", help="what the platform does with a second call")
    options.add_argument("--pairs", action="store_true", help="visit every crash point after every other instead of random ones")
    options.add_argument("--json", action="store_true", help="only the JSON line")
    chosen = options.parse_args()
    kills = 10**9 if chosen.pairs else chosen.kills
    count = crash(kills=kills, seed=chosen.seed, plant=chosen.plant, repeat=chosen.repeat, pairs=chosen.pairs)
    if not chosen.json:
        print("clean" if count.clean else "NOT clean")
    print(json.dumps(asdict(count)))
    return 0 if count.clean else 1


if __name__ == "__main__":
    raise SystemExit(main())
