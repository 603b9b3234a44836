"""Promises of one encrypted file: writes finish, errors are plain, nothing readable on disk, nothing left open."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection

from tests.storage.making import CANARY, KEY, OTHER_KEY
from xingtu_desktop.core.errors import BugError, DiskFull, StorageDamaged, StorageLocked
from xingtu_desktop.storage.cipher import Keyed, Worth, connect
from xingtu_desktop.storage.database import Database
from xingtu_desktop.storage.tables import WORK

PUT = "INSERT INTO settings (key, value) VALUES (?, ?)"


def file(folder: Path, key: bytes = KEY, worth: Worth = Worth.PRECIOUS, busy: float = 0.05) -> Keyed:
    return Keyed(folder / "work.db", key, worth, busy)


def count(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT count(*) FROM settings").scalar_one())


async def fill(folder: Path, rows: int = 300) -> None:
    database = await Database.open(file(folder), WORK)
    await database.write(lambda c: c.exec_driver_sql(PUT, [(f"{CANARY}-{i}", CANARY * 20) for i in range(rows)]).close())
    await database.close()


async def test_a_write_is_seen_by_the_next_read_and_after_reopening(tmp_path: Path) -> None:
    await fill(tmp_path)
    database = await Database.open(file(tmp_path), WORK)
    assert await database.read(count) == 300
    await database.write(lambda c: c.exec_driver_sql(PUT, ("one more", "")).close())
    assert await database.read(count) == 301
    await database.close()


async def test_closing_leaves_one_file_and_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    database = await Database.open(file(tmp_path), WORK)
    await asyncio.gather(*[database.read(count) for _ in range(8)], database.write(count))
    await database.close()
    await database.close()
    assert [each.name for each in tmp_path.iterdir()] == ["work.db"]
    assert threading.active_count() == before


async def test_a_cancelled_caller_does_not_cancel_the_write(tmp_path: Path) -> None:
    database = await Database.open(file(tmp_path), WORK)
    inside, go_on = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        inside.set()
        go_on.wait(5)
        connection.exec_driver_sql(PUT, ("cancelled", ""))

    task = asyncio.create_task(database.write(slow))
    while not inside.is_set():
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    assert await database.write(count) == 1
    await database.close()


async def test_what_a_write_raises_takes_the_whole_write_back(tmp_path: Path) -> None:
    database = await Database.open(file(tmp_path), WORK)

    def fails(connection: Connection) -> None:
        connection.exec_driver_sql(PUT, ("half", ""))
        raise LookupError("half way")

    with pytest.raises(LookupError, match="half way"):
        await database.write(fails)
    assert await database.read(count) == 0
    await database.close()


async def test_a_read_can_change_nothing(tmp_path: Path) -> None:
    database = await Database.open(file(tmp_path), WORK)
    with pytest.raises(StorageDamaged) as refused:
        await database.read(lambda c: c.exec_driver_sql(PUT, ("sneaked in", "")).close())
    assert refused.value.values["reason"] == "read_only"
    assert await database.read(count) == 0
    await database.close()


async def test_a_wrong_statement_is_a_bug_not_a_sick_disk(tmp_path: Path) -> None:
    database = await Database.open(file(tmp_path), WORK)
    with pytest.raises(BugError):
        await database.read(lambda c: c.exec_driver_sql("SELECT nothing FROM nowhere").close())
    await database.close()


async def test_nothing_on_the_disk_can_be_read_without_the_key(tmp_path: Path) -> None:
    database = await Database.open(file(tmp_path), WORK)
    await database.write(lambda c: c.exec_driver_sql(PUT, (CANARY, CANARY)).close())
    needle = CANARY.encode()
    for each in tmp_path.iterdir():
        data = each.read_bytes()
        assert needle not in data, each.name
        assert not data.startswith(b"SQLite format 3"), each.name
    await database.close()
    assert needle not in (tmp_path / "work.db").read_bytes()


@pytest.mark.parametrize("harm", ["another key", "random bytes", "cut in half", "cut to nothing", "a page overwritten", "log without file"])
async def test_a_damaged_file_is_told_plainly_and_kept(tmp_path: Path, harm: str) -> None:
    await fill(tmp_path)
    path = tmp_path / "work.db"
    whole = path.read_bytes()
    key = KEY
    if harm == "another key":
        key = OTHER_KEY
    elif harm == "random bytes":
        path.write_bytes(bytes(range(256)) * 64)
    elif harm == "cut in half":
        path.write_bytes(whole[: len(whole) // 2])
    elif harm == "cut to nothing":
        path.write_bytes(b"")
    elif harm == "a page overwritten":
        path.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
    else:
        path.rename(tmp_path / "work.db-wal")
    left = {each.name: each.read_bytes() for each in tmp_path.iterdir()}

    async def use() -> None:
        database = await Database.open(file(tmp_path, key), WORK)
        try:
            await database.read(count)
        finally:
            await database.close()

    with pytest.raises(StorageDamaged) as damage:
        await use()
    assert (damage.value.values["file"], damage.value.values["role"]) == ("work.db", "work")
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.name in left} == left


async def test_a_file_that_another_program_writes_is_locked(tmp_path: Path) -> None:
    await fill(tmp_path)
    other = connect(file(tmp_path))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageLocked):
        await Database.open(file(tmp_path), WORK)
    other.execute("ROLLBACK")
    other.close()
    database = await Database.open(file(tmp_path), WORK)
    await database.close()


async def test_a_full_disk_refuses_the_write_and_keeps_what_was_there(tmp_path: Path) -> None:
    await fill(tmp_path)
    database = await Database.open(file(tmp_path), WORK)

    def fill_up(connection: Connection) -> None:
        # The pragma is the connection's own, as a disk's limit would be.
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    await database.write(fill_up)
    with pytest.raises(DiskFull) as full:
        await database.write(lambda c: c.exec_driver_sql(PUT, [(f"big-{i}", "x" * 4000) for i in range(50)]).close())
    assert full.value.values["role"] == "work"
    assert await database.read(count) == 300
    await database.write(lambda c: c.exec_driver_sql("DELETE FROM settings WHERE key = ?", (f"{CANARY}-0",)).close())
    assert await database.read(count) == 299
    await database.close()


async def test_a_kill_while_a_file_is_made_leaves_no_half_of_one(tmp_path: Path) -> None:
    (tmp_path / "work.db.new").write_bytes(b"half of a file")
    database = await Database.open(file(tmp_path), WORK)
    assert await database.read(count) == 0
    await database.close()
    assert [each.name for each in tmp_path.iterdir()] == ["work.db"]


def test_a_key_never_shows_in_a_representation(tmp_path: Path) -> None:
    assert KEY.hex() not in repr(file(tmp_path))
    assert repr(KEY) not in repr(file(tmp_path))
