"""Briefs and their versions in work.db: every save is kept, automatic saves of one minute as one version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from xingtu_desktop.core.errors import Conflict, NoSuchThing
from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.brief_record import COALESCE_SECONDS, BriefRecord, BriefVersion, BriefVersionText
from xingtu_desktop.domain.ids import BriefId, CampaignId
from xingtu_desktop.storage.database import Database
from xingtu_desktop.storage.mapping import instant, micros
from xingtu_desktop.storage.tables import brief_versions, briefs

_COALESCE = COALESCE_SECONDS * 1_000_000


class SqlBriefStore:
    """BriefStore of services/ports.py."""

    def __init__(self, work: Database) -> None:
        self._work = work

    async def all(self, *, archived: bool = False) -> list[BriefRecord]:
        """Last changed first."""
        query = select(briefs).where(briefs.c.archived == int(archived)).order_by(briefs.c.updated_at.desc(), briefs.c.brief_id)
        return await self._work.read(lambda connection: [_record(row) for row in connection.execute(query)])

    async def get(self, brief_id: BriefId) -> BriefRecord:
        """Raises NoSuchThing."""
        return await self._work.read(lambda connection: _load(connection, brief_id))

    async def save(
        self,
        brief_id: BriefId,
        *,
        title: str,
        document: str,
        author: str,
        at: datetime,
        expected_revision: int | None = None,
        name: str | None = None,
    ) -> tuple[BriefRecord, Change]:
        """Keep the document as the current state and in the history; makes the brief at its first save.

        `expected_revision` is the revision that the author began from; Conflict(what="brief") if another save came between. A `name`
        begins a version of its own; without one, saves of the same author within a minute are one version.
        """
        record = await self._work.write(
            lambda connection: _save(connection, brief_id, title, document, author, micros(at), expected_revision, name)
        )
        return record, _touched(brief_id)

    async def set_campaign(self, brief_id: BriefId, campaign_id: CampaignId | None) -> Change:
        return await self._set(brief_id, campaign_id=campaign_id)

    async def set_archived(self, brief_id: BriefId, archived: bool) -> Change:
        return await self._set(brief_id, archived=int(archived))

    async def versions(self, brief_id: BriefId) -> list[BriefVersion]:
        """The history without documents, newest first."""
        columns = [column for column in brief_versions.columns if column.name != "document"]
        query = select(*columns).where(brief_versions.c.brief_id == brief_id).order_by(brief_versions.c.number.desc())
        return await self._work.read(lambda connection: [_version(row) for row in connection.execute(query)])

    async def version_texts(self, brief_id: BriefId, numbers: Sequence[int]) -> list[BriefVersionText]:
        """Versions with their documents, in the order asked for: what a comparison shows. Raises NoSuchThing."""

        def work(connection: Connection) -> list[BriefVersionText]:
            return [_text(connection, brief_id, number) for number in numbers]

        return await self._work.read(work)

    async def name_version(self, brief_id: BriefId, number: int, name: str | None) -> Change:
        """Give a version a name of its own, or take it away."""
        statement = update(brief_versions).where(brief_versions.c.brief_id == brief_id, brief_versions.c.number == number)
        await self._work.write(lambda connection: connection.execute(statement.values(name=name)).close())
        return _touched(brief_id)

    async def restore(self, brief_id: BriefId, number: int, *, author: str, at: datetime) -> tuple[BriefRecord, Change]:
        """Make an old version the current state, as a new version; nothing is lost, not even what was current."""

        def work(connection: Connection) -> BriefRecord:
            old = _text(connection, brief_id, number)
            return _save(connection, brief_id, old.version.title, old.document, author, micros(at), None, None, own_version=True)

        return await self._work.write(work), _touched(brief_id)

    async def _set(self, brief_id: BriefId, **values: object) -> Change:
        def work(connection: Connection) -> None:
            if not connection.execute(update(briefs).where(briefs.c.brief_id == brief_id).values(**values)).rowcount:
                raise NoSuchThing(f"brief {brief_id}", brief_id=brief_id)

        await self._work.write(work)
        return _touched(brief_id)


def _touched(brief_id: BriefId) -> Change:
    return Change.of(Topic.BRIEFS, ids=frozenset({brief_id}))


def _save(
    connection: Connection,
    brief_id: BriefId,
    title: str,
    document: str,
    author: str,
    at: int,
    expected_revision: int | None,
    name: str | None,
    own_version: bool = False,
) -> BriefRecord:
    actual = connection.execute(select(briefs.c.revision).where(briefs.c.brief_id == brief_id)).scalar()
    if expected_revision is not None and expected_revision != (actual or 0):
        raise Conflict(f"brief {brief_id}", what="brief", expected=expected_revision, actual=actual)
    revision = (actual or 0) + 1
    current = {"title": title, "document": document, "revision": revision, "updated_at": at}
    if actual is None:
        connection.execute(insert(briefs).values(brief_id=brief_id, created_at=at, archived=0, **current))
    else:
        connection.execute(update(briefs).where(briefs.c.brief_id == brief_id).values(**current))
    its = brief_versions.c
    latest = connection.execute(
        select(its.number, its.author, its.name, its.started_at, its.restored)
        .where(brief_versions.c.brief_id == brief_id)
        .order_by(brief_versions.c.number.desc())
        .limit(1)
    ).first()
    goes_on = (
        latest is not None
        and not own_version
        and name is None
        and latest.name is None
        and not latest.restored
        and latest.author == author
        and 0 <= at - latest.started_at < _COALESCE
    )
    saved = {"revision": revision, "saved_at": at, "title": title, "document": document}
    if latest is not None and goes_on:
        this = update(brief_versions).where(brief_versions.c.brief_id == brief_id, brief_versions.c.number == latest.number)
        connection.execute(this.values(**saved))
    else:
        number = 1 if latest is None else latest.number + 1
        connection.execute(
            insert(brief_versions).values(
                brief_id=brief_id, number=number, author=author, name=name, started_at=at, restored=int(own_version), **saved
            )
        )
    return _load(connection, brief_id)


def _load(connection: Connection, brief_id: BriefId) -> BriefRecord:
    row = connection.execute(select(briefs).where(briefs.c.brief_id == brief_id)).first()
    if row is None:
        raise NoSuchThing(f"brief {brief_id}", brief_id=brief_id)
    return _record(row)


def _record(row: Row[*tuple[object, ...]]) -> BriefRecord:
    it = row._mapping
    return BriefRecord(
        brief_id=BriefId(it["brief_id"]),
        title=it["title"],
        document=it["document"],
        revision=it["revision"],
        created_at=instant(it["created_at"]),
        updated_at=instant(it["updated_at"]),
        campaign_id=it["campaign_id"],
        archived=bool(it["archived"]),
    )


def _version(row: Row[*tuple[object, ...]]) -> BriefVersion:
    it = row._mapping
    return BriefVersion(
        brief_id=BriefId(it["brief_id"]),
        number=it["number"],
        revision=it["revision"],
        author=it["author"],
        name=it["name"],
        started_at=instant(it["started_at"]),
        saved_at=instant(it["saved_at"]),
        title=it["title"],
    )


def _text(connection: Connection, brief_id: BriefId, number: int) -> BriefVersionText:
    query = select(brief_versions).where(brief_versions.c.brief_id == brief_id, brief_versions.c.number == number)
    row = connection.execute(query).first()
    if row is None:
        raise NoSuchThing(f"version {number} of brief {brief_id}", brief_id=brief_id, number=number)
    return BriefVersionText(_version(row), row.document)
