"""Finds names by characters, full pinyin, initials of pinyin or initials of English words, and says which letters matched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_UNIT = re.compile(r"[A-Za-z0-9]+|[㐀-鿿]|\S")


@dataclass(frozen=True, slots=True)
class Match:
    """How well a name fits (greater is better) and the places of its letters that the query named."""

    score: int
    places: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Unit:
    start: int
    length: int
    spellings: tuple[str, ...]


def match(query: str, text: str) -> Match | None:
    """None when `text` does not fit; an empty query fits everything."""
    words = query.casefold().split()
    if not words:
        return Match(0, frozenset())
    folded = text.casefold()
    whole = " ".join(words)
    at = folded.find(whole)
    if at >= 0:
        return Match(1000 - at - len(text), frozenset(range(at, at + len(whole))))
    units = _units(text)
    places: set[int] = set()
    unit = 0
    first = -1
    for word in words:
        found = _find(word, units, unit)
        if found is None:
            return None
        begin, unit, letters = found
        first = begin if first < 0 else first
        places |= letters
    return Match(500 - first * 10 - len(text), frozenset(places))


def _find(word: str, units: tuple[_Unit, ...], start: int) -> tuple[int, int, set[int]] | None:
    for begin in range(start, len(units)):
        found = _consume(word, units, begin)
        if found is not None:
            return begin, found[0], found[1]
    return None


def _consume(rest: str, units: tuple[_Unit, ...], index: int) -> tuple[int, set[int]] | None:
    """Spend `rest` on consecutive units, each giving at least one letter from its beginning."""
    if not rest:
        return index, set()
    if index >= len(units):
        return None
    unit = units[index]
    for spelling in unit.spellings:
        for length in range(min(len(spelling), len(rest)), 0, -1):
            if rest.startswith(spelling[:length]):
                further = _consume(rest[length:], units, index + 1)
                if further is not None:
                    # A Chinese character lights up whole, a word only as far as it was typed.
                    lit = unit.length if unit.length == 1 else length
                    return further[0], further[1] | set(range(unit.start, unit.start + lit))
    return None


@lru_cache(maxsize=4096)
def _units(text: str) -> tuple[_Unit, ...]:
    result = []
    for found in _UNIT.finditer(text):
        piece = found.group()
        spellings: tuple[str, ...] = (piece.casefold(),)
        if len(piece) == 1 and "㐀" <= piece <= "鿿":
            spellings += pinyin_of(piece)
        result.append(_Unit(found.start(), len(piece), spellings))
    return tuple(result)


@lru_cache(maxsize=8192)
def pinyin_of(character: str) -> tuple[str, ...]:
    """The readings of a Chinese character without tones; pypinyin is loaded the first time someone types."""
    from pypinyin import Style, pinyin

    readings = pinyin(character, style=Style.NORMAL, heteronym=True)
    return tuple(dict.fromkeys(reading.casefold() for reading in readings[0]))


def warm() -> None:
    """Load the readings (0.3 s); the window has it done in the background before anyone types."""
    pinyin_of("星")
