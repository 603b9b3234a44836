"""Reviews one text against the rule book: matches, lets through, times and orders what it found."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from ahocorasick_rs import AhoCorasick, MatchKind

from xingtu_desktop.compliance.normalise import Folded, fold, replace_characters, without_separators
from xingtu_desktop.compliance.pinyin import spell, spell_around_latin
from xingtu_desktop.compliance.rules import RuleBook
from xingtu_desktop.domain.compliance import Finding, LetThrough, Passed, Review, Rule, Trick

_TIME_CODE = re.compile(r"(?m)^\s*[\[【(（]?(\d{1,2}):(\d{2})(?:\.(\d{1,2}))?")
_SENTENCE_END = frozenset("。！？!?；;\n")
_WORD = re.compile(r"[a-z0-9]")
_PINYIN_CATEGORIES = frozenset({"01", "02", "07"})


class Reviewer:
    """Holds the automatons for one rule book; `review` may be called from any thread."""

    def __init__(self, book: RuleBook) -> None:
        # What is below is made by the first review, in its thread: a start waits for none of it.
        self._book = book
        self._rules = book.rules

    @cached_property
    def _by_term(self) -> dict[str, Rule]:
        found: dict[str, Rule] = {}
        for rule in self._rules:
            term = fold(rule.term, {}).text
            found.setdefault(term, rule)
            found.setdefault(without_separators(Folded(term, tuple(range(len(term))))).text, rule)
        return found

    @cached_property
    def _terms(self) -> list[str]:
        return list(self._by_term)

    @cached_property
    def _matcher(self) -> AhoCorasick:
        return AhoCorasick(self._terms)

    @cached_property
    def _phrases(self) -> AhoCorasick:
        return AhoCorasick(list(self._book.common_phrases), matchkind=MatchKind.LeftmostLongest)

    @cached_property
    def _negations(self) -> AhoCorasick:
        return AhoCorasick(list(self._book.negations), matchkind=MatchKind.LeftmostLongest)

    @cached_property
    def _spelled(self) -> dict[str, Rule]:
        """Rules by their pinyin."""
        found: dict[str, Rule] = {}
        for rule in self._rules:
            if rule.category in _PINYIN_CATEGORIES and rule.term.isalpha() and not rule.term.isascii():
                found.setdefault(spell(fold(rule.term, {}).text), rule)
        return found

    @cached_property
    def _spelled_terms(self) -> list[str]:
        return list(self._spelled)

    @cached_property
    def _spelled_matcher(self) -> AhoCorasick:
        return AhoCorasick(self._spelled_terms)

    @property
    def version(self) -> str:
        return self._book.version

    def review(self, text: str, *, industry: int | None = None, has_purchase_link: bool = False, whole: bool = True) -> Review:
        """Findings and what was let through, in reading order.

        `industry` is the product's level 1 id (None: unknown, every rule binds). `whole` says that the text is a complete
        script or caption, so that statements which must stand somewhere are asked for too.
        """
        folded = fold(text, self._book.emoji)
        hits = self._hits(folded, industry)
        phrases = [(start, end) for _, start, end in self._phrases.find_matches_as_indexes(folded.text)]
        origin_phrases = [(folded.origin[start], folded.origin[end - 1] + 1) for start, end in phrases]
        clock = _time_codes(text)
        findings: list[Finding] = []
        passed: list[Passed] = []
        for rule, start, end, trick in hits:
            reason = self._let_through(text, rule, start, end, origin_phrases, industry)
            if reason is None:
                findings.append(Finding(rule, start, end, text[start:end], trick, _at(clock, start)))
            else:
                passed.append(Passed(rule, start, end, text[start:end], reason))
        if whole and text.strip():
            findings.extend(self._missing(folded.text, len(text), industry, has_purchase_link))
        return Review(tuple(findings), tuple(passed), self._book.version)

    def _hits(self, folded: Folded, industry: int | None) -> list[tuple[Rule, int, int, Trick]]:
        """Non-overlapping hits as (rule, start, end, trick), by start.

        A rule that binds the product wins over one that does not, a plain reading over a disguised one, then the leftmost
        longest: 治疗失眠 binds food only, so in a text about skin care 治疗 is what counts.
        """
        bare = without_separators(folded)
        sounded = replace_characters(bare, self._book.homophones)
        candidates: list[tuple[bool, int, int, int, Rule, Trick]] = []
        for order, (reading, trick) in enumerate(((folded, Trick.NONE), (bare, Trick.SPELLING), (sounded, Trick.HOMOPHONE))):
            for number, start, end in self._matcher.find_matches_as_indexes(reading.text, overlapping=True):
                term = self._terms[number]
                if _whole_word(reading.text, term, start, end):
                    rule = self._by_term[term]
                    first, last = reading.origin[start], reading.origin[end - 1] + 1
                    disguised = trick
                    if trick is Trick.NONE and (last - first != len(term) or rule.category == "02"):
                        disguised = Trick.SPELLING
                    candidates.append((not self._binds(rule, industry), order, first, -last, rule, disguised))
        spelled = spell_around_latin(bare)
        for number, start, end in self._spelled_matcher.find_matches_as_indexes(spelled.text, overlapping=True):
            if start in spelled.edges and end in spelled.edges and any(spelled.latin[start:end]):
                rule = self._spelled[self._spelled_terms[number]]
                first = bare.origin[spelled.origin[start]]
                last = bare.origin[spelled.origin[end - 1]] + 1
                candidates.append((not self._binds(rule, industry), 3, first, -last, rule, Trick.PINYIN))
        found: list[tuple[Rule, int, int, Trick]] = []
        for _, _, first, minus_last, rule, disguise in sorted(candidates, key=lambda candidate: candidate[:4]):
            if all(-minus_last <= start or first >= end for _, start, end, _ in found):
                found.append((rule, first, -minus_last, disguise))
        return sorted(found, key=lambda hit: hit[1])

    def _binds(self, rule: Rule, industry: int | None) -> bool:
        bounds = self._book.industries.get(rule.category)
        return bounds is None or bounds.binds(industry)

    def _let_through(
        self, text: str, rule: Rule, start: int, end: int, phrases: list[tuple[int, int]], industry: int | None
    ) -> LetThrough | None:
        if not self._binds(rule, industry):
            return LetThrough.OTHER_INDUSTRY
        if any(a <= start and end <= b and (a, b) != (start, end) for a, b in phrases):
            return LetThrough.COMMON_PHRASE
        before = text[max(0, start - self._book.negation_reach) : start]
        for position in range(len(before) - 1, -1, -1):
            if before[position] in _SENTENCE_END or before[position] in "，,":
                before = before[position + 1 :]
                break
        if self._negations.find_matches_as_indexes(before):
            return LetThrough.NEGATED
        return None

    def _missing(self, folded: str, length: int, industry: int | None, has_purchase_link: bool) -> list[Finding]:
        missing = []
        if has_purchase_link and self._book.ad_mark.term not in folded:
            missing.append(Finding(self._book.ad_mark, length, length, ""))
        notice = self._book.health_food
        if industry in notice.industries and fold(notice.rule.term, {}).text not in folded:
            missing.append(Finding(notice.rule, length, length, ""))
        return missing


def _whole_word(text: str, term: str, start: int, end: int) -> bool:
    """A term in letters or digits must not be the middle of a longer word: 'EGF' is not in 'LEGFIT'."""
    if _WORD.match(term[0]) and start > 0 and _WORD.match(text[start - 1]):
        return False
    return not (_WORD.match(term[-1]) and end < len(text) and _WORD.match(text[end]))


def _time_codes(text: str) -> tuple[list[int], list[float]]:
    places: list[int] = []
    seconds: list[float] = []
    for match in _TIME_CODE.finditer(text):
        places.append(match.start())
        seconds.append(int(match[1]) * 60 + int(match[2]) + (float("0." + match[3]) if match[3] else 0.0))
    return places, seconds


def _at(clock: tuple[list[int], list[float]], start: int) -> float | None:
    places, seconds = clock
    index = bisect_right(places, start) - 1
    return seconds[index] if index >= 0 else None
