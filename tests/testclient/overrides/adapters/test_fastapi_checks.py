"""What FastAPI would make of an override, found before it is used."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated, Any
from unittest.mock import AsyncMock, MagicMock, create_autospec

import pytest
from fastapi import Body, Depends, FastAPI, Header, Query, Request, WebSocket

from asgitest.testclient import OverrideError
from asgitest.testclient.overrides.adapter import survey
from asgitest.testclient.overrides.adapters.fastapi_checks import check_call

if TYPE_CHECKING:
    from asgitest.testclient.overrides.graph import Node


def get_user(name: str = "x") -> str:
    return name


def get_session() -> str:
    return "session"


@pytest.fixture(scope="module")
def nodes() -> dict[Any, Node]:
    app = FastAPI()

    @app.get("/users/{number}")
    async def me(number: int, user: Annotated[str, Depends(get_user)]) -> str:
        return user

    @app.websocket("/chat")
    async def chat(websocket: WebSocket, session: Annotated[str, Depends(get_session)]) -> None:
        await websocket.close()

    return survey(app).nodes


def again(original: Annotated[str, Depends(get_user)]) -> str:
    return original


@contextlib.contextmanager
def managed():
    yield "x"


@contextlib.asynccontextmanager
async def managed_async():
    yield "x"


class Thing:
    """No type that a request could hold."""


def unreadable(thing: Thing) -> Thing:
    return thing


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (3, "it is int, not callable"),
        (MagicMock(), "would be overridden by calling a mock"),
        (AsyncMock(), "would be overridden by calling a mock"),
        (managed, "decorated with @contextmanager"),
        (managed_async, "decorated with @contextmanager"),
        (lambda user="alice": user, r"FastAPI would take 'user' .* \(\?user=...\)(?s:.*)a default does not bind"),
        (lambda db: db, r"FastAPI would take 'db' (?s:.*)close over fixtures"),
        (again, "depends on .*get_user, which is overridden by it: that never ends"),
        (lambda body=Body(): body, "from the request body, but GET /users/{number} was declared without a body"),  # noqa: B008
        (unreadable, "FastAPI cannot use"),
    ],
)
def test_what_would_not_do_what_is_meant_is_refused(nodes: dict[Any, Node], function: Any, sentence: str) -> None:
    with pytest.raises(OverrideError, match=sentence):
        check_call(get_user, function, nodes[get_user])


async def from_cookies(request: Request) -> str:
    return request.cookies["user"]


def declared(tenant: Annotated[str, Query()], x_key: Annotated[str, Header()] = "") -> str:
    return tenant + x_key


class Callable:
    def __call__(self, name: str = "y") -> str:
        return name


@pytest.mark.parametrize(
    "function",
    [
        lambda: "alice",
        lambda name: name,
        lambda number: number,
        lambda user=Query("alice"): user,  # noqa: B008
        declared,
        from_cookies,
        Callable(),
        lambda *, name="z": name,
        create_autospec(get_session, return_value="mocked"),
    ],
)
def test_what_does_what_is_meant_is_taken(nodes: dict[Any, Node], function: Any) -> None:
    check_call(get_user, function, nodes[get_user])


def test_a_request_is_refused_where_there_is_a_websocket(nodes: dict[Any, Node]) -> None:
    with pytest.raises(OverrideError, match="takes a Request, but WS /chat is a WebSocket"):
        check_call(get_session, from_cookies, nodes[get_session])


def test_without_a_route_only_the_function_itself_is_judged() -> None:
    check_call(get_user, lambda db: db, None)

    with pytest.raises(OverrideError, match="a mock"):
        check_call(get_user, MagicMock(), None)
