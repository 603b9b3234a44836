"""The command line: what each command takes and which part of the program it starts."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from xingtu_desktop import __version__
from xingtu_desktop.core import memory


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no size such as 1920x1080") from None
    if width < 1280 or height < 800:
        raise argparse.ArgumentTypeError("the smallest window is 1280x800")
    return width, height


def parser() -> argparse.ArgumentParser:
    """The arguments of every command."""
    top = argparse.ArgumentParser(prog="xingtu-desktop", description="Find creators, write briefs, approve content, watch results.")
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    def look(command: argparse.ArgumentParser) -> None:
        command.add_argument("--lang", choices=("zh_CN", "zh", "en"), help="language of the window (default: as it was)")
        command.add_argument("--theme", choices=("system", "light", "dark"), help="colours of the window (default: as they were)")

    run = commands.add_parser("run", help="open the program (the default)")
    run.add_argument("--data", type=Path, help="folder of the program's data (default: the system's place for it)")
    look(run)

    demo = commands.add_parser("demo", help="open the program on a training server of its own; no real money anywhere")
    demo.add_argument("--data", type=Path, help="keep the demo's data in this folder (default: a new one, removed at the end)")
    demo.add_argument("--creators", type=int, default=10_000, help="creators on the training server (default 10000)")
    demo.add_argument("--seed", type=int, default=1, help="what happens on the training server follows this number")
    demo.add_argument("--speed", type=float, default=60.0, help="seconds on the training server for each real second (default 60)")
    demo.add_argument("--sandbox-info", type=Path, help=argparse.SUPPRESS)
    look(demo)

    tour = commands.add_parser("tour", help="drive the real windows through the main job and write a picture a step")
    tour.add_argument("--out", type=Path, required=True, help="folder for the pictures and tour.json")
    tour.add_argument("--size", type=_size, default=(1440, 900), help="window size such as 1920x1080 (default 1440x900)")
    tour.add_argument("--seed", type=int, default=1)
    tour.add_argument("--creators", type=int, default=10_000)
    look(tour)

    commands.add_parser("sandbox", help="run the training server alone; its options: sandbox --help", add_help=False)
    commands.add_parser("doctor", help="say what of the computer the program can use: fonts, keyring, database, screen")
    return top


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit code."""
    if arguments and arguments[0] == "sandbox":
        from xingtu_desktop.sandbox.main import main as sandbox

        return sandbox(list(arguments[1:]))
    given = parser().parse_args(list(arguments) or ["run"])
    if given.command == "doctor":
        from xingtu_desktop.app.doctor import main as doctor

        return doctor()
    if given.command == "tour":
        from xingtu_desktop.app.tour import main as tour

        return tour(given.out, size=given.size, theme=given.theme, language=_language(given.lang), seed=given.seed, creators=given.creators)
    memory.begin_start()
    from xingtu_desktop.app import lifecycle

    if given.command == "demo":
        return lifecycle.demo(
            given.data,
            creators=given.creators,
            seed=given.seed,
            speed=given.speed,
            server_line=given.sandbox_info,
            theme=given.theme,
            language=_language(given.lang),
        )
    return lifecycle.main(given.data, theme=given.theme, language=_language(given.lang))


def _language(text: str | None) -> str | None:
    return "zh_CN" if text == "zh" else text
