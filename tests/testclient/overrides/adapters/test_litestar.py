"""Overrides in Litestar, by the provider's function or by its name."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import Litestar, get
from litestar.di import NamedDependency, Provide

from asgitest.testclient import OverrideError, TestClient
from asgitest.testclient.overrides import Layer, value

CLOSED: list[str] = []


async def get_user() -> str:
    return "real"


def get_limit(user: NamedDependency[str]) -> str:
    return f"limit of {user}"


def get_db():
    yield "db"
    CLOSED.append("db")


async def get_queue():
    yield "queue"
    CLOSED.append("queue")


@get("/")
async def answer(
    user: NamedDependency[str], limit: NamedDependency[str], db: NamedDependency[Any], queue: NamedDependency[Any]
) -> list[Any]:
    return [user, limit, db, queue]


@get("/user", sync_to_thread=False)
def user_alone(user: NamedDependency[str]) -> str:
    return user


@pytest.fixture
def litestar() -> Litestar:
    CLOSED.clear()
    return Litestar(
        [answer, user_alone],
        dependencies={
            "user": Provide(get_user, use_cache=True),
            "limit": Provide(get_limit, sync_to_thread=True),
            "db": Provide(get_db),
            "queue": Provide(get_queue),
        },
    )


REAL = ["real", "limit of real", "db", "queue"]


def ask(app: Any) -> Any:
    return TestClient(app).get("/").json()


def test_every_kind_of_provider_takes_a_value(litestar: Litestar) -> None:
    with Layer(litestar) as layer:
        layer.update({"user": value("u"), get_limit: value("l"), get_db: value("d"), "queue": value("q")})
        during = ask(litestar)
        calls = [layer.calls(key) for key in ("user", get_limit, get_db, "queue")]

    assert during == ["u", "l", "d", "q"]
    assert calls == [1, 1, 1, 1]
    assert ask(litestar) == REAL
    assert CLOSED == ["db", "queue"] or sorted(CLOSED) == ["db", "queue"]


def test_what_is_not_replaced_goes_on_as_before(litestar: Litestar) -> None:
    with Layer(litestar) as layer:
        layer.value(get_user, "alice")
        found = ask(litestar)

    assert found == ["alice", "limit of alice", "db", "queue"]
    assert sorted(CLOSED) == ["db", "queue"]


def test_a_call_may_take_what_the_original_takes(litestar: Litestar) -> None:
    async def fake(user: str) -> str:
        return f"fake of {user}"

    with Layer(litestar) as layer:
        layer.call(get_limit, fake)
        layer.call(get_db, lambda: "fake")
        found = ask(litestar)

    assert found == ["real", "fake of real", "fake", "queue"]


def test_a_call_that_needs_more_is_refused(litestar: Litestar) -> None:
    def fake(user: str, other: str) -> str:
        return user + other

    with Layer(litestar) as layer, pytest.raises(OverrideError) as caught:
        layer.call(get_limit, fake)

    assert "needs other, but Litestar gives" in str(caught.value)
    assert "only user: the parameters were fixed when GET / was registered" in str(caught.value)


def test_what_cannot_be_called_is_refused(litestar: Litestar) -> None:
    with Layer(litestar) as layer, pytest.raises(OverrideError, match=r"use \.value"):
        layer.call(get_user, "x")  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize("dependency", [get_user, get_db, get_queue])
@pytest.mark.parametrize("kind", ["gen", "asyncgen"])
def test_a_generator_takes_the_place_of_any_provider_and_ends_with_the_request(
    litestar: Litestar, dependency: Any, kind: str
) -> None:
    ended: list[str] = []

    def generate() -> Any:
        yield "fake"
        ended.append("gen")

    async def generate_async() -> Any:
        yield "fake"
        ended.append("asyncgen")

    with Layer(litestar) as layer:
        layer.call(dependency, generate if kind == "gen" else generate_async)
        found = ask(litestar)

    assert "fake" in found
    assert ended == [kind]


def test_wrap_gets_what_the_original_gives(litestar: Litestar) -> None:
    with Layer(litestar) as layer:
        layer.wrap(get_user, str.upper)
        layer.wrap(get_db, str.upper)
        layer.wrap(get_queue, str.upper)
        found = ask(litestar)

    assert found == ["REAL", "limit of REAL", "DB", "QUEUE"]


def test_an_error_is_raised(litestar: Litestar) -> None:
    with Layer(litestar) as layer:
        layer.error("user", LookupError("gone"))
        status = TestClient(litestar, raise_server_exceptions=False).get("/user").status_code

    assert status == 500


def test_clients_have_overrides_of_their_own(litestar: Litestar) -> None:
    alice = TestClient(litestar, overrides={get_user: value("alice")})
    bob = TestClient(litestar, overrides={"user": value("bob")})

    answers = [client.get("/user").text for client in (alice, bob, TestClient(litestar), alice)]

    assert answers == ["alice", "bob", "real", "alice"]


def test_an_unknown_name_gets_the_nearest(litestar: Litestar) -> None:
    with Layer(litestar) as layer, pytest.raises(OverrideError, match="did you mean 'user': a similar name"):
        layer.value("usr", "alice")


def test_providers_are_as_they_were(litestar: Litestar) -> None:
    provide = litestar.dependencies["user"]
    before = (provide.dependency, provide.use_cache, provide.has_sync_callable)

    with Layer(litestar) as outer, Layer(litestar) as inner:
        outer.value("user", "outer")
        inner.value("user", "inner")

    assert (provide.dependency, provide.use_cache, provide.has_sync_callable) == before
