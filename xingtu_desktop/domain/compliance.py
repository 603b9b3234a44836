"""What the reviewer says of a text: findings with their article, and what it let through and why. Prompts, never verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    BLOCK = "block"
    """须改: change it, or say why it is exempt."""
    EVIDENCE = "evidence"
    """缺证据: may stand once the evidence is attached."""
    WARN = "warn"
    """提醒."""


class Trick(StrEnum):
    """How a term was disguised; NONE when it stands as it is."""

    NONE = "none"
    SPELLING = "spelling"
    """Width, traditional characters, ①, emoji, zero-width or other inserted marks."""
    HOMOPHONE = "homophone"
    PINYIN = "pinyin"


class LetThrough(StrEnum):
    """Why a hit is no finding."""

    COMMON_PHRASE = "common_phrase"
    """第一步, 最近 …"""
    NEGATED = "negated"
    """不要说疗效 …"""
    OTHER_INDUSTRY = "other_industry"
    """The rule binds another kind of product."""


@dataclass(frozen=True, slots=True)
class Rule:
    rule_id: str
    category: str
    """Two digits, 01–25; 00 for rules about the whole text."""
    term: str
    articles: str
    severity: Severity
    note: str
    rewrite: str = ""
    """A wording that says as much as the law allows; empty where only leaving it out helps."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`start`–`end` are code points of the text as it was given."""

    rule: Rule
    start: int
    end: int
    text: str
    trick: Trick = Trick.NONE
    at_seconds: float | None = None
    """Time code of the script line it stands in."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A hit that was let through."""

    rule: Rule
    start: int
    end: int
    text: str
    reason: LetThrough


@dataclass(frozen=True, slots=True)
class Review:
    """Everything found in one text, in reading order."""

    findings: tuple[Finding, ...]
    passed: tuple[Passed, ...]
    terms_version: str
    """Date of the word list."""

    def count(self, severity: Severity) -> int:
        return sum(finding.rule.severity is severity for finding in self.findings)

    @property
    def clean(self) -> bool:
        return not self.findings


@dataclass(frozen=True, slots=True)
class ReviewChange:
    """What a new version did to the findings of the one before it."""

    fixed: tuple[Finding, ...]
    remaining: tuple[Finding, ...]
    new: tuple[Finding, ...]


def compare(before: Review, after: Review) -> ReviewChange:
    """Match findings by rule: as many as both have remain, the rest were fixed or are new."""
    left = list(before.findings)
    remaining: list[Finding] = []
    new: list[Finding] = []
    for finding in after.findings:
        match = next((old for old in left if old.rule.rule_id == finding.rule.rule_id), None)
        if match is None:
            new.append(finding)
        else:
            left.remove(match)
            remaining.append(finding)
    return ReviewChange(tuple(left), tuple(remaining), tuple(new))
