"""The other side of every order: creators and the platform act by seed when the virtual clock reaches what they planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xingtu_desktop.sandbox.records import Plan

if TYPE_CHECKING:
    from xingtu_desktop.sandbox.world import World


def catch_up(world: World) -> None:
    """Carry out, in the order of their times, all plans that are due."""
    now = world.now()
    while due := world.ledger.select(Plan, "at <= ? ORDER BY at, plan_id LIMIT 1", now):
        with world.transaction():
            world.ledger.delete(Plan, "plan_id = ?", due[0].plan_id)
