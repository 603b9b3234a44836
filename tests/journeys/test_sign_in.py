"""The journey of signing in: consent in the browser, account choice, a token that ends, one that is taken away, and in again."""

from __future__ import annotations

import asyncio
import html
import json
import re
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from tests.journeys.conftest import Platform
from tests.support.desk import QUICK, Desk
from xingtu_desktop.api.client import Platform as Clients
from xingtu_desktop.app.training import Invitation
from xingtu_desktop.core.config import AppConfig
from xingtu_desktop.core.errors import InvalidInput, Rejected
from xingtu_desktop.core.tasks import InlineCompute
from xingtu_desktop.domain.brief import with_changes
from xingtu_desktop.domain.intent import IntentState
from xingtu_desktop.services.session import Authorisation, SignIn, usable_accounts
from xingtu_desktop.services.sync.connectivity import Phase
from xingtu_desktop.system.browser import SystemBrowser
from xingtu_desktop.system.loopback import Loopback

_INPUT = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


class PersonAtTheBrowser:
    """Opens the consent page, reads the form and presses a button; answers of the server are followed as a browser would."""

    def __init__(self, decision: str) -> None:
        self._decision = decision
        self.pages: list[str] = []
        self._browsing: asyncio.Task[None] | None = None
        self.browser = SystemBrowser(training=True, opener=self._opened)

    def _opened(self, address: str) -> bool:
        self._browsing = asyncio.get_running_loop().create_task(self._browse(address))
        return True

    async def done(self) -> None:
        assert self._browsing is not None, "no page was opened"
        await self._browsing

    async def _browse(self, address: str) -> None:
        _, _, page = await _fetch("GET", address)
        self.pages.append(page)
        form = {name: html.unescape(value) for name, value in _INPUT.findall(page)} | {"decision": self._decision}
        status, headers, _ = await _fetch("POST", urljoin(address, "/openapi/audit/oauth.html"), urlencode(form))
        assert status == 302
        _, _, page = await _fetch("GET", headers["location"])
        self.pages.append(page)


