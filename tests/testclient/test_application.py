"""What kind of callable an app is, and what is no app at all."""

from __future__ import annotations

import functools

import apps
import pytest

from asgitest.testclient import MisuseError, ProtocolWarning, TestClient
from asgitest.testclient.application import WrapASGI2, as_asgi3, is_asgi3


class Double:
    """A legacy app: made with the scope, then called."""

    def __init__(self, scope):
        self.scope = scope

    async def __call__(self, _receive, send):
        assert self.scope["type"] == "http"
        await apps.respond(send, b"legacy")


def double_function(scope):
    return Double(scope)


double_function.title = "a legacy app"


class PlainCall:
    """An app whose ``__call__`` is no coroutine function, and gives an awaitable."""

    def __call__(self, scope, receive, send):
        return apps.hello(scope, receive, send)


@pytest.mark.parametrize("app", [Double, double_function], ids=["class", "function"])
def test_a_legacy_double_callable_is_served(app):
    client = TestClient(app, ignore=["ASGI-APP-001"])

    assert client.get("/").text == "legacy"


def test_a_legacy_double_callable_is_warned_of():
    with pytest.warns(ProtocolWarning, match="ASGI-APP-001"):
        TestClient(Double).get("/")


def test_a_wrapped_legacy_app_shows_its_own_attributes():
    assert as_asgi3(double_function).title == "a legacy app"
    assert isinstance(as_asgi3(double_function), WrapASGI2)


@pytest.mark.parametrize(
    "app",
    [
        apps.hello,
        PlainCall(),
        functools.partial(apps.hello),
        lambda scope, receive, send: apps.hello(scope, receive, send),  # noqa: PLW0108 - a lambda is what is tested
        lambda *arguments: apps.hello(*arguments),  # noqa: PLW0108 - a lambda is what is tested
    ],
    ids=["function", "object with a plain __call__", "partial", "lambda", "any arguments"],
)
def test_whatever_can_be_awaited_with_three_arguments_is_an_app(app):
    assert TestClient(app).get("/").text == "hello"


def test_a_class_whose_instances_are_awaited_is_a_single_callable():
    """Starlette's heuristics: such a class is called with all three arguments."""

    class Endpoint:
        def __init__(self, scope, receive, send):
            self.arguments = scope, receive, send

        def __await__(self):
            return apps.hello(*self.arguments).__await__()

    assert is_asgi3(Endpoint)
    assert TestClient(Endpoint).get("/").text == "hello"


def test_what_cannot_be_inspected_is_taken_for_an_app():
    class Opaque:
        __signature__ = "none"

        def __call__(self, scope, receive, send):
            return apps.hello(scope, receive, send)

    assert TestClient(Opaque()).get("/").text == "hello"


@pytest.mark.parametrize(
    ("app", "message"),
    [
        (None, "but this is NoneType"),
        (42, "but this is int: 42"),
        ("main:app", "this looks like an import string"),
        (lambda _environ, _start_response: [], "takes two arguments, which is WSGI"),
    ],
)
def test_what_is_no_app_is_misuse_at_once(app, message):
    with pytest.raises(MisuseError, match=message):
        TestClient(app)
