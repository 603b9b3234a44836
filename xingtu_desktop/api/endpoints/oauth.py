"""The paths of OAuth 2.0 and of the signed-in user (wire.md A4)."""

from __future__ import annotations

from xingtu_desktop.api.gateway import Gateway
from xingtu_desktop.api.wire import Node

ACCESS_TOKEN = "/open_api/oauth2/access_token/"
REFRESH_TOKEN = "/open_api/oauth2/refresh_token/"
ACCOUNTS = "/open_api/oauth2/advertiser/get/"
USER = "/open_api/2/user/info/"


async def access_token(gateway: Gateway, *, app_id: int, secret: str, auth_code: str) -> Node:
    """Spend an auth_code (single use, 10 minutes); sent once."""
    answer = await gateway.write(ACCESS_TOKEN, {"app_id": app_id, "secret": secret, "auth_code": auth_code})
    return Node.of("data", answer.data)


async def refresh_token(gateway: Gateway, *, app_id: int, secret: str, refresh_token: str) -> Node:
    """Spend a refresh token; both old tokens die. Sent once."""
    answer = await gateway.write(REFRESH_TOKEN, {"app_id": app_id, "secret": secret, "refresh_token": refresh_token})
    return Node.of("data", answer.data)


async def accounts(gateway: Gateway, access_token: str) -> Node:
    """The accounts of the authorisation. The token stands in the query, as the official SDK sends it."""
    return Node.of("data", (await gateway.read(ACCOUNTS, {"access_token": access_token})).data)


async def user(gateway: Gateway, access_token: str) -> Node:
    """Who authorised."""
    return Node.of("data", (await gateway.read(USER, {}, headers={"Access-Token": access_token})).data)
