"""Opens and closes the four files of one account and hands out their stores."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from xingtu_desktop.storage.cipher import Keyed, Worth
from xingtu_desktop.storage.database import Database
from xingtu_desktop.storage.repositories.briefs import SqlBriefStore
from xingtu_desktop.storage.repositories.campaigns import SqlCampaignStore
from xingtu_desktop.storage.repositories.creators import SqlCreatorStore
from xingtu_desktop.storage.repositories.media import DEFAULT_CAP_BYTES, SqlMediaStore
from xingtu_desktop.storage.repositories.orders import SqlOrderStore
from xingtu_desktop.storage.repositories.outbox import SqlOutboxStore
from xingtu_desktop.storage.repositories.reports import SqlReportStore
from xingtu_desktop.storage.repositories.review import SqlReviewStore
from xingtu_desktop.storage.repositories.settings import SqlSettingsStore, SqlTokenStore
from xingtu_desktop.storage.repositories.shortlists import SqlSavedSearchStore, SqlShortlistStore
from xingtu_desktop.storage.schema import Schema
from xingtu_desktop.storage.tables import CACHE, CATALOG, MEDIA, WORK


class Notice(StrEnum):
    """What opening the files has to tell the person; nothing of theirs was lost."""

    CACHE_REBUILT = "cache_rebuilt"
    """Orders, versions and bills are fetched again."""
    MEDIA_REBUILT = "media_rebuilt"
    """Scripts and videos are fetched again."""


@dataclass(frozen=True, slots=True)
class AccountFiles:
    """The open files of one account. Made by `open`, ended by `close`."""

    work: Database
    catalog: Database
    cache: Database
    media_file: Database
    outbox: SqlOutboxStore
    orders: SqlOrderStore
    campaigns: SqlCampaignStore
    reports: SqlReportStore
    creators: SqlCreatorStore
    review: SqlReviewStore
    settings: SqlSettingsStore
    tokens: SqlTokenStore
    media: SqlMediaStore
    shortlists: SqlShortlistStore
    saved_searches: SqlSavedSearchStore
    briefs: SqlBriefStore

    @classmethod
    async def open(cls, folder: Path, key: bytes, *, media_cap_bytes: int = DEFAULT_CAP_BYTES, busy_seconds: float = 2.0) -> AccountFiles:
        """Open what is in `folder`, making what is not there; `key` is 32 random bytes from the keyring.

        Raises StorageDamaged (also for a wrong key), StorageLocked, SchemaTooNew or DiskFull with `file` and `role` in its values; then
        nothing stays open and nothing was deleted. Damaged cache and media files are begun again, see `notices`.
        """
        wanted = (
            ("work.db", WORK, Worth.PRECIOUS),
            ("catalog.db", CATALOG, Worth.VALUABLE),
            # Only after the two above have proved that the key is right may a file that it does not open be thrown away.
            ("cache.db", CACHE, Worth.DISPOSABLE),
            ("media/media.db", MEDIA, Worth.DISPOSABLE),
        )
        opened: list[Database] = []
        try:
            for name, schema, worth in wanted:
                opened.append(await _open(folder / name, key, schema, worth, busy_seconds))
        except BaseException:
            for database in reversed(opened):
                await database.close()
            raise
        work, catalog, cache, media = opened
        return cls(
            work=work,
            catalog=catalog,
            cache=cache,
            media_file=media,
            outbox=SqlOutboxStore(work),
            orders=SqlOrderStore(cache),
            campaigns=SqlCampaignStore(work),
            reports=SqlReportStore(catalog),
            creators=SqlCreatorStore(catalog),
            review=SqlReviewStore(work),
            settings=SqlSettingsStore(work),
            tokens=SqlTokenStore(work),
            media=SqlMediaStore(media, media_cap_bytes),
            shortlists=SqlShortlistStore(work),
            saved_searches=SqlSavedSearchStore(work),
            briefs=SqlBriefStore(work),
        )

    @property
    def notices(self) -> frozenset[Notice]:
        """What was begun again, at opening or since."""
        rebuilt = ((self.cache, Notice.CACHE_REBUILT), (self.media_file, Notice.MEDIA_REBUILT))
        return frozenset(notice for database, notice in rebuilt if database.rebuilt)

    async def close(self) -> None:
        """Close every file, the precious one last and in any case; safe to call twice."""
        try:
            await self.media_file.close()
            await self.cache.close()
            await self.catalog.close()
        finally:
            await self.work.close()


async def _open(path: Path, key: bytes, schema: Schema, worth: Worth, busy_seconds: float) -> Database:
    return await Database.open(Keyed(path, key, worth, busy_seconds), schema)
