"""Sees through disguises: folds a text to plain characters and remembers where each one stood."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC  # type: ignore[import-untyped]  # the package ships no types


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=8192)
def _simplified(char: str) -> str:
    """The simplified form of one character, by character and never by phrase, so that positions hold."""
    return str(_converter().convert(char)) if "\u3400" <= char <= "\u9fff" else char


_SKIPPED = {"Cf", "Mn", "Me", "Cc"}
_SEPARATORS = frozenset(" \u3000·•.*_-~|/\\'’`丶・")
"""Marks that people put between the characters of a term to hide it; kept in the text, skipped by the matcher."""


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` is folded; character i came from `origin[i]` of the given text."""

    text: str
    origin: tuple[int, ...]


def fold(text: str, emoji: Mapping[str, str]) -> Folded:
    """NFKC, lower case, accents and zero-width marks off, traditional to simplified, emoji to what they stand for."""
    out: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(text):
        meaning = emoji.get(char)
        if meaning is not None:
            plain = meaning
        elif unicodedata.category(char) in _SKIPPED and char != "\n":
            continue
        else:
            decomposed = unicodedata.normalize("NFKD", char)
            plain = unicodedata.normalize("NFKC", "".join(part for part in decomposed if unicodedata.category(part) != "Mn")).lower()
        for part in plain:
            simple = _simplified(part)
            out.append(simple)
            origin.extend([index] * len(simple))
    for i in range(1, len(out)):
        # 第1 and 第① are read as 第一; 第12 is a number.
        if out[i] == "1" and out[i - 1] == "第" and not (i + 1 < len(out) and out[i + 1].isdigit()):
            out[i] = "一"
    return Folded("".join(out), tuple(origin))


def without_separators(folded: Folded) -> Folded:
    """The same without marks that stand between two characters of a word; line breaks and punctuation stay."""
    kept = [i for i, char in enumerate(folded.text) if char not in _SEPARATORS]
    return Folded("".join(folded.text[i] for i in kept), tuple(folded.origin[i] for i in kept))


def replace_characters(folded: Folded, table: Mapping[int, str]) -> Folded:
    """The same with each character of `table` (one to one) put in place of its stand-in."""
    return Folded(folded.text.translate(table), folded.origin)
