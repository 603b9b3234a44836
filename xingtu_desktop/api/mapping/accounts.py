"""Maps OAuth answers: tokens, accounts, the user (wire.md A4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from xingtu_desktop.api.wire import Node
from xingtu_desktop.domain.account import Account, AccountKind, Tokens
from xingtu_desktop.domain.answers import UserInfo
from xingtu_desktop.domain.ids import StarId

_KINDS = {kind.value: kind for kind in AccountKind}
_STAR_ROLE = 6
"""`advertiser_role` of a Star account in entries that lack `account_type`."""


def tokens(data: Node, now: datetime) -> Tokens:
    """A token pair; the lifetimes are read, never assumed: official text and examples disagree."""
    return Tokens(
        access_token=data.text("access_token", None),
        access_expires_at=now + timedelta(seconds=data.integer("expires_in")),
        refresh_token=data.text("refresh_token", None),
        refresh_expires_at=now + timedelta(seconds=data.integer("refresh_token_expires_in")),
    )


def account(row: Node) -> Account | None:
    """One entry of advertiser/get; None for an entry without any id."""
    account_id = row.maybe_integer("account_id") or row.maybe_integer("advertiser_id")
    if not account_id:
        return None
    name = row.text("account_name") or row.text("advertiser_name")
    companies = [company.text("customer_company_name") for company in row.nodes("company_list")]
    return Account(StarId(account_id), name, _kind(row), row.maybe_flag("is_valid") is True, next(iter(companies), ""))


def _kind(row: Node) -> AccountKind:
    told = row.text("account_type") or row.text("account_role")
    if told:
        return _KINDS.get(told, AccountKind.OTHER)
    return AccountKind.STAR if row.maybe_integer("advertiser_role") == _STAR_ROLE else AccountKind.OTHER


def user(data: Node) -> UserInfo:
    """user/info, without the address that it also tells."""
    return UserInfo(data.integer("id"), data.text("display_name"))
