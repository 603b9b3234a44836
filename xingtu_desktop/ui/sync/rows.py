"""Which lines the outbox shows: groups with their counts and sums, batches folded into one line, and how much of a long group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xingtu_desktop.domain.ids import IntentId
from xingtu_desktop.domain.intent import NO_EFFECT_OF_ITS_OWN, Intent, IntentState
from xingtu_desktop.services.outbox_view import OutboxEntry, OutboxGroup
from xingtu_desktop.ui.i18n import formats, tr
from xingtu_desktop.ui.sync.sentences import confirmed, payments

FOLD_FROM = 4
"""Entries of one batch in the same state that become one line."""
SHOWN = 30
"""Lines of a group before "show more"."""


@dataclass(frozen=True, slots=True)
class Header:
    """The line above a group."""

    group: OutboxGroup
    count: int
    sums: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, or several of one batch folded together; `inside` marks a member of an unfolded batch."""

    key: str
    entries: tuple[OutboxEntry, ...]
    inside: bool = False
    unfolded: bool = False

    @property
    def ids(self) -> tuple[IntentId, ...]:
        return tuple(entry.intent.intent_id for entry in self.entries)

    @property
    def folded(self) -> bool:
        return len(self.entries) > 1


@dataclass(frozen=True, slots=True)
class More:
    """The button that shows the rest of a long group."""

    group: OutboxGroup
    hidden: int


Item = Header | Line | More


def arrange(
    entries: Sequence[OutboxEntry], *, unfolded: frozenset[str] = frozenset(), limits: Mapping[OutboxGroup, int] | None = None
) -> list[Item]:
    """The lines in the order of the groups.

    `unfolded` names batch lines that show their members, `limits` how many lines a group may have.
    """
    items: list[Item] = []
    for group in OutboxGroup:
        members = [entry for entry in entries if entry.group is group]
        if not members:
            continue
        items.append(Header(group, len(members), sums(members)))
        lines = _lines(members, unfolded)
        limit = (limits or {}).get(group, SHOWN)
        items += lines[:limit]
        if len(lines) > limit:
            items.append(More(group, sum(len(line.entries) for line in lines[limit:] if not line.inside)))
    return items


def sums(members: Sequence[OutboxEntry]) -> str:
    """Confirmed money and payments, apart; rejected, refused and cancelled money counts nowhere, an effect once."""
    if members[0].group is OutboxGroup.NEEDS_YOU:
        return ""
    ended = members[0].group is OutboxGroup.SENT
    intents = [entry.intent for entry in members if not ended or _took_effect(entry.intent)]
    parts = []
    approved, paid = confirmed(intents), payments(intents)
    if approved:
        parts.append(tr("sync", "Approved {money}", money=formats().money(approved)))
    if paid:
        parts.append(
            tr("sync", "paid {money}", money=formats().money(paid))
            if ended
            else tr("sync", "to pay at most {money}", money=formats().money(paid))
        )
    return " · ".join(parts)


def _took_effect(intent: Intent) -> bool:
    return intent.state is IntentState.DONE and intent.outcome not in NO_EFFECT_OF_ITS_OWN


def _lines(members: Sequence[OutboxEntry], unfolded: frozenset[str]) -> list[Line]:
    batches: dict[str, list[OutboxEntry]] = {}
    for entry in members:
        batches.setdefault(_batch_key(entry), []).append(entry)
    lines: list[Line] = []
    done: set[str] = set()
    for entry in members:
        key = _batch_key(entry)
        batch = batches[key]
        if entry.group is OutboxGroup.NEEDS_YOU or len(batch) < FOLD_FROM:
            lines.append(Line(entry.intent.intent_id, (entry,)))
        elif key not in done:
            done.add(key)
            lines.append(Line(key, tuple(batch), unfolded=key in unfolded))
            if key in unfolded:
                lines += [Line(one.intent.intent_id, (one,), inside=True) for one in batch]
    return lines


def _batch_key(entry: OutboxEntry) -> str:
    intent = entry.intent
    waits = entry.waits_for.value if entry.waits_for is not None else ""
    return f"{intent.batch_id}/{intent.kind.value}/{intent.state.value}/{intent.outcome}/{waits}"