async def _fetch(method: str, address: str, form: str = "") -> tuple[int, dict[str, str], str]:
    where = urlsplit(address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    target = where.path + (f"?{where.query}" if where.query else "")
    body = form.encode()
    writer.write(
        f"{method} {target} HTTP/1.1\r\nHost: {where.netloc}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n".encode()
        + body
    )
    head, _, content = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    first, *lines = head.decode().split("\r\n")
    pairs = [line.partition(": ") for line in lines]
    return int(first.split()[1]), {name.lower(): value for name, _, value in pairs}, content.decode()


async def sign_in(platform: Platform, decision: str = "agree") -> tuple[Authorisation, PersonAtTheBrowser]:
    """One sign-in with the program's own parts; the person at the browser is the only one who is played."""
    invitation = Invitation.read(_first_line(platform))
    clients = Clients(AppConfig(server=invitation.server(), timings=QUICK), compute=InlineCompute())
    person = PersonAtTheBrowser(decision)
    try:
        return await SignIn(
            auth=clients.auth,
            app=invitation.app,
            browser=person.browser,
            listener=Loopback,
            registered_redirect="http://127.0.0.1:1/callback",
            timeout=20,
        ).run(), person
    finally:
        await person.done()
        await clients.aclose()


def _first_line(platform: Platform) -> str:
    return json.dumps(platform.sandbox.info)


async def test_a_person_signs_in_through_the_browser_and_chooses_one_of_the_accounts(platform: Platform, desk: Desk) -> None:
    authorisation, person = await sign_in(platform)
    assert "同意授权" in person.pages[0]
    assert "登录完成" in person.pages[1]
    assert [(one.kind.value, one.usable) for one in authorisation.accounts] == [
        ("PLATFORM_ROLE_STAR", True),
        ("PLATFORM_ROLE_STAR", True),
        ("PLATFORM_ROLE_STAR_MCN", False),
        ("PLATFORM_ROLE_STAR", False),
    ]
    chosen = usable_accounts(authorisation.accounts)[1]
    assert chosen.star_id == platform.quiet_account
    room = await desk.open(sign_in=False, start=False)
    await room.services.session.begin(authorisation.tokens)
    await room.start()
    await desk.sync()
    assert desk.phase is Phase.ONLINE
    assert room.sync.engine.status.last_sync_at is not None


async def test_a_person_who_refuses_is_told_so_and_nothing_is_kept(platform: Platform) -> None:
    with pytest.raises(Rejected):
        await sign_in(platform, "deny")


async def test_the_callback_address_can_be_pasted_where_no_port_is_free(platform: Platform) -> None:
    invitation = Invitation.read(_first_line(platform))
    clients = Clients(AppConfig(server=invitation.server(), timings=QUICK), compute=InlineCompute())
    taken = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    opened: list[str] = []

    def open_by_hand(address: str) -> bool:
        opened.append(address)
        return True

    signing_in = SignIn(
        auth=clients.auth,
        app=invitation.app,
        browser=SystemBrowser(training=True, opener=open_by_hand),
        listener=lambda: Loopback(port=port),
        registered_redirect=f"http://127.0.0.1:{port}/callback",
        timeout=20,
    )
    waiting = asyncio.Event()
    running = asyncio.get_running_loop().create_task(signing_in.run(waiting.set))
    try:
        await waiting.wait()
        _, _, page = await _fetch("GET", opened[0])
        form = {name: html.unescape(value) for name, value in _INPUT.findall(page)} | {"decision": "agree"}
        _, headers, _ = await _fetch("POST", urljoin(opened[0], "/openapi/audit/oauth.html"), urlencode(form))
        with pytest.raises(InvalidInput):
            signing_in.paste(headers["location"].replace("state=", "state=x"))
        signing_in.paste(headers["location"])
        assert len((await running).accounts) == 4
    finally:
        taken.close()
        await taken.wait_closed()
        await clients.aclose()


async def test_an_expired_token_is_renewed_once_for_all_and_the_new_pair_survives_a_restart(platform: Platform, desk: Desk) -> None:
    room = await desk.open()
    await desk.sync()
    before = await room.files.tokens.load()
    assert before is not None
    desk.control("token", {"action": "expire", "access_token": before.access_token})
    desk.exchanges.clear()
    await desk.sync()
    after = await room.files.tokens.load()
    assert after is not None
    assert desk.phase is Phase.ONLINE
    assert [one["path"] for one in desk.exchanges].count("/open_api/oauth2/refresh_token/") == 1
    assert after.generation == before.generation + 1
    assert after.access_token != before.access_token
    assert after.refresh_token != before.refresh_token
    await desk.close()
    desk.exchanges.clear()
    room = await desk.open()
    await desk.sync()
    assert desk.phase is Phase.ONLINE
    assert await room.files.tokens.load() == after
    assert "/open_api/oauth2/refresh_token/" not in [one["path"] for one in desk.exchanges]


async def test_a_revoked_authorisation_signs_out_and_loses_nothing_and_signing_in_again_goes_on(platform: Platform, desk: Desk) -> None:
    order = desk.spawn(1, "script")[0]
    room = await desk.open()
    await desk.sync()
    opened = await desk.services.briefs.new("春季新品")
    (item,) = await desk.services.approvals.queue()
    item = await desk.services.approvals.shown(await desk.services.approvals.open(item))

    desk.control("token", {"action": "revoke"})
    batch = await desk.services.approvals.approve([item])
    await desk.sync()
    await desk.until(lambda: desk.phase is Phase.SIGNED_OUT)
    assert not await room.services.session.signed_in()

    async def back_in_the_queue() -> bool:
        return [one.state for one in await desk.intents(batch)] == [IntentState.QUEUED]

    await desk.until(back_in_the_queue)
    saved = await desk.services.briefs.save(with_changes(opened.brief, detail_demand="讲清楚成分"), opened.revision)
    assert (await desk.services.campaigns.orders())[0].order.order_id == order["order_id"]
    assert desk.effects() == {}

    authorisation, _ = await sign_in(platform)
    await room.services.session.begin(authorisation.tokens)
    room.sync.engine.wake("signed_in")
    (intent,) = await desk.ended(batch)
    assert intent.state is IntentState.DONE
    assert desk.effects() == {("approve", order["order_id"]): 1}
    assert (await desk.services.briefs.open(saved.brief.brief_id)).brief.detail_demand == "讲清楚成分"


async def test_the_tokens_stand_in_no_file_in_the_clear(platform: Platform, desk: Desk) -> None:
    room = await desk.open()
    await desk.sync()
    pair = await room.files.tokens.load()
    assert pair is not None
    await desk.close()
    secrets = [text.encode() for text in (pair.access_token, pair.refresh_token, desk.invitation.app.secret)]
    files: list[Path] = [file for file in desk.folders.root.rglob("*") if file.is_file()]
    assert len(files) >= 4
    assert [file.name for file in files if any(secret in file.read_bytes() for secret in secrets)] == []
