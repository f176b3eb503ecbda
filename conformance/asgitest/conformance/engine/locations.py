"""Where responses lead, and what paths and bodies hold: what probes need to know besides requests.

Source: RFC 9110, section 10.2.2. Depends on: checks, the records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from asgitest.conformance.checks.violation import Violation
from asgitest.conformance.json_values import is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.records import Request

__all__ = ["inside", "loop", "read_only_values", "unreachable"]


def read_only_values(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The read-only properties of an object schema, each with a value no app would choose."""
    definitions = schema.get("$defs", {})
    flat = definitions.get(str(schema.get("$ref", "")).rpartition("/")[2], schema)
    for name, one in flat.get("properties", {}).items():
        if is_object(one) and one.get("readOnly") is True:
            kind = one.get("type")
            value = {"integer": 918273, "number": 918273.5, "string": "asgitest-918273"}.get(str(kind))
            if value is not None:
                yield name, value


def inside(current: bytes, location: bytes, hosts: frozenset[str]) -> bytes | None:
    """The target a Location leads to in this app; None when it leads elsewhere."""
    try:
        parts = urlsplit(urljoin(current.decode("latin-1"), location.decode("latin-1")))
    except ValueError:
        return None
    if parts.scheme not in {"", "http"} or (parts.netloc and parts.netloc not in hosts):
        return None
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (f"?{parts.query}" if parts.query else "")
    return target.encode("ascii", "replace")


def loop(visited: list[Request]) -> Violation:
    """Redirects that lead back to where they began."""
    targets = " -> ".join(request.target.decode("latin-1")[:80] for request in visited[:4])
    return Violation(
        check="http.redirect-loop",
        message=f"Redirects lead in a circle: {targets} -> {visited[0].target.decode('latin-1')[:80]}",
        cause=("loop",),
        expected="An answer that is no redirect.",
        actual=targets,
    )


def unreachable(location: bytes, status: int) -> Violation:
    """A Location that leads to nothing."""
    where = location.decode("latin-1")
    return Violation(
        check="http.location-unreachable",
        message=f"The answer {status} leads to {where[:200]}, which is answered with 404.",
        cause=("location",),
        expected="A path the app serves.",
        actual="404",
        assertion="assert response.status_code != 404",
    )
