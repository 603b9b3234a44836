"""Owns what journeys start from: one training server for all, begun anew for each, and desks in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.cable import Cable
from tests.support.desk import Desk
from tests.support.sandbox import SandboxProcess

CREATORS = 300


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
def journey_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """The process that journeys share; each takes `platform`."""
    process = SandboxProcess(("--creators", str(CREATORS), "--seed", "1"), tmp_path_factory.mktemp("journey-sandbox"))
    yield process
    process.stop()


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
