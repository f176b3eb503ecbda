"""Failed tests tell what was said."""

from __future__ import annotations

import pytest

APP = """
from fastapi import FastAPI

app = FastAPI()

@app.get("/items/{number}")
def item(number: int):
    return {"number": number, "tags": ["a", "b"], "token": "geheim", "owner": {"name": "ada"}}

@app.get("/boom")
def boom():
    raise ValueError("no such luck")
"""
SUITE = """
from asgitest.testclient import TestClient
from main import app

client = TestClient(app, raise_server_exceptions=False)
SECRET = {"authorization": "Bearer sesam"}

def test_status():
    assert client.get("/items/x", headers=SECRET).status_code == 200

def test_reversed():
    assert 200 == client.get("/items/x").status_code

def test_json():
    assert client.get("/items/3").json() == {"number": 4, "tags": ["a"], "token": "x", "owner": {}, "more": 0, "e": 1}

def test_part_of_json():
    assert {"name": "grace"} == client.get("/items/3").json()["owner"]

def test_another_kind():
    assert client.get("/items/3").json()["owner"] == ["ada"]

def test_other_dicts():
    client.get("/items/3").json()
    assert {"a": 1} == {"a": 2}

def test_boom():
    assert client.get("/boom").status_code == 200

def test_many():
    for number in range(5):
        client.get(f"/items/{number}")
    assert False

def test_subtests(subtests):
    with subtests.test("one"):
        assert client.get("/items/9").status_code in (201, 202)

def test_passes():
    status = client.get("/items/1").status_code
    assert status == 200 and repr(status) == "200"

def test_nothing_was_asked():
    assert False
"""
EXPLAINED = [
    "*assert HTTP status 422 == 200",
    "E *GET /items/x -> 422 Unprocessable*",
    'E *{"detail":[[]{"type":"int_parsing",*',
    "E *curl -X GET -H 'authorization: <redacted>' http://testserver/items/x",
    "*- ASGI exchange -*",
    "GET /items/x -> 422 Unprocessable*",
    "  messages #1 <- http.response.start   422",
    "*assert HTTP status 200 == 422",
    "E *JSON of the response == expected: 6 differences",
    "E *  /number: 3, not 4",
    "E *  /tags/1: 'b' is only in the response",
    "E *  /token: <redacted>",
    "E *  /owner/name: 'ada' is only in the response",
    "E *  /more: 0 is missing in the response",
    "E *  ... 1 more, shown with -v",
    "E *  GET /items/3 -> 200 OK",
    "E *JSON of the response == expected: 1 difference",
    "E *  /name: 'ada', not 'grace'",
    "E *JSON of the response == expected: 1 difference",
    "E *  (the whole): {'name': 'ada'}, not [[]'ada']",
    "E *assert {'a': 1} == {'a': 2}",
    "E *assert HTTP status 500 == 200",
    "E *the app raised ValueError: no such luck",
    '  raised *main.py", line 11, in boom',
    "           ValueError: no such luck",
    "*- last 3 of 5 ASGI exchanges -*",
    "GET /items/2 -> 200 OK",
    "GET /items/3 -> 200 OK",
    "GET /items/4 -> 200 OK",
    "*test_subtests [[]one[]]*",
    "E *assert HTTP status 200 in (201, 202)",
    "*- ASGI exchange -*",
    "GET /items/9 -> 200 OK",
]


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(main=APP, test_suite=SUITE)
    return pytester


@pytest.mark.parametrize("arguments", [(), ("-n", "1")])
def test_failures_explain_themselves(suite: pytest.Pytester, arguments: tuple[str, ...]) -> None:
    """In one process and under pytest-xdist alike."""
    result = suite.runpytest_subprocess(*arguments)

    result.stdout.fnmatch_lines(EXPLAINED)
    result.stdout.no_fnmatch_line("*: Bearer sesam*")
    *_, last = result.stdout.str().split("_ test_nothing_was_asked _")
    assert "ASGI exchange" not in last
    assert "GET /items/1 ->" not in "\n".join(result.outlines[-30:])


def test_how_many_exchanges_are_shown_can_be_set(suite: pytest.Pytester) -> None:
    one = suite.runpytest("-k", "test_many", "--asgi-show-exchanges=1", "--asgi-redact=number")
    none = suite.runpytest("-k", "test_many", "--asgi-show-exchanges=0")

    one.stdout.fnmatch_lines(["*- last 1 of 5 ASGI exchanges -*", "GET /items/4 -> 200 OK", '*"number": "<redacted>",'])
    none.stdout.no_fnmatch_line("*ASGI exchange*")


def test_everything_is_shown_with_more_verbosity(suite: pytest.Pytester) -> None:
    result = suite.runpytest("-k", "test_json", "-vv")

    result.stdout.fnmatch_lines(["E *  /e: 1 is missing in the response"])


def test_an_exchange_that_cannot_be_shown_does_not_hide_the_failure(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        from asgitest.testclient import TestClient

        async def app(scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body"})
            scope["headers"] = None

        def test_one():
            assert TestClient(app, validate="off").get("/").status_code == 201
    """)

    result = pytester.runpytest()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["(an exchange that cannot be shown: TypeError: *)"])
