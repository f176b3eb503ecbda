"""Family ``routes``: the routing table against the document.

Source: OpenAPI 3.1, Paths Object. Depends on: the inventory, the test client's routes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from asgitest.conformance.checks.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asgitest.conformance.inventory import Inventory
    from asgitest.conformance.operation import Operation
    from asgitest.conformance.records import Exchange
    from asgitest.testclient.routes import Route

__all__ = ["check_missing", "check_routes"]

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_SAMPLES = ("1", "abc", "a-b.c", "00000000-0000-4000-8000-000000000000")
_STATIC = frozenset({"StaticFiles"})
_NOT_ALLOWED = 405
_NOT_THERE = frozenset({404, _NOT_ALLOWED, 501})
_REDIRECTS = frozenset({301, 302, 307, 308})


def check_routes(inventory: Inventory, routes: Sequence[Route]) -> Iterator[tuple[str, Violation]]:
    """Check the routing table.

    Yields:
        Pairs of subject and violation.
    """
    for operation in inventory.undocumented:
        if not operation.hidden:
            violation = Violation(
                check="routes.undocumented", message=f"{operation.label} is in no schema.", cause=("undocumented",)
            )
            yield operation.label, violation
    yield from _hidden_methods(inventory)
    for mount in inventory.mounts:
        if not mount.documented and mount.kind not in _STATIC and inventory.documents:
            violation = Violation(
                check="routes.mounted-app-undocumented",
                message=f"The {mount.kind} mounted at {mount.path} is in no schema.",
                cause=(mount.path,),
            )
            yield "APP", violation
    yield from _shadowed(routes)
    yield from _below_mounts(routes)


def _hidden_methods(inventory: Inventory) -> Iterator[tuple[str, Violation]]:
    """Find methods that a path of the document answers and the document does not have."""
    for operation in inventory.undocumented:
        others = [one.method for one in inventory.operations if one.path == operation.path]
        if others and operation.hidden and operation.method not in {"HEAD", "OPTIONS"}:
            violation = Violation(
                check="routes.method-set-differs",
                message=f"{operation.path} answers {operation.method}, and its schema has {', '.join(others)} only.",
                cause=(operation.method,),
                expected=", ".join(others),
                actual=", ".join((*others, operation.method)),
            )
            yield operation.label, violation


def _below_mounts(routes: Sequence[Route]) -> Iterator[tuple[str, Violation]]:
    """Find routes that come after a mount which takes every path below its own."""
    mounts: list[Route] = []
    for route in routes:
        if route.kind == "mount" and "{" not in route.path:
            mounts.append(route)
        for mount in mounts:
            if route.kind == "http" and route.app is mount.app and route.host == mount.host:
                prefix = mount.path.rstrip("/")
                if route.root_path == mount.root_path and route.path.startswith(f"{prefix}/"):
                    yield from _report_shadowed(route, mount)
                    break


def _shadowed(routes: Sequence[Route]) -> Iterator[tuple[str, Violation]]:
    """Find routes whose every path an earlier route of the same table takes."""
    earlier: list[tuple[Route, re.Pattern[str]]] = []
    for route in routes:
        found: Any = getattr(route.route, "path_regex", None)
        if route.kind != "http" or not isinstance(found, re.Pattern):
            continue
        expression = cast("re.Pattern[str]", found)
        own_path = getattr(route.route, "path", "")
        paths = {_PLACEHOLDER.sub(sample, own_path) for sample in _SAMPLES}
        paths = {path for path in paths if expression.match(path)}
        for other, other_expression in earlier:
            if other.app is not route.app or other.root_path != route.root_path or other.host != route.host:
                continue
            if not set(route.methods) <= set(other.methods) or not route.methods:
                continue
            if paths and all(other_expression.match(path) for path in paths):
                yield from _report_shadowed(route, other)
                break
        earlier.append((route, expression))


def _report_shadowed(route: Route, other: Route) -> Iterator[tuple[str, Violation]]:
    for method in route.methods:
        if method in {"HEAD", "OPTIONS"} and len(route.methods) > 1:
            continue
        violation = Violation(
            check="routes.shadowed",
            message=f"{method} {route.template} is never reached: {_named(other, method)} is registered before it.",
            cause=(other.template,),
            expected="The more specific route is registered first.",
            actual=f"{other.qualname or other.template} answers.",
        )
        yield f"{method} {route.template}", violation


def _named(route: Route, method: str) -> str:
    return f"the mount at {route.path or '/'}" if route.kind == "mount" else f"{method} {route.template}"


def check_missing(operation: Operation, exchange: Exchange) -> Iterator[Violation]:
    """See whether the router knows a documented operation, from an exchange with valid values.

    Args:
        operation: What was called.
        exchange: What came of it.
    """
    refused = exchange.status == _NOT_ALLOWED and str(_NOT_ALLOWED) not in operation.responses
    if not operation.documented or operation.handler is not None or not (exchange.routed is False or refused):
        return
    response = exchange.response
    location = (response.header(b"location") if response is not None else None) or b""
    path = exchange.request.target.partition(b"?")[0]
    there = urlsplit(location.decode("latin-1")).path.encode("latin-1")
    if exchange.status in _REDIRECTS and there != path and there.rstrip(b"/") == path.rstrip(b"/"):
        yield Violation(
            check="routes.trailing-slash-redirect",
            message=f"{operation.label} is documented, and only {there.decode('latin-1')} is served.",
            cause=("slash",),
            expected="The documented path is the one that is served.",
            actual=f"{exchange.status} to {there.decode('latin-1')}",
            assertion=f"assert response.url.path == {path.decode('latin-1')!r}",
        )
    if exchange.status in _NOT_THERE:
        yield Violation(
            check="routes.documented-but-missing",
            message=f"{operation.label} is documented, and the router answers {exchange.status}.",
            cause=("missing",),
            expected="The operation exists.",
            actual=str(exchange.status),
            assertion=f"assert response.status_code != {exchange.status}",
        )
