"""The sixteen ways in which an override fails silently with FastAPI alone: the right value, or an error.

The numbers are those of the list in ``docs/pytest/overrides.md``.
"""

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Annotated, Any
from unittest.mock import AsyncMock, MagicMock, Mock

import pytest
from fastapi import APIRouter, Body, Depends, FastAPI, HTTPException, Query, Request, WebSocket
from fastapi.security import HTTPBearer

from asgitest.testclient import OverrideError, OverrideWarning, TestClient
from asgitest.testclient.overrides import Layer


def get_user() -> str:
    return "real"


def app_with(dependency: Any, *, path: str = "/") -> FastAPI:
    """An app with one route, which answers with what *dependency* gives."""
    app = FastAPI()

    @app.get(path)
    async def answer(given: Annotated[Any, Depends(dependency)]):
        return given

    return app


def get(app: FastAPI, path: str = "/") -> Any:
    return TestClient(app).get(path).json()


@contextlib.contextmanager
def overridden(app: FastAPI) -> Iterator[Layer]:
    with Layer(app) as layer:
        yield layer


def refusal(app: FastAPI, dependency: Any, **how: Any) -> str:
    """The text of the error that setting an override raises."""
    with Layer(app) as layer, pytest.raises(OverrideError) as caught, layer(dependency, **how):
        pytest.fail("the override was set")
    return str(caught.value)


# 1: a key that is nobody's dependency


def test_01_a_key_with_the_name_of_a_dependency_in_another_module_is_refused() -> None:
    def elsewhere() -> str:
        return "x"

    elsewhere.__name__ = "get_user"
    elsewhere.__module__ = "shop.old"

    text = refusal(app_with(get_user), elsewhere, value="alice")

    assert "no route depends on shop.old." in text
    assert f"did you mean {__name__}.get_user" in text
    assert "the same name in another module" in text
    assert "used by GET /" in text


def test_01_a_typo_gets_the_near_name() -> None:
    def get_usr() -> str:
        return "x"

    text = refusal(app_with(get_user), get_usr, value="alice")

    assert f"did you mean {__name__}.get_user" in text
    assert "a similar name" in text


def test_01_the_function_inside_a_decorated_dependency_is_refused() -> None:
    @functools.lru_cache
    def get_settings() -> str:
        return "real"

    text = refusal(app_with(get_settings), get_settings.__wrapped__, value="fake")

    assert "it wraps what you gave; the wrapper is the dependency" in text


def test_01_a_wrapper_around_the_dependency_is_refused() -> None:
    @functools.wraps(get_user)
    def logged() -> str:
        return get_user()

    text = refusal(app_with(get_user), logged, value="fake")

    assert "what you gave wraps it; the function inside is the dependency" in text


def test_01_a_class_whose_instance_is_the_dependency_is_refused() -> None:
    text = refusal(app_with(HTTPBearer()), HTTPBearer, value="fake")

    assert "the dependency is an instance of this class, not the class" in text


def test_01_a_second_instance_is_refused() -> None:
    text = refusal(app_with(HTTPBearer()), HTTPBearer(), value="fake")

    assert "another instance of the same class" in text


def test_01_another_result_of_the_same_factory_is_refused() -> None:
    def require(role: str) -> Callable[[], str]:
        def check() -> str:
            return role

        return check

    text = refusal(app_with(require("admin")), require("admin"), value="fake")

    assert "each call of the function that makes it makes another one" in text


def test_01_a_module_that_was_loaded_twice_is_told() -> None:
    code = compile("def get_db():\n    return 'real'\n", "shop/db.py", "exec")
    first: dict[str, Any] = {"__name__": "shop.db"}
    second: dict[str, Any] = {"__name__": "shop.db"}
    exec(code, first)  # noqa: S102
    exec(code, second)  # noqa: S102

    text = refusal(app_with(first["get_db"]), second["get_db"], value="fake")

    assert "the same source line, but another object: the module was loaded twice" in text


