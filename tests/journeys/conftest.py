"""Owns what journeys start from: one training server for all, begun anew for each, and desks in front of it."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.cable import Cable
from tests.support.desk import Desk
from tests.support.sandbox import SandboxProcess

CREATORS = 300
CONTRACT = Path(__file__).resolve().parents[3] / "shared" / "contract"
"""The official contract, beside the checkout; CI has it, others may not."""
Exchange = dict[str, Any]
Check = Callable[[Exchange], list[str]]


def contract_check() -> Check | None:
    """What is wrong with one exchange, as the independent checker says; None where the contract is not there."""
    file = CONTRACT / "check.py"
    if not file.is_file():
        return None
    spec = importlib.util.spec_from_file_location("contract_check", file)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    problems: Check = module.Contract().problems
    return problems


def exchanges_in(record: Path) -> list[Exchange]:
    """The exchanges of a recording, in order."""
    return [json.loads(line) for line in record.read_text("utf-8").splitlines()]


@dataclass(frozen=True, slots=True)
class Platform:
    """The training server with its history begun anew, and a token pair that nobody has used."""

    sandbox: SandboxProcess
    tokens: tuple[str, str]

    @property
    def busy_account(self) -> int:
        """The account with 300 orders in every state."""
        return int(self.sandbox.info["star_ids"][0])

    @property
    def quiet_account(self) -> int:
        """The account without orders."""
        return int(self.sandbox.info["star_ids"][1])


@pytest.fixture(scope="session")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the shared server writes every official exchange, one JSON line each."""
    return tmp_path_factory.mktemp("journey-sandbox") / "exchanges.jsonl"


@pytest.fixture(scope="session")
def journey_sandbox(record: Path) -> Iterator[SandboxProcess]:
    """The process that journeys share; each takes `platform`. At the end all that was said is held against the official contract."""
    process = SandboxProcess(("--creators", str(CREATORS), "--seed", "1", "--record", str(record)), record.parent)
    yield process
    process.stop()
    check = contract_check()
    if check is not None:
        problems = {text for exchange in exchanges_in(record) for text in check(exchange)}
        assert sorted(problems) == [], "the journeys left the official contract"


@pytest.fixture(scope="session")
def opening_settings(journey_sandbox: SandboxProcess) -> dict[str, object]:
    """The platform's rules as the server begins with them."""
    settings: dict[str, object] = journey_sandbox.control("settings")
    return settings


@pytest.fixture
def platform(journey_sandbox: SandboxProcess, opening_settings: dict[str, object]) -> Platform:
    """The shared server as if just started: no faults, the opening settings, the history as written."""
    journey_sandbox.control("faults", {"faults": []})
    journey_sandbox.control("settings", opening_settings)
    journey_sandbox.control("settle", {})
    fresh = journey_sandbox.control("reset", {})
    return Platform(journey_sandbox, (fresh["access_token"], fresh["refresh_token"]))


@pytest.fixture
async def desks(tmp_path: Path) -> AsyncIterator[list[Desk]]:
    """Every desk of the test; they are closed behind it."""
    made: list[Desk] = []
    yield made
    for desk in made:
        await desk.close()


@pytest.fixture
async def desk(platform: Platform, desks: list[Desk], tmp_path: Path) -> Desk:
    """A desk at the quiet account; orders are spawned as the story needs them."""
    made = Desk(platform.sandbox, tmp_path / "data", account=platform.quiet_account, tokens=platform.tokens)
    desks.append(made)
    return made


@pytest.fixture
async def busy_desk(platform: Platform, desks: list[Desk], tmp_path: Path) -> Desk:
    """A desk at the account with a history of 300 orders; its first full sync takes some seconds."""
    made = Desk(platform.sandbox, tmp_path / "data", account=platform.busy_account, tokens=platform.tokens)
    desks.append(made)
    return made


@pytest.fixture
async def cable(platform: Platform) -> AsyncIterator[Cable]:
    """A cable to the server, plugged in."""
    line = Cable(platform.sandbox.url)
    await line.plug()
    yield line
    await line.unplug()


@pytest.fixture
async def cabled_desk(platform: Platform, cable: Cable, desks: list[Desk], tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk at the quiet account, behind the cable."""
    made = Desk(platform.sandbox, tmp_path / "data", account=platform.quiet_account, tokens=platform.tokens, url=cable.url)
    yield made
    await made.close()
