"""Rules of the platform that nobody outside knows: fee, time-outs, refunds, lifetimes. Settings here, never constants of the app."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

HOUR = 3600
DAY = 86400


@dataclass(slots=True)
class Settings:
    """Money in basis points of the order's total or fen; lifecycle times in virtual seconds, token lifetimes in real seconds."""

    fee_basis_points: int = 500
    opening_balance_fen: int = 300_000_000
    prepaid_basis_points: int = 3000
    accept_seconds: int = 48 * HOUR
    unpaid_seconds: int = 7 * DAY
    cost_unaccepted_basis_points: int = 0
    cost_accepted_basis_points: int = 1000
    cost_script_basis_points: int = 2000
    cost_video_basis_points: int = 5000
    cost_confirmed_basis_points: int = 8000
    tail_seconds: int = 120
    accept_rate: int = 90
    decline_rate: int = 6
    author_cancel_rate: int = 3
    script_audit_fail_rate: int = 10
    video_audit_fail_rate: int = 8
    ad_audit_fail_rate: int = 12
    access_token_seconds: int = 86_400
    refresh_token_seconds: int = 30 * DAY
    auth_code_seconds: int = 600
    address_seconds: int = 86_400
    debug_per_minute: int = 20
    repeat: str = "refuse"

    def change(self, name: str, value: object) -> None:
        """Set one setting of its own type (KeyError for an unknown name, TypeError or ValueError for a value it cannot take)."""
        if name not in {field.name for field in dataclasses.fields(self)}:
            raise KeyError(name)
        if name == "repeat":
            if value not in ("refuse", "accept"):
                raise ValueError("repeat is 'accept' or 'refuse'")
        elif isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"{name} is an integer")
        elif value < 0:
            raise ValueError(f"{name} is not negative")
        setattr(self, name, value)

    def as_json(self) -> dict[str, object]:
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
