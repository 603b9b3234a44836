"""What the sandbox begins with: the accounts, and campaigns and orders of the last weeks in every state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xingtu_desktop.sandbox.records import Account

if TYPE_CHECKING:
    from xingtu_desktop.sandbox.world import World

_ACCOUNTS = (
    ("星野传媒-美妆事业部", "PLATFORM_ROLE_STAR", 6, 1, "上海星野文化传播有限公司"),
    ("星野传媒-食品饮料组", "PLATFORM_ROLE_STAR", 6, 1, "上海星野文化传播有限公司"),
    ("星野达人机构", "PLATFORM_ROLE_STAR_MCN", 0, 1, "杭州星野达人经纪有限公司"),
    ("星野传媒-旧账户", "PLATFORM_ROLE_STAR", 6, 0, "上海星野广告有限公司"),
)


def write(world: World) -> None:
    """Write the accounts into an empty ledger."""
    _write_accounts(world)


def _write_accounts(world: World) -> None:
    for number, (name, kind, role, valid, company) in enumerate(_ACCOUNTS):
        balance = world.settings.opening_balance_fen if valid and kind == "PLATFORM_ROLE_STAR" else 0
        created = world.now() - (400 - number) * 86_400
        world.ledger.insert(
            Account(world.ledger.new_id("star"), name, kind, role, valid, balance, 1_690_000_000_000_000 + number // 2, company, created)
        )
