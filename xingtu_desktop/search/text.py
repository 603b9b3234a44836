"""The text column of the index: one UTF-8 buffer scanned for terms, and ready-made sets for short terms that are frequent.

A scan costs a few milliseconds plus a part for each hit, so terms of one to four characters that occur in many rows have their set made
beforehand; a longer term is looked for only in the rows that hold its rarest frequent part or the term typed just before.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import stringzilla

from xingtu_desktop.search import bits
from xingtu_desktop.search.bits import Lru, Words
from xingtu_desktop.search.columns import fold

Starts = npt.NDArray[np.uint32]
Buffer = bytes | memoryview

LONGEST_FREQUENT = 4
_ROW_END = b"\xff"
"""Never part of UTF-8, so no term reaches into the next row."""
_TEXT_END = "\uffff"
"""Ends a text while terms are marked; a term that holds it is scanned for."""
_SAMPLE = 8_000
_MOST_FREQUENT = 512
_VERIFIED_BYTES = 24_000
"""Looking into one row costs as much as scanning so many bytes."""
_LEAST_VERIFIED = 200
_CHUNK = 50_000
_REMEMBERED = 32
_MOST_BLOCKS = 6


@dataclass(frozen=True, slots=True)
class FrequentRule:
    """When a term gets a set of its own: in more than `share` of the rows, once the catalogue has `minimum_rows`."""

    share: float = 0.02
    minimum_rows: int = 20_000


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Consecutive texts: row `rows[i]` (−1: replaced since) begins at byte `starts[i]` and ends before `starts[i + 1] - 1`."""

    data: Buffer
    starts: Starts
    rows: npt.NDArray[np.int32]

    @classmethod
    def build(cls, texts: Sequence[str], rows: npt.NDArray[np.int32]) -> TextBlock:
        """One block of folded texts."""
        encoded = [text.encode("utf-8", "replace") for text in texts]
        lengths = np.fromiter((len(text) + 1 for text in encoded), np.int64, len(encoded))
        return cls(b"".join(part for text in encoded for part in (text, _ROW_END)), _starts(lengths), rows)

    def hits(self, term: bytes) -> npt.NDArray[np.int32]:
        """The rows in which the term occurs, a row as often as it does."""
        haystack = stringzilla.Str(self.data)
        find = haystack.find
        places: list[int] = []
        append, step = places.append, len(term)
        place = find(term)
        while place >= 0:
            append(place)
            place = find(term, place + step)
        if not places:
            return np.zeros(0, np.int32)
        found = self.rows[np.searchsorted(self.starts, np.array(places, np.uint32), side="right") - 1]
        return found[found >= 0]

    def text(self, place: int) -> bytes:
        """The folded text of one entry."""
        return bytes(self.data[int(self.starts[place]) : int(self.starts[place + 1]) - 1])


