"""OAuth of the sandbox (wire.md A4): consent page, codes, rotating token pairs, the accounts of the user. Lifetimes run on real time."""

from __future__ import annotations

import json
import secrets
import time
from html import escape
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from xingtu_desktop.sandbox import wire_answers as wire
from xingtu_desktop.sandbox.pipeline import official
from xingtu_desktop.sandbox.records import Account, AuthCode, Grant
from xingtu_desktop.sandbox.wire_answers import ApiError, Call, JsonObject, Params
from xingtu_desktop.sandbox.world import World

USER_ID = 1_702_345_678_901_234
_USER_NAME = "星野传媒·项目运营"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_AUTHORIZE = "/openapi/audit/oauth.html"
_DEFAULT_SCOPE = "[20120000,20130000,20140000]"
_ROLE_NAMES = {"PLATFORM_ROLE_STAR": "星图客户", "PLATFORM_ROLE_STAR_MCN": "星图机构", "PLATFORM_ROLE_STAR_AGENT": "星图代理商"}


def issue_pair(world: World, *, scope: str = _DEFAULT_SCOPE, material: int = 0, star_ids: str | None = None) -> Grant:
    """A new token pair for all accounts of the user (or those given as JSON text)."""
    present = time.time()
    if star_ids is None:
        star_ids = json.dumps([account.star_id for account in world.ledger.select(Account, "1 ORDER BY created, star_id")])
    grant = Grant(
        access_token=secrets.token_hex(20),
        refresh_token=secrets.token_hex(20),
        access_expires=present + world.settings.access_token_seconds,
        refresh_expires=present + world.settings.refresh_token_seconds,
        status="live",
        scope=scope,
        material=material,
        star_ids=star_ids,
    )
    world.ledger.insert(grant)
    return grant


def routes(world: World) -> list[BaseRoute]:
    """The consent page and the token endpoints."""

    async def page(request: Request) -> Response:
        return _consent_page(world, request)

    async def decide(request: Request) -> Response:
        return await _decide(world, request)

    base = "/open_api/oauth2"
    return [
        Route(_AUTHORIZE, page, methods=["GET"]),
        Route(_AUTHORIZE, decide, methods=["POST"]),
        official(world, "POST", f"{base}/access_token/", _access_token, star=False, token=False),
        official(world, "POST", f"{base}/refresh_token/", _refresh_token, star=False, token=False),
        official(world, "POST", f"{base}/renew_token/", _refresh_token, star=False, token=False),
        official(world, "POST", f"{base}/app_access_token/", _app_access_token, star=False, token=False),
        official(world, "GET", f"{base}/advertiser/get/", _advertisers, star=False),
        official(world, "GET", "/open_api/2/user/info/", _user_info, star=False),
    ]


def _check_app(call: Call) -> None:
    app_id = call.params.int_or("app_id", call.params.int_or("appid", 0))
    if not app_id:
        raise wire.missing("app_id")
    if app_id != call.world.app_id or not secrets.compare_digest(call.params.need_text("secret").encode(), call.world.app_secret.encode()):
        raise ApiError(wire.UNPARSABLE, "app_id 与 secret 不匹配")


def _pair(grant: Grant) -> JsonObject:
    present = time.time()
    return {
        "access_token": grant.access_token,
        "expires_in": max(0, int(grant.access_expires - present)),
        "refresh_token": grant.refresh_token,
        "refresh_token_expires_in": max(0, int(grant.refresh_expires - present)),
    }


def _access_token(call: Call) -> object:
    _check_app(call)
    code = call.world.ledger.get(AuthCode, call.params.need_text("auth_code"))
    if code is None:
        raise ApiError(wire.UNPARSABLE, "auth_code: 无效的授权码")
    if code.used:
        raise ApiError(wire.AUTH_CODE_USED, "auth_code已经使用，请重新授权")
    if code.expires <= time.time():
        raise ApiError(wire.DEVELOPER_LIMIT, "auth_code已过期，请重新授权")
    call.world.ledger.update(AuthCode, code.code, used=1)
    grant = issue_pair(call.world, scope=code.scope, material=code.material, star_ids=code.star_ids)
    return {**_pair(grant), "advertiser_ids": json.loads(grant.star_ids)}


def _refresh_token(call: Call) -> object:
    _check_app(call)
    ledger = call.world.ledger
    found = ledger.select(Grant, "refresh_token = ?", call.params.need_text("refresh_token"))
    if not found or found[0].status in ("rotated", "revoked"):
        raise ApiError(wire.REFRESH_TOKEN_INVALID, "refresh_token无效或已被使用，请重新授权")
    old = found[0]
    if old.refresh_expires <= time.time():
        raise ApiError(wire.REFRESH_TOKEN_EXPIRED, "refresh_token已过期，请重新授权")
    ledger.update(Grant, old.access_token, status="rotated")
    return _pair(issue_pair(call.world, scope=old.scope, material=old.material, star_ids=old.star_ids))


def _app_access_token(call: Call) -> object:
    _check_app(call)
    return {"access_token": secrets.token_hex(20), "expires_in": call.world.settings.access_token_seconds}


