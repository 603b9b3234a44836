"""Promise of the strip above a view: offline and signed out are two things, and both say how old the data is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from pytestqt.qtbot import QtBot

from xingtu_desktop.services.sync.connectivity import Phase
from xingtu_desktop.ui.offline import offline, show_offline
from xingtu_desktop.ui.widgets.states import Banner

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(("phase", "begins"), [(Phase.OFFLINE, "离线可读。"), (Phase.SIGNED_OUT, "已退出登录")])
def test_the_strip_says_why_nothing_is_fetched(qtbot: QtBot, phase: Phase, begins: str) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    connection = SimpleNamespace(status=SimpleNamespace(phase=phase, last_sync_at=NOW - timedelta(hours=2)))
    assert offline(connection)  # type: ignore[arg-type]  # the part of a status that is asked for
    show_offline(banner, "离线可读。", connection, NOW)  # type: ignore[arg-type]
    words = banner.accessibleName()
    assert words.startswith(begins)
    assert "2 小时" in words