class Grams:
    """The frequent terms, found in any text by one table look-up a character and length."""

    def __init__(self, terms: Sequence[str]) -> None:
        kept = set(terms)
        # A term is found by growing its beginning, so every beginning and every character must be known too.
        for term in terms:
            kept.update(term[:length] for length in range(1, len(term)))
            kept.update(term)
        self.terms = tuple(sorted(kept, key=lambda term: (len(term), term)))
        self.place = {term: place for place, term in enumerate(self.terms)}
        self._characters = np.zeros(0x110000, np.uint16)
        singles = [term for term in self.terms if len(term) == 1]
        for number, term in enumerate(singles, 1):
            self._characters[ord(term)] = number
        self._levels = [[term for term in self.terms if len(term) == length] for length in range(1, LONGEST_FREQUENT + 1)]
        self._tables = []
        number_of = {term: number for number, term in enumerate(singles, 1)}
        for shorter, longer in zip(self._levels, self._levels[1:], strict=False):
            table = np.zeros((len(shorter) + 1, len(singles) + 1), np.uint16)
            begin_of = {term: number for number, term in enumerate(shorter, 1)}
            for number, term in enumerate(longer, 1):
                table[begin_of[term[:-1]], number_of[term[-1]]] = number
            self._tables.append(table)

    def mark(self, texts: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which terms each text holds, shape (terms, texts)."""
        found = np.zeros((len(self.terms), len(texts)), np.bool_)
        joined = "".join(text + _TEXT_END for text in texts)
        points = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32)
        rows = np.repeat(np.arange(len(texts)), [len(text) + 1 for text in texts])
        characters = self._characters[points]
        current, base = characters, 0
        for level, terms in enumerate(self._levels):
            if level:
                current = self._tables[level - 1][current[:-1], characters[level:]]
            places = np.flatnonzero(current)
            found[current[places].astype(np.int64) + (base - 1), rows[places]] = True
            base += len(terms)
        return found


def frequent_terms(texts: Sequence[str], rule: FrequentRule) -> list[str]:
    """Terms of one to four characters that a sample of the texts shows to be frequent, the most frequent first."""
    if len(texts) < rule.minimum_rows:
        return []
    sample = texts[:: max(1, len(texts) // _SAMPLE)]
    tally: Tally[str] = Tally()
    for text in sample:
        tally.update({text[at : at + length] for length in range(1, LONGEST_FREQUENT + 1) for at in range(len(text) - length + 1)})
    # A little below the share, since a sample errs by a few parts in a thousand.
    least = 0.8 * rule.share * len(sample)
    common = tally.most_common(_MOST_FREQUENT)
    return [term for term, times in common if times > least and _TEXT_END not in term and not any("\ud800" <= c <= "\udfff" for c in term)]


@dataclass(frozen=True, slots=True)
class TextColumn:
    """All texts: a main block, blocks added since, and the sets of frequent terms, shape (terms, words).

    `block_of` and `place_of` say where a row's text stands.
    """

    blocks: tuple[TextBlock, ...]
    block_of: npt.NDArray[np.uint8]
    place_of: npt.NDArray[np.int32]
    grams: Grams
    sets: Words
    size: int
    remembered: Lru[str, tuple[Words, int]] = field(default_factory=lambda: Lru(_REMEMBERED))

    @classmethod
    def build(cls, texts: Sequence[str], rule: FrequentRule) -> TextColumn:
        """The column of a whole catalogue of folded texts; row = place."""
        size = len(texts)
        rows = np.arange(size, dtype=np.int32)
        grams = Grams(frequent_terms(texts, rule))
        marked = np.zeros((len(grams.terms), bits.word_count(size) * 8), np.uint8)
        for start in range(0, size if grams.terms else 0, _CHUNK):
            # Chunks are whole bytes, so each fills its own columns.
            packed = np.packbits(grams.mark(texts[start : start + _CHUNK]), axis=1, bitorder="little")
            marked[:, start >> 3 : (start >> 3) + packed.shape[1]] = packed
        return cls((TextBlock.build(texts, rows),), np.zeros(size, np.uint8), rows, grams, marked.view(np.uint64), size)

    def patched(self, texts: Sequence[str], targets: npt.NDArray[np.int64], touched: Words, size: int) -> TextColumn:
        """A copy in which the rows `targets` have new texts; `size` rows in all."""
        blocks = []
        for number, block in enumerate(self.blocks):
            old = targets[targets < self.size]
            gone = self.place_of[old[self.block_of[old] == number]]
            rows = block.rows.copy()
            rows[gone] = -1
            blocks.append(TextBlock(block.data, block.starts, rows))
        blocks.append(TextBlock.build(texts, targets.astype(np.int32)))
        if len(blocks) > _MOST_BLOCKS:
            blocks = [blocks[0], merged(blocks[1:])]
        if sum(len(block.data) for block in blocks[1:]) * 4 > len(blocks[0].data):
            blocks = [merged(blocks)]
        block_of, place_of = np.zeros(size, np.uint8), np.zeros(size, np.int32)
        for number, block in enumerate(blocks):
            present = np.flatnonzero(block.rows >= 0)
            block_of[block.rows[present]] = number
            place_of[block.rows[present]] = present
        sets = bits.grown(self.sets, touched.size)
        if self.grams.terms:
            sets &= ~touched
            terms, entries = np.nonzero(self.grams.mark(texts))
            rows_hit = targets[entries]
            np.bitwise_or.at(sets, (terms, rows_hit >> 6), np.left_shift(np.uint64(1), (rows_hit & 63).astype(np.uint64)))
        return TextColumn(tuple(blocks), block_of, place_of, self.grams, sets, size)

    def select(self, text: str) -> Words | None:
        """The rows that hold the text (dead rows may be among them); None when there is nothing to look for."""
        term = fold(text.strip())
        if not term:
            return None
        place = self.grams.place.get(term)
        if place is not None:
            words: Words = self.sets[place]
            return words
        known = self.remembered.get(term)
        if known is None:
            words = self._search(term)
            self.remembered.put(term, (words, bits.count(words)))
            return words
        return known[0]

    def _search(self, term: str) -> Words:
        encoded = term.encode("utf-8", "replace")
        candidates = self._candidates(term)
        if candidates is not None:
            held = [row for row in candidates.tolist() if encoded in self.text(row)]
            return bits.from_rows(np.array(held, np.int64), self.size)
        return bits.from_rows(np.concatenate([block.hits(encoded) for block in self.blocks]), self.size)

    def _candidates(self, term: str) -> bits.Rows | None:
        # The narrowest set that must hold every hit, when it is small enough to look at each of its rows.
        sets = [(words, count) for shorter, (words, count) in self.remembered.items() if shorter in term]
        most = max(_LEAST_VERIFIED, sum(len(block.data) for block in self.blocks) // _VERIFIED_BYTES)
        if any(count <= most for _, count in sets):
            words, count = min(sets, key=lambda known: known[1])
            return bits.to_rows(words, count)
        places = {
            self.grams.place.get(term[at : at + length], -1)
            for length in range(1, LONGEST_FREQUENT + 1)
            for at in range(len(term) - length + 1)
        } - {-1}
        parts = [words for words, _ in sets] + [self.sets[place] for place in places]
        if len(parts) < 2:
            return None
        words = bits.conjunction(parts)
        count = bits.count(words)
        return bits.to_rows(words, count) if count <= most else None

    def text(self, row: int) -> bytes:
        """The folded text of a row in UTF-8."""
        block: TextBlock = self.blocks[int(self.block_of[row])]
        return block.text(int(self.place_of[row]))


def merged(blocks: Sequence[TextBlock]) -> TextBlock:
    """One block with what is still current of several."""
    if len(blocks) == 1:
        return blocks[0]
    data: list[bytes] = []
    rows: list[npt.NDArray[np.int32]] = []
    lengths: list[npt.NDArray[np.int64]] = []
    for block in blocks:
        starts = block.starts.astype(np.int64)
        kept = np.flatnonzero(block.rows >= 0)
        if kept.size == block.rows.size:
            data.append(bytes(block.data))
        else:
            data.append(
                b"".join(
                    [bytes(block.data[begin:end]) for begin, end in zip(starts[kept].tolist(), starts[kept + 1].tolist(), strict=True)]
                )
            )
        rows.append(block.rows[kept])
        lengths.append(np.diff(starts)[kept])
    return TextBlock(b"".join(data), _starts(np.concatenate(lengths)), np.concatenate(rows))


def _starts(lengths: npt.NDArray[np.int64]) -> Starts:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]).astype(np.uint32)
