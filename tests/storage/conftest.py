"""Owns the opened files that storage tests share: one work file, one account's folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.storage.making import KEY
from xingtu_desktop.storage.account_files import AccountFiles


@pytest.fixture
async def files(tmp_path: Path) -> AsyncIterator[AccountFiles]:
    opened = await AccountFiles.open(tmp_path / "account", KEY)
    yield opened
    await opened.close()
