"""The sandbox as a process: its first line, its end, its kept ledger, real connections that drop, and its speed."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.sandbox.support import STAR
from tests.support.sandbox import ROOT, SandboxProcess, StartSandbox


def client_of(process: SandboxProcess) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=process.url, headers={"Access-Token": process.info["access_token"]}, trust_env=False)


def test_the_first_line_is_enough_to_start(shared_sandbox: SandboxProcess) -> None:
    info = shared_sandbox.info
    assert all(isinstance(info[name], int) for name in ("app_id", "star_id"))
    assert len(str(info["star_id"])) == 19
    answer = httpx.get(
        f"{info['url']}{STAR}/campaign/list/",
        params={"star_id": info["star_id"]},
        headers={"Access-Token": info["access_token"]},
        trust_env=False,
    )
    assert answer.json()["data"]["page_info"]["total_count"] == 8


def test_it_ends_when_its_parent_does(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "xingtu_desktop.sandbox", "--creators", "100", "--exit-with-parent"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdout:
        json.loads(process.stdout.readline())
        process.stdin.close()
        assert process.wait(20) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_kept_ledger_goes_on_after_a_clean_end(tmp_path: Path, number: signal.Signals) -> None:
    ledger = tmp_path / "ledger.sqlite"
    command = [
        sys.executable,
        "-m",
        "xingtu_desktop.sandbox",
        "--creators",
        "100",
        "--seed",
        "9",
        "--ledger",
        str(ledger),
        "--exit-with-parent",
    ]
    clocks: list[int] = []
    tokens: list[str] = []
    for turn in range(2):
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        with process.stdin, process.stdout, process.stderr:
            info = json.loads(process.stdout.readline())
            token = tokens[0] if tokens else info["access_token"]
            with httpx.Client(base_url=info["url"], trust_env=False) as client:
                tokens.append(token)
                found = client.get(f"{STAR}/campaign/list/", params={"star_id": info["star_id"]}, headers={"Access-Token": token}).json()
                assert found["data"]["page_info"]["total_count"] == 8
                clocks.append(client.get("/sandbox/control/clock").json()["now"])
                if turn == 0:
                    client.post("/sandbox/control/clock", json={"advance": 5000})
            process.send_signal(number)
            assert process.wait(20) == 0
            assert b"Traceback" not in process.stderr.read()
    assert clocks[1] == clocks[0] + 5000


def test_arguments_that_cannot_be_used_are_said_in_one_line(tmp_path: Path) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text('{"faults": [{"kind": "earthquake"}]}', "utf-8")
    command = [sys.executable, "-m", "xingtu_desktop.sandbox", "--creators", "50", "--faults", str(faults)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith("sandbox: faults[0].kind")
    assert "Traceback" not in ended.stderr


async def test_a_lost_answer_is_a_dropped_connection_behind_an_effect(sandbox: SandboxProcess) -> None:
    made = sandbox.control("spawn", {"count": 1, "state": "script"})["orders"][0]
    sandbox.control("faults", {"faults": [{"kind": "lost_answer", "path": "*/approve_resource/", "count": 1}]})
    body = {"star_id": sandbox.info["star_id"], "order_id": made["order_id"], "resource_id": made["resource_id"], "resource_type": 2}
    async with client_of(sandbox) as client:
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await client.post(f"{STAR}/order/approve_resource/", json=body)
        again = (await client.post(f"{STAR}/order/approve_resource/", json=body)).json()
    assert again["code"] == 40001
    assert sandbox.control(f"ledger?order_id={made['order_id']}")["orders"][0]["status"] == 43
    assert sandbox.errors() == ""


async def test_a_killed_clients_request_still_takes_effect(sandbox: SandboxProcess) -> None:
    made = sandbox.control("spawn", {"count": 1, "state": "script"})["orders"][0]
    sandbox.control("faults", {"faults": [{"kind": "delayed_effect", "seconds": 0.3}]})
    body = {"star_id": sandbox.info["star_id"], "order_id": made["order_id"], "resource_id": made["resource_id"], "resource_type": 2}
    async with client_of(sandbox) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.post(f"{STAR}/order/approve_resource/", json=body, timeout=0.1)
    assert sandbox.control(f"ledger?order_id={made['order_id']}")["orders"][0]["status"] == 41
    sandbox.control("settle", {})
    assert sandbox.control(f"ledger?order_id={made['order_id']}")["orders"][0]["status"] == 43


async def test_a_speed_lets_the_other_side_move_by_itself(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox("--creators", "100", "--speed", "20000")
    before = sandbox.control("clock")["now"]
    deadline = time.monotonic() + 10
    while sandbox.control("clock")["now"] < before + 20_000 and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    assert sandbox.control("clock")["now"] >= before + 20_000
