"""A brief (需求): the operator's structured draft, what is still wrong with it, and the demand it becomes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from xingtu_desktop.core.errors import InvalidInput
from xingtu_desktop.domain.creator import VideoTier
from xingtu_desktop.domain.demand import DAYS_RANGE, LIMITS, MAX_CART, MAX_WINDOW_DAYS, CartItem, DemandInfo, PaymentKind
from xingtu_desktop.domain.ids import BriefId, CampaignId
from xingtu_desktop.domain.money import Fen

DOCUMENT_FORMAT = 1


class BriefState(StrEnum):
    DRAFT = "draft"
    ORDERED = "ordered"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What answers a finding of the reviewer: a document's name, its source and what it covers; or why it is no problem."""

    rule_id: str
    text: str
    """The flagged words it answers."""
    reference: str
    source: str = ""
    dated: str = ""
    scope: str = ""
    exempt: bool = False
    """True: no document, the person says why the rule does not bind."""


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything as typed; nothing is refused while drafting. Instants are UTC, days are whole."""

    brief_id: BriefId
    title: str
    """The demand's name on the platform, without the operation tag."""
    brand_name: str = ""
    product_name: str = ""
    product_information: str = ""
    industry: tuple[int, int] | None = None
    """Level 1 and level 2 id."""
    contact_name: str = ""
    contact_phone: str = ""
    detail_demand: str = ""
    other_demand: str = ""
    music_demand: str = ""
    prop_demand: str = ""
    scene_demand: str = ""
    script_demand: str = ""
    special_topic: str = ""
    selling_points: tuple[str, ...] = ()
    must_say: tuple[str, ...] = ()
    must_not_say: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    """Acceptance criteria; they stand beside the script in Approvals."""
    tier: VideoTier = VideoTier.FROM_21_TO_60
    payment: PaymentKind = PaymentKind.FULL
    retention_days: int | None = 30
    accept_expiration_days: int | None = 3
    skip_script: bool = False
    publish_from: datetime | None = None
    publish_until: datetime | None = None
    product_link: str = ""
    link_component_id: int | None = None
    cart: tuple[CartItem, ...] = ()
    budget: Fen | None = None
    campaign_id: CampaignId | None = None
    state: BriefState = BriefState.DRAFT
    evidence: tuple[Evidence, ...] = field(default_factory=tuple)

    @property
    def has_purchase_link(self) -> bool:
        return bool(self.cart or self.product_link or self.link_component_id)


@dataclass(frozen=True, slots=True)
class BriefProblem:
    """What keeps a brief from being ordered; `code` and `values` are for the words: missing, too_long, window_too_long …"""

    field: str
    code: str
    values: tuple[tuple[str, int | str], ...] = ()


TAG_ROOM = 10
"""Code points of the name that the operation tag needs, such as ` #K7F2-12`."""

_REQUIRED_TEXTS = ("title", "brand_name", "product_name", "product_information", "contact_name", "contact_phone", "detail_demand")
_LIMITED = {
    "brand_name": "brand_name",
    "product_name": "product_name",
    "product_information": "product_information",
    "detail_demand": "detail_demand",
    "other_demand": "other_demand",
    "music_demand": "music_demand",
    "prop_demand": "prop_demand",
    "scene_demand": "scene_demand",
    "script_demand": "script_demand",
    "special_topic": "special_topic",
}


def limit_of(name: str) -> int | None:
    """The most code points of a text field of a brief, None where the platform has no such field."""
    if name == "title":
        return LIMITS["demand_name"] - TAG_ROOM
    key = _LIMITED.get(name)
    return LIMITS[key] if key else None


def problems(brief: Brief, now: datetime) -> tuple[BriefProblem, ...]:
    """Everything that the platform would refuse, in the order of the form. Code points are counted (wire.md C0)."""
    found: list[BriefProblem] = []
    for name in _REQUIRED_TEXTS:
        if not getattr(brief, name).strip():
            found.append(BriefProblem(name, "missing"))
    for name in ("title", *_LIMITED):
        limit = limit_of(name)
        length = len(getattr(brief, name))
        if limit is not None and length > limit:
            found.append(BriefProblem(name, "too_long", (("limit", limit), ("length", length))))
    if brief.industry is None:
        found.append(BriefProblem("industry", "missing"))
    if brief.retention_days is None:
        found.append(BriefProblem("retention_days", "missing"))
    for name in ("retention_days", "accept_expiration_days"):
        days = getattr(brief, name)
        if days is not None and not DAYS_RANGE[0] <= days <= DAYS_RANGE[1]:
            found.append(BriefProblem(name, "out_of_range", (("least", DAYS_RANGE[0]), ("most", DAYS_RANGE[1]))))
    found.extend(_window_problems(brief, now))
    if len(brief.cart) > MAX_CART:
        found.append(BriefProblem("cart", "too_many", (("limit", MAX_CART),)))
    for item in brief.cart:
        if not item.title.strip() or len(item.title) > LIMITS["cart_title"]:
            found.append(BriefProblem("cart", "bad_title", (("limit", LIMITS["cart_title"]),)))
        if not item.product_link.startswith("https://"):
            found.append(BriefProblem("cart", "not_https"))
    if brief.product_link and not brief.product_link.startswith("https://"):
        found.append(BriefProblem("product_link", "not_https"))
    if brief.contact_phone.strip() and not _phone_like(brief.contact_phone):
        found.append(BriefProblem("contact_phone", "no_phone"))
    for name in ("title", "product_information", "detail_demand", "other_demand"):
        if "{" in getattr(brief, name) and "}" in getattr(brief, name):
            found.append(BriefProblem(name, "placeholder"))
    return tuple(found)


