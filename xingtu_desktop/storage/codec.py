"""Turns frozen dataclasses into JSON text and back, by their declared types; knows nothing else and never unpickles.

A value is written as `{"v": version, field: value …}`; fields at their default are left out, so that a field added with a default reads
old rows.
Money is whole fen, an instant ISO 8601 in UTC, a day ISO, an enum its value, a tuple a list. A change that this cannot express raises the
version and adds an `upgrade`. What every stored type looks like on disk is pinned by tests/storage/fixtures/json_shapes.json.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Generic, TypeVar

from xingtu_desktop.core.errors import BugError, SchemaTooNew
from xingtu_desktop.domain.money import Fen

T = TypeVar("T")

Json = dict[str, Any]
"""A JSON object on its way to or from text; its values are checked by the field codecs."""

_Convert = Callable[[Any], Any]


# json.dumps with options makes an encoder at each call, which is half of its time here.
_compact = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_sorted = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, separators=(",", ":"), sort_keys=True, default=lambda odd: _plain(odd)
).encode


def _plain(value: object) -> object:
    """What a journal says of a value that JSON has no form for; a journal entry never fails for its wording."""
    if isinstance(value, Fen):
        return value.value
    if isinstance(value, datetime):
        return _instant_to_json(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    return dict(value) if isinstance(value, Mapping) else str(value)


def text_of(value: object) -> str:
    """Compact JSON text, Chinese left readable."""
    return _compact(value)


def canonical(value: object) -> str:
    """The one JSON text of a value: sorted keys, compact, UTF-8."""
    return _sorted(value)


class Codec(Generic[T]):
    """JSON of one dataclass; `upgrade` turns an object of the version given into the next one."""

    def __init__(self, kind: type[T], *, version: int = 1, upgrade: Callable[[int, Json], Json] | None = None) -> None:
        self._kind = kind
        self._version = version
        self._upgrade = upgrade
        self._to_json, self._from_json = _dataclass(kind)

    def to_json(self, value: T) -> Json:
        """A JSON object with its version."""
        return {"v": self._version, **self._to_json(value)}

    def from_json(self, stored: Mapping[str, Any]) -> T:
        """The value; raises SchemaTooNew for a version this program does not know."""
        fields = dict(stored)
        version = fields.pop("v", 1)
        if version > self._version:
            raise SchemaTooNew(f"{self._kind.__name__} version {version}", kind=self._kind.__name__)
        while version < self._version:
            if self._upgrade is None:
                raise BugError(f"{self._kind.__name__}: no way from version {version}")
            fields = self._upgrade(version, fields)
            version += 1
        return typing.cast(T, self._from_json(fields))

    def dumps(self, value: T) -> str:
        return text_of(self.to_json(value))

    def loads(self, text: str) -> T:
        return self.from_json(json.loads(text))


def _same(value: Any) -> Any:
    return value


def _instant_to_json(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


def _fen_to_json(value: Fen) -> int:
    return value.value


def _converters(hint: Any) -> tuple[_Convert, _Convert]:
    """How a value declared as `hint` is written and read."""
    if isinstance(hint, typing.NewType):
        return _converters(hint.__supertype__)
    if hint in (int, str, bool, float):
        return _same, _same
    if hint is Fen:
        return _fen_to_json, Fen
    if hint is datetime:
        return _instant_to_json, datetime.fromisoformat
    if hint is date:
        return date.isoformat, date.fromisoformat
    if isinstance(hint, type) and issubclass(hint, Enum):
        return (lambda value: value.value), hint
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _dataclass(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _optional(hint, arguments)
    if origin is tuple:
        return _tuple(arguments)
    if origin in (list, dict) and all(_is_plain(each) for each in arguments):
        return _same, _same
    raise BugError(f"no JSON is agreed for {hint!r}")


def _is_plain(hint: Any) -> bool:
    """Whether JSON holds the type as it is."""
    if hint in (int, str, bool, float, type(None)):
        return True
    return typing.get_origin(hint) in (list, dict, typing.Union, types.UnionType) and all(_is_plain(each) for each in typing.get_args(hint))


def _optional(hint: Any, arguments: tuple[Any, ...]) -> tuple[_Convert, _Convert]:
    if _is_plain(hint):
        return _same, _same
    inner = [each for each in arguments if each is not type(None)]
    if len(inner) != 1:
        raise BugError(f"no JSON is agreed for {hint!r}")
    write, read = _converters(inner[0])
    if write is _same and read is _same:
        return _same, _same
    return (lambda value: None if value is None else write(value)), (lambda value: None if value is None else read(value))


def _tuple(arguments: tuple[Any, ...]) -> tuple[_Convert, _Convert]:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        write, read = _converters(arguments[0])
        if write is _same:
            return list, tuple
        return (lambda value: [write(each) for each in value]), (lambda value: tuple([read(each) for each in value]))
    if all(_is_plain(each) for each in arguments):
        return list, tuple
    raise BugError(f"no JSON is agreed for a tuple of {arguments!r}")


def _dataclass(kind: type[Any]) -> tuple[_Convert, _Convert]:
    hints = typing.get_type_hints(kind)
    writers: list[tuple[str, object, _Convert]] = []
    readers: dict[str, _Convert] = {}
    for each in dataclasses.fields(kind):
        write, read = _converters(hints[each.name])
        default: object = each.default
        if each.default_factory is not dataclasses.MISSING:
            default = each.default_factory()
        writers.append((each.name, default, write))
        readers[each.name] = read

    def to_json(value: Any) -> Json:
        found: Json = {}
        for name, default, write in writers:
            part = getattr(value, name)
            if part is not default and part != default:
                found[name] = write(part)
        return found

    def from_json(stored: Json) -> Any:
        # A field that a newer minor version added is not ours to read.
        return kind(**{name: readers[name](part) for name, part in stored.items() if name in readers})

    return to_json, from_json
