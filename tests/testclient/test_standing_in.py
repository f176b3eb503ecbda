"""What ours does only where it has taken the place of Starlette's client."""

from __future__ import annotations

import asyncio

import apps
import pytest
import starlette.testclient
from starlette._utils import is_async_callable  # noqa: F401 - Starlette is loaded

from asgitest.testclient import ProtocolViolation, TestClient
from asgitest.testclient.standing_in import default_mode, stands_in

START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"a"}
TRAILERS = {"type": "http.response.trailers", "headers": []}


@pytest.fixture
def standing_in(monkeypatch):
    """Ours in the place of Starlette's, as ``pytest --asgi-testclient`` puts it."""
    monkeypatch.setattr(starlette.testclient, "TestClient", TestClient)


def sending(*messages):
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        for message in messages:
            await send(message)

    return app


def test_by_itself_it_stands_in_for_nobody():
    assert not stands_in()
    assert default_mode() == "strict"


@pytest.mark.usefixtures("standing_in")
def test_in_the_place_of_starlettes_it_refuses_what_that_refuses():
    assert stands_in()
    assert default_mode() == "starlette"


def test_the_environment_decides_over_both(monkeypatch):
    monkeypatch.setenv("ASGITEST_VALIDATE", "warn")

    assert default_mode() == "warn"


@pytest.mark.usefixtures("standing_in")
def test_what_starlettes_client_lets_pass_passes():
    app = sending({**START, "headers": [(b"X-Upper", b"1")]}, BODY)

    assert TestClient(app).get("/").headers["x-upper"] == "1"


@pytest.mark.usefixtures("standing_in")
@pytest.mark.parametrize(
    ("messages", "sentence"),
    [
        ([BODY], 'Received "http.response.body" without "http.response.start".'),
        ([START, START], 'Received multiple "http.response.start" messages.'),
        ([START, BODY, BODY], 'Received "http.response.body" after response completed.'),
        ([START, BODY, TRAILERS], 'Received "http.response.trailers" without declaring trailers.'),
        ([{**START, "trailers": True}, TRAILERS], 'Received "http.response.trailers" before body completed.'),
        ([{**START, "trailers": True}, BODY, BODY], 'Received "http.response.body" after body completed.'),
        (
            [{**START, "trailers": True}, BODY, TRAILERS, TRAILERS],
            'Received "http.response.trailers" after response completed.',
        ),
    ],
)
def test_its_refusals_have_starlettes_text(messages, sentence):
    with pytest.raises(ProtocolViolation) as caught:
        TestClient(sending(*messages)).get("/")

    assert sentence in str(caught.value)


@pytest.mark.usefixtures("standing_in")
def test_a_timeout_is_warned_of_as_starlettes_client_does():
    with pytest.warns(starlette.testclient.StarletteDeprecationWarning, match="'timeout' argument"):
        TestClient(apps.hello).get("/", timeout=5)


@pytest.mark.usefixtures("standing_in")
def test_each_call_without_a_block_has_a_loop_of_its_own():
    loops = []

    async def app(scope, receive, send):
        loops.append(asyncio.get_running_loop())
        await apps.respond(send)

    client = TestClient(app)
    client.get("/")
    client.get("/")

    assert loops[0] is not loops[1]
