"""Loads the word list and what surrounds it (resources/compliance), once, as frozen values."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass

from xingtu_desktop.domain.compliance import Rule, Severity


@dataclass(frozen=True, slots=True)
class Industries:
    """Which products (level 1 industry ids) a category binds; both empty: all."""

    only: frozenset[int] = frozenset()
    excluded: frozenset[int] = frozenset()

    def binds(self, industry: int | None) -> bool:
        """An unknown industry is bound by everything: better one prompt too many."""
        if industry is None:
            return True
        return (not self.only or industry in self.only) and industry not in self.excluded


@dataclass(frozen=True, slots=True)
class Notice:
    """A statement that must stand in the text."""

    rule: Rule
    industries: frozenset[int]


@dataclass(frozen=True, slots=True)
class RuleBook:
    version: str
    rules: tuple[Rule, ...]
    common_phrases: tuple[str, ...]
    negations: tuple[str, ...]
    negation_reach: int
    homophones: Mapping[int, str]
    """Code point of a stand-in → the character it stands for."""
    emoji: Mapping[str, str]
    industries: Mapping[str, Industries]
    ad_mark: Rule
    health_food: Notice


def load(terms_csv: str, context_json: str) -> RuleBook:
    """Read the two files' texts; raises ValueError that names the row when one cannot be used."""
    context = json.loads(context_json)
    rewrites: dict[str, str] = context["rewrites"]
    rules = []
    for number, row in enumerate(csv.DictReader(io.StringIO(terms_csv.lstrip("\ufeff"))), start=2):
        try:
            rules.append(
                Rule(
                    rule_id=row["id"],
                    category=row["category"][:2],
                    term=row["term"],
                    articles=row["rule"],
                    severity=Severity(row["severity"]),
                    note=row["note"] or "",
                    rewrite=rewrites.get(row["term"], ""),
                )
            )
        except (KeyError, ValueError, TypeError) as error:
            raise ValueError(f"terms.csv line {number} cannot be used: {error}") from error
    stand_ins = {ord(stand_in): char for char, group in context["homophones"].items() for stand_in in group}
    mark = context["ad_mark"]
    health = context["health_food_notice"]
    return RuleBook(
        version=context["version"],
        rules=tuple(rules),
        common_phrases=tuple(context["common_phrases"]),
        negations=tuple(sorted(context["negations"], key=len, reverse=True)),
        negation_reach=context["negation_reach"],
        homophones=stand_ins,
        emoji=context["emoji"],
        industries={
            category: Industries(frozenset(bounds.get("only", ())), frozenset(bounds.get("except", ())))
            for category, bounds in context["industries"].items()
        },
        ad_mark=Rule("R001", "00", mark["mark"], mark["articles"], Severity.BLOCK, mark["note"], mark["mark"]),
        health_food=Notice(
            Rule("R002", "00", health["text"], health["articles"], Severity.BLOCK, health["note"], health["text"]),
            frozenset(health["industries"]),
        ),
    )
