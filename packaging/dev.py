"""Owns the way from a fresh checkout to a running program: makes `.venv`, installs what is pinned, then runs one command in it.

Standard library only, since it runs before anything is installed. The syntax stays readable by Python 3.8, so that an old interpreter
gets a sentence and not a SyntaxError. This folder must never hold an `__init__.py`: it would hide the library of the same name.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "packaging" / "requirements"
#: XINGTU_VENV lets one checkout be tried with several Pythons side by side.
VENV = Path(os.environ.get("XINGTU_VENV") or ROOT / ".venv").absolute()
STAMP = VENV / ".xingtu-installed.json"
SUPPORTED = ((3, 11), (3, 12), (3, 13))
WINDOWS = sys.platform == "win32"

#: What a bare Debian or Ubuntu lacks for Qt to draw Chinese text, with or without a screen.
LIBRARIES = (
    "libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libglib2.0-0 libxcb-cursor0 libxcb-image0 "
    "libxcb-render-util0 libxcb-randr0 libxcb-shape0 libxcb-sync1 libxcb-xfixes0 libxcb-xkb1 libx11-xcb1 libxrender1 libpulse0 "
    "libxcb-icccm4 libxcb-keysyms1 fonts-wqy-microhei"
).split()
#: What the tests need besides: a real window without a screen, keys to type into it, and a real keyring service.
LIBRARIES_OF_TESTS = "xvfb fonts-noto-color-emoji xdotool openbox dbus gnome-keyring".split()


class Stop(Exception):
    """Something that the person at the keyboard has to know; its text is the whole message."""


def say(text: str) -> None:
    print(text, flush=True)


# ---------------------------------------------------------------------------------------------------------------- the interpreter


def version_of(python: str) -> tuple[int, int] | None:
    """(major, minor) of an interpreter, or None if it does not run."""
    try:
        answer = subprocess.run(
            [python, "-I", "-S", "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True, timeout=60, check=True
        )
        major, minor = answer.stdout.split()
        return int(major), int(minor)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def supported_python() -> str:
    """The interpreter that `.venv` is made with: this one, or another supported one that is installed."""
    # Inside a virtual environment the interpreter below it is meant: `.venv` may be about to be rebuilt.
    here = str(getattr(sys, "_base_executable", None) or sys.executable)
    if sys.version_info[:2] in SUPPORTED:
        return here
    for major, minor in reversed(SUPPORTED):
        found = shutil.which(f"python{major}.{minor}")
        if found and version_of(found) == (major, minor):
            say(f"Python {platform.python_version()} is not supported; using {found}.")
            return found
    raise Stop(
        f"This is Python {platform.python_version()}; Xingtu Desktop needs Python 3.11, 3.12 or 3.13.\n"
        "Install one of them and start this command with it, for example:  python3.12 packaging/dev.py demo"
        + ("   (Windows: py -3.12 packaging\\dev.py demo)" if WINDOWS else "")
    )


# -------------------------------------------------------------------------------------------------------------- the system's parts


def is_debian() -> bool:
    return shutil.which("apt-get") is not None and shutil.which("dpkg-query") is not None


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def missing_packages(wanted: list[str]) -> list[str]:
    """Which of these Debian packages are not installed; a package that another provides (libglib2.0-0t64) counts as installed."""
    listing = subprocess.run(
        ["dpkg-query", "-W", "-f=${db:Status-Abbrev}\t${Package}\t${Provides}\n"], capture_output=True, text=True, check=False
    ).stdout
    present: set[str] = set()
    for line in listing.splitlines():
        state, _, names = line.partition("\t")
        if state.startswith("ii"):
            package, _, provides = names.partition("\t")
            present.add(package)
            present.update(part.split()[0] for part in provides.split(",") if part.strip())
    return [name for name in wanted if name not in present]


def install_packages(names: list[str]) -> bool:
    """Install Debian packages as root; False (after saying which command failed) when that is not possible."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    say(f"Installing {len(names)} system packages: {' '.join(names)}")
    # A fresh image has empty package lists. One unreachable list must not stop the others, so its code is not looked at.
    subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False, stdout=subprocess.DEVNULL)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        say(f"This did not work:  {' '.join(command)}\n{tail(done.stdout + done.stderr, 12)}")
    return done.returncode == 0


