"""Texts of a review: versions compared by sentence, and notes pressed into the platform's 100 characters. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*|\n")
_TIME = re.compile(r"^\s*[\[【(（]?(\d{1,2}):(\d{2})(?:\s*[-–—~]\s*\d{1,2}:\d{2})?[\]】)）]?\s*")


class Side(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; `start`–`end` are code points of its text, `at_seconds` the time code of its line."""

    text: str
    start: int
    end: int
    at_seconds: int | None


@dataclass(frozen=True, slots=True)
class DiffLine:
    side: Side
    sentence: Sentence


def sentences(text: str) -> list[Sentence]:
    """Split a script; time codes at the start of a line are taken off and remembered."""
    found: list[Sentence] = []
    offset, at = 0, None
    for line in text.splitlines(keepends=True):
        match = _TIME.match(line)
        skip = match.end() if match else 0
        if match:
            at = int(match[1]) * 60 + int(match[2])
        for piece in _SENTENCE.finditer(line, skip):
            stripped = piece.group().strip()
            if stripped:
                start = offset + piece.start() + len(piece.group()) - len(piece.group().lstrip())
                found.append(Sentence(stripped, start, start + len(stripped), at))
        offset += len(line)
    return found


def diff(before: str, after: str) -> list[DiffLine]:
    """Sentence by sentence, in reading order; removed ones stand before what replaced them."""
    old, new = sentences(before), sentences(after)
    matcher = difflib.SequenceMatcher(None, [s.text for s in old], [s.text for s in new], autojunk=False)
    lines: list[DiffLine] = []
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag == "equal":
            lines.extend(DiffLine(Side.SAME, sentence) for sentence in new[b1:b2])
            continue
        lines.extend(DiffLine(Side.REMOVED, sentence) for sentence in old[a1:a2])
        lines.extend(DiffLine(Side.ADDED, sentence) for sentence in new[b1:b2])
    return lines


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to say to the creator; `seconds` places it in the video or script."""

    text: str
    seconds: float | None = None


_NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def clock_text(seconds: float) -> str:
    """m:ss, as people say it."""
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def compress(points: Sequence[Point], limit: int = 100) -> str:
    """The points as one text of at most `limit` code points: numbered, timed, evenly shortened, the same every time.

    Every point keeps its number and place; where even those do not fit, the last ones are counted instead: "等 3 处".
    """
    points = [point for point in points if point.text.strip()]
    if not points:
        return ""
    for count in range(min(len(points), len(_NUMBERS)), 0, -1):
        heads = [
            (_NUMBERS[i] if len(points) > 1 else "") + (clock_text(point.seconds) if point.seconds is not None else "")
            for i, point in enumerate(points[:count])
        ]
        tail = f"等{len(points)}处" if count < len(points) else ""
        room = limit - sum(map(len, heads)) - len(tail) - (count - 1)
        if room >= count * 4 or count == 1:
            return (
                "；".join(h + b for h, b in zip(heads, _fit([p.text for p in points[:count]], max(0, room)), strict=True))[
                    : limit - len(tail)
                ]
                + tail
            )
    return ""


def _fit(texts: Sequence[str], room: int) -> list[str]:
    """Shorten the texts so that they fill `room` together: short ones stay whole, long ones share the rest evenly."""
    clean = [re.sub(r"\s+", " ", text.strip()).rstrip("。；;") for text in texts]
    allowed = dict.fromkeys(range(len(clean)), 0)
    left, open_ones = room, sorted(range(len(clean)), key=lambda i: (len(clean[i]), i))
    while open_ones:
        index = open_ones.pop(0)
        allowed[index] = min(len(clean[index]), left // (len(open_ones) + 1))
        left -= allowed[index]
    return [
        text if len(text) <= allowed[i] else (text[: max(0, allowed[i] - 1)] + "…" if allowed[i] else "") for i, text in enumerate(clean)
    ]
