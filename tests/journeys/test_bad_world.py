"""The journey through a bad world: each thing that can be broken has a plain error, loses nothing, and lets the program go on after it."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
import sqlcipher3

from tests.journeys.conftest import Platform
from tests.journeys.drafting import a_brief
from tests.journeys.test_approvals import looked_at
from tests.support.desk import Desk, states
from xingtu_desktop.core.errors import DiskFull, KnownError, NoKeyring, StorageDamaged, StorageLocked
from xingtu_desktop.domain.brief import with_changes
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.domain.intent import IntentState
from xingtu_desktop.services.sync.connectivity import Phase
from xingtu_desktop.storage.account_files import Notice
from xingtu_desktop.system.secrets import KeyringSecrets
from xingtu_desktop.system.single_instance import SingleInstance

DONE = IntentState.DONE


async def worked_at(desk: Desk) -> str:
    """A desk where a day's work lies in the files; the id of its brief. The program is closed again."""
    desk.spawn(2, "script")
    await desk.open()
    await desk.sync()
    await looked_at(desk)
    opened = await a_brief(desk, "不能丢的需求")
    await desk.close()
    return opened.brief.brief_id


async def brief_titles(desk: Desk) -> list[str]:
    return [row.title for row in await desk.services.briefs.all()]


# ---------------------------------------------------------------------- files


async def test_a_damaged_work_file_is_said_plainly_and_not_a_byte_of_it_is_touched(desk: Desk) -> None:
    await worked_at(desk)
    file = desk.folder / "work.db"
    whole = file.read_bytes()
    damaged = bytearray(whole)
    damaged[4096:8192] = b"\x5a" * 4096
    damaged[:64] = b"\x5a" * 64
    file.write_bytes(damaged)
    with pytest.raises(StorageDamaged) as told:
        await desk.open()
    await desk.close()
    assert told.value.values["file"] == "work.db"
    assert told.value.values["role"] == "work"
    assert file.read_bytes() == bytes(damaged)
    # Whoever puts the file back goes on where they were.
    file.write_bytes(whole)
    await desk.open()
    assert await brief_titles(desk) == ["不能丢的需求"]


async def test_a_damaged_cache_is_begun_again_and_filled_and_says_so(desk: Desk) -> None:
    await worked_at(desk)
    (desk.folder / "cache.db").write_bytes(b"\x00garbage" * 4096)
    (desk.folder / "media" / "media.db").write_bytes(b"no database")
    room = await desk.open()
    assert room.files.notices == {Notice.CACHE_REBUILT, Notice.MEDIA_REBUILT}
    assert await desk.services.campaigns.orders() == []
    await desk.sync()
    assert len(await desk.services.campaigns.orders()) == 2
    assert all(item.here and item.seen for item in await desk.services.approvals.queue())
    assert await brief_titles(desk) == ["不能丢的需求"]


async def test_a_damaged_index_snapshot_costs_only_time(desk: Desk) -> None:
    await worked_at(desk)
    snapshot = desk.folder / "creators.index"
    snapshot.write_bytes(b"half a snapsh")
    await desk.open()
    await desk.searchable()


async def test_another_key_is_not_taken_for_damage_that_may_be_thrown_away(desk: Desk) -> None:
    await worked_at(desk)
    before = {file: file.read_bytes() for file in desk.folder.rglob("*.db")}
    name = f"data-key:{desk.star_id}"
    right = await desk.secrets.get(name)
    assert right is not None
    await desk.secrets.put(name, "00" * 32)
    with pytest.raises(StorageDamaged):
        await desk.open()
    assert {file: file.read_bytes() for file in desk.folder.rglob("*.db")} == before
    await desk.secrets.put(name, right)
    await desk.open()
    assert await brief_titles(desk) == ["不能丢的需求"]


async def test_a_full_disk_is_said_plainly_what_was_saved_stays_and_room_lets_it_go_on(desk: Desk) -> None:
    await worked_at(desk)
    room = await desk.open()
    await desk.sync()
    items = await desk.services.approvals.queue()
    (summary,) = await desk.services.briefs.all()
    opened = await desk.services.briefs.open(summary.brief_id)

    async def room_for(pages: int) -> None:
        await room.files.work.write(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}").close())

    async def write_on_and_on() -> None:
        nonlocal opened
        for _ in range(50):
            longer = with_changes(opened.brief, detail_demand=opened.brief.detail_demand + "很长的要求" * 5_000)
            opened = await desk.services.briefs.save(longer, opened.revision)

    async def note_on_and_on() -> None:
        for _ in range(200):
            await desk.services.approvals.add_note(items[0], "满" * 20_000)

    await room_for(1)
    with pytest.raises(DiskFull) as told:
        await write_on_and_on()
    assert told.value.values["role"] == "work"
    with pytest.raises(DiskFull):
        await note_on_and_on()
    await room_for(2**30)
    saved = await desk.services.briefs.open(summary.brief_id)
    assert saved.revision == opened.revision
    again = await desk.services.briefs.save(with_changes(saved.brief, detail_demand="腾出空间之后"), saved.revision)
    batch = await desk.services.approvals.approve(items)
    assert states(await desk.ended(batch)) == {DONE: 2}
    await desk.close()
    await desk.open()
    assert (await desk.services.briefs.open(again.brief.brief_id)).brief.detail_demand == "腾出空间之后"
    assert await desk.journal_is_whole()


async def test_files_that_another_program_holds_are_said_to_be_held(desk: Desk) -> None:
    await worked_at(desk)
    key = await desk.secrets.get(f"data-key:{desk.star_id}")
    holder = sqlcipher3.connect(str(desk.folder / "work.db"), isolation_level=None)
    try:
        holder.execute(f"PRAGMA key = \"x'{key}'\"")
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageLocked):
            await desk.open()
        holder.execute("ROLLBACK")
    finally:
        holder.close()
    await desk.open()
    assert await brief_titles(desk) == ["不能丢的需求"]


