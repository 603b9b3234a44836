"""Owns how api tests reach the official contract: ../shared/contract beside the checkout, where it is there."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "contract"


def checker() -> Callable[[dict[str, object]], list[str]]:
    """What is wrong with an exchange; skips the test where the contract is not at hand."""
    file = FOLDER / "check.py"
    if not file.is_file():
        pytest.skip("the official contract is not beside this checkout")
    spec = importlib.util.spec_from_file_location("contract_check", file)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    problems: Callable[[dict[str, object]], list[str]] = module.Contract().problems
    return problems


def problems_of(exchanges: list[dict[str, object]]) -> list[str]:
    """Every problem of every exchange."""
    check = checker()
    return [problem for exchange in exchanges for problem in check(exchange)]
