"""A plain creator search in a few loops: what every answer of the index must equal."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from xingtu_desktop.domain.creator import Creator
from xingtu_desktop.domain.creator_query import (
    FIELDS,
    CategoryFilter,
    CreatorQuery,
    Facet,
    Field,
    MembershipFilter,
    RangeFilter,
    SortKey,
    audience_fit,
)
from xingtu_desktop.domain.facets import VALUE_OF, VALUES_OF, searchable_text
from xingtu_desktop.domain.ids import AuthorId

Test = Callable[[Creator], bool]


def stored(creator: Creator, field: Field) -> int | None:
    number = FIELDS[field].stored(VALUE_OF[field](creator))
    return None if number == FIELDS[field].missing else number


def passes_range(creator: Creator, wanted: RangeFilter) -> bool:
    value, spec = stored(creator, wanted.field), FIELDS[wanted.field]
    if value is None:
        return wanted.include_missing
    above = wanted.low is None or value >= spec.stored_low(wanted.low)
    return above and (wanted.high is None or value <= spec.stored_high(wanted.high))


def passes_category(creator: Creator, wanted: CategoryFilter) -> bool:
    values = VALUES_OF[wanted.facet](creator)
    if not values:
        return wanted.include_missing
    return wanted.negate != any(value in wanted.values for value in values)


def passes_membership(creator: Creator, wanted: MembershipFilter) -> bool:
    return wanted.negate != (creator.author_id in wanted.author_ids)


def passes_text(creator: Creator, text: str) -> bool:
    return text.strip().casefold() in searchable_text(creator).casefold()


def conditions_of(query: CreatorQuery, without: object) -> list[Test]:
    """One test a filter; those on the field or facet `without` are left out."""
    tests: list[Test] = [lambda c: passes_text(c, query.text)]
    tests += [lambda c, r=r: passes_range(c, r) for r in query.ranges if r.field is not without]
    tests += [lambda c, f=f: passes_category(c, f) for f in query.categories if f.facet is not without]
    if query.membership is not None:
        membership = query.membership
        tests.append(lambda c: passes_membership(c, membership))
    return tests


def matching(creators: Iterable[Creator], query: CreatorQuery, without: object = None) -> list[Creator]:
    tests = conditions_of(query, without)
    return [creator for creator in creators if all(test(creator) for test in tests)]


def name_order(text: str) -> bytes:
    return text.casefold().encode("gb18030", "replace")[:8].ljust(8, b"\0")


def sort_value(creator: Creator, query: CreatorQuery) -> int | bytes | tuple[bytes, str] | None:
    if isinstance(query.sort, Field):
        return stored(creator, query.sort)
    if query.sort is SortKey.NICKNAME:
        return name_order(creator.nickname)
    if query.sort is SortKey.AUDIENCE_FIT:
        shares = [stored(creator, target.field) for target in query.targets]
        fit = audience_fit(tuple(None if share is None else share / 10_000 for share in shares), query.targets)
        return None if fit is None else round(100 * fit)
    values = VALUES_OF[Facet(query.sort.value)](creator)
    return (name_order(values[0]), values[0]) if values else None


def search(creators: Iterable[Creator], query: CreatorQuery) -> list[AuthorId]:
    """All ids of the answer in order."""
    keyed, unkeyed = [], []
    for creator in matching(creators, query):
        value = sort_value(creator, query)
        if value is None:
            unkeyed.append(creator.author_id)
        else:
            keyed.append((value, creator.author_id))
    return [author_id for _, author_id in sorted(keyed, reverse=query.descending)] + sorted(unkeyed)  # type: ignore[type-var]


def category_counts(creators: Iterable[Creator], query: CreatorQuery, facet: Facet) -> tuple[dict[str, int], int]:
    counts: dict[str, int] = {}
    missing = 0
    for creator in matching(creators, query, facet):
        values = dict.fromkeys(VALUES_OF[facet](creator))
        missing += not values
        for value in values:
            counts[value] = counts.get(value, 0) + 1
    return counts, missing


def histogram(creators: Iterable[Creator], query: CreatorQuery, field: Field) -> tuple[list[int], int]:
    edges = FIELDS[field].edges()
    counts, missing = [0] * (len(edges) - 1), 0
    for creator in matching(creators, query, field):
        value = stored(creator, field)
        if value is None:
            missing += 1
        else:
            counts[sum(value >= edge for edge in edges[1:-1])] += 1
    return counts, missing
