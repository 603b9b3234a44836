"""Spells a text in pinyin without tones, so that 'zui好' and 'zuihao' are seen as 最好."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from xingtu_desktop.compliance.normalise import Folded

_LATIN = re.compile(r"[a-z]+")


@lru_cache(maxsize=8192)
def _syllable(char: str) -> str:
    return _read(char)[0]


def spell(term: str) -> str:
    """The term in pinyin, latin letters as they are; readings by phrase, as people say it."""
    return "".join(_read(term))


def _read(text: str) -> list[str]:
    # Its dictionaries take a tenth of a start: they are loaded by the first review, not by the window.
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(text, style=Style.NORMAL)


@dataclass(frozen=True, slots=True)
class Spelled:
    """`text` in latin letters; `edges` are the places where a token may begin or end; each letter has its origin."""

    text: str
    origin: tuple[int, ...]
    """Index into the folded text."""
    latin: tuple[bool, ...]
    """Whether the letter stood there as a letter."""
    edges: frozenset[int]


def spell_around_latin(folded: Folded, reach: int = 6) -> Spelled:
    """Spell only the neighbourhood of latin runs: nothing else can hold a term half in letters. Runs of other text break it."""
    letters: list[str] = []
    origin: list[int] = []
    latin: list[bool] = []
    edges: set[int] = set()
    near = [False] * len(folded.text)
    for run in _LATIN.finditer(folded.text):
        for i in range(max(0, run.start() - reach), min(len(folded.text), run.end() + reach)):
            near[i] = True
    previous_latin = False
    for i, char in enumerate(folded.text):
        if not near[i]:
            edges.add(len(letters))
            if letters and letters[-1] != " ":
                letters.append(" ")
                origin.append(i)
                latin.append(False)
                edges.add(len(letters))
            previous_latin = False
            continue
        is_latin = "a" <= char <= "z"
        if not (is_latin and previous_latin):
            edges.add(len(letters))
        if is_latin:
            spelled = char
        elif "\u3400" <= char <= "\u9fff":
            spelled = _syllable(char)
        else:
            spelled = char if char.isdigit() else " "
        for letter in spelled:
            letters.append(letter)
            origin.append(i)
            latin.append(is_latin)
        previous_latin = is_latin
    edges.add(len(letters))
    return Spelled("".join(letters), tuple(origin), tuple(latin), frozenset(edges))