def test_01_a_module_that_was_imported_by_another_path_is_told() -> None:
    code = compile("def get_db():\n    return 'real'\n", "shop/db.py", "exec")
    first: dict[str, Any] = {"__name__": "shop.db"}
    second: dict[str, Any] = {"__name__": "db"}
    exec(code, first)  # noqa: S102
    exec(code, second)  # noqa: S102

    text = refusal(app_with(first["get_db"]), second["get_db"], value="fake")

    assert "the same source line, imported as shop.db" in text


# 2 and 3: mounted apps


def test_02_an_override_reaches_a_mounted_app() -> None:
    app, mounted = FastAPI(), app_with(get_user)
    app.mount("/v1", mounted)

    with Layer(app) as layer:
        layer.value(get_user, "alice")
        found = get(app, "/v1/")

    assert found == "alice"
    assert mounted.dependency_overrides == {}


def test_03_a_mounted_router_is_refused_with_the_reason() -> None:
    router, app = APIRouter(), FastAPI()

    @router.get("/")
    async def answer(given: Annotated[str, Depends(get_user)]):
        return given

    app.mount("/m", router)

    text = refusal(app, get_user, value="alice")

    assert "is used by GET /m/ only, which belongs to an APIRouter that was mounted" in text
    assert "use app.include_router(...)" in text


# 4 to 8: what FastAPI makes of an override


@pytest.mark.parametrize("kind", [Mock, MagicMock, AsyncMock])
def test_04_a_mock_is_a_safe_value(kind: type[Mock]) -> None:
    app = FastAPI()
    mock = kind()

    @app.get("/")
    async def answer(given: Annotated[Any, Depends(get_user)]):
        return given is mock

    with Layer(app) as layer:
        layer.value(get_user, mock)
        found = get(app)

    assert found is True
    mock.assert_not_called()


@pytest.mark.parametrize("kind", [Mock, MagicMock, AsyncMock])
def test_04_a_mock_to_be_called_is_refused(kind: type[Mock]) -> None:
    text = refusal(app_with(get_user), get_user, call=kind())

    assert "FastAPI would read the mock's parameters, args and kwargs, from the query string" in text
    assert "use .value(get_user, mock)" in text


def test_05_a_plain_value_is_given_as_it_is() -> None:
    app = app_with(get_user)

    with Layer(app) as layer:
        layer.value(get_user, {"name": "alice"})
        found = get(app)

    assert found == {"name": "alice"}


def test_05_a_plain_value_to_be_called_is_refused() -> None:
    text = refusal(app_with(get_user), get_user, call="alice")

    assert "it is str, not callable" in text
    assert "use .value(get_user, ...)" in text


def test_06_a_callable_value_is_not_called() -> None:
    class Settings:
        name = "fake"

        def __call__(self, environment: str) -> None:  # noqa: ARG002
            pytest.fail("the settings were called")

    app = FastAPI()

    @app.get("/")
    async def answer(given: Annotated[Any, Depends(get_user)]):
        return given.name

    with Layer(app) as layer:
        layer.value(get_user, Settings())
        found = get(app)

    assert found == "fake"


def test_07_a_closure_by_default_argument_is_refused() -> None:
    user = "alice"

    text = refusal(app_with(get_user, path="/me"), get_user, call=lambda u=user: u)

    assert f"FastAPI would take 'u' of the override of {__name__}.get_user" in text
    assert "from the query string of GET /me (?u=...), which get_user does not" in text
    assert "a default does not bind a value here: write .value(get_user, ...)" in text


def test_08_a_parameter_that_is_meant_for_pytest_is_refused() -> None:
    def fake_user(db):
        return db

    text = refusal(app_with(get_user), get_user, call=fake_user)

    assert "FastAPI would take 'db' of the override" in text
    assert "close over fixtures and other objects instead" in text


