"""Whether outgoing calls are what the document says."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Body, FastAPI
from pydantic import BaseModel

from asgitest.pytest_plugin.outgoing_calls.call import OutgoingCall
from asgitest.pytest_plugin.outgoing_calls.contract import breaches, evaluate
from asgitest.testclient import ExchangeRecord, TestClient, observe


class Event(BaseModel):
    id: int
    state: str


callbacks = APIRouter()


@callbacks.post("{$request.query.callback_url}/orders/{$response.body#/id}")
def order_changed(event: Event) -> None: ...


app = FastAPI()


@app.post("/orders", callbacks=callbacks.routes)
def order(callback_url: str | None = None, extra: Annotated[dict[str, Any] | None, Body()] = None) -> dict[str, int]:
    return {"id": 7}


@app.webhooks.post("new-order")
def new_order(event: Event) -> None: ...


@app.webhooks.post("ping")
def ping() -> None: ...


def recorded(url: str = "/orders?callback_url=https://me.example", **options: Any) -> ExchangeRecord:
    records: list[ExchangeRecord] = []
    with observe(records.append):
        TestClient(app).post(url, **options)
    return records[0]


def sent(
    content: bytes = b'{"id": 7, "state": "new"}',
    url: str = "https://me.example/orders/7",
    method: str = "POST",
    kind: str = "application/json",
    **more: Any,
) -> OutgoingCall:
    return OutgoingCall(method=method, url=url, content=content, headers=(("content-type", kind),), **more)


def complaints(call: OutgoingCall) -> list[str]:
    return list(breaches([call], [recorded()], [app]))


def test_a_callback_is_told_by_the_request_that_caused_it() -> None:
    assert complaints(sent()) == []
    assert complaints(sent(b'{"id": "x", "state": "new"}')) == [
        'POST https://me.example/orders/7 is not as the callback \'order_changed\': /id: "x" is not of type "integer"'
    ]


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (sent(b""), "the callback 'order_changed' has a body, but this call has none"),
        (sent(b"{"), "its body is no JSON: "),
        (
            sent(kind="text/plain"),
            "the callback 'order_changed' is sent as application/json, but this call is text/plain",
        ),
        (sent(kind=""), "but this call is of no media type"),
        (sent(method="PUT"), "the callback 'order_changed' is sent with POST"),
        (sent(webhook="new-ordr"), "the app declares no webhook 'new-ordr'. Did you mean new-order?"),
        (sent(webhook="new-order", method="GET"), "the webhook 'new-order' is sent with POST"),
        (
            sent(b'{"id": 1}', webhook="new-order"),
            "is not as the webhook 'new-order': /: \"state\" is a required property",
        ),
    ],
)
def test_each_way_of_breaking_the_document_has_a_sentence(call: OutgoingCall, complaint: str) -> None:
    (found,) = complaints(call)

    assert complaint in found


@pytest.mark.parametrize(
    "call", [sent(webhook="new-order"), sent(b"anything", webhook="ping"), sent(b"{", "https://other.example/")]
)
def test_what_is_as_documented_or_not_documented_at_all_is_right(call: OutgoingCall) -> None:
    assert complaints(call) == []


def test_an_app_without_a_document_declares_nothing() -> None:
    async def raw(scope: Any, receive: Any, send: Any) -> None: ...

    assert list(breaches([sent()], [], [raw])) == []


def test_without_a_validator_only_what_is_surely_wrong_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asgitest.conformance.checks.validators", None)
    monkeypatch.delattr("asgitest.conformance.checks.validators", raising=False)

    assert complaints(sent(b'{"id": 7}'))[0].endswith(
        "is not as the callback 'order_changed': its body breaks the schema"
    )
    assert complaints(sent()) == []


@pytest.mark.parametrize(
    ("expression", "url"),
    [
        ("https://x/{$method}/{$statusCode}", "https://x/POST/200"),
        ("https://x{$url}", "https://x/orders"),
        ("{$request.query.callback_url}/a", "https://me.example/a"),
        ("{$request.query.none}", None),
        ("{$request.header.X-Hook}", "https://hook.example"),
        ("{$response.header.content-type}", "application/json"),
        ("{$request.body#/a/0/b~1c}", "https://body.example"),
        ("{$request.body#/a/9}", None),
        ("{$request.body#/a/x}", None),
        ("{$request.path.none}", None),
        ("{$response.body#/id}", "7"),
        ("{$response.query.x}", None),
        ("$response.body#/id", "7"),
        ("https://fixed.example", "https://fixed.example"),
    ],
)
def test_a_runtime_expression_is_evaluated(expression: str, url: str | None) -> None:
    record = recorded(json={"a": [{"b/c": "https://body.example"}]}, headers={"x-hook": "https://hook.example"})

    assert evaluate(expression, record) == url


def test_a_pointer_into_what_is_no_json_points_to_nothing() -> None:
    assert evaluate("{$request.body#/a}", recorded()) is None


def test_a_record_without_a_route_has_no_callbacks() -> None:
    assert list(breaches([sent()], [recorded("/none")], [])) == []
