"""Owns invented orders and reports for the tests of the charts, and stores that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from xingtu_desktop.core.errors import KnownError
from xingtu_desktop.core.tasks import InlineCompute
from xingtu_desktop.domain.ids import AuthorId, CampaignId, DemandId, OrderId, PlatformCampaignId, ShortlistId
from xingtu_desktop.domain.lifecycle import OrderStatus
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import Campaign, Order
from xingtu_desktop.domain.report import Audience, Counts, DailyCounts, OrderReport, Share, WordCount
from xingtu_desktop.services.reporting import ReportingService

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
FIRST = date(2026, 11, 1)
DAYS = 14
GAP = 5
"""The day of the trend that nobody reported."""
NAMES = ("小鹿护肤日记", "=SUM(A1)", "一个名字特别特别特别长的达人🍓今天也在认真护肤", "@阿芷", "林小满")
AUTUMN, WINTER = CampaignId("autumn"), CampaignId("winter")


def order(number: int) -> Order:
    """Published on the number-th day; even numbers belong to the autumn campaign."""
    return Order(
        OrderId(7_300_000_000_000_000_000 + number),
        DemandId(1),
        PlatformCampaignId(1),
        OrderStatus.PUBLISHED,
        AuthorId(6_600_000_000_000_000_000 + number),
        NAMES[number % len(NAMES)],
        "任务",
        NOW,
        NOW,
        campaign_id=AUTUMN if number % 2 == 0 else WINTER,
        task_cost=Fen(500_000 + number * 270_000),
        released_at=datetime(2026, 11, 1 + number % DAYS, 4, tzinfo=UTC),
    )


def counts(plays: int) -> Counts:
    """Counts in plausible proportions; nobody tells exposures."""
    return Counts(
        plays=plays,
        likes=plays // 30,
        comments=plays // 300,
        shares=plays // 400,
        complete_plays=plays // 5,
        component_shows=plays * 7 // 10,
        component_clicks=plays // 60,
        store_visits=plays // 80,
        orders=plays // 1000,
        payments=plays // 1100,
        refunds=plays // 20_000,
        gmv=Fen(plays * 9),
    )


def report(number: int) -> OrderReport:
    """Two weeks of days with one gap."""
    plays = [(1000 + 700 * number) * (1 + (day * 7 + number) % 5) for day in range(DAYS)]
    days = tuple(DailyCounts(FIRST + timedelta(days=day), counts(plays[day])) for day in range(DAYS) if day != GAP)
    total = sum(plays) - plays[GAP]
    words = (WordCount("好用", 40 + number), WordCount("回购", 20))
    return OrderReport(order(number).order_id, NOW, counts(total), days, positive=60, neutral=30, negative=10, words=words)


def audience(number: int) -> Audience:
    """Mostly women, in the platform's own bands."""
    return Audience(
        order(number).order_id,
        NOW,
        gender=(Share("女", 82), Share("男", 18)),
        age=(Share("18-23", 30), Share("24-30", 35), Share("31-40", 20), Share("41-50", 10), Share("50+", 5)),
        province=(Share("广东", 30), Share("浙江", 20)),
        city=(Share("杭州", 9), Share("上海", 8)),
        device=(Share("iPhone", 5), Share("华为", 4)),
    )


@dataclass(frozen=True, slots=True)
class Summary:
    """What the charts read of a campaign's summary."""

    campaign: Campaign
    published: int


class Books:
    """Stands for the order and report stores and the services that the presenter is given; `fails` is raised by the next reads."""

    def __init__(self) -> None:
        self.fill(12)
        self.fails: KnownError | None = None
        self.reads = 0
        self.lists: dict[ShortlistId, tuple[str, list[AuthorId]]] = {}

    def fill(self, number: int) -> None:
        """Hold this many orders, each with its report."""
        self.all_orders = [order(each) for each in range(number)]
        self.reports = [report(each) for each in range(number)]
        self.all_audiences = [audience(each) for each in range(number)]

    def reporting(self) -> ReportingService:
        return ReportingService(self, self, InlineCompute())  # type: ignore[arg-type]  # the parts of the stores that it reads

    async def orders(self) -> list[Order]:
        self.reads += 1
        if self.fails is not None:
            raise self.fails
        return self.all_orders

    async def latest(self, order_ids: Sequence[OrderId]) -> list[OrderReport]:
        return [each for each in self.reports if each.order_id in order_ids]

    async def audiences(self, order_ids: Sequence[OrderId]) -> list[Audience]:
        return [each for each in self.all_audiences if each.order_id in order_ids]

    async def campaigns(self) -> list[Summary]:
        def summary(key: CampaignId, name: str) -> Summary:
            return Summary(Campaign(key, name, NOW), sum(each.campaign_id == key for each in self.all_orders))

        return [summary(AUTUMN, "秋季 & 水乳"), summary(WINTER, "冬季面霜")]

    async def create(self, name: str) -> ShortlistId:
        key = ShortlistId(f"list-{len(self.lists)}")
        self.lists[key] = (name, [])
        return key

    async def add(self, shortlist_id: ShortlistId, authors: Sequence[AuthorId]) -> list[AuthorId]:
        self.lists[shortlist_id][1].extend(authors)
        return list(authors)

    async def delete(self, shortlist_id: ShortlistId) -> None:
        del self.lists[shortlist_id]
