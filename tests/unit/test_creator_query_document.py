"""A saved search comes back as it was; one that cannot be read is not half applied."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from xingtu_desktop.domain.creator_query import CategoryFilter, CreatorQuery, Facet, Field, MembershipFilter, RangeFilter, SortKey
from xingtu_desktop.domain.creator_query_document import decode_query, encode_query
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.domain.money import Fen

QUERY = CreatorQuery(
    text="护肤",
    ranges=(
        RangeFilter(Field.CPM_FROM_21_TO_60, None, Fen(4500), include_missing=True),
        RangeFilter(Field.FEMALE_15_24_SHARE, 0.35),
        RangeFilter(Field.UPDATED_AT, datetime(2026, 11, 1, tzinfo=UTC)),
    ),
    categories=(CategoryFilter(Facet.THEME, frozenset({"护肤保养"}), negate=True),),
    membership=MembershipFilter(frozenset({AuthorId(7123456789012345678)})),
    sort=SortKey.NICKNAME,
    descending=False,
)


def test_a_query_survives_its_text() -> None:
    restored = decode_query(encode_query(QUERY))
    assert restored is not None
    assert encode_query(restored) == encode_query(QUERY)
    assert set(restored.ranges) == set(QUERY.ranges)
    assert (restored.text, restored.categories, restored.membership, restored.sort) == (
        QUERY.text,
        QUERY.categories,
        QUERY.membership,
        QUERY.sort,
    )


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", encode_query(QUERY).replace("theme", "mood"), encode_query(QUERY)[:-9]])
def test_an_unreadable_text_is_told(text: str) -> None:
    assert decode_query(text) is None
