"""A creator query as JSON text, for saved searches; a text that this version cannot read is told, never half applied."""

from __future__ import annotations

import json
from datetime import datetime

from xingtu_desktop.domain.creator_query import (
    AudienceTarget,
    Bound,
    CategoryFilter,
    CreatorQuery,
    Facet,
    Field,
    MembershipFilter,
    RangeFilter,
    SortKey,
)
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.domain.money import Fen

FORMAT = 1

JsonBound = None | int | float | dict[str, int | str]


def _bound_out(value: Bound | None) -> JsonBound:
    if isinstance(value, Fen):
        return {"fen": value.value}
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    return value


def _bound_in(value: JsonBound) -> Bound | None:
    if isinstance(value, dict):
        if "fen" in value:
            return Fen(int(value["fen"]))
        return datetime.fromisoformat(str(value["at"]))
    return value


def encode_query(query: CreatorQuery) -> str:
    """Canonical JSON text: equal queries give equal texts."""
    return json.dumps(
        {
            "format": FORMAT,
            "text": query.text,
            "ranges": [
                [r.field.value, _bound_out(r.low), _bound_out(r.high), r.include_missing]
                for r in sorted(query.ranges, key=lambda r: r.field.value)
            ],
            "categories": [
                [c.facet.value, sorted(c.values), c.negate, c.include_missing]
                for c in sorted(query.categories, key=lambda c: c.facet.value)
            ],
            "membership": None if query.membership is None else [sorted(query.membership.author_ids), query.membership.negate],
            "targets": [[t.field.value, t.share] for t in query.targets],
            "sort": query.sort.value,
            "descending": query.descending,
        },
        ensure_ascii=False,
        sort_keys=True,
    )


def decode_query(text: str) -> CreatorQuery | None:
    """The query, or None when the text names what this version does not know or is damaged."""
    try:
        said = json.loads(text)
        sort = said["sort"]
        membership = said["membership"]
        return CreatorQuery(
            text=str(said["text"]),
            ranges=tuple(RangeFilter(Field(f), _bound_in(low), _bound_in(high), bool(missing)) for f, low, high, missing in said["ranges"]),
            categories=tuple(
                CategoryFilter(Facet(f), frozenset(values), bool(no), bool(missing)) for f, values, no, missing in said["categories"]
            ),
            membership=None
            if membership is None
            else MembershipFilter(frozenset(AuthorId(int(i)) for i in membership[0]), bool(membership[1])),
            targets=tuple(AudienceTarget(Field(f), float(share)) for f, share in said["targets"]),
            sort=Field(sort) if sort in {f.value for f in Field} else SortKey(sort),
            descending=bool(said["descending"]),
        )
    except (ValueError, KeyError, TypeError, IndexError):
        return None
