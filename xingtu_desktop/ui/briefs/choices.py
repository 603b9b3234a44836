"""What the selects of the form offer: industries of both levels, tiers and payment, in the language in force."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from xingtu_desktop.core import resources
from xingtu_desktop.domain.creator import VideoTier
from xingtu_desktop.domain.demand import PaymentKind
from xingtu_desktop.domain.working_days import WorkingDays, working_days
from xingtu_desktop.ui.i18n import tr, translations


@dataclass(frozen=True, slots=True)
class Industry:
    """One entry of the industry table."""

    industry_id: int
    zh: str
    en: str
    children: tuple[Industry, ...] = ()

    def name(self) -> str:
        """In the language in force."""
        return self.zh if translations().language == "zh_CN" else self.en


@lru_cache(maxsize=1)
def industries() -> tuple[Industry, ...]:
    """Level 1 with its level 2; the second level is assumed (see the file)."""
    rows = json.loads(resources.text("data", "industries.json"))["industries"]
    return tuple(
        Industry(row["id"], row["zh"], row["en"], tuple(Industry(sub["id"], sub["zh"], sub["en"]) for sub in row["children"]))
        for row in rows
    )


@lru_cache(maxsize=1)
def calendar() -> WorkingDays:
    """The published working days."""
    return working_days(resources.text("data", "working_days.json"))


def industry_name(pair: tuple[int, int] | None) -> str:
    """ "日化 › 手部护理"; ids that the table does not know stay numbers."""
    if pair is None:
        return ""
    parent = next((each for each in industries() if each.industry_id == pair[0]), None)
    child = None if parent is None else next((each for each in parent.children if each.industry_id == pair[1]), None)
    return f"{parent.name() if parent else pair[0]} › {child.name() if child else pair[1]}"


def tier_name(tier: VideoTier) -> str:
    """ "21–60 秒"."""
    return {
        VideoTier.UP_TO_20: tr("briefs", "1–20 s"),
        VideoTier.FROM_21_TO_60: tr("briefs", "21–60 s"),
        VideoTier.OVER_60: tr("briefs", "Over 60 s"),
    }[tier]


def payment_name(payment: PaymentKind) -> str:
    """Full or prepaid."""
    return tr("briefs", "Flat fee · in full") if payment is PaymentKind.FULL else tr("briefs", "Flat fee · prepaid")
