"""Layers over one app: which counts, what is counted, and that clients on one app never mix."""

import asyncio
import gc
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, WebSocket
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware

from asgitest.testclient import AsyncTestClient, OverrideError, TestClient
from asgitest.testclient.overrides import Layer, OverriddenApp, call, error, value, wrap


def get_user() -> str:
    return "real"


def get_db() -> str:
    return "db"


User = Annotated[str, Depends(get_user)]


@pytest.fixture
def app() -> FastAPI:
    """Two levels of included routers, a mount, a WebSocket, sync and async."""
    app, outer, inner, mounted = FastAPI(), APIRouter(), APIRouter(), FastAPI()

    @inner.get("/deep")
    def deep(user: User, db: Annotated[str, Depends(get_db)]):
        return [user, db]

    @mounted.get("/me")
    async def me(user: User):
        return user

    @app.websocket("/ws")
    async def socket(websocket: WebSocket, user: User):
        await websocket.accept()
        await websocket.send_text(user)
        await websocket.close()

    outer.include_router(inner, prefix="/inner")
    app.include_router(outer, prefix="/outer")
    app.mount("/v1", mounted)
    return app


def get(app: Any, path: str = "/v1/me") -> Any:
    return TestClient(app).get(path).json()


def test_an_override_reaches_every_route(app: FastAPI) -> None:
    client = TestClient(app)

    with Layer(app) as layer:
        layer.value(get_user, "alice")
        answers = [client.get("/outer/inner/deep").json(), client.get("/v1/me").json()]
        with client.websocket_connect("/ws") as session:
            answers.append(session.receive_text())
        calls = layer.calls(get_user)

    assert answers == [["alice", "db"], "alice", "alice"]
    assert calls == 3


def test_an_override_goes_through_middleware(app: FastAPI) -> None:
    wrapped = GZipMiddleware(app)

    with Layer(wrapped) as layer:
        layer.value(get_user, "alice")
        found = get(wrapped)

    assert found == "alice"


def test_an_override_reaches_a_route_that_was_added_after_inclusion(app: FastAPI) -> None:
    late = APIRouter()
    app.include_router(late, prefix="/late")

    with Layer(app) as layer:
        with pytest.raises(OverrideError, match="no route depends on"):
            layer.value(get_late, "x")

        @late.get("/")
        async def answer(given: Annotated[str, Depends(get_late)]):
            return given

        layer.value(get_late, "found")
        found = get(app, "/late/")

    assert found == "found"


def get_late() -> str:
    return "late"


def test_an_app_that_is_mounted_meanwhile_is_reached(app: FastAPI) -> None:
    another = FastAPI()

    @another.get("/")
    async def answer(user: User):
        return user

    with Layer(app) as layer:
        app.mount("/v2", another)
        layer.value(get_user, "alice")
        found = get(app, "/v2/")

    assert found == "alice"
    assert another.dependency_overrides == {}


@pytest.mark.parametrize("kind", ["function", "coroutine", "generator", "async generator", "class", "instance"])
def test_every_kind_of_callable_may_be_called(app: FastAPI, kind: str) -> None:
    done: list[str] = []

    def function():
        return kind

    async def coroutine():
        return kind

    def generator():
        yield kind
        done.append("closed")

    async def asyncgen():
        yield kind
        done.append("closed")

    class Kind(str):
        __slots__ = ()

        def __new__(cls):
            return super().__new__(cls, "class")

    class Instance:
        def __call__(self):
            return kind

    functions = {
        "function": function,
        "coroutine": coroutine,
        "generator": generator,
        "async generator": asyncgen,
        "class": Kind,
        "instance": Instance(),
    }

    with Layer(app) as layer:
        layer[get_user] = functions[kind]
        found = get(app)
        calls = layer.calls(get_user)

    assert (found, calls) == (kind, 1)
    assert done == (["closed"] if "generator" in kind else [])


