"""Promises of an account's folder: precious files are never thrown away, disposable ones are begun again by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.storage.making import KEY, OTHER_KEY, at, creator, order
from xingtu_desktop.core.errors import StorageDamaged
from xingtu_desktop.domain.answers import FeedPage
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.storage.account_files import AccountFiles, Notice
from xingtu_desktop.storage.cipher import Keyed, Worth, connect


async def fill(folder: Path) -> None:
    files = await AccountFiles.open(folder, KEY)
    await files.settings.put("language", "zh_CN")
    await files.orders.save_orders([order(1)])
    await files.creators.apply_page(FeedPage((creator(1),), (), "c1", False, 1, 0), "feed")
    await files.media.put(b"clip", suffix=".mp4")
    await files.close()


async def test_an_account_opens_again_as_it_was_left(tmp_path: Path) -> None:
    await fill(tmp_path)
    files = await AccountFiles.open(tmp_path, KEY)
    assert files.notices == frozenset()
    assert await files.settings.all() == {"language": "zh_CN"}
    assert await files.orders.order(OrderId(1)) == order(1)
    assert await files.creators.count() == 1
    await files.close()
    assert sorted(str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*.db*")) == [
        "cache.db",
        "catalog.db",
        "media/media.db",
        "work.db",
    ]


@pytest.mark.parametrize(("name", "notice"), [("cache.db", Notice.CACHE_REBUILT), ("media/media.db", Notice.MEDIA_REBUILT)])
@pytest.mark.parametrize("harm", ["random bytes", "empty", "cut", "another schema"])
async def test_a_disposable_file_is_begun_again_with_a_notice(tmp_path: Path, name: str, notice: Notice, harm: str) -> None:
    await fill(tmp_path)
    path = tmp_path / name
    if harm == "another schema":
        raw = connect(Keyed(path, KEY, Worth.DISPOSABLE))
        raw.execute("PRAGMA user_version=99")
        raw.close()
    else:
        path.write_bytes({"random bytes": bytes(range(256)) * 64, "empty": b"", "cut": path.read_bytes()[:5000]}[harm])
    files = await AccountFiles.open(tmp_path, KEY)
    assert files.notices == {notice}
    assert await files.settings.get("language") == "zh_CN"
    await files.orders.save_orders([order(2)])
    assert await files.orders.order(OrderId(2)) == order(2)
    await files.close()


@pytest.mark.parametrize("name", ["work.db", "catalog.db"])
async def test_a_damaged_precious_file_stops_the_opening_and_stays(tmp_path: Path, name: str) -> None:
    await fill(tmp_path)
    (tmp_path / name).write_bytes(b"not a database" * 1000)
    with pytest.raises(StorageDamaged) as damage:
        await AccountFiles.open(tmp_path, KEY)
    assert damage.value.values["file"] == name
    assert (tmp_path / name).read_bytes() == b"not a database" * 1000


async def test_a_wrong_key_throws_nothing_away(tmp_path: Path) -> None:
    await fill(tmp_path)
    before = {each: each.read_bytes() for each in tmp_path.rglob("*.db")}
    with pytest.raises(StorageDamaged):
        await AccountFiles.open(tmp_path, OTHER_KEY)
    assert {each: each.read_bytes() for each in tmp_path.rglob("*.db")} == before


async def test_damage_found_while_working_begins_the_cache_again(tmp_path: Path) -> None:
    await fill(tmp_path)
    files = await AccountFiles.open(tmp_path, KEY)
    await files.orders.save_orders([order(number) for number in range(2, 400)])
    await files.close()
    path = tmp_path / "cache.db"
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + bytes(len(whole) - 8192))
    files = await AccountFiles.open(tmp_path, KEY)
    await files.orders.orders()
    await files.orders.save_orders([order(7)])
    assert await files.orders.orders() == [order(7)]
    assert Notice.CACHE_REBUILT in files.notices
    await files.close()


async def test_opening_twice_is_safe_for_both_and_neither_loses_a_write(tmp_path: Path) -> None:
    first = await AccountFiles.open(tmp_path, KEY)
    second = await AccountFiles.open(tmp_path, KEY)
    await first.settings.put("a", "1")
    await second.settings.put("b", at(0).isoformat())
    assert set(await first.settings.all()) == {"a", "b"}
    await first.close()
    await second.close()
