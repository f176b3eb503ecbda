"""Which route answered."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from asgitest.conformance.coverage.matching import RoutingTable, is_opaque, local_path
from tests.conformance.coverage.apps import make_app, plain_app


async def endpoint(request: Any) -> PlainTextResponse:
    return PlainTextResponse("ok")


def scope(path: str, method: str = "GET", **more: Any) -> dict[str, Any]:
    return {"type": "http", "method": method, "path": path, "root_path": "", **more}


def test_the_table_lists_included_routers_mounts_and_websockets() -> None:
    table = RoutingTable(make_app())

    assert {(route.kind, route.template) for route in table.routes if route.include_in_schema} >= {
        ("http", "/v1/outer/inner/items/{number}"),
        ("http", "/tenants/{tenant}/deep"),
        ("websocket", "/tenants/{tenant}/chat"),
    }


def test_two_apps_of_one_factory_have_one_shape() -> None:
    assert RoutingTable(make_app()).shape == RoutingTable(make_app()).shape


def test_routes_that_share_an_endpoint_are_told_apart_by_path_and_method() -> None:
    app = Starlette(routes=[Route("/a/{x}", endpoint), Route("/b/{x:path}", endpoint, methods=["POST"])])
    table = RoutingTable(app)

    found = [
        table.find(scope(path, method, endpoint=endpoint))
        for path, method in [("/a/1", "GET"), ("/b/1/2", "POST"), ("/a/1", "POST")]
    ]

    assert [route and route.path for route in found] == ["/a/{x}", "/b/{x:path}", None]


def test_a_response_without_an_endpoint_belongs_to_no_route() -> None:
    table = RoutingTable(Starlette(routes=[Route("/a", endpoint)]))

    assert table.find(scope("/a")) is None
    assert table.find(scope("/a", endpoint=print)) is None


def test_the_methods_of_a_class_are_those_it_defines() -> None:
    class Endpoint(HTTPEndpoint):
        async def get(self, request: Any) -> None: ...

    table = RoutingTable(Starlette(routes=[Route("/a", Endpoint)]))

    assert table.find(scope("/a", endpoint=Endpoint)) is not None
    assert table.find(scope("/a", "DELETE", endpoint=Endpoint)) is None


def test_a_copied_scope_is_matched_by_its_path() -> None:
    table = RoutingTable(Starlette(routes=[Mount("/m", routes=[Route("/a/{x}", endpoint)])]))

    guessed = table.guess(scope("/m/a/1"))

    assert guessed is not None
    assert guessed.path == "/m/a/{x}"
    assert table.guess(scope("/m/a/1/2")) is None


def test_a_mount_answers_for_the_app_below_it() -> None:
    table = RoutingTable(Starlette(routes=[Mount("/m", plain_app)]))

    below, itself = (table.find(scope(path, endpoint=plain_app)) for path in ("/m/any/thing", "/m"))

    assert below is itself is table.routes[0]
    assert is_opaque(table.routes[0])
    assert not is_opaque(
        RoutingTable(Starlette(routes=[Mount("/m", Starlette(routes=[Route("/", endpoint)]))])).routes[0]
    )


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"path": "/api/x", "root_path": "/api"}, "/x"),
        ({"path": "/apix", "root_path": "/api"}, "/apix"),
        ({"path": "/api/m/x", "root_path": "/api/m", "app_root_path": "/api"}, "/m/x"),
        ({"path": "/x"}, "/x"),
    ],
)
def test_the_prefix_of_a_proxy_is_not_part_of_a_route(given: dict[str, Any], path: str) -> None:
    assert local_path(given) == path
