"""A brief as it is kept: the current document, and every version that was saved before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xingtu_desktop.domain.ids import BriefId, CampaignId

COALESCE_SECONDS = 60
"""Automatic saves of one author within this time belong to one version."""


@dataclass(frozen=True, slots=True)
class BriefRecord:
    """The current state. `document` is our JSON block document (domain/brief.py); `revision` counts saves from 1. Instants are UTC."""

    brief_id: BriefId
    title: str
    document: str
    revision: int
    created_at: datetime
    updated_at: datetime
    campaign_id: CampaignId | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class BriefVersion:
    """One entry of a brief's history. `number` counts versions from 1; `name` is the person's own word for it, if any."""

    brief_id: BriefId
    number: int
    revision: int
    author: str
    name: str | None
    started_at: datetime
    saved_at: datetime
    title: str


@dataclass(frozen=True, slots=True)
class BriefVersionText:
    """A version with its document, to be shown, compared or restored."""

    version: BriefVersion
    document: str
