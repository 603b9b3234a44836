"""Every answer of the index equals the plain reference, also after updates and deletes and whatever path it takes inside."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.search import reference
from tests.search.strategies import CATALOGUES, CHANGES, QUERIES
from xingtu_desktop.core.errors import NoSuchThing, SnapshotInvalid
from xingtu_desktop.domain.creator import Creator
from xingtu_desktop.domain.creator_query import FIELDS, CategoryFilter, CreatorQuery, Facet, FacetRequest, Field, RangeFilter
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.search import categories, index, text
from xingtu_desktop.search.index import CreatorIndex
from xingtu_desktop.search.text import FrequentRule

FIELDS_SHOWN = (Field.FOLLOWERS, Field.CPM_FROM_21_TO_60, Field.FEMALE_15_24_SHARE, Field.UPDATED_AT)
EVERYTHING = FacetRequest(facets=tuple(Facet), fields=FIELDS_SHOWN)
KEY = bytes(range(32))
ALWAYS_FREQUENT = FrequentRule(share=0.02, minimum_rows=0)
NEVER_FREQUENT = FrequentRule(minimum_rows=10**9)
SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.fixture(params=["sorts the hits", "walks the order", "counts blocks", "codes for many values"])
def path_inside(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Force each way that the index may take; at test sizes it would take only the first."""
    way = str(request.param)
    if way in ("walks the order", "counts blocks"):
        monkeypatch.setattr(index, "_FEW", 0)
    if way == "counts blocks":
        monkeypatch.setattr(index, "_MOST_WALKED", 1)
    if way == "codes for many values":
        monkeypatch.setattr(categories, "MOST_BITMAPS", 1)
        monkeypatch.setattr(text, "_MOST_BLOCKS", 1)
    return way


def check(found: CreatorIndex, creators: list[Creator], query: CreatorQuery) -> None:
    wanted = reference.search(creators, query)
    for offset, limit in ((0, 3), (2, 4), (5, 100), (0, 100)):
        page = found.query(query, offset, limit)
        assert (page.total, page.catalogue) == (len(wanted), len(creators))
        assert list(page.author_ids) == wanted[offset : offset + limit]
    counts = found.facets(query, EVERYTHING)
    assert counts.total == len(wanted)
    for category in counts.categories:
        expected, missing = reference.category_counts(creators, query, category.facet)
        assert {value: count for value, count in category.counts if count} == expected, category.facet
        assert category.missing == missing, category.facet
        assert [n for _, n in category.counts] == sorted((n for _, n in category.counts), reverse=True)
    for histogram in counts.histograms:
        assert (list(histogram.counts), histogram.missing) == reference.histogram(creators, query, histogram.field), histogram.field
        known = [v for c in creators if (v := reference.stored(c, histogram.field)) is not None]
        spec_shown = FIELDS[histogram.field].shown
        assert histogram.minimum == (spec_shown(min(known)) if known else None)
        assert histogram.maximum == (spec_shown(max(known)) if known else None)


@SETTINGS
@given(creators=CATALOGUES, queries=st.lists(QUERIES, min_size=1, max_size=3), frequent=st.sampled_from([ALWAYS_FREQUENT, NEVER_FREQUENT]))
def test_answers_equal_the_reference(
    path_inside: str, creators: list[Creator], queries: list[CreatorQuery], frequent: FrequentRule
) -> None:
    found = CreatorIndex.build(creators, frequent=frequent, key=KEY)
    for query in queries:
        check(found, creators, query)


