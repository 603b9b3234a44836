"""The pre-flight of an order batch: who can be ordered, for how much at most, in which requests. Pure; works offline."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from xingtu_desktop.core.clock import BEIJING
from xingtu_desktop.domain.creator import Availability, Creator, Verification, VideoTier
from xingtu_desktop.domain.demand import MAX_ORDERS_PER_REQUEST
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.domain.money import ZERO, Fen, total


class Check(StrEnum):
    """What is checked for each creator; one column each."""

    PRICE = "price"
    SLOT = "slot"
    VERIFICATION = "verification"
    PLATFORM = "platform"


class Mark(StrEnum):
    OK = "ok"
    WARN = "warn"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Remark:
    """Why a check is not OK; `code` and `values` are for the words. Days as whole numbers, money as Fen."""

    check: Check
    mark: Mark
    code: str
    values: tuple[tuple[str, int | str | Fen], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One creator of the batch. Money is an estimate until the platform's bill."""

    author_id: AuthorId
    name: str
    followers: int | None
    tier: VideoTier
    quote: Fen | None
    quote_age_days: int | None
    fee: Fen | None
    subtotal: Fen | None
    remarks: tuple[Remark, ...]

    @property
    def blocked(self) -> bool:
        return any(remark.mark is Mark.BLOCKED for remark in self.remarks)

    def mark(self, check: Check) -> Mark:
        """The worst mark of one check."""
        marks = {remark.mark for remark in self.remarks if remark.check is check}
        return Mark.BLOCKED if Mark.BLOCKED in marks else Mark.WARN if Mark.WARN in marks else Mark.OK


@dataclass(frozen=True, slots=True)
class Request:
    """One create_assign of at most 50 orders, found again by its tag."""

    number: int
    tag: str
    rows: tuple[Row, ...]

    @property
    def quotes(self) -> Fen:
        return total(row.quote for row in self.rows if row.quote is not None)

    @property
    def fees(self) -> Fen:
        return total(row.fee for row in self.rows if row.fee is not None)

    @property
    def at_most(self) -> Fen:
        return self.quotes + self.fees


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole batch as it would happen."""

    requests: tuple[Request, ...]
    blocked: tuple[Row, ...]
    fee_basis_points: int
    fee_rate_from: date
    balance: Fen | None
    balance_at: datetime | None
    budget: Fen | None
    budget_used: Fen
    made_at: datetime

    @property
    def orders(self) -> int:
        return sum(len(request.rows) for request in self.requests)

    @property
    def at_most(self) -> Fen:
        """What the operator confirms: all quotes and estimated fees of what is not blocked."""
        return total(request.at_most for request in self.requests)

    @property
    def over_balance(self) -> Fen | None:
        """By how much the plan exceeds the balance as last told; None when it does not or the balance is unknown."""
        if self.balance is None or self.at_most <= self.balance:
            return None
        return self.at_most - self.balance

    @property
    def over_budget(self) -> Fen | None:
        """By how much plan and what is already ordered exceed the campaign's cap; None when they do not or there is none."""
        if self.budget is None or self.at_most + self.budget_used <= self.budget:
            return None
        return self.at_most + self.budget_used - self.budget


@dataclass(frozen=True, slots=True)
class FeeRate:
    since: date
    basis_points: int


def fee_rates(text: str) -> tuple[FeeRate, ...]:
    """Read resources/data/fee_rates.json, oldest first; ValueError when it holds none."""
    rates = tuple(
        sorted(
            (FeeRate(date.fromisoformat(row["from"]), int(row["basis_points"])) for row in json.loads(text)["rates"]), key=lambda r: r.since
        )
    )
    if not rates:
        raise ValueError("fee_rates.json holds no rate")
    return rates


def rate_on(rates: Sequence[FeeRate], day: date) -> FeeRate:
    """The rate that holds on a Beijing day; the oldest one before all."""
    return next((rate for rate in reversed(rates) if rate.since <= day), rates[0])


