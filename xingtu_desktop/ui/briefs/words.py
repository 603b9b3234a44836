"""The words of briefs: fields, problems, severities, reasons, ages, versions."""

from __future__ import annotations

from datetime import datetime

from xingtu_desktop.domain.brief import Brief, BriefProblem, BriefState
from xingtu_desktop.domain.compliance import LetThrough, Severity, Trick
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.services.briefs import BriefSummary
from xingtu_desktop.ui.briefs import choices
from xingtu_desktop.ui.formats import DOT, UNKNOWN
from xingtu_desktop.ui.i18n import formats, tr


def field_name(field: str) -> str:
    """A field of the form by its name in the domain."""
    names = {
        "title": tr("briefs", "Task name"),
        "brand_name": tr("briefs", "Brand"),
        "product_name": tr("briefs", "Product"),
        "product_information": tr("briefs", "Product information"),
        "industry": tr("briefs", "Industry"),
        "contact_name": tr("briefs", "Contact"),
        "contact_phone": tr("briefs", "Phone"),
        "detail_demand": tr("briefs", "Content demands"),
        "other_demand": tr("briefs", "Other demands"),
        "music_demand": tr("briefs", "Music"),
        "prop_demand": tr("briefs", "Props"),
        "scene_demand": tr("briefs", "Scene"),
        "script_demand": tr("briefs", "Script"),
        "special_topic": tr("briefs", "Topic"),
        "selling_points": tr("briefs", "Selling points"),
        "must_say": tr("briefs", "Must say"),
        "must_not_say": tr("briefs", "Must not say"),
        "checklist": tr("briefs", "Acceptance checklist"),
        "tier": tr("briefs", "Length"),
        "payment": tr("briefs", "Settlement"),
        "retention_days": tr("briefs", "Retention"),
        "accept_expiration_days": tr("briefs", "Time to accept"),
        "skip_script": tr("briefs", "Script stage"),
        "publish_window": tr("briefs", "Publishing window"),
        "publish_from": tr("briefs", "Publishing from"),
        "publish_until": tr("briefs", "Publishing until"),
        "product_link": tr("briefs", "Product link"),
        "link_component_id": tr("briefs", "Link component"),
        "cart": tr("briefs", "Shopping cart"),
        "budget": tr("briefs", "Budget cap"),
        "campaign_id": tr("briefs", "Campaign"),
        "state": tr("briefs", "State"),
        "evidence": tr("briefs", "Evidence"),
    }
    return names.get(field, field)


def title_of(title: str) -> str:
    """A brief without a name is still one that can be opened."""
    return title.strip() or tr("briefs", "Unnamed brief")


def problem(found: BriefProblem) -> str:
    """One sentence: which field, and what is wrong with it."""
    values = dict(found.values)
    name = field_name(found.field)
    match found.code:
        case "missing":
            return tr("briefs", "{field} is missing", field=name)
        case "too_long" if found.field == "publish_window":
            return tr("briefs", "The publishing window is longer than {limit} days", limit=values.get("limit", ""))
        case "too_long":
            over = int(values.get("length", 0)) - int(values.get("limit", 0))
            return tr("briefs", "{field} is {count} characters too long", field=name, count=over)
        case "out_of_range":
            return tr("briefs", "{field} must be {least} to {most} days", field=name, least=values.get("least"), most=values.get("most"))
        case "reversed":
            return tr("briefs", "The publishing window ends before it begins")
        case "past":
            return tr("briefs", "The publishing window has passed")
        case "too_many":
            return tr("briefs", "The cart holds {limit} products at most", limit=values.get("limit", ""))
        case "bad_title":
            return tr("briefs", "Every product in the cart needs a name of at most {limit} characters", limit=values.get("limit", ""))
        case "not_https":
            return tr("briefs", "{field} must begin with https://", field=name)
        case "no_phone":
            return tr("briefs", "{field} is no phone number", field=name)
        case "placeholder":
            return tr("briefs", "{field} still has a placeholder in braces", field=name)
    return tr("briefs", "{field} would be refused", field=name)