def test_an_exception_of_the_endpoint_reaches_a_generator_that_is_called(app: FastAPI) -> None:
    caught: list[BaseException] = []

    @app.get("/broken")
    async def broken(user: User):
        raise LookupError(user)

    def fake():
        try:
            yield "alice"
        except LookupError as error:
            caught.append(error)
            raise

    with Layer(app) as layer:
        layer.call(get_user, fake)
        with pytest.raises(LookupError, match="alice"):
            get(app, "/broken")

    assert len(caught) == 1


def test_a_nested_block_counts_and_then_the_outer_one_again(app: FastAPI) -> None:
    with Layer(app) as layer:
        layer.value(get_user, "alice")
        with layer(get_user, value="bob"):
            inner = get(app)
        outer = get(app)

        assert (inner, outer, layer.calls(get_user)) == ("bob", "alice", 2)


def test_wrap_gets_what_the_layer_below_gives(app: FastAPI) -> None:
    with Layer(app) as layer:
        layer.value(get_user, "alice")
        with layer(get_user, wrap=str.upper):
            found = get(app)

    assert found == "ALICE"


def test_a_higher_rank_counts_whenever_it_was_opened(app: FastAPI) -> None:
    function, session = Layer(app, rank=3), Layer(app, rank=0)

    with function, session:
        function.value(get_user, "function")
        session.value(get_user, "session")
        found = get(app)

    assert found == "function"


def test_layers_may_end_in_any_order(app: FastAPI) -> None:
    own = app.dependency_overrides
    first, second = Layer(app), Layer(app)

    first.open()
    second.open()
    first.value(get_user, "first")
    second.value(get_db, "second")
    first.close()
    found = get(app, "/outer/inner/deep")
    second.close()

    assert found == ["real", "second"]
    assert app.dependency_overrides is own


def test_a_layer_ends_also_when_the_block_raises(app: FastAPI) -> None:
    own = app.dependency_overrides

    def interrupted() -> None:
        with Layer(app) as layer:
            layer.value(get_user, "alice")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert app.dependency_overrides is own
    assert get(app) == "real"


def test_a_layer_is_opened_once(app: FastAPI) -> None:
    with Layer(app) as layer, pytest.raises(OverrideError, match="open already"):
        layer.open()


def test_a_block_takes_exactly_one_replacement(app: FastAPI) -> None:
    with Layer(app) as layer, pytest.raises(OverrideError, match="give exactly one of"), layer(get_user):
        pass


def test_calls_of_what_is_not_overridden_are_not_zero(app: FastAPI) -> None:
    with Layer(app) as layer, pytest.raises(OverrideError, match="is not overridden here"):
        layer.calls(get_user)


def test_without_strictness_an_unknown_dependency_passes(app: FastAPI) -> None:
    with Layer(app, strict=False) as layer:
        layer.update({get_late: value("x")})
        calls = layer.calls(get_late)

    assert calls == 0


def test_a_framework_without_dependencies_says_what_to_do() -> None:
    app = Starlette()

    with Layer(app) as layer, pytest.raises(OverrideError) as caught:
        layer.value(get_user, "alice")

    assert "starlette.applications.Starlette has no dependencies that could be overridden" in str(caught.value)
    assert "app.state" in str(caught.value)


def test_what_a_test_gave_is_let_go(app: FastAPI) -> None:
    class Big:
        pass

    big = Big()
    gone = weakref.ref(big)

    @app.get("/big")
    async def answer(given: User):
        return type(given).__name__

    with Layer(app) as layer:
        layer.value(get_user, big)
        get(app, "/big")
    del big, layer
    gc.collect()

    assert gone() is None


def test_an_app_is_not_kept_alive() -> None:
    app = FastAPI()
    gone = weakref.ref(app)

    with Layer(app):
        pass
    del app
    gc.collect()

    assert gone() is None


# Per client


