"""Finds the files that ship with the program, in a checkout, an installed wheel and a frozen bundle alike."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def root() -> Path:
    """The `resources` folder: inside the package when installed or frozen, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for candidate in (package / "resources", package.parent / "resources"):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError("the program's resources folder is missing: install the program again")


def path(*parts: str) -> Path:
    """A file below the resources folder; it need not exist."""
    return root().joinpath(*parts)


def text(*parts: str) -> str:
    """The UTF-8 text of a resource."""
    return path(*parts).read_text(encoding="utf-8")
