"""Every route of an app, read from the app object itself.

No framework is imported: routes are told by their attributes, and FastAPI's accessor for included routers is looked
up among the modules that are loaded already. An app nobody recognises has no routes.

Source: FastAPI 0.137.2 release notes (``iter_route_contexts``); Starlette ``Route``, ``WebSocketRoute``, ``Mount`` and
``Host``; Litestar ``HTTPRoute``, ``WebSocketRoute`` and ``ASGIRoute``; Quart ``Quart.url_map`` (Werkzeug ``Rule``).
Depends on: the standard library.
"""

from __future__ import annotations

import functools
import inspect
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Route", "iter_routes", "source_of", "unwrap_app"]

Kind = Literal["http", "websocket", "mount"]

# How middleware commonly names what it wraps.
_WRAPPED = ("app", "_app", "application", "_application", "inner", "wrapped", "asgi_app", "__wrapped__")
_DEEPEST = 64
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")
_CONVERTOR = re.compile(r"\{([^{}:]+):[^{}]*\}")
_PLACE_OF_RULE = re.compile(r"<(?:([a-zA-Z_]\w*)(?:\([^)]*\))?:)?(\w+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route of an app, with the paths of all mounts above it.

    Args:
        kind: What the route answers to; a mount has the routes of its app after it.
        methods: Sorted; empty for WebSockets, for mounts, and for a route that takes any method.
        path: Full template as the framework has it, such as ``/files/{name:path}``.
        endpoint: The function or class that answers; None for a mount.
        app: The app whose routing table this is, unwrapped.
        root_path: Template of the mounts above, empty at the top.
        host: Pattern of the ``Host`` route above, if any.
        name: The framework's name of it.
        dependant: FastAPI's dependency graph, where there is one.
        operation_id: Given explicitly, else the one FastAPI derives; None elsewhere.
        include_in_schema: Whether the framework puts it into its schema.
        source: File and 1-based line of the endpoint.
        qualname: Of the endpoint.
        route: The framework's own object.
        mounted: For a mount, the app under it, as it was mounted.
    """

    kind: Kind
    methods: tuple[str, ...] = ()
    path: str
    endpoint: Any = None
    app: Any
    root_path: str = ""
    host: str | None = None
    name: str | None = None
    dependant: Any = None
    operation_id: str | None = None
    include_in_schema: bool = True
    source: tuple[str, int] | None = None
    qualname: str = ""
    route: Any = None
    mounted: Any = None

    @property
    def template(self) -> str:
        """The path without converters, as OpenAPI writes it: ``/files/{name}``."""
        return _CONVERTOR.sub(r"{\1}", self.path)


def iter_routes(app: Any) -> Iterator[Route]:
    """Yield every route of *app*, those of mounted apps after their mount, in the order of the routing table.

    Args:
        app: Any ASGI app; middleware around it is taken off.
    """
    yield from _routes_under(app, "", None, seen=())


def unwrap_app(app: Any) -> Any:
    """Take off whatever wraps the first thing that has routes; return *app* itself when nothing below has any."""
    current, seen = app, set[int]()
    while id(current) not in seen and len(seen) < _DEEPEST:
        seen.add(id(current))
        if _table_of(current) is not None:
            return current
        following = _wrapped_by(current)
        if following is None:
            break
        current = following
    return app


def source_of(endpoint: Any) -> tuple[str, int] | None:
    """File and first line of a function, method, partial, class, or instance with ``__call__``.

    Returns:
        None for what was not written in Python.
    """
    plain = _plain(endpoint)
    if inspect.isclass(plain):
        return _source_of_class(plain)
    code = getattr(plain, "__code__", None)
    if code is None:
        code = getattr(getattr(plain, "__call__", None), "__code__", None)  # noqa: B004  its code is wanted
    return (str(code.co_filename), int(code.co_firstlineno)) if code is not None else None


def _routes_under(app: Any, root_path: str, host: str | None, *, seen: tuple[int, ...]) -> Iterator[Route]:
    """The routes of *app*, mounted at *root_path*; *seen* are the apps above, so that a cycle ends."""
    owner = unwrap_app(app)
    table = _table_of(owner)
    if table is None or id(owner) in seen or len(seen) > _DEEPEST:
        return
    for original, route in _with_contexts(table):
        if hasattr(original, "rule"):
            yield _quart_route(original, owner, root_path)
        elif hasattr(original, "route_handlers") or hasattr(original, "route_handler"):
            yield from _litestar_routes(original, owner, root_path, seen=seen)
        elif hasattr(original, "endpoint"):
            yield _endpoint_route(original, route, owner, root_path=root_path, host=host)
        elif hasattr(original, "host"):
            yield from _routes_under(original.app, root_path, original.host, seen=(*seen, id(owner)))
        elif hasattr(original, "routes") and not hasattr(original, "path"):
            prefix = root_path + str(getattr(route, "frontend_prefix", ""))
            yield from (_mount_route(frontend, owner, prefix, host=host) for frontend in original.routes)
        elif hasattr(original, "app"):
            mount = _mount_route(route, owner, root_path, host=host)
            yield mount
            yield from _routes_under(mount.mounted, mount.path, host, seen=(*seen, id(owner)))


def _with_contexts(table: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Pair each route object with the one that knows its effective path (they differ under an included router)."""
    iter_route_contexts = getattr(sys.modules.get("fastapi.routing"), "iter_route_contexts", None)
    if iter_route_contexts is not None:
        for context in iter_route_contexts(table):
            yield context.original_route, context
        return
    for route in table:
        contexts = getattr(route, "effective_route_contexts", None)  # FastAPI 0.137.0 and 0.137.1
        if contexts is None:
            yield route, route
        else:
            yield from ((context.original_route, context) for context in contexts())


def _endpoint_route(original: Any, route: Any, owner: Any, *, root_path: str, host: str | None) -> Route:
    """A route of Starlette or FastAPI that ends in an endpoint."""
    websocket = not hasattr(original, "methods")
    endpoint = getattr(route, "endpoint", None) or original.endpoint
    dependant = getattr(route, "dependant", None) or getattr(original, "dependant", None)
    return Route(
        kind="websocket" if websocket else "http",
        methods=() if websocket else _methods(route, endpoint),
        path=root_path + (getattr(route, "path", None) or original.path),
        endpoint=endpoint,
        app=owner,
        root_path=root_path,
        host=host,
        name=getattr(route, "name", None),
        dependant=dependant,
        operation_id=getattr(route, "operation_id", None) or getattr(route, "unique_id", None) or None,
        include_in_schema=bool(getattr(route, "include_in_schema", True)),
        source=source_of(endpoint),
        qualname=_qualname(endpoint),
        route=route,
    )


def _mount_route(route: Any, owner: Any, root_path: str, *, host: str | None) -> Route:
    """A mount of Starlette: all paths below its own belong to another app."""
    mounted = getattr(route, "app", None)
    return Route(
        kind="mount",
        path=root_path + str(getattr(route, "path", "") or "").rstrip("/"),
        app=owner,
        root_path=root_path,
        host=host,
        name=getattr(route, "name", None),
        include_in_schema=False,
        source=source_of(mounted),
        route=route,
        mounted=mounted,
    )


def _litestar_routes(route: Any, owner: Any, root_path: str, *, seen: tuple[int, ...]) -> Iterator[Route]:
    """One route of Litestar has a handler for each set of methods, in no order; here they are sorted."""
    handlers = getattr(route, "route_handlers", None) or [route.route_handler]
    for handler in sorted(handlers, key=_litestar_methods):
        found = _litestar_route(route, handler, owner, root_path=root_path)
        yield found
        if found.kind == "mount":
            yield from _routes_under(found.mounted, found.path.rstrip("/"), None, seen=(*seen, id(owner)))


def _litestar_route(route: Any, handler: Any, owner: Any, *, root_path: str) -> Route:
    """The route of one handler of Litestar."""
    mounted = bool(getattr(handler, "is_mount", False))
    websocket = str(getattr(route.scope_type, "value", route.scope_type)) == "websocket"
    endpoint = getattr(handler, "fn", handler)
    operation_id = getattr(handler, "operation_id", None)
    return Route(
        kind="mount" if mounted else "websocket" if websocket else "http",
        methods=_litestar_methods(handler),
        path=root_path + str(route.path),
        endpoint=None if mounted else endpoint,
        app=owner,
        root_path=root_path,
        name=getattr(handler, "name", None) or str(handler),
        operation_id=operation_id if isinstance(operation_id, str) else None,
        include_in_schema=not (mounted or websocket) and _litestar_in_schema(handler),
        source=source_of(endpoint),
        qualname=_qualname(endpoint),
        route=route,
        mounted=endpoint if mounted else None,
    )


def _litestar_methods(handler: Any) -> tuple[str, ...]:
    """The methods of a handler, sorted; none for what is not HTTP."""
    return tuple(sorted(str(getattr(method, "value", method)) for method in getattr(handler, "http_methods", ())))


def _litestar_in_schema(handler: Any) -> bool:
    """Whether Litestar puts *handler* into its schema: its own word or that of a layer above."""
    resolve = getattr(handler, "resolve_include_in_schema", None)
    return bool(resolve()) if resolve is not None else getattr(handler, "include_in_schema", True) is not False


def _quart_route(rule: Any, owner: Any, root_path: str) -> Route:
    """A rule of Quart, whose ``<int:number>`` becomes ``{number:int}``."""
    endpoint = owner.view_functions.get(rule.endpoint)
    websocket = bool(getattr(rule, "websocket", False))
    return Route(
        kind="websocket" if websocket else "http",
        methods=() if websocket else tuple(sorted(rule.methods or ())),
        path=root_path + _PLACE_OF_RULE.sub(_as_template, str(rule.rule)),
        endpoint=endpoint,
        app=owner,
        root_path=root_path,
        name=str(rule.endpoint),
        include_in_schema=rule.endpoint != "static",
        source=source_of(endpoint),
        qualname=_qualname(endpoint),
        route=rule,
    )


def _as_template(place: re.Match[str]) -> str:
    converter, name = place.groups()
    return f"{{{name}:{converter}}}" if converter not in {None, "string"} else f"{{{name}}}"


def _methods(route: Any, endpoint: Any) -> tuple[str, ...]:
    """The methods a route takes; for a class-based endpoint those it defines."""
    declared = getattr(route, "methods", None)
    if declared:
        return tuple(sorted(str(method) for method in declared))
    if inspect.isclass(endpoint):
        return tuple(sorted(method for method in _METHODS if hasattr(endpoint, method.lower())))
    return ()


def _table_of(app: Any) -> list[Any] | None:
    """The routing table of *app*: the sequence it has under ``routes``, or the rules of Quart's map."""
    if inspect.isclass(app) or inspect.ismodule(app):
        return None
    if hasattr(app, "url_map") and hasattr(app, "view_functions"):
        return list(app.url_map.iter_rules())
    routes = getattr(app, "routes", None)
    if not isinstance(routes, list | tuple):
        return None
    return list(cast("Sequence[Any]", routes))


def _wrapped_by(app: Any) -> Any:
    """What *app* calls in the end, if it is a wrapper."""
    if _is_partial(app):
        return app.args[0] if app.args else app.func
    for name in _WRAPPED:
        below = getattr(app, name, None)
        if callable(below) and below is not app:
            return below
    owner = getattr(app, "__self__", None)  # a bound method such as Quart's ``app.asgi_app``
    return owner if callable(owner) else None


def _plain(endpoint: Any) -> Any:
    """The function behind partials, decorators and bound methods."""
    for _ in range(_DEEPEST):
        below = endpoint.func if _is_partial(endpoint) else getattr(endpoint, "__wrapped__", None)
        below = below if below is not None else getattr(endpoint, "__func__", None)
        if below is None:
            break
        endpoint = below
    return endpoint


def _is_partial(value: Any) -> bool:
    """Whether *value* is a partial; a function of its own, so that types stay as untold as they are."""
    return isinstance(value, functools.partial)


def _source_of_class(cls: type[Any]) -> tuple[str, int] | None:
    """File and line of a class, None when its source is not at hand."""
    try:
        return inspect.getsourcefile(cls) or inspect.getfile(cls), inspect.getsourcelines(cls)[1]
    except (OSError, TypeError):
        return None


def _qualname(endpoint: Any) -> str:
    """The qualified name of the function or class behind *endpoint*."""
    plain = _plain(endpoint)
    return str(getattr(plain, "__qualname__", type(plain).__qualname__))