async def test_nothing_in_the_files_can_be_read_without_the_key(desk: Desk) -> None:
    await worked_at(desk)
    for file in desk.folder.rglob("*.db"):
        assert "不能丢的需求".encode() not in file.read_bytes()
        with pytest.raises(sqlite3.DatabaseError), contextlib.closing(sqlite3.connect(file)) as plain:
            plain.execute("SELECT * FROM sqlite_master").fetchall()


# ---------------------------------------------------------------------- the computer


async def test_without_a_keyring_nothing_is_written_and_a_session_that_is_not_kept_works(desk: Desk) -> None:
    kept, desk.secrets = desk.secrets, KeyringSecrets()
    with pytest.raises(NoKeyring):
        await desk.open()
    assert not desk.folder.exists()
    desk.secrets = kept
    await desk.open()
    await desk.sync()
    assert desk.phase is Phase.ONLINE


async def test_a_second_start_shows_the_first_and_writes_nothing(desk: Desk) -> None:
    root = desk.folders.make(desk.folders.root)
    first, second = SingleInstance(root), SingleInstance(root)
    assert first.claim()
    shown: list[str] = []
    await first.listen(lambda: shown.append("shown"))
    await desk.open()
    try:
        assert not second.claim()
        assert await asyncio.get_running_loop().run_in_executor(None, second.ask_to_show)
        assert shown == ["shown"]
        await desk.sync()
        assert desk.phase is Phase.ONLINE
    finally:
        await desk.close()
        await first.close()
    assert second.claim()
    await second.close()


# ---------------------------------------------------------------------- the server


NONSENSE: list[dict[str, object]] = [
    {"kind": "captive_portal"},
    {"kind": "garbage"},
    {"kind": "http_error", "status": 502},
    {"kind": "lost_request"},
    {"kind": "rate_limited", "code": 40110},
]


async def test_a_server_that_talks_nonsense_makes_nothing_wrong_and_is_forgiven_each_time(desk: Desk) -> None:
    made = [one["order_id"] for one in desk.spawn(len(NONSENSE), "script")]
    room = await desk.open()
    await desk.sync()
    items = {item.order.order_id: item for item in await looked_at(desk)}

    def online() -> bool:
        return desk.phase is Phase.ONLINE

    for number, (order_id, rule) in enumerate(zip(made, NONSENSE, strict=True)):
        shown = [row.order for row in await desk.services.campaigns.orders()]
        desk.faults({**rule, "path": "*/star/*"})
        batch = await desk.services.approvals.approve([items[OrderId(order_id)]])
        await desk.until(lambda: desk.phase is Phase.DEGRADED)
        assert room.sync.engine.status.cause
        assert [row.order for row in await desk.services.campaigns.orders()] == shown, rule
        assert len(desk.effects()) == number
        desk.faults()
        assert states(await desk.ended(batch)) == {DONE: 1}, rule
        await desk.until(online)
        await desk.sync()
    assert desk.effects() == {("approve", one): 1 for one in made}


async def test_the_address_of_somebody_elses_server_is_never_read_as_data(desk: Desk) -> None:
    await worked_at(desk)

    async def hotel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            # A line that was opened and given up before a request left.
            writer.close()
            return
        page = '<html><title>无线网络登录</title>{"code":0,"data":{}}</html>'.encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(page) + page)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(hotel, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        await desk.open(server=replace(desk.invitation, url=url).server())
        await desk.sync()
        assert desk.room.sync.engine.status.phase is Phase.DEGRADED
        assert desk.room.sync.engine.status.cause == "NotThePlatform"
        assert len(await desk.services.campaigns.orders()) == 2
        assert await brief_titles(desk) == ["不能丢的需求"]
        await desk.close()
    finally:
        server.close()
        await server.wait_closed()
    await desk.open()
    await desk.sync()
    assert desk.phase is Phase.ONLINE


async def test_a_server_that_is_not_there_is_offline_and_everything_can_be_read(desk: Desk) -> None:
    await worked_at(desk)
    await desk.open(server=replace(desk.invitation, url="http://127.0.0.1:9").server())
    await desk.sync()
    assert desk.phase is Phase.OFFLINE
    assert len(await desk.services.campaigns.orders()) == 2
    await desk.searchable()


async def test_a_refused_token_that_cannot_be_renewed_is_signed_out_and_keeps_the_files(platform: Platform, desk: Desk) -> None:
    await worked_at(desk)
    desk.control("token", {"action": "revoke"})
    await desk.open()
    await desk.sync()
    await desk.until(lambda: desk.phase is Phase.SIGNED_OUT)
    assert await brief_titles(desk) == ["不能丢的需求"]
    assert len(await desk.services.campaigns.orders()) == 2
    fresh = desk.control("token", {"action": "mint"})
    desk.use_tokens(fresh["access_token"], fresh["refresh_token"])
    await desk.services.session.begin(desk.tokens())
    desk.room.sync.engine.wake("signed_in")
    await desk.until(lambda: desk.phase is not Phase.SIGNED_OUT)
    await desk.sync()
    assert desk.room.sync.engine.status.last_sync_at is not None


async def test_every_error_of_a_bad_opening_leaves_the_folder_free_for_the_next_try(desk: Desk, tmp_path: Path) -> None:
    desk.folders.make(desk.folder)
    (desk.folder / "catalog.db").write_bytes(b"\x01" * 8192)
    for _ in range(3):
        with pytest.raises(KnownError):
            await desk.open()
    (desk.folder / "catalog.db").unlink()
    await desk.open()
    await desk.sync()
    assert desk.phase is Phase.ONLINE
