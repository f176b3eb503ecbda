"""``asgi_outgoing``."""

from __future__ import annotations

import pytest

APP = """
from asgitest.testclient.http_library import httpx
from fastapi import APIRouter, BackgroundTasks, FastAPI
from pydantic import BaseModel

class Event(BaseModel):
    id: int

callbacks = APIRouter()

@callbacks.post("{$request.query.callback_url}/orders/{$response.body#/id}")
def order_changed(event: Event): ...

app = FastAPI()

async def tell(url, payload):
    async with httpx.AsyncClient() as client:
        try:
            await client.post(url, json=payload)
        except httpx.HTTPError:
            pass

@app.post("/orders", callbacks=callbacks.routes)
def order(callback_url: str, tasks: BackgroundTasks, wrong: bool = False):
    tasks.add_task(tell, f"{callback_url}/orders/7", {"id": "x" if wrong else 7})
    return {"id": 7}

@app.get("/stock")
async def stock():
    async with httpx.AsyncClient() as client:
        answer = await client.get("https://stock.example/books")
    return {"status": answer.status_code, "books": answer.json()}

@app.webhooks.post("new-order")
def new_order(event: Event): ...

partner = FastAPI()

@partner.get("/books")
async def books():
    return ["a", "b"]
"""
SUITE = """
import main

def test_answered(asgi_client, asgi_outgoing):
    asgi_outgoing.answer("https://stock.example/books", json=["x"], status=201)
    assert asgi_client.get("/stock").json() == {"status": 201, "books": ["x"]}
    assert [str(call) for call in asgi_outgoing.calls] == ["GET https://stock.example/books"]

def test_received_by_an_app(asgi_client, asgi_outgoing):
    asgi_outgoing.route("https://stock.example", main.partner)
    assert asgi_client.get("/stock").json() == {"status": 200, "books": ["a", "b"]}

def test_callback(asgi_client, asgi_outgoing):
    expected = asgi_outgoing.answer("https://me.example/orders/7", method="POST")
    asgi_client.post("/orders?callback_url=https://me.example")
    assert expected.calls[0].json() == {"id": 7}
"""
FAILING = """
def test_unexpected(asgi_client, asgi_outgoing):
    asgi_client.post("/orders?callback_url=https://me.example")

def test_missing(asgi_client, asgi_outgoing):
    asgi_outgoing.answer("https://stock.example/books")

def test_wrong_callback(asgi_client, asgi_outgoing):
    asgi_outgoing.answer("https://me.example/*")
    asgi_client.post("/orders?callback_url=https://me.example&wrong=true")

def test_wrong_webhook(asgi_client, asgi_outgoing):
    asgi_outgoing.answer("https://me.example/*", webhook="new-ordr")
    asgi_client.post("/orders?callback_url=https://me.example")

def test_own_failure_comes_first(asgi_client, asgi_outgoing):
    asgi_outgoing.answer("https://never.example/")
    assert asgi_client.get("/none").status_code == 200
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(main=APP)
    return pytester


def test_calls_are_answered_received_and_recorded(suite: pytest.Pytester) -> None:
    suite.makepyfile(SUITE)

    result = suite.runpytest("--asgi-app=main:app", "--asgi-cov=json:cov.json", "-W", "error")

    result.assert_outcomes(passed=3)
    assert '"GET /stock"' in (suite.path / "cov.json").read_text("utf-8")
    assert "/books" not in (suite.path / "cov.json").read_text("utf-8"), "a receiver is not what is tested"


def test_what_was_not_as_expected_fails_the_test_itself(suite: pytest.Pytester) -> None:
    suite.makepyfile(FAILING)

    result = suite.runpytest("--asgi-app=main:app")

    result.assert_outcomes(failed=5)
    result.stdout.fnmatch_lines(
        [
            "asgi_outgoing: POST https://me.example/orders/7 was not expected",
            "  do:    asgi_outgoing.answer('https://me.example/orders/7')",
            "asgi_outgoing: any method https://stock.example/books was expected and never happened",
            "asgi_outgoing: POST https://me.example/orders/7 is not as the callback 'order_changed': /id: *",
            "asgi_outgoing: POST https://me.example/orders/7: the app declares no webhook 'new-ordr'. Did you mean *",
            "*assert HTTP status 404 == 200",
        ]
    )
    result.stdout.no_fnmatch_line("*never.example*never happened*")


def test_the_network_is_back_after_the_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        from asgitest.testclient.http_library import httpx

        original = httpx.HTTPTransport.handle_request

        def test_caught(asgi_outgoing):
            assert httpx.HTTPTransport.handle_request is not original

        def test_free():
            assert httpx.HTTPTransport.handle_request is original
    """)

    pytester.runpytest().assert_outcomes(passed=2)
