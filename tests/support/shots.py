"""Owns screenshots for tests and reviews: a widget to PNG in every theme, language and size."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

Theme = Literal["light", "dark"]
Language = Literal["zh", "en"]
#: The sizes that every view is looked at in: the smallest we support, and a common desktop.
SIZES = ((1280, 800), (1920, 1080))


@dataclass(frozen=True, slots=True)
class Look:
    """One way to look at a view."""

    theme: Theme
    language: Language
    width: int
    height: int

    def file_name(self, name: str) -> str:
        """`creators-light-zh-1280x800.png`"""
        return f"{re.sub(r'[^A-Za-z0-9]+', '-', name).strip('-').lower()}-{self.theme}-{self.language}-{self.width}x{self.height}.png"


def all_looks(sizes: Iterable[tuple[int, int]] = SIZES) -> Iterator[Look]:
    """Light and dark, Chinese and English, in each of `sizes`."""
    themes: tuple[Theme, ...] = ("light", "dark")
    languages: tuple[Language, ...] = ("zh", "en")
    for width, height in sizes:
        for theme in themes:
            for language in languages:
                yield Look(theme, language, width, height)


def settle(rounds: int = 5) -> None:
    """Let Qt lay out, polish and paint what is pending."""
    for _ in range(rounds):
        QCoreApplication.sendPostedEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()


def grab(widget: QWidget, file: Path, *, width: int, height: int) -> Path:
    """Show `widget` in the size given, wait for its layout, and write what it paints to `file`; fails on an empty picture."""
    widget.resize(width, height)
    widget.show()
    settle()
    picture: QPixmap = widget.grab()
    file.parent.mkdir(parents=True, exist_ok=True)
    if picture.isNull() or not picture.save(str(file), "PNG"):
        raise AssertionError(f"could not write a picture of {widget!r} to {file}")
    return file


def grab_looks(
    name: str,
    folder: Path,
    make: Callable[[Look], QWidget],
    *,
    apply_look: Callable[[Look], None],
    looks: Iterable[Look] | None = None,
) -> list[Path]:
    """Grab one view in every look.

    `apply_look` sets theme and language of the application (the caller knows how); `make` builds the view anew for each look, so that a
    text or colour that is fixed when the view is built shows up too.
    """
    written: list[Path] = []
    for look in all_looks() if looks is None else looks:
        apply_look(look)
        view = make(look)
        try:
            written.append(grab(view, folder / look.file_name(name), width=look.width, height=look.height))
        finally:
            view.close()
            view.deleteLater()
            settle(1)
    return written


def colours(file: Path) -> int:
    """How many different colours a picture has (sampled): 1 means a blank picture."""
    image = QPixmap(str(file)).toImage()
    return len({image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)})
