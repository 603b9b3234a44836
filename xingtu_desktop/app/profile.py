"""What is known before anybody is signed in: which accounts were entered, how the window looked; a small file without secrets."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account that was entered on this computer."""

    star_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Profile:
    """`window` is what the shell gave to be kept; `app_ids` maps an API address to the developer app used there."""

    accounts: tuple[KnownAccount, ...] = ()
    last_star_id: int | None = None
    app_id: int | None = None
    language: str = "zh_CN"
    theme: str = "system"
    window: dict[str, object] = field(default_factory=dict)

    def with_account(self, account: KnownAccount) -> Profile:
        """Entered now: first in the list."""
        others = tuple(known for known in self.accounts if known.star_id != account.star_id)
        return replace(self, accounts=(account, *others), last_star_id=account.star_id)


class ProfileFile:
    """`profile.json` in the data folder; written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "profile.json"

    def load(self) -> Profile:
        """The profile; a missing or damaged file starts a new one, since it holds nothing that cannot be chosen again."""
        try:
            said = json.loads(self._file.read_text(encoding="utf-8"))
            accounts = tuple(KnownAccount(int(a["star_id"]), str(a["name"])) for a in said.get("accounts", ()))
            return Profile(
                accounts=accounts,
                last_star_id=said.get("last_star_id"),
                app_id=said.get("app_id"),
                language=str(said.get("language", "zh_CN")),
                theme=str(said.get("theme", "system")),
                window=dict(said.get("window", {})),
            )
        except FileNotFoundError:
            return Profile()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("profile.json cannot be read and is begun again: %s", error)
            return Profile()

    def save(self, profile: Profile) -> None:
        """Write beside and swap, so that a crash leaves the old or the new."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(profile), ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(fresh, self._file)
