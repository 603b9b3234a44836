"""One encrypted file behind two doors: `await db.read(fn)` on two reader threads, `await db.write(fn)` on the one writer thread.

A write is one `BEGIN IMMEDIATE` transaction, so that no read-then-write ever meets a stale snapshot, and it is shielded: who waits for it
may be cancelled, the write is not. `fn` gets a SQLAlchemy connection inside the transaction; what it raises rolls back. Errors are those of
core.errors. `close` leaves no thread, no open file and no `-wal`.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import sqlcipher3
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from xingtu_desktop.core.errors import StorageDamaged
from xingtu_desktop.storage.cipher import Keyed, Worth, companions, connect, remove
from xingtu_desktop.storage.failures import as_known
from xingtu_desktop.storage.schema import Schema

T = TypeVar("T")

log = logging.getLogger(__name__)

READERS = 2


class Database:
    """One file of an account. Made by `Database.open`."""

    def __init__(self, file: Keyed, schema: Schema) -> None:
        self._file = file
        self._schema = schema
        self._writer_thread = ThreadPoolExecutor(1, thread_name_prefix=f"{schema.role}-writer")
        self._reader_threads = ThreadPoolExecutor(READERS, thread_name_prefix=f"{schema.role}-reader")
        self._writer: Engine | None = None
        self._readers: Engine | None = None
        self._generation = 0
        self._reading = threading.Condition()
        self._reads_under_way = 0
        self._rebuilding = False
        self._closed = False
        self.rebuilt = False
        """Whether a disposable file could not be used and was begun again, at opening or later."""

    @classmethod
    async def open(cls, file: Keyed, schema: Schema) -> Database:
        """Open, creating or migrating where needed. Raises StorageDamaged, StorageLocked, SchemaTooNew, DiskFull."""
        database = cls(file, schema)
        try:
            await database._on_writer(database._open)
        except BaseException:
            database._closed = True
            database._reader_threads.shutdown()
            database._writer_thread.shutdown()
            raise
        return database

    @property
    def path(self) -> Path:
        return self._file.path

    @property
    def role(self) -> str:
        return self._schema.role

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """What `fn` returns, from one consistent snapshot; `fn` runs on a reader thread and can change nothing."""
        loop = asyncio.get_running_loop()
        generation = self._generation
        try:
            return await loop.run_in_executor(self._reader_threads, partial(self._read, fn))
        except StorageDamaged:
            if self._file.worth is not Worth.DISPOSABLE:
                raise
            await self._on_writer(partial(self._begin_again, generation))
            return await loop.run_in_executor(self._reader_threads, partial(self._read, fn))

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """What `fn` returns, after its transaction is committed; goes on to its end even if the caller is cancelled."""
        return await self._on_writer(partial(self._write_or_begin_again, fn))

    async def close(self) -> None:
        """End what runs, fold the write-ahead log into the file and let go of it; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        loop = asyncio.get_running_loop()
        # Jobs run in order, so when this one is done every write before it is; the joins below then return at once.
        await asyncio.shield(loop.run_in_executor(self._writer_thread, self._close))
        self._writer_thread.shutdown()

    # ------------------------------------------------------------------ on the worker threads

    async def _on_writer(self, job: Callable[[], T]) -> T:
        future = asyncio.get_running_loop().run_in_executor(self._writer_thread, job)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            future.add_done_callback(self._tell_if_failed)
            raise

    def _tell_if_failed(self, future: asyncio.Future[T]) -> None:
        if not future.cancelled() and (error := future.exception()) is not None:
            log.error("a write to %s failed after its caller had gone", self.role, exc_info=error)

    def _open(self) -> None:
        disposable = self._file.worth is Worth.DISPOSABLE
        existed = self.path.exists()
        with as_known(self.path, self.role):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._open_engines()
        except StorageDamaged:
            self._dispose()
            if not disposable:
                raise
            log.warning("%s could not be used and is begun again", self.path.name)
            with as_known(self.path, self.role):
                remove(self.path)
            self._open_engines()
            self.rebuilt = existed

    def _open_engines(self) -> None:
        with as_known(self.path, self.role):
            self._schema.prepare(self._file)
            self._writer = self._engine(read_only=False, size=1)
            self._readers = self._engine(read_only=True, size=READERS)
            with self._writer.begin():
                # A file that another program is writing is found out now, not at the first click.
                pass

    def _engine(self, *, read_only: bool, size: int) -> Engine:
        engine = create_engine(
            "sqlite://",
            module=sqlcipher3,
            creator=lambda: connect(self._file, read_only=read_only),
            poolclass=QueuePool,
            pool_size=size,
            max_overflow=0,
        )
        begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

        return engine

    def _read(self, fn: Callable[[Connection], T]) -> T:
        with self._reading:
            self._reading.wait_for(lambda: not self._rebuilding)
            self._reads_under_way += 1
        try:
            assert self._readers is not None
            with as_known(self.path, self.role), self._readers.begin() as connection:
                return fn(connection)
        finally:
            with self._reading:
                self._reads_under_way -= 1
                self._reading.notify_all()

    def _write(self, fn: Callable[[Connection], T]) -> T:
        assert self._writer is not None
        with as_known(self.path, self.role), self._writer.begin() as connection:
            return fn(connection)

    def _write_or_begin_again(self, fn: Callable[[Connection], T]) -> T:
        try:
            return self._write(fn)
        except StorageDamaged:
            if self._file.worth is not Worth.DISPOSABLE:
                raise
            self._begin_again(self._generation)
            return self._write(fn)

    def _begin_again(self, generation: int) -> None:
        """Throw a disposable file away and start an empty one, once for all who found the same damage."""
        if generation != self._generation:
            return
        log.warning("%s was found damaged and is begun again", self.path.name)
        with self._reading:
            self._rebuilding = True
            self._reading.wait_for(lambda: self._reads_under_way == 0)
        try:
            self._dispose()
            with as_known(self.path, self.role):
                remove(self.path)
            self._open_engines()
            self._generation += 1
            self.rebuilt = True
        finally:
            with self._reading:
                self._rebuilding = False
                self._reading.notify_all()

    def _dispose(self) -> None:
        for engine in (self._readers, self._writer):
            if engine is not None:
                engine.dispose()
        self._readers = self._writer = None

    def _close(self) -> None:
        self._reader_threads.shutdown()
        if self._readers is not None:
            self._readers.dispose()
            self._readers = None
        # The last connection to close folds the log into the file and deletes it; where it cannot, the log stays and nothing is lost.
        self._dispose()
        leftover = [each.name for each in companions(self.path) if each.exists()]
        if leftover:
            log.warning("%s could not be folded into the file", ", ".join(leftover))
