"""Local campaigns in work.db, each with the platform campaigns that belong to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from xingtu_desktop.core.events import Change, Topic
from xingtu_desktop.domain.ids import CampaignId, PlatformCampaignId
from xingtu_desktop.domain.order import Campaign
from xingtu_desktop.storage.database import Database
from xingtu_desktop.storage.mapping import CAMPAIGN, micros
from xingtu_desktop.storage.tables import campaign_links, campaigns


class SqlCampaignStore:
    """CampaignStore of services/ports.py."""

    def __init__(self, work: Database) -> None:
        self._work = work

    async def save(self, campaign: Campaign) -> Change:
        """Keep the campaign; platform campaigns attached before stay attached, also where this value does not name them."""
        payload = CAMPAIGN.dumps(replace(campaign, platform_campaign_ids=()))

        def work(connection: Connection) -> None:
            statement = insert(campaigns).values(campaign_id=campaign.campaign_id, created_at=micros(campaign.created_at), payload=payload)
            connection.execute(statement.on_conflict_do_update(set_={"payload": statement.excluded.payload}))
            _link(connection, campaign.campaign_id, campaign.platform_campaign_ids)

        await self._work.write(work)
        return Change.of(Topic.CAMPAIGNS, ids=frozenset({campaign.campaign_id}))

    async def all(self) -> list[Campaign]:
        """Newest first."""

        def work(connection: Connection) -> list[Campaign]:
            links: defaultdict[str, list[PlatformCampaignId]] = defaultdict(list)
            for platform_id, campaign_id in connection.execute(select(campaign_links).order_by(campaign_links.c.platform_campaign_id)):
                links[campaign_id].append(PlatformCampaignId(platform_id))
            query = select(campaigns.c.payload).order_by(campaigns.c.created_at.desc(), campaigns.c.campaign_id)
            found = [CAMPAIGN.loads(payload) for (payload,) in connection.execute(query)]
            return [replace(campaign, platform_campaign_ids=tuple(links[campaign.campaign_id])) for campaign in found]

        return await self._work.read(work)

    async def attach(self, campaign_id: CampaignId, platform_campaign_id: PlatformCampaignId) -> Change:
        await self._work.write(lambda connection: _link(connection, campaign_id, [platform_campaign_id]))
        return Change.of(Topic.CAMPAIGNS, ids=frozenset({campaign_id}))


def _link(connection: Connection, campaign_id: CampaignId, platform_ids: Iterable[PlatformCampaignId]) -> None:
    for platform_id in platform_ids:
        statement = insert(campaign_links).values(platform_campaign_id=platform_id, campaign_id=campaign_id)
        connection.execute(statement.on_conflict_do_update(set_={"campaign_id": statement.excluded.campaign_id}))
