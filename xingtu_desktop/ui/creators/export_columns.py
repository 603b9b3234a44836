"""What an export says of a creator: plain figures in plain units under headings in the language in force."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta, timezone

from xingtu_desktop.domain.creator import Creator, VideoTier, cpm_of, female_15_24_share, share_of
from xingtu_desktop.domain.creator_query import Facet
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.services.creator_export import ExportColumn, Value
from xingtu_desktop.ui.creators import words
from xingtu_desktop.ui.i18n import tr

_BEIJING = timezone(timedelta(hours=8))


def _yuan(amount: Fen | None) -> float | None:
    return None if amount is None else amount.value / 100


def _tier(tier: str) -> Callable[[Creator], Value]:
    return lambda creator: share_of(creator.audience.city_tiers, tier)


def export_columns() -> tuple[ExportColumn, ...]:
    """Ids are text, since spreadsheets keep 15 digits; money is yuan; shares are 0–1; instants are Beijing time."""
    column = ExportColumn
    return (
        column(tr("creators", "Author id"), lambda c: str(int(c.author_id))),
        column(tr("creators", "Creator"), lambda c: c.nickname),
        column(tr("creators", "Douyin id"), lambda c: c.douyin_id),
        column(tr("creators", "MCN"), lambda c: None if c.mcn is None else words.value_text(Facet.MCN, c.mcn)),
        column(tr("creators", "City"), lambda c: c.city),
        column(tr("creators", "Content type"), lambda c: " / ".join(c.content_types) or None),
        column(tr("creators", "Second-level type"), lambda c: " / ".join(c.content_subtypes) or None),
        column(tr("creators", "Theme"), lambda c: " / ".join(c.themes) or None),
        column(tr("creators", "Followers"), lambda c: c.followers),
        column(tr("creators", "Quote 1–20 s"), lambda c: _yuan(c.quotes.up_to_20)),
        column(tr("creators", "Quote 21–60 s"), lambda c: _yuan(c.quotes.from_21_to_60)),
        column(tr("creators", "Quote over 60 s"), lambda c: _yuan(c.quotes.over_60)),
        column(tr("creators", "CPM 21–60 s"), lambda c: _yuan(cpm_of(c, VideoTier.FROM_21_TO_60))),
        column(tr("creators", "Expected plays"), lambda c: c.expected_plays),
        column("P10", lambda c: c.expected_plays_p10),
        column("P90", lambda c: c.expected_plays_p90),
        column(tr("creators", "Interaction rate"), lambda c: c.interaction_rate),
        column(tr("creators", "Finish rate"), lambda c: c.finish_rate),
        column(tr("creators", "Hit rate"), lambda c: c.hit_rate),
        column(tr("creators", "Female share"), lambda c: c.audience.female),
        column(tr("creators", "Female 15–24, estimated"), female_15_24_share),
        column(tr("creators", "Tier 1 cities"), _tier("一线")),
        column(tr("creators", "New tier 1 cities"), _tier("新一线")),
        column(tr("creators", "Tier 2 cities"), _tier("二线")),
        column(tr("creators", "Source"), lambda c: c.source),
        column(tr("creators", "Data updated"), lambda c: c.updated_at.astimezone(_BEIJING)),
    )
