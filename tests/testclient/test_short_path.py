"""The short path does what the HTTP library's own path does: the same requests, driven both ways, and compared."""

from __future__ import annotations

import asyncio
import gzip
import json

import apps
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgitest.testclient import AsyncTestClient, TestClient, _TestClientTransport
from asgitest.testclient.http_library import httpx


async def varied(scope, receive, send):
    """Mirror the request, with a status, headers and cookies that the path asks for."""
    body = await apps.read_body(receive)
    seen = {key: apps.jsonable(value) for key, value in scope.items() if key != "state"}
    seen["body"] = body.decode("latin-1")
    headers = [(b"content-type", b"application/json; charset=utf-8")]
    status = 200
    path = scope["path"]
    if "cookie" in path:
        headers += [(b"set-cookie", b"sid=abc; Path=/; HttpOnly"), (b"set-cookie", b"lang=en; Path=/deep")]
    if "redirect" in path:
        status = 303 if "303" in path else 307
        headers.append((b"location", b"/target?x=1"))
    if "teapot" in path:
        status = 418
    await apps.respond(send, json.dumps(seen).encode(), status=status, headers=headers)


class LongClient(TestClient):
    """A client that never takes the short path."""

    def _takes_short_path(self):
        return False


class ShortClient(TestClient):
    """A client that says when it did not take the short path."""

    taken = 0

    def _send_short(self, *args, **kwargs):
        type(self).taken += 1
        return super()._send_short(*args, **kwargs)


def observation(client, call):
    """All that a test can see of a request."""
    try:
        response = call(client)
    except Exception as error:  # noqa: BLE001 - the exceptions are compared as well
        return (type(error), str(error))
    return {
        "status": response.status_code,
        "headers": response.headers.raw,
        "content": response.content,
        "text": response.text,
        "url": str(response.url),
        "encoding": response.encoding,
        "reason": response.reason_phrase,
        "version": response.http_version,
        "closed": (response.is_closed, response.is_stream_consumed),
        "downloaded": response.num_bytes_downloaded,
        "history": [(item.status_code, str(item.url), item.content) for item in response.history],
        "next": None if response.next_request is None else str(response.next_request.url),
        "request": (
            response.request.method,
            str(response.request.url),
            response.request.headers.raw,
            response.request.content,
            response.request.extensions,
        ),
        "cookies": sorted((cookie.name, cookie.value, cookie.path, cookie.domain) for cookie in client.cookies.jar),
        "request attributes": sorted(vars(response.request)),
        "response attributes": sorted(name for name in vars(response) if name[0] != "_"),
        "elapsed": response.elapsed.total_seconds() >= 0,
    }


SEGMENTS = st.sampled_from(
    [
        "/",
        "/a",
        "/a%20b",
        "/ü",
        "/cookie",
        "/deep/cookie",
        "/redirect",
        "/redirect303",
        "/teapot",
        "//x",
        "/a?b=c",
        "/a#f",
        "",
        "?q=1",
        "/a;b",
        "http://testserver/abs",
        "https://testserver/tls",
        "http://user:pw@testserver/credentials",
        "http://other.example:81/elsewhere",
        "/redirect-cookie",
        "/deep/redirect-cookie",
        "/a%2Fb/%zz",
        "/a//b/../c/./d",
        "/'\"<>|{}^`",
        "/a\nb",
        "relative",
        "mailto:nobody",
    ]
)
HEADERS = st.one_of(
    st.none(),
    st.dictionaries(
        st.sampled_from(["X-A", "accept", "Cookie", "Content-Type", "Host", "Content-Length", "User-Agent"]),
        st.sampled_from(["1", "text/plain", "a=b"]),
        max_size=3,
    ),
    st.just([("x-a", "1"), ("x-a", "2")]),
)
JSON = st.one_of(
    st.none(),
    st.dictionaries(st.text(max_size=3), st.one_of(st.integers(), st.text(max_size=5), st.none()), max_size=3),
)
PARAMS = st.one_of(
    st.none(),
    st.just({}),
    st.dictionaries(st.sampled_from(["q", "ü", "a b"]), st.sampled_from(["1", "x y", "&"]), max_size=2),
    st.just([("a", "1"), ("a", "2")]),
)
REQUESTS = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST", "put", "DELETE", "HEAD", "PATCH", "OPTIONS"]),
        "url": SEGMENTS,
        "headers": HEADERS,
        "params": PARAMS,
        "json": JSON,
        "content": st.one_of(st.none(), st.binary(max_size=5), st.text(max_size=5)),
        "follow_redirects": st.booleans(),
        "auth": st.sampled_from([None, None, None, ("user", "pass")]),
    }
)
CLIENTS = st.fixed_dictionaries(
    {
        "base_url": st.sampled_from(
            ["http://testserver", "http://testserver/base", "https://example.org:8443/", "http://[::1]"]
        ),
        "headers": st.one_of(st.none(), st.just({"x-client": "1"})),
        "cookies": st.one_of(st.none(), st.just({"old": "1"})),
        "params": st.sampled_from([None, None, {"every": "1"}]),
        "auth": st.sampled_from([None, None, None, ("client", "pass")]),
    }
)


