"""What the reports know of a published order: its video's facts, the mood of its comments and its scores."""

from __future__ import annotations

import json

from xingtu_desktop.sandbox.figures import Counts, Published
from xingtu_desktop.sandbox.ids import between, unit
from xingtu_desktop.sandbox.ledger import Ledger
from xingtu_desktop.sandbox.records import Campaign, Order
from xingtu_desktop.sandbox.world import World

NO_COMPONENT = "ALL"
"""`component_type` of a campaign whose videos carry none."""


def has_component(ledger: Ledger, order: Order) -> bool:
    """Whether the video carries a link or a shopping cart."""
    campaign = ledger.get(Campaign, order.campaign_id)
    return campaign is not None and (campaign.component_type != NO_COMPONENT or order.link_component_id != 0)


def demand_text(ledger: Ledger, order: Order, name: str) -> str:
    """A text of the demand that the order was placed with, empty when it has none."""
    campaign = ledger.get(Campaign, order.campaign_id)
    return str(json.loads(campaign.demand_json).get(name, "")) if campaign is not None else ""


def published_of(world: World, ledger: Ledger, order: Order) -> Published:
    """The facts from which the order's figures follow. One video in four was boosted with a tenth to a third of its price."""
    traits = world.catalog.traits(order.author_id)
    key = (world.seed, "boost", order.order_id)
    ad_fen = order.task_cost_fen * between(10, 33, *key, "part") // 100 if unit(*key) < 0.25 else 0
    component = has_component(ledger, order)
    return Published(
        world.seed,
        order.order_id,
        order.released,
        traits.expected_plays,
        traits.interact_rate,
        traits.finish_rate,
        traits.search_rate,
        ad_fen,
        component,
        component,
    )


def mood_of(world: World, order: Order, counts: Counts) -> tuple[int, int, int]:
    """Comments that are positive, neutral, negative; they add up to all."""
    key = (world.seed, "mood", order.order_id)
    positive = counts.comments * between(45, 78, *key, "positive") // 100
    negative = counts.comments * between(1, 12, *key, "negative") // 100
    return positive, counts.comments - positive - negative, negative


def scores_of(world: World, order: Order, counts: Counts) -> tuple[int, int, int]:
    """Spread, seeding and conversion scores, 0 to 100: how the counts compare with what the creator lets expect."""
    traits = world.catalog.traits(order.author_id)
    spread = counts.plays * 60 // max(traits.expected_plays, 1)
    seed = counts.searches * 12_000 // max(counts.plays, 1) + 30
    convert = counts.clicks * 2_000 // max(counts.shows, 1) + 20 if counts.shows else 0
    return min(spread, 100), min(seed, 100), min(convert, 100)


def split_counts(total: int, weights: list[float]) -> list[int]:
    """A whole number in parts that are as the weights and add up to it exactly."""
    whole = sum(weights)
    parts: list[int] = []
    passed, done = 0.0, 0
    for weight in weights:
        passed += weight
        upto = total if len(parts) == len(weights) - 1 else int(total * passed / whole)
        parts.append(upto - done)
        done = upto
    return parts
