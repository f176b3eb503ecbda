"""What the plugin is judged by, in suites as users write them: whole apps, every pitfall, many clients, many workers.

Source: the issue of the plugin, and the pitfalls that ``docs/pytest/overrides.md`` lists by number.
"""

from __future__ import annotations

import json

import pytest

APP = """
import contextlib, functools
from typing import Annotated
from fastapi import APIRouter, Body, Depends, FastAPI, Query, WebSocket
from fastapi.security import HTTPBearer


def get_user(): return "real"
def get_repo(user: Annotated[str, Depends(get_user)]): return f"repo of {user}"
def get_deep(): return "deep"
def get_below(): return "below"
def get_chat(): return "chat"
def get_late(): return "late"
def get_body(name: Annotated[str, Body()], age: Annotated[int, Body()]): return name
def get_bare(): return "bare"
def logged(function):
    @functools.wraps(function)
    def wrapper(): return function()
    return wrapper
@logged
def get_logged(): return "logged"
class Pager: pass
class Checker:
    def __call__(self): return "checked"
def limit(number):
    def get_limit(): return number
    return get_limit

app = FastAPI()
inner, outer = APIRouter(prefix="/inner"), APIRouter(prefix="/outer")

@inner.get("/deep")
async def deep(value: Annotated[str, Depends(get_deep)]): return value

outer.include_router(inner)
app.include_router(outer, prefix="/v1")

@inner.get("/late")
async def late(value: Annotated[str, Depends(get_late)]): return value

below = FastAPI()

@below.get("/it")
async def it(value: Annotated[str, Depends(get_below)]): return value

app.mount("/below", below)
bare = APIRouter()

@bare.get("/it")
async def bare_it(value: Annotated[str, Depends(get_bare)]): return value

app.mount("/bare", bare)

@app.websocket("/chat")
async def chat(websocket: WebSocket, value: Annotated[str, Depends(get_chat)]):
    await websocket.accept()
    await websocket.send_text(value)
    await websocket.close()

@app.get("/me")
async def me(user: Annotated[str, Depends(get_user)]): return user

@app.get("/sync")
def sync(repo: Annotated[str, Depends(get_repo)]): return repo

@app.post("/body")
async def body(name: Annotated[str, Depends(get_body)]): return name

bearer = HTTPBearer()

several = [Depends(get_logged), Depends(Pager), Depends(Checker()), Depends(limit(3)), Depends(bearer)]

@app.get("/all", dependencies=several)
async def everything(): return None
"""
LISTED = {
    "operations": {
        "GET /all", "GET /below/it", "GET /me", "GET /sync", "GET /v1/outer/inner/deep", "GET /v1/outer/inner/late",
        "POST /body",
    },
    "websockets": {"WS /chat"},
}  # fmt: skip
BEFORE = """
import asyncio, contextlib, threading
from functools import partial
from unittest.mock import MagicMock
import pytest
import main
from fastapi import Body, Depends
from fastapi.security import HTTPBearer
from asgitest.testclient import OverrideError, OverrideWarning
from asgitest.testclient.overrides import value


@pytest.fixture
def refused(dependency_overrides):
    def check(dependency, sentence, function=lambda: None, kind="call"):
        with pytest.raises(OverrideError, match=f"(?s){sentence}"):
            getattr(dependency_overrides, kind)(dependency, function)
    return check
"""
PITFALLS = """
def typo(): ...

@pytest.mark.parametrize(("dependency", "sentence"), [
    (typo, "no route depends on .*typo"),
    (main.get_logged.__wrapped__, "did you mean main.get_logged.*it wraps what you gave"),
    (main.Checker, "the dependency is an instance of this class"),
    (main.limit(3), "each call of the function that makes it makes another one"),
    (HTTPBearer(), "another instance of the same class"),
])
def test_01_a_key_that_is_nobodys(refused, dependency, sentence): refused(dependency, sentence)

def test_02_a_mounted_app(asgi_client, dependency_overrides):
    dependency_overrides.value(main.get_below, "fake")
    assert asgi_client.get("/below/it").json() == "fake"

def test_03_a_mounted_router(refused): refused(main.get_bare, "belongs to an APIRouter that was mounted")

def test_04_a_mock(asgi_client, dependency_overrides, refused):
    refused(main.get_user, "a mock.*args and kwargs, from the query string", MagicMock())
    mock = MagicMock(return_value="called")
    dependency_overrides.value(main.get_user, "mocked")
    assert asgi_client.get("/me").json() == "mocked"

def test_05_a_plain_value(asgi_client, dependency_overrides, refused):
    refused(main.get_user, "it is str, not callable", "alice")
    dependency_overrides.value(main.get_user, "alice")
    assert asgi_client.get("/me").json() == "alice"

class Callable(str):
    def __call__(self, q): raise AssertionError(q)

def test_06_a_value_that_can_be_called(asgi_client, dependency_overrides):
    dependency_overrides.value(main.get_user, Callable("alice"))
    assert asgi_client.get("/me").json() == "alice"

def test_07_a_closure_by_default(refused):
    refused(main.get_user, "from the query string of GET /me.*a default does not bind", lambda user="alice": user)

def test_08_a_parameter_for_pytest(refused):
    def fake(db): return db
    refused(main.get_user, "'db' .*from the query string", fake)

def again(original=Depends(main.get_user)): return original

def test_09_the_original_itself(asgi_client, dependency_overrides, refused):
    refused(main.get_user, "that never ends", again)
    dependency_overrides.wrap(main.get_user, str.upper)
    assert asgi_client.get("/me").json() == "REAL"

def test_10_a_body_where_there_is_none(refused):
    def fake(name=Body(), age=Body()): return name
    refused(main.get_user, "declared without a body", fake)

def test_11_no_body_any_more(asgi_client, dependency_overrides):
    dependency_overrides.value(main.get_body, "nobody")
    assert asgi_client.post("/body", json={"name": "a", "age": 1}).json() == "nobody"

def test_12_the_document(asgi_client, dependency_overrides):
    before = asgi_client.get("/openapi.json").json()
    dependency_overrides.value(main.get_body, "nobody")
    assert asgi_client.get("/openapi.json").json() == before

def test_13_direct_calls(refused):
    refused(bytes, "a lifespan, a middleware and a direct call are never overridden")

def test_14_a_context_manager(refused):
    @contextlib.contextmanager
    def fake(): yield "alice"
    refused(main.get_user, "decorated with @contextmanager", fake)

def test_15_a_relative_and_a_partial(refused):
    class Other(main.Pager): ...
    refused(Other, "an override reaches only the very class")
    refused(partial(main.get_user), "no route depends on")

OWN = main.app.dependency_overrides

def test_16_what_others_leave(asgi_client, dependency_overrides):
    dependency_overrides.value(main.get_user, "alice")
    main.app.dependency_overrides[main.get_deep] = lambda: "left"
    main.app.dependency_overrides.clear()
    assert asgi_client.get("/me").json() == "alice"

@pytest.mark.filterwarnings("ignore::asgitest.testclient.OverrideWarning")
def test_16_what_is_rebound(asgi_client, dependency_overrides):
    main.app.dependency_overrides = {}

def test_16_nothing_is_left():
    assert main.app.dependency_overrides is OWN
    assert OWN == {}
"""
MANY = """
@pytest.mark.parametrize("path", ["/me", "/sync"])
def test_threads(asgi_client_factory, path):
    def ask(name, found):
        client = clients[name]
        found.extend(client.get(path).json() for _ in range(125))

    names = [f"user {number}" for number in range(4)]
    clients = {name: asgi_client_factory(overrides={main.get_user: value(name)}) for name in names}
    found = {name: [] for name in names}
    threads = [threading.Thread(target=ask, args=(name, found[name])) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {name: set(each) for name, each in found.items()} == {
        name: {name if path == "/me" else f"repo of {name}"} for name in names
    }

def test_gather(asgi_lifespan):
    from asgitest.testclient import AsyncTestClient

    async def ask(name):
        async with AsyncTestClient(main.app, overrides={main.get_user: value(name)}) as client:
            return [(await client.get("/me")).json() for _ in range(100)]

    async def main_():
        return await asyncio.gather(*map(ask, names))

    names = [f"user {number}" for number in range(10)]
    assert [set(each) for each in asyncio.run(main_())] == [{name} for name in names]
"""
TRAFFIC = """
@pytest.mark.parametrize("path", ["/me", "/sync", "/v1/outer/inner/deep", "/below/it", "/me?x=1", "/nothing"])
def test_ask(asgi_client, path):
    asgi_client.get(path)

@pytest.mark.asyncio
async def test_ask_async(asgi_async_client):
    await asgi_async_client.get("/me")

async def test_auto(asgi_async_client, dependency_overrides):
    dependency_overrides.value(main.get_user, "alice")
    await asgi_async_client.get("/me")

def test_chat(asgi_websocket):
    with asgi_websocket("/chat") as session:
        assert session.receive_text() == "chat"
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(main=APP)
    pytester.makepyprojecttoml('[tool.pytest]\nasgi_app = "main:app"\npythonpath = ["."]')
    return pytester


def test_coverage_and_graph_list_every_route_however_it_came_in(suite: pytest.Pytester) -> None:
    """Two levels of ``include_router``, a mount, a WebSocket, a route that was added after its router was included."""
    suite.makepyfile(
        BEFORE
        + """
