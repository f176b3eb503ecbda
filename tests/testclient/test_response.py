"""What a response of the app knows beside what the HTTP library's does."""

from __future__ import annotations

import pickle
import subprocess

import apps
import pytest

from asgitest.testclient import AsyncTestClient, Response, TestClient


def test_the_conversation_comes_with_the_response():
    response = TestClient(apps.mirror).post("/a", content=b"x")

    assert isinstance(response, Response)
    assert response.asgi.scope["path"] == "/a"
    assert "http.response.start" in response.asgi.trace.render()
    assert (response.asgi.findings, response.asgi.exception) == ([], None)
    assert (response.asgi.informational, response.asgi.pushes, response.asgi.trailers) == ([], [], [])
    assert repr(response.asgi).startswith("<Conversation POST /a, ")


def test_early_hints_and_pushes_are_kept():
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send({"type": "http.response.early_hint", "links": [b"</a.css>; rel=preload"]})
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.push", "path": "/a.css", "headers": []})
        await send({"type": "http.response.body"})

    extensions = {"http.response.early_hint": {}, "http.response.push": {}}
    response = TestClient(app, extensions=extensions).get("/")

    assert response.asgi.informational == [[b"</a.css>; rel=preload"]]
    assert response.asgi.pushes[0]["path"] == "/a.css"


def test_an_exception_is_there_also_when_it_is_not_raised():
    error = LookupError("mine")

    async def app(scope, receive, send):
        raise error

    response = TestClient(app, raise_server_exceptions=False).get("/")

    assert response.asgi.exception is error
    assert response.status_code == 500


def test_template_and_context_are_shown_as_starlettes_client_does():
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await send({"type": "http.response.debug", "info": {"template": "a.html", "context": {"b": 1}}})
        await apps.respond(send)

    for client in (TestClient(app), TestClient(app, auth=("user", "password"))):
        response = client.get("/")

        assert (response.template, response.context) == ("a.html", {"b": 1})
        assert response.extensions["http.response.debug"] == {"template": "a.html", "context": {"b": 1}}


def test_a_response_can_be_pickled_without_its_app():
    response = TestClient(apps.hello).get("/")

    copy = pickle.loads(pickle.dumps(response))  # noqa: S301 - made in this line

    assert copy.text == "hello"
    assert "asgi" not in copy.__dict__


@pytest.mark.parametrize(
    ("method", "options", "command"),
    [
        ("GET", {}, "curl -X GET -H 'accept: */*' 'http://testserver/a?b=c d'"),
        ("HEAD", {}, "curl --head -H 'accept: */*' 'http://testserver/a?b=c d'"),
    ],
)
def test_a_request_is_shown_as_a_command(method, options, command):
    response = TestClient(apps.mirror).request(method, "/a?b=c d", **options)

    assert response.as_curl().replace("%20", " ") == command


def test_credentials_are_left_out_unless_wanted():
    response = TestClient(apps.mirror, cookies={"sid": "secret"}).get("/", headers={"authorization": "Bearer secret"})

    assert "secret" not in response.as_curl() + response.as_python()
    assert "Bearer secret" in response.as_curl(redact=False)
    assert "Bearer secret" in response.as_python(redact=False)


@pytest.mark.parametrize("body", ["it's", "@file", "line\nline", "ü", b"\xff\x00'%", b"a\0b"])
def test_the_command_carries_the_body_byte_by_byte(body, tmp_path):
    """A shell runs it, with a curl that keeps its arguments and its standard input."""
    response = TestClient(apps.mirror).post("/", content=body)
    fake = tmp_path / "curl"
    fake.write_text(
        '#!/bin/sh\nfor word in "$@"; do last=$before; before=$word; done\n'
        'if [ "$last" = @- ]; then cat; else printf %s "$last"; fi\n'
    )
    fake.chmod(0o755)

    done = subprocess.run(
        ["sh", "-c", response.as_curl()],  # noqa: S607 - a shell is what the command is for
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        check=True,
    )

    assert done.stdout == (body if isinstance(body, bytes) else body.encode())
    assert "-H Content-Type:" in response.as_curl()


def test_a_request_is_shown_as_python_that_repeats_it():
    client = TestClient(apps.mirror)
    response = client.post("/a?b=c", content=b"\xff", headers={"x-a": "1"})

    again = eval(response.as_python(), {"client": client})  # noqa: S307 - our own text

    assert again.json() == response.json()


def test_a_body_that_was_streamed_away_is_not_shown():
    with TestClient(apps.mirror).stream("POST", "/", content=iter([b"a"])) as response:
        response.read()

    assert response.as_python() == "client.request('POST', '/', headers={'transfer-encoding': 'chunked'})"


def test_the_asynchronous_client_gives_the_same_kind():
    import asyncio  # noqa: PLC0415 - only here

    async def main():
        return await AsyncTestClient(apps.hello).get("/")

    assert isinstance(asyncio.run(main()), Response)
