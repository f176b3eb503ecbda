"""What an app promises."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Route

from asgitest.conformance.coverage.expectations import build_expectations, name_of_call
from asgitest.conformance.coverage.matching import RoutingTable
from tests.conformance.coverage.apps import make_app, plain_app, who


def goals(app: Any, dimension: Any) -> list[str]:
    coverage = build_expectations(app, RoutingTable(app)).coverage
    return [f"{goal.subject} {goal.detail}".strip() for goal, _ in coverage.of(dimension)]


def test_every_operation_websocket_and_opaque_mount_is_expected() -> None:
    """Two levels of include_router, a mount, a WebSocket: those who walk ``app.routes`` see none of them."""
    app = make_app()

    assert goals(app, "operations") == [
        "MOUNT /opaque",
        "GET /tenants/{tenant}/deep",
        "DELETE /v1/outer/inner/items",
        "POST /v1/outer/inner/items",
        "GET /v1/outer/inner/items/{number}",
    ]
    assert goals(app, "websockets") == ["WS /tenants/{tenant}/chat accepted"]


def test_statuses_media_types_and_parameters_come_from_the_document() -> None:
    app = make_app()
    item = "GET /v1/outer/inner/items/{number}"

    assert [one for one in goals(app, "statuses") if one.startswith(item)] == [
        f"{item} {status}" for status in (200, 404, 422)
    ]
    assert f"{item} 200 application/json" in goals(app, "media-types")
    assert goals(app, "request-media-types") == ["POST /v1/outer/inner/items application/json"]
    assert [one.removeprefix(f"{item} ") for one in goals(app, "parameters") if one.startswith(item)] == [
        "cookie theme absent",
        "cookie theme valid",
        "header x-token absent",
        "header x-token valid",
        "path number invalid",
        "path number valid",
        "query limit absent",
        "query limit invalid",
        "query limit valid",
        "query names absent",
        "query names valid",
    ]
    assert "POST /v1/outer/inner/items body json invalid" in goals(app, "parameters")


def test_dependencies_are_named_after_their_functions() -> None:
    assert goals(make_app(), "dependencies") == [
        "tests.conformance.coverage.apps:unused run",
        "tests.conformance.coverage.apps:who run",
    ]


def test_an_object_that_is_called_is_named_after_its_class() -> None:
    class Check:
        def __call__(self) -> None: ...

    assert name_of_call(Check()).endswith(":test_an_object_that_is_called_is_named_after_its_class.<locals>.Check")
    assert name_of_call(who).endswith("apps:who")


def test_sources_are_told() -> None:
    app = make_app()

    sources = build_expectations(app, RoutingTable(app)).coverage.sources

    assert sources["GET /v1/outer/inner/items/{number}"].startswith("tests/conformance/coverage/apps.py:")
    assert "WS /tenants/{tenant}/chat" in sources
    assert "tests.conformance.coverage.apps:who" in sources


def test_the_document_that_fastapi_keeps_is_left_as_it_was() -> None:
    """It would otherwise be written before the last route was added."""
    app = make_app()

    build_expectations(app, RoutingTable(app))

    assert app.openapi_schema is None


def test_a_document_that_the_app_replaced_is_asked_for() -> None:
    app = make_app()
    document: dict[str, Any] = {"openapi": "3.1.0", "paths": {"/own": {"get": {"responses": {"204": {}}}}}}
    app.openapi = lambda: document  # type: ignore[method-assign]  # as FastAPI's documentation does

    assert "GET /own 204" in goals(app, "statuses")


def test_an_app_without_a_document_has_operations_all_the_same() -> None:
    app = Starlette(routes=[Route("/a", plain_app, methods=["GET", "POST"])])

    assert goals(app, "operations") == ["GET /a", "POST /a"]
    assert goals(app, "statuses") == []


def test_pages_of_the_framework_are_no_operations() -> None:
    assert goals(FastAPI(), "operations") == []
