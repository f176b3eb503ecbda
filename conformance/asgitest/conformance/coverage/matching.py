"""Which route answered: from what the framework left in the scope, not from the URL.

A framework puts the endpoint it chose into the scope. A response that no endpoint gave (404 and 405 of the router, a
refusal of middleware) belongs to no route. Where several routes share an endpoint, the path decides between them; where
middleware copied the scope, so that nothing was left in ours, the path decides alone.

Source: Starlette ``routing.py`` (``endpoint``, ``app_root_path``); Litestar (``route_handler``, ``path_template``).
Depends on: the routes of the test client.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from asgitest.testclient.routes import iter_routes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asgitest.testclient.routes import Route

__all__ = ["RoutingTable", "is_opaque", "local_path"]

_PLACEHOLDER = re.compile(r"\{([^{}:]+)(?::([^{}]*))?\}")


class RoutingTable:
    """The routes of one app, as they were when it was made.

    Args:
        app: The app.
    """

    def __init__(self, app: Any) -> None:
        self.routes: tuple[Route, ...] = tuple(iter_routes(app))
        self._by_endpoint: dict[int, list[Route]] = {}
        for route in self.routes:
            endpoint = route.mounted if route.kind == "mount" else route.endpoint
            self._by_endpoint.setdefault(id(endpoint), []).append(route)

    @property
    def shape(self) -> tuple[tuple[Any, ...], ...]:
        """What two apps from one factory have in common."""
        return tuple((route.kind, route.methods, route.path, route.qualname) for route in self.routes)

    def find(self, scope: Mapping[str, Any]) -> Route | None:
        """The route that answered the call with this scope.

        Returns:
            None when none did. A mount, when all that is known is the app below it.
        """
        endpoint = _endpoint_of(scope)
        if endpoint is None:
            return None
        return _fitting(self._by_endpoint.get(id(endpoint), ()), scope)

    def guess(self, scope: Mapping[str, Any]) -> Route | None:
        """The first route that the path fits, for scopes that a middleware has copied."""
        return _fitting((route for route in self.routes if route.kind != "mount"), scope)


def is_opaque(mount: Route) -> bool:
    """Whether nothing is known of what is below a mount: static files, an app of another kind."""
    return mount.kind == "mount" and next(iter_routes(mount.mounted), None) is None


def local_path(scope: Mapping[str, Any]) -> str:
    """The path as the routing table sees it: without the prefix that the server was told."""
    base = str(scope.get("app_root_path", scope.get("root_path", "")) or "")
    path = str(scope["path"])
    return path.removeprefix(base) if base and path.startswith(f"{base}/") else path


def _endpoint_of(scope: Mapping[str, Any]) -> Any:
    """What the framework says it called."""
    handler = scope.get("route_handler")
    return getattr(handler, "fn", handler) if handler is not None else scope.get("endpoint")


def _fitting(routes: Iterable[Route], scope: Mapping[str, Any]) -> Route | None:
    """The first of *routes* that takes the method and the path."""
    path = local_path(scope)
    kind = "websocket" if scope["type"] == "websocket" else "http"
    for route in routes:
        if route.kind == "mount":
            if _regex(f"{route.path}/{{rest:path}}").fullmatch(path) or _regex(route.path).fullmatch(path):
                return route
        elif route.kind == kind and _takes(route, scope) and _regex(route.path).fullmatch(path):
            return route
    return None


def _takes(route: Route, scope: Mapping[str, Any]) -> bool:
    """Whether the method is one of the route's."""
    return route.kind == "websocket" or not route.methods or scope["method"] in route.methods


@cache
def _regex(template: str) -> re.Pattern[str]:
    """A template as a pattern: a placeholder is one segment, a ``path`` any number of them."""
    parts: list[str] = []
    end = 0
    for match in _PLACEHOLDER.finditer(template):
        parts += [re.escape(template[end : match.start()]), ".*" if match[2] == "path" else "[^/]+"]
        end = match.end()
    return re.compile("".join(parts) + re.escape(template[end:]) + "/?", re.DOTALL)