def options_of(request):
    """Arguments of ``request``; content and json exclude each other only by convention."""
    options = dict(request)
    if options["content"] is not None:
        options.pop("json")
    return {key: value for key, value in options.items() if value is not None or key == "follow_redirects"}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CLIENTS, st.lists(REQUESTS, min_size=1, max_size=3))
def test_both_paths_show_the_same(client_options, requests):
    clients = [
        kind(
            varied, **{key: dict(value) if isinstance(value, dict) else value for key, value in client_options.items()}
        )
        for kind in (LongClient, ShortClient)
    ]

    for request in requests:
        options = options_of(request)
        method, url = options.pop("method"), options.pop("url")
        long, short = (observation(client, lambda c: c.request(method, url, **options)) for client in clients)  # noqa: B023 - called at once
        assert short == long


def test_usual_requests_take_the_short_path():
    client = ShortClient(varied)
    before = ShortClient.taken

    client.get("/")
    client.get("/a?b=c", headers={"x-a": "1"})
    client.get("/", params={"q": "x"})
    client.post("/", json={"a": 1})
    client.post("/", content=b"abc")
    client.get("/cookie")
    client.get("/with-cookies")
    client.get("/redirect")

    assert ShortClient.taken - before == 8


@pytest.mark.parametrize(
    "prepare",
    [
        lambda client: setattr(client, "auth", ("user", "password")),
        lambda client: client.event_hooks["request"].append(lambda _: None),
        lambda client: setattr(client, "send", client.send),
        lambda client: setattr(client._transport, "handle_request", client._transport.handle_request),
    ],
    ids=["auth", "hooks", "replaced send", "replaced handler"],
)
def test_anything_unusual_takes_the_long_path(prepare):
    client = ShortClient(varied)
    prepare(client)
    before = ShortClient.taken

    assert client.get("/").status_code == 200
    assert ShortClient.taken == before


def test_a_handler_replaced_for_all_clients_is_called(monkeypatch):
    """Public code patches ``_TestClientTransport.handle_request``."""
    client = TestClient(varied)
    monkeypatch.setattr(
        _TestClientTransport, "handle_request", lambda _self, request: httpx.Response(299, request=request)
    )

    assert client.get("/").status_code == 299


def test_a_send_replaced_for_all_clients_is_called(monkeypatch):
    client = TestClient(varied)
    monkeypatch.setattr(httpx.Client, "send", lambda _self, request, **_: httpx.Response(298, request=request))

    assert client.get("/").status_code == 298


def test_too_many_redirects_are_the_http_librarys_error():
    async def app(scope, receive, send):
        await apps.respond(send, status=307, headers=[(b"location", b"/")])

    with pytest.raises(httpx.TooManyRedirects):
        TestClient(app).get("/")


def test_a_compressed_response_is_decoded():
    async def app(scope, receive, send):
        await apps.respond(send, gzip.compress(b"plain"), headers=[(b"content-encoding", b"gzip")])

    assert TestClient(app).get("/").content == b"plain"


def test_changed_client_headers_and_cookies_are_seen_at_once():
    client = TestClient(apps.mirror)
    client.get("/")
    client.headers["x-new"] = "1"
    client.cookies.set("sid", "7")

    headers = dict(client.get("/").json()["headers"])

    assert (headers["x-new"], headers["cookie"]) == ("1", "sid=7")


def test_the_async_client_shows_what_the_sync_client_shows():
    async def main():
        async with AsyncTestClient(apps.with_lifespan(varied)) as client:
            return [
                observation_of(await client.get("/redirect")),
                observation_of(await client.post("/cookie", json={"a": 1})),
            ]

    def observation_of(response):
        return (
            response.status_code,
            response.headers.raw,
            response.content,
            [item.status_code for item in response.history],
        )

    with TestClient(apps.with_lifespan(varied)) as client:
        expected = [observation_of(client.get("/redirect")), observation_of(client.post("/cookie", json={"a": 1}))]

    assert asyncio.run(main()) == expected