def test_08_a_parameter_that_is_declared_as_one_of_the_request_is_meant() -> None:
    app = app_with(get_user)

    def by_query(name: Annotated[str, Query()], age: Annotated[int, Query()] = 3):
        return [name, age]

    with Layer(app) as layer:
        layer.call(get_user, by_query)
        found = get(app, "/?name=bob")

    assert found == ["bob", 3]


def test_08_a_parameter_that_the_original_has_too_is_meant() -> None:
    def real(name: str):
        return f"real {name}"

    app = app_with(real)

    def fake(name: str):
        return f"fake {name}"

    with Layer(app) as layer:
        layer.call(real, fake)
        found = get(app, "/?name=bob")

    assert found == "fake bob"


# 9: an override that needs the original


def test_09_an_override_that_depends_on_the_original_is_refused() -> None:
    def loud(user: Annotated[str, Depends(get_user)]):
        return user.upper()

    text = refusal(app_with(get_user), get_user, call=loud)

    assert "depends on" in text
    assert "that never ends" in text
    assert "use .wrap(get_user, lambda original: ...)" in text


def test_09_wrap_gets_what_the_original_gives() -> None:
    app = app_with(get_user)

    with Layer(app) as layer:
        layer.wrap(get_user, str.upper)
        found = get(app)

    assert found == "REAL"


def test_09_wrap_gets_what_an_original_with_parameters_and_dependencies_gives() -> None:
    def real(name: str, user: Annotated[str, Depends(get_user)]):
        yield f"{name} of {user}"

    app = app_with(real)

    async def wrapped(original: str) -> str:
        return original + "!"

    with Layer(app) as layer:
        layer.wrap(real, wrapped)
        found = get(app, "/?name=queen")

    assert found == "queen of real!"


# 10 and 11: bodies


def test_10_an_override_that_needs_a_body_where_there_is_none_is_refused() -> None:
    def from_body(user: Annotated[str, Body(embed=True)]):
        return user

    text = refusal(app_with(get_user), get_user, call=from_body)

    assert "reads user from the request body, but GET / was declared without a body" in text


def test_11_an_override_of_a_dependency_with_a_body_does_without_it() -> None:
    def from_body(user: Annotated[str, Body(embed=True)]):
        return user

    app = FastAPI()

    @app.post("/")
    async def answer(given: Annotated[str, Depends(from_body)]):
        return given

    with Layer(app) as layer:
        layer.value(from_body, "alice")
        found = TestClient(app).post("/").json()

    assert found == "alice"


# 13: lifespan, middleware, direct calls


def test_13_what_no_route_depends_on_is_refused_with_the_reason() -> None:
    def get_settings() -> str:
        return "real"

    text = refusal(app_with(get_user), get_settings, value="fake")

    assert "a lifespan, a middleware and a direct call are never overridden; what they use has to be patched" in text


def test_13_an_app_without_dependencies_says_so() -> None:
    text = refusal(FastAPI(), get_user, value="fake")

    assert "the app has no route with a dependency" in text


# 14 and 15: decorated overrides, classes, partials


def test_14_a_context_manager_as_override_is_refused() -> None:
    @contextlib.contextmanager
    def fake_db():
        yield "fake"

    text = refusal(app_with(get_user), get_user, call=fake_db)

    assert "is decorated with @contextmanager, which FastAPI does itself" in text
    assert "give the generator function as it is" in text


def test_15_a_relative_of_an_overridden_class_is_refused() -> None:
    class Repository:
        pass

    class SqlRepository(Repository):
        pass

    text = refusal(app_with(SqlRepository), Repository, value="fake")

    assert "a relative of this class; an override reaches only the very class" in text


def test_15_an_inline_partial_is_refused() -> None:
    def require(role: str):
        return role

    text = refusal(app_with(functools.partial(require, "admin")), require, value="fake")

    assert "every partial is a key of its own" in text


