"""Turns an opened script into rows to draw: sentences with time codes, marks of findings, and what changed since the last version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from xingtu_desktop.domain import review_text
from xingtu_desktop.domain.compliance import Finding
from xingtu_desktop.domain.review import ReviewNote
from xingtu_desktop.domain.review_text import Sentence, Side
from xingtu_desktop.services.approvals import OpenVersion

_CONTEXT = 1
"""Unchanged sentences kept on each side of a change; the rest of a run is folded."""


class RowKind(Enum):
    SENTENCE = "sentence"
    WHOLE = "whole"
    """A finding about the whole text, which has no place in it."""
    FOLD = "fold"
    """Unchanged sentences out of sight."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding's place in its row, in code points of the row's text; `number` counts from 1, 0 for what was fixed."""

    start: int
    end: int
    finding: Finding
    number: int


@dataclass(frozen=True, slots=True)
class Row:
    kind: RowKind
    side: Side
    text: str
    at_seconds: int | None
    start: int
    """Where the sentence starts in the present text; −1 for removed ones, findings about the whole, and folds."""
    marks: tuple[Mark, ...] = ()
    notes: tuple[ReviewNote, ...] = ()
    folded: tuple[int, ...] = ()
    """Starts of the sentences that a fold hides."""


def rows_of(opened: OpenVersion, *, compare: bool, unfolded: frozenset[int] = frozenset()) -> tuple[Row, ...]:
    """The rows of a script; `unfolded` holds the first starts of folds that were opened."""
    text = opened.text or ""
    findings = () if opened.review is None else opened.review.findings
    numbered = [(number, finding) for number, finding in enumerate(findings, start=1)]
    whole = [
        Row(RowKind.WHOLE, Side.SAME, finding.rule.note, None, -1, (Mark(0, 0, finding, number),))
        for number, finding in numbered
        if finding.end <= finding.start
    ]
    notes = [note for note in opened.notes if note.resource_id == opened.item.resource.resource_id]
    if compare and opened.diff:
        fixed = () if opened.change is None else opened.change.fixed
        lines = [
            _removed(line.sentence, fixed) if line.side is Side.REMOVED else _present(line.sentence, line.side, numbered, notes)
            for line in opened.diff
        ]
        return (*whole, *_folded(lines, unfolded))
    return (*whole, *(_present(sentence, Side.SAME, numbered, notes) for sentence in review_text.sentences(text)))


def _present(sentence: Sentence, side: Side, numbered: Sequence[tuple[int, Finding]], notes: Iterable[ReviewNote]) -> Row:
    marks = tuple(
        Mark(max(0, finding.start - sentence.start), min(len(sentence.text), finding.end - sentence.start), finding, number)
        for number, finding in numbered
        if finding.start < finding.end and finding.start < sentence.end and finding.end > sentence.start
    )
    here = tuple(note for note in notes if note.start is not None and sentence.start <= note.start < sentence.end)
    return Row(RowKind.SENTENCE, side, sentence.text, sentence.at_seconds, sentence.start, marks, here)


def _removed(sentence: Sentence, fixed: Iterable[Finding]) -> Row:
    marks = tuple(
        Mark(finding.start - sentence.start, finding.end - sentence.start, finding, 0)
        for finding in fixed
        if sentence.start <= finding.start < finding.end <= sentence.end
    )
    return Row(RowKind.SENTENCE, Side.REMOVED, sentence.text, sentence.at_seconds, -1, marks)


def _folded(rows: Sequence[Row], unfolded: frozenset[int]) -> list[Row]:
    """Long runs of unchanged sentences without findings become one fold."""
    result: list[Row] = []
    run: list[Row] = []

    def close(last: bool) -> None:
        lead = _CONTEXT if result else 0
        tail = 0 if last else _CONTEXT
        hidden = run[lead : len(run) - tail]
        if len(hidden) < 2 or hidden[0].start in unfolded:
            result.extend(run)
        else:
            result.extend(run[:lead])
            result.append(Row(RowKind.FOLD, Side.SAME, "", None, -1, folded=tuple(row.start for row in hidden)))
            result.extend(run[len(run) - tail :])
        run.clear()

    for row in rows:
        if row.side is Side.SAME and not row.marks and not row.notes:
            run.append(row)
            continue
        close(last=False)
        result.append(row)
    close(last=True)
    return result


def sentence_starts(opened: OpenVersion) -> frozenset[int]:
    """The starts of all sentences: what has to have been on screen before the script counts as seen."""
    return frozenset(sentence.start for sentence in review_text.sentences(opened.text or ""))
