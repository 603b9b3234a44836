"""From a brief and a basket of creators to placed orders: pre-flight, confirmation, and the outbox."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from xingtu_desktop.core.clock import Clock
from xingtu_desktop.core.errors import InvalidInput
from xingtu_desktop.core.events import Changes
from xingtu_desktop.domain.brief import Brief, BriefProblem, problems, to_demand
from xingtu_desktop.domain.creator import CreatorDetail, VideoTier
from xingtu_desktop.domain.demand import OrderLine
from xingtu_desktop.domain.ids import AuthorId, BatchId, CampaignId
from xingtu_desktop.domain.intent import CreateAssign
from xingtu_desktop.domain.money import ZERO, Fen, total
from xingtu_desktop.domain.order import Campaign
from xingtu_desktop.domain.preflight import FeeRate, Plan, Row, Rules, beijing_day, check_row, make_plan, rate_on
from xingtu_desktop.services.actions import ActionService, PlannedRequest
from xingtu_desktop.services.ports import CampaignStore, CreatorStore, OrderStore, SettingsStore
from xingtu_desktop.services.tags import new_tags

RULES_KEY = "preflight.rules"


@dataclass(frozen=True, slots=True)
class Preflight:
    """A plan together with what it was made from; it can be confirmed only while `problems` is empty."""

    brief: Brief
    campaign: Campaign
    plan: Plan
    problems: tuple[BriefProblem, ...]

    @property
    def ready(self) -> bool:
        return not self.problems and self.plan.orders > 0 and self.plan.over_budget is None


class OrderingService:
    """Checks offline what would be ordered and writes the confirmed plan into the outbox."""

    def __init__(
        self,
        *,
        creators: CreatorStore,
        orders: OrderStore,
        campaigns: CampaignStore,
        settings: SettingsStore,
        actions: ActionService,
        changes: Changes,
        clock: Clock,
        rates: Sequence[FeeRate],
        rng: random.Random | None = None,
    ) -> None:
        self._creators = creators
        self._orders = orders
        self._campaigns = campaigns
        self._settings = settings
        self._actions = actions
        self._changes = changes
        self._clock = clock
        self._rates = rates
        self._rng = rng or random.SystemRandom()

    async def preflight(self, brief: Brief, authors: Sequence[AuthorId], campaign: Campaign | None = None) -> Preflight:
        """Check every creator for the brief's tier. Without `campaign` a new one with the brief's name and budget is planned."""
        now = self._clock.now()
        target = campaign or await self._campaign_of(brief) or self._new_campaign(brief)
        rate = rate_on(self._rates, beijing_day(now))
        rules = await self._rules()
        everything = await self._orders.orders()
        busy = {order.author_id for order in everything if not order.status.ended and order.campaign_id == target.campaign_id}
        rows: list[Row] = []
        for creator in await self._creators.by_ids(authors):
            detail = await self._creators.detail(creator.author_id)
            rows.append(
                check_row(
                    creator,
                    brief.tier,
                    now=now,
                    rate=rate,
                    rules=rules,
                    quoted_at=creator.updated_at,
                    last_paid=_last_paid(detail, brief.tier),
                    has_open_order=creator.author_id in busy,
                )
            )
        used = total(
            order.total or order.task_cost or ZERO
            for order in everything
            if order.campaign_id == target.campaign_id and not (order.status.ended and order.refund == order.total)
        )
        group = new_tags(1, self._rng)[0].removeprefix("#").rpartition("-")[0]
        plan = make_plan(
            rows,
            tag_group=group,
            rate=rate,
            now=now,
            balance=await self._orders.balance(),
            budget=target.budget,
            budget_used=used,
        )
        return Preflight(brief, target, plan, problems(brief, now))

    async def place(self, checked: Preflight) -> BatchId:
        """Write the confirmed plan into the outbox: one creation and one payment of at most its estimate for each request.

        Raises InvalidInput `not_ready` when the plan has problems, and the caps' codes; nothing is written then.
        """
        if not checked.ready:
            raise InvalidInput(field="plan", code="not_ready")
        demand = to_demand(checked.brief, self._clock.now())
        self._changes.publish(await self._campaigns.save(checked.campaign))
        requests = [
            PlannedRequest(
                CreateAssign(
                    campaign_id=checked.campaign.campaign_id,
                    demand=demand,
                    lines=tuple(OrderLine(row.author_id, row.tier) for row in request.rows),
                    payment=checked.brief.payment,
                    tag=request.tag,
                    brief_id=checked.brief.brief_id,
                ),
                request.at_most,
            )
            for request in checked.plan.requests
        ]
        return await self._actions.place_orders(requests, campaign_name=checked.campaign.name)

    @property
    def undo_seconds(self) -> float:
        """How long a placed plan waits before it leaves, and can be taken back for sure."""
        return self._actions.undo_seconds

    async def take_back(self, batch: BatchId) -> int:
        """Undo a placed plan within its seconds; answers how many of its steps had not left yet and are gone."""
        return len(await self._actions.undo_batch(batch))

    async def _campaign_of(self, brief: Brief) -> Campaign | None:
        if brief.campaign_id is None:
            return None
        return next((c for c in await self._campaigns.all() if c.campaign_id == brief.campaign_id), None)

    def _new_campaign(self, brief: Brief) -> Campaign:
        return Campaign(
            campaign_id=brief.campaign_id or CampaignId(str(uuid.uuid4())),
            name=brief.title.strip(),
            created_at=self._clock.now(),
            brief_id=brief.brief_id,
            budget=brief.budget,
        )

    async def _rules(self) -> Rules:
        stored = await self._settings.get(RULES_KEY)
        if stored is None:
            return Rules()
        values = json.loads(stored)
        return replace(Rules(), **{name: int(values[name]) for name in Rules.__dataclass_fields__ if name in values})


def _last_paid(detail: CreatorDetail | None, tier: VideoTier) -> Fen | None:
    if detail is None:
        return None
    paid = [point for point in detail.quotes if point.paid and point.tier is tier]
    return max(paid, key=lambda point: point.seen_at).amount if paid else None
