"""Sets the stage of the tour: an account of the training server with an ordinary week's work on it."""

from __future__ import annotations

from dataclasses import replace

from xingtu_desktop.app.tour_driver import fen, rows_of
from xingtu_desktop.app.tour_report import expect
from xingtu_desktop.app.training import Control, Invitation

WORK = (("published", 14), ("script", 16), ("published", 9), ("video", 8), ("accepted", 6), ("confirmed", 3), ("script", 5))
"""Each is a campaign: so many orders in a state. They were published twelve days before the tour begins."""
_DAYS = 12


async def stage(invitation: Invitation) -> Invitation:
    """The invitation to the account without a history, once orders in every state and two weeks of plays are there."""
    control = Control(f"{invitation.url}/sandbox/control")
    accounts = rows_of(await control.ask("ledger"), "accounts")
    usable = [fen(row["star_id"]) for row in accounts if row["account_type"] == "PLATFORM_ROLE_STAR" and row["is_valid"]]
    expect(len(usable) > 1, "the training server offers one account only")
    star_id = next(one for one in usable if one != invitation.star_id)
    for state, count in WORK:
        if state == "published":
            await control.ask("spawn", {"count": count, "state": state, "star_id": star_id})
    await control.ask("clock", {"advance": _DAYS * 86_400})
    for state, count in WORK:
        if state != "published":
            await control.ask("spawn", {"count": count, "state": state, "star_id": star_id})
    return replace(invitation, star_id=star_id)
