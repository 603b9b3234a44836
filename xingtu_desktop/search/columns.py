"""The columnar input of the index: arrays of stored numbers, codes of categories and folded texts for a batch of creators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xingtu_desktop.domain.creator import Creator
from xingtu_desktop.domain.creator_query import FIELDS, Facet, Field
from xingtu_desktop.domain.facets import VALUE_OF, VALUES_OF, searchable_text

Numbers = npt.NDArray[np.uint16] | npt.NDArray[np.int32]
Codes = npt.NDArray[np.int32]
NO_CODE = -1
"""The code of a creator without a known value."""


def fold(text: str) -> str:
    """The form in which texts are compared: Latin letters lose their case, length in characters may change."""
    return text.casefold()


def name_key(nickname: str) -> int:
    """The place of a name in the alphabet: its first eight bytes in GB 18030, whose common characters stand in pinyin order."""
    return int.from_bytes(fold(nickname).encode("gb18030", "replace")[:8].ljust(8, b"\0"), "big")


@dataclass(frozen=True, slots=True)
class CategoryBatch:
    """The values of one facet for a batch: pairs of (row in the batch, code in `values`), by row, a row's main value first."""

    values: tuple[str, ...]
    rows: npt.NDArray[np.int32]
    codes: Codes


@dataclass(frozen=True, slots=True)
class Columns:
    """A batch of creators by column; all arrays have one entry a creator. Numbers are `FieldSpec.stored`, ids are unique.

    `texts` hold nickname, Douyin id and bio (`facets.searchable_text`) after `fold`; `name_keys` are `name_key` of the nicknames.
    """

    author_ids: npt.NDArray[np.int64]
    numbers: Mapping[Field, Numbers]
    categories: Mapping[Facet, CategoryBatch]
    texts: Sequence[str]
    name_keys: npt.NDArray[np.uint64]

    @property
    def size(self) -> int:
        """How many creators the batch holds."""
        return int(self.author_ids.size)

    @classmethod
    def from_creators(cls, creators: Iterable[Creator]) -> Columns:
        """Turn records into columns; of several records of one creator the last counts."""
        latest = {creator.author_id: creator for creator in creators}
        batch = list(latest.values())
        numbers: dict[Field, Numbers] = {}
        for field, spec in FIELDS.items():
            value_of, stored = VALUE_OF[field], spec.stored
            values = (stored(value_of(c)) for c in batch)
            numbers[field] = np.fromiter(values, np.uint16, len(batch)) if spec.narrow else np.fromiter(values, np.int32, len(batch))
        categories: dict[Facet, CategoryBatch] = {}
        for facet in Facet:
            vocabulary: dict[str, int] = {}
            rows: list[int] = []
            codes: list[int] = []
            values_of = VALUES_OF[facet]
            for row, creator in enumerate(batch):
                for value in dict.fromkeys(values_of(creator)):
                    rows.append(row)
                    codes.append(vocabulary.setdefault(value, len(vocabulary)))
            categories[facet] = CategoryBatch(tuple(vocabulary), np.array(rows, np.int32), np.array(codes, np.int32))
        return cls(
            author_ids=np.fromiter(latest, np.int64, len(batch)),
            numbers=numbers,
            categories=categories,
            texts=[fold(searchable_text(c)) for c in batch],
            name_keys=np.fromiter((name_key(c.nickname) for c in batch), np.uint64, len(batch)),
        )


def joined(batches: Sequence[Columns]) -> Columns:
    """One batch of several; of several records of one creator the last counts."""
    if not batches:
        return Columns.from_creators(())
    ids = np.concatenate([batch.author_ids for batch in batches])
    # The first of the reversed ids is the last of the ids.
    kept = np.sort(ids.size - 1 - np.unique(ids[::-1], return_index=True)[1])
    offsets = np.cumsum([0, *(batch.size for batch in batches)])
    place = np.full(ids.size, -1, np.int32)
    place[kept] = np.arange(kept.size, dtype=np.int32)
    categories: dict[Facet, CategoryBatch] = {}
    for facet in Facet:
        vocabulary: dict[str, int] = {}
        rows: list[npt.NDArray[np.int32]] = []
        codes: list[npt.NDArray[np.int32]] = []
        for offset, batch in zip(offsets.tolist(), batches, strict=False):
            own = batch.categories[facet]
            renamed = np.array([vocabulary.setdefault(value, len(vocabulary)) for value in own.values], np.int32)
            moved = place[own.rows + offset]
            rows.append(moved[moved >= 0])
            codes.append(renamed[own.codes[moved >= 0]] if renamed.size else own.codes)
        categories[facet] = CategoryBatch(tuple(vocabulary), np.concatenate(rows), np.concatenate(codes))
    texts = [text for batch in batches for text in batch.texts]
    return Columns(
        author_ids=ids[kept],
        numbers={field: np.concatenate([batch.numbers[field] for batch in batches])[kept] for field in Field},
        categories=categories,
        texts=[texts[row] for row in kept.tolist()],
        name_keys=np.concatenate([batch.name_keys for batch in batches])[kept],
    )


def reordered(columns: Columns, order: npt.NDArray[np.int64]) -> Columns:
    """The same batch with its rows in another order."""
    place = np.empty(columns.size, np.int32)
    place[order] = np.arange(columns.size, dtype=np.int32)
    categories: dict[Facet, CategoryBatch] = {}
    for facet, batch in columns.categories.items():
        moved = place[batch.rows]
        by_row = np.argsort(moved, kind="stable")
        categories[facet] = CategoryBatch(batch.values, moved[by_row], batch.codes[by_row])
    return Columns(
        author_ids=columns.author_ids[order],
        numbers={field: numbers[order] for field, numbers in columns.numbers.items()},
        categories=categories,
        texts=[columns.texts[row] for row in order.tolist()],
        name_keys=columns.name_keys[order],
    )


def first_codes(batch: CategoryBatch, size: int) -> Codes:
    """The code of each row's main value, `NO_CODE` where none."""
    codes = np.full(size, NO_CODE, np.int32)
    # Written backwards, so that the first value of a row is the one that stays.
    codes[batch.rows[::-1]] = batch.codes[::-1]
    return codes
