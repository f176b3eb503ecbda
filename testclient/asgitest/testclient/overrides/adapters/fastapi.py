"""Dependency overrides of FastAPI: its graph, one point for each app, and providers that it understands.

Source: FastAPI 0.100 to 0.165, ``fastapi.dependencies``. Only `Dependant.call` and `Dependant.dependencies` are read,
which have not changed over these versions.
Depends on: ``routes``, ``errors``, the engine.
"""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

from asgitest.testclient.errors import OverrideError
from asgitest.testclient.overrides.adapters.fastapi_checks import check_call
from asgitest.testclient.overrides.adapters.fastapi_mapping import point_of
from asgitest.testclient.overrides.following import follow
from asgitest.testclient.overrides.graph import Node, Use, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from asgitest.testclient.overrides.point import Point
    from asgitest.testclient.overrides.replacement import Entry
    from asgitest.testclient.routes import Route

__all__ = ["FastAPIAdapter"]


class FastAPIAdapter:
    """What the engine has to know of FastAPI."""

    name = "FastAPI"
    capabilities = frozenset({"value", "call", "error", "wrap", "per_client"})

    def matches(self, app: Any, routes: Iterable[Route]) -> bool:
        """Whether *app* is FastAPI's, or a bare router with routes of FastAPI."""
        return _is_app(app) or any(route.dependant is not None for route in routes)

    def points(self, app: Any, routes: Iterable[Route]) -> Iterator[Point]:  # noqa: ARG002 - the signature is given
        """The app's ``dependency_overrides``; a mounted bare router has none."""
        if _is_app(app):
            yield point_of(app)

    def nodes(self, app: Any, routes: Iterable[Route]) -> Iterator[Node]:
        """Every dependency of every route of *app*, those of other dependencies too."""
        heard = _is_app(app)
        for route in routes:
            for dependant in _below(route.dependant):
                yield Node(key=dependant.call, uses=[_use(route, dependant, heard=heard)])

    def prepare(self, entry: Entry, node: Node | None, below: Entry | None) -> None:
        """Make the callable that FastAPI is given.

        Raises:
            OverrideError: If FastAPI would not do with it what the test means.
        """
        if node is not None and not any(use.heard for use in node.uses):
            label = node.uses[0].label
            raise OverrideError(
                f"{name_of(entry.key)} is used by {label} only, which belongs to an APIRouter that was mounted: "
                "FastAPI looks for overrides in apps alone\n"
                "  do:    use app.include_router(...), or mount a FastAPI app"
            )
        make: Callable[[Entry, Node | None, Entry | None], Any] = getattr(self, f"_{entry.replacement.kind}")
        entry.provider = make(entry, node, below)

    def _value(self, entry: Entry, _node: Node | None, _below: Entry | None) -> Any:
        # Async, because FastAPI calls a plain function in a thread.
        async def provide() -> Any:
            entry.called()
            return entry.payload

        return provide

    def _error(self, entry: Entry, _node: Node | None, _below: Entry | None) -> Any:
        async def provide() -> Any:
            entry.called()
            raise entry.raised()

        return provide

    def _call(self, entry: Entry, node: Node | None, _below: Entry | None) -> Any:
        function = entry.payload
        check_call(entry.key, function, node)
        return follow(function, entry.called)

    def _wrap(self, entry: Entry, node: Node | None, below: Entry | None) -> Any:
        function = entry.payload
        # Another function of the same kind: FastAPI looks for overrides of the original itself, and finds this one.
        original = follow(entry.key) if below is None else below.provider
        # A dependency for the function alone ends before the response is sent; the original shall, too.
        scopes = {getattr(use.dependant, "scope", None) for use in (node.uses if node else ())}
        options = {"scope": "function"} if scopes == {"function"} else {}

        depends: Any = sys.modules["fastapi"].Depends(original, **options)

        async def provide(real: Any = depends) -> Any:
            entry.called()
            wrapped = function(real)
            return await wrapped if inspect.isawaitable(wrapped) else wrapped

        return provide


def _is_app(app: Any) -> bool:
    modules = {kind.__module__.partition(".")[0] for kind in type(app).__mro__}
    return "fastapi" in modules and isinstance(getattr(app, "dependency_overrides", None), dict)


def _below(dependant: Any) -> Iterator[Any]:
    """The dependants under *dependant*, at every depth."""
    for inner in getattr(dependant, "dependencies", ()):
        yield inner
        yield from _below(inner)


def _use(route: Route, dependant: Any, *, heard: bool) -> Use:
    method = "WS" if route.kind == "websocket" else "/".join(route.methods) or "ANY"
    return Use(
        label=f"{method} {route.template}",
        path=route.path.removeprefix(route.root_path),
        websocket=route.kind == "websocket",
        heard=heard,
        dependant=dependant,
        route=route.dependant,
    )
