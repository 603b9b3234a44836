"""Promise: what the platform announces beside its answers is heard over a real line and told once."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.api.servers import always, envelope, http, raw_server
from tests.support.desk import Desk
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.notices import NoticeKind


async def test_an_interface_that_will_end_is_told_once_and_stays_readable(desk: Desk) -> None:
    answer = http(json.dumps(envelope({})).encode(), headers="Deprecation: true\r\nSunset: Wed, 31 Mar 2027 00:00:00 GMT\r\n")
    async with raw_server(always(answer)) as url:
        await desk.open(server=replace(desk.invitation, url=url).server())
        told: list[Change] = []
        desk.room.changes.subscribe(told.append, Topic.NOTICES)
        await desk.sync()
        await desk.sync()
        heard = [one.notice for one in desk.room.services.notices.announcements()]
        assert {one.kind for one in heard} >= {NoticeKind.DEPRECATION, NoticeKind.SUNSET}
        assert all(one.urgent for one in heard)
        assert len(heard) == len(set(heard))
        assert len([change for change in told if change.by == "platform"]) <= len(heard)
