"""Messages, scopes and exchanges for the tests of the core."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgitest.testclient.asgi import (
    UVICORN,
    HTTPExchange,
    LifespanExchange,
    WebSocketExchange,
    build_http_scope,
    build_lifespan_scope,
    build_websocket_scope,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asgitest.testclient.asgi import Finding, Profile

HTTP_EXTENSIONS: dict[str, dict[str, Any]] = {
    f"http.response.{name}": {} for name in ("trailers", "push", "zerocopysend", "pathsend", "early_hint", "debug")
}


def start(status: Any = 200, **fields: Any) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, **fields}


def body(content: Any = b"hello", **fields: Any) -> dict[str, Any]:
    return {"type": "http.response.body", "body": content, **fields}


def trailers(**fields: Any) -> dict[str, Any]:
    return {"type": "http.response.trailers", **fields}


def http(profile: Profile = UVICORN, *, checks: bool = True, **parts: Any) -> HTTPExchange:
    """An exchange of a server that offers every extension, unless told otherwise."""
    parts.setdefault("extensions", HTTP_EXTENSIONS)
    exchange = HTTPExchange(build_http_scope(**parts, profile=profile), profile=profile, checks=checks)
    exchange.client_sent(b"", more=False)
    return exchange


def started(**fields: Any) -> HTTPExchange:
    exchange = http()
    exchange.app_sent(start(**fields))
    return exchange


def socket(profile: Profile = UVICORN, *, connected: bool = True, **parts: Any) -> WebSocketExchange:
    parts.setdefault("extensions", {"websocket.http.response": {}})
    exchange = WebSocketExchange(build_websocket_scope(**parts, profile=profile), profile=profile)
    if connected:
        exchange.next_message()
    return exchange


def opened(profile: Profile = UVICORN, **parts: Any) -> WebSocketExchange:
    exchange = socket(profile, **parts)
    exchange.app_sent({"type": "websocket.accept"})
    return exchange


def lifespan(*, asked: bool = True, **parts: Any) -> LifespanExchange:
    exchange = LifespanExchange(build_lifespan_scope(**parts))
    if asked:
        exchange.client_startup()
        exchange.next_message()
    return exchange


def ids(findings: Iterable[Finding]) -> list[str]:
    return [finding.rule.id.removeprefix("ASGI-") for finding in findings]
