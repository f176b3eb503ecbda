"""Overrides in Lilya, by name."""

from __future__ import annotations

from typing import Any

import pytest
from lilya.apps import Lilya
from lilya.dependencies import Provide, Provides
from lilya.routing import Include, Path

from asgitest.testclient import OverrideError, TestClient
from asgitest.testclient.overrides import Layer, value


def get_user() -> str:
    return "real"


async def answer(user=Provides(), limit=Provides()):  # noqa: B008
    return [user, limit]


async def inner(user=Provides(), db=Provides()):  # noqa: B008
    return [user, db]


@pytest.fixture
def lilya() -> Lilya:
    return Lilya(
        routes=[
            Path("/", answer, dependencies={"limit": Provide(lambda: 1)}),
            Include("/in", routes=[Path("/", inner)], dependencies={"db": Provide(lambda: "db")}),
        ],
        dependencies={"user": Provide(get_user)},
    )


def ask(app: Any, path: str = "/") -> Any:
    return TestClient(app).get(path).json()


def test_overrides_reach_every_route_and_end(lilya: Lilya) -> None:
    own = lilya.router.dependency_overrides

    with Layer(lilya) as layer:
        layer.value("user", "alice")
        layer.call("limit", lambda: 2)
        layer.value("db", "fake")
        during = [ask(lilya), ask(lilya, "/in")]
        calls = [layer.calls(name) for name in ("user", "limit", "db")]

    assert during == [["alice", 2], ["alice", "fake"]]
    assert calls == [2, 1, 1]
    assert [ask(lilya), ask(lilya, "/in")] == [["real", 1], ["real", "db"]]
    assert lilya.router.dependency_overrides is own


def test_overrides_of_the_framework_stay_below(lilya: Lilya) -> None:
    lilya.override_dependency("limit", lambda: 3)

    with Layer(lilya) as layer:
        layer.value("user", "alice")
        found = ask(lilya)

    assert found == ["alice", 3]


def test_an_error_is_raised(lilya: Lilya) -> None:
    with Layer(lilya) as layer:
        layer.error("user", LookupError("gone"))
        with pytest.raises(LookupError, match="gone"):
            ask(lilya)


def test_clients_have_overrides_of_their_own(lilya: Lilya) -> None:
    with TestClient(lilya) as client:
        alice = client.spawn(overrides={"user": value("alice")})
        bob = client.spawn(overrides={"user": value("bob")})

        answers = [each.get("/").json()[0] for each in (alice, bob, client, alice)]

    assert answers == ["alice", "bob", "real", "alice"]


def test_what_lilya_cannot_do_is_refused(lilya: Lilya) -> None:
    with (
        Layer(lilya) as layer,
        pytest.raises(OverrideError, match=r"Lilya cannot override 'user' in this way \(wrap\)"),
    ):
        layer.wrap("user", str.upper)


def test_an_unknown_name_gets_the_nearest(lilya: Lilya) -> None:
    with Layer(lilya) as layer, pytest.raises(OverrideError, match="did you mean 'user': a similar name"):
        layer.value("usr", "alice")