@SETTINGS
@given(
    creators=CATALOGUES,
    changes=st.lists(CHANGES, min_size=1, max_size=3),
    query=QUERIES,
    frequent=st.sampled_from([ALWAYS_FREQUENT, NEVER_FREQUENT]),
)
def test_answers_equal_the_reference_after_updates_and_deletes(
    path_inside: str,
    tmp_path: Path,
    creators: list[Creator],
    changes: list[tuple[list[Creator], list[AuthorId]]],
    query: CreatorQuery,
    frequent: FrequentRule,
) -> None:
    found = CreatorIndex.build(creators, frequent=frequent, key=KEY)
    known = {creator.author_id: creator for creator in creators}
    for generation, (upserts, deletes) in enumerate(changes, 1):
        check(found, list(known.values()), query)
        found.apply(upserts, deletes, generation)
        known |= {creator.author_id: creator for creator in upserts}
        for author_id in deletes:
            known.pop(author_id, None)
        assert found.generation == generation
        check(found, list(known.values()), query)
    found.save(tmp_path / "snapshot")
    check(CreatorIndex.load(tmp_path / "snapshot", KEY), list(known.values()), query)


@SETTINGS
@given(creators=CATALOGUES, query=QUERIES)
def test_a_loosening_finds_what_it_promises_and_changes_one_filter(creators: list[Creator], query: CreatorQuery) -> None:
    found = CreatorIndex.build(creators)
    now = len(reference.search(creators, query))
    counts = []
    for loosening in found.loosenings(query):
        assert loosening.count == len(reference.search(creators, loosening.query)) > now
        counts.append(loosening.count)
        changed = (
            len(set(query.ranges) ^ set(loosening.query.ranges)) in (1, 2),
            len(set(query.categories) ^ set(loosening.query.categories)) in (1, 2),
            query.membership != loosening.query.membership,
            query.text != loosening.query.text,
        )
        assert sum(changed) == 1
    assert counts == sorted(counts, reverse=True)
    if now == 0 and creators and query.active_filters == 1:
        assert counts


NOW = datetime(2026, 11, 20, tzinfo=UTC)


def creator(number: int, **figures: object) -> Creator:
    return replace(Creator(AuthorId(number), f"达人{number}", NOW, "目录"), **figures)  # type: ignore[arg-type]


def test_a_growing_term_finds_the_same_as_when_typed_at_once() -> None:
    creators = [creator(n, bio=f"每天护肤{'日记' if n % 3 else '笔记'} No{n % 7}") for n in range(1, 200)]
    found = CreatorIndex.build(creators, frequent=ALWAYS_FREQUENT)
    for term in ("护", "护肤", "护肤日", "护肤日记", "护肤日记 ", "护肤日记 nO3", "肤笔", "护肤日记 No33"):
        query = CreatorQuery(text=term)
        assert list(found.query(query, 0, 500).author_ids) == reference.search(creators, query), term


def test_text_does_not_match_across_two_creators() -> None:
    found = CreatorIndex.build([creator(1, bio="护"), creator(2, nickname="肤")])
    assert found.query(CreatorQuery(text="护肤")).total == 0


def test_broken_surrogates_of_a_feed_are_survived() -> None:
    found = CreatorIndex.build([creator(1, bio="\ud83d 护肤\uffff")], frequent=ALWAYS_FREQUENT)
    assert found.query(CreatorQuery(text="护肤")).total == 1
    assert found.query(CreatorQuery(text="\ud83d")).total in (0, 1)


def test_look_alikes_are_nearest_first_without_oneself() -> None:
    creators = [creator(n, followers=1000 * n, interaction_rate=0.01 * n, hit_rate=0.9 - 0.01 * n) for n in range(1, 50)]
    found = CreatorIndex.build(creators)
    alike = found.similar(AuthorId(25), 4)
    assert len(alike) == 4
    assert AuthorId(25) not in {one.author_id for one in alike}
    assert [one.likeness for one in alike] == sorted((one.likeness for one in alike), reverse=True)
    assert alike[0].likeness > 0.9
    found.apply([], [alike[0].author_id], 1)
    assert alike[0].author_id not in {one.author_id for one in found.similar(AuthorId(25), 48)}
    with pytest.raises(NoSuchThing):
        found.similar(alike[0].author_id)


