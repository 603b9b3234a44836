"""The words of the pre-flight: checks, remarks with their figures, reasons why nothing can be confirmed."""

from __future__ import annotations

from xingtu_desktop.domain.creator import VideoTier
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.preflight import Check, Remark
from xingtu_desktop.services.ordering import Preflight
from xingtu_desktop.ui.briefs import choices, words
from xingtu_desktop.ui.i18n import formats, tr


def check_name(check: Check) -> str:
    """The head of a column."""
    return {
        Check.PRICE: tr("preflight", "Price"),
        Check.SLOT: tr("preflight", "Slot"),
        Check.VERIFICATION: tr("preflight", "ID"),
        Check.PLATFORM: tr("preflight", "Orders"),
    }[check]


def remark(said: Remark) -> str:
    """Why a check is not all right."""
    values = dict(said.values)
    match said.code:
        case "no_quote":
            return tr("preflight", "No quote is known")
        case "only_other_tier":
            tiers = [tier for tier in VideoTier if tier.name.lower() in str(values.get("tiers", "")).split(",")]
            return tr("preflight", "Quotes only {tiers}", tiers=", ".join(choices.tier_name(tier) for tier in tiers))
        case "quote_too_old":
            return tr("preflight", "Quote is {days} days old, {limit} are allowed", days=values.get("days"), limit=values.get("limit"))
        case "quote_old":
            return tr("preflight", "Quote is {days} days old", days=values.get("days"))
        case "price_rose":
            last = values.get("last")
            return tr(
                "preflight",
                "{percent}% above the last price, {last}",
                percent=values.get("percent"),
                last=formats().money(last if isinstance(last, Fen) else None),
            )
        case "closed":
            return tr("preflight", "Takes no orders now")
        case "busy":
            return tr("preflight", "Busy, may answer late")
        case "not_verified":
            return tr("preflight", "Identity not verified")
        case "verification_unknown":
            return tr("preflight", "Verification unknown")
        case "open_order":
            return tr("preflight", "Has an open order in this campaign")
    return said.code


def why_not(checked: Preflight) -> str:
    """Why it cannot be confirmed, "" when it can."""
    if checked.problems:
        first = words.problem(checked.problems[0])
        more = len(checked.problems) - 1
        return tr("preflight", "{problem}, and {count} more in the brief", problem=first, count=more) if more else first
    if not checked.plan.orders:
        return tr("preflight", "Every creator in the basket is blocked")
    over = checked.plan.over_budget
    if over is not None:
        return tr("preflight", "{sum} over the budget cap", sum=formats().money(over))
    return ""
