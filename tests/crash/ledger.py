"""The other side, in a process of its own: late effects, lost answers, lagging reads; a client's death cancels nothing that it sent.

One JSON object a line in, one a line out, over loopback. `python -m tests.crash.ledger --seed 1 --repeat accept` prints its port.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import copy
import hashlib
import json
import random
import sys
import time
from typing import Any

LATENCY = 0.45
"""Seconds: an effect comes at most this long after its request left, or never (a gateway gives up). Longer than a restart takes."""
SLOW = 0.3
"""Share of the writes whose effect comes after the client has given up or was started again."""
LAG = 0.03
"""Seconds: a read may be this old."""
LOST, FAILED, LIMITED = 0.10, 0.03, 0.02
"""Shares of writes: no answer, an HTTP 5xx after the effect, a limit before it."""

State = dict[str, Any]


class Ledger:
    """Orders with one version under review, campaigns with a bill, and every effect that ever happened."""

    def __init__(self, seed: int, repeat: str) -> None:
        self._rng = random.Random(seed)
        self._repeat = repeat
        self._next = 1000
        self._states: dict[int, list[tuple[float, State]]] = {}
        self._under_way: dict[int, int] = {}
        self.effects: list[State] = []

    def handle_now(self, ask: State) -> State | None:
        """Answer what takes no time; None for a write."""
        match ask["op"]:
            case "add":
                return {"id": self._add(ask["kind"])}
            case "mutate":
                return {"changed": self._mutate(ask["id"])}
            case "read":
                return {"state": self._as_of(ask["id"], time.monotonic() - self._rng.uniform(0, LAG))}
            case "dump":
                return {"effects": self.effects, "under_way": sum(self._under_way.values())}
        return None

    async def write(self, ask: State) -> State | None:
        """Take a write: the effect after a while, the answer after it, or no answer (None)."""
        key, fate = int(ask["id"]), self._rng.random()
        if fate < LIMITED:
            return {"code": 40100}
        self._under_way[key] = self._under_way.get(key, 0) + 1
        try:
            await asyncio.sleep(self._rng.uniform(0.1, LATENCY) if self._rng.random() < SLOW else self._rng.uniform(0, 0.02))
            # The promise that the effect never comes later holds also on a machine that is too busy to keep it.
            answer = self._apply(ask) if time.monotonic() - ask["left"] <= LATENCY else None
        finally:
            self._under_way[key] -= 1
        if fate < LIMITED + FAILED:
            return {"http": 502}
        return answer if fate > LIMITED + FAILED + LOST else None

    def _add(self, kind: str) -> int:
        self._next += 1
        amount = self._rng.randrange(100_000, 2_000_000)
        state: State = {"kind": kind, "status": 41 if kind == "order" else 0, "amount": amount}
        if kind == "order":
            self._next += 1
            state |= {"resource": self._next, "text": f"脚本 {self._next}", "resource_status": 1}
        key = self._next
        self._put(key, state)
        # What is shown is older than any lag.
        self._states[key] = [(0.0, state)]
        return key

    def _mutate(self, key: int) -> str:
        """The creator uploads again, or the amount moves; not while a request to it is on its way."""
        state = copy.copy(self._now(key))
        open_status = 41 if state["kind"] == "order" else 0
        if self._under_way.get(key) or state["status"] != open_status:
            return ""
        if state["kind"] == "order" and self._rng.random() < 0.6:
            self._next += 1
            state |= {"resource": self._next, "text": f"脚本 {self._next}"}
        else:
            state["amount"] += self._rng.choice([1, 100, 50_000])
        self._put(key, state)
        return "changed"

    def _apply(self, ask: State) -> State:
        key = int(ask["id"])
        state = copy.copy(self._now(key))
        if ask["op"] == "pay":
            if state["status"] != 0 and self._repeat == "refuse":
                return {"code": 40001}
            state["status"] = -1
            self._put(key, state)
            self._note(ask, key, state)
            return {"code": 0, "paid": state["amount"]}
        done, to = (3, 43) if ask["op"] == "approve" else (2, 42)
        if ask["resource"] != state["resource"]:
            return {"code": 40001}
        again = state["resource_status"] == done and self._repeat == "accept"
        if state["resource_status"] != 1 and not again:
            return {"code": 40001}
        state |= {"resource_status": done, "status": to}
        self._put(key, state)
        self._note(ask, key, state)
        return {"code": 0}

    def _note(self, ask: State, key: int, state: State) -> None:
        text = state.get("text")
        name = None if text is None else hashlib.sha256(text.encode()).hexdigest()
        self.effects.append({"op": ask["op"], "id": key, "hash": name, "amount": state["amount"]})

    def _now(self, key: int) -> State:
        return self._states[key][-1][1]

    def _put(self, key: int, state: State) -> None:
        self._states.setdefault(key, []).append((time.monotonic(), state))

    def _as_of(self, key: int, instant: float) -> State:
        return next(state for at, state in reversed(self._states[key]) if at <= instant)


async def serve(seed: int, repeat: str) -> None:
    """Serve until the parent closes our stdin."""
    ledger = Ledger(seed, repeat)
    writing: set[asyncio.Task[None]] = set()

    async def answer_write(ask: State, writer: asyncio.StreamWriter) -> None:
        answer = await ledger.write(ask)
        if answer is not None:
            with contextlib.suppress(OSError):
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError):
            while line := await reader.readline():
                ask = json.loads(line)
                answer = ledger.handle_now(ask)
                if answer is not None:
                    writer.write(json.dumps(answer).encode() + b"\n")
                    await writer.drain()
                else:
                    task = asyncio.get_running_loop().create_task(answer_write(ask, writer))
                    writing.add(task)
                    task.add_done_callback(writing.discard)
        # The client may be dead; what it sent goes on, in a task of its own.
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(2 * LATENCY)
        writer.close()

    server = await asyncio.start_server(visit, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--repeat", choices=("accept", "refuse"), default="accept")
    chosen = options.parse_args()
    asyncio.run(serve(chosen.seed, chosen.repeat))
