"""Brings a file to the program's schema: made new in one piece, migrated with a backup, or refused in plain words.

Precious and valuable files carry an Alembic revision and are migrated; disposable ones carry a number and are begun again when it differs.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from pathlib import Path
from typing import TYPE_CHECKING

import sqlcipher3
from sqlalchemy import Connection, MetaData, create_engine, event
from sqlalchemy.pool import StaticPool

from xingtu_desktop.core.errors import SchemaTooNew, StorageDamaged
from xingtu_desktop.storage.cipher import Keyed, companions, connect, remove

if TYPE_CHECKING:
    from sqlite3 import Connection as RawConnection

MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Schema:
    """What a file of `role` has to look like. `revisions` (oldest first) name the migrations; a disposable file has none."""

    role: str
    tables: MetaData
    revisions: Sequence[str] = ()
    number: int = 0
    """Of a disposable file: raised with every change of its tables."""
    extra: Sequence[str] = dataclass_field(default=())
    """Statements after the tables: triggers."""

    def prepare(self, file: Keyed) -> None:
        """Create or migrate the file; raises StorageDamaged, SchemaTooNew and the driver's own errors."""
        if not file.path.exists():
            if any(each.exists() and each.stat().st_size for each in companions(file.path)):
                raise StorageDamaged("the log is there, the file is not", file=file.path.name, role=self.role, reason="missing")
            self._create(file)
        elif file.path.stat().st_size == 0:
            # A new file is moved into place whole, so an empty one has lost what it held.
            raise StorageDamaged("empty", file=file.path.name, role=self.role, reason="damaged")
        if self.revisions:
            self._migrate(file)
        else:
            self._check_number(file)

    def _create(self, file: Keyed) -> None:
        """Make the file under another name and move it into place, so that a kill leaves either no file or a whole one."""
        making = Keyed(file.path.with_name(file.path.name + ".new"), file.key, file.worth)
        remove(making.path)
        with closing(connect(making, wal=False)) as raw, _transaction(raw) as connection:
            self.tables.create_all(connection, checkfirst=False)
            for statement in self.extra:
                connection.exec_driver_sql(statement)
            if self.revisions:
                connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
                connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (self.revisions[-1],))
            else:
                connection.exec_driver_sql(f"PRAGMA user_version={self.number}")
        os.replace(making.path, file.path)

    def _check_number(self, file: Keyed) -> None:
        with closing(connect(file)) as raw:
            (number,) = raw.execute("PRAGMA user_version").fetchone()
        if number != self.number:
            raise StorageDamaged(f"schema {number}", file=file.path.name, role=self.role, reason="other_schema")

    def _migrate(self, file: Keyed) -> None:
        with closing(connect(file)) as raw:
            revision = _revision(raw)
            if revision == self.revisions[-1]:
                return
            if revision is None or not revision.startswith(self.role):
                raise StorageDamaged(f"revision {revision}", file=file.path.name, role=self.role, reason="other_file")
            if revision not in self.revisions:
                raise SchemaTooNew(f"revision {revision}", file=file.path.name, role=self.role, revision=revision)
            back_up(raw, Keyed(file.path.with_name(f"{file.path.name}.bak-{revision}"), file.key, file.worth))
            with _transaction(raw) as connection:
                _upgrade(connection, MIGRATIONS / self.role, self.revisions[-1])


def _revision(raw: RawConnection) -> str | None:
    if raw.execute("SELECT count(*) FROM sqlite_master WHERE name='alembic_version'").fetchone()[0] == 0:
        return None
    row = raw.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def back_up(raw: RawConnection, to: Keyed) -> None:
    """Copy an open database, encrypted with the same key, into `to`; an older file there is replaced only by a whole copy."""
    making = Keyed(to.path.with_name(to.path.name + ".new"), to.key, to.worth)
    remove(making.path)
    with closing(connect(making, wal=False)) as target:
        raw.backup(target)
    os.replace(making.path, to.path)


class _transaction:
    """A SQLAlchemy connection over `raw`, inside one immediate transaction that is committed at the end."""

    def __init__(self, raw: RawConnection) -> None:
        self._engine = create_engine("sqlite://", module=sqlcipher3, creator=lambda: raw, poolclass=StaticPool)
        event.listen(self._engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        self._begun = self._engine.begin()

    def __enter__(self) -> Connection:
        return self._begun.__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        # The raw connection is the caller's to close, so the engine is only forgotten.
        self._begun.__exit__(kind, error, trace)  # type: ignore[arg-type]


def _upgrade(connection: Connection, folder: Path, to: str) -> None:
    """Run every migration up to `to` inside the caller's transaction."""
    # 0.3 s to import, needed once a release.
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(folder), version_locations=[str(folder)])
    with EnvironmentContext(
        Config(),
        script,
        fn=lambda revision, _context: script._upgrade_revs(to, revision),
        destination_rev=to,
    ) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()
