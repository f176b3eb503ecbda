"""What the app sees of a request, where other clients get it wrong."""

from __future__ import annotations

import apps
import pytest

from asgitest.testclient import TestClient


def scope_of(method="GET", url="/", **options):
    """The scope an app sees for a request."""
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)
        await apps.respond(send)

    TestClient(app, **options).request(method, url)
    return seen[0]


def socket_scope_of(url="/ws", subprotocols=None, **options):
    """The scope an app sees for a WebSocket."""
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)
        await apps.echo_socket(scope, receive, send)

    with TestClient(app, **options).websocket_connect(url, subprotocols):
        pass
    return seen[0]


def lifespan_scope():
    seen = []
    app = apps.with_lifespan(apps.hello, startup=seen.append)
    with TestClient(app):
        pass
    return seen[0]


@pytest.mark.parametrize(
    "scope", [scope_of(), socket_scope_of(), lifespan_scope()], ids=["http", "websocket", "lifespan"]
)
def test_every_scope_says_which_asgi_it_is(scope):
    assert scope["asgi"]["version"] == "3.0"
    assert scope["asgi"]["spec_version"]


def test_the_server_of_an_https_url_has_port_443():
    assert scope_of(base_url="https://example.org")["server"] == ("example.org", 443)


def test_raw_path_has_no_query():
    scope = scope_of(url="/a%20b?x=1")

    assert (scope["path"], scope["raw_path"], scope["query_string"]) == ("/a b", b"/a%20b", b"x=1")


def test_a_websocket_honours_the_base_url():
    scope = socket_scope_of(base_url="https://example.org")

    assert (scope["scheme"], scope["server"]) == ("wss", ("example.org", 443))
    assert scope["http_version"] == "1.1"
    assert scope["subprotocols"] == []


def test_offered_subprotocols_are_a_list_of_names():
    assert socket_scope_of(subprotocols=["chat", "superchat"])["subprotocols"] == ["chat", "superchat"]


def test_the_method_is_upper_case():
    assert scope_of("get")["method"] == "GET"


def test_each_call_gets_a_scope_of_its_own():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)
        scope["headers"].append((b"x", b"y"))
        scope["state"]["mine"] = 1
        await apps.respond(send)

    client = TestClient(app, ignore=["ASGI-APP-004"])
    client.get("/")
    client.get("/")

    assert seen[0] is not seen[1]
    assert (b"x", b"y") not in seen[1]["headers"][:-1]
    assert client.app_state == {}


def test_header_names_are_lower_case_and_values_keep_their_bytes():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)
        await apps.respond(send)

    TestClient(app).get("/", headers={b"X-Name": "José".encode("latin-1")})

    names = [name for name, _ in seen[0]["headers"]]
    assert names == [name.lower() for name in names]
    assert dict(seen[0]["headers"])[b"x-name"] == "José".encode("latin-1")


def test_a_latin_1_response_header_survives():
    async def app(scope, receive, send):
        await apps.respond(send, headers=[(b"x-name", "José".encode("latin-1"))])

    assert TestClient(app).get("/").headers["x-name"] == "José"


def test_extensions_are_offered_beside_the_usual_ones_and_taken_away():
    extensions = {"http.response.pathsend": {}, "http.response.debug": None, "websocket.http.response": None, "tls": {}}

    assert set(scope_of(extensions=extensions)["extensions"]) == {
        "http.response.trailers",
        "http.response.pathsend",
        "tls",
    }
    assert set(socket_scope_of(extensions=extensions)["extensions"]) == {"tls"}


def test_the_client_can_be_hidden_and_the_version_chosen():
    scope = scope_of(client=None, http_version="2")

    assert (scope["client"], scope["http_version"]) == (None, "2")


def test_a_client_that_says_nothing_is_starlettes():
    assert scope_of()["client"] == ("testclient", 50000)


def test_the_root_path_is_in_the_scope():
    scope = scope_of(url="/x", root_path="/api")

    assert scope["root_path"] == "/api"
    assert (scope["path"], scope["raw_path"]) == ("/api/x", b"/api/x")


def test_where_starlettes_client_is_replaced_the_path_is_left_alone():
    scope = scope_of(url="/x", root_path="/api", validate="starlette")

    assert (scope["path"], scope["root_path"]) == ("/x", "/api")