def test_15_a_bound_method_is_the_same_key_each_time() -> None:
    class Auth:
        def user(self) -> str:
            return "real"

    auth = Auth()
    app = app_with(auth.user)

    with Layer(app) as layer:
        layer.value(auth.user, "alice")
        found = get(app)

    assert found == "alice"


# 16: what stays behind


def test_16_what_was_there_before_is_there_again_the_same_object() -> None:
    app = app_with(get_user)
    own = app.dependency_overrides
    own[get_user] = lambda: "own"

    with Layer(app) as layer:
        layer.value(get_user, "alice")
        during = get(app)

    assert (during, get(app)) == ("alice", "own")
    assert app.dependency_overrides is own
    assert list(own) == [get_user]


def test_16_clear_takes_away_only_what_belongs_to_who_calls_it() -> None:
    app = app_with(get_user)

    with Layer(app) as layer:
        layer.value(get_user, "alice")
        app.dependency_overrides.clear()
        found = get(app)

    assert found == "alice"


def test_16_what_was_changed_meanwhile_is_restored_and_told() -> None:
    app = app_with(get_user)
    own = app.dependency_overrides

    layer = Layer(app)

    layer.open()
    app.dependency_overrides[get_user] = lambda: "left behind"
    during = get(app)
    with pytest.warns(OverrideWarning, match=r"changed and not restored \(.*get_user\); it is now"):
        layer.close()

    assert during == "left behind"
    assert app.dependency_overrides is own
    assert own == {}


def test_16_a_rebound_mapping_is_restored_and_told() -> None:
    app = app_with(get_user)
    own = app.dependency_overrides

    layer = Layer(app)

    layer.open()
    layer.value(get_user, "alice")
    app.dependency_overrides = {}
    with pytest.warns(OverrideWarning, match="rebound, so overrides set before were lost"):
        layer.close()

    assert app.dependency_overrides is own


# What FastAPI does not tell in time either


def test_an_override_that_takes_a_request_is_refused_for_a_websocket() -> None:
    app = FastAPI()

    @app.websocket("/ws")
    async def socket(websocket: WebSocket, user: Annotated[str, Depends(get_user)]):
        await websocket.close()

    def by_request(request: Request):
        return request.headers["x-user"]

    text = refusal(app, get_user, call=by_request)

    assert "takes a Request, but WS /ws is a WebSocket" in text
    assert "HTTPConnection" in text


def test_an_override_whose_dependencies_end_too_early_is_refused() -> None:
    def inner():
        yield "inner"

    def outer(given: Annotated[str, Depends(inner, scope="function")]):
        yield given

    text = refusal(app_with(get_user), get_user, call=outer)

    assert "FastAPI cannot use" in text
    assert "cannot depend on dependencies with scope" in text


def test_a_replacement_that_does_not_say_how_is_refused() -> None:
    with Layer(app_with(get_user)) as layer, pytest.raises(OverrideError, match="which does not say how"):
        layer.update({get_user: "alice"})  # type: ignore[dict-item]


def test_an_error_is_raised_where_the_dependency_would_have_given_something() -> None:
    app = app_with(get_user)

    with Layer(app) as layer:
        layer.error(get_user, HTTPException(429))
        statuses = [TestClient(app).get("/").status_code for _ in range(2)]
        layer.error(get_user, KeyError)
        with pytest.raises(KeyError):
            TestClient(app).get("/")

    assert statuses == [429, 429]


def test_12_the_openapi_document_stays_what_the_app_promises() -> None:
    def real(name: str) -> str:
        return name

    app = app_with(real)
    promised = app.openapi()

    with Layer(app) as layer:
        layer.value(real, "alice")
        app.openapi_schema = None
        during = app.openapi()
        found = get(app)

    assert during == promised
    assert [parameter["name"] for parameter in promised["paths"]["/"]["get"]["parameters"]] == ["name"]
    assert found == "alice"
