"""Signing in at the sandbox: the consent page, codes that work once, pairs that rotate, and what a token may reach."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.sandbox.support import STAR, Api, ok, refused

OAUTH = "/open_api/oauth2"
PAGE = "/openapi/audit/oauth.html"
REDIRECT = "http://127.0.0.1:18400/callback"


def asked(api: Api, **changes: str) -> dict[str, str]:
    return {"app_id": str(api.world.app_id), "redirect_uri": REDIRECT, "state": "s-1", **changes}


async def consent(api: Api, decision: str = "agree", **changes: str) -> dict[str, list[str]]:
    """Click the page's button as a browser would: every hidden field is sent back."""
    page = await api.http.get(PAGE, params=asked(api, **changes))
    assert page.status_code == 200, page.text
    fields = {name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)}
    answer = await api.http.post(PAGE, data={**fields, "decision": decision})
    assert answer.status_code == 302
    target = answer.headers["location"]
    assert target.startswith(changes.get("redirect_uri", REDIRECT))
    return parse_qs(urlsplit(target).query)


async def token_call(api: Api, path: str, **changes: object) -> dict[str, Any]:
    body = {"app_id": api.world.app_id, "secret": api.world.app_secret, **changes}
    answer = await api.http.post(f"{OAUTH}/{path}/", json={name: value for name, value in body.items() if value is not None})
    assert answer.status_code == 200
    envelope: dict[str, Any] = answer.json()
    return envelope


async def pair(api: Api) -> dict[str, Any]:
    code = (await consent(api))["auth_code"][0]
    data: dict[str, Any] = ok(await token_call(api, "access_token", auth_code=code))
    return data


async def test_agreeing_returns_a_code_that_becomes_a_pair_for_the_accounts() -> None:
    api = Api()
    returned = await consent(api, scope="[20120000]", material_auth="1")
    assert returned["state"] == ["s-1"]
    assert returned["app_id"] == [str(api.world.app_id)]
    assert returned["scope"] == ["[20120000]"]
    assert returned["material_auth_status"] == ["1"]
    assert int(returned["uid"][0]) > 0
    data = ok(await token_call(api, "access_token", auth_code=returned["auth_code"][0]))
    assert data["expires_in"] in (86_399, 86_400)
    assert 2_591_990 <= data["refresh_token_expires_in"] <= 2_592_000
    assert len(data["advertiser_ids"]) == 4
    assert api.star_id in data["advertiser_ids"]
    me = ok((await api.http.get("/open_api/2/user/info/", headers={"Access-Token": data["access_token"]})).json())
    assert (me["app_id"], me["material_auth_status"], me["token_scope_list"]) == (api.world.app_id, True, [20120000])


async def test_refusing_returns_no_code() -> None:
    returned = await consent(Api(), decision="deny")
    assert "auth_code" not in returned
    assert returned["state"] == ["s-1"]


async def test_a_code_works_once_and_not_after_its_time() -> None:
    api = Api()
    code = (await consent(api))["auth_code"][0]
    ok(await token_call(api, "access_token", auth_code=code, grant_type="auth_code"))
    refused(await token_call(api, "access_token", auth_code=code), 40115, "auth_code")
    await api.control("settings", auth_code_seconds=0)
    late = (await consent(api))["auth_code"][0]
    refused(await token_call(api, "access_token", auth_code=late), 40110, "auth_code")
    refused(await token_call(api, "access_token", auth_code="nobody's"), 40000, "auth_code")
    refused(await token_call(api, "access_token"), 40000, "auth_code")


@pytest.mark.parametrize("path", ["refresh_token", "renew_token"])
async def test_refreshing_rotates_and_the_old_pair_dies(path: str) -> None:
    api = Api()
    old = await pair(api)
    new = ok(await token_call(api, path, refresh_token=old["refresh_token"]))
    assert new["access_token"] != old["access_token"]
    assert new["refresh_token"] != old["refresh_token"]
    api.token = old["access_token"]
    refused(await api.get(f"{STAR}/campaign/list/"), 40105, "access_token")
    api.token = new["access_token"]
    ok(await api.get(f"{STAR}/campaign/list/"))
    refused(await token_call(api, path, refresh_token=old["refresh_token"]), 40107, "refresh_token")


async def test_a_refresh_token_ends_with_its_time() -> None:
    api = Api()
    await api.control("settings", refresh_token_seconds=0)
    old = await pair(api)
    refused(await token_call(api, "refresh_token", refresh_token=old["refresh_token"]), 40103, "refresh_token")


async def test_an_access_token_ends_with_its_time_and_can_be_refreshed() -> None:
    api = Api()
    await api.control("settings", access_token_seconds=0)
    old = await pair(api)
    await api.control("settings", access_token_seconds=60)
    api.token = old["access_token"]
    refused(await api.get(f"{STAR}/campaign/list/"), 40102, "access_token")
    api.token = ok(await token_call(api, "refresh_token", refresh_token=old["refresh_token"]))["access_token"]
    ok(await api.get(f"{STAR}/campaign/list/"))


