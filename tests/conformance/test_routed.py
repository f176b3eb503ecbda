"""Whether a router found a route."""

from __future__ import annotations

import pytest
from litestar import Litestar, get
from litestar.params import FromPath  # noqa: TC002 - Litestar reads it
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, Route

from asgitest.conformance.routed import was_routed
from asgitest.testclient import TestClient


def home(_request: object) -> Response:
    return Response(status_code=404)


@get("/{number:int}", sync_to_thread=False)
def numbered(number: FromPath[int]) -> int:
    return number


STARLETTE = Starlette(routes=[Route("/home", home), Mount("/below", Starlette(routes=[Route("/home", home)]))])


@pytest.mark.parametrize(
    ("app", "path", "routed"),
    [
        (STARLETTE, "/home", True),
        (STARLETTE, "/none", False),
        (STARLETTE, "/below/home", True),
        (STARLETTE, "/below/none", False),
        (Litestar([numbered]), "/3", True),
        (Litestar([numbered]), "/three", False),
    ],
)
def test_a_404_of_the_router_is_told_from_one_of_an_endpoint(app: object, path: str, routed: bool) -> None:
    response = TestClient(app, raise_server_exceptions=False).get(path)

    assert was_routed(response.asgi.scope, response.status_code) is routed
