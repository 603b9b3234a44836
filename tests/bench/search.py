"""How fast the creator index answers, against the memory floor and a plain reference: `python -m tests.bench.search --rows N --json`.

A page is filter, order, exact count and the first 100; a keystroke is a page and the disjunctive counts of all 26 facets.
Every query is new, so nothing is answered from memory of an equal one. The floor reads the columns that a query names once.
Times are of the wall clock; `*_cpu_*` are of the processor, which tell more on a machine that is busy with other work.
Memory and start are measured in a process of their own that loads the snapshot.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.bench.catalogue import make_catalogue
from tests.bench.reference import PlainSearch
from xingtu_desktop.domain.creator_query import (
    FIELDS,
    CategoryFilter,
    CreatorQuery,
    Facet,
    FacetRequest,
    Field,
    RangeFilter,
)
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.search.columns import Columns
from xingtu_desktop.search.index import CreatorIndex

SHOWN = (
    Field.FOLLOWERS,
    Field.QUOTE_FROM_21_TO_60,
    Field.CPM_FROM_21_TO_60,
    Field.EXPECTED_PLAYS,
    Field.INTERACTION_RATE,
    Field.FINISH_RATE,
    Field.HIT_RATE,
    Field.FEMALE_15_24_SHARE,
    Field.CITY_SECOND_SHARE,
    Field.INDEX_SPREAD,
    Field.INDEX_SEEDING,
    Field.GROWTH_30D,
)
EVERY_FACET = FacetRequest(facets=tuple(Facet), fields=SHOWN, most=30)
_SORTS = (Field.FOLLOWERS, Field.QUOTE_FROM_21_TO_60, Field.CPM_FROM_21_TO_60, Field.EXPECTED_PLAYS, Field.INTERACTION_RATE)
KEY = bytes(range(32))
_CHECKED = 24
"""Queries of each kind that are held against the reference; fewer above 200,000 rows, where the reference takes seconds a query."""


def make_queries(columns: Columns, count: int, seed: int) -> list[CreatorQuery]:
    """One to five filters each, their bounds at random quantiles of the catalogue."""
    random = np.random.default_rng(seed)
    sample = {field: np.sort(columns.numbers[field][: 1 << 17].astype(np.int64)) for field in SHOWN}
    queries = []
    for _ in range(count):
        query = CreatorQuery(sort=_SORTS[random.integers(len(_SORTS))], descending=bool(random.random() < 0.7))
        for _ in range(random.integers(1, 6)):
            if random.random() < 0.6:
                field = SHOWN[random.integers(len(SHOWN))]
                known = sample[field][sample[field] != FIELDS[field].missing]
                low, high = np.sort(random.random(2))
                bound = [FIELDS[field].shown(int(known[int(part * (known.size - 1))])) for part in (low * 0.7, 0.3 + high * 0.7)]
                one_sided = random.random() < 0.5
                wanted = RangeFilter(field, bound[0], None if one_sided else bound[1], bool(random.random() < 0.2))
                query = query.with_range(wanted)
            else:
                facet = list(Facet)[random.integers(len(Facet))]
                values = columns.categories[facet].values
                chosen = frozenset(values[place] for place in random.integers(0, min(len(values), 12), random.integers(1, 4)))
                query = query.with_category(CategoryFilter(facet, chosen, bool(random.random() < 0.15)))
        queries.append(query)
    return queries


def make_terms(columns: Columns, count: int, seed: int) -> list[str]:
    """Substrings of one to four characters taken from random bios, so that frequent terms come as often as they are met."""
    random = np.random.default_rng(seed)
    terms = []
    for row in random.integers(0, columns.size, count).tolist():
        text = columns.texts[row].split("\n")[2]
        length = int(random.integers(1, 5))
        at = int(random.integers(0, max(1, len(text) - length)))
        terms.append(text[at : at + length].strip() or "护肤")
    return terms


def timed(work: Callable[[], object], cpu: list[float] | None = None) -> float:
    """Milliseconds of one call; those of the processor are appended to `cpu`."""
    started, worked = time.perf_counter(), time.thread_time()
    work()
    if cpu is not None:
        cpu.append((time.thread_time() - worked) * 1000)
    return (time.perf_counter() - started) * 1000


def p(times: Sequence[float], part: int) -> float:
    """A percentile, rounded for reading."""
    return round(float(np.percentile(times, part)), 3)


def floor_of(columns: Columns, query: CreatorQuery) -> Callable[[], None]:
    """Reads each column that the query names once, at the speed of the memory."""
    arrays = [columns.numbers[wanted.field] for wanted in query.ranges]
    arrays += [columns.categories[choice.facet].codes[: columns.size] for choice in query.categories]
    if isinstance(query.sort, Field):
        arrays.append(columns.numbers[query.sort])

    def read() -> None:
        for array in arrays:
            array.max()

    return read


def mismatches(index: CreatorIndex, plain: PlainSearch, queries: Sequence[CreatorQuery]) -> int:
    """How many queries have any answer that differs from the reference: total, first 100, counts, histograms."""
    wrong = 0
    for query in queries:
        mask = plain.mask(query)
        page, counts = index.query(query, 0, 100), index.facets(query, replace(EVERY_FACET, most=5_000))
        same = page.total == counts.total == int(mask.sum()) and list(page.author_ids) == plain.ids(query, mask, 100)
        for category in counts.categories:
            same &= {value: count for value, count in category.counts if count} == plain.category(query, category.facet)
        for histogram in counts.histograms:
            same &= list(histogram.counts) == plain.histogram(query, histogram.field)
        wrong += not same
    return wrong


def resident_mb() -> float | None:
    """Memory of this process now, None where the system does not say."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return round(int(line.split()[1]) / 1024, 1)


