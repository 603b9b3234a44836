"""Reads parsed JSON with its place: every value is asked for by name and type, and a wrong type names its path.

The platform sends fields that are not there and nulls for "nothing", so both read as missing. A type error raises NotThePlatform with the
path, since an answer of another shape must never be read as data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xingtu_desktop.core.errors import NotThePlatform

INT64 = range(-(2**63), 2**63)


def _wrong(path: str, wanted: str, value: object) -> NotThePlatform:
    return NotThePlatform(f"{path}: {wanted} expected, got {type(value).__name__}", field=path)


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON object with the path at which it stands."""

    path: str
    values: dict[str, object]

    @classmethod
    def of(cls, path: str, value: object) -> Node:
        """`value` as an object; NotThePlatform when it is none."""
        if not isinstance(value, dict):
            raise _wrong(path, "object", value)
        return cls(path, value)

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}"

    def has(self, name: str) -> bool:
        return self.values.get(name) is not None

    def maybe_integer(self, name: str) -> int | None:
        value = self.values.get(name)
        if value is None:
            return None
        if type(value) is not int or value not in INT64:
            raise _wrong(self._at(name), "int64", value)
        return value

    def integer(self, name: str, default: int | None = None) -> int:
        value = self.maybe_integer(name)
        if value is None:
            value = default
        if value is None:
            raise _wrong(self._at(name), "int64", None)
        return value

    def maybe_number(self, name: str) -> int | float | None:
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _wrong(self._at(name), "number", value)
        return value

    def maybe_text(self, name: str) -> str | None:
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise _wrong(self._at(name), "string", value)
        return value

    def text(self, name: str, default: str | None = "") -> str:
        """A text; with `default=None` it has to be there."""
        value = self.maybe_text(name)
        if value is None:
            value = default
        if value is None:
            raise _wrong(self._at(name), "string", None)
        return value

    def maybe_flag(self, name: str) -> bool | None:
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, bool):
            raise _wrong(self._at(name), "bool", value)
        return value

    def maybe_node(self, name: str) -> Node | None:
        value = self.values.get(name)
        return None if value is None else Node.of(self._at(name), value)

    def node(self, name: str) -> Node:
        """An object; a missing one reads as empty."""
        return self.maybe_node(name) or Node(self._at(name), {})

    def items(self, name: str) -> list[object]:
        """A list; a missing one reads as empty."""
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise _wrong(self._at(name), "list", value)
        return value

    def nodes(self, name: str) -> Iterator[Node]:
        """The objects of a list."""
        for number, value in enumerate(self.items(name)):
            yield Node.of(f"{self._at(name)}[{number}]", value)

    def texts(self, name: str) -> tuple[str, ...]:
        found: list[str] = []
        for number, value in enumerate(self.items(name)):
            if not isinstance(value, str):
                raise _wrong(f"{self._at(name)}[{number}]", "string", value)
            found.append(value)
        return tuple(found)

    def integers(self, name: str) -> tuple[int, ...]:
        found: list[int] = []
        for number, value in enumerate(self.items(name)):
            if type(value) is not int or value not in INT64:
                raise _wrong(f"{self._at(name)}[{number}]", "int64", value)
            found.append(value)
        return tuple(found)
