"""Family ``state``, changes: what was sent is there afterwards, and nothing else has changed.

Source: RFC 9110, sections 9.2.2 and 9.3.4; RFC 5789, section 2; RFC 7396. Depends on: the records, identifiers.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks.identifiers import json_of
from asgitest.conformance.checks.violation import Violation
from asgitest.conformance.json_values import is_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asgitest.conformance.records import Exchange

__all__ = ["check_neighbours", "check_updates"]

_GONE = frozenset({404, 410})
_SUCCESS = range(200, 300)
_ACCEPTED = 202
_MOVES = re.compile(r"updat|modif|chang|version|revision|time|date|_at$|etag|seen|request", re.IGNORECASE)
_COUNTS = re.compile(r"count|total|rank|position|order|views|hits|next|prev|left|remain|age", re.IGNORECASE)
_EMPTY: tuple[Any, ...] = (None, "", 0, False, [], {})

Seen = dict[str, "tuple[int, Exchange]"]


def check_updates(exchanges: Sequence[tuple[str, Exchange]]) -> Iterator[tuple[int, Violation]]:
    """Check what PUT and PATCH leave behind.

    Args:
        exchanges: With the parts they play, in order.
    """
    seen: Seen = {role: (index, exchange) for index, (role, exchange) in enumerate(exchanges)}
    yield from _check_put_twice(seen)
    yield from _check_stored(seen, "read", write="put", after="read after put")
    yield from _check_stored(seen, "read before change", write="change", after="read after change")
    yield from _check_reset(seen)


def _succeeded(seen: Seen, *roles: str) -> bool:
    return all(role in seen and seen[role][1].status in _SUCCESS for role in roles)


def _check_put_twice(seen: Seen) -> Iterator[tuple[int, Violation]]:
    if not _succeeded(seen, "put", "put again", "read after put", "read after second put"):
        return
    first, second = json_of(seen["read after put"][1]), json_of(seen["read after second put"][1])
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


def _check_stored(seen: Seen, before: str, *, write: str, after: str) -> Iterator[tuple[int, Violation]]:
    """See whether nothing at all of what was sent is there afterwards."""
    if not _succeeded(seen, before, write, after) or seen[write][1].status == _ACCEPTED:
        return
    old, sent, new = json_of(seen[before][1]), _sent(seen[write][1]), json_of(seen[after][1])
    if not is_object(old) or not is_object(new) or sent is None:
        return
    told = [key for key, value in sent.items() if key in old and key in new and _plainly_differ(old[key], value)]
    if told and all(old[key] == new[key] for key in told):
        key, method = told[0], seen[write][1].request.method
        yield (
            seen[after][0],
            Violation(
                check="state.update-not-stored",
                message=f"{method} with {key} {sent[key]!r} was answered with {seen[write][1].status}, "
                f"and it is still {new[key]!r}."[:400],
                cause=(write,),
                expected=repr(sent[key])[:200],
                actual=repr(new[key])[:200],
            ),
        )


def _check_reset(seen: Seen) -> Iterator[tuple[int, Violation]]:
    """See whether a change of one property emptied others."""
    if not _succeeded(seen, "read before change", "change", "read after change"):
        return
    old, sent, new = (
        json_of(seen["read before change"][1]),
        _sent(seen["change"][1]),
        json_of(seen["read after change"][1]),
    )
    if seen["change"][1].request.method != "PATCH" or not is_object(old) or not is_object(new) or not sent:
        return
    names = [key for key in old if key in new and key not in sent and not _MOVES.search(key)]
    emptied = [key for key in names if old[key] not in _EMPTY and new[key] in _EMPTY]
    if emptied and not any(key not in old for key in sent):
        key = emptied[0]
        yield (
            seen["read after change"][0],
            Violation(
                check="state.patch-resets",
                message=f"PATCH of {', '.join(sent)} changed {key} from {old[key]!r} to {new[key]!r}."[:400],
                cause=("reset",),
                expected=repr(old[key])[:200],
                actual=repr(new[key])[:200],
            ),
        )


def check_neighbours(exchanges: Sequence[tuple[str, Exchange]]) -> Iterator[tuple[int, Violation]]:
    """See whether a request about one resource changes another.

    Args:
        exchanges: With the parts they play, in order.
    """
    before = [json_of(exchange) for role, exchange in exchanges if role == "read other" and exchange.status in _SUCCESS]
    if len(before) < 2 or not is_object(before[0]) or not is_object(before[1]):  # noqa: PLR2004  to know what moves by itself
        return
    old = {key: value for key, value in before[0].items() if key in before[1] and before[1][key] == value}
    for index, (role, exchange) in enumerate(exchanges):
        if role != "read other again" or index == 0 or exchanges[index - 1][1].status not in _SUCCESS:
            continue
        new = json_of(exchange) if exchange.status in _SUCCESS else None
        moved = [key for key, value in old.items() if is_object(new) and key in new and new[key] != value]
        moved = [key for key in moved if not _MOVES.search(key) and not _COUNTS.search(key)]
        if exchange.status not in _GONE and not moved:
            continue
        request = exchanges[index - 1][1].request
        what = "is gone" if exchange.status in _GONE else f"has another {moved[0]}"
        yield (
            index,
            Violation(
                check="state.other-changed",
                message=f"After {request.method} of one resource another one {what}.",
                cause=(request.method, *moved[:1]),
                expected="It is as before.",
                actual=f"{exchange.status} {(exchange.response.body if exchange.response else b'')[:120]!r}",
            ),
        )
        return


def _sent(exchange: Exchange) -> dict[str, Any] | None:
    """The object that was sent as JSON."""
    try:
        value = json.loads(exchange.request.body)
    except (ValueError, RecursionError):
        return None
    return value if is_object(value) else None


def _plainly_differ(old: Any, new: Any) -> bool:
    """Whether two scalars differ however they are cleaned up."""
    if isinstance(old, bool) or isinstance(new, bool):
        return isinstance(old, bool) and isinstance(new, bool) and old != new
    if isinstance(old, int | float) and isinstance(new, int | float):
        return abs(old - new) > 0.01  # noqa: PLR2004  amounts are rounded
    if isinstance(old, str) and isinstance(new, str):
        first, second = _letters(old), _letters(new)
        same = first == second or (first.isdecimal() and second.isdecimal() and first.strip("0") == second.strip("0"))
        return bool(first) and bool(second) and not same
    return False


def _letters(text: str) -> str:
    """Text without what is cleaned away: other characters than letters and digits, and case."""
    return "".join(character for character in text.casefold() if character.isalnum())
