"""Promises of migrations: old files come up with their data, a backup is made, a kill leaves old or new, newer files are refused."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData

from tests.storage.making import ACCOUNT, INSTALL, KEY
from xingtu_desktop.core.errors import SchemaTooNew, StorageDamaged
from xingtu_desktop.domain.ids import AuthorId, BriefId, IntentId
from xingtu_desktop.domain.intent import IntentState
from xingtu_desktop.storage import schema as schema_module
from xingtu_desktop.storage.account_files import AccountFiles
from xingtu_desktop.storage.cipher import Keyed, Worth, connect
from xingtu_desktop.storage.database import Database
from xingtu_desktop.storage.schema import MIGRATIONS, Schema
from xingtu_desktop.storage.tables import CATALOG, WORK

FIXTURES = Path(__file__).parent / "fixtures"
NEXT = """
from alembic import op
revision = "work_0002"
down_revision = "work_0001"
def upgrade():
    op.execute("ALTER TABLE settings ADD COLUMN extra INTEGER NOT NULL DEFAULT 7")
    op.execute("UPDATE settings SET value = value || '!'")
    {after}
"""


def load(path: Path, fixture: str) -> None:
    """Make an encrypted file of a released schema, with data, from its text."""
    raw = connect(Keyed(path, KEY, Worth.PRECIOUS))
    raw.executescript((FIXTURES / fixture).read_text(encoding="utf-8"))
    raw.close()


def described(path: Path) -> set[tuple[str, str, str]]:
    raw = connect(Keyed(path, KEY, Worth.PRECIOUS))
    rows = raw.execute(
        "SELECT type, name, coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'alembic%' AND name NOT LIKE '%alembic_version%'"
    )
    found = {(kind, name, " ".join(sql.split())) for kind, name, sql in rows}
    raw.close()
    return found


@pytest.fixture
def next_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Schema:
    """The work schema as a next release might have it: one revision more."""
    return release(tmp_path, monkeypatch, after="")


def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: str) -> Schema:
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS / "work", folder / "work", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "work" / "work_0002.py").write_text(NEXT.format(after=after), encoding="utf-8")
    monkeypatch.setattr(schema_module, "MIGRATIONS", folder)
    tables = MetaData()
    for table in WORK.tables.sorted_tables:
        copied = table.to_metadata(tables)
        if table.name == "settings":
            copied.append_column(Column("extra", Integer, nullable=False))
    return replace(WORK, tables=tables, revisions=("work_0001", "work_0002"))


@pytest.mark.parametrize("schema", [WORK, CATALOG], ids=lambda schema: schema.role)
def test_migrating_from_nothing_gives_the_same_file_as_making_a_new_one(tmp_path: Path, schema: Schema) -> None:
    made, migrated = Keyed(tmp_path / "made.db", KEY, Worth.PRECIOUS), Keyed(tmp_path / "migrated.db", KEY, Worth.PRECIOUS)
    schema.prepare(made)
    raw = connect(migrated)
    with schema_module._transaction(raw) as connection:
        schema_module._upgrade(connection, MIGRATIONS / schema.role, schema.revisions[-1])
    raw.close()
    assert described(made.path) == described(migrated.path)
    assert described(made.path)


@pytest.mark.parametrize("schema", [WORK, CATALOG], ids=lambda schema: schema.role)
def test_the_program_knows_every_migration_it_ships(schema: Schema) -> None:
    shipped = sorted(path.stem for path in (MIGRATIONS / schema.role).glob("*.py") if path.stem != "__init__")
    assert shipped == list(schema.revisions)


async def test_released_files_open_with_all_their_data(tmp_path: Path) -> None:
    load(tmp_path / "work.db", "work_0001.sql")
    load(tmp_path / "catalog.db", "catalog_0001.sql")
    files = await AccountFiles.open(tmp_path, KEY)
    intent = await files.outbox.get(IntentId("released-1"))
    assert (intent.state, intent.account, intent.install) == (IntentState.QUEUED, ACCOUNT, INSTALL)
    assert await files.outbox.verify_journal() is None
    assert (await files.briefs.get(BriefId("brief-1"))).title == "双11 护肤"
    assert len(await files.briefs.versions(BriefId("brief-1"))) == 1
    assert await files.settings.all() == {"language": "zh_CN"}
    (creator,) = await files.creators.by_ids([AuthorId(1000000000000001)])
    assert (creator.nickname, creator.audience.female) == ("达人1", 0.6)
    assert len(await files.creators.quotes(creator.author_id)) == 2
    await files.close()


async def test_a_migration_keeps_the_data_and_leaves_a_backup_that_opens(tmp_path: Path, next_release: Schema) -> None:
    load(tmp_path / "work.db", "work_0001.sql")
    database = await Database.open(Keyed(tmp_path / "work.db", KEY, Worth.PRECIOUS), next_release)
    rows = await database.read(lambda c: [tuple(row) for row in c.exec_driver_sql("SELECT key, value, extra FROM settings")])
    assert rows == [("language", "zh_CN!", 7)]
    await database.close()
    backup = tmp_path / "work.db.bak-work_0001"
    assert b"language" not in backup.read_bytes()
    raw = connect(Keyed(backup, KEY, Worth.PRECIOUS))
    assert raw.execute("SELECT value FROM settings").fetchall() == [("zh_CN",)]
    assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [("work_0001",)]
    raw.close()


async def test_a_migration_that_dies_half_way_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(tmp_path / "work.db", "work_0001.sql")
    before = described(tmp_path / "work.db")
    with monkeypatch.context() as patch:
        dies = release(tmp_path / "dies", patch, after="raise KeyboardInterrupt")
        with pytest.raises(KeyboardInterrupt):
            dies.prepare(Keyed(tmp_path / "work.db", KEY, Worth.PRECIOUS))
    assert described(tmp_path / "work.db") == before
    database = await Database.open(Keyed(tmp_path / "work.db", KEY, Worth.PRECIOUS), WORK)
    assert await database.read(lambda c: c.exec_driver_sql("SELECT value FROM settings").scalar()) == "zh_CN"
    await database.close()


async def test_a_file_of_a_newer_program_is_refused_and_untouched(tmp_path: Path, next_release: Schema) -> None:
    newer = await Database.open(Keyed(tmp_path / "work.db", KEY, Worth.PRECIOUS), next_release)
    await newer.close()
    before = (tmp_path / "work.db").read_bytes()
    with pytest.raises(SchemaTooNew) as refused:
        await AccountFiles.open(tmp_path, KEY)
    assert (refused.value.values["file"], refused.value.values["revision"]) == ("work.db", "work_0002")
    assert (tmp_path / "work.db").read_bytes() == before


async def test_one_file_in_the_place_of_another_is_refused(tmp_path: Path) -> None:
    load(tmp_path / "work.db", "catalog_0001.sql")
    with pytest.raises(StorageDamaged) as refused:
        await AccountFiles.open(tmp_path, KEY)
    assert refused.value.values["reason"] == "other_file"