@pytest.mark.parametrize(("action", "code"), [("expire", 40102), ("revoke", 40105)])
async def test_a_token_can_be_spoiled_by_the_control_door(action: str, code: int) -> None:
    api = Api()
    assert (await api.control("token", action=action, access_token=api.token))["changed"] == 1
    refused(await api.get(f"{STAR}/campaign/list/"), code, "access_token")
    api.token = (await api.control("token"))["access_token"]
    ok(await api.get(f"{STAR}/campaign/list/"))


async def test_a_missing_or_foreign_token_is_named_so() -> None:
    api = Api()
    api.token = ""
    refused(await api.get(f"{STAR}/campaign/list/"), 40104, "access_token")
    api.token = "nobody's"
    refused(await api.get(f"{STAR}/campaign/list/"), 40105, "access_token")


async def test_the_accounts_are_found_with_the_token_in_header_or_query() -> None:
    api = Api()
    by_header = ok((await api.http.get(f"{OAUTH}/advertiser/get/", headers={"Access-Token": api.token})).json())
    by_query = ok((await api.http.get(f"{OAUTH}/advertiser/get/", params={"access_token": api.token})).json())
    assert by_header == by_query
    kinds = [account["account_type"] for account in by_query["list"] if account["is_valid"]]
    assert kinds.count("PLATFORM_ROLE_STAR") == 2
    assert kinds.count("PLATFORM_ROLE_STAR_MCN") == 1
    assert sum(not account["is_valid"] for account in by_query["list"]) == 1
    assert {account["advertiser_role"] for account in by_query["list"] if account["account_type"] == "PLATFORM_ROLE_STAR"} == {6}


async def test_a_wrong_app_or_secret_gets_no_token() -> None:
    api = Api()
    for path, more in (("access_token", {"auth_code": "x"}), ("refresh_token", {"refresh_token": "x"}), ("app_access_token", {})):
        refused(await token_call(api, path, **more, secret="wrong"), 40000, "secret")
        refused(await token_call(api, path, **more, app_id=5), 40000, "app_id")
        refused(await token_call(api, path, **more, app_id=None), 40000, "app_id")
    assert ok(await token_call(api, "app_access_token"))["access_token"]


@pytest.mark.parametrize(
    "redirect",
    [
        "https://evil.example.com/cb",
        "http://127.0.0.1.evil.example.com/",
        "http://user@127.0.0.1/",
        "javascript:alert(1)",
        "http://127.0.0.1@evil.example/",
    ],
)
async def test_only_this_machine_is_called_back(redirect: str) -> None:
    api = Api()
    for answer in (
        await api.http.get(PAGE, params=asked(api, redirect_uri=redirect)),
        await api.http.post(PAGE, data={**asked(api, redirect_uri=redirect), "decision": "agree"}),
    ):
        assert answer.status_code == 400
        assert "location" not in answer.headers


async def test_the_page_shows_what_was_sent_as_text_only() -> None:
    api = Api()
    hostile = '"><script>alert(1)</script>'
    page = await api.http.get(PAGE, params=asked(api, state=hostile, redirect_uri=REDIRECT + "?a=1"))
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    returned = await consent(api, state=hostile, redirect_uri=REDIRECT + "?a=1")
    assert (returned["state"], returned["a"]) == ([hostile], ["1"])


async def test_what_is_not_json_or_not_known_is_answered_as_the_platform_would() -> None:
    api = Api()
    path = f"{STAR}/bill/pay/"
    headers = {"Access-Token": api.token}
    for content, kind in (
        (b"{oops", "application/json"),
        (b"[1]", "application/json"),
        (b"star_id=1", "application/x-www-form-urlencoded"),
    ):
        answer = await api.http.post(path, content=content, headers={**headers, "Content-Type": kind})
        assert (answer.status_code, answer.json()["code"]) == (200, 40000)
    for answer in (
        await api.http.get("/open_api/2/star/nothing/here/", headers=headers),
        await api.http.get(path, headers=headers, params={"star_id": api.star_id}),
        await api.http.get("/somewhere"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, 40000)
        assert set(answer.json()) == {"code", "message", "request_id", "data"}


async def test_the_debug_header_adds_help_and_has_its_own_limit() -> None:
    api = Api()
    debug = {"X-Debug-Mode": "1"}
    assert "help_message" not in await api.get(f"{STAR}/order/detail/")
    for _ in range(20):
        assert (await api.get(f"{STAR}/order/detail/", headers=debug))["help_message"]
    answer: httpx.Response = await api.http.get(
        f"{STAR}/order/detail/", params={"star_id": api.star_id}, headers={"Access-Token": api.token, **debug}
    )
    assert answer.json()["code"] == 40110
    assert answer.headers["X-RateLimit-Dimension"] == "developer"


async def test_a_request_id_looks_like_the_platforms() -> None:
    api = Api()
    first, second = await api.get(f"{STAR}/campaign/list/"), await api.get(f"{STAR}/campaign/list/")
    assert re.fullmatch(r"\d{14}[0-9A-F]{20}", first["request_id"])
    assert first["request_id"] != second["request_id"]
