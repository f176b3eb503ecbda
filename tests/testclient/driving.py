"""Runs the example of a rule through a client, with the client doing what the example says."""

from __future__ import annotations

import contextlib
import warnings
from typing import TYPE_CHECKING, Any

from asgitest.testclient import ProtocolViolation, TestClient, ValidatorMiddleware, WebSocketDisconnect
from tests.testclient.asgi.example_runner import load

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asgitest.testclient import RouteFinding
    from asgitest.testclient.asgi import Example

EXPECTED = (WebSocketDisconnect, ProtocolViolation, Exception, SystemExit)
"""What the apps raise is none of these tests' business."""


def client_for(example: Example, app: Any = None, **options: Any) -> TestClient:
    """A client of the example's app, or of *app*, that offers what the example's scope says."""
    if "raise" in example.client:
        options["profile"] = "spec"
    usual = {key: value for key, value in example.scope.items() if key in {"extensions", "http_version"}}
    return TestClient(load(example) if app is None else app, **usual, **options)


def act(client: TestClient, example: Example) -> None:
    """Do what the client of an example does; raise what that raises."""
    method = example.scope.get("method", "GET")
    if example.protocol == "lifespan":
        with client:
            pass
    elif example.protocol == "websocket":
        with client.websocket_connect("/", subprotocols=example.scope.get("subprotocols")) as socket:
            for event in example.client:
                play(socket, event)
    elif "disconnected" in example.client:
        with client.stream(method, "/"):
            pass
    else:
        client.request(method, "/")


def drive(example: Example, app: Any = None, **options: Any) -> TestClient:
    """Play an example; return the client with its findings."""
    client = client_for(example, app, **options)
    with warnings.catch_warnings(), contextlib.suppress(*EXPECTED):
        warnings.simplefilter("ignore")
        act(client, example)
    return client


def play(socket: Any, event: str) -> None:
    verb, _, detail = event.partition(":")
    if verb == "close":
        socket.close(int(detail))
    elif verb == "lost":
        socket.abort()


def watched(example: Example, **options: Any) -> list[RouteFinding]:
    """Play an example through the middleware, behind a client that judges nothing itself."""
    app = ValidatorMiddleware(load(example), validate="warn")
    drive(example, app, validate="off", **options)
    return app.findings


def rules(findings: Iterable[RouteFinding], *, levels: tuple[str, ...] = ("error", "warning", "info")) -> set[str]:
    return {found.finding.rule.id for found in findings if found.finding.level.value in levels}
