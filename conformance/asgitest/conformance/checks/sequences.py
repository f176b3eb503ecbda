"""Family ``state``: what a sequence of requests over one resource may not show.

A sequence says of each exchange which part it plays (:data:`Role`). A claim is only made where a control has shown that
the app keeps state: a resource that never existed is not found, the identifier was assigned by the app.

Source: RFC 9110, sections 9.2.2, 9.3.4, 9.3.5, 15.3.2. Depends on: the records, identifiers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from asgitest.conformance.checks.identifiers import identified_items, items_of
from asgitest.conformance.checks.updates import check_neighbours, check_updates
from asgitest.conformance.checks.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asgitest.conformance.records import Exchange

__all__ = ["Part", "Role", "check_sequence"]

Role = Literal[
    "prepare",
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
    "read before change",
    "change",
    "read after change",
    "action",
    "delete",
    "read after delete",
    "list after delete",
    "delete again",
    "read after second delete",
    "create several",
    "list several",
    "page",
    "create other",
    "read other",
    "read other again",
    "create third",
    "stale put",
]

_GONE = frozenset({404, 410})
_SUCCESS = range(200, 300)
_REFUSALS = range(400, 500)
_ACCEPTED = 202
_SERVER_ERROR = 500
_SHORT_LIST = 5
"""No page is that short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One exchange of a sequence.

    Args:
        role: Which part it plays.
        exchange: What was seen.
        identifier: Of what it created, or of what it is about.
        assigned: Whether the app chose that.
    """

    role: Role
    exchange: Exchange
    identifier: str = ""
    assigned: bool = True

    @property
    def created(self) -> bool:
        """Whether it created something for certain."""
        return self.exchange.status in _SUCCESS and self.exchange.status != _ACCEPTED and bool(self.identifier)


def check_sequence(parts: Sequence[Part], *, parameter: str) -> Iterator[tuple[int, Violation]]:
    """Check one sequence.

    Args:
        parts: What was played, in order.
        parameter: What the identifier is called in paths.

    Yields:
        Pairs of the index of the part that shows it, and the violation.
    """
    seen: Seen = {part.role: (index, part) for index, part in enumerate(parts)}
    yield from _check_created(seen)
    yield from _check_deleted(seen, parameter)
    yield from _check_deleted_again(seen)
    exchanges = [(part.role, part.exchange) for part in parts]
    yield from check_updates(exchanges)
    yield from check_neighbours(exchanges)
    yield from _check_refused(parts)
    yield from _check_reused(seen)
    yield from _check_listed(seen)
    yield from _check_several(parts, parameter)
    yield from _check_pages(parts)
    yield from _check_stale(seen)


Seen = dict[str, "tuple[int, Part]"]


def _status(seen: Seen, role: Role) -> int:
    return seen[role][1].exchange.status if role in seen else 0


def _succeeded(seen: Seen, role: Role) -> bool:
    return _status(seen, role) in _SUCCESS


def _check_created(seen: Seen) -> Iterator[tuple[int, Violation]]:
    status = _status(seen, "read")
    certain = "create" in seen and seen["create"][1].created
    named = certain and not seen["create"][1].assigned and seen["create"][1].exchange.request.method == "PUT"
    if certain and (seen["create"][1].assigned or named) and status in _GONE:
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


def _check_deleted(seen: Seen, parameter: str) -> Iterator[tuple[int, Violation]]:
    """See whether what was deleted is still there as it was; if it has changed, it may be kept on purpose."""
    if not _succeeded(seen, "delete") or _status(seen, "delete") == _ACCEPTED:
        return
    real = _succeeded(seen, "read") and _status(seen, "control") in _GONE
    if real and _succeeded(seen, "read after delete"):
        status = _status(seen, "read after delete")
        before = max((seen[role] for role in _READS if role in seen), key=lambda pair: pair[0])[1].exchange
        same = _body(before) == _body(seen["read after delete"][1].exchange)
        yield (
            seen["read after delete"][0],
            Violation(
                check="state.use-after-delete",
                message=f"DELETE was answered with {_status(seen, 'delete')}, and reading still gives {status}.",
                cause=("deleted",),
                expected="404 or 410",
                actual=str(status),
                assertion="assert response.status_code in {404, 410}",
                severity=None if same else "warning",
                confidence=None if same else "tentative",
            ),
        )
        return
    yield from _check_still_listed(seen, parameter)


def _check_still_listed(seen: Seen, parameter: str) -> Iterator[tuple[int, Violation]]:
    if "list" not in seen or "list after delete" not in seen:
        return
    name = seen["delete"][1].identifier
    before = identified_items(seen["list"][1].exchange, parameter)
    index, after = seen["list after delete"]
    listed = identified_items(after.exchange, parameter)
    if name and name in before and name in listed and before[name] == listed[name]:
        yield (
            index,
            Violation(
                check="state.use-after-delete",
                message=f"DELETE was answered with {_status(seen, 'delete')}, and the list still shows {name!r}.",
                cause=("deleted", "listed"),
                expected="A list without it.",
                actual=repr(listed[name])[:200],
            ),
        )


_READS = ("read", "read after put", "read after second put", "read before change", "read after change")


def _body(exchange: Exchange) -> bytes:
    return exchange.response.body if exchange.response is not None else b""


def _check_deleted_again(seen: Seen) -> Iterator[tuple[int, Violation]]:
    """See whether the second DELETE fails, or brings back what the first took away."""
    if not _succeeded(seen, "delete"):
        return
    status = _status(seen, "delete again")
    back = _status(seen, "read after delete") in _GONE and _succeeded(seen, "read after second delete")
    if status >= _SERVER_ERROR or back:
        what = f"was answered with {status}" if not back else "brought back what the first had taken away"
        yield (
            seen["delete again"][0],
            Violation(
                check="state.delete-not-idempotent",
                message=f"The second DELETE {what}.",
                cause=("deleted twice",),
                expected="404, 410 or a success, and it stays away.",
                actual=str(status),
                assertion="" if back else f"assert response.status_code < {_SERVER_ERROR}",
            ),
        )


def _check_refused(parts: Sequence[Part]) -> Iterator[tuple[int, Violation]]:
    """Compare the lists before and after each creation that was refused."""
    before: list[Any] | None = None
    for index, part in enumerate(parts):
        if not part.role.startswith("list"):
            continue
        after = items_of(part.exchange)
        refused = parts[index - 1].exchange.status if index and parts[index - 1].role == "refused create" else 0
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


def _check_reused(seen: Seen) -> Iterator[tuple[int, Violation]]:
    """See whether something new is called like something that is there."""
    if not {"create", "create other", "create third"} <= seen.keys():
        return
    first, other, third = (seen[role][1] for role in ("create", "create other", "create third"))
    if not all(part.created and part.assigned for part in (first, other, third)):
        return
    if third.identifier == other.identifier != first.identifier:
        yield (
            seen["create third"][0],
            Violation(
                check="state.identifier-reused",
                message=f"The new resource is called {third.identifier!r}, as one that was not deleted.",
                cause=("reused",),
                expected="An identifier that is not in use.",
                actual=third.identifier,
            ),
        )


def _check_listed(seen: Seen) -> Iterator[tuple[int, Violation]]:
    if not (_succeeded(seen, "create") and _succeeded(seen, "read") and _succeeded(seen, "list")):
        return
    before = items_of(seen["list before"][1].exchange) if "list before" in seen else None
    after = items_of(seen["list"][1].exchange)
    if before is not None and after is not None and len(after) <= len(before) < _SHORT_LIST and after == before:
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


def _check_several(parts: Sequence[Part], parameter: str) -> Iterator[tuple[int, Violation]]:
    """See whether a list leaves out some of what was created, and neither the first nor the last: no page does that."""
    created = [part.identifier for part in parts if part.role == "create several" and part.created]
    listed = [(index, part) for index, part in enumerate(parts) if part.role == "list several"]
    if not listed or len(set(created)) != len(created):
        return
    index, part = listed[0]
    names = identified_items(part.exchange, parameter)
    shown = [place for place, name in enumerate(created) if name in names]
    missing = [
        name for place, name in enumerate(created) if shown and shown[0] < place < shown[-1] and name not in names
    ]
    if missing:
        yield (
            index,
            Violation(
                check="state.list-misses-created",
                message=f"Of {len(created)} that were created the list shows those before and after {missing[0]!r}.",
                cause=("left out",),
                expected=f"{missing[0]!r} is in the list.",
                actual=", ".join(names)[:200],
            ),
        )


def _check_pages(parts: Sequence[Part]) -> Iterator[tuple[int, Violation]]:
    """See whether pages together show what one large page shows."""
    whole = next((items_of(part.exchange) for part in parts if part.role == "list several"), None)
    pages = [(index, items_of(part.exchange)) for index, part in enumerate(parts) if part.role == "page"]
    if whole is None or len(pages) < 2 or any(items is None for _, items in pages):  # noqa: PLR2004  one is no sequence
        return
    full = len(pages[0][1] or ())
    end = next((place for place, (_, items) in enumerate(pages) if len(items or ()) < full), None)
    if end is None or not 0 < full < len(whole):
        return
    shown = [item for _, items in pages[: end + 1] for item in items or ()]
    lost = [item for item in whole if item not in shown]
    twice = [item for place, item in enumerate(shown) if item in shown[:place]]
    if lost or twice:
        item = (lost or twice)[0]
        yield (
            pages[end][0],
            Violation(
                check="state.list-misses-created",
                message=f"The pages {'leave out' if lost else 'show twice'} {item!r}"[:300]
                + f": {len(shown)} items on {end + 1} pages of {full}, and {len(whole)} on a large one.",
                cause=("pages",),
                expected="All pages together show each item once.",
                actual=f"{len(lost)} missing, {len(twice)} twice",
            ),
        )


def _check_stale(seen: Seen) -> Iterator[tuple[int, Violation]]:
    if _succeeded(seen, "stale put"):
        status = _status(seen, "stale put")
        yield (
            seen["stale put"][0],
            Violation(
                check="http.conditional-ignored",
                message=f"If-Match names another ETag than the current one, and the answer is {status}.",
                cause=("If-Match",),
                expected="412",
                actual=str(status),
                assertion=f"assert response.status_code != {status}",
            ),
        )
