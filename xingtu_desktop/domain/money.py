"""Money as whole fen in a type that mixes with nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation


class NotMoney(ValueError):
    """A text or number that is no whole amount of fen."""


@dataclass(frozen=True, slots=True, order=True)
class Fen:
    """An amount in fen (1/100 yuan). Adds only to itself, multiplies only by whole numbers."""

    value: int

    def __post_init__(self) -> None:
        if type(self.value) is not int:
            raise NotMoney(f"fen must be a whole number, got {self.value!r}")

    @classmethod
    def from_yuan(cls, yuan: int | float | str | Decimal) -> Fen:
        """Read yuan exactly through its decimal text; refuses what is no whole number of fen.

        A float is read through `repr`, the shortest text that names it, so 0.29 is 29 fen and 0.295 is refused.
        """
        if isinstance(yuan, bool):
            raise NotMoney("a truth value is no amount")
        try:
            exact = Decimal(repr(yuan) if isinstance(yuan, float) else str(yuan).strip()) * 100
        except InvalidOperation as error:
            raise NotMoney(f"{yuan!r} is no amount of yuan") from error
        if not exact.is_finite() or exact != exact.to_integral_value():
            raise NotMoney(f"{yuan!r} yuan is no whole number of fen")
        return cls(int(exact))

    @property
    def yuan(self) -> Decimal:
        """The amount in yuan, exact, with two decimals."""
        return (Decimal(self.value) / 100).quantize(Decimal("0.01"))

    def __add__(self, other: object) -> Fen:
        return Fen(self.value + other.value) if isinstance(other, Fen) else NotImplemented

    def __sub__(self, other: object) -> Fen:
        return Fen(self.value - other.value) if isinstance(other, Fen) else NotImplemented

    def __neg__(self) -> Fen:
        return Fen(-self.value)

    def __mul__(self, times: int) -> Fen:
        return Fen(self.value * times) if type(times) is int else NotImplemented

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        return self.value != 0

    def share(self, basis_points: int) -> Fen:
        """The given share (1/10,000) of this amount, half a fen rounded up; for fee estimates."""
        return Fen((self.value * basis_points * 2 + 10_000) // 20_000)


ZERO = Fen(0)


def total(amounts: Iterable[Fen]) -> Fen:
    """The sum of the amounts; zero for none."""
    return Fen(sum(amount.value for amount in amounts))