def severity(value: Severity) -> tuple[str, str]:
    """Word and tone."""
    return {
        Severity.BLOCK: (tr("briefs", "Must change"), "bad"),
        Severity.EVIDENCE: (tr("briefs", "Evidence missing"), "warn"),
        Severity.WARN: (tr("briefs", "Reminder"), "accent"),
    }[value]


def trick(value: Trick) -> str:
    """How a term was disguised, "" when it was not."""
    return {
        Trick.NONE: "",
        Trick.SPELLING: tr("briefs", "Disguised spelling"),
        Trick.HOMOPHONE: tr("briefs", "Sounds alike"),
        Trick.PINYIN: tr("briefs", "Written in pinyin"),
    }[value]


def let_through(reason: LetThrough) -> str:
    """Why a hit is no finding."""
    return {
        LetThrough.COMMON_PHRASE: tr("briefs", "common phrase"),
        LetThrough.NEGATED: tr("briefs", "negated"),
        LetThrough.OTHER_INDUSTRY: tr("briefs", "another industry's rule"),
    }[reason]


def state(summary: BriefSummary) -> tuple[str, str]:
    """The state of a brief in the list: word and token of its dot."""
    if summary.state is BriefState.ORDERED:
        return tr("briefs", "Ordered"), "accent"
    if summary.problems:
        return tr("briefs", "Draft"), "warn"
    if summary.unanswered:
        return tr("briefs", "To review"), "warn"
    return tr("briefs", "Ready to order"), "good"


def left_to_do(summary: BriefSummary) -> str:
    """The note at the right of a row: how much is missing or open."""
    if summary.state is BriefState.ORDERED:
        return ""
    if summary.problems:
        return tr("briefs", "{count} missing", count=summary.problems)
    if summary.unanswered:
        return tr("briefs", "{count} open", count=summary.unanswered)
    return ""


def day(instant: datetime | None, now: datetime) -> str:
    """A day and time as they stand in the history."""
    return formats().moment(instant, now)


def value(field: str, item: object) -> str:
    """A value of a brief in the comparison of versions."""
    fmt = formats()
    if item is None or item == () or item == "":
        return UNKNOWN
    if field == "industry" and isinstance(item, tuple):
        return choices.industry_name((item[0], item[1]))
    if isinstance(item, Fen):
        return fmt.money(item)
    if isinstance(item, datetime):
        return f"{fmt.date(item)} {fmt.clock(item)}"
    if field == "tier":
        return choices.tier_name(item)  # type: ignore[arg-type]  # the field's type is known by its name
    if field == "payment":
        return choices.payment_name(item)  # type: ignore[arg-type]
    if field == "skip_script":
        return script_stage(bool(item))
    if field == "state":
        return tr("briefs", "Ordered") if item is BriefState.ORDERED else tr("briefs", "Draft")
    if field in ("cart", "evidence") and isinstance(item, tuple):
        return DOT.join(str(getattr(each, "title", "") or getattr(each, "reference", "")) for each in item)
    if isinstance(item, tuple):
        return DOT.join(str(each) for each in item)
    if field in ("retention_days", "accept_expiration_days"):
        return tr("briefs", "{count} day|{count} days", count=item)
    return str(item)


def script_stage(skipped: bool) -> str:
    """Whether creators hand in a script first."""
    return tr("briefs", "No script, video at once") if skipped else tr("briefs", "Script first")


def preview_rows(brief: Brief) -> list[tuple[str, str]]:
    """What the creator reads, in the platform's order; empty fields are left out."""
    fields = ("brand_name", "product_name", "product_information", "detail_demand", "other_demand", "script_demand", "scene_demand")
    rest = ("prop_demand", "music_demand", "special_topic", "tier", "skip_script", "retention_days", "accept_expiration_days")
    shown = [(field_name(name), value(name, getattr(brief, name))) for name in (*fields, *rest)]
    return [row for row in shown if row[1] != UNKNOWN]
