"""From traffic to goals."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, WebSocket
from litestar import Litestar, get
from litestar.params import FromPath  # noqa: TC002 - Litestar evaluates the annotation
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from asgitest.conformance.coverage.recorder import CoverageRecorder
from asgitest.testclient import WebSocketDisconnect
from asgitest.testclient.overrides import Layer, value, wrap
from tests.conformance.coverage.apps import expected, make_app, reached, record, who

ITEM = "GET /v1/outer/inner/items/{number}"


def test_a_response_of_a_route_covers_it_below_any_prefix() -> None:
    recorder = record(make_app(), lambda client: client.get("/api/v1/outer/inner/items/3"), root_path="/api")

    assert reached(recorder, "operations") == [ITEM]
    assert reached(recorder, "statuses") == [f"{ITEM} 200"]
    assert reached(recorder, "media-types") == [f"{ITEM} 200 application/json"]


def test_what_the_router_answers_covers_nothing() -> None:
    """404 and 405 are no responses of a route."""

    def drive(client: Any) -> None:
        assert client.get("/none").status_code == 404
        assert client.put("/v1/outer/inner/items").status_code == 405
        assert client.get("/tenants/acme/none").status_code == 404

    assert reached(record(make_app(), drive), "operations") == []


def test_what_a_route_answers_with_404_covers_its_404() -> None:
    recorder = record(make_app(), lambda client: client.get("/v1/outer/inner/items/404"))

    assert reached(recorder, "statuses") == [f"{ITEM} 404"]


def test_a_status_that_the_document_lacks_is_undocumented() -> None:
    recorder = record(make_app(), lambda client: client.get("/v1/outer/inner/items/418"))

    entries = {goal.detail: entry.standing for goal, entry in recorder.coverage.of("statuses", ITEM) if entry.tests}
    assert entries == {"418": "undocumented"}


def test_a_media_type_is_undocumented_only_where_others_are_documented() -> None:
    """FastAPI documents a response with a description alone when that is all it was told."""
    app = FastAPI()

    @app.get("/", responses={404: {"description": "None"}})
    def root(status: int) -> PlainTextResponse:
        return PlainTextResponse("text", status)

    recorder = record(app, lambda client: [client.get("/", params={"status": one}) for one in (200, 404, 500)])

    standings = {goal.detail: entry.standing for goal, entry in recorder.coverage.of("media-types") if entry.tests}
    assert standings == {"200 text/plain": "undocumented", "404 text/plain": "noted", "500 text/plain": "noted"}


def test_ranges_and_defaults_of_the_document_take_what_falls_under_them() -> None:
    app = FastAPI()

    @app.get("/", responses={"4XX": {}, "default": {"content": {"text/*": {}}}})
    def root(status: int) -> PlainTextResponse:
        return PlainTextResponse("text", status)

    recorder = record(app, lambda client: [client.get("/", params={"status": one}) for one in (404, 503)])

    assert reached(recorder, "statuses") == ["GET / 4XX", "GET / default"]
    assert "GET / default text/*" in reached(recorder, "media-types")


def test_a_request_body_covers_its_media_type_and_its_validity() -> None:
    recorder = record(make_app(), lambda client: client.post("/v1/outer/inner/items", json={"a": "x"}))

    assert reached(recorder, "request-media-types") == ["POST /v1/outer/inner/items application/json"]
    assert reached(recorder, "parameters") == ["POST /v1/outer/inner/items body json invalid"]


def test_a_session_covers_its_websocket_route_with_all_it_said() -> None:
    def drive(client: Any) -> None:
        with client.websocket_connect("/tenants/acme/chat") as session:
            session.send_text("hello")
            session.receive_text()
            session.receive_bytes()
            session.receive()
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/tenants/acme/chat?refuse"):
            pass

    assert reached(record(make_app(), drive), "websockets", "WS /tenants/{tenant}/chat") == [
        f"WS /tenants/{{tenant}}/chat {detail}"
        for detail in (
            "accepted",
            "closed 1008",
            "closed 4000",
            "received text",
            "rejected",
            "sent binary",
            "sent text",
        )
    ]


def test_a_refused_handshake_shows_its_status() -> None:
    async def refuse(websocket: WebSocket) -> None:
        await websocket.send_denial_response(PlainTextResponse("no", 403))

    app = FastAPI()
    app.add_api_websocket_route("/ws", refuse)

    def drive(client: Any) -> None:
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/ws"):
            pass

    assert reached(record(app, drive), "websockets") == ["WS /ws rejected", "WS /ws rejected 403"]


def test_an_opaque_mount_is_covered_by_whatever_it_answers() -> None:
    assert reached(record(make_app(), lambda client: client.get("/opaque/x")), "operations") == ["MOUNT /opaque"]


def test_pages_of_the_framework_are_left_out() -> None:
    recorder = record(make_app(), lambda client: client.get("/openapi.json"))

    assert reached(recorder, "media-types") == []


def test_a_dependency_is_in_force_or_overridden() -> None:
    app = make_app()

    def drive(client: Any) -> None:
        app.dependency_overrides[who] = lambda: "somebody"
        client.get("/v1/outer/inner/items/1")
        app.dependency_overrides.clear()

    recorder = record(app, drive)
    both = record(app, lambda client: client.get("/v1/outer/inner/items/1"))

    assert reached(recorder, "dependencies") == ["tests.conformance.coverage.apps:who overridden"]
    assert reached(both, "dependencies") == ["tests.conformance.coverage.apps:who run"]


def test_an_override_of_a_layer_or_of_one_client_counts_as_one() -> None:
    app = make_app()

    def in_a_layer(client: Any) -> None:
        with Layer(app) as layer:
            layer.value(who, "somebody")
            client.get("/v1/outer/inner/items/1")

    layered = record(app, in_a_layer)
    single = record(app, lambda client: client.get("/v1/outer/inner/items/1"), overrides={who: value("alice")})

    for recorder in (layered, single):
        assert reached(recorder, "dependencies") == ["tests.conformance.coverage.apps:who overridden"]


def get_token() -> str:
    return "real"


def get_user(token: Annotated[str, Depends(get_token)]) -> str:
    return token


@pytest.mark.parametrize(
    ("replacement", "paths", "states"),
    [
        (value("alice"), ["/"], ["get_user overridden"]),
        (value("alice"), ["/", "/token"], ["get_token run", "get_user overridden"]),
        (wrap(str.upper), ["/"], ["get_token run", "get_user run"]),
    ],
)
def test_what_only_an_overridden_dependency_needs_is_not_run(
    replacement: Any, paths: list[str], states: list[str]
) -> None:
    app = FastAPI()
    app.add_api_route("/", lambda: None, dependencies=[Depends(get_user)])
    app.add_api_route("/token", lambda: None, dependencies=[Depends(get_token)])

    def drive(client: Any) -> None:
        for path in paths:
            client.get(path)

    found = reached(record(app, drive, overrides={get_user: replacement}), "dependencies")

    assert [goal.partition(":")[2] for goal in found] == states


def test_a_route_added_after_the_first_request_is_expected() -> None:
    app = make_app()

    def drive(client: Any) -> None:
        client.get("/tenants/acme/deep")
        app.state.inner.add_api_route("/late", lambda: "late")
        client.get("/v1/outer/inner/late")

    assert "GET /v1/outer/inner/late" in reached(record(app, drive), "operations")


def test_a_late_route_that_is_never_called_is_expected() -> None:
    app = make_app()

    def drive(client: Any) -> None:
        client.get("/tenants/acme/deep")
        app.state.inner.add_api_route("/late", lambda: "late")

    recorder = record(app, drive)

    assert "GET /v1/outer/inner/late" in expected(recorder, "operations")
    assert "GET /v1/outer/inner/late" not in reached(recorder, "operations")


def test_an_app_that_is_never_called_is_expected_when_it_is_named() -> None:
    recorder = CoverageRecorder()

    recorder.expect(make_app())

    assert ITEM in expected(recorder, "operations")


class Copies:
    """Middleware that gives the app a scope of its own, so that ours never shows a route."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(dict(scope), receive, send)


