"""Finds, when an override is set, what FastAPI would make of it that the test does not mean.

FastAPI reads the parameters of an override as those of the request. So a mock, a closure by default argument, and a
parameter that looks like a pytest fixture all become query parameters, and the request fails with a 422, or worse, does
not fail.

Source: FastAPI, Testing Dependencies with Overrides; ``fastapi.dependencies.utils.get_dependant``.
Depends on: ``errors``, ``graph``.
"""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Annotated, Any, get_origin

from asgitest.testclient.errors import OverrideError
from asgitest.testclient.overrides.graph import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.testclient.overrides.graph import Node, Use

__all__ = ["check_call"]

_MOST_PATHS = 50


def check_call(key: Any, function: Any, node: Node | None) -> None:
    """Refuse *function* as an override of *key* if FastAPI would read it otherwise than it is meant.

    Raises:
        OverrideError: With the reason and what to do.
    """
    name = name_of(key)
    if not callable(function):
        kind = type(function).__name__
        raise OverrideError(
            f"{name} cannot be overridden by calling {function!r:.80}: it is {kind}, not callable\n"
            f"  do:    use .value({_short(key)}, ...)"
        )
    if _is_mock(function):
        raise OverrideError(
            f"{name} would be overridden by calling a mock, and FastAPI would read the mock's parameters, args and "
            "kwargs, from the query string\n"
            f"  do:    use .value({_short(key)}, mock), or .call({_short(key)}, lambda: mock())"
        )
    if _is_context_manager(function):
        raise OverrideError(
            f"{name_of(function)} is decorated with @contextmanager, which FastAPI does itself: the endpoint would "
            "get the context manager\n  do:    give the generator function as it is, without the decorator"
        )
    seen: set[tuple[str, bool]] = set()
    for use in (node.uses if node is not None else ())[:_MOST_PATHS]:
        if (use.path, use.websocket) not in seen:
            seen.add((use.path, use.websocket))
            _check_use(key, function, use)


def _check_use(key: Any, function: Any, use: Use) -> None:
    """Check what FastAPI makes of *function* in one route."""
    dependant = _read(key, function, use)
    if any(inner.call == key for inner in _all_below(dependant)):
        raise OverrideError(
            f"the override of {name_of(key)} depends on {name_of(key)}, which is overridden by it: that never ends\n"
            f"  do:    use .wrap({_short(key)}, lambda original: ...), which gets what the original gives"
        )
    original = {parameter.name for kind in _PARAMETERS for parameter in getattr(use.dependant, kind, ())}
    for kind in ("query_params", "body_params"):
        for parameter in getattr(dependant, kind, ()):
            if parameter.name not in original and not _is_declared(function, parameter.name):
                raise OverrideError(_from_outside(key, function, parameter.name, kind=kind, use=use))
    if dependant.body_params and not _takes_body(use.route) and not use.websocket:
        names = ", ".join(parameter.name for parameter in dependant.body_params)
        raise OverrideError(
            f"the override of {name_of(key)} reads {names} from the request body, but {use.label} was declared "
            "without a body, so FastAPI does not read it\n"
            f"  do:    let the override do without, or use .value({_short(key)}, ...)"
        )
    if use.websocket and dependant.request_param_name:
        raise OverrideError(
            f"the override of {name_of(key)} takes a Request, but {use.label} is a WebSocket, which has none\n"
            "  do:    take a starlette.requests.HTTPConnection, which is both"
        )


_PARAMETERS = ("path_params", "query_params", "header_params", "cookie_params", "body_params")


def _read(key: Any, function: Any, use: Use) -> Any:
    """What FastAPI makes of the signature of *function*."""
    get_dependant: Any = sys.modules["fastapi.dependencies.utils"].get_dependant
    scope = getattr(use.dependant, "scope", None)
    try:
        return get_dependant(path=use.path, call=function, **({"scope": scope} if scope else {}))
    except Exception as error:
        raise OverrideError(
            f"FastAPI cannot use {name_of(function)} in the place of {name_of(key)}: {error}"
        ) from error


def _from_outside(key: Any, function: Any, parameter: str, *, kind: str, use: Use) -> str:
    where = f"from the query string of {use.label} (?{parameter}=...)"
    if kind == "body_params":
        where = f"from the request body of {use.label}"
    closure = getattr(inspect.signature(function).parameters.get(parameter), "default", inspect.Parameter.empty)
    advice = (
        "a parameter of an override is a parameter of the request; close over fixtures and other objects instead"
        if closure is inspect.Parameter.empty
        else f"a default does not bind a value here: write .value({_short(key)}, ...), or close over it"
    )
    return (
        f"FastAPI would take {parameter!r} of the override of {name_of(key)} {where}, which {_short(key)} does not\n"
        f"  do:    {advice}; declare it with Query() or Body() if it is meant"
    )


def _is_declared(function: Any, name: str) -> bool:
    """Whether the test says itself that a parameter is one of the request: ``Query()``, ``Body()``, ``Header()``."""
    try:
        parameters = inspect.signature(function, eval_str=True).parameters
    except (NameError, TypeError, ValueError):
        parameters = inspect.signature(function).parameters
    parameter = parameters.get(name)
    if parameter is None:
        return False
    field_info: Any = sys.modules["fastapi.params"]
    kinds = (field_info.Param, field_info.Body)
    if isinstance(parameter.default, kinds):
        return True
    annotation = parameter.annotation
    return get_origin(annotation) is Annotated and any(isinstance(each, kinds) for each in annotation.__metadata__)


def _takes_body(dependant: Any) -> bool:
    return bool(dependant.body_params) or any(inner.body_params for inner in _all_below(dependant))


def _all_below(dependant: Any) -> Iterator[Any]:
    for inner in getattr(dependant, "dependencies", ()):
        yield inner
        yield from _all_below(inner)


def _is_mock(function: Any) -> bool:
    """Whether *function* is a mock without a signature of its own."""
    mock: Any = sys.modules.get("unittest.mock")
    return mock is not None and isinstance(function, mock.NonCallableMock)


def _is_context_manager(function: Any) -> bool:
    """Whether calling *function* gives a context manager around a generator."""
    code = getattr(function, "__code__", None)
    return code is not None and hasattr(function, "__wrapped__") and code.co_filename == _CONTEXTLIB


_CONTEXTLIB = sys.modules["contextlib"].__file__


def _short(key: Any) -> str:
    return str(getattr(key, "__name__", "dependency"))