def test_each_client_has_overrides_of_its_own(app: FastAPI) -> None:
    own = app.dependency_overrides
    alice = TestClient(app, overrides={get_user: value("alice")})
    bob = TestClient(OverriddenApp(app, {get_user: call(lambda: "bob")}))

    answers = [client.get("/v1/me").json() for client in (alice, bob, TestClient(app), alice)]

    assert answers == ["alice", "bob", "real", "alice"]
    assert app.dependency_overrides is own


def test_the_overrides_of_a_client_count_over_those_of_the_test(app: FastAPI) -> None:
    bob = TestClient(OverriddenApp(app, {get_user: wrap(str.upper), get_db: error(LookupError("bob"))}))

    with Layer(app) as layer:
        layer.value(get_user, "alice")
        bobs = TestClient(OverriddenApp(app, {get_user: wrap(str.upper)}))
        answers = [bob.get("/v1/me").json(), bobs.get("/v1/me").json(), get(app)]
        with pytest.raises(LookupError):
            bob.get("/outer/inner/deep")

    assert answers == ["REAL", "ALICE", "alice"]


def test_a_client_sees_its_overrides_in_a_websocket(app: FastAPI) -> None:
    alice = TestClient(app, overrides={get_user: value("alice")})

    with alice.websocket_connect("/ws") as session:
        assert session.receive_text() == "alice"


def test_clients_in_threads_never_mix(app: FastAPI) -> None:
    names = ["alice", "bob", "carol", "real"]

    def ask(name: str) -> set[str]:
        target = app if name == "real" else OverriddenApp(app, {get_user: value(name)})
        with TestClient(target) as client:
            return {client.get("/outer/inner/deep").json()[0] for _ in range(125)} | {
                client.get("/v1/me").json() for _ in range(125)
            }

    with ThreadPoolExecutor(len(names)) as pool:
        seen = list(pool.map(ask, names))

    assert seen == [{name} for name in names]


def test_clients_on_one_loop_never_mix(app: FastAPI) -> None:
    async def ask(name: str) -> set[str]:
        async with AsyncTestClient(app, overrides={get_user: value(name)}) as client:
            answers = await asyncio.gather(*(client.get("/v1/me") for _ in range(250)))
            return {answer.json() for answer in answers}

    async def all_of_them() -> list[set[str]]:
        return await asyncio.gather(*map(ask, ("alice", "bob", "carol", "dave")))

    assert asyncio.run(all_of_them()) == [{"alice"}, {"bob"}, {"carol"}, {"dave"}]


def test_a_client_of_a_client_counts_first(app: FastAPI) -> None:
    alice = TestClient(app, overrides={get_user: value("alice"), get_db: value("alice's")})

    bob = alice.spawn(overrides={get_user: value("bob")})

    assert bob.get("/outer/inner/deep").json() == ["bob", "alice's"]


def test_nothing_is_installed_between_the_calls_of_a_client(app: FastAPI) -> None:
    own = app.dependency_overrides
    TestClient(app, overrides={get_user: value("alice")})

    assert app.dependency_overrides is own


def test_without_replacements_the_mapping_is_false(app: FastAPI) -> None:
    """FastAPI analyses every dependency of every request anew when it is true."""
    with Layer(app):
        assert not app.dependency_overrides


def test_an_open_layer_without_replacements_costs_next_to_nothing(app: FastAPI) -> None:
    """Counted in Python calls of a request, which no load of the machine changes: within a tenth."""
    client = TestClient(app)

    def calls_of_a_request() -> int:
        count = 0

        def note(_frame: Any, event: str, _argument: Any) -> None:
            nonlocal count
            count += event == "call"

        client.get("/v1/me")
        sys.setprofile(note)
        try:
            client.get("/v1/me")
        finally:
            sys.setprofile(None)
        return count

    plain = calls_of_a_request()
    with Layer(app):
        layered = calls_of_a_request()

    assert layered <= plain * 1.1
