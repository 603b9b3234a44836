"""The tour: drives the real windows through the main job at a fresh training server, with a picture of each step and tour.json.

tour.main(Path("tour"), size=(1440, 900), theme="dark", language="en", seed=1, creators=10_000)   # 0: every step held
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from xingtu_desktop.app.tour_report import Counts, Report, StepFailed, StepResult
from xingtu_desktop.app.training import TrainingServer

log = logging.getLogger(__name__)

_STEP_SECONDS = 90.0


def main(out: Path, *, size: tuple[int, int], theme: str | None, language: str | None, seed: int, creators: int) -> int:
    """Take the tour and write it to `out`; 0 when every step held, else 1."""
    if "QT_QPA_PLATFORM" not in os.environ and not _screen():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # Qt is imported only now: it reads its platform from the environment.
    from xingtu_desktop.app import loop

    out.mkdir(parents=True, exist_ok=True)
    for old in (*out.glob("[0-9][0-9]-*.png"), out / "tour.json"):
        old.unlink(missing_ok=True)
    began = time.monotonic()
    server = TrainingServer.start(creators=creators, seed=seed, speed=0.0)
    about: Counts = {
        "creators": creators,
        "seed": seed,
        "theme": theme or "light",
        "language": language or "zh_CN",
        "width": size[0],
        "height": size[1],
        "server_ms": round((time.monotonic() - began) * 1000),
    }
    report = Report(out, about)
    try:
        with tempfile.TemporaryDirectory(prefix="xingtu-tour-", ignore_cleanup_errors=True) as folder:
            loop.run(lambda app: _take(app, server, Path(folder), report, size, theme or "light", language or "zh_CN"))
    finally:
        server.stop()
        file = report.write()
    for step in report.steps:
        sys.stdout.write(f"{'ok ' if step.ok else '!! '} {step.picture or '—':<34} {step.ms:>6} ms  {step.reason or step.counts}\n")
    sys.stdout.write(f"{'The tour held' if report.ok else 'The tour did not hold'}: {file}\n")
    return 0 if report.ok else 1


def _screen() -> bool:
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it does, and which steps it cannot do without."""

    name: str
    run: Callable[[], Awaitable[Counts]]
    needs: tuple[str, ...] = ()


async def _take(app: object, server: TrainingServer, folder: Path, report: Report, size: tuple[int, int], theme: str, language: str) -> int:
    from PySide6.QtWidgets import QApplication

    from xingtu_desktop.app.cable import Cable
    from xingtu_desktop.app.tour_driver import Tour
    from xingtu_desktop.app.tour_search import Entrance
    from xingtu_desktop.app.tour_stage import stage
    from xingtu_desktop.core.errors import BugError
    from xingtu_desktop.system.secrets import MemorySecrets

    if not isinstance(app, QApplication):
        raise BugError("the tour runs on a QApplication")
    cable = Cable(server.invitation.url)
    await cable.plug()
    invitation = await stage(server.invitation)
    tour = Tour(app, invitation=invitation, cable=cable, root=folder / "data", secrets=MemorySecrets(), size=size)
    entrance = Entrance(tour)
    try:
        await tour.begin(theme=theme, language=language)
        for number, step in enumerate(_steps(tour, entrance), 1):
            report.steps.append(await _run(tour, report, number, step))
    finally:
        await entrance.close()
        await tour.end()
        await cable.unplug()
    return 0


def _steps(tour: object, entrance: object) -> list[Step]:
    """The day in order; each name is the name of its picture."""
    from xingtu_desktop.app import tour_day, tour_review, tour_search
    from xingtu_desktop.app.tour_driver import Tour
    from xingtu_desktop.app.tour_search import Entrance

    if not isinstance(tour, Tour) or not isinstance(entrance, Entrance):
        raise TypeError("a tour and its entrance are needed")
    on = tour

    def of(work: Callable[[Tour], Awaitable[Counts]]) -> Callable[[], Awaitable[Counts]]:
        return lambda: work(on)

    first = [
        Step("welcome", entrance.welcome),
        Step("sign-in", entrance.consent, ("welcome",)),
        Step("enter", entrance.enter, ("sign-in",)),
        Step("first-sync", of(tour_search.first_sync), ("enter",)),
        Step("search", of(tour_search.search), ("first-sync",)),
        Step("sort", of(tour_search.sort), ("search",)),
        Step("profile", of(tour_search.profile), ("search",)),
        Step("shortlist", of(tour_search.shortlist), ("search",)),
    ]
    return first + [Step(name, of(work), needs) for name, work, needs in (*tour_day.STEPS, *tour_review.STEPS)]


async def _run(tour: object, report: Report, number: int, step: Step) -> StepResult:
    """Run one step and take its picture, whatever came of it."""
    from xingtu_desktop.app.tour_driver import Tour

    if not isinstance(tour, Tour):
        raise TypeError("a tour is needed")
    missing = next((name for name in step.needs if not report.held(name)), None)
    result = StepResult(step.name, False, {}, 0, "", f"needs {missing}, which did not hold" if missing else "")
    began = time.monotonic()
    if missing is None:
        try:
            async with asyncio.timeout(_STEP_SECONDS):
                if tour.has_window:
                    await tour.take_keyboard()
                counts = await step.run()
            result = replace(result, ok=True, counts=counts)
        except StepFailed as error:
            result = replace(result, reason=str(error))
        except Exception as error:
            # A step that breaks is a finding of the tour, and the steps that do not need it still run.
            log.exception("step %s broke", step.name)
            result = replace(result, reason=f"{type(error).__name__}: {error}")
        result = replace(result, ms=round((time.monotonic() - began) * 1000))
        name = f"{number:02d}-{step.name}.png"
        try:
            image = await tour.picture()
            if image.save(str(report.folder / name)):
                result = replace(result, picture=name)
            else:
                result = replace(result, ok=False, reason=result.reason or f"{name} could not be written")
        except StepFailed as error:
            result = replace(result, ok=False, reason=result.reason or f"no picture: {error}")
    return result