def provide_system(with_tests: bool) -> None:
    """On Debian and Ubuntu, install the libraries that are missing, or name the command for it; elsewhere Qt's wheels suffice."""
    if not is_debian():
        return
    missing = missing_packages(LIBRARIES + (LIBRARIES_OF_TESTS if with_tests else []))
    if not missing:
        return
    if is_root() and install_packages(missing):
        return
    say(
        "Some system libraries are missing; without them windows or some tests may fail. To install them, run:\n\n"
        f"    sudo apt-get update && sudo apt-get install -y --no-install-recommends {' '.join(missing)}\n"
    )


# ---------------------------------------------------------------------------------------------------------------------- `.venv`


def venv_python() -> Path:
    return VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")


def fingerprint(files: list[Path], version: tuple[int, int]) -> dict[str, str]:
    """What an installation depends on: if this is unchanged, nothing needs to be installed."""
    digest = hashlib.sha256()
    for file in files:
        # Git may have checked the files out with other line ends.
        digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return {"python": f"{version[0]}.{version[1]}", "machine": f"{sys.platform}-{platform.machine()}", "requirements": digest.hexdigest()}


def stamped(stamp: Path) -> dict[str, str]:
    try:
        content = json.loads(stamp.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def works() -> bool:
    """Whether the interpreter in `.venv` starts and finds what was installed."""
    probe = "import importlib.util as u, sys; sys.exit(any(u.find_spec(n) is None for n in ('pip', 'PySide6', 'sqlcipher3', 'pytest')))"
    try:
        return subprocess.run([str(venv_python()), "-I", "-c", probe], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def make_venv(python: str, version: tuple[int, int]) -> None:
    probe = "import importlib.util as u, sys; sys.exit(u.find_spec('venv') is None or u.find_spec('ensurepip') is None)"
    if subprocess.run([python, "-I", "-c", probe], check=False).returncode != 0:
        package = f"python{version[0]}.{version[1]}-venv"
        if not (is_debian() and is_root() and install_packages([package])):
            mend = f"Run:  sudo apt-get install -y {package}" if is_debian() else "Install the complete Python and try again."
            raise Stop(f"{python} cannot make virtual environments (its `venv` and `ensurepip` modules are missing).\n{mend}")
    say(f"Making {VENV.name} with Python {version[0]}.{version[1]} …")
    if VENV.exists():
        shutil.rmtree(VENV, ignore_errors=True)
    done = subprocess.run([python, "-m", "venv", str(VENV)], capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        raise Stop(f"{python} could not make {VENV}:\n{tail(done.stdout + done.stderr, 12)}")


def provide_python() -> None:
    """Make or mend `.venv` so that it holds exactly what is pinned; a second call returns in well under a second."""
    python = supported_python()
    version = version_of(python)
    if version is None:
        raise Stop(f"{python} does not run.")
    files = [REQUIREMENTS / "run.txt", REQUIREMENTS / "dev.txt"]
    wanted = fingerprint(files, version)
    if stamped(STAMP) == wanted and works():
        return
    if version_of(str(venv_python())) != version:
        make_venv(python, version)
    elif stamped(STAMP) == wanted:
        say(f"{VENV.name} is damaged; making it anew.")
        make_venv(python, version)
    install(files)
    if not works():
        raise Stop(f"{VENV} does not work after the installation. Delete that folder and start again.")
    STAMP.write_text(json.dumps(wanted, indent=1) + "\n", "utf-8")


def install(files: list[Path]) -> None:
    """Install requirement files with `pip`, hashes required and nothing built from source."""
    count = sum(not line.startswith(("#", " ", "\n")) for file in files for line in file.read_text("utf-8").splitlines(keepends=True))
    say(f"Installing {count} pinned packages (a few hundred megabytes the first time) …")
    started = time.monotonic()
    command = [str(venv_python()), "-m", "pip", "install", "--require-hashes", "--only-binary=:all:", "--no-deps", "--no-input"]
    command += ["--disable-pip-version-check", "--no-warn-script-location", "--progress-bar=off"]
    for file in files:
        command += ["-r", str(file)]
    output: list[str] = []
    seen = 0
    with subprocess.Popen(command, cwd=str(ROOT), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            output.append(line)
            if line.startswith("Collecting ") and sys.stdout.isatty():
                seen += 1
                print(f"\r  {seen:>3}  {line.split()[1].split('=')[0]:<40}", end="", flush=True)
    if seen:
        print("\r" + " " * 50 + "\r", end="")
    if pip.returncode != 0:
        raise Stop(explain_pip("".join(output)))
    say(f"Installed in {time.monotonic() - started:.0f} s.")


def explain_pip(output: str) -> str:
    """Why pip failed, in a sentence that says what to do, with the end of what it wrote."""
    offline = ["Failed to establish a new connection", "Temporary failure in name resolution", "getaddrinfo failed", "Read timed out"]
    offline += ["Network is unreachable", "ProxyError", "ConnectTimeout", "Connection refused", "Could not fetch URL"]
    if "DO NOT MATCH THE HASHES" in output:
        reason = "A downloaded package is not the one that was pinned, so nothing was installed. Try again or ask whoever runs your mirror."
    elif "No space left on device" in output or "not enough space" in output:
        reason = "The disk is full. About 1.5 GB are needed."
    elif any(sign in output for sign in offline):
        reason = "The packages could not be downloaded. Check the network (or your proxy or mirror settings) and start again."
    elif "No matching distribution found" in output:
        # pip says the same when its index does not answer at all.
        computer = f"{platform.system()} {platform.machine()}"
        reason = f"A pinned package was not found. Check the network and your mirror; if both are well, it has no build for {computer}."
    else:
        reason = "pip could not install the pinned packages."
    return f"{reason}\n{tail(output, 12)}"


def tail(text: str, lines: int) -> str:
    return "\n".join("  | " + line for line in text.strip().splitlines()[-lines:])


# ------------------------------------------------------------------------------------------------------------------ the commands


def run(arguments: list[str], **extra: str) -> int:
    """Run a command of `.venv` in the checkout and return its exit code as a shell would."""
    environment = {**os.environ, "PYTHONUTF8": "1", **extra}
    # Compiling every module at every start would cost more than the program itself.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        code = subprocess.call([str(venv_python()), *arguments], cwd=str(ROOT), env=environment)
    except KeyboardInterrupt:
        return 130
    return 128 - code if code < 0 else code


def has_screen() -> bool:
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return False
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def command_demo(rest: list[str]) -> int:
    provide_system(with_tests=False)
    provide_python()
    if has_screen():
        return run(["-m", "xingtu_desktop", "demo", *rest])
    out = [] if any(part.split("=")[0] == "--out" for part in rest) else ["--out", "tour"]
    say("There is no screen here, so the program takes its tour without one" + ("; look into tour/ afterwards." if out else "."))
    return run(["-m", "xingtu_desktop", "tour", *out, *rest], QT_QPA_PLATFORM="offscreen")


def command_app(name: str, rest: list[str]) -> int:
    provide_system(with_tests=False)
    provide_python()
    offscreen = {} if has_screen() or name == "sandbox" else {"QT_QPA_PLATFORM": "offscreen"}
    if offscreen and name == "run":
        raise Stop("There is no screen here. Start this in a desktop session, or try:  python3 packaging/dev.py demo")
    return run(["-m", "xingtu_desktop", name, *rest], **offscreen)


def command_test(rest: list[str]) -> int:
    provide_system(with_tests=True)
    provide_python()
    # A file of tests stays in one process, so that what it shares (a sandbox, a Qt loop) is started once.
    processes = str(min(4, os.cpu_count() or 1))
    spread = [] if any(one.startswith("-n") for one in rest) else ["-n", processes, "--dist", "loadfile", "--no-loadscope-reorder"]
    return run(["-m", "pytest", *spread, *rest], QT_QPA_PLATFORM="offscreen")


def command_check(rest: list[str]) -> int:
    if rest:
        raise Stop("check takes no arguments")
    provide_python()
    checks = {
        "ruff": ["-m", "ruff", "check", "--output-format=concise", "."],
        "mypy": ["-m", "mypy"],
        "import contracts": ["-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-logo"],
    }
    # Side by side: mypy takes longer than the others together.
    environment = {**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1"}
    running = {
        name: subprocess.Popen(
            [str(venv_python()), *arguments],
            cwd=str(ROOT), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
        )
        for name, arguments in checks.items()
    }  # fmt: skip
    failed = []
    for name, process in running.items():
        output, _ = process.communicate()
        say(f"--- {name}: {'ok' if process.returncode == 0 else 'FAILED'}")
        say(output.strip())
        if process.returncode != 0:
            failed.append(name)
    say(f"check: {'failed: ' + ', '.join(failed) if failed else 'ok'}")
    return 1 if failed else 0


def command_bench(rest: list[str]) -> int:
    known = sorted(file.stem for file in (ROOT / "tests" / "bench").glob("[!_]*.py"))
    if not rest or rest[0] not in known:
        raise Stop("Which benchmark?  python3 packaging/dev.py bench NAME …   with NAME one of: " + ", ".join(known))
    provide_system(with_tests=False)
    provide_python()
    if "--peers" in rest:
        stamp = VENV / ".xingtu-peers.json"
        wanted = {**fingerprint([REQUIREMENTS / "peers.txt"], (0, 0)), "venv": str(stamped(STAMP))}
        if stamped(stamp) != wanted:
            install([REQUIREMENTS / "peers.txt"])
            stamp.write_text(json.dumps(wanted), "utf-8")
    return run(["-m", f"tests.bench.{rest[0]}", *rest[1:]], QT_QPA_PLATFORM=os.environ.get("QT_QPA_PLATFORM", "offscreen"))


def command_lock(rest: list[str]) -> int:
    """Compile the requirement files anew; versions move only as far as needed, or as `--upgrade` lets them."""
    uv = shutil.which("uv") or (sys.executable if importlib.util.find_spec("uv") else None)
    if uv is None:
        raise Stop("lock needs uv (https://docs.astral.sh/uv/); nothing else does.")
    for name in ("run", "dev", "peers"):
        target = REQUIREMENTS / f"{name}.txt"
        command = [uv, *(["-m", "uv"] if uv == sys.executable else []), "pip", "compile", f"{name}.in", "-o", f"{name}.txt", "--quiet"]
        # Hashes, every platform, and no address of a registry: what is pinned must not depend on where it was pinned.
        command += ["--universal", "--generate-hashes", "--no-emit-index-url", "--no-annotate", "--no-header", "--python-version", "3.11"]
        if subprocess.call([*command, *rest], cwd=str(REQUIREMENTS)) != 0:
            raise Stop(f"uv could not compile {name}.in")
        header = f"# Compiled from {name}.in by `python3 packaging/dev.py lock`; do not edit.\n"
        target.write_bytes((header + target.read_text("utf-8")).encode())
        say(f"wrote {target.relative_to(ROOT)}")
    return 0


COMMANDS = {
    "demo": "start a training server and the program on it (without a screen: take the tour)",
    "run": "start the program with your own account",
    "test": "run every test; further arguments go to pytest",
    "check": "ruff, mypy and the import contracts",
    "bench": "NAME …: run one benchmark, which prints one JSON object",
    "tour": "drive the real windows through the main job and write a picture of each step",
    "sandbox": "start the training server alone",
    "lock": "compile the pinned requirements anew (needs uv)",
}


def main() -> int:
    listing = "\n".join(f"  {name:<9}{text}" for name, text in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="dev.py",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=f"Makes .venv, installs what is pinned, and runs:\n\n{listing}",
    )
    parser.add_argument("command", choices=list(COMMANDS), metavar="command")
    # Everything behind the command belongs to it, options too.
    arguments, rest = parser.parse_args(sys.argv[1:2]), sys.argv[2:]
    chosen = {"demo": command_demo, "test": command_test, "check": command_check, "bench": command_bench, "lock": command_lock}
    try:
        if arguments.command in chosen:
            return chosen[arguments.command](rest)
        return command_app(arguments.command, rest)
    except Stop as stop:
        print(f"dev.py: {stop}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
