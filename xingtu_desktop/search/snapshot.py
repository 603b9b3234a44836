"""The file that brings the index back without reading the catalogue: raw arrays behind a header with schema, generation and checksums.

It holds names and prices, so it lies under the account's key like the databases (search/sealed.py).

Layout: magic, length of the header (8 bytes, little-endian), header as JSON, then each array at a multiple of 64 bytes.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import stringzilla

from xingtu_desktop.core.errors import DiskFull, SnapshotInvalid
from xingtu_desktop.domain.creator_query import FIELDS, Facet, Field
from xingtu_desktop.search import bits, sealed
from xingtu_desktop.search.categories import CategoryColumn, Pairs
from xingtu_desktop.search.numbers import HistogramSets, Order
from xingtu_desktop.search.state import IndexState, inverse
from xingtu_desktop.search.text import Grams, TextBlock, TextColumn, merged

Array = npt.NDArray[np.generic]

_MAGIC = b"XTINDEX1"
_ALIGNED = 64


def _schema() -> str:
    """What the arrays mean; a snapshot of any other schema is rebuilt."""
    columns = [f"{spec.field}:{spec.unit}:{spec.scale}:{spec.low}:{spec.high}:{spec.bins}" for spec in FIELDS.values()]
    return f"1/{sys.byteorder}/{','.join(columns)}/{','.join(Facet)}"


def save(state: IndexState, path: Path, key: bytes) -> None:
    """Write under `key` (32 bytes) beside the old file, then replace it; raises DiskFull."""
    arrays: dict[str, Array] = {
        "author_ids": state.author_ids,
        "rows_by_id": state.rows_by_id,
        "live": state.live,
        "name_keys": state.name_keys,
    }
    facets: dict[str, list[str]] = {}
    arrays.update({f"number.{name}": numbers for name, numbers in state.numbers.items()})
    for facet, column in state.categories.items():
        facets[facet] = list(column.values)
        arrays[f"category.{facet}.known"] = column.known
        if column.codes is not None:
            arrays[f"category.{facet}.codes"] = column.codes
        if column.bitmaps is not None:
            arrays[f"category.{facet}.bitmaps"] = column.bitmaps
        if column.pairs is not None:
            arrays[f"category.{facet}.rows"] = column.pairs.rows
            arrays[f"category.{facet}.pair_codes"] = column.pairs.codes
    text = merged(state.text.blocks)
    arrays["text.data"] = np.frombuffer(text.data, np.uint8)
    arrays |= {"text.starts": text.starts, "text.rows": text.rows, "text.sets": state.text.sets}
    extremes: dict[str, list[int | None]] = {}
    for name, made in state.remembered.histograms.copy().items():
        arrays[f"histogram.{name}"] = made.sets
        extremes[name] = [made.minimum, made.maximum]
    order = state.order(Field.FOLLOWERS, ())
    arrays |= {"order.rows": order.rows, "order.starts": order.starts, "order.sets": order.sets}
    table: list[tuple[str, str, list[int], int, int]] = []
    offset = 0
    parts: list[bytes | memoryview] = []
    for label, array in arrays.items():
        part = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data if array.size else b""
        table.append((label, array.dtype.str, list(array.shape), offset, stringzilla.hash(part)))
        parts.append(part)
        offset += -(-array.nbytes // _ALIGNED) * _ALIGNED
    content = {
        "schema": _schema(),
        "generation": state.generation,
        "facets": facets,
        "terms": state.text.grams.terms,
        "extremes": extremes,
        "known": order.known,
        "arrays": table,
        "bytes": offset,
    }
    body = json.dumps(content).encode()
    header = json.dumps({"hash": stringzilla.hash(body), "length": len(body)}).encode().ljust(_ALIGNED) + body
    beside = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            with sealed.SealedWriter(file, key) as writer:
                start = _MAGIC + len(header).to_bytes(8, "little") + header
                writer.write(start + b"\0" * (-len(start) % _ALIGNED))
                for part in parts:
                    writer.write(part)
                    writer.write(b"\0" * (-len(part) % _ALIGNED))
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull("no room for the index snapshot", path=str(path)) from error
        raise


def load(path: Path, key: bytes) -> IndexState:
    """Read and check a snapshot; raises SnapshotInvalid for anything that is not exactly what `save` wrote under this key."""
    try:
        data = sealed.read(path, key)
    except OSError as error:
        raise SnapshotInvalid("the snapshot cannot be read", path=str(path)) from error
    except ValueError as error:
        raise SnapshotInvalid(f"the snapshot is damaged: {error}", path=str(path)) from error
    try:
        return _state(data)
    except (ValueError, KeyError, TypeError, IndexError, UnicodeDecodeError) as error:
        raise SnapshotInvalid(f"the snapshot is damaged: {error}", path=str(path)) from error


def _state(data: npt.NDArray[np.uint8]) -> IndexState:
    prefix = len(_MAGIC) + 8
    if data[: len(_MAGIC)].tobytes() != _MAGIC:
        raise ValueError("not an index snapshot")
    length = int.from_bytes(data[len(_MAGIC) : prefix].tobytes(), "little")
    stamp = json.loads(data[prefix : prefix + _ALIGNED].tobytes())
    body = data[prefix + _ALIGNED : prefix + length].tobytes()
    if len(body) != stamp["length"] or stringzilla.hash(body) != stamp["hash"]:
        raise ValueError("header checksum")
    content = json.loads(body)
    if content["schema"] != _schema():
        raise ValueError("another schema")
    begin = -(-(prefix + length) // _ALIGNED) * _ALIGNED
    if data.size != begin + content["bytes"]:
        raise ValueError("length")
    arrays: dict[str, Array] = {}
    for name, dtype, shape, offset, checksum in content["arrays"]:
        kind = np.dtype(dtype)
        size = int(np.prod(shape, dtype=np.int64)) * kind.itemsize
        part = data[begin + offset : begin + offset + size]
        if stringzilla.hash(part.data if size else b"") != checksum:
            raise ValueError(f"checksum of {name}")
        arrays[name] = part.view(kind).reshape(shape)
    return _assembled(content["generation"], content, arrays.__getitem__, arrays)


def _assembled(generation: int, content: dict[str, object], array: Callable[[str], Array], arrays: dict[str, Array]) -> IndexState:
    facets, extremes, terms, known = content["facets"], content["extremes"], content["terms"], content["known"]
    if not isinstance(facets, dict) or not isinstance(extremes, dict) or not isinstance(terms, list) or not isinstance(known, int):
        raise ValueError("header")
    rows_by_id = array("rows_by_id").astype(np.int32, copy=False)
    size = rows_by_id.size
    categories: dict[Facet, CategoryColumn] = {}
    for facet in Facet:
        base = f"category.{facet}."
        codes = arrays.get(base + "codes")
        bitmaps = arrays.get(base + "bitmaps")
        pairs = None
        if base + "rows" in arrays:
            pairs = Pairs(array(base + "rows").astype(np.int32, copy=False), array(base + "pair_codes").astype(np.int32, copy=False))
        categories[facet] = CategoryColumn(
            facet,
            tuple(facets[facet]),
            array(base + "known").view(np.uint64),
            None if codes is None else codes.view(np.int16) if codes.itemsize == 2 else codes.view(np.int32),
            None if bitmaps is None else bitmaps.view(np.uint64),
            pairs,
        )
    block = TextBlock(array("text.data").view(np.uint8).data, array("text.starts").view(np.uint32), array("text.rows").view(np.int32))
    place_of = np.zeros(size, np.int32)
    present = np.flatnonzero(block.rows >= 0)
    place_of[block.rows[present]] = present
    live = array("live").view(np.uint64)
    state = IndexState(
        generation=generation,
        author_ids=array("author_ids").view(np.int64),
        id_ranks=inverse(rows_by_id),
        rows_by_id=rows_by_id,
        live=live,
        live_count=bits.count(live),
        numbers={
            name: array(f"number.{name}").view(np.uint16) if FIELDS[name].narrow else array(f"number.{name}").view(np.int32)
            for name in Field
        },
        categories=categories,
        text=TextColumn((block,), np.zeros(size, np.uint8), place_of, Grams(terms), array("text.sets").view(np.uint64), size),
        name_keys=array("name_keys").view(np.uint64),
    )
    for name, (minimum, maximum) in extremes.items():
        state.remembered.histograms[Field(name)] = HistogramSets(array(f"histogram.{name}").view(np.uint64), minimum, maximum)
    order = Order(array("order.rows").view(np.int32), known, array("order.starts").view(np.int64), array("order.sets").view(np.uint64))
    state.remembered.orders.put((Field.FOLLOWERS, ()), order)
    return state
