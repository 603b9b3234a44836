"""Accounts that an authorisation reaches, and the tokens that open them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from xingtu_desktop.domain.ids import StarId


class AccountKind(StrEnum):
    """`account_type` of advertiser/get, as far as the program tells them apart (wire.md A4)."""

    STAR = "PLATFORM_ROLE_STAR"
    STAR_AGENT = "PLATFORM_ROLE_STAR_AGENT"
    STAR_MCN = "PLATFORM_ROLE_STAR_MCN"
    STAR_ISV = "PLATFORM_ROLE_STAR_ISV"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Account:
    """An entry of the authorisation; only valid STAR accounts can be entered."""

    star_id: StarId
    name: str
    kind: AccountKind
    valid: bool
    company: str = ""

    @property
    def usable(self) -> bool:
        return self.valid and self.kind is AccountKind.STAR


@dataclass(frozen=True, slots=True)
class Tokens:
    """One pair; a refresh kills both old ones (wire.md A4). Instants are UTC."""

    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime
    generation: int = 0
    """Counts refreshes, so that a process can see that another one refreshed first."""

    def __repr__(self) -> str:
        return f"Tokens(generation={self.generation}, access_expires_at={self.access_expires_at:%Y-%m-%dT%H:%M:%SZ})"


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """The developer app of the agency, kept in the keyring."""

    app_id: int
    secret: str

    def __repr__(self) -> str:
        return f"AppCredentials(app_id={self.app_id})"
