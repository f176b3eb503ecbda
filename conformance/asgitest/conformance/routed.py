"""Whether the router of an app found a route for a request, read from the scope the app has seen.

Source: Starlette puts the endpoint of the route it found into the scope, Litestar the route handler.
Depends on: the standard library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["was_routed"]

_NOT_FOUND = 404


def was_routed(scope: Mapping[str, Any], status: int | None) -> bool:
    """Tell whether a route was found.

    Args:
        scope: What the app was called with, as it left it.
        status: Of the response. A mounted app with a routing table is found for every path below its own; when it
            answers 404, it found nothing itself.
    """
    endpoint = scope.get("endpoint", scope.get("route_handler"))
    mounted = hasattr(endpoint, "routes") and callable(endpoint)
    return endpoint is not None and not (mounted and status == _NOT_FOUND)
