"""Packed sets of rows: one bit a row in uint64 words, their counts, and the small caches that hold them.

Bit `row & 63` of word `row >> 6`, counted in the byte order of `np.packbits(bitorder="little")`; bits beyond the last row are zero.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
import stringzilla

Words = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_BITS_OF_BYTE = ((np.arange(256)[:, None] >> np.arange(8)) & 1).astype(np.bool_)
_CHUNK_BYTES = 1 << 18


def word_count(rows: int) -> int:
    """How many words hold the bits of so many rows."""
    return (rows + 63) >> 6


def pack(mask: Mask) -> Words:
    """The packed form of a truth value a row."""
    packed = np.zeros(word_count(mask.size) * 8, np.uint8)
    data = np.packbits(mask, bitorder="little")
    packed[: data.size] = data
    return packed.view(np.uint64)


def unpack(words: Words, rows: int) -> Mask:
    """A truth value a row."""
    return np.unpackbits(words.view(np.uint8), bitorder="little", count=rows).view(np.bool_)


def from_rows(rows: npt.NDArray[np.integer], size: int) -> Words:
    """The packed set of the given rows among `size`."""
    mask = np.zeros(size, np.bool_)
    mask[rows] = True
    return pack(mask)


def to_rows(words: Words, count: int) -> Rows:
    """The rows of a set of `count`, rising."""
    data = words.view(np.uint8)
    if count * 24 > data.size * 8:
        return np.flatnonzero(np.unpackbits(data, bitorder="little").view(np.bool_))
    # Few bits: look at the bytes that have any, which spares reading eight truth values for each of the others.
    occupied = np.flatnonzero(data)
    bits = np.flatnonzero(_BITS_OF_BYTE[data[occupied]])
    rows: Rows = (occupied[bits >> 3] << 3) + (bits & 7)
    return rows


def test(words: Words, rows: npt.NDArray[np.integer]) -> Mask:
    """Whether each of the given rows is in the set."""
    data = words.view(np.uint8)
    bit: npt.NDArray[np.uint8] = (data[rows >> 3] >> (rows & 7).astype(np.uint8)) & np.uint8(1)
    return bit.view(np.bool_)


def count(words: Words) -> int:
    """How many rows the set has."""
    return int(stringzilla.bytesum(np.bitwise_count(words).data)) if words.size else 0


def grown(matrix: Words, words: int) -> Words:
    """A copy of a matrix of sets with room for more rows."""
    copy = np.zeros((*matrix.shape[:-1], words), np.uint64)
    copy[..., : matrix.shape[-1]] = matrix
    return copy


def conjunction(sets: Sequence[Words]) -> Words:
    """The rows that are in all of at least one set; the result may be one of them, never written to."""
    if len(sets) == 1:
        return sets[0]
    result = np.bitwise_and(sets[0], sets[1])
    for other in sets[2:]:
        np.bitwise_and(result, other, out=result)
    return result


class Counter:
    """Counts the rows that each set of a matrix shares with one set; looks only at the words where that set has rows."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self.total = count(words)
        occupied = np.flatnonzero(words)
        self._picked: npt.NDArray[np.int64] | None = None
        if occupied.size == 0:
            self._span = slice(0, 0)
            self._part = words[:0]
            return
        first, last = int(occupied[0]), int(occupied[-1]) + 1
        self._span = slice(first, last)
        self._part = words[first:last]
        if occupied.size * 3 < last - first:
            self._picked = occupied
            self._part = words[occupied]

    def counts(self, matrix: Words) -> npt.NDArray[np.int64]:
        """The size of the intersection with each row of `matrix`, shape (sets,)."""
        sets = matrix.shape[0]
        result = np.zeros(sets, np.int64)
        width = self._part.size
        if width == 0:
            return result
        step = max(1, min(sets, _CHUNK_BYTES // (width * 8)))
        both = np.empty((step, width), np.uint64)
        bits = np.empty((step, width), np.uint8)
        for start in range(0, sets, step):
            stop = min(start + step, sets)
            chosen = matrix[start:stop]
            part = chosen[:, self._span] if self._picked is None else chosen.take(self._picked, axis=1)
            shared = both[: stop - start]
            np.bitwise_and(part, self._part, out=shared)
            counted = np.bitwise_count(shared, out=bits[: stop - start])
            for place in range(stop - start):
                result[start + place] = stringzilla.bytesum(counted[place].data)
        return result


class Lru(Generic[K, V]):
    """A bounded memory of the latest used values, safe for several reader threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def get_or(self, key: K, make: Callable[[], V]) -> V:
        """The value under `key`, made outside the lock when absent (two readers may both make it; both are right)."""
        found = self.get(key)
        if found is None:
            found = make()
            self.put(key, found)
        return found

    def get(self, key: K) -> V | None:
        """The value under `key`, now the latest used."""
        with self._lock:
            found = self._values.get(key)
            if found is not None:
                self._values.move_to_end(key)
            return found

    def put(self, key: K, value: V) -> None:
        """Keep a value and forget the one unused for longest."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)

    def items(self) -> list[tuple[K, V]]:
        """What is kept, the longest unused first."""
        with self._lock:
            return list(self._values.items())
