"""Signs in: the address of the consent page, the exchange of a code, the one refresh, the accounts behind a token."""

from __future__ import annotations

from urllib.parse import urlencode

from xingtu_desktop.api.endpoints import oauth
from xingtu_desktop.api.gateway import Gateway
from xingtu_desktop.api.mapping import accounts as mapping
from xingtu_desktop.core.clock import Clock
from xingtu_desktop.domain.account import Account, AppCredentials, Tokens
from xingtu_desktop.domain.answers import UserInfo


class OAuthClient:
    """Implements services.ports.AuthApi. Expiries are counted from before the request left, so never too late."""

    def __init__(self, gateway: Gateway, authorize_url: str, clock: Clock) -> None:
        """`gateway` has no token source; `clock` is the computer's."""
        self._gateway = gateway
        self._authorize_url = authorize_url
        self._clock = clock

    def authorize_address(self, app_id: int, redirect: str, state: str) -> str:
        """The consent page for the system's browser; its answer carries `auth_code`, not `code`."""
        joint = "&" if "?" in self._authorize_url else "?"
        return f"{self._authorize_url}{joint}{urlencode({'app_id': app_id, 'redirect_uri': redirect, 'state': state})}"

    async def exchange(self, app: AppCredentials, auth_code: str) -> Tokens:
        """The first pair of tokens; Rejected when the code is used or too old."""
        now = self._clock.now()
        return mapping.tokens(await oauth.access_token(self._gateway, app_id=app.app_id, secret=app.secret, auth_code=auth_code), now)

    async def refresh(self, app: AppCredentials, refresh_token: str) -> Tokens:
        """A new pair (generation 0: the caller counts on); sent once, never retried. SignedOut when the old pair is dead."""
        now = self._clock.now()
        return mapping.tokens(
            await oauth.refresh_token(self._gateway, app_id=app.app_id, secret=app.secret, refresh_token=refresh_token), now
        )

    async def accounts(self, access_token: str) -> list[Account]:
        """Every account of the authorisation, usable or not."""
        data = await oauth.accounts(self._gateway, access_token)
        return [found for row in data.nodes("list") if (found := mapping.account(row)) is not None]

    async def user(self, access_token: str) -> UserInfo:
        """Who authorised."""
        return mapping.user(await oauth.user(self._gateway, access_token))