def _window_problems(brief: Brief, now: datetime) -> Iterable[BriefProblem]:
    start, end = brief.publish_from, brief.publish_until
    if start is None or end is None:
        yield BriefProblem("publish_window", "missing")
    elif end <= start:
        yield BriefProblem("publish_window", "reversed")
    elif end <= now:
        yield BriefProblem("publish_window", "past")
    elif end - start > timedelta(days=MAX_WINDOW_DAYS):
        yield BriefProblem("publish_window", "too_long", (("limit", MAX_WINDOW_DAYS),))


def _phone_like(text: str) -> bool:
    digits = [char for char in text if char.isdigit()]
    return 6 <= len(digits) <= 20 and all(char.isdigit() or char in "+-() " for char in text.strip())


def to_demand(brief: Brief, now: datetime) -> DemandInfo:
    """The platform's demand, its name without an operation tag; InvalidInput when the brief has problems."""
    found = problems(brief, now)
    if found:
        refusal = InvalidInput(field=found[0].field, code=found[0].code)
        refusal.values = {**refusal.values, **dict(found[0].values)}
        raise refusal
    if brief.industry is None or brief.retention_days is None or brief.publish_from is None or brief.publish_until is None:
        raise InvalidInput(field="industry", code="missing")
    return DemandInfo(
        demand_name=brief.title.strip(),
        brand_name=brief.brand_name,
        product_name=brief.product_name,
        product_information=brief.product_information,
        product_industry=brief.industry,
        contact_name=brief.contact_name,
        contact_phone=brief.contact_phone,
        retention_days=brief.retention_days,
        publish_from=brief.publish_from,
        publish_until=brief.publish_until,
        detail_demand=brief.detail_demand,
        other_demand=brief.other_demand,
        music_demand=brief.music_demand,
        prop_demand=brief.prop_demand,
        scene_demand=brief.scene_demand,
        script_demand=brief.script_demand,
        special_topic=brief.special_topic,
        accept_expiration_days=brief.accept_expiration_days,
        skip_script=brief.skip_script,
        product_link=brief.product_link,
        link_component_id=brief.link_component_id,
        cart=brief.cart,
    )


def to_document(brief: Brief) -> str:
    """The brief as canonical JSON text: stable key order, fen as integers, instants as ISO text."""
    body = asdict(brief)
    body["budget"] = None if brief.budget is None else brief.budget.value
    for name in ("publish_from", "publish_until"):
        value = getattr(brief, name)
        body[name] = None if value is None else value.astimezone(UTC).isoformat()
    return json.dumps({"format": DOCUMENT_FORMAT, **body}, ensure_ascii=False, sort_keys=True)


def from_document(text: str) -> Brief:
    """Read what `to_document` wrote; unknown keys of a newer version are left out, missing ones take their default."""
    body = json.loads(text)
    known = {name: body[name] for name in Brief.__dataclass_fields__ if name in body}
    for name in ("selling_points", "must_say", "must_not_say", "checklist"):
        if name in known:
            known[name] = tuple(known[name])
    for name in ("publish_from", "publish_until"):
        if known.get(name):
            known[name] = datetime.fromisoformat(known[name])
    if known.get("industry") is not None:
        known["industry"] = (known["industry"][0], known["industry"][1])
    if known.get("budget") is not None:
        known["budget"] = Fen(known["budget"])
    known["cart"] = tuple(CartItem(**item) for item in known.get("cart", ()))
    known["evidence"] = tuple(Evidence(**item) for item in known.get("evidence", ()))
    known["tier"] = VideoTier(known.get("tier", VideoTier.FROM_21_TO_60))
    known["payment"] = PaymentKind(known.get("payment", PaymentKind.FULL))
    known["state"] = BriefState(known.get("state", BriefState.DRAFT))
    return Brief(**known)


def with_changes(brief: Brief, **changes: object) -> Brief:
    """The brief with some fields changed; TypeError names a field that does not exist."""
    return replace(brief, **changes)  # type: ignore[arg-type]