@dataclass(frozen=True, slots=True)
class Rules:
    """Settings of the pre-flight. Days."""

    quote_too_old_days: int = 60
    quote_warn_days: int = 30
    rise_warn_percent: int = 15


def check_row(
    creator: Creator,
    tier: VideoTier,
    *,
    now: datetime,
    rate: FeeRate,
    rules: Rules,
    quoted_at: datetime | None,
    last_paid: Fen | None,
    has_open_order: bool,
) -> Row:
    """Check one creator; `quoted_at` is when the quote was last seen, `last_paid` what this creator was paid for the tier before."""
    quote = creator.quotes.get(tier)
    remarks: list[Remark] = []
    age = None if quoted_at is None else max(0, (now - quoted_at) // timedelta(days=1))
    if quote is None or quote <= ZERO:
        others = [other.name.lower() for other, amount in creator.quotes if amount is not None and amount > ZERO]
        remarks.append(
            Remark(Check.PRICE, Mark.BLOCKED, "only_other_tier" if others else "no_quote", (("tiers", ",".join(others)),) if others else ())
        )
    elif age is not None and age > rules.quote_too_old_days:
        remarks.append(Remark(Check.PRICE, Mark.BLOCKED, "quote_too_old", (("days", age), ("limit", rules.quote_too_old_days))))
    elif age is not None and age > rules.quote_warn_days:
        remarks.append(Remark(Check.PRICE, Mark.WARN, "quote_old", (("days", age),)))
    if quote is not None and last_paid is not None and last_paid > ZERO:
        rise = (quote.value - last_paid.value) * 100 // last_paid.value
        if rise > rules.rise_warn_percent:
            remarks.append(Remark(Check.PRICE, Mark.WARN, "price_rose", (("percent", rise), ("last", last_paid))))
    if creator.availability is Availability.CLOSED:
        remarks.append(Remark(Check.SLOT, Mark.BLOCKED, "closed"))
    elif creator.availability is Availability.BUSY:
        remarks.append(Remark(Check.SLOT, Mark.WARN, "busy"))
    if creator.verification is Verification.NONE:
        remarks.append(Remark(Check.VERIFICATION, Mark.WARN, "not_verified"))
    elif creator.verification is None:
        remarks.append(Remark(Check.VERIFICATION, Mark.WARN, "verification_unknown"))
    if has_open_order:
        remarks.append(Remark(Check.PLATFORM, Mark.BLOCKED, "open_order"))
    usable = quote if quote is not None and quote > ZERO else None
    fee = None if usable is None else usable.share(rate.basis_points)
    return Row(
        author_id=creator.author_id,
        name=creator.nickname,
        followers=creator.followers,
        tier=tier,
        quote=usable,
        quote_age_days=age,
        fee=fee,
        subtotal=None if usable is None or fee is None else usable + fee,
        remarks=tuple(remarks),
    )


def make_plan(
    rows: Iterable[Row],
    *,
    tag_group: str,
    rate: FeeRate,
    now: datetime,
    balance: tuple[Fen, datetime] | None,
    budget: Fen | None,
    budget_used: Fen,
) -> Plan:
    """Split what is not blocked into requests of at most 50, tagged `#GROUP-1`, `#GROUP-2` …; a creator stands once."""
    once: Mapping[AuthorId, Row] = {row.author_id: row for row in rows}
    free = [row for row in once.values() if not row.blocked]
    requests = tuple(
        Request(number, f"#{tag_group}-{number}", tuple(free[start : start + MAX_ORDERS_PER_REQUEST]))
        for number, start in enumerate(range(0, len(free), MAX_ORDERS_PER_REQUEST), start=1)
    )
    return Plan(
        requests=requests,
        blocked=tuple(row for row in once.values() if row.blocked),
        fee_basis_points=rate.basis_points,
        fee_rate_from=rate.since,
        balance=None if balance is None else balance[0],
        balance_at=None if balance is None else balance[1],
        budget=budget,
        budget_used=budget_used,
        made_at=now,
    )


def beijing_day(now: datetime) -> date:
    """The platform's day at an instant."""
    return now.astimezone(BEIJING).date()