class Refuses:
    """Middleware that answers instead of the app, when it is asked to."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        refused = scope["type"] == "http" and scope["query_string"] == b"refuse"
        await (PlainTextResponse("no", 401) if refused else self.app)(scope, receive, send)


async def endpoint(request: Any) -> PlainTextResponse:
    return PlainTextResponse("ok")


def drive_a(client: Any) -> None:
    client.get("/a/1?refuse")
    client.get("/a/1")
    client.get("/none")


def test_a_scope_that_middleware_copied_is_matched_by_its_path() -> None:
    app = Starlette(routes=[Route("/a/{x}", endpoint)], middleware=[Middleware(Copies)])

    assert reached(record(app, drive_a), "statuses") == ["GET /a/{x} 200"]


def test_what_middleware_answers_covers_nothing() -> None:
    app = Starlette(routes=[Route("/a/{x}", endpoint)], middleware=[Middleware(Refuses)])

    assert reached(record(app, drive_a), "statuses") == ["GET /a/{x} 200"]


def test_an_app_hidden_in_a_function_is_found_through_the_scope() -> None:
    app = make_app()

    async def hidden(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)

    assert reached(record(hidden, lambda client: client.get("/v1/outer/inner/items/3")), "operations") == [ITEM]


def test_an_app_nobody_recognises_has_nothing_to_cover() -> None:
    async def raw(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await PlainTextResponse("ok")(scope, receive, send)
        else:
            raise NotImplementedError

    assert record(raw, lambda client: client.get("/")).coverage.entries == {}


def test_an_app_that_gives_no_response_covers_nothing() -> None:
    def fails(request: Any) -> None:
        raise KeyError

    app = Starlette(routes=[Route("/", fails)])
    app.middleware_stack = app.router  # nothing that makes a 500 of the error

    recorder = record(app, lambda client: client.get("/"), raise_server_exceptions=False)

    assert reached(recorder, "operations") == []


def test_head_covers_the_get_that_implies_it() -> None:
    app = Starlette(routes=[Route("/a", endpoint)])

    assert reached(record(app, lambda client: client.head("/a")), "operations") == ["GET /a"]


def test_litestar_is_matched_by_its_handler() -> None:
    @get("/books/{number:int}")
    async def book(number: FromPath[int]) -> dict[str, int]:
        return {"number": number}

    recorder = record(Litestar([book]), lambda client: client.get("/books/3"))

    assert reached(recorder, "operations") == ["GET /books/{number}"]
    assert reached(recorder, "statuses") == ["GET /books/{number} 200"]
