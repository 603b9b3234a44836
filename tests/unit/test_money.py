"""Money holds to the fen and mixes with nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xingtu_desktop.domain.money import Fen, NotMoney, total


@given(st.integers(-(10**15), 10**15))
def test_yuan_and_back_is_exact(fen: int) -> None:
    assert Fen.from_yuan(str(Fen(fen).yuan)) == Fen(fen)


@given(st.integers(0, 10**11))
def test_a_float_of_yuan_is_read_through_its_text(fen: int) -> None:
    assert Fen.from_yuan(fen / 100) == Fen(fen)


@pytest.mark.parametrize("bad", ["0.295", 0.295, float("nan"), float("inf"), "abc", "", True, Decimal("1.001")])
def test_what_is_no_whole_number_of_fen_is_refused(bad: object) -> None:
    with pytest.raises(NotMoney):
        Fen.from_yuan(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("other", [1, 1.0, "1", None, Decimal(1)])
def test_money_adds_only_to_money(other: object) -> None:
    with pytest.raises(TypeError):
        Fen(1) + other  # type: ignore[operator]


def test_money_does_not_multiply_by_a_float() -> None:
    with pytest.raises(TypeError):
        Fen(100) * 1.05  # type: ignore[operator]


def test_a_float_is_no_fen() -> None:
    with pytest.raises(NotMoney):
        Fen(1.0)  # type: ignore[arg-type]


@given(st.lists(st.integers(-(10**9), 10**9)))
def test_total_is_the_sum(values: list[int]) -> None:
    assert total(Fen(v) for v in values) == Fen(sum(values))


def test_a_share_rounds_half_up_to_the_fen() -> None:
    assert Fen(1_200_000).share(500) == Fen(60_000)
    assert Fen(10).share(500) == Fen(1)
