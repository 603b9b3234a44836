"""Reads try again, writes never do, and every code of the platform becomes the error that says what to do."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.api.servers import Script, envelope
from xingtu_desktop.api.envelope import error_of, guess_field
from xingtu_desktop.api.gateway import body_bytes
from xingtu_desktop.api.notices import Notice, NoticeKind
from xingtu_desktop.core.clock import ManualClock
from xingtu_desktop.core.errors import ConnectionLost, KnownError, NotThePlatform, RateLimited, Rejected, ServerTrouble, SignedOut

READ, WRITE = "/open_api/2/star/order/detail/", "/open_api/2/star/bill/pay/"


class Renewable:
    """Hands out token-1 and, once refreshed, token-2."""

    def __init__(self) -> None:
        self.token, self.renewals = "token-1", 0

    async def current(self) -> str:
        return self.token

    async def renewed(self, stale: str) -> str:
        assert stale == self.token
        self.renewals += 1
        self.token = f"token-{self.renewals + 1}"
        return self.token


def failing_once(first: object) -> Script:
    answers = [first]
    return Script(lambda request: answers.pop() if answers else envelope({"ok": True}))


@pytest.mark.parametrize(
    "first",
    [
        envelope(code=50000, message="busy"),
        envelope(code=40100, message="Too many requests"),
        envelope(code=40110),
        httpx.Response(502, text="<html>bad gateway</html>"),
        httpx.Response(200, text='{"code": 0, "mess'),
        httpx.Response(429, text="slow down"),
    ],
    ids=["50000", "40100", "40110", "502", "cut off", "429"],
)
async def test_a_read_tries_again_and_a_write_does_not(first: object) -> None:
    reading = failing_once(first)
    assert (await reading.gateway().read(READ, {"star_id": 1})).data == {"ok": True}
    assert len(reading.asked) == 2
    writing = failing_once(first)
    with pytest.raises(KnownError):
        await writing.gateway().write(WRITE, {"star_id": 1})
    assert len(writing.asked) == 1


async def test_a_lost_line_is_tried_again_for_reads_only() -> None:
    def lose(request: httpx.Request) -> object:
        raise httpx.ReadError("reset")

    for call, times in (("read", 3), ("write", 1)):
        script = Script(lose)
        with pytest.raises(ConnectionLost):
            await getattr(script.gateway(), call)(READ, {"star_id": 1})
        assert len(script.asked) == times


@pytest.mark.parametrize("code", [40102, 40105])
async def test_a_stale_token_is_renewed_once_for_a_read_and_never_for_a_write(code: int) -> None:
    def answer(request: httpx.Request) -> object:
        return envelope() if request.headers["Access-Token"] == "token-2" else envelope(code=code, message="expired")

    tokens, script = Renewable(), Script(answer)
    await script.gateway(tokens).read(READ, {})
    assert (tokens.renewals, len(script.asked)) == (1, 2)
    tokens, script = Renewable(), Script(answer)
    with pytest.raises(SignedOut) as caught:
        await script.gateway(tokens).write(WRITE, {})
    assert not caught.value.may_have_taken_effect
    assert (tokens.renewals, len(script.asked)) == (0, 1)


async def test_a_token_that_stays_refused_is_renewed_only_once() -> None:
    tokens, script = Renewable(), Script(lambda request: envelope(code=40102))
    with pytest.raises(SignedOut):
        await script.gateway(tokens).read(READ, {})
    assert tokens.renewals == 1


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (40000, Rejected),
        (40001, Rejected),
        (40002, Rejected),
        (40100, RateLimited),
        (40102, SignedOut),
        (40103, SignedOut),
        (40104, SignedOut),
        (40105, SignedOut),
        (40107, SignedOut),
        (40110, RateLimited),
        (40115, Rejected),
        (40119, Rejected),
        (40130, RateLimited),
        (50000, ServerTrouble),
        (50005, ServerTrouble),
        (51010, ServerTrouble),
        (-1, Rejected),
    ],
)
def test_each_code_is_one_kind_of_error_and_keeps_its_request_id(code: int, kind: type[KnownError]) -> None:
    error = error_of(READ, code, "message", "RID", {})
    assert type(error) is kind
    assert error.request_id == "RID"
    assert error.may_have_taken_effect is (kind is ServerTrouble)


def test_the_limits_layer_comes_from_the_header_or_the_code() -> None:
    told = error_of(READ, 40100, "", None, {"x-ratelimit-dimension": "developer", "retry-after": "30"})
    assert isinstance(told, RateLimited)
    assert (told.layer, told.retry_after, told.endpoint) == ("developer", 30.0, READ)
    layers = [error_of(READ, code, "", None, {}).values["layer"] for code in (40100, 40110, 40130)]
    assert layers == ["endpoint", "developer", "customer"]


def test_40110_on_the_sign_in_paths_may_mean_an_expired_code() -> None:
    assert isinstance(error_of("/open_api/oauth2/access_token/", 40110, "auth_code已过期，请重新授权", None, {}), Rejected)
    assert isinstance(error_of("/open_api/oauth2/access_token/", 40110, "Too many requests", None, {}), RateLimited)


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("order_id: 必填参数缺失", "order_id"),
        ("limit: 参数错误", "limit"),
        ("the field demand_info.brand_name is too long", "demand_info.brand_name"),
        ("余额不足", None),
        ("Too many requests", None),
    ],
)
def test_the_field_is_guessed_from_the_message(message: str, field: str | None) -> None:
    assert guess_field(message) == field


async def test_a_resting_endpoint_sends_a_write_back_at_once_with_when_to_come() -> None:
    clock = ManualClock()
    script = Script(lambda request: httpx.Response(200, json=envelope(code=40100), headers={"Retry-After": "60"}))
    gateway = script.gateway(clock=clock)
    with pytest.raises(RateLimited):
        await gateway.write(WRITE, {})
    with pytest.raises(RateLimited) as caught:
        await gateway.write(WRITE, {})
    assert len(script.asked) == 1
    assert caught.value.retry_after == pytest.approx(60.0)
    assert not caught.value.may_have_taken_effect


async def test_a_redirect_with_a_page_is_a_captive_portal() -> None:
    script = Script(lambda request: httpx.Response(302, headers={"Location": "http://portal/"}))
    with pytest.raises(NotThePlatform):
        await script.gateway().write(WRITE, {})


async def test_an_envelope_in_a_404_is_a_refusal() -> None:
    script = Script(lambda request: httpx.Response(404, json=envelope(code=40000, message="no such path")))
    with pytest.raises(Rejected) as caught:
        await script.gateway().read(READ, {})
    assert (caught.value.code, len(script.asked)) == (40000, 1)


async def test_a_closing_program_does_not_try_again() -> None:
    script = Script(lambda request: envelope(code=50000))
    gateway = script.gateway()
    reading = asyncio.create_task(gateway.read(READ, {}))
    while not script.asked:
        await asyncio.sleep(0)
    assert script.transport is not None
    await script.transport.aclose()
    with pytest.raises(KnownError):
        await reading
    assert len(script.asked) == 1


async def test_deprecations_are_told_once() -> None:
    headers = {"Deprecation": "true", "Sunset": "Wed, 31 Mar 2027 00:00:00 GMT"}
    script = Script(lambda request: httpx.Response(200, json=envelope(), headers=headers))
    gateway = script.gateway()
    await gateway.read(READ, {})
    await gateway.read(READ, {})
    assert script.notices == [
        Notice(NoticeKind.DEPRECATION, READ, "deprecation: true"),
        Notice(NoticeKind.SUNSET, READ, "sunset: Wed, 31 Mar 2027 00:00:00 GMT"),
    ]


async def test_queries_carry_arrays_and_objects_as_one_json_text() -> None:
    script = Script(lambda request: envelope())
    await script.gateway().read(READ, {"order_ids": [11, 12], "filtering": {"name": "春 季"}, "name": "x", "star_id": 7})
    query = script.asked[0].url.params
    assert query["order_ids"] == "[11,12]"
    assert query["filtering"] == '{"name":"春 季"}'
    assert (query["name"], query["star_id"]) == ("x", "7")


def test_a_body_has_one_spelling() -> None:
    assert body_bytes({"b": 1, "a": "中"}) == '{"a":"中","b":1}'.encode()
    assert body_bytes({"a": "中", "b": 1}) == body_bytes({"b": 1, "a": "中"})
