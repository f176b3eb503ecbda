"""Family ``state``: what a sequence of requests over one resource may not show.

A sequence says of each exchange which part it plays (:data:`Role`). A claim is only made where a control has shown that
the app keeps state: a resource that never existed is not found, the identifier was assigned by the app.

Source: RFC 9110, sections 9.2.2, 9.3.4, 9.3.5, 15.3.2. Depends on: the records.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Literal

from asgitest.conformance.checks.violation import Violation
from asgitest.conformance.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asgitest.conformance.records import Exchange

__all__ = ["Role", "check_sequence", "json_of"]

Role = Literal[
    "control",
    "create",
    "read",
    "list before",
    "list",
    "list after refusal",
    "refused create",
    "put",
    "read after put",
    "put again",
    "read after second put",
    "change",
    "action",
    "delete",
    "read after delete",
    "delete again",
]

_GONE = frozenset({404, 410})
_SUCCESS = range(200, 300)
_REFUSALS = range(400, 500)
_ACCEPTED = 202
_SERVER_ERROR = 500
_MOVES = re.compile(r"updat|modif|chang|version|revision|time|date|_at$|etag|seen|request", re.IGNORECASE)


def json_of(exchange: Exchange | None) -> Any:
    """Parse the body of a response; None when it is no JSON."""
    if exchange is None or exchange.response is None:
        return None
    try:
        return json.loads(exchange.response.body)
    except (ValueError, RecursionError):
        return None


def check_sequence(steps: Sequence[tuple[Role, Exchange]], *, assigned: bool) -> Iterator[tuple[int, Violation]]:
    """Check one sequence.

    Args:
        steps: What was played, in order.
        assigned: Whether the app assigned the identifier itself.

    Yields:
        Pairs of the index of the step that shows it, and the violation.
    """
    seen: dict[str, tuple[int, Exchange]] = {role: (index, exchange) for index, (role, exchange) in enumerate(steps)}
    yield from _check_created(seen, assigned=assigned)
    yield from _check_deleted(seen)
    yield from _check_put(seen)
    yield from _check_refused(steps)
    yield from _check_listed(seen)


Seen = dict[str, "tuple[int, Exchange]"]


def _status(seen: Seen, role: Role) -> int:
    return seen[role][1].status if role in seen else 0


def _succeeded(seen: Seen, role: Role) -> bool:
    return _status(seen, role) in _SUCCESS


def _check_created(seen: Seen, *, assigned: bool) -> Iterator[tuple[int, Violation]]:
    status = _status(seen, "read")
    if assigned and _succeeded(seen, "create") and _status(seen, "create") != _ACCEPTED and status in _GONE:
        yield (
            seen["read"][0],
            Violation(
                check="state.created-not-found",
                message=f"The creation was answered with {_status(seen, 'create')}, reading it with {status}.",
                cause=("created",),
                expected="200",
                actual=str(status),
                assertion=f"assert response.status_code != {status}",
            ),
        )


def _check_deleted(seen: Seen) -> Iterator[tuple[int, Violation]]:
    if not _succeeded(seen, "delete") or _status(seen, "delete") == _ACCEPTED:
        return
    real = _succeeded(seen, "read") and _status(seen, "control") in _GONE
    if real and _succeeded(seen, "read after delete"):
        status = _status(seen, "read after delete")
        yield (
            seen["read after delete"][0],
            Violation(
                check="state.use-after-delete",
                message=f"DELETE was answered with {_status(seen, 'delete')}, and reading still gives {status}.",
                cause=("deleted",),
                expected="404 or 410",
                actual=str(status),
                assertion="assert response.status_code in {404, 410}",
            ),
        )
    if _status(seen, "delete again") >= _SERVER_ERROR:
        yield (
            seen["delete again"][0],
            Violation(
                check="state.delete-not-idempotent",
                message=f"The second DELETE was answered with {_status(seen, 'delete again')}.",
                cause=("deleted twice",),
                expected="404, 410 or a success",
                actual=str(_status(seen, "delete again")),
                assertion=f"assert response.status_code < {_SERVER_ERROR}",
            ),
        )


def _check_put(seen: Seen) -> Iterator[tuple[int, Violation]]:
    if not (_succeeded(seen, "put") and _succeeded(seen, "put again")):
        return
    first = json_of(seen["read after put"][1]) if "read after put" in seen else None
    second = json_of(seen["read after second put"][1]) if "read after second put" in seen else None
    if not is_object(first) or not is_object(second):
        return
    moved = [key for key in first if key in second and first[key] != second[key] and not _MOVES.search(key)]
    if moved:
        key = moved[0]
        yield (
            seen["read after second put"][0],
            Violation(
                check="state.put-not-idempotent",
                message=f"After the same PUT twice, {key} went from {first[key]!r} to {second[key]!r}."[:400],
                cause=("put", key),
                expected=repr(first[key])[:200],
                actual=repr(second[key])[:200],
            ),
        )


def _check_refused(steps: Sequence[tuple[Role, Exchange]]) -> Iterator[tuple[int, Violation]]:
    """Compare the lists before and after each creation that was refused."""
    before: list[Any] | None = None
    for index, (role, exchange) in enumerate(steps):
        if not role.startswith("list"):
            continue
        after = _items(exchange)
        refused = steps[index - 1][1].status if index and steps[index - 1][0] == "refused create" else 0
        if refused in _REFUSALS and before is not None and after is not None and len(after) > len(before):
            yield (
                index,
                Violation(
                    check="state.failed-create-side-effect",
                    message=f"A creation was refused with {refused}, "
                    f"and the list grew from {len(before)} to {len(after)}.",
                    cause=("refused",),
                    expected=f"{len(before)} items",
                    actual=f"{len(after)} items",
                ),
            )
            return
        before = after


def _check_listed(seen: Seen) -> Iterator[tuple[int, Violation]]:
    if not (_succeeded(seen, "create") and _succeeded(seen, "read") and _succeeded(seen, "list")):
        return
    before = _items(seen["list before"][1]) if "list before" in seen else None
    after = _items(seen["list"][1])
    if before is not None and after is not None and len(after) <= len(before) < 5 and after == before:  # noqa: PLR2004  no page is that short
        yield (
            seen["list"][0],
            Violation(
                check="state.list-misses-created",
                message="The list is the same before and after the creation.",
                cause=("listed",),
                expected="The new resource is in the list.",
                actual=f"{len(after)} items, as before",
            ),
        )


def _items(exchange: Exchange) -> list[Any] | None:
    """Take the items out of a list response, also out of an envelope with one list."""
    value = json_of(exchange)
    if is_object(value):
        lists = [item for item in value.values() if is_array(item)]
        value = lists[0] if len(lists) == 1 else None
    return value if is_array(value) else None
