"""What the engine knows of FastAPI: its graph, its points, and what it is given."""

from __future__ import annotations

import inspect
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, WebSocket
from starlette.applications import Starlette

from asgitest.testclient import OverrideError
from asgitest.testclient.overrides.adapters.fastapi import FastAPIAdapter
from asgitest.testclient.overrides.graph import Node, Use
from asgitest.testclient.overrides.replacement import Entry, Replacement, error, value
from asgitest.testclient.routes import iter_routes


def get_token() -> str:
    return "token"


def get_user(token: Annotated[str, Depends(get_token)]) -> str:
    return token


User = Annotated[str, Depends(get_user)]


@pytest.fixture
def app() -> FastAPI:
    inner, outer, shop = APIRouter(prefix="/inner"), APIRouter(prefix="/outer"), FastAPI()

    @inner.get("/{number}")
    async def item(number: int, user: User) -> str:
        return user

    @shop.websocket("/chat")
    async def chat(websocket: WebSocket, user: User) -> None:
        await websocket.close()

    outer.include_router(inner)
    shop.include_router(outer)
    return shop


def test_every_dependency_is_a_node_with_the_routes_that_need_it(app: FastAPI) -> None:
    nodes = list(FastAPIAdapter().nodes(app, list(iter_routes(app))))

    found = {(node.key, use.label) for node in nodes for use in node.uses if not use.label.startswith("GET /docs")}
    assert found == {
        (key, label) for key in (get_user, get_token) for label in ("GET /outer/inner/{number}", "WS /chat")
    }


def test_an_app_has_one_point_and_a_bare_router_none(app: FastAPI) -> None:
    adapter = FastAPIAdapter()

    assert [point.owner for point in adapter.points(app, [])] == [app]
    assert list(adapter.points(APIRouter(), [])) == []
    assert (adapter.matches(app, []), adapter.matches(Starlette(), [])) == (True, False)


@pytest.mark.parametrize("replacement", [value("x"), error(LookupError)])
def test_values_and_errors_are_given_by_async_functions_without_parameters(replacement: Replacement) -> None:
    """FastAPI would call a plain function in a thread, and take parameters from the request."""
    entry = Entry(get_user, replacement)

    FastAPIAdapter().prepare(entry, None, None)

    assert inspect.iscoroutinefunction(entry.provider)
    assert not inspect.signature(entry.provider).parameters


def test_what_only_a_mounted_router_uses_is_refused() -> None:
    node = Node(key=get_user, uses=[Use(label="GET /bare", heard=False)])

    with pytest.raises(OverrideError, match="used by GET /bare only, which belongs to an APIRouter that was mounted"):
        FastAPIAdapter().prepare(Entry(get_user, value(1)), node, None)


@pytest.mark.parametrize(("scopes", "kept"), [(["function"], "function"), (["function", "request"], None)])
def test_what_is_wrapped_ends_when_the_original_would(scopes: list[str], kept: Any) -> None:
    class Dependant:
        def __init__(self, scope: str) -> None:
            self.scope = scope

    node = Node(key=get_user, uses=[Use(label="GET /", dependant=Dependant(scope)) for scope in scopes])
    entry = Entry(get_user, Replacement(kind="wrap", payload=str.upper))

    FastAPIAdapter().prepare(entry, node, None)

    (depends,) = entry.provider.__defaults__
    assert depends.scope == kept
    assert inspect.unwrap(depends.dependency) is get_user