def measure_start(path: Path) -> dict[str, float | None]:
    """In a process of its own: load, first result, then some work; milliseconds and megabytes."""
    before = resident_mb()
    started = time.perf_counter()
    index = CreatorIndex.load(path, KEY)
    index.query(CreatorQuery())
    start = (time.perf_counter() - started) * 1000
    for number in range(30):
        query = CreatorQuery(ranges=(RangeFilter(Field.FOLLOWERS, low=10_000 + number),), sort=_SORTS[number % len(_SORTS)])
        index.query(query)
        index.facets(query, EVERY_FACET)
    index.query(CreatorQuery(text="护肤日"))
    after = resident_mb()
    return {"start_ms": round(start, 1), "rss_mb": after, "rss_before_mb": before}


def run(rows: int, count: int, seed: int) -> dict[str, object]:
    """All measurements."""
    columns = make_catalogue(rows, seed)
    queries = make_queries(columns, count, seed + 1)
    terms = make_terms(columns, count, seed + 2)
    results: dict[str, object] = {"rows": rows, "queries": count}
    started = time.perf_counter()
    index = CreatorIndex.build(columns, key=KEY)
    results["build_ms"] = round((time.perf_counter() - started) * 1000, 1)
    for sort in _SORTS:
        index.query(CreatorQuery(sort=sort))
    for name in SHOWN:
        index.facets(CreatorQuery(), FacetRequest(fields=(name,)))
    checked = _CHECKED if rows <= 200_000 else _CHECKED // 4
    wrong = mismatches(index, PlainSearch(columns), [*queries[:checked], *(CreatorQuery(text=term) for term in terms[:checked])])
    results["checked"] = 2 * checked

    pages, floors, keystrokes, texts, scrolls, alike = [], [], [], [], [], []
    page_cpu: list[float] = []
    keystroke_cpu: list[float] = []
    text_cpu: list[float] = []
    random = np.random.default_rng(seed + 3)
    fresh = make_queries(columns, 2 * count, seed + 4)
    for query in fresh[:count]:
        pages.append(timed(lambda query=query: index.query(query, 0, 100), page_cpu))
        floors.append(timed(floor_of(columns, query)))
    for query in fresh[count:]:
        keystrokes.append(timed(lambda query=query: (index.query(query, 0, 100), index.facets(query, EVERY_FACET)), keystroke_cpu))
    for term in terms:
        texts.append(timed(lambda term=term: index.query(CreatorQuery(text=term), 0, 100), text_cpu))
    for query in queries:
        total = index.query(query, 0, 1).total
        place = int(random.integers(0, max(1, total)))
        scrolls.append(timed(lambda query=query, place=place: index.query(query, place, 100)))
    for row in random.integers(0, rows, min(count, 50)).tolist():
        author = AuthorId(int(columns.author_ids[row]))
        if not alike:
            index.similar(author)
        alike.append(timed(lambda author=author: index.similar(author)))
    changed = make_catalogue(min(50_000, max(1, rows // 2)), seed + 5)
    results |= {
        "page_p50_ms": p(pages, 50),
        "page_p95_ms": p(pages, 95),
        "keystroke_p50_ms": p(keystrokes, 50),
        "keystroke_p95_ms": p(keystrokes, 95),
        "text_p50_ms": p(texts, 50),
        "text_p95_ms": p(texts, 95),
        "deep_scroll_p95_ms": p(scrolls, 95),
        "lookalike_p95_ms": p(alike, 95),
        "floor_p50_ms": p(floors, 50),
        "floor_p95_ms": p(floors, 95),
        "page_cpu_p95_ms": p(page_cpu, 95),
        "keystroke_cpu_p95_ms": p(keystroke_cpu, 95),
        "text_cpu_p95_ms": p(text_cpu, 95),
        "page_to_floor_p95": round(float(np.percentile(pages, 95) / np.percentile(floors, 95)), 2),
        "keystroke_to_floor_p95": round(float(np.percentile(keystrokes, 95) / np.percentile(floors, 95)), 2),
        "mismatches": wrong,
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "creators.index"
        results["save_ms"] = round(timed(lambda: index.save(path)), 1)
        results["snapshot_mb"] = round(path.stat().st_size / 2**20, 1)
        child = subprocess.run(
            [sys.executable, "-m", "tests.bench.search", "--start-of", str(path)], capture_output=True, text=True, check=True
        )
        results |= json.loads(child.stdout.splitlines()[-1])
    results["upserts"] = changed.size
    results["upsert_ms"] = round(timed(lambda: index.apply(changed, (), 1)), 1)
    return results


def main() -> int:
    """Measure and print; 1 when any answer differs from the reference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="accepted for all benchmarks alike; the last line is JSON in any case")
    parser.add_argument("--start-of", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.start_of:
        print(json.dumps(measure_start(arguments.start_of)))
        return 0
    results = run(arguments.rows, arguments.queries, arguments.seed)
    if not arguments.json:
        for name, value in results.items():
            print(f"{name:<24}{value}")
    print(json.dumps(results))
    return 1 if results["mismatches"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