def _advertisers(call: Call) -> object:
    assert call.grant is not None
    granted = set(json.loads(call.grant.star_ids))
    accounts = [a for a in call.ledger.select(Account, "1 ORDER BY created, star_id") if a.star_id in granted]
    return {
        "list": [
            {
                "account_id": account.star_id,
                "account_name": account.name,
                "account_type": account.account_type,
                "account_role": account.account_type,
                "advertiser_id": account.star_id,
                "advertiser_name": account.name,
                "advertiser_role": account.advertiser_role,
                "is_valid": bool(account.is_valid),
                "company_list": [{"customer_company_id": account.company_id, "customer_company_name": account.company_name}],
            }
            for account in accounts
        ]
    }


def _user_info(call: Call) -> object:
    assert call.grant is not None
    return {
        "id": USER_ID,
        "display_name": _USER_NAME,
        "email": "o******@example.com",
        "app_id": call.world.app_id,
        "material_auth_status": bool(call.grant.material),
        "token_scope_list": json.loads(call.grant.scope),
        "token_api_list": ["星图", "账户服务"],
    }


def _request_of(world: World, values: Params) -> tuple[str, str, str, int]:
    """redirect_uri, state, scope and material_auth of an authorisation request that may be shown (ApiError otherwise)."""
    if values.need_int("app_id") != world.app_id:
        raise wire.wrong("app_id", "应用不存在")
    redirect = values.need_text("redirect_uri", 2000)
    parts = urlsplit(redirect)
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK or parts.username is not None:
        raise wire.wrong("redirect_uri", "沙盒只回调本机地址（http://127.0.0.1）")
    scope = values.ints_or("scope", json.loads(_DEFAULT_SCOPE), 200)
    return (
        redirect,
        values.text_or("state", "", 2000),
        json.dumps(scope, separators=(",", ":")),
        values.choice_or("material_auth", 0, (0, 1)),
    )


def _consent_page(world: World, request: Request) -> Response:
    try:
        redirect, state, scope, material = _request_of(world, Params(dict(request.query_params), is_query=True))
    except ApiError as error:
        return HTMLResponse(_html("无法授权", f"<p>{escape(error.message)}</p>"), status_code=400, headers=_PAGE_HEADERS)
    rows = "".join(
        f"<li><b>{escape(account.name)}</b><span>{_ROLE_NAMES.get(account.account_type, '其他账户')} · {account.star_id}"
        f"{'' if account.is_valid else ' · 已失效'}</span></li>"
        for account in world.ledger.select(Account, "1 ORDER BY created, star_id")
    )
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value, quote=True)}">'
        for name, value in (
            ("app_id", str(world.app_id)),
            ("redirect_uri", redirect),
            ("state", state),
            ("scope", scope),
            ("material_auth", str(material)),
        )
    )
    material_line = "<p>同时申请：敏感物料授权</p>" if material else ""
    content = (
        f"<p>「星图工作台」申请访问以下账户，用于查询任务、审核脚本与视频、支付订单与查看投后数据。</p><ul>{rows}</ul>{material_line}"
        f'<form method="post" action="{_AUTHORIZE}">{hidden}'
        '<div class="buttons"><button name="decision" value="deny" class="plain">拒绝</button>'
        '<button name="decision" value="agree" autofocus>同意授权</button></div></form>'
        "<footer>这是沙盒：账户、订单与金额均为虚构，不会产生真实费用。</footer>"
    )
    return HTMLResponse(_html("巨量引擎 · 授权（沙盒）", content), headers=_PAGE_HEADERS)


async def _decide(world: World, request: Request) -> Response:
    form = await request.form()
    values = {name: value for name, value in form.items() if isinstance(value, str)}
    try:
        redirect, state, scope, material = _request_of(world, Params(values, is_query=True))
    except ApiError as error:
        return HTMLResponse(_html("无法授权", f"<p>{escape(error.message)}</p>"), status_code=400, headers=_PAGE_HEADERS)
    if values.get("decision") != "agree":
        answer = {"error": "access_denied", "state": state}
    else:
        code = secrets.token_hex(20)
        granted = json.dumps([account.star_id for account in world.ledger.select(Account, "1 ORDER BY created, star_id")])
        world.ledger.insert(AuthCode(code, time.time() + world.settings.auth_code_seconds, 0, scope, material, granted))
        answer = {
            "auth_code": code,
            "app_id": str(world.app_id),
            "state": state,
            "uid": str(USER_ID),
            "scope": scope,
            "material_auth_status": str(material),
        }
    return RedirectResponse(redirect + ("&" if urlsplit(redirect).query else "?") + urlencode(answer), status_code=302)


_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self' http://127.0.0.1:* http://localhost:*",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_STYLE = (
    "body{margin:0;background:#f4f5f7;color:#1f2329;font:15px/1.6 system-ui,'PingFang SC','Microsoft YaHei',sans-serif}"
    "main{max-width:520px;margin:8vh auto;background:#fff;border-radius:12px;padding:32px 36px;box-shadow:0 2px 16px #0001}"
    "h1{font-size:20px;margin:0 0 12px}ul{list-style:none;padding:0;margin:20px 0;border:1px solid #e5e6eb;border-radius:8px}"
    "li{padding:10px 14px;border-bottom:1px solid #e5e6eb}li:last-child{border:0}li span{display:block;color:#646a73;font-size:13px}"
    ".buttons{display:flex;gap:12px;justify-content:flex-end;margin-top:24px}"
    "button{font:inherit;padding:8px 22px;border:0;border-radius:8px;background:#2b5cd9;color:#fff;cursor:pointer}"
    "button.plain{background:#eef0f3;color:#1f2329}footer{margin-top:24px;color:#646a73;font-size:13px}"
)


def _html(title: str, content: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{content}</main></body></html>"
    )
