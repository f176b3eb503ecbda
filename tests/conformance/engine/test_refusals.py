"""Whoever must be refused is sent without anything of those who are served."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from asgitest.conformance.checks.refusals import check_refused
from asgitest.conformance.engine import run
from asgitest.conformance.engine.refusals import refused_requests, without_credentials
from asgitest.conformance.operation import Operation
from asgitest.conformance.options import Identity, RunOptions
from asgitest.conformance.records import Exchange, Request, Response

if TYPE_CHECKING:
    from pathlib import Path

ADA = Identity(name="ada", headers={"X-Token": "good"}, query={"key": "a"}, schemes=("Token",))
STRANGER = Identity(name="stranger", headers={"authorization": "Bearer expired"}, refused=True)
KEY = Identity(name="old key", query={"key": "old"}, schemes=("Key",), refused=True)
REQUEST = Request(
    method="GET",
    target=b"/orders?page=1&key=a",
    headers=((b"accept", b"*/*"), (b"x-token", b"good"), (b"cookie", b"session=1"), (b"authorization", b"Bearer x")),
)
APP = """
    from typing import Annotated

    from fastapi import Depends, FastAPI, HTTPException, WebSocket
    from fastapi.security import APIKeyHeader
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    key = APIKeyHeader(name="x-token", auto_error=False)
    app = FastAPI()
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["shop.example"])


    def somebody(token: Annotated[str | None, Depends(key)]) -> str:
        if token not in {GOOD}:
            raise HTTPException(401, headers={{"www-authenticate": "x-token"}})
        return token


    @app.get("/orders", responses={{401: {{"description": "no"}}}})
    def orders(who: Annotated[str, Depends(somebody)]) -> list[str]:
        return []


    @app.websocket("/live")
    async def live(socket: WebSocket) -> None:
        if {ORIGIN}:
            await socket.close(1008)
            return
        await socket.accept()
        async for _ in socket.iter_text():
            await socket.send_text("ok")
"""
USERS = (
    Identity(name="ada", headers={"x-token": "good"}),
    Identity(name="left", headers={"x-token": "revoked"}, refused=True),
)


def test_nothing_of_an_identity_is_left() -> None:
    """Neither its headers nor its query, nor what browsers send by themselves."""
    bare = without_credentials(REQUEST, [ADA, STRANGER])

    assert (bare.target, bare.headers) == (b"/orders?page=1", ((b"accept", b"*/*"),))


def test_each_that_must_be_refused_sends_it_as_itself() -> None:
    """Those whose scheme the operation has, or who have none."""
    operation = Operation(method="GET", path="/orders", security=({"Token": ()},))

    sent = {identity.name: one for identity, one in refused_requests(REQUEST, operation, [ADA, STRANGER, KEY])}

    assert sent["stranger"].headers == ((b"accept", b"*/*"), (b"authorization", b"Bearer expired"))
    assert {*sent} == {"stranger"}


def test_an_operation_that_needs_nobody_refuses_nobody() -> None:
    """It is open to all."""
    operation = Operation(method="GET", path="/orders")

    assert list(refused_requests(REQUEST, operation, [STRANGER])) == []


@pytest.mark.parametrize(("status", "checks"), [(200, ["openapi.ignored-auth"]), (401, []), (403, []), (404, [])])
def test_only_success_is_no_refusal(status: int, checks: list[str]) -> None:
    """404 may hide that there is something."""
    exchange = Exchange(request=REQUEST, response=Response(status=status))

    assert [one.check for one in check_refused(exchange, identity="stranger")] == checks


def findings(folder: Path, *, good: str, refused_origin: str) -> set[tuple[str, str]]:
    text = textwrap.dedent(APP).format(GOOD=good, ORIGIN=refused_origin)
    folder.joinpath("shop_of_refusals.py").write_text(text, encoding="utf-8")
    options = RunOptions(
        target="shop_of_refusals:app",
        app_dir=folder,
        cases=10,
        workers=1,
        select=("http", "openapi", "websocket.origin-unchecked"),
        identities=USERS,
        allowed_hosts=("shop.example",),
        allowed_origins=("https://shop.example",),
    )
    result = run(options, lambda _: None)
    assert result.statistics.by_subject["GET /orders"] > 0
    return {(one.check, one.operation) for one in result.findings if one.severity != "info"}


def test_credentials_that_must_be_refused_and_origins_that_are_not_trusted_are_found(tmp_path: Path) -> None:
    """The app takes a token that was revoked, and sessions from everywhere."""
    seen = findings(tmp_path, good='{"good", "revoked"}', refused_origin="False")

    assert seen == {("openapi.ignored-auth", "GET /orders"), ("websocket.origin-unchecked", "WS /live")}


def test_an_app_that_refuses_both_is_clean(tmp_path: Path) -> None:
    """And is reached by its own host, from its own origin."""
    origin = 'socket.headers.get("origin") != "https://shop.example"'

    assert findings(tmp_path, good='{"good"}', refused_origin=origin) == set()