def test_percentile_counts_those_below_within_the_type() -> None:
    creators = [creator(n, followers=n * 1000, content_types=("美妆" if n % 2 else "时尚",)) for n in range(1, 101)]
    found = CreatorIndex.build(creators)
    place = found.percentile(Field.FOLLOWERS, 51_000, "美妆")
    assert (place.sample, place.below) == (50, 0.5)
    assert (place.p25, place.p50, place.p75) == (25_000, 49_000, 75_000)
    assert found.percentile(Field.FOLLOWERS, 1, "无人").below is None
    assert found.percentile(Field.HIT_RATE, None).sample == 0


@pytest.mark.parametrize("damage", ["cut", "header", "middle", "end", "empty", "missing", "text"])
def test_a_damaged_snapshot_is_refused(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "snapshot"
    CreatorIndex.build([creator(n, followers=n) for n in range(100)], generation=7, key=KEY).save(path)
    data = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(data[:-100])
    elif damage == "missing":
        path.unlink()
    elif damage == "text":
        path.write_text("not an index")
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        data[{"header": 12, "middle": len(data) // 2, "end": -1}[damage]] ^= 0xFF
        path.write_bytes(data)
    with pytest.raises(SnapshotInvalid):
        CreatorIndex.load(path, KEY)


def test_a_snapshot_of_another_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "snapshot"
    CreatorIndex.build([creator(1)], key=KEY).save(path)
    with pytest.raises(SnapshotInvalid):
        CreatorIndex.load(path, bytes(32))


def test_a_snapshot_says_nothing_to_whoever_has_no_key(tmp_path: Path) -> None:
    path = tmp_path / "snapshot"
    CreatorIndex.build([creator(1, nickname="小鹿护肤笔记", bio="canary-bio")], key=KEY).save(path)
    data = path.read_bytes()
    assert "小鹿护肤笔记".encode() not in data
    assert b"canary-bio" not in data


def test_a_snapshot_keeps_its_generation_and_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "snapshot"
    found = CreatorIndex.build([creator(1)], generation=41, key=KEY)
    assert found.save(path) == 41
    found.apply([creator(2)], [], 42)
    found.save(path)
    again = CreatorIndex.load(path, KEY)
    assert (again.generation, again.size) == (42, 2)
    assert [file.name for file in path.parent.iterdir()] == ["snapshot"]
    # A loaded index can be patched like a built one.
    again.apply([creator(3), creator(1, followers=5)], [AuthorId(2)], 43)
    assert again.query(CreatorQuery()).author_ids == (AuthorId(1), AuthorId(3))


def test_readers_see_a_whole_generation_while_the_writer_patches() -> None:
    """Every creator always has the same followers as all others of the generation; a mixture would show two values."""
    found = CreatorIndex.build([creator(n, followers=0) for n in range(500)])
    problems: list[str] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            page = found.query(CreatorQuery(ranges=(RangeFilter(Field.FOLLOWERS, low=0),)), 0, 10)
            counts = found.facets(CreatorQuery(), FacetRequest(fields=(Field.FOLLOWERS,))).histogram(Field.FOLLOWERS)
            if page.total != 500 or counts is None or 500 not in counts.counts:
                problems.append(f"{page.total} {counts}")

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for generation in range(1, 12):
        found.apply([creator(n, followers=generation * 100_000) for n in range(500)], [], generation)
    done.set()
    for reader in readers:
        reader.join()
    assert not problems


def test_the_seed_query_finds_by_its_four_conditions() -> None:
    query = CreatorQuery(
        ranges=(RangeFilter(Field.FOLLOWERS, low=10),), categories=(CategoryFilter(Facet.CONTENT_SUBTYPE, frozenset({"护肤保养"})),)
    )
    creators = [creator(n, followers=n, content_subtypes=("护肤保养",) if n % 2 else ()) for n in range(20)]
    assert CreatorIndex.build(creators).query(query).author_ids == tuple(AuthorId(n) for n in (19, 17, 15, 13, 11))
