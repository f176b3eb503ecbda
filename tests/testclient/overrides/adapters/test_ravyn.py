"""Overrides in Ravyn, by the function or by its name."""

from __future__ import annotations

from typing import Any

import pytest

from asgitest.testclient import OverrideError, TestClient
from asgitest.testclient.overrides import Layer, value

ravyn = pytest.importorskip("ravyn", reason="ravyn wants an older msgspec than the other frameworks do")


def get_user() -> str:
    return "real"


async def get_limit(user: str) -> str:
    return f"limit of {user}"


@pytest.fixture
def app() -> Any:
    @ravyn.get("/", dependencies={"limit": ravyn.Inject(get_limit)})
    async def answer(user: str = ravyn.Injects(), limit: str = ravyn.Injects()) -> list[str]:
        return [user, limit]

    @ravyn.get("/user")
    async def user_alone(user: str = ravyn.Injects()) -> str:
        return user

    for handler in (answer, user_alone):
        handler.fn.__annotations__ = {"user": str, "limit": str, "return": Any}
    return ravyn.Ravyn(
        routes=[
            ravyn.Gateway(handler=answer),
            ravyn.Include("/in", routes=[ravyn.Gateway(handler=user_alone)]),
        ],
        dependencies={"user": ravyn.Inject(get_user, use_cache=True)},
    )


def ask(app: Any, path: str = "/") -> Any:
    return TestClient(app).get(path).json()


def test_overrides_reach_every_route_and_end(app: Any) -> None:
    with Layer(app) as layer:
        layer.value("user", "alice")
        during = [ask(app), ask(app, "/in/user")]
        calls = layer.calls("user")

    assert during == [["alice", "limit of alice"], "alice"]
    assert calls >= 2
    assert [ask(app), ask(app, "/in/user")] == [["real", "limit of real"], "real"]


def test_a_call_may_take_what_the_original_takes(app: Any) -> None:
    with Layer(app) as layer:
        layer.call(get_limit, lambda user: f"no limit for {user}")
        layer.call(get_user, lambda: "bob")
        found = ask(app)

    assert found == ["bob", "no limit for bob"]


@pytest.mark.parametrize(
    ("function", "sentence"),
    [("x", "use .value"), (lambda db: db, "takes db, but Ravyn gives .*get_user only nothing")],
)
def test_what_cannot_be_called_is_refused(app: Any, function: Any, sentence: str) -> None:
    with Layer(app) as layer, pytest.raises(OverrideError, match=sentence):
        layer.call(get_user, function)


def test_a_generator_is_refused(app: Any) -> None:
    def generate() -> Any:
        yield "x"

    with Layer(app) as layer, pytest.raises(OverrideError, match="Ravyn has no dependencies that are generators"):
        layer.call(get_user, generate)


def test_wrap_gets_what_the_original_gives(app: Any) -> None:
    with Layer(app) as layer:
        layer.wrap("user", str.upper)
        assert ask(app, "/in/user") == "REAL"


def test_an_error_is_raised(app: Any) -> None:
    with Layer(app) as layer:
        layer.error("user", LookupError("gone"))
        assert TestClient(app, raise_server_exceptions=False).get("/in/user").status_code == 500


def test_clients_have_overrides_of_their_own(app: Any) -> None:
    alice = TestClient(app, overrides={"user": value("alice")})

    assert [alice.get("/in/user").json(), ask(app, "/in/user")] == ["alice", "real"]


def test_an_unknown_name_gets_the_nearest(app: Any) -> None:
    with Layer(app) as layer, pytest.raises(OverrideError, match="did you mean 'user'"):
        layer.value("usr", "alice")
