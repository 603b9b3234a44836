"""Owns what several journeys write and choose: a brief that can be ordered, creators with a price for it."""

from __future__ import annotations

from datetime import timedelta

from tests.support.desk import Desk
from xingtu_desktop.domain.brief import Brief, with_changes
from xingtu_desktop.domain.creator import Availability, Creator
from xingtu_desktop.domain.creator_query import CategoryFilter, CreatorQuery, Facet, Field, RangeFilter
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.services.briefs import OpenBrief


def filled_in(brief: Brief, desk: Desk) -> Brief:
    """The brief with everything that the platform wants, for a campaign that starts tomorrow."""
    now = desk.platform_clock.now()
    return with_changes(
        brief,
        brand_name="清屿",
        product_name="舒缓修护精华",
        product_information="泛醇与神经酰胺，适合换季时使用",
        industry=(1930, 193001),
        contact_name="周",
        contact_phone="13800000001",
        detail_demand="自然口播，三秒内出现产品，讲清使用感受",
        checklist=("三秒内出现产品",),
        publish_from=now + timedelta(days=1),
        publish_until=now + timedelta(days=21),
    )


async def a_brief(desk: Desk, title: str = "冬季修护") -> OpenBrief:
    """A brief, kept and ready to be ordered."""
    opened = await desk.services.briefs.new(title)
    return await desk.services.briefs.save(filled_in(opened.brief, desk), opened.revision)


async def creators_to_order(desk: Desk, count: int) -> list[Creator]:
    """The cheapest creators that take orders of the brief's length and whose quote is not too old for the pre-flight."""
    query = CreatorQuery(
        ranges=(
            RangeFilter(Field.QUOTE_FROM_21_TO_60, low=Fen(100)),
            RangeFilter(Field.UPDATED_AT, low=desk.platform_clock.now() - timedelta(days=55)),
        ),
        categories=(CategoryFilter(Facet.AVAILABILITY, frozenset({Availability.OPEN.value, Availability.BUSY.value})),),
        sort=Field.QUOTE_FROM_21_TO_60,
        descending=False,
    )
    rows = await desk.services.search.search(query, limit=count)
    assert len(rows.creators) == count
    return list(rows.creators)