from asgitest.testclient.overrides.adapter import survey

def test_graph():
    names = {getattr(key, "__name__", "") for key in survey(main.app).nodes}
    assert {"get_deep", "get_late", "get_below", "get_chat", "get_user", "get_repo", "get_bare"} <= names
"""
    )

    result = suite.runpytest_inprocess("--asgi-cov=json:coverage.json")

    result.assert_outcomes(passed=1)
    assert {dimension: subjects(suite, dimension) - {"GET /bare/it"} for dimension in LISTED} == LISTED


def subjects(suite: pytest.Pytester, dimension: str) -> set[str]:
    report = json.loads((suite.path / "coverage.json").read_text("utf-8"))
    return {goal["subject"] for goal in report["goals"] if goal["dimension"] == dimension}


def test_each_pitfall_gives_the_right_value_or_an_error_that_names_the_cause(suite: pytest.Pytester) -> None:
    suite.makepyfile(BEFORE + PITFALLS)

    result = suite.runpytest_inprocess()

    result.assert_outcomes(passed=22)


def test_two_thousand_requests_of_many_clients_never_mix(suite: pytest.Pytester) -> None:
    suite.makepyfile(BEFORE + MANY)

    suite.runpytest_inprocess().assert_outcomes(passed=3)


def test_two_workers_and_conformance_items_measure_what_one_process_measures(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite.makepyfile(BEFORE + TRAFFIC)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-W default -p no:cacheprovider -p no:django -p no:flask -p no:randomly")
    options = ["--asyncio-mode=auto", "--asgi-conformance"]
    reports = []

    for processes in ("0", "2"):
        result = suite.runpytest_subprocess(*options, "-n", processes, "--asgi-cov=json:coverage.json")
        assert result.parseoutcomes()["passed"] >= 9
        reports.append(json.loads((suite.path / "coverage.json").read_text("utf-8")))

    assert reports[0] == reports[1]
